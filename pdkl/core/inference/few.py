"""Few tables: all of them, with their probabilities.

Where few tables are possible no smooth curve follows their distribution. They are counted by
classes of cells alike: how many of a class got 0, 1, 2, and so on is one table, with the
probability of all the tables that it stands for. A hundred cells of three rows of which 14 are
drawn are 24 tables.

References
----------
Fisher (1935), "The Design of Experiments". Agresti (1992), "A survey of exact inference for
contingency tables".
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pdkl.core.inference.cells import Cells, Evaluate, Join
from pdkl.core.inference.tail import Finish
from pdkl.core.numerics.exact import FloatArray, IntArray, segment_max, sum_in_order

MOST = 4096  # tables of one urn
_TIE = 1e-9  # tables that differ in the order of cells only may differ by rounding
_BLOCK = 1 << 18  # counts evaluated at a time


class Tables(NamedTuple):
    """All tables of some urns, sorted by urn: their probabilities and their statistics."""

    size: int
    urn: IntArray
    probability: FloatArray
    values: list[FloatArray]

    def one(self, i: int, finish: Finish) -> Exact:
        """Return the exact distribution of statistic i, finished."""
        values = self.values[i]
        finite = np.isfinite(values)
        values = np.where(finite, finish(np.where(finite, values, 0.0)), np.inf)
        return Exact(self.size, self.urn, self.probability, values)


class Exact(NamedTuple):
    """The distribution of a statistic in each urn whose tables are known; NaN in others."""

    size: int
    urn: IntArray
    probability: FloatArray
    values: FloatArray

    @property
    def infinite(self) -> FloatArray:
        """The probability that it is infinite."""
        return self._total(self.probability * np.isinf(self.values))

    def tail(self, value: FloatArray) -> FloatArray:
        """Return P(T >= value), ties included."""
        least = value * (1.0 - _TIE) - _TIE
        return np.minimum(self._total(self.probability * (self.values >= least[self.urn])), 1.0)

    def quantile(self, level: FloatArray | float) -> FloatArray:
        """Return the least value at or below which a finite T is with this probability."""
        finite = np.isfinite(self.values)
        if not finite.any():
            return np.full(self.size, np.nan)
        urn, values, weight = self.urn[finite], self.values[finite], self.probability[finite]
        if not len(urn):
            return np.full(self.size, np.nan)
        step = np.diff(urn)
        if not ((step > 0) | ((step == 0) & (np.diff(values) >= 0))).all():
            order = np.lexsort((values, urn))
            urn, values, weight = urn[order], values[order], weight[order]
        last = np.flatnonzero(np.diff(urn, append=-1))
        before = np.concatenate([[-1], last[:-1]]) + 1
        below = np.cumsum(weight)
        start = np.repeat(below[before] - weight[before], last - before + 1)
        share = (below - start) / np.repeat(below[last] - start[last], last - before + 1)
        enough = share >= np.broadcast_to(level, self.size)[urn] - _TIE
        enough[last] = True
        at = np.flatnonzero(enough)[::-1]
        result = np.full(self.size, np.nan)
        result[urn[at]] = values[at]  # the first that is enough comes last
        return result

    def expectation(self, finish: Finish) -> FloatArray:
        """Return E finish(T) of a finite T."""
        finite = np.isfinite(self.values)
        known = finish(np.where(finite, self.values, 0.0))
        mass = self._total(self.probability * finite)
        total = self._total(self.probability * np.where(finite, known, 0.0))
        return np.asarray(np.divide(total, mass, out=np.full(self.size, np.nan), where=mass > 0))

    def _total(self, values: FloatArray) -> FloatArray:
        return sum_in_order(values, self.urn, self.size)


def all_tables(
    cells: Cells, evaluate: Evaluate, joins: Sequence[Join], *, most: int = MOST
) -> Tables:
    """List the tables of the urns that have few; ``joins`` how cells make each statistic.

    Where one cell decides, few are up to `MOST`; else they are up to ``most``.
    """
    drawn = cells.drawn.of(cells.urn)
    low, high = cells.law.limits(cells.alpha, drawn)
    chosen = _perhaps_few(cells, low, high, most)
    starts = np.searchsorted(cells.urn, [chosen, chosen + 1])
    found: list[tuple[int, FloatArray, FloatArray]] = []
    number = np.concatenate([[0.0], np.cumsum(high - low + 1.0)])
    held = number[starts[1]] - number[starts[0]]
    block = (np.cumsum(held) - held) // _BLOCK
    for some in np.split(np.arange(len(chosen)), np.flatnonzero(np.diff(block)) + 1):
        if len(some):
            cell = np.concatenate([np.arange(starts[0, i], starts[1, i]) for i in some])
            found += _of_block(cells, cell, low, high, evaluate, joins, most)
    urn = np.repeat([i for i, _, _ in found], [len(log) for _, log, _ in found]).astype(np.int64)
    probability = [np.exp(log - log.max()) for _, log, _ in found]
    probability = [one / np.sort(one).sum() for one in probability]
    values = [
        np.concatenate([np.empty(0), *(v[j] for _, _, v in found)]) for j in range(len(joins))
    ]
    return Tables(cells.size, urn, np.concatenate(probability or [np.empty(0)]), values)


def _of_block(
    cells: Cells,
    cell: IntArray,
    low: FloatArray,
    high: FloatArray,
    evaluate: Evaluate,
    joins: Sequence[Join],
    largest: int,
) -> list[tuple[int, FloatArray, FloatArray]]:
    """Evaluate all possible counts of some cells, and then list the tables of each urn."""
    if not len(cell):
        return []
    number = (high - low)[cell].astype(np.int64) + 1
    each = np.repeat(cell, number)
    first = np.cumsum(number) - number
    count = low[each] + (np.arange(len(each)) - np.repeat(first, number))
    drawn = cells.drawn.of(cells.urn[each])
    log = cells.law.log_free(count, cells.alpha[each], drawn)
    two = np.flatnonzero(cells.mate[each] >= 0)
    log[two] = cells.law.log_marginal(count[two], cells.alpha[each[two]], drawn.of(two))
    values = np.empty((len(joins), len(each)))
    for join in set(joins):
        several = cells.values(each, count[:, None], evaluate, join)
        for j, one in enumerate(several):
            if joins[j] is join:
                values[j] = one[:, 0]
    found = []
    urn = cells.urn[cell]
    edges = np.flatnonzero(np.diff(urn, prepend=-1, append=-1))
    for start, end in pairwise(edges):
        i = int(urn[start])
        if end - start == 1 and cells.mate[cell[start]] >= 0:  # its counts are the tables
            own = slice(first[start], first[start] + number[start])
            found.append((i, log[own], values[:, own]))
            continue
        classes = [
            _Class(cells.times[c], low[c], log[a : a + m], values[:, a : a + m])
            for c, a, m in zip(cell[start:end], first[start:end], number[start:end], strict=True)
        ]
        decided = bool((cells.mate[cell[start:end]] >= 0).any())
        states = _listed(classes, float(cells.drawn.n[i]), joins, free=decided, most=largest)
        if states is not None:
            found.append((i, states.log, states.values))
    return found


def _perhaps_few(cells: Cells, low: FloatArray, high: FloatArray, limit: int) -> IntArray:
    """Return the urns that a quick look does not show to have too many tables.

    Some classes may get what they like, but no more than is to be moved, if others make up for
    it: all but the largest class, if that can, else the smaller of each two.
    """
    class_range = (high - low) * cells.times
    order = np.lexsort((class_range, cells.urn))
    urn, span = cells.urn[order], class_range[order]

    def total(values: FloatArray) -> FloatArray:
        return sum_in_order(values, urn, cells.size)

    last = np.searchsorted(urn, np.arange(cells.size), side="right")
    from_end = last[urn] - 1 - np.arange(len(urn))
    most, largest = total(span), np.zeros(cells.size)
    largest[urn[from_end == 0]] = span[from_end == 0]
    moved = cells.drawn.n - sum_in_order(low * cells.times, cells.urn, cells.size)
    moved = np.maximum(np.minimum(moved, most - moved), 0.0)

    def tables(choice: NDArray[np.bool_]) -> FloatArray:
        """Return the logarithm of how many tables there are at least."""
        free = choice.astype(np.float64)
        some = total(free * (span > 0))
        each = np.floor(moved / np.maximum(some, 1.0))
        log = total(free * np.log1p(np.minimum(span, each[urn])))
        pairs = some * (some - 1.0) / 2.0 * (moved >= 2)
        return np.maximum(log, np.log(np.maximum(pairs, 1.0)))

    enough = np.where(largest >= moved, tables(from_end > 0), 0.0)
    enough = np.maximum(enough, tables(from_end % 2 == 1))
    decided = cells.alone > 0  # by one cell, whose counts are the tables
    enough = np.where(decided, np.log(largest + 1.0), enough)
    widest = segment_max(high - low, cells.urn, cells.size)
    few = enough <= np.log(np.where(decided, MOST, limit))
    return np.flatnonzero(few & (widest < MOST) & (last > 0))


class _Class(NamedTuple):
    """Cells alike: how many, their least count, and of each count on log g and the statistics."""

    times: float
    low: float
    log: FloatArray
    values: FloatArray

    @property
    def high(self) -> float:
        return self.low + len(self.log) - 1.0


class _States(NamedTuple):
    """Tables in the making: what is left to be drawn, log probability, statistics."""

    left: FloatArray
    log: FloatArray
    values: FloatArray

    def take(self, parent: IntArray) -> _States:
        return _States(self.left[parent], self.log[parent], self.values[:, parent])


def _listed(
    classes: list[_Class], n: float, joins: Sequence[Join], *, free: bool, most: int
) -> _States | None:
    """List all tables of an urn; None if there are too many. If ``free``, n does not matter."""
    states = _States(np.array([n]), np.zeros(1), np.zeros((len(joins), 1)))
    endless = (-np.inf, np.inf)
    for i, one in enumerate(classes):
        later = classes[i + 1 :]
        rest = sum(x.times * x.low for x in later), sum(x.times * x.high for x in later)
        by_cell = one.times <= len(one.log)
        step = _cell_by_cell if by_cell else _count_by_count
        found = step(states, one, endless if free else rest, joins, most)
        if found is None:
            return None
        states = found
    return states


def _cell_by_cell(
    states: _States, one: _Class, rest: tuple[float, float], joins: Sequence[Join], limit: int
) -> _States | None:
    """Give each cell of a class no more than the one before."""
    before, run = np.full(len(states.left), one.high), np.zeros(len(states.left))
    for j in range(1, int(one.times) + 1):
        to_come = one.times - j
        least = np.maximum(one.low, np.ceil((states.left - rest[1]) / (to_come + 1.0)))
        most = np.minimum(before, states.left - to_come * one.low - rest[0])
        options = _options(least, most, limit)
        if options is None:
            return None
        parent, count = options
        run = np.where((count == before[parent]) & (j > 1), run[parent] + 1.0, 1.0)
        states, before = states.take(parent), count
        at = (count - one.low).astype(np.int64)
        log = states.log + one.log[at] + np.log(j / run)  # in the end times! / (run! run'! ...)
        states = _States(states.left - count, log, _joined(joins, states.values, one.values[:, at]))
    return states


def _count_by_count(
    states: _States, one: _Class, rest: tuple[float, float], joins: Sequence[Join], limit: int
) -> _States | None:
    """Say how many cells of a class get the largest count, the next, and so on."""
    from scipy.special import gammaln

    cells = np.full(len(states.left), one.times)
    for at in range(len(one.log) - 1, -1, -1):
        count, last = one.low + at, at == 0
        least = cells if last else states.left - cells * (count - 1.0) - rest[1]
        room = states.left - cells * one.low - rest[0]
        most = cells if last else np.minimum(cells, np.floor(room / at))
        options = _options(np.maximum(least, 0.0), most, limit)
        if options is None:
            return None
        parent, number = options
        states, cells = states.take(parent), cells[parent] - number
        chosen = gammaln(cells + number + 1.0) - gammaln(cells + 1.0) - gammaln(number + 1.0)
        log = states.log + number * one.log[at] + chosen
        some = number > 0
        values = states.values.copy()
        for j, join in enumerate(joins):
            more = one.values[j, at] * (number[some] if join is np.add else 1.0)
            values[j, some] = join(values[j, some], more)
        states = _States(states.left - number * count, log, values)
    return states


def _options(least: FloatArray, most: FloatArray, limit: int) -> tuple[IntArray, FloatArray] | None:
    """Return all whole numbers from least to most, and whose they are; None if too many."""
    number = np.maximum(most - least + 1.0, 0.0)
    if number.sum() > limit:
        return None
    times = number.astype(np.int64)
    parent = np.repeat(np.arange(len(least)), times)
    offset = np.arange(len(parent)) - np.repeat(np.cumsum(times) - times, times)
    return parent, least[parent] + offset


def _joined(joins: Sequence[Join], values: FloatArray, more: FloatArray) -> FloatArray:
    return np.stack(
        [join(*two) for join, two in zip(joins, zip(values, more, strict=True), strict=True)]
    )
