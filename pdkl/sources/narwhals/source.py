"""Frames of other engines: they count their distinct rows, and only those come home."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from pdkl.codes.intervals import Binner
from pdkl.codes.scales import pandas_dtype
from pdkl.codes.weights import read_weights
from pdkl.sources.base import FrameSource, Rows
from pdkl.sources.distinct_rows import TooManyRowsError, rows_beside_weights, running

if TYPE_CHECKING:
    from pdkl.sources.narwhals.query import Field, Query


_DAY = 24 * 60 * 60 * 10**6  # microseconds
_NULLABLE = {pa.bool_(): pd.BooleanDtype()} | {
    pa.type_for_alias(dtype.name.lower()): dtype
    for dtype in (
        *(pd.Int8Dtype(), pd.Int16Dtype(), pd.Int32Dtype(), pd.Int64Dtype()),
        *(pd.UInt8Dtype(), pd.UInt16Dtype(), pd.UInt32Dtype(), pd.UInt64Dtype()),
    )
}


def read(data: Any, name: str) -> QuerySource:
    """Return a frame as a source; ``name`` is what messages call it."""
    engine = engine_of(name)
    with running(name):
        query = engine.read(data)
    names = [field.name for field in query.fields]  # some may be there twice
    head = pd.DataFrame(dict(enumerate(map(_empty, query.fields))), index=pd.RangeIndex(0))
    return QuerySource(head.set_axis(names, axis=1), query, name)


def engine_of(engine_name: str) -> ModuleType:
    """Return the queries, or say what is lacking to make them."""
    try:
        from pdkl.sources.narwhals import query
    except ModuleNotFoundError as error:
        raise ImportError(
            f"a frame of this kind ({engine_name}) is read through narwhals, which is not "
            "installed. Install it with: pip install 'pdkl[engines]'"
        ) from error
    return query


@dataclass(frozen=True)
class QuerySource(FrameSource):
    """A frame that narwhals can query."""

    head: pd.DataFrame
    query: Query
    engine_name: str
    most: int | None = None  # rows that an answer may have

    @property
    def is_near(self) -> bool:  # type: ignore[override]
        """Whether the rows are in memory."""
        return self.engine_name == "polars DataFrame"

    def reduce(
        self,
        column_lists: Sequence[Sequence[Hashable]],
        weights: Hashable | None,
        binners: Mapping[Hashable, Binner],
    ) -> list[Rows]:
        """Count the distinct rows of each list where the data is."""
        engine = engine_of(self.engine_name)
        fields: dict[Hashable, Field] = {field.name: field for field in self.query.fields}
        if weights is not None:
            read_weights(self.head, weights)  # refuse what is no number
        edges = {
            name: binner.bins.edges
            for name, binner in binners.items()
            if binner.scale == "number"
            and fields[name].is_cut
            and binner.precision == 64
            and binner.bins.size <= engine.MOST_CATEGORIES
        }
        lists = [list(dict.fromkeys(columns)) for columns in column_lists]
        with running(self.engine_name, engine.remedy(self.query, lists)):
            tables = engine.distinct(self.query, lists, weights, edges, self.most)
        if self.most is not None and any(len(table) > self.most for table in tables):
            raise TooManyRowsError
        found = []
        for columns, table in zip(lists, tables, strict=True):
            keys = {
                name: _cut(table[f"{i}"], binners[name], name)
                if name in edges
                else values_of(table[f"{i}"], fields[name])
                for i, name in enumerate(columns)
            }
            cells = table.drop_columns([f"{i}" for i in range(len(columns))]).to_pandas()
            found.append(rows_beside_weights(keys, cells, weights, frozenset(edges)))
        return found


def _empty(field: Field) -> pd.Series[Any]:
    if field.levels is not None:
        return pd.Series(pd.Categorical([], categories=list(field.levels)))
    kind = pa.null() if field.type is None else field.type
    empty: pd.Series[Any] = pa.chunked_array([], kind).to_pandas(types_mapper=pandas_dtype)
    return empty


def values_of(column: pa.ChunkedArray, field: Field) -> pd.Series[Any]:
    """Turn what came home into pandas; integers do not turn to floats where some are missing."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if field.levels is not None:
        return pd.Series(pd.Categorical(column.to_pandas(), categories=list(field.levels)))
    if pa.types.is_decimal(column.type) and field.dtype.is_integer():
        column = column.cast(pa.int64())
    if pa.types.is_interval(column.type):
        column = _durations(column)
    values: pd.Series[Any] = column.to_pandas(
        types_mapper=_NULLABLE.get if column.null_count else None
    )
    return values


def _durations(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Turn intervals of days and nanoseconds into durations; months have no fixed length."""
    spans = column.to_pylist()
    if any(span is not None and span.months for span in spans):
        return column
    ticks = [
        None if span is None else span.days * _DAY + span.nanoseconds // 1000 for span in spans
    ]
    return pa.chunked_array([pa.array(ticks, pa.int64()).cast(pa.duration("us"))])


def _cut(codes: pa.ChunkedArray, binner: Binner, name: Hashable) -> pd.Series[Any]:
    _, labels = binner(pd.Series(dtype=np.float64), name)
    known = codes.fill_null(-1).to_numpy()
    return pd.Series(pd.Categorical.from_codes(known, categories=labels))
