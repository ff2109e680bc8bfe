"""The figures of numbers and times in a report, and their histograms, from counts alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from pdkl.analyses.drift.examine import Examined
from pdkl.codes.labels import as_text
from pdkl.codes.outcomes import Beside, read_numbers, read_numerals
from pdkl.codes.scales import (
    AWARE,
    DURATION,
    NAIVE,
    NUMBER,
    TIME_OF_DAY,
    UNKNOWN,
    ends_of,
    per_second,
    read_scaled,
    scale_of,
)
from pdkl.core.counts import figures, histograms
from pdkl.core.counts.bin_edges import Numbers
from pdkl.core.counts.counts import Counts, as_float
from pdkl.core.counts.histograms import Bars
from pdkl.core.numerics.exact import FloatArray, IntArray
from pdkl.counting.kinds import DriftColumn
from pdkl.counting.pandas_counts import LabelledCounts
from pdkl.report import numbers as shown
from pdkl.report.numbers import (
    BINS,
    NUMBERS,
    QUANTILES,
    ROUNDED,
    SIDES,
    TIMES,
    VALUES,
    Axis,
    Histogram,
    plain,
)
from pdkl.results.pairing import GroupPairs

_NOTHING = np.zeros(0, dtype=np.int64)
_FAR = 9e9  # seconds from 1970, in the year 2255
_DAY = 86_400
_AT_ONCE = 256  # comparisons of windows, whose counts are pooled


class Side(NamedTuple):
    """One side of a column: its counts in the order of the values that they are of."""

    counts: Counts
    positions: Numbers  # of each outcome, in ticks of a unit unless they are numbers; or edges
    known_by: str
    unit: str | None = None
    zone: Any = None
    sums: FloatArray | None = None  # of all values, and of their squares, before they were rounded

    @property
    def seconds(self) -> FloatArray:
        """Where values or edges lie: times in seconds."""
        seconds = as_float(self.positions)
        return seconds if self.unit is None else seconds / per_second(self.unit)

    @property
    def shown_in(self) -> Any:
        """The zone of times; far off it might lead out of the calendar."""
        return self.zone if (np.abs(self.seconds) < _FAR).all() else "UTC"

    def at_wall(self, zone: Any) -> Side:
        """Say what a clock of a zone shows at these times."""
        if self.unit is None:  # there are none
            return self
        zone = self._replace(zone=zone).shown_in
        times: Any = ends_of(self.positions, AWARE, self.unit, zone)
        return self._replace(positions=times.tz_localize(None).as_unit(self.unit).asi8)


@dataclass(frozen=True)
class _Column:
    """A column of numbers or times; a side that lacks it is None."""

    name: str
    place: int
    scale: str
    sides: tuple[Side | None, Side | None]


def numbers_of(found: Examined) -> shown.Numbers:
    """Describe each row whose column holds numbers or times, on both sides."""
    width = len(found.compared)
    of_numbers: list[dict[str, Any]] = []
    of_times: list[dict[str, Any]] = []
    drawn: dict[int, Histogram] = {}
    for column in _columns(found):
        rows = np.arange(len(found.counted.groups)) * width + column.place
        is_time = column.scale not in (NUMBER, DURATION)
        describe = _times if is_time else _numbers
        parts = [
            _by_row(found.counted.groups, side, end, partial(describe, scale=column.scale))
            for end, side in enumerate(column.sides)
        ]
        for end, part in enumerate(parts):
            told = {"row": rows, "column": [column.name] * len(rows)}
            told |= {"side": [SIDES[end]] * len(rows)}
            (of_times if is_time else of_numbers).append(told | part)
        drawn |= _histograms(found.counted.groups, column, rows)
    return shown.Numbers(_joined(of_numbers, NUMBERS), _joined(of_times, TIMES), drawn)


def _joined(parts: Sequence[dict[str, Any]], columns: dict[str, str]) -> pd.DataFrame:
    """Put the sides of each row one below the other."""
    rows = np.concatenate([_NOTHING, *(part["row"] for part in parts)])
    order = np.argsort(rows, kind="stable")  # the data are before the reference
    found = {}
    for name, dtype in columns.items():
        plain_dtype = object if dtype == "str" else dtype
        every = [np.asarray(part[name], plain_dtype) for part in parts]
        joined = np.concatenate([np.zeros(0, plain_dtype), *every])[order]
        found[name] = pd.Series(joined, dtype=dtype)
    return pd.DataFrame(found)


# ---- the values of a side -------------------------------------------------------------------


def _columns(found: Examined) -> Iterator[_Column]:
    for place, column in enumerate(found.compared):
        if column.error or column.parts:
            continue
        kept: tuple[LabelledCounts | None, ...] = column.values  # noqa: PD011
        given = [side is not None for side in kept]
        read = [None if side is None else _read(column, side) for side in kept]
        scales = {one[1] for one in read if one is not None} - {UNKNOWN}
        if len(scales) != 1 or [one is not None for one in read] != given:
            continue  # a side holds something else
        sides = [
            None if one is None else _with_sums(one[0], column, source)
            for one, source in zip(read, found.sources, strict=True)
        ]
        yield _Column(as_text(column.name), place, scales.pop(), (sides[0], sides[1]))


def _read(column: DriftColumn, side: LabelledCounts) -> tuple[Side, str] | None:
    """Put the counts of a side in the order of its values; None where they are neither."""
    binner, labels = column.binner, side.labels
    if binner is not None and column.cut_early is not None:
        cut = Side(side.counts, binner.bins.edges, BINS, binner.unit, binner.zone)
        return cut, binner.scale
    if isinstance(column.encoder, Beside):
        read_texts = read_numerals if column.encoder.numerals else read_numbers
        numbers = read_texts(labels)
        return None if numbers is None else (_sorted(side.counts, numbers), NUMBER)
    if side.leveled or labels.dtype == bool or isinstance(labels, pd.MultiIndex):
        return None
    scale = scale_of(labels)
    read = read_scaled(pd.Series(labels))
    if scale is None or read is None:
        return None
    return _sorted(side.counts, read.numbers, read.unit, read.zone), scale


def _sorted(counts: Counts, positions: Numbers, unit: str | None = None, zone: Any = None) -> Side:
    if (positions[1:] > positions[:-1]).all() and not np.isnan(positions[:1]).any():
        known_counts = replace(counts, missing=np.zeros_like(counts.missing))
        return Side(known_counts, positions, VALUES, unit, zone)
    known = np.flatnonzero(~np.isnan(positions)) if unit is None else np.arange(len(positions))
    order = known[np.argsort(positions[known])]
    rank = np.full(len(positions), -1)
    rank[order] = np.arange(len(order))
    outcome = rank[counts.outcome]
    cell = np.argsort(counts.group * max(len(order), 1) + outcome)  # each is there once
    cell = cell[outcome[cell] >= 0]
    cells = counts.group[cell], outcome[cell], counts.weight[cell]
    ordered = Counts(*cells, np.zeros_like(counts.missing), len(order))
    return Side(ordered, positions[order], VALUES, unit, zone)


def _with_sums(side: Side, column: DriftColumn, source: Any) -> Side:
    """Say of a profile that it has rounded values, and what they were together."""
    before = source.precounted if source is not None else None
    if before is None or column.name not in before.edges or side.known_by != VALUES:
        return side
    sums = before.sums.get(column.name)
    if sums is not None:
        sums = sums.sum(axis=1) if side.counts.n_groups == 1 else None
    return side._replace(known_by=ROUNDED, sums=sums)


# ---- figures --------------------------------------------------------------------------------


def _by_row(
    groups: GroupPairs, side: Side | None, end: int, describe: Callable[[Side], dict[str, Any]]
) -> dict[str, Any]:
    """Describe a side of each comparison: each group once, or windows over groups."""
    group, first = (groups.right, groups.first) if end else (groups.left, groups.first_of_p)
    if side is None:
        side = Side(Counts(_NOTHING, _NOTHING, _NOTHING, _NOTHING, 0), np.zeros(0), VALUES)
        group, first = np.full(len(groups), -1), None
    if first is None:
        # the first is a group without rows, as -1 is
        missing = np.append(0, side.counts.missing)
        every = replace(side.counts, group=side.counts.group + 1, missing=missing)
        part = describe(side._replace(counts=every))
        return {name: values[group + 1] for name, values in part.items()}
    pooled = groups.q if end else groups.p
    starts = range(0, max(len(groups), 1), _AT_ONCE)
    parts = [
        describe(side._replace(counts=pooled(side.counts, slice(i, i + _AT_ONCE)), sums=None))
        for i in starts
    ]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _numbers(side: Side, scale: str) -> dict[str, Any]:
    """Give the figures of numbers, durations being seconds, for each group."""
    counts, values = side.counts, side.seconds
    nothing = np.full(counts.n_groups, np.nan)
    told = dict.fromkeys(("mean", "std", "min", "max"), nothing)
    if side.known_by == BINS:
        lines = figures.quantiles_of_bins(counts, values, list(QUANTILES.values()))
        infinite = nothing
    else:
        lines = figures.quantiles(counts, values, list(QUANTILES.values()))
        told["mean"], told["std"] = figures.moments(counts, values)
        if side.sums is not None:
            told["mean"], told["std"] = _of_sums(side)
        low, high = figures.ends(counts)
        padded = values if len(values) else np.zeros(1)
        told["min"], told["max"] = padded[low], padded[high]
        infinite = np.zeros(counts.n_groups)
        if np.isinf(values[:1]).any() or np.isinf(values[-1:]).any():
            endless = counts.weight * np.isinf(values)[counts.outcome]
            infinite = np.bincount(counts.group, weights=endless, minlength=counts.n_groups)
    told |= dict(zip(QUANTILES, lines.T, strict=True))
    empty = counts.totals == 0
    told = {name: np.where(empty, np.nan, part) for name, part in told.items()}
    unit = "s" if scale == DURATION else ""
    return {
        "n": as_float(counts.totals),
        "infinite": infinite,
        **told,
        "unit": np.full(counts.n_groups, unit, dtype=object),
        "known_by": np.full(counts.n_groups, side.known_by, dtype=object),
    }


def _of_sums(side: Side) -> tuple[FloatArray, FloatArray]:
    """Return mean and standard deviation of what was rounded afterwards; one group is all."""
    assert side.sums is not None
    finite = np.isfinite(side.positions)[side.counts.outcome]
    total = side.counts.weight[finite].sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        mean, square = side.sums / total
        spread = np.sqrt(np.maximum(square - mean**2, 0.0))
    return np.full(side.counts.n_groups, mean), np.full(side.counts.n_groups, spread)


def _times(side: Side, scale: str) -> dict[str, Any]:
    """Give range, median and longest gap of times for each group."""
    counts = side.counts
    empty = counts.totals == 0
    nothing = np.full(counts.n_groups, None, dtype=object)

    def written(ticks: Numbers, known: Any) -> Any:
        """Write each time as text that says its zone."""
        texts = nothing.copy()
        if side.unit is not None and known.any():
            zone = side.shown_in if scale == AWARE else None
            known_ends = ends_of(ticks[known], scale, side.unit, zone)
            texts[known] = [str(one).removesuffix(" 00:00:00") for one in known_ends]
        return texts

    told: dict[str, Any] = dict.fromkeys(("first", "median", "last", "gap_from", "gap_to"), nothing)
    gap = np.full(counts.n_groups, np.nan)
    if side.known_by == BINS:
        found = figures.quantiles_of_bins(counts, side.positions, [0.5])[:, 0]
        known, second = ~np.isnan(found), per_second(str(side.unit))
        found = np.where(known, found, 0.0) // second * second  # no more exact than it is
        told["median"] = written(found.astype(np.int64), known)
    elif side.unit is not None and len(side.positions):
        low, high = figures.ends(counts)
        told["first"], told["last"] = (written(side.positions[i], ~empty) for i in (low, high))
        middle = figures.quantiles(counts, side.positions, [0.5])[:, 0]
        told["median"] = written(middle, ~empty)
        if side.known_by == VALUES:
            ticks, *between = figures.longest_gaps(counts, side.positions)
            gap, known = ticks / per_second(side.unit), ~np.isnan(ticks)
            ends = (written(side.positions[i], known) for i in between)
            told["gap_from"], told["gap_to"] = ends
    return {
        "n": as_float(counts.totals),
        **told,
        "gap": gap,
        "known_by": np.full(counts.n_groups, side.known_by, dtype=object),
    }


# ---- histograms -----------------------------------------------------------------------------


def _histograms(groups: GroupPairs, column: _Column, rows: IntArray) -> dict[int, Histogram]:
    """Draw both sides of each row on one axis, which all rows of the column share."""
    sides = list(column.sides)
    if column.scale == AWARE:
        zone = next((one.zone for one in sides if one is not None and len(one.positions)), None)
        sides = [None if one is None else one.at_wall(zone) for one in sides]
    given = [side for side in sides if side is not None]
    bars: Bars | None
    if any(side.known_by == BINS for side in given):
        bars = Bars.of_edges(given[0].seconds)
    else:
        bars = histograms.bars_of(
            [(side.seconds, side.counts.outcome_totals) for side in given],
            is_time=column.scale not in (NUMBER, DURATION),
        )
    if bars is None:
        return {}
    axis = Axis(bars, _edge_texts(column, bars))
    shares = []
    for end, side in enumerate(sides):
        if side is None:
            shares.append(np.full((len(groups), bars.size), np.nan))
            continue
        counts = side.counts
        if side.known_by != BINS:
            bar = bars.assign(side.seconds)
            counts = counts.recode(bar[counts.outcome], bars.size)
        sums = groups.sums_of_q if end else groups.sums_of_p
        table = counts.dense(np.arange(bars.size)).astype(np.float64)
        found = np.column_stack([sums(line) for line in table.T])
        with np.errstate(invalid="ignore"):
            shares.append(found / found.sum(axis=1, keepdims=True))
    return {
        row: Histogram(axis, own, other)
        for row, own, other in zip(rows.tolist(), *shares, strict=True)
    }


def _edge_texts(column: _Column, bars: Bars) -> list[str]:
    """Write the edges, or what each bar stands for, in plain numbers."""
    places = bars.edges
    if bars.is_each:
        places = (places[:-1] + places[1:]) / 2.0
    if column.scale in (NUMBER, DURATION):
        if bars.outside or len(places) == 1:
            return [plain(float(one)) for one in places]
        digits = 0 if bars.is_each else bars.digits
        return [f"{one:.{digits}f}" for one in places]
    unit = "us" if (np.diff(places) < 1.0).any() and (np.abs(places) < _FAR).all() else "s"
    ticks = np.floor(places * per_second(unit)).astype(np.int64)
    if column.scale == TIME_OF_DAY:
        ticks = np.clip(ticks, 0, _DAY * per_second(unit) - 1)
    ends = ends_of(ticks, TIME_OF_DAY if column.scale == TIME_OF_DAY else NAIVE, unit, None)
    return [str(one).removesuffix(" 00:00:00") for one in ends]
