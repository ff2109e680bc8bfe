"""Both sides of a column on one list of labels and one alphabet."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypeVar

import numpy as np

from pdkl.codes.intervals import Binner
from pdkl.codes.labels import (
    Labels,
    as_text,
    common_labels,
    has_other,
    label_order,
    levels_of,
    require_match,
)
from pdkl.comparing.counts_of_counts import CountsOfCounts
from pdkl.core.counts.counts import Counts
from pdkl.core.forms import FRAME, LABEL, UNIFORM, Q
from pdkl.core.numerics.exact import FloatArray, IntArray
from pdkl.counting.blocks import BlockCounts, LabelledBlocks
from pdkl.counting.pandas_counts import LabelledCounts
from pdkl.request.keywords import Options
from pdkl.request.resolve import ResolvedRequest


@dataclass(frozen=True)
class Column:
    """One column of a request: the counts of both sides on one list of labels."""

    name: Hashable
    reference: str | None
    p: Counts
    q: Counts  # in the forms REST and UNIFORM, and without a reference, that of P
    labels: Labels
    leveled: bool  # whether P's labels are declared levels, in their order
    binner: Binner | None  # what has cut its values into intervals
    alphabet: IntArray  # the outcomes in it that have a label
    alphabet_size: int  # larger than these only where the caller said so
    blocks: tuple[BlockCounts, BlockCounts] | None = None  # of P and Q, where rows move in blocks
    ready: CountsOfCounts | None = None  # both sides, where the categories stayed in the engine
    fitted: Binner | None = None  # the bins, where Q is the very sample that they were fitted to
    by_value: ByValue | None = None  # the values in their order, where a measure needs them

    @cached_property
    def intervals(self) -> tuple[Labels, Labels] | None:
        """Where binned labels begin and end."""
        return None if self.binner is None else self.binner.intervals()

    @property
    def unnamed(self) -> int:
        """How many categories of the alphabet have no label."""
        return self.alphabet_size - len(self.alphabet)


@dataclass(frozen=True)
class ByValue(Column):
    """A column whose labels are in the order of their values; what is missing is left out.

    ``positions`` says where they lie: numbers as they are, times and durations in seconds, levels
    by rank.
    """

    positions: FloatArray = field(default_factory=lambda: np.zeros(0))


AnyColumn = TypeVar("AnyColumn", bound=Column)


@dataclass(frozen=True)
class CountedColumn:
    """Both sides of one column as they were counted, and the blocks of each."""

    name: Hashable
    partner: Hashable
    p: LabelledCounts
    q: LabelledCounts
    units: tuple[LabelledBlocks, LabelledBlocks] | None = None


def column_of(
    resolved: ResolvedRequest, counted: CountedColumn, binners: dict[Hashable, Binner]
) -> Column:
    """Put both sides of a column on the same labels, and fix its alphabet."""
    form, name, options = resolved.form, counted.name, resolved.options
    partner = counted.partner if form is Q else None
    require_alike(name, counted.p.labels, counted.q.labels, partner)
    if form is UNIFORM and any(map(has_other, levels_of(counted.p.labels))):
        raise ValueError(
            f"against='uniform' needs each category of column {name!r}, and the profile has lumped "
            "some together. Take it without max_categories."
        )
    # the draws of a seed go by the order of the categories; that of intervals is settled
    sort = name not in binners and bool(options.drawn(resolved.request.measures))
    labels, p, q = on_common_labels(counted.p, counted.q, sort=sort, dropna=options.dropna)
    known = p.observed | q.observed
    if options.alphabet == "declared":
        known[: len(labels)] = True
    alphabet = known.nonzero()[0]
    column = Column(
        name,
        reference_text(resolved, counted.partner),
        p,
        q,
        labels,
        counted.p.leveled,
        binners.get(name),
        alphabet,
        alphabet_size(options, name, len(alphabet)),
        fitted=_fitted_to_q(resolved, binners.get(name)),
    )
    return column if counted.units is None else with_blocks(column, *counted.units, options)


def _fitted_to_q(resolved: ResolvedRequest, binner: Binner | None) -> Binner | None:
    """Return the bins of a column where all of what they were fitted to is Q in each comparison."""
    form = resolved.form
    whole = form is LABEL or (form is FRAME and not resolved.is_matched)
    whole |= form is Q and not resolved.by
    return binner if whole and binner is not None and binner.fitted == "reference" else None


def require_alike(name: Hashable, p: Labels, q: Labels, partner: Hashable = None) -> None:
    """Raise unless a category of one side could occur on the other, ``partner`` if that is Q."""
    other = f"reference for column {name!r}" if partner is None else f"column {partner!r}"
    require_match(p, q, f"column {name!r}", other)


def on_common_labels(
    p: LabelledCounts, q: LabelledCounts, *, sort: bool, dropna: bool
) -> tuple[Labels, Counts, Counts]:
    """Give both sides the same outcomes, those of their common labels, ``sort`` them or not."""
    sides = (p,) if q is p else (p, q)
    labels, counts = p.labels, [side.counts for side in sides]
    if sort or p.labels is not q.labels or has_other(labels):
        labels, *places = common_labels(p.labels, q.labels)
        if sort:
            order = label_order(labels)
            labels, rank = labels[order], np.argsort(order)
            places = [rank[place] for place in places]
        both = zip(counts, places, strict=False)
        counts = [side.relabel(place, len(labels)) for side, place in both]
    if not dropna and not p.missing_is_counted:
        counts = [side.with_missing() for side in counts]
    return labels, counts[0], counts[-1]


def with_blocks(
    column: AnyColumn, own: LabelledBlocks, other: LabelledBlocks, options: Options
) -> AnyColumn:
    """Put the counts of blocks on the labels of the column."""
    units = []
    for one in (own, other):
        labels, _, place = common_labels(column.labels, one.side.labels)
        counts = one.side.counts.relabel(place, len(labels))
        if not options.dropna and not one.side.missing_is_counted:
            counts = counts.with_missing()
        units.append(BlockCounts(counts, one.owner, one.unit))
    return replace(column, blocks=(units[0], units[1]))


def reference_text(resolved: ResolvedRequest, partner: Hashable) -> str | None:
    """Return what the result calls Q, None where there is none."""
    if resolved.reference is not None:
        return resolved.reference.source_type
    if resolved.form is None:
        return None
    return as_text(partner) if resolved.form is Q else resolved.form.shown_as


def alphabet_size(options: Options, name: Hashable, known: int) -> int:
    """Return the size of the alphabet: what the caller gave, or what is known."""
    if not isinstance(options.alphabet, int):
        return known
    if options.alphabet < known:
        raise ValueError(
            f"alphabet={options.alphabet} is too small: column {name!r} has {known} categories. "
            "Give the true size, or leave alphabet='observed'."
        )
    return options.alphabet
