"""Two columns together: what the cells of their joint tables say of one another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Literal

import numpy as np

from pdkl.core.counts.counts import WeightArray, as_float, sum_by
from pdkl.core.counts.smoothing import Smoothing
from pdkl.core.counts.windows import pooled_cells
from pdkl.core.measures.estimators import Estimator
from pdkl.core.measures.sample import Sample
from pdkl.core.numerics.exact import (
    FloatArray,
    IntArray,
    cross_difference,
    deviance,
    log_ratio,
    segment_sum,
    surprisal,
)

Normalization = Literal["min", "max", "mean", "sqrt", "joint", "x", "y"]
NORMALIZATIONS: tuple[Normalization, ...] = ("min", "max", "mean", "sqrt", "joint", "x", "y")


@dataclass(frozen=True)
class Joint:
    """Joint tables of x and y, one for each stratum: the occurring cells, in any order.

    Parameters
    ----------
    stratum, x, y : int64 array, one entry per cell
        The table that a cell is in, and its place there.
    weight : int64 or float64 array, one entry per cell
        Above 0.
    group_of : int64 array, one entry per stratum
        The group whose answer the stratum is part of: one stratum a group, or one for each value
        of a third column that is given.
    missing : int64 or float64 array, one entry per group
        The weight of the rows that lack a value.
    given : int64 array, one entry per stratum, optional
        Which value of the third column it is; left out where there is none.
    """

    stratum: IntArray
    x: IntArray
    y: IntArray
    weight: WeightArray
    group_of: IntArray
    missing: WeightArray
    given: IntArray | None = None

    @property
    def n_groups(self) -> int:
        """The number of groups."""
        return len(self.missing)

    def pooled(self, first: IntArray, stop: IntArray) -> Joint:
        """Give new tables whose group i adds the old groups ``first[i]`` up to ``stop[i]``."""
        given = np.zeros(len(self.group_of), dtype=np.int64)
        if self.given is not None:
            given = self.given
        counts, (given, x, y) = pooled_cells(
            self.group_of[self.stratum],
            (given[self.stratum], self.x, self.y),
            self.weight,
            self.missing,
            (first, stop),
        )
        width = int(given.max(initial=0)) + 1
        found, stratum = np.unique(counts.group * width + given, return_inverse=True)
        return Joint(stratum, x, y, counts.weight, found // width, counts.missing, found % width)

    @cached_property
    def totals(self) -> WeightArray:
        """The weight of each group."""
        return sum_by(self.group_of[self.stratum], self.weight, self.n_groups)

    @cached_property
    def cells(self) -> IntArray:
        """The number of occurring cells of each group."""
        return np.bincount(self.group_of[self.stratum], minlength=self.n_groups).astype(np.int64)

    @cached_property
    def _strata(self) -> WeightArray:
        return sum_by(self.stratum, self.weight, len(self.group_of))

    @cached_property
    def _x(self) -> tuple[WeightArray, IntArray]:
        """The weight of each (stratum, x), and which of them each cell is in."""
        return _margin(self.stratum, self.x, self.weight)

    @cached_property
    def _y(self) -> tuple[WeightArray, IntArray]:
        return _margin(self.stratum, self.y, self.weight)

    def margin(self, of: Literal["x", "y"]) -> tuple[IntArray, WeightArray]:
        """Return the stratum and the weight of each value of x or y that occurs in it."""
        weight, place = self._x if of == "x" else self._y
        stratum = np.zeros(len(weight), dtype=np.int64)
        stratum[place] = self.stratum
        return stratum, weight

    def place(self, of: Literal["x", "y"]) -> IntArray:
        """Return which of the values that `margin` tells of each cell is in."""
        return (self._x if of == "x" else self._y)[1]

    def alphabet(self, of: Literal["x", "y"]) -> int:
        """Return how many values of x or y occur anywhere."""
        return len(np.unique(self.x if of == "x" else self.y))

    def _mean(self, surprise: FloatArray) -> FloatArray:
        """Average over the rows of each group what is given for each cell; NaN without rows."""
        group = self.group_of[self.stratum]
        total = segment_sum(as_float(self.weight) * surprise, group, self.n_groups)
        mass = as_float(self.totals)
        mean = np.full(self.n_groups, np.nan)
        np.divide(total, mass, out=mean, where=mass > 0)
        return mean

    def entropy(self, of: Literal["x", "y", "joint"]) -> FloatArray:
        """Return H(X), H(Y) or H(X, Y) in nats, given the third column where there is one."""
        total = as_float(self._strata)[self.stratum]
        if of == "joint":
            return self._mean(surprisal(as_float(self.weight), total))
        margin, place = self._x if of == "x" else self._y
        return self._mean(surprisal(as_float(margin)[place], total))

    def estimated_entropy(
        self, of: Sequence[Literal["x", "y"]], estimator: Estimator
    ) -> FloatArray:
        """Estimate how uncertain x, y or both are in nats, together with what is given.

        The alphabet is the combinations that occur anywhere, as it is of columns together.
        """
        key = np.zeros(len(self.weight), dtype=np.int64)
        if self.given is not None:
            key = self.given[self.stratum]
        for side in of:
            code = self.x if side == "x" else self.y
            _, key = np.unique(key * (int(code.max(initial=0)) + 1) + code, return_inverse=True)
        own = self.group_of[self.stratum]
        counted, place = _margin(own, key, self.weight)
        group = np.zeros(len(counted), dtype=np.int64)
        group[place] = own
        alphabet = np.full(self.n_groups, len(np.unique(key)), dtype=np.int64)
        return estimator.function(Sample(as_float(counted), group, alphabet))

    def smoothed(self, smoothing: Smoothing) -> Joint:
        """Give a pseudo-count to each cell of all values of x and y, in each stratum that occurs.

        Where it depends on the number of cells, all weights are multiplied by that.
        """
        (_, x), (_, y) = (np.unique(code, return_inverse=True) for code in (self.x, self.y))
        strata, stratum = np.unique(self.stratum, return_inverse=True)
        rows, columns = (int(code.max(initial=-1)) + 1 for code in (x, y))
        scale, pseudo = smoothing.scale_and_pseudo(max(rows * columns, 1))
        table = np.full((len(strata), rows, columns), pseudo)
        table[stratum, x, y] += as_float(self.weight) * scale
        place, x, y = (code.ravel() for code in np.indices(table.shape))
        return replace(self, stratum=strata[place], x=x, y=y, weight=table.ravel())

    def conditional_entropy(self, of: Literal["x", "y"]) -> FloatArray:
        """Return H(X | Y) for x, or H(Y | X) for y, in nats: never a difference of entropies."""
        margin, place = self._y if of == "x" else self._x
        return self._mean(surprisal(as_float(self.weight), as_float(margin)[place]))

    def mutual_information(self) -> FloatArray:
        """Return I(X; Y) in nats: the divergence of the tables from those of independence.

        Cells that do not occur have p = 0 and so the term q. Their q are what the occurring ones
        leave of 1, which is exact for whole weights up to 3e9.
        """
        return self._information

    @cached_property
    def _information(self) -> FloatArray:
        terms = deviance(*self._beside_independence())
        size = len(self.group_of)
        strata = segment_sum(terms, self.stratum, size) + self._share_of_empty_cells()
        return self._mean(strata[self.stratum])

    def pointwise_information(self) -> FloatArray:
        """Return log(p(x, y) / (p(x) p(y))) of each cell in nats, within its stratum.

        Averaged over the rows of a group it is the mutual information.
        """
        return log_ratio(*self._beside_independence())

    def _beside_independence(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return the share of each cell, what independence makes of it, and their difference."""
        total = as_float(self._strata)[self.stratum]
        (of_x, at_x), (of_y, at_y) = self._x, self._y
        x, y, both = as_float(of_x)[at_x], as_float(of_y)[at_y], as_float(self.weight)
        difference = cross_difference(both, y, x, total) / (total * total)
        return both / total, (x / total) * (y / total), difference

    def _share_of_empty_cells(self) -> FloatArray:
        """Return what independence would put into the cells of each table that do not occur."""
        size = len(self.group_of)
        (of_x, at_x), (of_y, at_y) = self._x, self._y
        whole = self.weight.dtype == np.int64 and self._strata.max(initial=0) < 3_000_000_000
        kind = np.int64 if whole else np.float64
        total = self._strata.astype(kind)
        product = of_x[at_x].astype(kind) * of_y[at_y].astype(kind)
        empty = total * total - sum_by(self.stratum, product, size)
        share = np.divide(empty, as_float(total) ** 2, out=np.zeros(size), where=total > 0)
        sides = (self.margin("x")[0], self.margin("y")[0])
        lines, columns = (np.bincount(side, minlength=size) for side in sides)
        possible = lines * columns
        full = possible == np.bincount(self.stratum, minlength=size)
        return np.where(full, 0.0, np.maximum(share, 0.0))


def stacked(joints: Sequence[Joint]) -> Joint:
    """Put the groups of several pairs of columns behind one another, as if they were of one."""
    if len(joints) == 1:
        return joints[0]
    strata, groups = (
        np.cumsum([0, *sizes])
        for sizes in ([len(one.group_of) for one in joints], [one.n_groups for one in joints])
    )
    return Joint(
        np.concatenate([one.stratum + shift for one, shift in zip(joints, strata, strict=False)]),
        np.concatenate([one.x for one in joints]),
        np.concatenate([one.y for one in joints]),
        np.concatenate([one.weight for one in joints]),
        np.concatenate([one.group_of + shift for one, shift in zip(joints, groups, strict=False)]),
        np.concatenate([one.missing for one in joints]),
    )


def unstacked(joint: Joint, number: int) -> Iterator[Joint]:
    """Take ``number`` pairs of columns of the same strata apart, whose cells stand in order."""
    n_strata, n_groups = len(joint.group_of) // number, joint.n_groups // number
    ends = np.searchsorted(joint.stratum, n_strata * np.arange(number + 1)).tolist()
    stratum, group_of = joint.stratum % max(n_strata, 1), joint.group_of[:n_strata]
    given = None if joint.given is None else joint.given[:n_strata]
    for i, (start, end) in enumerate(pairwise(ends)):
        missing = joint.missing[i * n_groups : (i + 1) * n_groups]
        x, y, weight = joint.x[start:end], joint.y[start:end], joint.weight[start:end]
        yield Joint(stratum[start:end], x, y, weight, group_of, missing, given)


def normalize(joint: Joint, by: Normalization) -> FloatArray:
    """Return what mutual information is divided by; 0 where there is nothing to know."""
    if by == "joint":
        return joint.entropy("joint")
    if by in ("x", "y"):
        return joint.entropy(by)
    x, y = joint.entropy("x"), joint.entropy("y")
    rules = {"min": np.minimum(x, y), "max": np.maximum(x, y), "mean": (x + y) / 2}
    return rules[by] if by in rules else np.sqrt(x * y)


def _margin(stratum: IntArray, code: IntArray, weight: WeightArray) -> tuple[WeightArray, IntArray]:
    key = stratum * (int(code.max(initial=0)) + 1) + code
    found, place = np.unique(key, return_inverse=True)
    return sum_by(place, weight, len(found)), place
