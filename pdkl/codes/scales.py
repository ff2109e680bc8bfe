"""Values that lie on a scale: numbers, times, durations and times of day, however they are held.

The one place that knows what can be cut, and how it is read: into float64, or into whole ticks of a
unit where nanoseconds may not reach.
"""

from __future__ import annotations

import datetime
import decimal
import numbers
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pdkl.codes.labels import take_labels
from pdkl.core.counts.bin_edges import Numbers

NUMBER, NAIVE, AWARE = "number", "naive datetime", "aware datetime"
DURATION, TIME_OF_DAY = "timedelta", "time"
# of the letters by which NumPy has its types; truth values have two categories already
_OF_KINDS = {"i": NUMBER, "u": NUMBER, "f": NUMBER, "M": NAIVE, "m": DURATION}
UNKNOWN = "unknown"  # no value is there to tell it by
OBJECTS = "objects"  # of a dtype whose values may be anything
_PER_SECOND = {"ns": 10**9, "us": 10**6, "ms": 10**3, "s": 1}
UNITS = ("ns", "us", "s")  # what edges are written in: the first that reaches them
_MOST = 2**63 - 1
_MISSING = {type(None), type(pd.NA)}  # of the others, the type is that of a value too
_MIDNIGHT = datetime.date(1970, 1, 1)


@dataclass(frozen=True)
class Scaled:
    """The values of a column on their scale.

    ``numbers`` are float64, or int64 in ``unit``s since 1970 in UTC, since midnight or from zero.
    """

    scale: str
    numbers: Numbers
    missing: NDArray[np.bool_]
    unit: str | None = None
    zone: Any = None
    precision: int = 64  # bits of the floats that held them

    def chosen(self, rows: NDArray[np.bool_]) -> tuple[Numbers, str | None]:
        """Return the values of some rows, in the finest unit that reaches them all."""
        values = self.numbers[rows]
        if self.unit is None:
            return values, None
        ends = [int(end) for end in (values.min(), values.max())] if len(values) else []
        per = _PER_SECOND[self.unit]
        unit = next(
            unit
            for unit in UNITS
            if unit == "s" or all(abs(end) * _PER_SECOND[unit] // per <= _MOST for end in ends)
        )
        return in_unit(values, self.unit, unit), unit


def in_unit(ticks: Numbers, given: str, wanted: str) -> Numbers:
    """Write ticks in another unit, rounded down; those beyond its reach as the furthest in it."""
    if given == wanted:
        return ticks
    given_per, wanted_per = _PER_SECOND[given], _PER_SECOND[wanted]
    if wanted_per >= given_per:
        ratio = wanted_per // given_per
        return np.clip(ticks, -(_MOST // ratio), _MOST // ratio) * ratio
    return ticks // (given_per // wanted_per)


def per_second(unit: str) -> int:
    """Return how many of a unit of time are a second."""
    return _PER_SECOND[unit]


def scale_of(values: pd.Series[Any] | pd.Index[Any]) -> str | None:
    """Return the scale that all values lie on, `UNKNOWN` where there are none, or None."""
    scale = scale_of_dtype(values.dtype)
    return _scale_of_objects(values) if scale == OBJECTS else scale


def scale_of_dtype(dtype: Any) -> str | None:
    """Return the scale of all values of a dtype, `OBJECTS` where only they can tell it, or None."""
    if isinstance(dtype, np.dtype) and dtype.kind != "O":
        return _OF_KINDS.get(dtype.kind)
    if isinstance(dtype, pd.StringDtype):
        return None
    if isinstance(dtype, pd.CategoricalDtype):
        return scale_of(dtype.categories)
    if isinstance(dtype, pd.ArrowDtype):
        return _scale_of_arrow(dtype.pyarrow_dtype)
    if isinstance(dtype, pd.DatetimeTZDtype):
        return AWARE
    if pd.api.types.is_object_dtype(dtype):
        return OBJECTS
    return NUMBER if _is_number(dtype) else None


def are_scaled(labels: pd.Index[Any]) -> bool:
    """Tell whether labels are numbers or times, truth values left aside."""
    return labels.dtype != bool and scale_of(labels) not in (None, UNKNOWN)


def may_be_scaled(values: pd.Series[Any]) -> bool:
    """Tell whether a column is cut where it is not named, as far as the rows here show it.

    Declared levels are categories. Objects of which there are none here may be anything.
    """
    return not isinstance(values.dtype, pd.CategoricalDtype) and scale_of(values) is not None


def read_scaled(values: pd.Series[Any]) -> Scaled | None:
    """Read values on their scale, None where they have none."""
    scale, values = scale_of(values), without_levels(values)
    if scale is None:
        return None
    dtype: Any = values.dtype
    if isinstance(dtype, np.dtype) and dtype.kind in "iuf":  # the fastest to read
        found = values.to_numpy() if dtype == np.float64 else as_floats(values)
        bits = min(8 * dtype.itemsize, 64) if dtype.kind == "f" else 64
        return Scaled(scale, found, np.isnan(found), precision=bits)
    missing = values.isna().to_numpy()
    if scale == UNKNOWN:
        return Scaled(scale, np.zeros(len(values)), missing)
    if scale == NUMBER:
        found = as_floats(values)
        held = str(dtype).lower().removesuffix("[pyarrow]")
        bits = {"halffloat": 16, "float32": 32, "float": 32}.get(held, 64)
        return Scaled(scale, found, missing | np.isnan(found), precision=bits)
    if isinstance(dtype, pd.ArrowDtype):
        ticks, unit, zone = _ticks_of_arrow(values)
    elif pd.api.types.is_object_dtype(dtype):
        known, unit, zone = _ticks_of_objects(values[~missing].tolist(), scale)
        ticks = np.zeros(len(values), dtype=np.int64)
        ticks[~missing] = known
    else:
        zone, stored = getattr(dtype, "tz", None), values.array
        times: Any = stored.tz_convert("UTC").tz_localize(None) if zone is not None else stored
        ticks, unit = np.asarray(times.to_numpy()).view(np.int64), times.unit
    return Scaled(scale, ticks, missing, unit, zone)


def natural(values: pd.Series[Any]) -> pd.Series[Any]:
    """Return values in the dtype they have behind levels or objects, decimals as floats."""
    values = without_levels(values)
    dtype: Any = values.dtype
    is_object = pd.api.types.is_object_dtype(dtype)
    if is_object:
        values = values.infer_objects()
        is_object = pd.api.types.is_object_dtype(values.dtype)
    if (is_object and scale_of(values) == NUMBER) or is_arrow_decimal(dtype):
        return pd.Series(as_floats(values), index=values.index, name=values.name)
    return values


def as_floats(values: pd.Series[Any]) -> NDArray[np.float64]:
    """Return numbers as float64, each the nearest one."""
    dtype: Any = values.dtype
    if is_arrow_decimal(dtype):
        # Arrow multiplies by powers of ten, which is not always the nearest; Python is right
        encoded = pa.chunked_array(values.array.__arrow_array__()).combine_chunks()
        encoded = encoded.cast(_wide(dtype.pyarrow_dtype)).dictionary_encode()
        floats = [float(value) for value in encoded.dictionary.to_pylist()]
        place = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        return np.asarray(np.array([*floats, np.nan])[place])
    if pd.api.types.is_object_dtype(dtype):
        found = np.full(len(values), np.nan)
        known = values.notna().to_numpy()
        found[known] = [_as_float(value) for value in values.array[known]]
        return found
    if isinstance(dtype, np.dtype):
        return values.to_numpy().astype(np.float64)
    return np.asarray(values.to_numpy(dtype=np.float64, na_value=np.nan))


def _as_float(value: Any) -> float:
    """Return the nearest float: what is beyond them all lies beyond all edges."""
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


def without_levels(values: pd.Series[Any]) -> pd.Series[Any]:
    """Return the values that levels stand for."""
    dtype: Any = values.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        taken = take_labels(dtype.categories, values.cat.codes.to_numpy())
        return pd.Series(taken, dtype=taken.dtype)
    return values


def pandas_dtype(arrow_type: pa.DataType) -> Any:
    """Return how pandas holds a type of Arrow that objects would hide; None for the others."""
    types = pa.types
    if types.is_string(arrow_type) or types.is_large_string(arrow_type):
        return pd.StringDtype(na_value=np.nan)
    hidden = types.is_decimal(arrow_type) or types.is_date(arrow_type) or types.is_time(arrow_type)
    return pd.ArrowDtype(arrow_type) if hidden else None


def ends_of(ticks: Numbers, scale: str, unit: str | None, zone: Any) -> pd.Index[Any]:
    """Return ticks as the values of their scale."""
    if scale == DURATION:
        return pd.TimedeltaIndex(ticks.view(f"m8[{unit}]"))
    if scale == TIME_OF_DAY:
        return pd.Index([_time_of_day(int(tick)) for tick in in_unit(ticks, str(unit), "us")])
    times = pd.DatetimeIndex(ticks.view(f"M8[{unit}]"))
    return times.tz_localize("UTC").tz_convert(zone) if scale == AWARE else times


def is_arrow_decimal(dtype: Any) -> bool:
    """Tell whether Arrow holds decimals for pandas."""
    return isinstance(dtype, pd.ArrowDtype) and bool(pa.types.is_decimal(dtype.pyarrow_dtype))


def _is_number(dtype: Any) -> bool:
    """Tell whether a dtype that is none of NumPy's holds numbers."""
    return (
        pd.api.types.is_numeric_dtype(dtype)
        and not pd.api.types.is_bool_dtype(dtype)
        and not pd.api.types.is_complex_dtype(dtype)
    )


def _scale_of_arrow(arrow_type: pa.DataType) -> str | None:
    types = pa.types
    if types.is_dictionary(arrow_type):
        return _scale_of_arrow(arrow_type.value_type)
    if types.is_integer(arrow_type) or types.is_floating(arrow_type):
        return NUMBER
    if types.is_timestamp(arrow_type) and arrow_type.tz is not None:
        return AWARE
    every = (
        (types.is_decimal, NUMBER),
        (types.is_timestamp, NAIVE),
        (types.is_date, NAIVE),
        (types.is_duration, DURATION),
        (types.is_time, TIME_OF_DAY),
        (types.is_null, UNKNOWN),
    )
    return next((scale for is_it, scale in every if is_it(arrow_type)), None)


def _scale_of_objects(values: pd.Series[Any] | pd.Index[Any]) -> str | None:
    objects = values.to_numpy()  # which is faster to walk through than what pandas wraps it in
    kinds = set(map(type, objects)) - _MISSING
    if any(_scale_of_type(kind) is None for kind in kinds):
        return None  # as for text, where no row needs a second look
    try:
        known = objects[np.asarray(values.notna())]
    except decimal.InvalidOperation:  # a signalling NaN, which cannot be counted either
        return None
    scales = {_scale_of_type(kind) for kind in set(map(type, known))}
    if len(scales) != 1:
        return None if scales else UNKNOWN
    (scale,) = scales
    if scale == NAIVE:
        aware = {getattr(value, "tzinfo", None) is not None for value in known}
        return (AWARE if True in aware else NAIVE) if len(aware) == 1 else None
    return scale


def _scale_of_type(kind: type) -> str | None:
    if issubclass(kind, bool | np.bool_):
        return None
    every = (
        ((datetime.timedelta, np.timedelta64), DURATION),  # NumPy's are integers besides
        ((numbers.Real, decimal.Decimal), NUMBER),
        ((datetime.date, np.datetime64), NAIVE),  # a datetime is a date
        ((datetime.time,), TIME_OF_DAY),
    )
    return next((scale for kinds, scale in every if issubclass(kind, kinds)), None)


def _wide(arrow_type: pa.DataType) -> pa.DataType:
    """Return the decimals that every kernel of Arrow knows."""
    if arrow_type.bit_width >= 128:
        return arrow_type
    return pa.decimal128(arrow_type.precision, arrow_type.scale)


def _ticks_of_arrow(values: pd.Series[Any]) -> tuple[Numbers, str, Any]:
    column = pa.chunked_array(values.array.__arrow_array__())
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_date32(column.type):
        column = column.cast(pa.timestamp("s"))
    if pa.types.is_date64(column.type):
        column = column.cast(pa.timestamp("ms"))
    unit, zone = column.type.unit, getattr(column.type, "tz", None)
    stored = pa.int32() if column.type.bit_width == 32 else pa.int64()
    whole = pa.chunked_array([chunk.view(stored) for chunk in column.chunks], stored)
    ticks = pc.fill_null(whole, 0).to_numpy().astype(np.int64)
    if zone is not None:
        zone = pd.DatetimeTZDtype(tz=zone).tz
    return ticks, unit, zone


def _ticks_of_objects(values: Sequence[Any], scale: str) -> tuple[Numbers, str, Any]:
    if scale == TIME_OF_DAY:
        since = [datetime.datetime.combine(_MIDNIGHT, one.replace(tzinfo=None)) for one in values]
        return np.array(since, dtype="M8[us]").view(np.int64), "us", None
    letter, read = ("m", pd.Timedelta) if scale == DURATION else ("M", pd.Timestamp)
    zone = values[0].tzinfo if scale == AWARE else None
    plain = [value.item() if isinstance(value, np.generic) else value for value in values]
    if all(isinstance(value, datetime.date | datetime.timedelta) for value in plain) and not any(
        getattr(value, "nanosecond", getattr(value, "nanoseconds", 0)) for value in plain
    ):
        if scale == AWARE:  # NumPy would shift them as well, but says that it will not for long
            plain = [value.astimezone(datetime.UTC).replace(tzinfo=None) for value in plain]
        return np.array(plain, dtype=f"{letter}8[us]").view(np.int64), "us", zone
    ticks = [read(value).as_unit("ns").value for value in values]
    return np.array(ticks, dtype=np.int64), "ns", zone


def _time_of_day(microseconds: int) -> datetime.time:
    midnight = datetime.datetime.combine(_MIDNIGHT, datetime.time())
    return (midnight + datetime.timedelta(microseconds=microseconds)).time()
