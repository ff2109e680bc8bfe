"""Draws have the distribution they should, and what is read off them is right at the edges."""

from __future__ import annotations

import itertools
import math
from typing import Literal

import numpy as np
import pytest
from scipy import stats

from pdkl.core.counts.pairs import Pairs
from pdkl.core.inference.samplers import BlockSampler, Draws, Null, RowSampler, Sampler
from pdkl.core.inference.statistics import (
    evaluate,
    g_statistic,
    interval,
    null_summary,
    p_value,
    pairs_of_draws,
)
from pdkl.core.measures.catalogue import MEASURES
from pdkl.core.numerics.exact import FloatArray
from pdkl.core.threads import each

P = np.array([40, 25, 0, 10, 5])
Q = np.array([90, 80, 7, 0, 23])
NULLS: tuple[Null, ...] = ("permutation", "subset", "fixed")
SIZE = 20_000


def seeded(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def g_of(p: object, q: object, null: Null) -> float:
    draws = Draws(np.atleast_2d(np.asarray(p, float)), np.atleast_2d(np.asarray(q, float)))
    return float(g_statistic(pairs_of_draws(draws), null)[0])


def require_moments(draws: FloatArray, mean: FloatArray, variance: FloatArray) -> None:
    """Within five standard errors; the variance of a count is known to about 2 % here."""
    error = np.sqrt(variance / len(draws))
    assert (np.abs(draws.mean(axis=0) - mean) <= 5 * error + 1e-9).all()
    np.testing.assert_allclose(draws.var(axis=0), variance, rtol=0.06, atol=1e-9)


# ---- draws ----------------------------------------------------------------------------------


@pytest.mark.parametrize("null", ["permutation", "subset"])
def test_null_draws_are_hypergeometric(null: Null) -> None:
    draws = RowSampler(P, Q, null).null_draws(SIZE, seeded())
    pool, n, total = P + Q, P.sum(), (P + Q).sum()
    share = pool / total
    require_moments(draws.p, n * share, n * share * (1 - share) * (total - n) / (total - 1))
    assert (draws.p.sum(axis=1) == n).all()
    expected = pool - draws.p if null == "permutation" else np.broadcast_to(pool, draws.p.shape)
    np.testing.assert_array_equal(draws.q, expected)


def test_null_draws_of_a_fixed_distribution_are_multinomial() -> None:
    weights = np.array([0.25, 0.5, 0.0, 0.125, 0.125]) * 3.7
    draws = RowSampler(P, weights, "fixed").null_draws(SIZE, seeded())
    share, n = weights / weights.sum(), P.sum()
    require_moments(draws.p, n * share, n * share * (1 - share))
    assert (draws.q == weights).all()


@pytest.mark.parametrize("null", NULLS)
def test_bootstrap_draws_are_multinomial(null: Null) -> None:
    draws = RowSampler(P, Q, null).bootstrap_draws(SIZE, seeded())
    require_moments(draws.p, P.astype(float), P * (1 - P / P.sum()))
    if null == "fixed":
        assert (draws.q == Q).all()
    else:
        rest = draws.q - draws.p if null == "subset" else draws.q
        require_moments(rest, Q.astype(float), Q * (1 - Q / Q.sum()))
    assert (draws.p[:, P == 0] == 0).all()


def test_urns_beyond_the_limit_of_numpy_are_drawn_exactly() -> None:
    # small enough to check, with the limit moved: the same law as NumPy's own draws
    p, other = np.array([3, 5, 0, 4]), np.array([9, 2, 6, 1])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pdkl.core.inference.samplers.LARGEST_URN", 1)
        draws = RowSampler(p, other, "permutation").null_draws(SIZE, seeded()).p
    assert (draws.sum(axis=1) == 12).all()
    seen, times = np.unique(draws, axis=0, return_counts=True)
    law = np.asarray(stats.multivariate_hypergeom(p + other, 12).pmf(seen.astype(int)))
    common = law * SIZE >= 5
    observed = np.append(times[common], SIZE - times[common].sum())
    expected = np.append(law[common], 1 - law[common].sum()) * SIZE
    assert stats.chisquare(observed, expected).pvalue > 1e-3


@pytest.mark.parametrize("scale", [10**8, 10**12, 10**15])
def test_huge_counts(scale: int) -> None:
    p, other = np.array([3, 1, 0, 0]) * scale, np.array([1, 2, 1, 0]) * scale
    p[3] = 1
    rows = RowSampler(p, other, "permutation")
    draws = rows.null_draws(400, seeded())
    pool, n, total = (p + other).astype(float), float(p.sum()), float((p + other).sum())
    assert (draws.p.sum(axis=1) == p.sum()).all()
    assert (draws.p >= 0).all()
    assert (draws.q >= 0).all()
    variance = n * pool / total * (1 - pool / total) * (1 - n / total)
    error = np.asarray(np.sqrt(variance / 400))
    assert (np.abs(draws.p.mean(axis=0) - n * pool / total) < 5 * error).all()
    # G of the null keeps its digits: it is chi-squared with 2 degrees of freedom, and a bit
    g = g_statistic(pairs_of_draws(draws), "permutation")
    assert 1.8 < g.mean() < 4.2
    assert g_statistic(pairs_of_draws(rows.observed), "permutation")[0] > scale


def test_too_many_rows_are_refused() -> None:
    big = np.array([2**52, 2**52])
    with pytest.raises(ValueError, match="resampling needs") as caught:
        RowSampler(big, big, "permutation")
    assert str(caught.value) == "resampling needs fewer than 2**53 rows in each comparison."


def test_small_shares_get_nothing_by_rounding() -> None:
    p = np.array([10**9, 0, 3, 0])
    draws = RowSampler(p, p, "fixed").bootstrap_draws(2000, seeded()).p
    assert (draws[:, [1, 3]] == 0).all()
    assert abs(draws[:, 2].mean() - 3) < 0.25


# ---- blocks ---------------------------------------------------------------------------------

BLOCKS_P = np.array([[5, 0, 1], [2, 2, 2], [0, 9, 0], [4, 4, 4]])
BLOCKS_Q = np.array([[1, 1, 8], [7, 0, 0], [3, 3, 0]])


@pytest.mark.parametrize("null", ["permutation", "subset"])
def test_whole_blocks_are_dealt(null: Null) -> None:
    draws = BlockSampler(BLOCKS_P, BLOCKS_Q, null).null_draws(3000, seeded())
    pool = np.concatenate([BLOCKS_P, BLOCKS_Q])
    possible = {tuple(pool[list(c)].sum(axis=0)) for c in itertools.combinations(range(7), 4)}
    assert {tuple(row) for row in draws.p.astype(int)} == possible
    total = pool.sum(axis=0)
    expected = total - draws.p if null == "permutation" else np.broadcast_to(total, draws.p.shape)
    np.testing.assert_array_equal(draws.q, expected)
    np.testing.assert_allclose(draws.p.mean(axis=0), total * 4 / 7, rtol=0.05)


@pytest.mark.parametrize("null", NULLS)
def test_whole_blocks_are_redrawn(null: Null) -> None:
    draws = BlockSampler(BLOCKS_P, BLOCKS_Q, null).bootstrap_draws(SIZE, seeded())
    require_moments(draws.p, BLOCKS_P.sum(axis=0) * 1.0, 4 * BLOCKS_P.var(axis=0))
    if null == "fixed":
        assert (draws.q == BLOCKS_Q.sum(axis=0)).all()
    else:
        rest = draws.q - draws.p if null == "subset" else draws.q
        require_moments(rest, BLOCKS_Q.sum(axis=0) * 1.0, 3 * BLOCKS_Q.var(axis=0))


def test_blocks_of_one_row_are_rows() -> None:
    p, q = np.array([3, 5, 2]), np.array([6, 1, 3])
    singles = [np.repeat(np.eye(3, dtype=np.int64), side, axis=0) for side in (p, q)]
    by_block = BlockSampler(singles[0], singles[1], "permutation").null_draws(SIZE, seeded(1))
    total, n = (p + q).sum(), p.sum()
    share = (p + q) / total
    variance = n * share * (1 - share) * (total - n) / (total - 1)
    require_moments(by_block.p, n * share, variance)


def test_blocks_are_not_dealt_to_a_fixed_distribution() -> None:
    blocks = BlockSampler(BLOCKS_P, np.array([[0.2, 0.3, 0.5]]), "fixed")
    with pytest.raises(ValueError, match="blocks need") as caught:
        blocks.null_draws(3, seeded())
    assert str(caught.value) == (
        "blocks need two samples to be dealt to; a fixed distribution is not one."
    )
    np.testing.assert_array_equal(blocks.observed.p, [[11, 15, 7]])


# ---- statistics of draws --------------------------------------------------------------------


def test_g_is_that_of_scipy() -> None:
    table = np.array([P, Q])
    expected = stats.chi2_contingency(table, correction=False, lambda_="log-likelihood")[0]
    assert g_of(P, Q, "permutation") == pytest.approx(expected, rel=1e-12)
    assert g_of(P, P + Q, "subset") == pytest.approx(expected, rel=1e-12)
    weights = np.array([0.3, 0.3, 0.1, 0.2, 0.1])
    fixed = stats.power_divergence(P, weights * P.sum(), lambda_="log-likelihood")[0]
    assert g_of(P, weights, "fixed") == pytest.approx(fixed, rel=1e-12)


def test_g_at_the_edges() -> None:
    assert g_of([3, 0], [0, 4], "permutation") == pytest.approx(
        2 * (3 * math.log(7 / 3) + 4 * math.log(7 / 4))
    )
    assert g_of([3, 1], [3, 1], "permutation") == 0
    assert g_of([3, 1], [3, 1], "subset") == 0  # P is the whole pool
    assert g_of([3, 1], [4, 0], "fixed") == math.inf
    assert g_of([3], [4], "permutation") == 0
    for null in NULLS:
        assert math.isnan(g_of([0, 0], [1, 2], null))
    assert math.isnan(g_of([1, 2], [0, 0], "permutation"))


def test_g_keeps_the_digits_of_near_equal_huge_counts() -> None:
    # one row in 4e14 moved: the leading term of the expansion, 2 N I = (p - q)^2 / (4 n) * 4
    half = 10**14
    value = g_of([half + 10**6, half], [half, half + 10**6], "permutation")
    assert value == pytest.approx(10**12 / half, rel=1e-6)


def test_measures_see_all_draws_at_once() -> None:
    draws = RowSampler(P, Q, "permutation").null_draws(7, seeded())
    scores = MEASURES["js_divergence"].value(pairs_of_draws(draws), 1.0)
    for score, count_p, count_q in zip(scores, draws.p, draws.q, strict=True):
        p, q = count_p / count_p.sum(), count_q / count_q.sum()
        m = (p + q) / 2
        assert score == pytest.approx((stats.entropy(p, m) + stats.entropy(q, m)) / 2, rel=1e-12)


def test_pieces_do_not_change_the_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = RowSampler(P, Q, "permutation")
    kl = MEASURES["kl_divergence"]

    def values() -> list[FloatArray]:
        return evaluate(
            rows.null_draws,
            [lambda x: g_statistic(x, "permutation"), lambda x: kl.value(x, 1.0)],
            50,
            seeded(),
            width=len(P),
        )

    whole = values()
    monkeypatch.setattr("pdkl.core.inference.statistics._CELLS", 3 * len(P))
    np.testing.assert_array_equal(whole, values())


# ---- p-values -------------------------------------------------------------------------------


def exact_p_value(p: list[int], q: list[int]) -> float:
    """Sum the law of all tables with the same margins that are at least as far out."""
    pool = np.add(p, q)
    law = stats.multivariate_hypergeom(pool, sum(p))
    observed = g_of(p, q, "permutation")
    total = 0.0
    for table in itertools.product(*(range(size + 1) for size in pool)):
        if sum(table) == sum(p) and g_of(table, pool - table, "permutation") >= observed - 1e-9:
            total += float(law.pmf(table))
    return total


def p_of(
    sampler: Sampler, size: int, method: Literal["gamma", "permutation"], seed: int = 0
) -> float:
    def statistic(pairs: Pairs) -> FloatArray:
        return g_statistic(pairs, sampler.null)

    observed = g_statistic(pairs_of_draws(sampler.observed), sampler.null)[0]
    (null,) = evaluate(sampler.null_draws, [statistic], size, seeded(seed), width=4)
    return p_value(observed, null, method=method, least=sampler.least_p_value())


@pytest.mark.parametrize(
    ("p", "q"), [([3, 1, 0], [0, 2, 3]), ([4, 4], [1, 6]), ([2, 2, 1], [2, 1, 2]), ([5, 0], [0, 5])]
)
def test_long_permutation_p_value_is_the_exact_one(p: list[int], q: list[int]) -> None:
    exact = exact_p_value(p, q)
    rows = RowSampler(np.array(p), np.array(q), "permutation")
    error = math.sqrt(exact / SIZE)
    assert p_of(rows, SIZE, "permutation") == pytest.approx(exact, abs=5 * error)
    assert rows.least_p_value() <= exact
    assert p_of(rows, 199, "gamma") >= rows.least_p_value()


def test_least_p_value_is_the_law_of_the_table() -> None:
    exact = stats.multivariate_hypergeom(P + Q, P.sum()).pmf(P)
    assert RowSampler(P, Q, "permutation").least_p_value() == pytest.approx(exact, rel=1e-9)
    assert RowSampler(P, Q, "subset").least_p_value() == pytest.approx(exact, rel=1e-9)
    weights = np.array([0.3, 0.3, 0.1, 0.2, 0.1])
    fixed = stats.multinomial(P.sum(), weights).pmf(P)
    assert RowSampler(P, 7 * weights, "fixed").least_p_value() == pytest.approx(fixed, rel=1e-9)
    assert RowSampler(P, np.array([1, 1, 1, 0, 1]), "fixed").least_p_value() == 0
    assert RowSampler(P, 0 * P, "permutation").least_p_value() == 1
    assert BlockSampler(BLOCKS_P, BLOCKS_Q, "subset").least_p_value() == pytest.approx(1 / 35)


def test_gamma_tail_is_close_to_a_long_permutation() -> None:
    rng = seeded(3)
    shares = 1 / np.arange(1, 31)
    for shift in (0.0, 0.1, 0.2):
        p = rng.multinomial(500, shares / shares.sum())
        moved = shares.copy()
        moved[3] *= 1 + 4 * shift
        q = rng.multinomial(2000, moved / moved.sum())
        rows = RowSampler(p, q, "permutation")
        counted = p_of(rows, SIZE, "permutation")
        smooth = np.mean([p_of(rows, 199, "gamma", seed) for seed in range(20)])
        assert smooth == pytest.approx(counted, rel=0.2, abs=2e-4)


def test_gamma_tail_goes_below_the_number_of_draws() -> None:
    null = np.random.default_rng(0).gamma(5.0, 2.0, 199)
    far = p_value(60.0, null)
    assert 1e-10 < far < 1e-5
    assert far == pytest.approx(stats.gamma(5.0, scale=2.0).sf(60.0), rel=3)
    assert p_value(60.0, null, method="permutation") == 1 / 200
    assert p_value(60.0, null, least=1e-3) == 1e-3
    assert p_value(math.inf, null) == 0
    assert p_value(math.inf, null, method="permutation") == 1 / 200


def test_p_value_is_counted_where_enough_null_values_reach_the_observed() -> None:
    null = np.arange(1.0, 100.0)
    assert p_value(90.0, null) == 11 / 100  # ten of them, ties included
    assert p_value(91.0, null) != 10 / 100
    assert p_value(91.0, null, method="permutation") == 10 / 100


def test_p_value_without_variance_is_counted() -> None:
    one = RowSampler(np.array([5]), np.array([8]), "permutation")
    assert p_of(one, 99, "gamma") == 1
    assert p_value(3.0, np.zeros(99)) == 1 / 100
    assert p_value(3.0, np.array([1.0])) == 1 / 2
    assert p_value(1.0, np.array([1.0])) == 1
    # equal up to rounding counts as reached
    assert p_value(1.0 + 1e-13, np.ones(9)) == 1


def test_p_value_of_nothing_is_nan() -> None:
    empty = RowSampler(np.array([0, 0]), np.array([3, 4]), "permutation")
    assert math.isnan(p_of(empty, 9, "gamma"))
    assert math.isnan(p_value(1.0, np.array([1.0, np.nan])))
    for null in NULLS:
        for sampler in (empty, RowSampler(np.array([0, 0]), np.array([0, 0]), "fixed")):
            assert sampler.bootstrap_draws(3, seeded()).p.shape == (3, 2)
            assert RowSampler(sampler.p, sampler.other, null).null_draws(3, seeded()).p.sum() == 0


# ---- summaries ------------------------------------------------------------------------------


def test_null_summary() -> None:
    null = np.arange(1.0, 200.0)
    assert null_summary(150.0, null) == (50.0, 190.0)
    assert null_summary(50.0, null, level=0.5) == (-50.0, 100.0)
    assert null_summary(2.0, np.array([1.0])) == (1.0, 1.0)


def test_null_summary_of_a_root() -> None:
    null = np.array([0.1, 0.3])
    assert null_summary(0.5, null, root=True).excess == pytest.approx(math.sqrt(0.25 - 0.05))
    assert null_summary(0.1, null, root=True).excess == pytest.approx(-math.sqrt(0.05 - 0.01))


def test_null_summary_of_infinite_and_undefined_values() -> None:
    null = np.ones(199)
    null[:5] = math.inf
    rare = null_summary(3.0, null)
    assert math.isnan(rare.excess)
    assert rare.noise_floor == 1  # more than 95 % are finite
    null[:20] = math.inf
    assert null_summary(3.0, null).noise_floor == math.inf
    assert null_summary(math.inf, np.ones(9)) == (math.inf, 1)
    assert all(math.isnan(value) for value in null_summary(math.nan, null))
    assert all(math.isnan(value) for value in null_summary(1.0, np.array([1.0, math.nan])))


def test_interval_is_shifted_by_twice_the_bias() -> None:
    draws = np.linspace(0.0, 10.0, 101) + 2.0  # mean 7
    low, high = interval(6.0, draws, level=0.9, lower=-math.inf)
    assert [low, high] == pytest.approx([2.5 - 2, 11.5 - 2])
    assert interval(6.0, draws, level=0.9, lower=1.0, upper=9.0) == (1.0, 9.0)
    assert list(interval(7.0, draws, level=0.9)) == pytest.approx([2.5, 11.5])


def test_interval_of_an_undersampled_score_is_nan() -> None:
    draws = np.linspace(0.0, 1.0, 101)
    assert all(math.isnan(end) for end in interval(1.1, draws))
    assert all(math.isnan(end) for end in interval(0.0, np.zeros(99)))  # nothing varies
    assert all(math.isnan(end) for end in interval(0.5, np.array([0.4])))
    assert all(math.isnan(end) for end in interval(math.nan, draws))
    assert all(math.isnan(end) for end in interval(0.5, np.array([0.4, math.nan])))


def test_interval_with_infinite_draws() -> None:
    draws = np.append(np.linspace(0.0, 1.0, 101), math.inf)
    low, high = interval(0.5, draws)
    assert high == math.inf
    assert low == pytest.approx(0.025)
    low, high = interval(math.inf, draws)
    assert math.isnan(low)
    assert high == math.inf
    low, high = interval(5.0, draws)  # undersampled, and infinite all the same
    assert math.isnan(low)
    assert high == math.inf


# ---- many -----------------------------------------------------------------------------------


@pytest.mark.parametrize("threads", [None, 1, 2, 5])
def test_numbers_depend_on_the_seed_alone(threads: int | None) -> None:
    rows = RowSampler(P, Q, "permutation")

    def task(i: int, rng: np.random.Generator) -> tuple[int, list[float]]:
        return i, rows.null_draws(2 + i % 3, rng).p.ravel().tolist()

    expected = list(each(task, 300, seeded(7), threads=1))
    assert list(each(task, 300, seeded(7), threads=threads)) == expected
    assert [i for i, _ in expected] == list(range(300))
    assert expected[0][1] != expected[3][1]
    # the first comparisons are the same in a shorter list; another call gets other numbers
    assert list(each(task, 4, seeded(7), threads=threads)) == expected[:4]
    rng = seeded(7)
    assert list(each(task, 4, rng)) != list(each(task, 4, rng))


def test_nothing_to_do() -> None:
    assert list(each(lambda i, rng: (i, rng), 0, seeded())) == []


def test_an_error_in_a_thread_is_raised() -> None:
    def task(i: int, rng: np.random.Generator) -> int:
        if i == 3:
            raise RuntimeError("third")
        return i

    with pytest.raises(RuntimeError, match="third"):
        list(each(task, 10, seeded(), threads=2))


def test_a_heap_of_single_rows_is_dealt_like_its_outcomes() -> None:
    rng = np.random.default_rng(0)
    p = np.concatenate([[40, 9, 0, 3], np.repeat([1, 0], [60, 90])]).astype(np.int64)
    other = np.concatenate([[55, 2, 7, 0], np.repeat([0, 1], [60, 90])]).astype(np.int64)
    rows = RowSampler(p, other, "permutation")
    heaped, plain = rows.null_draws(4000, rng), Sampler.null_draws(rows, 4000, rng)
    assert heaped.p.shape == (4000, 6)
    assert heaped.times is not None
    one, each_one = pairs_of_draws(heaped), pairs_of_draws(plain)
    for pairs in (one, each_one):
        assert set(pairs.total_p) == {p.sum()}
        assert set(pairs.total_q) == {other.sum()}
        assert set(pairs.sum(np.ones(len(pairs.times)))) <= {154.0}
    for name in ("js_divergence", "total_variation", "max_difference"):
        found, expected = (MEASURES[name].value(pairs, 1.0) for pairs in (one, each_one))
        error = 4 * np.hypot(found.std(), expected.std()) / np.sqrt(4000)
        assert abs(found.mean() - expected.mean()) < error, name
        np.testing.assert_allclose(
            np.quantile(found, [0.1, 0.5, 0.9]), np.quantile(expected, [0.1, 0.5, 0.9]), rtol=0.05
        )
