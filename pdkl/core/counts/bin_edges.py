"""Numbers cut into intervals: edges fitted once, values outside them in categories of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from pdkl.core.counts.counts import WeightArray
from pdkl.core.numerics.exact import IntArray

Binning = Literal["quantile", "width"]
Rule = Literal["auto", "fd", "doane", "scott", "stone", "rice", "sturges", "sqrt"]
RULES = ("auto", "fd", "doane", "scott", "stone", "rice", "sturges", "sqrt")
MOST_BINS = 10_000
Numbers = NDArray[Any]  # float64, or int64 for times and durations


@dataclass(frozen=True)
class Bins:
    """Intervals [edge, next edge), the last one closed: ``edges`` rise, the last two may be equal.

    Codes count the category below the first edge as 0 and the one above the last as the largest.

    Parameters
    ----------
    edges : float64 or int64 array
        Where intervals begin and end.
    tied : (bool, bool)
        Whether the smallest and the largest of the values that they were fitted to occur several
        times, or there were none.
    by_width : bool
        Whether only the first and the last edge are of these values, and the others lie between.
    """

    edges: Numbers
    tied: tuple[bool, bool] = (True, True)
    by_width: bool = False

    @property
    def size(self) -> int:
        """The number of categories, those outside included."""
        return len(self.edges) + 1

    def assign(self, values: Numbers, missing: NDArray[np.bool_]) -> IntArray:
        """Return the code of each value, -1 where it is missing."""
        starts = self.edges[:-1]
        codes = np.searchsorted(starts, values, side="right")
        codes = np.where(values > self.edges[-1], len(self.edges), codes)
        return np.where(missing, -1, codes).astype(np.int64)

    def limits(self) -> tuple[Numbers, Numbers]:
        """Return where each interval between the edges begins and ends."""
        return self.edges[:-1], self.edges[1:]


def fit(values: Numbers, weights: WeightArray | None, bins: Any, binning: Binning) -> Bins:
    """Fit edges to finite values of positive weight, which may be none: a number or by a rule."""
    distinct = np.unique(values)
    tied = _ends_occur_again(values, weights)
    if len(distinct) <= (bins if isinstance(bins, int) else 1):
        # a bin for each value; nothing at all is put into [0, 0]
        ends = distinct if len(distinct) else np.zeros(1, dtype=values.dtype)
        return Bins(np.append(ends, ends[-1]), tied)
    if isinstance(bins, int) and binning == "quantile":
        return Bins(_quantiles(values, weights, bins), tied)
    low, high = distinct[0], distinct[-1]
    number = bins
    if isinstance(bins, str):
        away = values - low
        if values.dtype.kind == "i":
            away = away.view(np.uint64)  # the range may be twice what a signed integer holds
        number = _number(away.astype(np.float64), bins)
    if values.dtype.kind == "i":
        steps = [int(low) + (int(high) - int(low)) * i // number for i in range(number + 1)]
        edges: Numbers = np.array(steps, dtype=np.int64)
    else:
        edges = np.linspace(low, high, number + 1)
    return Bins(np.unique(edges), tied, by_width=True)


def _ends_occur_again(values: Numbers, weights: WeightArray | None) -> tuple[bool, bool]:
    if not len(values):
        return True, True
    weight = np.ones(len(values)) if weights is None else weights
    low, high = (float(weight[values == end].sum()) for end in (values.min(), values.max()))
    return low != 1.0, high != 1.0


def _number(away: NDArray[np.float64], rule: str) -> int:
    """Return how many bins a rule asks for, at most so many as there may be.

    Rules that take their width from the spread of most values ask for any number where a few lie
    far off, and NumPy makes room for all of them.
    """
    if rule in ("auto", "fd", "scott"):
        size = float(len(away))
        if rule == "scott":
            width = float((24.0 * np.sqrt(np.pi) / size) ** (1 / 3) * away.std())
        else:
            low, high = np.percentile(away, [25, 75])
            width = float(2.0 * (high - low) / size ** (1 / 3))
        if 0.0 < width < float(away.max()) / MOST_BINS:
            return MOST_BINS
    return min(len(np.histogram_bin_edges(away, bins=rule)) - 1, MOST_BINS)


def _quantiles(values: Numbers, weights: WeightArray | None, bins: int) -> Numbers:
    """Cut between distinct values, each time where the mass below is nearest to its share.

    So a value with more than its share, such as 0, keeps an interval of its own.
    """
    distinct, place = np.unique(values, return_inverse=True)
    below = np.cumsum(np.bincount(place, weights=weights, minlength=len(distinct)))
    wanted = below[-1] * np.arange(1, bins) / bins
    # the two cuts around each share; the last value ends the last interval and starts none
    after = np.clip(np.searchsorted(below, wanted), 0, len(distinct) - 2)
    before = np.maximum(after - 1, 0)
    nearer = wanted - below[before] <= below[after] - wanted
    cuts = distinct[np.where(nearer, before, after) + 1]
    edges: Numbers = np.unique(np.concatenate([distinct[[0]], cuts, distinct[[-1]]]))
    return edges


def texts(numbers: Sequence[float]) -> list[str]:
    """Write numbers with as few digits as tell them apart."""
    for digits in range(4, 18):
        written = [f"{number:.{digits}g}" for number in numbers]
        if len(set(written)) == len(set(numbers)):
            break
    return written
