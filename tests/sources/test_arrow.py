"""Arrow data gives the answers that pandas gives on the same rows, however they are cut."""

from __future__ import annotations

import datetime as dt
import decimal
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdkl import InfoTheory
from pdkl.core.counts import combinations
from pdkl.sources.arrow import count as counting
from pdkl.sources.arrow import encoders
from tests.support.arrow import assert_same, in_pandas

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
        batches += piece.to_batches() or [table.slice(0, 1).to_batches()[0].slice(0, 0)]
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
    if kind == "parquet" and name == "string_view":  # not every version writes them
        table = table.set_column(0, "v", COLUMNS["string"])
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


SORTED = {"_SMALL_BITS": 0, "_CELLS_PER_ROW": 0, "_SORTED_AT_ONCE": 9}
TINY: dict[str, dict[str, int]] = {
    "pieces of a row": {"_PIECE": 1},
    "sorted keys": {"_PIECE": 5, **SORTED},
    "long keys": {"_PIECE": 5, **SORTED, "_KEY_BITS": 7},
    "a table, then sorted": {"_PIECE": 3, "_SMALL_BITS": 4, "_CELLS_PER_ROW": 2},
    "wide integers": {"_SPAN": 2, "_PIECE": 3},
    "small chunks": {"_CHUNK": 3},
}


@pytest.mark.parametrize("limits", TINY)
@pytest.mark.parametrize("question", ["several", "joint", "joint bins", "whole weights", "weights"])
def test_limits_do_not_change_an_answer(
    limits: str, question: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in TINY[limits].items():
        module = {"_PIECE": counting, "_SPAN": encoders}.get(name, combinations)
        monkeypatch.setattr(module, name, value)
    ask = QUESTIONS[question]
    table = pa.Table.from_batches(awkward(TABLE), TABLE.schema)
    assert_same(ask(InfoTheory(table), None), ask(InfoTheory(in_pandas(TABLE)), None))


VALUES = {
    "text": (pa.string(), st.none() | st.text("ab", max_size=2)),
    "coded": (pa.dictionary(pa.int8(), pa.string()), st.none() | st.sampled_from("abc")),
    "small": (pa.int16(), st.none() | st.integers(-3, 3)),
    "large": (pa.int64(), st.none() | st.integers(-(2**63), 2**63 - 1)),
    "float": (pa.float64(), st.none() | st.sampled_from([0.0, -0.0, float("nan"), 1.5])),
}


@st.composite
def cut_tables(draw: st.DrawFn) -> tuple[list[pa.RecordBatch], pa.Schema, list[dict[str, Any]]]:
    """Draw rows, and record batches that hold them."""
    schema = pa.schema([(name, kind) for name, (kind, _) in VALUES.items()])
    row = st.fixed_dictionaries({name: values for name, (_, values) in VALUES.items()})
    parts = draw(st.lists(st.lists(row, max_size=6), max_size=8))
    batches = [
        pa.RecordBatch.from_arrays(
            [pa.array([one[name] for one in part], kind) for name, (kind, _) in VALUES.items()],
            schema=schema,
        )
        for part in parts
    ]
    return batches, schema, [one for part in parts for one in part]


@given(cut_tables(), st.sampled_from([1, 4, 1 << 17]), st.booleans())
def test_combinations_are_those_of_a_loop(
    drawn: tuple[list[pa.RecordBatch], pa.Schema, list[dict[str, Any]]], piece: int, runs: bool
) -> None:
    batches, schema, rows = drawn
    wanted = [["text"], ["coded", "float"], list(VALUES)]
    coders = {field.name: encoders.encoder_for(field.type) for field in schema}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(counting, "_PIECE", piece)
        if runs:
            for name, value in SORTED.items():
                patch.setattr(combinations, name, value)
        found = counting.count(batches, wanted, coders)
    values = {name: [*encoder.values().to_pylist(), None] for name, encoder in coders.items()}
    for columns, one in zip(wanted, found, strict=True):
        coded = zip(*(code.tolist() for code in one.codes), strict=True)
        keys = [tuple(values[n][c] for n, c in zip(columns, code, strict=True)) for code in coded]
        counted = dict(zip(keys, one.weight.tolist(), strict=True))
        assert len(counted) == len(keys)
        plain = [
            tuple(None if row[name] != row[name] else row[name] for name in columns) for row in rows
        ]
        assert counted == Counter(plain)


def test_a_value_set_is_learned_where_values_recur_and_where_they_do_not() -> None:
    words = [f"word {i}" for i in RNG.integers(0, 40, 3000)]
    many = [*words, *(f"new {i}" for i in range(3000)), *words, *(f"late {i}" for i in range(40))]
    many[700] = many[701] = "\0007"  # among those that a look-up is given for room
    table = pa.table({"v": many})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(counting, "_PIECE", 500)
        found = InfoTheory(pa.Table.from_batches(table.to_batches(100))).distribution("v")
    assert dict(zip(found["category"], found["count"], strict=True)) == Counter(many)


def test_keys_keep_their_dtype_and_integers_their_digits() -> None:
    keys = pa.array([2**53 + 1, 2**53, None, 2**53 + 1])
    table = pa.table({"k": keys, "b": [True, None, True, False], "v": ["a", "b", "a", "a"]})
    found = InfoTheory(table).entropy("v", by=["k", "b"])
    assert found["k"].dtype == "Int64"
    assert found["b"].dtype == "boolean"
    assert found["k"].tolist()[:3] == [2**53, 2**53 + 1, 2**53 + 1]
    whole = InfoTheory(table.slice(0, 2)).entropy("v", by="k")
    assert whole["k"].dtype == np.int64


def test_levels_of_differing_batches_unite_in_the_order_they_come() -> None:
    kind = pa.dictionary(pa.int8(), pa.string(), ordered=True)
    parts = [
        pa.DictionaryArray.from_arrays(pa.array([0, 0], pa.int8()), levels, ordered=True)
        for levels in (["low", "mid"], ["mid", "high"])
    ]
    table = pa.table({"v": pa.chunked_array(parts, kind), "k": pa.chunked_array(parts, kind)})
    found = InfoTheory(table).distribution("v", by="k", alphabet="declared")
    assert found["k"].dtype == pd.CategoricalDtype(["low", "mid", "high"], ordered=True)
    assert (
        found.groupby("k", observed=True)["category"].agg(set).tolist()
        == [{"low", "mid", "high"}] * 2
    )


def test_dictionaries_of_parquet_are_no_levels(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"v": ["a", "a", "b", "c"], "k": ["x", "x", "x", "y"]}), path)
    data = ds.dataset(path)
    found = InfoTheory(data).distribution("v", by="k", alphabet="declared")
    assert found["category"].tolist() == ["a", "b", "c"]
    kept = InfoTheory(data.filter(ds.field("k") == "x")).distribution("v", by="k")
    assert kept["category"].tolist() == ["a", "b"]
    assert kept["k"].dtype == found["k"].dtype == pd.DataFrame({"k": ["x"]})["k"].dtype


def test_only_some_row_groups_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"v": ["a", "b", "c", "d"]}), path, row_group_size=1)
    (fragment,) = ds.dataset(path).get_fragments()
    part = ds.FileSystemDataset(
        [fragment.subset(row_group_ids=[1, 3])],
        fragment.physical_schema,
        fragment.format,
        fragment.filesystem,
    )
    assert InfoTheory(part).distribution("v")["category"].tolist() == ["b", "d"]


@pytest.mark.parametrize("form", ["parquet", "csv", "ipc"])
def test_folders_make_columns(form: str, tmp_path: Path) -> None:
    table = pa.table(
        {
            "v": ["a", "b", "a", "b"],
            "k": ["x", "y", "x", None],
            "year": pa.array([1, 2, 2, 2], pa.int32()),
        }
    )
    ds.write_dataset(
        table,
        tmp_path,
        format=form,
        partitioning=ds.partitioning(
            flavor="hive", schema=pa.schema([("k", pa.string()), ("year", pa.int32())])
        ),
    )
    data = ds.dataset(tmp_path, format=form, partitioning="hive")
    found = InfoTheory(data).entropy("v", by=["k", "year"])
    assert_same(found, InfoTheory(in_pandas(table)).entropy("v", by=["k", "year"]))
    assert InfoTheory(data).distribution("k")["count"].tolist() == [2, 1]


def test_an_index_that_pandas_stored() -> None:
    frame = pd.DataFrame({"v": ["a", "b"]}, index=["p", "q"])
    unnamed = pa.Table.from_pandas(frame)
    assert InfoTheory(unnamed).entropy()["column"].tolist() == ["v"]
    named = pa.Table.from_pandas(frame.rename_axis("k"))
    assert InfoTheory(named).entropy("v", by="k")["k"].tolist() == ["p", "q"]


NOTHING: dict[str, Ask] = {
    "whole": lambda it, by: it.entropy(["text", "other"], by=by),
    "weights": lambda it, by: it.entropy("text", by=by, weights="w"),
    "bins": lambda it, by: it.entropy("x", by=by, bins=2),
}


@pytest.mark.parametrize("by", [None, "g"])
@pytest.mark.parametrize("question", NOTHING)
def test_nothing_at_all(question: str, by: str | None) -> None:
    ask, empty = NOTHING[question], TABLE.slice(0, 0)
    assert_same(ask(InfoTheory(empty), by), ask(InfoTheory(in_pandas(empty)), by))


WRONG_WEIGHTS: dict[str, pa.Array] = {
    "missing": pa.array([1, None, None]),
    "missing floats": pa.array([1.0, float("nan"), None]),
    "negative": pa.array([1, -2, -3]),
    "negative floats": pa.array([1.0, -2.5, -3.0]),
    "infinite": pa.array([1.0, float("inf"), 2.0]),
    "beyond": pa.array([2**62, 2**62, 1]),
    "unsigned": pa.array([2**64 - 1, 0, 1], pa.uint64()),
    "huge": pa.array([1e300, 1e300, 1.0]),
    "text": pa.array(["1", "2", "3"]),
    "coded": pa.array([1, 2, 3]).dictionary_encode(),
}


@pytest.mark.parametrize("name", WRONG_WEIGHTS)
def test_weights_are_refused_in_the_words_of_pandas(name: str) -> None:
    table = pa.table({"v": ["a", "b", "a"], "n": WRONG_WEIGHTS[name]})
    text = pd.StringDtype(na_value=np.nan)
    frame = table.to_pandas(types_mapper={pa.int64(): pd.Int64Dtype(), pa.string(): text}.get)
    with pytest.raises((ValueError, TypeError)) as expected:
        InfoTheory(frame).entropy("v", weights="n")
    for data in (table, pa.Table.from_batches(table.to_batches(1))):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(counting, "_PIECE", 1)
            with pytest.raises(type(expected.value)) as found:
                InfoTheory(data).entropy("v", weights="n")
        assert str(found.value) == str(expected.value)


NESTED = [pa.list_(pa.int8()), pa.struct([("a", pa.int8())]), pa.map_(pa.string(), pa.int8())]


@pytest.mark.parametrize("kind", NESTED, ids=str)
def test_nested_values_cannot_be_counted(kind: pa.DataType) -> None:
    table = pa.table({"v": pa.nulls(2, kind), "k": ["a", "b"]})
    for data in (table, reader := table.to_reader()):
        with pytest.raises(TypeError) as error:
            InfoTheory(data).entropy("v", by="k")
        assert str(error.value) == (
            f"column 'v' (dtype {kind}) holds values that cannot be counted: values of Arrow type "
            f"{kind} are not hashable. Turn them into something hashable first, such as tuples or "
            "text."
        )
    assert InfoTheory(reader).entropy("k")["n"].tolist() == [2]  # it was not used up


def test_a_reader_is_read_once() -> None:
    reader = TABLE.to_reader()
    assert InfoTheory(reader).entropy("text")["n"].tolist() == [50]
    with pytest.raises(ValueError, match=re.escape("once")) as error:
        InfoTheory(reader).entropy(["text", "other"], by="g")
    assert str(error.value) == (
        "a RecordBatchReader can be read once, and this one has been, so counting 'g', 'text', "
        "'other' has no rows to read. Pass a pyarrow Table or Dataset where a call reads twice, "
        "such as for bins that are fitted (edges need no second reading), and a new reader for "
        "each call."
    )


def test_a_stream_that_breaks_off() -> None:
    def batches() -> Any:
        yield from TABLE.to_batches()
        error: Exception = pa.ArrowInvalid("the line is dead.")
        raise error

    reader = pa.RecordBatchReader.from_batches(TABLE.schema, batches())
    with pytest.raises(ValueError, match="line") as error:
        InfoTheory(reader).entropy("text")
    assert str(error.value) == (
        "data cannot be read: the line is dead. Nothing was counted. Check that it is whole and of "
        "the format and the types that the dataset says, or leave it out."
    )


def test_what_is_no_data() -> None:
    for value in (pa.array([1]), pa.scalar(1), pa.schema([])):
        with pytest.raises(TypeError, match="of pyarrow, or a Profile; got "):
            InfoTheory(value).entropy("v")


class Bar:
    """Stands in for the one that is shown, and keeps what it was told."""

    shown: ClassVar[list[Bar]] = []

    def __init__(self, total: int | None, what: str, *, in_rows: bool) -> None:
        self.told, self.rows, self.is_open = (total, what, in_rows), 0, True
        Bar.shown.append(self)

    def advance(self, rows: int) -> None:
        self.rows += rows

    def clear(self) -> None:
        self.is_open = False


def test_a_bar_counts_rows(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("pdkl.progress.bar_of", Bar)
    monkeypatch.setattr(Bar, "shown", [])
    InfoTheory(TABLE).entropy("text")
    InfoTheory(TABLE.to_reader()).entropy("text")
    InfoTheory(on_disk(TABLE, tmp_path / "files", "parquet")).entropy("text")
    assert [(bar.rows, bar.is_open) for bar in Bar.shown] == [(ROWS, False)] * 3
    assert [bar.told for bar in Bar.shown] == [
        (total, "counting", True) for total in (ROWS, None, ROWS)
    ]


@pytest.mark.parametrize("kind", [pa.int8(), pa.uint16(), pa.int64()])
@pytest.mark.parametrize("missing", [False, True])
def test_indices_that_no_dictionary_has(kind: pa.DataType, missing: bool) -> None:
    places = [0, 7, None if missing else 1]
    column = pa.DictionaryArray.from_arrays(
        pa.array(places, kind), pa.array(["a", "b"]), safe=False
    )
    message = (
        "an Arrow array holds the index 7 into a dictionary of 2 values. Make it anew; its method "
        "validate(full=True) says whether it is whole."
    )
    with pytest.raises(ValueError, match=re.escape(message)):
        InfoTheory(pa.table({"x": column})).entropy("x")
