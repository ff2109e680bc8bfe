"""Stretches: chance by exact sums, partitions by loops, and what is known of sequences."""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.special import xlogy

from pdkl.core.changes import rhythm
from pdkl.core.changes.chance import chances, exceeded, splits, tail
from pdkl.core.changes.lengths import code_lengths, shortest
from pdkl.core.changes.noise import noise
from tests.support.periods import (
    changing,
    cuts,
    noisy,
    periods_of,
    places,
    places_of,
    search,
    shares,
)

RNG = np.random.default_rng


# ---- what chance gains ----------------------------------------------------------------------


def exact_gain(pool: list[int], n: int) -> float:
    """Sum a log(a / mu) over all counts that n rows of a pool may have."""
    total, gain = sum(pool), 0.0
    for count in pool:
        mean = count * n / total
        a = np.arange(0, min(count, n) + 1)
        weight = stats.hypergeom.pmf(a, total, count, n)
        gain += float((weight * xlogy(a, a / mean)).sum())
    return gain


@pytest.mark.parametrize(
    "pool", [[3, 4], [1, 1, 1, 1, 1], [50, 1, 2, 900], [1000, 3000], [7] * 40, [1] * 300 + [200]]
)
def test_what_a_part_gains_by_chance_is_the_exact_sum(pool: list[int]) -> None:
    (known,) = chances([np.array(pool, dtype=float)], [1.0])
    total = sum(pool)
    for n in {1, 2, total // 3, total // 2, total - 1, total}:
        expected = exact_gain(pool, n)
        assert known.of(np.array(float(n))) == pytest.approx(expected, abs=1e-3)


def test_a_pool_of_two_in_which_one_category_decides() -> None:
    ((own, both),) = splits([np.array([3.0, 4.0])], [np.array([2.0])])
    a = np.arange(3)
    weight = stats.hypergeom.pmf(a, 7, 3, 2)
    gain = sum(
        xlogy(x, x * 7 / (c * 2)) + xlogy(c - x, (c - x) * 7 / (c * 5))
        for x, c in ((a, 3), (2 - a, 4))
    )
    assert own.mean[0] == pytest.approx(exact_gain([3, 4], 2), rel=1e-12)
    assert both.mean[0] == pytest.approx((weight * gain).sum(), rel=1e-12)
    variance = (weight * gain**2).sum() - (weight * gain).sum() ** 2
    assert both.variance[0] == pytest.approx(variance, rel=1e-10)


def test_where_categories_are_many_chance_gains_half_their_number() -> None:
    (known,) = chances([np.full(101, 1e6)], [1e5])
    n = np.array([1e6, 2e7, 5e7])
    assert known.of(n) == pytest.approx(50.0 * (1.0 - n / 101e6), rel=1e-3)


@pytest.mark.parametrize("freedom", [np.inf, 12.0, 300.0])
def test_what_is_exceeded_has_that_probability(freedom: float) -> None:
    mean, variance = np.array([0.5, 10.0]), np.array([0.5, 10.0])
    ratio = exceeded(1e-4, mean, variance, freedom)
    assert tail(ratio * mean, mean, variance, freedom) == pytest.approx(1e-4, rel=1e-8)
    law = stats.chi2(1.0) if np.isinf(freedom) else stats.f(1.0, freedom)
    assert ratio[0] == pytest.approx(law.isf(1e-4), rel=1e-6)


# ---- codes and partitions -------------------------------------------------------------------


def code_length(rows: Any) -> float:
    total = np.asarray(rows, dtype=float).sum(axis=0)
    return float(xlogy(total.sum(), total.sum()) - xlogy(total, total).sum())


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 9), st.integers(1, 6), st.floats(0.02, 1.0))
def test_code_lengths_of_full_and_sparse_tables(
    seed: int, number: int, width: int, full: float
) -> None:
    rng = RNG(seed)
    table = rng.integers(1, 20, (number, width)) * (rng.random((number, width)) < full)
    table[:, 0] += 1  # no period is empty
    found = code_lengths(periods_of(table).counts)
    for low, high in combinations(range(number + 1), 2):
        assert found[high, low] == pytest.approx(code_length(table[low:high]), abs=1e-9)
    assert not np.triu(found).any()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 7), st.floats(0.1, 20.0))
def test_the_partition_is_the_shortest_of_all(seed: int, number: int, penalty: float) -> None:
    lengths = np.tril(RNG(seed).random((number + 1, number + 1)) * 30, -1)

    def cost(inner: tuple[int, ...]) -> float:
        ends = [0, *inner, number]
        parts = sum(lengths[high, low] for low, high in pairwise(ends))
        return float(parts + penalty * len(inner))

    every = [inner for k in range(number) for inner in combinations(range(1, number), k)]
    assert cost(tuple(shortest(lengths, penalty))) == pytest.approx(min(map(cost, every)))


# ---- noise and rhythm -----------------------------------------------------------------------


def test_rows_that_are_independent_are_not_alike() -> None:
    own = shares(RNG(0), 20)
    found = [
        noise(periods_of(noisy(RNG(seed), np.full(60, 500), lambda _: own)).counts).rho
        for seed in range(30)
    ]
    assert np.mean(found) * 499 < 0.3


@pytest.mark.parametrize("width", [3, 10, 100])
@pytest.mark.parametrize("phi", [2.0, 5.0, 20.0])
def test_how_alike_rows_are_is_found(phi: float, width: int) -> None:
    own = np.full(width, 1.0 / width)
    found = [
        search(noisy(RNG(seed), np.full(60, 500), lambda _: own, phi), block=1).phi
        for seed in range(20)
    ]
    assert np.median(found) == pytest.approx(phi, rel=0.3)


def test_a_few_changes_are_no_noise() -> None:
    own, other = np.array([0.2, 0.8]), np.array([0.8, 0.2])
    table = noisy(RNG(1), np.full(60, 500), lambda i: other if i // 20 % 2 else own)
    assert search(table, block=1).phi < 2.0
    assert cuts(table, block=1) == [20, 40]


WEEK = np.array([0.2, 0.2, 0.2, 0.2, 0.2, 0.5, 0.6])


def test_a_rhythm_shows_or_does_not() -> None:
    weekly = periods_of(noisy(RNG(2), np.full(70, 300), lambda i: [WEEK[i % 7], 1 - WEEK[i % 7]]))
    steady = periods_of(noisy(RNG(2), np.full(70, 300), lambda _: [0.3, 0.7]))
    assert rhythm.shows(weekly.counts, weekly.position, 7)
    assert not rhythm.shows(steady.counts, steady.position, 7)
    assert not rhythm.shows(weekly.counts, weekly.position, 5)
    short = periods_of(noisy(RNG(2), np.full(20, 300), lambda i: [WEEK[i % 7], 1 - WEEK[i % 7]]))
    assert not rhythm.shows(short.counts, short.position, 7)  # fewer than three rounds


def test_without_its_rhythm_a_sequence_keeps_its_rows_and_its_shares() -> None:
    periods = periods_of(noisy(RNG(3), np.full(70, 5000), lambda i: [WEEK[i % 7], 1 - WEEK[i % 7]]))
    left = rhythm.taken_out(periods.counts, periods.position % 7)
    assert left.totals == pytest.approx(periods.counts.totals)
    table = left.dense(np.arange(2))
    by_phase = np.array([table[i::7].sum(axis=0) / table[i::7].sum() for i in range(7)])
    whole = periods.counts.outcome_totals / periods.counts.totals.sum()
    assert by_phase == pytest.approx(np.tile(whole, (7, 1)), abs=0.01)


def test_a_rhythm_is_no_change_also_where_days_are_missing() -> None:
    sizes = np.full(140, 1000)
    sizes[RNG(4).random(140) < 0.2] = 0
    table = noisy(RNG(4), sizes, lambda i: [WEEK[i % 7], 1 - WEEK[i % 7]])
    assert cuts(table, season=7, only_if_shown=True) == []
    found = search(table, season=7, only_if_shown=True)
    assert found.season == 7
    shifted = [[a // 2, b + a - a // 2] if i >= 80 else [a, b] for i, (a, b) in enumerate(table)]
    (cut,) = cuts(shifted, season=7, only_if_shown=True)
    assert abs(cut - 80) <= 3


# ---- sequences ------------------------------------------------------------------------------


def test_one_certain_change() -> None:
    assert cuts([[100, 0]] * 5 + [[0, 100]] * 5) == [5]
    (_, part) = search([[100, 0]] * 5 + [[0, 100]] * 5).parts
    assert part.p_value < 1e-100


@pytest.mark.parametrize("seed", range(5))
def test_a_billion_rows_a_period_are_not_cut_by_rounding(seed: int) -> None:
    own = shares(RNG(seed), 50)
    assert cuts(noisy(RNG(seed), np.full(60, 10**9), lambda _: own)) == []


def test_nothing_to_cut() -> None:
    for table in ([[5, 3]], [[5], [3], [4]], [[0, 4], [0, 5]]):
        found = search(table)
        assert len(found.parts) == 1
        assert found.penalty is None
        assert found.phi == 1.0
    empty = search(np.zeros((4, 2), dtype=np.int64))
    assert [len(part.periods) for part in empty.parts] == [0]


def test_two_periods_can_be_two_stretches() -> None:
    assert cuts([[1000, 10], [10, 1000]], phi=1.0) == [1]


def test_empty_periods_are_left_out_and_mapped_back() -> None:
    table = np.array([[50, 50]] * 6 + [[0, 0]] * 3 + [[90, 10]] * 6)
    assert cuts(table) == [9]


def test_a_lone_period_is_one_anomaly_and_no_two_changes() -> None:
    own, other = [0.5, 0.3, 0.2], [0.2, 0.3, 0.5]
    table = noisy(RNG(5), np.full(40, 1000), lambda i: other if i == 17 else own)
    assert places(table) == ([], [17])
    assert places(table, anomalies=0) == ([17, 18], [])
    (first, odd) = search(table).parts
    assert len(first.periods) == 39
    assert list(odd.periods) == [17]
    assert list(odd.against) == list(first.periods)
    assert odd.p_value < 0.05


def test_two_periods_in_a_row_are_an_anomaly_where_that_is_asked() -> None:
    own, other = [0.5, 0.3, 0.2], [0.2, 0.3, 0.5]
    table = noisy(RNG(6), np.full(40, 1000), lambda i: other if i in (17, 18) else own)
    assert places(table) == ([17, 19], [])
    assert places(table, anomalies=2) == ([], [17, 18])


def test_a_change_behind_an_anomaly_is_a_change() -> None:
    def own(i: int) -> list[float]:
        return [0.1, 0.9] if i == 20 else [0.5, 0.5] if i < 21 else [0.7, 0.3]

    begins, odd = places(noisy(RNG(7), np.full(50, 1000), own))
    assert odd in ([20], [])
    assert begins[-1] == 21


def test_a_given_noise_is_believed() -> None:
    table = [[60, 40]] * 10 + [[40, 60]] * 10
    assert cuts(table, phi=1.0) == [10]
    assert cuts(table, phi=50.0) == []
    assert search(table, phi=50.0).phi == pytest.approx(50.0)


def test_the_order_of_categories_is_of_no_matter() -> None:
    table = noisy(
        RNG(8), np.full(30, 200), lambda i: [0.2, 0.3, 0.5] if i < 12 else [0.3, 0.4, 0.3]
    )
    first, turned = search(table), search(table[:, ::-1])
    assert [list(part.periods) for part in first.parts] == [
        list(part.periods) for part in turned.parts
    ]
    assert first.penalty == pytest.approx(turned.penalty, rel=1e-9)


def test_sequences_are_cut_alike_together_and_alone() -> None:
    tables = [
        noisy(RNG(seed), np.full(25, 300), lambda i: [0.5, 0.5] if i < 10 else [0.3, 0.7])
        for seed in range(4)
    ]
    assert places_of(tables) == [places(table) for table in tables]


# Cells of the table that tests/truth/change_rates.py makes, with fewer sequences
STEADY = [(2, 20, 100, 1.0), (10, 60, 500, 1.0), (100, 60, 50, 1.0), (10, 60, 500, 5.0)]


@pytest.mark.parametrize(("width", "number", "rows", "phi"), STEADY)
def test_what_does_not_change_is_seldom_cut(width: int, number: int, rows: int, phi: float) -> None:
    tables = []
    for seed in range(60):
        rng = RNG([seed, 3])
        own = shares(rng, width)
        tables.append(noisy(rng, np.full(number, rows), changing(own, own, 0), phi))
    assert sum(bool(begins) for begins, _ in places_of(tables)) <= 8  # P = 1e-2 at alpha


def test_a_change_of_a_quarter_in_twenty_categories_is_found() -> None:
    tables = []
    for seed in range(20):
        rng = RNG([seed, 4])
        own = shares(rng, 20, 5.0)
        other = own * np.where(rng.permutation(20) < 10, 1.25, 0.75)
        other /= other.sum()
        tables.append(noisy(rng, np.full(60, 500), changing(own, other, 30)))
    found = [begins for begins, _ in places_of(tables)]
    assert all(len(begins) == 1 and abs(begins[0] - 30) <= 3 for begins in found)
