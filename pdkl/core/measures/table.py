"""Several columns together: what the cells of their tables say of them all at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np

from pdkl.core.counts.counts import (
    WeightArray,
    as_float,
    from_cells,
    sum_by,
)
from pdkl.core.counts.windows import pooled_cells
from pdkl.core.measures.estimators import Estimator
from pdkl.core.measures.joint import Joint
from pdkl.core.measures.sample import Sample
from pdkl.core.numerics.exact import FloatArray, IntArray

Places = tuple[int, ...]  # of columns in a table
# which entropies make the interaction information of three columns, and with which sign
INTERACTION: dict[Places, int] = {
    columns: (-1) ** (len(columns) + 1)
    for number in (1, 2, 3)
    for columns in combinations(range(3), number)
}


@dataclass(frozen=True)
class Table:
    """Tables of several columns, one for each group: the occurring cells, each once.

    Parameters
    ----------
    group : int64 array, one entry per cell
        The group that the cell is in.
    codes : sequence of int64 arrays, each one entry per cell
        The value of each column there, -1 where it is missing.
    weight : int64 or float64 array, one entry per cell
        Above 0.
    missing : int64 or float64 array, one entry per group
        The weight of the rows that lack a value.
    """

    group: IntArray
    codes: Sequence[IntArray]
    weight: WeightArray
    missing: WeightArray

    @property
    def n_groups(self) -> int:
        """The number of groups."""
        return len(self.missing)

    @property
    def everything(self) -> Places:
        """All columns."""
        return tuple(range(len(self.codes)))

    @cached_property
    def totals(self) -> WeightArray:
        """The weight of each group."""
        return sum_by(self.group, self.weight, self.n_groups)

    @cached_property
    def cells(self) -> IntArray:
        """The number of occurring cells of each group."""
        return np.bincount(self.group, minlength=self.n_groups).astype(np.int64)

    def pooled(self, first: IntArray, stop: IntArray) -> Table:
        """Give new tables whose group i adds the old groups ``first[i]`` up to ``stop[i]``."""
        counts, codes = pooled_cells(
            self.group, self.codes, self.weight, self.missing, (first, stop)
        )
        return Table(counts.group, codes, counts.weight, counts.missing)

    def joint(self, x: Places, y: Places, given: Places = ()) -> Joint:
        """Take some columns for x, some for y, and some for what is given; add up the others."""
        left, right = (self._numbered(side) for side in (x, y))
        return self._between(left, right, *self._strata(given))

    def _between(
        self, left: IntArray, right: IntArray, strata: IntArray, group_of: IntArray
    ) -> Joint:
        """Take what numbers tell for x and y, within strata; cells that meet are added."""
        line = _crossed(strata, left)  # not all lines and strata, whose numbers could be too large
        x, stratum = np.zeros((2, int(line.max(initial=-1)) + 1), dtype=np.int64)
        x[line], stratum[line] = left, strata
        none = np.zeros(len(x), dtype=self.weight.dtype)
        counts = from_cells(line, right, self.weight, none, int(right.max(initial=0)) + 1)
        of = counts.group
        return Joint(stratum[of], x[of], counts.outcome, counts.weight, group_of, self.missing)

    def _strata(self, given: Places) -> tuple[IntArray, IntArray]:
        """Return the stratum of each cell, and the group of each stratum."""
        if not given:
            return self.group, np.arange(self.n_groups)
        strata = self.group
        for place in given:
            strata = _crossed(strata, self.codes[place])
        group_of = np.zeros(int(strata.max(initial=-1)) + 1, dtype=np.int64)
        group_of[strata] = self.group
        return strata, group_of

    def pointwise_information(self) -> FloatArray:
        """Return log(p(x, y | z) / (p(x | z) p(y | z))) of each cell in nats.

        The first two columns are x and y, and the others, where there are some, z.
        """
        strata, group_of = self._strata(self.everything[2:])
        x, y = (self._numbered((place,)) for place in (0, 1))
        joint = Joint(strata, x, y, self.weight, group_of, self.missing)
        return joint.pointwise_information()

    def total_correlation(self) -> FloatArray:
        """Return sum H(X_i) - H(X_1, ..., X_n) in nats: the divergence from independent columns.

        It is the information of each column about all before it, whose sum cancels nothing.
        """
        total = np.where(as_float(self.totals) > 0, 0.0, np.nan)
        before = self._numbered((0,))
        for place in self.everything[1:]:
            joint = self._between(before, self._numbered((place,)), *self._strata(()))
            total += joint.mutual_information()
            before = _crossed(before, self.codes[place])
        return total

    def interaction_information(self) -> FloatArray:
        """Return I(X; Y) - I(X; Y | Z) of three columns in nats."""
        without, within = self.joint((0,), (1,)), self.joint((0,), (1,), (2,))
        return without.mutual_information() - within.mutual_information()

    def estimated(self, signs: Mapping[Places, int], estimator: Estimator) -> FloatArray:
        """Estimate a sum of entropies of columns together in nats, each with a sign.

        Their alphabets are the combinations that occur anywhere.
        """
        found = np.zeros(self.n_groups)
        for columns, sign in signs.items():
            found += sign * self._estimated_entropy(columns, estimator)
        return found

    def _numbered(self, columns: Places) -> IntArray:
        """Give each cell the number of its values of some columns."""
        found = self.codes[columns[0]] + 1  # missing is a value
        for place in columns[1:]:
            found = _crossed(found, self.codes[place])
        return found

    def _estimated_entropy(self, columns: Places, estimator: Estimator) -> FloatArray:
        code = self._numbered(columns)
        none = np.zeros(self.n_groups, dtype=self.weight.dtype)
        counts = from_cells(self.group, code, self.weight, none, int(code.max(initial=-1)) + 1)
        alphabet = np.full(self.n_groups, len(np.unique(code)), dtype=np.int64)
        return estimator.function(Sample(as_float(counts.weight), counts.group, alphabet))


def total_correlation_signs(columns: Places) -> dict[Places, int]:
    """Say which entropies make the total correlation, and with which sign."""
    return {**{(place,): 1 for place in columns}, columns: -1}


def _crossed(numbers: IntArray, codes: IntArray) -> IntArray:
    """Give the pairs of a number and a code that occur numbers without a gap."""
    key = numbers * (int(codes.max(initial=-1)) + 2) + codes + 1
    place: IntArray = np.unique(key, return_inverse=True)[1].astype(np.int64, copy=False)
    return place
