"""Sequences of periods made by chance, to be cut by `changes`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pdkl.core.changes.stretches import Found, Periods, Settings, stretches
from pdkl.core.counts.counts import Counts

Table = NDArray[np.int64]
Generator = np.random.Generator
Places = tuple[list[int], list[int]]


def periods_of(table: Any, season: int | None = None) -> Periods:
    """Write a table of counts, a row per period, as a sequence; empty periods are left out."""
    table = np.asarray(table)
    kept = np.flatnonzero(table.sum(axis=1))
    rows = table[kept]
    group, outcome = np.nonzero(rows)
    missing = np.zeros(len(rows), dtype=np.int64)
    return Periods(
        Counts(group, outcome, rows[group, outcome], missing, rows.shape[1]), kept, season
    )


def search(table: Any, alpha: float = 0.05, season: int | None = None, **settings: Any) -> Found:
    """Cut one table."""
    return stretches([periods_of(table, season)], Settings(level=alpha, **settings))[0]


def places_of(
    tables: Sequence[Any], alpha: float = 0.05, season: int | None = None, **settings: Any
) -> list[Places]:
    """Return of each table with which rows stretches begin, but the first, and which are anomalies.

    Each sequence is cut on its own, at the level alpha.
    """
    sequences = [periods_of(table, season) for table in tables]
    answers = []
    for periods, found in zip(
        sequences, stretches(sequences, Settings(level=alpha, **settings)), strict=True
    ):
        kept = periods.position
        begins = [int(kept[part.periods[0]]) for part in found.parts[1:] if not part.is_anomaly]
        odd = [int(kept[i]) for part in found.parts if part.is_anomaly for i in part.periods]
        answers.append((begins, odd))
    return answers


def places(table: Any, **settings: Any) -> Places:
    """Return them of one table."""
    return places_of([table], **settings)[0]


def cuts(table: Any, **settings: Any) -> list[int]:
    """Return the rows of the table with which stretches begin, without the first."""
    return places(table, **settings)[0]


def shares(rng: Generator, width: int, concentration: float = 1.0) -> NDArray[np.float64]:
    """Draw a distribution over some categories."""
    found = rng.dirichlet(np.full(width, concentration)) + 1e-9
    return np.asarray(found / found.sum())


def changing(own: Any, other: Any, at: int) -> Callable[[int], Any]:
    """Return the shares of each period: those of ``own``, and from ``at`` on those of ``other``."""
    return lambda i: other if i >= at else own


def noisy(
    rng: Generator, sizes: NDArray[Any], shares_of: Callable[[int], Any], phi: float = 1.0
) -> Table:
    """Draw the rows of each period, whose counts vary ``phi`` times as those of independent rows.

    The median period does: rows of a period are alike by the same rho in all (Dirichlet-multinomial
    counts).
    """
    rho = (phi - 1.0) / max(float(np.median(sizes)) - 1.0, 1.0)
    rows = []
    for i, size in enumerate(sizes):
        own = np.asarray(shares_of(i))
        if rho > 0:
            gamma = rng.standard_gamma(own * (1.0 / rho - 1.0))
            own = (
                gamma / gamma.sum()
                if gamma.sum() > 0
                else np.eye(len(own))[rng.choice(len(own), p=own)]
            )
        rows.append(rng.multinomial(size, own))
    return np.array(rows)
