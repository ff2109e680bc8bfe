"""Formats of files: told by how a name ends, the same for all, and how each is read."""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

from pdkl.sources.locations.files import File

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


def require_how(encoding: Any, separator: Any) -> None:
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


def reader(form: str, encoding: str, separator: str) -> Any:
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


def format_of(found: Sequence[File]) -> str:
    """Return the one format that all extensions mean."""
    first: dict[str, File] = {}
    for file in found:
        first.setdefault(_format_of(file), file)
    if len(first) > 1:
        examples = " and ".join(f"{file.shown!r} ({form})" for form, file in first.items())
        raise ValueError(
            f"path must find files of one format; it finds {examples}. Name those of one format, "
            "for instance with a pattern such as 'folder/**/*.parquet'."
        )
    return next(iter(first))


def _format_of(file: File) -> str:
    name = PurePath(file.shown).name.lower()
    form = FORMATS.get(PurePath(name.removesuffix(".gz")).suffix)
    if form is None or (name.endswith(".gz") and form not in PACKED):
        raise ValueError(
            f"path finds {file.shown!r}, whose extension is none of {', '.join(FORMATS)}, .csv.gz. "
            "Rename it, or pass a dataset: InfoTheory(pyarrow.dataset.dataset(path, format=...))."
        )
    return form


def require_line_break(file: File) -> None:
    """Raise where a file is a line without an end: pyarrow 16 to 26 lose what stands in it."""
    with file.open() as lines:
        first = lines.read(_BLOCK)
    if 0 < len(first) < _BLOCK and b"\n" not in first:
        raise ValueError(
            f"file {file.shown!r} is one line of JSON without a line break at its end, and its "
            "values would be read as missing. Add a line break."
        )
