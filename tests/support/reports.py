"""Frames with nasty values, reports on them, and how a page is read."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pandas as pd
import pytest

import pdkl
from pdkl.report import plain

BIDI = "a\u202egnp.exe"
NASTY = [
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(2)>",
    '" onmouseover="alert(3)',
    "<!-- <script>",
    "=HYPERLINK(0)",
    BIDI,
    "bell\x07 line\nbreak",
    "{{ 7 * 7 }}",
    "]]>&amp;",
]


def frames(n: int = 2000) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make two frames that differ in one column, with nasty values, keys and names."""
    rng = np.random.default_rng(0)

    def one(shifted: bool) -> pd.DataFrame:
        share = np.full(len(NASTY), 1 / len(NASTY))
        moved = np.array([0.3, *[0.7 / (len(NASTY) - 1)] * (len(NASTY) - 1)])
        return pd.DataFrame(
            {
                "<b>key</b>": rng.choice(["=north", "<i>south</i>"], n),
                "word": rng.choice(NASTY, n, p=moved if shifted else share),
                "<img src=x>\nname": rng.choice(["secretive", "hushed"], n),
                "amount": rng.gamma(2.0, 123.0, n).round(3),
                "sealed": pd.Series("veiled", range(n)).where(rng.random(n) < 0.5),
                "listed": [["unmentionable"]] * n,
                "mark": [f"nr-{i}" for i in range(n)],
            }
        )

    return one(True), one(False)


@pytest.fixture(scope="module")
def nasty() -> pdkl.Report:
    today, before = frames()
    return pdkl.InfoTheory(today).report(before, by="<b>key</b>", rng=0, progress=False)


def outputs(report: pdkl.Report) -> dict[str, str]:
    written = {
        "html": report.to_html(),
        "json": report.to_json(),
        "junit": report.to_junit(),
        "csv": report.to_csv(),
        "markdown": report.to_markdown(),
        "github": plain.github(report.frame),
        "failures": "\n".join(plain.failures(report.frame)),
        "metrics": str(report.metrics()),
        "notebook": report._repr_html_(),
        "text": repr(report),
    }
    return {name: text for name, text in written.items() if text is not None}


class Page(HTMLParser):
    """The tags of a page, their attributes and their text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.inside: dict[str, list[str]] = {}
        self._last = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._last = tag

    def handle_data(self, data: str) -> None:
        self.inside.setdefault(self._last, []).append(data)


def page_data(html: str) -> Any:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.DOTALL)
    assert found is not None
    data = json.loads(found[1])
    unpacked = [_unpacked(one, data["n"]) for one in data["stats"]]
    data["rows"] = [
        ([stat[i] for stat in unpacked], [one.split(",") for one in listed.split(";") if listed])
        for i, listed in enumerate(data["entries"])
    ]
    cells = [_unpacked(one, data["n"]) for one in data["cells"]]
    for place, words in enumerate(data["words"]):
        cells[place] = [words[int(number)] for number in cells[place]]
    data["table"] = [list(row) for row in zip(*cells, strict=True)]
    data["note"] = [data["notes"][int(number)] for number in _unpacked(data["noted"], data["n"])]
    return data


def _unpacked(packed: str, n: int) -> list[str]:
    """Read a column of the table: nothing stands where a row has the same as the one before it."""
    parts, found = packed.split(" "), [""]
    for i in range(n):
        one = parts[i] if i < len(parts) else ""
        found.append(f"0{one}" if one.startswith(".") else one or found[-1])
    return found[1:]


def counted(**counts: int) -> pd.DataFrame:
    return pd.DataFrame({"x": np.repeat(list(counts), list(counts.values()))})


def wide(n_columns: int, n_segments: int, n: int, drifting: float = 0.04) -> pdkl.Report:
    """Report on columns of few and many categories and numbers, some of which drift."""
    rng = np.random.default_rng(0)
    sizes, moved = [5, 20, 100, 1000, 0], rng.random(n_columns) < drifting

    def one(today: bool) -> pd.DataFrame:
        columns: dict[str, Any] = {}
        for i in range(n_columns):
            size, moves = sizes[i % 5], today and moved[i]
            if size:
                values = np.where(moves & (rng.random(n) < 0.4), 0, rng.integers(0, size, n))
                columns[f"a column of number {i}"] = np.char.add(
                    f"value of {i} ", values.astype(str)
                )
            else:
                columns[f"a column of number {i}"] = rng.normal(0.8 * moves, size=n)
        segments = rng.choice([f"region {i}" for i in range(n_segments)], n)
        return pd.DataFrame({"segment": segments} | columns)

    return pdkl.InfoTheory(one(True)).report(one(False), by="segment", rng=0, progress=False)
