"""Measures of one distribution: against the oracle, their laws, how sure they are, and messages."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise, product
from random import Random
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pdkl
from pdkl import InfoTheory, SeriesInfoTheory
from pdkl.core.measures.estimators import ESTIMATORS
from tests.support.agree import agree
from tests.support.frames import frames
from tests.support.oracle_diversity import diversity
from tests.truth.test_oracle import ALPHABETS, BASES, BYS, COLUMNS, SEEDS, SMOOTHING, WEIGHTS
from tests.truth.test_oracle import frames as samples

NAMES = ["entropy", "perplexity", "normalized_entropy", "richness", "gini_simpson", "berger_parker"]
FAMILIES = ["renyi_entropy", "tsallis_entropy", "hill_number"]
ORDERS = [0, 0.5, 1, 2, 3, math.inf]
EVERY: list[Any] = [*NAMES, *product(FAMILIES, ORDERS)]
TEAMS = pd.DataFrame({"team": list("aaaaabbbbb"), "field": [1, 1, 5, 7, 5, 3, 4, 4, 4, 6]})


def measured(frame: pd.DataFrame, measures: Any, **keywords: Any) -> list[pd.Series[Any]]:
    """Measure column a of a frame in each of its groups that has a value."""
    found = InfoTheory(frame).diversity("a", measures=measures, by="g", weights="w", **keywords)
    values = found[found["n"] > 0].iloc[:, 5:-1]
    return [values[name] for name in values]


# ---- what it is -----------------------------------------------------------------------------


@pytest.mark.parametrize("by", BYS, ids=str)
def test_every_measure_is_that_of_the_oracle(by: Any) -> None:
    settings = list(product(SEEDS, WEIGHTS, SMOOTHING, [True, False]))
    for seed, weights, smoothing, dropna in Random(str(by)).sample(settings, 12):
        frame, _ = samples(seed)
        keywords: dict[str, Any] = {"by": by, "weights": weights, "dropna": dropna}
        keywords |= {"smoothing": smoothing, "measures": EVERY}
        found = InfoTheory(frame).diversity(COLUMNS, **keywords)
        agree(found, diversity(frame, COLUMNS, **keywords), keywords)


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("alphabet", ["observed", *ALPHABETS])
def test_units_and_alphabets_are_those_of_the_oracle(alphabet: Any, base: Any) -> None:
    frame, _ = samples(1)
    for smoothing in SMOOTHING:
        keywords: dict[str, Any] = {"by": "shop", "alphabet": alphabet, "base": base}
        keywords |= {"smoothing": smoothing, "measures": EVERY}
        found = InfoTheory(frame).diversity(**keywords)
        agree(found, diversity(frame, **keywords), keywords)


def test_the_columns_of_an_answer() -> None:
    found = InfoTheory(TEAMS).diversity("field", by="team")
    assert list(found) == [
        *("team", "column", "n", "n_missing", "categories"),
        *("perplexity", "normalized_entropy", "gini_simpson", "unit"),
    ]
    assert found["gini_simpson"].tolist() == pytest.approx([0.64, 0.56], rel=1e-15)
    assert found.attrs["pdkl"]["method"] == "diversity"
    assert found.attrs["pdkl"]["measures"] == ["perplexity", "normalized_entropy", "gini_simpson"]
    sure = InfoTheory(TEAMS).diversity(
        "field", measures=["richness", ("hill_number", 2)], confidence=0.9
    )
    assert list(sure)[4:-1] == [
        *("richness", "richness_low", "richness_high"),
        *("hill_number(2)", "hill_number(2)_low", "hill_number(2)_high"),
    ]


def test_a_comparison_measures_them_alike() -> None:
    theory = InfoTheory(TEAMS)
    alone = theory.diversity("field", by="team", measures=EVERY)
    beside = theory.divergence("field", by="team", against="all", measures=EVERY)
    names = list(alone)[5:-1]
    pd.testing.assert_frame_equal(alone[names], beside[names], rtol=1e-15)


def test_a_series_answers_with_a_number() -> None:
    values = pd.Series(list("aaab"))
    series = SeriesInfoTheory(values)
    assert series.diversity("richness") == 2.0
    assert series.diversity(("hill_number", 2)) == 1.6
    smallest = series.diversity(("renyi_entropy", math.inf), base="bit")
    assert smallest == pytest.approx(math.log2(4 / 3), rel=1e-15)
    assert series.diversity("gini_simpson", smoothing=1) == pytest.approx(4 / 9)
    assert math.isnan(SeriesInfoTheory(values.iloc[:0]).diversity("berger_parker"))
    known = series.diversity("perplexity", estimator="zhang")
    assert known == pytest.approx(math.exp(series.entropy(estimator="zhang")))


def test_a_measure_of_ones_own() -> None:
    modal = pdkl.Measure(
        name="variation_ratio",
        formula="1 - max p",
        reference="Freeman (1965)",
        term=lambda pairs: pairs.p,
        reduce="max",
        finish=lambda total, _: 1.0 - total,
        log_power=0,
        one_sided=True,
    )
    found = InfoTheory(TEAMS).diversity("field", by="team", measures=[modal, "berger_parker"])
    assert (found["variation_ratio"] + found["berger_parker"]).tolist() == [1.0, 1.0]


def test_the_catalogue_says_which_they_are() -> None:
    catalogue = pdkl.measures()
    one_sided = catalogue.loc[catalogue["one_sided"], "name"].tolist()
    assert one_sided == [*NAMES, *FAMILIES]


# ---- laws -----------------------------------------------------------------------------------


@given(frame=frames(), dropna=st.booleans(), orders=st.lists(st.floats(0, 50), max_size=6))
def test_hill_numbers_fall_with_their_order(
    frame: pd.DataFrame, dropna: bool, orders: list[float]
) -> None:
    rising = sorted({0.0, 1.0, *orders, math.inf})
    numbers = measured(frame, [("hill_number", order) for order in rising], dropna=dropna)
    for more, fewer in pairwise(numbers):
        assert (fewer <= more * (1 + 1e-12)).all()
    assert (numbers[-1] >= 1).all()


@given(frame=frames(), dropna=st.booleans(), order=st.one_of(st.floats(0, 50), st.just(math.inf)))
def test_renyi_and_tsallis_are_logarithms_of_hill(
    frame: pd.DataFrame, dropna: bool, order: float
) -> None:
    asked = [(name, order) for name in ("hill_number", "renyi_entropy", "tsallis_entropy")]
    number, entropy, deformed = measured(frame, asked, dropna=dropna, base="bit")
    np.testing.assert_allclose(2.0**entropy, number, rtol=1e-12)
    if order == 1:
        np.testing.assert_allclose(deformed, np.log(number), rtol=1e-11, atol=1e-14)
    elif order < math.inf:
        power = np.expm1((1 - order) * np.log(number)) / (1 - order)
        np.testing.assert_allclose(deformed, power, rtol=1e-11, atol=1e-14)


@given(frame=frames(), dropna=st.booleans())
def test_other_names_of_the_same(frame: pd.DataFrame, dropna: bool) -> None:
    pairs: list[tuple[Any, Any]] = [
        ("richness", ("hill_number", 0)),
        ("perplexity", ("hill_number", 1)),
        ("entropy", ("renyi_entropy", 1)),
        ("gini_simpson", ("tsallis_entropy", 2)),
        ("berger_parker", ("hill_number", math.inf)),
    ]
    left, right = (measured(frame, [pair[i] for pair in pairs], dropna=dropna) for i in (0, 1))
    left[-1] = 1 / left[-1]
    for name, member in zip(left, right, strict=True):
        np.testing.assert_allclose(name, member, rtol=1e-14, atol=1e-16)


@given(frame=frames(), dropna=st.booleans())
def test_renyi_divergence_rises_with_its_order(frame: pd.DataFrame, dropna: bool) -> None:
    asked = [("renyi_divergence", order) for order in (0, 0.5, 1, 2, 40, math.inf)]
    found = InfoTheory(frame).divergence(
        "a", by="g", against="all", weights="w", dropna=dropna, measures=asked
    )
    values = found.filter(like="renyi").dropna().to_numpy()
    assert (values[:, 1:] >= values[:, :-1] * (1 - 1e-12)).all()
    assert (values[:, 0] >= 0).all()
    plain = InfoTheory(frame).kl_divergence("a", by="g", against="all", weights="w", dropna=dropna)
    np.testing.assert_array_equal(found["renyi_divergence(1)"], plain["kl_divergence"])
    # of order 0 it is what P lacks of Q
    np.testing.assert_allclose(found["renyi_divergence(0)"], -np.log1p(-found["vanished"]), 1e-12)


def test_the_largest_ratio_and_its_zeros() -> None:
    frame = pd.DataFrame({"x": list("aab"), "y": list("abb")})
    theory, largest = InfoTheory(frame), ("renyi_divergence", math.inf)
    forth = theory.divergence("x", "y", measures=[largest])["renyi_divergence(inf)"].iloc[0]
    assert forth == pytest.approx(math.log(2), rel=1e-15)
    terms = theory.contributions("x", "y", measure=largest)
    assert terms["category"].tolist() == ["a", "b"]
    assert terms["contribution"].tolist() == pytest.approx([math.log(2), -math.log(2)], rel=1e-15)
    new = pd.DataFrame({"x": list("aabc")})
    values = {
        zeros: InfoTheory(new)
        .divergence("x", reference={"a": 1, "b": 1}, measures=[largest], zeros=zeros)[
            "renyi_divergence(inf)"
        ]
        .iloc[0]
        for zeros in ("inf", "drop", 0.25)
    }
    assert values["inf"] == math.inf
    assert values["drop"] == pytest.approx(math.log(4 / 3), rel=1e-15)
    assert values[0.25] == pytest.approx(math.log(5 / 4), rel=1e-15)
    smooth = InfoTheory(frame).divergence("x", "y", measures=[largest], smoothing=1, alphabet=9)
    assert smooth["renyi_divergence(inf)"].iloc[0] == pytest.approx(math.log(3 / 2), rel=1e-15)


# ---- how sure -------------------------------------------------------------------------------


def test_what_is_in_closed_form_and_what_is_drawn() -> None:
    rng = np.random.default_rng(2)
    frame = pd.DataFrame({"x": rng.choice(list("abcde"), 600, p=[0.4, 0.25, 0.2, 0.1, 0.05])})
    asked: list[Any] = [("hill_number", 2), ("hill_number", 9), ("hill_number", math.inf)]
    first = InfoTheory(frame).diversity("x", measures=asked, confidence=0.9, rng=0)
    assert first.attrs["pdkl"]["inference"] == "closed form; hill_number(9): 199 draws"
    drawn = InfoTheory(frame).diversity(
        "x", measures=asked, confidence=0.9, rng=0, n_resamples=4000
    )
    assert drawn.attrs["pdkl"]["inference"] == "4000 draws"
    for name, slack in (
        ("hill_number(2)", 0.04),
        ("hill_number(9)", 0.2),
        ("hill_number(inf)", 0.04),
    ):
        low, high = drawn[f"{name}_low"].iloc[0], drawn[f"{name}_high"].iloc[0]
        assert first[f"{name}_low"].iloc[0] == pytest.approx(low, abs=slack * (high - low))
        assert first[f"{name}_high"].iloc[0] == pytest.approx(high, abs=slack * (high - low))


@pytest.mark.parametrize(
    "measure", ["gini_simpson", ("hill_number", 2), ("renyi_entropy", math.inf)]
)
def test_intervals_hold_the_truth(measure: Any) -> None:
    rng, shares = np.random.default_rng(5), np.array([0.35, 0.25, 0.15, 0.15, 0.1])
    samples_ = rng.multinomial(150, shares, 400)
    frame = pd.DataFrame(
        {
            "g": np.repeat(np.arange(400), 5),
            "x": np.tile(np.arange(5), 400),
            "n": samples_.ravel(),
        }
    )
    found = InfoTheory(frame).diversity(
        "x", by="g", weights="n", measures=[measure], confidence=0.9
    )
    truth = InfoTheory(pd.DataFrame({"x": range(5), "p": shares})).diversity(
        "x", weights="p", measures=[measure]
    )
    value = truth.iloc[0, -2]
    low, high = found.iloc[:, -3], found.iloc[:, -2]
    assert 0.85 <= ((low <= value) & (value <= high)).mean() <= 0.95


def test_richness_has_no_honest_interval() -> None:
    for counts in ([50, 40, 30], [9, 4, 2, 1, 1, 1]):
        frame = pd.DataFrame({"x": range(len(counts)), "n": counts})
        found = InfoTheory(frame).diversity(
            "x", weights="n", measures=["richness", ("hill_number", 0)], confidence=0.9
        )
        assert found.filter(regex="_low|_high").isna().all(axis=None)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_what_follows_from_entropy_follows_from_its_estimate(estimator: str) -> None:
    frame = pd.DataFrame({"g": list("aaaaaabbb"), "x": list("uuvwxyuuv")})
    follows: list[Any] = ["entropy", "perplexity", "normalized_entropy"]
    follows += [(name, 1) for name in FAMILIES]
    keywords: dict[str, Any] = {"by": "g", "estimator": estimator, "alphabet": 7, "base": "bit"}
    found = InfoTheory(frame).diversity("x", measures=follows, **keywords)
    bits = InfoTheory(frame).entropy("x", **keywords)["entropy"]
    for name in ("entropy", "renyi_entropy(1)"):
        np.testing.assert_array_equal(found[name], bits)
    for name in ("perplexity", "hill_number(1)"):
        np.testing.assert_allclose(found[name], 2**bits, rtol=1e-14)
    np.testing.assert_allclose(found["normalized_entropy"], bits / np.log2(7), rtol=1e-14)
    np.testing.assert_allclose(found["tsallis_entropy(1)"], bits * np.log(2), rtol=1e-14)


@pytest.mark.parametrize("estimator", ["miller-madow", "zhang", "laplace", "chao-shen"])
def test_intervals_of_what_follows_from_an_estimate(estimator: str) -> None:
    frame = pd.DataFrame({"x": range(6), "n": [60, 45, 30, 38, 25, 41]})
    keywords: dict[str, Any] = {"weights": "n", "estimator": estimator, "confidence": 0.9}
    asked: list[Any] = ["entropy", "perplexity", "normalized_entropy"]
    found = InfoTheory(frame).diversity("x", measures=asked, rng=1, **keywords).iloc[0]
    drawn = (
        InfoTheory(frame)
        .diversity("x", measures=asked, n_resamples=4000, rng=2, **keywords)
        .iloc[0]
    )
    for name in asked:
        width = drawn[f"{name}_high"] - drawn[f"{name}_low"]
        slack = 0.3 if estimator == "chao-shen" else 0.08
        assert found[f"{name}_low"] == pytest.approx(drawn[f"{name}_low"], abs=slack * width)
        assert found[f"{name}_high"] == pytest.approx(drawn[f"{name}_high"], abs=slack * width)
        assert found[f"{name}_low"] < found[name] < found[f"{name}_high"]


def test_blocks_move_together() -> None:
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(
        {"x": np.repeat(rng.choice(list("abcd"), 40), 25), "b": np.arange(1000) // 25}
    )
    theory, asked = InfoTheory(frame), ["gini_simpson"]
    apart = theory.diversity("x", measures=asked, confidence=0.9)
    bunched = theory.diversity("x", measures=asked, confidence=0.9, blocks="b", rng=0)
    width, wider = (one["gini_simpson_high"] - one["gini_simpson_low"] for one in (apart, bunched))
    assert (wider > 2 * width).all()


# ---- messages -------------------------------------------------------------------------------

CHOICES = (
    "'entropy', 'perplexity', 'normalized_entropy', 'richness', 'gini_simpson', 'berger_parker', "
    "('renyi_entropy', order), ('tsallis_entropy', order), ('hill_number', order), or a "
    "pdkl.Measure with one_sided=True"
)
FORMS = """The forms are:
  q="other_column"                 another column of the same frame
  reference=other_frame            another frame
  reference={"a": 0.5, "b": 0.5}   a fixed distribution
  reference="label", by="key"      one group of by (a tuple of labels for several keys)
  against="rest"                   or one of "all", "pairs", "previous" (with by), "uniform\""""


def asked(measures: Any, **keywords: Any) -> pd.DataFrame:
    return InfoTheory(TEAMS).diversity("field", measures=measures, **keywords)


CASES: list[tuple[Callable[[], Any], type[Exception], str]] = [
    (
        lambda: asked(["perplexity", "blau"]),
        ValueError,
        f"measures must be one of {CHOICES}; got 'blau'.",
    ),
    (lambda: asked(2), TypeError, f"measures must be one of {CHOICES}; got 2."),
    (lambda: asked([]), ValueError, "measures is empty; name at least one measure."),
    (
        lambda: asked(["perplexity", "kl_divergence"]),
        ValueError,
        f"measures of one distribution must be one of {CHOICES}; got 'kl_divergence', which "
        "compares two. Ask divergence() for it, with q=, reference= or against=.",
    ),
    (
        lambda: asked(("renyi_divergence", 2)),
        ValueError,
        f"measures of one distribution must be one of {CHOICES}; got 'renyi_divergence(2)', which "
        "compares two. Ask divergence() for it, with q=, reference= or against=.",
    ),
    (
        lambda: asked("hill_number"),
        ValueError,
        "measures must give hill_number an order, as in ('hill_number', 2); got 'hill_number' "
        "alone.",
    ),
    *(
        (
            lambda order=order: asked([("hill_number", order)]),
            ValueError,
            "measures must give hill_number an order, a number of at least 0 or math.inf; got "
            f"{order!r}.",
        )
        for order in (-1, math.nan, -math.inf, None, "two", True)
    ),
    (
        lambda: asked([("hill_number", 2), ("hill_number", 2.0)]),
        ValueError,
        "measures names a measure twice: hill_number(2), hill_number(2).",
    ),
    (
        lambda: asked(["perplexity", "gini_simpson"], estimator="zhang"),
        ValueError,
        "estimator='zhang' estimates entropy, and what follows from it: entropy, perplexity, "
        "normalized_entropy, ('renyi_entropy', 1), ('tsallis_entropy', 1), ('hill_number', 1). "
        "gini_simpson knows 'plugin' only: leave estimator out, or ask for it in a call of its "
        "own.",
    ),
    (
        lambda: asked("perplexity", estimator="zhang", smoothing=1),
        ValueError,
        "estimator='zhang' and smoothing=1 both correct for small samples; choose one of them.",
    ),
    (
        lambda: SeriesInfoTheory(TEAMS["field"]).diversity("psi"),
        ValueError,
        f"measure of one distribution must be one of {CHOICES}; got 'psi', which compares two. "
        "Ask divergence() for it, with q=, reference= or against=.",
    ),
    (
        lambda: InfoTheory(TEAMS).divergence("field", measures=["perplexity", ("hill_number", 2)]),
        TypeError,
        "divergence() needs exactly one of q=, reference=, against=; got none. diversity() "
        f"measures perplexity, hill_number(2) without any. {FORMS}",
    ),
    (
        lambda: InfoTheory(TEAMS).divergence("field", measures=["perplexity", "psi"]),
        TypeError,
        f"divergence() needs exactly one of q=, reference=, against=; got none. {FORMS}",
    ),
]


@pytest.mark.parametrize(("call", "kind", "message"), CASES, ids=lambda _: None)
def test_message(call: Callable[[], Any], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind) as caught:
        call()
    assert str(caught.value) == message
