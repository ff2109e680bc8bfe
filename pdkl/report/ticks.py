"""Where the labels of a time axis stand and what they say: at round times, none over another."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pdkl.core.numerics.exact import FloatArray
from pdkl.results.times import Moments

LETTER = 6.3  # how wide a letter of a label is, at 11 pixels
_GAP = 10.0  # between labels
_SECOND, _MINUTE, _HOUR, _DAY = 10**6, 60 * 10**6, 3600 * 10**6, 86_400 * 10**6  # microseconds
_MONTHS = (1, 2, 3, 6, 12, 24, 60)  # and 10, 20, 50, 100, … years
_FIXED = (
    *(times * 10**power for power in range(6) for times in (1, 2, 5)),
    *(_SECOND * times for times in (1, 2, 5, 10, 15, 30)),
    *(_MINUTE * times for times in (1, 2, 5, 10, 15, 30)),
    *(_HOUR * times for times in (1, 2, 3, 6, 12)),
    *(_DAY * times for times in (1, 2, 7, 14)),
)
_MONDAY = 4 * _DAY  # after the first of January 1970


class Tick(NamedTuple):
    """A label: its place, and the text and its middle in two lines, the lower of which may lack."""

    x: float
    label: str
    middle: float
    below: str
    middle_below: float


def placing(moments: Moments, left: float, right: float) -> Callable[[Any], FloatArray]:
    """Return what places times between those where the first and the last moment stand."""
    known = moments.when[~np.isnat(moments.when)].astype(np.int64)
    first, span = int(known.min()), int(np.ptp(known)) or 1

    def place(times: Any) -> FloatArray:
        since: FloatArray = (np.asarray(times).astype(np.int64) - first) / span
        return left + since * (right - left)

    return place


def ticks(
    moments: Moments, left: float, right: float, *, width: float, letter: float = LETTER
) -> list[Tick]:
    """Choose as many labels as have room, at round times of the clock in their zone.

    ``left`` and ``right`` are where the first and the last moment stand in a drawing of ``width``,
    ``letter`` is how wide a letter is.
    """
    place, local = placing(moments, left, right), moments.local()
    most = max(int((right - left) / (4 * letter + _GAP)), 1)  # four letters are the shortest label
    found: list[Tick] = []
    for times, is_daily, letters in _candidates(local[~np.isnat(local)], most):
        utc, wall = _in_zone(times, moments)
        x = place(utc)
        kept = (x >= left - 0.05) & (x <= right + 0.05)
        found = _labelled(
            x[kept], wall[kept], letters, is_daily=is_daily, width=width, letter=letter
        )
        if found and not _overlap(found, letter):
            return found
    return found[:1]


def depth_of(found: Sequence[Tick]) -> float:
    """Return how much room the labels need below the axis."""
    return 36.0 if any(tick.below for tick in found) else 22.0


def step_of(least: float) -> float:
    """Return the first of 1, 2, 5, 10, … that is no smaller."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(power * times for times in (1, 2, 5, 10) if power * times >= least)


def path(points: Iterable[tuple[float, float]]) -> str:
    """Write a line through points, in few letters: each as the way from the one before."""
    written: list[str] = []
    at = (0, 0)
    for x, y in points:
        # in tenths, so that what is rounded does not add up
        to = (round(10 * x), round(10 * y))
        way = [f"{(new - old) / 10:g}" for new, old in zip(to, at, strict=True)]
        written.append(
            f"{'l' if written else 'M'}{way[0]}{'' if way[1][0] == '-' else ' '}{way[1]}"
        )
        at = to
    return "".join(written)


def _candidates(
    every: NDArray[np.datetime64], most: int
) -> Iterator[tuple[NDArray[np.datetime64], bool, int]]:
    """Give times at ever wider steps, whether they are days, and how many letters tell them.

    No step is shorter than what all times are whole in: days, months or years.
    """
    first, last = (int(one) for one in np.array([every.min(), every.max()]).astype(np.int64))
    whole = [unit for unit in "DMY" if (every == every.astype(f"datetime64[{unit}]")).all()]
    for step in _FIXED:
        if (last - first) // step > 2 * most or "M" in whole or (whole and step < _DAY):
            continue
        origin = _MONDAY if step % (7 * _DAY) == 0 else 0
        if origin:  # weeks begin where the periods do
            days = np.unique((every.astype(np.int64) - _MONDAY) // _DAY % 7)
            origin += int(days[0]) * _DAY if len(days) == 1 else 0
        times = np.arange(_up(first, step, origin), last + 1, step, dtype=np.int64)
        yield times.view("datetime64[us]"), step >= _DAY, 0
    begin, end = (
        int(one.astype("datetime64[M]").astype(np.int64)) for one in (every.min(), every.max())
    )
    decades = (12 * times * 10**power for power in (1, 2, 3) for times in (1, 2, 5))
    for step in (*_MONTHS, *decades):
        if (end - begin) // step > 2 * most or ("Y" in whole and step < 12):
            continue
        origin = 0 if step < 12 else -1970 * 12  # years are counted from the year 0
        months = np.arange(_up(begin, step, origin), end + 1, step)
        times = months.astype("datetime64[M]").astype("datetime64[us]")
        yield times, True, 7 if step < 12 else 4


def _up(number: int, step: int, origin: int) -> int:
    """Return the first that is no smaller, and so many steps from the origin."""
    return -((origin - number) // step) * step + origin


def _in_zone(
    times: NDArray[np.datetime64], moments: Moments
) -> tuple[NDArray[np.datetime64], NDArray[np.datetime64]]:
    """Return when the clock says so, the first time where it does twice; left out where never."""
    if moments.zone is None:
        return times, times
    wall = pd.DatetimeIndex(times)
    known = wall.tz_localize(
        moments.zone, ambiguous=np.ones(len(wall), dtype=bool), nonexistent="NaT"
    )
    kept = known.notna()
    utc = known[kept].tz_convert("UTC").tz_localize(None)
    return utc.to_numpy("datetime64[us]"), times[kept]


def _labelled(
    x: NDArray[np.float64],
    local: NDArray[np.datetime64],
    letters: int,
    *,
    is_daily: bool,
    width: float,
    letter: float,
) -> list[Tick]:
    """Write the labels: of times within a day the day stands below, where it is another one."""
    texts = [str(one) for one in local]
    days = [text[:10] for text in texts]
    if is_daily:
        labels, below = [day[: letters or 10] for day in days], [""] * len(days)
    else:
        exact = max((len(text[16:].rstrip("0:.")) for text in texts), default=0)
        end = 16 if not exact else 16 + max(exact, 3)  # no seconds, seconds, or parts of them
        labels = [text[11:end] for text in texts]
        below = [day if not i or day != days[i - 1] else "" for i, day in enumerate(days)]

    def middle(place: float, text: str) -> float:
        half = letter * len(text) / 2
        return round(min(max(place, half), width - half), 1)

    return [
        Tick(round(place, 1), label, middle(place, label), under, middle(place, under))
        for place, label, under in zip(x.tolist(), labels, below, strict=True)
    ]


def _overlap(found: list[Tick], letter: float) -> bool:
    """Tell whether two labels touch on either line."""
    upper = [(one.middle, letter * len(one.label)) for one in found]
    lower = [(one.middle_below, letter * len(one.below)) for one in found if one.below]
    return any(
        other - one < (wide + as_wide) / 2 + _GAP
        for line in (upper, lower)
        for (one, wide), (other, as_wide) in pairwise(line)
    )
