"""A score for each comparison of a column, and how sure it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pdkl.codes.labels import as_objects, as_text, label_order, take_labels
from pdkl.comparing import ordered
from pdkl.comparing.align import BATCH, Batch, Support, blocks_of, smoothed, support_of
from pdkl.comparing.by_value import ordered_of
from pdkl.comparing.inference import (
    Assessed,
    Question,
    Scored,
    assess,
    described,
    spacings_of,
)
from pdkl.comparing.prepare import CountedRequest
from pdkl.comparing.shared_labels import Column
from pdkl.core.counts.counts import as_float
from pdkl.core.counts.pairs import UNNAMED, Pairs
from pdkl.core.counts.smoothing import lacking, treat_zeros
from pdkl.core.forms import LABEL, PAIRS, UNIFORM, null_of
from pdkl.core.inference.multiplicity import adjusted, for_both_orders, once_per_pair
from pdkl.core.inference.statistics import Statistic
from pdkl.core.measures.all_pairs import cross
from pdkl.core.measures.measure import Measure
from pdkl.core.numerics.exact import FloatArray, IntArray
from pdkl.core.threads import side_by_side
from pdkl.core.validation import listing
from pdkl.request.keywords import Options, Request
from pdkl.results import tidy
from pdkl.results.pairing import GroupPairs

# what stands for the one side in the one, for the other in the other order of a pair
_TURNED = (("n", "n_reference"), ("n_missing", "n_missing_reference"), ("unseen", "vanished"))


def scores(counted: CountedRequest, request: Request) -> list[tidy.Scores]:
    """Measure all columns in all comparisons."""
    found: list[tidy.Scores] = []
    waiting: list[_Measured] = []
    n_cells = 0
    joined = _joined(counted, request.measures)
    for place, column in enumerate(counted.columns):
        waiting.append(joined.get(place) or _both_kinds(counted, column, request.measures))
        n_cells += waiting[-1].cells
        if n_cells >= BATCH:
            found += _answered(counted, waiting, request.measures)
            waiting, n_cells = [], 0
    return found + _answered(counted, waiting, request.measures)


@dataclass(frozen=True)
class _Measured:
    """The measures of a column, and what is to be asked of them: how sure they are.

    ``once`` says where both orders of a pair are measured once.
    """

    column: Column
    parts: list[dict[str, Any]]
    questions: list[Question]
    once: _OncePerPair | None = None
    by_value: dict[str, Any] = field(default_factory=dict)  # what ordered values show

    @classmethod
    def of(cls, counted: CountedRequest, column: Column, measures: Sequence[Measure]) -> _Measured:
        entries = _by_products(counted, column, measures)
        left = [one for one in measures if one.name not in entries]
        if not entries:
            return _by_terms(counted, column, left)
        if left:
            entries = _by_terms(counted, column, left).entries([]) | entries
        return cls(column, [entries], [])

    @property
    def cells(self) -> int:
        """How many entries wait for an answer."""
        return sum(len(one.raw.outcome) for one in self.questions)

    def entries(self, answers: Sequence[Assessed]) -> dict[str, Any]:
        """Put all parts behind one another, each with what was answered."""
        parts = self.parts
        if answers:
            parts = [{**part, **found.columns} for part, found in zip(parts, answers, strict=True)]
        joined = dict(parts[0])
        if len(parts) > 1:
            joined = {key: np.concatenate([part[key] for part in parts]) for key in joined}
        joined = joined if self.once is None else self.once.for_both_orders(joined)
        return joined | self.by_value


def _joined(counted: CountedRequest, measures: Sequence[Measure]) -> dict[int, _Measured]:
    """Measure short columns of one alphabet together: return those, by their places.

    What is asked by pairs of groups, and where zeros raise, goes column by column.
    """
    options = counted.options
    raises = options.zeros == "raise" and any(one.divides_by for one in measures)
    if len(counted.columns) == 1 or options.inference or counted.form is PAIRS or raises:
        return {}
    alike: dict[tuple[int, Any], dict[int, Support]] = {}
    for place, column in enumerate(counted.columns):
        support = support_of(counted, column, measures, every=False)
        if column.by_value is None and support.is_short:
            key = column.alphabet_size, column.p.weight.dtype
            alike.setdefault(key, {})[place] = support
    found: dict[int, _Measured] = {}
    for supports in alike.values():
        places, largest = list(supports), max(int(one.sizes().sum()) for one in supports.values())
        most = BATCH // max(largest, 1) + 1
        for start in range(0, len(places), most):
            some = places[start : start + most]
            batch = Support.joined([supports[place] for place in some])
            entries, _ = _measured(counted, supports[some[0]].column, batch, measures)
            shape = len(some), len(counted.groups)
            parts = {name: values.reshape(shape) for name, values in entries.items()}
            for i, place in enumerate(some):
                own = {name: values[i] for name, values in parts.items()}
                found[place] = _Measured(counted.columns[place], [own], [])
    return found


def _both_kinds(counted: CountedRequest, column: Column, measures: Sequence[Measure]) -> _Measured:
    """Measure a column by category, and by value as far as measures are of ordered values."""
    if column.by_value is None:
        return _Measured.of(counted, column, measures)
    others = [one for one in measures if not one.ordered]
    tested = _tests_by_value(counted.options, measures)
    ask = partial(ordered.measured, counted, column.by_value, ordered_of(measures), tested=tested)
    if not others and counted.options.dropna:  # then all is known of the values that is shown
        entries = ask(facts=partial(_facts, counted))
        return _Measured(column, [entries], [], by_value=entries)
    asked = counted
    if not others:  # nothing is left of which it is asked how sure it is
        asked = replace(counted, options=replace(counted.options, inference=None))
    return replace(_Measured.of(asked, column, others), by_value=ask())


def _tests_by_value(options: Options, measures: Sequence[Measure]) -> bool:
    """Tell whether p-values are those of a measure of ordered values: of the first measure."""
    return options.inference is not None and bool(options.inference.test) and measures[0].ordered


def _answered(
    counted: CountedRequest, waiting: Sequence[_Measured], measures: Sequence[Measure]
) -> list[tidy.Scores]:
    """Ask how sure the scores of some columns are, of all together, and put all in place."""
    options = counted.options
    answers = iter(assess(options, [one for column in waiting for one in column.questions]))
    found = []
    for one in waiting:
        own = list(islice(answers, len(one.questions)))
        name, reference = one.column.name, one.column.reference
        found.append(tidy.Scores(name, reference, one.entries(own), options.columns_of(measures)))
        text = ""
        if own:
            exact = all(part.exact.all() for part in own)
            text = described(options, [one for one in measures if not one.ordered], exact=exact)
        if one.by_value and options.inference is not None:
            tested = _tests_by_value(options, measures)
            text = ordered.described(counted, ordered_of(measures), text, tested=tested)
        if text:
            counted.info.attributes["inference"][as_text(name)] = text
    return found


def _by_products(
    counted: CountedRequest, column: Column, measures: Sequence[Measure]
) -> dict[str, Any]:
    """Compare all pairs of groups at once; empty where that is not possible."""
    options, left, right = counted.options, counted.groups.left, counted.groups.right
    smoothing, plain = options.smoothing, options.zeros in ("inf", "raise")
    wanted = [
        (one, one.crossed) for one in measures if one.crossed and (plain or not one.divides_by)
    ]
    if counted.form is not PAIRS or options.inference is not None or not wanted:
        return {}
    if smoothing is None:
        crossing = cross(column.p, column.alphabet)
    elif column.unnamed:
        return {}
    else:
        crossing = cross(
            column.p, column.alphabet, *smoothing.scale_and_pseudo(column.alphabet_size)
        )
    if options.zeros == "raise" and crossing.infinite.any():
        wanted = [(one, crossed) for one, crossed in wanted if not one.divides_by]
    found = [(one, values) for one, crossed in wanted if (values := crossed(crossing)) is not None]
    if not found:
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
    for one, matrix in found:
        values = matrix[left, right] / options.log_base**one.log_power + 0.0
        again = np.flatnonzero(valid & np.isnan(values))
        if len(again):
            few = replace(counted, groups=counted.groups.only(again))
            values[again] = _by_terms(few, column, [one]).entries([])[one.name]
        entries[one.name] = np.where(valid, values, np.nan)
    return entries


def _by_terms(counted: CountedRequest, column: Column, measures: Sequence[Measure]) -> _Measured:
    """Line up the two sides of each comparison, and measure it category by category."""
    inference, once = counted.options.inference, None
    drawn = bool(counted.options.drawn(measures))  # each order has draws of its own
    if counted.form is PAIRS and not drawn and all(one.symmetric for one in measures):
        once = _OncePerPair.of(counted.groups)
        counted = replace(counted, groups=counted.groups.only(once.first))
    # draws from the uniform distribution must tell its categories apart
    every = inference is not None and counted.form is UNIFORM
    support = support_of(counted, column, measures, every=every)
    slices = support.slices()

    def part(rows: slice) -> tuple[dict[str, Any], Question | None]:
        return _measured(counted, column, support.batch(rows), measures)

    # how sure a score is has threads of its own
    found = side_by_side(part, slices, threads=None if inference is None else 1)
    questions = [question for _, question in found if question is not None]
    return _Measured(column, [entries for entries, _ in found], questions, once)


@dataclass(frozen=True)
class _OncePerPair:
    """The unordered pairs of groups among ordered ones."""

    first: IntArray  # where each unordered pair stands first
    place: IntArray  # which unordered pair each ordered one is
    turned: NDArray[np.bool_]  # whether it stands there the other way round

    @classmethod
    def of(cls, groups: GroupPairs) -> _OncePerPair:
        low, high = np.minimum(groups.left, groups.right), np.maximum(groups.left, groups.right)
        key = low * (high.max(initial=0) + 1) + high
        _, first, place = np.unique(key, return_index=True, return_inverse=True)
        return cls(first, place, groups.left != groups.left[first][place])

    def for_both_orders(self, once: dict[str, Any]) -> dict[str, Any]:
        """Give each ordered pair what was measured of the unordered one."""
        entries = {name: values[self.place] for name, values in once.items()}
        for a, b in _TURNED:
            as_they_are = entries[a], entries[b]
            entries[a], entries[b] = (
                np.where(self.turned, as_they_are[1 - i], as_they_are[i]) for i in (0, 1)
            )
        return entries


def _measured(
    counted: CountedRequest, column: Column, batch: Batch, measures: Sequence[Measure]
) -> tuple[dict[str, Any], Question | None]:
    """Compute the columns of some comparisons; also return what is to be asked of them."""
    raw, valid = batch.raw, batch.valid
    log_base, inference = counted.options.log_base, counted.options.inference
    part = _facts(counted, batch)
    for one in measures:
        pairs = with_zeros(counted, column, batch, one)
        part[one.name] = np.where(valid, one.value(pairs, log_base), np.nan)
    if inference is None:
        return part, None
    statistics = [statistic(counted, column.alphabet_size, one) for one in measures]
    observed = [part[one.name] for one in measures]
    return part, Question(
        raw,
        null_of(counted.form),
        Scored(measures, statistics, observed, log_base, counted.options.smoothing),
        blocks_of(counted, column, batch.rows.start),
        spacings_of(column.fitted, raw),
    )


def _facts(counted: CountedRequest, batch: Batch) -> dict[str, Any]:
    """Count what both sides of some comparisons have, and what only one has."""
    raw, valid = batch.raw, batch.valid
    part: dict[str, Any] = {
        "n": batch.p.totals,
        "n_missing": batch.p.missing,
        "categories": batch.categories,
    }
    if counted.form is not None:
        unseen = _share(raw.mass(raw.count_p, raw.count_q == 0), raw.total_p)
        vanished = _share(raw.mass(raw.count_q, raw.count_p == 0), raw.total_q)
        part |= {
            "n_reference": batch.q.totals,
            "n_missing_reference": batch.q.missing,
            "unseen": np.where(valid, unseen, np.nan),
            "vanished": np.where(valid, vanished, np.nan),
        }
    return part


def statistic(counted: CountedRequest, alphabet: int, one: Measure) -> Statistic:
    """Return a measure as a function of raw pairs, with smoothing and zeros as asked for."""

    def value(raw: Pairs) -> FloatArray:
        pairs = smoothed(counted, replace(raw, alphabet=alphabet))
        if one.divides_by:
            pairs = treat_zeros(pairs, counted.options.zeros, one.divides_by)
        return one.value(pairs, counted.options.log_base)

    return value


def adjust_p_values(counted: CountedRequest, parts: list[tidy.Scores]) -> None:
    """Adjust the p-values of all rows together; two orders of a pair are one hypothesis."""
    left, right = counted.groups.left, counted.groups.right
    for part in parts:
        if counted.form is LABEL:  # a group against itself is no hypothesis
            itself = counted.groups.with_itself
            part.entries["p_value"] = np.where(itself, np.nan, part.entries["p_value"])
        if counted.form is PAIRS:
            part.entries["p_value"] = once_per_pair(left, right, part.entries["p_value"])
    together = adjusted(np.concatenate([part.entries["p_value"] for part in parts]))
    for part, values in zip(parts, np.split(together, len(parts)), strict=True):
        part.entries["p_adjusted"] = values
        if counted.form is PAIRS:
            for name in ("p_value", "p_adjusted"):
                part.entries[name] = for_both_orders(left, right, part.entries[name])


def _share(part: FloatArray, total: FloatArray) -> FloatArray:
    return np.divide(part, total, out=np.full_like(total, np.nan), where=total > 0)


def with_zeros(counted: CountedRequest, column: Column, batch: Batch, one: Measure) -> Pairs:
    """Apply ``zeros`` where the measure divides, or raise and name the categories."""
    zeros = counted.options.zeros
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
    outcomes = pairs.outcome[alone & (pairs.outcome != UNNAMED)]
    if (pairs.outcome[alone] == UNNAMED).any():  # smoothing moved mass where neither side has rows
        outcomes = np.union1d(
            outcomes, np.setdiff1d(column.alphabet, pairs.outcome[pairs.comparison == first])
        )
    found = take_labels(column.labels, np.where(outcomes < len(column.labels), outcomes, -1))
    found = found.take(label_order(found))
    row = batch.rows.start + int(first)
    where = {"q": "in the reference", "p": "in P", "both": "on one side"}[one.divides_by]
    raise ValueError(
        f"zeros='raise': column {column.name!r}{counted.groups.describe(row)} has categories of "
        f"probability 0 {where}: {listing(as_objects(found), most=5)}. "
        f"{one.name} is infinite there; pass zeros='inf' to see that, 'drop' to leave them out, "
        "a floor such as 1e-6, or smoothing."
    )
