"""What a report is called and what it found, in plain sentences: for the page and for Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pandas as pd

from pdkl.report import text
from pdkl.report.changes import Change, sentence
from pdkl.report.numbers import ORDERED, moved
from pdkl.results.intervals import in_words
from pdkl.results.reading import FEW, keys_of, settings_of, too_few, worst_first
from pdkl.results.statuses import DRIFT, LEGEND

NAMES = ("data", "reference")
BEFORE = "the periods before"  # the reference of a history
TITLE = "Drift report"
_LONGEST = 40  # letters of a name or value
_CHANGES, _LISTED = 3, 5  # columns whose change is told, and names in a list

Write = Callable[[str], str]  # how a text that may come from the data is written


def title_of(frame: pd.DataFrame) -> str:
    """Return what the report is called."""
    return text.visible(settings_of(frame).get("title") or TITLE)


def names_of(frame: pd.DataFrame) -> tuple[str, str]:
    """Return what the sides are called: data, reference."""
    data, reference = settings_of(frame).get("names", NAMES)
    return text.visible(data), text.visible(reference)


def short(value: str) -> str:
    """Write a name or value so that no sentence runs on."""
    return text.clipped(text.visible(value), _LONGEST)


def compared(frame: pd.DataFrame, write: Write = str) -> str:
    """Say what is compared with what."""
    shown = [
        name if name in (role, BEFORE) else f"{write(name)} ({role})"
        for name, role in zip(names_of(frame), NAMES, strict=True)
    ]
    return " against ".join(shown)


def sentences(
    frame: pd.DataFrame,
    categories: pd.DataFrame,
    numbers: pd.DataFrame | None = None,
    changed: Sequence[Change] = (),
    *,
    passed: bool,
    write: Write = short,
) -> list[str]:
    """Say how much drifted, what changed most and when, and what was not compared, and why.

    All is read from the frames, so that it tells no more than they do. ``numbers`` are the figures
    of columns of numbers.
    """
    is_drift = frame["status"].eq(DRIFT.name).to_numpy()
    drifted = [i for i in worst_first(frame) if is_drift[i]]
    found = [_how_much(frame, drifted, passed=passed)]
    if drifted:
        found.append(_changes(frame, categories, numbers, drifted, write))
    if changed:
        found.append(sentence(changed, write))
    return [f"{one}." for one in [*found, *_others(frame, write)]]


def _how_much(frame: pd.DataFrame, drifted: Sequence[int], *, passed: bool) -> str:
    """Say how many columns drifted, and in how many segments."""
    if not drifted:
        return "No column drifted"
    part = frame.iloc[list(drifted)]
    some, every = (one["column"].nunique() for one in (part, frame))
    said = f"{some:,} of {every:,} {'column' if every == 1 else 'columns'} drifted"
    if keys_of(frame):
        some, every = (len(set(text.segments(one))) for one in (part, frame))
        said += f", in {some:,} of {every:,} {'segment' if every == 1 else 'segments'}"
    if passed:
        said += f"; up to {settings_of(frame)['max_drifted']:.3g} of the rows judged may"
    return said


def _changes(
    frame: pd.DataFrame,
    categories: pd.DataFrame,
    numbers: pd.DataFrame | None,
    drifted: Sequence[int],
    write: Write,
) -> str:
    """Say of the columns that drifted most what changed most, each where it is worst."""
    worst: dict[Any, int] = {}
    for i, name in zip(drifted, frame["column"].iloc[list(drifted)], strict=True):
        worst.setdefault(name, i)
    shown = list(worst.values())[:_CHANGES]
    segments = text.segments(frame.iloc[shown])
    told = []
    for i, segment in zip(shown, segments, strict=True):
        row = frame.iloc[i]
        place = f" in {write(segment)}" if keys_of(frame) else ""
        top = _top(categories, i, row["top_category"])
        parts = ["" if numbers is None else moved(numbers, i), _change(top, row["kind"], write)]
        change = ", ".join(part for part in parts if part)
        told.append(f"{write(str(row['column']))}{place}{': ' if change else ''}{change}")
    return _and_more("; ".join(told), len(worst) - len(shown), mark="; ")


def _top(categories: pd.DataFrame, row: int, category: Any) -> dict[Any, Any]:
    """Return the category that drives a row: by what it is judged by, or else the first shown."""
    own = categories[categories["row"] == row]
    same = own[own["category"] == category]
    entries = (same if len(same) else own).head(1).to_dict("records")
    return entries[0] if entries else {}


def _change(entry: dict[Any, Any], kind: Any, write: Write) -> str:
    """Say which way the share of a category went, and by how much; nothing where none is known."""
    change = entry.get("change", 0.0)
    if pd.isna(change) or change == 0.0:
        return ""
    flags = entry["flag"].split()
    points = f"({text.points(change)})"
    # a category of the data's own comes and goes; a bin, and what stands for several, has more
    is_own = not {"missing", "other"} & set(flags) and kind != ORDERED
    name = in_words(entry["category"]) if kind == ORDERED else entry["category"]
    for flag in ("gone", "new"):
        if is_own and flag in flags:
            return f"{write(entry['category'])} is {flag} {points}"
    more = "more" if change > 0.0 else "less"
    if "missing" in flags:
        return f"{more if change > 0.0 else 'fewer'} missing values {points}"
    return f"{more} {'of all others' if 'other' in flags else write(name)} {points}"


def _others(frame: pd.DataFrame, write: Write) -> Iterator[str]:
    """List the columns of each other status that people should know of, and of too few rows."""
    sides = {
        role: f"the {role}" if name == role else name if name == BEFORE else write(name)
        for name, role in zip(names_of(frame), NAMES, strict=True)
    }
    headed = {
        status.heading.format(**sides): frame["status"] == status.name
        for status in LEGEND
        if status.heading
    }
    headed[f"Fewer than {FEW} rows on a side, too few to tell"] = too_few(frame)
    n_rows = frame["column"].value_counts().to_dict()
    grouped = bool(keys_of(frame))
    for heading, chosen in headed.items():
        counts = frame["column"][chosen].value_counts(sort=False)
        if counts.empty:
            continue
        listed = ", ".join(
            write(str(name))
            + (f" (in {n:,} of {n_rows[name]:,} segments)" if grouped and n < n_rows[name] else "")
            for name, n in counts.head(_LISTED).items()
        )
        yield f"{heading}: {_and_more(listed, len(counts) - _LISTED)}"


def _and_more(listed: str, n_more: int, mark: str = " ") -> str:
    return f"{listed}{mark}and {n_more:,} more" if n_more > 0 else listed
