"""Small files that would unpack to something large, and honest ones that do."""

from __future__ import annotations

import gzip
import io
import json
import subprocess
import sys
import zlib
from base64 import b64encode
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet as pq

import pdkl
from tests.support.forged import closed, opened, resealed

MOST = 60  # MB by which all bombs together may raise the peak
PROFILE = pd.DataFrame({"x": ["a", "b"], "k": ["u", "v"]}).info_theory.profile("x", by="k")
FACTS, TABLE = opened(PROFILE)
SEAL = b"pdkl profile version 2 sha256 " + b"0" * 64
# version 1, a field "a", two rows; then the lists
FOOTER = b"\x15\x02\x19\x1cH\x01a\x00\x16\x02" + b"\x19\xfc\xbf\x84\x3d" * 2
PAGE_HEADER = b"\x15\x00" * 10
PIECE = 1 << 16
# Linux counts the most memory from the start of the program; getrusage that of its parent too
READ = """
import json, re, sys, pdkl

def most_memory():
    with open("/proc/self/status") as status:
        return int(re.search(r"VmHWM:\\s+(\\d+) kB", status.read())[1])

found = []
before = most_memory()
for path in sys.argv[1:]:
    try:
        found.append(repr(pdkl.load_profile(path)))
    except ValueError as error:
        found.append(str(error).replace(repr(path), "PATH"))
print(json.dumps({"found": found, "grown": (most_memory() - before) // 1024}))
"""


def page(number: int, size: int) -> bytes:
    """Return a page that holds a number many times."""
    return PAGE_HEADER + gzip.compress(np.full(size, number).tobytes())


def with_pages(promised: int, *pages: bytes) -> bytes:
    data = closed({**FACTS, "cells": promised}, TABLE)
    return resealed(data[:4] + b"".join(pages) + data[4:])


def with_keys(packed: dict[str, Any]) -> bytes:
    key = {"name": "k", "grouper": None, **packed}
    return closed({**FACTS, "groups": packed["length"], "keys": [key]}, TABLE)


def with_footer(footer: bytes) -> bytes:
    """Return a file whose footer begins with something, and is longer than what that reads."""
    length = (len(footer) + len(SEAL)).to_bytes(4, "little")
    return resealed(b"PAR1" + footer + SEAL + length + b"PAR1")


def of_arrow() -> bytes:
    """Return a table of zeros that is compressed in another way."""
    sink = io.BytesIO()
    zeros = np.zeros(1_000_000, dtype=np.int64)
    table = pa.table([zeros] * 4, schema=TABLE.schema.with_metadata({"seal": SEAL}))
    pq.write_table(table, sink, compression="zstd")
    return resealed(sink.getvalue())


def bombs() -> list[tuple[bytes, str]]:
    """List files, and why they are refused."""
    nulls = b64encode(pa.schema([("values", pa.null())]).serialize()).decode()
    beyond = closed({**FACTS, "cells": 10**12}, TABLE)
    most = 63 * len(closed(FACTS, TABLE))
    lists = b"[" + b"[]," * 100_000 + b"[]]"
    columns = [page(number, PIECE) for number in (0, 0, 0, 1)]
    return [
        # pages that unpack to 200 MB, or to 65,536,000 cells of which the second is bad
        (with_pages(4, page(0, 25_000_000)), "a page of its cells is not of the promised size"),
        (with_pages(1000 * PIECE, *columns * 1000), "(0, 0, 0) comes after (0, 0, 0)"),
        # promises beyond and within what can be
        (beyond, f"groups and 1 columns, which its {len(beyond)} bytes cannot hold"),
        (
            closed({**FACTS, "cells": most}, TABLE),
            "it has fewer cells than it promises",
        ),
        (closed({**FACTS, "groups": 10**12, "keys": []}, TABLE), f"it has {10**12} groups and no"),
        # descriptions of zeros, empty lists, lists in lists, digits
        (closed(zlib.compress(bytes(200_000_000)), TABLE), "its description unpacks to more than"),
        (closed(zlib.compress(lists).ljust(10_000), TABLE), "its description lacks 'groups'"),
        (closed(zlib.compress(b"[" * 100_000).ljust(10_000), TABLE), "(RecursionError: "),
        (closed(zlib.compress(b"9" * 100_000).ljust(10_000), TABLE), "(ValueError: Exceeds"),
        # values that need no bytes
        (
            with_keys({"dtype": "arrow", "schema": nulls, "length": 10**12, "buffers": [None]}),
            f"it has no room for the {10**12} values that it promises",
        ),
        # a million row groups, says the footer, of a million columns each
        (with_footer(FOOTER), "(OSError: Couldn't deserialize thrift"),
        # what Arrow would read without a question
        (of_arrow(), "it has fewer cells than it promises"),
    ]


def test_bombs_are_refused_in_little_memory(tmp_path: Path) -> None:
    every = bombs()
    paths = [tmp_path / str(i) for i in range(len(every))]
    for path, (data, _) in zip(paths, every, strict=True):
        path.write_bytes(data)
    run = subprocess.run(
        [sys.executable, "-c", READ, *map(str, paths)], capture_output=True, text=True, check=True
    )
    report = json.loads(run.stdout)
    for message, (_, problem) in zip(report["found"], every, strict=True):
        assert message.startswith("PATH is damaged: ")
        assert problem in message
        assert message.endswith(". Save the profile again.")
    assert report["grown"] < MOST


@pytest.mark.parametrize("n_groups", [1_000_000, 1000])
def test_what_compresses_well_is_read(n_groups: int, tmp_path: Path) -> None:
    n_categories = 1_000_000 // n_groups
    frame = pd.DataFrame(
        {
            "group": np.repeat(np.arange(n_groups), n_categories),
            "x": np.tile(np.arange(n_categories), n_groups),
        }
    )
    profile = frame.info_theory.profile("x", by="group")
    profile.save(tmp_path / "p")
    assert (tmp_path / "p").stat().st_size < 5_000_000
    assert pdkl.load_profile(tmp_path / "p") == profile


def test_what_compresses_too_well_is_padded(tmp_path: Path) -> None:
    letters = pd.DataFrame({"x": ["a" * 1_000_000]}).info_theory.profile()
    letters.save(tmp_path / "p")
    assert (tmp_path / "p").stat().st_size > 20_000
    assert pdkl.load_profile(tmp_path / "p") == letters
    # groups without a cell
    names = [f"column {i}" for i in range(300)]
    frame = pd.DataFrame({"group": range(2000), "weight": 0, **dict.fromkeys(names, "a")})
    empty = frame.info_theory.profile(names, by="group", weights="weight")
    empty.save(tmp_path / "p")
    assert pdkl.load_profile(tmp_path / "p") == empty
