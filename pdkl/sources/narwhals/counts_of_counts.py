"""Queries that count how many categories have each count, so that these stay in the engine."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import pyarrow as pa

from pdkl.sources.narwhals.query import Field, Query, collected, is_missing


@dataclass(frozen=True)
class EngineSide:
    """What is counted of a frame: the combinations of keys and values.

    Keys and values are called k0, k1, ... and v0, v1, ... where they are counted.
    """

    query: Query
    keys: tuple[Hashable, ...]
    values: tuple[Hashable, ...]
    weights: Hashable | None  # whole ones

    @property
    def fields(self) -> list[Field]:
        """What the keys and values hold."""
        return [self.query.fields[self.query.place[name]] for name in (*self.keys, *self.values)]

    @property
    def groups(self) -> list[str]:
        """The names of the keys."""
        return [f"k{i}" for i in range(len(self.keys))]

    @property
    def categories(self) -> list[str]:
        """The names of the values."""
        return [f"v{i}" for i in range(len(self.values))]

    def combinations(self) -> nw.LazyFrame[Any]:
        """Count each combination as ``n``, and say whether a value is ``missing``."""
        names, place = [*self.groups, *self.categories], self.query.place
        asked = [
            _one_missing(nw.col(f"c{place[field.name]}"), field).alias(name)
            for name, field in zip(names, self.fields, strict=True)
        ]
        number = nw.len()
        if self.weights is not None:
            asked.append(nw.col(f"c{place[self.weights]}").cast(nw.Int64).alias("w"))
            number = nw.col("w").sum()
        combinations = self.query.frame.select(asked).group_by(names)
        missing = nw.any_horizontal(
            *(nw.col(v).is_null() for v in self.categories), ignore_nulls=False
        )
        return combinations.agg(number.cast(nw.Int64).alias("n")).with_columns(
            missing.alias("missing")
        )


def can_meet(here: EngineSide, there: EngineSide) -> bool:
    """Tell whether two frames can stand in one query, and their values be compared in it."""
    one, other = here.query.frame, there.query.frame
    values = [side.fields[-len(side.values) :] for side in (here, there)]
    keys = [side.fields[: len(side.keys)] for side in (here, there)]
    pairs = [*zip(*values, strict=True), *zip(*keys, strict=False)]
    if one.implementation is not other.implementation or any(a.dtype != b.dtype for a, b in pairs):
        return False
    try:  # this builds a query and runs none; frames of two connections cannot be joined
        both = nw.to_native(
            nw.concat([frame.select(nw.lit(1).alias("n")) for frame in (one, other)])
        )
        if one.implementation.is_ibis():
            both.get_backend()
    except Exception:
        return False
    return True


def count_counts(side: EngineSide) -> pa.Table:
    """Tell how many categories of each group have the same count ``p``: so many ``times``."""
    combinations = side.combinations().rename({"n": "p"})
    return collected([_times(combinations, [*side.groups, "missing", "p"])])[0]


def count_counts_beside(side: EngineSide, whole: EngineSide) -> tuple[pa.Table, pa.Table]:
    """Do so for each count ``p`` in a group and ``q`` in the whole; then for the whole alone."""
    combinations, totals = (
        side.combinations().rename({"n": "p"}),
        whole.combinations().rename({"n": "q"}),
    )
    known = totals.filter(~nw.col("missing")).select(*whole.categories, "q")
    both = combinations.join(known, on=whole.categories, how="left").with_columns(
        nw.col("q").fill_null(0)
    )
    tables = collected(
        [_times(both, [*side.groups, "missing", "p", "q"]), _times(totals, ["missing", "q"])]
    )
    return tables[0], tables[1]


def count_counts_of_pairs(side: EngineSide, other: EngineSide) -> pa.Table:
    """Do so for each count ``p`` here and ``q`` there, in the groups of the same keys.

    ``here`` and ``there`` tell on which sides there are such rows, of whatever weight.
    """
    parts = []
    for one, own, has in ((side, "p", "here"), (other, "q", "there")):
        columns = [
            (nw.col("n") if name == own else nw.lit(int(name == has)).cast(nw.Int64)).alias(name)
            for name in ("p", "q", "here", "there")
        ]
        parts.append(one.combinations().select(*one.groups, *one.categories, "missing", *columns))
    keys = [*side.groups, *side.categories, "missing"]
    sums = [nw.col(name).sum().cast(nw.Int64) for name in ("p", "q")]
    most = [nw.col(name).max() for name in ("here", "there")]
    combinations = nw.concat(parts).group_by(keys).agg(*sums, *most)
    return collected([_times(combinations, [*side.groups, "missing", "p", "q", "here", "there"])])[
        0
    ]


def alphabet_size(sides: Sequence[EngineSide], *, dropna: bool) -> int:
    """Count the categories that have a weight on any side."""
    parts = []
    for side in sides:
        combinations = side.combinations().filter(nw.col("n") > 0)
        combinations = combinations.filter(~nw.col("missing")) if dropna else combinations
        parts.append(combinations.select(*side.categories))
    every = (nw.concat(parts) if len(parts) > 1 else parts[0]).unique()
    table = collected([every.select(nw.len().alias("n"))])[0]
    return int(table["n"][0].as_py())


def _times(combinations: nw.LazyFrame[Any], keys: Sequence[str]) -> nw.LazyFrame[Any]:
    return combinations.group_by(keys).agg(nw.len().cast(nw.Int64).alias("times"))


def _one_missing(column: nw.Expr, field: Field) -> nw.Expr:
    """Make NaN and null one, and both zeros, so that they meet in the engine."""
    if field.dtype.is_float():
        known = nw.when(column == 0.0).then(nw.lit(0.0)).otherwise(column)
        return nw.when(~is_missing(column, field)).then(known)
    if field.dtype in (nw.Enum, nw.Categorical):
        return column.cast(nw.String)
    return column
