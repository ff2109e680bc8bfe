r"""Cells that need no look of their own: alike, or between counts that were looked at.

Three savings that leave results as they are. Urns with the same balls and the same draw are one
urn: against the rest, the categories of all groups have the same rows in all, and groups of one
size have one null. Of urns that differ, but have as many balls in all, as all columns of a frame
have rows, cells with the same balls are one cell. And within an octave what a statistic has in a
cell is an analytic function of the logarithm of its balls, so that eleven counts say it of all:
interpolated between Chebyshev points it is right to some 1e-8 (Trefethen 2013, "Approximation
Theory and Approximation Practice", chapter 8; the nearest singularities are i pi / 2 away, where
exp(-mean) grows).

Octaves are fixed, and what is done in one depends on its own urn alone: no result depends on which
urns are looked at together, to the last bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pdkl.core.inference.urn import Drawn
from pdkl.core.numerics.exact import FloatArray, IntArray, sum_in_order

_POINTS = 11  # Chebyshev points of an octave
_MANY = 20  # counts of an urn in an octave, from which on points are fewer
_LEAST = 5  # the first octave: 32 to 63
_BELOW = 2  # octaves below all balls, where a cell begins to decide on the others


def like_urns(
    urns: Sequence[FloatArray], cells: Sequence[FloatArray], urn: IntArray
) -> tuple[IntArray, IntArray]:
    """Find urns of which all is equal, that is said of them and of their cells in order.

    Parameters
    ----------
    urns : sequence of float64 arrays
        What is said of each urn.
    cells : sequence of float64 arrays
        What is said of each cell; sorted within an urn.
    urn : int64 array
        The urn of each cell, in order.

    Returns
    -------
    kept : int64 array
        One urn of each kind.
    kind : int64 array, one entry per urn
        Its place in ``kept``.
    """
    size = len(urns[0])
    starts = np.searchsorted(urn, np.arange(size + 1))
    number = np.diff(starts)
    place = np.arange(len(urn)) - starts[urn]
    print_of = [sum_in_order(one * np.sqrt(place + 2.0), urn, size) for one in cells]
    some, kind = alike([number.astype(np.float64), *urns, *print_of])
    first = some[kind]
    # what has the same print is nearly always the same: it is compared with one urn only
    twin = starts[first[urn]] + place
    differs = np.zeros(len(urn), dtype=bool)
    for one in cells:
        differs |= one[twin] != one
    own = np.bincount(urn, weights=differs, minlength=size) > 0
    first[own] = np.flatnonzero(own)
    kept, kind = np.unique(first, return_inverse=True)
    return kept, kind


def alike(keys: Sequence[FloatArray | IntArray]) -> tuple[IntArray, IntArray]:
    """Find places at which all keys are equal: one place of each kind, and the kind of each."""
    order = np.lexsort(keys)
    new = np.zeros(len(order), dtype=bool)
    for key in keys:
        new |= np.diff(key[order], prepend=np.nan) != 0
    kind = np.empty(len(order), dtype=np.int64)
    kind[order] = np.cumsum(new) - 1
    return order[np.flatnonzero(new)], kind


class Octave(NamedTuple):
    """Cells whose balls are between 2^k and 2^(k + 1), many of each of some urns.

    Parameters
    ----------
    cell : int64 array
        Their numbers.
    urn : int64 array
        The urns.
    row : int64 array, one entry per cell
        Which of the urns it belongs to.
    balls : float64 array
        The counts to look at in each urn: the points, and two between them, to be sure.
    between : float64 array, shape (cells, points)
        The weights of the points.
    check : float64 array, shape (2, points)
        Those for the two between.
    nearest : int64 array, one entry per cell
        The point next to it.
    """

    cell: IntArray
    urn: IntArray
    row: IntArray
    balls: FloatArray
    between: FloatArray
    check: FloatArray
    nearest: IntArray

    def interpolated(self, values: FloatArray, size: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return values of each cell, and of each urn whether they may be trusted.

        ``values`` are those of ``balls``, shape (urns, balls, kinds of values); ``size`` says of
        each urn and kind what is little, shape (urns, kinds of values).
        """
        known = values[:, :-2]
        sure = np.ones(len(values), dtype=bool)
        for weights, found in zip(self.check, (values[:, -2], values[:, -1]), strict=True):
            guess = np.zeros_like(found)
            for j, weight in enumerate(weights):
                guess += weight * known[:, j]
            sure &= (np.abs(guess - found) <= size).all(axis=1)
        result = np.zeros((len(self.cell), values.shape[2]))
        for j in range(known.shape[1]):  # one point after the other: the order is settled
            result += self.between[:, j, None] * known[self.row, j]
        return result, sure

    def nearest_of(self, values: FloatArray) -> FloatArray:
        """Return the value of the point next to each cell."""
        return np.asarray(values[self.row, self.nearest])


def octaves(
    urn: IntArray, alpha: FloatArray, possible: NDArray[np.bool_], urns: Drawn
) -> list[Octave]:
    """Find octaves with many counts of an urn, among cells in order of urn and balls."""
    octave = np.frexp(alpha)[1].astype(np.int64) - 1
    possible = possible & (octave >= _LEAST) & (alpha == np.rint(alpha))
    possible &= np.ldexp(1.0, octave + 1) <= np.ldexp(urns.balls[urn], -_BELOW)
    some = np.flatnonzero(possible)
    new = np.diff(urn[some], prepend=-1) != 0
    new |= np.diff(octave[some], prepend=-1) != 0
    run = np.cumsum(new) - 1
    some = some[np.bincount(run)[run] >= _MANY] if len(some) else some
    found = []
    for k in np.unique(octave[some]).tolist():
        cell = some[octave[some] == k]
        own, row = np.unique(urn[cell], return_inverse=True)
        points, extra = _points(k)
        position = np.log2(points)
        between = _lagrange(np.log2(alpha[cell]), position)
        found.append(
            Octave(
                cell,
                own,
                row,
                np.concatenate([points, extra]),
                between,
                _lagrange(np.log2(extra), position),
                np.abs(np.log2(alpha[cell])[:, None] - position).argmin(axis=1),
            )
        )
    return found


def _points(k: int) -> tuple[FloatArray, FloatArray]:
    """Return whole numbers near the Chebyshev points of an octave, and two between them."""
    x = 0.5 - 0.5 * np.cos(np.pi * np.arange(_POINTS) / (_POINTS - 1))
    points = np.unique(np.rint(np.exp2(k + x)))
    middle = np.rint(np.exp2(k + np.array([0.36, 0.69])))
    return points, middle


def _lagrange(x: FloatArray, points: FloatArray) -> FloatArray:
    """Return the weights of points at each x, by the barycentric formula."""
    apart = points[:, None] - points
    np.fill_diagonal(apart, 1.0)
    weight = 1.0 / apart.prod(axis=1)
    away = x[:, None] - points
    met = away == 0
    share = weight / np.where(met, 1.0, away)
    share /= share.sum(axis=1, keepdims=True)
    return np.asarray(np.where(met.any(axis=1, keepdims=True), met * 1.0, share))
