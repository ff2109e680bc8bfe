"""The rows of the page: those that are there without a script, and what the script shows of all."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pdkl.report import findings, numbers, text
from pdkl.report.numbers import Numbers, in_order
from pdkl.results.intervals import in_words
from pdkl.results.reading import JUDGED, count_statuses, is_fixed, judged_by, settings_of
from pdkl.results.statuses import QUIET, STATUSES

PAGE = 100  # rows that are shown at once
_FEW = 10  # quiet rows that are not worth a fold
_WITHOUT_SCRIPT = 300  # rows to look at that need no script
_LONGEST, _SHORTEST = 120, 24  # letters of a category …
_LETTERS = 40_000  # … of which there are about so many in all
_NAME = "{column}"  # stands for it in a note
_LONGEST_NOTE, _SHORTEST_NOTE, _LETTERS_OF_NOTES = 400, 90, 60_000
_CELLS = (
    *("status", "column", "segment", "kind", "score", "excess", "floor", "threshold"),
    *("n", "n_reference", "k", "missing", "missing_reference"),
)
_WORDS = 4  # of them hold words
_DETAILS = {  # column -> how it is written
    "new_categories": text.whole,
    "unseen": text.share,
    "gone_categories": text.whole,
    "vanished": text.share,
    "out_of_range": text.share,
    "p_adjusted": text.p_value,
}

Rows = list[dict[str, str]]


def rows(frame: pd.DataFrame, segment_of: Sequence[str], order: Sequence[int]) -> Rows:
    """Write the cells of each row, in the order of the table, and its note."""
    score, excess, floor = JUDGED
    listed = frame.take(list(order)).to_dict("records")
    n_notes = frame["note"].nunique()
    longest = _bounded(_LETTERS_OF_NOTES, n_notes, _SHORTEST_NOTE, _LONGEST_NOTE)
    return [
        {
            "status": row["status"],
            "column": text.visible(row["column"]),
            "segment": segment_of[i],
            "kind": row["kind"] if isinstance(row["kind"], str) else text.ABSENT,
            "score": text.number(row[score]),
            "excess": text.number(row[excess]),
            "floor": text.number(row[floor]),
            "threshold": f"{row['threshold']:g}",
            "n": text.whole(row["n"]),
            "n_reference": text.whole(row["n_reference"]),
            "k": text.whole(row["categories"]),
            "missing": text.share(row["missing"]),
            "missing_reference": text.share(row["missing_reference"]),
            "note": text.clipped(text.visible(row["note"]), longest),
        }
        for i, row in zip(order, listed, strict=True)
    ]


def _bounded(together: int, n: int, least: int, most: int) -> int:
    return min(max(together // max(n, 1), least), most)


def quiet(frame: pd.DataFrame) -> str:
    """Say how many rows are quiet, and what they are."""
    counts = count_statuses(frame)
    said = [
        f"{text.rows(counts[name])} {'is' if counts[name] == 1 else 'are'} {name}"
        for name in reversed(QUIET)
        if name in counts
    ]
    return ", ".join(said)


def without_script(written: Rows) -> tuple[Rows, int, int]:
    """Choose the rows that need no script; also count the others, to look at and quiet.

    They are those to look at, and as many quiet ones as fill a page.
    """
    n_told = sum(row["status"] not in QUIET for row in written)
    most = max(PAGE, min(n_told, _WITHOUT_SCRIPT))
    shown = written[:most]
    return shown, max(n_told - most, 0), len(written) - max(n_told, len(shown))


def data(
    frame: pd.DataFrame,
    categories: pd.DataFrame,
    others: pd.DataFrame,
    figures: Numbers,
    written: Rows,
    order: Sequence[int],
) -> str:
    """Write what the script needs to show the rows, as JSON that no tag can end.

    The rows are told column by column: a text of what is between blanks, nothing where a row has
    the same as the one before it, and numbers without the 0 before their point. Words are told by
    their place in a list.
    """
    stats: dict[Any, Callable[[Any], str]] = {}
    if len(frame["measure"].drop_duplicates()) > 1:  # else the head of the table names the only one
        stats["measure"] = text.visible
    stats |= _DETAILS
    stats |= {name: text.number for name in others if name != judged_by(frame)}
    listed = pd.concat([frame, others], axis=1).take(list(order))
    words: list[list[str]] = []
    cells: list[str] = []
    for place, name in enumerate(_CELLS):
        column = [row[name] for row in written]
        if place < _WORDS:
            found, column = _numbered(column)
            words.append(found)
        cells.append(_packed(column))
    ordered = figures.ordered(frame)
    notes, noted = _numbered([_without_name(row["note"], row["column"]) for row in written])
    document = {
        "rare": settings_of(frame)["rare"],
        "fixed": is_fixed(frame),
        "statuses": [one.name for one in STATUSES],
        "quiet": QUIET,
        "rest": quiet(frame),
        "page": PAGE,
        "name": _NAME,
        "few": _FEW,
        "printed": _WITHOUT_SCRIPT,
        "n": len(written),
        "words": words,
        "cells": cells,
        "notes": notes,
        "noted": _packed(noted),
        "details": list(stats),
        "stats": [_packed(map(write, listed[name])) for name, write in stats.items()],
        **_entries(categories, ordered, order, fixed=is_fixed(frame)),
        "numbers": {
            "sides": findings.names_of(frame),
            "ordered": "".join(
                "01"[int(ordered)] for ordered in figures.ordered(frame)[list(order)]
            ),
            **numbers.data(figures, order),
        },
    }
    dumped = json.dumps(document, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
    return dumped.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _numbered(column: list[str]) -> tuple[list[str], list[str]]:
    """Return the different words, and the number of each."""
    found = {word: str(i) for i, word in enumerate(dict.fromkeys(column))}
    return list(found), [found[word] for word in column]


def _without_name(note: str, column: str) -> str:
    """Let notes be the same that differ in no more than the name of their column."""
    return note if _NAME in note + column else note.replace(f"'{column}'", f"'{_NAME}'")


def _packed(column: Iterable[str]) -> str:
    parts, last = [], ""
    for one in column:
        parts.append("" if one == last else one.removeprefix("0") if one[:2] == "0." else one)
        last = one
    return " ".join(parts).rstrip(" ")


def _entries(
    categories: pd.DataFrame, ordered: NDArray[np.bool_], order: Sequence[int], *, fixed: bool
) -> dict[str, Any]:
    """Tell the categories of each row: the place of its name, both counts, contribution, mark.

    The mark is -1 for what is missing, and of the rest how many it stands for, -2 where that is not
    told.
    """
    longest = _bounded(_LETTERS, categories["category"].nunique(), _SHORTEST, _LONGEST)
    names: dict[str, int] = {}
    found: dict[int, list[str]] = {}
    for entry in in_order(categories, ordered).to_dict("records"):
        shown = entry["category"]
        if ordered[entry["row"]]:
            shown = in_words(shown)
        label = text.clipped(text.visible(shown), longest)
        parts = [str(names.setdefault(label, len(names)))]
        parts += [_short(entry["count"]), _short(entry["q" if fixed else "count_reference"])]
        parts.append(_contribution(entry["contribution"]))
        if "missing" in entry["flag"]:
            parts.append("-1")
        elif "other" in entry["flag"]:
            parts.append(str(entry.get("categories", -2)))
        found.setdefault(entry["row"], []).append(",".join(parts))
    return {"names": list(names), "entries": [";".join(found.get(i, [])) for i in order]}


def _short(value: float) -> str:
    return str(int(value)) if value == int(value) else f"{value:.9g}"


def _contribution(value: float) -> str:
    """Write four decimals, or one digit of what is less, as they are shown; nothing of NaN."""
    if np.isnan(value):
        return ""
    return f"{value:.4f}".strip("0").rstrip(".") if value >= 0.001 else f"{max(value, 0.0):.0g}"
