"""Arrow datasets: files are checked before they are read, and Parquet keeps its dictionaries."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds

from pdkl.sources.arrow import text_types

# how much is read ahead bounds the memory; two cores are busy with less
_BATCHES_AHEAD = 4
_FILES_AHEAD = 2
_FAILURES = (pa.ArrowException, OSError, UnicodeError)
# how Arrow says that bytes are no text, and that a name stands twice in CSV or in a line of JSON
_NO_TEXT = re.compile("invalid UTF-?8|Wrapping .* failed", re.IGNORECASE)
_TWICE = re.compile(r"multiple columns named (.*)|Column\(/(.*)\) was specified twice")
# fields that a scanner adds to those of the dataset, and then cannot tell from them
_ADDED = {"__filename", "__fragment_index", "__batch_index", "__last_in_fragment"}

_SCHEMES = {"s3": "s3://", "gcs": "gs://", "abfs": "az://"}  # of the stores that pyarrow knows


class UnreadableError(ValueError):
    """A file is damaged, or holds what its type does not."""


def address(path: str, store: Any) -> str:
    """Say what a file in a file system of pyarrow is called outside of it."""
    return _SCHEMES.get(store.type_name, "") + path


def files_of(data: Any) -> list[str]:
    """List the addresses of the files of a dataset, none of what has no files."""
    if not isinstance(data, ds.FileSystemDataset):
        return []
    return [address(path, data.filesystem) for path in data.files]


def _place(fragment: Any) -> str | None:
    path = getattr(fragment, "path", None)
    return None if path is None else address(path, fragment.filesystem)


def scan(
    dataset: ds.Dataset, columns: list[str]
) -> tuple[pa.Schema, Iterator[pa.RecordBatch], int | None]:
    """Return the batches of some columns, their schema, and how many rows come, if that is known.

    Text that Parquet holds with dictionaries comes as dictionary arrays.
    """
    for column in columns:
        if column in _ADDED:
            raise ValueError(
                f"column {column!r} cannot be read from a dataset: pyarrow adds a field of that "
                "name to each. Give it another name where the files are written."
            )
    if not _ADDED.isdisjoint(dataset.schema.names):
        dataset = dataset.replace_schema(
            pa.schema([field for field in dataset.schema if field.name not in _ADDED])
        )
    whole, chosen = without_filter(dataset)
    fragments = list(whole.get_fragments(chosen))
    _check(fragments, dataset, columns)
    source, rows = dataset, None
    if (
        isinstance(dataset, ds.FileSystemDataset)
        and isinstance(dataset.format, ds.ParquetFileFormat)
        and chosen is None  # a filter may not know how to compare dictionaries
    ):
        rows = sum(group.num_rows for fragment in fragments for group in fragment.row_groups)
        if texts := _text_columns(fragments, dataset.schema, columns):
            source = _with_dictionaries(dataset, fragments, texts)
    scanner = source.scanner(
        columns=columns, batch_readahead=_BATCHES_AHEAD, fragment_readahead=_FILES_AHEAD
    )
    return scanner.projected_schema, _batches(scanner, fragments, dataset.schema, columns), rows


def without_filter(dataset: ds.Dataset) -> tuple[ds.Dataset, ds.Expression | None]:
    """Return the dataset as it was before `Dataset.filter`, and what rows were filtered by.

    pyarrow does not list the files of a dataset with a filter, and has no public way to ask for the
    filter or to take it off (https://github.com/apache/arrow/issues/36127). It stands in a private
    attribute, among the options of the scanners to come.
    """
    chosen = dataset._scan_options.get("filter")
    whole = dataset.replace_schema(dataset.schema)  # a copy
    whole._scan_options = {}
    return whole, chosen


def widened(data: Any, columns: Iterable[str]) -> ds.Dataset | None:
    """Return a dataset in whose types all rows of these columns can be read, None if none is."""
    if isinstance(data, ds.FileSystemDataset) and without_filter(data)[1] is None:
        return text_types.widened(data, columns)
    return None


def open_files(paths: list[str], form: Any, store: Any = None) -> ds.Dataset:
    """Make a dataset whose columns have types that hold those of all files.

    They are in a file system of pyarrow, by default on this machine.

    Folders named "key=value" make columns. Where no type holds all, the first file's stands, and
    reading the column will fail.
    """
    try:
        dataset = ds.dataset(paths, format=form, filesystem=store, partitioning="hive")
    except _FAILURES:
        first = ds.dataset(paths, schema=pa.schema([]), format=form, filesystem=store)
        _schemas_of(list(first.get_fragments()))  # tells which file it is
        raise
    fragments = list(dataset.get_fragments())
    schemas = _schemas_of(fragments)
    zoned = text_types.keeping_zones(fragments, schemas)
    settled = list(map(text_types.holding_whole_numbers, fragments, zoned))
    fields = {field.name: field for field in dataset.schema}
    fields |= {
        new.name: new for new, guessed in zip(settled[0], schemas[0], strict=True) if new != guessed
    }
    for schema in settled:
        for field in schema:
            one = [pa.schema([fields.get(field.name, field)]), pa.schema([field])]
            with suppress(pa.ArrowInvalid, pa.ArrowTypeError):
                fields[field.name] = pa.unify_schemas(one, promote_options="permissive").field(0)
    if isinstance(dataset.format, ds.CsvFileFormat):  # whatever is no text fails where it is read
        texts = {name: field.with_type(pa.string()) for name, field in fields.items()}
        fields = {
            name: texts[name] if pa.types.is_binary(field.type) else field
            for name, field in fields.items()
        }
    schema = pa.schema(list(fields.values()))
    return ds.dataset(paths, schema=schema, format=form, filesystem=store, partitioning="hive")


def _batches(
    scanner: ds.Scanner, fragments: list[ds.Fragment], schema: pa.Schema, columns: list[str]
) -> Iterator[pa.RecordBatch]:
    last = None
    try:
        for tagged in scanner.scan_batches():
            last = tagged.fragment
            yield _decodable(tagged.record_batch, last)
    except _FAILURES as error:
        raise unreadable(_culprit(fragments, last, schema, columns), error) from error


def _decodable(batch: pa.RecordBatch, fragment: ds.Fragment) -> pa.RecordBatch:
    """Return rows, whose text is checked where Arrow takes any bytes for text."""
    if isinstance(getattr(fragment, "format", None), ds.JsonFileFormat):
        batch.validate(full=True)
    return batch


def _culprit(
    fragments: list[ds.Fragment], last: Any, schema: pa.Schema, columns: list[str]
) -> str | None:
    """Read files one by one, from the last that gave rows, until one cannot be read."""
    paths = [getattr(fragment, "path", None) for fragment in fragments]
    start = paths.index(last.path) if getattr(last, "path", None) in paths else 0
    for fragment in fragments[start:]:
        try:
            for batch in fragment.scanner(schema=schema, columns=columns).to_batches():
                _decodable(batch, fragment)
        except _FAILURES:
            return _place(fragment)
    return None


def unreadable(path: str | None, error: Exception) -> Exception:
    """Say which file could not be read; what the system says of a file is clear already."""
    if isinstance(error, OSError) and error.errno is not None:
        return type(error)(*error.args)
    if isinstance(error, UnicodeError) or _NO_TEXT.search(str(error)):
        return _undecodable(path)
    if twice := _TWICE.search(str(error)):
        return _repeated(path, twice[1] or twice[2])
    place = "data cannot be read" if path is None else f"file {path!r} cannot be read"
    reason = " ".join(str(error).split()).rstrip(" .")
    return UnreadableError(
        f"{place}: {reason}. Nothing was counted. Check that it is whole and of the format and the "
        "types that the dataset says, or leave it out."
    )


def _repeated(path: str | None, name: str) -> ValueError:
    return ValueError(
        f"file {path!r} has several columns called {name!r}, of which none can be told from the "
        "others. Give each a name of its own in the file."
    )


def _undecodable(path: str | None) -> ValueError:
    place = "data holds" if path is None else f"file {path!r} holds"
    return ValueError(
        f"{place} bytes that are no text in the encoding that it is read in, utf-8 unless another "
        "is named. Nothing was counted. Convert it to utf-8, or name its encoding, which CSV may "
        "have: pdkl.scan(path, encoding='latin-1'), or --encoding latin-1 of a command."
    )


def _schema_of(fragment: ds.Fragment) -> pa.Schema:
    """Return the columns that a file has, and their types there."""
    path = _place(fragment)
    try:
        schema = fragment.physical_schema
        names = Counter(schema.names)
    except _FAILURES as error:
        raise unreadable(path, error) from error
    if repeated := [name for name, times in names.items() if times > 1]:
        raise _repeated(path, repeated[0])
    return schema


def _schemas_of(fragments: Sequence[ds.Fragment]) -> list[pa.Schema]:
    """Read the schemas of many files, waiting for several at a time."""
    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(_schema_of, fragments))


def _check(fragments: list[ds.Fragment], dataset: ds.Dataset, columns: list[str]) -> None:
    """Raise where a file lacks a column or holds it as something else.

    Arrow would fill the one with nulls, and might turn the other into text.
    """
    files = [fragment for fragment in fragments if isinstance(fragment, ds.FileFragment)]
    for fragment, schema in zip(files, _schemas_of(files), strict=True):
        if isinstance(fragment.format, ds.JsonFileFormat):
            continue  # there, a key that is left out is how missing values are written
        folders = ds.get_partition_keys(fragment.partition_expression)
        for column in columns:
            if column in folders:
                continue
            if column not in schema.names:
                raise ValueError(
                    f"file {_place(fragment)!r} has no column {column!r}, which other files of the "
                    "dataset have. Its rows would all count as missing; leave the file out, or "
                    "write the column into it."
                )
            here, there = schema.field(column).type, dataset.schema.field(column).type
            if isinstance(fragment.format, ds.CsvFileFormat):
                if pa.types.is_binary(here) and pa.types.is_binary(there):
                    raise _undecodable(_place(fragment))  # so is what is no text guessed to be
                continue  # its types are guesses; the text is read as the dataset says
            if here != there and _family(here) not in (_family(there), "null"):
                raise ValueError(
                    f"file {_place(fragment)!r} holds column {column!r} as {here}, but in the "
                    f"dataset it is {there}. Write the files with one type, or count them one by "
                    "one."
                )


def _family(arrow_type: pa.DataType) -> str:
    """Say among which types a value can be moved without becoming another."""
    types = pa.types
    if types.is_dictionary(arrow_type):
        return _family(arrow_type.value_type)
    if types.is_timestamp(arrow_type):
        return "naive time" if arrow_type.tz is None else "aware time"
    for family in ("date", "time", "duration"):
        if getattr(types, f"is_{family}")(arrow_type):
            return family
    if (
        types.is_integer(arrow_type)
        or types.is_floating(arrow_type)
        or types.is_decimal(arrow_type)
    ):
        return "number"
    if types.is_string(arrow_type) or types.is_large_string(arrow_type):
        return "text"
    return str(arrow_type).removeprefix("large_").removesuffix("_view")


def _text_columns(fragments: list[ds.Fragment], schema: pa.Schema, columns: list[str]) -> list[str]:
    """Return the columns whose dictionaries in all files have the dataset's type."""
    texts = [name for name in columns if schema.field(name).type in (pa.string(), pa.binary())]
    for fragment in fragments:
        here = fragment.physical_schema
        folders = ds.get_partition_keys(fragment.partition_expression)
        texts = [
            name
            for name in texts
            if name not in folders and here.field(name).type == schema.field(name).type
        ]
    return texts


def _with_dictionaries(
    dataset: ds.FileSystemDataset, fragments: list[ds.ParquetFileFragment], texts: list[str]
) -> ds.FileSystemDataset:
    """Return the same dataset, with some columns read as dictionary arrays."""
    known = dataset.format.read_options
    form = ds.ParquetFileFormat(
        read_options=ds.ParquetReadOptions(
            dictionary_columns={*known.dictionary_columns, *texts},
            coerce_int96_timestamp_unit=known.coerce_int96_timestamp_unit,
        ),
        default_fragment_scan_options=dataset.format.default_fragment_scan_options,
    )
    schema = dataset.schema
    for name in texts:
        place = schema.get_field_index(name)
        field = schema.field(place)
        schema = schema.set(place, field.with_type(pa.dictionary(pa.int32(), field.type)))
    again = [
        form.make_fragment(
            fragment.path,
            filesystem=fragment.filesystem,
            partition_expression=fragment.partition_expression,
            row_groups=[group.id for group in fragment.row_groups],
        )
        for fragment in fragments
    ]
    return ds.FileSystemDataset(again, schema, form, dataset.filesystem)
