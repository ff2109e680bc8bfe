"""All tables of two margins, against those that loops find, and against fractions."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from pdkl.core.inference import table_lists
from pdkl.core.inference.margins import Distinct
from pdkl.core.inference.table_lists import Listed, all_added, all_crossed
from pdkl.core.inference.tables import Contingency, if_independent
from pdkl.core.numerics.exact import FloatArray
from tests.support import independent

MOST = 4096


def contingency(*tables: Any) -> Contingency:
    parts = []
    for i, table in enumerate(tables):
        counts = np.asarray(table, dtype=np.float64)
        x, y = np.nonzero(counts)
        parts.append((np.full(len(x), i), x, y, counts[x, y]))
    table, x, y, weight = (np.concatenate(part) for part in zip(*parts, strict=True))
    return Contingency.of(table, x, y, weight, len(tables))


def listed(tables: Contingency) -> tuple[Listed, NDArray[np.bool_]]:
    rows, columns = (Distinct.of(side, tables.size) for side in (tables.rows, tables.columns))
    return all_crossed(rows, columns, np.ones(tables.size, dtype=bool), np.arange(tables.size))


def law(table: Any) -> tuple[FloatArray, FloatArray, int]:
    """The distinct values of n I, their probabilities, and the number of tables."""
    counts = np.asarray(table)
    margins = counts.sum(axis=1).tolist(), counts.sum(axis=0).tolist()
    every = independent.law(*margins, "mutual_information")
    value = np.array([i for i, _, _ in every]) * counts.sum()
    chance = np.array([float(p) for _, _, p in every])
    group = np.cumsum(np.diff(value, prepend=-1.0) > 1e-8) - 1
    first = np.unique(group, return_index=True)[1]
    return value[first], np.asarray(np.bincount(group, weights=chance)), len(every)


def random_tables(number: int, seed: int, most: int) -> list[NDArray[np.int64]]:
    rng = np.random.default_rng(seed)
    found: list[NDArray[np.int64]] = []
    while len(found) < number:
        table = rng.integers(0, most, rng.integers(2, 5, 2)) * rng.integers(0, 2, 1)
        table = table + np.diag(rng.integers(0, 3, 4))[: table.shape[0], : table.shape[1]]
        table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
        found += [table] if min(table.shape, default=0) > 1 else []
    return found


@pytest.mark.parametrize("seed", range(4))
def test_all_tables_that_there_are(seed: int) -> None:
    tables = [t for t in random_tables(120, seed, 4) if t.sum() <= 16]
    laws = [law(table) for table in tables]
    got, wide = listed(contingency(*tables))
    assert not wide.any()
    few = [number <= MOST for _, _, number in laws]
    assert sum(few) > 40
    assert (np.diff(got.at) >= 0).all()
    for i, (value, chance, _) in enumerate(laws):
        own = got.at == i
        assert own.any() or not few[i]
        if own.any():
            np.testing.assert_allclose(got.value[own], value, atol=1e-10)
            np.testing.assert_allclose(got.probability[own], chance, atol=1e-13)


def test_each_table_is_listed_as_if_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    tables = random_tables(60, 9, 4)
    together, _ = listed(contingency(*tables))
    monkeypatch.setattr(table_lists, "_BLOCK", 1)
    apart, _ = listed(contingency(*tables))
    for one, other in zip(together, apart, strict=True):
        np.testing.assert_array_equal(one, other)
    for i, table in enumerate(tables):
        alone, _ = listed(contingency(table))
        own = together.of(together.at == i)
        np.testing.assert_array_equal(alone.value, own.value)
        np.testing.assert_array_equal(alone.probability, own.probability)


@pytest.mark.parametrize(
    ("rows", "columns"),
    [
        *(((13, 13), (13, 13)), ((9, 9, 9), (9, 9, 9)), ((1, 2, 30), (3, 3, 27))),
        *(
            ((4, 4, 4), (3, 3, 3, 3)),
            ((2,) * 6, (4, 4, 4)),
            ((1,) * 12, (4, 4, 4)),
            ((1,) * 6,) * 2,
        ),
    ],
)
def test_what_is_alike_is_listed(rows: tuple[int, ...], columns: tuple[int, ...]) -> None:
    table = northwest(rows, columns)
    got, _ = listed(contingency(table))
    value, chance, _ = law(table)
    np.testing.assert_allclose(got.value, value, atol=1e-9)
    np.testing.assert_allclose(got.probability, chance, atol=1e-12)


def northwest(rows: Any, columns: Any) -> NDArray[np.int64]:
    """Fill a table from its corner, so that its margins are these."""
    below, right = list(rows), list(columns)
    table = np.zeros((len(below), len(right)), dtype=np.int64)
    i = j = 0
    while i < len(below) and j < len(right):
        table[i, j] = min(below[i], right[j])
        below[i] -= table[i, j]
        right[j] -= table[i, j]
        i, j = (i + 1, j) if below[i] == 0 else (i, j + 1)
    return table


def test_too_many_are_not() -> None:
    for shape, n in (((3, 3), 40), ((4, 4), 5), ((2, 5), 20), ((50, 50), 1), ((2, 2), 5000)):
        got, wide = listed(contingency(np.full(shape, n)))
        assert not len(got.at)
        assert wide.tolist() == [shape == (50, 50)]
    assert len(listed(contingency(np.full((2, 2), 2000)))[0].at) == 2001  # a, or n - a, is the same
    answer = if_independent(contingency(np.full((3, 3), 40)), np.zeros(1))
    assert not answer.exact[0]


@pytest.mark.parametrize("size", [20_000, 2**50])
def test_many_rows_in_few_tables(size: int) -> None:
    table = np.array([[size, 11, 0], [1, 1, 1]])
    n, columns = int(table.sum()), table.sum(axis=0).tolist()
    found: dict[tuple[int, ...], Fraction] = {}
    for b in range(4):
        for c in range(min(1, 3 - b) + 1):
            line = (3 - b - c, b, c)
            ways = math.prod(math.comb(have, a) for have, a in zip(columns, line, strict=True))
            found[line] = Fraction(ways, math.comb(n, 3))
    with mpmath.workdps(40):
        values = []
        for one in found:
            cells = [*one, *(have - a for have, a in zip(columns, one, strict=True))]
            total = sum(mpmath.mpf(a) * mpmath.log(a) for a in cells if a) + n * mpmath.log(n)
            for margin in (*columns, 3, n - 3):
                total -= margin * mpmath.log(margin)
            values.append(float(total))
    order = np.argsort(values)
    got, _ = listed(contingency(table))
    np.testing.assert_allclose(got.value, np.array(values)[order], rtol=1e-9)
    chance = np.array([float(p) for p in found.values()])[order]
    np.testing.assert_allclose(got.probability, chance, rtol=1e-9)


def test_very_many_columns_of_few_rows() -> None:
    # 14 of 300 rows, or 3 of 1,800, in columns of three rows each: which columns they are in
    for columns, drawn, number in ((100, 14, 24), (600, 3, 3)):
        table = np.zeros((2, columns))
        table[1] = 3
        table[:, : drawn // 2] = np.array([[2], [1]])
        table[:, drawn // 2] += np.array([drawn % 2, -(drawn % 2)])
        tables = contingency(table)
        assert listed(tables)[1].tolist() == [columns == 600]
        answer = if_independent(tables, np.zeros(1))
        assert answer.exact[0]
        assert len(answer.listed.values) <= number
        assert answer.p_value[0] == pytest.approx(1.0, abs=1e-12)
        rng = np.random.default_rng(0)
        y = np.repeat(np.arange(columns), 3)
        values = []
        for _ in range(4000):
            one = np.bincount(rng.permutation(y)[:drawn], minlength=columns)
            cells = np.concatenate([one, 3 - one])
            values.append(float((cells * np.log(np.maximum(cells, 1))).sum()))
        n = 3.0 * columns
        values_ = np.array(values) + n * math.log(n) - drawn * math.log(drawn)
        values_ -= (n - drawn) * math.log(n - drawn) + n * math.log(3.0)
        error = 5 * values_.std() / math.sqrt(len(values_))
        assert n * answer.mean[0] == pytest.approx(values_.mean(), abs=error)


def test_many_strata_alike() -> None:
    strata = [np.array([[2, 0], [0, 1]])] * 300
    tables = contingency(*strata)
    value, chance, _ = law(strata[0])
    assert len(value) == 2
    got, _ = listed(tables)
    answer = np.zeros(300, dtype=np.int64)
    added = all_added(got, tables.n, answer, 1)
    k = np.arange(301)
    np.testing.assert_allclose(added.value, 300 * value[0] + k * (value[1] - value[0]), rtol=1e-9)
    expected = stats.binom.pmf(k, 300, chance[1])
    np.testing.assert_allclose(added.probability, expected, rtol=1e-8, atol=1e-300)


def test_strata_with_too_many_values_together_are_left_out() -> None:
    # two answers, the second of few values
    rng = np.random.default_rng(0)
    margins = [np.sort(rng.choice(np.arange(5, 60), 4, replace=False)) for _ in range(5)]
    strata = [np.array([[a, b], [c, d]]) for a, b, c, d in margins] + [np.eye(2) + 1]
    tables = contingency(*strata)
    got, _ = listed(tables)
    assert set(got.at) == set(range(6))
    added = all_added(got, tables.n, np.array([0, 0, 0, 0, 0, 1]), 2)
    assert set(added.at) == {1}
    answer = if_independent(tables, np.zeros(2), np.array([0, 0, 0, 0, 0, 1]))
    assert answer.exact.tolist() == [False, True]
    np.testing.assert_allclose(answer.p_value, 1.0, atol=1e-3)


def test_tables_of_one_line_are_certain() -> None:
    answer = if_independent(
        contingency([[3, 2]], np.eye(7), [[1], [4]]), np.array([0, np.log(7), 0])
    )
    assert answer.exact.all()
    np.testing.assert_array_equal(answer.p_value, 1.0)
    np.testing.assert_allclose(answer.mean, [0.0, np.log(7), 0.0], atol=1e-15)
