"""Which categories a picture shows, and in which order; where bins begin and end."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pdkl.codes.keys import rank_keys
from pdkl.results.reading import is_numeric

if TYPE_CHECKING:
    from numpy.typing import NDArray


def in_order(rows: pd.DataFrame, size: Any) -> tuple[NDArray[np.int64], bool]:
    """Put the categories in order; tell whether they are bins, of which none is left out."""
    if "low" in rows.columns and rows["low"].notna().any():
        low, _ = ends_of(rows)
        return np.argsort(place_of(low, rows["high"]), kind="stable"), True
    dtype = rows["category"].dtype
    if isinstance(dtype, pd.CategoricalDtype) and dtype.ordered:
        codes = rows["category"].cat.codes.to_numpy()
        return np.argsort(np.where(codes < 0, len(rows), codes), kind="stable"), False
    return np.argsort(-size, kind="stable"), False


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
