"""Measures of ordered values: each comparison as two distribution functions, and how sure it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from pdkl.comparing.align import Batch, batches, blocks_of, support_of
from pdkl.comparing.inference import WORTH_THREADS, with_progress
from pdkl.comparing.prepare import CountedRequest
from pdkl.comparing.shared_labels import ByValue
from pdkl.core.counts.pairs import Pairs
from pdkl.core.counts.steps import Steps
from pdkl.core.forms import null_of
from pdkl.core.inference.kolmogorov import ks_p_values
from pdkl.core.inference.places import MOST_PLACES, Places
from pdkl.core.inference.samplers import BlockSampler, LineSampler, Null, Sampler
from pdkl.core.inference.statistics import (
    Statistic,
    evaluate,
    interval,
    null_summary,
    p_value,
    pairs_of_draws,
)
from pdkl.core.measures.catalogue import MEASURES
from pdkl.core.measures.measure import Measure
from pdkl.core.numerics.exact import FloatArray, IntArray
from pdkl.core.threads import each, side_by_side
from pdkl.request.inference import InferenceOptions

_KS = MEASURES["kolmogorov_smirnov"]
_SCIPY = "SciPy"
_LONG = 100_000  # draws from which on a bar is shown
BlocksOf = Callable[[int, IntArray], tuple[IntArray, IntArray]]


def steps_of(batch: Batch, column: ByValue) -> Steps:
    """Return what the terms see of some comparisons."""
    return Steps.of(batch.raw, column.positions[batch.raw.outcome])


def batches_by_value(counted: CountedRequest, column: ByValue, *, every: bool) -> Iterator[Batch]:
    """Line up the two sides of a column, on their union or on ``every`` value; none is smoothed."""
    return batches(_unsmoothed(counted), column, every=every)


def _unsmoothed(counted: CountedRequest) -> CountedRequest:
    return replace(counted, options=replace(counted.options, smoothing=None))


def measured(
    counted: CountedRequest,
    column: ByValue,
    measures: Sequence[Measure],
    *,
    tested: bool,
    facts: Callable[[Batch], dict[str, Any]] = lambda _: {},
) -> dict[str, Any]:
    """Compute the measures of all comparisons of a column, and how sure each is if that is asked.

    Those of which it is ``tested`` whether anything differs have a p-value, that of the first.
    ``facts`` gives other columns of some comparisons.
    """
    plain = _unsmoothed(counted)
    support = support_of(plain, column, every=False)
    inference = counted.options.inference
    log_base = counted.options.log_base
    # the same draws, however comparisons are cut into pieces
    seed = None if inference is None else inference.settled_rng.integers(0, 2**32, 4)

    def part(rows: slice) -> dict[str, Any]:
        batch = support.batch(rows)
        steps = steps_of(batch, column)
        found = facts(batch)
        for one in measures:
            found[one.name] = np.where(batch.valid, one.value(steps, log_base), np.nan)
        if inference is None:
            return found
        question = _Question(
            batch.raw,
            steps,
            column.positions[batch.raw.outcome],
            null_of(counted.form),
            measures,
            [found[one.name] for one in measures],
            log_base,
            blocks_of(plain, column, rows.start),
            rows.start,
        )
        sure = question.drawn(inference, np.random.default_rng(seed), tested=tested)
        if tested and not is_drawn(counted, measures[0]):
            sure["p_value"] = ks_p_values(steps, question.null)
        return found | sure

    slices = support.slices()
    # how sure a score is has threads of its own
    parts = side_by_side(part, slices, threads=None if inference is None else 1)
    return {name: np.concatenate([one[name] for one in parts]) for name in parts[0]}


def is_drawn(counted: CountedRequest, measure: Measure) -> bool:
    """Tell whether draws give the p-value of a measure, and not SciPy."""
    inference = counted.options.inference
    assert inference is not None  # it is asked how sure scores are
    return measure is not _KS or inference.draws_all or counted.options.has_blocks


def described(
    counted: CountedRequest, measures: Sequence[Measure], by_category: str, *, tested: bool
) -> str:
    """Say how it was found how sure the scores of a column are.

    ``measures`` are those of ordered values, ``by_category`` is what is said of the others; a
    p-value that is ``tested`` is that of the first.
    """
    inference = counted.options.inference
    assert inference is not None  # it is asked how sure scores are
    draws, names = f"{inference.n_draws} draws", ", ".join(one.name for one in measures)
    parts = [draws] if by_category in ("", draws) else [by_category, f"{names}: {draws}"]
    if tested:
        how = draws if is_drawn(counted, measures[0]) else _SCIPY
        if how == _SCIPY or by_category or len(measures) > 1:
            parts.append(f"p_value of {measures[0].name}: {how}")
    return "; ".join(parts)


@dataclass(frozen=True)
class _Question:
    """Comparisons of one column that are drawn again; ``start`` of all others come before."""

    raw: Pairs
    steps: Steps
    position: FloatArray
    null: Null
    measures: Sequence[Measure]
    observed: Sequence[FloatArray]
    log_base: float
    blocks_of: BlocksOf | None
    start: int

    def drawn(
        self, inference: InferenceOptions, rng: np.random.Generator, *, tested: bool
    ) -> dict[str, Any]:
        """Draw each comparison again, and return the columns that were asked for."""
        raw = self.raw
        ends = np.searchsorted(raw.comparison, np.arange(raw.size + 1))

        def task(i: int, own: np.random.Generator) -> dict[str, float]:
            if not (raw.total_p[i] > 0 and raw.total_q[i] > 0):
                return {}
            return self._one(inference, i, slice(ends[i], ends[i + 1]), own, tested=tested)

        widest = min(int(np.diff(ends).max(initial=0)), MOST_PLACES)
        threads = None if widest * inference.n_draws >= WORTH_THREADS else 1
        answers = each(task, raw.size, rng, threads=threads, first=self.start)
        names = [f"{one.name}{end}" for one in self.measures for end in inference.suffixes]
        found = {name: np.full(raw.size, np.nan) for name in names}
        if tested:
            found["p_value"] = np.full(raw.size, np.nan)
        long = inference.progress and raw.size * inference.n_draws >= _LONG
        for i, one in enumerate(with_progress(answers, raw.size, shown=long)):
            for name, value in one.items():
                found[name][i] = value
        return found

    def _one(
        self,
        inference: InferenceOptions,
        i: int,
        entries: slice,
        rng: np.random.Generator,
        *,
        tested: bool,
    ) -> dict[str, float]:
        """Draw comparison i again."""
        raw = self.raw
        p, q = raw.count_p[entries], raw.count_q[entries]
        position, gap = self.position[entries], self.steps.gap[entries]
        weight = p / raw.total_p[i] + q / raw.total_q[i] if self.null == "fixed" else p + q
        places = Places.of(weight, position, gap)
        sampler = self._sampler(i, raw.outcome[entries], places.dealt(p), places.dealt(q), places)
        statistics = [self._statistic(one, places) for one in self.measures]
        width = len(places.first)
        found: dict[str, float] = {}
        if inference.test:
            draws = evaluate(sampler.null_draws, statistics, inference.n_draws, rng, width=width)
            for one, score, values in zip(self.measures, self.observed, draws, strict=True):
                summary = null_summary(float(score[i]), values)
                found[f"{one.name}_excess"] = summary.excess
                found[f"{one.name}_noise_floor"] = summary.noise_floor
            if tested:
                counted = inference.test == "permutation"
                found["p_value"] = _p_value(
                    float(self.observed[0][i]),
                    draws[0],
                    method="permutation" if counted else "skewed",
                    least=sampler.least_p_value(),
                )
        if inference.confidence is not None:
            again = evaluate(
                sampler.bootstrap_draws, statistics, inference.n_draws, rng, width=width
            )
            (own,) = np.array([one(pairs_of_draws(sampler.observed)) for one in statistics]).T
            for one, score, values, at_places in zip(
                self.measures, self.observed, again, own, strict=True
            ):
                # what the places overlook of the score they overlook of the draws as well
                seen = np.isfinite(at_places) and at_places > 0
                scale = float(score[i]) / float(at_places) if seen else 1.0
                found[f"{one.name}_low"], found[f"{one.name}_high"] = interval(
                    float(score[i]),
                    values * scale,
                    level=inference.confidence,
                    lower=one.lower,
                    upper=one.upper_bound(raw.alphabet, self.log_base),
                )
        return found

    def _sampler(
        self, i: int, outcomes: IntArray, p: FloatArray, q: FloatArray, places: Places
    ) -> Sampler:
        null, whole = self.null, p.astype(np.int64)
        if self.blocks_of is not None:
            own, other = map(places.dealt, self.blocks_of(i, outcomes))
            return BlockSampler(own, q if null == "fixed" else other, null)
        if null == "fixed":
            return LineSampler(whole, q, null)
        other = q.astype(np.int64)
        return LineSampler(whole, other - whole if null == "subset" else other, null)

    def _statistic(self, one: Measure, places: Places) -> Statistic:
        return lambda draws: one.value(places.steps(draws), self.log_base)


def _p_value(
    observed: float,
    values: FloatArray,
    *,
    method: Literal["skewed", "permutation"],
    least: float,
) -> float:
    """Return the p-value of a score, whose unit is of no matter to it."""
    finite = values[np.isfinite(values)]
    unit = float(finite.mean()) if len(finite) and finite.any() else 1.0
    return p_value(observed / unit, values / unit, method=method, least=least)
