"""A request with its counts, ready to be measured."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pdkl.codes.intervals import Binner, named_by
from pdkl.codes.keys import key_name, sort_rows
from pdkl.codes.labels import as_text
from pdkl.comparing.pushdown import limited, may_push, push
from pdkl.comparing.shared_labels import Column, CountedColumn, column_of
from pdkl.core.counts.counts import require_whole
from pdkl.core.validation import boolean, require_columns
from pdkl.counting.bins import settle_bins
from pdkl.counting.blocks import count_blocks
from pdkl.counting.both_sides import count_both
from pdkl.counting.count import count_jointly
from pdkl.counting.pandas_counts import LabelledCounts
from pdkl.request.keywords import Options, Request
from pdkl.request.parse import read_by
from pdkl.request.resolve import ResolvedRequest, read_sides
from pdkl.results import pairing, tidy
from pdkl.results.pairing import GroupPairs
from pdkl.sources.base import Precounted
from pdkl.sources.distinct_rows import TooManyRowsError
from pdkl.sources.registry import read_data


@dataclass(frozen=True)
class CountedRequest:
    """All that the measures are computed from."""

    options: Options
    groups: GroupPairs
    columns: list[Column]
    info: tidy.ResultInfo


def prepare(data: Any, request: Request) -> CountedRequest:
    """Resolve the request, and count both sides of every column.

    Categories that are too many to bring home are counted by their counts, where the request
    and the engine allow it (`pdkl.comparing.counts_of_counts`).
    """
    form = request.form() if request.two_sided else None
    options = request.options()
    source = read_data(data)
    frame = source.head
    by = read_by(request.by, frame)
    keys = [key_name(key) for key in by]
    reference = read_data(request.reference) if form == "frame" else None
    before = [Precounted.of(side) for side in (source, reference) if side is not None]
    with_intervals = request.bins is not None or any(one.binners for one in before)
    tidy.check_keys(
        keys,
        tidy.columns_of(
            request.method, request.outputs(), form, keys, with_intervals=with_intervals
        ),
    )
    if request.weights is not None:
        require_columns("weights", [request.weights], list(frame.columns))
    binned = [*named_by(request.bins), *(name for one in before for name in one.binners)]
    wanted, partners = read_sides(request, frame, [*keys, request.weights], form, binned)
    resolved = ResolvedRequest(request, form, source, reference, by, wanted, partners)
    binners = settle_bins(resolved)
    if binners or not may_push(resolved, options):
        groups, columns = _bring(resolved, options, binners)
    else:
        try:
            groups, columns = _bring(limited(resolved), options, binners)
        except TooManyRowsError:
            groups, columns = push(resolved, options) or _bring(resolved, options, binners)
    if request.estimator != "plugin":
        for column in columns:
            require_whole(column.p.weight, f"estimator={request.estimator!r}")
    if options.inference is not None:
        for column in columns:
            for side in (column.p, column.q) if form not in tidy.FIXED else (column.p,):
                require_whole(side.weight, "test= or confidence=")
    attributes = request.describe(form, options.unit, keys)
    lumped = {name: [one.folded.get(name, 0) for one in before] for name in resolved.both}
    if any(map(any, lumped.values())):
        attributes["folded"] = {as_text(k): max(some) for k, some in lumped.items() if any(some)}
    info = tidy.ResultInfo(form=form, unit=options.unit, attributes=attributes)
    return CountedRequest(options, groups, columns, info)


def _bring(
    resolved: ResolvedRequest, options: Options, binners: dict[Hashable, Binner]
) -> tuple[GroupPairs, list[Column]]:
    """Bring the counts of all categories home."""
    wanted, partners, units = resolved.columns, resolved.partners, None
    if boolean("joint", resolved.request.joint):
        groups, together, counted = _joint(resolved, options, binners)
        wanted = partners = [together]
        own = others = [counted]
    else:
        groups, own, others = count_both(resolved, binners)
        units = count_blocks(resolved, binners)
    columns = []
    for name, partner, p, q in zip(wanted, partners, own, others, strict=True):
        moved = None if units is None else (units[0][name], units[1][partner])
        columns.append(
            column_of(resolved, options, CountedColumn(name, partner, p, q, moved), binners)
        )
    return groups, columns


def _joint(
    resolved: ResolvedRequest, options: Options, binners: dict[Hashable, Binner]
) -> tuple[GroupPairs, Hashable, LabelledCounts]:
    """Count the combinations of all columns, as one column named after them."""
    request = resolved.request
    if options.alphabet == "declared":
        raise ValueError(
            "alphabet='declared' is not known for combinations of columns (joint=True). Give their "
            "number, or leave alphabet='observed'."
        )
    if request.blocks is not None:
        raise ValueError(
            "blocks= is not for combinations of columns (joint=True). Make the combination a "
            "column of its own, and measure that."
        )
    dropna = options.dropna
    counts, keys = count_jointly(
        resolved.source, resolved.columns, resolved.by, request.weights, binners, dropna=dropna
    )
    order = sort_rows(keys)
    keys = keys.take(order).reset_index(drop=True)
    seen = counts.observed
    counts = counts.regroup(np.argsort(order), len(keys))
    counts = counts.relabel(np.cumsum(seen) - 1, int(seen.sum()))
    name = ", ".join(as_text(column) for column in resolved.columns)
    side = LabelledCounts(counts, pd.RangeIndex(int(seen.sum())), missing_is_counted=not dropna)
    return pairing.plain(keys), name, side
