"""Counts by block, for rows that do not move on their own."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pdkl.codes.intervals import Binner
from pdkl.codes.keys import group_rows, match_groups, sort_rows
from pdkl.core.counts.counts import Counts
from pdkl.core.numerics.exact import IntArray
from pdkl.core.validation import require_columns
from pdkl.counting.both_sides import in_order
from pdkl.counting.count import count, one
from pdkl.counting.pandas_counts import LabelledCounts
from pdkl.request.resolve import ResolvedRequest
from pdkl.sources.base import Source

LabelledBlocks = tuple[
    LabelledCounts, IntArray
]  # counts by block, and the group that owns each block


@dataclass(frozen=True)
class BlockCounts:
    """The counts of the blocks of one side, and which group each is of."""

    counts: Counts  # its groups are the blocks
    owner: IntArray

    def table(self, blocks: NDArray[np.bool_], outcomes: IntArray) -> IntArray:
        """Return the counts of some blocks, a row each."""
        return self.counts.take(np.flatnonzero(blocks)).dense(outcomes).astype(np.int64)


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
        place = np.argsort(sort_rows(found))
        owner = np.zeros(len(here.keys), dtype=np.int64) if codes is None else place[codes]
        own = {name: (side, owner) for name, side in here.columns.items()}
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
    left = np.argsort(sort_rows(found))
    owner_there = np.zeros(len(there.keys), dtype=np.int64)
    if matched:
        codes_there, found_there = group_rows(there.keys[keys], keys)
        _, left, right = match_groups(found, found_there, by)
        owner_there = right[codes_there]
    owner = np.zeros(len(here.keys), dtype=np.int64) if codes is None else left[codes]
    return (
        {name: (side, owner) for name, side in here.columns.items()},
        {name: (side, owner_there) for name, side in there.columns.items()},
    )


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
