"""Arrow data gives the answers that pandas gives on the same rows, however they are cut."""

from __future__ import annotations

import datetime as dt
import decimal
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from pdkl import InfoTheory

RNG = np.random.default_rng(3)
ROWS = 60
Ask = Callable[[InfoTheory, Any], pd.DataFrame]


def cycle(values: list[Any]) -> list[Any]:
    return [values[i % len(values)] for i in RNG.permutation(ROWS)]


def dictionaries(kind: pa.DataType) -> pa.ChunkedArray:
    """Make chunks whose dictionaries differ in order and size, one value being null."""
    first = pa.DictionaryArray.from_arrays(
        pa.array(RNG.integers(0, 2, ROWS // 2), pa.int8()), pa.array(["b", "a", "never"], kind)
    )
    second = pa.DictionaryArray.from_arrays(
        pa.array([*RNG.integers(0, 3, ROWS // 2 - 1), None], pa.int8()),
        pa.array(["c", "a", "d"], kind),
    )
    return pa.chunked_array([first, second])


def times(unit: str, zone: str | None = None) -> pa.Array:
    days = [dt.datetime(2024, 1, 1), dt.datetime(2024, 2, 3, 4, 5, 6), dt.datetime(1969, 7, 20)]
    return pa.array(cycle([*days, None]), pa.timestamp(unit, zone))


def floats(kind: pa.DataType) -> pa.Array:
    return pa.array(cycle([0.0, -0.0, 1.5, float("nan"), None, -2.25, float("inf")]), kind)


WORDS = ["fig", "kiwi", "", "Ä", None, "fig "]
COLUMNS: dict[str, Any] = {
    "string": pa.array(cycle(WORDS), pa.string()),
    "large_string": pa.array(cycle(WORDS), pa.large_string()),
    "string_view": pa.array(cycle(WORDS), pa.string_view()),
    "binary": pa.array(cycle([b"a", b"", None, b"\xff"]), pa.binary()),
    "large_binary": pa.array(cycle([b"a", b"", None, b"\xff"]), pa.large_binary()),
    "fixed_binary": pa.array(cycle([b"ab", None, b"\xff\x00"]), pa.binary(2)),
    "dictionary": dictionaries(pa.string()),
    "large_dictionary": dictionaries(pa.large_string()),
    "bool": pa.array(cycle([True, False])),
    "bool_missing": pa.array(cycle([True, False, None])),
    "float32": floats(pa.float32()),
    "float64": floats(pa.float64()),
    "date32": pa.array(cycle([dt.date(2024, 2, 29), dt.date(1900, 1, 1), None]), pa.date32()),
    "date64": pa.array(cycle([dt.date(2024, 2, 29), dt.date(1900, 1, 1), None]), pa.date64()),
    "seconds": times("s"),
    "milliseconds": times("ms"),
    "microseconds": times("us"),
    "nanoseconds": times("ns"),
    "zoned": times("us", "Europe/Berlin"),
    "time32": pa.array(cycle([dt.time(1), dt.time(23, 59, 59), None]), pa.time32("s")),
    "time64": pa.array(cycle([dt.time(1), dt.time(23, 59, 59, 999), None]), pa.time64("us")),
    "duration": pa.array(cycle([dt.timedelta(1), dt.timedelta(-2), None]), pa.duration("ms")),
    "decimal128": pa.array(cycle([decimal.Decimal("1.50"), decimal.Decimal("-7"), None]))
    .cast(pa.decimal128(9, 2)),
    "decimal256": pa.array(cycle([decimal.Decimal("1.50"), decimal.Decimal("-7"), None]))
    .cast(pa.decimal256(50, 2)),
    "null": pa.nulls(ROWS),
}  # fmt: skip
for bits in (8, 16, 32, 64):
    for sign in ("int", "uint"):
        info = np.iinfo(f"{sign}{bits}")
        ends = [int(info.min), int(info.max), 7, 8]
        COLUMNS[f"{sign}{bits}"] = pa.array(cycle(ends), pa.type_for_alias(f"{sign}{bits}"))

REFERENCE = pd.DataFrame({"text": ["fig", "kiwi", "fig", "new"], "n": [1, 2, 3, 4]})
TABLE = pa.table(
    {
        "g": pa.array(cycle(["x", "y", None, "z"])),
        "h": pa.array(cycle([3, 1, 2**53 + 1]), pa.int64()),
        "text": pa.array(cycle(WORDS)),
        "other": dictionaries(pa.string()),
        "x": floats(pa.float64()),
        "t": times("us"),
        "n": pa.array(RNG.integers(0, 5, ROWS), pa.int32()),
        "w": pa.array(RNG.choice([0.0, 0.25, 1.5], ROWS)),
        "y": pa.array(cycle([1, 0, None]), pa.float32()),
        "p": pa.array(RNG.choice([0.25, 0.5, 0.75], ROWS)),
    }
)
OTHER = TABLE.slice(17)

QUESTIONS: dict[str, Ask] = {
    "entropy": lambda it, _: it.entropy("text", by="g"),
    "several": lambda it, _: it.entropy(["text", "other", "h"], by=["g", "h"]),
    "columns": lambda it, _: it.entropy(by="h", dropna=False),
    "whole": lambda it, _: it.entropy(["text", "x", "t"]),
    "rest": lambda it, _: it.kl_divergence("text", by="g", against="rest", smoothing=0.5),
    "all": lambda it, _: it.kl_divergence(["text", "other"], by="g", against="all"),
    "pairs": lambda it, _: it.js_divergence("text", by=["h", "g"], against="pairs"),
    "previous": lambda it, _: it.js_divergence("text", by="t", against="previous"),
    "grouper": lambda it, _: it.entropy("text", by=pd.Grouper(key="t", freq="YS")),
    "label": lambda it, _: it.kl_divergence("text", by="g", reference="y", smoothing=1),
    "mapping": lambda it, _: it.cross_entropy("text", reference={"fig": 1, "kiwi": 2}),
    "frame": lambda it, other: it.js_divergence(["text", "other"], reference=other),
    "matched": lambda it, other: it.js_divergence("text", by="g", reference=other),
    "pandas": lambda it, _: it.js_divergence("text", reference=REFERENCE, weights="n"),
    "column": lambda it, _: it.js_divergence("text", "other", by="g"),
    "declared": lambda it, _: it.kl_divergence(
        "other", by="g", against="rest", smoothing=1, alphabet="declared"
    ),
    "distribution": lambda it, _: it.distribution(["other"], by="h", alphabet="declared"),
    "contributions": lambda it, _: it.contributions("text", by="g", against="all", dropna=False),
    "whole weights": lambda it, _: it.distribution("text", by="g", weights="n"),
    "weights": lambda it, _: it.js_divergence("text", by="g", against="rest", weights="w"),
    "counted weights": lambda it, _: it.entropy(["n", "text"], by="g", weights="n"),
    "bins": lambda it, _: it.js_divergence("p", by="g", against="rest", bins=2),
    "edges": lambda it, _: it.distribution("x", by="g", bins=[0, 1, 2], dropna=False),
    "times": lambda it, _: it.entropy("t", by="g", bins={"t": 2}),
    "rule": lambda it, _: it.entropy("p", bins="fd", dropna=False),
    "weighed bins": lambda it, _: it.entropy("p", by="g", bins=2, weights="n"),
    "cut key": lambda it, _: it.entropy(["p", "text"], by="p", bins={"p": 2}),
    "joint": lambda it, _: it.entropy(["text", "other", "h"], joint=True, by="g"),
    "joint bins": lambda it, _: it.entropy(["text", "x"], joint=True, bins={"x": [0, 1]}),
    "information": lambda it, _: it.mutual_information(by="h", dropna=False),
    "given": lambda it, _: it.mutual_information("text", "x", given="g", bins={"x": [0, 1, 2]}),
    "blocks": lambda it, _: it.js_divergence(
        "text", by="g", against="rest", test=True, blocks="h", n_resamples=9, rng=0
    ),
    "loss": lambda it, _: it.binary_cross_entropy("y", "p", by="g", weights="n"),
}  # fmt: skip


def awkward(table: pa.Table) -> list[pa.RecordBatch]:
    """Cut a table into batches of 0, 1, 2, 0, 1, 2… rows."""
    batches: list[pa.RecordBatch] = []
    start = size = 0
    while start < len(table):
        piece = table.slice(start, size)
        batches += piece.to_batches() or [pa.RecordBatch.from_pylist([], schema=table.schema)]
        start, size = start + size, (size + 1) % 3
    return batches


def on_disk(table: pa.Table, folder: Path, form: str) -> ds.Dataset:
    folder.mkdir()
    for i, part in enumerate((table.slice(0, 25), table.slice(25, 0), table.slice(25))):
        path = folder / f"{i}.{form}"
        if form == "parquet":
            pq.write_table(part, path, row_group_size=7)
        else:
            # IPC files allow one dictionary per column
            with pa.ipc.new_file(path, table.schema) as writer:
                writer.write_table(part.unify_dictionaries())
    return ds.dataset(folder, format=form, schema=table.schema)


KINDS = ["table", "batches", "batch", "reader", "memory", "parquet", "ipc"]


def source_of(kind: str, table: pa.Table, folder: Path) -> Any:
    """Give the rows of a table as another kind of Arrow data."""
    if kind == "batches":
        return pa.Table.from_batches(awkward(table), table.schema)
    if kind == "batch":
        return table.unify_dictionaries().combine_chunks().to_batches()[0]
    if kind == "reader":
        return pa.RecordBatchReader.from_batches(table.schema, awkward(table))
    if kind == "memory":
        return ds.dataset(pa.Table.from_batches(awkward(table), table.schema))
    if kind in ("parquet", "ipc"):
        return on_disk(table, folder / f"{id(table)}", kind)
    return table


def in_pandas(table: pa.Table) -> pd.DataFrame:
    """Convert without rounding integers beside missing ones."""
    frame: pd.DataFrame = table.to_pandas(integer_object_nulls=True)
    return frame


def assert_same(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    """Compare all columns, floats to 1e-12; missing is missing in any dtype."""
    assert list(found.columns) == list(expected.columns)
    for name in expected.columns:
        one, other = found[name], expected[name]
        assert (one.isna() == other.isna()).all(), name
        known = ~other.isna()
        left, right = one[known].tolist(), other[known].tolist()
        if other.dtype.kind == "f":
            np.testing.assert_allclose(left, right, rtol=1e-12, atol=1e-15, err_msg=str(name))
        else:
            assert left == right, name
        if known.all() and other.dtype != object:
            assert one.dtype == other.dtype, name


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("kind", KINDS)
def test_every_answer_is_that_of_pandas(kind: str, question: str, tmp_path: Path) -> None:
    ask = QUESTIONS[question]
    expected = ask(InfoTheory(in_pandas(TABLE)), in_pandas(OTHER))
    data = source_of(kind, TABLE, tmp_path)
    other = source_of(kind, OTHER, tmp_path)
    if kind == "reader" and question in {
        "bins",
        "times",
        "rule",
        "weighed bins",
        "blocks",
        "cut key",
    }:
        with pytest.raises(ValueError, match="a RecordBatchReader can be read once"):
            ask(InfoTheory(data), other)
    else:
        assert_same(ask(InfoTheory(data), other), expected)


@pytest.mark.parametrize("name", COLUMNS)
@pytest.mark.parametrize("kind", KINDS)
def test_every_type_is_counted(kind: str, name: str, tmp_path: Path) -> None:
    table = pa.table({"v": COLUMNS[name], "g": TABLE["g"]})
    if kind == "parquet" and name in {"large_binary", "string_view"}:
        table = table.cast(pa.schema([("v", COLUMNS[name].type), ("g", pa.string())]))
    frame = in_pandas(table)
    expected = Counter(
        ("nan" if pd.isna(v) else v, "nan" if pd.isna(g) else g)
        for v, g in zip(frame["v"], frame["g"], strict=True)
    )
    data = source_of(kind, table, tmp_path)
    found = InfoTheory(data).distribution("g", by="v", dropna=False)
    counted = {
        ("nan" if pd.isna(v) else v, "nan" if pd.isna(g) else g): n
        for v, g, n in zip(found["v"], found["category"], found["count"], strict=True)
    }
    assert counted == expected
    data = source_of(kind, table, tmp_path / "again") if kind == "reader" else data
    found = InfoTheory(data).entropy("v", by="g")
    assert_same(found, InfoTheory(frame).entropy("v", by="g"))
