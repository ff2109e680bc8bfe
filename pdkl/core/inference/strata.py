"""What cells add within strata if nothing differs in them: moments over many small urns.

The rows of each stratum are dealt anew to the two sides, to each as many as it has there, so that a
cell of alpha of its A rows gets Hypergeometric(A, alpha, n). Strata are independent. Where rows are
cut into many strata most of these are alike, and cells of equal (alpha, A, n) are looked at once.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pdkl.core.inference.cells import Cells, Evaluate
from pdkl.core.inference.moments import CellMoments, of_sum
from pdkl.core.inference.nodes import SMOOTH
from pdkl.core.inference.tail import Moments, added
from pdkl.core.inference.urn import EXCHANGE, Drawn
from pdkl.core.numerics.exact import FloatArray, IntArray


class _Kinds(NamedTuple):
    """Cells that differ, and which of them each cell is."""

    cells: Cells
    place: IntArray


def moments_within(
    stratum: IntArray,
    pooled: FloatArray,
    taken: FloatArray,
    sides: tuple[float, float],
    evaluate: Evaluate,
) -> list[Moments]:
    """Return the moments of statistics that are sums over the cells of all strata.

    Parameters
    ----------
    stratum : int64 array, one entry per cell
        The stratum of the cell, in rising order.
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
    balls = np.bincount(stratum, weights=pooled, minlength=size).astype(np.float64)
    number = np.bincount(stratum, minlength=size)
    varies = (number > 1) & (taken > 0) & (taken < balls)
    cell = varies[stratum]
    urn = (np.cumsum(varies) - 1)[stratum[cell]]
    drawn = Drawn(balls[varies], taken[varies])
    alpha, two = pooled[cell], number[varies] == 2
    # of two cells the one that comes first in its stratum decides on both
    leads = np.ones(len(urn), dtype=bool)
    leads[1:] = urn[1:] != urn[:-1]
    kept = ~two[urn] | leads
    urn, alpha = urn[kept], alpha[kept]
    kinds = _kinds(urn, alpha, drawn, two, sides)
    ones, alone = np.ones(len(urn)), two.astype(np.float64)
    found = []
    for one in kinds.cells.cell_moments(evaluate, SMOOTH):
        each = CellMoments(*(values[kinds.place] for values in one))
        strata = of_sum(EXCHANGE, drawn, urn, alpha, ones, alone, each)
        found.append(added(strata, np.zeros(len(drawn.n), dtype=np.int64), 1))
    return found


def _kinds(
    urn: IntArray,
    alpha: FloatArray,
    drawn: Drawn,
    two: NDArray[np.bool_],
    sides: tuple[float, float],
) -> _Kinds:
    """Find the cells that differ from all others."""
    shape = np.stack([drawn.balls, drawn.n, two.astype(np.float64)])
    kind, first_urn = _numbered(shape)
    place, first = _numbered(np.stack([kind[urn].astype(np.float64), alpha]))
    cell, own = alpha[first], kind[urn[first]]
    balls, n = drawn.balls[first_urn], drawn.n[first_urn]
    paired = two[first_urn][own]
    mate = np.where(paired, np.cumsum(paired) - 1, -1)
    rest = (balls[own] - cell)[paired]
    total_p, total_q = (np.full(len(first_urn), side) for side in sides)
    cells = Cells(
        *(EXCHANGE, own, cell, None, np.ones(len(cell)), mate, (rest, rest), Drawn(balls, n)),
        total_p=total_p,
        total_q=total_q,
    )
    return _Kinds(cells, place)


def _numbered(rows: FloatArray) -> tuple[IntArray, IntArray]:
    """Give equal columns of a table one number, in rising order; also say where each is first."""
    order = np.lexsort(rows[::-1])
    new = np.ones(rows.shape[1], dtype=bool)
    new[1:] = (np.diff(rows[:, order], axis=1) != 0).any(axis=0)
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.cumsum(new) - 1
    return place, order[new]
