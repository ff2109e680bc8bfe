"""explain: a divergence split by the chain rule, against sums over plain dicts."""

from __future__ import annotations

import re
import sys
import types
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pdkl
from pdkl.core.measures.chain_rule import Split

Cells = dict[tuple[Any, ...], Fraction]
SIZES = ["n", "n_reference", "n_missing", "n_missing_reference"]
TESTED = ["contribution", "share", "expected", "excess", "noise_floor"]


def explain(p: pd.DataFrame, q: pd.DataFrame, *args: Any, **keywords: Any) -> pd.DataFrame:
    keywords = {"n_resamples": 39, "rng": 0, "progress": False} | keywords
    return pdkl.InfoTheory(p).explain(q, *args, **keywords)


# ---- the slow truth ---------------------------------------------------------------------------


def shares(frame: pd.DataFrame, columns: Sequence[str]) -> Cells:
    """Share of each combination; missing is a value like others."""
    rows = [
        tuple(None if pd.isna(value) else value for value in row)
        for row in frame[list(columns)].itertuples(index=False, name=None)
    ]
    return {cell: Fraction(count, len(rows)) for cell, count in Counter(rows).items()}


def divergence(p: Cells, q: Cells, measure: str) -> mpmath.mpf:
    """The textbook formula with 60 digits."""
    with mpmath.workdps(60):

        def kl(left: Cells, right: Cells) -> mpmath.mpf:
            total = mpmath.mpf(0)
            for cell, share in left.items():
                if right.get(cell, 0) == 0:
                    return mpmath.inf
                ratio = share / right[cell]
                total += (
                    mpmath.mpf(share.numerator)
                    / share.denominator
                    * mpmath.log(mpmath.mpf(ratio.numerator) / ratio.denominator)
                )
            return total

        if measure == "kl_divergence":
            return kl(p, q)
        middle = {cell: (p.get(cell, 0) + q.get(cell, 0)) / Fraction(2) for cell in {**p, **q}}
        return (kl(p, middle) + kl(q, middle)) / 2


def joint(p: pd.DataFrame, q: pd.DataFrame, columns: Sequence[str], measure: str) -> mpmath.mpf:
    if not columns:
        return mpmath.mpf(0)
    return divergence(shares(p, columns), shares(q, columns), measure)


def frames(seed: int, n: int = 400, m: int = 300) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Two frames of which every column changed, given the others too."""
    rng = np.random.default_rng(seed)

    def side(n: int, shift: float) -> pd.DataFrame:
        a = rng.choice(["x", "y", "z"], n, p=[0.5 - shift, 0.3, 0.2 + shift])
        b = (rng.random(n) < 0.3 + 2 * shift * (a == "x")).astype(int)
        c = pd.Series(rng.choice(["u", "v"], n, p=[0.6 - shift, 0.4 + shift])).astype("category")
        d = rng.choice([True, False], n)
        return pd.DataFrame({"a": a, "b": b, "c": c, "d": d})

    return side(n, 0.2), side(m, 0.0)


# ---- columns ----------------------------------------------------------------------------------


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
    st.sampled_from(["a", "b", "c", None]), st.integers(0, 2), st.sampled_from([0.5, 1.5, None])
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
        pd.DataFrame(side, columns=["x", "y", "z"]).astype({"z": float}) for side in (left, right)
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
        many, few = rng.integers(0, 200, 3000), rng.random(3000) < share
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


# ---- segments ---------------------------------------------------------------------------------


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


# ---- rows -------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", [None, "a"])
def test_the_order_of_rows_and_levels_changes_nothing(by: str | None) -> None:
    p, q = frames(7)
    columns = ["b", "c", "d"]
    shuffled = [side.sample(frac=1, random_state=1) for side in (p, q)]
    shuffled[0]["c"] = shuffled[0]["c"].cat.set_categories(["w", "v", "u"])
    before = [side.copy() for side in shuffled]
    pd.testing.assert_frame_equal(
        explain(p, q, columns, by=by), explain(*shuffled, columns, by=by), check_exact=True
    )
    for side, same in zip(shuffled, before, strict=True):
        pd.testing.assert_frame_equal(side, same)


@pytest.mark.parametrize("by", [None, "a"])
def test_weights_are_numbers_of_rows(by: str | None) -> None:
    p, q = frames(9)
    columns = ["b", "d"] if by else ["a", "b", "d"]
    counted = [
        side.value_counts(["a", "b", "d"]).reset_index().rename(columns={"count": "n"})
        for side in (p, q)
    ]
    counted[0] = pd.concat([counted[0], counted[0].head(1).assign(b=77, n=0)])
    pd.testing.assert_frame_equal(
        explain(p, q, columns, by=by),
        explain(*counted, columns, by=by, weights="n"),
        check_exact=True,
    )


@pytest.mark.parametrize("by", [None, "s"])
def test_missing_values(by: str | None) -> None:
    p = pd.DataFrame({"s": ["a", "a", None, "b"] * 9, "x": ["u", None, "v", "u"] * 9})
    q = pd.DataFrame({"s": ["a", "a", None, "b"] * 9, "x": ["u", "v", "v", "u"] * 9})
    columns = "x" if by else ["s", "x"]
    kept, left = (explain(p, q, columns, by=by, dropna=drop) for drop in (False, True))
    assert kept[SIZES].iloc[0].tolist() == [36, 36, 9 if by else 18, 0 if by else 9]
    assert left[SIZES].iloc[0].tolist() == ([27, 36, 9, 0] if by else [18, 27, 18, 9])
    truth = float(joint(p, q, ["s", "x"], "js_divergence"))
    assert abs(kept["contribution"].sum() - truth) < 1e-12
    without = [side.dropna(subset="x" if by else ["s", "x"]) for side in (p, q)]
    truth = float(joint(without[0], without[1], ["s", "x"], "js_divergence"))
    assert abs(left["contribution"].sum() - truth) < 1e-12
    if by:
        assert kept["s"].tolist()[1:3] == ["a", "b"]
        assert kept["part"].tolist() == ["mix", "within", "within", "within"]
        assert pd.isna(kept["s"].iloc[3])


def test_numbers_are_cut_on_the_reference() -> None:
    rng = np.random.default_rng(0)
    q = pd.DataFrame({"x": rng.normal(size=500), "s": "a"})
    p = q.assign(x=np.where(np.arange(500) < 45, -999.0, q["x"]))
    cut = [
        pd.cut(
            side["x"], [-np.inf, *np.quantile(q["x"], [0, 0.25, 0.5, 0.75]), np.inf], right=False
        )
        for side in (p, q)
    ]
    tables = [pd.DataFrame({"x": side.astype(str)}) for side in cut]
    for by in (None, "s"):
        result = explain(p, q, "x", by=by, bins=4)
        assert result["contribution"].sum() == pytest.approx(
            float(joint(tables[0], tables[1], ["x"], "js_divergence")), abs=1e-12
        )


def test_nothing_on_one_side() -> None:
    q = pd.DataFrame({"a": ["x", "y"], "s": [1, 2]})
    result = explain(q.head(0), q, ["a", "s"])
    assert result["column"].tolist() == ["(not resolved)"]
    assert result[SIZES].to_numpy().tolist() == [[0, 2, 0, 0]]
    assert result[TESTED].isna().all(axis=None)
    result = explain(q.head(0), q, "a", by="s")
    assert result["part"].tolist() == ["mix", "within", "within"]
    assert result[TESTED].isna().all(axis=None)


def test_everything_asked_is_on_record() -> None:
    p, q = frames(1)
    result = p.info_theory.explain(q, ["a", "b"], base=2, rng=0, n_resamples=9)
    assert result.attrs["pdkl"] == {
        "method": "explain",
        "measure": "js_divergence",
        "comparison": "frame",
        "by": [],
        "columns": ["a", "b"],
        "weights": None,
        "base": 2,
        "dropna": False,
        "n_resamples": 9,
        "unit": "bit",
    }
    nats = explain(p, q, ["a", "b"], n_resamples=9)
    for name in ("contribution", "expected", "excess", "noise_floor"):
        assert (result[name] * np.log(2)).tolist() == pytest.approx(nats[name].tolist())
    assert explain(p, q).columns.tolist() == nats.columns.tolist()


@pytest.mark.parametrize("several", [1, 10**9])
def test_strata_are_dealt_alike_one_by_one_and_together(
    monkeypatch: pytest.MonkeyPatch, several: int
) -> None:
    """Each cell has the mean and variance of a hypergeometric draw, however it is drawn."""
    monkeypatch.setattr("pdkl.core.measures.chain_rule._SEVERAL", several)
    p, q = np.array([3, 2, 5, 4, 1, 0, 0]), np.array([4, 0, 1, 2, 3, 1, 1])
    stratum = np.array([0, 0, 0, 1, 1, 1, 1])
    urns = Split(stratum, p, q, 15, 12, 2)._urns()
    # cells of one row stand together, the others for themselves
    assert urns.rows.tolist() == [7, 2, 6, 6, 4, 2]
    assert urns.lone.tolist() == [False, False, False, False, False, True]
    dealt = urns.deal(20_000, np.random.default_rng(0))
    for cells, taken in (([0, 1, 2], 10), ([3, 4, 5], 5)):
        assert (dealt[cells].sum(axis=0) == taken).all()
        total = urns.rows[cells].sum()
        for cell in cells:
            share = urns.rows[cell] / total
            mean = taken * share
            variance = mean * (1 - share) * (total - taken) / (total - 1)
            assert dealt[cell].mean() == pytest.approx(mean, abs=5 * np.sqrt(variance / 20_000))
            assert dealt[cell].var() == pytest.approx(variance, rel=0.06)


# ---- errors -----------------------------------------------------------------------------------

FRAME = pd.DataFrame({"a": ["x", "y"], "s": ["u", "v"], "n": [0.5, 1.0], "part": ["k", "l"]})


@pytest.mark.parametrize(
    ("reference", "keywords", "error", "message"),
    [
        (
            FRAME,
            {"columns": "A"},
            KeyError,
            "columns names column 'A', which data does not have. Did you mean 'a'? Its columns are "
            "'a', 's', 'n', 'part'.",
        ),
        (
            FRAME[["s"]],
            {"columns": "a"},
            KeyError,
            "columns names column 'a', which reference does not have. Its columns are 's'.",
        ),
        (
            FRAME[["a"]],
            {"columns": "a", "by": "s"},
            KeyError,
            "by names column 's', which reference does not have. Its columns are 'a'.",
        ),
        (
            FRAME[["a"]],
            {"columns": "a", "weights": "n"},
            KeyError,
            "weights names column 'n', which reference does not have. Its columns are 'a'.",
        ),
        (
            FRAME,
            {"columns": ["a", "s", "a"]},
            ValueError,
            "columns names 'a' more than once. Name each column once.",
        ),
        (
            FRAME,
            {"columns": ["a", "s"], "by": "s"},
            ValueError,
            "columns and by both name 's'. The change of its own shares is the row 'mix'; leave it "
            "out of columns.",
        ),
        (
            FRAME,
            {"columns": "a", "by": "part"},
            ValueError,
            "by names 'part', which the result needs for a column of its own. Rename first: "
            "df.rename(columns={'part': 'part_key'}).",
        ),
        (
            FRAME,
            {"columns": "a", "measure": "psi"},
            ValueError,
            "measure must be one of 'js_divergence', 'kl_divergence'; got 'psi'.",
        ),
        (
            {"x": 0.5, "y": 0.5},
            {"columns": "a"},
            TypeError,
            "reference must be a frame; got dict. explain() deals the rows of both sides anew, so "
            "it needs rows on both: pass those of one group, or of the time before, as a frame.",
        ),
        (
            FRAME,
            {"columns": "a", "weights": "n"},
            ValueError,
            "explain() needs to know how many rows there are, so weights must be whole numbers; "
            "they are fractional. Pass counts, or leave weights out.",
        ),
        (
            FRAME,
            {"columns": "a", "by": "s", "weights": "n"},
            ValueError,
            "explain() needs to know how many rows there are, so weights must be whole numbers; "
            "they are fractional. Pass counts, or leave weights out.",
        ),
        (
            FRAME.assign(a=[1, 2]),
            {"columns": "a"},
            TypeError,
            "column 'a' holds strings and reference for column 'a' holds numbers, so no category "
            "of one can occur in the other. Convert one of them, for instance with astype.",
        ),
        (
            FRAME,
            {"columns": "a", "n_resamples": 0},
            ValueError,
            "n_resamples must be at least 1; got 0.",
        ),
        (
            FRAME,
            {"columns": "a", "dropna": None},
            TypeError,
            "dropna must be True or False; got None.",
        ),
    ],
)
def test_errors(reference: Any, keywords: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        FRAME.info_theory.explain(reference, **keywords)


def test_long_work_shows_a_bar_where_tqdm_is(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[int] = []
    stub = types.ModuleType("tqdm.auto")

    def tqdm(answers: Any, *, total: int, **_: Any) -> Any:
        shown.append(total)
        return answers

    stub.tqdm = tqdm  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "tqdm", types.ModuleType("tqdm"))
    monkeypatch.setitem(sys.modules, "tqdm.auto", stub)
    p, q = frames(1, 40, 40)
    explain(p, q, "b", by="a", progress=True)
    monkeypatch.setattr("pdkl.analyses.explain.splits._PROGRESS_CELLS", 0)
    explain(p, q, "b", by="a", progress=False)
    assert shown == []
    explain(p, q, "b", by="a", progress=True)
    assert shown == [4]
