"""Paths, patterns and folders, and the files that they stand for."""

from __future__ import annotations

from collections.abc import Iterable
from glob import glob
from os import PathLike, fspath
from pathlib import Path
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


def open_dataset(path: Any) -> Any:
    """Return what `scan` asks, as a pyarrow Dataset."""
    import pyarrow.csv
    import pyarrow.dataset as ds

    from pdkl.sources.arrow import datasets

    found = [file for one in _given(path) for file in _files(one)]
    form: Any = _format(found)
    if form == "csv":  # an empty cell is missing, as it is to pandas.read_csv
        missing = pyarrow.csv.ConvertOptions(strings_can_be_null=True)
        form = ds.CsvFileFormat(convert_options=missing)
    return datasets.open_files([str(file) for file in found], form)


def _given(path: Any) -> list[str]:
    """Return the paths that were given, of which there must be one."""
    if isinstance(path, str | PathLike):
        return [fspath(path)]
    paths = list(path) if isinstance(path, Iterable) else [path]
    if not paths:
        raise ValueError("path is an empty list; name at least one file, pattern or folder.")
    for one in paths:
        if not isinstance(one, str | PathLike):
            raise TypeError(
                "path must be a file, a pattern, a folder, or a list of these; "
                f"got {type(one).__name__}."
            )
    return [fspath(one) for one in paths]


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
        return [path]
    files = sorted(file for file in path.rglob("*") if file.is_file())
    return [
        file
        for file in files
        if not any(part.startswith((".", "_")) for part in file.relative_to(path).parts)
    ]


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
