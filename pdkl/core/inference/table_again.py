r"""Tables whose rows are drawn again with replacement: what a sum of x log x does then.

Mutual information and its kin are sums of f(a) = a log(a / E a), times 1, -1 or -2, over sets of
rows: those of a cell, of a row of the table, of a column, of a stratum. Each a is binomial, so the
mean is exact. Of two sets S and T the orthonormal polynomials of degree j of their counts (those of
Krawtchouk) are correlated as the j-th power of

    rho = (h_ST - h_S h_T) / sqrt(h_S (1 - h_S) h_T (1 - h_T)),   h the share of rows,

and with no other degree. Sets without a row in common have rho = -sqrt(q_S q_T), q = h / (1 - h), a
product, so that only pairs that meet are looked at: a cell and its row, a row and a column. The
variance is exact in degrees 1 and 2; all higher ones are taken for the third. The third moment is
that of the linear part, and of the quadratic part as if counts were normal: traces of products of
projections on rows, columns and strata, which are sums over cells too.

References
----------
Efron and Tibshirani (1993), "An Introduction to the Bootstrap". Eagleson (1964), "Polynomial
expansions of bivariate distributions": the powers of rho. Roulston (1999), "Estimating the errors
on measured entropy and mutual information": what is left of it where no cell is rare.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

import numpy as np

from pdkl.core.inference.cells import gathered
from pdkl.core.inference.moments import CellMoments, basis, cell_moments
from pdkl.core.inference.nodes import SMOOTH, Piece, look, pieces
from pdkl.core.inference.tail import Moments
from pdkl.core.inference.urn import REPLACE, Drawn, count_deviance
from pdkl.core.numerics.exact import FloatArray, IntArray, segment_sum

_PAIRS = tuple(combinations(range(4), 2))  # of cells, rows, columns, strata
_CROSSED = (1, 2)  # rows and columns have a cell in common; of other pairs one has the other

_ROUNDED = 1e-12
_MANY = 2000.0  # rows, from which on three terms of a series are right to 1e-12


class Signs(NamedTuple):
    """How often x log x of each kind of set is in a sum; together 0."""

    cells: float
    rows: float
    columns: float
    strata: float


@dataclass(frozen=True)
class Again:
    """Tables of some answers, whose rows are drawn again: from all strata of an answer together.

    Parameters
    ----------
    count : float64 array
        The rows of each occurring cell.
    sets : (int64 array, int64 array, int64 array)
        The row, the column and the stratum of each cell, numbered over all answers.
    answer : int64 array
        The answer of each cell.
    size : int
        The number of answers.
    """

    count: FloatArray
    sets: tuple[IntArray, IntArray, IntArray]
    answer: IntArray
    size: int

    def moments(self, signs: Signs, observed: FloatArray) -> Moments:
        """Return the moments of n times the measure, which is at least 0, from what it was."""
        n = segment_sum(self.count, self.answer, self.size)
        every = [np.arange(len(self.count)), *self.sets]
        kinds = [
            _Sets.of(self.count, at, self.answer, n, sign)
            for at, sign in zip(every, signs, strict=True)
        ]
        share = self.count / n[self.answer]

        def total(values: FloatArray) -> FloatArray:
            return segment_sum(values, self.answer, self.size)

        # what a row of each cell adds, linearly
        slope = sum((one.slope[at] for one, at in zip(kinds, every, strict=True)), 0.0 * share)
        slope -= total(share * slope)[self.answer]
        mean = sum((one.total(one.mean, self.size) for one in kinds), np.zeros(self.size))
        variance = n * total(share * slope**2)
        for degree in (2, 3):
            variance += self._shared(kinds, every, share, degree)
        third = n * total(share * slope**3)
        for one, at in zip(kinds, every, strict=True):
            together = segment_sum(share * slope, at, len(one.share))
            third += 6.0 * n * one.total(one.bend * together**2, self.size)
        third += 8.0 * self._cubed(kinds, every, share)
        nothing = np.zeros(self.size)
        return Moments(n * np.where(n > 0, observed, 0.0) + mean, variance, third, nothing, nothing)

    def jackknife_bias(self, signs: Signs) -> FloatArray:
        """Return n times the bias that leaving out single rows finds: what a sample lacks.

        It is that of Miller and Madow, (a - 1) log(1 - 1 / a) + 1 for each 1 / (2 a).
        """
        n = segment_sum(self.count, self.answer, self.size)
        found = np.zeros(self.size)
        for at, sign in zip([np.arange(len(self.count)), *self.sets], signs, strict=True):
            held = segment_sum(self.count, at, int(at.max(initial=-1)) + 1)[at]
            share = self.count / n[self.answer]
            found += sign * segment_sum(share * _left_out(held), self.answer, self.size)
        return n * found

    def _shared(
        self, kinds: list[_Sets], every: list[IntArray], share: FloatArray, degree: int
    ) -> FloatArray:
        """Sum the products of coefficients of a degree over all pairs of sets, as correlated."""
        sign = (-1.0) ** degree
        apart, own, alone = np.zeros((3, self.size))
        for one in kinds:
            c, power = one.coefficient(degree), one.odds ** (degree / 2.0)
            apart += one.total(c * power, self.size)
            own += one.total(c**2 * (1.0 - sign * power**2), self.size)
            alone += one.total(c**2, self.size)
        meeting = np.zeros(len(share))
        for i, j in _PAIRS:
            one, two, a, b = kinds[i], kinds[j], every[i], every[j]
            crossed = (i, j) == _CROSSED
            met = share if crossed else one.share[a]
            rho = (met - one.share[a] * two.share[b]) / (one.spread[a] * two.spread[b])
            odds = np.sqrt(one.odds[a] * two.odds[b])
            both = one.coefficient(degree)[a] * two.coefficient(degree)[b]
            often = 1.0 if crossed else 1.0 / one.cells[a]
            meeting += both * (rho**degree - sign * odds**degree) * often
        found = sign * apart**2 + own + 2.0 * segment_sum(meeting, self.answer, self.size)
        # sets that are equal leave nothing but rounding of each other
        return np.where(found > _ROUNDED * alone, found, 0.0)

    def _cubed(self, kinds: list[_Sets], every: list[IntArray], share: FloatArray) -> FloatArray:
        """Return the trace of the third power of the quadratic part, for normal counts."""
        h = [one.share[at] for one, at in zip(kinds, every, strict=True)]
        e = [one.bend[at] for one, at in zip(kinds, every, strict=True)]
        cubes = np.zeros(len(share))
        for i, one in enumerate(kinds):
            cubes += (e[i] * h[i]) ** 3 / one.cells[every[i]]
        for i, j in _PAIRS:
            met = self._met(h, share, i, j)
            often = 1.0 if (i, j) == _CROSSED else 1.0 / kinds[i].cells[every[i]]
            cubes += 3.0 * e[i] * e[j] * (e[i] * h[i] + e[j] * h[j]) * met**2 * often
        for i, j, k in combinations(range(len(kinds)), 3):
            met = self._met(h, share, i, j) * self._met(h, share, i, k)
            met = met * self._met(h, share, j, k)
            cubes += 6.0 * e[i] * e[j] * e[k] * met
        # counts have a fixed sum: what they have in common is taken out
        once = sum((e[i] * h[i] for i in range(len(kinds))), np.zeros(len(share)))
        twice = np.zeros(len(share))
        for i, one in enumerate(kinds):
            together = segment_sum(share * once, every[i], len(one.share))
            twice += e[i] * together[every[i]]

        def total(values: FloatArray) -> FloatArray:
            return segment_sum(values, self.answer, self.size)

        first, second, third = (total(share * one) for one in (once, once * once, once * twice))
        return np.asarray(total(cubes) - 3.0 * third + 3.0 * first * second - first**3)

    @staticmethod
    def _met(h: list[FloatArray], share: FloatArray, i: int, j: int) -> FloatArray:
        """Return the share of rows that two sets of a cell have in common."""
        return share if (i, j) == _CROSSED else h[i]


class _Sets(NamedTuple):
    """The sets of one kind, and what x log x does in each, times its sign."""

    answer: IntArray
    cells: FloatArray  # how many cells are in each
    share: FloatArray
    odds: FloatArray  # 0 of a set that has all rows, as its count does not vary
    spread: FloatArray
    mean: FloatArray
    slope: FloatArray
    second: FloatArray
    third: FloatArray

    @classmethod
    def of(
        cls, count: FloatArray, at: IntArray, answer: IntArray, n: FloatArray, sign: float
    ) -> _Sets:
        """Look at each different count of each number of rows once."""
        size = int(at.max(initial=-1)) + 1
        held = segment_sum(count, at, size)
        cells = np.bincount(at, minlength=size).astype(np.float64)
        own = np.zeros(size, dtype=np.int64)
        own[at] = answer
        rows = n[own]
        order = np.lexsort((held, rows))
        new = (np.diff(rows[order], prepend=-1.0) != 0) | (np.diff(held[order], prepend=-1.0) != 0)
        kind = np.empty(size, dtype=np.int64)
        kind[order] = np.cumsum(new) - 1
        found = _looked_at(rows[order[new]], held[order[new]])
        mean, linear, quadratic, square, sd = (
            part[kind]
            for part in (found.mean, found.linear, found.quadratic, found.square, found.sd)
        )
        share = held / np.maximum(rows, 1.0)
        varies = (held < rows) & (sd > 0)
        odds = np.divide(held, rows - held, out=np.zeros(size), where=varies)
        spread = np.where(varies, np.sqrt(share * np.maximum(1.0 - share, 0.0)), 1.0)
        slope = np.divide(linear, sd, out=np.zeros(size), where=varies)
        rest = np.sqrt(np.maximum(square - quadratic**2, 0.0))
        return cls(
            own,
            cells,
            share,
            odds,
            spread,
            sign * mean,
            sign * (slope + np.log(np.maximum(held, 1.0))),
            np.where(varies, sign * quadratic, 0.0),
            np.where(varies, -sign * rest, 0.0),
        )

    @property
    def bend(self) -> FloatArray:
        """Return the coefficient of the square of a count, relative to the number of rows."""
        return np.asarray(self.second / (np.sqrt(2.0) * self.spread**2))

    def coefficient(self, degree: int) -> FloatArray:
        """Return that of the polynomial of degree 2 or 3."""
        return self.second if degree == 2 else self.third

    def total(self, values: FloatArray, size: int) -> FloatArray:
        """Sum over the sets of each answer."""
        return segment_sum(values, self.answer, size)


def _left_out(count: FloatArray) -> FloatArray:
    """Return (a - 1) log(1 - 1 / a) + 1, by its series where that would lose its digits."""
    a = np.maximum(count, 1.0)
    few = np.where(a > 1.0, (a - 1.0) * np.log1p(-1.0 / np.maximum(a, 2.0)), 0.0) + 1.0
    many = (0.5 + (1.0 / 6.0 + 1.0 / (12.0 * a)) / a) / a
    return np.where(a < _MANY, few, many)


def _looked_at(n: FloatArray, count: FloatArray) -> CellMoments:
    """Say what x log(x / count) + count - x does in counts that are drawn again."""
    drawn = Drawn(n, n)

    def look_at(piece: Piece) -> list[CellMoments]:
        drawn_count, weight = look(REPLACE, count, drawn, piece)
        values = count_deviance(drawn_count, count[piece.cell, None])
        return [cell_moments(drawn_count, basis(drawn_count, weight), values)]

    if not len(count):
        return CellMoments(*(np.empty(0) for _ in CellMoments._fields))
    return CellMoments(*gathered(pieces(REPLACE, count, drawn, SMOOTH), look_at, len(count))[0])
