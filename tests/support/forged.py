"""Files of profiles as anyone can make them: changed, and given the right checksum again."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from typing import Any

import pyarrow as pa
from pyarrow import parquet as pq

from pdkl import Profile
from pdkl.sources.profile import cells, parquet

Facts = dict[str, Any]
Columns = dict[str, list[Any]]
Edit = Callable[[Facts, Columns], Any]

_BLANK = b"pdkl profile version 2 sha256 " + b"0" * 64


def saved(profile: Profile) -> bytes:
    """Return what a file of the profile holds."""
    return parquet._to_parquet(profile._stored)


def opened(profile: Profile) -> tuple[Facts, Any]:
    """Return the description and the table of cells in a file of the profile."""
    table = pq.read_table(pa.BufferReader(saved(profile)))
    facts: Facts = parquet._unzip(table.schema.field(0).metadata[b"pdkl"])
    return facts, table


def closed(facts: Facts | bytes, table: Any) -> bytes:
    """Return a file of a description, which may be zipped already, and a table."""
    zipped = facts if isinstance(facts, bytes) else parquet._zip(facts, 0)
    buffer = io.BytesIO()
    cells.write(table, buffer, {b"pdkl": zipped}, _BLANK)
    return parquet._seal(buffer.getvalue())


def resealed(data: bytes) -> bytes:
    """Put the right checksum into a file, if its seal is still to be found."""
    if not (seals := list(parquet._SEAL.finditer(data))):
        return data
    at = seals[-1].start(2)
    return parquet._seal(data[:at] + b"0" * 64 + data[at + 64 :])


def flipped(data: bytes, number: int, rng: random.Random) -> bytes:
    """Change some bytes of a file, and its checksum with them."""
    broken = bytearray(data)
    for _ in range(number):
        broken[rng.randrange(len(data))] ^= rng.randrange(1, 256)
    return resealed(bytes(broken))


def forged(profile: Profile, edit: Edit) -> bytes:
    """Return a file of a profile after an edit of its description and cells."""
    facts, table = opened(profile)
    columns: Columns = table.to_pydict()
    edit(facts, columns)
    return closed(facts, pa.table(columns, schema=table.schema))


def fact(*place: str | int, to: Any) -> Edit:
    """Put something into a place of the description."""

    def edit(facts: Facts, _: Columns) -> None:
        inside: Any = facts
        for step in place[:-1]:
            inside = inside[step]
        inside[place[-1]] = to

    return edit


def cell(name: str, row: int, to: Any) -> Edit:
    """Put something into a cell."""

    def edit(_: Facts, columns: Columns) -> None:
        columns[name][row] = to

    return edit
