"""The laws that tests and intervals go by, each beside a list of all tables and beside draws.

Rows of two samples exchanged, rows of a part among those of the whole, a fixed distribution,
spacings (bins whose edges are order statistics of the reference) with and without missing values,
and the bootstrap of one sample and of two. `sureness.py` writes these figures into its table; run
alone, ``python examples/laws.py`` prints them.

References: Good (2005), "Permutation, Parametric and Bootstrap Tests of Hypotheses"; Johnson, Kotz
and Balakrishnan (1997), "Discrete Multivariate Distributions", on urns; Wilks (1962), "Mathematical
Statistics", chapter 8, on order statistics; Kazi-Aoual et al. (1995), "Refined approximations to
permutation tests for multivariate inference".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats
from scipy.special import rel_entr, xlogy

import pdkl  # noqa: F401 - gives each frame the accessor info_theory
from pdkl.core.counts.bin_edges import fit

Array = NDArray[Any]
CLOSED, LISTED, DRAWN = "closed form", "all tables", "drawn"


class Found(NamedTuple):
    """A row of the table."""

    part: str
    case: str
    what: str
    method: str
    value: float


# ---- slow definitions -----------------------------------------------------------------------


def js(p: Array, q: Array) -> Array:
    """Return the Jensen-Shannon divergence of counts, in nats, a row per pair."""
    p, q = p / p.sum(axis=-1, keepdims=True), q / q.sum(axis=-1, keepdims=True)
    m = (p + q) / 2.0
    return np.asarray((rel_entr(p, m) + rel_entr(q, m)).sum(axis=-1) / 2.0)


def likelihood_ratio(p: Array, q: Array) -> Array:
    """Return G of two samples, a row per pair of counts."""
    n, m = p.sum(axis=-1, keepdims=True), q.sum(axis=-1, keepdims=True)
    pooled = (p + q) / (n + m)
    return np.asarray(2.0 * (rel_entr(p, n * pooled) + rel_entr(q, m * pooled)).sum(axis=-1))


def all_tables(n: int, k: int) -> Array:
    """List all ways to put n rows into k categories."""
    if k == 1:
        return np.full((1, 1), n)
    parts = []
    for first in range(n + 1):
        rest = all_tables(n - first, k - 1)
        parts.append(np.hstack([np.full((len(rest), 1), first), rest]))
    return np.vstack(parts)


def quantile(values: Array, weight: Array, level: float) -> float:
    """Return the least value at or below which the weight is ``level``."""
    order = np.argsort(values, kind="stable")
    at = np.searchsorted(np.cumsum(weight[order]), level * weight.sum() - 1e-9)
    return float(values[order][at])


def null_of(score: Array, g: Array, weight: Array | None, observed: float) -> dict[str, float]:
    """Say what scores are if nothing differs, and how often G is as large as what was observed."""
    weight = np.full(len(g), 1.0 / len(g)) if weight is None else weight / weight.sum()
    return {
        "mean": float(weight @ score),
        "95 % point": quantile(score, weight, 0.95),
        "p-value": float(weight @ (g >= observed * (1.0 - 1e-9))),
    }


def ends_of(score: Array, weight: Array, observed: float) -> dict[str, float]:
    """Return the ends of an interval: percentiles less twice the bias."""
    bias = float(weight @ score) - observed
    ends = (max(quantile(score, weight, level) - 2.0 * bias, 0.0) for level in (0.025, 0.975))
    return dict(zip(("low", "high"), ends, strict=True))


def frame_of(*tables: Array) -> pd.DataFrame:
    """Write tables of counts as rows: group g, category x, and how many n."""
    table = np.vstack(tables)
    g, x = np.nonzero(table)
    return pd.DataFrame({"g": g, "x": x, "n": table[g, x]})


# ---- the laws -------------------------------------------------------------------------------


def said(found: pd.DataFrame, measure: str = "js_divergence") -> dict[str, float]:
    """Read the first row of an answer."""
    row = found.iloc[0]
    if f"{measure}_low" in found:
        return {"low": float(row[f"{measure}_low"]), "high": float(row[f"{measure}_high"])}
    return {
        "mean": float(row[measure] - row[f"{measure}_excess"]),
        "95 % point": float(row[f"{measure}_noise_floor"]),
        "p-value": float(row["p_value"]),
    }


Law = tuple[dict[str, float], dict[str, float], dict[str, float]]


def two_samples(p: Array, q: Array, against: str, many: int) -> Law:
    """Compare P with a sample, with a whole that it is part of, or with a fixed distribution."""
    n, tables = int(p.sum()), all_tables(int(p.sum()), len(p))
    today, whole = frame_of(p), p + q
    if against == "fixed":
        share = q / q.sum()
        weight = stats.multinomial.pmf(tables, n, share)
        score = js(tables, np.broadcast_to(share, tables.shape))
        g, observed = (2.0 * rel_entr(x, n * share).sum(axis=-1) for x in (tables, p))
        ask = partial(today.info_theory.js_divergence, "x", reference=dict(enumerate(share)))
    else:
        tables = tables[(tables <= whole).all(axis=1)]
        weight = stats.multivariate_hypergeom.pmf(tables, whole, n)
        g, observed = likelihood_ratio(tables, whole - tables), likelihood_ratio(p, q)
        score = js(tables, whole - tables)
        ask = partial(today.info_theory.js_divergence, "x", reference=frame_of(q))
        if against == "all":
            score = js(tables, np.broadcast_to(whole, tables.shape))
            ask = partial(frame_of(p, q).info_theory.js_divergence, "x", by="g", against="all")
    ask = partial(ask, weights="n", test=True, progress=False)
    return (
        said(ask()),
        null_of(score, g, weight, float(observed)),
        said(ask(n_resamples=many, rng=0)),
    )


def counts(before: Array, today: Array) -> tuple[Array, Array, Array]:
    """Cut both sides at edges fitted to ``before``; missing first. Also the balls of the bins."""
    bins = fit(before[~np.isnan(before)], None, 3, "quantile")
    p, q = (
        np.bincount(bins.assign(side, np.isnan(side)) + 1, minlength=bins.size + 1)
        for side in (today, before)
    )
    balls = q[1:].copy()
    balls[[0, -1]], balls[-2] = 1, balls[-2] - 1  # the largest value is an edge itself
    return p, q, balls


def spacings(lost: int, lost_before: int, many: int, rng: np.random.Generator) -> Law:
    """Cut numbers at quantiles of the reference, values missing on both sides; then new numbers."""
    today = np.append(np.linspace(0.13, 1.4, 20), np.full(lost, np.nan))
    before = np.append(np.linspace(0.0, 1.0, 40), np.full(lost_before, np.nan))
    p, q, balls = counts(before, today)
    everything, weights = [], []
    for r in range(lost + lost_before + 1):  # so many of the missing are of today
        rows = all_tables(len(today) - r, len(balls))
        chance = stats.hypergeom.pmf(r, len(today) + len(before), lost + lost_before, len(today))
        everything.append(np.hstack([np.full((len(rows), 1), r), rows]))
        weights.append(chance * stats.dirichlet_multinomial.pmf(rows, balls, [len(today) - r]))
    tables = np.vstack(everything)
    left = lost + lost_before - tables[:, :1]
    other = np.hstack([left, (len(before) - left) * (q[1:] / q[1:].sum())])
    observed = float(likelihood_ratio(p, q))
    listed = null_of(
        js(tables, other), likelihood_ratio(tables, other), np.concatenate(weights), observed
    )
    share, fresh = (lost + lost_before) / (len(today) + len(before)), []
    for _ in range(many):
        sides = [rng.random(len(side)) for side in (before, today)]
        if share:
            sides = [np.where(rng.random(len(side)) < share, np.nan, side) for side in sides]
        fresh.append(counts(*sides)[:2])
    fresh_p, fresh_q = (np.array(side) for side in zip(*fresh, strict=True))
    new = null_of(js(fresh_p, fresh_q), likelihood_ratio(fresh_p, fresh_q), None, observed)
    answer = pd.DataFrame({"x": today}).info_theory.js_divergence(
        "x", reference=pd.DataFrame({"x": before}), bins=3, dropna=False, test=True
    )
    return said(answer), listed, new


def bootstraps(p: Array, q: Array | None, many: int) -> Law:
    """Put an interval around an entropy, or around the divergence of two categories."""
    n, tables, today = int(p.sum()), all_tables(int(p.sum()), len(p)), frame_of(p)
    weight: Array = np.asarray(stats.multinomial.pmf(tables, n, p / n))
    ask: Callable[..., pd.DataFrame]
    if q is None:
        measure, share = "entropy", tables / n
        score, observed = -xlogy(share, share).sum(axis=1), -float(xlogy(p / n, p / n).sum())
        ask = partial(today.info_theory.entropy, "x")
    else:
        measure, others = "js_divergence", all_tables(int(q.sum()), len(q))
        score = js(tables[:, None, :], others[None, :, :]).ravel()
        weight = np.outer(weight, stats.multinomial.pmf(others, q.sum(), q / q.sum())).ravel()
        observed = float(js(p, q))
        ask = partial(today.info_theory.js_divergence, "x", reference=frame_of(q))
    ask = partial(ask, weights="n", confidence=0.95, progress=False)
    return (
        said(ask(), measure),
        ends_of(score, weight, observed),
        said(ask(n_resamples=many, rng=0), measure),
    )


def laws(many: int, rng: np.random.Generator) -> Iterator[Found]:
    """Hold each law against a list of all tables, and against draws or new numbers."""
    p, q = np.array([62, 95, 43]), np.array([190, 210, 100])
    few, other = np.array([2, 11, 7]), np.array([20, 30, 30])
    cases: dict[str, Callable[[], Law]] = {
        "exchange, 200/500": lambda: two_samples(p, q, "sample", many),
        "exchange, 20/80": lambda: two_samples(few, other, "sample", many),
        "subset, 200 of 700": lambda: two_samples(p, q, "all", many),
        "fixed, 200": lambda: two_samples(p, q, "fixed", many),
        "spacings, 20/40": lambda: spacings(0, 0, many, rng),
        "two stages, 24/46": lambda: spacings(4, 6, many, rng),
        "bootstrap, 200": lambda: bootstraps(p, None, many),
        "bootstrap, 60/90": lambda: bootstraps(np.array([20, 40]), np.array([55, 35]), many),
    }
    for case, law in cases.items():
        for method, values in zip((CLOSED, LISTED, DRAWN), law(), strict=True):
            yield from (Found("law", case, what, method, one) for what, one in values.items())


def shown(found: list[Found]) -> str:
    """Write rows as a table, the methods beside each other."""
    frame = pd.DataFrame(found)
    methods = list(frame["method"].unique())
    lines = [["case", "what", *methods], ["---"] * (2 + len(methods))]
    for (case, what), rows in frame.groupby(["case", "what"], sort=False):
        values = dict(zip(rows["method"], rows["value"], strict=True))
        lines.append([case, what, *(f"{values[m]:.4g}" if m in values else "" for m in methods)])
    width = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    return "\n".join(
        f"| {' | '.join(cell.ljust(to) for cell, to in zip(line, width, strict=True))} |"
        for line in lines
    )


if __name__ == "__main__":
    print(shown(list(laws(20_000, np.random.default_rng(0)))))
