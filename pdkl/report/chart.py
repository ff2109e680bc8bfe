"""The score over time, as the coordinates of a drawing."""

from __future__ import annotations

import datetime
import math
from typing import Any

import numpy as np
import pandas as pd

from pdkl.report import text
from pdkl.results.reading import is_dated, judged_by, judged_in, keys_of

_EXCESS = "the excess"
_MOST = 5  # lines that can be told apart
_WIDTH, _HEIGHT = 720, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 12, 14, 28


def over_time(frame: pd.DataFrame) -> dict[str, Any] | None:
    """Draw the largest excess over noise at each time; None where no key is a time.

    The columns that reach highest have a line each; how many have none is said.
    """
    name = time_of(frame)
    if name is None:
        return None
    excess, limit = judged_in(frame).clip(lower=0.0), float(frame["threshold"].max())
    alike = len(frame[["measure", "threshold"]].drop_duplicates()) == 1
    if not alike:  # one scale has room for no more than one measure
        excess, limit = excess / frame["threshold"], 1.0
    known = frame.assign(**{_EXCESS: excess})[frame[name].notna() & np.isfinite(excess)]
    scores = known.groupby([name, "column"], observed=True)[_EXCESS].max().unstack()
    if len(scores) < 2:
        return None
    highest = scores.max().sort_values(ascending=False, kind="stable")
    drawn = list(highest.index[:_MOST])
    top = max(float(highest.iloc[0]), limit) * 1.08 or 1.0
    ticks = _places(scores.index)
    x = _LEFT + (ticks - ticks[0]) / (ticks[-1] - ticks[0]) * (_WIDTH - _LEFT - _RIGHT)

    def y(value: float) -> float:
        return round(_HEIGHT - _BOTTOM - value / top * (_HEIGHT - _TOP - _BOTTOM), 1)

    lines = []
    for place, column in enumerate(drawn):
        values = scores[column].to_numpy()
        known_at = np.flatnonzero(~np.isnan(values))
        points = [(round(float(x[i]), 1), y(values[i])) for i in known_at]
        lines.append(
            {"name": text.clipped(text.visible(str(column)), 60), "place": place, "points": points}
        )
    shown = range(0, len(x), -(-len(x) // 6))
    step = _step(top / 4)
    shown_name = text.visible(str(name))
    others = [text.visible(str(key)) for key in keys_of(frame) if key != name]
    return {
        "title": f"{judged_by(frame)} over {shown_name}, in excess of noise"
        if alike
        else f"Excess over noise, in thresholds, over {shown_name}",
        "others": ", ".join(others),
        "width": _WIDTH,
        "height": _HEIGHT,
        "left": _LEFT,
        "right": _WIDTH - _RIGHT,
        "bottom": _HEIGHT - _BOTTOM,
        "lines": lines,
        "n_more": scores.shape[1] - len(drawn),
        "threshold": y(limit),
        "limit": f"{limit:g}",
        "ticks": [(round(float(x[i]), 1), text.key(scores.index[i])) for i in shown],
        "grid": [(y(value), f"{value:.3g}") for value in np.arange(0.0, top, step)],
    }


def time_of(frame: pd.DataFrame) -> Any:
    """Return the first key that is a time, None where none is."""
    return next((key for key in keys_of(frame) if _is_time(frame[key])), None)


def _step(least: float) -> float:
    """Return the first of 1, 2, 5, 10, … that is no smaller."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(power * times for times in (1, 2, 5, 10) if power * times >= least)


def _is_time(keys: pd.Series[Any]) -> bool:
    if is_dated(keys):
        return True
    known = keys.dropna()
    return keys.dtype == object and len(known) > 0 and _are_dates(known)


def _are_dates(keys: pd.Series[Any]) -> bool:
    # times among dates, or in several zones, have no order
    kinds = {(type(key), getattr(key, "tzinfo", None)) for key in keys}
    return len(kinds) == 1 and isinstance(keys.iloc[0], datetime.date)


def _places(times: pd.Index[Any]) -> Any:
    if isinstance(times, pd.PeriodIndex):
        times = times.to_timestamp()
    return pd.DatetimeIndex(times).as_unit("ns").asi8.astype(np.float64)
