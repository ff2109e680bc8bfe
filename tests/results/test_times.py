"""Keys that are times: when they are, whatever holds them."""

from __future__ import annotations

import datetime
import zoneinfo
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from pdkl.results.times import is_time, read_moments

BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")
DAY, LATER = datetime.date(2026, 3, 28), datetime.date(2026, 3, 30)
NAIVE = pd.Series(pd.to_datetime([DAY, LATER]))
AWARE = NAIVE.dt.tz_localize(BERLIN)  # between them clocks go forward
UTC = ["2026-03-27T23:00", "2026-03-29T22:00"]


@pytest.mark.parametrize(
    ("keys", "when"),
    [
        (NAIVE, [DAY, LATER]),
        (NAIVE.astype("datetime64[s]"), [DAY, LATER]),
        (NAIVE.astype(object), [DAY, LATER]),
        (NAIVE.astype(pd.ArrowDtype(pa.timestamp("ms"))), [DAY, LATER]),
        (pd.Series([DAY, LATER], dtype=object), [DAY, LATER]),
        (pd.Series([DAY, LATER], dtype=pd.ArrowDtype(pa.date32())), [DAY, LATER]),
        (NAIVE.dt.to_period("D"), [DAY, LATER]),
        (pd.Series(pd.period_range("2026", periods=2, freq="Q")), ["2026-01-01", "2026-04-01"]),
        (pd.Series(pd.period_range("0900", periods=2, freq="Y")), ["0900-01-01", "0901-01-01"]),
        (pd.Series([datetime.date(1500, 3, 3), DAY]), ["1500-03-03", DAY]),
        (AWARE, UTC),
        (AWARE.astype(pd.ArrowDtype(pa.timestamp("us", "Europe/Berlin"))), UTC),
        (AWARE.astype(object), UTC),
    ],
)
def test_moments(keys: pd.Series[Any], when: list[Any]) -> None:
    expected = np.array([*when, None], dtype="datetime64[us]")
    missing = pd.concat([keys, pd.Series([None], dtype=keys.dtype)], ignore_index=True)
    assert is_time(missing)
    found = read_moments(missing)
    np.testing.assert_array_equal(found.when, expected)
    assert str(found.zone) == ("Europe/Berlin" if when is UTC else "None")
    if when is UTC:
        wall = np.array([DAY, LATER, None], dtype="datetime64[us]")
        np.testing.assert_array_equal(found.local(), wall)


@pytest.mark.parametrize(
    "keys",
    [
        [1, 2],
        ["2026-01-01"],
        [None],
        [DAY, pd.Timestamp(DAY)],  # a date and a time have no order
        [AWARE[0], AWARE[0].tz_convert("UTC")],
        [DAY, 1],
    ],
)
def test_what_has_no_order_is_no_time(keys: list[Any]) -> None:
    assert not is_time(pd.Series(keys, dtype=object))
