"""The terms of the measures of ordered values: of cumulative shares, and of gaps between values."""

from __future__ import annotations

import numpy as np

from pdkl.core.counts.steps import Steps
from pdkl.core.measures.terms import weighted
from pdkl.core.numerics.exact import FloatArray


def distance(steps: Steps) -> FloatArray:
    """``|F - G|``."""
    return np.abs(steps.difference)


def area(steps: Steps) -> FloatArray:
    """``|F - G|`` times the gap: the area between both functions up to the next value."""
    return weighted(distance(steps), steps.gap)


def area_in_spreads(steps: Steps) -> FloatArray:
    """``|F - G|`` times the gap in standard deviations of Q, infinite where Q has none."""
    found, spread = area(steps), steps.spread[steps.comparison]
    return np.divide(found, spread, out=np.where(found > 0, np.inf, 0.0), where=spread > 0)
