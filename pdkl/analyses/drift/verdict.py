"""A status for each row, and what it does not show."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pdkl.analyses.drift.notes import remarked
from pdkl.analyses.drift.table import OF_VALUES, Flags, Table
from pdkl.core.forms import PREVIOUS
from pdkl.request.resolve import no_column
from pdkl.results.reading import JUDGED, judged
from pdkl.results.statuses import DRIFT, EMPTY, ERROR, GONE, NEW, OK, SKIPPED, UNSURE, Status

_UNTESTED = "not tested: weights are fractional"
_MISSING = "scored is what is missing"
_PARTS = "scored is what is missing, and what many rows share"


def judge(table: Table, occurs: Flags) -> tuple[NDArray[Any], NDArray[Any]]:
    """Give each row its status, by the first rule that holds, and say what it does not show."""
    columns, number, whole = table.columns, table.number, table.whole
    shape = table.top.shape

    def of_columns(values: list[Any]) -> NDArray[Any]:
        return np.broadcast_to(np.array(values, dtype=object), shape)

    error = of_columns([bool(column.error) for column in columns]).astype(bool)
    column_here = of_columns([column.here for column in columns]).astype(bool)
    column_there = of_columns([column.there for column in columns]).astype(bool)
    here, there = column_here & occurs[0][:, None], column_there & occurs[1][:, None]
    rows_here, rows_there = whole["rows"] > 0, whole["rows_reference"] > 0
    value_here, value_there = whole["known"] > 0, whole["known_reference"] > 0
    score, excess, floor = (number[name] for name in JUDGED)
    endless = np.isnan(excess) & ~np.isnan(floor)
    large = judged(score, excess, floor) >= table.decisive("threshold")
    likely = number["p_value"] < table.decisive("alpha")
    drifted = large & ((number["p_adjusted"] < table.decisive("alpha")) | (not table.is_tested))
    chance = np.array(
        [
            f"no excess: {one.name} is infinite by chance too"
            for one in table.decisive("measure").ravel()
        ],
        dtype=object,
    ).reshape(shape)
    alone = (
        (SKIPPED, "no period before")
        if table.counted.form is PREVIOUS
        else (NEW, "reference has no such group")
    )
    aside = of_columns([not column.is_scored for column in columns]).astype(bool)
    in_part = of_columns([_joined(column.why, _PARTS) for column in columns])
    skipped = of_columns([_joined(column.why, column.remedy) for column in columns])
    rules: list[tuple[Flags, Status, Any]] = [
        (error, ERROR, of_columns([column.error for column in columns])),
        (~here & ~column_here, GONE, no_column("data")),
        (~there & ~column_there, NEW, no_column("reference")),
        (~here, GONE, "data has no such group"),
        (~there, *alone),
        (table.hidden, OK, "not scored: a side has too few rows (min_count)"),
        (~rows_here & ~rows_there, EMPTY, "no row on either side"),
        (~rows_here, EMPTY, "no row in data"),
        (~rows_there, EMPTY, "no row in reference"),
        (~value_here & ~value_there, OK, "no value on either side"),
        (~value_here & drifted, EMPTY, "no value in data"),
        (~value_here, OK, "no value in data"),
        (~value_there & drifted, EMPTY, "no value in reference"),
        (~value_there, OK, "no value in reference"),
        (aside & drifted, DRIFT, in_part),
        (aside & large & likely, UNSURE, in_part),
        (aside, SKIPPED, skipped),
        (drifted, DRIFT, ""),
        (large & likely, UNSURE, ""),
        (endless, OK, chance),
    ]
    which = [rule for rule, _, _ in rules]
    status = np.select(which, [of_columns([one.name] * shape[1]) for _, one, _ in rules], OK.name)
    notes = [
        text if isinstance(text, np.ndarray) else np.full(shape, text, dtype=object)
        for _, _, text in rules
    ]
    note = np.select(which, notes, "")
    if not table.is_tested:
        scored = ~np.isnan(score)
        note[scored] = [_joined(text, _UNTESTED) for text in note[scored]]
    for row, place in np.argwhere(table.by_presence & value_here & value_there):
        of_values = number[OF_VALUES][row, place]
        text = f"{_MISSING}; {table.rules[place].measure.name} of the values is {of_values:.3g}"
        note[row, place] = _joined(note[row, place], text)
    return status, remarked(note, status, table)


def _joined(*parts: str) -> str:
    return "; ".join(part for part in parts if part)
