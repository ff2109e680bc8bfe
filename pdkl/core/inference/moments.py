r"""Mean, variance and third moment of a sum over the cells of an urn, from single cells.

T = sum f_x(a_x). In each cell f is taken apart into the orthonormal polynomials P_1, P_2 of its own
count, and a rest. Polynomials of degree j of two cells are correlated with each other alone, as
(-1)^j w_x w_y, which gives the variance of the linear and quadratic parts exactly. Linear parts are
measured from what all cells share: sum (a_x - E a_x) = 0, so only l = b - B counts, b the slope of
f and B = sum h b. Of the third moment, what three different cells have together is taken from
normal counts of the same covariances.

References
----------
Kazi-Aoual et al. (1995), "Refined approximations to permutation tests for multivariate inference":
matching three moments. Griffiths (1971), "Orthogonal polynomials on the multinomial distribution".
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pdkl.core.inference.tail import CERTAIN, Moments
from pdkl.core.inference.urn import Drawn, Urn
from pdkl.core.numerics.exact import FloatArray, IntArray, sum_in_order

_LITTLE = 1e-6
_LITTLE_OF_MEAN = 1e-8
_LITTLE_OF_CUBE = 1e-5
_ROUNDED = 1e-13
_FLAT = 1e-9  # of P_2: a cell of two counts has none


class Basis(NamedTuple):
    """What is orthonormal under the marginals of some cells: rows of nodes, and a value a cell."""

    weight: FloatArray
    first: FloatArray  # P_1 at the nodes
    second: FloatArray  # P_2
    sd: FloatArray
    skewness: FloatArray  # E P_1^3
    curvature: FloatArray  # E P_1^2 P_2


class CellMoments(NamedTuple):
    """Of each cell what its f has in common with P_1, P_2, and of the rest R = F - linear part."""

    mean: FloatArray
    linear: FloatArray  # E F P_1
    quadratic: FloatArray  # E R P_2
    square: FloatArray  # E R^2
    cube: FloatArray  # E R^3
    square_first: FloatArray  # E R^2 P_1
    square_second: FloatArray  # E R^2 P_2
    first_second: FloatArray  # E R P_1 P_2
    sd: FloatArray
    skewness: FloatArray
    curvature: FloatArray
    least: FloatArray  # the smallest value of f
    infinite: FloatArray  # P(f is infinite); all else is given that it is not


def basis(count: FloatArray, weight: FloatArray) -> Basis:
    """Make P_1 and P_2 of each row of nodes; 0 where the counts are too few for them."""
    away = count - count[:, :1]
    away -= mean(weight, away)
    variance = dot(weight, away, away)
    sd = np.sqrt(variance)
    first = away * np.divide(1.0, sd, out=np.zeros_like(sd), where=sd > 0)[:, None]
    square = first * first
    skewness = dot(weight, square, first)
    second = (square - 1.0) - skewness[:, None] * first
    norm = dot(weight, second, second)
    curvature = np.where((norm > _FLAT) & (sd > 0), np.sqrt(norm), 0.0)
    second *= np.divide(1.0, curvature, out=np.zeros_like(sd), where=curvature > 0)[:, None]
    return Basis(weight, first, second, sd, skewness, curvature)


def cell_moments(count: FloatArray, known: Basis, values: FloatArray) -> CellMoments:
    """Take f apart, given its ``values`` at the nodes."""
    finite = np.asarray(np.isfinite(values))
    some = np.asarray(~finite.all(axis=1))
    if not some.any():
        return _taken_apart(known, values, np.zeros(len(values)))
    # those cells on their own, so that the others are the same to the last bit
    result = [np.empty(len(values)) for _ in CellMoments._fields]
    for rows in (np.flatnonzero(~some), np.flatnonzero(some)):
        own, here = Basis(*(part[rows] for part in known)), finite[rows]
        weight = own.weight * here
        infinite = np.where(here.all(axis=1), 0.0, (own.weight * ~here).sum(axis=1))
        if some[rows].any():
            left = weight.sum(axis=1, keepdims=True)
            own = basis(count[rows], np.divide(weight, left, out=weight, where=left > 0))
        parts = _taken_apart(own, np.where(here, values[rows], 0.0), infinite)
        for whole, part in zip(result, parts, strict=True):
            whole[rows] = part
    return CellMoments(*result)


def little(found: CellMoments) -> FloatArray:
    """Return by how much the moments of cells, a row each, may be off without being felt.

    One value per row and moment: a share of the standard deviation, less of it for the mean, whose
    errors add up, and any for ``least``, which is a bound.
    """
    rest = np.sqrt(found.square)
    whole = np.sqrt(found.linear**2 + found.square).max(axis=1)
    bent, of_mean = rest.max(axis=1), np.abs(found.mean).max(axis=1)
    one = np.ones_like(bent)
    sizes = [
        *(_LITTLE * whole, _LITTLE * whole, _LITTLE * whole**2, _LITTLE_OF_CUBE * whole**3),
        *(_LITTLE * whole**2, _LITTLE * whole**2, _LITTLE * whole),
        *(_LITTLE * found.sd.max(axis=1), _LITTLE * one, _LITTLE * one),
        *(np.inf * one, _LITTLE_OF_MEAN * one),
    ]
    return np.stack([_LITTLE_OF_MEAN * bent + _ROUNDED * of_mean, *sizes], axis=1)


def _taken_apart(known: Basis, values: FloatArray, infinite: FloatArray) -> CellMoments:
    weight, first, second = known[:3]
    middle = mean(weight, values)
    rest = values - middle
    linear = dot(weight, rest, first)
    rest -= linear[:, None] * first
    quadratic = dot(weight, rest, second)
    weighted = weight * rest
    square = weighted * rest
    return CellMoments(
        middle[:, 0],
        linear,
        quadratic,
        dot(square),
        dot(square, rest),
        dot(square, first),
        dot(square, second),
        dot(weighted, first, second),
        known.sd,
        known.skewness,
        known.curvature,
        values.min(axis=1),
        infinite,
    )


def of_sum(
    urn: Urn,
    urns: Drawn,
    cell: IntArray,
    alpha: FloatArray,
    times: FloatArray,
    alone: FloatArray,
    found: CellMoments,
) -> Moments:
    """Return the moments of T in each urn, its cells being those of which ``cell`` is the number.

    Parameters
    ----------
    urn : Urn
        The law.
    urns : Drawn
        The urns.
    cell : int64 array
        The urn of each cell.
    alpha, times : float64 array
        Its balls, and for how many cells alike it stands.
    alone : float64 array, one entry per urn
        1 where a single cell varies, as one of two decides on both.
    found : CellMoments
        Of its f.
    """
    size = len(urns.n)

    def total(values: FloatArray) -> FloatArray:
        return sum_in_order(values * times, cell, size)

    single = alone[cell] > 0
    q, r = (np.where(single, 0.0, ratio) for ratio in urn.ratios(alpha, urns.of(cell)))
    share = alpha / np.maximum(urns.balls, 1e-300)[cell]
    slope = np.divide(found.linear, found.sd, out=np.zeros_like(q), where=found.sd > 0)
    common = np.where(alone > 0, 0.0, total(slope * share))
    level = slope - common[cell]
    c1, c2, w2 = level * found.sd, found.quadratic, np.sqrt(r)
    bent = c2 * w2
    linear = urn.scale(urns) * total(share * level * level)
    linear = np.where(alone > 0, total(c1 * c1), linear)
    shared = total(bent) ** 2 - total(bent * bent)
    variance = linear + np.maximum(total(found.square) + shared, 0.0)

    # E G^3, E G^2 P_1 and E G^2 P_2 of each cell, G = R + c1 P_1
    m, g = c1 * c1, found.curvature
    cube = found.cube + c1 * (3.0 * (found.square_first + c1 * c2 * g) + m * found.skewness)
    e1 = found.square_first + 2.0 * c1 * c2 * g + m * found.skewness
    e2 = found.square_second + 2.0 * c1 * found.first_second + m * g
    w1 = np.sqrt(q)
    pairs = total(e2 * w2) * total(bent) - total(e2 * c2 * r)
    pairs -= total(e1 * w1) * total(c1 * w1) - total(e1 * c1 * q)
    # normal counts: trace (C S)^3, S = I + diag q - √q √q', without cells met twice or thrice
    t, u = c2 * (1.0 + q), total(c2 * q)
    triples = total(t**3 - 3.0 * t * t * c2 * q - c2**3 + 3.0 * c2**3 * q * q)
    triples += 3.0 * u * total(t * c2 * q - c2 * c2 * q) - u**3
    straight = urn.third_scale(urns) * total(share * level**3)
    straight -= total(c1**3 * found.skewness * (1.0 + 3.0 * q))
    mixed = total(c2 * m * q * q * 2.0) - total(m * q) * u
    several = 3.0 * pairs + 2.0 * np.sqrt(2.0) * triples + straight + 3.0 * np.sqrt(2.0) * mixed
    third = total(cube) + np.where(alone > 0, 0.0, several)
    infinite = -np.expm1(total(np.log1p(-np.minimum(found.infinite, CERTAIN))))
    return Moments(total(found.mean), variance, third, total(found.least), infinite)


def mean(weight: FloatArray, values: FloatArray) -> FloatArray:
    """Average each row, as a column."""
    return dot(weight, values)[:, None]


def dot(*factors: FloatArray) -> FloatArray:
    """Sum products over the nodes of each cell."""
    return np.asarray(np.einsum(",".join(["ij"] * len(factors)) + "->i", *factors))
