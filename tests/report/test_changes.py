"""When columns of a report changed: the frames, the sentence, and the section of the page."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import pdkl
from pdkl.analyses import report_changes
from pdkl.report.changes import changes_of, moment
from tests.support.reports import NASTY, Page, outputs

DAYS = pd.date_range("2026-01-01", periods=30)
DAILY = pd.Grouper(key="t", freq="D")
CHANGED = "2026-01-13"


def frame(rows: int = 40, seed: int = 0) -> pd.DataFrame:
    """Make days of orders, of which the payment changes on the 13th, and is odd on the 22nd."""
    rng = np.random.default_rng(seed)
    t = DAYS.repeat(rows)
    card = np.where(t >= pd.Timestamp(CHANGED), 0.9, 0.5)
    card[t == DAYS[21]] = 0.1
    return pd.DataFrame(
        {
            "t": t,
            "paid": np.where(rng.random(len(t)) < card, "card", "cash"),
            "amount": rng.normal(0, 1, len(t)),
            "shop": rng.choice(["north", "south"], len(t)),
            "ref": [f"r{i}" for i in range(len(t))],
        }
    )


ORDERS = frame()
BEFORE = frame(seed=1)[lambda one: one["t"] < CHANGED].drop(columns="t")


def report(
    data: pd.DataFrame = ORDERS, reference: Any = BEFORE, *args: Any, **keywords: Any
) -> pdkl.Report:
    keywords = {"by": DAILY, "rng": 0, "progress": False, **keywords}
    return pdkl.InfoTheory(data).report(reference, *args, **keywords)


def asked(data: pd.DataFrame = ORDERS, *args: Any, **keywords: Any) -> pd.DataFrame:
    keywords = {"by": DAILY, **keywords}
    return pdkl.InfoTheory(data).changes(*args, **keywords)


def assert_same(one: pdkl.Report, expected: pd.DataFrame) -> None:
    assert one.changes is not None
    pd.testing.assert_frame_equal(one.changes, expected)
    own, other = (pd.DataFrame(it.attrs["pdkl"]["sequences"]) for it in (one.changes, expected))
    pd.testing.assert_frame_equal(own, other)


# ---- the frame ------------------------------------------------------------------------------


def test_the_changes_are_those_of_the_data() -> None:
    found = report()
    edges = {"amount": [-1.0, 0.0, 1.0]}
    assert_same(report(bins=edges), asked(bins=edges))
    assert found.changes is not None
    cut = found.changes[found.changes["p_value"].notna()]
    assert cut["column"].tolist() == ["paid", "paid"]
    assert cut["kind"].tolist() == ["stretch", "anomaly"]
    assert cut["start"].tolist() == [pd.Timestamp(CHANGED), DAYS[21]]
    assert found.changes.attrs["pdkl"]["skipped"].keys() == {"ref"}


def test_a_history_is_cut_as_its_data_are() -> None:
    """Its bins are those of all periods, so all columns agree."""
    assert_same(report(reference=None, window=7), asked())


@pytest.mark.parametrize(
    "times",
    [
        ORDERS["t"].dt.tz_localize("Europe/Berlin"),
        ORDERS["t"].dt.date,
        ORDERS["t"].dt.date.astype(pd.ArrowDtype(pa.date32())),
        ORDERS["t"].astype(pd.ArrowDtype(pa.timestamp("us", "UTC"))),
        ORDERS["t"].dt.to_period("D"),
        # an hour is lacking on the way, and later stands twice
        (ORDERS["t"] - DAYS[0]) / 24
        + pd.Timestamp("2026-03-28 20:00", tz="Europe/Berlin").tz_convert("Europe/Berlin"),
        (ORDERS["t"] - DAYS[0]) / 24 + pd.Timestamp("2026-10-24 20:00", tz="Europe/Berlin"),
    ],
)
def test_every_kind_of_time(times: pd.Series[Any]) -> None:
    data = ORDERS.assign(t=times)
    found = report(data, BEFORE, ["paid", "shop"], by="t")
    assert_same(found, asked(data, ["paid", "shop"], by="t"))
    html = found.to_html() or ""
    assert '<h2 id="changes">When it changed</h2>' in html
    assert len(re.findall(r'class="cut"', html)) == 2  # in the chart and in its own picture
    assert len(re.findall(r'class="odd"', html)) == 2


def test_groups_are_cut_apart() -> None:
    keys = ["shop", DAILY]
    found = report(ORDERS, BEFORE, ["paid"], by=keys)
    assert_same(found, asked(ORDERS, ["paid"], by=keys))
    assert found.shares is not None
    assert list(found.shares.columns) == ["shop", "t", "column", "category", "count", "probability"]
    assert set(found.shares["shop"]) == {"north", "south"}


def test_a_reference_that_is_matched_adds_no_period() -> None:
    other = frame(seed=2).assign(t=ORDERS["t"] - pd.Timedelta(days=10))
    found = report(ORDERS, other, ["paid", "shop"], by="t")
    assert len(found.frame["t"].unique()) == 40
    assert_same(found, asked(ORDERS, ["paid", "shop"], by="t"))


def test_what_is_missing_and_weighted() -> None:
    data = ORDERS.assign(w=2, paid=ORDERS["paid"].where(ORDERS.index % 5 > 0))
    for keywords in ({"weights": "w"}, {"dropna": True}):
        found = report(data, BEFORE.assign(w=2), ["paid", "shop"], **keywords)
        assert_same(found, asked(data, ["paid", "shop"], **keywords))


def test_shares_that_are_expected() -> None:
    found = report(ORDERS, {"paid": {"card": 1, "cash": 1}})
    assert_same(found, asked(ORDERS, ["paid"]))


def test_the_shares_are_counts_of_the_data() -> None:
    rng = np.random.default_rng(0)
    late = ORDERS["t"] >= CHANGED
    data = ORDERS.assign(
        dest=np.where(late & (rng.random(len(late)) < 0.3), 4, rng.integers(0, 9, len(late)))
    )
    found = report(data, data[~late].drop(columns="t"), ["dest"])
    shares = found.shares
    assert shares is not None
    assert shares.groupby("t")["category"].agg(list).map(len).eq(6).all()
    for (when, name), own in shares.groupby(["t", "category"]):
        rows = data.loc[data["t"] == when, "dest"].astype(str)
        kept = set(shares["category"]) - {"(other)"}
        count = (rows == name).sum() if name in kept else (~rows.isin(kept)).sum()
        assert own["count"].tolist() == [count]
        assert own["probability"].tolist() == [count / len(rows)]
    assert "4" in set(shares["category"])  # what drives it


def test_where_nothing_changed_there_are_no_shares() -> None:
    found = report(ORDERS, BEFORE, ["shop"])
    assert found.changes is not None
    assert found.shares is not None
    assert found.changes["kind"].tolist() == ["stretch"]
    assert found.shares.empty
    assert "changed on" not in (found.to_markdown() or "")
    assert "0 of 1 columns did." in (found.to_html() or "")


@pytest.mark.parametrize(
    ("keywords", "reason"),
    [
        ({"by": pdkl.Rolling("t", "7D", "1D")}, "the windows of by share rows"),
        ({"redact": True}, "redact=True hides when and what"),
        ({"min_count": 3}, "min_count= hides rare categories of each period"),
        (
            {"weights": "w"},
            "weights are fractional, so that it is not known how many rows there are",
        ),
        (
            {"by": [DAILY, "shop"]},
            "t is not the last key of by, which is the time that is cut",
        ),
        (
            {"by": pd.Grouper(key="t", freq="10D")},
            "fewer than 5 periods: how noisy they are is not known",
        ),
        ({"by": ["end", DAILY]}, "the key end has the name of a column of the answer"),
        ({"columns": ["ref"]}, "no column is compared by its values"),
    ],
)
def test_why_changes_are_not_looked_for(keywords: dict[str, Any], reason: str) -> None:
    data, before = (one.assign(w=0.5, end="x") for one in (ORDERS, BEFORE))
    found = report(data, before, **{"columns": ["paid"], **keywords})
    assert found.changes is None
    assert found.shares is None
    assert found.frame.attrs["pdkl"]["no_changes"] == reason
    assert f'<p class="note">Not looked for: {reason}.</p>' in (found.to_html() or "")
    written = json.loads(found.to_json() or "")
    assert written["changes"] is None
    assert written["call"]["no_changes"] == reason


def test_too_many_periods(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_changes, "MOST_PERIODS", 20)
    found = report(ORDERS, BEFORE, ["paid"])
    assert found.frame.attrs["pdkl"]["no_changes"] == (
        "30 periods, of which at most 20 are looked at; name a coarser freq"
    )


def test_without_a_time_there_is_nothing_to_say() -> None:
    found = report(ORDERS, BEFORE, ["paid"], by="shop")
    assert found.changes is None
    assert "no_changes" not in found.frame.attrs["pdkl"]
    assert "When it changed" not in (found.to_html() or "")


def test_of_many_periods_the_columns_that_drifted_are_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The level stays that of all columns, as those looked at are the most likely to be cut."""
    monkeypatch.setattr(report_changes, "_CHEAP", 11)
    data = ORDERS.drop(columns="ref").assign(other=ORDERS["shop"])
    found = report(data, BEFORE.assign(other=BEFORE["shop"]))
    assert found.changes is not None
    settings = found.changes.attrs["pdkl"]
    assert settings["looked_at"] == ["paid"]
    assert settings["columns"] == 4
    assert_same(found, asked(data, ["paid"], alpha=0.05 / 4))
    assert (
        "Looked at are 1 of 4 columns, those that drifted most, as there are many periods."
    ) in (found.to_html() or "")


def test_a_column_that_fails_takes_no_other_down() -> None:
    bad: pd.Series[Any] = pd.Series([[]] * len(ORDERS), dtype=object)
    found = report(ORDERS.assign(bad=bad), BEFORE.assign(bad=bad), ["bad", "paid"])
    assert found.frame["status"].eq("error").any()
    assert_same(found, asked(ORDERS, ["paid"]))


# ---- what is written ------------------------------------------------------------------------


def test_the_sentence_says_when_and_why() -> None:
    found = report(ORDERS, BEFORE, ["paid", "shop"])
    early, late, odd = (
        ORDERS.loc[chosen, "paid"].eq("cash").mean()
        for chosen in (
            ORDERS["t"] < CHANGED,
            (ORDERS["t"] >= CHANGED) & (ORDERS["t"] != DAYS[21]),
            ORDERS["t"] == DAYS[21],
        )
    )
    first, second = changes_of(found.changes, found.shares)
    assert (first.driver, second.driver) == ("cash", "cash")
    assert first.by == pytest.approx(late - early)
    assert second.by == pytest.approx(odd - late)
    said = f"was unusual on 2026-01-22: more `cash` (+{100 * (odd - late):.1f} points)."
    assert f"`paid` {said}" in (found.to_markdown() or "")
    html = found.to_html() or ""
    assert f"paid {said.replace('`', '')}" in html
    less = f"less cash ({100 * (late - early):.1f} points); excess "
    assert re.search(rf"<li>from {CHANGED}: {re.escape(less)}0\.\d{{3}}</li>", html)
    assert re.search(r"<li>▼ 2026-01-22: more cash \(\+[\d.]+ points\); excess 0\.\d{3}</li>", html)
    assert "<summary><b>paid</b>: 1 change, 1 anomaly</summary>" in html


def test_a_sentence_of_several_columns_and_segments() -> None:
    names = {f"c{i}": ORDERS["paid"] for i in range(5)}
    data = ORDERS[["t", "shop"]].assign(**names, none=ORDERS["paid"].where(ORDERS["t"] < CHANGED))
    before = BEFORE[["shop"]].assign(**dict.fromkeys(names, BEFORE["paid"]), none=BEFORE["paid"])
    html = report(data, before, by=["shop", DAILY]).to_html() or ""
    (said,) = re.findall(r'<p class="found">(.*?)</p>', html)
    assert "none in south changed on 2026-01-13: more missing values (+100.0 points); " in said or (
        "none in north changed on 2026-01-13: more missing values (+100.0 points); " in said
    )
    assert "; 3 more columns changed." in said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (datetime.date(2026, 1, 2), "2026-01-02"),
        (pd.Timestamp("2026-01-02"), "2026-01-02"),
        (pd.Timestamp("2026-01-02", tz="Asia/Tokyo"), "2026-01-02"),
        (pd.Timestamp("2026-01-02 03:00"), "2026-01-02 03:00:00"),
        (pd.Period("2026Q2"), "2026Q2"),
    ],
)
def test_moments_are_written_in_short(value: Any, said: str) -> None:
    assert moment(value) == said


def test_json_has_the_changes() -> None:
    found = report(ORDERS, BEFORE, ["paid"])
    written = json.loads(found.to_json() or "")["changes"]
    assert [one["start"][:10] for one in written] == ["2026-01-01", CHANGED, "2026-01-22"]
    assert found.changes is not None
    assert list(written[0]) == list(found.changes.columns)


def nasty(categories: Sequence[str] = NASTY) -> pdkl.Report:
    late = ORDERS["t"] >= CHANGED
    rng = np.random.default_rng(0)
    values = np.where(
        late & (rng.random(len(late)) < 0.6), 0, rng.integers(0, len(categories), len(late))
    )
    data = pd.DataFrame(
        {
            "t": ORDERS["t"],
            "<i>key</i>": np.where(rng.random(len(late)) < 0.5, "<b>k</b>", '"\u202e'),
            "<img src=x>": np.array(categories, dtype=object)[values],
        }
    )
    return report(data, data[~late].drop(columns="t"), by=["<i>key</i>", DAILY], match=False)


def test_what_is_nasty_is_escaped() -> None:
    found = nasty()
    assert found.shares is not None
    assert len(found.shares) == 2 * 30 * 6
    html = found.to_html() or ""
    assert "img" not in {tag for tag, _ in Page(html).tags}
    assert "<b>k" not in html
    assert "<b>&lt;img src=x&gt;</b>, &lt;b&gt;k&lt;/b&gt;: 1 change" in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;: " in html
    for name, text in outputs(found).items():
        assert "\u202e" not in text, name


def test_the_section_keeps_to_its_size() -> None:
    """However long names are, and however many columns change in however many periods."""
    rng = np.random.default_rng(0)
    t = pd.date_range("2025-01-01", periods=100).repeat(30)
    late = t >= t[1500]
    names = ["\N{SNOWMAN}" * 60 + str(i) for i in range(9)]
    columns = {
        f"{'&' * 100}{i}": np.array(names)[
            np.where(late & (rng.random(len(t)) < 0.5), 0, rng.integers(0, 9, len(t)))
        ]
        for i in range(12)
    }
    data = pd.DataFrame({"t": t, **columns})
    found = report(data, data[~late].drop(columns="t"))
    assert found.shares is not None
    assert len(found.shares) == 12 * 100 * 6
    html = found.to_html() or ""
    (section,) = re.findall(r'<section aria-labelledby="changes">.*?</section>', html, re.DOTALL)
    assert len(section.encode()) < 60_000
    drawn = section.count("<details")
    assert drawn > 5
    assert section.count('<details class="change" open>') == 3
    assert f"{12 - drawn} more are in report.changes." in section


def test_a_frame_alone_makes_a_report() -> None:
    found = report(ORDERS, BEFORE, ["paid"])
    html = pdkl.Report(found.frame, found.categories).to_html() or ""
    assert '<h2 id="time">' in html
    assert "When it changed" not in html
