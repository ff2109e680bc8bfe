"""The divergence of a column split into that of the mix and those within segments."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from pdkl.analyses.explain.splits import (
    SIZES,
    TESTED,
    ExplainRequest,
    JudgedSplit,
    MakeSplit,
    judge,
    require_column_match,
    text_column,
)
from pdkl.codes.keys import key_name, pool_groups, take_keys
from pdkl.codes.labels import as_text, label_order, union_labels
from pdkl.core.counts.counts import Counts, require_whole
from pdkl.core.counts.pairs import align_union
from pdkl.core.measures.chain_rule import Split
from pdkl.counting.count import count
from pdkl.counting.pandas_counts import LabelledCounts

BY_SEGMENT = ("column", "part", *SIZES, "weight", "divergence", *TESTED, "unit")


def split_segments(resolved: ExplainRequest) -> pd.DataFrame:
    """Split the divergence of each column into that of the mix and those within segments."""
    bare = [key_name(key) for key in resolved.by]  # Groupers cut the times of both sides together
    here, there = (
        count(source, resolved.columns, bare, resolved.weights, resolved.binners)
        for source in (resolved.source, resolved.reference)
    )
    keys, own, others = pool_groups(here.keys, there.keys, resolved.by)
    here, there = here.regroup(own, keys), there.regroup(others, keys)
    within: list[Split] = []
    splits: list[MakeSplit] = []  # for each column the mix, then the segments
    sizes: dict[str, list[Any]] = {name: [] for name in SIZES}
    for column in resolved.columns:
        p, q = _on_one_order(here.columns[column], there.columns[column], column, resolved.dropna)
        pairs = align_union(p, q)
        left, right = (side.astype(np.int64) for side in (pairs.count_p, pairs.count_q))
        n_p, n_q = int(left.sum()), int(right.sum())
        one_column = Split(pairs.comparison, left, right, n_p, n_q, len(keys))
        within.append(one_column)
        splits.append(partial(_mix, p, q))
        splits += [partial(one_column.part, segment) for segment in range(len(keys))]
        for name, side in zip(SIZES, (p.totals, q.totals, p.missing, q.missing), strict=True):
            sizes[name] += [int(side.sum()), *side.astype(np.int64)]
    cells = max(len(split.p) for split in within)
    found = judge(resolved, splits, cells, resolved.inference.n_resamples)
    return _segment_rows(resolved, keys, within, found, sizes)


def _on_one_order(
    own: LabelledCounts, other: LabelledCounts, column: Hashable, dropna: bool
) -> tuple[Counts, Counts]:
    """Give both sides the same outcomes, in the order of their labels."""
    require_column_match(own.labels, other.labels, column)
    every, position = union_labels(own.labels, other.labels)
    rank = np.argsort(label_order(every))
    p = replace(own.counts, n_outcomes=len(every)).relabel(rank, len(every))
    q = other.counts.relabel(rank[position], len(every))
    for side in (p, q):
        require_whole(side.weight, "explain()")
        require_whole(side.missing, "explain()")
    return (p, q) if dropna else (p.with_missing(), q.with_missing())


def _mix(p: Counts, q: Counts) -> Split:
    """Return the split of all rows into segments."""
    left, right = (side.totals.astype(np.int64) for side in (p, q))
    occurs = np.flatnonzero(left + right)
    left, right = left[occurs], right[occurs]
    stratum = np.zeros(len(occurs), dtype=np.int64)
    return Split(stratum, left, right, int(left.sum()), int(right.sum()), 1)


def _segment_rows(
    resolved: ExplainRequest,
    keys: pd.DataFrame,
    within: list[Split],
    found: list[JudgedSplit],
    sizes: dict[str, list[Any]],
) -> pd.DataFrame:
    size = len(keys) + 1
    columns: dict[Hashable, Any] = {
        name: take_keys(keys[name], np.tile(np.arange(-1, len(keys)), len(within)), nullable=True)
        for name in keys.columns
    }
    texts = [as_text(column) for column in resolved.columns]
    columns["column"] = text_column([text for text in texts for _ in range(size)])
    columns["part"] = text_column(["mix", *["within"] * len(keys)] * len(within))
    for name in SIZES:
        columns[name] = sizes[name]
    entries, weights, divergences = [], [], []
    for i, split in enumerate(within):
        own = found[i * size : (i + 1) * size]
        total = sum(one.contribution for one in own)
        entries += [one.entries(total, resolved.log_base) for one in own]
        weights.append([1.0, *split.weight(resolved.measure)])
        divergences.append([own[0].contribution, *split.divergence(resolved.measure)])
    columns["weight"] = np.concatenate(weights)
    columns["divergence"] = np.concatenate(divergences) / resolved.log_base + 0.0
    for name in TESTED:
        columns[name] = np.array([entry[name] for entry in entries], dtype=np.float64)
    return pd.DataFrame(columns, index=pd.RangeIndex(size * len(within)))
