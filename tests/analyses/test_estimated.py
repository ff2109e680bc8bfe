"""Estimators through the doors: published values, units, alphabets, and what is built of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import pdkl
from pdkl import InfoTheory, SeriesInfoTheory
from pdkl.core.measures.estimators import ESTIMATORS

C = pd.DataFrame({"x": list("abcde"), "n": [1, 2, 3, 2, 1]})
Y = pd.DataFrame({"x": range(11), "n": [4, 2, 3, 0, 2, 4, 0, 0, 2, 1, 1]})


@pytest.mark.parametrize(
    ("estimator", "value"),
    [
        ("plugin", 1.522955),
        ("miller-madow", 1.745177),
        ("chao-shen", 1.876548),
        ("james-stein", 1.609438),
        ("laplace", 1.574097),
        ("jeffreys", 1.556911),
    ],
)
def test_discrete_entropy_tests(estimator: str, value: float) -> None:
    result = InfoTheory(C).entropy("x", weights="n", estimator=estimator)
    assert result["entropy"].iloc[0] == pytest.approx(value, abs=5e-7)
    raw = C["x"].repeat(C["n"].tolist())
    alone = SeriesInfoTheory(raw).entropy(estimator=estimator)
    assert alone == result["entropy"].iloc[0]


def test_r_manual() -> None:
    result = InfoTheory(Y).entropy("x", weights="n", estimator="nsb", alphabet=11)
    assert result["entropy"].iloc[0] == pytest.approx(2.187774, abs=5e-7)
    levels = Y.assign(x=pd.Categorical(Y["x"]))
    declared = InfoTheory(levels).entropy("x", weights="n", estimator="nsb", alphabet="declared")
    assert declared["entropy"].iloc[0] == result["entropy"].iloc[0]


def test_units_do_not_mix() -> None:
    seven = pd.DataFrame({"x": ["a"] * 7 + ["b"] * 3})
    bits = InfoTheory(seven).entropy("x", estimator="zhang", base="bit")["entropy"].iloc[0]
    assert bits == pytest.approx(0.95790371, abs=5e-9)
    for estimator in ESTIMATORS:
        theory = InfoTheory(seven)
        nats = theory.entropy("x", estimator=estimator)["entropy"].iloc[0]
        bits = theory.entropy("x", estimator=estimator, base="bit")["entropy"].iloc[0]
        assert bits == pytest.approx(nats / np.log(2), rel=1e-15)


def test_groups_are_estimated_apart() -> None:
    frame = pd.DataFrame({"g": list("aaaabb"), "x": list("uvwxuu")})
    theory = InfoTheory(frame)
    for estimator in ESTIMATORS:
        both = theory.entropy("x", by="g", estimator=estimator, alphabet=6)["entropy"]
        for i, (_, part) in enumerate(frame.groupby("g")):
            alone = InfoTheory(part).entropy("x", estimator=estimator, alphabet=6)["entropy"]
            assert both.iloc[i] == alone.iloc[0]


def test_mutual_information_is_made_of_entropies() -> None:
    rng = np.random.default_rng(8)
    frame = pd.DataFrame({"x": rng.integers(0, 5, 60), "y": rng.integers(0, 4, 60)})
    theory = InfoTheory(frame)
    for estimator in ("miller-madow", "grassberger", "nsb"):
        keywords: dict[str, Any] = {"estimator": estimator}
        x, y = theory.entropy(["x", "y"], **keywords)["entropy"]
        # the alphabet of the pair is all combinations, seen or not
        both = theory.entropy(["x", "y"], joint=True, alphabet=20, **keywords)["entropy"].iloc[0]
        shared = theory.mutual_information("x", "y", **keywords)["mutual_information"].iloc[0]
        assert shared == pytest.approx(x + y - both, abs=1e-14)
        left = theory.conditional_entropy("x", "y", **keywords)["conditional_entropy"].iloc[0]
        assert left == pytest.approx(both - y, abs=1e-14)
    corrected = theory.mutual_information("x", "y", estimator="miller-madow")
    plugin = theory.mutual_information("x", "y")
    assert (corrected["mutual_information"] < plugin["mutual_information"]).all()


def test_given_a_third_column_strata_are_estimated_apart() -> None:
    frame = pd.DataFrame({"x": list("aabbab"), "y": list("uvuvuu"), "z": [1, 1, 1, 1, 2, 2]})
    theory = InfoTheory(frame)
    whole = theory.mutual_information("x", "y", given="z", estimator="miller-madow")
    apart = theory.mutual_information("x", "y", by="z", estimator="miller-madow")
    mean = (apart["mutual_information"] * apart["n"]).sum() / 6
    assert whole["mutual_information"].iloc[0] == pytest.approx(mean, abs=1e-15)


def test_estimators_as_a_frame() -> None:
    listed = pdkl.estimators()
    assert listed["name"].tolist() == list(ESTIMATORS)
    assert set(listed["alphabet"]) == {"occurring", "declared"}
    assert listed["summary"].str.len().gt(40).all()


NAMES = ", ".join(repr(name) for name in ESTIMATORS)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: InfoTheory(C).entropy("x", estimator="mle"),
            f"estimator must be one of {NAMES}; got 'mle'.",
        ),
        (
            lambda: InfoTheory(C).mutual_information("x", "n", estimator="mle"),
            f"estimator must be one of {NAMES}; got 'mle'.",
        ),
        (
            lambda: InfoTheory(C).entropy("x", estimator="zhang", smoothing=1),
            "estimator='zhang' and smoothing=1 both correct for small samples; choose one of them.",
        ),
        (
            lambda: InfoTheory(C.assign(n=0.5)).entropy("x", weights="n", estimator="zhang"),
            "estimator='zhang' needs to know how many rows there are, so weights must be whole "
            "numbers; they are fractional. Pass counts, or leave weights out.",
        ),
        (
            lambda: InfoTheory(C.assign(w=0.5)).mutual_information(
                "x", "n", weights="w", estimator="zhang"
            ),
            "estimator='zhang' needs to know how many rows there are, so weights must be whole "
            "numbers; they are fractional. Pass counts, or leave weights out.",
        ),
        (
            lambda: InfoTheory(C).mutual_information("x", "n", estimator="nsb", normalized="x"),
            "normalized='x' bounds plug-in estimates only; got estimator='nsb'. Leave out one of "
            "them.",
        ),
    ],
)
def test_messages(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match="estimator") as caught:
        call()
    assert str(caught.value) == message


def test_whole_float_weights_are_counts() -> None:
    result = InfoTheory(C.assign(n=C["n"].astype(float))).entropy(
        "x", weights="n", estimator="miller-madow"
    )
    assert result["entropy"].iloc[0] == pytest.approx(1.745177, abs=5e-7)
