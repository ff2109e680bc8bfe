"""Counts: how much weight each outcome has in each group. All that a measure ever sees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pdkl.core.numerics.exact import FloatArray, IntArray, run_starts, segment_sum

WeightArray = NDArray[Any]  # int64 or float64
CodeArray = NDArray[Any]
LARGEST_SUM = 1e300  # of float weights: it leaves room for exact sums
_FEW = 1 << 16  # cells that are looked at in no time
LARGEST_WHOLE_SUM = (1 << 63) - 1  # of whole weights, which are int64


@dataclass(frozen=True)
class Counts:
    """Weights of the cells (group, outcome) that occur, sorted, each once, each above 0.

    ``missing`` is the weight without an outcome, one entry per group. Weights are int64
    (rows, whole weights) or float64.
    """

    group: IntArray
    outcome: IntArray
    weight: WeightArray
    missing: WeightArray
    n_outcomes: int

    @property
    def n_groups(self) -> int:
        """The number of groups, empty ones included."""
        return len(self.missing)

    @cached_property
    def starts(self) -> IntArray:
        """Where each group's cells begin, and the end of the last."""
        if self.n_groups == 1:
            return np.array([0, len(self.group)])
        if 64 * self.n_groups < len(self.group):
            return np.searchsorted(self.group, np.arange(self.n_groups + 1)).astype(np.int64)
        first, starts = run_starts(self.group), np.zeros(self.n_groups + 1, dtype=np.int64)
        starts[self.group[first] + 1] = np.diff(first, append=len(self.group))
        return np.cumsum(starts, out=starts)

    @cached_property
    def totals(self) -> WeightArray:
        """The weight of each group without the missing."""
        if self.weight.dtype != np.int64:
            return sum_by(self.group, self.weight, self.n_groups)
        if self.n_groups == 1:
            return np.add.reduce(self.weight, keepdims=True)
        totals, starts = np.zeros(self.n_groups, dtype=np.int64), self.starts[:-1]
        occupied = np.flatnonzero(self.starts[1:] > starts)
        if len(occupied):
            totals[occupied] = np.add.reduceat(self.weight, starts[occupied])
        return totals

    @cached_property
    def whole(self) -> bool:
        """Whether weights are whole by dtype, and so few that float64 holds their sums."""
        return self.weight.dtype == np.int64 and float(self.totals.sum()) < 2.0**53

    @cached_property
    def outcome_totals(self) -> WeightArray:
        """The weight of each outcome in all groups."""
        if self.n_groups == 1 and len(self.outcome) == self.n_outcomes:
            return self.weight  # of each outcome, in their order
        return sum_by(self.outcome, self.weight, self.n_outcomes)

    @cached_property
    def observed(self) -> NDArray[np.bool_]:
        """Which outcomes occur in any group."""
        if self.n_groups == 1 and len(self.outcome) == self.n_outcomes:
            return np.ones(self.n_outcomes, dtype=bool)
        seen, step = np.zeros(self.n_outcomes, dtype=bool), max(4 * self.n_outcomes, _FEW)
        for start in range(0, len(self.outcome), step):
            seen[self.outcome[start : start + step]] = True
            if seen.all():  # as it mostly is long before the last of many cells
                break
        return seen

    def regroup(self, position: IntArray, n_groups: int) -> Counts:
        """Move group i to ``position[i]``; groups that meet are added."""
        if n_groups == self.n_groups and np.array_equal(position, np.arange(n_groups)):
            return self
        return from_cells(
            position[self.group],
            self.outcome,
            self.weight,
            sum_by(position, self.missing, n_groups),
            self.n_outcomes,
        )

    def relabel(self, outcome: IntArray, n_outcomes: int) -> Counts:
        """Rename outcome i to ``outcome[i]``; different outcomes stay different."""
        if np.array_equal(outcome, np.arange(self.n_outcomes)):
            return self if n_outcomes == self.n_outcomes else replace(self, n_outcomes=n_outcomes)
        return self.recode(outcome[self.outcome], n_outcomes)

    def recode(self, outcome: IntArray, n_outcomes: int) -> Counts:
        """Give each cell another outcome; those of a group that meet are added."""
        return from_cells(self.group, outcome, self.weight, self.missing, n_outcomes)

    def collapse(self) -> Counts:
        """Add all groups into one."""
        return self.regroup(np.zeros(self.n_groups, dtype=np.int64), 1)

    def with_missing(self) -> Counts:
        """Make missing an outcome like the others, the last; ``missing`` stays as it is."""
        groups = np.flatnonzero(self.missing)
        if not len(groups):
            return replace(self, n_outcomes=self.n_outcomes + 1)
        return from_cells(
            np.concatenate([self.group, groups]),
            np.concatenate([self.outcome, np.full(len(groups), self.n_outcomes)]),
            np.concatenate([self.weight, self.missing[groups]]),
            self.missing,
            self.n_outcomes + 1,
        )

    def take(self, groups: IntArray) -> Counts:
        """Give new counts whose group i is the old ``groups[i]``; -1 gives an empty one."""
        first = int(groups[0]) if len(groups) else -1
        if first >= 0 and (groups == np.arange(first, first + len(groups))).all():
            if len(groups) == self.n_groups:
                return self
            some = slice(first, first + len(groups))
            starts = self.starts[first : first + len(groups) + 1]
            cells = slice(starts[0], starts[-1])
            group = self.group[cells]
            part = Counts(
                group - first if first else group,
                self.outcome[cells],
                self.weight[cells],
                self.missing[some],
                self.n_outcomes,
            )
            # what is known of all groups is not looked for again
            part.__dict__["starts"] = starts - starts[0]
            if "totals" in self.__dict__:
                part.__dict__["totals"] = self.totals[some]
            return part
        known = np.where(groups >= 0, groups, 0)
        lengths = np.where(groups >= 0, self.starts[known + 1] - self.starts[known], 0)
        new = np.repeat(np.arange(len(groups)), lengths)
        # the cells of each group taken, as one running index that jumps where the group changes
        jump = self.starts[known] - (np.cumsum(lengths) - lengths)
        cells = np.arange(len(new)) + jump[new]
        return Counts(
            new,
            self.outcome[cells],
            self.weight[cells],
            np.where(groups >= 0, self.missing[known], 0).astype(self.missing.dtype),
            self.n_outcomes,
        )

    def without_empty(self, groups: IntArray) -> Counts:
        """Give new counts of some groups, in their order; the others must be empty."""
        if len(groups) == self.n_groups:
            return self
        if len(groups) and groups[-1] - groups[0] == len(groups) - 1:
            group = self.group - groups[0]
        else:
            position = np.zeros(self.n_groups, dtype=np.int64)
            position[groups] = np.arange(len(groups))
            group = position[self.group]
        return replace(self, group=group, missing=self.missing[groups])

    def dense(self, outcomes: IntArray) -> WeightArray:
        """Return the weights as a table, a row per group and a column per given outcome."""
        table = np.zeros((self.n_groups, len(outcomes)), dtype=self.weight.dtype)
        column = self.outcome
        if not np.array_equal(outcomes, np.arange(self.n_outcomes)):
            position = np.zeros(self.n_outcomes, dtype=np.int64)
            position[outcomes] = np.arange(len(outcomes))
            column = position[column]
        table.reshape(-1)[self.group * len(outcomes) + column] = self.weight
        return table

    def rest(self, groups: IntArray) -> Counts:
        """Give new counts whose group i holds all rows outside the old ``groups[i]``."""
        table = _leave_one_out(self, self.take(groups).dense(np.arange(self.n_outcomes)))
        alone = Counts(
            np.arange(self.n_groups),
            np.zeros(self.n_groups, dtype=np.int64),
            self.missing,
            np.zeros(self.n_groups, dtype=self.missing.dtype),
            1,
        )
        missing = _leave_one_out(alone, self.missing[groups][:, None])[:, 0]
        group, outcome = np.nonzero(table)
        return Counts(group, outcome, table[group, outcome], missing, self.n_outcomes)


def _leave_one_out(counts: Counts, own: WeightArray) -> WeightArray:
    """Return the total of each outcome without ``own``, a row for each group left out.

    Float totals minus a part leave a residue where exactly nothing remains. So a cell that is
    most of its outcome (one per outcome can be) is left out by summing the others instead.
    """
    total = counts.outcome_totals
    dominant = counts.weight > 0.5 * total[counts.outcome]
    others = sum_by(counts.outcome, np.where(dominant, 0, counts.weight), counts.n_outcomes)
    return np.where(own > 0.5 * total, others, total - own).astype(counts.weight.dtype)


def sums(totals: WeightArray, missing: WeightArray) -> Counts:
    """Hold the totals of groups, whose outcomes are not known one by one, as one outcome."""
    group = np.flatnonzero(totals)
    return Counts(group, np.zeros_like(group), totals[group], missing, 1)


def stacked(parts: Sequence[Counts]) -> Counts:
    """Put the groups of all parts behind one another; outcomes keep their numbers."""
    before = np.cumsum([0, *(part.n_groups for part in parts)])
    return Counts(
        np.concatenate([part.group + start for part, start in zip(parts, before, strict=False)]),
        np.concatenate([part.outcome for part in parts]),
        np.concatenate([part.weight for part in parts]),
        np.concatenate([part.missing for part in parts]),
        max(part.n_outcomes for part in parts),
    )


def merge(parts: Sequence[Counts]) -> Counts:
    """Add counts of the same groups and outcomes."""
    return from_cells(
        np.concatenate([part.group for part in parts]),
        np.concatenate([part.outcome for part in parts]),
        np.concatenate([part.weight for part in parts]),
        np.sum([part.missing for part in parts], axis=0),
        parts[0].n_outcomes,
    )


def from_cells(
    group: IntArray, outcome: IntArray, weight: WeightArray, missing: WeightArray, n_outcomes: int
) -> Counts:
    """Sort the cells and add those that stand twice."""
    key = group * max(n_outcomes, 1) + outcome if len(missing) > 1 else outcome
    if (key[1:] > key[:-1]).all():
        return Counts(group, outcome, weight, missing, n_outcomes)
    if (key[1:] >= key[:-1]).all():
        first = run_starts(key)
        added = np.add.reduceat(weight, first)
        return Counts(group[first], outcome[first], added, missing, n_outcomes)
    size = len(missing) * n_outcomes
    if weight.dtype == np.int64 and size <= len(key):  # few are left of many: no need to sort them
        table = np.zeros(size, dtype=np.int64)
        np.add.at(table, key, weight)
        key = np.flatnonzero(table)
        return Counts(*np.divmod(key, n_outcomes), table[key], missing, n_outcomes)
    order = np.argsort(key, kind="stable")
    key = key[order]
    first = np.flatnonzero(np.diff(key, prepend=-1))
    added = np.add.reduceat(weight[order], first) if len(first) else weight
    return Counts(group[order][first], outcome[order][first], added, missing, n_outcomes)


def sum_by(index: IntArray, weight: WeightArray, size: int) -> WeightArray:
    """Add weights by index; whole ones stay whole."""
    if weight.dtype == np.float64:
        return segment_sum(np.asarray(weight, dtype=np.float64), index, size)
    result = np.zeros(size, dtype=np.int64)
    np.add.at(result, index, weight)
    return result


def as_float(weight: WeightArray) -> FloatArray:
    """Return weights as float64; whole numbers up to 2**53 stay exact."""
    return np.asarray(weight, dtype=np.float64)


def are_whole(weight: WeightArray) -> bool:
    """Tell whether weights may be numbers of rows."""
    return weight.dtype == np.int64 or not (weight != np.rint(weight)).any()


def require_whole(weight: WeightArray, purpose: str) -> None:
    """Raise where weights are not numbers of rows."""
    if not are_whole(weight):
        raise ValueError(
            f"{purpose} needs to know how many rows there are, so weights must be whole numbers; "
            "they are fractional. Pass counts, or leave weights out."
        )
