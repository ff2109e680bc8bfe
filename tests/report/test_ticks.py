"""The labels of a time axis: at round times of the clock, none over another."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdkl.report.ticks import Tick, depth_of, path, placing, step_of, ticks
from pdkl.results.times import read_moments

LETTER, LEFT, RIGHT, WIDTH = 6.0, 44, 708, 720


def of(times: Any) -> list[Tick]:
    return ticks(read_moments(pd.Series(times)), LEFT, RIGHT, width=WIDTH, letter=LETTER)


def said(times: Any) -> list[str]:
    return [" ".join([tick.below, tick.label]).strip() for tick in of(times)]


@pytest.mark.parametrize(
    ("times", "labels"),
    [
        (
            pd.date_range("2026-05-04 10:00:58", periods=5, freq="s"),
            ["2026-05-04 10:00:58", "10:00:59", "10:01:00", "10:01:01", "10:01:02"],
        ),
        (
            pd.date_range("2026-05-04 10:00", periods=4, freq="500ms"),
            ["2026-05-04 10:00:00.0", *(f"10:00:0{i / 10:.1f}" for i in range(2, 16, 2))],
        ),
        (
            pd.date_range("2026-05-04 22:00", periods=3, freq="2h"),
            [
                *("2026-05-04 22:00", "22:30", "23:00", "23:30", "2026-05-05 00:00"),
                *("00:30", "01:00", "01:30", "02:00"),
            ],
        ),
        (pd.date_range("2026-05-04", periods=2), ["2026-05-04", "2026-05-05"]),
        (  # weeks begin where the periods do
            pd.date_range("2026-05-03", periods=4, freq="W"),
            ["2026-05-03", "2026-05-10", "2026-05-17", "2026-05-24"],
        ),
        (  # and else on Mondays
            pd.date_range("2026-05-01", periods=30),
            ["2026-05-04", "2026-05-11", "2026-05-18", "2026-05-25"],
        ),
        (
            pd.period_range("2025-11", periods=4, freq="M"),
            ["2025-11", "2025-12", "2026-01", "2026-02"],
        ),
        (
            pd.date_range("2025", periods=365),
            ["2025-01", "2025-03", "2025-05", "2025-07", "2025-09", "2025-11"],
        ),
        (pd.period_range("2021", periods=4, freq="Y"), ["2021", "2022", "2023", "2024"]),
        (
            pd.date_range("1985", periods=42, freq="YS"),
            ["1985", "1990", "1995", "2000", "2005", "2010", "2015", "2020", "2025"],
        ),
        (pd.period_range("0950", periods=700, freq="Y"), [f"{y:04}" for y in range(950, 1650, 50)]),
        (  # a day that a zone leaves out has no label
            pd.date_range("2011-12-28 10:00", periods=5, tz="UTC").tz_convert("Pacific/Apia"),
            ["2011-12-28", "2011-12-29", "2011-12-31", "2012-01-01", "2012-01-02"],
        ),
    ],
)
def test_labels(times: Any, labels: list[str]) -> None:
    assert said(times) == labels


@pytest.mark.parametrize("day", ["2026-03-28", "2026-10-24"])
def test_days_of_23_and_25_hours(day: str) -> None:
    """Labels stand where the clock on the wall says so, the first time where it does twice."""
    hours = pd.date_range(f"{day} 18:00", periods=30, freq="h", tz="Europe/Berlin")
    place = placing(read_moments(pd.Series(hours)), LEFT, RIGHT)
    date = day
    found = of(hours)
    assert len(found) > 8
    for tick in found:
        date = tick.below or date
        wall = pd.Timestamp(f"{date} {tick.label}")
        utc = wall.tz_localize("Europe/Berlin", ambiguous=True).tz_convert("UTC").tz_localize(None)
        assert tick.x == pytest.approx(float(place(np.datetime64(utc, "us"))), abs=0.051)
    assert [tick.label for tick in found].count("02:00") == ("10-24" in day)


@given(
    st.datetimes(pd.Timestamp("1700-01-01"), pd.Timestamp("2200-01-01")),
    st.floats(-5.5, 10),
    st.integers(2, 400),
    st.sampled_from([None, "UTC", "Europe/Berlin", "Asia/Kathmandu", "America/St_Johns"]),
)
def test_no_label_is_over_another_or_beyond_the_drawing(
    start: Any, power: float, number: int, zone: str | None
) -> None:
    """Whatever the span, from microseconds to centuries."""
    step = max(int(10**power * 1e6 / number), 1)
    since = pd.Timestamp(start).to_datetime64().astype("datetime64[us]").astype(np.int64)
    times = pd.Series((since + step * np.arange(number)).astype("datetime64[us]"))
    found = of(times if zone is None else times.dt.tz_localize("UTC").dt.tz_convert(zone))
    for middles in (
        [(tick.middle, tick.label) for tick in found],
        [(tick.middle_below, tick.below) for tick in found if tick.below],
    ):
        boxes = [(m - LETTER * len(t) / 2, m + LETTER * len(t) / 2) for m, t in middles]
        assert all(one[1] < other[0] for one, other in pairwise(boxes))
        assert all(min(box) >= -0.06 and max(box) <= WIDTH + 0.06 for box in boxes)
    assert all(LEFT - 0.1 <= tick.x <= RIGHT + 0.1 for tick in found)


def test_room_below() -> None:
    assert depth_of(of(pd.date_range("2026", periods=2))) == 22
    assert depth_of(of(pd.date_range("2026", periods=2, freq="h"))) == 36


def test_steps_and_paths() -> None:
    assert [step_of(one) for one in (0.011, 0.2, 0.21, 30, 70)] == [0.02, 0.2, 0.5, 50, 100]
    assert path([(1.0, 2.0), (1.24, 1.0), (3.0, 1.5)]) == "M1 2l0.2-1l1.8 0.5"
    points = [(i * 0.333, (i * 7 % 5) * 0.777) for i in range(300)]
    steps = path(points).replace("M", "l").replace("-", " -").split("l")[1:]
    ways = np.array([[float(one) for one in step.split()] for step in steps])
    assert np.abs(ways.cumsum(axis=0) - points).max() < 0.0501  # what is rounded adds up to nothing
