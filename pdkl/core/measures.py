"""Every measure as one record: a term per outcome, summed over the alphabet."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pdkl.core.numerics import FloatArray, deviance, log_ratio
from pdkl.core.pairs import Pairs


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A measure of one distribution P, or of P against Q.

    Parameters
    ----------
    name : str
        Its name, also that of its column.
    term : callable
        From `Pairs` to one value per entry, in nats where the measure has a unit, and 0 where
        p = q = 0. The sum of the terms is the measure.
    contribution : callable, optional
        The customary share of each outcome, where it is not the term itself: shares that may be
        negative and sum to the measure, whereas the terms are free of cancellation.
    log_power : float
        1 for a measure in units of log, 0 for one without unit.
    upper : float
        The largest value that a distribution can reach, in nats; all measures are at least 0.
    divides_by_q : bool
        Whether ``zeros`` applies: the measure is infinite where q = 0 < p.
    summary : str
        Formula and source.
    """

    name: str
    term: Callable[[Pairs], FloatArray]
    contribution: Callable[[Pairs], FloatArray] | None = None
    log_power: float = 1.0
    upper: float = math.inf
    divides_by_q: bool = False
    summary: str

    def value(self, pairs: Pairs, log_base: float) -> FloatArray:
        """Measure each comparison; NaN where a side has no mass."""
        total = np.minimum(pairs.sum(self.term(pairs)), self.upper)
        total = total / log_base**self.log_power + 0.0
        return np.where((pairs.total_p > 0) & (pairs.total_q > 0), total, np.nan)

    def shares(self, pairs: Pairs, log_base: float) -> FloatArray:
        """Give each outcome's contribution; NaN where a side has no mass."""
        share = (self.contribution or self.term)(pairs) / log_base**self.log_power + 0.0
        mass = (pairs.total_p > 0) & (pairs.total_q > 0)
        return np.where(mass[pairs.comparison], share, np.nan)


def _entropy(pairs: Pairs) -> FloatArray:
    return _weighted(pairs.p, pairs.surprisal_p)


def _cross_entropy(pairs: Pairs) -> FloatArray:
    return _weighted(pairs.p, pairs.surprisal_q)


def _kl_divergence(pairs: Pairs) -> FloatArray:
    return deviance(pairs.p, pairs.q, pairs.difference)


def _kl_contribution(pairs: Pairs) -> FloatArray:
    return _weighted(pairs.p, log_ratio(pairs.p, pairs.q, pairs.difference))


def _js_divergence(pairs: Pairs) -> FloatArray:
    # P, Q and M at twice their size: halving p + q could make a subnormal M vanish
    p, q, d = 2.0 * pairs.p, 2.0 * pairs.q, pairs.difference
    return 0.25 * (deviance(p, pairs.p + pairs.q, d) + deviance(q, pairs.p + pairs.q, -d))


def _weighted(p: FloatArray, value: FloatArray) -> FloatArray:
    """``p * value``, and 0 at p = 0 whatever the value."""
    return np.multiply(p, value, out=np.zeros_like(p), where=p > 0)


MEASURES: dict[str, Measure] = {
    measure.name: measure
    for measure in (
        Measure(
            name="entropy",
            term=_entropy,
            summary="H(P) = -sum p log p; Shannon (1948).",
        ),
        Measure(
            name="cross_entropy",
            term=_cross_entropy,
            divides_by_q=True,
            summary="H(P, Q) = -sum p log q; Cover and Thomas (2006).",
        ),
        Measure(
            name="kl_divergence",
            term=_kl_divergence,
            contribution=_kl_contribution,
            divides_by_q=True,
            summary="KL(P || Q) = sum p log(p / q); Kullback and Leibler (1951).",
        ),
        Measure(
            name="js_divergence",
            term=_js_divergence,
            upper=math.log(2.0),
            summary="JS(P, Q) = (KL(P || M) + KL(Q || M)) / 2, M = (P + Q) / 2; Lin (1991).",
        ),
    )
}
