"""The one law behind every null and every bootstrap: an urn that is drawn from.

An urn holds A balls, alpha of them of a category. n are drawn, and after each draw the ball is
kept out (s = -1), put back (s = 0), or put back with one more of its category (s = +1). What a
category gets has the marginal distribution

    w(a) = g(a; alpha) g(n - a; A - alpha) / g(n; A),

g being the law that its count would have if the n were free: binomial, Poisson, negative binomial.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from pdkl.core.numerics.exact import FloatArray, IntArray, segment_sum

_SMALL = 16.0  # from here on Stirling's series with five terms is exact
_TINY = 1e-290  # stands for an expectation of 0: whatever is above it has no weight


class Drawn(NamedTuple):
    """Urns, or the urn of each of some cells: how many ``balls`` there are, and ``n`` of a draw."""

    balls: FloatArray
    n: FloatArray

    def of(self, urn: IntArray) -> Drawn:
        """Return the urns of some cells."""
        return Drawn(self.balls[urn], self.n[urn])


@dataclass(frozen=True)
class Urn:
    """Pólya's urn; see `EXCHANGE`, `REPLACE` and `SPACINGS`.

    Parameters
    ----------
    s : {-1, 0, 1}
        How many balls of its category follow a ball that was drawn.

    References
    ----------
    Eggenberger and Pólya (1923), "Über die Statistik verketteter Vorgänge". Johnson and Kotz
    (1977), "Urn Models and Their Application".
    """

    s: Literal[-1, 0, 1]

    def scale(self, urns: Drawn) -> FloatArray:
        """Return V in Cov(a_x, a_y) = V (h_x 1[x = y] - h_x h_y), h = alpha / A."""
        return _ratio(urns.n * (urns.balls + self.s * urns.n), urns.balls + self.s)

    def third_scale(self, urns: Drawn) -> FloatArray:
        """Return what V is to third moments: E (sum l a)^3 = V3 sum h l^3 where sum h l = 0."""
        grown = urns.balls + 2.0 * self.s * urns.n
        return self.scale(urns) * _ratio(grown, urns.balls + 2.0 * self.s)

    def ratios(self, alpha: FloatArray, urns: Drawn) -> tuple[FloatArray, FloatArray]:
        """Return q and r: polynomials of degree 1, 2 of cells x, y correlate as -√qq' and √rr'.

        That is, of the orthogonal polynomials of their marginals, here Hahn, Krawtchouk and dual
        to these (Griffiths 1971, "Orthogonal polynomials on the multinomial distribution").
        """
        rest = urns.balls - alpha
        q = _ratio(alpha, rest)
        return q, np.where(
            rest > 0, q * np.maximum(_ratio(alpha + self.s, rest + self.s), 0.0), 0.0
        )

    def limits(self, alpha: FloatArray, urns: Drawn) -> tuple[FloatArray, FloatArray]:
        """Return the least and the largest count that a cell can get."""
        top = np.where(alpha > 0, urns.n, 0.0)
        bottom = np.where(alpha >= urns.balls, urns.n, 0.0)
        if self.s < 0:
            top = np.minimum(top, alpha)
            bottom = np.maximum(0.0, alpha - (urns.balls - urns.n))
        return bottom, top

    def next_ratio(self, a: FloatArray, alpha: FloatArray, urns: Drawn) -> FloatArray:
        """Return w(a + 1) / w(a), which needs no logarithm and loses no digit."""
        left = urns.n - a
        others = urns.balls - alpha + self.s * (left - 1.0)
        return _ratio(left * (alpha + self.s * a), (a + 1.0) * others)

    def log_marginal(self, a: FloatArray, alpha: FloatArray, urns: Drawn) -> FloatArray:
        """Return log w(a), its error some 1e-16 standard deviations of a."""
        rest = self.log_free(urns.n - a, urns.balls - alpha, urns)
        return self.log_free(a, alpha, urns) + rest - self.log_free(urns.n, urns.balls, urns)

    def log_free(self, a: FloatArray, alpha: FloatArray, urns: Drawn) -> FloatArray:
        """Return log g(a; alpha), the law of mean n alpha / A of a cell that knows no other.

        With e(x) = log x! - x log x + x and d(x, m) = x log(x / m) + m - x (Loader 2000, "Fast
        and accurate computation of binomial probabilities"): differences of log x! itself are off
        by whole units where the counts are large.
        """
        if self.s == 0:
            return -(log_factorial_rest(a) + count_deviance(a, urns.n * _ratio(alpha, urns.balls)))
        both, kept = (alpha, alpha - a) if self.s < 0 else (a + alpha, alpha)
        everything = urns.balls if self.s < 0 else urns.balls + urns.n
        log = log_factorial_rest(both) - log_factorial_rest(a) - log_factorial_rest(kept)
        log -= count_deviance(a, both * _ratio(urns.n, everything))
        log -= count_deviance(kept, both * _ratio(everything - urns.n, everything))
        if self.s > 0:  # the last ball is one that was put there
            log = log + np.log(np.maximum(_ratio(alpha, both), _TINY)) * (both > 0)
        return log

    def log_probability(
        self, a: FloatArray, alpha: FloatArray, times: FloatArray, urns: Drawn, urn: IntArray
    ) -> FloatArray:
        """Return the logarithm of the probability that the cells of each urn get just ``a``."""
        log = segment_sum(
            times * np.maximum(self.log_free(a, alpha, urns.of(urn)), -1e300), urn, len(urns.n)
        )
        return np.minimum(log - self.log_free(urns.n, urns.balls, urns), 0.0)


EXCHANGE = Urn(-1)  # rows of two samples exchanged: alpha = what both have
REPLACE = Urn(0)  # a sample of a fixed distribution; the bootstrap of a sample
SPACINGS = Urn(1)  # between order statistics of a sample: alpha = how far their ranks are apart


def log_factorial_rest(x: FloatArray) -> FloatArray:
    """Return log x! - x log x + x: 0 at 0, about log(2 pi x) / 2 from 1 on."""
    from scipy.special import gammaln, xlogy

    y = np.maximum(x, _SMALL)
    inverse = 1.0 / y
    square = inverse * inverse
    series = 1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square / 1188)))
    result = np.asarray(0.5 * np.log(2.0 * np.pi * y) + inverse * series)
    small = np.asarray(x) < _SMALL
    if small.any():
        few = np.asarray(x)[small]
        result[small] = gammaln(few + 1.0) - xlogy(few, few) + few
    return result


def count_deviance(x: FloatArray, mean: FloatArray) -> FloatArray:
    """Return x log(x / mean) + mean - x to some 1e-16 |x - mean|, which is all a weight needs.

    An eighth of the time of `pdkl.core.numerics.exact.deviance`, which keeps relative digits.
    """
    mean = np.maximum(mean, _TINY)
    step = x - mean
    return np.asarray(x * np.log1p(np.maximum(step / mean, -1.0 + 2.0**-53)) - step)


def _ratio(numerator: FloatArray, denominator: FloatArray) -> FloatArray:
    positive = denominator > 0
    return np.where(positive, numerator / np.where(positive, denominator, 1.0), 0.0)
