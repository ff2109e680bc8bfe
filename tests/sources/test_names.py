"""Names are opaque: whatever a column is called, it is what is read, or an error says why not."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any

import dask
import dask.dataframe as dd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.feather
import pyarrow.parquet as pq
import pytest

from pdkl import InfoTheory, scan
from pdkl.comparing import counts_of_counts
from tests.support.engines import ENGINES, Engine, Frame, arrow, connection

# patterns and quotes of some engine, and what is counted under these names here
NAMES = [
    *(
        "^b$",
        "^.*$",
        "*",
        "",
        "a.b",
        "a",
        "A",
        'a"b',
        "a'b",
        "a`b",
        "new\nline",
        "a\0b",
        "\\",
        "%s",
    ),
    *("[x]", "{x}", "$", "#1", "rows", "missing", "least", "low", "high", "total", "0", "1", "c0"),
    *("c1", "k0", "v0", "p", "q", "times", "here", "there", "w", "index", "ü", " a"),
]
# fields of every dataset of pyarrow
FIELDS = ["__filename", "__fragment_index", "__batch_index", "__last_in_fragment"]
# what is no other name, or no name at all, in SQL
NOT_SQL = {"A", "", "a\0b"}


def texts(names: list[str]) -> Frame:
    """Hold in each column values of its own, the second of them three times."""
    columns = {name: [f"{i} one", *[f"{i} two"] * 3] for i, name in enumerate(names)}
    return pd.DataFrame({"b": ["z"] * 4, **columns})


def numbers(names: list[str]) -> Frame:
    """Hold in each column numbers of its own."""
    columns = {name: [i, i, i + 1, i + 9] for i, name in enumerate(names)}
    return pd.DataFrame({"b": ["x", "x", "x", "y"], **columns})


def _dataset(frame: Frame, folder: Path) -> Any:
    pq.write_table(arrow(frame, nan=False), folder / "a.parquet")
    return ds.dataset(folder)


def _csv(frame: Frame, folder: Path) -> Any:
    frame.to_csv(folder / "a.csv", index=False)
    return scan(folder)._data


def _feather(frame: Frame, folder: Path) -> Any:
    pyarrow.feather.write_feather(arrow(frame, nan=False), folder / "a.feather")
    return scan(folder)._data


DATASETS: dict[str, Callable[[Frame, Path], Any]] = {
    "dataset": _dataset,
    "csv": _csv,
    "feather": _feather,
}


class Maker:
    """Holds frames as one engine does, under the names that it can tell apart."""

    def __init__(self, kind: Any, folder: Path) -> None:
        self.kind, self.folder = kind, folder
        name = getattr(kind, "name", kind)
        self.names = [one for one in NAMES if name not in ("duckdb", "ibis") or one not in NOT_SQL]
        if name not in (*DATASETS, "duckdb", "ibis"):  # these may scan Arrow's tables as datasets
            self.names += FIELDS

    def __call__(self, frame: Frame) -> Any:
        if isinstance(self.kind, Engine):
            return self.kind.make(frame)
        if self.kind == "table":
            return arrow(frame, nan=False)
        return DATASETS[self.kind](frame, self.folder)


@pytest.fixture(params=[*ENGINES, "table", *DATASETS], ids=lambda one: getattr(one, "name", one))
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Maker:
    return Maker(request.param, tmp_path)


def test_names_of_what_is_counted(make: Maker) -> None:
    names, size = make.names, len(make.names)
    found = InfoTheory(make(texts(names))).distribution(names)
    assert found["column"].tolist() == [name for name in names for _ in range(2)]
    expected = [f"{i} {which}" for i in range(size) for which in ("two", "one")]
    assert found["category"].tolist() == expected
    assert found["count"].tolist() == [3, 1] * size


def test_names_of_keys(make: Maker) -> None:
    data = make(texts(make.names))
    for i, name in enumerate(make.names):
        found = InfoTheory(data).entropy("b", by=name)
        assert found[name].tolist() == [f"{i} one", f"{i} two"]
        assert found["n"].tolist() == [1, 3]


def test_names_of_weights(make: Maker) -> None:
    data = make(numbers(make.names))
    for i, name in enumerate(make.names):
        found = InfoTheory(data).distribution("b", weights=name)
        counts = dict(zip(found["category"], found["count"], strict=True))
        assert counts == {"x": 3 * i + 1, "y": i + 9}


def test_names_of_what_is_cut(make: Maker) -> None:
    names = make.names
    edges = {name: [i, i + 1, i + 9] for i, name in enumerate(names)}
    found = InfoTheory(make(numbers(names))).distribution(names, bins=edges)
    assert found["column"].tolist() == [name for name in names for _ in range(2)]
    assert found["low"].tolist() == [i + step for i in range(len(names)) for step in (0, 1)]
    assert found["count"].tolist() == [2, 2] * len(names)


@pytest.mark.parametrize("kind", DATASETS)
def test_names_that_pyarrow_adds_to_datasets(kind: str, tmp_path: Path) -> None:
    theory = InfoTheory(DATASETS[kind](texts(FIELDS), tmp_path))
    assert theory.entropy("b")["n"].tolist() == [4]
    for name in FIELDS:
        asked: list[dict[str, Any]] = [{"columns": name}, {"columns": "b", "by": name}]
        for keywords in asked:
            with pytest.raises(ValueError, match="pyarrow") as error:
                theory.entropy(**keywords)
            assert str(error.value) == (
                f"column {name!r} cannot be read from a dataset: pyarrow adds a field of that "
                "name to each. Give it another name where the files are written."
            )


def test_names_that_ibis_mistakes() -> None:
    import ibis

    for names, message in (
        (["a", "A"], "columns 'a' and 'A' of this Ibis table differ in case only, and its engine "
         "may take one for the other. Give one another name where the table is made."),
        (["a", ""], "a column of this Ibis table is called '', which is no name in SQL, so its "
         "engine cannot be asked for it. Give it another name where the table is made."),
        (["x\0y", "a"], "a column of this Ibis table is called 'x\\x00y', which is no name in SQL, "
         "so its engine cannot be asked for it. Give it another name where the table is made."),
    ):  # fmt: skip
        table = ibis.memtable(pa.table([pa.array(["u"]), pa.array(["v"])], names=names))
        with pytest.raises(ValueError, match="Ibis table") as error:
            InfoTheory(table).entropy("a")
        assert str(error.value) == message


def test_names_that_duckdb_holds_to_be_one() -> None:
    joined = connection().sql(
        "select * from (values (1, 'u'), (2, 'u')) s(a, d) "
        "join (values (1, 7, 'v'), (2, 8, 'w')) t(b, \"A\", d) on s.a = t.b"
    )
    theory = InfoTheory(joined)
    assert theory.distribution("a")["category"].tolist() == [1, 2]
    assert theory.distribution("A")["category"].tolist() == [7, 8]
    assert theory.entropy("a", by="A")["A"].tolist() == [7, 8]
    if list(joined.columns).count("d") > 1:
        with pytest.raises(ValueError, match="names column 'd', which data has 2 times"):
            theory.entropy("d")


@pytest.mark.parametrize("name", ["polars lazy", "duckdb"])
def test_names_of_keys_where_the_engine_counts_counts(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counts_of_counts, "MOST_ROWS", 0)
    engine: Any = next(one for one in ENGINES if getattr(one, "name", "") == name)
    keys = ["p", "q", "times", "missing", "here", "there", "rows", "k0", "v0"]
    frame = pd.DataFrame({"b": ["x", "y", "x", "x"], **{key: ["u", "u", "v", "v"] for key in keys}})
    theory = InfoTheory(engine.make(frame))
    for key in keys:
        for against in ("all", "uniform"):
            found = theory.divergence("b", by=key, against=against, measures="total_variation")
            assert found[key].tolist() == ["u", "v"]
            expected = [0.25, 0.25] if against == "all" else [0.0, 0.5]
            np.testing.assert_allclose(found["total_variation"], expected)


LABELS: list[Hashable] = [None, np.nan, pd.NaT, ("a", "b"), ("b",), (), 0, 1.5, True, b"x", 2**70]


def _dask(frame: Frame) -> Any:
    with dask.config.set({"dataframe.convert-string": False}):
        return dd.from_pandas(frame, npartitions=2, sort=False)


@pytest.mark.parametrize("engine", [lambda frame: frame, _dask], ids=["pandas", "dask"])
@pytest.mark.parametrize("label", LABELS, ids=repr)
def test_labels_that_are_no_text(label: Hashable, engine: Callable[[Frame], Any]) -> None:
    def made(values: list[Any]) -> InfoTheory:
        weight = [1, 2, 3, 4]
        frame = pd.DataFrame({0: ["x", "x", "y", "y"], 1: values, 2: weight})
        columns = pd.Index(["b", label, ("w", "w")], dtype=object, tupleize_cols=False)
        return InfoTheory(engine(frame.set_axis(columns, axis=1)))

    theory = made(["u", "v", "w", "w"])
    assert theory.distribution([label])["category"].tolist() == ["w", "u", "v"]
    assert theory.entropy()["column"].tolist() == ["b", str(label)]
    by_label = theory.entropy("b", by=[label], weights=("w", "w"))
    assert by_label.iloc[:, 0].tolist() == ["u", "v", "w"]
    assert by_label["n"].tolist() == [1, 2, 7]
    assert theory.drift(theory._data, rng=0)["column"].tolist() == [
        "b",
        str(label),
        str(("w", "w")),
    ]
    numbers = made([1, 2, 3, 4])
    assert numbers.distribution([label], bins=[1, 3, 4])["count"].tolist() == [2, 2]
    if label is not None:  # weights=None is none
        assert numbers.distribution("b", weights=label)["count"].tolist() == [7, 3]


def test_a_label_that_is_na() -> None:
    names = pd.Index(["b", pd.NA], dtype=object)
    frame = pd.DataFrame({"b": ["x"], "c": ["y"]}).set_axis(names, axis=1)
    message = (
        "data has a column called NA, from which no name can be told apart. Give it another name "
        "first."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        InfoTheory(frame).entropy("b")
