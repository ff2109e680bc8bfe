"""Pictures of tidy result frames. Needs matplotlib: ``pip install 'pdkl[plot]'``."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pdkl.core.validation import listing

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

_NEEDED = ("column", "category", "p", "q", "contribution", "unit")
_MOST_PANELS = 36
_LABEL_WIDTH = 28
_BLUE, _RED, _GREEN = "#3b6fb6", "#c8553d", "#4c9a5f"
_TITLES = {
    "kl_divergence": "KL(P ‖ Q)",
    "js_divergence": "JS(P, Q)",
    "cross_entropy": "H(P, Q)",
    "entropy": "H(P)",
}


def contributions(
    result: pd.DataFrame, *, top: int = 12, ax: Axes | None = None
) -> Axes | NDArray[np.object_]:
    """Draw P, Q and what each category adds to their divergence.

    Three bars a category: its share in P, its share in Q, and its term, for KL p log(p / q), to the
    right of zero where P has more of it than Q expects. The terms add up to the divergence in
    the title. An infinite term is a hatched bar to the edge, marked with the sign of infinity.

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
        ``result`` is not a frame from `InfoTheory.contributions`, or ``top`` is not an int.
    ValueError
        No group or too many groups, ``top`` below 1, or ``ax`` for several groups.

    Examples
    --------
    >>> import pandas as pd
    >>> import pdkl
    >>> die = pd.DataFrame({"face": [1, 1, 1, 1, 1, 2, 3, 4, 5, 6]})
    >>> terms = die.info_theory.contributions("face", against="uniform", base="bit")
    >>> pdkl.plot.contributions(terms).get_title()
    'face: KL(P ‖ Q) = 0.424 bit'
    """
    panels = _panels(result)
    if isinstance(top, bool) or not isinstance(top, int):
        raise TypeError(f"top must be a whole number of categories; got {top!r}.")
    if top < 1:
        raise ValueError(f"top must be at least 1; got {top}.")
    if ax is not None and len(panels) > 1:
        raise ValueError(
            f"ax is for a single group; result has {len(panels)}. Leave ax out for small "
            "multiples, or filter the result."
        )
    try:
        from matplotlib import pyplot
    except ImportError as error:
        raise ImportError(
            "pdkl.plot needs matplotlib. Install it with: pip install 'pdkl[plot]'"
        ) from error
    measure = result.attrs.get("pdkl", {}).get("measure", "")
    reduced = [_reduced(panel, top) for _, panel in panels]
    if ax is not None:
        axes = [ax]
    else:
        columns = math.ceil(math.sqrt(len(panels))) if len(panels) > 1 else 1
        rows = math.ceil(len(panels) / columns)
        tallest = max(len(panel) for panel in reduced)
        _, grid = pyplot.subplots(
            rows,
            columns,
            figsize=(6.4 * columns, rows * (1.3 + 0.42 * tallest)),
            squeeze=False,
            layout="constrained",
        )
        axes = list(grid.flat)
        for unused in axes[len(panels) :]:
            unused.remove()
    for axis, (name, panel), shown in zip(axes, panels, reduced, strict=False):
        _draw(axis, shown)
        total = panel["contribution"].sum(skipna=False)
        label = _TITLES.get(measure, "total")
        value = "∞" if np.isinf(total) else f"{total:.3g}"
        axis.set_title(f"{name}: {label} = {value} {panel['unit'].iloc[0]}", fontsize="medium")
    if len(panels) == 1:
        return axes[0]
    return np.array(axes[: len(panels)], dtype=object)


def _panels(result: Any) -> list[tuple[str, pd.DataFrame]]:
    """Split a result into its groups, each with a name."""
    if not isinstance(result, pd.DataFrame):
        raise TypeError(f"result must be a frame of contributions; got {type(result).__name__}.")
    lacking = [name for name in _NEEDED if name not in result.columns]
    if lacking:
        raise TypeError(
            f"result lacks the columns {listing(lacking)}; pass what "
            "df.info_theory.contributions(...) gave."
        )
    # the keys stand before `column`, those of the reference between `reference` and `category`
    names = list(result.columns)
    at, end = names.index("column"), names.index("category")
    keys, others = names[:at], names[at + 2 : end]
    panels = [
        (_name(group.iloc[0], keys, others), group)
        for _, group in result.groupby(
            [*keys, "column", *names[at + 1 : end]], dropna=False, sort=False, observed=True
        )
    ]
    if not panels:
        raise ValueError("result has no row to draw.")
    if len(panels) > _MOST_PANELS:
        raise ValueError(
            f"result has {len(panels)} groups, more than the {_MOST_PANELS} a figure can show. "
            "Filter it first."
        )
    return panels


def _name(row: pd.Series[Any], keys: list[str], others: list[str]) -> str:
    group = ", ".join(_short(row[key]) for key in keys)
    reference = ", ".join(_short(row[key]) for key in others) or row["reference"]
    against = f" vs {reference}" if reference not in ("mapping", "uniform") else ""
    return f"{row['column']}, {group}{against}" if keys else f"{row['column']}{against}"


def _short(value: Any) -> str:
    if isinstance(value, pd.Timestamp) and value == value.normalize():
        text = value.strftime("%Y-%m-%d")
    else:
        text = "(missing)" if pd.isna(value) else str(value)
    return text if len(text) <= _LABEL_WIDTH else f"{text[: _LABEL_WIDTH - 1]}…"


def _reduced(panel: pd.DataFrame, top: int) -> pd.DataFrame:
    """Keep the top categories, and add up the others."""
    size = panel["contribution"].abs().fillna(-1.0)
    order = np.argsort(-size.to_numpy(), kind="stable")
    chosen = panel.iloc[order[:top]]
    shown = chosen[["p", "q", "contribution"]].copy()
    shown["label"] = [_short(value) for value in chosen["category"]]
    rest = panel.iloc[order[top:]]
    rest = rest[(rest["p"] != 0) | (rest["q"] != 0)]
    if len(rest):
        added: dict[str, Any] = {
            name: rest[name].sum(skipna=False) for name in ("p", "q", "contribution")
        }
        added["label"] = f"other ({len(rest)})"
        shown = pd.concat([shown, pd.DataFrame([added])])
    return shown


def _draw(ax: Axes, shown: pd.DataFrame) -> None:
    place = np.arange(len(shown))
    term = shown["contribution"].to_numpy(dtype=np.float64)
    infinite = np.isinf(term)
    p, q = shown["p"].to_numpy(), shown["q"].to_numpy()
    ax.barh(place - 0.27, p, 0.26, color=_BLUE, label="P")
    ax.barh(place, q, 0.26, color=_RED, label="Q")
    ax.barh(
        place + 0.27,
        np.where(infinite, 0.0, term),
        0.26,
        color=_GREEN,
        label="contribution to the divergence",
    )
    if infinite.any():
        edge = 1.15 * np.nanmax(np.concatenate([p, q, np.abs(term[~infinite]), [1e-3]]))
        ax.barh(
            place[infinite] + 0.27, edge, 0.26, facecolor="none", edgecolor=_GREEN, hatch="////"
        )
        for y in place[infinite]:
            ax.text(edge, y + 0.27, " ∞", va="center", color=_GREEN)
    ax.axvline(0.0, color="black", linewidth=0.8)
    ax.set_yticks(place, labels=shown["label"].tolist())
    ax.set_ylim(len(shown) - 0.4, -0.6)
    ax.set_xlabel("share, and contribution")
    ax.spines[["top", "right"]].set_visible(False)
    ax.legend(frameon=False, fontsize="small", loc="best")
