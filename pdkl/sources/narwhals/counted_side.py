"""What an engine counts of a frame, asked for by names and answered in pandas.

In the answers keys are called by their place, k0, k1, ...: a column may be called like a count.
"""

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
    from pdkl.sources.narwhals.counts_of_counts import EngineSide


@dataclass(frozen=True)
class CountedSide:
    """What is counted of a frame: its combinations of keys and columns."""

    source: QuerySource
    keys: tuple[Hashable, ...]
    columns: tuple[Hashable, ...]
    weights: Hashable | None

    @property
    def side(self) -> EngineSide:
        """The same for the engine."""
        engine = _counter(self.source.engine_name)
        side: EngineSide = engine.EngineSide(
            self.source.query, self.keys, self.columns, self.weights
        )
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
        with running(self.source.engine_name):
            table = engine_of(self.source.engine_name).weigh(self.source.query, self.weights)
        checked_weights(table.to_pandas(), f"weights (column {self.weights!r})")


def _counter(engine_name: str) -> ModuleType:
    """Return the queries that count counts, or say what is lacking to make them."""
    engine_of(engine_name)
    from pdkl.sources.narwhals import counts_of_counts

    return counts_of_counts


def can_meet(here: CountedSide, there: CountedSide) -> bool:
    """Tell whether one query can count both, all in whole numbers."""
    sides = (here, there)
    with running(here.source.engine_name):
        return all(counted.is_exact for counted in sides) and bool(
            _counter(here.source.engine_name).can_meet(here.side, there.side)
        )


def count_counts(counted: CountedSide) -> pd.DataFrame:
    """Return what `counts_of_counts.count_counts` does, in pandas."""
    with running(counted.source.engine_name):
        table = _counter(counted.source.engine_name).count_counts(counted.side)
    return _in_pandas(table, counted)


def count_counts_beside(
    counted: CountedSide, whole: CountedSide
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what `counts_of_counts.count_counts_beside` does, in pandas."""
    with running(counted.source.engine_name):
        tables = _counter(counted.source.engine_name).count_counts_beside(counted.side, whole.side)
    return _in_pandas(tables[0], counted), _in_pandas(tables[1], whole)


def count_counts_of_pairs(here: CountedSide, there: CountedSide) -> pd.DataFrame:
    """Return what `counts_of_counts.count_counts_of_pairs` does, in pandas."""
    with running(here.source.engine_name):
        table = _counter(here.source.engine_name).count_counts_of_pairs(here.side, there.side)
    return _in_pandas(table, here)


def alphabet_size(sides: Sequence[CountedSide], *, dropna: bool) -> int:
    """Count the categories that have a weight on any side."""
    engine_name = sides[0].source.engine_name
    with running(engine_name):
        return int(
            _counter(engine_name).alphabet_size([counted.side for counted in sides], dropna=dropna)
        )


def _in_pandas(table: pa.Table, counted: CountedSide) -> pd.DataFrame:
    fields = dict(zip(counted.side.groups, counted.side.fields, strict=False))
    keys = {name: values_of(table[name], field) for name, field in fields.items()}
    rest = table.drop_columns(list(fields)).to_pandas()
    return pd.DataFrame({**keys, **{name: rest[name] for name in rest.columns}})
