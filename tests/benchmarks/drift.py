"""Drift of ten columns between two frames: pdkl beside pandas with scipy, and evidently if there.

Run with ``python tests/benchmarks/drift.py [--rows N]``. Each way runs in a process of its own,
three times, so that its time is the best of them and its peak memory, above that of the frames, is
its own. Peers count and compare; pdkl also tests each column by drawing it again 199 times.
"""

from __future__ import annotations

import argparse
import importlib.util
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

import pdkl

SIZES = (5, 10, 20, 50, 100, 200, 300, 500, 700, 1000)
ROUNDS = 3


def make_frames(rows: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draw Zipf-like columns for both sides, every other one text, the last ones drifted."""
    rng = np.random.default_rng(11)
    sides: list[dict[str, object]] = [{}, {}]
    for place, size in enumerate(SIZES):
        levels = pd.Index([f"item {i}" for i in range(size)])
        share = 1.0 / np.arange(1, size + 1)
        for number, side in enumerate(sides):
            moved = np.roll(share, number) if place >= 8 else share
            codes = rng.choice(size, rows, p=moved / moved.sum())
            values = pd.Categorical.from_codes(codes, levels)
            text = pd.Series(values).astype("str")
            side[f"column {size}"] = text if place % 2 else values
    return pd.DataFrame(sides[0]), pd.DataFrame(sides[1])


def with_pdkl(today: pd.DataFrame, reference: pd.DataFrame) -> pd.Series[float]:
    """Ask the whole question in one call."""
    result = pdkl.InfoTheory(today).drift(reference, rng=0, progress=False)
    return result.set_index("column")["score"]


def with_pandas_and_scipy(today: pd.DataFrame, reference: pd.DataFrame) -> pd.Series[float]:
    """Count each column with value_counts, and let scipy compare the shares."""
    from scipy.spatial.distance import jensenshannon

    found = {}
    for name in today.columns:
        counts = [
            frame[name].value_counts(normalize=True, dropna=False) for frame in (today, reference)
        ]
        p, q = (side.rename(str) for side in counts)
        every = p.index.union(q.index)
        p, q = (side.reindex(every, fill_value=0.0) for side in (p, q))
        found[name] = float(jensenshannon(p, q, base=2))
    return pd.Series(found)


def with_evidently(today: pd.DataFrame, reference: pd.DataFrame) -> None:
    """Compute evidently's Jensen-Shannon report; strings and categories are categorical to it."""
    from evidently import DataDefinition, Dataset, Report
    from evidently.presets import DataDriftPreset

    definition = DataDefinition(categorical_columns=list(today.columns))
    sides = [Dataset.from_pandas(frame, data_definition=definition) for frame in (today, reference)]
    Report([DataDriftPreset(cat_method="jensenshannon", cat_threshold=0.1)]).run(*sides)


WAYS: dict[str, Callable[[pd.DataFrame, pd.DataFrame], object]] = {
    "pdkl": with_pdkl,
    "pandas and scipy": with_pandas_and_scipy,
    "evidently": with_evidently,
}


def memory(entry: str) -> float:
    """Return the memory of this process in MB: now (VmRSS), or its peak (VmHWM)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(entry)) / 1024


def run_one(way: str, rows: int) -> None:
    """Print seconds and MB of one way."""
    frames = make_frames(rows)
    Path("/proc/self/clear_refs").write_text("5")  # forget the peak of making the frames
    before, times = memory("VmRSS"), []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        WAYS[way](*frames)
        times.append(time.perf_counter() - start)
    print(min(times), memory("VmHWM") - before)


def main() -> None:
    """Print seconds, ratios and peak memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--way", choices=WAYS)
    given = parser.parse_args()
    if given.way:
        run_one(given.way, given.rows)
        return
    small = make_frames(10_000)
    ours, theirs = with_pdkl(*small), with_pandas_and_scipy(*small)
    np.testing.assert_allclose(ours.to_numpy(), theirs.to_numpy(), rtol=1e-9)
    print(f"{given.rows:,} rows x {len(SIZES)} columns a side, best of {ROUNDS}")
    print(f"pandas {pd.__version__}, numpy {np.__version__}")
    base = 0.0
    for way in WAYS:
        if way == "evidently" and importlib.util.find_spec("evidently") is None:
            print("evidently is not installed")
            continue
        command = [sys.executable, __file__, "--rows", str(given.rows), "--way", way]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        if run.returncode:
            print(f"{way:18} fails: {run.stderr.splitlines()[-1]}")
            continue
        seconds, peak = map(float, run.stdout.split()[-2:])
        base = base or seconds
        print(f"{way:18} {seconds:7.2f} s {seconds / base:6.2f} x {peak:8.0f} MB above the frames")


if __name__ == "__main__":
    main()
