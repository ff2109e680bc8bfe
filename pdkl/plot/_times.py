"""The axis of time, whatever a key holds: times, periods, numbers or text."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pdkl.plot._shared import short, size_of
from pdkl.results.reading import is_numeric
from pdkl.results.times import is_time, read_moments

if TYPE_CHECKING:
    from datetime import tzinfo

    from matplotlib.axes import Axes
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Times:
    """Where the values of the key stand on the axis."""

    place: NDArray[np.float64]  # NaN for a missing key
    names: list[str] | None  # of the places 0, 1, 2, … where they are neither dates nor numbers
    dates: bool
    zone: tzinfo | None = None
    whole: bool = False


def read_times(key: pd.Series[Any]) -> Times:
    """Read the places of a key, in the order of the frame where it is text."""
    from matplotlib.dates import date2num

    missing = key.isna().to_numpy()
    if is_time(key):
        moments = read_moments(key)
        place = np.full(len(key), np.nan)
        place[~missing] = date2num(moments.when[~missing])
        return Times(place, None, dates=True, zone=moments.zone)
    if is_numeric(key):
        place = key.to_numpy(np.float64, na_value=np.nan)
        whole = bool((place[~missing] == np.floor(place[~missing])).all())
        return Times(place, None, dates=False, whole=whole)
    codes, found = pd.factorize(key)
    if isinstance(key.dtype, pd.CategoricalDtype):  # in the order of the levels
        codes, found = pd.factorize(key.cat.remove_unused_categories().cat.codes, sort=True)
        found = key.cat.remove_unused_categories().cat.categories
        codes = codes - int(missing.any())
    place = np.where(missing, np.nan, codes)
    return Times(place, [short(value) for value in found], dates=False)


def set_times(ax: Axes, times: Times, name: str) -> str:
    """Set the ticks; return the name of the axis, with the time zone."""
    if times.dates:
        from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

        ticks = AutoDateLocator(minticks=3, maxticks=room_for(ax, 9), tz=times.zone)
        ax.xaxis.set_major_locator(ticks)
        ax.xaxis.set_major_formatter(ConciseDateFormatter(ticks, tz=times.zone))
        if times.zone is not None:
            return f"{name} ({times.zone})"
    elif times.names is not None:
        longest = max(len(text) for text in times.names)
        every = math.ceil(len(times.names) / room_for(ax, longest, least=1))
        ax.set_xticks(
            np.arange(0, len(times.names), every), labels=times.names[::every], parse_math=False
        )
    elif times.whole:
        from matplotlib.ticker import MaxNLocator

        ax.xaxis.set_major_locator(MaxNLocator(nbins=room_for(ax, 6), integer=True))
    return name


def room_for(ax: Axes, characters: int, least: int = 3) -> int:
    """Return how many labels of so many characters fit beside each other."""
    return max(least, min(12, int(size_of(ax)[0] * 72 / (6.5 * (characters + 2)))))
