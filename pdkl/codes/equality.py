"""When two values are the same: decided by the values, never by the dtype that holds them.

Numbers are equal across int, float, Decimal and bool: integers exactly with what a float holds,
Decimals against floats as floats, and floats of several precisions at the narrowest of them. Dates
are times at midnight, aware times are instants, and durations equal durations only. All this is
Python's own equality once each value has the right form, so `comparable` gives it that form.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from pdkl.core.numerics.exact import IntArray

_PLAIN_OBJECTS = frozenset({"string", "empty", "bytes", "boolean", "integer"})


def comparable(parts: Sequence[pd.Index[Any]]) -> list[pd.Index[Any]]:
    """Give the values of several parts forms that are equal where the values are.

    The forms of all parts have one dtype, so that they can be put into one table.
    """
    dtypes = {part.dtype for part in parts}
    if len(dtypes) == 1 and _has_one_form(parts):
        return list(parts)
    floats = [dtype for dtype in dtypes if isinstance(dtype, np.dtype) and dtype.kind == "f"]
    narrowest = min(floats, key=lambda dtype: dtype.itemsize, default=None)
    if len(floats) == len(dtypes) and narrowest is not None:
        return [part.astype(narrowest) for part in parts]
    objects = [part.astype(object) for part in parts]
    has_floats = bool(floats) or any(isinstance(value, float) for part in objects for value in part)
    forms = ([_form(value, narrowest, has_floats) for value in part] for part in objects)
    return [pd.Index(one, dtype=object, tupleize_cols=False) for one in forms]


def places_among(known: pd.Index[Any], values: pd.Index[Any]) -> IntArray | None:
    """Return where among known forms each form is, -1 for nowhere; None where some are the same."""
    if not _all_differ(known):
        return None
    if not _is_arrow_text(known):
        return known.get_indexer(values).astype(np.int64)
    found = pc.index_in(pa.array(values.array), value_set=pa.array(known.array))
    return np.asarray(found.fill_null(-1) if found.null_count else found).astype(np.int64)


def _all_differ(forms: pd.Index[Any]) -> bool:
    if not _is_arrow_text(forms):
        return forms.is_unique
    return len(pa.array(forms.array).unique()) == len(forms)


def _is_arrow_text(forms: pd.Index[Any]) -> bool:
    """Tell whether Arrow holds text, and can look it up; pandas would make an object of each."""
    dtype: Any = forms.dtype
    return isinstance(dtype, pd.StringDtype) and dtype.storage == "pyarrow"


def same_value(one: Any, other: Any) -> bool:
    """Tell whether two values are the same."""
    has_floats = isinstance(one, float | np.floating) or isinstance(other, float | np.floating)
    return bool(_form(one, None, has_floats) == _form(other, None, has_floats))


def first_of_equals(values: pd.Index[Any]) -> tuple[IntArray, IntArray] | None:
    """Return where each distinct value stands first, and which of them each value is.

    None where all differ.
    """
    (forms,) = comparable([values])
    if _all_differ(forms):
        return None
    codes, _ = pd.factorize(forms)
    _, first = np.unique(codes, return_index=True)
    return first.astype(np.int64), codes.astype(np.int64)


def _has_one_form(parts: Sequence[pd.Index[Any]]) -> bool:
    """Tell whether equal values of these parts, which have one dtype, are equal as they stand."""
    return parts[0].dtype != object or all(part.inferred_type in _PLAIN_OBJECTS for part in parts)


def _form(value: Any, narrowest: np.dtype[Any] | None, has_floats: bool) -> Any:
    """Return what stands for a value where it is compared."""
    if isinstance(value, np.bool_ | np.number):
        value = value.item()
    elif isinstance(value, np.datetime64):
        value = pd.Timestamp(value)
    elif isinstance(value, np.timedelta64):
        value = pd.Timedelta(value)
    if isinstance(value, Decimal) and has_floats:
        value = float(value)
    if isinstance(value, float):
        return value if narrowest is None else float(narrowest.type(value))
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return datetime.datetime(value.year, value.month, value.day)
    return value
