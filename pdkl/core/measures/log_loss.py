"""Row-wise losses of predicted probabilities, and their averages by group."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pdkl.core.counts.counts import CodeArray, WeightArray, as_float
from pdkl.core.numerics.exact import FloatArray, segment_sum


def binary_loss(target: FloatArray, prediction: FloatArray) -> FloatArray:
    """Return ``-[y log(x) + (1 - y) log(1 - x)]`` in nats, with ``0 log 0 = 0``."""
    from scipy.special import xlog1py, xlogy

    loss = xlogy(target, prediction) + xlog1py(1.0 - target, -prediction)
    return np.asarray(0.0 - loss, dtype=np.float64)


def categorical_loss(prediction_of_target: FloatArray) -> FloatArray:
    """Return ``-log(x)`` in nats, x being what was predicted for the label that occurred."""
    with np.errstate(divide="ignore"):
        return np.asarray(0.0 - np.log(prediction_of_target), dtype=np.float64)


def group_mean(
    values: FloatArray,
    groups: CodeArray,
    n_groups: int,
    weights: WeightArray,
    pooled: Callable[[FloatArray], FloatArray],
) -> FloatArray:
    """Average by group; rows of weight 0 do not count, an empty group gives NaN.

    ``pooled`` adds what is known of each group, where several are averaged together.
    """
    counted = weights > 0
    group, weight = groups[counted].astype(np.int64), as_float(weights[counted])
    total = pooled(segment_sum(values[counted] * weight, group, n_groups))
    mass = pooled(segment_sum(weight, group, n_groups))
    mean = np.full(len(mass), np.nan)
    np.divide(total, mass, out=mean, where=mass > 0)
    return mean
