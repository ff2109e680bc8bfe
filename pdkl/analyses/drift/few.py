"""Categories and groups of too few rows, hidden before anything is computed from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from pdkl.analyses.drift.table import SIDES, Table
from pdkl.codes.labels import has_other, place_of_other, with_other
from pdkl.comparing.shared_labels import Column
from pdkl.core.counts.counts import Counts, WeightArray
from pdkl.core.counts.suppression import Cells, folded, least_rows
from pdkl.core.numerics.exact import IntArray


def hide_few(
    prepared: Sequence[tuple[int, Column]], table: Table, min_count: int
) -> list[tuple[int, Column]]:
    """Empty the groups of too few rows, and fold the rare categories of each column.

    All that is computed afterwards is a function of what is left. Where one reference stands for
    every group, a category that is folded for one is folded for all: else what one group shows of
    the reference would tell what another hides. Missing values are a category in this, also where
    they are dropped, as the rows that are not counted tell how many they are.
    """
    lined_up = dict(prepared)
    for place, column in enumerate(table.columns):
        if column.error:
            continue
        sizes = _sizes(table, place)
        for end, size in sizes.items():
            few = (size > 0) & (size < least_rows(min_count))
            table.few[end][:, place] = few & (not table.is_fixed or end == SIDES[0])
        if place in lined_up:
            lined_up[place] = _fold(lined_up[place], sizes, table, place, min_count)
        else:
            _hide_missing(sizes, table, place, min_count)
    return list(lined_up.items())


def _sizes(table: Table, place: int) -> dict[str, WeightArray]:
    """Count the rows of each group on either side, the missing included."""
    column, groups = table.columns[place], table.counted.groups
    sizes = {}
    for end, side, group in zip(
        SIDES, (column.own, column.other), (groups.left, groups.right), strict=True
    ):
        nothing = np.zeros(len(groups), dtype=np.int64)
        size = nothing if side is None else side.counts.totals + side.counts.missing
        sizes[end] = size if side is None else size[group]
    return sizes


def _hide_missing(sizes: dict[str, WeightArray], table: Table, place: int, min_count: int) -> None:
    """Say of a column that is not compared how many rows lack a value only where many do."""
    for end, size in sizes.items():
        known = table.whole[f"known{end}"][:, place]
        few = (size - known < min_count) | ((known > 0) & (known < min_count))
        few |= table.hidden[:, place]
        table.number[f"missing{end}"][few, place] = np.nan
        table.whole[f"n{end}"][few, place] = size[few]


@dataclass(frozen=True)
class _Folded:
    """Which categories are folded in which part; outcomes are labels, then what is missing.

    A part is a group on both sides, or all groups where they share a reference.
    """

    keys: IntArray  # part * size + outcome
    size: int
    other: int  # the outcome that stands for them
    missing: int  # the outcome that was the last

    @property
    def parts_without_missing(self) -> IntArray:
        """The parts in which what is missing is folded too."""
        part, outcome = np.divmod(self.keys, self.size)
        found: IntArray = part[outcome == self.size - 1]
        return found

    def recode(self, counts: Counts, part: IntArray, *, dropna: bool) -> tuple[Counts, WeightArray]:
        """Fold counts whose groups belong to ``part``; also say how many stay missing in each."""
        inside = np.isin(part[counts.group] * self.size + counts.outcome, self.keys)
        lost = ~inside & (counts.outcome == self.size - 1)
        missing = np.zeros(counts.n_groups, dtype=counts.weight.dtype)
        missing[counts.group[lost]] = counts.weight[lost]
        outcome = np.where(inside, self.other, np.where(lost, self.missing, counts.outcome))
        kept = ~lost if dropna else np.ones(len(lost), dtype=bool)
        cells = Counts(
            *(counts.group[kept], outcome[kept], counts.weight[kept]), missing, counts.n_outcomes
        )
        return cells.recode(cells.outcome, self.missing + (not dropna)), missing


def _fold(
    column: Column, sizes: dict[str, WeightArray], table: Table, place: int, min_count: int
) -> Column:
    """Give the rare categories of each group one label, and count its rows anew."""
    groups, dropna = table.counted.groups, table.counted.options.dropna
    hidden = table.hidden[:, place]
    p, q = (side.with_missing() if dropna else side for side in (column.p, column.q))
    # the groups of data are the comparisons; those of a reference are too, or it has only one
    shared = not np.array_equal(groups.left, groups.right)
    part = np.zeros_like(groups.left) if shared else groups.left
    p = p.take(np.where(hidden, -1, groups.left))
    q = q.take(np.where(hidden.all() if shared else hidden, -1, np.arange(q.n_groups)))
    of_rows = (p,) if table.is_fixed else (p, q)  # shares that are given tell of no row
    found = _rare(column, of_rows, min_count, shared=shared)
    sides = []
    for end, side, group in zip(SIDES, (p, q), (groups.left, groups.right), strict=True):
        lumped, missing = found.recode(side, part[: side.n_groups], dropna=dropna)
        sides.append(lumped)
        n, lost, size = lumped.totals[group], missing[group], sizes[end]
        table.whole[f"n{end}"][:, place] = np.where(hidden, size, n)
        table.whole[f"known{end}"][:, place] = n if dropna else n - lost
        share = np.divide(lost, size, out=np.full(len(size), np.nan), where=size > 0)
        told = ~hidden & ~np.isin(part, found.parts_without_missing)
        table.number[f"missing{end}"][:, place] = np.where(told, share, np.nan)
    own, other = sides
    blocks = column.blocks
    if blocks is not None:
        units = [
            replace(
                unit,
                counts=found.recode(
                    unit.counts.with_missing() if dropna else unit.counts,
                    part[unit.owner],
                    dropna=dropna,
                )[0],
            )
            for unit in blocks
        ]
        blocks = (units[0], units[1])
    alphabet = np.flatnonzero(own.observed | other.observed)
    return replace(
        column,
        p=own,
        q=other,
        labels=column.labels if has_other(column.labels) else with_other(column.labels),
        alphabet=alphabet,
        alphabet_size=len(alphabet),
        blocks=blocks,
        fitted=None,  # what is folded is no interval between two of its values
    )


def _rare(column: Column, sides: Sequence[Counts], min_count: int, *, shared: bool) -> _Folded:
    """Find what is folded: in each group, or where they share a reference in all."""
    size = len(column.labels) + 1
    lumped = place_of_other(column.labels)  # by a profile
    always = np.arange(size) == lumped
    parts = [sides]
    if not shared:
        each = np.arange(sides[0].n_groups)[:, None]
        parts = [[side.take(i) for side in sides] for i in each]
    keys = [
        i * size + np.flatnonzero(folded(Cells.of(sides, size), min_count, always))
        for i, sides in enumerate(parts)
    ]
    other = size - 1 if lumped < 0 else lumped
    every = np.concatenate([np.zeros(0, dtype=np.int64), *keys])
    return _Folded(every, size, other, missing=len(column.labels) + (lumped < 0))
