"""Reports for machines: JSON, JUnit, comma-separated values, annotations; and lines for people."""

from __future__ import annotations

import datetime
import io
import json
import math
from collections.abc import Hashable, Mapping, Sequence
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pandas as pd

from pdkl.report import text
from pdkl.results.reading import (
    JUDGED,
    count_statuses,
    failing,
    is_missing,
    keys_of,
    settings_of,
    telling,
)
from pdkl.results.statuses import ERROR, SKIPPED

_NUMBERS = (
    'JSON has no infinity: infinite numbers are the texts "inf" and "-inf". NaN and missing values '
    "are null."
)


def tally(frame: pd.DataFrame) -> str:
    """Say how many rows have which status, the worst first."""
    parts = [f"{count:,} {status}" for status, count in count_statuses(frame).items()]
    rows = text.rows(len(frame))
    return f"{rows}: {', '.join(parts)}" if parts else rows


def main_columns(frame: pd.DataFrame) -> pd.DataFrame:
    """Keep of the columns of drift what fits a screen, with few digits."""
    counts = ["n", "n_reference"]
    chosen = ["column", "status", "measure", *JUDGED, "p_adjusted", "top_category"]
    shown = frame[[*keys_of(frame), *chosen, *(["note"] if frame["note"].any() else []), *counts]]
    written = {name: shown[name].map(text.whole) for name in counts}
    written |= {name: shown[name].map(text.number) for name in JUDGED}
    written["p_adjusted"] = shown["p_adjusted"].map(text.p_value)
    return shown.assign(**written)


def failures(frame: pd.DataFrame) -> list[str]:
    """Say of each row that lets a gate fail what is wrong, the worst first."""
    told = telling(frame)
    told = told[failing(frame)[told.index]]
    return [
        f"{title}: {_message(row)}"
        for title, row in zip(_titles(told), told.to_dict("records"), strict=True)
    ]


def _titles(frame: pd.DataFrame) -> list[str]:
    """Write the status, the column and, where there are any, the segment of each row."""
    places = [f" in {segment}" if keys_of(frame) else "" for segment in text.segments(frame)]
    named = zip(frame["status"], frame["column"], places, strict=True)
    return [f"{status}: {text.visible(str(column))}{place}" for status, column, place in named]


def _message(row: dict[Hashable, Any]) -> str:
    """Say why a row has its status: by its note, or else by its numbers."""
    scores = [f"{row['measure']} {text.number(row['score'])}"]
    scores += [f"{name.replace('_', ' ')} {text.number(row[name])}" for name in JUDGED[1:]]
    scores += [f"threshold {row['threshold']:g}", f"p_adjusted {row['p_adjusted']:.3g}"]
    return text.visible(str(row["note"])) or ", ".join(scores)


def github(frame: pd.DataFrame) -> str:
    """Write commands of GitHub's workflows: an error for each row that fails, else a warning."""
    told, wrong = telling(frame), failing(frame)
    rows = zip(told.index, _titles(told), told.to_dict("records"), strict=True)
    lines = [
        f"::{'error' if wrong[i] else 'warning'} title={_escaped(title, ':,')}"
        f"::{_escaped(_message(row))}"
        for i, title, row in rows
    ]
    return "\n".join([*lines, tally(frame)]) + "\n"


def _escaped(value: str, more: str = "") -> str:
    """Write what would end a value of such a command, or the command, as its code."""
    return "".join(f"%{ord(one):02X}" if one in f"%\r\n{more}" else one for one in value)


def json_text(
    frame: pd.DataFrame,
    categories: pd.DataFrame,
    others: pd.DataFrame,
    figures: Mapping[int, Sequence[dict[Hashable, Any]]],
    changes: pd.DataFrame | None,
    *,
    passed: bool,
) -> str:
    """Write the settings, each row with its measures, categories and figures, and the changes."""
    listed: dict[int, list[dict[str, Any]]] = {}
    for entry in _records(categories.drop(columns="column")):
        listed.setdefault(entry.pop("row"), []).append(entry)
    document = {
        "format": 1,
        "numbers": _NUMBERS,
        "passed": passed,
        "call": {name: _value(value) for name, value in settings_of(frame).items()},
        "rows": [
            row | {"category_counts": listed.get(i, [])} | _figures(figures.get(i))
            for i, row in enumerate(_records(pd.concat([frame, others], axis=1)))
        ],
        "changes": None if changes is None else _records(changes),
    }
    return _dumped(document)


def _figures(sides: Sequence[dict[Hashable, Any]] | None) -> dict[str, Any]:
    """Write the figures of a row of numbers or times; others have none."""
    if sides is None:
        return {}
    return {"figures": [{str(name): _value(one) for name, one in side.items()} for side in sides]}


def frame_json(frame: pd.DataFrame) -> str:
    """Write the settings and the rows of any tidy frame."""
    return _dumped(
        {
            "format": "pdkl table",
            "version": 1,
            "numbers": _NUMBERS,
            "call": {name: _value(value) for name, value in settings_of(frame).items()},
            "rows": _records(frame),
        }
    )


def _dumped(document: dict[str, Any]) -> str:
    # ASCII alone: what is invisible or turns text around stays an escape in the document
    return json.dumps(document, allow_nan=False, ensure_ascii=True, indent=1) + "\n"


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    columns = [[_value(value) for value in frame[name]] for name in frame.columns]
    names = [str(name) for name in frame.columns]
    return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]


def _value(value: Any) -> Any:
    """Return what JSON has for a value."""
    if isinstance(value, list):
        return [_value(one) for one in value]
    if isinstance(value, dict):
        return {str(name): _value(one) for name, one in value.items()}
    if isinstance(value, np.generic):
        value = value.item()
    if is_missing(value):
        return None
    if isinstance(value, float) and math.isinf(value):
        return "inf" if value > 0 else "-inf"
    if isinstance(value, (bool, int, float, str)):
        return value
    return value.isoformat() if isinstance(value, datetime.date) else str(value)


def junit(frame: pd.DataFrame) -> str:
    """Write a test case per row: its class is the segment, its name the column.

    Where two would be called the same, as columns 1 and "1" are, the later ones are numbered.
    """
    wrong = failing(frame)
    errors = frame["status"].eq(ERROR.name)
    suite = ElementTree.Element(
        "testsuite",
        name="pdkl drift",
        tests=str(len(frame)),
        failures=str(int((wrong & ~errors).sum())),
        errors=str(int(errors.sum())),
        skipped=str(int(frame["status"].eq(SKIPPED.name).sum())),
    )
    rows = frame.to_dict("records")
    for (segment, name), row, is_wrong in zip(called(frame), rows, wrong, strict=True):
        case = ElementTree.SubElement(suite, "testcase", classname=segment, name=name)
        message = _message(row)
        if is_wrong:
            tag = "error" if row["status"] == ERROR.name else "failure"
            ElementTree.SubElement(case, tag, type=row["status"], message=message)
        elif row["status"] == SKIPPED.name:
            ElementTree.SubElement(case, "skipped", message=message)
        else:
            ElementTree.SubElement(case, "system-out").text = f"{row['status']}: {message}"
    suites = ElementTree.Element("testsuites")
    suites.append(suite)
    ElementTree.indent(suites)
    head = '<?xml version="1.0" encoding="utf-8"?>\n'
    return head + ElementTree.tostring(suites, encoding="unicode") + "\n"


def called(frame: pd.DataFrame) -> list[tuple[str, str]]:
    """Name each row by its segment and column; a number is behind a column that is there twice."""
    columns = [text.visible(str(name)) for name in frame["column"]]
    names = list(zip(text.segments(frame), columns, strict=True))
    every, found = set(names), []
    seen: set[tuple[str, str]] = set()
    for segment, name in names:
        one, number = (segment, name), 1
        while one in seen or (number > 1 and one in every):
            number += 1
            one = (segment, f"{name} ({number})")
        seen.add(one)
        found.append(one)
    return found


def csv(frame: pd.DataFrame) -> str:
    """Write the rows, guarding every text against being read as a formula."""
    safe = {
        text.unformed(str(name)): [
            value if _is_number(value) else text.unformed(_plain(value)) for value in frame[name]
        ]
        for name in frame.columns
    }
    target = io.StringIO()
    pd.DataFrame(safe, dtype=object).to_csv(target, index=False, lineterminator="\r\n")
    return target.getvalue()


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float, np.number)) and not isinstance(value, bool)


def _plain(value: Any) -> str:
    found = _value(value)
    return "" if found is None else str(found)
