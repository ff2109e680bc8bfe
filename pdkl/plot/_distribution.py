"""The picture of a distribution, or of one distribution per group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pdkl.plot._categories import in_order, labels_of, largest
from pdkl.plot._shared import (
    COLORS,
    arrow,
    bar_edge,
    by_keys,
    check_ax,
    check_top,
    entitle,
    explain_lines,
    group_names,
    ink,
    is_narrow,
    name_rows,
    new_axes,
    number,
    numbered,
    on_record,
    only_column,
    require,
    require_room,
    require_whole,
    rest_label,
    room_beside,
    settle,
    short,
    size_of,
    spread_ticks,
    values_of,
)
from pdkl.results.reading import keys_of, settings_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray


_NEEDED = ("column", "category", "count", "probability", "unit")
_MOST_GROUPS = 6
_MOST_CATEGORIES = 60
_THICKNESS = 0.8  # of all bars of a category, which is 1 apart from the next


@dataclass(frozen=True)
class _Shares:
    """A row per category, a column per group."""

    table: NDArray[np.float64]
    labels: list[str]
    groups: list[str]
    has_other: bool


def distribution(result: pd.DataFrame, *, top: int = 12, ax: Axes | None = None) -> Axes:
    """Draw the share of each category, a bar per group.

    Categories stand by their largest share in any group, and those beyond the first ``top`` are
    added up in one bar, "other", which may be cut off at the edge, with an arrow and its value.
    Levels of an ordered categorical keep their order. Bins stand in their order, all of them, with
    what is below and above at the ends and what is missing last.

    Parameters
    ----------
    result : pandas.DataFrame
        What `InfoTheory.distribution` gave for one column, or some of its groups.
    top : int
        How many categories are shown by name, at most 60; those with the largest shares.
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
        ``result`` is not a frame from `InfoTheory.distribution`, ``top`` is not an int, or ``ax``
        is not an Axes.
    ValueError
        No row, several columns, more than 6 groups, a part of a group only, more than 60 bins, or
        ``top`` out of its range.

    Examples
    --------
    >>> import pandas as pd
    >>> import pdkl
    >>> df = pd.DataFrame({"fruit": ["fig", "kiwi", "fig", "pear", "fig"]})
    >>> ax = pdkl.plot.distribution(df.info_theory.distribution("fruit"), top=1)
    >>> [label.get_text() for label in ax.get_yticklabels()]
    ['fig', 'other (2)']
    >>> [float(bar.get_width()) for bar in ax.patches]
    [0.6, 0.4]
    """
    check_top(top, _MOST_CATEGORIES)
    require(result, "a distribution", _NEEDED, "df.info_theory.distribution(...)")
    check_ax(ax)
    column = only_column(result)
    shares = _shares(result, top)
    n_rows, n_groups = shares.table.shape
    if ax is None:
        longest = max(len(label) for label in shares.labels)
        thickness = max(0.3, 0.15 * n_groups + 0.08)
        wide = 4.6 if n_groups == 1 else 6.0
        ax = new_axes(wide + 0.07 * longest, 0.9 + thickness * n_rows)
    ax.set_ylim(n_rows - 0.4, -0.6)
    ax.tick_params(axis="y", length=0)
    ax.set_xlabel(f"share{on_record(settings_of(result))}")
    name_rows(ax, shares.labels)
    is_above = is_narrow(ax)
    if n_groups > 1 and not is_above:
        _explain(ax, shares.groups, keys_of(result))
    settle(ax)
    name_rows(ax, shares.labels)
    ax.set_xlim(*room_beside(ax, 0.0, _draw(ax, shares)))
    spread_ticks(ax)
    ax.spines[["top", "right", "left"]].set_visible(False)
    ax.axvline(0.0, color=ink(), linewidth=0.8)
    entitle(ax, f"Shares of {short(column)}{by_keys(keys_of(result))}")
    if n_groups > 1 and is_above:
        _explain(ax, shares.groups, keys_of(result))
    return ax


def _shares(result: pd.DataFrame, top: int) -> _Shares:
    """Cast the frame to categories and groups, and add up what is not shown."""
    keys = keys_of(result)
    found, x = numbered(result[keys])
    require_room(len(found), _MOST_GROUPS)
    groups = group_names(found) if keys else [""]
    category = result["category"]
    y, _ = pd.factorize(category, use_na_sentinel=False)
    values = np.zeros((int(y.max()) + 1, len(groups)))
    values[y, x] = values_of(result, "probability")
    for name, total in zip(groups, values.sum(axis=0), strict=True):
        require_whole(total, name, "the probabilities add up to", "shares")
    empty = np.asarray(np.isnan(values).all(axis=0))  # a group of missing values only has no share
    groups = [
        f"{name} (no value)" if none else name for name, none in zip(groups, empty, strict=True)
    ]
    values = np.nan_to_num(values)
    first = np.unique(y, return_index=True)[1]
    size = values.max(axis=1)
    order, is_fixed = in_order(result.iloc[first], size)
    if is_fixed:
        require_room(len(order), _MOST_CATEGORIES, "bins", advice="Ask for fewer: bins=...")
    shown = order if is_fixed else largest(order, size, top)
    rest = np.setdiff1d(order, shown)
    names = labels_of(result.iloc[first])
    labels = [names[row] for row in shown]
    if not len(rest):
        return _Shares(values[shown], labels, groups, has_other=False)
    together = values[rest].sum(axis=0)
    labels.append(rest_label(len(rest)))
    return _Shares(np.vstack([values[shown], together]), labels, groups, has_other=True)


def _draw(ax: Axes, shares: _Shares) -> float:
    """Draw the bars with their values; return where the scale ends."""
    n_rows, n_groups = shares.table.shape
    named = shares.table[: n_rows - shares.has_other]
    edge = bar_edge(named, shares.table[-1].max() if shares.has_other else 0.0)
    thickness = _THICKNESS / n_groups
    points = size_of(ax)[1] * 72 * thickness / n_rows
    for i in range(n_groups):
        place = np.arange(n_rows) + (i - (n_groups - 1) / 2) * thickness
        share = shares.table[:, i]
        ends = np.minimum(share, edge)
        ax.barh(place, ends, thickness * 0.92, color=COLORS[i])
        for y, end, value in zip(place, ends, share, strict=True):
            cut = arrow(value, edge)
            if not cut and points < 6:  # no room beside each other; the scale tells
                continue
            ax.annotate(
                cut + number(value),
                (end, y),
                xytext=(3, 0),
                textcoords="offset points",
                va="center_baseline",
                fontsize=min(8.0, max(6.0, points)),
                in_layout=False,  # the margin of the scale is its room
            )
    return edge


def _explain(ax: Axes, groups: list[str], keys: list[Any]) -> None:
    """Name the groups, in the order of their bars."""
    from matplotlib.patches import Patch

    handles = [Patch(color=COLORS[i]) for i in range(len(groups))]
    explain_lines(ax, handles, groups, title=", ".join(short(key) for key in keys))
