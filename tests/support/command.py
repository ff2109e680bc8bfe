"""The command in a folder with two frames, and how its answers are read."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import pdkl
from pdkl.cli.run import run

DAY = np.arange(600)
BEFORE = pd.DataFrame(
    {
        "shop": np.where(DAY % 3, "north", "south"),
        "plan": np.where(DAY % 4, "free", "paid"),
        "age": 20 + DAY % 50,
        "sold": pd.Timestamp("2024-01-01") + pd.to_timedelta(DAY // 10, unit="D"),
        "n": 1 + DAY % 2,
    }
)
TODAY = BEFORE.assign(plan=np.where(DAY % 2, "free", "paid"))
Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def pdkl_(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Command:
    """Run the command in a folder with both frames; give code, output and errors."""
    monkeypatch.chdir(tmp_path)
    BEFORE.to_parquet("before.parquet")
    TODAY.to_parquet("today.parquet")

    def call(*arguments: str) -> tuple[int, str, str]:
        code = run(arguments)
        out, errors = capsys.readouterr()
        return code, out, errors

    return call


def process(folder: Path, *arguments: str, **more: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pdkl", *arguments]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False, **more
    )


def failures(report: pdkl.Report) -> str:
    """Write what standard error says of the rows that fail, by hand."""
    found = report.frame[report.frame["status"] == "drift"].sort_values("excess", ascending=False)
    keys = list(found.columns[: list(found.columns).index("column")])
    return "".join(
        f"drift: {row['column']}"
        + (f" in {', '.join(str(row[key]) for key in keys)}" if keys else "")
        + f": {row['measure']} {row['score']:.3f}, excess {row['excess']:.3f}, "
        f"noise floor {row['noise_floor']:.3f}, threshold {row['threshold']:g}, "
        f"p_adjusted {row['p_adjusted']:.3g}\n"
        for row in found.to_dict("records")
    )


def rows(text: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(text)["rows"]
    return found


def plain(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Write a frame as JSON has it, by hand."""

    def value(one: Any) -> Any:
        if isinstance(one, str):
            return one
        if pd.isna(one):
            return None
        if isinstance(one, float) and np.isinf(one):
            return "inf" if one > 0 else "-inf"
        return one.isoformat() if isinstance(one, pd.Timestamp) else one

    columns = [list(map(value, frame[name].astype(object))) for name in frame]
    names = [str(name) for name in frame]
    return [dict(zip(names, cells, strict=True)) for cells in zip(*columns, strict=True)]
