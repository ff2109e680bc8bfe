"""The cells of many urns, equal ones once, and what a statistic has in each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from pdkl.core.counts.pairs import Pairs
from pdkl.core.inference.alike import Octave, alike, like_urns, octaves
from pdkl.core.inference.maximum import Look
from pdkl.core.inference.moments import CellMoments, basis, cell_moments, little, mean, of_sum
from pdkl.core.inference.nodes import KINKED, Piece, Rule, look, pieces
from pdkl.core.inference.tail import Moments
from pdkl.core.inference.urn import Drawn, Urn
from pdkl.core.numerics.exact import FloatArray, IntArray, segment_sum, sum_in_order
from pdkl.core.threads import usable_cores

# what each entry adds to some statistics
Evaluate = Callable[[Pairs], list[FloatArray]]
Join = Callable[[FloatArray, FloatArray], FloatArray]
_FREE = 2.0**20
_WORTH_THREADS = 24  # pieces that take longer than threads take to start
Found = tuple[FloatArray, ...]
Task = TypeVar("Task")
Result = TypeVar("Result")


class HasCells(Protocol):
    """Some cells."""

    @property
    def cell(self) -> IntArray:
        """Their numbers."""


Some = TypeVar("Some", bound=HasCells)


@dataclass(frozen=True)
class Cells:
    """The cells of many urns, sorted by urn and counts, so that nothing depends on their order.

    Parameters
    ----------
    law : Urn
        How P's counts come about.
    urn : int64 array
        The urn of each cell.
    alpha : float64 array
        Its balls.
    fixed : float64 array, optional
        What Q has in it, whatever P gets; None where Q gets what P leaves, ``alpha - a``.
    times : float64 array
        For how many cells alike it stands.
    mate : int64 array
        Where the urn has two cells only, the other one, which is not among the others: an index
        into ``mates``; else -1.
    mates : (float64 array, float64 array)
        ``alpha`` and ``fixed`` of those.
    drawn : Drawn
        The urns.
    total_p, total_q : float64 array, one entry per urn
        What counts are divided by.
    alphabet : int
        How many outcomes could occur.
    """

    law: Urn
    urn: IntArray
    alpha: FloatArray
    fixed: FloatArray | None
    times: FloatArray
    mate: IntArray
    mates: tuple[FloatArray, FloatArray]
    drawn: Drawn
    total_p: FloatArray
    total_q: FloatArray
    alphabet: int = 1

    @classmethod
    def of(
        cls,
        law: Urn,
        urn: IntArray,
        alpha: FloatArray,
        *,
        n: FloatArray,
        fixed: FloatArray | None = None,
        times: FloatArray | None = None,
        totals: tuple[FloatArray, FloatArray] | None = None,
        others: FloatArray | None = None,
        alphabet: int = 1,
    ) -> Cells:
        """Sort cells in any order, and count equal ones.

        ``n`` balls are drawn of each urn; ``totals`` are ``n`` and the balls that are left if
        nothing else is said. ``others`` are balls of cells that are not looked at.
        """
        what = alpha if fixed is None else fixed
        number = np.ones(len(urn)) if times is None else times
        live = alpha > 0
        if others is not None:
            live &= others[urn] == 0
        first, keep, mate, both = sorted_cells(urn, np.stack([alpha, what]), live, number, len(n))
        urn, alpha, what = urn[first], alpha[first], what[first]
        balls = segment_sum(alpha * both[0], urn, len(n))
        if others is not None:
            balls += others
        return cls(
            law,
            urn[keep],
            alpha[keep],
            None if fixed is None else what[keep],
            both[1],
            mate,
            (alpha, what),
            Drawn(balls, n),
            *(totals or (n, balls - n)),
            alphabet,
        )

    @property
    def size(self) -> int:
        """The number of urns."""
        return len(self.total_p)

    @property
    def alone(self) -> FloatArray:
        """Give 1 for urns in which a single cell decides, else 0."""
        return np.bincount(self.urn[self.mate >= 0], minlength=self.size).astype(np.float64)

    def moments(self, evaluate: Evaluate, rule: Rule) -> list[Moments]:
        """Return the moments of each statistic in each urn; ``evaluate`` is given nodes."""
        some, kind = self.distinct()
        own = some.urn, some.alpha, some.times, some.alone
        return [
            Moments(*(part[kind] for part in of_sum(self.law, some.drawn, *own, one)))
            for one in some.cell_moments(evaluate, rule)
        ]

    def distinct(self) -> tuple[Cells, IntArray]:
        """Return urns of which all is equal once, and which of these each one is."""
        urns = [*self.drawn, self.total_p, self.total_q]
        kept, kind = like_urns(urns, [self.times, *self._said()], self.urn)
        if len(kept) == self.size:
            return self, kind
        place = np.full(self.size, -1)
        place[kept] = np.arange(len(kept))
        some = np.flatnonzero(place[self.urn] >= 0)
        return replace(
            self._only(some, place[self.urn[some]]),
            drawn=self.drawn.of(kept),
            total_p=self.total_p[kept],
            total_q=self.total_q[kept],
        ), kind

    def _only(self, some: IntArray, urn: IntArray) -> Cells:
        return replace(
            self,
            urn=urn,
            alpha=self.alpha[some],
            fixed=None if self.fixed is None else self.fixed[some],
            times=self.times[some],
            mate=self.mate[some],
        )

    def cell_moments(self, evaluate: Evaluate, rule: Rule) -> list[CellMoments]:
        """Return what each statistic has in each cell."""
        lonely = self.mate < 0
        if self.fixed is not None:  # one number must decide on a cell
            lonely &= self.fixed == self.alpha
        found = []
        if rule.smooth and self.law.s <= 0:
            found = octaves(self.urn, self.alpha, lonely, self.drawn)
        return self._between(found, evaluate, rule) if found else self._looked_at(evaluate, rule)

    def _between(self, found: list[Octave], evaluate: Evaluate, rule: Rule) -> list[CellMoments]:
        """Look at the points of octaves, and at all that is in none."""
        exact = np.ones(len(self.urn), dtype=bool)
        for octave in found:
            exact[octave.cell] = False
        rest = np.flatnonzero(exact)
        balls = np.concatenate([np.tile(one.balls, len(one.urn)) for one in found])
        points = replace(
            self,
            urn=np.concatenate([np.repeat(one.urn, len(one.balls)) for one in found]),
            alpha=balls,
            fixed=None if self.fixed is None else balls,
            times=np.ones(len(balls)),
            mate=np.full(len(balls), -1),
        )
        at_points = points._looked_at(evaluate, rule)
        whole = [np.empty((len(CellMoments._fields), len(self.urn))) for _ in at_points]
        start = 0
        for octave in found:
            end = start + octave.urn.size * octave.balls.size
            shape = len(octave.urn), len(octave.balls)
            trusted = np.ones(len(octave.urn), dtype=bool)
            for target, one in zip(whole, at_points, strict=True):
                values = np.stack([part[start:end] for part in one], axis=-1)
                values = values.reshape(*shape, -1)
                size = little(CellMoments(*np.moveaxis(values, -1, 0)))
                between, sure = octave.interpolated(values, size)
                # the smallest value at nodes is a bound, and not smooth
                between[:, -2] = octave.nearest_of(values[..., -2])
                np.clip(between[:, -1], 0.0, 1.0, out=between[:, -1])
                target[:, octave.cell] = between.T
                trusted &= sure
            rest = np.concatenate([rest, octave.cell[~trusted[octave.row]]])
            start = end
        rest = np.sort(rest)
        if not len(rest):
            return [CellMoments(*one) for one in whole]
        looked_at = self._only(rest, self.urn[rest])._looked_at(evaluate, rule)
        for target, one in zip(whole, looked_at, strict=True):
            target[:, rest] = one
        return [CellMoments(*one) for one in whole]

    def _looked_at(self, evaluate: Evaluate, rule: Rule) -> list[CellMoments]:
        """Look at each cell on its own, once at those of which all is equal."""
        kept, kind = self._alike()
        some = self._only(kept, self.urn[kept])
        drawn = some.drawn.of(some.urn)

        def task(piece: Piece) -> list[CellMoments]:
            count, weight = look(some.law, some.alpha, drawn, piece)
            known = basis(count, weight)
            return [
                cell_moments(count, known, one) for one in some.values(piece.cell, count, evaluate)
            ]

        work = pieces(some.law, some.alpha, drawn, rule, apart=some._paired)
        found = gathered(work, task, len(kept))
        return [CellMoments(*(values[..., kind] for values in one)) for one in found]

    def _alike(self) -> tuple[IntArray, IntArray]:
        """Find cells of which all is equal: one of each kind, and the kind of each."""
        urns, like = alike([*self.drawn, self.total_p, self.total_q])
        if len(urns) == self.size:  # those of one urn differ
            return (np.arange(len(self.urn)),) * 2
        return alike([like[self.urn], *self._said()])

    def _said(self) -> list[FloatArray]:
        """List what is said of each cell beside the urn, but for how many it stands."""
        cells = [self.alpha, *([] if self.fixed is None else [self.fixed])]
        paired = self.mate >= 0
        if paired.any():
            cells += [np.where(paired, one[self.mate], -1.0) for one in self.mates]
        return cells

    def looks(self, evaluate: Evaluate, *, together: bool = True) -> Iterator[Look]:
        """Show the cells one by one, with the first of the statistics.

        If ``together`` as if n were free, and how far from their mean the counts are then; as
        they are if one cell decides, or the urn has other cells.
        """
        drawn = self.drawn.of(self.urn)
        if together:
            decided = (self.alone[self.urn] > 0) | (self.alpha >= drawn.balls)
            scale = np.where(decided, 1.0, _FREE)
            # a small part of a large urn
            drawn = Drawn(drawn.balls * scale, drawn.n * scale)
        for piece in pieces(self.law, self.alpha, drawn, KINKED, apart=self._paired):
            cell = piece.cell
            count, weight = look(self.law, self.alpha, drawn, piece)
            values = self.values(cell, count, evaluate, np.maximum)[0]
            away = np.zeros_like(count)
            if together:
                away += (count - mean(weight, count)) * (~decided)[cell, None]
            yield Look(self.urn[cell], self.times[cell], values, weight, away)

    @property
    def _paired(self) -> IntArray:
        return (self.mate >= 0).astype(np.int64)

    def values(
        self, cell: IntArray, count: FloatArray, evaluate: Evaluate, join: Join = np.add
    ) -> list[FloatArray]:
        """Evaluate statistics at some counts of cells, a row each; ``join`` what two cells add."""
        what = self.alpha if self.fixed is None else self.fixed
        found = self._at(cell, count, what[cell], evaluate)
        rows = np.flatnonzero(self.mate[cell] >= 0)
        if len(rows):
            some = cell[rows]
            other = self.drawn.n[self.urn[some], None] - count[rows]
            more = self._at(some, other, self.mates[1][self.mate[some]], evaluate)
            found = [one.copy() for one in found]  # a term may return what it was given
            for one, two in zip(found, more, strict=True):
                one[rows] = join(one[rows], two)
        return found

    def _at(
        self, cell: IntArray, count: FloatArray, what: FloatArray, evaluate: Evaluate
    ) -> list[FloatArray]:
        """Let each node be an entry, and each cell a comparison with the totals of its urn."""
        at = np.repeat(np.arange(len(cell)), count.shape[1])
        p = count.ravel()
        q = what[at] - p if self.fixed is None else what[at]
        urn = self.urn[cell]
        pairs = Pairs(
            at, at, p, q, np.ones(len(p)), self.total_p[urn], self.total_q[urn], self.alphabet
        )
        return [values.reshape(count.shape) for values in evaluate(pairs)]


def sorted_cells(
    urn: IntArray, counts: FloatArray, live: NDArray[np.bool_], times: FloatArray, size: int
) -> tuple[IntArray, IntArray, IntArray, tuple[FloatArray, FloatArray]]:
    """Sort cells by urn and counts, join equal ones, and find urns with two that are ``live``.

    Of those two the first decides on both, and the other, its mate, is left out.

    Returns
    -------
    first : int64 array
        Where each distinct cell is, in order.
    keep : int64 array
        Which of these are left.
    mate : int64 array, one entry for each that is left
        Which of the distinct cells is its mate, or -1.
    times : (float64 array, float64 array)
        For how many cells each distinct one stands, and each that is left.
    """
    order = np.lexsort((*counts[::-1], urn))
    new = np.diff(urn[order], prepend=-1) != 0
    new |= (np.diff(counts[:, order], axis=1, prepend=-1.0) != 0).any(axis=0)
    starts = np.flatnonzero(new)
    first = order[starts]
    number = np.add.reduceat(times[order], starts) if len(starts) else times
    alive = np.flatnonzero(live[first])
    owner = urn[first]
    held = sum_in_order(number[alive], owner[alive], size)
    of_two = alive[held[owner[alive]] == 2]
    leader = of_two[np.diff(owner[of_two], prepend=-1) != 0]
    follower = of_two[np.diff(owner[of_two], append=-1) != 0]
    mate, kept, left = np.full(len(first), -1), np.ones(len(first), dtype=bool), number.copy()
    mate[leader] = follower
    kept[follower] = False
    kept[leader] = True
    left[leader] = 1.0
    keep = np.flatnonzero(kept)
    return first, keep, mate[keep], (number, left[keep])


def gathered(
    found: Iterable[Some], task: Callable[[Some], Sequence[Found]], size: int
) -> list[list[FloatArray]]:
    """Do a task for each piece, on all cores, and put what it says of cells where they belong.

    A piece has cells, its attribute ``cell``; a task answers with arrays, their last axis cells.
    """
    whole: list[list[FloatArray]] = []
    work = list(found)
    for piece, parts in zip(work, in_threads(task, work), strict=True):
        whole = whole or [[np.zeros((*one.shape[:-1], size)) for one in part] for part in parts]
        for one, part in zip(whole, parts, strict=True):
            for target, values in zip(one, part, strict=True):
                target[..., piece.cell] = values
    return whole


def in_threads(task: Callable[[Task], Result], work: Iterable[Task]) -> Iterator[Result]:
    """Do a task for each piece of work on all cores; the results come in order."""
    waiting = iter(work)
    few = list(islice(waiting, _WORTH_THREADS))
    if len(few) < _WORTH_THREADS:
        yield from map(task, few)
        return
    with ThreadPoolExecutor(usable_cores()) as pool:
        yield from pool.map(task, [*few, *waiting])
