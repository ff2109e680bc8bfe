"""The chain rule: what cells add to a divergence within strata, and what chance alone would."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pdkl.core.counts.counts import as_float, sum_by
from pdkl.core.counts.pairs import Pairs
from pdkl.core.inference.samplers import LARGEST_URN, hypergeometric, log_choose
from pdkl.core.inference.strata import moments_within
from pdkl.core.inference.tail import Moments
from pdkl.core.measures import terms
from pdkl.core.numerics.exact import FloatArray, IntArray, deviance, segment_sum

Chained = Literal["js_divergence", "kl_divergence"]
CHAINED: tuple[Chained, ...] = ("js_divergence", "kl_divergence")
_CELL_TERMS: dict[Chained, Callable[[Pairs], FloatArray]] = {
    "js_divergence": terms.js,
    "kl_divergence": terms.kl,
}
_NARROW = 64  # cells of a stratum that is drawn cell by cell, together with others
_SEVERAL = 16  # strata from which on it pays to draw them together
_DRAWN = 1 << 20  # cells drawn at a time


@dataclass(frozen=True)
class Split:
    """The cells of P and Q within strata: what is asked is how far they differ given the stratum.

    Parameters
    ----------
    stratum : int64 array, one entry per cell
        The stratum that the cell is in, in rising order.
    p, q : int64 array, one entry per cell
        How many rows either side has there.
    n_p, n_q : int
        The rows of both sides, those in other strata included.
    n_strata : int
        The number of strata.

    Notes
    -----
    With P(s) and P(c | s) the shares of a stratum, and of a cell in it,

    KL(P || Q) = KL(P(s) || Q(s)) + sum_s P(s) KL(P(c | s) || Q(c | s)).

    JS is the mutual information of the cell and the side that a row is drawn from, both sides being
    equally likely; M = (P + Q) / 2. So what the cells add to JS(P(s), Q(s)) is
    sum_s M(s) JS_w(P(c | s), Q(c | s)), where JS_w(P, Q) = w KL(P || wP + (1 - w)Q) + (1 - w)
    KL(Q || wP + (1 - w)Q), w = P(s) / (P(s) + Q(s)). A stratum on one side only adds nothing to
    either: it is all in the first term.

    References
    ----------
    Cover and Thomas (2006), "Elements of Information Theory", section 2.5. Lin (1991), "Divergence
    measures based on the Shannon entropy".
    """

    stratum: IntArray
    p: IntArray
    q: IntArray
    n_p: int
    n_q: int
    n_strata: int

    @cached_property
    def _totals(self) -> tuple[IntArray, IntArray]:
        p, q = (sum_by(self.stratum, side, self.n_strata) for side in (self.p, self.q))
        return p, q

    @cached_property
    def _shares(self) -> tuple[FloatArray, FloatArray]:
        p, q = self._totals
        return as_float(p) / max(self.n_p, 1), as_float(q) / max(self.n_q, 1)

    def weight(self, measure: Chained) -> FloatArray:
        """Return what the divergence within each stratum counts: P(s), or M(s) for JS."""
        p, q = self._shares
        return p if measure == "kl_divergence" else (p + q) / 2.0

    def divergence(self, measure: Chained) -> FloatArray:
        """Return the divergence within each stratum in nats; NaN in those of one side only."""
        cells = np.arange(len(self.p))
        p, q = (as_float(side) for side in (self.p, self.q))
        total_p, total_q = (as_float(side) for side in self._totals)
        pairs = Pairs(self.stratum, cells, p, q, np.ones(len(cells)), total_p, total_q)
        if measure == "kl_divergence":
            terms = deviance(pairs.p, pairs.q, pairs.difference)
        else:
            share_p, share_q = self._shares
            both = share_p + share_q
            left, right = (
                np.divide(one, both, out=np.zeros_like(both), where=both > 0)[self.stratum]
                for one in (share_p, share_q)
            )
            middle, d = left * pairs.p + right * pairs.q, pairs.difference
            terms = left * deviance(pairs.p, middle, right * d)
            terms += right * deviance(pairs.q, middle, -left * d)
        found = pairs.sum(terms)
        return np.where((pairs.total_p > 0) & (pairs.total_q > 0), found, np.nan)

    def contributions(self, measure: Chained) -> FloatArray:
        """Return what each stratum adds, in nats; NaN where a side has no rows at all."""
        if not (self.n_p and self.n_q):
            return np.full(self.n_strata, np.nan)
        # an infinite divergence has a weight above 0
        return self.weight(measure) * np.nan_to_num(self.divergence(measure), posinf=np.inf)

    def total(self, measure: Chained) -> float:
        """Return what the cells add in all strata, in nats; the same bits in any order."""
        if not (self.n_p and self.n_q):
            return float("nan")
        every = self.contributions(measure)
        return float(segment_sum(every, np.zeros(len(every), dtype=np.int64), 1)[0])

    def part(self, stratum: int) -> Split:
        """Return one stratum alone; it counts what it counted among the others."""
        first, last = np.searchsorted(self.stratum, [stratum, stratum + 1])
        return Split(
            np.zeros(last - first, dtype=np.int64),
            self.p[first:last],
            self.q[first:last],
            self.n_p,
            self.n_q,
            1,
        )

    def null_moments(self, measures: Sequence[Chained]) -> list[Moments]:
        """Return the moments of what the cells add if nothing differs within strata, in nats.

        What cells add is their terms less the term of their stratum, which does not vary.
        """
        stratum_p, stratum_q = (as_float(side) for side in self._totals)
        cells = np.bincount(self.stratum, minlength=self.n_strata)
        varies = (stratum_p > 0) & (stratum_q > 0) & (cells > 1)
        if not varies.any():
            return [Moments(*np.zeros((len(Moments._fields), 1)))] * len(measures)
        every = [_CELL_TERMS[measure] for measure in measures]

        def evaluate(pairs: Pairs) -> list[FloatArray]:
            return [term(pairs) for term in every]

        sides = float(self.n_p), float(self.n_q)
        moments = moments_within(
            self.stratum, as_float(self.p + self.q), stratum_p, sides, evaluate
        )
        whole = np.zeros(int(varies.sum()), dtype=np.int64)
        pairs = Pairs(
            *(whole, whole, stratum_p[varies], stratum_q[varies], np.ones(len(whole))),
            total_p=np.full(1, sides[0]),
            total_q=np.full(1, sides[1]),
        )
        found = []
        for one, term in zip(moments, every, strict=True):
            constant = float(segment_sum(term(pairs), whole, 1)[0])
            least = np.maximum(one.least - constant, 0.0)
            found.append(one._replace(mean=np.maximum(one.mean - constant, 0.0), least=least))
        return found

    def least_p_value(self) -> float:
        """Return the probability of exactly these counts if nothing differs within the strata."""
        p, q = self._totals
        log = log_choose(as_float(self.p + self.q), as_float(self.p))
        return float(np.exp(min(log - log_choose(as_float(p + q), as_float(p)), 0.0)))

    def null_values(
        self, measures: Sequence[Chained], size: int, rng: np.random.Generator
    ) -> list[FloatArray]:
        """Return what the cells would add in ``size`` draws in which nothing differs within strata.

        The rows of each stratum are dealt anew to the two sides, to each as many as it has there.
        One array per measure; all see the same draws. What is drawn needs no digits that cancel,
        so the terms are plain and fast.
        """
        urns = self._urns()
        if len(urns.rows) == 0:
            return [np.zeros(size) for _ in measures]
        strata_p, strata_q = (as_float(side) for side in (urns.taken, urns.totals - urns.taken))
        sides = self.n_p, self.n_q
        rows, lone = as_float(urns.rows)[:, None], urns.lone
        step = max(1, _DRAWN // len(rows))
        found: list[list[FloatArray]] = [[] for _ in measures]
        for start in range(0, size, step):
            dealt = urns.deal(min(step, size - start), rng)
            for parts, measure in zip(found, measures, strict=True):
                add = _TERMS[measure]
                parts.append(add(dealt[~lone], (rows - dealt)[~lone], *sides).sum(axis=0))
                one = np.array([[1.0], [0.0]])  # a row of P, a row of Q
                ours = dealt[lone].sum(axis=0)
                dealt_alone = np.stack([ours, rows[lone].sum() - ours])
                with np.errstate(invalid="ignore"):  # the KL of a row of P's own is infinite
                    each = np.where(dealt_alone > 0, dealt_alone * add(one, 1.0 - one, *sides), 0.0)
                parts[-1] += each.sum(axis=0)
        constants = [_TERMS[measure](strata_p, strata_q, *sides).sum() for measure in measures]
        return [
            np.maximum(np.concatenate(parts) - constant, 0.0)
            for parts, constant in zip(found, constants, strict=True)
        ]

    def _urns(self) -> _Urns:
        """Take the strata whose rows can be dealt in more than one way."""
        p, q = self._totals
        keep = (p > 0) & (q > 0) & (np.bincount(self.stratum, minlength=self.n_strata) > 1)
        rows = self.p + self.q
        lone = keep[self.stratum] & (rows == 1)
        several = np.flatnonzero(keep[self.stratum] & ~lone)
        alone = np.bincount(self.stratum[lone], minlength=self.n_strata)
        pools = np.flatnonzero(alone)
        stratum = np.concatenate([self.stratum[several], pools])
        order = np.argsort(stratum, kind="stable")
        place = np.cumsum(keep) - 1
        return _Urns(
            place[stratum[order]],
            np.concatenate([rows[several], alone[pools]])[order],
            (np.arange(len(stratum)) >= len(several))[order],
            p[keep],
            (p + q)[keep],
        )


@dataclass(frozen=True)
class _Urns:
    """What is dealt in each stratum: cells, and the cells of one row taken together.

    Which side a row of its own goes to does not matter, only how many of them: where cells are
    sparse, most draws are spared.
    """

    stratum: IntArray  # of each entry, in rising order
    rows: IntArray
    lone: NDArray[np.bool_]  # whether an entry stands for cells of one row
    taken: IntArray  # P's rows in each stratum
    totals: IntArray

    def deal(self, size: int, rng: np.random.Generator) -> FloatArray:
        """Draw P: a row per entry, a column per draw."""
        starts = np.searchsorted(self.stratum, np.arange(len(self.totals) + 1))
        widths, rows = np.diff(starts), self.rows
        dealt = np.empty((len(rows), size))
        narrow = (widths <= _NARROW) & (self.totals < LARGEST_URN) & (len(widths) >= _SEVERAL)
        for stratum in np.flatnonzero(~narrow):
            own = slice(starts[stratum], starts[stratum + 1])
            dealt[own] = hypergeometric(rows[own], int(self.taken[stratum]), size, rng).T
        # narrow ones are drawn together, cell after cell: each takes from what the others left
        chosen = np.flatnonzero(narrow)
        chosen = chosen[np.argsort(-widths[chosen], kind="stable")]
        lack = np.repeat(self.taken[chosen][:, None], size, axis=1)
        left = self.totals[chosen]
        for place in range(int(widths[chosen].max(initial=0))):
            active = int(np.searchsorted(-widths[chosen], -place))
            cells = starts[chosen[:active]] + place
            left[:active] -= rows[cells]
            drawn = rng.hypergeometric(rows[cells][:, None], left[:active, None], lack[:active])
            lack[:active] -= drawn
            dealt[cells] = drawn
        return dealt


def _js(p: FloatArray, q: FloatArray, n_p: int, n_q: int) -> FloatArray:
    # of P log P / M, without what is the same in each draw
    middle = p / n_p + q / n_q
    found: FloatArray = _times_log(p) / n_p + _times_log(q) / n_q - _times_log(middle)
    return 0.5 * found


def _kl(p: FloatArray, q: FloatArray, n_p: int, _: int) -> FloatArray:
    with np.errstate(divide="ignore", invalid="ignore"):
        found: FloatArray = (_times_log(p) - np.where(p > 0, p * np.log(q), 0.0)) / n_p
    return found


def _times_log(x: FloatArray) -> FloatArray:
    return np.asarray(x * np.log(np.where(x > 0, x, 1.0)))


_TERMS: dict[Chained, Callable[[FloatArray, FloatArray, int, int], FloatArray]] = {
    "js_divergence": _js,
    "kl_divergence": _kl,
}
