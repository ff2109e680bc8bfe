"""How many distinct combinations of Arrow data are kept in memory, and what is said of more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pdkl.core import memory
from pdkl.core.validation import listing
from pdkl.sources.distinct_rows import TooManyRowsError

# what a combination takes at the most crowded moment, among them its value, its place in the table
# that finds it again, its count, and the rows that wait; ids and short text took 230 to 340 bytes
_BYTES = 250
ALL_IN_MEMORY = (
    "This question needs all of them in memory: ask it of fewer rows or of coarser values. Scores "
    "of entropy, kl_divergence and the like do not, if they are asked for without names of "
    "categories, bins, draws, an estimator or fractions as weights: DuckDB counts on disk for them."
)


@dataclass(frozen=True)
class Limit:
    """What may be kept: as many combinations as memory has room for, and no more than ``most``.

    ``remedy`` is what to do where there is no room, in sentences of their own; with ``most`` none
    is needed, as others count then.
    """

    most: int | None = None
    remedy: str = ALL_IN_MEMORY

    def check(self, columns: Sequence[str], known: int, read: int, total: int | None) -> None:
        """Raise where there is no room for as many combinations as the next rows may bring.

        Where ``most`` was given that is a `TooManyRowsError`, which somebody waits for. Of
        ``total`` rows ``read`` have been counted; the next piece has about as many as are known.
        """
        coming = known if total is None else min(known, total - read)
        needed, most = (known + coming) * _BYTES, memory.physical_memory()
        if self.most is not None:
            if known > self.most or needed > most:
                raise TooManyRowsError
        elif needed > most:
            several, of = len(columns) > 1, "" if total is None else f" of {total:,}"
            takes, room = memory.gigabytes(needed), memory.there_is(most)
            raise ValueError(
                f"column{'s'[:several]} {listing(columns)} {'have' if several else 'has'} "
                f"{known:,} distinct {'combinations' if several else 'values'} in the first "
                f"{read:,}{of} rows, and {known + coming:,} would take about {takes} of "
                f"memory; {room}. {self.remedy}"
            )


WHOLE_MEMORY = Limit()
