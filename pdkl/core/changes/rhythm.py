"""A rhythm of periods, such as that of the week: whether there is one, and counts without it."""

from __future__ import annotations

import numpy as np

from pdkl.core.counts.counts import Counts, as_float
from pdkl.core.numerics.exact import FloatArray, IntArray

ROUNDS = 3  # of a rhythm that are needed to tell it
_BEYOND = 2.0  # times what rhythms of neighbouring lengths explain


def shows(counts: Counts, position: IntArray, length: int) -> bool:
    """Tell whether phases of this length explain much more than those of neighbouring lengths.

    ``position`` is where each period stands in time; none needs to be empty.
    """
    if length < 2 or position[-1] + 1 < ROUNDS * length:
        return False
    others = [length + step for step in (-2, -1, 1, 2) if length + step > 1]
    return _gain(counts, position, length) > _BEYOND * max(
        _gain(counts, position, other) for other in others
    )


def _gain(counts: Counts, position: IntArray, length: int) -> float:
    """Return what a code saves that has a distribution for each phase, in nats per phase."""
    from scipy.special import xlogy

    phases = counts.regroup(position % length, length)
    weight, total = as_float(phases.weight), as_float(phases.totals)
    whole, rows = as_float(counts.outcome_totals), float(total.sum())
    saved = xlogy(weight, weight).sum() - xlogy(total, total).sum()
    return float(saved - xlogy(whole, whole).sum() + xlogy(rows, rows)) / (length - 1)


def taken_out(counts: Counts, phase: IntArray) -> Counts:
    """Return counts in which each keeps its Pearson residual beside its phase's distribution.

    What is expected of it is moved to the distribution of all periods; no count falls below 0, and
    periods keep their rows.
    """
    table = as_float(counts.dense(np.arange(counts.n_outcomes)))
    size = table.sum(axis=1, keepdims=True)
    share = table.sum(axis=0) / table.sum()
    moved = np.empty_like(table)
    for one in np.unique(phase):
        rows = np.flatnonzero(phase == one)
        own = table[rows].sum(axis=0)
        own /= own.sum()
        spread = np.sqrt(np.divide(share, own, out=np.zeros_like(share), where=own > 0))
        moved[rows] = size[rows] * share + (table[rows] - size[rows] * own) * spread
    np.maximum(moved, 0.0, out=moved)
    moved *= size / moved.sum(axis=1, keepdims=True)
    return from_table(moved)


def from_table(table: FloatArray) -> Counts:
    """Write a table of periods by categories as counts."""
    group, outcome = np.nonzero(table)
    return Counts(group, outcome, table[group, outcome], np.zeros(len(table)), table.shape[1])
