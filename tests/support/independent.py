"""Independent columns, by brute force: all tables of given margins, or shuffled columns."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

Table = tuple[tuple[int, ...], ...]
LEVEL = 0.95


def tables(rows: list[int], columns: list[int]) -> Iterator[Table]:
    """Yield every table that has these margins."""
    if not rows:
        if not any(columns):
            yield ()
        return
    for line in lines(rows[0], columns):
        left = [c - a for c, a in zip(columns, line, strict=True)]
        for rest in tables(rows[1:], left):
            yield (line, *rest)


def lines(n: int, most: list[int]) -> Iterator[tuple[int, ...]]:
    if len(most) == 1:
        if n <= most[0]:
            yield (n,)
        return
    for a in range(min(n, most[0]) + 1):
        for rest in lines(n - a, most[1:]):
            yield (a, *rest)


def chance(table: Table) -> Fraction:
    """Return the probability of a table among all orders of y beside x."""
    rows = [sum(line) for line in table]
    columns = [sum(column) for column in zip(*table, strict=True)]
    over = math.prod(map(math.factorial, [*rows, *columns]))
    cells = math.prod(math.factorial(a) for line in table for a in line)
    return Fraction(over, math.factorial(sum(rows)) * cells)


def entropy(counts: list[int]) -> float:
    n = sum(counts)
    return math.fsum(c / n * math.log(n / c) for c in counts if c)


def entropies(table: Table) -> tuple[float, float, float]:
    """Return H(X), H(Y) and H(X, Y)."""
    columns = [sum(column) for column in zip(*table, strict=True)]
    cells = [a for line in table for a in line]
    return entropy([sum(line) for line in table]), entropy(columns), entropy(cells)


def norm(normalized: str | None, x: float, y: float, both: float) -> float:
    return {
        None: 1.0,
        "min": min(x, y),
        "max": max(x, y),
        "mean": (x + y) / 2,
        "sqrt": math.sqrt(x * y),
        "joint": both,
        "x": x,
        "y": y,
    }[normalized]


def measured(kind: str, table: Table, normalized: str | None = None) -> float:
    x, y, both = entropies(table)
    if kind == "conditional_entropy":
        return both - y
    if kind == "variation_of_information":
        return 2 * both - x - y
    return (x + y - both) / norm(normalized, x, y, both)


def law(
    rows: list[int], columns: list[int], kind: str, normalized: str | None = None
) -> list[tuple[float, float, Fraction]]:
    """Return measure, mutual information and probability of every table, by the measure."""
    every = [
        (measured(kind, table, normalized), measured("mutual_information", table), chance(table))
        for table in tables(rows, columns)
    ]
    assert sum(weight for _, _, weight in every) == 1
    return sorted(every)


def expectation(every: list[tuple[float, float, Fraction]]) -> float:
    return math.fsum(value * weight for value, _, weight in every)


def quantile(every: list[tuple[float, float, Fraction]], level: float = LEVEL) -> float:
    """Return the least value at or below which the measure is with this probability."""
    below = 0.0
    for value, _, weight in every:
        below += float(weight)
        if below >= level - 1e-9:
            return value
    raise AssertionError(below)


def tail(every: list[tuple[float, float, Fraction]], information: float) -> float:
    """Return how probable it is that there is as much mutual information."""
    return float(sum(weight for _, i, weight in every if i >= information - 1e-9))


def shuffled(x: NDArray[np.int64], y: NDArray[np.int64], size: int, seed: int) -> NDArray[np.int64]:
    """Return tables of x and as many orders of y, (size, values of x, values of y)."""
    rng = np.random.default_rng(seed)
    tall, wide = int(x.max()) + 1, int(y.max()) + 1
    drawn = [np.bincount(x * wide + rng.permutation(y), minlength=tall * wide) for _ in range(size)]
    return np.array(drawn).reshape(size, tall, wide)


def entropies_of(drawn: NDArray[np.int64]) -> tuple[NDArray[np.float64], ...]:
    """Return H(X), H(Y) and H(X, Y) of each table."""
    n = drawn.sum(axis=(1, 2))

    def of(counts: NDArray[np.int64]) -> NDArray[np.float64]:
        share = counts.reshape(len(counts), -1) / n[:, None]
        logs = np.log(np.where(share > 0, share, 1.0))
        return np.asarray(-(share * logs).sum(axis=1))

    return of(drawn.sum(axis=2)), of(drawn.sum(axis=1)), of(drawn)
