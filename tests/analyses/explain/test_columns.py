"""explain by columns: each step against sums over plain dicts."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.explain import SIZES, TESTED, divergence, explain, frames, joint


@pytest.mark.parametrize("measure", ["js_divergence", "kl_divergence"])
def test_each_step_is_what_the_column_adds(measure: Any) -> None:
    p, q = frames(1)
    columns = ["a", "b", "c", "d"]
    result = explain(p, q, columns, measure=measure)
    assert list(result.columns) == ["step", "column", "given", *SIZES, *TESTED, "unit"]
    assert result["column"].tolist() == ["c", "a", "b", "(not resolved)"]
    assert result["step"].tolist() == [1, 2, 3, 4]
    chosen: list[str] = []
    for row in result.to_dict("records"):
        assert row["given"] == ", ".join(chosen)
        after = columns if row["column"] == "(not resolved)" else [*chosen, row["column"]]
        truth = joint(p, q, after, measure) - joint(p, q, chosen, measure)
        assert row["contribution"] == pytest.approx(float(truth), rel=1e-12, abs=0)
        chosen.append(row["column"])
    whole = float(joint(p, q, columns, measure))
    assert abs(result["contribution"].sum() - whole) <= 1e-12
    assert result["share"].sum() == pytest.approx(1, abs=1e-12)
    known = result[np.isfinite(result["expected"])]
    assert len(known) >= 3
    assert (known["contribution"] - known["expected"]).tolist() == pytest.approx(
        known["excess"].tolist(), abs=1e-15
    )
    told = result["column"] != "(not resolved)"
    assert ((result["contribution"] > result["noise_floor"]) == told).all()
    assert set(result["unit"]) == {"nat"}


rows = st.tuples(
    *(st.sampled_from(["a", "b", "c", None]), st.sampled_from(["u", "v", "w"])),
    st.sampled_from([False, True, None]),
)


@settings(max_examples=50)
@given(
    left=st.lists(rows, min_size=1, max_size=40),
    right=st.lists(rows, min_size=1, max_size=40),
    measure=st.sampled_from(["js_divergence", "kl_divergence"]),
    by=st.sampled_from([None, "x"]),
)
def test_contributions_add_up(
    left: list[Any], right: list[Any], measure: Any, by: str | None
) -> None:
    p, q = (
        pd.DataFrame(side, columns=["x", "y", "z"]).astype({"z": "boolean"})
        for side in (left, right)
    )
    asked = ["x", "y", "z"] if by is None else ["y"]
    result = explain(p, q, asked, by=by, measure=measure, n_resamples=5)
    truth = float(joint(p, q, ["x", "y", "z"] if by is None else ["x", "y"], measure))
    if np.isinf(truth):
        assert np.isinf(result["contribution"].sum())
        assert result["share"].isna().all()
    else:
        assert abs(result["contribution"].sum() - truth) <= 1e-12
    assert (result["contribution"] >= 0).all()


def test_digits_survive_where_little_changed() -> None:
    n = 10**7
    q = pd.DataFrame({"a": [0, 0, 1, 1], "b": [0, 1, 0, 1], "n": n})
    p = q.assign(n=[n + 1, n - 1, n - 1, n + 1])
    with mpmath.workdps(60):
        left, right = (
            {(a, b): Fraction(int(w), 4 * n) for a, b, w in side.itertuples(index=False)}
            for side in (p, q)
        )
        for measure in ("js_divergence", "kl_divergence"):
            truth = divergence(left, right, measure)
            result = explain(p, q, ["b"], by="a", weights="n", measure=measure)
            assert result["contribution"].sum() == pytest.approx(float(truth), rel=1e-12, abs=0)


def test_a_column_of_many_levels_is_not_blamed() -> None:
    rng = np.random.default_rng(0)
    sides = []
    for share in (0.5, 0.45):
        many = np.char.add("v", rng.integers(0, 200, 3000).astype(str))
        few = rng.random(3000) < share
        sides.append(pd.DataFrame({"many": many, "few": few}))
    raw = explain(*sides, ["many"])
    assert raw["contribution"][0] > 3 * explain(*sides, ["few"])["contribution"][0]
    result = explain(*sides, ["many", "few"])
    assert result["column"].tolist() == ["few", "(not resolved)"]
    assert result["contribution"][1] < result["noise_floor"][1]


def test_what_columns_tell_of_each_other_is_found() -> None:
    q = pd.DataFrame({"a": [0, 0, 1, 1], "b": [0, 1, 0, 1], "c": "z", "n": 250})
    p = pd.DataFrame({"a": [0, 1], "b": [0, 1], "c": "z", "n": 500})
    for columns in (["a", "b"], ["a", "b", "c"]):
        result = explain(p, q, columns, weights="n", base="bit")
        assert result["column"].tolist()[:2] == ["a", "b"]
        assert result["given"].tolist()[:2] == ["", "a"]
        h = 1.5 - 0.75 * np.log2(3)  # entropy of (3/4, 1/4) is 2 - 3/4 log 3, and JS what it lacks
        assert result["contribution"].tolist()[:2] == pytest.approx([0, h], abs=1e-12)
        assert result["excess"][1] > 0.3
        if len(columns) == 3:
            assert result["column"][2] == "(not resolved)"
            assert result["contribution"][2] == 0


def test_two_columns_are_found_among_many() -> None:
    """Each row has a combination of its own, so that all columns together tell nothing."""
    rng = np.random.default_rng(0)
    p, q = (pd.DataFrame(rng.integers(0, 6, (500, 20))).add_prefix("c") for _ in range(2))
    p["c7"] = p["c3"]
    result = explain(p, q, list(p.columns), base="bit")
    assert result["column"].tolist() == ["c3", "c7", "(not resolved)"]
    assert result["given"].tolist() == ["", "c3", "c3, c7"]
    assert result["contribution"].sum() == pytest.approx(1, abs=1e-12)
    assert result["excess"][1] > 0.3
    assert result["excess"][2] == pytest.approx(0, abs=0.05)
    few = explain(p[200:280], q[200:280], ["c3", "c7"])  # 160 rows for 36 combinations
    assert few["column"].tolist() == ["(not resolved)"]
    assert few["contribution"][0] > few["noise_floor"][0]


def test_three_columns_that_matter_only_together_stay_unresolved() -> None:
    cells = [(a, b, c) for a in (0, 1) for b in (0, 1) for c in (0, 1)]
    q = pd.DataFrame(cells, columns=["a", "b", "c"]).assign(n=100)
    p = q[(q["a"] + q["b"] + q["c"]) % 2 == 0].assign(n=200)
    result = explain(p, q, ["a", "b", "c"], weights="n")
    assert result["column"].tolist() == ["(not resolved)"]
    assert result["contribution"][0] > 10 * result["noise_floor"][0]


def test_noise_is_left_unresolved() -> None:
    blamed = 0
    for seed in range(25):
        rng = np.random.default_rng(seed)
        p, q = (
            pd.DataFrame({f"c{k}": rng.integers(0, k, 300) for k in (2, 3, 8, 100)})
            for _ in range(2)
        )
        result = explain(p, q, list(p.columns), rng=seed)
        blamed += result["column"].tolist() != ["(not resolved)"]
    assert blamed <= 4  # 5 % of 25 are 1.25


def test_what_is_expected_is_the_mean_over_rows_dealt_anew() -> None:
    """By hand: shuffle who is on which side, among rows that agree in the columns before."""
    rng = np.random.default_rng(3)
    p, q = frames(3, 240, 90)
    result = explain(p, q, ["a", "d"], n_resamples=999).set_index("column")
    assert result.index.tolist() == ["a", "(not resolved)"]
    both = pd.concat([p, q], ignore_index=True)
    side = np.repeat([True, False], [240, 90])
    found = []
    for _ in range(300):
        dealt = side.copy()
        for places in both.groupby("a").indices.values():
            dealt[places] = rng.permutation(side[places])
        value = 0.0
        for one in (dealt, ~dealt):
            for (a, d), count in Counter(zip(both["a"][one], both["d"][one], strict=True)).items():
                same = (both["a"] == a).to_numpy()
                cell = same & (both["d"] == d).to_numpy()
                size = one.sum()
                left, stratum = count / size, (same & one).sum() / size
                rest = (~one).sum()
                middle = (left + (cell & ~one).sum() / rest) / (
                    stratum + (same & ~one).sum() / rest
                )
                value += 0.5 * left * np.log(left / stratum / middle)
        found.append(value)
    told = result.loc["(not resolved)"]
    error = np.std(found) / np.sqrt(300)
    assert told["expected"] == pytest.approx(np.mean(found), abs=6 * error)
    assert told["noise_floor"] == pytest.approx(np.quantile(found, 0.95), rel=0.25)


def test_new_combinations_make_kl_infinite() -> None:
    q = pd.DataFrame({"a": ["x"] * 60 + ["y"] * 40})
    p = pd.DataFrame({"a": ["x"] * 30 + ["y"] * 40 + ["new"] * 30})
    result = explain(p, q, "a", measure="kl_divergence")
    assert result["column"].tolist() == ["a"]
    assert result[["contribution", "excess"]].to_numpy().tolist() == [[np.inf, np.inf]]
    assert result["share"].isna().all()
    assert result["noise_floor"][0] < 0.2
    assert explain(p, q, "a")["share"].tolist() == [1.0]
    one_row = pd.DataFrame({"a": [*q["a"], "new"]})
    rare = explain(one_row, q, "a", measure="kl_divergence")  # infinite in half of the draws too
    assert rare["column"].tolist() == ["(not resolved)"]
    told = rare[["contribution", "expected", "noise_floor"]].to_numpy()
    assert told.tolist() == [[np.inf, np.inf, np.inf]]
    assert rare[["share", "excess"]].isna().all(axis=None)
