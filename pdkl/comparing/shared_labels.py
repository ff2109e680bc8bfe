"""Both sides of a column on one list of labels and one alphabet."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace

import numpy as np

from pdkl.codes.intervals import Binner
from pdkl.codes.labels import (
    Labels,
    as_text,
    fold_labels,
    has_other,
    label_order,
    require_match,
    union_labels,
    without_other,
)
from pdkl.comparing.counts_of_counts import CountsOfCounts
from pdkl.core.counts.counts import Counts
from pdkl.core.numerics.exact import IntArray
from pdkl.counting.blocks import BlockCounts, LabelledBlocks
from pdkl.counting.pandas_counts import LabelledCounts
from pdkl.request.keywords import Options
from pdkl.request.resolve import ResolvedRequest
from pdkl.results import tidy


@dataclass(frozen=True)
class Column:
    """One column of a request: the counts of both sides on one list of labels."""

    name: Hashable
    reference: str | None
    p: Counts
    q: Counts  # in the forms "rest" and "uniform", and without a reference, that of P
    labels: Labels
    leveled: bool  # whether P's labels are declared levels, in their order
    intervals: tuple[Labels, Labels] | None  # where binned labels begin and end
    alphabet: IntArray  # the outcomes in it that have a label
    alphabet_size: int  # larger than these only where the caller said so
    blocks: tuple[BlockCounts, BlockCounts] | None = None  # of P and Q, where rows move in blocks
    ready: CountsOfCounts | None = (
        None  # both sides lined up, where the categories stayed in the engine
    )

    @property
    def unnamed(self) -> int:
        """How many categories of the alphabet have no label."""
        return self.alphabet_size - len(self.alphabet)


@dataclass(frozen=True)
class CountedColumn:
    """Both sides of one column as they were counted, and the blocks of each."""

    name: Hashable
    partner: Hashable
    p: LabelledCounts
    q: LabelledCounts
    units: tuple[LabelledBlocks, LabelledBlocks] | None = None

    def folded_alike(self) -> CountedColumn:
        """Lump on both sides what a profile of either side has lumped."""
        kept = None
        for side in (self.p, self.q):
            if has_other(side.labels):
                own = without_other(side.labels)
                kept = own if kept is None else kept[union_labels(own, kept)[1] < len(own)]
        if kept is None:
            return self
        sides = []
        units = []
        for i, side in enumerate((self.p, self.q)):
            labels, position = fold_labels(side.labels, kept)
            counts = side.counts.relabel(position, len(labels))
            sides.append(replace(side, counts=counts, labels=labels))
            if self.units is not None:
                unit, owner = self.units[i]
                own_labels, position = fold_labels(unit.labels, kept)
                moved = unit.counts.relabel(position, len(own_labels))
                units.append((replace(unit, counts=moved, labels=own_labels), owner))
        return replace(self, p=sides[0], q=sides[1], units=(units[0], units[1]) if units else None)


def column_of(
    resolved: ResolvedRequest,
    options: Options,
    counted: CountedColumn,
    binners: dict[Hashable, Binner],
) -> Column:
    """Put both sides of a column on the same labels."""
    form, name, partner = resolved.form, counted.name, counted.partner
    text = reference_text(resolved, partner)
    other = f"column {partner!r}" if form == "q" else f"reference for column {name!r}"
    require_match(counted.p.labels, counted.q.labels, f"column {name!r}", other)
    if form == "uniform" and has_other(counted.p.labels):
        raise ValueError(
            f"against='uniform' needs each category of column {name!r}, and the profile has lumped "
            "some together. Take it without max_categories."
        )
    counted = counted.folded_alike()
    column = _on_one_alphabet(name, text, counted.p, counted.q, options, binned=name in binners)
    if name in binners:
        column = replace(column, intervals=binners[name].intervals())
    if counted.units is not None:
        column = with_blocks(column, *counted.units, options)
    return column


def with_blocks(
    column: Column, own: LabelledBlocks, other: LabelledBlocks, options: Options
) -> Column:
    """Put the counts of blocks on the labels of the column."""
    units = []
    for side, owner in (own, other):
        _, position = union_labels(column.labels, side.labels)
        counts = side.counts.relabel(position, len(column.labels))
        units.append(BlockCounts(counts if options.dropna else counts.with_missing(), owner))
    return replace(column, blocks=(units[0], units[1]))


def reference_text(resolved: ResolvedRequest, partner: Hashable) -> str | None:
    """Return what the result calls Q, None where there is none."""
    if resolved.reference is not None:
        return resolved.reference.source_type
    return as_text(partner) if resolved.form == "q" else tidy.REFERENCES.get(resolved.form or "")


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


def _on_one_alphabet(
    name: Hashable,
    text: str | None,
    p: LabelledCounts,
    q: LabelledCounts,
    options: Options,
    *,
    binned: bool,
) -> Column:
    """Give both sides the same outcome ids, and fix the alphabet of the column."""
    labels, position = union_labels(p.labels, q.labels)
    sides = [p.counts.relabel(np.arange(p.counts.n_outcomes), len(labels))]
    if q is not p:
        sides.append(q.counts.relabel(position, len(labels)))
    # the draws of a seed go by the order of the categories; that of intervals is settled
    if options.inference is not None and not binned:
        order = label_order(labels)
        labels, place = labels[order], np.argsort(order)
        sides = [side.relabel(place, len(labels)) for side in sides]
    if not options.dropna and not p.missing_is_counted:
        sides = [side.with_missing() for side in sides]
    known = np.logical_or.reduce([side.observed for side in sides])
    if options.alphabet == "declared":
        known[: len(labels)] = True
    alphabet = np.flatnonzero(known)
    size = alphabet_size(options, name, len(alphabet))
    return Column(name, text, sides[0], sides[-1], labels, p.leveled, None, alphabet, size)
