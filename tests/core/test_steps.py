"""Two distributions on a line, and what draws and SciPy say of their distance."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from pdkl.core.counts.pairs import Pairs
from pdkl.core.counts.steps import Steps
from pdkl.core.inference.kolmogorov import ks_p_values
from pdkl.core.inference.places import MOST_PLACES, Places
from pdkl.core.measures.catalogue import MEASURES
from pdkl.core.numerics.exact import FloatArray

RNG = np.random.default_rng(3)


def pairs_of(*sides: tuple[list[float], list[float]]) -> Pairs:
    """Make a comparison of each pair of counts, whose values are one after the other."""
    at = np.repeat(np.arange(len(sides)), [len(p) for p, _ in sides])
    outcome = np.concatenate([np.arange(len(p)) for p, _ in sides])
    p, q = (np.concatenate([np.array(side[i], dtype=float) for side in sides]) for i in (0, 1))
    totals = [np.array([sum(side[i]) for side in sides], dtype=float) for i in (0, 1)]
    return Pairs(at, outcome, p, q, np.ones(len(at)), totals[0], totals[1])


def test_weights_are_added_up_within_each_comparison() -> None:
    pairs = pairs_of(([1, 2, 0], [0, 3, 1]), ([5, 0], [1, 1]))
    steps = Steps.of(pairs, np.array([0.0, 1.0, 4.0, -2.0, 3.0]))
    assert steps.count_p.tolist() == [1.0, 3.0, 3.0, 5.0, 5.0]
    assert steps.count_q.tolist() == [0.0, 3.0, 4.0, 1.0, 2.0]
    assert steps.gap.tolist() == [1.0, 3.0, 0.0, 5.0, 0.0]
    assert steps.spread.tolist() == [np.std([1, 1, 1, 4]), np.std([-2, 3])]


def test_fractional_weights_end_at_one_exactly() -> None:
    p, q = RNG.random(200) / 3.0, RNG.random(200) * 1e9
    steps = Steps.of(pairs_of((p.tolist(), q.tolist()), ([0.1] * 3, [0.3] * 3)), np.arange(203.0))
    assert steps.p[[199, 202]].tolist() == steps.q[[199, 202]].tolist() == [1.0, 1.0]
    np.testing.assert_allclose(steps.p[:199], (np.cumsum(p) / p.sum())[:199], rtol=1e-13)


def test_a_spread_of_large_and_of_infinite_values() -> None:
    pairs = pairs_of(([1, 1, 1], [1, 1, 1]), ([1, 1, 1], [1, 1, 1]), ([0, 1], [3, 0]))
    steps = Steps.of(pairs, np.array([-1e200, 0, 1e200, 1, 2, np.inf, 0.1, 0.3]))
    expected = [1e200 * np.std([-1, 0, 1]), 0.5, 0.0]
    assert steps.spread.tolist() == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize("size", [(1, 1), (3, 7), (40, 60), (200, 30), (10_000, 77), (12_000, 50)])
@pytest.mark.parametrize("values", [2, 9, 10**6])
def test_p_values_are_those_of_scipy(size: tuple[int, int], values: int) -> None:
    x, y = (RNG.integers(0, values, n) for n in size)
    y = np.minimum(y + values // 8, values)
    every = np.union1d(x, y)
    counts = [np.array([(side == v).sum() for v in every]) for side in (x, y)]
    steps = Steps.of(pairs_of((counts[0].tolist(), counts[1].tolist())), every.astype(float))
    expected = stats.ks_2samp(x, y)
    assert MEASURES["kolmogorov_smirnov"].value(steps, 1.0)[0] == pytest.approx(expected.statistic)
    assert ks_p_values(steps, "permutation")[0] == pytest.approx(expected.pvalue, rel=1e-9)


def test_p_values_of_a_part_of_a_pool_are_those_beside_the_rest() -> None:
    p, rest = [3.0, 0, 4, 1], [1.0, 5, 1, 2]
    pool = [a + b for a, b in zip(p, rest, strict=True)]
    steps = [Steps.of(pairs_of((p, q)), np.arange(4.0)) for q in (pool, rest)]
    found, expected = ks_p_values(steps[0], "subset"), ks_p_values(steps[1], "permutation")
    assert found[0] == expected[0] < 1.0
    whole = Steps.of(pairs_of((p, p)), np.arange(4.0))
    assert ks_p_values(whole, "subset").tolist() == [1.0]


def test_p_values_beside_a_fixed_distribution_are_those_of_one_sample() -> None:
    steps = Steps.of(pairs_of(([9, 1], [0.5, 0.5])), np.arange(2.0))
    expected = stats.kstwo.sf(0.4, 10)
    assert ks_p_values(steps, "fixed")[0] == pytest.approx(expected, rel=1e-12)


def test_equal_sides_and_empty_ones() -> None:
    steps = Steps.of(pairs_of(([1, 1], [2, 2]), ([0, 0], [2, 2])), np.arange(4.0))
    np.testing.assert_array_equal(ks_p_values(steps, "permutation"), [1.0, np.nan])


def null_of(places: Places, whole: tuple[FloatArray, int], draws: int) -> FloatArray:
    """Return the area between both functions in many deals of single rows."""
    position, n = whole
    found = np.empty(draws)
    for i in range(draws):
        p = np.zeros(len(position))
        p[RNG.permutation(len(position))[:n]] = 1.0
        dealt, pool = places.dealt(p), places.dealt(np.ones(len(position)))
        pairs = pairs_of((dealt.tolist(), (pool - dealt).tolist()))
        found[i] = MEASURES["wasserstein"].value(places.steps(pairs), 1.0)[0]
    return found


@pytest.mark.parametrize("sigma", [0.5, 2.0])
def test_few_places_show_the_null_of_all_values(sigma: float) -> None:
    position = np.sort(np.exp(sigma * RNG.normal(size=4000)))
    gap = np.append(np.diff(position), 0.0)
    places = Places.of(np.ones(4000), position, gap)
    assert len(places.first) <= MOST_PLACES
    assert places.gap[-1] == 0.0
    every = Places(np.arange(4000), position, gap)
    few, all_ = (null_of(one, (position, 1500), 300) for one in (places, every))
    error = np.hypot(few.std(), all_.std()) / np.sqrt(300)
    assert abs(few.mean() - all_.mean()) < 4.0 * error
    assert few.std() == pytest.approx(all_.std(), rel=0.3)


def test_places_of_few_values_are_these_values() -> None:
    position, gap = np.array([1.0, 2, 7]), np.array([1.0, 5, 0])
    places = Places.of(np.array([1.0, 4, 2]), position, gap)
    assert places.first.tolist() == [0, 1, 2]
    np.testing.assert_array_equal(places.gap, gap)


def test_an_infinite_gap_keeps_a_place_of_its_own() -> None:
    position = np.append(np.arange(2000.0), np.inf)
    gap = np.append(np.ones(1999), [np.inf, 0.0])
    places = Places.of(np.ones(2001), position, gap)
    assert np.isinf(places.gap).tolist() == [False] * (len(places.gap) - 2) + [True, False]
    assert np.isinf(places.position).tolist() == [False] * (len(places.gap) - 1) + [True]
