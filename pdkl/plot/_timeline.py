"""The picture of a score over time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pdkl.core.validation import is_number, listing
from pdkl.plot._shared import (
    COLORS,
    against,
    by_keys,
    check_ax,
    entitle,
    explain_lines,
    floor_of,
    ink,
    key_and_value,
    measure_drawn,
    named_score,
    new_axes,
    packed,
    require,
    require_room,
    score_of,
    short,
    size_of,
    values_of,
)
from pdkl.plot._times import Times, read_times, set_times
from pdkl.results.reading import excess_of, is_dated, keys_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray


_MOST_LINES = 12
_MOST_BANDS = 4  # more of them hide each other
_MANY_POINTS = 40
_MARKERS = "os^Dv*"
_SIGN = 8.0  # points from the signs of infinity of one line to those of the next
_DASHES = ("-", "--")


@dataclass(frozen=True)
class _Line:
    """One column in one group: its scores in the order of time."""

    name: str
    place: NDArray[np.float64]
    score: NDArray[np.float64]
    floor: NDArray[np.float64]  # NaN where none is known


def timeline(
    result: pd.DataFrame,
    *,
    time: Any = None,
    score: str | None = None,
    threshold: float | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw a score over time: a line per column and group.

    The band reaches up to the noise floor, where the frame has one (``test=True``): 95 % of the
    scores of rows that do not differ lie in it. Points above the floor are full, those within the
    noise hollow. Where several lines have a floor each has its band, in its colour; more than four
    have none. An infinite score is the sign of infinity at the upper edge, one without a value
    leaves a gap. Dates and periods stand where they belong, a number at its value, text and
    categories in the order of the frame, evenly.

    Parameters
    ----------
    result : pandas.DataFrame
        What a method of `InfoTheory` with ``by=`` gave, one row per time, group and column.
    time : label, optional
        The key that is the time; the one of datetimes or periods if left out, or the only one.
    score : str, optional
        The column of ``result`` that is drawn. If left out its first measure; in a frame from
        `InfoTheory.drift` the excess, since that is what the threshold is for.
    threshold : float, optional
        A score to mark with a line; that of the frame if left out, where it has one.
    ax : matplotlib.axes.Axes, optional
        Where to draw. A new figure if left out.

    Returns
    -------
    matplotlib.axes.Axes
        The axes with the lines.

    Raises
    ------
    ImportError
        matplotlib is not installed.
    KeyError
        ``result`` has no column ``score``.
    TypeError
        ``result`` is not a frame of scores with a key, ``score`` does not hold numbers,
        ``threshold`` is not a number, or ``ax`` is not an Axes.
    ValueError
        No row, several rows for a time and line, a key that is not one of the frame, several keys
        of which none is a time, more than 12 lines, or scores in several units.

    Examples
    --------
    >>> import pandas as pd
    >>> import pdkl
    >>> df = pd.DataFrame(
    ...     {
    ...         "day": pd.to_datetime(["2024-01-01"] * 2 + ["2024-01-02"] * 3 + ["2024-01-09"]),
    ...         "fruit": ["fig", "kiwi", "fig", "kiwi", "fig", "fig"],
    ...     }
    ... )
    >>> days = df.info_theory.js_divergence("fruit", by="day", against="previous", base="bit")
    >>> ax = pdkl.plot.timeline(days)
    >>> ax.get_title(), ax.get_ylabel()
    ('JS divergence of fruit by day against the one before', 'js_divergence (bit)')
    >>> ax.lines[0].get_ydata().round(3).tolist()
    [nan, 0.021, 0.191]
    """
    require(result, "scores over time", ["column"], "a method of df.info_theory with by=...")
    check_ax(ax)
    keys, score = keys_of(result), score_of(result, score)
    time = _time_key(result, keys, time)
    label, level = named_score(result, score), _level(result, score, threshold)
    times = read_times(result[time])
    groups = [key for key in keys if key != time]
    lines = _lines(result, times, groups, score)
    if ax is None:
        ax = new_axes(8.6 if len(lines) > 1 else 7.2, 3.6)
    _set_limits(ax, lines, level)
    banded = [_draw(ax, line, i, len(lines)) for i, line in enumerate(lines)]
    _draw_infinite(ax, lines)
    if level is not None:
        ax.axhline(level, color=ink(), linewidth=1.0, linestyle=":", zorder=1.5)
    marks = ["band: up to the noise floor"] if any(banded) else []
    if any((line.score <= line.floor).any() for line in lines):
        marks.append("hollow: within the noise")
    if level is not None:
        marks.append(f"dotted: threshold {level:g}")
    missing = int(np.isnan(times.place).sum())
    if missing:
        marks.append(f"not shown: {missing:,} rows without a time")
    name = set_times(ax, times, short(time))
    ax.set_xlabel("\n".join([name, *([packed(ax, marks)] if marks else [])]), parse_math=False)
    ax.spines[["top", "right"]].set_visible(False)
    ax.set_ylabel(label, parse_math=False)
    entitle(ax, _title(result, score, keys))
    _explain(ax, lines)
    return ax


# ---- the frame ------------------------------------------------------------------------------


def _time_key(result: pd.DataFrame, keys: list[Any], time: Any) -> Any:
    if not keys:
        raise TypeError(
            "result has no key of groups, hence no time; pass what a method of df.info_theory "
            "with by=... gave."
        )
    if time is not None:
        if time not in keys:
            raise ValueError(f"time must be one of the keys {listing(keys)}; got {time!r}.")
        return time
    dated = [key for key in keys if is_dated(result[key])]
    found = dated or keys
    if len(found) > 1:
        raise ValueError(
            f"result has the keys {listing(found)}, each of which could be the time. Name it: "
            f"time={found[0]!r}."
        )
    return found[0]


def _level(result: pd.DataFrame, score: str, threshold: Any) -> float | None:
    if threshold is not None:
        if not is_number(threshold) or math.isinf(threshold):
            raise TypeError(f"threshold must be a finite number; got {threshold!r}.")
        return float(threshold)
    if "threshold" not in result.columns or not excess_of(result, score):
        return None
    found = result["threshold"].dropna().unique()
    return float(found[0]) if len(found) == 1 else None


def _lines(result: pd.DataFrame, times: Times, groups: list[Any], score: str) -> list[_Line]:
    floor = floor_of(result, score)
    scores = values_of(result, score)
    by_line = result.groupby([*groups, "column"], dropna=False, sort=False, observed=True).indices
    require_room(
        len(by_line),
        _MOST_LINES,
        "lines to draw",
        advice="Filter it first; plot.drift shows many columns and segments.",
    )
    several_columns = len(result["column"].drop_duplicates()) > 1
    lines = []
    for found in by_line.values():
        rows = np.asarray(found)
        rows = rows[~np.isnan(times.place[rows])]
        rows = rows[np.argsort(times.place[rows], kind="stable")]
        place = times.place[rows]
        if len(np.unique(place)) < len(place):
            raise ValueError(
                'result has more than one row for a time and line, as against="pairs" gives. '
                "Filter it to one comparison of each first; plot.heatmap shows pairs."
            )
        if not len(rows):
            continue
        first = result.iloc[rows[0]]
        parts = [short(first["column"])] if several_columns or not groups else []
        parts += [key_and_value(key, first[key]) for key in groups]
        lines.append(_Line(", ".join(parts), place, scores[rows], floor[rows]))
    if not lines:
        raise ValueError("result has no row with a time to draw.")
    return lines


def _title(result: pd.DataFrame, score: str, keys: list[Any]) -> str:
    columns = result["column"].drop_duplicates()
    name = short(columns.iloc[0]) if len(columns) == 1 else f"{len(columns)} columns"
    title = f"{measure_drawn(result, score)} of {name}{by_keys(keys)}"
    said = set(result["reference"]) if "reference" in result.columns else set()
    return f"{title} against {against(said.pop())}" if len(said) == 1 else title


# ---- the picture ----------------------------------------------------------------------------


def _set_limits(ax: Axes, lines: list[_Line], level: float | None) -> None:
    """Show 0 and every finite score; of a band only what is not far above them."""
    scores = np.concatenate([line.score for line in lines])
    floors = np.concatenate([line.floor for line in lines])
    marks = np.append(scores, [0.0] if level is None else [0.0, level])
    marks = marks[np.isfinite(marks)]
    low, high = float(marks.min()), float(marks.max())
    bands = floors[np.isfinite(floors)]
    high = max(high, min(float(bands.max(initial=high)), 2.0 * high)) or 1.0
    margin = 0.08 * (high - low)
    rows = sum(bool(np.isposinf(line.score).any()) for line in lines)
    part = min(0.5, _SIGN * (rows + 1) / (72 * size_of(ax)[1])) if rows else 0.0
    high += max(margin, part / (1 - part) * (high - low))
    ax.set_ylim(low - margin if low < 0 else 0.0, high)


def _look(i: int) -> dict[str, Any]:
    """Tell lines apart by colour and by marker, and by dashes when colours are used up."""
    return {
        "color": COLORS[i % len(COLORS)],
        "marker": _MARKERS[i % len(_MARKERS)],
        "linestyle": _DASHES[i // len(COLORS)],
    }


def _draw(ax: Axes, line: _Line, i: int, n_lines: int) -> bool:
    """Draw a line, its band and its markers; tell whether it has a band."""
    look = _look(i)
    finite = np.isfinite(line.score)
    drawn = np.where(finite, line.score, np.nan)
    size = 5.0 if len(line.place) <= _MANY_POINTS else 3.0
    banded = n_lines <= _MOST_BANDS and bool(np.isfinite(line.floor).any())
    if banded:
        bottom = ax.get_ylim()[0]
        alpha = 0.18
        color = ink() if n_lines == 1 else look["color"]
        top = np.minimum(line.floor, 2 * ax.get_ylim()[1])
        step: dict[str, Any] = {"color": color, "alpha": alpha, "linewidth": 0}
        ax.fill_between(line.place, bottom, top, where=~np.isnan(top), **step)
    ax.plot(line.place, drawn, **{**look, "marker": ""}, linewidth=1.4, zorder=2)
    within = finite & (line.score <= line.floor)
    for where, face in ((finite & ~within, look["color"]), (within, ax.get_facecolor())):
        if where.any():
            ax.plot(
                line.place[where],
                line.score[where],
                **{**look, "linestyle": ""},
                markerfacecolor=face,
                markersize=size,
                zorder=2.5,
            )
    return banded


def _draw_infinite(ax: Axes, lines: list[_Line]) -> None:
    """Mark infinite scores at the upper edge, those of each line below those of another."""
    row = 0
    for i, line in enumerate(lines):
        found = line.place[np.isposinf(line.score)]
        for place in found:
            ax.annotate(
                "∞",
                (place, 1.0),
                xycoords=ax.get_xaxis_transform(),
                xytext=(0, -_SIGN * row),
                textcoords="offset points",
                ha="center",
                va="top",
                fontsize=1.4 * _SIGN,
                color=_look(i)["color"],
            )
        row += len(found) > 0


def _explain(ax: Axes, lines: list[_Line]) -> None:
    """Name the lines, the highest at the end first."""
    from matplotlib.lines import Line2D

    if len(lines) == 1:
        return
    order = sorted(range(len(lines)), key=lambda i: -_last(lines[i]))
    handles = [Line2D([], [], **_look(i), markersize=5) for i in order]
    explain_lines(ax, handles, [lines[i].name for i in order])


def _last(line: _Line) -> float:
    known = line.score[~np.isnan(line.score)]
    return float(known[-1]) if len(known) else -math.inf
