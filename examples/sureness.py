"""How often the p-values, noise floors and intervals are right, by simulation.

Shown are, for each kind of comparison, how often a true null is rejected and whether its p-values
are uniform, how often an interval covers the truth, what the noise floor says of one source drawn
twice, and how often a known shift is found.

Run ``python examples/sureness.py``; ``--runs`` is the number of simulated comparisons, of which
2000 take some two minutes.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy import stats

from pdkl.core.counts.pairs import Pairs
from pdkl.core.counts.smoothing import treat_zeros
from pdkl.core.inference.samplers import BlockSampler, Draws, Null, RowSampler, Sampler
from pdkl.core.inference.statistics import (
    evaluate,
    g_statistic,
    interval,
    null_summary,
    p_value,
    pairs_of_draws,
)
from pdkl.core.measures.catalogue import MEASURES
from pdkl.core.measures.measure import Measure
from pdkl.core.numerics.exact import FloatArray
from pdkl.core.threads import each

B = 199
LEVELS = (0.05, 0.01, 0.001)


def shares(kind: str, k: int) -> FloatArray:
    """Give the probabilities of a source with ``k`` outcomes."""
    weight = {
        "uniform": np.ones(k),
        "zipf": 1.0 / np.arange(1, k + 1),
        "rare": np.append(np.full(k - 1, 0.003 / (k - 1)), 0.997),
    }[kind]
    return np.asarray(weight / weight.sum())


@dataclass(frozen=True)
class Design:
    """Two samples of one source, compared in one of the ways that the library knows."""

    kind: str
    k: int
    n_p: int
    n_q: int
    null: Null = "permutation"

    def __str__(self) -> str:
        """Name the row of a table."""
        return f"{self.null:<11} {self.kind:<7} k={self.k:<4} n={self.n_p}/{self.n_q}"

    def draw(self, rng: np.random.Generator, shift: float = 0.0) -> RowSampler:
        """Sample both sides; ``shift`` moves that share of P's mass to its first outcome."""
        source = shares(self.kind, self.k)
        moved = (1.0 - shift) * source
        moved[0] += shift
        p = rng.multinomial(self.n_p, moved)
        if self.null == "fixed":
            return RowSampler(p, source, "fixed")
        q = rng.multinomial(self.n_q, source)
        occurs = (p + q) > 0
        return RowSampler(p[occurs], q[occurs], self.null)


def p_values(sampler: Sampler, rng: np.random.Generator) -> tuple[float, float]:
    """Return p by the fitted tail alone, and by the library's rule."""

    def statistic(pairs: Pairs) -> FloatArray:
        return g_statistic(pairs, sampler.null)

    observed = float(statistic(pairs_of_draws(sampler.observed))[0])
    width = sampler.p.shape[-1]
    (null,) = evaluate(sampler.null_draws, [statistic], B, rng, width=width)
    ruled = p_value(observed, null, least=sampler.least_p_value())
    mean, variance = null.mean(), null.var(ddof=1)
    if variance == 0:
        return ruled, ruled
    return float(stats.gamma.sf(observed, mean**2 / variance, scale=variance / mean)), ruled


def shifted_p_values(design: Design, shift: float, rng: np.random.Generator) -> tuple[float, float]:
    """Sample a design, and test it."""
    return p_values(design.draw(rng, shift), rng)


def score(measure: Measure, draws: Draws) -> float:
    """Measure what occurred."""
    return float(measure.value(pairs_of_draws(draws), 1.0)[0])


def bootstrapped(
    sampler: Sampler, measure: Measure, rng: np.random.Generator, upper: float, size: int = 399
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the interval of the library, and the plain percentiles."""
    (draws,) = evaluate(
        sampler.bootstrap_draws,
        [lambda pairs: measure.value(pairs, 1.0)],
        size,
        rng,
        width=sampler.p.shape[-1],
    )
    low, high = np.quantile(draws, [0.025, 0.975])
    ends = interval(score(measure, sampler.observed), draws, upper=upper)
    return ends, (float(low), float(high))


def simulate(
    task: Callable[[np.random.Generator], Iterable[float]], runs: int, seed: int
) -> FloatArray:
    """Repeat ``task`` with fresh random numbers; a row per run."""
    rng = np.random.default_rng(seed)
    return np.array([tuple(row) for row in each(lambda _, own: task(own), runs, rng, threads=2)])


def false_alarms(runs: int) -> None:
    """Print how often p is at or below a level although nothing differs."""
    print(f"\nRejections where nothing differs, B = {B}: fitted gamma alone, the library's rule;")
    print("KS: p of a one-sided test that the p-values are too small (few tables make them large)")
    print(f"{'':<40}" + "".join(f"{level:>17}" for level in LEVELS) + "    KS p   runs")
    for design in (
        Design("uniform", 2, 1000, 1000),
        Design("rare", 2, 1000, 1000),
        Design("rare", 2, 1000, 10_000),
        Design("uniform", 5, 1000, 1000),
        Design("zipf", 20, 30, 10_000),
        Design("zipf", 100, 1000, 1000),
        Design("uniform", 100, 1000, 10_000),
        Design("zipf", 1000, 1000, 1000),
        Design("uniform", 1000, 1000, 1000),
        Design("zipf", 1000, 10_000, 10_000),
        Design("zipf", 20, 300, 3000, "subset"),
        Design("zipf", 20, 300, 1, "fixed"),
        Design("zipf", 1000, 1000, 1, "fixed"),
    ):
        times = max(50, round(runs * min(1.0, 100 / design.k)))
        found = simulate(partial(shifted_p_values, design, 0.0), times, 1)
        line = "".join(
            f"{(found[:, 0] <= level).mean():>9.4f}{(found[:, 1] <= level).mean():>8.4f}"
            for level in LEVELS
        )
        small = stats.kstest(found[:, 1], "uniform", alternative="greater").pvalue
        print(f"{design!s:<40}{line} {small:>8.3f} {times:>6}")


def far_out(runs: int) -> None:
    """Print false alarms at levels that take many p-values; each frame gives 50 of them."""
    levels, tests = (0.001, 0.0001), 50

    def task(design: Design, rng: np.random.Generator) -> list[float]:
        # tables dealt from one pool are exchangeable: any of them may be the observed one
        rows = design.draw(rng)
        draws = rows.null_draws(tests * (B + 1), rng)
        g = g_statistic(pairs_of_draws(draws), "permutation").reshape(tests, B + 1)
        tables = draws.p[:: B + 1].astype(np.int64)
        least = [RowSampler(p, rows.p + rows.other - p, rows.null).least_p_value() for p in tables]
        found = [p_value(own[0], own[1:], least=at) for own, at in zip(g, least, strict=True)]
        return [float(np.mean(np.array(found) <= level)) for level in levels]

    print("\nRejections where nothing differs, far out: the library's rule")
    print(f"{'':<40}" + "".join(f"{level:>10}" for level in levels) + "   p-values")
    for design in (
        Design("rare", 2, 1000, 10_000),
        Design("uniform", 5, 1000, 1000),
        Design("zipf", 20, 30, 10_000),
        Design("zipf", 20, 100, 1000),
    ):
        pools = max(20, runs // 4)
        found = simulate(partial(task, design), pools, 7).mean(axis=0)
        line = "".join(f"{value:>10.5f}" for value in found)
        print(f"{design!s:<40}{line} {tests * pools:>10}")


def asymptotic(runs: int) -> None:
    """Print what the textbook's chi-squared law would reject."""
    print("\nRejections at .05 where nothing differs, asymptotic G and X2")
    for design in (Design("zipf", 1000, 1000, 1000), Design("zipf", 1000, 10_000, 10_000)):
        rng = np.random.default_rng(2)
        hits = []
        for _ in range(max(100, runs // 20)):
            rows = design.draw(rng)
            table = np.array([rows.p, rows.other])
            hits.append(
                [
                    stats.chi2_contingency(table, correction=False, lambda_=which)[1] <= 0.05
                    for which in ("log-likelihood", "pearson")
                ]
            )
        g, x2 = np.mean(hits, axis=0)
        print(f"{design!s:<40} G {g:.3f}   X2 {x2:.3f}")


def blocks(runs: int) -> None:
    """Print rejections where the rows of a day resemble each other and days go to either side."""

    def task(rng: np.random.Generator) -> tuple[float, float]:
        days = rng.dirichlet(20 * shares("zipf", 20), size=60)
        tables = np.array([rng.multinomial(100, day) for day in days])
        p, q = tables[:30], tables[30:]
        whole = BlockSampler(p, q, "permutation")
        rows = RowSampler(p.sum(axis=0), q.sum(axis=0), "permutation")
        return p_values(rows, rng)[1], p_values(whole, rng)[1]

    found = simulate(task, max(100, runs // 4), 3)
    row, block = (found <= 0.05).mean(axis=0)
    print("\n60 days of 100 rows that resemble each other, dealt to two sides: rejections at .05")
    print(f"rows alone {row:.3f}   whole days {block:.3f}")


def coverage(runs: int) -> None:
    """Print how often the intervals hold the truth."""
    print("\nCoverage of 95 % intervals: the library's | plain percentiles, share that is NaN")
    entropy, js, kl = (MEASURES[name] for name in ("entropy", "js_divergence", "kl_divergence"))

    def truth(measure: Measure, p: FloatArray, q: FloatArray) -> float:
        return score(measure, Draws(p[None, :], q[None, :]))

    def one(kind: str, k: int, n: int, rng: np.random.Generator) -> list[float]:
        source = rng.dirichlet(np.ones(k)) if kind == "dirichlet" else shares(kind, k)
        p = rng.multinomial(n, source)
        ends = bootstrapped(RowSampler(p, p, "fixed"), entropy, rng, float(np.log(k)))
        return held(truth(entropy, source, source), *ends)

    def two(
        measure: Measure, null: Null, k: int, n: int, apart: float, rng: np.random.Generator
    ) -> list[float]:
        source, other = rng.dirichlet(np.ones(k)), rng.dirichlet(np.ones(k))
        other = (1.0 - apart) * source + apart * other
        p, q = rng.multinomial(n, source), rng.multinomial(n, other)
        if null == "subset":
            other = (source + other) / 2
        rows = RowSampler(p, other if null == "fixed" else q, null)
        ends = bootstrapped(rows, measure, rng, measure.upper_bound(k, 1.0))
        return held(truth(measure, source, other), *ends)

    cases: list[tuple[str, Callable[[np.random.Generator], list[float]]]] = [
        ("entropy Dirichlet k=5 n=300", lambda rng: one("dirichlet", 5, 300, rng)),
        ("entropy uniform k=5 n=300", lambda rng: one("uniform", 5, 300, rng)),
        ("entropy Zipf k=100 n=5000", lambda rng: one("zipf", 100, 5000, rng)),
        ("entropy Zipf k=1000 n=300", lambda rng: one("zipf", 1000, 300, rng)),
        ("JS k=100 n=5000", lambda rng: two(js, "permutation", 100, 5000, 1.0, rng)),
        ("JS k=100 n=5000, alike", lambda rng: two(js, "permutation", 100, 5000, 0.2, rng)),
        ("JS k=100 n=5000, one source", lambda rng: two(js, "permutation", 100, 5000, 0.0, rng)),
        ("KL to a fixed one k=20 n=1000", lambda rng: two(kl, "fixed", 20, 1000, 0.5, rng)),
        ("KL to the pool k=20 n=1000", lambda rng: two(kl, "subset", 20, 1000, 0.5, rng)),
    ]
    for name, task in cases:
        found = simulate(task, max(100, runs // 4), 4)
        known = found[:, 2] > 0
        shifted = f"{found[known, 0].mean():.3f}" if known.any() else "  -  "
        print(f"{name:<40} {shifted} | {found[:, 1].mean():.3f}   NaN {1 - known.mean():.3f}")


def held(truth: float, shifted: tuple[float, float], plain: tuple[float, float]) -> list[float]:
    """Tell whether the truth is within either interval, and whether there is an interval."""
    known = not np.isnan(shifted[0])
    # the truth may be a bound, up to rounding
    within = (low - 1e-12 <= truth <= high + 1e-12 for low, high in (shifted, plain))
    return [*map(float, within), float(known)]


def noise(runs: int) -> None:
    """Print the score of two samples of one source beside its noise floor."""
    kl = MEASURES["kl_divergence"]

    def floored(pairs: Pairs) -> FloatArray:
        return kl.value(treat_zeros(pairs, 1e-6, "q"), 1.0)

    def task(source: FloatArray, rng: np.random.Generator) -> tuple[float, float, float, float]:
        p, q = (rng.multinomial(10_000, source) for _ in range(2))
        rows = RowSampler(p, q, "permutation")
        (null,) = evaluate(rows.null_draws, [floored], B, rng, width=len(source))
        value = float(floored(pairs_of_draws(rows.observed))[0])
        said = null_summary(value, null)
        return value, said.excess, said.noise_floor, float(value > said.noise_floor)

    print("\nTwo samples of one source, k = 1000, n = 10,000, zeros floored at 1e-6 (means)")
    dirichlet = np.random.default_rng(5).dirichlet(np.ones(1000))
    sources = {"uniform": shares("uniform", 1000), "zipf": shares("zipf", 1000)}
    for name, source in (sources | {"Dirichlet": dirichlet}).items():
        found = simulate(partial(task, source), max(40, runs // 20), 5)
        value, excess, floor, above = found.mean(axis=0)
        print(
            f"{name:<10} KL {value:.4f}   excess {excess:+.4f}   noise floor {floor:.4f}   "
            f"above it in {above:.3f}"
        )


def power(runs: int) -> None:
    """Print how often a known shift is found at .05."""
    print("\nRejections at .05 if this share of P moves to the first outcome")
    moves = (0.0, 0.01, 0.02, 0.05, 0.1)
    print(f"{'':<40}" + "".join(f"{move:>8}" for move in moves))
    for design in (
        Design("uniform", 5, 1000, 1000),
        Design("zipf", 100, 1000, 1000),
        Design("zipf", 100, 10_000, 10_000),
        Design("zipf", 100, 1000, 9000, "subset"),
        Design("zipf", 100, 1000, 1, "fixed"),
    ):
        line = ""
        for move in moves:
            found = simulate(partial(shifted_p_values, design, move), max(50, runs // 10), 6)
            line += f"{(found[:, 1] <= 0.05).mean():>8.3f}"
        print(f"{design!s:<40}{line}")


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=2000)
    runs = parser.parse_args().runs
    for table in (false_alarms, far_out, asymptotic, blocks, coverage, noise, power):
        start = time.perf_counter()
        table(runs)
        print(f"({time.perf_counter() - start:.0f} s)")


if __name__ == "__main__":
    main()
