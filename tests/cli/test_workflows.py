"""What data hold is no command to the runners of pipelines, which read what is printed."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from tests.support.command import Command, rows

EVIL = ["::error::gone", " \t::add-mask::a", "a ##[error]b", "::stop-commands::x", "std::map"]
VSO = ["##vso[task.complete]", "a ##VSO[task.setvariable variable=PATH]b", "##[error]b", "#vso[a]"]
KNOWN = {"error", "warning", "notice", "debug", "add-mask", "stop-commands", "group", "add-matcher"}


def commands_in(text: str) -> list[str]:
    """List the commands that a runner finds: it tries both of its forms on each line."""
    found = []
    for line in text.split("\n"):
        new = re.match(r"\s*::([^ :]+)(?: [^:]*)?::", line)
        old = re.search(r"##\[([^] ]+)[^]]*\]", line)
        found += [one[1] for one in (new or old,) if one is not None and one[1] in KNOWN]
    return found


def write(names: list[str]) -> None:
    frame = pd.DataFrame(dict.fromkeys(names, pd.Series(names).repeat(120).to_numpy()))
    frame.to_parquet("before.parquet")
    frame.assign(**{name: name for name in names}).to_parquet("today.parquet")


@pytest.fixture
def evil(pdkl_: Command) -> None:
    write(EVIL)


ASKED = (
    ("drift", "before.parquet", "today.parquet"),
    ("drift", "before.parquet", "today.parquet", "-o", "drift.md"),
    ("drift", "before.parquet", "before.parquet", "--by", EVIL[1]),
    ("distribution", "today.parquet"),
    ("distribution", "before.parquet", "--by", EVIL[0]),
    ("entropy", "today.parquet", "-c", "##[error]b"),  # an error that names it
)


@pytest.mark.usefixtures("evil")
@pytest.mark.parametrize("colours", ["", "1"])
def test_the_screen_holds_no_command(
    pdkl_: Command, monkeypatch: pytest.MonkeyPatch, colours: str
) -> None:
    monkeypatch.setenv("FORCE_COLOR", colours)
    outside = [pdkl_(*asked) for asked in ASKED]
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    for asked, (code, out, errors) in zip(ASKED, outside, strict=True):
        assert commands_in(out + errors) or colours  # without, there would be some
        found = pdkl_(*asked)
        assert found[0] == code
        assert commands_in(found[1]) == commands_in(found[2]) == []
        # an escape shows where one was, and nothing else differs
        shown = [one.replace(":\\x3a", "::").replace("#\\x23[", "##[") for one in found[1:]]
        assert shown == [out, errors]


@pytest.mark.usefixtures("evil")
def test_annotations_are_the_only_commands(pdkl_: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    asked = ("drift", "before.parquet", "today.parquet", "--format", "github")
    _, out, errors = pdkl_(*asked)
    assert commands_in(out) == ["error"] * 5
    assert commands_in(errors) == []
    assert out.splitlines()[-1] == "5 rows: 5 drift"


@pytest.mark.usefixtures("evil")
def test_what_machines_read_stays(pdkl_: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = ("distribution", "today.parquet", "--format")
    outside = [pdkl_(*asked, form) for form in ("json", "csv")]
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert [pdkl_(*asked, form) for form in ("json", "csv")] == outside
    assert {row["category"] for row in rows(outside[0][1])} == set(EVIL)


@pytest.mark.parametrize("colours", ["", "1"])
def test_azure_finds_no_command(
    pdkl_: Command, monkeypatch: pytest.MonkeyPatch, colours: str
) -> None:
    write(VSO)
    monkeypatch.setenv("FORCE_COLOR", colours)
    for asked in (
        *(("drift", "before.parquet", "today.parquet"), ("distribution", "today.parquet")),
        ("drift", "before.parquet", "today.parquet", "-o", "drift.md"),
        ("entropy", "today.parquet", "-c", "##vso[task.complete result=Failed]"),
    ):
        monkeypatch.delenv("TF_BUILD", raising=False)
        code, out, errors = pdkl_(*asked)
        assert re.search(r"(?i)##vso\[", out + errors)
        monkeypatch.setenv("TF_BUILD", "True")
        found = pdkl_(*asked)
        assert found[0] == code
        assert not re.search(r"(?i)##(vso)?\[", found[1] + found[2])
        shown = [re.sub(r"#\\x23((?i:vso)?\[)", r"##\1", one) for one in found[1:]]
        assert shown == [out, errors]
    asked = ("distribution", "today.parquet", "--format", "json")
    assert {row["category"] for row in rows(pdkl_(*asked)[1])} == set(VSO)
