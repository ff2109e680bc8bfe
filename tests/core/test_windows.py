"""Groups pooled while a window moves over them, beside loops that add what is in it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from pdkl.core.counts.counts import Counts
from pdkl.core.counts.windows import outside, pooled, sums_between

ENDS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=12)


def counts_of(table: NDArray[Any], missing: NDArray[Any]) -> Counts:
    group, outcome = np.nonzero(table)
    return Counts(group, outcome, table[group, outcome], missing, table.shape[1])


def windows(steps: list[tuple[int, int]], n_groups: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return ends that never fall, of windows that may be empty."""
    first = np.minimum(np.cumsum([a for a, _ in steps], dtype=np.int64), n_groups)
    stop = np.maximum.accumulate([a + b for (_, b), a in zip(steps, first, strict=True)] or [0])
    return first, np.minimum(stop[: len(steps)], n_groups).astype(np.int64)


@given(
    seed=st.integers(0, 10**6),
    n_groups=st.integers(1, 9),
    n_outcomes=st.integers(1, 6),
    steps=ENDS,
    kind=st.sampled_from(["int64", "float64"]),
    shuffled=st.booleans(),
    sparse=st.booleans(),
)
def test_a_window_adds_the_groups_within(
    *,
    seed: int,
    n_groups: int,
    n_outcomes: int,
    steps: list[tuple[int, int]],
    kind: str,
    shuffled: bool,
    sparse: bool,
) -> None:
    rng = np.random.default_rng(seed)
    table = rng.integers(0, 4, (n_groups, n_outcomes)) * rng.choice([1, 10**12], n_outcomes)
    if sparse:  # whole weights are then not added up in a table
        table = np.pad(table, [(0, 0), (0, 400)])
        n_outcomes += 400
    table, missing = table.astype(kind), rng.integers(0, 3, n_groups).astype(kind)
    counts, (first, stop) = counts_of(table, missing), windows(steps, n_groups)
    if shuffled:
        order = rng.permutation(len(first))
        first, stop = first[order], stop[order]
    for inside, found in (
        (True, pooled(counts, first, stop)),
        (False, outside(counts, first, stop)),
    ):
        whole = np.zeros((len(first), n_outcomes), dtype=kind)
        lost = np.zeros(len(first), dtype=kind)
        for i, (a, b) in enumerate(zip(first, stop, strict=True)):
            for group in range(n_groups):
                if (a <= group < b) == inside:
                    whole[i] += table[group]
                    lost[i] += missing[group]
        np.testing.assert_array_equal(found.dense(np.arange(n_outcomes)), whole)
        np.testing.assert_array_equal(found.missing, lost)
        assert found.weight.dtype == found.missing.dtype == kind
        assert (found.weight > 0).all()
        key = found.group * n_outcomes + found.outcome
        assert (np.diff(key) > 0).all()  # sorted, each once


@pytest.mark.parametrize("large", [1e16, 1e300])
def test_what_is_outside_leaves_no_residue(large: float) -> None:
    """The whole less what is within would be 0 here, or 2."""
    counts = counts_of(np.array([[0.1], [large], [0.2]]), np.zeros(3))
    found = outside(counts, np.array([1, 0]), np.array([2, 3]))
    assert found.weight.tolist() == [0.1 + 0.2]
    assert found.group.tolist() == [0]


@pytest.mark.parametrize("large", [1e16, 1e300])
def test_float_sums_leave_no_residue(large: float) -> None:
    """A sum of all before, less the sum of what has left, would be 0 here, or 2."""
    counts = counts_of(np.array([[large], [0.1], [0.2], [0.0], [0.0]]), np.zeros(5))
    every = np.arange(5)
    found = pooled(counts, np.maximum(every - 2, 0), every)
    assert found.group.tolist() == [1, 2, 3, 4]
    assert found.weight.tolist() == [large, large + 0.1, 0.1 + 0.2, 0.2]


def test_sums_of_whole_numbers_stay_whole() -> None:
    values = np.array([2**62, 1, 2**61 + 1, 3])
    found = sums_between(values, np.array([0, 1, 2, 4]), np.array([1, 3, 4, 4]))
    assert found.tolist() == [2**62, 2**61 + 2, 2**61 + 4, 0]
