"""A question on a cluster of Dask: two worker processes, and what travels between them.

Each worker counts its partitions; what it sends are the distinct combinations with their counts,
added on the way in a tree. Then each partition gets a profile, and these are added likewise, for
questions to come. The bytes are those that the workers have written to the network, compressed as
Dask does it.

Run it with ``pip install pdkl 'dask[dataframe,distributed]'`` and
``python examples/cluster_dask.py``. On a cluster of several machines pdkl is installed on each.
"""

from __future__ import annotations

import argparse
import pickle
from typing import Any

import numpy as np
import pandas as pd

import pdkl

FAN_IN = 8  # how many profiles are added at a time
SHOWN = ["shop", "column", "n", "n_reference", "js_divergence", "unit"]


def orders(part: int, rows: int) -> pd.DataFrame:
    """Make one partition, as a file of it would be read."""
    number = np.arange(part * rows, (part + 1) * rows)
    shop = number % 3
    product = number // 3 % (7 + 2 * shop)
    names = [np.array([f"{what} {i}" for i in range(11)], object) for what in ("shop", "product")]
    return pd.DataFrame({"shop": names[0][shop], "product": names[1][product]})


def ask(data: Any) -> pd.DataFrame:
    """Ask how each shop's products differ from those of the rest."""
    return pdkl.InfoTheory(data).js_divergence("product", by="shop", against="rest", base="bit")


def take(part: pd.DataFrame) -> pdkl.Profile:
    """Do the work of one worker."""
    return pdkl.InfoTheory(part).profile("product", by="shop")


def add(profiles: list[pdkl.Profile]) -> pdkl.Profile:
    """Add some profiles."""
    return profiles[0].merge(*profiles[1:])


def whole(frame: Any) -> pdkl.Profile:
    """Take a profile of each partition, and add them in a tree."""
    from dask.delayed import delayed

    level = [delayed(take)(part) for part in frame.to_delayed()]
    while len(level) > 1:
        level = [delayed(add)(level[i : i + FAN_IN]) for i in range(0, len(level), FAN_IN)]
    found: pdkl.Profile = level[0].compute()
    return found


def sent(dask_worker: Any) -> int:
    """Return how many bytes a worker has written: its last thousand messages are remembered."""
    return sum(message["compressed"] for message in dask_worker.transfer_outgoing_log)


def main() -> None:
    """Ask, add profiles, and print what has travelled."""
    from dask import dataframe
    from dask.distributed import Client, LocalCluster

    parser = argparse.ArgumentParser(description="A question on a cluster of Dask.")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--partitions", type=int, default=100)
    asked = parser.parse_args()
    rows = asked.rows // asked.partitions
    cluster = LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None
    )
    with cluster, Client(cluster) as client:

        def bytes_sent() -> int:
            return sum(client.run(sent).values())

        frame = dataframe.from_map(orders, range(asked.partitions), rows=rows)
        start = bytes_sent()
        answer = ask(frame)
        counted = bytes_sent()
        profile = whole(frame)
        added = bytes_sent()
        workers = len(client.scheduler_info()["workers"])

    number, every = rows * asked.partitions, asked.partitions * len(pickle.dumps(orders(0, rows)))
    print(f"{number:,} rows in {asked.partitions} partitions on {workers} worker processes")
    print(answer[SHOWN].to_string(index=False))
    print(f"{'What':34} {'bytes':>12} {'per row':>8}")
    for what, size in (
        ("sent for the answer", counted - start),
        ("sent for the profile", added - counted),
        ("the rows, had they been sent", every),
    ):
        print(f"{what:34} {size:12,} {size / number:8.3f}")
    print(profile)
    print(f"It answers alike: {ask(profile).equals(answer)}.")


if __name__ == "__main__":  # the workers import this file
    main()
