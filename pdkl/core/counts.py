"""Counts: how much weight each outcome has in each group. All that a measure ever sees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pdkl.core.numerics import FloatArray, IntArray, segment_sum

WeightArray = NDArray[Any]  # int64 or float64
CodeArray = NDArray[Any]

LARGEST_SUM = 1e300  # of float weights: it leaves room for exact sums
_CHUNK = 1 << 17  # rows whose combined codes still fit the second-level cache
_DENSE_CELLS = 1 << 22  # a table of so many cells is always worth having at once


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
        return np.searchsorted(self.group, np.arange(self.n_groups + 1)).astype(np.int64)

    @cached_property
    def totals(self) -> WeightArray:
        """The weight of each group without the missing."""
        return sum_by(self.group, self.weight, self.n_groups)

    def observed(self) -> NDArray[np.bool_]:
        """Tell which outcomes occur in any group."""
        seen = np.zeros(self.n_outcomes, dtype=bool)
        seen[self.outcome] = True
        return seen

    def regroup(self, position: IntArray, n_groups: int) -> Counts:
        """Move group i to ``position[i]``; groups that meet are added."""
        if n_groups == self.n_groups and np.array_equal(position, np.arange(n_groups)):
            return self
        return _merged(
            position[self.group],
            self.outcome,
            self.weight,
            sum_by(position, self.missing, n_groups),
            self.n_outcomes,
        )

    def relabel(self, outcome: IntArray, n_outcomes: int) -> Counts:
        """Rename outcome i to ``outcome[i]``; different outcomes stay different."""
        if np.array_equal(outcome, np.arange(self.n_outcomes)):
            return replace(self, n_outcomes=n_outcomes)
        return _merged(self.group, outcome[self.outcome], self.weight, self.missing, n_outcomes)

    def collapse(self) -> Counts:
        """Add all groups into one."""
        return self.regroup(np.zeros(self.n_groups, dtype=np.int64), 1)

    def with_missing(self) -> Counts:
        """Make missing an outcome like the others, the last; ``missing`` stays as it is."""
        groups = np.flatnonzero(self.missing)
        return _merged(
            np.concatenate([self.group, groups]),
            np.concatenate([self.outcome, np.full(len(groups), self.n_outcomes)]),
            np.concatenate([self.weight, self.missing[groups]]),
            self.missing,
            self.n_outcomes + 1,
        )

    def take(self, groups: IntArray) -> Counts:
        """Give new counts whose group i is the old ``groups[i]``; -1 gives an empty one."""
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

    def dense(self, outcomes: IntArray) -> WeightArray:
        """Return the weights as a table, a row per group and a column per given outcome."""
        position = np.zeros(self.n_outcomes, dtype=np.int64)
        position[outcomes] = np.arange(len(outcomes))
        table = np.zeros((self.n_groups, len(outcomes)), dtype=self.weight.dtype)
        table[self.group, position[self.outcome]] = self.weight
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
    total = sum_by(counts.outcome, counts.weight, counts.n_outcomes)
    dominant = counts.weight > 0.5 * total[counts.outcome]
    others = sum_by(counts.outcome, np.where(dominant, 0, counts.weight), counts.n_outcomes)
    return np.where(own > 0.5 * total, others, total - own).astype(counts.weight.dtype)


def tabulate(
    codes: CodeArray,
    n_outcomes: int,
    *,
    groups: CodeArray | None = None,
    n_groups: int = 1,
    weights: WeightArray | None = None,
) -> Counts:
    """Count rows, or add their weights, by group and outcome.

    Parameters
    ----------
    codes : integer array, shape (rows,)
        The outcome of each row, -1 where it is missing.
    n_outcomes : int
        One more than the largest code.
    groups : integer array, shape (rows,), optional
        The group of each row, 0 <= group < n_groups; one group if left out.
    n_groups : int
        The number of groups.
    weights : int64 or float64 array, shape (rows,), optional
        Non-negative; 1 for each row if left out.
    """
    width = n_outcomes + 1  # column 0 is for the missing
    cells = n_groups * width
    kind = np.int64 if weights is None else weights.dtype
    if cells <= max(_DENSE_CELLS, 2 * len(codes)):
        table = np.zeros(cells, dtype=kind)
        step = max(_CHUNK, cells)  # adding a large table after a small chunk would not pay
        for start in range(0, len(codes), step):
            stop = start + step
            key = _keys(codes[start:stop], None if groups is None else groups[start:stop], width)
            if weights is None:
                table += np.bincount(key, minlength=cells)
            else:
                np.add.at(table, key, weights[start:stop])
        found = np.flatnonzero(table)
        weight = table[found]
    else:
        key = _keys(codes, groups, width)
        if weights is None:
            key.sort()
            first = np.flatnonzero(np.diff(key, prepend=-1))
            found, weight = key[first], np.diff(first, append=len(key))
        else:
            order = np.argsort(key, kind="stable")
            key = key[order]
            first = np.flatnonzero(np.diff(key, prepend=-1))
            found, weight = key[first], np.add.reduceat(weights[order], first)
            found, weight = found[weight > 0], weight[weight > 0]
    group, column = np.divmod(found, width)
    valid = column > 0
    missing = np.zeros(n_groups, dtype=kind)
    missing[group[~valid]] = weight[~valid]
    return Counts(group[valid], column[valid] - 1, weight[valid], missing, n_outcomes)


def _keys(codes: CodeArray, groups: CodeArray | None, width: int) -> IntArray:
    key = codes.astype(np.int64)
    key += 1
    if groups is not None:
        offset = groups.astype(np.int64)
        offset *= width
        key += offset
    return key


def merge(parts: Sequence[Counts]) -> Counts:
    """Add counts of the same groups and outcomes."""
    return _merged(
        np.concatenate([part.group for part in parts]),
        np.concatenate([part.outcome for part in parts]),
        np.concatenate([part.weight for part in parts]),
        np.sum([part.missing for part in parts], axis=0),
        parts[0].n_outcomes,
    )


def _merged(
    group: IntArray, outcome: IntArray, weight: WeightArray, missing: WeightArray, n_outcomes: int
) -> Counts:
    """Sort the cells and add those that stand twice."""
    key = group * max(n_outcomes, 1) + outcome
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


def require_whole(weight: WeightArray, purpose: str) -> None:
    """Raise where weights are not numbers of rows."""
    if weight.dtype != np.int64 and (weight != np.rint(weight)).any():
        raise ValueError(
            f"{purpose} needs to know how many rows there are, so weights must be whole numbers; "
            "they are fractional. Pass counts, or leave weights out."
        )
