"""What a row of drift needs to say besides its status."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pdkl.analyses.drift.table import SIDES, Flags, Table
from pdkl.codes.labels import as_text
from pdkl.codes.scales import AWARE, NAIVE
from pdkl.counting.kinds import DriftColumn
from pdkl.results.reading import FEW, JUDGED
from pdkl.results.statuses import DRIFT, SCORED, UNDECIDED

_APART = 0.95  # a js_distance in bits from which on two sides have hardly a value in common
_UNSEEN = 0.1  # a share of rows on unseen values that is worth a word
_TIMES = (NAIVE, AWARE)
_NOTHING_IN_COMMON = (
    "hardly a value in common: a part of the date, a batch or the key of a partition? exclude= or "
    "kinds="
)


def remarked(note: NDArray[Any], status: NDArray[Any], table: Table) -> NDArray[Any]:
    """Add to each note what else its row needs to say."""
    found = note.copy()
    few = _few(table)
    undecided = np.isin(status, UNDECIDED) & ~np.isnan(table.number[JUDGED[2]])
    for row, place in np.argwhere(undecided & np.logical_or(*few)):
        here, there = (side[row, place] for side in few)
        where = "on both sides" if here and there else "in data" if here else "in reference"
        text = f"too few rows to tell: fewer than {FEW} {where}"
        found[row, place] = "; ".join(part for part in (text, found[row, place]) if part)
    for row, place in np.argwhere(np.isin(status, SCORED) & table.lined_up):
        column = table.columns[place]
        if column.is_scored:
            known = table.known_of(row, place)
            parts = [found[row, place], *_remarks(column, str(status[row, place]), known)]
            found[row, place] = "; ".join(part for part in parts if part)
    return found


def _few(table: Table) -> tuple[Flags, Flags]:
    """Tell which rows have few rows of data, and which of the reference; shares are no rows."""
    sizes = [table.whole[f"n{end}"] for end in SIDES]
    here, there = ((size > 0) & (size < FEW) for size in sizes)
    return here, there & (not table.is_fixed)


def _remarks(column: DriftColumn, status: str, known: dict[str, float]) -> list[str]:
    parts = [column.remark] if column.remark else []
    moves_on = column.runs_on or (column.binner is not None and column.binner.scale in _TIMES)
    if status == DRIFT.name and known["distance"] >= _APART and not moves_on:
        return [*parts, _NOTHING_IN_COMMON]
    if status == DRIFT.name and moves_on and known["above"] > 0:
        later = "later" if not column.runs_on else "higher"
        return [
            *parts,
            f"{_share(known['above'])} of the rows are {later} than all of the reference; "
            f"kinds={{{as_text(column.name)!r}: 'clock'}} leaves uncompared what moves on",
        ]
    if known["unseen"] > _UNSEEN:
        return [
            *parts,
            f"{_share(known['unseen'])} of the rows hold values that the reference lacks",
        ]
    return parts


def _share(value: float) -> str:
    return f"{100.0 * value:.3g} %"
