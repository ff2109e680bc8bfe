"""Rare categories: no count of one can be told, however hard it is tried."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any, TypeAlias

import numpy as np
import pytest

from pdkl.core.counts.suppression import Cells, folded, least_rows

Table: TypeAlias = tuple[tuple[int, ...], ...]  # a side each, of counts by category


def compositions(total: int, parts: int) -> Iterator[tuple[int, ...]]:
    if parts == 1:
        yield (total,)
        return
    for first in range(total + 1):
        for rest in compositions(total - first, parts - 1):
            yield (first, *rest)


def fold_of(table: Table, min_count: int) -> Any:
    counts = np.array(table)
    side, category = np.nonzero(counts)
    cells = Cells(side, category, counts[side, category], *counts.shape)
    return folded(cells, min_count) & (counts.sum(axis=0) > 0)


def published(table: Table, min_count: int) -> tuple[Any, ...]:
    """Return the names and counts that are shown, and the sums of the others."""
    fold, counts = fold_of(table, min_count), np.array(table)
    shown = [(i, *counts[:, i]) for i in np.flatnonzero(~fold & (counts.sum(axis=0) > 0))]
    return tuple(shown), tuple(counts[:, fold].sum(axis=1))


def told(totals: Sequence[int], n_categories: int, min_count: int) -> list[tuple[Any, ...]]:
    """List what is published where a count below ``min_count`` follows from it."""
    possible: dict[Any, list[Table]] = defaultdict(list)
    for table in product(*(list(compositions(total, n_categories)) for total in totals)):
        possible[published(table, min_count)].append(table)
    found = []
    for shown, tables in possible.items():
        every = np.array(tables)
        known = (every == every[0]).all(axis=0)
        other = np.array(shown[1])
        small = (other > 0) & (other < min_count)
        if (known & (every[0] > 0) & (every[0] < min_count)).any() or small.any():
            found.append(shown)
    return found


@pytest.mark.parametrize("min_count", [2, 3, 4, 5])
@pytest.mark.parametrize(
    ("totals", "n_categories"),
    [
        *[((total,), size) for total in range(3, 11) for size in (1, 2, 3, 4)],
        *[((5, 4), 3), ((6, 6), 3), ((8, 0), 3), ((5, 5), 4), ((9, 7), 2), ((4, 5, 4), 3)],
    ],
)
def test_no_rare_count_follows_from_what_is_shown(
    totals: tuple[int, ...], n_categories: int, min_count: int
) -> None:
    if all(total == 0 or total >= least_rows(min_count) for total in totals):
        assert told(totals, n_categories, min_count) == []


@pytest.mark.parametrize("seed", range(20))
def test_no_rare_count_follows_at_random(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n_categories, min_count = int(rng.integers(2, 5)), int(rng.integers(2, 6))
    most = {2: 14, 3: 9, 4: 6}[n_categories]
    least = least_rows(min_count)
    totals = [int(total) for total in rng.integers(least, max(most, least) + 1, size=2)]
    if n_categories == 4:
        totals = totals[:1]
    assert told(totals, n_categories, min_count) == []


def test_two_rows_are_too_few_to_hide_anything() -> None:
    # not alike, they are one of each: so a side of two rows is not shown at all
    assert told((2,), 2, 2) == [((), (2,))]
    assert [least_rows(min_count) for min_count in (2, 3, 10)] == [3, 3, 10]


@pytest.mark.parametrize(
    ("table", "fold"),
    [
        (((50, 50, 3, 4), (50, 50, 40, 40)), [0, 0, 1, 1]),  # two are few
        (((50, 40, 3), (50, 50, 50)), [0, 1, 1]),  # one is: the next rarest joins it
        (((50, 50, 3), (50, 50, 50)), [1, 1, 1]),  # all that are equally rare
        (((50, 3, 60), (50, 50, 3)), [0, 1, 1]),  # each hides the other
        (((50, 3, 0, 70), (50, 0, 3, 90)), [1, 1, 1, 0]),  # none at all hides nothing
        (((50, 60, 0), (50, 0, 60)), [0, 0, 0]),  # and is not few
        (((3, 3, 50, 60), (0, 0, 50, 60)), [1, 1, 1, 0]),  # where both are alike, both are told
    ],
)
def test_what_is_folded(table: Table, fold: list[int]) -> None:
    assert fold_of(table, 5).astype(int).tolist() == fold


@pytest.mark.parametrize("seed", range(50))
def test_the_choice_goes_by_counts_alone(seed: int) -> None:
    rng = np.random.default_rng(seed)
    counts = rng.poisson(rng.choice([0.5, 3.0, 8.0, 30.0], size=9), size=(3, 9))
    fold = fold_of(tuple(map(tuple, counts)), 5)
    order = rng.permutation(9)
    assert (fold_of(tuple(map(tuple, counts[:, order])), 5) == fold[order]).all()
    inside = np.flatnonzero(fold)
    exchanged = counts.copy()
    exchanged[:, inside] = counts[:, rng.permutation(inside)]
    assert (fold_of(tuple(map(tuple, exchanged)), 5) == fold).all()
