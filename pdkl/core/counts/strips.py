"""The table of groups and outcomes, some outcomes at a time."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pdkl.core.counts.counts import Counts
from pdkl.core.numerics.exact import FloatArray, IntArray

_CELLS = 1 << 20  # of the table held at a time


def strips(counts: Counts, outcomes: IntArray) -> Iterator[FloatArray]:
    """Give the weights of all groups, a row each, of some of ``outcomes``, a column each."""
    position = np.zeros(counts.n_outcomes, dtype=np.int64)
    position[outcomes] = np.arange(len(outcomes))
    column = position[counts.outcome]
    step = max(_CELLS // max(counts.n_groups, 1), 1)
    strip = column // step
    order = np.argsort(strip, kind="stable")
    ends = np.cumsum(np.bincount(strip, minlength=-(-len(outcomes) // step)))
    for start, end, n_cells in zip(
        range(0, len(outcomes), step), ends, np.diff(ends, prepend=0), strict=True
    ):
        some = order[end - n_cells : end]
        table = np.zeros((counts.n_groups, min(step, len(outcomes) - start)))
        table[counts.group[some], column[some] - start] = counts.weight[some]
        yield table
