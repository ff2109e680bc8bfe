"""Profiles answer as their data does, and say what they are."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import pdkl
from pdkl import InfoTheory
from tests.support.profiles import BEFORE, COLUMNS, FRAME

Ask = Callable[[InfoTheory], pd.DataFrame]

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
    "evidence": (
        ["text", "thing"],
        {"by": ["shop", "month"]},
        lambda it: it.weight_of_evidence(["text", "thing"], "shop", event="a", by="month"),
    ),
    "pairs of values": (
        ["text", "level"],
        {"by": ["shop", "month"], "weights": "count"},
        lambda it: it.pointwise_information(
            ["text", "level"], ["shop", "shop"], given="month", weights="count", dropna=False
        ),
    ),
    "three columns": (
        ["text"],
        {"by": ["shop", "month"]},
        lambda it: it.interaction_information("text", "shop", "month"),
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
    edges = profile.precounted.binners["size"].bins.edges
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
    assert_frame_equal(InfoTheory(profile).entropy("text", by=day), expected)
    live = hours.info_theory.js_divergence("text", by=[day, "shop"], reference=profile, match=True)
    assert (live["js_divergence"].fillna(0) == 0).all()
    assert (live["n"] == live["n_reference"]).all()
    halves = [part.info_theory.profile("text", by=[day, "shop"]) for part in (hours[:9], hours[9:])]
    assert halves[0] + halves[1] == profile


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
            "text": {"categories": 3, "bins": None, "lumped": 0, "edges": None},
            "size": {"categories": 4, "bins": 2, "lumped": 0, "edges": None},
        },
        "left_out": {},
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
