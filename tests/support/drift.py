"""Drift as tests ask for it, and its scores by a slow computation."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from typing import Any

import pandas as pd

from pdkl import InfoTheory

COLUMNS = [
    *("column", "status", "measure", "score", "excess", "noise_floor", "p_adjusted"),
    *("top_category", "top_contribution", "note", "kind", "threshold", "alpha"),
    *("n", "n_reference", "missing", "missing_reference"),
    *("categories", "new_categories", "gone_categories", "unseen", "vanished", "out_of_range"),
    "p_value",
]


def drift(today: pd.DataFrame, reference: pd.DataFrame, *args: Any, **keywords: Any) -> Any:
    return InfoTheory(today).drift(reference, *args, **{"rng": 0, **keywords})


def row(today: Any, reference: Any, **keywords: Any) -> pd.Series[Any]:
    """Compare two columns of raw values."""
    result = drift(pd.DataFrame({"x": today}), pd.DataFrame({"x": reference}), **keywords)
    assert len(result) == 1
    found: pd.Series[Any] = result.iloc[0]
    return found


def repeated(counts: dict[Any, int]) -> list[Any]:
    return [value for value, number in counts.items() for _ in range(number)]


def slow(today: Iterable[Any], reference: Iterable[Any]) -> dict[str, float]:
    """Compute the scores with dictionaries, as the definitions have them."""
    counts = Counter(today), Counter(reference)
    every = counts[0].keys() | counts[1].keys()
    p, q = ({k: side[k] / side.total() for k in every} for side in counts)
    m = {k: (p[k] + q[k]) / 2 for k in every}

    js = {k: sum(s[k] * math.log2(s[k] / m[k]) for s in (p, q) if s[k]) / 2 for k in every if m[k]}
    top = max(js.values())
    return {
        "score": math.sqrt(max(sum(js.values()), 0.0)),
        "unseen": sum(p[k] for k in every if not q[k]),
        "vanished": sum(q[k] for k in every if not p[k]),
        "categories": len(every),
        "new_categories": sum(not q[k] for k in every),
        "gone_categories": sum(not p[k] for k in every),
        "top_contribution": max(top, 0.0),
    }
