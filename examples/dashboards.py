"""What a report says to dashboards and chats: plain text and JSON, which need no package of theirs.

Run it with ``python examples/dashboards.py REFERENCE.parquet TODAY.parquet FOLDER``; it writes a
file for each. JSON has no infinity and no NaN, so each says what it makes of them.
"""

from __future__ import annotations

import json
import math
import sys
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pandas as pd

import pdkl

FAILING = ("drift", "gone", "error", "empty")
LONGEST = 250  # letters of a name that MLflow takes
GAUGES = {
    "score": "How far the column is from the reference.",
    "excess": "By how much that exceeds chance.",
    "missing": "The share of missing values.",
}
CARD = {"$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "version": "1.4"}


def mlflow(report: pdkl.Report) -> dict[str, float]:
    """Give ``mlflow.log_metrics`` its argument.

    Infinity is the largest float, as MLflow's databases hold it.
    """
    largest, found = sys.float_info.max, {}
    for name, value in report.metrics().items():
        digest = blake2b(name.encode(), digest_size=6).hexdigest()
        short = name if len(name) <= LONGEST else f"{name[:200]}_{digest}_{name[-20:]}"
        found[short] = max(-largest, min(largest, float(value)))
    return found


def prometheus(report: pdkl.Report) -> str:
    """Write the text format, for node_exporter's folder of ``.prom`` files or a Pushgateway."""
    lines = ["# HELP pdkl_passed Whether the gate passes.", "# TYPE pdkl_passed gauge"]
    lines.append(f"pdkl_passed {int(report.passed)}")
    for name, what in GAUGES.items():
        lines += [f"# HELP pdkl_{name} {what}", f"# TYPE pdkl_{name} gauge"]
        for row in rows(report):
            if not pd.isna(row[name]):
                labels = [f'{label}="{escaped(row[label])}"' for label in ("column", "segment")]
                value = str(float(row[name])).replace("inf", "Inf")
                lines.append(f"pdkl_{name}{{{','.join(labels)}}} {value}")
    return "\n".join(lines) + "\n"


def dagster(report: pdkl.Report) -> dict[str, Any]:
    """Give ``context.report_asset_check`` of Dagster Pipes its arguments.

    Infinity is a text.
    """
    metadata = {"report": {"type": "md", "raw_value": report.to_markdown()}}
    for name, value in report.metrics().items():
        kind = "int" if isinstance(value, int) else "float" if math.isfinite(value) else "text"
        metadata[name] = {"type": kind, "raw_value": json_value(value)}
    return {"passed": report.passed, "severity": "ERROR", "metadata": metadata}


def great_expectations(report: pdkl.Report) -> dict[str, Any]:
    """Write what Great Expectations says of a suite, with an expectation for each row.

    Infinity is a text, and what has no value is null.
    """
    results = [expectation(row) for row in rows(report)]
    good = sum(one["success"] for one in results)
    statistics = {
        "evaluated_expectations": len(results),
        "successful_expectations": good,
        "unsuccessful_expectations": len(results) - good,
        "success_percent": 100 * good / len(results) if results else None,
    }
    said = {"suite_name": "pdkl drift", "suite_parameters": {}, "meta": {"pdkl": pdkl.__version__}}
    return {"success": report.passed, "results": results, "statistics": statistics, **said}


def expectation(row: dict[Any, Any]) -> dict[str, Any]:
    """Write what is found of one row."""
    asked = ("column", "segment", "measure", "threshold")
    is_error = row["status"] == "error"
    return {
        "success": not row["fails"],
        "expectation_config": {
            "type": "expect_column_not_to_drift",
            "kwargs": {name: json_value(row[name]) for name in asked},
            "meta": {},
        },
        "result": {
            "observed_value": json_value(row["score"]),
            "details": {name: json_value(row[name]) for name in ("status", "top_category", "note")},
        },
        "meta": {},
        "exception_info": {
            "raised_exception": is_error,
            "exception_message": row["note"] if is_error else None,
            "exception_traceback": None,
        },
    }


def slack(report: pdkl.Report) -> dict[str, Any]:
    """Write a message for a webhook of Slack, as text in which no value acts as a mention."""
    title, lines = told(report)
    head, body = (
        {"type": "plain_text", "text": text, "emoji": False} for text in (title, "\n".join(lines))
    )
    return {
        "text": title,
        "blocks": [{"type": "header", "text": head}, {"type": "section", "text": body}],
    }


def teams(report: pdkl.Report) -> dict[str, Any]:
    """Write a card for a webhook of Teams, as runs of text in which no value acts as a link."""
    title, lines = told(report)
    body = [
        {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": line}]}
        for line in (title, *lines)
    ]
    card = {"type": "AdaptiveCard", **CARD, "body": body}
    kind = "application/vnd.microsoft.card.adaptive"
    return {"type": "message", "attachments": [{"contentType": kind, "content": card}]}


def told(report: pdkl.Report) -> tuple[str, list[str]]:
    """Say in at most twelve lines of 200 letters what fails, the largest excess first."""
    found = sorted(
        (row for row in rows(report) if row["fails"]),
        key=lambda row: -math.inf if pd.isna(row["excess"]) else row["excess"],
        reverse=True,
    )
    title = f"pdkl: {len(found)} of {len(report.frame)} comparisons are not well"
    lines = [
        f"{row['status']}: {row['column']} {row['segment']}".strip()[:120]
        + f": {row['note'] or 'most from ' + str(row['top_category'])}"[:79]
        for row in found[:10]
    ]
    more = [f"and {len(found) - 10} more"] if len(found) > 10 else []
    return title, [*lines, *more] or ["No column drifted."]


def rows(report: pdkl.Report) -> list[dict[Any, Any]]:
    """List the rows of a report, with their groups as one text, and whether they fail."""
    frame, may_fail = report.frame, () if report.passed else FAILING
    keys = list(frame.columns[: list(frame.columns).index("column")])
    return [
        {
            **row,
            "segment": ", ".join(f"{key}={row[key]}" for key in keys),
            "fails": row["status"] in may_fail,
        }
        for row in frame.to_dict("records")
    ]


def escaped(value: Any) -> str:
    """Write a label for Prometheus."""
    return str(value).replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def json_value(value: Any) -> Any:
    """Return what JSON has for a value."""
    if pd.isna(value):
        return None
    if isinstance(value, (int, float)):
        return value if math.isfinite(value) else str(value)
    return str(value)


def main() -> None:
    """Compare two files, and write what each system reads."""
    reference, today, folder = map(Path, sys.argv[1:])
    report = pdkl.scan(today).report(pdkl.scan(reference), rng=0)
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / "pdkl.prom.new"  # node_exporter may look at any time
    unfinished.write_text(prometheus(report), encoding="utf-8")
    unfinished.replace(folder / "pdkl.prom")
    for write in (mlflow, dagster, great_expectations, slack, teams):
        text = json.dumps(write(report), allow_nan=False, indent=1)
        (folder / f"{write.__name__}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
