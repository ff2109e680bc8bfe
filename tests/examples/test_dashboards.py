"""What is written for dashboards and chats holds to the rules that their makers publish."""

from __future__ import annotations

import json
import math
import re
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pandas as pd
import pytest

import pdkl

EXAMPLE = Path(__file__).parents[2] / "examples" / "dashboards.py"
WRITE = runpy.run_path(str(EXAMPLE))
ODD = ['a "quoted" \\ name\n<!channel> [x](http://y) @here', "größe", "x" * 300, "x" * 299 + "y"]


def report(*, by: bool = True, columns: int = 0) -> pdkl.Report:
    """Compare frames of odd names and values; scores of each kind are among the answers."""
    day = np.arange(400)
    before = pd.DataFrame({name: np.where(day % 4, "a", "b") for name in ODD})
    before["shop"] = np.where(day % 2, 'n"\\\n', "south")
    before["gone"], before["empty"] = "x", "y"
    before = before.assign(**{f"c{i}": before[ODD[0]] for i in range(columns)})
    today = before.assign(empty=pd.Series([None] * 400, dtype="str"), new=1).drop(columns="gone")
    for name in [ODD[0], *(f"c{i}" for i in range(columns))]:
        today[name] = np.where(day % 3, "<&>", "b")
    today[ODD[1]] = [[1]] * 400
    found = today.info_theory.report(before, by="shop" if by else None, rng=0)
    frame = found.frame.copy()
    frame.loc[frame["column"] == ODD[2], ["score", "excess"]] = math.inf
    return pdkl.Report(frame, found.categories, found.others)


REPORTS = [report(), report(by=False), report(by=False, columns=40)]
some = pytest.mark.parametrize("found", REPORTS, ids=["by", "whole", "many"])


def strict(document: Any) -> Any:
    """Read what is written as JSON has it, with neither infinity nor NaN."""

    def no(name: str) -> NoReturn:
        raise AssertionError(name)

    return json.loads(json.dumps(document), parse_constant=no)


@some
def test_mlflow(found: pdkl.Report) -> None:
    metrics = strict(WRITE["mlflow"](found))
    given = found.metrics()
    assert len(metrics) == len(given)
    assert all(re.fullmatch(r"[/\w.\- ]{1,250}", name) for name in metrics)
    for (name, value), (full, was) in zip(metrics.items(), given.items(), strict=True):
        assert name == full or len(full) > 250
        assert name.rpartition("__")[2] == full.rpartition("__")[2]
        assert value == (was if math.isfinite(was) else sys.float_info.max)
    assert sys.float_info.max in metrics.values()


# ---- Prometheus -----------------------------------------------------------------------------

_LABEL = r'([a-zA-Z_]\w*)="((?:[^"\\\n]|\\\\|\\"|\\n)*)"'
_SAMPLE = re.compile(
    rf"([a-zA-Z_:][\w:]*)(?:\{{({_LABEL}(?:,{_LABEL})*)?\}})? (?P<value>\S+)", re.ASCII
)
_PLAIN = {r"\\": "\\", r"\"": '"', r"\n": "\n"}


def exposed(text: str) -> dict[str, dict[tuple[tuple[str, str], ...], float]]:
    """Read the text format: metrics one after another, each with HELP, TYPE and its samples."""
    assert text.endswith("\n")
    found: dict[str, dict[tuple[tuple[str, str], ...], float]] = {}
    typed, name = "", ""
    for line in text.removesuffix("\n").split("\n"):
        if line.startswith("# HELP "):
            name = line.split(" ")[2]
            assert name not in found  # the lines of a metric stand together
            assert "\\" not in line
            found[name] = {}
        elif line.startswith("# TYPE "):
            typed = line.removeprefix("# TYPE ")
            assert typed == f"{name} gauge"
            assert found[name] == {}
        else:
            sample = _SAMPLE.fullmatch(line)
            assert sample is not None, line
            assert sample[1] == name
            assert re.fullmatch(r"[+-]?Inf|NaN|-?\d+(\.\d+)?(e-?\d+)?", sample["value"])
            labels = tuple(
                (label, re.sub(r'\\[\\"n]', lambda one: _PLAIN[one[0]], value))
                for label, value in re.findall(_LABEL, sample[2] or "")
            )
            assert labels not in found[name]
            found[name][labels] = float(sample["value"])
    return found


def segment(row: dict[Any, Any]) -> str:
    return f"shop={row['shop']}" if "shop" in row else ""


@some
def test_prometheus(found: pdkl.Report) -> None:
    metrics = exposed(WRITE["prometheus"](found))
    assert list(metrics) == ["pdkl_passed", "pdkl_score", "pdkl_excess", "pdkl_missing"]
    assert metrics["pdkl_passed"] == {(): 0.0}
    for name in ("score", "excess", "missing"):
        expected = {
            (("column", row["column"]), ("segment", segment(row))): row[name]
            for row in found.frame.to_dict("records")
            if not math.isnan(row[name])
        }
        assert metrics[f"pdkl_{name}"] == expected
    assert math.inf in metrics["pdkl_score"].values()


# ---- Dagster and Great Expectations ---------------------------------------------------------


@some
def test_dagster(found: pdkl.Report) -> None:
    check = strict(WRITE["dagster"](found))
    assert set(check) == {"passed", "severity", "metadata"}
    assert check["passed"] is False
    assert check["severity"] in ("WARN", "ERROR")
    kinds: dict[str, type] = {"int": int, "float": float, "text": str, "md": str}
    for value in check["metadata"].values():
        assert set(value) == {"type", "raw_value"}
        assert type(value["raw_value"]) is kinds[value["type"]]
    assert check["metadata"].pop("report")["raw_value"] == found.to_markdown()
    assert {name: float(value["raw_value"]) for name, value in check["metadata"].items()} == (
        found.metrics()
    )


@some
def test_great_expectations(found: pdkl.Report) -> None:
    suite = strict(WRITE["great_expectations"](found))
    assert set(suite) == {
        *("success", "results", "statistics", "suite_name", "suite_parameters", "meta")
    }
    statuses = found.frame["status"].tolist()
    right = [status not in ("drift", "gone", "error", "empty") for status in statuses]
    assert suite["success"] is False
    assert [one["success"] for one in suite["results"]] == right
    assert suite["statistics"] == {
        "evaluated_expectations": len(right),
        "successful_expectations": sum(right),
        "unsuccessful_expectations": len(right) - sum(right),
        "success_percent": pytest.approx(100 * np.mean(right)),
    }
    for one, row in zip(suite["results"], found.frame.to_dict("records"), strict=True):
        assert set(one) == {"success", "expectation_config", "result", "meta", "exception_info"}
        assert set(one["expectation_config"]) == {"type", "kwargs", "meta"}
        assert re.fullmatch("expect_[a-z_]+", one["expectation_config"]["type"])
        assert one["expectation_config"]["kwargs"]["column"] == row["column"]
        score = one["result"]["observed_value"]
        assert math.isnan(row["score"]) if score is None else float(score) == row["score"]
        info = one["exception_info"]
        assert (
            info["raised_exception"]
            == (row["status"] == "error")
            == bool(info["exception_message"])
        )
        assert info["exception_traceback"] is None


def test_what_passes() -> None:
    frame = pd.DataFrame({"x": ["a", "b"] * 50})
    found = frame.info_theory.report(frame, rng=0)
    suite = WRITE["great_expectations"](found)
    assert (suite["success"], suite["statistics"]["success_percent"]) == (True, 100.0)
    assert WRITE["dagster"](found)["passed"] is True
    assert WRITE["told"](found) == (
        "pdkl: 0 of 1 comparisons are not well",
        ["No column drifted."],
    )
    # drift that is let pass
    half = frame.assign(y=frame["x"]).info_theory.report(
        frame.assign(y="a", x="b"), max_drifted=1.0, rng=0
    )
    assert set(half.frame["status"]) == {"drift"}
    assert WRITE["told"](half)[0] == "pdkl: 0 of 2 comparisons are not well"
    suite = WRITE["great_expectations"](half)
    assert (suite["success"], suite["statistics"]["success_percent"]) == (True, 100.0)


# ---- chats ----------------------------------------------------------------------------------


@some
def test_slack(found: pdkl.Report) -> None:
    message = strict(WRITE["slack"](found))
    assert set(message) == {"text", "blocks"}
    assert "<" not in message["text"]  # which is markup
    header, section = message["blocks"]
    assert (header["type"], section["type"]) == ("header", "section")
    for block, most in ((header, 150), (section, 3000)):
        assert block["text"]["type"] == "plain_text"
        assert 1 <= len(block["text"]["text"]) <= most
        assert block["text"]["emoji"] is False
    wrong = int(found.frame["status"].isin(["drift", "gone", "error", "empty"]).sum())
    assert f"{wrong} of {len(found.frame)} " in header["text"]["text"]
    assert ("more" in section["text"]["text"].splitlines()[-1]) == (wrong > 10)


@some
def test_teams(found: pdkl.Report) -> None:
    message = strict(WRITE["teams"](found))
    (attachment,) = message["attachments"]
    assert message["type"] == "message"
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    card = attachment["content"]
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.4")
    for block in card["body"]:
        assert block["type"] == "RichTextBlock"  # no Markdown, as a TextBlock has
        assert [run["type"] for run in block["inlines"]] == ["TextRun"]
        assert len(block["inlines"][0]["text"]) <= 200
    assert len(json.dumps(message)) < 28_000


# ---- the script -----------------------------------------------------------------------------


def test_files_are_written(tmp_path: Path) -> None:
    frame = pd.DataFrame({"x": ["a", "b"] * 50})
    frame.to_parquet(tmp_path / "before.parquet")
    frame.assign(x="a").to_parquet(tmp_path / "today.parquet")
    names = (tmp_path / name for name in ("before.parquet", "today.parquet", "out"))
    command = [sys.executable, "-W", "error", str(EXAMPLE), *map(str, names)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    out = tmp_path / "out"
    assert exposed((out / "pdkl.prom").read_text(encoding="utf-8"))["pdkl_passed"] == {(): 0.0}
    read = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in out.glob("*.json")}
    assert sorted(read) == ["dagster", "great_expectations", "mlflow", "slack", "teams"]
    assert read["mlflow"]["pdkl_rows_drift"] == 1
