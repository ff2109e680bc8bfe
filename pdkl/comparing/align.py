"""Two sides lined up on one support, some comparisons at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np

from pdkl.comparing.prepare import CountedRequest
from pdkl.comparing.shared_labels import Column
from pdkl.core.counts.counts import Counts, sums
from pdkl.core.counts.pairs import Pairs, align_equal_counts, align_full, align_rest, align_union
from pdkl.core.counts.smoothing import fill_alphabet
from pdkl.core.measures.measure import Measure
from pdkl.core.numerics.exact import IntArray
from pdkl.core.threads import usable_cores
from pdkl.results import tidy
from pdkl.results.pairing import GroupPairs

_BATCH = 1 << 18  # entries measured at a time: it bounds the memory, not the result
_WORTH_A_THREAD = 1 << 16  # entries that take a thread longer than it takes to start it
_WORTH_MERGING = 32  # outcomes of a group from which on many have equal counts


@dataclass(frozen=True)
class Batch:
    """Some comparisons of one column: their raw counts, and the pairs to measure."""

    rows: slice
    p: Counts
    q: Counts
    raw: Pairs
    pairs: Pairs
    categories: IntArray  # how many either side has

    @property
    def valid(self) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Tell which comparisons have rows on both sides."""
        return (self.raw.total_p > 0) & (self.raw.total_q > 0)


def batches(counted: CountedRequest, column: Column, *, every: bool) -> Iterator[Batch]:
    """Line up the two sides, on their union or on ``every`` category of the alphabet."""
    dense = every or counted.info.form == "rest"
    for rows in slices_of(counted.groups, column, dense=dense):
        yield lined_up(counted, column, rows, every=every)


def lined_up(
    counted: CountedRequest, column: Column, rows: slice, *, every: bool, merged: bool = False
) -> Batch:
    """Line up some comparisons; outcomes that enter alike may be ``merged`` into one entry."""
    groups, form = counted.groups, counted.info.form
    p = column.p.take(groups.left[rows])
    if column.ready is not None:
        q = column.q.take(groups.right[rows])
    elif merged and form == "rest":
        missing = column.p.missing.sum() - p.missing
        q = sums(column.p.totals.sum() - p.totals, missing)
    elif form == "rest":
        q = column.p.rest(groups.left[rows])
    elif form == "uniform":
        q = column.p.take(np.full(p.n_groups, -1))
    else:
        q = column.q.take(groups.right[rows]) if form else p
    size = column.alphabet_size
    if column.ready is not None:
        raw = column.ready.pairs(rows)
    elif merged and form == "rest":
        raw = align_rest(p, column.p)
    elif merged:  # in a table as large as the cells; the same for every slice, to the last bit
        raw = align_equal_counts(p, len(column.p.weight) // column.p.n_groups + 1)
    else:
        raw = align_full(p, q, column.alphabet) if every else align_union(p, q)
    raw = replace(raw, alphabet=size)
    if form == "uniform":  # nothing counted, and one of each expected
        raw = fill_alphabet(raw, size, q=1.0)
    if merged and form == "rest":  # which any outcome has one side of
        categories = np.full(p.n_groups, np.count_nonzero(column.p.observed))
    else:
        categories = raw.support_size()
    return Batch(rows, p, q, raw, smoothed(counted, raw), categories)


def smoothed(counted: CountedRequest, raw: Pairs) -> Pairs:
    """Give every category of the alphabet its pseudo-count, on the sampled sides."""
    smoothing, size = counted.options.smoothing, raw.alphabet
    if smoothing is None:
        return raw
    scale, pseudo = smoothing.scale_and_pseudo(size)
    if counted.info.form in tidy.FIXED:
        return fill_alphabet(raw, size, p=pseudo, scale_p=scale)
    return fill_alphabet(raw, size, p=pseudo, q=pseudo, scale_p=scale, scale_q=scale)


def slices_of(groups: GroupPairs, column: Column, *, dense: bool) -> list[slice]:
    """Cut the comparisons into pieces of at most about ``_BATCH`` entries, one for each core."""
    if column.ready is not None:
        sizes = column.ready.sizes
    elif dense:
        sizes = np.full(len(groups), max(column.p.n_outcomes, 1))
    else:
        cells_p, cells_q = np.diff(column.p.starts), np.diff(column.q.starts)
        sizes = np.append(cells_p, 0)[groups.left] + np.append(cells_q, 0)[groups.right] + 1
    last = np.cumsum(sizes)
    share = int(last[-1]) // usable_cores() + 1 if len(last) else 1
    piece = (last - 1) // min(_BATCH, max(share, _WORTH_A_THREAD))
    edges = [0, *(np.flatnonzero(np.diff(piece)) + 1), len(groups)]
    return [slice(a, b) for a, b in pairwise(edges)]


def may_merge(counted: CountedRequest, column: Column, measures: Sequence[Measure]) -> bool:
    """Tell whether outcomes that enter alike need no entries of their own.

    Those are, of one distribution, all that have the same count, and against the rest all that P
    lacks.
    """
    options = counted.options
    unnamed = all(one.divides_by in ("", "q") for one in measures)  # in what "raise" says
    if column.ready is not None or not column.p.whole or options.inference is not None:
        return False
    if counted.info.form is None:
        many = len(column.p.weight) > _WORTH_MERGING * column.p.n_groups
        return many and all(one.mergeable for one in measures)
    return (
        counted.info.form == "rest"
        and options.smoothing is None
        and (options.zeros in ("inf", "drop") or (options.zeros == "raise" and unnamed))
        and all(one.mergeable for one in measures)
    )


def blocks_of(
    counted: CountedRequest, column: Column, start: int
) -> Callable[[int, IntArray], tuple[IntArray, IntArray]] | None:
    """Return how to read the blocks of both sides of a comparison, counted from ``start``."""
    if column.blocks is None:
        return None
    own, other = column.blocks
    left, right, form = counted.groups.left, counted.groups.right, counted.info.form

    def tables(i: int, outcomes: IntArray) -> tuple[IntArray, IntArray]:
        mine = own.owner == left[start + i]
        if form in ("rest", "all"):  # the blocks of everyone else
            return own.table(mine, outcomes), own.table(~mine, outcomes)
        return own.table(mine, outcomes), other.table(other.owner == right[start + i], outcomes)

    return tables
