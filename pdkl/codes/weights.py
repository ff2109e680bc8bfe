"""Row weights: read, checked, and added without losing a digit."""

from __future__ import annotations

import math
from collections.abc import Hashable
from typing import Any

import numpy as np
import pandas as pd

from pdkl.codes.scales import NUMBER, UNKNOWN, scale_of
from pdkl.core.counts.counts import LARGEST_SUM, LARGEST_WHOLE_SUM, WeightArray

_EXACT = 2.0**53  # up to which floats add whole numbers exactly
HALF = 1 << 31  # what the upper halves of whole weights are multiples of


def read_weights(frame: pd.DataFrame, name: Hashable) -> WeightArray:
    """Return the weights as int64 where they are whole by dtype, else as float64."""
    values = frame[name]
    subject = f"weights (column {name!r})"
    require_numbers(values, subject)
    check_weights(subject, rows=len(values), missing=int(values.isna().sum()))
    if values.dtype.kind == "O":
        values = _whole_if_exact(values, subject)
    weights: WeightArray
    if values.dtype.kind in "iub":
        if len(values) and int(values.max()) * len(values) > LARGEST_WHOLE_SUM:
            check_weights(subject, total=int(values.astype(object).sum()))
        weights = values.to_numpy(dtype=np.int64)
    else:
        weights = values.to_numpy(dtype=np.float64)
    negative = np.flatnonzero(weights < 0)
    with np.errstate(over="ignore"):
        total = float(weights.sum())
    check_weights(
        subject,
        rows=len(weights),
        total=total,
        negative=len(negative),
        first_negative=weights[negative[0]] if len(negative) else None,
    )
    return weights


def require_numbers(values: pd.Series[Any], subject: str) -> None:
    """Raise unless weights are numbers; objects of which there are none here may be."""
    if pd.api.types.is_object_dtype(values.dtype):
        are_numbers = scale_of(values) in (NUMBER, UNKNOWN)
    else:
        are_numbers = pd.api.types.is_numeric_dtype(values.dtype) and values.dtype.kind != "c"
    if not are_numbers:
        raise TypeError(
            f"{subject} must be numbers; got dtype {values.dtype}. Convert them with pd.to_numeric."
        )


def _whole_if_exact(values: pd.Series[Any], subject: str) -> pd.Series[Any]:
    """Return decimals, and numbers held as objects, as int64 where all are whole, else as float64.

    Decimals have no dtype that says whether they are whole, so their values do.
    """
    numbers = values.tolist()
    whole = [int(number) for number in numbers if math.isfinite(number)]
    if len(whole) < len(numbers) or whole != numbers:
        return pd.Series([float(number) for number in numbers], values.index, dtype=np.float64)
    if sum(map(abs, whole)) > LARGEST_WHOLE_SUM:
        check_weights(subject, total=sum(map(abs, whole)))
    return pd.Series(whole, values.index, dtype=np.int64)


def whole_weights(weights: WeightArray, fractions: int) -> WeightArray:
    """Return sums of decimals as int64 where no summand had a fraction and floats add exactly."""
    exact = not fractions and float(weights.sum()) <= _EXACT
    return weights.astype(np.int64) if exact else weights


def check_weights(
    subject: str,
    *,
    rows: int = 0,
    missing: int = 0,
    total: int | float = 0,
    negative: int = 0,
    first_negative: Any = None,
    least: Any = 0,
    filling: str = "Fill them with fillna",
) -> None:
    """Raise where weights cannot be weights.

    Parameters
    ----------
    subject : str
        What messages call the weights.
    rows, missing : int
        How many there are, and how many of them are missing.
    total : int or float
        What they add up to: exactly, as int, where they are whole and that may be too much.
    negative : int
        How many are negative.
    first_negative : number, optional
        The first of these, where there are any.
    least : number
        The smallest, where no more is known of the negative ones.
    filling : str
        How missing ones are filled.
    """
    if missing:
        raise ValueError(
            f"{subject} must not be missing; {missing} of {rows} are. {filling} or drop these rows."
        )
    if isinstance(total, int) and total > LARGEST_WHOLE_SUM:
        raise ValueError(
            f"{subject} add up to {total}, beyond the 2**63 - 1 that whole weights are counted "
            "to. Divide them or make them floats."
        )
    if not total <= LARGEST_SUM:
        raise ValueError(
            f"{subject} must be finite and add up to at most {LARGEST_SUM:g}; they add up to "
            f"{total:g}. Divide them by a common factor."
        )
    if negative:
        raise ValueError(
            f"{subject} must not be negative; {negative} of {rows} are, "
            f"the first is {first_negative}."
        )
    if least < 0:
        raise ValueError(f"{subject} must not be negative; the smallest is {least:g}.")


def split_halves(weights: Any) -> tuple[Any, Any]:
    """Split whole weights into a lower and an upper half, of any engine's own kind.

    Sums of 64-bit integers wrap in some engines, and fail in others. Those of the lower halves fit,
    and the upper ones are multiples of 2**31, which even floats add exactly.
    """
    low = weights % HALF
    return low, weights - low


def join_halves(low: pd.Series[Any], high: pd.Series[Any], subject: str) -> pd.Series[Any]:
    """Put sums of lower and upper halves together; raise where int64 does not hold them."""
    low, high = low.astype(np.int64), high.astype(np.float64)
    if len(low) and float(high.max()) + float(low.max()) > 2.0**62:
        exact = [int(a) + int(b) for a, b in zip(low, high, strict=True)]
        check_weights(subject, total=sum(exact))
        return pd.Series(exact, dtype=np.int64)
    return high.astype(np.int64) + low
