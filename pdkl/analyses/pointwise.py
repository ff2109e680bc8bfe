"""Which values of two columns go together: pointwise mutual information, pair by pair."""

from __future__ import annotations

from typing import Any

import pandas as pd

from pdkl.analyses.tables import Binners, counted, described, shows_ends, values_shown
from pdkl.codes.labels import as_text
from pdkl.core.counts.counts import as_float
from pdkl.core.memory import require_room
from pdkl.counting.tables import LabelledTable
from pdkl.request.keywords import Request
from pdkl.request.parse import plain, read_together
from pdkl.request.resolve import ResolvedRequest, read_pairs, resolve
from pdkl.results import pairing, tidy

_SHOWN = ("category_x", "category_y", "category_given")
_VALUES = ("count", "probability", "pointwise_information", "contribution")


def pointwise_information(
    data: Any, request: Request, x: Any, y: Any, *, given: Any
) -> pd.DataFrame:
    """Answer `InfoTheory.pointwise_information`."""
    if x is None or y is None:
        raise TypeError("x and y must both name columns, whose values are paired.")
    heads = ["x", "y", *([] if given is None else ["given"])]

    def columns(resolved: ResolvedRequest) -> list[str]:
        ends = [f"{end}_{head}" for head in heads for end in ("low", "high")]
        values = [*_SHOWN[: len(heads)], *(ends if shows_ends(resolved) else [])]
        return [*heads, *values, *_VALUES, "unit"]

    resolved = resolve(data, request, columns)
    lists: list[list[Any]] = [
        list(pair) for pair in zip(*read_pairs(resolved, "x", x, "y", y), strict=True)
    ]
    if given is not None:
        given = read_together("given", given, resolved.source.head)
        lists = [[*pair, given] for pair in lists]
    options = resolved.options
    found, tables, binners = counted(resolved, lists, dropna=options.dropna)
    parts = [
        _pairs_of_values(names, one, binners, options.log_base)
        for names, one in zip(lists, tables, strict=True)
    ]
    rows = sum(len(part.row) for part in parts)
    require_room(
        rows,
        len(resolved.keys) + len(columns(resolved)),
        f"Listing all {rows:,} pairs of values that occur",
        "Name fewer columns, cut numbers with bins=, or make fewer groups in by=.",
    )
    texts = {head: [as_text(names[i]) for names in lists] for i, head in enumerate(heads)}
    own = {"given": plain(given), "dropna": options.dropna, "base": plain(request.base)}
    attributes = described(resolved, lists, own, options.unit)
    info = tidy.ResultInfo(None, options.unit, attributes)
    return tidy.cells(pairing.plain(found), texts, parts, info, largest="contribution")


def _pairs_of_values(
    names: list[Any], one: LabelledTable, binners: Binners, log_base: float
) -> tidy.Cells:
    """Measure each pair of values that occurs, within each value of what is given."""
    table = one.table
    information = table.pointwise_information() / log_base + 0.0
    share = as_float(table.weight) / as_float(table.totals)[table.group]
    shown = {
        head: values_shown(name, values, codes, binners)
        for head, name, values, codes in zip(_SHOWN, names, one.columns, table.codes, strict=False)
    }
    entries = {
        "count": table.weight,
        "probability": share,
        "pointwise_information": information,
        "contribution": share * information + 0.0,
    }
    return tidy.Cells(table.group, shown, entries)
