"""What stands for missing and for lumped categories is written in one place."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pandas as pd
import pytest

import pdkl
from pdkl.codes.labels import MISSING_TEXT, OTHER, OTHER_TEXT

PACKAGE = Path(pdkl.__file__).parent


def texts_of(path: Path) -> list[str]:
    """List the texts in a file, without those that document."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told
    ]


@pytest.mark.parametrize("label", [MISSING_TEXT, OTHER_TEXT])
def test_no_other_file_spells_them(label: str) -> None:
    holding = [
        path.relative_to(PACKAGE).as_posix()
        for path in sorted(PACKAGE.rglob("*.py"))
        if any(re.search(rf"(?<!\w){re.escape(label)}", text) for text in texts_of(path))
    ]
    assert holding == ["codes/labels.py"]


def test_all_call_them_alike() -> None:
    before = pd.DataFrame({"c": ["a"] * 84 + [None] * 10 + [*"bbcdef"], "g": [None] * 100})
    today = pd.DataFrame({"c": ["a"] * 49 + [None] * 45 + [*"bbcdef"], "g": [None] * 100})
    report = today.info_theory.report(before, "c", by="g", match=True, min_count=3, rng=0)
    assert report.frame["top_category"].tolist() == [MISSING_TEXT]
    assert report.categories["category"].tolist() == [MISSING_TEXT, "a", OTHER_TEXT]
    assert f"<td>{MISSING_TEXT}<td>" in (report.to_html() or "")  # the segment
    assert f'classname="{MISSING_TEXT}"' in (report.to_junit() or "")
    assert str(OTHER) == OTHER_TEXT
