"""Digits: against mpmath at 60 of them, near identity, at extremes, and bit by bit."""

from __future__ import annotations

import math
from typing import Any

import mpmath
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from pdkl import InfoTheory, SeriesInfoTheory
from pdkl.core.numerics.exact import (
    cross_difference,
    deviance,
    jensen,
    segment_sum,
    sum_of_few,
    surprisal,
)

mpmath.mp.dps = 60
COUNTS = st.lists(st.integers(0, 10**12), min_size=1, max_size=12)


def frame_of(p: list[int] | list[float], q: list[int] | list[float]) -> pd.DataFrame:
    """Make a pre-counted frame of two groups."""
    size = len(p)
    return pd.DataFrame(
        {"side": ["p"] * size + ["q"] * size, "x": [*range(size)] * 2, "n": [*p, *q]}
    )


def measured(p: list[Any], q: list[Any], method: str, **keywords: Any) -> float:
    """Compare group p with group q through the public door."""
    result = getattr(InfoTheory(frame_of(p, q)), method)(
        "x", by="side", reference="q", weights="n", **keywords
    )
    return float(result[method].iloc[0])


def exact(p: list[Any], q: list[Any]) -> dict[str, Any]:
    """Compute entropy, cross entropy, KL and JS with 60 digits."""
    total_p, total_q = mpmath.fsum(map(mpmath.mpf, p)), mpmath.fsum(map(mpmath.mpf, q))
    shares = [(mpmath.mpf(a) / total_p, mpmath.mpf(b) / total_q) for a, b in zip(p, q, strict=True)]

    def relative(pairs: list[tuple[Any, Any]]) -> Any:
        terms = [a * mpmath.log(a / b) if b else mpmath.inf for a, b in pairs if a]
        return mpmath.fsum(terms)

    middle = [(a + b) / 2 for a, b in shares]
    return {
        "entropy": -mpmath.fsum(a * mpmath.log(a) for a, _ in shares if a),
        "cross_entropy": mpmath.fsum(
            -a * mpmath.log(b) if b else mpmath.inf for a, b in shares if a
        ),
        "kl_divergence": relative(shares),
        "js_divergence": (
            relative([(a, m) for (a, _), m in zip(shares, middle, strict=True)])
            + relative([(b, m) for (_, b), m in zip(shares, middle, strict=True)])
        )
        / 2,
    }


def assert_close(value: float, truth: Any, rel: float = 1e-12) -> None:
    if mpmath.isinf(truth):
        assert value == math.inf
    else:
        assert abs(mpmath.mpf(value) - truth) <= rel * abs(truth) + mpmath.mpf(10) ** -300


@given(p=COUNTS, q=COUNTS)
def test_integer_counts_are_right_to_twelve_digits(p: list[int], q: list[int]) -> None:
    size = max(len(p), len(q))
    p, q = p + [0] * (size - len(p)), q + [0] * (size - len(q))
    if not (any(p) and any(q)):
        return
    truth = exact(p, q)
    for method in ("cross_entropy", "kl_divergence", "js_divergence"):
        assert_close(measured(p, q, method), truth[method])
    own = InfoTheory(frame_of(p, q)).entropy("x", by="side", weights="n")["entropy"].iloc[0]
    assert_close(own, truth["entropy"])


@given(p=st.lists(st.integers(10**6, 10**10), min_size=2, max_size=8), data=st.data())
def test_near_identical_counts_keep_their_digits(p: list[int], data: st.DataObject) -> None:
    steps = data.draw(st.lists(st.integers(-3, 3), min_size=len(p), max_size=len(p)))
    q = [a + step for a, step in zip(p, steps, strict=True)]
    truth = exact(p, q)
    for method in ("kl_divergence", "js_divergence"):
        value = measured(p, q, method)
        assert value >= 0
        assert_close(value, truth[method])


def test_one_row_in_ten_million() -> None:
    p, q = [10_000_000, 10_000_000], [10_000_001, 9_999_999]
    truth = exact(p, q)
    for method in ("kl_divergence", "js_divergence"):
        assert_close(measured(p, q, method), truth[method], rel=1e-15)
        # smoothing by dyadic pseudo-counts and by 1/K stays exact too
        for smoothing, shift in ((0.5, 0.5), ("laplace", 1), ("perks", mpmath.mpf(1) / 2)):
            smooth = exact([a + shift for a in p], [b + shift for b in q])
            assert_close(measured(p, q, method, smoothing=smoothing), smooth[method], rel=1e-15)


def test_almost_certain_entropy() -> None:
    p = [10**15, 1]
    own = InfoTheory(frame_of(p, p)).entropy("x", by="side", weights="n")["entropy"].iloc[0]
    assert_close(own, exact(p, p)["entropy"], rel=1e-15)


@given(
    p=st.lists(st.floats(1e-3, 1e3), min_size=3, max_size=3),
    q=st.lists(st.floats(1e-3, 1e3), min_size=3, max_size=3),
)
def test_float_weights(p: list[float], q: list[float]) -> None:
    truth = exact(p, q)
    for method in ("cross_entropy", "kl_divergence", "js_divergence"):
        value = measured(p, q, method)
        assert value >= 0
        assert abs(value - float(truth[method])) <= 1e-14 * (1 + float(truth["cross_entropy"]))


@pytest.mark.parametrize("tiny", [5e-324, 1e-310, 1e-300, 1e-200])
def test_subnormal_probabilities(tiny: float) -> None:
    p, q = {"a": 1.0, "b": tiny}, {"a": tiny, "b": 1.0}
    frame = pd.DataFrame({"x": ["a", "b"], "w": [1.0, tiny]})
    theory = InfoTheory(frame)
    js = theory.js_divergence("x", weights="w", reference=q)["js_divergence"].iloc[0]
    assert js == pytest.approx(math.log(2), rel=1e-15)
    kl = theory.kl_divergence("x", weights="w", reference=q)["kl_divergence"].iloc[0]
    assert kl == pytest.approx(-math.log(tiny), rel=1e-15)
    assert theory.js_divergence("x", weights="w", reference=p)["js_divergence"].iloc[0] == 0.0
    apart = theory.js_divergence("x", weights="w", reference={"a": 1.0})["js_divergence"]
    assert 0 <= apart.iloc[0] <= tiny


@given(
    p=st.lists(st.integers(1, 10**6), min_size=2, max_size=30),
    q=st.lists(st.integers(1, 10**6), min_size=30, max_size=30),
)
def test_agrees_with_scipy_where_scipy_is_right(p: list[int], q: list[int]) -> None:
    q = q[: len(p)]
    assert measured(p, q, "kl_divergence") == pytest.approx(stats.entropy(p, q), abs=1e-13)
    assert measured(p, q, "cross_entropy", base="bit") == pytest.approx(
        stats.entropy(p, q, base=2) + stats.entropy(p, base=2), rel=1e-12
    )


@given(
    values=st.lists(st.floats(0, 1e15), min_size=0, max_size=60),
    seed=st.integers(0, 2**32 - 1),
)
def test_segment_sums_do_not_depend_on_order(values: list[float], seed: int) -> None:
    rng = np.random.default_rng(seed)
    array, segment = np.array(values, dtype=float), rng.integers(0, 3, len(values))
    order = rng.permutation(len(values))
    total = segment_sum(array, segment, 3)
    assert (segment_sum(array[order], segment[order], 3) == total).all()
    for i in range(3):
        assert total[i] == pytest.approx(math.fsum(array[segment == i]), rel=1e-15)


def test_segment_sums_up_to_the_largest_float() -> None:
    values = np.array([1e308, 1e-300, 7e307, -1e307, 3.0, 1e308, 1e308])
    segment = np.array([0, 1, 0, 0, 1, 2, 2])
    for order in (np.arange(7), np.argsort(segment, kind="stable")):
        total = segment_sum(values[order], segment[order], 3)
        assert total.tolist() == [1.6e308, 3.0, math.inf]


def test_segment_sum_of_infinities_and_of_nothing() -> None:
    total = segment_sum(np.array([1.0, np.inf, 2.0]), np.array([0, 0, 2]), 3)
    assert total.tolist() == [np.inf, 0.0, 2.0]


def test_segment_sum_of_infinities_beside_what_is_no_number() -> None:
    total = segment_sum(np.array([np.nan, np.inf, np.nan]), np.array([0, 0, 1]), 2)
    assert total[0] == np.inf
    assert np.isnan(total[1])


@pytest.mark.parametrize("spread", [1.0, 9.0, 40.0, 700.0])
@pytest.mark.parametrize("also", [[], [0.0], [0.0, np.inf], [2.0**1000]])
def test_sums_of_few_values_are_those_of_all(spread: float, also: list[float]) -> None:
    rng = np.random.default_rng(8)
    values = np.append(rng.choice([-1.0, 1.0], 30) * 2.0 ** -rng.uniform(0.0, spread, 30), also)
    segment = np.sort(rng.choice([0, 1, 2, 4, 5], 900))
    place = rng.integers(0, len(values), 900)
    expected = segment_sum(values[place], segment, 7)
    np.testing.assert_array_equal(sum_of_few(values, place, segment, 7), expected)
    order = rng.permutation(900)
    np.testing.assert_array_equal(sum_of_few(values, place[order], segment[order], 7), expected)


def test_sums_of_few_values_and_of_nothing() -> None:
    none = np.zeros(0, dtype=np.int64)
    assert sum_of_few(np.zeros(0), none, none, 2).tolist() == [0.0, 0.0]
    two = np.array([0, 1])
    assert sum_of_few(np.zeros(1), np.zeros_like(two), two, 3).tolist() == [0.0] * 3
    np.testing.assert_array_equal(sum_of_few(np.array([np.nan, 1.0]), two, two, 2), [np.nan, 1.0])


def test_deviance_at_the_edges() -> None:
    p, q = np.array([0.0, 0.5, 0.5, 0.0]), np.array([0.25, 0.0, 0.5, 0.0])
    assert deviance(p, q, p - q).tolist() == [0.25, np.inf, 0.0, 0.0]


def test_jensen_where_its_series_ends() -> None:
    for v in (0.0, 1e-9, 0.1, 0.199, 0.2, 0.201, 0.5, 1 - 2**-50, 1.0):
        p, q = np.array([(1 + v) / 2]), np.array([(1 - v) / 2])
        sides = mpmath.mpf(p[0]), mpmath.mpf(q[0])
        truth = mpmath.fsum(a * mpmath.log(2 * a / sum(sides)) for a in sides if a) / 2
        assert_close(float(jensen(p, q, p - q)[0]), truth, rel=2e-15)
    zero = np.zeros(1)
    assert jensen(zero, zero, zero).tolist() == [0.0]


def test_cross_difference_is_exact_where_products_round() -> None:
    a, b = float(2**52 + 1), float(2**52 + 3)
    difference = cross_difference(np.array([a]), np.array([b]), np.array([b]), np.array([a]))
    exact_value = (2**52 + 1) * (2**52 + 1) - (2**52 + 3) * (2**52 + 3)
    assert difference[0] == exact_value


def test_surprisal_of_certainty_is_a_positive_zero() -> None:
    value = surprisal(np.array([3.0]), np.array([3.0]))
    assert value[0] == 0.0
    assert not np.signbit(value[0])


@given(
    values=st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=40),
    others=st.lists(st.sampled_from("abcdefghij"), min_size=1, max_size=40),
    seed=st.integers(0, 2**32 - 1),
)
def test_same_counts_same_bits(values: list[str], others: list[str], seed: int) -> None:
    rng = np.random.default_rng(seed)
    levels = list(rng.permutation(list("abcdefghijkl")))
    number = {level: i for i, level in enumerate(levels)}

    def all_measures(p: pd.Series[Any], q: pd.Series[Any]) -> list[float]:
        theory = SeriesInfoTheory(p)
        return [
            theory.entropy(),
            theory.kl_divergence(q),
            theory.kl_divergence(q, smoothing=0.5),
            theory.cross_entropy(q, zeros=1e-3),
            theory.js_divergence(q),
        ]

    p, q = pd.Series(values, dtype=object), pd.Series(others, dtype=object)
    first = all_measures(p, q)
    shuffled = (
        pd.Series(rng.permutation(values), dtype=object),
        pd.Series(rng.permutation(others), dtype=object),
    )
    kinds: list[Any] = [
        object,
        "string[pyarrow]",
        pd.CategoricalDtype(levels),
        pd.CategoricalDtype(sorted(levels), ordered=True),
    ]
    for dtype in kinds:
        again = all_measures(shuffled[0].astype(dtype), shuffled[1].astype(dtype))
        np.testing.assert_array_equal(first, again)
    numeric: list[Any] = ["int8", "uint16", "Int64", "float32", "int64[pyarrow]"]
    for dtype in numeric:
        numbers = [side.map(number).astype(dtype) for side in shuffled]
        np.testing.assert_array_equal(first, all_measures(*numbers))


@given(p=COUNTS, q=COUNTS, alpha=st.sampled_from([0.5, 1.0, 3.0]))
def test_smoothed_integer_counts_are_right_to_twelve_digits(
    p: list[int], q: list[int], alpha: float
) -> None:
    size = max(len(p), len(q))
    p, q = p + [0] * (size - len(p)), q + [0] * (size - len(q))
    occurs = [bool(a or b) for a, b in zip(p, q, strict=True)]
    if not (any(p) and any(q)):
        return
    truth = exact(
        [a + mpmath.mpf(alpha) for a, seen in zip(p, occurs, strict=True) if seen],
        [b + mpmath.mpf(alpha) for b, seen in zip(q, occurs, strict=True) if seen],
    )
    for method in ("cross_entropy", "kl_divergence", "js_divergence"):
        assert_close(measured(p, q, method, smoothing=alpha), truth[method])


@given(
    values=st.lists(st.floats(0, 1e300), min_size=1, max_size=20),
    scale=st.sampled_from([1.0, 1e-280]),
)
def test_segment_sums_reach_the_ends_of_the_range(values: list[float], scale: float) -> None:
    array = np.array(values) * scale / len(values)
    total = segment_sum(array, np.zeros(len(array), dtype=np.int64), 1)
    assert total[0] == pytest.approx(math.fsum(array), rel=1e-15)
