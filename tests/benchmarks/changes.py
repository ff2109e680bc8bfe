"""When it changed: pdkl beside PELT of ruptures, n H with BIC, and a test of neighbours.

Run with ``python -m tests.benchmarks.changes [--sequences N]``. A table says how often each cuts a
sequence that did not change, how often it finds a change in the middle (to within three periods)
and nothing else, and how long it takes; a second one how long long sequences take. Where ruptures
is not installed, PELT is left out. Peers have no notion of noise beyond rows, nor of a rhythm:
their penalties are those that their authors or textbooks name.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import stats

from pdkl.core.changes.lengths import code_lengths, shortest
from tests.support.periods import Table, changing, noisy, periods_of, places, shares

Cutter = Callable[[Table], list[int]]


def with_pdkl(table: Table) -> list[int]:
    """Let chance and noise say what a cut must gain."""
    return places(table, season=7, only_if_shown=True)[0]


def with_pelt(table: Table) -> list[int]:
    """Cut the roots of the shares by squared distance, with BIC's penalty."""
    import ruptures

    roots = np.sqrt(table / table.sum(axis=1, keepdims=True))
    spread = float(np.median(np.diff(roots, axis=0).var(axis=0)) / 2.0)
    penalty = 2.0 * spread * roots.shape[1] * np.log(len(roots))
    found = ruptures.Pelt(model="l2", min_size=2, jump=1).fit(roots).predict(pen=penalty)
    return [int(cut) for cut in found[:-1]]


def with_bic(table: Table) -> list[int]:
    """Cut where n H gets shorter by more than log N / 2 for each share that a stretch needs."""
    penalty = (table.shape[1] - 1) / 2.0 * np.log(table.sum()) + np.log(len(table))
    return shortest(code_lengths(periods_of(table).counts), penalty)


def with_neighbours(table: Table) -> list[int]:
    """Test each period against the one before by chi-squared, all at .05 together."""
    found = []
    for i in range(1, len(table)):
        pair = table[i - 1 : i + 1]
        pair = pair[:, pair.sum(axis=0) > 0]
        if pair.shape[1] > 1:
            p_value = stats.chi2_contingency(pair, correction=False).pvalue
            found += [i] if p_value < 0.05 / (len(table) - 1) else []
    return found


CUTTERS: dict[str, Cutter] = {
    "pdkl": with_pdkl,
    "PELT, roots of shares": with_pelt,
    "n H, BIC": with_bic,
    "neighbours, chi-squared": with_neighbours,
}
# categories, periods, rows a period, how many times noisier
CELLS = [(10, 100, 500, 1.0), (10, 100, 500, 5.0), (300, 60, 300, 1.0), (3, 365, 2000, 1.0)]


def tables(cell: tuple[int, int, int, float], sequences: int, size: float) -> list[Table]:
    """Make sequences whose categories gain or lose a share of themselves in the middle."""
    width, number, rows, phi = cell
    made = []
    for seed in range(sequences):
        rng = np.random.default_rng([seed, 21])
        own = shares(rng, width, 2.0)
        other = own * np.where(rng.permutation(width) < width / 2, 1.0 + size, 1.0 - size)
        other /= other.sum()
        made.append(noisy(rng, np.full(number, rows), changing(own, other, number // 2), phi))
    return made


def compare(sequences: int) -> None:
    """Print who is right, and how fast."""
    cutters = dict(CUTTERS)
    try:
        import ruptures  # noqa: F401
    except ImportError:
        del cutters["PELT, roots of shares"]
    print(f"{'':36}{'false cuts':>12}{'found':>8}{'ms':>8}")
    for cell in CELLS:
        print("K={} T={} n={} phi={:g}".format(*cell))
        steady, changed = tables(cell, sequences, 0.0), tables(cell, sequences, 0.3)
        middle = cell[1] // 2
        for name, cutter in cutters.items():
            start = time.perf_counter()
            false = sum(bool(cutter(table)) for table in steady)
            found = [cutter(table) for table in changed]
            taken = (time.perf_counter() - start) / (2 * sequences)
            right = sum(len(cuts) == 1 and abs(cuts[0] - middle) <= 3 for cuts in found)
            shown = f"{false / sequences:12.2f}{right / sequences:8.2f}{1e3 * taken:8.1f}"
            print(f"  {name:34}{shown}", flush=True)


def cost() -> None:
    """Print how long long sequences take, of 1000 categories."""
    print(f"\n{'seconds':36}{'pdkl':>8}{'n H alone':>12}")
    for number, rows in ((365, 500), (2000, 50), (2000, 1000)):
        rng: Any = np.random.default_rng(5)
        own = shares(rng, 1000)
        table = noisy(rng, np.full(number, rows), changing(own, own, 0))
        start = time.perf_counter()
        with_pdkl(table)
        between = time.perf_counter()
        code_lengths(periods_of(table).counts)
        end = time.perf_counter()
        full = (table > 0).mean()
        text = f"{number} x 1000, {full:.0%} of the cells full"
        print(f"{text:36}{between - start:8.2f}{end - between:12.2f}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Changes beside peers.")
    parser.add_argument("--sequences", type=int, default=50)
    compare(parser.parse_args().sequences)
    cost()
