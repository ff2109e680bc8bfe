"""The largest of the cells' values."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np

from pdkl.core.inference.tail import Finish
from pdkl.core.numerics.exact import FloatArray, IntArray

_POINTS = 512
_NOTHING = 1e-13  # weight of a node that no maximum will ever be at


class Look(NamedTuple):
    """Some cells: their urns, how many alike, values and weights at their nodes.

    ``away`` is how far the counts are from their mean where they are those of a free n, else 0.
    """

    urn: IntArray
    times: FloatArray
    values: FloatArray
    weight: FloatArray
    away: FloatArray


class Largest(NamedTuple):
    """The distribution of a maximum in each urn: P(T <= t) at equal steps from 0 on."""

    step: FloatArray
    below: FloatArray

    @property
    def infinite(self) -> FloatArray:
        """The probability that it is infinite."""
        return np.zeros(len(self.step))

    def quantile(self, level: FloatArray | float) -> FloatArray:
        """Return the point at or below which T is with this probability."""
        wanted = np.broadcast_to(level, len(self.step))[:, None]
        at = np.argmax(self.below >= wanted, axis=1)
        rows, before = np.arange(len(at)), np.maximum(at - 1, 0)
        high, low = self.below[rows, at], self.below[rows, before]
        part = np.divide(wanted[:, 0] - low, high - low, out=np.ones(len(at)), where=high > low)
        return np.asarray((before + np.clip(part, 0.0, 1.0) * (at - before)) * self.step)

    def expectation(self, finish: Finish) -> FloatArray:
        """Return E finish(T)."""
        mass = np.diff(self.below, axis=1, prepend=0.0)
        total = np.zeros(len(self.step))
        for j in range(_POINTS):
            total += mass[:, j] * finish(j * self.step)
        return total


def largest(looks: Callable[[], Iterable[Look]], size: int) -> Largest:
    r"""Return the distribution of the maximum of each urn's cells.

    Counts that sum to n are independent counts of a free n, given their sum N, so that

        P(T <= t) = prod P(f_x <= t) * P(N = n | all f_x <= t) / P(N = n),

    the last two by Edgeworth's series (Levin 1981, "A representation for multinomial cumulative
    distribution functions"). Without how far counts are ``away`` the product alone is left: that is
    a bound from below (Joag-Dev and Proschan 1983, "Negative association of random variables").

    ``looks`` gives the cells each time that it is called: first for how far the values reach.
    """
    reach = np.zeros(size)
    for one in looks():
        held = np.where(one.weight > _NOTHING, one.values, 0.0)
        np.maximum.at(reach, one.urn, held.max(axis=1))
    step = reach / (_POINTS - 2)
    log, cumulants = np.zeros((size, _POINTS)), np.zeros((4, size, _POINTS))
    for one in looks():
        wide = step[one.urn, None]
        place = np.divide(one.values, wide, out=np.zeros_like(one.values), where=wide > 0)
        place = np.minimum(place, _POINTS - 2.0)
        times, mass = one.times[:, None], np.clip(_below(place, one.weight), 1e-300, 1.0)
        np.add.at(log, one.urn, times * np.log(mass))
        if one.away.any():
            a, b, c, d = (_below(place, one.weight * one.away**k) / mass for k in (1, 2, 3, 4))
            variance, third = b - a * a, c - 3.0 * a * b + 2.0 * a**3
            fourth = d - 4.0 * a * c - 3.0 * b * b + 12.0 * a * a * b - 6.0 * a**4
            for target, values in zip(cumulants, (a, variance, third, fourth), strict=True):
                np.add.at(target, one.urn, times * values)
    some = np.flatnonzero(cumulants[1, :, -1] > 0)
    density = _log_density_at_zero(*cumulants[:, some])
    log[some] += density - density[:, -1:]
    below = np.maximum.accumulate(np.exp(np.minimum(log, 0.0)), axis=1)
    below[:, -1] = 1.0
    return Largest(step, below)


def _log_density_at_zero(
    mean: FloatArray, variance: FloatArray, third: FloatArray, fourth: FloatArray
) -> FloatArray:
    """Return the logarithm of a density of these cumulants at 0, by the series of Edgeworth."""
    varies = variance > 1e-9 * variance[:, -1:]
    variance = np.where(varies, variance, 1.0)
    skewness, excess = third / variance**1.5, fourth / variance**2
    z = -mean / np.sqrt(variance)
    z2 = z * z
    series = 1.0 + skewness / 6.0 * z * (z2 - 3.0) + excess / 24.0 * (z2 * (z2 - 6.0) + 3.0)
    series += skewness**2 / 72.0 * (z2 * (z2 * (z2 - 15.0) + 45.0) - 15.0)
    log = np.log(np.clip(series, 0.1, 10.0)) - 0.5 * z2 - 0.5 * np.log(variance)
    return np.where(varies, log, -np.inf)  # a sum that does not vary is almost never 0


def _below(place: FloatArray, weight: FloatArray) -> FloatArray:
    """Sum weights up to each point; one between two points is shared among them."""
    rows = np.arange(len(place))[:, None]
    low = place.astype(np.int64)
    part = place - low
    flat, length = (rows * _POINTS + low).ravel(), len(place) * _POINTS
    held = np.bincount(flat, (weight * (1.0 - part)).ravel(), length)
    held += np.bincount(flat + 1, (weight * part).ravel(), length)
    return np.cumsum(held.reshape(len(place), _POINTS), axis=1)
