"""Columns of numbers and times, cut into intervals before they are counted."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pdkl.codes.labels import Labels, take_labels
from pdkl.core.counts.bin_edges import Binning, Bins, Numbers, fit, read_bins, texts
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

    def __call__(self, values: pd.Series[Any], name: Hashable) -> tuple[CodeArray, Labels]:
        """Return a code for each row, -1 where missing, and the text of each interval."""
        numbers, missing, scale = as_numbers(values, name)
        if scale != self.scale and not missing.all():
            raise TypeError(
                f"column {name!r} holds {scale}s, but its bins are of {self.scale}s. Convert it, "
                "for instance with astype or pd.to_datetime."
            )
        return self.bins.assign(numbers, missing), pd.Index(self._texts())

    def _texts(self) -> list[str]:
        edges = self.bins.edges
        if self.scale == "number":
            written = texts([float(edge) for edge in edges])
        else:
            written = [str(time).removesuffix(" 00:00:00") for time in self._times(edges)]
        inside = [f"[{a}, {b})" for a, b in pairwise(written)]
        inside[-1] = f"{inside[-1][:-1]}]"
        return [f"below {written[0]}", *inside, f"above {written[-1]}"]

    def intervals(self) -> tuple[Labels, Labels]:
        """Return where each category begins and ends, open ends infinite or missing."""
        low, high = self.bins.limits()
        first, last = self.bins.edges[:1], self.bins.edges[-1:]
        if self.scale == "number":
            infinity = np.array([np.inf])
            ends: tuple[Any, Any] = (
                pd.Index(np.concatenate([-infinity, low, last])),
                pd.Index(np.concatenate([first, high, infinity])),
            )
            return ends
        gap = pd.DatetimeIndex([pd.NaT]).as_unit("ns").tz_localize(self.zone)
        return (
            gap.append([self._times(low), self._times(last)]),
            self._times(first).append([self._times(high), gap]),
        )

    def _times(self, ticks: Numbers) -> pd.DatetimeIndex:
        times = pd.DatetimeIndex(ticks.astype("datetime64[ns]"))
        return times.tz_localize("UTC").tz_convert(self.zone) if self.zone is not None else times


def as_numbers(values: pd.Series[Any], name: Hashable) -> tuple[Numbers, NDArray[np.bool_], str]:
    """Return float64 numbers, or int64 nanoseconds of times, with a mask of the missing."""
    given, values = values.dtype, natural(values)
    dtype: Any = values.dtype
    missing = values.isna().to_numpy()
    if is_time(dtype):
        zone = getattr(dtype, "tz", None) or getattr(
            getattr(dtype, "pyarrow_dtype", None), "tz", None
        )
        times = pd.DatetimeIndex(values).as_unit("ns")
        ticks = times.tz_convert("UTC").tz_localize(None) if zone is not None else times
        scale = "naive datetime" if zone is None else "aware datetime"
        return np.asarray(ticks.to_numpy()).astype(np.int64), missing, scale
    if is_number(dtype):
        numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
        return numbers, missing | np.isnan(numbers), "number"
    raise TypeError(
        f"bins is for numbers and datetimes; column {name!r} holds {given}. Leave it out of bins, "
        "or convert it with pd.to_numeric or pd.to_datetime."
    )


def natural(values: pd.Series[Any]) -> pd.Series[Any]:
    """Return the values in the dtype that they have behind levels or objects."""
    dtype: Any = values.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return pd.Series(take_labels(dtype.categories, values.cat.codes.to_numpy()))
    return values.infer_objects() if pd.api.types.is_object_dtype(dtype) else values


def is_number(dtype: Any) -> bool:
    """Tell whether a column can be cut as numbers; booleans have two categories already."""
    return (
        pd.api.types.is_numeric_dtype(dtype)
        and not pd.api.types.is_bool_dtype(dtype)
        and not pd.api.types.is_complex_dtype(dtype)
    )


def is_time(dtype: Any) -> bool:
    """Tell whether a column can be cut as times."""
    return pd.api.types.is_datetime64_any_dtype(dtype)


def named_by(bins: Any) -> list[Hashable]:
    """Return the columns that ``bins`` names, none where it is for all."""
    return list(bins) if isinstance(bins, Mapping) else []


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
    found = [name for name in columns if is_number(frame[name].dtype) or is_time(frame[name].dtype)]
    if not found:
        raise TypeError(
            f"bins is for numbers and datetimes; the columns asked for ({listing(columns)}) hold "
            "neither. Leave bins out, or name such a column."
        )
    return dict.fromkeys(found, rule)


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
) -> Binner:
    """Fit the intervals of a column to values, which ``fitted`` says the meaning of.

    ``counted`` says that weights are numbers of rows, so that each row matters to a rule's name.
    """
    numbers, missing, scale = as_numbers(values, name)
    if isinstance(rule, np.ndarray) and (rule.dtype.kind == "i") != (scale != "number"):
        raise TypeError(
            f"bins for column {name!r} has edges that are not {scale}s, which the column holds."
        )
    kept = ~missing & np.isfinite(numbers)
    chosen = None if weights is None else weights[kept]
    zone = getattr(natural(values).dtype, "tz", None)
    if zone is None and scale == "aware datetime":
        zone = "UTC"
    numbers = numbers[kept]
    if counted and chosen is not None and chosen.dtype.kind == "i" and isinstance(rule, str):
        numbers, chosen = np.repeat(numbers, chosen), None
    how: Fitted = "given" if isinstance(rule, np.ndarray) else fitted
    return Binner(fit(numbers, chosen, rule, binning), scale, zone, how)


def same_bins(one: Binner | None, other: Binner | None) -> bool:
    """Tell whether two columns are cut at the same places, or both not at all."""
    if one is None or other is None:
        return one is other
    return (
        one.scale == other.scale
        and str(one.zone) == str(other.zone)
        and np.array_equal(one.bins.edges, other.bins.edges)
    )
