"""How answers look on a terminal, and that they are plain text everywhere else."""

from __future__ import annotations

import itertools
import sys
from pathlib import Path

import pandas as pd
import pytest

from pdkl.cli import output, screen
from pdkl.cli.screen import Look
from pdkl.results.statuses import STATUSES
from tests.support.command import TODAY, Command
from tests.support.terminal import CODES, cells, screens

DRIFT = ("drift", "before.parquet", "today.parquet", "-c", "plan,shop")
RED, GREEN, BOLD, DIM, END = "\x1b[1;31m", "\x1b[32m", "\x1b[1m", "\x1b[2m", "\x1b[0m"


# ---- on a terminal --------------------------------------------------------------------------


def test_widths_and_colours(pdkl_: Command, tmp_path: Path) -> None:
    plain = pdkl_(*DRIFT)[1]
    kept = {"NO_COLOR": "1"}
    every = ["column", "status", "measure", "score", "excess", "noise_floor", "p_adjusted"]
    every += ["top_category", "n", "n_reference"]
    found = screens(
        tmp_path,
        [
            *((width, kept, DRIFT) for width in (60, 100, 200)),
            (200, {}, DRIFT),
            (200, {"TERM": "dumb"}, DRIFT),
            (200, {"TERM": "dumb", "CLICOLOR_FORCE": "1"}, DRIFT),
            (200, {"FORCE_COLOR": "1", **kept}, DRIFT),
            (60, {"COLUMNS": "200", **kept}, DRIFT),
            (60, {}, (*DRIFT, "-o", "out.txt", "-o", "out.md")),
            (60, {}, (*DRIFT, "--format", "csv")),
        ],
    )
    assert [code for code, _ in found] == [1] * 10
    texts = [text for _, text in found]
    narrow, middle, wide, coloured, dumb, forced, refused, columns, files, csv = texts
    assert narrow.splitlines()[0].split() == [
        *("column", "status", "score", "excess", "p_adjusted", "top_category"),
    ]
    assert narrow.splitlines()[1].split()[:3] == ["plan", "drift", "0.221"]
    assert narrow.splitlines()[-1] == "2 rows: 1 drift, 1 ok"
    assert "without measure, noise_floor, n, n_reference: a wider" in narrow
    for text in (middle, wide):
        assert text.splitlines()[0].split() == every
        assert "without" not in text
    assert [line.split() for line in wide.splitlines()] == [
        line.split() for line in plain.splitlines()
    ]
    for width, text in ((60, narrow), (100, middle), (200, wide)):
        assert max(map(cells, text.splitlines())) <= width
        assert "\x1b" not in text
    assert CODES.sub("", coloured) == wide == dumb == refused == columns
    assert coloured == forced
    assert coloured.startswith(f"{BOLD}column")
    assert f"plan    {RED}drift{END}   js_distance" in coloured
    assert f"shop    {GREEN}ok{END}      js_distance" in coloured
    assert coloured.endswith(f"2 rows: {RED}1 drift{END}, {GREEN}1 ok{END}\n")
    # what goes into files is plain
    assert Path("out.txt").read_text(encoding="utf-8") == plain
    assert files.startswith(f"{RED}drift{END}: plan: js_distance 0.221, ")
    assert files.endswith(f"2 rows: {RED}1 drift{END}, {GREEN}1 ok{END} (out.txt, out.md)\n")
    assert csv.replace("\r", "").startswith(pdkl_(*DRIFT, "--format", "csv")[1].replace("\r", ""))


# ---- elsewhere ------------------------------------------------------------------------------


def test_pipes_are_plain_unless_colours_are_forced(
    pdkl_: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = pdkl_(*DRIFT)
    for name, value in (("FORCE_COLOR", "0"), ("FORCE_COLOR", ""), ("CLICOLOR_FORCE", "0")):
        monkeypatch.setenv(name, value)
        assert pdkl_(*DRIFT) == plain
    monkeypatch.setenv("FORCE_COLOR", "1")
    coloured = pdkl_(*DRIFT)[1]
    assert f"{RED}drift{END}" in coloured
    assert [line.split() for line in CODES.sub("", coloured).splitlines()] == [
        line.split() for line in plain[1].splitlines()
    ]
    pdkl_(*DRIFT, "-o", "out.txt")
    assert Path("out.txt").read_text(encoding="utf-8") == plain[1]
    monkeypatch.setenv("NO_COLOR", "1")
    assert pdkl_(*DRIFT) == plain


def test_without_rich_all_is_plain(pdkl_: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = pdkl_(*DRIFT)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setitem(sys.modules, "rich.cells", None)
    assert pdkl_(*DRIFT) == plain


# ---- what fits ------------------------------------------------------------------------------

WORDS = ["plan", "größe", "製品カテゴリー" * 3, "a" * 100, "x"]
NOTES = ["", "a note of several words, which says why " * 3, "", "製品" * 40, "w" * 70]
TABLE = pd.DataFrame(
    {
        "shop": ["north", "東京"] * 2 + [None],
        "column": WORDS,
        "status": ["drift", "new", "ok", "skipped", "unsure"],
        "measure": "js_distance",
        "score": [0.25, 12345.5, float("nan"), 0.5, float("inf")],
        "n": [600, 5, 4000, 1, 0],
        "top_category": WORDS[::-1],
        "note": NOTES,
        "unit": "bit",
    }
)


@pytest.mark.parametrize("has_colours", [False, True])
def test_no_line_is_longer_than_the_terminal_is_wide(*, has_colours: bool) -> None:
    plain = output.table(TABLE)
    assert "\x1b" not in plain
    folded = []
    for width in range(12, 400, 7):
        text = output.table(TABLE, Look(width, has_colours))
        lines = CODES.sub("", text).splitlines()
        assert max(map(cells, lines)) <= width
        assert not any(line != line.rstrip() for line in lines)
        folded.append(lines[0].split())
        if width >= 60:
            assert {"shop", "column", "status", "score", "top_category"} <= set(lines[0].split())
            assert lines[1].split()[:3] == ["north", "plan", "drift"]
        if "note" not in lines[0].split():
            told = " ".join(" ".join(lines[6:]).split())
            assert "north plan: " not in told
            assert ("東京 größe: a note of" in told) or width < 40
    assert folded[-1] == list(TABLE.columns)
    assert all(len(one) <= len(other) for one, other in itertools.pairwise(folded[7:]))


def test_what_is_left_out_is_named() -> None:
    lines = output.table(TABLE, Look(60, has_colours=False)).splitlines()
    there = lines[0].split()
    said = " ".join(" ".join(lines).partition("without ")[2].partition(":")[0].split())
    assert said.split(", ") == [
        name for name in TABLE.columns if name not in there and name != "note"
    ]


def test_cells_line_up() -> None:
    lines = output.table(TABLE.iloc[:3], Look(None, has_colours=False)).splitlines()
    ends = lines[0].index("  n  ") + 3
    assert [line[ends - 4 : ends].strip() for line in lines[1:2]] == ["600"]  # to the right
    starts = lines[0].index("top_category")
    assert lines[1][starts:].startswith("x")  # to the left


def test_every_status_has_a_colour() -> None:
    row = TABLE.iloc[:1]
    look = Look(None, has_colours=True)
    for one in STATUSES:
        text = output.table(row.assign(status=one.name), look)
        code = RED if one.fails else {"ok": GREEN, "skipped": DIM}.get(one.name, "\x1b[33m")
        assert f"{code}{one.name}{END}" in text
        assert screen.told(f"9 rows: 9 {one.name}", look) == f"9 rows: {code}9 {one.name}{END}"
        line = f"{one.name}: a: 3 {one.name}: 4 rows"
        assert screen.told(line, look) == line.replace(one.name, f"{code}{one.name}{END}", 1)
        assert screen.told(line, None) == screen.told(line, Look(60, has_colours=False)) == line


def test_no_rows() -> None:
    for look in (None, Look(80, has_colours=True)):
        assert output.table(TABLE.iloc[:0], look) == "(no rows)\n"


def test_numbers_are_written_as_in_plain_text() -> None:
    frame = TODAY.info_theory.distribution(["plan", "age"], bins={"age": 3})
    plain = [line.split() for line in output.table(frame).splitlines()]
    shown = output.table(frame, Look(None, has_colours=False)).splitlines()
    assert [line.split() for line in shown] == plain
