"""What can be asked: each kind of data as a source, and its rows counted."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from pdkl import grouping
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
    return isinstance(value, pd.DataFrame | Profile)


def read_data(data: Any) -> Source:
    """Return the data as a source."""
    if isinstance(data, pd.DataFrame):
        return PandasSource(data)
    if isinstance(data, Profile):
        return data
    raise TypeError(
        f"InfoTheory needs a pandas DataFrame; got {type(data).__name__}. "
        "A Series has its own accessor, series.info_theory."
    )


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
    every = source.reduce([[*keys, column] for column in columns], weights, cut)
    if all(rows is every[0] for rows in every):
        return _count(every[0], columns, by, cut)
    tallies = [_count(rows, [column], by, cut) for rows, column in zip(every, columns, strict=True)]
    first = tallies[0]
    found: dict[Hashable, Labelled] = {}
    for tally in tallies:
        moved = tally.regroup(_places(tally.keys, first.keys), first.keys)
        found |= moved.columns
    return replace(first, columns=found)


def _count(
    rows: Rows, columns: Sequence[Hashable], by: Sequence[Key], cut: Mapping[Hashable, Binner]
) -> Tally:
    left = {name: binner for name, binner in cut.items() if name not in rows.cut}
    tally = engine.count(rows.frame, columns, by, rows.weights, left)
    if not rows.coded:
        return tally
    found = {
        name: column.observed() if name in rows.coded else column
        for name, column in tally.columns.items()
    }
    return replace(tally, keys=decoded(tally.keys, rows.coded), columns=found)


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
    _require_uncut(source, by)
    rows = one(source, [*(key_name(key) for key in by), *columns], weights, cut)
    left = {name: binner for name, binner in cut.items() if name not in rows.cut}
    counts, keys = engine.count_jointly(rows.frame, columns, by, rows.weights, left, dropna=dropna)
    return counts, decoded(keys, rows.coded)


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
    _require_uncut(source, by)
    aside = [*(key_name(key) for key in by), *([] if given is None else [given])]
    wanted = [list(dict.fromkeys([*aside, *pair])) for pair in pairs]
    every = source.reduce(wanted, weights, cut)
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
            codes, found = engine.group_rows(rows.frame, by)
            if codes is not None:
                codes = _places(decoded(found, rows.coded), keys)[codes]
            yield from engine.count_pairs(
                rows.frame,
                chosen,
                codes,
                len(keys),
                given=given,
                weights=rows.weights,
                dropna=dropna,
                encoders={name: binner for name, binner in cut.items() if name not in rows.cut},
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
    every = source.reduce([[name] for name in rules], weights, {})
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
