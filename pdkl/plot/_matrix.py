"""A grid of coloured cells: what a matrix of pairs and a table of drift have in common."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np

from pdkl.plot._shared import ink, ink_on, new_axes, packed, shades, size_of
from pdkl.results.reading import NO_VALUE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap
    from numpy.typing import NDArray


POINTS = 72  # of an inch
_GLYPH = 0.62  # the width of a character, in heights of the font
_LEAST = 5.5  # points: below, a text cannot be read
_LARGEST = 8.5
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
    texts, points = _fitting(cells, size)
    if not points and any(texts.ravel()):
        raise ValueError(
            f"ax is {inches[0]:.1f} by {inches[1]:.1f} inches, too small to mark {n_rows} by "
            f"{n_columns} cells. Leave ax out for a figure that is large enough, or filter result "
            "first."
        )
    mesh, scale = _fill(axes, cells)
    if points:
        _write(axes, cells, texts, points, scale, mesh)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    _name(axes, cells, size)
    if np.isfinite(cells.values).any():
        bar = axes.figure.colorbar(
            mesh, ax=axes, extend="min" if (cells.values < 0).any() else "neither", pad=0.02
        )
        bar.outline.set_visible(False)
        characters = max(11, int(size[1] * n_rows * POINTS / 5.8))
        bar.set_label(fill(label, characters, break_long_words=False), parse_math=False)
        return axes, bar
    return axes, None


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
    for texts in cells.texts:
        needed = _longest(texts[~cells.absent]) * _GLYPH * _LARGEST / POINTS + 0.12
        if needed * n_columns <= _WIDEST:
            width = max(needed, min(0.5, 3.0 / n_columns))
            return width, max(_HEIGHT, min(0.6 * width, 0.4))
    return max(_NARROWEST, min(0.5, _WIDEST / n_columns)), _HEIGHT


def _scale(cells: Cells) -> tuple[Colormap, float]:
    """Return the colours, where more stands out more, and the value at their end."""
    finite = cells.values[np.isfinite(cells.values)]
    return shades(), finite.max(initial=cells.reach) or 1.0


def _fill(ax: Axes, cells: Cells) -> tuple[Any, Colormap]:
    from matplotlib.collections import PolyCollection

    scale, high = _scale(cells)
    finite = np.isfinite(cells.values)
    gap: dict[str, Any] = {"edgecolors": [ax.get_facecolor()], "linewidth": 0.8}
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
        points = min(_LARGEST, 0.94 * width / (_GLYPH * longest), 0.62 * height)
        if points >= _LEAST:
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


def _name(ax: Axes, cells: Cells, size: tuple[float, float]) -> None:
    """Name rows and columns, in a font that fits; every second, third, … where none does."""
    width, height = (POINTS * side for side in size)
    look: dict[str, Any] = {"parse_math": False}
    every = max(1, int(np.ceil((_LEAST + 1) / height)))
    ax.set_yticks(
        np.arange(0, len(cells.rows), every) + 0.5,
        labels=cells.rows[::every],
        fontsize=min(9.0, max(_LEAST, 0.8 * height * every)),
        **look,
    )
    longest = _longest(cells.columns) * _GLYPH
    points = min(9.0, 0.95 * width / longest)
    if points >= 7.0:
        ax.set_xticks(
            np.arange(len(cells.columns)) + 0.5, labels=cells.columns, fontsize=points, **look
        )
        return
    every = max(1, int(np.ceil((_LEAST + 1) / width)))
    points = min(9.0, max(_LEAST, 0.8 * width * every))
    ax.set_xticks(
        np.arange(0, len(cells.columns), every) + 0.5,
        labels=cells.columns[::every],
        fontsize=points,
        rotation=90,
        **look,
    )
