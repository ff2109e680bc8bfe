"""Every estimator of Shannon entropy as one function on counts, in nats, for many samples at once.

A new estimator is one decorated function, and its docstring what `ESTIMATORS` says of it. In all
of them n is the size of a sample (NaN results where it is 0), n_i the count of category i,
p_i = n_i / n, m the number of categories that occur, K the size of the alphabet, f_1 and f_2 the
numbers of categories seen once and twice, psi the digamma function.

Most are a mean of corrected surprises, sum p_i [log(n / n_i) + c], and are computed so: the
published forms subtract numbers that grow with n, and lose digits.

References
----------
Bonachela, Hinrichsen and Munoz (2008), "Entropy estimates of small data sets", J. Phys. A 41.
Chao and Shen (2003), "Nonparametric estimation of Shannon's index", Environ. Ecol. Stat. 10.
Chao, Wang and Jost (2013), "Entropy and the species accumulation curve", Methods Ecol. Evol. 4.
Good (1953), "The population frequencies of species", Biometrika 40.
Grassberger (2003), "Entropy estimates from insufficient samplings", arXiv:physics/0307138.
Hausser and Strimmer (2009), "Entropy inference and the James-Stein estimator", JMLR 10.
Holste, Grosse and Herzel (1998), "Bayes' estimators of generalized entropies", J. Phys. A 31.
Krichevsky and Trofimov (1981), "The performance of universal encoding", IEEE Trans. IT 27.
Miller (1955), "Note on the bias of information estimates", Information Theory in Psychology.
Nemenman, Shafee and Bialek (2002), "Entropy and inference, revisited", NIPS 14.
Perks (1947), "Some observations on inverse probability", Journal of the Inst. of Actuaries 73.
Schurmann (2015), "A note on entropy estimation", Neural Computation 27.
Schurmann and Grassberger (1996), "Entropy estimation of symbol sequences", Chaos 6.
Shannon (1948), "A mathematical theory of communication", Bell System Technical Journal 27.
Trybula (1958), "Some problems of simultaneous minimax estimation", Ann. Math. Statist. 29.
Zahl (1977), "Jackknifing an index of diversity", Ecology 58.
Zhang (2012), "Entropy estimation in Turing's perspective", Neural Computation 24.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any, Literal

import numpy as np

from pdkl.core.counts.pairs import Pairs
from pdkl.core.measures import terms
from pdkl.core.measures.catalogue import FAMILIES, MEASURES
from pdkl.core.measures.measure import Measure, unbounded
from pdkl.core.measures.sample import Sample
from pdkl.core.numerics.exact import FloatArray, IntArray, surprisal
from pdkl.core.numerics.special import (
    accumulation,
    log_over_psi,
    log_rising,
    near_or_far,
    psi_difference,
    trigamma_gap,
)
from pdkl.core.validation import one_of

Alphabet = Literal["occurring", "declared"]
Formula = Callable[[Sample], FloatArray]
Pseudo = Callable[[FloatArray, IntArray], FloatArray | float]
_NEGLIGIBLE = 40.0  # exp(-40) = 4e-18
_NODES = 129


@dataclass(frozen=True)
class Estimator:
    """An estimator of entropy.

    Parameters
    ----------
    name : str
        Its name.
    function : callable
        From `Sample` to one estimate per sample, in nats; NaN where n = 0.
    alphabet : {"occurring", "declared"}
        Whether categories that do not occur matter, hence the size of the alphabet.
    summary : str
        Formula, edge cases and source.
    additive : bool
        Whether it is a sum over categories, each smooth in n_i, but for what n alone decides.
    bounded : bool
        Whether it is never above the entropy of the uniform distribution.
    """

    name: str
    function: Formula
    alphabet: Alphabet
    summary: str
    additive: bool
    bounded: bool

    def summand(self, pairs: Pairs) -> FloatArray:
        """Estimate from each entry of P alone, as if no other category had been seen."""
        return self.function(Sample.of_entries(pairs))


ESTIMATORS: dict[str, Estimator] = {}


def _estimator(
    *names: str, alphabet: Alphabet, additive: bool = False, bounded: bool = False
) -> Callable[[Formula], Formula]:
    """Register a formula, which need not care for empty samples and the sign of 0."""

    def register(formula: Formula) -> Formula:
        @wraps(formula)
        def function(sample: Sample) -> FloatArray:
            with np.errstate(divide="ignore", invalid="ignore"):
                value = formula(sample) + 0.0
            return np.where(sample.n > 0, value, np.nan)

        summary = inspect.cleandoc(formula.__doc__ or "")
        made = (Estimator(name, function, alphabet, summary, additive, bounded) for name in names)
        ESTIMATORS.update({one.name: one for one in made})
        return function

    return register


@_estimator("plugin", alphabet="occurring", additive=True, bounded=True)
def _plugin(sample: Sample) -> FloatArray:
    """Give the entropy of the observed shares, -sum p_i log p_i (Shannon 1948).

    The maximum likelihood, too small by about (K - 1) / 2n. One category, n = 1: 0. All
    singletons: log n.
    """
    return sample.mean(surprisal(sample.count, sample.total))


@_estimator("miller-madow", alphabet="occurring", additive=True)
def _miller_madow(sample: Sample) -> FloatArray:
    """Add the leading term of the bias to the plug-in: + (m - 1) / 2n (Miller 1955).

    One category, n = 1: 0. All singletons: log n + (n - 1) / 2n.
    """
    return _plugin(sample) + (sample.support - 1.0) / (2.0 * sample.n)


@_estimator("jackknife", alphabet="occurring", additive=True)
def _jackknife(sample: Sample) -> FloatArray:
    """Jackknife the plug-in H: n H - (n - 1) times the mean H without one observation (Zahl 1977).

    That is the mean of d(n) - d(n_i) with d(x) = x log x - (x - 1) log(x - 1), which is computed.
    One category: 0, and so at n = 1, where nothing can be left out. All singletons: d(n).
    """

    def correction(x: FloatArray) -> FloatArray:  # 1 + log x - d(x), or its series
        return near_or_far(
            x,
            lambda x: 1.0 + (x - 1.0) * np.log1p(-1.0 / np.maximum(x, 1.5)),
            lambda x: np.asarray(sum(x**-k / (k * (k + 1)) for k in range(1, 14))),
        )

    gain = correction(sample.count) - correction(sample.n)[sample.group]
    return sample.mean(surprisal(sample.count, sample.total) + gain)


def good_turing_coverage(sample: Sample) -> FloatArray:
    """Estimate the probability of the categories that were seen: C = 1 - f_1 / n (Good 1953).

    Where all are singletons f_1 counts as n - 1, so that C = 1 / n is above 0: a sample of one
    observation has C = 1. NaN where n = 0.
    """
    known = np.maximum(sample.n - sample.seen(1), 1.0)
    return np.where(sample.n > 0, known / np.maximum(sample.n, 1.0), np.nan)


@_estimator("chao-shen", alphabet="occurring")
def _chao_shen(sample: Sample) -> FloatArray:
    """Weigh the plug-in's terms, coverage-adjusted, by the chance that a category is seen.

    -sum q_i log q_i / (1 - (1 - q_i)^n) with q_i = C p_i, C the coverage of Good and Turing
    (Chao and Shen 2003). One category, n = 1: 0. All singletons: C = 1 / n gives about 2 log n.
    """
    coverage = good_turing_coverage(sample)[sample.group]
    known = np.rint(coverage * sample.total)  # exact, which matters near C = 1
    surprise = surprisal(sample.count, sample.total) + surprisal(known, sample.total)
    missed = sample.total * np.log1p(-coverage * (sample.count / sample.total))
    return sample.mean(coverage * surprise / -np.expm1(missed))


@_estimator("grassberger", alphabet="occurring")
def _grassberger(sample: Sample) -> FloatArray:
    """Replace log n_i by G(n_i): log n - (1/n) sum n_i G(n_i) (Grassberger 2003).

    G(x) = psi(x) + (-1)^x [psi((x + 1)/2) - psi(x/2)] / 2; for whole x that is
    psi(floor(x/2) + 1/2) + log 2. The author's estimator of 1988 has more bias. One category:
    about -1/6n^2 (even n) or 1/n (odd n). All singletons: log n + gamma + log 2; n = 1: 1.27.
    """
    middle = np.floor(0.5 * sample.count) + 0.5
    even = np.mod(sample.count, 2.0) == 0
    correction = log_over_psi(middle) - np.where(even, np.log1p(1.0 / sample.count), 0.0)
    return sample.mean(surprisal(sample.count, sample.total) + correction)


@_estimator("james-stein", alphabet="declared", bounded=True)
def _james_stein(sample: Sample) -> FloatArray:
    """Shrink the shares towards the uniform distribution: q_i = lambda / K + (1 - lambda) p_i.

    -sum q_i log q_i over the alphabet, lambda = (1 - sum p_i^2) / ((n - 1) sum (1/K - p_i)^2)
    within [0, 1], and 1 where that is 0 / 0 (Hausser and Strimmer 2009). One category: 0, but
    log K if n = 1, as for all singletons.
    """
    uniform, k = 1.0 / sample.alphabet, sample.alphabet[sample.group]
    share, others = sample.count / sample.total, (sample.total - sample.count) / sample.total
    distance = (k * sample.count - sample.total) / (k * sample.total)
    variance = sample.sum(share * others)
    misfit = (sample.n - 1.0) * (sample.sum(distance**2) + sample.absent * uniform**2)
    shrinkage = np.where(variance < misfit, variance / misfit, 1.0)
    drawn, kept = (shrinkage * uniform)[sample.group], (1.0 - shrinkage)[sample.group]
    blend, rest = drawn + kept * share, drawn * (k - 1.0) + kept * others
    return _entropy_of(sample, blend, rest, shrinkage * uniform)


@_estimator("zhang", alphabet="occurring", additive=True)
def _zhang(sample: Sample) -> FloatArray:
    """Sum Zhang's unbiased estimates of the terms of H = sum_v (1/v) sum p_i (1 - p_i)^v (2012).

    sum over v = 1..n-1 of (1/v) sum p_i product over j = 1..v of (1 - (n_i - 1) / (n - j)), which
    is sum p_i [psi(n) - psi(n_i)] (Schurmann 2015) and computed so. One category, n = 1: 0.
    All singletons: psi(n) + gamma.
    """
    return sample.mean(psi_difference(sample.total, sample.count))


@_estimator("chao-wang-jost", alphabet="occurring")
def _chao_wang_jost(sample: Sample) -> FloatArray:
    """Add to Zhang's estimate what the species accumulation curve tells of the unseen.

    + (f_1/n) (1 - A)^(1-n) [-log A - sum over r < n of (1 - A)^r / r], where A is
    2 f_2 / ((n - 1) f_1 + 2 f_2), without doubletons 2 / ((n - 1)(f_1 - 1) + 2), and without
    singletons 1: nothing is added (Chao, Wang and Jost 2013). One category, n = 1: 0. All
    singletons: finite, with A = 2 / ((n - 1)^2 + 2).
    """
    n, once, twice = sample.n, sample.seen(1), sample.seen(2)
    bare = 2.0 / ((n - 1.0) * (once - 1.0) + 2.0)
    slope = np.where(twice > 0, 2.0 * twice / ((n - 1.0) * once + 2.0 * twice), bare)
    rises = (once > 0) & (slope < 1)
    unseen = once / n * accumulation(n, np.where(rises, slope, 0.5))
    return _zhang(sample) + np.where(rises, unseen, 0.0)


@_estimator("bonachela", alphabet="declared", additive=True)
def _bonachela(sample: Sample) -> FloatArray:
    """Balance bias and variance (Bonachela, Hinrichsen and Munoz 2008).

    Sum over the alphabet of (n_i + 1) [psi(n + 3) - psi(n_i + 2)] / (n + 2); the psi difference is
    1/(n_i + 2) + ... + 1/(n + 2). Each term is the best for its p_i, all p_i being equally likely,
    and an absent category has one too: for alphabets that are small beside n, else it is far above
    log K. K = 1: (n + 1) / (n + 2)^2. One of more, all singletons, n = 1: above 0, by the formula.
    """
    size = sample.n + 2.0
    terms = (sample.count + 1.0) * psi_difference(sample.total + 3.0, sample.count + 2.0)
    unseen = sample.absent * psi_difference(size + 1.0, np.full(sample.size, 2.0))
    return (sample.sum(terms) + unseen) / size


def _dirichlet(*names: str, pseudo: Pseudo, summary: str) -> None:
    """Register the entropy of (n_i + a) / (n + K a) over the alphabet, a = ``pseudo(n, K)``."""

    def formula(sample: Sample) -> FloatArray:
        k = sample.alphabet
        each = np.broadcast_to(pseudo(sample.n, k), k.shape)
        total = sample.n + k * each
        own = total[sample.group]
        share = (sample.count + each[sample.group]) / own
        others = (sample.total - sample.count + ((k - 1.0) * each)[sample.group]) / own
        return _entropy_of(sample, share, others, each / total)

    formula.__doc__ = f"""Give the entropy of the shares (n_i + a) / (n + K a), {summary}

    K = 1: 0. Else above 0 and at most log K, also for one category, all singletons and n = 1.
    """
    _estimator(*names, alphabet="declared", additive=True, bounded=True)(formula)


_dirichlet("laplace", pseudo=lambda _, __: 1.0, summary="a = 1 (Holste et al. 1998).")
_dirichlet("jeffreys", pseudo=lambda _, __: 0.5, summary="a = 1/2 (Krichevsky and Trofimov 1981).")
_dirichlet(  # two ways to one formula; the second name is also that of R's package entropy
    "perks",
    "schurmann-grassberger",
    pseudo=lambda _, k: 1.0 / k,
    summary="a = 1/K (Perks 1947; Schurmann and Grassberger 1996).",
)
_dirichlet("minimax", pseudo=lambda n, k: np.sqrt(n) / k, summary="a = sqrt(n) / K (Trybula 1958).")


@_estimator("nsb", alphabet="declared", bounded=True)
def _nsb(sample: Sample) -> FloatArray:
    """Average the posterior mean of H over Dirichlet priors, mixed so that H is about uniform.

    E[H | beta] = psi(n + K beta + 1) - sum (n_i + beta) / (n + K beta) psi(n_i + beta + 1), over
    the alphabet, is averaged with weight P(counts | beta) d xi / d beta over all beta > 0, where
    xi(beta) = psi(K beta + 1) - psi(beta + 1), from 0 to log K, is the prior's mean of H
    (Nemenman, Shafee and Bialek 2002). K = 1: 0. Else above 0 and below log K, also for one
    category, all singletons and n = 1.
    """
    order = np.lexsort((sample.count, sample.group))
    group, count = sample.group[order], sample.count[order]
    starts = np.flatnonzero(np.diff(group, prepend=-1))
    result = np.zeros(sample.size)
    found: dict[tuple[int, bytes], float] = {}
    for i, counts in zip(group[starts], np.split(count, starts[1:]), strict=False):
        k = int(sample.alphabet[i])
        key = (k, counts.tobytes())  # small samples often recur
        if key not in found:
            found[key] = _Posterior.of(counts, k).mean() if k > 1 else 0.0
        result[i] = found[key]
    return result


@dataclass(frozen=True)
class _Posterior:
    """The posterior of NSB as a function of x = log beta; equal counts are taken together.

    In x it decays like exp(-|x|) at least on both sides, so the trapezoidal rule converges
    faster than any power of its step.
    """

    count: FloatArray
    times: FloatArray
    n: float
    k: float

    @classmethod
    def of(cls, counts: FloatArray, k: int) -> _Posterior:
        """Group the counts of a sample, the zeros of its alphabet first."""
        distinct, times = np.unique(counts, return_counts=True)
        times_all = np.append(k - len(counts), times).astype(np.float64)
        return cls(np.append(0.0, distinct), times_all, float(counts.sum()), float(k))

    def mean(self) -> float:
        """Integrate to the last digits, halving the step until nothing changes."""
        low, high = self._bounds()
        nodes, old, new = _NODES, math.inf, self._trapezoid(low, high, _NODES)
        while abs(new - old) > 1e-14 * new and nodes < 1 << 14:
            nodes = 2 * nodes - 1
            old, new = new, self._trapezoid(low, high, nodes)
        return new

    def _bounds(self) -> tuple[float, float]:
        """Close in on where the weight is not negligible; its logarithm has one summit."""
        low = -math.log(self.k) - 1.5 * _NEGLIGIBLE
        high = 2.0 * math.log(self.n) + 1.5 * _NEGLIGIBLE
        width = math.inf
        while high - low < 0.5 * width:
            width = high - low
            x = np.linspace(low, high, _NODES)
            weight = self._log_weight(x)
            held = np.flatnonzero(weight > weight.max() - _NEGLIGIBLE)
            low = float(x[max(held[0] - 1, 0)])
            high = float(x[min(held[-1] + 1, _NODES - 1)])
        return low, high

    def _trapezoid(self, low: float, high: float, nodes: int) -> float:
        x = np.linspace(low, high, nodes)
        weight = self._log_weight(x)
        weight = np.exp(weight - weight.max())
        return float(weight @ self._entropy(x) / weight.sum())

    def _log_weight(self, x: FloatArray) -> FloatArray:
        """log(P(counts | beta) d xi / dx) up to a constant."""
        beta = np.exp(x)
        seen = log_rising(self.count[1:], beta[:, None]) @ self.times[1:]
        likelihood = seen - log_rising(np.asarray(self.n), self.k * beta)
        return np.asarray(likelihood + np.log(trigamma_gap(beta, self.k)) + x)

    def _entropy(self, x: FloatArray) -> FloatArray:
        """E[H | beta], as a mean of psi differences: the difference of means loses digits."""
        beta = np.exp(x)[:, None]
        total = self.n + self.k * beta
        surprise = psi_difference(total + 1.0, self.count + beta + 1.0)
        return np.asarray(((self.count + beta) / total * surprise) @ self.times)


def _entropy_of(sample: Sample, p: FloatArray, rest: FloatArray, unseen: FloatArray) -> FloatArray:
    """Return the entropy of shares p, given 1 - p and the share of each absent category."""
    surprise = np.where(p > 0.5, -np.log1p(-rest), -np.log(p))
    unseen = np.where(unseen > 0, unseen, 1.0)
    return np.asarray(sample.sum(p * surprise) - sample.absent * unseen * np.log(unseen))


def find_estimator(name: Any) -> Estimator:
    """Return the estimator of a name, else list all of them."""
    return ESTIMATORS[one_of("estimator", name, tuple(ESTIMATORS))]


def estimated(measures: Iterable[Measure], name: Any) -> tuple[Measure, ...]:
    """Return measures that follow from entropy, with that estimated in the named way."""
    estimator = find_estimator(name)
    return tuple(_estimated(one, estimator) for one in measures)


def _estimated(measure: Measure, estimator: Estimator) -> Measure:
    if estimator.name == "plugin":
        return measure
    if measure.term is not terms.entropy:
        names = [name for name, one in MEASURES.items() if one.term is terms.entropy]
        names += [
            f"({name!r}, 1)" for name, of in FAMILIES.items() if of(1.0).term is terms.entropy
        ]
        raise ValueError(
            f"estimator={estimator.name!r} estimates entropy, and what follows from it: "
            f"{', '.join(names)}. {measure.name} knows 'plugin' only: leave estimator out, or ask "
            "for it in a call of its own."
        )
    summand = estimator.summand if estimator.additive else None
    found = replace(measure, from_counts=estimator.function, summand=summand, mergeable=False)
    # what makes up for categories that were not seen is not bounded by those that were
    return found if estimator.bounded else replace(found, upper_bound=unbounded)
