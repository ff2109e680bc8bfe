"""Everything that should be fast, beside its peers: writes a table of ratios and a picture.

Run with ``python tests/benchmarks/run.py`` (some three minutes), or name cases to run only those.
Peers take turns with pdkl in one run, so the ratios hold on a noisy machine; each figure is the
best of the rounds. A peer that is not installed is left out. pdkl's time is the whole call, result
frame included; of the peers some only count, as the table says.
"""

from __future__ import annotations

import argparse
import math
import os
import platform
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

import pdkl

HERE = Path(__file__).parent
SEED = 7
Call = Callable[[], object]
Codes = NDArray[Any]


@dataclass
class Case:
    """One question: how pdkl answers it, and how peers do, or only count for it."""

    title: str
    pdkl: Call
    peers: dict[str, Call]
    rounds: int = 5
    seconds: dict[str, float] = field(default_factory=dict)

    def run(self) -> None:
        """Time all in turns; keep the best round of each."""
        calls = {"pdkl": self.pdkl, **self.peers}
        for _ in range(self.rounds):
            for name, call in calls.items():
                start = time.perf_counter()
                call()
                taken = time.perf_counter() - start
                self.seconds[name] = min(taken, self.seconds.get(name, taken))

    def ratios(self) -> dict[str, float]:
        """Return how many times as long as pdkl each peer took."""
        return {name: taken / self.seconds["pdkl"] for name, taken in self.seconds.items()}


def counting(frame: pd.DataFrame, *, pandas: bool = True) -> dict[str, Call]:
    """Count rows by ``g`` and ``c`` with each peer, from the same Arrow buffers.

    Polars keeps text and categories in another form, so it is shown with and without the way there.
    """
    table = pa.Table.from_pandas(frame, preserve_index=False)
    calls: dict[str, Call] = {
        "Arrow group_by, counting only": lambda: table.group_by(["g", "c"]).aggregate(
            [([], "count_all")]
        )
    }
    with suppress(ImportError):
        import polars

        def with_polars(data: Any) -> object:
            return data.lazy().group_by("g", "c").len().collect()

        held = polars.from_arrow(table)
        calls["polars, counting only"] = lambda: with_polars(polars.from_arrow(table))
        calls["polars with a frame of its own at hand, counting only"] = lambda: with_polars(held)
    with suppress(ImportError):
        import duckdb

        connection = duckdb.connect()
        connection.register("rows", table)
        query = "SELECT g, c, count(*) AS n FROM rows GROUP BY g, c"
        calls["DuckDB, counting only"] = lambda: connection.sql(query).to_arrow_table()
    if pandas:
        calls["pandas groupby.size, counting only"] = lambda: frame.groupby(
            ["g", "c"], observed=True
        ).size()
    return calls


def entropies(frame: pd.DataFrame) -> dict[str, Call]:
    """Answer the entropy of ``c`` in each ``g`` with polars and with SQL."""
    table = pa.Table.from_pandas(frame, preserve_index=False)
    calls: dict[str, Call] = {}
    with suppress(ImportError):
        import polars

        share = polars.col("len") / polars.col("len").sum()
        calls["polars"] = lambda: (
            polars.from_arrow(table)
            .lazy()  # type: ignore[union-attr]
            .group_by("g", "c")
            .len()
            .group_by("g")
            .agg(share.entropy(math.e))
            .collect()
        )
    with suppress(ImportError):
        import duckdb

        connection = duckdb.connect()
        connection.register("rows", table)
        query = (
            "WITH cells AS (SELECT g, c, count(*) AS n FROM rows GROUP BY g, c) "
            "SELECT g, ln(sum(n)) - sum(n * ln(n)) / sum(n) FROM cells GROUP BY g"
        )
        calls["DuckDB"] = lambda: connection.sql(query).to_arrow_table()
    return calls


def skewed(rows: int, groups: int, categories: int) -> tuple[Codes, Codes]:
    """Draw Zipf-like categories, in a different order of preference for each group."""
    rng = np.random.default_rng(SEED)
    share = 1.0 / np.arange(1, categories + 1)
    group = rng.integers(0, groups, rows)
    category = rng.choice(categories, rows, p=share / share.sum())
    return group, (category + 3 * group) % categories


def categorical(codes: Codes, name: str) -> pd.Categorical[str]:
    """Call the codes "name 0", "name 1", …"""
    labels = pd.Index([f"{name} {i}" for i in range(codes.max() + 1)])
    return pd.Categorical.from_codes(codes, labels)


def against_rest(frame: pd.DataFrame) -> pd.DataFrame:
    """Ask the main question."""
    return pdkl.InfoTheory(frame).kl_divergence("c", by="g", against="rest")


def frame_of(kind: str, rows: int) -> pd.DataFrame:
    """Make 50 groups x 1000 categories in one of the ways that frames hold them."""
    group, category = skewed(rows, 50, 1000)
    if kind == "integers":
        return pd.DataFrame({"g": group.astype(np.int8), "c": category.astype(np.int32)})
    if kind == "datetimes":
        day = np.datetime64("2020-01-01", "us") + category.astype("timedelta64[D]")
        return pd.DataFrame({"g": group.astype(np.int8), "c": day})
    frame = pd.DataFrame({"g": categorical(group, "segment"), "c": categorical(category, "item")})
    if kind == "strings":
        return frame.astype("str")
    return frame.astype(object) if kind == "objects" else frame


def case_categories() -> Case:
    """Categories, with one big bincount of the codes beside the peers."""
    frame = frame_of("categories", 10_000_000)

    def bincount() -> object:
        group, category = (frame[name].cat.codes.to_numpy() for name in ("g", "c"))
        return np.bincount(group.astype(np.intp) * 1000 + category, minlength=50_000)

    peers = {"one big np.bincount, counting only": bincount, **counting(frame)}
    title = "KL against the rest, 10 M rows, 50 x 1000, categories"
    return Case(title, partial(against_rest, frame), peers)


def case_strings() -> Case:
    """Strings in Arrow buffers."""
    frame = frame_of("strings", 10_000_000)
    title = "the same, strings"
    return Case(title, partial(against_rest, frame), counting(frame))


def case_objects() -> Case:
    """Python strings, a few objects met again and again, as readers make them."""
    frame = frame_of("objects", 3_000_000)
    title = "the same, Python objects, 3 M rows"
    pandas = counting(frame.head(10))
    name = next(name for name in pandas if name.startswith("pandas"))
    return Case(
        title, partial(against_rest, frame), {name: lambda: frame.groupby(["g", "c"]).size()}
    )


def case_integers() -> Case:
    """Integers of two widths."""
    frame = frame_of("integers", 10_000_000)
    return Case("the same, integers", partial(against_rest, frame), counting(frame))


def case_datetimes() -> Case:
    """Days as datetimes."""
    frame = frame_of("datetimes", 10_000_000)
    return Case("the same, days", partial(against_rest, frame), counting(frame))


def case_sparse() -> Case:
    """A table too large to be held, with about as many cells as rows."""
    rng = np.random.default_rng(SEED)
    rows, size = 5_000_000, 100_000
    frame = pd.DataFrame({"g": rng.integers(0, size, rows), "c": rng.integers(0, size, rows)})
    ask = partial(pdkl.InfoTheory(frame).entropy, "c", by="g")
    title = "entropy, 5 M rows, 100,000 x 100,000, integers"
    return Case(title, ask, entropies(frame))


def case_distinct_text() -> Case:
    """Text of which no two rows have the same, in an Arrow table and as a pandas column."""
    rows = 2_000_000
    text = pa.array(np.random.default_rng(SEED).permutation(rows)).cast(pa.string())
    column = pd.Series(text, dtype=pd.ArrowDtype(pa.string()))
    ask = partial(pdkl.InfoTheory(pa.table({"c": text})).entropy, "c")
    peers: dict[str, Call] = {
        "pdkl, of a pandas column": partial(pdkl.SeriesInfoTheory(column).entropy),
        "Arrow value_counts, counting only": text.value_counts,
    }
    return Case("entropy, 2 M distinct texts, Arrow table", ask, peers, rounds=3)


def case_many_groups() -> Case:
    """Many small groups."""
    rng = np.random.default_rng(SEED)
    rows = 1_000_000
    codes = categorical(rng.integers(0, 12, rows), "item")
    frame = pd.DataFrame({"g": rng.integers(0, 20_000, rows), "c": codes})
    ask = partial(pdkl.InfoTheory(frame).entropy, "c", by="g")
    return Case("entropy, 1 M rows, 20,000 x 12, categories", ask, entropies(frame))


def case_wide() -> Case:
    """A hundred columns in one call, ``g`` being read once."""
    rng = np.random.default_rng(SEED)
    rows, width = 1_000_000, 100
    columns = {f"c{i}": categorical(rng.integers(0, 20, rows), "item") for i in range(width)}
    frame = pd.DataFrame({"g": categorical(rng.integers(0, 50, rows), "segment"), **columns})
    ask = partial(pdkl.InfoTheory(frame).kl_divergence, by="g", against="rest")

    def with_pandas() -> None:
        for name in columns:
            frame.groupby(["g", name], observed=True).size()

    title = "KL against the rest, 1 M rows x 100 columns, 50 groups"
    return Case(title, ask, {"pandas groupby.size, counting only": with_pandas}, rounds=3)


def case_pairs() -> Case:
    """All ordered pairs of a thousand groups."""
    from scipy.special import rel_entr

    group, category = skewed(5_000_000, 1000, 1000)
    frame = pd.DataFrame({"g": group, "c": category})
    table = np.zeros((1000, 1000))
    np.add.at(table, (group, category), 1)
    share = table / table.sum(axis=1, keepdims=True)

    def with_scipy() -> object:
        return [rel_entr(row, share).sum(axis=1) for row in share]

    ask = partial(pdkl.InfoTheory(frame).kl_divergence, "c", by="g", against="pairs")
    title = "KL of all pairs, 5 M rows, 1000 x 1000, integers"
    return Case(title, ask, {"scipy rel_entr, of counts at hand": with_scipy}, rounds=3)


def case_distances() -> Case:
    """The Jensen-Shannon divergence of all pairs of a thousand groups."""
    from scipy.spatial.distance import pdist

    group, category = skewed(5_000_000, 1000, 1000)
    frame = pd.DataFrame({"g": group, "c": category})
    table = np.zeros((1000, 1000))
    np.add.at(table, (group, category), 1)
    ask = partial(pdkl.InfoTheory(frame).js_divergence, "c", by="g", against="pairs")
    title = "JS of all pairs, 5 M rows, 1000 x 1000, integers"
    name = "scipy pdist jensenshannon, of counts at hand"
    return Case(title, ask, {name: lambda: pdist(table, "jensenshannon")}, rounds=2)


def case_information() -> Case:
    """Mutual information of all pairs of twenty columns."""
    rng = np.random.default_rng(SEED)
    rows, width = 200_000, 20
    names = [f"c{i}" for i in range(width)]
    frame = pd.DataFrame({name: categorical(rng.integers(0, 30, rows), "v") for name in names})
    peers: dict[str, Call] = {}
    with suppress(ImportError):
        from sklearn.metrics import mutual_info_score

        def with_sklearn() -> object:
            codes = [frame[name].cat.codes.to_numpy() for name in names]
            return [mutual_info_score(a, b) for i, a in enumerate(codes) for b in codes[:i]]

        peers["scikit-learn, of codes at hand"] = with_sklearn
    ask = pdkl.InfoTheory(frame).mutual_information
    return Case("mutual information, 190 pairs, 200,000 rows", ask, peers, rounds=3)


def case_features() -> Case:
    """What each of many features tells of a target."""
    rng = np.random.default_rng(SEED)
    rows, number = 20_000, 200
    late = rng.integers(0, 2, rows)
    codes = rng.integers(0, 8, (rows, number))
    codes = np.where(rng.random(codes.shape) < 0.1, late[:, None], codes)
    frame = pd.DataFrame({f"f{i}": categorical(codes[:, i], "v") for i in range(number)})
    ask = partial(pdkl.InfoTheory(frame.assign(late=late)).mutual_information, y="late")
    peers: dict[str, Call] = {"with test=True": partial(ask, test=True)}
    with suppress(ImportError):
        from sklearn.feature_selection import mutual_info_classif

        peers["scikit-learn mutual_info_classif, of codes at hand"] = lambda: mutual_info_classif(
            codes, late, discrete_features=True
        )
    return Case("200 features against a target, 20,000 rows", ask, peers)


def case_information_test() -> Case:
    """Mutual information of all pairs of ten columns, beside what chance gives."""
    rng = np.random.default_rng(SEED)
    rows = 100_000
    frame = pd.DataFrame({f"c{i}": categorical(rng.integers(0, 20, rows), "v") for i in range(10)})
    ask = pdkl.InfoTheory(frame).mutual_information
    peers: dict[str, Call] = {"the call without test": ask}
    title = "mutual information, test=True, 45 pairs, 100,000 rows"
    return Case(title, lambda: ask(test=True), peers, rounds=3)


def case_selector() -> Case:
    """Score 200 features against a target, tests included, beside scikit-learn without any."""
    rng = np.random.default_rng(SEED)
    rows, width = 20_000, 200
    frame = pd.DataFrame(
        {f"f{i}": categorical(rng.integers(0, 2 + i % 19, rows), "v") for i in range(width)}
    )
    y = rng.integers(0, 2, rows)
    title = "select features, 200 x 20,000 rows, categories"
    peers: dict[str, Call] = {}

    def select() -> object:
        from pdkl.sklearn import InformationSelector

        return InformationSelector().fit(frame, y)

    with suppress(ImportError):
        from sklearn.feature_selection import mutual_info_classif
        from sklearn.preprocessing import OrdinalEncoder

        codes = OrdinalEncoder().fit_transform(frame)

        def of_codes() -> object:
            return mutual_info_classif(codes, y, discrete_features=True)

        def of_frame() -> object:
            codes = OrdinalEncoder().fit_transform(frame)
            return mutual_info_classif(codes, y, discrete_features=True)

        peers["scikit-learn, without a test, of codes at hand"] = of_codes
        peers["scikit-learn, without a test, of the frame"] = of_frame
    return Case(title, select, peers)


def case_selector_numbers() -> Case:
    """Score features of numbers, in bins, beside scikit-learn's nearest neighbours."""
    rng = np.random.default_rng(SEED)
    x, y = rng.normal(size=(20_000, 20)), rng.integers(0, 2, 20_000)
    peers: dict[str, Call] = {}

    def select() -> object:
        from pdkl.sklearn import InformationSelector

        return InformationSelector().fit(x, y)

    with suppress(ImportError):
        from sklearn.feature_selection import mutual_info_classif

        peers["scikit-learn, nearest neighbours, without a test"] = partial(
            mutual_info_classif, x, y
        )
    return Case("select features, 20 x 20,000 rows, numbers", select, peers, rounds=3)


def sure_of(rows: int, groups: int, categories: int) -> Case:
    """Ask the main question and how sure its answers are, beside the question alone."""
    rng = np.random.default_rng(SEED)
    group, category = rng.integers(0, groups, rows), rng.integers(0, categories, rows)
    frame = pd.DataFrame({"g": categorical(group, "segment"), "c": categorical(category, "item")})
    ask = partial(pdkl.InfoTheory(frame).kl_divergence, "c", by="g", against="rest")
    peers: dict[str, Call] = {
        "with test=True": partial(ask, test=True),
        "with confidence=0.95": partial(ask, confidence=0.95),
    }
    title = f"KL against the rest, 1 M rows, {groups} x {categories}, categories, how sure"
    return Case(title, ask, peers)


def case_sure_many_groups() -> Case:
    """How sure the scores of many groups are."""
    return sure_of(1_000_000, 1000, 100)


def case_sure_many_categories() -> Case:
    """How sure scores of many categories are."""
    return sure_of(1_000_000, 50, 1000)


def case_sure_drift() -> Case:
    """Drift of many columns in closed form, beside drawing each 199 times."""
    rng = np.random.default_rng(SEED)
    today, before = (
        pd.DataFrame(rng.normal(size=(1000, 1000)), columns=[f"c{i}" for i in range(1000)])
        for _ in range(2)
    )
    ask = partial(pdkl.InfoTheory(today).drift, before, progress=False)
    peers: dict[str, Call] = {"with 199 draws": partial(ask, n_resamples=199)}
    return Case("drift, 1000 columns x 1000 rows, in closed form", ask, peers, rounds=2)


CASES: dict[str, Callable[[], Case]] = {
    name.removeprefix("case_"): make
    for name, make in list(globals().items())
    if name.startswith("case_")
}


def growth(largest: int) -> list[tuple[int, float, float]]:
    """Return rows, seconds of the whole call, and megabytes that it needed above the frame."""
    curve = []
    rows = 100_000
    while rows <= largest:
        code = f"import run; run.one_point({rows})"
        run = subprocess.run(
            [sys.executable, "-c", code], cwd=HERE, capture_output=True, text=True, check=True
        )
        seconds, megabytes = map(float, run.stdout.split())
        curve.append((rows, seconds, megabytes))
        rows *= 10
    return curve


def one_point(rows: int) -> None:
    """Print seconds and megabytes for so many rows, in a process of its own."""
    rng = np.random.default_rng(SEED)
    group, category = np.empty(rows, dtype=np.int8), np.empty(rows, dtype=np.int16)
    for start in range(0, rows, 10_000_000):
        size = min(10_000_000, rows - start)
        group[start : start + size] = rng.integers(0, 50, size, dtype=np.int8)
        category[start : start + size] = rng.integers(0, 1000, size, dtype=np.int16)
    frame = pd.DataFrame({"g": categorical(group, "segment"), "c": categorical(category, "item")})
    against_rest(frame.head(10))
    best = float("inf")
    for _ in range(3):
        start_time = time.perf_counter()
        against_rest(frame)
        best = min(best, time.perf_counter() - start_time)
    tracemalloc.start()
    against_rest(frame)
    print(best, tracemalloc.get_traced_memory()[1] / 2**20)


def others() -> list[tuple[str, str]]:
    """Run the benchmarks that measure memory too, each in processes of their own."""
    written = []
    for script in ("parquet_scan.py", "drift.py"):
        command = [sys.executable, str(HERE / script)]
        run = subprocess.run(command, capture_output=True, text=True, check=True)
        written.append((script, run.stdout.strip()))
        print(run.stdout, flush=True)
    return written


def versions() -> str:
    """Name the machine and the versions of all that took part."""
    names = ("numpy", "pandas", "pyarrow", "scipy", "polars", "duckdb", "scikit-learn")
    found = []
    for name in names:
        with suppress(PackageNotFoundError):
            found.append(f"{name} {version(name)}")
    machine = f"{processor()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    return f"pdkl {pdkl.__version__} on {machine}; {', '.join(found)}"


def processor() -> str:
    """Return what the processor calls itself."""
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":")[1].strip()
    return platform.processor() or platform.machine()


def table(
    cases: list[Case], curve: list[tuple[int, float, float]], more: list[tuple[str, str]]
) -> str:
    """Write all as Markdown."""
    lines = ["# Speed", "", "Made by `python tests/benchmarks/run.py`.", versions() + "."]
    lines += [
        "Best of several rounds, all in turns. pdkl starts from a pandas frame and ends with the",
        "result frame; the others start from its Arrow buffers unless said otherwise.",
        "",
    ]
    lines += ["| question | who | seconds | times as long as pdkl |", "| --- | --- | ---: | ---: |"]
    for case in cases:
        for name, ratio in case.ratios().items():
            seconds = case.seconds[name]
            title = case.title if name == "pdkl" else ""
            lines.append(f"| {title} | {name} | {seconds:.3f} | {ratio:.2f} |")
    if curve:
        lines += ["", "KL against the rest, 50 x 1000, categories, by rows:", ""]
        lines += [
            "| rows | seconds | ns a row | MB above the frame |",
            "| ---: | ---: | ---: | ---: |",
        ]
        lines += [
            f"| {rows:,} | {seconds:.4f} | {seconds / rows * 1e9:.1f} | {megabytes:.0f} |"
            for rows, seconds, megabytes in curve
        ]
    for script, text in more:
        lines += ["", f"`{script}`:", "", "```text", text, "```"]
    return "\n".join(lines) + "\n"


def draw(cases: list[Case], path: Path) -> None:
    """Draw a bar for each ratio."""
    import matplotlib as mpl

    mpl.use("agg")
    from matplotlib import pyplot as plt

    bars = [
        (case.title, name, ratio)
        for case in cases
        for name, ratio in case.ratios().items()
        if name != "pdkl"
    ]
    labels, places, y = [], [], 0.0
    figure, ax = plt.subplots(figsize=(9, 0.26 * len(bars) + 0.42 * len(cases) + 0.8))
    last = ""
    for title, name, ratio in bars:
        if title != last:
            y += 1.6 if last else 0.0
            ax.text(
                0.0,
                y - 0.95,
                title,
                fontsize=9,
                fontweight="bold",
                transform=ax.get_yaxis_transform(),
                va="center",
            )
            last = title
        ax.barh(y, ratio, color="#3b6fb6" if ratio >= 1 else "#c46a3a", height=0.7)
        ax.text(ratio * 1.04, y, f"{ratio:.1f} x", va="center", fontsize=8)
        ax.vlines(1.0, y - 0.5, y + 0.5, color="black", linewidth=1)
        labels.append(name)
        places.append(y)
        y += 1.0
    ax.set_yticks(places, labels, fontsize=8)
    ax.set_xscale("log")
    ax.set_xlim(
        min(0.5, *(0.8 * ratio for *_, ratio in bars)), 2 * max(ratio for *_, ratio in bars)
    )
    ax.set_ylim(y - 0.3, -1.5)
    ax.set_xlabel("times as long as pdkl's whole call (log scale)")
    ax.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    figure.savefig(path, dpi=110)


def main() -> None:
    """Run the cases that are named, or all, and write what they took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="*", choices=[[], *CASES], default=[])
    parser.add_argument("--largest", type=int, default=100_000_000, help="rows of the growth curve")
    parser.add_argument("--output", type=Path, help="folder for speed.md and speed.png")
    chosen = parser.parse_args()
    cases = []
    for name in chosen.cases or CASES:
        case = CASES[name]()
        case.run()
        cases.append(case)
        print(
            case.title, {name: f"{ratio:.2f}" for name, ratio in case.ratios().items()}, flush=True
        )
    curve = growth(chosen.largest) if not chosen.cases else []
    text = table(cases, curve, others() if not chosen.cases else [])
    print(text)
    if chosen.output:
        (chosen.output / "speed.md").write_text(text)
        draw(cases, chosen.output / "speed.png")


if __name__ == "__main__":
    main()
