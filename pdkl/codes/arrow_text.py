"""Code Arrow text by looking values up among those met first, on two threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import accumulate

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

_PIECE = 1 << 18  # rows looked up at a time
_SAMPLE = 1 << 15  # rows whose values are taken for the usual ones
_ROOM = 4.2  # the table of a look-up has fewer collisions when it is made for so many times more
_LEAST_ROOM, _MOST_ROOM = 260, 4200


def encode_text(values: pa.ChunkedArray) -> tuple[NDArray[np.int32], pa.Array]:
    """Give each value a code, -1 where it is missing, and the values that the codes stand for.

    Looking a value up costs half of what building a dictionary costs, so only values that the
    first rows lack are put into one; where every other value is new, all are.
    """
    known = values.slice(0, _SAMPLE).unique().drop_null()
    if 2 * len(known) > min(_SAMPLE, len(values)):
        return _by_dictionary(values)
    roomy = with_room(known) if len(values) > _SAMPLE else known
    pieces = [
        chunk.slice(start, _PIECE)
        for chunk in values.chunks
        for start in range(0, len(chunk), _PIECE)
    ]
    codes = np.empty(len(values), dtype=np.int32)

    def look_up(piece: pa.Array, start: int) -> bool:
        found = pc.index_in(piece, value_set=roomy)
        some = codes[start : start + len(piece)]
        some[:] = pc.fill_null(found, -1).to_numpy()
        unlikely = bool(some.max() >= len(known))
        if unlikely:
            some[some >= len(known)] = -1  # what was added is as good as unknown
        return unlikely or bool(found.null_count > piece.null_count)

    starts = [0, *accumulate(map(len, pieces))]
    with ThreadPoolExecutor(2) as pool:
        lacking = list(pool.map(look_up, pieces, starts))
    if not any(lacking):
        return codes, known
    where = codes < 0
    new, found = _by_dictionary(values.filter(pa.array(where)))
    codes[where] = np.where(new < 0, -1, new + np.int32(len(known)))
    return codes, pa.concat_arrays([known, found])


def with_room(known: pa.Array) -> pa.Array:
    """Add values that rows hardly have, which halves the time of looking up one of a few."""
    room = max(_LEAST_ROOM, min(int(_ROOM * len(known)), _MOST_ROOM)) - len(known)
    return pa.concat_arrays([known, _unlikely(known.type).slice(0, max(room, 0))])


@cache
def _unlikely(kind: pa.DataType) -> pa.Array:
    return pa.array([f"\0{i}" for i in range(_MOST_ROOM)], kind)


def _by_dictionary(values: pa.ChunkedArray) -> tuple[NDArray[np.int32], pa.Array]:
    coded = values.dictionary_encode().unify_dictionaries()
    codes = [pc.fill_null(chunk.indices, -1).to_numpy() for chunk in coded.chunks]
    return np.concatenate(codes).astype(np.int32, copy=False), coded.chunk(0).dictionary
