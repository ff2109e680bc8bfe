"""What decides whether a column drifts: its measure, its threshold, its alpha."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pdkl.codes.labels import as_text
from pdkl.core.counts.pairs import Pairs
from pdkl.core.counts.smoothing import Smoothing
from pdkl.core.counts.steps import Steps
from pdkl.core.measures.catalogue import find
from pdkl.core.measures.measure import Measure
from pdkl.core.validation import number_in
from pdkl.request.by_column import ByColumn
from pdkl.request.keywords import Options

MEASURE, THRESHOLD, ALPHA = "js_distance", 0.1, 0.05
PSEUDO_COUNT = Smoothing(0.5)  # by default, where the measure can be infinite


@dataclass(frozen=True)
class Rule:
    """What decides about one column.

    A measure of ordered values has a rule ``by_category`` beside it: for columns without an order,
    and for what is missing.
    """

    measure: Measure
    threshold: float
    alpha: float
    smoothing: Smoothing | None
    is_named: bool = False  # whether the measure was asked for by the name of the column
    has_threshold: bool = True  # whether the threshold was given
    by_category: Rule | None = None


@dataclass(frozen=True)
class Deciding:
    """The keywords that decide, for all columns or by column."""

    measure: ByColumn[Measure]
    threshold: ByColumn[float]
    alpha: ByColumn[float]
    has_threshold: bool = True  # whether one was given

    @classmethod
    def read(cls, measure: Any, threshold: Any, alpha: Any) -> Deciding:
        """Check all that does not depend on the data."""
        has_threshold = threshold is not None
        found = cls(
            ByColumn.read("measure", measure, MEASURE, read_difference),
            ByColumn.read(
                "threshold", threshold if has_threshold else THRESHOLD, THRESHOLD, _threshold
            ),
            ByColumn.read("alpha", alpha, ALPHA, _alpha),
            has_threshold,
        )
        for one in found.measures:
            if one.in_column_unit and not has_threshold:
                name = next(iter(found.measure.own), "age")
                raise ValueError(needs_threshold(one.name, name))
        return found

    @property
    def measures(self) -> tuple[Measure, ...]:
        """The measures that some column may go by."""
        return tuple(dict.fromkeys(self.measure.values()))

    def rules(self, columns: Sequence[Hashable], options: Options, *, fixed: bool) -> list[Rule]:
        """Say what decides about each of the columns that are compared, with ``fixed`` shares."""
        for one in (self.measure, self.threshold, self.alpha):
            one.require(columns)
        needed = {one: _needed(one, options.zeros, fixed=fixed) for one in self.measures}
        return [
            self._rule(name, options.smoothing or needed[self.measure.of(name)]) for name in columns
        ]

    def _rule(self, name: Hashable, smoothing: Smoothing | None) -> Rule:
        measure, given = self.measure.of(name), self.threshold.given
        threshold, alpha = self.threshold.of(name), self.alpha.of(name)
        if not measure.ordered:
            return Rule(measure, threshold, alpha, smoothing)
        # one in the unit of some columns says nothing of the others
        limit = THRESHOLD if measure.in_column_unit else threshold
        return Rule(
            measure,
            threshold,
            alpha,
            smoothing,
            is_named=name in self.measure.own,
            has_threshold=name in self.threshold.own or not isinstance(given, Mapping),
            by_category=Rule(find("measure", MEASURE), limit, alpha, smoothing),
        )


def _needed(measure: Measure, zeros: str | float, *, fixed: bool) -> Smoothing | None:
    """Return the pseudo-count that keeps a measure finite; none where nothing can make it infinite.

    One new row in 100,000 must not decide. What ``fixed`` shares exclude must: there only a
    category that data lack is looked at.
    """
    if measure.ordered or (measure.divides_by and zeros != "inf"):
        return None
    one_apart = Pairs(
        comparison=np.array([0, 0, 1, 1, 2, 2]),
        outcome=np.array([0, 1] * 3),
        count_p=np.array([1.0, 1.0, 2.0, 0.0, 2.0, 0.0]),
        count_q=np.array([2.0, 0.0, 1.0, 1.0, 0.0, 2.0]),
        times=np.ones(6),
        total_p=np.full(3, 2.0),
        total_q=np.full(3, 2.0),
        alphabet=2,
    )
    endless = np.isinf(measure.value(one_apart, 1.0))
    return PSEUDO_COUNT if endless[1 if fixed else slice(None)].any() else None


def read_difference(parameter: str, value: Any) -> Measure:
    """Read a measure of two distributions; others are not 0 where nothing differs."""
    measure = find(parameter, value)
    if measure.one_sided:
        raise ValueError(
            f"{parameter} must compare two distributions; {measure.name} measures one. Choose one "
            "such as 'js_distance', 'psi' or 'total_variation'."
        )
    ones, two = np.ones(2), np.full(1, 2.0)
    same = Pairs(np.zeros(2, dtype=np.int64), np.arange(2), ones, ones, ones, two, two, 2)
    if measure.ordered:
        same = Steps.of(same, np.arange(2.0))
    found = float(measure.value(same, 1.0)[0])
    if found != 0.0:
        raise ValueError(
            f"{parameter} must be 0 where nothing differs; {measure.name} of a fair coin against a "
            f"fair coin is {found:.4g} nats. Choose one such as 'js_distance', 'psi' or "
            "'total_variation'."
        )
    return measure


def needs_threshold(measure: str, column: Hashable) -> str:
    """Say that no threshold stands for columns of all units."""
    return (
        f"threshold must be given for measure={measure!r}, which is in the unit of the column: for "
        f"instance threshold={{{as_text(column)!r}: 2.5}}. Give it, or choose "
        "'wasserstein_scaled', which is in standard deviations of the reference."
    )


def _threshold(parameter: str, value: Any) -> float:
    return number_in(
        parameter, value, 0.0, np.inf, "a finite number of at least 0", closed_low=True
    )


def _alpha(parameter: str, value: Any) -> float:
    return number_in(parameter, value, 0.0, 1.0, "a number in (0, 1)")
