"""Closed-form tests and intervals against enumeration, against draws, and at the edges."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from pdkl.core.counts.pairs import Pairs
from pdkl.core.counts.smoothing import Smoothing, fill_alphabet
from pdkl.core.inference import closed
from pdkl.core.inference.cells import Cells, Evaluate
from pdkl.core.inference.closed import against_null, intervals
from pdkl.core.inference.nodes import KINKED, SMOOTH
from pdkl.core.inference.samplers import Null, RowSampler
from pdkl.core.inference.scores import Scores, is_closed, is_kinked
from pdkl.core.inference.statistics import Statistic, evaluate, g_statistic, interval
from pdkl.core.inference.tail import added
from pdkl.core.inference.urn import EXCHANGE, REPLACE, SPACINGS, Urn
from pdkl.core.measures.catalogue import FAMILIES, MEASURES
from pdkl.core.measures.estimators import ESTIMATORS, estimated
from pdkl.core.measures.measure import Measure
from pdkl.core.numerics.exact import FloatArray
from tests.support import few_counts
from tests.support.measures import BY_CATEGORY

NULLS: tuple[Null, ...] = ("permutation", "subset", "fixed")
ORDERED = [
    replace(family(order), name=f"{name} {order}")
    for name, family in FAMILIES.items()
    for order in (0.0, 0.5, 2.0, math.inf)
    if order < math.inf or not name.endswith("divergence")
]
EVERY = (*BY_CATEGORY.values(), *ORDERED)
ADDITIVE = [one for one in EVERY if one.reduce == "sum"]
SIZE = 20_000
# no category so rare that a score is infinite
P, Q = np.array([60, 45, 30, 38, 25, 41]), np.array([190, 180, 77, 110, 123, 131])


def pairs_of(p: object, q: object, alphabet: int | None = None) -> Pairs:
    """One comparison of two tables, or several of the rows of them."""
    count_p, count_q = (np.atleast_2d(np.asarray(x, dtype=np.float64)) for x in (p, q))
    size, width = count_p.shape
    return Pairs(
        np.repeat(np.arange(size), width),
        np.tile(np.arange(width), size),
        count_p.ravel(),
        count_q.ravel(),
        np.ones(size * width),
        count_p.sum(axis=1),
        count_q.sum(axis=1),
        alphabet or width,
    )


def scores_of(
    raw: Pairs, *measures: Measure, log_base: float = 1.0, smoothing: Smoothing | None = None
) -> Scores:
    values = [statistic(one, raw.alphabet, log_base, smoothing)(raw) for one in measures]
    return Scores(measures, values, log_base, smoothing)


def statistic(
    one: Measure,
    alphabet: int,
    log_base: float = 1.0,
    smoothing: Smoothing | None = None,
    *,
    fixed: bool = False,
) -> Statistic:
    def value(raw: Pairs) -> FloatArray:
        pairs = replace(raw, alphabet=alphabet)
        if smoothing is not None:
            scale, pseudo = smoothing.scale_and_pseudo(alphabet)
            q = {} if fixed else {"q": pseudo, "scale_q": scale}
            pairs = fill_alphabet(pairs, alphabet, p=pseudo, scale_p=scale, **q)
        return one.value(pairs, log_base)

    return value


def terms_of(one: Measure) -> Evaluate:
    return lambda pairs: [one.term(pairs)]


def sampler(raw: Pairs, null: Null) -> RowSampler:
    p, q = raw.count_p.astype(np.int64), raw.count_q.astype(np.int64)
    return RowSampler(p, q - p if null == "subset" else q, null)


# ---- against enumeration --------------------------------------------------------------------


def of_counts(
    one: Measure, alpha: list[int], n: int, *, fixed: bool
) -> Callable[[FloatArray], float]:
    whole = np.array(alpha, dtype=np.float64)

    def value(counts: FloatArray) -> float:
        q = whole if fixed else whole - counts
        raw = pairs_of(counts, q)
        return float(raw.sum(one.term(raw))[0])

    return value


@pytest.mark.parametrize("urn", [EXCHANGE, REPLACE, SPACINGS], ids=str)
@pytest.mark.parametrize(
    ("alpha", "n"),
    [
        *(([30, 20], 25), ([1, 99], 50), ([50, 50], 1), ([7, 3], 9), ([40, 8], 12)),
        *(([20, 30, 9], 14), ([9, 9, 9], 13), ([25, 25, 50], 10), ([12, 1, 30], 20)),
    ],
)
def test_moments_of_two_and_three_categories(urn: Urn, alpha: list[int], n: int) -> None:
    fixed = urn is not EXCHANGE
    for name in ("js_divergence", "total_variation", "entropy", "hellinger"):
        one = MEASURES[name]
        cells = Cells.of(
            urn,
            np.zeros(len(alpha), dtype=np.int64),
            np.array(alpha, dtype=np.float64),
            n=np.array([float(n)]),
            fixed=np.array(alpha, dtype=np.float64) if fixed else None,
            totals=(np.array([float(n)]), np.array([float(sum(alpha) - (0 if fixed else n))])),
        )
        (got,) = cells.moments(terms_of(one), KINKED)
        value = of_counts(one, alpha, n, fixed=fixed)
        values, chance = few_counts.distribution(urn.s, alpha, n, value)
        mean, variance, third = few_counts.moments(values, chance)
        assert got.mean[0] == pytest.approx(mean, abs=1e-9)
        close = 1e-9 if len(alpha) == 2 else 0.05
        assert math.sqrt(got.variance[0]) == pytest.approx(
            math.sqrt(variance), abs=1e-12, rel=close
        )
        if len(alpha) == 2:
            assert got.third[0] == pytest.approx(third, rel=1e-8, abs=1e-12)
        else:
            assert abs(got.third[0] - third) <= 0.35 * variance**1.5


@pytest.mark.parametrize("null", NULLS)
@pytest.mark.parametrize(("p", "q"), [([9, 3], [4, 8]), ([1, 0, 4], [3, 9, 12]), ([1], [99])])
def test_few_tables_are_exact(null: Null, p: list[int], q: list[int]) -> None:
    pooled = [a + b for a, b in zip(p, q, strict=True)]
    raw = pairs_of(p, pooled if null == "subset" else q)
    one = MEASURES["js_divergence"]
    answer = against_null(raw, null, scores_of(raw, one))
    alpha, s = (q, 0) if null == "fixed" else (pooled, -1)
    held = np.array(pooled if null == "subset" else q, dtype=np.float64)

    def drawn(counts: FloatArray) -> Pairs:
        return pairs_of(counts, np.array(pooled) - counts if null == "permutation" else held)

    n = sum(p)
    values, chance = few_counts.distribution(
        s, alpha, n, lambda c: float(one.value(drawn(c), 1.0)[0])
    )
    g, _ = few_counts.distribution(s, alpha, n, lambda c: float(g_statistic(drawn(c), null)[0]))
    assert answer.exact[0]
    assert answer.excess[0][0] == pytest.approx(one.value(raw, 1.0)[0] - values @ chance, abs=1e-9)
    reached = g >= g_statistic(raw, null)[0] - 1e-9
    assert answer.p_value[0] == pytest.approx(chance[reached].sum(), abs=1e-9)
    assert chance[values <= answer.noise_floor[0][0] + 1e-9].sum() >= 0.95 - 1e-9
    assert chance[values < answer.noise_floor[0][0] - 1e-9].sum() < 0.95


# ---- against draws --------------------------------------------------------------------------


@pytest.mark.parametrize("smoothing", [None, Smoothing(0.5), Smoothing(None)], ids=str)
@pytest.mark.parametrize("null", NULLS)
def test_every_measure_against_draws_of_the_null(null: Null, smoothing: Smoothing | None) -> None:
    raw = pairs_of(P, Q, alphabet=len(P) + 2)
    fixed = null == "fixed"
    chosen = [
        one for one in EVERY if smoothing is None or not (fixed and one.divides_by in ("q", "both"))
    ]
    statistics = [statistic(one, raw.alphabet, 0.7, smoothing, fixed=fixed) for one in chosen]
    scores = Scores(chosen, [value(raw) for value in statistics], 0.7, smoothing)
    answer = against_null(raw, null, scores)
    rng = np.random.default_rng(3)
    drawn = evaluate(sampler(raw, null).null_draws, statistics, SIZE, rng, width=len(P))
    for one, score, values, excess, floor in zip(
        chosen, scores.observed, drawn, answer.excess, answer.noise_floor, strict=True
    ):
        if one.log_power == 0.5:
            mean = score[0] ** 2 - np.sign(excess[0]) * excess[0] ** 2
            values, floor = values**2, floor**2  # noqa: PLW2901
        else:
            mean = score[0] - excess[0]
        error = values.std() / math.sqrt(SIZE)
        finished = one.finish is not None and one.reduce == "sum"
        slack = 0.05 if one.reduce == "max" else 0.02 if finished else 0.0
        assert abs(mean - values.mean()) <= 5 * error + slack * values.std() + 1e-9, one.name
        if values.std() < 1e-9:  # it cannot vary, as richness where nothing is rare
            assert floor[0] == pytest.approx(values.mean(), abs=1e-9)
            continue
        beyond = float(np.mean(values > floor[0]))
        least = 0.03 if one.reduce == "max" else 0.035
        assert least <= beyond <= 0.065, (one.name, beyond)


@pytest.mark.parametrize("null", NULLS)
@pytest.mark.parametrize("smoothing", [None, Smoothing(1.0)], ids=str)
def test_every_measure_against_draws_of_the_bootstrap(
    null: Null, smoothing: Smoothing | None
) -> None:
    raw = pairs_of(P, Q + P if null == "subset" else Q, alphabet=len(P) + 1)
    fixed = null == "fixed"
    chosen = [
        one for one in EVERY if smoothing is None or not (fixed and one.divides_by in ("q", "both"))
    ]
    statistics = [statistic(one, raw.alphabet, 1.0, smoothing, fixed=fixed) for one in chosen]
    observed = [value(raw) for value in statistics]
    found = intervals(raw, null, Scores(chosen, observed, 1.0, smoothing), level=0.9)
    rng = np.random.default_rng(4)
    drawn = evaluate(sampler(raw, null).bootstrap_draws, statistics, SIZE, rng, width=len(P))
    for one, score, values, got in zip(chosen, observed, drawn, found, strict=True):
        upper = one.upper_bound(raw.alphabet, 1.0)
        low, high = interval(float(score[0]), values, level=0.9, lower=one.lower, upper=upper)
        if math.isnan(low):
            assert math.isnan(got.low[0])
            continue
        tolerance = 0.03 * float(np.quantile(values, 0.95) - np.quantile(values, 0.05))
        tolerance *= 2.5 if one.reduce == "max" else 1.0
        assert abs(got.low[0] - low) <= tolerance, one.name
        assert abs(got.high[0] - high) <= tolerance, one.name


@pytest.mark.parametrize("null", NULLS)
def test_p_values_are_those_of_draws(null: Null) -> None:
    raw = pairs_of(P, Q + P if null == "subset" else Q)
    answer = against_null(raw, null, scores_of(raw, MEASURES["entropy"]))
    g = evaluate(
        sampler(raw, null).null_draws,
        [lambda pairs: g_statistic(pairs, null)],
        SIZE,
        np.random.default_rng(5),
        width=len(P),
    )[0]
    share = float(np.mean(g >= g_statistic(raw, null)[0]))
    assert answer.p_value[0] == pytest.approx(share, abs=5 * math.sqrt(share / SIZE) + 0.004)


def test_spacings_against_draws() -> None:
    gaps, n = np.array([1.0, 30, 25, 45, 60, 38, 1.0]), 300
    held = np.array([0.0, 30, 25, 45, 60, 39, 0.0])
    rng = np.random.default_rng(6)
    drawn = rng.multinomial(n, rng.dirichlet(gaps, SIZE)).astype(np.float64)
    tables = pairs_of(drawn, np.broadcast_to(held, drawn.shape))
    cells = Cells.of(
        SPACINGS,
        np.zeros(7, dtype=np.int64),
        gaps,
        n=np.array([float(n)]),
        fixed=held,
        totals=(np.array([float(n)]), np.array([held.sum()])),
        alphabet=7,
    )
    finite = [one for one in ADDITIVE if one.divides_by not in ("q", "both")]
    rules = {True: KINKED, False: SMOOTH}
    for one in finite:
        rule = rules[one.name == "total_variation"]
        (got,) = cells.moments(terms_of(one), rule)
        values = tables.sum(one.term(tables))
        known = np.isfinite(values)
        assert got.infinite[0] == pytest.approx(1 - known.mean(), abs=0.01)
        values = values[known]
        error = values.std() / math.sqrt(len(values))
        assert abs(got.mean[0] - values.mean()) <= 5 * error + 1e-9, one.name
        sd = pytest.approx(values.std(), rel=0.03, abs=1e-5)
        assert math.sqrt(got.variance[0]) == sd, one.name


# ---- infinite scores ------------------------------------------------------------------------


def test_infinite_scores() -> None:
    kl = MEASURES["kl_divergence"]
    for p, q, size in (
        ([30, 20, 25, 1], [40, 30, 30, 0], 20_000),
        ([30] * 4, [30] * 3 + [6], 200_000),
    ):
        raw = pairs_of(p, q)
        answer = against_null(raw, "permutation", scores_of(raw, kl))
        drawn = evaluate(
            sampler(raw, "permutation").null_draws,
            [statistic(kl, 4)],
            size,
            np.random.default_rng(7),
            width=4,
        )[0]
        share = float(np.isinf(drawn).mean())
        if share > 0.05:
            assert answer.noise_floor[0][0] == math.inf
            assert math.isnan(answer.excess[0][0])
        else:
            finite = drawn[np.isfinite(drawn)]
            floor = np.quantile(finite, 0.95 / (1 - share))
            assert answer.noise_floor[0][0] == pytest.approx(floor, rel=0.03)
    raw = pairs_of([5, 5, 1], [50, 50, 0])
    found = intervals(raw, "permutation", scores_of(raw, kl))[0]
    assert math.isnan(found.low[0])
    assert found.high[0] == math.inf


# ---- invariance and edges -------------------------------------------------------------------


def test_the_same_bits_in_any_order() -> None:
    rng = np.random.default_rng(8)
    p, q = rng.integers(0, 400, (12, 40)), rng.integers(0, 4000, (12, 40))
    p[3], q[3] = 0, 7
    p[5, 2:], q[5, 2:] = 0, 0
    rows, columns = rng.permutation(12), rng.permutation(40)
    chosen = (MEASURES["kl_divergence"], MEASURES["total_variation"], MEASURES["max_difference"])
    for null in ("permutation", "fixed"):
        raw, moved = pairs_of(p, q), pairs_of(p[rows][:, columns], q[rows][:, columns])
        shuffled = rng.permutation(len(moved.comparison))
        names = ("comparison", "outcome", "count_p", "count_q", "times")
        moved = replace(moved, **{name: getattr(moved, name)[shuffled] for name in names})
        one, two = (against_null(x, null, scores_of(x, *chosen)) for x in (raw, moved))
        np.testing.assert_array_equal(one.p_value[rows], two.p_value)
        for a, b in zip(one.excess + one.noise_floor, two.excess + two.noise_floor, strict=True):
            np.testing.assert_array_equal(a[rows], b)
        ends = (intervals(x, null, scores_of(x, *chosen)) for x in (raw, moved))
        for a, b in zip(*ends, strict=True):
            np.testing.assert_array_equal(a.low[rows], b.low)
            np.testing.assert_array_equal(a.high[rows], b.high)


def test_comparisons_do_not_know_of_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(9)
    p, q = rng.integers(0, 40, (30, 8)), rng.integers(0, 4000, (30, 8))
    raw = pairs_of(p, q)
    whole = against_null(raw, "permutation", scores_of(raw, *ADDITIVE))
    monkeypatch.setattr(closed, "_COMPARISONS", 7)
    cut = against_null(raw, "permutation", scores_of(raw, *ADDITIVE))
    np.testing.assert_array_equal(whole.p_value, cut.p_value)
    for a, b in zip(whole.excess + whole.noise_floor, cut.excess + cut.noise_floor, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("null", NULLS)
@pytest.mark.parametrize(
    ("p", "q"),
    [
        *(([5], [7]), ([0, 0], [3, 4]), ([3, 4], [0, 0]), ([4, 0], [0, 9]), ([1, 0, 0], [0, 1, 0])),
        *(([2**50, 2**51, 5], [2**51, 2**50, 2**49]), ([10**6, 1], [1, 2]), ([1, 2], [99, 990])),
        ([1, 0], [10**6, 10**6]),
    ],
)
def test_edges_have_answers(null: Null, p: list[int], q: list[int]) -> None:
    held = [a + b for a, b in zip(p, q, strict=True)] if null == "subset" else q
    raw = pairs_of(p, held)
    measures = [one for one in EVERY if one.divides_by == ""]
    answer = against_null(raw, null, scores_of(raw, *measures))
    found = intervals(raw, null, scores_of(raw, *measures))
    if not sum(p) or not sum(held):
        assert np.isnan(answer.p_value[0])
        return
    assert 0.0 <= answer.p_value[0] <= 1.0
    assert not any(np.isnan(one[0]) for one in answer.excess + answer.noise_floor)
    assert len(found) == len(measures)
    if len(p) == 1:
        assert answer.p_value[0] == 1.0


def test_many_categories() -> None:
    rng = np.random.default_rng(10)
    p, q = rng.poisson(1.5, 100_000), rng.poisson(15, 100_000)
    raw = pairs_of(p, q)
    answer = against_null(raw, "permutation", scores_of(raw, MEASURES["js_divergence"]))
    assert 1e-4 < answer.p_value[0] < 1 - 1e-4
    assert abs(answer.excess[0][0]) < answer.noise_floor[0][0]


def test_p_values_fall_with_distance() -> None:
    base = np.array([100, 100, 100, 100])
    p = np.array([[100 + 3 * i, 100 - i, 100 - i, 100 - i] for i in range(1, 100, 3)])
    raw = pairs_of(p * 5, np.broadcast_to(base * 5, p.shape))
    answer = against_null(raw, "permutation", scores_of(raw, MEASURES["entropy"]))
    falling = np.diff(answer.p_value)
    assert (falling <= 0).all()
    assert (falling[answer.p_value[1:] > 5e-324] < 0).all()
    assert answer.p_value[answer.p_value > 5e-324].min() < 1e-250


def test_a_kink_is_seen() -> None:
    kinked = [one.name for one in ADDITIVE if is_kinked(one)]
    assert kinked == ["total_variation"]


def test_strata_with_totals_of_all() -> None:
    # what a step of explain does: JS of all strata, in each of which the rows are exchanged
    pooled, n = [[30, 20, 9], [14, 40]], [25, 20]
    n_p, n_q = 45.0, 68.0
    urn = np.array([0, 0, 0, 1, 1])
    cells = Cells.of(
        EXCHANGE,
        urn,
        np.array([*pooled[0], *pooled[1]], dtype=np.float64),
        n=np.array(n, dtype=np.float64),
        totals=(np.full(2, n_p), np.full(2, n_q)),
    )
    js = MEASURES["js_divergence"]
    (found,) = cells.moments(terms_of(js), SMOOTH)
    both = added(found, np.zeros(2, dtype=np.int64), 1)
    rng = np.random.default_rng(11)
    drawn = np.hstack(
        [
            rng.multivariate_hypergeometric(c, k, SIZE, method="marginals")
            for c, k in zip(pooled, n, strict=True)
        ]
    )
    every = np.concatenate([np.array(one) for one in pooled])
    raw = pairs_of(drawn, every - drawn)
    values = raw.sum(js.term(raw))
    error = values.std() / math.sqrt(SIZE)
    assert abs(both.mean[0] - values.mean()) <= 5 * error
    assert math.sqrt(both.variance[0]) == pytest.approx(values.std(), rel=0.03)
    assert float(np.mean(values > both.quantile(0.95)[0])) == pytest.approx(0.05, abs=0.008)


def test_what_must_be_drawn() -> None:
    assert all(is_closed(one) for one in EVERY)
    assert not is_closed(replace(MEASURES["entropy"], from_counts=lambda sample: sample.n))
    for family in FAMILIES.values():
        assert is_closed(family(4.0))
        assert not is_closed(family(4.5))
    assert not is_closed(FAMILIES["renyi_divergence"](math.inf))  # it may be infinite


@pytest.mark.parametrize("name", [name for name, one in ESTIMATORS.items() if one.additive])
def test_estimators_that_are_sums_against_draws_of_the_bootstrap(name: str) -> None:
    """Rare categories are lacking in many draws, and the alphabet has more than occur."""
    (one,) = estimated([MEASURES["entropy"]], name)
    for counts in ([60, 45, 1, 3, 25, 2], [90, 40]):
        raw = pairs_of(counts, counts, alphabet=len(counts) + 2)
        scores = scores_of(raw, one, log_base=math.log(2))
        (found,) = intervals(raw, "fixed", scores, level=0.9)
        drawn = evaluate(
            sampler(raw, "fixed").bootstrap_draws,
            [statistic(one, raw.alphabet, math.log(2))],
            SIZE,
            np.random.default_rng(5),
            width=len(counts),
        )[0]
        upper = one.upper_bound(raw.alphabet, math.log(2))
        low, high = interval(float(scores.observed[0][0]), drawn, level=0.9, upper=upper)
        width = float(np.quantile(drawn, 0.95) - np.quantile(drawn, 0.05))
        assert found.low[0] == pytest.approx(low, abs=0.05 * width)
        assert found.high[0] == pytest.approx(high, abs=0.05 * width)
