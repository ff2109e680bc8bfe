"""Profiles of the parts of a job, added, saved, and compared with what comes later.

A shop's orders of last month lie in parts. Each worker takes the profile of its part; these are a
few counts, and add up to the profile of the month. That is saved. When new orders come in, they are
compared with the file: the old orders need not be there any more.

Run it with ``pip install pdkl`` and ``python examples/profiles.py``. The profile goes to
``examples/output``, or to the folder that ``--output`` names.
"""

from __future__ import annotations

import argparse
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd

import pdkl

COUNTRIES = ["DE", "FR", "IT", "PL"]
PRICES = [0, 5, 10, 20, 50, 100, 1000]  # every part must be cut at the same places


def orders(seed: int, n: int = 50_000, new: float = 0.0) -> pd.DataFrame:
    """Make up orders, a share of which is of an article that is ``new``."""
    rng = np.random.default_rng(seed)
    article = rng.zipf(1.6, n).clip(max=5000)
    names = np.char.add("article ", article.astype(str)).astype(object)
    names[rng.random(n) < new] = "article X"
    price = rng.lognormal(2.5, 0.8, n).round(2)
    price[rng.random(n) < new / 2] = -999.0  # what a broken import writes
    return pd.DataFrame({"country": rng.choice(COUNTRIES, n), "article": names, "price": price})


def take(part: pd.DataFrame) -> pdkl.Profile:
    """Do the work of one worker."""
    return pdkl.InfoTheory(part).profile(by="country", bins={"price": PRICES})


def show(explanation: str, result: pd.DataFrame) -> None:
    """Print a tidy frame under one line that says how to read it."""
    print(f"\n{explanation}\n{result.to_string(index=False)}")


def main() -> None:
    """Take profiles, add and save them, and compare new orders with the file."""
    parser = argparse.ArgumentParser(description="Profiles of the parts of a job.")
    folder = Path(__file__).parent / "output"
    parser.add_argument("--output", type=Path, default=folder, help="folder for the profile")
    output = parser.parse_args().output
    output.mkdir(parents=True, exist_ok=True)

    parts = [orders(seed) for seed in range(4)]
    with ThreadPoolExecutor() as pool:
        first, *others = pool.map(take, parts)
    month = first.merge(*others)
    print(month)
    same = month == take(pd.concat(parts))
    print(f"It is that of all orders at once: {same}.")

    path = output / "month.parquet"
    month.fold(100).save(path)
    saved = pdkl.load_profile(path)
    lumped = saved.facts["columns"]["article"]["lumped"]
    print(f"Saved with the 100 most frequent articles; {lumped} more are lumped together.")

    today = orders(99, n=5000, new=0.02)
    columns = ["country", "column", "n", "n_reference", "unseen", "js_divergence", "unit"]
    result = pdkl.InfoTheory(today).js_divergence(by="country", reference=saved, base="bit")
    show(
        "Today against that month, by country. Prices are cut as they were then. An article is\n"
        "new, but nobody can tell it from those that were lumped, so that unseen stays 0:",
        result[columns],
    )
    terms = pdkl.InfoTheory(today).contributions("price", reference=saved, measure="js_divergence")
    show(
        "Which prices? Some are below all that there may be.",
        terms[["category", "count", "p", "q", "contribution"]].head(3),
    )
    own = pdkl.InfoTheory(saved).entropy("article", by="country", base="bit")
    show(
        "The profile answers for itself, too. Lumping makes entropy smaller, never larger:",
        own[["country", "n", "categories", "entropy", "unit"]],
    )


if __name__ == "__main__":
    main()
