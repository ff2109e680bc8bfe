"""How alike the rows of one period are, and so how much noisier periods are than their rows.

Counts of neighbouring periods differ by chance as those of two samples do; where they differ more,
most pairs of them, rows of a period are alike: rho is their intraclass correlation, and a period of
n rows varies as one of n / phi independent ones, phi = 1 + rho (n - 1).

References
----------
Wilson and Hilferty (1931), "The distribution of chi-square": its median. Rao and Scott (1981), "The
analysis of categorical data from complex sample surveys": counts divided by their design effect.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pdkl.core.counts.counts import Counts, as_float
from pdkl.core.counts.pairs import align_union
from pdkl.core.numerics.exact import FloatArray

_VARIED = 5.0  # rows of a pair that the pool expects beyond a single category
_PER_PAIR = 0.6  # a median is as sure as this share of the pairs would be by their mean
_FLOOR = 1e-12


class Noise(NamedTuple):
    """The likeness of rows of one period, and the degrees of freedom behind it."""

    rho: float = 0.0
    freedom: float = np.inf


def noise(counts: Counts) -> Noise:
    """Estimate rho from neighbouring periods, none of which is empty; they need not be whole.

    In two ways: from squared differences of shares, which common categories decide, and from X^2,
    in which all categories have the same say. The larger is taken. Each is the median over the
    pairs, so that a few changes are no noise.
    """
    size = counts.n_groups
    if size < 2:
        return Noise()
    every = np.arange(size)
    pairs = align_union(counts.take(every[:-1]), counts.take(every[1:]))
    n, m = pairs.total_p, pairs.total_q
    rows, at = n + m, pairs.comparison

    def total(values: FloatArray) -> FloatArray:
        return np.asarray(np.bincount(at, values, size - 1), dtype=np.float64)

    twice_harmonic = 2.0 * n * m / rows
    both = pairs.count_p + pairs.count_q
    share = both / rows[at]
    squares, cubes = total(share**2), total(share**3)
    categories = total((both > 0).astype(np.float64))
    varies = 1.0 - total(pairs.count_p * pairs.count_q) / (n * m)
    pool = as_float(counts.outcome_totals) / float(counts.totals.sum())
    # a pair with a single category says something where the pool promises several
    promised = rows * (1.0 - float((pool * pool).sum())) > _VARIED

    distance = total(pairs.difference**2) * twice_harmonic / 2.0
    by_shares = np.divide(distance, varies, out=np.zeros(size - 1), where=varies > 0)
    effective = (1.0 - squares) ** 2 / np.maximum(squares - 2.0 * cubes + squares**2, _FLOOR)
    known = np.where(varies > 0, effective > 0.5, promised) & (rows > 2.0)
    first = _median(by_shares, effective, twice_harmonic, known, counts.n_outcomes)

    expected = both * (n / rows)[at]
    x2 = total(
        np.divide((pairs.count_p - expected) ** 2, both, out=np.zeros_like(both), where=both > 0)
    )
    freedom = categories - 1.0
    mean = np.maximum(freedom * rows / np.maximum(rows - 1.0, _FLOOR), 1.0)
    known = ((freedom > 0) | promised) & (rows > categories)
    by_categories = x2 * rows**2 / (n * m) / mean
    second = _median(by_categories, freedom, twice_harmonic, known, counts.n_outcomes)
    return max(first, second, key=lambda found: found.rho)


def _median(
    ratio: FloatArray, freedom: FloatArray, z: FloatArray, known: NDArray[np.bool_], width: int
) -> Noise:
    """Solve median(ratio / (1 + rho (z - 1))) = 1, a ratio's median by chance taken for its unit.

    A ratio is 1 where its own rho is (ratio - 1) / (z - 1), so that rho is the median of these.
    """
    if not known.any():
        return Noise()
    ratio, freedom, z = ratio[known], freedom[known], z[known]
    beyond = ratio / (1.0 - 2.0 / (9.0 * np.maximum(freedom, 1.0))) ** 3 - 1.0
    own = np.where(z > 1.0, beyond / np.maximum(z - 1.0, _FLOOR), np.sign(beyond))
    rho = float(np.clip(np.median(np.clip(own, -1.0, 1.0)), 0.0, 1.0))
    if rho == 0.0:
        return Noise()
    return Noise(rho, max(_PER_PAIR * float(np.minimum(freedom, width).sum()), 1.0))
