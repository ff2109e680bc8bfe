"""The terms of the measures: what one outcome adds, elementwise, with f(0, 0) = 0."""

from __future__ import annotations

import math

import numpy as np

from pdkl.core.counts.pairs import Pairs
from pdkl.core.numerics.exact import FloatArray, deviance, jensen, log_ratio


def weighted(p: FloatArray, value: FloatArray) -> FloatArray:
    """``p * value``, and 0 at p = 0 whatever the value."""
    if (p > 0).all():  # which a mask would make slower
        return np.asarray(p * value)
    return np.multiply(p, value, out=np.zeros_like(p), where=p > 0)


def entropy(pairs: Pairs) -> FloatArray:
    """``p log 1/p``."""
    return weighted(pairs.p, pairs.surprisal_p)


def cross_entropy(pairs: Pairs) -> FloatArray:
    """``p log 1/q``."""
    return weighted(pairs.p, pairs.surprisal_q)


def power(pairs: Pairs, order: float) -> FloatArray:
    """``p**a - p``, which sums to sum p^a - 1; all have the sign of 1 - a."""
    p, surprisal = pairs.p, pairs.surprisal_p
    with np.errstate(over="ignore", invalid="ignore"):  # where p = 0, and where it is far from 1
        steep = (1.0 - order) * surprisal
        value = np.where(steep > 1.0, np.exp(-order * surprisal) - p, p * np.expm1(steep))
    return np.where(p > 0, value, 0.0)


def gini_simpson(pairs: Pairs) -> FloatArray:
    """``p (1 - p)``."""
    total = pairs.total_p[pairs.comparison]
    others = np.divide(total - pairs.count_p, total, out=np.zeros_like(total), where=total > 0)
    return np.asarray(pairs.p * others)


def occurs(pairs: Pairs) -> FloatArray:
    """1 where p > 0."""
    return np.where(pairs.p > 0, 1.0, 0.0)


def kl(pairs: Pairs) -> FloatArray:
    """``p log(p/q) + q - p``, which sums to KL and is never negative."""
    return deviance(pairs.p, pairs.q, pairs.difference)


def kl_share(pairs: Pairs) -> FloatArray:
    """``p log(p/q)``: what an outcome adds to KL, which may be negative."""
    return weighted(pairs.p, log_ratio(pairs.p, pairs.q, pairs.difference))


def reverse_kl(pairs: Pairs) -> FloatArray:
    """``q log(q/p) + p - q``."""
    return deviance(pairs.q, pairs.p, -pairs.difference)


def reverse_kl_share(pairs: Pairs) -> FloatArray:
    """``q log(q/p)``."""
    return weighted(pairs.q, log_ratio(pairs.q, pairs.p, -pairs.difference))


def jeffreys(pairs: Pairs) -> FloatArray:
    """``(p - q) log(p/q)``."""
    return kl(pairs) + reverse_kl(pairs)


def js(pairs: Pairs) -> FloatArray:
    """``(p log(p/m) + q log(q/m)) / 2`` with ``m = (p + q) / 2``."""
    return jensen(pairs.p, pairs.q, pairs.difference)


def half_difference(pairs: Pairs) -> FloatArray:
    """``|p - q| / 2``."""
    return 0.5 * np.abs(pairs.difference)


def half_squared_root_difference(pairs: Pairs) -> FloatArray:
    """``(sqrt p - sqrt q)^2 / 2``."""
    # (sqrt p - sqrt q)^2 without subtracting the roots
    roots = np.sqrt(pairs.p) + np.sqrt(pairs.q)
    quotient: FloatArray = np.zeros_like(roots)
    np.divide(pairs.difference, roots, out=quotient, where=roots > 0)
    return 0.5 * quotient * quotient


def chi_square(pairs: Pairs) -> FloatArray:
    """``(p - q)^2 / q``."""
    d, q = pairs.difference, pairs.q
    with np.errstate(over="ignore", invalid="ignore"):  # 0 * inf where Q has nothing at all
        term = np.divide(d, q, out=np.where(pairs.p > 0, np.inf, 0.0), where=q > 0)
        return np.where(term == np.inf, term, d * term)


def log_power_sum(
    total: FloatArray, pairs: Pairs, order: float, *, alone: bool = False
) -> FloatArray:
    """Return log sum p^a q^(1 - a), or ``alone`` log sum p^a, given that sum - 1.

    Pairs without entries are those of totals that nothing was counted for, such as quantiles.
    """
    if not len(pairs.comparison):
        return np.log1p(np.maximum(total, -1.0 + 2.0**-53))
    with np.errstate(divide="ignore", invalid="ignore"):
        near = np.log1p(np.maximum(total, -0.5))
        # far from it, by logarithms: the sum itself may be too small or too large
        exponent = -order * pairs.surprisal_p if alone else _log_power(pairs, order)
        exponent = np.where(pairs.p > 0, exponent, -np.inf)
        return np.where(np.abs(total) < 0.5, near, pairs.log_sum_exp(exponent))


def _log_power(pairs: Pairs, order: float) -> FloatArray:
    """Return log(p^a q^(1 - a)) where p > 0, from log(p/q): else large orders cost digits."""
    if order == 0.5:  # the same whichever side is which
        return -0.5 * (pairs.surprisal_p + pairs.surprisal_q)
    ratio = log_ratio(pairs.p, pairs.q, pairs.difference)
    if order > 0.5:
        return np.asarray((order - 1.0) * ratio - pairs.surprisal_p)
    return np.where(pairs.q > 0, order * ratio - pairs.surprisal_q, -np.inf)


def largest_log_ratio(pairs: Pairs) -> FloatArray:
    """``log(p/q)`` where that is above 0."""
    return np.maximum(log_ratio_share(pairs), 0.0)


def log_ratio_share(pairs: Pairs) -> FloatArray:
    """``log(p/q)`` where p > 0."""
    ratio = log_ratio(pairs.p, pairs.q, pairs.difference)
    return np.where(pairs.p > 0, np.where(pairs.q > 0, ratio, np.inf), 0.0)


def least_surprisal(total: FloatArray, pairs: Pairs) -> FloatArray:
    """Return -log of the largest p, which is ``total``."""
    if not len(pairs.comparison):
        return np.asarray(0.0 - np.log(np.maximum(total, np.finfo(np.float64).tiny)))
    least = np.full(pairs.size, np.inf)
    np.minimum.at(least, pairs.comparison, pairs.surprisal_p)  # exact near p = 1
    return least


def normalized(total: FloatArray, pairs: Pairs) -> FloatArray:
    """Divide an entropy by that of the uniform distribution."""
    scaled: FloatArray = total / (math.log(pairs.alphabet) if pairs.alphabet > 1 else np.inf)
    return scaled
