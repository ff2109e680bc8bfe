"""What timeline and distribution show, read back from their artists."""

import math
import re
import sys
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.colors import same_color
from matplotlib.dates import date2num
from matplotlib.figure import Figure

import pdkl
from tests.support.drawn import (
    EVERY,
    FRUIT,
    HOSTILE,
    INF,
    NAN,
    columns_of,
    drift_frame,
    fails,
    legend_of,
    pairs,
    renders,
    rows_of,
    texts,
)

# ---- timeline -----------------------------------------------------------------------------------


def scores(
    rows: list[tuple[Any, ...]], keys: Sequence[str] = ("day",), **columns: Any
) -> pd.DataFrame:
    """Make a frame of scores by hand: keys, column, score."""
    frame = pd.DataFrame(rows, columns=[*keys, "column", "js_divergence"])
    return frame.assign(**columns, unit="bit")


DAYS = pd.to_datetime(["2024-01-01", "2024-01-02", "2024-01-09", "2024-01-10"])


def line(ax: Axes, i: int = 0) -> tuple[list[float], list[float]]:
    """Give the points of line i; the markers are lines of their own, without a stroke."""
    drawn = [one for one in ax.lines if one.get_linestyle() in ("-", "--")]
    x, y = (np.asarray(values) for values in drawn[i].get_data())
    return x.tolist(), y.tolist()


def markers(ax: Axes, color: str, *, full: bool) -> list[float]:
    found = [one for one in ax.lines if one.get_linestyle() == "None"]
    found = [one for one in found if same_color(one.get_color(), color)]
    return [
        value
        for one in found
        if same_color(one.get_markerfacecolor(), color) == full
        for value in np.asarray(one.get_ydata()).tolist()
    ]


BLUE, RED = "#0072b2", "#d55e00"


def test_timeline_has_real_dates() -> None:
    rows = [(day, "fruit", score) for day, score in zip(DAYS, [0.1, 0.3, 0.2, 0.4], strict=True)]
    frame = scores(rows)
    ax = pdkl.plot.timeline(frame.iloc[[2, 0, 3, 1]])
    assert line(ax) == (date2num(DAYS).tolist(), [0.1, 0.3, 0.2, 0.4])
    assert ax.get_ylabel() == "js_divergence (bit)"
    assert (ax.get_title(), ax.get_xlabel()) == ("JS divergence of fruit by day", "day")
    assert ax.get_ylim()[0] == 0.0
    assert legend_of(ax) == []
    renders(ax)
    assert "Jan" in columns_of(ax)[0] + ax.xaxis.get_offset_text().get_text()


@pytest.mark.parametrize(
    ("key", "places"),
    [
        (pd.Series(DAYS.to_period("D")), date2num(DAYS)),
        (pd.Series([day.date() for day in DAYS], dtype=object), date2num(DAYS)),
        (pd.Series(DAYS).astype("datetime64[ns]"), date2num(DAYS)),
        (pd.Series(DAYS, dtype="timestamp[us][pyarrow]"), date2num(DAYS)),
        (pd.Series(DAYS.tz_localize("UTC").tz_convert("Asia/Tokyo")), date2num(DAYS)),
        (pd.Series([2013, 2014, 2016, 2020]), [2013, 2014, 2016, 2020]),
        (pd.Series([0.5, 1.5, 2.5, 9.5], dtype="Float64"), [0.5, 1.5, 2.5, 9.5]),
        (pd.Series(["2024-01", "2024-02", "2024-03", "2025-01"]), [0, 1, 2, 3]),
        (pd.Series(pd.Categorical(list("xawb"), list("xyawb"), ordered=True)), [0, 1, 2, 3]),
        (pd.Series(pd.to_timedelta([1, 2, 3, 9], unit="h")), [0, 1, 2, 3]),
        (pd.Series([False, True]), [0, 1]),
    ],
)
def test_timeline_of_every_kind_of_time(key: Any, places: Any) -> None:
    frame = scores([(0, "fruit", 0.1 * i) for i in range(len(key))]).assign(day=key)
    ax = pdkl.plot.timeline(frame)
    assert line(ax)[0] == list(places)
    renders(ax)


def test_timeline_names_its_times() -> None:
    def of(key: Any) -> Axes:
        ax = pdkl.plot.timeline(scores([(value, "fruit", 0.1) for value in key]))
        renders(ax)
        return ax

    assert of(DAYS.tz_localize("Asia/Tokyo")).get_xlabel() == "day (Asia/Tokyo)"
    months = [f"2024-{month:02}" for month in range(1, 13)]
    assert columns_of(of(months)) == months[::2]  # as many as fit
    assert columns_of(of(["x", "a", "w"])) == ["x", "a", "w"]
    assert all(float(text).is_integer() for text in columns_of(of([1, 2, 3])))


def test_timeline_of_a_frame_of_the_library() -> None:
    data = pd.DataFrame(
        {"time": pd.date_range("2024-01-01", periods=60, freq="D"), "fruit": list("ffgghk") * 10}
    )
    by = pd.Grouper(key="time", freq="W")
    result = data.info_theory.kl_divergence(
        "fruit", by=by, against="previous", smoothing=1, test=True, rng=0, base="bit"
    )
    ax = pdkl.plot.timeline(result)
    x, y = line(ax)
    assert x == date2num(result["time"].to_numpy()).tolist()
    np.testing.assert_array_equal(y, result["kl_divergence"])
    assert math.isnan(y[0])  # nothing before the first week
    assert ax.get_title() == "KL divergence of fruit by time against the one before"
    excess = pdkl.plot.timeline(result, score="kl_divergence_excess")
    assert excess.get_ylabel() == "kl_divergence in excess of noise (bit)"
    entropy = pdkl.plot.timeline(data.info_theory.entropy("fruit", by=by))
    assert (entropy.get_title(), entropy.get_ylabel()) == (
        "Entropy of fruit by time",
        "entropy (nat)",
    )


def band(ax: Axes) -> dict[float, float]:
    """Give the upper edge of the only band at each place."""
    (found,) = (one for one in ax.collections if isinstance(one, PolyCollection))
    points = np.concatenate([path.vertices for path in found.get_paths()])
    return {x: float(points[points[:, 0] == x, 1].max()) for x in np.unique(points[:, 0])}


def test_timeline_has_a_band_to_the_noise_floor() -> None:
    frame = scores(
        [(day, "fruit", score) for day, score in zip(DAYS, (0.1, 0.3, 0.2, 0.05), strict=True)],
        js_divergence_noise_floor=[0.15, 0.12, 0.2, 0.1],
    )
    ax = pdkl.plot.timeline(frame, threshold=0.25)
    assert list(band(ax).values()) == [0.15, 0.12, 0.2, 0.1]
    assert markers(ax, BLUE, full=True) == [0.3]
    assert markers(ax, BLUE, full=False) == [0.1, 0.2, 0.05]  # on the floor is within the noise
    notes = ["band: up to the noise floor", "hollow: within the noise", "dotted: threshold 0.25"]
    assert re.split(r"\n|   ", ax.get_xlabel()) == ["day", *notes]
    (level,) = (one for one in ax.lines if one.get_linestyle() == ":")
    assert np.asarray(level.get_ydata()).tolist() == [0.25, 0.25]


def test_timeline_of_drift_draws_the_excess() -> None:
    frame = drift_frame([(DAYS[0], "fruit", "drift", 0.4), (DAYS[1], "fruit", "ok", -0.02)])
    ax = pdkl.plot.timeline(frame)
    assert ax.get_ylabel() == "js_distance in excess of noise"
    assert line(ax)[1] == [0.4, -0.02]
    assert ax.get_xlabel().endswith("dotted: threshold 0.1")
    # the floor as an excess: of a root, by the squares
    first, second = (0.4**2 + 0.03**2 - 0.4**2, 0.02**2 + 0.03**2 + 0.02**2)
    expected = [math.sqrt(0.05**2 - mean) for mean in (first, second)]
    assert list(band(ax).values()) == pytest.approx(expected, rel=1e-12)
    assert ax.get_ylim()[0] < -0.02
    raw = pdkl.plot.timeline(frame, score="score")
    assert "threshold" not in raw.get_xlabel()  # it is for the excess
    assert list(band(raw).values()) == [0.05, 0.05]


def test_floor_of_an_excess_in_units() -> None:
    frame = scores(
        [(day, "fruit", 0.5) for day in DAYS],
        js_divergence_excess=0.4,
        js_divergence_noise_floor=0.25,
    )
    ax = pdkl.plot.timeline(frame, score="js_divergence_excess")
    assert list(band(ax).values()) == pytest.approx([0.15] * 4)


def test_timeline_marks_infinite_scores_and_leaves_gaps() -> None:
    values = [0.1, INF, NAN, 0.2]
    rows = [(day, "fruit", score) for day, score in zip(DAYS, values, strict=True)]
    rows += [(DAYS[0], "size", INF)]
    ax = pdkl.plot.timeline(scores(rows))
    np.testing.assert_array_equal(line(ax)[1], [0.1, NAN, NAN, 0.2])
    assert texts(ax) == ["∞", "∞"]
    places = [(text.xy[0], text.get_color()) for text in ax.texts]  # type: ignore[attr-defined]
    assert places == [(date2num(DAYS[1]), BLUE), (date2num(DAYS[0]), RED)]
    assert ax.texts[0].xyann != ax.texts[1].xyann  # type: ignore[attr-defined]
    assert all(math.isfinite(edge) for edge in ax.get_ylim())
    renders(ax)
    nothing = pdkl.plot.timeline(scores([(day, "fruit", NAN) for day in DAYS]))
    renders(nothing)


def test_timeline_has_a_line_per_column_and_group() -> None:
    rows = [
        (day, shop, column, i + j + k)
        for i, day in enumerate(DAYS)
        for j, shop in enumerate("ab")
        for k, column in enumerate(["fruit", "size"])
    ]
    ax = pdkl.plot.timeline(scores(rows, keys=["day", "shop"]))
    assert ax.get_title() == "JS divergence of 2 columns by day, shop"
    # the highest at the end comes first
    assert legend_of(ax) == ["size, b", "size, a", "fruit, b", "fruit, a"]
    assert line(ax, 3)[1] == [2, 3, 4, 5]
    shops = pdkl.plot.timeline(
        scores([(day, s, "fruit", 1.0) for day in DAYS for s in (1, None)], keys=["day", "shop"])
    )
    assert legend_of(shops) == ["shop 1", "shop (missing)"] or legend_of(shops) == [
        "shop 1.0",
        "shop (missing)",
    ]


def test_lines_differ_by_more_than_colour() -> None:
    rows = [(day, f"c{i:02}", float(i)) for day in DAYS for i in range(12)]
    ax = pdkl.plot.timeline(scores(rows))
    legend = ax.get_legend()
    assert legend is not None
    looks = {(one.get_color(), one.get_marker(), one.get_linestyle()) for one in legend.get_lines()}
    assert len(looks) == 12
    assert len({look[1:] for look in looks}) == 12


def test_many_lines_have_no_bands() -> None:
    for n_lines, n_bands in ((4, 4), (5, 0)):
        rows = [(day, f"c{i}", float(i)) for day in DAYS for i in range(n_lines)]
        ax = pdkl.plot.timeline(scores(rows, js_divergence_noise_floor=1.5))
        found = [one for one in ax.collections if isinstance(one, PolyCollection)]
        assert len(found) == n_bands
        assert ("hollow: within the noise" in ax.get_xlabel()) is True


def test_timeline_says_what_it_cannot_place() -> None:
    frame = scores([(DAYS[0], "fruit", 0.1), (DAYS[1], "fruit", 0.2), (None, "fruit", 0.3)])
    ax = pdkl.plot.timeline(frame)
    assert line(ax)[1] == [0.1, 0.2]
    assert ax.get_xlabel() == "day\nnot shown: 1 rows without a time"
    levels = frame.assign(day=pd.Categorical(["y", "x", None], ["x", "y"]))
    assert line(pdkl.plot.timeline(levels)) == ([0, 1], [0.2, 0.1])


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("width", [3.0, 9.0])
def test_timeline_names_are_no_formulas(name: str, width: float) -> None:
    _, ax = pyplot.subplots(figsize=(width, 3))
    rows = [(day, s, "fruit", 0.1) for day in ("1", "2") for s in (name, "~")]
    pdkl.plot.timeline(scores(rows, keys=[name, "shop"]), time=name, ax=ax)
    assert set(legend_of(ax)) == {name.replace("\n", " "), "~"}
    renders(ax)


@pytest.mark.parametrize("width", [3.5, 10.0])
def test_timeline_keeps_long_names_apart(width: float) -> None:
    names = [f"the long name of week {i:02d}" for i in range(12)]
    figure = Figure(figsize=(width, 3), layout="constrained")
    ax = pdkl.plot.timeline(scores([(name, "fruit", 0.1) for name in names]), ax=figure.subplots())
    renders(ax)
    boxes = [label.get_window_extent() for label in ax.get_xticklabels()]
    assert all(left.x1 < right.x0 for left, right in pairwise(boxes))


def test_timeline_errors() -> None:
    timeline, frame = pdkl.plot.timeline, scores([(DAYS[0], "fruit", 0.1)])
    fails(
        TypeError,
        "result must be a frame of scores over time; got int.",
        lambda: timeline(3),  # type: ignore[arg-type]
    )
    fails(
        TypeError,
        "result has no key of groups, hence no time; pass what a method of df.info_theory with "
        "by=... gave.",
        lambda: timeline(FRUIT.info_theory.entropy("fruit")),
    )
    fails(
        ValueError,
        "time must be one of the keys 'day'; got 'hour'.",
        lambda: timeline(frame, time="hour"),
    )
    fails(
        ValueError,
        "result has the keys 'shop', 'zone', each of which could be the time. Name it: "
        "time='shop'.",
        lambda: timeline(scores([("a", 1, "fruit", 0.1)], keys=["shop", "zone"])),
    )
    fails(
        TypeError,
        "threshold must be a finite number; got 'high'.",
        lambda: timeline(frame, threshold="high"),  # type: ignore[arg-type]
    )
    fails(
        ValueError,
        'result has more than one row for a time and line, as against="pairs" gives. Filter it to '
        "one comparison of each first; plot.heatmap shows pairs.",
        lambda: timeline(pairs()),
    )
    fails(
        ValueError,
        "result has 13 lines to draw, more than the 12 a figure can show. Filter it first; "
        "plot.drift shows many columns and segments.",
        lambda: timeline(scores([(DAYS[0], f"c{i}", 0.1) for i in range(13)])),
    )
    fails(
        ValueError,
        "result has no row with a time to draw.",
        lambda: timeline(frame.assign(day=pd.Series([pd.NaT]))),
    )


# ---- distribution -------------------------------------------------------------------------------


def lengths(ax: Axes, color: str = BLUE) -> list[float]:
    bars = [bar for bar in ax.patches if same_color(bar.get_facecolor(), color)]
    return [float(bar.get_width()) for bar in bars]  # type: ignore[attr-defined]


def test_distribution_has_a_bar_per_category_and_group() -> None:
    ax = pdkl.plot.distribution(FRUIT.info_theory.distribution("fruit", by="shop"))
    assert rows_of(ax) == ["f", "h", "g", "i", "k"]  # by the largest share
    assert lengths(ax) == [0.5, 0.1, 0.3, 0.1, 0.0]
    assert lengths(ax, RED) == [0.2, 0.4, 0.3, 0.0, 0.1]
    assert legend_of(ax) == ["a", "b", "c"]
    legend = ax.get_legend()
    assert legend is not None
    assert legend.get_title().get_text() == "shop"
    assert (ax.get_title(), ax.get_xlabel()) == ("Shares of fruit by shop", "share")
    assert texts(ax)[:5] == ["0.50", "0.10", "0.30", "0.10", "0"]


@pytest.mark.parametrize("top", [1, 2, 4, 5, 9])
def test_distribution_adds_up_what_it_leaves_out(top: int) -> None:
    ax = pdkl.plot.distribution(FRUIT.info_theory.distribution("fruit"), top=top)
    n_other = max(0, 5 - top)
    assert rows_of(ax)[top:] == ([f"other ({n_other})"] if n_other else [])
    written = [float(text.removeprefix("→ ")) for text in texts(ax)]
    assert sum(written) == pytest.approx(1.0, abs=0.011)


def test_distribution_cuts_an_other_that_dwarfs_the_rest() -> None:
    data = pd.DataFrame({"k": np.arange(200) % 100})
    ax = pdkl.plot.distribution(data.info_theory.distribution("k"), top=3)
    assert lengths(ax) == [0.01] * 4
    assert texts(ax) == ["0.010"] * 3 + ["→ 0.97"]


def test_distribution_keeps_bins_in_their_order() -> None:
    data = pd.DataFrame({"x": [5, 5, 5, 1, 12, 30, None, None]})
    result = data.info_theory.distribution("x", bins={"x": [4, 10, 20]}, dropna=False)
    ax = pdkl.plot.distribution(result, top=1)
    assert rows_of(ax) == ["below 4", "4 to 10", "10 to 20", "above 20", "(missing)"]
    assert lengths(ax) == [0.125, 0.375, 0.125, 0.125, 0.25]


def test_distribution_keeps_ordered_levels() -> None:
    size = pd.Categorical(list("lllmsssx"), list("smlx"), ordered=True)
    result = pd.DataFrame({"size": size}).info_theory.distribution("size")
    result["category"] = result["category"].astype(size.dtype)
    assert rows_of(pdkl.plot.distribution(result)) == ["s", "m", "l", "x"]
    assert rows_of(pdkl.plot.distribution(result, top=2)) == ["s", "l", "other (2)"]


def test_distribution_with_smoothing_and_missing_values() -> None:
    data = pd.DataFrame({"fruit": ["f", None, None]})
    result = data.info_theory.distribution("fruit", dropna=False, smoothing="laplace")
    ax = pdkl.plot.distribution(result)
    assert rows_of(ax) == ["(missing)", "f"]
    assert ax.get_xlabel() == "share (smoothing='laplace')"


def test_distribution_of_a_group_without_values() -> None:
    data = pd.DataFrame({"shop": list("aab"), "fruit": pd.Categorical(["f", "g", None])})
    result = data.info_theory.distribution("fruit", by="shop", alphabet="declared", smoothing=1)
    assert result["probability"].isna().any()
    ax = pdkl.plot.distribution(result)
    assert lengths(ax, RED) == [0.0, 0.0]
    assert legend_of(ax) == ["a", "b (no value)"]


def test_distribution_in_a_small_axes_leaves_out_the_digits() -> None:
    result = FRUIT.info_theory.distribution("fruit", by="shop")
    _, ax = pyplot.subplots(figsize=(3, 1.5))
    assert pdkl.plot.distribution(result, ax=ax) is ax
    assert texts(ax) == []
    assert legend_of(ax) == ["a", "b", "c"]
    renders(ax)


@pytest.mark.parametrize("name", HOSTILE)
def test_distribution_names_are_no_formulas(name: str) -> None:
    data = pd.DataFrame({name: [name, "b"], "fruit": [name, name]})
    ax = pdkl.plot.distribution(data.info_theory.distribution("fruit", by=name))
    shown = name.replace("\n", " ")
    assert rows_of(ax) == [shown]
    assert set(legend_of(ax)) == {shown, "b"}
    renders(ax)


def test_distribution_errors() -> None:
    distribution, result = pdkl.plot.distribution, FRUIT.info_theory.distribution("fruit")
    fails(
        TypeError,
        "result lacks the columns 'category', 'count', 'probability'; pass what "
        "df.info_theory.distribution(...) gave.",
        lambda: distribution(FRUIT.info_theory.entropy("fruit")),
    )
    fails(
        ValueError,
        "result holds 2 columns, 'shop', 'fruit'; the picture is for one. Filter it first: "
        "result[result[\"column\"] == 'shop'].",
        lambda: distribution(FRUIT.info_theory.distribution()),
    )
    fails(
        ValueError,
        "result must hold whole groups: the probabilities add up to 0.68, not to 1. Filter by "
        "group only; top= leaves out small shares.",
        lambda: distribution(result[result["category"].isin(["f", "g", "k"])]),
    )
    by_shop = FRUIT.info_theory.distribution("fruit", by="shop")
    fails(
        ValueError,
        "result must hold whole groups: in 'b' the probabilities add up to 0.8, not to 1. Filter "
        "by group only; top= leaves out small shares.",
        lambda: distribution(by_shop[(by_shop["shop"] != "b") | (by_shop["category"] != "f")]),
    )
    seven = pd.DataFrame({"shop": range(7), "fruit": "f"})
    fails(
        ValueError,
        "result has 7 groups, more than the 6 a figure can show. Filter it first.",
        lambda: distribution(seven.info_theory.distribution("fruit", by="shop")),
    )
    numbers = pd.DataFrame({"x": np.arange(61.0)})
    fails(
        ValueError,
        "result has 61 bins, more than the 60 a figure can show. Ask for fewer: bins=...",
        lambda: distribution(numbers.info_theory.distribution("x", bins=61)),
    )
    fails(
        ValueError,
        "top must be at most 60, which is what a figure can show; got 61.",
        lambda: distribution(result, top=61),
    )
    fails(
        TypeError,
        "ax must be a matplotlib Axes; got ndarray.",
        lambda: distribution(result, ax=np.empty(2)),  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    "picture", ["heatmap", "timeline", "drift", "distribution", "histogram", "explain"]
)
def test_error_without_matplotlib(picture: str, monkeypatch: pytest.MonkeyPatch) -> None:
    frames = {
        "heatmap": pairs(),
        "timeline": scores([(DAYS[0], "fruit", 0.1)]),
        "drift": EVERY,
        "distribution": FRUIT.info_theory.distribution("fruit"),
        "histogram": pd.DataFrame({"x": [1, 2, 3]}).info_theory.distribution("x", bins=2),
        "explain": FRUIT.info_theory.explain(FRUIT, progress=False),
    }
    for name in [one for one in sys.modules if one.startswith("matplotlib")]:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ImportError) as caught:
        getattr(pdkl.plot, picture)(frames[picture])
    monkeypatch.undo()
    assert str(caught.value) == (
        "pdkl.plot needs matplotlib. Install it with: pip install 'pdkl[plot]'"
    )
