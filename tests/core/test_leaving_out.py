"""The jackknife's bias against leaving out each row in turn, and what it decides."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from pdkl.core.counts.pairs import Pairs
from pdkl.core.counts.smoothing import Smoothing
from pdkl.core.inference.closed import intervals
from pdkl.core.inference.leaving_out import jackknife_bias
from pdkl.core.inference.samplers import Null
from pdkl.core.inference.statistics import interval, is_blind
from pdkl.core.measures.catalogue import MEASURES
from tests.core.test_closed import EVERY, NULLS, pairs_of, scores_of, statistic

P, Q = [5, 1, 1, 0, 3, 2], [9, 2, 1, 1, 3, 4]
NAMES = [one.name for one in EVERY]


def slow_bias(raw: Pairs, null: Null, value: object) -> float:
    """Leave out each row in turn; rows without which a value is infinite are left aside."""
    p, q = raw.count_p.astype(int), raw.count_q.astype(int)
    samples = [(p, True, null == "subset")]
    if null == "permutation":
        samples.append((q, False, True))
    if null == "subset":
        samples.append((q - p, False, True))
    whole, total = float(value(raw)[0]), 0.0  # type: ignore[operator]
    for rows, of_p, of_q in samples:
        known = []
        for i, number in enumerate(rows):
            for _ in range(number):
                step = np.arange(len(p)) == i
                without = float(value(pairs_of(p - step * of_p, q - step * of_q))[0])  # type: ignore[operator]
                known += [without] if math.isfinite(without) else []
        if known and math.isfinite(whole):
            total += (rows.sum() - 1) * (sum(known) / len(known) - whole)
    return total


@pytest.mark.parametrize("null", NULLS)
@pytest.mark.parametrize("name", NAMES)
def test_bias_is_that_of_leaving_out_each_row(name: str, null: Null) -> None:
    one = next(one for one in EVERY if one.name == name)
    raw = pairs_of(P, Q)
    (found,) = jackknife_bias(raw, null, scores_of(raw, one, log_base=math.log(2)))
    value = statistic(one, raw.alphabet, math.log(2))
    expected = 0.0 if one.reduce == "max" else slow_bias(raw, null, value)
    assert found[0] == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_smoothing_is_no_bias_to_be_found() -> None:
    raw = pairs_of(P, Q, 8)
    scores = scores_of(raw, MEASURES["js_divergence"], smoothing=Smoothing(0.5))
    assert jackknife_bias(raw, "permutation", scores)[0] == 0.0


def test_entries_that_stand_for_several_outcomes_count_as_often() -> None:
    raw = pairs_of([1, 1, 1, 4], [2, 2, 2, 5])
    merged = replace(
        pairs_of([1, 4], [2, 5]),
        times=np.array([3.0, 1.0]),
        total_p=raw.total_p,
        total_q=raw.total_q,
        alphabet=4,
    )
    one = MEASURES["js_divergence"]
    both = [jackknife_bias(some, "permutation", scores_of(some, one))[0] for some in (raw, merged)]
    assert both[0] == pytest.approx(both[1], rel=1e-12)


def test_one_row_on_a_side_tells_nothing() -> None:
    raw = pairs_of([1, 0], [3, 4])
    (found,) = jackknife_bias(raw, "fixed", scores_of(raw, MEASURES["js_divergence"]))
    assert found[0] == 0.0


def test_the_bootstrap_is_blind_where_the_jackknife_sees_far_more() -> None:
    assert is_blind(0.1, 0.2, 0.3)
    assert not is_blind(0.1, 0.14, 0.2)  # much the same
    assert not is_blind(0.1, 0.2, 0.5)  # and not much
    draws = np.linspace(0.0, 1.0, 101)
    assert math.isfinite(interval(0.5, draws)[0])
    assert all(math.isnan(end) for end in interval(0.5, draws, jackknife=-0.6))


def test_no_interval_where_rows_are_fewer_than_categories() -> None:
    """50 rows of 100 categories a side: nine of ten intervals were given, hardly one right."""
    rng = np.random.default_rng(0)
    shares = rng.dirichlet(np.ones(100), size=(2, 200))
    p, q = (np.array([rng.multinomial(50, one) for one in side]) for side in shares)
    raw = pairs_of(p, q)
    found = intervals(raw, "permutation", scores_of(raw, MEASURES["js_divergence"]))[0]
    assert np.isnan(found.low).mean() > 0.9
