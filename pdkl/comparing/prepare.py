"""A request with its counts, ready to be measured."""

from __future__ import annotations

from collections.abc import Hashable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from pdkl.codes.intervals import Binner
from pdkl.comparing import handover
from pdkl.comparing.by_value import by_value, cut, dtypes_of, ordered_of, require_possible
from pdkl.comparing.pushdown import limited, may_push, push
from pdkl.comparing.shared_labels import Column, CountedColumn, column_of
from pdkl.core.counts.counts import require_whole
from pdkl.core.forms import Form
from pdkl.counting.apart import reasons, warn_of_left_out
from pdkl.counting.bins import settle_bins
from pdkl.counting.blocks import count_blocks
from pdkl.counting.both_sides import count_both
from pdkl.request.keywords import Options, Request
from pdkl.request.resolve import ResolvedRequest, read_sides, resolve
from pdkl.results import tidy
from pdkl.results.pairing import GroupPairs
from pdkl.sources.arrow.limits import ALL_IN_MEMORY
from pdkl.sources.distinct_rows import TooManyRowsError


@dataclass(frozen=True)
class CountedRequest:
    """All that the measures are computed from."""

    options: Options
    groups: GroupPairs
    columns: list[Column]
    info: tidy.ResultInfo
    width: int = 0  # how many columns the answer will have; drift has no use for it

    @property
    def form(self) -> Form | None:
        """What P is compared with."""
        return self.info.form


def prepare(data: Any, request: Request) -> CountedRequest:
    """Resolve the request, and count both sides of every column.

    Categories that are too many to bring home are counted by their counts, where the request
    and the engine allow it (`pdkl.comparing.counts_of_counts`).
    """
    resolved = read_sides(resolve(data, request, _columns_shown))
    form, options = resolved.form, resolved.options
    by_category = [one for one in request.measures if not one.ordered]
    binners = {}  # which measures of ordered values have no use for
    if by_category or not request.measures:
        binners = settle_bins(resolved, compared=form is not None)
    (groups, columns), counted_by = _counted(resolved, binners)
    if request.estimator != "plugin":
        for column in columns:
            require_whole(column.p.weight, f"estimator={request.estimator!r}")
    if options.inference is not None:
        fixed = form is not None and form.q_is_fixed
        for column in columns:
            for side in (column.p,) if fixed else (column.p, column.q):
                require_whole(side.weight, "test= or confidence=")
    in_column_unit = [one.in_column_unit for one in request.measures]
    unit = "column" if in_column_unit and all(in_column_unit) else options.unit
    attributes = resolved.attributes(request.describe(form, unit)) | counted_by
    if resolved.lacking:
        attributes["left_out"] = reasons(resolved.lacking)
        warn_of_left_out(resolved.lacking, depth=3)
    info = tidy.ResultInfo(form, unit, attributes)
    return CountedRequest(options, groups, columns, info, _width(resolved))


def _width(resolved: ResolvedRequest) -> int:
    """Return how many columns the answer will have."""
    return len(resolved.keys) + len(_columns_shown(resolved))


def _columns_shown(resolved: ResolvedRequest) -> list[str]:
    """List the columns of the answer besides its keys."""
    request = resolved.request
    with_intervals = request.bins is not None or any(
        source.precounted.binners for source in resolved.sources
    )
    return tidy.columns_of(
        request.shows,
        resolved.options.columns_of(request.measures),
        resolved.form,
        resolved.keys,
        with_intervals=with_intervals,
    )


def _counted(
    resolved: ResolvedRequest, binners: dict[Hashable, Binner]
) -> tuple[tuple[GroupPairs, list[Column]], dict[str, str]]:
    """Count, and say what did it in place of what was asked."""
    if not binners and may_push(resolved):
        try:
            return _bring(limited(resolved), binners), {}
        except TooManyRowsError:
            return push(resolved) or _bring(resolved, binners), {}
    if not handover.concerns(resolved):
        return _bring(resolved, binners), {}
    remedy = handover.obstacle(resolved, binned=bool(binners))
    if remedy is None:
        with suppress(TooManyRowsError):  # which holds what was counted, until it is gone
            return _bring(handover.limited(resolved, None), binners), {}
        found = handover.count(resolved)
        if found is not None:
            return found, {"counted_by": "duckdb"}
        remedy = ALL_IN_MEMORY
    return _bring(handover.limited(resolved, remedy), binners), {}


def _bring(
    resolved: ResolvedRequest, binners: dict[Hashable, Binner]
) -> tuple[GroupPairs, list[Column]]:
    """Bring the counts of all categories home."""
    wanted, partners = resolved.columns, resolved.partners
    ordered = ordered_of(resolved.request.measures)
    if ordered:
        require_possible(resolved)
    early = {} if ordered else binners
    groups, own, others = count_both(resolved, early, _width(resolved))
    units = count_blocks(resolved, early, dropna=resolved.options.dropna)
    columns = []
    for name, partner, p, q in zip(wanted, partners, own, others, strict=True):
        moved = None if units is None else (units[0][name], units[1][partner])
        sides, values = CountedColumn(name, partner, p, q, moved), None
        if ordered:
            values = by_value(ordered[0], sides, dtypes_of(resolved, name, partner), resolved)
            sides = cut(sides, binners)
        column = column_of(resolved, sides, binners)
        columns.append(column if values is None else replace(column, by_value=values))
    return groups, columns
