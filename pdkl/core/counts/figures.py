"""What counts by value, or by interval, say of numbers: quantiles, moments, and the longest gap."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pdkl.core.counts.bin_edges import Numbers
from pdkl.core.counts.counts import Counts, as_float
from pdkl.core.numerics.exact import FloatArray, IntArray, run_starts

Flags = NDArray[np.bool_]
_EXPONENT = 400  # of 2: squares of what is larger, or smaller, may leave the floats


def quantiles(counts: Counts, positions: Numbers, shares: Sequence[float]) -> Numbers:
    """Return a line for each group, a column for each share; outcomes are in order of positions.

    Of whole weights they are NumPy's default, each weight being as many rows: what lies between two
    values is interpolated. Of others it is the first value up to which the share lies
    (``method="inverted_cdf"``). Groups without rows have the first position, or 0.
    """
    wanted = np.array(shares)
    if not len(counts.weight):
        return np.zeros((counts.n_groups, len(wanted)), dtype=positions.dtype)
    if counts.weight.dtype == np.int64:
        at = np.maximum(counts.totals - 1, 0)[:, None] * wanted
        low = np.floor(at)
        part = at - low
        first, second = _cells_of_rows(counts, np.stack([low, np.ceil(at)]).astype(np.int64))
    else:
        first = second = _cells(counts, counts.totals[:, None] * wanted)
        part = np.zeros(first.shape)
    a, b = (positions[counts.outcome[cell]] for cell in (first, second))
    if positions.dtype.kind == "i":  # whose range may be twice what they hold
        away = (b.astype(np.uint64) - a.astype(np.uint64)).astype(np.float64) * part
        return np.asarray((a.astype(np.uint64) + away.astype(np.uint64)).astype(np.int64))
    between = (part > 0.0) & (a != b)
    with np.errstate(invalid="ignore"):  # an infinite value is as far away as it was
        return np.asarray(np.where(between, a * (1.0 - part) + b * part, a))


def quantiles_of_bins(counts: Counts, edges: Numbers, shares: Sequence[float]) -> FloatArray:
    """Interpolate within intervals, as if their rows were evenly spread.

    Outcomes are what is below the first edge, the intervals, and what is above the last. NaN stands
    for what lies beyond the edges, or in an outermost interval, which may reach to a value far off;
    not where that is a single value.
    """
    wanted = counts.totals[:, None] * np.array(shares)
    if not len(counts.weight):
        return np.full(wanted.shape, np.nan)
    cell = _cells(counts, wanted)
    bin_, last = counts.outcome[cell], len(edges)
    before = as_float(_running(counts) - counts.weight)[cell]
    with np.errstate(divide="ignore", invalid="ignore"):
        part = np.clip((wanted - before) / counts.weight[cell], 0.0, 1.0)
    low, high = (as_float(edges)[np.clip(bin_ - shift, 0, last - 1)] for shift in (1, 0))
    inside = (bin_ > 1) & (bin_ < last - 1)
    inside |= (bin_ > 0) & (bin_ < last) & (low == high)
    with np.errstate(invalid="ignore"):  # edges may be infinite
        found = low + (high - low) * part
    inside &= (counts.totals > 0)[:, None]
    return np.where(inside & np.isfinite(found), found, np.nan)


def moments(counts: Counts, positions: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return mean and standard deviation of the finite values of each group, NaN without any.

    Positions are in order. The squares are divided by the weight itself, not by one less.
    """
    values, group, weight = positions[counts.outcome], counts.group, as_float(counts.weight)
    kept = np.isfinite(values)
    if not kept.all():
        values, group, weight = values[kept], group[kept], weight[kept]
    middle, spread = np.full((2, counts.n_groups), np.nan)
    first = run_starts(group)
    if not len(first):
        return middle, spread
    number = np.diff(first, append=len(group))
    last = first + number - 1
    exponent = np.frexp(np.maximum(np.abs(values[first]), np.abs(values[last])))[1]
    if scaled := bool((np.abs(exponent) > _EXPONENT).any()):
        values = np.ldexp(values, np.repeat(-exponent, number))  # at most 1

    # cells are in the order of their values, so that sums need not be free of it
    total = np.add.reduceat(weight, first)
    means = np.add.reduceat(weight * values, first) / total
    away = values - (np.repeat(means, number) if len(first) > 1 else means)
    away *= away
    away *= weight
    spreads = np.sqrt(np.add.reduceat(away, first) / total)
    if scaled:
        with np.errstate(over="ignore"):
            means, spreads = np.ldexp(means, exponent), np.ldexp(spreads, exponent)
    middle[group[first]], spread[group[first]] = means, spreads
    return middle, spread


def longest_gaps(counts: Counts, positions: IntArray) -> tuple[FloatArray, IntArray, IntArray]:
    """Return how far apart neighbouring values of a group are at most, and the outcomes of the two.

    Of several gaps that long it is the first. A group of fewer than two values has NaN.
    """
    found = np.full(counts.n_groups, np.nan)
    start, stop = np.zeros((2, counts.n_groups), dtype=np.int64)
    same = np.flatnonzero(counts.group[1:] == counts.group[:-1])
    a, b = (positions[counts.outcome[same + shift]].astype(np.uint64) for shift in (0, 1))
    order = np.lexsort([-same, b - a, counts.group[same]])
    group = counts.group[same[order]]
    last = order[np.flatnonzero(np.diff(group, append=-1))]
    at = counts.group[same[last]]
    found[at] = (b - a)[last]
    start[at], stop[at] = counts.outcome[same[last]], counts.outcome[same[last] + 1]
    return found, start, stop


def ends(counts: Counts) -> tuple[IntArray, IntArray]:
    """Return the first and the last outcome of each group, 0 where there is none."""
    if not len(counts.outcome):
        return np.zeros(counts.n_groups, np.int64), np.zeros(counts.n_groups, np.int64)
    low = np.minimum(counts.starts[:-1], len(counts.outcome) - 1)
    high = np.maximum(counts.starts[1:] - 1, 0)
    return counts.outcome[low], counts.outcome[high]


def _running(counts: Counts) -> Any:
    """Add up the weights within each group, cell by cell."""
    if counts.weight.dtype == np.int64:
        total = np.cumsum(counts.weight)
        before = np.append(0, total)[counts.starts[:-1]]
        return total - before[counts.group]
    parts = np.split(counts.weight, counts.starts[1:-1])  # each rounded by itself
    return np.concatenate([np.cumsum(part) for part in parts])


def _cells_of_rows(counts: Counts, row: IntArray) -> IntArray:
    """Find the cell of each group, by the last axis but one, that holds a row, counted from 0."""
    total = np.cumsum(counts.weight)
    before = np.append(0, total)[counts.starts[:-1]]
    found = np.searchsorted(total, before[:, None] + row, side="right")
    return np.minimum(found, len(total) - 1).astype(np.int64)  # of a group without rows, any


def _cells(counts: Counts, wanted: Any) -> IntArray:
    """Find the cell of each group in which its running weight reaches what is wanted."""
    found = np.zeros(wanted.shape, dtype=np.int64)
    running, starts = _running(counts), counts.starts
    for i, line in enumerate(wanted):
        part = running[starts[i] : starts[i + 1]]
        if len(part):
            place = np.searchsorted(part, line)
            found[i] = starts[i] + np.minimum(place, len(part) - 1)
    return found
