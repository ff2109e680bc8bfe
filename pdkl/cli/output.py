"""What a command answers: a text in one of the formats, where it goes, and the verdict."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import click
import pandas as pd

from pdkl.cli import screen, streams
from pdkl.cli.wording import in_options
from pdkl.report import plain, text
from pdkl.report.document import Report
from pdkl.results.reading import FEW, is_missing, keys_of, settings_of, too_few
from pdkl.sources.locations.urls import is_url, masked

# what the name of an output means, by how it ends
_ENDINGS = {
    ".csv": "csv",
    ".json": "json",
    ".html": "html",
    ".htm": "html",
    ".xml": "junit",
    ".md": "markdown",
}
_NO_FORMAT = ("", ".txt")  # endings of names that may hold any of them
SCREEN = "-"
_TABLE = "table"  # is for people
_ON_SCREEN = "github"  # is read there and nowhere else, so that files are written beside it
_LONGEST = 80  # letters of a cell
_MOST, _LONGEST_LINE = 50, 400  # rows that are listed for people, and letters of each


@dataclass(frozen=True)
class Target:
    """A format, and the file that it is written to; None is standard output."""

    form: str
    path: str | None
    is_meant: bool = field(default=True, compare=False)  # no other format goes by that name


@dataclass(frozen=True)
class Outcome:
    """What is left to be done when all is computed: to write, and to exit."""

    written: Sequence[tuple[Target, str]] = ()
    verdict: str = ""  # lines for people, on standard error
    failed: bool = False

    def telling(self, line: str) -> Outcome:
        """Say one thing more to people."""
        return replace(self, verdict=f"{self.verdict}\n{line}" if self.verdict else line)

    def deliver(self) -> int:
        """Write it; return the exit code."""
        for target, content in self.written:
            if target.path is not None:
                Path(target.path).write_text(content, encoding="utf-8", newline="")
            else:
                shown = streams.harmless(content) if target.form == _TABLE else content
                # bytes, as in a file: no platform's code page and line ends
                sys.stdout.flush()
                sys.stdout.buffer.write(shown.encode())
                sys.stdout.buffer.flush()
        if self.verdict:
            streams.tell(screen.told(self.verdict, screen.look(sys.stderr)))
        return 1 if self.failed else 0


def targets(
    given: str | None, paths: Sequence[str], formats: Sequence[str], *, without: str = _TABLE
) -> list[Target]:
    """Return what is asked for, each in the format that is given or that its name means.

    Of several outputs, the format given is that of the one whose name means none; where none is
    given it is in the format ``without``.
    """
    if given == _ON_SCREEN and SCREEN not in paths:
        paths = [SCREEN, *paths]
    _require_different(paths)
    found: list[Target] = []
    for path in paths or [SCREEN]:
        suffix = Path(path).suffix.lower()
        means = _ENDINGS.get(suffix)
        form = (means or given if len(paths) > 1 else given or means) or without
        if form not in formats:
            raise click.UsageError(
                f"{path!r} would be {form}, which this command does not write. Choose one by "
                f"--format: {', '.join(formats)}."
            )
        is_meant = suffix in _NO_FORMAT or (means or given) is not None
        found.append(Target(form, None if path == SCREEN else path, is_meant))
    forms = [one.form for one in found]
    if given is not None and given not in forms:
        raise click.UsageError(
            f"--format {given} is for an output whose name means no format; those of "
            f"{_listed(paths)} do. Leave it out, or add -o -."
        )
    for form in forms:
        same = [path for path, one in zip(paths, forms, strict=False) if one == form]
        if len(same) > 1:
            raise click.UsageError(
                f"{_listed(same)} would each be {form}. Give one -o for each format."
            )
    return found


def _require_different(paths: Sequence[str]) -> None:
    """Refuse two outputs that are one file, however it is spelled."""
    for i, path in enumerate(paths):
        for other in paths[:i]:
            if path == other or (SCREEN not in (path, other) and _is_same(path, other)):
                raise click.UsageError(
                    f"{other!r} and {path!r} are the same output. Give each -o once."
                )


def _is_same(path: str, other: str) -> bool:
    if Path(path).exists() and Path(other).exists():
        return Path(path).samefile(other)
    return os.path.realpath(path) == os.path.realpath(other)


def _listed(paths: Sequence[str]) -> str:
    return " and ".join(map(repr, paths))


def files(found: Sequence[Target]) -> list[str]:
    """Return the files that are written."""
    return [one.path for one in found if one.path is not None]


def require_outputs(found: Sequence[Target], inputs: Sequence[str]) -> None:
    """Refuse outputs that cannot be written, are inputs, or are called after another format."""
    require_writable(files(found), inputs)
    for one in found:
        if one.path is not None and not one.is_meant:
            raise click.UsageError(
                f"cannot write {one.path!r}: this command has no format for names in "
                f"{Path(one.path).suffix!r}. Choose one by --format, or another ending."
            )


def require_writable(paths: Sequence[str], inputs: Sequence[str]) -> None:
    """Refuse files that cannot be written, or are inputs, before anything is read."""
    for path in paths:
        if is_url(path):
            raise click.UsageError(
                f"cannot write {masked(path)!r}: outputs are files on this machine. Write it here, "
                "and copy it."
            )
        target = Path(path)
        if target.is_dir():
            raise click.UsageError(f"cannot write {path!r}: it is a folder.")
        if not target.parent.is_dir():
            parent = str(target.parent)
            raise click.UsageError(f"cannot write {path!r}: there is no folder {parent!r}.")
        if not os.access(target if target.exists() else target.parent, os.W_OK):
            raise click.UsageError(f"cannot write {path!r}: permission denied.")
        if any(target.exists() and target.samefile(file) for file in inputs if Path(file).exists()):
            raise click.UsageError(f"cannot write {path!r}: it is an input. Name another output.")


def answer(frame: pd.DataFrame, found: Sequence[Target], verdict: str = "") -> Outcome:
    """Write a tidy frame in each format."""
    return Outcome([(one, _frame_as(frame, one)) for one in found], verdict)


def _frame_as(frame: pd.DataFrame, target: Target) -> str:
    if target.form == "json":
        return plain.frame_json(frame)
    return plain.csv(frame) if target.form == "csv" else table(frame, _look(target))


def _look(target: Target) -> screen.Look | None:
    """Return how the screen looks, where a table is for it."""
    return screen.look(sys.stdout) if target.path is None else None


def answer_report(report: Report, found: Sequence[Target], *, is_gate: bool = True) -> Outcome:
    """Write a report in each format; people are told what is wrong unless a table tells them."""
    told = [line for line in (_smoothing_added(report), _too_few(report)) if line]
    if Target(_TABLE, None) not in found:
        told += _failures(report)
    if written_to := files(found):
        told += [f"{plain.tally(report.frame)} ({', '.join(written_to)})"]
    written = [(one, _report_as(report, one)) for one in found]
    return Outcome(written, "\n".join(told), failed=is_gate and not report.passed)


def _report_as(report: Report, target: Target) -> str:
    frame = report.frame
    if target.form in (_TABLE, _ON_SCREEN):
        frame = _in_options(frame)
    if target.form == _TABLE:
        look, tally = _look(target), plain.tally(frame)
        shown = table(plain.main_columns(frame), look, like=frame)
        return f"{shown}\n{screen.told(tally, look)}\n"
    if target.form == _ON_SCREEN:
        return plain.github(frame)
    written: Any = getattr(report, f"to_{target.form}")()
    return str(written)


def _in_options(frame: pd.DataFrame) -> pd.DataFrame:
    """Let the notes speak of options, for people; what is for machines stays as it is."""
    command = click.get_current_context().command
    told = {note: in_options(note, command) for note in frame["note"].unique()}
    return frame.assign(note=frame["note"].map(told))


def _failures(report: Report) -> list[str]:
    """List the rows that fail, the worst first."""
    lines = plain.failures(_in_options(report.frame))
    found = [text.clipped(line, _LONGEST_LINE) for line in lines]
    return [*found[:_MOST], f"and {len(found) - _MOST:,} more"] if len(found) > _MOST else found


def left_out(frame: pd.DataFrame) -> str:
    """Say which columns are only compared where they are named, nothing where all are."""
    skipped = [f"{name} ({why})" for name, why in settings_of(frame)["skipped"].items()]
    return f"left out unless --columns names them: {', '.join(skipped)}" if skipped else ""


def _smoothing_added(report: Report) -> str:
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


def _too_few(report: Report) -> str:
    """Say which columns pass though a side has too few rows to tell, nothing where none."""
    names = report.frame["column"][too_few(report.frame)].drop_duplicates().tolist()
    if not names:
        return ""
    where = f"fewer than {FEW} on a side" + (" in a group" if keys_of(report.frame) else "")
    return f"pdkl: too few rows to tell drift from chance, {where}: {text.listed(names)}."


def table(
    frame: pd.DataFrame, look: screen.Look | None = None, like: pd.DataFrame | None = None
) -> str:
    """Write a frame for people: what is invisible shows, and long texts are cut.

    ``look`` is that of a terminal; numbers are what is a number in ``like``.
    """
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
    if look is None:
        return shown.to_string(index=False, max_colwidth=None) + "\n"
    like = frame if like is None else like
    numbers = {text.visible(str(name)) for name in like if _is_number(like[name].dtype)}
    columns = [
        screen.Column(str(name), _written(column), is_number=name in numbers)
        for name, column in shown.items()
    ]
    return screen.table(columns, _about(frame), look)


def _written(column: pd.Series[Any]) -> list[str]:
    """Write cells one by one as the whole table would."""
    if column.dtype == object:
        return column.tolist()
    lines = column.to_frame().to_string(index=False, header=False).split("\n")
    return [line.strip() for line in lines]


def _about(frame: pd.DataFrame) -> int:
    """Count the first columns, which say what a row is about."""
    names = list(frame.columns)
    return next((names.index(last) + 1 for last in ("stretch", "column", "y") if last in names), 1)


def _is_number(dtype: Any) -> bool:
    return pd.api.types.is_numeric_dtype(dtype) and not pd.api.types.is_bool_dtype(dtype)


def _is_time(dtype: Any) -> bool:
    return pd.api.types.is_datetime64_any_dtype(dtype)


def _cell(value: Any) -> str:
    if is_missing(value):
        return ""
    return text.clipped(text.visible(str(value)), _LONGEST)
