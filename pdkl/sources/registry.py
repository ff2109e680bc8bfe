"""The kinds of data that can be asked, told apart without importing what is not in use."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pandas as pd

from pdkl.sources import dask
from pdkl.sources.base import Holder, Source
from pdkl.sources.locations.tables import Table
from pdkl.sources.narwhals import source as narwhals
from pdkl.sources.pandas import PandasSource
from pdkl.sources.profile.profile import Profile

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


def name_of(data: Any) -> str | None:
    """Name a frame of another engine, None for anything else; nothing is imported."""
    for kind in type(data).__mro__:
        root = kind.__module__.split(".")[0]
        if kind.__name__ in _FRAMES.get(root, ()):
            return _FRAMES[root][kind.__name__]
    return None


def unwrapped(data: Any) -> Any:
    """Return the data that methods or a frame of narwhals are about, anything else as it is."""
    while True:
        if isinstance(data, Holder):
            data = data._data
        elif (name_of(data) or "").startswith("narwhals"):
            data = data.to_native()
        else:
            return data


def is_data(value: Any) -> bool:
    """Tell whether ``value`` is data of a supported kind."""
    value = unwrapped(value)
    if isinstance(value, pd.DataFrame | Profile) or _is_arrow(value):
        return True
    return name_of(value) is not None


def read_data(data: Any) -> Source:
    """Return the data as a source."""
    data = unwrapped(data)
    if isinstance(data, pd.DataFrame):
        return PandasSource(data)
    if isinstance(data, Profile):
        return data
    if _is_arrow(data):
        from pdkl.sources.arrow.source import ArrowSource

        return ArrowSource(data)
    if (name := name_of(data)) is not None:
        return dask.read(data, name) if name.startswith("Dask") else narwhals.read(data, name)
    raise TypeError(
        f"InfoTheory needs {SUPPORTED}; got {type(data).__name__}. A Series of pandas has "
        "its own accessor, series.info_theory."
    )


def places_of(data: Any) -> list[str]:
    """List the files, or the table, that are read for data; none where it comes from elsewhere."""
    while isinstance(data, Holder):
        if isinstance(data, Table):
            return [data.place]
        data = data._data
    data = unwrapped(data)
    if not _is_arrow(data):
        return []
    from pdkl.sources.arrow import datasets

    return datasets.files_of(data)


def describe(data: Any) -> str:
    """Say how large data is, as far as that is known without counting, and what it is."""
    data = unwrapped(data)
    if not is_data(data):
        return f"{type(data).__name__}, which holds no rows that it can count"
    library = type(data).__module__.partition(".")[0]
    shown = name_of(data) or f"{library} {type(data).__name__}"
    if isinstance(data, Profile):
        shown, rows = "profile", f"{data.n:,} rows" if data.weights is None else "weighted rows"
    elif library in ("pandas", "pyarrow", "polars") and hasattr(data, "__len__"):
        rows = f"{len(data):,} rows"
    else:  # to tell would run a query
        rows = "rows not counted yet"
    columns = ""
    with suppress(Exception):  # what cannot be read now is told when it is asked
        columns = f", {len(read_data(data).head.columns):,} columns"
    return f"{rows}{columns} ({shown})"


def _is_arrow(value: Any) -> bool:
    """Tell whether ``value`` is Arrow's; pyarrow is not imported for what cannot be."""
    if type(value).__module__.partition(".")[0] != "pyarrow":
        return False
    from pdkl.sources.arrow.source import ARROW_TYPES

    return isinstance(value, ARROW_TYPES)
