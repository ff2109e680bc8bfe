"""Quantiles, moments, gaps and bars from counts, against NumPy on the rows themselves."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdkl.core.counts.counts import Counts, from_cells
from pdkl.core.counts.figures import ends, longest_gaps, moments, quantiles, quantiles_of_bins
from pdkl.core.counts.histograms import bars_of
from pdkl.core.numerics.exact import FloatArray

SHARES = [0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0]
Groups = list[list[tuple[float, int]]]


def counted(groups: Groups, dtype: type = np.int64) -> tuple[Counts, FloatArray]:
    values = np.unique([value for group in groups for value, _ in group] or [0.0])
    cells = [(g, np.searchsorted(values, v), w) for g, one in enumerate(groups) for v, w in one]
    group, outcome, weight = np.array(cells).reshape(-1, 3).T
    missing: Any = np.zeros(len(groups), dtype)
    group, outcome = group.astype(np.int64), outcome.astype(np.int64)
    return from_cells(group, outcome, weight.astype(dtype), missing, len(values)), values


NUMBERS = st.one_of(
    st.integers(-5, 5).map(float),
    st.floats(-1e300, 1e300, allow_subnormal=False),
    st.sampled_from([np.inf, -np.inf]),
)
GROUPS = st.lists(
    st.lists(st.tuples(NUMBERS, st.integers(1, 4)), max_size=8), min_size=1, max_size=4
)


@given(GROUPS)
def test_quantiles_are_those_of_the_rows(groups: Groups) -> None:
    counts, values = counted(groups)
    found = quantiles(counts, values, SHARES)
    for line, group in zip(found, groups, strict=True):
        if not group:
            continue
        rows = np.repeat(*map(np.array, zip(*group, strict=True)))
        with np.errstate(invalid="ignore", over="ignore"):
            wanted = np.quantile(rows, SHARES)
        known = np.isfinite(wanted)  # NumPy subtracts infinities, and what is too far apart
        scale = np.abs(rows[np.isfinite(rows)]).max(initial=0.0)
        np.testing.assert_allclose(line[known], wanted[known], rtol=1e-12, atol=1e-12 * scale)
        low, high = ends(counts)
        assert values[low[groups.index(group)]] == rows.min()
        assert values[high[groups.index(group)]] == rows.max()


@given(GROUPS, st.sampled_from([0.5, 1.0, 3.7]))
def test_quantiles_of_weights_are_the_first_values_that_reach_a_share(
    groups: Groups, factor: float
) -> None:
    scaled = [[(value, weight * factor) for value, weight in group] for group in groups]
    counts, values = counted(scaled, np.float64)  # type: ignore[arg-type]
    found = quantiles(counts, values, SHARES[1:])
    for line, group in zip(found, scaled, strict=True):
        if group:
            rows, weights = map(np.array, zip(*group, strict=True))
            order = np.argsort(rows)
            below = np.cumsum(weights[order])
            for share, one in zip(SHARES[1:], line, strict=True):
                assert (below[rows[order] <= one]).max() >= share * below[-1] * (1 - 1e-12)
                assert (
                    rows[order][below >= share * below[-1] * (1 + 1e-12)][:1].tolist()
                    in (
                        [],
                        [one],
                    )
                    or np.isclose(below / below[-1], share).any()
                )


@given(GROUPS)
def test_moments_are_those_of_the_finite_rows(groups: Groups) -> None:
    counts, values = counted(groups)
    mean, deviation = moments(counts, values)
    for i, group in enumerate(groups):
        rows = np.array([value for value, weight in group for _ in range(weight)])
        rows = rows[np.isfinite(rows)]
        if not len(rows):
            assert np.isnan(mean[i])
            assert np.isnan(deviation[i])
            continue
        size = np.abs(rows).max() or 1.0
        small = rows / size  # NumPy's squares would be beyond all floats
        np.testing.assert_allclose(mean[i] / size, small.mean(), rtol=1e-12, atol=1e-15)
        np.testing.assert_allclose(deviation[i] / size, small.std(), rtol=1e-7, atol=1e-8)


def test_ticks_keep_their_nanoseconds_and_reach_both_ends() -> None:
    least, most = -(2**63) + 1, 2**63 - 1
    two = np.array([0, 1])
    counts = Counts(two * 0, two, two * 0 + 1, np.zeros(1, int), 2)
    assert quantiles(counts, np.array([least, most]), [0.0, 1.0]).tolist() == [[least, most]]
    near = np.array([1_700_000_000_000_000_001, 1_700_000_000_000_000_003])
    assert quantiles(counts, near, [0.5]).tolist() == [[1_700_000_000_000_000_002]]


@given(st.lists(st.lists(st.integers(-50, 50), max_size=8), min_size=1, max_size=4))
def test_gaps_are_between_neighbours(groups: list[list[int]]) -> None:
    counts, values = counted([[(float(v), 1) for v in group] for group in groups])
    gap, start, stop = longest_gaps(counts, values.astype(np.int64))
    for i, group in enumerate(groups):
        rows = np.unique(group)
        if len(rows) < 2:
            assert np.isnan(gap[i])
            continue
        assert gap[i] == np.diff(rows).max()
        assert values[start[i]] == rows[np.diff(rows).argmax()]
        assert values[stop[i]] - values[start[i]] == gap[i]


def test_within_bins_rows_are_spread_evenly_and_beyond_them_nothing_is_known() -> None:
    # below 0, [0, 10), [10, 30), [30, 40), 40 alone, above it
    weight = np.array([5, 15, 40, 10, 20, 10])
    six = np.arange(6)
    counts = Counts(six * 0, six, weight, np.zeros(1, int), 6)
    edges = np.array([0.0, 10.0, 30.0, 40.0, 40.0])
    (found,) = quantiles_of_bins(counts, edges, [0.05, 0.15, 0.3, 0.5, 0.65, 0.8, 0.95])
    np.testing.assert_allclose(found, [np.nan, np.nan, 15.0, 25.0, 35.0, 40.0, np.nan])
    counts = Counts(six * 0, six, weight / 7, np.zeros(1), 6)
    (same,) = quantiles_of_bins(counts, edges, [0.3, 0.65])
    np.testing.assert_allclose(same, [15.0, 35.0])


@given(
    st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=50),
    st.booleans(),
    st.sampled_from([1.0, 1e-6, 1e6]),
)
def test_bars_have_one_width_and_hold_every_value(
    values: list[float], whole: bool, scale: float
) -> None:
    one = np.unique(np.rint(values) if whole else np.array(values) * scale)
    bars = bars_of([(one, np.ones(len(one)))], is_time=False)
    if bars is None:
        assert len(one) > 1
        assert np.diff(one).min() < 1e-9 * np.abs(one).max()
        return
    assert 1 <= bars.size <= 27
    if bars.size > 1:
        np.testing.assert_allclose(np.diff(bars.edges), np.diff(bars.edges)[0], rtol=1e-6)
    place = bars.assign(one)
    open_ends = np.array(bars.edges)
    open_ends[0], open_ends[-1] = (
        -np.inf if bars.is_open[0] else open_ends[0],
        np.inf if bars.is_open[1] else open_ends[-1],
    )
    assert (open_ends[place] <= one).all()
    assert (one <= open_ends[place + 1]).all()


@pytest.mark.parametrize(
    ("values", "edges"),
    [
        (np.arange(5.0), [-0.5, 0.5, 1.5, 2.5, 3.5, 4.5]),
        (np.array([7.0]), [7.0, 7.0]),
        (np.array([0.1, 0.2, 0.3, 0.34]), np.round(np.arange(10, 36) / 100, 2)),
    ],
)
def test_edges_are_plain(values: FloatArray, edges: FloatArray) -> None:
    bars = bars_of([(values, np.ones(len(values)))], is_time=False)
    assert bars is not None
    np.testing.assert_array_equal(bars.edges, edges)


def test_bars_end_before_what_is_far_off() -> None:
    values = np.append(np.arange(1000.0), [1e9, np.inf])
    bars = bars_of([(values, np.ones(len(values)))], is_time=False)
    assert bars is not None
    assert bars.edges[-1] < 2000
    assert bars.is_open == (False, True)
    assert bars.assign(values)[-2:].tolist() == [bars.size - 1] * 2


def test_bars_of_times_are_those_of_a_calendar() -> None:
    days = np.arange(60.0) * 86_400
    bars = bars_of([(days, np.ones(60))], is_time=True)
    assert bars is not None
    assert set(np.diff(bars.edges)) == {7 * 86_400}
    assert bars_of([(np.array([np.nan, np.inf]), np.ones(2))], is_time=False) is None
    assert bars_of([(np.array([-1.7e308, 1.7e308]), np.ones(2))], is_time=False) is None
