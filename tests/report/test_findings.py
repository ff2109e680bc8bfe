"""What a report is called and what it says it found: names, title, date, and a few sentences."""

from __future__ import annotations

import datetime
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import pdkl
from pdkl.report import text
from pdkl.report.findings import sentences
from tests.support.reports import NASTY, Page, frames, outputs


def reported(today: Any, before: Any, **keywords: Any) -> pdkl.Report:
    settings = {"rng": 0, "progress": False} | keywords
    return pdkl.InfoTheory(today).report(before, **settings)


def said(report: pdkl.Report) -> list[str]:
    return sentences(report.frame, report.categories, passed=report.passed)


def shown(report: pdkl.Report) -> dict[str, str]:
    """Read the facts of the page, folded or not."""
    return dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", report.to_html() or ""))


@pytest.fixture
def sides() -> tuple[pd.DataFrame, pd.DataFrame]:
    n = 1000
    place = np.arange(n)
    before = pd.DataFrame(
        {
            "dest": np.where(place < 500, "CLT", "ORD"),
            "tail": np.where(place < 600, "N719MQ", "N1"),
            "plan": np.where(place % 2, "free", "paid"),
            "gap": "a",
            "amount": place / 7,
            "ref": [f"order {i}" for i in range(n)],
            "old": 1,
            "void": "v",
        }
    )
    today = before.assign(
        dest=np.where(place < 710, "CLT", "ORD"),
        tail="N1",
        gap=before["gap"].where(place >= 300),
        amount=place / 7 + 80,
        void=None,
        new=2,
    )
    today["broken"] = before["broken"] = pd.Series([["a"]] * n)
    return today.drop(columns="old"), before


# ---- sentences ------------------------------------------------------------------------------


def test_what_was_found_is_said_in_sentences(sides: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    report = reported(*sides, exclude=["amount", "dest"])
    assert said(report) == [
        "2 of 8 columns drifted.",
        "tail: N719MQ is gone (-60.0 points); gap: more missing values (+30.0 points).",
        "Could not be compared: broken.",
        "Only in the reference: old.",
        "Only in the data: new.",
        "Without a value on a side: void.",
        "Not scored: ref.",
    ]
    assert f'<p class="found">{" ".join(said(report))}</p>' in (report.to_html() or "")


@pytest.mark.parametrize("swapped", [False, True])
def test_direction_and_points_are_those_of_the_shares(
    sides: tuple[pd.DataFrame, pd.DataFrame], swapped: bool
) -> None:
    today, before = reversed(sides) if swapped else sides
    (row,) = (report := reported(today, before, columns="dest")).frame.to_dict("records")
    top = row["top_category"]
    change = 100 * (today["dest"].eq(top).mean() - before["dest"].eq(top).mean())
    more = "more" if change > 0 else "less"
    assert said(report) == ["1 of 1 column drifted.", f"dest: {more} {top} ({change:+.1f} points)."]


def test_a_category_is_new_but_a_bin_has_more(sides: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    today, before = sides
    moved = today.assign(plan=today["plan"].replace("paid", "trial"), gap="a")
    assert said(reported(moved, before, columns="plan"))[1] in {
        "plan: paid is gone (-50.0 points).",
        "plan: trial is new (+50.0 points).",
    }
    (row,) = (report := reported(today, before, columns="amount")).frame.to_dict("records")
    assert row["kind"] == "ordered"
    label = re.escape(row["top_category"])
    assert re.fullmatch(rf"amount: more {label} \(\+[\d.]+ points\)\.", said(report)[1])
    fewer = said(reported(before, today, columns="gap"))[1]
    assert fewer == "gap: fewer missing values (-30.0 points)."


def test_three_columns_are_told_and_the_others_counted() -> None:
    before = pd.DataFrame({f"c{i}": ["a", "b"] * 100 for i in range(6)})
    today = before.assign(
        **{f"c{i}": ["a"] * (110 + 15 * i) + ["b"] * (90 - 15 * i) for i in (2, 3, 4, 5)}
    )
    found = said(reported(today, before))
    assert found[0] == "4 of 6 columns drifted."
    assert [part[:2] for part in found[1].split("; ")] == ["c5", "c4", "c3", "an"]
    assert found[1].endswith("; and 1 more.")


def test_columns_that_are_listed_are_five_and_a_number() -> None:
    before = pd.DataFrame({f"c{i}": ["a"] * 50 for i in range(8)})
    found = said(reported(before.drop(columns=["c1", "c2", *("c3", "c4", "c5", "c6")]), before))
    assert found[1:] == ["Only in the reference: c1, c2, c3, c4, c5 and 1 more."]


def test_what_passes_for_want_of_rows_is_listed() -> None:
    before = pd.DataFrame({"shop": ["north", "south"] * 50, "plan": ["a", "a", "b", "b"] * 25})
    whole = reported(before.head(4), before.drop(columns="shop"), columns="plan")
    listed = "Fewer than 10 rows on a side, too few to tell: plan"
    warning = "Few: in 1 row a side has fewer than 10 rows, too few to tell drift from chance."
    assert whole.passed
    assert said(whole) == ["No column drifted.", f"{listed}."]
    assert warning in (whole.to_html() or "")
    assert f"{listed.replace('plan', '`plan`')}. 1 row: 1 ok." in (whole.to_markdown() or "")
    today = before[(before["shop"] == "north") | (before.index < 6)]
    parts = reported(today, before, by="shop")
    assert said(parts) == ["No column drifted.", f"{listed} (in 1 of 2 segments)."]
    enough = reported(before, before)
    assert said(enough) == ["No column drifted."]
    assert "Few: " not in (enough.to_html() or "")


def test_segments_say_where_it_is_worst_and_how_often() -> None:
    shops = np.repeat(["north", "south", "west"], 200)
    before = pd.DataFrame({"shop": shops, "plan": ["a", "b"] * 300, "void": "v"})
    moved = (shops == "south") | ((shops == "west") & (np.arange(600) % 4 == 1))
    today = before.assign(plan=before["plan"].where(~moved, "a"))
    today["void"] = before["void"].where(shops != "north")
    assert said(reported(today, before, by="shop")) == [
        "1 of 2 columns drifted, in 2 of 3 segments.",
        "plan in south: b is gone (-50.0 points).",
        "Without a value on a side: void (in 1 of 3 segments).",
    ]


def test_drift_that_passes_is_told_as_such(sides: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    report = reported(*sides, columns=["dest", "plan"], max_drifted=0.5)
    assert report.passed
    assert said(report)[0] == "1 of 2 columns drifted; up to 0.5 of the rows judged may."
    assert said(reported(sides[1], sides[1], columns="dest")) == ["No column drifted."]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.0211, "+2.1 points"),
        (-0.5, "-50.0 points"),
        (0.0004, "+<0.1 points"),
        (-0.0004, "-<0.1 points"),
    ],
)
def test_points(value: float, written: str) -> None:
    assert text.points(value) == written


def test_no_sentence_runs_on_or_hides_what_it_says() -> None:
    before = pd.DataFrame({"x" * 90: ["a"] * 100})
    today = pd.DataFrame({"x" * 90: ["b\u202e\n" * 60] * 100})
    (_, change) = said(reported(today, before))
    assert len(change) < 120
    assert change.isprintable()


def test_sentences_tell_no_value_where_none_may_be_told() -> None:
    today, before = frames()
    for keywords in ({"redact": True}, {"redact": True, "min_count": 20}):
        report = reported(today, before, by="<b>key</b>", **keywords)
        found = " ".join(said(report))
        assert re.search(r"word in segment \d: more category \d \(\+\d\d\.\d points\)\.", found)
        assert not any(one in found for one in [*NASTY, "north", "south", "unmentionable"])


def test_few_rows_are_told_together_with_others() -> None:
    before = pd.DataFrame({"x": np.repeat([*"abcd"], [100, 100, 100, 6])})
    rare = [f"rare {i}" for i in range(30)]
    today = pd.DataFrame({"x": [*np.repeat([*"abc"], 100), *rare * 4]})
    (_, change) = said(reported(today, before, min_count=5))
    assert change == "x: more of all others (+26.6 points)."


# ---- names and title ------------------------------------------------------------------------


def test_the_page_says_what_was_compared_and_when() -> None:
    before = pd.DataFrame({"x": ["a", "b"] * 50})
    first = datetime.date.today()
    plain = shown(reported(before, before))
    days = {first.isoformat(), datetime.date.today().isoformat()}
    assert plain["Compared"] == "data against reference"
    assert plain["Written"] in {f"{day}, by pdkl {pdkl.__version__}" for day in days}
    report = reported(before, before, title="Half <b>years</b>", names=("June", "<i>May</i>"))
    named = shown(report)
    assert named["Compared"] == "June (data) against &lt;i&gt;May&lt;/i&gt; (reference)"
    assert named["Rows"] == "100 against 100"
    html = report.to_html() or ""
    assert "<title>Half &lt;b&gt;years&lt;/b&gt;: passed</title>" in html
    assert "<h1>Half &lt;b&gt;years&lt;/b&gt; <span" in html
    assert '<span class="key data">June</span>' in html
    assert {tag for tag, _ in Page(html).tags}.isdisjoint({"b", "i"})
    assert "<strong>Half &lt;b&gt;years&lt;/b&gt;: passed" in (report._repr_html_() or "")
    settings = report.frame.attrs["pdkl"]
    assert (settings["title"], settings["names"]) == ("Half <b>years</b>", ["June", "<i>May</i>"])
    assert str(report.to_markdown()).splitlines() == [
        "## `Half <b>years</b>`: passed",
        "",
        "`June` (data) against `<i>May</i>` (reference). No column drifted. 1 row: 1 ok.",
    ]


def test_names_stand_in_sentences() -> None:
    before = pd.DataFrame({"x": ["a", "b"] * 50, "old": 1})
    report = reported(before.drop(columns="old"), before, names=["June", "May"])
    assert said(report) == ["No column drifted.", "Only in May: old."]
    assert "Only in `May`: `old`." in str(report.to_markdown())


def test_the_rule_is_folded_at_the_end() -> None:
    before = pd.DataFrame({"x": ["a", "b"] * 50})
    html = reported(before, before).to_html() or ""
    terms = html.index('<details class="terms" id="terms">')
    assert html.index("</table>") < terms < html.index("<dt>Direction</dt>") < html.index("</main>")
    assert "<dt>Rule</dt>" not in html[:terms]


def test_segments_of_time_say_what_they_cover() -> None:
    days = pd.date_range("2024-05-01", periods=3).repeat(40)
    before = pd.DataFrame({"x": ["a", "b"] * 60, "day": days, "shop": "s"})
    for key, keys in (("day", "day"), (["shop", "day"], "shop, day")):
        found = shown(reported(before, before, by=key))["Segments"]
        assert found == f"3 by {keys}, from 2024-05-01 to 2024-05-03"
    dates = before.assign(day=before["day"].dt.date)
    found = shown(reported(dates, dates, by="day"))["Segments"]
    assert found == "3 by day, from 2024-05-01 to 2024-05-03"
    assert shown(reported(before, before, by="day", redact=True))["Segments"] == "3 by day"


@pytest.mark.parametrize("zone", ["America/New_York", "UTC"])
def test_midnights_of_a_zone_are_days(zone: str) -> None:
    times = pd.date_range("2024-03-01", "2024-04-30 23:00", freq="4h", tz=zone)
    frame = pd.DataFrame({"at": times, "x": ["a", "b"] * (len(times) // 2)})
    report = frame.info_theory.report(frame, by=pd.Grouper(key="at", freq="W"), rng=0)
    assert "<dd>10 by at, from 2024-03-03 to 2024-05-05</dd>" in (report.to_html() or "")
    assert "00:00:00" not in text.key(report.frame["at"].iloc[0])


def test_two_midnights_of_one_day_are_told_apart() -> None:
    twice = pd.date_range("2024-11-03 04:00", periods=2, freq="h", tz="UTC")
    twice = twice.tz_convert("America/Havana")
    assert list(map(text.key, twice)) == ["2024-11-03", "2024-11-03 00:00:00-05:00"]


def test_a_clock_says_what_period_is_covered() -> None:
    now = pd.DataFrame({"at": pd.date_range("2024-06-01 08:00", periods=120, freq="6h")})
    now["shop"] = ["a", "b"] * 60
    before = now.assign(at=now["at"] - pd.Timedelta("31D"))
    said = (
        "<dt>Period</dt><dd>2024-06-01 to 2024-07-01 against 2024-05-01 to 2024-05-31, by at</dd>"
    )
    keywords: dict[str, Any]
    for keywords in ({}, {"by": "shop"}):
        report = now.info_theory.report(before, rng=0, **keywords)
        assert said in (report.to_html() or "")
    for keywords in ({"redact": True}, {"min_count": 5}, {"kinds": {"at": "ordered"}}):
        report = now.info_theory.report(before, rng=0, **keywords)
        assert "<dt>Period</dt>" not in (report.to_html() or "")
    nothing = now.info_theory.report(before.assign(at=pd.Series(pd.NaT, before.index)), rng=0)
    assert "<dt>Period</dt>" not in (nothing.to_html() or "")


@pytest.mark.parametrize(
    ("measure", "said"),
    [
        ("js_distance", "is 0 where both sides are alike and 1 where they have nothing in common;"),
        ("psi", "is 0 where both sides are alike;"),
    ],
)
def test_the_page_says_what_a_score_means(measure: Any, said: str) -> None:
    frame = pd.DataFrame({"x": ["a", "b"] * 50})
    html = frame.info_theory.report(frame, measure=measure, rng=0).to_html() or ""
    assert f"the worst first. {measure} {said} excess is how far above chance." in html


def test_a_notebook_tells_what_the_page_tells() -> None:
    now, before = ({"n": np.arange(900.0) % 300 + moved} for moved in (200, 0))
    report = pd.DataFrame(now).info_theory.report(pd.DataFrame(before), rng=0)
    sentence = "1 of 1 column drifted. n: mean 149.5 → 349.5, "
    assert sentence in (report.to_html() or "")
    assert sentence in (report._repr_html_() or "")


def test_times_without_an_order_cover_nothing() -> None:
    keys = [datetime.date(2024, 1, 1), datetime.datetime(2024, 1, 2, 3), datetime.date(2024, 1, 3)]
    before = pd.DataFrame({"x": ["a", "b"] * 60, "day": pd.Series(keys * 40, dtype=object)})
    assert shown(reported(before, before, by="day"))["Segments"] == "3 by day"
    unknown = before.assign(day=pd.Series([pd.NaT] * 120))
    assert shown(reported(unknown, unknown, by="day"))["Segments"] == "1 by day"


PAIR = (
    "names must be two different texts, of data and of reference, such as ('June', 'May'), or "
    "None; got {}."
)


@pytest.mark.parametrize(
    ("keywords", "error", "message"),
    [
        ({"names": "ab"}, TypeError, PAIR.format("'ab'")),
        ({"names": (1, 2)}, TypeError, PAIR.format("(1, 2)")),
        ({"names": ("June",)}, ValueError, PAIR.format("('June',)")),
        ({"names": ("June", " ")}, ValueError, PAIR.format("('June', ' ')")),
        ({"names": ("June", "June")}, ValueError, PAIR.format("('June', 'June')")),
        (
            {"title": 3},
            TypeError,
            "title must be a text, or None; got 3. None calls it 'Drift report'.",
        ),
        (
            {"title": " "},
            ValueError,
            "title must be a text, or None; got ' '. None calls it 'Drift report'.",
        ),
    ],
)
def test_errors(keywords: dict[str, Any], error: type[Exception], message: str) -> None:
    frame = pd.DataFrame({"x": ["a", "b"]})
    with pytest.raises(error) as caught:
        reported(frame, frame, **keywords)
    assert str(caught.value) == message


def test_a_history_has_one_side_to_name() -> None:
    frame = pd.DataFrame({"x": ["a", "b"] * 60, "day": np.repeat([1, 2, 3], 40)})
    report = reported(frame, None, by="day", window=1)
    assert shown(report)["Compared"] == "data against the periods before"
    with pytest.raises(ValueError, match="names is of two sides") as caught:
        reported(frame, None, by="day", window=1, names=("June", "May"))
    assert str(caught.value) == (
        "names is of two sides, and window= compares the periods of one. Leave out names; title= "
        "may say what they are."
    )


def test_sides_are_called_after_their_files(tmp_path: Path) -> None:
    frame = pd.DataFrame({"x": ["a", "b"] * 50})
    places = [
        "june.parquet",
        "may.parquet",
        "a/orders.parquet",
        "b/orders.parquet",
        "b/more.parquet",
    ]
    for place in places:
        (tmp_path / place).parent.mkdir(exist_ok=True)
        frame.to_parquet(tmp_path / place)

    def names(today: Any, before: Any, **keywords: Any) -> list[str]:
        sides = [
            one if isinstance(one, pd.DataFrame | dict) else pdkl.scan(tmp_path / one)
            for one in (today, before)
        ]
        found: list[str] = reported(*sides, **keywords).frame.attrs["pdkl"]["names"]
        return found

    assert names("june.parquet", "may.parquet") == ["june.parquet", "may.parquet"]
    assert names("a/orders.parquet", "b/orders.parquet") == ["a/orders.parquet", "b/orders.parquet"]
    assert names("june.parquet", "b") == ["june.parquet", "b"]
    assert names("june.parquet", frame) == ["june.parquet", "reference"]
    assert names(frame, "may.parquet") == ["data", "may.parquet"]
    assert names("june.parquet", {"x": {"a": 1, "b": 1}}) == ["june.parquet", "reference"]
    assert names("june.parquet", "june.parquet") == ["data", "reference"]
    assert names("june.parquet", "may.parquet", names=("J", "M")) == ["J", "M"]
    # folders and files may be named by values
    report = reported(*(pdkl.scan(tmp_path / one) for one in ("a", "b")), redact=True)
    assert report.frame.attrs["pdkl"]["names"] == ["data", "reference"]
    assert not any("orders.parquet" in one for one in outputs(report).values())
