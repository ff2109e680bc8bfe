"""The cases that data-quality work turns on: what must never be lost or made up."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from pdkl import InfoTheory


def test_half_the_mass_in_categories_never_seen() -> None:
    today = pd.DataFrame({"x": ["a", "a", "b", "c"]})
    before = pd.DataFrame({"x": ["a", "a", "d", "d"]})
    theory = InfoTheory(today)
    row = theory.kl_divergence("x", reference=before).iloc[0]
    assert row["kl_divergence"] == math.inf
    assert (row["unseen"], row["vanished"]) == (0.5, 0.5)
    terms = theory.contributions("x", reference=before)
    assert terms["category"].tolist()[:2] == ["b", "c"]
    assert np.isinf(terms["contribution"]).tolist() == [True, True, False, False]

    smooth = theory.kl_divergence("x", reference=before, smoothing=1).iloc[0]
    assert math.isfinite(smooth["kl_divergence"])
    assert smooth["unseen"] == 0.5
    with pytest.raises(ValueError, match="of probability 0 in the reference: 'b', 'c'"):
        theory.kl_divergence("x", reference=before, zeros="raise")
    dropped = theory.contributions("x", reference=before, zeros="drop")
    shared = dropped.set_index("category")
    assert shared["p"].to_dict() == shared["q"].to_dict() == {"a": 1, "b": 0, "c": 0, "d": 0}
    assert theory.kl_divergence("x", reference=before, zeros="drop")["kl_divergence"].tolist() == [
        0.0
    ]
    floor = theory.kl_divergence("x", reference=before, zeros=1e-6).iloc[0]
    assert 1 < floor["kl_divergence"] < math.inf


def test_nothing_in_common_is_nan_under_drop() -> None:
    frame = pd.DataFrame({"a": ["u"], "b": ["v"]})
    theory = InfoTheory(frame)
    assert theory.kl_divergence("a", "b", zeros="drop")["kl_divergence"].isna().all()
    assert theory.kl_divergence("a", "b")["kl_divergence"].tolist() == [math.inf]
    assert theory.js_divergence("a", "b", base=2)["js_divergence"].tolist() == [1.0]


def test_a_column_that_is_mostly_missing_today() -> None:
    before = pd.DataFrame({"x": ["a", "b"] * 50})
    today = pd.DataFrame({"x": ["a", "b"] * 5 + [None] * 90})
    theory = InfoTheory(today)
    row = theory.js_divergence("x", reference=before).iloc[0]
    assert (row["n"], row["n_missing"], row["n_missing_reference"]) == (10, 90, 0)
    assert row["js_divergence"] == 0.0
    row = theory.js_divergence("x", reference=before, dropna=False).iloc[0]
    assert row["js_divergence"] > 0.3
    assert row["unseen"] == 0.9
    assert theory.kl_divergence("x", reference=before, dropna=False)["kl_divergence"][0] == math.inf


def test_other_months_ask_what_to_do() -> None:
    months = {name: pd.DataFrame({"month": [name] * 4, "x": list("aabb")}) for name in (1, 2)}
    with pytest.raises(ValueError, match="pass match=False; to compare groups in time"):
        InfoTheory(months[2]).kl_divergence("x", by="month", reference=months[1])
    whole = InfoTheory(months[2]).kl_divergence("x", by="month", reference=months[1], match=False)
    assert whole["n_reference"].tolist() == [4]


def test_a_daily_grouper_meets_the_whole_reference() -> None:
    today = pd.DataFrame(
        {"t": pd.date_range("2024-02-01", periods=6, freq="12h"), "x": list("aabbab")}
    )
    before = pd.DataFrame(
        {"t": pd.date_range("2024-01-01", periods=4, freq="D"), "x": list("aabb")}
    )
    days = pd.Grouper(key="t", freq="D")
    result = InfoTheory(today).kl_divergence("x", by=days, reference=before)
    assert result["n_reference"].tolist() == [4, 4, 4]
    assert result["t"].dt.day.tolist() == [1, 2, 3]


@pytest.mark.parametrize("freq", ["2D", "7h", "W", "MS"])
def test_matching_by_a_grouper_cuts_both_frames_at_the_same_times(freq: str) -> None:
    rng = np.random.default_rng(1)
    times = pd.Series(
        pd.Timestamp("2024-01-03 05:00") + pd.to_timedelta(rng.integers(0, 500, 60), "h")
    )
    today = pd.DataFrame({"t": times, "x": rng.choice(list("ab"), 60)})
    before = pd.DataFrame({"t": times - pd.Timedelta(hours=31), "x": rng.choice(list("ab"), 60)})
    grouper = pd.Grouper(key="t", freq=freq)
    result = InfoTheory(today).kl_divergence("x", by=grouper, reference=before, match=True)
    both = pd.concat([today.assign(side=0), before.assign(side=1)], ignore_index=True)
    sizes = both.groupby([grouper, "side"]).size().unstack(fill_value=0)
    assert result["n"].tolist() == sizes[0].tolist()
    assert result["n_reference"].tolist() == sizes[1].tolist()


def test_a_group_on_one_side_only_gets_its_row() -> None:
    today = pd.DataFrame({"g": ["x", "new"], "x": ["a", "a"]})
    before = pd.DataFrame({"g": ["x", "gone"], "x": ["a", "b"]})
    result = InfoTheory(today).kl_divergence("x", by="g", reference=before).set_index("g")
    assert result.index.tolist() == ["gone", "new", "x"]
    assert result["n"].tolist() == [0, 1, 1]
    assert result["n_reference"].tolist() == [1, 0, 1]
    assert result["kl_divergence"].isna().tolist() == [True, True, False]


def test_matched_categorical_keys_join_their_levels() -> None:
    left = pd.CategoricalDtype(["b", "a", "unused"], ordered=True)
    today = pd.DataFrame({"g": pd.Series(["a", "b"], dtype=left), "x": ["u", "u"]})
    before = pd.DataFrame({"g": pd.Series(["c", "a"], dtype="category"), "x": ["u", "u"]})
    result = InfoTheory(today).kl_divergence("x", by="g", reference=before)
    assert result["g"].tolist() == ["b", "a", "c"]
    assert result["g"].cat.categories.tolist() == ["b", "a", "unused", "c"]
    plain = InfoTheory(today).kl_divergence("x", by="g", reference=before.astype(object))
    assert plain["g"].tolist() == ["b", "a", "c"]


@pytest.mark.parametrize(
    ("here", "there", "keys"),
    [
        (pd.Series([1, 2], dtype="int8"), pd.Series([2, 300]), [1, 2, 300]),
        (pd.Series([True, False]), pd.Series([1, 2]), [False, True, 2]),
        (pd.Series([1, 2]), pd.Series([2, None], dtype="Int64"), [1, 2, None]),
        (pd.Series([1, 2]), pd.Series([2.0, 2.5]), [1, 2, 2.5]),
    ],
)
def test_matched_keys_of_other_dtypes(
    here: pd.Series[Any], there: pd.Series[Any], keys: list[Any]
) -> None:
    today, before = (pd.DataFrame({"g": side, "x": ["u", "v"]}) for side in (here, there))
    result = InfoTheory(today).js_divergence("x", by="g", reference=before)
    assert [None if pd.isna(key) else key for key in result["g"]] == keys


def test_unobserved_levels_make_no_rows() -> None:
    levels = pd.CategoricalDtype(["a", "b", "c"])
    frame = pd.DataFrame(
        {"g": pd.Series(["c", "a"], dtype=levels), "h": pd.Series(["a", "b"], dtype=levels)}
    )
    result = InfoTheory(frame).entropy("h", by=["g", "h"])
    assert result[["g", "h"]].to_numpy().tolist() == [["a", "b"], ["c", "a"]]


def test_empty_input() -> None:
    empty = pd.DataFrame({"g": pd.Series([], dtype=object), "x": pd.Series([], dtype=object)})
    full = pd.DataFrame({"g": ["a"], "x": ["u"]})
    theory = InfoTheory(empty)
    assert len(theory.entropy("x", by="g")) == 0
    for form in ("rest", "all", "pairs", "previous", "uniform"):
        result = theory.kl_divergence("x", by="g", against=form)
        assert len(result) == 0
        assert "kl_divergence" in result
    row = theory.entropy("x").iloc[0]
    assert row["n"] == 0
    assert math.isnan(row["entropy"])
    assert len(theory.kl_divergence("x", reference=empty)) == 0
    assert len(theory.kl_divergence("x", "g")) == 0
    assert len(theory.kl_divergence("x", reference=full)) == 1
    assert len(InfoTheory(full).kl_divergence("x", reference=empty)) == 1
    one_sided = theory.kl_divergence("x", by="g", reference=full)
    assert one_sided["n_reference"].tolist() == [1]
    assert len(theory.contributions("x", reference=empty)) == 0
    assert len(theory.distribution("x")) == 0
    assert len(theory.distribution("x", by="g")) == 0


def test_one_row_and_one_category() -> None:
    theory = InfoTheory(pd.DataFrame({"x": ["a"], "w": [0.1]}))
    for weights in (None, "w"):
        value = theory.entropy("x", weights=weights)["entropy"].iloc[0]
        assert value == 0.0
        assert not np.signbit(value)
        surprisal = theory.distribution("x", weights=weights)["surprisal"].iloc[0]
        assert surprisal == 0.0
        assert not np.signbit(surprisal)


def test_weights_of_zero() -> None:
    frame = pd.DataFrame({"g": ["a", "b"], "x": ["u", "v"], "w": [0, 1]})
    result = InfoTheory(frame).entropy("x", by="g", weights="w")
    assert result["n"].tolist() == [0, 1]
    assert result["entropy"].isna().tolist() == [True, False]
    nothing = InfoTheory(frame.assign(w=0)).entropy("x", weights="w").iloc[0]
    assert nothing["n"] == 0
    assert math.isnan(nothing["entropy"])
    # a category of weight 0 does not occur, so smoothing does not reach it
    assert InfoTheory(frame).entropy("x", weights="w", smoothing=1)["entropy"].tolist() == [0.0]


def test_whole_weights_above_two_to_the_53_are_counted_exactly() -> None:
    big = 2**60
    frame = pd.DataFrame({"x": ["a", "a", "b"], "w": [big, 1, big]})
    result = InfoTheory(frame).entropy("x", weights="w", base="bit")
    assert result["n"].tolist() == [2 * big + 1]
    assert result["entropy"].tolist() == [1.0]
    counts = InfoTheory(frame).distribution("x", weights="w")["count"]
    assert counts.tolist() == [big + 1, big]


def test_float_weights_leave_no_phantom_categories_in_the_rest() -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {"g": rng.integers(0, 5, 300), "x": rng.integers(0, 60, 300), "w": rng.random(300)}
    )
    frame.loc[frame["x"] == 7, "g"] = 1
    rest = InfoTheory(frame).kl_divergence("x", by="g", against="rest", weights="w")
    for row in rest.to_dict("records"):
        inside, outside = frame[frame["g"] == row["g"]], frame[frame["g"] != row["g"]]
        again = InfoTheory(inside).kl_divergence("x", reference=outside, weights="w").iloc[0]
        assert row["unseen"] == pytest.approx(again["unseen"], abs=1e-15)
        assert row["kl_divergence"] == pytest.approx(again["kl_divergence"], rel=1e-12)
    assert rest["unseen"].iloc[1] > 0


def test_pre_counted_frames_through_weights() -> None:
    raw = pd.DataFrame({"g": list("xxxyyy"), "x": ["a", "a", "b", "b", "b", None]})
    counted = raw.groupby(["g", "x"], dropna=False).size().reset_index(name="size")
    for dropna in (True, False):
        left = InfoTheory(raw).kl_divergence("x", by="g", against="rest", dropna=dropna)
        right = InfoTheory(counted).kl_divergence(
            "x", by="g", against="rest", dropna=dropna, weights="size"
        )
        pd.testing.assert_frame_equal(left, right, check_like=False)


def test_a_sparse_table_counts_like_a_dense_one() -> None:
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({"g": rng.integers(0, 3000, 5000), "x": rng.integers(0, 3000, 5000)})
    frame["w"] = rng.integers(0, 3, 5000)
    few = frame.assign(g=frame["g"] % 2)
    for weights in (None, "w"):
        many = InfoTheory(frame).entropy("x", by="g", weights=weights)
        sizes = frame.groupby("g")["w"].sum() if weights else frame.groupby("g").size()
        assert many["n"].tolist() == sizes.tolist()
        dense = InfoTheory(few).entropy("x", weights=weights)["entropy"].iloc[0]
        joined = InfoTheory(frame).kl_divergence("x", by="g", against="all", weights=weights)
        known = joined[joined["n"] > 0]
        inside = many[many["n"] > 0]
        mean = (known["kl_divergence"] * known["n"]).sum() / known["n"].sum()
        within = (inside["entropy"] * inside["n"]).sum() / inside["n"].sum()
        assert mean + within == pytest.approx(dense, rel=1e-12)


def test_uniform_over_a_known_size() -> None:
    frame = pd.DataFrame({"x": ["a", "b"]})
    row = InfoTheory(frame).kl_divergence("x", against="uniform", alphabet=4, base="bit").iloc[0]
    assert row["kl_divergence"] == 1.0
    assert (row["categories"], row["vanished"]) == (4, 0.5)
    smooth = InfoTheory(frame).kl_divergence(
        "x", against="uniform", alphabet=4, base="bit", smoothing=1
    )
    p = np.array([2, 2, 1, 1]) / 6
    assert smooth["kl_divergence"].iloc[0] == pytest.approx((p * np.log2(p * 4)).sum(), rel=1e-14)


def test_a_fixed_distribution_is_never_smoothed() -> None:
    frame = pd.DataFrame({"x": ["a", "b"]})
    terms = InfoTheory(frame).contributions("x", reference={"a": 3, "b": 1}, smoothing=1)
    assert terms["q"].tolist() == [0.25, 0.75]
    assert terms["p"].tolist() == [0.5, 0.5]
    assert terms["count_reference"].isna().all()
    several = InfoTheory(frame.assign(y=["u", "u"])).kl_divergence(
        reference={"x": {"a": 1, "b": 1}, "y": {"u": 1, "v": 3}}, base="bit"
    )
    assert several["kl_divergence"].tolist() == [0.0, 2.0]


def test_a_fixed_distribution_with_missing() -> None:
    frame = pd.DataFrame({"x": ["a", None]})
    row = InfoTheory(frame).kl_divergence(
        "x", reference={"a": 0.5, np.nan: 0.5, "b": 0}, dropna=False
    )
    assert row["kl_divergence"].tolist() == [0.0]


def test_categorical_cross_entropy() -> None:
    frame = pd.DataFrame(
        {
            "y": pd.array([1, 2, 2, None], dtype="Int64"),
            "one": [0.5, 0.25, None, 0.5],
            "two": [0.5, 0.75, 1.0, 0.5],
            "w": [3, 1, 1, 1],
        },
        index=list("stuv"),
    )
    theory = InfoTheory(frame)
    row = theory.categorical_cross_entropy("y", {1: "one", 2: "two"}, weights="w", base="bit")
    assert row["n"].tolist() == [4]
    assert row["n_missing"].tolist() == [2]
    expected = (3 * 1 - math.log2(0.75)) / 4
    assert row["categorical_cross_entropy"].iloc[0] == pytest.approx(expected, rel=1e-15)
    # float labels, and a label that does not occur
    again = theory.categorical_cross_entropy("y", {1.0: "one", 2.0: "two"})
    assert again["n"].tolist() == [2]
    off = frame.assign(two=[0.5, 0.5, 0.5, 0.5])
    with pytest.raises(ValueError, match="1 of 2 complete rows do not, the first at index 't'"):
        InfoTheory(off).categorical_cross_entropy("y", {1: "one", 2: "two"})


def test_binary_soft_targets_clip_and_missing() -> None:
    frame = pd.DataFrame({"y": [0.25, 1.0, None, 1.0], "x": [0.25, 0.0, 0.5, None]})
    theory = InfoTheory(frame)
    row = theory.binary_cross_entropy("y", "x").iloc[0]
    assert (row["n"], row["n_missing"]) == (2, 2)
    assert row["binary_cross_entropy"] == math.inf
    row = theory.binary_cross_entropy("y", "x", clip=0.125, base="bit").iloc[0]
    soft = -(0.25 * math.log2(0.25) + 0.75 * math.log2(0.75))
    assert row["binary_cross_entropy"] == pytest.approx((soft + 3) / 2, rel=1e-15)
    flags = frame.iloc[:1].assign(y=True, z=0.5)
    two = InfoTheory(flags).binary_cross_entropy("y", ["x", "z"], base="bit")
    assert two["prediction"].tolist() == ["x", "z"]
    assert two["binary_cross_entropy"].tolist() == [2.0, 1.0]


def test_losses_ignore_rows_of_weight_zero() -> None:
    frame = pd.DataFrame({"y": [1, 1], "x": [0.0, 0.5], "w": [0, 1], "g": ["a", "b"]})
    result = InfoTheory(frame).binary_cross_entropy("y", "x", weights="w", by="g", base="bit")
    assert result["n"].tolist() == [0, 1]
    assert result["binary_cross_entropy"].isna().tolist() == [True, False]
    whole = InfoTheory(frame).binary_cross_entropy("y", "x", weights="w", base="bit")
    assert whole["binary_cross_entropy"].tolist() == [1.0]


def test_many_combinations_of_keys_that_hardly_occur() -> None:
    rng = np.random.default_rng(5)
    frame = pd.DataFrame({"g": rng.permutation(2000), "h": rng.permutation(2000), "x": "a"})
    result = InfoTheory(frame).entropy("x", by=["g", "h"])
    expected = frame.sort_values(["g", "h"])
    assert result["g"].tolist() == expected["g"].tolist()
    assert result["h"].tolist() == expected["h"].tolist()


def test_a_grouper_over_times_that_are_all_missing() -> None:
    frame = pd.DataFrame({"t": pd.DatetimeIndex([None, None]), "x": ["a", "b"]})
    result = InfoTheory(frame).entropy("x", by=pd.Grouper(key="t", freq="D"), base="bit")
    assert result["t"].isna().tolist() == [True]
    assert result["entropy"].tolist() == [1.0]


def test_keys_of_mixed_and_unsortable_kinds() -> None:
    mixed = pd.DataFrame({"g": pd.Series(["b", 2, "a", None, 10], dtype=object), "x": "u"})
    result = InfoTheory(mixed).entropy("x", by="g")
    assert result["g"].tolist()[:4] == [2, 10, "a", "b"]
    sets = [frozenset("b"), ("a",), frozenset("a")]
    frame = pd.DataFrame({"g": pd.Series(sets, dtype=object), "x": "u"})
    forth = InfoTheory(frame).entropy("x", by="g")["g"].tolist()
    back = InfoTheory(frame[::-1]).entropy("x", by="g")["g"].tolist()
    assert forth == back == [("a",), frozenset("a"), frozenset("b")]


def test_decimal_weights_are_fractional() -> None:
    weights = pd.Series([0.5, 1.5]).astype(pd.ArrowDtype(pa.decimal128(30, 2)))
    frame = pd.DataFrame({"x": ["a", "b"], "w": weights})
    assert InfoTheory(frame).entropy("x", weights="w")["n"].tolist() == [2.0]
