"""Kinds of columns: the same by value in every dtype and engine, and what is compared of each."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.support.engines import ENGINES, STORED, Engine, asked

RNG = np.random.default_rng(8)
IDS = [f"order {i}" for i in range(600)]


def row(today: Any, reference: Any, **settings: Any) -> Any:
    sides = (pd.DataFrame({"x": side}) for side in (today, reference))
    data, other = sides
    return data.info_theory.drift(other, progress=False, **settings).iloc[0]


# ---- what they are --------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 5, 60, 3000])
def test_the_size_of_today_does_not_matter(size: int) -> None:
    hours = RNG.integers(0, 24, 1000)
    assert row(RNG.integers(0, 24, size), hours)["kind"] == "ordered"
    assert row(RNG.choice(["a", "b"], size), RNG.choice(["a", "b"], 100))["kind"] == "categorical"


@pytest.mark.parametrize("rows", [60, 300, 1000])
@pytest.mark.parametrize("spread", [0.8, 1.5])
def test_measures_are_no_identifiers(rows: int, spread: float) -> None:
    today, reference = (RNG.lognormal(9, spread, rows).astype(int) for _ in range(2))
    assert row(today, reference)["kind"] == "ordered"


@pytest.mark.parametrize(
    "held",
    [
        lambda v: v,
        lambda v: v.astype(float),
        lambda v: pd.Series(v).astype("Int64"),
        lambda v: pd.Series([Decimal(int(one)) for one in v], dtype=object),
        lambda v: pd.Series([str(one) for one in v]),
        lambda v: pd.Series([str(one) for one in v], dtype="category"),
    ],
    ids=["int", "float", "Int64", "decimal", "text", "levels of text"],
)
@pytest.mark.parametrize(
    ("values", "kind"),
    [(np.arange(5, 305), "identifier"), (np.random.default_rng(1).poisson(95, 300), "ordered")],
)
def test_dtypes_do_not_matter(held: Any, values: Any, kind: str) -> None:
    assert row(held(values), held(values[::2]))["kind"] == kind


@pytest.mark.parametrize("engine", [*ENGINES, *STORED[:2]], ids=lambda one: one.name)
def test_engines_agree(engine: Engine) -> None:
    def frame(seed: int) -> pd.DataFrame:
        rng = np.random.default_rng(seed)
        return pd.DataFrame(
            {
                "id": [f"u{i}" for i in range(seed, seed + 200)],
                "key": np.arange(200) + seed,
                "price": rng.lognormal(size=200),
                "written": [f"{value:.2f}" for value in rng.lognormal(3, 1, 200)],
                "few": rng.integers(0, 3, 200),
                "at": pd.date_range("2024-01-01", periods=1200, unit="us")[seed : seed + 200],
            }
        )

    today, reference = frame(1000), frame(1)
    expected = today.info_theory.drift(reference)
    found = asked(engine.make(today)).drift(engine.make(reference))
    names = ["column", "kind", "status", "note", "score"]
    pd.testing.assert_frame_equal(found[names], expected[names])
    assert expected["kind"].tolist() == [
        *("identifier", "identifier", "ordered", "ordered", "categorical", "clock")
    ]


def test_codes_stay_text() -> None:
    codes = [f"{i:05d}" for i in range(40)] * 5
    assert row(codes, codes)["kind"] == "categorical"
    codes = [str(10_000 + i) for i in range(40)] * 5
    assert row(codes, codes)["kind"] == "categorical"
    numbers = [str(i) for i in range(80, 120)] * 5
    assert row(numbers, numbers)[["kind", "note"]].tolist() == [
        *("ordered", "numbers written as text")
    ]


# ---- what is compared -----------------------------------------------------------------------


def test_written_numbers_are_compared_as_numbers() -> None:
    price = RNG.lognormal(3, 1, 500)
    sides = [pd.Series([f"{value:.2f}" for value in side]) for side in (price * 10, price)]
    found, expected = row(*sides), row(*(side.astype(float) for side in sides))
    assert found["status"] == "drift"
    for name in ("score", "p_value", "out_of_range", "top_category"):
        assert found[name] == expected[name]


@pytest.mark.parametrize("texts", [1, 20, 21])
def test_numbers_beside_text(texts: int) -> None:
    numbers = [*RNG.normal(size=400)]
    reference = pd.Series([*numbers, *[f"t{i % texts}" for i in range(63)]], dtype=object)
    today = pd.Series([*numbers, *["new"] * 63], dtype=object)
    found = row(today, reference)
    assert found["kind"] == "ordered"
    assert found["categories"] == 10 + (texts + 1 if texts < 20 else 1)
    beside = f"beside {texts + 1} texts"
    assert found["note"].startswith(
        f"numbers, {beside}" if texts < 20 else f"numbers, {beside} that are one category"
    )
    assert (found["status"] == "drift") == (texts < 20)


@pytest.mark.parametrize("default", ["N/A", None])
def test_a_default_that_fills_an_identifier(default: Any) -> None:
    today = pd.Series([f"x{i}" for i in range(60)], dtype=object)
    today[::10] = default
    found = row(today, [f"y{i}" for i in range(60)])
    assert found[["kind", "status"]].tolist() == ["identifier", "drift"]
    assert found["top_category"] == ("(missing)" if default is None else default)
    numbers = np.arange(60) + 500
    numbers[::10] = -1
    found = row(numbers, np.arange(60))
    assert found[["kind", "status", "top_category"]].tolist() == ["identifier", "drift", "-1"]


def test_the_null_of_common_values() -> None:
    small = 0
    for _ in range(300):
        sides = []
        for size in (100, 200):
            ids = pd.Series(RNG.permutation(10**5)[:size].astype(str)).radd("v").astype(object)
            ids[RNG.random(size) < 0.15] = "none"
            sides.append(ids)
        small += row(*sides)["p_value"] < 0.05
    assert small <= 27


def test_what_is_skipped_says_so() -> None:
    found = row(IDS[:300], IDS[300:])
    assert found[["kind", "status", "note"]].tolist() == [
        *("identifier", "skipped"),
        "300 of 300 values occur once; kinds={'x': 'categorical'} compares them",
    ]
    days = pd.date_range("2024-01-01", periods=100)
    found = row(days + pd.Timedelta("200D"), days)
    assert found[["kind", "status", "note"]].tolist() == [
        *("clock", "skipped"),
        "most times lie outside those of the reference; from 2024-07-19 00:00:00 to 2024-10-26 "
        "00:00:00, in the reference from 2024-01-01 00:00:00 to 2024-04-09 00:00:00; "
        "kinds={'x': 'ordered'} compares them",
    ]
    for settings in ({"redact": True}, {"min_count": 5}):
        frames = (pd.DataFrame({"x": side}) for side in (days + pd.Timedelta("200D"), days))
        today, reference = frames
        report = today.info_theory.report(reference, **settings)
        assert report.frame["note"].tolist() == [
            "values move on; kinds={'x': 'ordered'} compares them"
        ]
        assert report.passed


def test_levels_in_order() -> None:
    reference = pd.Categorical(["low", "mid", "high"] * 40, ["low", "mid", "high"], ordered=True)
    for today in (reference, pd.Series([*reference], dtype=object)):
        found = row(today, reference)
        assert found[["kind", "status", "categories"]].tolist() == ["ordered", "ok", 3]
        frame, other = pd.DataFrame({"x": today}), pd.DataFrame({"x": reference})
        categories = frame.info_theory.report(other).categories["category"]
        assert set(categories) == {"low", "mid", "high"}


# ---- notes ----------------------------------------------------------------------------------


def test_notes() -> None:
    assert row([1] * 50, [2] * 50)["note"] == (
        "hardly a value in common: a part of the date, a batch or the key of a partition? "
        "exclude= or kinds="
    )
    days = pd.date_range("2024-01-01", periods=100)
    found = row(days + pd.Timedelta("30D"), days)
    assert found[["status", "note"]].tolist() == [
        "drift",
        "30 % of the rows are later than all of the reference; kinds={'x': 'clock'} leaves "
        "uncompared what moves on",
    ]
    numbers = np.arange(100) * 10_000
    found = row(numbers + 10**6, numbers)
    assert found[["kind", "status", "note"]].tolist() == [
        *("ordered", "drift"),
        "100 % of the rows are higher than all of the reference; kinds={'x': 'clock'} leaves "
        "uncompared what moves on",
    ]
    found = row(["a"] * 80 + ["b"] * 20, ["a"] * 100)
    assert found["note"] == "20 % of the rows hold values that the reference lacks"
    assert row(["a"] * 95 + ["b"] * 5, ["a"] * 100)["note"] == ""


# ---- what is asked --------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["categorical", "ordered", "identifier", "clock"])
def test_a_kind_that_is_asked_for(kind: Any) -> None:
    for values in (RNG.poisson(30, 200), pd.date_range("2024", periods=200), np.arange(200) / 3):
        found = row(values, values, kinds={"x": kind})
        assert found["kind"] == kind
        scored = kind in ("categorical", "ordered")
        assert found["status"] == ("ok" if scored else "skipped")
    if kind != "ordered":
        found = row(IDS, IDS, kinds={"x": kind})
        assert found["kind"] == kind
        assert (found["categories"] is pd.NA) == (kind != "categorical")


def test_bins_make_a_column_ordered() -> None:
    frame = pd.DataFrame({"id": range(200), "few": [1, 2, 3, 4] * 50, "text": ["a", "b"] * 100})
    kinds = ["ordered", "categorical", "categorical"]
    assert frame.info_theory.drift(frame, bins={"id": 5})["kind"].tolist() == kinds
    kinds = ["ordered", "ordered", "categorical"]
    assert frame.info_theory.drift(frame, bins=5)["kind"].tolist() == kinds
    found = frame.info_theory.drift(frame, bins=5, kinds={"id": "identifier"})
    assert found["kind"].tolist() == ["identifier", "ordered", "categorical"]
    assert found.attrs["pdkl"]["kinds"] == {"id": "identifier"}


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        (
            {"kinds": ["x"]},
            TypeError,
            "kinds must be a mapping {column: kind}, a kind being 'categorical', 'ordered', "
            "'identifier' or 'clock'; got list.",
        ),
        (
            {"kinds": {"x": "binned"}},
            ValueError,
            "kinds for column 'x' must be one of 'categorical', 'ordered', 'identifier', 'clock'; "
            "got 'binned'.",
        ),
        (
            {"kinds": {"X": "clock"}},
            KeyError,
            "kinds names column 'X', which the call does not have. Did you mean 'x'? Its columns "
            "are 'x'.",
        ),
        (
            {"kinds": {"x": "clock"}, "bins": {"x": 3}},
            ValueError,
            "kinds has 'clock' for column 'x', and bins cuts it, which makes it 'ordered'. Leave "
            "it out of one of them.",
        ),
    ],
)
def test_messages(settings: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error) as caught:
        row([1, 2, 3], [1, 2, 3], **settings)
    assert str(caught.value) == message


def test_what_is_in_no_order_is_an_error_of_its_own() -> None:
    found = row(["a", "b"] * 20, ["a", "b"] * 20, kinds={"x": "ordered"})
    assert found[["status", "note"]].tolist() == [
        "error",
        "kinds has 'ordered' for column 'x', which holds neither numbers nor times nor levels in "
        "order. Make it an ordered categorical, or leave it out of kinds.",
    ]


@pytest.mark.parametrize(
    ("values", "written"),
    [
        ([Decimal("1.10"), Decimal("2.20")], "1.10"),
        ([1, None, 2], "2"),
        ([1, 2.0, Decimal(3)], "3"),
        ([2**60, 2**60 + 1], str(2**60)),
    ],
)
def test_few_numbers_are_written_as_they_are_held(values: list[object], written: str) -> None:
    before = pd.DataFrame({"x": pd.Series(values * 50, dtype=object)})
    today = pd.DataFrame({"x": pd.Series([*values, *values[-1:] * 3] * 50, dtype=object)})
    (found,) = today.info_theory.drift(before).to_dict("records")
    assert (found["kind"], found["top_category"]) == ("categorical", written)
    assert found["categories"] == len(values)


@pytest.mark.parametrize("dtype", ["float64", "Int64", "int64[pyarrow]"])
def test_few_numbers_are_counted_as_by_group(dtype: str) -> None:
    rng = np.random.default_rng(0)
    sides = [pd.Series(rng.integers(0, 4, 300), dtype=dtype) for _ in range(2)]
    for side in sides:
        side[::7] = None
    today, before = (pd.DataFrame({"x": side, "g": "a"}) for side in sides)
    alone = today.info_theory.drift(before, columns="x")
    grouped = today.info_theory.drift(before, columns="x", by="g")
    pd.testing.assert_frame_equal(alone, grouped.drop(columns="g"))
