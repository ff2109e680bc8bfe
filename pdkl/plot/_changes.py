"""The picture of when a distribution changed: shares over time, cut where they did."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pdkl.codes.keys import rank_keys
from pdkl.codes.labels import MISSING_TEXT, as_text
from pdkl.core.validation import listing
from pdkl.plot._categories import are_bins, in_order, label_of_bin, labels_of, largest
from pdkl.plot._shared import (
    COLORS,
    LEGEND,
    check_ax,
    check_top,
    entitle,
    explain_lines,
    ink,
    is_narrow,
    key_and_value,
    load_pyplot,
    named,
    numbered,
    on_record,
    packed,
    require,
    require_room,
    require_whole,
    rest_label,
    settle,
    short,
    size_of,
    values_of,
)
from pdkl.plot._times import Times, read_times, set_times
from pdkl.results.intervals import in_words
from pdkl.results.reading import is_missing, keys_of, settings_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray


_NEEDED = ("column", "stretch", "kind", "start", "end", "top_category")
_SHARES = ("column", "category", "probability")
_ANOMALY = "anomaly"
_MOST_PANELS = 24
_MOST_NAMED = 2 * len(COLORS)
_REST = "#8c8c8c"
_LANES = (5, 2)  # lines of names above an axes, and above a narrow one
_LINE = 9.5  # points from one to the next
_SIZE = 7.5  # of a name, in points
_LETTER = 0.6 * _SIZE  # how wide one is, about
_MARK = 6.0  # the size of the mark of an anomaly


@dataclass(frozen=True)
class _Named:
    """What is shown of one column, the same in each of its groups."""

    labels: list[str]  # from the bottom up, the last what is added up
    colors: list[Any]


@dataclass(frozen=True)
class _Mark:
    """A change or an anomaly: where it is, and what drives it."""

    place: float
    text: str  # empty where nothing is known to


@dataclass(frozen=True)
class _Panel:
    """One column in one group."""

    title: str
    begins: NDArray[np.float64]
    ends: NDArray[np.float64]
    table: NDArray[np.float64]  # a row per category, a column per period
    shown: _Named
    cuts: list[_Mark]
    anomalies: list[_Mark]


def changes(
    result: pd.DataFrame, *, shares: pd.DataFrame, top: int = 6, ax: Axes | None = None
) -> Axes | NDArray[np.object_]:
    """Draw shares over time, with the changes as lines and the anomalies as marks.

    The share of each category is an area on top of the others. A line stands where a stretch
    begins that differs from the one before, a triangle above a period that is an anomaly, and what
    contributes most to each is written over it. Where names have no room beside each other some
    are left out, and the axis says how many. Those categories are shown first, then the largest;
    bins and ordered levels keep their order. Periods without rows stay empty. Dates and periods
    last until the next one; numbers and text stand in the middle of their areas.

    Parameters
    ----------
    result : pandas.DataFrame
        What `InfoTheory.changes` gave, or some of its groups and columns.
    shares : pandas.DataFrame
        What `InfoTheory.distribution` gave for the same columns, with ``dropna=False`` and the same
        ``by`` and ``weights``: the share of each category in each period. Numbers are cut where
        `InfoTheory.changes` has cut them by ``bins=result.attrs["pdkl"]["edges"]``.
    top : int
        How many categories are shown by name, at most 12; the others are added up in one area,
        "other".
    ax : matplotlib.axes.Axes, optional
        Where to draw; only for one column in one group. A new figure if left out.

    Returns
    -------
    matplotlib.axes.Axes or numpy.ndarray of them
        One for one column in one group, else an array with one for each, in their order.

    Raises
    ------
    ImportError
        matplotlib is not installed.
    TypeError
        ``result`` is not a frame from `InfoTheory.changes`, ``shares`` is not one from
        `InfoTheory.distribution`, ``top`` is not an int, or ``ax`` is not an Axes.
    ValueError
        No row, more than 24 columns and groups, ``ax`` for several, ``top`` out of its range, or
        ``shares`` has other keys, lacks a column, group, period or category that ``result`` names,
        or holds a part of a period only.

    Examples
    --------
    >>> import pandas as pd
    >>> import pdkl
    >>> days = pd.date_range("2026-03-01", periods=20)
    >>> df = pd.DataFrame({"day": days.repeat(2), "paid": ["card", "cash"] * 20})
    >>> df["orders"] = [80, 20] * 12 + [60, 40] * 8
    >>> when = df.info_theory.changes("paid", by="day", weights="orders")
    >>> shares = df.info_theory.distribution("paid", by="day", weights="orders", dropna=False)
    >>> ax = pdkl.plot.changes(when, shares=shares)
    >>> ax.get_title(), [text.get_text() for text in ax.texts]
    ('paid: 1 change', ['cash'])

    Numbers are cut at the same edges:

    >>> df["amount"] = [5.0, 80.0] * 20
    >>> when = df.info_theory.changes("amount", by="day", weights="orders", bins=2)
    >>> shares = df.info_theory.distribution(
    ...     "amount", by="day", weights="orders", bins=when.attrs["pdkl"]["edges"], dropna=False
    ... )
    >>> ax = pdkl.plot.changes(when, shares=shares)
    >>> [text.get_text() for text in ax.texts]
    ['42.5 to 117.5']
    """
    check_top(top, _MOST_NAMED)
    require(result, "changes", _NEEDED, "df.info_theory.changes(...)")
    call = "df.info_theory.distribution(...)"
    require(shares, "a distribution", _SHARES, call, parameter="shares")
    check_ax(ax)
    time = _time_key(result, shares)
    panels, times, timeless = _panels(result, shares, time, top)
    begins, ends = _spans(times)
    if ax is not None and len(panels) > 1:
        raise ValueError(
            f"ax is for one column in one group; result has {len(panels)}. Leave ax out for small "
            "multiples, or filter the result."
        )
    figure, axes = (None, [ax]) if ax is not None else _figure(len(panels))
    share = f"share{on_record(settings_of(shares))}"
    together = len(panels) > 1 and all(one.shown is panels[0].shown for one in panels)
    above = []  # the legends that stand there, as high as the names of marks ask for
    for axis, panel in zip(axes, panels, strict=True):
        _draw(axis, panel)
        axis.set_xlim(begins[0], ends[-1])
        axis.set_ylabel(share)
        above.append(not together and is_narrow(axis))
        if not together and not above[-1]:
            _explain(axis, panel.shown)
    if figure is not None and together:
        _explain_once(figure, panels[0].shown)
    settle(axes[0])
    left_out, name = 0, short(time)
    for axis, panel, is_above in zip(axes, panels, above, strict=True):
        up, without = _write_marks(axis, panel)
        left_out += without
        entitle(axis, panel.title, pad=6.0 + up)
        if is_above:
            _explain(axis, panel.shown, up)
        name = set_times(axis, times, short(time))
    _explain_marks(figure, axes, [name, *_notes(axes, panels, left_out, timeless)])
    return axes[0] if len(axes) == 1 else np.array(axes, dtype=object)


# ---- the frames -----------------------------------------------------------------------------


def _time_key(result: pd.DataFrame, shares: pd.DataFrame) -> Any:
    """Return the key that only the shares have."""
    keys, all_keys = keys_of(result), keys_of(shares)
    more = [key for key in all_keys if key not in keys]
    if len(more) != 1 or len(all_keys) != len(keys) + 1:
        expected = f"the keys {listing(keys)} of result and the time" if keys else "the time as key"
        found = f"the keys {listing(all_keys)}" if all_keys else "no key"
        raise ValueError(
            f"shares must have {expected}, and nothing else; got {found}. Pass the same by= to "
            "df.info_theory.distribution(...) as to changes."
        )
    return more[0]


def _lacks(what: str, *, is_bin: bool = False) -> ValueError:
    cut = (
        " Numbers are cut where changes has cut them by "
        'bins=result.attrs["pdkl"]["edges"]; for times pass the same edges to both.'
    )
    return ValueError(
        f"shares lacks {what}, which result names. Pass to df.info_theory.distribution(...) the "
        "same columns, by=, weights= and bins= as to changes, with dropna=False."
        f"{cut if is_bin else ''}"
    )


def _panels(
    result: pd.DataFrame, shares: pd.DataFrame, time: Any, top: int
) -> tuple[list[_Panel], Times, int]:
    """Cut both frames into what the panels show; also count the rows without a time."""
    names = [*keys_of(result), "column"]
    found, group = numbered(pd.concat([result[names], shares[names]], ignore_index=True))
    of_result, of_shares = group[: len(result)], group[len(result) :]
    n_panels = int(of_result.max()) + 1  # numbers go by the order of rows
    require_room(n_panels, _MOST_PANELS, "columns and groups")
    used = (of_shares < n_panels) & shares[time].notna().to_numpy()
    timeless = int(((of_shares < n_panels) & ~used).sum())
    if not used.any() and timeless:
        raise ValueError("shares has no row with a time to draw.")
    for i in range(n_panels):
        if not (of_shares[used] == i).any():
            raise _lacks(f"{_name(found.iloc[i], names)!r}")
    marked = result["start"].notna().to_numpy()
    shares, of_shares = shares[used], of_shares[used]
    result, of_result = result[marked], of_result[marked]
    moments, period, starts, ends = _periods(result, shares, time)
    times, probability = read_times(moments), values_of(shares, "probability")
    begins, lasts = _spans(times)
    by_column: dict[str, _Named] = {}
    place = np.zeros(len(shares), dtype=np.int64)  # of each share from the bottom up
    panels = []
    for i in range(n_panels):
        column = str(found["column"].iloc[i])
        if column not in by_column:
            own = shares["column"].eq(column).to_numpy()
            drivers = result.loc[result["column"].eq(column), "top_category"]
            by_column[column], place[own] = _choose(shares[own], drivers, top)
        shown = by_column[column]
        rows, parts = np.flatnonzero(of_shares == i), np.flatnonzero(of_result == i)
        name = _name(found.iloc[i], names)
        table = np.zeros((len(shown.labels), len(times.place)))
        np.add.at(table, (place[rows], period[rows]), probability[rows])
        at = np.unique(period[rows])
        at = at[~np.isnan(table[:, at]).any(axis=0)]  # where all is missing there is no share
        for one in at:
            when, total = f"{name}, {short(moments.iloc[one])}", float(table[:, one].sum())
            require_whole(total, when, "the probabilities add up to", "shares", parameter="shares")
        write = label_of_bin if are_bins(shares.iloc[rows]) else short
        spans = begins[starts[parts]], lasts[ends[parts]]
        cuts, anomalies = _marks(result.iloc[parts], *spans, write)
        said = _counted(len(cuts), "change")
        if anomalies:
            said += f", {_counted(len(anomalies), _ANOMALY)}"
        drawn = begins[at], lasts[at], table[:, at]
        panels.append(_Panel(f"{name}: {said}", *drawn, shown, cuts, anomalies))
    return panels, times, timeless


def _name(row: pd.Series[Any], names: list[Any]) -> str:
    *keys, column = names
    return ", ".join([short(row[column]), *(key_and_value(key, row[key]) for key in keys)])


def _marks(
    parts: pd.DataFrame,
    begins: NDArray[np.float64],
    ends: NDArray[np.float64],
    write: Callable[[str], str],
) -> tuple[list[_Mark], list[_Mark]]:
    """Return where changes are, and anomalies; the first stretch differs from none before it."""
    cuts, anomalies = [], []
    rows = zip(parts["kind"], parts["stretch"], parts["top_category"], begins, ends, strict=True)
    for kind, stretch, driver, begin, end in rows:
        text = "" if is_missing(driver) else write(driver)
        if kind == _ANOMALY:
            anomalies.append(_Mark(float(begin + end) / 2, text))
        elif stretch > 1:
            cuts.append(_Mark(float(begin), text))
    return cuts, anomalies


def _counted(n: int, what: str) -> str:
    many = "anomalies" if what == _ANOMALY else f"{what}s"
    return f"{n or 'no'} {what if n <= 1 else many}"


def _periods(
    result: pd.DataFrame, shares: pd.DataFrame, time: Any
) -> tuple[pd.Series[Any], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return when the periods are, in order, and which of them rows are of, start and end with."""
    marked = [result["start"], result["end"]] if len(result) else []
    moments = pd.concat([shares[time], *marked], ignore_index=True)
    _, first, of_row = np.unique(rank_keys(moments), return_index=True, return_inverse=True)
    if first.max() >= len(shares):
        raise _lacks(f"the period {short(moments.iloc[int(first.max())])!r}")
    rows, starts = len(shares), len(shares) + len(result)
    return (
        moments.iloc[first].reset_index(drop=True),
        of_row[:rows],
        of_row[rows:starts],
        of_row[starts:],
    )


def _spans(times: Times) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return where the area of each period begins and ends; what is long empty stays so."""
    gaps = np.diff(times.place)
    usual = float(np.median(gaps)) if len(gaps) else 1.0
    gaps = np.where(gaps <= 1.5 * usual, gaps, usual)
    before, after = np.append(usual, gaps), np.append(gaps, usual)
    if times.dates:
        return times.place, times.place + after
    return times.place - before / 2, times.place + after / 2


def _choose(
    shares: pd.DataFrame, tops: pd.Series[Any], top: int
) -> tuple[_Named, NDArray[np.int64]]:
    """Choose the categories of a column, what drives a change first; also say which each row is."""
    category = shares["category"]
    codes, _ = pd.factorize(category, use_na_sentinel=False)
    first = np.unique(codes, return_index=True)[1]
    texts = [MISSING_TEXT if is_missing(one) else as_text(one) for one in category.iloc[first]]
    drivers = set(tops.dropna())
    if unknown := sorted(drivers.difference(texts)):
        what = f"the category {short(unknown[0])!r} of {shares['column'].iloc[0]!r}"
        raise _lacks(what, is_bin=in_words(unknown[0]) != unknown[0])
    size = np.bincount(codes, np.nan_to_num(values_of(shares, "probability")))
    order, is_ordered = in_order(shares.iloc[first], size)
    is_ordered |= getattr(category.dtype, "ordered", False) is True
    above_all = np.array([text in drivers for text in texts]) * (1.0 + size.sum())
    kept = largest(order, size + above_all, top)
    names = labels_of(shares.iloc[first])
    labels = [names[one] for one in kept]
    row = np.full(len(first), len(kept))
    row[kept] = np.arange(len(kept))
    colors = _colors(len(kept), is_ordered)
    if len(kept) < len(first):
        labels.append(rest_label(len(first) - len(kept)))
        colors.append(_REST)
    return _Named(labels, colors), row[codes]


def _colors(n: int, is_ordered: bool) -> list[Any]:
    """Return colours to tell categories apart, or a scale where they have an order."""
    from matplotlib import colormaps
    from matplotlib.colors import to_rgb

    if is_ordered:
        return [tuple(color) for color in colormaps["viridis"](np.linspace(0.1, 0.95, n))]
    lighter = [tuple(0.5 + 0.5 * part for part in to_rgb(color)) for color in COLORS]
    return [*COLORS, *lighter][:n]


# ---- the picture ----------------------------------------------------------------------------


def _figure(count: int) -> tuple[Figure, list[Axes]]:
    """Make a figure of panels: below each other, more than three in two columns."""
    columns = 1 if count <= 3 else 2
    rows = math.ceil(count / columns)
    size = (8.6 if columns == 1 else 10.8, 0.8 + (3.2 if count == 1 else 2.7) * rows)
    figure, grid = load_pyplot().subplots(
        rows, columns, figsize=size, squeeze=False, layout="constrained"
    )
    axes = list(grid.flat)
    for unused in axes[count:]:
        unused.remove()
    return figure, axes[:count]


def _draw(ax: Axes, panel: _Panel) -> None:
    """Draw the areas, the lines and the marks of anomalies."""
    from matplotlib.patheffects import withStroke

    # two corners a period, and a break where the next one does not follow at once
    joined = np.isclose(panel.ends[:-1], panel.begins[1:])
    breaks = np.flatnonzero(~joined) + 1
    x = np.insert(np.column_stack([panel.begins, panel.ends]).ravel(), 2 * breaks, math.nan)
    bottom = np.zeros(len(x))
    for share, color in zip(panel.table, panel.shown.colors, strict=True):
        upper = bottom + np.insert(np.repeat(share, 2), 2 * breaks, math.nan)
        ax.fill_between(x, bottom, upper, color=color, linewidth=0)
        bottom = upper
    ax.set_ylim(0.0, 1.0)
    ax.spines[["top", "right"]].set_visible(False)
    halo = [withStroke(linewidth=3.2, foreground=ax.get_facecolor())]
    for mark in panel.cuts:
        ax.axvline(mark.place, color=ink(), linewidth=1.4, path_effects=halo)
    if panel.anomalies:
        ax.plot(
            [mark.place for mark in panel.anomalies],
            np.full(len(panel.anomalies), 1.0),
            "v",
            color=ink(),
            markersize=_MARK,
            transform=ax.get_xaxis_transform(),
            clip_on=False,
            zorder=3,
        )


def _write_marks(ax: Axes, panel: _Panel) -> tuple[float, int]:
    """Write what drives changes above them; return how high that is, and how many had no room."""
    low, high = ax.get_xlim()
    width = size_of(ax)[0] * 72
    base = _MARK + 1.0 if panel.anomalies else 3.0
    lanes: list[list[tuple[float, float]]] = [[] for _ in range(_LANES[is_narrow(ax)])]
    marks = [mark for mark in [*panel.cuts, *panel.anomalies] if mark.text]
    used = left_out = 0
    for mark in sorted(marks, key=lambda one: -one.place):  # from the right: names go to the right
        x = (mark.place - low) / (high - low) * width
        long = len(mark.text) * _LETTER + 4.0
        to_left = x + long > width and x > width / 2
        span = (x - long, x) if to_left else (x, x + long)
        lane = _free_lane(lanes, x, span)
        if lane is None:
            left_out += 1
            continue
        lanes[lane].append(span)
        for below in lanes[:lane]:
            below.append((x, x))  # the line up to the name
        ax.annotate(
            mark.text,
            (mark.place, 1.0),
            xycoords=ax.get_xaxis_transform(),
            xytext=(-1.5 if to_left else 1.5, base + _LINE * lane),
            textcoords="offset points",
            ha="right" if to_left else "left",
            va="bottom",
            fontsize=_SIZE,
            parse_math=False,
            annotation_clip=False,
        )
        if lane:
            ax.annotate(
                "",
                (mark.place, 1.0),
                xycoords=ax.get_xaxis_transform(),
                xytext=(0.0, base + _LINE * (lane + 0.8)),
                textcoords="offset points",
                arrowprops={
                    "arrowstyle": "-",
                    "linewidth": 0.6,
                    "color": ink(),
                    "shrinkA": 0,
                    "shrinkB": 0,
                },
                annotation_clip=False,
            )
        used = max(used, lane + 1)
    return (base if marks else 0.0) + _LINE * used, left_out


def _free_lane(
    lanes: Sequence[Sequence[tuple[float, float]]], x: float, span: tuple[float, float]
) -> int | None:
    """Return the lowest line that has room for a name, whose line up crosses no other name."""
    for i, lane in enumerate(lanes):
        if not any(begin <= span[1] and span[0] <= end for begin, end in lane):
            return i
        if any(begin < x < end for begin, end in lane):
            return None
    return None


def _handles(shown: _Named) -> tuple[list[Any], list[str]]:
    """Return what explains the areas, from the top down."""
    from matplotlib.patches import Patch

    return [Patch(color=color) for color in shown.colors[::-1]], shown.labels[::-1]


def _explain(ax: Axes, shown: _Named, lift: float = 0.0) -> None:
    explain_lines(ax, *_handles(shown), lift=lift)


def _explain_once(figure: Figure, shown: _Named) -> None:
    """Name the areas of all panels in one place."""
    handles, names = _handles(shown)
    named(figure.legend(handles, ["."] * len(names), loc="outside right upper", **LEGEND), names)


def _notes(axes: list[Axes], panels: list[_Panel], left_out: int, timeless: int) -> list[str]:
    """Say what the lines and marks are, and what is not shown."""
    notes = []
    if any(panel.cuts for panel in panels):
        notes.append("line: a change, with what drives it most")
    if any(panel.anomalies for panel in panels):
        notes.append("▼: an anomaly")
    if left_out:
        notes.append(f"no room for {left_out:,} names")
    if timeless:
        notes.append(f"not shown: {timeless:,} rows without a time")
    return [packed(axes[0], notes)] if notes else []


def _explain_marks(figure: Figure | None, axes: list[Axes], lines: list[str]) -> None:
    if figure is None or len(axes) == 1:
        axes[0].set_xlabel("\n".join(lines), parse_math=False)
    else:
        figure.supxlabel("\n".join(lines), fontsize="medium", parse_math=False)
