"""How sure scores are, in closed form: no draw, and the same answer always.

Every null, and every bootstrap, deals rows out of an urn (`pdkl.core.inference.urn`). Three moments
of a score that is a sum over categories follow from single cells, and a distribution of Pearson's
type III from these; where few tables are possible they are listed instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from pdkl.core.counts.pairs import Pairs
from pdkl.core.inference.cells import Evaluate
from pdkl.core.inference.dealing import Dealing, OneStage
from pdkl.core.inference.leaving_out import jackknife_bias
from pdkl.core.inference.maximum import Look, largest
from pdkl.core.inference.nodes import KINKED, SMOOTH
from pdkl.core.inference.samplers import Null
from pdkl.core.inference.scores import Scores, Terms, finish_of, is_kinked, within
from pdkl.core.inference.stages import Spacings, Stages
from pdkl.core.inference.statistics import g_statistic, is_blind
from pdkl.core.inference.tail import CERTAIN, Finish, as_it_is
from pdkl.core.inference.two_samples import TwoSamples
from pdkl.core.numerics.exact import FloatArray, IntArray

_LEVEL = 0.95
_OFTEN_INFINITE = 1e-3  # from here on a score has no excess
_ENTRIES = 1 << 18  # looked at together: it bounds the memory, not the result
_COMPARISONS = 4096  # likewise


class NullAnswer(NamedTuple):
    """What the null says: arrays per measure, and of all comparisons; NaN without rows."""

    excess: list[FloatArray]
    noise_floor: list[FloatArray]
    p_value: FloatArray
    exact: NDArray[np.bool_]  # whether all tables were listed


class Interval(NamedTuple):
    """The ends of the intervals of a measure."""

    low: FloatArray
    high: FloatArray


class Distribution(Protocol):
    """What a score may be, in every comparison."""

    @property
    def infinite(self) -> FloatArray:
        """The probability that it is infinite."""

    def quantile(self, level: FloatArray | float) -> FloatArray:
        """Return a quantile of the finite ones."""

    def expectation(self, finish: Finish) -> FloatArray:
        """Return the mean of a function of the finite ones."""


# ---- if nothing differed --------------------------------------------------------------------


def against_null(
    raw: Pairs, null: Null, scores: Scores, spacings: Spacings | None = None
) -> NullAnswer:
    """Say what the scores of each comparison would be if nothing differed.

    Parameters
    ----------
    raw : Pairs
        Whole counts, without smoothing; the alphabet is that of the scores.
    null : {"permutation", "subset", "fixed"}
        What is true if nothing differs; see `pdkl.core.inference.samplers.Sampler`.
    scores : Scores
        What was measured.
    spacings : Spacings, optional
        Which entries are bins, where their edges are order statistics of the very sample that is
        Q; the null is "permutation" then.

    Returns
    -------
    NullAnswer
        The excess is the score less its mean under the null; of a root, such as js_distance, the
        root of what its square is more than the mean square, with the sign of that. The noise
        floor is the point below which 95 % of the scores are. Where scores are infinite with
        probability pi, the floor is the 0.95 / (1 - pi) point of the finite ones, or infinite from
        pi = 5 % on, and the excess is NaN from pi = 1/1000 on. The p-value is that of G
        (`g_statistic`), whatever was measured.
    """
    nan = np.full(raw.size, np.nan)
    excess, floors = ([nan.copy() for _ in scores.measures] for _ in range(2))
    answer = NullAnswer(excess, floors, nan.copy(), np.zeros(raw.size, dtype=bool))
    for block, entries in _blocks(raw):
        some, own = _chosen(raw, block, entries), scores.only(block)
        absent = scores.smoothing is not None
        dealing: Dealing
        if spacings is None:
            dealing = OneStage.of(some, null, absent=absent)
        else:
            dealing = Stages.of(some, spacings.only(block, entries), absent=absent)
        found = _tested(dealing, some, null, own)
        for target, values in zip(
            [*answer.excess, *answer.noise_floor, answer.p_value, answer.exact],
            [*found.excess, *found.noise_floor, found.p_value, found.exact],
            strict=True,
        ):
            target[block] = values
    return answer


def _tested(dealing: Dealing, pairs: Pairs, null: Null, scores: Scores) -> NullAnswer:
    terms = Terms(scores, fixed=null == "fixed")
    additive = [one for one in scores.measures if one.reduce == "sum"]
    kinked = [one for one in additive if is_kinked(one)]
    smooth = [one for one in additive if one not in kinked]
    g, *moments = dealing.moments(terms.of(smooth), SMOOTH, with_g=True)
    if kinked:
        moments += dealing.moments(terms.of(kinked), KINKED, with_g=False)
    names = [one.name for one in (*smooth, *kinked)]
    known: dict[str, Distribution] = dict(zip(names, moments, strict=True))
    known |= _maxima(scores, terms, dealing.looks, pairs.size)
    joins = [np.add if one.reduce == "sum" else np.maximum for one in scores.measures]
    tables = dealing.tables(terms.of(scores.measures), joins)
    listed = np.zeros(pairs.size, dtype=bool)
    listed[tables.urn] = True
    excess, floors = [], []
    for i, (one, score) in enumerate(zip(scores.measures, scores.observed, strict=True)):
        finish = finish_of(one, pairs.alphabet)
        scale = scores.log_base**one.log_power
        root = one.log_power == 0.5
        most, floor = excess_and_floor(known[one.name], score * scale, finish, root=root)
        if listed.any():
            exact = tables.one(i + 1, finish)
            few = excess_and_floor(exact, score * scale, as_it_is, root=root)
            most, floor = np.where(listed, few[0], most), np.where(listed, few[1], floor)
        excess.append(most / scale)
        floors.append(within(floor / scale, one, pairs.alphabet, scores.log_base))
    value = g_statistic(pairs, null)
    p_value = np.maximum(g.tail(value), np.exp(dealing.log_probability()))
    if listed.any():
        p_value = np.where(listed, tables.one(0, as_it_is).tail(value), p_value)
    # a tail too thin for floats is still not impossible, as an infinite statistic is
    p_value = np.clip(p_value, np.where(np.isfinite(value), 5e-324, 0.0), 1.0)
    return NullAnswer(excess, floors, p_value, listed)


def excess_and_floor(
    known: Distribution, score: FloatArray, finish: Finish, *, root: bool
) -> tuple[FloatArray, FloatArray]:
    """Return what a score is more than its mean, and the point that few scores are beyond."""
    infinite = known.infinite
    level = np.minimum(_LEVEL / np.maximum(1.0 - infinite, _LEVEL), CERTAIN)
    # whichever way the finish goes
    floor = np.maximum(finish(known.quantile(level)), finish(known.quantile(1.0 - level)))
    floor = np.where(infinite >= 1.0 - _LEVEL, np.inf, floor)
    if root:
        square = score * score - known.expectation(lambda total: finish(total) ** 2)
        excess = np.copysign(np.sqrt(np.abs(square)), square)
    else:
        excess = score - known.expectation(finish)
    return np.where(infinite >= _OFTEN_INFINITE, np.nan, excess), floor


# ---- as it occurred -------------------------------------------------------------------------


def intervals(raw: Pairs, null: Null, scores: Scores, *, level: float = 0.95) -> list[Interval]:
    """Put confidence intervals around the scores, from the moments of the bootstrap.

    Parameters
    ----------
    raw, null, scores
        As in `against_null`. Under "fixed" P alone is drawn again, with replacement; else both
        samples are, a part of a pool ("subset") and the rest of it apart.
    level : float
        How often the intervals should hold the truth.

    Returns
    -------
    list of Interval
        One per measure. Percentiles less twice the bias, with NaN where the bias reaches half the
        width or the bootstrap is blind, as `pdkl.core.inference.statistics.interval`. The high end
        is infinite where scores are infinite with a probability of (1 - level) / 2, or the score
        is.
    """
    found = [Interval(*(np.full(raw.size, np.nan) for _ in range(2))) for _ in scores.measures]
    for block, entries in _blocks(raw):
        some, own = _chosen(raw, block, entries), scores.only(block)
        for target, values in zip(found, _bounded(some, null, own, level), strict=True):
            target.low[block], target.high[block] = values
    return found


def _bounded(pairs: Pairs, null: Null, scores: Scores, level: float) -> list[Interval]:
    terms = Terms(scores, fixed=null == "fixed")
    additive = [one for one in scores.measures if one.reduce == "sum"]
    absent = scores.smoothing is not None
    if null == "fixed":
        again = OneStage.again(pairs, absent=absent)
        kinked = any(is_kinked(one) for one in additive)
        moments = again.moments(terms.of(additive), KINKED if kinked else SMOOTH)
        known = _maxima(scores, terms, again.looks, pairs.size)
    else:
        both = TwoSamples.of_pairs(pairs, pooled=null == "subset", absent=absent)
        moments = both.moments(terms.of(additive))
        known = _maxima(scores, terms, both.looks, pairs.size)
    sums = dict(zip([one.name for one in additive], moments, strict=True))
    for one in scores.measures:
        if one.summand is not None:  # it leaves out what does not vary
            rest = one.total(pairs) - pairs.sum(one.summand(pairs))
            sums[one.name] = sums[one.name].shifted(rest)
    known |= sums
    found = []
    biases = jackknife_bias(pairs, null, scores)
    for one, score, jackknife in zip(scores.measures, scores.observed, biases, strict=True):
        scale = scores.log_base**one.log_power
        finish = finish_of(one, pairs.alphabet)
        ends = ends_of(known[one.name], score * scale, finish, level, jackknife * scale)
        low, high = (end / scale for end in ends)
        found.append(
            Interval(*(within(end, one, pairs.alphabet, scores.log_base) for end in (low, high)))
        )
    return found


def ends_of(
    known: Distribution, score: FloatArray, finish: Finish, level: float, jackknife: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return percentiles less twice the bias; NaN where the bias is too large to be trusted."""
    infinite, outside = known.infinite, 0.5 - level / 2.0
    endless = (infinite >= outside) | np.isinf(score)
    upper = np.where(endless, 0.5, (1.0 - outside) / np.maximum(1.0 - infinite, 1.0 - outside))
    upper = np.minimum(upper, CERTAIN)
    upper = np.where(endless, 1.0 - outside, upper)
    ends = finish(known.quantile(outside)), finish(known.quantile(upper))
    low, high = np.minimum(*ends), np.maximum(*ends)
    known_score = np.where(np.isinf(score), 0.0, score)
    bias = known.expectation(finish) - known_score
    trusted = (2.0 * np.abs(bias) < high - low) & ~np.isinf(score)
    trusted &= ~is_blind(bias, jackknife, high - low)
    low = np.where(trusted, low - 2.0 * bias, np.nan)
    high = np.where(trusted, high - 2.0 * bias, np.nan)
    return low, np.where(endless, np.inf, high)


# ---- what both need -------------------------------------------------------------------------


def _maxima(
    scores: Scores, terms: Terms, looks: Callable[[Evaluate], Iterator[Look]], size: int
) -> dict[str, Distribution]:
    """Return the distributions of the measures that are a maximum."""
    found: dict[str, Distribution] = {}
    for one in scores.measures:
        if one.reduce == "max":
            evaluate = terms.of([one])
            found[one.name] = largest(lambda evaluate=evaluate: looks(evaluate), size)  # type: ignore[misc]
    return found


def _blocks(raw: Pairs) -> Iterator[tuple[IntArray, IntArray]]:
    """Give comparisons that have rows on both sides, some at a time, with their entries."""
    order = np.argsort(raw.comparison, kind="stable")
    starts = np.searchsorted(raw.comparison[order], np.arange(raw.size + 1))
    valid = np.flatnonzero((raw.total_p > 0) & (raw.total_q > 0))
    size = np.diff(starts)[valid]
    block = (np.cumsum(size) - size) // _ENTRIES + np.arange(len(valid)) // _COMPARISONS
    edges = np.flatnonzero(np.diff(block)) + 1
    for some in np.split(valid, edges) if len(valid) else []:
        entries = np.concatenate([order[starts[i] : starts[i + 1]] for i in some])
        yield some, entries


def _chosen(raw: Pairs, comparisons: IntArray, entries: IntArray) -> Pairs:
    """Return some comparisons alone, numbered anew."""
    place = np.full(raw.size, -1)
    place[comparisons] = np.arange(len(comparisons))
    return replace(
        raw,
        comparison=place[raw.comparison[entries]],
        outcome=raw.outcome[entries],
        count_p=raw.count_p[entries],
        count_q=raw.count_q[entries],
        times=raw.times[entries],
        total_p=raw.total_p[comparisons],
        total_q=raw.total_q[comparisons],
    )
