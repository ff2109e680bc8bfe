"""Arrow's look-up of text in a few values, plain and among values that no row has.

Run with ``python tests/benchmarks/arrow_lookup.py``. `pdkl.codes.arrow_text.with_room` adds such
values, so that Arrow makes a larger hash table. Where the last column is about 1 for all texts,
with the oldest Arrow that pdkl supports too, Arrow needs it no more, and ``with_room`` can be
dropped together with all that knows of values which stand for nothing, here and in
`pdkl.sources.arrow.encoders`.
"""

from __future__ import annotations

import time

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pdkl.codes.arrow_text import with_room

ROWS = 1 << 18
ROUNDS = 15
TEXTS = ("v{}", "category {:05d}", "{:x}")


def milliseconds(rows: pa.Array, values: pa.Array) -> float:
    """Return the best time that looking up rows takes in some rounds."""
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.perf_counter()
        pc.index_in(rows, value_set=values)
        best = min(best, time.perf_counter() - start)
    return 1e3 * best


def main() -> None:
    """Print a line for each number of values and form of text."""
    rng = np.random.default_rng(7)
    print(f"pyarrow {pa.__version__}, {ROWS:,} rows\nvalues  text              plain   room  gain")
    for size in (5, 60, 300, 1000, 3000):
        for text in TEXTS:
            known = pa.array([text.format(i * 7919 % 100_003) for i in range(size)])
            rows = known.take(pa.array(rng.integers(0, size, ROWS)))
            plain, room = milliseconds(rows, known), milliseconds(rows, with_room(known))
            print(f"{size:6}  {text:16} {plain:6.2f} {room:6.2f} {plain / room:5.2f}")


if __name__ == "__main__":
    main()
