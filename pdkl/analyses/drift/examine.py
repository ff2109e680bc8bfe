"""Drift: each column of today's data beside the reference's, one row each, with a status."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from pdkl.analyses.drift.deciding import Deciding, Rule
from pdkl.analyses.drift.few import hide_few
from pdkl.analyses.drift.score import line_up, score
from pdkl.analyses.drift.table import (
    SHOWN,
    Flags,
    Table,
    binners_of,
    frame_of,
    reference_keys,
)
from pdkl.analyses.drift.values import keep_near, keep_values
from pdkl.analyses.drift.verdict import judge
from pdkl.codes.keys import Key
from pdkl.codes.labels import as_text, parts_of
from pdkl.comparing.inference import on_record
from pdkl.comparing.prepare import CountedRequest
from pdkl.core.counts.counts import are_whole, require_whole
from pdkl.core.forms import MAPPING, PREVIOUS
from pdkl.core.measures.catalogue import unit_of
from pdkl.core.measures.measure import Measure
from pdkl.core.validation import require_columns
from pdkl.counting import kinds
from pdkl.counting.apart import apart
from pdkl.counting.both_sides import count_matched, in_steps
from pdkl.counting.count import count, weights_of
from pdkl.counting.expected import expect, require_shares
from pdkl.counting.kinds import DriftColumn, KindRequest
from pdkl.counting.pandas_counts import GroupedCounts, LabelledCounts
from pdkl.request.keywords import Request
from pdkl.request.parse import kept_columns, plain, read_label, require_no_rolling
from pdkl.request.resolve import ResolvedRequest, check_reference, lost_by_profile, resolve
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
    resolved: ResolvedRequest
    occurs: Flags  # which groups the data have, and which the reference

    @property
    def sources(self) -> tuple[Source, Source | None]:
        """What was counted, of the data and of the reference."""
        own, is_itself = self.resolved.source, self.counted.form is PREVIOUS
        return own, own if is_itself else self.resolved.reference


def drift(
    data: Any, request: Request, *, measure: Any, threshold: Any, alpha: Any, bins: Any
) -> pd.DataFrame:
    """Answer `InfoTheory.drift`."""
    deciding = Deciding.read(measure, threshold, alpha)
    return examine(data, check(request, deciding), deciding, bins=bins).frame


def examine(
    data: Any,
    request: Request,
    deciding: Deciding,
    *,
    bins: Any,
    min_count: int | None = None,
    others: Sequence[Measure] = (),
    quiet: bool = False,
    keep: bool = False,
) -> Examined:
    """Answer, and keep what the answer was made of; with ``min_count``, of what may be told.

    ``others`` are measured besides what decides. If ``quiet``, notes hold neither values nor counts
    of them. With ``keep`` numbers and times are counted by value where that costs little.
    """
    resolved = resolve(data, request, lambda it: [*SHOWN, *reference_keys(it)])
    is_tested = _are_rows(resolved, ["min_count"] if min_count is not None else [])
    columns = _columns(resolved)
    names = [column.name for column in columns]
    asked = KindRequest.of(request.kinds, bins, columns)
    if resolved.form is MAPPING:
        expect(columns, request.reference, resolved.source, asked, dropna=request.dropna)
    else:
        source, reference = resolved.source, resolved.sources[-1]
        kinds.fit_numbers(columns, source, reference, request.weights, asked)
    resolved = resolved.asking(names)
    form, options = resolved.form, resolved.options
    rules = deciding.rules(names, options, fixed=resolved.form is MAPPING)
    keep_values(columns, rules, resolved)
    if keep:
        keep_near(columns, resolved)
    groups, occurs = _count(columns, resolved)
    attributes = resolved.attributes(
        request.describe(form, options.unit)
        | {
            "units": {
                one.name: unit_of(one, options.unit)
                for one in (*request.measures, *_beside(rules), *others)
            },
            "threshold": deciding.threshold.plain(),
            "alpha": deciding.alpha.plain(),
            "smoothing": {
                as_text(name): rule.smoothing.said
                for name, rule in zip(names, rules, strict=True)
                if rule.smoothing is not None
            },
            "smoothing_added": request.smoothing is None,
            "bins": plain(bins),
            "kinds": {as_text(name): kind for name, kind in asked.kinds.items()},
            "match": request.match,
        }
    )
    counted = CountedRequest(options, groups, [], tidy.ResultInfo(form, options.unit, attributes))
    table = Table(columns, rules, counted, others, is_tested=is_tested)
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
    frame = frame_of(table, *judge(table, occurs))
    lined_up = [column for _, column in prepared]
    counted = replace(counted, columns=lined_up)
    return Examined(frame, counted, columns, table, resolved, occurs)


def check(request: Request, deciding: Deciding) -> Request:
    """Check all that does not depend on the data; return the request with its measures."""
    if (request.reference is None) == (request.window is None):
        got = "none" if request.window is None else "both"
        raise TypeError(
            f"{request.method}() needs exactly one of reference= (the rows that today's are "
            "compared with, or shares) and window= (how many periods before each one are compared "
            f"with it, pooled); got {got}."
        )
    if request.window is not None and request.by is None:
        raise ValueError(
            "window= compares each period with those before it, so it needs by=; got by=None. "
            'Name the time, behind the other keys: by=pd.Grouper(key="date", freq="D").'
        )
    if request.window is not None:
        require_no_rolling(
            request.by,
            "window= pools the periods before each one by itself",
            "Pass reference= to compare each window with it, or cut",
        )
    if isinstance(request.reference, Mapping):
        require_shares(request.reference)
        if request.blocks is not None:
            raise ValueError(
                "blocks= needs two samples whose blocks can change sides; shares are none. Leave "
                "blocks out, or compare with rows."
            )
        if request.kinds is not None:
            raise ValueError(
                "kinds= says what the values of two samples are; shares say that themselves. Leave "
                "kinds out, or compare with rows."
            )
    elif request.window is None and not is_data(request.reference):
        raise TypeError(
            "reference must be a frame, with the rows that today's are compared with, or the "
            "shares to be expected, {column: {category: weight}}; got "
            f"{type(request.reference).__name__}."
        )
    request = replace(request, measures=deciding.measures)
    request.options(request.form())
    return request


def _beside(rules: Sequence[Rule]) -> list[Measure]:
    """List the measures that columns may go by where they do not go by their values."""
    return [rule.by_category.measure for rule in rules if rule.by_category is not None]


def _are_rows(resolved: ResolvedRequest, needed_by: list[str]) -> bool:
    """Tell whether both sides hold rows, or whole weights, as tests and ``needed_by`` need them."""
    request, weights = resolved.request, resolved.request.weights
    if weights is not None and resolved.reference is not None:
        check_reference(request, resolved.reference, [])
    needed_by += [name for name in ("blocks", "n_resamples") if getattr(request, name) is not None]
    whole = True
    for side in resolved.sources:
        added = side.precounted.weights  # they are no column any more
        if added is None and weights is None:
            continue
        wanted = [weights] if added is None else [name for name in side.head if name != added]
        for rows in side.reduce([[name] for name in wanted], weights, {}):
            values = weights_of(rows)
            assert values is not None  # they are named
            for keyword in needed_by:
                require_whole(values, f"{keyword}=")
            whole &= are_whole(values)
    return whole


def _columns(resolved: ResolvedRequest) -> list[DriftColumn]:
    """List the columns asked for; a name that a frame has twice is an error of its own."""
    request = resolved.request
    sides = [Counter[Hashable](side.head.columns) for side in resolved.sources]
    lost = [side.precounted.left_out for side in resolved.sources]  # by profiles
    if resolved.form is MAPPING:
        sides, lost = [*sides, Counter[Hashable](list(request.reference))], [*lost, {}]
    every = list(dict.fromkeys(name for part in (*sides, *lost) for name in part))
    if request.columns is None and resolved.form is MAPPING:
        wanted = list(request.reference)
    elif request.columns is None:
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
    # the keys of shares are names as those in columns are
    rows = [
        name for name in every if resolved.form is not MAPPING or sides[0][name] or name in lost[0]
    ]
    wanted = [name if name in rows else read_label("columns", name, rows) for name in wanted]
    if request.columns is not None:
        unknown = [name for name in parts_of(wanted) if name not in every]
        require_columns("columns", unknown, every, frame="data, like reference,")
    wanted = kept_columns("columns", wanted, resolved.exclude)

    def single(name: Hashable) -> DriftColumn:
        known = [name in side or name in gone for side, gone in zip(sides, lost, strict=True)]
        column = DriftColumn(name, here=known[0], there=known[-1])
        for side, without, side_name in zip(sides, lost, ("data", "reference"), strict=False):
            if side[name] > 1:
                column.fail(
                    f"{side_name} has column {name!r} {side[name]} times; give its columns unique "
                    "names first."
                )
            if name in without:
                column.fail(lost_by_profile(side_name, without[name]))
        return column

    columns = kinds.columns_of(wanted, single)
    for column in columns:
        if column.parts and resolved.form is MAPPING:
            column.there = column.name in request.reference
    return columns


def _count(columns: Sequence[DriftColumn], resolved: ResolvedRequest) -> tuple[GroupPairs, Flags]:
    """Count both sides; return the groups, and which of them occur on which side."""
    there: GroupedCounts | None = None
    binners = binners_of(columns)
    source, reference = resolved.source, resolved.reference

    def tally(side: Source, by: Sequence[Key]) -> GroupedCounts:
        chosen = [c for c in columns if (c.here if side is source else c.there)]
        known: dict[Hashable, LabelledCounts] = {}
        if not by:
            every = ((column.name, column.known[side is not source]) for column in chosen)
            known = {name: counts for name, counts in every if counts is not None}
        wanted = [c.name for c in chosen if not c.error and c.name not in known]
        weights = resolved.request.weights
        found, wrong = apart(wanted, lambda names: count(side, names, by, weights, binners))
        kinds.give_up(chosen, wrong)
        return replace(found, columns=found.columns | known)

    if resolved.is_matched:
        matched = count_matched(resolved, tally)
        here, there = matched.here, matched.there
        groups, every = matched.groups, np.arange(len(matched.keys))
        has_it = [np.isin(every, side).astype(np.int64) for side in (matched.left, matched.right)]
        occurs = np.stack([groups.sums_of_p(has_it[0]), groups.sums_of_q(has_it[1])]) > 0
    else:
        here, windows = in_steps(tally(source, resolved.by), resolved.rolling)
        if resolved.form is PREVIOUS:
            there, groups = here, pairing.previous(here.keys, resolved.request.window)
        else:
            there = None if reference is None else tally(reference, [])
            groups = pairing.plain(here.keys, windows)
        occurs = np.ones((2, len(groups)), dtype=bool)
        if resolved.form is PREVIOUS:
            occurs[1] = groups.right >= 0
    for column in columns:
        column.own = here.columns.get(column.name)
        if there is not None:
            column.other = there.columns.get(column.name)
    return groups, occurs
