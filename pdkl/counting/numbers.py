"""Numbers and times counted by value: exactly up to a point, and beyond it between many edges."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pdkl.codes.labels import Labels, label_order, union_labels
from pdkl.codes.scales import NUMBER, are_scaled, as_floats, scale_of
from pdkl.core.counts.bin_edges import fit
from pdkl.core.counts.counts import WeightArray, sum_by
from pdkl.core.numerics.exact import FloatArray, IntArray, segment_sum
from pdkl.counting.pandas_counts import LabelledCounts
from pdkl.sources.profile.columns import Rounding

MOST_VALUES = 1 << 16  # so many different ones are kept as they are
_EDGES = 4096


def rounded(
    column: LabelledCounts, edges: Labels | None = None
) -> tuple[LabelledCounts, Rounding | None]:
    """Round values down to edges, if some are given or there are very many different values.

    The edges are those between which values have equal shares over all groups, those of the bins
    that numbers are cut into by default, and both ends, whose counts stay exact. Values beyond
    edges that were given stay as they are.

    Returns
    -------
    counts : LabelledCounts
        Its labels are in order, all edges among them.
    rounding : Rounding or None
        Which of the labels are edges; None where nothing was done.
    """
    labels, counts = column.labels, column.counts
    if edges is None:
        if column.leveled or len(labels) <= MOST_VALUES or not are_scaled(labels):
            return column, None
        order = label_order(labels)
        weight = sum_by(counts.outcome, counts.weight, len(labels))[order]
        edges = labels.take(order[_edges(labels.take(order), weight)])
    every, place = union_labels(edges, labels)
    order = label_order(every)
    rank = np.argsort(order)
    at, own = rank[: len(edges)], rank[place]
    # of the places in order: which are kept, and the last of these at or before each
    kept = np.flatnonzero((np.arange(len(every)) <= at[0]) | (np.arange(len(every)) >= at[-1]))
    kept = np.union1d(kept, at)
    outcome = np.searchsorted(kept, own, side="right") - 1
    known = LabelledCounts(
        counts.recode(outcome[counts.outcome], len(kept)), every.take(order[kept])
    )
    first, last = np.searchsorted(kept, at[[0, -1]]).tolist()
    return known, Rounding(first, last, len(labels))


def sums_of(column: LabelledCounts) -> FloatArray | None:
    """Return the sum of the finite numbers of each group, and that of their squares.

    None of what is no number.
    """
    values = pd.Series(column.labels)
    if scale_of(values) != NUMBER:
        return None
    counts, numbers = column.counts, as_floats(values)
    numbers = np.where(np.isfinite(numbers), numbers, 0.0)[counts.outcome]
    with np.errstate(over="ignore", invalid="ignore"):
        parts = [counts.weight * numbers, counts.weight * numbers**2]
        sums = np.stack([segment_sum(one, counts.group, counts.n_groups) for one in parts])
    return np.where(np.isnan(sums), np.inf, sums)  # what no float holds


def _edges(labels: Labels, weight: WeightArray) -> IntArray:
    """Return which of labels in order are edges."""
    finite = np.arange(len(labels))
    if labels.dtype.kind == "f":
        finite = np.flatnonzero(np.isfinite(labels.to_numpy()))
    places, ends = np.arange(len(finite)), [0, 1, len(finite) - 1]
    cuts = [fit(places, weight[finite], number, "quantile").edges for number in (_EDGES, None)]
    # what is infinite lies beyond, and is kept as well
    return np.union1d(finite[np.unique([*ends, *np.concatenate(cuts)])], [0, len(labels) - 1])
