"""Pairs: two distributions lined up on one support, for many comparisons at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pdkl.core.counts.counts import Counts, WeightArray, as_float, sum_by
from pdkl.core.numerics.exact import (
    FloatArray,
    IntArray,
    cross_difference,
    segment_sum,
    sum_of_few,
    surprisal,
)

_FEWER = 4  # times as many entries as counts of so many totals, for which it pays to look
UNNAMED = -1  # the outcome of entries that stand for any number of outcomes, whichever they are


@dataclass(frozen=True)
class Pairs:
    """What a measure's term sees: one entry per (comparison, outcome), as flat arrays.

    Parameters
    ----------
    comparison : int64 array
        Which comparison the entry belongs to.
    outcome : int64 array
        Which outcome; `UNNAMED` for the outcomes of the alphabet without an entry of their own.
    count_p, count_q : float64 array
        The weight of the outcome on either side, above both zero rules and smoothing.
    times : float64 array
        For how many outcomes the entry stands: 1, or for `UNNAMED` ones any number.
    total_p, total_q : float64 array, one entry per comparison
        What the counts are divided by.
    alphabet : int
        How many outcomes could occur.
    """

    comparison: IntArray
    outcome: IntArray
    count_p: FloatArray
    count_q: FloatArray
    times: FloatArray
    total_p: FloatArray
    total_q: FloatArray
    alphabet: int = 1

    @property
    def size(self) -> int:
        """The number of comparisons."""
        return len(self.total_p)

    @cached_property
    def p(self) -> FloatArray:
        """Probabilities of P; 0 where P is empty."""
        return _ratio(self.count_p, self.total_p[self.comparison])

    @cached_property
    def q(self) -> FloatArray:
        """Probabilities of Q; 0 where Q is empty."""
        return _ratio(self.count_q, self.total_q[self.comparison])

    @cached_property
    def difference(self) -> FloatArray:
        """``p - q`` to full precision: subtracting rounded p and q would lose its digits."""
        at = self.comparison
        if self._is_whole and float(self.total_p.max() * self.total_q.max()) < 2.0**53:
            total_p, total_q = self.total_p[at], self.total_q[at]
            return _ratio(self.count_p * total_q - self.count_q * total_p, total_p * total_q)
        # scaling by powers of two is exact and keeps the products within range
        scale_p, scale_q = -np.frexp(self.total_p)[1], -np.frexp(self.total_q)[1]
        total_p, total_q = np.ldexp(self.total_p, scale_p)[at], np.ldexp(self.total_q, scale_q)[at]
        numerator = cross_difference(
            np.ldexp(self.count_p, scale_p[at]),
            total_p,
            np.ldexp(self.count_q, scale_q[at]),
            total_q,
        )
        return _ratio(numerator, total_p * total_q)

    @cached_property
    def surprisal_p(self) -> FloatArray:
        """``-log(p)`` in nats, exact near p = 1; infinite at p = 0."""
        return surprisal(self.count_p, self.total_p[self.comparison])

    @cached_property
    def surprisal_q(self) -> FloatArray:
        """``-log(q)`` in nats, exact near q = 1; infinite at q = 0."""
        return surprisal(self.count_q, self.total_q[self.comparison])

    @property
    def _is_whole(self) -> bool:
        """Tell whether all counts are whole numbers, whose small products are exact."""
        return self.size > 0 and all(
            bool((count == np.rint(count)).all()) for count in (self.count_p, self.count_q)
        )

    def sum(self, values: FloatArray) -> FloatArray:
        """Add values over the outcomes of each comparison."""
        return segment_sum(values * self.times, self.comparison, self.size)

    def sum_of_p(self, term: Callable[[Pairs], FloatArray]) -> FloatArray:
        """Add a term of P alone over the outcomes of each comparison.

        Many small groups have few different counts and totals: it is computed once for each.
        """
        table = self._table_of_counts()
        if table is None:
            return self.sum(term(self))
        pairs, cell, place = table
        values = np.zeros(cell[-1] + 1)  # the term of no row is 0
        values[cell] = term(pairs)
        return sum_of_few(values, place, self.comparison, self.size)

    def _table_of_counts(self) -> tuple[Pairs, IntArray, IntArray] | None:
        """Return each count that P may have of each total, its cell in a table, and those of all.

        None where the table would not be small, where counts are not whole numbers, and where
        entries stand for several outcomes.
        """
        largest, most = self.total_p.max(initial=0.0), self.count_p.max(initial=0.0)
        if not (most > 0 and _FEWER * (largest + 1.0) * (most + 1.0) <= len(self.comparison)):
            return None
        count, total = self.count_p.astype(np.int64), self.total_p.astype(np.int64)
        whole = (count == self.count_p).all() and (total == self.total_p).all()
        if not whole or not self.times.min() == self.times.max() == 1.0:
            return None
        width = int(most) + 1
        total *= width
        place = np.add(total[self.comparison], count, out=count)
        total_of, count_of = np.divmod(np.arange((largest + 1.0) * width), width)
        cell = np.flatnonzero((count_of > 0) & (count_of <= total_of))
        total_of, count_of = total_of[cell], count_of[cell]
        unnamed, ones = np.full(len(cell), UNNAMED), np.ones(len(cell))
        each = (np.arange(len(cell)), unnamed, count_of, count_of, ones, total_of, total_of)
        return Pairs(*each, self.alphabet), cell, place

    def log_sum_exp(self, values: FloatArray) -> FloatArray:
        """Return the logarithm of the sum of exponentials over each comparison."""
        largest = np.full(self.size, -np.inf)
        np.maximum.at(largest, self.comparison, values)
        safe = np.where(np.isfinite(largest), largest, 0.0)
        with np.errstate(divide="ignore", over="ignore"):
            return safe + np.log(self.sum(np.exp(values - safe[self.comparison])))

    def mass(self, count: FloatArray, where: NDArray[np.bool_]) -> FloatArray:
        """Add counts over some outcomes of each comparison; exact for whole counts."""
        at = np.flatnonzero(where)
        held = count[at] * self.times[at]
        sums = np.bincount(self.comparison[at], weights=held, minlength=self.size)
        return sums.astype(np.float64)

    def support_size(self) -> IntArray:
        """Count the outcomes that either side has."""
        occurs = (self.count_p > 0) | (self.count_q > 0)
        number = np.bincount(self.comparison, weights=self.times * occurs, minlength=self.size)
        return number.astype(np.int64)

    def only(self, keep: NDArray[np.bool_]) -> Pairs:
        """Leave probability to some entries alone; the totals become what they hold."""
        return self.with_counts(
            np.where(keep, self.count_p, 0.0), np.where(keep, self.count_q, 0.0)
        )

    def with_counts(self, count_p: FloatArray, count_q: FloatArray) -> Pairs:
        """Give the entries other counts; the totals become what they hold."""
        return replace(
            self,
            count_p=count_p,
            count_q=count_q,
            total_p=self.sum(count_p),
            total_q=self.sum(count_q),
        )


def concatenate(parts: Sequence[Pairs]) -> Pairs:
    """Put the comparisons of all parts behind one another; outcomes keep their numbers."""
    before = np.cumsum([0, *(part.size for part in parts)])
    shifted = [part.comparison + start for part, start in zip(parts, before, strict=False)]

    def joined(name: str) -> Any:
        return np.concatenate([getattr(part, name) for part in parts])

    return Pairs(
        np.concatenate(shifted),
        joined("outcome"),
        joined("count_p"),
        joined("count_q"),
        joined("times"),
        joined("total_p"),
        joined("total_q"),
    )


def split(pairs: Pairs, number: int) -> list[Pairs]:
    """Take apart what `concatenate` puts together, of parts that have as many comparisons each."""
    size = pairs.size // number
    ends = np.searchsorted(pairs.comparison, size * np.arange(number + 1)).tolist()
    comparison = pairs.comparison % max(size, 1)
    found = []
    for i, (start, end) in enumerate(pairwise(ends)):
        entries, own = slice(start, end), slice(i * size, (i + 1) * size)
        found.append(
            Pairs(
                comparison[entries],
                pairs.outcome[entries],
                pairs.count_p[entries],
                pairs.count_q[entries],
                pairs.times[entries],
                pairs.total_p[own],
                pairs.total_q[own],
            )
        )
    return found


def align_union(p: Counts, q: Counts) -> Pairs:
    """Line up group i of ``p`` with group i of ``q`` on the union of their supports."""
    if p is q:
        count = as_float(p.weight)
        return _paired(p, q, p.group, p.outcome, count, count)
    if p.n_groups * p.n_outcomes <= 2 * (len(p.weight) + len(q.weight)):  # nearly full anyway
        pairs = align_full(p, q, np.arange(p.n_outcomes))
        occurs = np.flatnonzero((pairs.count_p > 0) | (pairs.count_q > 0))
        if len(occurs) == len(pairs.outcome):
            return pairs
        return _paired(
            p,
            q,
            pairs.comparison[occurs],
            pairs.outcome[occurs],
            pairs.count_p[occurs],
            pairs.count_q[occurs],
        )
    width = max(p.n_outcomes, 1)
    key = np.concatenate([p.group * width + p.outcome, q.group * width + q.outcome])
    order = np.argsort(key, kind="stable")  # two sorted runs: a single merge
    key = key[order]
    first = np.diff(key, prepend=-1) != 0
    entry = np.empty(len(key), dtype=np.int64)
    entry[order] = np.cumsum(first) - 1
    comparison, outcome = np.divmod(key[first], width)
    count_p, count_q = np.zeros(len(comparison)), np.zeros(len(comparison))
    count_p[entry[: len(p.weight)]] = p.weight
    count_q[entry[len(p.weight) :]] = q.weight
    return _paired(p, q, comparison, outcome, count_p, count_q)


def align_equal_counts(counts: Counts, width: int) -> Pairs:
    """Line up whole counts with themselves; outcomes of a group with equal counts are one entry.

    That goes for counts below ``width``, which are themselves counted in a table of groups and
    counts; larger ones are rare, and keep an entry each. All entries are `UNNAMED`.

    Examples
    --------
    >>> import numpy as np
    >>> weights, nothing_missing = np.array([2, 2, 5]), np.array([0])
    >>> counts = Counts(np.array([0, 0, 0]), np.arange(3), weights, nothing_missing, 3)
    >>> pairs = align_equal_counts(counts, width=6)
    >>> pairs.count_p.tolist(), pairs.times.tolist()
    ([2.0, 5.0], [2.0, 1.0])
    """
    more = np.flatnonzero(counts.weight > 1)  # of a sparse table most cells are 1
    group, weight = counts.group[more], counts.weight[more]
    width = min(width, int(weight.max(initial=1)) + 1)
    large = more[weight >= width]
    key = np.where(weight < width, group * width + weight, group * width)
    met = np.bincount(key, minlength=counts.n_groups * width)
    met[1::width] = np.diff(counts.starts) - np.bincount(group, minlength=counts.n_groups)
    met[::width] = 0
    found = np.flatnonzero(met)
    group = found // width
    weight = found - group * width
    count = as_float(np.concatenate([weight, counts.weight[large]]))
    group = np.concatenate([group, counts.group[large]])
    return replace(
        _paired(counts, counts, group, np.full(len(group), UNNAMED), count, count),
        times=np.concatenate([as_float(met[found]), np.ones(len(large))]),
    )


def align_rest(own: Counts, every: Counts) -> Pairs:
    """Line up groups with all others, their own outcomes one by one and then the ones they lack.

    Those are one entry, `UNNAMED`. For whole counts, of which parts can be taken away exactly.
    """
    total = every.totals.sum()
    known = every.outcome_totals[own.outcome]
    comparison, outcome, count_p, count_q = append_per_group(
        [own.group, own.outcome, as_float(own.weight), as_float(known - own.weight)],
        own.group,
        own.starts,
        [np.arange(own.n_groups), UNNAMED, 0, total - sum_by(own.group, known, own.n_groups)],
    )
    return Pairs(
        comparison,
        outcome,
        count_p,
        count_q,
        np.ones(len(comparison)),
        as_float(own.totals),
        as_float(total - own.totals),
    )


def append_per_group(
    columns: Sequence[WeightArray],
    group: IntArray,
    starts: IntArray,
    ends: Sequence[WeightArray | int],
) -> list[WeightArray]:
    """Give each group one entry more, behind its others.

    Parameters
    ----------
    columns : arrays of one length
        The entries, sorted by group.
    group : int64 array
        The group of each entry.
    starts : int64 array
        Where each group begins, and the end of the last.
    ends : sequence, as long as ``columns``
        What is appended to each column: a value for each group, or one for all.

    Examples
    --------
    Three groups, of which the second is empty:

    >>> import numpy as np
    >>> group, starts = np.array([0, 0, 2]), np.array([0, 2, 2, 3])
    >>> append_per_group([np.array([7, 8, 9])], group, starts, [0])
    [array([7, 8, 0, 0, 9, 0])]
    """
    # each group before moves an entry on by one
    own, last = np.arange(len(group)) + group, starts[1:] + np.arange(len(starts) - 1)
    found = []
    for values, end in zip(columns, ends, strict=True):
        joined = np.empty(len(own) + len(last), dtype=values.dtype)
        joined[own], joined[last] = values, end
        found.append(joined)
    return found


def align_full(p: Counts, q: Counts, outcomes: IntArray) -> Pairs:
    """Line up group i of ``p`` with group i of ``q`` on all of ``outcomes``."""
    return _paired(
        p,
        q,
        np.repeat(np.arange(p.n_groups), len(outcomes)),
        np.tile(outcomes, p.n_groups),
        as_float(p.dense(outcomes)).ravel(),
        as_float(q.dense(outcomes)).ravel(),
    )


def _paired(
    p: Counts,
    q: Counts,
    comparison: IntArray,
    outcome: IntArray,
    count_p: FloatArray,
    count_q: FloatArray,
) -> Pairs:
    ones = np.ones(len(comparison))
    totals = as_float(p.totals), as_float(q.totals)
    return Pairs(comparison, outcome, count_p, count_q, ones, *totals)


def _ratio(numerator: FloatArray, denominator: FloatArray) -> FloatArray:
    if (denominator > 0).all():  # which a mask would make slower by far
        return numerator / denominator
    return np.divide(numerator, denominator, out=np.zeros_like(numerator), where=denominator > 0)
