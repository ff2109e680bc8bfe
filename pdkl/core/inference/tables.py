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

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pdkl.core.counts.pairs import Pairs
from pdkl.core.inference.cells import Cells, gathered
from pdkl.core.inference.few import Tables, all_tables
from pdkl.core.inference.moments import CellMoments, basis, cell_moments
from pdkl.core.inference.nodes import SMOOTH, Piece, look, pieces
from pdkl.core.inference.tail import Moments, added, as_it_is
from pdkl.core.inference.urn import EXCHANGE, Drawn, count_deviance, log_factorial_rest
from pdkl.core.numerics.exact import FloatArray, IntArray, segment_sum, sum_in_order

_LEVEL = 0.95


class Margin(NamedTuple):
    """The totals of the rows, or columns, of all tables."""

    table: IntArray
    total: FloatArray


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
        return sum_in_order(self.cell, self.cell_table, self.size)


class Independence(NamedTuple):
    """What mutual information is where nothing depends on anything, in nats: one per answer."""

    mean: FloatArray
    noise_floor: FloatArray
    p_value: FloatArray
    exact: NDArray[np.bool_]  # whether all tables were listed


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
        The mean of I, the point below which it is in 95 % of cases, and the probability of as much
        as was observed; NaN without rows. Of single tables of two rows or columns that have few
        possible counts all of these are exact.
    """
    size = len(information)
    answer = np.arange(tables.size) if answer is None else answer
    n = tables.n
    whole = sum_in_order(n, answer, size)
    weight = n / np.maximum(whole, 1.0)[answer]
    moments = added(information_moments(tables), answer, size, weight)
    log = sum_in_order(_log_probability(tables), answer, size)
    log = np.minimum(log - whole * information, 0.0)
    p_value = np.clip(np.maximum(moments.tail(information), np.exp(log)), 5e-324, 1.0)
    mean, floor = moments.mean, moments.quantile(_LEVEL)
    exact = np.zeros(size, dtype=bool)
    alone = np.bincount(answer[n > 0], minlength=size)[answer] == 1
    listed = _listed(tables, alone)
    if len(listed.urn):
        known, by_table = listed.one(0, as_it_is), np.zeros(tables.size)
        found = np.unique(listed.urn)
        by_table[:] = information[answer]
        of = answer[found]
        mean[of] = known.expectation(as_it_is)[found]
        floor[of] = known.quantile(_LEVEL)[found]
        p_value[of] = known.tail(by_table)[found]
        exact[of] = True
    some = whole > 0
    mean, floor, p_value = (np.where(some, one, np.nan) for one in (mean, floor, p_value))
    return Independence(mean, floor, p_value, exact)


def information_moments(tables: Contingency) -> Moments:
    """Return the moments of the mutual information of each table, in nats."""
    n = tables.n
    found = _by_margins(tables, n)
    narrow = _narrow(tables)
    if narrow.any():  # a row of two decides on the other
        cells = _two_rows(tables, narrow)
        exact = cells.moments(_information, SMOOTH)[0]
        found = Moments(*(np.where(narrow, a, b) for a, b in zip(exact, found, strict=True)))
    return found


def _by_margins(tables: Contingency, n: FloatArray) -> Moments:
    """Put cells together that have the same two margins."""
    rows, columns = _distinct(tables.rows, tables.size), _distinct(tables.columns, tables.size)
    i, j = _crossed(rows.starts, columns.starts)
    at = rows.table[i]
    r, c, times = rows.total[i], columns.total[j], rows.times[i] * columns.times[j]
    drawn = Drawn(n[at], r)
    expected = r * (c / n[at])

    def task(piece: Piece) -> list[CellMoments]:
        count, weight = look(EXCHANGE, c, drawn, piece)
        mean, total = expected[piece.cell, None], n[at[piece.cell], None]
        return [cell_moments(count, basis(count, weight), count_deviance(count, mean) / total)]

    work = pieces(EXCHANGE, c, drawn, SMOOTH)
    parts = gathered(work, task, len(at))
    size = tables.size
    if not parts:
        return Moments(*(np.zeros(size) for _ in Moments._fields))
    cell = CellMoments(*parts[0])
    share_r, share_c = r / n[at], c / n[at]

    def total(values: FloatArray) -> FloatArray:
        return sum_in_order(values * times, at, size)

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
    linear = n * n / np.maximum(n - 1.0, 1.0) * total(share_r * share_c * level * level)
    bent = cell.quadratic
    ratio_r, ratio_c = (EXCHANGE.ratios(one, drawn._replace(n=c))[1] for one in (r, c))
    w_r, w_c = np.sqrt(ratio_r), np.sqrt(ratio_c)
    rest_r, rest_c = (1.0 - _second_ratio(margin, n) for margin in (rows, columns))

    def shared(one: FloatArray, two: FloatArray) -> FloatArray:
        """Sum one x two over pairs of different cells, as their polynomials are correlated."""
        own = total(((1.0 - ratio_r) * (1.0 - ratio_c) - 1.0) * one * two)
        in_rows = rows.total_of(rest_r * by_row(w_c * one) * by_row(w_c * two), size)
        in_columns = columns.total_of(rest_c * by_column(w_r * one) * by_column(w_r * two), size)
        return own + in_rows + in_columns + total(w_r * w_c * one) * total(w_r * w_c * two)

    variance = linear + np.maximum(total(cell.square) + shared(bent, bent), 0.0)
    c1, g = level * cell.sd, cell.curvature
    cube = cell.cube + 3.0 * c1 * cell.square_first + 3.0 * c1 * c1 * bent * g
    cube += c1**3 * cell.skewness
    e2 = cell.square_second + 2.0 * c1 * cell.first_second + c1 * c1 * g
    # three cells, from normal counts, of which all together are those of chi-squared
    normal = (1.0 - share_r) * (1.0 - share_c) / np.sqrt(2.0)
    degrees = (rows.number(size) - 1.0) * (columns.number(size) - 1.0)
    root = 2.0 * np.sqrt(2.0)
    three = degrees - root * (total(normal**3) + 3.0 * shared(normal**2, normal))
    size_of = total(normal**3)
    three *= np.divide(total(bent**3), size_of, out=np.zeros(size), where=size_of > 0)
    third = total(cube) + 3.0 * shared(e2, bent) + three
    return Moments(total(cell.mean), variance, third, np.zeros(size), np.zeros(size))


class _Distinct(NamedTuple):
    """Margins of each table, equal ones once, sorted; ``starts`` has one entry more than tables."""

    table: IntArray
    total: FloatArray
    times: FloatArray
    starts: IntArray

    def number(self, size: int) -> FloatArray:
        return sum_in_order(self.times, self.table, size)

    def total_of(self, values: FloatArray, size: int) -> FloatArray:
        return sum_in_order(values * self.times, self.table, size)


def _distinct(margin: Margin, size: int) -> _Distinct:
    order = np.lexsort((margin.total, margin.table))
    table, total = margin.table[order], margin.total[order]
    new = np.flatnonzero((np.diff(table, prepend=-1) != 0) | (np.diff(total, prepend=-1.0) != 0))
    times = np.diff(new, append=len(total)).astype(np.float64)
    return _Distinct(
        table[new], total[new], times, np.searchsorted(table[new], np.arange(size + 1))
    )


def _crossed(left: IntArray, right: IntArray) -> tuple[IntArray, IntArray]:
    """Return all pairs of an entry of the one and one of the other, table by table."""
    width = np.diff(right)
    each = np.repeat(width, np.diff(left))  # partners of each entry of the left
    i = np.repeat(np.arange(len(each)), each)
    first = np.repeat(right[:-1], np.diff(left))
    offset = np.arange(len(i)) - np.repeat(np.cumsum(each) - each, each)
    return i, first[i] + offset


def _second_ratio(margin: _Distinct, n: FloatArray) -> FloatArray:
    balls = n[margin.table]
    return EXCHANGE.ratios(margin.total, Drawn(balls, balls))[1]


def _margin(table: IntArray, label: IntArray, weight: FloatArray) -> Margin:
    width = int(label.max(initial=0)) + 1
    key, place = np.unique(table * width + label, return_inverse=True)
    return Margin(key // width, sum_in_order(weight, place, len(key)))


def _log_probability(tables: Contingency) -> FloatArray:
    """Return log P(table) + n I of each table, I being that of the table itself."""
    parts = ((tables.rows, 1.0), (tables.columns, 1.0))
    log = -log_factorial_rest(tables.n)
    for margin, sign in parts:
        log += sign * segment_sum(log_factorial_rest(margin.total), margin.table, tables.size)
    return log - segment_sum(log_factorial_rest(tables.cell), tables.cell_table, tables.size)


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
    """Give what a column of two counts adds to the mutual information."""
    at = pairs.comparison
    p, q = pairs.total_p[at], pairs.total_q[at]
    n, both = p + q, pairs.count_p + pairs.count_q
    first = count_deviance(pairs.count_p, both * (p / n))
    return [(first + count_deviance(pairs.count_q, both * (q / n))) / n]


def _listed(tables: Contingency, alone: NDArray[np.bool_]) -> Tables:
    return all_tables(_two_rows(tables, _narrow(tables) & alone), _information, [np.add])
