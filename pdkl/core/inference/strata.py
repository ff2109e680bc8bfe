"""What cells add within strata if nothing differs in them: moments over many small urns."""

from __future__ import annotations

import numpy as np

from pdkl.core.inference.cells import Cells, Evaluate
from pdkl.core.inference.nodes import SMOOTH
from pdkl.core.inference.tail import Moments, added
from pdkl.core.inference.urn import EXCHANGE
from pdkl.core.numerics.exact import FloatArray, IntArray


def moments_within(
    stratum: IntArray,
    pooled: FloatArray,
    taken: FloatArray,
    sides: tuple[float, float],
    evaluate: Evaluate,
) -> list[Moments]:
    """Return the moments of statistics that are sums over the cells of all strata.

    The rows of each stratum are dealt anew to the two sides, to each as many as it has there.
    Strata are independent.

    Parameters
    ----------
    stratum : int64 array, one entry per cell
        The stratum of the cell.
    pooled : float64 array, one entry per cell
        Its rows on both sides.
    taken : float64 array, one entry per stratum
        How many of its rows are P's.
    sides : (float, float)
        What the counts of P and Q are divided by.
    evaluate : callable
        From `Pairs` whose entries are nodes to what each adds, an array per statistic.

    Returns
    -------
    list of Moments
        Of each statistic, arrays of one entry. Strata of one cell, or of one side, do not vary, and
        are left out: what they add is a constant.
    """
    size = len(taken)
    balls = np.bincount(stratum, weights=pooled, minlength=size)
    varies = (np.bincount(stratum, minlength=size) > 1) & (taken > 0) & (taken < balls)
    cell = varies[stratum]
    urn, n = (np.cumsum(varies) - 1)[stratum[cell]], taken[varies]
    totals = np.full(len(n), sides[0]), np.full(len(n), sides[1])
    cells = Cells.of(EXCHANGE, urn, pooled[cell], n=n, totals=totals)
    whole = np.zeros(len(n), dtype=np.int64)
    return [added(one, whole, 1) for one in cells.moments(evaluate, SMOOTH)]
