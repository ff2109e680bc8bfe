"""What outcomes are called: dtype families, unions, order and text of pandas labels."""

from __future__ import annotations

import datetime
import numbers
from collections.abc import Hashable, Sequence
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pdkl.codes.equality import comparable, first_of_equals
from pdkl.core.numerics.exact import IntArray

Labels: TypeAlias = "pd.Index[Any]"
# what people read where a value is missing, and for categories that were lumped together
MISSING_TEXT, OTHER_TEXT = "(missing)", "(other)"


class _Other:
    """The label of categories that were lumped together; equal to itself only."""

    def __repr__(self) -> str:
        return OTHER_TEXT

    def __reduce__(self) -> str:
        return "OTHER"  # a copy is the same object


OTHER = _Other()


def dtype_families(labels: Labels) -> frozenset[str]:
    """Say what the labels are: labels of different kinds can never be equal."""
    dtype = labels.dtype
    if len(labels) == 0:
        return frozenset()
    if isinstance(dtype, pd.StringDtype):
        return frozenset({"string"})
    if isinstance(dtype, pd.PeriodDtype):
        return frozenset({str(dtype)})
    if isinstance(dtype, pd.DatetimeTZDtype):
        return frozenset({"aware datetime"})
    by_letter = {"b": "number", "i": "number", "u": "number", "f": "number"}
    by_letter |= {"M": "naive datetime", "m": "timedelta"}
    if dtype.kind in by_letter:
        return frozenset({by_letter[dtype.kind]})
    if labels.inferred_type == "string":
        return frozenset({"string"})
    return frozenset(_dtype_family(label) for label in labels if label is not OTHER)


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
    if isinstance(left.dtype, pd.DatetimeTZDtype) and isinstance(right, pd.DatetimeIndex):
        right = right.tz_convert(left.dtype.tz)
    first, second = comparable([left, right])
    if not first.is_unique:
        kept = first_of_equals(left if first is left else first)
        assert kept is not None  # they are not unique
        chosen, place = kept
        every, _, position = union_of(left[chosen], right)
        return every, place, position
    position = first.get_indexer(second).astype(np.int64)
    new = np.flatnonzero(position < 0)
    if not len(new):
        return left, np.arange(len(left)), position
    found, distinct = pd.factorize(second[new])
    position[new] = len(left) + found
    _, at = np.unique(found, return_index=True)
    added = right[new[at]]
    if left.dtype == right.dtype:
        return append_labels([left, added]), np.arange(len(left)), position
    mixed = [*as_objects(left), *as_objects(added)]
    if {"date", "time"} <= {_calendar(value) for value in mixed}:  # then all are times
        mixed = [*first, *distinct]
    return natural_labels(mixed), np.arange(len(left)), position


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
    values[:-1], values[-1] = labels.astype(object), OTHER
    return pd.Index(values, dtype=object, tupleize_cols=False)


def has_other(labels: Labels) -> bool:
    """Tell whether some categories were lumped together."""
    return place_of_other(labels) >= 0


def place_of_other(labels: Labels) -> int:
    """Return where the label of lumped categories is, -1 for nowhere."""
    if labels.dtype != object:
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
    return [
        value.item() if isinstance(value, (np.number, np.bool_)) else value
        for value in labels.astype(object)
    ]


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


def joint_name(columns: Sequence[Hashable]) -> str:
    """Name the combinations of several columns."""
    return ", ".join(map(as_text, columns))


def as_text(name: Hashable) -> str:
    """Write a column name or key as text that any file can hold."""
    text = name if isinstance(name, str) else str(name)
    # half of a pair of surrogates is no letter, and no encoding has it
    return text if text.isascii() else text.encode(errors="backslashreplace").decode()


def require_written(labels: Labels) -> None:
    """Raise what the labels raise where they are put in order and written."""
    if "other" in dtype_families(labels):
        label_order(labels)
        for label in labels:
            as_text(label)
