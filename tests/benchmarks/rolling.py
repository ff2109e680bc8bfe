"""Windows that roll over a year of days, beside the same questions by day, and by a loop.

Run with ``python tests/benchmarks/rolling.py``. All take turns in one run; each figure is the best
of the rounds. The loop filters the rows of each window, and asks about them.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

import pdkl

DAYS = pd.Grouper(key="time", freq="D")
WEEKS = pdkl.Rolling(key="time", size="28D", step="1D")
QUESTIONS: dict[str, Callable[[pdkl.InfoTheory, object], pd.DataFrame]] = {
    "entropy": lambda it, by: it.entropy("item", by=by),
    "kl_divergence, the rest": lambda it, by: it.kl_divergence("item", by=by, against="rest"),
    "the same, tested": lambda it, by: it.kl_divergence(
        "item", by=by, against="rest", smoothing=0.5, test=True
    ),
    "mutual_information": lambda it, by: it.mutual_information("item", "shop", by=by),
    "distribution": lambda it, by: it.distribution("item", by=by),
}


def make_frame(rows: int, categories: int) -> pd.DataFrame:
    """Draw rows over a year, in random order."""
    rng = np.random.default_rng(7)
    share = 1.0 / np.arange(1, categories + 1)
    minutes = pd.to_timedelta(rng.integers(1, 365 * 24 * 60, rows), unit="min")
    frame = pd.DataFrame(
        {
            "time": pd.Timestamp("2025-01-01") + minutes,
            "item": rng.choice(categories, rows, p=share / share.sum()),
            "shop": rng.integers(0, 5, rows),
        }
    )
    return frame.astype({"item": "category", "shop": "category"})


def loop(frame: pd.DataFrame) -> None:
    """Ask for the entropy of each window by filtering its rows."""
    for end in pd.date_range(frame["time"].min().ceil("D"), frame["time"].max().ceil("D")):
        rows = (frame["time"] > end - pd.Timedelta(days=28)) & (frame["time"] <= end)
        frame[rows].info_theory.entropy("item")


def best(calls: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Time all in turns."""
    seconds = dict.fromkeys(calls, float("inf"))
    for _ in range(rounds):
        for name, call in calls.items():
            start = time.perf_counter()
            call()
            seconds[name] = min(seconds[name], time.perf_counter() - start)
    return seconds


def main() -> None:
    """Print seconds and ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--categories", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    frame = make_frame(asked.rows, asked.categories)
    theory = pdkl.InfoTheory(frame)
    print(f"{asked.rows:,} rows, {asked.categories:,} categories, 365 days, windows of 28")
    for name, ask in QUESTIONS.items():
        calls = {"days": lambda a=ask: a(theory, DAYS), "windows": lambda a=ask: a(theory, WEEKS)}
        found = best(calls, asked.rounds)
        print(f"{name:<26}", end="")
        print(f"{found['days']:7.3f} s by day {found['windows']:7.3f} s rolling", end="")
        print(f" {found['windows'] / found['days']:6.2f} x")
    rolling = best({"": lambda: QUESTIONS["entropy"](theory, WEEKS)}, asked.rounds)[""]
    looped = best({"": lambda: loop(frame)}, 1)[""]
    print(f"entropy by a loop         {looped:7.3f} s {looped / rolling:27.1f} x rolling")


if __name__ == "__main__":
    main()
