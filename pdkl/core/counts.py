"""Counts: how much weight each outcome has in each group. All that a measure ever sees."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pdkl.core.numerics import FloatArray, IntArray, segment_sum

WeightArray = NDArray[Any]  # int64 or float64
CodeArray = NDArray[Any]

LARGEST_SUM = 1e300  # of float weights: it leaves room for exact sums
HALF = 1 << 31  # whole weights are added in two parts where a sum could leave 64 bits
_CHUNK = 1 << 18  # rows whose combined codes still fit the second-level cache
_INT32 = 1 << 31
_MANY_ROWS = 1 << 20  # from so many on, a second thread pays
_RANGES = 32  # of groups that are counted one by one where the table is not held
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
        if 64 * self.n_groups < len(self.group):
            return np.searchsorted(self.group, np.arange(self.n_groups + 1)).astype(np.int64)
        number = np.bincount(self.group, minlength=self.n_groups)
        return np.concatenate([[0], np.cumsum(number)])

    @cached_property
    def totals(self) -> WeightArray:
        """The weight of each group without the missing."""
        return sum_by(self.group, self.weight, self.n_groups)

    @cached_property
    def whole(self) -> bool:
        """Whether weights are whole by dtype, and so few that float64 holds their sums."""
        return self.weight.dtype == np.int64 and float(self.totals.sum()) < 2.0**53

    @cached_property
    def outcome_totals(self) -> WeightArray:
        """The weight of each outcome in all groups."""
        return sum_by(self.outcome, self.weight, self.n_outcomes)

    @cached_property
    def observed(self) -> NDArray[np.bool_]:
        """Which outcomes occur in any group."""
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
            return self if n_outcomes == self.n_outcomes else replace(self, n_outcomes=n_outcomes)
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
        first = int(groups[0]) if len(groups) else -1
        if first >= 0 and np.array_equal(groups, np.arange(first, first + len(groups))):
            cells = slice(self.starts[first], self.starts[first + len(groups)])
            return Counts(
                self.group[cells] - first,
                self.outcome[cells],
                self.weight[cells],
                self.missing[first : first + len(groups)],
                self.n_outcomes,
            )
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


def tabulate(
    codes: CodeArray,
    n_outcomes: int,
    *,
    groups: CodeArray | None = None,
    n_groups: int = 1,
    first_group: int = 0,
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
        The group of each row, first_group <= group < first_group + n_groups; one group if left
        out.
    n_groups : int
        The number of groups.
    first_group : int
        What the groups are numbered from; they are numbered from 0 in the result.
    weights : int64 or float64 array, shape (rows,), optional
        Non-negative; 1 for each row if left out.
    """
    width = n_outcomes + 1  # column 0 is for the missing
    cells = n_groups * width
    offset = 1 - first_group * width
    if cells <= max(_DENSE_CELLS, 2 * len(codes)):
        table = _dense_table(codes, groups, weights, width, offset, cells)
        missing = table[::width].copy()
        table[::width] = 0
        found = np.flatnonzero(table != 0)
        group = found // width
        return Counts(group, found - (group * width + 1), table[found], missing, n_outcomes)
    kept_in = np.int32 if max(len(codes), n_groups, width) < _INT32 else np.int64
    line = np.zeros(len(codes), dtype=kept_in)
    if groups is not None:
        line = np.subtract(groups, first_group, dtype=kept_in, casting="same_kind")
    place = np.add(codes, 1, dtype=kept_in, casting="same_kind")
    return _sparse_table(place, line, weights, n_outcomes, n_groups)


def _dense_table(
    codes: CodeArray,
    groups: CodeArray | None,
    weights: WeightArray | None,
    width: int,
    offset: int,
    cells: int,
) -> WeightArray:
    """Count into a table of all cells."""

    def table_of(rows: slice) -> WeightArray:
        # adding a large table after a small chunk would not pay
        size = max(min(max(_CHUNK, cells), rows.stop - rows.start), 1)
        key = np.empty(size, dtype=np.int32 if cells + width < _INT32 else np.int64)
        count = _counter(key, cells + 1)  # the last for a chunk that is not full
        table = np.zeros(cells, dtype=np.int64 if weights is None else weights.dtype)
        for start in range(rows.start, rows.stop, size):
            part = slice(start, min(start + size, rows.stop))
            some = key[: part.stop - part.start]
            _set_keys(some, codes[part], None if groups is None else groups[part], width, offset)
            _require_within(some, cells)
            if weights is None:
                key[len(some) :] = cells
                counted = count()[:cells]
                table = counted if start == rows.start else np.add(table, counted, out=table)
            else:
                np.add.at(table, some, weights[part])
        return table

    # two tables at once; float sums would depend on where the rows are parted
    if len(codes) < _MANY_ROWS or (weights is not None and weights.dtype == np.float64):
        return table_of(slice(0, len(codes)))
    half = len(codes) // 2
    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(table_of, [slice(0, half), slice(half, len(codes))])
    one += other
    return one


def _counter(key: CodeArray, cells: int) -> Callable[[], IntArray]:
    """Return how to count what stands in ``key`` at the time."""
    if len(key) < _CHUNK:
        return lambda: np.bincount(key, minlength=cells)
    # SciPy takes a while to load, so only the many rows that are worth it ask for it
    from scipy.sparse import csr_array

    # one row of a sparse matrix adds up what stands twice, in half of the time that bincount takes
    # to look for the range of the keys, to widen and to count them, all under Python's lock
    ends = np.array([0, len(key)], dtype=key.dtype)
    line = csr_array((np.ones(len(key), dtype=np.int64), key, ends), shape=(1, cells), copy=False)
    return lambda: line.toarray()[0]


def _require_within(codes: CodeArray, size: int) -> None:
    """Raise where a code is no place of an array: SciPy would write there without a look."""
    # negative numbers are large ones without a sign
    if len(codes) and codes.view(f"u{codes.itemsize}").max() >= size:
        raise IndexError(f"codes must be at least 0 and below {size}.")


def _set_keys(
    key: CodeArray, codes: CodeArray, groups: CodeArray | None, width: int, offset: int
) -> None:
    """Write the cell of each row."""
    if groups is None:
        key[:] = codes
    else:
        key[:] = groups
        np.multiply(key, width, out=key)
        np.add(key, codes if codes.itemsize <= key.itemsize else codes.astype(key.dtype), out=key)
    np.add(key, offset, out=key)


def _sparse_table(
    place: CodeArray,
    line: CodeArray,
    weights: WeightArray | None,
    n_outcomes: int,
    n_groups: int,
) -> Counts:
    """Count the cells that occur; the outcomes are numbered from 1, with 0 for the missing."""
    _require_within(place, n_outcomes + 1)
    _require_within(line, n_groups)
    if len(place) < _MANY_ROWS:
        return _joined([_sparse_part(place, line, weights, n_outcomes, 0, n_groups)], n_outcomes)
    # ranges of groups, dealt out first, are so small that sorting them stays in the cache
    size = n_groups // _RANGES + 1
    bins = line // size
    arrays = [place, line] if weights is None else [place, line, weights]
    with ThreadPoolExecutor(2) as pool:
        dealt = list(pool.map(lambda values: _dealt(values, bins, _RANGES), arrays))
        ends = dealt[0][1]

        def part(i: int) -> _Cells:
            rows = slice(ends[i], ends[i + 1])
            places, lines, *mass = (values[rows] for values, _ in dealt)
            first, last = i * size, min((i + 1) * size, n_groups)
            return _sparse_part(
                places, lines - first, mass[0] if mass else None, n_outcomes, first, last
            )

        return _joined(list(pool.map(part, range(-(-n_groups // size)))), n_outcomes)


def _dealt(values: WeightArray, bins: CodeArray, n_bins: int) -> tuple[WeightArray, CodeArray]:
    """Put values into bins, each in the order met; also return where the bins end."""
    from scipy.sparse import csr_array

    ends = np.array([0, len(bins)], dtype=bins.dtype)
    columns = csr_array((values, bins, ends), shape=(1, n_bins)).tocsc()
    return columns.data, columns.indptr


class _Cells(NamedTuple):
    group: CodeArray
    outcome: CodeArray
    weight: WeightArray
    missing: WeightArray


def _sparse_part(
    place: CodeArray,
    line: CodeArray,
    weights: WeightArray | None,
    n_outcomes: int,
    first: int,
    last: int,
) -> _Cells:
    """Sort rows by group and outcome, and add those of the same cell.

    Putting rows into the bins of one key and then of the other, each in the order met, sorts them
    in a third of the time that comparing them takes.
    """
    from scipy.sparse import csr_array

    size, width = last - first, n_outcomes + 1
    lines, ends = _dealt(line, place, width)
    mass = np.ones_like(line) if weights is None else _dealt(weights, place, width)[0]
    cells = csr_array((mass, lines, ends), shape=(width, size)).tocsc()
    cells.sum_duplicates()
    outcome, weight = cells.indices - 1, cells.data
    group = np.repeat(np.arange(first, last, dtype=line.dtype), np.diff(cells.indptr))
    missing = np.zeros(size, dtype=np.int64 if weights is None else weights.dtype)
    lost = outcome < 0
    missing[group[lost] - first] = weight[lost]
    if lost.any() or weights is not None:
        kept = ~lost & (weight > 0)
        group, outcome, weight = group[kept], outcome[kept], weight[kept]
    return _Cells(group, outcome, weight, missing)


def _joined(parts: Sequence[_Cells], n_outcomes: int) -> Counts:
    """Put the cells of ranges of groups behind one another."""
    group, outcome, weight, missing = zip(*parts, strict=True)
    return Counts(
        np.concatenate(group, dtype=np.int64),
        np.concatenate(outcome, dtype=np.int64),
        np.concatenate(weight, dtype=missing[0].dtype),
        np.concatenate(missing),
        n_outcomes,
    )


def sums(totals: WeightArray, missing: WeightArray) -> Counts:
    """Hold the totals of groups, whose outcomes are not known one by one, as one outcome."""
    group = np.flatnonzero(totals)
    return Counts(group, np.zeros_like(group), totals[group], missing, 1)


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
    if (key[1:] > key[:-1]).all():
        return Counts(group, outcome, weight, missing, n_outcomes)
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
