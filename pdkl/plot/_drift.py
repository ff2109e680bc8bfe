"""The picture of which columns drift, in which segments."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pdkl.plot import _matrix
from pdkl.plot._categories import label_of_bin
from pdkl.plot._shared import (
    BLUE,
    LEAST,
    RED,
    against,
    by_keys,
    check_ax,
    check_top,
    cut,
    entitle,
    floor_of,
    group_names,
    ink,
    measure_drawn,
    name_rows,
    named_score,
    new_axes,
    number,
    numbered,
    packed,
    require,
    require_room,
    room_after,
    score_of,
    settle,
    short,
    spread_ticks,
    values_of,
)
from pdkl.results.reading import (
    JUDGED,
    NO_VALUE,
    count_statuses,
    is_missing,
    judged,
    keys_of,
    settings_of,
    worst_first,
)
from pdkl.results.statuses import BY_NAME, DRIFT, LEGEND, SCORED, UNSURE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray


_MOST_SEGMENTS = 60
_MOST_COLUMNS = 100
_FONT = 8.0  # points
_DRIVER = 22  # characters
CATEGORICAL = "categorical"  # the kind of what has no bins


def drift(result: pd.DataFrame, *, top: int = 40, ax: Axes | None = None) -> Axes:
    """Draw which columns drift: a row per column, and a column per segment where there are any.

    With segments the colour of a cell is the score in excess of noise, of which 0 or less has the
    palest colour, and the line in the scale of colours is the threshold. Without them the excess is
    a point at the end of a line, the worst first, above a grey bar that reaches to the noise floor,
    and beside what drifts or may stands the category that changed most.

    The status is written: a triangle and bold digits for drift, a question mark for unsure; new,
    gone, empty and error are words, or a sign each, on grey and hatched where there is no score; a
    dash is a score without a value. The title counts what the whole frame says, also where columns
    are left out.

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
    >>> print(ax.get_title())
    JS distance of 2 columns by shop
    1 drift, 1 empty, 2 ok
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
    keys = keys_of(result)
    columns, y = numbered(result[["column"]])
    segments, x = numbered(result[keys])
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
    if not keys:
        order = worst_first(result)[:top]
        texts, bold = _texts(values, status, _decimals(result))[0][:, 0], status[:, 0] == DRIFT.name
        ax = _lollipops(result.iloc[order], ax, label, texts[y[order]], bold[y[order]])
        entitle(ax, _title(ax, result, len(columns), len(order)))
        return ax
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
    entitle(ax, _title(ax, result, len(columns), len(chosen)), 1.5)
    names = ", ".join(short(key) for key in keys)
    _matrix.explain(ax, names, _marks(shown, marked))
    return ax


def _title(ax: Axes, result: pd.DataFrame, n_columns: int, n_shown: int) -> str:
    """Say what was compared and what came out, of the whole frame."""
    counts = count_statuses(result)
    compared = settings_of(result).get("comparison")
    of = str(result["column"].iloc[0]) if n_columns == 1 else f"{n_columns:,} columns"
    lines = [
        f"{measure_drawn(result, score_of(result, None))} of {short(of)}{by_keys(keys_of(result))}"
        + (f" against {against(compared)}" if compared else ""),
        packed(
            ax, [f"{counts[one.name]:,} {one.name}" for one in LEGEND if one.name in counts], ", "
        ),
    ]
    if n_shown < n_columns:
        part = f"shown: the {n_shown} of {n_columns:,} columns"
        lines.append(packed(ax, [part, "that differ most"], " "))
    return "\n".join(lines)


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


# ---- without segments -----------------------------------------------------------------------


def _lollipops(
    rows: pd.DataFrame,
    ax: Axes | None,
    label: str,
    texts: NDArray[np.object_],
    bold: NDArray[np.bool_],
) -> Axes:
    """Draw the excess of each column as a point at the end of a line, above the noise."""
    names = [short(column) for column in rows["column"]]
    values = judged(*(values_of(rows, name) for name in JUDGED))
    floors = floor_of(rows, JUDGED[1])
    status = rows["status"].to_numpy()
    levels = rows["threshold"].dropna().unique()
    texts = np.array([f"{text}{of}" for text, of in zip(texts, _drivers(rows), strict=True)])
    n_rows = len(rows)
    if ax is None:
        ax = new_axes(6.2 + 0.07 * max(map(len, names)), 1.3 + 0.27 * max(n_rows, 2))
    ax.set_ylim(max(n_rows, 2) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0)
    ax.spines[["top", "right", "left"]].set_visible(False)
    notes = ["grey: up to the noise floor"] if (floors > 0).any() else []
    notes += [f"dotted: threshold {level:g}" for level in levels if len(levels) == 1]
    _note(ax, label, [*_marks(values, status), *notes])
    name_rows(ax, names)
    settle(ax)
    points = min(_FONT, 0.8 * name_rows(ax, names))
    finite = values[np.isfinite(values)]
    most = max(float(finite.max(initial=0.0)), *(1.2 * levels), 1e-300)
    ends = np.clip(np.nan_to_num(values, nan=0.0, posinf=most), None, most)
    bars = np.minimum(np.nan_to_num(floors), 1.5 * most)
    after = np.maximum(np.maximum(ends, bars), 0.0)
    low = float(ends.min(initial=0.0))
    if points < LEAST:  # no room for words: marks alone
        texts = np.array([BY_NAME[one].mark for one in status], dtype=object)
    else:
        in_words = ~np.isin(status, SCORED)
        _note(ax, label, [*_marks(values, np.where(in_words, "", status)), *notes])
    high = room_after(ax, low, after.tolist(), texts.tolist(), max(points, LEAST))
    ax.set_xlim(low - 0.03 * (high - low) if low < 0 else 0.0, max(high, most))
    spread_ticks(ax)
    ax.barh(np.arange(n_rows), bars, 0.6, color=ink(), alpha=0.18, linewidth=0)
    ax.axvline(0.0, color=ink(), linewidth=0.8)
    if len(levels) == 1:
        ax.axvline(levels[0], color=ink(), linewidth=1.0, linestyle=":", zorder=1.5)
    size = min(6.0, 0.5 * points + 2.0)
    for y, (end, name, text, after_it) in enumerate(zip(ends, status, texts, after, strict=True)):
        color = RED if name in (DRIFT.name, UNSURE.name) else BLUE
        if not math.isnan(values[y]):
            ax.plot([0.0, end], [y, y], color=color, linewidth=1.6, zorder=2)
            face = ax.get_facecolor() if name == UNSURE.name else color
            ax.plot([end], [y], "o", color=color, markerfacecolor=face, markersize=size, zorder=3)
        ax.annotate(
            text,
            (after_it, y),
            xytext=(5, 0),
            textcoords="offset points",
            va="center_baseline",
            fontsize=max(points, LEAST),
            fontweight="bold" if bold[y] else "normal",
            parse_math=False,
            bbox={"facecolor": ax.get_facecolor(), "edgecolor": "none", "pad": 0.4},
            in_layout=False,  # the scale has room
        )
    return ax


def _note(ax: Axes, label: str, notes: list[str]) -> None:
    """Name the scale, and say what the marks are."""
    ax.set_xlabel("\n".join([label, *([packed(ax, notes)] if notes else [])]), parse_math=False)


def _drivers(rows: pd.DataFrame) -> list[str]:
    """Name what changed most in each column that drifts, or may."""
    if not {"top_category", "kind"} <= set(rows.columns):
        return [""] * len(rows)
    found = zip(rows["status"], rows["top_category"], rows["kind"], strict=True)
    return [
        ""
        if status not in (DRIFT.name, UNSURE.name) or is_missing(top)
        else f"  {cut(short(top) if kind == CATEGORICAL else label_of_bin(top), _DRIVER)}"
        for status, top, kind in found
    ]
