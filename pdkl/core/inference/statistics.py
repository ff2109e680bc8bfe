"""What draws say of a score: p-value, excess over noise, noise floor and interval."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pdkl.core.counts.pairs import Pairs
from pdkl.core.inference.samplers import Draws, Null
from pdkl.core.inference.tail import Moments
from pdkl.core.numerics.exact import FloatArray

Statistic = Callable[[Pairs], FloatArray]
_CELLS = 1 << 15  # of draws measured at a time: their arrays stay near the cache
_ENOUGH = 10  # null values beyond the observed: then counting them beats a fitted tail
_BLIND = 1.5  # times the bootstrap's bias: it does not know what the sample lacks
_TIE = 1e-9  # tables that differ in the order of outcomes only may differ by rounding


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
    n_p, n_q = pairs.total_p, pairs.total_q
    total = 2.0 * np.maximum(pairs.sum(half_g_terms(pairs, null)), 0.0)
    return np.where((n_p > 0) & (n_q > 0), total, np.nan)


def half_g_terms(pairs: Pairs, null: Null) -> FloatArray:
    """Return half of what each entry adds to `g_statistic`."""
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
    return terms


# ---- what the draws say ---------------------------------------------------------------------


class NullSummary(NamedTuple):
    """A score beside what it would be if nothing differed."""

    excess: float
    noise_floor: float


def p_value(
    observed: float,
    null_values: FloatArray,
    *,
    method: Literal["gamma", "skewed", "permutation"] = "gamma",
    least: float = 0.0,
) -> float:
    """Return the probability under the null of a statistic at least as large as the observed.

    Parameters
    ----------
    observed : float
        The statistic, as `g_statistic` gives it; NaN has no p-value.
    null_values : float64 array, shape (B,)
        The same of draws under the null.
    method : {"gamma", "skewed", "permutation"}
        "permutation" is (1 + #{null value >= observed}) / (1 + B), never below 1 / (1 + B).
        "gamma" is that too where ten null values reach the observed one, or they do not vary;
        else the upper tail of the gamma distribution that has their mean and variance. "skewed"
        takes the tail from their third moment as well: statistics that are no G, such as the area
        between two distribution functions, are skew in another way.
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
    if method == "permutation" or reached >= _ENOUGH or np.isinf(null_values).any():
        return counted
    mean, spread = float(null_values.mean()), float(null_values.std())
    if spread <= _TIE * (1.0 + mean):
        return counted
    if method == "skewed":
        third = float(((null_values - mean) ** 3).mean())
        three = (np.array([value]) for value in (mean, spread**2, max(third, 0.0), 0.0, 0.0))
        tail = float(Moments(*three).tail(np.array([observed]))[0])
    else:
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
    jackknife: float = 0.0,
) -> tuple[float, float]:
    """Return a confidence interval from the scores of bootstrap draws, clipped to the bounds.

    Its ends are the percentiles of the draws less twice their bias, ``mean(draws) - observed``:
    a score is as far off the truth as the draws are off the score, so that they are off twice.

    NaN where the bias reaches half the width: the sample is too small for its categories, or it
    does not vary at all, and the draws cannot say how sure the score is. So where the ``jackknife``
    finds a bias as large, and far more of it (`is_blind`). Where
    draws are infinite the high end is, and the low end comes from the finite ones; that is NaN
    where the score itself is infinite.

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
    if 2.0 * abs(bias) >= high - low or is_blind(bias, jackknife, high - low):
        return nan, float(np.inf) if endless else nan
    low, high = np.clip([low - 2.0 * bias, high - 2.0 * bias], lower, upper)
    return float(low), float(np.inf if endless else high)


def is_blind(
    bias: FloatArray | float, jackknife: FloatArray | float, width: FloatArray | float
) -> NDArray[np.bool_]:
    """Tell where an interval that makes up for the bootstrap's bias cannot be trusted.

    That is where the jackknife's (`pdkl.core.inference.leaving_out`) is far larger, and as large as
    half the width of the interval.
    """
    away = np.abs(jackknife)
    return np.asarray((2.0 * away >= width) & (away > _BLIND * np.abs(bias)))
