"""The largest of the cells' values, as if the cells were independent of each other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np

from pdkl.core.inference.tail import Finish
from pdkl.core.numerics.exact import FloatArray, IntArray

_POINTS = 512
_NOTHING = 1e-13  # weight of a node that no maximum will ever be at


class Look(NamedTuple):
    """Some cells: which, their urns, how many alike, values and weights at their nodes."""

    urn: IntArray
    times: FloatArray
    values: FloatArray
    weight: FloatArray


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
        return (before + np.clip(part, 0.0, 1.0) * (at - before)) * self.step

    def expectation(self, finish: Finish) -> FloatArray:
        """Return E finish(T)."""
        mass = np.diff(self.below, axis=1, prepend=0.0)
        total = np.zeros(len(self.step))
        for j in range(_POINTS):
            total += mass[:, j] * finish(j * self.step)
        return total


def largest(looks: Callable[[], Iterable[Look]], size: int) -> Largest:
    r"""Return the distribution of the maximum of each urn's cells: P(T <= t) = prod P(f_x <= t).

    ``looks`` gives the cells, each time that it is called: first for how far the values reach.
    Counts of one urn make room for each other, so that the product is a bound from below
    (Joag-Dev and Proschan 1983, "Negative association of random variables").
    """
    reach = np.zeros(size)
    for one in looks():
        held = np.where(one.weight > _NOTHING, one.values, 0.0)
        np.maximum.at(reach, one.urn, held.max(axis=1))
    step = reach / (_POINTS - 2)
    log = np.zeros((size, _POINTS))
    for one in looks():
        rows = np.arange(len(one.urn))[:, None]
        wide = step[one.urn, None]
        place = np.divide(one.values, wide, out=np.zeros_like(one.values), where=wide > 0)
        place = np.minimum(place, _POINTS - 2.0)
        low = place.astype(np.int64)
        part = place - low
        flat = (rows * _POINTS + low).ravel()
        held = np.bincount(flat, (one.weight * (1.0 - part)).ravel(), len(rows) * _POINTS)
        held += np.bincount(flat + 1, (one.weight * part).ravel(), len(rows) * _POINTS)
        below = np.cumsum(held.reshape(len(rows), _POINTS), axis=1)
        np.add.at(log, one.urn, one.times[:, None] * np.log(np.clip(below, 1e-300, 1.0)))
    below = np.exp(log)
    below[:, -1] = 1.0
    return Largest(step, below)
