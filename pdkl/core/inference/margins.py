r"""The margins of tables: equal totals once, and few totals in the place of many.

What a table has in common with those of independent columns are sums over its cells, of functions
of the total of a row and that of a column. They are analytic in the logarithm of either
total, so that sums over many rows are those over a few points between them, each with a
weight: the sum of what it has in the interpolation of each row (Trefethen 2013, "Approximation
Theory and Approximation Practice", chapters 8 and 19). A hundred rows of about the same total are
five points, and a table of a hundred rows and columns has 25 cells to look at. The mean of n I is
right to some 1e-9, its variance and third moment to 1e-7 of them.

Points of a margin depend on it alone, so that no result depends on what else is looked at.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pdkl.core.numerics.exact import FloatArray, IntArray, sum_in_order

_LEAST = 32.0  # the smallest total that points may stand for
_BELOW = 0.25  # of the rows of the table: the largest one; beyond, one row decides on the others
_OCTAVES = 2  # that points may span
# their number, and the ratio of the largest total to the smallest up to which they do
_POINTS = ((4, 1.05), (5, 1.2), (7, 1.5), (8, 2.0), (10, 4.0))


class Margin(NamedTuple):
    """The totals of the rows, or columns, of all tables."""

    table: IntArray
    total: FloatArray


class Distinct(NamedTuple):
    """Margins of each table, equal ones once, sorted; ``starts`` has one entry more than tables."""

    table: IntArray
    total: FloatArray
    times: FloatArray
    starts: IntArray

    @classmethod
    def of(cls, margin: Margin, size: int) -> Distinct:
        """Join equal totals of a table."""
        order = np.lexsort((margin.total, margin.table))
        table, total = margin.table[order], margin.total[order]
        new = np.diff(table, prepend=-1) != 0
        new |= np.diff(total, prepend=-1.0) != 0
        first = np.flatnonzero(new)
        times = np.diff(first, append=len(total)).astype(np.float64)
        return cls._sorted(table[first], total[first], times, size)

    @classmethod
    def _sorted(cls, table: IntArray, total: FloatArray, times: FloatArray, size: int) -> Distinct:
        return cls(table, total, times, np.searchsorted(table, np.arange(size + 1)))

    @property
    def size(self) -> int:
        """The number of tables."""
        return len(self.starts) - 1

    @property
    def number(self) -> FloatArray:
        """How many rows, or columns, each table has."""
        return self.total_of(np.ones(len(self.table)))

    def total_of(self, values: FloatArray) -> FloatArray:
        """Sum what is said of each total over the rows, or columns, of each table."""
        return sum_in_order(values * self.times, self.table, self.size)

    def only(self, tables: IntArray) -> Distinct:
        """Return the margins of some tables, in order, numbered anew."""
        width = np.diff(self.starts)[tables]
        starts = np.concatenate([[0], np.cumsum(width)])
        entry = np.repeat(self.starts[tables] - starts[:-1], width) + np.arange(starts[-1])
        return Distinct(
            np.repeat(np.arange(len(tables)), width), self.total[entry], self.times[entry], starts
        )

    def thinned(self, n: FloatArray) -> Distinct:
        """Let points stand for totals where many of a table, which has ``n`` rows, are close."""
        band = np.frexp(self.total)[1] // _OCTAVES
        possible = (self.total >= _LEAST) & (self.total <= _BELOW * n[self.table])
        band = np.where(possible, band, -1)
        new = np.diff(self.table, prepend=-1) != 0
        new |= np.diff(band, prepend=-2) != 0
        first = np.flatnonzero(new)
        if not len(first):
            return self
        last = np.append(first[1:], len(new)) - 1
        low, high = self.total[first], self.total[last]
        number = np.where(possible[first], last - first + 1, 0)
        kept, parts, before = np.ones(len(new), dtype=bool), [], 0.0
        for points, ratio in _POINTS:
            run = np.flatnonzero((number > points) & (high <= ratio * low) & (high > before * low))
            before = ratio
            at = _points(low[run], high[run], points)
            apart = (np.diff(at, axis=1) > 0).all(axis=1)
            run, at = run[apart], at[apart]
            row = np.repeat(np.arange(len(run)), number[run])
            entry = np.arange(len(row)) + (first[run] - np.cumsum(number[run]) + number[run])[row]
            kept[entry] = False
            weight = self.times[entry, None] * _between(self.total[entry], at[row])
            sums = [sum_in_order(one, row, len(run)) for one in weight.T]
            table = np.repeat(self.table[first[run]], points)
            parts.append((table, at.ravel(), np.stack(sums, axis=1).ravel()))
        rest = self.table[kept], self.total[kept], self.times[kept]
        table, total, times = (np.concatenate(part) for part in zip(rest, *parts, strict=True))
        order = np.lexsort((total, table))
        return Distinct._sorted(table[order], total[order], times[order], self.size)


def _points(low: FloatArray, high: FloatArray, number: int) -> FloatArray:
    """Return whole numbers near the Chebyshev points of the logarithms, a row for each run."""
    share = 0.5 - 0.5 * np.cos(np.pi * np.arange(number) / (number - 1.0))
    return np.asarray(np.rint(low[:, None] * (high / low)[:, None] ** share))


def _between(total: FloatArray, points: FloatArray) -> FloatArray:
    """Return the weights of points, a row each, in the interpolation at a total."""
    x, at = np.log(total / points[:, 0]), np.log(points / points[:, :1])
    number = points.shape[1]
    weight = np.ones(points.shape)
    for j in range(number):
        for k in range(number):
            if j != k:
                weight[:, j] *= (x - at[:, k]) / (at[:, j] - at[:, k])
    return weight
