"""Every status has what each of its readers needs."""

from __future__ import annotations

import ast
import json
import re
from importlib import resources
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest

import pdkl
from pdkl.cli.commands import commands
from pdkl.report import rendering
from pdkl.results import statuses
from pdkl.results.statuses import BY_NAME, FAILING, LEGEND, SCORED, STATUSES, Status

PACKAGE = Path(pdkl.__file__).parent
STYLE = rendering.style()
NAMES = [one.name for one in STATUSES]
every_status = pytest.mark.parametrize("one", STATUSES, ids=NAMES)


@pytest.fixture(scope="module")
def report() -> pdkl.Report:
    before = pd.DataFrame(
        dict.fromkeys(["drift", "gone", "error", "empty", "ok", "unsure"], ["a"] * 200)
    ).assign(skipped=[f"order {i}" for i in range(200)])
    today = before.assign(drift="b", new="a", empty=None).drop(columns="gone")
    today["error"] = pd.Series([["a"]] * 200, dtype=object)
    found: pdkl.Report = today.info_theory.report(before, rng=0)
    for name in ("unsure", "skipped"):
        found.frame.loc[found.frame["column"] == name, "status"] = name
    assert (found.frame["column"] == found.frame["status"]).all()
    return found


def described(start: str, style: str = STYLE) -> dict[str, str]:
    """Return the sign that the style sheet puts before each class of a place."""
    signs = re.findall(re.escape(start) + r'([a-z]+)\S*::before\{content:"(\S+)\\a0"', style)
    return {
        name: re.sub(r"\\([0-9a-f]{4})", lambda code: chr(int(code[1], 16)), sign)
        for name, sign in signs
    }


def test_each_is_told_once() -> None:
    own = [value for value in vars(statuses).values() if isinstance(value, Status)]
    assert sorted(one.name for one in own) == sorted(set(NAMES))
    assert list(BY_NAME.values()) == list(STATUSES)
    assert sorted(one.name for one in LEGEND) == sorted(NAMES)


def test_what_fails_comes_first() -> None:
    assert [one.name for one in STATUSES if one.fails] == NAMES[: len(FAILING)]
    assert NAMES[-1] == "ok"


@every_status
def test_words_and_marks(one: Status) -> None:
    assert one.words.startswith(one.name)
    assert bool(one.mark) == (one.name != "ok")
    assert [other.name for other in STATUSES if other.mark == one.mark] == [one.name]
    # what was not scored has no number that explains it
    assert one.is_scored or one.warning
    assert bool(one.heading) == bool(one.warning)


@every_status
def test_the_page_has_a_style(one: Status) -> None:
    assert re.search(rf"(^|[,}}\n])\.{one.name}>td:first-child[,{{]", STYLE)
    # all rows have a tick, unless their status has another sign
    assert (one.name in described(".rows tbody>tr.")) == (one.name != "ok")


def test_the_cells_of_the_page_have_the_marks_of_pictures() -> None:
    assert described(".heat td.") == {
        one.name: one.mark for one in STATUSES if one.is_scored and one.mark
    }
    page = (resources.files("pdkl.report") / "templates" / "report.html.j2").read_text("utf-8")
    assert f"{statuses.DRIFT.mark} marks drift, {statuses.UNSURE.mark} what is unsure." in page


def test_the_style_has_no_other_status() -> None:
    assert set(described(".rows tbody>tr.")) | set(described(".heat td.")) <= set(NAMES)


@every_status
def test_the_page_shows_it(report: pdkl.Report, one: Status) -> None:
    page = report.to_html() or ""
    assert f"<tr class={one.name}><td>{one.name}<th scope=row>{one.name}" in page
    assert f"<option>{one.name}</option>" in page
    warning = f"<li>{one.name.capitalize()}: 1 row. Each {one.warning}.</li>"
    assert (warning in page) == bool(one.warning)
    rows = re.findall(r"<tr class=(\w+)>", page)
    assert rows == NAMES
    data = re.search(r'id="data">(.*?)</script>', page)
    assert data is not None
    assert json.loads(data[1])["statuses"] == NAMES


@every_status
def test_reports_fail_by_it(report: pdkl.Report, one: Status) -> None:
    frame = report.frame[report.frame["status"] == one.name].reset_index(drop=True)
    frame.attrs = report.frame.attrs
    alone = pdkl.Report(frame, report.categories.iloc[:0])
    assert alone.passed != one.fails
    suite = ElementTree.fromstring(alone.to_junit() or "").find("testsuite")
    assert suite is not None
    assert int(suite.attrib["failures"]) + int(suite.attrib["errors"]) == one.fails
    assert repr(alone).endswith(f"1 row: 1 {one.name}>")


def test_reports_count_the_worst_first(report: pdkl.Report) -> None:
    assert repr(report).endswith(f"{len(NAMES)} rows: {', '.join(f'1 {name}' for name in NAMES)}>")


@every_status
def test_pictures_show_it(report: pdkl.Report, one: Status) -> None:
    pytest.importorskip("matplotlib")
    from matplotlib import pyplot

    frame = report.frame[report.frame["status"] == one.name]
    ax = pdkl.plot.drift(frame)
    (cell,) = [text.get_text() for text in ax.texts]
    assert (cell == one.name) == (one.name not in SCORED)
    assert (one.mark in cell) or not one.is_scored
    is_marked = one.mark and one.is_scored  # the others are words
    assert (f"{one.mark} {one.words}" in ax.get_xlabel()) if is_marked else True
    assert ax.get_title().endswith(f"\n1 {one.name}")
    pyplot.close("all")


def test_what_people_read_names_those_that_fail() -> None:
    passed = pdkl.Report.passed.__doc__ or ""
    assert {name for name in NAMES if re.search(rf"\b{name}\b", passed)} == set(FAILING)
    for text in (commands.help or "", commands.commands["drift"].help or ""):
        assert all(name in text.replace("cannot be compared", "error") for name in FAILING)
    rules = pdkl.InfoTheory.drift.__doc__ or ""
    assert all(f"*{name}*" in rules for name in NAMES)


def test_none_lists_statuses_again() -> None:
    for path in PACKAGE.rglob("*.py"):
        if path.name == "statuses.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Tuple | ast.List | ast.Set | ast.Dict):
                parts = node.keys if isinstance(node, ast.Dict) else node.elts
                found = [part.value for part in parts if isinstance(part, ast.Constant)]
                own = [value for value in found if value in NAMES]
                assert len(own) < 3, f"{path}:{node.lineno}"
