"""The score over time, as the coordinates of a drawing."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import pandas as pd

from pdkl.report import text
from pdkl.report.rows import keys_of, measure_of

_MOST = 5  # lines that can be told apart
_WIDTH, _HEIGHT = 720, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 12, 14, 28


def over_time(frame: pd.DataFrame) -> dict[str, Any] | None:
    """Draw the largest score of any segment at each time; None where no key is a time.

    The columns that reach highest have a line each; how many have none is said.
    """
    name = next((key for key in keys_of(frame) if _is_time(frame[key])), None)
    if name is None:
        return None
    measure = measure_of(frame)
    known = frame[frame[name].notna() & np.isfinite(frame[measure])]
    scores = known.groupby([name, "column"], sort=True, observed=True)[measure].max().unstack()
    if len(scores) < 2:
        return None
    highest = scores.max().sort_values(ascending=False, kind="stable")
    drawn = list(highest.index[:_MOST])
    limit = float(frame.attrs["pdkl"]["threshold"])
    top = max(float(highest.iloc[0]), limit) * 1.08 or 1.0
    ticks = _places(scores.index)
    x = _LEFT + (ticks - ticks[0]) / (ticks[-1] - ticks[0]) * (_WIDTH - _LEFT - _RIGHT)

    def y(value: float) -> float:
        return round(_HEIGHT - _BOTTOM - value / top * (_HEIGHT - _TOP - _BOTTOM), 1)

    lines = []
    for place, column in enumerate(drawn):
        values = scores[column].to_numpy()
        points = [(round(float(a), 1), y(b)) for a, b in zip(x, values, strict=True) if b == b]
        lines.append({"name": text.visible(str(column)), "place": place, "points": points})
    shown = np.unique(np.linspace(0, len(x) - 1, min(len(x), 6)).round().astype(int))
    others = [text.visible(str(key)) for key in keys_of(frame) if key != name]
    return {
        "key": text.visible(str(name)),
        "measure": measure,
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
        "grid": [(y(value), f"{value:.3g}") for value in np.linspace(0.0, top / 1.08, 4)],
    }


def _is_time(keys: pd.Series[Any]) -> bool:
    if pd.api.types.is_datetime64_any_dtype(keys.dtype) or isinstance(keys.dtype, pd.PeriodDtype):
        return True
    known = keys.dropna()
    return keys.dtype == object and len(known) > 0 and _are_dates(known)


def _are_dates(keys: pd.Series[Any]) -> bool:
    return all(isinstance(key, datetime.date) for key in keys)


def _places(times: pd.Index[Any]) -> Any:
    if isinstance(times, pd.PeriodIndex):
        times = times.to_timestamp()
    return pd.DatetimeIndex(times).as_unit("ns").asi8.astype(np.float64)
