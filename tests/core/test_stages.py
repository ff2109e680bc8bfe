"""The law of spacings: p-values of bins are right where exchange is not, ties and gaps included."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
import pytest

from pdkl.core.counts.bin_edges import fit
from pdkl.core.counts.pairs import Pairs
from pdkl.core.counts.smoothing import Smoothing
from pdkl.core.inference.closed import against_null
from pdkl.core.inference.scores import Scores
from pdkl.core.inference.stages import (
    ABOVE,
    BELOW,
    BIN,
    LAST,
    OTHER,
    Spacings,
    Stages,
    roles,
)
from pdkl.core.measures.catalogue import MEASURES
from pdkl.core.numerics.exact import FloatArray

Draw = Callable[[np.random.Generator, int], FloatArray]
SIZE = 500


def normal(rng: np.random.Generator, size: int) -> FloatArray:
    return rng.normal(size=size)


def rounded(rng: np.random.Generator, size: int) -> FloatArray:
    return np.round(rng.normal(size=size), 1)


def many_zeros(rng: np.random.Generator, size: int) -> FloatArray:
    return np.where(rng.random(size) < 0.4, 0.0, rng.exponential(size=size))


def binned(
    draw: Draw,
    n: int,
    reference: int,
    *,
    missing: float = 0.0,
    binning: Literal["quantile", "width"] = "quantile",
    seed: int = 0,
) -> tuple[Pairs, Spacings]:
    """Samples of one distribution, cut at edges that were fitted to the second."""
    rng = np.random.default_rng(seed)
    at, p, q, role, low, high = [], [], [], [], [], []
    for i in range(SIZE):
        sides = draw(rng, n), draw(rng, reference)
        lost = [rng.random(len(side)) < missing for side in sides]
        known = sides[1][~lost[1]]
        bins = fit(known, None, 10, binning)
        counts = [
            np.bincount(bins.assign(side, gone) + 1, minlength=bins.size + 1)
            for side, gone in zip(sides, lost, strict=True)
        ]
        occurs = np.flatnonzero(counts[0] + counts[1])
        at.append(np.full(len(occurs), i))
        p.append(counts[0][occurs])
        q.append(counts[1][occurs])
        role.append(roles(occurs - 1, len(bins.edges)))
        low.append(np.count_nonzero(known == known.min()) > 1)
        high.append(np.count_nonzero(known == known.max()) > 1)
    comparison = np.concatenate(at)
    counts_p, counts_q = (np.concatenate(one).astype(np.float64) for one in (p, q))
    raw = Pairs(
        comparison,
        comparison,
        counts_p,
        counts_q,
        np.ones(len(comparison)),
        np.full(SIZE, float(n)),
        np.full(SIZE, float(reference)),
        13,
    )
    width = binning == "width"
    return raw, Spacings(np.concatenate(role), np.array(low), np.array(high), by_width=width)


def scores_of(raw: Pairs, *names: str) -> Scores:
    measures = [MEASURES[name] for name in names]
    return Scores(measures, [one.value(raw, 1.0) for one in measures])


@pytest.mark.parametrize(
    ("draw", "n", "reference", "missing", "binning"),
    [
        *((normal, 2000, 25, 0.0, "quantile"), (normal, 200, 200, 0.0, "quantile")),
        *((normal, 5000, 1000, 0.0, "quantile"), (normal, 200, 200, 0.1, "quantile")),
        *((rounded, 300, 200, 0.0, "quantile"), (many_zeros, 300, 300, 0.0, "quantile")),
        *((normal, 200, 200, 0.0, "width"), (normal, 300, 200, 0.1, "width")),
    ],
)
def test_null_rates(
    draw: Draw, n: int, reference: int, missing: float, binning: Literal["quantile", "width"]
) -> None:
    raw, spacings = binned(draw, n, reference, missing=missing, binning=binning)
    names = ("js_divergence", "total_variation", "hellinger", "max_difference")
    answer = against_null(raw, "permutation", scores_of(raw, *names), spacings)
    error = np.sqrt(0.05 * 0.95 / SIZE)
    assert abs(np.mean(answer.p_value < 0.05) - 0.05) <= 3 * error + 0.01
    assert np.mean(answer.p_value < 0.01) <= 0.025
    scores = scores_of(raw, *names).observed
    for name, score, excess, floor in zip(
        names, scores, answer.excess, answer.noise_floor, strict=True
    ):
        allowed = 0.06 if name == "max_difference" else 0.01
        assert abs(np.mean(score > floor) - 0.05) <= 3 * error + allowed, name
        if name != "max_difference":
            assert abs(excess.mean()) <= 0.2 * excess.std(), name


@pytest.mark.parametrize("binning", ["quantile", "width"])
def test_of_a_single_row_of_the_reference_nothing_is_sure(
    binning: Literal["quantile", "width"],
) -> None:
    for n in (300, 5, 1):
        raw, spacings = binned(normal, n, 1, binning=binning)
        answer = against_null(raw, "permutation", scores_of(raw, "js_divergence"), spacings)
        # wherever the row lies, all of P are beside it
        np.testing.assert_allclose(answer.p_value, 1.0)
        np.testing.assert_allclose(answer.excess[0], 0.0, atol=1e-9)


def test_exchange_is_too_bold() -> None:
    raw, spacings = binned(normal, 2000, 25)
    exchanged = against_null(raw, "permutation", scores_of(raw, "js_divergence"))
    spaced = against_null(raw, "permutation", scores_of(raw, "js_divergence"), spacings)
    assert np.mean(exchanged.p_value < 0.05) > 0.12
    assert np.mean(spaced.p_value < 0.05) < 0.08


def test_a_sentinel_is_drift() -> None:
    def spoilt(rng: np.random.Generator, size: int) -> FloatArray:
        values = rng.normal(size=size)
        return np.where(rng.random(size) < 0.09, -999.0, values) if size == 300 else values

    raw, spacings = binned(spoilt, 300, 500)
    answer = against_null(raw, "permutation", scores_of(raw, "js_divergence"), spacings)
    assert (answer.p_value < 0.001).mean() > 0.99


def table(p: list[int], q: list[int], role: list[int]) -> tuple[Pairs, Spacings]:
    size = len(p)
    raw = Pairs(
        np.zeros(size, dtype=np.int64),
        np.arange(size),
        np.array(p, dtype=np.float64),
        np.array(q, dtype=np.float64),
        np.ones(size),
        np.array([float(sum(p))]),
        np.array([float(sum(q))]),
        size,
    )
    untied = np.zeros(1, dtype=bool)
    return raw, Spacings(np.array(role), untied, untied)


def test_gaps_between_ranks() -> None:
    raw, spacings = table([3, 10, 12, 5], [4, 11, 9, 0], [OTHER, BIN, LAST, ABOVE])
    first, second = Stages.of(raw, spacings).stages
    assert (first.alpha.tolist(), first.balls.tolist()) == ([7.0], [47.0])
    # below is there though nothing is in it; the last bin lacks the largest value itself
    assert sorted(second.alpha.tolist()) == [1.0, 1.0, 8.0, 11.0]
    tied = Spacings(spacings.role, np.array([True]), np.array([True]))
    first, second = Stages.of(raw, tied).stages
    assert sorted(first.alpha.tolist()) == [0.0, 5.0, 7.0]
    assert second.alpha.tolist() == [11.0, 9.0]


@pytest.mark.parametrize("smoothing", [None, Smoothing(0.5)])
@pytest.mark.parametrize(
    ("p", "q", "role"),
    [
        *(([3], [5], [LAST]), ([5, 0], [0, 8], [BELOW, LAST]), ([5, 2], [3, 8], [OTHER, LAST])),
        *(([5], [8], [OTHER]), ([0, 9], [8, 0], [OTHER, ABOVE]), ([9, 4], [0, 1], [OTHER, LAST])),
    ],
)
def test_edges_have_answers(
    p: list[int], q: list[int], role: list[int], smoothing: Smoothing | None
) -> None:
    for by_width in (False, True):
        raw, spacings = table(p, q, role)
        cut = Spacings(spacings.role, spacings.tied_low, spacings.tied_high, by_width)
        measures = [MEASURES["js_divergence"], MEASURES["total_variation"]]
        scores = Scores(measures, [one.value(raw, 1.0) for one in measures], 1.0, smoothing)
        answer = against_null(raw, "permutation", scores, cut)
        assert 0.0 < answer.p_value[0] <= 1.0
        assert not any(np.isnan(one[0]) for one in answer.excess + answer.noise_floor)


def test_roles() -> None:
    assert roles(np.array([-1, 0, 1, 2, 3, 4]), edges=4).tolist() == [
        *(OTHER, BELOW, BIN, BIN, LAST, ABOVE)
    ]
