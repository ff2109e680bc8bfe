"""The score over time, as the coordinates of a drawing."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from pdkl.core.numerics.exact import FloatArray, IntArray
from pdkl.report import text
from pdkl.report.changes import Change, moment, said, start_of
from pdkl.report.ticks import depth_of, path, placing, step_of, ticks
from pdkl.results.reading import JUDGED, judged_by, judged_in, keys_of
from pdkl.results.statuses import DRIFT
from pdkl.results.times import Moments, is_time, read_moments

_MOST = 5  # lines that can be told apart
_POINTS = 240  # of a line: more cannot be told apart either
_DOTS = 200  # points that say what they are, of all lines
_MARKS = 12  # changes
_WIDTH, _BASE = 720, 216  # how wide it is, and where the axis of time stands
_LEFT, _RIGHT, _TOP = 44, 12, 18


def over_time(frame: pd.DataFrame, changes: Sequence[Change] = ()) -> dict[str, Any] | None:
    """Draw the largest excess over noise at each time; None where no key is a time.

    The columns that reach highest have a line each; how many have none is said. Each point says
    what it is; of more than 200 those that are highest do. ``changes`` of these columns are marked.
    """
    name = time_of(frame)
    if name is None:
        return None
    excess, limit = judged_in(frame).clip(lower=0.0), float(frame["threshold"].max())
    alike = len(frame[["measure", "threshold"]].drop_duplicates()) == 1
    if not alike:  # one scale has room for no more than one measure
        excess, limit = excess / frame["threshold"], 1.0
    known = np.flatnonzero(frame[name].notna() & np.isfinite(excess))
    moments = read_moments(frame[name].iloc[known])
    if len(np.unique(moments.when)) < 2:
        return None
    lines = _lines(frame.iloc[known], np.asarray(excess, dtype=np.float64)[known], moments)
    drawn = lines[:_MOST]
    top = max(float(drawn[0].heights.max()), limit) * 1.08 or 1.0
    place = placing(moments, _LEFT, _WIDTH - _RIGHT)

    def y(value: float) -> float:
        return round(_BASE - value / top * (_BASE - _TOP), 1)

    kept = [line.thinned() for line in drawn]
    every = np.concatenate([line.heights for line in kept])
    is_told = np.isin(np.arange(len(every)), np.argsort(-every, kind="stable")[:_DOTS])
    told = np.split(is_told, np.cumsum([len(line.heights) for line in kept])[:-1])
    measure = judged_by(frame)
    written: list[dict[str, Any]] = []
    for number, (line, says) in enumerate(zip(kept, told, strict=True)):
        xs = place(line.when).tolist()
        points = [(round(x, 1), y(height)) for x, height in zip(xs, line.heights, strict=True)]
        rows = frame.iloc[known[line.rows]]
        titles = _titles(rows, measure, name)
        written.append(
            {
                "name": text.clipped(text.visible(str(line.column)), 60),
                "place": number,
                "path": path(points),
                "dots": [
                    {"x": x, "y": height, "drift": status == DRIFT.name, "title": title}
                    for (x, height), status, title in compress(
                        zip(points, rows["status"], titles, strict=True), says
                    )
                ],
            }
        )
    shown_name = text.visible(str(name))
    others = [text.visible(str(key)) for key in keys_of(frame) if key != name]
    times = ticks(moments, _LEFT, _WIDTH - _RIGHT, width=_WIDTH)
    marks = _marks(changes, [line.column for line in drawn], moments)
    n_points = sum(len(line.heights) for line in drawn)
    return {
        "title": f"{measure} over {shown_name}, in excess of noise"
        if alike
        else f"Excess over noise, in thresholds, over {shown_name}",
        "others": ", ".join(others),
        "zone": text.visible(str(moments.zone or "")),
        "width": _WIDTH,
        "height": _BASE + depth_of(times),
        "left": _LEFT,
        "right": _WIDTH - _RIGHT,
        "top": _TOP,
        "bottom": _BASE,
        "lines": written,
        "n_more": len(lines) - len(drawn),
        "some": sum(len(line["dots"]) for line in written) < n_points,
        "marks": marks,
        "threshold": y(limit),
        "limit": f"{limit:g}",
        "ticks": times,
        "grid": [(y(value), f"{value:.3g}") for value in np.arange(0.0, top, step_of(top / 4))],
    }


def time_of(frame: pd.DataFrame) -> Any:
    """Return the first key that is a time, None where none is."""
    return next((key for key in keys_of(frame) if is_time(frame[key])), None)


class _Line(NamedTuple):
    """A column: at each time the row that is furthest above noise."""

    column: Any
    rows: IntArray
    when: Any
    heights: FloatArray

    def thinned(self) -> _Line:
        """Keep the highest of neighbours, where there are more points than can be seen."""
        size = len(self.rows)
        if size <= _POINTS:
            return self
        bins = np.arange(size) * _POINTS // size
        order = np.lexsort([-self.heights, bins])
        first = np.sort(order[np.unique(bins[order], return_index=True)[1]])
        return _Line(self.column, self.rows[first], self.when[first], self.heights[first])


def _lines(frame: pd.DataFrame, excess: FloatArray, moments: Moments) -> list[_Line]:
    """Make a line of each column, the highest first."""
    codes, columns = pd.factorize(frame["column"])
    order = np.lexsort([-excess, moments.when, codes])
    new = np.ones(len(order), dtype=bool)
    new[1:] = (np.diff(codes[order]) != 0) | (np.diff(moments.when[order].astype(np.int64)) != 0)
    rows = order[new]
    found = [
        _Line(columns[codes[own[0]]], own, moments.when[own], excess[own])
        for own in np.split(rows, np.flatnonzero(np.diff(codes[rows])) + 1)
    ]
    return sorted(found, key=lambda line: -line.heights.max())


def _titles(rows: pd.DataFrame, measure: str, time: Any) -> list[str]:
    """Say of each row what it is, for whoever points at it."""
    others = [key for key in keys_of(rows) if key != time]
    segments = text.segments(rows[[*others, "column"]]) if others else [""] * len(rows)
    score, excess, floor = (rows[name].map(text.number) for name in JUDGED)
    return [
        f"{text.clipped(text.visible(str(column)), 60)}, {moment(when)}"
        f"{', ' if segment else ''}{text.clipped(segment, 60)}: {measure} {one}, excess {other}, "
        f"noise floor {noise}, {status}"
        for column, when, segment, one, other, noise, status in zip(
            *(rows["column"], rows[time], segments, score, excess, floor, rows["status"]),
            strict=True,
        )
    ]


def _marks(changes: Sequence[Change], drawn: list[Any], moments: Moments) -> list[dict[str, Any]]:
    """Place the largest changes of the columns that are drawn."""
    place = placing(moments, _LEFT, _WIDTH - _RIGHT)
    own = [one for one in changes if one.column in drawn]
    found = []
    for one in sorted(own, key=lambda one: -one.excess)[:_MARKS]:
        x = round(float(place(start_of(one))), 1)
        if _LEFT <= x <= _WIDTH - _RIGHT:
            line = drawn.index(one.column)
            found.append({"x": x, "line": line, "anomaly": one.is_anomaly, "text": said(one)})
    return found
