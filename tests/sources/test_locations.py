"""Files on disk: found by path, read as one frame, and refused where they are wrong."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.feather
import pyarrow.parquet as pq
import pytest

import pdkl
from pdkl import InfoTheory, scan

TABLE = pa.table({"v": [f"w{i % 97}" for i in range(6000)], "n": np.arange(6000)})
SMALL = pa.table({"v": ["a", None, "b", "a"], "k": ["x", "x", "y", "y"]})
REMEDY = (
    "Nothing was counted. Check that it is whole and of the format and the types that the dataset "
    "says, or leave it out."
)


def counts(theory: InfoTheory) -> dict[Any, int]:
    found = theory.distribution("v", dropna=False)
    return {
        None if pd.isna(value) else value: number
        for value, number in zip(found["category"], found["count"], strict=True)
    }


def write(table: pa.Table, path: Path) -> None:
    """Write a table in the format of the path."""
    rows = table.to_pylist()
    if path.suffix in (".parquet", ".pq"):
        pq.write_table(table, path)
    elif path.suffix == ".csv":
        table.to_pandas().to_csv(path, index=False)
    elif path.suffix == ".gz":
        with gzip.open(path, "wt") as file:
            table.to_pandas().to_csv(file, index=False)
    elif path.suffix == ".feather":
        pyarrow.feather.write_feather(table, path)
    elif path.suffix in (".arrow", ".ipc"):
        with pa.ipc.new_file(path, table.schema) as writer:
            writer.write_table(table)
    else:
        pd.DataFrame(rows).to_json(path, orient="records", lines=True)


@pytest.mark.parametrize(
    "ending",
    ["parquet", "pq", "csv", "csv.gz", "CSV", "feather", "arrow", "ipc", "jsonl", "ndjson"],
)
def test_every_extension_is_read(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"a.{ending.lower()}"
    write(SMALL, path)
    path = path.rename(tmp_path / f"a.{ending}")
    assert counts(scan(path)) == {"a": 2, "b": 1, None: 1}
    assert counts(scan(str(path))) == {"a": 2, "b": 1, None: 1}


def test_patterns_folders_and_lists(tmp_path: Path) -> None:
    for folder in ("one", "two", "_old", ".hidden"):
        (tmp_path / folder).mkdir()
        write(SMALL, tmp_path / folder / "a.parquet")
    write(SMALL, tmp_path / "one" / "b.parquet")
    (tmp_path / "one" / "_SUCCESS").write_text("")
    (tmp_path / "one" / ".a.parquet.crc").write_text("")
    cases: list[tuple[Any, int]] = [
        (tmp_path, 3),
        (tmp_path / "one", 2),
        (f"{tmp_path}/*/a.parquet", 3),
        (f"{tmp_path}/[!_]*", 3),
        (f"{tmp_path}/**/b.parquet", 1),
        (f"{tmp_path}/two/**", 1),  # which matches the folder, and what is in it
        ([tmp_path / "one", f"{tmp_path}/two/a.parquet"], 3),
        ((tmp_path / "one" / name for name in ("a.parquet", "b.parquet")), 2),
    ]
    for path, files in cases:
        assert scan(path).entropy("k")["n"].tolist() == [4 * files]


def test_a_name_that_looks_like_a_pattern(tmp_path: Path) -> None:
    write(SMALL, tmp_path / "a[1].parquet")
    assert counts(scan(tmp_path / "a[1].parquet")) == {"a": 2, "b": 1, None: 1}


def test_folders_make_columns(tmp_path: Path) -> None:
    ds.write_dataset(SMALL, tmp_path, format="parquet", partitioning=["k"],
                     partitioning_flavor="hive")  # fmt: skip
    for path in (tmp_path, f"{tmp_path}/k=*/*.parquet", f"{tmp_path}/k=*"):
        found = scan(path).entropy("v", by="k")
        assert found["k"].tolist() == ["x", "y"]
        assert found["n_missing"].tolist() == [1, 0]


def test_types_are_widened_to_hold_all_files(tmp_path: Path) -> None:
    for i, values in enumerate(
        (pa.array([1, 2], pa.int32()), pa.array([2**40]), pa.array([1.5]), pa.nulls(1))
    ):
        pq.write_table(pa.table({"v": values}), tmp_path / f"{i}.parquet")
    assert counts(scan(tmp_path)) == {1: 1, 2: 1, 2**40: 1, 1.5: 1, None: 1}
    assert scan([tmp_path / "0.parquet", tmp_path / "1.parquet"]).distribution("v")[
        "category"
    ].tolist() == [1, 2, 2**40]


def test_keys_that_json_leaves_out_are_missing(tmp_path: Path) -> None:
    (tmp_path / "0.jsonl").write_text('{"k": "x"}\n')
    (tmp_path / "1.jsonl").write_text('{"k": "x", "v": "a"}\n{"k": "y"}\n')
    assert counts(scan(tmp_path)) == {"a": 1, None: 2}


def test_what_is_not_found(tmp_path: Path) -> None:
    for path, message in (
        (f"{tmp_path}/*.csv", f"path finds no file: there is no '{tmp_path}/*.csv', nor a match "
         "for it."),
        (tmp_path, f"path finds no file: the folder '{tmp_path}' has none in it."),
    ):  # fmt: skip
        with pytest.raises(FileNotFoundError) as error:
            scan(path)
        assert str(error.value) == message


@pytest.mark.parametrize(
    ("path", "kind", "message"),
    [
        ([], ValueError, "path is an empty list; name at least one file, pattern or folder."),
        (3, TypeError, "path must be a file, a pattern, a folder, or a list of these; got int."),
        ("ftp://me:hush@host/a.csv?key=hush", ValueError,
         "path must be on this machine, or begin with one of s3://, gs://, az://, abfs://, "
         "http://, https://, duckdb://, sqlite://, postgres://, postgresql://; got "
         "'ftp://host/a.csv'. Of other stores pass a dataset: "
         "InfoTheory(pyarrow.dataset.dataset(...))."),
        (["a", 3], TypeError,
         "path must be a file, a pattern, a folder, or a list of these; got int."),
    ],
)  # fmt: skip
def test_what_is_no_path(path: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind) as error:
        scan(path)
    assert str(error.value) == message


def test_formats_are_known_and_not_mixed(tmp_path: Path) -> None:
    write(SMALL, tmp_path / "a.parquet")
    write(SMALL, tmp_path / "b.csv")
    with pytest.raises(ValueError, match="one format") as error:
        scan(tmp_path)
    assert str(error.value) == (
        f"path must find files of one format; it finds '{tmp_path}/a.parquet' (parquet) and "
        f"'{tmp_path}/b.csv' (csv). Name those of one format, for instance with a pattern such as "
        "'folder/**/*.parquet'."
    )
    for name in ("c.txt", "c.parquet.gz", "c"):
        (tmp_path / name).write_text("v\n1\n")
        with pytest.raises(ValueError, match="extension") as error:
            scan(tmp_path / name)
        assert str(error.value) == (
            f"path finds '{tmp_path}/{name}', whose extension is none of .parquet, .pq, .csv, "
            ".arrow, .feather, .ipc, .jsonl, .ndjson, .csv.gz. Rename it, or pass a dataset: "
            "InfoTheory(pyarrow.dataset.dataset(path, format=...))."
        )


def assert_refused(theory: InfoTheory, column: str, message: str) -> None:
    with pytest.raises(ValueError, match=r"\.") as error:
        theory.entropy(column)
    assert re.fullmatch(message, str(error.value)), str(error.value)


def test_a_column_that_one_file_lacks(tmp_path: Path) -> None:
    for form, ending in (("parquet", "parquet"), ("csv", "csv"), ("ipc", "arrow")):
        folder = tmp_path / form
        folder.mkdir()
        write(TABLE, folder / f"0.{ending}")
        write(TABLE.drop_columns(["n"]), folder / f"1.{ending}")
        message = (
            f"file '{folder}/1.{ending}' has no column 'n', which other files of the dataset have. "
            "Its rows would all count as missing; leave the file out, or write the column into it."
        )
        for theory in (scan(folder), InfoTheory(ds.dataset(folder, format=form))):
            assert_refused(theory, "n", re.escape(message))
            assert theory.entropy("v")["n"].tolist() == [12000]


@pytest.mark.parametrize(
    ("one", "other", "types"),
    [
        ([1, 2], ["1", "x"], ("string", "int64")),
        (["1", "x"], [1, 2], ("int64", "string")),
        ([True], [1], ("int64", "bool")),
        ([b"a"], ["a"], ("string", "binary")),
    ],
)
def test_a_column_of_another_kind_in_one_file(
    one: list[Any], other: list[Any], types: tuple[str, str], tmp_path: Path
) -> None:
    for i, values in enumerate((one, other)):
        pq.write_table(pa.table({"v": values, "k": values}), tmp_path / f"{i}.parquet")
    message = (
        f"file '{tmp_path}/1.parquet' holds column 'v' as {types[0]}, but in the dataset it is "
        f"{types[1]}. Write the files with one type, or count them one by one."
    )
    for theory in (scan(tmp_path), InfoTheory(ds.dataset(tmp_path))):
        assert_refused(theory, "v", re.escape(message))


def test_a_number_that_the_type_of_the_dataset_cannot_hold(tmp_path: Path) -> None:
    for i, values in enumerate((pa.array([1, 2], pa.int8()), pa.array([1, 1000]))):
        pq.write_table(pa.table({"v": values}), tmp_path / f"{i}.parquet")
    message = (
        f"file '{tmp_path}/1.parquet' cannot be read: Integer value 1000 not in range: -128 to "
        f"127. {REMEDY}"
    )
    assert_refused(InfoTheory(ds.dataset(tmp_path)), "v", re.escape(message))


@pytest.mark.parametrize("damage", ["cut off", "another format", "empty"])
def test_a_file_that_is_no_parquet(damage: str, tmp_path: Path) -> None:
    for i in range(3):
        pq.write_table(TABLE, tmp_path / f"{i}.parquet")
    data = ds.dataset(tmp_path)
    whole = (tmp_path / "1.parquet").read_bytes()
    damaged = {"cut off": whole[:-100], "another format": b"v,n\n1,2\n" * 9, "empty": b""}[damage]
    (tmp_path / "1.parquet").write_bytes(damaged)
    message = f"file '{tmp_path}/1.parquet' cannot be read: .*\\. {re.escape(REMEDY)}"
    assert_refused(InfoTheory(data), "v", message)
    with pytest.raises(ValueError, match=message):
        scan(tmp_path)


def test_pages_that_are_damaged(tmp_path: Path) -> None:
    for i in range(4):
        pq.write_table(TABLE, tmp_path / f"{i}.parquet", row_group_size=500)
    damaged = bytearray((tmp_path / "2.parquet").read_bytes())
    damaged[len(damaged) // 4 : len(damaged) // 2] = bytes(len(damaged) // 2 - len(damaged) // 4)
    (tmp_path / "2.parquet").write_bytes(damaged)
    message = f"file '{tmp_path}/2.parquet' cannot be read: .*\\. {re.escape(REMEDY)}"
    for column in ("v", "n"):
        assert_refused(scan(tmp_path), column, message)


def test_a_file_that_is_gone(tmp_path: Path) -> None:
    for i in range(2):
        pq.write_table(TABLE, tmp_path / f"{i}.parquet")
    theory = scan(tmp_path)
    (tmp_path / "1.parquet").unlink()
    with pytest.raises(FileNotFoundError, match=re.escape("1.parquet")):
        theory.entropy("v")


def test_text_in_the_numbers_of_a_csv(tmp_path: Path) -> None:
    lines = [*map(str, range(300_000)), "many"]  # further on than types are guessed from
    (tmp_path / "0.csv").write_text("v\n1\n")
    (tmp_path / "1.csv").write_text("\n".join(["v", *lines]))
    message = f"file '{tmp_path}/1.csv' cannot be read: .*'many'\\. {re.escape(REMEDY)}"
    assert_refused(scan(tmp_path), "v", message)


def test_only_the_columns_asked_for_are_read(tmp_path: Path) -> None:
    nested = TABLE.append_column("list", pa.nulls(len(TABLE), pa.list_(pa.int8())))
    pq.write_table(nested, tmp_path / "a.parquet")
    assert scan(tmp_path).entropy("v")["categories"].tolist() == [97]


@pytest.mark.parametrize("data", ["union", "memory", "files"])
def test_a_filter_is_kept(data: str, tmp_path: Path) -> None:
    pq.write_table(TABLE, tmp_path / "a.parquet")
    files = ds.dataset(tmp_path)
    dataset = {"union": ds.dataset([files, files]), "memory": ds.dataset(TABLE), "files": files}
    kept = dataset[data].filter(ds.field("n") < 10).filter(ds.field("v") != "w1")
    found = InfoTheory(kept).entropy("v")
    assert found["n"].tolist() == [18 if data == "union" else 9]


def test_scan_is_a_public_name() -> None:
    assert pdkl.scan is scan
    assert "scan" in pdkl.__all__


@pytest.mark.parametrize("method", ["kl_divergence", "contributions", "drift", "explain", "report"])
def test_methods_stand_wherever_their_data_can(method: str, tmp_path: Path) -> None:
    table = pa.table({"v": ["a", "b"] * 50, "w": ["x", "x", "y", "x"] * 25})
    pq.write_table(table, tmp_path / "a.parquet")
    frame = pd.DataFrame({"v": ["a", "b", "b", "b"] * 25, "w": ["x", "y"] * 50})

    def answer(data: Any, reference: Any) -> str:
        found = getattr(InfoTheory(data), method)
        keywords = {} if method in ("kl_divergence", "contributions") else {"rng": 0}
        return str(getattr(found(reference=reference, **keywords), "to_csv", str)())

    expected = answer(frame, ds.dataset(tmp_path))
    for data in (frame, InfoTheory(frame), InfoTheory(InfoTheory(frame))):
        assert answer(data, scan(tmp_path)) == expected
        assert answer(data, InfoTheory(table)) == expected
