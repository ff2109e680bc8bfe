"""What the waterfall shows, read back from its artists."""

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.colors import same_color

import pdkl
from tests.support.drawn import FRUIT, HOSTILE, fails, renders, rows_of, texts

BLUE, GREEN = "#0072b2", "#009e73"
BEFORE = pd.concat([FRUIT.assign(size=["s", "m", "l", "s", "m"] * 5)] * 20, ignore_index=True)
TODAY = BEFORE.assign(
    fruit=BEFORE["fruit"].where(BEFORE["shop"] != "a", "k"), size=["l", "s", "l", "s", "m"] * 100
)


def of_columns(**keywords: Any) -> pd.DataFrame:
    return pdkl.InfoTheory(TODAY).explain(BEFORE, base="bit", progress=False, **keywords)


def of_segments(column: Any = "fruit", **keywords: Any) -> pd.DataFrame:
    return of_columns(columns=column, by="shop", **keywords)


def spans(ax: Axes) -> list[tuple[float, float]]:
    """Give where each bar begins and ends, from the top down: the pale part and the other."""
    rows: dict[float, list[Any]] = {}
    for bar in ax.patches:
        rows.setdefault(round(bar.get_y(), 6), []).append(bar)  # type: ignore[attr-defined]
    return [
        (bars[0].get_x(), max(bar.get_x() + bar.get_width() for bar in bars))
        for _, bars in sorted(rows.items())
    ]


def test_each_part_begins_where_the_one_before_ends() -> None:
    why = of_columns()
    ax = pdkl.plot.explain(why)
    assert rows_of(ax) == [*why["column"], "together"]
    *parts, whole = spans(ax)
    ends = np.cumsum(why["contribution"])
    np.testing.assert_allclose([end for _, end in parts], ends)
    np.testing.assert_allclose([begin for begin, _ in parts], [0.0, *ends[:-1]])
    total = why["contribution"].sum()
    assert whole == pytest.approx((0.0, total))
    assert ax.get_title().replace("\n", " ") == (
        f"JS divergence of 3 columns together against the reference: {total:#.3g} bit"
    )
    assert texts(ax)[0] == f"{why['contribution'][0]:#.2g} ({why['share'][0]:.0%})"
    assert texts(ax)[-1] == f"{total:#.2g}"
    label, *notes = ax.get_xlabel().split("\n")
    assert label == "contribution (bit)"
    assert [note for line in notes for note in line.split("   ")] == [
        "each given those above", "pale: expected by chance", "upright: noise floor",
    ]  # fmt: skip
    assert ax.yaxis_inverted()


def test_segments_stand_by_what_they_add_after_the_mix() -> None:
    why = of_segments()
    ax = pdkl.plot.explain(why)
    within = why[why["part"] == "within"].sort_values("contribution", ascending=False)
    assert rows_of(ax) == ["mix of shop", *within["shop"], "together"]
    assert ax.get_title().replace("\n", " ").startswith("JS divergence of fruit with shop against ")
    assert "each given" not in ax.get_xlabel()
    sizes = [end - begin for begin, end in spans(ax)]
    np.testing.assert_allclose(
        sizes, [why["contribution"][0], *within["contribution"], why["contribution"].sum()]
    )


def test_pale_is_what_chance_adds_and_a_line_is_the_noise_floor() -> None:
    why = of_segments()
    why.loc[1, "expected"] = 2 * why["contribution"][1]  # no more than the part
    ax = pdkl.plot.explain(why)
    rows = why.iloc[[0, *(1 + np.argsort(-why["contribution"].to_numpy()[1:]))]]
    pale = [bar for bar in ax.patches if bar.get_alpha()]
    assert [same_color(bar.get_facecolor()[:3], BLUE) for bar in pale] == [True] * 4 + [False]
    assert same_color(pale[-1].get_facecolor()[:3], GREEN)
    expected = np.minimum(rows["expected"], rows["contribution"]).tolist()
    found = [bar.get_width() for bar in pale]  # type: ignore[attr-defined]
    np.testing.assert_allclose(found[:-1], expected, atol=1e-15)
    lines = [np.asarray(one.get_xdata())[0] for one in ax.lines if one.get_linewidth() == 1.2]
    begins = np.cumsum(rows["contribution"]) - rows["contribution"]
    np.testing.assert_allclose(lines, begins + rows["noise_floor"])


@pytest.mark.parametrize("top", [1, 2, 3, 4])
def test_small_parts_are_folded(top: int) -> None:
    why = of_segments()
    ax = pdkl.plot.explain(why, top=top)
    rest = 4 - top
    folded = [f"{rest} others" if rest > 1 else "1 other"] if rest else []
    assert rows_of(ax)[0] == "mix of shop"
    assert rows_of(ax)[top:] == [*folded, "together"]
    assert spans(ax)[-1][1] == pytest.approx(spans(ax)[-2][1])
    # columns keep their order, the small ones follow
    steps = of_columns(columns=["size", "fruit", "shop"])
    small = steps["contribution"].abs().nsmallest(max(0, len(steps) - top)).index
    kept = steps.drop(small)["column"].tolist()
    assert rows_of(pdkl.plot.explain(steps, top=top))[: len(kept)] == kept


def test_an_infinite_part_is_hatched() -> None:
    why = of_segments(measure="kl_divergence")
    assert np.isinf(why["contribution"]).any()
    ax = pdkl.plot.explain(why)
    hatched = [bar for bar in ax.patches if bar.get_hatch()]
    assert len(hatched) == np.isinf(why["contribution"]).sum() + 1  # and the whole
    assert texts(ax).count("∞") == len(hatched)
    assert ax.get_title().replace("\n", " ").endswith(": ∞ bit")
    assert all(math.isfinite(edge) for edge in ax.get_xlim())
    renders(ax)


def test_nothing_changed_and_nothing_known() -> None:
    same = pdkl.plot.explain(BEFORE.info_theory.explain(BEFORE, progress=False))
    assert same.get_title().replace("\n", " ").endswith(": 0 nat")
    renders(same)
    why = of_columns().assign(contribution=math.nan, share=math.nan)
    ax = pdkl.plot.explain(why)
    assert (texts(ax), list(ax.patches)) == (["nothing to compare"], [])
    assert ax.get_title().replace("\n", " ").endswith(": NaN")


def test_lost_attrs_leave_a_title() -> None:
    why = of_columns()
    why.attrs.clear()
    title = pdkl.plot.explain(why).get_title().replace("\n", " ")
    assert title.startswith("Change of all columns together against the reference: ")


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_no_formulas(name: str) -> None:
    sides = [side.assign(shop=name).rename(columns={"fruit": name}) for side in (TODAY, BEFORE)]
    why = sides[0].info_theory.explain(sides[1], name, by="shop", progress=False)
    ax = pdkl.plot.explain(why)
    shown = name.replace("\n", " ")
    assert rows_of(ax) == ["mix of shop", shown, "together"]
    assert shown in ax.get_title().replace("\n", " ")
    renders(ax)


def test_in_an_axes_of_the_caller() -> None:
    figure, ax = pyplot.subplots(figsize=(3, 1.2))
    why = of_segments()
    before = why.copy(deep=True)
    assert pdkl.plot.explain(why, ax=ax) is ax
    assert pyplot.get_fignums() == [figure.number]
    pd.testing.assert_frame_equal(why, before)
    renders(ax)


def test_errors() -> None:
    explain, call = pdkl.plot.explain, "pass what df.info_theory.explain(...) gave."
    fails(TypeError, "result must be a frame of parts of a change; got int.", lambda: explain(3))  # type: ignore[arg-type]
    fails(
        TypeError,
        "result lacks the columns 'contribution', 'share', 'expected', 'noise_floor'; " + call,
        lambda: explain(FRUIT.info_theory.entropy("fruit")),
    )
    fails(
        TypeError,
        "result lacks the columns 'step'; " + call,
        lambda: explain(of_columns().drop(columns="step")),
    )
    fails(
        ValueError,
        "result holds 2 columns, 'fruit', 'size'; the picture is for one. Filter it first: "
        "result[result[\"column\"] == 'fruit'].",
        lambda: explain(of_segments(["fruit", "size"])),
    )
    why = of_segments()
    part = why[why["part"] == "mix"]
    fails(
        ValueError,
        f"result must hold whole groups: in 'fruit' the shares add up to {part['share'][0]:.4g}, "
        "not to 1. Filter by group only; top= leaves out small parts.",
        lambda: explain(part),
    )
    fails(ValueError, "result has no row to draw.", lambda: explain(why.iloc[:0]))
    fails(
        ValueError,
        "top must be at most 60, which is what a figure can show; got 61.",
        lambda: explain(why, top=61),
    )
    fails(
        TypeError,
        "top must be a whole number of parts; got 2.5.",
        lambda: explain(why, top=2.5),  # type: ignore[arg-type]
    )
    fails(TypeError, "ax must be a matplotlib Axes; got str.", lambda: explain(why, ax="x"))  # type: ignore[arg-type]
