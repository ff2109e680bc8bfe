"""KL divergence of each group against the rest: pdkl beside pandas and scipy.

Run with ``python tests/benchmarks/kl_rest.py [--rows N]``. Peers and pdkl take turns in one run, so
the ratios hold on a noisy machine; each figure is the best of the rounds.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import entropy

import pdkl

GROUPS, CATEGORIES, ROUNDS = 50, 1000, 3


def make_frame(rows: int, kind: str) -> pd.DataFrame:
    """Draw Zipf-like categories, in a different order of preference for each group."""
    rng = np.random.default_rng(7)
    share = 1.0 / np.arange(1, CATEGORIES + 1)
    group = rng.integers(0, GROUPS, rows)
    category = (rng.choice(CATEGORIES, rows, p=share / share.sum()) + 3 * group) % CATEGORIES
    frame = pd.DataFrame(
        {
            "segment": named("segment", group, GROUPS),
            "item": named("item", category, CATEGORIES),
        }
    )
    return frame if kind == "category" else frame.astype("string[pyarrow]").astype("str")


def named(name: str, codes: NDArray[np.int64], size: int) -> pd.Categorical[str]:
    """Make a categorical of the levels "name 0", "name 1", …"""
    return pd.Categorical.from_codes(codes, pd.Index([f"{name} {i}" for i in range(size)]))


def with_pdkl(frame: pd.DataFrame) -> pd.Series[float]:
    """Ask the whole question in one call."""
    result = pdkl.InfoTheory(frame).kl_divergence("item", by="segment", against="rest")
    return result.set_index("segment")["kl_divergence"]


def with_pandas_and_scipy(frame: pd.DataFrame) -> pd.Series[float]:
    """Count with groupby, then let scipy compare each group with the sum of the others."""
    table = frame.groupby(["segment", "item"], observed=True).size().unstack(fill_value=0)
    rest = table.sum() - table
    return pd.Series(entropy(table.to_numpy(), rest.to_numpy(), axis=1), index=table.index)


def bincount_alone(frame: pd.DataFrame) -> None:
    """Count codes that are there already with one big bincount: the floor of any method."""
    codes = [frame[name].cat.codes.to_numpy().astype(np.intp) for name in ("segment", "item")]
    np.bincount(codes[0] * CATEGORIES + codes[1], minlength=GROUPS * CATEGORIES)


def best_of(functions: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Time the functions in turns; keep the best round of each."""
    times = dict.fromkeys(functions, float("inf"))
    for _ in range(ROUNDS):
        for name, function in functions.items():
            start = time.perf_counter()
            function()
            times[name] = min(times[name], time.perf_counter() - start)
    return times


def main() -> None:
    """Print seconds and ratios for categorical and for string columns."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=5_000_000)
    rows = parser.parse_args().rows
    print(f"{rows:,} rows, {GROUPS} groups x {CATEGORIES} categories, best of {ROUNDS}")
    print(f"pandas {pd.__version__}, numpy {np.__version__}")
    for kind in ("category", "string"):
        frame = make_frame(rows, kind)
        ours, theirs = with_pdkl(frame), with_pandas_and_scipy(frame)
        np.testing.assert_allclose(ours.to_numpy(), theirs.to_numpy(), rtol=1e-9)
        functions: dict[str, Callable[[], object]] = {
            "pdkl": partial(with_pdkl, frame),
            "pandas groupby.size + scipy": partial(with_pandas_and_scipy, frame),
        }
        if kind == "category":
            functions["one bincount of the codes"] = partial(bincount_alone, frame)
        times = best_of(functions)
        for name, seconds in times.items():
            ratio = seconds / times["pdkl"]
            nanoseconds = seconds / rows * 1e9
            print(f"{kind:9} {name:28} {seconds:7.3f} s {nanoseconds:6.1f} ns/row {ratio:6.2f} x")


if __name__ == "__main__":
    main()
