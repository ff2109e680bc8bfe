"""Values that others have published, and the essay's four cases and its die."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest

from pdkl import InfoTheory, SeriesInfoTheory


def rows(**counts: int) -> pd.Series[Any]:
    """Make raw values from counts."""
    return pd.Series([name for name, count in counts.items() for _ in range(count)])


def info(**counts: int) -> SeriesInfoTheory:
    return SeriesInfoTheory(rows(**counts))


def test_scipy_stats_entropy_docs() -> None:
    assert info(a=9, b=1).entropy(base="bit") == pytest.approx(0.46899559358928117, rel=1e-15)
    half, ninety = {"a": 0.5, "b": 0.5}, {"a": 0.9, "b": 0.1}
    assert info(a=1, b=1).kl_divergence(ninety, base="bit") == pytest.approx(
        0.7369655941662062, rel=1e-15
    )
    assert info(a=1, b=1).cross_entropy(ninety, base="bit") == pytest.approx(
        1.736965594166206, rel=1e-15
    )
    assert info(a=1, b=1).kl_divergence(half) == 0.0


def test_statsbase_tests() -> None:
    p, q = info(a=2, b=3, c=5), {"a": 0.3, "b": 0.4, "c": 0.3}
    assert p.entropy() == pytest.approx(1.0296530140645737, rel=1e-15)
    assert p.cross_entropy(q) == pytest.approx(1.1176681825904018, rel=1e-15)
    assert p.kl_divergence(q) == pytest.approx(0.08801516852582819, rel=1e-14)


def test_dit_tests() -> None:
    thirds = {"a": 1, "b": 1, "c": 1}
    assert info(a=1, b=1).cross_entropy(thirds, base="bit") == pytest.approx(1.5849625, abs=1e-7)
    assert info(a=1, b=1).kl_divergence(thirds, base="bit") == pytest.approx(0.5849625, abs=1e-7)
    assert info(a=1, b=1, c=1).kl_divergence({"a": 0.5, "b": 0.5}, base="bit") == math.inf


def test_dit_docs() -> None:
    left, right = pd.Series(["red", "blue"]), pd.Series(["blue", "green"])
    assert SeriesInfoTheory(left).js_divergence(right, base="bit") == 0.5


def test_dit_docs_weighted() -> None:
    frame = pd.DataFrame({"g": [1] * 6 + [2] * 2, "x": ["red", "blue"] * 3 + ["blue", "green"]})
    shift = InfoTheory(frame).kl_divergence("x", by="g", against="all", base="bit")
    mean = (shift["kl_divergence"] * shift["n"]).sum() / 8
    assert mean == pytest.approx(0.40563906222956647, rel=1e-14)


def test_scipy_jensenshannon_docs() -> None:
    js = info(a=1).js_divergence({"a": 0.5, "b": 0.5})
    assert math.sqrt(js) == pytest.approx(0.464501404022459, rel=1e-14)


def test_clickhouse_docs() -> None:
    assert info(A=4, B=2, C=1, D=1).entropy(base="bit") == 1.75


def test_cover_and_thomas_2_2_1() -> None:
    joint = [[4, 2, 1, 1], [2, 4, 1, 1], [2, 2, 2, 2], [8, 0, 0, 0]]
    frame = pd.DataFrame(
        [(x, y, count) for y, line in enumerate(joint) for x, count in enumerate(line)],
        columns=["x", "y", "count"],
    )
    theory = InfoTheory(frame)
    entropy = theory.entropy(["x", "y"], weights="count", base="bit")["entropy"]
    assert entropy.tolist() == [7 / 4, 2.0]
    given_y = theory.entropy("x", by="y", weights="count", base="bit")
    assert (given_y["entropy"] * given_y["n"]).sum() / 32 == 11 / 8
    # the mean divergence of the groups from the whole is their mutual information
    shift = theory.kl_divergence("x", by="y", against="all", weights="count", base="bit")
    assert (shift["kl_divergence"] * shift["n"]).sum() / 32 == pytest.approx(3 / 8, rel=1e-15)


@pytest.mark.parametrize(
    ("x", "y", "information"),
    [
        ([0, 0, 1], [0, 1, 1], 0.17441604792151594),
        ([0, 1, 1, 0, 1, 0], [0, 1, 0, 0, 1, 1], 0.0566330122651324),
    ],
)
def test_scikit_learn_mutual_information(x: list[int], y: list[int], information: float) -> None:
    frame = pd.DataFrame({"x": x, "y": y})
    shift = InfoTheory(frame).kl_divergence("x", by="y", against="all")
    mean = (shift["kl_divergence"] * shift["n"]).sum() / len(x)
    assert mean == pytest.approx(information, rel=1e-13)


def test_fair_and_loaded_die() -> None:
    fair = dict.fromkeys(range(1, 7), 1 / 6)
    loaded = SeriesInfoTheory(pd.Series([1] * 5 + [2, 3, 4, 5, 6]))
    assert SeriesInfoTheory(pd.Series(range(1, 7))).entropy() == pytest.approx(math.log(6))
    assert loaded.cross_entropy(fair) == pytest.approx(math.log(6), rel=1e-15)
    assert loaded.cross_entropy(fair) == pytest.approx(
        loaded.entropy() + loaded.kl_divergence(fair), rel=1e-15
    )


@pytest.mark.parametrize(
    ("target", "prediction", "loss"), [(1, 1, 0.0), (1, 0, math.inf), (0, 1, math.inf), (0, 0, 0.0)]
)
def test_four_cases_of_binary_cross_entropy(target: int, prediction: int, loss: float) -> None:
    frame = pd.DataFrame({"y": [target], "x": [prediction]})
    result = InfoTheory(frame).binary_cross_entropy("y", "x")["binary_cross_entropy"]
    assert result.tolist() == [loss]
    assert not math.copysign(1, result[0]) < 0
