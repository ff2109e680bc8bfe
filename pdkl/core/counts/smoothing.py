"""Pseudo-counts, and what happens to a category of probability 0."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pdkl.core.counts.pairs import UNNAMED, Pairs
from pdkl.core.numerics.exact import FloatArray
from pdkl.core.validation import is_number, one_of

SMOOTHINGS = ("laplace", "jeffreys", "perks")
ZEROS = ("inf", "raise", "drop")


@dataclass(frozen=True)
class Smoothing:
    """A pseudo-count for every outcome of the alphabet; ``alpha=None`` means 1/K (Perks)."""

    alpha: float | None

    @classmethod
    def parse(cls, value: Any) -> Smoothing | None:
        """Read the keyword ``smoothing``."""
        if value is None:
            return None
        if is_number(value):
            if 0 < value < np.inf:
                return cls(float(value))
            raise ValueError(
                f"smoothing must be a pseudo-count above 0, in rows; got {value!r}. "
                "Leave it out (None) for no smoothing."
            )
        name = one_of("smoothing", value, SMOOTHINGS, also="a pseudo-count above 0, or None")
        return cls({"laplace": 1.0, "jeffreys": 0.5, "perks": None}[name])

    @property
    def said(self) -> float | str:
        """The pseudo-count, by its name where it depends on the alphabet."""
        return "perks" if self.alpha is None else self.alpha

    def scale_and_pseudo(self, alphabet: int) -> tuple[float, float]:
        """Give (s, a) such that s * count + a is proportional to the smoothed count.

        1/K is rarely a float; K * count + 1 is exact.
        """
        return (float(alphabet), 1.0) if self.alpha is None else (1.0, self.alpha)


def fill_alphabet(
    pairs: Pairs,
    alphabet: int,
    *,
    p: float = 0.0,
    q: float = 0.0,
    scale_p: float = 1.0,
    scale_q: float = 1.0,
) -> Pairs:
    """Scale the counts of either side, then add its pseudo-count to the whole alphabet.

    The outcomes that neither side has become one entry per comparison, `UNNAMED`, which stands for
    all of them.
    """
    held = np.bincount(pairs.comparison, weights=pairs.times, minlength=pairs.size)
    absent = alphabet - held
    extra = np.flatnonzero(absent)
    ones = np.ones(len(extra))
    return replace(
        pairs,
        comparison=np.concatenate([pairs.comparison, extra]),
        outcome=np.concatenate([pairs.outcome, np.full(len(extra), UNNAMED)]),
        count_p=np.concatenate([pairs.count_p * scale_p + p, ones * p]),
        count_q=np.concatenate([pairs.count_q * scale_q + q, ones * q]),
        times=np.concatenate([pairs.times, absent[extra]]),
        total_p=pairs.total_p * scale_p + alphabet * p,
        total_q=pairs.total_q * scale_q + alphabet * q,
    )


def allowed(pairs: Pairs) -> Pairs:
    """Leave out the outcomes that Q excludes; the totals stay as they are."""
    keep = pairs.count_q > 0
    return replace(
        pairs,
        comparison=pairs.comparison[keep],
        outcome=pairs.outcome[keep],
        count_p=pairs.count_p[keep],
        count_q=pairs.count_q[keep],
        times=pairs.times[keep],
    )


def allowed_size(pairs: Pairs) -> int:
    """Return how many outcomes a Q that is the same everywhere does not exclude."""
    held = np.bincount(pairs.comparison, pairs.times * (pairs.count_q > 0), minlength=pairs.size)
    return int(held.max(initial=1))


def smooth_allowed(pairs: Pairs, smoothing: Smoothing) -> Pairs:
    """Give P pseudo-counts of the alphabet that a fixed Q allows, and none of what it excludes."""
    scale, pseudo = smoothing.scale_and_pseudo(pairs.alphabet)
    return replace(
        pairs,
        count_p=pairs.count_p * scale + pseudo * (pairs.count_q > 0),
        total_p=pairs.total_p * scale + pseudo * pairs.alphabet,
    )


def parse_zeros(value: Any) -> str | float:
    """Read the keyword ``zeros``."""
    if is_number(value):
        if 0 < value < 1:
            return float(value)
        raise ValueError(
            f"zeros must be a floor above 0 and below 1; got {value!r}. "
            "For the plain mathematics leave zeros='inf'."
        )
    return one_of("zeros", value, ZEROS, also="a floor above 0 and below 1")


def treat_zeros(pairs: Pairs, zeros: str | float, side: str) -> Pairs:
    """Apply ``zeros`` to the side that is divided by; "inf" and "raise" change nothing."""
    if zeros == "drop":
        return pairs.only((pairs.count_p > 0) & (pairs.count_q > 0))
    if isinstance(zeros, float):
        occurs = (pairs.count_p > 0) | (pairs.count_q > 0)

        def floored(count: FloatArray, total: FloatArray) -> FloatArray:
            # as counts, so that those which are left alone stay exact
            floor = zeros * total[pairs.comparison]
            return np.where(occurs, np.maximum(count, floor), 0.0)

        count_p, count_q = pairs.count_p, pairs.count_q
        if side in ("p", "both"):
            count_p = floored(count_p, pairs.total_p)
        if side in ("q", "both"):
            count_q = floored(count_q, pairs.total_q)
        return pairs.with_counts(count_p, count_q)
    return pairs


def lacking(pairs: Pairs, side: str) -> NDArray[np.bool_]:
    """Tell which entries make a measure infinite that divides by ``side``."""
    has_p, has_q = pairs.count_p > 0, pairs.count_q > 0
    by_q, by_p = has_p & ~has_q, has_q & ~has_p
    return {"q": by_q, "p": by_p, "both": by_q | by_p}[side]
