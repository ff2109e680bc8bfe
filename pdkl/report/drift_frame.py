"""What all forms of a report read from its frames."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pdkl.report import text
from pdkl.results.reading import keys_of, measure_of

# worst first
STATUSES = ("drift", "gone", "error", "empty", "unsure", "new", "ok")
SCORED = ("drift", "unsure", "ok")


def segments(frame: pd.DataFrame) -> list[str]:
    """Write the group of each row as one text."""
    columns = [[text.key(value) for value in frame[key]] for key in keys_of(frame)]
    if not columns:
        return ["all rows"] * len(frame)
    return [", ".join(values) for values in zip(*columns, strict=True)]


def worst_first(frame: pd.DataFrame) -> list[int]:
    """Return the places of the rows by status, then by how far they exceed noise."""
    rank = frame["status"].map(STATUSES.index).to_numpy()
    excess = excesses(frame).fillna(-np.inf).to_numpy()
    return [int(i) for i in np.lexsort([-excess, rank])]


def excesses(frame: pd.DataFrame) -> pd.Series[float]:
    """Return what is judged: the score in excess of noise, NaN in rows that have no score.

    Where noise has no mean, as it is infinite, the score itself stands for it.
    """
    measure = measure_of(frame)
    excess = frame[f"{measure}_excess"].fillna(frame[measure])
    return excess.where(frame["status"].isin(SCORED))
