"""Reports as JSON, JUnit, CSV, files, and in a notebook."""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

import pdkl
from pdkl.report import plain, text
from tests.support.reports import NASTY


def test_json_is_valid_and_says_how_it_writes_infinity(nasty: pdkl.Report) -> None:
    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    written = nasty.to_json() or ""
    assert written.isascii()
    document = json.loads(written, parse_constant=refuse)
    assert document["numbers"] == (
        'JSON has no infinity: infinite numbers are the texts "inf" and "-inf". NaN and missing '
        "values are null."
    )
    assert [row["column"] for row in document["rows"]] == nasty.frame["column"].tolist()
    by_word = {entry["category"] for entry in document["rows"][0]["category_counts"]}
    assert by_word == set(NASTY)
    assert document["call"]["rows"] == 2000
    listed = document["rows"][nasty.frame["column"].tolist().index("listed")]
    assert (listed["score"], listed["n"], listed["category_counts"]) == (None, None, [])


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
        r"js_distance 0\.\d{3}, excess 0\.\d{3}, noise floor 0\.\d{3}, "
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
    excess = [float(line["excess"]) for line in lines if line["excess"]]
    assert min(excess) < 0
    assert lines[-1]["score"] == ""


def test_files_are_written(tmp_path: Path, nasty: pdkl.Report) -> None:
    for name in ("html", "json", "junit", "csv", "markdown"):
        write = getattr(nasty, f"to_{name}")
        path = tmp_path / name
        assert write(path) is None
        assert path.read_bytes() == write().encode()


@pytest.mark.parametrize("form", ["html", "json", "junit", "csv", "markdown"])
def test_files_are_written_on_this_machine(nasty: pdkl.Report, form: str) -> None:
    write = getattr(nasty, f"to_{form}")
    for path, error, message in (
        (
            "s3://user:key@bucket/drift.html",
            ValueError,
            "path must be a file on this machine; got 's3://bucket/drift.html'. Write the report "
            "here, and copy it.",
        ),
        (
            "https://host/drift.html?sig=abc",
            ValueError,
            "path must be a file on this machine; got 'https://host/drift.html'. Write the report "
            "here, and copy it.",
        ),
        (5, TypeError, "path must be the name of a file; got 5."),
    ):
        with pytest.raises(error, match=f"^{re.escape(message)}$"):
            write(path)


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


@pytest.mark.parametrize(
    "value",
    [
        *("=1+1", "+1", "-1", "@x", "\tx", "\r=1", "\nx"),
        *("  =1", " \t=1", "\u00a0+1", "\u3000@x", "\u2003-1"),
        *("\uff1d1", "\uff0b1", "\uff0d1", "\uff20x", "\ufe661", "\ufe621", " \uff1d1"),
    ],
)
def test_no_text_of_a_csv_is_a_formula(value: str) -> None:
    frame = pd.DataFrame({"x": [value]})
    (line,) = csv.DictReader(io.StringIO(plain.csv(frame), newline=""))
    assert line["x"] == f"'{text.visible(value)}"
    assert plain.csv(frame.rename(columns={"x": value})).lstrip('"').startswith("'")


@pytest.mark.parametrize("value", ["a=1", "1-1", " a", "\u200b=1", "(missing)", "", " "])
def test_other_texts_of_a_csv_stay(value: str) -> None:
    assert text.unformed(value) == text.visible(value)


def test_junit_tests_are_never_called_the_same() -> None:
    rng = np.random.default_rng(0)
    values = {name: rng.choice(["x", "y"], 200) for name in (1, "1", "1 (2)", "a\nb", "a\\nb")}
    keys = [("a, b", "c"), ("a", "b, c"), ("(missing)", "c"), (None, "c")]
    frame = pd.DataFrame(values)
    frame["k"], frame["l"] = zip(*(keys * 50), strict=True)
    report = pdkl.InfoTheory(frame).report(frame, by=["k", "l"], rng=0, progress=False)
    (suite,) = ElementTree.fromstring(report.to_junit() or "")
    called = [(case.get("classname"), case.get("name")) for case in suite]
    assert len(set(called)) == len(called) == 20
    names = [name for segment, name in called if segment == "a, b, c"]
    assert names[:5] == ["1", "1 (3)", "1 (2)", "a\\nb", "a\\nb (2)"]
    assert report.to_junit() == report.to_junit()
