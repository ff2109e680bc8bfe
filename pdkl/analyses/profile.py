"""Taking a profile: any data, counted once and put in order."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from pdkl.codes.groupers import grouper_text
from pdkl.codes.intervals import Binner
from pdkl.codes.keys import Key, key_name, sort_rows
from pdkl.codes.labels import OTHER, Labels, Together, has_other, label_order, without_other
from pdkl.core.counts.counts import sum_by
from pdkl.core.validation import listing
from pdkl.counting.apart import Wrong, apart, noting, remaining, said, warn_of_left_out
from pdkl.counting.bins import settle_bins
from pdkl.counting.count import count
from pdkl.counting.numbers import rounded, sums_of
from pdkl.counting.pandas_counts import LabelledCounts
from pdkl.request.keywords import Request
from pdkl.request.parse import read_columns, rolling_of
from pdkl.request.resolve import resolve
from pdkl.sources.profile.columns import ColumnCounts, Rounding
from pdkl.sources.profile.profile import Profile, made_now


def take(data: Any, request: Request, *, max_categories: Any) -> Profile:
    """Answer `InfoTheory.profile`."""
    given: Mapping[Hashable, Binner] = {}
    edges: Mapping[Hashable, Labels] = {}
    if isinstance(request.bins, Profile):
        given, edges = request.bins.precounted.binners, request.bins.precounted.edges
        request = replace(request, bins=None)
    _require_rows_once(request.by)
    resolved = resolve(data, request, lambda _: [])
    source, keys, weights = resolved.source, resolved.keys, request.weights
    head, before = source.head, source.precounted
    every = list(head.columns)  # numbers as well: kept by value, they can be cut later
    wanted = read_columns(
        *("columns", request.columns, head, resolved.excluded, every, resolved.exclude)
    )
    resolved = resolved.asking(list(dict.fromkeys(wanted)))
    _check_names(resolved.columns, keys, weights)
    wrong: Wrong = {}
    binners = settle_bins(resolved, compared=True, wrong=wrong)
    for name, binner in binners.items():
        if binner.fitted == "pooled":  # to all of what the profile may be the reference of
            binners[name] = replace(binner, fitted="reference")
    for name in resolved.columns:
        if name in given:
            binners[name] = replace(given[name], fitted="given")
        elif name in before.binners:
            binners[name] = before.binners[name]
    tally, uncounted = apart(
        remaining(resolved.columns, wrong),
        lambda names: count(source, names, resolved.by, weights, binners),
        at_least_one=True,
    )
    wrong |= uncounted
    order = np.arange(0) if tally.empty else sort_rows(tally.keys)
    counted: dict[Hashable, ColumnCounts] = {}
    for name, column in tally.columns.items():
        with noting(wrong, name):
            kept, rounding, again = column, None, name in before.edges
            if name not in binners:
                kept, rounding = rounded(column, edges.get(name, before.edges.get(name)))
            if rounding is not None and again:
                rounding = rounding._replace(distinct=before.distinct[name])
            found = column_counts_of(
                *(kept, head[name].dtype, binners.get(name), before.folded.get(name, 0), rounding)
            )
            if rounding is not None and not again:
                found = replace(found, sums=sums_of(column))
            counted[name] = found.take(order)
            if name in before.sums and isinstance(source, Profile) and keys in ([], source.by):
                sums = before.sums[name] if keys else before.sums[name].sum(axis=1, keepdims=True)
                counted[name] = replace(counted[name], sums=sums)
    counted = {name: counted[name] for name in remaining(resolved.columns, wrong)}
    warn_of_left_out(wrong)
    if weights is None and isinstance(source, Profile):
        weights = source.weights
    grouper_texts = {
        name: before.grouper_texts[name] for name in keys if name in before.grouper_texts
    }
    grouper_texts |= {key_name(key): grouper_text(key) for key in resolved.by if _cuts(key)}
    groups = tally.keys.take(order).reset_index(drop=True)
    left_out = {**before.left_out, **{name: said(error) for name, error in wrong.items()}}
    profile = Profile(groups, counted, weights, grouper_texts, made_now(), left_out)
    return profile if max_categories is None else profile.fold(max_categories)


def _require_rows_once(by: Any) -> None:
    """Raise where groups are windows, which hold rows several times."""
    if (rolling := rolling_of(by)) is not None:
        raise ValueError(
            f"by has {rolling!r}, whose windows overlap; a profile keeps each row once. Take it by "
            f"the steps, by={rolling.steps_text}, and ask it by these windows."
        )


def _check_names(columns: list[Any], keys: list[Hashable], weights: Hashable | None) -> None:
    """Raise where a column would stand twice in the profile."""
    if together := [name for name in columns if isinstance(name, Together)]:
        raise ValueError(
            f"columns names {listing(together)}, but a profile counts its columns one by one. Name "
            "all but one of them in by=, or make the combination a column of its own."
        )
    if both := [name for name in columns if name in keys]:
        raise ValueError(
            f"columns names {listing(both)}, which by names too. Keys are counted anyway; leave "
            "it out of columns, or assign it to another column first."
        )
    if weights is not None and (weights in columns or weights in keys):
        raise ValueError(
            f"weights names {weights!r}, which columns or by names too. A profile needs it for its "
            "weights only; assign it to another column first."
        )


def _cuts(key: Key) -> bool:
    return isinstance(key, pd.Grouper) and key.freq is not None


def column_counts_of(
    column: LabelledCounts,
    dtype: Any,
    binner: Binner | None,
    folded: int,
    rounding: Rounding | None = None,
) -> ColumnCounts:
    """Take over the counts of a column, its labels in order."""
    labels, counts = column.labels, column.counts
    other = np.zeros_like(counts.missing)
    if has_other(labels):
        lumped = np.array([label is OTHER for label in labels])
        apart = lumped[counts.outcome]
        other = other + sum_by(counts.group[apart], counts.weight[apart], counts.n_groups)
        position = np.cumsum(~lumped) - 1
        counts = replace(
            counts,
            group=counts.group[~apart],
            outcome=position[counts.outcome[~apart]],
            weight=counts.weight[~apart],
            n_outcomes=len(labels) - 1,
        )
        plain_dtype = dtype.categories.dtype if isinstance(dtype, pd.CategoricalDtype) else dtype
        labels = without_other(labels).astype(plain_dtype)
    if not column.leveled:
        order = label_order(labels)
        labels, counts = labels.take(order), counts.relabel(np.argsort(order), len(order))
    ordered = column.leveled and bool(getattr(dtype, "ordered", False))
    return ColumnCounts(*(counts, labels, other, column.leveled, ordered, binner, folded, rounding))
