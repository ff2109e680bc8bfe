"""Drift: each column of today's data beside the reference's, one row each, with a status."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from pdkl.analyses.drift.few import hide_few
from pdkl.analyses.drift.score import line_up, score
from pdkl.analyses.drift.table import ALWAYS, Flags, Table, binners_of, columns_of, frame_of
from pdkl.analyses.drift.verdict import judge
from pdkl.codes.keys import Key
from pdkl.codes.labels import as_text
from pdkl.comparing.inference import on_record
from pdkl.comparing.prepare import CountedRequest
from pdkl.core.counts.counts import require_whole
from pdkl.core.counts.pairs import Pairs
from pdkl.core.measures.catalogue import MEASURES
from pdkl.core.measures.measure import Measure
from pdkl.core.validation import number_in, require_columns
from pdkl.counting import kinds
from pdkl.counting.apart import apart
from pdkl.counting.both_sides import count_matched, in_order
from pdkl.counting.count import count, weights_of
from pdkl.counting.kinds import DriftColumn, KindRequest
from pdkl.counting.pandas_counts import GroupedCounts
from pdkl.request.keywords import Request
from pdkl.request.parse import plain
from pdkl.request.resolve import ResolvedRequest, check_reference, resolve
from pdkl.results import pairing, tidy
from pdkl.results.pairing import GroupPairs
from pdkl.sources.base import Source
from pdkl.sources.registry import is_data


@dataclass(frozen=True)
class Examined:
    """The rows of an answer, and the counts that they were made of."""

    frame: pd.DataFrame  # a row per group and column, column by column within each group
    counted: CountedRequest  # its columns are those that were lined up
    compared: list[DriftColumn]  # every column, in the order of the rows
    table: Table


def drift(data: Any, request: Request, *, threshold: Any, alpha: Any, bins: Any) -> pd.DataFrame:
    """Answer `InfoTheory.drift`."""
    return examine(data, request, threshold=threshold, alpha=alpha, bins=bins).frame


def examine(
    data: Any,
    request: Request,
    *,
    threshold: Any,
    alpha: Any,
    bins: Any,
    min_count: int | None = None,
    quiet: bool = False,
) -> Examined:
    """Answer, and keep what the answer was made of; with ``min_count``, of what may be told.

    If ``quiet``, notes hold neither values nor counts of them.
    """
    threshold, alpha = check(request, threshold, alpha)
    (measure,) = request.measures
    resolved = resolve(data, request, lambda _: columns_of(measure))
    _check_weights(resolved)
    columns = _columns(resolved)
    source, reference = resolved.sources
    asked = KindRequest.of(request.kinds, bins, columns)
    kinds.fit_numbers(columns, source, reference, request.weights, asked)
    resolved = resolved.asking([column.name for column in columns])
    form, options = resolved.form, resolved.options
    groups, occurs = _count(columns, resolved)
    attributes = resolved.attributes(
        request.describe(form, options.unit)
        | {
            "units": _units(measure, options.unit),
            "threshold": threshold,
            "alpha": alpha,
            "bins": plain(bins),
            "kinds": {as_text(name): kind for name, kind in asked.kinds.items()},
            "match": request.match,
        }
    )
    counted = CountedRequest(options, groups, [], tidy.ResultInfo(form, options.unit, attributes))
    table = Table(len(groups), columns, measure, counted)
    prepared = line_up(resolved, table, asked)
    if quiet:
        for column in columns:
            column.keep_quiet()
    if min_count is not None:
        prepared = hide_few(prepared, table, min_count)
    score(prepared, table)
    attributes["inference"] = on_record(
        {as_text(columns[place].name): text for place, text in sorted(table.sure.items())}
    )
    status, note = judge(table, occurs, threshold, alpha)
    frame = frame_of(table, threshold, status, note)
    lined_up = [column for _, column in prepared]
    return Examined(frame, replace(counted, columns=lined_up), columns, table)


def check(request: Request, threshold: Any, alpha: Any) -> tuple[float, float]:
    """Check all that does not depend on the data; return the threshold and alpha."""
    threshold = number_in(
        "threshold", threshold, 0.0, np.inf, "a finite number of at least 0", closed_low=True
    )
    alpha = number_in("alpha", alpha, 0.0, 1.0, "a number in (0, 1)")
    _require_comparison(request.measures[0])
    if not is_data(request.reference):
        raise TypeError(
            "reference must be a frame, with the rows that today's are compared with; got "
            f"{type(request.reference).__name__}."
        )
    request.options(request.form())
    return threshold, alpha


def _units(measure: Measure, unit: str) -> dict[str, str]:
    """Say in which unit each score is; some have none."""
    every = (measure, *(MEASURES[name] for name in ALWAYS))
    units = {one.name: unit if one.log_power else "none" for one in every}
    return units | {"psi": "nat"}


def _require_comparison(measure: Measure) -> None:
    """Refuse the measures of one distribution: where nothing differs they are not 0."""
    ones, two = np.ones(2), np.full(1, 2.0)
    same = Pairs(np.zeros(2, dtype=np.int64), np.arange(2), ones, ones, ones, two, two, 2)
    value = float(measure.value(same, 1.0)[0])
    if value != 0.0:
        raise ValueError(
            f"measure must be 0 where nothing differs; {measure.name} of a fair coin against a "
            f"fair coin is {value:.4g} nats. Choose one such as 'js_distance', 'psi' or "
            "'total_variation'."
        )


def _check_weights(resolved: ResolvedRequest) -> None:
    """Raise unless both sides hold whole weights, or rows."""
    request, weights = resolved.request, resolved.request.weights
    if weights is not None and resolved.reference is not None:
        check_reference(request, resolved.reference, [])
    for side in resolved.sources:
        added = side.precounted.weights  # they are no column any more
        if added is None and weights is None:
            continue
        wanted = [weights] if added is None else [name for name in side.head if name != added]
        for rows in side.reduce([[name] for name in wanted], weights, {}):
            values = weights_of(rows)
            assert values is not None  # they are named
            require_whole(values, "drift")


def _columns(resolved: ResolvedRequest) -> list[DriftColumn]:
    """List the columns asked for; a name that a frame has twice is an error of its own."""
    request = resolved.request
    sides = [Counter[Hashable](side.head.columns) for side in resolved.sources]
    lost = [side.precounted.left_out for side in resolved.sources]  # by profiles
    every = list(dict.fromkeys(name for part in (*sides, *lost) for name in part))
    if request.columns is None:
        aside = {request.blocks, *(side.precounted.weights for side in resolved.sources)} - {None}
        excluded = {*resolved.excluded, *aside}
        wanted = [name for name in every if name not in excluded]
        if not wanted:
            raise ValueError(
                "columns is None, which means every column of either frame outside by, weights "
                "and blocks; there is none."
            )
    else:
        given = request.columns
        wanted = list(given) if isinstance(given, list) else [given]
        if not wanted:
            raise ValueError("columns is an empty list; name at least one column.")
        for name in wanted:
            if not isinstance(name, Hashable):
                raise TypeError(
                    f"columns must be a column name or a list of them; got {type(name).__name__}."
                )
        unknown = [name for name in wanted if name not in every]
        require_columns("columns", unknown, every, frame="data, like reference,")
    columns = []
    for name in dict.fromkeys(wanted):
        here, there = (name in side or name in gone for side, gone in zip(sides, lost, strict=True))
        column = DriftColumn(name, here, there)
        for side, without, side_name in zip(sides, lost, ("data", "reference"), strict=True):
            if side[name] > 1:
                column.fail(
                    f"{side_name} has column {name!r} {side[name]} times; give its columns unique "
                    "names first."
                )
            if name in without:
                column.fail(f"the profile that is {side_name} had to leave it out. {without[name]}")
        columns.append(column)
    return columns


def _count(columns: Sequence[DriftColumn], resolved: ResolvedRequest) -> tuple[GroupPairs, Flags]:
    """Count both sides; return the groups, and which of them occur on which side."""
    binners = binners_of(columns)
    source, reference = resolved.sources

    def tally(side: Source, by: Sequence[Key]) -> GroupedCounts:
        chosen = [c for c in columns if (c.here if side is source else c.there)]
        wanted = [column.name for column in chosen if not column.error]
        weights = resolved.request.weights
        found, wrong = apart(wanted, lambda names: count(side, names, by, weights, binners))
        kinds.give_up(chosen, wrong)
        return found

    if resolved.is_matched:
        matched = count_matched(resolved, tally)
        here, there = matched.here, matched.there
        groups, every = pairing.aligned(matched.keys), np.arange(len(matched.keys))
        occurs = np.stack([np.isin(every, side) for side in (matched.left, matched.right)])
    else:
        here, there = in_order(tally(source, resolved.by)), tally(reference, [])
        groups = pairing.plain(here.keys)
        occurs = np.ones((2, len(here.keys)), dtype=bool)
    for column in columns:
        column.own, column.other = here.columns.get(column.name), there.columns.get(column.name)
    return groups, occurs
