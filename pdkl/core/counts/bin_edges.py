"""Numbers cut into intervals: edges fitted once, values outside them in categories of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from pdkl.core.counts.counts import WeightArray
from pdkl.core.numerics.exact import FloatArray, IntArray, sum_in_order

Binning = Literal["quantile", "width"]
Rule = Literal["auto", "fd", "doane", "scott", "stone", "rice", "sturges", "sqrt"]
RULES = ("auto", "fd", "doane", "scott", "stone", "rice", "sturges", "sqrt")
MOST_BINS = 10_000
# unless a number is given, there is one for every so many rows, from so many up to so many
_ROWS_OF_A_BIN, _FEWEST, _MOST = 10, 2, 10
# a value at an end of all stands out if so many rows have it, and so many times those of its
# neighbours: -1 or 0 where a number was not known, a cap
_OUTSTANDING, _TIMES = 5, 10
_COMPARED = 32  # edges up to which each value is compared with all
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
        codes = starts_up_to(values, self.edges[:-1])
        codes = np.where(values > self.edges[-1], len(self.edges), codes)
        return np.where(missing, -1, codes)

    def limits(self) -> tuple[Numbers, Numbers]:
        """Return where each interval between the edges begins and ends."""
        return self.edges[:-1], self.edges[1:]


def fit(
    values: Numbers,
    weights: WeightArray | None,
    bins: Any,
    binning: Binning,
    *,
    ends: bool = False,
) -> Bins:
    """Fit edges to finite values of positive weight, which may be none: a number or by a rule.

    None stands for as many bins as the rows fill. With ``ends`` a value at an end has a bin of its
    own if it stands out. It needs that where the edges are fitted to all rows: in what was fitted
    to others it lies outside.
    """
    if bins is None:
        bins = bins_for(float(len(values) if weights is None else weights.sum()))
    distinct, mass = _distinct(values, weights)
    tied = (bool(mass[0] != 1.0), bool(mass[-1] != 1.0)) if len(mass) else (True, True)
    if len(distinct) <= (bins if isinstance(bins, int) else 1):
        return Bins(_around(distinct), tied)
    if isinstance(bins, int) and binning == "quantile":
        return Bins(_quantiles(distinct, mass, bins, ends=ends), tied)
    low, high = distinct[0], distinct[-1]
    number = bins
    if isinstance(bins, str):
        away = values - low
        if values.dtype.kind == "i":
            away = away.view(np.uint64)  # the range may be twice what a signed integer holds
        number = _number(away.astype(np.float64), bins, most=min(len(distinct), MOST_BINS))
    if values.dtype.kind == "i":
        steps = [int(low) + (int(high) - int(low)) * i // number for i in range(number + 1)]
        edges: Numbers = np.array(steps, dtype=np.int64)
    else:
        edges = np.linspace(low, high, number + 1)
    return Bins(np.unique(edges), tied, by_width=True)


def starts_up_to(values: Numbers, starts: Numbers) -> IntArray:
    """Count the starts, which are in order, that are not above each value."""
    if (values[1:] >= values[:-1]).all():  # those with as many are one run then
        first = np.searchsorted(values, starts)
        number = np.diff(first, prepend=0, append=len(values))
        return np.repeat(np.arange(len(starts) + 1), number)
    if len(starts) > _COMPARED:
        return np.searchsorted(starts, values, side="right").astype(np.int64)
    found = np.zeros(len(values), dtype=np.uint8)  # a quarter of the time of that search
    for start in starts:
        found += values >= start
    return found.astype(np.int64)


def _around(distinct: Numbers) -> Numbers:
    """Return the edges of a bin for each value; nothing at all is put into [0, 0].

    Numbers are in the middle of theirs, so that jitter leaves them where they are.
    """
    ends = distinct if len(distinct) else np.zeros(1, dtype=distinct.dtype)
    if len(ends) == 1 or ends.dtype.kind == "i":
        return np.append(ends, ends[-1])
    half = np.diff(ends) / 2.0
    edges: Numbers = np.concatenate([ends[:1] - half[:1], ends[:-1] + half, ends[-1:] + half[-1:]])
    return edges if (np.diff(edges) > 0).all() else np.append(ends, ends[-1])


def bins_for(rows: float) -> int:
    """Return how many bins so many rows fill."""
    return int(min(max(rows // _ROWS_OF_A_BIN, _FEWEST), _MOST))


def _distinct(values: Numbers, weights: WeightArray | None) -> tuple[Numbers, FloatArray]:
    """Return the different values, and how much weight each has."""
    if weights is None:
        distinct, number = np.unique(values, return_counts=True)
        return distinct, number.astype(np.float64)
    distinct, place = np.unique(values, return_inverse=True)
    return distinct, sum_in_order(np.asarray(weights, dtype=np.float64), place, len(distinct))


def _number(away: NDArray[np.float64], rule: str, *, most: int) -> int:
    """Return how many bins a rule asks for, no more than there are different values.

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
        if 0.0 < width < float(away.max()) / most:
            return most
    return min(len(np.histogram_bin_edges(away, bins=rule)) - 1, most)


def _quantiles(distinct: Numbers, mass: FloatArray, bins: int, *, ends: bool) -> Numbers:
    """Cut at quantiles, a value that holds the share of a bin, such as 0, being one of its own.

    Each stretch between such values is cut into as many bins as its rows make.
    """
    below, share = np.cumsum(mass), mass.sum() / bins
    alone = mass >= share
    if ends:
        alone[0] |= _stands_out(mass, share)
        alone[-1] |= _stands_out(mass[::-1], share)
    own = np.flatnonzero(alone)
    starts = {0, *own.tolist(), *(own + 1).tolist()} - {len(distinct)}
    for first, end in zip(sorted(starts), [*sorted(starts)[1:], len(distinct)], strict=True):
        before = below[first] - mass[first]
        number = round((below[end - 1] - before) / share)
        if end - first > 1 and number > 1:
            starts.update(_cuts(below[first:end] - before, number) + first)
    chosen = np.sort(np.fromiter(starts, dtype=np.int64, count=len(starts)))
    edges: Numbers = np.append(distinct[chosen], distinct[-1])
    return edges


def _stands_out(mass: FloatArray, share: float) -> bool:
    """Tell whether the first value is far more frequent than those that fill a bin next to it."""
    beside = np.cumsum(mass[1:])
    number = min(int(np.searchsorted(beside, share)) + 1, len(beside))
    return bool(mass[0] >= max(_OUTSTANDING, _TIMES * beside[number - 1] / number))


def _cuts(below: NDArray[np.float64], bins: int) -> IntArray:
    """Return which values start a bin, each where the mass below is nearest to its share."""
    wanted = below[-1] * np.arange(1, bins) / bins
    # the two cuts around each share
    after = np.clip(np.searchsorted(below, wanted), 0, len(below) - 2)
    before = np.maximum(after - 1, 0)
    nearer = wanted - below[before] <= below[after] - wanted
    return np.asarray(np.where(nearer, before, after) + 1, dtype=np.int64)


def texts(numbers: Sequence[float]) -> list[str]:
    """Write numbers with as few digits as tell them apart."""
    for digits in range(4, 18):
        written = [f"{number:.{digits}g}" for number in numbers]
        if len(set(written)) == len(set(numbers)):
            break
    return written
