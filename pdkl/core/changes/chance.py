"""What chance gains by a cut: the length that a code saves though nothing changed.

A stretch of n rows with a distribution of its own is coded in n H nats. If its rows are n of all N,
drawn at random, that saves b(n) nats over what the pool's distribution takes, and a cut saves
b(n) + b(N - n). So b(n) is added to the length of each stretch, and a cut must save q more, which
chance does in a share alpha of sequences.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from pdkl.core.counts.pairs import Pairs
from pdkl.core.inference.cells import Cells
from pdkl.core.inference.nodes import SMOOTH
from pdkl.core.inference.tail import Moments
from pdkl.core.inference.urn import EXCHANGE, count_deviance
from pdkl.core.numerics.exact import FloatArray

_SIZES = 65  # sizes of a stretch that are looked at; between them b is interpolated
_TOGETHER = 1 << 20  # cells looked at together: it bounds the memory, not the result
_STILL = 1e-12  # nats: what varies less does not vary


@dataclass(frozen=True)
class Chance:
    """What stretches of a sequence gain by chance, and what a cut must gain beyond that.

    Parameters
    ----------
    rows : float
        N, of the whole sequence.
    at : float64 array
        log(n / (N - n)) of the sizes that were looked at.
    log_gain : float64 array
        log b(n), b(n) in nats: about (K - 1) / 2 (1 - n / N) where each category has many rows.
    bend : float64 array
        The second derivatives of the spline through these.
    mean, variance : float64 array
        Of b(n) + b(N - n), of the sizes that a stretch can have.
    """

    rows: float
    at: FloatArray
    log_gain: FloatArray
    bend: FloatArray
    mean: FloatArray
    variance: FloatArray

    def of(self, n: FloatArray) -> FloatArray:
        """Return b(n)."""
        rest = self.rows - n
        inner = (n > 0) & (rest > 0)
        where = np.log(np.divide(n, rest, out=np.ones_like(n), where=inner))
        log_gain = _on_spline(where, self.at, self.log_gain, self.bend)
        return np.where(inner, np.exp(log_gain), 0.0)

    def penalty(self, level: float, freedom: float) -> float:
        """Return what the best of cuts gains beyond its mean with this probability, at most.

        ``freedom`` are the degrees of freedom behind the noise that gains are divided by.
        """
        ratio = exceeded(level, self.mean, self.variance, freedom)
        return float((self.mean * (ratio - 1.0)).max())


def chances(pools: Sequence[FloatArray], smallest: Sequence[float]) -> list[Chance]:
    """Say what chance gains in sequences of ``pools``, their counts by category above 0.

    ``smallest`` is the number of rows of the smallest period of each.
    """
    sizes = [_sizes(float(pool.sum()), least) for pool, least in zip(pools, smallest, strict=True)]
    found = splits([np.tile(pool, len(n)) for pool, n in zip(pools, sizes, strict=True)], sizes)
    result = []
    for pool, n, least, (own, both) in zip(pools, sizes, smallest, found, strict=True):
        rows, possible = float(pool.sum()), n >= least
        at, log_gain = np.log(n / (rows - n)), np.log(np.maximum(own.mean, _STILL))
        bend = _spline(at, log_gain)
        result.append(
            Chance(rows, at, log_gain, bend, both.mean[possible], both.variance[possible])
        )
    return result


def _sizes(rows: float, smallest: float) -> FloatArray:
    """Return sizes of stretches, close to each other where b(n) is steep."""
    end = np.log(rows / smallest) + 0.01
    n = rows / (1.0 + np.exp(-np.linspace(-end, end, _SIZES)))
    return np.unique(np.clip(np.rint(n), 1.0, rows - 1.0))


def _spline(x: FloatArray, y: FloatArray) -> FloatArray:
    """Return the second derivatives, at the points, of the natural cubic spline through them.

    SciPy has splines too, and takes half a second to load them.
    """
    bend = np.zeros_like(x)
    if len(x) > 2:
        step = np.diff(x)
        inner = (step[:-1] + step[1:]) / 3.0
        off = step[1:-1] / 6.0
        matrix = np.diag(inner) + np.diag(off, 1) + np.diag(off, -1)
        bend[1:-1] = np.linalg.solve(matrix, np.diff(np.diff(y) / step))
    return bend


def _on_spline(where: FloatArray, x: FloatArray, y: FloatArray, bend: FloatArray) -> FloatArray:
    """Return values on a spline; those beyond its ends are those at the ends."""
    if len(x) == 1:
        return np.full_like(where, y[0])
    where = np.clip(where, x[0], x[-1])
    left = np.clip(np.searchsorted(x, where, side="right") - 1, 0, len(x) - 2)
    step = (x[1:] - x[:-1])[left]
    b = (where - x[left]) / step
    a = 1.0 - b
    curved = (a**3 - a) * bend[left] + (b**3 - b) * bend[left + 1]
    return np.asarray(a * y[left] + b * y[left + 1] + curved * step**2 / 6.0)


def splits(
    pools: Sequence[FloatArray], sizes: Sequence[FloatArray]
) -> list[tuple[Moments, Moments]]:
    """Cut pools at random, each into a part of n rows and the rest, for each n of ``sizes``.

    ``pools`` hold the counts for each n, one behind the other. Returned are the moments of what
    the part gains, sum a log(a / mu), and of what part and rest gain together, G / 2.
    """
    found: list[tuple[Moments, Moments]] = []
    start = 0
    while start < len(pools):
        stop, cells = start, 0
        while stop < len(pools) and (stop == start or cells + len(pools[stop]) <= _TOGETHER):
            cells += len(pools[stop])
            stop += 1
        found += _splits(pools[start:stop], sizes[start:stop])
        start = stop
    return found


def _splits(
    pools: Sequence[FloatArray], sizes: Sequence[FloatArray]
) -> list[tuple[Moments, Moments]]:
    width = np.array(
        [len(pool) // len(n) for pool, n in zip(pools, sizes, strict=True) for _ in n],
        dtype=np.int64,
    )
    urn = np.repeat(np.arange(len(width)), width)
    cells = Cells.of(EXCHANGE, urn, np.concatenate(pools), n=np.concatenate(sizes))
    own, both = cells.moments(_gains, SMOOTH)
    ends = np.cumsum([0, *map(len, sizes)])
    return [(_between(own, low, high), _between(both, low, high)) for low, high in pairwise(ends)]


def _between(moments: Moments, low: int, high: int) -> Moments:
    return Moments(*(part[low:high] for part in moments))


def _gains(pairs: Pairs) -> list[FloatArray]:
    """Return what a category adds to the gain of a part, and of part and rest together."""
    both = pairs.count_p + pairs.count_q
    rows = (pairs.total_p + pairs.total_q)[pairs.comparison]
    part, rest = (
        count_deviance(count, both * (total[pairs.comparison] / rows))
        for count, total in ((pairs.count_p, pairs.total_p), (pairs.count_q, pairs.total_q))
    )
    return [part, part + rest]


def exceeded(level: float, mean: FloatArray, variance: FloatArray, freedom: float) -> FloatArray:
    """Return how many times its mean a gain exceeds with probability ``level``.

    A gain is chi-squared of its two moments, in units of a noise that is known (``freedom``
    infinite) or was estimated itself, as in an F-test.
    """
    from scipy.special import betaincinv, gammainccinv

    d = _degrees(mean, variance)
    if np.isinf(freedom):
        return np.asarray(gammainccinv(d / 2.0, level) * (2.0 / d))
    x = betaincinv(freedom / 2.0, d / 2.0, level)
    return np.asarray(freedom * (1.0 - x) / (d * x))


def tail(gain: FloatArray, mean: FloatArray, variance: FloatArray, freedom: float) -> FloatArray:
    """Return the probability that chance gains as much."""
    from scipy.special import betainc, gammaincc

    d, ratio = _degrees(mean, variance), gain / np.maximum(mean, _STILL)
    if np.isinf(freedom):
        return np.asarray(gammaincc(d / 2.0, d * ratio / 2.0))
    return np.asarray(betainc(freedom / 2.0, d / 2.0, freedom / (freedom + d * ratio)))


def _degrees(mean: FloatArray, variance: FloatArray) -> FloatArray:
    """Return the degrees of freedom of chi-squared whose mean and variance have this ratio."""
    return np.asarray(2.0 * np.maximum(mean, _STILL) ** 2 / np.maximum(variance, _STILL))
