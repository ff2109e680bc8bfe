"""Code integers, and times by their ticks, by arithmetic where they lie close together."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pdkl.core.threads import side_by_side

Integers = NDArray[Any]
Coded = tuple[Integers, Integers]  # a code for each value, and the values that codes stand for
_SHORT = 1 << 16  # integers within so short a range are counted without hashing
_SAMPLE = 1 << 12  # ticks looked at to learn how far apart they are
_PIECE = 1 << 16  # ticks coded at a time: they stay in the cache
_NAT = np.iinfo(np.int64).min


def encode_integers(values: Integers) -> Coded | None:
    """Let each value be its own code, from the smallest on; None where they are far apart."""
    if not len(values):
        return None
    dtype, low, high = values.dtype, int(values.min()), int(values.max())
    most = max(_SHORT, len(values))
    if high - low >= most:
        return None
    # the codes below the smallest value would stand for nothing, and should be few
    if 0 <= 4 * low <= high - low and high < min(np.iinfo(f"i{dtype.itemsize}").max, most):
        return _as_they_are(values, high)
    # in 32 bits where both ends fit them: 64 are twice as much memory to read again later
    if dtype.itemsize <= 4 and low >= -(2**31) and high < 2**31:
        return _shifted(values, low, high, np.dtype(np.int32))
    return _shifted(values, low, high, dtype)


def _as_they_are(values: Integers, high: int) -> Coded:
    """Let values be their codes, from 0 on, without a copy."""
    codes = values.view(f"i{values.dtype.itemsize}")
    return codes, np.arange(high + 1).astype(values.dtype)


def _shifted(values: Integers, low: int, high: int, width: np.dtype[Any]) -> Coded:
    """Count codes from the smallest value on, subtracting in integers of some ``width``."""
    start = width.type(low)
    codes = np.subtract(values, start, dtype=width, casting="unsafe")
    labels = (np.arange(high - low + 1).astype(width) + start).astype(values.dtype)
    return (codes.astype(np.int64) if width.kind == "u" else codes), labels


def encode_ticks(ticks: NDArray[np.int64]) -> Coded | None:
    """Let each time be its number on a grid such as that of days, -1 for NaT.

    None where a sample of them shows no grid, or one of too many steps, or others lie off it.
    """
    if not len(ticks) or (high := int(ticks.max())) == _NAT:
        return None
    low = int(ticks.min())
    if gaps := low == _NAT:
        low = int(ticks.min(where=ticks != _NAT, initial=high))
    sample = ticks[:: len(ticks) // _SAMPLE + 1]
    if high - low >= 1 << 62:  # or differences would not fit
        return None
    step = int(np.gcd.reduce(np.append(sample[sample != _NAT] - low, high - low))) or 1
    size = (high - low) // step + 1
    if size > max(_SHORT, len(ticks)):
        return None
    codes = np.empty(len(ticks), dtype=np.int32 if size < 2**31 else np.int64)

    def code(start: int) -> bool:
        some = ticks[start : start + _PIECE]
        away = some - low
        place = away // step
        off = place * step != away
        if gaps:
            missing = some == _NAT
            place[missing] = -1
            off &= ~missing
        codes[start : start + _PIECE] = place
        return not off.any()

    if not all(side_by_side(code, range(0, len(ticks), _PIECE), threads=2)):
        return None
    return codes, low + step * np.arange(size)
