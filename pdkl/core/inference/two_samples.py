"""Two samples, each drawn again with replacement: moments of a sum over cells (a, b).

As in `pdkl.core.inference.moments`, with polynomials of both counts: what is linear in a or in b,
and of degree two in both together. The two counts of a cell are independent of each other; with
those of other cells they are correlated as multinomial counts are.

References
----------
Efron and Tibshirani (1993), "An Introduction to the Bootstrap", chapter 8. Griffiths (1971),
"Orthogonal polynomials on the multinomial distribution".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pdkl.core.counts.pairs import Pairs
from pdkl.core.inference.cells import Evaluate, Join, gathered, sorted_cells
from pdkl.core.inference.dealing import with_absent
from pdkl.core.inference.grids import Side, TwoCellMoments, grid_moments, grid_of
from pdkl.core.inference.maximum import Look
from pdkl.core.inference.tail import CERTAIN, Moments
from pdkl.core.inference.urn import REPLACE, Drawn
from pdkl.core.numerics.exact import FloatArray, IntArray, sum_in_order

Total = Callable[[FloatArray], FloatArray]  # sums the cells of each comparison
_NODES = 1 << 15  # at a time
_LARGE = 16.0  # counts that are a bell
_APART = 1.25  # standard deviations from one node of a bell to the next, three on either side
_WIDTH = 4.2  # standard deviations of what is no bell
_OUTWEIGHED = 100.0  # times as many rows: three nodes do, as the other side varies so much more


class GridPiece(NamedTuple):
    """Some cells that share their grid: of each side the first node, the step, the number."""

    cell: IntArray
    low: FloatArray
    step: FloatArray
    number: FloatArray
    shape: tuple[int, int]


@dataclass(frozen=True)
class TwoSamples:
    """The cells of many comparisons of two samples, sorted, equal ones once; compare `Cells`.

    Parameters
    ----------
    urn : int64 array
        The comparison of each cell.
    counts : float64 array, shape (2, cells)
        What P and the other sample have.
    times : float64 array
        For how many cells alike it stands.
    decides : bool array
        Whether there are two cells only, and the other one, which is not among them, gets what
        this one leaves.
    totals : float64 array, shape (2, comparisons)
        The rows of both samples.
    pooled : bool
        Whether Q is both samples together.
    alphabet : int
        How many outcomes could occur.
    """

    urn: IntArray
    counts: FloatArray
    times: FloatArray
    decides: NDArray[np.bool_]
    totals: FloatArray
    pooled: bool
    alphabet: int = 1

    @classmethod
    def of(
        cls,
        urn: IntArray,
        counts: FloatArray,
        totals: FloatArray,
        *,
        pooled: bool,
        times: FloatArray,
        alphabet: int = 1,
    ) -> TwoSamples:
        """Sort cells in any order, and count equal ones."""
        live = counts.sum(axis=0) > 0
        first, keep, mate, number = sorted_cells(urn, counts, live, times, totals.shape[1])
        left = first[keep]
        return cls(urn[left], counts[:, left], number[1], mate >= 0, totals, pooled, alphabet)

    @classmethod
    def of_pairs(cls, pairs: Pairs, *, pooled: bool, absent: bool = False) -> TwoSamples:
        """Take both samples from pairs; if ``pooled``, P is a part of Q, and the rest the other."""
        other = pairs.count_q - pairs.count_p if pooled else pairs.count_q
        rest = pairs.total_q - pairs.total_p if pooled else pairs.total_q
        urn, p, q, times = with_absent(pairs, pairs.count_p, other, absent=absent)
        assert q is not None
        return cls.of(
            urn,
            np.stack([p, q]),
            np.stack([pairs.total_p, rest]),
            pooled=pooled,
            times=times,
            alphabet=pairs.alphabet,
        )

    def looks(self, evaluate: Evaluate) -> Iterator[Look]:
        """Show the cells one by one, with the first of the statistics."""
        for piece in self.pieces(fine=True):
            a, b = self.look(piece)
            values = self.values(piece.cell, grid_of(a, b), evaluate, np.maximum)[0]
            weight = a.weight[:, None] * b.weight[None]
            table = (one.reshape(-1, len(piece.cell)).T for one in (values, weight))
            found, chance = (np.ascontiguousarray(one) for one in table)
            apart = np.zeros_like(chance)
            yield Look(self.urn[piece.cell], self.times[piece.cell], found, chance, apart)

    def moments(self, evaluate: Evaluate) -> list[Moments]:
        """Return the moments of each statistic in each comparison."""

        def task(piece: GridPiece) -> list[TwoCellMoments]:
            a, b = self.look(piece)
            values = self.values(piece.cell, grid_of(a, b), evaluate)
            return [grid_moments(a, b, one) for one in values]

        found = gathered(self.pieces(), task, len(self.urn))
        return [self._of_sum(TwoCellMoments(*one)) for one in found]

    def pieces(self, *, fine: bool = False) -> Iterator[GridPiece]:
        """Cut the cells into pieces of bounded size; ``fine`` for what no polynomial is like."""
        n = self.totals[:, self.urn]
        sd = np.sqrt(self.counts * (n - self.counts) / np.maximum(n, 1.0))
        bell = (np.minimum(self.counts, n - self.counts) >= _LARGE) & (not fine)
        reach = _WIDTH * sd + _WIDTH**2 / 6.0 + 1.0
        sure = (self.counts == 0) | (self.counts == n)
        low = np.where(sure, self.counts, np.maximum(0.0, np.floor(self.counts - reach)))
        high = np.where(sure, self.counts, np.minimum(n, np.ceil(self.counts + reach)))
        step = np.maximum(np.floor(sd * (0.4 if fine else 0.8)), 1.0)
        number = np.floor((high - low) / step) + 1.0
        width = np.where(sure, 1.0, np.ceil(number / 4.0) * 4.0)
        few = bell & (n >= _OUTWEIGHED * n[::-1])
        step = np.where(bell, np.rint(np.where(few, np.sqrt(3.0), _APART) * sd), step)
        number = np.where(bell, np.where(few, 3.0, 7.0), number)
        low = np.where(bell, self.counts - step * (number // 2), low)
        width = np.where(bell, number, width).astype(np.int64)
        paired = self.decides
        # cells of equal counts are neighbours, so that little is to be looked at
        order = np.lexsort((n[0], self.counts[0], width[1], width[0], paired))
        new = (np.diff(width[:, order], axis=1, prepend=-1) != 0).any(axis=0)
        new |= np.diff(paired[order].astype(np.int64), prepend=-1) != 0
        starts = np.flatnonzero(new)
        for start, end in zip(starts, [*starts[1:], len(order)], strict=True):
            shape = int(width[0, order[start]]), int(width[1, order[start]])
            rows = max(1, _NODES // (shape[0] * shape[1]))
            for first in range(start, end, rows):
                cell = order[first : min(first + rows, end)]
                yield GridPiece(cell, low[:, cell], step[:, cell], number[:, cell], shape)

    def look(self, piece: GridPiece) -> tuple[Side, Side]:
        """Return the nodes of both counts of some cells; equal ones are neighbours, made once."""
        sides = []
        for i, width in enumerate(piece.shape):
            n, own = self.totals[i, self.urn[piece.cell]], self.counts[i, piece.cell]
            if width == 3:
                sides.append(Side.of_three(own, piece.step[i], own * (n - own) / n))
                continue
            new = np.diff(own, prepend=-1.0) != 0
            new |= np.diff(n, prepend=-1.0) != 0
            one = np.flatnonzero(new)
            low, step, number = (what[i, one, None] for what in piece[1:4])
            at = np.arange(width)
            count = low + step * np.minimum(at, number - 1.0)
            rows = n[one, None]
            log = REPLACE.log_marginal(count, own[one, None], Drawn(rows, rows))
            weight = np.exp(log - log.max(axis=1, keepdims=True)) * (at < number)
            made = Side.of(count, weight / weight.sum(axis=1, keepdims=True))
            sides.append(made if new.all() else made.take(np.cumsum(new) - 1))
        return sides[0], sides[1]

    def values(
        self, cell: IntArray, count: FloatArray, evaluate: Evaluate, join: Join = np.add
    ) -> list[FloatArray]:
        """Evaluate statistics on grids (2, …, cells) of counts; ``join`` what two cells add."""
        found = self._at(cell, count, evaluate)
        if (self.decides[cell]).any():
            totals = self.totals[:, self.urn[cell]]
            more = self._at(cell, totals[:, None, None] - count, evaluate)
            found = [join(one, two) for one, two in zip(found, more, strict=True)]
        return found

    def _at(self, cell: IntArray, count: FloatArray, evaluate: Evaluate) -> list[FloatArray]:
        """Let each node be an entry, and each cell a comparison with its totals."""
        at = np.tile(np.arange(len(cell)), count[0].size // len(cell))
        p, q = count[0].ravel(), count[1].ravel()
        total_p, total_q = self.totals[:, self.urn[cell]]
        if self.pooled:
            q, total_q = p + q, total_p + total_q
        pairs = Pairs(at, at, p, q, np.ones(len(p)), total_p, total_q, self.alphabet)
        return [values.reshape(count.shape[1:]) for values in evaluate(pairs)]

    def _of_sum(self, found: TwoCellMoments) -> Moments:
        """Put the cells of each comparison together, as `pdkl.core.inference.moments.of_sum`."""
        size = self.totals.shape[1]
        alone = np.bincount(self.urn[self.decides], minlength=size) > 0

        def total(values: FloatArray) -> FloatArray:
            return sum_in_order(values * self.times, self.urn, size)

        n = self.totals[:, self.urn]
        rest = n - self.counts
        q = np.where(rest > 0, self.counts / np.where(rest > 0, rest, 1.0), 0.0)
        q = np.where(alone[self.urn], 0.0, q)
        share = self.counts / np.maximum(n, 1.0)
        u = np.sqrt(q)
        slope = np.divide(found.linear, found.sd, out=np.zeros_like(q), where=found.sd > 0)
        common = np.stack([np.where(alone, 0.0, total(one)) for one in slope * share])
        level = slope - common[:, self.urn]
        c1 = level * found.sd
        w2 = np.stack([q[0], q[1], u[0] * u[1]])
        linear = sum(self.totals[i] * total(share[i] * level[i] ** 2) for i in (0, 1))
        linear = np.where(alone, total((c1 * c1).sum(axis=0)), linear)
        bent = found.quadratic * w2
        shared = sum(total(one) ** 2 - total(one * one) for one in bent)
        variance = linear + np.maximum(total(found.square) + shared, 0.0)
        pairs = _two_cells(found, c1, u, w2, total)
        several = 3.0 * pairs + _three_cells(found, c1, q, total)
        for i in (0, 1):
            # V3 = V = n of multinomial counts
            several = several + self.totals[i] * total(share[i] * level[i] ** 3)
            several -= total(c1[i] ** 3 * found.skewness[i] * (1.0 + 3.0 * q[i]))
        third = total(_cube(found, c1)) + np.where(alone, 0.0, several)
        infinite = -np.expm1(total(np.log1p(-np.minimum(found.infinite, CERTAIN))))
        return Moments(total(found.mean), variance, third, total(found.least), infinite)


def _two_cells(
    found: TwoCellMoments, c1: FloatArray, u: FloatArray, w2: FloatArray, total: Total
) -> FloatArray:
    """E G_x^2 G_y over two cells: what G^2 and G have in common with the same polynomial."""
    quadratic, mixed = found.quadratic, found.mixed
    skewed = c1 * c1 * found.skewness
    straight = found.square_linear + skewed
    for i in (0, 1):
        straight[i] += 2.0 * (c1[i] * found.curvature[i] * quadratic[i] + c1[1 - i] * quadratic[2])
    e2 = found.square_quadratic + 0.0
    for j in (0, 1):
        e2[j] += 2.0 * (c1[0] * mixed[0, j] + c1[1] * mixed[1, j])
        e2[j] += c1[j] ** 2 * found.curvature[j]
    # P_1^2 = 1 + skewness P_1 + curvature P_2
    for i in (0, 1):
        inner = found.skewness[i] * quadratic[2] + found.curvature[i] * mixed[1 - i, i]
        e2[2] += 2.0 * c1[i] * inner
    e2[2] += 2.0 * c1[0] * c1[1]
    pairs = np.zeros(len(total(u[0])))
    for e, c, w in zip(e2, quadratic, w2, strict=True):
        pairs = pairs + total(e * w) * total(c * w) - total(e * c * w * w)
    for e, c, w in zip(straight, c1, u, strict=True):
        pairs = pairs - total(e * w) * total(c * w) + total(e * c * w * w)
    return np.asarray(pairs)


def _cube(found: TwoCellMoments, c1: FloatArray) -> FloatArray:
    """E G^3 of each cell, G = R + c1 P_1 of both sides."""
    quadratic = found.quadratic
    cube = found.cube + 3.0 * (c1 * found.square_linear).sum(axis=0)
    cube += 3.0 * (c1 * c1 * found.curvature * quadratic[:2]).sum(axis=0)
    cube += 6.0 * c1[0] * c1[1] * quadratic[2] + (c1**3 * found.skewness).sum(axis=0)
    return np.asarray(cube)


def _three_cells(found: TwoCellMoments, c1: FloatArray, q: FloatArray, total: Total) -> FloatArray:
    """Return what three cells have together, or two and one of them once more, if normal.

    T is then sum l'z + z'M z, M of 2 x 2 in each cell, and z has the covariances S - U U': its
    third moment is 8 trace (M C)^3 + 6 l'C M C l. Cells that meet themselves are taken away.
    """
    c, root = found.quadratic, np.sqrt(0.5)
    m = np.array([[c[0] * root, 0.5 * c[2]], [0.5 * c[2], c[1] * root]])  # (2, 2, cells)
    s, u = 1.0 + q, np.sqrt(q)
    uu = u[:, None] * u  # U X U is X * uu, and X S is X * s
    ms = m * s
    square, spread, line = _product(m, m), _product(ms, m), c1[:, None] * c1

    def matrix(x: FloatArray) -> FloatArray:
        return np.array([[total(one) for one in row] for row in x])

    once, twice = matrix(m * uu), matrix(spread * uu)
    thrice, met_twice = matrix(_product(ms, spread) * uu), matrix(square * uu)
    normal = total(_trace(_product(ms, ms), ms)) - 3.0 * (thrice[0, 0] + thrice[1, 1])
    normal += 3.0 * _trace(twice, once) - _trace(_product(once, once), once)
    met = total(_trace(square, m)) + 3.0 * _trace(met_twice, once)
    met -= 3.0 * total(_trace(square * uu, m * uu))
    # l'SMSl - l'Ml - 2 l'M U^2 l, and what l's of one cell have with M of another
    mixed = (line * m * (s[:, None] * s - 1.0 - 2.0 * q)).sum(axis=(0, 1))
    mixed += _trace(line * uu, m * uu)
    third = 8.0 * (normal - met) + 6.0 * (total(mixed) - _trace(matrix(line * uu), once))
    return np.asarray(third)


def _product(x: FloatArray, y: FloatArray) -> FloatArray:
    """Multiply matrices of two rows and columns, whose last axis is that of the cells."""
    return np.array([[x[i, 0] * y[0, j] + x[i, 1] * y[1, j] for j in (0, 1)] for i in (0, 1)])


def _trace(x: FloatArray, y: FloatArray) -> FloatArray:
    """Return the trace of their product."""
    return np.asarray(x[0, 0] * y[0, 0] + x[0, 1] * y[1, 0] + x[1, 0] * y[0, 1] + x[1, 1] * y[1, 1])
