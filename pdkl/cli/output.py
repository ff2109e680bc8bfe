"""What a command answers: a text in one of the formats, where it goes, and the verdict."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import pandas as pd

from pdkl.cli import streams
from pdkl.report import plain, text
from pdkl.report.document import Report
from pdkl.results.reading import JUDGED, is_missing, keys_of, settings_of

_ENDINGS = {".csv": "csv", ".json": "json", ".html": "html", ".htm": "html", ".xml": "junit"}
_LONGEST = 80  # letters of a cell


@dataclass(frozen=True)
class Outcome:
    """What is left to be done when all is computed: to write, and to exit."""

    text: str = ""
    path: str | None = None  # None is standard output
    verdict: str = ""  # lines for people, on standard error
    failed: bool = False

    def deliver(self) -> int:
        """Write it; return the exit code."""
        if self.path is not None:
            Path(self.path).write_text(self.text, encoding="utf-8", newline="")
        elif self.text:
            # bytes, as in a file: no platform's code page and line ends
            sys.stdout.flush()
            sys.stdout.buffer.write(self.text.encode())
            sys.stdout.buffer.flush()
        if self.verdict:
            streams.tell(self.verdict)
        return 1 if self.failed else 0


def chosen_format(given: str | None, path: str | None, formats: Sequence[str]) -> str:
    """Return the format that is asked for, or that the name of the output means."""
    if given is None:
        given = _ENDINGS.get(Path(path or "").suffix.lower(), "table")
    if given not in formats:
        raise click.UsageError(
            f"{path!r} would be {given}, which this command does not write. Choose one by "
            f"--format: {', '.join(formats)}."
        )
    return given


def place(path: str | None, inputs: Sequence[str]) -> str | None:
    """Return where to write, before anything is read; None is standard output."""
    if path is None or path == "-":
        return None
    target = Path(path)
    if target.is_dir():
        raise click.UsageError(f"cannot write {path!r}: it is a folder.")
    if not target.parent.is_dir():
        raise click.UsageError(f"cannot write {path!r}: there is no folder {str(target.parent)!r}.")
    if not os.access(target if target.exists() else target.parent, os.W_OK):
        raise click.UsageError(f"cannot write {path!r}: permission denied.")
    if any(target.exists() and target.samefile(file) for file in inputs if Path(file).exists()):
        raise click.UsageError(f"cannot write {path!r}: it is an input. Name another output.")
    return path


def write(frame: pd.DataFrame, form: str) -> str:
    """Write a tidy frame."""
    if form == "json":
        return plain.frame_json(frame)
    return plain.csv(frame) if form == "csv" else table(frame)


def write_report(report: Report, form: str) -> str:
    """Write a report."""
    if form == "table":
        return f"{table(_main_columns(report.frame))}\n{tally(report)}\n"
    written: Any = getattr(report, f"to_{form}")()
    return str(written)


def left_out(frame: pd.DataFrame) -> str:
    """Say which columns are only compared where they are named, nothing where all are."""
    skipped = [f"{name} ({why})" for name, why in settings_of(frame)["skipped"].items()]
    return f"left out unless --columns names them: {', '.join(skipped)}" if skipped else ""


def tally(report: Report) -> str:
    """Say how many rows have which status."""
    return plain.tally(report.frame)


def smoothing_added(report: Report) -> str:
    """Say which counts a report has changed unasked, nothing where none."""
    call = settings_of(report.frame)
    if not call["smoothing"] or not call["smoothing_added"]:
        return ""
    names = text.listed(list(call["smoothing"]))
    (pseudo,) = set(call["smoothing"].values())
    return (
        f"pdkl: {pseudo} was added to each count of {names}, where the measure could be infinite; "
        "--smoothing says otherwise."
    )


def _main_columns(frame: pd.DataFrame) -> pd.DataFrame:
    """Keep of the columns of drift what fits a screen, with few digits."""
    counts = ["n", "n_reference"]
    chosen = ["column", "status", "measure", *JUDGED, "p_adjusted", "top_category"]
    shown = frame[[*keys_of(frame), *chosen, *(["note"] if frame["note"].any() else []), *counts]]
    written = {name: shown[name].map(text.whole) for name in counts}
    written |= {name: shown[name].map(text.number) for name in JUDGED}
    written["p_adjusted"] = shown["p_adjusted"].map(text.p_value)
    return shown.assign(**written)


def table(frame: pd.DataFrame) -> str:
    """Write a frame for people: what is invisible shows, and long texts are cut."""
    if frame.empty:
        return "(no rows)\n"
    shown = pd.DataFrame(
        {
            text.visible(str(name)): column
            if pd.api.types.is_numeric_dtype(column.dtype) or _is_time(column.dtype)
            else pd.Series([_cell(value) for value in column], dtype=object)
            for name, column in frame.items()
        }
    )
    return shown.to_string(index=False, max_colwidth=None) + "\n"


def _is_time(dtype: Any) -> bool:
    return pd.api.types.is_datetime64_any_dtype(dtype)


def _cell(value: Any) -> str:
    if is_missing(value):
        return ""
    return text.clipped(text.visible(str(value)), _LONGEST)
