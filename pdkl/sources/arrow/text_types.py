"""The types of columns in files of text, which Arrow guesses from the first piece of each file.

A guess may be too narrow for what comes later; and whole numbers beyond int64 it takes for floats,
which would make one number of several.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

_EXACT = 2**53  # whole numbers below are floats exactly
_WHOLE = (pa.uint64(), pa.decimal128(38, 0), pa.decimal256(76, 0))
_NUMBERS = (*_WHOLE, pa.decimal128(38, 9))
_ZONE = r":\d\d *(Z|[+-]\d\d(:?\d\d)?)$"  # what follows the minutes or seconds
_ANY = (pa.bool_(), pa.date32(), pa.timestamp("s"), pa.timestamp("ns"), pa.string())


def holding_whole_numbers(fragment: ds.Fragment, schema: pa.Schema) -> pa.Schema:
    """Return a file's schema where whole numbers beyond int64 have a type that holds them."""
    names = [field.name for field in schema if field.type == pa.float64()]
    first = _first_piece(fragment, schema, names) if names and _is_text(fragment) else None
    if first is None:
        return schema
    for name in names:
        values = first.column(name).drop_null().to_numpy()
        if not _beyond_int64(values):
            continue
        for kind in (*_WHOLE, pa.string()):
            wider = _with_type(schema, name, kind)
            try:
                piece = _first_piece(fragment, wider, [name])
            except pa.ArrowException:
                continue
            assert piece is not None  # it has been read before
            if kind != pa.string() or pc.all(_is_whole_text(piece.column(name))).as_py():
                schema = wider
                break
    return schema


def keeping_zones(fragments: list[ds.Fragment], schemas: list[pa.Schema]) -> list[pa.Schema]:
    """Return the files' schemas where times that JSON writes with a zone are instants.

    Arrow takes them for times of no zone, which equal other values. Columns that hold both kinds
    are text, as in a file of CSV.
    """
    found = list(map(_with_zones, fragments, schemas))
    times = [one for schema in found for one in schema if pa.types.is_timestamp(one.type)]
    zoned, naive = ({one.name for one in times if (one.type.tz is None) == no} for no in (0, 1))
    for i, fragment in enumerate(fragments):
        if _is_json(fragment):
            for name in zoned & naive & {*found[i].names}:
                found[i] = _with_type(found[i], name, pa.string())
    return found


def _with_zones(fragment: ds.Fragment, schema: pa.Schema) -> pa.Schema:
    names = [one.name for one in schema if pa.types.is_timestamp(one.type) and one.type.tz is None]
    if not names or not _is_json(fragment):
        return schema
    as_text = schema
    for name in names:
        as_text = _with_type(as_text, name, pa.string())
    first = _first_piece(fragment, as_text, names)
    assert first is not None  # the types were guessed from it
    for name in names:
        zoned = pc.match_substring_regex(first.column(name).drop_null(), _ZONE)
        if len(zoned) and pc.all(zoned).as_py():
            schema = _with_type(schema, name, pa.timestamp(schema.field(name).type.unit, "UTC"))
        elif pc.any(zoned).as_py():
            schema = _with_type(schema, name, pa.string())
    return schema


def _is_json(fragment: ds.Fragment) -> bool:
    return isinstance(getattr(fragment, "format", None), ds.JsonFileFormat)


def widened(dataset: ds.FileSystemDataset, columns: Iterable[str]) -> ds.Dataset | None:
    """Return a dataset in whose types all rows of these columns can be read, None if none is."""
    if not _is_text(dataset):
        return None
    found = dataset
    for name in columns:
        guessed = dataset.schema.field(name).type
        if not (pa.types.is_integer(guessed) or pa.types.is_null(guessed)):
            continue
        if _largest(dataset, name) is not None:
            continue
        kind = _type_of(dataset, name, guessed)
        if kind is None:
            return None
        found = _reading(found, name, kind)
    return None if found is dataset else found


def _reading(dataset: ds.FileSystemDataset, name: str, kind: pa.DataType) -> ds.FileSystemDataset:
    """Return the same dataset with another type for a column."""
    schema = _with_type(dataset.schema, name, kind)
    fragments = list(dataset.get_fragments())
    return ds.FileSystemDataset(fragments, schema, dataset.format, dataset.filesystem)


def _type_of(dataset: ds.FileSystemDataset, name: str, guessed: pa.DataType) -> pa.DataType | None:
    def largest(kind: pa.DataType) -> float | None:
        return _largest(_reading(dataset, name, kind), name)

    unknown = pa.types.is_null(guessed)
    if unknown and largest(pa.int64()) is not None:
        return pa.int64()
    as_floats = largest(pa.float64())
    if as_floats is not None and as_floats < _EXACT:
        return pa.float64()
    if as_floats is not None:
        return next((kind for kind in _NUMBERS if largest(kind) is not None), None)
    return next((kind for kind in _ANY if unknown and largest(kind) is not None), None)


def _largest(dataset: ds.Dataset, name: str) -> float | None:
    """Read a column; return the largest size of its floats (0 for others), None if it fails."""
    largest = 0.0
    try:
        for batch in dataset.scanner(columns=[name]).to_batches():
            values = batch.column(0)
            if pa.types.is_floating(values.type):
                sizes = np.abs(values.drop_null().to_numpy())
                largest = max(largest, float(sizes[np.isfinite(sizes)].max(initial=0)))
    except pa.ArrowException:
        return None
    return largest


def _is_text(data: ds.Fragment | ds.FileSystemDataset) -> bool:
    form = getattr(data, "format", None)
    return isinstance(form, ds.CsvFileFormat | ds.JsonFileFormat)


def _first_piece(
    fragment: ds.Fragment, schema: pa.Schema, columns: list[str]
) -> pa.RecordBatch | None:
    """Read what the types were guessed from."""
    scanner = fragment.scanner(
        schema=schema, columns=columns, batch_readahead=0, fragment_readahead=0
    )
    return next(iter(scanner.to_batches()), None)


def _beyond_int64(values: Any) -> bool:
    """Tell whether floats are whole numbers, some of them beyond int64."""
    whole = bool((np.isfinite(values) & (np.floor(values) == values)).all())
    return whole and float(np.abs(values).max(initial=0)) >= 2.0**63


def _is_whole_text(values: pa.Array) -> pa.Array:
    return pc.match_substring_regex(values.drop_null(), r"^[+-]?[0-9]+$")


def _with_type(schema: pa.Schema, name: str, kind: pa.DataType) -> pa.Schema:
    return schema.set(schema.get_field_index(name), pa.field(name, kind))
