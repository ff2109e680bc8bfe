"""Paths, patterns and folders, and the files that they stand for."""

from __future__ import annotations

import codecs
import os
from collections.abc import Iterable, Sequence
from glob import glob
from os import PathLike, fspath
from pathlib import Path, PurePath
from typing import Any

# how a file's name ends, perhaps before .gz -> the format, as Arrow calls it
FORMATS = {
    ".parquet": "parquet",
    ".pq": "parquet",
    ".csv": "csv",
    ".arrow": "ipc",
    ".feather": "ipc",
    ".ipc": "ipc",
    ".jsonl": "json",
    ".ndjson": "json",
}
PACKED = {"csv"}  # what may stand in a .gz


_BLOCK = 1 << 20  # bytes that pyarrow reads at a time
# the words that pandas.read_csv takes for missing
_MISSING = (
    *("", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN"),
    *("<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null"),
)


def open_dataset(path: Any, encoding: str = "utf-8", separator: str = ",") -> Any:
    """Return what `scan` asks, as a pyarrow Dataset."""
    from pdkl.sources.arrow import datasets

    _require_how(encoding, separator)
    found = [file for one in _given(path) for file in _files(one)]
    form = _format(found)
    if form == "json" and codecs.lookup(encoding).name != "utf-8":
        raise ValueError(
            f"encoding={encoding!r} is for CSV; path finds {str(found[0])!r}, and JSON lines are "
            "read as utf-8. Convert the files first."
        )
    for file in found if form == "json" else []:
        _require_line_break(file)
    return datasets.open_files([str(file) for file in found], _reader(form, encoding, separator))


def file_names(*sides: Sequence[str]) -> list[str]:
    """Call each side after its one file, or the folder of its files; nothing where it has none.

    Folders stand before the names as far as it takes to tell the sides apart.
    """
    paths = [
        PurePath(files[0] if len(files) == 1 else _folder(files)).parts if files else ()
        for files in sides
    ]
    deepest = max(map(len, paths), default=0)
    ends = [[parts[-depth:] for parts in paths] for depth in range(1, deepest + 1)]
    apart = next((found for found in ends if len(set(found)) == len(found)), paths)
    shown = ["/".join(parts) for parts in apart]
    # what is the same on both sides tells nothing
    return shown if len(set(shown)) == len(shown) else [""] * len(shown)


def _folder(files: Sequence[str]) -> str:
    """Return the folder that all files are in, nothing where they have none in common."""
    folders = [str(PurePath(file).parent) for file in files]
    try:
        return os.path.commonpath(folders)
    except ValueError:  # some are absolute, or on other drives
        return ""


def _require_line_break(file: Path) -> None:
    """Raise where a file is a line without an end: pyarrow 16 to 26 lose what stands in it."""
    with file.open("rb") as lines:
        first = lines.read(_BLOCK)
    if 0 < len(first) < _BLOCK and b"\n" not in first:
        raise ValueError(
            f"file {str(file)!r} is one line of JSON without a line break at its end, and its "
            "values would be read as missing. Add a line break."
        )


def _require_how(encoding: Any, separator: Any) -> None:
    """Raise unless text can be written so."""
    try:
        codecs.lookup(encoding)
    except (LookupError, TypeError):
        raise ValueError(
            "encoding must be one that Python knows, such as 'utf-8', 'latin-1' or 'cp1252'; got "
            f"{encoding!r}."
        ) from None
    if not isinstance(separator, str) or len(separator.encode()) != 1 or separator in '"\r\n':
        raise ValueError(
            "separator must be one ASCII character that is no quote or line break, such as ',', "
            f"';' or '\\t'; got {separator!r}."
        )


def _reader(form: str, encoding: str, separator: str) -> Any:
    """Say how files of a format are read."""
    import pyarrow.csv
    import pyarrow.dataset as ds

    if form == "csv":
        return ds.CsvFileFormat(
            parse_options=pyarrow.csv.ParseOptions(delimiter=separator, newlines_in_values=True),
            read_options=pyarrow.csv.ReadOptions(encoding=encoding),
            convert_options=pyarrow.csv.ConvertOptions(
                null_values=list(_MISSING), strings_can_be_null=True
            ),
        )
    if form == "parquet":
        checked = ds.ParquetFragmentScanOptions(page_checksum_verification=True)
        return ds.ParquetFileFormat(default_fragment_scan_options=checked)
    return form


def _given(path: Any) -> list[str]:
    """Return the paths that were given, of which there must be one."""
    one = isinstance(path, str | PathLike) or not isinstance(path, Iterable)
    paths = [path] if one else list(path)
    if not paths:
        raise ValueError("path is an empty list; name at least one file, pattern or folder.")
    for one in paths:
        if not isinstance(one, str | PathLike):
            raise TypeError(
                "path must be a file, a pattern, a folder, or a list of these; "
                f"got {type(one).__name__}."
            )
    given = [fspath(one) for one in paths]
    if "" in given:
        raise ValueError("path is empty; name a file, a pattern or a folder, '.' for this one.")
    return given


def _files(path: str) -> list[Path]:
    """List the files that a path, a pattern or a folder stands for."""
    if "://" in path:
        raise ValueError(
            f"path must be on this machine; got {path!r}. For remote files pass a dataset: "
            "InfoTheory(pyarrow.dataset.dataset(...))."
        )
    if Path(path).exists():
        names = [path]
    elif not (names := sorted(glob(path, recursive=True))):
        raise FileNotFoundError(f"path finds no file: there is no {path!r}, nor a match for it.")
    found = [file for name in names for file in _inside(Path(name))]
    if not found:
        raise FileNotFoundError(f"path finds no file: the folder {path!r} has none in it.")
    return found


def _inside(path: Path) -> list[Path]:
    """List the files in a folder, or the file itself."""
    if not path.is_dir():
        require_regular(path)
        return [path]
    files = sorted(file for file in path.rglob("*") if file.is_file())
    return [
        file
        for file in files
        if not any(part.startswith((".", "_")) for part in file.relative_to(path).parts)
    ]


def require_regular(path: str | PathLike[str]) -> None:
    """Raise where a path is there but is no file: to open a pipe would wait for who writes it."""
    if Path(path).exists() and not (Path(path).is_file() or Path(path).is_dir()):
        raise ValueError(
            f"{fspath(path)!r} is a pipe or a device, not a file that can be read again. Write "
            "what comes from it to a file first."
        )


def _format(found: list[Path]) -> str:
    """Return the one format that all extensions mean."""
    first: dict[str, Path] = {}
    for file in found:
        first.setdefault(_format_of(file), file)
    if len(first) > 1:
        examples = " and ".join(f"{str(file)!r} ({form})" for form, file in first.items())
        raise ValueError(
            f"path must find files of one format; it finds {examples}. Name those of one format, "
            "for instance with a pattern such as 'folder/**/*.parquet'."
        )
    return next(iter(first))


def _format_of(file: Path) -> str:
    name = file.name.lower()
    form = FORMATS.get(Path(name.removesuffix(".gz")).suffix)
    if form is None or (name.endswith(".gz") and form not in PACKED):
        raise ValueError(
            f"path finds {str(file)!r}, whose extension is none of {', '.join(FORMATS)}, .csv.gz. "
            "Rename it, or pass a dataset: InfoTheory(pyarrow.dataset.dataset(path, format=...))."
        )
    return form
