"""The picture of what each category adds to a divergence, beside its shares."""

from __future__ import annotations

import math
from dataclasses import dataclass
from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pdkl.plot._categories import labels_of, largest, own_order
from pdkl.plot._shared import (
    BLUE,
    GLYPH,
    GREEN,
    LEAST,
    POINTS,
    RED,
    arrow,
    bar_edge,
    both_keys,
    check_ax,
    check_top,
    comparison,
    entitle,
    ink,
    load_pyplot,
    measure_words,
    name_rows,
    number,
    on_record,
    require,
    require_room,
    require_whole,
    rest_label,
    room_beside,
    settle,
    size_of,
    spread_ticks,
    total_in,
)
from pdkl.results.reading import measure_of, settings_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray


_NEEDED = ("column", "category", "p", "q", "contribution", "unit")
_MOST_PANELS = 36
_THICKNESS = 0.7  # of all bars of a category, which is 1 apart from the next
_PARTS = (1.0, 0.8)  # how wide the shares are, and the contributions
_BOTH = 1.1 + _PARTS[1] / _PARTS[0]  # and both with the gap between, in widths of the first
_FONT = 7.0  # points of these numbers, at most
_LABEL = 9.0  # points of the names of the scales
_SHORTEST_LINE = 12  # characters
_TERMS = {  # what the legend says that one of the terms is
    "kl_divergence": "p log(p / q)",
    "js_divergence": "½ p log(p / m) + ½ q log(q / m), m = (p + q) / 2",
    "cross_entropy": "-p log q",
    "entropy": "-p log p",
}


@dataclass(frozen=True)
class _Panel:
    """One group: its rows are what is shown, so that their contributions sum to the total."""

    name: str
    rows: pd.DataFrame  # label, p, q, contribution
    has_other: bool  # the last row sums up what is not shown
    total: float
    unit: str


def contributions(
    result: pd.DataFrame, *, top: int = 12, ax: Axes | None = None
) -> Axes | NDArray[np.object_]:
    """Draw the shares of each category in P and Q, and beside them what it adds to the divergence.

    On the left two bars a category, its share in P and in Q; on the right, on a scale of its own,
    its term: for KL p log(p / q), to the right of zero where P has more of it than Q expects. The
    terms add up to the divergence in the title. An infinite term is a hatched bar to the edge,
    marked with the sign of infinity. All groups share both scales; bars of "other" may be cut off
    at the edge, with an arrow and their value. Entropy has no Q, so none is drawn.

    The category with the largest contribution stands first; bins and ordered levels keep their
    order.

    Parameters
    ----------
    result : pandas.DataFrame
        What `InfoTheory.contributions` gave, or some of its groups.
    top : int
        How many categories are shown, those with the largest contributions by absolute value; the
        others are added up in one bar, "other".
    ax : matplotlib.axes.Axes, optional
        Where to draw; only for a single group. It is parted in two. A new figure if left out.

    Returns
    -------
    matplotlib.axes.Axes or numpy.ndarray of them
        The axes with the shares: one for a single group, else an array with one for each group, in
        their order. Those of the contributions follow each in the axes of the figure, or come last
        in that of ``ax``.

    Raises
    ------
    ImportError
        matplotlib is not installed.
    TypeError
        ``result`` is not a frame from `InfoTheory.contributions`, ``top`` is not an int, or ``ax``
        is not an Axes.
    ValueError
        No group or too many groups, a part of a group only, ``top`` below 1, or ``ax`` for several
        groups.

    Examples
    --------
    >>> import pandas as pd
    >>> import pdkl
    >>> die = pd.DataFrame({"face": [1, 1, 1, 1, 1, 2, 3, 4, 5, 6]})
    >>> terms = die.info_theory.contributions("face", against="uniform", base="bit")
    >>> ax = pdkl.plot.contributions(terms)
    >>> ax.get_title()
    'KL divergence of face against equal shares: 0.424 bit'
    >>> [axes.get_xlabel() for axes in ax.figure.axes]
    ['share', 'contribution (bit)']
    """
    check_top(top)
    groups, measure = _groups(result), measure_of(result)
    _check_caller(ax, len(groups))
    panels = [_panel(group, measure, top) for group in groups]
    figure, pairs = (None, [_part(ax)]) if ax is not None else _figure(panels)
    n_rows = _tallest(panels)
    for (left, right), panel in zip(pairs, panels, strict=True):
        left.set_ylim(n_rows - 0.4, -0.6)  # the same for all: bars of the same thickness
        _dress(left, right, panel)
    _label(pairs, panels[0].unit, settings_of(result))
    up = _explain(figure, pairs[0][0], measure)
    settle(pairs[0][0])
    edges = _edges(panels, measure)
    for (left, right), panel in zip(pairs, panels, strict=True):
        _draw(left, right, panel, measure, edges)
        # in the middle of both
        entitle(left, _title(panel, measure), _BOTH, x=_BOTH / 2, pad=6.0 + up)
    axes = [left for left, _ in pairs]
    axes[0].figure.sca(axes[0])  # what pyplot goes on with
    return axes[0] if len(axes) == 1 else np.array(axes, dtype=object)


# ---- the frame, cut into what the panels show -----------------------------------------------


def _groups(result: Any) -> list[pd.DataFrame]:
    """Split a result into its groups, in their order."""
    require(result, "contributions", _NEEDED, "df.info_theory.contributions(...)")
    keys, others = both_keys(result)
    names = [*keys, "column", *(["reference"] if "reference" in result.columns else []), *others]
    by_group = result.groupby(names, dropna=False, sort=False, observed=True)
    groups = [group for _, group in by_group]
    require_room(len(groups), _MOST_PANELS)
    for group in groups:
        _require_whole(group)
    return groups


def _require_whole(group: pd.DataFrame) -> None:
    """Raise where rows were left out: the terms would not add up to the divergence."""
    if group["contribution"].isna().all():
        return
    require_whole(group["p"].sum(), comparison(group), "p adds up to", "contributions")


def _check_caller(ax: Any, n_groups: int) -> None:
    check_ax(ax)
    if ax is not None and n_groups > 1:
        raise ValueError(
            f"ax is for a single group; result has {n_groups}. Leave ax out for small "
            "multiples, or filter the result."
        )


def _panel(group: pd.DataFrame, measure: str, top: int) -> _Panel:
    """Keep the top categories, and add up the others."""
    has_q = measure != "entropy"
    # the alphabet also holds what occurs in other groups only
    rows = group[(group["p"] != 0) | ((group["q"] != 0) & has_q)].reset_index(drop=True)
    labels = labels_of(rows)
    size = rows["contribution"].abs().to_numpy()
    order = own_order(rows)
    if order is not None:
        order = largest(order, size, top)
    else:  # by share where contributions tie, as infinite ones do, and those of what P lacks
        order = np.lexsort([-rows["q"].to_numpy(), -rows["p"].to_numpy(), -size])[:top]
    chosen, rest = rows.iloc[order], rows.drop(rows.index[order])
    shown = chosen[["p", "q", "contribution"]].copy()
    shown["label"] = [labels[i] for i in order]
    if len(rest):
        other = rest[["p", "q", "contribution"]].sum(skipna=False).to_dict()
        other["label"] = rest_label(len(rest))
        shown = pd.concat([shown, pd.DataFrame([other])])
    total = math.fsum(group["contribution"])
    if math.isnan(total):  # nothing to show
        shown, rest = shown.iloc[:0], rest.iloc[:0]
    unit = str(group["unit"].iloc[0])
    return _Panel(comparison(group, has_q=has_q), shown, len(rest) > 0, total, unit)


# ---- the figure -----------------------------------------------------------------------------


def _figure(panels: list[_Panel]) -> tuple[Figure, list[tuple[Axes, Axes]]]:
    """Make a figure of equal panels, as high as the one with the most categories."""
    count = len(panels)
    columns = _columns(count)
    rows = math.ceil(count / columns)
    longest = max((len(label) for panel in panels for label in panel.rows["label"]), default=0)
    width = (6.6 if count == 1 else 3.9) + 0.07 * longest
    height = 0.6 + 0.34 * _tallest(panels)
    figure = load_pyplot().figure(
        figsize=(width * columns, 0.7 + height * rows), layout="constrained"
    )
    grid = figure.add_gridspec(rows, columns)
    return figure, [_part(figure.add_subplot(grid[divmod(i, columns)])) for i in range(count)]


def _columns(count: int) -> int:
    return count if count <= 3 else math.ceil(math.sqrt(count))


def _part(ax: Axes) -> tuple[Axes, Axes]:
    """Part an axes in two with the same rows, for shares and for contributions."""
    spec = ax.get_subplotspec()
    if spec is not None:
        gap = 0.2 if ax.figure.get_layout_engine() is None else 0.0  # a layout has its own
        parts = spec.subgridspec(1, 2, width_ratios=_PARTS, wspace=gap)
        ax.set_subplotspec(parts[0])
        return ax, ax.figure.add_subplot(parts[1], sharey=ax)
    box = ax.get_position()
    one = box.width / (sum(_PARTS) + 0.1)
    ax.set_position((box.x0, box.y0, one * _PARTS[0], box.height))
    place = (box.x1 - one * _PARTS[1], box.y0, one * _PARTS[1], box.height)
    return ax, ax.figure.add_axes(place, sharey=ax)


def _tallest(panels: list[_Panel]) -> int:
    return max(2, *(len(panel.rows) for panel in panels))


@dataclass(frozen=True)
class _Edges:
    """The range of the finite bars: one scale makes the panels comparable."""

    share: float
    low: float
    high: float


def _edges(panels: list[_Panel], measure: str) -> _Edges:
    named = [panel.rows.iloc[: len(panel.rows) - panel.has_other] for panel in panels]
    others = [panel.rows.tail(1) for panel in panels if panel.has_other]
    shares = ["p"] if measure == "entropy" else ["p", "q"]
    share, high = (
        bar_edge(
            _finite([rows[drawn] for rows in named]),
            _finite([rows[drawn] for rows in others]).max(initial=0.0),
        )
        for drawn in (shares, ["contribution"])
    )
    low = _finite([panel.rows["contribution"] for panel in panels]).min(initial=0.0)
    return _Edges(share, low, max(high, -low / 2))


def _finite(parts: list[Any]) -> NDArray[np.float64]:
    values = [part.to_numpy(dtype=np.float64).ravel() for part in parts]
    joined: NDArray[np.float64] = np.concatenate([np.empty(0), *values])
    return joined[np.isfinite(joined)]


def _title(panel: _Panel, measure: str) -> str:
    name = measure_words(measure) if measure in _TERMS else "Total"
    return f"{name} of {panel.name}: {total_in(panel.total, panel.unit)}"


def _dress(left: Axes, right: Axes, panel: _Panel) -> None:
    """Set what takes room beside the bars."""
    right.spines[["top", "right", "left"]].set_visible(False)
    left.spines[["top", "right", "left"]].set_visible(False)
    left.tick_params(axis="y", length=0)
    right.tick_params(axis="y", length=0, labelleft=False)
    if math.isnan(panel.total):
        left.set(xticks=[], yticks=[])
        right.set_xticks([])
        left.text(
            0.5, 0.5, "nothing to compare", transform=left.transAxes, ha="center", color="grey"
        )
        return
    name_rows(left, panel.rows["label"].tolist())


def _draw(left: Axes, right: Axes, panel: _Panel, measure: str, edges: _Edges) -> None:
    left.set_xlim(*room_beside(left, 0.0, edges.share))
    right.set_xlim(*room_beside(right, edges.low, edges.high))
    if math.isnan(panel.total):
        return
    spread_ticks(left)
    spread_ticks(right)
    points = name_rows(left, panel.rows["label"].tolist())
    place = np.arange(len(panel.rows), dtype=np.float64)
    for ax in (left, right):
        for line in place[1:]:
            ax.axhline(line - 0.5, color="0.5", alpha=0.25, linewidth=0.6, zorder=0)
        ax.axvline(0.0, color=ink(), linewidth=0.8)
    # a bar is as long as its value, up to the edge; the value is written where it is cut off, and
    # for what made a term infinite, often too small a share to be seen
    p, q, term = (panel.rows[name].to_numpy(np.float64) for name in ("p", "q", "contribution"))
    infinite = np.isinf(term)
    if measure == "entropy":
        _draw_shares(left, place, p, _THICKNESS, edges.share, infinite, BLUE, points)
    else:
        lane = _THICKNESS / 2
        _draw_shares(left, place - lane / 2, p, lane, edges.share, infinite, BLUE, points)
        _draw_shares(left, place + lane / 2, q, lane, edges.share, infinite & False, RED, points)
    _draw_terms(right, place, term, edges.high, points)


def _draw_shares(
    ax: Axes,
    place: NDArray[np.float64],
    share: NDArray[np.float64],
    thickness: float,
    edge: float,
    written: NDArray[np.bool_],
    color: str,
    points: float,
) -> None:
    ends = np.minimum(share, edge)
    ax.barh(place, ends, thickness, color=color)
    for row in np.flatnonzero(written | (share > edge)):
        text = arrow(share[row], edge) + number(share[row])
        _write(ax, ends[row], place[row], text, min(_FONT, thickness * points * 1.1))


def _draw_terms(
    ax: Axes, place: NDArray[np.float64], term: NDArray[np.float64], edge: float, points: float
) -> None:
    """Draw the terms with their values; small ones could not be read off the bars."""
    infinite = np.isinf(term)
    ends = np.minimum(term, edge)
    ax.barh(place[~infinite], ends[~infinite], _THICKNESS, color=GREEN)
    ax.barh(
        place[infinite],
        edge,
        _THICKNESS,
        facecolor="none",
        edgecolor=GREEN,
        hatch="////",
        linewidth=0,
    )
    form = "+#.2g" if (term < 0).any() else "#.2g"
    size = min(_FONT, 0.9 * points)
    for y, end, value in zip(place, ends, term, strict=True):
        cut = arrow(value, edge)
        if cut or math.isinf(value) or size >= LEAST:  # else the scale tells
            _write(ax, end, y, cut + number(value, form), size)


def _write(ax: Axes, x: float, y: float, text: str, size: float) -> None:
    """Write a value beside the end of its bar."""
    ax.annotate(
        text,
        (x, y),
        xytext=(-3 if x < 0 else 3, 0),
        textcoords="offset points",
        ha="right" if x < 0 else "left",
        va="center_baseline",
        fontsize=1.4 * size if text == "∞" else size,
        in_layout=False,  # the margin of the scale is its room
    )


def _label(pairs: list[tuple[Axes, Axes]], unit: str, settings: dict[str, Any]) -> None:
    """Say what the scales are, under the lowest panel of each column."""
    columns = _columns(len(pairs))
    for left, right in pairs[-columns:]:
        for ax, text in ((left, f"share{on_record(settings)}"), (right, f"contribution ({unit})")):
            # rows need names, which the layout takes from the width later
            most = max(_SHORTEST_LINE, int(0.8 * size_of(ax)[0] * POINTS / (GLYPH * _LABEL)))
            ax.set_xlabel(fill(text, most, break_long_words=False), fontsize=_LABEL)


def _explain(figure: Figure | None, left: Axes, measure: str) -> float:
    """Say once what the colours mean; return how high that is above an axes of the caller."""
    from matplotlib.patches import Patch

    term = f"contribution {_TERMS.get(measure, '')}".strip()
    names = [(BLUE, "P"), *([(RED, "Q")] if measure != "entropy" else []), (GREEN, term)]
    look: dict[str, Any] = {"frameon": False, "fontsize": "small"}
    if figure is not None:
        handles = [Patch(color=color, label=text) for color, text in names]
        figure.legend(handles=handles, ncols=len(names), **look, loc="outside upper center")
        return 0.0
    # the figure of a caller may hold others: below the title, which keeps the room for it
    most = max(_SHORTEST_LINE, int(_BOTH * size_of(left)[0] * POINTS / (GLYPH * _LABEL)) - 4)
    is_long = sum(len(text) + 5 for _, text in names) > most
    texts = [fill(text, most) for _, text in names]
    handles = [
        Patch(color=color, label=text) for (color, _), text in zip(names, texts, strict=True)
    ]
    legend = left.legend(
        handles=handles,
        ncols=1 if is_long else len(names),
        **look,
        loc="lower center",
        bbox_to_anchor=(_BOTH / 2, 1.0),
        borderaxespad=0.2,
    )
    legend.set_in_layout(False)
    return 13.5 * (sum(text.count("\n") + 1 for text in texts) if is_long else 1)
