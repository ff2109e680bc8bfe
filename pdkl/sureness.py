"""How sure each score is: its comparison drawn again, and what the draws say."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pdkl.core.counts import Counts
from pdkl.core.measures import Measure, largest_value
from pdkl.core.numerics import FloatArray, IntArray
from pdkl.core.pairs import Pairs
from pdkl.core.resampling import (
    Blocks,
    Null,
    Rows,
    Sampler,
    Statistic,
    each,
    evaluate,
    g_statistic,
    interval,
    null_summary,
    p_value,
)
from pdkl.core.validation import is_number, number_in, one_of

_WORTH_THREADS = 20_000  # cells drawn for a comparison; with fewer, threads wait for each other
# the form of a comparison -> what is true of it if nothing differs
NULLS: dict[str, Null] = {"all": "subset", "mapping": "fixed", "uniform": "fixed"}


@dataclass(frozen=True)
class Units:
    """The counts of the blocks of one side, and which group each is of."""

    counts: Counts  # its groups are the blocks
    owner: IntArray

    def table(self, blocks: NDArray[np.bool_], outcomes: IntArray) -> IntArray:
        """Return the counts of some blocks, a row each."""
        return self.counts.take(np.flatnonzero(blocks)).dense(outcomes).astype(np.int64)


@dataclass(frozen=True)
class Sureness:
    """What the caller wants to know, and how much work it may take."""

    confidence: float | None
    test: bool | str
    n_resamples: int
    rng: np.random.Generator
    progress: bool

    @property
    def suffixes(self) -> list[str]:
        """What follows each measure in the result."""
        found = ["_low", "_high"] if self.confidence is not None else []
        return found + (["_excess", "_noise_floor"] if self.test else [])


def read_sureness(
    confidence: Any, test: Any, n_resamples: Any, rng: Any, progress: Any
) -> Sureness | None:
    """Check the keywords; None where nothing is asked for."""
    if confidence is not None:
        confidence = number_in("confidence", confidence, 0.0, 1.0, "a number in (0, 1), or None")
    if not isinstance(test, bool):
        one_of("test", test, ("permutation",), also="True or False")
    if not is_number(n_resamples) or int(n_resamples) != n_resamples:
        raise TypeError(f"n_resamples must be a whole number of draws; got {n_resamples!r}.")
    if n_resamples < 1:
        raise ValueError(f"n_resamples must be at least 1; got {n_resamples!r}.")
    if not isinstance(progress, bool):
        raise TypeError(f"progress must be True or False; got {progress!r}.")
    if confidence is None and test is False:
        return None
    try:
        generator = np.random.default_rng(rng)
    except (TypeError, ValueError):
        raise TypeError(
            f"rng must be a seed of at least 0, a numpy.random.Generator, or None; got {rng!r}."
        ) from None
    return Sureness(confidence, test, int(n_resamples), generator, progress)


def assess(
    wanted: Sureness,
    raw: Pairs,
    form: str | None,
    measures: Sequence[Measure],
    statistics: Sequence[Statistic],
    observed: Sequence[FloatArray],
    log_base: float,
    blocks_of: Callable[[int, IntArray], tuple[IntArray, IntArray]] | None = None,
) -> dict[str, NDArray[np.float64]]:
    """Draw each comparison of ``raw`` again, and return the columns that were asked for.

    ``raw`` has whole counts; ``statistics`` are the measures as functions of such pairs, smoothing
    and zeros included, and ``observed`` their values. ``blocks_of`` gives the tables of blocks of
    both sides of a comparison, for some outcomes; without it each row moves on its own.
    """
    null = NULLS.get(form or "", "fixed" if form is None else "permutation")
    entries = _entries(raw)
    names = [f"{one.name}{suffix}" for one in measures for suffix in wanted.suffixes]
    result = {name: np.full(raw.size, np.nan) for name in names}
    if wanted.test:
        result["p_value"] = np.full(raw.size, np.nan)
    tops = [largest_value(one, raw.alphabet, log_base) for one in measures]

    def task(i: int, rng: np.random.Generator) -> dict[str, float]:
        at, found = entries[i], {}
        p = raw.count_p[at].astype(np.int64)
        q = raw.count_q[at] if null == "fixed" else raw.count_q[at].astype(np.int64)
        sampler: Sampler = Rows(p, q - p if null == "subset" else q, null)
        if blocks_of is not None:
            table, other = blocks_of(i, raw.outcome[at])
            sampler = Blocks(table, q if null == "fixed" else other, null)
        width, size = len(p), wanted.n_resamples
        if wanted.test:
            extra: list[Statistic] = [lambda pairs: g_statistic(pairs, null)]
            *values, g = evaluate(sampler.null_draws, [*statistics, *extra], size, rng, width=width)
            for one, score, drawn in zip(measures, observed, values, strict=True):
                told = null_summary(float(score[i]), drawn, root=one.log_power == 0.5)
                found[f"{one.name}_excess"] = told.excess
                found[f"{one.name}_noise_floor"] = told.noise_floor
            (own,) = evaluate(lambda *_: sampler.observed, extra, 1, rng, width=width)
            method = "permutation" if wanted.test == "permutation" else "gamma"
            found["p_value"] = p_value(
                float(own[0]),
                g,
                method=method,  # type: ignore[arg-type]
                least=sampler.least_p_value(),
            )
        if wanted.confidence is not None:
            drawn_values = evaluate(sampler.bootstrap_draws, statistics, size, rng, width=width)
            for one, score, top, drawn in zip(measures, observed, tops, drawn_values, strict=True):
                low, high = interval(
                    float(score[i]), drawn, level=wanted.confidence, lower=one.lower, upper=top
                )
                found[f"{one.name}_low"], found[f"{one.name}_high"] = low, high
        return found

    some = np.flatnonzero((raw.total_p > 0) & (raw.total_q > 0))
    drawn = max((len(entries[i]) for i in some), default=0) * wanted.n_resamples
    answers = each(
        lambda k, rng: task(int(some[k]), rng),
        len(some),
        wanted.rng,
        threads=None if drawn >= _WORTH_THREADS else 1,
    )
    for i, found in zip(some, _with_progress(answers, len(some), wanted), strict=True):
        for name, value in found.items():
            result[name][i] = value
    return result


def _entries(pairs: Pairs) -> list[IntArray]:
    """Return which entries belong to each comparison."""
    order = np.argsort(pairs.comparison, kind="stable")
    starts = np.searchsorted(pairs.comparison[order], np.arange(pairs.size + 1))
    return [order[starts[i] : starts[i + 1]] for i in range(pairs.size)]


def _with_progress(
    answers: Iterator[dict[str, float]], size: int, wanted: Sureness
) -> Iterable[dict[str, float]]:
    """Show a bar on long work, where tqdm is installed."""
    if not wanted.progress or size * wanted.n_resamples < 100_000:
        return answers
    try:
        from tqdm.auto import tqdm
    except ImportError:
        return answers
    bar: Iterable[dict[str, float]] = tqdm(answers, total=size, desc="resampling", leave=False)
    return bar


def adjusted(p_values: FloatArray) -> FloatArray:
    """Adjust p-values by Benjamini and Hochberg (1995); NaN are no hypotheses."""
    from scipy.stats import false_discovery_control

    known = ~np.isnan(p_values)
    result = np.full(len(p_values), np.nan)
    if known.any():
        result[known] = false_discovery_control(p_values[known])
    return result


def once_per_pair(left: IntArray, right: IntArray, p_values: FloatArray) -> FloatArray:
    """Leave one p-value to each unordered pair of groups, NaN to the other and to oneself."""
    return np.where(left < right, p_values, np.nan)


def for_both_orders(left: IntArray, right: IntArray, values: FloatArray) -> FloatArray:
    """Give both orders of a pair the value of the one that has it."""
    size = int(max(left.max(initial=0), right.max(initial=0))) + 1
    table = np.full((size, size), math.nan)
    known = left < right
    table[left[known], right[known]] = values[known]
    table[right[known], left[known]] = values[known]
    return np.asarray(table[left, right])
