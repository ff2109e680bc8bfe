"""Values of Arrow columns become codes, the same in every piece."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pdkl.codes.arrow_dictionaries import by_dictionary, dictionaries_of, same_buffers
from pdkl.codes.arrow_text import with_room
from pdkl.core.counts.counts import CodeArray

_SPAN = 1 << 22  # integers within so wide a range are looked up, not hashed


class Encoder(Protocol):
    """Gives the values of one column whole numbers from 0, the same in every piece."""

    @property
    def size(self) -> int:
        """The number of values known so far."""

    def encode(self, values: pa.ChunkedArray) -> CodeArray:
        """Return the number of each value, -1 where it is missing."""


class Vocabulary(Encoder, Protocol):
    """An encoder that learns the values as they come."""

    def values(self) -> pa.Array:
        """Return the values that the numbers stand for."""


def encoder_for(arrow_type: pa.DataType, *, in_order: bool = False) -> Vocabulary:
    """Return an encoder for values of a type; TypeError where they cannot be counted.

    With ``in_order`` values get their numbers in the order in which they come.
    """
    types = pa.types
    if types.is_dictionary(arrow_type):
        return Dictionaries(arrow_type)
    if isinstance(arrow_type, pa.BaseExtensionType):
        return Converted(encoder_for(arrow_type.storage_type, in_order=in_order), _storage)
    if types.is_date64(arrow_type):
        days = encoder_for(pa.date32(), in_order=in_order)
        return Converted(days, lambda one: one.cast(pa.date32(), safe=False))
    if (numbers := _numbers(arrow_type)) is not None:
        return Hashed(arrow_type) if in_order else numbers
    if types.is_float16(arrow_type):
        return Converted(encoder_for(pa.float32()), lambda one: one.cast(pa.float32()))
    if types.is_floating(arrow_type):
        return Converted(Hashed(arrow_type), _one_missing)
    if types.is_decimal(arrow_type):
        if arrow_type.bit_width < 128:
            wide = pa.decimal128(arrow_type.precision, arrow_type.scale)
            return Converted(Hashed(wide), lambda one: one.cast(wide))
        return Hashed(arrow_type)
    if str(arrow_type) in ("string_view", "binary_view"):
        flat = pa.string() if str(arrow_type) == "string_view" else pa.binary()
        return Converted(
            Dictionaries(pa.dictionary(pa.int32(), flat)), lambda one: _flat(one, flat)
        )
    textual = (types.is_string, types.is_large_string, types.is_binary, types.is_large_binary)
    if (
        types.is_null(arrow_type)
        or types.is_fixed_size_binary(arrow_type)
        or any(is_(arrow_type) for is_ in textual)
    ):
        return Hashed(arrow_type)
    raise TypeError(f"values of Arrow type {arrow_type} are not hashable")


def _numbers(arrow_type: pa.DataType) -> Numbers | None:
    """Return an encoder for what is stored as integers, None for other values."""
    types = pa.types
    if types.is_boolean(arrow_type):
        return Numbers(pa.uint8(), arrow_type)
    if types.is_integer(arrow_type):
        return Numbers(arrow_type, arrow_type)
    if types.is_temporal(arrow_type) and not types.is_interval(arrow_type):
        return Numbers(pa.int32() if arrow_type.bit_width == 32 else pa.int64(), arrow_type)
    return None


class Hashed:
    """Values that are looked up among those known, and hashed where they are new."""

    def __init__(self, arrow_type: pa.DataType, known: pa.Array | None = None) -> None:
        self._known = pa.array([], arrow_type) if known is None else known
        self._learning = known is None  # whether many of the last values were new
        self._is_text = pa.types.is_string(arrow_type) or pa.types.is_large_string(arrow_type)
        self._table = self._known  # what is looked through, values that stand for nothing included

    @property
    def size(self) -> int:
        """The number of values known so far."""
        return len(self._known)

    def values(self) -> pa.Array:
        """Return the values that the numbers stand for."""
        return self._known

    def encode(self, values: pa.ChunkedArray) -> CodeArray:
        """Return the number of each value, -1 where it is missing."""
        if self._learning:
            return self._learn(values)
        codes = as_numpy(pc.index_in(values, value_set=self._table), -1)
        if self._is_text and codes.max(initial=-1) >= self.size:
            codes = np.where(codes < self.size, codes, -1)
        n_new = int(np.count_nonzero(codes < 0)) - values.null_count
        if n_new > 0:
            new = (codes < 0) & as_numpy(values.is_valid().cast(pa.uint8()), 0).view(bool)
            codes = codes.copy()  # Arrow's buffers are read only
            codes[new] = self._learn(values.filter(pa.array(new)))
            self._learning = n_new > len(values) // 4
        return codes

    def _learn(self, values: pa.ChunkedArray) -> CodeArray:
        """Hash all values after those known, which so keep their numbers."""
        if values.null_count == len(values):
            return np.full(len(values), -1, dtype=np.int32)
        size = self.size
        codes, self._known = by_dictionary(pa.chunked_array([self._known, *values.chunks]))
        self._table = with_room(self._known) if self._is_text else self._known
        self._learning = self.size - size > len(values) // 8
        return codes[size:]


class Numbers:
    """Integers, and what is stored as such: looked up in a table while their range is short."""

    def __init__(self, stored: pa.DataType, arrow_type: pa.DataType) -> None:
        self._stored, self._kind = stored, arrow_type
        self._dtype = np.dtype(stored.to_pandas_dtype())
        self._low = 0
        self._number: NDArray[np.int32] = np.zeros(0, dtype=np.int32)  # by value - low, -1 if new
        self._size = 0
        self._hashed: Hashed | None = None  # where the range is wide

    @property
    def size(self) -> int:
        """The number of values known so far."""
        return self._size if self._hashed is None else self._hashed.size

    def values(self) -> pa.Array:
        """Return the values that the numbers stand for."""
        return self._integers().cast(self._kind) if self._hashed is None else self._hashed.values()

    def encode(self, values: pa.ChunkedArray) -> CodeArray:
        """Return the number of each value, -1 where it is missing."""
        if self._hashed is not None:
            return self._hashed.encode(values)
        if values.null_count == len(values):
            return np.full(len(values), -1, dtype=np.int32)
        whole = _stored_as(values, self._stored)
        ends = pc.min_max(whole)
        low, high = ends["min"].as_py(), ends["max"].as_py()
        if not self._reach(low, high):
            self._hashed = Hashed(self._kind, self._integers().cast(self._kind))
            return self._hashed.encode(values)
        place = as_numpy(whole, low)
        if self._dtype == np.uint64:
            place = (place - np.uint64(self._low)).astype(np.int64)
        else:
            place = place.astype(np.int64) - self._low
        codes = self._number[place]
        if (new := codes < 0).any():
            fresh = np.unique(place[new])
            self._number[fresh] = self._size + np.arange(len(fresh), dtype=np.int32)
            self._size += len(fresh)
            codes = self._number[place]
        if values.null_count:
            codes[as_numpy(values.is_null().cast(pa.uint8()), 0).view(bool)] = -1
        return codes

    def _reach(self, low: int, high: int) -> bool:
        """Make the table reach from low to high; False where it would be too long."""
        start, stop = self._low, self._low + len(self._number)
        if start < stop:
            low, high = min(low, start), max(high, stop - 1)
        if high - low >= _SPAN:
            return False
        if high - low + 1 > len(self._number):
            table = np.full(high - low + 1, -1, dtype=np.int32)
            table[start - low : stop - low] = self._number
            self._low, self._number = low, table
        return True

    def _integers(self) -> pa.Array:
        """Return the integers in the order of their numbers."""
        known = np.flatnonzero(self._number >= 0)
        known = known[np.argsort(self._number[known])]
        if self._dtype == np.uint64:
            return pa.array(known.astype(np.uint64) + np.uint64(self._low), self._stored)
        return pa.array(known + self._low, pa.int64()).cast(self._stored)


class _Wrapper:
    """What gives its values to an inner encoder in another form."""

    def __init__(self, inner: Vocabulary) -> None:
        self._inner = inner

    @property
    def size(self) -> int:
        """The number of values known so far."""
        return self._inner.size

    def values(self) -> pa.Array:
        """Return the values that the numbers stand for."""
        return self._inner.values()


class Dictionaries(_Wrapper):
    """Dictionary arrays: what is encoded is their dictionaries, which may differ by batch."""

    def __init__(self, arrow_type: pa.DictionaryType) -> None:
        super().__init__(encoder_for(arrow_type.value_type, in_order=True))
        self._last: tuple[pa.Array, CodeArray] | None = None

    def encode(self, values: pa.ChunkedArray) -> CodeArray:
        """Return the number of each value, -1 where it is missing."""
        dictionaries, which = dictionaries_of(values)
        numbers = self._numbers_of(dictionaries)
        parts = []
        for chunk, place in zip(values.chunks, which, strict=True):
            parts.append(_taken(numbers[place], chunk.indices))
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def _numbers_of(self, dictionaries: list[pa.Array]) -> list[CodeArray]:
        """Return the number of each entry, and -1 at the end."""
        numbers = []
        if self._last is not None and same_buffers(self._last[0], dictionaries[0]):
            numbers.append(self._last[1])
        if new := dictionaries[len(numbers) :]:
            every = self._inner.encode(pa.chunked_array(new))
            parts = np.split(every, np.cumsum([len(one) for one in new])[:-1])
            numbers += [np.append(part, -1).astype(np.int32) for part in parts]
        self._last = dictionaries[-1], numbers[-1]
        return numbers


def _taken(numbers: CodeArray, indices: pa.Array) -> CodeArray:
    """Return the number of each index, and the last of them where an index is missing."""
    most = len(numbers) - 2
    if indices.null_count:
        most += 1
        indices = indices.cast(pa.int64()).fill_null(most)
    places = indices.to_numpy()
    # one comparison finds both ends, as negative numbers are large ones when read without a sign
    if len(places) and places.view(f"u{places.itemsize}").max() > most:
        wrong = places[(places < 0) | (places > most)][0]
        raise ValueError(
            f"an Arrow array holds the index {wrong} into a dictionary of {len(numbers) - 1} "
            "values. Make it anew; its method validate(full=True) says whether it is whole."
        )
    # a third of NumPy's time, which would widen the indices; but Arrow trusts them
    return np.asarray(pc.take(pa.array(numbers), indices, boundscheck=False))


class Converted(_Wrapper):
    """Values that are converted, chunk by chunk, before they are encoded."""

    def __init__(self, inner: Vocabulary, convert: Callable[[pa.Array], pa.Array]) -> None:
        super().__init__(inner)
        self._convert = convert

    def encode(self, values: pa.ChunkedArray) -> CodeArray:
        """Return the number of each value, -1 where it is missing."""
        return self._inner.encode(pa.chunked_array([self._convert(one) for one in values.chunks]))


def _one_missing(numbers: pa.Array) -> pa.Array:
    """Read NaN as missing, and -0.0 as 0.0."""
    found = numbers.to_numpy(zero_copy_only=False)
    return pa.array(found + found.dtype.type(0), from_pandas=True)


def _storage(values: pa.Array) -> pa.Array:
    return values.storage


def _flat(views: pa.Array, arrow_type: pa.DataType) -> pa.Array:
    """Turn text or binary views into dictionaries, for which all kernels exist."""
    encoded = views.dictionary_encode()
    dictionary = pa.array(encoded.dictionary.to_pylist(), arrow_type)
    return pa.DictionaryArray.from_arrays(encoded.indices, dictionary)


def _stored_as(values: pa.ChunkedArray, stored: pa.DataType) -> pa.ChunkedArray:
    if pa.types.is_boolean(values.type):
        return values.cast(stored)
    return pa.chunked_array([chunk.view(stored) for chunk in values.chunks], stored)


def as_numpy(values: pa.ChunkedArray, missing: int) -> NDArray[Any]:
    """Return integers as one NumPy array, read only, with ``missing`` for null."""
    if values.null_count:
        values = values.fill_null(missing)
    parts = [chunk.to_numpy() for chunk in values.chunks] or [np.zeros(0, dtype=np.int32)]
    return np.asarray(parts[0] if len(parts) == 1 else np.concatenate(parts))
