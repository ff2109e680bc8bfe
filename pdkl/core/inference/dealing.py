"""How the rows of comparisons are dealt to their categories, in one stage."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from pdkl.core.counts.pairs import Pairs
from pdkl.core.inference.cells import Cells, Evaluate, Join
from pdkl.core.inference.few import Tables, all_tables
from pdkl.core.inference.maximum import Look
from pdkl.core.inference.nodes import Rule
from pdkl.core.inference.samplers import Null
from pdkl.core.inference.statistics import half_g_terms
from pdkl.core.inference.tail import Moments
from pdkl.core.inference.urn import EXCHANGE, REPLACE
from pdkl.core.numerics.exact import FloatArray, IntArray, sum_in_order


class Dealing(Protocol):
    """How the rows of some comparisons come to be where they are, if nothing differs."""

    def moments(self, evaluate: Evaluate, rule: Rule, *, with_g: bool) -> list[Moments]:
        """Return the moments of sums over categories, G in front of them if asked for."""

    def looks(self, evaluate: Evaluate) -> Iterator[Look]:
        """Show the categories one by one, for a maximum over them."""

    def tables(self, evaluate: Evaluate, joins: Sequence[Join]) -> Tables:
        """List all tables of comparisons that have few, with G and the statistics of each."""

    def log_probability(self) -> FloatArray:
        """Return the logarithm of the probability of what occurred."""


@dataclass(frozen=True)
class OneStage:
    """Rows that are dealt to all categories at once.

    Parameters
    ----------
    pairs : Pairs
        What occurred: whole counts, and rows on both sides.
    cells : Cells
        The categories.
    null : {"permutation", "subset", "fixed"}
        The null, which G depends on.
    """

    pairs: Pairs
    cells: Cells
    null: Null

    @classmethod
    def of(cls, pairs: Pairs, null: Null, *, absent: bool = False) -> OneStage:
        """Deal rows as the null says; ``absent`` adds the categories that no side has."""
        alpha = _balls(pairs, null)
        law = REPLACE if null == "fixed" else EXCHANGE
        fixed = None if null == "permutation" else pairs.count_q
        urn, alpha, fixed, times = with_absent(pairs, alpha, fixed, absent=absent)
        cells = Cells.of(
            law,
            urn,
            alpha,
            n=pairs.total_p,
            fixed=fixed,
            times=times,
            totals=(pairs.total_p, pairs.total_q),
            alphabet=pairs.alphabet,
        )
        return cls(pairs, cells, null)

    @classmethod
    def again(cls, pairs: Pairs, *, absent: bool = False) -> OneStage:
        """Draw P again from what it has, with replacement; Q is fixed."""
        urn, alpha, fixed, times = with_absent(pairs, pairs.count_p, pairs.count_q, absent=absent)
        cells = Cells.of(
            REPLACE,
            urn,
            alpha,
            n=pairs.total_p,
            fixed=fixed,
            times=times,
            totals=(pairs.total_p, pairs.total_q),
            alphabet=pairs.alphabet,
        )
        return cls(pairs, cells, "fixed")

    def moments(self, evaluate: Evaluate, rule: Rule, *, with_g: bool = False) -> list[Moments]:
        """Return the moments of sums over categories, G in front of them if asked for."""
        return self.cells.moments(g_and(evaluate, self.null) if with_g else evaluate, rule)

    def looks(self, evaluate: Evaluate) -> Iterator[Look]:
        """Show the categories one by one, for a maximum over them."""
        return self.cells.looks(evaluate)

    def tables(self, evaluate: Evaluate, joins: Sequence[Join]) -> Tables:
        """List all tables of comparisons that have few, with G and the statistics of each."""
        return all_tables(self.cells, g_and(evaluate, self.null), [np.add, *joins])

    def log_probability(self) -> FloatArray:
        """Return the logarithm of the probability of what occurred."""
        pairs = self.pairs
        return self.cells.law.log_probability(
            pairs.count_p,
            _balls(pairs, self.null),
            pairs.times,
            self.cells.drawn,
            pairs.comparison,
        )


def g_and(evaluate: Evaluate, null: Null) -> Evaluate:
    """Evaluate G, and then the others."""
    return lambda pairs: [2.0 * half_g_terms(pairs, null), *evaluate(pairs)]


def with_absent(
    pairs: Pairs, alpha: FloatArray, fixed: FloatArray | None, *, absent: bool
) -> tuple[IntArray, FloatArray, FloatArray | None, FloatArray]:
    """Add to each comparison a cell without balls for all categories that no side has.

    Smoothing gives them something. Returned are the comparison, ``alpha``, ``fixed`` and the
    number of each cell.
    """
    held = sum_in_order(pairs.times, pairs.comparison, pairs.size)
    extra = np.flatnonzero(pairs.alphabet > held) if absent else np.empty(0, dtype=np.int64)
    nothing = np.zeros(len(extra))
    return (
        np.concatenate([pairs.comparison, extra]),
        np.concatenate([alpha, nothing]),
        None if fixed is None else np.concatenate([fixed, nothing]),
        np.concatenate([pairs.times, pairs.alphabet - held[extra]]),
    )


def _balls(pairs: Pairs, null: Null) -> FloatArray:
    return pairs.count_p + pairs.count_q if null == "permutation" else pairs.count_q
