"""Settings that the command reads from a file, and those on its line, which come before."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import pdkl
from tests.support.command import Command, failures, rows

ASKED = ("drift", "before.parquet", "today.parquet")


def write(text: str, name: str = "pdkl.toml") -> None:
    Path(name).write_text(text, encoding="utf-8")


def report(**keywords: Any) -> pdkl.Report:
    before, today = (pdkl.scan(f"{name}.parquet") for name in ("before", "today"))
    return today.report(before, rng=0, **keywords)


def test_the_file_is_named_and_its_settings_hold(pdkl_: Command) -> None:
    write(
        """
        exclude = ["n"]
        measure = "psi"
        threshold = 0.7
        by = [{key = "sold", freq = "MS"}, "shop"]
        [bins]
        age = [20, 40, 70]
        """
    )
    found = report(
        columns=["plan", "age"],
        measure="psi",
        threshold=0.7,
        by=[pd.Grouper(key="sold", freq="MS"), "shop"],
        bins={"age": [20, 40, 70]},
    )
    told = (
        "pdkl: settings of pdkl.toml: exclude, measure, threshold, by, bins\n"
        "pdkl: 0.5 was added to each count of plan, age, where the measure could be infinite; "
        "--smoothing says otherwise.\n"
    )
    code, out, errors = pdkl_(*ASKED, "--format", "json")
    assert (code, errors) == (0, told)
    expected = str(found.to_json()).replace('"unit": "bit"', '"exclude": ["n"], "unit": "bit"')
    assert rows(out) == rows(expected)


def test_the_command_line_comes_before(pdkl_: Command) -> None:
    write('measure = "psi"\nthreshold = 9\ncolumns = ["shop"]\nalpha = 0.01\nby = "sold"')
    code, out, errors = pdkl_(
        *(
            *ASKED,
            "-c",
            "plan",
            "--fail-over",
            "js_distance=0.1",
            "--by",
            "shop",
            "--format",
            "json",
        )
    )
    expected = report(columns=["plan"], alpha=0.01, by="shop")
    assert (code, errors) == (1, f"pdkl: settings of pdkl.toml: alpha\n{failures(expected)}")
    assert out == expected.to_json()
    _, _, errors = pdkl_(
        *(*ASKED, "-c", "plan", "--fail-over", "hellinger=1", "--by", "shop", "--alpha", "0.1")
    )
    assert errors == "pdkl: settings of pdkl.toml: none\n"


def test_columns_of_the_command_line_are_those_that_are_meant(pdkl_: Command) -> None:
    write('exclude = ["plan", "shop"]\n[bins]\nage = 4\nn = [0, 1, 2]\n')
    code, out, errors = pdkl_(*ASKED, "-c", "plan,age", "--format", "json")
    expected = report(columns=["plan", "age"], bins={"age": 4})
    assert (code, errors) == (1, f"pdkl: settings of pdkl.toml: bins\n{failures(expected)}")
    assert out == expected.to_json()
    _, out, errors = pdkl_(*ASKED, "-c", "plan", "--format", "json")
    expected = report(columns=["plan"])
    assert errors == f"pdkl: settings of pdkl.toml: none\n{failures(expected)}"
    assert out == expected.to_json()
    _, out, errors = pdkl_(*ASKED, "--exclude", "n", "--format", "json")
    expected = report(exclude=["n"], bins={"age": 4})
    assert errors == f"pdkl: settings of pdkl.toml: bins\n{failures(expected)}"
    assert out == expected.to_json()


def test_a_section_of_the_project(pdkl_: Command) -> None:
    write("[tool.other]\n", "pyproject.toml")
    assert pdkl_(*ASKED, "-c", "shop")[2] == ""
    write('[tool.pdkl]\ncolumns = "shop"\n', "pyproject.toml")
    code, _, errors = pdkl_(*ASKED)
    assert (code, errors) == (0, "pdkl: settings of pyproject.toml: columns\n")
    write("alpha = 0.1")
    assert pdkl_(*ASKED)[2] == "pdkl: settings of pdkl.toml: alpha\n"


def test_another_file_or_none(pdkl_: Command) -> None:
    write("threshold = 0.9")
    Path("settings").mkdir()
    write('columns = ["shop"]', "settings/gate.toml")
    code, _, errors = pdkl_(*ASKED, "--config", "settings/gate.toml")
    assert (code, errors) == (0, "pdkl: settings of settings/gate.toml: columns\n")
    code, _, errors = pdkl_(*ASKED, "-c", "plan", "--no-config")
    assert (code, errors) == (1, "")


def test_periods_are_cut_as_the_file_says(pdkl_: Command) -> None:
    write('by = {key = "sold", freq = "W"}\ncolumns = "plan"')
    code, out, _ = pdkl_("drift", "today.parquet", "--window", "2", "--format", "json")
    found = pdkl.scan("today.parquet").report(
        columns="plan", by=pd.Grouper(key="sold", freq="W"), window=2, rng=0
    )
    assert (code, out) == (0, found.to_json())


@pytest.mark.parametrize(
    ("text", "arguments", "message"),
    [
        (
            "alfa = 0.1",
            [],
            "pdkl.toml sets 'alfa', which is no setting. Did you mean 'alpha'? The settings are "
            "'columns', 'exclude', 'kinds', 'measure', 'threshold', 'alpha', 'by', 'bins', "
            "'smoothing', 'max_drifted', 'weights', 'blocks'.",
        ),
        (
            "",
            ["--config", "pdkl.toml", "--no-config"],
            "give one of --config and --no-config. Try: pdkl drift --help",
        ),
        ("", ["--config", "none.toml"], "there is no file 'none.toml'."),
    ],
)
def test_what_is_wrong_is_told(
    pdkl_: Command, text: str, arguments: list[str], message: str
) -> None:
    write(text)
    assert pdkl_(*ASKED, *arguments) == (2, "", f"pdkl: {message}\n")


def test_what_the_report_refuses_is_told_behind_the_name_of_the_file(pdkl_: Command) -> None:
    write('exclude = ["plans"]')
    code, _, errors = pdkl_(*ASKED)
    assert code == 2
    assert errors.splitlines() == [
        "pdkl: settings of pdkl.toml: exclude",
        "pdkl: --exclude names column 'plans', which data, like reference, does not have. Did you "
        "mean 'plan'? Its columns are 'shop', 'plan', 'age', 'sold', 'n'.",
    ]


def test_other_commands_read_none(pdkl_: Command) -> None:
    write("nonsense")
    assert pdkl_("entropy", "today.parquet", "-c", "plan")[::2] == (0, "")
