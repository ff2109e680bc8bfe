"""Mutual information and its kin: what each is of a table, and how sure that is.

If nothing depends on anything, the margins of a table stay and its mutual information I varies.
All else is a function of I then: H(X | Y) = H(X) - I, the variation of information is
H(X) + H(Y) - 2 I, and what I is divided by is a constant, or H(X) + H(Y) - I. So the law of I
(`pdkl.core.inference.tables`) says how sure each of them is.

References
----------
Vinh, Epps and Bailey (2010), "Information theoretic measures for clusterings comparison: variants,
properties, normalization and correction for chance", JMLR 11.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pdkl.core.counts.counts import WeightArray, as_float
from pdkl.core.inference.closed import ends_of
from pdkl.core.inference.margins import Margin
from pdkl.core.inference.statistics import interval, null_summary, p_value
from pdkl.core.inference.table_again import Again, Signs
from pdkl.core.inference.table_draws import DrawnTables, TableSampler, samplers
from pdkl.core.inference.tables import (
    Contingency,
    expected_information,
    if_independent,
    least_p_value,
)
from pdkl.core.inference.tail import as_it_is
from pdkl.core.measures.estimators import Estimator
from pdkl.core.measures.joint import Joint, Normalization, normalize
from pdkl.core.numerics.exact import FloatArray, IntArray, segment_sum

Kind = Literal["mutual_information", "conditional_entropy", "variation_of_information"]
_SIDES: tuple[Literal["x", "y"], ...] = ("x", "y")
_LEVEL = 0.95
# how often x log x of each cell, row, column and stratum is in n times a measure
_SIGNS: dict[Kind, Signs] = {
    "mutual_information": Signs(cells=1.0, rows=-1.0, columns=-1.0, strata=1.0),
    "conditional_entropy": Signs(cells=-1.0, rows=0.0, columns=1.0, strata=0.0),
    "variation_of_information": Signs(cells=-2.0, rows=1.0, columns=1.0, strata=0.0),
}
_NOTHING = 1e-10  # of a norm: less is what rounding leaves where chance alone gives all of it


class Tested(NamedTuple):
    """What independence says of a measure, an entry for each answer; NaN without rows."""

    excess: FloatArray
    noise_floor: FloatArray
    p_value: FloatArray
    exact: NDArray[np.bool_]  # whether all tables were listed


@dataclass(frozen=True)
class Dependence:
    """A measure of what x and y of a joint table tell of each other, plug-in.

    Parameters
    ----------
    kind : str
        Mutual information, H(X | Y), or H(X | Y) + H(Y | X).
    normalized : str, optional
        What mutual information is divided by, which then has no unit.
    correct : bool
        Whether what chance alone gives is taken from both first: (I - E I) / (norm - E I).
    log_base : float
        The logarithm of the base.
    """

    kind: Kind
    normalized: Normalization | None = None
    correct: bool = False
    log_base: float = 1.0

    def value(self, joint: Joint) -> FloatArray:
        """Measure each group; NaN without rows, or where there is nothing to divide by."""
        if self.kind == "conditional_entropy":
            return joint.conditional_entropy("x") / self.log_base
        if self.kind == "variation_of_information":
            both = joint.conditional_entropy("x") + joint.conditional_entropy("y")
            return both / self.log_base
        information = joint.mutual_information()
        if self.normalized is None:
            return information / self.log_base
        chance = np.zeros(joint.n_groups)
        if self.correct:
            tables, answer = contingency(joint)
            chance = expected_information(tables, answer, joint.n_groups)
        return _share(information, chance, normalize(joint, self.normalized))

    def estimate(self, joint: Joint, estimator: Estimator) -> FloatArray:
        """Make the measure of estimated entropies, each of the columns that it is of."""
        signs, found = _SIGNS[self.kind], np.zeros(joint.n_groups)
        parts: list[tuple[Sequence[Literal["x", "y"]], float]] = [
            (("x", "y"), signs.cells),
            (("x",), signs.rows),
            (("y",), signs.columns),
        ]
        if joint.given is not None:
            parts.append(((), signs.strata))
        for of, sign in parts:
            if sign:
                found -= sign * joint.estimated_entropy(of, estimator)
        return found / self.log_base

    def bounds(self, joint: Joint) -> tuple[float, float]:
        """Return what no table of these values is below, and what none is above."""
        if self.normalized is not None:
            return (-np.inf if self.correct else 0.0), 1.0
        x, y = (np.log(max(joint.alphabet(side), 1)) / self.log_base for side in _SIDES)
        most = {"mutual_information": min(x, y), "conditional_entropy": x}
        return 0.0, float(most.get(self.kind, x + y))

    def if_independent(self, joint: Joint, score: FloatArray) -> Tested:
        """Say what the measure would be if x and y were independent, given what it is."""
        tables, answer = contingency(joint)
        information = joint.mutual_information()
        null = if_independent(tables, information, answer)
        x, y = (joint.entropy(side) for side in _SIDES)

        def joint_share(total: FloatArray, at: IntArray) -> FloatArray:
            return _share(total, np.zeros_like(total), (x + y)[at] - total)

        mutual = self.kind == "mutual_information"
        point = np.minimum(null.quantile(_LEVEL if mutual else 1.0 - _LEVEL), np.minimum(x, y))
        excess = _beyond(information, null.mean)
        if not mutual:
            times = (1.0 if self.kind == "conditional_entropy" else 2.0) / self.log_base
            excess, floor = -times * excess, score + times * _beyond(information, point)
            floor = np.maximum(floor, 0.0)
        elif self.normalized is None:
            excess, floor = excess / self.log_base, point / self.log_base
        elif self.normalized == "joint":
            whole = x + y - null.mean
            slope = np.divide(x + y, whole**2, out=np.zeros_like(whole), where=whole > 0)
            excess = score - null.expectation(joint_share, slope)
            floor = joint_share(point, np.arange(len(point)))
        else:
            norm = normalize(joint, self.normalized)
            chance = null.mean if self.correct else np.zeros_like(norm)
            floor = _share(point, chance, norm)
            excess = score if self.correct else _share(excess, np.zeros_like(norm), norm)
        return Tested(excess + 0.0, floor + 0.0, null.p_value, null.exact)

    @property
    def interval_is_closed(self) -> bool:
        """Whether intervals need no draws: shares have two sums of x log x, one over the other."""
        return self.normalized is None

    def intervals(
        self, joint: Joint, score: FloatArray, *, level: float
    ) -> tuple[FloatArray, FloatArray]:
        """Put intervals around the measure, as if rows were drawn again with replacement.

        They may reach beyond its bounds.
        """
        tables, answer = contingency(joint)
        of = answer[tables.cell_table]
        places = (joint.place("x"), joint.place("y"), tables.cell_table)
        again = Again(tables.cell, places, of, joint.n_groups)
        score, signs = score * self.log_base, _SIGNS[self.kind]
        known, jackknife = again.moments(signs, score), again.jackknife_bias(signs)
        n = np.maximum(segment_sum(tables.cell, of, again.size), 1.0)
        low, high = ends_of(known, n * score, as_it_is, level, jackknife)
        return low / (n * self.log_base), high / (n * self.log_base)

    # ---- by draws -----------------------------------------------------------------------------

    def dealt_again(
        self,
        sampler: TableSampler,
        value: float,
        size: int,
        rng: np.random.Generator,
        *,
        method: Literal["gamma", "permutation"],
    ) -> tuple[float, float, float]:
        """Return excess, noise floor and p-value of a group, from draws that keep its margins."""

        def g(joint: Joint) -> FloatArray:
            return 2.0 * joint.totals * joint.mutual_information()

        values, null = _evaluated(sampler.dealt(size, rng), self.value, g)
        summary = null_summary(value, values)
        occurred = Joint(*sampler.occurred)
        tables, answer = contingency(occurred)
        least = float(least_p_value(tables, occurred.mutual_information(), answer)[0])
        p = p_value(float(g(occurred)[0]), null, method=method, least=least)
        return summary.excess, summary.noise_floor, p

    def redrawn(
        self,
        sampler: TableSampler,
        value: float,
        size: int,
        rng: np.random.Generator,
        *,
        level: float,
        bounds: tuple[float, float],
    ) -> tuple[float, float]:
        """Return an interval for a group, from draws of its rows with replacement.

        Draws in which there is nothing to divide by, as all rows have one value, are left out.
        """
        (values,) = _evaluated(sampler.redrawn(size, rng), self.value)
        if len(values) > np.isnan(values).sum():
            values = values[~np.isnan(values)]
        return interval(value, values, level=level, lower=bounds[0], upper=bounds[1])


def contingency(joint: Joint) -> tuple[Contingency, IntArray]:
    """Return the tables of a pair of columns, and the group that each is a stratum of."""
    rows, columns = (_margin_of(*joint.margin(side)) for side in _SIDES)
    size, weight = len(joint.group_of), as_float(joint.weight)
    return Contingency(size, rows, columns, joint.stratum, weight), joint.group_of


def _margin_of(table: IntArray, weight: WeightArray) -> Margin:
    return Margin(table, as_float(weight))


def samplers_of(joint: Joint) -> Callable[[int], TableSampler]:
    """Return the function that gives the sampler of a group; weights are whole."""
    weight, missing = (part.astype(np.int64) for part in (joint.weight, joint.missing))
    return samplers(DrawnTables(joint.stratum, joint.x, joint.y, weight, joint.group_of, missing))


def _evaluated(
    tables: Iterator[DrawnTables], *statistics: Callable[[Joint], FloatArray]
) -> list[FloatArray]:
    """Compute statistics of draws, which all see the same ones."""
    joints = (Joint(*one) for one in tables)
    parts = [[statistic(joint) for statistic in statistics] for joint in joints]
    return [np.concatenate(values) for values in zip(*parts, strict=True)]


def _beyond(information: FloatArray, point: FloatArray) -> FloatArray:
    """Return how much more there is, but not what rounding leaves where nothing can vary."""
    more = information - point
    return np.where(np.abs(more) <= 2.0**-50 * np.abs(point), 0.0, more)


def _share(information: FloatArray, chance: FloatArray, norm: FloatArray) -> FloatArray:
    """Return (I - chance) / (norm - chance), NaN where chance alone gives all of the norm."""
    left = norm - chance
    share = np.full_like(left, np.nan)
    np.divide(information - chance, left, out=share, where=left > _NOTHING * norm)
    return np.minimum(share, 1.0)  # rounding must not carry a share past 1
