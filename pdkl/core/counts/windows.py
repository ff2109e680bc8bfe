"""Neighbouring groups pooled: the counts of a window that moves over them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pdkl.core.counts.counts import Counts, WeightArray, from_cells, merge
from pdkl.core.numerics.exact import IntArray

_FULL = 16  # entries of a table for each cell that occurs, up to which the table is faster


def pooled(counts: Counts, first: IntArray, stop: IntArray) -> Counts:
    """Give new counts whose group i adds the old groups ``first[i]`` up to before ``stop[i]``.

    A window whose ends meet is empty. It is done at once where both never fall, or where the
    windows can be put in such an order.
    """
    if not len(first):
        return counts.take(first)
    if (first[1:] < first[:-1]).any() or (stop[1:] < stop[:-1]).any():
        order = np.lexsort([stop, first])
        return pooled(counts, first[order], stop[order]).take(np.argsort(order))
    low, high = counts.starts[[first[0], max(stop[-1], first[0])]]
    group, outcome = counts.group[low:high], counts.outcome[low:high]
    n_lines = len(first) + int(stop[-1] - first[0])
    if counts.weight.dtype == np.int64 and n_lines * counts.n_outcomes <= _FULL * (high - low):
        return _from_table(counts, first, np.maximum(stop, first), slice(low, high))
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


def pooled_cells(
    group: IntArray,
    codes: Sequence[IntArray],
    weight: WeightArray,
    missing: WeightArray,
    ends: tuple[IntArray, IntArray],
) -> tuple[Counts, list[IntArray]]:
    """Pool cells that several codes tell apart; -1 is a code too.

    Returned are the counts of the windows, and the codes of each of their cells.
    """
    place = np.zeros(len(group), dtype=np.int64)
    told: list[IntArray] = []
    n_outcomes = min(len(group), 1)
    for code in codes:
        width = int(code.max(initial=-1)) + 2
        found, place = np.unique(place * width + code + 1, return_inverse=True)
        told = [*(one[found // width] for one in told), found % width - 1]
        n_outcomes = len(found)
    counts = pooled(from_cells(group, place, weight, missing, n_outcomes), *ends)
    return counts, [one[counts.outcome] for one in told]


def _from_table(counts: Counts, first: IntArray, stop: IntArray, cells: slice) -> Counts:
    """Pool whole weights as differences of sums in a table, which is fast where it is nearly full.

    ``cells`` are those of the groups in any window.
    """
    base = first[0]
    table = np.zeros((stop[-1] - base + 1, counts.n_outcomes), dtype=np.int64)
    table[counts.group[cells] - base + 1, counts.outcome[cells]] = counts.weight[cells]
    np.cumsum(table, axis=0, out=table)
    within = table[stop - base] - table[first - base]
    window, outcome = np.nonzero(within)
    missing = sums_between(counts.missing, first, stop)
    return Counts(window, outcome, within[window, outcome], missing, counts.n_outcomes)


def outside(counts: Counts, first: IntArray, stop: IntArray) -> Counts:
    """Give new counts whose group i adds all old groups but those of a window.

    Whole weights are taken from the whole; float ones are added up anew, as a difference would
    leave a residue where nothing is.
    """
    if counts.weight.dtype == np.int64:
        own = pooled(counts, first, stop)
        table = counts.outcome_totals - own.dense(np.arange(counts.n_outcomes))
        group, outcome = np.nonzero(table)
        missing = counts.missing.sum() - own.missing
        return Counts(group, outcome, table[group, outcome], missing, counts.n_outcomes)
    start, end = np.zeros_like(first), np.full_like(stop, counts.n_groups)
    return merge([pooled(counts, start, first), pooled(counts, stop, end)])


def sums_between(values: WeightArray, first: IntArray, stop: IntArray) -> WeightArray:
    """Add the values from ``first[i]`` up to before ``stop[i]``, for each i."""
    if values.dtype == np.int64:
        until: IntArray = np.concatenate([[0], np.cumsum(values)])
        return np.asarray(until[stop] - until[first])
    # a difference of float sums would leave a residue where nothing is
    ends = np.column_stack([first, stop]).ravel()
    return np.where(first < stop, np.add.reduceat(np.append(values, 0.0), ends)[::2], 0.0)
