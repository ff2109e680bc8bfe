"""The library against the slow second implementation in `oracle`, on small random frames."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache
from itertools import product
from random import Random
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import pdkl
from tests.support import oracle
from tests.support.agree import RANKED, agree, in_rank_order, same
from tests.support.oracle import Row

COLUMNS = ["fruit", "grade", "color", "flag"]
PARTNERS = ["snack", "score", "paint", "flag2"]
PALETTE = ["red", "green", "blue", "black", "white"]
SEEDS = [0, 1, 2]
WEIGHTS = [None, "w_int", "w_float"]
SMOOTHING = [None, 0.5, "perks"]
ZEROS = ["inf", "drop", 1e-3]
SINGLE = ["entropy", "distribution"]
WITH_ZEROS = ["kl_divergence", "cross_entropy"]

MAPPING: dict[str, dict[Any, float]] = {
    "fruit": {"fig": 3, "kiwi": 1, "plum": 0, "lime": 4},
    "grade": {1: 0.5, 2: 0.25, 3: 0.25},
    "color": {"green": 1, "red": 2, "blue": 7},
    "flag": {True: 9, False: 1},
}


GRADES: list[list[Any]] = [[1, 2, 3, 5], [1, 2, 3, None], [1.0, 2.0, 3.0, 2.5, math.nan]]


def sample(seed: int, rows: int = 24) -> pd.DataFrame:
    """Draw a frame with keys, columns of several kinds with a partner each, and weights."""
    rng = np.random.default_rng(seed)

    def draw(values: list[Any], *, skewed: bool = True) -> list[Any]:
        shares = rng.dirichlet(np.ones(len(values))) if skewed else None
        return [values[i] for i in rng.choice(len(values), rows, p=shares)]

    fruits = ["fig", "kiwi", "plum", "pear", None]
    grades = GRADES[seed % 3]
    number = ["int64", "Int64", "float64"][seed % 3]
    levels = ["white", "red", "green", "blue", "black"]
    paint = pd.CategoricalDtype(levels, ordered=seed % 2 == 0)
    flag = ["bool", "boolean", "bool"][seed % 3]
    flags: list[Any] = [True, False, None][: 3 if flag == "boolean" else 2]
    size = [
        pd.Series(
            draw(["S", "M", "L"], skewed=False), dtype=pd.CategoricalDtype(["S", "L", "M", "XL"])
        ),
        pd.Series(draw([10, 2], skewed=False), dtype="int64"),
        pd.Series(draw([0.5, 7.0, math.nan], skewed=False), dtype="float64"),
    ][seed % 3]
    frame = pd.DataFrame(
        {
            "shop": pd.Series(draw(["a", "b", "c", None], skewed=False), dtype=object),
            "size": size,
            "fruit": pd.Series(draw(fruits), dtype="str" if seed % 2 else object),
            "snack": pd.Series(draw([*fruits, "nut"]), dtype=object),
            "grade": pd.Series(draw(grades), dtype=number),
            "score": pd.Series(draw(grades), dtype=number),
            "color": pd.Series(draw([*levels[1:4], None]), dtype=paint),
            "paint": pd.Series(draw([*levels[2:], None]), dtype=paint),
            "flag": pd.Series(draw(flags), dtype=flag),
            "flag2": pd.Series(draw(flags), dtype=flag),
            "w_int": rng.integers(0, 6, rows),
            "w_float": np.where(rng.random(rows) < 0.2, 0.0, rng.random(rows).round(3)),
        }
    )
    frame.loc[frame["shop"] == "b", "fruit"] = None
    frame.loc[frame["shop"] == "c", ["w_int", "w_float"]] = 0
    return frame


@cache
def frames(seed: int, rows: int = 24) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return a frame, and another one that lacks one of its groups and has one of its own."""
    frame, other = sample(seed, rows), sample(seed + 300, rows)
    other = other[other["shop"] != "a"].reset_index(drop=True)
    other["shop"] = other["shop"].replace({"c": "d"})
    return frame, other


def forms(frame: pd.DataFrame, other: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """Return the keywords of each way to say what P is compared with."""
    two = ["shop", "size"]
    size = frame["size"][frame["shop"] == "a"].dropna()
    number = float if frame["grade"].dtype == "float64" else int
    mapping = {**MAPPING, "grade": {number(k): v for k, v in MAPPING["grade"].items()}}
    return {
        "q": {"q": PARTNERS, "by": "shop"},
        "q, two keys": {"q": PARTNERS, "by": two},
        "q, no keys": {"q": PARTNERS},
        "frame, matched": {"reference": other, "by": "shop"},
        "frame, matched, two keys": {"reference": other, "by": two},
        "frame, no keys": {"reference": other},
        "frame, whole": {"reference": other.drop(columns=two), "by": ["size"]},
        "frame, match=False": {"reference": other, "by": ["shop"], "match": False},
        "mapping": {"reference": mapping, "by": "shop"},
        "mapping, no keys": {"reference": mapping},
        "label": {"reference": "a", "by": "shop"},
        "label of several keys": {"reference": ("a", *size.tolist()[:1]), "by": two},
        "rest": {"against": "rest", "by": "shop"},
        "rest, two keys": {"against": "rest", "by": two[::-1]},
        "all": {"against": "all", "by": "shop"},
        "pairs": {"against": "pairs", "by": "shop"},
        "pairs, another key": {"against": "pairs", "by": "size"},
        "previous": {"against": "previous", "by": "size"},
        "previous, two keys": {"against": "previous", "by": two},
        "two before": {"against": "previous", "window": 2, "by": "size"},
        "three before, two keys": {"against": "previous", "window": 3, "by": two},
        "uniform": {"against": "uniform", "by": "shop"},
        "uniform, no keys": {"against": "uniform"},
    }


FORMS = list(forms(*frames(0)))
EVERY_SETTING = [
    *("q", "frame, matched", "frame, whole", "mapping", "label", "label of several keys"),
    *("rest", "all", "pairs", "previous, two keys", "three before, two keys", "uniform"),
]


def settings(method: str) -> Iterator[dict[str, Any]]:
    """Yield the full product of weights, dropna, smoothing and, where there are any, zeros."""
    for weights, dropna, smoothing in product(WEIGHTS, [True, False], SMOOTHING):
        for zeros in ZEROS if method in WITH_ZEROS else [None]:
            chosen = {"weights": weights, "dropna": dropna, "smoothing": smoothing}
            yield chosen if zeros is None else {**chosen, "zeros": zeros}


def some(method: str, number: int, draw: Random) -> list[dict[str, Any]]:
    """Return a few of the settings."""
    return draw.sample(list(settings(method)), number)


def restricted(keywords: dict[str, Any], columns: list[str]) -> dict[str, Any]:
    """Return the keywords of a form for some of the columns only."""
    if "q" in keywords:
        return {**keywords, "q": [PARTNERS[COLUMNS.index(name)] for name in columns]}
    if isinstance(keywords.get("reference"), dict):
        return {**keywords, "reference": {name: keywords["reference"][name] for name in columns}}
    return keywords


def compare(
    method: str, frame: pd.DataFrame, keywords: dict[str, Any], columns: Any = None
) -> pd.DataFrame:
    """Ask the library and the oracle the same, and check that the answers agree."""
    door = pdkl.InfoTheory(frame)
    arguments = {} if columns is None else {"columns" if method in SINGLE else "p": columns}
    result: pd.DataFrame = getattr(door, method)(**arguments, **keywords)
    rows: list[Row] = getattr(oracle, method)(frame, columns, **keywords)
    checked = result
    if method in RANKED:
        checked = in_rank_order(result, rows, RANKED[method])
    agree(checked, rows, keywords, method)
    for key in oracle.listed(keywords.get("by")):
        assert result[key].dtype == frame[key].dtype
    return result


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("method", ["kl_divergence", "cross_entropy", "js_divergence"])
def test_measures(method: str, form: str) -> None:
    draw = Random(method + form)
    for chosen in settings(method) if form in EVERY_SETTING else some(method, 6, draw):
        frame, other = frames(draw.choice(SEEDS))
        columns = draw.sample(COLUMNS, 2)
        keywords = restricted(forms(frame, other)[form], columns)
        compare(method, frame, {**keywords, **chosen}, columns)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("measure", ["kl_divergence", "cross_entropy", "js_divergence"])
def test_contributions(measure: str, form: str) -> None:
    draw = Random(measure + form)
    every = measure == "kl_divergence" and form in EVERY_SETTING
    for i, chosen in enumerate(settings(measure) if every else some(measure, 6, draw)):
        frame, other = frames(draw.choice(SEEDS))
        columns = draw.sample(COLUMNS, 1)
        keywords = restricted(forms(frame, other)[form], columns)
        keywords = {**keywords, **chosen, "measure": measure}
        result = compare("contributions", frame, keywords, columns)
        if i % 5 == 0:
            adds_up(result, frame, columns, keywords)


def adds_up(
    result: pd.DataFrame, frame: pd.DataFrame, columns: list[str], keywords: dict[str, Any]
) -> None:
    """Check that the contributions of each row of a measure sum to it."""
    names = [name for name in result.columns if name.endswith("_reference")]
    keys = [*oracle.listed(keywords.get("by")), *(set(names) - {"count_reference"})]
    measure = keywords["measure"]
    others = {name: value for name, value in keywords.items() if name != "measure"}
    scores: pd.DataFrame = getattr(pdkl.InfoTheory(frame), measure)(columns, **others)

    def labels(table: pd.DataFrame) -> list[tuple[Any, ...]]:
        return [
            tuple(map(oracle.plain, row))
            for row in zip(*(table[k].tolist() for k in [*keys, "column"]), strict=True)
        ]

    sums: dict[tuple[Any, ...], list[float]] = {}
    for label, term in zip(labels(result), result["contribution"].tolist(), strict=True):
        sums.setdefault(label, []).append(term)
    for label, score in zip(labels(scores), scores[measure].tolist(), strict=True):
        total = math.fsum(sums[label]) if not math.isinf(score) else sum(sums[label])
        assert math.isnan(score) or math.isclose(total, score, rel_tol=1e-9, abs_tol=1e-14), label


@pytest.mark.parametrize("form", ["q, no keys", "frame, matched", "mapping", "rest", "uniform"])
@pytest.mark.parametrize("columns", [COLUMNS, ["fruit", "color"], ["grade", "flag"]])
def test_contributions_of_several_columns(form: str, columns: list[str]) -> None:
    for seed, dropna in product(SEEDS, [True, False]):
        frame, other = frames(seed)
        keywords = restricted(forms(frame, other)[form], columns)
        keywords = {**keywords, "dropna": dropna, "smoothing": 0.5}
        compare("contributions", frame, keywords, columns)


BYS: list[Any] = [None, "shop", "size", ["shop", "size"], ["size", "shop"]]


@pytest.mark.parametrize("by", BYS, ids=str)
@pytest.mark.parametrize("method", SINGLE)
def test_single_distributions(method: str, by: Any) -> None:
    draw = Random(f"{method}{by}")
    for chosen in settings(method):
        frame, _ = frames(draw.choice(SEEDS))
        compare(method, frame, {"by": by, **chosen}, COLUMNS)
        compare(method, frame, {"by": by, **chosen}, draw.choice(COLUMNS))


ALPHABETS: list[Any] = ["declared", 9, 40]


@pytest.mark.parametrize("alphabet", ALPHABETS)
@pytest.mark.parametrize(
    "method", ["kl_divergence", "cross_entropy", "js_divergence", "entropy", "distribution"]
)
def test_alphabets(method: str, alphabet: Any) -> None:
    turns = ["q", "frame, matched", "frame, no keys", "mapping", "rest", "previous", "uniform"]
    draw = Random(f"{method}{alphabet}")
    for chosen in some(method, 18, draw):
        frame, other = frames(draw.choice(SEEDS))
        if method == "distribution" and (alphabet == "declared" or chosen["smoothing"]):
            continue
        form = "label" if method in SINGLE else draw.choice(turns)
        keywords = {**forms(frame, other)[form], **chosen, "alphabet": alphabet}
        if method in SINGLE:
            del keywords["reference"]
        compare(method, frame, keywords, COLUMNS)


@pytest.mark.parametrize("form", FORMS)
def test_contributions_of_declared_levels(form: str) -> None:
    draw = Random(form)
    for smoothing, zeros in product(SMOOTHING, ZEROS):
        seed = draw.choice(SEEDS)
        frame, other = frames(seed)
        keywords = {**forms(frame, other)[form], "smoothing": smoothing, "zeros": zeros}
        keywords |= {"alphabet": "declared", "dropna": seed > 0}
        if "q" in keywords:
            keywords["q"] = ["paint"]
        if form.startswith("mapping"):
            keywords["reference"] = MAPPING["color"]
        compare("contributions", frame, keywords, "color")


BASES: list[Any] = ["nat", "nit", "bit", "dit", 3, 1.5]


@pytest.mark.parametrize("base", BASES)
def test_bases(base: Any) -> None:
    frame, other = frames(1)
    for form, smoothing in product(
        ["q", "frame, matched", "rest", "pairs"], ["laplace", "jeffreys"]
    ):
        for method in ["kl_divergence", "cross_entropy", "js_divergence", "contributions"]:
            keywords = {**forms(frame, other)[form], "base": base, "smoothing": smoothing}
            compare(method, frame, keywords, COLUMNS)
    for method in SINGLE:
        compare(method, frame, {"by": "shop", "base": base}, COLUMNS)
        compare(method, frame, {"weights": "w_int", "base": base, "smoothing": 2.5}, COLUMNS)


def test_default_columns() -> None:
    for seed in SEEDS:
        frame, other = frames(seed)
        for by in BYS:
            compare("entropy", frame, {"by": by})
            compare("kl_divergence", frame, {"by": by, "reference": other})
        compare("js_divergence", frame, {"by": "flag", "against": "rest", "weights": "w_int"})


@pytest.mark.parametrize("seed", range(10, 18))
def test_other_frames(seed: int) -> None:
    rng = np.random.default_rng(seed)
    frame, other = frames(seed, 6 + 5 * (seed % 5))
    shops = set(frame["shop"]) & set(other["shop"])
    chosen = list(settings("kl_divergence"))
    for form, keywords in forms(frame, other).items():
        if ("label" in form and "a" not in set(frame["shop"])) or ("matched" in form and not shops):
            continue
        for i in rng.choice(len(chosen), 2):
            compare("kl_divergence", frame, {**keywords, **chosen[i]}, COLUMNS)


def test_a_grouper_makes_the_groups_of_its_periods() -> None:
    for seed, dropna in product(SEEDS, [True, False]):
        frame, other = frames(seed)
        rng = np.random.default_rng(seed)
        hours = pd.to_timedelta(rng.integers(0, 24 * 9, len(frame)), unit="h")
        when = pd.Series(pd.Timestamp("2024-02-27") + hours).where(rng.random(len(frame)) > 0.1)
        exact = frame.assign(when=when)
        daily = frame.assign(when=when.dt.floor("D"))
        for against, more in product(
            ["rest", "all", "pairs", "previous", "uniform"], [[], ["shop"]]
        ):
            grouper = pd.Grouper(key="when", freq="D")
            keywords: dict[str, Any] = {"against": against, "dropna": dropna}
            result = pdkl.InfoTheory(exact).kl_divergence(COLUMNS, by=[*more, grouper], **keywords)
            rows = oracle.kl_divergence(daily, COLUMNS, by=[*more, "when"], **keywords)
            agree(result, rows, keywords, (seed, more))
        result = pdkl.InfoTheory(exact).kl_divergence(COLUMNS, by=grouper, reference=other)
        rows = oracle.kl_divergence(daily, COLUMNS, by="when", reference=other)
        agree(result, rows, {}, seed)


def test_missing_is_a_label_and_a_category_like_others() -> None:
    for seed, weights in product(SEEDS, WEIGHTS):
        frame, _ = frames(seed)
        key = next(size for size in frame["size"][frame["shop"].isna()] if oracle.plain(size))
        compare(
            "kl_divergence",
            frame,
            {"by": ["shop", "size"], "reference": (None, key), "weights": weights},
            COLUMNS,
        )
        compare(
            "js_divergence",
            frame,
            {"by": "shop", "reference": math.nan, "weights": weights},
            COLUMNS,
        )
        mapping = {"fig": 2, "kiwi": 1, None: 3, "lime": 1.5}
        keywords = {"reference": mapping, "dropna": False, "weights": weights, "by": "shop"}
        compare("kl_divergence", frame, keywords, "fruit")
        compare("contributions", frame, keywords, "fruit")


def test_rows_that_weigh_nothing() -> None:
    frame, _ = frames(0)
    nothing = frame.assign(w_int=0, w_float=0.0)
    for form, weights in product(["q", "rest", "all", "pairs", "previous", "uniform"], WEIGHTS[1:]):
        for method in ["kl_divergence", "cross_entropy", "js_divergence"]:
            keywords = {**forms(nothing, nothing)[form], "weights": weights, "dropna": False}
            compare(method, nothing, keywords, COLUMNS)
    compare("entropy", nothing, {"by": "shop", "weights": "w_int"}, COLUMNS)


LABELS: list[list[Any]] = [["x", "y", "z"], [1, 2, 3], [True, False]]


@cache
def predictions(seed: int) -> pd.DataFrame:
    """Draw a frame of outcomes and predicted probabilities, certain and missing ones among them."""
    rng = np.random.default_rng(seed)
    frame = sample(seed)
    rows = len(frame)
    labels = LABELS[seed % 3]
    shares = rng.dirichlet(np.ones(len(labels)) * 0.7, rows)
    for row in range(0, rows, 5):
        shares[row] = 0
        shares[row, rng.integers(len(labels))] = 1
    for i in range(len(labels)):
        frame[f"p{i}"] = shares[:, i]
        frame.loc[rng.random(rows) < 0.1, f"p{i}"] = math.nan
    frame["label"] = pd.Series(
        [labels[i] for i in rng.integers(0, len(labels), rows)], dtype=object
    ).where(rng.random(rows) > 0.1, None)
    frame["soft"] = np.where(rng.random(rows) < 0.3, rng.integers(0, 2, rows), rng.random(rows))
    frame["hard"] = pd.Series(
        rng.integers(0, 2, rows), dtype=["int64", "boolean", "Int64"][seed % 3]
    )
    frame["small"] = rng.random(rows) * 1e-12
    return frame


@pytest.mark.parametrize("by", BYS, ids=str)
def test_losses(by: Any) -> None:
    draw = Random(str(by))
    for weights, clip, base in product(WEIGHTS, [0.0, 1e-6, 0.1], ["nat", "bit"]):
        seed = draw.choice(SEEDS)
        frame = predictions(seed)
        keywords: dict[str, Any] = {"by": by, "weights": weights, "clip": clip, "base": base}
        guesses = {label: f"p{i}" for i, label in enumerate(LABELS[seed % 3])}
        door = pdkl.InfoTheory(frame)
        for target in ["soft", "hard"]:
            names = ["p0", "small", "p1"]
            result = door.binary_cross_entropy(target, names, **keywords)
            rows = oracle.binary_cross_entropy(frame, target, names, **keywords)
            agree(result, rows, keywords, seed)
        result = door.categorical_cross_entropy("label", guesses, **keywords)
        rows = oracle.categorical_cross_entropy(frame, "label", guesses, **keywords)
        agree(result, rows, keywords, seed)


@pytest.mark.parametrize("method", ["kl_divergence", "cross_entropy", "js_divergence"])
def test_series_answer_with_the_same_number(method: str) -> None:
    draw = Random(method)
    for every in settings(method):
        if every["weights"] is not None:
            continue
        chosen = {name: value for name, value in every.items() if name != "weights"}
        frame, other = frames(draw.choice(SEEDS))
        for column in COLUMNS:
            one, two = frame[column].rename("x"), other[column].rename("y")
            for q, reference in [(two, two.to_frame("x")), (MAPPING[column], MAPPING[column])]:
                expected = getattr(oracle, method)(
                    one.to_frame(), "x", reference=reference, **chosen
                )
                actual = getattr(pdkl.SeriesInfoTheory(one), method)(q, **chosen)
                assert type(actual) is float
                assert same(actual, expected[0][method], 1e-12), (column, chosen)


def test_nothing_is_changed() -> None:
    frame, other = frames(2)
    before_frame, before_other = frame.copy(), other.copy()
    compare("kl_divergence", frame, forms(frame, other)["frame, matched"], COLUMNS)
    assert_frame_equal(frame, before_frame)
    assert_frame_equal(other, before_other)


def test_a_side_without_rows() -> None:
    for seed, method in product(SEEDS, ["kl_divergence", "cross_entropy", "js_divergence"]):
        frame, other = frames(seed)
        none = frame.iloc[:0]
        compare(method, none, {"reference": other}, COLUMNS)
        compare(method, frame, {"reference": none}, COLUMNS)
        compare(method, none, {"reference": forms(frame, other)["mapping"]["reference"]}, COLUMNS)
        assert getattr(pdkl.InfoTheory(none), method)("fruit", reference=none).empty
        assert getattr(pdkl.InfoTheory(none), method)("fruit", by="shop", against="all").empty


@pytest.mark.parametrize("zeros", ["inf", "drop", 1e-3])
@pytest.mark.parametrize("size", [10**4, 10**7, 10**9, 10**12])
def test_large_counts_that_are_nearly_equal(size: int, zeros: Any) -> None:
    counts = [size, 2 * size, 5 * size + 3, size + 1, 2 * size, 5 * size + 3]
    frame = pd.DataFrame({"g": list("aaabbb"), "x": list("uvwuvw"), "w_int": counts})
    for smoothing in [None, 0.5, "perks", 0.3]:
        keywords = {"by": "g", "weights": "w_int", "against": "pairs", "smoothing": smoothing}
        compare("kl_divergence", frame, {**keywords, "zeros": zeros}, "x")
        compare("cross_entropy", frame, {**keywords, "zeros": zeros}, "x")
        compare("js_divergence", frame, keywords, "x")


@pytest.mark.parametrize("form", ["all", "label"])
def test_a_floor_that_nothing_is_below_leaves_equal_sides_equal(form: str) -> None:
    for counts in product(range(1, 6), repeat=3):
        frame = pd.DataFrame({"g": "a", "x": list("uvw"), "w_int": counts})
        asked: dict[str, Any] = {"against": "all"} if form == "all" else {"reference": "a"}
        keywords = {"by": "g", "weights": "w_int", **asked, "zeros": 1e-3}
        result = pdkl.InfoTheory(frame).kl_divergence("x", **keywords)
        assert result["kl_divergence"].tolist() == [0.0], counts
        result = pdkl.InfoTheory(frame).contributions("x", **keywords)
        assert result["contribution"].tolist() == [0.0, 0.0, 0.0], counts


def test_shares_of_which_drop_leaves_nothing() -> None:
    frame = pd.DataFrame({"p": ["u", "v"], "q": ["w", "w"]})
    result = pdkl.InfoTheory(frame).contributions("p", "q", zeros="drop")
    for row, expected in zip(
        result.to_dict("records"), oracle.contributions(frame, "p", "q", zeros="drop"), strict=True
    ):
        for name in ["p", "q", "contribution"]:
            assert same(row[name], expected[name], 1e-12), (name, row, expected)


@pytest.mark.parametrize("ordered", [True, False])
def test_ties_are_in_the_order_of_the_categories(ordered: bool) -> None:
    levels = ["low", "mid", "high", "top"]
    values = ["high", "mid", "low", "high", "mid", "low", "top"]
    frame = pd.DataFrame({"x": pd.Categorical(values, categories=levels, ordered=ordered)})
    result = pdkl.InfoTheory(frame).distribution("x")
    expected = [row["category"] for row in oracle.distribution(frame, "x")]
    assert result["category"].tolist() == expected == levels
    others: list[Any] = [["b", "a", "c", "c"], [3, 2, 10, 10], [True, False]]
    for other in others:
        frame = pd.DataFrame({"x": other})
        agree(pdkl.InfoTheory(frame).distribution("x"), oracle.distribution(frame, "x"), {})


@pytest.mark.parametrize("column", COLUMNS)
def test_declared_levels_in_a_distribution(column: str) -> None:
    for seed, by, dropna in product(SEEDS, BYS, [True, False]):
        frame, _ = frames(seed)
        compare("distribution", frame, {"by": by, "alphabet": "declared", "dropna": dropna}, column)


def test_declared_levels_where_a_group_has_no_value() -> None:
    frame = pd.DataFrame({"g": ["a", "b"], "x": pd.Categorical(["u", None], categories=["u", "v"])})
    compare("distribution", frame, {"by": "g", "alphabet": "declared"}, "x")
