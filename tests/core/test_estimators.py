"""Entropy estimators: published values, oracles written from the definitions, edge cases, digits.

The oracles take the counts of one sample and the size of its alphabet. They add observations one
by one, leave rows out literally, multiply products out in fractions and integrate with mpmath.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import MPContext

import pdkl
from pdkl.core.counts.pairs import Pairs
from pdkl.core.measures.catalogue import MEASURES
from pdkl.core.measures.estimators import ESTIMATORS, good_turing_coverage
from pdkl.core.measures.sample import Sample
from pdkl.core.numerics.exact import FloatArray
from pdkl.core.numerics.special import accumulation as _accumulation

REAL = MPContext()
REAL.dps = 40
Counts = Sequence[int]

R_MANUAL = (4, 2, 3, 0, 2, 4, 0, 0, 2, 1, 1)  # an alphabet of 11
JULIA = (1, 2, 3, 2, 1)


def sample_of(*samples: Counts, alphabet: int | None = None) -> Sample:
    """Make one of several samples; their zeros count for the alphabet alone."""
    cells = [(c, i) for i, counts in enumerate(samples) for c in counts if c]
    count = np.array([c for c, _ in cells], dtype=np.float64)
    group = np.array([i for _, i in cells], dtype=np.int64)
    sizes = [len(counts) if alphabet is None else alphabet for counts in samples]
    return Sample(count, group, np.array(sizes, dtype=np.int64))


def estimate(name: str, counts: Counts, alphabet: int | None = None) -> float:
    (value,) = ESTIMATORS[name].function(sample_of(counts, alphabet=alphabet))
    return float(value)


@pytest.mark.parametrize(
    ("name", "counts", "published", "digits"),
    [
        ("plugin", JULIA, 1.522955, 6),
        ("miller-madow", JULIA, 1.745177, 6),
        ("chao-shen", JULIA, 1.876548, 6),
        ("james-stein", JULIA, 1.609438, 6),
        ("laplace", JULIA, 1.574097, 6),
        ("jeffreys", JULIA, 1.556911, 6),
        ("plugin", (7, 3), 0.88129090 * math.log(2), 8),
        ("zhang", (7, 3), 0.95790371 * math.log(2), 8),
        ("nsb", R_MANUAL, 2.187774, 6),
    ],
)
def test_published_values(name: str, counts: Counts, published: float, digits: int) -> None:
    assert estimate(name, counts) == pytest.approx(published, abs=0.51 * 10**-digits)


def real(value: Fraction | float) -> Any:
    fraction = Fraction(value)
    return REAL.mpf(fraction.numerator) / fraction.denominator


def entropy(shares: Sequence[Any]) -> Any:
    return REAL.fsum(-share * REAL.log(share) for share in shares if share)


def occurring(counts: Counts) -> list[int]:
    return [count for count in counts if count]


def with_zeros(counts: Counts, k: int) -> list[int]:
    seen = occurring(counts)
    return seen + [0] * (k - len(seen))


def rows(counts: Counts) -> list[int]:
    return [i for i, count in enumerate(counts) for _ in range(count)]


def plugin(counts: Counts, k: int) -> Any:
    return entropy([real(Fraction(count, sum(counts))) for count in counts])


def miller_madow(counts: Counts, k: int) -> Any:
    return plugin(counts, k) + real(Fraction(len(set(rows(counts))) - 1, 2 * sum(counts)))


def jackknife(counts: Counts, k: int) -> Any:
    data = rows(counts)
    n = len(data)
    if n == 1:
        return REAL.mpf(0)
    left = [plugin(list(Counter(data[:i] + data[i + 1 :]).values()), k) for i in range(n)]
    return n * plugin(counts, k) - REAL.mpf(n - 1) / n * REAL.fsum(left)


def chao_shen(counts: Counts, k: int) -> Any:
    n = sum(counts)
    singletons = min(list(counts).count(1), n - 1)
    shares = [Fraction(n - singletons, n) * Fraction(c, n) for c in occurring(counts)]
    terms = [-real(q) * REAL.log(real(q)) / real(1 - (1 - q) ** n) for q in shares]
    return REAL.fsum(terms)


def grassberger(counts: Counts, k: int) -> Any:
    """G by the recursion of the paper: G(1), G(2), G(2j + 1) = G(2j), G(2j + 2) = G(2j) + ..."""
    g = {1: -REAL.euler - REAL.log(2), 2: 2 - REAL.euler - REAL.log(2)}
    for x in range(3, max(counts) + 1):
        g[x] = g[x - 1] if x % 2 else g[x - 2] + REAL.mpf(2) / (x - 1)
    n = sum(counts)
    return REAL.log(n) - REAL.fsum(c * g[c] for c in occurring(counts)) / n


def james_stein(counts: Counts, k: int) -> Any:
    n = sum(counts)
    shares = [Fraction(c, n) for c in with_zeros(counts, k)]
    misfit = (n - 1) * sum((Fraction(1, k) - p) ** 2 for p in shares)
    variance = 1 - sum(p * p for p in shares)
    shrinkage = Fraction(variance / misfit) if variance < misfit else Fraction(1)
    return entropy([real(shrinkage / k + (1 - shrinkage) * p) for p in shares])


def zhang(counts: Counts, k: int) -> Any:
    """By factorials, as published."""
    n = sum(counts)
    total = Fraction(0)
    for v in range(1, n):
        inner = Fraction(0)
        for c in occurring(counts):
            product = Fraction(c, n)
            for j in range(v):
                product *= 1 - Fraction(c, n) - Fraction(j, n)
            inner += product
        scale = Fraction(n ** (v + 1) * math.factorial(n - v - 1), math.factorial(n))
        total += scale * inner / v
    return real(total)


def chao_wang_jost(counts: Counts, k: int) -> Any:
    n = sum(counts)
    once, twice = list(counts).count(1), list(counts).count(2)
    harmonic = [Fraction(c, n) * sum(Fraction(1, j) for j in range(c, n)) for c in counts if c]
    total = real(sum(harmonic, Fraction(0)))
    a = Fraction(1)
    if twice:
        a = Fraction(2 * twice, (n - 1) * once + 2 * twice)
    elif once:
        a = Fraction(2, (n - 1) * (once - 1) + 2)
    if a == 1:
        return total
    with REAL.workdps(60 + int(n * -math.log10(1 - a))):  # the bracket cancels
        partial = REAL.fsum(real((1 - a) ** r / r) for r in range(1, n))
        return total + real(Fraction(once, n) * (1 - a) ** (1 - n)) * (-REAL.log(real(a)) - partial)


def bonachela(counts: Counts, k: int) -> Any:
    n = sum(counts)
    terms = [
        (c + 1) * sum(Fraction(1, j) for j in range(c + 2, n + 3)) for c in with_zeros(counts, k)
    ]
    return real(sum(terms, Fraction(0)) / (n + 2))


def dirichlet(pseudo: Callable[[int, int], Any]) -> Callable[[Counts, int], Any]:
    def oracle(counts: Counts, k: int) -> Any:
        n = sum(counts)
        a = pseudo(n, k)
        return entropy([(c + a) / (n + k * a) for c in with_zeros(counts, k)])

    return oracle


def nsb(counts: Counts, k: int) -> Any:
    """Integrate over beta from 0 to infinity, piece by piece, with Gauss-Legendre quadrature."""
    if k == 1:
        return REAL.mpf(0)
    n, full = sum(counts), Counter(with_zeros(counts, k))
    scale = REAL.loggamma(n + k) - REAL.loggamma(k)

    def weight(beta: Any) -> Any:
        log = REAL.loggamma(k * beta) - REAL.loggamma(n + k * beta) + scale
        for c, times in full.items():
            log += times * (REAL.loggamma(c + beta) - REAL.loggamma(beta))
        return REAL.exp(log) * (k * REAL.psi(1, k * beta + 1) - REAL.psi(1, beta + 1))

    def mean(beta: Any) -> Any:
        total = n + k * beta
        terms = [t * (c + beta) / total * REAL.digamma(c + beta + 1) for c, t in full.items()]
        return REAL.digamma(total + 1) - REAL.fsum(terms)

    cuts = [REAL.exp(x) for x in range(-42, 40, 3)]
    evidence = whole = REAL.mpf(0)
    for low, high in itertools.pairwise(cuts):
        # in the logarithm of beta all pieces are smooth
        for node, size in GAUSS:
            beta = low * (high / low) ** ((1 + node) / 2)
            mass = size * beta * weight(beta)
            evidence += mass
            whole += mass * mean(beta)
    return whole / evidence


GAUSS = [
    tuple(map(REAL.mpf, pair)) for pair in zip(*np.polynomial.legendre.leggauss(16), strict=True)
]


ORACLES: dict[str, Callable[[Counts, int], Any]] = {
    "plugin": plugin,
    "miller-madow": miller_madow,
    "jackknife": jackknife,
    "chao-shen": chao_shen,
    "grassberger": grassberger,
    "james-stein": james_stein,
    "zhang": zhang,
    "chao-wang-jost": chao_wang_jost,
    "bonachela": bonachela,
    "laplace": dirichlet(lambda *_: REAL.mpf(1)),
    "jeffreys": dirichlet(lambda *_: REAL.mpf(1) / 2),
    "perks": dirichlet(lambda _, k: REAL.mpf(1) / k),
    "schurmann-grassberger": dirichlet(lambda _, k: REAL.mpf(1) / k),
    "minimax": dirichlet(lambda n, k: REAL.sqrt(n) / k),
    "nsb": nsb,
}
CLOSED = [name for name in ESTIMATORS if name != "nsb"]
SAMPLES = st.lists(st.integers(0, 25), min_size=1, max_size=8).filter(any)


def test_every_estimator_has_an_oracle_and_a_summary() -> None:
    assert list(ORACLES) == list(ESTIMATORS)
    for name, estimator in ESTIMATORS.items():
        assert estimator.name == name
        assert estimator.summary.endswith(".")
        for case in ("n = 1", "ingletons", "K = 1" if name in BLENDS else "category"):
            assert case in estimator.summary, name


BLENDS = ["bonachela", "laplace", "jeffreys", "perks", "schurmann-grassberger", "minimax", "nsb"]


@pytest.mark.parametrize("name", CLOSED)
@given(counts=SAMPLES, unseen=st.integers(0, 5))
@settings(max_examples=25)
def test_agrees_with_its_definition(name: str, counts: list[int], unseen: int) -> None:
    k = len(counts) + unseen
    expected = ORACLES[name](counts, k)
    assert abs(estimate(name, counts, k) - expected) <= 1e-14 * max(abs(expected), 0.1)


@pytest.mark.parametrize(
    ("counts", "k", "error"),
    [
        (R_MANUAL, 11, 1e-15),
        (JULIA, 5, 1e-15),
        (JULIA, 40, 1e-15),
        ((1,), 2, 1e-15),
        ((1, 1, 1), 1000, 1e-15),
        ((30, 2), 2, 1e-15),
        ((5,) * 20, 30, 1e-12),  # from here on sharp, which is hard for the quadrature
        ((1000, 50, 2, 1), 6, 1e-12),
        ((100_000, 1), 3, 1e-12),
    ],
)
def test_nsb_against_a_quadrature(counts: Counts, k: int, error: float) -> None:
    assert estimate("nsb", counts, k) == pytest.approx(float(nsb(counts, k)), rel=error)


@given(counts=SAMPLES, unseen=st.integers(0, 5))
@settings(max_examples=5)
def test_nsb_against_a_quadrature_at_random(counts: list[int], unseen: int) -> None:
    k = len(counts) + unseen
    assert estimate("nsb", counts, k) == pytest.approx(float(nsb(counts, k)), rel=1e-12)


def test_nsb_of_a_large_sample_is_the_truth() -> None:
    assert estimate("nsb", (10**12, 10**12)) == pytest.approx(math.log(2), rel=1e-11)
    assert estimate("nsb", [10**9] * 1000) == pytest.approx(math.log(1000), rel=1e-9)


LARGE = [(10**12, 1), (10**12, 10**12 - 1, 3, 1, 1, 2), (10**9, 5, 2, 2, 1), (10**6,) * 4]


@pytest.mark.parametrize("counts", LARGE)
def test_digits_of_large_samples(counts: Counts) -> None:
    """Where the terms of the published forms are 1e12 times what remains of them."""
    n, k = sum(counts), len(counts)

    def mean(surprise: Callable[[int], Any]) -> Any:
        return REAL.fsum(real(Fraction(c, n)) * surprise(c) for c in counts)

    def less(x: int) -> Any:
        return x * REAL.log(x) - (x - 1) * REAL.log(x - 1) if x > 1 else REAL.mpf(0)

    def g(x: int) -> Any:
        half = REAL.digamma(REAL.mpf(x + 1) / 2) - REAL.digamma(REAL.mpf(x) / 2)
        return REAL.digamma(x) + (-1) ** x * half / 2

    with REAL.workdps(60):
        expected = {
            "plugin": plugin(counts, k),
            "jackknife": mean(lambda c: less(n) - less(c)),
            "zhang": mean(lambda c: REAL.digamma(n) - REAL.digamma(c)),
            "grassberger": mean(lambda c: REAL.log(n) - g(c)),
            "james-stein": james_stein(counts, k),
            "laplace": ORACLES["laplace"](counts, k),
            "perks": ORACLES["perks"](counts, k),
        }
    for name, value in expected.items():
        assert abs(estimate(name, counts) - value) <= 1e-14 * abs(value), name


@given(counts=SAMPLES)
@settings(max_examples=20)
def test_zhang_is_a_mean_of_digamma_differences(counts: list[int]) -> None:
    """The identity that makes it fast: factorials on one side, digamma on the other."""
    n = sum(counts)
    terms = [c * (REAL.digamma(n) - REAL.digamma(c)) / n for c in occurring(counts)]
    assert abs(zhang(counts, len(counts)) - REAL.fsum(terms)) < 1e-35


@pytest.mark.parametrize(("n", "a"), [(2, 0.9), (10, 1e-4), (50, 0.3), (5000, 1e-7), (5000, 0.2)])
def test_chao_wang_jost_tail(n: int, a: float) -> None:
    """The sum over k of (1 - A)^k / (k + n - 1) as an integral."""
    z = 1 - REAL.mpf(a)
    cuts = [0, *(1 - REAL.mpf(10) ** -i for i in range(1, 12)), 1]
    expected = REAL.quad(lambda t: z * t ** (n - 1) / (1 - z * t), cuts)
    (found,) = _accumulation(np.array([float(n)]), np.array([a]))
    assert float(found) == pytest.approx(float(expected), rel=1e-14)


def log_ratio(n: int) -> float:
    return n * math.log(n) - (n - 1) * math.log(n - 1)


GAMMA = float(REAL.euler)
HARMONIC = 1 + 1 / 2 + 1 / 3  # psi(4) + gamma
EDGES = [
    # one category of one and of three, 9 times; four singletons of four; one observation, K = 2
    ("plugin", 0, 0, math.log(4), 0),
    ("miller-madow", 0, 0, math.log(4) + 3 / 8, 0),
    ("jackknife", 0, 0, log_ratio(4), 0),
    ("chao-shen", 0, 0, math.log(16) / 4 / (1 - (15 / 16) ** 4), 0),
    ("grassberger", *2 * [None], math.log(4) + GAMMA + math.log(2), GAMMA + math.log(2)),
    ("james-stein", 0, 0, math.log(4), math.log(2)),
    ("zhang", 0, 0, HARMONIC, 0),
    ("chao-wang-jost", 0, 0, None, 0),
    ("bonachela", 10 / 11**2, None, 2 * 4 * (1 / 3 + 1 / 4 + 1 / 5 + 1 / 6) / 6, 0.5),
    ("laplace", 0, None, math.log(4), None),
    ("jeffreys", 0, None, math.log(4), None),
    ("perks", 0, None, math.log(4), None),
    ("schurmann-grassberger", 0, None, math.log(4), None),
    ("minimax", 0, None, math.log(4), None),
    ("nsb", 0, None, None, math.log(2) / 2),
]


@pytest.mark.parametrize(("name", "one", "one_of_three", "singletons", "single"), EDGES)
def test_edge_cases(
    name: str,
    one: float | None,
    one_of_three: float | None,
    singletons: float | None,
    single: float | None,
) -> None:
    sample = sample_of((9,), (9, 0, 0), (1, 1, 1, 1), (1, 0), (0, 0), (), (1,))
    values = ESTIMATORS[name].function(sample)
    assert np.isnan(values[4:6]).all()
    values = np.delete(values, [4, 5])
    assert np.isfinite(values).all()
    assert not np.signbit(values[values == 0]).any()
    for value, expected in zip(values, (one, one_of_three, singletons, single), strict=False):
        if expected is None:
            assert value > 0
        else:
            assert value == pytest.approx(expected, rel=1e-14, abs=0)


def test_every_estimator_has_edge_cases() -> None:
    assert [name for name, *_ in EDGES] == list(ESTIMATORS)


def test_grassberger_may_be_negative() -> None:
    assert estimate("grassberger", (80,)) == pytest.approx(-1 / (6 * 80**2), rel=1e-3)
    assert estimate("grassberger", (81,)) == pytest.approx(1 / 81, rel=1e-2)


def test_nothing_at_all() -> None:
    for estimator in ESTIMATORS.values():
        assert estimator.function(sample_of()).shape == (0,)


def test_coverage() -> None:
    sample = sample_of(R_MANUAL, (1, 1, 1, 1), (1,), (), (3,))
    expected = [17 / 19, 1 / 4, 1, math.nan, 1]
    np.testing.assert_array_equal(good_turing_coverage(sample), expected)


MANY = st.lists(st.lists(st.integers(0, 12), max_size=6), min_size=1, max_size=6)


@pytest.mark.parametrize("name", list(ESTIMATORS))
@given(samples=MANY, order=st.randoms(use_true_random=False))
@settings(max_examples=15)
def test_samples_and_order_do_not_matter(name: str, samples: list[list[int]], order: Any) -> None:
    """Many at once, their cells shuffled, give the bits of each alone."""
    sample = sample_of(*samples)
    index = np.arange(len(sample.count))
    order.shuffle(index)
    shuffled = Sample(sample.count[index], sample.group[index], sample.alphabet)
    together = ESTIMATORS[name].function(shuffled)
    alone = [estimate(name, counts) for counts in samples]
    np.testing.assert_array_equal(together, alone)


@pytest.mark.parametrize("name", list(ESTIMATORS))
def test_the_alphabet_matters_where_it_is_said_to(name: str) -> None:
    known, wider = (estimate(name, (6, 3, 2, 1, 1, 1), k) for k in (6, 60))
    assert (known != wider) == (ESTIMATORS[name].alphabet == "declared")


@pytest.mark.parametrize("name", ["laplace", "jeffreys", "perks", "minimax", "james-stein", "nsb"])
@given(counts=SAMPLES)
@settings(max_examples=20)
def test_bounded_by_the_alphabet(name: str, counts: list[int]) -> None:
    assert 0 <= estimate(name, counts) <= math.log(len(counts)) * (1 + 1e-15)


@given(counts=SAMPLES)
def test_plugin_is_the_measure(counts: list[int]) -> None:
    c = np.array(occurring(counts), dtype=np.float64)
    n, index = np.array([c.sum()]), np.arange(len(c))
    pairs = Pairs(0 * index, index, c, c, np.ones(len(c)), n, n)
    measured: FloatArray = MEASURES["entropy"].value(pairs, 1.0)
    assert estimate("plugin", counts) == measured[0]


def test_speed_of_many_groups() -> None:
    """Millions of cells are a matter of seconds: nothing loops over samples, or up to n."""
    rng = np.random.default_rng(0)
    table = rng.poisson(3, (5000, 40)) * 1000
    group, outcome = np.nonzero(table)
    sample = Sample(table[group, outcome].astype(np.float64), group, np.full(5000, 40))
    for name in CLOSED:
        assert np.isfinite(ESTIMATORS[name].function(sample)).all()


@pytest.mark.parametrize("name", ESTIMATORS)
def test_categories_that_do_not_occur_add_nothing(name: str) -> None:
    """A draw lacks some of the categories that its sample has, and has entries of them still."""
    at, times = np.zeros(4, dtype=np.int64), np.ones(4)
    count, total = np.array([3.0, 0.0, 2.0, 0.0]), np.array([5.0])
    raw = Pairs(at, np.arange(4), count, count, times, total, total, 6)
    expected = ESTIMATORS[name].function(sample_of((3, 2), alphabet=6))
    assert ESTIMATORS[name].function(Sample.of(raw)) == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize("name", [name for name, one in ESTIMATORS.items() if one.additive])
@given(data=st.data())
def test_summands_add_up_but_for_what_n_decides(name: str, data: st.DataObject) -> None:
    """Two samples of n rows differ by as much as the sums of what their categories add."""
    n = data.draw(st.integers(2, 30))
    estimates, sums = [], []
    for _ in range(2):
        cuts = sorted(data.draw(st.lists(st.integers(0, n), min_size=3, max_size=3)))
        count = np.diff([0, *cuts, n]).astype(np.float64)
        at, total = np.zeros(4, dtype=np.int64), np.array([float(n)])
        raw = Pairs(at, np.arange(4), count, count, np.ones(4), total, total, 7)
        estimates.append(ESTIMATORS[name].function(Sample.of(raw))[0])
        sums.append(ESTIMATORS[name].summand(raw).sum())
    assert sums[1] - sums[0] == pytest.approx(estimates[1] - estimates[0], abs=1e-11)


@pytest.mark.parametrize("name", sorted(ESTIMATORS))
def test_intervals_are_about_what_is_estimated(name: str) -> None:
    """What makes up for the unseen may exceed the logarithm of what was seen, as may its ends."""
    rng = np.random.default_rng(0)
    for size in (3, 18, 200):
        frame = pd.DataFrame({"x": rng.zipf(1.5, size).clip(max=10**6)})
        result = pdkl.InfoTheory(frame).entropy("x", estimator=name, confidence=0.9).iloc[0]
        if np.isnan(result["entropy_low"]):
            continue
        assert result["entropy_low"] < result["entropy_high"]
        limit = np.log(result["categories"])
        if ESTIMATORS[name].bounded:
            assert result["entropy"] <= limit + 1e-12
        if result["entropy"] > limit:
            assert result["entropy_high"] > limit
