"""The bias of scores by the jackknife, which sees what the bootstrap is blind to.

A sample of few rows does not know the categories that it lacks. Drawn again it is compared with
itself, so that the bootstrap finds a bias that is too small; leaving a row out shows what rows seen
once are worth.

References
----------
Quenouille (1956), "Notes on bias in estimation". Zahl (1977), "Jackknifing an index of diversity":
the same of entropies. Good (1953), "The population frequencies of species and the estimation of
population parameters": what rows seen once tell of those not seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from pdkl.core.counts.pairs import Pairs
from pdkl.core.inference.cells import Evaluate
from pdkl.core.inference.samplers import Null
from pdkl.core.inference.scores import Scores, Terms, finish_of
from pdkl.core.inference.tail import Finish
from pdkl.core.numerics.exact import FloatArray


class _Left(NamedTuple):
    """Rows that are left out one at a time: how many of an entry, and which sides they are of."""

    rows: FloatArray
    total: FloatArray
    of_p: bool
    of_q: bool


def jackknife_bias(pairs: Pairs, null: Null, scores: Scores) -> list[FloatArray]:
    """Return the bias of scores in each comparison, in the units that they have.

    Parameters
    ----------
    pairs : Pairs
        What occurred: whole counts, and rows on both sides.
    null : {"permutation", "subset", "fixed"}
        What is sampled: both sides, a part and the rest of a pool, or P alone.
    scores : Scores
        What was measured.

    Returns
    -------
    list of float64 arrays
        ``sum (n - 1) (mean T(without a row) - T)`` over the samples. Rows without which a score
        is infinite are left aside. 0 of a maximum, of estimators, which make up for it, and where
        smoothing, a bias that was asked for, would be found with it.
    """
    plain = [one for one in scores.measures if scores.smoothing is None and not one.from_counts]
    sums = [one for one in plain if one.reduce == "sum"]
    evaluate = Terms(scores, fixed=null == "fixed").of(sums)
    finishes = [finish_of(one, pairs.alphabet) for one in sums]
    found = _bias(pairs, null, evaluate, finishes)
    known = {
        one.name: bias / scores.log_base**one.log_power
        for one, bias in zip(sums, found, strict=True)
    }
    return [known.get(one.name, np.zeros(pairs.size)) for one in scores.measures]


def _bias(
    pairs: Pairs, null: Null, evaluate: Evaluate, finishes: Sequence[Finish]
) -> list[FloatArray]:
    found = [np.zeros(pairs.size) for _ in finishes]
    observed = [
        _finished(pairs.sum(one), finish)
        for one, finish in zip(evaluate(pairs), finishes, strict=True)
    ]
    for left in _samples(pairs, null):
        others = replace(
            pairs,
            total_p=np.maximum(pairs.total_p - left.of_p, 1.0),
            total_q=np.maximum(pairs.total_q - left.of_q, 1.0),
        )
        taken = left.rows > 0
        own = replace(
            others,
            count_p=pairs.count_p - (taken & left.of_p),
            count_q=pairs.count_q - (taken & left.of_q),
        )
        both = zip(evaluate(others), evaluate(own), strict=True)
        for i, ((rest, one), finish) in enumerate(zip(both, finishes, strict=True)):
            found[i] += _of_sample(pairs, left, rest, one, observed[i], finish)
    return found


def _samples(pairs: Pairs, null: Null) -> Iterator[_Left]:
    yield _Left(pairs.count_p, pairs.total_p, of_p=True, of_q=null == "subset")
    if null == "permutation":
        yield _Left(pairs.count_q, pairs.total_q, of_p=False, of_q=True)
    if null == "subset":
        rest = pairs.count_q - pairs.count_p, pairs.total_q - pairs.total_p
        yield _Left(*rest, of_p=False, of_q=True)


def _of_sample(
    pairs: Pairs,
    left: _Left,
    rest: FloatArray,
    own: FloatArray,
    whole: FloatArray,
    finish: Finish,
) -> FloatArray:
    """Return (n - 1) (mean T(without a row) - T), given what entries add then."""
    at, endless = pairs.comparison, np.isinf(rest)
    known = np.where(endless, 0.0, rest)
    without = _finished(pairs.sum(known)[at] - known + own, finish)
    usable = (pairs.sum(endless * 1.0)[at] == endless) & np.isfinite(without)
    weight = left.rows * usable * np.isfinite(whole)[at]
    rows = pairs.sum(weight)
    change = np.where(weight > 0, without, 0.0) - np.where(weight > 0, whole[at], 0.0)
    mean = np.divide(pairs.sum(weight * change), rows, out=np.zeros(pairs.size), where=rows > 0)
    return np.asarray((left.total - 1.0) * mean)


def _finished(total: FloatArray, finish: Finish) -> FloatArray:
    finite = np.isfinite(total)
    return np.where(finite, finish(np.where(finite, total, 0.0)), np.inf)
