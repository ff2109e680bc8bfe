"""Reports for people: what the page shows, for its template to place."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from pdkl._version import __version__
from pdkl.codes.labels import OTHER_TEXT
from pdkl.report import changes as over_time
from pdkl.report import chart, findings, table, text
from pdkl.report.heatmap import heatmap
from pdkl.report.numbers import CLOCK, SIDES, Numbers
from pdkl.report.plain import tally
from pdkl.report.rendering import asset, digest, render, style
from pdkl.results.reading import (
    FEW,
    count_statuses,
    is_fixed,
    judged_by,
    keys_of,
    settings_of,
    too_few,
    worst_first,
)
from pdkl.results.statuses import DRIFT, LEGEND, SKIPPED

_SPARSE = 5.0  # rows a category
# of measures that are 1, in the unit of reports, where and only where no category is on both sides
_APART = frozenset({"js_distance", "js_divergence", "total_variation", "hellinger"})


def html(
    frame: pd.DataFrame,
    categories: pd.DataFrame,
    others: pd.DataFrame,
    figures: Numbers,
    changes: pd.DataFrame | None,
    shares: pd.DataFrame | None,
    *,
    passed: bool,
) -> str:
    """Write the page."""
    script, look = asset("report.js"), style()
    changed = over_time.changes_of(changes, shares)
    segment_of = text.segments(frame)
    order = worst_first(frame)
    rows = table.rows(frame, segment_of, order)
    shown, n_told, n_quiet = table.without_script(rows)
    context = {
        "policy": (
            "default-src 'none'; base-uri 'none'; form-action 'none'; "
            f"script-src '{digest(script)}'; style-src '{digest(look)}'"
        ),
        "script": script,
        "style": look,
        "data": table.data(frame, categories, others, figures, rows, order),
        "title": findings.title_of(frame),
        "names": findings.names_of(frame),
        "passed": passed,
        "tally": tally(frame),
        "found": findings.sentences(frame, categories, figures.figures, changed, passed=passed),
        "facts": _facts(frame, segment_of, figures.times),
        "terms": _terms(frame),
        "warnings": _warnings(frame, categories, others),
        "measure": judged_by(frame),
        "scale": _scale(judged_by(frame)),
        "keys": text.keys(frame),
        "statuses": list(count_statuses(frame)),
        "rows": shown,
        "left_out": {"told": n_told, "quiet": n_quiet},
        "heatmap": heatmap(frame, segment_of),
        "chart": chart.over_time(frame, changed),
        "changes": over_time.section(frame, changes, shares, changed),
        "rare": settings_of(frame)["rare"],
    }
    return render("report.html.j2", context)


# ---- words ----------------------------------------------------------------------------------


def _facts(
    frame: pd.DataFrame, segment_of: Sequence[str], times: pd.DataFrame
) -> list[tuple[str, str]]:
    """List what was compared, how much of it drifted, and when that was written."""
    columns = frame["column"].nunique()
    drifted = count_statuses(frame).get(DRIFT.name, 0)
    return [
        ("Compared", findings.compared(frame, findings.short)),
        ("Rows", _sides(frame)),
        ("Columns", f"{columns:,}"),
        ("Segments", _segments(frame, segment_of)),
        *_period(frame, times),
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


def _period(frame: pd.DataFrame, times: pd.DataFrame) -> list[tuple[str, str]]:
    """Say from when to when each side goes by its first clock, unless the segments tell."""
    is_clock = times["row"].isin(np.flatnonzero(frame["kind"] == CLOCK))
    known = times[is_clock & times["first"].notna()]
    if known.empty or chart.time_of(frame) is not None:
        return []
    one = known[known["column"] == known["column"].iloc[0]]
    spans = []
    for name in SIDES:
        side = one[one["side"] == name]
        if side.empty:
            return []
        ends = side["first"].min(), side["last"].max()
        days = [end.partition(" ")[0] for end in ends]
        spans.append(" to ".join(days if days[0] != days[1] else dict.fromkeys(ends)))
    return [("Period", f"{' against '.join(spans)}, by {findings.short(known['column'].iloc[0])}")]


def _scale(measure: str) -> str:
    """Say what the score of a row means, to who sees it for the first time."""
    apart = " and 1 where they have nothing in common" if measure in _APART else ""
    return f"{measure} is 0 where both sides are alike{apart}; excess is how far above chance"


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
    return "shares that were given" if is_fixed(frame) else _rows_of(call["rows_reference"])


def _missing(frame: pd.DataFrame) -> str:
    call = settings_of(frame)
    if not call["dropna"]:
        return "a category; no row is dropped"
    if call["min_count"] is not None:
        return f"left out of their columns; told where they are {call['min_count']} or more"
    sides = f"{call['missing']:,} in data"
    if not is_fixed(frame):
        sides += f" and {call['missing_reference']:,} in reference"
    return f"left out of their columns, over all columns {sides}"


def _warnings(frame: pd.DataFrame, categories: pd.DataFrame, others: pd.DataFrame) -> list[str]:
    """Say in words what the numbers alone may hide."""
    call = settings_of(frame)
    counts = count_statuses(frame)
    found = [
        f"{one.name.capitalize()}: {text.rows(counts[one.name])}. Each {one.warning}."
        for one in LEGEND
        if one.warning and one.name in counts
    ]
    if call["dropna"]:
        found.append(f"Dropped: missing values are {_missing(frame)}.")
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
    if n := int(too_few(frame).sum()):
        found.append(
            f"Few: in {text.rows(n)} a side has fewer than {FEW} rows, too few to tell drift from "
            "chance."
        )
    if n := int(sparse.sum()):
        found.append(
            f"Sparse: in {text.rows(n)} a side has fewer than {_SPARSE:g} rows a category. Chance "
            "alone lifts such scores: read the excess and the noise floor."
        )
    if n := int((categories["flag"].str.contains("other")).sum()):
        found.append(
            f"Other: in {text.rows(n)} the categories that contribute least are summed up as "
            f"{OTHER_TEXT}, {_beyond(call['most_categories'])}"
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


def _beyond(most: dict[str, int]) -> str:
    """Say how many categories a row has: fewer where nobody has to look at it."""
    told, quiet = most["told"], most["quiet"]
    return f"beyond {told}" + (f", in rows that are ok or skipped {quiet}" if quiet < told else "")
