"""Many tests at once: adjusted p-values, and one hypothesis for both orders of a pair."""

from __future__ import annotations

import math

import numpy as np

from pdkl.core.numerics.exact import FloatArray, IntArray


def adjusted(p_values: FloatArray) -> FloatArray:
    """Adjust p-values by Benjamini and Hochberg (1995); NaN are no hypotheses."""
    # scipy.stats can do so too, and takes half a second to load
    falling = np.argsort(-p_values)  # with NaN at the end
    n = int(np.count_nonzero(~np.isnan(p_values)))
    result = np.full(len(p_values), np.nan)
    scaled = p_values[falling[:n]] * n / np.arange(n, 0, -1)
    result[falling[:n]] = np.minimum(np.minimum.accumulate(scaled), 1.0)
    return result


def once_per_pair(left: IntArray, right: IntArray, p_values: FloatArray) -> FloatArray:
    """Leave one p-value to each unordered pair of groups, NaN to the other and to oneself."""
    return np.where(left < right, p_values, np.nan)


def for_both_orders(left: IntArray, right: IntArray, values: FloatArray) -> FloatArray:
    """Give both orders of a pair the value of the one that has it."""
    size = int(max(left.max(initial=0), right.max(initial=0))) + 1
    table = np.full((size, size), math.nan)
    known = left < right
    table[left[known], right[known]] = values[known]
    table[right[known], left[known]] = values[known]
    return np.asarray(table[left, right])
