"""Counts of counts: all that a measure needs where the categories are too many to bring home.

No measure depends on the names of categories. So it is enough to know how many of them have each
count in P, or each pair of counts in P and Q; the engine counts that, exactly.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pdkl.codes.keys import group_rows, match_groups, sort_rows
from pdkl.core.counts.counts import Counts, as_float, sum_by, sums
from pdkl.core.counts.pairs import UNNAMED, Pairs
from pdkl.core.counts.smoothing import lacking
from pdkl.core.forms import ALL, REST, UNIFORM, Form, Q
from pdkl.core.numerics.exact import IntArray
from pdkl.sources.narwhals import counted_side
from pdkl.sources.narwhals.counted_side import CountedSide

MOST_ROWS = 5_000_000  # distinct combinations of keys and category that may come home
_GROUPS = 1 << 10  # whose entries are made at a time
_NONE = np.empty(0, dtype=np.int64)


@dataclass(frozen=True)
class CountsOfCounts:
    """Both sides of a column; group i of ``p`` is compared with group i of ``q``.

    ``p`` and ``q`` know totals and missing, and have one outcome that stands for all. ``own`` holds
    the categories of P, or of both sides where they were counted group by group. Where one Q is for
    all groups, ``counts`` are those of its categories, ``times`` says how many have each, and
    ``place`` where those of ``own`` stand among them, -1 for nowhere.
    """

    keys: pd.DataFrame
    p: Counts
    q: Counts
    own: Pairs
    alphabet: int
    counts: IntArray
    times: IntArray
    place: IntArray

    @property
    def sizes(self) -> IntArray:
        """How many entries each comparison has at most."""
        return np.bincount(self.own.comparison, minlength=self.own.size) + len(self.counts) + 1

    def pairs(self, rows: slice) -> Pairs:
        """Return the entries of some comparisons, the categories that P lacks among them."""
        own = self.own
        first, last = np.searchsorted(own.comparison, [rows.start, rows.stop])
        group = own.comparison[first:last] - rows.start
        count_p, count_q = own.count_p[first:last], own.count_q[first:last]
        times = own.times[first:last]
        if len(self.counts):
            place = self.place[first:last]
            held = place >= 0
            lacked = np.tile(as_float(self.times), (rows.stop - rows.start, 1))
            np.subtract.at(lacked, (group[held], place[held]), times[held])
            row, at = np.nonzero(lacked)
            group = np.concatenate([group, row])
            count_p = np.concatenate([count_p, np.zeros(len(row))])
            count_q = np.concatenate([count_q, as_float(self.counts[at])])
            times = np.concatenate([times, lacked[row, at]])
        totals = own.total_p[rows], own.total_q[rows]
        return Pairs(group, np.full(len(group), UNNAMED), count_p, count_q, times, *totals)

    def lacks(self, side: str) -> bool:
        """Tell whether a measure that divides by ``side`` is infinite anywhere."""
        for start in range(0, self.own.size, _GROUPS):
            pairs = self.pairs(slice(start, min(start + _GROUPS, self.own.size)))
            valid = (pairs.total_p > 0) & (pairs.total_q > 0)
            if (lacking(pairs, side) & valid[pairs.comparison]).any():
                return True
        return False


@dataclass(frozen=True)
class _Whole:
    """The counts of counts of one Q for all groups."""

    counts: IntArray
    times: IntArray
    missing: int

    @property
    def total(self) -> int:
        return int((self.counts * self.times).sum())

    @classmethod
    def of(cls, table: pd.DataFrame) -> _Whole:
        q, times, lost = (table[name].to_numpy() for name in ("q", "times", "missing"))
        known = (q > 0) & ~lost
        counts, place = np.unique(q[known], return_inverse=True)
        return cls(counts, sum_by(place, times[known], len(counts)), int((q * times)[lost].sum()))


def of_column(
    here: CountedSide,
    there: CountedSide,
    by: list[Hashable],
    form: Form | None,
    *,
    matched: bool,
    dropna: bool,
) -> CountsOfCounts:
    """Let the engine count a column, group by group or beside one Q for all groups.

    Several columns are one, of their combinations.
    """
    whole = None
    if matched or form is Q:
        table = counted_side.count_counts_of_pairs(here, there)
    elif form is None or form is UNIFORM:
        table = counted_side.count_counts(here)
        table["q"] = table["p"] * (form is None)
    else:
        table, totals = counted_side.count_counts_beside(here, there)
        whole = _Whole.of(totals)
    code, keys = _groups(table, by, matched=matched)
    order = np.argsort(code, kind="stable")
    code = code[order]
    p, q, times, lost = (table[name].to_numpy()[order] for name in ("p", "q", "times", "missing"))
    size, joint = len(keys), len(here.columns) > 1
    missing_p = sum_by(code[lost], (p * times)[lost], size)
    missing_q = sum_by(code[lost], (q * times)[lost], size)
    kept = (p > 0) | (q > 0)
    if dropna or not joint:
        kept &= ~lost
    code, p, q, times = code[kept], p[kept], q[kept], times[kept]
    place = np.full(len(code), -1)
    total_p = sum_by(code, p * times, size)
    if whole is None:
        total_q = sum_by(code, q * times, size)
    else:
        place = np.where(q > 0, np.searchsorted(whole.counts, q), -1)
        total_q, missing_q = np.full(size, whole.total), np.full(size, whole.missing)
        if form is REST:
            q, total_q, missing_q = q - p, total_q - total_p, missing_q - missing_p
    alphabet = _alphabet(here, there, code, times, whole, form, dropna=dropna or not joint)
    if not dropna and not joint:  # missing is one more category
        at = np.flatnonzero((missing_p > 0) | (missing_q > 0))
        alphabet += len(at) > 0
        order = np.argsort(np.concatenate([code, at]), kind="stable")
        code, p, q, times, place = (
            np.concatenate(both)[order]
            for both in (
                (code, at),
                (p, missing_p[at]),
                (q, missing_q[at]),
                (times, np.ones_like(at)),
                (place, np.full(len(at), -1)),
            )
        )
        total_p, total_q = total_p + missing_p, total_q + missing_q
    counts = as_float(p), as_float(q), as_float(times)
    own = Pairs(code, np.full(len(code), UNNAMED), *counts, as_float(total_p), as_float(total_q))
    sides = sums(total_p, missing_p), sums(total_q, missing_q)
    counts_q, times_q = (_NONE, _NONE) if whole is None else (whole.counts, whole.times)
    return CountsOfCounts(keys, *sides, own, alphabet, counts_q, times_q, place)


def _groups(
    table: pd.DataFrame, by: list[Hashable], *, matched: bool
) -> tuple[IntArray, pd.DataFrame]:
    """Return the sorted keys, and which of them each row of a table has."""
    codes, keys = group_rows(table, [f"k{i}" for i in range(len(by))])
    keys = keys.set_axis(by, axis=1)
    if codes is None:
        return np.zeros(len(table), dtype=np.int64), keys
    if not matched:
        order = sort_rows(keys)
        return np.argsort(order)[codes], keys.take(order).reset_index(drop=True)
    sides = [np.unique(codes[table[name].to_numpy() > 0]) for name in ("here", "there")]
    own, other = (keys.take(side).reset_index(drop=True) for side in sides)
    pooled, *places = match_groups(own, other, by)
    position = np.empty(len(keys), dtype=np.int64)
    for side, place in zip(sides, places, strict=True):
        position[side] = place
    return position[codes], pooled


def _alphabet(
    here: CountedSide,
    there: CountedSide,
    code: IntArray,
    times: IntArray,
    whole: _Whole | None,
    form: Form | None,
    *,
    dropna: bool,
) -> int:
    """Return how many categories either side has, from what is known already if that is enough."""
    if whole is not None and form in (ALL, REST):  # Q is all there is
        return int(whole.times.sum())
    if whole is None and (len(code) == 0 or code[0] == code[-1]):  # one group
        return int(times.sum())
    sides = [here] if here is there else [here, there]
    return counted_side.alphabet_size(sides, dropna=dropna)
