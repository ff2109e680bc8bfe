"""Count pandas frames: every column is encoded once, ``by`` once, then counted jointly."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pdkl.codes.keys import (
    LARGEST_TABLE,
    Key,
    compact,
    group_rows,
    occurring_groups,
    possible_groups,
)
from pdkl.codes.values import Encoder, encode
from pdkl.codes.weights import read_weights
from pdkl.core.counts.counts import CodeArray, Counts, sum_by
from pdkl.core.counts.tabulate import tabulate
from pdkl.core.measures.joint import Joint


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
    """
    cut = encoders or {}
    weight = None if weights is None else read_weights(frame, weights)
    # without weights the counts show which groups occur; with weights a group may occur and have
    # a count of 0, so it must be looked for among the rows
    counted = weight is None and len(columns) > 0
    groups = possible_groups(frame, by) if counted else occurring_groups(frame, by)
    occurring: NDArray[np.int64] | None = None
    found: dict[Hashable, LabelledCounts] = {}
    for column in columns:
        outcome, labels = cut.get(column, encode)(frame[column], column)
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
        leveled = column in cut or isinstance(frame[column].dtype, pd.CategoricalDtype)
        labelled = LabelledCounts(counts, labels, leveled)
        found[column] = labelled if leveled else labelled.observed()
    return GroupedCounts(groups.keys(occurring), found, empty=len(frame) == 0)


def count_jointly(
    frame: pd.DataFrame,
    columns: Sequence[Hashable],
    by: Sequence[Key] = (),
    weights: Hashable | None = None,
    encoders: Mapping[Hashable, Encoder] | None = None,
    *,
    dropna: bool,
) -> tuple[Counts, pd.DataFrame]:
    """Count the combinations of several columns by group; also return the keys of the groups.

    A row that lacks one of the values is missing, and under ``dropna=False`` also an outcome.
    """
    groups, keys = group_rows(frame, by)
    weight = None if weights is None else read_weights(frame, weights)
    missing = np.zeros(len(frame), dtype=bool)
    joint, size = np.zeros(len(frame), dtype=np.int64), 1
    cut = encoders or {}
    for column in columns:
        codes, labels = cut.get(column, encode)(frame[column], column)
        missing |= codes < 0
        width = len(labels) + 1
        joint, found = compact(joint * width + (codes.astype(np.int64) + 1), size * width)
        size = len(found)
    if dropna:
        joint = np.where(missing, -1, joint)
    counts = tabulate(joint, size, groups=groups, n_groups=len(keys), weights=weight)
    lost = tabulate(np.where(missing, -1, 0), 1, groups=groups, n_groups=len(keys), weights=weight)
    return replace(counts, missing=lost.missing), keys


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
    shifted: dict[Hashable, tuple[CodeArray, int]] = {}  # codes from 1, 0 where missing
    for column in dict.fromkeys([name for pair in pairs for name in pair]):
        codes, labels = encoders.get(column, encode)(frame[column], column)
        shifted[column] = (codes.astype(np.int32) + 1, len(labels))
    stratum, group_of = group, np.arange(n_groups)
    lost = np.zeros(n_groups, dtype=bool)  # the strata of rows that lack what is given
    if given is not None:
        codes, labels = encoders.get(given, encode)(frame[given], given)
        width = len(labels) + 1
        joined = group.astype(np.int64) * width + (codes.astype(np.int64) + 1)
        stratum, found = compact(joined, n_groups * width)
        group_of, lost = found // width, found % width == 0
    for x, y in pairs:
        (x_codes, n_x), (y_codes, n_y) = shifted[x], shifted[y]
        width = n_x + 1
        lines, size = stratum.astype(np.int64) * width + x_codes, len(group_of) * width
        found = np.arange(min(size, max(LARGEST_TABLE, 2 * len(frame))))
        if len(found) < size:  # too many to keep a place for each: only those that occur
            lines, found = compact(lines, size)
        counts = tabulate(y_codes - 1, n_y, groups=lines, n_groups=len(found), weights=weight)
        stratum_of, x_of = np.divmod(found, width)
        lacking = lost[stratum_of] | (x_of == 0)
        yield _joint(counts, stratum_of, x_of, lacking, group_of, n_groups, dropna=dropna)


def _joint(
    counts: Counts,
    stratum: NDArray[np.int64],
    x: NDArray[np.int64],
    lacking: NDArray[np.bool_],
    group_of: NDArray[np.int64],
    n_groups: int,
    *,
    dropna: bool,
) -> Joint:
    """Turn counts of y, whose groups are lines of (stratum, x), into joint tables."""
    lost = lacking[counts.group]
    missing = sum_by(group_of[stratum], counts.missing, n_groups)
    missing += sum_by(group_of[stratum[counts.group[lost]]], counts.weight[lost], n_groups)
    if not dropna:
        counts = counts.with_missing()
        lost = np.zeros(len(counts.group), dtype=bool)
    line = counts.group[~lost]
    return Joint(
        stratum[line], x[line], counts.outcome[~lost], counts.weight[~lost], group_of, missing
    )
