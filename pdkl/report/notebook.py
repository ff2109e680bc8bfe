"""The report in a notebook: colours and folds that need no script and no style of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from pdkl.report import findings, table, text
from pdkl.report.changes import Change
from pdkl.report.plain import tally
from pdkl.report.rendering import render
from pdkl.results import palette
from pdkl.results.reading import count_statuses, judged_by, keys_of, worst_first
from pdkl.results.statuses import BY_NAME, QUIET

_BYTES = 60_000
_TOLD, _CATEGORIES, _REST = 24, 5, 100  # rows, categories of each, and rows that are folded
_LONGEST, _LONGEST_NOTE = 40, 160  # letters
_BAR = 60  # pixels


def notebook(
    frame: pd.DataFrame,
    categories: pd.DataFrame,
    numbers: pd.DataFrame | None = None,
    changed: Sequence[Change] = (),
    *,
    passed: bool,
) -> str:
    """Write what was found, the rows to look at with their categories, and the rest folded.

    The ground is the notebook's, which may be dark where the system is light: text has its ink, and
    what is coloured brings its own ground.
    """
    segment_of = text.segments(frame)
    order = worst_first(frame)
    n_told = len(frame) - sum(count_statuses(frame).get(name, 0) for name in QUIET)
    told, rest = order[:n_told], order[n_told:]
    most = 1
    while True:
        written = render(
            "notebook.html.j2",
            {
                "title": findings.title_of(frame),
                "names": findings.names_of(frame),
                "passed": passed,
                "tally": tally(frame),
                "found": findings.sentences(frame, categories, numbers, changed, passed=passed),
                "chips": {one.name: _chip(palette.of_status(one)) for one in BY_NAME.values()},
                "verdict": (palette.GOOD if passed else palette.BAD).light,
                "sides": (palette.DATA.either, palette.REFERENCE.either),
                "measure": judged_by(frame),
                "keys": text.keys(frame) if keys_of(frame) else "",
                "rows": _rows(frame, categories, segment_of, told[: _TOLD // most], _CATEGORIES),
                "n_more": max(len(told) - _TOLD // most, 0),
                "n_rest": len(rest),
                "quiet": table.quiet(frame),
                "rest": _rows(frame, categories, segment_of, rest[: _REST // most], 0),
            },
        )
        if len(written.encode()) <= _BYTES or most > _REST:
            return written
        most *= 2


def _chip(colour: palette.Colour) -> str:
    """Write the style of a word that brings its own ground."""
    return (
        f"background:{colour.light};color:{palette.GROUND.light};padding:0 .5em;"
        "border-radius:.7em;white-space:nowrap"
    )


def _rows(
    frame: pd.DataFrame,
    categories: pd.DataFrame,
    segment_of: Sequence[str],
    order: Sequence[int],
    most: int,
) -> list[dict[str, Any]]:
    own: dict[Any, pd.DataFrame] = dict(
        list(categories[categories["row"].isin(order)].groupby("row"))
    )
    return [
        {
            **row,
            "column": text.clipped(row["column"], _LONGEST),
            "segment": text.shortened(row["segment"], _LONGEST),
            "note": text.clipped(row["note"], _LONGEST_NOTE),
            "categories": _categories(own[i].head(most)) if most and i in own else [],
            "n_more": max(len(own.get(i, ())) - most, 0),
        }
        for i, row in zip(order, table.rows(frame, segment_of, order), strict=True)
    ]


def _categories(part: pd.DataFrame) -> list[dict[str, Any]]:
    """Write the categories that contribute most: their shares, before and after."""
    shown = part[["category", "p", "q", "change"]].to_dict("records")
    own = part[~part["flag"].str.contains("other")]
    high = float(np.nanmax(own[["p", "q"]].to_numpy(), initial=1e-9))
    return [
        {
            "name": text.clipped(text.visible(one["category"]), _LONGEST),
            "before": text.share(one["q"]),
            "after": text.share(one["p"]),
            "change": text.ABSENT if pd.isna(one["change"]) else text.points(one["change"]),
            "bars": [_bar(one[side] / high) for side in "pq"],
        }
        for one in shown
    ]


def _bar(length: float) -> int:
    return 0 if pd.isna(length) else round(_BAR * min(length, 1.0))
