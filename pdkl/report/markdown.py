"""Reports as Markdown, for the summary page of a run of CI: what people should look at."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

from pdkl.report import plain, text
from pdkl.results.reading import JUDGED, is_missing, keys_of, settings_of, telling
from pdkl.results.statuses import DRIFT

_MOST = 25  # rows of the table: comments of more than 65,536 letters are refused
_LONGEST = 80  # letters of a cell …
_LONGEST_NOTE = 200  # … and of a note
# what the package writes itself; all else may come from the data
_OWN = frozenset({"status", *JUDGED, "p_adjusted", "n", "n_reference"})


def markdown(frame: pd.DataFrame, *, passed: bool) -> str:
    """Write a heading, what was found in a sentence or two, and a table of the worst rows."""
    told = telling(frame)
    parts = [f"## Drift report: {'passed' if passed else 'not passed'}", _found(frame, passed)]
    if len(told):
        parts.append(_table(plain.main_columns(told.head(_MOST))))
    if (n_more := len(told) - _MOST) > 0:
        parts.append(f"and {n_more:,} more {'row' if n_more == 1 else 'rows'} to look at.")
    return "\n\n".join(parts) + "\n"


def _found(frame: pd.DataFrame, passed: bool) -> str:
    """Say how many columns drifted, in how many segments, and which statuses there are."""
    drifted = frame[frame["status"] == DRIFT.name]
    if drifted.empty:
        return f"No column drifted. {plain.tally(frame)}."
    some, every = (part["column"].nunique() for part in (drifted, frame))
    said = f"{some:,} of {every:,} {'column' if every == 1 else 'columns'} drifted"
    if keys_of(frame):
        some, every = (len(set(text.segments(part))) for part in (drifted, frame))
        said += f", in {some:,} of {every:,} {'segment' if every == 1 else 'segments'}"
    if passed:
        said += f"; up to {settings_of(frame)['max_drifted']:.3g} of the rows judged may"
    return f"{said}. {plain.tally(frame)}."


def _table(frame: pd.DataFrame) -> str:
    keys = set(keys_of(frame))
    heads = [str(name) if name not in keys else code(str(name)) for name in frame.columns]
    columns = [
        [_cell(name, text.key(value) if name in keys else value) for value in frame[name]]
        for name in frame.columns
    ]
    lines = [heads, ["---"] * len(heads), *zip(*columns, strict=True)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _cell(name: Any, value: Any) -> str:
    if name in _OWN:
        return str(value).replace("<", "&lt;")
    longest = _LONGEST_NOTE if name == "note" else _LONGEST
    return "" if is_missing(value) else code(str(value), longest)


def code(value: str, longest: int = _LONGEST) -> str:
    """Write a text from the data as code, where nothing is markup, a link or a mention.

    Longer runs of backticks than it has are around it. A bar would end the cell of a table; what
    would end a line is visible instead.
    """
    shown = text.clipped(text.visible(value), longest)
    if not shown:
        return ""
    fence = "`" * (1 + max(map(len, re.findall("`+", shown)), default=0))
    # a blank at both ends is taken away by whoever reads it
    pad = " " if shown.strip() and (shown[0] in " `" or shown[-1] in " `") else ""
    return f"{fence}{pad}{shown}{pad}{fence}".replace("|", "\\|")
