"""How sure, through the doors: which null, which columns, what is adjusted, and what is refused."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from pdkl import InfoTheory
from pdkl.core.inference.multiplicity import adjusted
from tests.support.measures import BY_CATEGORY

RNG = np.random.default_rng(12)
SIZE = 600
DATA = pd.DataFrame(
    {
        "g": RNG.choice(list("abc"), SIZE),
        "x": RNG.choice(list("uvwxyz"), SIZE, p=[0.4, 0.2, 0.2, 0.1, 0.05, 0.05]),
        "s": RNG.choice(list("pq"), SIZE),
        "day": RNG.integers(0, 30, SIZE),
        "w": RNG.integers(1, 4, SIZE),
    }
)
DATA.loc[(DATA["g"] == "c") & (RNG.random(SIZE) < 0.5), "s"] = "p"
THEORY = InfoTheory(DATA)
FORMS: dict[str, dict[str, Any]] = {
    "q": {"q": "s2"},
    "frame": {"reference": DATA.assign(s=DATA["s"].sample(frac=1, random_state=1).to_numpy())},
    "mapping": {"reference": {"p": 1, "q": 1}},
    "label": {"reference": "a"},
    "rest": {"against": "rest"},
    "all": {"against": "all"},
    "pairs": {"against": "pairs"},
    "previous": {"against": "previous"},
    "uniform": {"against": "uniform", "alphabet": "declared"},
}


def asked(form: str, **keywords: Any) -> pd.DataFrame:
    frame = DATA.assign(s2=DATA["s"].iloc[::-1].to_numpy())
    frame["s"] = frame["s"].astype("category")
    settings: dict[str, Any] = {"by": "g", "n_resamples": 49, "rng": 3}
    return InfoTheory(frame).js_divergence("s", **{**settings, **FORMS[form], **keywords})


def test_columns_follow_their_measure() -> None:
    result = THEORY.divergence(
        "x",
        by="g",
        against="rest",
        measures=["psi", "js_distance"],
        test=True,
        confidence=0.9,
        n_resamples=19,
        rng=0,
    )
    ends = ["", "_low", "_high", "_excess", "_noise_floor"]
    assert list(result)[-13:] == [
        *(f"psi{end}" for end in ends),
        *(f"js_distance{end}" for end in ends),
        "p_value",
        "p_adjusted",
        "unit",
    ]
    assert list(THEORY.entropy("x", confidence=0.5, n_resamples=9, rng=0))[-4:] == [
        *("entropy", "entropy_low", "entropy_high", "unit")
    ]
    assert "p_value" not in asked("rest", confidence=0.5)
    assert "js_divergence_low" not in asked("rest", test=True)


@pytest.mark.parametrize("form", FORMS)
def test_every_form_has_its_null(form: str) -> None:
    result = asked(form, test=True)
    known = result["js_divergence"].notna()
    if form == "label":
        known &= result["g"] != result["g_reference"]
    assert result.loc[known, "p_value"].between(0, 1).all()
    assert result.loc[~known, "p_value"].isna().all()
    assert (result["js_divergence_noise_floor"].dropna() > 0).all()
    # c differs from whatever it is compared with, the others do not
    is_c = (result["g"] == "c") | (result.get("g_reference", result["g"]) == "c")
    if form not in ("q", "frame", "rest", "all"):
        assert (result.loc[known & is_c, "p_value"] < 0.01).all()
        assert (result.loc[known & ~is_c, "p_value"] > 0.01).all()
    plain = asked(form)
    pd.testing.assert_series_equal(result["js_divergence"], plain["js_divergence"])


def test_a_seed_makes_it_reproducible() -> None:
    keywords: dict[str, Any] = {"test": True, "confidence": 0.9}
    pd.testing.assert_frame_equal(asked("rest", **keywords), asked("rest", **keywords))
    generator = asked("rest", **{**keywords, "rng": np.random.default_rng(3)})
    pd.testing.assert_frame_equal(asked("rest", **keywords), generator)
    other = asked("rest", **{**keywords, "rng": 4})
    assert not other["js_divergence_low"].equals(generator["js_divergence_low"])


def test_all_rows_are_adjusted_together() -> None:
    result = THEORY.kl_divergence(
        ["x", "s"], by="g", against="previous", test=True, n_resamples=49, rng=1
    )
    known = result["p_value"].notna()
    assert known.tolist() == [False, False, True, True, True, True]
    expected = false_discovery_control(result.loc[known, "p_value"])
    np.testing.assert_allclose(result.loc[known, "p_adjusted"], expected, rtol=1e-15)


def test_both_orders_of_a_pair_are_one_hypothesis() -> None:
    result = asked("pairs", test=True).set_index(["g", "g_reference"])
    back = result.swaplevel().reindex(result.index)
    for name in ("p_value", "p_adjusted"):
        np.testing.assert_array_equal(result[name], back[name].to_numpy())
    once = result[result.index.get_level_values(0) < result.index.get_level_values(1)]
    np.testing.assert_allclose(
        once["p_adjusted"], false_discovery_control(once["p_value"]), rtol=1e-15
    )


def test_a_group_against_itself_is_no_hypothesis() -> None:
    result = asked("label", test=True).set_index("g")
    assert result["p_value"].isna().tolist() == [True, False, False]
    assert result["js_divergence"].iloc[0] == 0
    assert result["p_adjusted"].notna().sum() == 2


def test_the_noise_floor_says_what_is_noise() -> None:
    rng = np.random.default_rng(5)
    left, right = (pd.DataFrame({"x": rng.integers(0, 1000, 10_000)}) for _ in range(2))
    row = (
        InfoTheory(left)
        .divergence(
            "x",
            reference=right,
            measures=["js_distance", "psi"],
            smoothing=0.5,
            test=True,
            n_resamples=49,
            rng=1,
        )
        .iloc[0]
    )
    assert row["psi"] > 0.15
    assert row["psi"] < row["psi_noise_floor"]
    assert row["js_distance"] < row["js_distance_noise_floor"]
    assert abs(row["psi_excess"]) < 0.02
    assert row["p_value"] > 0.05


@given(
    st.lists(st.sampled_from([0.0, 1e-300, 0.01, 0.04, 0.05, 0.5, 1.0, math.nan]), max_size=12),
)
def test_the_adjustment_is_that_of_scipy(values: list[float]) -> None:
    p_values = np.array(values, dtype=np.float64)
    known = ~np.isnan(p_values)
    found = adjusted(p_values)
    assert np.isnan(found[~known]).all()
    if known.any():
        expected = false_discovery_control(p_values[known])
        np.testing.assert_allclose(found[known], expected, rtol=1e-15, atol=0)


def test_one_extreme_row_among_many_survives_the_adjustment() -> None:
    rng = np.random.default_rng(6)
    frame = pd.DataFrame({"g": np.repeat(np.arange(200), 40), "x": rng.integers(0, 3, 8000)})
    frame.loc[frame["g"] == 7, "x"] = 0
    result = InfoTheory(frame).js_divergence(
        "x", by="g", against="rest", test=True, n_resamples=99, rng=1
    )
    assert result["p_adjusted"].idxmin() == 7
    assert result["p_adjusted"].iloc[7] < 1e-6
    counted = InfoTheory(frame).js_divergence(
        "x", by="g", against="rest", test="permutation", n_resamples=99, rng=1
    )
    assert counted["p_value"].iloc[7] == 0.01


def test_intervals_hold_the_score_and_the_bounds() -> None:
    result = THEORY.divergence(
        "s",
        by="g",
        reference={"p": 3, "q": 1},
        measures=BY_CATEGORY,
        confidence=0.95,
        rng=1,
    )
    for name, measure in BY_CATEGORY.items():
        low, high = result[f"{name}_low"], result[f"{name}_high"]
        known = low.notna()
        assert (low[known] <= result.loc[known, name]).all()
        assert (low[known] >= measure.lower).all()
        assert (high[known] >= low[known]).all()
    wider = THEORY.entropy("x", by="g", confidence=0.99, rng=1)
    narrow = THEORY.entropy("x", by="g", confidence=0.5, rng=1)
    assert (wider["entropy_high"] > narrow["entropy_high"]).all()
    assert (wider["entropy_low"] < narrow["entropy_low"]).all()


def test_infinite_scores_and_undersampled_ones() -> None:
    frame = pd.DataFrame({"x": ["a"] * 50 + ["b"] * 50, "y": ["a"] * 99 + ["c"]})
    row = InfoTheory(frame).kl_divergence("x", "y", confidence=0.9, test=True, rng=1).iloc[0]
    assert row["kl_divergence"] == math.inf
    assert math.isnan(row["kl_divergence_low"])
    assert row["kl_divergence_high"] == math.inf
    assert row["p_value"] < 1e-6
    once = pd.DataFrame({"x": range(30)})
    sparse = InfoTheory(once).entropy("x", confidence=0.9, rng=1).iloc[0]
    assert math.isnan(sparse["entropy_low"])
    assert math.isnan(sparse["entropy_high"])


def test_smoothing_zeros_and_counts_by_weight_reach_the_draws() -> None:
    repeated = InfoTheory(DATA.loc[DATA.index.repeat(DATA["w"].tolist())])
    keywords: dict[str, Any] = {
        "by": "g",
        "against": "rest",
        "test": True,
        "confidence": 0.9,
        "n_resamples": 29,
        "rng": 1,
    }
    extras: list[dict[str, Any]] = [
        *({}, {"smoothing": "perks"}, {"zeros": 1e-3}, {"zeros": "drop"}, {"dropna": False})
    ]
    for extra in extras:
        counted = THEORY.kl_divergence("x", weights="w", **keywords, **extra)
        plain = repeated.kl_divergence("x", **keywords, **extra)
        pd.testing.assert_frame_equal(counted, plain)
    floats = InfoTheory(DATA.astype({"w": float})).kl_divergence("x", weights="w", **keywords)
    assert floats["p_value"].notna().all()


def test_rows_that_come_in_bunches_need_blocks() -> None:
    rng = np.random.default_rng(10)
    days = pd.DataFrame({"day": range(60), "mood": rng.random(60), "side": list("ab") * 30})
    frame = days.loc[days.index.repeat(50)].reset_index(drop=True)
    frame["x"] = rng.random(len(frame)) < frame["mood"]
    theory = InfoTheory(frame)
    keywords: dict[str, Any] = {"by": "side", "test": True, "confidence": 0.9, "rng": 1}
    forms: list[dict[str, Any]] = [
        *({"against": form} for form in ("rest", "all", "pairs")),
        {"reference": "a"},
    ]
    for form in forms:
        rows = theory.js_divergence("x", **keywords, **form)
        blocks = theory.js_divergence("x", blocks="day", **keywords, **form)
        known = rows["p_value"].notna()
        assert (rows.loc[known, "p_value"] < blocks.loc[known, "p_value"]).all()
        floors = [f["js_divergence_noise_floor"] for f in (rows, blocks)]
        assert (floors[1] > 3 * floors[0]).all()
    split = [frame[frame["side"] == side] for side in "ab"]
    whole = InfoTheory(split[0]).js_divergence(
        "x", reference=split[1], blocks="day", test=True, rng=1
    )
    matched = InfoTheory(split[0].assign(k=1)).js_divergence(
        "x", by="k", reference=split[1].assign(k=1), blocks="day", test=True, rng=1
    )
    assert whole["p_value"].iloc[0] == matched["p_value"].iloc[0]
    width = [
        (f["entropy_high"] - f["entropy_low"]).iloc[0]
        for f in (
            theory.entropy("x", confidence=0.9, rng=1),
            theory.entropy("x", confidence=0.9, rng=1, blocks="day"),
        )
    ]
    assert width[1] > 2 * width[0]
    fixed = theory.kl_divergence(
        "x", reference={True: 1, False: 1}, confidence=0.9, blocks="day", rng=1, dropna=False
    )
    assert fixed["kl_divergence_high"].iloc[0] > 0


def test_progress_is_shown_on_long_work(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int | None] = []

    def bar_of(total: int | None, *_: Any, **__: Any) -> None:
        seen.append(total)

    monkeypatch.setattr("pdkl.progress.bar_of", bar_of)
    frame = pd.DataFrame({"g": range(1100), "x": "a"})
    keywords: dict[str, Any] = {"by": "g", "confidence": 0.9, "n_resamples": 100, "rng": 1}
    InfoTheory(frame).entropy("x", **keywords)
    InfoTheory(frame).entropy("x", progress=False, **keywords)
    InfoTheory(frame.head(10)).entropy("x", **keywords)
    assert seen == [1100]


def js(**keywords: Any) -> pd.DataFrame:
    return THEORY.js_divergence("s", by="g", **{"against": "rest", **keywords})


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (
            lambda: js(confidence=1.0),
            ValueError,
            "confidence must be a number in (0, 1), or None; got 1.0.",
        ),
        (
            lambda: js(confidence="high"),
            TypeError,
            "confidence must be a number in (0, 1), or None; got 'high'.",
        ),
        (
            lambda: js(test="t"),
            ValueError,
            "test must be one of 'permutation', or True or False; got 't'.",
        ),
        (
            lambda: js(test=True, n_resamples=0),
            ValueError,
            "n_resamples must be at least 1, or None; got 0.",
        ),
        (
            lambda: js(test=True, n_resamples=2.5),
            TypeError,
            "n_resamples must be a whole number of draws, or None; got 2.5.",
        ),
        (
            lambda: js(test=True, rng="seed"),
            TypeError,
            "rng must be a seed of at least 0, a numpy.random.Generator, or None; got 'seed'.",
        ),
        (
            lambda: js(test=True, progress=1),
            TypeError,
            "progress must be True or False; got 1.",
        ),
        (
            lambda: js(against="uniform", test=True),
            ValueError,
            "test and confidence need to know the alphabet that against='uniform' means: make the "
            "column categorical with all its levels and pass alphabet='declared'.",
        ),
        (
            lambda: js(blocks="day"),
            ValueError,
            "blocks= matters to test= and confidence= only; pass one of them.",
        ),
        (
            lambda: js(against=None, reference={"p": 1, "q": 1}, blocks="day", test=True),
            ValueError,
            "blocks= needs two samples whose blocks can change sides; a fixed distribution is "
            "none. Leave out test=, or compare with rows.",
        ),
        (
            lambda: js(test=True, blocks="g"),
            ValueError,
            "blocks='g' is also a key of by, so that each group is one block, and there is nothing "
            "to deal anew. Name a column with several values in each group.",
        ),
        (
            lambda: js(test=True, blocks="days"),
            KeyError,
            "blocks names column 'days', which data does not have. Did you mean 'day'? Its columns "
            "are 'g', 'x', 's', 'day', 'w'.",
        ),
        (
            lambda: InfoTheory(DATA.assign(day=DATA["day"].where(DATA["day"] > 0))).js_divergence(
                "s", by="g", against="rest", test=True, blocks="day"
            ),
            ValueError,
            f"blocks (column 'day' of data) must not be missing; {(DATA['day'] == 0).sum()} of 600 "
            "are. Give these rows blocks of their own, or drop them.",
        ),
        (
            lambda: InfoTheory(DATA.assign(w=0.5)).js_divergence(
                "s", by="g", against="rest", weights="w", test=True
            ),
            ValueError,
            "test= or confidence= needs to know how many rows there are, so weights must be whole "
            "numbers; they are fractional. Pass counts, or leave weights out.",
        ),
        (
            lambda: InfoTheory(DATA.rename(columns={"g": "p_value"})).js_divergence(
                "s", by="p_value", against="rest", test=True
            ),
            ValueError,
            "by names 'p_value', which the result needs for a column of its own. Rename first: "
            "df.rename(columns={'p_value': 'p_value_key'}).",
        ),
    ],
)
def test_messages(call: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind) as caught:
        call()
    assert str(caught.value) == message


def test_settings_are_on_record() -> None:
    settings = asked("rest", test=True, confidence=0.9).attrs["pdkl"]
    kept = {name: settings[name] for name in ("confidence", "test", "n_resamples", "blocks")}
    assert kept == {"confidence": 0.9, "test": True, "n_resamples": 49, "blocks": None}
