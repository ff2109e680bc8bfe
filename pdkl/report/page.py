"""Reports for people: what the page and the notebook show, for the templates to place."""

from __future__ import annotations

import base64
import datetime
import hashlib
import json
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import pandas as pd

from pdkl._version import __version__
from pdkl.codes.labels import OTHER_TEXT
from pdkl.report import chart, findings, numbers, text
from pdkl.report.numbers import Numbers, in_order
from pdkl.report.plain import tally
from pdkl.results.reading import (
    JUDGED,
    count_statuses,
    judged_by,
    judged_in,
    keys_of,
    settings_of,
    worst_first,
)
from pdkl.results.statuses import BY_NAME, DRIFT, LEGEND, SKIPPED, STATUSES

_LONGEST, _SHORTEST = 120, 24  # letters of a category …
_LETTERS = 40_000  # … of which there are about so many in all
_ACROSS = 24  # letters of a segment above a column
_SPARSE = 5.0  # rows a category
_IN_NOTEBOOK = 15
_STEPS = (0.25, 0.5, 1.0, 2.0)  # the heatmap's shades, in thresholds
_DETAILS = {  # column -> how it is written
    "new_categories": text.whole,
    "unseen": text.share,
    "gone_categories": text.whole,
    "vanished": text.share,
    "out_of_range": text.share,
    "p_adjusted": text.p_value,
}


def html(
    frame: pd.DataFrame,
    categories: pd.DataFrame,
    others: pd.DataFrame,
    figures: Numbers,
    *,
    passed: bool,
) -> str:
    """Write the page."""
    script, style = _asset("report.js"), _asset("report.css")
    segment_of = text.segments(frame)
    order = worst_first(frame)
    context = {
        "policy": (
            "default-src 'none'; base-uri 'none'; form-action 'none'; "
            f"script-src '{_digest(script)}'; style-src '{_digest(style)}'"
        ),
        "script": script,
        "style": style,
        "data": _data(frame, categories, others, figures, order),
        "title": findings.title_of(frame),
        "names": findings.names_of(frame),
        "passed": passed,
        "tally": tally(frame),
        "found": findings.sentences(frame, categories, figures.figures, passed=passed),
        "facts": _facts(frame, segment_of),
        "terms": _terms(frame),
        "warnings": _warnings(frame, categories, others),
        "measure": judged_by(frame),
        "keys": text.keys(frame),
        "statuses": list(count_statuses(frame)),
        "rows": _rows(frame, segment_of, order),
        "heatmap": _heatmap(frame, segment_of),
        "chart": chart.over_time(frame),
        "rare": settings_of(frame)["rare"],
    }
    return _render("report.html.j2", context)


def notebook(frame: pd.DataFrame, *, passed: bool) -> str:
    """Write the worst rows as a small table."""
    order = worst_first(frame)
    rows = _rows(frame, text.segments(frame), order[:_IN_NOTEBOOK])
    context = {
        "title": findings.title_of(frame),
        "passed": passed,
        "tally": tally(frame),
        "measure": judged_by(frame),
        "keys": text.keys(frame),
        "rows": rows,
        "n_more": len(frame) - len(rows),
    }
    return _render("notebook.html.j2", context)


def _render(name: str, context: dict[str, Any]) -> str:
    try:
        import jinja2
    except ImportError:
        raise ImportError(
            "A report in HTML needs Jinja2, which is not installed. Install it with: "
            "pip install 'pdkl[report]'"
        ) from None
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_asset),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name).render(context)


@cache
def _asset(name: str) -> str:
    return (resources.files("pdkl.report") / "templates" / name).read_text(encoding="utf-8")


def _digest(content: str) -> str:
    """Return what the policy says of the one script, or the one style, that may act."""
    digest = hashlib.sha256(content.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


# ---- words ----------------------------------------------------------------------------------


def _facts(frame: pd.DataFrame, segment_of: Sequence[str]) -> list[tuple[str, str]]:
    """List what was compared, how much of it drifted, and when that was written."""
    columns = frame["column"].nunique()
    drifted = count_statuses(frame).get(DRIFT.name, 0)
    return [
        ("Compared", findings.compared(frame, findings.short)),
        ("Rows", _sides(frame)),
        ("Columns", f"{columns:,}"),
        ("Segments", _segments(frame, segment_of)),
        ("Drifted", f"{drifted:,} of {len(frame):,} ({text.share(drifted / max(len(frame), 1))})"),
        ("Written", f"{datetime.date.today().isoformat()}, by pdkl {__version__}"),
    ]


def _segments(frame: pd.DataFrame, segment_of: Sequence[str]) -> str:
    """Say how many segments there are, by what, and what time they cover."""
    if not keys_of(frame):
        return "none"
    found = f"{len(dict.fromkeys(segment_of)):,} by {text.keys(frame)}"
    if (name := chart.time_of(frame)) is None:
        return found
    times = frame[name].dropna()
    if times.empty:
        return found
    return f"{found}, from {text.key(times.min())} to {text.key(times.max())}"


def _terms(frame: pd.DataFrame) -> list[tuple[str, str]]:
    """List the rule, and what its terms mean in this report."""
    call = settings_of(frame)
    terms = [
        ("Direction", "data (P) against reference (Q)"),
        ("Rule", _rule(frame)),
        ("Unit", f"{call['unit']}; js_distance is in [0, 1], psi is in nat"),
        ("Smoothing", _smoothing(frame)),
        ("Zeros", _zeros(frame)),
        ("Missing values", _missing(frame)),
    ]
    if call["max_drifted"]:
        terms.append(("Passes", f"drift in up to {call['max_drifted']:.3g} of the rows judged"))
    if "rolling" in call:
        terms.append(("Windows", _windows(call["rolling"])))
    if call["weights"] is not None:
        terms.append(("Weights", f"rows are counted by {text.visible(str(call['weights']))}"))
    if call["blocks"] is not None:
        terms.append(("Blocks", f"rows of one {text.visible(str(call['blocks']))} move together"))
    return terms


def _sides(frame: pd.DataFrame) -> str:
    """Say how many rows are compared with how many."""
    call = settings_of(frame)
    if "window" in call:
        before = "the one" if call["window"] == 1 else f"the {call['window']:,}"
        return f"{_rows_of(call['rows'])}; each period against {before} before it"
    return f"{_rows_of(call['rows'])} against {_reference_rows(frame)}"


def _windows(rolling: dict[str, Any]) -> str:
    """Say which windows the segments are, and what that means for their scores."""
    shown = f"of {rolling['size']}, each {rolling['step']} later, told by their ends"
    return f"{shown}; {rolling['overlap']}" if "overlap" in rolling else shown


def _rule(frame: pd.DataFrame) -> str:
    """Say what decides, of each column where columns differ."""
    rules: dict[tuple[str, float, float], dict[str, None]] = {}
    for name, *rule in frame[["column", "measure", "threshold", "alpha"]].itertuples(index=False):
        rules.setdefault(tuple(rule), {})[name] = None
    if len(rules) == 1:
        ((measure, threshold, alpha),) = rules
        return (
            f"drift where {measure} exceeds noise by {threshold:g} or more and the adjusted "
            f"p-value is below {alpha:g}"
        )
    parts = [
        f"{measure}, {threshold:g}, {alpha:g} in {text.listed(list(names))}"
        for (measure, threshold, alpha), names in rules.items()
    ]
    return (
        "drift where the measure exceeds noise by the threshold or more and the adjusted p-value "
        f"is below alpha: {'; '.join(parts)}"
    )


def _smoothing(frame: pd.DataFrame) -> str:
    """Say what was added to the counts of which columns, and who asked for that."""
    call = settings_of(frame)
    names: dict[str, list[str]] = {}
    for name, pseudo in call["smoothing"].items():
        names.setdefault(str(pseudo), []).append(name)
    if not names:
        return "none"
    every = len(call["smoothing"]) == frame["column"].nunique()
    parts = [
        f"{pseudo} in {'every column' if every and len(names) == 1 else text.listed(own)}"
        for pseudo, own in names.items()
    ]
    why = ", as the measure could be infinite otherwise" if call["smoothing_added"] else ""
    return f"{'; '.join(parts)}{why}"


def _zeros(frame: pd.DataFrame) -> str:
    """Say what a category does that one side lacks."""
    zeros = settings_of(frame)["zeros"]
    if zeros == "inf":
        added = "where nothing is added" if settings_of(frame)["smoothing"] else "nothing is added"
        between = " " if settings_of(frame)["smoothing"] else "; "
        infinite = "a category on one side only makes kl_divergence and psi infinite"
        return f"{infinite}{between}{added}"
    if zeros == "raise":
        return "a column is in error where the measure would be infinite"
    if zeros == "drop":
        return "categories that one side lacks are left out where a measure divides by it"
    return f"the share of a category is at least {zeros:g} where a measure divides by it"


def _rows_of(size: float | None) -> str:
    return "an unknown number" if size is None else f"{size:,}"


def _reference_rows(frame: pd.DataFrame) -> str:
    call = settings_of(frame)
    return "shares that were given" if _is_fixed(frame) else _rows_of(call["rows_reference"])


def _is_fixed(frame: pd.DataFrame) -> bool:
    """Tell whether the reference is shares that were given, not counted."""
    return bool(settings_of(frame)["comparison"] == "mapping")


def _missing(frame: pd.DataFrame) -> str:
    call = settings_of(frame)
    if not call["dropna"]:
        return "a category; no row is dropped"
    if call["min_count"] is not None:
        return f"left out of their columns; told where they are {call['min_count']} or more"
    sides = f"{call['missing']:,} in data"
    if not _is_fixed(frame):
        sides += f" and {call['missing_reference']:,} in reference"
    return f"left out of their columns, over all columns {sides}"


def _warnings(frame: pd.DataFrame, categories: pd.DataFrame, others: pd.DataFrame) -> list[str]:
    """Say in words what the numbers alone may hide."""
    call = settings_of(frame)
    found: list[str] = []
    measured = pd.concat([frame["score"].rename(judged_by(frame)), others], axis=1)
    endless = np.isinf(measured.loc[:, ~measured.columns.duplicated()])
    if n := int(endless.any(axis=1).sum()):
        listed = " and ".join(name for name in endless if endless[name].any())
        found.append(
            f"Infinite: {listed} in {text.rows(n)}, as one side has categories that the other "
            "lacks. Open a row to see what share they hold: unseen and vanished."
        )
    least = frame[["n", "n_reference"]].min(axis=1).astype("Float64")
    scored = frame["score"].notna() & (frame["status"] != SKIPPED.name) & (least > 0)
    sparse = scored & (least < _SPARSE * frame["categories"]).fillna(False).astype(bool)
    if n := int(sparse.sum()):
        found.append(
            f"Sparse: in {text.rows(n)} a side has fewer than {_SPARSE:g} rows a category. Chance "
            "alone lifts such scores: read the excess and the noise floor."
        )
    if call["dropna"]:
        found.append(f"Dropped: missing values are {_missing(frame)}.")
    counts = count_statuses(frame)
    found += [
        f"{one.name.capitalize()}: {text.rows(counts[one.name])}. Each {one.warning}."
        for one in LEGEND
        if one.warning and one.name in counts
    ]
    if n := int((categories["flag"].str.contains("other")).sum()):
        found.append(
            f"Other: in {text.rows(n)} the categories that contribute least are summed up as "
            f"{OTHER_TEXT}, beyond {call['most_categories']}"
            + (
                "."
                if call["min_count"] is None
                else f", or with fewer than {call['min_count']} rows."
            )
        )
    if call["redact"] or call["min_count"] is not None:
        found.append(
            "Figures: means, quantiles, ranges and histograms of numbers and times are left out, "
            "as they could tell of single rows."
        )
    if call["redact"]:
        found.append("Redacted: categories, segments and bin edges are replaced by numbers.")
    return found


# ---- tables ---------------------------------------------------------------------------------


def _rows(
    frame: pd.DataFrame, segment_of: Sequence[str], order: Sequence[int]
) -> list[dict[str, Any]]:
    """Write the cells of each row."""
    score, excess, floor = JUDGED
    listed = frame.take(list(order)).to_dict("records")
    return [
        {
            "status": row["status"],
            "column": text.visible(row["column"]),
            "note": text.clipped(text.visible(row["note"]), 400),
            "segment": segment_of[i],
            "kind": row["kind"] if isinstance(row["kind"], str) else text.ABSENT,
            "score": text.number(row[score]),
            "floor": text.number(row[floor]),
            "excess": text.number(row[excess]),
            "threshold": f"{row['threshold']:g}",
            "n": text.whole(row["n"]),
            "n_reference": text.whole(row["n_reference"]),
            "k": text.whole(row["categories"]),
            "missing": text.share(row["missing"]),
            "missing_reference": text.share(row["missing_reference"]),
        }
        for i, row in zip(order, listed, strict=True)
    ]


def _heatmap(frame: pd.DataFrame, segment_of: Sequence[str]) -> dict[str, Any] | None:
    """Arrange the scores as columns by segments, shaded by excess over threshold."""
    across = list(dict.fromkeys(segment_of))
    if len(across) < 2:
        return None
    status, excess = frame["status"].map(BY_NAME), judged_in(frame).to_numpy()
    limit = frame["threshold"].clip(lower=1e-12).to_numpy()
    shades = np.searchsorted(_STEPS, excess / limit, "right")
    cells = [
        {
            "shade": int(shades[i]),
            "text": text.number(score).removeprefix("0"),
            "status": one.name,
            "scored": not np.isnan(excess[i]),
            "marked": bool(one.mark),
        }
        for i, (one, score) in enumerate(zip(status, frame["score"], strict=True))
    ]
    width = len(frame) // len(across)
    names = [text.visible(name) for name in frame["column"].iloc[:width]]
    return {
        "segments": [text.clipped(segment, _ACROSS) for segment in across],
        "rows": [(name, cells[place::width]) for place, name in enumerate(names)],
    }


def _data(
    frame: pd.DataFrame,
    categories: pd.DataFrame,
    others: pd.DataFrame,
    figures: Numbers,
    order: Sequence[int],
) -> str:
    """Write what the script needs to open a row, as JSON that no tag can end."""
    several = len(frame["measure"].drop_duplicates()) > 1
    words = ["measure"] if several else []  # the head of the table names the only one
    extra = [name for name in others if name != judged_by(frame)]
    listed = pd.concat([frame, others], axis=1).to_dict("records")
    names: dict[str, int] = {}
    fixed = _is_fixed(frame)
    longest = _LETTERS // max(categories["category"].nunique(), 1)
    longest = min(max(longest, _SHORTEST), _LONGEST)
    entries: dict[int, list[list[Any]]] = {}
    ordered = figures.ordered(frame)
    for entry in in_order(categories, ordered).to_dict("records"):
        shown = entry["category"]
        if ordered[entry["row"]]:
            shown = text.plain_edges(shown)
        label = text.clipped(text.visible(shown), longest)
        part = entry["contribution"]
        share = None if np.isnan(part) else float(f"{part:.3g}")
        counts = [entry["count"], entry["q" if fixed else "count_reference"]]
        compact = [names.setdefault(label, len(names)), *counts, share]
        if "missing" in entry["flag"]:
            compact.append(-1)
        elif "other" in entry["flag"]:
            compact.append(entry.get("categories", -2))
        entries.setdefault(entry["row"], []).append(compact)
    document = {
        "rare": settings_of(frame)["rare"],
        "fixed": fixed,
        "statuses": [one.name for one in STATUSES],
        "details": [*words, *_DETAILS, *extra],
        "names": list(names),
        "rows": [
            [
                [text.visible(listed[i][name]) for name in words]
                + [write(listed[i][name]) for name, write in _DETAILS.items()]
                + [text.number(listed[i][name]) for name in extra],
                entries.get(i, []),
            ]
            for i in order
        ],
        "numbers": {
            "sides": findings.names_of(frame),
            "ordered": "".join("01"[int(ordered[i])] for i in order),
            **numbers.data(figures, order),
        },
    }
    written = json.dumps(document, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
    return written.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
