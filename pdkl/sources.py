"""What can be asked: each kind of data as a source, and its rows counted."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from pdkl import grouping, queries
from pdkl.binned import Binner, fit_to, is_number, is_time, rules_for
from pdkl.core.binning import Binning, read_bins
from pdkl.core.counts import Counts, WeightArray
from pdkl.core.joint import Joint
from pdkl.core.numerics import IntArray
from pdkl.engines import pandas as engine
from pdkl.engines.pandas import Key, Labelled, Tally, key_name
from pdkl.held import same_bins
from pdkl.profile import Profile, different_bins
from pdkl.rows import PandasSource, Prepared, Rows, Source, decoded


def is_data(value: Any) -> bool:
    """Tell whether ``value`` is data of a supported kind."""
    if isinstance(value, pd.DataFrame | Profile) or _is_arrow(value):
        return True
    return queries.name_of(value) is not None


def read_data(data: Any) -> Source:
    """Return the data as a source."""
    data = queries.unwrapped(data)
    if isinstance(data, pd.DataFrame):
        return PandasSource(data)
    if isinstance(data, Profile):
        return data
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
    _require_uncut(source, by)
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


def read_cut(
    bins: Any, head: pd.DataFrame, columns: Sequence[Hashable], *sources: Source | None
) -> tuple[dict[Hashable, Binner], dict[Hashable, Any]]:
    """Return how profiles have cut columns already, and the rules for those that are left."""
    settled: dict[Hashable, Binner] = {}
    for source in sources:
        binners = {} if source is None else Prepared.of(source).binners
        for name in [column for column in columns if column in binners]:
            if not same_bins(settled.setdefault(name, binners[name]), binners[name]):
                raise ValueError(
                    f"column {name!r} is not cut at the same places in both profiles. Take them "
                    "with the same edges, or with the bins of the first: profile(..., bins=first)."
                )
    for name, binner in settled.items():
        rule = bins.get(name) if isinstance(bins, Mapping) else bins
        if rule is not None:
            edges = read_bins("bins", rule)
            if not (isinstance(edges, np.ndarray) and np.array_equal(edges, binner.bins.edges)):
                raise ValueError(different_bins(name))
    left = [name for name in columns if name not in settled]
    kinds = [head[name].dtype for name in left]
    if settled and not isinstance(bins, Mapping) and not any(map(_can_be_cut, kinds)):
        return settled, {}
    rules = rules_for(bins, head, left)
    for source in sources:
        for name in set() if source is None else rules.keys() & Prepared.of(source).folded.keys():
            raise ValueError(
                f"bins cannot cut column {name!r}, as a profile has lumped some of its values "
                "together. Take it with these bins, or without max_categories."
            )
    return settled, rules


def _can_be_cut(dtype: Any) -> bool:
    return is_number(dtype) or is_time(dtype)


def fit_bins(
    source: Source, rules: Mapping[Hashable, Any], weights: Hashable | None, binning: Binning
) -> dict[Hashable, Binner]:
    """Fit the intervals of each column to all of its values."""
    every = to_fit(source, rules, {name: name for name in rules}, [], weights)
    return {
        name: fit_to(
            rows.plain[name], name, weights_of(rows), rule, binning, counted=weights is None
        )
        for (name, rule), rows in zip(rules.items(), every, strict=True)
    }


def _require_uncut(source: Source, by: Sequence[Key]) -> None:
    """Raise where times that a profile has cut would be cut again."""
    cut = Prepared.of(source).cut_keys
    for key in by:
        if isinstance(key, pd.Grouper) and key.freq is not None and key.key in cut:
            raise ValueError(
                f"by has a pd.Grouper for {key.key!r}, whose times the profile has cut already "
                f"({cut[key.key]}). Name the key: by={key.key!r}."
            )
