"""One comparison drawn again, as if nothing differed or as it occurred.

All here works on the counts of one comparison, so that its cost does not depend on the number of
rows. What moves on its own is what is assumed to be independent: single rows in `RowSampler`, whole
blocks in `BlockSampler`. Where rows come in bunches, a p-value from `RowSampler` is far too small.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from pdkl.core.counts.counts import WeightArray, as_float
from pdkl.core.numerics.exact import FloatArray, IntArray

Null = Literal["permutation", "subset", "fixed"]
LARGEST_URN = 10**9  # from here on NumPy refuses hypergeometric draws, for lack of digits
_LARGEST_COUNT = 2.0**53
_MANY = 100  # outcomes of a single row that are dealt as a heap


class Draws(NamedTuple):
    """Counts of both sides: a row per draw, a column per outcome.

    ``times`` says for how many outcomes each entry stands, 1 if left out.
    """

    p: FloatArray
    q: FloatArray
    times: FloatArray | None = None


@dataclass(frozen=True)
class Sampler(ABC):
    """One comparison that can be drawn again; see `RowSampler` and `BlockSampler`.

    Parameters
    ----------
    p : int64 array
        The counts of P.
    other : int64 or float64 array
        The counts of what P is compared with.
    null : {"permutation", "subset", "fixed"}
        What is true if nothing differs, and with it what Q is.

        - "permutation": P and Q = ``other`` are samples of one distribution, so their rows are
          exchangeable.
        - "subset": P is any part of a fixed pool Q, and ``other`` the rest of the pool.
        - "fixed": P is a sample of Q = ``other``, any weights, which is believed exactly. A
          distribution alone is P against itself, "fixed".
    """

    p: IntArray
    other: WeightArray
    null: Null

    def __post_init__(self) -> None:
        """Refuse counts whose sums are not exact."""
        sides = (self.p,) if self.null == "fixed" else (self.p, self.other)
        if sum(float(side.sum()) for side in sides) >= _LARGEST_COUNT:
            raise ValueError("resampling needs fewer than 2**53 rows in each comparison.")

    @property
    def observed(self) -> Draws:
        """What occurred, as if it were the only draw."""
        return self._draws(*self._sums)

    def null_draws(self, size: int, rng: np.random.Generator) -> Draws:
        """Draw counts as they would be if nothing differed.

        What P and ``other`` have together is dealt to them at random, to each as much as it has
        (Good 2005, "Permutation, Parametric and Bootstrap Tests of Hypotheses"). Under "fixed" P
        is a sample of Q.
        """
        dealt = self._deal(size, rng)
        p, other = self._sums
        return self._draws(dealt, other if self.null == "fixed" else p + other - dealt)

    def bootstrap_draws(self, size: int, rng: np.random.Generator) -> Draws:
        """Draw P, and ``other`` unless it is fixed, each from what it has, with replacement.

        A part of a pool and the rest are drawn apart, so that P* stays a part of Q* (Efron and
        Tibshirani 1993, "An Introduction to the Bootstrap", chapter 8).
        """
        p, fixed = self._redraw(self.p, size, rng), self.null == "fixed"
        return self._draws(p, self._sums[1] if fixed else self._redraw(self.other, size, rng))

    @abstractmethod
    def least_p_value(self) -> float:
        """Return the probability under the null of what occurred: no p-value is below it."""

    @abstractmethod
    def _deal(self, size: int, rng: np.random.Generator) -> FloatArray:
        """Draw P under the null."""

    @abstractmethod
    def _redraw(self, side: WeightArray, size: int, rng: np.random.Generator) -> FloatArray:
        """Draw one side with replacement."""

    @property
    def _sums(self) -> tuple[FloatArray, FloatArray]:
        sides = (np.atleast_2d(as_float(side)) for side in (self.p, self.other))
        p, other = (side.sum(axis=0, keepdims=True) for side in sides)
        return p, other

    def _draws(self, p: FloatArray, other: FloatArray) -> Draws:
        return Draws(p, np.broadcast_to(p + other if self.null == "subset" else other, p.shape))


class RowSampler(Sampler):
    """One comparison whose rows are independent of each other: counts of shape (outcomes,).

    Its null draws are hypergeometric, P* ~ H(p + other, n_p), or under "fixed" multinomial,
    P* ~ M(n_p, q / n_q); its bootstrap draws are multinomial, P* ~ M(n_p, p / n_p).
    """

    def null_draws(self, size: int, rng: np.random.Generator) -> Draws:
        """Draw as any sampler does; outcomes of a single row are dealt as one heap of them.

        They differ in nothing but their names, so all that matters is how many each side gets.
        A long tail then costs no more than a single outcome.
        """
        pool = self.p + self.other
        single = pool == 1
        heap = int(single.sum())
        if self.null != "permutation" or heap < _MANY:
            return super().null_draws(size, rng)
        urn = np.append(pool[~single], heap).astype(np.int64)
        dealt = hypergeometric(urn, int(self.p.sum()), size, rng)
        common, got = dealt[:, :-1], dealt[:, -1:]
        left, nothing = heap - got, np.zeros((size, 1))
        return Draws(
            np.hstack([common, np.minimum(got, 1.0), nothing]),
            np.hstack([urn[:-1] - common, nothing, np.minimum(left, 1.0)]),
            np.hstack([np.ones_like(common), got, left]),
        )

    def least_p_value(self) -> float:
        """Return the probability under the null of exactly these counts."""
        from scipy.special import gammaln, xlogy

        p, other = as_float(self.p), as_float(self.other)
        n, n_other = float(p.sum()), float(other.sum())
        if n == 0 or n_other == 0:
            return 1.0
        if self.null == "fixed":
            log = float(gammaln(n + 1.0) + np.sum(xlogy(p, other / n_other) - gammaln(p + 1.0)))
        else:
            log = log_choose(p + other, p) - log_choose(n + n_other, n)
        return float(np.exp(min(log, 0.0)))

    def _deal(self, size: int, rng: np.random.Generator) -> FloatArray:
        n = int(self.p.sum())
        if self.null == "fixed":
            return multinomial(n, as_float(self.other), size, rng)
        return hypergeometric(self.p + self.other, n, size, rng)

    def _redraw(self, side: WeightArray, size: int, rng: np.random.Generator) -> FloatArray:
        return multinomial(int(side.sum()), as_float(side), size, rng)


class LineSampler(RowSampler):
    """One comparison whose outcomes are in an order, so that each is dealt under its own name."""

    def null_draws(self, size: int, rng: np.random.Generator) -> Draws:
        """Draw as any sampler does."""
        return Sampler.null_draws(self, size, rng)


class BlockSampler(Sampler):
    """One comparison whose rows move in blocks, such as days: counts of shape (blocks, outcomes).

    Only the blocks are independent of each other. A side is dealt as many blocks as it has, so
    its total varies with their sizes. Under "fixed" nothing says how the rows of a block hang
    together: there are no null draws, and asking for them is a ValueError.
    """

    def least_p_value(self) -> float:
        """Return the probability under the null of dealing the blocks just so."""
        return float(np.exp(-log_choose(len(self.p) + len(self.other), len(self.p))))

    def _deal(self, size: int, rng: np.random.Generator) -> FloatArray:
        if self.null == "fixed":
            raise ValueError(
                "blocks need two samples to be dealt to; a fixed distribution is not one."
            )
        tables = np.concatenate([as_float(self.p), as_float(self.other)])
        dealt = np.zeros((size, len(tables)))
        dealt[:, : len(self.p)] = 1.0
        # sums of whole numbers: the same bits in any order
        return np.asarray(rng.permuted(dealt, axis=1) @ tables)

    def _redraw(self, side: WeightArray, size: int, rng: np.random.Generator) -> FloatArray:
        return np.asarray(multinomial(len(side), np.ones(len(side)), size, rng) @ as_float(side))


def hypergeometric(urn: IntArray, n: int, size: int, rng: np.random.Generator) -> FloatArray:
    """Take ``n`` rows out of ``urn`` without replacement, ``size`` times."""
    if int(urn.sum()) < LARGEST_URN:
        return as_float(rng.multivariate_hypergeometric(urn, n, size=size, method="marginals"))
    return as_float(taken_out(np.broadcast_to(urn, (size, len(urn))), np.full(size, n), rng))


def taken_out(urns: IntArray, n: IntArray, rng: np.random.Generator) -> IntArray:
    """Take ``n`` rows out of each of ``urns`` without replacement; they may be of any size.

    Exact as well: take each row with probability n / total, then take more, or give some back, in
    the same way until the number is right. No step prefers one row to another.
    """
    taken = np.zeros(urns.shape, dtype=np.int64)
    lack = n.astype(np.int64)
    while (active := np.flatnonzero(lack)).size:
        back = lack[active] < 0
        source = np.where(back[:, None], taken[active], urns[active] - taken[active])
        share = np.abs(lack[active]) / source.sum(axis=1)
        moved = rng.binomial(source, np.maximum(share, 2.0**-52)[:, None])
        taken[active] += np.where(back[:, None], -moved, moved)
        lack[active] = n[active] - taken[active].sum(axis=1)
    return taken


def multinomial(n: int, weight: FloatArray, size: int, rng: np.random.Generator) -> FloatArray:
    """Draw ``n`` rows in proportion to ``weight``, ``size`` times; none if there is no weight."""
    result = np.zeros((size, len(weight)))
    # the largest last: what the others leave keeps its digits, and outcomes of weight 0 get none
    order = np.argsort(weight, kind="stable")
    order = order[weight[order] > 0]
    if n and order.size:
        result[:, order] = rng.multinomial(n, weight[order] / weight[order].sum(), size=size)
    return result


def log_choose(n: FloatArray | float, k: FloatArray | float) -> float:
    """Return the logarithm of the product of all binomial coefficients (n, k)."""
    from scipy.special import gammaln

    n, k = np.asarray(n, dtype=np.float64), np.asarray(k, dtype=np.float64)
    return float(np.sum(gammaln(n + 1.0) - gammaln(k + 1.0) - gammaln(n - k + 1.0)))
