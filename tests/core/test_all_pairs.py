"""All pairs of groups at once, and each group against the rest: as right as one by one."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import mpmath
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

import pdkl
from pdkl import InfoTheory
from pdkl.comparing import align, score
from pdkl.core.counts import strips
from pdkl.core.counts.counts import Counts
from pdkl.core.counts.tabulate import tabulate
from pdkl.core.measures import all_pairs as crossing
from pdkl.core.measures import row_pairs
from pdkl.core.measures.catalogue import FAMILIES
from pdkl.core.numerics.logarithms import log
from tests.support.measures import BY_CATEGORY

mpmath.mp.dps = 60
PRODUCTS = ["cross_entropy", "kl_divergence", "reverse_kl", "jeffreys", "psi"]
PASSES = ["js_divergence", "js_distance", "total_variation", "hellinger", "chi_square"]
CROSSED = [*PRODUCTS, *PASSES]
TABLES = st.integers(1, 6).flatmap(
    lambda width: st.lists(
        st.lists(st.integers(0, 40), min_size=width, max_size=width), min_size=1, max_size=6
    )
)


def frame_of(table: Any) -> pd.DataFrame:
    """Write a table of groups and categories as pre-counted rows."""
    array = np.array(table)
    group, category = np.indices(array.shape).reshape(2, -1)
    return pd.DataFrame({"g": group, "x": category, "w": array.ravel()})


def counts_of(table: Any) -> Counts:
    array = np.array(table)
    group, category = np.nonzero(array)
    weights = array[group, category]
    return tabulate(category, array.shape[1], groups=group, n_groups=len(array), weights=weights)


def all_pairs(table: Any, measures: Any, **keywords: Any) -> pd.DataFrame:
    theory = InfoTheory(frame_of(table))
    return theory.divergence(
        "x", by="g", against="pairs", weights="w", measures=measures, **keywords
    )


@contextmanager
def one_by_one() -> Iterator[None]:
    """Measure term by term, whatever could be done at once."""
    with (
        patch.object(score, "_by_products", lambda *_: {}),
        patch.object(align, "may_merge", lambda *_: False),
    ):
        yield


def exact(p: Any, q: Any) -> tuple[Any, Any]:
    """Compute KL and cross entropy with 60 digits."""
    p, q = [mpmath.mpf(float(a)) for a in p], [mpmath.mpf(float(b)) for b in q]
    shares = [(a / mpmath.fsum(p), b / mpmath.fsum(q)) for a, b in zip(p, q, strict=True) if a]
    if any(not b for _, b in shares):
        return mpmath.inf, mpmath.inf
    return (
        mpmath.fsum(a * mpmath.log(a / b) for a, b in shares),
        -mpmath.fsum(a * mpmath.log(b) for a, b in shares),
    )


def exact_pass(name: str, p: Any, q: Any) -> Any:
    """Compute a measure of the two rows of a pair with 60 digits."""
    p, q = ([mpmath.mpf(float(a)) for a in row] for row in (p, q))
    shares = [(a / mpmath.fsum(p), b / mpmath.fsum(q)) for a, b in zip(p, q, strict=True)]
    if name == "total_variation":
        return mpmath.fsum(abs(a - b) for a, b in shares) / 2
    if name == "hellinger":
        return mpmath.sqrt(
            mpmath.fsum((mpmath.sqrt(a) - mpmath.sqrt(b)) ** 2 for a, b in shares) / 2
        )
    if name == "chi_square":
        if any(a and not b for a, b in shares):
            return mpmath.inf
        return mpmath.fsum((a - b) ** 2 / b for a, b in shares if b)
    middle = [(one, (a + b) / 2) for a, b in shares for one in (a, b) if one]
    js = mpmath.fsum(one * mpmath.log(one / m) for one, m in middle) / 2
    return js if name == "js_divergence" else mpmath.sqrt(max(js, 0))


def assert_passes_right(table: Any, rel: float = 1e-12, slack: float = 0.0) -> None:
    for row in all_pairs(table, PASSES).to_dict("records"):
        for name in PASSES:
            truth = exact_pass(name, table[row["g"]], table[row["g_reference"]])
            error = abs(mpmath.mpf(row[name]) - truth) if mpmath.isfinite(truth) else 0
            assert mpmath.isfinite(truth) == math.isfinite(row[name])
            assert error <= rel * truth + slack, (name, row, truth)


def assert_right(table: Any, rel: float = 1e-12, slack: float = 0.0) -> None:
    result = all_pairs(table, ["kl_divergence", "cross_entropy"])
    for row in result.to_dict("records"):
        truths = exact(table[row["g"]], table[row["g_reference"]])
        for name, truth in zip(["kl_divergence", "cross_entropy"], truths, strict=True):
            value = row[name]
            if mpmath.isinf(truth):
                assert value == math.inf
                continue
            assert value >= 0
            assert not np.signbit(value)
            assert abs(mpmath.mpf(value) - truth) <= rel * abs(truth) + slack, (row, truth)


def near(level: float, n: int, seed: int) -> NDArray[np.int64]:
    """Make groups of n rows or so in 30 categories that differ by about ``level`` of a count."""
    rng = np.random.default_rng(seed)
    shares = rng.dirichlet(np.full(30, 5.0)) * n
    return np.rint(shares * (1 + level * rng.standard_normal((6, 30)))).astype(np.int64)


# ---- digits -----------------------------------------------------------------------------------


def test_logarithms_have_twice_the_digits() -> None:
    rng = np.random.default_rng(1)
    edges = [5e-324, 1e-310, 1 - 2**-53, 1.0, 1 + 2**-52, 2.0, 2.0**53, 1.7e308]
    values = np.array(
        [*range(1, 600), *edges, *rng.integers(1, 2**53, 300), *np.exp(rng.uniform(-700, 700, 300))]
    )
    for value, high, low in zip(values, *log(values), strict=True):
        error = mpmath.mpf(float(high)) + mpmath.mpf(float(low)) - mpmath.log(float(value))
        assert abs(error) < mpmath.mpf(2) ** -93, value
        assert abs(low) <= np.spacing(abs(high))


@pytest.mark.parametrize(
    ("level", "n", "smallest"),
    [(1e-2, 10**7, 1e-5), (1e-4, 10**10, 1e-9), (1e-7, 10**15, 1e-15), (1.0, 10**3, 0.1)],
)
def test_small_divergences_keep_their_digits(level: float, n: int, smallest: float) -> None:
    table = np.abs(near(level, n, seed=5))
    kl = all_pairs(table, "kl_divergence")["kl_divergence"]
    assert kl.min() >= smallest
    assert_right(table)


@pytest.mark.parametrize(
    ("level", "n"), [(1e-2, 10**7), (1e-4, 10**10), (1e-7, 10**15), (1.0, 10**3), (1.0, 30)]
)
def test_passes_over_rows_keep_their_digits(level: float, n: int) -> None:
    table = np.abs(near(level, n, seed=6))
    assert_passes_right(table)
    assert_passes_right(table * 0.37, slack=1e-15)


def test_passes_over_rows_of_what_differs_in_a_single_row() -> None:
    base, one = np.array([10**6, 10**9, 5, 0, 3]), np.eye(5, dtype=np.int64)
    assert_passes_right([base, base + one[4], base + one[3], 3 * base])


def test_most_pairs_need_no_second_look() -> None:
    for table in (near(1e-2, 10**7, 1), near(1e-4, 10**10, 2), near(1e-2, 10**14, 3)):
        found = crossing.cross(counts_of(table), np.arange(30))
        assert found.relative is not None
        assert found.cross_entropy is not None
        np.testing.assert_array_equal(np.isnan(found.relative), np.eye(6, dtype=bool))
        assert np.isfinite(found.cross_entropy).all()
        for matrix in (found.total_variation, found.squared_hellinger, found.chi_square):
            assert matrix is not None
            np.testing.assert_array_equal(np.isnan(matrix), np.eye(6, dtype=bool))
    found = crossing.cross(counts_of(np.abs(near(0.5, 10**4, 4))), np.arange(30))
    assert found.jensen is not None
    np.testing.assert_array_equal(np.isnan(found.jensen), np.eye(6, dtype=bool))


def test_equal_groups_are_exactly_equal() -> None:
    base = np.array([3, 10**6, 17, 0, 5])
    result = all_pairs([base, base, 7 * base], CROSSED)
    for name in CROSSED[1:]:
        assert result[name].tolist() == [0.0] * 6
        assert not np.signbit(result[name]).any()
    certain = all_pairs([[4, 0], [9, 0]], CROSSED)
    assert certain[CROSSED].to_numpy().tolist() == [[0.0] * len(CROSSED)] * 2
    assert not np.signbit(certain[CROSSED].to_numpy()).any()


@given(
    table=st.lists(st.lists(st.integers(0, 10**12), min_size=7, max_size=7), min_size=2, max_size=4)
)
def test_large_counts(table: list[list[int]]) -> None:
    if all(map(any, table)):
        assert_right(table)
        assert_passes_right(table)


@given(
    table=st.lists(
        st.lists(st.floats(1e-3, 1e3) | st.just(0.0), min_size=5, max_size=5),
        min_size=2,
        max_size=4,
    )
)
def test_float_weights(table: list[list[float]]) -> None:
    if all(map(any, table)):
        assert_right(table, slack=1e-14)
        assert_passes_right(table, slack=1e-14)


@pytest.mark.parametrize("tiny", [5e-324, 1e-300, 1e-160])
def test_weights_at_the_ends_of_the_range(tiny: float) -> None:
    result = all_pairs([[1.0, tiny], [tiny, 1.0]], "kl_divergence")
    assert result["kl_divergence"].tolist() == pytest.approx([-math.log(tiny)] * 2, rel=1e-14)
    one, other = all_pairs([[1.0, tiny], [1.0, 0.0]], "kl_divergence").to_dict("records")
    assert (one["kl_divergence"], one["unseen"]) == (math.inf, tiny)
    assert (other["kl_divergence"] <= tiny, other["vanished"]) == (True, tiny)


def test_disjoint_groups_are_infinitely_far() -> None:
    result = all_pairs([[1, 2, 0, 0], [0, 0, 3, 4]], CROSSED)
    assert (result[[*PRODUCTS, "chi_square"]] == math.inf).all(axis=None)
    np.testing.assert_allclose(result["js_divergence"], math.log(2), rtol=1e-15)
    assert (result[["total_variation", "hellinger"]] == 1.0).all(axis=None)
    assert result["unseen"].tolist() == result["vanished"].tolist() == [1.0, 1.0]
    assert result["categories"].tolist() == [4, 4]


# ---- one by one -------------------------------------------------------------------------------


@given(
    table=TABLES,
    smoothing=st.sampled_from([None, "laplace", "jeffreys", "perks", 0.1]),
    zeros=st.sampled_from(["inf", "drop", 1e-3]),
    alphabet=st.sampled_from(["observed", 9]),
)
def test_all_at_once_is_one_by_one(
    table: list[list[int]], smoothing: Any, zeros: Any, alphabet: Any
) -> None:
    measures = [*CROSSED, "max_difference"]
    keywords = {"smoothing": smoothing, "zeros": zeros, "alphabet": alphabet, "base": "bit"}
    for array in (np.array(table), np.array(table) * 0.37):
        at_once = all_pairs(array, measures, **keywords)
        with one_by_one():
            expected = all_pairs(array, measures, **keywords)
        exactly = array.dtype == np.int64
        slack = 0.0 if exactly else 1e-14
        for name in expected:
            if name in measures or (name in ("unseen", "vanished") and not exactly):
                np.testing.assert_allclose(
                    at_once[name].to_numpy(),
                    expected[name].to_numpy(),
                    rtol=1e-12 if name in PASSES else 1e-14,
                    atol=slack,
                )
            else:
                pd.testing.assert_series_equal(at_once[name], expected[name])


@given(seed=st.integers(0, 2**32 - 1))
def test_missing_groups_and_values(seed: int) -> None:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "g": rng.choice(np.array(["a", "b", None], dtype=object), 30),
            "h": rng.choice([1.5, np.nan], 30),
            "x": rng.choice(np.array(["u", "v", "w", None], dtype=object), 30),
        }
    )
    frame.loc[frame["g"] == "a", "x"] = None  # a group with nothing in it
    for by, dropna in ((["g"], True), (["h", "g"], True), (["g"], False)):
        theory = InfoTheory(frame)
        at_once = theory.kl_divergence("x", by=by, against="pairs", dropna=dropna)
        with one_by_one():
            expected = theory.kl_divergence("x", by=by, against="pairs", dropna=dropna)
        pd.testing.assert_frame_equal(at_once, expected, rtol=1e-14)


@given(table=TABLES, zeros=st.sampled_from(["inf", "drop", 1e-3]))
def test_both_orders_of_a_pair(table: list[list[int]], zeros: Any) -> None:
    names = [name for name, measure in BY_CATEGORY.items() if measure.symmetric]
    with one_by_one():  # entropy is not symmetric: with it each order is measured for itself
        expected = all_pairs(table, [*names, "entropy"], zeros=zeros).drop(columns="entropy")
        once = all_pairs(table, names, zeros=zeros)
    pd.testing.assert_frame_equal(once, expected, check_exact=True)


def test_zeros_that_are_to_raise_name_their_categories() -> None:
    table = [[1, 2, 0], [3, 1, 1]]
    with pytest.raises(ValueError, match=r"'x' \(group g=1\) has categories of probability 0 in"):
        all_pairs(table, "kl_divergence", zeros="raise")
    smooth = all_pairs(table, "kl_divergence", zeros="raise", smoothing="laplace")
    pd.testing.assert_frame_equal(
        smooth, all_pairs(table, "kl_divergence", smoothing="laplace"), check_flags=False
    )


def test_sparse_tables_are_taken_pair_by_pair() -> None:
    group = np.arange(2000)
    sparse = crossing.cross(tabulate(group, 2000, groups=group, n_groups=2000), group)
    assert sparse.relative is sparse.jeffreys is sparse.reverse is sparse.jensen is None
    few = crossing.cross(tabulate(group, 2000, groups=group % 100, n_groups=100), group)
    assert few.relative is not None
    assert few.total_variation is few.chi_square is None


# ---- order ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["few", "many", "large", "smoothed"])
def test_same_counts_same_bits(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    table = {
        "few": rng.poisson(2, (20, 50)),
        "many": rng.poisson(500, (40, 300)),
        "large": rng.integers(0, 10**12, (12, 40)),
        "smoothed": rng.poisson(2, (20, 50)),
    }[kind]
    smoothing = 0.5 if kind == "smoothed" else None
    frame = frame_of(table)

    def measured(frame: pd.DataFrame) -> pd.DataFrame:
        theory = InfoTheory(frame)
        return theory.divergence(
            "x", by="g", against="pairs", weights="w", measures=CROSSED, smoothing=smoothing
        )

    first = measured(frame)
    shuffled = frame.sample(frac=1, random_state=1)
    shuffled["x"] = rng.permutation(table.shape[1])[shuffled["x"]]
    pd.testing.assert_frame_equal(first, measured(shuffled), check_exact=True)
    levels = pd.CategoricalDtype(rng.permutation(table.shape[1]).tolist())
    as_levels = shuffled.assign(x=shuffled["x"].astype(levels))
    pd.testing.assert_frame_equal(first, measured(as_levels), check_exact=True)
    monkeypatch.setattr(strips, "_CELLS", 97)  # the table in many strips
    monkeypatch.setattr(row_pairs, "_BLOCK", 50)
    monkeypatch.setattr(crossing, "_CACHED", 11)
    pd.testing.assert_frame_equal(first, measured(shuffled), check_exact=True)


# ---- the rest ---------------------------------------------------------------------------------


@given(table=TABLES, zeros=st.sampled_from(["inf", "drop", 1e-3]))
def test_the_rest_by_what_a_group_has(table: list[list[int]], zeros: Any) -> None:
    families = [(name, order) for name in FAMILIES for order in (0.0, 0.5, 1.0, 2.0)]
    families += [(name, math.inf) for name in FAMILIES if name != "tsallis_divergence"]
    measures: list[Any] = [*(name for name in BY_CATEGORY if name != "max_difference"), *families]
    theory = InfoTheory(frame_of(table))
    keywords: dict[str, Any] = {"by": "g", "against": "rest", "weights": "w", "zeros": zeros}
    merged = theory.divergence("x", measures=measures, **keywords)
    with one_by_one():
        expected = theory.divergence("x", measures=measures, **keywords)
    pd.testing.assert_frame_equal(merged, expected, rtol=1e-12, atol=1e-300)


def test_what_cannot_be_merged_is_not() -> None:
    square = pdkl.Measure(
        name="square",
        formula="sum (p - q)^2",
        reference="none",
        term=lambda pairs: pairs.difference**2,
        log_power=0,
    )
    theory = InfoTheory(frame_of([[1, 0, 0], [0, 2, 2]]))
    result = theory.divergence(
        "x", by="g", against="rest", weights="w", measures=[square, "max_difference"]
    )
    assert result["square"].tolist() == [1.5, 1.5]
    assert result["max_difference"].tolist() == [1.0, 1.0]


def test_the_rest_names_what_it_lacks() -> None:
    theory = InfoTheory(frame_of([[1, 0, 3], [0, 2, 2]]))
    for name, categories in (("kl_divergence", "0"), ("reverse_kl", "1")):
        with pytest.raises(ValueError, match=f"of probability 0 in .*: {categories}\\. {name}"):
            theory.divergence(
                "x", by="g", against="rest", weights="w", measures=name, zeros="raise"
            )
