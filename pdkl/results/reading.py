"""Tidy frames, read back: what reports, pictures and the command need to know of one."""

from __future__ import annotations

from typing import Any

import pandas as pd


def settings_of(result: pd.DataFrame) -> dict[str, Any]:
    """Return the settings of the call, none where pandas lost them on the way, as it may."""
    settings = result.attrs.get("pdkl")
    return settings if isinstance(settings, dict) else {}


def keys_of(frame: pd.DataFrame) -> list[Any]:
    """List the columns that hold the keys of the groups."""
    return list(frame.columns[: list(frame.columns).index("column")])


def measure_of(frame: pd.DataFrame) -> str:
    """Return the name of the measure that is judged."""
    return str(frame.attrs["pdkl"]["measures"][0])
