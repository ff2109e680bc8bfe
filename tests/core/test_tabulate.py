"""Tables of counts are those of a loop over the rows."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest

from pdkl.core.counts import counts as held
from pdkl.core.counts import tabulate as counting
from pdkl.core.counts.counts import Counts
from pdkl.core.counts.pairs import align_equal_counts
from pdkl.core.counts.tabulate import tabulate, tabulate_each

Array = np.ndarray[Any, Any]


def slowly(
    codes: Array, groups: Array, weights: Array
) -> tuple[dict[tuple[int, int], float], dict[int, float]]:
    cells: Counter[tuple[int, int]] = Counter()
    missing: Counter[int] = Counter()
    for code, group, weight in zip(codes.tolist(), groups.tolist(), weights.tolist(), strict=True):
        if code < 0:
            missing[group] += weight
        else:
            cells[group, code] += weight
    return dict(cells), dict(missing)


@pytest.mark.parametrize("way", ["dense", "two threads", "a sparse row", "sorted", "in blocks"])
@pytest.mark.parametrize("kind", [np.int8, np.int32, np.int64])
@pytest.mark.parametrize("weighted", [None, np.int64, np.float64])
@pytest.mark.parametrize("first", [0, -1])
def test_tabulate_agrees_with_a_loop(
    way: str, kind: type, weighted: type | None, first: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    if way == "two threads":
        monkeypatch.setattr(counting, "_MANY_ROWS", 10)
    if way == "a sparse row":
        monkeypatch.setattr(counting, "_CHUNK", 100)
    if way in ("sorted", "in blocks"):
        monkeypatch.setattr(counting, "_DENSE_CELLS", 0)
    if way == "in blocks":
        monkeypatch.setattr(counting, "_MANY_ROWS", 10)
        monkeypatch.setattr(counting, "_BLOCK", 7)
    rng = np.random.default_rng(5)
    rows, n_outcomes, n_groups = (160 if way in ("sorted", "in blocks") else 5000), 17, 11
    codes: Array = rng.integers(-1, n_outcomes, rows).astype(kind)
    groups: Array = rng.integers(first, n_groups + first, rows).astype(kind)
    weights: Array | None = None if weighted is None else rng.integers(0, 4, rows).astype(weighted)
    found = tabulate(
        codes,
        n_outcomes,
        groups=groups,
        n_groups=n_groups,
        first_group=first,
        weights=weights,
    )
    each = np.ones(rows, dtype=np.int64) if weights is None else weights
    cells, missing = slowly(codes, groups - first, each)
    assert {
        (g, c): w
        for g, c, w in zip(
            found.group.tolist(), found.outcome.tolist(), found.weight.tolist(), strict=True
        )
    } == {cell: weight for cell, weight in cells.items() if weight > 0}
    assert found.missing.tolist() == [missing.get(g, 0) for g in range(n_groups)]
    assert found.weight.dtype == each.dtype
    order = found.group * n_outcomes + found.outcome
    assert (np.diff(order) > 0).all()


@pytest.mark.parametrize("weighted", [None, np.int64, np.float64])
@pytest.mark.parametrize("block", [1, 4, 1000])
def test_many_rows_of_a_cell_are_counted_across_blocks(
    weighted: type | None, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "_BLOCK", block)
    monkeypatch.setattr(counting, "_DENSE_CELLS", 0)
    codes = np.array([1] * 9 + [0] * 11 + [-1] * 3 + [1])
    weights: Array | None = None if weighted is None else np.arange(1, 25).astype(weighted)
    found = tabulate(codes, 25, weights=weights)
    assert found.outcome.tolist() == [0, 1]
    assert found.weight.tolist() == ([11, 10] if weighted is None else [165, 69])
    assert found.missing.tolist() == [3 if weighted is None else 66]
    assert found.outcome.base is None  # not the keys of all rows


def test_weights_of_rows_whose_numbers_no_key_can_hold_too() -> None:
    large = 1 << 61
    codes = np.array([large - 1, 7, -1, large - 1, 7, 2])
    found = tabulate(codes, large, weights=np.array([1.0, 2.0, 4.0, 8.0, 16.0, 0.0]))
    assert found.outcome.tolist() == [7, large - 1]
    assert found.weight.tolist() == [18.0, 9.0]
    assert found.missing.tolist() == [4.0]


@pytest.mark.parametrize("dense", [True, False])
@pytest.mark.parametrize("wrong", [-2, 3])
def test_codes_beyond_the_alphabet_are_refused(
    dense: bool, wrong: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not dense:
        monkeypatch.setattr(counting, "_DENSE_CELLS", 0)
    codes = np.array([0, 1, wrong])
    with pytest.raises(IndexError, match="codes must be"):
        tabulate(codes, 3)


@pytest.mark.parametrize("gap", [False, True])
def test_groups_without_rows_leave_no_trace(gap: bool) -> None:
    groups = np.array([1, 1, 4 if gap else 2])
    counts = tabulate(np.array([0, 2, 0]), 3, groups=groups, n_groups=6)
    kept = counts.without_empty(np.unique(groups))
    assert kept.group.tolist() == [0, 0, 1]
    assert kept.outcome.tolist() == counts.outcome.tolist()
    assert kept.missing.tolist() == [0, 0]


def random_counts(seed: int, n_groups: int, n_outcomes: int) -> Counts:
    rng = np.random.default_rng(seed)
    table = rng.poisson(0.7, (n_groups, n_outcomes)) * (rng.random((n_groups, 1)) < 0.6)
    group, outcome = np.nonzero(table)
    missing = np.zeros(n_groups, dtype=np.int64)
    return Counts(group, outcome, table[group, outcome].astype(np.int64), missing, n_outcomes)


@pytest.mark.parametrize(("n_groups", "n_outcomes"), [(40, 9), (3, 900), (5, 0)])
def test_counts_know_their_groups_and_outcomes(
    n_groups: int, n_outcomes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(held, "_FEW", 5)
    counts = random_counts(3, n_groups, n_outcomes)
    sizes = [(counts.group == i).sum() for i in range(n_groups)]
    assert np.diff(counts.starts).tolist() == sizes
    assert counts.starts[0] == 0
    totals = [counts.weight[counts.group == i].sum() for i in range(n_groups)]
    assert counts.totals.tolist() == totals
    assert np.flatnonzero(counts.observed).tolist() == sorted(set(counts.outcome.tolist()))
    some = counts.take(np.arange(1, n_groups - 1))
    assert some.totals.tolist() == totals[1:-1]
    assert np.diff(some.starts).tolist() == sizes[1:-1]


@pytest.mark.parametrize("width", [2, 4, 50])
def test_equal_counts_of_a_group_are_one_entry(width: int) -> None:
    counts = random_counts(4, 30, 20)
    pairs = align_equal_counts(counts, width)
    found = Counter[tuple[int, float]]()
    for group, count, times in zip(pairs.comparison, pairs.count_p, pairs.times, strict=True):
        found[int(group), float(count)] += int(times)
    cells = zip(counts.group.tolist(), counts.weight.tolist(), strict=True)
    assert found == Counter((group, float(weight)) for group, weight in cells)
    small = pairs.count_p < width
    assert len(set(zip(pairs.comparison[small], pairs.count_p[small], strict=True))) == small.sum()


def test_large_tables_are_numbered_beyond_32_bits() -> None:
    codes = np.array([0, 99_999, 99_999, -1])
    groups = np.array([0, 99_999, 99_999, 5])
    found = tabulate(codes, 100_000, groups=groups, n_groups=100_000)
    assert found.group.tolist() == [0, 99_999]
    assert found.outcome.tolist() == [0, 99_999]
    assert found.weight.tolist() == [1, 2]
    assert found.missing.nonzero()[0].tolist() == [5]


def test_several_columns_are_counted_as_each_alone() -> None:
    rng = np.random.default_rng(6)
    groups = rng.integers(-1, 4, 300).astype(np.int8)
    sizes = (3, 1, 7)
    columns = [rng.integers(-1, size, 300).astype(np.int8) for size in sizes]
    place: dict[str, Any] = {"groups": groups, "n_groups": 5, "first_group": -1}
    found = tabulate_each(columns, max(sizes), **place)
    alone = [tabulate(codes, size, **place) for codes, size in zip(columns, sizes, strict=True)]
    assert found.n_groups == 15
    for name in ("outcome", "weight", "missing"):
        every = np.concatenate([getattr(counts, name) for counts in alone])
        np.testing.assert_array_equal(getattr(found, name), every)
    groups_alone = [counts.group + 5 * i for i, counts in enumerate(alone)]
    np.testing.assert_array_equal(found.group, np.concatenate(groups_alone))


def test_a_code_that_is_no_outcome_of_several_columns_is_refused() -> None:
    codes = np.array([0, 40])
    with pytest.raises(IndexError, match=r"codes must be at least 0 and below 6\."):
        tabulate_each([codes], 2, groups=np.zeros(2, dtype=np.int8), n_groups=2, first_group=0)
