"""The page of drift, under a name of its own: it is no gate."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

import pdkl
from tests.support.command import TODAY, Command, failures, rows

ASKED = ("report", "today.parquet", "--reference", "before.parquet", "-c", "plan,shop")
HELP = "Try: pdkl report --help"


def undated(page: str) -> str:
    """Leave out when the page was written."""
    return re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d", "", page)


def test_a_page_is_no_gate(pdkl_: Command) -> None:
    found = pdkl.scan("today.parquet").report(pdkl.scan("before.parquet"), ["plan", "shop"], rng=0)
    told = f"{failures(found)}2 rows: 1 drift, 1 ok ({{}})\n"
    assert pdkl_(*ASKED) == (0, "", told.format("report.html"))
    page = Path("report.html").read_text(encoding="utf-8")
    assert undated(page) == undated(str(found.to_html()))
    assert pdkl_("drift", "before.parquet", "today.parquet", "-c", "plan,shop")[0] == 1


def test_it_is_written_as_drift_is(pdkl_: Command) -> None:
    drift = ("drift", "before.parquet", "today.parquet", "-c", "plan,shop")
    for form in ("table", "json", "csv", "junit", "markdown", "github"):
        _, out, errors = pdkl_(*drift, "--format", form)
        assert pdkl_(*ASKED, "--format", form) == (0, out, errors)
    assert not Path("report.html").exists()
    code, out, errors = pdkl_(*ASKED, "-o", "page", "-o", "page.md")
    assert (code, out) == (0, "")
    assert errors.endswith("(page, page.md)\n")
    page = Path("page").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert undated(pdkl_(*ASKED, "-o", "-")[1]) == undated(page)


def test_what_it_compares(pdkl_: Command) -> None:
    Path("days").mkdir()
    TODAY[:250].to_parquet("days/1.parquet")
    TODAY[250:].to_parquet("days/2.parquet")
    Path("shares.toml").write_text("[plan]\nfree = 3\npaid = 1\n", encoding="utf-8")
    pdkl_("profile", "before.parquet", "-o", "before.profile", "-c", "plan")
    asked = ("report", "days/1.parquet", "days/2.parquet", "-c", "plan", "--format", "json")
    scores = []
    for reference in ("before.parquet", "before.profile", "shares.toml"):
        code, out, _ = pdkl_(*asked, "--reference", reference)
        (row,) = rows(out)
        assert (code, row["status"], row["n"]) == (0, "drift", 600)
        scores.append(row["score"])
    assert scores == [pytest.approx(scores[0])] * 3
    code, out, _ = pdkl_(*asked, "--by", "sold:W", "--window", "3")
    weeks = pdkl.scan("days").report(
        columns=["plan"], by=pd.Grouper(key="sold", freq="W"), window=3, rng=0
    )
    assert (code, len(rows(out))) == (0, len(weeks.frame))


def test_settings_are_those_of_drift(pdkl_: Command) -> None:
    Path("pdkl.toml").write_text('threshold = 0.9\ncolumns = ["plan"]\n', encoding="utf-8")
    code, _, errors = pdkl_(*ASKED[:4], "-o", "page.html")
    assert (code, errors) == (
        0,
        "pdkl: settings of pdkl.toml: threshold, columns\n1 row: 1 ok (page.html)\n",
    )


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ("report today.parquet", f"give one of --reference and --window; got neither. {HELP}"),
        (
            "report today.parquet --reference before.parquet --by sold --window 3",
            f"give one of --reference and --window; got both. {HELP}",
        ),
        (
            "report today.parquet --reference before.parquet -o before.parquet",
            f"cannot write 'before.parquet': it is an input. Name another output. {HELP}",
        ),
        (
            "report today.parquet --reference nowhere.parquet",
            "DATA or --reference finds no file: there is no 'nowhere.parquet', nor a match for it.",
        ),
    ],
)
def test_what_cannot_be_compared(pdkl_: Command, asked: str, message: str) -> None:
    assert pdkl_(*asked.split()) == (2, "", f"pdkl: {message}\n")
    assert not Path("report.html").exists()
