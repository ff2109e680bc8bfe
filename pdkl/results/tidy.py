"""Tidy frames: which columns an answer has, in which order, and how its rows are sorted."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from pdkl.codes.keys import take_keys
from pdkl.codes.labels import Labels, as_text, join_categories
from pdkl.core.forms import Form
from pdkl.core.numerics.exact import IntArray
from pdkl.results.pairing import GroupPairs

Shows = Literal["scores", "contributions", "distribution"]  # what the rows of an answer are
_FEW = 1000  # rows whose texts are put into a list rather than taken
_SINGLE = ("n", "n_missing", "categories")
_TWO_SIDED = (
    "n",
    "n_reference",
    "n_missing",
    "n_missing_reference",
    "categories",
    "unseen",
    "vanished",
)
_DISTRIBUTION = ("category", "count", "probability", "surprisal")
_CONTRIBUTIONS = ("category", "count", "count_reference", "p", "q", "contribution")


@dataclass(frozen=True)
class ResultInfo:
    """What the rows of an answer share."""

    form: Form | None
    unit: str
    attributes: dict[str, Any]

    @property
    def q_is_fixed(self) -> bool:
        """Whether Q is given, not counted."""
        return self.form is not None and self.form.q_is_fixed


@dataclass(frozen=True)
class Ranked:
    """The order of the parts of a group: by a column, the largest first and what is NaN last."""

    by: str
    apart: list[int]  # of each part the place of its target; those of a target stay together


@dataclass(frozen=True)
class Scores:
    """The measures of one column, an entry per comparison."""

    name: Hashable
    reference: str | None
    entries: dict[str, Any]
    columns: list[str]  # what is measured, in order


@dataclass(frozen=True)
class Categories:
    """The categories of one column; ``entries["row"]`` is the comparison of each."""

    name: Hashable
    reference: str | None
    labels: Labels
    rank: IntArray  # of each label
    codes: IntArray
    entries: dict[str, Any]
    intervals: tuple[Labels, Labels] | None  # where labels begin and end


@dataclass(frozen=True)
class Cells:
    """Values of some columns together; ``row`` is the group of each.

    ``shown`` holds them by the name of the column that shows them, which begins with "category";
    where they begin and end is shown in columns that begin with "low" and "high".
    """

    row: IntArray
    shown: dict[str, Categories]
    entries: dict[str, Any]


def columns_of(
    shows: Shows,
    measured: Sequence[str],
    form: Form | None,
    keys: Sequence[Hashable],
    *,
    with_intervals: bool,
) -> list[str]:
    """List the columns of an answer besides the keys of ``by``; ``measured`` are its values."""
    ends = ["low", "high"] if with_intervals else []
    if shows == "distribution":
        return ["column", *_DISTRIBUTION, *ends, "unit"]
    head = ["column"]
    if form is not None:
        head.append("reference")
    if form is not None and form.q_is_group:
        head += [f"{key}_reference" for key in keys]
    if shows == "contributions":
        return [*head, *_CONTRIBUTIONS, *ends, "unit"]
    sides = _SINGLE if form is None else _TWO_SIDED
    return [*head, *sides, *measured, "unit"]


def check_keys(keys: Sequence[Hashable], columns: Sequence[str]) -> None:
    """Raise where a key of ``by`` would stand twice in the result."""
    clashes = {key: f"{key}_key" for key in keys if key in columns}
    if clashes:
        raise ValueError(
            f"by names {', '.join(map(repr, clashes))}, which the result needs for a column of "
            f"its own. Rename first: df.rename(columns={clashes!r})."
        )


def scores(groups: GroupPairs, parts: Sequence[Scores], info: ResultInfo) -> pd.DataFrame:
    """Make one row per comparison and column."""
    width = len(parts)
    row, column = np.divmod(np.arange(len(groups) * width), max(width, 1))
    frame = _head(groups, row, column, parts, info)
    first = parts[0]
    for name in [*(_SINGLE if info.form is None else _TWO_SIDED), *first.columns]:
        if info.q_is_fixed and name in {"n_reference", "n_missing_reference"}:
            frame[name] = pd.array([pd.NA] * len(row), dtype="Int64")
        else:
            frame[name] = np.column_stack([part.entries[name] for part in parts]).ravel()
    return _finished(frame, info)


def contributions(
    groups: GroupPairs, parts: Sequence[Categories], info: ResultInfo
) -> pd.DataFrame:
    """Make one row per comparison, column and category: infinite, then large, then small."""
    size = np.abs(np.concatenate([part.entries["contribution"] for part in parts]))
    return _by_category(groups, parts, info, -size, _CONTRIBUTIONS)


def distribution(groups: GroupPairs, parts: Sequence[Categories], info: ResultInfo) -> pd.DataFrame:
    """Make one row per group, column and category, by count descending."""
    size = np.nan_to_num(np.concatenate([part.entries["probability"] for part in parts]))
    return _by_category(groups, parts, info, -size, _DISTRIBUTION)


def _by_category(
    groups: GroupPairs,
    parts: Sequence[Categories],
    info: ResultInfo,
    sort: Any,
    value_columns: Sequence[str],
) -> pd.DataFrame:
    row = np.concatenate([part.entries["row"] for part in parts])
    column = np.repeat(np.arange(len(parts)), [len(part.codes) for part in parts])
    ties = np.concatenate([_rank(part) for part in parts])
    order = np.lexsort([ties, sort, column, row, np.isnan(sort)])
    frame = _head(groups, row[order], column[order], parts, info)
    frame |= _named(parts, "category", order)
    for name in value_columns[1:]:
        if info.q_is_fixed and name == "count_reference":
            frame[name] = pd.array([pd.NA] * len(row), dtype="Int64")
        else:
            frame[name] = np.concatenate([part.entries[name] for part in parts])[order]
    return _finished(frame, info)


def _named(parts: Sequence[Categories], name: str, order: IntArray) -> dict[Hashable, Any]:
    """Return the categories of all parts in an order, and where those of intervals lie."""
    columns = {name: join_categories([(part.labels, part.codes) for part in parts])}
    if any(part.intervals is not None for part in parts):
        for i, end in enumerate(("low", "high")):
            which = name.replace("category", end)
            columns[which] = join_categories([_ends(part, i) for part in parts])
    return {
        which: pd.Series(values.take(order), dtype=values.dtype)
        for which, values in columns.items()
    }


def _ends(part: Categories, i: int) -> tuple[Labels, IntArray]:
    """Return where the intervals begin (0) or end (1); a column without any gives missing ends."""
    if part.intervals is None:
        return pd.Index(np.empty(0)), np.full(len(part.codes), -1)
    known = part.intervals[i].notna()  # open ends of times are not
    place = np.append(np.where(known, np.cumsum(known) - 1, -1), -1)
    return part.intervals[i][known], place[part.codes]


def _rank(part: Categories) -> IntArray:
    """Rank the categories of a column, missing last."""
    return np.append(part.rank, len(part.labels))[part.codes]


def _head(
    groups: GroupPairs,
    row: IntArray,
    column: IntArray,
    parts: Sequence[Scores] | Sequence[Categories],
    info: ResultInfo,
) -> dict[Hashable, Any]:
    head: dict[Hashable, Any] = taken(groups.keys, row)
    head["column"] = _text([as_text(part.name) for part in parts], column)
    if info.form is not None:
        head["reference"] = _text([part.reference or "" for part in parts], column)
    if info.form is not None and info.form.q_is_group and groups.reference_keys is not None:
        head |= taken(groups.reference_keys, row)
    return head


def taken(frame: pd.DataFrame, row: IntArray) -> dict[Hashable, Any]:
    """Return the columns of a frame with some of its rows."""
    return {name: take_keys(column, row, nullable=False) for name, column in frame.items()}


def text_column(values: list[str]) -> pd.Series[Any]:
    """Make a column of text."""
    column: pd.Series[Any] = pd.Series(np.array(values, dtype=object), dtype="str")
    return column


def _text(texts: Sequence[str], index: IntArray) -> pd.Series[Any]:
    if len(index) <= _FEW:
        return pd.Series([texts[i] for i in index.tolist()], dtype="str")
    column: pd.Series[Any] = pd.Series(list(texts), dtype="str")
    return take_keys(column, index, nullable=False)


def _finished(columns: dict[Hashable, Any], info: ResultInfo) -> pd.DataFrame:
    size = len(next(iter(columns.values())))
    columns["unit"] = _text([info.unit], np.zeros(size, dtype=np.int64))
    frame = pd.DataFrame(columns, index=pd.RangeIndex(size))
    frame.attrs["pdkl"] = info.attributes
    return frame


def plain(
    groups: GroupPairs,
    texts: dict[str, list[str]],
    parts: Sequence[dict[str, Any]],
    info: ResultInfo,
    ranked: Ranked | None = None,
) -> pd.DataFrame:
    """Make one row per group and part; ``texts`` names the parts, one entry for each.

    The parts stand in their order, or as they are ``ranked`` in each group.
    """
    row, which = np.divmod(np.arange(len(groups) * len(parts)), max(len(parts), 1))
    order = np.arange(len(row))
    if ranked is not None:
        value = np.column_stack([part[ranked.by] for part in parts]).ravel()
        order = np.lexsort([-value, np.array(ranked.apart)[which], row])
        which = which[order]
    frame = taken(groups.keys, row)
    for name, values in texts.items():
        frame[name] = _text(values, which)
    for name in parts[0]:
        frame[name] = np.column_stack([part[name] for part in parts]).ravel()[order]
    return _finished(frame, info)


def cells(
    groups: GroupPairs,
    texts: dict[str, list[str]],
    parts: Sequence[Cells],
    info: ResultInfo,
    *,
    largest: str | None = None,
) -> pd.DataFrame:
    """Make one row per group, part and cell; ``texts`` names the parts, one entry for each.

    They are in the order of the values, or by what is ``largest`` in absolute value first.
    """
    row = np.concatenate([part.row for part in parts])
    which = np.repeat(np.arange(len(parts)), [len(part.row) for part in parts])
    entries = {
        name: np.concatenate([part.entries[name] for part in parts]) for name in parts[0].entries
    }
    shown = {name: [part.shown[name] for part in parts] for name in parts[0].shown}
    ranks = [np.concatenate([_rank(one) for one in every]) for every in shown.values()]
    size = np.zeros(len(row)) if largest is None else -np.abs(entries[largest])
    order = np.lexsort([*reversed(ranks), size, which, row])
    frame = taken(groups.keys, row[order])
    for name, known in texts.items():
        frame[name] = _text(known, which[order])
    for name, every in shown.items():
        frame |= _named(every, name, order)
    return _finished(frame | {name: held[order] for name, held in entries.items()}, info)
