"""Reduce frames of other engines inside them: only distinct rows and their number come home."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import pyarrow as pa

from pdkl.core.binning import Numbers
from pdkl.core.counts import HALF

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
        return bool(self.dtype.is_integer() or self.dtype.is_float())


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
    frame = nw.from_native(data).lazy()
    schema = frame.collect_schema()
    names = [f"c{i}" for i in range(len(schema))]
    native = nw.to_native(frame)
    # in their own words, since some versions read a dot in a name as a part of something
    if frame.implementation.is_spark_like():
        frame = nw.from_native(native.toDF(*names))
    elif frame.implementation.is_duckdb():
        quoted = [name.replace('"', '""') for name in schema]
        columns = (f'"{name}" as {new}' for name, new in zip(quoted, names, strict=True))
        frame = nw.from_native(native.project(", ".join(columns)))
    else:
        frame = frame.select(
            nw.col(name).alias(new) for name, new in zip(schema, names, strict=True)
        )
    return Query(frame, tuple(Field(name, dtype) for name, dtype in schema.items()))


def distinct(
    query: Query,
    wanted: Sequence[Sequence[Hashable]],
    weights: Hashable | None,
    cut: Mapping[Hashable, Numbers],
    most: int | None = None,
) -> list[pa.Table]:
    """Count the distinct rows of each list of columns, where the data is.

    Of an answer of more than ``most`` rows so many and one come, to show that there are more.

    The columns of an answer are called by their place in the list. Beside them stand ``rows``, and
    for the weights ``missing`` (how many), ``least``, and what they add up to: ``low`` + ``high``
    for whole ones, exactly, else ``total``. Columns to ``cut`` come as the codes of
    `pdkl.core.binning.Bins.assign`, null where missing.
    """
    frames = [_reduced(query, columns, weights, cut) for columns in wanted]
    return _collected(frames if most is None else [frame.head(most + 1) for frame in frames])


def _collected(frames: Sequence[nw.LazyFrame[Any]]) -> list[pa.Table]:
    if frames and frames[0].implementation.is_polars():  # one scan for all
        every = nw.get_native_namespace(frames[0]).collect_all(list(map(nw.to_native, frames)))
        return [frame.to_arrow() for frame in every]
    return [nw.to_native(frame.collect("pyarrow")) for frame in frames]


def _reduced(
    query: Query,
    columns: Sequence[Hashable],
    weights: Hashable | None,
    cut: Mapping[Hashable, Numbers],
) -> nw.LazyFrame[Any]:
    place, keys = query.place, [f"{i}" for i in range(len(columns))]
    asked = []
    for key, name in zip(keys, columns, strict=True):
        column = nw.col(f"c{place[name]}")
        if name in cut:
            column = _code(column, cut[name], query.fields[place[name]])
        asked.append(column.alias(key))
    weighed, found = _weighed(query, weights)
    return query.frame.select(asked + weighed).group_by(keys).agg(found)


def _weighed(query: Query, weights: Hashable | None) -> tuple[list[nw.Expr], list[nw.Expr]]:
    """Return the columns that a sum of rows or weights needs, and how to add them."""
    asked, found = [], [nw.len().cast(nw.Int64).alias("rows")]
    if weights is not None:
        at = query.place[weights]
        field, weight = query.fields[at], nw.col(f"c{at}")
        missing = _is_missing(weight, field)
        asked.append(missing.cast(nw.Int64).alias("missing"))
        if field.is_whole:
            # sums of 64-bit integers wrap in some engines and fail in others; those of two
            # halves fit, and the upper one is a multiple of 2**31, which floats add exactly
            weight = weight.cast(nw.Int64) if field.dtype == nw.Boolean else weight
            low = weight % HALF
            asked += [weight.alias("least"), low.cast(nw.Int64).alias("low")]
            asked.append((weight - low).cast(nw.Float64).alias("high"))
            sums = ["missing", "low", "high"]
        else:
            weight = weight.cast(nw.Float64)
            asked += [weight.alias("least"), weight.alias("total")]
            sums = ["missing", "total"]
        found += [nw.col(name).sum() for name in sums] + [nw.col("least").min()]
    return asked, found


def weigh(query: Query, weights: Hashable) -> pa.Table:
    """Add all weights, as `distinct` does for some rows."""
    asked, found = _weighed(query, weights)
    return _collected([query.frame.select(asked).select(found)])[0]


@dataclass(frozen=True)
class Side:
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

    def cells(self) -> nw.LazyFrame[Any]:
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
        cells = self.query.frame.select(asked).group_by(names)
        missing = nw.any_horizontal(
            *(nw.col(v).is_null() for v in self.categories), ignore_nulls=False
        )
        return cells.agg(number.cast(nw.Int64).alias("n")).with_columns(missing.alias("missing"))


def can_meet(here: Side, there: Side) -> bool:
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


def spectrum(side: Side) -> pa.Table:
    """Tell how many categories of each group have the same count ``p``: so many ``times``."""
    cells = side.cells().rename({"n": "p"})
    return _collected([_times(cells, [*side.groups, "missing", "p"])])[0]


def spectrum_beside(side: Side, whole: Side) -> tuple[pa.Table, pa.Table]:
    """Do so for each count ``p`` in a group and ``q`` in the whole; then for the whole alone."""
    cells, totals = side.cells().rename({"n": "p"}), whole.cells().rename({"n": "q"})
    known = totals.filter(~nw.col("missing")).select("v0", "q")
    both = cells.join(known, on="v0", how="left").with_columns(nw.col("q").fill_null(0))
    tables = _collected(
        [_times(both, [*side.groups, "missing", "p", "q"]), _times(totals, ["missing", "q"])]
    )
    return tables[0], tables[1]


def spectrum_of_pairs(side: Side, other: Side) -> pa.Table:
    """Do so for each count ``p`` here and ``q`` there, in the groups of the same keys.

    ``here`` and ``there`` tell on which sides there are such rows, of whatever weight.
    """
    parts = []
    for one, own, has in ((side, "p", "here"), (other, "q", "there")):
        columns = [
            (nw.col("n") if name == own else nw.lit(int(name == has)).cast(nw.Int64)).alias(name)
            for name in ("p", "q", "here", "there")
        ]
        parts.append(one.cells().select(*one.groups, *one.categories, "missing", *columns))
    keys = [*side.groups, *side.categories, "missing"]
    sums = [nw.col(name).sum().cast(nw.Int64) for name in ("p", "q")]
    most = [nw.col(name).max() for name in ("here", "there")]
    cells = nw.concat(parts).group_by(keys).agg(*sums, *most)
    return _collected([_times(cells, [*side.groups, "missing", "p", "q", "here", "there"])])[0]


def alphabet(sides: Sequence[Side], *, dropna: bool) -> int:
    """Count the categories that have a weight on any side."""
    parts = []
    for side in sides:
        cells = side.cells().filter(nw.col("n") > 0)
        cells = cells.filter(~nw.col("missing")) if dropna else cells
        parts.append(cells.select(*side.categories))
    every = (nw.concat(parts) if len(parts) > 1 else parts[0]).unique()
    table = _collected([every.select(nw.len().alias("n"))])[0]
    return int(table["n"][0].as_py())


def _times(cells: nw.LazyFrame[Any], keys: Sequence[str]) -> nw.LazyFrame[Any]:
    return cells.group_by(keys).agg(nw.len().cast(nw.Int64).alias("times"))


def _one_missing(column: nw.Expr, field: Field) -> nw.Expr:
    """Make NaN and null one, and both zeros, so that they meet in the engine."""
    if field.dtype.is_float():
        known = nw.when(column == 0.0).then(nw.lit(0.0)).otherwise(column)
        return nw.when(~_is_missing(column, field)).then(known)
    if field.dtype in (nw.Enum, nw.Categorical):
        return column.cast(nw.String)
    return column


def _is_missing(column: nw.Expr, field: Field) -> nw.Expr:
    missing = column.is_null()
    return missing | column.is_nan() if field.dtype.is_float() else missing


def _code(column: nw.Expr, edges: Numbers, field: Field) -> nw.Expr:
    value, bounds = column.cast(nw.Float64), [float(edge) for edge in edges]
    inside = _search(value, bounds[:-1], 0)
    code = nw.when(value > bounds[-1]).then(nw.lit(len(bounds))).otherwise(inside)
    # some engines hold NaN to be above every number
    return nw.when(~_is_missing(column, field)).then(code)


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
