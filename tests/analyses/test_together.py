"""A list is several questions, a tuple is one column of several."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pdkl
from pdkl import InfoTheory
from tests.support.frames import frames

FRAME = pd.DataFrame(
    {
        "a": ["x", "x", "y", None, "y", "x"],
        "b": pd.array([1, 1, 2, 2, None, 3], dtype="Int64"),
        "c": [0.5, 1.5, 2.5, 0.5, 1.5, 2.5],
        "late": [0, 1, 0, 1, 1, 1],
    }
)
THEORY = InfoTheory(FRAME)
ONE_SIDE: dict[str, Any] = {"against": "rest", "by": "late", "smoothing": 0.5}
ESTIMATORS = sorted(pdkl.estimators()["name"])


def one(result: pd.DataFrame, name: str) -> float:
    return float(result[name].iloc[0])


def paired(frame: pd.DataFrame, *names: str, dropna: bool) -> pd.DataFrame:
    """Put the values of several columns into one of texts, which tell them apart."""
    values = zip(*(frame[name].astype(object) for name in names), strict=True)
    cells = [["?" if pd.isna(value) else f"{value!r}" for value in row] for row in values]
    text = [None if dropna and "?" in row else "|".join(row) for row in cells]
    return frame.assign(both=pd.Series(text, dtype=object, index=frame.index))


# ---- a tuple ------------------------------------------------------------------------------------


def test_a_tuple_is_one_column() -> None:
    found = THEORY.distribution(("a", "b"), dropna=False)
    assert found["column"].unique().tolist() == ["a, b"]
    assert dict(zip(found["category"], found["count"], strict=True)) == {
        "x, 1": 2,
        "x, 3": 1,
        "y, 2": 1,
        "y, (missing)": 1,
        "(missing), 2": 1,
    }
    row = THEORY.entropy(("a", "b")).iloc[0]
    assert (row["n"], row["n_missing"], row["categories"]) == (4, 2, 3)
    kept = THEORY.entropy(("a", "b"), dropna=False).iloc[0]
    assert (kept["n"], kept["n_missing"], kept["categories"]) == (6, 2, 5)


def test_texts_that_look_alike_stay_apart() -> None:
    frame = pd.DataFrame({"a": ["x, y", "x"], "b": ["z", "y, z"]})
    found = InfoTheory(frame).distribution(("a", "b"))
    assert found["category"].tolist() == ["x, y, z", "x, y, z"]
    assert found["count"].tolist() == [1, 1]


def test_joint_is_another_spelling() -> None:
    for keywords in ({}, {"by": "late", "dropna": False}, {"bins": {"c": [0, 1, 2]}}):
        spelled: Any = keywords
        pd.testing.assert_frame_equal(
            THEORY.entropy(["a", "c"], joint=True, **spelled), THEORY.entropy(("a", "c"), **spelled)
        )
    flat = THEORY.entropy([("a", "b"), "c"], joint=True)
    pd.testing.assert_frame_equal(flat, THEORY.entropy(("a", "b", "c")))
    pd.testing.assert_frame_equal(THEORY.entropy("a", joint=True), THEORY.entropy(("a",)))


def test_a_column_of_that_name_comes_first() -> None:
    named = FRAME.assign(n=1)
    named.columns = pd.Index([*FRAME.columns, ("a", "b")], dtype=object, tupleize_cols=False)
    row = InfoTheory(named).entropy(("a", "b")).iloc[0]
    assert (row["column"], row["categories"]) == ("('a', 'b')", 1)


@settings(max_examples=20)  # of eight questions, twice each
@given(frame=frames(), dropna=st.booleans(), estimator=st.sampled_from(["plugin", "chao-shen"]))
def test_every_question_takes_a_tuple_for_a_column(
    frame: pd.DataFrame, dropna: bool, estimator: str
) -> None:
    keywords: dict[str, Any] = {"weights": "w", "dropna": dropna}
    whole, spelled = InfoTheory(frame), InfoTheory(paired(frame, "a", "b", dropna=dropna))
    asked: list[Callable[[InfoTheory, Any], pd.DataFrame]] = [
        lambda it, name: it.entropy(name, by="g", estimator=estimator, **keywords),
        lambda it, name: it.divergence(
            name, by="g", against="rest", measures=["js_divergence", "psi"], **keywords
        ),
        lambda it, name: it.kl_divergence(name, by="g", against="pairs", smoothing=1, **keywords),
        lambda it, name: it.js_divergence(name, reference=frame_of(it).iloc[::2], **keywords),
        lambda it, name: it.conditional_entropy("g", name, **keywords),
        lambda it, name: it.mutual_information(name, "g", estimator=estimator, **keywords),
        lambda it, name: it.mutual_information("g", "w", given=name, **keywords),
        lambda it, name: it.variation_of_information("g", name, by="w", **keywords),
    ]
    for ask in asked:
        own, expected = ask(whole, ("a", "b")), ask(spelled, "both")
        # a text knows only that it lacks no value, or that it lacks one
        left_out = {"column", "x", "y", "given"} | ({"n_missing"} if not dropna else set())
        left_out |= {"n_missing_reference"} if not dropna else set()
        kept = [name for name in own if name not in left_out]
        pd.testing.assert_frame_equal(own[kept], expected[kept], rtol=1e-12, atol=1e-14)


def frame_of(theory: InfoTheory) -> pd.DataFrame:
    frame: pd.DataFrame = theory._data
    return frame


@given(frame=frames(), dropna=st.booleans())
def test_missing_is_what_lacks_any_value(frame: pd.DataFrame, dropna: bool) -> None:
    cells: Counter[Any] = Counter()
    missing = 0
    for record in frame.to_dict("records"):
        values = tuple(None if pd.isna(record[name]) else record[name] for name in "ab")
        missing += record["w"] * (None in values)
        if record["w"] and not (dropna and None in values):
            cells[values] += record["w"]
    row = InfoTheory(frame).entropy(("a", "b"), weights="w", dropna=dropna).iloc[0]
    assert row["n"] == sum(cells.values())
    assert (row["n_missing"], row["categories"]) == (missing, len(cells))
    shown = InfoTheory(frame).distribution(("a", "b"), weights="w", dropna=dropna)
    assert sorted(shown["count"]) == sorted(cells.values())


def test_values_of_the_parts_line_up_by_value() -> None:
    today = pd.DataFrame({"a": [1, 2, 2], "when": pd.to_datetime(["2024-01-01"] * 3)})
    before = pd.DataFrame(
        {
            "a": pd.Series([1.0, 2.0, 3.0], dtype="float32"),
            "when": pd.to_datetime(["2024-01-01"] * 3).date,
        }
    )
    row = InfoTheory(today).js_divergence(("a", "when"), reference=before).iloc[0]
    assert (row["categories"], row["unseen"]) == (3, 0.0)
    assert row["vanished"] == pytest.approx(1 / 3)
    narrow = pd.DataFrame({"a": ["u"], "x": pd.Series([0.1], dtype="float32")})
    wide = pd.DataFrame({"a": ["u"], "x": [0.1]})
    for one_side, other in ((narrow, wide), (wide, narrow)):
        same = InfoTheory(one_side).kl_divergence(("a", "x"), reference=other)
        assert one(same, "kl_divergence") == 0.0


def test_parts_are_cut_into_bins() -> None:
    found = THEORY.distribution(("a", "c"), bins={"c": [0, 2, 3]})
    assert set(found["category"]) == {"x, [0, 2)", "y, [0, 2)", "x, [2, 3]", "y, [2, 3]"}
    cut = FRAME.assign(c=np.where(FRAME["c"] < 2, "low", "high"))
    asked: list[Callable[..., pd.DataFrame]] = [
        lambda it, **keywords: it.entropy(("a", "c"), **keywords),
        lambda it, **keywords: it.kl_divergence(("a", "c"), **ONE_SIDE, **keywords),
        lambda it, **keywords: it.mutual_information(("a", "c"), "late", **keywords),
    ]
    for ask in asked:
        own, expected = ask(THEORY, bins={"c": [0, 2, 3]}), ask(InfoTheory(cut))
        pd.testing.assert_frame_equal(own, expected)


def test_a_column_beside_another() -> None:
    frame = pd.DataFrame({"a": list("xxy"), "b": [1, 2, 2], "c": list("xyx"), "d": [1.0, 2, 1]})
    result = InfoTheory(frame).js_divergence([("a", "b"), "a"], q=[("c", "d"), "c"])
    assert result["column"].tolist() == ["a, b", "a"]
    assert result["reference"].tolist() == ["c, d", "c"]
    assert result["unseen"].tolist() == [pytest.approx(1 / 3), 0.0]
    each = InfoTheory(frame).js_divergence(["a", "c"], q="c")
    assert each["reference"].tolist() == ["c", "c"]
    again = InfoTheory(frame).js_divergence("c", q=["a", "c"])
    assert again["js_divergence"].tolist() == each["js_divergence"].tolist()


def test_shares_of_tuples() -> None:
    shares = {("x", 1): 0.5, ("y", 2): 0.5}
    row = THEORY.kl_divergence(("a", "b"), reference=shares, smoothing=0.5).iloc[0]
    assert (row["n"], row["categories"], row["unseen"]) == (4, 3, 0.25)
    kept = THEORY.kl_divergence(("a", "b"), reference=shares | {("y", None): 1}, dropna=False).iloc[
        0
    ]
    assert (kept["n"], kept["categories"]) == (6, 5)
    assert kept["unseen"] == pytest.approx(2 / 6)
    named = THEORY.kl_divergence(
        ["late", ("a", "b")], reference={"late": {0: 1, 1: 2}, ("a", "b"): shares}
    )
    assert one(named, "kl_divergence") == pytest.approx(0.0, abs=1e-15)
    cut = THEORY.js_divergence(
        ("a", "c"), reference={("x", 0): 1, ("y", 2): 1}, bins={"c": [0, 2, 3]}
    )
    assert cut["unseen"].tolist() == [0.4]


def test_blocks_and_draws() -> None:
    frame = pd.DataFrame(
        {"g": list("uv") * 20, "a": list("xy") * 20, "b": list("pqq") * 13 + ["p"]}
    )
    frame["day"] = np.arange(40) // 4
    spelled = paired(frame, "a", "b", dropna=True)
    keywords: dict[str, Any] = {"by": "g", "against": "rest", "smoothing": 1.0, "test": True}
    keywords |= {"rng": 0, "n_resamples": 99, "blocks": "day"}
    own = InfoTheory(frame).js_divergence(("a", "b"), **keywords)
    expected = InfoTheory(spelled).js_divergence("both", **keywords)
    pd.testing.assert_frame_equal(own.drop(columns="column"), expected.drop(columns="column"))


# ---- drift and explain --------------------------------------------------------------------------


def drifting(share: float, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    a = rng.choice(["x", "y"], 800)
    b = np.where(rng.random(800) < share, a, rng.choice(["x", "y"], 800))
    frame = pd.DataFrame({"a": a, "b": b, "age": rng.normal(size=800), "id": np.arange(800) * 7919})
    frame["id"] = frame["id"].astype(str)
    frame.loc[:15, "a"] = None
    return frame


BEFORE, TODAY = drifting(0.0, 1), drifting(0.6, 2)


def test_drift_of_columns_together() -> None:
    columns: list[Any] = ["a", "b", ("a", "b"), ("b", "age"), ("b", "id"), ("a", "new")]
    result = InfoTheory(TODAY.assign(new=1)).drift(BEFORE, columns).set_index("column")
    assert result["status"].to_dict() == {
        "a": "ok",
        "b": "ok",
        "a, b": "drift",
        "b, age": "ok",
        "b, id": "skipped",
        "a, new": "new",
    }
    kinds = result["kind"]
    assert (kinds["a, b"], kinds["b, age"], kinds["b, id"]) == (
        "categorical",
        "categorical",
        "identifier",
    )
    assert result.loc["a, b", "missing"] == 16 / 800
    assert result.loc["a, b", "top_category"] in ("x, y", "y, x")
    assert result.loc["b, id", "note"] == (
        "800 of 800 values occur once; kinds={('b', 'id'): 'categorical'} compares them"
    )
    # ten bins of age, and what lies beyond them: by two values of b
    assert result.loc["b, age", "categories"] in range(20, 25)
    spelled = [paired(side, "a", "b", dropna=True) for side in (TODAY, BEFORE)]
    again = InfoTheory(spelled[0]).drift(spelled[1], "both").iloc[0]
    for name in ("score", "excess", "p_value", "top_contribution", "n"):
        assert again[name] == result.loc["a, b", name]


def test_drift_has_kinds_and_thresholds_of_columns_together() -> None:
    theory, both = InfoTheory(TODAY), ("a", "b")
    assert theory.drift(BEFORE, [both], threshold={both: 0.5})["status"].tolist() == ["ok"]
    scored = theory.drift(BEFORE, [("b", "id")], kinds={("b", "id"): "categorical"})
    assert scored["kind"].tolist() == ["categorical"]
    assert scored["status"].tolist() == ["ok"]
    cut = theory.drift(BEFORE, [("b", "age")], bins={"age": [-9, 0, 9]})
    assert cut["categories"].tolist() == [4]
    plain = theory.drift(BEFORE, [("b", "age")], kinds={"age": "categorical"})
    assert plain["status"].tolist() == ["skipped"]
    wrong = theory.drift(BEFORE, [both], kinds={both: "ordered"})
    assert wrong["note"].tolist() == [
        "kinds has 'ordered' for column ('a', 'b'), which holds neither numbers nor times nor "
        "levels in order. Make it an ordered categorical, or leave it out of kinds."
    ]


def test_drift_from_shares_of_tuples() -> None:
    shares = {("x", "x"): 0.25, ("y", "y"): 0.25, ("x", "y"): 0.25, ("y", "x"): 0.25}
    result = InfoTheory(TODAY).drift({("a", "b"): shares, "b": {"x": 1, "y": 1}}, dropna=True)
    assert result["column"].tolist() == ["a, b", "b"]
    assert result["status"].tolist() == ["drift", "ok"]
    aged = {("x", -1): 1.0, ("y", 1): 1.0, ("x", 1): 1.0, ("y", -1): 1.0}
    cut = InfoTheory(TODAY).drift({("b", "age"): aged}, bins={"age": [-9, 0, 9]})
    assert cut["status"].tolist() == ["ok"]
    with pytest.raises(ValueError, match="tuples") as caught:
        InfoTheory(TODAY).drift({("a", "b"): {"x": 1.0}})
    assert str(caught.value) == (
        "reference for column ('a', 'b') must have tuples as categories, with a value of each of "
        "its 2 columns; got 'x'."
    )


def test_a_part_that_cannot_be_compared_is_an_error_of_the_whole() -> None:
    bad = TODAY.assign(b=pd.Series([[1]] * 800, dtype=object))
    result = InfoTheory(bad).drift(BEFORE, ["a", ("a", "b")])
    assert result["status"].tolist() == ["ok", "error"]
    assert "holds values that cannot be counted" in result["note"].iloc[1]


def test_explain_takes_columns_together() -> None:
    theory = InfoTheory(TODAY)
    steps = theory.explain(BEFORE, ["age", ("a", "b")])
    assert steps["column"].tolist()[0] == "a, b"
    assert steps["n_missing"].iloc[0] == 16
    spelled = [paired(side, "a", "b", dropna=True) for side in (TODAY, BEFORE)]
    again = InfoTheory(spelled[0]).explain(spelled[1], ["age", "both"])
    np.testing.assert_allclose(steps["contribution"], again["contribution"], rtol=1e-12)
    parts = theory.explain(BEFORE, [("b", "age")], by="a")
    assert parts["column"].unique().tolist() == ["b, age"]


# ---- lists --------------------------------------------------------------------------------------


def test_one_column_meets_each_of_a_list() -> None:
    both = THEORY.mutual_information(["a", "b"], "late")
    assert list(zip(both["x"], both["y"], strict=True)) == [("a", "late"), ("b", "late")]
    back = THEORY.mutual_information("late", ["a", "b"])
    assert back["mutual_information"].tolist() == both["mutual_information"].tolist()
    rows = THEORY.conditional_entropy("late", ["a", "b"])
    assert rows["given"].tolist() == ["a", "b"]
    together = THEORY.conditional_entropy("late", ("a", "b"))
    assert together["given"].tolist() == ["a, b"]
    given_both = THEORY.mutual_information("c", "late", given=["a", "b"])
    assert given_both["given"].tolist() == ["a, b"]
    pd.testing.assert_frame_equal(
        given_both, THEORY.mutual_information("c", "late", given=("a", "b"))
    )


def test_all_against_a_target_are_sorted() -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"late": rng.choice([0, 1], 300)})
    frame["weak"] = np.where(rng.random(300) < 0.2, frame["late"].astype(str), "?")
    frame["strong"] = np.where(rng.random(300) < 0.9, frame["late"].astype(str), "?")
    frame["id"] = [f"no {i}" for i in range(300)]
    frame["size"] = frame["late"] + rng.normal(size=300)
    frame["g"] = np.repeat(["u", "v"], 150)
    theory = InfoTheory(frame)
    plain = theory.mutual_information(y="late", exclude="g")
    assert plain["x"].tolist() == ["id", "strong", "weak"]
    assert plain["mutual_information"].is_monotonic_decreasing
    assert plain.attrs["pdkl"]["sorted_by"] == "mutual_information"
    tested = theory.mutual_information(y="late", test=True, by="g", bins={"size": 4})
    assert tested.attrs["pdkl"]["sorted_by"] == "mutual_information_excess"
    for group, part in tested.groupby("g"):
        assert part["mutual_information_excess"].is_monotonic_decreasing
        assert part["x"].tolist()[-1] == "id"
        assert part["x"].tolist()[0] == "strong"
        assert set(part["x"]) == {"weak", "strong", "id", "size"}, group
    named = theory.mutual_information(
        ["weak", "strong", "id", "size"], "late", test=True, by="g", bins={"size": 4}
    )
    keys = ["g", "x"]
    pd.testing.assert_frame_equal(
        tested.sort_values(keys, ignore_index=True), named.sort_values(keys, ignore_index=True)
    )
    two = theory.mutual_information(y=["late", "strong"], exclude="g")
    assert two["y"].tolist() == ["late"] * 3 + ["strong"] * 2
    without = theory.mutual_information(y=("late", "strong"), given="g")
    assert sorted(without["x"]) == ["id", "weak"]
    assert "sorted_by" not in theory.mutual_information(["id", "weak"], "late").attrs["pdkl"]


def test_what_holds_of_a_constant_target_and_of_itself() -> None:
    frame = pd.DataFrame({"one": ["k"] * 4, "x": list("ppqq"), "empty": [None] * 4})
    rows = InfoTheory(frame).mutual_information(y="one", test=True)
    assert rows["x"].tolist() == ["x", "empty"]
    assert rows["mutual_information"].tolist()[0] == 0.0
    assert math.isnan(rows["mutual_information"].tolist()[1])
    same = InfoTheory(frame).mutual_information(["x", "one"], "x", base="bit")
    assert same["mutual_information"].tolist() == [1.0, 0.0]


# ---- the chain rule -----------------------------------------------------------------------------


def complete(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.dropna().query("w > 0")


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_measures_are_made_of_entropies(estimator: str) -> None:
    rng = np.random.default_rng(5)
    frame = pd.DataFrame(rng.integers(0, 4, (60, 4)), columns=list("abgz")).assign(w=1)
    for keywords in ({}, {"by": "g"}):
        of_entropies(frame, estimator, keywords)


@settings(max_examples=30)
@given(
    frame=frames(weighted=True),
    grouped=st.booleans(),
    estimator=st.sampled_from([name for name in ESTIMATORS if name != "nsb"]),  # it takes long
)
def test_measures_of_any_frame_are_made_of_entropies(
    frame: pd.DataFrame, grouped: bool, estimator: str
) -> None:
    frame = complete(frame).assign(z=lambda rows: rows["g"] == "x")
    if not frame.empty:
        of_entropies(frame, estimator, {"by": "g"} if grouped else {})


def of_entropies(frame: pd.DataFrame, estimator: str, by: dict[str, Any]) -> None:
    theory = InfoTheory(frame)
    keywords: dict[str, Any] = {"weights": "w", "estimator": estimator, **by}

    def h(*names: str) -> Any:
        return theory.entropy(names, **keywords)["entropy"].to_numpy()

    def same(result: pd.DataFrame, name: str, expected: Any) -> None:
        np.testing.assert_allclose(result[name], expected, rtol=1e-10, atol=1e-10)

    same(
        theory.mutual_information("a", "b", **keywords),
        "mutual_information",
        h("a") + h("b") - h("a", "b"),
    )
    same(
        theory.mutual_information("a", "b", given="z", **keywords),
        "mutual_information",
        h("a", "z") + h("b", "z") - h("a", "b", "z") - h("z"),
    )
    same(
        theory.conditional_entropy("a", "b", **keywords),
        "conditional_entropy",
        h("a", "b") - h("b"),
    )
    same(
        theory.variation_of_information("a", "b", **keywords),
        "variation_of_information",
        2 * h("a", "b") - h("a") - h("b"),
    )


@given(
    frame=frames(weighted=True),
    dropna=st.booleans(),
    estimator=st.sampled_from(["plugin", "grassberger", "james-stein"]),
)
def test_information_of_two_is_that_of_one_and_of_the_other_given_it(
    frame: pd.DataFrame, dropna: bool, estimator: str
) -> None:
    if dropna:
        frame = complete(frame)
    if not frame["w"].sum():
        return
    theory = InfoTheory(frame)
    keywords: dict[str, Any] = {"weights": "w", "dropna": dropna, "estimator": estimator}
    name = "mutual_information"
    both = one(theory.mutual_information(("a", "b"), "g", **keywords), name)
    first = one(theory.mutual_information("a", "g", **keywords), name)
    second = one(theory.mutual_information("b", "g", given="a", **keywords), name)
    assert both == pytest.approx(first + second, abs=1e-10)


def test_given_several_is_the_mean_over_their_groups() -> None:
    frame = pd.DataFrame(
        {"x": [0, 1, 1, 1, 0, 0, 1], "y": [1, 0, 1, 1, 0, 0, 1], "a": list("ppqqpqp")}
    ).assign(b=list("uvuvuvu"))
    theory = InfoTheory(frame)
    groups = theory.mutual_information("x", "y", by=["a", "b"])
    mean = (groups["mutual_information"] * groups["n"]).sum() / 7
    known = theory.mutual_information("x", "y", given=["a", "b"])
    assert one(known, "mutual_information") == pytest.approx(mean, abs=1e-15)


# ---- pseudo-counts ------------------------------------------------------------------------------


def dirichlet(table: Any, a: float) -> float:
    """Add to every cell, and sum p log(p / (row * column)), as mi.Dirichlet of R does."""
    cells = np.asarray(table, dtype=float) + a
    total, found = cells.sum(), 0.0
    for row in cells:
        for j, cell in enumerate(row):
            found += cell / total * math.log(cell * total / (row.sum() * cells[:, j].sum()))
    return found


@pytest.mark.parametrize(
    ("smoothing", "a"), [(0.5, 0.5), ("laplace", 1.0), ("jeffreys", 0.5), ("perks", 1 / 6), (7, 7)]
)
def test_pseudo_counts_in_every_cell(smoothing: Any, a: float) -> None:
    table = [[4, 0, 1], [0, 3, 2]]
    cells = [(x, y, n) for x, row in enumerate(table) for y, n in enumerate(row)]
    frame = pd.DataFrame(cells, columns=["x", "y", "n"])
    result = InfoTheory(frame).mutual_information("x", "y", weights="n", smoothing=smoothing)
    assert one(result, "mutual_information") == pytest.approx(dirichlet(table, a), rel=1e-13)
    assert result[["n", "categories"]].iloc[0].tolist() == [10, 4]
    assert result.attrs["pdkl"]["smoothing"] == smoothing
    by = InfoTheory(pd.concat([frame.assign(g="u"), frame.assign(g="v", n=1)]))
    rows = by.mutual_information("x", "y", weights="n", smoothing=smoothing, by="g")
    assert rows["mutual_information"].tolist() == [
        pytest.approx(dirichlet(table, a), rel=1e-13),
        pytest.approx(0.0, abs=1e-15),
    ]


def test_pseudo_counts_by_hand() -> None:
    frame = pd.DataFrame({"x": [1, 0, 1, 0], "y": [1, 0, 1, 0]})
    # (2 + 1) / 8 on the diagonal and 1 / 8 beside it: 1 bit less the entropy of a quarter
    row = InfoTheory(frame).mutual_information("x", "y", smoothing="laplace", base="bit")
    expected = 1 + 0.75 * math.log2(0.75) + 0.25 * math.log2(0.25)
    assert one(row, "mutual_information") == pytest.approx(expected, rel=1e-14)
    share = InfoTheory(frame).mutual_information("x", "y", smoothing="laplace", normalized="x")
    assert one(share, "mutual_information") == pytest.approx(expected, rel=1e-14)


def test_published_by_the_manual_of_r() -> None:
    """mi.plugin of (.2, .1, .15; .1, .2, .25) is mi.Dirichlet of these counts with a = 1."""
    counts = {("u", "p"): 3, ("u", "q"): 1, ("u", "r"): 2, ("v", "p"): 1, ("v", "q"): 3}
    cells = [(*cell, n) for cell, n in {**counts, ("v", "r"): 4}.items()]
    frame = pd.DataFrame(cells, columns=["x", "y", "n"])
    result = InfoTheory(frame).mutual_information("x", "y", weights="n", smoothing="laplace")
    assert one(result, "mutual_information") == pytest.approx(0.04160502, abs=5e-9)


@given(frame=frames(weighted=True), smoothing=st.sampled_from([1e-3, "jeffreys", "perks", 5.0]))
def test_smoothed_information_is_never_negative(frame: pd.DataFrame, smoothing: Any) -> None:
    for keywords in ({}, {"by": "g"}, {"given": "g"}, {"normalized": "joint"}):
        asked: Any = {"weights": "w", "smoothing": smoothing} | keywords
        values = InfoTheory(frame).mutual_information("a", "b", **asked)["mutual_information"]
        assert (values.dropna() >= 0).all()


# ---- what is wrong ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (
            lambda: THEORY.entropy(("a", "bb")),
            KeyError,
            "columns names column 'bb', which data does not have. Did you mean 'b'? Its columns "
            "are 'a', 'b', 'c', 'late'.",
        ),
        (
            lambda: THEORY.mutual_information(("A", "b"), "late"),
            KeyError,
            "x names column 'A', which data does not have. Did you mean 'a'? Its columns are 'a', "
            "'b', 'c', 'late'.",
        ),
        (
            lambda: THEORY.mutual_information("a", "b", given=["c", "lat"]),
            KeyError,
            "given names column 'lat', which data does not have. Did you mean 'late'? Its columns "
            "are 'a', 'b', 'c', 'late'.",
        ),
        (
            lambda: THEORY.entropy((("a", "b"), "c")),
            TypeError,
            "columns has the tuple (('a', 'b'), 'c'), which stands for these columns together; but "
            "('a', 'b') in it is no column. Put all names into one tuple.",
        ),
        (
            lambda: THEORY.entropy([()]),
            ValueError,
            "columns has an empty tuple; name the columns that it stands for.",
        ),
        (
            lambda: THEORY.entropy((["a"], "b")),
            TypeError,
            "columns has a tuple that stands for columns together, so it must hold their names; "
            "got list in it.",
        ),
        (
            lambda: THEORY.mutual_information([], "late"),
            ValueError,
            "x is an empty list; name at least one column.",
        ),
        (
            lambda: THEORY.mutual_information(y=[]),
            ValueError,
            "y is an empty list; name at least one column.",
        ),
        (
            lambda: THEORY.mutual_information("a", "b", given=[]),
            ValueError,
            "given is an empty list; name at least one column.",
        ),
        (
            lambda: THEORY.entropy("a", by=("a", "b")),
            TypeError,
            "by must hold several keys in a list: by=['a', 'b'], not a tuple.",
        ),
        (
            lambda: THEORY.kl_divergence(("a", "b"), q="c"),
            ValueError,
            "p=('a', 'b') and q='c' have 2 and 1 columns together, so no category of one can occur "
            "in the other. Name as many of each.",
        ),
        (
            lambda: THEORY.kl_divergence(("a", "b"), q=("a", "a")),
            TypeError,
            "part 2 of column ('a', 'b') holds numbers and that of column ('a', 'a') holds "
            "strings, so no category of one can occur in the other. Convert one of them, for "
            "instance with astype.",
        ),
        (
            lambda: THEORY.kl_divergence(("a", "b"), reference={"x, 1": 1}),
            ValueError,
            "reference for column ('a', 'b') must have tuples as categories, with a value of each "
            "of its 2 columns; got 'x, 1'.",
        ),
        (
            lambda: THEORY.kl_divergence(("a", "b"), reference={("x", None): 1}),
            ValueError,
            "reference for column ('a', 'b') gives a weight to the missing value ('x', None), "
            "which dropna=True leaves out of the distribution. Pass dropna=False, or remove it.",
        ),
        (
            lambda: THEORY.profile([("a", "b")]),
            ValueError,
            "columns names ('a', 'b'), but a profile counts its columns one by one. Name all but "
            "one of them in by=, or make the combination a column of its own.",
        ),
        (
            lambda: InfoTheory(THEORY.profile(["a", "b"])).entropy(("a", "b")),
            ValueError,
            "a profile counts its columns one by one, so it does not know how 'a' and 'b' go "
            "together; it was taken without by=. Name one of them in by= when you take the "
            "profile, or make the combination a column of its own.",
        ),
        (
            lambda: THEORY.mutual_information("a", "b", smoothing=1, estimator="zhang"),
            ValueError,
            "estimator='zhang' and smoothing=1 both correct for small samples; choose one of them.",
        ),
        (
            lambda: THEORY.mutual_information("a", "b", smoothing=1, test=True),
            ValueError,
            "test= and confidence= say how sure plug-in estimates are; got smoothing=1. Leave out "
            "one of them.",
        ),
        (
            lambda: THEORY.mutual_information("a", "b", smoothing=1, normalized="x", correct=True),
            ValueError,
            "correct=True takes away what chance gives to counts; got smoothing=1, which changes "
            "them. Leave out one of them.",
        ),
    ],
)
def test_messages(call: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind) as caught:
        call()
    assert str(caught.value) == message


def test_more_cells_than_memory_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pdkl.core.memory.physical_memory", lambda: 10**5)
    frame = pd.DataFrame({"x": range(100), "y": range(100)})
    with pytest.raises(ValueError, match="pseudo-count") as caught:
        InfoTheory(frame).mutual_information("x", "y", smoothing=1)
    assert str(caught.value) == (
        "smoothing= gives a pseudo-count to all 100 by 100 cells of a table, which makes an answer "
        "of 10,000 rows and 8 columns. That takes about 0.0 GB of memory, and this machine has 0.0 "
        "GB. Leave out columns of so many values, cut them with bins=, or choose an estimator=."
    )
