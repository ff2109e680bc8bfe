"""What an engine counts of a frame, asked for by names and answered in pandas."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa

from pdkl.sources.distinct_rows import checked_weights, running
from pdkl.sources.narwhals.source import QuerySource, engine_of, values_of

if TYPE_CHECKING:
    from pdkl.sources.narwhals.counts_of_counts import Side


@dataclass(frozen=True)
class Cells:
    """What is counted of a frame: its combinations of keys and columns."""

    source: QuerySource
    keys: tuple[Hashable, ...]
    columns: tuple[Hashable, ...]
    weights: Hashable | None

    @property
    def side(self) -> Side:
        """The same for the engine."""
        engine = _counter(self.source.spoken)
        side: Side = engine.Side(self.source.query, self.keys, self.columns, self.weights)
        return side

    @property
    def is_exact(self) -> bool:
        """Whether its weights are whole, and its values of dtypes that engines compare alike."""
        place, fields = self.source.query.place, self.source.query.fields
        whole = self.weights is None or fields[place[self.weights]].is_whole
        return whole and all(field.type is not None for field in self.side.fields)

    @property
    def has_levels(self) -> bool:
        """Whether a column declares its categories."""
        place, fields = self.source.query.place, self.source.query.fields
        return any(fields[place[name]].levels is not None for name in self.columns)

    def check_weights(self) -> None:
        """Raise where weights are missing or negative, or add up to too much."""
        if self.weights is None:
            return
        with running(self.source.spoken):
            table = engine_of(self.source.spoken).weigh(self.source.query, self.weights)
        checked_weights(table.to_pandas(), f"weights (column {self.weights!r})")


def _counter(spoken: str) -> ModuleType:
    """Return the queries that count counts, or say what is lacking to make them."""
    engine_of(spoken)
    from pdkl.sources.narwhals import counts_of_counts

    return counts_of_counts


def can_meet(here: Cells, there: Cells) -> bool:
    """Tell whether one query can count both, all in whole numbers."""
    sides = (here, there)
    with running(here.source.spoken):
        return all(cells.is_exact for cells in sides) and bool(
            _counter(here.source.spoken).can_meet(here.side, there.side)
        )


def spectrum(cells: Cells) -> pd.DataFrame:
    """Return what `counts_of_counts.spectrum` does, the keys by their names."""
    with running(cells.source.spoken):
        table = _counter(cells.source.spoken).spectrum(cells.side)
    return _named(table, cells)


def spectrum_beside(cells: Cells, whole: Cells) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what `counts_of_counts.spectrum_beside` does, the keys by their names."""
    with running(cells.source.spoken):
        tables = _counter(cells.source.spoken).spectrum_beside(cells.side, whole.side)
    return _named(tables[0], cells), _named(tables[1], whole)


def spectrum_of_pairs(here: Cells, there: Cells) -> pd.DataFrame:
    """Return what `counts_of_counts.spectrum_of_pairs` does, the keys by their names."""
    with running(here.source.spoken):
        table = _counter(here.source.spoken).spectrum_of_pairs(here.side, there.side)
    return _named(table, here)


def alphabet(sides: Sequence[Cells], *, dropna: bool) -> int:
    """Count the categories that have a weight on any side."""
    spoken = sides[0].source.spoken
    with running(spoken):
        return int(_counter(spoken).alphabet([cells.side for cells in sides], dropna=dropna))


def _named(table: pa.Table, cells: Cells) -> pd.DataFrame:
    fields = dict(zip(cells.side.groups, cells.side.fields, strict=False))
    keys = {field.name: values_of(table[name], field) for name, field in fields.items()}
    rest = table.drop_columns(list(fields)).to_pandas()
    return pd.DataFrame({**keys, **{name: rest[name] for name in rest.columns}})
