"""Values on a line: in which order they are, and how far apart."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from pdkl.codes.labels import Labels, as_objects
from pdkl.codes.scales import per_second, read_scaled
from pdkl.core.numerics.exact import FloatArray, IntArray


class Line(NamedTuple):
    """What order labels are in, and where the first, the second and so on lie."""

    order: IntArray
    position: FloatArray


def has_ordered_levels(dtype: Any) -> bool:
    """Tell whether a column has levels whose order is declared."""
    return isinstance(dtype, pd.CategoricalDtype) and bool(dtype.ordered)


def line_of_values(labels: Labels) -> Line | None:
    """Return where numbers lie, or times and durations in seconds; None for what has no scale."""
    if labels.dtype.kind in "iu":
        return _of_ticks(labels.to_numpy(), 1)
    read = read_scaled(pd.Series(labels))
    if read is None:
        return None
    if read.unit is not None:
        return _of_ticks(read.numbers, per_second(read.unit))
    order = np.argsort(read.numbers, kind="stable")
    return Line(order, read.numbers[order])


def _of_ticks(ticks: Any, per_unit: int) -> Line:
    """Measure whole numbers from the first: a float holds no long ones, but what lies between."""
    order = np.argsort(ticks, kind="stable")
    in_order = ticks[order]
    # the range may be twice what a signed integer holds
    away = in_order.astype(np.uint64) - in_order[:1].astype(np.uint64)
    return Line(order, away.astype(np.float64) / per_unit)


def line_of_levels(labels: Labels, levels: Labels) -> Line:
    """Return the ranks of labels among levels, all of which must be among them."""
    rank = {level: i for i, level in enumerate(as_objects(levels))}
    own = np.array([rank[label] for label in as_objects(labels)], dtype=np.int64)
    order = np.argsort(own, kind="stable")
    return Line(order, own[order].astype(np.float64))
