"""What `oracle` says of one distribution, by its definitions in exact fractions and 50 digits."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pandas as pd

from tests.support.oracle import (
    NAN,
    REAL,
    ZERO,
    Row,
    alphabet_of,
    cross_entropy_term,
    default_columns,
    in_key_order,
    is_whole,
    listed,
    log,
    log_base,
    number,
    real,
    settings_of,
    smoothed,
    tally,
    unit_of,
)


def shannon(shares: list[Fraction]) -> Any:
    """Return H in nats."""
    return sum((cross_entropy_term(share, share) for share in shares), REAL.mpf(0))


def hill(shares: list[Fraction], order: float) -> Any:
    """Return how many equally frequent categories are as diverse."""
    if order == 0:
        return REAL.mpf(len(shares))
    if order == 1:
        return REAL.exp(shannon(shares))
    if order == math.inf:
        return 1 / real(max(shares))
    powers = sum((real(share) ** order for share in shares), REAL.mpf(0))
    return powers ** (1 / (1 - REAL.mpf(order)))


def tsallis(shares: list[Fraction], order: float) -> Any:
    """Return what it is in nats at order 1, and without unit at others."""
    if order in (1, math.inf):
        return shannon(shares) if order == 1 else REAL.mpf(0)
    powers = sum((real(share) ** order for share in shares), REAL.mpf(0))
    return (1 - powers) / (REAL.mpf(order) - 1)


def value(measure: Any, shares: list[Fraction], size: int, base: Any) -> float:
    """Measure the shares that are above 0, of an alphabet of a size."""
    name, order = measure if isinstance(measure, tuple) else (measure, 1)
    found: dict[str, Callable[[], Any]] = {
        "entropy": lambda: shannon(shares) / log_base(base),
        "perplexity": lambda: hill(shares, 1),
        "normalized_entropy": lambda: shannon(shares) / log(Fraction(size)) if size > 1 else 0,
        "richness": lambda: len(shares),
        "gini_simpson": lambda: 1 - real(sum((share * share for share in shares), ZERO)),
        "berger_parker": lambda: real(max(shares)),
        "hill_number": lambda: hill(shares, order),
        "renyi_entropy": lambda: REAL.log(hill(shares, order)) / log_base(base),
        "tsallis_entropy": lambda: tsallis(shares, order),
    }
    return float(found[name]())


def diversity(
    frame: pd.DataFrame, columns: Any = None, *, measures: list[Any], **keywords: Any
) -> list[Row]:
    """Return the measures of each column in each group."""
    settings = settings_of(**keywords)
    names = listed(columns) or default_columns(frame, settings)
    whole = is_whole(frame, settings.weights)
    tallies = [tally(frame, name, settings) for name in names]
    rows: list[Row] = []
    for key in in_key_order(tallies[0], frame, settings.by):
        for name, groups in zip(names, tallies, strict=True):
            side = groups[key]
            alphabet = alphabet_of(groups.values(), [(frame, name)], settings)
            found = dict.fromkeys(map(shown, measures), NAN)
            if side.n:
                shares = [one for one in smoothed(side, alphabet, settings).values() if one]
                for one in measures:
                    found[shown(one)] = value(one, shares, len(alphabet), settings.base)
            rows.append(
                {
                    **dict(zip(settings.by, key, strict=True)),
                    "column": str(name),
                    "n": number(side.n, whole),
                    "n_missing": number(side.missing, whole),
                    "categories": len(side.counts),
                    **found,
                    "unit": unit_of(settings.base),
                }
            )
    return rows


def shown(measure: Any) -> str:
    """Return the name of a column."""
    return f"{measure[0]}({measure[1]:g})" if isinstance(measure, tuple) else str(measure)
