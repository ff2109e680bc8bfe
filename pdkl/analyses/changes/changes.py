"""When it changed: the periods of each column cut into stretches, beside the stretch before."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from pdkl.analyses.changes.beside import compare
from pdkl.analyses.changes.sequences import Clock, Counted, Row, search
from pdkl.analyses.drift.deciding import read_difference
from pdkl.codes.intervals import Binner, read_binning
from pdkl.codes.keys import take_keys
from pdkl.codes.labels import as_text, parts_of
from pdkl.codes.scales import NUMBER
from pdkl.comparing.inference import on_record
from pdkl.core.changes.stretches import Settings
from pdkl.core.counts.counts import Counts, require_whole
from pdkl.core.inference.multiplicity import adjusted
from pdkl.core.measures.catalogue import unit_of
from pdkl.core.measures.measure import Measure
from pdkl.core.numerics.exact import IntArray
from pdkl.core.validation import number_in, whole_number
from pdkl.counting.apart import apart, noting, reasons, remaining, warn_of_left_out
from pdkl.counting.both_sides import in_order
from pdkl.counting.count import count
from pdkl.counting.pandas_counts import LabelledCounts
from pdkl.counting.settled import Settled, settle_columns
from pdkl.request.keywords import Request
from pdkl.request.parse import plain, read_columns, require_no_rolling
from pdkl.request.resolve import ResolvedRequest, resolve
from pdkl.results import tidy
from pdkl.results.reading import EXCESS, NOISE_FLOOR
from pdkl.results.tidy import text_column

_EXPLAINED = ("p_value", "p_adjusted", "top_category", "top_contribution", "note")
_STRETCH, _ANOMALY = "stretch", "anomaly"


def changes(
    data: Any,
    request: Request,
    *,
    measure: Any,
    alpha: Any,
    season: Any,
    phi: Any,
    block: Any,
    anomalies: Any,
) -> pd.DataFrame:
    """Answer `InfoTheory.changes`."""
    settings, length = _read_settings(alpha, season, phi, block, anomalies)
    one = read_difference("measure", measure)
    if one.ordered:
        raise ValueError(
            f"measure must compare categories, as stretches do; {one.name} compares values in "
            "their order. Choose one such as 'js_distance', 'psi' or 'total_variation'."
        )
    resolved = _resolved(data, replace(request, measures=(one,)))
    settled = settle_columns(resolved)
    clock, sides = _counted(resolved, settled)
    warn_of_left_out(settled.wrong)
    asked = {"alpha": alpha, "season": season, "phi": phi, "block": block, "anomalies": anomalies}
    asked["edges"] = _edges(settled)
    lacking = {
        "left_out": reasons(settled.wrong),
        "skipped": {as_text(name): why for name, why in settled.skipped.items()},
    }
    return cut(resolved, clock, sides, settings, length, asked, lacking)[0]


def cut(
    resolved: ResolvedRequest,
    clock: Clock,
    sides: Sequence[Counted],
    settings: Settings,
    length: int | None,
    asked: Mapping[str, Any],
    lacking: Mapping[str, Any],
) -> tuple[pd.DataFrame, list[Row]]:
    """Cut what was counted; return the answer, and the part that each of its rows is.

    ``asked`` and ``lacking`` are the settings, and what is left out.
    """
    rows, facts = search(clock, sides, settings, length)
    frame, inference = _frame(resolved, clock, sides, rows)
    frame.attrs["pdkl"] = resolved.attributes(
        {
            **_described(resolved.request),
            **asked,
            "inference": on_record(inference),
            **lacking,
            "sequences": facts,
            "unit": unit_of(resolved.request.measures[0], resolved.options.unit),
        }
    )
    return frame, rows


def _edges(settled: Settled) -> dict[str, list[float]]:
    """Say where numbers were cut, so that ``bins=`` of another call can cut them there as well."""
    return {
        as_text(name): [float(edge) for edge in encoder.bins.edges]
        for name, encoder in settled.encoders.items()
        if isinstance(encoder, Binner) and encoder.scale == NUMBER and len(encoder.bins.edges) > 2
    }


def _read_settings(
    alpha: Any, season: Any, phi: Any, block: Any, anomalies: Any
) -> tuple[Settings, int | None]:
    """Check the keywords of the search; also return the rhythm, where one is given.

    The level is that of all sequences together.
    """
    periods = "a whole number of periods, at least"
    auto = isinstance(season, str) and season == "auto"
    length = None
    if season is not None and not auto:
        length = whole_number("season", season, 2, f"'auto', None, or {periods} 2")
    if phi is not None:
        allowed = "None, or a finite number of at least 1"
        phi = number_in("phi", phi, 1.0, np.inf, allowed, closed_low=True)
    if block is not None:
        block = whole_number("block", block, 1, f"None, or {periods} 1")
    settings = Settings(
        level=number_in("alpha", alpha, 0.0, 1.0, "a number in (0, 1)"),
        only_if_shown=auto,
        phi=phi,
        block=block,
        anomalies=whole_number("anomalies", anomalies, 0, f"{periods} 0"),
    )
    return settings, length


def _resolved(data: Any, request: Request) -> ResolvedRequest:
    """Bind the request to the data, and read the columns asked for."""
    if request.by is None or request.by == []:
        raise TypeError(
            f"changes() needs by=, whose last key is the time; got by={request.by!r}. Name it: "
            'by=pd.Grouper(key="date", freq="D").'
        )
    require_no_rolling(request.by, "changes() cuts the time into stretches that share no row")
    resolved = resolve(data, request, columns_shown)
    head = resolved.source.head
    columns = read_columns(
        *("columns", request.columns, head, resolved.excluded, list(head.columns)),
        resolved.exclude,
    )
    if resolved.keys[-1] in parts_of(columns):
        raise ValueError(
            f"columns names {resolved.keys[-1]!r}, the time that by cuts: it changes by "
            "definition. Leave it out of columns."
        )
    return resolved.asking(list(dict.fromkeys(columns)))


def columns_shown(resolved: ResolvedRequest) -> list[str]:
    """List the columns of the answer besides its keys, the time being none of them."""
    placed = ("column", "stretch", "kind", "start", "end", "periods", "n")
    names = [*placed, *_measured(resolved.request.measures[0]), *_EXPLAINED, "unit"]
    return [name for name in names if name != resolved.keys[-1]]


def _measured(measure: Measure) -> list[str]:
    return [measure.name, f"{measure.name}{EXCESS}", f"{measure.name}{NOISE_FLOOR}"]


def _described(request: Request) -> dict[str, Any]:
    """Write the keywords so that JSON can hold them."""
    placed = read_binning(request.binning, request.bins, compared=True)
    return {
        "measure": request.measures[0].name,
        "weights": plain(request.weights),
        "base": plain(request.base),
        "dropna": request.dropna,
        **({} if request.bins is None else {"bins": str(request.bins), "binning": placed}),
    }


def _counted(resolved: ResolvedRequest, settled: Settled) -> tuple[Clock, list[Counted]]:
    """Count the columns by all keys; what goes wrong with one is noted."""
    source, by, weights = resolved.source, resolved.by, resolved.request.weights
    wrong, dropna = settled.wrong, resolved.options.dropna
    tally, unread = apart(
        remaining(settled.names, wrong),
        lambda names: count(source, names, by, weights, settled.encoders, dropna=dropna),
        at_least_one=True,
    )
    wrong |= unread
    tally = in_order(tally)
    sides: list[Counted] = []
    for name in remaining(settled.names, wrong):
        with noting(wrong, name):
            sides.append(counted(name, tally.columns[name], dropna=dropna))
    remaining(settled.names, wrong)
    return Clock.of(tally.keys, by[-1]), sides


def counted(name: Hashable, side: LabelledCounts, *, dropna: bool) -> Counted:
    """Take a column as it was counted by all keys; its weights must be whole."""
    counts = side.counts
    if not dropna and not side.missing_is_counted:
        counts = counts.with_missing()
    for part in (counts.weight, counts.missing):
        require_whole(part, "changes()")
    return Counted(as_text(name), _whole(counts), side.labels, side.leveled)


def _whole(counts: Counts) -> Counts:
    """Hold whole weights as whole numbers."""
    weight, missing = (part.astype(np.int64) for part in (counts.weight, counts.missing))
    return replace(counts, weight=weight, missing=missing)


def _frame(
    resolved: ResolvedRequest, clock: Clock, sides: Sequence[Counted], rows: list[Row]
) -> tuple[pd.DataFrame, dict[str, str]]:
    """Make a row per part, beside the stretch before; also say how sure scores were got."""
    size, measure = len(rows), resolved.request.measures[0]
    names = (*_measured(measure), "top_contribution", "p_value")
    number = {name: np.full(size, np.nan) for name in names}
    n, top = np.zeros(size, dtype=np.int64), np.full(size, None, dtype=object)
    note = np.array([row.note for row in rows], dtype=object)
    inference: dict[str, str] = {}
    for column, side in enumerate(sides):
        own = np.array([i for i, row in enumerate(rows) if row.column == column], dtype=np.int64)
        if not len(own):
            continue
        found = compare(resolved.options, measure, side, [rows[i] for i in own])
        n[own], top[own] = found.n, found.top
        if found.how:
            inference[side.text] = found.how
        for name, values in zip(names, found.values, strict=True):
            number[name][own] = values
        for i in own[found.is_far]:
            parts = (note[i], "hardly a value in common with the stretch before")
            note[i] = "; ".join(part for part in parts if part)
    number["p_adjusted"] = adjusted(number["p_value"])
    ends = np.array([row.ends for row in rows], dtype=np.int64).reshape(size, 2)
    result = tidy.taken(clock.keys, np.array([row.group for row in rows], dtype=np.int64))
    result["column"] = text_column([sides[row.column].text for row in rows])
    result["stretch"] = np.array([row.part.stretch + 1 for row in rows], dtype=np.int64)
    kinds = [_ANOMALY if row.part.is_anomaly else _STRETCH for row in rows]
    result["kind"] = text_column(kinds)
    for name, at in zip(("start", "end"), ends.T, strict=True):
        result[name] = _times(clock, at)
    result["periods"] = np.array([len(row.part.periods) for row in rows], dtype=np.int64)
    result["n"] = n
    texts = {"top_category": top, "note": note}
    for name in (*_measured(measure), *_EXPLAINED):
        text = texts.get(name)
        result[name] = number[name] if text is None else pd.Series(text, dtype="str")
    result["unit"] = text_column([unit_of(measure, resolved.options.unit)] * size)
    return pd.DataFrame(result, index=pd.RangeIndex(size)), inference


def _times(clock: Clock, at: IntArray) -> pd.Series[Any]:
    """Return when periods are; -1 is no period."""
    taken: pd.Series[Any] = take_keys(clock.times, at, nullable=bool((at < 0).any()))
    return taken.reset_index(drop=True)
