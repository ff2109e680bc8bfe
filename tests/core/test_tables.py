"""Mutual information of independent columns, against fractions and shuffled columns."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from scipy import stats

from pdkl.core.inference import margins
from pdkl.core.inference.margins import Distinct, Margin
from pdkl.core.inference.tables import Contingency, if_independent, information_moments
from pdkl.core.numerics.exact import FloatArray

SIZE = 4000


def shuffled(rows: list[int], columns: list[int], size: int, seed: int = 0) -> FloatArray:
    """Tables of independent columns with these margins."""
    rng = np.random.default_rng(seed)
    x = np.repeat(np.arange(len(rows)), rows)
    y = np.repeat(np.arange(len(columns)), columns)
    wide, cells = len(columns), len(rows) * len(columns)
    drawn = [np.bincount(x * wide + rng.permutation(y), minlength=cells) for _ in range(size)]
    return np.array(drawn, dtype=np.float64).reshape(size, len(rows), wide)


def information(tables: FloatArray) -> FloatArray:
    n = tables.sum(axis=(-2, -1), keepdims=True)
    expected = tables.sum(axis=-1, keepdims=True) * tables.sum(axis=-2, keepdims=True) / n
    ratio = np.where(tables > 0, tables, 1.0) / np.where(tables > 0, expected, 1.0)
    return np.asarray((tables * np.log(ratio)).sum(axis=(-2, -1)) / n[..., 0, 0])


def contingency(*tables: FloatArray) -> Contingency:
    parts = [
        (np.full(int((t > 0).sum()), i), *np.nonzero(t), t[t > 0]) for i, t in enumerate(tables)
    ]
    table, x, y, weight = (np.concatenate(part) for part in zip(*parts, strict=True))
    return Contingency.of(table, x, y, weight, len(tables))


def expected_information(rows: list[int], columns: list[int]) -> float:
    """The sum of Vinh, Epps and Bailey (2010), with 30 digits."""
    n = sum(rows)
    with mpmath.workdps(30):
        total = mpmath.mpf(0)
        for r, c in itertools.product(rows, columns):
            for a in range(max(1, r + c - n), min(r, c) + 1):
                chance = Fraction(math.comb(c, a) * math.comb(n - c, r - a), math.comb(n, r))
                log = mpmath.log(mpmath.mpf(n * a) / (r * c))
                total += mpmath.mpf(chance.numerator) / chance.denominator * a * log / n
        return float(total)


@pytest.mark.parametrize(
    ("rows", "columns"),
    [
        *(([30, 20], [25, 25]), ([3, 3, 3], [4, 4, 1]), ([1] * 20, [5] * 4), ([7], [3, 4])),
        *(([300, 200, 10], [25, 400, 50, 35]), ([90, 110], [60, 100, 40]), ([500] * 4, [1000] * 2)),
        ([1200, 700, 90, 7, 3], [400] * 5),
    ],
)
def test_the_mean_is_exact(rows: list[int], columns: list[int]) -> None:
    table = shuffled(rows, columns, 1)[0]
    got = information_moments(contingency(table)).mean[0]
    assert got == pytest.approx(expected_information(rows, columns), abs=1e-10, rel=1e-9)


@pytest.mark.parametrize(
    ("rows", "columns"),
    [
        *(([30, 20, 10], [25, 25, 10]), ([300, 200, 10], [25, 400, 50, 35]), ([10] * 10, [20] * 5)),
        *((list(range(1, 21)), [21] * 10), ([50, 50], [10, 20, 30, 40]), ([2] * 60, [40] * 3)),
    ],
)
def test_moments_are_those_of_shuffled_columns(rows: list[int], columns: list[int]) -> None:
    tables = shuffled(rows, columns, SIZE)
    values = information(tables)
    got = information_moments(contingency(tables[0]))
    sd = values.std()
    assert abs(got.mean[0] - values.mean()) <= 5 * sd / math.sqrt(SIZE)
    assert math.sqrt(got.variance[0]) == pytest.approx(sd, rel=0.06)
    assert got.third[0] / got.variance[0] ** 1.5 == pytest.approx(stats.skew(values), abs=0.3)
    answer = if_independent(contingency(tables[0]), values[:1])
    beyond = float(np.mean(values > answer.noise_floor[0] + 1e-12))
    assert beyond == pytest.approx(0.05, abs=0.02)


def many(n: int, k: int, how: str, seed: int = 0) -> Contingency:
    """A table of two independent columns with k values, all about as common, or few rare ones."""
    rng = np.random.default_rng(seed)
    x, y = rng.integers(0, k, n), rng.integers(0, k, n)
    if how == "zipf":
        x = np.minimum(rng.zipf(1.5, n) - 1, k - 1)
    if how == "uneven":
        x, y = (rng.random(n) ** 3 * k).astype(int), (rng.exponential(k / 5, n) % k).astype(int)
    if how == "one":  # has most of the rows
        x = np.where(rng.random(n) > 0.9, x, 0)
    table = np.zeros((k, k))
    np.add.at(table, (x, y), 1.0)
    return contingency(table)


@pytest.mark.parametrize("how", ["even", "zipf", "uneven", "one"])
@pytest.mark.parametrize(("n", "k"), [(4000, 60), (20_000, 100), (1_000_000, 100)])
def test_points_stand_for_close_totals(
    n: int, k: int, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = many(n, k, how)
    few = information_moments(table)
    thinned = Distinct.of(table.rows, 1).thinned(table.n)
    assert how != "even" or len(thinned.total) <= 10
    monkeypatch.setattr(margins, "_POINTS", ())
    every = information_moments(table)
    assert few.mean[0] == pytest.approx(every.mean[0], rel=1e-9, abs=1e-10)
    assert few.variance[0] == pytest.approx(every.variance[0], rel=1e-7)
    assert few.third[0] == pytest.approx(every.third[0], rel=1e-6)


def test_points_have_the_sums_of_what_they_stand_for() -> None:
    rng = np.random.default_rng(0)
    total = np.concatenate([[5e6], 4000 + np.arange(30.0), rng.integers(128, 900, 90), [7.0, 7.0]])
    table = np.repeat([0, 1], len(total))
    both = Distinct.of(Margin(table, np.tile(total, 2)), 2)
    n = np.array([total.sum(), 10_000.0])  # of these, 4,000 are more than a quarter
    points = both.thinned(n)
    assert np.diff(points.starts).tolist() == [2 + 4 + 10 + 8, 2 + 30 + 10 + 8]
    np.testing.assert_allclose(points.number, len(total), rtol=1e-13)
    for power in (-1.0, 0.5, 1.0, 2.0):
        expected = both.total_of(both.total**power)
        np.testing.assert_allclose(points.total_of(points.total**power), expected, rtol=1e-9)
    alone = Distinct.of(Margin(np.zeros(len(total), dtype=np.int64), total), 1).thinned(n[1:])
    np.testing.assert_array_equal(alone.times, points.times[points.starts[1] :])


def test_two_by_two_is_exact() -> None:
    table = np.array([[8.0, 2.0], [3.0, 9.0]])
    answer = if_independent(contingency(table), information(table[None]))
    law = stats.hypergeom(22, 10, 11)
    a = np.arange(11.0)
    every = np.array([[[k, 10 - k], [11 - k, 1 + k]] for k in a])
    values, chance = information(every), law.pmf(a)
    assert answer.exact[0]
    assert answer.mean[0] == pytest.approx(values @ chance, abs=1e-12)
    reached = values >= information(table[None])[0] - 1e-9
    assert answer.p_value[0] == pytest.approx(chance[reached].sum(), abs=1e-9)


def test_strata_are_independent() -> None:
    one, two = shuffled([30, 20, 10], [25, 25, 10], SIZE), shuffled([9, 9, 12], [10, 20], SIZE, 1)
    weights = np.array([60, 30]) / 90
    values = weights[0] * information(one) + weights[1] * information(two)
    both = contingency(one[0], two[0])
    answer = if_independent(both, values[:1], np.zeros(2, dtype=np.int64))
    assert abs(answer.mean[0] - values.mean()) <= 5 * values.std() / math.sqrt(SIZE)
    assert float(np.mean(values > answer.noise_floor[0])) == pytest.approx(0.05, abs=0.02)
    assert not answer.exact[0]
    share = float(np.mean(values >= values[0]))
    assert answer.p_value[0] == pytest.approx(share, abs=0.05)


def test_the_same_bits_in_any_order() -> None:
    tables = shuffled([30, 20, 10], [25, 25, 10], 3)
    turned = tables[:, [2, 0, 1]][:, :, [1, 2, 0]]
    values = information(tables)
    a, b = (if_independent(contingency(*some), values) for some in (tables, turned))
    np.testing.assert_array_equal(a.p_value, b.p_value)
    np.testing.assert_array_equal(a.mean, b.mean)


def test_what_says_nothing() -> None:
    ids = np.eye(50)
    answer = if_independent(contingency(ids), np.array([math.log(50)]))
    assert answer.mean[0] == pytest.approx(math.log(50), rel=1e-12)
    assert answer.p_value[0] == 1.0
    one = if_independent(contingency(np.array([[5.0, 3.0]])), np.array([0.0]))
    assert (one.mean[0], one.noise_floor[0], one.p_value[0]) == (0.0, 0.0, 1.0)
    far = np.diag([400.0, 300.0, 300.0])
    assert if_independent(contingency(far), information(far[None])).p_value[0] < 1e-300
