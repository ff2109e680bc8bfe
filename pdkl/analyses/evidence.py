"""Which categories speak for an event: weight of evidence and information value."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np
import pandas as pd

from pdkl.analyses.tables import Binners, counted, described, shows_ends, values_shown
from pdkl.codes.equality import same_value
from pdkl.codes.labels import as_objects, as_text, label_order, parts_of
from pdkl.core.counts.counts import from_cells, sum_by
from pdkl.core.measures.evidence import weigh
from pdkl.core.memory import require_room
from pdkl.core.numerics.exact import IntArray
from pdkl.core.validation import listing, require_columns
from pdkl.counting.tables import LabelledTable
from pdkl.request.keywords import Request
from pdkl.request.parse import plain, read_columns
from pdkl.request.resolve import ResolvedRequest, resolve
from pdkl.results import pairing, tidy

_UNIT = "nat"  # credit scoring knows no other
_HEADS = ("column", "target", "category")
_VALUES = (
    "count_event",
    "count_other",
    "n_missing",
    "share_event",
    "share_other",
    "weight_of_evidence",
    "contribution",
    "information_value",
)


def weight_of_evidence(
    data: Any, request: Request, columns: Any, target: Any, *, event: Any
) -> pd.DataFrame:
    """Answer `InfoTheory.weight_of_evidence`."""
    events = _read_event(event)
    resolved = resolve(data, request, _shown)
    names = _read_columns(resolved, columns, target)
    lists = [[name, target] for name in names]
    options = resolved.options
    # a missing value is told from a missing target here, so both are counted
    found, tables, binners = counted(resolved, lists, dropna=False, whole=[target])
    parts: list[tidy.Cells] = []
    for name, one in zip(names, tables, strict=True):
        parts.append(_categories(name, one, _places(target, one, events), binners, resolved))
        rows = sum(len(part.row) for part in parts)
        require_room(
            rows,
            len(resolved.keys) + len(_shown(resolved)),
            f"Listing the categories of {listing(names[: len(parts)], most=3)} in each of "
            f"{len(found):,} groups",
            "Ask for fewer columns, cut numbers with bins=, or make fewer groups in by=.",
        )
    texts = {
        "column": [as_text(name) for name in names],
        "target": [as_text(target)] * len(names),
    }
    own = {
        "target": plain(target),
        "event": [plain(one) for one in events],
        "dropna": options.dropna,
        "smoothing": plain(request.smoothing),
    }
    info = tidy.ResultInfo(None, _UNIT, described(resolved, lists, own, _UNIT))
    return tidy.cells(pairing.plain(found), texts, parts, info)


def _shown(resolved: ResolvedRequest) -> list[str]:
    """List the columns of the answer besides its keys."""
    ends = ["low", "high"] if shows_ends(resolved) else []
    return [*_HEADS, *ends, *_VALUES, "unit"]


def _read_event(event: Any) -> list[Any]:
    """Return the values that are the event."""
    events = list(event) if isinstance(event, list) else [event]
    if not events:
        raise ValueError("event is an empty list; name at least one value of the target.")
    for one in events:
        if not isinstance(one, Hashable):
            raise TypeError(
                f"event must be a value of the target, or a list of them; got {type(one).__name__}."
            )
        if pd.api.types.is_scalar(one) and bool(pd.isna(one)):  # type: ignore[call-overload]
            raise ValueError(
                f"event must be a value of the target; got {one!r}. Rows that lack the target are "
                "neither events nor others: to ask about them, make a column that tells them apart."
            )
    return events


def _read_columns(resolved: ResolvedRequest, columns: Any, target: Any) -> list[Hashable]:
    """Return the columns whose categories are weighed; by default all but the target."""
    frame = resolved.source.head
    if target is None or not isinstance(target, Hashable):
        raise TypeError(
            "target must be the name of the column that tells events from others; got "
            f"{'None' if target is None else type(target).__name__}."
        )
    require_columns("target", [target], list(frame.columns))
    excluded = [*resolved.excluded, target]
    names = read_columns("columns", columns, frame, excluded, resolved.binned, resolved.exclude)
    if target in parts_of(names):
        raise ValueError(
            f"columns names {target!r}, which is the target: it tells all of itself. Leave it out."
        )
    return names


def _places(target: Hashable, one: LabelledTable, events: list[Any]) -> IntArray:
    """Return the codes of the events; each must occur, and something else too."""
    known, labels = one.table.codes[1], one.columns[1].labels
    occurring = np.unique(known[known >= 0])
    if not len(one.table.weight):
        return occurring
    if not len(occurring):
        raise ValueError(
            f"the target {target!r} is missing in every row, so it tells no event. Name another."
        )
    found = []
    for event in events:
        places = [place for place in occurring if same_value(labels[place], event)]
        if not places:
            raise ValueError(
                f"event={event!r} is an event that the target {target!r} does not have; its values "
                f"are {listing(_in_order(one, occurring))}. Name one of these."
            )
        found += places
    if len(set(found)) == len(occurring):
        raise ValueError(
            f"the target {target!r} has nothing but events, "
            f"{listing(_in_order(one, occurring))}, so there are no others to compare with. Name a "
            "target that has both, or fewer values in event."
        )
    return np.array(found, dtype=np.int64)


def _in_order(one: LabelledTable, occurring: IntArray) -> list[Any]:
    labels = one.columns[1].labels[occurring]
    return as_objects(labels[label_order(labels)])


def _categories(
    name: Hashable,
    one: LabelledTable,
    events: IntArray,
    binners: Binners,
    resolved: ResolvedRequest,
) -> tidy.Cells:
    """Weigh the categories of a column: all that occur anywhere, in each group."""
    table, options = one.table, resolved.options
    code, target = table.codes
    lost = (target < 0) | (options.dropna & one.lacks(0))
    missing = sum_by(table.group[lost], table.weight[lost], table.n_groups)
    alphabet, outcome = np.unique(code[~lost], return_inverse=True)
    size, groups = len(alphabet), table.n_groups
    of_event = np.isin(target[~lost], events)
    group, weight, none = table.group[~lost], table.weight[~lost], np.zeros_like(missing)
    outcome = outcome.astype(np.int64)
    sides = [
        from_cells(group[side], outcome[side], weight[side], none, size)
        for side in (of_event, ~of_event)
    ]
    evidence = weigh(sides[0], sides[1], options.smoothing)
    row = np.repeat(np.arange(groups), size)
    count_event, count_other = (side.dense(np.arange(size)).ravel() for side in sides)
    entries = {
        "count_event": count_event,
        "count_other": count_other,
        "n_missing": missing[row],
        "share_event": evidence.share_event,
        "share_other": evidence.share_other,
        "weight_of_evidence": evidence.weight,
        "contribution": evidence.contribution,
        "information_value": evidence.information_value,
    }
    shown = values_shown(name, one.columns[0], np.tile(alphabet, groups), binners)
    return tidy.Cells(row, {"category": shown}, entries)
