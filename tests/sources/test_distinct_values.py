"""Columns of very many distinct values: work in proportion to the rows, and the same answers."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from pdkl import InfoTheory, scan
from pdkl.codes import arrow_dictionaries
from pdkl.sources.arrow import count as counting
from pdkl.sources.arrow import encoders
from tests.support.arrow import assert_same, in_pandas


def distinct(kind: str) -> pa.ChunkedArray:
    """Make 6,000 rows of which most are distinct, some missing and some repeated, in one chunk."""
    number = [None if i % 97 == 5 else 7919 * (i - i % 11 // 10) for i in range(6000)]
    if kind == "float":
        return pa.chunked_array([pa.array(number, pa.float64())])
    wide = pa.array(number, pa.int64())
    if kind in ("int", "time"):
        return pa.chunked_array([wide.cast(pa.timestamp("us")) if kind == "time" else wide])
    if kind == "decimal":
        return pa.chunked_array([wide.cast(pa.decimal128(20, 0))])
    return pa.chunked_array(
        [wide.cast(pa.string()).cast(pa.binary() if kind == "binary" else "string")]
    )


def cut(values: pa.ChunkedArray, how: str) -> pa.ChunkedArray:
    """Cut values into chunks of 70 rows, perhaps as dictionaries of their own or a shared one."""
    if how == "whole":
        return values
    if how == "one dictionary":
        values = values.dictionary_encode()
    chunks = [values.slice(i, 70).combine_chunks() for i in range(0, len(values), 70)]
    if how == "dictionaries":
        chunks = [chunk.dictionary_encode() for chunk in chunks]
    return pa.chunked_array(chunks)


@pytest.mark.parametrize("how", ["whole", "chunks", "dictionaries", "one dictionary"])
@pytest.mark.parametrize("kind", ["text", "binary", "int", "float", "decimal", "time"])
def test_work_on_distinct_values_goes_with_the_rows(
    kind: str, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed = []

    def noted(values: pa.ChunkedArray) -> Any:
        hashed.append(len(values))
        return arrow_dictionaries.by_dictionary(values)

    monkeypatch.setattr(counting, "_PIECE", 50)
    monkeypatch.setattr(encoders, "_SPAN", 100)
    monkeypatch.setattr(encoders, "by_dictionary", noted)
    values = distinct(kind)
    chunks = cut(values, how)
    table = pa.table({"v": chunks, "g": pa.array(np.arange(len(values)) % 3), "u": chunks})
    found = InfoTheory(table).distribution(["v", "u"], by="g")
    assert sum(hashed) <= 2 * 4 * len(values)  # two columns
    frame = in_pandas(pa.table({"v": values, "g": table["g"], "u": values}))
    assert_same(found, InfoTheory(frame).distribution(["v", "u"], by="g"))


@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_distinct_text_of_files(form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "_PIECE", 50)
    table = pa.table({"v": [f"id {i}" for i in range(3000)], "w": ["a", "b"] * 1500})
    path = tmp_path / f"a.{form}"
    if form == "parquet":
        pq.write_table(table, path, row_group_size=170, dictionary_pagesize_limit=300)
    else:
        pa.csv.write_csv(table, path)
    found = scan(path).distribution(["v", "w"])
    assert_same(found, InfoTheory(in_pandas(table)).distribution(["v", "w"]))


@pytest.mark.parametrize(
    ("kind", "first", "second"),
    [
        (pa.int64(), [30, 10, 20], [5, 20, 1]),
        (pa.date64(), [dt.date(2024, 3, 1), dt.date(2024, 1, 1)], [dt.date(2023, 1, 1)]),
        (pa.bool_(), [True, False], [False]),
    ],
)
def test_levels_of_all_types_keep_their_order(
    kind: pa.DataType, first: list[Any], second: list[Any]
) -> None:
    parts = [
        pa.DictionaryArray.from_arrays(np.arange(len(one)), pa.array(one, kind), ordered=True)
        for one in (first, second)
    ]
    found = InfoTheory(pa.table({"v": ["a"] * sum(map(len, parts)), "k": pa.chunked_array(parts)}))
    levels = found.entropy("v", by="k")["k"].cat.categories
    assert levels.tolist() == list(dict.fromkeys([*first, *second]))
