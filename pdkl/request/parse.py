"""Single keywords, read and checked."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Sequence
from numbers import Integral
from typing import Any

import pandas as pd

from pdkl.codes.keys import Key, key_name
from pdkl.codes.labels import Together, parts_of
from pdkl.codes.rolling import Rolling
from pdkl.core.validation import listing, number_in, one_of, require_columns, whole_number

ALPHABETS = ("observed", "declared")
# how the types of Arrow begin that are strings, categories, booleans, or objects in NumPy's terms
_DISCRETE = ("string", "large_string", "bool", "dictionary", "decimal", "date", "time32", "time64")
BASES = {"nat": math.e, "bit": 2.0, "dit": 10.0, "nit": math.e}


def read_alphabet(value: Any) -> str | int:
    """Return the size of the alphabet, or the rule that tells it."""
    if isinstance(value, Integral) and not isinstance(value, bool):
        if int(value) >= 1:
            return int(value)
        raise ValueError(
            f"alphabet must be 'observed', 'declared', or a size of at least 1; got {value!r}."
        )
    return one_of("alphabet", value, ALPHABETS, also="a size of at least 1")


def read_window(value: Any) -> int:
    """Return how many groups before each one are compared with it together."""
    return whole_number("window", value, 1, "a whole number of groups, at least 1")


def plain(value: Any) -> Any:
    """Return the value where JSON has it, else its text."""
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)


def read_base(base: Any) -> tuple[float, str]:
    """Return the natural logarithm of the base, and the unit it makes."""
    if isinstance(base, str):
        name = one_of("base", base, tuple(BASES), also="a number above 1")
        return math.log(BASES[name]), "nat" if name == "nit" else name
    number = number_in(
        "base", base, 1.0, math.inf, "'nat', 'bit', 'dit', 'nit', or a number above 1"
    )
    named = {2.0: "bit", 10.0: "dit", math.e: "nat"}
    return math.log(number), named.get(number, f"base {number:g}")


def rolling_of(by: Any) -> Rolling | None:
    """Return the key of ``by`` that is a window which rolls, None where none is."""
    found = [key for key in (by if isinstance(by, list) else [by]) if isinstance(key, Rolling)]
    if len(found) > 1:
        raise ValueError(
            f"by has {len(found)} keys that roll: {listing(found)}. Keep one of them; times of "
            "another column can be cut by a pd.Grouper."
        )
    return found[0] if found else None


def require_no_rolling(by: Any, why: str, remedy: str = "Cut") -> None:
    """Raise where windows roll, whose rows overlap; ``why`` says what has no use for that."""
    rolling = rolling_of(by)
    if rolling is not None:
        aside = f"by=pd.Grouper(key={rolling.key!r}, freq={rolling.size!r})"
        raise ValueError(
            f"by has {rolling!r}, whose windows overlap; {why}. {remedy} the times into periods "
            f"side by side, {aside}."
        )


def read_by(by: Any, frame: pd.DataFrame) -> list[Key]:
    """Return the keys of the groups as a list of columns and Groupers of the frame.

    Of a window that rolls that is the Grouper of its steps: what is counted.
    """
    rolling = rolling_of(by)
    keys: list[Any] = [] if by is None else list(by) if isinstance(by, list) else [by]
    keys = [rolling.grouper if rolling is not None and key is rolling else key for key in keys]
    for key in keys:
        if isinstance(key, pd.Grouper):
            if key.key is None:
                raise TypeError(
                    "by has a pd.Grouper without key=. Index levels are not used as keys: call "
                    "reset_index() first, then pd.Grouper(key=...)."
                )
            continue
        if isinstance(key, Callable) or not isinstance(key, Hashable):  # type: ignore[arg-type]
            raise TypeError(
                "by must be a column name, a pd.Grouper, a pdkl.Rolling, or a list of these; got "
                f"{type(key).__name__}. Assign its values to a column first."
            )
        if isinstance(key, tuple) and key not in frame.columns and set(key) <= set(frame.columns):
            raise TypeError(f"by must hold several keys in a list: by={list(key)!r}, not a tuple.")
        if key not in frame.columns and key in frame.index.names:
            raise TypeError(
                f"by names the index level {key!r}; keys must be columns. Call reset_index() first."
            )
    names = [key_name(key) for key in keys]
    require_columns("by", names, list(frame.columns))
    if len(set(names)) < len(names):
        raise ValueError(f"by names a column twice: {listing(names)}. Name each key once.")
    return keys


def read_exclude(value: Any, columns: Sequence[Hashable], frame: str) -> frozenset[Hashable]:
    """Return the names of columns that are left out; ``frame`` is what has ``columns``."""
    names = [] if value is None else list(value) if isinstance(value, list) else [value]
    for name in names:
        if not isinstance(name, Hashable):
            raise TypeError(
                f"exclude must be a column name or a list of them; got {type(name).__name__}."
            )
    require_columns("exclude", names, list(dict.fromkeys(columns)), frame=frame)
    return frozenset(names)


def kept_columns(parameter: str, columns: Sequence[Any], exclude: frozenset[Hashable]) -> list[Any]:
    """Take away the columns that are left out; some must stay."""
    kept = [name for name in columns if name not in exclude]
    if columns and not kept:
        raise ValueError(
            f"exclude leaves none of the columns of {parameter}, which are {listing(columns)}. "
            "Name fewer in exclude."
        )
    return kept


def read_columns(
    parameter: str,
    value: Any,
    frame: pd.DataFrame,
    excluded: list[Any],
    binned: Sequence[Hashable] = (),
    exclude: frozenset[Hashable] = frozenset(),
    *,
    tuples: bool = True,
) -> list[Any]:
    """Return the columns asked for, but those that are ``exclude``.

    By default they are all discrete or binned ones outside ``excluded``. Where ``tuples`` may stand
    for several columns, they are read as `read_label` does.
    """
    known = list(frame.columns)
    if value is None:
        columns = default_columns(frame, excluded, binned)
        if not columns:
            raise ValueError(
                f"{parameter} is None, which means every string, categorical, boolean and object "
                "column outside by and weights, and those that bins names; there is none. Name the "
                f"columns: {parameter}=..."
            )
    else:
        columns = list(value) if isinstance(value, list) else [value]
        if not columns:
            raise ValueError(f"{parameter} is an empty list; name at least one column.")
        for column in columns:
            if not isinstance(column, Hashable):
                raise TypeError(
                    f"{parameter} must be a column name or a list of them; "
                    f"got {type(column).__name__}."
                )
        if tuples:
            columns = [read_label(parameter, column, known) for column in columns]
    columns = kept_columns(parameter, columns, exclude)
    require_columns(parameter, parts_of(columns), known)
    return columns


def read_together(parameter: str, value: Any, frame: pd.DataFrame) -> Hashable:
    """Return a column, or several of a list or tuple as one."""
    columns = read_columns(parameter, value, frame, [])
    known: Hashable = columns[0] if len(columns) == 1 else Together(parts_of(columns))
    return known


def default_columns(
    frame: pd.DataFrame, excluded: Sequence[Any], binned: Sequence[Hashable]
) -> list[Any]:
    """Return the columns that are asked for where none is named."""
    return [
        name
        for name, dtype in zip(frame.columns, frame.dtypes, strict=True)
        if name not in excluded and (name in binned or _is_discrete(dtype))
    ]


def read_label(parameter: str, label: Any, columns: Sequence[Hashable]) -> Any:
    """Return the column of a name, and for a tuple that is no name these columns together."""
    if not isinstance(label, tuple) or label in columns:
        return label
    for part in label:
        if isinstance(part, tuple) and part not in columns:
            raise TypeError(
                f"{parameter} has the tuple {label!r}, which stands for these columns together; "
                f"but {part!r} in it is no column. Put all names into one tuple."
            )
        if not isinstance(part, Hashable):
            raise TypeError(
                f"{parameter} has a tuple that stands for columns together, so it must hold their "
                f"names; got {type(part).__name__} in it."
            )
    if not label:
        raise ValueError(f"{parameter} has an empty tuple; name the columns that it stands for.")
    return label[0] if len(label) == 1 else Together(label)


def _is_discrete(dtype: Any) -> bool:
    if isinstance(dtype, pd.ArrowDtype):
        return str(dtype.pyarrow_dtype).startswith(_DISCRETE)
    return (
        isinstance(dtype, pd.CategoricalDtype | pd.StringDtype)
        or pd.api.types.is_bool_dtype(dtype)
        or pd.api.types.is_object_dtype(dtype)
    )
