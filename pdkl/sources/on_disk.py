"""Rows of files put where DuckDB counts on disk, as they have more values than memory holds."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Hashable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa

from pdkl.sources.distinct_rows import running
from pdkl.sources.narwhals import source as narwhals

if TYPE_CHECKING:
    from pdkl.sources.arrow.source import ArrowSource
    from pdkl.sources.narwhals.source import QuerySource

_MEMORY = "1500MB"  # that DuckDB may take before it writes to disk
_THREADS = 8  # each needs some of it
_NAME = "table of DuckDB, in which the rows of these files were put,"
_SAME = (pa.types.is_boolean, pa.types.is_integer, pa.types.is_float32, pa.types.is_float64)


def is_there() -> bool:
    """Tell whether DuckDB is installed, and what asks it."""
    return all(find_spec(name) is not None for name in ("duckdb", "narwhals"))


def type_there(arrow_type: pa.DataType, *, is_key: bool) -> pa.DataType | None:
    """Return the type as which DuckDB tells values apart as it is done here, None if none does.

    Keys come home again, and must then be of the dtype that they have without DuckDB.
    """
    types = pa.types
    if types.is_dictionary(arrow_type) and not arrow_type.ordered:
        return type_there(arrow_type.value_type, is_key=is_key)
    if types.is_string(arrow_type) or types.is_large_string(arrow_type):
        return pa.string()
    if types.is_timestamp(arrow_type):  # DuckDB has no times with a zone below microseconds
        zoned = arrow_type.tz is not None
        if arrow_type.unit == "ns" or (is_key and (zoned or arrow_type.unit != "us")):
            return None
        return pa.timestamp("us", "UTC" if zoned else None)
    if types.is_date32(arrow_type) or types.is_decimal128(arrow_type):
        return arrow_type
    if types.is_float32(arrow_type) and is_key:  # which would be float64
        return None
    return arrow_type if any(is_same(arrow_type) for is_same in _SAME) else None


def is_whole(arrow_type: pa.DataType) -> bool:
    """Tell whether weights of a type are whole."""
    return bool(pa.types.is_integer(arrow_type) or pa.types.is_boolean(arrow_type))


@contextmanager
def in_duckdb(
    sides: Sequence[ArrowSource], columns: Sequence[Sequence[Hashable]]
) -> Iterator[list[QuerySource]]:
    """Put some columns of each side into a database that is gone afterwards."""
    import duckdb

    pa.default_memory_pool().release_unused()  # what was counted before it was too much
    with tempfile.TemporaryDirectory(prefix="pdkl-") as folder:
        settings: dict[str, Any] = {
            "memory_limit": _MEMORY,
            "threads": str(min(os.cpu_count() or 1, _THREADS)),
            "temp_directory": folder,
            "preserve_insertion_order": "false",
        }
        with running(_NAME):
            connection: Any = duckdb.connect(str(Path(folder) / "rows.duckdb"), config=settings)
        with closing(connection):
            yield [
                _moved(side, list(dict.fromkeys(names)), connection, f"side{i}")
                for i, (side, names) in enumerate(zip(sides, columns, strict=True))
            ]


def _moved(side: ArrowSource, names: list[Any], connection: Any, table: str) -> QuerySource:
    def take(schema: pa.Schema, batches: Iterator[pa.RecordBatch]) -> None:
        kinds = [type_there(schema.field(name).type, is_key=False) for name in names]
        plain = pa.schema([(f"c{i}", kind) for i, kind in enumerate(kinds)])
        failed: list[Exception] = []
        rows = pa.RecordBatchReader.from_batches(plain, _cast(batches, plain, failed))
        connection.register("rows", rows)
        try:
            with running(_NAME):
                connection.execute(f"create or replace table {table} as select * from rows")
        except Exception:
            if failed:  # where they were read, and DuckDB only passed it on
                raise failed[0] from None
            raise
        finally:
            connection.unregister("rows")

    side.read_by(names, take)
    found = narwhals.read(connection.table(table), _NAME)
    fields = tuple(
        replace(field, name=name) for field, name in zip(found.query.fields, names, strict=True)
    )
    head = found.head.set_axis(pd.Index(names), axis=1)
    return replace(found, head=head, query=replace(found.query, fields=fields))


def _cast(
    batches: Iterator[pa.RecordBatch], schema: pa.Schema, failed: list[Exception]
) -> Iterator[pa.RecordBatch]:
    """Return the rows as DuckDB gets them; what stops the reading is noted."""
    try:
        for batch in batches:
            arrays = [
                _plain(array).cast(kind) for array, kind in zip(batch, schema.types, strict=True)
            ]
            for array in arrays:
                if pa.types.is_string(array.type):
                    array.validate(full=True)  # text that is no text, whatever its type says
            yield pa.RecordBatch.from_arrays(arrays, schema=schema)
    except Exception as error:
        failed.append(error)
        raise


def _plain(array: pa.Array) -> pa.Array:
    return array.dictionary_decode() if pa.types.is_dictionary(array.type) else array
