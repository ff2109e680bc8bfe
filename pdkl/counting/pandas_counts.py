"""Count pandas frames: every column is encoded once, ``by`` once, then counted jointly."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from operator import itemgetter
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pdkl.codes.keys import LARGEST_TABLE, Key, compact, occurring_groups, possible_groups
from pdkl.codes.labels import Together, lacking
from pdkl.codes.together import encode_column
from pdkl.codes.values import Encoder, distinct, encode
from pdkl.codes.weights import read_weights
from pdkl.core.counts.counts import CodeArray, Counts, sum_by
from pdkl.core.counts.tabulate import tabulate, tabulate_each
from pdkl.core.measures.joint import Joint, unstacked
from pdkl.core.numerics.exact import IntArray

# tables of so few cells, of so few rows, are counted for so many columns at once
_SMALL, _SHORT, _AT_ONCE = 1 << 12, 1 << 17, 64
# of each line of a joint table its stratum, its value of x, and whether it lacks one of them
Lines = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]
# of each stratum the group, and the value that is given; and how many groups there are
Strata = tuple[NDArray[np.int64], NDArray[np.int64] | None, int]


@dataclass(frozen=True)
class LabelledCounts:
    """Counts, and what their outcomes are called."""

    counts: Counts
    labels: pd.Index[Any]
    leveled: bool = False  # whether the labels are declared levels, in their order
    missing_is_counted: bool = False  # whether the missing are among the outcomes already

    def observed(self) -> LabelledCounts:
        """Forget the labels that do not occur, and whether they were levels."""
        seen = self.counts.observed
        if seen.all():  # the same labels know already that each is there once
            return replace(self, leveled=False)
        counts = self.counts.relabel(np.cumsum(seen) - 1, int(seen.sum()))
        return replace(self, counts=counts, labels=self.labels[seen], leveled=False)

    def on(self, labels: pd.Index[Any], place: IntArray) -> LabelledCounts:
        """Put the counts on a longer list of labels, on which ``place`` says where each one is."""
        return replace(self, counts=self.counts.relabel(place, len(labels)), labels=labels)

    def without_missing(self) -> LabelledCounts:
        """Take away the outcomes that lack a value of several columns; they stay missing."""
        kept = ~lacking(self.labels)[self.counts.outcome]
        cells = (self.counts.group[kept], self.counts.outcome[kept], self.counts.weight[kept])
        counts = Counts(*cells, self.counts.missing, self.counts.n_outcomes)
        return replace(self, counts=counts, missing_is_counted=False)

    def recoded(self, encoder: Encoder, name: Hashable) -> LabelledCounts:
        """Put values into other outcomes, such as intervals."""
        codes, labels = encoder(pd.Series(self.labels), name)
        counts = self.counts.recode(codes[self.counts.outcome].astype(np.int64), len(labels))
        return LabelledCounts(counts, labels, leveled=True)


@dataclass(frozen=True)
class GroupedCounts:
    """The counts of some columns of a frame, by the groups that occur.

    ``keys`` has a row for each group, in no particular order. The labels of a column are all levels
    of a categorical, else the values that occur.
    """

    keys: pd.DataFrame
    columns: dict[Hashable, LabelledCounts]
    empty: bool = False  # whether the frame has no rows

    def regroup(self, position: NDArray[np.int64], keys: pd.DataFrame) -> GroupedCounts:
        """Move group i to row ``position[i]`` of new keys."""
        if len(position) == len(keys) and np.array_equal(position, np.arange(len(keys))):
            return replace(self, keys=keys)
        columns = {
            name: replace(column, counts=column.counts.regroup(position, len(keys)))
            for name, column in self.columns.items()
        }
        return replace(self, keys=keys, columns=columns)


def count(
    frame: pd.DataFrame,
    columns: Sequence[Hashable],
    by: Sequence[Key] = (),
    weights: Hashable | None = None,
    encoders: Mapping[Hashable, Encoder] | None = None,
    *,
    dropna: bool = True,
) -> GroupedCounts:
    """Count each of ``columns`` by the groups of ``by``.

    Parameters
    ----------
    frame : DataFrame
        Its named columns must exist once each.
    columns : sequence of labels
        The columns to count.
    by : sequence of labels and `pandas.Grouper`
        The keys of the groups.
    weights : label, optional
        The column of row weights.
    encoders : mapping {column: encoder}, optional
        Columns that are cut into intervals rather than taken value by value.
    dropna : bool
        Whether a row that lacks a value of several columns together is only missing, or one of
        their outcomes as well.
    """
    cut = encoders or {}
    weight = None if weights is None else read_weights(frame, weights)
    # without weights the counts show which groups occur; with weights a group may occur and have
    # a count of 0, so it must be looked for among the rows
    counted = weight is None and len(columns) > 0
    groups = possible_groups(frame, by) if counted else occurring_groups(frame, by)
    occurring: NDArray[np.int64] | None = None
    found: dict[Hashable, LabelledCounts] = {}
    in_order = _InOrder(len(frame)) if weight is None and groups.codes is None else None
    for column in columns:
        leveled = column in cut
        if isinstance(column, Together):
            outcome, labels = encode_column(frame, column, cut)
        else:
            values = frame[column]
            if in_order and not leveled and (known := distinct(values)) is not None:
                found[column] = in_order.counted(*known)
                continue
            outcome, labels = cut.get(column, encode)(values, column)
            leveled |= isinstance(values.dtype, pd.CategoricalDtype)
        counts = tabulate(
            outcome,
            len(labels),
            groups=groups.codes,
            n_groups=groups.number,
            first_group=groups.first,
            weights=weight,
        )
        if not groups.occur:
            if occurring is None:
                occurring = np.flatnonzero((counts.missing > 0) | (np.diff(counts.starts) > 0))
            counts = counts.without_empty(occurring)
        if isinstance(column, Together):
            found[column] = of_combinations(counts, labels, dropna=dropna).observed()
            continue
        labelled = LabelledCounts(counts, labels, leveled)
        found[column] = labelled if leveled else labelled.observed()
    return GroupedCounts(groups.keys(occurring), found, empty=len(frame) == 0)


@dataclass(frozen=True)
class _InOrder:
    """Counts of all rows by values in their order; what columns have in common is held once."""

    rows: int

    def counted(
        self, number: NDArray[np.int64], labels: pd.Index[Any], missing: int
    ) -> LabelledCounts:
        """Hold how often each label is there."""
        size = len(labels)
        if size == self.rows - missing:
            number = self._ones[:size]
        cells = self._zeros[:size], self._places[:size], number
        return LabelledCounts(Counts(*cells, np.array([missing]), size), labels)

    @cached_property
    def _zeros(self) -> NDArray[np.int64]:
        return _fixed(np.zeros(self.rows, dtype=np.int64))

    @cached_property
    def _ones(self) -> NDArray[np.int64]:
        return _fixed(np.ones(self.rows, dtype=np.int64))

    @cached_property
    def _places(self) -> NDArray[np.int64]:
        return _fixed(np.arange(self.rows))


def _fixed(array: NDArray[np.int64]) -> NDArray[np.int64]:
    array.flags.writeable = False
    return array


def of_combinations(counts: Counts, labels: pd.Index[Any], *, dropna: bool) -> LabelledCounts:
    """Hold the rows that lack a value of several columns together to be missing.

    Under ``dropna=False`` they are outcomes as well: one that lacks a value has the others.
    """
    lost = lacking(labels)[counts.outcome]
    missing = sum_by(counts.group[lost], counts.weight[lost], counts.n_groups)
    counts = replace(counts, missing=missing.astype(counts.missing.dtype))
    found = LabelledCounts(counts, labels, missing_is_counted=True)
    return found.without_missing() if dropna else found


def count_pairs(
    frame: pd.DataFrame,
    pairs: Sequence[tuple[Hashable, Hashable]],
    groups: CodeArray | None,
    n_groups: int,
    *,
    given: Hashable | None,
    weights: Hashable | None,
    dropna: bool,
    encoders: Mapping[Hashable, Encoder],
) -> Iterator[Joint]:
    """Count pairs of columns jointly, each column being encoded once.

    ``groups`` is what `group_rows` gave. With ``given`` each of its values makes a stratum. Columns
    with an encoder are cut into intervals.
    """
    weight = None if weights is None else read_weights(frame, weights)
    group: CodeArray = np.zeros(len(frame), dtype=np.int8) if groups is None else groups
    # codes, and whether those from -1 on lack a value
    coded: dict[Hashable, tuple[CodeArray, NDArray[np.bool_]]] = {}
    for column in dict.fromkeys([name for pair in pairs for name in pair]):
        codes, labels = encode_column(frame, column, encoders)
        coded[column] = (codes, np.append(True, lacking(labels)))
    stratum, group_of = group, np.arange(n_groups)
    value_of: NDArray[np.int64] | None = None
    lost = np.zeros(n_groups, dtype=bool)  # the strata of rows that lack what is given
    if given is not None:
        codes, labels = encode_column(frame, given, encoders)
        width, lacks = len(labels) + 1, np.append(True, lacking(labels))
        joined = group.astype(np.int64) * width + (codes.astype(np.int64) + 1)
        stratum, found = compact(joined, n_groups * width)
        group_of, value_of = np.divmod(found, width)
        lost = lacks[value_of]
    strata = (group_of, value_of, n_groups)
    for x, some in groupby(pairs, key=itemgetter(0)):
        x_codes, lacks_x = coded[x]
        width = len(lacks_x)
        size, first = len(group_of) * width, 0
        found = np.arange(min(size, max(LARGEST_TABLE, 2 * len(frame))))
        if size == width == len(found):  # one stratum, whose lines are the values of x
            lines, first = x_codes, -1
        else:
            lines = stratum.astype(np.int64) * width + (x_codes.astype(np.int64) + 1)
        if len(found) < size:  # too many to keep a place for each: only those that occur
            lines, found = compact(lines, size)
        stratum_of, x_of = np.divmod(found, width)
        known = stratum_of, x_of, lost[stratum_of] | lacks_x[x_of]
        by_lines: dict[str, Any] = {"groups": lines, "n_groups": len(found), "first_group": first}
        others = [coded[y] for _, y in some]
        largest = len(found) * max(len(lacks_y) for _, lacks_y in others)
        plain = weight is None and dropna and not any(lacks_y[1:].any() for _, lacks_y in others)
        if plain and len(frame) <= _SHORT and largest <= _SMALL:
            for start in range(0, len(others), _AT_ONCE):
                yield from _joints(others[start : start + _AT_ONCE], by_lines, known, strata)
            continue
        for y_codes, lacks_y in others:
            counts = tabulate(y_codes, len(lacks_y) - 1, weights=weight, **by_lines)
            yield _joint(counts, known, lacks_y[1:], strata, dropna=dropna)


def _joints(
    others: Sequence[tuple[CodeArray, NDArray[np.bool_]]],
    by_lines: Mapping[str, Any],
    lines: Lines,
    strata: Strata,
) -> Iterator[Joint]:
    """Count one x beside some y, none of which is several columns, all at once."""
    number, n_outcomes = len(others), max(len(lacks) for _, lacks in others) - 1
    counts = tabulate_each([codes for codes, _ in others], n_outcomes, **by_lines)
    (stratum, x, lost), (group_of, value_of, n_groups) = lines, strata
    known = _behind(stratum, number, len(group_of)), np.tile(x, number), np.tile(lost, number)
    every = (
        _behind(group_of, number, n_groups),
        None if value_of is None else np.tile(value_of, number),
        number * n_groups,
    )
    lacks = np.zeros(n_outcomes, dtype=bool)
    return unstacked(_joint(counts, known, lacks, every, dropna=True), number)


def _behind(places: NDArray[np.int64], number: int, size: int) -> NDArray[np.int64]:
    """Put so many copies of places among ``size`` behind one another."""
    return (size * np.arange(number)[:, None] + places).ravel()


def _joint(
    counts: Counts,
    lines: Lines,
    lacks: NDArray[np.bool_],
    strata: Strata,
    *,
    dropna: bool,
) -> Joint:
    """Turn counts of y, whose groups are lines of (stratum, x), into joint tables.

    Of ``lines`` the stratum, x and whether they lack a value are known, of outcomes only whether
    they do (``lacks``), and of ``strata`` the group, the value that is given, and how many groups
    there are.
    """
    (stratum, x, lost_line), (group_of, value_of, n_groups) = lines, strata
    lost = lost_line[counts.group] | lacks[counts.outcome]
    missing = sum_by(group_of[stratum], counts.missing, n_groups)
    if lost.any():
        missing += sum_by(group_of[stratum[counts.group[lost]]], counts.weight[lost], n_groups)
    if not dropna:
        counts = counts.with_missing()
    line, outcome, weight = counts.group, counts.outcome, counts.weight
    if dropna and lost.any():
        line, outcome, weight = line[~lost], outcome[~lost], weight[~lost]
    return Joint(stratum[line], x[line], outcome, weight, group_of, missing, value_of)
