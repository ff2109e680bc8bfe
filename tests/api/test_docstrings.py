"""What docstrings say of keywords: every one is described, from one table, and nothing else is."""

from __future__ import annotations

import inspect
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from pdkl import InfoTheory, SeriesInfoTheory
from pdkl.cli.commands import commands

ROOT = Path(__file__).parents[2]
METHODS = {
    f"{owner.__name__}.{name}": getattr(owner, name)
    for owner in (InfoTheory, SeriesInfoTheory)
    for name in dir(owner)
    if not name.startswith("_")
}
OPTIONS = {
    f"{name} {option.opts[0]}": option
    for name, command in commands.commands.items()
    for option in command.params
    if isinstance(option, click.Option)
}


def write_docstrings(root: Path, *arguments: str) -> tuple[int, str]:
    """Return how the script ends, and what it says."""
    command = [sys.executable, str(root / ".ci" / "write_docstrings.py"), *arguments]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    return run.returncode, run.stdout + run.stderr


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Copy what the script reads and writes."""
    for folder in (".ci", "pdkl/api"):
        shutil.copytree(
            ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__")
        )
    return tmp_path


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_all_keywords_and_no_others_are_described(method: Callable[..., object]) -> None:
    section = re.search(r"\nParameters\n-+\n(.*?)\n\n", inspect.getdoc(method) or "", re.DOTALL)
    assert section is not None
    heads = [line for line in section[1].split("\n") if not line.startswith(" ")]
    described = [name for head in heads for name in head.partition(" : ")[0].split(", ")]
    assert ["self", *described] == list(inspect.signature(method).parameters)


def test_docstrings_are_those_of_the_table() -> None:
    assert write_docstrings(ROOT, "--check") == (0, "")


WRONG = {
    "a text of its own": (
        "explain.py",
        "Draw each part again so many times, in place of the closed form.",
        "How often.",
        "ExplainMethods.explain: n_resamples: text and table differ",
    ),
    "another type": (
        "cross_entropy.py",
        "predictions : mapping {label: column}",
        "predictions : dict",
        "CrossEntropyMethods.categorical_cross_entropy: predictions: text and table differ",
    ),
    "a keyword that is none": (
        "drift.py",
        "        redact : bool\n",
        "        shout : bool\n            Whether.\n        redact : bool\n",
        "DriftMethods.report: shout: text and table differ",
    ),
    "a keyword without text": (
        "explain.py",
        "        progress : bool\n"
        "            Whether long work shows a bar, where rich is installed.\n",
        "",
        "ExplainMethods.explain: progress: text and table differ",
    ),
    "another order": (
        "series.py",
        "        given : Series\n            Raw values with the same index.\n"
        '        base : {"nat", "bit", "dit"} or number above 1\n'
        "            The base of the logarithm.\n",
        '        base : {"nat", "bit", "dit"} or number above 1\n'
        "            The base of the logarithm.\n"
        "        given : Series\n            Raw values with the same index.\n",
        "SeriesInfoTheory.conditional_entropy: the order: text and table differ",
    ),
}


@pytest.mark.parametrize(("file", "old", "new", "message"), WRONG.values(), ids=WRONG)
def test_a_wrong_text_is_named_and_mended(
    root: Path, file: str, old: str, new: str, message: str
) -> None:
    path = root / "pdkl" / "api" / file
    right = path.read_bytes()
    replace(path, old, new)
    wrong = path.read_bytes()
    told = f"pdkl/api/{file}: {message}\nRun: python .ci/write_docstrings.py\n"
    assert write_docstrings(root, "--check") == (1, told)
    assert path.read_bytes() == wrong
    assert write_docstrings(root) == (0, "")
    assert path.read_bytes() == right


def test_an_empty_section_is_filled(root: Path) -> None:
    path = root / "pdkl" / "api" / "profile.py"
    right = path.read_text(encoding="utf-8")
    head, _, rest = right.partition("        columns : label")
    path.write_text(head + rest[rest.index("\n        Returns\n") :], encoding="utf-8")
    assert write_docstrings(root) == (0, "")
    assert path.read_text(encoding="utf-8") == right


def test_a_docstring_without_the_section_is_named(root: Path) -> None:
    path = root / "pdkl" / "api" / "profile.py"
    replace(path, "        Parameters\n        ----------\n", "")
    told = "pdkl/api/profile.py: ProfileMethods.profile: the docstring has no section Parameters\n"
    assert write_docstrings(root, "--check") == (1, told)


@pytest.mark.parametrize("arguments", [(), ("--check",)])
def test_a_keyword_that_the_table_lacks_is_named(root: Path, arguments: tuple[str, ...]) -> None:
    path = root / "pdkl" / "api" / "explain.py"
    replace(path, "        progress: bool = True,\n", "        loud: bool = True,\n")
    assert write_docstrings(root, *arguments) == (
        1,
        "pdkl/api/explain.py: ExplainMethods.explain: loud: .ci/parameters.py has no text for it\n",
    )


def test_a_text_that_no_method_needs_is_named(root: Path) -> None:
    line = '    "p": {"": (f"{ASKED}, optional", f"The columns to measure. {TOGETHER}")},\n'
    replace(root / ".ci" / "parameters.py", line, line + line.replace('"p"', '"r"'))
    assert write_docstrings(root, "--check") == (
        1,
        ".ci/parameters.py: r: no method needs the text for all methods\n"
        "Run: python .ci/write_docstrings.py\n",
    )


@pytest.mark.parametrize("option", OPTIONS.values(), ids=OPTIONS)
def test_every_option_of_the_command_has_a_help(option: click.Option) -> None:
    assert option.help
