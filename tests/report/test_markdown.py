"""Reports as Markdown and as annotations: what is shown, and that no value acts as markup."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import pytest

import pdkl
from pdkl.report import plain
from pdkl.report.markdown import code
from tests.support.reports import NASTY

ROW = {
    "status": "drift",
    "measure": "js_distance",
    "score": 0.25,
    "excess": 0.2,
    "noise_floor": 0.05,
    "p_adjusted": 0.0001,
    "top_category": "paid",
    "kind": "categorical",
    "note": "",
    "threshold": 0.1,
    "n": 1500,
    "n_reference": 600,
    "missing": 0.0,
}
UNSCORED: dict[str, Any] = dict.fromkeys(("score", "excess", "noise_floor", "p_adjusted"), np.nan)


def report(*rows: dict[str, Any], **call: Any) -> pdkl.Report:
    """Make a report of rows that say how they differ from a row of drift."""
    frame = pd.DataFrame([dict.fromkeys(row) | ROW | row for row in rows])
    keys = [name for name in frame if name not in (*ROW, "column")]
    frame = frame[[*keys, "column", *ROW]]
    frame.attrs["pdkl"] = {"max_drifted": 0.0} | call
    tops = frame.assign(row=range(len(frame)), category=frame["top_category"], change=0.021)
    return pdkl.Report(frame, tops[["row", "category", "change"]].assign(flag=""))


MIXED = (
    {"column": "fine", "status": "ok", "excess": -0.01},
    {"column": "left", "status": "skipped", "note": "612 of 900 values occur once"} | UNSCORED,
    {"column": "perhaps", "status": "unsure", "p_adjusted": 0.2},
    {"column": "broken", "status": "error", "note": "a list | cannot\nbe hashed", "n": pd.NA}
    | UNSCORED
    | {"top_category": None},
    {"column": "small", "excess": 0.11, "score": np.inf},
    {"column": "large", "excess": 0.6},
    {"column": "away", "status": "gone", "note": "data has no such column", "n": 0}
    | UNSCORED
    | {"top_category": None},
)


NONE = "\N{EN DASH}"


def test_the_worst_rows_come_first_and_what_is_well_is_left_out() -> None:
    head = "column | status | measure | score | excess | noise_floor | p_adjusted | top_category"
    blank = f"| {NONE} | {NONE} | {NONE} | {NONE} |"
    assert report(*MIXED).to_markdown() == (
        "## Drift report: not passed\n\n"
        "2 of 7 columns drifted. `large`: more `paid` (+2.1 points); `small`: more `paid` (+2.1 "
        "points). Could not be compared: `broken`. Only in the reference: `away`. Unsure: "
        "`perhaps`. Not scored: `left`. 7 rows: 2 drift, 1 gone, 1 error, 1 unsure, 1 skipped, "
        "1 ok.\n\n"
        f"| {head} | note | n | n_reference |\n"
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n"
        "| `large` | drift | `js_distance` | 0.250 | 0.600 | 0.050 | &lt;0.001 | `paid` |  | 1,500 "
        "| 600 |\n"
        "| `small` | drift | `js_distance` | ∞ | 0.110 | 0.050 | &lt;0.001 | `paid` |  | 1,500 "
        "| 600 |\n"
        f"| `away` | gone | `js_distance` {blank}  | `data has no such column` | 0 | 600 |\n"
        f"| `broken` | error | `js_distance` {blank}  | `a list \\| cannot\\nbe hashed` | {NONE} "
        "| 600 |\n"
        "| `perhaps` | unsure | `js_distance` | 0.250 | 0.200 | 0.050 | 0.200 | `paid` |  | 1,500 "
        "| 600 |\n"
    )


def test_a_report_that_passes() -> None:
    assert report({"column": "fine", "status": "ok"}).to_markdown() == (
        "## Drift report: passed\n\nNo column drifted. 1 row: 1 ok.\n"
    )


def test_segments_have_a_column_for_each_key() -> None:
    day = pd.Timestamp("2024-05-01")
    rows: list[dict[str, Any]] = [
        {"shop|": "north", "day": day, "column": "plan"},
        {"shop|": None, "day": day, "column": "plan", "excess": 0.3},
        {"shop|": "south", "day": day, "column": "plan", "status": "ok"},
    ]
    written = str(report(*rows, max_drifted=0.7).to_markdown()).splitlines()
    assert written[:3] == [
        "## Drift report: passed",
        "",
        "1 of 1 column drifted, in 2 of 3 segments; up to 0.7 of the rows judged may. `plan` in "
        "`(missing), 2024-05-01`: more `paid` (+2.1 points). 3 rows: 2 drift, 1 ok.",
    ]
    assert written[4].startswith("| `shop\\|` | `day` | column | status | measure | ")
    assert [line[:40] for line in written[6:]] == [
        "| `(missing)` | `2024-05-01` | `plan` | ",
        "| `north` | `2024-05-01` | `plan` | drif",
    ]


def test_many_rows_are_counted() -> None:
    for n, more in ((25, None), (26, "and 1 more row to look at."), (2000, "and 1,975 more rows")):
        rows = [{"column": f"x{i}", "note": "`|" * 300} for i in range(n)]
        written = str(report(*rows).to_markdown())
        assert written.count("\n| `x") == 25
        assert len(written) < 65_536
        last = written.splitlines()[-1]
        assert last.startswith("| `x24`" if more is None else more)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("paid", "`paid`"),
        ("", ""),
        ("`", "`` ` ``"),
        ("a``b`c", "```a``b`c```"),
        (" a ", "`  a  `"),
        (" ", "` `"),
        ("a|b", "`a\\|b`"),
        ("a\\|b", "`a\\\\|b`"),
        ("a\r\nb\u2028c\u202e", "`a\\r\\nb\\u2028c\\u202e`"),
        ("<b>@team #1 https://x.y", "`<b>@team #1 https://x.y`"),
        ("x" * 81, f"`{'x' * 79}\N{HORIZONTAL ELLIPSIS}`"),
    ],
)
def test_values_are_code(value: str, written: str) -> None:
    assert code(value) == written


def spans(line: str) -> tuple[list[str], str]:
    """Read a line as CommonMark does, where a backslash is before each bar: code, and the rest."""
    found, rest, place = [], "", 0
    line = line.replace("\\|", "|")
    while match := re.compile("`+").search(line, place):
        fence = match.group()
        end = re.compile(f"(?<!`){fence}(?!`)").search(line, match.end())
        assert end, "code that is never closed"
        inside = line[match.end() : end.start()]
        if inside.strip() and inside[0] == inside[-1] == " ":
            inside = inside[1:-1]
        found.append(inside)
        rest += line[place : match.start()]
        place = end.end()
    return found, rest + line[place:]


def test_no_value_is_markup(nasty: pdkl.Report) -> None:
    ticks = ["`", "``", "`x", "x`", "a|b", "|", "\\", "\\|", "`|`", " ` ", "[x](y)", "*a*", "a\nb"]
    for value in [*NASTY, *ticks]:
        rows = [{value: value, "column": value, "top_category": value, "note": value}]
        lines = str(report(*rows).to_markdown()).splitlines()
        shown = value.translate({7: "\\x07", 10: "\\n", 0x202E: "\\u202e"})
        assert len(lines) == 7
        for line, texts in ((lines[4], [shown]), (lines[6], [shown, shown, "js_distance"])):
            found, rest = spans(line)
            assert found[: len(texts)] == texts
            assert not set(rest) & set("<>[]*`\\@#")
            # the bars that are left are those of the table
            assert len(re.findall(r"(?<!\\)\|", line)) == len(re.findall(r"\|", lines[5]))
    for line in str(nasty.to_markdown()).splitlines():
        assert not re.search("[<>]", spans(line)[1])


# ---- annotations ----------------------------------------------------------------------------


def test_annotations_are_escaped() -> None:
    rows = (
        {"k:": "a,b", "column": "100%\r\n", "note": "50 % of it, or:\nmore", "excess": 0.3},
        {"k:": "a,b", "column": "::error::x"},
        {"k:": "a,b", "column": "perhaps", "status": "unsure"},
        {"k:": "a,b", "column": "fine", "status": "ok"},
    )
    numbers = "excess 0.200, noise floor 0.050, threshold 0.1, p_adjusted 0.0001"
    assert plain.github(report(*rows).frame) == (
        "::error title=drift%3A 100%25\\r\\n in a%2Cb::50 %25 of it, or:\\nmore\n"
        f"::error title=drift%3A %3A%3Aerror%3A%3Ax in a%2Cb::js_distance 0.250, {numbers}\n"
        f"::warning title=unsure%3A perhaps in a%2Cb::js_distance 0.250, {numbers}\n"
        "4 rows: 2 drift, 1 unsure, 1 ok\n"
    )


def test_drift_that_passes_is_a_warning() -> None:
    found = report({"column": "x"}, {"column": "y", "status": "ok"}, max_drifted=0.5).frame
    assert plain.github(found).startswith("::warning title=drift%3A x::js_distance ")
    assert plain.failures(found) == []
