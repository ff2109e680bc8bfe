"""Where periods stand in time."""

from __future__ import annotations

import datetime
from typing import Any

import pandas as pd
import pytest

from pdkl.codes.steps import positions


@pytest.mark.parametrize("zone", [None, "Europe/Berlin", "UTC"])
@pytest.mark.parametrize(
    ("freq", "rhythm"), [("D", 7), ("h", 24), ("W", None), ("2D", None), ("15min", None)]
)
def test_steps_of_fixed_length_count_also_those_that_are_left_out(
    freq: str, rhythm: int | None, zone: str | None
) -> None:
    times = pd.Series(pd.date_range("2024-03-20", periods=40, freq=freq, tz=zone))
    kept = times.drop([3, 4, 30]).reset_index(drop=True)  # over the change to summer time
    for key in ("t", pd.Grouper(key="t", freq=freq)):
        where, length = positions(kept, key)
        assert list(where) == [i for i in range(40) if i not in (3, 4, 30)]
        assert length == rhythm


def test_months_are_steps_of_a_grouper() -> None:
    times = pd.Series(pd.date_range("2024-01-01", periods=12, freq="MS")).drop([5])
    where, rhythm = positions(times.reset_index(drop=True), pd.Grouper(key="t", freq="MS"))
    assert list(where) == [0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11]
    assert rhythm is None
    where, _ = positions(times.reset_index(drop=True), "t")
    assert list(where) == list(range(11))  # without it, they have no common length


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 2, 5], [0, 1, 4]),
        ([0.5, 1.0, 2.5], [0, 1, 4]),
        ([1.0, 2.5, 3.2], [0, 1, 2]),
        (["a", "b", "d"], [0, 1, 2]),
        ([datetime.date(2024, 1, 1), datetime.date(2024, 1, 3)], [0, 1]),
        ([7], [0]),
        ([], []),
    ],
)
def test_other_keys(values: list[Any], expected: list[int]) -> None:
    assert list(positions(pd.Series(values, dtype=object).infer_objects(), "t")[0]) == expected


def test_periods_of_pandas() -> None:
    days = pd.Series(pd.PeriodIndex(["2024-01-01", "2024-01-02", "2024-01-05"], freq="D"))
    where, rhythm = positions(days, "t")
    assert list(where) == [0, 1, 4]
    assert rhythm == 7
