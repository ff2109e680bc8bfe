"""The catalogue: each measure against 60 digits, its bounds, edges, zeros and contributions."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import mpmath
import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from mpmath import mpf

import pdkl
from pdkl import InfoTheory
from pdkl.core.measures.catalogue import FAMILIES, MEASURES, find
from tests.support.measures import BY_CATEGORY

mpmath.mp.dps = 60
Shares = list[tuple[Any, Any]]
ORDERS = [0.0, 0.25, 0.5, 1.0, 2.0, 3.0, math.inf]
EXTREME = [1e-9, 1.0 - 1e-9, 1.0 + 1e-9, 40.5, 1e3]


def total(shares: Shares, term: Callable[[Any, Any], Any]) -> Any:
    return mpmath.fsum(term(p, q) for p, q in shares)


def relative(shares: Shares) -> Any:
    return total(shares, lambda p, q: (p * mpmath.log(p / q) if q else mpmath.inf) if p else mpf(0))


def swapped(shares: Shares) -> Shares:
    return [(q, p) for p, q in shares]


def jensen_shannon(shares: Shares) -> Any:
    left, right = ([(side[i], sum(side) / 2) for side in shares] for i in (0, 1))
    return (relative(left) + relative(right)) / 2


def entropy(shares: Shares) -> Any:
    return total(shares, lambda p, _: -p * mpmath.log(p) if p else mpf(0))


def power(shares: Shares, order: float) -> Any:
    def term(p: Any, q: Any) -> Any:
        if not p:
            return mpf(0)
        if not q:
            return mpmath.inf if order > 1 else mpf(0)
        return p ** mpf(order) * q ** (1 - mpf(order))

    return total(shares, term)


def renyi(order: float, shares: Shares) -> Any:
    if order == 1:
        return relative(shares)
    if order == math.inf:
        return max(mpmath.log(p / q) if q else mpmath.inf for p, q in shares if p)
    mass = power(shares, order)
    return mpmath.log(mass) / (mpf(order) - 1) if mass else mpmath.inf


def tsallis(order: float, shares: Shares) -> Any:
    return relative(shares) if order == 1 else (power(shares, order) - 1) / (mpf(order) - 1)


def hill(order: float, shares: Shares) -> Any:
    p = [p for p, _ in shares if p]
    if order == 1:
        return mpmath.exp(entropy(shares))
    if order == math.inf:
        return 1 / max(p)
    return mpmath.fsum(share ** mpf(order) for share in p) ** (1 / (1 - mpf(order)))


def renyi_alone(order: float, shares: Shares) -> Any:
    return mpmath.log(hill(order, shares))


def tsallis_alone(order: float, shares: Shares) -> Any:
    if order == 1:
        return entropy(shares)
    if order == math.inf:
        return mpf(0)
    powers = mpmath.fsum(p ** mpf(order) for p, _ in shares if p)
    return (1 - powers) / (mpf(order) - 1)


TRUTH: dict[Any, Any] = {
    "entropy": entropy,
    "cross_entropy": lambda s: total(
        s, lambda p, q: (-p * mpmath.log(q) if q else mpmath.inf) if p else mpf(0)
    ),
    "kl_divergence": relative,
    "reverse_kl": lambda s: relative(swapped(s)),
    "jeffreys": lambda s: relative(s) + relative(swapped(s)),
    "psi": lambda s: relative(s) + relative(swapped(s)),
    "js_divergence": jensen_shannon,
    "js_distance": lambda s: mpmath.sqrt(jensen_shannon(s)),
    "total_variation": lambda s: total(s, lambda p, q: abs(p - q)) / 2,
    "hellinger": lambda s: mpmath.sqrt(
        total(s, lambda p, q: (mpmath.sqrt(p) - mpmath.sqrt(q)) ** 2) / 2
    ),
    "bhattacharyya": lambda s: -mpmath.log(overlap) if (overlap := power(s, 0.5)) else mpmath.inf,
    "chi_square": lambda s: total(
        s, lambda p, q: (p - q) ** 2 / q if q else (mpmath.inf if p else mpf(0))
    ),
    "max_difference": lambda s: max(abs(p - q) for p, q in s),
    "perplexity": lambda s: mpmath.exp(entropy(s)),
    "normalized_entropy": lambda s: entropy(s) / mpmath.log(len(s)) if len(s) > 1 else mpf(0),
    "richness": lambda s: mpf(sum(p > 0 for p, _ in s)),
    "gini_simpson": lambda s: 1 - total(s, lambda p, _: p * p),
    "berger_parker": lambda s: max(p for p, _ in s),
}


def of_orders(orders: list[float]) -> dict[Any, Any]:
    families = {
        "renyi_divergence": renyi,
        "tsallis_divergence": tsallis,
        "renyi_entropy": renyi_alone,
        "tsallis_entropy": tsallis_alone,
        "hill_number": hill,
    }
    return {
        (name, order): partial(truth, order)
        for order in orders
        for name, truth in families.items()
        if (name, order) != ("tsallis_divergence", math.inf)
    }


TRUTH |= of_orders(ORDERS)
AT_EXTREMES = of_orders(EXTREME)


def test_every_measure_is_tested() -> None:
    assert set(BY_CATEGORY) | set(FAMILIES) == {
        name[0] if isinstance(name, tuple) else name for name in TRUTH
    }


def compared(p: list[int], q: list[int], measures: Any, **keywords: Any) -> pd.Series[Any]:
    """Measure group p against group q."""
    size = len(p)
    frame = pd.DataFrame({"side": ["p"] * size + ["q"] * size, "x": [*range(size)] * 2})
    frame["n"] = [*p, *q]
    result = InfoTheory(frame).divergence(
        "x", by="side", reference="q", weights="n", measures=measures, **keywords
    )
    return result.iloc[0]


def assert_right(p: list[int], q: list[int], truths: dict[Any, Any] = TRUTH) -> None:
    kept = [(a, b) for a, b in zip(p, q, strict=True) if a or b]
    shares = [(mpf(a) / sum(p), mpf(b) / sum(q)) for a, b in kept]
    for base, log in (("nat", mpf(1)), ("bit", mpmath.log(2))):
        row = compared(p, q, truths, base=base)
        for name, truth in truths.items():
            measure = find("measures", name)
            value = row[measure.name]
            expected = truth(shares)
            if expected > np.finfo(np.float64).max:
                assert value == math.inf, name
                continue
            if name == ("tsallis_divergence", 1e3) and expected > 1e305 and value == math.inf:
                continue  # the sum that is divided by the order less 1 is beyond all floats
            expected /= log ** mpf(measure.log_power)
            close = abs(mpf(value) - expected) <= mpf("1e-12") * abs(expected) + mpf("1e-50")
            assert close, (name, value, expected)
            assert value > 0 or (value == 0 and not np.signbit(value)), name


@given(
    p=st.lists(st.integers(0, 10**6), min_size=1, max_size=8),
    q=st.lists(st.integers(0, 10**6), min_size=8, max_size=8),
)
def test_catalogue_is_right_to_twelve_digits(p: list[int], q: list[int]) -> None:
    q = q[: len(p)]
    if any(p) and any(q):
        assert_right(p, q)


@given(p=st.lists(st.integers(10**6, 10**9), min_size=2, max_size=6), data=st.data())
def test_catalogue_near_identity(p: list[int], data: st.DataObject) -> None:
    steps = data.draw(st.lists(st.integers(-2, 2), min_size=len(p), max_size=len(p)))
    assert_right(p, [a + step for a, step in zip(p, steps, strict=True)])


@pytest.mark.parametrize(
    ("p", "q"), [([1, 0], [0, 1]), ([3], [5]), ([10**12, 1], [1, 10**12]), ([1, 1, 0], [0, 1, 1])]
)
def test_catalogue_at_the_edges(p: list[int], q: list[int]) -> None:
    assert_right(p, q)


@given(
    p=st.lists(st.integers(0, 10**6), min_size=1, max_size=8),
    q=st.lists(st.integers(0, 10**6), min_size=8, max_size=8),
)
@example(p=[135845, 395271, 0], q=[845479, 907882, 726605, 0, 0, 0, 0, 0])  # near the largest float
@example(p=[126435, 395271, 0], q=[692688, 776276, 630703, 0, 0, 0, 0, 0])  # and nearer
def test_extreme_orders_are_right_to_twelve_digits(p: list[int], q: list[int]) -> None:
    q = q[: len(p)]
    if any(p) and any(q):
        assert_right(p, q, AT_EXTREMES)


@given(p=st.lists(st.integers(10**6, 10**9), min_size=2, max_size=6), data=st.data())
def test_extreme_orders_near_identity(p: list[int], data: st.DataObject) -> None:
    steps = data.draw(st.lists(st.integers(-2, 2), min_size=len(p), max_size=len(p)))
    assert_right(p, [a + step for a, step in zip(p, steps, strict=True)], AT_EXTREMES)


@pytest.mark.parametrize(
    ("p", "q"), [([1, 0], [0, 1]), ([3], [5]), ([10**12, 1], [1, 10**12]), ([1, 1, 0], [0, 1, 1])]
)
def test_extreme_orders_at_the_edges(p: list[int], q: list[int]) -> None:
    assert_right(p, q, AT_EXTREMES)


def test_an_order_near_one_is_not_named_one() -> None:
    frame = pd.DataFrame({"x": list("aab")})
    asked: list[Any] = [("hill_number", order) for order in (1 + 1e-9, 1, 0.25, 1 / 3, 1e3, -0.0)]
    found = InfoTheory(frame).diversity("x", measures=asked)
    assert list(found)[4:-1] == [
        *("hill_number(1.000000001)", "hill_number(1)", "hill_number(0.25)"),
        *("hill_number(0.3333333333333333)", "hill_number(1000)", "hill_number(0)"),
    ]


@pytest.mark.parametrize("order", [0.0, 1e-9, 0.25, 0.5, math.inf])
@pytest.mark.parametrize("tiny", [5e-324, 1e-300, 1e-160])
def test_one_sided_orders_at_the_ends_of_the_range(tiny: float, order: float) -> None:
    # of larger orders the weights, which add up to 1.0, know too little
    frame = pd.DataFrame({"x": ["a", "b"], "w": [1.0, tiny]})
    truths = {name: of for name, of in of_orders([order]).items() if "divergence" not in name[0]}
    row = InfoTheory(frame).diversity("x", weights="w", measures=truths).iloc[0]
    with mpmath.workdps(400):
        shares = [(share / (1 + mpf(tiny)), None) for share in (mpf(1), mpf(tiny))]
        for name, truth in truths.items():
            value, expected = row[find("measures", name).name], float(truth(shares))
            assert value == pytest.approx(expected, rel=1e-12, abs=tiny), name


@pytest.mark.parametrize("tiny", [5e-324, 1e-300, 1e-160])
def test_orders_at_the_ends_of_the_range(tiny: float) -> None:
    frame = pd.DataFrame({"x": ["a", "b"], "w": [1.0, tiny]})
    row = (
        InfoTheory(frame)
        .divergence(
            "x",
            weights="w",
            reference={"a": tiny, "b": 1.0},
            measures=[("renyi_divergence", 2.0), ("tsallis_divergence", 0.5)],
        )
        .iloc[0]
    )
    assert row["renyi_divergence(2)"] == pytest.approx(-math.log(tiny), rel=1e-12)
    assert row["tsallis_divergence(0.5)"] == pytest.approx(2.0, rel=1e-12)


def test_measures_that_have_a_side_are_infinite_on_it() -> None:
    frame = pd.DataFrame({"x": ["a", "b"], "y": ["a", "a"]})
    theory = InfoTheory(frame)
    forth = theory.divergence("x", "y", measures=BY_CATEGORY).iloc[0]
    back = theory.divergence("y", "x", measures=BY_CATEGORY).iloc[0]
    for name, measure in BY_CATEGORY.items():
        assert np.isinf(forth[name]) == (measure.divides_by in ("q", "both")), name
        assert np.isinf(back[name]) == (measure.divides_by in ("p", "both")), name
        if measure.symmetric:
            np.testing.assert_array_equal(forth[name], back[name])
    dropped = theory.divergence("x", "y", measures=["psi", "reverse_kl"], zeros="drop").iloc[0]
    assert (dropped["psi"], dropped["reverse_kl"]) == (0.0, 0.0)
    floored = theory.divergence("y", "x", measures=["psi", "reverse_kl"], zeros=0.25).iloc[0]
    p, q = np.array([0.8, 0.2]), np.array([0.5, 0.5])
    assert floored["psi"] == pytest.approx(((p - q) * np.log(p / q)).sum(), rel=1e-14)
    assert floored["reverse_kl"] == pytest.approx((q * np.log(q / p)).sum(), rel=1e-14)


@pytest.mark.parametrize("name", list(TRUTH), ids=str)
def test_contributions_add_up_to_what_is_finished(name: Any) -> None:
    frame = pd.DataFrame({"x": list("aaabbc"), "y": list("abbbcc")})
    theory, measure = InfoTheory(frame), find("measures", name)
    for base in ("nat", "bit"):
        terms = theory.contributions("x", "y", measure=name, base=base)["contribution"]
        score = theory.divergence("x", "y", measures=[name], base=base).iloc[0][measure.name]
        if measure.name in ("renyi_entropy(inf)", "hill_number(inf)"):
            assert terms.max() == 0.5  # what the logarithm and the inverse are taken of
        elif measure.reduce == "max":
            assert terms.max() == score
        elif measure.finish is None or measure.name in ("js_divergence", "total_variation"):
            assert terms.sum() == pytest.approx(score, rel=1e-14)
    terms = theory.contributions("x", "y", measure="js_distance", base="bit")["contribution"]
    distance = theory.divergence("x", "y", measures="js_distance", base="bit")["js_distance"]
    assert math.sqrt(terms.sum()) == pytest.approx(distance.iloc[0], rel=1e-14)


def test_psi_stays_in_nats() -> None:
    frame = pd.DataFrame({"x": list("aab"), "y": list("abb")})
    result = InfoTheory(frame).divergence("x", "y", measures=["psi", "jeffreys"], base="bit")
    assert result["psi"].iloc[0] == pytest.approx(math.log(2) / 3 * 2, rel=1e-15)
    assert result["jeffreys"].iloc[0] == pytest.approx(2 / 3, rel=1e-15)


def test_normalized_entropy_knows_the_alphabet() -> None:
    frame = pd.DataFrame({"x": pd.Categorical(["a", "b"], categories=list("abcd"))})
    for alphabet, value in (("observed", 1.0), ("declared", 0.5), (16, 0.25)):
        result = InfoTheory(frame).divergence(
            "x",
            against="uniform",
            measures="normalized_entropy",
            alphabet=alphabet,  # type: ignore[arg-type]
        )
        assert result["normalized_entropy"].tolist() == [value]


def test_a_measure_of_ones_own() -> None:
    triangular = pdkl.Measure(
        name="triangular",
        formula="sum (p - q)^2 / (p + q)",
        reference="Topsoe (2000)",
        term=lambda pairs: pairs.difference**2 / (pairs.p + pairs.q).clip(1e-300),
        log_power=0,
    )
    frame = pd.DataFrame({"x": list("aab"), "y": list("abb")})
    result = InfoTheory(frame).divergence("x", "y", measures=[triangular, "hellinger"])
    assert result["triangular"].iloc[0] == pytest.approx(2 / 9, rel=1e-15)
    terms = InfoTheory(frame).contributions("x", "y", measure=triangular)
    assert terms["contribution"].sum() == pytest.approx(2 / 9, rel=1e-15)


def test_the_catalogue_as_a_frame() -> None:
    catalogue = pdkl.measures()
    assert list(catalogue) == [
        *("name", "formula", "bounds", "one_sided", "symmetric", "metric", "divides_by", "unit"),
        *("ordered", "order", "reference"),
    ]
    assert catalogue["name"].tolist() == [*MEASURES, *FAMILIES]
    assert not catalogue.isna().any(axis=None)
    assert catalogue.loc[catalogue["order"], "name"].tolist() == list(FAMILIES)


def test_one_measure_may_be_named_alone() -> None:
    frame = pd.DataFrame({"x": list("aab"), "y": list("abb")})
    theory = InfoTheory(frame)
    names: list[Any] = ["hellinger", ("renyi_divergence", 2)]
    for alone in names:
        pd.testing.assert_frame_equal(
            theory.divergence("x", "y", measures=alone),
            theory.divergence("x", "y", measures=[alone]),
        )
    default = theory.divergence("x", "y")
    assert list(default)[-4:-1] == ["kl_divergence", "js_divergence", "total_variation"]
    assert theory.kl_divergence("x", "y")["kl_divergence"].equals(default["kl_divergence"])


@pytest.mark.parametrize(
    "measure", ["entropy", "gini_simpson", ("renyi_entropy", 2), ("hill_number", 3)]
)
@pytest.mark.parametrize("kind", ["rows", "whole weights", "fractions"])
def test_many_small_groups_are_measured_as_each_alone(measure: Any, kind: str) -> None:
    rng = np.random.default_rng(9)
    rows = 6000
    frame = pd.DataFrame({"g": rng.integers(0, 500, rows), "c": rng.geometric(0.4, rows), "w": 1.0})
    if kind != "rows":
        frame["w"] = rng.integers(0, 3, rows) * (0.5 if kind == "fractions" else 1)
    weights = None if kind == "rows" else "w"

    def ask(some: pd.DataFrame, by: str | None = None) -> list[float]:
        found = InfoTheory(some).diversity("c", by=by, weights=weights, measures=[measure])
        return found.iloc[:, -2].tolist()

    alone = [ask(part)[0] for _, part in frame[frame["g"] < 60].groupby("g")]
    assert ask(frame, "g")[:60] == alone
