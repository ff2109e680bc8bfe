"""How sure each score is: in closed form where there is one, else by drawing it again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pdkl import progress
from pdkl.codes.intervals import Binner
from pdkl.core.counts.pairs import Pairs, concatenate
from pdkl.core.counts.smoothing import Smoothing
from pdkl.core.inference.closed import against_null, intervals
from pdkl.core.inference.leaving_out import jackknife_bias
from pdkl.core.inference.samplers import BlockSampler, Null, RowSampler, Sampler
from pdkl.core.inference.scores import Scores
from pdkl.core.inference.stages import Spacings, roles
from pdkl.core.inference.statistics import (
    Statistic,
    evaluate,
    g_statistic,
    interval,
    null_summary,
    p_value,
    pairs_of_draws,
)
from pdkl.core.measures.measure import Measure
from pdkl.core.numerics.exact import FloatArray, IntArray
from pdkl.core.threads import Result, each
from pdkl.request.inference import InferenceOptions
from pdkl.request.keywords import Options

WORTH_THREADS = 20_000  # cells drawn for a comparison; with fewer, threads wait for each other


@dataclass(frozen=True)
class Scored:
    """The measures of some comparisons, as values and as functions that draws can be put into."""

    measures: Sequence[Measure]
    statistics: Sequence[Statistic]  # of raw pairs, smoothing and zeros included
    observed: Sequence[FloatArray]
    log_base: float
    smoothing: Smoothing | None = None

    def only(self, names: Sequence[str]) -> Scored:
        """Return some of the measures."""
        kept = [i for i, one in enumerate(self.measures) if one.name in names]
        return replace(
            self,
            measures=[self.measures[i] for i in kept],
            statistics=[self.statistics[i] for i in kept],
            observed=[self.observed[i] for i in kept],
        )


@dataclass(frozen=True)
class Assessed:
    """The columns that say how sure scores are, and how they were got."""

    columns: dict[str, NDArray[np.float64]]
    exact: NDArray[np.bool_]  # where all tables were listed


def described(options: Options, measures: Sequence[Measure], *, exact: bool) -> str:
    """Say how it was found how sure the scores of a column are."""
    inference, drawn = options.inference, options.drawn(measures)
    assert inference is not None  # it is asked how sure scores are
    every = len(drawn) == len(measures)
    return inference.described(drawn, every=every, exact=exact and inference.confidence is None)


def on_record(found: dict[str, str]) -> str | dict[str, str]:
    """Say how it was found, by column only where columns differ."""
    texts = set(found.values())
    return texts.pop() if len(texts) == 1 else found


@dataclass(frozen=True)
class Question:
    """Comparisons of which it is asked how sure their scores are.

    Parameters
    ----------
    raw : Pairs
        Their whole counts.
    null : {"permutation", "subset", "fixed"}
        What is true if nothing differs.
    scored : Scored
        What was measured.
    blocks_of : callable, optional
        Gives the tables of blocks of both sides of a comparison, for some outcomes; without it each
        row moves on its own.
    spacings : Spacings, optional
        Which outcomes are bins that were fitted to Q; what is drawn takes no notice of it.
    """

    raw: Pairs
    null: Null
    scored: Scored
    blocks_of: Callable[[int, IntArray], tuple[IntArray, IntArray]] | None = None
    spacings: Spacings | None = None


def assess(options: Options, questions: Sequence[Question]) -> list[Assessed]:
    """Return the columns that say how sure the scores of each question are.

    Questions are about the same measures and the same null. Those that a closed form answers are
    answered together: of a thousand columns, that takes a fraction of the time.
    """
    if not questions:
        return []
    inference, measures = options.inference, questions[0].scored.measures
    assert inference is not None  # it is asked how sure scores are
    drawn = options.drawn(measures)
    found = [_drawn(options, one, drawn) for one in questions]
    if inference.draws_all or options.has_blocks:
        return found
    # G has a closed form, whatever is measured
    names = [one.name for one in measures if one.name not in drawn]
    for alike in _alike(questions):
        together = _joined([questions[i] for i in alike])
        closed = _in_closed_form(inference, together, together.scored.only(names))
        ends = np.cumsum([questions[i].raw.size for i in alike])[:-1]
        columns = {name: np.split(values, ends) for name, values in closed.columns.items()}
        for k, (i, exact) in enumerate(zip(alike, np.split(closed.exact, ends), strict=True)):
            own = {name: parts[k] for name, parts in columns.items()}
            found[i] = Assessed(found[i].columns | own, exact)
    return found


def _alike(questions: Sequence[Question]) -> list[list[int]]:
    """Return which questions may be asked together: one law, and one alphabet."""
    found: dict[Any, list[int]] = {}
    for i, one in enumerate(questions):
        law = None if one.spacings is None else one.spacings.by_width
        found.setdefault((law, one.raw.alphabet), []).append(i)
    return list(found.values())


def _joined(questions: Sequence[Question]) -> Question:
    """Make one question of some that are alike, their comparisons behind one another."""
    first = questions[0]
    if len(questions) == 1:
        return first
    observed = [
        np.concatenate(parts)
        for parts in zip(*(one.scored.observed for one in questions), strict=True)
    ]
    raw = replace(concatenate([one.raw for one in questions]), alphabet=first.raw.alphabet)
    spacings = joined([one.spacings for one in questions])
    return Question(raw, first.null, replace(first.scored, observed=observed), None, spacings)


def _drawn(options: Options, question: Question, names: list[str]) -> Assessed:
    """Draw the measures that are drawn, if any is."""
    columns: dict[str, NDArray[np.float64]] = {}
    if names:
        assert options.inference is not None  # it is asked how sure scores are
        known = {} if options.has_blocks else _jackknife(options, question)
        columns = _draw(options.inference, question, question.scored.only(names), known)
    return Assessed(columns, np.zeros(question.raw.size, dtype=bool))


def spacings_of(binner: Binner | None, raw: Pairs) -> Spacings | None:
    """Say which entries are bins that were fitted to Q, None where no edges were."""
    if binner is None:
        return None
    edges = len(binner.bins.edges)
    low, high = (np.full(raw.size, tied) for tied in binner.bins.tied)
    codes = np.where(raw.outcome <= edges, raw.outcome, -1)  # what follows the labels is missing
    return Spacings(roles(codes, edges), low, high, binner.bins.by_width)


def joined(parts: Sequence[Spacings | None]) -> Spacings | None:
    """Put what is said of several pairs behind one another; all are cut by width or none is."""
    known = [part for part in parts if part is not None]
    if not known:
        return None
    role, low, high = (
        np.concatenate([getattr(part, name) for part in known])
        for name in ("role", "tied_low", "tied_high")
    )
    return Spacings(role, low, high, known[0].by_width)


def _in_closed_form(inference: InferenceOptions, question: Question, scored: Scored) -> Assessed:
    raw, null = question.raw, question.null
    scores = Scores(scored.measures, scored.observed, scored.log_base, scored.smoothing)
    columns: dict[str, NDArray[np.float64]] = {}
    exact = np.zeros(raw.size, dtype=bool)
    if inference.test:
        found = against_null(raw, null, scores, question.spacings)
        exact, columns["p_value"] = found.exact, found.p_value
        for one, excess, floor in zip(
            scored.measures, found.excess, found.noise_floor, strict=True
        ):
            columns |= {f"{one.name}_excess": excess, f"{one.name}_noise_floor": floor}
    if inference.confidence is not None:
        ends = intervals(raw, null, scores, level=inference.confidence)
        for one, interval_ in zip(scored.measures, ends, strict=True):
            columns |= {f"{one.name}_low": interval_.low, f"{one.name}_high": interval_.high}
    return Assessed(columns, exact)


def _jackknife(options: Options, question: Question) -> dict[str, FloatArray]:
    """Return the bias of the measures that are sums over categories, where intervals need it."""
    assert options.inference is not None  # it is asked how sure scores are
    if options.inference.confidence is None:
        return {}
    scored = question.scored
    scored = scored.only([one.name for one in scored.measures if not options.lacks_form(one)])
    scores = Scores(scored.measures, scored.observed, scored.log_base, scored.smoothing)
    names = [one.name for one in scored.measures]
    return dict(zip(names, jackknife_bias(question.raw, question.null, scores), strict=True))


def _draw(
    inference: InferenceOptions,
    question: Question,
    scored: Scored,
    jackknife: dict[str, FloatArray],
) -> dict[str, NDArray[np.float64]]:
    """Draw each comparison again, and return the columns that were asked for.

    ``jackknife`` is the bias of measures, as far as it is known.
    """
    raw, null, blocks_of = question.raw, question.null, question.blocks_of
    entries = _entries(raw)

    def sampler(i: int) -> Sampler:
        p = raw.count_p[entries[i]].astype(np.int64)
        q = raw.count_q[entries[i]]
        if blocks_of is not None:
            table, other = blocks_of(i, raw.outcome[entries[i]])
            return BlockSampler(table, q if null == "fixed" else other, null)
        if null == "fixed":
            return RowSampler(p, q, null)
        whole = q.astype(np.int64)
        return RowSampler(p, whole - p if null == "subset" else whole, null)

    def task(i: int, rng: np.random.Generator) -> dict[str, float]:
        drawn = sampler(i)
        found = _tested(inference, drawn, scored, i, rng) if inference.test else {}
        if inference.confidence is not None:
            own = {name: float(bias[i]) for name, bias in jackknife.items()}
            found |= _bounded(inference, drawn, scored, i, rng, own, alphabet=raw.alphabet)
        return found

    some = np.flatnonzero((raw.total_p > 0) & (raw.total_q > 0))
    cells = max((len(entries[i]) for i in some), default=0) * inference.n_draws
    answers = each(
        lambda k, rng: task(int(some[k]), rng),
        len(some),
        inference.rng,
        threads=None if cells >= WORTH_THREADS else 1,
    )
    names = [f"{one.name}{suffix}" for one in scored.measures for suffix in inference.suffixes]
    names += ["p_value"] if inference.test else []
    result = {name: np.full(raw.size, np.nan) for name in names}
    long = inference.progress and len(some) * inference.n_draws >= 100_000
    for i, found in zip(some, with_progress(answers, len(some), shown=long), strict=True):
        for name, value in found.items():
            result[name][i] = value
    return result


def _tested(
    inference: InferenceOptions, drawn: Sampler, scored: Scored, i: int, rng: np.random.Generator
) -> dict[str, float]:
    """Compare the scores of comparison i with those of draws in which nothing differs."""

    def g(pairs: Pairs) -> FloatArray:
        return g_statistic(pairs, drawn.null)

    width = drawn.observed.p.shape[1]
    *values, g_null = evaluate(
        drawn.null_draws, [*scored.statistics, g], inference.n_draws, rng, width=width
    )
    found: dict[str, float] = {}
    for one, score, null_values in zip(scored.measures, scored.observed, values, strict=True):
        summary = null_summary(float(score[i]), null_values, root=one.log_power == 0.5)
        found |= {
            f"{one.name}_excess": summary.excess,
            f"{one.name}_noise_floor": summary.noise_floor,
        }
    found["p_value"] = p_value(
        float(g(pairs_of_draws(drawn.observed))[0]),
        g_null,
        method="permutation" if inference.test == "permutation" else "gamma",
        least=drawn.least_p_value(),
    )
    return found


def _bounded(
    inference: InferenceOptions,
    drawn: Sampler,
    scored: Scored,
    i: int,
    rng: np.random.Generator,
    jackknife: dict[str, float],
    *,
    alphabet: int,
) -> dict[str, float]:
    """Put an interval around the scores of comparison i."""
    width = drawn.observed.p.shape[1]
    values = evaluate(drawn.bootstrap_draws, scored.statistics, inference.n_draws, rng, width=width)
    found: dict[str, float] = {}
    for one, score, drawn_values in zip(scored.measures, scored.observed, values, strict=True):
        found[f"{one.name}_low"], found[f"{one.name}_high"] = interval(
            float(score[i]),
            drawn_values,
            level=inference.confidence or 0.0,
            lower=one.lower,
            upper=one.upper_bound(alphabet, scored.log_base),
            jackknife=jackknife.get(one.name, 0.0),
        )
    return found


def _entries(pairs: Pairs) -> list[IntArray]:
    """Return which entries belong to each comparison."""
    order = np.argsort(pairs.comparison, kind="stable")
    starts = np.searchsorted(pairs.comparison[order], np.arange(pairs.size + 1))
    return [order[starts[i] : starts[i + 1]] for i in range(pairs.size)]


def with_progress(answers: Iterator[Result], size: int, *, shown: bool) -> Iterator[Result]:
    """Show how many comparisons have been drawn again."""
    return progress.with_progress(answers, size, "resampling") if shown else answers
