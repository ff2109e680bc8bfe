"""Special functions that keep their digits where SciPy has none, or loses them."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from pdkl.core.numerics.exact import FloatArray, surprisal

Elementwise = Callable[[FloatArray], FloatArray]
# B_2k / 2k for k = 1..6, B the Bernoulli numbers: of psi's expansion, and of others by way of it
_BERNOULLI = (1 / 12, -1 / 120, 1 / 252, -1 / 240, 1 / 132, -691 / 32760)
LARGE = 16.0  # from here on their next term is below one rounding


def near_or_far(x: FloatArray, near: Elementwise, far: Elementwise) -> FloatArray:
    """Choose between a function and its expansion for large arguments, each where it is good."""
    return np.where(x < LARGE, near(np.minimum(x, LARGE)), far(np.maximum(x, LARGE)))


def _expansion(x: FloatArray, factor: Callable[[int], float], power: int) -> FloatArray:
    """Sum over k of ``factor(k)`` B_2k / 2k x^(power - 2k)."""
    terms = (factor(k) * b * x ** (power - 2 * k) for k, b in enumerate(_BERNOULLI, 1))
    return np.asarray(sum(terms))


def log_over_psi(x: FloatArray) -> FloatArray:
    """Log x - psi(x) = 1/2x + sum of B_2k / 2k x^-2k, to full relative precision for large x."""
    from scipy.special import digamma

    return near_or_far(
        x, lambda x: np.log(x) - digamma(x), lambda x: 0.5 / x + _expansion(x, lambda _: 1.0, 0)
    )


def psi_difference(a: FloatArray, b: FloatArray) -> FloatArray:
    """psi(a) - psi(b) for a >= b."""
    return np.asarray(surprisal(b, a) + (log_over_psi(b) - log_over_psi(a)))


def trigamma_gap(beta: FloatArray, k: float) -> FloatArray:
    """K psi'(K beta + 1) - psi'(beta + 1) > 0, where both are about 1/beta for large beta."""
    from scipy.special import polygamma

    def missing(x: FloatArray) -> FloatArray:  # 1/x - psi'(x + 1)
        return np.asarray(0.5 / x**2 - _expansion(x, lambda i: 2.0 * i, -1))

    return near_or_far(
        beta,
        lambda x: k * polygamma(1, k * x + 1.0) - polygamma(1, x + 1.0),
        lambda x: missing(x) - k * missing(k * x),
    )


def log_rising(n: FloatArray, b: FloatArray) -> FloatArray:
    """Log of b (b + 1) ... (b + n - 1) / b^n, by Stirling's series for large b."""
    from scipy.special import gammaln

    def stirling(x: FloatArray) -> FloatArray:
        end, start = (_expansion(z, lambda i: 1 / (2 * i - 1), 1) for z in (x + n, x))
        return np.asarray((x + n - 0.5) * np.log1p(n / x) - n + end - start)

    return near_or_far(b, lambda x: gammaln(x + n) - gammaln(x) - n * np.log(x), stirling)


def accumulation(n: FloatArray, slope: FloatArray) -> FloatArray:
    """(1 - A)^(1-n) [-log A - sum over r < n of (1 - A)^r / r], without the cancellation.

    It is the sum over k >= 1 of (1 - A)^k / (k + n - 1): a few terms as they are, the rest by the
    Euler-Maclaurin formula.
    """
    decay = -np.log1p(-slope)
    first = 17
    total = sum(np.exp(-decay * k) / (n - 1.0 + k) for k in range(1, first))
    start = n - 1.0 + first
    rest = scaled_exp_integral(decay * start) + 0.5 / start
    # derivative of exp(-decay x) / x at start, over its order's factorial and its value
    derivative, power = np.ones_like(n), np.ones_like(n)
    for order in range(1, 2 * len(_BERNOULLI)):
        power = power * decay / order
        derivative = power + derivative / start
        if order % 2:
            rest = rest + _BERNOULLI[order // 2] * derivative / start
    return np.asarray(total + np.exp(-decay * first) * rest)


def scaled_exp_integral(x: FloatArray) -> FloatArray:
    """exp(x) E_1(x), by its asymptotic series where exp(x) would overflow."""
    from scipy.special import exp1

    near, far = np.minimum(x, 50.0), np.maximum(x, 50.0)
    series = sum(math.factorial(k) * (-1.0 / far) ** k for k in range(25)) / far
    return np.where(x < 50.0, np.exp(near) * exp1(near), series)
