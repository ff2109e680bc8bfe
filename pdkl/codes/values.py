"""Values become codes: each row of a pandas column gets a number, each number a label."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from pdkl.codes.arrow_dictionaries import dictionaries_of
from pdkl.codes.arrow_text import encode_text
from pdkl.codes.equality import first_of_equals
from pdkl.codes.integers import encode_integers, encode_ticks
from pdkl.codes.labels import union_of
from pdkl.codes.sorting import codes_by_sorting, mostly_differ, numbers_by_sorting
from pdkl.core.counts.counts import CodeArray
from pdkl.core.numerics.exact import IntArray

Encoder = Callable[["pd.Series[Any]", Hashable], "tuple[CodeArray, pd.Index[Any]]"]
_NARROW = ("halffloat", "float")
_TEXT = ("string", "large_string")
_AS_THEY_ARE = ("string", "bytes")  # labels that have their plain dtype already
_SAMPLE = 1 << 12  # objects looked at to learn whether they are few


def encode(values: pd.Series[Any], name: Hashable) -> tuple[CodeArray, pd.Index[Any]]:
    """Give each row a code, -1 where missing, and the labels that the codes stand for."""
    dtype: Any = values.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return values.array.codes, dtype.categories
    if is_arrow_dictionary(dtype):
        return _plain(*_from_dictionary(values))
    if dtype == np.float16:  # which no index of pandas holds
        return encode(values.astype(np.float32), name)
    if dtype == np.bool_:
        return values.to_numpy().view(np.uint8), pd.Index([False, True])
    if isinstance(dtype, np.dtype) and (coded := _by_arithmetic(values.to_numpy())) is not None:
        return coded
    if _is_arrow_text(dtype):
        text_codes, known = encode_text(values.array.__arrow_array__())
        return _plain(text_codes, pd.Index(dtype.__from_arrow__(known)))
    try:
        codes, found = _factorize(values)
    except MemoryError:
        raise
    except Exception as error:  # cells may do anything when they are hashed
        raise uncountable(name, dtype, error) from None
    return _plain(codes, pd.Index(found, dtype=found.dtype, tupleize_cols=False))


def uncountable(name: Hashable, dtype: Any, error: Exception) -> TypeError:
    """Say which column holds what cannot be hashed, or read."""
    reason = str(error).rstrip(".") or type(error).__name__
    return TypeError(
        f"column {name!r} (dtype {dtype}) holds values that cannot be counted: {reason}. "
        "Turn them into something hashable first, such as tuples or text."
    )


def is_arrow_dictionary(dtype: Any) -> bool:
    """Tell whether a column holds Arrow's dictionaries, which declare nothing."""
    return isinstance(dtype, pd.ArrowDtype) and str(dtype.pyarrow_dtype).startswith("dictionary")


def _from_dictionary(values: pd.Series[Any]) -> tuple[CodeArray, pd.Index[Any]]:
    """Take the codes that Arrow has given already, chunk by chunk.

    A dictionary may hold null, or a value twice, and that of each chunk may be another.
    """
    dtype, array = value_dtype(values.dtype), values.array.__arrow_array__()
    dictionaries, which = dictionaries_of(array)
    every = pd.arrays.ArrowExtensionArray(pa.chunked_array(dictionaries, dtype.pyarrow_dtype))
    place, labels = encode(pd.Series(every), values.name)
    if labels.inferred_type not in _AS_THEY_ARE:
        empty = encode(pd.Series([], dtype=dtype), values.name)[1]
        labels, _, position = union_of(empty, labels)  # in the plain dtype that holds them all
        place = np.append(position, -1)[place]
    ends = np.cumsum([len(one) for one in dictionaries])[:-1]
    numbers = [np.append(one, -1) for one in np.split(place, ends)]
    parts = [np.zeros(0, dtype=np.int64)]
    for chunk, one in zip(array.chunks, which, strict=True):
        indices = chunk.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        parts.append(numbers[one][indices])
    return np.concatenate(parts), labels


def value_dtype(dtype: Any) -> Any:
    """Return the dtype that holds the values of a column and can be indexed."""
    if is_arrow_dictionary(dtype):
        return pd.ArrowDtype(dtype.pyarrow_dtype.value_type)
    return np.dtype(np.float32) if dtype == np.float16 else dtype


def _by_arithmetic(values: NDArray[Any]) -> tuple[CodeArray, pd.Index[Any]] | None:
    """Code integers and times that lie close together, or numbers that differ; None for others."""
    coded = None
    if values.dtype.kind in "iu":
        coded = encode_integers(values)
    elif values.dtype.kind in "mM":
        coded = encode_ticks(values.view(np.int64))
    if coded is None and mostly_differ(values):
        coded = codes_by_sorting(values)
    return None if coded is None else (coded[0], pd.Index(coded[1].view(values.dtype)))


def distinct(values: pd.Series[Any]) -> tuple[IntArray, pd.Index[Any], int] | None:
    """Count values in one go: how often each is there, its label, and how many are missing.

    None where it costs less to code the rows, as it does unless most of them differ.
    """
    if not isinstance(values.dtype, np.dtype) or not mostly_differ(values.to_numpy()):
        return None
    number, found, missing = numbers_by_sorting(values.to_numpy())
    return number, pd.Index(found), missing


def _is_arrow_text(dtype: Any) -> bool:
    if isinstance(dtype, pd.StringDtype):
        return dtype.storage == "pyarrow"
    return isinstance(dtype, pd.ArrowDtype) and str(dtype.pyarrow_dtype) in _TEXT


def _factorize(values: pd.Series[Any]) -> tuple[CodeArray, Any]:
    """Give equal values equal codes, missing ones -1."""
    if isinstance(values.dtype, np.dtype) and values.dtype.kind in "mM":
        ticks, times = pd.factorize(values.to_numpy().view(np.int64))  # integers hash faster
        return _plain_times(ticks, pd.Index(times.view(values.dtype)))
    if values.dtype == object and (coded := _by_identity(values)) is not None:
        return coded
    return pd.factorize(values)


def _by_identity(values: pd.Series[Any]) -> tuple[CodeArray, Any] | None:
    """Give equal objects equal codes by looking at each object once, however often it stands.

    Frames often hold the same few objects again and again. So their addresses are coded first,
    which spares a look at each row. Equal objects at several addresses still get one code: the
    first object of each address is then coded by its value. None where addresses hardly recur.

    An address stands for one object only as long as that lives, so the array must own its
    references while this runs: no row may be written to, as a new object could get the address of
    one that is gone.
    """
    array = values.array.to_numpy()
    if not array.flags.c_contiguous:
        return None
    address: NDArray[np.intp] = np.ndarray(len(array), dtype=np.intp, buffer=array)
    sample = address[:: max(len(array) // _SAMPLE, 1)]
    if 2 * len(np.unique(sample)) > len(sample):
        return None
    codes, distinct = pd.factorize(address)
    first = np.empty(len(distinct), dtype=np.intp)
    first[codes[::-1]] = np.arange(len(array) - 1, -1, -1)  # what is written last stands first
    position, found = pd.factorize(values.iloc[first])
    return position[codes], found


def _plain_times(codes: CodeArray, labels: pd.Index[Any]) -> tuple[CodeArray, pd.Index[Any]]:
    """Read NaT, which is a number among the ticks, as missing."""
    lost = np.flatnonzero(labels.isna())
    if len(lost):
        codes = np.where(codes == lost[0], -1, codes - (codes > lost[0]))
    return codes, labels.delete(lost)


def _plain(codes: CodeArray, labels: pd.Index[Any]) -> tuple[CodeArray, pd.Index[Any]]:
    """Hold labels in NumPy's types where they fit, and read NaN as missing in every dtype."""
    dtype: Any = labels.dtype
    if isinstance(dtype, pd.ArrowDtype):
        narrow = str(dtype.pyarrow_dtype) in _NARROW
        values = list(labels.astype(object))
        labels = pd.Index(values, dtype=np.float32 if narrow else None, tupleize_cols=False)
    elif isinstance(dtype, pd.SparseDtype):
        labels = pd.Index(np.asarray(labels))
    elif hasattr(dtype, "numpy_dtype"):  # the masked ones: Int64, boolean, Float64
        labels = pd.Index(labels.to_numpy(dtype=dtype.numpy_dtype))
    if labels.dtype.kind == "f":
        if (missing := np.asarray(labels.isna())).any():
            position = np.append(np.where(missing, -1, np.cumsum(~missing) - 1), -1)
            codes, labels = position[codes], labels[~missing]
        labels = labels + 0.0  # -0.0 is 0.0
    if isinstance(dtype, pd.ArrowDtype) or labels.dtype == object:
        return _distinct(codes, labels)
    return codes, labels


def _distinct(codes: CodeArray, labels: pd.Index[Any]) -> tuple[CodeArray, pd.Index[Any]]:
    """Give one code to labels that are equal, which not every hash table finds."""
    equals = None if labels.inferred_type == "string" else first_of_equals(labels)
    if equals is None:
        return codes, labels
    first, place = equals
    return np.append(place, -1)[codes], labels[first]
