"""Each command ends with the code that its page says, as a process does."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click
import pytest

import pdkl
from pdkl.cli.commands import commands
from tests.support.command import BEFORE, Command, process

PAGE = Path(pdkl.__file__).parents[1] / "docs/reference/command.md"
DRIFTED = "--reference before.parquet -c plan"
# command -> what is asked, and with which code it ends
ENDS: dict[str, list[tuple[str, int]]] = {
    "drift": [
        ("before.parquet before.parquet", 0),
        ("before.parquet today.parquet", 1),
        ("before.parquet nowhere.parquet", 2),
    ],
    "baseline update": [("same.profile before.parquet", 0), ("other.profile today.parquet", 1)],
    "report": [(f"today.parquet {DRIFTED} -o report.md", 0)],
    "explain": [("before.parquet today.parquet", 0)],
    "changes": [("today.parquet -c plan --by sold:D", 0)],
    "entropy": [("today.parquet -c plan", 0)],
    "distribution": [("today.parquet -c plan", 0)],
    "mutual-information": [("today.parquet -y plan", 0)],
    "divergence": [(f"today.parquet {DRIFTED}", 0)],
    "contributions": [(f"today.parquet {DRIFTED}", 0)],
    "init": [("today.parquet -o new.toml", 0)],
    "profile": [("today.parquet -o new.profile", 0)],
    "merge": [("same.profile other.profile -o sum.profile", 0)],
}


def told() -> dict[str, set[int]]:
    """Read the table: the codes of each command, and those of all."""
    lines = PAGE.read_text(encoding="utf-8").split("| command | ends with |\n")[1].splitlines()
    found: dict[str, set[int]] = {}
    for line in lines[1:]:
        if not line.startswith("|"):
            break
        _, names, codes, _ = line.split("|")
        for name in re.findall(r"`([a-z -]+)`", names.partition(", the page of")[0]) or ["each"]:
            found[name] = set(map(int, re.findall(r"\b\d+\b", codes)))
    return found


def every(group: click.Command, *before: str) -> list[str]:
    if not isinstance(group, click.Group):
        return [" ".join(before)]
    return [one for name in group.commands for one in every(group.commands[name], *before, name)]


def test_the_page_names_all_commands() -> None:
    codes = told()
    assert codes.pop("each") == {2, 130, 141}
    assert sorted(codes) == sorted(every(commands)) == sorted(ENDS)
    for name, own in codes.items():
        assert {code for _, code in ENDS[name]} - {2} == own


def test_each_ends_as_it_says(pdkl_: Command, tmp_path: Path) -> None:
    for name in ("same", "other"):
        BEFORE.info_theory.profile().save(f"{name}.profile")
    asked = [(name, more, code) for name, ends in ENDS.items() for more, code in ends]

    def run(name: str, more: str) -> tuple[str, int, bool]:
        done = process(tmp_path, *name.split(), *more.split())
        return f"{name} {more}", done.returncode, "Traceback" in done.stderr

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda one: run(*one[:2]), asked))
    assert found == [(f"{name} {more}", code, False) for name, more, code in asked]


@pytest.mark.parametrize("name", ENDS)
def test_each_that_cannot_be_run_ends_with_2(pdkl_: Command, name: str) -> None:
    code, out, errors = pdkl_(*name.split(), "--no-such-option")
    assert (code, out) == (2, "")
    assert errors.startswith("pdkl: No such option")
    assert errors.endswith(f"Try: pdkl {name} --help\n")
