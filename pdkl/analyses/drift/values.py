"""Columns kept by value, or scored by a measure of ordered values; and what is missing of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from pdkl.analyses.drift.deciding import Rule, needs_threshold
from pdkl.analyses.drift.table import OF_VALUES, SIDES, Flags, Table
from pdkl.codes.outcomes import Beside
from pdkl.comparing import ordered
from pdkl.comparing.by_value import by_value, require_values
from pdkl.comparing.shared_labels import ByValue, CountedColumn
from pdkl.core.forms import MAPPING
from pdkl.counting import kinds
from pdkl.counting.apart import Wrong, noting
from pdkl.counting.both_sides import fixed_counts
from pdkl.counting.kind_rules import ORDERED
from pdkl.counting.kinds import DriftColumn
from pdkl.request.resolve import ResolvedRequest
from pdkl.results.reading import EXCESS, JUDGED, NOISE_FLOOR, judged

_MOST_KEPT = 1 << 25  # values of all columns and both sides: half a gigabyte, or a little more


def keep_values(
    columns: Sequence[DriftColumn], rules: Sequence[Rule], resolved: ResolvedRequest
) -> None:
    """Have numbers and times counted by value where a measure needs them so; bins are made later.

    A column whose values a profile has not kept is given up.
    """
    wrong: Wrong = {}
    for column, rule in zip(columns, rules, strict=True):
        if not rule.measure.ordered or column.error or not column.is_scored:
            continue
        if not (rule.is_named or column.binner is not None):
            continue
        with noting(wrong, column.name):
            require_values(rule.measure, column.name, _having(column, resolved))
            column.by_value = True
            dropna = resolved.request.dropna
            if resolved.form is MAPPING and column.there:
                shares = resolved.request.reference[column.name]
                column.other = fixed_counts(shares, column.name, {}, dropna=dropna)
    kinds.give_up(columns, wrong)


def keep_near(columns: Sequence[DriftColumn], resolved: ResolvedRequest) -> None:
    """Have numbers and times counted by value, and cut afterwards, where values are at hand.

    They are not where an engine counts, which would send each value home, where a profile has cut
    them, or where all columns together have more than fit.
    """
    if resolved.form is MAPPING:
        return
    chosen, size = [], 0
    for column in columns:
        sides = _having(column, resolved)
        cut = any(column.name in side.precounted.binners for side in sides)
        if column.binner is None or column.error or column.parts or cut:
            continue
        if all(side.is_near for side in sides):
            chosen.append(column)
            # of pandas alone the head has the rows; what was read shows how many values others have
            size += sum(max(len(side.head), column.n_read) for side in sides)
    for column in chosen if size <= _MOST_KEPT else []:
        column.by_value = True


def _having(column: DriftColumn, resolved: ResolvedRequest) -> list[Any]:
    """Return the sources that have a column."""
    both = [(resolved.source, column.here), (resolved.reference, column.there)]
    return [source for source, has_it in both if source is not None and has_it]


def values_of(
    column: DriftColumn,
    rule: Rule,
    sides: CountedColumn,
    dtypes: Sequence[Any],
    resolved: ResolvedRequest,
) -> ByValue | None:
    """Put the values of both sides in order; None where a column goes by its categories instead.

    So does what has no order, unless the measure was asked for by the name of the column.
    """
    beside = isinstance(column.encoder, Beside)
    if not rule.is_named and (beside or column.kind != ORDERED):
        return None
    if beside:
        raise ValueError(
            f"{rule.measure.name} needs values in an order, and column {column.name!r} holds text, "
            "be it numbers or not. Convert it with pd.to_numeric, or choose a measure by category "
            "such as 'js_distance'."
        )
    if rule.measure.in_column_unit and not rule.has_threshold:
        raise ValueError(needs_threshold(rule.measure.name, column.name))
    return by_value(rule.measure, sides, dtypes, resolved)


def also_missing(table: Table) -> Flags:
    """Tell which rows that go by the order of values lack some as well: that is seen apart."""
    found = np.zeros_like(table.by_presence)
    if table.counted.options.dropna:
        return found
    for place in table.by_value:
        known, rows = (
            [table.whole[f"{name}{end}"][:, place] for end in SIDES] for name in ("known", "rows")
        )
        lost = (rows[0] > known[0]) | (rows[1] > known[1])
        found[:, place] = lost & (known[0] > 0) & (known[1] > 0)
    return found


def score_values(table: Table) -> None:
    """Score columns by the order of their values; what is missing has been scored before.

    A row in which values may be missing asks two questions, so that its p-value is doubled. It
    shows the answer about what is missing where that is large and no accident, and the other is
    either not large or more of an accident.
    """
    asked = also_missing(table)
    for place, column in table.by_value.items():
        counted, rule = table.counted, table.rules[place]
        other = table.category_rule(place)
        if not table.is_tested:
            counted = replace(counted, options=replace(counted.options, inference=None))
        found = ordered.measured(counted, column, [rule.measure], tested=table.is_tested)
        if table.is_tested:
            table.sure[place] = ordered.described(counted, [rule.measure], "", tested=True)
        nan = np.full(len(table.by_presence), np.nan)
        names = (*(f"{rule.measure.name}{end}" for end in ("", EXCESS, NOISE_FLOOR)), "p_value")
        own = dict(zip((*JUDGED, "p_value"), (found.get(name, nan) for name in names), strict=True))
        before = {name: table.number[name][:, place] for name in own}
        both = asked[:, place]
        for part in (own, before):
            part["p_value"] = np.where(
                both, np.minimum(2.0 * part["p_value"], 1.0), part["p_value"]
            )
        large, lost = (
            judged(*(part[name] for name in JUDGED)) >= limit
            for part, limit in ((own, rule.threshold), (before, other.threshold))
        )
        if table.is_tested:
            lost &= before["p_value"] < other.alpha
            large &= own["p_value"] <= before["p_value"]
        table.number[OF_VALUES][:, place] = own[JUDGED[0]]
        shown = np.isnan(own[JUDGED[0]]) & ~np.isnan(before[JUDGED[0]])
        table.by_presence[:, place] = shown | (both & lost & ~large)
        for name, values in own.items():
            shown_here = np.where(table.by_presence[:, place], before[name], values)
            table.number[name][:, place] = shown_here
