"""When columns changed: in sentences, and as small pictures of shares over time."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pdkl.codes.labels import MISSING_TEXT, OTHER_TEXT
from pdkl.core.numerics.exact import FloatArray
from pdkl.report import text
from pdkl.report.rendering import render
from pdkl.report.ticks import depth_of, path, placing, step_of, ticks
from pdkl.results.reading import EXCESS, is_missing, keys_of, settings_of
from pdkl.results.times import Moments, read_moments

NOT_LOOKED_FOR = "no_changes"  # what a report's settings say of why
_ANOMALY, _MEASURE = "anomaly", "js_distance"
_TOLD = 3  # columns in a sentence
_OPEN = 3  # pictures that are seen at once
_LISTED = 8  # changes beside a picture
_MARKED = 40  # changes in a picture
_POINTS = 80  # of a line
_BYTES = 54_000  # of all pictures, with what stands beside them
_WIDTH, _BASE = 720, 132  # how wide it is, and where the axis of time stands
_LEFT, _RIGHT, _TOP = 44, 12, 16
_DAY = re.compile(r"\d{4,}-\d\d-\d\d")

Write = Callable[[str], str]


class Change(NamedTuple):
    """A change or an anomaly of a column in a group."""

    column: str
    segment: str  # empty where there are no other keys
    is_anomaly: bool
    start: Any
    end: Any
    driver: str  # empty where none is known
    by: float  # how much its share moved, NaN where that is not known
    score: float
    excess: float
    p_value: float
    note: str

    @property
    def place(self) -> tuple[str, str]:
        """The column and the group."""
        return self.column, self.segment


def changes_of(changes: pd.DataFrame | None, shares: pd.DataFrame | None) -> list[Change]:
    """List what changed, in the order of the frame; nothing of the first stretch of each."""
    if changes is None:
        return []
    panels = _panels(shares)
    segments = text.segments(changes) if keys_of(changes) else [""] * len(changes)
    rows = changes.assign(segment=segments).to_dict("records")
    own: dict[tuple[str, str], list[dict[Any, Any]]] = {}
    for row in rows:
        own.setdefault((row["column"], row["segment"]), []).append(row)
    return [
        Change(
            row["column"],
            row["segment"],
            row["kind"] == _ANOMALY,
            row["start"],
            row["end"],
            "" if is_missing(row["top_category"]) else row["top_category"],
            _moved(panels.get(place), row, parts),
            *(row[name] for name in (_MEASURE, f"{_MEASURE}{EXCESS}", "p_value", "note")),
        )
        for place, parts in own.items()
        for row in parts
        if not is_missing(row["p_value"])
    ]


def sentence(found: Sequence[Change], write: Write) -> str:
    """Say when the columns that changed most did, each at its largest change; empty where none."""
    worst: dict[str, Change] = {}
    for one in sorted(found, key=lambda one: -one.excess):
        worst.setdefault(one.column, one)
    told = []
    for one in list(worst.values())[:_TOLD]:
        place = f" in {write(one.segment)}" if one.segment else ""
        verb = "was unusual" if one.is_anomaly else "changed"
        why = driven(one, write)
        told.append(f"{write(one.column)}{place} {verb} {_on(one.start)}{': ' if why else ''}{why}")
    n_more = len(worst) - len(told)
    more = [f"{n_more:,} more {'column' if n_more == 1 else 'columns'} changed"] if n_more else []
    return "; ".join([*told, *more])


def driven(one: Change, write: Write) -> str:
    """Say what drives a change, and by how much, as far as that is known."""
    if not one.driver:
        return ""
    name = "missing values" if one.driver == MISSING_TEXT else write(one.driver)
    if np.isnan(one.by) or one.by == 0.0:
        return f"mostly {name}"
    less = "fewer" if one.driver == MISSING_TEXT else "less"
    return f"{'more' if one.by > 0.0 else less} {name} ({text.points(one.by)})"


def moment(value: Any) -> str:
    """Write a time; one at midnight is its day, in whatever zone."""
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        value = value.date()
    return text.key(value)


def _on(value: Any) -> str:
    """Write a time as part of a sentence."""
    shown = moment(value)
    return f"{'on' if _DAY.fullmatch(shown) else 'at' if ':' in shown else 'in'} {shown}"


# ---- the section of the page ----------------------------------------------------------------


def section(
    frame: pd.DataFrame,
    changes: pd.DataFrame | None,
    shares: pd.DataFrame | None,
    found: list[Change],
) -> dict[str, Any] | None:
    """Write the pictures of what changed most, as many as have room; None without a time."""
    reason = settings_of(frame).get(NOT_LOOKED_FOR, "")
    if changes is None:
        return (
            {"note": f"Not looked for: {text.visible(reason)}.", "panels": []} if reason else None
        )
    by_place: dict[tuple[str, str], list[Change]] = {}
    for one in sorted(found, key=lambda one: -one.excess):
        by_place.setdefault(one.place, []).append(one)
    panels, left = _panels(shares), _BYTES
    written: list[str] = []
    for place, own in by_place.items():
        if place not in panels:
            continue
        shown = render(
            "change.html.j2", _drawn(panels[place], own) | {"open": len(written) < _OPEN}
        )
        left -= len(shown.encode())
        if left < 0:
            break
        written.append(shown)
    return {
        "note": _note(changes, n_changed=len(by_place), n_drawn=len(written)),
        "panels": written,
    }


def _note(changes: pd.DataFrame, *, n_changed: int, n_drawn: int) -> str:
    """Say what was looked at, and what is not drawn."""
    settings = settings_of(changes)
    n_places = len(set(_places(changes)))
    grouped = " and segments" if keys_of(changes) else ""
    said = (
        f"The periods of each column are cut where its shares changed: {n_changed:,} of "
        f"{n_places:,} columns{grouped} did. The chance of any cut where nothing changed is about "
        f"{settings.get('alpha', 0.05):.0%}. Lines are shares; where there are more than {_POINTS} "
        "periods, neighbours are added up."
    )
    if "looked_at" in settings:
        said += (
            f" Looked at are {len(settings['looked_at']):,} of {settings['columns']:,} columns, "
            "those that drifted most, as there are many periods."
        )
    if n_more := n_changed - n_drawn:
        said += f" {n_more:,} more {'is' if n_more == 1 else 'are'} in report.changes."
    return said


def _places(changes: pd.DataFrame) -> Iterator[tuple[str, str]]:
    return zip(changes["column"], text.segments(changes), strict=True)


class _Panel(NamedTuple):
    """The shares of a column in a group: a row for each period, a column for each category."""

    names: list[str]
    moments: Moments
    counts: FloatArray

    @property
    def totals(self) -> FloatArray:
        return np.asarray(self.counts.sum(axis=1), dtype=np.float64)


def _panels(shares: pd.DataFrame | None) -> dict[tuple[str, str], _Panel]:
    """Arrange the shares by column and group."""
    if shares is None or shares.empty:
        return {}
    *others, time = keys_of(shares)
    segments = text.segments(shares[[*others, "column"]]) if others else [""] * len(shares)
    of_place: dict[tuple[str, str], list[int]] = {}
    for i, place in enumerate(zip(shares["column"], segments, strict=True)):
        of_place.setdefault(place, []).append(i)
    found: dict[tuple[str, str], _Panel] = {}
    for place, rows in of_place.items():
        own = shares.iloc[rows]
        names = list(dict.fromkeys(own["category"]))
        counts = own["count"].to_numpy(np.float64).reshape(-1, len(names))
        found[place] = _Panel(names, read_moments(own[time].iloc[:: len(names)]), counts)
    return found


def _moved(panel: _Panel | None, row: dict[Any, Any], parts: list[dict[Any, Any]]) -> float:
    """Return by how much the share of what drives a part moved, from what it is compared with."""
    if panel is None or row["top_category"] not in panel.names:
        return np.nan
    before = row["stretch"] - (row["kind"] != _ANOMALY)
    compared = [one for one in parts if one["stretch"] == before and one["kind"] != _ANOMALY]
    odd = [one for one in parts if one["kind"] == _ANOMALY and one is not row]
    without = ~_within(panel, odd)
    own, other = _within(panel, [row]) & without, _within(panel, compared) & without
    if row["kind"] == _ANOMALY:
        other &= ~own
    count = panel.counts[:, panel.names.index(row["top_category"])]
    total = panel.totals
    if not own.any() or not other.any():
        return np.nan
    return float(count[own].sum() / total[own].sum() - count[other].sum() / total[other].sum())


def _within(panel: _Panel, parts: list[dict[Any, Any]]) -> NDArray[np.bool_]:
    """Tell which periods are in any of some parts."""
    inside = np.zeros(len(panel.counts), dtype=bool)
    for part in parts:
        start, end = read_moments(pd.Series([part["start"], part["end"]])).when
        inside |= (panel.moments.when >= start) & (panel.moments.when <= end)
    return inside


def _drawn(panel: _Panel, own: list[Change]) -> dict[str, Any]:
    """Place the lines of a picture, the cuts and the marks, and list what drives them."""
    column, segment = own[0].place
    place = placing(panel.moments, _LEFT, _WIDTH - _RIGHT)
    named = [i for i, name in enumerate(panel.names) if name != OTHER_TEXT]
    # neighbouring periods are added where there are more than a line has points
    bins = np.arange(len(panel.counts)) * min(_POINTS, len(panel.counts)) // len(panel.counts)
    total = np.bincount(bins, panel.totals)
    shares = [np.bincount(bins, panel.counts[:, i]) / total for i in named]
    x = np.bincount(bins, place(panel.moments.when)) / np.bincount(bins)
    top = min(max(float(share.max()) for share in shares) * 1.05, 1.0)

    def y(share: float) -> float:
        return round(_BASE - share / top * (_BASE - _TOP), 1)

    times = ticks(panel.moments, _LEFT, _WIDTH - _RIGHT, width=_WIDTH)
    average = panel.counts.sum(axis=0) / panel.totals.sum()
    listed = _in_time(own[:_LISTED])
    return {
        "name": text.clipped(text.visible(column), 60),
        "segment": text.clipped(text.visible(segment), 60),
        "said": _counted(own),
        "width": _WIDTH,
        "height": _BASE + depth_of(times),
        "left": _LEFT,
        "right": _WIDTH - _RIGHT,
        "top": _TOP,
        "bottom": _BASE,
        "ticks": times,
        "grid": [(y(share), _percent(share)) for share in np.arange(0.0, top, step_of(top / 3))],
        "lines": [
            {
                "place": i,
                "name": text.clipped(text.visible(panel.names[of]), 40),
                "share": text.share(average[of]),
                "path": path(zip(x.tolist(), map(y, share.tolist()), strict=True)),
            }
            for i, (of, share) in enumerate(zip(named, shares, strict=True))
        ],
        "marks": [
            {
                "x": round(float(place(start_of(one))), 1),
                "anomaly": one.is_anomaly,
                "text": said(one),
            }
            for one in _in_time(own[:_MARKED])
        ],
        "listed": [
            {"when": _span(one), "anomaly": one.is_anomaly, "why": _why(one)} for one in listed
        ],
        "n_more": max(len(own) - _LISTED, 0),
        "note": text.visible("; ".join(dict.fromkeys(one.note for one in own if one.note))),
    }


def said(one: Change) -> str:
    """Say of a mark what it is."""
    what = "was unusual" if one.is_anomaly else "changed"
    place = f" in {short(one.segment)}" if one.segment else ""
    numbers = f"{_MEASURE} {text.number(one.score)}, p {text.p_value(one.p_value)}"
    return f"{short(one.column)}{place} {what} {_on(one.start)}: {_why(one)}, {numbers}"


def _why(one: Change) -> str:
    why = driven(one, short)
    return f"{why}{'; ' if why else ''}excess {text.number(one.excess)}"


def short(value: str) -> str:
    """Write a name or value so that no line runs on."""
    return text.clipped(text.visible(value), 40)


def _span(one: Change) -> str:
    first, last = moment(one.start), moment(one.end)
    if not one.is_anomaly:
        return f"from {first}"
    return first if first == last else f"{first} to {last}"


def _counted(own: list[Change]) -> str:
    """Say how many changes and anomalies there are."""
    odd = sum(one.is_anomaly for one in own)
    cuts = len(own) - odd
    parts = [f"{cuts:,} {'change' if cuts == 1 else 'changes'}"] if cuts else []
    parts += [f"{odd:,} {'anomaly' if odd == 1 else 'anomalies'}"] if odd else []
    return ", ".join(parts)


def start_of(one: Change) -> np.datetime64:
    """Return when a change begins, as a moment that can be placed."""
    found: np.datetime64 = read_moments(pd.Series([one.start])).when[0]
    return found


def _in_time(some: list[Change]) -> list[Change]:
    return sorted(some, key=start_of)


def _percent(share: float) -> str:
    return f"{100.0 * share:.3g}%"
