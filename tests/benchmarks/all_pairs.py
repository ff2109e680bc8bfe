"""Mutual information of all pairs of columns: pdkl beside a loop over scikit-learn.

Run with ``python tests/benchmarks/all_pairs.py``. The peer is slow, so it is timed on some of the
pairs, drawn at random (``--peer-pairs``), and its time for all is scaled up.
"""

from __future__ import annotations

import argparse
import time
from itertools import combinations

import numpy as np
import pandas as pd

import pdkl


def main() -> None:
    """Print seconds and the ratio, and check that both agree."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--columns", type=int, default=100)
    parser.add_argument("--peer-pairs", type=int, default=20)
    asked = parser.parse_args()
    rng = np.random.default_rng(11)
    frame = pd.DataFrame(
        {
            f"c{i}": pd.Categorical.from_codes(
                rng.integers(0, 2 + i % 19, asked.rows).astype(np.int8), pd.RangeIndex(2 + i % 19)
            )
            for i in range(asked.columns)
        }
    )
    start = time.perf_counter()
    result = pdkl.InfoTheory(frame).mutual_information()
    ours = time.perf_counter() - start
    print(f"{asked.rows:,} rows, {asked.columns} columns, {len(result)} pairs")
    print(f"pdkl          {ours:8.2f} s")

    from sklearn.metrics import mutual_info_score

    pairs = list(combinations(frame.columns, 2))
    chosen = rng.choice(len(pairs), min(asked.peer_pairs, len(pairs)), replace=False)
    codes = {name: frame[name].cat.codes.to_numpy() for name in frame}
    start = time.perf_counter()
    values = [mutual_info_score(*(codes[name] for name in pairs[i])) for i in chosen]
    theirs = (time.perf_counter() - start) / len(chosen) * len(pairs)
    np.testing.assert_allclose(result["mutual_information"].to_numpy()[chosen], values, atol=1e-12)
    print(f"scikit-learn  {theirs:8.2f} s, from {len(chosen)} pairs: {theirs / ours:.1f} x")


if __name__ == "__main__":
    main()
