"""Rows of any source become counts by group."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

import numpy as np
import pandas as pd

from pdkl.codes.groupers import is_cut_alike
from pdkl.codes.intervals import Binner
from pdkl.codes.keys import Key, append_keys, group_rows, key_name, sort_rows
from pdkl.codes.labels import parts_of
from pdkl.codes.rolling import Rolling, Windows, windows_of
from pdkl.codes.values import Encoder
from pdkl.codes.weights import read_weights
from pdkl.core.counts.counts import CodeArray, WeightArray
from pdkl.core.measures.joint import Joint
from pdkl.core.numerics.exact import IntArray
from pdkl.counting import pandas_counts, tables
from pdkl.counting.pandas_counts import GroupedCounts, LabelledCounts
from pdkl.counting.tables import LabelledTable
from pdkl.sources.base import Rows, Source, decoded

T = TypeVar("T", bound=Sequence[Hashable])
Pooled = TypeVar("Pooled", Joint, LabelledTable)


def count(
    source: Source,
    columns: Sequence[Hashable],
    by: Sequence[Key],
    weights: Hashable | None,
    binners: Mapping[Hashable, Encoder],
    *,
    dropna: bool = True,
) -> GroupedCounts:
    """Count each of ``columns`` by the groups of ``by``; without columns there are groups alone.

    With ``dropna=False`` a row that lacks a value of several columns together is one of their
    outcomes.
    """
    _require_uncut(source, by)
    keys = [key_name(key) for key in by]
    if not columns:
        return GroupedCounts(_groups(source, by, weights), {})
    wanted = [[*keys, *parts_of([column])] for column in columns]
    every = source.reduce(wanted, weights, _early(binners, keys))
    if source.one_frame or len(every) == 1:
        return _count(every[0], columns, by, binners, dropna=dropna)
    tallies = [
        _count(rows, [column], by, binners, dropna=dropna)
        for rows, column in zip(every, columns, strict=True)
    ]
    first = tallies[0]
    found: dict[Hashable, LabelledCounts] = {}
    for tally in tallies:
        moved = tally.regroup(_places(tally.keys, first.keys), first.keys)
        found |= moved.columns
    return replace(first, columns=found)


def _early(
    encoders: Mapping[Hashable, Encoder], keys: Sequence[Hashable]
) -> dict[Hashable, Binner]:
    """Return the intervals that a source may cut as it reads; what is a key too is left whole."""
    return {
        name: encoder
        for name, encoder in encoders.items()
        if isinstance(encoder, Binner) and name not in keys
    }


def _groups(source: Source, by: Sequence[Key], weights: Hashable | None) -> pd.DataFrame:
    if not by:
        return pd.DataFrame(index=pd.RangeIndex(1))
    rows = one(source, [key_name(key) for key in by], weights)
    return decoded(group_rows(rows.frame, by)[1], rows.coded)


def _count(
    rows: Rows,
    columns: Sequence[Hashable],
    by: Sequence[Key],
    binners: Mapping[Hashable, Encoder],
    *,
    dropna: bool,
) -> GroupedCounts:
    frame, left = _still_to_cut(rows, binners)
    tally = pandas_counts.count(frame, columns, by, rows.weights, left, dropna=dropna)
    if not rows.coded:
        return tally
    found = {
        name: column.observed() if name in rows.coded else column
        for name, column in tally.columns.items()
    }
    return replace(tally, keys=decoded(tally.keys, rows.coded), columns=found)


def _still_to_cut(
    rows: Rows, binners: Mapping[Hashable, Encoder]
) -> tuple[pd.DataFrame, dict[Hashable, Encoder]]:
    """Return the columns that are not intervals yet, and the frame with their plain values."""
    left = {name: binner for name, binner in binners.items() if name not in rows.binned}
    return decoded(rows.frame, rows.coded & left.keys()), left


def _places(keys: pd.DataFrame, among: pd.DataFrame) -> IntArray:
    """Return where each group stands among the same groups in another order."""
    if keys.columns.empty or keys.equals(among):
        return np.arange(len(keys))
    codes, _ = group_rows(append_keys(among, keys), list(keys.columns))
    assert codes is not None  # there are keys
    place = np.empty(len(among), dtype=np.int64)
    place[codes[: len(among)]] = np.arange(len(among))
    return place[codes[len(among) :]]


def count_pairs(
    source: Source,
    pairs: Sequence[tuple[Hashable, Hashable]],
    by: Sequence[Key],
    weights: Hashable | None,
    binners: Mapping[Hashable, Encoder],
    *,
    given: Hashable | None,
    dropna: bool,
    rolling: Rolling | None = None,
) -> tuple[pd.DataFrame, Iterator[Joint]]:
    """Count pairs of columns jointly; return the sorted keys of the groups and a table each."""
    besides = [] if given is None else [given]
    asked = _parts(source, pairs, by, weights, binners, rolling, besides=besides)

    def joints() -> Iterator[Joint]:
        for part in asked.parts:
            yield from pandas_counts.count_pairs(
                part.frame,
                part.lists,
                part.groups,
                len(asked.keys),
                given=given,
                weights=part.weights,
                dropna=dropna,
                encoders=part.encoders,
            )

    return asked.shown, asked.pooled(joints())


def count_tables(
    source: Source,
    lists: Sequence[Sequence[Hashable]],
    by: Sequence[Key],
    weights: Hashable | None,
    binners: Mapping[Hashable, Encoder],
    *,
    dropna: bool,
    rolling: Rolling | None = None,
) -> tuple[pd.DataFrame, Iterator[LabelledTable]]:
    """Count lists of columns jointly; return the sorted keys of the groups and a table each."""
    asked = _parts(source, lists, by, weights, binners, rolling)

    def counted() -> Iterator[LabelledTable]:
        for part in asked.parts:
            yield from tables.count_tables(
                part.frame,
                part.lists,
                part.groups,
                len(asked.keys),
                weights=part.weights,
                dropna=dropna,
                encoders=part.encoders,
                coded=part.coded,
            )

    return asked.shown, asked.pooled(counted())


@dataclass(frozen=True)
class _Part(Generic[T]):
    """Rows that answer some of the lists of columns that are counted jointly."""

    frame: pd.DataFrame
    lists: list[T]
    groups: CodeArray | None  # of each row, among the sorted keys
    weights: Hashable | None
    encoders: dict[Hashable, Encoder]
    coded: frozenset[Hashable]


@dataclass(frozen=True)
class _Asked(Generic[T]):
    """What answers lists of columns: the sorted keys of the groups, and the rows in parts."""

    keys: pd.DataFrame
    windows: Windows | None  # that roll over the groups, which are steps then
    parts: Iterator[_Part[T]]

    @property
    def shown(self) -> pd.DataFrame:
        """The keys of the answer."""
        return self.keys if self.windows is None else self.windows.keys

    def pooled(self, found: Iterator[Pooled]) -> Iterator[Pooled]:
        """Add up steps where windows roll."""
        if self.windows is None:
            return found
        first, stop = self.windows.first, self.windows.stop
        return (one.pooled(first, stop) for one in found)


def _parts(
    source: Source,
    lists: Sequence[T],
    by: Sequence[Key],
    weights: Hashable | None,
    binners: Mapping[Hashable, Encoder],
    rolling: Rolling | None,
    *,
    besides: Sequence[Hashable] = (),
) -> _Asked[T]:
    """Reduce the data once for all lists of columns; what is ``besides`` is wanted with each."""
    groups = [key_name(key) for key in by]
    wanted = [
        list(dict.fromkeys([*groups, *parts_of(besides), *parts_of(columns)])) for columns in lists
    ]
    every = source.reduce(wanted, weights, _early(binners, groups))
    _, keys = group_rows(every[0].frame, by)
    keys = decoded(keys, every[0].coded)
    windows = None if rolling is None else windows_of(keys, rolling)
    order = sort_rows(keys) if windows is None else windows.order
    keys = keys.take(order).reset_index(drop=True)

    def parts() -> Iterator[_Part[T]]:
        answers = (
            [(every[0], list(lists))]
            if source.one_frame
            else [(rows, [columns]) for rows, columns in zip(every, lists, strict=True)]
        )
        for rows, chosen in answers:
            frame, left = _still_to_cut(rows, binners)
            codes, found = group_rows(frame, by)
            if codes is not None:
                codes = _places(decoded(found, rows.coded), keys)[codes]
            yield _Part(frame, chosen, codes, rows.weights, left, rows.coded)

    return _Asked(keys, windows, parts())


def one(
    source: Source,
    columns: Sequence[Hashable],
    weights: Hashable | None,
    encoders: Mapping[Hashable, Encoder] | None = None,
) -> Rows:
    """Reduce the data to rows of the given columns, also of those that are several together."""
    wanted = [list(dict.fromkeys(parts_of(columns)))]
    return source.reduce(wanted, weights, _early(encoders or {}, []))[0]


def weights_of(rows: Rows) -> WeightArray | None:
    """Return what each row weighs, None where all weigh 1."""
    return None if rows.weights is None else read_weights(rows.frame, rows.weights)


def _require_uncut(source: Source, by: Sequence[Key]) -> None:
    """Raise where times that a profile has cut would be cut again."""
    texts = source.precounted.grouper_texts
    for key in by:
        if not isinstance(key, pd.Grouper) or key.freq is None:
            continue
        if key.key in texts and not is_cut_alike(key, texts[key.key]):
            raise ValueError(
                f"by has a pd.Grouper for {key.key!r}, whose times the profile has cut already "
                f"({texts[key.key]}). Name the key: by={key.key!r}."
            )
