"""Drift as an assertion of pytest: where it fails, pytest shows which columns drifted.

Run it with ``ORDERS=FOLDER python -m pytest examples/pipelines/test_orders.py``, FOLDER being where
``orders.py`` has written. Tuesday passes, Wednesday fails.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import pdkl

ORDERS = Path(os.environ.get("ORDERS", "orders"))


@pytest.mark.parametrize("day", ["tuesday", "wednesday"])
def test_orders_are_like_those_of_monday(day: str) -> None:
    """Compare each column with what was saved."""
    monday = pdkl.load_profile(ORDERS / "monday.profile")
    found = pdkl.scan(ORDERS / f"{day}.parquet").drift(monday, rng=0)
    wrong = found.loc[found["status"] != "ok", ["column", "status", "score", "top_category"]]
    assert wrong.empty, f"\n{wrong.to_string(index=False)}"
