"""Count Arrow record batches: each column is encoded once, every list of columns in one pass."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pdkl.codes.scales import as_floats, pandas_dtype
from pdkl.codes.weights import check_weights, whole_weights
from pdkl.core.counts.combinations import CombinationCounter, Combinations
from pdkl.core.counts.counts import LARGEST_WHOLE_SUM, WeightArray
from pdkl.sources.arrow.encoders import Dictionaries, Encoder, as_numpy
from pdkl.sources.arrow.limits import WHOLE_MEMORY, Limit

_PIECE = 1 << 17  # rows encoded at a time; more where a dictionary is larger


def count(
    batches: Iterable[pa.RecordBatch],
    column_lists: Sequence[Sequence[str]],
    encoders: Mapping[str, Encoder],
    weights: WeightReader | None = None,
    limit: Limit = WHOLE_MEMORY,
    total: int | None = None,
) -> list[Combinations]:
    """Count the distinct combinations of each list of columns, in one pass.

    Parameters
    ----------
    batches : iterable of RecordBatch
        All of one schema; their size and number do not matter.
    wanted : sequence of lists of column names
        The columns of each answer.
    encoders : mapping {column: encoder}
        One for each of these columns.
    weights : WeightReader, optional
        Of the column of row weights. Rows that weigh 0 stand in the answers too.
    limit : Limit
        What is checked after each piece.
    total : int, optional
        How many rows come, where that is known.
    """
    dtype = None if weights is None else weights.dtype
    counters = [
        CombinationCounter(len(columns), dtype, len(column_lists)) for columns in column_lists
    ]
    read = 0
    with ThreadPoolExecutor(2) as pool:
        # columns are encoded side by side, but for dictionaries, whose codes are only renumbered
        light = all(isinstance(one, Dictionaries) for one in encoders.values())
        encode = map if light else pool.map
        for piece in _pieces(batches, lambda: max(one.size for one in encoders.values())):
            parts = [piece.column(name) for name in encoders]
            found = encode(lambda one, part: one.encode(part), encoders.values(), parts)
            weight = None if weights is None else weights.read(piece.column(weights.name))
            codes = dict(zip(encoders, found, strict=True))
            read += len(piece)
            for columns, counter in zip(column_lists, counters, strict=True):
                sizes = [encoders[name].size for name in columns]
                counter.add([codes[name] for name in columns], sizes, weight)
                limit.check(columns, max([*sizes, counter.size]), read, total)
    results = [counter.result() for counter in counters]
    if weights is None:
        return results
    weights.require()
    return [replace(one, weight=weights.finished(one.weight)) for one in results]


def _pieces(batches: Iterable[pa.RecordBatch], known: Callable[[], int]) -> Iterator[pa.Table]:
    """Join small batches and cut large ones, so that each piece is worth its fixed costs.

    Those grow with the number of values known, since a lookup reads all of them.
    """
    waiting: list[pa.RecordBatch] = []
    rows = 0
    for batch in batches:
        waiting.append(batch)
        rows += len(batch)
        if rows >= max(_PIECE, known()):
            table = pa.Table.from_batches(waiting)
            waiting, rows = [], 0
            start = 0
            while start < len(table):
                size = 4 * max(_PIECE, known())  # more by now, where a batch has many pieces
                yield table.slice(start, size)
                start += size
    if rows:
        yield pa.Table.from_batches(waiting)


class WeightReader:
    """Reads weights piece by piece, and says at the end what is wrong with them."""

    def __init__(self, name: str, arrow_type: pa.DataType) -> None:
        self.name = name
        self._is_decimal = pa.types.is_decimal(arrow_type)
        is_float = pa.types.is_floating(arrow_type) or self._is_decimal
        self.dtype = np.dtype(np.float64 if is_float else np.int64)
        self._fractions = 0
        self._rows = self._missing = self._negative = 0
        self._first_negative: Any = None
        self._total: int | float = 0

    def read(self, values: pa.ChunkedArray) -> WeightArray:
        """Return the weights in ``dtype``; what is wrong with them is noted for later."""
        self._rows += len(values)
        if self.dtype == np.float64:
            if self._is_decimal:
                weight: NDArray[Any] = as_floats(values.to_pandas(types_mapper=pandas_dtype))
                self._fractions += int((weight % 1 != 0).sum())
            else:
                parts = [chunk.to_numpy(zero_copy_only=False) for chunk in values.chunks]
                weight = np.concatenate(parts).astype(np.float64)
            absent = np.isnan(weight)
            self._missing += int(absent.sum())
            weight[absent] = 0.0
            with np.errstate(over="ignore", invalid="ignore"):
                self._total += float(weight.sum())
        else:
            if pa.types.is_boolean(values.type):
                values = values.cast(pa.uint8())
            self._missing += values.null_count
            given = as_numpy(values, 0)
            weight = given.astype(np.int64)
            exact = int(given.max()) * len(given) > LARGEST_WHOLE_SUM
            self._total += int((given.astype(object) if exact else weight).sum())
        if (bad := np.flatnonzero(weight < 0)).size:
            if self._negative == 0:
                self._first_negative = weight[bad[0]]
            self._negative += bad.size
        return weight

    def finished(self, sums: WeightArray) -> WeightArray:
        """Return sums of whole decimals as whole numbers."""
        return whole_weights(sums, self._fractions) if self._is_decimal else sums

    def require(self) -> None:
        """Raise where weights cannot be weights, in the words that any frame's would get."""
        check_weights(
            f"weights (column {self.name!r})",
            rows=self._rows,
            missing=self._missing,
            total=self._total,
            negative=self._negative,
            first_negative=self._first_negative,
        )
