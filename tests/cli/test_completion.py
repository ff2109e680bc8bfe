"""Shells complete commands, options and files, and the help says how."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.command import Command

SHELLS = ("bash", "zsh", "fish")


def completed(
    pdkl_: Command, monkeypatch: pytest.MonkeyPatch, *words: str
) -> list[tuple[str, str]]:
    """Return kind and text of what bash is told for the last word."""
    with monkeypatch.context() as patch:
        patch.setenv("_PDKL_COMPLETE", "bash_complete")
        patch.setenv("COMP_WORDS", " ".join(("pdkl", *words)))
        patch.setenv("COMP_CWORD", str(len(words)))
        code, out, errors = pdkl_()
    assert (code, errors) == (0, "")
    return [(kind, text) for kind, _, text in (line.partition(",") for line in out.splitlines())]


def test_commands_options_and_choices(pdkl_: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    assert completed(pdkl_, monkeypatch, "di") == [
        ("plain", "distribution"),
        ("plain", "divergence"),
    ]
    assert completed(pdkl_, monkeypatch, "baseline", "u") == [("plain", "update")]
    assert completed(pdkl_, monkeypatch, "drift", "--fail") == [("plain", "--fail-over")]
    assert completed(pdkl_, monkeypatch, "drift", "a", "b", "--format", "j") == [
        ("plain", "json"),
        ("plain", "junit"),
    ]


@pytest.mark.parametrize(
    "words",
    [
        *(
            "drift be",
            "drift before.parquet to",
            "report to",
            "report t --reference be",
            "merge be",
        ),
        *("explain be", "baseline update be", "entropy -c plan to", "init to", "profile to -o re"),
        *("drift a b -o dr", "drift a b --config pd", "merge a -o su", "init a -o ga"),
    ],
)
def test_files(pdkl_: Command, monkeypatch: pytest.MonkeyPatch, words: str) -> None:
    asked = words.split()
    assert completed(pdkl_, monkeypatch, *asked) == [("file", asked[-1])]


def test_the_help_says_how(pdkl_: Command, tmp_path: Path) -> None:
    lines = dict(re.findall(r"^ +(bash|zsh|fish)  +(.*)$", pdkl_("--help")[1], re.MULTILINE))
    assert list(lines) == list(SHELLS)
    command = tmp_path / "pdkl"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m pdkl "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    for shell in SHELLS:
        assert f"_PDKL_COMPLETE={shell}_source pdkl" in lines[shell]
        done = subprocess.run(
            ["sh", "-c", f"_PDKL_COMPLETE={shell}_source ./pdkl"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0
        assert "_pdkl_completion" in done.stdout
        assert f"{shell}_complete" in done.stdout
        if shutil.which(shell):  # the shell takes it
            taken = [shell, "-n", "/dev/stdin"] if shell != "fish" else [shell, "--no-execute"]
            assert subprocess.run(taken, input=done.stdout, text=True, check=False).returncode == 0


def test_a_shell_that_is_not_known(pdkl_: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_PDKL_COMPLETE", "tcsh_source")
    assert pdkl_() == (2, "", "")
