"""What a file says of a profile beside its counts, as JSON, and back, where all is checked."""

from __future__ import annotations

import datetime
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from types import NoneType
from typing import Any, cast, get_args

import numpy as np
import pandas as pd

from pdkl.codes.intervals import Binner, Fitted, same_bins
from pdkl.codes.keys import group_rows
from pdkl.codes.labels import Labels, label_order
from pdkl.codes.scales import AWARE, DURATION, NAIVE, NUMBER, TIME_OF_DAY, UNITS, are_scaled
from pdkl.core.counts.bin_edges import Bins
from pdkl.core.numerics.exact import FloatArray
from pdkl.sources.profile.columns import ColumnCounts, Rounding
from pdkl.sources.profile.values import (
    DamagedError,
    Json,
    entry,
    pack,
    pack_name,
    unpack,
    unpack_labels,
    unpack_name,
)

# how edges are held, by the scale of the bins
_EDGES = {NUMBER: np.float64, **dict.fromkeys((NAIVE, AWARE, DURATION, TIME_OF_DAY), np.int64)}
_PRECISIONS = (16, 32, 64)
_NOT_A_TIME = np.iinfo(np.int64).min
_MOST_LUMPED = 1 << 63


@dataclass(frozen=True)
class Description:
    """All of a profile but its counts: of each column what goes with them."""

    keys: pd.DataFrame
    columns: Mapping[Hashable, Mapping[str, Any]]
    weights: Hashable | None
    grouper_texts: Mapping[Hashable, str]
    made: Mapping[str, str]
    left_out: Mapping[Hashable, str]


def describe(
    keys: pd.DataFrame,
    columns: Mapping[Hashable, ColumnCounts],
    weights: Hashable | None,
    grouper_texts: Mapping[Hashable, str],
    made: Mapping[str, str],
    left_out: Mapping[Hashable, str],
) -> Json:
    """Write a description."""
    return {
        "groups": len(keys),
        "keys": [
            {
                "name": pack_name(name),
                "grouper": grouper_texts.get(name),
                **pack(keys[name], f"by column {name!r}"),
            }
            for name in keys.columns
        ],
        "weights": None if weights is None else pack_name(weights),
        "made": dict(made),
        "left_out": [{"name": pack_name(name), "why": why} for name, why in left_out.items()],
        "columns": [
            {
                "name": pack_name(name),
                "labels": pack(column.labels, f"column {name!r}"),
                "leveled": column.leveled,
                "ordered": column.ordered,
                "lumped": column.folded,
                "bins": None if column.binner is None else _pack_bins(column.binner, name),
                "rounding": None if column.rounding is None else list(column.rounding),
                "sums": None if column.sums is None else column.sums.tolist(),
            }
            for name, column in columns.items()
        ],
    }


def understand(facts: Json) -> Description:
    """Read a description, of which nothing is believed."""
    keys, grouper_texts = _keys(facts)
    columns = {}
    for one in entry(facts, "columns", list):
        name = unpack_name(entry(one, "name"))
        if name in columns:
            raise DamagedError(f"it has column {name!r} twice")
        columns[name] = _column(one, f"the labels of column {name!r}", len(keys))
    if not columns:
        raise DamagedError("it has no columns")
    weights = entry(facts, "weights")
    if weights is not None:
        weights = unpack_name(weights)
    left_out = {
        unpack_name(entry(one, "name")): entry(one, "why", str)
        for one in entry(facts, "left_out", list)
    }
    taken = {*keys.columns, weights}
    if both := columns.keys() & taken | {weights} & {*keys.columns} | columns.keys() & left_out:
        raise DamagedError(f"it has column {both.pop()!r} in two places")
    made = entry(facts, "made", dict)
    datetime.datetime.fromisoformat(entry(made, "created", str))
    version = entry(made, "pdkl", str)
    made = {"pdkl": version, "created": made["created"]}
    return Description(keys, columns, weights, grouper_texts, made, left_out)


def _keys(facts: Json) -> tuple[pd.DataFrame, dict[Hashable, str]]:
    """Read the keys of the groups, and how those were cut that are times."""
    groups = entry(facts, "groups", int)
    keys: dict[Hashable, pd.Series[Any]] = {}
    grouper_texts: dict[Hashable, str] = {}
    for one in entry(facts, "keys", list):
        name = unpack_name(entry(one, "name"))
        if name in keys:
            raise DamagedError(f"it has the key {name!r} twice")
        keys[name] = unpack(one)
        if len(keys[name]) != groups:
            raise DamagedError(f"it has {len(keys[name])} keys {name!r} of {groups} groups")
        if (text := entry(one, "grouper", str, NoneType)) is not None:
            grouper_texts[name] = text
    if not keys and groups not in (0, 1):
        raise DamagedError(f"it has {groups} groups and no keys")
    frame = pd.DataFrame(keys, index=pd.RangeIndex(groups))
    if keys and len(group_rows(frame, list(keys))[1]) != groups:
        raise DamagedError("two of its groups have the same keys")
    return frame, grouper_texts


def _column(facts: Json, subject: str, groups: int) -> dict[str, Any]:
    """Read what goes with the counts of a column, by the names of `ColumnCounts`."""
    labels = unpack_labels(entry(facts, "labels", dict), subject)
    leveled, ordered = (entry(facts, name, bool) for name in ("leveled", "ordered"))
    if ordered and not leveled:
        raise DamagedError(f"{subject} are ordered, but no levels")
    folded = entry(facts, "lumped", int)
    if not 0 <= folded < _MOST_LUMPED:
        raise DamagedError(f"it has lumped {folded} categories together")
    binner = None
    if (bins := entry(facts, "bins", dict, NoneType)) is not None:
        binner = _unpack_bins(bins)
        if len(labels) != binner.bins.size or folded or not leveled:
            raise DamagedError(f"{subject} are not those of its bins")
    rounding = _rounding(facts, labels, subject, plain=not (leveled or folded))
    return {
        "labels": labels,
        "leveled": leveled,
        "ordered": ordered,
        "binner": binner,
        "folded": folded,
        "rounding": rounding,
        "sums": None if rounding is None else _sums(facts, subject, groups),
    }


def _sums(facts: Json, subject: str, groups: int) -> FloatArray | None:
    if (found := entry(facts, "sums", list, NoneType)) is None:
        return None
    flat = [value for one in found if type(one) is list for value in one]
    if len(found) != 2 or len(flat) != 2 * groups or set(map(type, flat)) - {float}:
        raise DamagedError(f"{subject} have no two sums for each group")
    sums = np.array(flat).reshape(2, groups)
    if not (sums[1] >= 0).all() or np.isnan(sums).any():
        raise DamagedError(f"{subject} have sums that no numbers have")
    return sums


def _rounding(facts: Json, labels: Labels, subject: str, *, plain: bool) -> Rounding | None:
    if (found := entry(facts, "rounding", list, NoneType)) is None:
        return None
    kinds = list(map(type, found))
    if kinds not in ([int, int, int], [int, int, NoneType]):
        raise DamagedError(f"{subject} were rounded to {found}")
    rounding = Rounding(*found)
    within = 0 <= rounding.first < rounding.last < len(labels)
    known = rounding.distinct is None or 0 <= rounding.distinct < _MOST_LUMPED
    if not (within and known and plain and are_scaled(labels)):
        raise DamagedError(f"{subject} were rounded to {found}")
    if (np.diff(label_order(labels)) != 1).any():
        raise DamagedError(f"{subject} were rounded, but do not rise")
    return rounding


def _pack_bins(binner: Binner, name: Hashable) -> Json:
    zone = None if binner.zone is None else str(binner.zone)
    try:
        same = same_bins(binner, replace(binner, zone=_zone(zone)))
    except (TypeError, KeyError, ValueError):
        same = False
    if not same:
        raise TypeError(
            f"column {name!r} is cut at times of the zone {zone}, which is no name that the file "
            "of a profile can hold. Convert it to a named zone with tz_convert before taking the "
            "profile."
        )
    return {
        "edges": pack(pd.Series(binner.bins.edges), f"the edges of column {name!r}"),
        "scale": binner.scale,
        "zone": zone,
        "fitted": binner.fitted,
        "unit": binner.unit,
        "precision": binner.precision,
        "tied": list(binner.bins.tied),
        "by_width": binner.bins.by_width,
    }


def _unpack_bins(facts: Json) -> Binner:
    scale, fitted = entry(facts, "scale", str), entry(facts, "fitted", str)
    zone = entry(facts, "zone", str, NoneType)
    if scale not in _EDGES or fitted not in get_args(Fitted):
        raise DamagedError(f"it has bins of {scale!r} that were fitted to {fitted!r}")
    if (zone is None) == (scale == AWARE):
        raise DamagedError(f"it has bins of {scale}s in the zone {zone}")
    edges = unpack(entry(facts, "edges", dict)).to_numpy()
    if edges.dtype != _EDGES[scale] or len(edges) < 2:
        raise DamagedError(f"it has bins of {scale}s with {len(edges)} edges of {edges.dtype}")
    # the last bin may hold one value only; NaN does not rise, nor does NaT, the smallest integer
    rise = np.append(edges[:-2] < edges[1:-1], edges[-2] <= edges[-1])
    if not rise.all() or (edges[0] == _NOT_A_TIME and scale != NUMBER):
        raise DamagedError("the edges of its bins do not rise")
    unit, precision = entry(facts, "unit", str, NoneType), entry(facts, "precision", int)
    if unit not in ((None,) if scale == NUMBER else UNITS) or precision not in _PRECISIONS:
        raise DamagedError(f"it has bins of {scale}s in the unit {unit} and of {precision} bits")
    tied = entry(facts, "tied", list)
    if list(map(type, tied)) != [bool, bool]:
        raise DamagedError(f"it has bins whose ends are tied {tied}")
    bins = Bins(edges, (tied[0], tied[1]), entry(facts, "by_width", bool))
    return Binner(bins, scale, _zone(zone), cast("Fitted", fitted), unit, precision)


def _zone(text: str | None) -> Any:
    return None if text is None else pd.DatetimeTZDtype(tz=text).tz
