"""Wide frames, small frames and the start of a process: what a column, a call and an import cost.

Run with ``python tests/benchmarks/wide.py`` (a minute), or name cases to run only those. ``--full``
asks about 5,000 columns and all pairs of 300 rather than a fifth of them. Peers take turns with
pdkl in one run, as in ``run.py``. What a process takes at first is CPU time, each in processes of
their own.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from itertools import combinations

import numpy as np
import pandas as pd
from run import SEED, Call, Case, categorical  # type: ignore[import-not-found]

import pdkl

ROUNDS = 5
_TIMED = "import time, pandas as pd, numpy as np; {}; s = time.process_time(); {}; "
_TIMED += "print(time.process_time() - s)"
_SMALL = (
    "import pdkl; rows = np.arange(1000); "
    "a = pd.DataFrame({'g': rows % 4, 'c': rows * 7919 % 8, 'x': rows * 1.5}).astype({'c': 'str'})"
)
STARTS = {
    "import pandas": "import time; import pandas; print(time.process_time())",
    "import pdkl, pandas being there": _TIMED.format("pass", "import pdkl"),
    "the first KL against the rest": _TIMED.format(
        _SMALL, "a.info_theory.kl_divergence('c', by='g', against='rest')"
    ),
}


def mixed(rows: int, width: int, seed: int) -> pd.DataFrame:
    """Draw whole numbers, floats, categories and text, a quarter each."""
    rng = np.random.default_rng(seed)
    letters = np.array(list("abcdefgh"))
    makers: list[Callable[[], object]] = [
        lambda: rng.integers(0, 20, rows),
        lambda: rng.normal(size=rows),
        lambda: categorical(rng.integers(0, 8, rows), "v"),
        lambda: pd.Series(letters[rng.integers(0, 8, rows)], dtype="str"),
    ]
    return pd.DataFrame({f"c{i}": makers[i % 4]() for i in range(width)})


def codes_of(rows: int, width: int) -> pd.DataFrame:
    """Draw columns of eight categories."""
    rng = np.random.default_rng(SEED)
    return pd.DataFrame({f"c{i}": categorical(rng.integers(0, 8, rows), "v") for i in range(width)})


def counted(*frames: pd.DataFrame) -> Call:
    """Count each column with pandas, numbers in ten bins, and no more than that."""

    def count() -> None:
        for frame in frames:
            for name in frame:
                is_float = frame[name].dtype == np.float64
                frame[name].value_counts(bins=10 if is_float else None)

    return count


def case_drift(share: float) -> Case:
    """Drift of many columns of all kinds."""
    width = int(5000 * share)
    today, before = mixed(1000, width, 1), mixed(1000, width, 2)
    ask = partial(pdkl.InfoTheory(today).drift, before, progress=False)
    peers = {"pandas value_counts, counting only": counted(today, before)}
    return Case(f"drift, {width:,} columns x 1,000 rows", ask, peers, rounds=2)


def case_entropy(share: float) -> Case:
    """The entropy of many columns of categories."""
    width = int(5000 * share)
    frame = codes_of(1000, width)
    ask, peers = pdkl.InfoTheory(frame).entropy, {}
    with suppress(ImportError):
        from scipy.stats import entropy

        def with_scipy() -> object:
            return [entropy(frame[name].value_counts()) for name in frame]

        peers["pandas value_counts, scipy entropy"] = with_scipy
    return Case(f"entropy, {width:,} columns x 1,000 rows", ask, peers, rounds=3)


def case_pairs(share: float) -> Case:
    """Mutual information of all pairs of many columns."""
    width = int(300 * share**0.5)
    frame = codes_of(20_000, width)
    codes = [frame[name].cat.codes.to_numpy().astype(np.int64) for name in frame]

    def with_numpy() -> None:
        for one, other in combinations(codes, 2):
            np.bincount(one * 8 + other, minlength=64)

    title = f"mutual information, all pairs of {width} columns, 20,000 rows"
    ask = pdkl.InfoTheory(frame).mutual_information
    return Case(title, ask, {"NumPy bincount, counting only": with_numpy}, rounds=2)


def case_small(_: float) -> Case:
    """A hundred calls about a small frame."""
    rng = np.random.default_rng(SEED)
    frame = mixed(1000, 4, 1).assign(g=np.array(list("xyzw"))[rng.integers(0, 4, 1000)])

    def ask() -> None:
        for _ in range(100):
            frame.info_theory.kl_divergence("c3", by="g", against="rest")

    def with_pandas() -> None:
        for _ in range(100):
            pd.crosstab(frame["g"], frame["c3"])

    title = "100 calls, KL against the rest, 1,000 rows x 5 columns"
    return Case(title, ask, {"pandas crosstab, counting only": with_pandas})


CASES: dict[str, Callable[[float], Case]] = {
    "drift": case_drift,
    "entropy": case_entropy,
    "pairs": case_pairs,
    "small": case_small,
}


def starts() -> None:
    """Print what a process takes at first, all modules being compiled.

    They are in a folder of their own, so that nothing is written beside them: a process of the
    first round compiles them, which is not the one that counts.
    """
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": folder}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        for title, code in STARTS.items():
            command = [sys.executable, "-c", code]
            found = [
                float(subprocess.check_output(command, text=True, env=environment))
                for _ in range(ROUNDS)
            ]
            print(f"{title}: {1000 * min(found):.0f} ms of CPU time")


def main() -> None:
    """Run the cases that are named, or all, and print what they took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="*", choices=[[], "starts", *CASES], default=[])
    parser.add_argument("--full", action="store_true", help="as many columns as the goals are for")
    asked = parser.parse_args()
    chosen = asked.cases or [*CASES, "starts"]
    for name in [name for name in CASES if name in chosen]:
        case = CASES[name](1.0 if asked.full else 0.2)
        case.run()
        ratios = {peer: f"{ratio:.2f}" for peer, ratio in case.ratios().items()}
        print(f"{case.title}: {case.seconds['pdkl']:.2f} s", ratios, flush=True)
    if "starts" in chosen:
        starts()


if __name__ == "__main__":
    main()
