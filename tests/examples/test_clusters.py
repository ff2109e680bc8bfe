"""The examples of clusters: processes that talk over the network answer as pandas does."""

import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pandas as pd

EXAMPLES = Path(__file__).parents[2] / "examples"
# a process of Java that lives for seconds need not be compiled well
SHORT_LIVED = {"JAVA_TOOL_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"}


def run(name: str, rows: int, partitions: int) -> list[str]:
    """Run an example in a process of its own; give its lines, with single spaces."""
    command = [sys.executable, str(EXAMPLES / name)]
    command += ["--rows", str(rows), "--partitions", str(partitions)]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=True,
        encoding="utf-8",
        env=os.environ | SHORT_LIVED,
    )
    return [re.sub(" +", " ", line).strip() for line in done.stdout.splitlines()]


def answer(rows: int) -> list[str]:
    """Ask pandas the same."""
    example = runpy.run_path(str(EXAMPLES / "cluster_dask.py"))
    frame: pd.DataFrame = example["ask"](example["orders"](0, rows))
    lines = frame[example["SHOWN"]].to_string(index=False).splitlines()
    return [re.sub(" +", " ", line).strip() for line in lines]


def sizes(lines: list[str]) -> dict[str, int]:
    """Read how many bytes each line of a table tells of."""
    found = [re.fullmatch(r"(.+) ([\d,]+) \d+\.\d{3}", line) for line in lines]
    return {one[1]: int(one[2].replace(",", "")) for one in found if one}


def test_dask() -> None:
    lines = run("cluster_dask.py", 100_000, 100)
    assert lines[0] == "100,000 rows in 100 partitions on 2 worker processes"
    assert lines[1:5] == answer(100_000)
    assert lines[5] == "What bytes per row"
    sent = sizes(lines[6:9])
    assert list(sent) == [
        "sent for the answer",
        "sent for the profile",
        "the rows, had they been sent",
    ]
    # a partition's answer travels once, if its worker is not the one that adds it
    assert 1_000 < sent["sent for the answer"] < 100 * 4_000
    assert 1_000 < sent["sent for the profile"] < 100 * 4_000
    assert sent["the rows, had they been sent"] > 400_000  # pickle repeats no Python object
    assert lines[9:] == [
        "<pdkl.Profile of 100000 rows in 3 groups by 'shop': 'product'>",
        "It answers alike: True.",
    ]


def test_spark() -> None:
    lines = run("cluster_spark.py", 20_000, 4)
    assert lines[0] == "20,000 rows in 4 partitions on 2 executors"
    assert lines[1:5] == answer(20_000)
    assert lines[5] == "What bytes per row"
    sent = sizes(lines[6:])
    assert list(sent) == ["shuffled by key", "sent to the driver", "the rows, had they been sent"]
    assert 500 < sent["shuffled by key"] < 20_000  # four times 27 rows
    assert 1_000 < sent["sent to the driver"] < 60_000  # with what tasks say of themselves
    assert sent["the rows, had they been sent"] > 400_000
