"""How long the code of each stretch is, and which stretches together have the shortest one."""

from __future__ import annotations

import numpy as np

from pdkl.core.counts.counts import Counts, as_float
from pdkl.core.numerics.exact import FloatArray, IntArray
from pdkl.core.threads import side_by_side

_SPARSE = 0.12  # of the entries that a table would have: below, only what occurs is looked at
_SMALLEST = 1e-300  # whose logarithm is finite
_WORTH_THREADS = 1 << 22  # logarithms, that take longer than threads take to start
_ROWS = 1 << 16  # entries at a time: they stay in the cache


def code_lengths(counts: Counts) -> FloatArray:
    """Return n H in nats of all stretches, entry (j, i) being that of periods i to before j.

    Entries with i >= j are 0. Counts need not be whole.
    """
    size = counts.n_groups
    until = np.concatenate([[0.0], np.cumsum(as_float(counts.totals))])
    rows = np.tril(until[:, None] - until[None], -1)
    order = np.argsort(counts.outcome, kind="stable")
    occurs = np.bincount(counts.outcome, minlength=counts.n_outcomes)
    every = counts.n_outcomes * size * (size + 1.0)
    few = float((occurs * (occurs + 1.0)).sum()) < _SPARSE * every
    return x_log_x(rows) - (_of_occurrences(counts, order) if few else _of_table(counts))


def x_log_x(x: FloatArray) -> FloatArray:
    """Return x log x, 0 at 0."""
    return np.asarray(x * np.log(np.maximum(x, _SMALLEST)))


def _of_table(counts: Counts) -> FloatArray:
    """Sum x log x over the categories of every stretch, from differences of running sums."""
    size, width = counts.n_groups, counts.n_outcomes
    until = np.zeros((size + 1, width))
    np.cumsum(counts.dense(np.arange(width)), axis=0, dtype=np.float64, out=until[1:])
    total = np.zeros((size + 1, size + 1))
    step = max(1, _ROWS // width)

    def fill(first: int) -> None:
        for low in range(first + 1, size + 1, step):
            part = until[low : low + step] - until[first]
            np.maximum(part, _SMALLEST, out=part)  # running sums of fractions leave residues
            total[low : low + step, first] = np.einsum("tk,tk->t", part, np.log(part))

    side_by_side(fill, range(size), threads=1 if size * size * width < _WORTH_THREADS else None)
    return total


def _of_occurrences(counts: Counts, order: IntArray) -> FloatArray:
    """Sum x log x over the categories of every stretch, from the periods where each occurs.

    What a category has between its l-th and its r-th occurrence, f(l, r), is what it has in all
    stretches that begin with or before the one, behind the occurrence before, and end likewise. Its
    mixed differences, put at their periods, are summed from there in both directions.
    """
    size = counts.n_groups
    period, outcome = counts.group[order], counts.outcome[order]
    until = np.concatenate([[0.0], np.cumsum(as_float(counts.weight[order]))])
    corners = np.zeros((size + 1) * (size + 1))
    first = np.arange(len(period))
    apart, inner, within = 0, np.zeros(len(period)), np.zeros(len(period))
    # f of the ranges that are one and two occurrences shorter, by where they begin
    while len(first):
        last = first + apart
        own = x_log_x(until[last + 1] - until[first])
        whole = np.zeros(len(period))
        whole[first] = own
        mixed = own - within[first]
        if apart:
            mixed += inner[first + 1] - within[first + 1]
        np.add.at(corners, (period[last] + 1) * (size + 1) + period[first], mixed)
        apart, inner, within = apart + 1, within, whole
        first = first[first < len(period) - apart]
        first = first[outcome[first + apart] == outcome[first]]
    table = corners.reshape(size + 1, size + 1)
    np.cumsum(table, axis=0, out=table)
    return np.asarray(np.cumsum(table[:, ::-1], axis=1)[:, ::-1])


def shortest(lengths: FloatArray, penalty: float) -> list[int]:
    """Return where stretches begin, without the first, if each cut costs a penalty.

    Entry (j, i) of ``lengths`` is that of periods i to before j (dynamic programming over j).
    """
    size = len(lengths) - 1
    best, back = np.zeros(size + 1), np.zeros(size + 1, dtype=np.int64)
    best[0] = -penalty
    for end in range(1, size + 1):
        total = best[:end] + lengths[end, :end]
        back[end] = total.argmin()
        best[end] = total[back[end]] + penalty
    cuts, begin = [], int(back[size])
    while begin:
        cuts.append(begin)
        begin = int(back[begin])
    return cuts[::-1]
