"""Code Arrow text by looking values up among those met first, on two threads.

Arrow looks values up in a hash table that has four places for each, rounded up to a power of two,
so that many a row first meets another value in the place of its own. In a larger table fewer do,
but Arrow cannot be asked for one. So `with_room` adds values that rows hardly have: a zero byte
and a number. Rows that have one nevertheless count as not found. Milliseconds for 262,144 rows of
text such as "category 00042", plain and with room, on a 2-core Xeon at 2.6 GHz:

======  ============  ============
values  pyarrow 16.1  pyarrow 26.0
======  ============  ============
5       2.44  1.53    2.53  1.69
60      2.85  1.58    2.61  1.72
300     2.15  1.66    2.18  1.87
1,000   3.46  1.93    3.30  2.08
3,000   2.72  2.20    2.92  2.19
======  ============  ============

``tests/benchmarks/arrow_lookup.py`` measures that again, and says when to drop it; Arrow thinks of
another kind of table (https://github.com/apache/arrow/issues/38372).
"""

from __future__ import annotations

from functools import cache
from itertools import accumulate
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pdkl.codes.arrow_dictionaries import by_dictionary
from pdkl.core.threads import side_by_side

Lacking = tuple[NDArray[np.int64], pa.Array]  # some rows, and their values
_PIECE = 1 << 19  # rows looked up at a time
_SAMPLE = 1 << 15  # rows whose values are taken for the usual ones
_NARROW = np.int16  # holds the codes of the usual values: half as many as those rows at most
# With room there are some four times as many values, for which the table is four times as large.
# The least and the most are a few more than 256 and 4,096, where it doubles; beyond the most it
# would leave the second-level cache, and be slower
_ROOM = 4.2
_LEAST_ROOM, _MOST_ROOM = 260, 4200


def encode_text(values: pa.ChunkedArray) -> tuple[NDArray[Any], pa.Array]:
    """Give each value a code, -1 where it is missing, and the values that the codes stand for.

    Looking a value up costs half of what building a dictionary costs, so only values that the
    first rows lack are put into one; where every other value is new, all are. So are they where
    there are no others than the first rows.
    """
    if 0 < len(values) <= _SAMPLE:
        return by_dictionary(values)
    known = values.slice(0, _SAMPLE).unique().drop_null()
    if 2 * len(known) > _SAMPLE:
        return by_dictionary(values)
    roomy = with_room(known)
    pieces = [
        chunk.slice(start, _PIECE)
        for chunk in values.chunks
        for start in range(0, len(chunk), _PIECE)
    ]
    codes = np.empty(len(values), dtype=_NARROW)

    def look_up(piece: pa.Array, start: int) -> Lacking | None:
        found = pc.index_in(piece, value_set=roomy)
        some = codes[start : start + len(piece)]
        some[:] = (pc.fill_null(found, -1) if found.null_count else found).to_numpy()
        unlikely = bool(some.max() >= len(known))
        if unlikely:
            some[some >= len(known)] = -1  # what was added is as good as unknown
        if not unlikely and found.null_count == piece.null_count:
            return None
        rows = np.flatnonzero(some < 0)
        return start + rows, piece.take(pa.array(rows))

    starts = [0, *accumulate(map(len, pieces))]
    lacking = [one for one in side_by_side(look_up, pieces, starts, threads=2) if one is not None]
    if not lacking:
        return codes, known
    rows, others = zip(*lacking, strict=True)
    new, found = by_dictionary(pa.chunked_array(others))
    if len(known) + len(found) > np.iinfo(_NARROW).max:
        codes = codes.astype(np.int32)
    codes[np.concatenate(rows)] = np.where(new < 0, -1, new + len(known))
    return codes, pa.concat_arrays([known, found])


def with_room(known: pa.Array) -> pa.Array:
    """Add values that rows hardly have, to make room in the hash table of a look-up."""
    room = max(_LEAST_ROOM, min(int(_ROOM * len(known)), _MOST_ROOM)) - len(known)
    return known if room <= 0 else pa.concat_arrays([known, _unlikely(known.type).slice(0, room)])


@cache
def _unlikely(kind: pa.DataType) -> pa.Array:
    return pa.array([f"\0{i}" for i in range(_MOST_ROOM)], kind)
