"""What the library says in Python's words, said in those of the command."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from pdkl.cli.commands import commands
from pdkl.cli.wording import command_of, in_options
from tests.support.command import Command


@pytest.mark.parametrize(
    ("command", "message", "told"),
    [
        (
            "drift",
            "a part of the date, a batch or the key of a partition? exclude= or kinds=",
            "a part of the date, a batch or the key of a partition? --exclude or --kind",
        ),
        (
            "drift",
            "612 of 900 values occur once; kinds={'my id': 'categorical'} compares them",
            "612 of 900 values occur once; --kind 'my id=categorical' compares them",
        ),
        (
            "drift",
            'it needs by=; got by=None. Name it: by=pd.Grouper(key="date", freq="D").',
            "it needs --by; got no --by. Name it: --by date:D.",
        ),
        (
            "drift",
            "windows overlap. Ask by=Rolling(key='my date', size='28D', step='1D').",
            "windows overlap. Ask --by 'my date:28D/1D'.",
        ),
        (
            "drift",
            "path finds no file: there is no 'a.csv', nor a match for it.",
            "REF or CUR finds no file: there is no 'a.csv', nor a match for it.",
        ),
        (
            "merge",
            "path finds no file: there is no 'a.csv', nor a match for it.",
            "PROFILE finds no file: there is no 'a.csv', nor a match for it.",
        ),
        (
            "divergence",
            "encoding='latin-1' is for CSV; path finds 'a.jsonl', and JSON lines are utf-8.",
            "--encoding latin-1 is for CSV; DATA or --reference finds 'a.jsonl', and JSON lines "
            "are utf-8.",
        ),
        (
            "entropy",
            "columns is None, which means every text; there is none. Name the columns: columns=...",
            "no --columns, which means every text; there is none. Name the columns: --columns",
        ),
        (
            "divergence",
            "p is None, but q='b' needs a partner. Name the column to compare: p=...",
            "no --columns, but --q b needs a partner. Name the column to compare: --columns",
        ),
        (
            "mutual-information",
            'correct=True needs normalized=; got normalized=None. Pass normalized="max".',
            "--correct needs --normalized; got no --normalized. Pass --normalized max.",
        ),
        (
            "divergence",
            "match=True needs all of by. To compare with the whole, pass match=False.",
            "--match needs all of by. To compare with the whole, pass --no-match.",
        ),
        (
            "drift",
            "threshold must be a finite number of at least 0; got -1.0.",
            "--fail-over must be a finite number of at least 0; got -1.0.",
        ),
        # what is no option stays: of a file of settings, of another command, of data
        (
            "drift",
            "threshold must be given: threshold={'age': 2.5}. Not estimator='plugin'.",
            "--fail-over must be given: threshold={'age': 2.5}. Not estimator='plugin'.",
        ),
        (
            "entropy",
            "columns names column 'by=3', which data does not have. It has \"exclude='\".",
            "--columns names column 'by=3', which data does not have. It has \"exclude='\".",
        ),
        ("drift", "reference has no such column", "reference has no such column"),
        ("drift", "today's by=7 and data's by='x'", "today's --by 7 and data's --by x"),
        (
            "profile",
            "Take them with the same edges: profile(..., bins=first).",
            "Take them with the same edges: profile(..., bins=first).",
        ),
        ("drift", "bins=[0, 18, 65]", "--bins 0,18,65"),
    ],
)
def test_options_stand_for_keywords(command: str, message: str, told: str) -> None:
    assert in_options(message, commands.commands[command]) == told


def test_the_command_is_the_one_that_is_named() -> None:
    for arguments, name in (
        (["drift", "merge", "a"], "drift"),
        (["baseline", "update", "drift"], "update"),
        (["-h"], commands.name),
        ([], commands.name),
    ):
        assert command_of(arguments, commands).name == name


def test_notes_speak_of_options_to_people_and_of_keywords_to_machines(pdkl_: Command) -> None:
    day = pd.DataFrame({"batch": np.repeat(["a", "b"], 50), "id": [f"u{i}" for i in range(100)]})
    day.to_parquet("one.parquet")
    day.replace({"batch": {"a": "c", "b": "d"}}).to_parquet("two.parquet")
    apart = "hardly a value in common: a part of the date, a batch or the key of a partition? "
    asked = ("drift", "one.parquet", "two.parquet")
    code, out, errors = pdkl_(*asked, "--format", "json")
    assert code == 1
    notes = [row["note"] for row in json.loads(out)["rows"]]
    assert notes == [
        f"{apart}exclude= or kinds=",
        "100 of 100 values occur once; kinds={'id': 'categorical'} compares them",
    ]
    assert errors == f"drift: batch: {apart}--exclude or --kind\n"
    _, out, _ = pdkl_(*asked)
    assert "100 of 100 values occur once; --kind id=categorical compares them" in out
    _, out, _ = pdkl_(*asked, "--format", "github")
    assert f"::{apart}--exclude or --kind\n" in out
