"""Arrow data: tables in memory, streams that are read once, and datasets of files."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeVar
from weakref import WeakKeyDictionary, WeakSet

import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds

from pdkl.codes.intervals import Binner
from pdkl.codes.scales import pandas_dtype
from pdkl.codes.values import uncountable
from pdkl.codes.weights import read_weights
from pdkl.core.counts.combinations import Combinations
from pdkl.core.counts.counts import CodeArray
from pdkl.core.validation import listing
from pdkl.progress import with_progress
from pdkl.sources.arrow import datasets
from pdkl.sources.arrow.count import WeightReader, count
from pdkl.sources.arrow.encoders import Vocabulary, encoder_for
from pdkl.sources.arrow.limits import WHOLE_MEMORY, Limit
from pdkl.sources.base import FrameSource, Rows

ARROW_TYPES = (pa.Table, pa.RecordBatch, pa.RecordBatchReader, ds.Dataset)
Answer = TypeVar("Answer")
_consumed: WeakSet[pa.RecordBatchReader] = WeakSet()  # what has been read here
# datasets whose types were too narrow, and the same with wider ones
_widened: WeakKeyDictionary[ds.Dataset, ds.Dataset] = WeakKeyDictionary()


@dataclass(frozen=True)
class ArrowSource(FrameSource):
    """Arrow data of one of ``ARROW_TYPES``, reduced to the combinations that occur."""

    data: Any
    limit: Limit = WHOLE_MEMORY

    @property
    def is_in_files(self) -> bool:  # type: ignore[override]
        """Whether the rows can be read again, a piece at a time."""
        return isinstance(self.data, ds.FileSystemDataset)

    @cached_property
    def head(self) -> pd.DataFrame:
        """An empty frame with the columns; an index that pandas has stored is one if it is named.

        Columns have their names in Arrow, whatever pandas called them.
        """
        fields = [one for one in self.data.schema if not one.name.startswith("__index_level_")]
        try:
            return _empty_frame(fields)
        except (pa.ArrowException, ValueError, KeyError):  # pandas has no dtype for some column
            return pd.concat(map(_empty_column, fields), axis=1)

    def reduce(
        self,
        column_lists: Sequence[Sequence[Hashable]],
        weights: Hashable | None,
        binners: Mapping[Hashable, Binner],
    ) -> list[Rows]:
        """Count the combinations of each list of columns, in one pass."""
        asked = {str(name) for columns in column_lists for name in columns}
        asked |= set() if weights is None else {str(weights)}
        return self._widening(asked, lambda it: it._reduce(column_lists, weights, binners))

    def read_by(
        self, columns: Sequence[str], take: Callable[[pa.Schema, Iterator[pa.RecordBatch]], None]
    ) -> None:
        """Let ``take`` read all rows of some columns, a piece at a time.

        It is called anew where the types of a file of text were guessed too narrow.
        """

        def read(source: ArrowSource) -> None:
            schema, batches, total = source._open(list(columns))
            take(schema, with_progress(batches, total, "handing to DuckDB", rows_in=len))

        self._widening(set(columns), read)

    def _widening(self, columns: set[str], read: Callable[[ArrowSource], Answer]) -> Answer:
        """Read these columns.

        Where the types of a file of text were guessed too narrow, another pass finds wider ones.
        """
        source = self
        if isinstance(self.data, ds.Dataset):
            source = replace(self, data=_widened.get(self.data, self.data))
        try:
            return read(source)
        except datasets.UnreadableError:
            wider = datasets.widened(source.data, columns)
            if wider is None:
                raise
        _widened[self.data] = wider
        return self._widening(columns, read)

    def _reduce(
        self,
        column_lists: Sequence[Sequence[Hashable]],
        weights: Hashable | None,
        binners: Mapping[Hashable, Binner],
    ) -> list[Rows]:
        if not column_lists:
            return []
        lists: list[list[Any]] = [list(dict.fromkeys(columns)) for columns in column_lists]
        names = list(dict.fromkeys(name for columns in lists for name in columns))
        arrow_types = {name: self.data.schema.field(name).type for name in names}
        for name in names:
            if name not in binners:
                _encoder(name, arrow_types[name])  # refuse what cannot be counted before reading it
        reader = None
        if weights is not None:
            read_weights(self.head, weights)  # refuse what is no number
            reader = WeightReader(str(weights), self.data.schema.field(weights).type)
        needed = names if weights is None else list(dict.fromkeys([*names, weights]))
        schema, batches, total = self._open(needed)
        encoders: dict[Any, Any] = {
            name: _IntervalEncoder(binners[name], name, self.head[name])
            if name in binners
            else _encoder(name, schema.field(name).type)
            for name in names
        }
        found = count(
            with_progress(batches, total, "counting", rows_in=len),
            lists,
            encoders,
            reader,
            self.limit,
            total,
        )
        dtypes = {name: _levels(encoders[name], name, arrow_types[name]) for name in names}
        coded = {n for n in names if n not in binners and not _declares_levels(arrow_types[n])}
        return [
            _rows(columns, dtypes, one, weights, frozenset(binners), frozenset(coded))
            for columns, one in zip(lists, found, strict=True)
        ]

    def _open(self, columns: list[str]) -> tuple[pa.Schema, Iterator[pa.RecordBatch], int | None]:
        """Return the batches of some columns, their schema, and how many rows, if that is known."""
        data = self.data
        if isinstance(data, ds.Dataset):
            return datasets.scan(data, columns)
        if isinstance(data, pa.RecordBatchReader):
            if data in _consumed:
                raise ValueError(
                    f"a RecordBatchReader can be read once, and this one has been, so counting "
                    f"{listing(columns)} has no rows to read. Pass a pyarrow Table or Dataset "
                    "where a call reads twice, such as for bins that are fitted (edges need no "
                    "second reading), and a new reader for each call."
                )
            _consumed.add(data)
            return data.schema, _selected(data, columns), None
        table = data if isinstance(data, pa.Table) else pa.Table.from_batches([data])
        table = table.select(columns)
        return table.schema, iter(table.to_batches()), len(table)


def _empty_frame(fields: Sequence[pa.Field]) -> pd.DataFrame:
    table = pa.schema(fields).empty_table()
    frame: pd.DataFrame = table.to_pandas(ignore_metadata=True, types_mapper=pandas_dtype)
    return frame


def _empty_column(field: pa.Field) -> pd.DataFrame:
    try:
        return _empty_frame([field])
    except (pa.ArrowException, ValueError, KeyError):
        return pd.DataFrame(columns=[field.name], dtype=object)


class _IntervalEncoder:
    """Gives numbers and times the number of their interval."""

    def __init__(self, binner: Binner, name: Hashable, empty: pd.Series[Any]) -> None:
        self._binner, self._name = binner, name
        self.labels = binner(empty, name)[1]
        self.size = len(self.labels)

    def encode(self, values: pa.ChunkedArray) -> CodeArray:
        """Return the interval of each value, -1 where it is missing."""
        return self._binner(values.to_pandas(types_mapper=pandas_dtype), self._name)[0]


def _encoder(name: Hashable, arrow_type: pa.DataType) -> Vocabulary:
    try:
        return encoder_for(arrow_type)
    except TypeError as error:
        raise uncountable(name, arrow_type, error) from None


def _levels(encoder: Any, name: Hashable, arrow_type: pa.DataType) -> pd.CategoricalDtype:
    """Return the categorical dtype whose codes the encoder gives."""
    if isinstance(encoder, _IntervalEncoder):
        return pd.CategoricalDtype(encoder.labels)
    try:
        found = encoder.values()
        found.validate(full=True)  # text that is no text, whatever its type says
        values = found.to_pandas()
    except (pa.ArrowException, ArithmeticError, ValueError, KeyError) as error:
        raise uncountable(name, arrow_type, error) from None
    labels = pd.Index(values, dtype=values.dtype, tupleize_cols=False)
    return pd.CategoricalDtype(labels, _declares_levels(arrow_type))


def _declares_levels(arrow_type: pa.DataType) -> bool:
    """Tell whether a dictionary has levels in their order; others only save space."""
    return pa.types.is_dictionary(arrow_type) and bool(arrow_type.ordered)


def _rows(
    columns: list[Any],
    dtypes: dict[Any, pd.CategoricalDtype],
    found: Combinations,
    weights: Hashable | None,
    binned: frozenset[Hashable],
    coded: frozenset[Hashable],
) -> Rows:
    frame = {
        name: pd.Categorical.from_codes(codes, dtype=dtypes[name])
        for name, codes in zip(columns, found.codes, strict=True)
    }
    name = "rows" if weights is None else weights
    while name in frame:  # as well as counted itself
        name = f"{name}_"
    return Rows(pd.DataFrame({**frame, name: found.weight}), name, binned, coded)


def _selected(reader: pa.RecordBatchReader, columns: list[str]) -> Iterator[pa.RecordBatch]:
    try:
        for batch in reader:
            yield batch.select(columns)
    except (pa.ArrowException, OSError) as error:
        raise datasets.unreadable(None, error) from error
