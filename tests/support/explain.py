"""explain as tests ask for it, and what it splits by sums over plain dicts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pandas as pd

import pdkl

Cells = dict[tuple[Any, ...], Fraction]
SIZES = ["n", "n_reference", "n_missing", "n_missing_reference"]
TESTED = ["contribution", "share", "expected", "excess", "noise_floor"]


def explain(p: pd.DataFrame, q: pd.DataFrame, *args: Any, **keywords: Any) -> pd.DataFrame:
    keywords = {"n_resamples": 39, "rng": 0, "progress": False} | keywords
    return pdkl.InfoTheory(p).explain(q, *args, **keywords)


def shares(frame: pd.DataFrame, columns: Sequence[str]) -> Cells:
    """Share of each combination; missing is a value like others."""
    rows = [
        tuple(None if pd.isna(value) else value for value in row)
        for row in frame[list(columns)].itertuples(index=False, name=None)
    ]
    return {cell: Fraction(count, len(rows)) for cell, count in Counter(rows).items()}


def divergence(p: Cells, q: Cells, measure: str) -> mpmath.mpf:
    """The textbook formula with 60 digits."""
    with mpmath.workdps(60):

        def kl(left: Cells, right: Cells) -> mpmath.mpf:
            total = mpmath.mpf(0)
            for cell, share in left.items():
                if right.get(cell, 0) == 0:
                    return mpmath.inf
                ratio = share / right[cell]
                total += (
                    mpmath.mpf(share.numerator)
                    / share.denominator
                    * mpmath.log(mpmath.mpf(ratio.numerator) / ratio.denominator)
                )
            return total

        if measure == "kl_divergence":
            return kl(p, q)
        middle = {cell: (p.get(cell, 0) + q.get(cell, 0)) / Fraction(2) for cell in {**p, **q}}
        return (kl(p, middle) + kl(q, middle)) / 2


def joint(p: pd.DataFrame, q: pd.DataFrame, columns: Sequence[str], measure: str) -> mpmath.mpf:
    if not columns:
        return mpmath.mpf(0)
    return divergence(shares(p, columns), shares(q, columns), measure)


def frames(seed: int, n: int = 400, m: int = 300) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Two frames of which every column changed, given the others too."""
    rng = np.random.default_rng(seed)

    def side(n: int, shift: float) -> pd.DataFrame:
        a = rng.choice(["x", "y", "z"], n, p=[0.5 - shift, 0.3, 0.2 + shift])
        b = (rng.random(n) < 0.3 + 2 * shift * (a == "x")).astype(int)
        c = pd.Series(rng.choice(["u", "v"], n, p=[0.6 - shift, 0.4 + shift])).astype("category")
        d = rng.choice([True, False], n)
        return pd.DataFrame({"a": a, "b": b, "c": c, "d": d})

    return side(n, 0.2), side(m, 0.0)
