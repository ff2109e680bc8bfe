"""The pipeline: question -> counts -> aligned pairs -> measures -> tidy frame."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from pdkl import labels as names
from pdkl import results
from pdkl.column import Column
from pdkl.core.counts import Counts, as_float, sums
from pdkl.core.crossing import cross
from pdkl.core.measures import Measure
from pdkl.core.numerics import FloatArray, IntArray
from pdkl.core.pairs import Pairs, align, alike, beside_rest, spread
from pdkl.core.resampling import Statistic, usable_cores
from pdkl.core.smoothing import fill_alphabet, lacking, treat_zeros
from pdkl.core.validation import listing
from pdkl.grouping import Groups
from pdkl.question import Question
from pdkl.sides import Answer, prepare
from pdkl.sureness import Scored, adjusted, assess, for_both_orders, once_per_pair

_BATCH = 1 << 18  # entries measured at a time: it bounds the memory, not the result
_WORTH_A_THREAD = 1 << 16  # entries that take a thread longer than it takes to start it
_WORTH_MERGING = 32  # outcomes of a group from which on many have equal counts
# what stands for the one side in the one, for the other in the other order of a pair
_TURNED = (("n", "n_reference"), ("n_missing", "n_missing_reference"), ("unseen", "vanished"))


def measure(data: Any, question: Question) -> pd.DataFrame:
    """Answer with a row per comparison and column, and a column per measure."""
    answer = prepare(data, question)
    parts = [_scores(answer, column, question) for column in answer.columns]
    if answer.settings.sure is not None and answer.settings.sure.test:
        _adjust_p_values(answer, parts)
    return results.scores(answer.groups, parts, answer.facts)


def contributions(data: Any, question: Question) -> pd.DataFrame:
    """Answer with a row per comparison, column and category of the alphabet."""
    answer = prepare(data, question)
    parts = [_shares(answer, column, question.measures[0]) for column in answer.columns]
    return results.contributions(answer.groups, parts, answer.facts)


def distribution(data: Any, question: Question) -> pd.DataFrame:
    """Answer with a row per group, column and category."""
    answer = prepare(data, question)
    parts = [_probabilities(answer, column) for column in answer.columns]
    return results.distribution(answer.groups, parts, answer.facts)


@dataclass(frozen=True)
class Batch:
    """Some comparisons of one column: their raw counts, and the pairs to measure."""

    rows: slice
    p: Counts
    q: Counts
    raw: Pairs
    pairs: Pairs
    categories: IntArray  # how many either side has

    @property
    def valid(self) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Tell which comparisons have rows on both sides."""
        return (self.raw.total_p > 0) & (self.raw.total_q > 0)


def batches(answer: Answer, column: Column, *, every: bool) -> Iterator[Batch]:
    """Line up the two sides, on their union or on ``every`` category of the alphabet."""
    dense = every or answer.facts.form == "rest"
    for rows in _slices(answer.groups, column, dense=dense):
        yield _lined_up(answer, column, rows, every=every)


def _lined_up(
    answer: Answer, column: Column, rows: slice, *, every: bool, merged: bool = False
) -> Batch:
    """Line up some comparisons; outcomes that enter alike may be ``merged`` into one entry."""
    groups, form = answer.groups, answer.facts.form
    p = column.p.take(groups.left[rows])
    if column.ready is not None:
        q = column.q.take(groups.right[rows])
    elif merged and form == "rest":
        missing = column.p.missing.sum() - p.missing
        q = sums(column.p.totals.sum() - p.totals, missing)
    elif form == "rest":
        q = column.p.rest(groups.left[rows])
    elif form == "uniform":
        q = column.p.take(np.full(p.n_groups, -1))
    else:
        q = column.q.take(groups.right[rows]) if form else p
    size = column.alphabet_size
    if column.ready is not None:
        raw = column.ready.pairs(rows)
    elif merged and form == "rest":
        raw = beside_rest(p, column.p)
    elif merged:  # in a table as large as the cells; the same for every slice, to the last bit
        raw = alike(p, len(column.p.weight) // column.p.n_groups + 1)
    else:
        raw = spread(p, q, column.alphabet) if every else align(p, q)
    raw = replace(raw, alphabet=size)
    if form == "uniform":  # nothing counted, and one of each expected
        raw = fill_alphabet(raw, size, q=1.0)
    if merged and form == "rest":  # which any outcome has one side of
        categories = np.full(p.n_groups, np.count_nonzero(column.p.observed))
    else:
        categories = raw.support_size()
    return Batch(rows, p, q, raw, _smoothed(answer, raw), categories)


def _smoothed(answer: Answer, raw: Pairs) -> Pairs:
    """Give every category of the alphabet its pseudo-count, on the sampled sides."""
    smoothing, size = answer.settings.smoothing, raw.alphabet
    if smoothing is None:
        return raw
    scale, pseudo = smoothing.scale_and_pseudo(size)
    if answer.facts.form in results.FIXED:
        return fill_alphabet(raw, size, p=pseudo, scale_p=scale)
    return fill_alphabet(raw, size, p=pseudo, q=pseudo, scale_p=scale, scale_q=scale)


def _slices(groups: Groups, column: Column, *, dense: bool) -> list[slice]:
    """Cut the comparisons into pieces of at most about ``_BATCH`` entries, one for each core."""
    if column.ready is not None:
        sizes = column.ready.sizes
    elif dense:
        sizes = np.full(len(groups), max(column.p.n_outcomes, 1))
    else:
        cells_p, cells_q = np.diff(column.p.starts), np.diff(column.q.starts)
        sizes = np.append(cells_p, 0)[groups.left] + np.append(cells_q, 0)[groups.right] + 1
    last = np.cumsum(sizes)
    share = int(last[-1]) // usable_cores() + 1 if len(last) else 1
    piece = (last - 1) // min(_BATCH, max(share, _WORTH_A_THREAD))
    edges = [0, *(np.flatnonzero(np.diff(piece)) + 1), len(groups)]
    return [slice(a, b) for a, b in pairwise(edges)]


def _scores(answer: Answer, column: Column, question: Question) -> results.Scores:
    entries = _by_products(answer, column, question.measures)
    if left := [one for one in question.measures if one.name not in entries]:
        entries = _by_terms(answer, column, left) | entries
    return results.Scores(column.name, column.reference, entries, question.outputs())


def _by_products(answer: Answer, column: Column, measures: Sequence[Measure]) -> dict[str, Any]:
    """Compare all pairs of groups at once; empty where that is not possible."""
    settings, left, right = answer.settings, answer.groups.left, answer.groups.right
    smoothing, plain = settings.smoothing, settings.zeros in ("inf", "raise")
    wanted = [
        (one, one.crossed) for one in measures if one.crossed and (plain or not one.divides_by)
    ]
    if answer.facts.form != "pairs" or settings.sure is not None or not wanted:
        return {}
    if smoothing is None:
        crossing = cross(column.p, column.alphabet)
    elif column.unnamed:
        return {}
    else:
        crossing = cross(
            column.p, column.alphabet, *smoothing.scale_and_pseudo(column.alphabet_size)
        )
    if crossing is None or (settings.zeros == "raise" and crossing.infinite.any()):
        return {}
    totals, missing = column.p.totals, column.p.missing
    valid = (totals[left] > 0) & (totals[right] > 0)
    entries: dict[str, Any] = {
        "n": totals[left],
        "n_reference": totals[right],
        "n_missing": missing[left],
        "n_missing_reference": missing[right],
        "categories": crossing.support[left, right].astype(np.int64),
        "unseen": _share(crossing.lacking[left, right], as_float(totals[left])),
        "vanished": _share(crossing.lacking[right, left], as_float(totals[right])),
    }
    entries["unseen"][~valid] = entries["vanished"][~valid] = np.nan
    for one, crossed in wanted:
        values = crossed(crossing)[left, right] / settings.log_base**one.log_power + 0.0
        again = np.flatnonzero(valid & np.isnan(values))
        if len(again):
            few = replace(answer, groups=answer.groups.only(again))
            values[again] = _by_terms(few, column, [one])[one.name]
        entries[one.name] = np.where(valid, values, np.nan)
    return entries


def _by_terms(answer: Answer, column: Column, measures: Sequence[Measure]) -> dict[str, Any]:
    """Line up the two sides of each comparison, and measure it category by category."""
    groups, sure = answer.groups, answer.settings.sure
    if answer.facts.form == "pairs" and sure is None and all(one.symmetric for one in measures):
        low, high = np.minimum(groups.left, groups.right), np.maximum(groups.left, groups.right)
        key = low * (high.max(initial=0) + 1) + high
        _, first, place = np.unique(key, return_index=True, return_inverse=True)
        if len(first) < len(groups):  # each pair once, for both of its orders
            once = _by_terms(replace(answer, groups=groups.only(first)), column, measures)
            entries = {name: values[place] for name, values in once.items()}
            turned = groups.left != groups.left[first][place]
            for a, b in _TURNED:
                entries[a], entries[b] = (
                    np.where(turned, entries[y], entries[x]) for x, y in ((a, b), (b, a))
                )
            return entries
    # draws from the uniform distribution must tell its categories apart
    every = sure is not None and answer.facts.form == "uniform"
    merged = _may_merge(answer, column, measures)
    slices = _slices(groups, column, dense=every or (answer.facts.form == "rest" and not merged))

    def part(rows: slice) -> dict[str, Any]:
        batch = _lined_up(answer, column, rows, every=every, merged=merged)
        return _measured(answer, column, batch, measures)

    if sure is not None or len(slices) == 1:  # what is drawn has threads of its own
        parts = [part(rows) for rows in slices]
    else:
        with ThreadPoolExecutor(usable_cores()) as pool:
            parts = list(pool.map(part, slices))
    return {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}


def _measured(
    answer: Answer, column: Column, batch: Batch, measures: Sequence[Measure]
) -> dict[str, Any]:
    """Compute the columns of some comparisons."""
    raw, valid = batch.raw, batch.valid
    log_base, sure = answer.settings.log_base, answer.settings.sure
    part: dict[str, Any] = {
        "n": batch.p.totals,
        "n_missing": batch.p.missing,
        "categories": batch.categories,
    }
    if answer.facts.form is not None:
        unseen = _share(raw.mass(raw.count_p, raw.count_q == 0), raw.total_p)
        vanished = _share(raw.mass(raw.count_q, raw.count_p == 0), raw.total_q)
        part |= {
            "n_reference": batch.q.totals,
            "n_missing_reference": batch.q.missing,
            "unseen": np.where(valid, unseen, np.nan),
            "vanished": np.where(valid, vanished, np.nan),
        }
    for one in measures:
        pairs = _with_zeros(answer, column, batch, one)
        part[one.name] = np.where(valid, one.value(pairs, log_base), np.nan)
    if sure is not None:
        statistics = [_statistic(answer, column, one) for one in measures]
        observed = [part[one.name] for one in measures]
        scored = Scored(measures, statistics, observed, log_base)
        blocks = blocks_of(answer, column, batch.rows.start)
        part |= assess(sure, raw, answer.facts.form, scored, blocks)
    return part


def _may_merge(answer: Answer, column: Column, measures: Sequence[Measure]) -> bool:
    """Tell whether outcomes that enter alike need no entries of their own.

    Those are, of one distribution, all that have the same count, and against the rest all that P
    lacks.
    """
    settings = answer.settings
    unnamed = all(one.divides_by in ("", "q") for one in measures)  # in what "raise" says
    if column.ready is not None or not column.p.whole or settings.sure is not None:
        return False
    if answer.facts.form is None:
        many = len(column.p.weight) > _WORTH_MERGING * column.p.n_groups
        return many and all(one.mergeable for one in measures)
    return (
        answer.facts.form == "rest"
        and settings.smoothing is None
        and (settings.zeros in ("inf", "drop") or (settings.zeros == "raise" and unnamed))
        and all(one.mergeable for one in measures)
    )


def blocks_of(
    answer: Answer, column: Column, start: int
) -> Callable[[int, IntArray], tuple[IntArray, IntArray]] | None:
    """Return how to read the blocks of both sides of a comparison, counted from ``start``."""
    if column.blocks is None:
        return None
    own, other = column.blocks
    left, right, form = answer.groups.left, answer.groups.right, answer.facts.form

    def tables(i: int, outcomes: IntArray) -> tuple[IntArray, IntArray]:
        mine = own.owner == left[start + i]
        if form in ("rest", "all"):  # the blocks of everyone else
            return own.table(mine, outcomes), own.table(~mine, outcomes)
        return own.table(mine, outcomes), other.table(other.owner == right[start + i], outcomes)

    return tables


def _statistic(answer: Answer, column: Column, one: Measure) -> Statistic:
    """Return a measure as a function of raw pairs, with smoothing and zeros as asked for."""

    def value(raw: Pairs) -> FloatArray:
        pairs = _smoothed(answer, replace(raw, alphabet=column.alphabet_size))
        if one.divides_by:
            pairs = treat_zeros(pairs, answer.settings.zeros, one.divides_by)
        return one.value(pairs, answer.settings.log_base)

    return value


def _adjust_p_values(answer: Answer, parts: list[results.Scores]) -> None:
    """Adjust the p-values of all rows together; two orders of a pair are one hypothesis."""
    left, right = answer.groups.left, answer.groups.right
    for part in parts:
        if answer.facts.form == "label":  # a group against itself is no hypothesis
            part.entries["p_value"] = np.where(left == right, np.nan, part.entries["p_value"])
        if answer.facts.form == "pairs":
            part.entries["p_value"] = once_per_pair(left, right, part.entries["p_value"])
    together = adjusted(np.concatenate([part.entries["p_value"] for part in parts]))
    for part, values in zip(parts, np.split(together, len(parts)), strict=True):
        part.entries["p_adjusted"] = values
        if answer.facts.form == "pairs":
            for name in ("p_value", "p_adjusted"):
                part.entries[name] = for_both_orders(left, right, part.entries[name])


def _share(part: FloatArray, total: FloatArray) -> FloatArray:
    return np.divide(part, total, out=np.full_like(total, np.nan), where=total > 0)


def _with_zeros(answer: Answer, column: Column, batch: Batch, one: Measure) -> Pairs:
    """Apply ``zeros`` where the measure divides, or raise and name the categories."""
    zeros = answer.settings.zeros
    if one.divides_by == "":
        return batch.pairs
    if zeros != "raise":
        return treat_zeros(batch.pairs, zeros, one.divides_by)
    pairs = batch.pairs
    alone = lacking(pairs, one.divides_by) & batch.valid[pairs.comparison]
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
    where = {"q": "in the reference", "p": "in P", "both": "on one side"}[one.divides_by]
    raise ValueError(
        f"zeros='raise': column {column.name!r}{answer.groups.spoken(row)} has categories of "
        f"probability 0 {where}: {listing(names.as_objects(found), most=5)}. "
        f"{one.name} is infinite there; pass zeros='inf' to see that, 'drop' to leave them out, "
        "a floor such as 1e-6, or smoothing."
    )


def _shares(answer: Answer, column: Column, one: Measure) -> results.Categories:
    _require_names(answer, column)
    parts = []
    for batch in batches(answer, column, every=True):
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


def _probabilities(answer: Answer, column: Column) -> results.Categories:
    smoothing = answer.settings.smoothing
    declared = answer.settings.alphabet == "declared" and column.leveled
    if smoothing is not None:
        _require_names(answer, column)
    every = declared or smoothing is not None
    parts = []
    for batch in batches(answer, column, every=every):
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


def _categories(column: Column, parts: list[dict[str, Any]]) -> results.Categories:
    joined = {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}
    outcome = joined.pop("outcome")
    codes = np.where(outcome < len(column.labels), outcome, -1)
    order = np.arange(len(column.labels)) if column.leveled else names.sort_order(column.labels)
    return results.Categories(
        column.name,
        column.reference,
        column.labels,
        np.argsort(order),
        codes,
        joined,
        column.intervals,
    )


def _require_names(answer: Answer, column: Column) -> None:
    """Raise where probability goes to categories that have no name to show."""
    reached = answer.settings.smoothing is not None or answer.facts.form == "uniform"
    if column.unnamed and reached:
        raise ValueError(
            f"alphabet={column.alphabet_size} gives probability to {column.unnamed} categories of "
            f"column {column.name!r} that no row names, so they cannot be listed. Make the column "
            "categorical with all its levels and pass alphabet='declared'."
        )
