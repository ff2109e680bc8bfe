"""Two sides lined up on one support, some comparisons at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from operator import is_
from typing import Any

import numpy as np

from pdkl.comparing.counts_of_counts import CountsOfCounts
from pdkl.comparing.prepare import CountedRequest
from pdkl.comparing.shared_labels import Column
from pdkl.core.counts.counts import Counts, stacked, sums
from pdkl.core.counts.pairs import Pairs, align_equal_counts, align_full, align_rest, align_union
from pdkl.core.counts.smoothing import fill_alphabet
from pdkl.core.forms import ALL, REST, UNIFORM
from pdkl.core.measures.measure import Measure
from pdkl.core.numerics.exact import IntArray

# entries measured at a time: it bounds the memory, not the result, and is what a thread takes, as
# threads of half as many are slower than one of all
BATCH = 1 << 18
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


class Support:
    """The categories on which both sides of a column are lined up: their union.

    An entry is a category, or stands for several that enter alike. The kinds of support differ in
    their entries, and so in how many there are at most; see `support_of`.
    """

    def __init__(self, counted: CountedRequest, column: Column) -> None:
        self.counted, self.column = counted, column
        self.groups, self.form = counted.groups, counted.form

    def sizes(self) -> IntArray:
        """Return how many entries each comparison has at most."""
        return self._whole_alphabet() if self.form is REST else self._cells_of_both()

    @property
    def is_short(self) -> bool:
        """Whether its comparisons may be lined up with those of other columns, at once."""
        return type(self) is Support and len(self.slices()) == 1

    def q(self, rows: slice, p: Counts) -> Counts:
        """Return the counts of Q in some comparisons, ``p`` being those of P."""
        if self.form is None:
            return p
        if self.form is REST:
            return self.groups.rest(self.column.p, rows)
        if self.form is UNIFORM:
            return self.column.p.take(np.full(p.n_groups, -1))
        return self.groups.q(self.column.q, rows)

    def entries(self, rows: slice, p: Counts, q: Counts) -> Pairs:  # noqa: ARG002
        """Line up both sides of some comparisons."""
        return align_union(p, q)

    def categories(self, raw: Pairs) -> IntArray:
        """Return how many categories either side has."""
        return raw.support_size()

    def batch(self, rows: slice) -> Batch:
        """Return some comparisons, ready to be measured."""
        p = self.groups.p(self.column.p, rows)
        return self._lined_up(rows, p, self.q(rows, p))

    @classmethod
    def joined(cls, supports: Sequence[Support]) -> Batch:
        """Return all comparisons of several columns of one alphabet, one behind the other."""
        every = slice(0, len(supports[0].groups))
        own = [support.groups.p(support.column.p, every) for support in supports]
        others = [support.q(every, p) for support, p in zip(supports, own, strict=True)]
        p = stacked(own)
        q = p if all(map(is_, own, others)) else stacked(others)
        return supports[0]._lined_up(slice(0, p.n_groups), p, q)

    def _lined_up(self, rows: slice, p: Counts, q: Counts) -> Batch:
        """Line up the counts of both sides."""
        size = self.column.alphabet_size
        raw = replace(self.entries(rows, p, q), alphabet=size)
        if self.form is UNIFORM:  # nothing counted, and one of each expected
            raw = fill_alphabet(raw, size, q=1.0)
        # each cell is a category that occurs, so that of one side alone they need no look
        categories = np.diff(p.starts) if q is p else self.categories(raw)
        return Batch(rows, p, q, raw, smoothed(self.counted, raw), categories)

    def slices(self) -> list[slice]:
        """Cut the comparisons into pieces of about ``BATCH`` entries at most."""
        if len(self.groups) == 1:
            return [slice(0, 1)]
        piece = (np.cumsum(self.sizes()) - 1) // BATCH
        edges = [0, *(np.flatnonzero(np.diff(piece)) + 1), len(self.groups)]
        return [slice(a, b) for a, b in pairwise(edges)]

    def _cells_of_both(self) -> IntArray:
        p, q = self.column.p, self.column.q
        if len(self.groups) == 1:  # quickly, as it may be asked of very many columns
            return np.array([len(p.group) + (0 if self.form is None else len(q.group)) + 1])
        cells = np.minimum(self.groups.sums_of_p(np.diff(p.starts)), p.n_outcomes) + 1
        if self.form is not None:
            cells += np.minimum(self.groups.sums_of_q(np.diff(q.starts)), q.n_outcomes)
        return np.asarray(cells, dtype=np.int64)

    def _whole_alphabet(self) -> IntArray:
        return np.full(len(self.groups), max(self.column.p.n_outcomes, 1))


class FullSupport(Support):
    """Every category of the alphabet, each an entry of its own."""

    def sizes(self) -> IntArray:
        """Return how many entries each comparison has at most."""
        return self._whole_alphabet()

    def entries(self, rows: slice, p: Counts, q: Counts) -> Pairs:  # noqa: ARG002
        """Line up both sides of some comparisons."""
        return align_full(p, q, self.column.alphabet)


class EqualCountsSupport(Support):
    """An entry for all categories of one distribution that have the same count."""

    def sizes(self) -> IntArray:
        """Return how many entries each comparison has at most: as many as the largest count."""
        p = self.column.p
        largest = np.full(p.n_groups, p.weight.max(initial=0))
        counts = self.groups.sums_of_p(np.minimum(np.diff(p.starts), largest))
        return np.asarray(counts + 1, dtype=np.int64)

    def entries(self, rows: slice, p: Counts, q: Counts) -> Pairs:  # noqa: ARG002
        """Line up both sides of some comparisons."""
        cells = len(self.column.p.weight)
        # how large a table may be depends on the whole column, not on this slice: equal counts are
        # merged alike in every slice, so that the number of cores does not decide the last bit
        return align_equal_counts(p, cells // self.column.p.n_groups + 1)


class RestSupport(Support):
    """The categories of P, and one entry for all that only the rest has."""

    def sizes(self) -> IntArray:
        """Return how many entries each comparison has at most."""
        return self._cells_of_both()

    def q(self, rows: slice, p: Counts) -> Counts:  # noqa: ARG002
        """Return the totals of the rest; its categories are in the entries."""
        every = self.column.p
        return sums(every.totals.sum() - p.totals, every.missing.sum() - p.missing)

    def entries(self, rows: slice, p: Counts, q: Counts) -> Pairs:  # noqa: ARG002
        """Line up both sides of some comparisons."""
        return align_rest(p, self.column.p)

    def categories(self, raw: Pairs) -> IntArray:
        """Return how many categories either side has: any that occurs is on one."""
        return np.full(raw.size, np.count_nonzero(self.column.p.observed))


class EngineSupport(Support):
    """An entry for all categories that have the same two counts, as an engine has counted them."""

    def __init__(self, counted: CountedRequest, column: Column, ready: CountsOfCounts) -> None:
        super().__init__(counted, column)
        self.ready = ready

    def sizes(self) -> IntArray:
        """Return how many entries each comparison has at most."""
        return self.ready.sizes

    def q(self, rows: slice, p: Counts) -> Counts:  # noqa: ARG002
        """Return the counts of Q in some comparisons."""
        return self.column.q.take(self.groups.right[rows])

    def entries(self, rows: slice, p: Counts, q: Counts) -> Pairs:  # noqa: ARG002
        """Line up both sides of some comparisons."""
        return self.ready.pairs(rows)


def support_of(
    counted: CountedRequest, column: Column, measures: Sequence[Measure] = (), *, every: bool
) -> Support:
    """Choose the support: with ``every`` category, or the fewest entries that ``measures`` need.

    Without measures each category has an entry of its own.
    """
    if column.ready is not None:
        return EngineSupport(counted, column, column.ready)
    if measures and may_merge(counted, column, measures):
        return (RestSupport if counted.form is REST else EqualCountsSupport)(counted, column)
    return (FullSupport if every else Support)(counted, column)


def batches(counted: CountedRequest, column: Column, *, every: bool) -> Iterator[Batch]:
    """Line up the two sides, on their union or on ``every`` category of the alphabet."""
    support = support_of(counted, column, every=every)
    return map(support.batch, support.slices())


def smoothed(counted: CountedRequest, raw: Pairs) -> Pairs:
    """Give every category of the alphabet its pseudo-count, on the sampled sides."""
    smoothing, size = counted.options.smoothing, raw.alphabet
    if smoothing is None:
        return raw
    scale, pseudo = smoothing.scale_and_pseudo(size)
    if counted.info.q_is_fixed:
        return fill_alphabet(raw, size, p=pseudo, scale_p=scale)
    return fill_alphabet(raw, size, p=pseudo, q=pseudo, scale_p=scale, scale_q=scale)


def may_merge(counted: CountedRequest, column: Column, measures: Sequence[Measure]) -> bool:
    """Tell whether outcomes that enter alike need no entries of their own.

    Those are, of one distribution, all that have the same count, and against the rest all that P
    lacks.
    """
    options = counted.options
    if column.ready is not None or options.inference is not None:
        return False
    if counted.form is None:
        many = len(column.p.weight) > _WORTH_MERGING * column.p.n_groups
        return many and column.p.whole and all(one.mergeable for one in measures)
    return (
        counted.form is REST
        and column.p.whole
        and options.smoothing is None
        and (
            options.zeros in ("inf", "drop") or (options.zeros == "raise" and _is_unnamed(measures))
        )
        and all(one.mergeable for one in measures)
    )


def _is_unnamed(measures: Sequence[Measure]) -> bool:
    """Tell whether ``zeros="raise"`` says nothing of what P lacks."""
    return all(one.divides_by in ("", "q") for one in measures)


def blocks_of(
    counted: CountedRequest, column: Column, start: int
) -> Callable[[int, IntArray], tuple[IntArray, IntArray]] | None:
    """Return how to read the blocks of both sides of a comparison, counted from ``start``."""
    if column.blocks is None:
        return None
    own, other = column.blocks
    groups = counted.groups

    def tables(i: int, outcomes: IntArray) -> tuple[IntArray, IntArray]:
        mine = groups.in_p(start + i, own.owner)
        if counted.form in (REST, ALL):  # the blocks of everyone else
            return own.table(mine, outcomes), own.table(~mine, outcomes)
        return own.table(mine, outcomes), other.table(groups.in_q(start + i, other.owner), outcomes)

    return tables
