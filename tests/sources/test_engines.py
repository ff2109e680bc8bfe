"""Every engine gives the answers that pandas gives, and counts where the data is."""

from __future__ import annotations

import builtins
import datetime
import importlib
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pdkl import ColumnNotFoundError, InfoTheory
from pdkl.sources.registry import read_data
from tests.support.engines import ENGINES, LEVELS, Engine, Frame, connection, same


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
            'a.b "c': rng.choice(["fig", "kiwi"], size),
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


@pytest.fixture(scope="module", params=ENGINES, ids=lambda engine: engine.name)
def engine(request: pytest.FixtureRequest) -> Engine:
    made: Engine = request.param
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


KEYS = ["shop", "id", "narrow", "flag", "x", "day", "time", "zoned", "price", "kind", 'a.b "c']


def test_every_dtype_as_category(both: Both) -> None:
    both.check(lambda theory, _: theory.entropy(KEYS))
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


def test_diversity(both: Both) -> None:
    asked: list[Any] = ["richness", "gini_simpson", "berger_parker", ("hill_number", 2)]
    for more in ({"weights": "n"}, {"bins": 3}, {"confidence": 0.9}):
        both.check(
            lambda theory, _, more=more: theory.diversity(by="shop", measures=asked, **more)  # type: ignore[misc]
        )


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
    both.check(lambda theory, _: theory.kl_divergence("fruit", 'a.b "c', by="flag"))


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


def test_several_columns(both: Both) -> None:
    both.check(lambda theory, _: theory.total_correlation(["fruit", "kind", "x"], bins=3))
    both.check(lambda theory, _: theory.total_correlation(["fruit", "kind"], by="shop"))
    both.check(lambda theory, _: theory.interaction_information("fruit", "kind", "flag", by="shop"))


def test_pairs_of_values(both: Both) -> None:
    both.check(lambda theory, _: theory.pointwise_information("fruit", "id", by="flag"))
    both.check(
        lambda theory, _: theory.pointwise_information(
            ["fruit", "time"], ["kind", "x"], given="flag", bins=3, weights="n", dropna=False
        )
    )


def test_evidence(both: Both) -> None:
    both.check(
        lambda theory, _: theory.weight_of_evidence(
            ["fruit", "x", "flag", "id"], "kind", event="small", by="shop", bins=3, weights="n"
        )
    )


def test_columns_together(both: Both) -> None:
    both.check(lambda theory, _: theory.distribution([("fruit", "flag"), "kind"], dropna=False))
    both.check(
        lambda theory, before: theory.js_divergence(
            [("fruit", "x"), "kind"], by="flag", reference=before, bins={"x": 3}, dropna=False
        )
    )
    both.check(
        lambda theory, _: theory.mutual_information(
            [("fruit", "x"), "kind"], "flag", given=["shop", "narrow"], bins={"x": 3}
        )
    )
    both.check(lambda theory, _: theory.mutual_information(y="flag", test=True, exclude="time"))
    both.check(lambda theory, before: theory.drift(before, [("fruit", "kind"), ("kind", "x")]))


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


def _messages(engine: Engine, frame: Frame, **keywords: Any) -> str:
    with pytest.raises((ValueError, TypeError, KeyError)) as caught:
        InfoTheory(engine.make(frame)).entropy("a", **keywords)
    return str(caught.value)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (
            [2**62, 2**62, 1],
            "weights (column 'w') add up to 9223372036854775809, beyond the 2**63 - 1 that whole "
            "weights are counted to. Divide them or make them floats.",
        ),
        (
            [np.inf, 1.0, 1.0],
            "weights (column 'w') must be finite and add up to at most 1e+300; they add up to inf. "
            "Divide them by a common factor.",
        ),
        (
            ["1", "2", "3"],
            "weights (column 'w') must be numbers; got dtype {}. Convert them with pd.to_numeric.",
        ),
    ],
)
def test_bad_weights(engine: Engine, weights: list[Any], message: str) -> None:
    frame = pd.DataFrame({"a": ["x", "x", "y"], "w": weights})
    dtype = read_data(engine.make(frame)).head["w"].dtype
    assert _messages(engine, frame, weights="w") == message.format(dtype)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([-1, 2, 3], "weights (column 'w') must not be negative; the smallest is -1."),
        ([-0.5, 2, 3], "weights (column 'w') must not be negative; the smallest is -0.5."),
        (
            [1.0, None, 3.0],
            "weights (column 'w') must not be missing; 1 of 3 are. Fill them or drop these rows.",
        ),
        (
            pd.array([1, None, 3], dtype="Int64"),
            "weights (column 'w') must not be missing; 1 of 3 are. Fill them or drop these rows.",
        ),
    ],
)
def test_weights_that_are_checked_where_they_are(
    engine: Engine, weights: list[Any], message: str
) -> None:
    frame = pd.DataFrame({"a": ["x", "x", "y"], "w": weights})
    told = _messages(engine, frame, weights="w")
    if engine.name == "pandas":  # which knows the rows, and says more of them
        assert told.split(";")[0] == message.split(";", maxsplit=1)[0]
    else:
        assert told == message


def test_whole_weights_up_to_the_last(engine: Engine) -> None:
    frame = pd.DataFrame({"a": ["x", "x", "y"], "w": [2**62, 2**62 - 2, 1]})
    result = InfoTheory(engine.make(frame)).distribution("a", weights="w")
    assert result["count"].tolist() == [2**63 - 2, 1]


def test_missing_columns(both: Both) -> None:
    theory = InfoTheory(both.today)
    names = ", ".join(map(repr, list(both.pandas_today.columns)[:10])) + " and 6 more"
    calls: dict[str, Callable[[], Frame]] = {
        "columns": lambda: theory.entropy("Fruit"),
        "by": lambda: theory.entropy("fruit", by="Fruit"),
        "weights": lambda: theory.entropy("fruit", weights="Fruit"),
    }
    for keyword, ask in calls.items():
        with pytest.raises(ColumnNotFoundError) as caught:
            ask()
        assert str(caught.value) == (
            f"{keyword} names column 'Fruit', which data does not have. Did you mean 'fruit'? "
            f"Its columns are {names}."
        )


def test_a_label_that_is_no_group(both: Both) -> None:
    with pytest.raises(ValueError, match="reference='z' is not a group of by; the groups are"):
        InfoTheory(both.today).kl_divergence("fruit", by="shop", reference="z")


def test_kinds_that_never_match(both: Both) -> None:
    message = (
        "column 'fruit' holds strings and column 'id' holds numbers, so no category of one can "
        "occur in the other. Convert one of them, for instance with astype."
    )
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        InfoTheory(both.today).kl_divergence("fruit", "id")
    message = "bins is for numbers, times and durations; column 'fruit' holds "
    with pytest.raises(TypeError, match=f"^{re.escape(message)}"):
        InfoTheory(both.today).entropy("fruit", bins={"fruit": 3})


def test_zeros_raise(both: Both) -> None:
    with pytest.raises(ValueError, match="column 'fruit' has categories of probability 0 in the"):
        InfoTheory(both.today).kl_divergence("fruit", reference=both.before, zeros="raise")


def test_every_edge_falls_where_numpy_puts_it(engine: Engine) -> None:
    rng = np.random.default_rng(1)
    edges = np.sort(rng.normal(size=20) * 10.0 ** rng.integers(-9, 9, 20))
    near = np.concatenate([edges, np.nextafter(edges, np.inf), np.nextafter(edges, -np.inf)])
    frame = pd.DataFrame({"x": near})
    cut = np.where(near > edges[-1], 20, np.searchsorted(edges[:-1], near, side="right"))
    expected = np.bincount(cut, minlength=21)
    result = InfoTheory(engine.make(frame)).distribution("x", bins=list(edges))
    found = result.sort_values("low")["count"]
    assert found.tolist() == expected[expected > 0].tolist()


def test_a_name_for_the_number_of_rows() -> None:
    import polars as pl

    frame = pd.DataFrame({"rows": ["a", "b", "b"], "_rows": ["u", "u", "u"]})
    same(
        InfoTheory(pl.from_pandas(frame)).entropy("rows", by="_rows"),
        InfoTheory(frame).entropy("rows", by="_rows"),
    )


def test_categories_without_declared_levels() -> None:
    import polars as pl

    frame = pl.DataFrame({"a": pl.Series(["v", "u", "u"], dtype=pl.Categorical)})
    result = InfoTheory(frame).distribution()
    assert result["category"].tolist() == ["u", "v"]
    assert InfoTheory(frame).entropy(alphabet="declared")["categories"].tolist() == [2]


def test_types_of_duckdb() -> None:
    frame = connection().sql(
        "select 'x'::ENUM('y', 'x') size, sum(i) over () huge, sum(i) over (order by i) \"from\", "
        "(i / 2)::DECIMAL(4, 2) part, INTERVAL 1 DAY span, TIME '10:00' clock, 'a'::BLOB raw, "
        "[i] many from range(3) t(i)"
    )
    theory = InfoTheory(frame)
    size = theory.distribution("size", alphabet="declared")
    assert size["category"].tolist() == ["x", "y"]
    assert theory.distribution("from")["category"].tolist() == [0, 1, 3]
    assert theory.entropy("size", weights="huge")["n"].tolist() == [9]
    assert theory.entropy("size", weights="part")["n"].tolist() == [1.5]
    columns = ["span", "clock", "raw"]
    assert theory.entropy(columns)["categories"].tolist() == [1, 1, 1]
    with pytest.raises(TypeError, match=re.escape("column 'many' (dtype object) holds values")):
        theory.entropy("many")


def test_levels_that_dask_has_not_seen() -> None:
    import dask.dataframe as dd

    frame = dd.from_pandas(pd.DataFrame({"a": ["u", "v", None]}), npartitions=2)
    result = InfoTheory(frame.astype("category")).entropy(alphabet="declared", dropna=False)
    assert result["categories"].tolist() == [3]


def test_partitions_of_other_dtypes_and_empty_ones() -> None:
    import dask.dataframe as dd

    parts = [pd.DataFrame({"a": values}) for values in (["u", None], [], [None, None], ["u", "v"])]
    frame = dd.from_map(lambda i: parts[i].astype(object), range(4), meta=parts[0].astype(object))
    assert InfoTheory(frame).entropy("a")[["n", "n_missing"]].to_numpy().tolist() == [[3, 3]]


def test_cells_that_dask_cannot_hash() -> None:
    import dask
    import dask.dataframe as dd

    with dask.config.set({"dataframe.convert-string": False}):
        frame = dd.from_pandas(pd.DataFrame({"a": [["u"], "v"]}), npartitions=1)
    message = (
        "column 'a' (dtype object) holds values that cannot be counted: unhashable type: 'list'. "
        "Turn them into something hashable first, such as tuples or text."
    )
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        InfoTheory(frame).entropy("a")


@pytest.mark.parametrize("backend", ["pandas", "polars"])
def test_frames_of_narwhals(backend: str) -> None:
    import narwhals as nw
    import polars as pl

    frame = pd.DataFrame({"a": ["u", "v", "v"]})
    native: Any = frame if backend == "pandas" else pl.from_pandas(frame)
    for made in (nw.from_native(native), nw.from_native(native).lazy()):
        same(InfoTheory(made).entropy(), InfoTheory(frame).entropy())


def test_accessors_of_polars_and_dask() -> None:
    import dask.dataframe as dd
    import polars as pl

    importlib.import_module("pdkl.polars")
    importlib.import_module("pdkl.dask")
    frame = pd.DataFrame({"a": ["u", "v", "v"]})
    made: list[Any] = [pl.from_pandas(frame), pl.from_pandas(frame).lazy()]
    for data in [*made, dd.from_pandas(frame, npartitions=2)]:
        same(data.info_theory.entropy("a"), frame.info_theory.entropy("a"))


def _without(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """Let the import of some libraries fail, as if they were not installed."""
    real = builtins.__import__

    def refuse(name: str, *rest: Any, **keywords: Any) -> Any:
        if name.split(".", maxsplit=1)[0] in names:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return real(name, *rest, **keywords)

    for module in list(sys.modules):
        if module.split(".")[0] in names or module in {
            "pdkl.polars",
            "pdkl.dask",
            "pdkl.sources.narwhals.query",
            "pdkl.sources.narwhals.counts_of_counts",
        }:
            monkeypatch.delitem(sys.modules, module)
    monkeypatch.setattr(builtins, "__import__", refuse)


def test_narwhals_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    import polars as pl

    frame = pl.DataFrame({"a": ["u"]})
    monkeypatch.delattr("pdkl.sources.narwhals.query", raising=False)
    _without(monkeypatch, "narwhals")
    message = (
        "a frame of this kind (polars DataFrame) is read through narwhals, which is not installed. "
        "Install it with: pip install 'pdkl[engines]'"
    )
    with pytest.raises(ImportError, match=f"^{re.escape(message)}$"):
        InfoTheory(frame).entropy()


@pytest.mark.parametrize(
    ("module", "message"),
    [
        (
            "pdkl.polars",
            "pdkl.polars needs polars, and narwhals to read its frames. Install them with: "
            "pip install polars 'pdkl[engines]'",
        ),
        (
            "pdkl.dask",
            "pdkl.dask needs Dask's data frames. Install them with: pip install 'dask[dataframe]'",
        ),
    ],
)
def test_an_engine_is_not_installed(
    monkeypatch: pytest.MonkeyPatch, module: str, message: str
) -> None:
    _without(monkeypatch, module.removeprefix("pdkl."))
    with pytest.raises(ImportError, match=f"^{re.escape(message)}$"):
        importlib.import_module(module)


def test_a_query_that_fails() -> None:
    import dask.dataframe as dd
    import polars as pl

    lazy = pl.LazyFrame({"a": ["x"]})
    text = connection().sql("select 'z' a, cast('z' as int) b from range(2)")
    parts = dd.from_map(lambda i: pd.DataFrame({"b": [1 // i]}), [0], meta={"b": "int64"})
    failing: list[tuple[Any, str]] = [
        (
            lazy.select("b"),
            "polars LazyFrame failed, so nothing was counted. It says: ColumnNotFou",
        ),
        (lazy.select(b=pl.col("a").str.to_integer()), "polars LazyFrame failed, so nothing was"),
        (text, "DuckDB relation failed, so nothing was counted. It says: ConversionException: "),
        (parts, "Dask DataFrame failed, so nothing was counted. It says: ZeroDivisionError: "),
    ]
    for data, said in failing:
        with pytest.raises(RuntimeError, match=f"^the query of this {re.escape(said)}") as caught:
            InfoTheory(data).entropy("b")
        assert caught.value.__cause__ is not None


def test_what_is_no_frame() -> None:
    import polars as pl

    series: Any = pl.Series([1])
    message = (
        "InfoTheory needs a DataFrame of pandas, polars, Dask, PySpark or narwhals, a LazyFrame of "
        "polars, a DuckDB relation, an Ibis table, a Table, RecordBatch, RecordBatchReader or "
        "Dataset of pyarrow, or a Profile; got Series. A Series of pandas has its own accessor, "
        "series.info_theory."
    )
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        InfoTheory(series).entropy()
