"""Tables drawn again: what stays, and how often each of all tables comes."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
from scipy import stats

from pdkl.core.inference import table_draws
from pdkl.core.inference.table_draws import DrawnTables, samplers
from pdkl.core.numerics.exact import IntArray
from tests.support import independent

SIZE = 6000


def tables(*strata: Any) -> DrawnTables:
    """Put tables into one group."""
    parts = []
    for i, table in enumerate(strata):
        x, y = np.nonzero(table)
        parts.append((np.full(len(x), i), x, y, np.asarray(table)[x, y]))
    stratum, x, y, weight = (np.concatenate(part) for part in zip(*parts, strict=True))
    zero = np.zeros(1, dtype=np.int64)
    return DrawnTables(stratum, x, y, weight, np.zeros(len(strata), dtype=np.int64), zero)


def drawn(made: Any, strata: int) -> list[IntArray]:
    """Return each draw as a table of (stratum, x, y)."""
    every = []
    for part in made:
        size = len(part.missing)
        assert len(part.group_of) == size * strata
        assert (part.weight > 0).all()
        shape = (size, strata, int(part.x.max()) + 1, int(part.y.max()) + 1)
        found = np.zeros(shape, dtype=np.int64)
        draw, stratum = np.divmod(part.stratum, strata)
        np.add.at(found, (draw, stratum, part.x, part.y), part.weight)
        every += list(found)
    return every


@pytest.mark.parametrize("shuffled", [0, 8])
def test_each_table_comes_as_often_as_it_should(
    shuffled: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_draws, "_SHUFFLED", shuffled)
    table = [[3, 1, 0], [1, 0, 2]]
    sampler = samplers(tables(table))(0)
    draws = drawn(sampler.dealt(SIZE, np.random.default_rng(0)), 1)
    assert len(draws) == SIZE
    # the sampler numbers values in an order of its own, so that margins say which is which
    occurred = drawn([sampler.occurred], 1)[0][0]
    rows, columns = occurred.sum(axis=1).tolist(), occurred.sum(axis=0).tolist()
    assert (sorted(rows), sorted(columns)) == ([3, 4], [1, 2, 4])
    number = Counter(tuple(map(tuple, one[0].tolist())) for one in draws)
    every = list(independent.tables(rows, columns))
    assert set(number) <= set(every)
    expected = [float(independent.chance(one)) * SIZE for one in every]
    assert stats.chisquare([number[one] for one in every], expected).pvalue > 0.001


@pytest.mark.parametrize("scale", [1, 100, 2**40])
def test_margins_of_each_stratum_stay(scale: int) -> None:
    strata = (np.array([[3, 1, 2], [1, 4, 2]]) * scale, np.array([[2, 0], [5, 3]]) * scale)
    sampler = samplers(tables(*strata))(0)
    (occurred,) = drawn([sampler.occurred], 2)
    draws = drawn(sampler.dealt(50, np.random.default_rng(0)), 2)
    assert len({one.tobytes() for one in draws}) > 5
    for one in draws:
        for axis in (1, 2):
            np.testing.assert_array_equal(one.sum(axis=axis), occurred.sum(axis=axis))


@pytest.mark.parametrize("scale", [1, 2**40])
def test_rows_are_drawn_with_replacement_from_all_strata(scale: int) -> None:
    strata = (np.array([[3, 1, 2], [1, 4, 2]]) * scale, np.array([[2, 0], [5, 3]]) * scale)
    sampler = samplers(tables(*strata))(0)
    (occurred,) = drawn([sampler.occurred], 2)
    parts = list(sampler.redrawn(SIZE, np.random.default_rng(0)))
    total = sum(part.weight.sum() for part in parts)
    assert total == SIZE * occurred.sum()
    counted = np.zeros(occurred.shape)
    for part in parts:
        np.add.at(counted, (part.stratum % 2, part.x, part.y), part.weight)
    n = float(occurred.sum())
    error = 5 * np.sqrt(n * 0.25 / SIZE)
    np.testing.assert_allclose(counted / SIZE, occurred, atol=error)
    assert (counted[occurred == 0] == 0).all()


def test_no_row_makes_no_table() -> None:
    none = np.zeros(0, dtype=np.int64)
    empty = DrawnTables(none, none, none, none, none, np.zeros(1, dtype=np.int64))
    sampler = samplers(empty)(0)
    assert len(sampler.weight) == 0


def test_the_order_of_cells_does_not_matter() -> None:
    rng = np.random.default_rng(1)
    for _ in range(20):
        table = rng.integers(0, 3, (4, 5))
        turned = table[rng.permutation(4)][:, rng.permutation(5)]
        one, other = (samplers(tables(some))(0) for some in (table, turned))
        for field in ("stratum", "x", "y", "weight"):
            np.testing.assert_array_equal(getattr(one, field), getattr(other, field))
