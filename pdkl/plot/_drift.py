"""The picture of which columns drift in which segments."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pdkl.plot import _matrix
from pdkl.plot._shared import (
    check_ax,
    check_top,
    group_names,
    named_score,
    number,
    numbered,
    packed,
    require,
    require_room,
    score_of,
    short,
    values_of,
)
from pdkl.results.reading import JUDGED, NO_VALUE, count_statuses, judged, keys_of
from pdkl.results.statuses import BY_NAME, DRIFT, LEGEND, SCORED

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray


_MOST_SEGMENTS = 60
_MOST_COLUMNS = 100


def drift(result: pd.DataFrame, *, top: int = 40, ax: Axes | None = None) -> Axes:
    """Draw which columns drift in which segments: a row per column, a column per segment.

    The colour is the score in excess of noise, of which 0 or less has the palest colour. The status
    is written: a triangle and bold digits for drift, a question mark for unsure; new, gone, empty
    and error are words, or a sign each, on grey and hatched where there is no score; a dash is a
    score without a value. The line in
    the scale is the threshold. The title counts what the whole frame says, also where columns are
    left out.

    Parameters
    ----------
    result : pandas.DataFrame
        What `InfoTheory.drift` gave, or some of its rows.
    top : int
        How many columns are shown, at most 100. Where there are more, those that differ most: by
        their worst status, then by their highest excess. Otherwise all, in their order.
    ax : matplotlib.axes.Axes, optional
        Where to draw. A new figure if left out, as large as the cells need.

    Returns
    -------
    matplotlib.axes.Axes
        The axes with the cells.

    Raises
    ------
    ImportError
        matplotlib is not installed.
    TypeError
        ``result`` is not a frame from `InfoTheory.drift`, ``top`` is not an int, or ``ax`` is not
        an Axes.
    ValueError
        No row, several rows for a column and segment, an unknown status, more than 60 segments, or
        ``top`` out of its range.

    Examples
    --------
    >>> import pandas as pd
    >>> import pdkl
    >>> frame = pd.DataFrame(
    ...     {
    ...         "shop": ["a", "a", "b", "b"],
    ...         "column": ["fruit", "size", "fruit", "size"],
    ...         "status": ["drift", "ok", "ok", "empty"],
    ...         "measure": "js_distance",
    ...         "score": [0.31, 0.03, 0.02, None],
    ...         "excess": [0.3, 0.01, -0.01, None],
    ...         "noise_floor": 0.05,
    ...         "threshold": 0.1,
    ...     }
    ... )
    >>> ax = pdkl.plot.drift(frame)
    >>> ax.get_title()
    '1 drift, 1 empty, 2 ok'
    >>> [cell.get_text() for cell in ax.texts]
    ['0.30 ▲', '-0.01', '0.01', 'empty']
    """
    check_top(top, _MOST_COLUMNS, of="columns")
    call = "df.info_theory.drift(...)"
    require(result, "drift", ["column", "status", "measure", *JUDGED, "threshold"], call)
    check_ax(ax)
    score = score_of(result, None)
    label = named_score(result, score)
    unknown = [status for status in result["status"].unique() if status not in BY_NAME]
    if unknown:
        raise ValueError(
            f"result has the status {unknown[0]!r}; it must be one of "
            f"{', '.join(repr(one.name) for one in LEGEND)}."
        )
    columns, y = numbered(result[["column"]])
    segments, x = numbered(result[keys_of(result)])
    require_room(
        len(segments),
        _MOST_SEGMENTS,
        "segments",
        advice="Filter it first, or take a coarser key; plot.timeline shows one column over many "
        "times.",
    )
    values = np.full((len(columns), len(segments)), np.nan)
    status = np.full(values.shape, "", dtype=object)
    values[y, x] = judged(*(values_of(result, name) for name in JUDGED))
    status[y, x] = result["status"]
    if len(result) > (status != "").sum():
        raise ValueError(
            "result has more than one row for a column and segment. Filter it to one comparison "
            "of each first."
        )
    chosen = _chosen(values, status, top)
    shown, marked = values[chosen], status[chosen]
    ax, bar = _matrix.draw(
        _matrix.Cells(
            shown,
            marked == "",
            hatched=(marked != "") & ~np.isin(marked, SCORED),
            bold=marked == DRIFT.name,
            texts=_texts(shown, marked, _decimals(result)),
            rows=[short(columns["column"].iloc[row]) for row in chosen],
            columns=group_names(segments),
            reach=2.0 * values_of(result, "threshold").max(initial=0.0),
        ),
        ax,
        label,
    )
    if bar is not None:
        for threshold in result["threshold"].dropna().unique():
            bar.ax.axhline(threshold, color="black", linewidth=2.4)
            bar.ax.axhline(threshold, color="white", linewidth=1.0)
    counts = count_statuses(result)
    named = [one.name for one in LEGEND if one.name in counts]
    title = packed(ax, [f"{counts[name]:,} {name}" for name in named], ", ")
    if len(chosen) < len(status):
        shown_part = f"shown: the {len(chosen)} of {len(status):,} columns"
        title += "\n" + packed(ax, [shown_part, "that differ most"], " ")
    ax.set_title(title, fontsize="medium")
    names = ", ".join(short(key) for key in keys_of(result))
    _matrix.explain(ax, names, _marks(shown, marked))
    return ax


def _chosen(values: Any, status: Any, top: int) -> NDArray[np.int64]:
    """Choose the columns that differ most, where not all of them are shown."""
    if len(values) <= top:
        return np.arange(len(values))
    rank = {one.name: place for place, one in enumerate(LEGEND)}
    worst = [min(rank[name] for name in row if name) for row in status]
    highest = np.where(np.isnan(values), -np.inf, values).max(axis=1)
    return np.lexsort([-highest, worst])[:top]


def _decimals(result: pd.DataFrame) -> int:
    """Choose how many decimals tell a score from the threshold."""
    least = values_of(result, "threshold").min()
    return 1 - math.floor(math.log10(least)) if 0 < least < 0.1 else 2


def _texts(values: Any, status: Any, decimals: int) -> list[NDArray[np.object_]]:
    """Write the cells: score and mark, or the mark alone."""
    full, brief = (np.full(values.shape, "", dtype=object) for _ in range(2))
    for y, x in np.argwhere(status != ""):
        one = BY_NAME[status[y, x]]
        value = NO_VALUE if np.isnan(values[y, x]) else _rounded(values[y, x], decimals)
        full[y, x] = f"{value} {one.mark}".rstrip() if one.is_scored else one.name
        brief[y, x] = one.mark or (NO_VALUE if value == NO_VALUE else "")
    return [full, brief]


def _rounded(value: float, decimals: int) -> str:
    return number(value) if math.isinf(value) else f"{round(value, decimals) + 0.0:.{decimals}f}"


def _marks(values: Any, status: Any) -> list[str]:
    """Say what the marks mean that occur."""
    marks = [f"{one.mark} {one.words}" for one in LEGEND if one.mark and (status == one.name).any()]
    return marks + _matrix.no_value(values[np.isin(status, SCORED)])
