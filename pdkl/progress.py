"""A bar that shows how far long work is."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from time import monotonic
from typing import Any, TypeVar

Item = TypeVar("Item")
_PAUSE = 0.1  # seconds between two looks
_WIDEST = 80


def with_progress(
    items: Iterable[Item],
    total: int | None,
    what: str,
    *,
    rows_in: Callable[[Item], int] | None = None,
) -> Iterator[Item]:
    """Pass the items on, and show a bar meanwhile, where rich is installed.

    ``total`` is how many items there are. With ``rows_in`` the bar counts the rows in the items
    instead, and ``total`` is their number, None where it is not known. Such a bar is shown on a
    terminal only, and after a second, since most data are read by then; one of items is shown at
    once, and in notebooks too.
    """
    bar = bar_of(total, what, in_rows=rows_in is not None)
    if bar is None:
        yield from items
        return
    try:
        for item in items:
            yield item
            bar.advance(1 if rows_in is None else rows_in(item))
    finally:
        bar.clear()


def bar_of(total: int | None, what: str, *, in_rows: bool) -> Bar | None:
    """Return a bar, nothing where none can be shown."""
    is_terminal = _is_terminal()
    if in_rows and not is_terminal:
        return None
    try:
        from rich.console import Console
    except ImportError:
        return None
    # its own answer is yes wherever colours are forced
    console = Console(stderr=True, force_terminal=is_terminal)
    if not console.is_interactive and (in_rows or not console.is_jupyter):
        return None
    return Bar(console.width, total, what, in_rows=in_rows)


def _is_terminal() -> bool:
    try:
        return sys.stderr.isatty()
    except (AttributeError, ValueError):  # there is none, or it is closed
        return False


class Bar:
    """A line of standard error that is written over and over.

    It starts no thread and hides no cursor: nothing is left on when the work is interrupted.
    """

    def __init__(self, width: int, total: int | None, what: str, *, in_rows: bool) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self._width = min(width, _WIDEST) - 1  # a full line could go on in the next
        self._console = Console(
            stderr=True, force_terminal=True, force_jupyter=False, width=self._width
        )
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(20),
            TextColumn("{task.fields[said]}", markup=False),
            TimeRemainingColumn(),
            console=self._console,
            get_time=monotonic,
        )
        self._of = "" if total is None else f"/{total:,}"
        self._unit = " rows" if in_rows else ""
        self._task = self._progress.add_task(what, total=total, said="")
        self._done, self._is_shown = 0, False
        self._next = monotonic() + (1.0 if in_rows else 0.0)
        self.advance(0)

    def advance(self, more: int) -> None:
        """Go on, and show it from time to time."""
        self._done += more
        now = monotonic()
        if now < self._next:
            return
        self._is_shown, self._next = True, now + _PAUSE
        said = f"{self._done:,}{self._of}{self._unit}"
        self._progress.update(self._task, completed=self._done, said=said)
        with self._console.capture() as captured:
            self._console.print(self._progress.get_renderable())
        self._write(captured.get().partition("\n")[0])

    def clear(self) -> None:
        """Leave the line empty."""
        if self._is_shown:
            self._write(" " * self._width)

    def _write(self, line: str) -> None:
        stream: Any = sys.stderr
        stream.write(f"\r{line}\r")
        stream.flush()
