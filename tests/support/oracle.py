"""A slow second implementation of the measures, row by row and from their definitions alone.

Counts are exact fractions, logarithms have 50 digits, and each function returns a list of plain
rows: dicts whose keys are the columns of the result, with None for whatever is missing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from typing import Any

import pandas as pd
from mpmath import MPContext

Key = tuple[Any, ...]
Weights = dict[Any, Fraction]
Row = dict[str, Any]

NAN = float("nan")
ZERO = Fraction(0)
REAL = MPContext()
REAL.dps = 50


@dataclass(frozen=True)
class Unnamed:
    """A category that an alphabet of a given size has and nobody saw."""

    number: int


@dataclass(frozen=True)
class Side:
    """The weights of one distribution; only categories that occur are in it."""

    counts: Weights
    missing: Fraction = ZERO
    fixed: bool = False

    @property
    def n(self) -> Fraction:
        return sum(self.counts.values(), ZERO)


@dataclass(frozen=True)
class Pair:
    """Two sides, and the groups that they are."""

    key: Key
    reference_key: Key
    p: Side
    q: Side


@dataclass(frozen=True)
class Settings:
    """The keywords that mean the same in every method."""

    by: list[Any]
    weights: Any
    base: Any
    dropna: bool
    alphabet: Any
    zeros: Any
    smoothing: Any
    window: int = 1


def plain(value: Any) -> Any:
    """Return the value, or None for anything that is missing."""
    if value is None or value is pd.NA or value is pd.NaT or value != value:  # noqa: PLR0124
        return None
    return value


def cells(frame: pd.DataFrame, column: Any) -> list[Any]:
    return [plain(value) for value in frame[column].tolist()]


def row_keys(frame: pd.DataFrame, by: list[Any]) -> list[Key]:
    columns = [cells(frame, name) for name in by]
    return [tuple(column[i] for column in columns) for i in range(len(frame))]


def row_weights(frame: pd.DataFrame, weights: Any) -> list[Fraction]:
    if weights is None:
        return [Fraction(1)] * len(frame)
    return [Fraction(weight) for weight in frame[weights].tolist()]


def is_whole(frame: pd.DataFrame, weights: Any) -> bool:
    return weights is None or pd.api.types.is_integer_dtype(frame[weights].dtype)


def levels(frame: pd.DataFrame, column: Any) -> list[Any]:
    dtype = frame[column].dtype
    return dtype.categories.tolist() if isinstance(dtype, pd.CategoricalDtype) else []


def in_order(values: Iterable[Any], declared: list[Any]) -> list[Any]:
    """Sort: declared levels in their order, then the others by value, the missing one last."""
    found = set(values)
    known = [level for level in declared if level in found]
    others = sorted(found - set(known) - {None})
    return [*known, *others, *([None] if None in found else [])]


def in_key_order(keys: Iterable[Key], frame: pd.DataFrame, by: list[Any]) -> list[Key]:
    found = set(keys)
    ranks: list[dict[Any, int]] = []
    for i, name in enumerate(by):
        values = in_order((key[i] for key in found), levels(frame, name))
        ranks.append({value: rank for rank, value in enumerate(values)})
    return sorted(
        found, key=lambda key: [rank[part] for rank, part in zip(ranks, key, strict=True)]
    )


def tally(frame: pd.DataFrame, column: Any, settings: Settings) -> dict[Key, Side]:
    """Count a column in each group; a group exists when it has a row, whatever its weight."""
    counts: dict[Key, Weights] = {} if settings.by else {(): {}}
    missing: dict[Key, Fraction] = {}
    rows = zip(
        row_keys(frame, settings.by),
        cells(frame, column),
        row_weights(frame, settings.weights),
        strict=True,
    )
    for key, value, weight in rows:
        group = counts.setdefault(key, {})
        if value is None:
            missing[key] = missing.get(key, ZERO) + weight
        if weight > 0 and not (value is None and settings.dropna):
            group[value] = group.get(value, ZERO) + weight
    return {key: Side(group, missing.get(key, ZERO)) for key, group in counts.items()}


def pooled(sides: Iterable[Side]) -> Side:
    counts: Weights = {}
    missing = ZERO
    for side in sides:
        missing += side.missing
        for value, weight in side.counts.items():
            counts[value] = counts.get(value, ZERO) + weight
    return Side(counts, missing)


def alphabet_of(
    sides: Iterable[Side], sources: list[tuple[pd.DataFrame, Any]], settings: Settings
) -> list[Any]:
    """List the categories that a column could have, the unnamed ones last."""
    found = {value for side in sides for value in side.counts}
    declared: list[Any] = []
    for frame, column in sources:
        declared += [level for level in levels(frame, column) if level not in declared]
    if settings.alphabet == "declared":
        found |= set(declared)
    named = in_order(found, declared)
    if isinstance(settings.alphabet, int):
        return [*named, *(Unnamed(i) for i in range(settings.alphabet - len(named)))]
    return named


def smoothed(side: Side, alphabet: list[Any], settings: Settings) -> Weights:
    """Return the shares of every category of the alphabet."""
    size = len(alphabet)
    rule = settings.smoothing
    alpha = ZERO
    if rule is not None and not side.fixed:
        names = {"laplace": Fraction(1), "jeffreys": Fraction(1, 2), "perks": Fraction(1, size)}
        alpha = names[rule] if isinstance(rule, str) else Fraction(rule)
    total = side.n + alpha * size
    return {value: (side.counts.get(value, ZERO) + alpha) / total for value in alphabet}


def rescaled(shares: Weights) -> Weights:
    total = sum(shares.values(), ZERO)
    return {value: share / total for value, share in shares.items()}


def as_used(pair: Pair, alphabet: list[Any], settings: Settings) -> tuple[Weights, Weights] | None:
    """Return the shares of both sides after smoothing and zeros; None where there is no value."""
    if not pair.p.n or not pair.q.n:
        return None
    p = smoothed(pair.p, alphabet, settings)
    q = smoothed(pair.q, alphabet, settings)
    if settings.zeros == "drop":
        shared = {value for value in alphabet if p[value] > 0 and q[value] > 0}
        if not shared:
            return None
        p = rescaled({value: p[value] if value in shared else ZERO for value in alphabet})
        q = rescaled({value: q[value] if value in shared else ZERO for value in alphabet})
    elif settings.zeros != "inf":
        floor = Fraction(settings.zeros)
        q = rescaled({v: max(q[v], floor) if p[v] > 0 or q[v] > 0 else ZERO for v in alphabet})
    return p, q


def real(value: Fraction) -> Any:
    return REAL.mpf(value.numerator) / value.denominator


@cache
def log(value: Fraction) -> Any:
    return REAL.log(real(value))


def log_base(base: Any) -> Any:
    names = {"nat": None, "nit": None, "bit": 2, "dit": 10}
    number = names[base] if isinstance(base, str) else base
    return REAL.mpf(1) if number is None else log(Fraction(number))


def unit_of(base: Any) -> str:
    if isinstance(base, str):
        return "nat" if base == "nit" else base
    return {2: "bit", 10: "dit"}.get(base, f"base {base}")


def kl_term(p: Fraction, q: Fraction) -> Any:
    if not p:
        return REAL.mpf(0)
    return real(p) * log(p / q) if q else REAL.inf


def cross_entropy_term(p: Fraction, q: Fraction) -> Any:
    if not p:
        return REAL.mpf(0)
    return -real(p) * log(q) if q else REAL.inf


def js_term(p: Fraction, q: Fraction) -> Any:
    middle = (p + q) / 2
    return (kl_term(p, middle) + kl_term(q, middle)) / 2


def entropy_term(p: Fraction, _: Fraction) -> Any:
    return cross_entropy_term(p, p)


TERMS: dict[str, Callable[[Fraction, Fraction], Any]] = {
    "kl_divergence": kl_term,
    "cross_entropy": cross_entropy_term,
    "js_divergence": js_term,
    "entropy": entropy_term,
}


def listed(columns: Any) -> list[Any]:
    if columns is None:
        return []
    return list(columns) if isinstance(columns, list) else [columns]


def default_columns(frame: pd.DataFrame, settings: Settings) -> list[Any]:
    """List the string, categorical, boolean and object columns that have no other role."""
    types = pd.api.types
    return [
        name
        for name, dtype in frame.dtypes.items()
        if name not in settings.by
        and name != settings.weights
        and (
            types.is_string_dtype(dtype)
            or types.is_object_dtype(dtype)
            or types.is_bool_dtype(dtype)
            or isinstance(dtype, pd.CategoricalDtype)
        )
    ]


def settings_of(
    *,
    by: Any = None,
    weights: Any = None,
    base: Any = "nat",
    dropna: bool = True,
    alphabet: Any = "observed",
    zeros: Any = "inf",
    smoothing: Any = None,
    window: int = 1,
) -> Settings:
    return Settings(listed(by), weights, base, dropna, alphabet, zeros, smoothing, window)


@dataclass(frozen=True)
class Comparison:
    """All pairs of one column, and what its alphabet is."""

    column: Any
    reference: str
    alphabet: list[Any]
    pairs: list[Pair]


def fixed_side(mapping: Mapping[Any, Any], settings: Settings) -> Side:
    counts = {plain(value): Fraction(weight) for value, weight in mapping.items()}
    if settings.dropna:
        counts.pop(None, None)
    return Side({value: weight for value, weight in counts.items() if weight > 0}, fixed=True)


def with_whole(groups: dict[Key, Side], order: list[Key], q: Side) -> list[Pair]:
    return [Pair(key, (), groups[key], q) for key in order]


def side_by_side(groups: dict[Key, Side], others: dict[Key, Side], order: list[Key]) -> list[Pair]:
    empty = Side({})
    return [Pair(key, (), groups.get(key, empty), others.get(key, empty)) for key in order]


def against_pairs(
    groups: dict[Key, Side], order: list[Key], against: str, alphabet: list[Any], window: int
) -> list[Pair]:
    if against == "uniform":
        q = Side({value: Fraction(1, len(alphabet)) for value in alphabet}, fixed=True)
        return with_whole(groups, order, q)
    if against == "all":
        return with_whole(groups, order, pooled(groups.values()))
    if against == "rest":
        return [
            Pair(key, (), groups[key], pooled(side for k, side in groups.items() if k != key))
            for key in order
        ]
    if against == "pairs":
        return [Pair(a, b, groups[a], groups[b]) for a in order for b in order if a != b]
    pairs: list[Pair] = []
    for i, key in enumerate(order):
        before = [other for other in order[:i] if other[:-1] == key[:-1]]
        if before:
            together = before[-window:]
            pairs.append(
                Pair(key, together[0], groups[key], pooled(groups[one] for one in together))
            )
        else:
            pairs.append(Pair(key, (None,) * len(key), groups[key], Side({})))
    return pairs


def comparison(
    frame: pd.DataFrame,
    column: Any,
    other: Any,
    reference: Any,
    against: str | None,
    match: bool | None,
    several: bool,
    settings: Settings,
) -> Comparison:
    """Line up one column with what it is compared with."""
    by = settings.by
    groups = tally(frame, column, settings)
    order = in_key_order(groups, frame, by)
    source = (frame, column)
    sides = list(groups.values())
    if other is not None:
        others = tally(frame, other, settings)
        alphabet = alphabet_of([*sides, *others.values()], [source, (frame, other)], settings)
        return Comparison(column, str(other), alphabet, side_by_side(groups, others, order))
    if isinstance(reference, pd.DataFrame):
        whole = tally(reference, column, replace(settings, by=[]))[()]
        alphabet = alphabet_of([*sides, whole], [source, (reference, column)], settings)
        matched = all(key in reference.columns for key in by) if match is None else match
        if matched:
            others = tally(reference, column, settings)
            order = in_key_order([*groups, *others], frame, by)
            return Comparison(column, "frame", alphabet, side_by_side(groups, others, order))
        return Comparison(column, "frame", alphabet, with_whole(groups, order, whole))
    if isinstance(reference, Mapping):
        q = fixed_side(reference[column] if several else reference, settings)
        alphabet = alphabet_of([*sides, q], [source], settings)
        return Comparison(column, "mapping", alphabet, with_whole(groups, order, q))
    alphabet = alphabet_of(sides, [source], settings)
    if against is not None:
        pairs = against_pairs(groups, order, against, alphabet, settings.window)
        return Comparison(column, against, alphabet, pairs)
    label = reference if len(by) > 1 else (reference,)
    label = tuple(plain(part) for part in label)
    pairs = [Pair(key, label, groups[key], groups[label]) for key in order]
    return Comparison(column, "group", alphabet, pairs)


def comparisons(
    frame: pd.DataFrame,
    p: Any,
    q: Any,
    settings: Settings,
    *,
    reference: Any = None,
    against: str | None = None,
    match: bool | None = None,
) -> list[Comparison]:
    columns = listed(p) or default_columns(frame, settings)
    others = listed(q) or [None] * len(columns)
    nested = isinstance(reference, Mapping) and any(
        isinstance(value, Mapping) for value in reference.values()
    )
    return [
        comparison(frame, column, other, reference, against, match, nested, settings)
        for column, other in zip(columns, others, strict=True)
    ]


def number(value: Fraction, whole: bool) -> int | float:
    return int(value) if whole else float(value)


def keys_of(pair: Pair, settings: Settings) -> tuple[Row, Row]:
    mine = dict(zip(settings.by, pair.key, strict=True))
    names = [f"{name}_reference" for name in settings.by]
    theirs = dict(zip(names, pair.reference_key, strict=True)) if pair.reference_key else {}
    return mine, theirs


def score(terms: Iterable[Any], base: Any) -> float:
    return float(sum(terms, REAL.mpf(0)) / log_base(base))


def measured(
    name: str, frame: pd.DataFrame, p: Any, q: Any, settings: Settings, **forms: Any
) -> list[Row]:
    """Return a row per pair of groups and column."""
    found = comparisons(frame, p, q, settings, **forms)
    whole = is_whole(frame, settings.weights)
    rows: list[Row] = []
    for i in range(len(found[0].pairs)):
        for one in found:
            pair = one.pairs[i]
            mine, theirs = keys_of(pair, settings)
            seen, expected = pair.p.counts, pair.q.counts
            unseen = vanished = value = NAN
            if pair.p.n and pair.q.n:
                lost = sum((w for v, w in seen.items() if v not in expected), ZERO)
                gone = sum((w for v, w in expected.items() if v not in seen), ZERO)
                unseen, vanished = float(lost / pair.p.n), float(gone / pair.q.n)
            used = as_used(pair, one.alphabet, settings)
            if used is not None:
                shares = ((used[0][v], used[1][v]) for v in one.alphabet)
                value = score((TERMS[name](*both) for both in shares), settings.base)
            rows.append(
                {
                    **mine,
                    "column": str(one.column),
                    "reference": one.reference,
                    **theirs,
                    "n": number(pair.p.n, whole),
                    "n_reference": None if pair.q.fixed else number(pair.q.n, whole),
                    "n_missing": number(pair.p.missing, whole),
                    "n_missing_reference": None if pair.q.fixed else number(pair.q.missing, whole),
                    "categories": len(set(seen) | set(expected)),
                    "unseen": unseen,
                    "vanished": vanished,
                    name: value,
                    "unit": unit_of(settings.base),
                }
            )
    return rows


def cross_entropy(
    frame: pd.DataFrame,
    p: Any = None,
    q: Any = None,
    *,
    reference: Any = None,
    against: str | None = None,
    match: bool | None = None,
    **keywords: Any,
) -> list[Row]:
    """Return the mean surprisal at P of someone who expects Q, a row per group and column."""
    settings = settings_of(**keywords)
    forms = {"reference": reference, "against": against, "match": match}
    return measured("cross_entropy", frame, p, q, settings, **forms)


def kl_divergence(
    frame: pd.DataFrame,
    p: Any = None,
    q: Any = None,
    *,
    reference: Any = None,
    against: str | None = None,
    match: bool | None = None,
    **keywords: Any,
) -> list[Row]:
    """Return KL(P || Q), a row per group and column."""
    settings = settings_of(**keywords)
    forms = {"reference": reference, "against": against, "match": match}
    return measured("kl_divergence", frame, p, q, settings, **forms)


def js_divergence(
    frame: pd.DataFrame,
    p: Any = None,
    q: Any = None,
    *,
    reference: Any = None,
    against: str | None = None,
    match: bool | None = None,
    **keywords: Any,
) -> list[Row]:
    """Return the Jensen-Shannon divergence, a row per group and column."""
    settings = settings_of(**keywords)
    forms = {"reference": reference, "against": against, "match": match}
    return measured("js_divergence", frame, p, q, settings, **forms)


def is_number(value: Any) -> bool:
    return isinstance(value, int | float)


def shown(sources: list[tuple[pd.DataFrame, Any]]) -> Callable[[Any], Any]:
    """Return what a category looks like: itself, or its text among columns of several kinds."""
    kinds: set[bool] = set()
    for frame, column in sources:
        values = {*cells(frame, column), *levels(frame, column)} - {None}
        kinds |= {is_number(value) for value in values}
    if len(kinds) > 1:
        return lambda value: None if value is None else str(value)
    return lambda value: value


def contributions(
    frame: pd.DataFrame,
    p: Any = None,
    q: Any = None,
    *,
    measure: str = "kl_divergence",
    reference: Any = None,
    against: str | None = None,
    match: bool | None = None,
    **keywords: Any,
) -> list[Row]:
    """Return the terms of a measure, a row per category of the alphabet."""
    settings = settings_of(**keywords)
    forms = {"reference": reference, "against": against, "match": match}
    found = comparisons(frame, p, q, settings, **forms)
    whole = is_whole(frame, settings.weights)
    text = shown([(frame, one.column) for one in found])
    with_value: list[Row] = []
    without: list[Row] = []
    for i in range(len(found[0].pairs)):
        for one in found:
            pair = one.pairs[i]
            used = as_used(pair, one.alphabet, settings)
            mine, theirs = keys_of(pair, settings)
            block: list[Row] = []
            for value in one.alphabet:
                terms = (NAN, NAN, NAN)
                if used is not None:
                    shares = used[0][value], used[1][value]
                    term = score([TERMS[measure](*shares)], settings.base)
                    terms = (float(shares[0]), float(shares[1]), term)
                elif isinstance(value, Unnamed):
                    continue
                if isinstance(value, Unnamed):
                    if any(terms):
                        raise ValueError("A category without a name has a share.")
                    continue
                theirs_count = pair.q.counts.get(value, ZERO)
                block.append(
                    {
                        **mine,
                        "column": str(one.column),
                        "reference": one.reference,
                        **theirs,
                        "category": text(value),
                        "count": number(pair.p.counts.get(value, ZERO), whole),
                        "count_reference": None if pair.q.fixed else number(theirs_count, whole),
                        "p": terms[0],
                        "q": terms[1],
                        "contribution": terms[2],
                        "unit": unit_of(settings.base),
                    }
                )
            if used is None:
                without += block
            else:
                with_value += sorted(block, key=lambda row: -abs(row["contribution"]))
    return with_value + without


def entropy(frame: pd.DataFrame, columns: Any = None, **keywords: Any) -> list[Row]:
    """Return the entropy of each column in each group."""
    settings = settings_of(**keywords)
    names = listed(columns) or default_columns(frame, settings)
    whole = is_whole(frame, settings.weights)
    tallies = [tally(frame, name, settings) for name in names]
    alphabets = [
        alphabet_of(groups.values(), [(frame, name)], settings)
        for name, groups in zip(names, tallies, strict=True)
    ]
    rows: list[Row] = []
    for key in in_key_order(tallies[0], frame, settings.by):
        for name, groups, alphabet in zip(names, tallies, alphabets, strict=True):
            side = groups[key]
            value = NAN
            if side.n:
                shares = smoothed(side, alphabet, settings).values()
                value = score((entropy_term(share, share) for share in shares), settings.base)
            rows.append(
                {
                    **dict(zip(settings.by, key, strict=True)),
                    "column": str(name),
                    "n": number(side.n, whole),
                    "n_missing": number(side.missing, whole),
                    "categories": len(side.counts),
                    "entropy": value,
                    "unit": unit_of(settings.base),
                }
            )
    return rows


def distribution(frame: pd.DataFrame, columns: Any = None, **keywords: Any) -> list[Row]:
    """Return the distribution of each column in each group, a row per category."""
    settings = settings_of(**keywords)
    names = listed(columns) or default_columns(frame, settings)
    whole = is_whole(frame, settings.weights)
    tallies = [tally(frame, name, settings) for name in names]
    text = shown([(frame, name) for name in names])
    rows: list[Row] = []
    for key in in_key_order(tallies[0], frame, settings.by):
        for name, groups in zip(names, tallies, strict=True):
            alphabet = alphabet_of(groups.values(), [(frame, name)], settings)
            declared = levels(frame, name) if settings.alphabet == "declared" else []
            side = groups[key]
            shares = smoothed(side, alphabet, settings) if side.n else {}
            kept = [value for value in alphabet if shares.get(value) or value in declared]
            for value in sorted(kept, key=lambda value: -side.counts.get(value, ZERO)):
                share = shares.get(value)
                probability = surprisal = NAN
                if share is not None:
                    probability = float(share)
                    surprisal = float(-log(share) / log_base(settings.base)) if share else math.inf
                rows.append(
                    {
                        **dict(zip(settings.by, key, strict=True)),
                        "column": str(name),
                        "category": text(value),
                        "count": number(side.counts.get(value, ZERO), whole),
                        "probability": probability,
                        "surprisal": surprisal,
                        "unit": unit_of(settings.base),
                    }
                )
    return rows


def averaged(
    losses: list[tuple[Key, Fraction, Any]], base: Any
) -> dict[Key, tuple[Fraction, Fraction, float]]:
    """Return n, n_missing and the weighted mean of each group; a loss of None is missing."""
    kept: dict[Key, Fraction] = {}
    missing: dict[Key, Fraction] = {}
    total: dict[Key, Any] = {}
    for key, weight, loss in losses:
        kept.setdefault(key, ZERO)
        if loss is None:
            missing[key] = missing.get(key, ZERO) + weight
        elif weight > 0:
            kept[key] += weight
            total[key] = total.get(key, REAL.mpf(0)) + real(weight) * loss
    return {
        key: (
            n,
            missing.get(key, ZERO),
            float(total[key] / real(n) / log_base(base)) if n else NAN,
        )
        for key, n in kept.items()
    }


def clipped(probability: Any, clip: float) -> Fraction:
    return Fraction(min(max(float(probability), clip), 1 - clip))


def surprise(happened: Fraction, probability: Fraction) -> Any:
    """Return -happened * log(probability), where nothing that cannot happen is a surprise."""
    return cross_entropy_term(happened, probability)


def binary_cross_entropy(
    frame: pd.DataFrame,
    target: Any,
    prediction: Any,
    *,
    by: Any = None,
    weights: Any = None,
    base: Any = "nat",
    clip: float = 0.0,
) -> list[Row]:
    """Return the mean surprisal of a yes-or-no target, a row per group and prediction."""
    keys, amounts = row_keys(frame, listed(by)), row_weights(frame, weights)
    results: list[tuple[Any, dict[Key, tuple[Fraction, Fraction, float]]]] = []
    for name in listed(prediction):
        losses: list[tuple[Key, Fraction, Any]] = []
        rows = zip(keys, amounts, cells(frame, target), cells(frame, name), strict=True)
        for key, weight, outcome, guess in rows:
            loss = None
            if outcome is not None and guess is not None:
                y, x = Fraction(outcome), clipped(guess, clip)
                loss = surprise(y, x) + surprise(1 - y, 1 - x)
            losses.append((key, weight, loss))
        results.append((name, averaged(losses, base)))
    whole = is_whole(frame, weights)
    return [
        {
            **dict(zip(listed(by), key, strict=True)),
            "column": str(target),
            "prediction": str(name),
            "n": number(groups[key][0], whole),
            "n_missing": number(groups[key][1], whole),
            "binary_cross_entropy": groups[key][2],
            "unit": unit_of(base),
        }
        for key in in_key_order(keys, frame, listed(by))
        for name, groups in results
    ]


def categorical_cross_entropy(
    frame: pd.DataFrame,
    target: Any,
    predictions: Mapping[Any, Any],
    *,
    by: Any = None,
    weights: Any = None,
    base: Any = "nat",
    clip: float = 0.0,
) -> list[Row]:
    """Return the mean surprisal of labels under predicted probabilities, a row per group."""
    keys = row_keys(frame, listed(by))
    labels = list(predictions)
    guesses = list(zip(*(cells(frame, predictions[label]) for label in labels), strict=True))
    losses: list[tuple[Key, Fraction, Any]] = []
    rows = zip(keys, row_weights(frame, weights), cells(frame, target), guesses, strict=True)
    for key, weight, outcome, guess in rows:
        loss = None
        if outcome is not None and None not in guess:
            loss = surprise(Fraction(1), clipped(guess[labels.index(outcome)], clip))
        losses.append((key, weight, loss))
    groups = averaged(losses, base)
    whole = is_whole(frame, weights)
    return [
        {
            **dict(zip(listed(by), key, strict=True)),
            "column": str(target),
            "n": number(groups[key][0], whole),
            "n_missing": number(groups[key][1], whole),
            "categorical_cross_entropy": groups[key][2],
            "unit": unit_of(base),
        }
        for key in in_key_order(groups, frame, listed(by))
    ]
