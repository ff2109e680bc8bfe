"""The figures of numbers and times in a report, against NumPy and pandas on the rows themselves."""

from __future__ import annotations

import datetime
import decimal
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

import pdkl
from pdkl.report.numbers import plain, span
from pdkl.report.text import ABSENT
from tests.support.reports import page_data

SHARES = {"q05": 0.05, "q25": 0.25, "median": 0.5, "q75": 0.75, "q95": 0.95}
FIGURES = ["mean", "std", "min", *SHARES, "max"]


def rows(n: int, shift: float, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "key": rng.choice(["a", "b"], n),
            "price": rng.gamma(2.0, 100.0, n).round(2) + shift,
            "items": rng.integers(0, 300, n) + int(shift),
            "word": rng.choice(["x", "y"], n),
        }
    )


TODAY, BEFORE = rows(900, 40.0, 0), rows(700, 0.0, 1)


def report(today: Any, before: Any, **keywords: Any) -> pdkl.Report:
    if "weights" not in keywords:
        keywords["n_resamples"] = 19
    return pdkl.InfoTheory(today).report(before, rng=0, progress=False, **keywords)


def wanted(values: Any) -> list[float]:
    finite = values[np.isfinite(values)]
    with np.errstate(invalid="ignore"):  # NumPy subtracts infinities
        quantiles = np.quantile(values, list(SHARES.values()))
    return [finite.mean(), finite.std(), values.min(), *quantiles, values.max()]


def figures(found: pdkl.Report, column: str, side: str, row: int | None = None) -> pd.Series[Any]:
    frame = found.numbers
    chosen = frame["column"].eq(column) & frame["side"].eq(side)
    if row is not None:
        chosen &= frame["row"].eq(row)
    (place,) = np.flatnonzero(chosen)
    return frame.iloc[place]


def test_figures_of_each_group_are_those_of_its_rows() -> None:
    found = report(TODAY, BEFORE, by="key")
    assert set(found.numbers["column"]) == {"price", "items"}
    assert found.numbers["row"].tolist() == [0, 0, 1, 1, 3, 3, 4, 4]
    for _, one in found.numbers.iterrows():
        data = TODAY if one["side"] == "data" else BEFORE
        key = found.frame["key"].iloc[one["row"]]
        values = data.loc[data["key"] == key, one["column"]].to_numpy(float)
        np.testing.assert_allclose(one[FIGURES].to_numpy(float), wanted(values), rtol=1e-12)
        assert (one["n"], one["infinite"]) == (len(values), 0)
        assert (one["unit"], one["known_by"]) == ("", "values")
    assert found.times.empty


def test_what_is_decided_is_the_same_as_without_figures() -> None:
    keywords: dict[str, Any] = {"by": "key", "rng": 0, "progress": False, "n_resamples": 19}
    found = pdkl.InfoTheory(TODAY).report(BEFORE, **keywords).frame
    pd.testing.assert_frame_equal(found, pdkl.InfoTheory(TODAY).drift(BEFORE, **keywords))


@pytest.mark.parametrize("whole", [True, False])
def test_weights_count_as_rows(whole: bool) -> None:
    rng = np.random.default_rng(0)
    weight = rng.integers(1, 5, 50) if whole else rng.random(50)
    frame = pd.DataFrame({"x": rng.normal(size=50), "w": weight})
    one = figures(report(frame, frame, weights="w"), "x", "data")
    np.testing.assert_allclose(one["n"], weight.sum())
    mean = np.average(frame["x"], weights=weight)
    spread = np.sqrt(np.average((frame["x"] - mean) ** 2, weights=weight))
    np.testing.assert_allclose([one["mean"], one["std"]], [mean, spread])
    if whole:
        quantiles = np.quantile(np.repeat(frame["x"], weight.astype(int)), list(SHARES.values()))
    else:
        quantiles = np.quantile(
            frame["x"], list(SHARES.values()), weights=weight, method="inverted_cdf"
        )
    np.testing.assert_allclose(one[list(SHARES)].to_numpy(float), quantiles)


@pytest.mark.parametrize(
    "values",
    [
        pd.Series([decimal.Decimal(i) / 100 for i in range(250)]),
        pd.Series(range(250), dtype="Int64"),
        pd.Series(np.arange(250) / 4, dtype="float32"),
        pd.Series(np.arange(250.0), dtype="double[pyarrow]"),
        pd.Series([str(i) for i in range(125)] * 2),
        pd.Series([1.5, np.inf, -np.inf, 2.5] * 20),
        pd.Series([3] * 20),
        pd.Series([7.25]),
    ],
    ids=["decimal", "nullable", "float32", "arrow", "text", "infinite", "one", "row"],
)
def test_numbers_of_any_kind(values: pd.Series[Any]) -> None:
    frame = pd.DataFrame({"x": values})
    frame = pd.concat([frame, frame.iloc[:0].reindex([0])], ignore_index=True)  # and a missing one
    found = report(frame, frame)
    numbers = values.astype(float).to_numpy()
    one = figures(found, "x", "reference")
    expected = wanted(numbers)
    known = ~np.isnan(expected)
    np.testing.assert_allclose(one[FIGURES].to_numpy(float)[known], np.array(expected)[known])
    assert one["infinite"] == np.isinf(numbers).sum()
    assert one["n"] == len(values)


def test_durations_are_in_seconds_and_truth_is_no_number() -> None:
    seconds = np.arange(100.0)
    frame = pd.DataFrame(
        {"took": pd.to_timedelta(seconds, unit="s"), "done": [True, False] * 50, "no": None}
    )
    found = report(frame, frame)
    assert set(found.numbers["column"]) == {"took"}
    one = figures(found, "took", "data")
    assert one["unit"] == "s"
    np.testing.assert_allclose(one[FIGURES].to_numpy(float), wanted(seconds))


@pytest.mark.parametrize("zone", [None, "Europe/Berlin"])
@pytest.mark.parametrize("unit", ["ns", "s"])
def test_times_have_a_range_and_a_gap(zone: str | None, unit: Any) -> None:
    days = [0, 1, 2, 3, 9, 10, 11]
    times = pd.Series(pd.Timestamp("2024-03-28 12:00", tz=zone) + pd.to_timedelta(days, unit="D"))
    frame = pd.DataFrame({"at": times.dt.as_unit(unit)})
    found = report(frame, frame.iloc[:1])
    own, other = found.times.to_dict("records")
    assert found.numbers.empty
    ends = [str(times[i]) for i in (0, 3, 6)]
    assert [own["first"], own["median"], own["last"]] == ends
    assert (own["gap"], own["gap_from"], own["gap_to"]) == (6 * 86_400, ends[1], str(times[4]))
    assert [other["first"], other["median"], other["last"]] == ends[:1] * 3
    assert np.isnan(other["gap"])
    assert pd.isna(other["gap_from"])


def test_dates_and_times_of_day() -> None:
    frame = pd.DataFrame(
        {
            "day": [datetime.date(2024, 1, i) for i in (1, 2, 3, 9)] * 10,
            "hour": [datetime.time(i) for i in (1, 2, 3, 23)] * 10,
        }
    )
    day, _, hour, _ = report(frame, frame).times.to_dict("records")
    assert (day["first"], day["median"], day["last"]) == (
        "2024-01-01",
        "2024-01-02 12:00:00",
        "2024-01-09",
    )
    assert (day["gap"], day["gap_from"]) == (6 * 86_400, "2024-01-03")
    assert (hour["first"], hour["last"], hour["gap"]) == ("01:00:00", "23:00:00", 20 * 3600)


def test_a_side_without_rows_has_no_figures() -> None:
    other = BEFORE.assign(key=BEFORE["key"].replace("b", "c")).drop(columns="items")
    found = report(TODAY, other, by="key")
    sides = found.numbers.groupby(["column", "side"])["n"].apply(list).to_dict()
    own, reference = (one["key"].value_counts() for one in (TODAY, other))
    assert sides["price", "data"] == [own["a"], own["b"], 0]
    assert sides["price", "reference"] == [reference["a"], 0, reference["c"]]
    assert sides["items", "reference"] == [0] * 3
    empty = found.numbers[found.numbers["n"] == 0]
    assert empty[FIGURES].isna().all(axis=None)
    assert (found.to_html() or "").startswith("<!doctype")
    nothing = report(TODAY.iloc[:0], BEFORE)
    assert figures(nothing, "price", "data")["n"] == 0


def test_objects_beside_a_side_without_any() -> None:
    east = datetime.timezone(datetime.timedelta(hours=5))
    times = [datetime.datetime(2024, 1, 1, tzinfo=zone) for zone in (datetime.UTC, east)] * 30
    frame = pd.DataFrame({"at": pd.Series(times, dtype=object)})
    found = report(frame, frame.iloc[:0], kinds={"at": "categorical"})
    own, other = found.times.to_dict("records")
    assert (own["first"], own["last"]) == ("2023-12-31 19:00:00+00:00", "2024-01-01 00:00:00+00:00")
    assert (other["n"], other["known_by"]) == (0, "values")
    assert pd.isna(other["first"])


def test_periods_before_are_pooled() -> None:
    frame = TODAY.assign(week=np.arange(len(TODAY)) % 4)
    found = report(frame, None, columns=["price"], by="week", window=2)
    assert figures(found, "price", "reference", 0)["n"] == 0
    for week in (1, 2, 3):
        weeks = frame["week"].between(week - 2, week - 1)
        one = figures(found, "price", "reference", week)
        np.testing.assert_allclose(
            one[FIGURES].to_numpy(float), wanted(frame.loc[weeks, "price"].to_numpy())
        )


def test_windows_that_roll() -> None:
    frame = TODAY.assign(day=pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(900) % 6, "D"))
    by = pdkl.Rolling(key="day", size="3D", step="1D")
    found = report(frame, BEFORE, columns=["price"], by=by)
    for i, end in enumerate(found.frame["day"]):
        inside = (frame["day"] < end) & (frame["day"] >= end - pd.Timedelta("3D"))
        inside |= (frame["day"] <= end) & (frame["day"] > end - pd.Timedelta("3D"))
        one = figures(found, "price", "data", i)
        assert one["min"] >= frame.loc[inside, "price"].min()
        np.testing.assert_allclose(figures(found, "price", "reference", i)["n"], len(BEFORE))


def test_files_arrow_and_profiles_give_the_same(tmp_path: Path) -> None:
    by = {"by": "key", "columns": ["price", "items"]}
    expected = report(TODAY, BEFORE, **by)
    paths = []
    for i, frame in enumerate((TODAY, BEFORE)):
        paths.append(tmp_path / f"{i}.parquet")
        pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), paths[i])
    files = report(*map(ds.dataset, paths), **by)
    tables = report(*map(pa.Table.from_pandas, (TODAY, BEFORE)), **by)
    profile = pdkl.InfoTheory(BEFORE).profile(by="key")
    profiles = report(TODAY, profile, **by)
    for found in (files, tables, profiles):
        pd.testing.assert_frame_equal(found.numbers, expected.numbers)


def test_a_profile_with_bins_knows_quantiles_within_them() -> None:
    profile = pdkl.InfoTheory(BEFORE).profile(bins={"price": 20, "items": 20})
    found = report(TODAY, profile, columns=["price"])
    one = figures(found, "price", "reference")
    assert one["known_by"] == "bins"
    assert one[["mean", "std", "min", "max", "infinite"]].isna().all()
    # the outermost bins hold a twentieth each, and may reach to a value far off
    assert one[["q05", "q95"]].isna().sum() >= 1
    middle = ["q25", "median", "q75"]
    exact = np.quantile(BEFORE["price"], [SHARES[name] for name in middle])
    np.testing.assert_allclose(one[middle].to_numpy(float), exact, atol=15)


def test_a_profile_that_rounded_knows_sums(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pdkl.counting.numbers.MOST_VALUES", 100)
    monkeypatch.setattr("pdkl.counting.numbers._EDGES", 50)
    profile = pdkl.InfoTheory(BEFORE).profile()
    one = figures(report(TODAY, profile, columns=["price"]), "price", "reference")
    assert one["known_by"] == "rounded values"
    prices = BEFORE["price"].to_numpy()
    np.testing.assert_allclose([one["mean"], one["std"]], [prices.mean(), prices.std()])
    assert (one["min"], one["max"]) == (prices.min(), prices.max())
    assert abs(one["median"] - np.median(prices)) < 20


def test_an_engine_counts_bins() -> None:
    duckdb = pytest.importorskip("duckdb")
    relations = [duckdb.from_arrow(pa.Table.from_pandas(one)) for one in (TODAY, BEFORE)]
    found = report(*relations, columns=["price"], by="key")
    assert set(found.numbers["known_by"]) == {"bins"}
    exact = report(TODAY, BEFORE, columns=["price"], by="key").numbers["median"]
    np.testing.assert_allclose(found.numbers["median"], exact, atol=30)


def test_shares_that_are_expected_are_a_side() -> None:
    shares = {"items": {1: 0.25, 2: 0.75}}
    frame = pd.DataFrame({"items": [1, 2] * 50})
    own, other = report(frame, shares).numbers.to_dict("records")
    assert (own["mean"], other["mean"]) == (1.5, 1.75)
    assert (own["median"], other["median"]) == (1.5, 2.0)


def test_more_values_than_fit_are_told_by_bins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pdkl.analyses.drift.values._MOST_KEPT", 1000)
    found = report(TODAY, BEFORE, columns=["price"])
    assert set(found.numbers["known_by"]) == {"bins"}


@pytest.mark.parametrize("keywords", [{"redact": True}, {"min_count": 5}])
def test_figures_are_left_out_where_they_could_tell(keywords: dict[str, Any]) -> None:
    times = pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(900), unit="h")
    found = report(TODAY.assign(at=times), BEFORE.assign(at=times[:700]), **keywords)
    assert found.numbers.empty
    assert found.times.empty
    html = found.to_html() or ""
    numbers = page_data(html)["numbers"]
    assert (numbers["axes"], numbers["lines"], numbers["rows"]) == ([], [], {})
    assert "figures" not in (found.to_json() or "")
    assert "mean" not in found.to_markdown().splitlines()[2]  # type: ignore[union-attr]
    assert (
        "Figures: means, quantiles, ranges and histograms of numbers and times are left out, as "
        "they could tell of single rows."
    ) in html


def test_documents_have_the_figures() -> None:
    found = report(TODAY, BEFORE)
    document = json.loads(found.to_json() or "")
    price, items, word = [row for row in document["rows"] if row["column"] != "key"]
    assert "figures" not in word
    assert [side["side"] for side in price["figures"]] == ["data", "reference"]
    assert price["figures"][0]["mean"] == pytest.approx(TODAY["price"].mean())
    before, after = (plain(one["items"].mean()) for one in (BEFORE, TODAY))
    assert items["status"] == "drift"
    assert f"`items`: mean {before} → {after}, " in (found.to_markdown() or "")
    assert f"items: mean {before} → {after}, " in (found.to_html() or "")


def test_page_draws_both_sides_on_one_axis() -> None:
    found = report(TODAY, BEFORE, by="key", columns=["price", "items"])
    numbers = page_data(found.to_html() or "")["numbers"]
    assert numbers["sides"] == ["data", "reference"]
    assert len(numbers["axes"]) == 2  # of each column
    assert set(numbers["rows"]) == {"0", "1", "2", "3"}
    for told, (axis, own, other) in numbers["rows"].values():
        texts, is_open = numbers["axes"][axis]
        assert len(numbers["lines"][own]) == len(numbers["lines"][other]) == len(texts) - 1
        assert abs(sum(numbers["lines"][own]) - 10_000) <= len(texts)
        assert len(told[1]) == len(told[2]) == len(numbers["heads"][0])
        assert set(is_open) <= {0, 1}
        assert "e+" not in " ".join(texts)


def test_page_shows_bins_in_order_and_plain_numbers() -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"x": rng.lognormal(12, 1, 500)})
    data = page_data(report(frame, frame).to_html() or "")
    names = [data["names"][int(entry[0])] for entry in data["rows"][0][1]]
    starts = [float(name.split(" to ")[0].replace(",", "")) for name in names if " to " in name]
    assert len(starts) == 10
    assert starts == sorted(starts)
    assert not any("e+" in name for name in names)
    assert data["numbers"]["ordered"] == "1"


def test_few_rows_of_many_have_figures_on_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pdkl.report.numbers._SHOWN", 1)
    found = report(TODAY, BEFORE, columns=["price", "items"], by="key")
    numbers = page_data(found.to_html() or "")["numbers"]
    assert list(numbers["rows"]) == ["0"]  # what drifted most
    assert numbers["left"] == 3


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (1047.3, "1047"),
        (5.0, "5"),
        (9999.7, "10,000"),
        (0.0000123, "0.0000123"),
        (0.012345, "0.01235"),
        (12_345_678.0, "12,345,678"),
        (-2.5, "-2.5"),
        (1e20, "1e+20"),
        (2e-9, "2e-09"),
        (np.inf, "∞"),
        (-np.inf, "-∞"),
        (np.nan, ABSENT),
    ],
)
def test_numbers_are_plain(value: float, text: str) -> None:
    assert plain(value) == text


def test_durations_are_plain() -> None:
    assert [span(one) for one in (0.25, 60.0, 5400.0, 86_400.0, np.nan)] == [
        "0.25 seconds",
        "1 minute",
        "1.5 hours",
        "1 day",
        ABSENT,
    ]
