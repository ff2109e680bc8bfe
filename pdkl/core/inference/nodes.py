"""Where the marginal distribution of a cell is looked at, and with which weights."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from pdkl.core.inference.urn import Drawn, Urn
from pdkl.core.numerics.exact import FloatArray, IntArray

_NODES = 1 << 15  # nodes at a time: their arrays stay near the cache
_FIRST = 24  # counts that are nodes of a law with a long tail, one by one


class Rule(NamedTuple):
    """How densely the marginals are looked at.

    Parameters
    ----------
    width : float
        How many standard deviations on either side, and a bit where the tail is longer.
    whole : int
        Up to so many possible counts, each is a node.
    per_sd : float
        Beyond, equally spaced whole counts, so many to a standard deviation: the trapezoidal rule
        converges exponentially on a bell (Trefethen and Weideman 2014).
    tail : int
        How many nodes a long tail has, behind its first counts.
    smooth : bool
        Whether what is looked at has no kink, and so is smooth in the number of balls.
    """

    width: float
    whole: int
    per_sd: float
    tail: int = 48
    smooth: bool = True


SMOOTH = Rule(8.3, 80, 1.6)  # beyond 80 counts x log x at 0 is no longer felt
KINKED = Rule(8.3, 200, 10.0, 240, smooth=False)  # of |p - q|, to 1e-3


class Piece(NamedTuple):
    """Some cells that share their number of nodes: the first node, the step, how many there are.

    The step is NaN where the tail is long.
    """

    cell: IntArray
    low: FloatArray
    step: FloatArray
    number: FloatArray
    width: int


def pieces(
    urn: Urn, alpha: FloatArray, urns: Drawn, rule: Rule, apart: IntArray | None = None
) -> Iterator[Piece]:
    """Cut cells into pieces of bounded size; those that differ in ``apart`` are not together.

    The number of nodes depends on the cell alone, so what is summed over them does, to the last
    bit.
    """
    low, step, number = _layout(urn, alpha, urns, rule)
    width = (np.ceil(number / 8.0) * 8.0).astype(np.int64)
    kind = (step != 1.0).astype(np.int64) + 2 * np.isnan(step)
    order = np.lexsort((kind, width) if apart is None else (kind, width, apart))
    keys = [kind, width, *([] if apart is None else [apart])]
    new = np.zeros(len(order), dtype=bool)
    for key in keys:
        new |= np.diff(key[order], prepend=-1) != 0
    starts = np.flatnonzero(new)
    for start, end in pairwise([*starts, len(order)]):
        columns = int(width[order[start]])
        rows = max(1, _NODES // columns)
        for first in range(start, end, rows):
            cell = order[first : min(first + rows, end)]
            yield Piece(cell, low[cell, None], step[cell, None], number[cell, None], columns)


def look(urn: Urn, alpha: FloatArray, urns: Drawn, piece: Piece) -> tuple[FloatArray, FloatArray]:
    """Return the nodes of the cells of a piece and their weights, which sum to 1: a row each."""
    cell = piece.cell
    own, some = alpha[cell, None], Drawn(urns.balls[cell, None], urns.n[cell, None])
    if np.isnan(piece.step[0, 0]):
        count, weight = _long_tailed(urn, own, some, piece.width - _FIRST)
    else:
        at = np.arange(piece.width)
        count = piece.low + piece.step * np.minimum(at, piece.number - 1.0)
        if piece.step[0, 0] == 1.0:
            weight = _by_ratios(urn, count, own, some)  # no special function at all
        else:
            log = urn.log_marginal(count, own, some)
            weight = np.exp(log - log.max(axis=1, keepdims=True))
        weight *= at < piece.number
    return count, weight / weight.sum(axis=1, keepdims=True)


def _layout(
    urn: Urn, alpha: FloatArray, urns: Drawn, rule: Rule
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the first node of each cell, the step (NaN where the tail is long), their number."""
    bottom, top = urn.limits(alpha, urns)
    share = alpha / np.maximum(urns.balls, 1e-300)
    mean = urns.n * share
    rest = np.maximum(urns.balls - alpha, 0.0) / np.maximum(urns.balls, 1e-300)
    sd = np.sqrt(np.maximum(urn.scale(urns) * share * rest, 0.0))
    if urn.s > 0:
        most = max(rule.whole, _FIRST + rule.tail)
        long = top - bottom >= most
        step = np.where(long, np.nan, 1.0)
        return bottom, step, np.where(long, _FIRST + rule.tail, top - bottom + 1.0)
    # a Poisson tail ends where d(a, mean) = width^2 / 2, its mirror image before
    reach = rule.width * sd + rule.width**2 / 6.0 + 1.0
    low = np.maximum(bottom, np.floor(mean - reach))
    high = np.maximum(low, np.minimum(top, np.ceil(mean + reach)))
    step = np.where(high - low < rule.whole, 1.0, np.maximum(np.floor(sd / rule.per_sd), 1.0))
    return low, step, np.floor((high - low) / step) + 1.0


@cache
def gauss_legendre(number: int) -> tuple[FloatArray, FloatArray]:
    """Return the nodes in [-1, 1] and weights of Gauss and Legendre."""
    x, w = np.polynomial.legendre.leggauss(number)
    return x, w


def _by_ratios(urn: Urn, count: FloatArray, alpha: FloatArray, urns: Drawn) -> FloatArray:
    """Return weights of consecutive counts; their scale does not matter."""
    log = np.zeros_like(count)
    ratio = urn.next_ratio(count[:, :-1], alpha, urns)
    np.cumsum(np.log(np.maximum(ratio, 1e-300)), axis=1, out=log[:, 1:])
    return np.asarray(np.exp(log - log.max(axis=1, keepdims=True)))


def _long_tailed(
    urn: Urn, alpha: FloatArray, urns: Drawn, tail: int
) -> tuple[FloatArray, FloatArray]:
    """Return the first counts and Gauss-Legendre nodes of the logarithm of the rest.

    Where few balls begin, what a cell gets is no bell but nearly exponential.
    """
    x, w = gauss_legendre(tail)
    share = alpha / urns.balls
    mean = urns.n * share
    sd = np.sqrt(urn.scale(urns) * share * (1.0 - share))
    low = np.maximum(_FIRST - 0.5, mean - 9.0 * sd)
    high = np.minimum(urns.n + 0.5, mean + 9.0 * sd + 25.0 * (mean + 1.0) / alpha + 30.0)
    half = 0.5 * np.log(high / low)
    rest = np.minimum(low * np.exp(half * (x + 1.0)), urns.n)
    first = np.broadcast_to(np.arange(float(_FIRST)), (len(alpha), _FIRST))
    count = np.concatenate([first, rest], axis=1)
    weight = np.exp(urn.log_marginal(count, alpha, urns))
    weight[:, _FIRST:] *= rest * half * w
    return count, weight
