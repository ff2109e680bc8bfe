"""The scores of drift: their definitions, cases that must come out right, other measures."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pdkl import InfoTheory, Measure
from tests.support.drift import COLUMNS, drift, repeated, row, slow

RNG = np.random.default_rng(5)


# ---- against a slow computation -------------------------------------------------------------

SIDE = st.lists(st.sampled_from(["a", "b", "c", "d", None]), min_size=1, max_size=30)


@settings(max_examples=60)
@given(SIDE, SIDE)
def test_scores_are_those_of_the_definitions(today: list[Any], reference: list[Any]) -> None:
    found = row(pd.Series(today, dtype=object), pd.Series(reference, dtype=object), n_resamples=9)
    for name, expected in slow(today, reference).items():
        assert found[name] == pytest.approx(expected, rel=1e-9, abs=1e-7), name
    assert found["missing"] == today.count(None) / len(today)
    assert found["missing_reference"] == reference.count(None) / len(reference)


def test_both_orders() -> None:
    today, reference = RNG.choice(list("abc"), 300), RNG.choice(list("bcd"), 400)
    there, back = row(today, reference), row(reference, today)
    for name in ("js_distance", "psi", "top_contribution"):
        assert there[name] == pytest.approx(back[name])
    for mine, other in (
        ("n", "n_reference"),
        ("unseen", "vanished"),
        ("new_categories", "gone_categories"),
    ):
        assert (there[mine], there[other]) == (back[other], back[mine])
    assert there["status"] == back["status"] == "drift"


def test_top_category_is_the_largest_contribution() -> None:
    today = pd.DataFrame({"x": repeated({"a": 40, "b": 35, "c": 25})})
    reference = pd.DataFrame({"x": repeated({"a": 50, "b": 30, "c": 10, "d": 10})})
    terms = InfoTheory(today).contributions(
        "x", reference=reference, measure="js_divergence", base="bit"
    )
    found = drift(today, reference).iloc[0]
    assert found["top_category"] == terms["category"].iloc[0] == "d"
    assert found["top_contribution"] == pytest.approx(terms["contribution"].iloc[0])
    assert found["js_distance"] ** 2 == pytest.approx(terms["contribution"].sum())


def test_equal_contributions_name_the_first_and_none_names_none() -> None:
    assert row(["c", "d"], ["b", "a"])["top_category"] == "a"
    same = row(["a", "b"], ["a", "b"])
    assert pd.isna(same["top_category"])
    assert same["top_contribution"] == 0


# ---- the cases that must come out right -----------------------------------------------------


def test_one_row_more_of_a_rare_category_hardly_moves_the_score() -> None:
    reference = repeated({"a": 99_990, "b": 10})
    js = [
        row(repeated({"a": 100_000 - n, "b": n}), reference)["js_distance"] ** 2 for n in (11, 10)
    ]
    assert abs(js[0] - js[1]) < 1e-5


def test_nine_per_cent_in_a_new_category() -> None:
    found = row(repeated({"a": 5000, "b": 4100, "new": 900}), repeated({"a": 5500, "b": 4500}))
    assert found[["unseen", "new_categories", "status", "top_category"]].tolist() == [
        *(0.09, 1, "drift", "new")
    ]
    assert found["kl_divergence"] == found["psi"] == math.inf


def test_one_new_row_in_a_hundred_thousand() -> None:
    found = row(repeated({"a": 99_999, "new": 1}), ["a"] * 100_000)
    assert found[["status", "new_categories"]].tolist() == ["ok", 1]
    assert found["unseen"] == 1e-5


def test_nine_per_cent_of_a_number_turned_to_a_sentinel() -> None:
    reference = RNG.normal(50, 10, 10_000)
    today = RNG.normal(50, 10, 10_000)
    today[:900] = -999
    found = row(today, reference)
    assert found[["kind", "status"]].tolist() == ["ordered", "drift"]
    assert found["out_of_range"] == pytest.approx(
        ((today < reference.min()) | (today > reference.max())).mean()
    )
    assert found["top_category"].startswith("below ")


def test_ninety_per_cent_missing() -> None:
    reference = RNG.choice(list("ab"), 1000)
    today = pd.Series(RNG.choice(list("ab"), 1000)).where(np.arange(1000) >= 900)
    found = row(today, reference)
    assert found[["status", "top_category", "missing"]].tolist() == ["drift", "(missing)", 0.9]
    assert found[["n", "missing_reference"]].tolist() == [1000, 0.0]
    without = row(today, reference, dropna=True)
    assert without[["status", "n", "missing"]].tolist() == ["ok", 100, 0.9]
    numbers = pd.Series(RNG.normal(size=1000)).where(np.arange(1000) >= 900)
    assert row(numbers, RNG.normal(size=1000))["status"] == "drift"


def test_disjoint_columns_of_a_thousand_categories() -> None:
    today = [f"new {i % 1000}" for i in range(10_000)]
    found = row(today, [f"old {i % 1000}" for i in range(10_000)])
    assert found[["status", "unseen", "vanished", "categories"]].tolist() == [
        *("drift", 1.0, 1.0, 2000)
    ]
    assert found["js_distance"] == pytest.approx(1.0)


def test_two_samples_of_one_wide_distribution_are_no_drift() -> None:
    distances = []
    for seed in range(8):
        sides = np.random.default_rng(seed).integers(0, 1000, (2, 10_000)).astype(str)
        found = row(*np.char.add("v", sides), rng=seed)
        assert found["status"] == "ok"
        assert found["js_distance_excess"] < 0.08
        distances.append(found["js_distance"])
    assert min(distances) > 0.1  # the raw score is past the threshold each time


def test_a_small_and_a_large_sample_of_one_distribution() -> None:
    for seed in range(4):
        rng = np.random.default_rng(seed)
        share = rng.dirichlet(np.ones(50))
        small, large = (
            pd.DataFrame({"c": rng.choice(50, n, p=share).astype(str), "x": rng.normal(size=n)})
            for n in (1000, 100_000)
        )
        assert (drift(small, large)["status"] == "ok").all()
        assert (drift(large, small)["status"] == "ok").all()


def test_a_point_one_of_js_distance_is_what_the_docs_say() -> None:
    n = 1_000_000

    def distance(before: int, after: int) -> float:
        sides = [
            pd.DataFrame({"x": ["a", "b"], "n": [number, n - number]}) for number in (after, before)
        ]
        return float(drift(*sides, weights="n", n_resamples=1)["js_distance"].iloc[0])

    assert distance(500_000, 616_792) == pytest.approx(0.1, abs=1e-6)
    assert distance(10_000, 47_906) == pytest.approx(0.1, abs=1e-6)
    assert distance(0, 19_856) == pytest.approx(0.1, abs=1e-5)


# ---- other measures -------------------------------------------------------------------------


def test_another_measure_takes_the_place_of_js_distance() -> None:
    today, reference = repeated({"a": 300, "b": 700}), repeated({"a": 600, "b": 400})
    frames = pd.DataFrame({"x": today}), pd.DataFrame({"x": reference})
    for measure in ("total_variation", "psi", "kl_divergence", ("renyi_divergence", 2)):
        found = drift(*frames, measure=measure)
        name = measure if isinstance(measure, str) else "renyi_divergence(2)"
        expected = [
            f"{name}{part.removeprefix('js_distance')}" if part.startswith("js_d") else part
            for part in COLUMNS
            if part != name
        ]
        assert found.columns.tolist() == expected
        assert found["status"].tolist() == ["drift"]
    assert drift(*frames, measure="total_variation")["total_variation"].tolist() == [
        pytest.approx(0.3)
    ]
    scores = slow(today, reference)
    assert drift(*frames, measure="psi")["psi"].tolist() == [pytest.approx(scores["psi"])]
    own = Measure(
        name="gap",
        formula="max (p - q)^2",
        reference="none",
        term=lambda pairs: pairs.difference**2,
        reduce="max",
        log_power=0,
    )
    assert drift(*frames, measure=own)["gap"].tolist() == [pytest.approx(0.09)]


def test_infinite_by_chance() -> None:
    rare = row(repeated({"a": 99_999, "new": 1}), ["a"] * 100_000, measure="psi")
    assert rare[["psi", "status", "note"]].tolist() == [
        *(math.inf, "unsure", "no excess: psi is infinite by chance too")
    ]
    common = repeated({"a": 910, "new": 89, "rare": 1})
    found = row(common, ["a"] * 1000, measure="psi")
    assert found[["psi", "status", "note"]].tolist() == [
        *(math.inf, "drift", "no excess: psi is infinite by chance too")
    ]
    assert pd.isna(found["psi_excess"])
