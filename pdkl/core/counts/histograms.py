"""Bars of equal width between plain edges, for the values of several sides together."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from pdkl.core.counts.bin_edges import starts_up_to
from pdkl.core.counts.counts import WeightArray, as_float
from pdkl.core.numerics.exact import FloatArray, IntArray

_BARS = 24  # between the values that are drawn; one or two more hold what is at the ends
_TAIL, _FAR = 0.005, 0.25  # of the values of either side, and of the range of all others
_DAY = 86_400
_TIMES = (
    *(1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200),
    *(_DAY * days for days in (1, 2, 7, 14, 28, 91, 182, 365)),
)


@dataclass(frozen=True)
class Bars:
    """Where bars begin and end; those at the ends may hold all that lies beyond, too.

    If ``outside`` they do not: what lies beyond the edges has outcomes of its own.
    """

    edges: FloatArray
    digits: int = 0  # behind the point that the edges need
    is_each: bool = False  # whether a bar stands for the whole number in its middle
    is_open: tuple[bool, bool] = (False, False)
    outside: bool = False

    @classmethod
    def of_edges(cls, edges: FloatArray) -> Bars:
        """Take intervals as they are, with what is below the first and above the last."""
        return cls(edges, outside=True)

    @property
    def size(self) -> int:
        """How many outcomes there are."""
        return len(self.edges) + 1 if self.outside else len(self.edges) - 1

    def assign(self, positions: FloatArray) -> IntArray:
        """Return the bar that holds each value."""
        return starts_up_to(positions, self.edges[1 : self.size])


def bars_of(sides: Sequence[tuple[FloatArray, WeightArray]], *, is_time: bool) -> Bars | None:
    """Choose bars for values of some weight on each side, None where there are none to draw.

    Where a few values lie far from all others, the bars end before them.
    """
    parts = [_Running.of(*side) for side in sides]
    parts = [part for part in parts if len(part.values)]
    if not parts:
        return None
    first = float(min(part.values[0] for part in parts))
    last = float(max(part.values[-1] for part in parts))
    if not math.isfinite(last - first):
        return None
    low, high = (_quantile(parts, share) for share in (_TAIL, 1 - _TAIL))
    away = _FAR * (high - low)
    low, high = (max(first, low - away), min(last, high + away)) if away > 0 else (first, last)
    if low == high:
        return Bars(np.array([low, high]), is_each=True)
    width = _width((high - low) / _BARS, is_time=is_time)
    if not is_time and width <= 1.0 and all(part.are_whole for part in parts):
        width, shift, digits = 1.0, 0.5, 1
    else:
        shift, digits = 0.0, max(0, -math.floor(math.log10(width)))
    start, stop = math.floor(low / width + shift), math.floor(high / width + shift) + 1
    edges = np.round((np.arange(start, stop + 1) - shift) * width, min(digits, 300))
    if not (np.diff(edges) > 0).all():
        return None  # floats have no room for edges between them
    return Bars(edges, digits, shift > 0.0, (bool(first < edges[0]), bool(last > edges[-1])))


class _Running(NamedTuple):
    """The finite values of a side in order, and the weight up to each."""

    values: FloatArray
    weight: WeightArray

    @classmethod
    def of(cls, values: FloatArray, weight: WeightArray) -> _Running:
        kept = np.isfinite(values) & (weight > 0)
        if not kept.all():
            values, weight = values[kept], weight[kept]
        if not (values[1:] >= values[:-1]).all():  # as of clocks that were put back
            order = np.argsort(values)
            values, weight = values[order], weight[order]
        return cls(values, np.cumsum(weight))

    @property
    def are_whole(self) -> bool:
        return bool((self.values == np.rint(self.values)).all())

    def quantile(self, share: float) -> float:
        """Return the first value up to which a share of the weight lies."""
        wanted = share * float(self.weight[-1])
        if self.weight.dtype == np.int64:
            wanted = math.ceil(wanted)
        place = np.searchsorted(self.weight, wanted)
        return float(self.values[min(int(place), len(self.values) - 1)])

    def up_to(self, values: FloatArray) -> FloatArray:
        """Return the share of the weight up to values."""
        number = np.searchsorted(self.values, values, side="right")
        weight = np.where(number > 0, self.weight[number - 1], 0)
        return as_float(weight) / float(self.weight[-1])


def _quantile(sides: Sequence[_Running], share: float) -> float:
    """Return the first value up to which a share lies of all sides, each counting the same.

    It lies between the quantiles of the sides, so no other values need to be put in order.
    """
    own = [one.quantile(share) for one in sides]
    ends = [min(own), np.nextafter(max(own), np.inf)]
    between = [one.values[slice(*np.searchsorted(one.values, ends))] for one in sides]
    values = np.sort(np.concatenate(between))
    below = np.mean([one.up_to(values) for one in sides], axis=0)
    return float(values[min(int(np.searchsorted(below, share)), len(values) - 1)])


def _width(least: float, *, is_time: bool) -> float:
    """Return the first plain width that is no smaller: 1, 2, 5, 10, …, or that of a clock."""
    if is_time and 1.0 < least <= _TIMES[-1]:
        return float(next(width for width in _TIMES if width >= least))
    power = 10.0 ** math.floor(math.log10(least))
    return next(power * times for times in (1, 2, 5, 10) if power * times >= least * (1 - 1e-9))
