"""The law of spacings: bins whose edges are order statistics of the very sample that is Q.

Between order statistics of n rows the shares of a continuous distribution are Dirichlet, whatever
the distribution, so that rows of another sample fall into them as out of an urn that each ball
returns to with one more (s = +1), alpha being how far their ranks are apart (Wilks 1962,
"Mathematical Statistics", chapter 8). "Below" and "above" have alpha = 1, though Q is empty there
by construction.

What is no spacing, such as missing values, is exchangeable, and comes first: rows are dealt in
stages, each of which deals what falls into the rest of the one before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pdkl.core.counts.pairs import UNNAMED, Pairs
from pdkl.core.inference.cells import Cells, Evaluate, Join
from pdkl.core.inference.dealing import g_and
from pdkl.core.inference.few import Tables, all_tables
from pdkl.core.inference.maximum import Look
from pdkl.core.inference.nodes import SMOOTH, Rule, look, pieces
from pdkl.core.inference.tail import Moments, added
from pdkl.core.inference.urn import EXCHANGE, SPACINGS, Drawn, Urn
from pdkl.core.numerics.exact import FloatArray, IntArray, sum_in_order

OTHER, BELOW, BIN, LAST, ABOVE = range(5)  # what an entry is; OTHER are missing values


@dataclass(frozen=True)
class Spacings:
    """Which entries of pairs are bins, and how they were cut.

    Parameters
    ----------
    role : int64 array, one entry per entry of the pairs
        `BELOW` the first edge, a `BIN`, the `LAST` bin, `ABOVE` the last edge, or `OTHER`, which
        has nothing to do with edges: a missing value. See `roles`.
    tied_low, tied_high : bool array, one entry per comparison
        Whether the smallest (largest) value of Q occurs more than once.
    by_width : bool
        Whether only the first and the last edge are order statistics, and the bins between them
        equally wide.
    """

    role: IntArray
    tied_low: NDArray[np.bool_]
    tied_high: NDArray[np.bool_]
    by_width: bool = False

    def only(self, comparisons: IntArray, entries: IntArray) -> Spacings:
        """Return those of some comparisons."""
        return replace(
            self,
            role=self.role[entries],
            tied_low=self.tied_low[comparisons],
            tied_high=self.tied_high[comparisons],
        )


def roles(codes: IntArray, edges: int) -> IntArray:
    """Return the role of codes as `pdkl.core.counts.bin_edges.Bins.assign` gives them.

    Examples
    --------
    >>> import numpy as np
    >>> roles(np.array([-1, 0, 1, 2, 3]), edges=3).tolist()
    [0, 1, 2, 3, 4]
    """
    role = np.full(len(codes), BIN)
    for code, special in ((0, BELOW), (edges - 1, LAST), (edges, ABOVE)):
        role[codes == code] = special
    role[codes < 0] = OTHER
    return role


class _Stage(NamedTuple):
    """Some cells of each comparison, and what becomes of the rest of the rows that come here.

    ``balls`` are those of all that is dealt in later stages, 0 in the last one.
    """

    law: Urn
    urn: IntArray
    alpha: FloatArray
    p: FloatArray
    q: FloatArray
    times: FloatArray
    balls: FloatArray


@dataclass(frozen=True)
class Stages:
    """Rows that are dealt in stages; as `pdkl.core.inference.dealing.OneStage` otherwise.

    Parameters
    ----------
    pairs : Pairs
        What occurred.
    stages : sequence of stages
        The first one deals all rows of P.
    """

    pairs: Pairs
    stages: Sequence[_Stage]

    @classmethod
    def of(cls, pairs: Pairs, spacings: Spacings, *, absent: bool = False) -> Stages:
        """Sort the entries into stages; ``absent`` adds the categories that no side has."""
        size, at = pairs.size, pairs.comparison
        pairs, role = _with_outer(pairs, spacings.role)
        at, q = pairs.comparison, pairs.count_q
        last = sum_in_order(q * (role == LAST), at, size)
        whole = sum_in_order(q * (role != OTHER), at, size)
        # of a single row the bin has no width: the rows of P are below or above, whatever they are
        lone = (whole == 1) & (sum_in_order(pairs.count_p * (role == LAST), at, size) == 0)
        tied_high = spacings.tied_high | ((last < 2) & ~lone)
        first = whole > 0
        exchanged = (role == OTHER) | ((role == BELOW) & spacings.tied_low[at])
        exchanged |= ((role == ABOVE) & tied_high[at]) | ~first[at]
        outer = ~exchanged & ((role == BELOW) | (role == ABOVE))
        inside = ~exchanged & ~outer
        one_less = (role == LAST) & ~tied_high[at]
        alpha = np.where(exchanged, pairs.count_p + q, np.where(outer, 1.0, q - one_less))
        if spacings.by_width:
            alpha = np.where(inside, pairs.count_p + q, alpha)
            inner = sum_in_order(q * inside, at, size)
            inner -= sum_in_order(one_less * 1.0, at, size)
            parts = [
                (EXCHANGE, exchanged, None),
                (SPACINGS, outer, np.maximum(inner, 0.0)),
                (EXCHANGE, inside, np.zeros(size)),
            ]
        else:
            parts = [(EXCHANGE, exchanged, None), (SPACINGS, outer | inside, np.zeros(size))]
        stages = []
        for law, chosen, later in parts:
            # of two samples exchanged, all their other rows
            others = pairs.mass(pairs.count_p, ~chosen) + pairs.mass(q, ~chosen)
            balls = others if later is None else later
            some = np.flatnonzero(chosen)
            if not len(some):
                continue
            stages.append(
                _Stage(
                    law,
                    at[some],
                    alpha[some],
                    pairs.count_p[some],
                    q[some],
                    pairs.times[some],
                    balls,
                )
            )
        if absent:
            stages[0] = _absent(stages[0], pairs)
        return cls(pairs, stages)

    def moments(self, evaluate: Evaluate, rule: Rule, *, with_g: bool = False) -> list[Moments]:
        """Return the moments of sums over categories, G in front of them if asked for.

        That of G is the sum of those of the stages, each given how many rows came to it. Others
        depend on that number; see `_after`.
        """
        n, m = self.pairs.total_p, self.pairs.total_q
        found = self._after(0, n, m, evaluate, rule)
        return [self._g_moments(), *found] if with_g else found

    def looks(self, evaluate: Evaluate) -> Iterator[Look]:
        """Show the categories one by one, for a maximum over them."""
        for stage, n, m in self._observed():
            yield from self._cells(stage, n, m, whole=True).looks(evaluate, together=False)

    def tables(self, evaluate: Evaluate, joins: Sequence[Join]) -> Tables:
        """List all tables of comparisons that have few, if all is dealt in one stage."""
        held = np.stack([self._held(stage) for stage in self.stages])
        single = (held > 0).sum(axis=0) == 1
        parts = []
        for stage, of_stage, (_, n, m) in zip(self.stages, held, self._observed(), strict=True):
            mine = single & (of_stage > 0)
            some = mine[stage.urn]
            only = stage._replace(
                urn=stage.urn[some],
                alpha=stage.alpha[some],
                p=stage.p[some],
                q=stage.q[some],
                times=stage.times[some],
                balls=np.zeros(len(n)),
            )
            cells = self._cells(only, n, m, whole=False)
            parts.append(all_tables(cells, g_and(evaluate, "permutation"), [np.add, *joins]))
        order = np.argsort(np.concatenate([part.urn for part in parts]), kind="stable")
        return Tables(
            self.pairs.size,
            np.concatenate([part.urn for part in parts])[order],
            np.concatenate([part.probability for part in parts])[order],
            [np.concatenate(one)[order] for one in zip(*(p.values for p in parts), strict=True)],
        )

    def log_probability(self) -> FloatArray:
        """Return the logarithm of the probability of what occurred."""
        size = self.pairs.size
        log = np.zeros(size)
        everything = np.arange(size)
        for stage, n, _ in self._observed():
            rest = n - sum_in_order(stage.p * stage.times, stage.urn, size)
            balls = self._held(stage) + stage.balls
            log += stage.law.log_probability(
                np.concatenate([stage.p, rest]),
                np.concatenate([stage.alpha, stage.balls]),
                np.concatenate([stage.times, np.ones(size)]),
                Drawn(balls, n),
                np.concatenate([stage.urn, everything]),
            )
        return log

    def _held(self, stage: _Stage) -> FloatArray:
        return sum_in_order(stage.alpha * stage.times, stage.urn, self.pairs.size)

    def _observed(self) -> Iterator[tuple[_Stage, FloatArray, FloatArray]]:
        """Give each stage with the rows of P and Q that came to it."""
        n, m = self.pairs.total_p, self.pairs.total_q
        for stage in self.stages:
            yield stage, n, m
            n = n - sum_in_order(stage.p * stage.times, stage.urn, len(n))
            m = m - sum_in_order(stage.q * stage.times, stage.urn, len(m))

    def _g_moments(self) -> Moments:
        """Add G of all stages: that of the cells of each, and of the rest as one of them."""
        size = self.pairs.size
        everything = np.arange(size)
        found = []
        for stage, n, m in self._observed():
            q = sum_in_order(stage.q * stage.times, stage.urn, size)
            cells = Cells.of(
                stage.law,
                np.concatenate([stage.urn, everything]),
                np.concatenate([stage.alpha, stage.balls]),
                n=n,
                fixed=None if stage.law is EXCHANGE else np.concatenate([stage.q, m - q]),
                times=np.concatenate([stage.times, np.ones(size)]),
                totals=(n, m),
            )
            found += cells.moments(g_and(lambda _: [], "permutation"), SMOOTH)
        both = Moments(*(np.concatenate(parts) for parts in zip(*found, strict=True)))
        return added(both, np.tile(everything, len(found)), size)

    def _after(
        self, k: int, n: FloatArray, m: FloatArray, evaluate: Evaluate, rule: Rule
    ) -> list[Moments]:
        """Return moments over the stages from k on, to which so many rows of P and Q come.

        How many R go on to the next stage is known, and given R what stays is independent of what
        goes on. Moments given R are taken at three values of it, and between them from a parabola:
        the laws of total expectation, variance and third moment do the rest.
        """
        stage = self.stages[k]
        if k == len(self.stages) - 1:
            return self._cells(stage, n, m, whole=False).moments(evaluate, rule)
        urns = Drawn(self._held(stage) + stage.balls, n)
        points = _three_points(stage.law, stage.balls, urns)
        given = []
        for r in points:
            # of exchanged rows Q has what P leaves
            goes_on = stage.balls - r if stage.law is EXCHANGE else m
            stays = self._cells(stage, n - r, m, whole=False).moments(evaluate, rule)
            later = self._after(k + 1, r, goes_on, evaluate, rule)
            given.append([_plus(one, two) for one, two in zip(stays, later, strict=True)])
        parabola = _Parabola.of(stage.law, stage.balls, urns, points)
        return [parabola.total(three) for three in zip(*given, strict=True)]

    def _cells(self, stage: _Stage, n: FloatArray, m: FloatArray, *, whole: bool) -> Cells:
        """Return the cells of a stage to which so many rows come; if ``whole``, with its rest."""
        size, urn = self.pairs.size, stage.urn
        last = not stage.balls.any()
        alpha, q = stage.alpha, stage.q
        if stage.law is SPACINGS:
            seen = sum_in_order(q * stage.times, urn, size)
            q = q * np.where(seen > 0, m / np.where(seen > 0, seen, 1.0), 1.0)[urn] if last else q
        elif last:
            held = self._held(stage)
            alpha = np.rint(alpha * ((n + m) / np.where(held > 0, held, 1.0))[urn])
        return Cells.of(
            stage.law,
            urn,
            alpha,
            n=n,
            fixed=None if stage.law is EXCHANGE else q,
            times=stage.times,
            totals=(self.pairs.total_p, self.pairs.total_q),
            others=stage.balls if whole else None,
            alphabet=self.pairs.alphabet,
        )


class _Parabola(NamedTuple):
    """The distribution of R in each urn, and weights of three points at each of its values."""

    pieces: list[tuple[IntArray, FloatArray, list[FloatArray]]]
    size: int

    @classmethod
    def of(cls, law: Urn, balls: FloatArray, urns: Drawn, points: list[FloatArray]) -> _Parabola:
        """Look at all values that R may have."""
        found = []
        for piece in pieces(law, balls, urns, SMOOTH):
            count, weight = look(law, balls, urns, piece)
            at = [point[piece.cell, None] for point in points]
            found.append((piece.cell, weight, _lagrange(count, at)))
        return cls(found, len(balls))

    def total(self, given: Sequence[Moments]) -> Moments:
        """Put moments given R together."""
        mean, variance, third, infinite = (np.zeros(self.size) for _ in range(4))
        least = np.minimum.reduce([one.least for one in given])
        for cell, weight, parts in self.pieces:

            def between(name: str) -> FloatArray:
                values = [getattr(one, name)[cell, None] for one in given]  # noqa: B023
                return np.asarray(sum(a * b for a, b in zip(values, parts, strict=True)))  # noqa: B023

            middle, spread = between("mean"), np.maximum(between("variance"), 0.0)
            mean[cell] = (weight * middle).sum(axis=1)
            away = middle - mean[cell, None]
            variance[cell] = (weight * (spread + away**2)).sum(axis=1)
            cube = between("third") + 3.0 * away * spread + away**3
            third[cell] = (weight * cube).sum(axis=1)
            infinite[cell] = np.clip((weight * between("infinite")).sum(axis=1), 0.0, 1.0)
        return Moments(mean, variance, third, least, infinite)


def _three_points(law: Urn, balls: FloatArray, urns: Drawn) -> list[FloatArray]:
    """Return three whole numbers about √3 standard deviations apart, or as many as there are."""
    low, high = law.limits(balls, urns)
    share = balls / np.maximum(urns.balls, 1.0)
    middle = np.clip(np.rint(urns.n * share), low, high)
    sd = np.sqrt(np.maximum(law.scale(urns) * share * (1.0 - share), 0.0))
    step = np.maximum(np.rint(np.sqrt(3.0) * sd), 1.0)
    return [np.maximum(middle - step, low), middle, np.minimum(middle + step, high)]


def _lagrange(x: FloatArray, points: list[FloatArray]) -> list[FloatArray]:
    """Return the weights of points at x: of a parabola, or a line through those that differ."""
    a, b, c = points
    left, right = np.where(b > a, b - a, 1.0), np.where(c > b, c - b, 1.0)
    three, only_left, only_right = (a < b) & (b < c), (a < b) & (b == c), (a == b) & (b < c)
    first = np.where(three, (x - b) * (x - c) / (left * (left + right)), 0.0)
    first = np.where(only_left, (b - x) / left, first)
    third = np.where(three, (x - a) * (x - b) / (right * (left + right)), 0.0)
    third = np.where(only_right, (x - b) / right, third)
    return [first, 1.0 - first - third, third]


def _plus(one: Moments, two: Moments) -> Moments:
    """Add two independent statistics of each urn."""
    both = Moments(*(np.concatenate(parts) for parts in zip(one, two, strict=True)))
    return added(both, np.tile(np.arange(len(one.mean)), 2), len(one.mean))


def _with_outer(pairs: Pairs, role: IntArray) -> tuple[Pairs, IntArray]:
    """Give comparisons with bins the categories outside that neither side has."""
    binned = np.bincount(pairs.comparison[role != OTHER], minlength=pairs.size) > 0
    comparison, outcome, more = [pairs.comparison], [pairs.outcome], [role]
    for outside in (BELOW, ABOVE):
        has = np.bincount(pairs.comparison[role == outside], minlength=pairs.size) > 0
        lacking = np.flatnonzero(binned & ~has)
        comparison.append(lacking)
        outcome.append(np.full(len(lacking), UNNAMED))
        more.append(np.full(len(lacking), outside))
    extra = sum(len(one) for one in comparison[1:])

    def filled(values: FloatArray, value: float) -> FloatArray:
        return np.concatenate([values, np.full(extra, value)])

    whole = replace(
        pairs,
        comparison=np.concatenate(comparison),
        outcome=np.concatenate(outcome),
        count_p=filled(pairs.count_p, 0.0),
        count_q=filled(pairs.count_q, 0.0),
        times=filled(pairs.times, 1.0),
    )
    return whole, np.concatenate(more)


def _absent(stage: _Stage, pairs: Pairs) -> _Stage:
    """Add the categories of the alphabet that no side has, which smoothing gives something."""
    held = sum_in_order(pairs.times, pairs.comparison, pairs.size)
    extra = np.flatnonzero(pairs.alphabet > held)
    nothing = np.zeros(len(extra))
    return stage._replace(
        urn=np.concatenate([stage.urn, extra]),
        alpha=np.concatenate([stage.alpha, nothing]),
        p=np.concatenate([stage.p, nothing]),
        q=np.concatenate([stage.q, nothing]),
        times=np.concatenate([stage.times, pairs.alphabet - held[extra]]),
    )
