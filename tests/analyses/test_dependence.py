"""Joint quantities: published tables, a dictionary oracle, identities, and what is missing."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import mpmath
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdkl import InfoTheory, SeriesInfoTheory
from tests.support.frames import frames

mpmath.mp.dps = 60
JOINT = [[4, 2, 1, 1], [2, 4, 1, 1], [2, 2, 2, 2], [8, 0, 0, 0]]
TABLE = pd.DataFrame(
    [(x, y, count) for y, line in enumerate(JOINT) for x, count in enumerate(line)],
    columns=["x", "y", "count"],
)


def one(result: pd.DataFrame) -> float:
    return float(result[list(result)[-2]].iloc[0])


def test_cover_and_thomas_2_2_1() -> None:
    theory = InfoTheory(TABLE)
    keywords: dict[str, Any] = {"weights": "count", "base": "bit"}
    assert one(theory.entropy(["x", "y"], joint=True, **keywords)) == 27 / 8
    assert one(theory.conditional_entropy("x", "y", **keywords)) == 11 / 8
    assert one(theory.conditional_entropy("y", "x", **keywords)) == 13 / 8
    assert one(theory.mutual_information("x", "y", **keywords)) == 3 / 8
    assert one(theory.variation_of_information("x", "y", **keywords)) == 3.0
    shares = {"min": 7 / 4, "max": 2, "mean": 15 / 8, "joint": 27 / 8, "x": 7 / 4, "y": 2}
    for normalized, whole in {**shares, "sqrt": math.sqrt(7 / 2)}.items():
        share = theory.mutual_information("x", "y", normalized=normalized, **keywords)  # type: ignore[arg-type]
        assert one(share) == pytest.approx(3 / 8 / whole, rel=1e-15)


@pytest.mark.parametrize(
    ("x", "y", "information"),
    [
        ([0, 0, 1], [0, 1, 1], 0.17441604792151594),
        ([0, 1, 1, 0, 1, 0], [0, 1, 0, 0, 1, 1], 0.0566330122651324),
    ],
)
def test_scikit_learn(x: list[int], y: list[int], information: float) -> None:
    frame = pd.DataFrame({"x": x, "y": y})
    assert one(InfoTheory(frame).mutual_information("x", "y")) == pytest.approx(
        information, rel=1e-13
    )


def truth(frame: pd.DataFrame, *, dropna: bool, given: str | None = None) -> dict[str, Any]:
    """Count by dictionaries, and measure with 60 digits."""
    cells: Counter[Any] = Counter()
    missing = 0
    for row in frame.to_dict("records"):
        values = [row["a"], row["b"], row[given] if given else 0]
        plain = tuple(None if pd.isna(value) else value for value in values)
        missing += row["w"] if None in plain else 0
        if row["w"] and not (dropna and None in plain):
            cells[plain] += row["w"]
    n = sum(cells.values())

    def marginal(*places: int) -> Counter[Any]:
        counted: Counter[Any] = Counter()
        for cell, count in cells.items():
            counted[tuple(cell[place] for place in places)] += count
        return counted

    z, xz, yz = marginal(2), marginal(0, 2), marginal(1, 2)

    def mean(term: Any) -> Any:
        parts = [mpmath.mpf(c) / n * mpmath.log(term(cell, c)) for cell, c in cells.items()]
        return mpmath.fsum(parts)

    return {
        "n": n,
        "n_missing": missing,
        "categories": len(cells),
        "mutual_information": mean(
            lambda cell, c: mpmath.mpf(c * z[cell[2:]]) / (xz[cell[0], cell[2]] * yz[cell[1:]])
        ),
        "conditional_entropy": mean(lambda cell, c: mpmath.mpf(yz[cell[1:]]) / c),
        "back": mean(lambda cell, c: mpmath.mpf(xz[cell[0], cell[2]]) / c),
        "entropy": mean(lambda _, c: mpmath.mpf(n) / c),
    }


def assert_close(value: Any, expected: Any) -> None:
    assert abs(mpmath.mpf(float(value)) - expected) <= mpmath.mpf("1e-12") * expected + mpmath.mpf(
        "1e-50"
    )
    assert value >= 0
    assert not np.signbit(value)


@given(frame=frames(), dropna=st.booleans())
def test_against_dictionaries(frame: pd.DataFrame, dropna: bool) -> None:
    theory = InfoTheory(frame)
    keywords: dict[str, Any] = {"weights": "w", "dropna": dropna, "by": "g"}
    results = {
        "mutual_information": theory.mutual_information("a", "b", **keywords),
        "conditional_entropy": theory.conditional_entropy("a", "b", **keywords),
        "entropy": theory.entropy(["a", "b"], joint=True, **keywords),
        "variation_of_information": theory.variation_of_information("a", "b", **keywords),
    }
    for i, (_, part) in enumerate(frame.groupby("g")):
        expected = truth(part, dropna=dropna)
        expected["variation_of_information"] = expected["conditional_entropy"] + expected["back"]
        for method, result in results.items():
            row = result.iloc[i]
            for name in ("n", "n_missing", "categories"):
                assert row[name] == expected[name], (method, name)
            if expected["n"]:
                assert_close(row[method], expected[method])
            else:
                assert math.isnan(row[method])


@given(frame=frames(), dropna=st.booleans())
def test_given_a_third_column(frame: pd.DataFrame, dropna: bool) -> None:
    frame = frame.assign(c=frame["g"].where(frame["g"] != "x"))
    expected = truth(frame, dropna=dropna, given="c")
    row = (
        InfoTheory(frame)
        .mutual_information("a", "b", given="c", weights="w", dropna=dropna)
        .iloc[0]
    )
    assert (row["n"], row["n_missing"]) == (expected["n"], expected["n_missing"])
    if expected["n"]:
        assert_close(row["mutual_information"], expected["mutual_information"])


@given(frame=frames(), dropna=st.booleans())
def test_identities(frame: pd.DataFrame, dropna: bool) -> None:
    theory = InfoTheory(frame.dropna() if dropna else frame)
    keywords: dict[str, Any] = {"weights": "w", "dropna": dropna}
    information = one(theory.mutual_information("a", "b", **keywords))
    if math.isnan(information):
        return
    assert information == one(theory.mutual_information("b", "a", **keywords))
    own = one(theory.entropy("a", **keywords))
    assert one(theory.mutual_information("a", "a", **keywords)) == pytest.approx(own, abs=1e-14)
    left = one(theory.conditional_entropy("a", "b", **keywords))
    assert own == pytest.approx(information + left, abs=1e-14)
    both = one(theory.entropy(["a", "b"], joint=True, **keywords))
    assert both == pytest.approx(one(theory.entropy("b", **keywords)) + left, abs=1e-14)


@given(counts=st.lists(st.integers(10**5, 10**6), min_size=2, max_size=4), data=st.data())
def test_near_independence_keeps_its_digits(counts: list[int], data: st.DataObject) -> None:
    lines = data.draw(st.lists(st.integers(1, 900), min_size=2, max_size=3))
    noise = st.integers(-2, 2)
    frame = pd.DataFrame(
        [
            {"a": i, "b": j, "w": a * b + data.draw(noise)}
            for i, a in enumerate(counts)
            for j, b in enumerate(lines)
        ]
    )
    expected = truth(frame, dropna=True)["mutual_information"]
    value = one(InfoTheory(frame).mutual_information("a", "b", weights="w"))
    assert abs(mpmath.mpf(value) - expected) <= mpmath.mpf("1e-12") * expected + mpmath.mpf("1e-40")


def test_nothing_to_tell() -> None:
    frame = pd.DataFrame({"a": ["u"] * 4, "b": ["v"] * 4, "c": list("wxyz")})
    theory = InfoTheory(frame)
    assert theory.mutual_information("a", "c")["mutual_information"].tolist() == [0.0]
    kinds: list[Any] = ["min", "sqrt", "x"]
    for normalized in kinds:
        share = theory.mutual_information(["a", "a"], ["b", "c"], normalized=normalized)
        assert share["mutual_information"].isna().all()
    assert one(theory.mutual_information("a", "c", normalized="y")) == 0.0
    assert one(theory.mutual_information("c", "c", normalized="joint")) == 1.0


def test_missing_drops_the_row_of_the_pair() -> None:
    frame = pd.DataFrame(
        {"a": ["u", "v", None, "u"], "b": ["p", "q", "q", None], "w": [1, 2, 4, 8]}
    )
    theory = InfoTheory(frame)
    row = theory.mutual_information("a", "b", weights="w").iloc[0]
    assert (row["n"], row["n_missing"], row["categories"]) == (3, 12, 2)
    kept = theory.mutual_information("a", "b", weights="w", dropna=False).iloc[0]
    assert (kept["n"], kept["n_missing"], kept["categories"]) == (15, 12, 4)
    joint = theory.entropy(["a", "b"], joint=True, weights="w", dropna=False).iloc[0]
    assert (joint["n"], joint["n_missing"], joint["categories"]) == (15, 12, 4)
    assert joint["column"] == "a, b"


def test_all_pairs_and_one_against_all() -> None:
    frame = pd.DataFrame({"a": list("uv"), "b": list("uv"), "c": [True, False], "n": [1, 2]})
    theory = InfoTheory(frame)
    pairs = theory.mutual_information(base="bit")
    assert list(zip(pairs["x"], pairs["y"], strict=True)) == [("a", "b"), ("a", "c"), ("b", "c")]
    assert pairs["mutual_information"].tolist() == [1.0, 1.0, 1.0]
    rest = theory.mutual_information("b")
    assert list(zip(rest["x"], rest["y"], strict=True)) == [("b", "a"), ("b", "c")]
    grouped = InfoTheory(frame.rename(columns={"n": "g"})).mutual_information(by="g", given="c")
    assert list(grouped)[:5] == ["g", "x", "y", "given", "n"]
    assert list(zip(grouped["g"], grouped["x"], grouped["y"], strict=True)) == [
        (1, "a", "b"),
        (2, "a", "b"),
    ]


def test_tables_too_large_to_be_dense() -> None:
    rng = np.random.default_rng(2)
    frame = pd.DataFrame({"a": rng.integers(0, 10**9, 4000), "b": rng.integers(0, 10**9, 4000)})
    frame["g"] = rng.integers(0, 500, 4000)
    theory = InfoTheory(frame)
    assert one(theory.mutual_information("a", "b")) == pytest.approx(math.log(4000), rel=1e-12)
    by = theory.conditional_entropy("a", "b", by="g")
    assert (by["conditional_entropy"] == 0).all()
    assert by["n"].sum() == 4000


@pytest.mark.parametrize("kind", ["float64", "int64"])
def test_weights_beyond_exact_products(kind: Any) -> None:
    frame = TABLE.assign(count=(TABLE["count"] * 2**40).astype(kind))
    value = one(InfoTheory(frame).mutual_information("x", "y", weights="count", base="bit"))
    assert value == pytest.approx(3 / 8, rel=1e-15)


def test_empty_frames() -> None:
    empty = pd.DataFrame({"a": pd.Series([], dtype=object), "b": pd.Series([], dtype=object)})
    theory = InfoTheory(empty)
    assert theory.mutual_information("a", "b")["mutual_information"].isna().tolist() == [True]
    assert len(theory.mutual_information("a", "a", by="b")) == 0
    assert theory.entropy(["a", "b"], joint=True)["entropy"].isna().tolist() == [True]


def test_settings_are_on_record() -> None:
    result = InfoTheory(TABLE).mutual_information("x", "y", weights="count", normalized="min")
    assert result.attrs["pdkl"] == {
        "method": "mutual_information",
        "by": [],
        "weights": "count",
        "given": None,
        "dropna": True,
        "normalized": "min",
        "base": "nat",
        "estimator": "plugin",
        "unit": "none",
    }
    assert result["unit"].tolist() == ["none"]


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (
            lambda theory: theory.mutual_information("x", "y", normalized="total"),
            ValueError,
            "normalized must be one of 'min', 'max', 'mean', 'sqrt', 'joint', 'x', 'y', or None; "
            "got 'total'.",
        ),
        (
            lambda theory: theory.mutual_information(y="y"),
            ValueError,
            "x is None, which means every string, categorical, boolean and object column besides "
            "y='y' and outside by, weights, given and exclude, and those that bins names; there is "
            "none. Name x.",
        ),
        (
            lambda theory: theory.variation_of_information(y="y"),
            ValueError,
            "x is None, but y='y' needs a partner. Name x, or leave out both for all pairs.",
        ),
        (
            lambda theory: theory.mutual_information(["x", "y"], ["y"]),
            ValueError,
            "the lists x and y are paired, so they must be equally long; got 2 in x ('x', 'y') and "
            "1 in y ('y'). To ask about one column with each of a list, name it without a list.",
        ),
        (
            lambda theory: theory.conditional_entropy("x", None),
            TypeError,
            "x and given must both name columns: what is uncertain, and what is known.",
        ),
        (
            lambda theory: theory.mutual_information("x", "y", by="given", given="count"),
            KeyError,
            "by names column 'given', which data does not have. Its columns are 'x', 'y', 'count'.",
        ),
        (
            lambda theory: theory.entropy(["x", "y"], joint=True, alphabet="declared"),
            ValueError,
            "alphabet='declared' is not known for columns together, as ('x', 'y') are. Give the "
            "number of their combinations, or leave alphabet='observed'.",
        ),
        (
            lambda theory: theory.entropy(["x", "y"], joint=1),
            TypeError,
            "joint must be True or False; got 1.",
        ),
    ],
)
def test_messages(call: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind) as caught:
        call(InfoTheory(TABLE))
    assert str(caught.value) == message


def test_all_pairs_need_two_columns() -> None:
    with pytest.raises(ValueError, match="there is only 'a'") as caught:
        InfoTheory(pd.DataFrame({"a": ["u"], "b": [1]})).mutual_information()
    assert str(caught.value).endswith("Name x and y.")


def test_series() -> None:
    times = TABLE["count"].tolist()
    x, y = TABLE["x"].repeat(times), TABLE["y"].repeat(times)
    theory = SeriesInfoTheory(x)
    assert theory.mutual_information(y, base="bit") == 3 / 8
    assert theory.mutual_information(y, normalized="y") == pytest.approx(3 / 16, rel=1e-15)
    assert theory.conditional_entropy(y, base="bit") == 11 / 8
    assert theory.divergence(y, "max_difference") == 0.25
    assert theory.divergence(y, ("renyi_divergence", 2)) == pytest.approx(math.log(11 / 8))
    with pytest.raises(ValueError, match="other must have the same index") as caught:
        theory.mutual_information(y.reset_index(drop=True))
    assert str(caught.value) == (
        "other must have the same index, since values are paired row by row. Align it with "
        "reindex_like, or call reset_index(drop=True) on both."
    )


def test_numbers_are_cut_into_bins() -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(size=2000)
    frame = pd.DataFrame({"x": x, "y": x**2, "z": rng.normal(size=2000), "c": ["a", "b"] * 1000})
    theory = InfoTheory(frame)
    shared = theory.mutual_information("x", ["y"], bins=8, base="bit")["mutual_information"].iloc[0]
    noise = theory.mutual_information("x", "z", bins=8, base="bit")["mutual_information"].iloc[0]
    assert shared > 1.5
    assert noise < 0.05
    own = frame.assign(x=pd.qcut(frame["x"], 8).astype(str), y=pd.qcut(frame["y"], 8).astype(str))
    again = InfoTheory(own).mutual_information("x", "y", base="bit")["mutual_information"].iloc[0]
    assert shared == pytest.approx(again, abs=0.01)
    named = theory.mutual_information(bins={"x": 4, "z": [-1, 0, 1]})
    assert list(zip(named["x"], named["y"], strict=True)) == [("x", "z"), ("x", "c"), ("z", "c")]
    known = theory.conditional_entropy("y", "x", bins=8, base="bit")["conditional_entropy"].iloc[0]
    assert known == pytest.approx(3 - shared, abs=1e-12)
    joint = theory.entropy(["x", "y"], joint=True, bins=8, binning="quantile", base="bit")
    assert joint["entropy"].iloc[0] == pytest.approx(3 + known, abs=1e-12)
    given_z = theory.mutual_information("x", "y", given="z", bins=4, normalized="x")
    assert given_z["mutual_information"].between(0, 1).all()
    assert theory.variation_of_information("x", "x", bins=5).iloc[0, -2] == 0
