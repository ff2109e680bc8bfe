"""What kind of column each is: categories, numbers to be cut into intervals, identifiers."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from pdkl.codes.intervals import Binner, fit_to, read_bins
from pdkl.codes.scales import (
    DURATION,
    TIME_OF_DAY,
    UNKNOWN,
    may_be_scaled,
    natural,
    scale_of,
)
from pdkl.core.counts.counts import Counts, WeightArray
from pdkl.core.validation import require_columns
from pdkl.counting.apart import Wrong, apart, noting, said
from pdkl.counting.bins import binner_of_profiles
from pdkl.counting.count import weights_of
from pdkl.counting.pandas_counts import LabelledCounts
from pdkl.sources.base import Source, different_bins

BINS = 10
_FEW = 20  # so many distinct numbers are categories as they are
# values are identifiers where at least so many rows hold at least this share of distinct ones
_LEAST = 100
_DISTINCT = 0.95


@dataclass
class DriftColumn:
    """One column of both sides, on its way from the call to its rows."""

    name: Hashable
    here: bool  # whether the data have it
    there: bool  # whether the reference has it
    kind: str | None = None  # categorical, binned, identifier, constant; None until known
    error: str = ""
    binner: Binner | None = None
    own: LabelledCounts | None = None
    other: LabelledCounts | None = None

    @property
    def is_shared(self) -> bool:
        """Tell whether both sides have the column."""
        return self.here and self.there

    def fail(self, message: str) -> None:
        """Give up on this column, and say why."""
        self.error, self.kind = message, None


def give_up(columns: Iterable[DriftColumn], wrong: Wrong) -> None:
    """Give up on the columns with which something went wrong."""
    for column in columns:
        if column.name in wrong:
            column.fail(said(wrong[column.name]))


@dataclass(frozen=True)
class _Values:
    """The values of a column that may be numbers or times, and how many rows each stands for."""

    series: pd.Series[Any]
    weight: WeightArray | None

    @cached_property
    def scale(self) -> str | None:
        return scale_of(self.series)

    @property
    def are_scaled(self) -> bool:
        return self.scale not in (None, UNKNOWN)

    @property
    def are_many(self) -> bool:
        """Whether there are more than a few distinct ones; the first rows mostly show it."""
        for size in (1000, len(self.series)):
            some = self.series.iloc[:size]
            if self.weight is not None:
                some = some[self.weight[:size] > 0]
            if some.nunique() > _FEW:
                return True
        return False

    @cached_property
    def size(self) -> int:
        """How many rows have a value."""
        known = self.series.notna().to_numpy()
        return int(known.sum() if self.weight is None else self.weight[known].sum())

    @cached_property
    def are_distinct(self) -> bool:
        """Whether they look like identifiers."""
        values = self.series if self.weight is None else self.series[self.weight > 0]
        return values.nunique() >= _DISTINCT * self.size


def fit_numbers(
    columns: Sequence[DriftColumn], source: Source, reference: Source, weights: Hashable, bins: Any
) -> None:
    """Find the numbers and times, and fit their intervals to the reference.

    A column that the reference lacks is fitted to the data, so that its kind is known. What a
    profile has cut already stays cut at its edges.
    """
    named = dict(bins) if isinstance(bins, Mapping) else {}
    require_columns("bins", named, [column.name for column in columns], frame="the call")
    rules = {name: read_bins(f"bins for column {name!r}", rule) for name, rule in named.items()}
    common = BINS if isinstance(bins, Mapping) else read_bins("bins", bins)
    _keep_cut(columns, source, reference, rules)
    base: dict[Hashable, _Values] = {}
    for side in (reference, source):
        chosen = [c for c in columns if not c.error and c.there == (side is reference)]
        chosen = [c for c in chosen if c.binner is None]
        chosen = [c for c in chosen if c.name in rules or may_be_scaled(side.head[c.name])]
        base |= _read(side, chosen, weights)
    numbers: list[DriftColumn] = []
    doubtful: list[DriftColumn] = []
    wrong: Wrong = {}
    for column in [column for column in columns if column.name in base]:
        with noting(wrong, column.name):
            own = base[column.name]
            if column.name in rules:
                numbers.append(column)
            elif _are_many_numbers(own):
                numbers.append(column)
                if column.is_shared and (
                    _may_identify(own) or scale_of(source.head[column.name]) in (None, UNKNOWN)
                ):
                    doubtful.append(column)
    today = _read(source, doubtful, weights)
    for column in [column for column in numbers if not column.error]:
        both = [side[column.name] for side in (base, today) if column.name in side]
        with noting(wrong, column.name):
            _fit(column, both, rules.get(column.name), common, counted=weights is None)
    give_up(columns, wrong)


def _fit(
    column: DriftColumn, both: Sequence[_Values], rule: Any, common: Any, *, counted: bool
) -> None:
    """Fit the intervals of a column to the first of the sides that were read."""
    if rule is None and not all(values.are_scaled for values in both):
        return  # to be counted value by value, so as to see what does not match
    kind = "binned"
    # floats are never identifiers, as most are distinct anyway; only the reference is asked,
    # since pandas turns today's whole numbers into floats where some are missing
    if rule is None and _may_identify(both[0]) and all(one.are_distinct for one in both):
        kind = "identifier"  # cut all the same, as that is the cheapest count
    column.binner = fit_to(
        both[0].series,
        column.name,
        both[0].weight,
        common if rule is None else rule,
        "quantile",
        fitted="reference" if column.there else "pooled",
        counted=counted,
    )
    column.kind = kind


def _keep_cut(
    columns: Sequence[DriftColumn], source: Source, reference: Source, rules: Mapping[Hashable, Any]
) -> None:
    """Leave the columns that a profile has cut already as they are."""
    for column in columns:
        try:
            column.binner = binner_of_profiles(column.name, source, reference)
        except ValueError as error:
            column.fail(str(error))
        if column.binner is not None:
            if column.name in rules:
                raise ValueError(different_bins(column.name))
            column.kind = "binned"


def of_counted(column: DriftColumn) -> str:
    """Return the kind of a column whose values have been counted one by one."""
    both = [side for side in (column.other, column.own) if side is not None]
    sizes = [int(side.counts.totals.sum()) for side in both]
    if sizes[0] < _LEAST or pd.api.types.is_float_dtype(both[0].labels.dtype):
        return "categorical"
    distinct = [int(side.counts.observed.sum()) for side in both]
    alike = all(number >= _DISTINCT * size for number, size in zip(distinct, sizes, strict=True))
    return "identifier" if alike else "categorical"


def without_values(column: DriftColumn) -> None:
    """Keep of the values only whether there is one."""
    for name in ("own", "other"):
        side = getattr(column, name)
        if side is not None:
            setattr(column, name, as_presence(side))


def as_presence(side: LabelledCounts) -> LabelledCounts:
    """Make one outcome of all: that there is a value."""
    counts = side.counts
    groups = np.flatnonzero(counts.totals)
    same = np.zeros(len(groups), dtype=np.int64)
    all_of_them = Counts(groups, same, counts.totals[groups], counts.missing, 1)
    return LabelledCounts(all_of_them, pd.Index(["(present)"]))


def _may_identify(found: _Values) -> bool:
    """Tell identifiers from few values, and from what is measured, mostly distinct anyway."""
    measured = pd.api.types.is_float_dtype(found.series.dtype)
    measured |= found.scale in (DURATION, TIME_OF_DAY)
    return found.size >= _LEAST and not measured and found.are_distinct


def _are_many_numbers(values: _Values) -> bool:
    return values.are_scaled and values.are_many


def _read(
    side: Source, columns: Sequence[DriftColumn], weights: Hashable
) -> dict[Hashable, _Values]:
    """Read the values of columns in one pass; give up those that cannot be read."""

    def ask(names: Sequence[Hashable]) -> dict[Hashable, _Values]:
        every = side.reduce([[name] for name in names], weights, {}) if names else []
        return {
            name: _Values(natural(rows.plain[name]), weights_of(rows))
            for name, rows in zip(names, every, strict=True)
        }

    found, wrong = apart([column.name for column in columns if not column.error], ask)
    give_up(columns, wrong)
    return found
