"""A part of a sequence beside the stretch before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pdkl.analyses.changes.sequences import Counted, Row
from pdkl.comparing.inference import Question, Scored, assess, described
from pdkl.comparing.tops import Run, tops
from pdkl.core.counts.counts import Counts
from pdkl.core.counts.pairs import Pairs, align_union
from pdkl.core.measures.catalogue import MEASURES
from pdkl.core.measures.measure import Measure
from pdkl.core.numerics.exact import FloatArray, IntArray
from pdkl.request.keywords import Options
from pdkl.results.reading import EXCESS, NOISE_FLOOR

_APART = 0.95  # a js_distance in bits from which on two stretches have hardly a value in common


class Compared(NamedTuple):
    """The parts of a column beside the stretches that they are compared with."""

    n: IntArray
    values: list[FloatArray]  # the score, excess, noise floor, what the top contributes, p-value
    top: NDArray[Any]
    is_far: NDArray[np.bool_]
    how: str  # it was found how sure a score is; empty where there is none


def compare(options: Options, measure: Measure, side: Counted, rows: Sequence[Row]) -> Compared:
    """Measure each part of a column against the stretch before."""
    p = _pooled(side.counts, [row.periods[row.part.periods] for row in rows])
    q = _pooled(side.counts, [row.periods[row.part.against] for row in rows])
    raw = replace(align_union(p, q), alphabet=max(int(side.counts.observed.sum()), 1))
    has_before = (raw.total_p > 0) & (raw.total_q > 0)

    def value(pairs: Pairs) -> FloatArray:
        return measure.value(pairs, options.log_base)

    score = value(raw)
    scored = Scored([measure], [value], [score], options.log_base)
    (sure,) = assess(options, [Question(raw, "permutation", scored)])
    excess, floor = (sure.columns[f"{measure.name}{end}"] for end in (EXCESS, NOISE_FLOOR))
    noisier = np.array([_noisier(side.counts, row) for row in rows])
    excess, floor = _with_noise(measure, score, excess, floor, noisier)
    top, contribution = tops(raw, [Run(side.labels, side.leveled, raw.size)])
    p_value = np.array([row.part.p_value for row in rows])
    distance = MEASURES["js_distance"].value(raw, np.log(2.0))
    return Compared(
        np.asarray(p.totals, dtype=np.int64),
        [score, excess, floor, contribution, p_value],
        top,
        has_before & (distance >= _APART),
        described(options, [measure], exact=bool(sure.exact[has_before].all()))
        if has_before.any()
        else "",
    )


def _pooled(counts: Counts, groups: Sequence[IntArray]) -> Counts:
    """Give new counts whose group i adds some of the old ones, ``groups[i]``."""
    owner = np.repeat(np.arange(len(groups)), [len(one) for one in groups])
    return counts.take(np.concatenate(groups)).regroup(owner, len(groups))


def _noisier(counts: Counts, row: Row) -> float:
    """Return how many times noisier a difference is than that of as many independent rows."""
    spread = independent = 0.0
    for places in (row.part.periods, row.part.against):
        if not len(places):
            return 1.0
        rows = counts.totals[row.periods[places]]
        total = float(rows.sum())
        spread += float((rows * row.found.noisier[places]).sum()) / total**2
        independent += 1.0 / total
    return spread / independent


def _with_noise(
    measure: Measure, score: FloatArray, excess: FloatArray, floor: FloatArray, noisier: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Let chance have as much more of a score as periods are noisier than their rows."""
    grown = noisier ** (_growth(measure) / 2.0)
    if measure.log_power != 0.5:
        return score - grown * (score - excess), grown * floor
    # of a root, the excess is that of the squares
    by_chance = score * score - np.copysign(excess * excess, excess)
    square = score * score - grown * grown * by_chance
    return np.copysign(np.sqrt(np.abs(square)), square), grown * floor


def _growth(measure: Measure) -> int:
    """Return which power of a small difference a measure grows with, 1 or 2."""
    half, step = 1e6, np.array([1e3, 2e3])
    count = np.stack([half + step, half - step], axis=1).ravel()
    pairs = Pairs(
        comparison=np.array([0, 0, 1, 1]),
        outcome=np.array([0, 1, 0, 1]),
        count_p=count,
        count_q=np.full(4, half),
        times=np.ones(4),
        total_p=np.full(2, 2.0 * half),
        total_q=np.full(2, 2.0 * half),
        alphabet=2,
    )
    once, twice = measure.value(pairs, 1.0)
    return 2 if twice > 3.0 * once else 1
