r"""Tables with both margins fixed: what the mutual information of independent columns is.

If x and y are independent, all orders of y beside x are equally likely, and each count of their
table is hypergeometric: a_ij of n rows, r_i of which have x = i, and c_j have y = j. The mean of

    I = 1/n sum d(a_ij, r_i c_j / n),   d(a, m) = a log(a / m) + m - a,

is a sum over cells, hence exact. Its variance is that of the linear and quadratic parts of the
terms, whose correlations are products of those of rows and of columns; its third moment is that of
cells and pairs of cells, and what three cells have together is taken from normal counts, for which
2n I would be chi-squared with (R - 1)(C - 1) degrees of freedom.

References
----------
Vinh, Epps and Bailey (2010), "Information theoretic measures for clusterings comparison: variants,
properties, normalization and correction for chance", JMLR 11: the mean. Wilks (1935), "The
likelihood test of independence in contingency tables". Kazi-Aoual et al. (1995), "Refined
approximations to permutation tests for multivariate inference".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pdkl.core.counts.pairs import Pairs
from pdkl.core.inference.cells import Cells, gathered
from pdkl.core.inference.few import Exact, all_tables
from pdkl.core.inference.margins import Distinct, Margin
from pdkl.core.inference.moments import CellMoments, basis, cell_moments, dot
from pdkl.core.inference.nodes import SMOOTH, Piece, look, pieces
from pdkl.core.inference.table_lists import Listed, all_added, all_crossed
from pdkl.core.inference.tail import Moments, added, as_it_is
from pdkl.core.inference.urn import EXCHANGE, Drawn, count_deviance, log_factorial_rest
from pdkl.core.numerics.exact import FloatArray, IntArray, segment_sum, sum_in_order

_LEVEL = 0.95
_CELLS = 1 << 18  # of distinct margins, looked at together: it bounds the memory, not the result


@dataclass(frozen=True)
class Contingency:
    """Tables of two columns, several of which may be strata of one answer.

    Parameters
    ----------
    size : int
        The number of tables.
    rows, columns : Margin
        Their margins.
    cell_table : int64 array
        The table of each occurring cell.
    cell : float64 array
        How many rows are in it.
    """

    size: int
    rows: Margin
    columns: Margin
    cell_table: IntArray
    cell: FloatArray

    @classmethod
    def of(
        cls, table: IntArray, x: IntArray, y: IntArray, weight: FloatArray, size: int
    ) -> Contingency:
        """Take tables from their occurring cells, one entry each."""
        return cls(size, _margin(table, x, weight), _margin(table, y, weight), table, weight + 0.0)

    @property
    def n(self) -> FloatArray:
        """The rows of each table."""
        return segment_sum(self.cell, self.cell_table, self.size)


@dataclass(frozen=True)
class Independence:
    """What mutual information is where nothing depends on anything, in nats: one per answer.

    Parameters
    ----------
    n : float64 array
        The rows of each answer; where there are none all is NaN.
    p_value : float64 array
        The probability of as much information as was observed.
    exact : bool array
        Whether all tables were listed.
    moments : Moments
        The distribution of n I.
    listed : Exact
        That of n I where all tables were listed.
    """

    n: FloatArray
    p_value: FloatArray
    exact: NDArray[np.bool_]
    moments: Moments
    listed: Exact

    @property
    def mean(self) -> FloatArray:
        """The mean of I."""
        return self._of(self.moments.mean, self.listed.expectation(as_it_is)) / self._rows

    @property
    def noise_floor(self) -> FloatArray:
        """The point that I is at or below in 95 % of cases."""
        return self.quantile(_LEVEL)

    def quantile(self, level: float) -> FloatArray:
        """Return the point at or below which I is with this probability."""
        return self._of(self.moments.quantile(level), self.listed.quantile(level)) / self._rows

    def expectation(
        self, finish: Callable[[FloatArray, IntArray], FloatArray], slope: FloatArray
    ) -> FloatArray:
        """Return the mean of a function of I, which is also told the answer of each I.

        ``slope`` is its derivative at the mean of I: only what is not straight is integrated.
        """
        every, n = np.arange(len(self.n)), np.maximum(self.n, 1.0)
        moments = self.moments.scaled(1.0 / n)
        middle = moments.mean
        start = finish(middle, every)
        bent = moments.expectation(lambda i: i + finish(i, every) - start - slope * (i - middle))
        urn = self.listed.urn
        known = self.listed.expectation(lambda total: finish(total / n[urn], urn))
        return self._of(start + (bent - middle), known) + 0.0 * self._rows

    @property
    def _rows(self) -> FloatArray:
        return np.where(self.n > 0, self.n, np.nan)

    def _of(self, smooth: FloatArray, exact: FloatArray) -> FloatArray:
        return np.where(self.exact, exact, smooth)


def if_independent(
    tables: Contingency, information: FloatArray, answer: IntArray | None = None
) -> Independence:
    """Say what the mutual information of tables would be if x and y were independent.

    Parameters
    ----------
    tables : Contingency
        The tables.
    information : float64 array, one entry per answer
        What was observed, in nats.
    answer : int64 array, one entry per table
        Which answer each table is a stratum of, that answer being the mean of I over strata,
        weighted by rows; each table is one if left out.

    Returns
    -------
    Independence
        The distribution of I, and the probability of as much as was observed; NaN without rows. Of
        single tables of two rows or columns that have few possible counts all of it is exact.
    """
    size = len(information)
    answer = np.arange(tables.size) if answer is None else answer
    n = tables.n
    whole = segment_sum(n, answer, size)
    observed = np.where(whole > 0, whole * information, 0.0)
    listed = _listed(tables, n, answer, observed)
    exact = np.zeros(size, dtype=bool)
    exact[listed.urn] = True
    found = _moments(tables, ~exact[answer])
    # in an order of their own, which is not that of the rows
    order = np.lexsort((found.third, found.variance, found.mean, n, answer))
    moments = added(Moments(*(part[order] for part in found)), answer[order], size)
    # what cannot vary is its own mean, to the last bit
    still = ~moments.varies & (np.abs(observed - moments.mean) <= 1e-9 * (1.0 + moments.mean))
    moments = moments._replace(mean=np.where(still, observed, moments.mean))
    p_value = np.maximum(moments.tail(observed), least_p_value(tables, information, answer))
    p_value = np.where(exact, listed.tail(observed), p_value)
    p_value = np.where(whole > 0, np.clip(p_value, 5e-324, 1.0), np.nan)
    return Independence(whole, p_value, exact, moments, listed)


def information_moments(tables: Contingency) -> Moments:
    """Return the moments of the mutual information of each table, in nats."""
    every = np.ones(tables.size, dtype=bool)
    return _moments(tables, every).scaled(1.0 / np.maximum(tables.n, 1.0))


def expected_information(tables: Contingency, answer: IntArray, size: int) -> FloatArray:
    """Return the mean of I of each answer, as `Independence.mean` but nothing besides it."""
    n = tables.n
    mean = np.zeros(tables.size)
    for table, rows, columns in _crossable(tables, n > 0):
        crossed = _Crossed.of(rows, columns, n[table])
        (found,) = crossed.looked_at(lambda _, weight, values: [dot(weight, values)])
        mean[table] = crossed.total(found)
    order = np.lexsort((mean, n, answer))
    whole = segment_sum(n, answer, size)
    total = sum_in_order(mean[order], answer[order], size)
    return np.asarray(np.divide(total, whole, out=np.full(size, np.nan), where=whole > 0))


def least_p_value(tables: Contingency, information: FloatArray, answer: IntArray) -> FloatArray:
    """Return the probability of just these tables, I being theirs: no p-value is below it."""
    n = tables.n
    log = -log_factorial_rest(n)
    for margin in (tables.rows, tables.columns):
        log += segment_sum(log_factorial_rest(margin.total), margin.table, tables.size)
    log -= segment_sum(log_factorial_rest(tables.cell), tables.cell_table, tables.size)
    size = len(information)
    whole = segment_sum(n, answer, size)
    log = segment_sum(log, answer, size) - np.where(whole > 0, whole * information, 0.0)
    return np.asarray(np.exp(np.minimum(log, 0.0)))


def _moments(tables: Contingency, chosen: NDArray[np.bool_]) -> Moments:
    """Return the moments of n I of each chosen table, 0 of others."""
    n, narrow = tables.n, _narrow(tables) & chosen
    found = Moments(*(np.zeros(tables.size) for _ in Moments._fields))
    for table, rows, columns in _crossable(tables, chosen & ~narrow):
        for whole, part in zip(found, _by_margins(rows, columns, n[table]), strict=True):
            whole[table] = part
    if narrow.any():  # a row of two decides on the other
        exact = _two_rows(tables, narrow).moments(_information, SMOOTH)[0]
        found = Moments(*(np.where(narrow, a, b) for a, b in zip(exact, found, strict=True)))
    return found


def _crossable(
    tables: Contingency, chosen: NDArray[np.bool_]
) -> Iterator[tuple[IntArray, Distinct, Distinct]]:
    """Give chosen tables that can vary, some at a time, with their margins, numbered anew."""
    n = tables.n
    whole = (Distinct.of(margin, tables.size) for margin in (tables.rows, tables.columns))
    rows, columns = (margin.thinned(n) for margin in whole)
    both = [side.number for side in (rows, columns)]
    table = np.flatnonzero(chosen & (np.minimum(*both) > 1))
    cells = np.cumsum(np.diff(rows.starts)[table] * np.diff(columns.starts)[table])
    edges = np.flatnonzero(np.diff(cells // _CELLS)) + 1
    for some in np.split(table, edges) if len(table) else []:
        yield some, rows.only(some), columns.only(some)


@dataclass(frozen=True)
class _Crossed:
    """The cells of tables, those that have the same two margins once."""

    rows: Distinct
    columns: Distinct
    n: FloatArray
    i: IntArray  # the row of each cell
    j: IntArray
    at: IntArray  # its table
    r: FloatArray  # the total of its row
    c: FloatArray
    times: FloatArray

    @classmethod
    def of(cls, rows: Distinct, columns: Distinct, n: FloatArray) -> _Crossed:
        i, j = _pairs(rows.starts, columns.starts)
        at, times = rows.table[i], rows.times[i] * columns.times[j]
        return cls(rows, columns, n, i, j, at, rows.total[i], columns.total[j], times)

    def looked_at(
        self, task: Callable[[FloatArray, FloatArray, FloatArray], Sequence[FloatArray]]
    ) -> list[FloatArray]:
        """Show what each cell adds to n I: counts, weights and values, a row for each cell."""
        drawn = Drawn(self.n[self.at], self.r)
        expected = self.r * (self.c / drawn.balls)

        def look_at(piece: Piece) -> list[tuple[FloatArray, ...]]:
            count, weight = look(EXCHANGE, self.c, drawn, piece)
            return [tuple(task(count, weight, count_deviance(count, expected[piece.cell, None])))]

        return gathered(pieces(EXCHANGE, self.c, drawn, SMOOTH), look_at, len(self.at))[0]

    def total(self, values: FloatArray) -> FloatArray:
        """Sum over the cells of each table."""
        return sum_in_order(values * self.times, self.at, len(self.n))


def _by_margins(rows: Distinct, columns: Distinct, n: FloatArray) -> Moments:
    """Return the moments of n I from single cells and pairs of cells."""
    crossed = _Crossed.of(rows, columns, n)
    total, size, i, j, at = crossed.total, len(n), crossed.i, crossed.j, crossed.at
    r, c = crossed.r, crossed.c

    def taken_apart(count: FloatArray, weight: FloatArray, values: FloatArray) -> CellMoments:
        return cell_moments(count, basis(count, weight), values)

    cell = CellMoments(*crossed.looked_at(taken_apart))
    share_r, share_c = r / n[at], c / n[at]

    def by_row(values: FloatArray) -> FloatArray:
        sums = sum_in_order(values * columns.times[j], i, len(rows.total))
        return np.asarray(sums)

    def by_column(values: FloatArray) -> FloatArray:
        sums = sum_in_order(values * rows.times[i], j, len(columns.total))
        return np.asarray(sums)

    slope = np.divide(cell.linear, cell.sd, out=np.zeros_like(r), where=cell.sd > 0)
    # what rows or columns share does not count, as their totals are fixed
    level = slope - by_row(slope * share_c)[i] - by_column(slope * share_r)[j]
    level += total(slope * share_r * share_c)[at]
    linear = n * (n / np.maximum(n - 1.0, 1.0)) * total(share_r * share_c * level * level)
    bent = cell.quadratic
    balls = n[at]
    ratio_r, ratio_c = (EXCHANGE.ratios(one, Drawn(balls, balls))[1] for one in (r, c))
    w_r, w_c = np.sqrt(ratio_r), np.sqrt(ratio_c)
    rest_r, rest_c = (1.0 - _second_ratio(margin, n) for margin in (rows, columns))

    def shared(one: FloatArray, two: FloatArray) -> FloatArray:
        """Sum one x two over pairs of different cells, as their polynomials are correlated."""
        own = total(((1.0 - ratio_r) * (1.0 - ratio_c) - 1.0) * one * two)
        in_rows = rows.total_of(rest_r * by_row(w_c * one) * by_row(w_c * two))
        in_columns = columns.total_of(rest_c * by_column(w_r * one) * by_column(w_r * two))
        return own + in_rows + in_columns + total(w_r * w_c * one) * total(w_r * w_c * two)

    variance = linear + np.maximum(total(cell.square) + shared(bent, bent), 0.0)
    c1, g = level * cell.sd, cell.curvature
    cube = cell.cube + 3.0 * c1 * cell.square_first + 3.0 * c1 * c1 * bent * g
    cube += c1**3 * cell.skewness
    e2 = cell.square_second + 2.0 * c1 * cell.first_second + c1 * c1 * g
    # three cells, from normal counts, of which all together are those of chi-squared
    normal = (1.0 - share_r) * (1.0 - share_c) / np.sqrt(2.0)
    degrees = (rows.number - 1.0) * (columns.number - 1.0)
    root = 2.0 * np.sqrt(2.0)
    three = degrees - root * (total(normal**3) + 3.0 * shared(normal**2, normal))
    size_of = total(normal**3)
    three *= np.divide(total(bent**3), size_of, out=np.zeros(size), where=size_of > 0)
    third = total(cube) + 3.0 * shared(e2, bent) + three
    return Moments(total(cell.mean), variance, third, np.zeros(size), np.zeros(size))


def _pairs(left: IntArray, right: IntArray) -> tuple[IntArray, IntArray]:
    """Return all pairs of an entry of the one and one of the other, table by table."""
    width = np.diff(right)
    each = np.repeat(width, np.diff(left))  # partners of each entry of the left
    i = np.repeat(np.arange(len(each)), each)
    first = np.repeat(right[:-1], np.diff(left))
    offset = np.arange(len(i)) - np.repeat(np.cumsum(each) - each, each)
    return i, first[i] + offset


def _second_ratio(margin: Distinct, n: FloatArray) -> FloatArray:
    balls = n[margin.table]
    return EXCHANGE.ratios(margin.total, Drawn(balls, balls))[1]


def _margin(table: IntArray, label: IntArray, weight: FloatArray) -> Margin:
    width = int(label.max(initial=0)) + 1
    key, place = np.unique(table * width + label, return_inverse=True)
    return Margin(key // width, sum_in_order(weight, place, len(key)))


def _narrow(tables: Contingency) -> NDArray[np.bool_]:
    """Tell which tables have two rows, or two columns."""
    sides = (np.bincount(m.table, minlength=tables.size) for m in (tables.rows, tables.columns))
    return np.asarray(np.minimum(*sides) == 2)


def _two_rows(tables: Contingency, chosen: NDArray[np.bool_]) -> Cells:
    """Let the rows of tables with two be dealt to their columns, or the other way round.

    Other tables have no cells.
    """
    n_rows = np.bincount(tables.rows.table, minlength=tables.size)
    upright = n_rows == 2
    of_two, dealt = [], []
    for margin, two in ((tables.rows, upright), (tables.columns, ~upright)):
        mine = (chosen & two)[margin.table]
        of_two.append((margin.table[mine], margin.total[mine]))
    for margin, two in ((tables.columns, upright), (tables.rows, ~upright)):
        mine = (chosen & two)[margin.table]
        dealt.append((margin.table[mine], margin.total[mine]))
    table, total = (np.concatenate(parts) for parts in zip(*of_two, strict=True))
    first = np.full(tables.size, np.inf)
    np.minimum.at(first, table, total)
    urn, alpha = (np.concatenate(parts) for parts in zip(*dealt, strict=True))
    first = np.where(chosen, first, 0.0)
    return Cells.of(EXCHANGE, urn, alpha, n=first)


def _information(pairs: Pairs) -> list[FloatArray]:
    """Give what a column of two counts adds to n I."""
    at = pairs.comparison
    p, q = pairs.total_p[at], pairs.total_q[at]
    n, both = p + q, pairs.count_p + pairs.count_q
    first = count_deviance(pairs.count_p, both * (p / n))
    return [first + count_deviance(pairs.count_q, both * (q / n))]


def _listed(tables: Contingency, n: FloatArray, answer: IntArray, observed: FloatArray) -> Exact:
    """List what n I can be in the answers whose tables are few."""
    size = len(observed)
    rows, columns = (Distinct.of(side, tables.size) for side in (tables.rows, tables.columns))
    varies = np.minimum(rows.number, columns.number) > 1
    found, wide = all_crossed(rows, columns, varies, answer)
    if (wide & _narrow(tables)).any():
        cells = _two_rows(tables, wide & _narrow(tables))
        more = all_tables(cells, _information, [np.add])
        wider = Listed(more.urn, more.values[0], more.probability)
        found = Listed.together([found, wider]).joined()
    # answers of whose tables there is one only have nothing else
    fixed = np.setdiff1d(answer[n > 0], answer[varies])
    known = ~varies
    known[found.at] = True
    lacking = np.zeros(size, dtype=bool)
    lacking[answer[~known]] = True
    if lacking.any():
        found = found.of(~lacking[answer[found.at]])
    found = all_added(found, n, answer, size)
    if len(fixed):
        certain = Listed(fixed, np.zeros(len(fixed)), np.ones(len(fixed)))
        found = Listed.together([found, certain]).sorted()
    at, value, probability = found
    # what cannot vary is what was observed, to the last bit
    single = np.bincount(at, minlength=size)[at] == 1
    single &= np.abs(observed[at] - value) <= 1e-9 * (1.0 + value)
    return Exact(size, at, probability, np.where(single, observed[at], value))
