"""How often `changes` cuts what did not change, and finds what did: tables, by simulation.

Run with ``python -m tests.truth.change_rates`` (half an hour; ``--sequences N`` of each cell, 200
by default; ``--only NAME`` one table). A share of false cuts of at most .05 is what alpha promises;
on 200 sequences a share up to .08 is no surprise.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from tests.support.periods import Generator, Table, noisy, places_of, shares

MOST_CELLS = 4e8  # categories x periods^2 x sequences of a cell: larger ones have fewer sequences
AUTO = {"season": 7, "only_if_shown": True}


def steady(width: int, number: int, rows: float, phi: float = 1.0) -> Callable[[Generator], Table]:
    """Make sequences without a change."""

    def make(rng: Generator) -> Table:
        own = shares(rng, width)
        return noisy(rng, np.full(number, int(rows)), lambda _: own, phi)

    return make


def unchanged() -> Iterator[tuple[str, Callable[[Generator], Table], dict[str, Any]]]:
    """List the sequences that must not be cut: a name, how one is made, the settings."""
    for width in (2, 10, 100, 1000):
        for number in (5, 20, 100, 365, 1000):
            for rows in (5, 100, 2000, 100_000):
                if width * number**2 <= 2e8 and rows <= 1e5 / max(width / 100, 1):
                    name = f"multinomial K={width} T={number} n={rows}"
                    yield name, steady(width, number, rows), {}
    for width, number, rows in ((100_000, 60, 300), (5000, 100, 1000)):

        def ids(rng: Generator, width: int = width, number: int = number, n: int = rows) -> Table:
            drawn = rng.integers(0, width, (number, n))
            found, place = np.unique(drawn, return_inverse=True)
            table = np.zeros((number, len(found)), dtype=np.int64)
            np.add.at(table, (np.repeat(np.arange(number), n), place.ravel()), 1)
            return table

        yield f"uniform ids K={width} T={number} n={rows}", ids, {}
    for phi in (2.0, 5.0, 50.0):
        for width, number, rows in ((2, 60, 500), (10, 60, 500), (10, 365, 2000), (100, 140, 2000)):
            name = f"Dirichlet-multinomial phi={phi:g} K={width} T={number} n={rows}"
            yield name, steady(width, number, rows, phi), {}
    for width in (3, 30):
        for name, volume in VOLUMES.items():
            for phi in (1.0, 5.0):

                def uneven(
                    rng: Generator, width: int = width, volume: Any = volume, phi: float = phi
                ) -> Table:
                    own = shares(rng, width)
                    return noisy(rng, volume(rng), lambda _: own, phi)

                yield f"{name} phi={phi:g} K={width}", uneven, {}
    for width in (3, 30):
        for name, phases in RHYTHMS.items():
            for strength in (0.1, 0.5):

                def weekly(
                    rng: Generator,
                    width: int = width,
                    phases: Any = phases,
                    strength: float = strength,
                ) -> Table:
                    own, other = shares(rng, width, 3.0), shares(rng, width, 3.0)
                    part = strength * phases
                    return noisy(
                        rng,
                        np.full(140, 1000),
                        lambda i: (1.0 - part[i % 7]) * own + part[i % 7] * other,
                    )

                yield f"weekly, {name}, {strength:g} K={width} T=140 n=1000", weekly, AUTO


VOLUMES: dict[str, Callable[[Generator], Any]] = {
    "volume grows 400 x": lambda _: np.geomspace(50, 20_000, 100).astype(int),
    "weekends of a tenth": lambda _: np.where(np.arange(105) % 7 < 5, 1000, 100),
    "empty periods": lambda rng: rng.poisson(300, 100) * (rng.random(100) < 0.7),
}
RHYTHMS = {
    "smooth": 0.5 + 0.5 * np.sin(2.0 * np.pi * np.arange(7) / 7.0),
    "weekdays and weekend": (np.arange(7) >= 5).astype(float),
}


def shown_not_promised() -> Iterator[tuple[str, Callable[[Generator], Table], dict[str, Any]]]:
    """List what changes in ways that stretches are no picture of."""
    for persistence in (0.5, 0.8, 0.95):

        def wandering(rng: Generator, persistence: float = persistence) -> Table:
            level, now = np.zeros((200, 5)), np.zeros(5)
            for i in range(200):
                now = persistence * now + rng.normal(0.0, 0.2 * np.sqrt(1 - persistence**2), 5)
                level[i] = now
            own = np.exp(level) / np.exp(level).sum(axis=1, keepdims=True)
            return noisy(rng, np.full(200, 1000), lambda i: own[i])

        yield f"AR(1) {persistence:g} K=5 T=200 n=1000", wandering, {}

    def heavy(rng: Generator) -> Table:
        own = shares(rng, 10)
        factor = np.exp(rng.standard_t(2, (100, 10)) * 0.1)
        return noisy(rng, np.full(100, 1000), lambda i: own * factor[i] / (own * factor[i]).sum())

    yield "heavy tails (t2) K=10 T=100 n=1000", heavy, {}

    def bursty(rng: Generator) -> Table:
        own, burst = shares(rng, 10, 3.0), np.eye(10)[0]
        part = 0.3 * (rng.random(100) < 0.1)
        return noisy(rng, np.full(100, 1000), lambda i: (1.0 - part[i]) * own + part[i] * burst)

    yield "one bursty category K=10 T=100 n=1000", bursty, {}

    def ramp(rng: Generator) -> Table:
        own, other = shares(rng, 10, 3.0), shares(rng, 10, 3.0)
        return noisy(rng, np.full(100, 1000), lambda i: (1.0 - i / 200) * own + i / 200 * other)

    yield "ramp to halfway K=10 T=100 n=1000", ramp, {}


def changed(at: Callable[[int], bool], size: float, width: int, number: int, rows: int) -> Any:
    """Make sequences in which half of the categories gain or lose a share of themselves."""

    def make(rng: Generator) -> Table:
        own = shares(rng, width, 5.0)
        way = np.where(rng.permutation(width) < width / 2, 1.0, -1.0)
        other = own * (1.0 + size * way)
        other /= other.sum()
        return noisy(rng, np.full(number, rows), lambda i: other if at(i) else own)

    return make


POWER: list[tuple[str, Callable[[int], bool], list[int], float, int, int, int]] = [
    *(
        (f"+-{size:.0%} in the middle", lambda i: i >= 30, [30], size, width, 60, rows)
        for size in (0.1, 0.25, 0.5)
        for width, rows in ((2, 500), (20, 500), (20, 5000), (200, 5000))
    ),
    ("+-50% 3 periods before the end", lambda i: i >= 57, [57], 0.5, 20, 60, 1000),
    ("+-50% 2 periods after the start", lambda i: i >= 2, [2], 0.5, 20, 60, 1000),
    ("+-50%, and back", lambda i: 20 <= i < 40, [20, 40], 0.5, 20, 60, 500),
    *(
        (
            f"+-50% every {step} periods",
            lambda i, step=step: bool(i // step % 2),
            list(range(step, 100, step)),
            0.5,
            20,
            100,
            1000,
        )
        for step in (20, 10, 5)
    ),
]


def one_category(rng: Generator) -> Table:
    """Make a sequence in which one of twenty categories halves."""
    own = shares(rng, 20, 5.0)
    other = own.copy()
    other[0] /= 2.0
    other /= other.sum()
    return noisy(rng, np.full(60, 1000), lambda i: other if i >= 30 else own)


def false_cuts(name: str, make: Any, settings: dict[str, Any], sequences: int) -> None:
    """Print the share of sequences that are cut, and of those with an anomaly."""
    first = make(np.random.default_rng(0))
    cost = first.shape[1] * float(first.shape[0]) ** 2
    number = int(np.clip(MOST_CELLS / cost, 10, sequences))
    tables = [make(np.random.default_rng([seed, 17])) for seed in range(number)]
    found = places_of(tables, **settings)
    cut, odd = (sum(bool(one[k]) for one in found) for k in (0, 1))
    print(f"{name:58} {cut / number:6.3f} {odd / number:9.3f} {number:9}", flush=True)


def power(name: str, make: Any, true: list[int], sequences: int, block: int | None = None) -> None:
    """Print how many of the changes are found to within three periods, and what else is cut."""
    hits = other = 0
    tables = [make(np.random.default_rng([seed, 18])) for seed in range(sequences)]
    for found, _ in places_of(tables, block=block):
        near = [any(abs(cut - at) <= 3 for cut in found) for at in true]
        hits += sum(near)
        other += sum(all(abs(cut - at) > 3 for at in true) for cut in found)
    share, rest = hits / (sequences * len(true)), other / sequences
    print(f"{name:58} {share:6.3f} {rest:9.3f} {sequences:9}", flush=True)


def outlier(sequences: int) -> None:
    """Print how often a single period that differs is one anomaly, and nothing is cut."""
    make = changed(lambda i: i == 30, 0.9, 20, 60, 1000)
    tables = [make(np.random.default_rng([seed, 19])) for seed in range(sequences)]
    found = sum(one == ([], [30]) for one in places_of(tables))
    print(f"{'a lone outlier is one anomaly, and no cut':58} {found / sequences:6.3f}", flush=True)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description="Rates of false cuts, and power.")
    parser.add_argument("--sequences", type=int, default=200)
    parser.add_argument("--only", choices=["unchanged", "shown", "power"])
    asked = parser.parse_args()
    start = time.perf_counter()
    for title, of in (("unchanged", unchanged), ("shown", shown_not_promised)):
        if asked.only in (None, title):
            print(f"\n{title:58} {'cut':>6} {'anomaly':>9} {'sequences':>9}")
            for name, make, settings in of():
                false_cuts(name, make, settings, asked.sequences)
    if asked.only in (None, "power"):
        print(f"\n{'power':58} {'found':>6} {'else':>9} {'sequences':>9}")
        for name, at, true, size, width, number, rows in POWER:
            text = f"{name} K={width} T={number} n={rows}"
            make = changed(at, size, width, number, rows)
            power(text, make, true, asked.sequences)
            if "every" in name:
                power(f"{text}, block=1", make, true, asked.sequences, block=1)
        power("one of 20 categories halves T=60 n=1000", one_category, [30], asked.sequences)
        outlier(asked.sequences)
    print(f"\n{time.perf_counter() - start:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
