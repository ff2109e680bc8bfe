"""What is in one engine compares with what is in another as a loop over the values compares them.

`tests.support.engine_table` says which kinds of column are asked about, and goes through all pairs
of engines one kind at a time.
"""

from __future__ import annotations

from functools import cache
from itertools import product

import pytest

from pdkl import InfoTheory
from tests.support.engine_table import (
    ALL,
    KINDS,
    READ_AS,
    ROLES,
    TOGETHER,
    Held,
    arguments,
    difference,
    held,
    outcome,
    refusal,
    shared,
    today,
)
from tests.support.engines import SOCKETS

NAMES = [engine.name for engine in ALL]
WITH_SPARK = ["pandas", "polars", "parquet"]  # of a slow engine, some pairs in both directions
PAIRS = [
    (one, other)
    for one, other in product(NAMES, repeat=2)
    if "pyspark" not in (one, other) or {one, other} & {*WITH_SPARK}
]
pytestmark = pytest.mark.filterwarnings(SOCKETS)


@cache
def side(name: str) -> Held:
    return held(next(engine for engine in ALL if engine.name == name))


def roles(one: str, other: str) -> list[str]:
    """Choose what is asked here; all of it is by the command of `engine_table`."""
    if "pandas" in (one, other):
        return ROLES
    if "pyspark" in (one, other):
        return ["key"]  # which is one query for all kinds
    return ROLES[:1] if NAMES.index(one) <= NAMES.index(other) else ROLES[1:]


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_pairs_of_engines(one: str, other: str) -> None:
    sides = side(one), side(other)
    for role in roles(one, other):
        kinds = [
            kind
            for kind in shared(*sides)
            if refusal(*sides, kind, role) is None and (role == "category" or kind in TOGETHER)
        ]
        assert len(kinds) >= 14
        assert difference(*sides, kinds, role) is None


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("name", "kind"), READ_AS)
def test_what_a_file_of_text_does_not_tell(name: str, kind: str, role: str) -> None:
    for one, other in [(name, "pandas"), ("pandas", name)]:
        assert outcome(side(one), side(other), kind, role).status == "refused"


def test_keys_one_by_one() -> None:
    for kind, (one, other) in product(KINDS, [("pandas", "parquet"), ("polars", "pandas")]):
        assert difference(side(one), side(other), [kind], "key") is None


@pytest.mark.parametrize("role", ROLES)
def test_what_an_engine_lacks(role: str) -> None:
    columns, keywords = arguments(["duration"], role)
    table = side("ibis").engine.make(today())
    with pytest.raises(RuntimeError) as failed:
        InfoTheory(table).js_divergence(columns, reference=today(), **keywords)
    assert str(failed.value) == (
        "the query of this Ibis table failed, so nothing was counted. It says: "
        "ArrowNotImplementedError: Unsupported cast from month_day_nano_interval to duration using "
        "function cast_duration. Column 'duration' holds durations, which some engines do not give "
        "to Ibis: turn it into a number of seconds where the table is made."
    )
