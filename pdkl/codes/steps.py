"""Where periods stand in time: how many steps after the first, empty ones counted too."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from pdkl.codes.keys import Key
from pdkl.codes.scales import AWARE, NAIVE, ends_of, read_scaled
from pdkl.core.counts.bin_edges import Numbers
from pdkl.core.numerics.exact import IntArray

_DAY, _HOUR = 86_400 * 10**9, 3600 * 10**9  # in nanoseconds
_RHYTHMS = {_DAY: 7, _HOUR: 24}  # how many periods of this length may make a rhythm


def positions(times: pd.Series[Any], key: Key) -> tuple[IntArray, int | None]:
    """Return where sorted times stand, none of them missing, and how long a rhythm may be.

    The step is the smallest difference if all are multiples of it, or that of a Grouper, such as a
    month; what has no steps stands side by side. A rhythm is known of days and of hours.
    """
    side_by_side = np.arange(len(times))
    if isinstance(times.dtype, pd.PeriodDtype):
        times = times.dt.start_time
    read = read_scaled(times)
    if len(times) < 2 or read is None:
        return side_by_side, None
    if read.scale not in (NAIVE, AWARE):
        found = _multiples(read.numbers)
        return (side_by_side if found is None else found), None
    moments = pd.DatetimeIndex(ends_of(read.numbers, read.scale, read.unit, read.zone))
    if (moments.normalize() == moments).all():  # days of 23 and 25 hours are days
        moments = moments.tz_localize(None)
    elif moments.tz is not None:
        moments = moments.tz_convert("UTC").tz_localize(None)
    found = _multiples(np.asarray(moments.as_unit("ns").asi8))
    if found is not None:
        return found, _RHYTHMS.get(int((moments[-1] - moments[0]).value // found[-1]))
    if isinstance(key, pd.Grouper) and key.freq is not None:
        grid = pd.date_range(moments[0], moments[-1], freq=key.freq)
        found = grid.get_indexer(moments)
        if (found >= 0).all():
            return np.asarray(found, dtype=np.int64), None
    return side_by_side, None


def _multiples(numbers: Numbers) -> IntArray | None:
    """Return how many times their smallest difference numbers are beyond the first, if all are."""
    step = np.diff(numbers).min()
    beyond = numbers - numbers[0]
    if step <= 0 or (beyond % step).any():
        return None
    return np.asarray(beyond // step, dtype=np.int64)
