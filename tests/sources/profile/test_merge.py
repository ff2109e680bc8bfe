"""Profiles of parts add up to that of the whole."""

from __future__ import annotations

import pickle
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from pdkl import InfoTheory, Profile
from pdkl.sources.profile import parquet
from tests.support.profiles import COLUMNS, FRAME

cells = st.tuples(
    st.sampled_from(["a", "b", None]),  # key
    st.sampled_from([2, 1]),  # another
    st.sampled_from(["x", "y", "z", None]),
    st.sampled_from([0.5, 1.0, 7.0, None]),
    st.sampled_from([1, 2.5, "s", None]),
    st.integers(0, 3),  # weight
    st.integers(0, 2),  # part
)


def from_cells(rows: list[Any]) -> tuple[pd.DataFrame, np.ndarray[Any, Any]]:
    frame = pd.DataFrame(rows, columns=["k", "m", "text", "size", "thing", "w", "part"])
    dtypes: dict[str, Any] = {
        "k": "str",
        "m": "int64",
        "text": "str",
        "size": "float64",
        "thing": object,
    }
    frame = frame.astype({**dtypes, "w": "int64"})
    frame["level"] = pd.Categorical(frame["text"], ["z", "x", "y", "w"])
    frame["time"] = pd.to_datetime(frame["size"], unit="D").dt.as_unit("s")
    return frame.drop(columns="part"), frame["part"].to_numpy()


@settings(max_examples=40)
@given(
    st.lists(cells, max_size=25),
    st.sampled_from([None, "k", "m", ["m", "k"], "thing"]),
    st.sampled_from([None, "w"]),
)
def test_parts_add_up_to_the_whole(rows: list[Any], by: Any, weights: str | None) -> None:
    frame, part = from_cells(rows)
    columns = ["text", "size", "level", "time"]

    def take(data: pd.DataFrame) -> Profile:
        bins = {"time": pd.to_datetime(["1970-01-01", "1970-01-05"]).to_numpy()}
        return InfoTheory(data).profile(columns, by=by, weights=weights, bins=bins)

    whole = take(frame)
    one, two, three = (take(frame[part == i]) for i in range(3))
    merged = one.merge(two, three)
    assert merged == whole
    assert merged.n == whole.n == (len(frame) if weights is None else frame["w"].sum())
    for other in (
        (one + two) + three,
        one + (two + three),
        three + two + one,
        two.merge(three, one),
    ):
        assert other == whole
        assert files(other) == files(merged)
    asked = InfoTheory(merged).distribution(columns, by=by)
    bins = {"time": pd.to_datetime(["1970-01-01", "1970-01-05"]).to_numpy()}
    expected = frame.info_theory.distribution(columns, by=by, weights=weights, bins=bins)
    assert_frame_equal(asked, expected)


def files(profile: Profile) -> bytes:
    """Give the bytes that would be saved, without when it was made."""
    kept = replace(profile._stored, made={})
    return parquet._seal(parquet._to_parquet(kept))


def test_a_hundred_partitions_add_up_in_any_tree() -> None:
    rows = np.arange(5_000)
    frame = pd.DataFrame(
        {
            "shop": np.array(["a", "b", "c"])[rows % 3],
            "product": [f"product {i % 17}" for i in rows],
            "customer": [f"customer {i // 2}" for i in rows],  # each partition has its own
            "thing": pd.Series([(i % 7, f"{i % 7}", i % 7 / 2)[i % 3] for i in rows], dtype=object),
        }
    )

    def take(part: pd.DataFrame) -> Profile:
        return InfoTheory(part).profile(by="shop")

    whole = take(frame)
    sent = [pickle.dumps(take(frame[i : i + 50])) for i in range(0, len(frame), 50)]
    profiles: list[Profile] = [pickle.loads(one) for one in sent]
    assert max(map(len, sent)) < 10_000  # bytes
    for fan_in in (100, 8):
        level = profiles
        while len(level) > 1:
            steps = range(0, len(level), fan_in)
            level = [level[i].merge(*level[i + 1 : i + fan_in]) for i in steps]
        assert level == [whole]


def test_fractional_weights_add_to_rounding() -> None:
    parts = [FRAME[i::3].info_theory.profile(by="shop", weights="share") for i in range(3)]
    whole = FRAME.info_theory.profile(by="shop", weights="share")
    for merged in (parts[0] + parts[1] + parts[2], parts[2].merge(*parts[:2])):
        assert_frame_equal(
            InfoTheory(merged).distribution(by="shop"),
            InfoTheory(whole).distribution(by="shop"),
            rtol=1e-13,
        )
    assert parts[0] + parts[1] == parts[1] + parts[0]
    counted = FRAME.assign(share=1).info_theory.profile(by="shop", weights="share")
    large = pd.DataFrame({"x": ["a"], "w": [1e200]}).info_theory.profile("x", weights="w")
    assert (large + large).n == 2e200
    assert (counted + whole).n == pytest.approx(len(FRAME) + FRAME["share"].sum())


@pytest.mark.parametrize(
    ("one", "two", "dtype", "values"),
    [
        (pd.Series([1, 2]), pd.Series([2.0, 3.0]), "float64", [1.0, 2.0, 3.0]),
        (pd.Series([1], dtype="int8"), pd.Series([300]), "int64", [1, 300]),
        (pd.Series([2**53 + 1]), pd.Series([0.5, 2.0]), "object", [0.5, 2, 2**53 + 1]),
        (pd.Series(["b"], dtype=object), pd.Series(["a"], dtype="str"), "str", ["a", "b"]),
        (pd.Series([np.nan]), pd.Series(["a"], dtype="str"), "str", ["a"]),
        (pd.Series([None], dtype=object), pd.Series([np.nan]), "float64", []),
        (
            pd.Series(pd.to_datetime(["2024-01-02"])).dt.as_unit("s"),
            pd.Series(pd.to_datetime(["2024-01-01"])).dt.as_unit("ns"),
            "datetime64[ns]",
            [pd.Timestamp("2024-01-01"), pd.Timestamp("2024-01-02")],
        ),
        (
            pd.Series(pd.to_datetime(["2024-01-02"])).dt.as_unit("us").dt.tz_localize("Asia/Tokyo"),
            pd.Series(pd.to_datetime(["2024-01-02"])).dt.as_unit("us").dt.tz_localize("UTC"),
            "datetime64[us, UTC]",
            [pd.Timestamp("2024-01-01T15", tz="UTC"), pd.Timestamp("2024-01-02", tz="UTC")],
        ),
    ],
)  # fmt: skip
@pytest.mark.parametrize("as_key", [False, True])
def test_kinds_that_agree_add_up(
    one: Any, two: Any, dtype: str, values: list[Any], as_key: bool
) -> None:
    frames = [pd.DataFrame({"x": series, "y": "v"}) for series in (one, two)]
    keywords: dict[str, Any] = {"columns": "y", "by": "x"} if as_key else {"columns": "x"}
    p, q = (frame.info_theory.profile(**keywords) for frame in frames)
    assert p + q == q + p
    merged = p + q
    found: Any = merged._keys["x"].dropna() if as_key else merged._columns["x"].labels
    expected = pd.Series([], dtype="str").dtype if dtype == "str" else np.dtype("O")
    if dtype in {"str", "object"}:
        assert found.dtype in (expected, np.dtype("O"))
    else:
        assert str(found.dtype) == dtype
    assert found.tolist() == values


def test_levels_add_up_whatever_the_order() -> None:
    def take(values: list[str], levels: list[str]) -> Profile:
        return InfoTheory(pd.DataFrame({"x": pd.Categorical(values, levels)})).profile()

    same = take(["b"], ["b", "a"]) + take(["a"], ["b", "a"])
    assert same == take(["a", "b"], ["b", "a"])
    p, q, r = take(["b"], ["b", "a"]), take(["c"], ["c", "a"]), take([], ["a", "b", "c"])
    assert (p + q) + r == p + (q + r) == r + q + p == take(["b", "c"], ["a", "b", "c"])
    ordered = [
        InfoTheory(pd.DataFrame({"x": pd.Categorical(["b"], levels, ordered=True)})).profile()
        for levels in (pd.Index(["c", "b"], dtype=object), pd.Index(["c", "b"], dtype="string"))
    ]
    assert ordered[0] + ordered[1] == ordered[1] + ordered[0]
    assert InfoTheory(ordered[0] + ordered[1]).distribution()["count"].tolist() == [2]
    keyed = [
        pd.DataFrame({"x": pd.Categorical([v], [v, "z"]), "y": "v"}).info_theory.profile(by="x")
        for v in "ab"
    ]
    assert keyed[0] + keyed[1] == keyed[1] + keyed[0]
    assert (keyed[0] + keyed[1])._keys["x"].cat.categories.tolist() == ["a", "b", "z"]


def test_merging_with_nothing() -> None:
    profile = FRAME.info_theory.profile(COLUMNS, by="shop")
    empty = FRAME[:0].info_theory.profile(COLUMNS, by="shop")
    assert profile.merge() is profile
    assert profile + empty == empty + profile == profile
    assert empty.n == 0
    alone = FRAME[:0].info_theory.profile("text")
    assert alone + alone == alone
    assert InfoTheory(alone).kl_divergence("text", reference=alone).empty
    assert sum([profile, empty][1:], start=profile) == profile
