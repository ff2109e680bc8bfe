"""The divergence of a column split into that of the mix and those within segments."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from pdkl.analyses.explain.splits import (
    SIZES,
    TESTED,
    Explained,
    JudgedSplit,
    MakeSplit,
    judge,
)
from pdkl.codes.keys import pool_groups, take_keys
from pdkl.codes.labels import as_text
from pdkl.comparing.shared_labels import on_common_labels, require_alike
from pdkl.core.counts.counts import Counts, require_whole
from pdkl.core.counts.pairs import align_union
from pdkl.core.measures.chain_rule import Split
from pdkl.counting.apart import apart, noting, remaining
from pdkl.counting.both_sides import Matched, count_matched
from pdkl.counting.count import count
from pdkl.counting.pandas_counts import LabelledCounts
from pdkl.request.resolve import ResolvedRequest
from pdkl.results.tidy import text_column

BY_SEGMENT = ("column", "part", *SIZES, "weight", "divergence", *TESTED, "unit")


def split_segments(explained: Explained) -> pd.DataFrame:
    """Split the divergence of each column into that of the mix and those within segments."""
    resolved, wrong = explained.resolved, explained.wrong
    weights, binners = resolved.request.weights, explained.binners

    def ask(names: Sequence[Hashable]) -> Matched:
        return count_matched(
            resolved,
            lambda side, by: count(side, names, by, weights, binners),
            line_up=pool_groups,
        )

    matched, uncounted = apart(remaining(resolved.columns, wrong), ask, at_least_one=True)
    wrong |= uncounted
    keys, here, there = matched.keys, matched.here, matched.there
    sides: dict[Hashable, tuple[Counts, Counts]] = {}
    for column in remaining(resolved.columns, wrong):
        with noting(wrong, column):
            own, other = here.columns[column], there.columns[column]
            sides[column] = _on_one_order(resolved, own, other, column)
    columns = remaining(resolved.columns, wrong)
    within: list[Split] = []
    splits: list[MakeSplit] = []  # for each column the mix, then the segments
    sizes: dict[str, list[Any]] = {name: [] for name in SIZES}
    for column in columns:
        p, q = sides[column]
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
    found = judge(explained, splits, cells, explained.inference.n_draws)
    return _segment_rows(explained, columns, keys, within, found, sizes)


def _on_one_order(
    resolved: ResolvedRequest, own: LabelledCounts, other: LabelledCounts, column: Hashable
) -> tuple[Counts, Counts]:
    """Give both sides the same outcomes, in the order of their labels."""
    require_alike(column, own.labels, other.labels)
    _, p, q = on_common_labels(own, other, sort=True, dropna=resolved.options.dropna)
    for side in (p, q):
        require_whole(side.weight, "explain()")
        require_whole(side.missing, "explain()")
    return p, q


def _mix(p: Counts, q: Counts) -> Split:
    """Return the split of all rows into segments."""
    left, right = (side.totals.astype(np.int64) for side in (p, q))
    occurs = np.flatnonzero(left + right)
    left, right = left[occurs], right[occurs]
    stratum = np.zeros(len(occurs), dtype=np.int64)
    return Split(stratum, left, right, int(left.sum()), int(right.sum()), 1)


def _segment_rows(
    explained: Explained,
    columns: Sequence[Hashable],
    keys: pd.DataFrame,
    within: list[Split],
    found: list[JudgedSplit],
    sizes: dict[str, list[Any]],
) -> pd.DataFrame:
    size = len(keys) + 1
    result: dict[Hashable, Any] = {
        name: take_keys(keys[name], np.tile(np.arange(-1, len(keys)), len(within)), nullable=True)
        for name in keys.columns
    }
    texts = [as_text(column) for column in columns]
    result["column"] = text_column([text for text in texts for _ in range(size)])
    result["part"] = text_column(["mix", *["within"] * len(keys)] * len(within))
    for name in SIZES:
        result[name] = sizes[name]
    entries, weights, divergences = [], [], []
    for i, split in enumerate(within):
        own = found[i * size : (i + 1) * size]
        total = sum(one.contribution for one in own)
        entries += [one.entries(total, explained.log_base) for one in own]
        weights.append([1.0, *split.weight(explained.measure)])
        divergences.append([own[0].contribution, *split.divergence(explained.measure)])
    result["weight"] = np.concatenate(weights)
    result["divergence"] = np.concatenate(divergences) / explained.log_base + 0.0
    for name in TESTED:
        result[name] = np.array([entry[name] for entry in entries], dtype=np.float64)
    return pd.DataFrame(result, index=pd.RangeIndex(size * len(within)))
