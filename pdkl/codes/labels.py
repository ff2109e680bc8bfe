"""What outcomes are called: dtype families, unions, order and text of pandas labels."""

from __future__ import annotations

import datetime
import numbers
from collections.abc import Hashable, Iterable, Sequence
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pdkl.codes.equality import comparable, first_of_equals, places_among
from pdkl.core.numerics.exact import IntArray

Labels: TypeAlias = "pd.Index[Any]"
# what people read where a value is missing, and for categories that were lumped together
MISSING_TEXT, OTHER_TEXT = "(missing)", "(other)"


class _Sign:
    """A label that stands for no value; equal to itself only."""

    def __init__(self, name: str, text: str) -> None:
        self._name, self._text = name, text

    def __repr__(self) -> str:
        return self._text

    def __reduce__(self) -> str:
        return self._name  # a copy is the same object


# of categories that were lumped together, and of a missing value beside others
OTHER, _MISSING = _Sign("OTHER", OTHER_TEXT), _Sign("_MISSING", MISSING_TEXT)


class Together(tuple[Any, ...]):
    """Several columns that are asked as one, or the values that a row has in them.

    It is the tuple of them, and reads as they do, one after the other. What such columns hold is
    labelled by a `pandas.MultiIndex` with a level for each, in which -1 is a missing value.
    """

    __slots__ = ()

    def __str__(self) -> str:
        """Return the texts of the parts."""
        return ", ".join(map(as_text, self))


def parts_of(names: Iterable[Hashable]) -> list[Hashable]:
    """List the columns that are read for these: of several together each one."""
    return [part for name in names for part in (name if isinstance(name, Together) else (name,))]


def levels_of(labels: Labels) -> list[Labels]:
    """List the labels of each of several columns together, else those that are given."""
    return list(labels.levels) if isinstance(labels, pd.MultiIndex) else [labels]


def lacking(labels: Labels) -> NDArray[np.bool_]:
    """Tell which labels of several columns together lack a value of one of them."""
    lacks = np.zeros(len(labels), dtype=bool)
    if isinstance(labels, pd.MultiIndex):
        for codes in labels.codes:
            lacks |= codes < 0
    return lacks


def dtype_families(labels: Labels) -> frozenset[str]:
    """Say what the labels are: labels of different kinds can never be equal."""
    dtype = labels.dtype
    if len(labels) == 0:
        return frozenset()
    if isinstance(labels, pd.MultiIndex):
        return frozenset({"combination"})
    if is_text(labels):
        return frozenset({"string"})
    if isinstance(dtype, pd.PeriodDtype):
        return frozenset({str(dtype)})
    if isinstance(dtype, pd.DatetimeTZDtype):
        return frozenset({"aware datetime"})
    by_letter = {"b": "number", "i": "number", "u": "number", "f": "number"}
    by_letter |= {"M": "naive datetime", "m": "timedelta"}
    if dtype.kind in by_letter:
        return frozenset({by_letter[dtype.kind]})
    return frozenset(_dtype_family(label) for label in labels if label is not OTHER)


def is_text(labels: Labels) -> bool:
    """Tell whether all labels are text, each of which is another."""
    if isinstance(labels.dtype, pd.StringDtype):
        return True
    return bool(labels.dtype == object) and labels.inferred_type == "string"


def _dtype_family(value: object) -> str:
    if isinstance(value, (numbers.Number, np.bool_)):
        return "number"
    if isinstance(value, str):
        return "string"
    if isinstance(value, datetime.datetime):  # a Timestamp is one
        return "naive datetime" if value.tzinfo is None else "aware datetime"
    if isinstance(value, datetime.date):  # the same as a time at midnight
        return "naive datetime"
    if isinstance(value, datetime.timedelta):
        return "timedelta"
    if isinstance(value, pd.Period):
        return f"period[{value.freqstr}]"
    return "other"


def require_match(left: Labels, right: Labels, left_name: str, right_name: str) -> None:
    """Raise unless a label of one side could occur on the other."""
    if left is right:
        return
    if isinstance(left, pd.MultiIndex) and isinstance(right, pd.MultiIndex):
        if left.nlevels != right.nlevels:
            raise TypeError(
                f"{left_name} is {left.nlevels} columns together and {right_name} is "
                f"{right.nlevels}, so no category of one can occur in the other. Name as many of "
                "each."
            )
        for i, (one, other) in enumerate(zip(left.levels, right.levels, strict=True), 1):
            require_match(one, other, f"part {i} of {left_name}", f"that of {right_name}")
        return
    left_kinds, right_kinds = dtype_families(left), dtype_families(right)
    if left_kinds and right_kinds and not left_kinds & right_kinds:
        raise TypeError(
            f"{left_name} holds {_in_words(left_kinds)} and {right_name} holds "
            f"{_in_words(right_kinds)}, so no category of one can occur in the other. "
            "Convert one of them, for instance with astype."
        )


def _in_words(names: frozenset[str]) -> str:
    written = [f"{name} values" if name == "other" else f"{name}s" for name in sorted(names)]
    return " and ".join(written)


def union_labels(left: Labels, right: Labels) -> tuple[Labels, IntArray]:
    """Give the labels of ``left``, then what only ``right`` has; and where each of ``right`` is."""
    every, _, position = union_of(left, right)
    return every, position


def union_of(left: Labels, right: Labels) -> tuple[Labels, IntArray, IntArray]:
    """Give the labels of ``left``, then what only ``right`` has; and where each of both is.

    Labels of one side may become one, where they are equal at the precision of the other.
    """
    if isinstance(left, pd.MultiIndex) and isinstance(right, pd.MultiIndex):
        return _union_of_combinations(left, right)
    left, right = one_level(left), one_level(right)
    if left.dtype == right.dtype != object and left.equals(right):
        same = np.arange(len(left))
        return left, same, same
    if isinstance(left.dtype, pd.DatetimeTZDtype) and isinstance(right, pd.DatetimeIndex):
        right = right.tz_convert(left.dtype.tz)
    first, second = comparable([left, right])
    position = places_among(first, second)
    if position is None:
        kept = first_of_equals(left if first is left else first)
        assert kept is not None  # they are not unique
        chosen, place = kept
        every, _, position = union_of(left[chosen], right)
        return every, place, position
    new = np.flatnonzero(position < 0)
    if not len(new):
        return left, np.arange(len(left)), position
    equals = first_of_equals(second[new])
    at, found = (np.arange(len(new)),) * 2 if equals is None else equals
    position[new] = len(left) + found
    added = right[new[at]]
    if left.dtype == right.dtype:
        return append_labels([left, added]), np.arange(len(left)), position
    mixed = [*as_objects(left), *as_objects(added)]
    if {"date", "time"} <= {_calendar(value) for value in mixed}:  # then all are times
        mixed = [*first, *second[new[at]]]
    return natural_labels(mixed), np.arange(len(left)), position


def _union_of_combinations(
    left: pd.MultiIndex, right: pd.MultiIndex
) -> tuple[Labels, IntArray, IntArray]:
    """Line up the values of each column by themselves, then their combinations."""
    levels, parts = [], []
    key = np.zeros(len(left) + len(right), dtype=np.int64)
    for i, (one, other) in enumerate(zip(left.levels, right.levels, strict=True)):
        every, *places = common_labels(one, other)
        own = zip(places, (left.codes[i], right.codes[i]), strict=True)
        part = np.concatenate([np.append(place, -1)[codes] for place, codes in own])
        key, _ = pd.factorize(key * (len(every) + 1) + (part + 1))
        levels.append(every)
        parts.append(part)
    _, first = np.unique(key, return_index=True)  # they are numbered as they appear
    labels = combinations(levels, [part[first] for part in parts])
    return labels, key[: len(left)], key[len(left) :]


def combinations(levels: Sequence[Labels], codes: Sequence[NDArray[Any]]) -> pd.MultiIndex:
    """Label what several columns hold together, each by its own labels; -1 is missing."""
    made: Any = pd.MultiIndex  # pandas' stubs want lists
    found: pd.MultiIndex = made(levels=levels, codes=codes, verify_integrity=False)
    return found


def one_level(labels: Labels) -> Labels:
    """Return the labels of several columns together as objects."""
    if not isinstance(labels, pd.MultiIndex):
        return labels
    values = np.empty(len(labels), dtype=object)
    values[:] = as_objects(labels)
    return pd.Index(values, dtype=object, tupleize_cols=False)


def _calendar(value: object) -> str:
    """Tell dates from times, which are dates too."""
    if isinstance(value, datetime.datetime):
        return "time"
    return "date" if isinstance(value, datetime.date) else ""


def append_labels(parts: Sequence[Labels]) -> Labels:
    """Put labels of one dtype one after the other; pandas would turn objects into floats."""
    if parts[0].dtype != object:
        return parts[0].append(list(parts[1:]))
    values = np.concatenate([part.to_numpy() for part in parts])
    return pd.Index(values, dtype=object, tupleize_cols=False)


def with_other(labels: Labels) -> Labels:
    """Add the label of lumped categories, last."""
    values = np.empty(len(labels) + 1, dtype=object)
    values[:-1], values[-1] = one_level(labels).astype(object), OTHER
    return pd.Index(values, dtype=object, tupleize_cols=False)


def has_other(labels: Labels) -> bool:
    """Tell whether some categories were lumped together."""
    return place_of_other(labels) >= 0


def place_of_other(labels: Labels) -> int:
    """Return where the label of lumped categories is, -1 for nowhere."""
    if labels.dtype != object or isinstance(labels, pd.MultiIndex):
        return -1
    return next((i for i, label in enumerate(labels) if label is OTHER), -1)


def without_other(labels: Labels) -> Labels:
    """Return the labels of single categories."""
    return labels[[label is not OTHER for label in labels]]


def fold_labels(labels: Labels, kept: Labels) -> tuple[Labels, IntArray]:
    """Give ``kept`` and `OTHER`, and where among them each label is."""
    _, position = union_labels(kept, labels)
    return with_other(kept), np.minimum(position, len(kept))


def common_labels(own: Labels, other: Labels) -> tuple[Labels, IntArray, IntArray]:
    """Put the labels of two sides on one list, and say where on it those of each are.

    What either side has folded into `OTHER` is folded on both.
    """
    if isinstance(own, pd.MultiIndex) and own is not other:
        return union_of(own, other)
    kept: Labels | None = None
    for labels in (own, other):
        if has_other(labels):
            single = without_other(labels)
            kept = single if kept is None else kept[union_labels(single, kept)[1] < len(single)]
    if kept is None and own is other:
        same = np.arange(len(own))
        return own, same, same
    if kept is None:
        return union_of(own, other)
    every, place = fold_labels(own, kept)
    return every, place, fold_labels(other, kept)[1]


def as_objects(labels: Labels) -> list[Any]:
    """Return Python's own objects: NumPy's scalars compare with tuples element by element."""
    if isinstance(labels, pd.MultiIndex):
        levels = [[*as_objects(level), _MISSING] for level in labels.levels]  # -1 is the last
        both = zip(levels, labels.codes, strict=True)
        parts = [[level[code] for code in codes.tolist()] for level, codes in both]
        return list(map(Together, zip(*parts, strict=True)))
    return list(map(_as_object, labels.astype(object)))


def object_at(labels: Labels, place: int) -> Any:
    """Return one label as `as_objects` does."""
    if isinstance(labels, pd.MultiIndex):
        return as_objects(labels[[place]])[0]
    return _as_object(labels[place])


def _as_object(value: Any) -> Any:
    return value.item() if isinstance(value, (np.number, np.bool_)) else value


def natural_labels(values: Sequence[Any]) -> Labels:
    """Put values in the plain dtype that holds them all as they are, else in object."""
    types = set(map(type, values))
    if bool in types and types & {int, float} and types <= {bool, int, float}:
        values = [int(value) if isinstance(value, bool) else value for value in values]
    if pd.api.types.infer_dtype(values, skipna=False) == "mixed-integer-float":
        exact = all(float(value) == value for value in values)
        labels: Labels = pd.Index(list(values), dtype="float64" if exact else object)
    else:
        try:
            labels = pd.Index(list(values), tupleize_cols=False)
        except UnicodeEncodeError:  # half of a pair of surrogates, which no dtype of text holds
            labels = pd.Index(list(values), dtype=object, tupleize_cols=False)
    return labels


def label_order(labels: Labels) -> IntArray:
    """Return positions that sort the labels; mixed kinds by kind, the unsortable by text."""
    if isinstance(labels, pd.MultiIndex):
        ranks = [np.append(np.argsort(label_order(one)), len(one)) for one in labels.levels]
        both = zip(ranks[::-1], labels.codes[::-1], strict=True)
        return np.lexsort([rank[codes] for rank, codes in both]).astype(np.int64)
    try:
        return np.asarray(labels.argsort(), dtype=np.int64)
    except TypeError:
        values = as_objects(labels)
    names = ["~" if value is OTHER else _dtype_family(value) for value in values]  # ~ sorts last
    places = range(len(values))
    try:
        order = sorted(places, key=lambda place: (names[place], values[place]))
    except TypeError:
        order = sorted(places, key=lambda place: (names[place], str(values[place])))
    return np.array(order, dtype=np.int64)


def take_labels(labels: Labels, codes: NDArray[Any]) -> Labels:
    """Return ``labels[codes]``, missing where a code is -1; integers do not turn to floats."""
    if (codes >= 0).all():
        return labels.take(codes)
    labels = one_level(labels)
    if isinstance(labels.dtype, np.dtype) and labels.dtype.kind in "iub":
        labels = pd.Index(pd.array(labels.to_numpy()))
    values = labels.array.take(codes, allow_fill=True)
    taken: Labels = pd.Index(values, dtype=values.dtype, tupleize_cols=False)
    return taken


def join_categories(parts: Sequence[tuple[Labels, NDArray[Any]]]) -> Labels:
    """Join ``labels[codes]`` of several columns: the values where all share a kind, else text.

    Text is also the answer where one column mixes kinds that no single type can hold, and for
    tuples, which no type of Parquet and SQL can.
    """
    every = [labels for labels, _ in parts]
    joined = every[0]
    if len(every) > 1 or joined.dtype == object:
        # not by Index.append, which guesses a dtype for objects and so rounds integers
        joined = natural_labels([value for labels in every for value in as_objects(labels)])
    if len({kind for labels in every for kind in dtype_families(labels)}) > 1 or not _is_plain(
        joined
    ):
        joined = natural_labels([str(value) for labels in every for value in as_objects(labels)])
    offsets = np.cumsum([0, *(len(labels) for labels in every)])
    codes = [
        np.where(part >= 0, part + offset, -1)
        for (_, part), offset in zip(parts, offsets, strict=False)
    ]
    return take_labels(joined, np.concatenate(codes))


def _is_plain(labels: Labels) -> bool:
    """Tell whether one column type of Parquet and SQL holds the labels as they are.

    Both hold bytes and times of the day, as they hold dates. They have no type for tuples, which
    Parquet would give back as arrays, nor for values of several kinds.
    """
    if labels.dtype != object:
        return not isinstance(labels.dtype, pd.IntervalDtype)
    return labels.inferred_type in {"string", "empty", "date", "time", "bytes", "decimal"}


def as_text(name: Hashable) -> str:
    """Write a column name or key as text that any file can hold."""
    text = name if isinstance(name, str) else str(name)
    # half of a pair of surrogates is no letter, and no encoding has it
    return text if text.isascii() else text.encode(errors="backslashreplace").decode()


def require_written(labels: Labels) -> None:
    """Raise what the labels raise where they are put in order and written."""
    for level in levels_of(labels):
        _require_written(level)


def _require_written(labels: Labels) -> None:
    if "other" in dtype_families(labels):
        label_order(labels)
        for label in labels:
            as_text(label)
