"""How often p-values, noise floors and intervals are right, by enumeration and by simulation.

Without a draw, ``test=True`` and ``confidence=`` go by laws: rows of two samples exchanged, rows of
a part among those of the whole, a fixed distribution, spacings (bins whose edges are order
statistics of the reference), and the bootstrap. Shown are

- each law beside a list of all tables, and beside draws or fresh samples;
- how often a p-value is below a level although nothing differs, beside 199 draws (their fitted
  gamma tail, as with ``n_resamples=199``, and plain counting, as with ``test="permutation"``) and
  beside chi-square's law, with a picture;
- how often intervals hold the truth, and how often what does differ is found, beside 199 draws.

Run it with ``pip install '.[plot]'`` and ``python examples/sureness.py``. ``--runs`` is the number
of p-values in a panel of the picture; 20,000 take about a minute. ``sureness.csv`` and
``sureness.png`` go to ``examples/output``, or to the folder that ``--output`` names. The laws are
in ``laws.py`` beside this file.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from laws import CLOSED, Array, Found, frame_of, js, laws, likelihood_ratio, shown
from matplotlib import pyplot
from matplotlib.lines import Line2D
from PIL import Image
from scipy import stats
from scipy.special import xlogy

from pdkl.plot._shared import COLORS

Draw = Callable[[np.random.Generator, tuple[int, int]], Array]
DRAWS, LEVELS = 199, (0.05, 0.01, 0.001, 0.0001)
GAMMA, COUNTED, CHI = "199 draws", "199 counted", "chi-square"
ROWS, BLOCKS = "of rows", "of blocks"
LINES = {
    CLOSED: "closed form",
    CHI: "chi-square's law",
    GAMMA: "gamma tail of 199 draws",
    COUNTED: "199 draws, counted",
}


# ---- where nothing differs ------------------------------------------------------------------


def categories(k: int, n: int, m: int, runs: int, rng: np.random.Generator) -> dict[str, Array]:
    """Return p-values of categories after Zipf.

    Tables that are dealt from one pool are exchangeable: the draws of each are 199 others.
    """
    share, size, parts = 1.0 / np.arange(1, k + 1), min(runs, 1000), []
    for _ in range(max(1, runs // size)):
        pool = rng.multinomial(n + m, share / share.sum())
        pool = pool[pool > 0]
        p = rng.multivariate_hypergeometric(pool, n, size=size, method="marginals")
        found = frame_of(p).info_theory.js_divergence(
            "x", by="g", reference=frame_of(pool - p), weights="n", test=True
        )
        g = likelihood_ratio(p, pool - p)
        offset = 1 + rng.choice(size - 1, DRAWS, replace=False)
        null = g[(np.arange(size)[:, None] + offset) % size]
        reached = (null >= g[:, None] * (1.0 - 1e-9)).sum(axis=1)
        mean, variance = null.mean(axis=1), null.var(axis=1, ddof=1)
        tail = stats.gamma.sf(g, mean**2 / variance, scale=variance / mean)
        least = stats.multivariate_hypergeom.pmf(p, pool, n)
        counted = (1 + reached) / (1 + DRAWS)
        drawn = np.where(reached >= 10, counted, np.maximum(tail, least))
        chi = stats.chi2.sf(g, len(pool) - 1)
        parts.append([found["p_value"].to_numpy(), drawn, counted, chi])
    names = (CLOSED, GAMMA, COUNTED, CHI)
    return dict(zip(names, (np.concatenate(one) for one in zip(*parts, strict=True)), strict=True))


def columns(draw: Draw, size: int, number: int, rng: np.random.Generator) -> pd.DataFrame:
    """Draw columns of numbers."""
    return pd.DataFrame(draw(rng, (size, number)), columns=[f"x{i}" for i in range(number)])


def numbers(draw: Draw, runs: int, rng: np.random.Generator, bins: Any = 10) -> dict[str, Array]:
    """Return p-values of columns of numbers, 200 rows against a reference of 200."""
    parts, n = [], 200
    for start in range(0, runs, 500):
        today, before = (columns(draw, n, min(500, runs - start), rng) for _ in range(2))
        ask = partial(today.info_theory.drift, before, bins=bins, progress=False)
        found, drawn = ask(), ask(n_resamples=DRAWS, rng=rng)
        g = 4.0 * n * np.log(2.0) * found["score"].to_numpy() ** 2
        chi = stats.chi2.sf(g, found["categories"].to_numpy(float) - 1)
        parts.append([found["p_value"].to_numpy(), drawn["p_value"].to_numpy(), chi])
    names = (CLOSED, GAMMA, CHI)
    return dict(zip(names, (np.concatenate(one) for one in zip(*parts, strict=True)), strict=True))


def fixed(runs: int, rng: np.random.Generator) -> dict[str, Array]:
    """Return p-values of samples of a known distribution."""
    share = 1.0 / np.arange(1, 21)
    share /= share.sum()
    rows, some = frame_of(rng.multinomial(100, share, size=runs)), max(20, runs // 5)
    known: dict[str, Any] = {"by": "g", "reference": dict(enumerate(share)), "weights": "n"}
    known |= {"test": True, "progress": False}
    found = rows.info_theory.kl_divergence("x", **known)
    again = rows[rows["g"] < some].info_theory.kl_divergence("x", n_resamples=DRAWS, **known)
    chi = stats.chi2.sf(200.0 * found["kl_divergence"].to_numpy(), len(share) - 1)
    return {CLOSED: found["p_value"].to_numpy(), GAMMA: again["p_value"].to_numpy(), CHI: chi}


def days(runs: int, rng: np.random.Generator) -> dict[str, Array]:
    """Return p-values of rows of which those of a day resemble each other, with ``blocks``."""
    source, found = 1.0 / np.arange(1, 21), []
    for _ in range(runs):
        shares = rng.dirichlet(20.0 * source / source.sum(), size=60)
        table = frame_of(np.array([rng.multinomial(100, one) for one in shares]))
        today, before = table[table["g"] < 30], table[table["g"] >= 30]
        known: dict[str, Any] = {"reference": before, "weights": "n", "test": True}
        ask = partial(today.info_theory.js_divergence, "x", rng=rng, **known)
        found.append([ask()["p_value"].iloc[0], ask(blocks="g")["p_value"].iloc[0]])
    rows, blocks = np.array(found, dtype=float).T
    return {ROWS: rows, BLOCKS: blocks}


def normal(rng: np.random.Generator, size: tuple[int, int]) -> Array:
    """Draw what has no ties."""
    return rng.normal(size=size)


def with_missing(rng: np.random.Generator, size: tuple[int, int]) -> Array:
    """Lose a fifth."""
    return np.where(rng.random(size) < 0.2, np.nan, rng.normal(size=size))


def zero_inflated(rng: np.random.Generator, size: tuple[int, int]) -> Array:
    """Draw zeros, and else waiting times."""
    return np.where(rng.random(size) < 0.4, 0.0, rng.exponential(size=size))


def null(runs: int, rng: np.random.Generator, path: Path) -> Iterator[Found]:
    """Yield how often p-values are at or below a level, and draw the picture."""
    few = max(20, runs // 20)
    drawn = {
        "20 categories, 100/1000": categories(20, 100, 1000, runs, rng),
        "100 categories, 100/1000": categories(100, 100, 1000, runs, rng),
        "numbers in ten bins, 200/200": numbers(normal, max(20, runs // 4), rng),
    }
    picture(drawn, path)
    others: dict[str, Callable[[], dict[str, Array]]] = {
        "20 categories, 100 of a known law": lambda: fixed(few, rng),
        "Poisson 40": lambda: numbers(lambda rng, size: rng.poisson(40, size), few, rng),
        "40 % zeros": lambda: numbers(zero_inflated, few, rng),
        "20 % missing": lambda: numbers(with_missing, few, rng),
        "bins of equal width": lambda: numbers(normal, few, rng, bins="fd"),
        "days that resemble themselves": lambda: days(max(10, few // 10), rng),
    }
    for case, found in (drawn | {case: one() for case, one in others.items()}).items():
        for method, p in found.items():
            for level in LEVELS:
                if level * len(p) >= 2:
                    rate = float(np.mean(p <= level))
                    yield Found("alike", case, f"P(p ≤ {level:g})", method, rate)


def picture(found: dict[str, dict[str, Array]], path: Path) -> None:
    """Draw the share of p-values at or below a against a: the diagonal is right."""
    figure, axes = pyplot.subplots(
        1, len(found), figsize=(10.5, 4.0), sharey=True, layout="constrained"
    )
    level = np.geomspace(1e-4, 1.0, 200)
    for ax, (title, methods) in zip(axes, found.items(), strict=True):
        number = len(methods[CLOSED])
        low, high = (stats.binom.ppf(x, number, level) / number for x in (0.025, 0.975))
        ax.fill_between(level, np.maximum(low, 1e-9), high, color="#dddddd", lw=0)
        ax.plot(level, level, color="#777777", lw=0.8)
        colors = dict(zip(LINES, COLORS, strict=False))
        for method in reversed([name for name in LINES if name in methods]):
            share = np.searchsorted(np.sort(methods[method]), level, side="right") / number
            width = 2.2 if method == CLOSED else 1.4
            ax.plot(level, np.where(share > 0, share, np.nan), color=colors[method], lw=width)
        ax.set(xscale="log", yscale="log", xlim=(1e-4, 1), ylim=(1e-4, 1), xlabel="a", title=title)
    axes[0].set_ylabel("share of p-values ≤ a, nothing differs")
    lines = [Line2D([], [], color=color) for color in colors.values()]
    figure.legend(lines, list(LINES.values()), loc="outside lower center", ncols=4, frameon=False)
    figure.savefig(path, dpi=90)
    pyplot.close(figure)
    Image.open(path).convert("RGB").quantize(128).save(path, optimize=True)  # a third of it


# ---- where something does -------------------------------------------------------------------


def intervals(runs: int, rng: np.random.Generator) -> Iterator[Found]:
    """Yield how often 95 % intervals hold the truth, and how often there are none."""
    for k, n in ((2, 50), (5, 500), (20, 500), (100, 500), (100, 5000)):
        source, other = rng.dirichlet(np.ones(k), size=(2, runs))
        p, q = (frame_of(rng.multinomial(n, shares)) for shares in (source, other))
        entropies = partial(p.info_theory.entropy, "x")
        divergences = partial(p.info_theory.js_divergence, "x", reference=q)
        truths = {
            "entropy": (entropies, -xlogy(source, source).sum(axis=1)),
            "js_divergence": (divergences, js(source, other)),
        }
        for measure, (ask, truth) in truths.items():
            case = f"{measure}, {k} categories, {n} rows"
            for method, more in ((CLOSED, {}), (GAMMA, {"n_resamples": DRAWS, "rng": rng})):
                found = ask(by="g", weights="n", confidence=0.95, progress=False, **more)
                low, high = (found[f"{measure}_{end}"].to_numpy() for end in ("low", "high"))
                known = ~np.isnan(low)
                held = ((low <= truth + 1e-12) & (truth <= high + 1e-12))[known]
                if known.any():
                    yield Found("interval", case, "coverage", method, float(held.mean()))
                yield Found("interval", case, "none given", method, float(np.mean(~known)))


def power(runs: int, rng: np.random.Generator) -> Iterator[Found]:
    """Yield how often p is at or below .05 where numbers differ, and where they do not."""
    changes: dict[str, Callable[[Array], Array]] = {
        "nothing": lambda x: x,
        "shifted by .25 sd": lambda x: x + 0.25,
        "1.3 times as wide": lambda x: 1.3 * x,
        "-999 in 1 %": lambda x: np.where(rng.random(x.shape) < 0.01, -999.0, x),
        "-999 in 9 %": lambda x: np.where(rng.random(x.shape) < 0.09, -999.0, x),
    }
    for n, m in ((300, 300), (100, 1000)):
        for name, change in changes.items():
            before = columns(normal, m, runs, rng)
            today = columns(lambda rng, size: change(rng.normal(size=size)), n, runs, rng)  # noqa: B023
            for method, more in ((CLOSED, {}), (GAMMA, {"n_resamples": DRAWS, "rng": rng})):
                found = today.info_theory.drift(before, progress=False, **more)
                share = float(np.mean(found["p_value"] <= 0.05))
                yield Found("power", f"{name}, {n}/{m}", "P(p ≤ 0.05)", method, share)


def main() -> None:
    """Print the tables, and write them and the picture."""
    parser = argparse.ArgumentParser(description="How often p-values and intervals are right.")
    folder = Path(__file__).parent / "output"
    parser.add_argument("--output", type=Path, default=folder, help="folder for table and picture")
    parser.add_argument("--runs", type=int, default=20_000, help="p-values in a panel, 200 or more")
    options = parser.parse_args()
    runs = max(options.runs, 200)
    options.output.mkdir(parents=True, exist_ok=True)
    mpl.use("agg")  # files only, no window
    rng, few = np.random.default_rng(0), max(20, runs // 40)
    parts = {
        "Each law beside a list of all tables, and beside draws or new numbers": laws(
            min(20_000, 10 * runs), rng
        ),
        "How often p is at or below a level though nothing differs": null(
            runs, rng, options.output / "sureness.png"
        ),
        "How often 95 % intervals hold the truth": intervals(few, rng),
        "How often p is at or below .05 where numbers differ": power(few * 2 // 3, rng),
    }
    found: list[Found] = []
    for title, part in parts.items():
        start = time.perf_counter()
        rows = list(part)
        print(f"\n{title}:\n{shown(rows)}\n({time.perf_counter() - start:.0f} s)")
        found += rows
    pd.DataFrame(found).to_csv(options.output / "sureness.csv", index=False)
    print(f"Wrote sureness.csv: {len(found)} figures, and sureness.png.")


if __name__ == "__main__":
    main()
