"""Where the categories stay in the engine, the answer is the one that bringing them home gives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pdkl import InfoTheory
from pdkl.comparing import counts_of_counts
from pdkl.sources.narwhals import counts_of_counts as queries
from pdkl.sources.narwhals import query
from tests.support.engines import ENGINES, SOCKETS, Engine, arrow, same

Frame = pd.DataFrame
Ask = Callable[[InfoTheory, Any], Frame]


def _today() -> Frame:
    rng = np.random.default_rng(5)
    size = 400
    frame = pd.DataFrame(
        {
            "shop": rng.choice(["ü", "b", "c", "d"], size),
            "wing": rng.choice([0.0, -0.0, 1.5], size),
            "id": pd.array(rng.integers(0, 60, size) ** 2 // 60, dtype="Int64"),
            "near": pd.array(rng.integers(0, 60, size), dtype="Int64"),
            "x": rng.choice([0.0, -0.0, 0.1, 1 / 3, np.inf], size),
            "fruit": rng.choice(["fig", "kiwi", "lime", "plum"], size, p=[0.5, 0.3, 0.15, 0.05]),
            "n": rng.integers(0, 5, size),
        }
    )
    for name in ("shop", "wing", "id", "near", "x", "fruit"):
        frame.loc[rng.random(size) < 0.06, name] = None
    frame.loc[frame["shop"] == "d", ["id", "fruit", "x"]] = None  # a group with nothing to measure
    frame.loc[frame["shop"] == "c", "n"] = 0  # and one that weighs nothing
    return frame


def _before() -> Frame:
    frame = _today().sample(frac=0.7, random_state=1, ignore_index=True)
    frame = frame.assign(id=frame["id"] + 3, fruit=frame["fruit"].replace("plum", "pear"))
    frame["shop"] = frame["shop"].replace("b", "new")
    return frame


TODAY, BEFORE = _today(), _before()
BASES: tuple[Any, ...] = ("nat", "bit", 10.0)
_ENGINES: list[Any] = [getattr(one, "values", [one])[0] for one in ENGINES]


@pytest.fixture(scope="module", params=["polars lazy", "duckdb"])
def engine(request: pytest.FixtureRequest) -> Engine:
    found: Engine = next(one for one in _ENGINES if one.name == request.param)
    return found


@pytest.fixture
def rows(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many rows each query brought home, nothing being allowed to come as it is."""
    found: list[int] = []
    collect = query.collected

    def spy(frames: Any) -> Any:
        tables = collect(frames)
        found.extend(len(table) for table in tables)
        return tables

    for module in (query, queries):
        monkeypatch.setattr(module, "collected", spy)
    monkeypatch.setattr(counts_of_counts, "MOST_ROWS", 0)
    return found


PARTIES: dict[str, dict[str, Any]] = {
    "all": {"by": "shop", "against": "all"},
    "rest": {"by": "shop", "against": "rest"},
    "rest of two keys": {"by": ["shop", "wing"], "against": "rest"},
    "uniform": {"by": "shop", "against": "uniform"},
    "frame": {"reference": "before"},
    "matched": {"by": "shop", "reference": "before"},
    "matched by two keys": {"by": ["wing", "shop"], "reference": "before"},
    "whole": {"by": "shop", "reference": "before", "match": False},
    "column": {"q": "near", "by": "wing"},
    "column of all": {"q": "near"},
}
MEASURES: list[Any] = [
    *("kl_divergence", "reverse_kl", "jeffreys", "js_divergence", "total_variation", "hellinger"),
    *("bhattacharyya", "chi_square", "max_difference", "cross_entropy", "entropy", "perplexity"),
    *("normalized_entropy", ("renyi_divergence", 0.5), ("tsallis_divergence", 2)),
    *(("renyi_entropy", 2), ("tsallis_entropy", 0.5), ("renyi_divergence", 0)),
    *(("renyi_divergence", np.inf), "richness", "gini_simpson", "berger_parker"),
    *(("hill_number", 3), ("renyi_entropy", np.inf), ("tsallis_entropy", 0)),
]
RULES: dict[str, dict[str, Any]] = {
    "plain": {},
    "missing counted": {"dropna": False},
    "weights": {"weights": "n"},
    "weights and missing": {"weights": "n", "dropna": False},
    "smoothing": {"smoothing": 0.5},
    "perks": {"smoothing": "perks", "dropna": False},
    "larger alphabet": {"smoothing": "laplace", "alphabet": 100},
    "drop": {"zeros": "drop"},
    "floor": {"zeros": 1e-4, "weights": "n"},
}


def _check(engine: Engine, ask: Ask, rows: list[int]) -> None:
    expected = ask(InfoTheory(TODAY), BEFORE)
    rows.clear()
    got = ask(InfoTheory(engine.make(TODAY)), engine.make(BEFORE))
    assert len(rows) > 1, "it was pushed"
    assert got.attrs == expected.attrs
    same(got, expected)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("party", PARTIES)
def test_divergences(engine: Engine, party: str, rule: str, rows: list[int]) -> None:
    def ask(theory: InfoTheory, before: Any) -> Frame:
        against = dict(PARTIES[party])
        if "reference" in against:
            against["reference"] = before
        p = "id" if "q" in against else ["id", "x", "fruit"]
        return theory.divergence(p, **against, **RULES[rule], measures=MEASURES)

    _check(engine, ask, rows)


@pytest.mark.parametrize("by", [None, "shop", ["shop", "wing"]], ids=str)
@pytest.mark.parametrize("rule", [rule for rule in RULES if rule not in ("drop", "floor")])
def test_entropy(engine: Engine, by: Any, rule: str, rows: list[int]) -> None:
    def ask(theory: InfoTheory, _: Any) -> Frame:
        parts = [
            theory.entropy(["id", "x", "fruit"], by=by, base=base, **RULES[rule]) for base in BASES
        ]
        return pd.concat(parts, ignore_index=True)

    _check(engine, ask, rows)


@pytest.mark.parametrize("by", [None, "shop"])
@pytest.mark.parametrize("rule", [rule for rule in RULES if rule not in ("drop", "floor")])
def test_diversity(engine: Engine, by: Any, rule: str, rows: list[int]) -> None:
    def ask(theory: InfoTheory, _: Any) -> Frame:
        asked: list[Any] = ["richness", "gini_simpson", "berger_parker", "perplexity"]
        asked += [("hill_number", order) for order in (0, 0.5, 1, 2, np.inf)]
        return theory.diversity(["id", "x", "fruit"], by=by, measures=asked, **RULES[rule])

    _check(engine, ask, rows)


@pytest.mark.parametrize("by", [None, "shop"])
@pytest.mark.parametrize("rule", ["plain", "missing counted", "weights and missing"])
def test_entropy_of_combinations(engine: Engine, rule: str, by: Any, rows: list[int]) -> None:
    def ask(theory: InfoTheory, _: Any) -> Frame:
        return theory.entropy(["id", "x", "fruit"], joint=True, by=by, **RULES[rule])

    _check(engine, ask, rows)


@pytest.mark.parametrize("rule", ["plain", "missing counted", "weights", "smoothing"])
@pytest.mark.parametrize("party", PARTIES)
def test_divergences_of_combinations(
    engine: Engine, party: str, rule: str, rows: list[int]
) -> None:
    def ask(theory: InfoTheory, before: Any) -> Frame:
        against = dict(PARTIES[party])
        if "reference" in against:
            against["reference"] = before
        p: Any = ("id", "fruit")
        if "q" in against:
            against["q"] = ("near", "fruit")
        return theory.divergence(p, **against, **RULES[rule], measures=MEASURES)

    one_q = party in ("all", "rest", "rest of two keys", "frame", "whole")
    if one_q and rule == "missing counted":  # what lacks a value would not be found
        same(
            ask(InfoTheory(engine.make(TODAY)), engine.make(BEFORE)), ask(InfoTheory(TODAY), BEFORE)
        )
    else:
        _check(engine, ask, rows)


def _raised(ask: Callable[[], Any]) -> str:
    with pytest.raises((ValueError, TypeError)) as caught:
        ask()
    return str(caught.value)


def test_what_is_lacking_is_named(engine: Engine, rows: list[int]) -> None:
    today, before = engine.make(TODAY), engine.make(BEFORE)
    expected = _raised(
        lambda: InfoTheory(TODAY).kl_divergence("fruit", reference=BEFORE, zeros="raise")
    )
    assert "'plum'" in expected
    told = _raised(
        lambda: InfoTheory(today).kl_divergence("fruit", reference=before, zeros="raise")
    )
    assert told == expected
    _check(
        engine,
        lambda theory, _: theory.kl_divergence("id", by="shop", against="all", zeros="raise"),
        rows,
    )
    assert max(rows) < TODAY.groupby(["shop", "id"], dropna=False).ngroups


def test_an_alphabet_that_is_too_small(engine: Engine, rows: list[int]) -> None:
    expected = _raised(lambda: InfoTheory(TODAY).entropy("id", by="shop", alphabet=3))
    assert expected == _raised(
        lambda: InfoTheory(engine.make(TODAY)).entropy("id", by="shop", alphabet=3)
    )
    assert len(rows) > 1


@pytest.mark.parametrize("weight", [-1, None])
def test_bad_weights(engine: Engine, weight: int | None, rows: list[int]) -> None:
    frame = TODAY.assign(n=TODAY["n"].astype("Int64"))
    frame.loc[7, "n"] = weight
    expected = {
        -1: "weights (column 'n') must not be negative; the smallest is -1.",
        None: "weights (column 'n') must not be missing; 1 of 400 are. "
        "Fill them or drop these rows.",
    }[weight]
    assert _raised(lambda: InfoTheory(engine.make(frame)).entropy("id", weights="n")) == expected
    assert len(rows) > 1


def test_groups_of_which_none_meets(engine: Engine, rows: list[int]) -> None:
    apart = BEFORE.assign(shop="elsewhere")
    expected = _raised(lambda: InfoTheory(TODAY).js_divergence("id", by="shop", reference=apart))
    told = _raised(
        lambda: InfoTheory(engine.make(TODAY)).js_divergence(
            "id", by="shop", reference=engine.make(apart)
        )
    )
    assert told == expected
    assert len(rows) > 1


@pytest.mark.parametrize(
    "keywords",
    [
        {"by": "shop", "against": "pairs"},
        {"by": "shop", "reference": "b"},
        {"by": pd.Grouper(key="shop"), "against": "rest"},
        {"by": "shop", "against": "rest", "weights": "half"},
        {"by": "shop", "against": "rest", "test": True, "rng": 0, "n_resamples": 9},
        {"reference": {0: 0.5, 1: 0.5}},
        {"reference": BEFORE},
        {"by": "shop", "against": "rest", "bins": 3},
    ],
    ids="-".join,
)
def test_what_needs_the_categories(
    engine: Engine, keywords: dict[str, Any], rows: list[int]
) -> None:
    today = TODAY.assign(half=TODAY["n"] / 2)
    expected = InfoTheory(today).js_divergence("id", **keywords)
    same(InfoTheory(engine.make(today)).js_divergence("id", **keywords), expected)
    assert max(rows) > 1


def test_no_more_than_the_counts_of_counts_come_home(
    engine: Engine, rows: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counts_of_counts, "MOST_ROWS", 100)
    many = pd.DataFrame({"g": np.arange(9000) % 3, "id": np.arange(9000) // 2})
    theory, known = InfoTheory(engine.make(many)), InfoTheory(many)
    same(theory.entropy("id", by="g"), known.entropy("id", by="g"))
    same(
        theory.kl_divergence("id", by="g", against="rest"),
        known.kl_divergence("id", by="g", against="rest"),
    )
    assert max(rows) == 101
    rows.clear()
    few = many.assign(id=many["id"] % 10)
    InfoTheory(engine.make(few)).entropy("id", by="g")
    assert rows == [30]  # one query, as ever


def test_relations_of_two_connections_come_home(rows: list[int]) -> None:
    duckdb = pytest.importorskip("duckdb")
    connections = [duckdb.connect(), duckdb.connect()]  # a relation alone does not keep its own
    today, before = (
        connection.from_arrow(arrow(frame, nan=True))
        for connection, frame in zip(connections, (TODAY, BEFORE), strict=True)
    )
    expected = InfoTheory(TODAY).kl_divergence("id", by="shop", reference=BEFORE)
    same(InfoTheory(today).kl_divergence("id", by="shop", reference=before), expected)
    assert max(rows) > 1


@pytest.mark.filterwarnings(SOCKETS)
@pytest.mark.parametrize("name", ["ibis", "pyspark"])
def test_other_engines(name: str, rows: list[int]) -> None:
    engine = next(one for one in _ENGINES if one.name == name)
    for party in ("rest", "matched by two keys"):

        def ask(theory: InfoTheory, before: Any, party: str = party) -> Frame:
            against = dict(PARTIES[party])
            if "reference" in against:
                against["reference"] = before
            return theory.divergence(["id", "x"], **against, weights="n", measures=MEASURES)

        _check(engine, ask, rows)
