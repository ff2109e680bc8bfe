"""The one progress bar."""

from __future__ import annotations

import io
import sys
from itertools import count
from typing import Any

import pytest

from pdkl.progress import with_progress

PARTS = ["aa", "b", "ccc"]


class Screen(io.StringIO):
    """Stands in for standard error."""

    def __init__(self, *, is_terminal: bool) -> None:
        super().__init__()
        self.is_terminal = is_terminal

    def isatty(self) -> bool:
        return self.is_terminal


def shown(
    monkeypatch: pytest.MonkeyPatch, *, is_terminal: bool, slow: bool, **keywords: Any
) -> str:
    """Return what standard error shows of a loop, of which each turn takes 10 seconds if slow."""
    std, screen = pytest.importorskip("tqdm.std"), Screen(is_terminal=is_terminal)
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", screen)
        if slow:
            clock = count(0.0, 10.0)
            patch.setattr(std, "time", lambda: next(clock))
        assert list(with_progress(PARTS, what="counting", **keywords)) == PARTS
    return screen.getvalue()


@pytest.mark.parametrize("is_terminal", [True, False])
def test_items_are_counted_at_once(monkeypatch: pytest.MonkeyPatch, *, is_terminal: bool) -> None:
    bar = shown(monkeypatch, is_terminal=is_terminal, slow=False, total=3)
    assert "counting:   0%|" in bar
    assert "| 0/3 [" in bar
    assert bar.endswith("\r")  # it does not stay


def test_rows_are_counted_on_a_terminal_after_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    bar = shown(monkeypatch, is_terminal=True, slow=True, total=6, rows_in=len)
    assert "counting:  50%|" in bar
    assert "| 3.00/6.00 [" in bar
    assert "s/ rows]" in bar
    assert bar.endswith("\r")
    bar = shown(monkeypatch, is_terminal=True, slow=True, total=None, rows_in=len)
    assert "counting: 3.00 rows [" in bar
    assert shown(monkeypatch, is_terminal=True, slow=False, total=6, rows_in=len) == ""
    assert shown(monkeypatch, is_terminal=False, slow=True, total=6, rows_in=len) == ""


@pytest.mark.parametrize("keywords", [{}, {"rows_in": len}])
def test_without_tqdm_the_items_pass(
    monkeypatch: pytest.MonkeyPatch, keywords: dict[str, Any]
) -> None:
    monkeypatch.setitem(sys.modules, "tqdm", None)
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    assert list(with_progress(PARTS, 3, "counting", **keywords)) == PARTS
