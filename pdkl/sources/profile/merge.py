"""What several profiles hold of a column or key, joined."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from pdkl.codes.equality import first_of_equals
from pdkl.codes.intervals import same_bins
from pdkl.codes.keys import group_rows, sort_rows
from pdkl.codes.labels import (
    Labels,
    append_labels,
    as_objects,
    dtype_families,
    label_order,
    natural_labels,
    take_labels,
    union_labels,
)
from pdkl.codes.values import encode
from pdkl.core.counts.counts import merge
from pdkl.core.numerics.exact import FloatArray, IntArray
from pdkl.core.validation import listing
from pdkl.sources.profile.columns import ColumnCounts, Rounding


def join_columns(name: Hashable, parts: Sequence[ColumnCounts]) -> ColumnCounts:
    """Add the counts of one column, whose groups are the same in all parts."""
    subject = f"column {name!r}"
    if any(part.folded for part in parts):
        raise ValueError(
            f"{subject} of a profile has lumped categories, so that its counts cannot be added to "
            "others exactly. Merge full profiles, then call fold(max_categories)."
        )
    if not all(same_bins(part.binner, parts[0].binner) for part in parts):
        raise ValueError(
            f"{subject} is not cut at the same places in all profiles. Take them with the same "
            "edges, or with the bins of the first: profile(..., bins=first)."
        )
    labels, leveled, ordered = join_labels(
        subject, [(part.labels, part.leveled, part.ordered) for part in parts]
    )
    rounding = _join_rounding(subject, labels, parts)
    counts = [
        part.counts.relabel(union_labels(labels, part.labels)[1], len(labels)) for part in parts
    ]
    together = merge(counts)
    return ColumnCounts(
        together,
        labels,
        np.zeros_like(together.missing),
        leveled,
        ordered,
        # what fitted one part was not fitted to them all
        None if parts[0].binner is None else replace(parts[0].binner, fitted="given"),
        rounding=rounding,
        sums=None if rounding is None else _join_sums(parts),
    )


def _join_sums(parts: Sequence[ColumnCounts]) -> FloatArray | None:
    every = [part.sums for part in parts]
    known = [one for one in every if one is not None]
    return np.sum(np.sort(known, axis=0), axis=0) if len(known) == len(every) else None


def _join_rounding(subject: str, labels: Labels, parts: Sequence[ColumnCounts]) -> Rounding | None:
    """Return where among all labels the edges are that the values of each part were rounded to."""
    every = [part.edges for part in parts]
    if all(edges is None for edges in every):
        return None
    places = [[] if one is None else union_labels(labels, one)[1].tolist() for one in every]
    first, last = min(min(one, default=0) for one in places), max(map(max, filter(None, places)))
    if any(one != list(range(first, last + 1)) for one in places):
        raise ValueError(
            f"{subject} has so many different values that they were rounded down to edges, which "
            "are not the same in all profiles. Take the others with the edges of the first: "
            "profile(..., bins=first)."
        )
    return Rounding(first, last, None)


def join_labels(
    subject: str, parts: Sequence[tuple[Labels, bool, bool]]
) -> tuple[Labels, bool, bool]:
    """Return the labels of all parts, whether they are levels, and whether these are ordered.

    The answer does not depend on the order of the parts. What has neither labels nor levels, such
    as a column that is missing throughout, goes with everything.
    """
    known = [part for part in parts if len(part[0]) or part[1]]
    if not known:
        return min((labels for labels, _, _ in parts), key=lambda one: str(one.dtype)), False, False
    every = [labels for labels, _, _ in known]
    if len({leveled for _, leveled, _ in known}) > 1:
        raise TypeError(
            f"{subject} is categorical in some profiles and plain in others. Convert it with "
            "astype before taking them."
        )
    leveled, ordered = known[0][1], known[0][2]
    if leveled:
        values = as_objects(every[0])
        same = all(as_objects(one) == values for one in every)
        if any(part[2] != ordered for part in known) or (ordered and not same):
            raise ValueError(
                f"{subject} is categorical with different orders of its levels in the profiles. "
                "Give it the same ordered levels before taking them."
            )
        if same:
            alike = len({one.dtype for one in every}) == 1
            return every[0] if alike else natural_labels(values), leveled, ordered
    return _union(subject, every), leveled, ordered


def _union(subject: str, parts: Sequence[Labels]) -> Labels:
    """Return all labels, sorted, in a dtype that does not depend on the order of the parts."""
    dtypes = {part.dtype for part in parts}
    kinds = {dtype_families(part) for part in parts if len(part)}
    if len(dtypes) > 1 and len(kinds) > 1:
        shown = listing(sorted({str(part.dtype) for part in parts}))
        raise TypeError(
            f"{subject} does not hold the same kind of values in all profiles, but {shown}. "
            "Convert it with astype before taking them."
        )
    if len(dtypes) > 1 and all(isinstance(part, pd.DatetimeIndex) for part in parts):
        times: list[Any] = list(parts)
        units = sorted({part.unit for part in times}, key=["s", "ms", "us", "ns"].index)
        parts = times = [part.as_unit(units[-1]) for part in times]
        if len({str(part.tz) for part in times}) > 1:
            parts = [part.tz_convert("UTC") for part in times]
    if len({part.dtype for part in parts}) == 1:
        every = append_labels(parts)  # at once: to add part by part hashes all labels each time
        kept = first_of_equals(every)
        every = every if kept is None else every[kept[0]]
    else:
        every = parts[0]
        for part in parts[1:]:
            every, _ = union_labels(every, part)
    if every.dtype == object and kinds == {frozenset({"number"})}:  # each as it came
        whole = [int(v) if isinstance(v, float) and v.is_integer() else v for v in every]
        every = pd.Index(whole, dtype=object)
    return every.take(label_order(every))


def join_keys(parts: Sequence[pd.DataFrame]) -> tuple[pd.DataFrame, list[IntArray]]:
    """Return the groups of all parts, sorted, and where those of each part are."""
    columns = list(parts[0].columns)
    if not columns:
        most = max(parts, key=len)
        return most, [np.zeros(len(part), dtype=np.int64) for part in parts]
    pooled = {name: _pool(name, [part[name] for part in parts]) for name in columns}
    codes, keys = group_rows(pd.DataFrame(pooled), columns)
    assert codes is not None  # there are keys
    order = sort_rows(keys)
    ends = np.cumsum([len(part) for part in parts])[:-1]
    places = np.split(np.argsort(order)[codes], ends)
    return keys.take(order).reset_index(drop=True), [place.astype(np.int64) for place in places]


def _pool(name: Hashable, parts: Sequence[pd.Series[Any]]) -> pd.Series[Any]:
    """Append a key of several profiles."""
    dtypes = {part.dtype for part in parts}
    levels = any(isinstance(dtype, pd.CategoricalDtype) for dtype in dtypes)
    if len(dtypes) == 1 and not levels:
        return pd.concat(parts, ignore_index=True)
    encoded = [encode(part, name) for part in parts]
    known_levels = [
        (
            labels,
            isinstance(part.dtype, pd.CategoricalDtype),
            bool(getattr(part.dtype, "ordered", 0)),
        )
        for (_, labels), part in zip(encoded, parts, strict=True)
    ]
    labels, leveled, ordered = join_labels(f"by column {name!r}", known_levels)
    codes = np.concatenate(
        [np.append(union_labels(labels, own)[1], -1)[place] for place, own in encoded]
    )
    if leveled:
        dtype = pd.CategoricalDtype(labels, ordered=ordered)
        return pd.Series(pd.Categorical.from_codes(codes, dtype=dtype))
    return pd.Series(take_labels(labels, codes))
