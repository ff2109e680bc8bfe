"""Distances of ordered values, each group against a reference: pdkl beside SciPy in a loop.

Run with ``python -m tests.benchmarks.ordered [--rows N]``. Both take turns in one run, so the
ratios hold on a noisy machine; each figure is the best of the rounds. SciPy has a p-value for each
Kolmogorov-Smirnov distance as well, here by ``method="asymp"``, which costs little.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd
from scipy import stats

import pdkl
from tests.benchmarks.kl_rest import best_of

GROUPS = 365
MEASURES = ("kolmogorov_smirnov", "wasserstein")


def make_frames(rows: int, digits: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draw amounts for each day, and as many for the reference as for ten days."""
    rng = np.random.default_rng(7)
    amount = np.exp(rng.normal(3.0, 0.5, rows)).round(digits)
    today = pd.DataFrame({"day": rng.integers(0, GROUPS, rows), "amount": amount})
    before = np.exp(rng.normal(3.0, 0.5, 10 * rows // GROUPS)).round(digits)
    return today, pd.DataFrame({"amount": before})


def with_pdkl(today: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """Ask both measures in one call."""
    return pdkl.InfoTheory(today).divergence(
        "amount", by="day", reference=before, measures=MEASURES, match=False
    )


def with_scipy(today: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """Ask SciPy for each day."""
    reference = before["amount"].to_numpy()
    found = [
        (
            stats.ks_2samp(amount.to_numpy(), reference, method="asymp").statistic,
            stats.wasserstein_distance(amount.to_numpy(), reference),
        )
        for _, amount in today.groupby("day")["amount"]
    ]
    return pd.DataFrame(found, columns=list(MEASURES))


def main() -> None:
    """Print seconds and ratios, for cents and for values that hardly occur twice."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    print(f"{rows:,} rows, {GROUPS} days against {10 * rows // GROUPS:,} rows, best of 3")
    print(f"pandas {pd.__version__}, numpy {np.__version__}")
    for digits, kind in ((2, "cents"), (12, "distinct")):
        frames = make_frames(rows, digits)
        ours, theirs = with_pdkl(*frames), with_scipy(*frames)
        np.testing.assert_allclose(ours[list(MEASURES)], theirs, rtol=1e-9)
        functions: dict[str, Callable[[], object]] = {
            "pdkl": partial(with_pdkl, *frames),
            "SciPy in a loop": partial(with_scipy, *frames),
        }
        times = best_of(functions)
        for name, seconds in times.items():
            print(f"{kind:9} {name:16} {seconds:7.3f} s {seconds / times['pdkl']:6.2f} x")


if __name__ == "__main__":
    main()
