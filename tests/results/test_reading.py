"""The one reader of tidy frames."""

from __future__ import annotations

import datetime
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

import pdkl  # noqa: F401
from pdkl.results import reading

NAN = math.nan
DAYS = pd.to_datetime(["2024-01-01", "2024-01-02"])
FRUIT = pd.DataFrame({"shop": ["a", "b"] * 2, "day": [*DAYS, *DAYS], "fruit": list("xyxz")})


def drift_of(scores: list[float], excesses: list[float], status: list[str]) -> pd.DataFrame:
    rows = {"status": status, "measure": "psi", "score": scores, "excess": excesses}
    return pd.DataFrame({"column": "c", **rows, "noise_floor": 0.3, "threshold": 0.1})


def test_the_call() -> None:
    entropy = FRUIT.info_theory.entropy("fruit", by="shop", base="bit")
    assert reading.settings_of(entropy)["by"] == ["shop"]
    assert reading.measure_of(entropy) == "entropy"
    assert reading.keys_of(entropy) == ["shop"]
    lost = entropy.copy()
    lost.attrs = {}
    assert (reading.settings_of(lost), reading.measure_of(lost)) == ({}, "")


@pytest.mark.parametrize("attributes", [True, False])
def test_scores(*, attributes: bool) -> None:
    keywords: dict[str, Any] = {"by": "shop", "against": "pairs", "test": True, "rng": 0}
    result = FRUIT.info_theory.divergence("fruit", measures=["psi", "js_distance"], **keywords)
    if not attributes:
        result.attrs = {}
    assert reading.scores_of(result) == ["psi", "js_distance"]
    drift = FRUIT.info_theory.drift(FRUIT, "fruit", measure="psi", rng=0)
    assert reading.scores_of(drift) == ["excess"]
    assert reading.scores_of(FRUIT.assign(column="c")) == []
    assert (reading.is_drift(drift), reading.is_drift(result)) == (True, False)
    for frame, first in ((result, "psi"), (drift, "score")):
        names = reading.beside(frame, first)
        assert set(names) <= set(frame.columns)
        assert reading.beside(frame, names[1]) == names
        assert [reading.excess_of(frame, name) for name in names] == ["", "psi", ""]


def test_several_measures_have_one_name() -> None:
    frame = drift_of([0.1, 0.2], [0.0, 0.1], ["ok", "drift"])
    assert reading.judged_by(frame) == "psi"
    assert reading.judged_by(frame.assign(measure=["psi", "hellinger"])) == "score"


def test_units() -> None:
    frame = pd.DataFrame({"column": ["c"], "unit": ["bit"]})
    names = ["entropy", "js_distance", "js_distance_excess", "psi", "psi_excess", "hellinger"]
    units = [reading.unit_of(frame, name) for name in names]
    assert units == ["bit", "√bit", "√bit", "", "", ""]
    assert reading.unit_of(frame.drop(columns="unit"), "entropy") == ""
    with pytest.raises(ValueError, match=r"^result mixes the units 'bit', 'nat'; one scale"):
        reading.unit_of(pd.DataFrame({"unit": ["bit", "nat"]}), "entropy")


def test_what_is_judged() -> None:
    frame = drift_of(
        [0.5, math.inf, NAN, 0.2, 0.3],
        [0.4, NAN, NAN, 0.1, 0.2],
        ["drift", "unsure", "ok", "ok", "gone"],
    )
    np.testing.assert_array_equal(reading.judged_in(frame), [0.4, NAN, NAN, 0.1, NAN])
    untested = frame.assign(excess=NAN, noise_floor=NAN)
    np.testing.assert_array_equal(reading.judged_in(untested), [0.5, math.inf, NAN, 0.2, NAN])


def test_statuses_are_counted() -> None:
    frame = drift_of([0.0] * 4, [0.0] * 4, ["ok", "new", "drift", "ok"])
    counts = {"drift": 1, "new": 1, "ok": 2}
    assert list(reading.count_statuses(frame).items()) == list(counts.items())
    levels = pd.CategoricalDtype(["ok", "gone", "new", "drift"])
    assert reading.count_statuses(frame.astype({"status": levels})) == counts
    assert reading.count_statuses(frame.iloc[:0]) == {}


@pytest.mark.parametrize(
    ("values", "numeric", "dated"),
    [
        ([1, 2], True, False),
        (pd.array([1, None], dtype="Int64"), True, False),
        ([True, False], False, False),
        (["a", "b"], False, False),
        (DAYS, False, True),
        (DAYS.tz_localize("UTC"), False, True),
        (DAYS.to_period("D"), False, True),
        (list(DAYS.date), False, False),
        (DAYS - DAYS[0], False, False),
    ],
)
def test_kinds_of_columns(values: Any, *, numeric: bool, dated: bool) -> None:
    column = pd.Series(values)
    assert (reading.is_numeric(column), reading.is_dated(column)) == (numeric, dated)


def test_missing_values() -> None:
    assert all(map(reading.is_missing, [None, NAN, pd.NA, pd.NaT]))
    present = ["", "nan", 0, (), [None], (None,), datetime.date(2024, 1, 1), math.inf]
    assert not any(map(reading.is_missing, present))


def test_segments() -> None:
    keys = FRUIT[["shop", "day"]].iloc[:2]

    def write(name: Any, value: Any) -> str:
        return f"{name}={value:%d}" if name == "day" else value

    assert reading.segments(keys, write) == ["a, day=01", "b, day=02"]
    assert reading.segments(keys[[]], write) == ["all rows"] * 2


def test_numbers_without_a_value() -> None:
    assert [reading.infinity(one) for one in (math.inf, -math.inf)] == ["∞", "-∞"]
    assert reading.NO_VALUE == "–"  # noqa: RUF001
