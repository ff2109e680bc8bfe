"""When the columns of a report changed: from the counts that the report has already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from pdkl.analyses.changes.changes import columns_shown, counted, cut
from pdkl.analyses.changes.sequences import FEW_PERIODS, MOST_PERIODS, Clock, Counted, Row
from pdkl.analyses.drift.examine import Examined
from pdkl.codes.labels import MISSING_TEXT, OTHER_TEXT, as_objects, as_text
from pdkl.core.changes.stretches import Settings
from pdkl.core.counts.counts import WeightArray
from pdkl.core.measures.catalogue import MEASURES
from pdkl.core.numerics.exact import IntArray
from pdkl.counting.apart import Wrong, noting, reasons
from pdkl.request.keywords import Request
from pdkl.request.resolve import ResolvedRequest
from pdkl.results import tidy
from pdkl.results.reading import EXCESS, worst_first
from pdkl.results.tidy import text_column
from pdkl.results.times import is_time

_ALPHA = 0.05
_MEASURE = MEASURES["js_distance"]
# the search takes as long as the rest of a report where there are some 1,200 periods: it grows with
# their square, the rest with their number. Up to so many it takes no more than a third
_CHEAP = 400
_SHARES_OF = 24  # columns and groups whose shares are kept to be drawn
_NAMED = 5  # categories of each


class History(NamedTuple):
    """When columns changed; without ``changes`` there is a reason, or no key that is a time."""

    changes: pd.DataFrame | None = None
    shares: pd.DataFrame | None = None
    reason: str = ""


def look_back(found: Examined, *, redact: bool, min_count: int | None) -> History:
    """Look for changes in the columns that are shown, over the last key of ``by``.

    Nothing is read or counted anew. The search takes T² K steps for each column of K categories
    in T periods, the rest of the report T K: up to 400 periods it takes no more than a third of
    the time of the rest. Beyond, the columns that drifted most are looked at alone, as many as
    leave it so, but at least one; of no other it is said that it did not change.
    """
    keys = found.counted.groups.keys
    times = [name for name in keys.columns if is_time(keys[name])]
    if not times:
        return History()
    if reason := _improper(found, times, redact=redact, min_count=min_count):
        return History(reason=reason)
    resolved = _asked(found.resolved)
    groups = found.counted.groups
    own = np.flatnonzero(found.occurs[0])
    clock = Clock.of(keys.take(own).reset_index(drop=True), resolved.by[-1])
    wrong: Wrong = {}
    sides, skipped = [], {}
    for column in found.compared:
        if column.error or column.own is None or not column.here:
            continue
        if not column.is_scored:
            skipped[as_text(column.name)] = column.why
            continue
        with noting(wrong, column.name):
            side = counted(column.name, column.own, dropna=resolved.options.dropna)
            sides.append(replace(side, counts=side.counts.take(groups.left[own])))
    sizes = [len(rows) for rows in clock.rows]
    if not sides:
        return History(reason="no column is compared by its values")
    if max(sizes, default=0) < FEW_PERIODS:
        return History(reason=f"fewer than {FEW_PERIODS} periods: how noisy they are is not known")
    if max(sizes) > MOST_PERIODS:
        return History(
            reason=f"{max(sizes):,} periods, of which at most {MOST_PERIODS:,} are looked at; "
            "name a coarser freq"
        )
    looked_at = _affordable(found.frame, sides, sizes)
    settings = Settings(level=_ALPHA * len(looked_at) / len(sides), only_if_shown=True, anomalies=1)
    asked = {"alpha": _ALPHA, "season": "auto", "phi": None, "block": None, "anomalies": 1}
    left_out = reasons(wrong)
    lacking: dict[str, Any] = {"left_out": left_out, "skipped": skipped}
    if len(looked_at) < len(sides):
        lacking["looked_at"] = [side.text for side in looked_at]
        lacking["columns"] = len(sides)
    changes, rows = cut(resolved, clock, looked_at, settings, None, asked, lacking)
    return History(changes, _shares(changes, rows, clock, looked_at))


def _improper(found: Examined, times: Sequence[Any], *, redact: bool, min_count: int | None) -> str:
    """Say why no changes are looked for, if so."""
    resolved = found.resolved
    if times[-1] != resolved.keys[-1]:
        return f"{as_text(times[-1])} is not the last key of by, which is the time that is cut"
    if resolved.rolling is not None:
        return "the windows of by share rows"
    if redact:
        return "redact=True hides when and what"
    if min_count is not None:
        return "min_count= hides rare categories of each period"
    if not found.table.is_tested:
        return "weights are fractional, so that it is not known how many rows there are"
    clashes = [name for name in resolved.keys if name in columns_shown(_asked(resolved))]
    if clashes:
        return f"the key {as_text(clashes[0])} has the name of a column of the answer"
    return ""


def _asked(resolved: ResolvedRequest) -> ResolvedRequest:
    """Put the question of `InfoTheory.changes` about the data of a report."""
    given = resolved.request
    request = Request(
        method="changes",
        two_sided=False,
        measures=(_MEASURE,),
        by=given.by,
        weights=given.weights,
        base=given.base,
        dropna=given.dropna,
        test=True,
        rng=0,
        progress=False,
    )
    options = request.options(None)
    return replace(resolved, request=request, options=options, form=None, reference=None)


def _affordable(
    frame: pd.DataFrame, sides: Sequence[Counted], sizes: Sequence[int]
) -> list[Counted]:
    """Choose the columns that are looked at: all, or those that drifted most."""
    cells, steps = sum(sizes), sum(size**2 for size in sizes)
    most = max(1, int(len(sides) * _CHEAP * cells / steps))
    if most >= len(sides):
        return list(sides)
    order = dict.fromkeys(frame["column"].iloc[worst_first(frame)])
    rank = {name: place for place, name in enumerate(order)}
    chosen = sorted(range(len(sides)), key=lambda i: rank[sides[i].text])[:most]
    return [sides[i] for i in sorted(chosen)]


class _Driver(NamedTuple):
    """What drives a change or an anomaly, and how large that is."""

    category: str
    excess: float


def _shares(
    changes: pd.DataFrame, rows: Sequence[Row], clock: Clock, sides: Sequence[Counted]
) -> pd.DataFrame:
    """Count what drives changes, and the largest categories besides, in each period.

    Of the columns and groups that changed most.
    """
    drivers: dict[tuple[int, int], list[_Driver]] = {}
    excess = changes[f"{_MEASURE.name}{EXCESS}"].to_numpy()
    for i in np.flatnonzero(changes["p_value"].notna()).tolist():
        driver = _Driver(changes["top_category"].iloc[i], float(excess[i]))
        drivers.setdefault((rows[i].group, rows[i].column), []).append(driver)
    ranked = sorted(drivers, key=lambda one: -max(driver.excess for driver in drivers[one]))
    named = {(group, sides[column].text): column for group, column in reversed(ranked)}
    kept = [
        (group, column)
        for group, column in sorted(ranked[:_SHARES_OF])
        if named[group, sides[column].text] == column  # the first of those called the same
    ]
    parts = [
        _of_one(clock.rows[group], sides[column], drivers[group, column]) for group, column in kept
    ]
    sizes = [len(part.number) for part in parts]
    group = np.repeat(np.array([one for one, _ in kept], dtype=np.int64), sizes)
    nothing = np.zeros(0, dtype=np.int64)
    period = np.concatenate([nothing, *(part.period for part in parts)])
    count = np.concatenate([nothing, *(part.number for part in parts)])
    total = np.concatenate([nothing, *(part.total for part in parts)])
    result = tidy.taken(clock.keys, group)
    result[clock.times.name] = clock.times.take(period).reset_index(drop=True)
    names = np.repeat(np.array([sides[column].text for _, column in kept], dtype=object), sizes)
    result["column"] = text_column(list(names))
    result["category"] = text_column([name for part in parts for name in part.category])
    result["count"] = count
    result["probability"] = count / total
    return pd.DataFrame(result, index=pd.RangeIndex(len(count)))


class _Part(NamedTuple):
    """The shares of a column in a group: an entry for each period and category."""

    period: IntArray  # as rows of the clock
    category: list[str]
    number: IntArray
    total: IntArray


def _of_one(every: IntArray, side: Counted, drivers: Sequence[_Driver]) -> _Part:
    """Count the categories that are drawn, and the others as one."""
    periods = every[side.counts.totals[every] > 0]
    counts = side.counts.take(periods)
    kept, names = _kept(side, np.flatnonzero(counts.observed), counts.outcome_totals, drivers)
    place = np.full(counts.n_outcomes, len(kept))
    place[kept] = np.arange(len(kept))
    width = len(kept) + (int(counts.observed.sum()) > len(kept))
    table = counts.recode(place[counts.outcome], width).dense(np.arange(width))
    return _Part(
        np.repeat(periods, width),
        [*names, OTHER_TEXT][:width] * len(periods),
        table.ravel(),
        np.repeat(counts.totals, width),
    )


def _kept(
    side: Counted, seen: IntArray, totals: WeightArray, drivers: Sequence[_Driver]
) -> tuple[IntArray, list[str]]:
    """Choose the categories that drive the largest changes, then the largest; keep their order."""
    known = as_objects(side.labels[seen[seen < len(side.labels)]])
    texts = [*map(as_text, known), *([MISSING_TEXT] * (len(seen) - len(known)))]
    by_size = sorted(drivers, key=lambda one: -one.excess)
    rank = {name: i for i, name in enumerate(dict.fromkeys(one.category for one in by_size))}
    first = np.array([rank.get(name, len(rank)) for name in texts])
    most = _NAMED if len(seen) > _NAMED + 1 else len(seen)
    kept = np.sort(np.lexsort([-totals[seen], first])[:most])
    return seen[kept], [texts[i] for i in kept]
