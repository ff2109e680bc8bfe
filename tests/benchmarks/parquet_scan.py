"""KL divergence of each group against the rest in a Parquet file: pdkl beside DuckDB and polars.

Run with ``python tests/benchmarks/parquet_scan.py [--rows N] [--files N] [--file PATH]``.
A file that is not there yet is written first; several are removed afterwards. Each run is a process
of its own, so that its peak memory can be read; the runs take turns, and each figure is the best of
the rounds. The peers count only; pdkl answers the whole question. A billion rows are
``--files 50 --rows 1000000000 --rounds 1``; on a terminal a bar shows how far pdkl is.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

GROUPS, CATEGORIES, ROUNDS, ROW_GROUP = 50, 1000, 3, 1 << 20


def write(path: Path, rows: int, seed: int = 7) -> None:
    """Write Zipf-like categories as text, in a different order of preference for each group."""
    rng = np.random.default_rng(seed)
    share = np.cumsum(1.0 / np.arange(1, CATEGORIES + 1))
    names = [
        pa.array([f"{name} {i}" for i in range(size)])
        for name, size in (("segment", GROUPS), ("item", CATEGORIES))
    ]
    schema = pa.schema([("g", pa.string()), ("c", pa.string())])
    with pq.ParquetWriter(path, schema) as writer:
        for start in range(0, rows, ROW_GROUP):
            size = min(ROW_GROUP, rows - start)
            group = rng.integers(0, GROUPS, size)
            item = np.searchsorted(share, rng.random(size) * share[-1])
            codes = (group, (item + 3 * group) % CATEGORIES)
            columns = [texts.take(pa.array(code)) for texts, code in zip(names, codes, strict=True)]
            writer.write_table(pa.table(columns, schema=schema))


def write_files(folder: Path, rows: int, files: int) -> str:
    """Share the rows out among files; return the pattern of their names."""
    for i in range(files):
        write(folder / f"rows-{i:03}.parquet", rows * (i + 1) // files - rows * i // files, 7 + i)
    return str(folder / "rows-*.parquet")


def with_pdkl(path: str) -> Callable[[], object]:
    """Ask the whole question in one call."""
    import pdkl

    return lambda: pdkl.scan(path).kl_divergence("c", by="g", against="rest")


def with_duckdb(path: str) -> Callable[[], object]:
    """Count by group and category."""
    import duckdb

    query = f"SELECT g, c, count(*) AS n FROM '{path}' GROUP BY ALL"
    connection = duckdb.connect()
    return lambda: connection.sql(query).to_arrow_table()


def with_polars(path: str) -> Callable[[], object]:
    """Count by group and category, streaming."""
    import polars

    return lambda: polars.scan_parquet(path).group_by("g", "c").len().collect(engine="streaming")


PEERS = {"pdkl": with_pdkl, "duckdb": with_duckdb, "polars": with_polars}


def measure(peer: str, path: str) -> None:
    """Print the seconds of one run and the peak memory of this process, as JSON.

    Before it the same is asked of few rows, so that what is loaded at first counts for none.
    """
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder) / "few.parquet", 1000)
        PEERS[peer](f"{folder}/few.parquet")()
    ask = PEERS[peer](path)
    start = time.perf_counter()
    ask()
    seconds = time.perf_counter() - start
    print(json.dumps([seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))


def main() -> None:
    """Print seconds, ratios and peak memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--files", type=int, default=1, help="that the rows are shared out among")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--file", type=Path, help="kept afterwards; alone")
    parser.add_argument("--peer", choices=PEERS, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.peer:
        measure(given.peer, str(given.file))
        return
    with tempfile.TemporaryDirectory() as folder:
        if given.file is None:
            path, rows = write_files(Path(folder), given.rows, given.files), given.rows
        else:
            if not given.file.exists():
                write(given.file, given.rows)
            path, rows = str(given.file), pq.ParquetFile(given.file).metadata.num_rows
        files = f"{given.files} file{'s'[: given.files > 1]}"
        print(
            f"{rows:,} rows in {files}, {GROUPS} groups x {CATEGORIES} categories, "
            f"best of {given.rounds}"
        )
        peers = [peer for peer in PEERS if find_spec(peer)]
        best = dict.fromkeys(peers, (float("inf"), 0.0))
        for _ in range(given.rounds):
            for peer in peers:
                command = [sys.executable, __file__, "--peer", peer, "--file", path]
                # what they write on the screen, such as a bar, is shown
                run = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
                seconds, memory = json.loads(run.stdout)
                best[peer] = min(best[peer][0], seconds), max(best[peer][1], memory)
    for peer, (seconds, memory) in best.items():
        ratio = seconds / best["pdkl"][0]
        print(
            f"{peer:8} {seconds:7.2f} s {seconds / rows * 1e9:6.1f} ns a row {ratio:6.2f} x  "
            f"peak memory {memory:6.0f} MB"
        )


if __name__ == "__main__":
    main()
