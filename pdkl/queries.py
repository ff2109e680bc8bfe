"""Frames of other engines as sources: they count their distinct rows, and only those come home."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from pdkl.binned import Binner, as_numbers
from pdkl.engines import dask as partitions
from pdkl.engines.pandas import read_weights, require_whole_sum
from pdkl.rows import Rows, Source

if TYPE_CHECKING:
    from pdkl.engines.narwhals import Field, Query, Side

SUPPORTED = (
    "a DataFrame of pandas, polars, Dask, PySpark or narwhals, a LazyFrame of polars, a DuckDB "
    "relation, an Ibis table, a Table, RecordBatch, RecordBatchReader or Dataset of pyarrow, or a "
    "Profile"
)
_FRAMES = {  # library -> its frames, and what they are called in messages
    "polars": {"DataFrame": "polars DataFrame", "LazyFrame": "polars LazyFrame"},
    "duckdb": {"DuckDBPyRelation": "DuckDB relation"},
    "_duckdb": {"DuckDBPyRelation": "DuckDB relation"},
    "dask": {"DataFrame": "Dask DataFrame"},
    "pyspark": {"DataFrame": "Spark DataFrame"},
    "ibis": {"Table": "Ibis table"},
    "narwhals": {"DataFrame": "narwhals DataFrame", "LazyFrame": "narwhals LazyFrame"},
}
_NULLABLE = {pa.bool_(): pd.BooleanDtype()} | {
    pa.type_for_alias(dtype.name.lower()): dtype
    for dtype in (
        *(pd.Int8Dtype(), pd.Int16Dtype(), pd.Int32Dtype(), pd.Int64Dtype()),
        *(pd.UInt8Dtype(), pd.UInt16Dtype(), pd.UInt32Dtype(), pd.UInt64Dtype()),
    )
}


class TooManyRowsError(Exception):
    """The distinct rows of a frame are more than should come home."""


def name_of(data: Any) -> str | None:
    """Name a frame of another engine, None for anything else; nothing is imported."""
    for kind in type(data).__mro__:
        root = kind.__module__.split(".")[0]
        if kind.__name__ in _FRAMES.get(root, ()):
            return _FRAMES[root][kind.__name__]
    return None


def read(data: Any, name: str) -> Source:
    """Return a frame of another engine, which `name_of` named, as a source."""
    if name.startswith("Dask"):
        return DaskSource(partitions.read(data), data, name)
    engine = _narwhals(name)
    with _running(name):
        query = engine.read(data)
    head = {field.name: _empty(field) for field in query.fields}
    return QuerySource(pd.DataFrame(head, index=pd.RangeIndex(0)), query, name)


def unwrapped(data: Any) -> Any:
    """Return the frame that a narwhals frame is about, and anything else as it is."""
    while (name := name_of(data)) is not None and name.startswith("narwhals"):
        data = data.to_native()
    return data


def _narwhals(spoken: str) -> ModuleType:
    try:
        from pdkl.engines import narwhals
    except ModuleNotFoundError as error:
        raise ImportError(
            f"a frame of this kind ({spoken}) is read through narwhals, which is not installed. "
            "Install it with: pip install 'pdkl[engines]'"
        ) from error
    return narwhals


@contextmanager
def _running(spoken: str) -> Iterator[None]:
    """Say whose query it was that failed."""
    try:
        yield
    except partitions.UncountableError:
        raise
    except Exception as error:
        said = (str(error).strip() or "no more is known").splitlines()[0]
        raise RuntimeError(
            f"the query of this {spoken} failed, so nothing was counted. It says: "
            f"{type(error).__name__}: {said}"
        ) from error


@dataclass(frozen=True)
class QuerySource:
    """A frame that narwhals can query."""

    head: pd.DataFrame
    query: Query
    spoken: str
    kind: str = "frame"
    most: int | None = None  # rows that an answer may have

    def reduce(
        self,
        wanted: Sequence[Sequence[Hashable]],
        weights: Hashable | None,
        cut: Mapping[Hashable, Binner],
    ) -> list[Rows]:
        """Count the distinct rows of each list where the data is."""
        engine = _narwhals(self.spoken)
        fields: dict[Hashable, Field] = {field.name: field for field in self.query.fields}
        if weights is not None and not fields[weights].dtype.is_decimal():
            read_weights(self.head, weights)  # it knows what else is no number
        edges = {
            name: binner.bins.edges
            for name, binner in cut.items()
            if binner.kind == "number"
            and fields[name].is_cut
            and binner.bins.size <= engine.MOST_CATEGORIES
        }
        lists = [list(dict.fromkeys(columns)) for columns in wanted]
        with _running(self.spoken):
            tables = engine.distinct(self.query, lists, weights, edges, self.most)
        if self.most is not None and any(len(table) > self.most for table in tables):
            raise TooManyRowsError
        found = []
        for columns, table in zip(lists, tables, strict=True):
            keys = {
                name: _cut(table[f"{i}"], cut[name], name)
                if name in edges
                else _values(table[f"{i}"], fields[name])
                for i, name in enumerate(columns)
            }
            cells = table.drop_columns([f"{i}" for i in range(len(columns))]).to_pandas()
            found.append(_rows(keys, cells, weights, frozenset(edges)))
        return found


@dataclass(frozen=True)
class Cells:
    """What is counted of a frame: its combinations of keys and columns."""

    source: QuerySource
    keys: tuple[Hashable, ...]
    columns: tuple[Hashable, ...]
    weights: Hashable | None

    @property
    def side(self) -> Side:
        """The same for the engine."""
        engine = _narwhals(self.source.spoken)
        side: Side = engine.Side(self.source.query, self.keys, self.columns, self.weights)
        return side

    @property
    def is_exact(self) -> bool:
        """Whether its weights are whole, and its values of dtypes that engines compare alike."""
        place, fields = self.source.query.place, self.source.query.fields
        whole = self.weights is None or fields[place[self.weights]].is_whole
        return whole and all(field.type is not None for field in self.side.fields)

    @property
    def has_levels(self) -> bool:
        """Whether a column declares its categories."""
        place, fields = self.source.query.place, self.source.query.fields
        return any(fields[place[name]].levels is not None for name in self.columns)

    def check_weights(self) -> None:
        """Raise where weights are missing or negative, or add up to too much."""
        if self.weights is None:
            return
        with _running(self.source.spoken):
            table = _narwhals(self.source.spoken).weigh(self.source.query, self.weights)
        _weight(table.to_pandas(), f"weights (column {self.weights!r})")


@dataclass(frozen=True)
class DaskSource:
    """A Dask frame, whose partitions are pandas frames."""

    head: pd.DataFrame
    frame: Any
    spoken: str
    kind: str = "frame"

    def reduce(
        self,
        wanted: Sequence[Sequence[Hashable]],
        weights: Hashable | None,
        cut: Mapping[Hashable, Binner],
    ) -> list[Rows]:
        """Count the distinct rows of each list where the data is."""
        if weights is not None:
            read_weights(self.head, weights)
        fitting = {
            name: binner
            for name, binner in cut.items()
            if name in self.head and as_numbers(self.head[name], name)[2] == binner.kind
        }
        lists = [list(dict.fromkeys(columns)) for columns in wanted]
        with _running(self.spoken):
            frames = partitions.distinct(self.frame, lists, weights, fitting)
        found = []
        for columns, frame in zip(lists, frames, strict=True):
            keys = {name: frame[f"{i}"] for i, name in enumerate(columns)}
            cells = frame.iloc[:, len(columns) :]
            found.append(_rows(keys, cells, weights, frozenset(fitting)))
        return found


def can_meet(here: Cells, there: Cells) -> bool:
    """Tell whether one query can count both, all in whole numbers."""
    sides = (here, there)
    with _running(here.source.spoken):
        return all(cells.is_exact for cells in sides) and bool(
            _narwhals(here.source.spoken).can_meet(here.side, there.side)
        )


def spectrum(cells: Cells) -> pd.DataFrame:
    """Return `pdkl.engines.narwhals.spectrum`, the keys by their names."""
    with _running(cells.source.spoken):
        table = _narwhals(cells.source.spoken).spectrum(cells.side)
    return _named(table, cells)


def spectrum_beside(cells: Cells, whole: Cells) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return `pdkl.engines.narwhals.spectrum_beside`, the keys by their names."""
    with _running(cells.source.spoken):
        tables = _narwhals(cells.source.spoken).spectrum_beside(cells.side, whole.side)
    return _named(tables[0], cells), _named(tables[1], whole)


def spectrum_of_pairs(here: Cells, there: Cells) -> pd.DataFrame:
    """Return `pdkl.engines.narwhals.spectrum_of_pairs`, the keys by their names."""
    with _running(here.source.spoken):
        table = _narwhals(here.source.spoken).spectrum_of_pairs(here.side, there.side)
    return _named(table, here)


def alphabet(sides: Sequence[Cells], *, dropna: bool) -> int:
    """Count the categories that have a weight on any side."""
    spoken = sides[0].source.spoken
    with _running(spoken):
        return int(_narwhals(spoken).alphabet([cells.side for cells in sides], dropna=dropna))


def _named(table: pa.Table, cells: Cells) -> pd.DataFrame:
    fields = dict(zip(cells.side.groups, cells.side.fields, strict=False))
    keys = {field.name: _values(table[name], field) for name, field in fields.items()}
    rest = table.drop_columns(list(fields)).to_pandas()
    return pd.DataFrame({**keys, **{name: rest[name] for name in rest.columns}})


def _empty(field: Field) -> pd.Series[Any]:
    if field.levels is not None:
        return pd.Series(pd.Categorical([], categories=list(field.levels)))
    kind = pa.null() if field.type is None else field.type
    empty: pd.Series[Any] = pa.chunked_array([], kind).to_pandas()
    return empty


def _values(column: pa.ChunkedArray, field: Field) -> pd.Series[Any]:
    """Turn what came home into pandas; integers do not turn to floats where some are missing."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if field.levels is not None:
        return pd.Series(pd.Categorical(column.to_pandas(), categories=list(field.levels)))
    if pa.types.is_decimal(column.type) and field.dtype.is_integer():
        column = column.cast(pa.int64())
    values: pd.Series[Any] = column.to_pandas(
        types_mapper=_NULLABLE.get if column.null_count else None
    )
    return values


def _cut(codes: pa.ChunkedArray, binner: Binner, name: Hashable) -> pd.Series[Any]:
    _, labels = binner(pd.Series(dtype=np.float64), name)
    known = codes.fill_null(-1).to_numpy()
    return pd.Series(pd.Categorical.from_codes(known, categories=labels))


def _rows(
    keys: dict[Hashable, pd.Series[Any]],
    cells: pd.DataFrame,
    weights: Hashable | None,
    cut: frozenset[Hashable],
) -> Rows:
    """Put the distinct rows beside what they weigh."""
    name = weights
    if name is None or name in keys:
        name = "rows"
        while name in keys:
            name = f"_{name}"
    number = cells["rows"] if weights is None else _weight(cells, f"weights (column {weights!r})")
    return Rows(pd.DataFrame({**keys, name: number}), name, cut)


def _weight(cells: pd.DataFrame, spoken: str) -> pd.Series[Any]:
    """Check the weights, and add their halves."""
    if n_missing := int(cells["missing"].sum()):
        raise ValueError(
            f"{spoken} must not be missing; {n_missing} of {int(cells['rows'].sum())} are. "
            "Fill them or drop these rows."
        )
    if len(cells) and (least := cells["least"].min()) < 0:
        raise ValueError(f"{spoken} must not be negative; the smallest is {least:g}.")
    if "total" in cells:
        return cells["total"].astype(np.float64)
    low, high = cells["low"].astype(np.int64), cells["high"].astype(np.float64)
    if len(cells) and float(high.max()) + float(low.max()) > 2.0**62:
        exact = [int(a) + int(b) for a, b in zip(low, high, strict=True)]
        require_whole_sum(sum(exact), spoken)
        return pd.Series(exact, dtype=np.int64)
    return high.astype(np.int64) + low
