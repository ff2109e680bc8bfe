"""Laws of small urns by brute force: every vector of counts, its probability by fractions."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from math import comb, factorial

import numpy as np

from pdkl.core.numerics.exact import FloatArray


def law(s: int, alpha: Sequence[int], n: int) -> Iterator[tuple[tuple[int, ...], Fraction]]:
    """Yield all counts that an urn may give, with their probabilities."""
    balls = sum(alpha)
    whole = Fraction(comb(balls, n) if s < 0 else comb(n + balls - 1, n))
    if s == 0:
        whole = Fraction(balls**n, factorial(n))
    for some in itertools.product(range(n + 1), repeat=len(alpha) - 1):
        if sum(some) > n:
            continue
        counts = (*some, n - sum(some))
        chance = Fraction(1)
        for a, c in zip(counts, alpha, strict=True):
            if s < 0:
                chance *= comb(c, a)
            elif s == 0:
                chance *= Fraction(c**a, factorial(a))
            else:
                chance *= comb(a + c - 1, a) if c else Fraction(a == 0)
        if chance:
            yield counts, chance / whole


def distribution(
    s: int, alpha: Sequence[int], n: int, value: Callable[[FloatArray], float]
) -> tuple[FloatArray, FloatArray]:
    """Return the values of a statistic of the counts, and their probabilities."""
    every = list(law(s, alpha, n))
    values = np.array([value(np.array(counts, dtype=np.float64)) for counts, _ in every])
    return values, np.array([float(chance) for _, chance in every])


def moments(values: FloatArray, chance: FloatArray) -> tuple[float, float, float]:
    """Return mean, variance and third central moment."""
    mean = float(values @ chance)
    return mean, float((values - mean) ** 2 @ chance), float((values - mean) ** 3 @ chance)
