"""What the accessor says of itself: rows, columns and kind of data, without asking an engine."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

import pdkl
from pdkl import InfoTheory, SeriesInfoTheory

FRAME = pd.DataFrame({"shop": ["a", "a", "b", "b"], "fruit": ["fig", "fig", "fig", "kiwi"]})
TABLE = pa.Table.from_pandas(FRAME)
CALL = "call .entropy(), .kl_divergence(), .drift() or another method, see help(pdkl.InfoTheory)"


def _polars(*, lazy: bool) -> Any:
    import polars as pl

    frame = pl.from_arrow(TABLE)
    assert isinstance(frame, pl.DataFrame)
    return frame.lazy() if lazy else frame


def _duckdb() -> Any:
    import duckdb

    return duckdb.from_arrow(TABLE)


@pytest.mark.parametrize(
    ("data", "size"),
    [
        (lambda: FRAME, "4 rows, 2 columns (pandas DataFrame)"),
        (lambda: FRAME.iloc[:0], "0 rows, 2 columns (pandas DataFrame)"),
        (lambda: TABLE, "4 rows, 2 columns (pyarrow Table)"),
        (TABLE.to_reader, "rows not counted yet, 2 columns (pyarrow RecordBatchReader)"),
        (lambda: _polars(lazy=False), "4 rows, 2 columns (polars DataFrame)"),
        (lambda: _polars(lazy=True), "rows not counted yet, 2 columns (polars LazyFrame)"),
        (_duckdb, "rows not counted yet, 2 columns (DuckDB relation)"),
        (lambda: FRAME.info_theory.profile("fruit", by="shop"), "4 rows, 2 columns (profile)"),
        (lambda: 5, "int, which holds no rows that it can count"),
    ],
)
def test_it_says_what_it_is_about(data: Any, size: str) -> None:
    assert repr(InfoTheory(data())) == f"<pdkl.InfoTheory of {size}: {CALL}>"


def test_the_accessor_is_the_class() -> None:
    assert repr(FRAME.info_theory) == repr(InfoTheory(FRAME))


def test_what_cannot_be_read_is_no_trouble_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(data: Any) -> Any:
        raise ImportError("no engine")

    monkeypatch.setattr("pdkl.sources.registry.read_data", fail)
    assert repr(InfoTheory(FRAME)) == f"<pdkl.InfoTheory of 4 rows (pandas DataFrame): {CALL}>"


@pytest.mark.parametrize(("data", "size"), [(FRAME["fruit"], "4 values"), (5, "int")])
def test_a_series_says_so_too(data: Any, size: str) -> None:
    assert repr(SeriesInfoTheory(data)) == (
        f"<pdkl.SeriesInfoTheory of {size}: call .entropy(), .kl_divergence(other) or another "
        "method, see help(pdkl.SeriesInfoTheory)>"
    )


def test_the_package_shows_its_public_names_only() -> None:
    assert dir(pdkl) == sorted(pdkl.__all__)
