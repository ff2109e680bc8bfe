"""How every engine holds a frame of pandas, and when two answers are the same."""

from __future__ import annotations

import itertools
import json
import re
import shutil
import tempfile
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import pdkl

LEVELS = ["small", "large", "never", "medium"]
COUNTS = {"n", "n_reference", "n_missing", "n_missing_reference", "categories", "count"}
NUMBERS = itertools.count()  # of the files
Frame = pd.DataFrame


def arrow(frame: Frame, *, nan: bool) -> pa.Table:
    """Hold missing floats as NaN and as null, in turns."""
    columns: dict[str, Any] = {}
    for name, values in frame.items():
        column = values.astype(object) if isinstance(values.dtype, pd.CategoricalDtype) else values
        columns[str(name)] = pa.array(column, from_pandas=True)
        if nan and values.dtype == np.float64:
            null = values.isna().to_numpy() & (np.arange(len(values)) % 2 == 0)
            columns[str(name)] = pa.array(values.to_numpy(), mask=null, from_pandas=False)
    return pa.table(columns)


def categorical(frame: Frame) -> list[Any]:
    """List the columns that declare levels."""
    return [name for name, of in frame.dtypes.items() if isinstance(of, pd.CategoricalDtype)]


@dataclass(frozen=True)
class Engine:
    """How an engine holds a pandas frame."""

    name: str
    make: Callable[[Frame], Any]
    declares: bool = False  # whether it knows the levels of a column that has some

    def expected(self, frame: Frame) -> Frame:
        """Return the frame as pandas would hold what the engine knows."""
        return frame if self.declares else frame.astype(dict.fromkeys(categorical(frame), object))


def _polars(frame: Frame) -> Any:
    import polars as pl

    table = arrow(frame, nan=True)
    made: Any = pl.from_arrow(table.rename_columns([f"{i}" for i in range(len(frame.columns))]))
    made.columns = table.column_names  # those of Arrow it cuts off at NUL
    levels = {name: list(frame[name].cat.categories) for name in categorical(frame)}
    enums = [pl.col(name).cast(pl.Enum(found)) for name, found in levels.items()]
    return made.with_columns(enums) if enums else made


@cache
def connection() -> Any:
    import duckdb

    return duckdb.connect()


def _duckdb(frame: Frame) -> Any:
    return connection().from_arrow(arrow(frame, nan=True))


def _dask(frame: Frame) -> Any:
    import dask
    import dask.dataframe as dd

    with dask.config.set({"dataframe.convert-string": False}):  # it would turn dates into text
        return dd.from_pandas(frame, npartitions=3, sort=False)


def _ibis(frame: Frame) -> Any:
    import ibis

    return ibis.memtable(arrow(frame, nan=True))


@cache
def _session() -> Any:
    if shutil.which("java") is None:
        pytest.fail("the tests of Spark need Java 17 or newer, and there is no 'java' on the PATH")
    from pyspark.sql import SparkSession

    settings = {
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.adaptive.enabled": "false",  # it would plan these few rows again and again
        "spark.sql.session.timeZone": "UTC",
        "spark.log.level": "OFF",
    }
    builder = SparkSession.builder.master("local[2]")
    for key, value in settings.items():
        builder = builder.config(key, value)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what Spark says of its own imports at the start
        session = builder.getOrCreate()
        session.createDataFrame([(1,)], "a int")
    return session


def _pyspark(frame: Frame) -> Any:
    names = {"large_string": "string", "int64": "bigint", "int8": "tinyint", "bool": "boolean"}
    names |= {"date32[day]": "date", "null": "string"}
    table = arrow(frame, nan=True)
    kinds = [re.sub(r"decimal128\(.*", "decimal(10, 2)", str(field.type)) for field in table.schema]
    kinds = [re.sub(r"timestamp\[\w+\]", "timestamp_ntz", kind) for kind in kinds]
    kinds = [re.sub(r"timestamp\[\w+, tz=.*", "timestamp", kind) for kind in kinds]
    schema = ", ".join(
        f"`{name.replace('`', '``')}` {names.get(kind, kind)}"
        for name, kind in zip(table.column_names, kinds, strict=True)
    )
    rows = list(zip(*(column.to_pylist() for column in table.columns), strict=True))
    return _session().createDataFrame(rows, schema)


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory()


def _path(suffix: str) -> Path:
    return Path(_folder().name) / f"{next(NUMBERS)}.{suffix}"


def _parquet(frame: Frame) -> pdkl.InfoTheory:
    path = _path("parquet")
    pq.write_table(arrow(frame, nan=True), path)
    return pdkl.scan(path)


def _csv(frame: Frame) -> pdkl.InfoTheory:
    path = _path("csv")
    frame.to_csv(path, index=False)
    return pdkl.scan(path)


def _in_json(value: Any) -> Any:
    if pd.isna(value):
        return None
    if isinstance(value, np.floating | Decimal):
        return float(str(value))  # of float32, too, as it is written
    if isinstance(value, np.generic):
        value = value.item()
    return value if isinstance(value, int) else str(value)


def _json_lines(frame: Frame) -> pdkl.InfoTheory:
    path = _path("jsonl")
    columns = {name: [_in_json(value) for value in frame[name].array] for name in frame}
    rows = (dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True))
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return pdkl.scan(path)


def kept(columns: list[str], by: list[str] | None = None, weights: str | None = None) -> Engine:
    """Return what keeps counts of these columns in a file, not their rows."""

    def make(frame: Frame) -> pdkl.Profile:
        path = _path("profile")
        pdkl.InfoTheory(frame).profile(columns, by=by, weights=weights).save(path)
        return pdkl.load_profile(path)

    return Engine("profile", make, declares=True)


# some versions of Spark's client leave the socket of an answer to the garbage collector
SOCKETS = "ignore:Exception ignored in. <socket.socket:pytest.PytestUnraisableExceptionWarning"
ENGINES = [
    Engine("pandas", lambda frame: frame, declares=True),
    Engine("polars", _polars, declares=True),
    Engine("polars lazy", lambda frame: _polars(frame).lazy(), declares=True),
    Engine("duckdb", _duckdb),
    Engine("dask", _dask, declares=True),
    Engine("ibis", _ibis),
    pytest.param(Engine("pyspark", _pyspark), marks=pytest.mark.filterwarnings(SOCKETS)),
]

# what is read by Arrow, in memory and from files
STORED = [
    Engine("pyarrow", lambda frame: arrow(frame, nan=True)),
    Engine("parquet", _parquet),
    Engine("csv", _csv),
    Engine("json lines", _json_lines),
]


def asked(data: Any) -> pdkl.InfoTheory:
    """Return the methods about what an engine holds."""
    return data if isinstance(data, pdkl.InfoTheory) else pdkl.InfoTheory(data)


def every_engine() -> list[Engine]:
    """List all engines and forms of storage, without the marks of pytest."""
    engines = [getattr(given, "values", [given])[0] for given in ENGINES]
    return [*engines, *STORED, kept([])]


def _plain(values: pd.Series[Any]) -> list[Any]:
    found: list[Any] = []
    for value in values.astype(object):
        if pd.isna(value):
            found.append(None)
        elif isinstance(value, pd.Timestamp) and value.tzinfo is not None:
            found.append(value.tz_convert("UTC"))
        else:
            found.append(value)
    return found


def same(got: Frame, expected: Frame) -> None:
    """Assert equal counts, measures within 1e-12, and equal keys whatever dtype holds them."""
    assert list(got.columns) == list(expected.columns)
    assert len(got) == len(expected)
    for name in expected.columns:
        if name in COUNTS:
            assert got[name].dtype == expected[name].dtype, name
            assert _plain(got[name]) == _plain(expected[name]), name
        elif expected[name].dtype == np.float64:
            np.testing.assert_allclose(got[name], expected[name], rtol=1e-12, atol=1e-15)
        else:
            assert _plain(got[name]) == _plain(expected[name]), name
