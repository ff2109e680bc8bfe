"""Which group is compared with which: the rows of an answer."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pdkl.codes.equality import same_value
from pdkl.codes.keys import rank_keys, take_keys
from pdkl.codes.rolling import Windows
from pdkl.core.counts.counts import Counts, WeightArray
from pdkl.core.counts.windows import outside, pooled, sums_between
from pdkl.core.numerics.exact import IntArray
from pdkl.core.validation import listing


@dataclass(frozen=True)
class GroupPairs:
    """One entry per comparison: the group that is P, the group that is Q, their keys.

    ``left`` and ``right`` are rows of the sorted keys, -1 for no group. ``reference_keys`` is
    None where Q is not a group. Where Q is several groups in a row, ``first`` is the first of them,
    and ``right`` the last; where P is, ``first_of_p`` and ``left`` are.
    """

    keys: pd.DataFrame
    left: IntArray
    right: IntArray
    reference_keys: pd.DataFrame | None = None
    first: IntArray | None = None
    first_of_p: IntArray | None = None

    def __len__(self) -> int:
        """Return the number of comparisons."""
        return len(self.left)

    def only(self, rows: IntArray) -> GroupPairs:
        """Keep some of the comparisons."""
        reference = self.reference_keys
        return GroupPairs(
            self.keys.take(rows),
            self.left[rows],
            self.right[rows],
            None if reference is None else reference.take(rows),
            None if self.first is None else self.first[rows],
            None if self.first_of_p is None else self.first_of_p[rows],
        )

    def over(self, windows: Windows, *, both: bool) -> GroupPairs:
        """Say which steps the groups hold, where they are windows; Q's too, where ``both`` are."""
        first, last = windows.first, windows.stop - 1
        found = replace(self, left=last[self.left], first_of_p=first[self.left])
        return replace(found, right=last[self.right], first=first[self.right]) if both else found

    @property
    def with_itself(self) -> NDArray[np.bool_]:
        """Tell which comparisons are of a group with itself."""
        same = np.asarray(self.left == self.right)
        if self.first_of_p is None or self.first is None:
            return same
        return np.asarray(same & (self.first_of_p == self.first))

    def p(self, counts: Counts, rows: slice = slice(None)) -> Counts:
        """Return the counts of P in some comparisons, from those of the groups."""
        windows = _ends(self.first_of_p, self.left, rows)
        return counts.take(self.left[rows]) if windows is None else pooled(counts, *windows)

    def q(self, counts: Counts, rows: slice = slice(None)) -> Counts:
        """Return the counts of Q in some comparisons, from those of the groups."""
        windows = _ends(self.first, self.right, rows)
        return counts.take(self.right[rows]) if windows is None else pooled(counts, *windows)

    def rest(self, counts: Counts, rows: slice = slice(None)) -> Counts:
        """Return the counts of all that is not P in some comparisons."""
        windows = _ends(self.first_of_p, self.left, rows)
        return counts.rest(self.left[rows]) if windows is None else outside(counts, *windows)

    def sums_of_p(self, values: WeightArray) -> WeightArray:
        """Add a number of each group for what is P in each comparison."""
        return _sums(values, _ends(self.first_of_p, self.left), self.left)

    def sums_of_q(self, values: WeightArray) -> WeightArray:
        """Add a number of each group for what is Q in each comparison."""
        return _sums(values, _ends(self.first, self.right), self.right)

    def in_p(self, row: int, group: IntArray) -> NDArray[np.bool_]:
        """Tell which groups are P in a comparison."""
        first = self.left if self.first_of_p is None else self.first_of_p
        return np.asarray((first[row] <= group) & (group <= self.left[row]))

    def in_q(self, row: int, group: IntArray) -> NDArray[np.bool_]:
        """Tell which groups are Q in a comparison."""
        first = self.right if self.first is None else self.first
        return np.asarray((first[row] <= group) & (group <= self.right[row]))

    def describe(self, row: int) -> str:
        """Write the keys of a comparison for a message, empty without keys."""
        one = self.keys.iloc[[row]]
        pairs = [f"{name}={one[name].tolist()[0]!r}" for name in one.columns]
        return f" (group {', '.join(pairs)})" if pairs else ""


def _ends(
    first: IntArray | None, last: IntArray, rows: slice = slice(None)
) -> tuple[IntArray, IntArray] | None:
    """Return where groups begin and end that are one side; None where none is more than one."""
    if first is None:
        return None
    begin, end = first[rows], last[rows]
    return begin, np.where(end < 0, begin, end + 1)


def _sums(
    values: WeightArray, windows: tuple[IntArray, IntArray] | None, group: IntArray
) -> WeightArray:
    return np.append(values, 0)[group] if windows is None else sums_between(values, *windows)


def plain(keys: pd.DataFrame, windows: Windows | None = None) -> GroupPairs:
    """Take each group, or each of the windows over groups, beside the one that is all of Q."""
    keys = keys if windows is None else windows.keys
    everyone = np.arange(len(keys))
    groups = GroupPairs(keys, everyone, np.zeros(len(keys), dtype=np.int64))
    return groups if windows is None else groups.over(windows, both=False)


def aligned(keys: pd.DataFrame, windows: Windows | None = None) -> GroupPairs:
    """Compare each group, or window over groups, with that of the same keys on the other side."""
    keys = keys if windows is None else windows.keys
    everyone = np.arange(len(keys))
    groups = GroupPairs(keys, everyone, everyone)
    return groups if windows is None else groups.over(windows, both=True)


def pairs(keys: pd.DataFrame) -> GroupPairs:
    """Compare each group with each other one."""
    left, right = np.nonzero(~np.eye(len(keys), dtype=bool))
    return _between(keys, left, right)


def previous(keys: pd.DataFrame, window: int = 1) -> GroupPairs:
    """Compare each group with those before it in the last key, the other keys being equal.

    ``window`` is the number of groups that are Q together, or fewer where no more are there.
    """
    everyone = np.arange(len(keys))
    ranks = np.column_stack(
        [
            np.zeros(len(keys), dtype=np.int64),
            *(rank_keys(keys[name]) for name in keys.columns[:-1]),
        ]
    )
    same = np.all(ranks[1:] == ranks[:-1], axis=1)
    follows = np.concatenate([[False], same])[: len(keys)]
    right = np.where(follows, everyone - 1, -1)
    if window == 1:
        return _between(keys, everyone, right, nullable=True)
    begin = np.maximum.accumulate(np.where(follows, 0, everyone))
    first = np.maximum(everyone - min(window, len(keys)), begin)
    found = _between(keys, everyone, np.where(follows, first, -1), nullable=True)
    return replace(found, right=right, first=first)


def one_label(
    keys: pd.DataFrame, label: Any, columns: Sequence[Hashable], windows: Windows | None = None
) -> GroupPairs:
    """Compare each group, or window over groups, with the one that has the given label."""
    keys = keys if windows is None else windows.keys
    everyone = np.arange(len(keys))
    groups = _between(keys, everyone, np.full(len(keys), find(keys, label, columns)))
    return groups if windows is None else groups.over(windows, both=True)


def find(keys: pd.DataFrame, label: Any, columns: Sequence[Hashable]) -> int:
    """Return the row of the group that has a label; else list the groups there are."""
    hint = f" To compare with the column {label!r}, pass q={label!r}." if label in columns else ""
    if keys.columns.empty:
        raise ValueError(
            f"reference={label!r} is read as a group label, and there are no groups without by=."
            f"{hint} A frame or a mapping {{category: weight}} needs no by."
        )
    several = len(keys.columns) > 1
    parts = label if several else (label,)
    if several and not (isinstance(label, tuple) and len(label) == len(keys.columns)):
        raise ValueError(
            f"reference must be a tuple of {len(keys.columns)} labels, one for each key of by "
            f"({listing(keys.columns)}); got {label!r}.{hint}"
        )
    matching = np.ones(len(keys), dtype=bool)
    for name, part in zip(keys.columns, parts, strict=True):
        matching &= _equals(keys[name], part)
    if matching.any():
        return int(np.flatnonzero(matching)[0])
    known = keys.itertuples(index=False, name=None)
    groups = listing(row if several else row[0] for row in known)
    raise ValueError(f"reference={label!r} is not a group of by; the groups are {groups}.{hint}")


def _equals(values: pd.Series[Any], label: Any) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Tell where a key is the label; text may stand for a time, as in pandas' own look-ups."""
    missing = values.isna().to_numpy()
    if pd.api.types.is_scalar(label) and pd.isna(label):
        return missing
    if isinstance(label, str):
        try:
            if pd.api.types.is_datetime64_any_dtype(values.dtype):
                label = pd.Timestamp(label, tz=getattr(values.dtype, "tz", None))
            elif isinstance(values.dtype, pd.PeriodDtype):
                label = pd.Period(label, freq=values.dtype.freq.freqstr)
        except ValueError:
            return np.zeros(len(values), dtype=bool)
    same = ~missing
    same[same] = [same_value(value, label) for value in values[same]]
    return same


def _between(
    keys: pd.DataFrame, left: IntArray, right: IntArray, *, nullable: bool = False
) -> GroupPairs:
    reference = {
        f"{name}_reference": take_keys(keys[name], right, nullable=nullable)
        for name in keys.columns
    }
    return GroupPairs(
        keys.take(left).reset_index(drop=True),
        left,
        right,
        pd.DataFrame(reference, index=pd.RangeIndex(len(left))),
    )
