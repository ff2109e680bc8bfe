"""The one progress bar."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from pdkl import progress
from pdkl.progress import with_progress

PARTS = ["aa", "b", "ccc"]


class Screen(io.StringIO):
    """Stands in for standard error."""

    def __init__(self, *, is_terminal: bool) -> None:
        super().__init__()
        self.is_terminal = is_terminal

    def isatty(self) -> bool:
        return self.is_terminal


@pytest.fixture(autouse=True)
def _plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "80")


def shown(
    monkeypatch: pytest.MonkeyPatch, *, is_terminal: bool, slow: bool, **keywords: Any
) -> list[str]:
    """Return what standard error shows of a loop, of which each look takes 10 seconds if slow."""
    pytest.importorskip("rich")
    screen = Screen(is_terminal=is_terminal)
    clock = count(0.0, 10.0 if slow else 1e-6)
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", screen)
        patch.setattr(progress, "monotonic", lambda: next(clock))
        assert list(with_progress(PARTS, what="counting", **keywords)) == PARTS
    lines = re.sub(r"\x1b\[[\d;]*m", "", screen.getvalue()).split("\r")
    assert all(len(line) < 80 and line.isprintable() for line in lines)
    return [" ".join(line.split()) for line in lines if line]


def test_items_are_counted_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = shown(monkeypatch, is_terminal=True, slow=False, total=3)
    assert len(lines) == 2
    assert re.fullmatch(r"counting \S+ 0/3 -:--:--", lines[0])
    assert lines[-1] == ""  # it does not stay
    lines = shown(monkeypatch, is_terminal=True, slow=True, total=3)
    assert [line.split()[2] for line in lines[:-1]] == ["0/3", "1/3", "2/3", "3/3"]


def test_rows_are_counted_on_a_terminal_after_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = shown(monkeypatch, is_terminal=True, slow=True, total=6000, rows_in=len)
    assert [line.split()[2:4] for line in lines[:-1]] == [
        *(["0/6,000", "rows"], ["2/6,000", "rows"], ["3/6,000", "rows"], ["6/6,000", "rows"]),
    ]
    assert lines[-1] == ""
    lines = shown(monkeypatch, is_terminal=True, slow=True, total=None, rows_in=len)
    assert lines[2].split()[2:4] == ["3", "rows"]
    assert shown(monkeypatch, is_terminal=True, slow=False, total=6, rows_in=len) == []


@pytest.mark.parametrize("keywords", [{}, {"rows_in": len}])
def test_nothing_is_shown_where_it_cannot_be_written_over(
    monkeypatch: pytest.MonkeyPatch, keywords: dict[str, Any]
) -> None:
    for name in ("FORCE_COLOR", "CLICOLOR_FORCE"):
        assert shown(monkeypatch, is_terminal=False, slow=True, total=6, **keywords) == []
        monkeypatch.setenv(name, "1")
    monkeypatch.setenv("TERM", "dumb")
    assert shown(monkeypatch, is_terminal=True, slow=True, total=6, **keywords) == []


@pytest.mark.parametrize("keywords", [{}, {"rows_in": len}])
def test_items_pass_where_there_is_no_standard_error(
    monkeypatch: pytest.MonkeyPatch, keywords: dict[str, Any]
) -> None:
    closed = io.StringIO()
    closed.close()
    for stream in (None, closed):
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stderr", stream)
            assert list(with_progress(PARTS, 3, "counting", **keywords)) == PARTS


def test_notebooks_show_items(monkeypatch: pytest.MonkeyPatch) -> None:
    console = pytest.importorskip("rich.console")
    monkeypatch.setattr(console, "_is_jupyter", lambda: True)
    assert shown(monkeypatch, is_terminal=False, slow=True, total=3)[1].split()[2] == "1/3"
    assert shown(monkeypatch, is_terminal=False, slow=True, total=3, rows_in=len) == []


def test_the_line_is_cleared_where_the_work_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("rich")
    screen = Screen(is_terminal=True)
    monkeypatch.setattr(sys, "stderr", screen)

    def broken() -> Iterator[int]:
        yield 1
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        list(with_progress(broken(), 3, "counting"))
    assert screen.getvalue().endswith(f"\r{' ' * 79}\r")


@pytest.mark.parametrize("keywords", [{}, {"rows_in": len}])
def test_without_rich_the_items_pass(
    monkeypatch: pytest.MonkeyPatch, keywords: dict[str, Any]
) -> None:
    monkeypatch.setitem(sys.modules, "rich.console", None)
    assert list(with_progress(PARTS, 3, "counting", **keywords)) == PARTS
