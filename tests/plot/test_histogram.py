"""What the histogram shows, read back from its artists."""

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import same_color
from matplotlib.figure import Figure

import pdkl
from tests.support.drawn import HOSTILE, columns_of, fails, legend_of, renders

BLUE, RED = "#0072b2", "#d55e00"
ARRIVALS = pd.DataFrame(
    {
        "half": ["first"] * 5 + ["second"] * 5,
        "delay": [-40.0, 1, 12, 12, 14, 3, 11, 90, 95, 100],
    }
)
BINS = {"delay": [0, 10, 20, 60]}


def one(result: pd.DataFrame, **keywords: Any) -> Axes:
    ax = pdkl.plot.histogram(result, **keywords)
    renders(ax)
    return ax


def heights(ax: Axes, color: str = BLUE) -> list[float]:
    bars = [bar for bar in ax.patches if same_color(bar.get_facecolor(), color)]
    return [round(float(bar.get_height()), 9) for bar in bars]  # type: ignore[attr-defined]


def of_sides(data: pd.DataFrame = ARRIVALS, **keywords: Any) -> pd.DataFrame:
    first, second = (data[data["half"] == half] for half in ("first", "second"))
    keywords = {"bins": BINS, **keywords}
    return pdkl.InfoTheory(second).contributions("delay", reference=first, **keywords)


def test_two_sides_stand_beside_each_other_in_the_order_of_values() -> None:
    ax = one(of_sides())
    assert columns_of(ax) == ["←", "0", "10", "20", "60", "→"]
    assert heights(ax) == [0.0, 0.2, 0.2, 0.0, 0.6]
    assert heights(ax, RED) == [0.2, 0.2, 0.6, 0.0, 0.0]
    assert legend_of(ax) == ["P", "Q"]
    assert (ax.get_title(), ax.get_ylabel()) == ("Shares of delay against the reference", "share")
    assert ax.get_xlabel() == "delay\nbins of unequal widths, drawn alike"


@pytest.mark.parametrize("by", [None, "half"])
def test_shares_of_a_distribution(by: str | None) -> None:
    ax = one(ARRIVALS.info_theory.distribution("delay", by=by, bins=BINS))
    assert columns_of(ax) == ["←", "0", "10", "20", "60", "→"]
    if by is None:
        assert heights(ax) == [0.1, 0.2, 0.4, 0.0, 0.3]
        assert legend_of(ax) == []
    else:
        assert heights(ax) == [0.2, 0.2, 0.6, 0.0, 0.0]
        assert heights(ax, RED) == [0.0, 0.2, 0.2, 0.0, 0.6]
        assert legend_of(ax) == ["first", "second"]
    assert ax.get_title() == f"Shares of delay{' by half' if by else ''}"


def test_bars_lie_between_their_edges() -> None:
    ax = one(of_sides())
    ticks = ax.get_xticks().tolist()
    for i, (bar, other) in enumerate(zip(ax.patches[:5], ax.patches[5:], strict=True)):
        low, middle = bar.get_x(), other.get_x()  # type: ignore[attr-defined]
        high = middle + other.get_width()  # type: ignore[attr-defined]
        assert ticks[i] < low < middle < high < ticks[i + 1]
        assert low + bar.get_width() == pytest.approx(middle)  # type: ignore[attr-defined]


def test_what_is_missing_stands_apart() -> None:
    missing = pd.DataFrame({"half": ["second"] * 5, "delay": [np.nan] * 5})
    data = pd.concat([ARRIVALS, missing], ignore_index=True)
    ax = one(of_sides(data, dropna=False))
    assert columns_of(ax)[-1] == "\n(missing)"
    assert heights(ax) == [0.0, 0.1, 0.1, 0.0, 0.3, 0.5]
    assert heights(ax, RED)[-1] == 0.0
    assert ax.get_xticks()[-1] - ax.get_xticks()[-2] == pytest.approx(1.0)


def test_equal_bins_say_nothing_of_widths() -> None:
    data = pd.DataFrame({"x": np.linspace(0, 100, 101)})
    ax = one(data.info_theory.distribution("x", bins=4, binning="width"))
    assert columns_of(ax) == ["0", "25", "50", "75", "100"]
    assert ax.get_xlabel() == "x"


@pytest.mark.parametrize(
    ("values", "edges"),
    [
        ([0, 1e9, 2e9, 3e9], ["0", "1,000,000,000", "2,000,000,000", "3,000,000,000"]),
        ([-12345.678, 0.5, 1.25, 4], ["-12,350", "0.5", "1.25", "4"]),
        ([0, 0.00012, 0.00013, 1], ["0", "0.00012", "0.00013", "1"]),
        ([1000, 1000.01, 1000.02, 1001], ["1000", "1000.01", "1000.02", "1001"]),
        ([0, 1e-9, 1e16, 1e17], ["0", "1e-09", "1e+16", "1e+17"]),
    ],
)
def test_edges_are_plain_numbers(values: list[float], edges: list[str]) -> None:
    data = pd.DataFrame({"x": np.repeat([(a + b) / 2 for a, b in pairwise(values)], 3)})
    ax = one(data.info_theory.distribution("x", bins={"x": values}))
    assert columns_of(ax) == edges


def test_edges_of_times_and_durations() -> None:
    times = pd.DataFrame({"x": pd.date_range("2024-01-01", "2024-01-09", periods=9)})
    edges = pd.DatetimeIndex(["2024-01-01 00:00", "2024-01-04 12:00", "2024-01-08 00:00"])
    ax = one(times.info_theory.distribution("x", bins={"x": edges}))
    assert columns_of(ax) == ["2024-01-01", "2024-01-04 12:00", "2024-01-08", "→"]
    spans = pd.DataFrame({"x": pd.to_timedelta([1, 2, 30], unit="h")})
    hours = pd.to_timedelta([0, 2, 24], unit="h")
    ax = one(spans.info_theory.distribution("x", bins={"x": hours}))
    assert columns_of(ax) == ["00:00:00", "02:00:00", "1 days 00:00:00", "→"]
    assert heights(ax) == pytest.approx([1 / 3] * 3)


def test_bins_of_one_kind_among_several() -> None:
    data = ARRIVALS.assign(delay=ARRIVALS["delay"] - 500, span=pd.to_timedelta(range(10), unit="h"))
    bins = {"delay": [-1000, -490, -480], "span": pd.to_timedelta([0, 3, 9], unit="h")}
    both = data.info_theory.distribution(["delay", "span"], bins=bins)
    assert both["low"].dtype in ("str", object)
    ax = one(both[both["column"] == "delay"])
    assert columns_of(ax) == ["-1000", "-490", "-480", "→"]
    assert heights(ax) == [0.3, 0.4, 0.3]
    ax = one(both[both["column"] == "span"])
    assert columns_of(ax) == ["00:00:00", "03:00:00", "09:00:00"]
    when = data.assign(when=pd.date_range("2024", periods=10, freq="1h1s"))
    days = pd.to_datetime(["2024-01-01", "2024-01-02"])
    both = when.info_theory.distribution(["delay", "when"], bins={**bins, "when": days})
    ax = one(both[both["column"] == "when"])
    assert columns_of(ax) == ["2024-01-01", "2024-01-02"]
    both = data.info_theory.distribution(["delay", "span"], bins=bins)
    # the picture of all categories puts them in the same order
    ax = pdkl.plot.distribution(both[both["column"] == "delay"])
    rows = [label.get_text() for label in ax.get_yticklabels()]
    assert rows == ["-1000 to -490", "-490 to -480", "above -480"]


def test_a_gap_is_an_empty_bin() -> None:
    result = ARRIVALS.info_theory.distribution("delay", bins={"delay": [-50, 0, 10, 50, 80, 100]})
    seen = result[result["count"] > 0]
    assert len(seen) == 4
    ax = one(seen)
    assert columns_of(ax) == ["-50", "0", "10", "50", "80", "100"]
    assert heights(ax) == [0.1, 0.2, 0.4, 0.0, 0.3]


@pytest.mark.parametrize("n", [5, 50])
@pytest.mark.parametrize("width", [3.5, 10.0])
def test_edges_keep_apart(n: int, width: float) -> None:
    data = pd.DataFrame({"x": np.linspace(-1e6, 1e6, 600), "half": ["a", "b"] * 300})
    result = data.info_theory.distribution("x", by="half", bins=n, binning="width")
    figure = Figure(figsize=(width, 3), layout="constrained")
    ax = one(result, ax=figure.subplots())
    boxes = [label.get_window_extent() for label in ax.get_xticklabels()]
    assert len(boxes) >= 2
    assert all(left.x1 < right.x0 for left, right in pairwise(boxes))
    assert (columns_of(ax)[0], columns_of(ax)[-1]) == ("-1,000,000", "1,000,000")
    assert len(heights(ax)) == n


def test_a_side_without_values_is_named() -> None:
    data = ARRIVALS.assign(delay=ARRIVALS["delay"].where(ARRIVALS["half"] == "first"))
    bins = {"delay": [0, 10, 20, 60]}
    by = data.info_theory.distribution("delay", by="half", bins=bins, alphabet="declared")
    some = by[by["half"] == "first"]
    none = some.assign(half="second", probability=np.nan)
    ax = one(pd.concat([some, none]))
    assert legend_of(ax) == ["first", "second (no value)"]
    ax = one(of_sides(data))
    assert legend_of(ax) == ["P (no value)", "Q (no value)"]
    assert set(heights(ax)) == {0.0}


def test_entropy_has_one_side() -> None:
    ax = one(of_sides(measure="entropy"))
    assert heights(ax, RED) == []
    assert (ax.get_title(), legend_of(ax)) == ("Shares of delay", [])


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_no_formulas(name: str) -> None:
    data = ARRIVALS.rename(columns={"delay": name}).replace({"half": {"first": name}})
    result = data.info_theory.distribution(name, by="half", bins={name: BINS["delay"]})
    ax = one(result)
    shown = name.replace("\n", " ")
    assert shown in legend_of(ax)
    assert ax.get_title() == f"Shares of {shown} by half"


def test_errors() -> None:
    histogram, fruit = pdkl.plot.histogram, pd.DataFrame({"k": list("aab"), "g": [1, 2, 3]})
    call = "df.info_theory.contributions(..., bins=...) or distribution(..., bins=...)"
    fails(
        TypeError,
        f"result lacks the columns 'low', 'high'; pass what {call} gave.",
        lambda: histogram(fruit.info_theory.distribution("k")),
    )
    fails(
        TypeError,
        f"result lacks the column 'probability', or 'p' and 'q'; pass what {call} gave.",
        lambda: histogram(of_sides().drop(columns="p")),
    )
    both = ARRIVALS.assign(k="a").info_theory.distribution(["k", "delay"], bins=BINS)
    fails(
        ValueError,
        "result holds 2 columns, 'k', 'delay'; the picture is for one. Filter it first: "
        "result[result[\"column\"] == 'k'].",
        lambda: histogram(both),
    )
    fails(
        ValueError,
        "result has no bins of 'k', only categories. Ask for bins=..., or draw it with "
        "plot.distribution or plot.contributions.",
        lambda: histogram(both[both["column"] == "k"]),
    )
    pairs = ARRIVALS.info_theory.contributions("delay", by="half", against="pairs", bins=BINS)
    fails(
        ValueError,
        "result has 2 comparisons; the picture is for one. Filter it first.",
        lambda: histogram(pairs),
    )
    three = ARRIVALS.assign(half=[1, 2, 3, 1, 2] * 2)
    fails(
        ValueError,
        "result has 3 groups, more than the 2 a figure can show. Filter it first.",
        lambda: histogram(three.info_theory.distribution("delay", by="half", bins=BINS)),
    )
    fails(
        ValueError,
        "result must hold whole groups: the probabilities add up to 0.6, not to 1. Filter by group "
        "only.",
        lambda: histogram(
            ARRIVALS.info_theory.distribution("delay", bins=BINS).query("category != '[10, 20)'")
        ),
    )
    numbers = pd.DataFrame({"x": np.arange(61.0)})
    fails(
        ValueError,
        "result has 61 bins, more than the 60 a figure can show. Ask for fewer: bins=...",
        lambda: histogram(numbers.info_theory.distribution("x", bins=61)),
    )
    fails(
        TypeError,
        "ax must be a matplotlib Axes; got int.",
        lambda: histogram(of_sides(), ax=3),  # type: ignore[arg-type]
    )
