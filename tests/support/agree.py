"""Whether a result of the library is what `oracle` answers, cell by cell."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from itertools import groupby, pairwise
from typing import Any

import pandas as pd

from tests.support import oracle
from tests.support.oracle import Row

RANKED = {"contributions": "contribution", "distribution": "count"}
FRACTIONAL = {"w_float", "part"}  # weights that are no whole numbers


def same(actual: Any, expected: Any, tolerance: float, slack: float = 0.0) -> bool:
    """Compare two cells: floats to the tolerance, NaN, inf and everything else exactly."""
    if expected is None:
        return oracle.plain(actual) is None
    if not isinstance(expected, float) or not isinstance(actual, int | float):
        return bool(actual == expected)
    if math.isnan(expected):
        return math.isnan(actual)
    if expected == 0 and not slack:
        return actual == 0 and math.copysign(1.0, actual) == 1
    return math.isclose(actual, expected, rel_tol=tolerance) or abs(actual - expected) <= slack


def agree(
    result: pd.DataFrame, rows: list[Row], keywords: dict[str, Any], context: Any = None
) -> None:
    """Check every column, row and cell of a result, in order.

    What is exactly 0 may leave a rounding residue under fractional weights only.
    """
    context = (context, {name: keywords[name] for name in keywords if name != "reference"})
    fractional = keywords.get("weights") in FRACTIONAL
    residue = 1e-14 if fractional else 0.0
    assert rows, context
    assert list(result.columns) == list(rows[0]), context
    assert isinstance(result.index, pd.RangeIndex), context
    assert len(result) == len(rows), context
    for name in result.columns:
        for i, (cell, row) in enumerate(zip(result[name].tolist(), rows, strict=True)):
            slack = residue if fractional or row[name] == 0 else 0.0
            good = same(cell, row[name], 1e-9 if fractional else 1e-12, slack)
            assert good, (context, i, name, cell, row)
    for name in {"n", "n_missing", "count"} & set(result.columns):
        assert result[name].dtype == ("float64" if fractional else "int64"), context


def blocks(rows: list[Row]) -> Iterator[list[Row]]:
    """Split the rows of a result into runs that differ in their categories only."""
    if rows:
        names = list(rows[0])[: list(rows[0]).index("category")]
        for _, block in groupby(rows, key=lambda row: [row[name] for name in names]):
            yield list(block)


def in_rank_order(result: pd.DataFrame, rows: list[Row], rank: str) -> pd.DataFrame:
    """Check that each block goes from large to small, and put it into the order of the oracle.

    Terms that are equal in exact arithmetic may come in any order.
    """
    assert len(result) == len(rows)
    categories = [oracle.plain(value) for value in result["category"].tolist()]
    sizes = [abs(value) for value in result[rank].tolist()]
    order: list[int] = []
    for block in blocks(rows):
        start, stop = len(order), len(order) + len(block)
        expected = [row["category"] for row in block]
        assert Counter(categories[start:stop]) == Counter(expected), block
        order += [categories.index(category, start) for category in expected]
        for large, small in pairwise(sizes[start:stop]):
            assert math.isnan(large) == math.isnan(small), block
            assert math.isnan(large) or large >= small * (1 - 1e-12), block
    return result.iloc[order].reset_index(drop=True)
