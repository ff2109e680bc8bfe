"""Reports for machines: JSON, JUnit, comma-separated values, and a line for people."""

from __future__ import annotations

import datetime
import io
import json
import math
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pandas as pd

from pdkl.report import text
from pdkl.results.reading import JUDGED, count_statuses, failing, is_missing, settings_of
from pdkl.results.statuses import ERROR, SKIPPED

_NUMBERS = (
    'JSON has no infinity: infinite numbers are the texts "inf" and "-inf". NaN and missing values '
    "are null."
)


def tally(frame: pd.DataFrame) -> str:
    """Say how many rows have which status, the worst first."""
    parts = [f"{count} {status}" for status, count in count_statuses(frame).items()]
    rows = text.rows(len(frame))
    return f"{rows}: {', '.join(parts)}" if parts else rows


def json_text(
    frame: pd.DataFrame, categories: pd.DataFrame, others: pd.DataFrame, *, passed: bool
) -> str:
    """Write the settings, and each row with its other measures and its categories."""
    listed: dict[int, list[dict[str, Any]]] = {}
    for entry in _records(categories.drop(columns="column")):
        listed.setdefault(entry.pop("row"), []).append(entry)
    document = {
        "format": 1,
        "numbers": _NUMBERS,
        "passed": passed,
        "call": {name: _value(value) for name, value in settings_of(frame).items()},
        "rows": [
            row | {"category_counts": listed.get(i, [])}
            for i, row in enumerate(_records(pd.concat([frame, others], axis=1)))
        ],
    }
    return _dumped(document)


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
    columns = [text.visible(str(name)) for name in frame["column"]]
    called = _distinct(list(zip(text.segments(frame), columns, strict=True)))
    rows = frame.to_dict("records")
    for (segment, name), row, is_wrong in zip(called, rows, wrong, strict=True):
        case = ElementTree.SubElement(suite, "testcase", classname=segment, name=name)
        measure = row["measure"]
        scores = [f"{measure} {text.number(row['score'])}"]
        scores += [f"{name.replace('_', ' ')} {text.number(row[name])}" for name in JUDGED[1:]]
        scores += [f"threshold {row['threshold']:g}", f"p_adjusted {row['p_adjusted']:.3g}"]
        message = text.visible(str(row["note"])) or ", ".join(scores)
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


def _distinct(called: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Put a number behind each name that its class has already."""
    every, found = set(called), []
    seen: set[tuple[str, str]] = set()
    for segment, name in called:
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
