"""Result frames: columns, order, dtypes, keys, and the way to Parquet and SQL."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import pdkl
from pdkl import InfoTheory

DATA = pd.DataFrame(
    {
        "g": ["y", "x", None, "x", "y", "x"],
        "when": pd.DatetimeIndex(
            ["2024-03-05", "2024-01-01", None, "2024-01-31", "2024-03-01", None]
        ),
        "a": ["u", "v", "u", "u", None, "w"],
        "b": pd.Categorical(["u", "u", "v", None, "u", "u"], categories=["v", "u", "z"]),
        "w": [1, 2, 3, 4, 5, 6],
        "y": [1, 0, 1, 0, 1, 0],
        "p1": [0.5, 0.25, 0.5, 0.25, 0.5, None],
        "p0": [0.5, 0.75, 0.5, 0.75, 0.5, 0.5],
    }
)
SIDES = ["n", "n_reference", "n_missing", "n_missing_reference"]
SHARES = ["categories", "unseen", "vanished"]
FORMS: dict[str, dict[str, Any]] = {
    "rest": {"against": "rest"},
    "all": {"against": "all"},
    "pairs": {"against": "pairs"},
    "previous": {"against": "previous"},
    "uniform": {"against": "uniform"},
    "group": {"reference": "x"},
    "frame": {"reference": DATA},
    "mapping": {"reference": {"u": 1, "v": 1, "w": 1}},
}
THEORY = InfoTheory(DATA)
CALLS: dict[str, Callable[[], pd.DataFrame]] = {
    "entropy": lambda: THEORY.entropy(by="g"),
    "distribution": lambda: THEORY.distribution("a", by="g", dropna=False),
    "binary_cross_entropy": lambda: THEORY.binary_cross_entropy("y", "p1", by="g"),
    "categorical_cross_entropy": lambda: THEORY.categorical_cross_entropy(
        "y", {0: "p0", 1: "p1"}, by="g"
    ),
    "q": lambda: THEORY.kl_divergence("a", "b", by=["g", pd.Grouper(key="when", freq="MS")]),
    **{
        f"{method} {form}": partial(getattr(THEORY, method), "a", by="g", **keywords)
        for method in ("cross_entropy", "kl_divergence", "js_divergence", "contributions")
        for form, keywords in FORMS.items()
    },
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("method", ["cross_entropy", "kl_divergence", "js_divergence"])
def test_columns_of_scores(method: str, form: str) -> None:
    result = CALLS[f"{method} {form}"]()
    keys = ["g_reference"] if form in ("group", "pairs", "previous") else []
    assert list(result) == ["g", "column", "reference", *keys, *SIDES, *SHARES, method, "unit"]
    assert set(result["reference"]) == {form}
    assert isinstance(result.index, pd.RangeIndex)
    fixed = form in ("mapping", "uniform")
    assert [str(result[name].dtype) for name in SIDES] == [
        "int64",
        "Int64" if fixed else "int64",
        "int64",
        "Int64" if fixed else "int64",
    ]
    assert result["n_reference"].isna().all() == fixed


@pytest.mark.parametrize("form", FORMS)
def test_columns_of_contributions(form: str) -> None:
    result = CALLS[f"contributions {form}"]()
    keys = ["g_reference"] if form in ("group", "pairs", "previous") else []
    counts = ["category", "count", "count_reference", "p", "q", "contribution"]
    assert list(result) == ["g", "column", "reference", *keys, *counts, "unit"]


def test_columns_of_the_others() -> None:
    assert list(CALLS["entropy"]()) == [
        *("g", "column", "n", "n_missing", "categories", "entropy", "unit")
    ]
    assert list(CALLS["distribution"]()) == [
        *("g", "column", "category", "count", "probability", "surprisal", "unit")
    ]
    assert list(CALLS["binary_cross_entropy"]()) == [
        *("g", "column", "prediction", "n", "n_missing", "binary_cross_entropy", "unit")
    ]
    assert list(CALLS["categorical_cross_entropy"]()) == [
        *("g", "column", "n", "n_missing", "categorical_cross_entropy", "unit")
    ]


def test_groups_come_sorted_then_columns_as_asked() -> None:
    result = THEORY.entropy(["b", "a"], by="g")
    assert result["g"].fillna("last").tolist() == ["x", "x", "y", "y", "last", "last"]
    assert result["column"].tolist() == ["b", "a"] * 3


def test_n_and_missing_make_the_group() -> None:
    result = THEORY.entropy("a", by="g", weights="w")
    assert result["n"].tolist() == [12, 1, 3]
    assert result["n_missing"].tolist() == [0, 5, 0]
    kept = THEORY.entropy("a", by="g", weights="w", dropna=False)
    assert kept["n"].tolist() == [12, 6, 3]
    assert kept["n_missing"].tolist() == [0, 5, 0]


def test_default_columns_leave_out_keys_weights_and_numbers() -> None:
    assert THEORY.entropy()["column"].tolist() == ["g", "a", "b"]
    assert THEORY.entropy(by="g", weights="w")["column"].unique().tolist() == ["a", "b"]
    frame = pd.DataFrame({"t": [True], "s": ["a"], "i": [1], "f": [0.5]})
    frame = frame.assign(
        arrow=pd.Series(["a"], dtype="string[pyarrow]"),
        flag=pd.Series([True], dtype="bool[pyarrow]"),
        number=pd.Series([1], dtype="int64[pyarrow]"),
    )
    assert InfoTheory(frame).entropy()["column"].tolist() == ["t", "s", "arrow", "flag"]


def test_pairs_are_all_ordered_pairs() -> None:
    result = THEORY.kl_divergence("a", by="g", against="pairs").fillna({"g": "-"})
    pairs = list(zip(result["g"], result["g_reference"].fillna("-"), strict=True))
    assert pairs == [(a, b) for a in "xy-" for b in "xy-" if a != b]


def test_previous_is_the_occurring_group_before_within_the_other_keys() -> None:
    frame = pd.DataFrame(
        {"shop": list("aaabb"), "month": [5, 1, 2, 1, 9], "x": ["u", "u", "v", "u", "u"]}
    )
    result = InfoTheory(frame).kl_divergence("x", by=["shop", "month"], against="previous")
    assert result["month"].tolist() == [1, 2, 5, 1, 9]
    assert result["month_reference"].fillna(-1).tolist() == [-1, 1, 2, -1, 1]
    assert result["month_reference"].dtype == "Int64"
    assert result["shop_reference"].isna().tolist() == [True, False, False, True, False]
    assert result["kl_divergence"].isna().tolist() == [True, False, False, True, False]
    assert result["n_reference"].tolist() == [0, 1, 1, 0, 1]


def test_a_window_is_the_occurring_groups_before_together() -> None:
    frame = pd.DataFrame(
        {
            "shop": list("aaaaabbb"),
            "month": [9, 5, 1, 2, None, 1, 1, 9],
            "x": ["u", "u", "u", "v", "w", "u", None, "v"],
        }
    )
    keywords: dict[str, Any] = {"by": ["shop", "month"], "against": "previous"}
    theory = InfoTheory(frame)
    result = theory.kl_divergence("x", window=3, **keywords)
    assert result["month"].fillna(-1).tolist() == [1, 2, 5, 9, -1, 1, 9]
    assert result["month_reference"].fillna(-1).tolist() == [-1, 1, 1, 1, 2, -1, 1]
    assert result["shop_reference"].isna().tolist() == [True, *[False] * 4, True, False]
    assert result["n_reference"].tolist() == [0, 1, 2, 3, 3, 0, 1]
    assert result["n_missing_reference"].tolist() == [0, 0, 0, 0, 0, 0, 1]
    np.testing.assert_allclose(
        result["kl_divergence"], [np.nan, np.inf, np.log(2), np.log(1.5), np.inf, np.nan, np.inf]
    )
    assert result.attrs["pdkl"]["window"] == 3
    everything = theory.kl_divergence("x", window=10**30, **keywords)
    assert everything["n_reference"].tolist() == [0, 1, 2, 3, 4, 0, 1]
    one = theory.kl_divergence("x", window=1, **keywords)
    pd.testing.assert_frame_equal(one, theory.kl_divergence("x", **keywords))


def test_blocks_of_a_window_are_those_of_all_its_groups() -> None:
    """As if the groups before were one."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {"day": np.repeat(np.arange(40), 5), "x": rng.choice(list("uvw"), 200)}
    ).assign(week=lambda it: it["day"] // 10)
    asked: dict[str, Any] = {"by": "week", "against": "previous", "blocks": "day"}
    asked |= {"test": True, "n_resamples": 4000, "rng": 0}
    found = InfoTheory(frame).js_divergence("x", window=2, **asked)
    pooled = frame[frame["week"] > 0].assign(week=lambda it: it["week"].where(it["week"] > 2, 1))
    again = InfoTheory(pooled).js_divergence("x", **asked)
    assert found["n_reference"].tolist() == [0, 50, 100, 100]
    for name, rtol in (
        ("js_divergence", 1e-15),
        ("js_divergence_noise_floor", 0.05),
        ("p_value", 0.05),
    ):
        np.testing.assert_allclose(found[name].iloc[3], again[name].iloc[1], rtol=rtol)


def test_a_grouper_makes_occurring_bins_and_a_missing_one() -> None:
    result = THEORY.entropy("a", by=pd.Grouper(key="when", freq="MS"))
    assert result["when"].isna().tolist() == [False, False, True]
    assert result["when"].dt.strftime("%Y-%m").tolist()[:2] == ["2024-01", "2024-03"]
    assert (result["n"] + result["n_missing"]).tolist() == [2, 2, 2]


@pytest.mark.parametrize(
    "key",
    [
        pd.Series([3, 1, 1, 2], dtype="int8"),
        pd.Series([3, 1, None, 2], dtype="Int64"),
        pd.Series([0.5, None, 0.25, 0.5]),
        pd.Series([True, False, False, True]),
        pd.Series(["b", "a", None, "b"], dtype=object),
        pd.Series(["b", "a", None, "b"], dtype="string[pyarrow]"),
        pd.Series(["b", None, "b", "a"], dtype=pd.CategoricalDtype(["z", "b", "a"], ordered=True)),
        pd.Series(pd.DatetimeIndex(["2024-01-02", None, "2024-01-01", "2024-01-01"], tz="UTC")),
        pd.Series(pd.period_range("2024-01", periods=4, freq="M")),
        pd.Series(pd.to_timedelta([1, 2, 3, None], unit="h")),
    ],
    ids=lambda key: str(key.dtype),
)
def test_keys_keep_their_dtype(key: pd.Series[Any]) -> None:
    frame = pd.DataFrame({"key": key, "x": list("abcd"), "p": 0.5})
    theory = InfoTheory(frame)
    groups = len(key.drop_duplicates())
    for result in (
        theory.entropy("x", by="key"),
        theory.kl_divergence("x", by="key", against="rest"),
        theory.kl_divergence("x", by="key", reference=frame),
        theory.binary_cross_entropy("p", "p", by="key"),
    ):
        assert result["key"].dtype == key.dtype
        assert len(result) == groups  # no phantom rows for levels that do not occur
        assert not result["key"].iloc[:-1].isna().any()
    expected = frame.groupby("key", dropna=False, observed=True, sort=True).size()
    assert theory.entropy("x", by="key")["n"].tolist() == expected.tolist()


def test_a_group_label_of_several_keys_and_of_times() -> None:
    frame = pd.DataFrame(
        {"g": list("xyxy"), "day": pd.to_datetime(["2024-01-01"] * 2 + ["2024-01-02"] * 2)}
    ).assign(a=list("uvuu"))
    theory = InfoTheory(frame)
    label = ("x", pd.Timestamp("2024-01-01"))
    for reference in (label, ("x", "2024-01-01")):
        result = theory.kl_divergence("a", by=["g", "day"], reference=reference)
        assert set(result["g_reference"]) == {"x"}
        assert len(set(result["day_reference"])) == 1
        assert result["kl_divergence"].tolist() == [0.0, 0.0, np.inf, 0.0]
    monthly = theory.kl_divergence(
        "a", by=pd.Grouper(key="day", freq="MS"), reference=pd.Timestamp("2024-01-01")
    )
    assert monthly["kl_divergence"].tolist() == [0.0]
    periods = frame.assign(day=frame["day"].dt.to_period("D"))
    by_period = InfoTheory(periods).kl_divergence("a", by="day", reference="2024-01-02")
    assert by_period["kl_divergence"].tolist() == [np.inf, 0.0]
    with pytest.raises(ValueError, match="reference='yesterday' is not a group of by"):
        InfoTheory(periods).kl_divergence("a", by="day", reference="yesterday")


def test_distribution_sorts_by_count_then_label() -> None:
    frame = pd.DataFrame({"x": ["b", "c", "a", "c", None]})
    result = InfoTheory(frame).distribution("x", base="bit")
    assert result["category"].tolist() == ["c", "a", "b"]
    assert result["probability"].tolist() == [0.5, 0.25, 0.25]
    assert result["surprisal"].tolist() == [1.0, 2.0, 2.0]


def test_distribution_shows_declared_levels_on_request() -> None:
    result = THEORY.distribution("b", alphabet="declared")
    assert result["category"].tolist() == ["u", "v", "z"]
    assert result["count"].tolist() == [4, 1, 0]
    assert result["surprisal"].iloc[2] == np.inf
    smoothed = THEORY.distribution("b", alphabet="declared", smoothing=1)
    assert smoothed["count"].tolist() == [4, 1, 0]
    assert smoothed["probability"].sum() == pytest.approx(1)


def test_infinite_contributions_come_first_and_valueless_groups_last() -> None:
    result = THEORY.contributions("a", by="g", against="previous")
    assert result["g"].fillna("-").tolist() == ["y"] * 3 + ["-"] * 3 + ["x"] * 3
    assert result["contribution"].isna().tolist() == [False] * 6 + [True] * 3
    rest = THEORY.contributions("a", by="g", against="rest")
    first = rest[rest["g"] == "x"]["contribution"].tolist()
    assert first[:2] == [np.inf, np.inf]
    assert rest[rest["g"] == "x"]["category"].tolist()[:2] == ["v", "w"]


@pytest.mark.parametrize("name", CALLS)
def test_settings_are_on_record_as_json(name: str) -> None:
    settings = CALLS[name]().attrs["pdkl"]
    assert json.loads(json.dumps(settings)) == settings
    assert settings["unit"] == "nat"


@pytest.mark.parametrize("name", CALLS)
def test_parquet_and_sqlite(name: str, tmp_path: Path) -> None:
    result = CALLS[name]()
    result.to_parquet(tmp_path / "result.parquet")
    back = pd.read_parquet(tmp_path / "result.parquet")
    pd.testing.assert_frame_equal(
        back.fillna(np.nan), result.fillna(np.nan), check_dtype=False, check_categorical=False
    )
    with closing(sqlite3.connect(tmp_path / "result.db")) as connection:
        result.to_sql("result", connection, index=False)
        rows = pd.read_sql("select * from result", connection)
    assert list(rows) == list(result)
    value = [c for c in result if c not in ("unit", "prediction")][-1]
    np.testing.assert_array_equal(rows[value].astype(float), result[value].astype(float))


@pytest.mark.parametrize("name", CALLS)
def test_the_frame_is_left_as_it_was(name: str) -> None:
    before = DATA.copy()
    CALLS[name]()
    pd.testing.assert_frame_equal(DATA, before)
    assert DATA.attrs == {}


def test_names_that_are_not_text() -> None:
    frame = pd.DataFrame({1: ["u", "v"], ("a", "b"): ["u", "u"], 3: [1, 2]})
    result = InfoTheory(frame).kl_divergence(1, ("a", "b"), by=3)
    assert result["column"].tolist() == ["1", "1"]
    assert result["reference"].tolist() == ["('a', 'b')"] * 2
    assert next(iter(result)) == 3


def test_accessor_is_the_class_and_survives_a_column_of_its_name() -> None:
    frame = pd.DataFrame({"info_theory": ["a", "b"], "x": ["u", "u"]})
    assert isinstance(frame.info_theory, InfoTheory)
    assert isinstance(frame["x"].info_theory, pdkl.SeriesInfoTheory)
    assert frame.info_theory.entropy(base="bit")["entropy"].tolist() == [1.0, 0.0]
    assert isinstance(frame.pipe(InfoTheory), InfoTheory)


@pytest.mark.parametrize(
    ("base", "unit", "value"),
    [
        ("nat", "nat", np.log(2)),
        ("nit", "nat", np.log(2)),
        ("bit", "bit", 1.0),
        (2, "bit", 1.0),
        ("dit", "dit", np.log10(2)),
        (10.0, "dit", np.log10(2)),
        (np.e, "nat", np.log(2)),
        (4, "base 4", 0.5),
        (np.float64(8), "base 8", 1 / 3),
    ],
)
def test_units(base: Any, unit: str, value: float) -> None:
    result = InfoTheory(pd.DataFrame({"x": ["a", "b"]})).entropy("x", base=base)
    assert result["unit"].tolist() == [unit]
    assert result["entropy"].iloc[0] == pytest.approx(value, rel=1e-15)
