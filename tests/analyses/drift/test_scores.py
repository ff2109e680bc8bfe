"""The scores of drift: their definitions, cases that must come out right, other measures."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pdkl import ColumnNotFoundError, InfoTheory, Measure
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
    for name in ("score", "top_contribution"):
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
    assert found["score"] ** 2 == pytest.approx(terms["contribution"].sum())


def test_equal_contributions_name_the_first_and_none_names_none() -> None:
    assert row(["c", "d"], ["b", "a"])["top_category"] == "a"
    same = row(["a", "b"], ["a", "b"])
    assert pd.isna(same["top_category"])
    assert same["top_contribution"] == 0


# ---- the cases that must come out right -----------------------------------------------------


def test_one_row_more_of_a_rare_category_hardly_moves_the_score() -> None:
    reference = repeated({"a": 99_990, "b": 10})
    js = [row(repeated({"a": 100_000 - n, "b": n}), reference)["score"] ** 2 for n in (11, 10)]
    assert abs(js[0] - js[1]) < 1e-5


def test_nine_per_cent_in_a_new_category() -> None:
    found = row(repeated({"a": 5000, "b": 4100, "new": 900}), repeated({"a": 5500, "b": 4500}))
    assert found[["unseen", "new_categories", "status", "top_category"]].tolist() == [
        *(0.09, 1, "drift", "new")
    ]


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
    assert found["score"] == pytest.approx(1.0)


def test_two_samples_of_one_wide_distribution_are_no_drift() -> None:
    distances = []
    for seed in range(8):
        sides = np.random.default_rng(seed).integers(0, 1000, (2, 10_000)).astype(str)
        found = row(*np.char.add("v", sides), rng=seed)
        assert found["status"] == "ok"
        assert found["excess"] < 0.08
        distances.append(found["score"])
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
        return float(drift(*sides, weights="n", n_resamples=1)["score"].iloc[0])

    assert distance(500_000, 616_792) == pytest.approx(0.1, abs=1e-6)
    assert distance(10_000, 47_906) == pytest.approx(0.1, abs=1e-6)
    assert distance(0, 19_856) == pytest.approx(0.1, abs=1e-5)


# ---- other measures -------------------------------------------------------------------------


def test_another_measure_changes_no_name() -> None:
    today, reference = repeated({"a": 300, "b": 700}), repeated({"a": 600, "b": 400})
    frames = pd.DataFrame({"x": today}), pd.DataFrame({"x": reference})
    for measure in ("total_variation", "psi", "kl_divergence", ("renyi_divergence", 2)):
        found = drift(*frames, measure=measure)
        name = measure if isinstance(measure, str) else "renyi_divergence(2)"
        assert found.columns.tolist() == COLUMNS
        assert found[["status", "measure"]].to_numpy().tolist() == [["drift", name]]
        smoothing = None if measure == "total_variation" else 0.5
        expected = InfoTheory(frames[0]).divergence(
            reference=frames[1], measures=[measure], base="bit", smoothing=smoothing, test=True
        )
        names = [name, f"{name}_excess", f"{name}_noise_floor", "p_value"]
        assert found[["score", "excess", "noise_floor", "p_value"]].to_numpy() == pytest.approx(
            expected[names].to_numpy(), rel=1e-12
        )
    assert drift(*frames, measure="total_variation")["score"].tolist() == [pytest.approx(0.3)]
    own = Measure(
        name="gap",
        formula="max (p - q)^2",
        reference="none",
        term=lambda pairs: pairs.difference**2,
        reduce="max",
        log_power=0,
    )
    found = drift(*frames, measure=own)
    assert found[["measure", "score"]].to_numpy().tolist() == [["gap", pytest.approx(0.09)]]


# ---- what decides, by column ----------------------------------------------------------------


def many_columns(n: int = 400) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draw columns of several sizes of alphabet, some of them drifted."""
    rng = np.random.default_rng(3)
    sides = []
    for step in (0, 1):
        columns = {f"c{i}": rng.integers(0, 3 + i, n) + step * (i == 4) for i in range(6)}
        sides.append(pd.DataFrame(columns | {"x": rng.normal(step, 1, n)}).assign(c0=1))
    return sides[1], sides[0]


def test_each_column_goes_by_its_own_rule() -> None:
    today, reference = many_columns()
    measure = {"c1": "psi", "c2": "psi", "c3": "hellinger", "x": "psi", "c5": "kl_divergence"}
    threshold, alpha = {"c1": 0.3, "x": 0.25}, {"c4": 1e-6}
    found = drift(today, reference, measure=measure, threshold=threshold, alpha=alpha)
    found = found.set_index("column")
    assert found["measure"].to_dict() == dict.fromkeys(today, "js_distance") | measure
    assert found["threshold"].to_dict() == dict.fromkeys(today, 0.1) | threshold
    assert found["alpha"].to_dict() == dict.fromkeys(today, 0.05) | alpha
    for name in map(str, today):
        own: Any = {
            "measure": measure.get(name, "js_distance"),
            "threshold": threshold.get(name, 0.1),
        }
        alone = drift(today, reference, name, **own).iloc[0]
        for fact in ("score", "excess", "noise_floor", "p_value"):
            assert found.loc[name, fact] == pytest.approx(alone[fact], rel=1e-12)
    facts = found.attrs["pdkl"]
    assert facts["smoothing"] == {"c1": 0.5, "c2": 0.5, "c5": 0.5, "x": 0.5}
    assert facts["smoothing_added"] is True
    assert (facts["threshold"], facts["alpha"]) == (threshold, alpha)
    assert facts["measures"] == ["js_distance", "psi", "hellinger", "kl_divergence"]


@pytest.mark.parametrize("name", ["measure", "threshold", "alpha"])
def test_what_decides_is_checked_by_column(name: str) -> None:
    value = {"measure": "psi", "threshold": 0.2, "alpha": 0.01}[name]
    today, reference = many_columns(40)
    message = (
        f"{name} names column 'C2', which the call does not have. Did you mean 'c2'? Its columns "
        "are 'c0', 'c1', 'c2', 'c3', 'c4', 'c5', 'x'."
    )
    with pytest.raises(ColumnNotFoundError, match=f"^{re.escape(message)}$"):
        drift(today, reference, **{name: {"C2": value}})
    message = {
        "measure": "measure for column 'c2' must be one of 'entropy', ",
        "threshold": "threshold for column 'c2' must be a finite number of at least 0; got 'x'.",
        "alpha": "alpha for column 'c2' must be a number in (0, 1); got 'x'.",
    }[name]
    with pytest.raises((TypeError, ValueError), match=f"^{re.escape(message)}"):
        drift(today, reference, **{name: {"c2": "x"}})
    assert len(drift(today, reference, **{name: {}})) == 7


# ---- what is infinite -----------------------------------------------------------------------


def test_one_new_row_does_not_decide() -> None:
    for measure in ("psi", "kl_divergence", "chi_square", "bhattacharyya", "jeffreys"):
        rare = row(repeated({"a": 99_999, "new": 1}), ["a"] * 100_000, measure=measure)
        assert rare[["status", "note"]].tolist() == ["ok", ""]
        assert math.isfinite(rare["score"])
        assert math.isfinite(rare["noise_floor"])
    found = row(repeated({"a": 910, "new": 89, "rare": 1}), ["a"] * 1000, measure="psi")
    assert found[["status", "note"]].tolist() == ["drift", ""]


def test_a_gate_of_psi_is_that_of_deciles() -> None:
    rng = np.random.default_rng(0)
    reference, today = {}, {}
    for i in range(400):
        draw = (rng.normal, rng.gumbel, rng.logistic, rng.uniform)[i % 4]
        reference[f"c{i}"], today[f"c{i}"] = draw(size=1000), draw(size=1000)
        if i >= 200:
            today[f"c{i}"] += 0.7 * reference[f"c{i}"].std()

    def usual(today: Any, reference: Any) -> float:
        inner = np.quantile(reference, np.linspace(0.1, 0.9, 9))
        p, q = (np.bincount(np.searchsorted(inner, x), minlength=10) for x in (today, reference))
        p, q = ((counts / counts.sum()).clip(1e-4) for counts in (p, q))
        return float(((p - q) * np.log(p / q)).sum())

    found = drift(pd.DataFrame(today), pd.DataFrame(reference), measure="psi", threshold=0.2)
    expected = ["drift" if usual(today[c], reference[c]) >= 0.2 else "ok" for c in today]
    assert found["status"].tolist() == expected == ["ok"] * 200 + ["drift"] * 200
    assert np.isfinite(found[["score", "excess", "noise_floor"]]).all(axis=None)


def test_what_is_added_is_what_was_asked() -> None:
    sides = repeated({"a": 910, "new": 90}), repeated({"a": 900, "old": 100})
    frames = [pd.DataFrame({"x": side}) for side in sides]
    asked: Any
    for asked, said in (("laplace", 1.0), (2, 2.0), ("perks", "perks"), ("jeffreys", 0.5)):
        for measure in ("psi", "js_distance"):
            found = drift(*frames, measure=measure, smoothing=asked)
            expected = InfoTheory(frames[0]).divergence(
                reference=frames[1], measures=measure, base="bit", smoothing=asked, test=True
            )
            assert found["score"].tolist() == pytest.approx(expected[measure].tolist(), rel=1e-12)
            assert found["excess"].tolist() == pytest.approx(expected[f"{measure}_excess"].tolist())
            assert found.attrs["pdkl"]["smoothing"] == {"x": said}
            assert found.attrs["pdkl"]["smoothing_added"] is False


@pytest.mark.parametrize("zeros", ["drop", 1e-4])
def test_zeros_take_the_place_of_smoothing(zeros: Any) -> None:
    sides = repeated({"a": 600, "b": 310, "new": 90}), repeated({"a": 700, "b": 300})
    frames = [pd.DataFrame({"x": side}) for side in sides]
    found = drift(*frames, measure="psi", zeros=zeros, n_resamples=49)
    expected = InfoTheory(frames[0]).divergence(
        reference=frames[1], measures="psi", zeros=zeros, test=True, n_resamples=49, rng=0
    )
    names = ["psi", "psi_excess", "psi_noise_floor", "p_value"]
    assert found[["score", "excess", "noise_floor", "p_value"]].to_numpy() == pytest.approx(
        expected[names].to_numpy()
    )
    assert found.attrs["pdkl"]["smoothing"] == {}
    assert found.attrs["pdkl"]["zeros"] == zeros


def test_what_zeros_refuse_is_an_error_of_its_own() -> None:
    today = pd.DataFrame({"x": list("abc") * 100, "y": list("ab") * 150, "z": list("ab") * 150})
    reference = pd.DataFrame({"x": list("ab") * 150, "y": list("ba") * 150, "z": list("bc") * 150})
    found = drift(today, reference, measure={"x": "psi", "y": "psi"}, zeros="raise")
    assert found["status"].tolist() == ["error", "ok", "drift"]
    assert found["note"].tolist()[0] == (
        "zeros='raise': column 'x' has categories of probability 0 on one side: 'c'. psi is "
        "infinite there; pass zeros='inf' to see that, 'drop' to leave them out, a floor such as "
        "1e-6, or smoothing."
    )


def test_what_is_infinite_by_chance_never_drifts() -> None:
    # what zeros="raise" lets pass could be infinite in other samples
    found = row(
        repeated({"a": 500, "rare": 3}), repeated({"a": 500, "rare": 1}), measure="psi",
        zeros="raise", threshold=0.0,
    )  # fmt: skip
    assert found[["status", "note", "noise_floor"]].tolist() == [
        *("ok", "no excess: psi is infinite by chance too", math.inf)
    ]
    assert pd.isna(found["excess"])
