"""Things in an order in which those that are near each other stand beside each other."""

from __future__ import annotations

import numpy as np

from pdkl.core.numerics.exact import FloatArray, IntArray


def order_by_nearness(distance: FloatArray) -> IntArray:
    """Return the order of the leaves of average linkage, the near ones beside each other.

    A distance is the mean of both directions, or the one that is known. What is infinite is twice
    as far as the farthest other, and what is not known at all as far.
    """
    n = len(distance)
    if n < 3:
        return np.arange(n)
    # not at the top: most who import this never ask for it
    from scipy.cluster.hierarchy import leaves_list, linkage

    finite = distance[np.isfinite(distance)]
    farthest = max(float(finite.max(initial=0.0)), 0.0) or 1.0
    one = np.where(np.isinf(distance), 2.0 * farthest, np.maximum(distance, 0.0))
    other = one.T
    both = np.where(np.isnan(one), other, np.where(np.isnan(other), one, one / 2 + other / 2))
    upper = np.nan_to_num(both, nan=farthest)[np.triu_indices(n, 1)]
    return np.asarray(leaves_list(linkage(upper, "average", optimal_ordering=True)), np.int64)
