"""The urn's marginals, nodes, tails and lists of tables against brute force and mpmath."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from scipy import stats

from pdkl.core.inference.cells import Cells
from pdkl.core.inference.few import MOST, all_tables
from pdkl.core.inference.maximum import largest
from pdkl.core.inference.nodes import KINKED, SMOOTH, Rule, look, pieces
from pdkl.core.inference.tail import Moments, added, as_it_is
from pdkl.core.inference.urn import (
    EXCHANGE,
    REPLACE,
    SPACINGS,
    Drawn,
    Urn,
    log_factorial_rest,
)
from pdkl.core.measures.catalogue import MEASURES
from pdkl.core.numerics.exact import FloatArray
from tests.support import few_counts

URNS = (EXCHANGE, REPLACE, SPACINGS)
RULES = (SMOOTH, KINKED)


def one(*values: float) -> FloatArray:
    return np.array(values, dtype=np.float64)


def exact_log_weight(urn: Urn, a: int, alpha: int, balls: int, n: int) -> float:
    """log w(a) with 60 digits."""

    def log_binomial(n: int, k: int) -> mpmath.mpf:
        return mpmath.loggamma(n + 1) - mpmath.loggamma(k + 1) - mpmath.loggamma(n - k + 1)

    with mpmath.workdps(60):
        if urn.s < 0:
            log = log_binomial(alpha, a) + log_binomial(balls - alpha, n - a)
            return float(log - log_binomial(balls, n))
        if urn.s == 0:
            share = mpmath.mpf(alpha) / balls
            return float(
                log_binomial(n, a) + a * mpmath.log(share) + (n - a) * mpmath.log(1 - share)
            )
        rest = balls - alpha
        log = log_binomial(a + alpha - 1, a) + log_binomial(n - a + rest - 1, n - a)
        return float(log - log_binomial(n + balls - 1, n))


@pytest.mark.parametrize("urn", URNS, ids=str)
@pytest.mark.parametrize("scale", [1, 10**4, 10**9, 10**15])
def test_weights_keep_their_digits_at_any_counts(urn: Urn, scale: int) -> None:
    balls, alpha, n = 9 * scale, 2 * scale, 4 * scale
    sd = float(np.sqrt(urn.scale(Drawn(one(balls), one(n)))[0] * 2 / 9 * 7 / 9))
    for z in (-3, 0, 2):
        a = min(max(round(n * alpha / balls + z * sd), 0), n, alpha if urn.s < 0 else n)
        got = urn.log_marginal(one(a), one(alpha), Drawn(one(balls), one(n)))[0]
        assert got == pytest.approx(exact_log_weight(urn, a, alpha, balls, n), abs=1e-6, rel=1e-9)


def test_rest_of_log_factorial() -> None:
    x = np.array([0.0, 0.5, 1.0, 3.0, 15.9, 16.0, 100.0, 1e8, 1e15])
    with mpmath.workdps(50):
        expected = [
            float(mpmath.loggamma(t + 1) - (t * mpmath.log(t) - t if t else 0))
            for t in map(mpmath.mpf, x.tolist())
        ]
    np.testing.assert_allclose(log_factorial_rest(x), expected, rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("urn", URNS, ids=str)
@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(
    ("alpha", "balls", "n"),
    [(3, 10, 4), (0, 10, 4), (10, 10, 4), (1, 50, 49), (50, 100, 1), (25, 50, 50), (2, 3, 3)],
)
def test_few_counts_have_their_marginal(
    urn: Urn, rule: Rule, alpha: int, balls: int, n: int
) -> None:
    urns = Drawn(one(balls), one(n))
    (piece,) = pieces(urn, one(alpha), urns, rule)
    count, weight = look(urn, one(alpha), urns, piece)
    law: dict[float, float] = {}
    for counts, chance in few_counts.law(urn.s, [alpha, balls - alpha], n):
        law[counts[0]] = law.get(counts[0], 0.0) + float(chance)
    got = {a: weight[0][count[0] == a].sum() for a in law}
    assert got == pytest.approx(law, abs=1e-12)


@pytest.mark.parametrize("urn", URNS, ids=str)
@pytest.mark.parametrize(
    ("alpha", "balls", "n"), [(300, 1000, 500), (40, 5000, 3000), (5e6, 1e8, 9e7), (1, 3100, 3000)]
)
def test_nodes_integrate_like_all_counts(urn: Urn, alpha: float, balls: float, n: float) -> None:
    urns = Drawn(one(balls), one(n))
    if n <= 5000:
        low, high = (int(end[0]) for end in urn.limits(one(alpha), urns))
        every = np.arange(low, high + 1.0)
        mass = np.exp(urn.log_marginal(every, one(alpha), urns))
        assert mass.sum() == pytest.approx(1.0, abs=1e-10)
        mean = float(mass @ every)
        expected = [float(mass @ (every - mean) ** k) for k in (2, 3, 4)]
    else:
        h = alpha / balls
        variance = float(urn.scale(urns)[0]) * h * (1 - h)
        mean, expected = n * h, [variance]
    for rule, tolerance in ((SMOOTH, 1e-4), (KINKED, 1e-4)):
        (piece,) = pieces(urn, one(alpha), urns, rule)
        count, weight = look(urn, one(alpha), urns, piece)
        assert float((weight * count).sum()) == pytest.approx(mean, rel=2e-4)
        got = [float((weight * (count - mean) ** k).sum()) for k in (2, 3, 4)]
        scale = [expected[0] ** (k / 2) for k in (2, 3, 4)]
        for a, b, c in zip(got, expected, scale, strict=False):
            assert abs(a - b) <= 20 * tolerance * (abs(b) + c)


# ---- tails ----------------------------------------------------------------------------------


def moments(mean: float, variance: float, third: float) -> Moments:
    return Moments(one(mean), one(variance), one(third), one(-np.inf), one(0.0))


def test_chi_squared_is_met_exactly() -> None:
    for df in (1.0, 3.0, 40.0):
        known = moments(df, 2 * df, 8 * df)
        for level in (0.01, 0.5, 0.95, 0.999):
            assert known.quantile(level)[0] == pytest.approx(stats.chi2.ppf(level, df), rel=1e-9)
        assert known.tail(one(30.0))[0] == pytest.approx(stats.chi2.sf(30.0, df), rel=1e-9)


def test_skewness_of_either_sign_and_none() -> None:
    for skewness in (-1.5, -1e-3, -1e-7, 0.0, 1e-7, 1e-3, 1.5):
        known = moments(2.0, 4.0, 8.0 * skewness)
        x = known.quantile(0.9)
        assert known.tail(x)[0] == pytest.approx(0.1, abs=1e-6)
        near = stats.pearson3(skewness, loc=2.0, scale=2.0)
        assert x[0] == pytest.approx(near.ppf(0.9), rel=1e-6)


def test_far_tails_fall() -> None:
    for skewness in (1e-5, 0.1, 1.0, 2.8):
        known = moments(5.0, 10.0, skewness * 10.0**1.5)
        x = np.linspace(5.0, 4000.0, 600)
        tail = np.array([known.tail(one(value))[0] for value in x])
        assert (np.diff(tail) <= 0).all()
        assert (np.diff(tail)[tail[1:] > 0] < 0).all()
        assert tail[tail > 0].min() < 1e-250


def test_what_does_not_vary() -> None:
    known = moments(3.0, 0.0, 0.0)
    assert known.tail(one(3.0))[0] == 1.0
    assert known.tail(one(3.1))[0] == 0.0
    assert known.quantile(0.95)[0] == 3.0


def test_expectations() -> None:
    known = moments(4.0, 8.0, 32.0)._replace(least=one(0.0))
    assert known.expectation(as_it_is)[0] == 4.0
    assert known.expectation(lambda x: np.minimum(x, 1e9))[0] == 4.0
    root = float(stats.chi2(4).expect(np.sqrt))
    assert known.expectation(np.sqrt)[0] == pytest.approx(root, rel=5e-4)


def test_strata_add_up() -> None:
    parts = Moments(one(1, 2, 3), one(1, 4, 9), one(2, 2, 2), one(0, 0, 0), one(0.5, 0.5, 0))
    both = added(parts, np.array([0, 0, 1]), 2, one(1.0, 2.0, 1.0))
    assert both.mean.tolist() == [5, 3]
    assert both.variance.tolist() == [17, 9]
    assert both.third.tolist() == [18, 2]
    np.testing.assert_allclose(both.infinite, [0.75, 0.0], atol=1e-12)


# ---- few tables -----------------------------------------------------------------------------


def cells_of(urn: Urn, alpha: list[int], n: int, fixed: bool) -> Cells:
    weights = one(*alpha)
    return Cells.of(
        urn,
        np.zeros(len(alpha), dtype=np.int64),
        weights,
        n=one(n),
        fixed=weights if fixed else None,
        totals=(one(n), one(sum(alpha) - (0 if fixed else n))),
        alphabet=len(alpha),
    )


@pytest.mark.parametrize("urn", URNS, ids=str)
@pytest.mark.parametrize(
    ("alpha", "n"),
    [
        ([4, 9], 6),
        ([5, 5], 3),
        ([3, 4, 5], 6),
        ([2, 2, 2, 7], 5),
        ([3, 3, 3, 3, 1, 0], 4),
        ([6], 2),
    ],
)
def test_tables_are_all_tables(urn: Urn, alpha: list[int], n: int) -> None:
    cells = cells_of(urn, alpha, n, fixed=True)
    names = ("js_divergence", "max_difference")
    tables = all_tables(
        cells, lambda pairs: [MEASURES[name].term(pairs) for name in names], [np.add, np.maximum]
    )
    assert tables.probability.sum() == pytest.approx(1.0, abs=1e-12)
    q = one(*alpha) / sum(alpha)

    def js(counts: FloatArray) -> float:
        p = counts / n
        m = (p + q) / 2
        logs = [x * np.log(x / y) for side in (p, q) for x, y in zip(side, m, strict=True) if x > 0]
        return float(sum(logs) / 2)

    for i, value in enumerate((js, lambda counts: float(np.abs(counts / n - q).max()))):
        values, chance = few_counts.distribution(urn.s, alpha, n, value)
        exact = tables.one(i, as_it_is)
        assert exact.expectation(as_it_is)[0] == pytest.approx(values @ chance, abs=1e-9)
        for x in (values.min(), values.max(), float(np.median(values))):
            assert exact.tail(one(x))[0] == pytest.approx(
                chance[values >= x - 1e-9].sum(), abs=1e-9
            )
        order = np.argsort(values)
        at = int(np.argmax(np.cumsum(chance[order]) >= 0.95 - 1e-9))
        assert exact.quantile(0.95)[0] == pytest.approx(values[order][at], abs=1e-9)


def test_classes_of_cells_alike_are_one_table() -> None:
    cells = cells_of(EXCHANGE, [3] * 100, 14, fixed=False)
    tables = all_tables(cells, lambda pairs: [pairs.count_p**2], [np.add])
    assert len(tables.probability) == 24
    mean, variance = 14 / 100, 14 / 100 * 0.99 * (286 / 299)
    expected = 100 * (variance + mean**2)
    assert tables.one(0, as_it_is).expectation(as_it_is)[0] == pytest.approx(expected, rel=1e-12)
    singles = cells_of(EXCHANGE, [1] * 100_000, 5_000, fixed=False)
    assert len(all_tables(singles, lambda pairs: [pairs.count_p], [np.add]).urn) == 1


@pytest.mark.parametrize(("alpha", "n"), [([500, 600, 700], 900), ([9] * 9 + [8, 7, 6, 5, 4], 60)])
def test_too_many_tables_are_not_listed(alpha: list[int], n: int) -> None:
    cells = cells_of(EXCHANGE, alpha, n, fixed=False)
    assert not len(all_tables(cells, lambda pairs: [pairs.count_p], [np.add]).urn)


def test_no_urn_with_few_tables_is_overlooked() -> None:
    rng = np.random.default_rng(0)
    for _ in range(25):
        alpha = rng.integers(0, 9, rng.integers(2, 7)).tolist()
        n = int(rng.integers(0, sum(alpha) + 1))
        kinds = {tuple(sorted(zip(alpha, c, strict=True))) for c, _ in few_counts.law(-1, alpha, n)}
        cells = cells_of(EXCHANGE, alpha, n, fixed=False)
        tables = all_tables(cells, lambda pairs: [pairs.count_p], [np.add])
        if len(kinds) <= MOST // 2:
            assert tables.probability.sum() == pytest.approx(1.0)


# ---- maxima ---------------------------------------------------------------------------------


@pytest.mark.parametrize("urn", URNS[:2], ids=str)
@pytest.mark.parametrize("alpha", [[600, 500], [400, 350, 300], [300] * 4, [900, 20, 30, 200, 40]])
def test_a_maximum_is_close(urn: Urn, alpha: list[int]) -> None:
    n, size = 400, 20_000
    rng = np.random.default_rng(1)
    weights = one(*alpha)
    if urn is EXCHANGE:
        drawn = rng.multivariate_hypergeometric(alpha, n, size, method="marginals")
    else:
        drawn = rng.multinomial(n, weights / weights.sum(), size)
    values = np.abs(drawn / n - weights / weights.sum()).max(axis=1)
    cells = cells_of(urn, alpha, n, fixed=True)
    term = MEASURES["max_difference"].term
    known = largest(lambda: cells.looks(lambda pairs: [term(pairs)]), 1)
    assert known.expectation(as_it_is)[0] == pytest.approx(values.mean(), rel=0.03)
    # counts are whole, so that the values jump
    assert known.quantile(0.95)[0] == pytest.approx(np.quantile(values, 0.95), abs=1.1 / n)
