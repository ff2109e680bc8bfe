"""Neighbouring groups pooled: the counts of a window that moves over them."""

from __future__ import annotations

import numpy as np

from pdkl.core.counts.counts import Counts, WeightArray, from_cells
from pdkl.core.numerics.exact import IntArray


def pooled(counts: Counts, first: IntArray, stop: IntArray) -> Counts:
    """Give new counts whose group i adds the old groups ``first[i]`` up to before ``stop[i]``.

    Both must never fall. A window whose ends meet is empty.
    """
    if not len(first):
        return counts.take(first)
    low, high = counts.starts[[first[0], max(stop[-1], first[0])]]
    group, outcome = counts.group[low:high], counts.outcome[low:high]
    order = np.lexsort([group, outcome])
    group, outcome, weight = group[order], outcome[order], counts.weight[low:high][order]
    # a cell is the last of its outcome in the windows from the one that it enters on, until
    # it leaves or the next of its outcome enters
    enters = np.searchsorted(stop, group, side="right")
    leaves = np.searchsorted(first, group, side="right")
    follows = outcome[1:] == outcome[:-1]
    leaves[:-1] = np.where(follows, np.minimum(leaves[:-1], enters[1:]), leaves[:-1])
    number = np.maximum(leaves - enters, 0)
    last = np.repeat(np.arange(len(group)), number)
    window = np.arange(len(last)) - np.repeat(np.cumsum(number) - number - enters, number)
    size = counts.n_groups + 1
    begin = np.searchsorted(outcome * size + group, outcome[last] * size + first[window])
    return from_cells(
        window,
        outcome[last],
        sums_between(weight, begin, last + 1),
        sums_between(counts.missing, first, stop),
        counts.n_outcomes,
    )


def sums_between(values: WeightArray, first: IntArray, stop: IntArray) -> WeightArray:
    """Add the values from ``first[i]`` up to before ``stop[i]``, for each i."""
    if values.dtype == np.int64:
        until: IntArray = np.concatenate([[0], np.cumsum(values)])
        return np.asarray(until[stop] - until[first])
    # a difference of float sums would leave a residue where nothing is
    ends = np.column_stack([first, stop]).ravel()
    return np.where(first < stop, np.add.reduceat(np.append(values, 0.0), ends)[::2], 0.0)
