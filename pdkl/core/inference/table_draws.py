"""Tables of two columns drawn again: with their margins, or as they occurred.

What is drawn are tables like those that occurred, a group for each draw, so that whatever can be
measured of a table can be measured of its draws.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pdkl.core.inference.samplers import multinomial, taken_out
from pdkl.core.numerics.exact import IntArray

_CELLS = 1 << 17  # of draws at a time: it bounds the memory, and with the seed makes the result
_SHUFFLED = 8  # rows to a possible cell up to which shuffling rows is faster than drawing cells
_DENSE = 4  # possible cells to a row up to which each has a place
_ROUNDS = 3


class DrawnTables(NamedTuple):
    """The fields of `pdkl.core.measures.joint.Joint`: no measure is known here."""

    stratum: IntArray
    x: IntArray
    y: IntArray
    weight: IntArray
    group_of: IntArray
    missing: IntArray


@dataclass(frozen=True)
class TableSampler:
    """The strata of one group, in an order that is not that of the rows; see `samplers`.

    Parameters
    ----------
    stratum, x, y : int64 array, one entry per occurring cell
        The table that it is in, and its place there.
    weight : int64 array
        How many rows it has.
    """

    stratum: IntArray
    x: IntArray
    y: IntArray
    weight: IntArray

    @property
    def occurred(self) -> DrawnTables:
        """What occurred, as if it were the only draw."""
        one = np.zeros(len(self.weight), dtype=np.int64)
        return self._drawn(one, self.stratum, self.x, self.y, self.weight, 1)

    def redrawn(self, size: int, rng: np.random.Generator) -> Iterator[DrawnTables]:
        """Draw rows with replacement, from all strata together."""
        n, share = int(self.weight.sum()), self.weight.astype(np.float64)

        def draw(number: int) -> DrawnTables:
            drawn = multinomial(n, share, number, rng).astype(np.int64)
            at, cell = np.nonzero(drawn)
            return self._drawn(
                at, self.stratum[cell], self.x[cell], self.y[cell], drawn[at, cell], number
            )

        return _some_at_a_time(draw, size, len(self.weight))

    def dealt(self, size: int, rng: np.random.Generator) -> Iterator[DrawnTables]:
        """Deal the rows of each stratum again, so that both its margins stay."""
        tables = [_Margins.of(self, i) for i in range(int(self.stratum.max(initial=-1)) + 1)]

        def draw(number: int) -> DrawnTables:
            parts = [one.dealt(number, rng) for one in tables]
            stratum = np.repeat(np.arange(len(parts)), [len(part[0]) for part in parts])
            at, x, y, weight = (np.concatenate(part) for part in zip(*parts, strict=True))
            return self._drawn(at, stratum, x, y, weight, number)

        return _some_at_a_time(draw, size, sum(one.work for one in tables))

    def _drawn(
        self,
        draw: IntArray,
        stratum: IntArray,
        x: IntArray,
        y: IntArray,
        weight: IntArray,
        size: int,
    ) -> DrawnTables:
        """Let each draw be a group."""
        strata = int(self.stratum.max(initial=-1)) + 1
        group_of = np.repeat(np.arange(size), strata)
        nothing = np.zeros(size, dtype=np.int64)
        return DrawnTables(draw * strata + stratum, x, y, weight, group_of, nothing)


def samplers(tables: DrawnTables) -> Callable[[int], TableSampler]:
    """Return the function that gives the sampler of a group of tables as they occurred."""
    weight, group = tables.weight, tables.group_of[tables.stratum]
    order = np.lexsort((_likeness(tables), group))
    starts = np.searchsorted(group[order], np.arange(len(tables.missing) + 1))

    def of(i: int) -> TableSampler:
        cells = order[starts[i] : starts[i + 1]]
        # numbered as they come in this order
        stratum = _numbered(tables.stratum[cells])
        x, y = (_numbered(code[cells]) for code in (tables.x, tables.y))
        return TableSampler(stratum, x, y, weight[cells])

    return of


@dataclass(frozen=True)
class _Margins:
    """What a table keeps when its rows are dealt again."""

    x: IntArray
    y: IntArray
    rows: IntArray  # of each x
    columns: IntArray  # of each y

    @classmethod
    def of(cls, sampler: TableSampler, stratum: int) -> _Margins:
        own = sampler.stratum == stratum
        sides = []
        for code in (sampler.x[own], sampler.y[own]):
            found, place = np.unique(code, return_inverse=True)
            total = np.zeros(len(found), dtype=np.int64)
            np.add.at(total, place, sampler.weight[own])
            sides.append((found, total))
        (x, rows), (y, columns) = sides
        return cls(x, y, rows, columns)

    @property
    def work(self) -> int:
        cells = len(self.rows) * len(self.columns)
        return min(cells, int(self.rows.sum())) if self._shuffles else cells

    @property
    def _shuffles(self) -> bool:
        return int(self.rows.sum()) <= _SHUFFLED * len(self.rows) * len(self.columns)

    def dealt(
        self, size: int, rng: np.random.Generator
    ) -> tuple[IntArray, IntArray, IntArray, IntArray]:
        """Return draw, x, y and rows of each cell that occurs in a draw."""
        wide = len(self.columns)
        cells = len(self.rows) * wide
        if self._shuffles:
            x = np.repeat(np.arange(len(self.rows)), self.rows)
            y = np.repeat(np.arange(wide), self.columns)
            shuffled = rng.permuted(np.broadcast_to(y, (size, len(y))), axis=1)
            key = np.arange(size)[:, None] * cells + x * wide + shuffled
            if cells <= _DENSE * len(x):
                number = np.bincount(key.ravel(), minlength=size * cells)
                found = np.flatnonzero(number)
                weight = number[found]
            else:
                found, weight = np.unique(key, return_counts=True)
        else:
            drawn = np.zeros((size, len(self.rows), wide), dtype=np.int64)
            left = np.broadcast_to(self.columns, (size, wide))
            for i, n in enumerate(self.rows[:-1]):
                drawn[:, i] = taken_out(left, np.full(size, n), rng)
                left = left - drawn[:, i]
            drawn[:, -1] = left
            found = np.flatnonzero(drawn)
            weight = drawn.ravel()[found]
        draw, cell = np.divmod(found, cells)
        x, y = np.divmod(cell, wide)
        return draw, self.x[x], self.y[y], weight


def _some_at_a_time(
    draw: Callable[[int], DrawnTables], size: int, cells: int
) -> Iterator[DrawnTables]:
    step = max(1, _CELLS // max(cells, 1))
    for start in range(0, size, step):
        yield draw(min(step, size - start))


def _numbered(codes: IntArray) -> IntArray:
    """Give codes numbers, in the order in which they come first."""
    _, first, place = np.unique(codes, return_index=True, return_inverse=True)
    number = np.empty(len(first), dtype=np.int64)
    number[np.argsort(first)] = np.arange(len(first))
    return number[place]


def _likeness(tables: DrawnTables) -> IntArray:
    """Give cells a number that tells apart those whose tables, lines or columns differ.

    What is drawn must not depend on the order of the rows, and the codes of values do. Each round
    looks one cell further along lines and columns; cells that still are alike can nearly always
    change places without a difference to any statistic.
    """
    stratum = tables.stratum
    lines = [stratum, *(_numbered_pairs(stratum, code) for code in (tables.x, tables.y))]
    key = tables.weight.astype(np.uint64)
    for _ in range(_ROUNDS):
        mixed = _mixed(key)
        for salt, line in enumerate(lines):
            total = np.zeros(int(line.max(initial=-1)) + 1, dtype=np.uint64)
            np.add.at(total, line, mixed)  # of integers, so that no order matters
            key = _mixed(key ^ _mixed(total[line] + np.uint64(salt)))
    return key.view(np.int64)


def _numbered_pairs(stratum: IntArray, code: IntArray) -> IntArray:
    width = int(code.max(initial=0)) + 1
    return np.asarray(np.unique(stratum * width + code, return_inverse=True)[1])


def _mixed(key: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Scatter whole numbers, by the finish of splitmix64 (Steele, Lea and Flood 2014)."""
    key = key + np.uint64(0x9E3779B97F4A7C15)
    key = (key ^ (key >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    key = (key ^ (key >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return key ^ (key >> np.uint64(31))
