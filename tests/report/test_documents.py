"""Reports as JSON, JUnit, CSV, files, and in a notebook."""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest

import pdkl
from tests.support.reports import NASTY


def test_json_is_valid_and_says_how_it_writes_infinity(nasty: pdkl.Report) -> None:
    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    text = nasty.to_json() or ""
    assert text.isascii()
    document = json.loads(text, parse_constant=refuse)
    assert document["numbers"] == (
        'JSON has no infinity: infinite numbers are the texts "inf" and "-inf". NaN and missing '
        "values are null."
    )
    assert [row["column"] for row in document["rows"]] == nasty.frame["column"].tolist()
    by_word = {entry["category"] for entry in document["rows"][0]["category_counts"]}
    assert by_word == set(NASTY)
    assert document["call"]["rows"] == 2000
    listed = document["rows"][nasty.frame["column"].tolist().index("listed")]
    assert (listed["js_distance"], listed["n"], listed["category_counts"]) == (None, None, [])


def test_json_writes_infinities_and_times() -> None:
    before = pd.DataFrame({"x": ["a"] * 50, "day": pd.Timestamp("2024-05-01")})
    today = before.assign(x="b")
    report = pdkl.InfoTheory(today).report(before, by="day", rng=0, progress=False)
    (row,) = json.loads(report.to_json() or "")["rows"]
    assert (row["kl_divergence"], row["day"]) == ("inf", "2024-05-01T00:00:00")
    assert [entry["ratio"] for entry in row["category_counts"]] == [0.0, "inf"]


def test_junit_counts_what_failed(nasty: pdkl.Report) -> None:
    (suite,) = ElementTree.fromstring(nasty.to_junit() or "")
    assert {name: suite.get(name) for name in ("tests", "failures", "errors")} == {
        "tests": "12",
        "failures": "2",
        "errors": "2",
    }
    first = suite[0]
    assert (first.get("classname"), first.get("name")) == ("<i>south</i>", "word")
    assert [child.tag for child in first] == ["failure"]
    assert re.fullmatch(
        r"js_distance 0\.\d{3}, js_distance_excess 0\.\d{3}, js_distance_noise_floor 0\.\d{3}, "
        r"threshold 0\.1, p_adjusted .*",
        first[0].get("message") or "",
    )
    assert suite[1].get("name") == "<img src=x>\\nname"
    assert [child.tag for child in suite[4]] == ["error"]


def test_csv_guards_text_alone(nasty: pdkl.Report) -> None:
    frame = nasty.frame.copy()
    frame.loc[0, "column"] = "-1+1"
    frame.loc[1, "column"] = "\t=1"
    lines = list(csv.DictReader(io.StringIO(pdkl.Report(frame, nasty.categories).to_csv() or "")))
    assert [line["column"] for line in lines[:3]] == ["'-1+1", "'\\t=1", "amount"]
    assert {line["<b>key</b>"] for line in lines} == {"'=north", "<i>south</i>"}
    excess = [float(line["js_distance_excess"]) for line in lines if line["js_distance_excess"]]
    assert min(excess) < 0
    assert lines[-1]["js_distance"] == ""


def test_files_are_written(tmp_path: Path, nasty: pdkl.Report) -> None:
    for name in ("html", "json", "junit", "csv"):
        write = getattr(nasty, f"to_{name}")
        path = tmp_path / name
        assert write(path) is None
        assert path.read_bytes() == write().encode()


def test_notebook_shows_the_worst_rows(nasty: pdkl.Report) -> None:
    text = nasty._repr_html_() or ""
    assert "not passed" in text
    assert len(text) < 20_000
    many = pd.DataFrame({f"x{i}": ["a", "b"] * 50 for i in range(20)})
    shown = pdkl.InfoTheory(many).report(many, rng=0, progress=False)._repr_html_() or ""
    assert (shown.count("<tr>"), "and 5 more rows" in shown) == (16, True)


def test_without_jinja2(monkeypatch: pytest.MonkeyPatch, nasty: pdkl.Report) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(ImportError) as caught:
        nasty.to_html()
    assert str(caught.value) == (
        "A report in HTML needs Jinja2, which is not installed. Install it with: "
        "pip install 'pdkl[report]'"
    )
    assert nasty._repr_html_() is None
    assert nasty.to_json()
