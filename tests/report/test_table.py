"""The rows of a page: what is there without a script, what the script is told, and how much."""

from __future__ import annotations

import re
from html import unescape

import numpy as np
import pandas as pd
import pytest

import pdkl
from pdkl.report import table, text
from pdkl.results.intervals import in_words
from pdkl.results.reading import worst_first
from pdkl.results.statuses import QUIET
from tests.support.reports import Page, page_data, wide


@pytest.fixture(scope="module")
def few() -> pdkl.Report:
    return wide(20, 3, 900)


@pytest.fixture(scope="module")
def many() -> pdkl.Report:
    return wide(50, 100, 20_000)


def static(report: pdkl.Report) -> list[list[str]]:
    """Read the rows that are there without a script."""
    html = report.to_html() or ""
    body = html[html.index('<table class="rows') :]
    body = body[body.index("<tbody>") : body.index("</tbody>")]
    rows = re.findall(r"<tr class=\w+>(.*)", body)
    return [re.split(r"<t[dh](?: scope=row)?>", row)[1:] for row in rows]


def size(report: pdkl.Report) -> int:
    return len((report.to_html() or "").encode())


def test_sizes(many: pdkl.Report) -> None:
    """They leave room for charts of changes, which have a budget of their own."""
    half = wide(50, 10, 3000)
    assert (len(half.frame), len(many.frame)) == (500, 5000)
    assert size(half) <= 300_000
    assert size(many) <= 940_000
    assert size(wide(50, 10, 3000, drifting=1.0)) <= 340_000


def test_rows_to_look_at_have_more_categories(many: pdkl.Report, few: pdkl.Report) -> None:
    most = many.frame.attrs["pdkl"]["most_categories"]
    assert 2 <= most["quiet"] < most["told"] < 25
    assert few.frame.attrs["pdkl"]["most_categories"] == {"told": 25, "quiet": 25}
    for report in (many, few):
        most = report.frame.attrs["pdkl"]["most_categories"]
        own = report.categories[~report.categories["flag"].str.contains("other")]
        found = own.groupby("row").size().reindex(report.frame.index, fill_value=0)
        is_quiet = report.frame["status"].isin(QUIET)
        assert found[is_quiet].max() == most["quiet"]
        assert found[~is_quiet].max() == most["told"]
    # what is left out is summed up, so that shares add up to one
    totals = many.categories.groupby("row")[["p", "q"]].sum()
    np.testing.assert_allclose(totals, 1.0)


def test_page_says_how_many_categories_rows_have(many: pdkl.Report, few: pdkl.Report) -> None:
    most = many.frame.attrs["pdkl"]["most_categories"]
    said = f"beyond {most['told']}, in rows that are ok or skipped {most['quiet']}."
    assert f"are summed up as (other), {said}" in (many.to_html() or "")
    assert "are summed up as (other), beyond 25." in (few.to_html() or "")


def test_the_script_is_told_every_cell(few: pdkl.Report) -> None:
    """Each is written as it is without a script, in the order of the frame's worst rows."""
    data = page_data(few.to_html() or "")
    frame = few.frame.take(worst_first(few.frame)).reset_index(drop=True)
    assert data["n"] == len(frame) == len(data["table"]) == len(data["rows"])
    for cells, note, row in zip(data["table"], data["note"], frame.to_dict("records"), strict=True):
        assert cells == [
            row["status"],
            row["column"],
            row["segment"],
            row["kind"],
            *(text.number(row[name]) for name in ("score", "excess", "noise_floor")),
            f"{row['threshold']:g}",
            *(text.whole(row[name]) for name in ("n", "n_reference", "categories")),
            *(text.share(row[name]) for name in ("missing", "missing_reference")),
        ]
        assert note == row["note"]
    assert data["details"][-2:] == ["kl_divergence", "psi"]
    others = few.others.take(worst_first(few.frame))
    stats = [[text.number(value) for value in row] for row in others.to_numpy()]
    assert [found[-2:] for found, _ in data["rows"]] == stats


def test_the_script_is_told_every_category(few: pdkl.Report) -> None:
    data = page_data(few.to_html() or "")
    for place, row in zip(range(data["n"]), worst_first(few.frame), strict=True):
        own_categories = few.categories[few.categories["row"] == row]
        if few.frame["kind"].iloc[row] == "ordered":
            own_categories = own_categories.sort_values("place")
        own = own_categories.to_dict("records")
        found = data["rows"][place][1]
        assert len(found) == len(own)
        for (name, count, reference, part, *mark), entry in zip(found, own, strict=True):
            assert data["names"][int(name)] == in_words(entry["category"])
            assert (int(count), int(reference)) == (entry["count"], entry["count_reference"])
            assert float(part) == pytest.approx(entry["contribution"], rel=0.5, abs=5.1e-5)
            assert mark == ([str(entry["categories"])] if "other" in entry["flag"] else [])


def test_rows_without_a_script_are_the_same(few: pdkl.Report) -> None:
    data = page_data(few.to_html() or "")
    rows = static(few)
    assert len(rows) == len(few.frame) == 60  # a page has room for them
    for cells, told, note in zip(rows, data["table"], data["note"], strict=True):
        shown = list(map(unescape, cells))
        assert shown == [
            *told[:1],
            told[1] + (f"<small>{note}</small>" if note else ""),
            *told[2:],
            "",
        ]


def test_without_a_script_what_to_look_at_is_there(many: pdkl.Report) -> None:
    told = int((~many.frame["status"].isin(QUIET)).sum())
    rows = static(many)
    assert told > len(rows) == 300
    assert not {row[0] for row in rows} & set(QUIET)
    html = many.to_html() or ""
    assert f"So do {told - 300} more rows to look at." in html
    assert f"So do {5000 - told:,} rows that are ok or skipped." in html


@pytest.mark.parametrize(
    ("n_told", "n_quiet", "expected"),
    [
        (0, 12, (12, 0, 0)),
        (3, 97, (100, 0, 0)),
        (3, 200, (100, 0, 103)),
        (150, 7, (150, 0, 7)),
        (300, 1, (300, 0, 1)),
        (420, 9, (300, 120, 9)),
    ],
)
def test_what_needs_no_script(n_told: int, n_quiet: int, expected: tuple[int, ...]) -> None:
    rows = [{"status": "gone"}] * n_told + [{"status": "ok"}] * n_quiet
    shown, told, quiet = table.without_script(rows)
    assert (len(shown), told, quiet) == expected
    assert shown == rows[: len(shown)]
    assert len(shown) + told + quiet == len(rows)


def test_notes_that_name_their_column_are_told_once() -> None:
    names = ["a", "b & c", "{column}", "it's"]
    rng = np.random.default_rng(0)
    keys = [f"u{i}" for i in rng.permutation(400)]
    before = pd.DataFrame(dict.fromkeys(names, keys))
    report = pdkl.InfoTheory(before).report(before, rng=0, progress=False)
    assert report.frame["status"].eq("skipped").all()
    data = page_data(report.to_html() or "")
    shown = [
        note.replace(data["name"], cells[1])
        for note, cells in zip(data["note"], data["table"], strict=True)
    ]
    assert shown == report.frame["note"].tolist()
    assert len(data["notes"]) == 2  # the name that has a quote in it is written otherwise


def test_quiet_rows_are_counted_by_status() -> None:
    frame = pd.DataFrame({"status": ["ok"] * 1200 + ["skipped"] + ["drift"] * 2})
    assert table.quiet(frame) == "1,200 rows are ok, 1 row is skipped"
    assert table.quiet(frame.tail(2)) == ""


def test_contributions_are_written_as_they_are_shown() -> None:
    values = [0.0, 1.0, 0.5, 0.12345, 0.0012, 0.00099, 1.4e-7, -1e-17, np.nan]
    written = [table._contribution(value) for value in values]
    assert written == ["0", "1", ".5", ".1235", ".0012", "0.001", "1e-07", "0", ""]


def test_names_are_cut_in_their_middle() -> None:
    assert text.shortened("2024-01-01 to 2024-01-31", 15) == "2024-01…4-01-31"
    assert text.shortened("short", 5) == "short"
    assert all(len(text.shortened("x" * n, 8)) == min(n, 8) for n in range(20))


# ---- the heat map ---------------------------------------------------------------------------


def heat(report: pdkl.Report) -> str:
    html = report.to_html() or ""
    part = html[html.index('<h2 id="heat">') :]
    return part[: part.index("</section>")]


def graded(n_columns: int, n_segments: int, marked: set[tuple[int, int]]) -> pdkl.Report:
    """Make a report of which only the last column and segments drift."""
    names = [f"a region of the far and wide north, {i}" for i in range(n_segments)]
    rows = [
        {
            "region": names[s],
            "column": f"column {c}",
            "status": "drift" if (c, s) in marked else "ok",
        }
        for s in range(n_segments)
        for c in range(n_columns)
    ]
    one = pd.DataFrame({"x": ["a", "b"] * 30, "region": ["u", "v"] * 30})
    report = pdkl.InfoTheory(one).report(one, by="region", rng=0, progress=False)
    like = report.frame.iloc[:1].drop(columns=["region", "column", "status"])
    rest = pd.concat([like] * len(rows), ignore_index=True)
    frame = pd.concat([pd.DataFrame(rows), rest], axis=1)[list(report.frame.columns)]
    frame.attrs = report.frame.attrs
    return pdkl.Report(frame, report.categories.iloc[:0])


def test_a_small_heat_map_has_its_digits(few: pdkl.Report) -> None:
    assert '<table class="heat" ' in heat(few)
    digits = re.findall(r"<td[^>]*>(\.\d{3})", heat(few))
    assert len(digits) == 60
    assert "Point at a cell" not in heat(few)


def test_a_large_heat_map_is_dense(many: pdkl.Report) -> None:
    shown = heat(many)
    assert '<table class="heat dense" ' in shown
    assert len(re.findall("<td", shown)) == 5000
    assert len(shown) < 90_000
    assert "Shown are" not in shown
    status = many.frame["status"]
    for name in ("drift", "unsure"):
        assert shown.count(f"<i>{name}</i>") == (status == name).sum()


def test_the_worst_of_many_columns_and_segments_are_shown() -> None:
    shown = heat(graded(24, 310, {(23, 309), (3, 7)}))
    assert "Shown are 20 of 24 columns and 300 of 310 segments, those with the worst rows." in shown
    names = re.findall(r"<tr><th scope=row>(column \d+)", shown)
    assert len(names) == 20
    assert {"column 3", "column 23"} <= set(names)
    assert names == sorted(names, key=lambda name: int(name.split()[1]))
    heads = re.findall(r'title="(.*?)"><span(.*?)>(.*?)</span>', shown)
    assert len(heads) == 300
    assert heads[-1][0] == "a region of the far and wide north, 309"
    assert heads[-1][2] == "a region o…orth, 309"  # its first and its last letters
    assert sum(not hidden for _, hidden, _ in heads) == 60  # others have no room
    assert shown.count("<i>drift</i>") == 2


def test_segments_that_are_written_the_same_stay_apart() -> None:
    frame = pd.DataFrame({"x": ["a", "b"] * 60, "k": ["u, v", "u"] * 60, "l": ["w", "v, w"] * 60})
    frame["y"] = frame["x"]
    report = pdkl.InfoTheory(frame).report(frame, by=["k", "l"], rng=0, progress=False)
    shown = heat(report)
    assert shown.count("<span>u, v, w</span>") == 2
    assert re.findall(r"<th scope=row>(\w)", shown) == ["x", "y"]
    assert shown.count("<td") == 4


# ---- the notebook ---------------------------------------------------------------------------


def test_notebook_shows_what_to_look_at(few: pdkl.Report) -> None:
    html = few._repr_html_() or ""
    page = Page(html)
    assert not {tag for tag, _ in page.tags} & {"script", "style", "link", "img"}
    assert "Drift report: not passed" in html
    counts = few.frame["status"].value_counts()
    assert html.count(">drift</span>") == counts["drift"]
    assert f"<details><summary>{table.quiet(few.frame)}</summary>" in html
    worst = few.frame.loc[worst_first(few.frame)[0]]
    top = few.categories[few.categories["row"] == worst.name].iloc[0]
    first = html[html.index("<details>") : html.index("</details>")]
    assert f"<summary>{worst['column']}</summary>" in first
    assert (
        f">{top['category']}</th><td>{text.share(top['q'])}</td><td>→ {text.share(top['p'])}</td>"
        f"<td>{text.points(top['change'])}</td>" in first
    )
    assert first.count("<tr>") == 6


def test_notebook_leaves_ink_and_ground_to_its_page(few: pdkl.Report) -> None:
    """Nobody knows whether it is dark: what has an ink has a ground."""
    styles = re.findall(r'style="(.*?)"', few._repr_html_() or "")
    assert len(styles) > 10
    for one in styles:
        parts = set(re.findall(r"(?:^|;)(background|color):", one))
        assert parts in (set(), {"background", "color"})


def test_notebook_stays_small(many: pdkl.Report) -> None:
    html = many._repr_html_() or ""
    assert len(html.encode()) <= 60_000
    assert re.search(r"and \d+ more rows to look at; <code>report\.to_html", html)
    assert re.search(r"<p>and [\d,]+ more\.</p>", html)
    worst = many.frame.copy()
    worst.attrs = many.frame.attrs
    worst["column"] = "<&\"'" * 40 + worst["column"]
    worst["note"] = "<" * 500
    categories = many.categories.assign(category="\N{BUG}<" * 100)
    html = pdkl.Report(worst, categories, many.others)._repr_html_() or ""
    assert 10_000 < len(html.encode()) <= 60_000


def test_notebook_where_all_is_well() -> None:
    same = pd.DataFrame({f"x{i}": ["a", "b"] * 50 for i in range(20)})
    html = pdkl.InfoTheory(same).report(same, rng=0, progress=False)._repr_html_() or ""
    assert "<summary>20 rows are ok</summary>" in html
    assert (html.count("<table>"), html.count("<tr>")) == (1, 20)
    assert "Drift report: passed" in html
