"""Queries that reduce a frame inside its engine to distinct rows and their number."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import pyarrow as pa

from pdkl.codes.weights import split_halves
from pdkl.core.counts.bin_edges import Numbers
from pdkl.sources.distinct_rows import AmbiguousNameError

MOST_CATEGORIES = 256  # columns of more intervals come home as they are, and are cut there
_ARROW = {
    **{getattr(nw, name): getattr(pa, name.lower())() for name in ("Int8", "Int16", "Int32")},
    **{getattr(nw, name): getattr(pa, name.lower())() for name in ("UInt8", "UInt16", "UInt32")},
    **{getattr(nw, name): getattr(pa, name.lower())() for name in ("Int64", "UInt64")},
    nw.Int128: pa.int64(),  # the sums of some engines, which seldom need so much
    nw.UInt128: pa.int64(),
    nw.Float32: pa.float32(),
    nw.Float64: pa.float64(),
    nw.Boolean: pa.bool_(),
    nw.String: pa.string(),
    nw.Enum: pa.string(),
    nw.Categorical: pa.string(),
    nw.Date: pa.date32(),
    nw.Time: pa.time64("ns"),
    nw.Decimal: pa.decimal128(38, 9),
}


@dataclass(frozen=True)
class Field:
    """What one column holds."""

    name: str
    dtype: Any  # as narwhals has it

    @property
    def type(self) -> pa.DataType | None:
        """Arrow's type, None for those that nothing depends on."""
        dtype = self.dtype
        if isinstance(dtype, nw.Datetime):
            return pa.timestamp(dtype.time_unit, dtype.time_zone)
        if isinstance(dtype, nw.Duration):
            return pa.duration(dtype.time_unit)
        return _ARROW.get(type(dtype))

    @property
    def levels(self) -> tuple[str, ...] | None:
        """The declared levels."""
        return tuple(self.dtype.categories) if isinstance(self.dtype, nw.Enum) else None

    @property
    def is_whole(self) -> bool:
        """Whether it holds whole numbers by dtype."""
        return bool(self.dtype.is_integer() or self.dtype == nw.Boolean)

    @property
    def is_cut(self) -> bool:
        """Whether it can be cut by comparing with numbers."""
        return bool(self.dtype.is_integer() or self.dtype == nw.Float64)


@dataclass(frozen=True)
class Query:
    """A frame of an engine, its columns renamed by position: not every engine takes every name."""

    frame: nw.LazyFrame[Any]
    fields: tuple[Field, ...]

    @property
    def place(self) -> dict[Hashable, int]:
        """Where each column stands."""
        return {field.name: i for i, field in enumerate(self.fields)}


def read(data: Any) -> Query:
    """Read the schema of a frame, which runs nothing."""
    names, frame = _renamed(nw.from_native(data).lazy())
    dtypes = frame.collect_schema().values()
    return Query(frame, tuple(map(Field, names, dtypes)))


def _renamed(frame: nw.LazyFrame[Any]) -> tuple[list[str], nw.LazyFrame[Any]]:
    """Return what the columns were called, and the frame with names by position.

    It is said in each engine's own words, by position where it can be: to select by name would read
    patterns (polars), parts of a structure (Spark), or one of two names that differ in case.
    """
    native: Any = nw.to_native(frame)
    is_polars = frame.implementation.is_polars()
    names = list(native.collect_schema().names() if is_polars else native.columns)
    places = [f"c{i}" for i in range(len(names))]
    if is_polars:
        native = native.rename(dict(zip(names, places, strict=True)))
    elif frame.implementation.is_duckdb():
        native = native.project(", ".join(f"#{i} as {new}" for i, new in enumerate(places, 1)))
    elif frame.implementation.is_spark_like():
        native = native.toDF(*places)
    else:
        _require_told_apart(names)
        native = native.rename(dict(zip(places, names, strict=True)))
    return names, nw.from_native(native)


def _require_told_apart(names: Sequence[str]) -> None:
    """Raise where names are not told apart in SQL, which is all that Ibis speaks."""
    first: dict[str, str] = {}
    for name in names:
        if not name or "\0" in name:
            raise AmbiguousNameError(
                f"a column of this Ibis table is called {name!r}, which is no name in SQL, so its "
                "engine cannot be asked for it. Give it another name where the table is made."
            )
        if (other := first.setdefault(name.casefold(), name)) != name:
            raise AmbiguousNameError(
                f"columns {other!r} and {name!r} of this Ibis table differ in case only, and its "
                "engine may take one for the other. Give one another name where the table is made."
            )


def remedy(query: Query, column_lists: Sequence[Sequence[Hashable]]) -> str:
    """Say what may help where a query fails for the types of these columns."""
    asked = {name for columns in column_lists for name in columns}
    spans = [f.name for f in query.fields if f.name in asked and isinstance(f.dtype, nw.Duration)]
    if not spans or not query.frame.implementation.is_ibis():
        return ""
    return (
        f"Column {spans[0]!r} holds durations, which some engines do not give to Ibis: turn it "
        "into a number of seconds where the table is made."
    )


def distinct(
    query: Query,
    column_lists: Sequence[Sequence[Hashable]],
    weights: Hashable | None,
    edges: Mapping[Hashable, Numbers],
    most: int | None = None,
) -> list[pa.Table]:
    """Count the distinct rows of each list of columns, where the data is.

    Of an answer of more than ``most`` rows so many and one come, to show that there are more.

    The columns of an answer are called by their place in the list. Beside them stand ``rows``, and
    for the weights ``missing`` (how many), ``least``, and what they add up to: ``low`` + ``high``
    for whole ones, exactly, else ``total``, for decimals beside ``fractions`` (how many have one).
    Columns with ``edges`` come as the codes of
    `pdkl.core.counts.bin_edges.Bins.assign`, null where missing.
    """
    frames = [_reduced(query, columns, weights, edges) for columns in column_lists]
    return collected(frames if most is None else [frame.head(most + 1) for frame in frames])


def collected(frames: Sequence[nw.LazyFrame[Any]]) -> list[pa.Table]:
    """Run queries, together where the engine can."""
    if frames and frames[0].implementation.is_polars():  # one scan for all
        every = nw.get_native_namespace(frames[0]).collect_all(list(map(nw.to_native, frames)))
        return [frame.to_arrow() for frame in every]
    return [nw.to_native(frame.collect("pyarrow")) for frame in frames]


def _reduced(
    query: Query,
    columns: Sequence[Hashable],
    weights: Hashable | None,
    edges: Mapping[Hashable, Numbers],
) -> nw.LazyFrame[Any]:
    place, keys = query.place, [f"{i}" for i in range(len(columns))]
    asked = []
    for key, name in zip(keys, columns, strict=True):
        column = nw.col(f"c{place[name]}")
        if name in edges:
            column = _code(column, edges[name], query.fields[place[name]])
        asked.append(column.alias(key))
    weighed, found = _weighed(query, weights)
    return query.frame.select(asked + weighed).group_by(keys).agg(found)


def _weighed(query: Query, weights: Hashable | None) -> tuple[list[nw.Expr], list[nw.Expr]]:
    """Return the columns that a sum of rows or weights needs, and how to add them."""
    asked, found = [], [nw.len().cast(nw.Int64).alias("rows")]
    if weights is not None:
        at = query.place[weights]
        field, weight = query.fields[at], nw.col(f"c{at}")
        missing = is_missing(weight, field)
        asked.append(missing.cast(nw.Int64).alias("missing"))
        if field.is_whole:
            weight = weight.cast(nw.Int64) if field.dtype == nw.Boolean else weight
            low, high = split_halves(weight)
            asked += [weight.alias("least"), low.cast(nw.Int64).alias("low")]
            asked.append(high.cast(nw.Float64).alias("high"))
            sums = ["missing", "low", "high"]
        else:
            weight = weight.cast(nw.Float64)
            asked += [weight.alias("least"), weight.alias("total")]
            sums = ["missing", "total"]
            if field.dtype.is_decimal():
                fraction = (weight.fill_null(0.0) % 1.0 != 0.0).cast(nw.Int64)
                asked.append(fraction.alias("fractions"))
                sums.append("fractions")
        found += [nw.col(name).sum() for name in sums] + [nw.col("least").min()]
    return asked, found


def weigh(query: Query, weights: Hashable) -> pa.Table:
    """Add all weights, as `distinct` does for some rows."""
    asked, found = _weighed(query, weights)
    return collected([query.frame.select(asked).select(found)])[0]


def is_missing(column: nw.Expr, field: Field) -> nw.Expr:
    """Tell missing values, NaN among them."""
    missing = column.is_null()
    return missing | column.is_nan() if field.dtype.is_float() else missing


def _code(column: nw.Expr, edges: Numbers, field: Field) -> nw.Expr:
    value, bounds = column.cast(nw.Float64), [float(edge) for edge in edges]
    inside = _search(value, bounds[:-1], 0)
    code = nw.when(value > bounds[-1]).then(nw.lit(len(bounds))).otherwise(inside)
    # some engines hold NaN to be above every number
    return nw.when(~is_missing(column, field)).then(code)


def _search(value: nw.Expr, starts: list[float], below: int) -> nw.Expr:
    """Return how many ``starts`` a value reaches, plus ``below``, by halving."""
    if not starts:
        return nw.lit(below)
    middle = len(starts) // 2
    above = _search(value, starts[middle + 1 :], below + middle + 1)
    return (
        nw.when(value >= starts[middle])
        .then(above)
        .otherwise(_search(value, starts[:middle], below))
    )
