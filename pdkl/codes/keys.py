"""Groups: which row is in which, in which order they stand, and those of two frames matched."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pdkl.codes.equality import same_value
from pdkl.codes.labels import (
    Labels,
    as_objects,
    common_labels,
    is_text,
    label_order,
    require_match,
    take_labels,
)
from pdkl.codes.scales import AWARE, DURATION, NAIVE, UNKNOWN, ends_of, read_scaled
from pdkl.codes.values import encode, value_dtype
from pdkl.core.counts.counts import CodeArray
from pdkl.core.numerics.exact import IntArray
from pdkl.core.validation import listing

Key = Hashable | pd.Grouper
LARGEST_TABLE = 1 << 20  # so many numbers may be looked up in a table, however few rows there are
_FEW = 1 << 12  # so few groups may be counted before it is known which of them occur


@dataclass(frozen=True)
class RowGroups:
    """The group of each row, and the levels of each key that make a group.

    ``codes`` count from ``first``; None stands for one group. ``members`` holds for each key the
    position of each group's level, -1 for a missing one.
    """

    codes: CodeArray | None
    first: int
    members: list[NDArray[np.int64]]
    levels: list[pd.Series[Any]]
    occur: bool  # whether each group is known to have a row

    @property
    def number(self) -> int:
        """How many groups there are."""
        return len(self.members[0]) if self.members else 1

    def keys(self, chosen: NDArray[np.int64] | None = None) -> pd.DataFrame:
        """Return the keys of all or of the chosen groups."""
        members = [member if chosen is None else member[chosen] for member in self.members]
        keys = {
            level.name: pd.Series(
                level.array.take(member, allow_fill=bool((member < 0).any())), dtype=level.dtype
            )
            for level, member in zip(self.levels, members, strict=True)
        }
        return pd.DataFrame(keys, index=pd.RangeIndex(len(members[0]) if members else 1))


def group_rows(frame: pd.DataFrame, by: Sequence[Key]) -> tuple[CodeArray | None, pd.DataFrame]:
    """Give each row the number of its group, and the keys of the groups that occur.

    No keys make one group (None stands for zeros). A missing key is a key like any other.
    """
    groups = occurring_groups(frame, by)
    return groups.codes, groups.keys()


def possible_groups(frame: pd.DataFrame, by: Sequence[Key]) -> RowGroups:
    """Give each row its group; where it is cheap, without asking which groups have rows."""
    if len(by) == 1:
        codes, level = _level(frame, by[0])
        if len(level) < max(_FEW, len(frame) >> 4):
            first = int(codes.min(initial=0))  # -1 where a key is missing
            return RowGroups(codes, first, [np.arange(first, len(level))], [level], occur=False)
    return occurring_groups(frame, by)


def occurring_groups(frame: pd.DataFrame, by: Sequence[Key]) -> RowGroups:
    """Give each row its group, of those that have rows."""
    groups: CodeArray | None = None
    members: list[NDArray[np.int64]] = []
    levels: list[pd.Series[Any]] = []
    n_groups = 1
    for key in by:
        codes, level = _level(frame, key)
        place, found = compact(codes, len(level) + 1)
        found = np.where(found == len(level), -1, found)  # -1 counts from the end
        if groups is None:
            groups, members = place, [found]
        else:
            joint = groups.astype(np.int64) * len(found) + place
            groups, pair = compact(joint, n_groups * len(found))
            earlier, last = np.divmod(pair, max(len(found), 1))
            members = [*(member[earlier] for member in members), found[last]]
        n_groups = len(members[0])
        levels.append(level)
    return RowGroups(groups, 0, members, levels, occur=True)


def _level(frame: pd.DataFrame, key: Key) -> tuple[CodeArray, pd.Series[Any]]:
    """Encode one key: a code for each row, -1 where it is missing, and the level of each code."""
    name = key_name(key)
    values = frame[name]
    codes, labels = encode(values, name)
    dtype = value_dtype(values.dtype)
    if isinstance(dtype, pd.SparseDtype):
        dtype = labels.dtype
    if isinstance(key, pd.Grouper) and key.freq is not None:
        position, labels = _bins(labels, key)
        codes, dtype = np.append(position, -1)[codes], labels.dtype
    return codes, pd.Series(labels, name=name, dtype=dtype)


def compact(codes: CodeArray, width: int) -> tuple[CodeArray, NDArray[np.int64]]:
    """Give the codes that occur new numbers, in rising order where cheap, and list them."""
    if width > max(LARGEST_TABLE, 2 * len(codes)):
        dense, found = pd.factorize(codes)
        return dense, np.asarray(found, dtype=np.int64)
    seen = np.zeros(width, dtype=bool)
    seen[codes] = True
    found = np.flatnonzero(seen)
    if len(found) and found[-1] == len(found) - 1 < width - 1:
        return codes, found  # 0, 1, 2, … without a gap and without a missing one
    return (np.cumsum(seen, dtype=np.int32) - 1)[codes], found


def _bins(times: pd.Index[Any], grouper: pd.Grouper) -> tuple[NDArray[np.int64], pd.Index[Any]]:
    """Cut distinct times into the bins of a Grouper that are not empty.

    Only the sorted distinct times go through pandas, which would misplace unsorted rows and
    drop missing ones.
    """
    read = read_scaled(pd.Series(times, dtype=times.dtype))
    if read is None or read.scale not in (NAIVE, AWARE, DURATION, UNKNOWN):
        raise TypeError(
            f"by cuts the times of column {grouper.key!r}, which holds {times.dtype}; it needs "
            "datetimes. Convert it with pd.to_datetime."
        )
    position = np.full(len(times), -1, dtype=np.int64)
    if len(times) == 0:
        return position, times
    if times.dtype.kind not in "Mm":  # dates, or times that nanoseconds do not reach
        times = ends_of(read.numbers, read.scale, read.unit, read.zone)
    order = times.argsort()
    sizes = pd.DataFrame({grouper.key: times[order]}).groupby(grouper).size()
    occupied = np.flatnonzero(sizes)
    position[order] = np.repeat(np.arange(len(occupied)), sizes.to_numpy()[occupied])
    return position, sizes.index[occupied]


def key_name(key: Key) -> Hashable:
    """Return the column that a key reads."""
    return key.key if isinstance(key, pd.Grouper) else key


def sort_rows(keys: pd.DataFrame) -> IntArray:
    """Return the positions that sort groups by their keys, missing keys last."""
    if keys.columns.empty:
        return np.arange(len(keys))
    if len(keys.columns) == 1:
        one = keys.iloc[:, 0]
        only = pd.Index(one, dtype=one.dtype, tupleize_cols=False)
        if is_text(only) and not only.hasnans:
            return label_order(only)  # each stands once
        if only.dtype.kind in "iu" and only.is_monotonic_increasing:
            return np.arange(len(only))
    return np.lexsort([rank_keys(keys[name]) for name in reversed(keys.columns)]).astype(np.int64)


def rank_keys(values: pd.Series[Any]) -> IntArray:
    """Rank the values of a key: levels in their order, else by value, missing last."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        codes, size = values.cat.codes.to_numpy(), len(values.cat.categories)
        return np.where(codes < 0, size, codes).astype(np.int64)
    codes, found = pd.factorize(values)
    order = label_order(pd.Index(found, dtype=found.dtype, tupleize_cols=False))
    rank = np.append(np.argsort(order), len(order))  # the last entry is for -1, the missing
    return rank[codes].astype(np.int64)


def take_keys(values: pd.Series[Any], rows: IntArray, *, nullable: bool) -> pd.Series[Any]:
    """Take rows of a key, missing at -1; the dtype is then the same whether or not one is."""
    if nullable and isinstance(values.dtype, np.dtype) and values.dtype.kind in "iub":
        values = pd.Series(pd.array(values.to_numpy()))
    return pd.Series(values.array.take(rows, allow_fill=bool((rows < 0).any())), dtype=values.dtype)


def match_groups(
    here: pd.DataFrame, there: pd.DataFrame, by: Sequence[Key]
) -> tuple[pd.DataFrame, IntArray, IntArray]:
    """Line up the groups of two frames as `pool` does; some must be on both sides."""
    keys, left, right = pool_groups(here, there, by)
    if len(here) and len(there) and not np.isin(left, right).any():
        shown = ", ".join(repr(key_name(key)) for key in by)
        raise ValueError(
            f"reference has no group of by ({shown}) in common with data: data has "
            f"{_examples(here)}; reference has {_examples(there)}. To compare each group with the "
            "whole reference, pass match=False; to compare groups in time, put both into one frame "
            'and pass against="previous".'
        )
    return keys, left, right


def pool_groups(
    here: pd.DataFrame, there: pd.DataFrame, by: Sequence[Key]
) -> tuple[pd.DataFrame, IntArray, IntArray]:
    """Return all keys of two frames, sorted, and where each side's groups are among them.

    Groupers cut the pooled times, so both frames are cut at the same places.
    """
    for name in here.columns:
        own, other = (encode(side[name], name)[1] for side in (here, there))
        require_match(own, other, f"by column {name!r}", "that of reference")
    codes, keys = group_rows(append_keys(here, there), by)
    order = sort_rows(keys)
    codes = np.argsort(order)[codes]
    keys = keys.take(order).reset_index(drop=True)
    return keys, codes[: len(here)], codes[len(here) :]


def _examples(keys: pd.DataFrame) -> str:
    rows = keys.take(sort_rows(keys)).itertuples(index=False, name=None)
    return listing((row if len(keys.columns) > 1 else row[0] for row in rows), most=3)


def append_keys(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    """Put the keys of two frames one below the other; no value changes by that."""
    return pd.DataFrame({name: _append(first[name], second[name]) for name in first.columns})


def _append(first: pd.Series[Any], second: pd.Series[Any]) -> pd.Series[Any]:
    """Append keys by their values, in the dtype of ``first`` where that can hold them all."""
    name, dtype = first.name, value_dtype(first.dtype)
    (codes, labels), (others, labels_there) = (encode(side, name) for side in (first, second))
    every, *places = common_labels(labels, labels_there)
    position = np.concatenate(
        [np.append(place, -1)[side] for place, side in zip(places, (codes, others), strict=True)]
    )
    if isinstance(dtype, pd.CategoricalDtype):
        levels = pd.CategoricalDtype(every, ordered=dtype.ordered)
        return pd.Series(pd.Categorical.from_codes(position, dtype=levels), name=name)
    held = _in_dtype(every, dtype, missing=bool((position < 0).any()))
    if held is None:
        return pd.Series(take_labels(every, position), name=name)
    lacking = bool((position < 0).any())
    return pd.Series(held.array.take(position, allow_fill=lacking), dtype=held.dtype, name=name)


def _in_dtype(labels: Labels, dtype: Any, *, missing: bool) -> pd.Series[Any] | None:
    """Return the labels in a dtype, None where it cannot hold them, or what is missing."""
    if missing and isinstance(dtype, np.dtype) and dtype.kind in "iub":
        return None
    try:
        held = pd.Series(labels, dtype=object).astype(dtype)
    except (TypeError, ValueError, OverflowError, NotImplementedError, ArithmeticError):
        return None
    same = all(map(same_value, as_objects(labels), as_objects(pd.Index(held, dtype=held.dtype))))
    return held if same else None
