"""Reports as Markdown, for the summary page of a run of CI: what people should look at."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pandas as pd

from pdkl.report import findings, plain, text
from pdkl.report.changes import Change
from pdkl.results.reading import JUDGED, is_missing, keys_of, settings_of, telling

_MOST = 25  # rows of the table: comments of more than 65,536 letters are refused
_LONGEST = 80  # letters of a cell …
_LONGEST_NOTE = 200  # … and of a note
# what the package writes itself; all else may come from the data
_OWN = frozenset({"status", *JUDGED, "p_adjusted", "n", "n_reference"})


def markdown(
    frame: pd.DataFrame,
    categories: pd.DataFrame,
    numbers: pd.DataFrame | None = None,
    changed: Sequence[Change] = (),
    *,
    passed: bool,
) -> str:
    """Write a heading, what was found in a few sentences, and a table of the worst rows."""
    told = telling(frame)
    title = findings.title_of(frame)
    called = code(title) if settings_of(frame).get("title") else title
    parts = [f"## {called}: {'passed' if passed else 'not passed'}"]
    parts.append(_found(frame, categories, numbers, changed, passed=passed))
    if len(told):
        parts.append(_table(plain.main_columns(told.head(_MOST))))
    if (n_more := len(told) - _MOST) > 0:
        parts.append(f"and {n_more:,} more {'row' if n_more == 1 else 'rows'} to look at.")
    return "\n\n".join(parts) + "\n"


def _found(
    frame: pd.DataFrame,
    categories: pd.DataFrame,
    numbers: pd.DataFrame | None,
    changed: Sequence[Change],
    *,
    passed: bool,
) -> str:
    """Say what is compared, where it has names, what was found, and which statuses there are."""
    named = findings.names_of(frame) != findings.NAMES
    said = [f"{findings.compared(frame, _short)}."] if named else []
    said += findings.sentences(frame, categories, numbers, changed, passed=passed, write=_short)
    return " ".join([*said, f"{plain.tally(frame)}."])


def _short(value: str) -> str:
    return code(findings.short(value))


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
