"""How answers look on a terminal: within its width, and in its colours."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TextIO

from pdkl.results.statuses import OK, SKIPPED, STATUSES

_FORCED = ("FORCE_COLOR", "CLICOLOR_FORCE")
_PLAIN_TERMINALS = ("dumb", "unknown")
_GAP = "  "
_WIDE, _NARROW = 24, 10  # where texts are cut before columns are folded, and after that
# what is folded, first to last, where a table is too wide; of names with more before, the end
_LEAST = (
    *("n_missing_reference", "n_missing", "categories", "n_reference", "n", "vanished", "unseen"),
    *("periods", "count_reference", "count", "noise_floor", "measure", "reference", "low", "high"),
    *("unit", "p_value", "p_adjusted"),
)
_NOTE, _STATUS = "note", "status"
# those of the report, as far as terminals have them
_COLOURS = {
    one.name: "bold red" if one.fails else {OK: "green", SKIPPED: "dim"}.get(one, "yellow")
    for one in STATUSES
}
_TALLIED = re.compile(rf"(?<=[:,] )\d+ ({'|'.join(_COLOURS)})(?=,|$| \()", re.MULTILINE)
_LED = re.compile(rf"^({'|'.join(_COLOURS)})(?=: )", re.MULTILINE)


@dataclass(frozen=True)
class Look:
    """What a screen can show: its width in cells, None for any, and whether it has colours."""

    width: int | None
    has_colours: bool


@dataclass(frozen=True)
class Column:
    """The cells of a column, as they are written."""

    name: str
    cells: Sequence[str]
    is_number: bool = False


def look(stream: TextIO) -> Look | None:
    """Return how the screen behind a stream looks; None where what is written is plain text."""
    is_terminal = not stream.closed and stream.isatty()
    has_colours = _has_colours(is_terminal=is_terminal)
    if not (is_terminal or has_colours):
        return None
    try:
        import rich.cells  # noqa: F401
    except ImportError:
        return None
    width = shutil.get_terminal_size().columns if is_terminal else None
    return Look(width, has_colours)


def _has_colours(*, is_terminal: bool) -> bool:
    if os.environ.get("NO_COLOR"):
        return False
    if any(os.environ.get(name, "0") not in ("", "0") for name in _FORCED):
        return True
    return is_terminal and os.environ.get("TERM") not in _PLAIN_TERMINALS and _knows_codes()


def _knows_codes() -> bool:
    """Tell whether the console knows codes for colours, as old ones of Windows do not."""
    if sys.platform != "win32":
        return True
    from rich.console import detect_legacy_windows

    return not detect_legacy_windows()


def table(columns: Sequence[Column], keys: int, shown: Look) -> str:
    """Write a table within a width: what matters least is left out of it, and named below.

    The first columns are keys, so many that they say what a row is about.
    """
    from rich.cells import cell_len

    notes = next((one for one in columns if one.name == _NOTE), None)
    widths = {
        one.name: max(map(cell_len, (one.name, *one.cells)), default=0)
        for one in columns
        if one is not notes
    }
    if notes is not None:
        # in the table where all has a place, else below it
        every = {**widths, _NOTE: max(map(cell_len, (_NOTE, *notes.cells)))}
        if _fits(every, shown.width):
            widths, notes = every, None
    kept = _within(widths, {one.name for one in columns[:keys]}, columns, shown.width)
    there = [one for one in columns if one.name in kept]
    lines = [_line(there, [one.name for one in there], kept, None)]
    if shown.has_colours:
        lines[0] = _styled(lines[0], "bold")
    statuses = next((one.cells for one in columns if one.name == _STATUS), None)
    colours = [None] * len(columns[0].cells) if statuses is None else map(_COLOURS.get, statuses)
    lines += [
        _line(there, row, kept, colour if shown.has_colours else None)
        for *row, colour in zip(*(one.cells for one in there), colours, strict=True)
    ]
    if notes is not None:
        named = zip(*(one.cells for one in columns[:keys]), strict=True)
        told = [
            f"{' '.join(filter(None, name))}: {note}"
            for name, note in zip(named, notes.cells, strict=True)
            if note
        ]
        lines += ["", *(part for line in told for part in _wrapped(line, shown.width))]
    if left := [one.name for one in columns if one.name in widths and one.name not in kept]:
        line = f"without {', '.join(left)}: a wider terminal, or -o FILE, has all"
        parts = _wrapped(line, shown.width)
        lines += ["", *(_styled(part, "dim") if shown.has_colours else part for part in parts)]
    return "\n".join(lines) + "\n"


def told(lines: str, shown: Look | None) -> str:
    """Colour the status that a line begins with, and how many rows have which."""
    if shown is None or not shown.has_colours:
        return lines
    for pattern in (_TALLIED, _LED):
        lines = pattern.sub(lambda found: _styled(found[0], _COLOURS[found[1]]), lines)
    return lines


def _fits(widths: dict[str, int], width: int | None) -> bool:
    return width is None or sum(widths.values()) + len(_GAP) * (len(widths) - 1) <= width


def _within(
    widths: dict[str, int], keys: set[str], columns: Sequence[Column], width: int | None
) -> dict[str, int]:
    """Return which columns fit, and how wide they are."""
    kept, texts = dict(widths), [one.name for one in columns if not one.is_number]
    _cut(kept, texts, _WIDE, width)
    for last in _LEAST:
        for name in reversed(list(kept)):
            if not _fits(kept, width) and name not in keys and _is(name, last):
                del kept[name]
    _cut(kept, texts, _NARROW, width)
    for name in reversed(list(kept)):
        if not _fits(kept, width) and len(kept) > 1:
            del kept[name]
    if width is not None:
        kept = {name: min(size, width) for name, size in kept.items()}
    return kept


def _is(name: str, last: str) -> bool:
    return name == last or ("_" in last and name.endswith(f"_{last}"))


def _cut(widths: dict[str, int], texts: Sequence[str], least: int, width: int | None) -> None:
    """Take from the widest texts, but leave each so many cells, until all has a place."""
    while not _fits(widths, width):
        widest = max((name for name in texts if name in widths), key=widths.__getitem__, default="")
        if widths.get(widest, 0) <= least:
            return
        widths[widest] -= 1


def _line(
    columns: Sequence[Column], cells: Sequence[str], widths: dict[str, int], colour: str | None
) -> str:
    found = [
        _cell(cell, widths[one.name], right=one.is_number)
        for one, cell in zip(columns, cells, strict=True)
    ]
    if colour is not None:
        i = next((i for i, one in enumerate(columns) if one.name == _STATUS), None)
        if i is not None:
            word = found[i].rstrip()
            found[i] = _styled(word, colour) + found[i][len(word) :]
    return _GAP.join(found).rstrip()


def _cell(cell: str, width: int, *, right: bool) -> str:
    """Write a cell as wide as it is to be; one that is cut shows it."""
    from rich.cells import cell_len, set_cell_size

    size = cell_len(cell)
    if size > width:
        return set_cell_size(
            set_cell_size(cell, width - 1).rstrip() + "\N{HORIZONTAL ELLIPSIS}", width
        )
    return " " * (width - size) + cell if right else cell + " " * (width - size)


def _wrapped(line: str, width: int | None) -> list[str]:
    """Break a line between words, and go on further in."""
    from rich.console import Console
    from rich.text import Text

    if width is None:
        return [line]
    first, *more = Text(line).wrap(Console(width=width), max(width - len(_GAP), 1))
    return [first.plain.rstrip(), *(_GAP + part.plain.rstrip() for part in more)]


def _styled(text: str, style: str) -> str:
    from rich.color import ColorSystem
    from rich.style import Style

    return Style.parse(style).render(text, color_system=ColorSystem.STANDARD)
