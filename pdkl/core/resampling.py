"""How sure a score is: its comparison drawn again, as if nothing differed or as it occurred.

All here works on the counts of one comparison, so that its cost does not depend on the number of
rows. `Rows` and `Blocks` draw counts; `evaluate` measures the draws; `p_value`, `null_summary`
and `interval` say what they mean; `each` does so for many comparisons.

What moves on its own is what is assumed to be independent: single rows in `Rows`, whole blocks
in `Blocks`. Where rows come in bunches, a p-value from `Rows` is far too small.
"""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeVar

import numpy as np

from pdkl.core.counts import WeightArray, as_float
from pdkl.core.numerics import FloatArray, IntArray
from pdkl.core.pairs import Pairs

Null = Literal["permutation", "subset", "fixed"]
Statistic = Callable[[Pairs], FloatArray]
Result = TypeVar("Result")

LARGEST_URN = 10**9  # from here on NumPy refuses hypergeometric draws, for lack of digits
_LARGEST_COUNT = 2.0**53
_CELLS = 1 << 15  # of draws measured at a time: their arrays stay near the cache
_ENOUGH = 10  # null values beyond the observed: then counting them beats a fitted tail
_QUEUE = 256  # comparisons handed to the threads at a time
_MANY = 100  # outcomes of a single row that are dealt as a heap
_TIE = 1e-9  # tables that differ in the order of outcomes only may differ by rounding


class Draws(NamedTuple):
    """Counts of both sides: a row per draw, a column per outcome.

    ``times`` says for how many outcomes each entry stands, 1 if left out.
    """

    p: FloatArray
    q: FloatArray
    times: FloatArray | None = None


@dataclass(frozen=True)
class Sampler(ABC):
    """One comparison that can be drawn again; see `Rows` and `Blocks`.

    Parameters
    ----------
    p : int64 array
        The counts of P.
    other : int64 or float64 array
        The counts of what P is compared with.
    null : {"permutation", "subset", "fixed"}
        What is true if nothing differs, and with it what Q is.

        - "permutation": P and Q = ``other`` are samples of one distribution, so their rows are
          exchangeable.
        - "subset": P is any part of a fixed pool Q, and ``other`` the rest of the pool.
        - "fixed": P is a sample of Q = ``other``, any weights, which is believed exactly. A
          distribution alone is P against itself, "fixed".
    """

    p: IntArray
    other: WeightArray
    null: Null

    def __post_init__(self) -> None:
        """Refuse counts whose sums are not exact."""
        sides = (self.p,) if self.null == "fixed" else (self.p, self.other)
        if sum(float(side.sum()) for side in sides) >= _LARGEST_COUNT:
            raise ValueError("resampling needs fewer than 2**53 rows in each comparison.")

    @property
    def observed(self) -> Draws:
        """What occurred, as if it were the only draw."""
        return self._draws(*self._sums)

    def null_draws(self, size: int, rng: np.random.Generator) -> Draws:
        """Draw counts as they would be if nothing differed.

        What P and ``other`` have together is dealt to them at random, to each as much as it has
        (Good 2005, "Permutation, Parametric and Bootstrap Tests of Hypotheses"). Under "fixed" P
        is a sample of Q.
        """
        dealt = self._deal(size, rng)
        p, other = self._sums
        return self._draws(dealt, other if self.null == "fixed" else p + other - dealt)

    def bootstrap_draws(self, size: int, rng: np.random.Generator) -> Draws:
        """Draw P, and ``other`` unless it is fixed, each from what it has, with replacement.

        A part of a pool and the rest are drawn apart, so that P* stays a part of Q* (Efron and
        Tibshirani 1993, "An Introduction to the Bootstrap", chapter 8).
        """
        p, fixed = self._redraw(self.p, size, rng), self.null == "fixed"
        return self._draws(p, self._sums[1] if fixed else self._redraw(self.other, size, rng))

    @abstractmethod
    def least_p_value(self) -> float:
        """Return the probability under the null of what occurred: no p-value is below it."""

    @abstractmethod
    def _deal(self, size: int, rng: np.random.Generator) -> FloatArray:
        """Draw P under the null."""

    @abstractmethod
    def _redraw(self, side: WeightArray, size: int, rng: np.random.Generator) -> FloatArray:
        """Draw one side with replacement."""

    @property
    def _sums(self) -> tuple[FloatArray, FloatArray]:
        sides = (np.atleast_2d(as_float(side)) for side in (self.p, self.other))
        p, other = (side.sum(axis=0, keepdims=True) for side in sides)
        return p, other

    def _draws(self, p: FloatArray, other: FloatArray) -> Draws:
        return Draws(p, np.broadcast_to(p + other if self.null == "subset" else other, p.shape))


class Rows(Sampler):
    """One comparison whose rows are independent of each other: counts of shape (outcomes,).

    Its null draws are hypergeometric, P* ~ H(p + other, n_p), or under "fixed" multinomial,
    P* ~ M(n_p, q / n_q); its bootstrap draws are multinomial, P* ~ M(n_p, p / n_p).
    """

    def null_draws(self, size: int, rng: np.random.Generator) -> Draws:
        """Draw as any sampler does; outcomes of a single row are dealt as one heap of them.

        They differ in nothing but their names, so all that matters is how many each side gets.
        A long tail then costs no more than a single outcome.
        """
        pool = self.p + self.other
        single = pool == 1
        heap = int(single.sum())
        if self.null != "permutation" or heap < _MANY:
            return super().null_draws(size, rng)
        urn = np.append(pool[~single], heap).astype(np.int64)
        dealt = hypergeometric(urn, int(self.p.sum()), size, rng)
        common, got = dealt[:, :-1], dealt[:, -1:]
        left, nothing = heap - got, np.zeros((size, 1))
        return Draws(
            np.hstack([common, np.minimum(got, 1.0), nothing]),
            np.hstack([urn[:-1] - common, nothing, np.minimum(left, 1.0)]),
            np.hstack([np.ones_like(common), got, left]),
        )

    def least_p_value(self) -> float:
        """Return the probability under the null of exactly these counts."""
        from scipy.special import gammaln, xlogy

        p, other = as_float(self.p), as_float(self.other)
        n, n_other = float(p.sum()), float(other.sum())
        if n == 0 or n_other == 0:
            return 1.0
        if self.null == "fixed":
            log = float(gammaln(n + 1.0) + np.sum(xlogy(p, other / n_other) - gammaln(p + 1.0)))
        else:
            log = log_choose(p + other, p) - log_choose(n + n_other, n)
        return float(np.exp(min(log, 0.0)))

    def _deal(self, size: int, rng: np.random.Generator) -> FloatArray:
        n = int(self.p.sum())
        if self.null == "fixed":
            return _multinomial(n, as_float(self.other), size, rng)
        return hypergeometric(self.p + self.other, n, size, rng)

    def _redraw(self, side: WeightArray, size: int, rng: np.random.Generator) -> FloatArray:
        return _multinomial(int(side.sum()), as_float(side), size, rng)


class Blocks(Sampler):
    """One comparison whose rows move in blocks, such as days: counts of shape (blocks, outcomes).

    Only the blocks are independent of each other. A side is dealt as many blocks as it has, so
    its total varies with their sizes. Under "fixed" nothing says how the rows of a block hang
    together: there are no null draws, and asking for them is a ValueError.
    """

    def least_p_value(self) -> float:
        """Return the probability under the null of dealing the blocks just so."""
        return float(np.exp(-log_choose(len(self.p) + len(self.other), len(self.p))))

    def _deal(self, size: int, rng: np.random.Generator) -> FloatArray:
        if self.null == "fixed":
            raise ValueError(
                "blocks need two samples to be dealt to; a fixed distribution is not one."
            )
        tables = np.concatenate([as_float(self.p), as_float(self.other)])
        dealt = np.zeros((size, len(tables)))
        dealt[:, : len(self.p)] = 1.0
        # sums of whole numbers: the same bits in any order
        return np.asarray(rng.permuted(dealt, axis=1) @ tables)

    def _redraw(self, side: WeightArray, size: int, rng: np.random.Generator) -> FloatArray:
        return np.asarray(_multinomial(len(side), np.ones(len(side)), size, rng) @ as_float(side))


def hypergeometric(urn: IntArray, n: int, size: int, rng: np.random.Generator) -> FloatArray:
    """Take ``n`` rows out of ``urn`` without replacement, ``size`` times."""
    if int(urn.sum()) < LARGEST_URN:
        return as_float(rng.multivariate_hypergeometric(urn, n, size=size, method="marginals"))
    # Exact as well: take each row with probability n / total, then take more, or give some back,
    # in the same way until the number is right. No step prefers one row to another.
    taken = np.zeros((size, len(urn)), dtype=np.int64)
    lack = np.full(size, n)
    while (active := np.flatnonzero(lack)).size:
        back = lack[active] < 0
        source = np.where(back[:, None], taken[active], urn - taken[active])
        share = np.abs(lack[active]) / source.sum(axis=1)
        moved = rng.binomial(source, np.maximum(share, 2.0**-52)[:, None])
        taken[active] += np.where(back[:, None], -moved, moved)
        lack[active] = n - taken[active].sum(axis=1)
    return as_float(taken)


def _multinomial(n: int, weight: FloatArray, size: int, rng: np.random.Generator) -> FloatArray:
    """Draw ``n`` rows in proportion to ``weight``, ``size`` times; none if there is no weight."""
    result = np.zeros((size, len(weight)))
    # the largest last: what the others leave keeps its digits, and outcomes of weight 0 get none
    order = np.argsort(weight, kind="stable")
    order = order[weight[order] > 0]
    if n and order.size:
        result[:, order] = rng.multinomial(n, weight[order] / weight[order].sum(), size=size)
    return result


def log_choose(n: FloatArray | float, k: FloatArray | float) -> float:
    """Return the logarithm of the product of all binomial coefficients (n, k)."""
    from scipy.special import gammaln

    n, k = np.asarray(n, dtype=np.float64), np.asarray(k, dtype=np.float64)
    return float(np.sum(gammaln(n + 1.0) - gammaln(k + 1.0) - gammaln(n - k + 1.0)))


# ---- measured draws -------------------------------------------------------------------------


def pairs_of_draws(draws: Draws) -> Pairs:
    """Make each draw a comparison; every outcome has an entry, also where both sides are 0."""
    size, width = draws.p.shape
    times = np.ones((size, width)) if draws.times is None else draws.times
    return Pairs(
        np.repeat(np.arange(size), width),
        np.tile(np.arange(width), size),
        draws.p.ravel(),
        draws.q.ravel(),
        times.ravel(),
        (draws.p * times).sum(axis=1),
        (draws.q * times).sum(axis=1),
    )


def evaluate(
    draw: Callable[[int, np.random.Generator], Draws],
    statistics: Sequence[Statistic],
    size: int,
    rng: np.random.Generator,
    *,
    width: int,
) -> list[FloatArray]:
    """Compute ``statistics`` of ``size`` draws of ``width`` outcomes, in bounded memory.

    ``draw`` is the method `null_draws` or `bootstrap_draws` of a sampler. A statistic is a
    function of `Pairs` with a value per comparison, such as a measure; all see the same draws.
    """
    step = max(1, _CELLS // max(width, 1))
    parts = []
    for start in range(0, size, step):
        pairs = pairs_of_draws(draw(min(step, size - start), rng))
        parts.append([statistic(pairs) for statistic in statistics])
    return [np.concatenate(values) for values in zip(*parts, strict=True)]


def g_statistic(pairs: Pairs, null: Null) -> FloatArray:
    r"""Measure how far P is from what the null expects: twice a log-likelihood ratio, in nats.

    One value per comparison of (unsmoothed) counts; NaN where a side is empty.

    Notes
    -----
    ``2 N I(side; outcome) = 2 (n_p KL(P || M) + n_r KL(R || M))``, where R is the other side and
    M both together, of size N. Under "permutation" R is Q. Under "subset" M is Q and R the pool
    without P, so that a group has the same G against all as against the rest. Under "fixed"
    there is no R: ``2 n_p KL(P || Q)``, infinite where P has what Q excludes.

    References
    ----------
    Wilks (1935), "The likelihood test of independence in contingency tables".
    """
    from scipy.special import xlog1py

    at, n_p, n_q = pairs.comparison, pairs.total_p, pairs.total_q
    # logarithms of 1 + t, t small and free of cancellation, keep their digits at any counts
    step, middle, count_rest, share = pairs.difference, pairs.q, pairs.count_q, np.zeros_like(n_p)
    if null == "permutation":
        share = n_p / np.maximum(n_p + n_q, 1.0)
        middle = middle + share[at] * step
        step = (1.0 - share)[at] * step
    elif null == "subset":
        share = n_p / np.maximum(n_q, 1.0)
        count_rest = count_rest - pairs.count_p
    t = np.divide(step, middle, out=np.where(step > 0, np.inf, 0.0), where=middle > 0)
    terms = np.asarray(xlog1py(pairs.count_p, np.maximum(t, -1.0)), dtype=np.float64)
    if null != "fixed":
        odds = np.divide(share, 1.0 - share, out=np.zeros_like(share), where=share < 1.0)
        terms += xlog1py(count_rest, np.maximum(-odds[at] * t, -1.0))
    total = 2.0 * np.maximum(pairs.sum(terms), 0.0)
    return np.where((n_p > 0) & (n_q > 0), total, np.nan)


# ---- what the draws say ---------------------------------------------------------------------


class NullSummary(NamedTuple):
    """A score beside what it would be if nothing differed."""

    excess: float
    noise_floor: float


def p_value(
    observed: float,
    null_values: FloatArray,
    *,
    method: Literal["gamma", "permutation"] = "gamma",
    least: float = 0.0,
) -> float:
    """Return the probability under the null of a statistic at least as large as the observed.

    Parameters
    ----------
    observed : float
        The statistic, as `g_statistic` gives it; NaN has no p-value.
    null_values : float64 array, shape (B,)
        The same of draws under the null.
    method : {"gamma", "permutation"}
        "permutation" is (1 + #{null value >= observed}) / (1 + B), never below 1 / (1 + B).
        "gamma" is that too where ten null values reach the observed one, or they do not vary;
        else the upper tail of the gamma distribution that has their mean and variance.
    least : float
        What the exact p-value cannot be below, `Sampler.least_p_value`: it keeps the smooth tail
        honest where few tables are possible. "permutation" needs no such help.

    References
    ----------
    Phipson and Smyth (2010), "Permutation P-values should never be zero". Knijnenburg et al.
    (2009), "Fewer permutations, more accurate P-values": the rule of ten. Kazi-Aoual et al.
    (1995), "Refined approximations to permutation tests for multivariate inference": matching
    moments.
    """
    from scipy.special import gammaincc

    if np.isnan(observed) or np.isnan(null_values).any():
        return float("nan")
    reached = int((null_values >= observed * (1.0 - _TIE) - _TIE).sum())
    counted = (1 + reached) / (1 + len(null_values))
    if method == "permutation" or reached >= _ENOUGH:
        return counted
    mean, spread = float(null_values.mean()), float(null_values.std())
    if spread <= _TIE * (1.0 + mean):
        return counted
    shape = mean * (mean / spread) / spread * (1.0 - 1.0 / len(null_values))
    tail = float(gammaincc(shape, shape * (observed / mean)))
    # a tail too thin for floats is still not impossible, as an infinite statistic is
    return min(max(tail, least, 5e-324 if np.isfinite(observed) else 0.0), 1.0)


def null_summary(
    observed: float, null_values: FloatArray, *, level: float = 0.95, root: bool = False
) -> NullSummary:
    """Return the excess of a score over the mean of its null values, and its noise floor.

    Parameters
    ----------
    observed : float
        The score.
    null_values : float64 array, shape (B,)
        The scores of draws under the null. The floor is number ``ceil(level * (B + 1))`` of them
        in order, or the largest, infinite if that is. Infinite ones have no mean: the excess is
        NaN. Both are NaN where any value is.
    level : float
        How often a score under the null is at or below its floor, if B allows for it.
    root : bool
        Whether the score is a root, such as js_distance. Its excess is then the root of the
        excess square, with the sign of that: negative as often as for any other measure.
    """
    nan = float("nan")
    if np.isnan(observed) or np.isnan(null_values).any():
        return NullSummary(nan, nan)
    rank = min(int(np.ceil(level * (len(null_values) + 1) - _TIE)), len(null_values))
    floor = float(np.sort(null_values)[rank - 1])
    if np.isinf(null_values).any():
        return NullSummary(nan, floor)
    if root:
        square = observed * observed - float(np.square(null_values).mean())
        return NullSummary(float(np.copysign(np.sqrt(abs(square)), square)), floor)
    return NullSummary(float(observed) - float(null_values.mean()), floor)


def interval(
    observed: float,
    draws: FloatArray,
    *,
    level: float = 0.95,
    lower: float = 0.0,
    upper: float = np.inf,
) -> tuple[float, float]:
    """Return a confidence interval from the scores of bootstrap draws, clipped to the bounds.

    Its ends are the percentiles of the draws less twice their bias, ``mean(draws) - observed``:
    a score is as far off the truth as the draws are off the score, so that they are off twice.

    NaN where the bias reaches half the width: the sample is too small for its categories, or it
    does not vary at all, and the draws cannot say how sure the score is. Where draws are infinite
    the high end is, and the low end comes from the finite ones; that is NaN where the score itself
    is infinite.

    References
    ----------
    Efron and Tibshirani (1993), "An Introduction to the Bootstrap", chapters 10 and 13.
    """
    nan = float("nan")
    if np.isnan(observed) or np.isnan(draws).any():
        return nan, nan
    endless = bool(np.isinf(draws).any())
    finite = draws[np.isfinite(draws)]
    if np.isinf(observed) or not finite.size:
        return nan, float(np.inf)
    low, high = np.quantile(finite, [0.5 - level / 2.0, 0.5 + level / 2.0])
    bias = float(finite.mean()) - observed
    if 2.0 * abs(bias) >= high - low:
        return nan, float(np.inf) if endless else nan
    low, high = np.clip([low - 2.0 * bias, high - 2.0 * bias], lower, upper)
    return float(low), float(np.inf if endless else high)


# ---- many comparisons -----------------------------------------------------------------------


def each(
    task: Callable[[int, np.random.Generator], Result],
    size: int,
    rng: np.random.Generator,
    *,
    threads: int | None = None,
) -> Iterator[Result]:
    """Do ``task(i, generator)`` for i below ``size``, and yield the results in this order.

    The random numbers of a task depend on ``rng``, which is asked once for a seed, and on i
    alone: the number of threads changes nothing. Threads pay from some 20,000 cells drawn in each
    task; it is as many as this process may use if ``threads`` is left out.
    """
    seed = [int(word) for word in rng.integers(0, 2**32, 4)]

    def job(i: int) -> Result:
        sequence = np.random.SeedSequence(seed, spawn_key=(i,))
        return task(i, np.random.default_rng(sequence))

    if threads is None:
        threads = usable_cores()
    if min(threads, size) <= 1:
        yield from map(job, range(size))
        return
    with ThreadPoolExecutor(threads) as pool:
        for start in range(0, size, _QUEUE):  # a caller that stops early does not wait for all
            yield from pool.map(job, range(start, min(start + _QUEUE, size)))


def usable_cores() -> int:
    """Return how many threads of this process can run at once."""
    known = hasattr(os, "sched_getaffinity")
    return len(os.sched_getaffinity(0)) if known else os.cpu_count() or 1
