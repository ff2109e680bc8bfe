"""One frame in several databases: how it is created there, and what pandas says of it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pandas as pd

import pdkl

ROWS = 60
FRAME = pd.DataFrame(
    {
        "text": ["a", "b", None, "ü 'x'"] * (ROWS // 4),
        "number": pd.array([1, None, 3] * (ROWS // 3), "Int64"),
        "large": [2**53 + 1, 2**53, -1] * (ROWS // 3),
        "share": [0.5, float("nan"), -1.25, 1e300] * (ROWS // 4),
        "day": [pd.Timestamp(2024, 1, 1 + i % 5).date() for i in range(ROWS)],
        "sold": [pd.Timestamp("2024-01-01 10:00") + pd.Timedelta(hours=i % 7) for i in range(ROWS)],
        "flag": pd.array([True, False, None] * (ROWS // 3), "boolean"),
        "price": [Decimal("1.25"), Decimal("2.00"), None] * (ROWS // 3),
        "rank": [1, 2] * (ROWS // 2),
    }
)
ZONED = FRAME.assign(seen=FRAME["sold"].dt.tz_localize("UTC"))
_TYPES = {
    "text": "text",
    "number": "integer",
    "large": "bigint",
    "share": "double precision",
    "day": "date",
    "sold": "timestamp",
    "flag": "boolean",
    "price": "numeric(10, 2)",
    "rank": "numeric(4, 0)",
    "seen": "timestamp with time zone",
}


def statements(frame: pd.DataFrame, name: str) -> list[str]:
    """Write what creates and fills a table."""
    columns = ", ".join(f'"{column}" {_TYPES[str(column)]}' for column in frame)
    rows = [
        f"({', '.join(map(_literal, row))})" for row in frame.astype(object).itertuples(index=False)
    ]
    return [f"create table {name} ({columns})", f"insert into {name} values {', '.join(rows)}"]


def _literal(value: Any) -> str:
    if pd.isna(value):
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float | Decimal):
        return repr(value) if isinstance(value, float) else str(value)
    return f"""'{str(value).replace("'", "''")}'"""


def assert_same(found: pdkl.InfoTheory, frame: pd.DataFrame) -> None:
    """Hold the counts of each column, the entropies, and drift, to those of pandas."""
    ours = pdkl.InfoTheory(frame)
    for name in frame:
        assert _counts(found, str(name)) == _counts(ours, str(name)), name
    columns = [name for name in frame if name != "large"]  # which no float holds
    for answer, expected in (
        (one.entropy(columns, by="text", base="bit", dropna=False) for one in (found, ours)),
        (one.drift(frame.iloc[: ROWS // 2], rng=0).drop(columns="note") for one in (found, ours)),
    ):
        pd.testing.assert_frame_equal(answer.astype(object), expected.astype(object))


def _counts(theory: pdkl.InfoTheory, name: str) -> dict[Any, int]:
    counted = theory.distribution(name, dropna=False)
    return {
        None if pd.isna(value) else value: number
        for value, number in zip(counted["category"], counted["count"], strict=True)
    }
