"""What a statistic has in the cells of two samples, whose counts are independent of each other.

Of each count the law is looked at once, and what is orthonormal under it is made there, not on the
grid of both. Cells come last, so that sums over nodes go through memory in one piece.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np

from pdkl.core.inference.moments import basis, dot
from pdkl.core.numerics.exact import FloatArray, IntArray


class TwoCellMoments(NamedTuple):
    """Of each cell what f has in common with the polynomials, and of the rest R."""

    mean: FloatArray
    linear: FloatArray  # (2, cells): E F P_1 of a and of b
    quadratic: FloatArray  # (3, cells): E R P_2 of a and of b, E R P_1 P_1
    square: FloatArray
    cube: FloatArray
    square_linear: FloatArray  # (2, cells): E R^2 P_1
    square_quadratic: FloatArray  # (3, cells)
    mixed: FloatArray  # (2, 2, cells): E R P_1 P_2, P_1 of side i and P_2 of side j
    sd: FloatArray  # (2, cells)
    skewness: FloatArray
    curvature: FloatArray
    least: FloatArray
    infinite: FloatArray


@dataclass(frozen=True)
class Side:
    """The count of one sample in some cells: nodes, weights and polynomials, (nodes, cells)."""

    count: FloatArray
    weight: FloatArray
    first: FloatArray  # P_1
    second: FloatArray  # P_2
    sd: FloatArray
    skewness: FloatArray
    curvature: FloatArray

    @classmethod
    def of(cls, count: FloatArray, weight: FloatArray) -> Side:
        """Make the polynomials, from a row of nodes a cell."""
        known = basis(count, weight)
        rows = (count, weight, known.first, known.second)
        count, weight, first, second = (np.ascontiguousarray(one.T) for one in rows)
        shape = known.sd, known.skewness, known.curvature
        return cls(count, weight, first, second, *shape)

    @classmethod
    def of_three(cls, middle: FloatArray, step: FloatArray, variance: FloatArray) -> Side:
        """Look at three counts alone, which have the mean and the variance."""
        end = variance / (2.0 * step * step)
        places = np.array([-1.0, 0.0, 1.0])[:, None]
        first = places / np.sqrt(2.0 * end)
        curvature = np.sqrt(1.0 / (2.0 * end) - 1.0)
        return cls(
            middle + places * step,
            np.stack([end, 1.0 - 2.0 * end, end]),
            first,
            (first * first - 1.0) / curvature,
            np.sqrt(variance),
            np.zeros_like(end),
            curvature,
        )

    def take(self, cell: IntArray) -> Side:
        """Return the sides of some cells."""
        return Side(*(getattr(self, one.name)[..., cell] for one in fields(self)))

    @property
    def weighted(self) -> FloatArray:
        """Weights times 1, P_1, P_2 and P_1 P_2, which a sum over the nodes is taken with."""
        by_first = self.weight * self.first
        by_second = self.weight * self.second
        return np.stack([self.weight, by_first, by_second, by_first * self.second])


def grid_of(a: Side, b: Side) -> FloatArray:
    """Return both counts at all pairs of nodes, shape (2, nodes of a, nodes of b, cells)."""
    shape = (*(len(one.count) for one in (a, b)), a.count.shape[1])
    return np.stack(
        [np.broadcast_to(a.count[:, None], shape), np.broadcast_to(b.count[None], shape)]
    )


def grid_moments(a: Side, b: Side, values: FloatArray) -> TwoCellMoments:
    """Take f apart, given its ``values`` on the grid; given that it is finite."""
    finite = np.isfinite(values)
    if finite.all():
        return _of_products(a, b, values)
    # those cells on their own, so that the others are the same to the last bit
    some = np.asarray(~finite.all(axis=(0, 1)))
    result: list[FloatArray] = []
    for cell, take_apart in (
        (np.flatnonzero(~some), _of_products),
        (np.flatnonzero(some), _of_grid),
    ):
        if len(cell):
            parts = take_apart(a.take(cell), b.take(cell), values[..., cell])
            result = result or [np.empty((*one.shape[:-1], len(some))) for one in parts]
            for whole, part in zip(result, parts, strict=True):
                whole[..., cell] = part
    return TwoCellMoments(*result)


def _of_products(a: Side, b: Side, values: FloatArray) -> TwoCellMoments:
    """Sum over the nodes of one side, and then of the other, for all polynomials together."""
    of_a, of_b = a.weighted, b.weighted
    middle = values[values.shape[0] // 2, values.shape[1] // 2].copy()
    rest = values - middle  # what is left loses no digits to it
    least = rest.min(axis=(0, 1)) + middle
    known = _summed(rest, of_a, of_b)
    mean, first_a, first_b = known[0, 0], known[1, 0], known[0, 1]
    rest -= (mean + first_a * a.first)[:, None]
    rest -= (first_b * b.first)[None]
    square = rest * rest
    of_square = _summed(square, of_a[:3], of_b[:3])
    rest *= square
    cube = _summed(rest, of_a[:1], of_b[:1])[0, 0]
    # E P_1 P_1 P_2 of a side is its curvature; products of both sides have nothing of P_1 of one
    alone_a, alone_b = known[3, 0] - first_a * a.curvature, known[0, 3] - first_b * b.curvature
    return TwoCellMoments(
        mean + middle,
        np.stack([first_a, first_b]),
        np.stack([known[2, 0], known[0, 2], known[1, 1]]),
        of_square[0, 0],
        cube,
        np.stack([of_square[1, 0], of_square[0, 1]]),
        np.stack([of_square[2, 0], of_square[0, 2], of_square[1, 1]]),
        np.stack([[alone_a, known[1, 2]], [known[2, 1], alone_b]]),
        np.stack([a.sd, b.sd]),
        np.stack([a.skewness, b.skewness]),
        np.stack([a.curvature, b.curvature]),
        least,
        np.zeros_like(mean),
    )


def _summed(values: FloatArray, of_a: FloatArray, of_b: FloatArray) -> FloatArray:
    """Sum over the grid with each weight of a and each of b, over the longer side first."""
    if values.shape[0] > values.shape[1]:
        by_a = np.einsum("ijc,lic->ljc", values, of_a)
        return np.asarray(np.einsum("ljc,kjc->lkc", by_a, of_b))
    by_b = np.einsum("ijc,kjc->kic", values, of_b)
    return np.asarray(np.einsum("kic,lic->lkc", by_b, of_a))


def _of_grid(a: Side, b: Side, values: FloatArray) -> TwoCellMoments:
    """Take f apart where it is infinite at some nodes, given which a and b are not independent."""
    shape = values.shape
    nodes = shape[0] * shape[1]

    def rows(one: FloatArray) -> FloatArray:
        return np.ascontiguousarray(np.broadcast_to(one, shape).reshape(nodes, -1).T)

    weight = rows(a.weight[:, None] * b.weight[None])
    table = rows(values)
    finite = np.isfinite(table)
    infinite = dot(weight, 1.0 - finite)
    left = dot(weight, finite * 1.0)[:, None]
    weight = np.divide(weight * finite, left, out=np.zeros_like(weight), where=left > 0)
    table = np.where(finite, table, 0.0)
    sides = [basis(rows(count), weight) for count in (a.count[:, None], b.count[None])]
    a1, a2, b1, b2 = sides[0].first, sides[0].second, sides[1].first, sides[1].second
    middle = dot(weight, table)
    rest = table - middle[:, None]
    linear = np.stack([dot(weight, rest, one) for one in (a1, b1)])
    rest -= linear[0][:, None] * a1 + linear[1][:, None] * b1
    weighted = weight * rest
    square = weighted * rest
    ab = a1 * b1
    return TwoCellMoments(
        middle,
        linear,
        np.stack([dot(weighted, one) for one in (a2, b2, ab)]),
        dot(square),
        dot(square, rest),
        np.stack([dot(square, one) for one in (a1, b1)]),
        np.stack([dot(square, one) for one in (a2, b2, ab)]),
        np.stack([[dot(weighted, one, two) for two in (a2, b2)] for one in (a1, b1)]),
        np.stack([side.sd for side in sides]),
        np.stack([side.skewness for side in sides]),
        np.stack([side.curvature for side in sides]),
        table.min(axis=1),
        infinite,
    )
