"""Cuts of times as texts, and back."""

from __future__ import annotations

import pandas as pd
import pytest

from pdkl.codes.groupers import grouper_of, grouper_text

ZONED = pd.Timestamp("2020-01-01 06:00", tz="Europe/Rome")


@pytest.mark.parametrize(
    "asked",
    [
        {"freq": "D"},
        {"freq": "W"},
        {"freq": "MS"},
        {"freq": "7h", "closed": "right", "label": "left"},
        {"freq": "5D", "origin": "epoch", "offset": "36h"},
        {"freq": "90min", "offset": "-1h"},
        {"freq": "3D", "origin": pd.Timestamp("2020-01-01 06:00:00.5")},
        {"freq": "72h", "origin": ZONED},
    ],
)
def test_a_text_gives_the_cut_back(asked: dict[str, object]) -> None:
    grouper: pd.Grouper = pd.Grouper(key="time", **asked)  # type: ignore[call-overload]
    again = grouper_of("time", grouper_text(grouper))
    assert again.key == "time"
    assert grouper_text(again) == grouper_text(grouper)
    zone = "Europe/Rome" if asked.get("origin") is ZONED else None
    times = pd.date_range("2026-01-02 03:04:05", periods=500, freq="47min", tz=zone)
    frame = pd.DataFrame({"time": times})
    pd.testing.assert_series_equal(frame.groupby(again).size(), frame.groupby(grouper).size())
