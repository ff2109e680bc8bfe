"""How values are written for people: nothing invisible, nothing that runs on."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from typing import Any

import pandas as pd

from pdkl.codes.labels import MISSING_TEXT
from pdkl.results import reading
from pdkl.results.reading import NO_VALUE, infinity, is_missing, keys_of

# controls, directions and other formats, surrogates, separators of lines, and what is no character
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp", "Cn"})
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_FORMULA = frozenset("=+-@")
_MIDNIGHT = re.compile(r" 00:00:00([+-]\d\d:\d\d(:\d\d)?)?$")
ABSENT = NO_VALUE


def visible(text: str) -> str:
    """Write characters that cannot be seen, or that turn the text around, as escapes."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(one) if unicodedata.category(one) in _UNSEEN else one for one in text)


def _shown(one: str) -> str:
    code = ord(one)
    if one in _SHORT:
        return _SHORT[one]
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else _long(code)


def _long(code: int) -> str:
    return f"\\U{code:08x}"


def clipped(text: str, most: int) -> str:
    """Cut a long text, and show that it was cut."""
    return text if len(text) <= most else f"{text[: most - 1]}\N{HORIZONTAL ELLIPSIS}"


def shortened(text: str, most: int) -> str:
    """Cut a long text in its middle: names often differ in their first or last letters."""
    if len(text) <= most:
        return text
    last = (most - 1) // 2
    return f"{text[: most - 1 - last]}\N{HORIZONTAL ELLIPSIS}{text[-last:]}"


def listed(names: Sequence[str]) -> str:
    """Name columns, ten at most."""
    found = ", ".join(clipped(visible(name), 40) for name in names[:10])
    return f"{found} and {len(names) - 10} more" if len(names) > 10 else found


def unformed(text: str) -> str:
    """Keep a spreadsheet from reading a text as a formula.

    It may skip blanks before one, and take wide or small characters for those of a formula.
    """
    shown, first = visible(text), unicodedata.normalize("NFKC", text.lstrip()[:1])
    return f"'{shown}" if first in _FORMULA or text.startswith(("\t", "\r", "\n")) else shown


def key(value: Any) -> str:
    """Write the key of a group; a time at midnight is its day."""
    if is_missing(value):
        return MISSING_TEXT
    written = str(value)
    # the second midnight of a day, as some zones have one, keeps what tells it from the first
    if isinstance(value, pd.Timestamp) and value.tz is not None and not value.fold:
        return visible(_MIDNIGHT.sub("", written))
    return visible(written.removesuffix(" 00:00:00"))


def segments(frame: pd.DataFrame) -> list[str]:
    """Write the group of each row as one text."""
    return reading.segments(frame[keys_of(frame)], lambda _, value: key(value))


def keys(frame: pd.DataFrame) -> str:
    """Write the names of the keys of the groups."""
    return ", ".join(visible(str(name)) for name in keys_of(frame))


def number(value: float) -> str:
    """Write a score with three decimals."""
    if math.isnan(value):
        return ABSENT
    if math.isinf(value):
        return infinity(value)
    rounded = f"{value:.3f}"
    return rounded.removeprefix("-") if float(rounded) == 0.0 else rounded


def share(value: float) -> str:
    """Write a share in per cent; what is above nothing never reads as nothing."""
    if math.isnan(value):
        return ABSENT
    return "<0.1%" if 0.0 < value < 0.0005 else f"{value:.1%}"


def points(value: float) -> str:
    """Write by how much a share has changed, in points of per cent."""
    sign, size = "-" if value < 0.0 else "+", abs(100.0 * value)
    return f"{sign}<0.1 points" if 0.0 < size < 0.05 else f"{sign}{size:.1f} points"


def whole(value: Any) -> str:
    """Write a number of rows or categories, or what rows weigh together."""
    if pd.isna(value):
        return ABSENT
    return f"{int(value):,}" if value == int(value) else f"{value:,.2f}"


def rows(n: int) -> str:
    """Write how many rows there are."""
    return "1 row" if n == 1 else f"{n:,} rows"


def p_value(value: float) -> str:
    """Write a p-value; what is above nothing never reads as nothing."""
    return "<0.001" if 0.0 <= value < 0.0005 else number(value)
