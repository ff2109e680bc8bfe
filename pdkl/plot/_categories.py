"""Which categories a picture shows, in which order, and how they and their bins are written."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pdkl.codes.keys import rank_keys
from pdkl.plot._shared import cut, short
from pdkl.results.intervals import between, in_words, plain
from pdkl.results.reading import is_numeric

if TYPE_CHECKING:
    from numpy.typing import NDArray


_LONGEST = 36  # characters of a bin, which has two ends
_MINUTE = re.compile(r"(?<=\d\d:\d\d):00$")


def own_order(rows: pd.DataFrame) -> NDArray[np.int64] | None:
    """Return the order that bins and ordered levels have, None for other categories."""
    if are_bins(rows):
        low, _ = ends_of(rows)
        return np.argsort(place_of(low, rows["high"]), kind="stable")
    dtype = rows["category"].dtype
    if isinstance(dtype, pd.CategoricalDtype) and dtype.ordered:
        codes = rows["category"].cat.codes.to_numpy()
        return np.argsort(np.where(codes < 0, len(rows), codes), kind="stable")
    return None


def in_order(rows: pd.DataFrame, size: Any) -> tuple[NDArray[np.int64], bool]:
    """Put the categories in order; tell whether they are bins, of which none is left out."""
    order = own_order(rows)
    return (np.argsort(-size, kind="stable") if order is None else order), are_bins(rows)


def are_bins(rows: pd.DataFrame) -> bool:
    """Tell whether the categories have ends, but for a missing value."""
    return "low" in rows.columns and bool(rows[["low", "high"]].notna().any(axis=None))


def largest(order: Any, size: Any, top: int) -> NDArray[np.int64]:
    """Keep the categories of the largest sizes, in their order."""
    kept = np.sort(np.argsort(-size[order], kind="stable")[:top])
    return np.asarray(order[kept])


def place_of(low: pd.Series[Any], high: pd.Series[Any]) -> NDArray[np.float64]:
    """Return the place of bins by where they begin, those without a beginning first.

    What is no bin, as a missing value is none, has no end either and comes last.
    """
    place = rank_keys(low).astype(np.float64)
    no_begin, no_end = low.isna().to_numpy(), high.isna().to_numpy()
    place[no_begin] = np.where(no_end[no_begin], np.inf, -np.inf)
    return place


def ends_of(rows: pd.DataFrame) -> tuple[pd.Series[Any], pd.Series[Any]]:
    """Return where bins begin and end; a frame that held several kinds has objects, or text."""
    low, high = rows["low"].infer_objects(), rows["high"].infer_objects()
    if is_numeric(low) or pd.api.types.infer_dtype(low, skipna=True) != "string":
        return low, high
    reads: tuple[Callable[[Any], Any], ...] = (
        pd.to_numeric,
        pd.to_timedelta,
        partial(pd.to_datetime, format="ISO8601"),
    )
    for read in reads:
        try:
            return read(low), read(high)
        except (TypeError, ValueError):
            continue
    return low, high


# ---- words ----------------------------------------------------------------------------------


def labels_of(rows: pd.DataFrame) -> list[str]:
    """Write the categories on one line each; bins by their ends, as "0 to 12.5" and "below 0"."""
    texts = [short(value) for value in rows["category"]]
    if not are_bins(rows):
        return texts
    low, high = ends_of(rows)
    written = write_ends(pd.concat([low, high], ignore_index=True))
    ends = zip(low, high, written[: len(rows)], written[len(rows) :], strict=True)
    for i, (begin, end, begins, stops) in enumerate(ends):
        if not is_open(end):
            texts[i] = cut(between("" if is_open(begin) else begins, stops), _LONGEST)
        elif not is_open(begin):
            texts[i] = cut(between(begins, ""), _LONGEST)
    return texts


def label_of_bin(text: str) -> str:
    """Write a bin of which only the text is known as `labels_of` does."""
    words = in_words(text)
    return short(text) if words == text else cut(words, _LONGEST)


def is_open(end: Any) -> bool:
    """Tell whether there is no such end of a bin."""
    return bool(pd.isna(end)) or (isinstance(end, float) and math.isinf(end))


def write_ends(ends: pd.Series[Any]) -> list[str]:
    """Write ends of bins: numbers without an exponent, in as few digits as tell them apart."""
    if ends.dtype.kind == "m" and (whole := ends.dt.round("s")).nunique() == ends.nunique():
        ends = whole
    if not is_numeric(ends):
        texts = [short(end).removeprefix("0 days ") for end in ends]
        if ends.dtype.kind == "M" and (ends.dropna() == ends.dropna().dt.floor("min")).all():
            texts = [_MINUTE.sub("", text) for text in texts]
        return texts
    values = [float(end) for end in ends]
    known = {value for value in values if not math.isnan(value)}
    for digits in range(4, 18):
        written = {value: plain(value, digits) for value in known}
        if len(set(written.values())) == len(known):
            break
    return [written.get(value, "") for value in values]
