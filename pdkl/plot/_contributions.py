"""The picture of what each category adds to a divergence."""

from __future__ import annotations

import math
from dataclasses import dataclass
from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pdkl.plot._shared import (
    BLUE,
    GREEN,
    RED,
    TITLE_WIDTH,
    above_title,
    arrow,
    bar_edge,
    both_keys,
    check_ax,
    check_top,
    comparison,
    ink,
    load_pyplot,
    number,
    on_record,
    require,
    require_room,
    require_whole,
    rest_label,
    short,
)
from pdkl.results.reading import measure_of, settings_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray


_NEEDED = ("column", "category", "p", "q", "contribution", "unit")
_MOST_PANELS = 36
_LANE = 0.26  # the thickness of a bar, where a category is 1 apart from the next
_MARGIN = 0.22  # room for the numbers beside the bars, as a part of the range of the data
_SYMBOLS = {  # measure -> what it is called in the title, and one of its terms in the legend
    "kl_divergence": ("KL(P ‖ Q)", "p log(p / q)"),
    "js_divergence": ("JS(P, Q)", "½ p log(p / m) + ½ q log(q / m), m = (p + q) / 2"),
    "cross_entropy": ("H(P, Q)", "-p log q"),
    "entropy": ("H(P)", "-p log p"),
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
    """Draw P, Q and what each category adds to their divergence.

    Three bars a category: its share in P, its share in Q, and its term, for KL p log(p / q), to the
    right of zero where P has more of it than Q expects. The terms add up to the divergence in
    the title. An infinite term is a hatched bar to the edge, marked with the sign of infinity.
    All groups share one scale; bars of "other" may be cut off at the edge, with an arrow and their
    value. Entropy has no Q, so none is drawn.

    Parameters
    ----------
    result : pandas.DataFrame
        What `InfoTheory.contributions` gave, or some of its groups.
    top : int
        How many categories are shown, those with the largest contributions by absolute value; the
        others are added up in one bar, "other".
    ax : matplotlib.axes.Axes, optional
        Where to draw; only for a single group. A new figure if left out.

    Returns
    -------
    matplotlib.axes.Axes or numpy.ndarray of them
        One for a single group, else an array with one for each group, in their order.

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
    >>> pdkl.plot.contributions(terms).get_title()
    'face: KL(P ‖ Q) = 0.424 bit'
    """
    check_top(top)
    groups, measure = _groups(result), measure_of(result)
    _check_caller(ax, len(groups))
    panels = [_panel(group, measure, top) for group in groups]
    figure, axes = (None, [ax]) if ax is not None else _figure(panels)
    low, high = _limits(panels, measure)
    n_rows = _tallest(panels)
    for axis, panel in zip(axes, panels, strict=True):
        axis.set_ylim(n_rows - 0.4, -0.6)  # the same for all: bars of the same thickness
        _draw(axis, panel, measure, low, high)
        title = _title(panel, measure, alone=len(panels) == 1)
        # names are data: a $ in them is no formula
        axis.set_title(title, fontsize="medium", parse_math=False)
    _explain(figure, axes, panels[0].unit, measure, settings_of(result))
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
    rows = group[(group["p"] != 0) | ((group["q"] != 0) & has_q)]
    size = rows["contribution"].abs().to_numpy()
    # by share where contributions tie, as infinite ones do, and those of what P lacks
    order = np.lexsort([-rows["q"].to_numpy(), -rows["p"].to_numpy(), -size])
    chosen, rest = rows.iloc[order[:top]], rows.iloc[order[top:]]
    shown = chosen[["p", "q", "contribution"]].copy()
    shown["label"] = [short(value) for value in chosen["category"]]
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


def _figure(panels: list[_Panel]) -> tuple[Figure, list[Axes]]:
    """Make a figure of equal panels, as high as the one with the most categories."""
    count = len(panels)
    columns = count if count <= 3 else math.ceil(math.sqrt(count))
    rows = math.ceil(count / columns)
    longest = max((len(label) for panel in panels for label in panel.rows["label"]), default=0)
    width = (5.4 if count == 1 else 3.1) + 0.07 * longest
    height = 0.6 + 0.4 * _tallest(panels)
    figure, grid = load_pyplot().subplots(
        rows,
        columns,
        figsize=(width * columns, 0.7 + height * rows),
        squeeze=False,
        layout="constrained",
    )
    axes = list(grid.flat)
    for unused in axes[count:]:
        unused.remove()
    return figure, axes[:count]


def _tallest(panels: list[_Panel]) -> int:
    return max(2, *(len(panel.rows) for panel in panels))


def _limits(panels: list[_Panel], measure: str) -> tuple[float, float]:
    """Return the range of the finite bars: one scale makes the panels comparable."""
    drawn = ["p", "contribution"] if measure == "entropy" else ["p", "q", "contribution"]
    named = [panel.rows.iloc[: len(panel.rows) - panel.has_other] for panel in panels]
    others = [panel.rows.tail(1) for panel in panels if panel.has_other]
    low = _finite([panel.rows["contribution"] for panel in panels]).min(initial=0.0)
    together = _finite([rows[drawn] for rows in others]).max(initial=0.0)
    return low, bar_edge(_finite([rows[drawn] for rows in named]), together)


def _finite(parts: list[Any]) -> NDArray[np.float64]:
    values = [part.to_numpy(dtype=np.float64).ravel() for part in parts]
    joined: NDArray[np.float64] = np.concatenate([np.empty(0), *values])
    return joined[np.isfinite(joined)]


def _title(panel: _Panel, measure: str, *, alone: bool) -> str:
    value = "NaN" if math.isnan(panel.total) else f"{number(panel.total, '#.3g')} {panel.unit}"
    score = f"{_SYMBOLS.get(measure, ('total', ''))[0]} = {value}"
    line = f"{panel.name}: {score}"
    if alone and len(line) <= TITLE_WIDTH:
        return line
    return f"{fill(panel.name, TITLE_WIDTH)}:\n{score}"


def _draw(ax: Axes, panel: _Panel, measure: str, low: float, high: float) -> None:
    ax.spines[["top", "right", "left"]].set_visible(False)
    ax.tick_params(axis="y", length=0)
    margin = _MARGIN * (high - low)
    ax.set_xlim(low - margin if low < 0 else 0.0, high + margin)
    if math.isnan(panel.total):
        ax.set(xticks=[], yticks=[])
        ax.text(0.5, 0.5, "nothing to compare", transform=ax.transAxes, ha="center", color="grey")
        return
    place = np.arange(len(panel.rows), dtype=np.float64)
    ax.set_yticks(place, labels=panel.rows["label"].tolist(), parse_math=False)
    for line in place[1:]:
        ax.axhline(line - 0.5, color="0.5", alpha=0.25, linewidth=0.6, zorder=0)
    ax.axvline(0.0, color=ink(), linewidth=0.8)
    # a bar is as long as its value, up to the edge; the value is written where it is cut off, and
    # for what made a term infinite, often too small a share to be seen
    p, q, term = (panel.rows[name].to_numpy(np.float64) for name in ("p", "q", "contribution"))
    infinite = np.isinf(term)
    lanes = [place - _LANE, place, place + _LANE]
    if measure == "entropy":
        lanes = [place - _LANE / 2, place, place + _LANE / 2]
    else:
        _draw_shares(ax, lanes[1], q, high, q > high, RED)
    _draw_shares(ax, lanes[0], p, high, infinite | (p > high), BLUE)
    _draw_terms(ax, lanes[2], term, high)


def _draw_shares(
    ax: Axes,
    place: NDArray[np.float64],
    share: NDArray[np.float64],
    edge: float,
    written: NDArray[np.bool_],
    color: str,
) -> None:
    ends = np.minimum(share, edge)
    ax.barh(place, ends, _LANE, color=color)
    for row in np.flatnonzero(written):
        text = arrow(share[row], edge) + number(share[row])
        _write(ax, ends[row], place[row], text, color)


def _draw_terms(
    ax: Axes, place: NDArray[np.float64], term: NDArray[np.float64], edge: float
) -> None:
    """Draw the terms with their values; small ones could not be read off the bars."""
    infinite = np.isinf(term)
    ends = np.minimum(term, edge)
    ax.barh(place[~infinite], ends[~infinite], _LANE, color=GREEN)
    ax.barh(
        place[infinite], edge, _LANE, facecolor="none", edgecolor=GREEN, hatch="////", linewidth=0
    )
    form = "+#.2g" if (term < 0).any() else "#.2g"
    for y, end, value in zip(place, ends, term, strict=True):
        _write(ax, end, y, arrow(value, edge) + number(value, form), GREEN)


def _write(ax: Axes, x: float, y: float, text: str, color: str) -> None:
    """Write a value beside the end of its bar."""
    ax.annotate(
        text,
        (x, y),
        xytext=(-3 if x < 0 else 3, 0),
        textcoords="offset points",
        ha="right" if x < 0 else "left",
        va="center_baseline",
        color=color,
        fontsize=10 if text == "∞" else 7,
    )


def _explain(
    figure: Figure | None, axes: list[Axes], unit: str, measure: str, settings: dict[str, Any]
) -> None:
    """Say once what the colours and the scale mean, outside of the bars."""
    from matplotlib.patches import Patch

    both = measure != "entropy"
    term = _SYMBOLS.get(measure, ("", ""))[1]
    handles = [
        Patch(color=BLUE, label="P"),
        *([Patch(color=RED, label="Q")] if both else []),
        Patch(color=GREEN, label=f"contribution {term}".strip()),
    ]
    scale = f"share ({'P, Q' if both else 'P'}), contribution in {unit}{on_record(settings)}"
    look: dict[str, Any] = {"handles": handles, "ncols": 3, "frameon": False, "fontsize": "small"}
    if figure is None:  # an axes of the caller, whose figure may hold others: above its title
        axes[0].legend(**look, **above_title(axes[0]))
    else:
        figure.legend(**look, loc="outside upper center")
    if figure is None or len(axes) == 1:
        axes[0].set_xlabel(scale)
    else:
        figure.supxlabel(scale, fontsize="medium")
