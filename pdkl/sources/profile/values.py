"""Names, labels and keys as JSON, and back, where nothing of it is believed.

JSON cannot be short and stand for something large: reading it takes memory in proportion to its
length.
"""

from __future__ import annotations

import datetime
import decimal
from base64 import b64decode, b64encode
from collections.abc import Callable, Hashable
from types import NoneType
from typing import Any

import numpy as np
import pandas as pd

from pdkl.codes.labels import Labels
from pdkl.core.numerics.exact import IntArray

Json = Any
_NUMBERS = {
    *("bool", "float16", "float32", "float64"),
    *(f"{kind}{bits}" for kind in ("int", "uint") for bits in (8, 16, 32, 64)),
}
_MASKED = {
    *("boolean", "Float32", "Float64"),
    *(f"{kind}{bits}" for kind in ("Int", "UInt") for bits in (8, 16, 32, 64)),
}
_TIMES = ("datetime64[", "timedelta64[", "period[")  # how the names of dtypes of times begin
_TEXTS: dict[str, Any] = {
    f"text, {storage}, {missing}": pd.StringDtype(storage, na_value=missing)
    for storage in ("python", "pyarrow")
    for missing in (pd.NA, np.nan)
}
# what stands in JSON for the numbers of a dtype, by its kind
_IN_JSON: dict[str, type] = {"b": bool, "i": int, "u": int, "f": float}


class DamagedError(Exception):
    """What is wrong with the bytes of a file, for a message that names it."""


class _UnwritableError(Exception):
    """A value that a file has no form for."""


def entry(facts: Json, name: str, *types: type) -> Any:
    """Return an entry of a JSON object, which must be of one of the types, if any are named."""
    if type(facts) is not dict or name not in facts:
        raise DamagedError(f"its description lacks {name!r}")
    if types and type(facts[name]) not in types:
        raise DamagedError(f"its description has {type(facts[name]).__name__} as {name!r}")
    return facts[name]


def pack_name(name: Hashable) -> Json:
    """Write the name of a column."""
    try:
        if _is_name(cell := _pack_cell(name)):
            return cell
    except (_UnwritableError, UnicodeEncodeError):
        pass
    raise TypeError(
        f"column {name!r} has a name of type {type(name).__name__}, which the file of a "
        "profile cannot hold. Rename it with text before taking the profile."
    )


def unpack_name(cell: Json) -> Hashable:
    """Read the name of a column."""
    if not _is_name(cell):
        raise DamagedError(f"a column has the name {cell!r}")
    return _unpack_cell(cell)


def _is_name(cell: Json) -> bool:
    """Tell whether a cell can be a name: pandas cannot look up numbers beyond 64 bits."""
    if type(cell) in (int, float):
        return bool(-(1 << 63) <= cell < 1 << 63)
    return cell is not None


def pack(values: Labels | pd.Series[Any], subject: str) -> Json:
    """Write labels or keys with their dtype, or say that they would not come back as they are."""
    import pyarrow as pa

    series = pd.Series(values).reset_index(drop=True)
    if isinstance(series.dtype, pd.CategoricalDtype):
        return {
            "dtype": "category",
            "values": series.cat.codes.tolist(),
            "levels": pack(series.cat.categories, subject),
            "ordered": bool(series.cat.ordered),
        }
    refused = (ValueError, TypeError, NotImplementedError, pa.ArrowException, DamagedError)
    try:
        packed = _pack(series)
        back = unpack(packed)
        same = back.dtype == series.dtype and back.equals(series)
    except (*refused, _UnwritableError):
        same = False
    if not same:
        kinds = sorted({type(value).__name__ for value in series.dropna()}) or ["nothing"]
        raise TypeError(
            f"{subject} (dtype {series.dtype}) holds {', '.join(kinds[:5])}, which the file of a "
            "profile cannot hold. Turn it into text with astype(str) before taking the profile."
        )
    return packed


def _pack(series: pd.Series[Any]) -> Json:
    dtype: Any = series.dtype
    array: Any = series.array
    if isinstance(dtype, pd.IntervalDtype):
        ends = {"left": _pack(pd.Series(array.left)), "right": _pack(pd.Series(array.right))}
        return {"dtype": "interval", "closed": dtype.closed, **ends}
    if isinstance(dtype, pd.ArrowDtype):
        return {"dtype": "arrow", **_pack_arrow(series)}
    text = str(dtype)
    if isinstance(dtype, pd.StringDtype):
        text = f"text, {dtype.storage}, {dtype.na_value}"
    if text in _TEXTS or text in _MASKED:
        values = array.to_numpy(dtype=object, na_value=None).tolist()
    elif text == "object":
        values = [_pack_cell(value) for value in series]
    elif text in _NUMBERS:
        values = series.tolist()
    elif text.startswith(_TIMES):
        values = array.asi8.tolist()
    else:
        raise _UnwritableError
    return {"dtype": text, "values": values}


def unpack(packed: Json) -> pd.Series[Any]:
    """Read what `pack` wrote."""
    text = entry(packed, "dtype", str)
    if text in _SEVERAL_PARTS:
        return pd.Series(_SEVERAL_PARTS[text](packed))
    values = entry(packed, "values", list)
    if text == "object":
        cells = np.empty(len(values), dtype=object)
        cells[:] = [_unpack_cell(value) for value in values]
        return pd.Series(cells, dtype=object)
    if text in _TEXTS:
        return pd.Series(_texts(_TEXTS[text], values))
    if not (text in _NUMBERS or text in _MASKED or text.startswith(_TIMES)):
        raise DamagedError(f"it has values of the dtype {text!r}")
    dtype: Any = pd.api.types.pandas_dtype(text)
    if text in _MASKED:
        _require(values, text, _IN_JSON[dtype.kind], NoneType)
        return pd.Series(pd.array(values, dtype))
    if text in _NUMBERS:
        _require(values, text, _IN_JSON[dtype.kind])
        return pd.Series(np.array(values, dtype))
    _require(values, text, int)
    times = pd.Series(_times(dtype, np.array(values, np.int64)))
    if times.dtype != dtype:  # pandas knows four units, and NumPy more
        raise DamagedError(f"it has values of the dtype {text!r}")
    return times


def unpack_labels(packed: Json, subject: str) -> Labels:
    """Read labels, of which each must stand once and none may be missing."""
    values = unpack(packed)
    if isinstance(values.dtype, pd.CategoricalDtype):
        raise DamagedError(f"{subject} have levels of their own")
    labels = pd.Index(values.array, dtype=values.dtype, tupleize_cols=False)
    if labels.isna().any():
        raise DamagedError(f"one of {subject} is missing")
    if not labels.is_unique:
        raise DamagedError(f"{subject} hold {labels[labels.duplicated()][0]!r} twice")
    return labels


def _require(values: list[Json], dtype: str, *types: type) -> None:
    """Raise unless all values are of the types that those of a dtype are written as."""
    if other := set(map(type, values)) - set(types):
        found = ", ".join(sorted(one.__name__ for one in other))
        raise DamagedError(f"it has values of the dtype {dtype!r} that are written as {found}")


def _texts(dtype: Any, values: list[Json]) -> Any:
    import pyarrow as pa

    _require(values, str(dtype), str, NoneType)
    return dtype.__from_arrow__(pa.array(values, pa.large_string()))


def _times(dtype: Any, ticks: IntArray) -> Any:
    """Read times, durations and periods from the integers behind them."""
    if isinstance(dtype, pd.PeriodDtype):
        periods: Any = pd.PeriodIndex
        return periods.from_ordinals(ticks, freq=dtype.freq)
    if isinstance(dtype, pd.DatetimeTZDtype):
        times = pd.DatetimeIndex(ticks.view(f"datetime64[{dtype.unit}]"))
        return times.tz_localize("UTC").tz_convert(dtype.tz)
    return ticks.view(dtype)


def _levels(packed: Json) -> Any:
    levels = unpack_labels(entry(packed, "levels", dict), "the levels of a key")
    values, ordered = entry(packed, "values", list), entry(packed, "ordered", bool)
    _require(values, "category", int)
    codes = np.array(values, dtype=np.int64)
    if not ((codes >= -1) & (codes < len(levels))).all():
        raise DamagedError("a key is none of its levels")
    return pd.Categorical.from_codes(codes, dtype=pd.CategoricalDtype(levels, ordered=ordered))


def _intervals(packed: Json) -> Any:
    left, right = (pd.Index(unpack(entry(packed, end, dict))) for end in ("left", "right"))
    closed: Any = entry(packed, "closed", str)
    return pd.arrays.IntervalArray.from_arrays(left, right, closed=closed)


def _pack_cell(value: Any) -> Json:
    """Write one value of an object column, None if it is missing."""
    if isinstance(value, (np.bool_, np.integer, np.floating)):
        value = value.item()
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return None
    if type(value) is str:
        value.encode()
    if type(value) in (str, bool, int, float):
        return value
    if type(value) is decimal.Decimal:
        return ["decimal", str(value)]
    if type(value) is datetime.date:
        return ["date", value.isoformat()]
    if type(value) is datetime.time and value.tzinfo is None:
        return ["time", value.isoformat()]
    if type(value) is bytes:
        return ["bytes", b64encode(value).decode()]
    raise _UnwritableError


def _unpack_cell(cell: Json) -> Hashable:
    match cell:
        case None:
            return np.nan
        case str():
            cell.encode()  # half of a surrogate pair is no text
            return cell
        case bool() | int() | float() if cell == cell:  # noqa: PLR0124, NaN is written as null
            return cell
        case ["decimal", str(text)]:
            number = decimal.Decimal(text)
            if not number.is_nan():
                return number
        case ["date", str(text)]:
            return datetime.date.fromisoformat(text)
        case ["time", str(text)]:
            return datetime.time.fromisoformat(text)
        case ["bytes", str(text)]:
            return b64decode(text, validate=True)
    raise DamagedError("it has a value that is written in no known way")


def _pack_arrow(series: pd.Series[Any]) -> Json:
    """Write values of an Arrow dtype as the bytes that Arrow holds them in."""
    import pyarrow as pa

    dtype: Any = series.dtype
    array = pa.array(series.tolist(), type=dtype.pyarrow_dtype, from_pandas=True)
    schema = pa.schema([("values", array.type)]).serialize()
    buffers = [None if one is None else b64encode(one).decode() for one in array.buffers()]
    return {"schema": b64encode(schema).decode(), "length": len(array), "buffers": buffers}


def _arrow(packed: Json) -> Any:
    import pyarrow as pa

    stored = entry(packed, "buffers", list)
    buffers = [None if one is None else pa.py_buffer(b64decode(one)) for one in stored]
    length = entry(packed, "length", int)
    kind = pa.ipc.read_schema(pa.py_buffer(b64decode(entry(packed, "schema", str)))).field(0).type
    if pa.types.is_nested(kind) or isinstance(kind, pa.BaseExtensionType):
        raise DamagedError(f"it has values of the dtype {str(kind)!r}")
    # as some types need no bytes at all, their number of values is bounded by hand
    if not 0 <= length <= 1 + 8 * sum(buffer.size for buffer in buffers if buffer is not None):
        raise DamagedError(f"it has no room for the {length} values that it promises")
    array = pa.Array.from_buffers(kind, length, buffers)
    array.validate(full=True)
    return pd.arrays.ArrowExtensionArray(array)


_SEVERAL_PARTS: dict[str, Callable[[Json], Any]] = {
    "category": _levels,
    "interval": _intervals,
    "arrow": _arrow,
}
