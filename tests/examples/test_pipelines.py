"""The examples of pipelines run, accept Tuesday, and stop Wednesday."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

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


def shell(arguments: list[str], folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a shell that finds the command in the folder, as pip puts it on the path."""
    command = folder / "pdkl"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m pdkl "$@"\n')
    command.chmod(0o755)
    return subprocess.run(
        ["sh", *arguments],
        cwd=folder,
        env={**os.environ, **variables, "PATH": f"{folder}:{os.environ['PATH']}"},
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
            "pdkl: REF or CUR finds no file: there is no 'thursday.parquet', nor a match for it.\n",
        ),
    ],
)
def test_a_step_of_ci(
    days: Path, tmp_path: Path, arguments: list[str], code: int, out: str, errors: str
) -> None:
    step = str(PIPELINES / "ci_step.sh")
    done = shell([step, *(str(days / name) for name in arguments)], tmp_path)
    assert (done.returncode, done.stdout) == (code, out)
    assert done.stderr.replace(f"{days}/", "") == errors
    if code < 2:
        suite = ElementTree.parse(tmp_path / "drift.xml").getroot()[0]
        assert suite.attrib["failures"] == str(code)


# ---- recipes --------------------------------------------------------------------------------

DRIFTED = "drift: price: 10.1 % of the rows hold values that the reference lacks\n"
TALLY = {0: "3 rows: 3 ok", 1: "3 rows: 1 drift, 2 ok"}
BOTH = pytest.mark.parametrize(("day", "code"), [("tuesday", 0), ("wednesday", 1)])


def read(name: str) -> Any:
    return yaml.safe_load((PIPELINES / name).read_text(encoding="utf-8"))


@pytest.fixture
def here(days: Path, tmp_path: Path, day: str) -> Path:
    """Make a folder as the recipes know it."""
    shutil.copy(days / "monday.profile", tmp_path)
    shutil.copy(days / f"{day}.parquet", tmp_path / "today.parquet")
    return tmp_path


@BOTH
def test_a_workflow_of_github(here: Path, code: int) -> None:
    workflow = read("github.yml")
    assert set(workflow) == {"name", True, "permissions", "jobs"}  # on is a yes to YAML 1.1
    steps = workflow["jobs"]["drift"]["steps"]
    assert all(("uses" in step) != ("run" in step) for step in steps)
    install, compare, show = (step for step in steps if "run" in step)
    assert install["run"] == "pip install 'pdkl[cli,report]'"
    found = shell(["-ec", compare["run"]], here, GITHUB_ACTIONS="true")
    told = DRIFTED * code
    annotation = told.replace("drift: price: ", "::error title=drift%3A price::").replace(
        " %", " %25"
    )
    assert (found.returncode, found.stdout) == (code, f"{annotation}{TALLY[code]}\n")
    assert found.stderr == f"{told}{TALLY[code]} (drift.html, drift.md)\n"
    assert "if" not in compare
    assert show["if"] == steps[-1]["if"] == "${{ !cancelled() }}"  # after a failure too
    summary = here / "summary.md"
    assert shell(["-ec", show["run"]], here, GITHUB_STEP_SUMMARY=str(summary)).returncode == 0
    assert summary.read_text(encoding="utf-8") == (here / "drift.md").read_text(encoding="utf-8")
    assert (here / steps[-1]["with"]["path"]).exists()
    (here / "drift.md").unlink()
    assert shell(["-ec", show["run"]], here, GITHUB_STEP_SUMMARY=str(summary)).returncode == 0


@BOTH
def test_a_job_of_gitlab(here: Path, code: int) -> None:
    ((name, job),) = read("gitlab.yml").items()
    install, compare = job["script"]
    assert (name, install) == ("drift", "pip install 'pdkl[cli,report]'")
    found = shell(["-ec", compare], here)
    assert (found.returncode, found.stdout) == (code, "")
    assert found.stderr == f"{DRIFTED * code}{TALLY[code]} (drift.xml, drift.html)\n"
    kept = job["artifacts"]
    assert kept["when"] == "always"
    suite = ElementTree.parse(here / kept["reports"]["junit"]).getroot()[0]
    assert suite.attrib["failures"] == str(code)
    assert [(here / path).exists() for path in kept["paths"]] == [True]


@BOTH
def test_a_hook_of_pre_commit(here: Path, code: int) -> None:
    (repository,) = read("pre-commit.yaml")["repos"]
    (hook,) = repository["hooks"]
    assert {"id", "name", "entry", "language"} <= set(hook)
    changed = [path.name for path in here.iterdir() if re.search(hook["files"], path.name)]
    assert changed == ["today.parquet"]
    found = shell(["-c", shlex.join([*shlex.split(hook["entry"]), *changed])], here)
    assert (found.returncode, found.stderr) == (code, "")
    assert found.stdout.splitlines()[-1] == TALLY[code]


@BOTH
def test_a_job_of_cron(here: Path, code: int) -> None:
    lines = (PIPELINES / "crontab").read_text(encoding="utf-8").splitlines()
    path, job = (line for line in lines if not line.startswith("#"))
    assert re.fullmatch(r"PATH=\S+", path)
    *when, command = job.split(" ", 5)
    assert all(re.fullmatch(r"[\d*]+", one) for one in when)
    assert len(when) == 5
    assert "%" not in command  # a line end to cron
    (here / "orders").mkdir()
    for name in ("monday.profile", "today.parquet"):
        (here / name).rename(here / "orders" / name)
    before = (here / "orders" / "monday.profile").read_bytes()
    found = shell(["-c", command], here, HOME=str(here))
    assert (found.returncode, found.stderr) == (0, "")
    stays = "monday.profile stays as it is: the gate did not pass\n"
    assert found.stdout == (f"{DRIFTED}{TALLY[1]} (drift.html)\n{stays}" if code else "")
    after = (here / "orders" / "monday.profile").read_bytes()
    assert (before == after) == bool(code)


# ---- the command ----------------------------------------------------------------------------


def test_the_command_says_why(days: Path) -> None:
    done = python("-m", "pdkl", "explain", "monday.parquet", "wednesday.parquet", folder=days)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[1].split()[:2] == ["1", "price"]


def test_the_documentation_shows_what_the_command_says(days: Path) -> None:
    text = (PIPELINES.parents[1] / "docs/reference/command.md").read_text(encoding="utf-8")
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
