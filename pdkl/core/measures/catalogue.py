"""The catalogue: each measure as one record, and families of them by order."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from pdkl.core.counts.pairs import Pairs
from pdkl.core.measures import ordered, terms
from pdkl.core.measures.measure import Measure
from pdkl.core.numerics.exact import FloatArray, power_term
from pdkl.core.validation import is_number

# ---- where measures end -----------------------------------------------------------------------


def _log_alphabet(alphabet: int, log_base: float) -> float:
    return math.log(alphabet) / log_base


def _one(_: int, __: float) -> float:
    return 1.0


def _at_most(largest: float) -> Callable[[FloatArray, Pairs], FloatArray]:
    """Return how to finish a sum that may be rounded to more than there is."""
    return lambda total, _: np.minimum(total, largest)


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
            term=terms.entropy,
            mergeable=True,
            upper_bound=_log_alphabet,
            bounds="[0, log K]",
        ),
        Measure(
            name="cross_entropy",
            formula="-sum p log q",
            reference="Cover and Thomas (2006)",
            term=terms.cross_entropy,
            mergeable=True,
            crossed=lambda crossing: crossing.cross_entropy,
            divides_by="q",
        ),
        Measure(
            name="kl_divergence",
            formula="sum p log(p / q)",
            reference="Kullback and Leibler (1951)",
            term=terms.kl,
            mergeable=True,
            contribution=terms.kl_share,
            crossed=lambda crossing: crossing.relative,
            divides_by="q",
        ),
        Measure(
            name="reverse_kl",
            formula="sum q log(q / p)",
            reference="Kullback and Leibler (1951)",
            term=terms.reverse_kl,
            mergeable=True,
            contribution=terms.reverse_kl_share,
            crossed=lambda crossing: crossing.relative.T,
            divides_by="p",
        ),
        Measure(
            name="jeffreys",
            formula="sum (p - q) log(p / q)",
            reference="Jeffreys (1946)",
            term=terms.jeffreys,
            mergeable=True,
            crossed=lambda crossing: crossing.relative + crossing.relative.T,
            symmetric=True,
            divides_by="both",
        ),
        Measure(
            name="psi",
            formula="sum (p - q) ln(p / q)",
            reference="Siddiqi (2006)",
            term=terms.jeffreys,
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
            term=terms.js,
            mergeable=True,
            finish=_at_most(math.log(2.0)),
            upper_bound=lambda _, log_base: math.log(2.0) / log_base,
            bounds="[0, log 2]",
            symmetric=True,
        ),
        Measure(
            name="js_distance",
            formula="sqrt(js_divergence)",
            reference="Endres and Schindelin (2003)",
            term=terms.js,
            mergeable=True,
            finish=lambda total, _: np.sqrt(np.minimum(total, math.log(2.0))),
            log_power=0.5,
            term_log_power=1.0,
            upper_bound=lambda _, log_base: math.sqrt(math.log(2.0) / log_base),
            bounds="[0, sqrt(log 2)]",
            symmetric=True,
            metric=True,
        ),
        Measure(
            name="total_variation",
            formula="sum |p - q| / 2",
            reference="Levin and Peres (2017)",
            term=terms.half_difference,
            mergeable=True,
            finish=_at_most(1.0),
            log_power=0.0,
            upper_bound=_one,
            bounds="[0, 1]",
            symmetric=True,
            metric=True,
        ),
        Measure(
            name="hellinger",
            formula="sqrt(sum (sqrt p - sqrt q)^2 / 2)",
            reference="Hellinger (1909)",
            term=terms.half_squared_root_difference,
            mergeable=True,
            finish=lambda total, _: np.sqrt(np.minimum(total, 1.0)),
            log_power=0.0,
            upper_bound=_one,
            bounds="[0, 1]",
            symmetric=True,
            metric=True,
        ),
        Measure(
            name="bhattacharyya",
            formula="-log sum sqrt(p q)",
            reference="Bhattacharyya (1943)",
            term=terms.half_squared_root_difference,
            mergeable=True,
            finish=lambda total, pairs: 0.0 - terms.log_power_sum(-total, pairs, 0.5),
            term_log_power=0.0,
            symmetric=True,
        ),
        Measure(
            name="chi_square",
            formula="sum (p - q)^2 / q",
            reference="Pearson (1900)",
            term=terms.chi_square,
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
            finish=_at_most(1.0),
            log_power=0.0,
            upper_bound=_one,
            bounds="[0, 1]",
            symmetric=True,
            metric=True,
        ),
        Measure(
            name="kolmogorov_smirnov",
            formula="max |F - G|",
            reference="Smirnov (1939)",
            term=ordered.distance,
            reduce="max",
            finish=_at_most(1.0),
            log_power=0.0,
            upper_bound=_one,
            bounds="[0, 1]",
            symmetric=True,
            metric=True,
            ordered=True,
        ),
        Measure(
            name="wasserstein",
            formula="integral |F - G| dx",
            reference="Vallender (1974)",
            term=ordered.area,
            log_power=0.0,
            symmetric=True,
            metric=True,
            ordered=True,
            in_column_unit=True,
        ),
        Measure(
            name="wasserstein_scaled",
            formula="(integral |F - G| dx) / sd(Q)",
            reference="Vallender (1974)",
            term=ordered.area_in_spreads,
            log_power=0.0,
            ordered=True,
        ),
        Measure(
            name="perplexity",
            formula="exp(-sum p ln p)",
            reference="Jelinek et al. (1977)",
            term=terms.entropy,
            mergeable=True,
            finish=lambda total, _: np.exp(total),
            log_power=0.0,
            term_log_power=1.0,
            lower=1.0,
            upper_bound=lambda alphabet, _: float(alphabet),
            bounds="[1, K]",
        ),
        Measure(
            name="normalized_entropy",
            formula="(-sum p log p) / log K, 0 for K = 1",
            reference=_SHANNON,
            term=terms.entropy,
            mergeable=True,
            finish=terms.normalized,
            log_power=0.0,
            term_log_power=1.0,
            upper_bound=_one,
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
        finish=lambda total, pairs: terms.log_power_sum(total, pairs, order) / (order - 1.0),
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
        upper_bound=lambda _, __: math.inf if order > 1 else 1.0 / (1.0 - order),
        bounds="[0, inf]" if order > 1 else "[0, 1 / (1 - a)]",
        divides_by="q" if order > 1 else "",
    )


def _renyi_entropy(order: float) -> Measure:
    return Measure(
        name="renyi_entropy",
        formula="log(sum p^a) / (1 - a)",
        reference="Renyi (1961)",
        term=lambda pairs: terms.weighted(pairs.p, np.expm1((1.0 - order) * pairs.surprisal_p)),
        mergeable=True,
        finish=lambda total, pairs: (
            terms.log_power_sum(total, pairs, order, alone=True) / (1.0 - order)
        ),
        term_log_power=0.0,
        upper_bound=_log_alphabet,
        bounds="[0, log K]",
    )


def _tsallis_entropy(order: float) -> Measure:
    return Measure(
        name="tsallis_entropy",
        formula="(1 - sum p^a) / (a - 1)",
        reference="Tsallis (1988)",
        term=lambda pairs: terms.weighted(
            pairs.p, np.expm1((1.0 - order) * pairs.surprisal_p) / (1.0 - order)
        ),
        mergeable=True,
        log_power=0.0,
        upper_bound=lambda alphabet, _: (
            math.expm1((1.0 - order) * math.log(alphabet)) / (1.0 - order)
        ),
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
