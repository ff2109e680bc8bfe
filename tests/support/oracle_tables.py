"""What `oracle` says of several columns together, of pairs of values, and of evidence."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import pandas as pd

from tests.support.oracle import (
    NAN,
    REAL,
    ZERO,
    Key,
    Row,
    Settings,
    Weights,
    cells,
    entropy_term,
    in_key_order,
    in_order,
    is_whole,
    levels,
    listed,
    log,
    log_base,
    number,
    real,
    row_keys,
    row_weights,
    score,
    settings_of,
    unit_of,
)


@dataclass
class Cells:
    """The weights of the combinations of values in a group, and of the rows that lack a value."""

    counts: Weights
    missing: Fraction = ZERO

    @property
    def n(self) -> Fraction:
        return sum(self.counts.values(), ZERO)

    def margin(self, places: tuple[int, ...]) -> Weights:
        found: Weights = {}
        for values, weight in self.counts.items():
            part = tuple(values[place] for place in places)
            found[part] = found.get(part, ZERO) + weight
        return found

    def entropy(self, places: tuple[int, ...]) -> Any:
        terms = (entropy_term(weight / self.n, ZERO) for weight in self.margin(places).values())
        return sum(terms, REAL.mpf(0))


def counted(frame: pd.DataFrame, columns: list[Any], settings: Settings) -> dict[Key, Cells]:
    """Count the combinations of values in each group, row by row."""
    found: dict[Key, Cells] = {} if settings.by else {(): Cells({})}
    rows = zip(*(cells(frame, column) for column in columns), strict=True)
    keys, weights = row_keys(frame, settings.by), row_weights(frame, settings.weights)
    for key, values, weight in zip(keys, rows, weights, strict=True):
        group = found.setdefault(key, Cells({}))
        lacks = None in values
        if lacks:
            group.missing += weight
        if weight > 0 and not (lacks and settings.dropna):
            group.counts[values] = group.counts.get(values, ZERO) + weight
    return found


def _measured(
    name: str,
    heads: Row,
    signs: dict[tuple[int, ...], int],
    frame: pd.DataFrame,
    columns: list[Any],
    keywords: dict[str, Any],
) -> list[Row]:
    settings = settings_of(**keywords)
    whole = is_whole(frame, settings.weights)
    groups = counted(frame, columns, settings)
    rows: list[Row] = []
    for key in in_key_order(groups, frame, settings.by):
        group, value = groups[key], NAN
        if group.n:
            value = score((s * group.entropy(places) for places, s in signs.items()), settings.base)
        rows.append(
            {
                **dict(zip(settings.by, key, strict=True)),
                **heads,
                "n": number(group.n, whole),
                "n_missing": number(group.missing, whole),
                "categories": len(group.counts),
                name: 0.0 if abs(value) < 1e-40 else value,  # what 50 digits leave of a difference
                "unit": unit_of(settings.base),
            }
        )
    return rows


def total_correlation(frame: pd.DataFrame, columns: list[Any], **keywords: Any) -> list[Row]:
    """Return the sum of the entropies less the joint one, a row per group."""
    every = tuple(range(len(columns)))
    heads: Row = {"column": ", ".join(map(str, columns))}
    signs: dict[tuple[int, ...], int] = {(place,): 1 for place in every}
    signs[every] = -1
    return _measured("total_correlation", heads, signs, frame, columns, keywords)


def interaction_information(
    frame: pd.DataFrame, x: Any, y: Any, given: Any, **keywords: Any
) -> list[Row]:
    """Return I(X; Y) - I(X; Y | Z) from seven entropies, a row per group."""
    heads: Row = {"x": str(x), "y": str(y), "given": str(given)}
    signs: dict[tuple[int, ...], int]
    signs = {(0,): 1, (1,): 1, (2,): 1, (0, 1): -1, (0, 2): -1, (1, 2): -1, (0, 1, 2): 1}
    return _measured("interaction_information", heads, signs, frame, [x, y, given], keywords)


def pointwise_information(
    frame: pd.DataFrame, x: Any, y: Any, *, given: Any = None, **keywords: Any
) -> list[Row]:
    """Return a row per group and pair of values that occurs, in the order of the values."""
    settings = settings_of(**keywords)
    whole = is_whole(frame, settings.weights)
    columns = [x, y] if given is None else [x, y, given]
    names = ["x", "y", "given"][: len(columns)]
    groups = counted(frame, columns, settings)
    rank = [
        {value: i for i, value in enumerate(in_order(cells(frame, name), levels(frame, name)))}
        for name in columns
    ]
    rows: list[Row] = []
    for key in in_key_order(groups, frame, settings.by):
        group = groups[key]
        z = group.margin((2,) if given is not None else ())
        xz = group.margin((0, 2) if given is not None else (0,))
        yz = group.margin((1, 2) if given is not None else (1,))
        for values in sorted(
            group.counts, key=lambda values: [r[v] for r, v in zip(rank, values, strict=True)]
        ):
            count, rest = group.counts[values], values[2:]
            ratio = count * z[rest] / (xz[(values[0], *rest)] * yz[(values[1], *rest)])
            information = log(ratio) / log_base(settings.base)
            rows.append(
                {
                    **dict(zip(settings.by, key, strict=True)),
                    **dict(zip(names, map(str, columns), strict=True)),
                    **{f"category_{name}": v for name, v in zip(names, values, strict=True)},
                    "count": number(count, whole),
                    "probability": float(count / group.n),
                    "pointwise_information": float(information),
                    "contribution": float(real(count / group.n) * information),
                    "unit": unit_of(settings.base),
                }
            )
    return rows


def weight_of_evidence(
    frame: pd.DataFrame, column: Any, target: Any, *, event: Any, **keywords: Any
) -> list[Row]:
    """Return a row per group and category that occurs beside any target, in their order."""
    settings = settings_of(**{"dropna": False, "smoothing": Fraction(1, 2), **keywords})
    whole = is_whole(frame, settings.weights)
    sides: dict[Key, list[Weights]] = {} if settings.by else {(): [{}, {}]}
    missing: dict[Key, Fraction] = {}
    read = zip(
        row_keys(frame, settings.by),
        cells(frame, column),
        cells(frame, target),
        row_weights(frame, settings.weights),
        strict=True,
    )
    for key, value, outcome, weight in read:
        both = sides.setdefault(key, [{}, {}])
        if outcome is None or (value is None and settings.dropna):
            missing[key] = missing.get(key, ZERO) + weight
        elif weight > 0:
            side = both[outcome not in listed(event)]
            side[value] = side.get(value, ZERO) + weight
    found = {value for both in sides.values() for side in both for value in side}
    alphabet = in_order(found, levels(frame, column))
    size = len(alphabet)
    named: dict[Any, Any] = {
        "laplace": 1,
        "jeffreys": Fraction(1, 2),
        "perks": Fraction(1, max(size, 1)),
        None: 0,
    }
    rule = settings.smoothing
    alpha = Fraction(named[rule] if rule is None or isinstance(rule, str) else rule)
    rows: list[Row] = []
    for key in in_key_order(sides, frame, settings.by):
        events, others = sides[key]
        lists = []
        for value in alphabet:
            p, q = (
                (side.get(value, ZERO) + alpha) / (sum(side.values(), ZERO) + alpha * size)
                if events and others
                else None
                for side in (events, others)
            )
            lists.append((value, p, q, _evidence(p, q)))
        terms = [_term(p, q, evidence) for _, p, q, evidence in lists]
        for (value, p, q, evidence), term in zip(lists, terms, strict=True):
            rows.append(
                {
                    **dict(zip(settings.by, key, strict=True)),
                    "column": str(column),
                    "target": str(target),
                    "category": value,
                    "count_event": number(events.get(value, ZERO), whole),
                    "count_other": number(others.get(value, ZERO), whole),
                    "n_missing": number(missing.get(key, ZERO), whole),
                    "share_event": NAN if p is None else float(p),
                    "share_other": NAN if q is None else float(q),
                    "weight_of_evidence": float(evidence),
                    "contribution": float(term),
                    "information_value": float(sum(terms, REAL.mpf(0))),
                    "unit": "nat",
                }
            )
    return rows


def _evidence(p: Fraction | None, q: Fraction | None) -> Any:
    if p is None or q is None or not (p or q):
        return NAN
    if not p or not q:
        return REAL.inf if p else -REAL.inf
    return log(p / q)


def _term(p: Fraction | None, q: Fraction | None, evidence: Any) -> Any:
    if p is None or q is None:
        return REAL.mpf(NAN)
    return real(p - q) * evidence if p or q else REAL.mpf(0)
