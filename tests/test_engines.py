"""Every engine gives the answers that pandas gives, and counts where the data is."""

from __future__ import annotations

import builtins
import datetime
import importlib
import re
import shutil
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from pdkl import ColumnNotFoundError, InfoTheory
from pdkl.sources import read_data

LEVELS = ["small", "large", "never", "medium"]
COUNTS = {"n", "n_reference", "n_missing", "n_missing_reference", "categories", "count"}
Frame = pd.DataFrame


def _today() -> Frame:
    rng = np.random.default_rng(0)
    size = 240
    times = pd.Timestamp("2024-01-30") + pd.to_timedelta(rng.integers(0, 96, size), "h")
    frame = pd.DataFrame(
        {
            "shop": rng.choice(["ü", "b", "c"], size),
            "fruit": rng.choice(["fig", "kiwi", "lime", "plum"], size, p=[0.5, 0.3, 0.15, 0.05]),
            "id": pd.array(rng.choice([2**53, 2**53 + 1, -3], size), dtype="Int64"),
            "narrow": rng.integers(-2, 2, size).astype(np.int8),
            "flag": pd.array(rng.random(size) < 0.3, dtype="boolean"),
            "x": rng.choice([0.0, -0.0, 0.1, 0.3, 1 / 3, 7.0, np.inf, -np.inf], size),
            "day": [datetime.date(2024, 1, 1 + day) for day in rng.integers(0, 3, size)],
            "time": pd.Series(times).dt.as_unit("us"),
            "zoned": pd.Series(times).dt.as_unit("us").dt.tz_localize("UTC"),
            "price": [Decimal(cents) / 100 for cents in rng.integers(99, 102, size).tolist()],
            "kind": pd.Categorical(rng.choice(["small", "large", "medium"], size), LEVELS),
            "a.b c": rng.choice(["fig", "kiwi"], size),
            "yes": rng.random(size) < 0.5,
            "chance": rng.choice([0.25, 0.5, 0.75], size),
            "n": rng.integers(0, 5, size),
            "w": rng.integers(0, 9, size) / 8,
        }
    )
    for i, name in enumerate(["shop", "fruit", "id", "flag", "x", "day", "time", "zoned", "price"]):
        frame.loc[rng.random(size) < 0.02 * (i + 1), name] = None
    frame.loc[rng.random(size) < 0.1, "kind"] = None
    return frame


def _before() -> Frame:
    frame = _today().sample(frac=0.6, random_state=1, ignore_index=True)
    fruit = frame["fruit"].where(frame["fruit"] != "plum", "pear")
    return frame.assign(fruit=fruit, n=frame["n"] + 1)


def _arrow(frame: Frame, *, nan: bool) -> pa.Table:
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
        return frame if self.declares else frame.assign(kind=frame["kind"].astype("str"))


def _polars(frame: Frame) -> Any:
    import polars as pl

    made: Any = pl.from_arrow(_arrow(frame, nan=True))
    return made.with_columns(pl.col("kind").cast(pl.Enum(LEVELS))) if "kind" in frame else made


def _duckdb(frame: Frame) -> Any:
    import duckdb

    return duckdb.connect().from_arrow(_arrow(frame, nan=True))


def _dask(frame: Frame) -> Any:
    import dask
    import dask.dataframe as dd

    with dask.config.set({"dataframe.convert-string": False}):  # it would turn dates into text
        return dd.from_pandas(frame, npartitions=3, sort=False)


def _ibis(frame: Frame) -> Any:
    import ibis

    return ibis.memtable(_arrow(frame, nan=True))


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
    table = _arrow(frame, nan=True)
    kinds = [re.sub(r"decimal128\(.*", "decimal(10, 2)", str(field.type)) for field in table.schema]
    schema = ", ".join(
        f"`{name}` {names.get(kind, kind)}"
        for name, kind in zip(table.column_names, kinds, strict=True)
    )
    rows = list(zip(*(column.to_pylist() for column in table.columns), strict=True))
    return _session().createDataFrame(rows, schema)


ENGINES = [
    Engine("pandas", lambda frame: frame, declares=True),
    Engine("polars", _polars, declares=True),
    Engine("polars lazy", lambda frame: _polars(frame).lazy(), declares=True),
    Engine("duckdb", _duckdb),
    Engine("dask", _dask, declares=True),
    Engine("ibis", _ibis),
    Engine("pyspark", _pyspark),
]


@pytest.fixture(scope="module", params=ENGINES, ids=lambda engine: engine.name)
def engine(request: pytest.FixtureRequest) -> Engine:
    made: Engine = request.param
    if made.name == "pyspark":
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Spark says of its own imports at the start
            made.make(pd.DataFrame({"a": [1]}))
    return made


@dataclass(frozen=True)
class Both:
    """Today and before, in an engine and in pandas."""

    engine: Engine
    today: Any
    before: Any
    pandas_today: Frame
    pandas_before: Frame

    def check(self, ask: Callable[[InfoTheory, Any], Frame]) -> Frame:
        expected = ask(InfoTheory(self.pandas_today), self.pandas_before)
        got = ask(InfoTheory(self.today), self.before)
        same(got, expected)
        return got


@pytest.fixture(scope="module")
def both(engine: Engine) -> Both:
    today, before = _today(), _before()
    expected = engine.expected(today), engine.expected(before)
    return Both(engine, engine.make(today), engine.make(before), *expected)


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


KEYS = ["shop", "id", "narrow", "flag", "x", "day", "time", "zoned", "price", "kind", "a.b c"]


def test_every_dtype_as_category(both: Both) -> None:
    for dropna in (True, False):
        both.check(lambda theory, _, dropna=dropna: theory.entropy(KEYS, dropna=dropna))  # type: ignore[misc]
    both.check(lambda theory, _: theory.distribution("id", dropna=False))
    both.check(lambda theory, _: theory.distribution("day"))


@pytest.mark.parametrize("key", KEYS)
def test_every_dtype_as_key(both: Both, key: str) -> None:
    got = both.check(lambda theory, _: theory.entropy("fruit", by=key))
    if both.engine.name not in {"pandas", "dask"} and key == "id":
        assert got[key].dtype == pd.Int64Dtype()
    if both.engine.declares and key == "kind":
        assert list(got[key].cat.categories) == LEVELS


def test_default_columns(both: Both) -> None:
    both.check(lambda theory, _: theory.entropy(weights="n"))


@pytest.mark.parametrize("weights", ["n", "w", "yes"])
def test_weights(both: Both, weights: str) -> None:
    both.check(lambda theory, _: theory.entropy(["fruit", weights], by="shop", weights=weights))


@pytest.mark.parametrize("against", ["rest", "all", "pairs", "previous", "uniform"])
def test_against(both: Both, against: Any) -> None:
    both.check(
        lambda theory, _: theory.divergence(
            ["fruit", "kind"], by="shop", against=against, smoothing=0.5
        )
    )


def test_a_group_as_reference(both: Both) -> None:
    both.check(lambda theory, _: theory.kl_divergence("fruit", by="shop", reference="b"))
    both.check(lambda theory, _: theory.contributions("fruit", by="shop", reference="b"))


def test_another_column(both: Both) -> None:
    both.check(lambda theory, _: theory.kl_divergence("fruit", "a.b c", by="flag"))


def test_reference_frames(both: Both) -> None:
    both.check(
        lambda theory, before: theory.kl_divergence(
            ["fruit", "kind"], by="shop", reference=before, weights="n"
        )
    )
    both.check(
        lambda theory, before: theory.js_divergence(
            "fruit", by="shop", reference=before, match=False, dropna=False
        )
    )
    both.check(lambda theory, before: theory.contributions("fruit", reference=before))


def test_a_reference_of_another_kind(both: Both) -> None:
    expected = InfoTheory(both.pandas_today).js_divergence(
        ["fruit", "id"], by="shop", reference=both.pandas_before
    )
    mixed = [(both.today, both.pandas_before), (both.pandas_today, both.before)]
    for today, before in mixed:
        same(
            InfoTheory(today).js_divergence(["fruit", "id"], by="shop", reference=before), expected
        )


def test_a_mapping_as_reference(both: Both) -> None:
    shares = {"fig": 0.5, "kiwi": 0.25, "lime": 0.25}
    both.check(lambda theory, _: theory.kl_divergence("fruit", by="shop", reference=shares))


@pytest.mark.parametrize(
    "bins", [4, "fd", [0.0, 0.1, 0.3, 1 / 3, 7.0], list(np.linspace(0, 1, 400))], ids=str
)
def test_bins_of_numbers(both: Both, bins: Any) -> None:
    both.check(lambda theory, _: theory.distribution("x", by="shop", bins=bins, dropna=False))


def test_bins_of_a_reference(both: Both) -> None:
    both.check(
        lambda theory, before: theory.divergence(
            ["x", "time", "zoned", "id"], by="flag", reference=before, bins=5, weights="n"
        )
    )


def test_times_in_a_grouper(both: Both) -> None:
    days = pd.Grouper(key="time", freq="D")
    both.check(lambda theory, _: theory.kl_divergence("fruit", by=days, against="rest"))


def test_pairs_of_columns(both: Both) -> None:
    both.check(lambda theory, _: theory.mutual_information("fruit", "kind", by="flag", weights="n"))
    both.check(lambda theory, _: theory.mutual_information("fruit", "kind", given="flag"))
    both.check(lambda theory, _: theory.conditional_entropy("fruit", "x", bins=3))
    both.check(lambda theory, _: theory.entropy(["fruit", "x"], joint=True, by="flag"))


def test_losses(both: Both) -> None:
    both.check(lambda theory, _: theory.binary_cross_entropy("yes", "chance", by="shop"))


def test_sureness(both: Both) -> None:
    both.check(
        lambda theory, _: theory.kl_divergence(
            "fruit", by="flag", against="rest", smoothing=0.5, test=True, blocks="narrow", rng=0
        )
    )


def test_an_empty_frame(engine: Engine) -> None:
    empty = _today().iloc[:0]
    here = InfoTheory(engine.make(empty)).entropy(["fruit", "id"], by="shop")
    assert len(here) == 0
    here = InfoTheory(engine.make(empty)).entropy(["fruit", "id"], weights="n")
    assert here["n"].tolist() == [0, 0]
