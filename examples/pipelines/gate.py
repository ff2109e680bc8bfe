"""A gate for a scheduled job: what Monday looked like is saved, what comes later is checked.

The profile keeps counts, not rows, so that Monday's orders need not be kept. Run it with
``python examples/pipelines/gate.py save monday.parquet monday.profile`` and later
``python examples/pipelines/gate.py check tuesday.parquet monday.profile``: it ends with 1, so that
the scheduler stops, where a column has drifted, is gone or empty, or cannot be compared.
"""

from __future__ import annotations

import sys

import pdkl


def save(data: str, profile: str) -> None:
    """Keep what a day looked like; prices are cut into ten intervals of equal shares."""
    columns = ["country", "payment", "price"]
    pdkl.scan(data).profile(columns, bins={"price": 10}).save(profile)


def check(data: str, profile: str) -> bool:
    """Tell whether a day is like the one that was saved."""
    report = pdkl.scan(data).report(pdkl.load_profile(profile), rng=0)
    print(report.frame[["column", "score", "top_category", "status"]].to_string(index=False))
    return report.passed


def main() -> None:
    """Do one of the two."""
    step, data, profile = sys.argv[1:]
    if step == "save":
        save(data, profile)
    elif not check(data, profile):
        sys.exit(1)


if __name__ == "__main__":
    main()
