"""Columns of which only it counts whether a row has a value."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from pdkl.comparing.shared_labels import Column
from pdkl.core.counts.counts import Counts


def presence(column: Column, *, dropna: bool) -> Column:
    """Leave of the categories of a column that there is a value, beside that there is none."""

    def folded(counts: Counts) -> Counts:
        every = counts.with_missing() if dropna else counts
        return every.recode((every.outcome == every.n_outcomes - 1).astype(np.int64), 2)

    p, q = folded(column.p), folded(column.q)
    alphabet = np.flatnonzero(p.observed | q.observed)
    blocks = column.blocks
    if blocks is not None:
        own, other = (replace(unit, counts=folded(unit.counts)) for unit in blocks)
        blocks = own, other
    return replace(
        column,
        p=p,
        q=q,
        labels=pd.Index(["(present)"]),
        leveled=False,
        binner=None,
        alphabet=alphabet,
        alphabet_size=len(alphabet),
        blocks=blocks,
        fitted=None,
    )
