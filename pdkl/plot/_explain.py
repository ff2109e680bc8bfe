"""The picture of what a change is made of: its parts one after the other, up to the whole."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pdkl.plot._shared import (
    BLUE,
    GREEN,
    LEAST,
    against,
    check_ax,
    check_top,
    entitle,
    group_names,
    ink,
    measure_words,
    name_rows,
    new_axes,
    number,
    only_column,
    packed,
    require,
    require_whole,
    room_after,
    settle,
    short,
    spread_ticks,
    total_in,
    values_of,
)
from pdkl.results.reading import keys_of, measure_of, settings_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray


_NEEDED = ("column", "contribution", "share", "expected", "noise_floor", "unit")
_CALL = "df.info_theory.explain(...)"
_MOST = 60
_THICKNESS = 0.62
_FONT = 8.0
_PALE = 0.35


@dataclass(frozen=True)
class _Parts:
    """The parts from the top down; the last may sum up those that are not shown."""

    names: list[str]
    size: NDArray[np.float64]
    share: NDArray[np.float64]
    expected: NDArray[np.float64]
    floor: NDArray[np.float64]  # NaN where none is known

    @property
    def total(self) -> float:
        return math.fsum(self.size)


def explain(result: pd.DataFrame, *, top: int = 12, ax: Axes | None = None) -> Axes:
    """Draw what a change is made of, as a waterfall: each part begins where the one before ends.

    The parts are columns, each given those above it, or the mix of segments and what changed within
    each, the largest first. The last bar is all of them together, the divergence in the title. Of
    each bar the pale part is what chance adds on average where nothing differs, and the upright
    line is the noise floor: a part that ends before it may be chance alone. Small parts are added
    up as "n others". An infinite part is a hatched bar to the edge.

    Parameters
    ----------
    result : pandas.DataFrame
        What `InfoTheory.explain` gave; with ``by`` the rows of one column.
    top : int
        How many parts are shown, at most 60: those that add most. The mix is always shown.
    ax : matplotlib.axes.Axes, optional
        Where to draw. A new figure if left out.

    Returns
    -------
    matplotlib.axes.Axes
        The axes with the bars.

    Raises
    ------
    ImportError
        matplotlib is not installed.
    TypeError
        ``result`` is not a frame from `InfoTheory.explain`, ``top`` is not an int, or ``ax`` is not
        an Axes.
    ValueError
        No row, segments of several columns, a part of the rows only, or ``top`` out of its range.

    Examples
    --------
    >>> import pandas as pd
    >>> import pdkl
    >>> before = pd.DataFrame({"paid": list("nnyy"), "sent": list("nyny"), "rows": 250})
    >>> today = pd.DataFrame({"paid": list("ny"), "sent": list("ny"), "rows": 500})
    >>> why = today.info_theory.explain(before, weights="rows", base="bit")
    >>> ax = pdkl.plot.explain(why)
    >>> print(ax.get_title())
    JS divergence of 2 columns together against the
    reference: 0.311 bit
    >>> [label.get_text() for label in ax.get_yticklabels()]
    ['paid', 'sent', 'together']
    """
    check_top(top, _MOST, of="parts")
    require(result, "parts of a change", _NEEDED, _CALL)
    by_segment = "part" in result.columns
    if not by_segment:
        require(result, "parts of a change", ["step", "given"], _CALL)
    check_ax(ax)
    name = only_column(result) if by_segment else ""
    known = values_of(result, "share")
    if not np.isnan(known).any():
        require_whole(float(known.sum()), name, "the shares add up to", "parts")
    parts = _segments(result, top) if by_segment else _columns(result, top)
    n_rows = len(parts.names) + 1
    if ax is None:
        longest = max(map(len, parts.names))
        ax = new_axes(5.2 + 0.07 * longest, 1.1 + 0.3 * n_rows)
    unit = result["unit"].iloc[0]
    names = [*parts.names, "together"]
    notes = [] if by_segment else ["each given those above"]
    if (parts.expected > 0).any():
        notes.append("pale: expected by chance")
    if (parts.floor > 0).any():
        notes.append("upright: noise floor")
    ax.set_ylim(n_rows - 0.4, -0.6)
    ax.tick_params(axis="y", length=0)
    ax.spines[["top", "right", "left"]].set_visible(False)
    label = f"contribution ({unit})"
    ax.set_xlabel("\n".join([label, *([packed(ax, notes)] if notes else [])]))
    name_rows(ax, names)
    settle(ax)
    points = name_rows(ax, names)
    _draw(ax, parts, min(_FONT, 0.8 * points))
    entitle(ax, f"{_title(result, name)}: {total_in(parts.total, unit)}")
    return ax


# ---- the frame ------------------------------------------------------------------------------


def _title(result: pd.DataFrame, name: str) -> str:
    settings, measure = settings_of(result), measure_of(result)
    if name:
        of = f"{short(name)} with {', '.join(map(short, keys_of(result)))}"
    else:
        columns = settings.get("columns", [])
        of = short(columns[0]) if len(columns) == 1 else f"{len(columns) or 'all'} columns together"
    what = measure_words(measure) if measure else "Change"
    return f"{what} of {of} against {against(settings.get('comparison', 'frame'))}"


def _columns(result: pd.DataFrame, top: int) -> _Parts:
    """Take the columns in their order."""
    return _parts(result, [short(column) for column in result["column"]], top, first=0)


def _segments(result: pd.DataFrame, top: int) -> _Parts:
    """Take the mix, then the segments, the largest contribution first."""
    keys, is_mix = keys_of(result), result["part"].eq("mix").to_numpy()
    order = np.lexsort([-values_of(result, "contribution"), ~is_mix])
    result = result.iloc[order]
    names = group_names(result[keys])
    mix = int(is_mix.sum())
    names[:mix] = [f"mix of {', '.join(map(short, keys))}"] * mix
    return _parts(result, names, top, first=mix)


def _parts(result: pd.DataFrame, names: list[str], top: int, *, first: int) -> _Parts:
    """Keep the first parts and the largest others in their order, and add up the rest."""
    columns = ("contribution", "share", "expected", "noise_floor")
    table = np.array([values_of(result, column) for column in columns])
    size = np.abs(table[0])
    size[:first] = math.inf
    order = np.argsort(-size, kind="stable")
    shown, rest = np.sort(order[:top]), order[top:]
    names = [names[i] for i in shown]
    table[-1, ~np.isfinite(table[-1])] = math.nan  # of KL noise may be infinite
    together = table[:, shown]
    if len(rest):
        names.append("1 other" if len(rest) == 1 else f"{len(rest):,} others")
        added = table[:, rest].sum(axis=1)
        added[-1] = math.nan  # noise floors do not add up
        together = np.column_stack([together, added])
    return _Parts(names, *together)


# ---- the picture ----------------------------------------------------------------------------


def _draw(ax: Axes, parts: _Parts, points: float) -> None:
    """Draw the bars from the top down, and what they add up to."""
    if math.isnan(parts.total):
        ax.set(xticks=[], yticks=[])
        ax.text(0.5, 0.5, "nothing to compare", transform=ax.transAxes, ha="center", color="grey")
        return
    finite = np.where(np.isinf(parts.size), 0.0, parts.size)
    ends = np.cumsum(finite)
    begins = ends - finite
    total = float(ends[-1])
    edge = max(float(np.maximum(ends, begins + np.nan_to_num(parts.floor)).max()), 1e-300)
    texts = [
        number(size) + ("" if math.isnan(share) else f" ({share:.0%})")
        for size, share in zip(parts.size, parts.share, strict=True)
    ]
    texts.append(number(parts.total))
    begins, sizes = np.append(begins, 0.0), np.append(parts.size, parts.total)
    pale = np.append(parts.expected, parts.expected.sum())
    floors = np.append(parts.floor, math.nan)
    stops = np.where(np.isinf(sizes), edge, np.append(ends, total))
    after = np.maximum(stops, np.nan_to_num(begins + floors))
    low = min(0.0, float(np.min(stops)))
    ax.set_xlim(low, room_after(ax, low, after.tolist(), texts, points) or 1.0)
    spread_ticks(ax)
    ax.axvline(0.0, color=ink(), linewidth=0.8)
    look: dict[str, Any] = {"height": _THICKNESS}
    for y, (begin, stop, size, by_chance) in enumerate(
        zip(begins, stops, sizes, pale, strict=True)
    ):
        color = GREEN if y == len(parts.names) else BLUE
        if math.isinf(size):
            hatched: dict[str, Any] = {
                "facecolor": "none",
                "edgecolor": color,
                "hatch": "////",
                "linewidth": 0,
            }
            ax.barh(y, stop - begin, left=begin, **look, **hatched)
        else:
            middle = begin + min(max(by_chance, 0.0), max(size, 0.0))
            ax.barh(y, middle - begin, left=begin, color=color, alpha=_PALE, **look)
            ax.barh(y, stop - middle, left=middle, color=color, **look)
        if y < len(parts.names) and math.isfinite(size):  # on to the next one, or the whole
            ax.plot([stop, stop], [y, y + 1], color="0.5", linewidth=0.7, zorder=0)
        if floors[y] > 0:
            reach = _THICKNESS / 2 + 0.08
            ax.plot([begin + floors[y]] * 2, [y - reach, y + reach], color=ink(), linewidth=1.2)
        if points >= LEAST or math.isinf(size):
            ax.annotate(
                texts[y],
                (after[y], y),
                xytext=(3, 0),
                textcoords="offset points",
                va="center_baseline",
                fontsize=max(points, LEAST),
                in_layout=False,  # the scale has room
            )
