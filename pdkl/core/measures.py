"""Every measure as one record: a term per outcome, summed over the alphabet.

To add a measure, add a record to the catalogue below; nothing else names it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from pdkl.core.crossing import Crossing
from pdkl.core.numerics import FloatArray, deviance, jensen, log_ratio, power_term, segment_max
from pdkl.core.pairs import Pairs
from pdkl.core.validation import is_number

Term = Callable[[Pairs], FloatArray]
Side = Literal["", "p", "q", "both"]


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
        p = q = 0.
    reduce : {"sum", "max"}
        How the terms of a comparison become one number.
    finish : callable, optional
        From that number, one per comparison, and the pairs, to the measure.
    contribution : callable, optional
        The customary share of each outcome, where it is not the term itself: shares that may be
        negative and sum to the measure, whereas the terms are free of cancellation.
    crossed : callable, optional
        How to get it for all pairs of groups at once, in nats, from their `Crossing`; NaN where
        that does not know enough digits. Without it pairs are measured term by term.
    mergeable : bool
        Whether categories may share an entry that says how many they are: those of equal counts,
        and those that P lacks, as its term at p = 0 is proportional to q, or infinite.
    log_power : float
        1 for a measure in units of log, 1/2 for a root of one, 0 for one without unit.
    term_log_power : float, optional
        The same for its terms, where ``finish`` changes it.
    upper : float
        The largest value that the reduced terms can reach, in nats.
    lower : float
        The smallest value of the measure.
    bounds : str
        The range of the measure.
    symmetric, metric : bool
        Whether P and Q may change places; whether it is a distance, triangle inequality included.
    divides_by : {"", "p", "q", "both"}
        The side whose zeros make it infinite, on which ``zeros`` acts.

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
    contribution: Term | None = None
    crossed: Callable[[Crossing], FloatArray] | None = None
    mergeable: bool = False
    log_power: float = 1.0
    term_log_power: float | None = None
    upper: float = math.inf
    lower: float = 0.0
    bounds: str = "[0, inf]"
    symmetric: bool = False
    metric: bool = False
    divides_by: Side = ""

    def value(self, pairs: Pairs, log_base: float) -> FloatArray:
        """Measure each comparison; NaN where a side has no mass."""
        terms = self.term(pairs)
        if self.reduce == "sum":
            total = pairs.sum(terms)
        else:
            total = segment_max(terms, pairs.comparison, pairs.size)
        total = np.minimum(total, self.upper)
        if self.finish is not None:
            total = self.finish(total, pairs)
        total = total / log_base**self.log_power + 0.0
        return np.where((pairs.total_p > 0) & (pairs.total_q > 0), total, np.nan)

    def shares(self, pairs: Pairs, log_base: float) -> FloatArray:
        """Give each outcome's contribution; NaN where a side has no mass.

        They sum to the measure, or to what ``finish`` is applied to.
        """
        power = self.log_power if self.term_log_power is None else self.term_log_power
        share = (self.contribution or self.term)(pairs) / log_base**power + 0.0
        mass = (pairs.total_p > 0) & (pairs.total_q > 0)
        return np.where(mass[pairs.comparison], share, np.nan)


def _weighted(p: FloatArray, value: FloatArray) -> FloatArray:
    """``p * value``, and 0 at p = 0 whatever the value."""
    return np.multiply(p, value, out=np.zeros_like(p), where=p > 0)


# ---- terms ------------------------------------------------------------------------------------


def _entropy(pairs: Pairs) -> FloatArray:
    return _weighted(pairs.p, pairs.surprisal_p)


def _cross_entropy(pairs: Pairs) -> FloatArray:
    return _weighted(pairs.p, pairs.surprisal_q)


def _kl(pairs: Pairs) -> FloatArray:
    return deviance(pairs.p, pairs.q, pairs.difference)


def _kl_share(pairs: Pairs) -> FloatArray:
    return _weighted(pairs.p, log_ratio(pairs.p, pairs.q, pairs.difference))


def _reverse_kl(pairs: Pairs) -> FloatArray:
    return deviance(pairs.q, pairs.p, -pairs.difference)


def _reverse_kl_share(pairs: Pairs) -> FloatArray:
    return _weighted(pairs.q, log_ratio(pairs.q, pairs.p, -pairs.difference))


def _jeffreys(pairs: Pairs) -> FloatArray:
    return _kl(pairs) + _reverse_kl(pairs)


def _js(pairs: Pairs) -> FloatArray:
    return jensen(pairs.p, pairs.q, pairs.difference)


def _half_difference(pairs: Pairs) -> FloatArray:
    return 0.5 * np.abs(pairs.difference)


def _half_squared_root_difference(pairs: Pairs) -> FloatArray:
    # (sqrt p - sqrt q)^2 without subtracting the roots
    roots = np.sqrt(pairs.p) + np.sqrt(pairs.q)
    quotient: FloatArray = np.zeros_like(roots)
    np.divide(pairs.difference, roots, out=quotient, where=roots > 0)
    return 0.5 * quotient * quotient


def _chi_square(pairs: Pairs) -> FloatArray:
    d, q = pairs.difference, pairs.q
    with np.errstate(over="ignore", invalid="ignore"):  # 0 * inf where Q has nothing at all
        term = np.divide(d, q, out=np.where(pairs.p > 0, np.inf, 0.0), where=q > 0)
        return np.where(term == np.inf, term, d * term)


def _log_power_sum(
    total: FloatArray, pairs: Pairs, order: float, *, alone: bool = False
) -> FloatArray:
    """Return log sum p^a q^(1 - a), or ``alone`` log sum p^a, given that sum - 1."""
    with np.errstate(divide="ignore", invalid="ignore"):
        near = np.log1p(np.maximum(total, -0.5))
        # far from it, by logarithms: the sum itself may be too small or too large
        exponent = -order * pairs.surprisal_p
        if not alone:
            exponent -= (1.0 - order) * pairs.surprisal_q
        exponent = np.where(pairs.p > 0, exponent, -np.inf)
        return np.where(np.abs(total) < 0.5, near, pairs.log_sum_exp(exponent))


def _normalized(total: FloatArray, pairs: Pairs) -> FloatArray:
    scaled: FloatArray = total / (math.log(pairs.alphabet) if pairs.alphabet > 1 else np.inf)
    return scaled


# ---- the catalogue ----------------------------------------------------------------------------

_SHANNON = "Shannon (1948)"
_LIN = "Lin (1991)"

MEASURES: dict[str, Measure] = {
    measure.name: measure
    for measure in (
        Measure(
            name="entropy",
            formula="-sum p log p",
            reference=_SHANNON,
            term=_entropy,
            mergeable=True,
            bounds="[0, log K]",
        ),
        Measure(
            name="cross_entropy",
            formula="-sum p log q",
            reference="Cover and Thomas (2006)",
            term=_cross_entropy,
            mergeable=True,
            crossed=lambda crossing: crossing.cross_entropy,
            divides_by="q",
        ),
        Measure(
            name="kl_divergence",
            formula="sum p log(p / q)",
            reference="Kullback and Leibler (1951)",
            term=_kl,
            mergeable=True,
            contribution=_kl_share,
            crossed=lambda crossing: crossing.relative,
            divides_by="q",
        ),
        Measure(
            name="reverse_kl",
            formula="sum q log(q / p)",
            reference="Kullback and Leibler (1951)",
            term=_reverse_kl,
            mergeable=True,
            contribution=_reverse_kl_share,
            crossed=lambda crossing: crossing.relative.T,
            divides_by="p",
        ),
        Measure(
            name="jeffreys",
            formula="sum (p - q) log(p / q)",
            reference="Jeffreys (1946)",
            term=_jeffreys,
            mergeable=True,
            crossed=lambda crossing: crossing.relative + crossing.relative.T,
            symmetric=True,
            divides_by="both",
        ),
        Measure(
            name="psi",
            formula="sum (p - q) ln(p / q)",
            reference="Siddiqi (2006)",
            term=_jeffreys,
            mergeable=True,
            crossed=lambda crossing: crossing.relative + crossing.relative.T,
            log_power=0.0,  # always in nats: its thresholds are
            symmetric=True,
            divides_by="both",
        ),
        Measure(
            name="js_divergence",
            formula="(KL(P || M) + KL(Q || M)) / 2, M = (P + Q) / 2",
            reference=_LIN,
            term=_js,
            mergeable=True,
            upper=math.log(2.0),
            bounds="[0, log 2]",
            symmetric=True,
        ),
        Measure(
            name="js_distance",
            formula="sqrt(js_divergence)",
            reference="Endres and Schindelin (2003)",
            term=_js,
            mergeable=True,
            finish=lambda total, _: np.sqrt(total),
            log_power=0.5,
            term_log_power=1.0,
            upper=math.log(2.0),
            bounds="[0, sqrt(log 2)]",
            symmetric=True,
            metric=True,
        ),
        Measure(
            name="total_variation",
            formula="sum |p - q| / 2",
            reference="Levin and Peres (2017)",
            term=_half_difference,
            mergeable=True,
            log_power=0.0,
            upper=1.0,
            bounds="[0, 1]",
            symmetric=True,
            metric=True,
        ),
        Measure(
            name="hellinger",
            formula="sqrt(sum (sqrt p - sqrt q)^2 / 2)",
            reference="Hellinger (1909)",
            term=_half_squared_root_difference,
            mergeable=True,
            finish=lambda total, _: np.sqrt(total),
            log_power=0.0,
            upper=1.0,
            bounds="[0, 1]",
            symmetric=True,
            metric=True,
        ),
        Measure(
            name="bhattacharyya",
            formula="-log sum sqrt(p q)",
            reference="Bhattacharyya (1943)",
            term=_half_squared_root_difference,
            mergeable=True,
            finish=lambda total, pairs: 0.0 - _log_power_sum(-total, pairs, 0.5),
            term_log_power=0.0,
            symmetric=True,
        ),
        Measure(
            name="chi_square",
            formula="sum (p - q)^2 / q",
            reference="Pearson (1900)",
            term=_chi_square,
            mergeable=True,
            log_power=0.0,
            divides_by="q",
        ),
        Measure(
            name="max_difference",
            formula="max |p - q|",
            reference="Levin and Peres (2017)",
            term=lambda pairs: np.abs(pairs.difference),
            reduce="max",
            log_power=0.0,
            upper=1.0,
            bounds="[0, 1]",
            symmetric=True,
            metric=True,
        ),
        Measure(
            name="perplexity",
            formula="exp(-sum p ln p)",
            reference="Jelinek et al. (1977)",
            term=_entropy,
            mergeable=True,
            finish=lambda total, _: np.exp(total),
            log_power=0.0,
            term_log_power=1.0,
            lower=1.0,
            bounds="[1, K]",
        ),
        Measure(
            name="normalized_entropy",
            formula="(-sum p log p) / log K, 0 for K = 1",
            reference=_SHANNON,
            term=_entropy,
            mergeable=True,
            finish=_normalized,
            log_power=0.0,
            term_log_power=1.0,
            bounds="[0, 1]",
        ),
    )
}


# ---- families with an order -------------------------------------------------------------------


def _renyi_divergence(order: float) -> Measure:
    return Measure(
        name="renyi_divergence",
        formula="log(sum p^a q^(1 - a)) / (a - 1)",
        reference="Renyi (1961)",
        term=lambda pairs: power_term(pairs.p, pairs.q, pairs.difference, order),
        mergeable=True,
        finish=lambda total, pairs: _log_power_sum(total, pairs, order) / (order - 1.0),
        term_log_power=0.0,
        divides_by="q" if order > 1 else "",
    )


def _tsallis_divergence(order: float) -> Measure:
    return Measure(
        name="tsallis_divergence",
        formula="(sum p^a q^(1 - a) - 1) / (a - 1)",
        reference="Tsallis (1998)",
        term=lambda pairs: (
            power_term(pairs.p, pairs.q, pairs.difference, order) / (order - 1.0) + 0.0
        ),
        mergeable=True,
        log_power=0.0,
        bounds="[0, inf]" if order > 1 else "[0, 1 / (1 - a)]",
        divides_by="q" if order > 1 else "",
    )


def _renyi_entropy(order: float) -> Measure:
    return Measure(
        name="renyi_entropy",
        formula="log(sum p^a) / (1 - a)",
        reference="Renyi (1961)",
        term=lambda pairs: _weighted(pairs.p, np.expm1((1.0 - order) * pairs.surprisal_p)),
        mergeable=True,
        finish=lambda total, pairs: _log_power_sum(total, pairs, order, alone=True) / (1.0 - order),
        term_log_power=0.0,
        bounds="[0, log K]",
    )


def _tsallis_entropy(order: float) -> Measure:
    return Measure(
        name="tsallis_entropy",
        formula="(1 - sum p^a) / (a - 1)",
        reference="Tsallis (1988)",
        term=lambda pairs: _weighted(
            pairs.p, np.expm1((1.0 - order) * pairs.surprisal_p) / (1.0 - order)
        ),
        mergeable=True,
        log_power=0.0,
        bounds="[0, (1 - K^(1 - a)) / (a - 1)]",
    )


FAMILIES: dict[str, Callable[[float], Measure]] = {
    "renyi_divergence": _renyi_divergence,
    "tsallis_divergence": _tsallis_divergence,
    "renyi_entropy": _renyi_entropy,
    "tsallis_entropy": _tsallis_entropy,
}


def find(parameter: str, wanted: Any) -> Measure:
    """Return the measure of a name, a (name, order), or a record; else list all choices."""
    if isinstance(wanted, Measure):
        return wanted
    if isinstance(wanted, str) and wanted in MEASURES:
        return MEASURES[wanted]
    if isinstance(wanted, tuple) and len(wanted) == 2 and wanted[0] in FAMILIES:
        return _of_order(parameter, *wanted)
    names = ", ".join(repr(name) for name in MEASURES)
    families = ", ".join(f"({name!r}, order)" for name in FAMILIES)
    message = f"{parameter} must be one of {names}, {families}, or a pdkl.Measure; got {wanted!r}."
    raise (ValueError if isinstance(wanted, str | tuple) else TypeError)(message)


def _of_order(parameter: str, name: str, order: Any) -> Measure:
    plain = "kl_divergence" if name.endswith("divergence") else "entropy"
    if not is_number(order) or not 0 < order < math.inf or order == 1:
        raise ValueError(
            f"{parameter} must give {name} an order above 0, finite and other than 1, whose limit "
            f"is {plain!r}; got {order!r}."
        )
    return replace(FAMILIES[name](float(order)), name=f"{name}({float(order):g})")


def find_all(parameter: str, wanted: Any) -> tuple[Measure, ...]:
    """Return the measures of a list of names, or of one; each column name once."""
    several = wanted if isinstance(wanted, Iterable) and not isinstance(wanted, str) else [wanted]
    if isinstance(wanted, tuple) and len(wanted) == 2 and wanted[0] in FAMILIES:
        several = [wanted]  # one name with its order
    measures = tuple(find(parameter, one) for one in several)
    if not measures:
        raise ValueError(f"{parameter} is empty; name at least one measure.")
    names = [measure.name for measure in measures]
    if len(set(names)) < len(names):
        raise ValueError(f"{parameter} names a measure twice: {', '.join(names)}.")
    return measures


def largest_value(measure: Measure, alphabet: int, log_base: float) -> float:
    """Return the upper bound of a measure in the unit of the base, infinite if it has none."""
    ends = {
        "[0, log K]": math.log(alphabet) / log_base,
        "[0, log 2]": math.log(2.0) / log_base,
        "[0, sqrt(log 2)]": math.sqrt(math.log(2.0) / log_base),
        "[0, 1]": 1.0,
        "[1, K]": float(alphabet),
    }
    return ends.get(measure.bounds, math.inf)
