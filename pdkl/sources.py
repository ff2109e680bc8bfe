"""What can be asked: each kind of data as a source, and its rows counted."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from pdkl import grouping, queries
from pdkl.binned import Binner
from pdkl.core.counts import Counts, WeightArray
from pdkl.core.joint import Joint
from pdkl.core.numerics import IntArray
from pdkl.engines import pandas as engine
from pdkl.engines.pandas import Key, Labelled, Tally, key_name
from pdkl.rows import PandasSource, Rows, Source, decoded


def is_data(value: Any) -> bool:
    """Tell whether ``value`` is data of a supported kind."""
    return isinstance(value, pd.DataFrame) or _is_arrow(value) or queries.name_of(value) is not None


def read_data(data: Any) -> Source:
    """Return the data as a source."""
    data = queries.unwrapped(data)
    if isinstance(data, pd.DataFrame):
        return PandasSource(data)
    if _is_arrow(data):
        from pdkl.streams import ArrowSource

        return ArrowSource(data)
    if (name := queries.name_of(data)) is not None:
        return queries.read(data, name)
    raise TypeError(
        f"InfoTheory needs {queries.SUPPORTED}; got {type(data).__name__}. A Series of pandas has "
        "its own accessor, series.info_theory."
    )


def _is_arrow(value: Any) -> bool:
    """Tell whether ``value`` is Arrow's; pyarrow is not imported for what cannot be."""
    if type(value).__module__.partition(".")[0] != "pyarrow":
        return False
    from pdkl.streams import KINDS

    return isinstance(value, KINDS)


def count(
    source: Source,
    columns: Sequence[Hashable],
    by: Sequence[Key],
    weights: Hashable | None,
    cut: Mapping[Hashable, Binner],
) -> Tally:
    """Count each of ``columns`` by the groups of ``by``."""
    keys = [key_name(key) for key in by]
    early = {name: binner for name, binner in cut.items() if name not in keys}
    every = source.reduce([[*keys, column] for column in columns], weights, early)
    if all(rows is every[0] for rows in every):
        return _count(every[0], columns, by, cut)
    tallies = [_count(rows, [column], by, cut) for rows, column in zip(every, columns, strict=True)]
    first = tallies[0]
    found: dict[Hashable, Labelled] = {}
    for tally in tallies:
        moved = tally.regroup(_places(tally.keys, first.keys), first.keys)
        found |= moved.columns
    return replace(first, columns=found)


def count_apart(
    source: Source,
    columns: Sequence[Hashable],
    by: Sequence[Key],
    weights: Hashable | None,
    cut: Mapping[Hashable, Binner],
) -> tuple[Tally, dict[Hashable, str]]:
    """Count like `count`, but leave out the columns that cannot be, and say what is wrong."""
    wrong: dict[Hashable, str] = {}
    if columns:
        try:
            return count(source, columns, by, weights, cut), wrong
        except (TypeError, ValueError, ArithmeticError, NotImplementedError) as error:
            wrong[columns[0]] = str(error)
    if len(columns) <= 1:  # the groups alone; what is wrong with them is no column's fault
        keys = pd.DataFrame(index=pd.RangeIndex(1))
        if by:
            rows = one(source, [key_name(key) for key in by], weights)
            keys = decoded(engine.group_rows(rows.frame, by)[1], rows.coded)
        return Tally(keys, {}), wrong
    middle = len(columns) // 2
    first, wrong = count_apart(source, columns[:middle], by, weights, cut)
    second, others = count_apart(source, columns[middle:], by, weights, cut)
    moved = second.regroup(_places(second.keys, first.keys), first.keys)
    return replace(first, columns=first.columns | moved.columns), wrong | others


def _count(
    rows: Rows, columns: Sequence[Hashable], by: Sequence[Key], cut: Mapping[Hashable, Binner]
) -> Tally:
    frame, left = _still_to_cut(rows, cut)
    tally = engine.count(frame, columns, by, rows.weights, left)
    if not rows.coded:
        return tally
    found = {
        name: column.observed() if name in rows.coded else column
        for name, column in tally.columns.items()
    }
    return replace(tally, keys=decoded(tally.keys, rows.coded), columns=found)


def _still_to_cut(
    rows: Rows, cut: Mapping[Hashable, Binner]
) -> tuple[pd.DataFrame, dict[Hashable, Binner]]:
    """Return the columns that are not intervals yet, and the frame with their plain values."""
    left = {name: binner for name, binner in cut.items() if name not in rows.cut}
    return decoded(rows.frame, rows.coded & left.keys()), left


def _places(keys: pd.DataFrame, among: pd.DataFrame) -> IntArray:
    """Return where each group stands among the same groups in another order."""
    if keys.columns.empty or keys.equals(among):
        return np.arange(len(keys))
    both = pd.concat([among, keys], ignore_index=True)
    codes, _ = engine.group_rows(both, list(keys.columns))
    assert codes is not None  # there are keys
    place = np.empty(len(among), dtype=np.int64)
    place[codes[: len(among)]] = np.arange(len(among))
    return place[codes[len(among) :]]


def count_jointly(
    source: Source,
    columns: Sequence[Hashable],
    by: Sequence[Key],
    weights: Hashable | None,
    cut: Mapping[Hashable, Binner],
    *,
    dropna: bool,
) -> tuple[Counts, pd.DataFrame]:
    """Count the combinations of several columns by group; also return the keys of the groups."""
    keys = [key_name(key) for key in by]
    early = {name: binner for name, binner in cut.items() if name not in keys}
    rows = one(source, [*keys, *columns], weights, early)
    frame, left = _still_to_cut(rows, cut)
    counts, found = engine.count_jointly(frame, columns, by, rows.weights, left, dropna=dropna)
    return counts, decoded(found, rows.coded)


def count_pairs(
    source: Source,
    pairs: Sequence[tuple[Hashable, Hashable]],
    by: Sequence[Key],
    weights: Hashable | None,
    cut: Mapping[Hashable, Binner],
    *,
    given: Hashable | None,
    dropna: bool,
) -> tuple[pd.DataFrame, Iterator[Joint]]:
    """Count pairs of columns jointly; return the sorted keys of the groups and a table each."""
    groups = [key_name(key) for key in by]
    aside = [*groups, *([] if given is None else [given])]
    wanted = [list(dict.fromkeys([*aside, *pair])) for pair in pairs]
    early = {name: binner for name, binner in cut.items() if name not in groups}
    every = source.reduce(wanted, weights, early)
    _, keys = engine.group_rows(every[0].frame, by)
    keys = decoded(keys, every[0].coded)
    order = grouping.sort_rows(keys)
    keys = keys.take(order).reset_index(drop=True)

    def joints() -> Iterator[Joint]:
        same = all(rows is every[0] for rows in every)
        parts = (
            [(every[0], list(pairs))]
            if same
            else [(r, [p]) for r, p in zip(every, pairs, strict=True)]
        )
        for rows, chosen in parts:
            frame, left = _still_to_cut(rows, cut)
            codes, found = engine.group_rows(frame, by)
            if codes is not None:
                codes = _places(decoded(found, rows.coded), keys)[codes]
            yield from engine.count_pairs(
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
    cut: Mapping[Hashable, Binner] | None = None,
) -> Rows:
    """Reduce the data to rows of the given columns."""
    return source.reduce([list(dict.fromkeys(columns))], weights, cut or {})[0]


def to_fit(
    source: Source,
    rules: Mapping[Hashable, Any],
    columns: Mapping[Hashable, Hashable],
    aside: Sequence[Hashable],
    weights: Hashable | None,
) -> list[Rows]:
    """Return rows for each rule of bins: no rows where it has edges, which fit anything."""
    open_ = [name for name, rule in rules.items() if not isinstance(rule, np.ndarray)]
    every = iter(source.reduce([[*aside, columns[name]] for name in open_], weights, {}))
    none = Rows(source.head.iloc[:0], weights)
    return [next(every) if name in open_ else none for name in rules]


def weights_of(rows: Rows) -> WeightArray | None:
    """Return what each row weighs, None where all weigh 1."""
    return None if rows.weights is None else engine.read_weights(rows.frame, rows.weights)
