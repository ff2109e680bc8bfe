"""Make up three days of orders for the other examples: on Wednesday the import broke.

Run it with ``python examples/pipelines/orders.py FOLDER``; it writes a Parquet file for each day.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd


def orders(seed: int) -> pd.DataFrame:
    """Make up the orders of a day."""
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "country": rng.choice(["DE", "FR", "IT"], 5000, p=[0.5, 0.3, 0.2]),
            "payment": rng.choice(["card", "cash"], 5000),
            "price": rng.lognormal(3.0, 0.5, 5000).round(2),
        }
    )


def main() -> None:
    """Write them."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    days = {name: orders(seed) for seed, name in enumerate(["monday", "tuesday", "wednesday"])}
    days["wednesday"].loc[:500, "price"] = -999.0  # what the import writes where it fails
    for name, day in days.items():
        day.to_parquet(folder / f"{name}.parquet")


if __name__ == "__main__":
    main()
