"""All groups against all groups by a pass over the two rows of each pair.

That is for what no matrix product gives. Each pass is a few steps over a block that stays in the
cache. Shares are held as a number and its rounding error, so differences keep their digits; terms
are added on two grids, as in `segment_sum`, so the order of the outcomes does not matter.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from pdkl.core.numerics.exact import FloatArray, exact_product
from pdkl.core.numerics.exact import grids as grids_of
from pdkl.core.numerics.logarithms import Double
from pdkl.core.threads import side_by_side, usable_cores

# writes the terms of row i with some rows, and may write what it likes into the spare block
Fill = Callable[[int, slice, FloatArray, FloatArray], None]

_BLOCK = 1 << 15  # cells of a block: two of them stay in the cache of a core
_ABSENT = 1e-300  # stands for 0 where its logarithm goes with itself
_ENOUGH = 2.0**-44  # a relative error that leaves a value as good as any, 6e-14
_JENSEN = 2.0**-40  # the same of JS, which is a difference: 9e-13
_ULP = 2.0**-52
_FEW, _HIGH = 2, 2.0**20  # grids of sums whose terms are below so much; above it one more


@dataclass(frozen=True)
class Shares:
    """The shares of all groups, a row each, some columns at a time."""

    strips: Iterable[Double]
    size: int  # groups
    width: int  # columns in all
    least: float  # no share but 0 is below it


def divided(counts: FloatArray, totals: FloatArray) -> Double:
    """Divide counts by the total of their group; nothing by nothing is 0."""
    n = np.where(totals > 0, totals, 1.0)[:, None]
    high = counts / n
    product, error = exact_product(high, np.broadcast_to(n, high.shape))
    return Double(high, ((counts - product) - error) / n)


def total_variation(shares: Shares) -> FloatArray:
    """Return half the sum of absolute differences, NaN where that is too small to be known."""

    def fill_of(strip: Double) -> Fill:
        difference = _difference(strip)

        def fill(i: int, others: slice, out: FloatArray, spare: FloatArray) -> None:
            difference(i, others, out, spare)
            np.abs(out, out=out)

        return fill

    grids = _Grids.of(shares.width, 1.0)
    return np.minimum(0.5 * grids.known(_added(shares, fill_of, grids)), 1.0)


def squared_hellinger(shares: Shares) -> FloatArray:
    """Return half the sum of squared differences of roots, NaN where too small to be known."""

    def fill_of(strip: Double) -> Fill:
        difference = _difference(_roots(strip))

        def fill(i: int, others: slice, out: FloatArray, spare: FloatArray) -> None:
            difference(i, others, out, spare)
            np.square(out, out=out)

        return fill

    grids = _Grids.of(shares.width, 1.0)
    return np.minimum(0.5 * grids.known(_added(shares, fill_of, grids)), 1.0)


def chi_square(shares: Shares) -> FloatArray:
    """Return the sum of squared differences by the share of Q, where that is not 0.

    NaN where too small to be known.
    """

    def fill_of(strip: Double) -> Fill:
        difference, q = _difference(strip), strip.high
        inverse = np.divide(1.0, q, out=np.zeros_like(q), where=q > 0)

        def fill(i: int, others: slice, out: FloatArray, spare: FloatArray) -> None:
            difference(i, others, out, spare)
            np.square(out, out=out)
            out *= inverse[others]

        return fill

    grids = _Grids.of(shares.width, 1.0 / shares.least)
    return grids.known(_added(shares, fill_of, grids, symmetric=False))


def jensen(shares: Shares) -> FloatArray:
    """Return the Jensen-Shannon divergence in nats, NaN where it is too small to be known.

    Against the mean R of all groups, with M = (P + Q) / 2, it is (KL(P || R) + KL(Q || R)) / 2 -
    KL(M || R): one logarithm an entry, and numbers that are hardly larger than what is sought.
    """
    grids = _Grids.of(shares.width, math.log(max(shares.size, 1)) + 1.0)
    own = np.zeros((len(grids.steps), shares.size))

    def fill_of(strip: Double) -> Fill:
        mean = _mean(strip.high)
        half = np.divide(strip.high, 2.0 * mean, out=np.zeros_like(strip.high), where=mean > 0)
        half += _ABSENT  # no other number notices

        def weighed(x: FloatArray, out: FloatArray) -> None:
            np.log(x, out=out)
            out *= x
            out *= mean

        terms = np.empty_like(half)
        weighed(2.0 * half, terms)
        own[:] += grids.sums(terms, np.empty_like(half))

        def fill(i: int, others: slice, out: FloatArray, spare: FloatArray) -> None:
            np.add(half[i], half[others], out=spare)
            weighed(spare, out)

        return fill

    middle = _added(shares, fill_of, grids)
    alone = own[::-1].sum(axis=0)
    value = (0.5 * (alone[:, None] + alone)) - middle
    # a sum, its logarithm and two products are rounded, by what mean |log| there can be at most
    error = _ULP * (2.0 + 3.0 * np.abs(middle))
    return np.where(value * _JENSEN > error, np.minimum(value, math.log(2.0)), np.nan)


def _mean(shares: FloatArray) -> FloatArray:
    """Return the mean of each column, the same however many columns there are."""
    total = np.zeros(shares.shape[1])
    for row in shares:
        total += row
    return total / max(len(shares), 1)


def _difference(of: Double) -> Fill:
    """Take rows from one another, their rounding errors too."""

    def fill(i: int, others: slice, out: FloatArray, spare: FloatArray) -> None:
        np.subtract(of.high[i], of.high[others], out=out)
        np.subtract(of.low[i], of.low[others], out=spare)
        out += spare

    return fill


def _roots(values: Double) -> Double:
    """Return square roots with their rounding errors."""
    high = np.sqrt(values.high)
    square, error = exact_product(high, high)
    rest = ((values.high - square) - error) + values.low
    return Double(high, np.divide(rest, 2.0 * high, out=np.zeros_like(high), where=high > 0))


@dataclass(frozen=True)
class _Grids:
    """Numbers that, added and taken away, round so coarsely that sums are exact."""

    steps: list[float]
    lost: float  # at most, of a sum

    @classmethod
    def of(cls, width: int, bound: float) -> _Grids:
        """Choose them for so many terms of at most ``bound``."""
        levels = _FEW if bound < _HIGH else _FEW + 1
        found = grids_of(np.array([bound]), np.array([max(width, 1)]), levels)
        steps = [float(step[0]) for step in found]
        return cls(steps, width * math.ulp(steps[-1]))

    def sums(self, terms: FloatArray, spare: FloatArray) -> FloatArray:
        """Add each row of ``terms``, which are overwritten; a line for each grid."""
        found = []
        for step in self.steps:
            np.add(terms, step, out=spare)
            spare -= step
            terms -= spare
            found.append(spare.sum(axis=1))
        return np.array(found)

    def known(self, sums: FloatArray) -> FloatArray:
        """Leave out the sums that are too small for what they lose."""
        return np.where(sums * _ENOUGH > self.lost, sums, np.nan)


def _added(
    shares: Shares, fill_of: Callable[[Double], Fill], grids: _Grids, *, symmetric: bool = True
) -> FloatArray:
    """Add the terms of every two rows; a row with itself is NaN."""
    size = shares.size
    sums = np.zeros((len(grids.steps), size, size))
    cores = usable_cores()
    for strip in shares.strips:
        fill, n_columns = fill_of(strip), strip.high.shape[1]
        step = max(_BLOCK // max(n_columns, 1), 1)

        def work(own: range, fill: Fill = fill, step: int = step, n: int = n_columns) -> None:
            # one array each: NumPy 2.0 takes logarithms of neighbours in memory in another way
            blocks = [np.empty((min(step, size), n)) for _ in range(2)]
            for i in own:
                for start in range(i + 1 if symmetric else 0, size, step):
                    others = slice(start, min(start + step, size))
                    terms, spare = (block[: others.stop - start] for block in blocks)
                    fill(i, others, terms, spare)
                    sums[:, i, others] += grids.sums(terms, spare)

        side_by_side(work, [range(first, size, cores) for first in range(cores)])
    total: FloatArray = sums[::-1].sum(axis=0)
    total = total + total.T if symmetric else total
    np.fill_diagonal(total, np.nan)
    return total
