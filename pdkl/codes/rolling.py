"""Windows that roll over times: what is counted step by step, and which steps each one holds."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.tseries.frequencies import to_offset

from pdkl.codes.keys import group_rows, sort_rows
from pdkl.core.memory import require_room
from pdkl.core.numerics.exact import IntArray

Span = str | timedelta | pd.offsets.BaseOffset
_SPAN = "must be a fixed span of time, such as '28D', '12h' or a pandas.Timedelta"


@dataclass(frozen=True, init=False)
class Rolling:
    """Windows of one size that roll over a column of times, for ``by=``.

    Groups are the rows of (end - size, end], for the end of each step from the first that has rows
    to the last; the end is their key. Rows are counted once per step, and windows are added up from
    steps, so that a year of days costs little more than the days themselves.

    Parameters
    ----------
    key : label
        The column of dates, times or durations.
    size : str, pandas.Timedelta or fixed offset
        How long a window is: a whole number of steps, such as ``"28D"``.
    step : str, pandas.Timedelta or fixed offset
        How far its end moves from one to the next. Steps are cut as by
        ``pandas.Grouper(key=key, freq=step, closed="right", label="right")``.

    Raises
    ------
    TypeError
        ``size`` or ``step`` is no span of time, or ``key`` no column name.
    ValueError
        ``size`` is no multiple of ``step``, or one of them is not fixed, as months are.

    Notes
    -----
    The first windows are shown as they are, as `pandas.DataFrame.rolling` shows them by time: they
    hold the rows that there are. A window without rows is no group. Beside other keys the ends are
    those of the frame, and each combination has those of its windows that hold rows. Rows without a
    time are a group of their own, the last.

    Dates, as times at midnight, are in the window that ends with them. Steps in days are days of
    the calendar where times have a zone, so that a window of ``"1D"`` holds 23 or 25 hours when the
    clock is changed.

    What is measured of all rows is measured of each row once: ``against="all"`` and ``"rest"``,
    the alphabet, edges of bins. Neighbouring windows share rows, and so their scores move together.
    ``p_adjusted`` bounds the share of false findings under such positive dependence (Benjamini and
    Yekutieli 2001), but a run of windows that stand out is one finding, not many. A window beside
    one that it overlaps (``reference=`` its end) is compared as if all rows were others', which
    makes p-values too large, never too small.

    Examples
    --------
    >>> import pandas as pd
    >>> import pdkl
    >>> df = pd.DataFrame(
    ...     {"day": pd.date_range("2024-03-01", periods=4), "fruit": ["fig", "fig", "fig", "kiwi"]}
    ... )
    >>> two_days = pdkl.Rolling(key="day", size="2D", step="1D")
    >>> result = df.info_theory.entropy("fruit", by=two_days, base="bit")
    >>> print(result[["day", "n", "entropy"]].to_string(index=False))
           day  n  entropy
    2024-03-01  1      0.0
    2024-03-02  2      0.0
    2024-03-03  2      0.0
    2024-03-04  2      1.0
    """

    key: Hashable
    size: str
    step: str

    def __init__(self, key: Hashable, size: Span, step: Span) -> None:
        """Check the spans, and write them in one way."""
        if not isinstance(key, Hashable) or callable(key):
            raise TypeError(f"key must be a column name; got {type(key).__name__}.")
        object.__setattr__(self, "key", key)
        object.__setattr__(self, "size", _span("size", size))
        object.__setattr__(self, "step", _span("step", step))
        self._check()

    def _check(self) -> None:
        """Raise unless windows can be added up from steps, and no row is between two of them."""
        size, step = _length(self.size), _length(self.step)
        given = f"size={self.size!r} and step={self.step!r}"
        if size < step:
            raise ValueError(
                f"size must be at least as long as step, else rows between two windows are in "
                f"none; got {given}. Pass size={self.step!r}, or step={self.size!r}."
            )
        if size % step:
            offset = _offset(self.step)
            fewer, more = ((offset * n).freqstr for n in (size // step, size // step + 1))
            raise ValueError(
                f"size must be a multiple of step, as windows are added up from steps; got {given}."
                f" Pass size={fewer!r} or size={more!r}, or a step that divides {self.size!r}."
            )

    @property
    def n_steps(self) -> int:
        """How many steps a window holds."""
        return _length(self.size) // _length(self.step)

    @property
    def grouper(self) -> Any:
        """What cuts times into steps, each called by its end."""
        return pd.Grouper(key=self.key, freq=self.step, closed="right", label="right")

    @property
    def steps_text(self) -> str:
        """How a caller writes that Grouper."""
        return f'pd.Grouper(key={self.key!r}, freq={self.step!r}, closed="right", label="right")'

    def describe(self) -> dict[str, Any]:
        """Write what it does so that JSON can hold it."""
        facts: dict[str, Any] = {"key": str(self.key), "size": self.size, "step": self.step}
        if self.n_steps > 1:
            facts["overlap"] = (
                f"a row is in up to {self.n_steps:,} windows, so that the scores of neighbours "
                "move together; p_adjusted holds under such positive dependence"
            )
        return facts


def _span(name: str, value: Any) -> str:
    """Return a fixed span of time as the text of a frequency."""
    if isinstance(value, timedelta) and not pd.isna(value):  # a Timedelta too
        span = pd.Timedelta(value)
        days = span // pd.Timedelta(days=1)
        text = f"{days}D" if span == pd.Timedelta(days=days) else to_offset(span).freqstr
    elif isinstance(value, pd.offsets.BaseOffset):
        text = value.freqstr
    elif isinstance(value, str):
        text = value
    else:
        raise TypeError(f"{name} {_SPAN}; got {value!r}.")
    try:
        offset: Any = to_offset(text)
    except ValueError as error:
        raise ValueError(f"{name} {_SPAN}; got {value!r}.") from error
    if not isinstance(offset, (pd.offsets.Tick, pd.offsets.Day)):
        raise ValueError(
            f"{name} {_SPAN}; got {value!r}, which goes by the calendar. For windows side by side "
            f"pass by=pd.Grouper(key=..., freq={text!r}); a window that rolls needs days or less, "
            "such as '7D' for a week and '28D' for a month."
        )
    if offset.n < 1:
        raise ValueError(f"{name} must be longer than nothing; got {value!r}.")
    return text


def _offset(text: str) -> Any:
    return to_offset(text)


def _length(text: str) -> pd.Timedelta:
    offset = _offset(text)
    is_days = isinstance(offset, pd.offsets.Day)
    return pd.Timedelta(days=offset.n) if is_days else pd.Timedelta(offset)


@dataclass(frozen=True)
class Windows:
    """Which steps each window holds.

    Parameters
    ----------
    keys : DataFrame
        The keys of the windows, sorted.
    order : int64 array
        The groups that were counted, one for each step, in the order in which windows run over
        them.
    first, stop : int64 array
        Where each window begins and ends among the groups in this order.
    """

    keys: pd.DataFrame
    order: IntArray
    first: IntArray
    stop: IntArray

    @property
    def place(self) -> IntArray:
        """Where each group that was counted stands in the order."""
        return np.argsort(self.order)


def windows_of(keys: pd.DataFrame, rolling: Rolling) -> Windows:
    """Say which windows have rows, from the keys of the steps that have some, in any order."""
    names: list[Hashable] = list(keys.columns)
    times = names.index(rolling.key)
    others = keys.iloc[:, [i for i in range(keys.shape[1]) if i != times]]
    behind = pd.concat([others, keys.iloc[:, [times]]], axis=1)
    order = sort_rows(behind)
    steps = keys.take(order).reset_index(drop=True)
    codes, _ = group_rows(others.take(order), list(others.columns))
    part = np.zeros(len(order), dtype=np.int64)
    if codes is not None and len(codes):
        part[1:] = np.cumsum(codes[1:] != codes[:-1])
    ends = _Ends.of(steps.iloc[:, times], rolling)
    # a step without a time is the last of its part, behind all numbers there can be
    number, known = ends.number, ends.number >= 0
    past, n_steps = int(number.max(initial=-1)) + 1, rolling.n_steps
    follows = np.append((part[1:] == part[:-1]) & known[1:], False)[: len(part)]
    until = np.where(follows, np.append(number[1:], past)[: len(part)], past)
    n_windows = np.where(known, np.minimum(until, number + n_steps) - number, 1)
    _require_room(int(n_windows.sum()), keys.shape[1], rolling)
    last = np.repeat(np.arange(len(number)), n_windows)
    begin = np.cumsum(n_windows) - n_windows
    end = np.where(known, number, 0)[last] + np.arange(len(last)) - begin[last]
    place = part * (past + 1) + np.where(known, number, past)
    low = part[last] * (past + 1) + np.maximum(end - n_steps + 1, 0)
    first = np.where(known[last], np.searchsorted(place, low), last)
    found = steps.take(last).reset_index(drop=True)
    found.isetitem(times, ends.label(np.where(known[last], end, -1)))
    if times < keys.shape[1] - 1:
        again = sort_rows(found)
        found, first, last = found.take(again).reset_index(drop=True), first[again], last[again]
    return Windows(found, order, first.astype(np.int64), last + 1)


def _require_room(rows: int, width: int, rolling: Rolling) -> None:
    require_room(
        rows,
        width,
        f"by={rolling!r}",
        "Take a longer step, or cut the times by a pd.Grouper into periods side by side.",
    )


@dataclass(frozen=True)
class _Ends:
    """The ends of steps, numbered; -1 where a time is missing."""

    number: IntArray
    times: pd.Series[Any]
    step: pd.Timedelta
    by_clock: bool  # whether steps are days of a zone, not of so many hours

    @classmethod
    def of(cls, times: pd.Series[Any], rolling: Rolling) -> _Ends:
        by_clock = isinstance(_offset(rolling.step), pd.offsets.Day)
        ends = cls(np.full(len(times), -1), times, _length(rolling.step), by_clock)
        known = times.notna().to_numpy()
        if known.any():
            plain = ends.plain[known]
            away = (plain - plain.min()) / ends.step
            ends.number[known] = np.rint(away.to_numpy())
        return ends

    @property
    def zone(self) -> Any:
        return getattr(self.times.dtype, "tz", None)

    @property
    def plain(self) -> Any:
        """The ends on an even grid: without a zone, as its clocks tell them where days count."""
        if self.zone is None:
            return self.times
        if self.by_clock:  # midnights, but for those that the clock skips
            return self.times.dt.tz_localize(None).dt.normalize()
        return self.times.dt.tz_convert("UTC").dt.tz_localize(None)

    def label(self, number: NDArray[np.int64]) -> Any:
        """Return the ends that have these numbers, in the dtype of the times."""
        plain, known = self.plain, number >= 0
        if not known.any():
            return self.times.array.take(np.full(len(number), -1), allow_fill=True)
        unit: Any = np.datetime_data(plain.dtype)[0]
        step = np.timedelta64(self.step // pd.Timedelta(1, unit), unit)
        away = np.where(known, number, 0) * step
        found: Any = pd.Series(plain.min().to_numpy() + away).astype(plain.dtype).where(known)
        if self.zone is None:
            return found.array
        if not self.by_clock:
            return found.dt.tz_localize("UTC").dt.tz_convert(self.zone).array
        # as pandas does where the clock is changed at midnight
        summer = np.ones(len(found), dtype=bool)
        return found.dt.tz_localize(self.zone, ambiguous=summer, nonexistent="shift_forward").array
