"""What all forms of a report read from its frames."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from pdkl.report import text

# worst first
STATUSES = ("error", "drift", "gone", "empty", "unsure", "new", "ok")


def keys_of(frame: pd.DataFrame) -> list[Any]:
    """List the columns that hold the keys of the groups."""
    return list(frame.columns[: list(frame.columns).index("column")])


def segments(frame: pd.DataFrame) -> list[str]:
    """Write the group of each row as one text."""
    columns = [[text.key(value) for value in frame[key]] for key in keys_of(frame)]
    if not columns:
        return ["all rows"] * len(frame)
    return [", ".join(values) for values in zip(*columns, strict=True)]


def measure_of(frame: pd.DataFrame) -> str:
    """Return the name of the measure that is judged."""
    return str(frame.attrs["pdkl"]["measures"][0])


def worst_first(frame: pd.DataFrame) -> list[int]:
    """Return the places of the rows by status, then by how far they exceed noise."""
    rank = frame["status"].map(STATUSES.index).to_numpy()
    excess = frame[f"{measure_of(frame)}_excess"].fillna(frame[measure_of(frame)])
    return [int(i) for i in np.lexsort([-excess.fillna(-np.inf).to_numpy(), rank])]
