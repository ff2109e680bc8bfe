"""Rows of any source become counts by group."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from pdkl.codes.intervals import Binner
from pdkl.codes.keys import Key, append_keys, group_rows, key_name, sort_rows
from pdkl.codes.labels import parts_of
from pdkl.codes.values import Encoder
from pdkl.codes.weights import read_weights
from pdkl.core.counts.counts import WeightArray
from pdkl.core.measures.joint import Joint
from pdkl.core.numerics.exact import IntArray
from pdkl.counting import pandas_counts
from pdkl.counting.pandas_counts import GroupedCounts, LabelledCounts
from pdkl.sources.base import Rows, Source, decoded


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
) -> tuple[pd.DataFrame, Iterator[Joint]]:
    """Count pairs of columns jointly; return the sorted keys of the groups and a table each."""
    groups = [key_name(key) for key in by]
    excluded = [*groups, *([] if given is None else parts_of([given]))]
    wanted = [list(dict.fromkeys([*excluded, *parts_of(pair)])) for pair in pairs]
    every = source.reduce(wanted, weights, _early(binners, groups))
    _, keys = group_rows(every[0].frame, by)
    keys = decoded(keys, every[0].coded)
    order = sort_rows(keys)
    keys = keys.take(order).reset_index(drop=True)

    def joints() -> Iterator[Joint]:
        parts = (
            [(every[0], list(pairs))]
            if source.one_frame
            else [(r, [p]) for r, p in zip(every, pairs, strict=True)]
        )
        for rows, chosen in parts:
            frame, left = _still_to_cut(rows, binners)
            codes, found = group_rows(frame, by)
            if codes is not None:
                codes = _places(decoded(found, rows.coded), keys)[codes]
            yield from pandas_counts.count_pairs(
                frame,
                chosen,
                codes,
                len(keys),
                given=given,
                weights=rows.weights,
                dropna=dropna,
                encoders=left,
            )

    return keys, joints()


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
        if isinstance(key, pd.Grouper) and key.freq is not None and key.key in texts:
            raise ValueError(
                f"by has a pd.Grouper for {key.key!r}, whose times the profile has cut already "
                f"({texts[key.key]}). Name the key: by={key.key!r}."
            )
