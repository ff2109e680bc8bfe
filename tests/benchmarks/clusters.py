"""Profiles of a thousand partitions: how large they are, and how long they take to be added.

Run with ``python tests/benchmarks/clusters.py [--partitions N] [--rows N]``. Two kinds of columns:
some categories, which all partitions share, and ids, of which each partition has its own. Profiles
are added one after the other, in trees, and all at once; times are those of one processor. What
travels on a cluster is shown by ``examples/cluster_dask.py`` and ``examples/cluster_spark.py``.
"""

from __future__ import annotations

import argparse
import pickle
import time
from collections.abc import Callable
from functools import partial, reduce

import numpy as np
import pandas as pd

import pdkl

Profiles = list[pdkl.Profile]
IDS = 100  # of each partition


def orders(part: int, rows: int) -> pd.DataFrame:
    """Make one partition: shops, Zipf-like products, prices, and days."""
    rng = np.random.default_rng(part)
    names = np.array([f"product {i}" for i in range(5001)], object)
    return pd.DataFrame(
        {
            "shop": rng.choice(["Berlin", "Lyon", "Oslo"], rows),
            "product": names[rng.zipf(1.6, rows).clip(max=5000)],
            "price": rng.choice([4.5, 9.0, 12.0, 20.0], rows),
            "day": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 30, rows), "D"),
        }
    )


def customers(part: int, rows: int) -> pd.DataFrame:
    """Make one partition of ids that no other partition has."""
    number = np.arange(rows) % IDS + part * IDS
    return pd.DataFrame({"shop": "Oslo", "customer": [f"customer {i}" for i in number]})


def chain(profiles: Profiles) -> pdkl.Profile:
    """Add one after the other."""
    return reduce(pdkl.Profile.merge, profiles)


def tree(profiles: Profiles, fan_in: int) -> pdkl.Profile:
    """Add a few at a time, then what came out of it."""
    level = profiles
    while len(level) > 1:
        level = [level[i].merge(*level[i + 1 : i + fan_in]) for i in range(0, len(level), fan_in)]
    return level[0]


WAYS: dict[str, Callable[[Profiles], pdkl.Profile]] = {
    "all at once": lambda profiles: profiles[0].merge(*profiles[1:]),
    "tree of 32": partial(tree, fan_in=32),
    "tree of 8": partial(tree, fan_in=8),
    "tree of 2": partial(tree, fan_in=2),
    "chain": chain,
}


def show(name: str, frames: list[pd.DataFrame]) -> None:
    """Print sizes and seconds, and hold each sum to the profile of the whole."""
    whole = pdkl.InfoTheory(pd.concat(frames)).profile(by="shop")
    profiles = [pdkl.InfoTheory(frame).profile(by="shop") for frame in frames]
    rows, size = (
        sum(len(pickle.dumps(one)) for one in many) / len(many) for many in (frames, profiles)
    )
    print(f"\n{name}: {len(frames[0]):,} rows a partition, {len(frames):,} partitions")
    print(f"a partition's rows {rows:,.0f} bytes, its profile {size:,.0f}")
    print(f"the whole's profile {len(pickle.dumps(whole)):,} bytes")
    for way, add in WAYS.items():
        start = time.process_time()
        found = add(profiles)
        seconds = time.process_time() - start
        print(f"{way:12} {seconds:7.2f} s  equal to the whole: {found == whole}")


def main() -> None:
    """Measure both kinds of columns."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--partitions", type=int, default=1000)
    parser.add_argument("--rows", type=int, default=1000)
    given = parser.parse_args()
    for make in (orders, customers):
        show(make.__name__, [make(part, given.rows) for part in range(given.partitions)])


if __name__ == "__main__":
    main()
