"""The p-value of the largest distance of two distribution functions, as SciPy computes it."""

from __future__ import annotations

import numpy as np

from pdkl.core.counts.steps import Steps
from pdkl.core.inference.samplers import Null
from pdkl.core.numerics.exact import FloatArray, IntArray, segment_max

_EXACT = 10_000  # rows of the larger side up to which `scipy.stats.ks_2samp` is exact


def ks_p_values(steps: Steps, null: Null) -> FloatArray:
    """Return the p-value of each comparison of whole counts, NaN where a side is empty.

    That of `scipy.stats.ks_2samp`; of a part of a pool ("subset") beside the rest of it; under
    "fixed" that of `scipy.stats.ks_1samp`. Where values occur more than once it is too large,
    rather than too small.
    """
    from scipy.stats import kstwo

    n, m, a, b = steps.total_p, steps.total_q, *_where_largest(steps)
    valid = (n > 0) & (m > 0)
    if null == "subset":
        m, b = m - n, b - a
    found = np.full(steps.size, np.nan)
    found[valid] = 1.0
    shares = [
        np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)
        for part, whole in ((a, n), (b, m))
    ]
    distance = np.abs(shares[0] - shares[1])
    differs = valid & (m > 0) & (distance > 0)
    if null == "fixed":
        found[differs] = kstwo.sf(distance[differs], n[differs])
        return np.asarray(found)
    few = differs & (np.maximum(n, m) <= _EXACT)
    many = np.flatnonzero(differs & ~few)
    size = n[many] * (m[many] / (n[many] + m[many]))
    found[many] = kstwo.sf(distance[many], np.round(size))
    tables, place = np.unique(
        np.stack([n, m, a, b])[:, few].astype(np.int64), axis=1, return_inverse=True
    )
    found[few] = np.array([_exact(*table) for table in tables.T.tolist()])[place.ravel()]
    return np.asarray(np.clip(found, 0.0, 1.0))


def _exact(n: int, m: int, a: int, b: int) -> float:
    """Return the p-value of samples of n and m rows of which a and b are at or below a value.

    It depends on the distance alone, so that two values stand for all.
    """
    from scipy.stats import ks_2samp

    low, high = (np.repeat([0.0, 1.0], [part, whole - part]) for part, whole in ((a, n), (b, m)))
    return float(ks_2samp(low, high).pvalue)


def _where_largest(steps: Steps) -> tuple[FloatArray, FloatArray]:
    """Return how much either side has up to the value at which they are furthest apart."""
    distance = np.abs(steps.difference)
    most = segment_max(distance, steps.comparison, steps.size)
    hit: IntArray = np.flatnonzero(distance >= most[steps.comparison])
    found, first = np.unique(steps.comparison[hit], return_index=True)
    at = hit[first]
    sides = []
    for count in (steps.count_p, steps.count_q):
        reached = np.zeros(steps.size)
        reached[found] = count[at]
        sides.append(reached)
    return sides[0], sides[1]
