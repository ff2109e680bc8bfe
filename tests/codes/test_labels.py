"""Alignment by label over all that pandas holds, and one rule for missing values."""

from __future__ import annotations

import contextlib
import datetime
import decimal
import sqlite3
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from pdkl import InfoTheory, SeriesInfoTheory
from tests.support.values import KINDS

# each kind: ways to write the values "first, second, third", which must align with one another
MIXED = pd.Series(["a", 1, (1, "a"), datetime.date(2024, 1, 1)], dtype=object)
ALL = [(kind, series) for kind, group in KINDS.items() for series in group]
IDS = [f"{kind}-{series.dtype}" for kind, series in ALL]
SAME = {"bool": "number", "date": "naive"}  # dates are times at midnight


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_values_align_in_every_dtype(kind: str) -> None:
    for left in KINDS[kind]:
        for right in KINDS[kind]:
            assert SeriesInfoTheory(left).js_divergence(right[::-1]) == 0.0
            # the shares 2/4, 1/4 ... against 1/3 each, whatever holds the values
            more = pd.concat([left, left.iloc[:1]], ignore_index=True)
            assert more.dtype == left.dtype or left.dtype == object
            value = SeriesInfoTheory(more).kl_divergence(right)
            size = len(left)
            share, other = 2 / (size + 1), 1 / (size + 1)
            expected = share * np.log(share * size) + (size - 1) * other * np.log(other * size)
            assert value == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("kind", "left"), ALL, ids=IDS)
def test_kinds_that_can_never_match_are_refused(kind: str, left: pd.Series[Any]) -> None:
    for other, right in ALL:
        if SAME.get(kind, kind) == SAME.get(other, other):
            continue
        with pytest.raises(TypeError, match="so no category of one can occur in the other"):
            SeriesInfoTheory(left).kl_divergence(right)


def test_mixed_objects_meet_each_kind_they_hold() -> None:
    theory = SeriesInfoTheory(MIXED)
    assert theory.js_divergence(MIXED[::-1]) == 0.0
    for other in (KINDS["string"][0], KINDS["number"][0], KINDS["other"][0], KINDS["date"][1]):
        assert 0 < theory.js_divergence(other) < np.log(2)
    held = "holds naive datetimes and numbers and other values and strings"
    with pytest.raises(TypeError, match=held):
        theory.js_divergence(KINDS["timedelta"][0])


@pytest.mark.parametrize(("kind", "values"), ALL, ids=IDS)
def test_an_all_missing_column_matches_everything(kind: str, values: pd.Series[Any]) -> None:
    nothing = pd.Series([None, None], dtype=object)
    assert np.isnan(SeriesInfoTheory(values).kl_divergence(nothing))
    assert SeriesInfoTheory(values).js_divergence(nothing, dropna=False) == pytest.approx(np.log(2))


@pytest.mark.parametrize(("kind", "values"), ALL, ids=IDS)
def test_values_come_back_in_distribution(kind: str, values: pd.Series[Any]) -> None:
    frame = pd.DataFrame({"x": values})
    result = InfoTheory(frame).distribution("x")
    assert len(result) == len(values)
    if kind != "other":
        assert set(result["category"]) == set(values.tolist())
    else:  # no single column type holds them, so their text does
        assert set(result["category"]) == {str(value) for value in values}
    assert (result["count"] == 1).all()


def test_every_missing_is_the_same() -> None:
    frame = pd.DataFrame({"x": pd.Series(["a", None, np.nan, pd.NA, pd.NaT], dtype=object)})
    result = InfoTheory(frame).distribution("x", dropna=False)
    assert result["count"].tolist() == [4, 1]
    assert result["category"].isna().tolist() == [True, False]
    assert InfoTheory(frame).entropy("x")["n_missing"].tolist() == [4]


@pytest.mark.parametrize(
    "values",
    [
        pd.Series([1.0, np.nan]),
        pd.Series([1, None], dtype="Int64"),
        pd.Series(pd.array([0.0, 1.0], dtype="Float64")) / pd.Series([0.0, 1.0]),
        pd.Series([1.0, np.nan, None], dtype=pd.ArrowDtype(pa.float64())),
        pd.Series([True, None], dtype="boolean"),
        pd.Series([pd.Timestamp("2024-01-01"), None]),
        pd.Series([decimal.Decimal("NaN"), decimal.Decimal(1)]),
        pd.Series(["a", None], dtype="category"),
    ],
    ids=lambda values: str(values.dtype),
)
def test_missing_in_every_dtype(values: pd.Series[Any]) -> None:
    result = InfoTheory(pd.DataFrame({"x": values})).entropy("x")
    assert result["n"].tolist() == [1]
    assert result["n_missing"].tolist() == [len(values) - 1]
    assert result["entropy"].tolist() == [0.0]
    with_missing = InfoTheory(pd.DataFrame({"x": values})).entropy("x", dropna=False)
    assert with_missing["n"].tolist() == [len(values)]
    assert with_missing["categories"].tolist() == [2]


def test_missing_stays_an_integer_column() -> None:
    frame = pd.DataFrame({"x": pd.Series([1, 2, None], dtype="Int64"), "y": [1, 2, 3]})
    result = InfoTheory(frame).distribution("x", dropna=False)
    assert result["category"].dtype == "Int64"
    assert InfoTheory(frame).distribution("y")["category"].dtype == "int64"


def test_true_one_and_one_point_zero_are_one_category() -> None:
    frame = pd.DataFrame({"x": pd.Series([True, 1, 1.0, 0, False], dtype=object)})
    assert InfoTheory(frame).distribution("x")["count"].tolist() == [3, 2]


def test_integers_beyond_float_stay_apart() -> None:
    big = 2**53
    left = pd.Series([big, big + 1], dtype="int64")
    assert SeriesInfoTheory(left).js_divergence(pd.Series([float(big)])) > 0
    union = InfoTheory(pd.DataFrame({"x": left})).contributions(
        "x", reference={big: 1, big + 1: 1, 0.5: 1}, measure="js_divergence"
    )
    assert sorted(union["category"], key=str) == ["0.5", str(big), str(big + 1)]


def test_wide_integers() -> None:
    values = pd.Series([2**64 - 1, 0, 2**64 - 1], dtype="uint64")
    result = InfoTheory(pd.DataFrame({"x": values})).distribution("x")
    assert result["category"].tolist() == [2**64 - 1, 0]
    near = pd.Series([2**64 - 1, 2**64 - 2], dtype="uint64")
    assert SeriesInfoTheory(near).entropy(base="bit") == 1.0
    edge = pd.Series([np.iinfo("int64").max, np.iinfo("int64").min])
    assert SeriesInfoTheory(edge).entropy(base="bit") == 1.0


def test_levels_in_another_order_and_more_of_them() -> None:
    left = pd.Series(["a", "b", "a"], dtype=pd.CategoricalDtype(["a", "b"], ordered=True))
    right = pd.Series(["b", "a", "a"], dtype=pd.CategoricalDtype(["c", "b", "a"]))
    assert SeriesInfoTheory(left).kl_divergence(right) == 0.0
    declared = InfoTheory(left.to_frame("x")).kl_divergence(
        "x", reference=right.to_frame("x"), alphabet="declared", smoothing=1
    )
    assert declared["kl_divergence"].tolist() == [0.0]
    assert declared["categories"].tolist() == [2]


def test_two_zones_show_the_zone_of_p() -> None:
    paris, tokyo = KINDS["aware"][0], KINDS["aware"][1]
    result = InfoTheory(paris.iloc[:2].to_frame("x")).contributions(
        "x", reference=tokyo.to_frame("x"), measure="js_divergence"
    )
    assert result["category"].dtype == paris.dtype
    assert set(result["category"]) == set(paris)


def test_columns_of_several_kinds_show_text() -> None:
    frame = pd.DataFrame({"a": ["x", None], "b": [1, 2], "c": [1.5, 2.5], "d": [True, False]})
    theory = InfoTheory(frame)
    together = theory.distribution(["a", "b"], dropna=False)["category"]
    assert together.dropna().tolist() == ["x", "1", "2"]
    assert together.isna().sum() == 1
    numbers = theory.distribution(["b", "c"])["category"]
    assert numbers.tolist() == [1.0, 2.0, 1.5, 2.5]
    mixed = InfoTheory(MIXED.to_frame("x")).distribution("x")["category"]
    assert set(mixed) == {str(value) for value in MIXED}


@pytest.mark.parametrize(
    ("values", "kept"),
    [
        ([b"a", b"\xff", b"a", None], True),
        ([datetime.time(9), datetime.time(17, 30), datetime.time(9), None], True),
        ([(1, "a"), (2, "b"), (1, "a"), None], False),
        ([b"a", datetime.time(9), b"a", None], False),
        ([b"a", (1,), b"a", None], False),
    ],
)
@pytest.mark.parametrize("dropna", [True, False])
def test_values_that_parquet_and_sql_hold_stay_what_they_are(
    values: list[Any], kept: bool, dropna: bool, tmp_path: Path
) -> None:
    data = pd.DataFrame({"x": pd.Series(values, dtype=object)})
    found = data.info_theory.distribution("x", dropna=dropna)
    known = list(found["category"].dropna())
    wanted = set(values[:3])
    assert set(known) == (wanted if kept else {str(value) for value in wanted})
    assert int(found["category"].isna().sum()) == (0 if dropna else 1)
    found.to_parquet(tmp_path / "found.parquet")
    again = pd.read_parquet(tmp_path / "found.parquet")
    assert list(again["category"].dropna()) == known
    with contextlib.closing(sqlite3.connect(":memory:")) as base:
        found.to_sql("found", base, index=False)
        stored = [row[0] for row in base.execute("select category from found")]
    # this one has no type for times of the day, so pandas writes theirs
    times = [f"{value}.000000" if isinstance(value, datetime.time) else value for value in known]
    assert [value for value in stored if value is not None] == times


def test_columns_of_several_kinds_are_text() -> None:
    data = pd.DataFrame({"x": pd.Series([b"a", b"b"], dtype=object), "y": ["a", "b"]})
    found = data.info_theory.distribution(["x", "y"])
    assert set(found["category"]) == {"b'a'", "b'b'", "a", "b"}
    times = [datetime.time(9), datetime.time(10)]
    data = pd.DataFrame({"x": data["x"], "y": pd.Series(times, dtype=object)})
    found = data.info_theory.distribution(["x", "y"])
    assert set(found["category"]) == {"b'a'", "b'b'", "09:00:00", "10:00:00"}
