"""What a profile holds of each column."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from pdkl.codes.intervals import Binner, same_bins
from pdkl.codes.labels import Labels
from pdkl.codes.scales import are_scaled
from pdkl.core.counts.counts import Counts, WeightArray, sum_by
from pdkl.core.numerics.exact import FloatArray, IntArray, segment_sum


class Rounding(NamedTuple):
    """Which labels of a column are edges that the values between them were rounded down to.

    Parameters
    ----------
    first, last : int
        The places of the first and the last edge; all labels between these are edges.
    distinct : int or None
        How many different values there were before, None where that is not known.
    """

    first: int
    last: int
    distinct: int | None


@dataclass(frozen=True)
class ColumnCounts:
    """The counts of one column: labels in order, each group's weight of those lumped together."""

    counts: Counts
    labels: Labels
    other: WeightArray  # per group
    leveled: bool = False
    ordered: bool = False
    binner: Binner | None = None
    folded: int = 0  # how many categories are lumped
    rounding: Rounding | None = None
    # of each group, the sum of the finite numbers before they were rounded, and of their squares
    sums: FloatArray | None = None

    @property
    def edges(self) -> Labels | None:
        """The edges that values were rounded down to, None where they are as they were."""
        found = self.rounding
        return None if found is None else self.labels[found.first : found.last + 1]

    @property
    def totals(self) -> WeightArray:
        """The weight of each group, the missing included."""
        return self.counts.totals + self.counts.missing + self.other

    def take(self, groups: IntArray) -> ColumnCounts:
        """Put the groups in another order."""
        sums = None if self.sums is None else self.sums[:, groups]
        return replace(self, counts=self.counts.take(groups), other=self.other[groups], sums=sums)

    def regroup(self, position: IntArray, n_groups: int) -> ColumnCounts:
        """Move group i to ``position[i]``; groups that meet are added."""
        counts, sums = self.counts.regroup(position, n_groups), self.sums
        if sums is not None:
            sums = np.stack([segment_sum(one, position, n_groups) for one in sums])
        other = sum_by(position, self.other, n_groups)
        return replace(self, counts=counts, other=other, sums=sums)

    def fold(self, most: int) -> ColumnCounts:
        """Lump all categories but the ``most`` frequent ones; the first of equals stay.

        Numbers and times stay: they are no categories before they are cut.
        """
        if not self.leveled and are_scaled(self.labels):
            return self
        weight = sum_by(self.counts.outcome, self.counts.weight, len(self.labels))
        if self.binner is not None or np.count_nonzero(weight) <= most:
            return self
        chosen = np.sort(np.argsort(-weight, kind="stable")[:most])
        position = np.full(len(self.labels), most)
        position[chosen] = np.arange(most)
        counts = self.counts.relabel(position, most + 1)
        in_other = counts.outcome == most
        other = self.other + sum_by(
            counts.group[in_other], counts.weight[in_other], counts.n_groups
        )
        counts = replace(
            counts,
            group=counts.group[~in_other],
            outcome=counts.outcome[~in_other],
            weight=counts.weight[~in_other],
            n_outcomes=most,
        )
        folded = self.folded + int(np.count_nonzero(weight)) - most
        return replace(self, counts=counts, labels=self.labels[chosen], other=other, folded=folded)

    def equals(self, other: ColumnCounts) -> bool:
        """Tell whether the same was counted."""
        return (
            self.labels.dtype == other.labels.dtype
            and self.labels.equals(other.labels)
            and (self.leveled, self.ordered) == (other.leveled, other.ordered)
            and same_bins(self.binner, other.binner)
            and (self.folded, self.rounding) == (other.folded, other.rounding)
            and _are_close(self.sums, other.sums)
            and all(
                a.dtype == b.dtype and np.array_equal(a, b)
                for a, b in [
                    (self.counts.group, other.counts.group),
                    (self.counts.outcome, other.counts.outcome),
                    (self.counts.weight, other.counts.weight),
                    (self.counts.missing, other.counts.missing),
                    (self.other, other.other),
                ]
            )
        )


def _are_close(one: FloatArray | None, other: FloatArray | None) -> bool:
    """Tell whether sums differ by the order of their parts at most."""
    if one is None or other is None:
        return one is other
    return one.shape == other.shape and bool(np.allclose(one, other, rtol=1e-9, atol=1e-300))
