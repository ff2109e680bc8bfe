"""A grid of coloured cells: what a matrix of pairs and a table of drift have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np

from pdkl.plot._shared import (
    GLYPH,
    LEAST,
    POINTS,
    ink,
    ink_on,
    name_rows,
    new_axes,
    packed,
    settle,
    shades,
    size_of,
)
from pdkl.results.reading import NO_VALUE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap
    from numpy.typing import NDArray


_LARGEST = 8.5
_LARGEST_NAME = 9.0
_PAD = 0.02  # between the cells and the scale, as a part of the width
_APART = 12.0  # points: cells as large have a line between them
_BAR = 0.16  # inches that the scale of colours is wide, about
_WIDEST = 11.0  # inches of cells, as long as they need not be more
_HEIGHT = 0.27  # inches of a cell, at least
_NARROWEST = 0.2
_GREY = (0.5, 0.5, 0.5, 0.22)


@dataclass(frozen=True)
class Cells:
    """What stands in the cells, each array of the shape (rows, columns)."""

    values: NDArray[np.float64]
    absent: NDArray[np.bool_]  # no such row in the frame: nothing is drawn
    hatched: NDArray[np.bool_]  # in grey, besides the infinite ones
    bold: NDArray[np.bool_]
    texts: Sequence[NDArray[np.object_]]  # the longest first: the first that fits is written
    rows: Sequence[str]
    columns: Sequence[str]
    reach: float = 0.0  # the scale goes so far at least, not to colour what is small
    square: bool = False


def draw(cells: Cells, ax: Axes | None, label: str) -> tuple[Axes, Any]:
    """Draw the cells and their scale, in a new figure where ``ax`` is None."""
    n_rows, n_columns = cells.values.shape
    beside, below = 0.085 * _longest(cells.rows), min(1.6, 0.06 * _longest(cells.columns))
    if ax is None:
        size = _cell_size(cells)
        axes = new_axes(
            max(3.6, 1.3 + beside + size[0] * n_columns), max(2.4, 1.2 + below + size[1] * n_rows)
        )
    else:
        axes, inches = ax, size_of(ax)
        # of this the scale takes a part, and names take what is more than the usual margin
        width = 0.82 * inches[0] - max(0.0, beside - 0.5)
        size = width / n_columns, (inches[1] - max(0.0, below - 0.4)) / n_rows
        if cells.square:
            size = min(size), min(size)
    texts, points = _fitting(cells, size)
    if not points and any(texts.ravel()):
        raise ValueError(
            f"ax is {inches[0]:.1f} by {inches[1]:.1f} inches, too small to mark {n_rows} by "
            f"{n_columns} cells. Leave ax out for a figure that is large enough, or filter result "
            "first."
        )
    mesh, scale = _fill(axes, cells, min(size))
    if points:
        _write(axes, cells, texts, points, scale, mesh)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    if cells.square:
        axes.set_aspect("equal")
    bar = None
    if np.isfinite(cells.values).any():
        bar = axes.figure.colorbar(
            mesh,
            ax=axes,
            extend="min" if (cells.values < 0).any() else "neither",
            pad=_PAD,
            panchor=False,  # the cells stay in the middle of their part
            aspect=max(8.0, min(24.0, size[1] * n_rows / _BAR)),
        )
        bar.outline.set_visible(False)
        bar.ax.set_axes_locator(partial(_beside, axes, bar.ax.get_axes_locator()))
        characters = max(11, int(size[1] * n_rows * POINTS / 5.8))
        bar.set_label(fill(label, characters, break_long_words=False), parse_math=False)
    _name(axes, cells)
    settle(axes)
    _name(axes, cells)
    return axes, bar


def _beside(cells: Axes, place: Callable[..., Any], ax: Axes, renderer: Any) -> Any:
    """Place the scale of colours beside the cells, as high as they: square ones may fill less."""
    box, whole, own = place(ax, renderer), ax.get_position(original=True), cells.get_position()
    scale = own.height / whole.height
    left = own.x1 + _PAD * cells.get_position(original=True).width
    low = own.y0 + (box.y0 - whole.y0) * scale
    return type(box).from_bounds(left, low, box.width, box.height * scale)


def explain(ax: Axes, names: str, marks: Sequence[str]) -> None:
    """Write under the cells what their columns are and what the marks mean."""
    lines = [text for text in (names, packed(ax, marks)) if text]
    ax.set_xlabel("\n".join(lines), parse_math=False)


def no_value(values: NDArray[np.float64]) -> list[str]:
    """Say what the dash means, where some of the cells have one."""
    return [f"{NO_VALUE} no value"] if np.isnan(values).any() else []


def _longest(texts: Iterable[str]) -> int:
    return max(len(text) for text in texts)


def _cell_size(cells: Cells) -> tuple[float, float]:
    """Choose the size of a cell in inches: as wide as the longest text that leaves room."""
    n_columns = cells.values.shape[1]
    most = max(cells.values.shape) if cells.square else n_columns
    for texts in cells.texts:
        needed = _longest(texts[~cells.absent]) * GLYPH * _LARGEST / POINTS + 0.12
        if needed * most <= _WIDEST:
            width = max(needed, min(0.5, 3.0 / n_columns))
            return width, width if cells.square else max(_HEIGHT, min(0.6 * width, 0.4))
    width = max(_NARROWEST, min(0.5, _WIDEST / most))
    return width, width if cells.square else _HEIGHT


def _scale(cells: Cells) -> tuple[Colormap, float]:
    """Return the colours, where more stands out more, and the value at their end."""
    finite = cells.values[np.isfinite(cells.values)]
    return shades(), finite.max(initial=cells.reach) or 1.0


def _fill(ax: Axes, cells: Cells, side: float) -> tuple[Any, Colormap]:
    from matplotlib.collections import PolyCollection

    scale, high = _scale(cells)
    finite = np.isfinite(cells.values)
    line = 0.8 if POINTS * side >= _APART else 0.0  # small cells would be lost in it
    gap: dict[str, Any] = {"edgecolors": [ax.get_facecolor()], "linewidth": line}
    mesh = ax.pcolormesh(
        np.ma.masked_array(cells.values, ~finite), cmap=scale, vmin=0.0, vmax=high, **gap
    )
    infinite = np.isinf(cells.values)
    without = ~finite & ~infinite & ~cells.absent
    kinds: list[tuple[NDArray[np.bool_], Any, str | None]] = [
        (infinite, scale(1.0), "////"),
        (without & cells.hatched, _GREY, "////"),
        (without & ~cells.hatched, _GREY, None),
    ]
    for where, face, hatch in kinds:
        if not where.any():
            continue
        squares = [[(x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1)] for y, x in np.argwhere(where)]
        # a hatch has the colour of the edge; the gaps between the cells are drawn over it
        ax.add_collection(
            PolyCollection(
                squares, facecolors=[face], edgecolors="0.5", hatch=hatch, linewidth=0, zorder=1
            )
        )
        ax.add_collection(PolyCollection(squares, facecolors="none", **gap, zorder=1.1))
    ax.set_xlim(0, cells.values.shape[1])
    ax.set_ylim(cells.values.shape[0], 0)
    return mesh, scale


def _fitting(cells: Cells, size: tuple[float, float]) -> tuple[NDArray[np.object_], float]:
    """Return the longest texts that fit and the size of their font, 0 where none fits."""
    width, height = (POINTS * side for side in size)
    for texts in cells.texts:
        longest = max(1, _longest(texts[~cells.absent]))
        points = min(_LARGEST, 0.94 * width / (GLYPH * longest), 0.62 * height)
        if points >= LEAST:
            return texts, points
    return texts, 0.0


def _write(
    ax: Axes,
    cells: Cells,
    texts: NDArray[np.object_],
    points: float,
    scale: Colormap,
    mesh: Any,
) -> None:
    for y, x in np.argwhere(~cells.absent):
        text, value = texts[y, x], cells.values[y, x]
        if not text:
            continue
        known = not np.isnan(value)
        face = scale(mesh.norm(value) if np.isfinite(value) else 1.0) if known else None
        striped = np.isinf(value) or (cells.hatched[y, x] and not known)
        ground = face if known else ax.get_facecolor()
        ax.text(
            x + 0.5,
            y + 0.5,
            text,
            ha="center",
            va="center_baseline",
            # the sign is as wide as a digit is high
            fontsize=1.6 * points if text == "∞" else points,
            fontweight="bold" if cells.bold[y, x] else "normal",
            color=ink_on(face) if known else ink(),
            parse_math=False,
            bbox={"facecolor": ground, "edgecolor": "none", "pad": 0.6} if striped else None,
        )


def _name(ax: Axes, cells: Cells) -> None:
    """Name rows and columns, in a font that fits; every second, third, … where none does."""
    if cells.square:
        ax.apply_aspect()  # the cells may take a part of the axes only
    n_columns = len(cells.columns)
    name_rows(ax, cells.rows, np.arange(len(cells.rows)) + 0.5)
    width = POINTS * size_of(ax)[0] / n_columns
    points = min(_LARGEST_NAME, 0.95 * width / (GLYPH * _longest(cells.columns)))
    if points >= 7.0:
        every, turn = 1, 0
    else:
        every, turn = max(1, int(np.ceil((LEAST + 1) / width))), 90
        points = min(_LARGEST_NAME, max(LEAST, 0.8 * width * every))
    ax.set_xticks(
        np.arange(0, n_columns, every) + 0.5,
        labels=cells.columns[::every],
        fontsize=points,
        rotation=turn,
        parse_math=False,
    )
