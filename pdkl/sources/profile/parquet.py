"""Profiles as files: one Parquet file, with a checksum over every byte of it.

The rows are the cells of all columns; the footer holds a description of the rest as JSON. The
checksum finds damage. It proves nothing of who wrote the file, so what is read is checked too.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import re
import stat
import tempfile
import zlib
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import pandas as pd

from pdkl.sources.locations.local import require_regular
from pdkl.sources.locations.opening import file_at
from pdkl.sources.locations.urls import is_url, require_local
from pdkl.sources.profile import cells
from pdkl.sources.profile.columns import ColumnCounts
from pdkl.sources.profile.description import describe, understand
from pdkl.sources.profile.values import DamagedError, Json, entry

VERSION = 2
_MAGIC = b"PAR1"
_NO_DIGEST = b"0" * 64
_FACTS = b"pdkl"
_MOST_UNZIPPED = 50  # times its size in the file, of the description
_MOST_SHOWN = 300  # letters of what is wrong, which may quote what a file holds
# the last one in the footer is meant
_SEAL = re.compile(rb"pdkl profile version (\d{1,9}) sha256 ([0-9a-f]{64})")


@dataclass(frozen=True)
class Stored:
    """What a file holds of a profile."""

    keys: pd.DataFrame
    columns: Mapping[Hashable, ColumnCounts]
    weights: Hashable | None
    grouper_texts: Mapping[Hashable, str]
    made: Mapping[str, str]
    left_out: Mapping[Hashable, str]


def write(path: str | os.PathLike[str], stored: Stored) -> None:
    """Write the file beside its place, then put it there.

    A link stays one, and the permissions of a file that is replaced stay too.
    """
    mode = _permissions(path)
    data = _seal(_to_parquet(stored))
    place = Path(os.path.realpath(path))
    descriptor, draft = tempfile.mkstemp(prefix=f".{place.name}.", dir=place.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if mode is None:
            umask = os.umask(0)
            os.umask(umask)
            mode = 0o666 & ~umask
        os.chmod(draft, mode)
        os.replace(draft, place)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(draft)
        raise


def read(path: str | os.PathLike[str]) -> Stored:
    """Read a file whose every byte is as it was written, if what it says can be a profile."""
    if is_url(path):
        found = file_at(os.fspath(path))
        with found.open() as file:
            return read_from(file, found.shown)
    _permissions(path)
    with open(path, "rb") as file:
        return read_from(file, os.fspath(path))


def read_from(file: BinaryIO, name: str) -> Stored:
    """Read an open file, which messages call by a name."""
    shown = repr(name)
    hint = "Write profiles with Profile.save."
    if file.read(len(_MAGIC)) != _MAGIC:
        raise ValueError(f"{shown} is not a profile: it is no Parquet file. {hint}")
    footer = _footer(file)
    if footer is None:
        raise ValueError(f"{shown} is damaged: its end is missing. Save the profile again.")
    seals = list(_SEAL.finditer(footer))
    if not seals:
        raise ValueError(f"{shown} is not a profile, but another Parquet file. {hint}")
    file.seek(0)
    data = file.read()
    seal = seals[-1]
    if _digest(data, len(data) - len(footer) + seal.start(2)) != seal.group(2):
        raise ValueError(
            f"{shown} is damaged: its checksum does not agree with what it holds. Save the profile "
            "again."
        )
    version = int(seal.group(1))
    if version > VERSION:
        raise ValueError(
            f"{shown} is a profile in version {version} of the format, and this version of pdkl "
            f"reads up to {VERSION}. Update pdkl to read it."
        )
    if version < VERSION:
        raise ValueError(
            f"{shown} is a profile in version {version} of the format, and this version of pdkl "
            f"reads version {VERSION}. Take the profile again, from its data."
        )
    try:
        return _from_parquet(data)
    except DamagedError as error:
        problem = str(error)
    except Exception as error:  # whatever it is that bytes do to those who decode them
        problem = f"it cannot be read ({type(error).__name__}: {' '.join(str(error).split())})"
    if len(problem) > _MOST_SHOWN:
        problem = f"{problem[:_MOST_SHOWN]}…"
    raise ValueError(f"{shown} is damaged: {problem}. Save the profile again.")


def is_profile(path: str | os.PathLike[str]) -> bool:
    """Tell whether a file is a profile, from its footer alone; what is no file is none."""
    if is_url(path):
        try:
            found = file_at(os.fspath(path))
        except (FileNotFoundError, ValueError):
            return False
        with found.open() as file:
            return is_sealed(file)
    if not os.path.isfile(path):
        return False
    with open(path, "rb") as file:
        return is_sealed(file)


def is_sealed(file: BinaryIO) -> bool:
    """Tell whether an open file is a profile."""
    footer = _footer(file)
    return footer is not None and _SEAL.search(footer) is not None


def _permissions(path: str | os.PathLike[str]) -> int | None:
    """Return the permissions of the file at a path, None where there is none yet.

    Anything else than a file is refused: a pipe or device may have no end, and must not be
    replaced by a file.
    """
    require_local(path, "Save the profile here, and copy it.")
    allowed, shown = "path must be the name of a file", repr(os.fspath(path))
    if not os.fspath(path):
        raise ValueError(f"{allowed}; got {shown}.")
    require_regular(path)
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(f"{allowed}; {shown} is a folder.")
    return mode & 0o777


def _footer(file: BinaryIO) -> bytes | None:
    """Return the footer of a Parquet file, to the end of the file; None where it has none."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(size - 8, 0))
    length, magic = int.from_bytes(file.read(4), "little"), file.read(4)
    if magic != _MAGIC or length > size - 12:
        return None
    file.seek(size - 8 - length)
    return file.read()


def _digest(data: bytes, at: int) -> bytes:
    """Return the checksum of a file, in which that at a place counts as zeros."""
    after = memoryview(data)[at + len(_NO_DIGEST) :]
    digest = hashlib.sha256(memoryview(data)[:at])
    digest.update(_NO_DIGEST)
    digest.update(after)
    return digest.hexdigest().encode()


def _seal(blank: bytes) -> bytes:
    """Put the checksum of the file into the place that was left for it."""
    at = list(_SEAL.finditer(blank))[-1].start(2)
    return blank[:at] + _digest(blank, at) + blank[at + len(_NO_DIGEST) :]


def _to_parquet(stored: Stored) -> bytes:
    columns = stored.columns
    table = cells.to_table(list(columns.values()))
    facts = describe(
        *(stored.keys, columns, stored.weights, stored.grouper_texts),
        *(stored.made, stored.left_out),
    )
    facts["cells"] = len(table)
    seal = b"pdkl profile version %d sha256 %s" % (VERSION, _NO_DIGEST)
    buffer = io.BytesIO()
    least = cells.least_size(len(table), len(stored.keys), len(columns))
    cells.write(table, buffer, {_FACTS: _zip(facts, least)}, seal)
    return buffer.getvalue()


def _from_parquet(data: bytes) -> Stored:
    import pyarrow as pa
    from pyarrow import parquet

    footer = parquet.ParquetFile(
        pa.BufferReader(data),
        # lists and texts of a footer may promise any length, and room is made for it at once
        thrift_container_size_limit=100 + len(data) // 256,
        thrift_string_size_limit=len(data),
    )
    schema = footer.schema_arrow
    whole = cells.has_whole_weights(schema)
    facts = _unzip(schema.field(0).metadata[_FACTS])
    known, rows = understand(facts), entry(facts, "cells", int)
    if known.weights is None and not whole:
        raise DamagedError("it counts rows by numbers that are not whole")
    sizes = [len(one["labels"]) for one in known.columns.values()]
    counted = cells.from_bytes(data, rows, len(known.keys), sizes, whole=whole)
    columns = {}
    for (name, facts), (counts, other) in zip(known.columns.items(), counted, strict=True):
        columns[name] = ColumnCounts(counts, other=other, **facts)
        if bool(other.any()) != (columns[name].folded > 0):
            raise DamagedError(
                f"it has lumped {columns[name].folded} categories of column {name!r} together, "
                f"of the weight {other.sum()}"
            )
    return Stored(
        known.keys, columns, known.weights, known.grouper_texts, known.made, known.left_out
    )


def _zip(facts: Json, least: int) -> bytes:
    """Compress a description, and pad it to a size from which what is read can be bounded."""
    data = json.dumps(facts, separators=(",", ":"), ensure_ascii=False).encode()
    size = max(1 + len(data) // _MOST_UNZIPPED, least)
    return zlib.compress(data, level=3).ljust(size, b"\0")


def _unzip(data: bytes) -> Json:
    unzip = zlib.decompressobj()
    text = unzip.decompress(data, _MOST_UNZIPPED * len(data))
    if not unzip.eof:
        raise DamagedError("its description unpacks to more than one that is saved does")
    return json.loads(text)
