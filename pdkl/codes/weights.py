"""Row weights: read, checked, and added without losing a digit."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
import pandas as pd

from pdkl.core.counts.counts import LARGEST_SUM, WeightArray

HALF = 1 << 31  # whole weights are added in two parts where a sum could leave 64 bits
WHOLE = int(np.iinfo(np.int64).max)


def read_weights(frame: pd.DataFrame, name: Hashable) -> WeightArray:
    """Return the weights as int64 where they are whole by dtype, else as float64."""
    values = frame[name]
    subject = f"weights (column {name!r})"
    if not pd.api.types.is_numeric_dtype(values.dtype) or values.dtype.kind == "c":
        raise TypeError(
            f"{subject} must be numbers; got dtype {values.dtype}. Convert them with pd.to_numeric."
        )
    if n_missing := int(values.isna().sum()):
        raise ValueError(
            f"{subject} must not be missing; {n_missing} of {len(values)} are. "
            "Fill them with fillna or drop these rows."
        )
    if values.dtype.kind not in "iub":
        return _checked(values.to_numpy(dtype=np.float64), subject)
    if len(values) and int(values.max()) * len(values) > WHOLE:
        require_whole_sum(int(values.astype(object).sum()), subject)
    return _checked(values.to_numpy(dtype=np.int64), subject)


def require_whole_sum(total: int, subject: str) -> None:
    """Raise where whole weights add up to more than is counted."""
    if total > WHOLE:
        raise ValueError(
            f"{subject} add up to {total}, beyond the 2**63 - 1 that whole weights are counted "
            "to. Divide them or make them floats."
        )


def _checked(weights: WeightArray, subject: str) -> WeightArray:
    with np.errstate(over="ignore"):
        total = float(weights.sum())
    if not total <= LARGEST_SUM:
        raise ValueError(
            f"{subject} must be finite and add up to at most {LARGEST_SUM:g}; they add up to "
            f"{total:g}. Divide them by a common factor."
        )
    if (bad := np.flatnonzero(weights < 0)).size:
        raise ValueError(
            f"{subject} must not be negative; {bad.size} of {len(weights)} are, "
            f"the first is {weights[bad[0]]}."
        )
    return weights
