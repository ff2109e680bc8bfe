"""The catalogue: each measure as one record, and families of them by order."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
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


def _alphabet(alphabet: int, _: float) -> float:
    return float(alphabet)


def _one(_: int, __: float) -> float:
    return 1.0


def _at_most(largest: float) -> Callable[[FloatArray, Pairs], FloatArray]:
    """Return how to finish a sum that may be rounded to more than there is."""
    return lambda total, _: np.minimum(total, largest)


def _root(values: FloatArray | None) -> FloatArray | None:
    return None if values is None else np.sqrt(values)


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
            one_sided=True,
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
            crossed=lambda crossing: crossing.reverse,
            divides_by="p",
        ),
        Measure(
            name="jeffreys",
            formula="sum (p - q) log(p / q)",
            reference="Jeffreys (1946)",
            term=terms.jeffreys,
            mergeable=True,
            crossed=lambda crossing: crossing.jeffreys,
            symmetric=True,
            divides_by="both",
        ),
        Measure(
            name="psi",
            formula="sum (p - q) ln(p / q)",
            reference="Siddiqi (2006)",
            term=terms.jeffreys,
            mergeable=True,
            crossed=lambda crossing: crossing.jeffreys,
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
            crossed=lambda crossing: crossing.jensen,
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
            crossed=lambda crossing: _root(crossing.jensen),
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
            crossed=lambda crossing: crossing.total_variation,
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
            crossed=lambda crossing: _root(crossing.squared_hellinger),
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
            crossed=lambda crossing: crossing.chi_square,
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
            upper_bound=_alphabet,
            bounds="[1, K]",
            one_sided=True,
        ),
        Measure(
            name="normalized_entropy",
            formula="(-sum p log p) / log K, 0 for K = 1",
            reference=f"{_SHANNON}; Pielou (1966), evenness",
            term=terms.entropy,
            mergeable=True,
            finish=terms.normalized,
            log_power=0.0,
            term_log_power=1.0,
            upper_bound=_one,
            bounds="[0, 1]",
            one_sided=True,
        ),
        Measure(
            name="richness",
            formula="how many p > 0",
            reference="Hill (1973)",
            term=terms.occurs,
            mergeable=True,
            log_power=0.0,
            lower=1.0,
            upper_bound=_alphabet,
            bounds="[1, K]",
            one_sided=True,
        ),
        Measure(
            name="gini_simpson",
            formula="1 - sum p^2",
            reference="Gini (1912); Simpson (1949); Blau (1977)",
            term=terms.gini_simpson,
            mergeable=True,
            log_power=0.0,
            upper_bound=lambda alphabet, _: 1.0 - 1.0 / alphabet,
            bounds="[0, 1 - 1 / K]",
            one_sided=True,
        ),
        Measure(
            name="berger_parker",
            formula="max p",
            reference="Berger and Parker (1970)",
            term=lambda pairs: pairs.p,
            reduce="max",
            mergeable=True,
            log_power=0.0,
            upper_bound=_one,
            bounds="[0, 1]",
            one_sided=True,
        ),
    )
}


# ---- families with an order -------------------------------------------------------------------

_LARGE = 4.0  # of larger orders, powers of shares are too skew for three moments


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
        drawn=order > _LARGE,
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
        drawn=order > _LARGE,
    )


def _renyi_entropy(order: float) -> Measure:
    return Measure(
        name="renyi_entropy",
        formula="log(sum p^a) / (1 - a)",
        reference="Renyi (1961)",
        term=lambda pairs: terms.power(pairs, order),
        mergeable=True,
        finish=lambda total, pairs: (
            terms.log_power_sum(total, pairs, order, alone=True) / (1.0 - order)
        ),
        term_log_power=0.0,
        upper_bound=_log_alphabet,
        bounds="[0, log K]",
        one_sided=True,
        drawn=order > _LARGE,
    )


def _tsallis_entropy(order: float) -> Measure:
    return Measure(
        name="tsallis_entropy",
        formula="(1 - sum p^a) / (a - 1)",
        reference="Tsallis (1988)",
        term=lambda pairs: terms.power(pairs, order) / (1.0 - order) + 0.0,
        mergeable=True,
        log_power=0.0,
        upper_bound=lambda alphabet, _: (
            math.expm1((1.0 - order) * math.log(alphabet)) / (1.0 - order)
        ),
        bounds="[0, (1 - K^(1 - a)) / (a - 1)]",
        one_sided=True,
        drawn=order > _LARGE,
    )


def _hill_number(order: float) -> Measure:
    entropy = _renyi_entropy(order)
    return replace(
        entropy,
        name="hill_number",
        formula="(sum p^a)^(1 / (1 - a))",
        reference="Hill (1973)",
        finish=lambda total, pairs: np.exp(
            terms.log_power_sum(total, pairs, order, alone=True) / (1.0 - order)
        ),
        log_power=0.0,
        lower=1.0,
        upper_bound=_alphabet,
        bounds="[1, K]",
    )


# what families are where their formulas are 0 / 0, or end; those of Tsallis are in nats
_ENTROPY, _RICHNESS, _LARGEST = (
    MEASURES[name] for name in ("entropy", "richness", "berger_parker")
)
_LIMITS: dict[str, dict[float, Measure]] = {
    "renyi_divergence": {
        1.0: MEASURES["kl_divergence"],
        math.inf: Measure(
            name="renyi_divergence",
            formula="log max(p / q)",
            reference="Renyi (1961)",
            term=terms.largest_log_ratio,
            reduce="max",
            contribution=terms.log_ratio_share,
            mergeable=True,
            divides_by="q",
            drawn=True,  # it may be infinite, which the distribution of a maximum knows nothing of
        ),
    },
    "tsallis_divergence": {
        1.0: replace(MEASURES["kl_divergence"], formula="sum p ln(p / q)", log_power=0.0)
    },
    "renyi_entropy": {
        0.0: replace(
            _RICHNESS,
            formula="log of how many p > 0",
            finish=lambda total, _: np.log(np.maximum(total, 1.0)),
            log_power=1.0,
            term_log_power=0.0,
            lower=0.0,
            upper_bound=_log_alphabet,
            bounds="[0, log K]",
        ),
        1.0: _ENTROPY,
        math.inf: replace(
            _LARGEST,
            formula="-log max p",
            finish=terms.least_surprisal,
            log_power=1.0,
            term_log_power=0.0,
            upper_bound=_log_alphabet,
            bounds="[0, log K]",
        ),
    },
    "tsallis_entropy": {
        0.0: replace(
            _RICHNESS,
            formula="how many p > 0, less 1",
            finish=lambda total, _: total - 1.0,
            lower=0.0,
            upper_bound=lambda alphabet, _: alphabet - 1.0,
            bounds="[0, K - 1]",
        ),
        1.0: replace(
            _ENTROPY,
            formula="-sum p ln p",
            log_power=0.0,
            upper_bound=lambda alphabet, _: math.log(alphabet),
            bounds="[0, ln K]",
        ),
        math.inf: replace(
            _RICHNESS,
            formula="0",
            term=lambda pairs: np.zeros_like(pairs.p),
            lower=0.0,
            upper_bound=lambda _, __: 0.0,
            bounds="[0, 0]",
        ),
    },
    "hill_number": {
        0.0: _RICHNESS,
        1.0: MEASURES["perplexity"],
        math.inf: replace(
            _LARGEST,
            formula="1 / max p",
            finish=lambda total, _: 1.0 / np.maximum(total, np.finfo(np.float64).tiny),
            lower=1.0,
            upper_bound=_alphabet,
            bounds="[1, K]",
        ),
    },
}
_OF_ORDER: dict[str, Callable[[float], Measure]] = {
    "renyi_divergence": _renyi_divergence,
    "tsallis_divergence": _tsallis_divergence,
    "renyi_entropy": _renyi_entropy,
    "tsallis_entropy": _tsallis_entropy,
    "hill_number": _hill_number,
}


def _member(name: str, order: float) -> Measure:
    return replace(_LIMITS[name].get(order) or _OF_ORDER[name](order), name=name)


FAMILIES: dict[str, Callable[[float], Measure]] = {
    name: partial(_member, name) for name in _OF_ORDER
}


def find(parameter: str, wanted: Any, *, one_sided: bool = False) -> Measure:
    """Return the measure of a name, a (name, order), or a record; else list all choices.

    With ``one_sided`` it must be one of P alone.
    """
    measure = _known(parameter, wanted)
    if measure is None:
        message = f"{parameter} must be one of {_choices(one_sided=one_sided)}; got {wanted!r}."
        raise (ValueError if isinstance(wanted, str | tuple) else TypeError)(message)
    if one_sided and not measure.one_sided:
        raise ValueError(
            f"{parameter} of one distribution must be one of {_choices(one_sided=True)}; got "
            f"{measure.name!r}, which compares two. Ask divergence() for it, with q=, reference= "
            "or against=."
        )
    return measure


def _known(parameter: str, wanted: Any) -> Measure | None:
    if isinstance(wanted, Measure):
        return wanted
    if isinstance(wanted, str) and wanted in FAMILIES:
        raise ValueError(
            f"{parameter} must give {wanted} an order, as in ({wanted!r}, 2); got {wanted!r} alone."
        )
    if isinstance(wanted, str):
        return MEASURES.get(wanted)
    return _of_order(parameter, *wanted) if _has_order(wanted) else None


def _has_order(wanted: Any) -> bool:
    """Tell a name with its order from several names."""
    return (
        isinstance(wanted, tuple)
        and len(wanted) == 2
        and isinstance(wanted[0], str)
        and wanted[0] in FAMILIES
    )


def _choices(*, one_sided: bool) -> str:
    names = [repr(name) for name, one in MEASURES.items() if one.one_sided or not one_sided]
    names += [
        f"({name!r}, order)"
        for name, one in FAMILIES.items()
        if one(2.0).one_sided or not one_sided
    ]
    return f"{', '.join(names)}, or a pdkl.Measure{' with one_sided=True' * one_sided}"


def _of_order(parameter: str, name: str, order: Any) -> Measure:
    if not is_number(order) or order < 0:
        raise ValueError(
            f"{parameter} must give {name} an order, a number of at least 0 or math.inf; "
            f"got {order!r}."
        )
    if name == "tsallis_divergence" and order == math.inf:
        raise ValueError(
            f"{parameter} must give {name} a finite order: that of order inf is infinite wherever "
            "P is not Q. ('renyi_divergence', math.inf) is log max(p / q)."
        )
    value = float(order) + 0.0
    text = f"{value:g}"
    if float(text) != value:  # 1 + 1e-9 is not 1
        text = repr(value)
    return replace(FAMILIES[name](value), name=f"{name}({text})")


def unit_of(measure: Measure, unit: str) -> str:
    """Say in which unit a measure is, ``unit`` being that of the base; some have none."""
    if measure.name == "psi":
        return "nat"  # by convention, in any base
    if measure.in_column_unit:
        return "column"
    return unit if measure.log_power else "none"


def find_all(parameter: str, wanted: Any, *, one_sided: bool = False) -> tuple[Measure, ...]:
    """Return the measures of a list of names, or of one; each column name once."""
    several = wanted if isinstance(wanted, Iterable) and not isinstance(wanted, str) else [wanted]
    if _has_order(wanted):
        several = [wanted]
    measures = tuple(find(parameter, one, one_sided=one_sided) for one in several)
    if not measures:
        raise ValueError(f"{parameter} is empty; name at least one measure.")
    names = [measure.name for measure in measures]
    if len(set(names)) < len(names):
        raise ValueError(f"{parameter} names a measure twice: {', '.join(names)}.")
    return measures
