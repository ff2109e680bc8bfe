"""What heatmap and drift show, read back from their artists."""

import math
import re
from itertools import combinations, pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.colors import to_rgb

import pdkl
from tests.support.drawn import (
    EVERY,
    FRUIT,
    HOSTILE,
    INF,
    NAN,
    cells,
    columns_of,
    drift_frame,
    fails,
    pairs,
    renders,
    rows_of,
    scale_of,
    squares,
    texts,
)

# ---- heatmap ------------------------------------------------------------------------------------


def test_heatmap_has_a_row_per_p_and_a_column_per_q() -> None:
    result = pairs("kl_divergence", base="bit", smoothing=1)
    ax = pdkl.plot.heatmap(result)
    assert rows_of(ax) == columns_of(ax) == ["a", "b", "c"]
    expected = result.pivot_table(
        index="shop", columns="shop_reference", values="kl_divergence"
    ).to_numpy()
    np.testing.assert_array_equal(cells(ax), expected)
    off = ~np.isnan(expected)
    assert texts(ax) == [f"{value:#.2g}" for value in expected[off]]
    assert squares(ax, hatched=True) == squares(ax, hatched=False) == set()
    assert ax.get_title().replace("\n", " ") == (
        "KL divergence of fruit by shop against each other (bit)"
    )
    assert (ax.get_ylabel(), ax.get_xlabel()) == ("P: shop", "Q: shop")
    assert ax.yaxis_inverted()
    bar = ax.figure.axes[1]
    assert scale_of(ax) == "kl_divergence (bit)"
    assert bar.get_ylim() == (0.0, np.nanmax(expected))


def test_heatmap_tells_infinite_from_missing_from_absent() -> None:
    data = pd.concat([FRUIT, pd.DataFrame({"shop": ["d"], "fruit": [None]})])
    ax = pdkl.plot.heatmap(pairs("kl_divergence", data))
    frame = pairs("kl_divergence", data).assign(
        y=lambda f: f["shop"].map("abcd".index), x=lambda f: f["shop_reference"].map("abcd".index)
    )
    infinite = set(frame.loc[np.isinf(frame["kl_divergence"]), ["y", "x"]].itertuples(index=False))
    without = set(frame.loc[frame["kl_divergence"].isna(), ["y", "x"]].itertuples(index=False))
    assert len(infinite) == 4
    assert len(without) == 6
    assert squares(ax, hatched=True) == {tuple(cell) for cell in infinite}
    assert squares(ax, hatched=False) == {tuple(cell) for cell in without}
    assert texts(ax).count("∞") == 4
    assert texts(ax).count("\N{EN DASH}") == 6
    assert len(texts(ax)) == 12  # nothing on the diagonal
    assert ax.get_xlabel() == "Q: shop\n∞ infinite   \N{EN DASH} no value"
    renders(ax)


def test_scale_is_named_within_its_height() -> None:
    flat = drift_frame([(i, "fruit", "ok", 0.01) for i in range(9)])
    ax = pdkl.plot.drift(flat)
    assert scale_of(ax) == "js_distance in excess of noise"
    renders(ax)
    assert ax.figure.axes[1].yaxis.label.get_window_extent().y0 >= 0


def test_heatmap_without_a_finite_score_has_no_scale() -> None:
    data = pd.DataFrame({"shop": list("ab"), "fruit": list("fg")})
    ax = pdkl.plot.heatmap(pairs("kl_divergence", data))
    assert texts(ax) == ["∞", "∞"]
    assert ax.figure.axes == [ax]


def test_heatmap_of_another_column() -> None:
    result = FRUIT.info_theory.divergence(
        "fruit", by="shop", against="pairs", measures=["hellinger", "psi"], smoothing=1, base="bit"
    )
    ax = pdkl.plot.heatmap(result)
    assert scale_of(ax) == "hellinger"  # it has no unit
    other = pdkl.plot.heatmap(result, score="psi")
    assert scale_of(other) == "psi"
    assert np.nanmax(cells(other)) == result["psi"].max()
    result.attrs.clear()
    assert scale_of(pdkl.plot.heatmap(result)) == "hellinger"


def test_heatmap_of_an_excess_below_zero() -> None:
    ax = pdkl.plot.heatmap(pairs(test=True, rng=0), score="js_divergence_excess")
    assert (cells(ax)[np.isfinite(cells(ax))] < 0).any()
    assert scale_of(ax) == "js_divergence in excess of noise (nat)"
    assert any(text.startswith("-") for text in texts(ax))
    renders(ax)


def test_heatmap_keeps_the_order_of_the_groups_in_a_part_of_the_frame() -> None:
    result = pairs()
    ax = pdkl.plot.heatmap(result[result["shop"] != "a"])
    assert (rows_of(ax), columns_of(ax)) == (["b", "c"], ["a", "b", "c"])
    shops = FRUIT.assign(shop=pd.Categorical(FRUIT["shop"], ["c", "a", "b"]))
    assert rows_of(pdkl.plot.heatmap(pairs(data=shops))) == ["c", "a", "b"]
    mixed = FRUIT.assign(shop=FRUIT["shop"].map({"a": 1, "b": "x", "c": None}).astype(object))
    assert set(rows_of(pdkl.plot.heatmap(pairs(data=mixed)))) == {"1", "x", "(missing)"}


def test_heatmap_of_several_keys() -> None:
    data = FRUIT.assign(half=[1, 2] * 12 + [1])
    result = data.info_theory.js_divergence("fruit", by=["shop", "half"], against="pairs")
    ax = pdkl.plot.heatmap(result)
    assert rows_of(ax)[:2] == ["a, half 1", "a, half 2"]
    assert ax.get_ylabel() == "P: shop, half"


def test_ink_can_be_read_on_every_cell() -> None:
    def light(color: Any) -> float:
        part = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in to_rgb(color)]
        return 0.2126 * part[0] + 0.7152 * part[1] + 0.0722 * part[2]

    groups = [f"g{i}" for i in range(12)]
    frame = pd.DataFrame(
        [(p, "x", q, abs(i - j) / 11, "nat") for i, p in enumerate(groups)
         for j, q in enumerate(groups)],
        columns=["g", "column", "g_reference", "js_divergence", "unit"],
    )  # fmt: skip
    for style in ("default", "dark_background"):
        with pyplot.style.context(style):
            ax = pdkl.plot.heatmap(frame)
            (mesh,) = (one for one in ax.collections if isinstance(one, QuadMesh))
            renders(ax)
            for text, face in zip(ax.texts, np.asarray(mesh.get_facecolor()), strict=True):
                low, high = sorted([light(text.get_color()), light(face[:3])])
                assert (high + 0.05) / (low + 0.05) > 4.5


@pytest.mark.parametrize("name", HOSTILE)
def test_heatmap_names_are_no_formulas(name: str) -> None:
    data = pd.DataFrame({name: [name, name, "b"], "fruit": ["f", "g", "f"]})
    ax = pdkl.plot.heatmap(data.info_theory.js_divergence("fruit", by=name, against="pairs"))
    assert set(rows_of(ax)) == {name.replace("\n", " "), "b"}
    assert not any(label.get_parse_math() for label in ax.get_xticklabels())
    renders(ax)


def test_heatmap_in_an_axes_of_the_caller() -> None:
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(4, 2))
    ax = pdkl.plot.heatmap(pairs(), ax=right)
    assert ax is right
    assert not left.texts
    assert pyplot.get_fignums() == [figure.number]
    # no room for the digits, hence colours only
    many = FRUIT.assign(shop=[f"s{i}" for i in range(25)])
    assert texts(pdkl.plot.heatmap(pairs(data=many), ax=left)) == []
    assert len(rows_of(left)) < 25
    renders(left)


def test_heatmap_errors() -> None:
    call = (
        'a comparison such as df.info_theory.js_divergence(..., by=..., against="pairs") or '
        "df.info_theory.mutual_information(...)"
    )
    heatmap, result = pdkl.plot.heatmap, pairs()
    fails(TypeError, "result must be a frame of pairs; got list.", lambda: heatmap([]))  # type: ignore[arg-type]
    fails(
        TypeError,
        f"result lacks the columns 'shop_reference'; pass what {call} gave.",
        lambda: heatmap(FRUIT.info_theory.js_divergence("fruit", by="shop", against="rest")),
    )
    fails(
        TypeError,
        f"result has no groups; pass what {call} gave.",
        lambda: heatmap(FRUIT.info_theory.entropy("fruit")),
    )
    fails(ValueError, "result has no row to draw.", lambda: heatmap(result.iloc[:0]))
    fails(
        ValueError,
        "result has more than one row for a pair. Filter it to one comparison of each pair first.",
        lambda: heatmap(pd.concat([result, result])),
    )
    fails(
        ValueError,
        "result holds 2 columns, 'fruit', 'size'; the picture is for one. Filter it first: "
        "result[result[\"column\"] == 'fruit'].",
        lambda: heatmap(pd.concat([result, result.assign(column="size")])),
    )
    fails(
        ValueError,
        "result mixes the units 'nat', 'bit'; one scale cannot show them. Filter it first.",
        lambda: heatmap(result.assign(unit=["nat", "bit"] * 3)),
    )
    fails(TypeError, "ax must be a matplotlib Axes; got str.", lambda: heatmap(result, ax="x"))  # type: ignore[arg-type]
    with pytest.raises(
        pdkl.ColumnNotFoundError,
        match=re.escape("score names column 'js', which result does not have."),
    ):
        heatmap(result, score="js")
    fails(
        TypeError,
        f"score must name a column of numbers; 'unit' is {result['unit'].dtype}.",
        lambda: heatmap(result, score="unit"),
    )
    bare = result[["shop", "column", "shop_reference", "n"]]
    fails(
        TypeError,
        "result has no score to draw among its columns 'shop', 'column', 'shop_reference', 'n'; "
        "pass what a method of df.info_theory gave.",
        lambda: heatmap(bare),
    )
    many = pd.DataFrame({"shop": range(61), "fruit": "f"})
    fails(
        ValueError,
        "result has 61 groups, more than the 60 a figure can show. Filter it first, or compare "
        'each group with one other thing, for instance against="rest".',
        lambda: heatmap(pairs(data=many)),
    )


# ---- heatmap of columns -------------------------------------------------------------------------


TOLD = pd.DataFrame(
    {
        "a": [1, 2, 3, 4] * 30,
        "b": [1, 1, 2, 2, 3, 3] * 20,
        "c": [1, 2, 3, 4, 4, 4] * 20,
        "d": [1, 2, 3, 4] * 29 + [1] * 4,
    }
)
EACH = [list(side) for side in zip(*combinations(TOLD.columns, 2), strict=True)]


@pytest.mark.parametrize("method", ["mutual_information", "variation_of_information"])
def test_heatmap_of_columns_has_each_pair_on_both_sides(method: str) -> None:
    result = getattr(TOLD.info_theory, method)(*EACH, base="bit")
    ax = pdkl.plot.heatmap(result)
    assert rows_of(ax) == columns_of(ax) == list("abcd")
    found = cells(ax)
    np.testing.assert_array_equal(found, found.T)
    assert np.isnan(np.diag(found)).all()
    np.testing.assert_array_equal(found[np.triu_indices(4, 1)], result[method])
    name = method.replace("_", " ").capitalize()
    assert " ".join(ax.get_title().split()) == f"{name} of each two of 4 columns (bit)"
    assert scale_of(ax) == f"{method} (bit)"
    assert (ax.get_ylabel(), ax.get_xlabel()) == ("x", "y")


def test_heatmap_of_columns_with_one_other() -> None:
    result = TOLD.info_theory.mutual_information(["a", "b"], "c", normalized="max")
    ax = pdkl.plot.heatmap(result)
    assert (rows_of(ax), columns_of(ax)) == (["a", "b"], ["c"])
    title = "Normalized mutual information of 2 columns with c"
    assert " ".join(ax.get_title().split()) == title
    assert scale_of(ax) == "mutual_information"
    given = TOLD.info_theory.mutual_information("a", "b", given="c", test=True)
    excess = pdkl.plot.heatmap(given, score="mutual_information_excess")
    assert " ".join(excess.get_title().split()) == (
        "Mutual information in excess of noise of a with b given c (nat)"
    )
    grouped = TOLD.info_theory.mutual_information("a", "b", by="c")
    one = pdkl.plot.heatmap(grouped[grouped["c"] == 4])
    assert " ".join(one.get_title().split()) == "Mutual information of a with b, 4 (nat)"


def test_heatmap_clusters_what_is_near() -> None:
    # a and d are nearly the same, b and c tell of each other
    result = TOLD.info_theory.mutual_information(*EACH)
    ax = pdkl.plot.heatmap(result, cluster=True)
    order = rows_of(ax)
    assert columns_of(ax) == order
    assert sorted(order) == list("abcd")
    assert abs(order.index("a") - order.index("d")) == 1
    value = result.set_index(["x", "y"])["mutual_information"]
    np.testing.assert_array_equal(
        cells(ax),
        [[value.get((p, q), value.get((q, p), NAN)) for q in order] for p in order],
    )
    shops = pd.DataFrame({"shop": list("acb") * 9, "fruit": ["f", "g", "f"] * 8 + ["f", "g", "h"]})
    near = pdkl.plot.heatmap(pairs("kl_divergence", shops), cluster=True)
    assert rows_of(near) in ([*"abc"], [*"bac"], [*"cab"], [*"cba"])
    assert rows_of(near) == columns_of(near)


def test_heatmap_is_square_and_its_scale_as_high() -> None:
    many = FRUIT.assign(shop=[f"s{i}" for i in range(25)])
    for width in (3.5, 10.0):
        figure = pyplot.figure(figsize=(width, 4.2), layout="constrained")
        ax = pdkl.plot.heatmap(pairs(data=many), ax=figure.subplots())
        renders(ax)
        box, bar = (one.get_window_extent() for one in figure.axes)
        assert box.width == pytest.approx(box.height)
        assert (bar.y0, bar.y1) == pytest.approx((box.y0, box.y1))
        assert 0 < bar.x0 - box.x1 < 0.1 * box.width + 12


def test_heatmap_of_columns_errors() -> None:
    heatmap, told = pdkl.plot.heatmap, TOLD.info_theory.mutual_information
    fails(
        ValueError,
        "result has 3 groups; the picture of columns is for one. Filter it first.",
        lambda: heatmap(told("a", "c", by="b")),
    )
    fails(
        ValueError,
        "cluster needs rows and columns that are of the same things; result compares 'a', 'b' with "
        "'c'. Leave cluster out.",
        lambda: heatmap(told(["a", "b"], "c"), cluster=True),
    )
    fails(
        TypeError,
        "cluster must be True or False; got 'yes'.",
        lambda: heatmap(told("a", "b"), cluster="yes"),  # type: ignore[arg-type]
    )
    twice = told("a", "b")
    fails(
        ValueError,
        "result has more than one row for a pair. Filter it to one comparison of each pair first.",
        lambda: heatmap(pd.concat([twice, twice])),
    )
    names = [f"c{i}" for i in range(61)]
    many = pd.DataFrame({"x": names, "y": "late", "n": 9, "mutual_information": 0.1, "unit": "nat"})
    fails(
        ValueError,
        "result has 61 columns, more than the 60 a figure can show. Filter it first, or ask for "
        "fewer.",
        lambda: heatmap(many),
    )


# ---- drift --------------------------------------------------------------------------------------


def test_drift_shows_columns_by_segments() -> None:
    ax = pdkl.plot.drift(EVERY)
    assert rows_of(ax) == ["fruit", "size", "id", "gone"]
    assert columns_of(ax) == ["a", "b", "c"]
    dash = "\N{EN DASH}"
    grid = [["0.31 ▲", "0.00", "empty"], ["0.12 ?", "new", "error"], [dash, "0.02"], ["gone"]]
    assert texts(ax) == [text for row in grid for text in row]
    expected = [[0.31, -0.004, NAN], [0.12, NAN, NAN], [NAN, NAN, 0.02], [NAN, NAN, NAN]]
    np.testing.assert_array_equal(cells(ax), expected)
    assert squares(ax, hatched=True) == {(0, 2), (1, 1), (1, 2), (3, 1)}
    assert squares(ax, hatched=False) == {(2, 0)}
    bold = [text.get_text() for text in ax.texts if text.get_fontweight() == "bold"]
    assert bold == ["0.31 ▲"]
    assert " ".join(ax.get_title().split()) == (
        "JS distance of 4 columns by shop 1 drift, 1 error, 1 gone, 1 new, 1 empty, 1 unsure, 3 ok"
    )
    name, *marks = ax.get_xlabel().split("\n")
    assert name == "shop"
    assert re.split(r"\s{2,}", "   ".join(marks)) == [
        "▲ drift", "! error", "⊖ gone", "⊕ new", "∅ empty", "? unsure: not significant",
        f"{dash} no value",
    ]  # fmt: skip


@pytest.mark.parametrize("measure", ["js_distance", "psi", "hellinger"])
def test_drift_of_the_library(measure: str) -> None:
    reference = pd.concat([FRUIT.assign(size="s")] * 10)
    today = reference.assign(size="l", fruit=reference["fruit"].where(reference["shop"] != "a"))
    result = today.info_theory.drift(
        reference, by="shop", columns=["fruit", "size"], measure=measure, rng=0
    )
    ax = pdkl.plot.drift(result)
    assert (rows_of(ax), columns_of(ax)) == (["fruit", "size"], ["a", "b", "c"])
    assert scale_of(ax).startswith(f"{measure} in excess of noise")
    excess = result.pivot_table(
        index="column", columns="shop", values="excess", dropna=False
    ).to_numpy()
    np.testing.assert_array_equal(np.isfinite(cells(ax)), np.isfinite(excess))
    assert texts(ax)[0] == "empty"  # coloured where it has a score: all missing is a distribution
    renders(ax)


def test_drift_has_its_threshold_in_the_scale() -> None:
    ax = pdkl.plot.drift(EVERY)
    bar = ax.figure.axes[1]
    assert scale_of(ax) == "js_distance in excess of noise"
    assert bar.get_ylim()[1] == 0.31
    assert [np.asarray(one.get_ydata())[0] for one in bar.lines] == [0.1, 0.1]  # one on the other
    # what is small is not coloured as if it were large
    quiet = pdkl.plot.drift(EVERY[EVERY["status"] == "ok"])
    assert quiet.figure.axes[1].get_ylim()[1] == 0.2


WHOLE = drift_frame(
    [
        ("fruit", "ok", 0.01),
        ("size", "drift", 0.4),
        ("new", "new", NAN),
        ("id", "unsure", 0.12),
        ("age", "drift", 0.5),
    ],
    keys=[],
).assign(
    top_category=["f", "large", "", "7", "[0.5, 1e+04)"],
    kind=["categorical"] * 4 + ["ordered"],
)


def stems(ax: Axes) -> list[float]:
    """Give where the points are, from the top down."""
    points = [one for one in ax.lines if one.get_marker() == "o"]
    return [float(np.asarray(one.get_xdata())[0]) for one in points]


def test_drift_of_the_whole_frame_is_a_point_for_each_column() -> None:
    ax = pdkl.plot.drift(WHOLE)
    assert rows_of(ax) == ["age", "size", "id", "new", "fruit"]  # the worst first
    assert texts(ax) == ["0.50 ▲  0.5 to 10,000", "0.40 ▲  large", "0.12 ?  7", "new", "0.01"]
    assert stems(ax) == [0.5, 0.4, 0.12, 0.01]
    bold = [text.get_fontweight() == "bold" for text in ax.texts]
    assert bold == [True, True, False, False, False]
    assert ax.get_title() == "JS distance of 5 columns\n2 drift, 1 new, 1 unsure, 1 ok"
    label, *notes = ax.get_xlabel().split("\n")
    assert label == "js_distance in excess of noise"
    assert [note for line in notes for note in re.split(r"\s{2,}", line)] == [
        "▲ drift", "? unsure: not significant", "grey: up to the noise floor",
        "dotted: threshold 0.1",
    ]  # fmt: skip
    (threshold,) = (one for one in ax.lines if one.get_linestyle() == ":")
    assert np.asarray(threshold.get_xdata()).tolist() == [0.1, 0.1]
    # the floor in terms of the excess: of a root, by the squares
    floors = [bar.get_width() for bar in ax.patches]  # type: ignore[attr-defined]
    expected = math.sqrt(0.05**2 - 0.03**2)
    assert floors == pytest.approx([expected, expected, expected, 0.0, expected])
    renders(ax)


def test_drift_of_the_whole_frame_in_a_small_axes_keeps_the_marks() -> None:
    _, ax = pyplot.subplots(figsize=(3.5, 1.2))
    rows = [(f"c{i}", "drift" if i % 2 else "new", 0.1 * i) for i in range(20)]
    pdkl.plot.drift(drift_frame(rows, keys=[]), ax=ax)
    assert texts(ax) == ["▲"] * 10 + ["⊕"] * 10
    assert "⊕ new" in ax.get_xlabel()
    top = pdkl.plot.drift(drift_frame(rows, keys=[]), top=2)
    assert rows_of(top) == ["c19", "c17"]
    assert top.get_title().endswith("shown: the 2 of 20 columns that differ most")


def test_drift_of_the_whole_frame_may_be_infinite_or_without_a_score() -> None:
    ax = pdkl.plot.drift(drift_frame([("a", "drift", INF), ("b", "ok", NAN)], keys=[]))
    assert texts(ax) == ["∞ ▲  f", "\N{EN DASH}"]
    assert all(math.isfinite(edge) for edge in ax.get_xlim())
    renders(ax)
    new = pdkl.plot.drift(drift_frame([("a", "new", NAN)], keys=[]))
    assert (texts(new), stems(new)) == (["new"], [])


def test_drift_says_what_it_is_against() -> None:
    result = FRUIT.info_theory.drift(FRUIT, "fruit", rng=0, progress=False)
    assert pdkl.plot.drift(result).get_title().replace("\n", " ") == (
        "JS distance of fruit against the reference 1 ok"
    )


def test_drift_tells_scores_from_a_small_threshold() -> None:
    frame = drift_frame([("a", "fruit", "drift", 0.0123)]).assign(threshold=0.01)
    assert texts(pdkl.plot.drift(frame)) == ["0.012 ▲"]


def test_drift_of_several_keys_and_days() -> None:
    days = pd.to_datetime(["2024-01-01", "2024-01-02"])
    rows = [(day, 1, "fruit", "ok", 0.01) for day in days] + [(days[0], 2, "fruit", "ok", 0.0)]
    ax = pdkl.plot.drift(drift_frame(rows, keys=["day", "zone"]))
    assert columns_of(ax) == ["2024-01-01, zone 1", "2024-01-02, zone 1", "2024-01-01, zone 2"]
    assert ax.get_xlabel() == "day, zone"
    missing = drift_frame([(None, "fruit", "ok", 0.01), ("a", "fruit", "ok", 0.01)])
    assert columns_of(pdkl.plot.drift(missing)) == ["(missing)", "a"]


def test_drift_of_many_columns_shows_the_worst_and_counts_all() -> None:
    rows = [(s, f"c{c}", "ok", c / 1e5) for s in range(50) for c in range(1000)]
    frame = drift_frame(rows)
    frame.loc[frame["column"] == "c7", "status"] = "unsure"
    frame.loc[(frame["column"] == "c3") & (frame["shop"] == 4), "status"] = "gone"
    frame.loc[(frame["column"] == "c5") & (frame["shop"] == 4), "status"] = "drift"
    ax = pdkl.plot.drift(frame)
    assert rows_of(ax)[:5] == ["c5", "c3", "c7", "c999", "c998"]
    assert len(rows_of(ax)) == 40
    assert len(columns_of(ax)) == 50
    assert ax.get_title() == (
        "JS distance of 1,000 columns by shop\n1 drift, 1 gone, 50 unsure, 49,948 ok\n"
        "shown: the 40 of 1,000 columns that differ most"
    )
    assert texts(ax) == ["▲", "⊖", *["?"] * 50]  # no room for digits
    renders(ax)
    assert all(float(label.get_fontsize()) >= 7 for label in ax.get_yticklabels())
    boxes = [label.get_window_extent() for label in ax.get_yticklabels()]
    assert all(upper.y0 >= lower.y1 - 1 for upper, lower in pairwise(boxes))
    assert rows_of(pdkl.plot.drift(frame, top=2)) == ["c5", "c3"]


def test_drift_of_as_many_segments_as_there_may_be() -> None:
    ax = pdkl.plot.drift(drift_frame([(i, "fruit", "drift", 0.3) for i in range(60)]))
    assert texts(ax) == ["▲"] * 60
    assert columns_of(ax) == [str(i) for i in range(60)]
    renders(ax)


def test_drift_without_a_score_has_no_scale() -> None:
    ax = pdkl.plot.drift(drift_frame([("a", "fruit", "new", NAN)]))
    assert texts(ax) == ["new"]
    assert ax.figure.axes == [ax]


@pytest.mark.parametrize("name", HOSTILE)
def test_drift_names_are_no_formulas(name: str) -> None:
    ax = pdkl.plot.drift(drift_frame([(name, name, "drift", 0.3)], keys=[name]))
    shown = name.replace("\n", " ")
    assert (rows_of(ax), columns_of(ax)) == ([shown], [shown])
    renders(ax)


def test_drift_cuts_long_names() -> None:
    ax = pdkl.plot.drift(drift_frame([("a", "the same beginning of all names x", "ok", 0.0)]))
    assert rows_of(ax) == ["the same beginning…l names x"]


def test_drift_does_not_change_the_frame() -> None:
    before = EVERY.copy(deep=True)
    pdkl.plot.drift(EVERY, top=1)
    pd.testing.assert_frame_equal(EVERY, before)


def test_drift_errors() -> None:
    drift = pdkl.plot.drift
    fails(
        TypeError,
        "result lacks the columns 'status', 'measure', 'score', 'excess', 'noise_floor', "
        "'threshold'; pass what df.info_theory.drift(...) gave.",
        lambda: drift(pairs()),
    )
    fails(
        ValueError,
        "result has the status 'bad'; it must be one of 'drift', 'error', 'gone', 'new', 'empty', "
        "'unsure', 'skipped', 'ok'.",
        lambda: drift(EVERY.assign(status="bad")),
    )
    fails(
        ValueError,
        "result has more than one row for a column and segment. Filter it to one comparison of "
        "each first.",
        lambda: drift(pd.concat([EVERY, EVERY])),
    )
    fails(
        ValueError,
        "result has 61 segments, more than the 60 a figure can show. Filter it first, or take a "
        "coarser key; plot.timeline shows one column over many times.",
        lambda: drift(drift_frame([(i, "fruit", "ok", 0.0) for i in range(61)])),
    )
    fails(
        ValueError,
        "top must be at most 100, which is what a figure can show; got 1000.",
        lambda: drift(EVERY, top=1000),
    )
    fails(
        TypeError,
        "top must be a whole number of columns; got '9'.",
        lambda: drift(EVERY, top="9"),  # type: ignore[arg-type]
    )
    _, ax = pyplot.subplots(figsize=(2, 2))
    many = drift_frame([(i, f"c{c}", "drift", 0.3) for i in range(30) for c in range(30)])
    fails(
        ValueError,
        "ax is 1.6 by 1.5 inches, too small to mark 30 by 30 cells. Leave ax out for a figure "
        "that is large enough, or filter result first.",
        lambda: drift(many, ax=ax),
    )
    assert not ax.collections
