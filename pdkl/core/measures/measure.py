"""A measure as one record: a term per outcome, how terms are joined, and what bounds them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from pdkl.core.counts.pairs import Pairs
from pdkl.core.measures.all_pairs import Crossing
from pdkl.core.measures.sample import Sample
from pdkl.core.numerics.exact import FloatArray, segment_max

Term = Callable[[Any], FloatArray]  # of `Pairs`; of `Steps` where values are ordered
Side = Literal["", "p", "q", "both"]
Bound = Callable[[int, float], float]


def unbounded(_: int, __: float) -> float:
    """Bound nothing."""
    return math.inf


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A measure of one distribution P, or of P against Q.

    Parameters
    ----------
    name : str
        Its name, also that of its column.
    formula : str
        What it computes.
    reference : str
        Who defined it.
    term : callable
        From `Pairs` to one value per entry, in nats where the measure has a unit, and 0 where
        p = q = 0. Where the values are ``ordered``, from ``Steps``.
    reduce : {"sum", "max"}
        How the terms of a comparison become one number.
    finish : callable, optional
        From that number, one per comparison, and the pairs, to the measure.
    from_counts : callable, optional
        From the counts of P, a `Sample` for each comparison, to what ``finish`` is applied to, in
        nats; in place of the terms, which then only tell the share of each outcome.
    summand : callable, optional
        What an outcome adds to ``from_counts``, from `Pairs` to one value per entry, up to what the
        number of rows alone decides; None where that is no sum over outcomes.
    contribution : callable, optional
        The customary share of each outcome, where it is not the term itself: shares that may be
        negative and sum to the measure, whereas the terms are free of cancellation.
    crossed : callable, optional
        How to get it for all pairs of groups at once, in nats, from their `Crossing`; NaN where
        that does not know enough digits. Without it, or if it gives None, pairs are measured term
        by term.
    mergeable : bool
        Whether categories may share an entry that says how many they are: those of equal counts,
        and those that P lacks, as its term at p = 0 is proportional to q, or infinite. The term of
        a measure of P alone is then computed once for groups of one size.
    log_power : float
        1 for a measure in units of log, 1/2 for a root of one, 0 for one without unit.
    term_log_power : float, optional
        The same for its terms, where ``finish`` changes it.
    lower : float
        The smallest value of the measure.
    upper_bound : callable, optional
        From the size of the alphabet and the natural logarithm of the base to the largest value
        of the measure, where its intervals end; infinite if left out.
    bounds : str
        The range of the measure, for people to read.
    symmetric, metric : bool
        Whether P and Q may change places; whether it is a distance, triangle inequality included.
    divides_by : {"", "p", "q", "both"}
        The side whose zeros make it infinite, on which ``zeros`` acts.
    one_sided : bool
        Whether it is a measure of P alone, which `InfoTheory.diversity` takes.
    drawn : bool
        Whether only draws tell how sure it is, as what moments say of its total is too little.
    ordered : bool
        Whether it is of values in an order, numbers, times or ordered levels: then its term sees
        the shares of all values up to each one, and how far it is to the next (``gap``).
    in_column_unit : bool
        Whether it is in the unit of the column: seconds for times, ranks for levels.

    Examples
    --------
    A measure of your own, passed in place of a name:

    >>> import pandas as pd
    >>> import pdkl
    >>> triangular = pdkl.Measure(
    ...     name="triangular",
    ...     formula="sum (p - q)^2 / (p + q)",
    ...     reference="Topsoe (2000)",
    ...     term=lambda pairs: pairs.difference**2 / (pairs.p + pairs.q).clip(1e-300),
    ...     log_power=0,
    ...     bounds="[0, 2]",
    ...     upper_bound=lambda alphabet, log_base: 2.0,
    ...     symmetric=True,
    ... )
    >>> df = pd.DataFrame({"x": ["a", "b"], "y": ["b", "c"]})
    >>> df.info_theory.divergence("x", "y", measures=[triangular])["triangular"].tolist()
    [1.0]
    """

    name: str
    formula: str
    reference: str
    term: Term
    reduce: Literal["sum", "max"] = "sum"
    finish: Callable[[FloatArray, Pairs], FloatArray] | None = None
    from_counts: Callable[[Sample], FloatArray] | None = None
    summand: Term | None = None
    contribution: Term | None = None
    crossed: Callable[[Crossing], FloatArray | None] | None = None
    mergeable: bool = False
    log_power: float = 1.0
    term_log_power: float | None = None
    lower: float = 0.0
    upper_bound: Bound = unbounded
    bounds: str = "[0, inf]"
    symmetric: bool = False
    metric: bool = False
    divides_by: Side = ""
    one_sided: bool = False
    drawn: bool = False
    ordered: bool = False
    in_column_unit: bool = False

    def value(self, pairs: Pairs, log_base: float) -> FloatArray:
        """Measure each comparison; NaN where a side has no mass."""
        total = self.total(pairs)
        value = total if self.finish is None else self.finish(total, pairs)
        value = value / log_base**self.log_power + 0.0
        return np.where((pairs.total_p > 0) & (pairs.total_q > 0), value, np.nan)

    def total(self, pairs: Pairs) -> FloatArray:
        """Give each comparison what ``finish`` is applied to."""
        if self.from_counts is not None:
            return self.from_counts(Sample.of(pairs))
        if self.one_sided and self.mergeable and self.reduce == "sum":
            return pairs.sum_of_p(self.term)
        terms = self.term(pairs)
        if self.reduce == "sum":
            return pairs.sum(terms)
        return segment_max(terms, pairs.comparison, pairs.size)

    def shares(self, pairs: Pairs, log_base: float) -> FloatArray:
        """Give each outcome's contribution; NaN where a side has no mass.

        They sum to the measure, or to what ``finish`` is applied to.
        """
        power = self.log_power if self.term_log_power is None else self.term_log_power
        share = (self.contribution or self.term)(pairs) / log_base**power + 0.0
        mass = (pairs.total_p > 0) & (pairs.total_q > 0)
        return np.where(mass[pairs.comparison], share, np.nan)
