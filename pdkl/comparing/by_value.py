"""Columns whose values have an order, counted by value: what measures of ordered values see."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from pdkl.codes.intervals import Binner
from pdkl.codes.labels import Labels, as_objects
from pdkl.codes.lines import Line, has_ordered_levels, line_of_levels, line_of_values
from pdkl.comparing.shared_labels import (
    ByValue,
    CountedColumn,
    on_common_labels,
    reference_text,
    require_alike,
    with_blocks,
)
from pdkl.core.forms import UNIFORM, Q
from pdkl.core.measures.measure import Measure
from pdkl.core.validation import listing
from pdkl.counting.numbers import MOST_VALUES
from pdkl.counting.pandas_counts import LabelledCounts
from pdkl.request.resolve import ResolvedRequest
from pdkl.sources.base import Source


def ordered_of(measures: Sequence[Measure]) -> list[Measure]:
    """Return those of the measures that are of ordered values."""
    return [one for one in measures if one.ordered]


def require_values(measure: Measure, name: Hashable, sources: Sequence[Source]) -> None:
    """Raise where a profile has not kept the values of a column one by one."""
    for before in (source.precounted for source in sources):
        lost = ""
        if name in before.binners:
            lost = "cut them into intervals. Take it again without bins"
        elif name in before.edges:
            lost = (
                f"rounded them, as there are more than {MOST_VALUES:,} different ones. Compare "
                "the frames"
            )
        elif name in before.folded:
            lost = "lumped some together. Take it again without max_categories"
        if lost:
            raise ValueError(
                f"{measure.name} needs the values of column {name!r} one by one, and the profile "
                f"has {lost}, or choose a measure by category such as 'js_distance'."
            )


def require_possible(resolved: ResolvedRequest) -> None:
    """Raise where measures of ordered values ask for what the data or the form do not have."""
    for one in ordered_of(resolved.request.measures):
        if resolved.form is UNIFORM:
            raise ValueError(
                "against='uniform' gives each category of a column the same share, and "
                f"{one.name} needs shares of values. Compare with rows, or give the shares: "
                "reference={value: weight}."
            )
        for name, partner in zip(resolved.columns, resolved.partners, strict=True):
            for column in dict.fromkeys([name, partner]):
                require_values(one, column, resolved.sources)


def dtypes_of(resolved: ResolvedRequest, name: Hashable, partner: Hashable) -> list[Any]:
    """Return the dtypes of a column on both sides; shares have none."""
    found = [resolved.source.head[name].dtype]
    if resolved.reference is not None:
        found.append(resolved.reference.head[name].dtype)
    elif resolved.form is Q:
        found.append(resolved.source.head[partner].dtype)
    return found


def by_value(
    measure: Measure,
    counted: CountedColumn,
    dtypes: Sequence[Any],
    resolved: ResolvedRequest,
) -> ByValue:
    """Put the values of both sides in order, as ``measure`` needs them.

    ``dtypes`` are those of the sides that have one.
    """
    name, partner = counted.name, counted.partner
    require_alike(name, counted.p.labels, counted.q.labels, None if partner == name else partner)
    labels, p, q = on_common_labels(counted.p, counted.q, sort=False, dropna=True)
    seen = np.flatnonzero(p.observed | q.observed)
    line = _line(measure, name, labels[seen], dtypes)
    rank = np.full(len(labels), -1)
    rank[seen[line.order]] = np.arange(len(seen))
    p, q = (side.recode(rank[side.outcome], len(seen)) for side in (p, q))
    found = ByValue(
        name,
        reference_text(resolved, partner),
        p,
        q,
        labels[seen[line.order]],
        leveled=True,
        binner=None,
        alphabet=np.arange(len(seen)),
        alphabet_size=len(seen),
        positions=line.position,
    )
    if counted.units is None:
        return found
    return with_blocks(found, *counted.units, replace(resolved.options, dropna=True))


def _line(measure: Measure, name: Hashable, labels: Labels, dtypes: Sequence[Any]) -> Line:
    """Return where values lie, by what they are or by the order that is declared."""
    declared = [dtype.categories for dtype in dtypes if has_ordered_levels(dtype)]
    if declared:
        return _line_of_levels(name, labels, declared)
    line = line_of_values(labels)
    if line is None:
        raise ValueError(
            f"{measure.name} needs values in an order, and those of column {name!r} "
            f"({', '.join(dict.fromkeys(map(str, dtypes)))}) have none. Convert it to numbers or "
            "times, make it an ordered categorical, or choose a measure by category such as "
            "'js_distance'."
        )
    return line


def _line_of_levels(name: Hashable, labels: Labels, declared: Sequence[Labels]) -> Line:
    """Rank values among declared levels, of which one side may lack some."""
    shorter, levels = sorted(declared, key=len)[0], sorted(declared, key=len)[-1]
    less, more = set(as_objects(shorter)), as_objects(levels)
    if [level for level in more if level in less] != as_objects(shorter):
        raise ValueError(
            f"column {name!r} has its levels in two orders, {listing(as_objects(declared[0]))} and "
            f"{listing(as_objects(declared[-1]))}. Give both sides the same ordered levels."
        )
    if unknown := [label for label in as_objects(labels) if label not in set(more)]:
        raise ValueError(
            f"column {name!r} has ordered levels on one side, and on the other values that are "
            f"none of them: {listing(unknown, most=5)}. Give both sides the same ordered levels."
        )
    return line_of_levels(labels, levels)


def cut(counted: CountedColumn, binners: Mapping[Hashable, Binner]) -> CountedColumn:
    """Put what was counted by value into the intervals that measures by category see."""
    binner = binners.get(counted.name)
    if binner is None:
        return counted
    known: dict[int, LabelledCounts] = {}  # the two sides may be one

    def recoded(side: LabelledCounts) -> LabelledCounts:
        return known.setdefault(id(side), side.recoded(binner, counted.name))

    p, q = recoded(counted.p), recoded(counted.q)
    units = counted.units
    if units is not None:
        own, other = (replace(one, side=recoded(one.side)) for one in units)
        units = own, other
    return replace(counted, p=p, q=q, units=units)
