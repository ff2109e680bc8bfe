"""The picture of numbers in bins: one distribution, or two beside each other."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pdkl.codes.keys import rank_keys
from pdkl.codes.labels import MISSING_TEXT
from pdkl.plot._categories import ends_of, is_open, place_of, write_ends
from pdkl.plot._shared import (
    BLUE,
    RED,
    both_keys,
    by_keys,
    check_ax,
    comparison,
    entitle,
    explain_lines,
    group_names,
    ink,
    is_narrow,
    new_axes,
    numbered,
    on_record,
    only_column,
    packed,
    require,
    require_room,
    require_whole,
    settle,
    short,
    size_of,
    values_of,
)
from pdkl.results.reading import is_numeric, keys_of, measure_of, settings_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray


_NEEDED = ("column", "category", "low", "high")
_CALL = "df.info_theory.contributions(..., bins=...) or distribution(..., bins=...)"
_MOST_BINS = 60
_THICKNESS = 0.9  # of the bars of a bin, which is 1 wide
_APART = 0.5  # what is missing stands so far from the bins
_LETTER = 6.4  # points, about


@dataclass(frozen=True)
class _Bins:
    """Bins in the order of their values, empty ones where the frame has none."""

    edges: list[str]  # one more than bins; an arrow where one is open
    shares: NDArray[np.float64]  # a row per bin, a column per side
    missing: NDArray[np.float64] | None  # of each side
    alike: bool  # whether they are of one width


def histogram(result: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw the share of each bin of numbers or times, one side or two beside each other.

    Bins stand in the order of their values with their edges between them, all as wide: the height
    of a bar is a share of the rows, and the axis says where bins are of unequal widths. An arrow
    stands for the end of a bin that has none, what is missing stands apart, and a gap that no row
    is in is an empty bin.

    Parameters
    ----------
    result : pandas.DataFrame
        What `InfoTheory.contributions` gave for one column with bins and one comparison: P and Q;
        or what `InfoTheory.distribution` gave, for all rows or two groups.
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
        ``result`` is not a frame with bins, or ``ax`` is not an Axes.
    ValueError
        No row, several columns or one without bins, several comparisons, more than two groups, a
        part of a group only, or more than 60 bins.

    Examples
    --------
    >>> import pandas as pd
    >>> import pdkl
    >>> df = pd.DataFrame({"half": [1, 1, 1, 2, 2, 2], "delay": [0, 3, 12, 4, 31, 90]})
    >>> bins = {"delay": [0, 10, 20, 60]}
    >>> ax = pdkl.plot.histogram(df.info_theory.distribution("delay", by="half", bins=bins))
    >>> [label.get_text() for label in ax.get_xticklabels()]
    ['0', '10', '20', '60', '→']
    >>> [round(float(bar.get_height()), 3) for bar in ax.patches]
    [0.667, 0.333, 0.0, 0.0, 0.333, 0.0, 0.333, 0.333]
    """
    require(result, "bins", _NEEDED, _CALL)
    check_ax(ax)
    column = only_column(result)
    sides, title, rows, table = _sides(result, column)
    keys = [] if "p" in result.columns else keys_of(result)  # sides are named by their values
    bins = _bins(rows, table, column)
    n_bins, n_sides = bins.shares.shape
    apart = n_bins - 0.5 + _APART + 0.5  # the middle of what is missing
    if ax is None:
        ax = new_axes(min(10.8, max(6.4, 2.4 + 0.3 * n_bins)) + (n_sides > 1) * 0.8, 3.6)
    thickness = _THICKNESS / n_sides
    for i, color in enumerate((BLUE, RED)[:n_sides]):
        shift = (i - (n_sides - 1) / 2) * thickness
        place, share = np.arange(n_bins) + shift, bins.shares[:, i]
        if bins.missing is not None:
            place, share = np.append(place, apart + shift), np.append(share, bins.missing[i])
        ax.bar(place, share, thickness, color=color)
    ax.set_xlim(-0.6, (n_bins - 0.4) if bins.missing is None else apart + 0.6)
    ax.set_ylim(bottom=0.0)
    ax.spines[["top", "right", "bottom"]].set_visible(False)
    ax.axhline(0.0, color=ink(), linewidth=0.8)
    ax.set_ylabel(f"share{on_record(settings_of(result))}")
    is_above = is_narrow(ax)
    if n_sides > 1 and not is_above:
        _explain(ax, sides, keys)
    settle(ax)
    entitle(ax, title)
    if n_sides > 1 and is_above:
        _explain(ax, sides, keys)
    _write_edges(ax, bins, apart)
    notes = [] if bins.alike else ["bins of unequal widths, drawn alike"]
    ax.set_xlabel(
        "\n".join([short(column), *([packed(ax, notes)] if notes else [])]), parse_math=False
    )
    return ax


# ---- the frame ------------------------------------------------------------------------------


def _sides(
    result: pd.DataFrame, column: str
) -> tuple[list[str], str, pd.DataFrame, NDArray[np.float64]]:
    """Return the names of the sides, the title, a row for each bin and its share on each side."""
    if {"p", "q"} <= set(result.columns):
        keys, others = both_keys(result)
        names = [
            *keys,
            "column",
            *(["reference"] if "reference" in result.columns else []),
            *others,
        ]
        found, _ = numbered(result[names])
        if len(found) > 1:
            raise ValueError(
                f"result has {len(found)} comparisons; the picture is for one. Filter it first."
            )
        used = ["P", "Q"] if measure_of(result) != "entropy" else ["P"]
        table = np.column_stack([values_of(result, name.lower()) for name in used])
        title = f"Shares of {comparison(result, has_q=len(used) > 1)}"
        require_whole(float(table[:, 0].sum()), "", "p adds up to")
        rows = result
    elif "probability" in result.columns:
        keys = keys_of(result)
        found, x = numbered(result[keys])
        require_room(len(found), 2)
        used = group_names(found) if keys else [""]
        codes, _ = pd.factorize(result["category"], use_na_sentinel=False)
        table = np.zeros((int(codes.max()) + 1, len(used)))
        np.add.at(table, (codes, x), values_of(result, "probability"))
        rows = result.iloc[np.unique(codes, return_index=True)[1]]
        title = f"Shares of {short(column)}{by_keys(keys)}"
        for name, share in zip(used, table.sum(axis=0), strict=True):
            require_whole(float(share), name, "the probabilities add up to")
    else:
        raise TypeError(
            f"result lacks the column 'probability', or 'p' and 'q'; pass what {_CALL} gave."
        )
    empty = np.asarray(np.isnan(table).all(axis=0))
    used = [f"{name} (no value)" if none else name for name, none in zip(used, empty, strict=True)]
    return used, title, rows, np.nan_to_num(table)


def _bins(rows: pd.DataFrame, table: NDArray[np.float64], column: str) -> _Bins:
    """Put the bins in order, with an empty one where two do not meet."""
    low, high = ends_of(rows)
    order = np.argsort(place_of(low, high), kind="stable")
    is_bin = (low.notna() | high.notna()).to_numpy()[order]
    if not is_bin.any():
        raise ValueError(
            f"result has no bins of {column!r}, only categories. Ask for bins=..., or draw it with "
            "plot.distribution or plot.contributions."
        )
    missing = table[order[~is_bin]].sum(axis=0) if not is_bin.all() else None
    order = order[is_bin]
    low, high, table = low.iloc[order], high.iloc[order], table[order]
    ends = pd.concat([low, high], ignore_index=True)
    rank = rank_keys(ends)
    begins, stops = rank[: len(order)], rank[len(order) :]
    gaps = np.flatnonzero(begins[1:] > stops[:-1]) + 1
    # an edge is where a bin begins, or where the one before a gap stops
    at = np.insert(np.arange(len(order)), gaps, len(order) + gaps - 1)
    at = np.append(at, 2 * len(order) - 1)
    require_room(len(at) - 1, _MOST_BINS, "bins", advice="Ask for fewer: bins=...")
    edges = ends.iloc[at]
    texts = write_ends(edges)
    if is_open(low.iloc[0]):
        texts[0] = "←"
    if is_open(high.iloc[-1]):
        texts[-1] = "→"
    return _Bins(texts, np.insert(table, gaps, 0.0, axis=0), missing, _are_alike(edges))


def _are_alike(edges: pd.Series[Any]) -> bool:
    """Tell whether bins are of one width, apart from those that are open."""
    if is_numeric(edges):
        values = edges.to_numpy(np.float64, na_value=math.nan)
    elif edges.dtype.kind in "mM":
        values = edges.to_numpy(f"{edges.dtype.kind}8[us]").astype(np.float64)
        values[edges.isna().to_numpy()] = math.nan
    else:
        return True
    widths = np.diff(values[np.isfinite(values)])
    return not len(widths) or bool(np.allclose(widths, widths[0], rtol=0.01))


# ---- the picture ----------------------------------------------------------------------------


def _explain(ax: Axes, sides: list[str], keys: list[Any]) -> None:
    from matplotlib.patches import Patch

    handles = [Patch(color=color) for color in (BLUE, RED)]
    explain_lines(ax, handles, sides, title=", ".join(map(short, keys)))


def _write_edges(ax: Axes, bins: _Bins, apart: float) -> None:
    """Write as many edges as have room, and the ends."""
    n_bins = len(bins.edges) - 1
    low, high = ax.get_xlim()
    one = size_of(ax)[0] * 72 / (high - low)  # points that a bin is wide
    longest = max(map(len, bins.edges))
    every = max(1, math.ceil((longest + 1) * _LETTER / one))
    shown = [i for i in range(0, n_bins + 1, every) if i + every <= n_bins or i == n_bins]
    shown = [*shown, *([n_bins] if n_bins not in shown else [])]
    ticks, labels = [i - 0.5 for i in shown], [bins.edges[i] for i in shown]
    if bins.missing is not None:
        ticks.append(apart)
        labels.append(f"\n{MISSING_TEXT}")  # below, where edges are not
    ax.set_xticks(ticks, labels=labels, parse_math=False)
