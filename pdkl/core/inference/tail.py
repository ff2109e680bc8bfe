"""The distribution that has a mean, a variance and a third moment: Pearson's type III.

A gamma distribution, shifted and perhaps mirrored; that of chi-squared exactly, and the normal one
where nothing is skew.

References
----------
Pearson (1895), "Contributions to the mathematical theory of evolution II: skew variation in
homogeneous material". Kazi-Aoual et al. (1995), "Refined approximations to permutation tests for
multivariate inference": three moments of a permutation distribution.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pdkl.core.numerics.exact import FloatArray, IntArray, sum_in_order

Finish = Callable[[FloatArray], FloatArray]
CERTAIN = 1.0 - 2.0**-53  # the largest probability whose complement has a logarithm
_NORMAL = 1e-6  # skewness below which nothing is skew
_VARIES = 1e-9
_LEVELS = 48


class Moments(NamedTuple):
    """The distribution of a statistic of each comparison, as far as it is known.

    Parameters
    ----------
    mean, variance, third : float64 array
        Its mean and central moments, given that it is finite.
    least : float64 array
        What it is never below.
    infinite : float64 array
        The probability that it is not finite.
    """

    mean: FloatArray
    variance: FloatArray
    third: FloatArray
    least: FloatArray
    infinite: FloatArray

    @property
    def varies(self) -> NDArray[np.bool_]:
        """Tell whether there is any variation, beyond rounding."""
        return np.sqrt(self.variance) > _VARIES * (1.0 + np.abs(self.mean))

    def scaled(self, factor: FloatArray) -> Moments:
        """Return those of the statistic times a factor above 0."""
        return Moments(
            self.mean * factor,
            self.variance * factor**2,
            self.third * factor**3,
            self.least * factor,
            self.infinite,
        )

    def shifted(self, by: FloatArray) -> Moments:
        """Return those of the statistic plus a number."""
        return self._replace(mean=self.mean + by, least=self.least + by)

    def tail(self, value: FloatArray) -> FloatArray:
        """Return P(T >= value); where T does not vary, 1 up to its mean and 0 beyond."""
        from scipy.special import gammainc, gammaincc, ndtr

        sd, skewness, shape = self._shape()
        z = (value - self.mean) / sd
        at = np.maximum(shape + 2.0 * z / skewness, 0.0)
        tail = np.where(skewness > 0, gammaincc(shape, at), gammainc(shape, at))
        tail = np.where(np.abs(skewness) <= _NORMAL, ndtr(-z), tail)
        still = value <= self.mean + _VARIES * (1.0 + np.abs(self.mean))
        return np.where(self.varies, tail, np.where(still, 1.0, 0.0))

    def quantile(self, level: FloatArray | float) -> FloatArray:
        """Return the point at or below which a finite T is with a probability below 1."""
        from scipy.special import gammainccinv, gammaincinv, ndtri

        sd, skewness, shape = self._shape()
        at = np.where(skewness > 0, gammaincinv(shape, level), gammainccinv(shape, level))
        z = np.where(np.abs(skewness) <= _NORMAL, ndtri(level), 0.5 * skewness * (at - shape))
        return np.where(self.varies, np.maximum(self.mean + sd * z, self.least), self.mean)

    def expectation(self, finish: Finish) -> FloatArray:
        """Return E finish(T) of a finite T: exact where it is T itself, else by quadrature."""
        if finish is as_it_is:
            return self.mean
        x, w = np.polynomial.legendre.leggauss(_LEVELS)
        total = self.mean
        for level, weight in zip(0.5 * (x + 1.0), 0.5 * w, strict=True):
            point = self.quantile(level)
            total = total + weight * (finish(point) - point)
        return total

    def _shape(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        sd = np.where(self.varies, np.sqrt(self.variance), 1.0)
        skewness = np.where(self.varies, self.third / sd**3, 0.0)
        skewness = np.where(np.abs(skewness) <= _NORMAL, _NORMAL, skewness)
        return sd, skewness, 4.0 / skewness**2


def as_it_is(total: FloatArray) -> FloatArray:
    """Finish a total that is the measure."""
    return total


def added(
    moments: Moments, group: IntArray, size: int, weight: FloatArray | float = 1.0
) -> Moments:
    """Add independent statistics by group, each with its weight: strata, or stages."""

    def total(values: FloatArray) -> FloatArray:
        return sum_in_order(values, group, size)

    finite = total(np.log1p(-np.minimum(moments.infinite, CERTAIN)))
    return Moments(
        total(moments.mean * weight),
        total(moments.variance * weight**2),
        total(moments.third * weight**3),
        total(moments.least * weight),
        -np.expm1(finite),
    )
