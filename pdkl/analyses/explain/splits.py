"""What a split adds to a divergence, held against chance."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from pdkl.codes.values import Encoder
from pdkl.comparing.inference import WORTH_THREADS, with_progress
from pdkl.core.inference.closed import excess_and_floor
from pdkl.core.inference.statistics import null_summary, p_value
from pdkl.core.inference.tail import as_it_is
from pdkl.core.measures.chain_rule import CHAINED, Chained, Split
from pdkl.core.threads import each
from pdkl.counting.apart import Wrong
from pdkl.request.inference import InferenceOptions
from pdkl.request.resolve import ResolvedRequest

_ALPHA = 0.05  # in this share of steps at most a column is blamed that did not change
_PROGRESS_CELLS = 50_000_000  # cells drawn from which on a bar is shown: they take some seconds
SIZES = ("n", "n_reference", "n_missing", "n_missing_reference")
TESTED = ("contribution", "share", "expected", "excess", "noise_floor")
MakeSplit = Callable[[], Split]


@dataclass(frozen=True)
class Explained:
    """What is to be explained: a request whose columns are cut, and the measure that is split."""

    resolved: ResolvedRequest
    binners: dict[Hashable, Encoder]
    measure: Chained
    wrong: Wrong  # what goes wrong with columns that are left out
    skipped: dict[Hashable, str]  # columns that are not compared by default, and why

    @property
    def inference(self) -> InferenceOptions:
        """How splits are held against chance."""
        inference = self.resolved.options.inference
        assert inference is not None  # explain always tests
        return inference

    @property
    def log_base(self) -> float:
        """The natural logarithm of the base."""
        return self.resolved.options.log_base


@dataclass(frozen=True)
class JudgedSplit:
    """What a split adds to the divergence, beside what it would if nothing differed."""

    contribution: float
    expected: float
    excess: float
    noise_floor: float
    gain: float  # the excess of JS, which is finite whatever the measure
    p_value: float

    def is_real(self, hypotheses: int) -> bool:
        """Tell whether chance alone seldom adds as much in any of so many splits."""
        return self.gain > 0 and self.p_value * hypotheses <= _ALPHA

    def entries(self, total: float, log_base: float) -> dict[str, float]:
        """Return the columns of the result in its unit."""
        known = 0 < total < np.inf
        return {
            "contribution": self.contribution / log_base + 0.0,
            "share": self.contribution / total if known else float("nan"),
            "expected": self.expected / log_base + 0.0,
            "excess": self.excess / log_base + 0.0,
            "noise_floor": self.noise_floor / log_base + 0.0,
        }


def judge(
    explained: Explained, splits: Sequence[MakeSplit], cells: int, draws: int
) -> list[JudgedSplit]:
    """Measure splits of up to so many cells, and hold each against what chance alone would add.

    They are made one by one, as all of them may not fit into memory. ``draws`` matter where the
    caller asks for draws.
    """
    if not explained.inference.draws_all:
        return [_judged(split(), explained.measure) for split in splits]
    measures = tuple(dict.fromkeys([CHAINED[0], explained.measure]))

    def task(i: int, rng: np.random.Generator) -> JudgedSplit:
        split = splits[i]()
        js, drawn = split.total(CHAINED[0]), split.null_values(measures, draws, rng)
        gain = null_summary(js, drawn[0]).excess
        rows = 2.0 * (split.n_p + split.n_q)  # JS in the unit of the G statistic
        chance = p_value(rows * js, rows * drawn[0], least=split.least_p_value())
        value, values = split.total(explained.measure), drawn[-1]
        summary = null_summary(value, values)
        expected = float(values.mean()) if not np.isnan(value) else float("nan")
        return JudgedSplit(value, expected, *summary, gain, chance)

    threads = None if cells * draws >= WORTH_THREADS else 1
    answers = each(task, len(splits), explained.inference.rng, threads=threads)
    shown = explained.inference.progress and cells * draws * len(splits) > _PROGRESS_CELLS
    return list(with_progress(answers, len(splits), shown=shown))


def _judged(split: Split, measure: Chained) -> JudgedSplit:
    """Hold a split against the moments of what it adds if nothing differs within strata."""
    js, value = split.total(CHAINED[0]), split.total(measure)
    if np.isnan(value):
        return JudgedSplit(*[float("nan")] * 6)
    measures = tuple(dict.fromkeys([CHAINED[0], measure]))
    moments = split.null_moments(measures)
    chance = max(float(moments[0].tail(np.full(1, js))[0]), split.least_p_value())
    gain = js - float(moments[0].mean[0])
    most, floor = excess_and_floor(moments[-1], np.full(1, value), as_it_is, root=False)
    excess = float(most[0])  # NaN where chance alone makes it infinite
    expected = float("inf") if np.isnan(excess) else float(moments[-1].mean[0])
    return JudgedSplit(value, expected, excess, float(floor[0]), gain, chance)
