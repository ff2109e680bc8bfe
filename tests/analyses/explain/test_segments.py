"""explain by segments: the mix and each of them against sums over plain dicts."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pandas as pd
import pytest

from tests.support.explain import SIZES, TESTED, divergence, explain, frames, joint, shares


def segment_truth(p: pd.DataFrame, q: pd.DataFrame, s: str, x: str, measure: str) -> dict[Any, Any]:
    """Mix and segments by the formula of the issue."""
    found: dict[Any, Any] = {"mix": joint(p, q, [s], measure)}
    left, right = shares(p, [s]), shares(q, [s])
    for (key,) in {**left, **right}:
        weights = left.get((key,), Fraction(0)), right.get((key,), Fraction(0))
        if not all(weights):
            found[key] = mpmath.mpf(0)
            continue
        mine, other = (
            shares(side[side[s].isna() if key is None else side[s] == key], [x]) for side in (p, q)
        )
        if measure == "kl_divergence":
            found[key] = divergence(mine, other, measure) * float(weights[0])
            continue
        w = weights[0] / sum(weights)
        middle = {c: w * mine.get(c, 0) + (1 - w) * other.get(c, 0) for c in {**mine, **other}}
        value = float(w) * divergence(mine, middle, "kl_divergence")
        value += float(1 - w) * divergence(other, middle, "kl_divergence")
        found[key] = value * float(sum(weights) / 2)
    return found


@pytest.mark.parametrize("measure", ["js_divergence", "kl_divergence"])
def test_segments_are_those_of_the_formula(measure: Any) -> None:
    p, q = frames(5)
    result = explain(p, q, ["b", "d"], by="a", measure=measure)
    head = ["a", "column", "part", *SIZES, "weight", "divergence"]
    assert list(result.columns) == [*head, *TESTED, "unit"]
    assert result["column"].tolist() == ["b"] * 4 + ["d"] * 4
    assert result["part"].tolist() == ["mix", "within", "within", "within"] * 2
    for column, part in result.groupby("column"):
        truth = segment_truth(p, q, "a", str(column), measure)
        assert part["a"].tolist()[1:] == ["x", "y", "z"]
        expected = [float(truth[key]) for key in ("mix", "x", "y", "z")]
        assert part["contribution"].tolist() == pytest.approx(expected, rel=1e-12, abs=1e-18)
        product = part["weight"] * part["divergence"]
        assert product.tolist() == pytest.approx(part["contribution"].tolist(), rel=1e-15)
        whole = float(joint(p, q, ["a", str(column)], measure))
        assert abs(part["contribution"].sum() - whole) <= 1e-12
    assert result["n"].tolist()[:4] == [400, *p["a"].value_counts().sort_index()]


def test_a_segment_on_one_side_is_all_in_the_mix() -> None:
    p = pd.DataFrame({"s": [1, 1, 1, 2, 2, 2], "x": list("abbaab")})
    q = pd.DataFrame({"s": [1, 1, 1, 3], "x": list("abac")})
    result = explain(p, q, "x", by="s")
    assert result["s"].dtype == "Int64"
    assert result["s"].tolist()[1:] == [1, 2, 3]
    truth = segment_truth(p, q, "s", "x", "js_divergence")
    expected = [float(truth[key]) for key in ("mix", 1, 2, 3)]
    assert result["contribution"].tolist() == pytest.approx(expected, abs=1e-15)
    assert result["divergence"].isna().tolist() == [False, False, True, True]
    assert result["expected"].tolist()[2:] == [0, 0]
    assert (
        abs(result["contribution"].sum() - float(joint(p, q, ["s", "x"], "js_divergence"))) < 1e-12
    )
    infinite = explain(p, q, "x", by="s", measure="kl_divergence")
    assert infinite["contribution"].tolist()[0] == np.inf
    assert infinite["contribution"].tolist()[2:] == [0, 0]
    assert infinite["weight"].tolist() == [1, 0.5, 0.5, 0]


def test_no_segment_in_common() -> None:
    p = pd.DataFrame({"s": ["a"] * 5, "x": list("uvuvu")})
    result = explain(p, p.assign(s="b"), "x", by="s", base="bit")
    assert result["contribution"].tolist() == [1, 0, 0]


def test_only_the_mix_changed() -> None:
    table = pd.DataFrame({"s": ["a", "a", "b", "b"], "x": ["u", "v", "u", "v"]})
    q, p = table.assign(n=[200, 600, 300, 100]), table.assign(n=[50, 150, 600, 200])
    result = explain(p, q, "x", by="s", weights="n")
    assert result["share"].tolist() == [1, 0, 0]
    assert result["contribution"][0] > result["noise_floor"][0]
    assert result["divergence"].tolist()[1:] == [0, 0]


def test_only_one_segment_changed_within() -> None:
    table = pd.DataFrame({"s": ["a", "a", "b", "b"], "x": ["u", "v", "u", "v"]})
    q, p = table.assign(n=[200, 600, 300, 100]), table.assign(n=[200, 600, 200, 200])
    result = explain(p, q, "x", by="s", weights="n")
    assert result["share"].tolist() == [0, 0, 1]
    assert (result["contribution"] > result["noise_floor"]).tolist() == [False, False, True]


def test_keys_of_several_columns_and_times() -> None:
    days = pd.to_datetime(pd.Series(["2024-02-01", "2024-01-05", "2024-01-20", None]))
    p = pd.DataFrame({"t": days, "k": pd.Categorical(["b", "a", "b", "a"]), "x": list("uvuv")})
    by = [pd.Grouper(key="t", freq="MS"), "k"]
    result = explain(p, p.iloc[::-1], "x", by=by)
    first, second = pd.Timestamp("2024-01-01"), pd.Timestamp("2024-02-01")
    assert result["t"].tolist()[1:] == [first, first, second, pd.NaT]
    assert result["k"].tolist()[1:] == ["a", "b", "b", "a"]
    assert result["k"].dtype == p["k"].dtype
    assert result["contribution"].tolist() == [0] * 5
    assert result["share"].isna().all()
