"""The score over time: where its points are and what they say, for every kind of time."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import pdkl
from pdkl.report.chart import over_time
from pdkl.results.reading import judged_in

DAYS = pd.date_range("2026-05-01", periods=8)


def report(keys: Any, by: Any = "day", **columns: Any) -> pdkl.Report:
    """Compare each of the keys, the last of which differ from the first."""
    rng = np.random.default_rng(0)
    n = len(keys)
    late = np.arange(n).repeat(60) >= n // 2
    data = pd.DataFrame(
        {
            "day": pd.Series(keys).repeat(60).reset_index(drop=True),
            "x": np.where(late & (rng.random(60 * n) < 0.7), "new", rng.choice(["a", "b"], 60 * n)),
            "y": rng.choice(["a", "b"], 60 * n),
            "shop": rng.choice(["north", "south"], 60 * n),
            **columns,
        }
    )
    return pdkl.InfoTheory(data).report(
        data[~late], ["x", "y", *columns], by=by, match=False, rng=0, progress=False
    )


def points(html: str) -> list[str]:
    return re.findall(r"<circle[^>]*><title>(.*?)</title>", html)


@pytest.mark.parametrize(
    "keys",
    [
        DAYS,
        DAYS.tz_localize("America/New_York"),
        DAYS.to_period("D"),
        DAYS.date,
        pd.Series(DAYS.date, dtype=pd.ArrowDtype(pa.date32())),
        pd.Series(DAYS).astype(pd.ArrowDtype(pa.timestamp("s"))),
    ],
)
def test_points_are_where_their_times_are(keys: Any) -> None:
    found = report(keys)
    chart = over_time(found.frame)
    assert chart is not None
    assert chart["zone"] == ("America/New_York" if getattr(keys, "tz", None) else "")
    line = chart["lines"][0]
    assert line["name"] == "x"
    excess = judged_in(found.frame[found.frame["column"] == "x"]).clip(lower=0.0).to_numpy()
    x = [dot["x"] for dot in line["dots"]]
    np.testing.assert_allclose(x, np.linspace(chart["left"], chart["right"], 8), atol=0.051)
    y = np.array([dot["y"] for dot in line["dots"]])
    floor, limit = chart["bottom"], chart["threshold"]
    np.testing.assert_allclose((floor - y) / (floor - limit), excess / 0.1, atol=0.01)
    assert [tick.label for tick in chart["ticks"]][:2] == ["2026-05-01", "2026-05-02"]


def test_each_point_says_what_it_is() -> None:
    found = report(DAYS)
    said = points(found.to_html() or "")
    assert len(said) == 16
    row = found.frame[found.frame["column"] == "x"].iloc[-1]
    numbers = [f"{row[name]:.3f}" for name in ("score", "excess", "noise_floor")]
    assert said[7] == (
        "x, 2026-05-08: js_distance {}, excess {}, noise floor {}, drift".format(*numbers)
    )
    assert (found.to_html() or "").count('class="dot drift"') == found.frame["status"].eq(
        "drift"
    ).sum()


def test_of_several_segments_the_worst_is_shown() -> None:
    found = report(DAYS, by=["day", "shop"])
    chart = over_time(found.frame)
    assert chart is not None
    assert chart["others"] == "shop"
    own = found.frame[found.frame["column"] == "x"]
    excess = judged_in(own).clip(lower=0.0)
    worst = own.assign(e=-excess).sort_values("e", kind="stable").drop_duplicates("day")
    shops = worst.sort_values("day")["shop"]
    titles = [dot["title"] for dot in chart["lines"][0]["dots"]]
    assert [title.split(":")[0] for title in titles] == [
        f"x, {day:%Y-%m-%d}, {shop}" for day, shop in zip(DAYS, shops, strict=True)
    ]


def test_many_points_stay_few_and_keep_the_highest() -> None:
    found = report(pd.date_range("2020", periods=500, freq="h"))
    chart = over_time(found.frame)
    assert chart is not None
    dots = [dot for line in chart["lines"] for dot in line["dots"]]
    assert len(dots) == 200
    assert chart["some"]
    when = found.frame["day"].iloc[int(np.nanargmax(judged_in(found.frame)))]
    assert any(dot["title"].startswith(f"x, {when}") for dot in dots)
    assert all(line["path"].count("l") == 239 for line in chart["lines"])
    assert len("".join(line["path"] for line in chart["lines"])) < 6_000


def test_changes_are_marked_where_they_are() -> None:
    html = report(DAYS).to_html() or ""
    (mark,) = re.findall(r'<g class="l0"><title>(.*?)</title>', html)
    assert mark.startswith("x changed on 2026-05-05: more new (+")
    assert re.search(r", js_distance 0\.\d{3}, p [<0.\d]+$", mark.replace("&lt;", "<"))
    (x,) = re.findall(r'<path class="cut" d="M([\d.]+) ', html.split('id="changes"')[0])
    assert float(x) == pytest.approx(44 + 4 / 7 * (708 - 44), abs=0.051)


def test_a_column_that_is_not_drawn_has_no_mark() -> None:
    names = {f"c{i}": np.where(np.arange(480) < 240, "a", "b") for i in range(6)}
    html = report(DAYS, **names).to_html() or ""
    assert len(re.findall(r'class="cut"', html.split('id="changes"')[0])) == 5
