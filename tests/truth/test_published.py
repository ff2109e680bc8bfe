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


@pytest.mark.parametrize("order", [0, 0.5, 1, 2, 5, math.inf])
def test_dit_tests_of_renyi_entropy(order: float) -> None:
    eight = SeriesInfoTheory(pd.Series(range(8)))
    assert eight.diversity(("renyi_entropy", order), base="bit") == pytest.approx(3, rel=1e-15)
    # H(P) is H(uniform) less the divergence from it
    thirds = {"a": 1, "b": 1, "c": 1}
    own = info(a=1, b=2, c=1)
    apart = own.divergence(thirds, ("renyi_divergence", order))
    entropy = own.diversity(("renyi_entropy", order))
    assert entropy == pytest.approx(math.log(3) - apart, rel=1e-14)


@pytest.mark.parametrize("order", [0, 0.5, 1, 1.5, 2])
def test_dit_tests_of_tsallis_entropy(order: float) -> None:
    both, a, b = (
        SeriesInfoTheory(pd.Series(range(size))).diversity(("tsallis_entropy", order))
        for size in (6, 2, 3)
    )
    assert both == pytest.approx(a + b + (1 - order) * a * b, rel=1e-14)


def test_dit_tests_and_docs_of_generalized_divergences() -> None:
    one, half, other = {"b": 1}, info(a=1, b=1), {"a": 1}
    order: Any = ("renyi_divergence", 0.5)
    assert half.divergence(other, order, base="bit") == pytest.approx(1, rel=1e-15)
    assert info(b=1).divergence({"a": 1, "b": 1}, order, base="bit") == pytest.approx(1, rel=1e-15)
    assert info(a=1).divergence(one, order) == math.inf
    quarters, fair = info(a=3, b=1), {"a": 1, "b": 1}
    assert quarters.divergence(fair, ("renyi_divergence", 2), base="bit") == pytest.approx(
        0.32192809488736235, rel=1e-14
    )
    assert quarters.divergence(fair, ("tsallis_divergence", 2)) == 0.25
    for size in range(2, 10):
        assert SeriesInfoTheory(pd.Series(range(size))).diversity("perplexity") == pytest.approx(
            size, rel=1e-14
        )


def test_statsbase_tests_of_renyi_entropy() -> None:
    counts = {chr(97 + i): (i * 7919) % 53 + 1 for i in range(20)}
    p = info(**counts)
    assert p.diversity(("renyi_entropy", 1)) == p.entropy()
    assert p.diversity(("renyi_entropy", 0)) == pytest.approx(math.log(20), rel=1e-15)
    largest = max(counts.values()) / sum(counts.values())
    assert p.diversity(("renyi_entropy", math.inf)) == pytest.approx(-math.log(largest), rel=1e-15)
    uniform = SeriesInfoTheory(pd.Series(range(50)))
    assert uniform.diversity(("renyi_entropy", 37.2)) == pytest.approx(math.log(50), rel=1e-14)


# orders, then Hill numbers, Renyi and Tsallis entropies of 1, 2, 3, 4 and 5
SCIKIT_BIO = [
    (0, 5, 1.60943791, 4),
    (0.5, 4.68423304, 1.54420220, 2.32861781),
    (1, 4.43598780, 1.48975032, 1.48975032),
    (2, 4.09090909, 1.40876722, 0.75555556),
    (10, 3.34923645, 1.20873239, 0.11110902),
    (math.inf, 3, 1.09861229, 0),
]


@pytest.mark.parametrize(("order", "hill", "renyi", "tsallis"), SCIKIT_BIO)
def test_scikit_bio_tests_of_orders(
    order: float, hill: float, renyi: float, tsallis: float
) -> None:
    counted = info(a=1, b=2, c=3, d=4, e=5)
    assert counted.diversity(("hill_number", order)) == pytest.approx(hill, abs=5e-9)
    assert counted.diversity(("renyi_entropy", order)) == pytest.approx(renyi, abs=5e-9)
    assert counted.diversity(("tsallis_entropy", order)) == pytest.approx(tsallis, abs=5e-9)
    for name, value in (("hill_number", 3), ("renyi_entropy", math.log(3))):
        even = info(a=5, b=5, c=5)
        assert even.diversity((name, order)) == pytest.approx(value, rel=1e-14)


def test_scikit_bio_tests_of_diversity() -> None:
    counted = info(b=1, c=1, d=4, e=2, f=5, g=2, h=4, i=1, j=2)
    assert counted.diversity("berger_parker") == 5 / 22
    assert counted.diversity("normalized_entropy") == pytest.approx(0.92485490560, abs=5e-12)
    assert counted.diversity("richness") == 9
    assert info(a=1, b=1, c=196, d=1, e=1).diversity("normalized_entropy") == pytest.approx(
        0.078, abs=5e-4
    )
    assert info(a=1, c=2, d=5, e=2).diversity("gini_simpson") == pytest.approx(0.66, rel=1e-15)
    inverse = info(a=1, b=41, e=12, f=13).diversity(("hill_number", 2))
    assert inverse == pytest.approx(67**2 / (1 + 41**2 + 12**2 + 13**2), rel=1e-15)
    assert info(a=1, b=2, c=3, d=4).entropy() == pytest.approx(1.279854226, abs=5e-10)
    assert info(a=1, b=2, c=3, d=4).diversity("perplexity") == pytest.approx(3.596115467, abs=5e-10)
    assert info(a=1, b=2, c=3, d=4, e=5).diversity(("renyi_entropy", 2), base="bit") == (
        pytest.approx(2.03242148, abs=5e-9)
    )


def test_vegan_dune_site_1() -> None:
    """By vegan, and as the documentation of EvaluateCore (diversity.calc) prints it."""
    dune = info(Achimill=1, Elymrepe=4, Lolipere=7, Poaprat=4, Poatriv=2)
    published: list[tuple[Any, float]] = [
        *(("richness", 5), ("berger_parker", 0.3888889), ("gini_simpson", 0.7345679)),
        *(("entropy", 1.440482), ("normalized_entropy", 0.8950216), ("perplexity", 4.22273)),
        *((("renyi_entropy", 0), 1.609438), (("renyi_entropy", 1), 1.440482)),
        *((("renyi_entropy", 2), 1.326396), (("tsallis_entropy", 0), 4)),
        *((("tsallis_entropy", 1), 1.440482), (("tsallis_entropy", 2), 0.7345679)),
        *((("hill_number", 0), 5), (("hill_number", 1), 4.22273), (("hill_number", 2), 3.767442)),
        (("hill_number", math.inf), 2.571429),
    ]
    for measure, value in published:
        assert dune.diversity(measure) == pytest.approx(value, rel=5e-7)


def spiders(*counts: int, singletons: int) -> pd.DataFrame:
    every = [*counts, *[1] * singletons]
    return pd.DataFrame({"species": range(len(every)), "n": every})


@pytest.mark.parametrize(
    ("site", "richness", "shannon", "simpson", "estimated"),
    [
        (
            spiders(*(46, 22, 17, 15, 15, 9, 8, 6, 6, 4), *[2] * 4, singletons=12),
            *(26, 12.059650, 7.840000, 13.826253),
        ),
        (
            spiders(
                *(88, 22, 16, 15, 13, 10, 8, 8, 7, 7, 7, 5, 4, 4, 4, 3, 3, 3, 3),
                *[2] * 4,
                singletons=14,
            ),
            *(37, 14.421002, 6.761499, 16.337069),
        ),
    ],
    ids=["girdled", "logged"],
)
def test_inext_spiders(
    site: pd.DataFrame, richness: int, shannon: float, simpson: float, estimated: float
) -> None:
    """The asymptotic table of iNEXT: what was observed, and Chao, Wang and Jost's estimate."""
    asked: list[Any] = [("hill_number", 0), ("hill_number", 1), ("hill_number", 2)]
    theory = InfoTheory(site)
    found = theory.diversity("species", weights="n", measures=asked).iloc[0, -4:-1].tolist()
    assert found == pytest.approx([richness, shannon, simpson], abs=5e-7)
    unseen = theory.diversity(
        "species", weights="n", measures=["perplexity"], estimator="chao-wang-jost"
    )
    assert unseen["perplexity"].iloc[0] == pytest.approx(estimated, abs=5e-7)


def test_blau_index() -> None:
    """By hand: 1 - (2^2 + 2^2 + 1^2) / 5^2, and 1 - (3^2 + 1^2 + 1^2) / 5^2 (Blau 1977)."""
    frame = pd.DataFrame(
        {"Ticker": list("AAAAADDDDD"), "Education": [1, 1, 5, 7, 5, 3, 4, 4, 4, 6]}
    )
    found = InfoTheory(frame).diversity("Education", by="Ticker", measures=["gini_simpson"])
    assert found["gini_simpson"].tolist() == pytest.approx([0.64, 0.56], rel=1e-15)


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
