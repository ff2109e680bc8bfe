"""A status for each row, and what it does not show."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pdkl.analyses.drift.notes import remarked
from pdkl.analyses.drift.table import Flags, Table
from pdkl.results.reading import beside, judged
from pdkl.results.statuses import (
    DRIFT,
    EMPTY,
    ERROR,
    GONE,
    NEW,
    OK,
    SKIPPED,
    UNSURE,
    Status,
)

_PARTS = "scored is what is missing, and what many rows share"


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
    score, excess, _ = (number[column] for column in beside(name))
    endless = np.isnan(excess) & ~np.isnan(score)
    large = judged(score, excess) >= threshold
    significant = number["p_adjusted"] < alpha
    aside = of_columns([not column.is_scored for column in columns]).astype(bool)
    in_part = of_columns([_joined(column.why, _PARTS) for column in columns])
    skipped = of_columns([_joined(column.why, column.remedy) for column in columns])
    rules: list[tuple[Flags, Status, Any]] = [
        (error, ERROR, of_columns([column.error for column in columns])),
        (~here & ~column_here, GONE, "data has no such column"),
        (~there & ~column_there, NEW, "reference has no such column"),
        (~here, GONE, "data has no such group"),
        (~there, NEW, "reference has no such group"),
        (table.hidden, OK, "not scored: a side has too few rows (min_count)"),
        (~value_here & ~value_there, EMPTY, "no value on either side"),
        (~value_here, EMPTY, "no value in data"),
        (~value_there, EMPTY, "no value in reference"),
        (aside & large & significant, DRIFT, in_part),
        (aside & large, UNSURE, in_part),
        (aside, SKIPPED, skipped),
        (large & significant & ~endless, DRIFT, ""),
        (large & significant, DRIFT, f"no excess: {name} is infinite by chance too"),
        (large & ~endless, UNSURE, ""),
        (large, UNSURE, f"no excess: {name} is infinite by chance too"),
    ]
    which = [rule for rule, _, _ in rules]
    status = np.select(which, [of_columns([one.name] * shape[1]) for _, one, _ in rules], OK.name)
    notes = [
        text if isinstance(text, np.ndarray) else np.full(shape, text, dtype=object)
        for _, _, text in rules
    ]
    return status, remarked(np.select(which, notes, ""), status, table)


def _joined(*parts: str) -> str:
    return "; ".join(part for part in parts if part)
