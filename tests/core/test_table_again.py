"""Tables whose rows are drawn again, against all that can be drawn."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

from pdkl.core.inference.table_again import Again, Signs
from pdkl.core.inference.tail import Moments
from pdkl.core.numerics.exact import FloatArray

SIGNS = [Signs(1, -1, -1, 1), Signs(-1, 0, 1, 0), Signs(-2, 1, 1, 0)]


def x_log_x(x: Any) -> Any:
    return x * np.log(np.where(x > 0, x, 1.0))


def value(tables: FloatArray, signs: Signs) -> FloatArray:
    """n times the measure, of tables (draw, stratum, x, y)."""
    sums = [x_log_x(tables).sum(axis=(1, 2, 3)), x_log_x(tables.sum(axis=3)).sum(axis=(1, 2))]
    sums.append(x_log_x(tables.sum(axis=2)).sum(axis=(1, 2)))
    sums.append(x_log_x(tables.sum(axis=(2, 3))).sum(axis=1))
    return np.asarray(sum(sign * one for sign, one in zip(signs, sums, strict=True)))


def again(table: FloatArray, signs: Signs, order: Any = slice(None)) -> Moments:
    observed = value(table[None], signs) / table.sum()
    return law(table, order).moments(signs, observed)


def law(table: FloatArray, order: Any = slice(None)) -> Again:
    stratum, x, y = (place[order] for place in np.nonzero(table))
    count = table[stratum, x, y]
    sets = [
        np.unique(place, return_inverse=True)[1] for place in (stratum * 99 + x, stratum * 99 + y)
    ]
    zero = np.zeros(len(count), dtype=np.int64)
    return Again(count, (sets[0], sets[1], stratum), zero, 1)


def every_draw(table: FloatArray) -> tuple[FloatArray, FloatArray]:
    """All tables that can be drawn from the occurring cells, and how probable they are."""
    n, cells = int(table.sum()), np.flatnonzero(table)
    found = [
        np.diff([-1, *bars, n + len(cells) - 1]) - 1
        for bars in itertools.combinations(range(n + len(cells) - 1), len(cells) - 1)
    ]
    counts = np.array(found, dtype=np.float64)
    chance = stats.multinomial.pmf(counts, n, table.ravel()[cells] / n)
    drawn = np.zeros((len(counts), table.size))
    drawn[:, cells] = counts
    return drawn.reshape(-1, *table.shape), np.asarray(chance)


TABLES = [
    [[[5, 2], [1, 6]]],
    [[[9, 9], [9, 9]]],
    [[[3, 0, 2], [1, 4, 0]]],
    [[[4, 1], [0, 3]], [[2, 2], [1, 0]]],
    [[[6, 0], [0, 7]]],
]


@pytest.mark.parametrize("signs", SIGNS)
@pytest.mark.parametrize("counts", TABLES)
def test_moments_are_those_of_all_draws(counts: Any, signs: Signs) -> None:
    table = np.array(counts, dtype=np.float64)
    drawn, chance = every_draw(table)
    values = value(drawn, signs)
    mean = float(chance @ values)
    sd = math.sqrt(chance @ (values - mean) ** 2)
    got = again(table, signs)
    assert got.mean[0] == pytest.approx(mean, abs=1e-9)
    assert math.sqrt(got.variance[0]) == pytest.approx(sd, rel=0.03, abs=1e-9)
    third = float(chance @ (values - mean) ** 3)
    # of some ten rows; see below for more
    assert got.third[0] == pytest.approx(third, abs=0.75 * sd**3 + 1e-8)


@pytest.mark.parametrize("signs", SIGNS)
def test_many_rows(signs: Signs) -> None:
    rng = np.random.default_rng(0)
    table = rng.multinomial(5000, rng.dirichlet(np.full(24, 3.0))).reshape(2, 3, 4).astype(float)
    n = int(table.sum())
    drawn = rng.multinomial(n, table.ravel() / n, 20_000).reshape(-1, *table.shape)
    values, got = value(drawn.astype(float), signs), again(table, signs)
    sd = values.std()
    assert abs(got.mean[0] - values.mean()) < 5 * sd / math.sqrt(len(values))
    assert math.sqrt(got.variance[0]) == pytest.approx(sd, rel=0.02)
    assert got.third[0] / sd**3 == pytest.approx(stats.skew(values), abs=0.1)


@pytest.mark.parametrize("signs", SIGNS)
@pytest.mark.parametrize("scale", [1, 700])
def test_the_jackknife_leaves_out_each_row(scale: int, signs: Signs) -> None:
    table = np.array([[[5, 2, 1], [1, 6, 0]], [[1, 1, 0], [0, 3, 4]]], dtype=np.float64) * scale
    n, found = table.sum(), 0.0
    for cell in zip(*np.nonzero(table), strict=True):
        less = table.copy()
        less[cell] -= 1
        found += float(table[cell] / n * value(less[None], signs)[0] / (n - 1))
    bias = (n - 1) * (found - float(value(table[None], signs)[0]) / n)
    assert law(table).jackknife_bias(signs)[0] == pytest.approx(n * bias, rel=1e-6, abs=1e-6)


def test_the_order_of_cells_does_not_matter() -> None:
    rng = np.random.default_rng(1)
    table = rng.integers(0, 9, (3, 4, 5)).astype(float)
    order = rng.permutation(np.count_nonzero(table))
    for signs in SIGNS:
        for one, other in zip(again(table, signs), again(table, signs, order), strict=True):
            np.testing.assert_array_equal(one, other)


def test_what_has_all_rows_does_not_vary() -> None:
    constant = np.array([[[5.0, 3.0, 2.0]]])
    got = again(constant, SIGNS[0])
    np.testing.assert_allclose([got.mean[0], got.variance[0], got.third[0]], 0.0, atol=1e-9)
    one = again(np.array([[[7.0]]]), SIGNS[2])
    np.testing.assert_array_equal([one.mean[0], one.variance[0], one.third[0]], 0.0)
