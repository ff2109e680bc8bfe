"""Which categories are too few to be told, and go into "other" before anything is computed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pdkl.core.counts.counts import Counts, WeightArray, as_float
from pdkl.core.numerics.exact import FloatArray, IntArray

Flags = NDArray[np.bool_]


def least_rows(min_count: int) -> int:
    """Return how many rows a side needs so that anything of it may be told.

    Two rows that are not alike are one of each, so two are too few even where ``min_count`` is 2.
    """
    return max(min_count, 3)


@dataclass(frozen=True)
class Cells:
    """Counts above 0 of categories on any number of sides, each (side, category) once."""

    side: IntArray
    category: IntArray
    count: WeightArray
    n_sides: int
    n_categories: int

    @classmethod
    def of(cls, sides: Sequence[Counts], n_categories: int) -> Cells:
        """Take each group of each of ``sides`` for a side."""
        starts = np.cumsum([0, *(one.n_groups for one in sides)])
        return cls(
            np.concatenate([one.group + at for one, at in zip(sides, starts, strict=False)]),
            np.concatenate([one.outcome for one in sides]),
            np.concatenate([one.weight for one in sides]),
            int(starts[-1]),
            n_categories,
        )


def folded(cells: Cells, min_count: int, always: Flags | None = None) -> Flags:
    """Tell which categories go into "other", so that no count below ``min_count`` can be told.

    First those that have some rows, but too few, on any side; ``always`` joins them. Then, on each
    side where these have some rows and too few, or all have one and the same number that is too
    few, the rarest others, all that are equally rare.

    What is told afterwards stays as it was if the folded categories exchange all their counts:
    the choice goes by counts alone, never by order or name. As their counts differ on each side,
    each of them could have another. Where all categories are folded and still have one number,
    some could have all the rows and others none. A side needs `least_rows` for that.
    """
    fold = np.zeros(cells.n_categories, dtype=bool)
    fold[cells.category[cells.count < min_count]] = True
    if always is not None and fold.any():
        fold |= always
    totals = as_float(np.bincount(cells.category, cells.count, minlength=cells.n_categories))
    while fold.any() and not fold.all():
        rarest = _rarest_that_helps(cells, fold, totals, min_count)
        if rarest is None:
            break
        fold |= totals == totals[rarest]
    return fold


def _rarest_that_helps(cells: Cells, fold: Flags, totals: FloatArray, min_count: int) -> int | None:
    """Return the category to fold next, None where nothing can be told any more."""
    inside = fold[cells.category]
    side, count = cells.side[inside], cells.count[inside]
    sums = np.bincount(side, count, minlength=cells.n_sides)
    lacking = np.flatnonzero((sums > 0) & (sums < min_count))
    if len(lacking):
        able = cells.category[~inside & np.isin(cells.side, lacking[0])]
    else:
        low, high = np.full(cells.n_sides, np.inf), np.zeros(cells.n_sides)
        np.minimum.at(low, side, count)
        np.maximum.at(high, side, count)
        every = np.bincount(side, minlength=cells.n_sides) == fold.sum()
        if not (every & (low == high) & (low < min_count)).any():
            return None
        able = np.flatnonzero(~fold & (totals > 0))
    return int(able[np.argmin(totals[able])]) if len(able) else None
