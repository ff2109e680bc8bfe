"""All groups against all groups at once, by matrix products without rounding errors.

``sum p log q`` of every pair of rows is one matrix product. Added up in floating point it would
depend on the order of the outcomes, and KL, a small difference of such sums, would lose its digits.
Both factors are therefore cut into parts on grids so coarse that all products and sums of parts
are exact (Ozaki et al. 2012, "Error-free transformations of matrix multiplication by using fast
routines of matrix multiplication"). So the logarithms alone limit the digits, and `logarithms`
gives twice those of a float64.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pdkl.core.counts.counts import Counts, as_float
from pdkl.core.counts.strips import strips
from pdkl.core.measures import row_pairs
from pdkl.core.numerics.exact import FloatArray, IntArray, exact_sum
from pdkl.core.numerics.logarithms import Double, log

_CACHED = 1 << 14  # entries of the result finished at a time
_SPARSEST = 1e-3  # share of cells that occur; below it lining up single cells is cheaper …
_THINNEST = 0.05  # … than products, and below this than passes over whole rows
_BITS = 52  # sums of so many bits are exact, and so are their differences
_LOG_BITS = 10  # of the integer part of a logarithm
_WIDEST = 900  # powers of 2 between the largest total and the smallest weight
_HELD = 32  # bits of a total up to which one part holds whole counts
_PARTS, _PART = 3, 26  # else so many parts of so many bits
_LEAST_GAIN = 8  # bits that another product must add to the logarithms
_FINEST = -92  # the last grid of the logarithms; their own error is below it
_ERROR = 2.0**-89  # of a sum of p times logarithms that is exact otherwise
_ENOUGH = 2.0**-44  # a relative error that leaves a value as good as any, 6e-14


@dataclass(frozen=True)
class Crossing:
    """Every group as P, a row each, against every group as Q, a column each.

    A measure is None where one pair after the other is the better way, and NaN where a side is
    empty, or where it is too small to be known well.
    """

    lacking: FloatArray  # what P counts on the outcomes that Q lacks
    support: FloatArray  # the number of outcomes that either has
    infinite: NDArray[np.bool_]  # where Q lacks an outcome of P
    _smoothed: _Smoothed

    @cached_property
    def relative(self) -> FloatArray | None:
        """The KL divergence in nats."""
        return self._finished(lambda sums, own: own - sums)

    @cached_property
    def cross_entropy(self) -> FloatArray | None:
        """The cross entropy in nats."""
        return self._finished(lambda sums, _: -sums)

    @property
    def reverse(self) -> FloatArray | None:
        """The KL divergence of Q from P in nats."""
        return None if self.relative is None else self.relative.T

    @property
    def jeffreys(self) -> FloatArray | None:
        """The KL divergences of both orders, added."""
        return None if self.relative is None else self.relative + self.relative.T

    @cached_property
    def jensen(self) -> FloatArray | None:
        """The Jensen-Shannon divergence in nats."""
        return self._by_rows(row_pairs.jensen)

    @cached_property
    def total_variation(self) -> FloatArray | None:
        """The total variation distance."""
        return self._by_rows(row_pairs.total_variation)

    @cached_property
    def squared_hellinger(self) -> FloatArray | None:
        """The square of the Hellinger distance."""
        return self._by_rows(row_pairs.squared_hellinger)

    @cached_property
    def chi_square(self) -> FloatArray | None:
        """Pearson's chi-square divergence."""
        found = self._by_rows(row_pairs.chi_square)
        return None if found is None else np.where(self.infinite, np.inf, found)

    def _by_rows(self, measure: Callable[[row_pairs.Shares], FloatArray]) -> FloatArray | None:
        """Pass over the two rows of each pair, if they are not nearly empty."""
        table = self._smoothed
        if table.filled < _THINNEST or table.reach > _WIDEST:
            return None
        return measure(table.shares())

    def _finished(self, term: Callable[[FloatArray, FloatArray], FloatArray]) -> FloatArray | None:
        logs = self._logs
        if logs is None:
            return None
        size = len(logs.totals)
        known = logs.totals > 0
        n = np.where(known, logs.totals, 1.0)[:, None]
        own = np.diagonal(logs.sums, axis1=2, axis2=3)[..., None]
        result = np.empty((size, size))
        step = max(_CACHED // max(size, 1), 1)
        for start in range(0, size, step):
            rows = slice(start, start + step)
            pieces = term(logs.sums[:, :, rows], own[:, :, rows])
            value = _added(unit * piece for unit, piece in _by_size(pieces, logs.units))[0]
            value /= n[rows]
            value[value * _ENOUGH < logs.error[rows, None]] = np.nan
            result[rows] = np.where(self.infinite[rows], np.inf, value)
        result[~known], result[:, ~known] = np.nan, np.nan
        return result

    @cached_property
    def _logs(self) -> _LogSums | None:
        return _LogSums.of(self._smoothed)


def cross(counts: Counts, outcomes: IntArray, scale: float = 1.0, pseudo: float = 0.0) -> Crossing:
    """Compare all groups over ``outcomes``.

    Each count c is smoothed to ``scale * c + pseudo``. ``lacking`` and ``support`` are those of c.
    """
    size = counts.n_groups
    lacking, shared = np.zeros((size, size)), np.zeros((size, size))
    for table in strips(counts, outcomes):
        occurs = table > 0
        if not occurs.all():
            lacking += table @ (~occurs).T.astype(np.float64)
        mask = occurs.astype(np.float32)  # so few columns that their number is exact
        shared += mask @ mask.T
    support = np.diagonal(shared)
    return Crossing(
        lacking=lacking,
        support=support + support[:, None] - shared,
        infinite=(pseudo == 0) & (shared < support[:, None]),
        _smoothed=_Smoothed(counts, outcomes, scale, pseudo),
    )


@dataclass(frozen=True)
class _Smoothed:
    """The table of groups and outcomes, each count c as ``scale * c + pseudo``."""

    counts: Counts
    outcomes: IntArray
    scale: float
    pseudo: float

    @property
    def size(self) -> int:
        return self.counts.n_groups

    @property
    def width(self) -> int:
        return len(self.outcomes)

    @property
    def filled(self) -> float:
        """The share of cells that occur."""
        return len(self.counts.weight) / max(self.size * self.width, 1)

    @cached_property
    def values(self) -> FloatArray:
        """The smoothed counts that there are, 0 left out; 1 where there is none."""
        found = self.scale * as_float(self.counts.weight) + self.pseudo
        return np.append(found, self.pseudo) if self.pseudo or not len(found) else found

    @cached_property
    def totals(self) -> FloatArray:
        return np.asarray(self.scale * as_float(self.counts.totals) + self.pseudo * self.width)

    @property
    def reach(self) -> int:
        """Powers of 2 between the largest total and the smallest count."""
        largest = self.totals.max(initial=1.0)
        return int(np.frexp(largest)[1] - np.frexp(self.values.min())[1])

    def smooth(self, table: FloatArray) -> FloatArray:
        return self.scale * table + self.pseudo

    def shares(self) -> row_pairs.Shares:
        """Give the shares of all groups, some outcomes at a time."""
        tables = strips(self.counts, self.outcomes)
        return row_pairs.Shares(
            (row_pairs.divided(self.smooth(table), self.totals) for table in tables),
            self.size,
            self.width,
            float(self.values.min() / self.totals.max(initial=0.0)),
        )


@dataclass(frozen=True)
class _LogSums:
    """What ``sum count_p log q`` is of every two groups, in parts that are exact."""

    sums: FloatArray  # of count_p * log q, parts of the one by parts of the other
    units: list[float]  # the value of 1 in each part of the counts
    totals: FloatArray  # of each group
    error: FloatArray  # of sum p log q, for each P

    @classmethod
    def of(cls, smoothed: _Smoothed) -> _LogSums | None:
        """Multiply the parts; None where so much cannot be held, or hardly any cell occurs."""
        size, width = smoothed.size, smoothed.width
        split = _SplitTable.of(smoothed.values, smoothed.totals, width, smoothed.reach)
        if split is None or smoothed.filled < _SPARSEST:
            return None
        sums = np.zeros((len(split.units), len(split.grids), size, size))
        masses = np.zeros((len(split.units), size))
        lost = 0.0
        for table in strips(smoothed.counts, smoothed.outcomes):
            smooth = np.ldexp(smoothed.smooth(table), split.shift[:, None])
            parts, rest = split.counts(smooth)
            levels = np.arange(min(table.max(initial=0.0), table.size) + 1.0)
            if len(split.units) == 1 and len(levels) <= table.size:  # few whole numbers: looked up
                place = table.astype(np.intp)
                found = split.logs(_log(smoothed.smooth(levels)))
                logs = [of_level[place] for of_level in found]
            else:
                logs = split.logs(_log(smooth))
            for i, part in enumerate(parts):
                masses[i] += part.sum(axis=1)
                for j, values in enumerate(logs):
                    sums[i, j] += part @ values.T
            lost = max(lost, float(np.abs(rest).max()))
        high, low = _added(mass * unit for mass, unit in zip(masses, split.units, strict=True))
        n = np.where(high > 0, high, 1.0)
        log_n = log(n)
        for j, values in enumerate(split.logs(Double(*exact_sum(log_n.high, log_n.low + low / n)))):
            sums[:, j] -= masses[:, :, None] * values
        error = _ERROR + lost * width * 2.0 ** (_LOG_BITS + 1) / n
        return cls(sums, split.units, high, error)


@dataclass(frozen=True)
class _SplitTable:
    """How counts and logarithms are cut so that sums of their products are exact."""

    shift: IntArray  # each group is scaled by this power of 2
    units: list[float]
    grids: list[int]  # the power of 2 whose multiples make each part of the logarithms

    @classmethod
    def of(
        cls, values: FloatArray, totals: FloatArray, width: int, reach: int
    ) -> _SplitTable | None:
        """Choose as few parts as hold the digits; None if there are too many."""
        whole = bool((values == np.rint(values)).all())
        largest = totals.max(initial=1.0)
        if whole and largest < 2.0**_HELD:
            shift, units, sums = np.zeros(len(totals)), [1.0], largest
        elif reach > _WIDEST:
            return None
        else:
            shift = _PARTS * _PART - np.frexp(totals)[1]
            units = [2.0 ** (_PART * i) for i in reversed(range(_PARTS))]
            sums = (width + 1) * 2.0**_PART
        bits = int(np.frexp(sums)[1]) + 1  # of a sum of counts and their total
        if bits > _BITS - _LEAST_GAIN:
            return None
        grids = list(range(bits + _LOG_BITS - _BITS, _FINEST - _BITS + bits, bits - _BITS))
        return cls(shift.astype(np.int64), units, grids)

    def counts(self, values: FloatArray) -> tuple[list[FloatArray], FloatArray]:
        """Cut counts to whole numbers of each unit; also return what is left."""
        parts = []
        for unit in self.units:
            parts.append(np.rint(values / unit))
            values = values - parts[-1] * unit
        return parts, values

    def logs(self, values: Double) -> list[FloatArray]:
        """Cut logarithms to multiples of each grid."""
        parts, (high, low) = [], values
        for grid in self.grids:
            # adding and taking away 1.5 * 2**e rounds to multiples of 2**(e - 52)
            shift = 1.5 * 2.0 ** (grid + 52)
            parts.append((high + shift) - shift)
            high, low = exact_sum(high - parts[-1], low)
        return parts


def _log(values: FloatArray) -> Double:
    """Return logarithms, 0 for that of 0: it goes with a term that is 0 or infinite anyway."""
    return log(np.where(values > 0, values, 1.0))


def _by_size(pieces: FloatArray, units: list[float]) -> Iterator[tuple[float, FloatArray]]:
    """Give the products of parts with their unit, those of the coarse logarithms first."""
    for j in range(pieces.shape[1]):
        yield from zip(units, pieces[:, j], strict=True)


def _added(terms: Iterator[FloatArray]) -> tuple[FloatArray, FloatArray]:
    """Add arrays to a sum and its rounding error."""
    high: FloatArray = np.zeros(())
    low: FloatArray = np.zeros(())
    for term in terms:
        high, error = exact_sum(high, term)
        low = low + error
    return exact_sum(high, low)
