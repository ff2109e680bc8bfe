"""Columns of numbers and times, cut into intervals before they are counted."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from numbers import Integral
from typing import Any, Literal, cast

import numpy as np
import pandas as pd

from pdkl.codes.labels import Labels, append_labels, take_labels
from pdkl.codes.scales import (
    AWARE,
    NAIVE,
    NUMBER,
    UNKNOWN,
    Scaled,
    ends_of,
    in_unit,
    may_be_scaled,
    read_scaled,
    scale_of,
)
from pdkl.core.counts.bin_edges import MOST_BINS, RULES, Binning, Bins, Numbers, fit, texts
from pdkl.core.counts.counts import CodeArray, WeightArray
from pdkl.core.validation import listing, one_of, require_columns

BINNINGS = ("quantile", "width")
# to what edges were fitted: the sample that is Q, all rows of the call, or nothing in it
Fitted = Literal["reference", "pooled", "given"]


@dataclass(frozen=True)
class Binner:
    """The intervals of one column: how values are put into them, and what they are called."""

    bins: Bins
    scale: str
    zone: Any = None  # of times
    fitted: Fitted = "given"
    unit: str | None = None  # of the edges, unless they are numbers: it depends on them alone
    precision: int = 64  # bits of the floats that edges were fitted to

    def __call__(self, values: pd.Series[Any], name: Hashable) -> tuple[CodeArray, Labels]:
        """Return a code for each row, -1 where missing, and the text of each interval."""
        read = _read(values, name)
        if read.scale != self.scale and not read.missing.all():
            raise TypeError(
                f"column {name!r} holds {read.scale}s, but its bins are of {self.scale}s. Convert "
                "it, for instance with astype or pd.to_datetime."
            )
        bins, numbers = self.bins, self._comparable(read)
        if (bits := min(self.precision, read.precision)) < 64:  # 0.1 is 0.1 to the narrower
            bins, numbers = Bins(_rounded(bins.edges, bits)), _rounded(numbers, bits)
        return bins.assign(numbers, read.missing), self._labels

    def _comparable(self, read: Scaled) -> Numbers:
        """Return values that compare with the edges as they do, in whatever unit they are."""
        if read.unit is None or self.unit is None:
            return read.numbers
        ticks, last = in_unit(read.numbers, read.unit, self.unit), self.bins.edges[-1]
        # what was rounded down to the last edge lies above it; elsewhere intervals are half open
        at_last = np.flatnonzero(ticks == last)
        beyond = in_unit(ticks[at_last], self.unit, read.unit) < read.numbers[at_last]
        if beyond.any():
            ticks[at_last] += beyond
        return ticks

    @cached_property
    def _labels(self) -> Labels:
        """The text of each interval: one object, so that both sides show at once to be alike."""
        edges = self.bins.edges
        if self.scale == NUMBER:
            written = texts([float(edge) for edge in edges])
        else:
            written = [str(end) for end in self._ends(edges)]
        if self.scale in (NAIVE, AWARE):
            written = [end.removesuffix(" 00:00:00") for end in written]
        inside = [f"[{a}, {b})" for a, b in pairwise(written)]
        inside[-1] = f"{inside[-1][:-1]}]"
        return pd.Index([f"below {written[0]}", *inside, f"above {written[-1]}"])

    def intervals(self) -> tuple[Labels, Labels]:
        """Return where each category begins and ends, open ends infinite or missing."""
        low, high = self.bins.limits()
        first, last = self.bins.edges[:1], self.bins.edges[-1:]
        if self.scale == NUMBER:
            infinity = np.array([np.inf])
            ends: tuple[Any, Any] = (
                pd.Index(np.concatenate([-infinity, low, last])),
                pd.Index(np.concatenate([first, high, infinity])),
            )
            return ends
        gap = take_labels(self._ends(first), np.array([-1]))
        return (
            append_labels([gap, self._ends(low), self._ends(last)]),
            append_labels([self._ends(first), self._ends(high), gap]),
        )

    def _ends(self, ticks: Numbers) -> Labels:
        return ends_of(ticks, self.scale, self.unit, self.zone)


def _rounded(numbers: Numbers, bits: int) -> Numbers:
    """Round to the precision of floats of so many bits."""
    with np.errstate(over="ignore"):
        return np.asarray(numbers.astype(f"float{bits}").astype(np.float64))


@dataclass(frozen=True)
class Edges:
    """Edges that the caller gave, on their scale."""

    scale: str
    ticks: Numbers
    unit: str | None

    def are_those_of(self, binner: Binner) -> bool:
        """Tell whether a column is cut at these places."""
        return (
            self.can_cut(binner.scale)
            and self.unit == binner.unit
            and np.array_equal(self.ticks, binner.bins.edges)
        )

    def can_cut(self, scale: str) -> bool:
        """Tell whether they can cut values of a scale; times without a zone are of UTC."""
        return scale in (self.scale, UNKNOWN) or (self.scale == NAIVE and scale == AWARE)


def read_bins(parameter: str, bins: Any) -> Any:
    """Return a number of bins, a rule, or `Edges`."""
    if isinstance(bins, str):
        return one_of(parameter, bins, RULES)
    if isinstance(bins, Integral) and not isinstance(bins, bool):
        if not 1 <= bins <= MOST_BINS:  # type: ignore[operator]
            raise ValueError(f"{parameter} must be from 1 to {MOST_BINS} bins; got {bins}.")
        return int(bins)
    if isinstance(bins, Sequence | np.ndarray | pd.Index | pd.Series) and len(bins) >= 2:
        given = bins if isinstance(bins, np.ndarray) else list(bins)
        read = read_scaled(pd.Series(given)) if np.ndim(bins) == 1 else None
        if read is not None:
            edges, unit = read.chosen(~read.missing)
            # the last value may have a bin of its own
            twice = len(edges) > 2 and edges[-1] == edges[-2] and bool(np.isfinite(edges[-1]))
            inner = edges[:-1] if twice else edges
            # one that is no end would leave nothing of the bins beyond it; two alone cut nothing
            if (
                not read.missing.any()
                and (inner[1:] > inner[:-1]).all()
                and np.isfinite(edges).any()
            ):
                return Edges(read.scale, edges, unit)
            raise ValueError(
                f"{parameter} must be edges that increase, the first and last of them perhaps "
                f"infinite, or the last two equal; got {list(bins)!r}. Values below the first and "
                "above the last have categories of their own."
            )
    raise TypeError(
        f"{parameter} must be a number of bins, one of {', '.join(map(repr, RULES))}, at least two "
        f"edges, or a mapping of these by column; got {bins!r}."
    )


def _read(values: pd.Series[Any], name: Hashable) -> Scaled:
    read = read_scaled(values)
    if read is None:
        raise TypeError(
            f"bins is for numbers, times and durations; column {name!r} holds {values.dtype}. "
            "Leave it out of bins, or convert it with pd.to_numeric or pd.to_datetime."
        )
    return read


def cut_by(bins: Any, frame: pd.DataFrame) -> list[Hashable]:
    """Return the columns that ``bins`` is for: those that it names, else all that can be cut."""
    if bins is None or isinstance(bins, Mapping):
        return list(bins or {})
    return [
        name
        for name, column in frame.items()
        if may_be_scaled(column) and scale_of(column) != UNKNOWN
    ]


def rules_for(bins: Any, frame: pd.DataFrame, columns: Sequence[Hashable]) -> dict[Hashable, Any]:
    """Read ``bins`` for each of the columns that it cuts."""
    if bins is None:
        return {}
    if isinstance(bins, Mapping):
        require_columns("bins", bins, list(frame.columns))
        return {
            name: read_bins(f"bins for column {name!r}", rule)
            for name, rule in bins.items()
            if name in columns
        }
    rule = read_bins("bins", bins)
    found = [name for name in columns if may_be_scaled(frame[name])]
    if not found:
        raise nothing_to_cut(columns)
    return dict.fromkeys(found, rule)


def nothing_to_cut(columns: Sequence[Hashable]) -> TypeError:
    """Say that ``bins`` finds nothing that it is for."""
    return TypeError(
        f"bins is for numbers, times and durations; the columns asked for ({listing(columns)}) "
        "hold none. Leave bins out, or name such a column."
    )


def read_binning(binning: Any, bins: Any, *, compared: bool) -> Binning:
    """Return how edges are placed; by default quantiles where two sides are compared."""
    if binning is not None and bins is None:
        raise ValueError(f"binning={binning!r} says how bins= are placed; pass a number of bins.")
    if binning is None:
        return "quantile" if compared else "width"
    return cast("Binning", one_of("binning", binning, BINNINGS, also="None"))


def fit_to(
    values: pd.Series[Any],
    name: Hashable,
    weights: WeightArray | None,
    rule: Any,
    binning: Binning,
    *,
    fitted: Fitted,
    counted: bool = False,
    ends: bool = False,
) -> Binner:
    """Fit the intervals of a column to values, which ``fitted`` says the meaning of.

    ``ends`` is as of `pdkl.core.counts.bin_edges.fit`.

    ``counted`` says that weights are numbers of rows, so that each row matters to a rule's name.
    """
    if isinstance(rule, Edges):
        read = _read(values.dropna().iloc[:1] if scale_of(values) else values, name)
        if not rule.can_cut(read.scale):
            raise TypeError(
                f"bins for column {name!r} must have edges that are {read.scale}s, which the "
                f"column holds; got {rule.scale}s. Give such edges, or a number of bins."
            )
        scale = rule.scale if read.scale == UNKNOWN else read.scale
        return _binner(Bins(rule.ticks), scale, read.zone, "given", rule.unit)
    read = _read(values, name)
    kept = ~read.missing & np.isfinite(read.numbers)
    if weights is not None:
        kept &= weights > 0
        weights = weights[kept]
    numbers, unit = read.chosen(kept)
    if counted and weights is not None and weights.dtype.kind == "i" and isinstance(rule, str):
        numbers, weights = np.repeat(numbers, weights), None
    scale = NUMBER if read.scale == UNKNOWN else read.scale
    bins = fit(numbers, weights, rule, binning, ends=ends)
    binner = _binner(bins, scale, read.zone, fitted, unit)
    return replace(binner, precision=read.precision)


def _binner(bins: Bins, scale: str, zone: Any, fitted: Fitted, unit: str | None) -> Binner:
    if scale == AWARE and (zone is None or unit != "ns"):
        zone = "UTC"  # beyond nanoseconds a zone may lead out of the calendar
    return Binner(bins, scale, zone, fitted, unit)


def same_bins(one: Binner | None, other: Binner | None) -> bool:
    """Tell whether two columns are cut at the same places, or both not at all."""
    if one is None or other is None:
        return one is other
    return (
        one.scale == other.scale
        and str(one.zone) == str(other.zone)
        and one.unit == other.unit
        and np.array_equal(one.bins.edges, other.bins.edges)
    )
