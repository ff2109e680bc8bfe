"""A status for each row, and what it does not show."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pdkl.analyses.drift.table import Flags, Table

_IDENTIFIER = "identifiers: nearly all values are distinct"


def judge(
    table: Table, occurs: Flags, threshold: float, alpha: float
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Give each row its status, by the first rule that holds, and say what it does not show."""
    columns, number, whole = table.columns, table.number, table.whole
    name = table.measure.name
    shape = table.top.shape

    def of_columns(values: list[Any]) -> NDArray[Any]:
        return np.broadcast_to(np.array(values, dtype=object), shape)

    error = of_columns([bool(column.error) for column in columns]).astype(bool)
    column_here = of_columns([column.here for column in columns]).astype(bool)
    column_there = of_columns([column.there for column in columns]).astype(bool)
    here, there = column_here & occurs[0][:, None], column_there & occurs[1][:, None]
    value_here, value_there = whole["known"] > 0, whole["known_reference"] > 0
    score, excess = number[name], number[f"{name}_excess"]
    # draws that are infinite have no mean, hence no excess: the score itself then stands for it
    endless = np.isnan(excess) & ~np.isnan(score)
    large = np.where(endless, score, excess) >= threshold
    significant = number["p_adjusted"] < alpha
    identifier = of_columns([column.kind == "identifier" for column in columns]).astype(bool)
    rules: list[tuple[Flags, str, Any]] = [
        (error, "error", of_columns([column.error for column in columns])),
        (~here & ~column_here, "gone", "data has no such column"),
        (~there & ~column_there, "new", "reference has no such column"),
        (~here, "gone", "data has no such group"),
        (~there, "new", "reference has no such group"),
        (table.hidden, "ok", "not scored: a side has too few rows (min_count)"),
        (~value_here & ~value_there, "empty", "no value on either side"),
        (~value_here, "empty", "no value in data"),
        (~value_there, "empty", "no value in reference"),
        (identifier & np.isnan(score), "ok", f"{_IDENTIFIER}, so they are not scored"),
        (identifier & large & significant, "drift", f"{_IDENTIFIER}; scored is what is missing"),
        (identifier & large, "unsure", f"{_IDENTIFIER}; scored is what is missing"),
        (identifier, "ok", f"{_IDENTIFIER}; scored is what is missing"),
        (large & significant & ~endless, "drift", ""),
        (large & significant, "drift", f"no excess: {name} is infinite by chance too"),
        (large & ~endless, "unsure", ""),
        (large, "unsure", f"no excess: {name} is infinite by chance too"),
    ]
    which = [rule for rule, _, _ in rules]
    status = np.select(which, [of_columns([text] * shape[1]) for _, text, _ in rules], "ok")
    notes = [
        text if isinstance(text, np.ndarray) else np.full(shape, text, dtype=object)
        for _, _, text in rules
    ]
    return status, np.select(which, notes, "")
