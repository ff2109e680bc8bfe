"""The pipeline: question -> counts -> aligned pairs -> measures -> tidy frame."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from pdkl import grouping, results
from pdkl import labels as names
from pdkl.core.counts import LARGEST_SUM, Counts
from pdkl.core.measures import Measure
from pdkl.core.numerics import FloatArray, IntArray
from pdkl.core.pairs import Pairs, align, spread
from pdkl.core.smoothing import fill_alphabet, treat_zeros
from pdkl.core.validation import ColumnNotFoundError, is_number, listing, require_columns
from pdkl.engines.pandas import Key, Labelled, count, key_name
from pdkl.grouping import Groups
from pdkl.question import Question, Settings, read_by, read_columns, read_frame

_BATCH = 1 << 20  # entries measured at a time: it bounds the memory, not the result


def measure(data: Any, question: Question, measures: tuple[Measure, ...]) -> pd.DataFrame:
    """Answer with a row per comparison and column, and a column per measure."""
    answer = _prepare(data, question)
    parts = [_scores(answer, column, measures) for column in answer.columns]
    return results.scores(answer.groups, parts, answer.facts)


def contributions(data: Any, question: Question, measure: Measure) -> pd.DataFrame:
    """Answer with a row per comparison, column and category of the alphabet."""
    answer = _prepare(data, question)
    parts = [_shares(answer, column, measure) for column in answer.columns]
    facts = replace(answer.facts, attributes=answer.facts.attributes | {"measure": measure.name})
    return results.contributions(answer.groups, parts, facts)


def distribution(data: Any, question: Question) -> pd.DataFrame:
    """Answer with a row per group, column and category."""
    answer = _prepare(data, question)
    parts = [_probabilities(answer, column) for column in answer.columns]
    return results.distribution(answer.groups, parts, answer.facts)


@dataclass(frozen=True)
class _Column:
    """One column of the question: the counts of both sides on one list of labels."""

    name: Hashable
    reference: str | None
    p: Counts
    q: Counts  # in the forms "rest" and "uniform", and without a reference, that of P
    labels: names.Labels
    leveled: bool  # whether P's labels are the declared levels of a categorical
    alphabet: IntArray  # the outcomes in it that have a label
    alphabet_size: int  # larger than these only where the caller said so

    @property
    def unnamed(self) -> int:
        return self.alphabet_size - len(self.alphabet)


@dataclass(frozen=True)
class _Answer:
    """All that the measures are computed from."""

    settings: Settings
    groups: Groups
    columns: list[_Column]
    facts: results.Facts


# ---- the question, counted ------------------------------------------------------------------


def _prepare(data: Any, question: Question) -> _Answer:
    form = question.form() if question.two_sided else None
    settings = question.settings()
    frame = read_frame(data)
    by = read_by(question.by, frame)
    keys = [key_name(key) for key in by]
    results.check_keys(question.method, keys, form)
    if question.weights is not None:
        require_columns("weights", [question.weights], list(frame.columns))
    wanted, partners = _columns(question, frame, [*keys, question.weights], form)
    groups, sides = _count(question, form, frame, by, wanted, partners, settings.dropna)
    columns = []
    for name, partner, (p, q) in zip(wanted, partners, sides, strict=True):
        text = names.text(partner) if form == "q" else results.REFERENCES.get(form or "")
        other = f"column {partner!r}" if form == "q" else f"reference for column {name!r}"
        columns.append(_on_one_alphabet(name, text, p, q, settings, other))
    facts = results.Facts(
        form=form,
        unit=settings.unit,
        attributes=question.describe(form, settings.unit, keys),
    )
    return _Answer(settings, groups, columns, facts)


def _columns(
    question: Question, frame: pd.DataFrame, aside: list[Hashable], form: str | None
) -> tuple[list[Hashable], list[Hashable]]:
    """Return the columns that are P, and for each the column that is Q."""
    parameter = "p" if question.two_sided else "columns"
    if form != "q":
        wanted = read_columns(parameter, question.columns, frame, aside)
        return wanted, wanted
    if question.columns is None:
        raise ValueError(
            f"p is None, but q={question.q!r} needs a partner. Name the column to compare: p=..."
        )
    wanted = read_columns("p", question.columns, frame, aside)
    partners = read_columns("q", question.q, frame, aside)
    if len(wanted) != len(partners):
        raise ValueError(
            f"p and q are paired, so they must be equally long; got {len(wanted)} in p "
            f"({listing(wanted)}) and {len(partners)} in q ({listing(partners)})."
        )
    return wanted, partners


def _count(
    question: Question,
    form: str | None,
    frame: pd.DataFrame,
    by: list[Key],
    wanted: list[Hashable],
    partners: list[Hashable],
    dropna: bool,
) -> tuple[Groups, list[tuple[Labelled, Labelled]]]:
    """Count both sides, and say which group is compared with which."""
    weights = question.weights
    if form == "frame":
        matched = _is_matched(question, by)
        _check_reference(question, wanted)
        if matched:
            plain = [key_name(key) for key in by]
            here = count(frame, wanted, plain, weights)
            there = count(question.reference, wanted, plain, weights)
            keys, left, right = grouping.match(here.keys, there.keys, by)
            here, there = here.regroup(left, keys), there.regroup(right, keys)
            sides = [(here.columns[name], there.columns[name]) for name in wanted]
            return grouping.aligned(keys), sides
    tally = count(frame, list(dict.fromkeys([*wanted, *partners])), by, weights)
    order = grouping.sort_rows(tally.keys)
    keys = tally.keys.take(order).reset_index(drop=True)
    tally = tally.regroup(np.argsort(order), keys)
    own = [tally.columns[name] for name in wanted]
    if form == "frame":
        there = count(question.reference, wanted, [], weights)
        if not by and len(frame) == 0 and len(question.reference) == 0:
            keys = keys.iloc[:0]  # nothing to say about nothing
        return grouping.plain(keys), [
            (side, there.columns[name]) for side, name in zip(own, wanted, strict=True)
        ]
    if form == "mapping":
        return grouping.plain(keys), [
            (side, _fixed(_mapping_for(question.reference, name), name, dropna))
            for side, name in zip(own, wanted, strict=True)
        ]
    if form == "q":
        if not by and len(frame) == 0:
            keys = keys.iloc[:0]
        return grouping.aligned(keys), [
            (side, tally.columns[partner]) for side, partner in zip(own, partners, strict=True)
        ]
    if form == "all":
        return grouping.plain(keys), [
            (side, replace(side, counts=side.counts.collapse())) for side in own
        ]
    if form == "label":
        groups = grouping.one_label(keys, question.reference, list(frame.columns))
    elif form == "pairs":
        groups = grouping.pairs(keys)
    elif form == "previous":
        groups = grouping.previous(keys)
    else:
        groups = grouping.plain(keys)
    return groups, [(side, side) for side in own]


def _is_matched(question: Question, by: list[Key]) -> bool:
    """Say whether a reference frame is taken group by group."""
    if not by:
        return False
    keys = [key_name(key) for key in by]
    known = [key for key in keys if key in question.reference.columns]
    whole = "To compare each group with the whole reference, pass match=False."
    if question.match is False:
        return False
    if question.match is True and len(known) < len(keys):
        absent = [key for key in keys if key not in known]
        raise ValueError(
            f"match=True needs all of by in reference; it lacks {listing(absent)}. {whole}"
        )
    if question.match is None and any(isinstance(key, pd.Grouper) for key in by):
        return False
    if 0 < len(known) < len(keys):
        absent = [key for key in keys if key not in known]
        raise ValueError(
            f"reference has only some of by: {listing(known)}, not {listing(absent)}. Add the "
            f"missing ones to match it group by group. {whole}"
        )
    return bool(known)


def _check_reference(question: Question, wanted: list[Hashable]) -> None:
    columns = list(question.reference.columns)
    require_columns("p", wanted, columns, frame="reference")
    if question.weights is None:
        return
    if question.weights not in columns:
        raise ColumnNotFoundError(
            f"weights names column {question.weights!r}, which reference does not have. Weights "
            "apply to both sides: add the column to reference, with 1 for each row if its rows "
            "are plain ones."
        )
    require_columns("weights", [question.weights], columns, frame="reference")


def _mapping_for(reference: Mapping[Any, Any], name: Hashable) -> Mapping[Any, Any]:
    """Pick the mapping of one column from {column: {category: weight}}."""
    nested = [isinstance(value, Mapping) for value in reference.values()]
    if not any(nested):
        return reference
    if not all(nested) or name not in reference:
        raise ValueError(
            f"reference must be {{category: weight}}, or {{column: {{category: weight}}}} with "
            f"every column asked for; got no mapping for column {name!r}."
        )
    chosen: Mapping[Any, Any] = reference[name]
    return chosen


def _fixed(reference: Mapping[Any, Any], name: Hashable, dropna: bool) -> Labelled:
    """Read a mapping {category: weight} as the counts of one group."""
    spoken = f"reference for column {name!r}"
    for key, weight in reference.items():
        if not is_number(weight) or weight < 0 or weight == np.inf:
            raise ValueError(
                f"{spoken} must map each category to a finite weight of at least 0; "
                f"got {weight!r} for {key!r}."
            )
    kept = {key: float(weight) for key, weight in reference.items() if weight > 0}
    total = sum(kept.values())
    if not 0 < total <= LARGEST_SUM:
        raise ValueError(
            f"{spoken} must have a sum of weights above 0 and at most {LARGEST_SUM:g}; "
            f"got {total:g}."
        )
    missing = [key for key in kept if pd.api.types.is_scalar(key) and pd.isna(key)]
    if missing and dropna:
        raise ValueError(
            f"{spoken} gives a weight to the missing value {missing[0]!r}, which dropna=True "
            "leaves out of the distribution. Pass dropna=False, or remove it."
        )
    mass = np.array([sum(kept.pop(key) for key in missing)])
    labels = names.natural(list(kept))
    size = len(labels)
    counts = Counts(
        np.zeros(size, dtype=np.int64),
        np.arange(size),
        np.array(list(kept.values()), dtype=np.float64),
        mass,
        size,
    )
    return Labelled(counts, labels)


def _on_one_alphabet(
    name: Hashable, text: str | None, p: Labelled, q: Labelled, settings: Settings, other: str
) -> _Column:
    """Give both sides the same outcome ids, and fix the alphabet of the column."""
    names.require_match(p.labels, q.labels, f"column {name!r}", other)
    labels, position = names.union(p.labels, q.labels)
    counts_p = replace(p.counts, n_outcomes=len(labels))
    counts_q = q.counts.relabel(position, len(labels))
    if not settings.dropna:
        counts_p, counts_q = counts_p.with_missing(), counts_q.with_missing()
    known = counts_p.observed() | counts_q.observed()
    if settings.alphabet == "declared":
        known[: len(labels)] = True
    alphabet = np.flatnonzero(known)
    size = len(alphabet)
    if isinstance(settings.alphabet, int):
        size = settings.alphabet
        if size < len(alphabet):
            raise ValueError(
                f"alphabet={size} is too small: column {name!r} has {len(alphabet)} categories. "
                "Give the true size, or leave alphabet='observed'."
            )
    return _Column(name, text, counts_p, counts_q, labels, p.leveled, alphabet, size)


# ---- the counts, measured -------------------------------------------------------------------


@dataclass(frozen=True)
class _Batch:
    """Some comparisons of one column: their raw counts, and the pairs to measure."""

    rows: slice
    p: Counts
    q: Counts
    raw: Pairs
    pairs: Pairs

    @property
    def valid(self) -> np.ndarray[Any, np.dtype[np.bool_]]:
        return (self.raw.total_p > 0) & (self.raw.total_q > 0)


def _batches(answer: _Answer, column: _Column, *, every: bool) -> Iterator[_Batch]:
    """Line up the two sides, on their union or on ``every`` category of the alphabet."""
    groups, form, smoothing = answer.groups, answer.facts.form, answer.settings.smoothing
    for rows in _slices(groups, column, dense=every or form == "rest"):
        p = column.p.take(groups.left[rows])
        if form == "rest":
            q = column.p.rest(groups.left[rows])
        elif form == "uniform":
            q = column.p.take(np.full(p.n_groups, -1))
        else:
            q = column.q.take(groups.right[rows]) if form else p
        raw = spread(p, q, column.alphabet) if every else align(p, q)
        size = column.alphabet_size
        if form == "uniform":  # nothing counted, and one of each expected
            raw = fill_alphabet(raw, size, q=1.0)
        pairs = raw
        if smoothing is not None:
            scale, pseudo = smoothing.scale_and_pseudo(size)
            if form in results.FIXED:
                pairs = fill_alphabet(raw, size, p=pseudo, scale_p=scale)
            else:
                pairs = fill_alphabet(raw, size, p=pseudo, q=pseudo, scale_p=scale, scale_q=scale)
        yield _Batch(rows, p, q, raw, pairs)


def _slices(groups: Groups, column: _Column, *, dense: bool) -> Iterator[slice]:
    """Cut the comparisons so that each piece has about ``_BATCH`` entries."""
    if dense:
        sizes = np.full(len(groups), max(column.p.n_outcomes, 1))
    else:
        cells_p, cells_q = np.diff(column.p.starts), np.diff(column.q.starts)
        sizes = np.append(cells_p, 0)[groups.left] + np.append(cells_q, 0)[groups.right] + 1
    piece = np.cumsum(sizes) // _BATCH
    edges = [0, *(np.flatnonzero(np.diff(piece)) + 1), len(groups)]
    return (slice(a, b) for a, b in pairwise(edges))


def _scores(answer: _Answer, column: _Column, measures: tuple[Measure, ...]) -> results.Scores:
    parts: list[dict[str, Any]] = []
    for batch in _batches(answer, column, every=False):
        raw, valid = batch.raw, batch.valid
        part: dict[str, Any] = {
            "n": batch.p.totals,
            "n_reference": batch.q.totals,
            "n_missing": batch.p.missing,
            "n_missing_reference": batch.q.missing,
            "categories": raw.support_size(),
            "unseen": _share(raw.mass(raw.count_p, raw.count_q == 0), raw.total_p),
            "vanished": _share(raw.mass(raw.count_q, raw.count_p == 0), raw.total_q),
        }
        part["unseen"][~valid] = part["vanished"][~valid] = np.nan
        for one in measures:
            pairs = _with_zeros(answer, column, batch, one)
            part[one.name] = np.where(valid, one.value(pairs, answer.settings.log_base), np.nan)
        parts.append(part)
    joined = {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}
    return results.Scores(column.name, column.reference, joined, [m.name for m in measures])


def _share(part: FloatArray, total: FloatArray) -> FloatArray:
    return np.divide(part, total, out=np.full_like(total, np.nan), where=total > 0)


def _with_zeros(answer: _Answer, column: _Column, batch: _Batch, one: Measure) -> Pairs:
    """Apply ``zeros`` where the measure divides, or raise and name the categories."""
    zeros = answer.settings.zeros
    if not one.divides_by_q:
        return batch.pairs
    if zeros != "raise":
        return treat_zeros(batch.pairs, zeros)
    pairs = batch.pairs
    alone = (pairs.count_p > 0) & (pairs.count_q == 0) & batch.valid[pairs.comparison]
    if not alone.any():
        return pairs
    first = pairs.comparison[alone].min()
    alone &= pairs.comparison == first
    outcomes = pairs.outcome[alone & (pairs.outcome >= 0)]
    if (pairs.outcome[alone] < 0).any():  # smoothing moved mass where neither side has rows
        outcomes = np.union1d(
            outcomes, np.setdiff1d(column.alphabet, pairs.outcome[pairs.comparison == first])
        )
    found = names.take(column.labels, np.where(outcomes < len(column.labels), outcomes, -1))
    found = found.take(names.sort_order(found))
    row = batch.rows.start + int(first)
    raise ValueError(
        f"zeros='raise': column {column.name!r}{answer.groups.spoken(row)} has categories of "
        f"probability 0 in the reference: {listing(names.as_objects(found), most=5)}. "
        f"{one.name} is infinite there; pass zeros='inf' to see that, 'drop' to leave them out, "
        "a floor such as 1e-6, or smoothing."
    )


def _shares(answer: _Answer, column: _Column, one: Measure) -> results.Categories:
    _require_names(answer, column)
    parts = []
    for batch in _batches(answer, column, every=True):
        pairs = _with_zeros(answer, column, batch, one)
        share = one.shares(pairs, answer.settings.log_base)
        # "drop" may leave a side with nothing
        mass = batch.valid & (pairs.total_p > 0) & (pairs.total_q > 0)
        known = mass[pairs.comparison]
        parts.append(
            {
                "row": pairs.comparison + batch.rows.start,
                "outcome": pairs.outcome,
                "count": batch.p.dense(column.alphabet).ravel(),
                "count_reference": batch.q.dense(column.alphabet).ravel(),
                "p": np.where(known, pairs.p, np.nan),
                "q": np.where(known, pairs.q, np.nan),
                "contribution": np.where(known, share, np.nan),
            }
        )
    return _categories(column, parts)


def _probabilities(answer: _Answer, column: _Column) -> results.Categories:
    smoothing = answer.settings.smoothing
    declared = answer.settings.alphabet == "declared" and column.leveled
    if smoothing is not None:
        _require_names(answer, column)
    every = declared or smoothing is not None
    parts = []
    for batch in _batches(answer, column, every=every):
        pairs = batch.pairs
        count = batch.p.dense(column.alphabet).ravel() if every else batch.p.weight
        valid = batch.valid[pairs.comparison]
        keep = (valid & (pairs.p > 0)) | (declared & (pairs.outcome < len(column.labels)))
        part = {
            "row": pairs.comparison + batch.rows.start,
            "outcome": pairs.outcome,
            "count": count,
            "probability": np.where(valid, pairs.p, np.nan),
            "surprisal": np.where(valid, pairs.surprisal_p / answer.settings.log_base, np.nan),
        }
        parts.append({key: values[keep] for key, values in part.items()})
    return _categories(column, parts)


def _categories(column: _Column, parts: list[dict[str, Any]]) -> results.Categories:
    joined = {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}
    outcome = joined.pop("outcome")
    codes = np.where(outcome < len(column.labels), outcome, -1)
    order = np.arange(len(column.labels)) if column.leveled else names.sort_order(column.labels)
    return results.Categories(
        column.name, column.reference, column.labels, np.argsort(order), codes, joined
    )


def _require_names(answer: _Answer, column: _Column) -> None:
    """Raise where probability goes to categories that have no name to show."""
    reached = answer.settings.smoothing is not None or answer.facts.form == "uniform"
    if column.unnamed and reached:
        raise ValueError(
            f"alphabet={column.alphabet_size} gives probability to {column.unnamed} categories of "
            f"column {column.name!r} that no row names, so they cannot be listed. Make the column "
            "categorical with all its levels and pass alphabet='declared'."
        )
