"""How every engine holds a frame of pandas, and when two answers are the same."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

LEVELS = ["small", "large", "never", "medium"]
COUNTS = {"n", "n_reference", "n_missing", "n_missing_reference", "categories", "count"}
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


@dataclass(frozen=True)
class Engine:
    """How an engine holds a pandas frame."""

    name: str
    make: Callable[[Frame], Any]
    declares: bool = False  # whether it knows the levels of ``kind``

    def expected(self, frame: Frame) -> Frame:
        """Return the frame as pandas would hold what the engine knows."""
        return frame if self.declares else frame.assign(kind=frame["kind"].astype(object))


def _polars(frame: Frame) -> Any:
    import polars as pl

    table = arrow(frame, nan=True)
    made: Any = pl.from_arrow(table.rename_columns([f"{i}" for i in range(len(frame.columns))]))
    made.columns = table.column_names  # those of Arrow it cuts off at NUL
    return made.with_columns(pl.col("kind").cast(pl.Enum(LEVELS))) if "kind" in frame else made


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
    return builder.getOrCreate()


def _pyspark(frame: Frame) -> Any:
    names = {"large_string": "string", "int64": "bigint", "int8": "tinyint", "bool": "boolean"}
    names |= {"date32[day]": "date", "timestamp[us]": "timestamp_ntz", "null": "string"}
    names |= {"timestamp[us, tz=UTC]": "timestamp"}
    table = arrow(frame, nan=True)
    kinds = [re.sub(r"decimal128\(.*", "decimal(10, 2)", str(field.type)) for field in table.schema]
    schema = ", ".join(
        f"`{name.replace('`', '``')}` {names.get(kind, kind)}"
        for name, kind in zip(table.column_names, kinds, strict=True)
    )
    rows = list(zip(*(column.to_pylist() for column in table.columns), strict=True))
    return _session().createDataFrame(rows, schema)


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
