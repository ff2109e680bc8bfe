"""What `oracle` says of two columns together, from the counts of their pairs of values."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pandas as pd

from tests.support.oracle import (
    NAN,
    ZERO,
    Row,
    Side,
    Weights,
    entropy_term,
    in_key_order,
    is_whole,
    number,
    score,
    settings_of,
    tally,
    unit_of,
)

PAIR = "a pair"  # the name of the column of pairs, which no frame has


def pairs(frame: pd.DataFrame, x: Any, y: Any) -> pd.Series[Any]:
    """Return both values of each row, None where one of them is missing."""
    cells = zip(frame[x].astype(object), frame[y].astype(object), strict=True)
    both = [None if pd.isna(a) or pd.isna(b) else (a, b) for a, b in cells]
    return pd.Series(both, dtype=object, index=frame.index)


def informed(
    name: str,
    heads: tuple[str, str],
    of: Callable[[Weights], list[Any]],
    frame: pd.DataFrame,
    x: Any,
    y: Any,
    keywords: dict[str, Any],
) -> list[Row]:
    """Return a row per group; missing values leave the pairs."""
    settings = settings_of(**keywords)
    if not settings.dropna:
        raise ValueError("Pairs with a missing value are not counted here.")
    whole = is_whole(frame, settings.weights)
    groups = tally(frame.assign(**{PAIR: pairs(frame, x, y)}), PAIR, settings)
    return [
        {
            **dict(zip(settings.by, key, strict=True)),
            **dict(zip(heads, (str(x), str(y)), strict=True)),
            "n": number(groups[key].n, whole),
            "n_missing": number(groups[key].missing, whole),
            "categories": len(groups[key].counts),
            name: exactly(score(of(shares(groups[key])), settings.base)) if groups[key].n else NAN,
            "unit": unit_of(settings.base),
        }
        for key in in_key_order(groups, frame, settings.by)
    ]


def exactly(value: float) -> float:
    """Return 0 for what is left of a difference after 50 digits."""
    return 0.0 if abs(value) < 1e-40 else value


def shares(side: Side) -> Weights:
    return {value: count / side.n for value, count in side.counts.items()}


def margin(joint: Weights, place: int) -> Weights:
    found: Weights = {}
    for pair, share in joint.items():
        found[pair[place]] = found.get(pair[place], ZERO) + share
    return found


def surprise(distribution: Weights) -> Any:
    return sum((entropy_term(share, ZERO) for share in distribution.values()), Fraction(0))


def mutual_information(frame: pd.DataFrame, x: Any, y: Any, **keywords: Any) -> list[Row]:
    """Return H(X) + H(Y) - H(X, Y), to 50 digits, a row per group."""

    def of(joint: Weights) -> list[Any]:
        return [surprise(margin(joint, 0)), surprise(margin(joint, 1)), -surprise(joint)]

    return informed("mutual_information", ("x", "y"), of, frame, x, y, keywords)


def conditional_entropy(frame: pd.DataFrame, x: Any, given: Any, **keywords: Any) -> list[Row]:
    """Return H(X, Y) - H(Y), a row per group."""

    def of(joint: Weights) -> list[Any]:
        return [surprise(joint), -surprise(margin(joint, 1))]

    return informed("conditional_entropy", ("column", "given"), of, frame, x, given, keywords)


def variation_of_information(frame: pd.DataFrame, x: Any, y: Any, **keywords: Any) -> list[Row]:
    """Return 2 H(X, Y) - H(X) - H(Y), a row per group."""

    def of(joint: Weights) -> list[Any]:
        apart = surprise(margin(joint, 0)) + surprise(margin(joint, 1))
        return [2 * surprise(joint), -apart]

    return informed("variation_of_information", ("x", "y"), of, frame, x, y, keywords)
