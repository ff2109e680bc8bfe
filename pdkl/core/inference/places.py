"""The places of a line at which draws look at distribution functions: few, however many values.

A draw deals the weight between neighbouring places as a whole, so that its cost does not grow with
the number of different values. A place stands for the gaps before it as well: if nothing differed,
``F - G`` would be a Brownian bridge in the pooled shares H, whose size at a value is
``sqrt(H (1 - H))`` (Doob 1949, "Heuristic approach to the Kolmogorov-Smirnov theorems"). So the
gaps are added in proportion to that, and what is expected of the area between both functions stays
as it is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pdkl.core.counts.counts import WeightArray
from pdkl.core.counts.pairs import Pairs
from pdkl.core.counts.steps import Steps
from pdkl.core.numerics.exact import FloatArray, IntArray

MOST_PLACES = 512


@dataclass(frozen=True)
class Places:
    """Some values of a line, each the last of a run that ends there.

    Parameters
    ----------
    first : int64 array
        Where each run begins among the values.
    position, gap : float64 array
        Where the weight of each run lies, and how long a gap it stands for.
    """

    first: IntArray
    position: FloatArray
    gap: FloatArray

    @classmethod
    def of(cls, count: FloatArray, position: FloatArray, gap: FloatArray) -> Places:
        """Choose among values of which so much weight lies at each on both sides together."""
        size = len(count)
        if size <= MOST_PLACES:
            return cls(np.arange(size), position, gap)
        share = np.cumsum(count / count.sum())
        height = np.sqrt(np.maximum(share * (1.0 - share), 2.0**-60))
        area = np.where(np.isfinite(gap), gap, 0.0) * height
        # the last value stays alone: both functions are 1 there
        last = np.union1d(np.flatnonzero(np.isinf(gap)), [size - 2, size - 1])
        for mass in (share, np.cumsum(area / (area.sum() or 1.0))):
            wanted = np.arange(1, MOST_PLACES // 2) / (MOST_PLACES // 2)
            last = np.union1d(last, np.minimum(np.searchsorted(mass, wanted), size - 1))
        first = np.append(0, last[:-1] + 1)
        known = np.isfinite(position)
        held = np.add.reduceat(count * known, first)
        middle = np.add.reduceat(count * np.where(known, position, 0.0), first)
        middle = np.divide(middle, held, out=position[last], where=held > 0)
        longer = np.add.reduceat(area, first) / height[last]
        return cls(first, middle, np.where(np.isinf(gap[last]), np.inf, longer))

    def dealt(self, count: WeightArray) -> WeightArray:
        """Add up the counts of each run; values are the last axis."""
        return np.asarray(np.add.reduceat(count, self.first, axis=-1))

    def steps(self, draws: Pairs) -> Steps:
        """Return what a term sees of draws that have an entry for each place, in order."""
        every = draws.size, 1
        position, gap = (np.tile(one, every).ravel() for one in (self.position, self.gap))
        return Steps.of(draws, position, gap)
