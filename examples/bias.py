"""How far off is an entropy that was measured on few rows? Every estimator, side by side.

Samples of n rows are drawn from sources whose entropy is known: a uniform one and one after Zipf
(the i-th category has probability proportional to 1 / i), each with K categories. The table shows
the bias (mean estimate minus truth) and the root mean squared error of each estimator, in nats.

What to look for: the plain formula, plugin, is too low wherever n is not much larger than K, and by
an amount that depends on n, so that groups of different size cannot be compared. All others trade
this bias for variance or for an assumption. Those marked "declared" are told the true K, which is
why some do well on the uniform source, the one they lean to, and badly on Zipf's. The one of
Bonachela is made for few categories: with many it goes far beyond log K.

Run it with ``python examples/bias.py``; sizes and repetitions are options.
"""

from __future__ import annotations

import argparse

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pdkl.core.measures.estimators import ESTIMATORS
from pdkl.core.measures.sample import Sample


def probabilities(source: str, k: int) -> NDArray[np.float64]:
    """Give the distribution of a source with k categories."""
    weight = np.ones(k) if source == "uniform" else 1.0 / np.arange(1, k + 1)
    return np.asarray(weight / weight.sum())


def draw(p: NDArray[np.float64], n: int, repeats: int, rng: np.random.Generator) -> Sample:
    """Draw samples of n rows and count them."""
    table = rng.multinomial(n, p, size=repeats)
    group, category = np.nonzero(table)
    count = table[group, category].astype(np.float64)
    return Sample(count, group.astype(np.int64), np.full(repeats, len(p), dtype=np.int64))


def simulate(categories: list[int], sizes: list[int], repeats: int, seed: int) -> pd.DataFrame:
    """Return a row per source, K, n and estimator."""
    rng = np.random.default_rng(seed)
    rows = []
    for source in ("uniform", "zipf"):
        for k in categories:
            p = probabilities(source, k)
            truth = float(-(p * np.log(p)).sum())
            for n in sizes:
                sample = draw(p, n, repeats, rng)
                for name, estimator in ESTIMATORS.items():
                    error = estimator.function(sample) - truth
                    bias, rmse = error.mean(), np.sqrt((error**2).mean())
                    row = (source, k, n, truth, name, estimator.alphabet, bias, rmse)
                    rows.append(row)
    columns = ["source", "K", "n", "entropy", "estimator", "alphabet", "bias", "rmse"]
    return pd.DataFrame(rows, columns=columns)


def side_by_side(result: pd.DataFrame, value: str) -> pd.DataFrame:
    """Put the situations side by side, a row per estimator in the order of the catalogue."""
    keys = ["source", "K", "n"]
    wide = result.pivot_table(index=["estimator", "alphabet"], columns=keys, values=value)
    return wide.reindex(list(ESTIMATORS), level="estimator")


def main() -> None:
    """Print bias and error."""
    parser = argparse.ArgumentParser(description="Bias of every estimator of entropy.")
    parser.add_argument("--categories", type=int, nargs="+", default=[100, 1000], metavar="K")
    parser.add_argument("--sizes", type=int, nargs="+", default=[50, 200, 1000], metavar="n")
    parser.add_argument("--repeats", type=int, default=100, help="samples per situation")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--csv", help="also write the tidy table to this file")
    options = parser.parse_args()
    result = simulate(options.categories, options.sizes, options.repeats, options.seed)
    if options.csv:
        result.to_csv(options.csv, index=False)
    truths = result[["source", "K", "entropy"]].drop_duplicates().round(3)
    print(f"The truth, in nats:\n{truths.to_string(index=False)}")
    for value in ("bias", "rmse"):
        table = side_by_side(result, value).round(3)
        print(f"\n{value.upper()} in nats:\n{table.to_string(float_format='{:.3f}'.format)}")


if __name__ == "__main__":
    main()
