"""What scores are made of, as closed forms need it: terms, how they are joined and finished."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

import numpy as np

from pdkl.core.counts.pairs import Pairs
from pdkl.core.counts.smoothing import Smoothing
from pdkl.core.inference.cells import Evaluate
from pdkl.core.inference.tail import Finish, as_it_is
from pdkl.core.numerics.exact import FloatArray, IntArray


class Measured(Protocol):
    """What `pdkl.core.measures.measure.Measure` says of a measure."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def term(self) -> Callable[[Pairs], FloatArray]:
        """What an outcome adds."""

    @property
    def reduce(self) -> Literal["sum", "max"]:
        """How terms become a total."""

    @property
    def finish(self) -> Callable[[FloatArray, Pairs], FloatArray] | None:
        """From the total to the measure, in nats."""

    @property
    def from_counts(self) -> Callable[[Any], FloatArray] | None:
        """What takes the place of terms."""

    @property
    def summand(self) -> Callable[[Pairs], FloatArray] | None:
        """What an outcome adds to that, up to what the number of rows alone decides."""

    @property
    def drawn(self) -> bool:
        """Whether no closed form will do."""

    def total(self, pairs: Pairs) -> FloatArray:
        """Return what is finished."""

    @property
    def log_power(self) -> float:
        """The power of its unit."""

    @property
    def lower(self) -> float:
        """Its smallest value."""

    @property
    def upper_bound(self) -> Callable[[int, float], float]:
        """Its largest value."""


@dataclass(frozen=True)
class Scores:
    """What was measured of some comparisons, and how.

    Parameters
    ----------
    measures : sequence of Measure
        Those for which `is_closed`.
    observed : sequence of float64 arrays
        The values of each, one per comparison, smoothing included.
    log_base : float
        The natural logarithm of the base of their logarithms.
    smoothing : Smoothing, optional
        The pseudo-counts in them: of both sides, or of P alone where the null is "fixed".
    """

    measures: Sequence[Measured]
    observed: Sequence[FloatArray]
    log_base: float = 1.0
    smoothing: Smoothing | None = None

    def only(self, comparisons: IntArray) -> Scores:
        """Return those of some comparisons."""
        return replace(self, observed=[values[comparisons] for values in self.observed])


def is_closed(measure: Measured) -> bool:
    """Tell whether a measure is a sum, or a maximum, over categories; others must be drawn.

    So must be those that say so, and those for which ``zeros`` is "drop" or a floor, which change
    all categories together.
    """
    return not measure.drawn and (measure.from_counts is None or measure.summand is not None)


class Terms:
    """The terms of measures as functions of raw nodes: smoothing shifts counts and totals."""

    def __init__(self, scores: Scores, *, fixed: bool) -> None:
        self.smoothing, self.fixed = scores.smoothing, fixed

    def of(self, measures: Sequence[Measured]) -> Evaluate:
        """Return how to evaluate some measures."""

        def evaluate(pairs: Pairs) -> list[FloatArray]:
            shifted = self._shifted(pairs)
            return [(one.summand or one.term)(shifted) for one in measures]

        return evaluate

    def _shifted(self, pairs: Pairs) -> Pairs:
        if self.smoothing is None:
            return pairs
        scale, pseudo = self.smoothing.scale_and_pseudo(pairs.alphabet)
        more = pseudo * pairs.alphabet
        shifted = replace(
            pairs, count_p=pairs.count_p * scale + pseudo, total_p=pairs.total_p * scale + more
        )
        if self.fixed:
            return shifted
        return replace(
            shifted, count_q=pairs.count_q * scale + pseudo, total_q=pairs.total_q * scale + more
        )


def is_kinked(measure: Measured) -> bool:
    """Tell whether a term has a kink at p = q, as |p - q| has, by its second difference."""
    middle, step, total = 2.0**38, 2.0**20, np.full(1, 2.0**40)
    count = np.array([middle - step, middle, middle + step])
    at, same = np.zeros(3, dtype=np.int64), np.full(3, middle)
    term = measure.term(Pairs(at, at, count, same, np.ones(3), total, total, 4))
    return bool(abs(term[0] + term[2] - 2.0 * term[1]) > 1e-3 * step / total[0])


def finish_of(measure: Measured, alphabet: int) -> Finish:
    """Return how totals that nothing was counted for become the measure, in nats."""
    last = measure.finish
    if last is None:
        return as_it_is
    nothing, none = np.empty(0), np.empty(0, dtype=np.int64)

    def finish(total: FloatArray) -> FloatArray:
        ones = np.ones(len(total))
        return last(total, Pairs(none, none, nothing, nothing, nothing, ones, ones, alphabet))

    return finish


def within(values: FloatArray, measure: Measured, alphabet: int, log_base: float) -> FloatArray:
    """Clip finite values to the bounds of a measure."""
    bounded = np.clip(values, measure.lower, measure.upper_bound(alphabet, log_base))
    return np.where(np.isinf(values), values, bounded)
