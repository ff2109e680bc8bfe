"""When it changed: the frame of stretches, beside what other methods say of the same rows."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import pdkl
from pdkl import InfoTheory
from tests.support.engines import ENGINES, STORED, Engine, asked

DAYS = pd.date_range("2026-01-01", periods=30)
DAILY = pd.Grouper(key="t", freq="D")
COLUMNS = [
    *("column", "stretch", "kind", "start", "end", "periods", "n"),
    *("js_distance", "js_distance_excess", "js_distance_noise_floor"),
    *("p_value", "p_adjusted", "top_category", "top_contribution", "note", "unit"),
]


def frame(rows: int = 40, seed: int = 0) -> pd.DataFrame:
    """Make days of orders, of which the payment changes on the 13th, and the amount on the 20th."""
    rng = np.random.default_rng(seed)
    t = DAYS.repeat(rows)
    late = t >= pd.Timestamp("2026-01-13")
    card = rng.random(len(t)) < np.where(late, 0.9, 0.5)
    return pd.DataFrame(
        {
            "t": t,
            "paid": np.where(card, "card", "cash"),
            "amount": rng.normal(0, 1, len(t)) + 1.2 * (t >= pd.Timestamp("2026-01-20")),
            "shop": rng.choice(["north", "south"], len(t)),
        }
    )


def dates(result: pd.DataFrame, column: str) -> list[str]:
    """List the days with which the stretches of a column begin, without the first."""
    own = result[(result["column"] == column) & (result["kind"] == "stretch")]
    return [str(start)[:10] for start in own["start"]][1:]


def test_the_days_of_the_changes() -> None:
    result = frame().info_theory.changes(by="t")
    assert list(result) == COLUMNS
    assert dates(result, "paid") == ["2026-01-13"]
    assert dates(result, "amount") == ["2026-01-20"]
    assert dates(result, "shop") == []
    paid = result[result["column"] == "paid"]
    assert paid["stretch"].tolist() == [1, 2]
    assert paid["end"].astype(str).tolist() == ["2026-01-12", "2026-01-30"]
    assert paid["periods"].tolist() == [12, 18]
    assert paid["n"].tolist() == [480, 720]
    assert paid["top_category"].iloc[1] == "cash"
    assert result["unit"].eq("bit").all()


@pytest.mark.parametrize(
    ("measure", "unit"),
    [("js_distance", "bit"), ("kl_divergence", "bit"), ("psi", "nat"), ("total_variation", "none")],
)
def test_a_stretch_beside_the_one_before_is_the_divergence_of_their_rows(
    measure: str, unit: str
) -> None:
    data = frame()
    data.loc[::17, "paid"] = None
    result = data.info_theory.changes("paid", by=DAILY, measure=measure, phi=1.0)
    before, after = data[data["t"] < "2026-01-13"], data[data["t"] >= "2026-01-13"]
    expected = after.info_theory.divergence(
        "paid", reference=before, measures=[measure], test=True, dropna=False, base="bit"
    )
    for name in (measure, f"{measure}_excess", f"{measure}_noise_floor"):
        assert result[name].iloc[0] != result[name].iloc[0]  # the first has none before
        assert result[name].iloc[1] == pytest.approx(expected[name].iloc[0], rel=1e-12)
    assert result["unit"].tolist() == [unit, unit]
    # G of the same rows, times the 29 places where the cut could be; of two moments, not three
    at_one = expected["p_value"].iloc[0]
    assert np.log(result["p_value"].iloc[1]) == pytest.approx(np.log(29 * at_one), rel=0.05)


def test_chance_has_as_much_more_as_periods_are_noisier() -> None:
    data = frame(rows=200, seed=3)
    plain, noisy = (data.info_theory.changes("paid", by="t", phi=phi).iloc[1] for phi in (1.0, 4.0))
    floor = "js_distance_noise_floor"
    assert noisy["js_distance"] == plain["js_distance"]
    assert noisy[floor] == pytest.approx(2.0 * plain[floor], rel=1e-6)
    by_chance = plain["js_distance"] ** 2 - plain["js_distance_excess"] ** 2
    excess = np.sqrt(plain["js_distance"] ** 2 - 4.0 * by_chance)
    assert noisy["js_distance_excess"] == pytest.approx(excess, rel=1e-6)
    assert noisy["p_value"] > plain["p_value"]
    for measure, times in (("kl_divergence", 4.0), ("total_variation", 2.0)):
        plain, noisy = (
            data.info_theory.changes("paid", by="t", phi=phi, measure=measure).iloc[1]
            for phi in (1.0, 4.0)
        )
        floor = f"{measure}_noise_floor"
        assert noisy[floor] == pytest.approx(times * plain[floor], rel=1e-6)


def test_each_group_has_a_history_of_its_own() -> None:
    data = frame()
    result = data.info_theory.changes(["paid", "amount"], by=["shop", DAILY], phi=1.0)
    assert list(result) == ["shop", *COLUMNS]
    for shop, rows in data.groupby("shop"):
        own = result[result["shop"] == shop]
        assert dates(own, "paid") == ["2026-01-13"]
        # the edges of bins are those of all rows, and alpha is shared
        alone = rows.info_theory.changes("paid", by=DAILY, phi=1.0, alpha=0.05 / 4)
        assert own[own["column"] == "paid"]["n"].tolist() == alone["n"].tolist()
    assert result["shop"].tolist() == sorted(result["shop"])


def test_alpha_is_shared_by_columns_and_groups() -> None:
    data = frame()
    (one,) = data.info_theory.changes("shop", by="t", phi=1.0).attrs["pdkl"]["sequences"]
    every = data.info_theory.changes(["shop", "paid"], by="t", phi=1.0).attrs["pdkl"]["sequences"]
    half = data.info_theory.changes("shop", by="t", phi=1.0, alpha=0.025)
    assert every[0]["q"] == half.attrs["pdkl"]["sequences"][0]["q"] > one["q"]


def test_what_was_decided_is_on_record() -> None:
    data = frame()
    data["id"] = [f"u{i}" for i in range(len(data))]
    call = data.info_theory.changes(by=DAILY).attrs["pdkl"]
    assert call["skipped"] == {"id": "1,200 of 1,200 values occur once"}
    assert [one["column"] for one in call["sequences"]] == ["paid", "amount", "shop"]
    for one in call["sequences"]:
        assert set(one) == {"column", "phi", "rho", "wander", "season", "q"}
    assert call["alpha"] == 0.05
    assert call["season"] == "auto"
    assert call["inference"] == {"paid": "exact", "amount": "closed form"}
    assert data.info_theory.changes("id", by=DAILY)["n"].tolist() == [1200]


def test_a_weekly_rhythm_is_taken_out_by_itself() -> None:
    rng = np.random.default_rng(1)
    t = pd.date_range("2026-01-01", periods=100).repeat(300)
    paid = rng.random(len(t)) < np.where(t.day_of_week >= 5, 0.7, 0.3)
    data = pd.DataFrame({"t": t, "paid": paid})
    result = data.info_theory.changes("paid", by="t")
    assert len(result) == 1
    assert result.attrs["pdkl"]["sequences"][0]["season"] == 7
    without = data.info_theory.changes("paid", by="t", season=None, block=1)
    assert len(without) > 1 or without.attrs["pdkl"]["sequences"][0]["phi"] > 10


def test_an_anomaly_stands_in_its_stretch() -> None:
    data = frame()
    data = data[data["t"] < "2026-01-13"]
    odd = data["t"] == "2026-01-07"
    data.loc[odd, "paid"] = "voucher"
    result = data.info_theory.changes("paid", by="t", phi=1.0)
    assert result["kind"].tolist() == ["stretch", "anomaly"]
    assert result["stretch"].tolist() == [1, 1]
    assert result["periods"].tolist() == [11, 1]
    assert result["start"].astype(str).tolist() == ["2026-01-01", "2026-01-07"]
    assert result["note"].iloc[1] == "hardly a value in common with the stretch before"


NOTES: list[tuple[Callable[[pd.DataFrame], pd.DataFrame], str]] = [
    (lambda data: data[data["t"] == DAYS[0]], "one period: nothing to compare it with"),
    (
        lambda data: data[data["t"] < DAYS[2]],
        "fewer than 5 periods: how noisy they are is not known; phi= sets it",
    ),
    (lambda data: data.assign(paid="card"), "one category in all periods"),
    (lambda data: data.assign(paid=None), "no period has a value"),
    (
        lambda data: data[::40],
        "periods of about one row: how noisy they are is not known; name a coarser freq, or phi=",
    ),
    (
        lambda data: data[data["t"] < DAYS[10]].assign(t=lambda d: d["t"].where(d.index != 3)),
        "1 row without a time: in no stretch",
    ),
]


@pytest.mark.parametrize(("change", "note"), NOTES)
def test_too_little_to_cut_is_a_row_with_a_note(
    change: Callable[[pd.DataFrame], pd.DataFrame], note: str
) -> None:
    result = change(frame()).info_theory.changes("paid", by="t", dropna=True)
    assert set(result["note"]) == {note}
    assert result["p_value"].isna().iloc[0]


@pytest.mark.parametrize("sentinel", [-1.0, 9999.0])
def test_a_sentinel_in_few_rows_is_found(sentinel: float) -> None:
    rng = np.random.default_rng(2)
    day = np.repeat(pd.date_range("2024-03-01", periods=60), 100)
    price = rng.lognormal(3.0, 0.5, len(day))
    late = (day >= pd.Timestamp("2024-04-10")) & (rng.random(len(day)) < 0.04)
    frame = pd.DataFrame({"day": day, "price": np.where(late, sentinel, price)})
    found = InfoTheory(frame).changes("price", by="day")
    assert found["start"].tolist() == [day[0], pd.Timestamp("2024-04-10")]
    edges = found.attrs["pdkl"]["edges"]["price"]
    where = (edges[0], edges[1]) if sentinel < 0 else (edges[-2], edges[-1])
    inside = frame["price"].between(*where, inclusive="left" if sentinel < 0 else "both")
    assert inside.sum() == late.sum()
    assert len(InfoTheory(frame.assign(price=price)).changes("price", by="day")) == 1


def test_a_slope_says_so() -> None:
    rng = np.random.default_rng(2)
    t = pd.date_range("2026-01-01", periods=120).repeat(500)
    share = np.linspace(0.2, 0.8, 120).repeat(500)
    data = pd.DataFrame({"t": t, "paid": rng.random(len(t)) < share})
    result = data.info_theory.changes("paid", by="t")
    assert result["note"].str.contains("a slope or a drift: the dates are steps in it").all()
    assert result.attrs["pdkl"]["sequences"][0]["wander"] > 2.0


def test_no_rows() -> None:
    empty = frame().iloc[:0]
    assert list(empty.info_theory.changes("paid", by="t")) == COLUMNS
    assert len(empty.info_theory.changes("paid", by=["shop", DAILY])) == 0


@pytest.mark.parametrize(
    "as_key",
    [
        lambda t: t.dt.strftime("%Y-%m-%d"),
        lambda t: t.dt.date,
        lambda t: (t - DAYS[0]).dt.days,
        lambda t: t.dt.tz_localize("Europe/Berlin"),
        lambda t: t.dt.to_period("D"),
        lambda t: pd.Categorical(t.dt.strftime("%d"), ordered=True),
    ],
)
def test_the_time_may_be_whatever_can_be_sorted(as_key: Callable[[Any], Any]) -> None:
    data = frame()
    moved = data.assign(t=as_key(data["t"])).sample(frac=1.0, random_state=1)
    result = moved.info_theory.changes("paid", by="t")
    expected = data.info_theory.changes("paid", by="t")
    assert result["n"].tolist() == expected["n"].tolist()
    first = moved.loc[data.index[data["t"] == "2026-01-13"], "t"].iloc[0]
    assert result["start"].iloc[1] == first


def test_pre_counted_rows_are_rows() -> None:
    data = frame()
    counted = data.groupby(["t", "paid"]).size().rename("rows").reset_index()
    expected = data.info_theory.changes("paid", by="t")
    result = counted.info_theory.changes("paid", by="t", weights="rows")
    pd.testing.assert_frame_equal(result, expected)
    as_floats = counted.astype({"rows": float}).info_theory.changes("paid", by="t", weights="rows")
    pd.testing.assert_frame_equal(as_floats, expected)


def test_nothing_of_the_frame_is_changed() -> None:
    data = frame()
    before = data.copy(deep=True)
    data.info_theory.changes(by=DAILY)
    pd.testing.assert_frame_equal(data, before)
    assert data.attrs == {}


@pytest.mark.parametrize("engine", [*ENGINES, *STORED], ids=lambda engine: engine.name)
def test_every_source_gives_the_same(engine: Engine) -> None:
    data = frame(rows=30).assign(t=lambda d: (d["t"] - DAYS[0]).dt.days)
    expected = data.info_theory.changes(["paid", "amount"], by="t")
    result = asked(engine.make(data)).changes(["paid", "amount"], by="t")
    pd.testing.assert_frame_equal(result, expected, check_dtype=False, rtol=1e-9)


def test_a_profile_by_a_grouper() -> None:
    data = frame()
    profile = data.info_theory.profile(["paid", "amount"], by=DAILY)
    expected = data.info_theory.changes(["paid", "amount"], by=DAILY)
    result = InfoTheory(profile).changes(by="t")
    order = [*result["column"].unique()]
    expected = pd.concat([expected[expected["column"] == name] for name in order])
    pd.testing.assert_frame_equal(result, expected.reset_index(drop=True), rtol=1e-9)
    halves = [data[data["t"] < DAYS[15]], data[data["t"] >= DAYS[15]]]
    first, second = (half.info_theory.profile("paid", by=DAILY) for half in halves)
    merged = InfoTheory(first.merge(second)).changes("paid", by="t")
    assert dates(merged, "paid") == ["2026-01-13"]


def test_a_column_that_cannot_be_read_takes_no_other_down() -> None:
    data = frame()
    data["bad"] = pd.Series([[1] for _ in data.index], dtype=object)
    message = (
        "left out 'bad': column 'bad' (dtype object) holds values that cannot be counted: "
        "unhashable type: 'list'. Turn them into something hashable first, such as tuples or text."
    )
    with pytest.warns(UserWarning, match="left out") as caught:
        result = data.info_theory.changes(["paid", "bad"], by="t")
    assert [str(one.message) for one in caught] == [message]
    assert dates(result, "paid") == ["2026-01-13"]
    assert list(result.attrs["pdkl"]["left_out"]) == ["bad"]


ROLLING = pdkl.Rolling(key="t", size="7D", step="1D")
PERIODS = "a whole number of periods, at least"
WRONG: list[tuple[dict[str, Any], type[Exception], str]] = [
    (
        {"by": None},
        TypeError,
        "changes() needs by=, whose last key is the time; got by=None. Name it: "
        'by=pd.Grouper(key="date", freq="D").',
    ),
    (
        {"by": []},
        TypeError,
        "changes() needs by=, whose last key is the time; got by=[]. Name it: "
        'by=pd.Grouper(key="date", freq="D").',
    ),
    (
        {"columns": ["paid", "t"]},
        ValueError,
        "columns names 't', the time that by cuts: it changes by definition. Leave it out of "
        "columns.",
    ),
    (
        {"by": ROLLING},
        ValueError,
        "by has Rolling(key='t', size='7D', step='1D'), whose windows overlap; changes() cuts the "
        "time into stretches that share no row. Cut the times into periods side by side, "
        "by=pd.Grouper(key='t', freq='7D').",
    ),
    ({"alpha": 1.5}, ValueError, "alpha must be a number in (0, 1); got 1.5."),
    ({"season": 1}, ValueError, f"season must be 'auto', None, or {PERIODS} 2; got 1."),
    ({"season": "week"}, TypeError, f"season must be 'auto', None, or {PERIODS} 2; got 'week'."),
    ({"phi": 0.5}, ValueError, "phi must be None, or a finite number of at least 1; got 0.5."),
    ({"block": 0}, ValueError, f"block must be None, or {PERIODS} 1; got 0."),
    ({"block": 2.5}, TypeError, f"block must be None, or {PERIODS} 1; got 2.5."),
    ({"anomalies": True}, TypeError, f"anomalies must be {PERIODS} 0; got True."),
    (
        {"measure": "entropy"},
        ValueError,
        "measure must compare two distributions; entropy measures one. Choose one such as "
        "'js_distance', 'psi' or 'total_variation'.",
    ),
    (
        {"measure": "wasserstein"},
        ValueError,
        "measure must compare categories, as stretches do; wasserstein compares values in their "
        "order. Choose one such as 'js_distance', 'psi' or 'total_variation'.",
    ),
    (
        {"weights": "amount"},
        ValueError,
        "changes() needs to know how many rows there are, so weights must be whole numbers; they "
        "are fractional. Pass counts, or leave weights out.",
    ),
]


@pytest.mark.parametrize(("keywords", "kind", "message"), WRONG)
def test_wrong_input_says_what_to_do(
    keywords: dict[str, Any], kind: type[Exception], message: str
) -> None:
    data = frame().assign(amount=lambda d: d["amount"].abs())
    with pytest.raises(kind) as caught:
        data.info_theory.changes(**{"columns": "paid", "by": "t", **keywords})
    assert str(caught.value) == message


def test_too_many_periods() -> None:
    data = pd.DataFrame({"t": range(3000), "paid": ["card", "cash"] * 1500})
    with pytest.raises(ValueError, match="periods") as caught:
        data.info_theory.changes("paid", by="t")
    assert str(caught.value) == (
        "by cuts the time into 3,000 periods, and changes() looks for stretches among at most "
        "2,000. Name a coarser freq, such as by=pd.Grouper(key='t', freq=\"D\")."
    )


def test_columns_together_are_one() -> None:
    data = frame()
    result = data.info_theory.changes([("paid", "shop")], by="t")
    assert result["column"].unique().tolist() == ["paid, shop"]
    assert dates(result, "paid, shop") == ["2026-01-13"]
    joined = data.assign(both=data["paid"] + ", " + data["shop"])
    expected = joined.info_theory.changes("both", by="t").assign(column="paid, shop")
    pd.testing.assert_frame_equal(result, expected, rtol=1e-12)
    data.loc[::9, "paid"] = None
    for dropna in (False, True):
        whole = data.info_theory.changes([("paid", "shop")], by="t", dropna=dropna)
        assert whole["n"].sum() == (data["paid"].notna().sum() if dropna else len(data))


def test_a_key_that_has_the_name_of_a_result_column() -> None:
    data = frame().rename(columns={"shop": "start"})
    with pytest.raises(ValueError, match="start_key"):
        data.info_theory.changes("paid", by=["start", "t"])
    time = data.drop(columns="start").rename(columns={"t": "start"})
    assert dates(time.info_theory.changes("paid", by="start"), "paid") == ["2026-01-13"]


def test_months_and_dates_of_arrow() -> None:
    import pyarrow as pa

    days = [datetime.date(2025, month, 1) for month in range(1, 13) for _ in range(100)]
    paid = (["card", "cash"] * 50) * 6 + ["card"] * 600
    table = pa.table({"t": days, "paid": paid})
    result = pdkl.InfoTheory(table).changes("paid", by=pd.Grouper(key="t", freq="MS"))
    assert dates(result, "paid") == ["2025-07-01"]
