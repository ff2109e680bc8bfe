"""What is not looked at again against looking at it: urns alike, counts between, grids."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from pdkl.core.counts.pairs import Pairs
from pdkl.core.inference import cells as cells_module
from pdkl.core.inference import closed
from pdkl.core.inference.alike import like_urns, octaves
from pdkl.core.inference.cells import Cells, Evaluate
from pdkl.core.inference.closed import against_null
from pdkl.core.inference.dealing import g_and
from pdkl.core.inference.grids import Side, _of_grid, _of_products
from pdkl.core.inference.nodes import SMOOTH
from pdkl.core.inference.samplers import Null
from pdkl.core.inference.scores import is_kinked
from pdkl.core.inference.tail import Moments
from pdkl.core.inference.urn import EXCHANGE, REPLACE, Urn
from pdkl.core.measures.catalogue import MEASURES
from pdkl.core.numerics.exact import FloatArray
from tests.core.test_closed import pairs_of, scores_of
from tests.support.measures import BY_CATEGORY

CHOSEN = [one for one in BY_CATEGORY.values() if one.reduce == "sum" and not is_kinked(one)]
RNG = np.random.default_rng(1)
WIDE = np.floor(np.exp(RNG.uniform(0, np.log(1e5), 1500)))
COUNTS = {
    "equal shares": RNG.poisson(10_000, 300) * 1.0,
    "from 1 to 100,000": WIDE,
    "small": RNG.integers(20, 90, 600) * 1.0,
    "large": np.floor(np.exp(RNG.uniform(np.log(1e8), np.log(1e10), 400))),
}


def cells_of(urn: Urn, alpha: FloatArray, n: float) -> Cells:
    at, drawn = np.zeros(len(alpha), dtype=np.int64), np.array([n])
    if urn is EXCHANGE:
        return Cells.of(urn, at, alpha, n=drawn)
    totals = drawn, np.array([alpha.sum()])
    return Cells.of(urn, at, alpha, n=drawn, fixed=alpha, totals=totals)


def each_looked_at(
    monkeypatch: pytest.MonkeyPatch, cells: Cells, evaluate: Evaluate
) -> list[Moments]:
    with monkeypatch.context() as patch:
        patch.setattr(cells_module, "octaves", lambda *_: [])
        return cells.moments(evaluate, SMOOTH)


# ---- between counts -------------------------------------------------------------------------


@pytest.mark.parametrize("urn", [EXCHANGE, REPLACE], ids=str)
@pytest.mark.parametrize("counts", COUNTS)
@pytest.mark.parametrize("share", [0.001, 0.02, 0.5, 0.99])
def test_counts_between_are_as_if_looked_at(
    monkeypatch: pytest.MonkeyPatch, urn: Urn, counts: str, share: float
) -> None:
    alpha = COUNTS[counts]
    cells = cells_of(urn, alpha, np.floor(alpha.sum() * share))
    null: Null = "permutation" if urn is EXCHANGE else "fixed"
    evaluate = g_and(lambda pairs: [one.term(pairs) for one in CHOSEN], null)
    exact = each_looked_at(monkeypatch, cells, evaluate)
    for got, want in zip(cells.moments(evaluate, SMOOTH), exact, strict=True):
        sd = np.sqrt(want.variance)
        assert abs(got.mean - want.mean) <= 1e-6 * sd
        assert abs(np.sqrt(got.variance) - sd) <= 1e-4 * sd
        assert abs(got.third - want.third) <= 1e-4 * sd**3
        assert got.infinite == pytest.approx(want.infinite, abs=1e-8)


@pytest.mark.parametrize("urn", [EXCHANGE, REPLACE], ids=str)
def test_few_cells_are_looked_at(monkeypatch: pytest.MonkeyPatch, urn: Urn) -> None:
    cells = cells_of(urn, WIDE, np.floor(WIDE.sum() / 2))
    in_octaves = sum(
        len(one.cell) for one in octaves(cells.urn, cells.alpha, cells.mate < 0, cells.drawn)
    )
    assert in_octaves > 0.8 * len(cells.urn)
    seen = 0

    def evaluate(pairs: Pairs) -> list[FloatArray]:
        nonlocal seen
        seen += pairs.size
        return [MEASURES["js_divergence"].term(pairs)]

    cells.moments(evaluate, SMOOTH)
    between = seen
    each_looked_at(monkeypatch, cells, evaluate)
    assert between < (seen - between) / 2


def test_what_is_not_smooth_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    cells = cells_of(EXCHANGE, COUNTS["equal shares"], np.floor(COUNTS["equal shares"].sum() / 2))

    def jump(pairs: Pairs) -> list[FloatArray]:
        return [np.asarray(pairs.p > 1 / 300, dtype=np.float64)]

    (got,) = cells.moments(jump, SMOOTH)
    (want,) = each_looked_at(monkeypatch, cells, jump)
    for one, two in zip(got, want, strict=True):
        np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize("null", ["permutation", "fixed"])
def test_the_same_bits_whatever_is_beside(monkeypatch: pytest.MonkeyPatch, null: Null) -> None:
    rng = np.random.default_rng(2)
    q = np.floor(np.exp(rng.uniform(3, 9, (9, 400))))
    q[4:7] = q[3]
    p = rng.poisson(q / 10)
    p[5] = p[4]
    chosen = MEASURES["kl_divergence"], MEASURES["entropy"]
    raw = pairs_of(p, q)
    whole = against_null(raw, null, scores_of(raw, *chosen))
    monkeypatch.setattr(closed, "_COMPARISONS", 2)
    rows, columns = rng.permutation(9), rng.permutation(400)
    moved = pairs_of(p[rows][:, columns], q[rows][:, columns])
    cut = against_null(moved, null, scores_of(moved, *chosen))
    np.testing.assert_array_equal(whole.p_value[rows], cut.p_value)
    for a, b in zip(whole.excess + whole.noise_floor, cut.excess + cut.noise_floor, strict=True):
        np.testing.assert_array_equal(a[rows], b)


# ---- urns alike -----------------------------------------------------------------------------


def test_urns_alike_are_found() -> None:
    urn = np.array([0, 0, 1, 1, 2, 2, 2, 4, 4])
    alpha = np.array([5.0, 7, 5, 7, 5, 7, 1, 5, 8])
    kept, kind = like_urns([np.array([9.0, 9, 9, 9, 9])], [alpha], urn)
    assert len(kept) == 4
    assert kind[0] == kind[1]
    np.testing.assert_array_equal(kept[kind], [0, 0, 2, 3, 4])
    kept, _ = like_urns([np.array([9.0, 8, 9, 9, 9])], [alpha], urn)
    assert len(kept) == 5


def test_urns_that_only_look_alike_are_apart() -> None:
    # weighted by √2 and √3, which is how cells are told apart at first, both have the same sum
    values = np.array([np.sqrt(3.0), 0.0, 0.0, np.sqrt(2.0)])
    kept, kind = like_urns([np.ones(2)], [values], np.array([0, 0, 1, 1]))
    np.testing.assert_array_equal(kept, [0, 1])
    np.testing.assert_array_equal(kind, [0, 1])


def test_cells_alike_are_looked_at_once() -> None:
    alpha = np.random.default_rng(5).multinomial(500, np.ones(20) / 20, 100).astype(np.float64)
    n, urn = np.full(100, 250.0), np.repeat(np.arange(100), 20)
    seen = []

    def evaluate(pairs: Pairs) -> list[FloatArray]:
        seen.append(pairs.size)
        return [MEASURES["js_divergence"].term(pairs)]

    Cells.of(EXCHANGE, urn, alpha.ravel(), n=n).moments(evaluate, SMOOTH)
    assert sum(seen) == len(np.unique(alpha)) < 50


@pytest.mark.parametrize("categories", [2, 5])
def test_urns_alike_have_the_moments_of_one(categories: int) -> None:
    rng = np.random.default_rng(3)
    alpha = rng.integers(1, 60, categories).astype(np.float64)
    other = alpha.copy()
    other[-1] += 1.0
    urn = np.repeat(np.arange(3), categories)
    n = np.array([20.0, 20.0, 20.0])

    def evaluate(pairs: Pairs) -> list[FloatArray]:
        return [MEASURES["js_divergence"].term(pairs)]

    together = Cells.of(EXCHANGE, urn, np.concatenate([alpha, other, alpha[::-1]]), n=n)
    some, kind = together.distinct()
    assert some.size == 2
    assert kind[0] == kind[2]
    (got,) = together.moments(evaluate, SMOOTH)
    for i, own in enumerate((alpha, other, alpha)):
        (want,) = cells_of(EXCHANGE, own, 20.0).moments(evaluate, SMOOTH)
        for a, b in zip(got, want, strict=True):
            assert a[i] == b[0]


@pytest.mark.parametrize("null", ["permutation", "fixed"])
@pytest.mark.parametrize("categories", [2, 7])
def test_the_same_bits_beside_columns_of_as_many_rows(null: Null, categories: int) -> None:
    rng = np.random.default_rng(4)
    p, q = (rng.multinomial(300, np.ones(categories) / categories, 40) for _ in "pq")
    chosen = MEASURES["kl_divergence"], MEASURES["js_divergence"], MEASURES["total_variation"]

    def answer(rows: slice) -> list[FloatArray]:
        raw = pairs_of(p[rows], q[rows])
        found = against_null(raw, null, scores_of(raw, *chosen))
        return [found.p_value, *found.excess, *found.noise_floor]

    alone = [answer(slice(i, i + 1)) for i in range(40)]
    for whole, parts in zip(answer(slice(40)), zip(*alone, strict=True), strict=True):
        np.testing.assert_array_equal(whole, np.concatenate(parts))


# ---- grids of two counts --------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(7, 7), (12, 3), (3, 12)])
def test_sums_over_a_grid(shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(4)

    def side(width: int) -> Side:
        weight: FloatArray = rng.uniform(0.1, 1.0, (5, width))
        steps = rng.integers(1, 4, (5, width)).astype(np.float64)
        count = np.cumsum(steps, axis=1)
        return Side.of(count, weight / weight.sum(axis=1, keepdims=True))

    a, b = side(shape[0]), side(shape[1])
    values = np.log(a.count[:, None] + 2.0 * b.count[None])
    got, want = _of_products(a, b, values), _of_grid(a, b, values)
    for name, one, two in zip(got._fields, got, want, strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-9, atol=1e-13, err_msg=name)


def test_three_counts_alone() -> None:
    own, n, step = np.array([400.0]), np.array([1000.0]), np.array([27.0])
    variance = own * (n - own) / n
    got = Side.of_three(own, step, variance)
    want = Side.of(got.count.T, got.weight.T)
    assert got.sd == pytest.approx(np.sqrt(variance))
    for one in fields(Side):
        a, b = getattr(got, one.name), getattr(want, one.name)
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-12, err_msg=one.name)
