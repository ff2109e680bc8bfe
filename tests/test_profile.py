"""Profiles answer as their data does, add up, and survive on disk."""

from __future__ import annotations

import copy
import datetime
import decimal
import json
import os
import pickle
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from pyarrow import parquet

import pdkl
from pdkl import InfoTheory, Profile, labels, stored

Ask = Callable[[InfoTheory], pd.DataFrame]
COLUMNS = ["text", "level", "flag", "whole", "time", "maybe", "thing", "zoned"]


def example(seed: int = 0, n: int = 60) -> pd.DataFrame:
    """Make a frame with a column of every kind that can be counted, some of it missing."""
    rng = np.random.default_rng(seed)
    days = pd.date_range("2024-01-01", periods=5, unit="s")

    def some(values: Any) -> Any:
        return [values[i] for i in rng.integers(0, len(values), n)]

    return pd.DataFrame(
        {
            "shop": pd.Series(some(["b", "a", None]), dtype="str"),
            "month": some([1, 2, 3]),
            "text": pd.Series(some(["x", "y", "z", None]), dtype="str"),
            "level": pd.Categorical(some(["lo", "hi", None]), ["lo", "never", "hi"], ordered=True),
            "flag": np.array(some([True, False])),
            "whole": np.array(some([3, 5, 70000]), dtype=np.int32),
            "time": some(days),
            "maybe": pd.array(some([1, 2, None]), dtype="Int64"),
            "thing": pd.Series(some(["a", 1, 2.5, False, None]), dtype=object),
            "zoned": some(days.tz_localize("Europe/Paris")),
            "size": some([0.5, 1.5, 2.5, 8.0, np.nan]),
            "count": np.array(some([0, 1, 4])),
            "share": np.array(some([0.25, 0.1, 0.7])),
        }
    )


FRAME, BEFORE = example(1), example(2)

# each question, with the columns of a profile that can answer it, and its keywords
QUESTIONS: dict[str, tuple[list[str], dict[str, Any], Ask]] = {
    "entropy": (COLUMNS, {"by": "shop"}, lambda it: it.entropy(COLUMNS, by="shop")),
    "default columns": (COLUMNS, {"by": "shop"}, lambda it: it.entropy(by="shop")),
    "no keys": (COLUMNS, {}, lambda it: it.entropy(COLUMNS, smoothing=1)),
    "keys left out": (COLUMNS, {"by": ["shop", "month"]}, lambda it: it.entropy(COLUMNS)),
    "one key of two": (
        COLUMNS,
        {"by": ["shop", "month"]},
        lambda it: it.kl_divergence(COLUMNS, by="month", against="rest", zeros="drop"),
    ),
    "a key itself": (
        ["text"],
        {"by": ["shop", "month"]},
        lambda it: it.entropy("shop", by="month"),
    ),
    "missing as category": (
        COLUMNS,
        {"by": "shop"},
        lambda it: it.entropy(COLUMNS, by="shop", dropna=False),
    ),
    "declared": (
        ["level"],
        {"by": "shop"},
        lambda it: it.distribution("level", by="shop", alphabet="declared", smoothing=1),
    ),
    "estimator": (COLUMNS, {"by": "shop"}, lambda it: it.entropy(COLUMNS, estimator="chao-shen")),
    "joint with a key": (
        ["text"],
        {"by": "shop"},
        lambda it: it.entropy(["shop", "text"], joint=True),
    ),
    "joint within": (
        ["text"],
        {"by": ["shop", "month"]},
        lambda it: it.entropy(["shop", "text"], joint=True, by="month", dropna=False),
    ),
    "two columns": (
        ["maybe", "whole"],
        {"by": "shop"},
        lambda it: it.js_divergence("maybe", "whole", by="shop"),
    ),
    "cross entropy": (
        COLUMNS,
        {"by": "shop"},
        lambda it: it.cross_entropy(COLUMNS, by="shop", against="all"),
    ),
    "pairs": (COLUMNS, {"by": "month"}, lambda it: it.js_divergence(by="month", against="pairs")),
    "previous": (
        COLUMNS,
        {"by": ["shop", "month"]},
        lambda it: it.js_divergence(COLUMNS, by=["shop", "month"], against="previous"),
    ),
    "label": (
        COLUMNS,
        {"by": ["shop", "month"]},
        lambda it: it.js_divergence(COLUMNS, by=["shop", "month"], reference=("a", 1)),
    ),
    "mapping": (
        ["text"],
        {"by": "shop"},
        lambda it: it.kl_divergence("text", by="shop", reference={"x": 1, "y": 2, "q": 1}),
    ),
    "uniform": (
        ["level"],
        {},
        lambda it: it.contributions("level", against="uniform", alphabet="declared"),
    ),
    "divergence": (
        COLUMNS,
        {"by": "shop"},
        lambda it: it.divergence(
            COLUMNS, by="shop", against="rest", measures=["psi", "hellinger"], smoothing="perks"
        ),
    ),
    "contributions": (
        COLUMNS,
        {"by": "shop"},
        lambda it: it.contributions(COLUMNS, by="shop", against="rest"),
    ),
    "distribution": (COLUMNS, {"by": "shop"}, lambda it: it.distribution(COLUMNS, by="shop")),
    "weights": (
        COLUMNS,
        {"by": "shop", "weights": "count"},
        lambda it: it.js_divergence(COLUMNS, by="shop", against="rest", weights="count"),
    ),
    "fractional weights": (
        COLUMNS,
        {"by": "shop", "weights": "share"},
        lambda it: it.distribution(COLUMNS, by="shop", weights="share"),
    ),
    "mutual information": (
        ["text", "thing"],
        {"by": "shop"},
        lambda it: it.mutual_information(["text", "thing"], ["shop", "shop"]),
    ),
    "mutual information in groups": (
        ["text"],
        {"by": ["shop", "month"], "weights": "count"},
        lambda it: it.mutual_information(
            "text", "shop", by="month", weights="count", normalized="max", dropna=False
        ),
    ),
    "mutual information given": (
        ["text"],
        {"by": ["shop", "month"]},
        lambda it: it.mutual_information("text", "shop", given="month"),
    ),
    "conditional entropy": (
        ["text"],
        {"by": "shop"},
        lambda it: it.conditional_entropy("text", "shop"),
    ),
    "variation of information": (
        ["text"],
        {"by": "shop"},
        lambda it: it.variation_of_information("shop", "text"),
    ),
    "bins of raw numbers": (
        ["whole"],
        {"by": "shop"},
        lambda it: it.distribution("whole", by="shop", bins=2),
    ),
    "sure": (
        ["level"],
        {"by": "shop"},
        lambda it: it.js_divergence(
            "level", by="shop", against="rest", test=True, confidence=0.9, rng=1, progress=False
        ),
    ),
    "blocks": (
        ["text"],
        {"by": ["shop", "month"]},
        lambda it: it.kl_divergence(
            "text", by="shop", against="all", test=True, blocks="month", rng=1, progress=False
        ),
    ),
    "losses of keys": (
        ["text"],
        {"by": ["flag", "chance"]},
        lambda it: it.binary_cross_entropy("flag", "chance"),
    ),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_profile_answers_as_its_frame(name: str, tmp_path: Path) -> None:
    columns, keywords, ask = QUESTIONS[name]
    frame = FRAME.assign(chance=0.25)
    profile = frame.info_theory.profile(columns, **keywords)
    kept = [*profile.by, *columns, *([profile.weights] if profile.weights else [])]
    expected = ask(InfoTheory(frame[kept]))
    assert_frame_equal(ask(InfoTheory(profile)), expected, rtol=1e-12)
    path = tmp_path / "a profile.parquet"
    profile.save(path)
    assert_frame_equal(ask(InfoTheory(pdkl.load_profile(path))), expected, rtol=1e-12)


@pytest.mark.parametrize("dropna", [True, False])
@pytest.mark.parametrize("weights", [None, "count", "share"])
@pytest.mark.parametrize(
    ("taken_by", "keywords"),
    [
        (None, {}),
        (None, {"by": "shop"}),
        ("shop", {"by": "shop"}),
        ("shop", {"by": "shop", "match": False}),
        (["shop", "month"], {"by": "shop"}),
        (["shop", "month"], {"by": ["month", "shop"], "match": True}),
        (["shop", "month"], {"by": pd.Grouper(key="time", freq="D")}),
    ],
)
def test_a_profile_as_reference(
    taken_by: Any, keywords: dict[str, Any], weights: str | None, dropna: bool
) -> None:
    columns = [name for name in COLUMNS if name != "time"]
    profile = BEFORE.info_theory.profile(columns, by=taken_by, weights=weights)
    keys = [] if taken_by is None else [taken_by] if isinstance(taken_by, str) else taken_by
    before = BEFORE[[*keys, *columns, *([weights] if weights else [])]]
    for measured in ("js_divergence", "contributions"):

        def ask(reference: Any, method: str = measured) -> pd.DataFrame:
            asked: pd.DataFrame = getattr(FRAME.info_theory, method)(
                columns, reference=reference, weights=weights, dropna=dropna, **keywords
            )
            return asked

        expected = ask(before)
        expected["reference"] = pd.Series("profile", index=expected.index, dtype="str")
        assert_frame_equal(ask(profile), expected, rtol=1e-12)


def test_how_sure_with_a_profile() -> None:
    profile = BEFORE.info_theory.profile("text", by="shop")
    keywords: dict[str, Any] = {"test": True, "confidence": 0.9, "rng": 3, "progress": False}
    one = FRAME.info_theory.js_divergence("text", by="shop", reference=profile, **keywords)
    two = FRAME.info_theory.js_divergence("text", by="shop", reference=BEFORE, **keywords)
    assert_frame_equal(one.drop(columns="reference"), two.drop(columns="reference"))
    profile = BEFORE.info_theory.profile("text", by=["shop", "month"])
    keywords |= {"blocks": "month"}
    one = FRAME.info_theory.js_divergence("text", by="shop", reference=profile, **keywords)
    two = FRAME.info_theory.js_divergence("text", by="shop", reference=BEFORE, **keywords)
    assert_frame_equal(one.drop(columns="reference"), two.drop(columns="reference"))


@pytest.mark.parametrize("bins", [3, "fd", [0, 1, 2], {"size": [0.0, 1.0, 2.5]}])
@pytest.mark.parametrize("method", ["contributions", "kl_divergence"])
def test_a_live_frame_is_cut_by_the_profile(bins: Any, method: str, tmp_path: Path) -> None:
    profile = BEFORE.info_theory.profile("size", by="shop", bins=bins)
    profile.save(tmp_path / "p")
    profile = pdkl.load_profile(tmp_path / "p")
    expected = getattr(FRAME.info_theory, method)("size", by="shop", reference=BEFORE, bins=bins)
    expected["reference"] = pd.Series("profile", index=expected.index, dtype="str")
    live = FRAME[["shop", "size"]].info_theory
    assert_frame_equal(getattr(live, method)(by="shop", reference=profile), expected)
    turned = InfoTheory(profile).contributions("size", by="shop", reference=FRAME)
    assert turned["low"].notna().all()
    edges = profile.prepared.binners["size"].bins.edges
    if len(set(edges)) == len(edges):
        same = FRAME.info_theory.js_divergence("size", reference=profile, bins=list(edges))
        assert_frame_equal(same, FRAME.info_theory.js_divergence("size", reference=profile))


@pytest.mark.parametrize("column", ["time", "zoned", "size", "whole"])
@pytest.mark.parametrize("binning", ["width", "quantile"])
def test_binned_columns_answer_as_the_frame(column: str, binning: Any, tmp_path: Path) -> None:
    profile = FRAME.info_theory.profile([column, "text"], by="shop", bins=3, binning=binning)
    profile.save(tmp_path / "p")
    for one in (profile, pdkl.load_profile(tmp_path / "p")):
        assert_frame_equal(
            InfoTheory(one).distribution([column, "text"], by="shop"),
            FRAME.info_theory.distribution([column, "text"], by="shop", bins=3, binning=binning),
        )
        assert_frame_equal(
            InfoTheory(one).mutual_information(column, "shop"),
            FRAME.info_theory.mutual_information(column, "shop", bins={column: 3}, binning=binning),
        )


def test_the_bins_of_another_profile() -> None:
    first = BEFORE.info_theory.profile(["size", "time"], by="shop", bins=3)
    second = FRAME.info_theory.profile(["size", "time"], by="shop", bins=first)
    result = InfoTheory(second).js_divergence(by="shop", reference=first)
    expected = FRAME.info_theory.js_divergence(
        ["size", "time"], by="shop", reference=BEFORE, bins=3
    )
    assert_frame_equal(result.drop(columns="reference"), expected.drop(columns="reference"))
    both = pd.concat([FRAME, BEFORE]).info_theory.profile(["size", "time"], by="shop", bins=first)
    assert first + second == both
    other = InfoTheory(second).profile(["size", "time"], bins=first)
    assert other == FRAME.info_theory.profile(["size", "time"], bins=first)


def test_times_cut_by_a_grouper(tmp_path: Path) -> None:
    day = pd.Grouper(key="time", freq="D")
    hours = FRAME.assign(time=FRAME["time"] + pd.to_timedelta(FRAME["month"] * 5, unit="h"))
    profile = hours.info_theory.profile("text", by=[day, "shop"])
    profile.save(tmp_path / "p")
    assert pdkl.load_profile(tmp_path / "p") == profile
    expected = hours.info_theory.entropy("text", by=day)
    assert_frame_equal(InfoTheory(profile).entropy("text", by="time"), expected)
    live = hours.info_theory.js_divergence("text", by=[day, "shop"], reference=profile, match=True)
    assert (live["js_divergence"].fillna(0) == 0).all()
    assert (live["n"] == live["n_reference"]).all()
    halves = [part.info_theory.profile("text", by=[day, "shop"]) for part in (hours[:9], hours[9:])]
    assert halves[0] + halves[1] == profile


# --- lumping


def lumped_by_hand(values: list[Any], kept: list[Any]) -> dict[Any, int]:
    return dict(Counter(value if value in kept else "(other)" for value in values))


def test_max_categories_keeps_the_most_frequent() -> None:
    frame = pd.DataFrame(
        {"g": list("uuuuvvvvv"), "x": ["c", "c", "b", "a", "c", "b", "d", "a", None], "y": 9 * [1]}
    )
    profile = frame.info_theory.profile(["x", "y"], by="g", max_categories=2)
    assert profile.facts["columns"]["x"] == {"categories": 2, "bins": None, "lumped": 2}
    assert profile.facts["columns"]["y"] == {"categories": 1, "bins": None, "lumped": 0}
    result = InfoTheory(profile).distribution("x", by="g")
    found = {(g, c): n for g, c, n in result[["g", "category", "count"]].itertuples(index=False)}
    # a and b are equally frequent, and a comes first
    assert found == {
        ("u", "c"): 2, ("u", "a"): 1, ("u", "(other)"): 1,
        ("v", "c"): 1, ("v", "a"): 1, ("v", "(other)"): 2,
    }  # fmt: skip
    assert result.attrs["pdkl"]["folded"] == {"x": 2}
    assert "folded" not in InfoTheory(profile).entropy("y").attrs["pdkl"]
    assert InfoTheory(profile).mutual_information("x", "g").attrs["pdkl"]["folded"] == {"x": 2}
    again = InfoTheory(profile).profile("x").fold(1)
    assert again.facts["columns"]["x"] == {"categories": 1, "bins": None, "lumped": 3}
    assert again == frame.info_theory.profile("x", max_categories=1)


@pytest.mark.parametrize("name", COLUMNS)
def test_the_other_side_is_lumped_too(name: str, tmp_path: Path) -> None:
    profile = BEFORE.info_theory.profile(name, by="shop", max_categories=1)
    profile.save(tmp_path / "p")
    assert pdkl.load_profile(tmp_path / "p") == profile
    counted = Counter(BEFORE[name].dropna())
    kept = [value for value, n in counted.items() if n == max(counted.values())]
    shown = InfoTheory(profile).distribution(name)["category"]
    keep = [value for value in kept if str(value) in list(shown.map(str))][:1]

    def by_hand(frame: pd.DataFrame) -> pd.DataFrame:
        text = [None if pd.isna(v) else "kept" if v in keep else "else" for v in frame[name]]
        return frame[["shop"]].assign(**{name: pd.Series(text, dtype="str")})

    expected = by_hand(FRAME).info_theory.kl_divergence(name, by="shop", reference=by_hand(BEFORE))
    result = FRAME.info_theory.kl_divergence(name, by="shop", reference=profile)
    expected["reference"] = pd.Series("profile", index=expected.index, dtype="str")
    assert_frame_equal(result, expected)
    full = FRAME.info_theory.kl_divergence(name, by="shop", reference=BEFORE)
    assert (result["kl_divergence"] <= full["kl_divergence"] + 1e-12).all()
    assert result.attrs["pdkl"]["folded"] == {name: len(counted) - 1}
    shown = InfoTheory(profile).contributions(name, by="shop", reference=FRAME)["category"]
    assert "(other)" in set(shown)


def test_two_lumped_profiles_share_what_both_have_kept() -> None:
    one = pd.DataFrame({"x": list("aaabbbcd")})
    two = pd.DataFrame({"x": list("bbbbcccaad")})
    p, q = (frame.info_theory.profile(max_categories=2) for frame in (one, two))  # a, b and b, c
    result = InfoTheory(p).contributions("x", reference=q).set_index("category")
    assert result[["count", "count_reference"]].to_dict("index") == {
        "b": {"count": 3, "count_reference": 4},
        "(other)": {"count": 5, "count_reference": 6},
    }
    apart = pd.DataFrame({"x": list("zzzyyyw")}).info_theory.profile(max_categories=1)
    assert InfoTheory(p).kl_divergence(reference=apart)["kl_divergence"].tolist() == [0.0]


def test_a_category_called_other_stays_apart() -> None:
    frame = pd.DataFrame({"x": ["(other)", "(other)", "a", "b"]})
    result = InfoTheory(frame.info_theory.profile(max_categories=1)).distribution("x")
    assert result["category"].tolist() == ["(other)", "(other)"]
    assert result["count"].tolist() == [2, 2]
    result = frame.info_theory.kl_divergence(
        reference=frame.info_theory.profile(max_categories=1), test=True, rng=0, blocks=None
    )
    assert result["categories"].tolist() == [2]


def test_lumping_with_blocks() -> None:
    lumped = BEFORE.info_theory.profile("text", by="month", max_categories=1)
    top = InfoTheory(lumped).distribution("text")["category"].map(str)
    keep = next(value for value in top if value != "(other)")

    def by_hand(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.assign(text=frame["text"].map(lambda v: "q" if v not in (keep, None) else v))

    keywords: dict[str, Any] = {"test": True, "blocks": "month", "rng": 5, "progress": False}
    live = FRAME.dropna(subset="text")
    before = BEFORE.dropna(subset="text")
    lumped = before.info_theory.profile("text", by="month", max_categories=1)
    result = live.info_theory.js_divergence("text", reference=lumped, **keywords)
    expected = by_hand(live).info_theory.js_divergence(
        "text", reference=by_hand(before), **keywords
    )
    shared = ["n", "n_reference", "categories", "js_divergence"]
    assert_frame_equal(result[shared], expected[shared])


def test_lumped_labels_are_themselves_everywhere() -> None:
    other = labels.OTHER
    assert copy.deepcopy(other) is other
    assert pickle.loads(pickle.dumps(other)) is other
    assert str(other) == "(other)" != other
    with pytest.raises(ValueError, match="zeros='raise'") as caught:
        pd.DataFrame({"x": ["b"]}).info_theory.kl_divergence(
            reference=pd.DataFrame({"x": ["a"]}).info_theory.profile().fold(1), zeros="raise"
        )
    assert "has categories of probability 0 in the reference: 'b'" in str(caught.value)


def test_new_categories_show() -> None:
    profile = pd.DataFrame({"x": ["a", "b"]}).info_theory.profile()
    result = pd.DataFrame({"x": ["a", "new"]}).info_theory.kl_divergence(reference=profile)
    assert result[["unseen", "vanished", "kl_divergence"]].iloc[0].tolist() == [0.5, 0.5, np.inf]


# --- adding

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
    kept = stored.Stored(profile._keys, profile._held, profile._weights, profile._cut_keys, {})
    return stored._seal(stored._to_parquet(kept))


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
    found: Any = merged._keys["x"].dropna() if as_key else merged._held["x"].labels
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


# --- files


@pytest.mark.parametrize(
    "values",
    [
        pd.Series(["a", None, "é\u2028"], dtype="str"),
        pd.Series(["a", None], dtype="string"),
        pd.Series(["a", 1, 1.5, True, None, 10**30, float("inf")], dtype=object),
        pd.Series([np.int64(3), np.float64(2.5), "x"], dtype=object),
        pd.Series([decimal.Decimal("1.50"), decimal.Decimal(2)], dtype=object),
        pd.Series([datetime.date(2024, 2, 29), None], dtype=object),
        pd.Series([1, 2], dtype="uint8"),
        pd.Series([2**63 + 1], dtype="uint64"),
        pd.Series([1, None], dtype="Int8"),
        pd.Series([0.1, np.inf, np.nan]),
        pd.Series([1.5], dtype="float32"),
        pd.Series([True, None], dtype="boolean"),
        pd.Series(pd.to_datetime(["2024-01-01", "NaT"])).dt.as_unit("ms"),
        pd.Series(pd.to_datetime(["2024-01-01", "NaT"])).dt.tz_localize("America/New_York"),
        pd.Series(pd.to_datetime(["2024-01-01T00:00+02:00"])),
        pd.Series(pd.to_timedelta([1, 2], unit="h")),
        pd.Series(pd.period_range("2024-01", periods=2, freq="M")),
        pd.Series(pd.interval_range(0, 3)),
        pd.Series(pd.Categorical(["b", None], ["c", "b", "a"], ordered=True)),
        pd.Series(pd.Categorical([2, 1], [2, 1, 3])),
        pd.Series(pd.Categorical([], ["b", 1.5, "a"])),
        pd.Series([None, None], dtype=object),
        pd.Series([], dtype="int16"),
        pd.Series(["a", None], dtype=pd.ArrowDtype(pa.string())),
        pd.Series([1, None], dtype=pd.ArrowDtype(pa.int32())),
    ],
    ids=lambda values: str(values.dtype),
)
@pytest.mark.parametrize("as_key", [False, True])
def test_every_dtype_comes_back(values: Any, as_key: bool, tmp_path: Path) -> None:
    frame = pd.DataFrame({"x": values})
    frame["y"] = "v"
    profile = frame.info_theory.profile("y" if as_key else "x", by="x" if as_key else None)
    profile.save(tmp_path / "p")
    back = pdkl.load_profile(tmp_path / "p")
    assert back == profile
    assert back.facts == profile.facts
    assert_frame_equal(back.head, profile.head)
    if as_key:
        assert_frame_equal(back._keys, profile._keys)
    else:
        one, two = back._held["x"].labels, profile._held["x"].labels
        assert [type(v) for v in names_of(one)] == [type(v) for v in names_of(two)]


def names_of(index: Any) -> list[Any]:
    return labels.as_objects(index)


def test_what_a_file_holds(tmp_path: Path) -> None:
    path = tmp_path / "p.parquet"
    profile = FRAME.info_theory.profile(
        [*COLUMNS, "size"], by="month", weights="count", bins={"size": 2}, max_categories=2
    )
    profile.save(str(path))
    table = parquet.read_table(path)
    assert table["column"].to_pylist()[0] == '["s", "text"]'
    assert table.num_rows == len(profile.columns)
    facts = json.loads(table.schema.metadata[b"pdkl"])
    assert facts["made"] == {"pdkl": pdkl.__version__, "created": profile.facts["created"]}
    assert table.schema.metadata[b"seal"].startswith(b"pdkl profile version 1 sha256 ")
    assert os.listdir(tmp_path) == ["p.parquet"]
    assert path.stat().st_mode & 0o777 == 0o666 & ~umask()


def umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current


@pytest.mark.parametrize("name", [1, 2.5, True, "a b", datetime.date(2024, 1, 1)])
def test_names_of_columns_come_back(name: Any, tmp_path: Path) -> None:
    profile = pd.DataFrame({name: ["a"], "k": ["b"]}).info_theory.profile(name, by="k")
    profile.save(tmp_path / "p")
    back = pdkl.load_profile(tmp_path / "p")
    assert back == profile
    assert [type(column) for column in back.columns] == [type(name)]


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "p"
    profile = FRAME.info_theory.profile(COLUMNS, by="shop")
    profile.save(path)
    data = path.read_bytes()
    places = {*range(0, len(data), 41), *range(8), *range(len(data) - 8, len(data))}
    places |= set(range(data.rindex(b"pdkl profile version"), len(data), 5))
    for place in sorted(places):
        for flip in (1, 0x80):
            broken = bytearray(data)
            broken[place] ^= flip
            path.write_bytes(broken)
            with pytest.raises(ValueError, match=re.escape(repr(str(path)))):
                pdkl.load_profile(path)
    for length in [*range(0, len(data), 61), len(data) - 1, len(data) - 4]:
        path.write_bytes(data[:length])
        with pytest.raises(ValueError, match=re.escape(repr(str(path)))):
            pdkl.load_profile(path)
    path.write_bytes(data)
    assert pdkl.load_profile(path) == profile


def test_a_killed_save_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "p"
    profile = pd.DataFrame({"x": ["a"]}).info_theory.profile()
    profile.save(path)
    code = (
        "import os, signal, sys, pandas as pd, pdkl\n"
        "os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)\n"
        "pd.DataFrame({'x': ['b']}).info_theory.profile().save(sys.argv[1])\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert pdkl.load_profile(path) == profile
    (draft,) = [other for other in tmp_path.iterdir() if other != path]
    with pytest.raises(ValueError, match=r"is not a profile|is damaged") as caught:
        pdkl.load_profile(write(draft, draft.read_bytes()[:100]))
    assert str(caught.value) == (
        f"{str(draft)!r} is damaged: its end is missing. Save the profile again."
    )


def write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def test_a_failed_save_cleans_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        pd.DataFrame({"x": ["a"]}).info_theory.profile().save(tmp_path / "p")
    assert os.listdir(tmp_path) == []


def test_files_that_are_no_profiles(tmp_path: Path) -> None:
    def message(path: Path) -> str:
        with pytest.raises(ValueError, match="is") as caught:
            pdkl.load_profile(path)
        return str(caught.value).replace(repr(str(path)), "PATH")

    path = tmp_path / "p"
    assert message(write(path, b"a,b\n1,2\n")) == (
        "PATH is not a profile: it is no Parquet file. Write profiles with Profile.save."
    )
    pd.DataFrame({"x": ["a"]}).to_parquet(path)
    assert message(path) == (
        "PATH is not a profile, but another Parquet file. Write profiles with Profile.save."
    )
    pd.DataFrame({"x": ["a"]}).info_theory.profile().save(path)
    data = path.read_bytes()
    assert message(write(path, data[:-4])) == (
        "PATH is damaged: its end is missing. Save the profile again."
    )
    assert message(write(path, data.replace(b"zstd", b"zstd", 1)[:60] + b"?" + data[61:])) == (
        "PATH is damaged: its checksum does not agree with what it holds. Save the profile again."
    )
    newer = data.replace(b"pdkl profile version 1 sha256 ", b"pdkl profile version 7 sha256 ")
    at = newer.rindex(b"sha256 ") + len(b"sha256 ")
    newer = stored._seal(newer[:at] + b"0" * 64 + newer[at + 64 :])
    assert message(write(path, newer)) == (
        "PATH is a profile in version 7 of the format, and this version of pdkl reads up to 1. "
        "Update pdkl to read it."
    )
    with pytest.raises(FileNotFoundError):
        pdkl.load_profile(tmp_path / "nowhere")
    with pytest.raises(IsADirectoryError):
        pdkl.load_profile(tmp_path)
    with pytest.raises(FileNotFoundError):
        pd.DataFrame({"x": ["a"]}).info_theory.profile().save(tmp_path / "no folder" / "p")


# --- what it says of itself


def test_what_a_profile_says() -> None:
    profile = FRAME.info_theory.profile(
        ["text", "size"],
        by=["shop", pd.Grouper(key="time", freq="D")],
        weights="count",
        bins={"size": 2},
    )
    assert (profile.columns, profile.by, profile.weights) == (
        ["text", "size"],
        ["shop", "time"],
        "count",
    )
    total = int(FRAME["count"].sum())
    groups = len(FRAME.groupby(["shop", "time"], dropna=False))
    assert profile.n == total
    assert repr(profile) == (
        f"<pdkl.Profile of weight {total} in {groups} groups by 'shop', 'time': 'text', 'size'>"
    )
    facts = json.loads(json.dumps(profile.facts))
    created = datetime.datetime.fromisoformat(facts.pop("created"))
    assert created.tzinfo is not None
    assert abs((datetime.datetime.now(datetime.UTC) - created).total_seconds()) < 60
    assert facts == {
        "pdkl": pdkl.__version__,
        "n": total,
        "groups": groups,
        "weights": "count",
        "by": {
            "shop": None,
            "time": "freq='D', closed='left', label='left', origin='start_day', offset='None'",
        },
        "columns": {
            "text": {"categories": 3, "bins": None, "lumped": 0},
            "size": {"categories": 4, "bins": 2, "lumped": 0},
        },
    }
    assert profile != "another"
    assert profile != FRAME.info_theory.profile(["text", "size"], by="shop", bins={"size": 2})
    with pytest.raises(TypeError, match="unhashable"):
        hash(profile)


def test_the_frame_stays_as_it_is() -> None:
    frame = FRAME.copy(deep=True)
    frame.info_theory.profile(COLUMNS, by="shop", bins={"time": 2}, max_categories=1)
    assert_frame_equal(frame, FRAME)
    profile = FRAME.info_theory.profile("text", by="shop")
    rows = profile.reduce([["shop"]], None, {})[0].frame
    rows["shop"] = "changed"
    assert profile == FRAME.info_theory.profile("text", by="shop")


def test_weights_need_not_be_named() -> None:
    profile = FRAME.info_theory.profile("text", by="shop", weights="count")
    one = InfoTheory(profile).entropy("text", by="shop")
    two = FRAME.info_theory.entropy("text", by="shop", weights="count")
    assert_frame_equal(one, two)
    assert InfoTheory(profile).profile("text", by="shop") == profile
    clash = pd.DataFrame({"n": ["a", "b"], "n_": ["c", "c"]})
    result = InfoTheory(clash.info_theory.profile("n", by="n_")).entropy("n")
    assert result["n"].tolist() == [2]


# --- errors

SHOPS = FRAME.info_theory.profile(["text", "level", "whole"], by="shop")
BINNED = FRAME.info_theory.profile(["size", "time"], by="shop", bins=2)
LUMPED = FRAME.info_theory.profile("text", max_categories=1)
WEIGHTED = FRAME.info_theory.profile("text", weights="count")
DAILY = FRAME.info_theory.profile("text", by=pd.Grouper(key="time", freq="D"))
FIVES = FRAME.info_theory.profile("text", by=pd.Grouper(key="time", freq="7h"))
HUGE = pd.DataFrame({"x": ["a"], "w": [2**62]}).info_theory.profile("x", weights="w")
ONE_BY_ONE = (
    "a profile counts its columns one by one, so it does not know how {} go together; it was taken "
    "{}. Name one of them in by= when you take the profile, or make the combination a column of "
    "its own."
)
RECUT = (
    "bins asks to cut column 'size' anew, but a profile has cut it already and its values are "
    "gone. Leave bins out, or take the profile with these bins."
)
DAY = "freq='D', closed='left', label='left', origin='start_day', offset='None'"
SEVEN = "freq='7h', closed='left', label='left', origin='start_day', offset='None'"


def plain(**columns: Any) -> Profile:
    return InfoTheory(pd.DataFrame(columns)).profile(list(columns))


ERRORS: list[tuple[Callable[[], Any], type[Exception], str]] = [
    (
        lambda: InfoTheory(SHOPS).mutual_information("text", "level"),
        ValueError,
        ONE_BY_ONE.format("'text' and 'level'", "by 'shop'"),
    ),
    (
        lambda: InfoTheory(plain(a=["x"], b=["y"])).entropy(["a", "b"], joint=True),
        ValueError,
        ONE_BY_ONE.format("'a' and 'b'", "without by="),
    ),
    (
        lambda: InfoTheory(plain(a=[1], b=[0.5])).binary_cross_entropy("a", "b"),
        ValueError,
        ONE_BY_ONE.format("'a' and 'b'", "without by="),
    ),
    (
        lambda: InfoTheory(SHOPS).entropy("text", by="level"),
        ValueError,
        ONE_BY_ONE.format("'level' and 'text'", "by 'shop'"),
    ),
    (
        lambda: InfoTheory(SHOPS).entropy("text", weights="whole"),
        ValueError,
        "weights='whole' cannot be applied to a profile that was taken of plain rows. Leave "
        "weights out, or take it with weights='whole'.",
    ),
    (
        lambda: InfoTheory(
            FRAME.info_theory.profile(["text", "whole"], weights="count")
        ).entropy("text", weights="whole"),
        ValueError,
        "weights='whole' cannot be applied to a profile that was taken with weights='count'. "
        "Leave weights out, or take it with weights='whole'.",
    ),
    (
        lambda: FRAME.info_theory.kl_divergence("text", reference=LUMPED, weights="count"),
        ValueError,
        "weights='count' applies to both sides, but the profile that is reference was taken "
        "without it. Take it with weights='count'.",
    ),
    (
        lambda: FRAME.info_theory.kl_divergence("text", by=["shop", "month"], reference=SHOPS),
        ValueError,
        "reference has only some of by: 'shop', not 'month'. Add the missing ones to match it "
        "group by group. To compare each group with the whole reference, pass match=False.",
    ),
    (lambda: InfoTheory(BINNED).entropy("size", bins=3), ValueError, RECUT),
    (lambda: InfoTheory(BINNED).mutual_information("size", "shop", bins=3), ValueError, RECUT),
    (
        lambda: FRAME.info_theory.kl_divergence("size", reference=BINNED, bins={"size": [0, 1]}),
        ValueError,
        RECUT,
    ),
    (lambda: InfoTheory(BINNED).profile("size", bins=4), ValueError, RECUT),
    (
        lambda: InfoTheory(BINNED).kl_divergence(
            "size", reference=FRAME.info_theory.profile("size", bins=[0, 1])
        ),
        ValueError,
        "column 'size' is not cut at the same places in both profiles. Take them with the same "
        "edges, or with the bins of the first: profile(..., bins=first).",
    ),
    (
        lambda: InfoTheory(BINNED).profile(
            "size", bins=FRAME.info_theory.profile("size", bins=[0, 1])
        ),
        ValueError,
        RECUT,
    ),
    (
        lambda: InfoTheory(BINNED).kl_divergence("size", "time"),
        ValueError,
        "columns 'size' and 'time' of the profile are not cut at the same places, so their "
        "intervals cannot be compared. Take it with the same edges for both.",
    ),
    (
        lambda: InfoTheory(FRAME.info_theory.profile(["size", "whole"], bins={"size": 2}))
        .kl_divergence("whole", "size", bins={"whole": 2}),
        ValueError,
        RECUT,
    ),
    (
        lambda: FRAME.assign(size="x").info_theory.kl_divergence("size", reference=BINNED),
        TypeError,
        f"bins is for numbers and datetimes; column 'size' holds {pd.Series(['x']).dtype}. Leave "
        "it out of bins, or convert it with pd.to_numeric or pd.to_datetime.",
    ),
    (
        lambda: FRAME.info_theory.kl_divergence(
            "whole", reference=FRAME.info_theory.profile("whole", max_categories=1), bins=2
        ),
        ValueError,
        "bins cannot cut column 'whole', as a profile has lumped some of its values together. Take "
        "it with these bins, or without max_categories.",
    ),
    (
        lambda: InfoTheory(LUMPED).kl_divergence("text", against="uniform"),
        ValueError,
        "against='uniform' needs each category of column 'text', and the profile has lumped some "
        "together. Take it without max_categories.",
    ),
    (
        lambda: pd.DataFrame({"text": [1]}).info_theory.kl_divergence("text", reference=LUMPED),
        TypeError,
        "column 'text' holds numbers and reference for column 'text' holds strings, so no category "
        "of one can occur in the other. Convert one of them, for instance with astype.",
    ),
    (
        lambda: InfoTheory(DAILY).entropy("text", by=pd.Grouper(key="time", freq="h")),
        ValueError,
        f"by has a pd.Grouper for 'time', whose times the profile has cut already ({DAY}). Name "
        "the key: by='time'.",
    ),
    (
        lambda: FRAME.info_theory.js_divergence(
            "text", by=pd.Grouper(key="time", freq="7h"), reference=DAILY, match=True
        ),
        ValueError,
        f"by cuts the times 'time' by {SEVEN}, from the first time on, and the profile has cut "
        f"them by {DAY}. To match group to group both must be the same, with closed equal to "
        "label and bins that do not begin where the data does, as for 'h' or 'D'.",
    ),
    (
        lambda: FIVES + FIVES,
        ValueError,
        f"profiles whose times 'time' are cut by {SEVEN}, from the first time on cannot be added: "
        "the bins of each begin where its data does. Take them by a pd.Grouper with "
        "origin='epoch', or with a frequency such as 'h', 'D', 'W' or 'MS'.",
    ),
    (
        lambda: DAILY + FIVES,
        ValueError,
        f"profiles whose times 'time' are cut differently cannot be added: one has {DAY}, another "
        f"{SEVEN}, from the first time on. Take both by the same pd.Grouper.",
    ),
    (
        lambda: SHOPS.merge("x"),
        TypeError,
        "merge adds profiles; got str.",
    ),
    (
        lambda: SHOPS + BINNED,
        ValueError,
        "profiles of different columns cannot be added: one has 'level', 'text', 'whole', another "
        "'size', 'time'. Take both with the same columns.",
    ),
    (
        lambda: plain(text=["a"]) + FRAME.info_theory.profile("text", by="shop"),
        ValueError,
        "profiles of different by cannot be added: one has none, another 'shop'. Take both with "
        "the same by.",
    ),
    (
        lambda: plain(text=["a"]) + WEIGHTED,
        ValueError,
        "profiles of different weights cannot be added: one has None, another 'count'. Take both "
        "with the same weights.",
    ),
    (
        lambda: BINNED + FRAME.info_theory.profile(["size", "time"], by="shop", bins=3),
        ValueError,
        "column 'size' is not cut at the same places in all profiles. Take them with the same "
        "edges, or with the bins of the first: profile(..., bins=first).",
    ),
    (
        lambda: plain(text=["a"]) + LUMPED,
        ValueError,
        "column 'text' of a profile has lumped categories, so that its counts cannot be added to "
        "others exactly. Merge full profiles, then call fold(max_categories).",
    ),
    (
        lambda: plain(x=[1]) + plain(x=pd.Series(["a"], dtype=object)),
        TypeError,
        "column 'x' does not hold the same kind of values in all profiles, but 'int64', 'object'. "
        "Convert it with astype before taking them.",
    ),
    (
        lambda: plain(x=["a"]) + plain(x=pd.Categorical(["a"])),
        TypeError,
        "column 'x' is categorical in some profiles and plain in others. Convert it with astype "
        "before taking them.",
    ),
    (
        lambda: plain(x=pd.Categorical(["a"], ["a", "b"], ordered=True))
        + plain(x=pd.Categorical(["a"], ["b", "a"], ordered=True)),
        ValueError,
        "column 'x' is categorical with different orders of its levels in the profiles. Give it "
        "the same ordered levels before taking them.",
    ),
    (
        lambda: plain(x=pd.Categorical(["a"], ["a"], ordered=True))
        + plain(x=pd.Categorical(["a"], ["a"])),
        ValueError,
        "column 'x' is categorical with different orders of its levels in the profiles. Give it "
        "the same ordered levels before taking them.",
    ),
    (
        lambda: HUGE.merge(HUGE, HUGE),
        ValueError,
        f"profiles add up to {3 * 2**62}, beyond the 2**63 - 1 that is counted to. Take them with "
        "weights that are divided, or floats.",
    ),
    (
        lambda: FRAME.info_theory.profile(["shop", "text"], by="shop"),
        ValueError,
        "columns names 'shop', which by names too. Keys are counted anyway; leave it out of "
        "columns, or assign it to another column first.",
    ),
    (
        lambda: FRAME.info_theory.profile(["text", "count"], weights="count"),
        ValueError,
        "weights names 'count', which columns or by names too. A profile needs it for its weights "
        "only; assign it to another column first.",
    ),
    (
        lambda: FRAME.info_theory.profile("text", max_categories=0),
        ValueError,
        "max_categories must be at least 1; got 0.",
    ),
    (
        lambda: FRAME.info_theory.profile("text", max_categories=2.0),
        TypeError,
        "max_categories must be an integer; got 2.0.",
    ),
    (
        lambda: FRAME.info_theory.profile("zebra"),
        pdkl.ColumnNotFoundError,
        "columns names column 'zebra', which data does not have. Its columns are "
        + ", ".join(map(repr, FRAME.columns[:10]))
        + " and 3 more.",
    ),
    (
        lambda: FRAME.info_theory.profile("text", binning="width"),
        ValueError,
        "binning='width' says how bins= are placed; pass a number of bins.",
    ),
    (
        FRAME[["month"]].info_theory.profile,
        ValueError,
        "columns is None, which means every string, categorical, boolean and object column outside "
        "by and weights, and those that bins names; there is none. Name the columns: columns=...",
    ),
    (
        lambda: plain(x=[(1, 2)]).save("never"),
        TypeError,
        "column 'x' (dtype object) holds tuple, which the file of a profile cannot hold. Turn it "
        "into text with astype(str) before taking the profile.",
    ),
    (
        lambda: pd.DataFrame({"x": [(1, 2)], "y": "v"}).info_theory.profile("y", by="x").save("no"),
        TypeError,
        "by column 'x' (dtype object) holds tuple, which the file of a profile cannot hold. Turn "
        "it into text with astype(str) before taking the profile.",
    ),
    (
        lambda: plain(x=[1 + 2j]).save("never"),
        TypeError,
        "column 'x' (dtype complex128) holds complex, which the file of a profile cannot hold. "
        "Turn it into text with astype(str) before taking the profile.",
    ),
    (
        lambda: pd.DataFrame({pd.Timestamp("2024-01-01"): ["a"]})
        .info_theory.profile()
        .save("never"),
        TypeError,
        "column Timestamp('2024-01-01 00:00:00') has a name of type Timestamp, which the file of a "
        "profile cannot hold. Rename it with text before taking the profile.",
    ),
    (
        lambda: FRAME.info_theory.js_divergence(
            "text",
            reference=FRAME.info_theory.profile("text", weights="share"),
            weights="share",
            test=True,
        ),
        ValueError,
        "test= or confidence= needs to know how many rows there are, so weights must be whole "
        "numbers; they are fractional. Pass counts, or leave weights out.",
    ),
    (
        lambda: InfoTheory(SHOPS).js_divergence(
            "text", by="shop", against="rest", test=True, blocks="whole"
        ),
        ValueError,
        ONE_BY_ONE.format("'whole' and 'text'", "by 'shop'"),
    ),
    (
        lambda: InfoTheory(
            FRAME.rename(columns={"shop": "low"}).info_theory.profile("size", by="low", bins=2)
        ).distribution("size", by="low"),
        ValueError,
        "by names 'low', which the result needs for a column of its own. Rename first: "
        "df.rename(columns={'low': 'low_key'}).",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("call", "kind", "message"), ERRORS, ids=lambda _: None)
def test_errors_say_what_to_do(
    call: Callable[[], Any],
    kind: type[Exception],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(kind) as caught:
        call()
    assert type(caught.value) is kind
    assert str(caught.value) == message
    assert os.listdir(tmp_path) == []
