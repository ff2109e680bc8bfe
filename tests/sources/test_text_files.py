"""Files are read as they were written, or an error names the file, the cause and the remedy."""

from __future__ import annotations

import gzip
import os
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

from pdkl import InfoTheory, load_profile, scan

WORDS = [
    *("#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN"),
    *("<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null", ""),
]
TOWNS = ["München", "Köln", "Köln", "Zürich"]


def counts(theory: InfoTheory, column: str = "a") -> dict[Any, int]:
    found = theory.distribution(column, dropna=False)
    return {
        None if pd.isna(value) else value: number
        for value, number in zip(found["category"], found["count"], strict=True)
    }


def refused(ask: Any, message: str) -> None:
    with pytest.raises(ValueError, match=r"\.") as error:
        ask()
    assert str(error.value) == message


# ---- what is missing ------------------------------------------------------------------------


@pytest.mark.parametrize("word", WORDS)
def test_words_for_missing_are_those_of_pandas(word: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f'a,n\n{word},{word}\nx,1\n"{word}",2\n')
    read = pd.read_csv(path)
    assert read["a"].isna().tolist() == [True, False, True]
    found = scan(path).entropy(["a", "n"])
    assert found["n_missing"].tolist() == read.isna().sum().tolist() == [2, 1]
    assert counts(scan(path), "n") == {1: 1, 2: 1, None: 1}


def test_other_words_are_text(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a\n NA\nNone.\nna\n-\n")
    assert counts(scan(path)) == {" NA": 1, "None.": 1, "na": 1, "-": 1}


# ---- how text is written --------------------------------------------------------------------

NO_TEXT = (
    "file '{}' holds bytes that are no text in the encoding that it is read in, utf-8 unless "
    "another is named. Nothing was counted. Convert it to utf-8, or name its encoding, which CSV "
    "may have: pdkl.scan(path, encoding='latin-1'), or --encoding latin-1 of a command."
)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252", "utf-16"])
@pytest.mark.parametrize("ending", ["csv", "csv.gz"])
def test_encodings_and_separators(
    encoding: str, separator: str, ending: str, tmp_path: Path
) -> None:
    text = pd.DataFrame({"a": TOWNS, "größe": [1, 2, 3, 4]}).to_csv(index=False, sep=separator)
    path = tmp_path / f"a.{ending}"
    pack = gzip.compress if ending == "csv.gz" else bytes
    path.write_bytes(pack(text.encode(encoding)))
    theory = scan(path, encoding=encoding, separator=separator)
    assert counts(theory) == {"München": 1, "Köln": 2, "Zürich": 1}
    assert theory.distribution("a", weights="größe")["count"].tolist() == [5, 4, 1]
    if encoding == "utf-16":  # where not even the rows are found
        with pytest.raises(ValueError, match=f"^file {re.escape(repr(str(path)))} "):
            counts(scan(path, separator=separator))
    elif encoding not in ("utf-8", "utf-8-sig"):
        refused(lambda: scan(path, separator=separator), NO_TEXT.format(path))
    refused(lambda: counts(scan(path, encoding="ascii", separator=separator)), NO_TEXT.format(path))


@pytest.mark.parametrize("own", [False, True], ids=["scan", "dataset"])
def test_bytes_that_are_no_text_far_into_a_file(own: bool, tmp_path: Path) -> None:
    for i, last in enumerate(("x", "M\xfcnchen")):
        text = "a,b\n" + "x,1\n" * 600_000 + f"{last},1\n"
        (tmp_path / f"{i}.csv").write_bytes(text.encode("latin-1"))
    theory = InfoTheory(ds.dataset(tmp_path, format="csv")) if own else scan(tmp_path)
    refused(lambda: theory.entropy("a"), NO_TEXT.format(tmp_path / "1.csv"))


def test_bytes_that_are_no_text_in_a_dataset(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"a\nM\xfcnchen\n")
    theory = InfoTheory(ds.dataset(tmp_path, format="csv"))
    refused(lambda: theory.entropy("a"), NO_TEXT.format(tmp_path / "a.csv"))


@pytest.mark.parametrize("line", [b'{"a": "M\xfcnchen"}\n', b'{"a": "x", "M\xfcnchen": 1}\n'])
def test_json_that_is_no_text(line: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(line)
    refused(lambda: counts(scan(path)), NO_TEXT.format(path))
    refused(
        lambda: scan(path, encoding="latin-1"),
        f"encoding='latin-1' is for CSV; path finds '{path}', and JSON lines are read as utf-8. "
        "Convert the files first.",
    )


def test_a_single_line_of_json_without_its_end(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"a": "x"}')
    refused(
        lambda: scan(path),
        f"file '{path}' is one line of JSON without a line break at its end, and its values would "
        "be read as missing. Add a line break.",
    )
    path.write_text('{"a": "x"}\n{"a": "y"}')
    assert counts(scan(path)) == {"x": 1, "y": 1}


def test_other_formats_say_how_they_are_written(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": TOWNS}), tmp_path / "a.parquet")
    theory = scan(tmp_path, encoding="latin-1", separator=";")
    assert counts(theory) == {"München": 1, "Köln": 2, "Zürich": 1}
    (tmp_path / "b.jsonl").write_text('{"a": "ü"}\n', encoding="utf-8")
    assert counts(scan(tmp_path / "b.jsonl", encoding="UTF8", separator=";")) == {"ü": 1}


@pytest.mark.parametrize("encoding", ["latin-11", "", None, 1])
def test_what_is_no_encoding(encoding: Any, tmp_path: Path) -> None:
    refused(
        lambda: scan(tmp_path, encoding=encoding),
        "encoding must be one that Python knows, such as 'utf-8', 'latin-1' or 'cp1252'; got "
        f"{encoding!r}.",
    )


@pytest.mark.parametrize("separator", ["", ",,", "ü", '"', "\n", None, 1])
def test_what_is_no_separator(separator: Any, tmp_path: Path) -> None:
    refused(
        lambda: scan(tmp_path, separator=separator),
        "separator must be one ASCII character that is no quote or line break, such as ',', ';' "
        f"or '\\t'; got {separator!r}.",
    )


def test_line_breaks_in_quotes_across_blocks(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b\n" + '"x\ny",1\n' * 300_000)
    assert counts(scan(tmp_path)) == {"x\ny": 300_000}


# ---- what is no file of columns -------------------------------------------------------------


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet", "feather"])
def test_a_name_that_stands_twice(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"a.{ending}"
    table = pa.table([pa.array([1]), pa.array([2]), pa.array([3])], names=["a b", "a b", "c"])
    if ending == "parquet":
        pq.write_table(table, path)
    elif ending == "feather":
        pyarrow.feather.write_feather(table, path)
    else:
        path.write_text("a b,a b,c\n1,2,3\n" if ending == "csv" else '{"a b": 1, "a b": 2}\n')
    refused(
        lambda: scan(path),
        f"file '{path}' has several columns called 'a b', of which none can be told from the "
        "others. Give each a name of its own in the file.",
    )


@pytest.mark.parametrize("path", ["", [""], ["a.csv", ""]])
def test_a_path_that_is_empty(path: Any) -> None:
    refused(
        lambda: scan(path), "path is empty; name a file, a pattern or a folder, '.' for this one."
    )


def test_pipes_and_devices(tmp_path: Path) -> None:
    pipe = tmp_path / "a.csv"
    os.mkfifo(pipe)
    for path in (pipe, Path("/dev/zero")):
        for ask in (scan, load_profile):
            refused(
                lambda ask=ask, path=path: ask(path),
                f"'{path}' is a pipe or a device, not a file that can be read again. Write what "
                "comes from it to a file first.",
            )
    (tmp_path / "b.csv").write_text("a\nx\n")
    assert counts(scan(tmp_path)) == {"x": 1}  # a folder has other things in it than files


def test_a_byte_that_a_checksum_finds(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    numbers = pa.table({"a": np.arange(5000) % 7})
    pq.write_table(
        numbers, path, write_page_checksum=True, compression="none", use_dictionary=False
    )
    assert scan(path).entropy("a")["n"].tolist() == [5000]
    whole = bytearray(path.read_bytes())
    whole[20_000] ^= 1
    path.write_bytes(bytes(whole))
    message = (
        f"file '{path}' cannot be read: .*CRC checksum verification failed.*\\. Nothing was "
        "counted. Check that it is whole and of the format and the types that the dataset says, "
        "or leave it out."
    )
    with pytest.raises(ValueError, match=r"\.") as error:
        scan(path).entropy("a")
    assert re.fullmatch(message, str(error.value)), str(error.value)
