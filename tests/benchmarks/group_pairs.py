"""KL divergence of all ordered pairs of groups: pdkl beside a loop over scipy.

Run with ``python tests/benchmarks/group_pairs.py``. The peer starts from the table of counts, pdkl
from rows. scipy takes one P against all Q in each step; it is timed on some P, and its time for all
is scaled up. Errors are relative to 50 digits for pdkl, and to pdkl for scipy.
"""

from __future__ import annotations

import argparse
import time

import mpmath
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import entropy

import pdkl


def make_table(groups: int, categories: int) -> NDArray[np.int64]:
    """Draw counts around 10,000 a cell; half of the groups are the same but for one row in each."""
    rng = np.random.default_rng(7)
    share = rng.dirichlet(np.full(categories, 3.0), groups)
    share[: groups // 2] = share[0]
    table = rng.poisson(share * categories * 10_000) + 1
    table[: groups // 2] = table[0]
    table[np.arange(groups), rng.integers(0, categories, groups)] += 1
    return table.astype(np.int64)


def make_frame(table: NDArray[np.int64]) -> pd.DataFrame:
    """Write the table as pre-counted rows in random order."""
    group, item = np.indices(table.shape).reshape(2, -1)
    frame = pd.DataFrame({"g": group, "c": item, "n": table.ravel()})
    return frame.sample(frac=1, random_state=3).astype({"g": "category", "c": "category"})


def exact(p: NDArray[np.int64], q: NDArray[np.int64]) -> mpmath.mpf:
    """Compute the divergence of two rows of counts with 50 digits."""
    n_p, n_q = int(p.sum()), int(q.sum())
    some = [(int(a), int(b)) for a, b in zip(p, q, strict=True) if a]
    return mpmath.fsum(
        mpmath.mpf(a) / n_p * mpmath.log(mpmath.mpf(a * n_q) / (b * n_p)) for a, b in some
    )


def worst_error(result: pd.DataFrame, table: NDArray[np.int64], size: int) -> float:
    """Return the largest relative error among the ``size`` smallest and as many others."""
    mpmath.mp.dps = 50
    finite = result[result["kl_divergence"].between(0, np.inf, inclusive="neither")]
    finite = finite.sort_values("kl_divergence")
    chosen = pd.concat([finite.head(size), finite.sample(size, random_state=1)])
    errors = [0.0]
    for left, right, value in chosen[["g", "g_reference", "kl_divergence"]].itertuples(index=False):
        truth = exact(table[left], table[right])
        errors.append(float(abs(mpmath.mpf(value) - truth) / truth))
    return max(errors)


def main() -> None:
    """Print seconds, the ratio and the error."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--groups", type=int, default=1000)
    parser.add_argument("--categories", type=int, default=1000)
    parser.add_argument("--peer-groups", type=int, default=20)
    asked = parser.parse_args()
    table = make_table(asked.groups, asked.categories)
    theory = pdkl.InfoTheory(make_frame(table))
    ours = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        result = theory.kl_divergence("c", by="g", against="pairs", weights="n")
        ours = min(ours, time.perf_counter() - start)
    print(f"{asked.groups} groups x {asked.categories} categories, {len(result):,} pairs")
    print(f"smallest, largest divergence  {result['kl_divergence'].min():.1e}", end="")
    print(f", {result['kl_divergence'].max():.1e}")
    print(f"pdkl, whole call from rows  {ours:8.2f} s")
    print(f"worst relative error        {worst_error(result, table, 200):8.1e}")
    some = np.linspace(0, asked.groups - 1, asked.peer_groups).astype(int)
    start = time.perf_counter()
    values = [entropy(table[i][:, None], table.T) for i in some]
    theirs = (time.perf_counter() - start) / len(some) * asked.groups
    square = np.zeros((asked.groups, asked.groups))
    square[~np.eye(asked.groups, dtype=bool)] = result["kl_divergence"]
    np.testing.assert_allclose(values, square[some], rtol=1e-9, atol=1e-12)
    known = square[some] > 0
    error = np.max(np.abs(np.array(values)[known] / square[some][known] - 1.0))
    print(f"scipy, from counts          {theirs:8.2f} s, {theirs / ours:.1f} x, error {error:.1e}")


if __name__ == "__main__":
    main()
