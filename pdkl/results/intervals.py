"""Numbers, and intervals between them, as pictures and pages write them for people.

Tidy frames keep the exact text of an interval, "[1.25e+04, 5e+04)"; people read "12,500 to 50,000".
"""

from __future__ import annotations

import math
import re

import numpy as np
import pandas as pd

_INTERVAL = re.compile(r"\[(?P<low>.+), (?P<high>.+)[\])]")
_OPEN = ("below ", "above ")
_DURATION = re.compile(r"-?\d+ days \+?\d\d:\d\d:\d\d(\.\d+)?")
_SMALL, _LARGE = 1e-6, 1e15  # numbers between these have no exponent
_GROUPED = 10_000  # from which on thousands are set apart: years and most counts are not


def between(low: str, high: str) -> str:
    """Write an interval by its ends, of which one may be open and empty."""
    return f"{low} to {high}" if low and high else f"below {high}" if high else f"above {low}"


def in_words(text: str) -> str:
    """Write an interval of which only the text is known by its ends; other text as it is."""
    if found := _INTERVAL.fullmatch(text):
        low, high = found["low"], found["high"]
        if _DURATION.fullmatch(low) and _DURATION.fullmatch(high):
            return between(*_durations(low, high))
        return between(_end(low), _end(high))
    for side in _OPEN:
        if text.startswith(side):
            return side + _end(text.removeprefix(side))
    return text


def _end(text: str) -> str:
    if _DURATION.fullmatch(text):
        return _shorter(_rounded(text))
    try:
        value = float(text)
    except ValueError:  # a time
        return text
    return "" if math.isinf(value) else plain(value)


def _durations(low: str, high: str) -> list[str]:
    """Round to milliseconds, unless that makes different ends alike."""
    shown = [_shorter(_rounded(low)), _shorter(_rounded(high))]
    return shown if len(set(shown)) == len({low, high}) else [_shorter(low), _shorter(high)]


def _rounded(duration: str) -> str:
    try:
        return str(pd.Timedelta(duration).round("ms"))
    except ValueError:  # beyond some 300 years, which have no need of it
        return duration


def _shorter(duration: str) -> str:
    text = duration.removeprefix("0 days ")
    return text.rstrip("0").rstrip(".") if "." in text else text


def plain(value: float, digits: int | None = None) -> str:
    """Write a finite number without an exponent, in so many digits, or in all that it has."""
    if value and not _SMALL <= abs(value) < _LARGE:
        return f"{value:.{digits}g}" if digits else repr(value)
    text = np.format_float_positional(
        value, digits, unique=digits is None, fractional=False, trim="-"
    )
    whole, point, rest = text.partition(".")
    return f"{int(whole):,}{point}{rest}" if abs(float(text)) >= _GROUPED else text


def figure(value: float) -> str:
    """Write a number in about four digits, but all of its whole part."""
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    is_large = _GROUPED <= abs(value) < _LARGE
    return plain(float(round(value))) if is_large else plain(value, 4)
