"""How sure it is what columns tell of each other: all tables, shuffled columns, identities."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from pdkl import InfoTheory, SeriesInfoTheory
from pdkl.core.inference import table_lists
from pdkl.core.measures.joint import Normalization
from tests.support import independent

KINDS = ("mutual_information", "conditional_entropy", "variation_of_information")
NORMS = ("min", "max", "mean", "sqrt", "joint", "x", "y")
MEASURES: list[tuple[str, str | None]] = [(kind, None) for kind in KINDS]
MEASURES += [("mutual_information", norm) for norm in NORMS]
SIZE = 20_000  # shuffled columns


def frame_of(table: Any) -> pd.DataFrame:
    """Make a row, with its count, of each cell that occurs."""
    cells = [(f"x{i}", f"y{j}", a) for i, line in enumerate(table) for j, a in enumerate(line) if a]
    return pd.DataFrame(cells, columns=["x", "y", "w"])


def ask(frame: Any, kind: str, *, normalized: Any = None, **keywords: Any) -> pd.DataFrame:
    if kind == "mutual_information":
        keywords["normalized"] = normalized
    answer: pd.DataFrame = getattr(InfoTheory(frame), kind)("x", "y", **keywords)
    return answer


def one(frame: Any, kind: str, **keywords: Any) -> pd.Series[Any]:
    result = ask(frame, kind, **keywords)
    assert len(result) == 1
    return result.rename(columns=lambda name: str(name).replace(kind, "value")).iloc[0]


def noise(n: int, *categories: int, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    values = {name: rng.integers(0, k, n) for name, k in zip("xyz", categories, strict=False)}
    return pd.DataFrame(values)


# ---- against all tables ---------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "normalized"), MEASURES)
@pytest.mark.parametrize(
    "table",
    [
        *(((2, 1), (0, 4)), ((3, 0, 1), (1, 2, 2)), ((1, 0), (0, 5), (2, 3))),
        *(((3, 1, 0), (1, 3, 1), (0, 1, 3)), ((2, 0, 1), (1, 1, 2), (3, 1, 1))),
        ((1, 0, 0, 2), (0, 1, 1, 0), (2, 1, 0, 0)),
    ],
)
def test_few_tables_are_exact(table: Any, kind: str, normalized: str | None) -> None:
    every = independent.law(*margins(table), kind, normalized)
    row = one(frame_of(table), kind, normalized=normalized, weights="w", test=True)
    value = independent.measured(kind, table, normalized)
    assert row["value"] == pytest.approx(value, abs=1e-12)
    assert row["value_excess"] == pytest.approx(value - independent.expectation(every), abs=1e-11)
    assert row["value_noise_floor"] == pytest.approx(independent.quantile(every), abs=1e-9)
    information = independent.measured("mutual_information", table)
    assert row["p_value"] == pytest.approx(independent.tail(every, information), abs=1e-11)


@pytest.mark.parametrize(("kind", "normalized"), MEASURES)
@pytest.mark.parametrize(
    "table", [((3, 1, 0), (1, 3, 1), (0, 1, 3)), ((2, 0, 1), (1, 1, 2), (3, 1, 1))]
)
def test_more_tables_have_exact_means(
    table: Any, kind: str, normalized: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_lists, "_STEPS", 0)  # as if these were too many
    every = independent.law(*margins(table), kind, normalized)
    row = one(frame_of(table), kind, normalized=normalized, weights="w", test=True)
    excess = row["value"] - independent.expectation(every)
    # the mean share of H(X, Y), which varies with I, comes from three moments
    close = 1e-3 if normalized == "joint" else 1e-10
    assert row["value_excess"] == pytest.approx(excess, abs=close)
    information = independent.measured("mutual_information", table)
    reached, beyond = (independent.tail(every, information + step) for step in (0.0, 2e-9))
    assert beyond - 0.02 <= row["p_value"] <= reached + 0.02  # a smooth curve cuts the corners
    assert row["p_value"] >= float(independent.chance(table)) * (1 - 1e-9)
    low, high = (independent.quantile(every, level) for level in (0.93, 0.97))
    assert low - 0.02 * abs(low) <= row["value_noise_floor"] <= high + 0.02 * abs(high)


def test_strata_of_few_rows_are_exact() -> None:
    strata = [((1, 0), (1, 1)), ((2, 0), (0, 1)), ((1, 1), (0, 1)), ((1,), (2,)), ((3, 0), (1, 1))]
    frame = pd.concat([frame_of(table).assign(z=z) for z, table in enumerate(strata)])
    law = [(0.0, 1.0)]
    n = sum(sum(map(sum, table)) for table in strata)
    for table in strata:
        own, rows = independent.law(*margins(table), "mutual_information"), sum(map(sum, table))
        law = [(v + rows / n * i, p * float(q)) for v, p in law for _, i, q in own]
    result = ask(frame, "mutual_information", given="z", weights="w", test=True)
    assert result.attrs["pdkl"]["inference"] == {"x, y": "exact"}
    row = result.iloc[0]
    value = row["mutual_information"]
    reached = sum(p for v, p in law if v >= value - 1e-9)
    assert row["p_value"] == pytest.approx(reached, abs=1e-12)
    mean = sum(v * p for v, p in law)
    assert row["mutual_information_excess"] == pytest.approx(value - mean, abs=1e-12)
    below = np.cumsum([p for _, p in sorted(law)])
    floor = sorted(law)[int(np.searchsorted(below, 0.95 - 1e-9))][0]
    assert row["mutual_information_noise_floor"] == pytest.approx(floor, abs=1e-9)


def margins(table: Any) -> tuple[list[int], list[int]]:
    return [sum(line) for line in table], [sum(column) for column in zip(*table, strict=True)]


@pytest.mark.parametrize("normalized", [norm for norm in NORMS if norm != "joint"])
@pytest.mark.parametrize("table", [((3, 1, 0), (1, 3, 1), (0, 1, 3)), ((2, 1), (0, 4))])
def test_corrected_for_chance(table: Any, normalized: str) -> None:
    every = independent.law(*margins(table), "mutual_information")
    chance, whole = (
        independent.expectation(every),
        independent.norm(normalized, *independent.entropies(table)),
    )
    expected = (independent.measured("mutual_information", table) - chance) / (whole - chance)
    keywords: dict[str, Any] = {"normalized": normalized, "correct": True, "weights": "w"}
    row = one(frame_of(table), "mutual_information", test=True, **keywords)
    assert row["value"] == pytest.approx(expected, abs=1e-12)
    assert row["value_excess"] == row["value"]
    assert row["unit"] == "none"
    plain = one(frame_of(table), "mutual_information", weights="w", test=True)
    assert row["p_value"] == plain["p_value"]
    floor = (plain["value_noise_floor"] - chance) / (whole - chance)
    assert row["value_noise_floor"] == pytest.approx(floor, abs=1e-12)
    assert one(frame_of(table), "mutual_information", **keywords)["value"] == row["value"]


def arithmetic(n: int, a: int, b: int, c: int) -> pd.DataFrame:
    """Make columns that any language can make."""
    i = range(n)
    return pd.DataFrame({"x": [k * k % a for k in i], "y": [(k**3 // c + k // 9) % b for k in i]})


# scikit-learn 1.9.1, adjusted_mutual_info_score(x, y, average_method=m) for m in "max", "min",
# "arithmetic", "geometric"; the first columns are those of scikit-learn's own test
SCIKIT_LEARN = [
    (
        pd.DataFrame({"x": list("aaaaaabbbbbbccccc"), "y": list("aaaababbbbcacccbb")}),
        (0.27501506244551727, 0.2814793197278196, 0.2782096465726981, 0.27822581355285875),
    ),
    (
        arithmetic(100, 7, 5, 3),
        (0.06879191357606412, 0.08175199039534518, 0.07471409614853451, 0.07498028346041162),
    ),
    (
        arithmetic(1000, 13, 11, 7),
        (
            0.0005428355304451113,
            0.0006771153497060184,
            0.0006025853598050756,
            0.0006062163743965937,
        ),
    ),
    (
        arithmetic(60, 31, 4, 5),
        (0.01902097320889055, 0.04804142011617371, 0.02725207138127202, 0.02943586077132775),
    ),
    (
        arithmetic(300, 17, 2, 4),
        (
            -0.005109828429209638,
            -0.016344936809330888,
            -0.007785666433853325,
            -0.009121372876411231,
        ),
    ),
]


@pytest.mark.parametrize(("frame", "published"), SCIKIT_LEARN)
def test_adjusted_mutual_information_of_scikit_learn(frame: pd.DataFrame, published: Any) -> None:
    norms: tuple[Normalization, ...] = ("max", "min", "mean", "sqrt")
    for normalized, value in zip(norms, published, strict=True):
        row = one(frame, "mutual_information", normalized=normalized, correct=True)
        assert row["value"] == pytest.approx(value, abs=1e-12)
        x, y = SeriesInfoTheory(frame["x"]), frame["y"]
        assert x.mutual_information(y, normalized=normalized, correct=True) == row["value"]


# ---- against shuffled columns ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("frame", "seed"), [(noise(60, 3, 4), 1), (noise(200, 8, 5, seed=3), 2), (noise(40, 25, 3), 3)]
)
def test_what_chance_gives_is_what_shuffled_columns_give(frame: pd.DataFrame, seed: int) -> None:
    drawn = independent.shuffled(frame["x"].to_numpy(), frame["y"].to_numpy(), SIZE, seed)
    x, y, both = independent.entropies_of(drawn)
    information = x + y - both
    for kind, normalized in MEASURES:
        whole = np.array([independent.norm(normalized, *e) for e in zip(x, y, both, strict=True)])
        values = {
            "mutual_information": information / whole,
            "conditional_entropy": both - y,
            "variation_of_information": 2 * both - x - y,
        }[kind]
        row = one(frame, kind, normalized=normalized, test=True)
        error = 5 * values.std() / math.sqrt(SIZE)
        mean = row["value"] - row["value_excess"]
        assert mean == pytest.approx(values.mean(), abs=error)
        beyond = np.mean(values > row["value_noise_floor"] + 1e-12)
        assert beyond == pytest.approx(0.05, abs=5 * math.sqrt(0.05 * 0.95 / SIZE) + 0.005)
        observed = one(frame, "mutual_information")["value"]
        reached, above = (np.mean(information >= observed + step) for step in (-1e-12, 1e-12))
        error = 5 * 0.5 / math.sqrt(SIZE) + 0.005
        assert above - error <= row["p_value"] <= reached + error


def test_given_shuffles_within_its_values() -> None:
    frame = noise(150, 3, 4, 3, seed=4)
    parts = [part for _, part in frame.groupby("z")]
    drawn = [
        independent.entropies_of(
            independent.shuffled(part["x"].to_numpy(), part["y"].to_numpy(), SIZE, seed)
        )
        for seed, part in enumerate(parts)
    ]
    share = np.array([len(part) for part in parts]) / len(frame)
    x, y, both = (sum(s * d[k] for s, d in zip(share, drawn, strict=True)) for k in range(3))
    for kind, values in (
        ("mutual_information", x + y - both),
        ("variation_of_information", 2 * both - x - y),
    ):
        row = one(frame, kind, given="z", test=True)
        error = 5 * values.std() / math.sqrt(SIZE)
        assert row["value"] - row["value_excess"] == pytest.approx(values.mean(), abs=error)
        beyond = np.mean(values > row["value_noise_floor"])
        assert beyond == pytest.approx(0.05, abs=0.013)
        reached = np.mean(x + y - both >= one(frame, "mutual_information", given="z")["value"])
        assert row["p_value"] == pytest.approx(reached, abs=0.02)


def test_small_p_values_are_as_rare_as_they_say() -> None:
    groups, n = 2000, 40
    frame = noise(groups * n, 4, 3, seed=6).assign(g=np.repeat(np.arange(groups), n))
    result = ask(frame, "mutual_information", by="g", test=True)
    for level in (0.2, 0.05, 0.01):
        error = 4 * math.sqrt(level / groups)
        assert np.mean(result["p_value"] <= level) == pytest.approx(level, abs=error)
    excess = result["mutual_information_excess"]
    assert abs(excess.mean()) <= 4 * excess.std() / math.sqrt(groups)


@pytest.mark.parametrize("scale", [1, 50, 2**33])  # rows shuffled, cells dealt, urns beyond NumPy
@pytest.mark.parametrize(("kind", "normalized"), [*MEASURES[:3], ("mutual_information", "joint")])
def test_draws_agree_with_the_closed_form(kind: str, normalized: Any, scale: int) -> None:
    frame = noise(60, 3, 4).assign(w=scale)
    keywords: dict[str, Any] = {"normalized": normalized, "weights": "w"}
    closed = one(frame, kind, test=True, **keywords)
    drawn = one(frame, kind, test=True, n_resamples=2000, rng=1, progress=False, **keywords)
    spread = abs(closed["value"] - closed["value_excess"] - closed["value_noise_floor"])
    for column in ("value_excess", "value_noise_floor"):
        assert drawn[column] == pytest.approx(closed[column], abs=0.15 * spread)
    if scale == 1:
        assert drawn["p_value"] == pytest.approx(closed["p_value"], abs=0.05)
    else:
        assert drawn["p_value"] < 1e-10
    counted = one(frame, kind, test="permutation", n_resamples=99, rng=1, **keywords)
    assert counted["p_value"] == (pytest.approx(0.77, abs=0.15) if scale == 1 else 0.01)


def test_corrected_draws() -> None:
    frame = noise(60, 3, 4)
    keywords: dict[str, Any] = {"normalized": "max", "correct": True}
    closed = one(frame, "mutual_information", test=True, **keywords)
    drawn = one(frame, "mutual_information", test=True, n_resamples=1000, rng=0, **keywords)
    assert drawn["value_excess"] == pytest.approx(closed["value_excess"], abs=0.005)
    assert drawn["value_noise_floor"] == pytest.approx(closed["value_noise_floor"], abs=0.01)


# ---- intervals ------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "normalized"), MEASURES)
def test_intervals_are_those_of_an_independent_bootstrap(kind: str, normalized: Any) -> None:
    table = np.array([[50, 20, 5], [10, 60, 15], [5, 10, 70]])
    n, size = int(table.sum()), 8000
    rng = np.random.default_rng(8)
    drawn = rng.multinomial(n, table.ravel() / n, size=size).reshape(size, 3, 3)
    x, y, both = independent.entropies_of(drawn)
    whole = np.array([independent.norm(normalized, *e) for e in zip(x, y, both, strict=True)])
    values = {
        "mutual_information": (x + y - both) / whole,
        "conditional_entropy": both - y,
        "variation_of_information": 2 * both - x - y,
    }[kind]
    row = one(
        frame_of(table), kind, normalized=normalized, weights="w", confidence=0.9, n_resamples=4000,
        rng=0, progress=False,
    )  # fmt: skip
    bias = values.mean() - row["value"]
    low, high = np.quantile(values, [0.05, 0.95]) - 2 * bias
    assert row["value_low"] == pytest.approx(low, abs=0.12 * values.std())
    assert row["value_high"] == pytest.approx(high, abs=0.12 * values.std())
    assert row["value_low"] < row["value"] < row["value_high"]


SURE: list[tuple[Any, float]] = [
    (((50, 20, 5), (10, 60, 15), (5, 10, 70)), 0.02),
    (((120, 100, 80), (90, 110, 100)), 0.02),
    (((40, 10), (25, 25)), 0.04),
    (((9, 3), (4, 9)), 0.08),  # few tables: their values are far apart
    (((7, 2, 0, 1, 0), (1, 6, 2, 0, 1), (0, 1, 8, 1, 3), (2, 0, 0, 5, 1), (1, 1, 0, 1, 9)), 0.02),
    (tuple(tuple(int(i == j) * 20 + 5 for j in range(9)) for i in range(9)), 0.02),
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("table", "close"), SURE)
def test_intervals_are_those_of_many_draws(table: Any, close: float, kind: str) -> None:
    counts = np.array(table)
    n = int(counts.sum())
    drawn = np.random.default_rng(3).multinomial(n, counts.ravel() / n, SIZE)
    x, y, both = independent.entropies_of(drawn.reshape(SIZE, *counts.shape))
    values = {
        "mutual_information": x + y - both,
        "conditional_entropy": both - y,
        "variation_of_information": 2 * both - x - y,
    }[kind]
    row = one(frame_of(table), kind, weights="w", confidence=0.95)
    bias = values.mean() - row["value"]
    low, high = np.quantile(values, [0.025, 0.975]) - 2 * bias
    x, y = np.log(counts.shape)
    most = {"mutual_information": min(x, y), "conditional_entropy": x}.get(kind, x + y)
    assert row["value_low"] == pytest.approx(max(low, 0.0), abs=close * (high - low))
    assert row["value_high"] == pytest.approx(min(high, most), abs=close * (high - low))


@pytest.mark.parametrize("kind", KINDS)
def test_too_few_rows_to_say_how_sure(kind: str) -> None:
    table = np.ones((12, 12)) + 9 * np.eye(12)
    for keywords in ({}, {"n_resamples": 200, "rng": 0}):
        row = one(frame_of(table), kind, weights="w", confidence=0.95, **keywords)
        assert np.isnan([row["value_low"], row["value_high"]]).all()


@pytest.mark.parametrize("kind", KINDS)
def test_intervals_of_strata_are_those_of_many_draws(kind: str) -> None:
    strata = np.array([[[20, 9, 1], [4, 30, 2]], [[6, 5, 4], [1, 2, 9]], [[12, 0, 3], [3, 8, 0]]])
    n = int(strata.sum())
    rng = np.random.default_rng(4)
    drawn = rng.multinomial(n, strata.ravel() / n, SIZE).reshape(SIZE, *strata.shape)
    values = np.zeros(SIZE)
    for z in range(len(strata)):
        part = drawn[:, z]
        x, y, both = independent.entropies_of(part)
        own = {
            "mutual_information": x + y - both,
            "conditional_entropy": both - y,
            "variation_of_information": 2 * both - x - y,
        }[kind]
        values += own * part.sum(axis=(1, 2)) / n
    frame = pd.concat([frame_of(part).assign(z=z) for z, part in enumerate(strata)])
    if kind == "conditional_entropy":  # what is given is y and z
        frame["y"] = frame["y"] + frame["z"].astype(str)
        row = one(frame, kind, weights="w", confidence=0.95)
    else:
        row = one(frame, kind, given="z", weights="w", confidence=0.95)
    bias = values.mean() - row["value"]
    low, high = np.quantile(values, [0.025, 0.975]) - 2 * bias
    assert row["value_low"] == pytest.approx(low, abs=0.02 * (high - low))
    assert row["value_high"] == pytest.approx(high, abs=0.02 * (high - low))


def test_intervals_of_strata_and_of_corrected_shares() -> None:
    rng = np.random.default_rng(1)
    x = rng.integers(0, 3, 600)
    y = np.where(rng.random(600) < 0.5, x, rng.integers(0, 3, 600))
    frame = pd.DataFrame({"x": x, "y": y, "z": rng.integers(0, 2, 600)})
    plain = one(frame, "mutual_information", confidence=0.9, rng=0)
    within = one(frame, "mutual_information", given="z", confidence=0.9, rng=0)
    assert within["value_low"] < within["value"] < within["value_high"]
    assert within["value_low"] == pytest.approx(plain["value_low"], abs=0.03)
    keywords: dict[str, Any] = {"normalized": "max", "correct": True, "confidence": 0.9, "rng": 0}
    share = one(frame, "mutual_information", **keywords)
    assert share["value_low"] < share["value"] < share["value_high"]
    assert share["value_high"] - share["value_low"] == pytest.approx(
        (plain["value_high"] - plain["value_low"]) / math.log(3), abs=0.02
    )


def test_intervals_stay_within_the_bounds() -> None:
    same = pd.DataFrame({"x": list("aaaabbbbcccc") * 3})
    same["y"] = same["x"]
    row = one(same, "mutual_information", confidence=0.9, base=3, rng=0)
    assert row["value"] == pytest.approx(1.0)
    assert row["value_high"] <= 1.0
    row = one(
        same.assign(y=noise(36, 1)["x"]), "conditional_entropy", confidence=0.9, base=3, rng=0
    )
    assert 0 <= row["value_low"] <= row["value_high"] <= 1.0
    # a draw without the one other value has nothing to divide by, and is left out
    rare = pd.DataFrame({"x": list("aaaaaaaaab") * 4, "y": list("aaaaabbbbb") * 4})
    row = one(rare.iloc[:20], "mutual_information", normalized="x", confidence=0.9, rng=0)
    assert not math.isnan(row["value_low"])


# ---- what the result is ---------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_columns_and_settings(kind: str) -> None:
    frame = noise(50, 3, 3).assign(g=[1, 2] * 25)
    result = ask(frame, kind, by="g", confidence=0.9, test=True, rng=0)
    ends = ["", "_low", "_high", "_excess", "_noise_floor"]
    head = ["g", "column", "given"] if kind == "conditional_entropy" else ["g", "x", "y"]
    sizes = ["n", "n_missing", "categories"]
    tail = ["p_value", "p_adjusted", "unit"]
    assert list(result) == [*head, *sizes, *(kind + end for end in ends), *tail]
    settings = result.attrs["pdkl"]
    assert (settings["confidence"], settings["test"], settings["n_resamples"]) == (0.9, True, None)
    assert list(ask(frame, kind)) == [*head[1:], *sizes, kind, "unit"]
    assert "test" not in ask(frame, kind).attrs["pdkl"]
    plain = ask(frame, kind, by="g")
    pd.testing.assert_series_equal(result[kind], plain[kind])


@pytest.mark.parametrize(
    ("keywords", "how"),
    [
        ({"test": True}, {"x, y": "closed form", "x, z": "exact"}),
        ({"confidence": 0.9}, {"x, y": "closed form", "x, z": "closed form"}),
        ({"confidence": 0.9, "normalized": "x"}, {"x, y": "199 draws", "x, z": "199 draws"}),
        ({"test": True, "confidence": 0.9}, {"x, y": "closed form", "x, z": "closed form"}),
        (
            {"test": True, "confidence": 0.9, "normalized": "x"},
            {"x, y": "closed form; confidence: 199 draws", "x, z": "exact; confidence: 199 draws"},
        ),
        ({"test": True, "n_resamples": 50}, {"x, y": "50 draws", "x, z": "50 draws"}),
        ({"test": "permutation"}, {"x, y": "199 draws", "x, z": "199 draws"}),
        ({"confidence": 0.9, "n_resamples": 50}, {"x, y": "50 draws", "x, z": "50 draws"}),
    ],
)
def test_how_it_was_found_is_on_record(keywords: dict[str, Any], how: dict[str, str]) -> None:
    theory = InfoTheory(noise(100, 3, 3, 2))
    result = theory.mutual_information(["x", "x"], ["y", "z"], rng=0, **keywords)
    assert result.attrs["pdkl"]["inference"] == how


def test_all_rows_are_adjusted_together_and_both_orders_are_one_hypothesis() -> None:
    frame = noise(300, 3, 3, 3).astype(str).assign(g=[1, 2, 3] * 100)
    frame["y"] = frame["y"].where(np.arange(300) % 4 > 0, frame["x"])
    result = InfoTheory(frame).mutual_information(by="g", test=True)
    together = stats.false_discovery_control(result["p_value"])
    np.testing.assert_allclose(result["p_adjusted"], together, rtol=1e-12)
    one_way = InfoTheory(frame).conditional_entropy(["x", "x"], ["y", "z"], test=True)
    both = InfoTheory(frame).conditional_entropy(
        ["x", "x", "y", "z"], ["y", "z", "x", "x"], test=True
    )
    np.testing.assert_array_equal(both["p_adjusted"], one_way["p_adjusted"].tolist() * 2)
    np.testing.assert_array_equal(both["p_value"], one_way["p_value"].tolist() * 2)


@pytest.mark.parametrize("kind", KINDS)
def test_the_unit_scales_all_but_p(kind: str) -> None:
    frame = noise(80, 4, 3)
    nat, bit = (one(frame, kind, test=True, base=base) for base in ("nat", "bit"))
    for column in ("value", "value_excess", "value_noise_floor"):
        assert bit[column] == pytest.approx(nat[column] / math.log(2), rel=1e-12)
    assert bit["p_value"] == nat["p_value"]


def test_the_three_say_the_same() -> None:
    frame = noise(80, 4, 3)
    mutual, conditional, distance = (one(frame, kind, test=True) for kind in KINDS)
    assert conditional["value_excess"] == pytest.approx(-mutual["value_excess"], rel=1e-12)
    assert distance["value_excess"] == pytest.approx(-2 * mutual["value_excess"], rel=1e-12)
    assert conditional["p_value"] == mutual["p_value"] == distance["p_value"]


@pytest.mark.parametrize("keywords", [{"test": True}, {"confidence": 0.9}, {"test": "permutation"}])
@pytest.mark.parametrize("given", [None, "z"])
def test_the_same_bits_in_any_order_of_rows_and_names(keywords: Any, given: Any) -> None:
    frame = noise(90, 5, 4, 3, seed=9)
    order = np.random.default_rng(0).permutation(90)
    names = {0: "q", 1: "c", 2: "z", 3: "a", 4: "m"}
    turned = frame.iloc[order].replace(names).astype(str).reset_index(drop=True)
    for kind in ("mutual_information", "variation_of_information"):
        one_way, other = (
            ask(some, kind, given=given, rng=0, **keywords) for some in (frame, turned)
        )
        pd.testing.assert_frame_equal(one_way, other, check_exact=True)


def test_groups_and_pairs_are_answered_as_alone() -> None:
    frame = noise(400, 4, 3, 2).assign(g=np.random.default_rng(3).integers(0, 5, 400))
    theory = InfoTheory(frame)
    together = theory.mutual_information(["x", "x"], ["y", "z"], by="g", test=True)
    for _, row in together.iterrows():
        part = InfoTheory(frame[frame["g"] == row["g"]])
        alone = part.mutual_information(row["x"], row["y"], test=True).iloc[0]
        for end in ("_excess", "_noise_floor"):
            assert row[f"mutual_information{end}"] == alone[f"mutual_information{end}"]
        assert row["p_value"] == alone["p_value"]


def test_weights_are_rows() -> None:
    frame = pd.DataFrame({"x": list("aabbc"), "y": list("uvuvu"), "w": [3, 1, 2, 5, 4]})
    rows = frame.loc[frame.index.repeat(frame["w"])]
    for weights in (frame, frame.assign(w=frame["w"].astype(float))):
        for kind in KINDS:
            by_weight = one(weights, kind, weights="w", test=True, confidence=0.9, rng=0)
            by_row = one(rows, kind, test=True, confidence=0.9, rng=0)
            pd.testing.assert_series_equal(
                by_weight.drop(["n", "n_missing"]), by_row.drop(["n", "n_missing"]), rtol=1e-12
            )


# ---- edges ----------------------------------------------------------------------------------


def test_an_id_tells_nothing() -> None:
    frame = noise(200, 4).assign(y=range(200))
    row = one(frame, "mutual_information", normalized="x", test=True)
    assert (row["value"], row["value_excess"], row["p_value"]) == (1.0, 0.0, 1.0)
    row = one(frame, "conditional_entropy", test=True)
    assert (row["value"], row["value_excess"], row["value_noise_floor"]) == (0.0, 0.0, 0.0)
    row = one(frame, "mutual_information", normalized="max", correct=True)
    assert row["value"] == pytest.approx(0.0, abs=1e-12)
    # chance gives all of H(X)
    row = one(frame, "mutual_information", normalized="min", correct=True, test=True)
    assert np.isnan([row["value"], row["value_excess"], row["value_noise_floor"]]).all()
    nearly = frame.assign(y=np.minimum(frame["y"], 197))
    row = one(nearly, "mutual_information", normalized="x", test=True)
    assert row["value"] > 0.95
    assert abs(row["value_excess"]) < 0.01
    assert row["value_noise_floor"] <= 1.0


EVERY: dict[str, Any] = {"test": True, "confidence": 0.9, "rng": 0}
ENDS = ["value", "value_low", "value_high", "value_excess", "value_noise_floor", "p_value"]


@pytest.mark.parametrize("drawn", [{}, {"n_resamples": 30}])
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_to_tell(kind: str, drawn: Any) -> None:
    text = pd.DataFrame({"x": list("aabb"), "y": list("uvuv")})
    keywords = EVERY | drawn
    no_rows = one(text.iloc[:0], kind, **keywords)
    missing = one(text.assign(x=pd.Series([None] * 4, dtype=object)), kind, **keywords)
    for row in (no_rows, missing):
        assert row[[*ENDS, "p_adjusted"]].isna().all()
    single = one(text.iloc[:1], kind, **keywords)
    assert (single["value"], single["value_excess"], single["p_value"]) == (0.0, 0.0, 1.0)
    constant = one(text.assign(x="a"), kind, **keywords)
    assert constant["value_excess"] == pytest.approx(0.0, abs=1e-15)
    assert constant["p_value"] == 1.0
    half = text.assign(x=pd.Series([None, "a", None, "b"], dtype=object), g=[1, 2, 1, 2])
    grouped = ask(half, kind, by="g", **keywords)
    assert grouped["p_value"].isna().tolist() == [True, False]
    assert grouped["p_adjusted"].isna().tolist() == [True, False]


def test_no_groups() -> None:
    empty = pd.DataFrame({"x": ["a"], "y": ["b"], "g": [1]}).iloc[:0]
    assert len(ask(empty, "mutual_information", by="g", **EVERY)) == 0


def test_strata_of_one_row() -> None:
    frame = noise(40, 3, 3).assign(z=range(40))
    for keywords in (EVERY, EVERY | {"n_resamples": 30}):
        row = one(frame, "mutual_information", given="z", **keywords)
        assert (row["value"], row["value_excess"], row["p_value"]) == (0.0, 0.0, 1.0)
    row = one(frame, "mutual_information", given="z", normalized="mean", test=True)
    assert np.isnan([row["value"], row["value_excess"], row["value_noise_floor"]]).all()
    assert row["p_value"] == 1.0


def test_very_many_rows() -> None:
    frame = pd.DataFrame({"x": list("aabb"), "y": list("uvuv"), "w": [2**50] * 4})
    row = one(frame, "mutual_information", weights="w", **EVERY)
    assert row["value"] == 0.0
    assert row["p_value"] == pytest.approx(1.0, abs=1e-3)
    # twice n I is chi-squared, less twice its mean
    assert row["value_low"] == 0.0
    assert row["n"] * row["value_high"] == pytest.approx(stats.chi2.ppf(0.95, 1) / 2 - 1, rel=1e-3)
    for step in (2**23, 2**24, 2**26):
        more = frame.assign(w=[2**50 + step, 2**50 - step, 2**50 - step, 2**50 + step])
        row = one(more, "mutual_information", weights="w", test=True)
        statistic = 2 * row["n"] * row["value"]
        assert row["p_value"] == pytest.approx(stats.chi2.sf(statistic, 1), rel=1e-3)
        n_floor = row["value_noise_floor"] * 2 * row["n"]
        assert n_floor == pytest.approx(stats.chi2.isf(0.05, 1), rel=1e-3)
    drawn = one(frame, "mutual_information", weights="w", test=True, n_resamples=300, rng=0)
    assert 2 * drawn["n"] * drawn["value_noise_floor"] == pytest.approx(3.84, abs=1.0)


def test_a_thousand_values_each() -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"x": rng.integers(0, 1000, 20_000), "y": rng.zipf(1.6, 20_000) % 1000})
    row = one(frame, "mutual_information", test=True)
    assert 0.001 < row["p_value"] < 0.999
    assert row["value"] > 0.3
    assert abs(row["value_excess"]) < 0.02
    telling = one(frame.assign(y=frame["x"] // 2), "mutual_information", test=True)
    assert telling["p_value"] < 1e-300


WRONG: list[tuple[Any, type[Exception], str]] = [
    (
        lambda theory: theory.mutual_information("x", "y", correct=True),
        ValueError,
        "correct=True says which share of the information that chance does not give is there, so "
        'it needs normalized=; got normalized=None. Pass normalized="max" for adjusted mutual '
        "information, or test=True for what is more than chance, in mutual_information_excess.",
    ),
    (
        lambda _: SeriesInfoTheory(pd.Series([1, 2])).mutual_information(
            pd.Series([1, 2]), correct=True
        ),
        ValueError,
        "correct=True says which share of the information that chance does not give is there, so "
        'it needs normalized=; got normalized=None. Pass normalized="max" for adjusted mutual '
        "information, or test=True for what is more than chance, in mutual_information_excess.",
    ),
    (
        lambda theory: theory.mutual_information("x", "y", normalized="joint", correct=True),
        ValueError,
        "correct=True needs a norm that chance leaves as it is, and H(X, Y) is none; got "
        "normalized='joint'. Choose 'max', 'mean', 'sqrt', 'min', 'x' or 'y'.",
    ),
    (
        lambda theory: theory.mutual_information("x", "y", normalized="max", correct=1),
        TypeError,
        "correct must be True or False; got 1.",
    ),
    (
        lambda theory: theory.mutual_information("x", "y", estimator="nsb", test=True),
        ValueError,
        "test= and confidence= say how sure plug-in estimates are; got estimator='nsb'. Leave out "
        "one of them.",
    ),
    (
        lambda theory: theory.conditional_entropy("x", "y", estimator="nsb", confidence=0.9),
        ValueError,
        "test= and confidence= say how sure plug-in estimates are; got estimator='nsb'. Leave out "
        "one of them.",
    ),
    (
        lambda theory: theory.variation_of_information("x", "y", weights="w", test=True),
        ValueError,
        "test= or confidence= needs to know how many rows there are, so weights must be whole "
        "numbers; they are fractional. Pass counts, or leave weights out.",
    ),
    (
        lambda theory: theory.mutual_information(
            "x", "y", weights="w", normalized="max", correct=True
        ),
        ValueError,
        "correct=True needs to know how many rows there are, so weights must be whole numbers; "
        "they are fractional. Pass counts, or leave weights out.",
    ),
    (
        lambda theory: theory.conditional_entropy("x", "y", test="gamma"),
        ValueError,
        "test must be one of 'permutation', or True or False; got 'gamma'.",
    ),
    (
        lambda theory: theory.mutual_information("x", "y", confidence=95),
        ValueError,
        "confidence must be a number in (0, 1), or None; got 95.",
    ),
    (
        lambda theory: theory.mutual_information("x", "y", test=True, n_resamples=0),
        ValueError,
        "n_resamples must be at least 1, or None; got 0.",
    ),
    (
        lambda theory: theory.mutual_information("x", "y", by="p_value", test=True),
        ValueError,
        "by names 'p_value', which the result needs for a column of its own. Rename first: "
        "df.rename(columns={'p_value': 'p_value_key'}).",
    ),
]


@pytest.mark.parametrize(("call", "kind", "message"), WRONG)
def test_messages(call: Any, kind: type[Exception], message: str) -> None:
    frame = pd.DataFrame({"x": ["a", "b"], "y": ["u", "v"], "w": [0.5, 1.5], "p_value": [1, 2]})
    with pytest.raises(kind) as caught:
        call(InfoTheory(frame))
    assert str(caught.value) == message
