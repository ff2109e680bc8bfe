"""One line at each door: check a value, return it, or say in own words what is wrong."""

from __future__ import annotations

import difflib
import math
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from numbers import Integral, Real
from typing import Any


class ColumnNotFoundError(KeyError):
    """A column name that the frame does not have; prints its message without quotes."""

    def __str__(self) -> str:
        """Return the message as it is; a KeyError would show its repr."""
        return str(self.args[0])


def listing(values: Iterable[object], *, most: int = 10) -> str:
    """Write values as a comma-separated list, at most ``most`` of them spelled out."""
    items = [repr(value) for value in values]
    hidden = len(items) - most
    return ", ".join(items[:most]) + (f" and {hidden} more" if hidden > 0 else "")


def one_of(parameter: str, value: Any, choices: Sequence[str], *, also: str = "") -> str:
    """Return ``value`` if it is one of ``choices``, else list all of them."""
    if isinstance(value, str) and value in choices:
        return value
    options = ", ".join(repr(choice) for choice in choices) + (f", or {also}" if also else "")
    kind = ValueError if isinstance(value, str) else TypeError
    raise kind(f"{parameter} must be one of {options}; got {value!r}.")


def boolean(parameter: str, value: Any) -> bool:
    """Return ``value`` if it is True or False."""
    if value is True or value is False:
        return bool(value)
    raise TypeError(f"{parameter} must be True or False; got {value!r}.")


def number_in(
    parameter: str, value: Any, low: float, high: float, allowed: str, *, closed_low: bool = False
) -> float:
    """Return ``value`` as a float in (low, high), or [low, high) where ``closed_low``."""
    if not is_number(value):
        raise TypeError(f"{parameter} must be {allowed}; got {value!r}.")
    number = float(value)
    if (low < number or (closed_low and number == low)) and number < high:
        return number
    raise ValueError(f"{parameter} must be {allowed}; got {value!r}.")


def whole_number(parameter: str, value: Any, least: int, allowed: str) -> int:
    """Return ``value`` as an int of at least ``least``; True and False are none."""
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise TypeError(f"{parameter} must be {allowed}; got {value!r}.")
    if value < least:
        raise ValueError(f"{parameter} must be {allowed}; got {value!r}.")
    return int(value)


def is_number(value: Any) -> bool:
    """Tell whether ``value`` is a real number; True and False are not, nor is NaN."""
    return isinstance(value, Real) and not isinstance(value, bool) and not math.isnan(value)


def require_columns(
    parameter: str, names: Iterable[Hashable], columns: Sequence[Hashable], *, frame: str = "data"
) -> None:
    """Raise unless each name occurs exactly once among ``columns``."""
    columns = list(columns)
    # what may be no text is compared with each column: NaN is found, as the object that it is
    texts = Counter(columns) if all(isinstance(column, str) for column in columns) else None
    for name in names:
        try:
            if texts is not None and isinstance(name, str):
                occurrences = texts[name]
            else:
                occurrences = columns.count(name)
        except TypeError:  # only NA does not say whether it equals a name
            raise ValueError(
                f"{frame} has a column called NA, from which no name can be told apart. Give it "
                "another name first."
            ) from None
        if occurrences == 1:
            continue
        if occurrences > 1:
            raise ValueError(
                f"{parameter} names column {name!r}, which {frame} has {occurrences} times; "
                "give its columns unique names first."
            )
        raise ColumnNotFoundError(
            f"{parameter} names column {name!r}, which {frame} does not have."
            f"{did_you_mean(name, columns)} Its columns are {listing(columns)}."
        )


def did_you_mean(name: Hashable, names: Iterable[Hashable]) -> str:
    """Ask for the one of ``names`` that is nearly the same, empty where none is."""
    lower = {str(one).lower(): one for one in names}
    close = difflib.get_close_matches(str(name).lower(), lower, n=1)
    return f" Did you mean {lower[close[0]]!r}?" if close else ""
