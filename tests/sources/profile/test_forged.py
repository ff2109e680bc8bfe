"""Profiles whose checksum is right and whose content is not: nothing in a file is believed."""

from __future__ import annotations

import json
import random
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import pdkl
from pdkl import InfoTheory, Profile
from pdkl.counting import numbers
from tests.support.forged import (
    Columns,
    Edit,
    Facts,
    cell,
    closed,
    fact,
    flipped,
    forged,
    opened,
    saved,
)

FRAME = pd.DataFrame(
    {
        "shop": pd.Categorical(["b", "a", "b", None], ["b", "a"], ordered=True),
        "day": pd.to_datetime(["2024-01-01", "2024-01-02"] * 2).as_unit("s"),
        "fruit": pd.Series(["fig", "kiwi", None, "fig"], dtype="string"),
        "size": [1.0, 2.0, 3.0, 4.0],
        "code": pd.Series([1, "x", 2.5, 1], dtype=object),
        "share": [0.5, 0.25, 1.0, 2.0],
    }
)
SHOPS = FRAME.info_theory.profile(
    ["fruit", "size", "code"],
    by=["shop", pd.Grouper(key="day", freq="D")],
    bins={"size": [1, 3, 4]},
)
SHARES = FRAME.info_theory.profile(["fruit", "size"], bins=2, weights="share")
SMALL = FRAME.info_theory.profile("fruit", max_categories=1)
with pytest.MonkeyPatch.context() as patch:
    patch.setattr(numbers, "MOST_VALUES", 3)
    MANY = FRAME.info_theory.profile("size")
EVERY = [SHOPS, SHARES, SMALL, MANY]


def refusal(path: Path, data: bytes) -> str:
    """Return why a file is refused, without its name."""
    path.write_bytes(data)
    with pytest.raises(ValueError, match="is damaged") as caught:
        pdkl.load_profile(path)
    assert type(caught.value) is ValueError
    message = str(caught.value)
    start, end = f"{str(path)!r} is damaged: ", ". Save the profile again."
    assert message.startswith(start)
    assert message.endswith(end)
    return message[len(start) : -len(end)]


def another_cell(facts: Facts, columns: Columns) -> None:
    facts["cells"] += 1
    for name, values in columns.items():
        values.append(7 if name == "column" else values[-1])


FRUIT, SIZE, CODE = (("columns", i) for i in range(3))
FRUITS, CODES = (*FRUIT, "labels", "values"), (*CODE, "labels", "values")
EDGES = (*SIZE, "bins", "edges", "values")
AFTER = "the cell (column, group, category) = ({}) comes after ({})"
LEVELS = {"dtype": "text, pyarrow, <NA>", "values": ["a", "b"]}
TIMES = {"scale": "naive datetime", "zone": None, "fitted": "given"}
NONE_KNOWN = "it has a value that is written in no known way"
NOT_RISING = "the edges of its bins do not rise"
NOT_OF_BINS = "the labels of column 'size' are not those of its bins"
BEYOND = "it promises {} cells, 3 groups and 3 columns, which its SIZE bytes cannot hold"
CASES: list[tuple[Edit, str]] = [
    # cells: column 0 fruit, 1 size, 2 code; by group
    (cell("group", 2, 3), "a cell is of group 3, where they count from 0 to 2"),
    (cell("group", 0, -1), "a cell is of group -1, where they count from 0 to 2"),
    (cell("category", 0, 4), "a cell is of category 4, where they count from 0 to 3"),
    (cell("category", 0, -1), "a cell is of category -1, where they count from 0 to 3"),
    (
        cell("category", 0, 2**63 - 1),
        f"a cell is of category {2**63 - 1}, where they count from 0 to 3",
    ),
    (cell("column", 11, 3), "a cell is of column 3, where they count from 0 to 2"),
    (cell("column", 0, -1), "a cell is of column -1, where they count from 0 to 2"),
    (another_cell, "a cell is of column 7, where they count from 0 to 2"),
    (cell("category", 1, 0), AFTER.format("0, 0, 0", "0, 0, 0")),
    (cell("group", 1, 1), AFTER.format("0, 1, 1", "0, 1, 2")),
    (cell("column", 4, 0), AFTER.format("0, 0, 1", "0, 2, 0")),
    (cell("weight", 3, 0), "a cell has the weight 0"),
    (cell("weight", 3, -1), "a cell has the weight -1"),
    (cell("weight", 3, 5), "group 2 has the weight 5 in one column and 1 in another"),
    (cell("category", 8, 3), AFTER.format("2, 0, 1", "2, 0, 3")),
    (
        cell("category", 9, 4),
        "it has lumped 0 categories of column 'code' together, of the weight 1",
    ),
    (cell("weight", 3, 2**63 - 1), f"its weights add up to {2**63 + 2}, beyond 2**63 - 1"),
    (fact("cells", to=11), "a page of its cells is not of the promised size"),
    (fact("cells", to=13), "a page of its cells is not of the promised size"),
    (fact("cells", to=-1), BEYOND.format(-1)),
    (fact("cells", to=10**9), BEYOND.format(10**9)),
    (fact("cells", to=10**30), BEYOND.format(10**30)),
    (fact("cells", to=True), "its description has bool as 'cells'"),
    # groups and keys
    (fact("groups", to=2), "it has 3 keys 'shop' of 2 groups"),
    (fact("groups", to=4), "it has 3 keys 'shop' of 4 groups"),
    (fact("groups", to=10**12), "it has 3 keys 'shop' of 1000000000000 groups"),
    (fact("groups", to=3.0), "its description has float as 'groups'"),
    (fact("keys", to=[]), "it has 3 groups and no keys"),
    (fact("keys", 0, "values", to=[0, 1, 2]), "a key is none of its levels"),
    (fact("keys", 0, "values", to=[0, 1, -2]), "a key is none of its levels"),
    (
        fact("keys", 0, "values", to=[0, 1, None]),
        "it has values of the dtype 'category' that are written as NoneType",
    ),
    (fact("keys", 0, "values", to=[0, -1, -1]), "two of its groups have the same keys"),
    (fact("keys", 0, "levels", "values", to=["b", "b"]), "the levels of a key hold 'b' twice"),
    (fact("keys", 0, "levels", "values", to=["b", None]), "one of the levels of a key is missing"),
    (fact("keys", 0, "levels", to={"dtype": "category"}), "its description lacks 'levels'"),
    (fact("keys", 1, "values", to=[0, 1]), "it has 2 keys 'day' of 3 groups"),
    (
        fact("keys", 1, "values", to=["2024", 1, 2]),
        "it has values of the dtype 'datetime64[s]' that are written as str",
    ),
    (fact("keys", 1, "dtype", to="V8"), "it has values of the dtype 'V8'"),
    (fact("keys", 1, "dtype", to="datetime64[h]"), "it has values of the dtype 'datetime64[h]'"),
    (fact("keys", 1, "name", to="shop"), "it has the key 'shop' twice"),
    (fact("keys", 1, "name", to="fruit"), "it has column 'fruit' in two places"),
    (fact("keys", 1, "name", to=None), "a column has the name None"),
    (fact("keys", 1, "name", to=2**64), f"a column has the name {2**64}"),
    (fact("keys", 1, "grouper", to=5), "its description has int as 'grouper'"),
    # labels
    (fact(*FRUITS, to=["fig", "fig"]), "the labels of column 'fruit' hold 'fig' twice"),
    (fact(*FRUITS, to=["fig", None]), "one of the labels of column 'fruit' is missing"),
    (
        fact(*FRUITS, to=["fig"]),
        "it has lumped 0 categories of column 'fruit' together, of the weight 1",
    ),
    (fact(*FRUITS, to=[]), "a cell is of category 2, where they count from 0 to 1"),
    (fact(*FRUITS, to=["fig", 1]), "it has values of the dtype 'string' that are written as int"),
    (fact(*FRUITS, to={}), "its description has dict as 'values'"),
    (
        fact(*FRUIT, "labels", "dtype", to="int8"),
        "it has values of the dtype 'int8' that are written as str",
    ),
    (fact(*FRUIT, "labels", "dtype", to="object'"), 'it has values of the dtype "object\'"'),
    (
        fact(
            *FRUIT,
            "labels",
            to={"dtype": "category", "values": [0, 1], "levels": LEVELS, "ordered": True},
        ),
        "the labels of column 'fruit' have levels of their own",
    ),
    (fact(*CODES, to=[1, 2.5, 1.0]), "the labels of column 'code' hold 1.0 twice"),
    (fact(*CODES, to=[1, 2.5, ["decimal", "NaN"]]), NONE_KNOWN),
    (fact(*CODES, to=[1, 2.5, ["code", "x"]]), NONE_KNOWN),
    (fact(*CODES, to=[1, 2.5, [1]]), NONE_KNOWN),
    (fact(*CODE, "ordered", to=True), "the labels of column 'code' are ordered, but no levels"),
    (fact(*CODE, "lumped", to=-1), "it has lumped -1 categories together"),
    (fact(*CODE, "lumped", to=2**63), f"it has lumped {2**63} categories together"),
    (
        fact(*CODE, "lumped", to=1),
        "it has lumped 1 categories of column 'code' together, of the weight 0",
    ),
    (fact(*CODE, "lumped", to=True), "its description has bool as 'lumped'"),
    (fact(*CODE, "name", to="fruit"), "it has column 'fruit' twice"),
    # bins
    (fact(*EDGES, to=[1.0, 4.0, 3.0]), NOT_RISING),
    (fact(*EDGES, to=[1.0, 1.0, 3.0]), NOT_RISING),
    (fact(*EDGES, to=[1.0, 3.0, float("nan")]), NOT_RISING),
    (fact(*EDGES, to=[1.0, 3.0, 4.0, 5.0]), NOT_OF_BINS),
    (fact(*EDGES, to=[1.0]), "it has bins of numbers with 1 edges of float64"),
    (
        fact(*SIZE, "bins", "edges", to={"dtype": "int64", "values": [1, 3, 4]}),
        "it has bins of numbers with 3 edges of int64",
    ),
    (
        fact(*SIZE, "bins", "scale", to="lumber"),
        "it has bins of 'lumber' that were fitted to 'given'",
    ),
    (
        fact(*SIZE, "bins", "unit", to="ns"),
        "it has bins of numbers in the unit ns and of 64 bits",
    ),
    (
        fact(*SIZE, "bins", "precision", to=65),
        "it has bins of numbers in the unit None and of 65 bits",
    ),
    (
        fact(*SIZE, "bins", "scale", to="aware datetime"),
        "it has bins of aware datetimes in the zone None",
    ),
    (fact(*SIZE, "bins", "zone", to="UTC"), "it has bins of numbers in the zone UTC"),
    (
        fact(*SIZE, "bins", "fitted", to="by me"),
        "it has bins of 'number' that were fitted to 'by me'",
    ),
    (
        fact(*SIZE, "bins", "scale", to="naive datetime"),
        "it has bins of naive datetimes with 3 edges of float64",
    ),
    (
        fact(*SIZE, "bins", to={"edges": {"dtype": "int64", "values": [-(2**63), 3, 4]}, **TIMES}),
        NOT_RISING,
    ),
    (fact(*SIZE, "lumped", to=1), NOT_OF_BINS),
    (fact(*SIZE, "leveled", to=False), NOT_OF_BINS),
    # the rest
    (fact("columns", to=[]), "it has no columns"),
    (fact("columns", to={}), "its description has dict as 'columns'"),
    (fact("columns", 0, to="fruit"), "its description lacks 'name'"),
    (fact("weights", to="shop"), "it has column 'shop' in two places"),
    (fact("weights", to="size"), "it has column 'size' in two places"),
    (fact("made", to="today"), "its description has str as 'made'"),
    (
        fact("made", "created", to="today"),
        "it cannot be read (ValueError: Invalid isoformat string: 'today')",
    ),
    (fact("made", "pdkl", to=1), "its description has int as 'pdkl'"),
]


@pytest.mark.parametrize(("edit", "problem"), CASES, ids=lambda _: None)
def test_what_is_wrong_is_said(edit: Edit, problem: str, tmp_path: Path) -> None:
    data = forged(SHOPS, edit)
    assert refusal(tmp_path / "p", data) == problem.replace("SIZE", str(len(data)))


def test_text_that_is_none(tmp_path: Path) -> None:
    facts, table = opened(SHOPS)
    facts["columns"][0]["name"] = "\ud800"
    text = zlib.compress(json.dumps(facts).encode()).ljust(10_000, b"\0")
    assert refusal(tmp_path / "p", closed(text, table)).startswith(
        "it cannot be read (UnicodeEncodeError: "
    )
    facts["columns"][0]["name"] = "fruit" * 1000
    facts["columns"][1]["name"] = "fruit" * 1000
    assert len(refusal(tmp_path / "p", closed(facts, table))) == 301


def test_tables_that_are_none(tmp_path: Path) -> None:
    facts, table = opened(SHOPS)
    fractions = table.set_column(3, "weight", table["weight"].cast(pa.float64()))
    schema = pa.schema([*list(table.schema)[:3], pa.field("weight", pa.float64(), nullable=False)])
    assert refusal(tmp_path / "p", closed(facts, fractions.cast(schema))) == (
        "it counts rows by numbers that are not whole"
    )
    names = ["column", "group", "category", "count"]
    for other in (fractions, table.rename_columns(names), table.drop_columns("weight")):
        assert refusal(tmp_path / "p", closed(facts, other)) == (
            "its table is none of column, group, category and weight"
        )


@pytest.mark.parametrize(
    ("weight", "problem"),
    [
        (0.0, "a cell has the weight 0.0"),
        (-1.0, "a cell has the weight -1.0"),
        (float("nan"), "a cell has the weight nan"),
        (float("inf"), "a cell has the weight inf"),
        (1.5e300, "its weights add up to 1.5e+300, beyond 1e+300"),
        (0.501, "group 0 has the weight 3.751 in one column and 3.75 in another"),
    ],
)
def test_weights_that_are_none(weight: float, problem: str, tmp_path: Path) -> None:
    assert opened(SHARES)[1]["weight"][0].as_py() == 2.5
    weight = weight + 2 if weight == 0.501 else weight
    assert refusal(tmp_path / "p", forged(SHARES, cell("weight", 0, weight))) == problem


REMEDIES = (
    *(". Save the profile again.", ". Write profiles with Profile.save."),
    *(". Update pdkl to read it.", ". Take the profile again, from its data."),
)


def loaded(path: Path, data: bytes) -> Profile | None:
    """Read a profile, or be refused with the words for it; whatever is read can be worked with."""
    path.write_bytes(data)
    try:
        profile = pdkl.load_profile(path)
    except Exception as error:
        if type(error) is ValueError and str(error).endswith(REMEDIES) and str(path) in str(error):
            return None
        raise
    if profile not in EVERY:
        profile.save(path)
        assert pdkl.load_profile(path) == profile
        for name in profile.columns:
            shares = InfoTheory(profile).distribution(name)["probability"]
            assert np.isclose(shares.sum(), 1) or not shares.any()
    return profile


def test_flipped_bytes_are_refused_or_do_not_matter(tmp_path: Path) -> None:
    rng = random.Random(0)
    found: Counter[str] = Counter()
    for profile in EVERY:
        data = saved(profile)
        for i in range(1500):
            back = loaded(tmp_path / "p", flipped(data, 1 + i % 3, rng))
            assert back is None or back == profile
            found["refused" if back is None else "equal"] += 1
    assert found.total() == 6000
    assert found["refused"] > 4500


ODD: list[Any] = [
    *(None, True, 0, 1, -1, 7, 2**31, 2**63, 10**30, 0.5, float("nan"), float("inf")),
    *("", "fig", "object", "category", "interval", "arrow", "Int8", "period[D]", "../etc/passwd"),
    *([], {}, [None], ["decimal", "sNaN"], ["date", "2024"], [[]], [1, 1, 1]),
]


def places(facts: Any, place: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """List where everything in a description stands."""
    steps = facts.keys() if isinstance(facts, dict) else range(len(facts))
    for step in steps:
        yield (*place, step)
        if isinstance(facts[step], dict | list):
            yield from places(facts[step], (*place, step))


def field_by_field(profile: Profile) -> Iterator[tuple[Facts, Any]]:
    """Forge each entry of a description: other values and types, gone, doubled, cut."""
    facts, table = opened(profile)
    for place in places(facts):
        for odd in [*ODD, *("gone", "doubled", "cut")]:
            forgery = json.loads(json.dumps(facts))
            inside: Any = forgery
            for step in place[:-1]:
                inside = inside[step]
            last = place[-1]
            value: Any = inside[last]
            if odd == "gone":
                del inside[last]
            elif odd == "doubled" and isinstance(value, list | str):
                inside[last] = value * 2
            elif odd == "cut" and isinstance(value, list | str):
                inside[last] = value[:-1]
            else:
                inside[last] = odd
            yield forgery, table


def cell_by_cell(profile: Profile) -> Iterator[tuple[Facts, Any]]:
    """Forge each number of a table, and drop, double and exchange its rows."""
    facts, table = opened(profile)
    size = len(table)
    for row in range(size):
        for name in table.column_names:
            for change in (-(2**40), -1, 1, 2**40):
                columns = table.to_pydict()
                columns[name][row] += change
                yield facts, pa.table(columns, schema=table.schema)
        before, after = [*range(row)], [*range(row + 1, size)]
        exchanged = [*before, *after[:1], row, *after[1:]]
        for rows in (before + after, [*before, row, row, *after], exchanged):
            yield {**facts, "cells": len(rows)}, table.take(pa.array(rows, pa.int64()))


@pytest.mark.parametrize(
    ("forge", "step", "number"), [(field_by_field, 5, 1191), (cell_by_cell, 1, 456)]
)
def test_fields_are_refused_or_make_a_profile(
    forge: Callable[[Profile], Iterator[tuple[Facts, Any]]],
    step: int,  # of all changes, some for each place
    number: int,
    tmp_path: Path,
) -> None:
    changes = [change for profile in EVERY for change in forge(profile)][::step]
    read = [loaded(tmp_path / "p", closed(*change)) for change in changes]
    assert len(read) == number
    assert read.count(None) > 0.8 * number
