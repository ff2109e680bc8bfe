"""The counts of all columns as one table of cells, and back, checked piece by piece.

Any tool can read the table. Here it is read by hand, page by page, since what Arrow does to a page
depends on what the page says of itself: a few bytes may unpack to gigabytes, or end the process.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, BinaryIO

import numpy as np

from pdkl.codes.weights import HALF
from pdkl.core.counts.counts import LARGEST_SUM, LARGEST_WHOLE_SUM, Counts, WeightArray
from pdkl.core.numerics.exact import IntArray
from pdkl.sources.profile.columns import ColumnCounts
from pdkl.sources.profile.values import DamagedError

_PIECE = 1 << 16  # cells that are written, read and checked at once; it belongs to the format
# a file is then, from its fifth byte on, pages: each a short header and a gzip stream of numbers
_OPTIONS: dict[str, Any] = {
    "row_group_size": _PIECE,
    "compression": "gzip",
    "compression_level": 3,
    "use_dictionary": False,
    "write_statistics": False,
}
_FIRST, _HEADER, _GZIP = 4, 256, b"\x1f\x8b\x08"  # where, how long at most, what comes next
_BYTES = 8  # of a number
_MOST_NUMBERS = 64  # per byte of a file
_BESIDE = 2  # categories after those with labels: the missing, and those lumped together
_CLOSE = 1e-6  # relative, by which rounding may part the sums of fractional weights


def to_table(columns: Sequence[ColumnCounts]) -> Any:
    """Put the cells of all columns one below the other, the missing and the lumped among them."""
    import pyarrow as pa

    every = [
        replace(one.counts.with_missing(), missing=one.other).with_missing() for one in columns
    ]
    whole = all(counts.weight.dtype == np.int64 for counts in every)
    return pa.table(
        [
            np.repeat(np.arange(len(columns)), [len(counts.group) for counts in every]),
            *(
                np.concatenate([getattr(counts, part) for counts in every])
                for part in ("group", "outcome", "weight")
            ),
        ],
        schema=_schema(whole=whole),
    )


def _schema(*, whole: bool) -> Any:
    import pyarrow as pa

    kinds = dict.fromkeys(("column", "group", "category"), pa.int64())
    kinds["weight"] = pa.int64() if whole else pa.float64()
    return pa.schema([pa.field(name, kind, nullable=False) for name, kind in kinds.items()])


def has_whole_weights(schema: Any) -> bool:
    """Tell whether the weights of a table are whole numbers; any other table is an error."""
    for whole in (True, False):
        if schema.equals(_schema(whole=whole)):
            return whole
    raise DamagedError("its table is none of column, group, category and weight")


def write(table: Any, file: BinaryIO, description: Mapping[bytes, bytes], seal: bytes) -> None:
    """Write the table with a description of it.

    That goes with the first field, since what goes with a whole table is stored twice.
    """
    from pyarrow import parquet

    schema = table.schema.set(0, table.schema.field(0).with_metadata(description))
    table = table.cast(schema.with_metadata({"seal": seal}))
    parquet.write_table(table, file, **_OPTIONS)


def least_size(rows: int, n_groups: int, n_columns: int) -> int:
    """Return how long a file is at least, so that so much can be promised in it."""
    return 1 + (rows + 2 * n_columns * n_groups) // _MOST_NUMBERS


def from_bytes(
    data: bytes, rows: int, n_groups: int, n_labels: Sequence[int], *, whole: bool
) -> list[tuple[Counts, WeightArray]]:
    """Read the counts of each column, and its weight of lumped categories.

    Nothing is believed: memory is bounded by the size of the file, and the first bad cell ends the
    reading.
    """
    if rows < 0 or len(data) < least_size(rows, n_groups, len(n_labels)):
        raise DamagedError(
            f"it promises {rows} cells, {n_groups} groups and {len(n_labels)} columns, which its "
            f"{len(data)} bytes cannot hold"
        )
    cells = np.empty((3, rows), dtype=np.int64)
    weight = np.empty(rows, dtype=np.int64 if whole else np.float64)
    width = np.array(n_labels, dtype=np.int64) + _BESIDE
    at = _FIRST
    for start in range(0, rows, _PIECE):
        piece = slice(start, min(start + _PIECE, rows))
        for numbers in (*cells, weight):
            at = _read(data, at, numbers[piece])
        _check_weight(weight[piece])
        _check_cells(cells[:, max(start - 1, 0) : piece.stop], n_groups, width)
    ends = np.searchsorted(cells[0], np.arange(len(width) + 1))
    counted = [
        _counts(cells[1:, start:stop], weight[start:stop], n, n_groups)
        for start, stop, n in zip(ends[:-1], ends[1:], n_labels, strict=True)
    ]
    _check_totals(counted)
    return counted


def _read(data: bytes, at: int, numbers: WeightArray) -> int:
    """Fill an array from the pages that begin at a place; return where they end."""
    done, size = 0, len(numbers)
    while done < size:
        most = (size - done) * _BYTES
        start = data.find(_GZIP, at, at + _HEADER)
        if start < 0:
            raise DamagedError("it has fewer cells than it promises")
        # gzip makes what it cannot compress a little longer
        given = memoryview(data)[start : start + most + most // 1024 + _HEADER]
        unzip = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
        text = unzip.decompress(given, most + 1)
        if not unzip.eof or len(text) > most:
            raise DamagedError("a page of its cells is not of the promised size")
        page = np.frombuffer(text, numbers.dtype.newbyteorder("<"))
        numbers[done : done + len(page)] = page
        done += len(page)
        at = start + len(given) - len(unzip.unused_data)
    return at


def _check_weight(weight: WeightArray) -> None:
    good = weight >= 1 if weight.dtype == np.int64 else (weight > 0) & (weight < np.inf)
    if not good.all():
        raise DamagedError(f"a cell has the weight {weight[~good][0]}")


def _check_cells(cells: IntArray, n_groups: int, width: IntArray) -> None:
    """Raise unless cells are where there is a place for them, and rise from the first to the last.

    The cell before them, which is known to be good, may be among them.
    """
    column, group, category = cells
    for what, code, number in (("column", column, len(width)), ("group", group, n_groups)):
        _check_within(what, code, number)
    _check_within("category", category, width[column])
    rises, tied = np.zeros(cells.shape[1] - 1, dtype=bool), True
    for step in np.diff(cells):
        rises |= tied & (step > 0)
        tied &= step == 0
    if not rises.all():
        at = np.flatnonzero(~rises)[0]
        shown = [", ".join(map(str, one)) for one in cells[:, at : at + 2].T.tolist()]
        raise DamagedError(
            f"the cell (column, group, category) = ({shown[1]}) comes after ({shown[0]})"
        )


def _check_within(what: str, codes: IntArray, number: int | IntArray) -> None:
    within = (codes >= 0) & (codes < number)
    if not within.all():
        at = np.argmin(within)
        most = np.broadcast_to(number, codes.shape)[at]
        raise DamagedError(
            f"a cell is of {what} {codes[at]}, where they count from 0 to {most - 1}"
        )


def _counts(
    cells: IntArray, weight: WeightArray, n_labels: int, n_groups: int
) -> tuple[Counts, WeightArray]:
    """Take the cells of one column apart: those with labels, the missing, the lumped."""
    group, category = cells
    total: int | float
    if weight.dtype == np.int64:
        total = int((weight // HALF).sum()) * HALF + int((weight % HALF).sum())
        if total > LARGEST_WHOLE_SUM:
            raise DamagedError(f"its weights add up to {total}, beyond 2**63 - 1")
    else:
        with np.errstate(over="ignore"):
            total = float(weight.sum())
        if total > LARGEST_SUM:
            raise DamagedError(f"its weights add up to {total:g}, beyond {LARGEST_SUM:g}")
    labelled = category < n_labels
    beside = np.zeros((_BESIDE, n_groups), dtype=weight.dtype)
    beside[category[~labelled] - n_labels, group[~labelled]] = weight[~labelled]
    missing, other = beside
    counts = Counts(group[labelled], category[labelled], weight[labelled], missing, n_labels)
    return counts, other


def _check_totals(counted: list[tuple[Counts, WeightArray]]) -> None:
    """Raise unless each group has the same weight in all columns, as each row has all of them."""
    first: WeightArray | None = None
    for counts, other in counted:
        totals = counts.totals + counts.missing + other
        first = totals if first is None else first
        same = totals == first
        if totals.dtype == np.float64:
            same = np.isclose(totals, first, rtol=_CLOSE, atol=0)
        if not same.all():
            at = np.argmin(same)
            raise DamagedError(
                f"group {at} has the weight {first[at]} in one column and {totals[at]} in another"
            )
