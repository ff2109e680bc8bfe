"""Two sides counted: who is P, who is Q, and which group is compared with which."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from pdkl.codes.intervals import Binner
from pdkl.codes.keys import Key, match_groups, sort_rows
from pdkl.codes.labels import Together, natural_labels
from pdkl.codes.rolling import Rolling, Windows, windows_of
from pdkl.codes.together import encode_column
from pdkl.codes.values import Encoder
from pdkl.core.counts.counts import LARGEST_SUM, CodeArray
from pdkl.core.counts.tabulate import tabulate
from pdkl.core.forms import ALL, FRAME, LABEL, MAPPING, PAIRS, PREVIOUS, Q
from pdkl.core.memory import require_room
from pdkl.core.numerics.exact import IntArray
from pdkl.core.validation import is_number
from pdkl.counting.count import count
from pdkl.counting.pandas_counts import GroupedCounts, LabelledCounts, of_combinations
from pdkl.request.resolve import ResolvedRequest, check_reference, require_cut_alike
from pdkl.results import pairing
from pdkl.results.pairing import GroupPairs
from pdkl.sources.base import Source

# how the groups of two sides are lined up: all keys, and where those of either side are
LineUp = Callable[
    [pd.DataFrame, pd.DataFrame, Sequence[Key]], tuple[pd.DataFrame, IntArray, IntArray]
]


def count_both(
    resolved: ResolvedRequest, binners: dict[Hashable, Binner], width: int
) -> tuple[GroupPairs, list[LabelledCounts], list[LabelledCounts]]:
    """Count both sides, and say which group is compared with which.

    ``width`` is the number of columns that the answer will have.
    """
    request, form, source, by = resolved.request, resolved.form, resolved.source, resolved.by
    wanted, weights, reference = resolved.columns, request.weights, resolved.reference
    dropna = resolved.options.dropna
    if reference is not None:
        check_reference(request, reference, wanted)
    if resolved.is_matched:
        matched = count_matched(
            resolved,
            lambda side, keys: count(side, wanted, keys, weights, binners, dropna=dropna),
        )
        sides = (matched.here, matched.there)
        own, others = ([side.columns[name] for name in wanted] for side in sides)
        return matched.groups, own, others
    counted = count(source, resolved.both, by, weights, binners, dropna=dropna)
    tally, windows = in_steps(counted, resolved.rolling)
    keys = tally.keys
    own = others = [tally.columns[name] for name in wanted]
    empty = tally.empty
    if reference is not None:
        whole = count(reference, wanted, [], weights, binners, dropna=dropna)
        others = [whole.columns[name] for name in wanted]
        empty &= whole.empty
    elif form is MAPPING:
        others = [
            fixed_counts(_mapping_for(request.reference, name), name, binners, dropna=dropna)
            for name in wanted
        ]
    elif form is Q:
        others = [tally.columns[name] for name in resolved.partners]
    elif form is ALL:
        others = [replace(side, counts=side.counts.collapse()) for side in own]
    if empty and form in (Q, FRAME) and not by:
        keys = keys.iloc[:0]  # two sides without rows have no comparison
    if form is PAIRS:
        require_room(
            len(keys) * (len(keys) - 1) * len(wanted),
            width,
            f"against='pairs' compares each of {len(keys):,} groups with each other one, which "
            f"for {len(wanted)} column{'s'[: len(wanted) > 1]}",
            "Compare with one group (reference=label) or with all others together "
            "(against='rest'), or make fewer groups: with fewer or coarser keys in by=, or of "
            "some rows alone.",
        )
    if form is LABEL:
        head = list(source.head.columns)
        return pairing.one_label(keys, request.reference, head, windows), own, others
    if form is PREVIOUS:
        return pairing.previous(keys, request.window or 1), own, others
    if form is PAIRS:
        return pairing.pairs(keys), own, others
    return (pairing.aligned if form is Q else pairing.plain)(keys, windows), own, others


@dataclass(frozen=True)
class Matched:
    """Both sides counted by the same groups; ``left`` and ``right`` say which each side has."""

    keys: pd.DataFrame
    here: GroupedCounts
    there: GroupedCounts
    left: IntArray
    right: IntArray
    windows: Windows | None = None  # where they roll over the groups

    @property
    def groups(self) -> GroupPairs:
        """Each group beside the one of the same keys."""
        return pairing.aligned(self.keys, self.windows)


def count_matched(
    resolved: ResolvedRequest,
    count_side: Callable[[Source, Sequence[Key]], GroupedCounts],
    *,
    line_up: LineUp = match_groups,
) -> Matched:
    """Count both sides group by group, and line up the groups of one with those of the other.

    ``count_side`` counts one side by bare keys: Groupers are left for later, as they must cut the
    times of both sides together.
    """
    require_cut_alike(resolved.by, *resolved.sources)
    here, there = (count_side(side, resolved.keys) for side in resolved.sources)
    keys, left, right = line_up(here.keys, there.keys, resolved.by)
    windows = None
    if resolved.rolling is not None:
        windows = windows_of(keys, resolved.rolling)
        left, right = windows.place[left], windows.place[right]
        keys = keys.take(windows.order).reset_index(drop=True)
    sides = here.regroup(left, keys), there.regroup(right, keys)
    return Matched(keys, *sides, left, right, windows)


def in_steps(tally: GroupedCounts, rolling: Rolling | None) -> tuple[GroupedCounts, Windows | None]:
    """Sort the groups, as windows run over them where some roll; also return these."""
    if rolling is None:
        return in_order(tally), None
    windows = windows_of(tally.keys, rolling)
    keys = tally.keys.take(windows.order).reset_index(drop=True)
    return tally.regroup(windows.place, keys), windows


def in_order(tally: GroupedCounts) -> GroupedCounts:
    """Sort the groups: a source may give its rows in any order, in another one each time."""
    order = sort_rows(tally.keys)
    if np.array_equal(order, np.arange(len(order))):
        return tally
    return tally.regroup(np.argsort(order), tally.keys.take(order).reset_index(drop=True))


def _mapping_for(reference: Mapping[Any, Any], name: Hashable) -> Mapping[Any, Any]:
    """Pick the mapping of one column from {column: {category: weight}}."""
    nested = [isinstance(value, Mapping) for value in reference.values()]
    if not any(nested):
        return reference
    if not all(nested) or name not in reference:
        raise ValueError(
            f"reference must be {{category: weight}}, or {{column: {{category: weight}}}} with "
            f"every column asked for; got no mapping for column {name!r}."
        )
    chosen: Mapping[Any, Any] = reference[name]
    return chosen


def fixed_counts(
    reference: Mapping[Any, Any],
    name: Hashable,
    binners: Mapping[Hashable, Encoder],
    *,
    dropna: bool,
) -> LabelledCounts:
    """Read a mapping {category: weight} as the counts of one group.

    The categories of several columns together are the tuples of their values.
    """
    subject = f"reference for column {name!r}"
    for key, weight in reference.items():
        if not is_number(weight) or weight < 0 or weight == np.inf:
            raise ValueError(
                f"{subject} must map each category to a finite weight of at least 0; "
                f"got {weight!r} for {key!r}."
            )
    kept = {key: float(weight) for key, weight in reference.items() if weight > 0}
    total = sum(kept.values())
    if not 0 < total <= LARGEST_SUM:
        raise ValueError(
            f"{subject} must have a sum of weights above 0 and at most {LARGEST_SUM:g}; "
            f"got {total:g}."
        )
    if isinstance(name, Together):
        require_tuples(kept, name)
    missing = [
        key for key in kept if any(map(_is_missing, key if isinstance(name, Together) else (key,)))
    ]
    if missing and dropna:
        raise ValueError(
            f"{subject} gives a weight to the missing value {missing[0]!r}, which dropna=True "
            "leaves out of the distribution. Pass dropna=False, or remove it."
        )
    if isinstance(name, Together):
        return _fixed_combinations(kept, name, binners, dropna=dropna)
    mass = np.array([sum(kept.pop(key) for key in missing)])
    binner = binners.get(name)
    labels, weights = natural_labels(list(kept)), np.array(list(kept.values()), dtype=np.float64)
    codes: CodeArray = np.arange(len(labels))
    if binner is not None:
        codes, labels = binner(pd.Series(labels), name)
    counts = tabulate(codes, len(labels), weights=weights)
    return LabelledCounts(replace(counts, missing=mass), labels, leveled=binner is not None)


def _is_missing(value: Any) -> bool:
    return bool(pd.api.types.is_scalar(value) and pd.isna(value))


def require_tuples(categories: Iterable[Any], name: Hashable) -> None:
    """Raise unless the categories of several columns together have a value of each."""
    assert isinstance(name, Together)
    subject = f"reference for column {name!r}"
    for category in categories:
        if not isinstance(category, tuple) or len(category) != len(name):
            raise ValueError(
                f"{subject} must have tuples as categories, with a value of each of its "
                f"{len(name)} columns; got {category!r}."
            )


def _fixed_combinations(
    weights: Mapping[tuple[Any, ...], float],
    name: Together,
    binners: Mapping[Hashable, Encoder],
    *,
    dropna: bool,
) -> LabelledCounts:
    places = Together(range(len(name)))
    values = {i: pd.Series([key[i] for key in weights], dtype=object) for i in places}
    cut: dict[Hashable, Encoder] = {
        i: binners[part] for i, part in enumerate(name) if part in binners
    }
    codes, labels = encode_column(pd.DataFrame(values), places, cut)
    counts = tabulate(codes, len(labels), weights=np.array(list(weights.values())))
    return of_combinations(counts, labels, dropna=dropna)
