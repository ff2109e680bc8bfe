"""What the picture of changes shows, read back from its artists."""

import sys
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_hex
from matplotlib.dates import date2num, num2date
from matplotlib.figure import Figure

import pdkl
from tests.support.drawn import HOSTILE, columns_of, fails, legend_of, renders, texts

MONTHS = pd.period_range("2023-01", periods=12, freq="M")


def parts(rows: list[tuple[Any, ...]], keys: Sequence[str] = (), column: str = "k") -> pd.DataFrame:
    """Make what InfoTheory.changes gives, as far as it is drawn: keys, stretch, kind, …"""
    frame = pd.DataFrame(rows, columns=[*keys, "stretch", "kind", "start", "end", "top_category"])
    frame.insert(len(keys), "column", column)
    return frame


def counts(times: Any, tables: Mapping[str, Sequence[float]], key: str = "month") -> pd.DataFrame:
    """Count the categories of each time; the numbers of a category stand in the order of times."""
    frame = pd.DataFrame({key: times, **tables}).melt(id_vars=[key], var_name="k", value_name="n")
    return frame.astype({"k": "str"}) if frame[key].notna().all() else frame


def shares(times: Any, tables: Mapping[str, Sequence[float]], **keywords: Any) -> pd.DataFrame:
    data = counts(times, tables)
    return pdkl.InfoTheory(data).distribution("k", by="month", weights="n", **keywords)


# x falls in the seventh month; in the third y is a lot for once
TABLES = {
    "x": [60, 60, 30, 60, 60, 60, 20, 20, 20, 20, 20, 20],
    "y": [30, 30, 60, 30, 30, 30, 30, 30, 30, 30, 30, 30],
    "z": [10, 10, 10, 10, 10, 10, 50, 50, 50, 50, 50, 50],
}
SHARES = shares(MONTHS, TABLES)
FOUND = parts(
    [
        (1, "stretch", MONTHS[0], MONTHS[5], None),
        (1, "anomaly", MONTHS[2], MONTHS[2], "y"),
        (2, "stretch", MONTHS[6], MONTHS[11], "z"),
    ]
)


def found_with(**columns: Any) -> pd.DataFrame:
    return FOUND.assign(**columns)


def several(result: pd.DataFrame, of: pd.DataFrame) -> list[Axes]:
    axes = pdkl.plot.changes(result, shares=of)
    assert isinstance(axes, np.ndarray)
    renders(axes[0])
    return list(axes)


def one(result: pd.DataFrame, of: pd.DataFrame, **keywords: Any) -> Axes:
    ax = pdkl.plot.changes(result, shares=of, **keywords)
    assert isinstance(ax, Axes)
    renders(ax)
    return ax


def areas(ax: Axes) -> list[PolyCollection]:
    return [found for found in ax.collections if isinstance(found, PolyCollection)]


def height(area: PolyCollection, x: float) -> float:
    """Measure how high an area is at a place, between the edges that pass it."""
    found = [
        float(y0)
        for path in area.get_paths()
        for (x0, y0), (x1, _) in pairwise(np.asarray(path.vertices))
        if min(x0, x1) < x < max(x0, x1)
    ]
    return max(found) - min(found) if found else 0.0


def heights(ax: Axes, x: float) -> list[float]:
    return [height(area, x) for area in areas(ax)]


def colors_of(ax: Axes) -> list[str]:
    return [to_hex(np.asarray(area.get_facecolor())[0]) for area in areas(ax)]


def cuts(ax: Axes) -> list[float]:
    return [float(np.asarray(line.get_xdata())[0]) for line in ax.lines if line.get_marker() != "v"]


def marks(ax: Axes) -> list[float]:
    found = [line for line in ax.lines if line.get_marker() == "v"]
    return [float(x) for line in found for x in np.asarray(line.get_xdata())]


def written(ax: Axes) -> list[str]:
    return [text for text in texts(ax) if text]


# ---- one column -----------------------------------------------------------------------------


def test_shares_are_areas_on_top_of_each_other() -> None:
    ax = one(FOUND, SHARES)
    # what drives something first, the largest at the bottom; the legend reads from the top
    assert legend_of(ax) == ["z", "y", "x"]
    by_name = {"x": 0, "y": 1, "z": 2}
    starts = date2num(MONTHS.to_timestamp())
    for month, start in enumerate(starts):
        at = heights(ax, start + 10)
        for name, table in TABLES.items():
            assert at[by_name[name]] == pytest.approx(table[month] / 100, abs=1e-8)
    assert ax.get_ylim() == (0.0, 1.0)
    assert (ax.get_title(), ax.get_ylabel()) == ("k: 1 change, 1 anomaly", "share")


def test_changes_are_lines_and_anomalies_marks() -> None:
    ax = one(FOUND, SHARES)
    assert cuts(ax) == [date2num(MONTHS[6].to_timestamp())]
    middle = (date2num(MONTHS[2].to_timestamp()) + date2num(MONTHS[3].to_timestamp())) / 2
    assert marks(ax) == [middle]
    assert sorted(written(ax)) == ["y", "z"]
    assert ax.get_xlabel() == "month\nline: a change, with what drives it most   ▼: an anomaly"


def test_frames_of_the_library_fit_each_other() -> None:
    data = counts(MONTHS, {name: [10 * n for n in table] for name, table in TABLES.items()})
    result = data.info_theory.changes("k", by="month", weights="n")
    ax = one(result, SHARES)
    assert cuts(ax) == [date2num(MONTHS[6].to_timestamp())]
    assert ax.get_title() == "k: 1 change, 1 anomaly"


def test_nothing_changed() -> None:
    ax = one(FOUND.iloc[:1], SHARES)
    assert (cuts(ax), marks(ax), written(ax)) == ([], [], [])
    assert (ax.get_title(), ax.get_xlabel()) == ("k: no change", "month")


def test_frames_stay_as_they_are() -> None:
    before = FOUND.copy(), SHARES.copy()
    pdkl.plot.changes(FOUND, shares=SHARES)
    pd.testing.assert_frame_equal(FOUND, before[0])
    pd.testing.assert_frame_equal(SHARES, before[1])


def test_a_long_gap_stays_empty() -> None:
    some = SHARES[~SHARES["month"].isin(MONTHS[4:6])]
    result = found_with(end=[MONTHS[3], MONTHS[2], MONTHS[11]])
    ax = one(result, some)
    for area in areas(ax):
        assert len(area.get_paths()) == 2
        (left, right) = (np.asarray(path.vertices)[:, 0] for path in area.get_paths())
        assert num2date(left.max()).strftime("%Y-%m-%d") in {
            "2023-04-30",
            "2023-05-01",
            "2023-05-02",
        }
        assert right.min() == date2num(MONTHS[6].to_timestamp())


TIMES = MONTHS.to_timestamp()


@pytest.mark.parametrize(
    ("key", "place"),
    [
        (pd.Series(TIMES), date2num(TIMES[6])),
        (pd.Series(TIMES.tz_localize("Asia/Tokyo")), date2num(TIMES[6]) - 9 / 24),
        (pd.Series([time.date() for time in TIMES], dtype=object), date2num(TIMES[6])),
        (pd.Series(TIMES, dtype="timestamp[us][pyarrow]"), date2num(TIMES[6])),
        (pd.Series(range(2001, 2013)), 2006.5),
        (pd.Series(np.arange(12.0) / 2, dtype="Float64"), 2.75),
        (pd.Series([f"week {i:02d}" for i in range(12)]), 5.5),
        (pd.Series(pd.Categorical(list("lkjihgfedcba"), list("lkjihgfedcbaz"), ordered=True)), 5.5),
        (pd.Series(pd.to_timedelta(range(12), unit="h")), 5.5),
    ],
)
@pytest.mark.parametrize("width", [3.5, 10])
def test_every_kind_of_time(key: Any, place: float, width: float) -> None:
    of = shares(key, TABLES)
    result = found_with(start=key[[0, 2, 6]].array, end=key[[5, 2, 11]].array)
    figure = Figure(figsize=(width, 3), layout="constrained")
    ax = one(result, of, ax=figure.subplots())
    assert cuts(ax) == [pytest.approx(place)]
    boxes = [
        label.get_window_extent() for label in ax.get_xticklabels() if label.get_text().strip()
    ]
    low, high = ax.get_xlim()
    at = [x for x in ax.get_xticks() if low <= x <= high]
    assert at
    boxes = sorted(boxes, key=lambda box: box.x0)
    assert all(left.x1 < right.x0 for left, right in pairwise(boxes))


def test_text_stands_in_the_order_of_all_groups() -> None:
    rows = [("a", "w1", 1), ("a", "w3", 1), ("b", "w1", 1), ("b", "w2", 1), ("b", "w3", 1)]
    data = pd.DataFrame(rows, columns=["shop", "week", "n"]).assign(k="x")
    of = data.info_theory.distribution("k", by=["shop", "week"], weights="n")
    found = parts(
        [("a", 1, "stretch", "w1", "w3", None), ("b", 1, "stretch", "w1", "w3", None)], ["shop"]
    )
    first, second = several(found, of)
    assert columns_of(first) == columns_of(second) == ["w1", "w2", "w3"]
    assert len(areas(first)[0].get_paths()) == 2  # no row of a in w2
    assert len(areas(second)[0].get_paths()) == 1


def test_rows_without_a_time_are_named() -> None:
    lost = SHARES.assign(month=SHARES["month"].where(SHARES["month"] != MONTHS[11]))
    ax = one(found_with(end=[MONTHS[5], MONTHS[2], MONTHS[10]]), lost)
    assert ax.get_xlabel().endswith("not shown: 3 rows without a time")


def test_a_period_of_missing_values_only_is_empty() -> None:
    of = SHARES.copy()
    of.loc[of["month"] == MONTHS[4], "probability"] = np.nan
    assert all(len(area.get_paths()) == 2 for area in areas(one(FOUND, of)))


# ---- categories -----------------------------------------------------------------------------


def many(n: int) -> pd.DataFrame:
    return shares(MONTHS, {f"c{i:02d}": [100 - i] * 12 for i in range(n)})


@pytest.mark.parametrize("n", [5, 50])
def test_what_drives_a_change_is_shown_by_name(n: int) -> None:
    result = found_with(top_category=[None, f"c{n - 1:02d}", "c00"])
    ax = one(result, many(n))
    shown = legend_of(ax)[::-1]
    assert {"c00", f"c{n - 1:02d}"} <= set(shown)
    if n > 6:
        assert shown == ["c00", "c01", "c02", "c03", "c04", "c49", "other (44)"]
    assert sum(heights(ax, date2num(TIMES[3]) + 5)) == pytest.approx(1.0, abs=1e-7)
    colors = colors_of(ax)
    assert len(set(colors)) == len(colors) == len(shown)


@pytest.mark.parametrize("top", [1, 7, 12])
def test_top_categories(top: int) -> None:
    ax = one(found_with(top_category=[None, None, "c03"]), many(20), top=top)
    assert len(legend_of(ax)) == top + 1
    assert "c03" in legend_of(ax)
    assert len(set(colors_of(ax))) == top + 1


def test_bins_keep_their_order() -> None:
    x = np.tile([-50.0, 1.0, 12.0, 12.0, 200.0], 12)
    data = pd.DataFrame({"month": MONTHS.repeat(5), "k": x})
    bins = {"k": [0, 10, 20]}
    of = data.info_theory.distribution("k", by="month", bins=bins)
    result = found_with(top_category=[None, "below 0", "[0, 10)"])
    ax = one(result, of)
    assert legend_of(ax)[::-1] == ["below 0", "0 to 10", "10 to 20", "above 20"]
    assert texts(ax) == ["0 to 10", "below 0"]


def test_missing_values_are_a_category() -> None:
    data = counts(MONTHS, TABLES)
    data["k"] = data["k"].mask(data["k"] == "z")
    of = data.info_theory.distribution("k", by="month", weights="n", dropna=False)
    ax = one(found_with(top_category=[None, "y", "(missing)"]), of)
    assert "(missing)" in legend_of(ax)
    assert sorted(written(ax)) == ["(missing)", "y"]


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_no_formulas(name: str) -> None:
    data = counts(MONTHS, TABLES).replace({"k": {"z": name}})
    data = data.rename(columns={"k": name, "month": f"{name}2"})
    of = data.info_theory.distribution(name, by=f"{name}2", weights="n")
    result = found_with(column=name, top_category=[None, "y", name])
    ax = one(result, of)
    shown = name.replace("\n", " ")
    assert shown in legend_of(ax)
    assert shown in written(ax)
    assert ax.get_title() == f"{shown}: 1 change, 1 anomaly"
    assert ax.get_xlabel().startswith(f"{shown}2\n")


def test_names_that_have_no_room_are_counted() -> None:
    days = pd.period_range("2024-01-01", periods=60, freq="D")
    of = shares(days, {"a long name of a category": [1] * 60, "b": [1] * 60})
    rows = [
        (i + 1, "stretch", days[2 * i], days[2 * i + 1], "a long name of a category")
        for i in range(30)
    ]
    ax = one(parts(rows), of)
    assert ax.get_title() == "k: 29 changes"
    assert len(cuts(ax)) == 29
    shown = len(written(ax))
    assert 5 <= shown < 29
    assert f"no room for {29 - shown} names" in " ".join(ax.get_xlabel().split())
    boxes = [text.get_window_extent() for text in ax.texts if text.get_text()]
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[i + 1 :])


# ---- several --------------------------------------------------------------------------------


def by_shop() -> tuple[pd.DataFrame, pd.DataFrame]:
    frames = [counts(MONTHS, TABLES).assign(shop=shop) for shop in "ab"]
    data = pd.concat(frames, ignore_index=True)
    found = pd.concat([FOUND.assign(shop="a"), FOUND.iloc[:1].assign(shop="b")], ignore_index=True)
    found = found[["shop", *FOUND.columns]]
    return found, data.info_theory.distribution("k", by=["shop", "month"], weights="n")


def test_groups_have_an_axes_each_and_one_legend() -> None:
    found, of = by_shop()
    axes = several(found, of)
    assert [ax.get_title() for ax in axes] == ["k, a: 1 change, 1 anomaly", "k, b: no change"]
    (legend,) = axes[0].figure.legends
    assert {text.get_text() for text in legend.get_texts()} == {"x", "y", "z"}
    assert legend_of(axes[0]) == legend_of(axes[1]) == []
    assert axes[0].get_xlim() == axes[1].get_xlim()
    assert axes[0].figure.get_supxlabel().startswith("month\nline: a change")


def test_columns_have_a_legend_each() -> None:
    data = counts(MONTHS, TABLES).assign(other="o")
    of = data.info_theory.distribution(["k", "other"], by="month", weights="n")
    found = pd.concat([FOUND, FOUND.iloc[:1].assign(column="other")])
    first, second = several(found, of)
    assert set(legend_of(first)) == {"x", "y", "z"}
    assert legend_of(second) == ["o"]


def test_a_part_of_the_groups_is_drawn_alone() -> None:
    found, of = by_shop()
    assert one(found[found["shop"] == "b"], of).get_title() == "k, b: no change"


def test_error_without_matplotlib(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [one for one in sys.modules if one.startswith("matplotlib")]:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ImportError) as caught:
        pdkl.plot.changes(FOUND, shares=SHARES)
    monkeypatch.undo()
    assert str(caught.value) == (
        "pdkl.plot needs matplotlib. Install it with: pip install 'pdkl[plot]'"
    )


def test_errors() -> None:
    found, of = by_shop()
    changes = pdkl.plot.changes
    remedy = (
        "which result names. Pass to df.info_theory.distribution(...) the same columns, by=, "
        "weights= and bins= as to changes, with dropna=False."
    )
    fails(
        TypeError,
        "result lacks the columns 'stretch', 'kind', 'start', 'end', 'top_category'; pass what "
        "df.info_theory.changes(...) gave.",
        lambda: changes(SHARES, shares=SHARES),
    )
    fails(
        TypeError,
        "shares lacks the columns 'category', 'probability'; pass what "
        "df.info_theory.distribution(...) gave.",
        lambda: changes(FOUND, shares=FOUND),
    )
    fails(
        TypeError,
        "shares must be a frame of a distribution; got str.",
        lambda: changes(FOUND, shares="k"),  # type: ignore[arg-type]
    )
    fails(ValueError, "result has no row to draw.", lambda: changes(FOUND[:0], shares=SHARES))
    fails(ValueError, "shares has no row to draw.", lambda: changes(FOUND, shares=SHARES[:0]))
    fails(
        ValueError,
        "top must be at most 12, which is what a figure can show; got 13.",
        lambda: changes(FOUND, shares=SHARES, top=13),
    )
    fails(
        ValueError,
        "shares must have the time as key, and nothing else; got the keys 'shop', 'month'. Pass "
        "the same by= to df.info_theory.distribution(...) as to changes.",
        lambda: changes(FOUND, shares=of),
    )
    fails(
        ValueError,
        "shares must have the keys 'shop' of result and the time, and nothing else; got the keys "
        "'month'. Pass the same by= to df.info_theory.distribution(...) as to changes.",
        lambda: changes(found, shares=SHARES),
    )
    fails(
        ValueError,
        "shares must have the time as key, and nothing else; got no key. Pass the same by= to "
        "df.info_theory.distribution(...) as to changes.",
        lambda: changes(FOUND, shares=SHARES.drop(columns="month")),
    )
    fails(
        ValueError,
        f"shares lacks 'k, b', {remedy}",
        lambda: changes(found, shares=of[of["shop"] == "a"]),
    )
    fails(
        ValueError,
        f"shares lacks the period '2023-07', {remedy}",
        lambda: changes(FOUND, shares=SHARES[SHARES["month"] != MONTHS[6]]),
    )
    fails(
        ValueError,
        f"shares lacks the category 'w' of 'k', {remedy}",
        lambda: changes(found_with(top_category=[None, "y", "w"]), shares=SHARES),
    )
    fails(
        ValueError,
        "shares must hold whole groups: in 'k, 2023-01' the probabilities add up to 0.7, not to 1. "
        "Filter by group only; top= leaves out small shares.",
        lambda: changes(
            FOUND, shares=SHARES[SHARES["category"].ne("y") | (SHARES["month"] != MONTHS[0])]
        ),
    )
    fails(
        ValueError,
        "shares has no row with a time to draw.",
        lambda: changes(
            found_with(start=pd.NaT, end=pd.NaT),
            shares=SHARES.assign(month=pd.Series(pd.NaT, SHARES.index)),
        ),
    )
    figure = Figure()
    fails(
        ValueError,
        "ax is for one column in one group; result has 2. Leave ax out for small multiples, or "
        "filter the result.",
        lambda: changes(found, shares=of, ax=figure.subplots()),
    )
    more = pd.concat([found_with(column=f"c{i}") for i in range(25)])
    fails(
        ValueError,
        "result has 25 columns and groups, more than the 24 a figure can show. Filter it first.",
        lambda: changes(more, shares=SHARES),
    )


@pytest.mark.parametrize("dtype", ["float64", "float32", "int64", "Float64"])
@pytest.mark.parametrize("bins", [None, 5, {"v": 5}])
def test_shares_are_cut_where_changes_has_cut(dtype: Any, bins: Any) -> None:
    rng = np.random.default_rng(0)
    # the largest value is so frequent that it has a bin of its own
    values = np.minimum(np.append(rng.lognormal(0, 1, 1000), rng.lognormal(1, 1, 1000)) * 10, 60)
    df = pd.DataFrame({"day": pd.date_range("2026-01-01", periods=20).repeat(100)})
    df["v"] = values.astype(int) if dtype == "int64" else values
    df["v"] = df["v"].astype(dtype)
    when = df.info_theory.changes("v", by="day", bins=bins)
    edges = when.attrs["pdkl"]["edges"]
    assert edges["v"][-1] >= edges["v"][-2]
    assert len(when) > 1
    shares = df.info_theory.distribution("v", by="day", bins=edges, dropna=False)
    assert set(when["top_category"].dropna()) <= set(shares["category"])
    ax = pdkl.plot.changes(when, shares=shares)
    assert isinstance(ax, Axes)
    (mark,) = ax.texts
    assert mark.get_text()


def test_shares_cut_elsewhere_are_told_where() -> None:
    df = pd.DataFrame({"day": pd.date_range("2026-01-01", periods=20).repeat(50)})
    df["v"] = np.append(np.arange(500) % 97, np.arange(500) % 61 + 60.0) ** 2
    when = df.info_theory.changes("v", by="day", bins=5)
    other = df.info_theory.distribution("v", by="day", bins=5, dropna=False)
    name = when["top_category"].dropna().iloc[0]
    fails(
        ValueError,
        f"shares lacks the category {name!r} of 'v', which result names. Pass to "
        "df.info_theory.distribution(...) the same columns, by=, weights= and bins= as to changes, "
        "with dropna=False. Numbers are cut where changes has cut them by "
        'bins=result.attrs["pdkl"]["edges"]; for times pass the same edges to both.',
        lambda: pdkl.plot.changes(when, shares=other),
    )
