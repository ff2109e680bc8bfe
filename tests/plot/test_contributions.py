"""What the pictures show, read back from their artists."""

import math
import subprocess
import sys
from typing import Any

import matplotlib as mpl

mpl.use("agg")

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.colors import same_color
from matplotlib.patches import Rectangle

import pdkl

P, Q, TERM = "#0072b2", "#d55e00", "#009e73"
FRUIT = pd.DataFrame(
    {
        "shop": ["a"] * 10 + ["b"] * 10 + ["c"] * 5,
        "fruit": [*"fffffggghi", *"ffggghhhhk", *"fghik"],
    }
)


def terms(data: pd.DataFrame = FRUIT, p: Any = "fruit", **keywords: Any) -> pd.DataFrame:
    return pdkl.InfoTheory(data).contributions(p, **keywords)


def one(data: pd.DataFrame, **keywords: Any) -> Axes:
    axes = pdkl.plot.contributions(data, **keywords)
    assert isinstance(axes, Axes)
    return axes


def several(data: pd.DataFrame, **keywords: Any) -> list[Axes]:
    axes = pdkl.plot.contributions(data, **keywords)
    assert isinstance(axes, np.ndarray)
    assert axes.ndim == 1
    return list(axes)


def labels(ax: Axes) -> list[str]:
    return [label.get_text() for label in ax.get_yticklabels()]


def beside(ax: Axes) -> Axes:
    """Give the axes of the contributions, which has the rows of that of the shares."""
    (found,) = (one for one in ax.get_shared_y_axes().get_siblings(ax) if one is not ax)
    assert isinstance(found, Axes)
    return found


def bars(ax: Axes, color: str) -> list[float]:
    """Give the lengths of the bars of one colour, from top to bottom."""
    patches = [*ax.patches, *beside(ax).patches]
    found = [bar for bar in patches if isinstance(bar, Rectangle)]
    found = [bar for bar in found if same_color(bar.get_facecolor(), color)]
    return [bar.get_width() for bar in sorted(found, key=Rectangle.get_y)]


def hatched(ax: Axes) -> list[float]:
    found = [bar for bar in beside(ax).patches if isinstance(bar, Rectangle)]
    return [bar.get_width() for bar in found if bar.get_hatch()]


def texts(ax: Axes) -> list[str]:
    return [text.get_text() for text in [*ax.texts, *beside(ax).texts]]


def scales(ax: Axes) -> list[str]:
    return [one.get_xlabel() for one in (ax, beside(ax))]


def legend_texts(ax: Axes) -> list[str]:
    figure = ax.figure
    assert len(figure.legends) == 1
    return [text.get_text() for text in figure.legends[0].get_texts()]


# ---- one group ------------------------------------------------------------------------------


def test_bars_are_p_q_and_their_terms() -> None:
    result = terms(FRUIT[FRUIT["shop"] == "a"], reference={"f": 1, "g": 1, "h": 1, "i": 1})
    ax = one(result)
    assert labels(ax) == ["f", "h", "i", "g"]
    assert bars(ax, P) == [0.5, 0.1, 0.1, 0.3]
    assert bars(ax, Q) == [0.25] * 4
    expected = [p * math.log(p / 0.25) for p in (0.5, 0.1, 0.1, 0.3)]
    np.testing.assert_allclose(bars(ax, TERM), expected, rtol=1e-14)
    assert texts(ax) == ["+0.35", "-0.092", "-0.092", "+0.055"]
    assert ax.yaxis_inverted()


def test_title_axis_and_legend_say_what_is_drawn() -> None:
    die = pd.DataFrame({"face": [1, 1, 1, 1, 1, 2, 3, 4, 5, 6]})
    ax = one(terms(die, "face", against="uniform", base="bit"))
    assert ax.get_title() == "KL divergence of face against equal shares: 0.424 bit"
    assert scales(ax) == ["share", "contribution (bit)"]
    assert legend_texts(ax) == ["P", "Q", "contribution p log(p / q)"]
    assert labels(ax) == ["1", "2", "3", "4", "5", "6"]


@pytest.mark.parametrize(
    ("measure", "score", "term"),
    [
        ("kl_divergence", "KL divergence", "p log(p / q)"),
        ("js_divergence", "JS divergence", "½ p log(p / m) + ½ q log(q / m), m = (p + q) / 2"),
        ("cross_entropy", "Cross entropy", "-p log q"),
    ],
)
def test_title_holds_the_measure(measure: str, score: str, term: str) -> None:
    shop = FRUIT[FRUIT["shop"] == "a"]
    value = getattr(shop.info_theory, measure)("fruit", reference=FRUIT, base="bit")[measure][0]
    ax = one(terms(shop, reference=FRUIT, base="bit", measure=measure))
    assert ax.get_title() == f"{score} of fruit against the reference: {value:#.3g} bit"
    assert math.isclose(sum(bars(ax, TERM)), value, rel_tol=1e-12)
    assert legend_texts(ax) == ["P", "Q", f"contribution {term}"]


def test_entropy_has_no_q() -> None:
    ax = one(terms(FRUIT[FRUIT["shop"] == "a"], reference=FRUIT, measure="entropy", base="bit"))
    assert ax.get_title() == "Entropy of fruit: 1.69 bit"
    assert labels(ax) == ["g", "f", "h", "i"]  # not "k", which only Q has
    assert bars(ax, Q) == []
    assert legend_texts(ax) == ["P", "contribution -p log p"]
    assert scales(ax) == ["share", "contribution (bit)"]
    assert ax.get_xlim()[0] == beside(ax).get_xlim()[0] == 0.0


def test_tiny_divergence_keeps_its_value() -> None:
    counts = pd.DataFrame(
        {"k": ["a", "b"] * 2, "w": [10**6, 10**6, 10**6 + 30, 10**6 - 30], "g": [1, 1, 2, 2]}
    )
    result = terms(counts, "k", by="g", weights="w", reference=1)
    value = counts.info_theory.kl_divergence("k", by="g", weights="w", reference=1)
    ax = one(result[result["g"] == 2])
    score = value["kl_divergence"][1]
    assert score == pytest.approx(4.5e-10)
    assert ax.get_title() == f"KL divergence of k, g 2 against g 1: {score:#.3g} nat"
    assert texts(ax) == ["+1.5e-05", "-1.5e-05"]


def test_equal_distributions_are_drawn() -> None:
    ax = one(terms(FRUIT, reference=FRUIT))
    assert ax.get_title() == "KL divergence of fruit against the reference: 0 nat"
    assert set(texts(ax)) == {"0"}


def test_lost_attrs_leave_a_total() -> None:
    result = terms(FRUIT[FRUIT["shop"] == "a"], reference=FRUIT)
    value = result["contribution"].sum()
    result.attrs.clear()
    ax = one(result)
    assert ax.get_title() == f"Total of fruit against the reference: {value:#.3g} nat"
    assert legend_texts(ax) == ["P", "Q", "contribution"]
    result.attrs["pdkl"] = "not ours"
    assert one(result).get_title() == ax.get_title()


def test_smoothing_and_zeros_are_on_record() -> None:
    shop = FRUIT[FRUIT["shop"] == "a"]
    smoothed = one(terms(FRUIT, reference=shop, smoothing="jeffreys"))
    assert scales(smoothed) == ["share (smoothing='jeffreys')", "contribution (nat)"]
    both = one(terms(FRUIT, reference=shop, smoothing=1.0, zeros="drop"))
    assert scales(both)[0].replace("\n", " ") == "share (smoothing=1.0, zeros='drop')"


# ---- which categories -----------------------------------------------------------------------


@pytest.mark.parametrize("top", [1, 2, 3, 4])
@pytest.mark.parametrize("measure", ["kl_divergence", "js_divergence", "cross_entropy", "entropy"])
def test_shown_and_other_add_up(measure: str, top: int) -> None:
    result = terms(FRUIT[FRUIT["shop"] == "a"], reference=FRUIT, measure=measure)
    ax = one(result, top=top)
    shown = labels(ax)
    n_other = (4 if measure == "entropy" else 5) - top
    assert shown[top:] == ([f"other ({n_other})"] if n_other else [])
    drawn, total = bars(ax, TERM), result["contribution"].sum()
    if texts(ax)[-1].startswith("→"):  # cut off, but written
        assert texts(ax)[-1] == f"→ {total - sum(drawn[:-1]):#.2g}"
    else:
        assert math.isclose(sum(drawn), total, rel_tol=1e-12)
    by_size = result.sort_values("contribution", key=abs, ascending=False, kind="stable")
    assert shown[:top] == by_size["category"].tolist()[:top]


def test_categories_of_other_groups_only_are_left_out() -> None:
    first, *_ = several(terms(by="shop", reference="a", zeros="drop"))
    assert "k" not in labels(first)


def test_other_does_not_dwarf_the_rest() -> None:
    data = pd.DataFrame({"k": np.arange(200) % 100})
    ax = one(terms(data, "k", reference=data, measure="cross_entropy"), top=3)
    term = 0.01 * math.log(100)
    assert labels(ax) == ["0", "1", "2", "other (97)"]
    # cut off at the edge, with their values
    assert bars(ax, P) == bars(ax, Q) == pytest.approx([0.01] * 4)
    assert bars(ax, TERM) == pytest.approx([term] * 4)
    assert texts(ax) == ["→ 0.97", "→ 0.97", "0.046", "0.046", "0.046", "→ 4.5"]
    assert ax.get_xlim()[1] < 0.02
    assert beside(ax).get_xlim()[1] < 2 * term


def test_other_sets_the_scale_where_it_is_not_much_larger() -> None:
    result = terms(FRUIT[FRUIT["shop"] == "b"], reference={"f": 2, "g": 2, "h": 2, "k": 3})
    ax = one(result, top=2)
    assert not any("→" in text for text in texts(ax))
    assert bars(ax, P) == pytest.approx([0.4, 0.1, 0.5])


def test_infinite_terms_are_hatched_and_first() -> None:
    ax = one(terms(FRUIT, reference={"f": 3, "g": 1, "h": 1}))
    assert ax.get_title() == "KL divergence of fruit against given shares: ∞ nat"
    assert labels(ax)[:2] == ["i", "k"]
    (edge,) = set(hatched(ax))  # both to the edge
    assert edge >= max(bars(ax, TERM))
    assert texts(ax).count("∞") == 2
    assert texts(ax).count("0.080") == 2  # the share that makes each infinite, written at its bar


def test_largest_infinite_terms_come_first() -> None:
    data = pd.DataFrame({"k": list("abbbccx")})
    ax = one(terms(data, "k", reference={"x": 1}), top=2)
    assert labels(ax) == ["b", "c", "other (2)"]
    assert len(hatched(ax)) == 3


def test_nothing_to_compare() -> None:
    result = terms(by="shop", against="previous")
    assert result["contribution"].isna().any()
    ax = one(result[result["shop"] == "a"])
    assert ax.get_title() == "KL divergence of fruit, a against the one before: NaN"
    assert texts(ax) == ["nothing to compare"]
    assert [*ax.patches, *beside(ax).patches] == []
    nothing_shared = one(terms(reference={"z": 1}, zeros="drop"))
    assert texts(nothing_shared) == ["nothing to compare"]


def test_bins_and_levels_keep_their_order() -> None:
    first, second = (pd.DataFrame({"x": values}) for values in ([5, 5, 1, 30, 12, None], [5, 12.5]))
    edges = {"x": [-2.5, 4, 10, 20_000]}
    result = terms(first, "x", reference=second, bins=edges, smoothing=1, dropna=False)
    ax = one(result)
    assert labels(ax) == ["-2.5 to 4", "4 to 10", "10 to 20,000", "(missing)"]
    np.testing.assert_array_equal(
        bars(ax, P), result.sort_values("low")["p"][result["p"] + result["q"] > 0]
    )
    # those that matter most, in their order, and the others
    few = one(result, top=2)
    assert len(labels(few)) == 3
    kept = [label for label in labels(ax) if label in labels(few)]
    assert labels(few) == [*kept, "other (2)"]
    assert math.isclose(sum(bars(few, TERM)), result["contribution"].sum(), rel_tol=1e-9)
    size = pd.Categorical(["s", "l", "m", "l"], ["s", "m", "l"], ordered=True)
    levels = terms(pd.DataFrame({"size": size}), "size", against="uniform")
    levels["category"] = levels["category"].astype(size.dtype)
    assert labels(one(levels)) == ["s", "m", "l"]


def test_small_contributions_have_a_scale_of_their_own() -> None:
    counts = {"k": ["a", "b", "c"], "w": [500, 300, 200]}
    today = pd.DataFrame(counts).assign(w=[501, 299, 200])
    result = terms(today, "k", weights="w", reference=pd.DataFrame(counts), measure="js_divergence")
    ax = one(result)
    low, high = beside(ax).get_xlim()
    assert max(bars(ax, TERM)) > 0.5 * (high - low)
    assert ax.get_xlim()[1] > 0.5
    assert not beside(ax).yaxis.get_tick_params()["labelleft"]


# ---- labels ---------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["$a$", "$", "x_1", "a^2 $b", "\\frac", "ünïcode ∑", "%d {0}"])
def test_labels_are_no_formulas(text: str) -> None:
    data = pd.DataFrame({text: [text, "b", "b"], "g": [text, "~", "~"]})
    axes = several(terms(data, text, by="g", against="all"))
    for ax in axes:
        assert text in labels(ax)
        assert not any(label.get_parse_math() for label in ax.get_yticklabels())
        assert not ax.title.get_parse_math()
    titles = [ax.get_title().replace("\n", " ") for ax in axes]
    assert any(one.startswith(f"KL divergence of {text}, {text} against all: ") for one in titles)
    axes[0].figure.canvas.draw()


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["a", None], {"a", "(missing)"}),
        ([0.5, float("nan"), 2.0], {"0.5", "2.0", "(missing)"}),
        ([1, 20], {"1", "20"}),
        ([True, False], {"True", "False"}),
        (pd.to_datetime(["2024-01-01", "2024-01-02"]), {"2024-01-01", "2024-01-02"}),
        (pd.to_datetime(["2024-01-01 03:00"]), {"2024-01-01 03:00:00"}),
        (["two\nlines", "", "  "], {"two lines", "''", "'  '"}),
        (
            [f"the same beginning of every long label {end}" for end in "ab"],
            {"the same beginning…g label a", "the same beginning…g label b"},
        ),
    ],
)
def test_categories_as_text(values: Any, expected: set[str]) -> None:
    data = pd.DataFrame({"k": values})
    ax = one(terms(data, "k", against="uniform", dropna=False))
    assert set(labels(ax)) == expected
    ax.figure.canvas.draw()


def test_names_of_groups() -> None:
    data = FRUIT.assign(
        month=[1, 2, 3, 4, 5] * 5,
        day=pd.to_datetime(["2024-01-01", "2024-01-02", "", "", ""] * 5),
        fresh=[True, False, True, True, True] * 5,
    )

    def names(**keywords: Any) -> list[str]:
        axes = several(terms(data, zeros=1e-3, **keywords))
        titles = [ax.get_title().replace("\n", " ").partition(": ")[0] for ax in axes]
        return [title.removeprefix("KL divergence of ") for title in titles]

    assert names(by="month", against="previous")[:2] == [
        "fruit, month 2 against month 1",
        "fruit, month 3 against month 2",
    ]
    assert names(by="month", against="previous")[-1] == "fruit, month 1 against the one before"
    assert names(by="fresh", against="rest") == [
        "fruit, fresh False against the rest",
        "fruit, fresh True against the rest",
    ]
    assert names(by="day", against="pairs")[:2] == [
        "fruit, 2024-01-01 against 2024-01-02",
        "fruit, 2024-01-01 against day (missing)",
    ]
    assert names(by=["shop", "fresh"], reference=("a", True))[0] == (
        "fruit, a, fresh False against a, fresh True"
    )
    assert names(by="shop", against="uniform") == [
        f"fruit, {shop} against equal shares" for shop in "abc"
    ]


def test_long_title_breaks() -> None:
    data = FRUIT.rename(columns={"fruit": "a rather long name of a column"})
    title = one(terms(data, "a rather long name of a column", reference=data)).get_title()
    assert title == ("KL divergence of a rather long name… a column against the reference:\n0 nat")


# ---- several groups, and an axes of the caller ----------------------------------------------


@pytest.mark.parametrize(
    ("groups", "shape"), [(2, (1, 2)), (3, (1, 3)), (4, (2, 2)), (12, (3, 4)), (36, (6, 6))]
)
def test_small_multiples(groups: int, shape: tuple[int, int]) -> None:
    data = pd.DataFrame({"g": np.repeat(np.arange(groups), 3), "k": list("abc") * groups})
    axes = several(terms(data, "k", by="g", against="all"))
    assert len(axes) == groups
    figure = axes[0].figure
    assert figure.axes == [one for ax in axes for one in (ax, beside(ax))]
    specification = axes[0].get_subplotspec()
    assert specification is not None
    whole = specification.get_topmost_subplotspec().get_gridspec()
    assert whole.get_geometry() == shape
    assert len({ax.get_xlim() for ax in axes}) == len({beside(ax).get_xlim() for ax in axes}) == 1
    assert len({ax.get_ylim() for ax in axes}) == 1
    assert len(figure.legends) == 1
    lowest = [bool(ax.get_xlabel()) for ax in axes]
    assert lowest == [False] * (groups - shape[1]) + [True] * shape[1]
    assert " ".join(scales(axes[-1])).replace("\n", " ") == "share contribution (nat)"


def test_groups_keep_their_order_and_total() -> None:
    result = terms(by="shop", against="rest", base="bit", smoothing=1)
    measured = FRUIT.info_theory.kl_divergence(
        "fruit", by="shop", against="rest", base="bit", smoothing=1
    )
    axes = several(result)
    assert [" ".join(ax.get_title().split()) for ax in axes] == [
        f"KL divergence of fruit, {shop} against the rest: {value:#.3g} bit"
        for shop, value in zip(measured["shop"], measured["kl_divergence"], strict=True)
    ]


def test_several_columns_are_several_groups() -> None:
    data = FRUIT.assign(half=["x", "y"] * 12 + ["x"])
    axes = several(terms(data, ["fruit", "half"], reference=data))
    titles = [ax.get_title().replace("\n", " ").partition(": ")[0] for ax in axes]
    assert titles == [
        f"KL divergence of {name} against the reference" for name in ("fruit", "half")
    ]


def test_axes_of_the_caller() -> None:
    figure, (left, right) = pyplot.subplots(1, 2)
    right.invert_yaxis()
    result = terms(by="shop", against="all")
    ax = one(result[result["shop"] == "a"], ax=right)
    assert ax is right
    assert ax.get_ylim() == (len(labels(ax)) - 0.4, -0.6)
    assert ax.get_title().replace("\n", " ") == "KL divergence of fruit, a against all: 0.179 nat"
    assert ax.yaxis_inverted()
    assert scales(ax) == ["share", "contribution\n(nat)"]
    assert figure.legends == []
    assert ax.get_legend() is not None
    assert list(left.patches) == []
    assert pyplot.get_fignums() == [figure.number]


def test_frame_is_not_changed() -> None:
    result = terms(by="shop", against="all")
    before = result.copy(deep=True)
    pdkl.plot.contributions(result, top=1)
    pd.testing.assert_frame_equal(result, before)
    assert result.attrs == before.attrs


# ---- errors ---------------------------------------------------------------------------------


def fails(kind: type[Exception], message: str, result: Any, **keywords: Any) -> None:
    with pytest.raises(kind) as caught:
        pdkl.plot.contributions(result, **keywords)
    assert str(caught.value) == message
    assert pyplot.get_fignums() == []


def test_errors_on_result() -> None:
    result = terms(by="shop", against="all")
    fails(TypeError, "result must be a frame of contributions; got dict.", {})
    fails(
        TypeError,
        "result lacks the columns 'category', 'p', 'q', 'contribution'; pass what "
        "df.info_theory.contributions(...) gave.",
        FRUIT.info_theory.entropy("fruit"),
    )
    fails(ValueError, "result has no row to draw.", result.iloc[:0])
    fails(
        ValueError,
        "result must hold whole groups: in 'fruit, a against all' p adds up to 0.5, not to 1. "
        "Filter by group only; top= leaves out small contributions.",
        result[result["category"] == "f"],
    )
    many = pd.DataFrame({"g": range(37), "k": ["a"] * 37})
    fails(
        ValueError,
        "result has 37 groups, more than the 36 a figure can show. Filter it first.",
        terms(many, "k", by="g", against="all"),
    )


def test_errors_on_top() -> None:
    result = terms(reference=FRUIT)
    fails(TypeError, "top must be a whole number of categories; got 2.5.", result, top=2.5)
    fails(TypeError, "top must be a whole number of categories; got True.", result, top=True)
    fails(ValueError, "top must be at least 1; got 0.", result, top=0)


def test_errors_on_ax() -> None:
    result = terms(by="shop", against="all")
    axes = np.empty(3, dtype=object)
    fails(TypeError, "ax must be a matplotlib Axes; got ndarray.", result, ax=axes)
    figure, ax = pyplot.subplots()
    pyplot.close(figure)
    fails(
        ValueError,
        "ax is for a single group; result has 3. Leave ax out for small multiples, or filter the "
        "result.",
        result,
        ax=ax,
    )


def test_error_without_matplotlib(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    fails(
        ImportError,
        "pdkl.plot needs matplotlib. Install it with: pip install 'pdkl[plot]'",
        terms(reference=FRUIT),
    )


def test_import_leaves_matplotlib_alone() -> None:
    code = "import sys, pdkl; print('matplotlib' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"
