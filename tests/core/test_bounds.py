"""The bounds of measures: as text for people and as a number for intervals."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pdkl import InfoTheory, Measure
from pdkl.core.counts.pairs import Pairs
from pdkl.core.counts.steps import Steps
from pdkl.core.measures.catalogue import FAMILIES, MEASURES

ORDERS = (0.0, 0.01, 0.5, 1.0, 2.0, 3.0, math.inf)
EVERY = [(measure, None) for measure in MEASURES.values()] + [
    (make(order), order)
    for name, make in FAMILIES.items()
    for order in ORDERS
    if (name, order) != ("tsallis_divergence", math.inf)
]
NAMES = [f"{measure.name} {'' if order is None else order}" for measure, order in EVERY]


def ends_of(text: str, alphabet: int, log_base: float, order: float | None) -> tuple[float, float]:
    """Compute the two ends that a text of bounds names."""
    formula = re.sub(r"(log|ln) (\w+)", r"\1(\2)", text.replace("^", "**"))
    known: dict[str, Any] = {
        "K": alphabet,
        "a": order,
        "inf": math.inf,
        "log": lambda x: math.log(x) / log_base,
        "ln": math.log,
        "sqrt": math.sqrt,
    }
    low, high = eval(formula, {"__builtins__": {}}, known)
    return low, high


@pytest.mark.parametrize(("measure", "order"), EVERY, ids=NAMES)
@pytest.mark.parametrize("alphabet", [1, 2, 7, 10_000])
@pytest.mark.parametrize("base", [math.e, 2.0, 10.0])
def test_text_and_numbers_agree(
    measure: Measure, order: float | None, alphabet: int, base: float
) -> None:
    low, high = ends_of(measure.bounds, alphabet, math.log(base), order)
    assert measure.lower == low
    assert measure.upper_bound(alphabet, math.log(base)) == pytest.approx(high, rel=1e-12)


@pytest.mark.parametrize(("measure", "order"), EVERY, ids=NAMES)
@pytest.mark.parametrize("alphabet", [2, 7])
@pytest.mark.parametrize("base", [math.e, 2.0])
def test_the_upper_bound_is_reached(
    measure: Measure, order: float | None, alphabet: int, base: float
) -> None:
    # by P that is uniform, against a Q that has nothing of it
    ones, zeros = np.ones(alphabet), np.zeros(alphabet)
    pairs = Pairs(
        np.zeros(alphabet + 1, dtype=np.int64),
        np.arange(alphabet + 1),
        np.append(ones, 0.0),
        np.append(zeros, 1.0),
        np.ones(alphabet + 1),
        np.array([float(alphabet)]),
        np.array([1.0]),
        alphabet,
    )
    if measure.name in ("max_difference", "berger_parker"):  # where P has one category
        pairs = pairs.only(np.arange(alphabet + 1) >= alphabet - 1)
    bound = measure.upper_bound(alphabet, math.log(base))
    if measure.ordered:  # all of Q lies beyond P, infinitely far where there is no bound
        far = np.append(np.arange(float(alphabet)), np.inf if math.isinf(bound) else alphabet)
        pairs = Steps.of(pairs, far)
    found = measure.value(pairs, math.log(base))[0]
    assert found == pytest.approx(bound, rel=1e-12)


def gini(**keywords: Any) -> Measure:
    return Measure(
        name="gini",
        formula="1 - sum p^2",
        reference="Gini (1912)",
        term=lambda pairs: pairs.p * (1.0 - pairs.p),
        log_power=0.0,
        **keywords,
    )


def high(measure: Measure) -> float:
    # of a fair coin there is no larger value, and draws have less: their bias, taken off the
    # interval, carries it past
    coin = pd.DataFrame({"x": ["a", "b"] * 20})
    answer = InfoTheory(coin).divergence(
        "x", reference=coin, measures=[measure], confidence=0.95, rng=0
    )
    return float(answer["gini_high"].iloc[0])


def test_intervals_of_a_measure_of_ones_own_end_where_it_says() -> None:
    bounded = gini(bounds="[0, 1 - 1 / K]", upper_bound=lambda alphabet, _: 1.0 - 1.0 / alphabet)
    assert high(bounded) == 0.5
    assert high(gini()) > 0.5
