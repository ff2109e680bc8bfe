"""Dictionaries of Arrow arrays: each chunk has one, and chunks often share theirs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray


def dictionaries_of(values: pa.ChunkedArray) -> tuple[list[pa.Array], list[int]]:
    """Return the dictionaries of some chunks, each buffer once, and which of them each chunk has.

    They are to be coded together: one by one, each would be looked up among all before it, which
    takes time that grows as the square.
    """
    dictionaries: list[pa.Array] = []  # which also keeps the addresses of buffers from recurring
    known: dict[Any, int] = {}
    which = []
    for chunk in values.chunks:
        dictionary = chunk.dictionary
        place = known.setdefault(_buffers(dictionary), len(dictionaries))
        if place == len(dictionaries):
            dictionaries.append(dictionary)
        which.append(place)
    return dictionaries, which


def same_buffers(one: pa.Array, other: pa.Array) -> bool:
    """Tell whether two arrays are the same memory."""
    return _buffers(one) == _buffers(other)


def _buffers(array: pa.Array) -> tuple[Any, ...]:
    addresses = [None if buffer is None else buffer.address for buffer in array.buffers()]
    return array.type, array.offset, len(array), *addresses


def by_dictionary(values: pa.ChunkedArray) -> tuple[NDArray[np.int32], pa.Array]:
    """Give each value a code, -1 where it is missing, in the order in which values come first.

    Arrow gives all chunks one dictionary. To unify them again would hash it once for each chunk.
    """
    coded = values.dictionary_encode()
    every = [chunk.indices for chunk in coded.chunks]
    codes = [np.asarray(one.fill_null(-1) if one.null_count else one) for one in every]
    joined = codes[0] if len(codes) == 1 else np.concatenate(codes)
    return joined.astype(np.int32, copy=False), coded.chunk(0).dictionary
