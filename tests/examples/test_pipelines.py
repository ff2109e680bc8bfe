"""The examples of pipelines run, accept Tuesday, and stop Wednesday."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

PIPELINES = Path(__file__).parents[2] / "examples" / "pipelines"


def python(
    *arguments: str | Path, folder: Path, **variables: str
) -> subprocess.CompletedProcess[str]:
    # pandera looks whether pyspark is there, which speaks up about pandas 3
    strict = ("-W", "error", "-W", "ignore:PySpark does not yet:FutureWarning")
    return subprocess.run(
        [sys.executable, *strict, *arguments],
        cwd=folder,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write three days of orders, and save what Monday looked like."""
    folder = tmp_path_factory.mktemp("orders")
    gate = ("gate.py", "save", "monday.parquet", "monday.profile")
    for script, *arguments in (("orders.py", "."), gate):
        done = python(PIPELINES / script, *arguments, folder=folder)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    return folder


@pytest.mark.parametrize(
    ("day", "code", "out", "errors"),
    [
        ("tuesday", 0, "accepted\n", ""),
        ("wednesday", 1, "", "refused: orders have drifted\n"),
    ],
)
def test_a_check_of_pandera(days: Path, day: str, code: int, out: str, errors: str) -> None:
    script = PIPELINES / "pandera_check.py"
    done = python(script, "monday.parquet", f"{day}.parquet", folder=days)
    assert (done.returncode, done.stdout, done.stderr) == (code, out, errors)


def test_an_assertion_of_pytest(days: Path) -> None:
    script = PIPELINES / "test_orders.py"
    plain = ("-q", "-p", "no:cacheprovider", "--rootdir", str(days))
    done = python("-m", "pytest", *plain, script, folder=days, ORDERS=str(days))
    assert done.returncode == 1
    assert "1 failed, 1 passed" in done.stdout
    assert "price  drift" in done.stdout


@pytest.mark.parametrize(("day", "code"), [("tuesday", 0), ("wednesday", 1)])
def test_a_scheduled_gate(days: Path, day: str, code: int) -> None:
    gate = PIPELINES / "gate.py"
    done = python(gate, "check", f"{day}.parquet", "monday.profile", folder=days)
    assert (done.returncode, done.stderr) == (code, "")
    rows = [line.split() for line in done.stdout.splitlines()[1:]]
    assert [row[0] for row in rows] == ["country", "payment", "price"]
    assert [row[-1] for row in rows] == ["ok", "ok", "drift" if code else "ok"]


@pytest.mark.parametrize(
    ("arguments", "code", "out", "errors"),
    [
        (["monday.parquet", "tuesday.parquet"], 0, "no drift\n", "3 rows: 3 ok (drift.xml)\n"),
        (
            ["monday.profile", "wednesday.parquet"],
            1,
            "",
            "drift: price: 10.1 % of the rows hold values that the reference lacks\n"
            "3 rows: 1 drift, 2 ok (drift.xml)\n",
        ),
        (
            ["monday.parquet", "thursday.parquet"],
            2,
            "",
            "pdkl: path finds no file: there is no 'thursday.parquet', nor a match for it.\n",
        ),
    ],
)
def test_a_step_of_ci(
    days: Path, tmp_path: Path, arguments: list[str], code: int, out: str, errors: str
) -> None:
    command = tmp_path / "pdkl"  # as pip puts it on the path
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m pdkl "$@"\n')
    command.chmod(0o755)
    done = subprocess.run(
        ["sh", str(PIPELINES / "ci_step.sh"), *(str(days / name) for name in arguments)],
        cwd=tmp_path,
        env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.returncode, done.stdout) == (code, out)
    assert done.stderr.replace(f"{days}/", "") == errors
    if code < 2:
        suite = ElementTree.parse(tmp_path / "drift.xml").getroot()[0]
        assert suite.attrib["failures"] == str(code)


def test_the_command_says_why(days: Path) -> None:
    done = python("-m", "pdkl", "explain", "monday.parquet", "wednesday.parquet", folder=days)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[1].split()[:2] == ["1", "price"]


def test_the_readme_shows_what_the_command_says(days: Path) -> None:
    text = (PIPELINES.parents[1] / "README.md").read_text(encoding="utf-8")
    session = text.split("```console\n$ cd orders\n")[1].split("```")[0]
    shown = dict(re.findall(r"^\$ pdkl (.*)\n((?:[^$].*\n|\n)*)", session, re.MULTILINE))
    assert len(shown) == 3
    for command, expected in shown.items():
        done = python("-m", "pdkl", *command.split(), folder=days)
        # what is drawn differs between versions of NumPy
        found, told = (
            re.sub(r"-?[\d.]+", "#", re.sub(" +", " ", re.sub(" +\n", "\n", one)))
            for one in (done.stdout + done.stderr, expected)
        )
        assert found == told
