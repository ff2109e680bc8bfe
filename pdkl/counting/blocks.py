"""Counts by block, for rows that do not move on their own."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pdkl.codes.intervals import Binner
from pdkl.codes.keys import group_rows, match_groups, sort_rows
from pdkl.codes.rolling import windows_of
from pdkl.core.counts.counts import CodeArray, Counts
from pdkl.core.numerics.exact import IntArray
from pdkl.core.validation import require_columns
from pdkl.counting.both_sides import in_order
from pdkl.counting.count import count, one
from pdkl.counting.pandas_counts import GroupedCounts, LabelledCounts
from pdkl.request.resolve import ResolvedRequest
from pdkl.sources.base import Source


@dataclass(frozen=True)
class LabelledBlocks:
    """The counts of the blocks of one side, and what their outcomes are called."""

    side: LabelledCounts  # its groups are the blocks
    owner: IntArray
    unit: IntArray | None = None


@dataclass(frozen=True)
class BlockCounts:
    """The counts of the blocks of one side, and which group each is of.

    Where groups are the steps of windows, blocks with the same ``unit`` are parts of one: what it
    has in each step.
    """

    counts: Counts  # its groups are the blocks
    owner: IntArray
    unit: IntArray | None = None

    def table(self, blocks: NDArray[np.bool_], outcomes: IntArray) -> IntArray:
        """Return the counts of some blocks, a row each."""
        chosen = np.flatnonzero(blocks)
        counts = self.counts.take(chosen)
        if self.unit is not None:
            units, place = np.unique(self.unit[chosen], return_inverse=True)
            counts = counts.regroup(place, len(units))
        return counts.dense(outcomes).astype(np.int64)


def count_blocks(
    resolved: ResolvedRequest, binners: dict[Hashable, Binner], *, dropna: bool = True
) -> tuple[dict[Hashable, LabelledBlocks], dict[Hashable, LabelledBlocks]] | None:
    """Count the blocks of each group on both sides; None where rows move on their own."""
    request, source, reference, by = (
        resolved.request,
        resolved.source,
        resolved.reference,
        resolved.by,
    )
    block, keys, both = request.blocks, resolved.keys, resolved.both
    if block is None:
        return None
    _check_blocks(block, source, keys, "data")
    if reference is None:
        here = in_order(count(source, both, [*by, block], request.weights, binners, dropna=dropna))
        codes, found = group_rows(here.keys[keys], keys)
        owner = _owners(here, codes, _place(found, resolved))
        own = _labelled(here, owner, resolved)
        return own, own
    _check_blocks(block, reference, keys, "reference")
    matched = resolved.is_matched
    mine = [*(keys if matched else by), block]
    here = in_order(count(source, both, mine, request.weights, binners, dropna=dropna))
    there_by = [*(keys if matched else []), block]
    there = in_order(
        count(reference, resolved.columns, there_by, request.weights, binners, dropna=dropna)
    )
    codes, found = group_rows(here.keys[keys], keys)
    if not matched:
        everything = np.zeros(len(there.keys), dtype=np.int64)
        other = {name: LabelledBlocks(side, everything) for name, side in there.columns.items()}
        owner = _owners(here, codes, _place(found, resolved))
        return _labelled(here, owner, resolved), other
    codes_there, found_there = group_rows(there.keys[keys], keys)
    every, left, right = match_groups(found, found_there, by)
    place = _place(every, resolved)
    return (
        _labelled(here, _owners(here, codes, place[left]), resolved),
        _labelled(there, _owners(there, codes_there, place[right]), resolved),
    )


def _place(keys: pd.DataFrame, resolved: ResolvedRequest) -> IntArray:
    """Return where groups stand among those that are compared."""
    if resolved.rolling is not None:
        return windows_of(keys, resolved.rolling).place
    return np.argsort(sort_rows(keys))


def _owners(blocks: GroupedCounts, codes: CodeArray | None, place: IntArray) -> IntArray:
    """Return the group of each block."""
    return np.zeros(len(blocks.keys), dtype=np.int64) if codes is None else place[codes]


def _labelled(
    blocks: GroupedCounts, owner: IntArray, resolved: ResolvedRequest
) -> dict[Hashable, LabelledBlocks]:
    """Put the counts of each column together with the groups that own the blocks."""
    unit = None
    if resolved.rolling is not None:
        names = [name for name in blocks.keys if name != resolved.rolling.key]
        unit = group_rows(blocks.keys[names], names)[0]
    return {name: LabelledBlocks(side, owner, unit) for name, side in blocks.columns.items()}


def _check_blocks(block: Hashable, source: Source, keys: list[Hashable], side_name: str) -> None:
    require_columns("blocks", [block], list(source.head.columns), frame=side_name)
    if block in keys:
        raise ValueError(
            f"blocks={block!r} is also a key of by, so that each group is one block, and there is "
            "nothing to deal anew. Name a column with several values in each group."
        )
    rows = one(source, [block], None)
    missing = rows.frame[block].isna()
    if n_missing := rows.number(missing):
        of = n_missing + rows.number(~missing)
        raise ValueError(
            f"blocks (column {block!r} of {side_name}) must not be missing; {n_missing} of "
            f"{of} are. Give these rows blocks of their own, or drop them."
        )
