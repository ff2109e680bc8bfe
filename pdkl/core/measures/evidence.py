"""Weight of evidence: how much oftener a category is found among events than among others."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pdkl.core.counts.counts import Counts
from pdkl.core.counts.pairs import align_full
from pdkl.core.counts.smoothing import Smoothing, fill_alphabet
from pdkl.core.measures.catalogue import MEASURES
from pdkl.core.numerics.exact import FloatArray, log_ratio


@dataclass(frozen=True)
class Evidence:
    """The weight of evidence of each category in each group, group by group; NaN without events.

    Parameters
    ----------
    share_event, share_other : float64 array
        The shares of the category among events and among others, smoothed.
    weight : float64 array
        The logarithm of one over the other.
    contribution : float64 array
        What the category adds to the information value.
    information_value : float64 array
        That of its group.
    """

    share_event: FloatArray
    share_other: FloatArray
    weight: FloatArray
    contribution: FloatArray
    information_value: FloatArray


def weigh(events: Counts, others: Counts, smoothing: Smoothing | None) -> Evidence:
    """Weigh every outcome in each group; the information value is the PSI of events and others."""
    size = events.n_outcomes
    pairs = replace(align_full(events, others, np.arange(size)), alphabet=size)
    if smoothing is not None:
        scale, pseudo = smoothing.scale_and_pseudo(size)
        pairs = fill_alphabet(pairs, size, p=pseudo, q=pseudo, scale_p=scale, scale_q=scale)
    both = (events.totals > 0) & (others.totals > 0)
    psi, at = MEASURES["psi"], pairs.comparison

    def known(values: FloatArray) -> FloatArray:
        return np.where(both[at], values, np.nan)

    return Evidence(
        known(pairs.p),
        known(pairs.q),
        known(log_ratio(pairs.p, pairs.q, pairs.difference) + 0.0),
        known(psi.shares(pairs, 1.0)),
        known(psi.value(pairs, 1.0)[at]),
    )
