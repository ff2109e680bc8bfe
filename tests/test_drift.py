"""Drift: every kind and status, the cases that must come out right, and errors that stay alone."""

from __future__ import annotations

import datetime
import json
import math
import re
import sqlite3
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

import pdkl
from pdkl import ColumnNotFoundError, InfoTheory, Measure

COLUMNS = [
    *("column", "kind", "n", "n_reference", "missing", "missing_reference"),
    *("categories", "new_categories", "gone_categories", "unseen", "vanished", "out_of_range"),
    *("js_distance", "js_distance_excess", "js_distance_noise_floor", "kl_divergence", "psi"),
    *("p_value", "p_adjusted", "top_category", "top_contribution", "threshold", "status", "note"),
]
RNG = np.random.default_rng(5)


def drift(today: pd.DataFrame, reference: pd.DataFrame, *args: Any, **keywords: Any) -> Any:
    return InfoTheory(today).drift(reference, *args, **{"rng": 0, **keywords})


def row(today: Any, reference: Any, **keywords: Any) -> pd.Series[Any]:
    """Compare two columns of raw values."""
    result = drift(pd.DataFrame({"x": today}), pd.DataFrame({"x": reference}), **keywords)
    assert len(result) == 1
    found: pd.Series[Any] = result.iloc[0]
    return found


def repeated(counts: dict[Any, int]) -> list[Any]:
    return [value for value, number in counts.items() for _ in range(number)]


# ---- against a slow computation -------------------------------------------------------------


def slow(today: Iterable[Any], reference: Iterable[Any]) -> dict[str, float]:
    """Compute the scores with dictionaries, as the definitions have them."""
    counts = Counter(today), Counter(reference)
    every = counts[0].keys() | counts[1].keys()
    p, q = ({k: side[k] / side.total() for k in every} for side in counts)
    m = {k: (p[k] + q[k]) / 2 for k in every}

    def kl(a: dict[Any, float], b: dict[Any, float], base: float) -> float:
        terms = [a[k] * math.log(a[k] / b[k]) if b[k] else math.inf for k in every if a[k]]
        return sum(terms) / math.log(base)

    js = {k: sum(s[k] * math.log2(s[k] / m[k]) for s in (p, q) if s[k]) / 2 for k in every if m[k]}
    top = max(js.values())
    return {
        "js_distance": math.sqrt(max(sum(js.values()), 0.0)),
        "kl_divergence": kl(p, q, 2.0),
        "psi": kl(p, q, math.e) + kl(q, p, math.e),
        "unseen": sum(p[k] for k in every if not q[k]),
        "vanished": sum(q[k] for k in every if not p[k]),
        "categories": len(every),
        "new_categories": sum(not q[k] for k in every),
        "gone_categories": sum(not p[k] for k in every),
        "top_contribution": max(top, 0.0),
    }


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
    assert found[["kind", "status"]].tolist() == ["binned", "drift"]
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
        found = row(*sides, rng=seed)
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


# ---- kinds ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["a", "b"] * 100, "categorical"),
        (pd.Categorical(["a", "b"] * 100), "categorical"),
        ([True, False] * 100, "categorical"),
        ([*range(20)] * 10, "categorical"),
        ([*range(21)] * 10, "binned"),
        ([*range(7, 207)], "identifier"),
        (np.arange(200) / 7, "binned"),
        (pd.array([*range(40)] * 5, dtype="Int16"), "binned"),
        (pd.Series([1.5, None, *range(60)] * 4, dtype=object), "binned"),
        (pd.date_range("2024", periods=50).repeat(4), "binned"),
        (pd.date_range("2024", periods=5, tz="Asia/Tokyo").repeat(4), "categorical"),
        (pd.date_range("2024", periods=200, freq="h"), "identifier"),
        (pd.period_range("2024", periods=30, freq="D").repeat(5), "categorical"),
        (pd.to_timedelta(np.arange(200) % 30, "h"), "categorical"),
        ([f"user {i}" for i in range(100)], "identifier"),
        ([f"user {i}" for i in range(99)], "categorical"),
        ([f"user {i}" for i in range(95)] + ["user 0"] * 5, "identifier"),
        ([f"user {i}" for i in range(94)] + ["user 0"] * 6, "categorical"),
        ([7] * 50, "constant"),
        ([datetime.date(2024, 1, 1 + i % 9) for i in range(50)], "categorical"),
        ([("a", 1), ("b", 2)] * 30, "categorical"),
    ],
)
def test_kinds(values: Any, kind: str) -> None:
    found = row(values, values)
    assert found[["kind", "status"]].tolist() == [kind, "ok"]
    scored = kind != "identifier"
    assert pd.notna(found["js_distance"]) == pd.notna(found["categories"]) == scored
    assert bool(found["note"]) != scored
    assert pd.notna(found["out_of_range"]) == (kind == "binned")
    assert found["n"] == len(values)


def test_missing_values_are_a_category_of_a_constant_column() -> None:
    assert row(["a", None], ["a", "a"])["kind"] == "categorical"
    assert row(["a", None], ["a", "a"], dropna=True)["kind"] == "constant"


@pytest.mark.parametrize("make", [str, lambda i: i * 3], ids=["text", "integers"])
def test_identifiers_that_repeat_themselves_on_one_side_are_scored(make: Any) -> None:
    alike = [make(i) for i in range(1000)]
    broken = [make(0)] * 1000
    assert row([make(i + 5000) for i in range(10)], alike)["kind"] == "identifier"
    for today, reference in ((broken, alike), (alike, broken)):
        found = row(today, reference)
        assert found["kind"] != "identifier"
        assert found["status"] == "drift"


@pytest.mark.parametrize("make", [str, lambda i: i * 3], ids=["text", "integers"])
def test_identifiers_that_go_missing(make: Any) -> None:
    alike = pd.Series([make(i) for i in range(1000)], dtype=object)
    some = alike.where(np.arange(1000) >= 900, None)
    found = row(some, alike)
    assert found[["kind", "status", "top_category", "missing"]].tolist() == [
        *("identifier", "drift", "(missing)", 0.9)
    ]
    assert found["note"] == "identifiers: nearly all values are distinct; scored is what is missing"
    assert found["js_distance"] == pytest.approx(slow(some.notna(), alike.notna())["js_distance"])
    assert pd.isna(found["out_of_range"])
    assert row(some, some)["status"] == "ok"
    assert pd.isna(row(some, alike, dropna=True)["js_distance"])
    days = {"day": np.arange(1000) // 100}
    sides = (pd.DataFrame({"x": side} | days) for side in (some, alike))
    blocks = drift(*sides, blocks="day").iloc[0]
    assert blocks["js_distance"] == found["js_distance"]
    assert blocks["p_value"] > found["p_value"]


def test_bins_as_told() -> None:
    reference = pd.DataFrame({"a": [*range(40)] * 5, "b": [*range(10)] * 20, "id": range(200)})
    today = reference.assign(a=reference["a"] + 20)
    found = drift(today, reference, bins={"b": [0, 5, 9], "id": 4}).set_index("column")
    assert found["kind"].tolist() == ["binned"] * 3
    assert found["categories"].tolist() == [11, 2, 4]
    assert found["out_of_range"].tolist() == [0.5, 0.0, 0.0]
    assert drift(today, reference, "a", bins=3)["categories"].tolist() == [4]
    assert drift(today, reference, "a", bins=3)["top_category"].tolist() == ["above 39"]


def test_bins_are_fitted_to_the_reference_and_times_have_ends() -> None:
    reference = pd.DataFrame({"t": pd.date_range("2024-01-01", periods=100).repeat(3)})
    today = reference + pd.Timedelta("50D")
    found = drift(today, reference).iloc[0]
    assert found["out_of_range"] == 0.5
    assert found["top_category"] == "above 2024-04-09"
    assert found["status"] == "drift"


def test_infinities_lie_outside() -> None:
    reference = RNG.normal(size=1000)
    today = reference.copy()
    today[:100], today[100:250] = np.inf, -np.inf
    found = row(today, reference)
    assert found["out_of_range"] == 0.25
    assert found["status"] == "drift"
    reference[:500] = np.inf
    assert row(reference, reference)["js_distance"] == 0


# ---- statuses -------------------------------------------------------------------------------


def test_columns_on_one_side_only() -> None:
    today = pd.DataFrame({"a": ["u", "v"] * 30, "x": [1.5, None] * 30})
    reference = pd.DataFrame({"z": [*range(50)], "a": ["u", "v"] * 25})
    found = drift(today, reference).set_index("column")
    assert list(found.index) == ["a", "x", "z"]
    assert found["status"].tolist() == ["ok", "new", "gone"]
    assert found["note"].tolist() == [
        *("", "reference has no such column", "data has no such column")
    ]
    assert found["n"].tolist() == [60, 60, 0]
    assert found["n_reference"].tolist() == [50, 0, 50]
    assert found["missing"].tolist()[:2] == [0.0, 0.5]
    assert found["new_categories"].tolist() == [0, 2, 0]
    assert found.loc[["x", "z"], ["js_distance", "p_value", "unseen"]].isna().all(axis=None)
    assert found["p_adjusted"].tolist()[:1] == found["p_value"].tolist()[:1]


@pytest.mark.parametrize("dropna", [True, False])
def test_empty_columns(dropna: bool) -> None:
    nothing = pd.Series([None] * 50, dtype="str")
    something = pd.Series(["a", "b"] * 25)
    for sides, note in (
        ((nothing, something), "no value in data"),
        ((something, nothing), "no value in reference"),
        ((nothing, nothing), "no value on either side"),
    ):
        found = row(*sides, dropna=dropna)
        assert found[["status", "note"]].tolist() == ["empty", note]
    assert row(something.iloc[:0], something)["status"] == "empty"
    assert row(nothing.iloc[:0], nothing.iloc[:0])["status"] == "empty"
    floats = pd.Series([np.nan] * 50)
    assert row(floats, RNG.normal(size=50), dropna=dropna)["status"] == "empty"
    assert row(RNG.normal(size=50), floats, dropna=dropna)["status"] == "empty"


def test_unsure_is_large_and_not_significant() -> None:
    found = row(["a", "a", "a", "b"], ["b", "b", "a", "b"])
    assert found["js_distance_excess"] >= 0.1
    assert found["p_adjusted"] > 0.05
    assert found["status"] == "unsure"
    sure = row(["a", "a", "a", "b"] * 50, ["b", "b", "a", "b"] * 50)
    assert sure["status"] == "drift"
    many = {"today": ["a", "a", "a", "b"] * 50, "reference": ["b", "b", "a", "b"] * 50}
    assert row(**many, threshold=0.9)["status"] == "ok"
    assert row(**many, alpha=1e-300)["status"] == "unsure"


def test_the_status_follows_its_rule() -> None:
    rng = np.random.default_rng(1)
    shares = [rng.dirichlet(np.ones(4) * 20) for _ in range(60)]
    reference = pd.DataFrame({f"c{i}": rng.integers(0, 4, 300) for i in range(60)})
    today = pd.DataFrame({f"c{i}": rng.choice(4, 80, p=p) for i, p in enumerate(shares)})
    found = drift(today, reference, threshold=0.05)
    np.testing.assert_allclose(
        found["p_adjusted"], false_discovery_control(found["p_value"]), rtol=1e-12
    )
    large, significant = found["js_distance_excess"] >= 0.05, found["p_adjusted"] < 0.05
    expected = np.select([large & significant, large], ["drift", "unsure"], "ok")
    assert found["status"].tolist() == expected.tolist()
    assert set(expected) == {"drift", "unsure", "ok"}


def test_constant_columns_are_no_hypotheses() -> None:
    shifted = pd.DataFrame({"x": repeated({"a": 60, "b": 40})})
    reference = pd.DataFrame({"x": repeated({"a": 45, "b": 55})})
    alone = drift(shifted, reference)
    constants = {f"c{i}": 1 for i in range(20)}
    found = drift(shifted.assign(**constants), reference.assign(**constants))
    assert found["p_adjusted"].iloc[0] == found["p_value"].iloc[0]
    assert found["p_value"].iloc[0] == pytest.approx(alone["p_value"].iloc[0], rel=0.5)
    assert (found["p_value"].iloc[1:] == 1).all()
    assert (found["p_adjusted"].iloc[1:] == 1).all()
    assert (found["js_distance"].iloc[1:] == 0).all()


# ---- groups ---------------------------------------------------------------------------------


def test_segments_that_are_new_or_gone() -> None:
    today = pd.DataFrame({"g": list("aab") * 40, "x": list("uvu") * 40, "y": 1})
    reference = pd.DataFrame({"g": list("aac") * 40, "x": list("uvu") * 40, "z": 1})
    found = drift(today, reference, by="g")
    assert found.columns.tolist() == ["g", *COLUMNS]
    assert found["g"].tolist() == [*"aaabbbccc"]
    assert found["column"].tolist() == ["x", "y", "z"] * 3
    assert found["status"].tolist() == [
        *("ok", "new", "gone", "new", "new", "gone", "gone", "new", "gone")
    ]
    assert found["note"].tolist()[3] == "reference has no such group"
    assert found["note"].tolist()[6] == "data has no such group"
    assert found["n"].tolist() == [80, 80, 0, 40, 40, 0, 0, 0, 0]
    assert found["n_reference"].tolist() == [80, 0, 80, 0, 0, 0, 40, 0, 40]


def test_groups_are_compared_one_by_one_or_with_the_whole() -> None:
    today = pd.DataFrame({"g": [None, *"aab"] * 50, "x": list("uvuw") * 50})
    reference = pd.DataFrame({"g": [None, *"abb"] * 50, "x": list("uvwu") * 50})
    found = drift(today, reference, by="g")
    for key, one in zip(["a", "b", None], found.itertuples(), strict=True):
        chosen = [
            side.loc[side["g"].isna() if key is None else side["g"] == key, "x"]
            for side in (today, reference)
        ]
        assert one.js_distance == pytest.approx(slow(*chosen)["js_distance"])
    whole = drift(today, reference, by="g", match=False)
    assert whole["n_reference"].tolist() == [200] * 3
    for key, one in zip(["a", "b"], whole.itertuples(), strict=False):
        expected = slow(today.loc[today["g"] == key, "x"], reference["x"])
        assert one.js_distance == pytest.approx(expected["js_distance"])
    assert whole["column"].tolist() == ["x"] * 3


def test_several_keys_and_periods() -> None:
    times = pd.date_range("2024-01-01", periods=90).repeat(4)
    today = pd.DataFrame({"t": times, "g": list("ab") * 180, "x": list("uuvv") * 90})
    reference = today.drop(columns=["t", "g"])
    found = drift(today, reference, by=[pd.Grouper(key="t", freq="MS"), "g"], match=False)
    assert len(found) == 6
    assert found["n"].sum() == 360
    assert (found["n_reference"] == 360).all()
    assert (found["status"] == "ok").all()


def test_blocks_move_rows_together() -> None:
    rng = np.random.default_rng(3)

    def make() -> pd.DataFrame:  # each day has a fruit of its own
        day = np.arange(12).repeat(100)
        fruit = rng.choice(list("abc"), 12)[day]
        return pd.DataFrame({"day": day, "fruit": fruit, "new": 1})

    today, reference = make(), make().drop(columns="new")
    rows, blocks = (drift(today, reference, blocks=name) for name in (None, "day"))
    assert "day" in rows["column"].tolist()
    assert blocks["column"].tolist() == ["fruit", "new"]
    assert rows.set_index("column").loc["fruit", "p_value"] < 1e-6
    assert blocks.set_index("column").loc["fruit", "p_value"] > 0.01
    assert blocks["status"].tolist()[1] == "new"


def test_weights_are_counts_of_rows() -> None:
    today = pd.DataFrame({"x": list("abc"), "v": [1.5, 2.5, 90.0], "n": [300, 200, 10]})
    reference = pd.DataFrame({"x": list("abb"), "v": [1.5, 2.5, 2.5], "n": [200, 100, 150]})
    spread = [side.loc[side.index.repeat(side["n"]), ["x", "v"]] for side in (today, reference)]
    pd.testing.assert_frame_equal(
        drift(today, reference, weights="n"), drift(*spread), check_exact=True
    )


# ---- one bad column -------------------------------------------------------------------------


def test_errors_stay_in_their_rows() -> None:
    size = 60
    good = {"a": ["u", "v"] * 30, "b": RNG.normal(size=size)}
    bad_today = {
        "list": [[1]] * size,
        "kinds": ["1", "2"] * 30,
        "numbers": ["1"] * size,
        "zone": pd.date_range("2024", periods=size, tz="UTC"),
    }
    bad_reference = {
        "list": ["x"] * size,
        "kinds": [1, 2] * 30,
        "numbers": RNG.normal(size=size),
        "zone": pd.date_range("2024", periods=size),
    }
    today, reference = pd.DataFrame(good | bad_today), pd.DataFrame(good | bad_reference)
    found = drift(today, reference)
    assert found["status"].tolist() == ["ok", "ok", *["error"] * 4]
    assert found["note"].tolist() == [
        "",
        "",
        "column 'list' (dtype object) holds values that cannot be counted: unhashable type: "
        "'list'. Turn them into something hashable first, such as tuples or text.",
        "column 'kinds' holds strings and reference for column 'kinds' holds numbers, so no "
        "category of one can occur in the other. Convert one of them, for instance with astype.",
        "column 'numbers' holds strings and reference for column 'numbers' holds numbers, so no "
        "category of one can occur in the other. Convert one of them, for instance with astype.",
        "column 'zone' holds aware datetimes, but its bins are of naive datetimes. Convert it, for "
        "instance with astype or pd.to_datetime.",
    ]
    assert found["kind"].isna().tolist() == [False, False, *[True] * 4]
    alone = drift(today[["a", "b"]], reference[["a", "b"]])
    columns = ["n", "js_distance", "kl_divergence", "psi", "categories", "top_category"]
    pd.testing.assert_frame_equal(found.loc[:1, columns], alone[columns])


def test_errors_stay_alone_in_every_group() -> None:
    today = pd.DataFrame({"g": list("ab") * 20, "x": [{}] * 40, "y": ["u", "v"] * 20, "z": 1})
    found = drift(today, today.iloc[::-1], by="g")
    assert found["status"].tolist() == ["error", "ok", "ok"] * 2
    assert found["n"].tolist() == [pd.NA, 20, 20, pd.NA, 20, 20]


def test_a_name_that_stands_twice_is_an_error_of_its_own() -> None:
    twice = pd.DataFrame([[1, "a", 2]] * 5, columns=["x", "y", "x"])
    found = drift(twice, twice[["y"]].assign(x=1))
    assert found["status"].tolist() == ["error", "ok"]
    assert found["note"].tolist()[0] == (
        "data has column 'x' 2 times; give its columns unique names first."
    )


def test_all_columns_bad() -> None:
    frame = pd.DataFrame({"x": [[1]], "y": [[2]], "g": ["a"]})
    assert drift(frame, frame, ["x", "y"])["status"].tolist() == ["error"] * 2
    assert drift(frame, frame, by="g")["status"].tolist() == ["error"] * 2


def test_mixed_types_are_compared_by_value() -> None:
    mixed = [1, "a", 2.5, None, ("t",), True] * 20
    same = row(pd.Series(mixed, dtype=object), pd.Series(mixed[::-1], dtype=object))
    assert same[["status", "js_distance", "kind"]].tolist() == ["ok", 0.0, "categorical"]
    assert row(pd.Series(mixed, dtype=object), RNG.normal(size=120))["status"] == "drift"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (pd.Categorical(["a", "b"] * 60), pd.Series(["a", "b"] * 60, dtype="string")),
        (pd.Series(["a", "b"] * 60, dtype=object), pd.Series(["b", "a"] * 60, dtype="str")),
        (np.arange(120, dtype="int8") % 5, np.arange(120) % 5),
        (np.arange(120) % 5, np.arange(120) % 5 * 1.0),
        (np.arange(120) % 60, np.arange(120) % 60 * 1.0),
        (pd.Series(np.arange(120) % 60, dtype=object), np.arange(120) % 60),
        (pd.Categorical(np.arange(120) % 60), np.arange(120) % 60),
        (pd.array(np.arange(120) % 60, dtype="Int64"), np.arange(120, dtype="uint8") % 60),
        ([True, False] * 60, [1, 0] * 60),
        (pd.date_range("2024", periods=40).as_unit("s").repeat(3),) * 2,
    ],
)
def test_another_dtype_for_the_same_values(one: Any, other: Any) -> None:
    for today, reference in ((one, other), (other, one)):
        found = row(today, reference)
        assert found[["status", "js_distance", "note"]].tolist() == ["ok", 0.0, ""]


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


# ---- the frame that comes back --------------------------------------------------------------


def test_dtypes_and_round_trips(tmp_path: Path) -> None:
    today = pd.DataFrame({"g": [1, 1, 2] * 30, "x": list("abc") * 30, "bad": [[1]] * 90, "new": 1})
    found = drift(today, today.drop(columns="new"), by="g")
    whole = ["n", "n_reference", "categories", "new_categories", "gone_categories"]
    texts = ["column", "kind", "top_category", "status", "note"]
    text = pd.Series([], dtype="str").dtype  # object in pandas 2
    for name in COLUMNS:
        expected = "Int64" if name in whole else text if name in texts else "float64"
        assert found[name].dtype == expected, name
    assert found["g"].dtype == "int64"
    assert isinstance(found.index, pd.RangeIndex)
    path = tmp_path / "drift.parquet"
    found.to_parquet(path)
    pd.testing.assert_frame_equal(pd.read_parquet(path), found)
    with sqlite3.connect(":memory:") as connection:
        found.to_sql("drift", connection, index=False)
        back = pd.read_sql("select * from drift", connection)
    assert back["status"].tolist() == found["status"].tolist()
    facts = found.attrs["pdkl"]
    assert json.loads(json.dumps(facts)) == facts
    expected_facts = {
        "method": "drift",
        "by": ["g"],
        "measures": ["js_distance"],
        "comparison": "frame",
        "base": "bit",
        "dropna": False,
        "threshold": 0.1,
        "alpha": 0.05,
        "bins": 10,
        "match": None,
        "units": {"js_distance": "bit", "kl_divergence": "bit", "psi": "nat"},
    }
    assert expected_facts.items() <= facts.items()


@pytest.mark.parametrize("name", ["<b onclick='x'>&amp;</b>", "two\nlines", "", 7, ("a", 1), "é\0"])
def test_any_column_name(name: Any) -> None:
    frame = pd.DataFrame({0: ["<script>", "\n"] * 30}).rename(columns={0: name})
    frame.columns = pd.Index([name], tupleize_cols=False)
    found = drift(frame, frame.iloc[:30])
    assert found["column"].tolist() == [str(name)]
    assert found["status"].tolist() == ["ok"]


def test_the_frames_are_left_alone_and_the_seed_decides() -> None:
    today = pd.DataFrame({"x": RNG.normal(size=200), "y": list("ab") * 100}, index=[5] * 200)
    reference = today.iloc[::2]
    copies = today.copy(), reference.copy()
    first, second = (drift(today, reference, rng=9, progress=False) for _ in range(2))
    pd.testing.assert_frame_equal(first, second)
    pd.testing.assert_frame_equal(today, copies[0])
    pd.testing.assert_frame_equal(reference, copies[1])


def test_thousands_of_columns() -> None:
    columns = [f"c{i}" for i in range(800)]
    today, reference = (
        pd.DataFrame(RNG.integers(0, 5, (100, 800)), columns=columns) for _ in range(2)
    )
    today["c7"] = "text"
    found = drift(today, reference, n_resamples=19)
    assert found["column"].tolist() == columns
    assert found["status"].value_counts()["error"] == 1


def test_very_many_categories_are_drawn_less_often() -> None:
    values = np.repeat(np.arange(25_000), 2).astype(str)
    found = row(values, values)
    assert found[["status", "categories", "p_value"]].tolist() == ["ok", 25_000, 1.0]


# ---- refused --------------------------------------------------------------------------------

FRAME = pd.DataFrame({"x": ["a", "b"], "n": [1.0, 2.5], "g": ["u", "v"]})


@pytest.mark.parametrize(
    ("keywords", "kind", "message"),
    [
        (
            {"columns": "z"},
            ColumnNotFoundError,
            "columns names column 'z', which data, like reference, does not have. Its columns are "
            "'x', 'n', 'g'.",
        ),
        ({"columns": []}, ValueError, "columns is an empty list; name at least one column."),
        (
            {"columns": [["x"]]},
            TypeError,
            "columns must be a column name or a list of them; got list.",
        ),
        (
            {"threshold": -0.1},
            ValueError,
            "threshold must be a finite number of at least 0; got -0.1.",
        ),
        (
            {"threshold": "high"},
            TypeError,
            "threshold must be a finite number of at least 0; got 'high'.",
        ),
        ({"alpha": 1}, ValueError, "alpha must be a number in (0, 1); got 1."),
        ({"dropna": "no"}, TypeError, "dropna must be True or False; got 'no'."),
        (
            {"measure": "entropy"},
            ValueError,
            "measure must be 0 where nothing differs; entropy of a fair coin against a fair coin "
            "is 0.6931 nats. Choose one such as 'js_distance', 'psi' or 'total_variation'.",
        ),
        (
            {"by": "z"},
            ColumnNotFoundError,
            "by names column 'z', which data does not have. Its columns are 'x', 'n', 'g'.",
        ),
        (
            {"by": ["x", "g", "n"]},
            ValueError,
            "by names 'n', which the result needs for a column of its own. Rename first: "
            "df.rename(columns={'n': 'n_key'}).",
        ),
        (
            {"weights": "n"},
            ValueError,
            "drift needs to know how many rows there are, so weights must be whole numbers; they "
            "are fractional. Pass counts, or leave weights out.",
        ),
        (
            {"weights": "z"},
            ColumnNotFoundError,
            "weights names column 'z', which data does not have. Its columns are 'x', 'n', 'g'.",
        ),
        (
            {"bins": {"z": 3}},
            ColumnNotFoundError,
            "bins names column 'z', which the call does not have. Its columns are 'x', 'n', 'g'.",
        ),
        (
            {"bins": {"x": 3}},
            TypeError,
            f"bins is for numbers and datetimes; column 'x' holds {FRAME['x'].dtype}. Leave it out "
            "of bins, or convert it with pd.to_numeric or pd.to_datetime.",
        ),
        ({"bins": 0}, ValueError, "bins must be from 1 to 10000 bins; got 0."),
        (
            {"match": True},
            ValueError,
            "match says whether a reference frame is matched group to group; it needs "
            "reference=frame and by=. Leave it out here.",
        ),
        (
            {"blocks": "z"},
            ColumnNotFoundError,
            "blocks names column 'z', which data does not have. Its columns are 'x', 'n', 'g'.",
        ),
        ({"n_resamples": 0}, ValueError, "n_resamples must be at least 1; got 0."),
    ],
)
def test_refused(keywords: dict[str, Any], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=f"^{re.escape(message)}$"):
        drift(FRAME, FRAME, **keywords)


def test_an_unknown_measure_lists_all() -> None:
    with pytest.raises(ValueError, match=r"^measure must be one of 'entropy', .*got 'ks'\.$"):
        drift(FRAME, FRAME, measure="ks")


@pytest.mark.parametrize("reference", [{"a": 1}, "label", pd.Series([1]), None])
def test_the_reference_is_a_frame(reference: Any) -> None:
    message = (
        "reference must be a frame, with the rows that today's are compared with; got "
        f"{type(reference).__name__}."
    )
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        drift(FRAME, reference)


def test_no_column_at_all() -> None:
    message = (
        "columns is None, which means every column of either frame outside by, weights and "
        "blocks; there is none."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        drift(FRAME[["g"]], FRAME[["g"]], by="g")


def test_weights_that_one_side_lacks() -> None:
    message = (
        "weights names column 'g', which reference does not have. Weights apply to both sides: add "
        "the column to reference, with 1 for each row if its rows are plain ones."
    )
    with pytest.raises(ColumnNotFoundError, match=f"^{re.escape(message)}$"):
        drift(FRAME, FRAME[["x"]], weights="g")


def test_no_group_in_common() -> None:
    message = (
        "reference has no group of by ('g') in common with data: data has 'u', 'v'; reference has "
        "'y'. To compare each group with the whole reference, pass match=False; to compare groups "
        'in time, put both into one frame and pass against="previous".'
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        drift(FRAME, FRAME.assign(g="y"), by="g")


# ---- profiles ----------------------------------------------------------------------------------


def drawn(rng: np.random.Generator, shift: float, rows: int = 2000) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "g": rng.choice(["a", "b"], rows),
            "x": rng.normal(shift, 1, rows),
            "c": rng.choice(list("uvwxyz"), rows),
            "w": rng.integers(1, 4, rows),
        }
    )


@pytest.mark.parametrize("by", [None, "g"])
@pytest.mark.parametrize("weights", [None, "w"])
def test_a_profile_stands_for_its_frame(by: str | None, weights: str | None) -> None:
    rng = np.random.default_rng(3)
    reference, today = drawn(rng, 0.0), drawn(rng, 0.5)
    saved = reference.info_theory.profile(["x", "c"], by=by, weights=weights, bins={"x": 10})
    keywords: dict[str, Any] = {"by": by, "weights": weights, "rng": 0}
    expected = today.info_theory.drift(reference, ["x", "c"], **keywords)
    pd.testing.assert_frame_equal(today.info_theory.drift(saved, ["x", "c"], **keywords), expected)
    again = today.info_theory.profile(["x", "c"], by=by, weights=weights, bins=saved)
    found = pdkl.InfoTheory(again).drift(saved, ["x", "c"], **keywords)
    pd.testing.assert_frame_equal(found, expected)


def test_a_profile_is_not_cut_anew() -> None:
    reference = drawn(np.random.default_rng(3), 0.0)
    saved = reference.info_theory.profile("x", bins=10)
    with pytest.raises(ValueError, match="anew") as caught:
        reference.info_theory.drift(saved, "x", bins={"x": 5})
    assert str(caught.value) == (
        "bins asks to cut column 'x' anew, but a profile has cut it already and its values are "
        "gone. Leave bins out, or take the profile with these bins."
    )
    other = pdkl.InfoTheory(reference.iloc[:1000].info_theory.profile("x", bins=10))
    found = other.drift(saved, "x")
    assert found[["status", "note"]].to_numpy().tolist() == [
        [
            "error",
            "column 'x' is not cut at the same places in both profiles. Take them with the bins "
            "of the first: profile(..., bins=first).",
        ]
    ]
