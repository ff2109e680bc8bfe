"""Profiles answer as their data does, add up, and survive on disk."""

from __future__ import annotations

import copy
import datetime
import json
import pickle
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

import pdkl
from pdkl import InfoTheory, Profile
from pdkl.codes import labels
from pdkl.sources.profile import parquet

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
    kept = parquet.Stored(
        profile._keys, profile._columns, profile._weights, profile._grouper_texts, {}
    )
    return parquet._seal(parquet._to_parquet(kept))


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
