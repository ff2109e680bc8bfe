"""Columns counted jointly, with what their values are called."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pdkl.codes.keys import compact
from pdkl.codes.labels import Labels, Together, lacking
from pdkl.codes.together import encode_column
from pdkl.codes.values import Encoder
from pdkl.codes.weights import read_weights
from pdkl.core.counts.counts import CodeArray, sum_by
from pdkl.core.counts.tabulate import tabulate
from pdkl.core.measures.table import Table
from pdkl.core.numerics.exact import IntArray


@dataclass(frozen=True)
class Values:
    """What the codes of a column stand for."""

    labels: Labels
    leveled: bool  # whether they are declared levels or intervals, in their order


@dataclass(frozen=True)
class LabelledTable:
    """A table of several columns, and what the values of each are called."""

    table: Table
    columns: list[Values]

    def pooled(self, first: IntArray, stop: IntArray) -> LabelledTable:
        """Add up groups in windows, as `Table.pooled`."""
        return replace(self, table=self.table.pooled(first, stop))

    def lacks(self, place: int) -> NDArray[np.bool_]:
        """Tell which cells lack a value of a column, or of one of several together."""
        return _lacks(self.columns[place].labels)[self.table.codes[place]]


def count_tables(
    frame: pd.DataFrame,
    lists: Sequence[Sequence[Hashable]],
    groups: CodeArray | None,
    n_groups: int,
    *,
    weights: Hashable | None,
    dropna: bool,
    encoders: Mapping[Hashable, Encoder],
    coded: frozenset[Hashable],
) -> Iterator[LabelledTable]:
    """Count lists of columns jointly, each column being encoded once.

    ``groups`` is what `group_rows` gave. Columns with an encoder are cut into intervals; those that
    are ``coded`` are categoricals that declare nothing.
    """
    weight = None if weights is None else read_weights(frame, weights)
    codes_of: dict[Hashable, CodeArray] = {}
    values_of: dict[Hashable, Values] = {}
    for name in dict.fromkeys([name for columns in lists for name in columns]):
        codes_of[name], labels = encode_column(frame, name, encoders)
        declared = not isinstance(name, Together) and name not in coded
        declared = declared and isinstance(frame[name].dtype, pd.CategoricalDtype)
        values_of[name] = Values(labels, declared or name in encoders)
    for columns in lists:
        joint, size = _combined([(codes_of[name], len(values_of[name].labels)) for name in columns])
        row_of = np.zeros(size, dtype=np.int64)
        row_of[joint] = np.arange(len(frame))  # any row that has the combination tells it
        counts = tabulate(joint, size, groups=groups, n_groups=n_groups, weights=weight)
        cells = [codes_of[name][row_of].astype(np.int64) for name in columns]
        without = [
            _lacks(values_of[name].labels)[codes]
            for name, codes in zip(columns, cells, strict=True)
        ]
        lost = np.any(without, axis=0)[counts.outcome]
        kept = np.flatnonzero(~lost) if dropna else np.arange(len(counts.outcome))
        table = Table(
            counts.group[kept],
            [codes[counts.outcome[kept]] for codes in cells],
            counts.weight[kept],
            sum_by(counts.group[lost], counts.weight[lost], n_groups),
        )
        yield _observed(table, [values_of[name] for name in columns])


def _lacks(labels: Labels) -> NDArray[np.bool_]:
    """Tell which codes lack a value; the last is -1, the missing."""
    return np.append(lacking(labels), True)


def _combined(coded: Sequence[tuple[CodeArray, int]]) -> tuple[CodeArray, int]:
    """Give each row the number of its combination of codes, and how many combinations occur.

    Each column has its codes, -1 where missing, which is a value here, and how many labels it has.
    """
    joint: CodeArray = np.zeros(len(coded[0][0]), dtype=np.int64)
    size = 1
    for codes, number in coded:
        width = number + 1
        joint = joint.astype(np.int64) * width + (codes.astype(np.int64) + 1)
        joint, found = compact(joint, size * width)
        size = len(found)
    return joint, size


def _observed(table: Table, values: Sequence[Values]) -> LabelledTable:
    """Forget the labels that do not occur, unless they are levels."""
    found: list[tuple[IntArray, Values]] = []
    for codes, one in zip(table.codes, values, strict=True):
        if one.leveled:
            found.append((codes, one))
            continue
        seen = np.zeros(len(one.labels) + 1, dtype=bool)  # the last is for -1, the missing
        seen[codes] = True
        place: Any = np.append(np.cumsum(seen[:-1]) - 1, -1)
        found.append((place[codes], Values(one.labels[seen[:-1]], leveled=False)))
    codes_of, kept = zip(*found, strict=True)
    return LabelledTable(
        Table(table.group, list(codes_of), table.weight, table.missing), list(kept)
    )
