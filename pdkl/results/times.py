"""Keys that are times, whatever holds them: as moments that reports and pictures can place."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pdkl.results.reading import is_dated


@dataclass(frozen=True)
class Moments:
    """When keys are.

    Parameters
    ----------
    when : datetime64[us] array
        In UTC where there is a zone, else as the clock says; NaT for a missing key.
    zone : tzinfo, optional
        The zone that they are told in.
    """

    when: NDArray[np.datetime64]
    zone: datetime.tzinfo | None = None

    def local(self) -> NDArray[np.datetime64]:
        """Return what a clock on the wall says."""
        if self.zone is None:
            return self.when
        wall = pd.DatetimeIndex(self.when).tz_localize("UTC").tz_convert(self.zone)
        return wall.tz_localize(None).to_numpy("datetime64[us]")


def is_time(keys: pd.Series[Any]) -> bool:
    """Tell whether keys are times, dates or periods that have an order."""
    if is_dated(keys):
        return True
    known = keys.dropna()
    if not len(known) or pd.api.types.infer_dtype(known) not in ("date", "datetime"):
        return False
    # times among dates, or in several zones, have no order
    kinds = {(type(key), getattr(key, "tzinfo", None)) for key in known}
    return len(kinds) == 1


def read_moments(keys: pd.Series[Any]) -> Moments:
    """Read when keys that are times are; a period is where it begins."""
    if isinstance(keys.dtype, pd.PeriodDtype):  # as microseconds: nanoseconds hold few centuries
        begun = keys.array.asfreq("us", how="start")
        return Moments(np.asarray(begun.asi8).view("datetime64[us]"))
    if isinstance(keys.dtype, pd.DatetimeTZDtype):
        naive = keys.dt.tz_convert("UTC").dt.tz_localize(None)
        return Moments(naive.to_numpy("datetime64[us]"), keys.dtype.tz)
    if isinstance(keys.dtype, np.dtype) and keys.dtype.kind == "M":
        return Moments(keys.to_numpy("datetime64[us]"))
    return _read_values(keys)


def _read_values(keys: pd.Series[Any]) -> Moments:
    """Read Python's dates and times, and Arrow's, of any year."""
    values: list[Any] = [None if pd.isna(key) else key for key in keys]
    zone = next((key.tzinfo for key in values if getattr(key, "tzinfo", None) is not None), None)
    if zone is not None:
        utc = [None if key is None else key.astimezone(datetime.UTC) for key in values]
        values = [None if key is None else key.replace(tzinfo=None) for key in utc]
    return Moments(np.array(values, dtype="datetime64[us]"), zone)
