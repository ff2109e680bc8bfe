"""Which categories are shown one by one, and which are summed up as "other"."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pdkl.core.numerics.exact import FloatArray

Flags = NDArray[np.bool_]


def folded(
    count: FloatArray, reference: FloatArray, missing: Flags, *, most: int, min_count: int | None
) -> Flags:
    """Tell which categories of a comparison, given by falling contribution, go into "other".

    A category is folded where it has some rows, but fewer than ``min_count``, on either side. No
    count can then be told by taking the others from the total: on a side where "other" would stand
    for one category alone, the next rarest joins it. Missing values are counted in every row of
    the frame, so they stay. Of what is left the first ``most`` are shown.
    """
    fold = np.zeros(len(count), dtype=bool)
    if min_count is not None:
        sides = (count, reference)
        for side in sides:
            fold |= (side > 0) & (side < min_count) & ~missing
        if fold.any():
            # adding to one side can leave the other with a single one, so look at both again
            while any(_add_rarest(side, fold, missing) for side in sides):
                pass
    rest = np.flatnonzero(~fold)[most:]
    if len(rest) > 1 or fold.any():
        fold[rest] = True
    return fold


def _add_rarest(side: FloatArray, fold: Flags, missing: Flags) -> bool:
    """Fold one more category if this side has only one folded; tell whether there was one."""
    if np.count_nonzero(side[fold]) != 1:
        return False
    others = np.flatnonzero(~fold & ~missing & (side > 0))
    if not len(others):
        return False
    fold[others[np.argmin(side[others])]] = True
    return True
