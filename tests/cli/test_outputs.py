"""Several outputs of one run, what is told beside them, and annotations."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import pdkl
from tests.support.command import BEFORE, DAY, TODAY, Command, failures

ASKED = ("drift", "before.parquet", "today.parquet", "-c", "plan,shop")
HELP = "Try: pdkl drift --help"


def report() -> pdkl.Report:
    before, today = (pdkl.scan(f"{name}.parquet") for name in ("before", "today"))
    return today.report(before, ["plan", "shop"], rng=0)


def test_one_output_for_each_format(pdkl_: Command) -> None:
    names = ["d.html", "d.xml", "d.md", "d.json", "d.csv", "d.txt"]
    code, out, errors = pdkl_(*ASKED, *(part for name in names for part in ("-o", name)))
    found = report()
    told = f"{failures(found)}2 rows: 1 drift, 1 ok ({', '.join(names)})\n"
    assert (code, out, errors) == (1, "", told)
    _, shown, _ = pdkl_(*ASKED)
    forms = (
        getattr(found, f"to_{form}")() for form in ("html", "junit", "markdown", "json", "csv")
    )
    for name, written in zip(names, [*forms, shown], strict=True):
        assert Path(name).read_bytes().decode() == written


def test_files_and_the_screen(pdkl_: Command) -> None:
    found = report()
    wrong, tally = failures(found), "2 rows: 1 drift, 1 ok (d.md)\n"
    for asked, shown, told in (
        (("-o", "-", "-o", "d.md"), pdkl_(*ASKED)[1], tally),
        (("-o", "d.md", "-o", "-", "--format", "json"), found.to_json(), wrong + tally),
    ):
        assert pdkl_(*ASKED, *asked) == (1, shown, told)
        assert Path("d.md").read_text(encoding="utf-8") == found.to_markdown()
        Path("d.md").unlink()


def test_the_format_that_is_given_is_of_the_name_that_means_none(pdkl_: Command) -> None:
    pdkl_(*ASKED, "-o", "gate", "-o", "d.csv", "--format", "junit")
    assert Path("gate").read_text(encoding="utf-8") == report().to_junit()
    assert Path("d.csv").read_bytes().decode() == report().to_csv()


def test_sides_are_called_after_what_is_named(pdkl_: Command) -> None:
    pdkl_("profile", "before.parquet", "-o", "before.prof.parquet", "-c", "plan,shop")
    Path("shares.json").write_text('{"plan": {"free": 3, "paid": 1}}', encoding="utf-8")
    Path("part").mkdir()
    Path("today.parquet").rename("part/before.parquet")

    def names(*asked: str) -> list[str]:
        found: list[str] = json.loads(pdkl_("drift", *asked, "--format", "json")[1])["call"][
            "names"
        ]
        return found

    assert names("before.parquet", "part") == ["part/before.parquet", "before.parquet"]
    assert names("before.prof.parquet", "before.parquet") == [
        "before.parquet",
        "before.prof.parquet",
    ]
    assert names("shares.json", "before.parquet") == ["before.parquet", "shares.json"]
    assert names("before.parquet", "part/before.parquet") == [
        "part/before.parquet",
        "before.parquet",
    ]
    assert names("before.parquet", "part", "--redact") == ["data", "reference"]
    assert names("before.parquet", "--by", "sold:W", "--window", "1") == [
        "before.parquet",
        "the periods before",
    ]
    assert names("before.parquet", "part", "--names", "June,May") == ["June", "May"]
    _, shown, _ = pdkl_(
        *("drift", "before.parquet", "part", "--title", "Plans", "--names", "June,May"),
        *("-c", "plan", "--format", "markdown"),
    )
    assert shown.startswith(
        "## `Plans`: not passed\n\n`June` (data) against `May` (reference). 1 of"
    )


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ("-o d.md -o d.md", "'d.md' and 'd.md' are the same output. Give each -o once."),
        ("-o d.md -o ./d.md", "'d.md' and './d.md' are the same output. Give each -o once."),
        ("-o a.md -o link.xml", "'a.md' and 'link.xml' are the same output. Give each -o once."),
        ("-o - -o d.md -o -", "'-' and '-' are the same output. Give each -o once."),
        (
            "-o d.html -o e.xml -o e.htm",
            "'d.html' and 'e.htm' would each be html. Give one -o for each format.",
        ),
        (
            "-o a -o b -o d.md",
            "'a' and 'b' would each be table. Give one -o for each format.",
        ),
        (
            "--format github -o a.txt",
            "'-' and 'a.txt' would each be github. Give one -o for each format.",
        ),
        (
            "--format json -o d.html -o d.md",
            "--format json is for an output whose name means no format; those of 'd.html' and "
            "'d.md' do. Leave it out, or add -o -.",
        ),
        ("-o d.md -o none/d.xml", "cannot write 'none/d.xml': there is no folder 'none'."),
        (
            "-o d.md -o before.parquet",
            "cannot write 'before.parquet': it is an input. Name another output.",
        ),
        (
            "-o d.md -o found.parquet",
            "cannot write 'found.parquet': this command has no format for names in '.parquet'. "
            "Choose one by --format, or another ending.",
        ),
    ],
)
def test_outputs_that_cannot_be(pdkl_: Command, asked: str, message: str) -> None:
    Path("a.md").write_text("kept", encoding="utf-8")
    Path("link.xml").symlink_to("a.md")
    before = sorted(os.listdir())
    assert pdkl_(*ASKED, *asked.split()) == (2, "", f"pdkl: {message} {HELP}\n")
    assert sorted(os.listdir()) == before
    assert Path("a.md").read_text(encoding="utf-8") == "kept"


def test_a_format_that_is_given_is_of_any_name(pdkl_: Command) -> None:
    pdkl_(*ASKED, "-o", "gate.2024-06", "--format", "junit")
    assert Path("gate.2024-06").read_text(encoding="utf-8") == report().to_junit()
    asked = ("entropy", "today.parquet", "-c", "plan", "-o", "found.parquet")
    assert pdkl_(*asked) == (
        2,
        "",
        "pdkl: cannot write 'found.parquet': this command has no format for names in '.parquet'. "
        "Choose one by --format, or another ending. Try: pdkl entropy --help\n",
    )


def test_other_commands_write_several_too(pdkl_: Command) -> None:
    for command in (
        ("entropy", "today.parquet", "-c", "plan"),
        ("explain", "before.parquet", "today.parquet", "-c", "plan"),
        ("changes", "today.parquet", "-c", "plan", "--by", "sold"),
        ("contributions", "today.parquet", "-c", "plan", "--q", "shop"),
    ):
        assert pdkl_(*command, "-o", "out.csv", "-o", "out.json", "-o", "-")[0] == 0
        for form in ("csv", "json"):
            written = Path(f"out.{form}").read_bytes().decode()
            assert pdkl_(*command, "--format", form) == (0, written, "")


def test_nothing_is_written_where_one_format_fails(
    pdkl_: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    code, out, errors = pdkl_(*ASKED, "-o", "d.md", "-o", "d.html")
    assert (code, out) == (2, "")
    assert "pip install 'pdkl[report]'" in errors
    assert not Path("d.md").exists()


# ---- what is told ---------------------------------------------------------------------------


def test_annotations_beside_a_page(pdkl_: Command) -> None:
    found = report()
    wrong = failures(found)
    message = wrong.removeprefix("drift: plan: ").removesuffix("\n")
    shown = f"::error title=drift%3A plan::{message}\n2 rows: 1 drift, 1 ok\n"
    assert pdkl_(*ASKED, "--format", "github") == (1, shown, wrong)
    told = f"{wrong}2 rows: 1 drift, 1 ok (d.html)\n"
    assert pdkl_(*ASKED, "--format", "github", "-o", "d.html") == (1, shown, told)
    assert Path("d.html").read_text(encoding="utf-8") == found.to_html()
    asked = ("drift", "before.parquet", "before.parquet", "-c", "plan", "--format", "github")
    assert pdkl_(*asked) == (0, "1 row: 1 ok\n", "")


def test_what_fails_is_told_the_worst_first(pdkl_: Command) -> None:
    today = TODAY.assign(age=pd.Series([[1]] * 600, dtype=object), shop=np.where(DAY % 9, "a", "b"))
    today.drop(columns="n").to_parquet("today.parquet")
    code, _, errors = pdkl_("drift", "before.parquet", "today.parquet", "-o", "d.md")
    lines = errors.splitlines()
    assert code == 1
    assert [line.split(": ")[:2] for line in lines[:-1]] == [
        ["drift", "shop"],
        ["drift", "plan"],
        ["gone", "n"],
        ["error", "age"],
    ]
    assert lines[2] == "gone: n: data has no such column"
    assert lines[-1] == "5 rows: 2 drift, 1 gone, 1 error, 1 ok (d.md)"


def test_many_that_fail_are_counted(pdkl_: Command) -> None:
    for name, frame in (("before", BEFORE), ("today", TODAY)):
        wide = pd.DataFrame({f"x{i}": frame["plan"] for i in range(53)})
        wide.to_parquet(f"{name}.parquet")
    _, _, errors = pdkl_("drift", "before.parquet", "today.parquet", "-o", "d.md")
    lines = errors.splitlines()
    assert len(lines) == 52
    assert lines[49].startswith("drift: x49: ")
    assert lines[50:] == ["and 3 more", "53 rows: 53 drift (d.md)"]


def test_drift_that_passes_is_not_told(pdkl_: Command) -> None:
    code, _, errors = pdkl_(*ASKED, "--max-drifted", "0.5", "-o", "d.md")
    assert (code, errors) == (0, "2 rows: 1 drift, 1 ok (d.md)\n")
