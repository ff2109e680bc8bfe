"""The figures of numbers and times in a report: as frames, in sentences, and for the page."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pdkl.core.counts.histograms import Bars
from pdkl.core.numerics.exact import FloatArray
from pdkl.report import text
from pdkl.results.intervals import figure
from pdkl.results.reading import is_missing

SIDES = ("data", "reference")
VALUES, ROUNDED, BINS = "values", "rounded values", "bins"  # what figures are known by
QUANTILES = {"q05": 0.05, "q25": 0.25, "median": 0.5, "q75": 0.75, "q95": 0.95}
_FLOATS = ("n", "infinite", "mean", "std", "min", *QUANTILES, "max")
NUMBERS = (  # column -> dtype
    {"row": "int64", "column": "str", "side": "str"}
    | dict.fromkeys(_FLOATS, "float64")
    | {"unit": "str", "known_by": "str"}
)
TIMES = (
    {"row": "int64", "column": "str", "side": "str", "n": "float64"}
    | dict.fromkeys(("first", "median", "last"), "str")
    | {"gap": "float64", "gap_from": "str", "gap_to": "str", "known_by": "str"}
)
# column -> what people call it, in the order in which it is shown
_NUMBERS = {
    "mean": "mean",
    "median": "median",
    "std": "standard deviation",
    "min": "smallest",
    "q05": "5% quantile",
    "q25": "25% quantile",
    "q75": "75% quantile",
    "q95": "95% quantile",
    "max": "largest",
    "infinite": "infinite",
}
_TIMES = {"first": "first", "median": "median", "last": "last", "gap": "longest gap"}
_SHOWN = 300  # rows whose figures and histogram the page has: they bound its size
ORDERED = "ordered"  # the kind whose categories are in an order, as bins are
CLOCK = "clock"  # the kind whose values move on with time
_PARTS = 10_000  # into which the shares of a histogram are rounded
_LONGEST = 40  # letters of a time


class Axis(NamedTuple):
    """Where the bars of histograms lie, and what is written at their edges."""

    bars: Bars
    texts: list[str]


class Histogram(NamedTuple):
    """The shares of both sides in each bar; NaN where a side has no rows."""

    axis: Axis
    own: FloatArray
    other: FloatArray


@dataclass(frozen=True)
class Numbers:
    """What is known of the rows whose columns hold numbers or times."""

    figures: pd.DataFrame = field(
        default_factory=lambda: pd.DataFrame({n: pd.Series(dtype=d) for n, d in NUMBERS.items()})
    )
    times: pd.DataFrame = field(
        default_factory=lambda: pd.DataFrame({n: pd.Series(dtype=d) for n, d in TIMES.items()})
    )
    histograms: dict[int, Histogram] = field(default_factory=dict)

    def ordered(self, frame: pd.DataFrame) -> NDArray[np.bool_]:
        """Tell which rows of a report are shown in the order of their values."""
        found = frame["kind"].eq(ORDERED).to_numpy(copy=True)
        for one in (self.figures, self.times):
            found[one["row"]] = True
        return found

    def by_row(self) -> dict[int, list[dict[Hashable, Any]]]:
        """List the sides of each row, the data first."""
        found: dict[int, list[dict[Hashable, Any]]] = {}
        for frame in (self.figures, self.times):
            for side in frame.drop(columns="column").to_dict("records"):
                found.setdefault(side.pop("row"), []).append(side)
        return found


def in_order(categories: pd.DataFrame, ordered: NDArray[np.bool_]) -> pd.DataFrame:
    """Put the categories of the rows that are ``ordered`` in the order of their values."""
    row = categories["row"].to_numpy()
    place = np.where(ordered[row], categories["place"].to_numpy(), 0)
    return categories.iloc[np.lexsort([place, row])]


def plain(value: float) -> str:
    """Write a number in plain digits, about four of them that count."""
    return text.ABSENT if math.isnan(value) else figure(value)


def span(seconds: float) -> str:
    """Write a duration in the largest unit that it fills."""
    units = {"days": 86_400, "hours": 3600, "minutes": 60, "seconds": 1}
    if math.isnan(seconds):
        return text.ABSENT
    name, size = next((one for one in units.items() if seconds >= one[1]), ("seconds", 1))
    written = plain(seconds / size)
    return f"{written} {name[:-1] if written == '1' else name}"


def moved(figures: pd.DataFrame, row: int) -> str:
    """Say in a few words where the values of a row went, nothing where they stayed."""
    if (one := figures[figures["row"] == row]).empty:
        return ""
    own, other = (one[one["side"] == side].iloc[0] for side in SIDES)
    unit = f" {own['unit']}" if own["unit"] else ""
    for name in ("mean", "median", "std"):
        before, after = plain(other[name]), plain(own[name])
        if before != after and text.ABSENT not in (before, after):
            return f"{_NUMBERS[name]} {before} → {after}{unit}"
    return ""


def data(found: Numbers, order: Sequence[int]) -> dict[str, Any]:
    """Write what the script draws: of the first rows in ``order`` that have figures.

    Shares are whole parts of 10,000. Axes and sides that are the same in several rows stand once.
    """
    sides = found.by_row()
    chosen = [i for i in order if i in sides][:_SHOWN]
    axes: dict[int, int] = {}
    lines: dict[tuple[int, ...], int] = {}
    written_axes = []
    rows: dict[int, list[Any]] = {}
    place = {row: i for i, row in enumerate(order)}
    for row in chosen:
        drawn: list[int] = []
        if row in found.histograms:
            histogram = found.histograms[row]
            if id(histogram.axis) not in axes:
                axes[id(histogram.axis)] = len(axes)
                written_axes.append(_axis(histogram.axis))
            drawn = [axes[id(histogram.axis)]]
            for shares in (histogram.own, histogram.other):
                drawn.append(lines.setdefault(_parts(shares), len(lines)))
        rows[place[row]] = [_written(sides[row]), drawn]
    return {
        "heads": [list(_NUMBERS.values()), list(_TIMES.values())],
        "axes": written_axes,
        "lines": list(lines),
        "rows": rows,
        "left": len(sides) - len(chosen),
        "note": f"Figures and histograms are shown of the {_SHOWN} rows that drifted most; the "
        "figures of all are in report.numbers and report.times, and in report.to_json().",
    }


def _axis(axis: Axis) -> list[Any]:
    bars, texts = axis
    if not bars.outside:
        return [texts, [int(one) for one in bars.is_open]]
    return [texts, [1, 1], _ends(bars.edges)]


def _ends(edges: FloatArray) -> list[int]:
    """Say where edges lie, in thousandths of the axis; infinite ones as far as the next."""
    finite = edges[np.isfinite(edges)]
    low, high = float(finite.min()), float(finite.max())
    size = (high - low) or 1.0
    return [int(1000 * (min(max(edge, low), high) - low) / size) for edge in edges.tolist()]


def _parts(shares: FloatArray) -> tuple[int, ...]:
    """Write shares as whole parts; what is above nothing never reads as nothing."""
    if np.isnan(shares).any():
        return ()
    return tuple(max(round(_PARTS * one), int(one > 0.0)) for one in shares.tolist())


def _written(sides: Sequence[dict[Hashable, Any]]) -> list[Any]:
    """Write the figures of both sides, and what they are known by where that is not the values."""
    is_time = "gap" in sides[0]
    parts = [list(_time_texts(side) if is_time else _number_texts(side)) for side in sides]
    known = {side["known_by"] for side in sides if side["n"] > 0} - {VALUES}
    return [int(is_time), *parts, sorted(known)[0] if known else ""]


def _number_texts(side: dict[Hashable, Any]) -> Iterator[str]:
    unit = f" {side['unit']}" if side["unit"] else ""
    for name in _NUMBERS:
        value = side[name]
        if name == "infinite":  # which hardly ever are
            yield "" if not value > 0 else text.whole(value)
        else:
            written = plain(value)
            yield written if written == text.ABSENT else f"{written}{unit}"


def _time_texts(side: dict[Hashable, Any]) -> Iterator[str]:
    for name in ("first", "median", "last"):
        yield text.ABSENT if is_missing(side[name]) else text.clipped(side[name], _LONGEST)
    gap = span(side["gap"])
    yield gap if is_missing(side["gap_from"]) else f"{gap}, from {side['gap_from']}"
