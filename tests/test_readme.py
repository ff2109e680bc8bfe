"""What the README shows of the flights, which its doctests do not load."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import Any

import pandas as pd

import pdkl  # noqa: F401

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"


def test_the_weeks_that_stand_out() -> None:
    text = README.read_text(encoding="utf-8")
    code, shown = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", text, re.DOTALL)[0]
    scope: dict[str, Any] = {
        "flights": runpy.run_path(str(ROOT / "examples/pictures.py"))["load"](),
        "pd": pd,
    }
    *asked, found = code.strip().rsplit("\n", 1)
    exec("\n".join(asked), scope)
    weeks = eval(found, scope)
    names = shown.split("\n")[0].split()
    assert weeks[names].to_string(index=False).split() == shown.split()


def test_it_is_short() -> None:
    assert len(README.read_text(encoding="utf-8").splitlines()) <= 200
