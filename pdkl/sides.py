"""Both sides of a question, counted: who is P, who is Q, on which labels and alphabet."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from pdkl import grouping, results
from pdkl import labels as names
from pdkl.asked import Asked, check_reference, fit_bins, is_matched, read_sides, require_cut_alike
from pdkl.binned import Binner, named_by
from pdkl.column import Blocks, Column, Counted, column_of
from pdkl.core.counts import LARGEST_SUM, CodeArray, require_whole, tabulate
from pdkl.core.validation import (
    boolean,
    is_number,
    require_columns,
)
from pdkl.engines.pandas import Labelled, Tally, group_rows, key_name
from pdkl.grouping import Groups
from pdkl.pushing import limited, may_push, push
from pdkl.queries import TooManyRowsError
from pdkl.question import Question, Settings, read_by
from pdkl.rows import Prepared, Source
from pdkl.sources import count, count_jointly, one, read_data


@dataclass(frozen=True)
class Answer:
    """All that the measures are computed from."""

    settings: Settings
    groups: Groups
    columns: list[Column]
    facts: results.Facts


def prepare(data: Any, question: Question) -> Answer:
    """Read the question, and count both sides of every column.

    Categories that are too many to bring home are counted by their counts, where the question
    and the engine allow it (`pdkl.spectrum`).
    """
    form = question.form() if question.two_sided else None
    settings = question.settings()
    source = read_data(data)
    frame = source.head
    by = read_by(question.by, frame)
    keys = [key_name(key) for key in by]
    reference = read_data(question.reference) if form == "frame" else None
    before = [Prepared.of(side) for side in (source, reference) if side is not None]
    cut = question.bins is not None or any(one.binners for one in before)
    results.check_keys(keys, results.columns_of(question, form, keys, cut=cut))
    if question.weights is not None:
        require_columns("weights", [question.weights], list(frame.columns))
    binned = [*named_by(question.bins), *(name for one in before for name in one.binners)]
    wanted, partners = read_sides(question, frame, [*keys, question.weights], form, binned)
    asked = Asked(question, form, source, reference, by, wanted, partners)
    binners = fit_bins(asked)
    if binners or not may_push(asked, settings):
        groups, columns = _bring(asked, settings, binners)
    else:
        try:
            groups, columns = _bring(limited(asked), settings, binners)
        except TooManyRowsError:
            groups, columns = push(asked, settings) or _bring(asked, settings, binners)
    if question.estimator != "plugin":
        for column in columns:
            require_whole(column.p.weight, f"estimator={question.estimator!r}")
    if settings.sure is not None:
        for column in columns:
            for side in (column.p, column.q) if form not in results.FIXED else (column.p,):
                require_whole(side.weight, "test= or confidence=")
    attributes = question.describe(form, settings.unit, keys)
    lumped = {name: [one.folded.get(name, 0) for one in before] for name in asked.both}
    if any(map(any, lumped.values())):
        attributes["folded"] = {names.text(k): max(some) for k, some in lumped.items() if any(some)}
    facts = results.Facts(form=form, unit=settings.unit, attributes=attributes)
    return Answer(settings, groups, columns, facts)


def _bring(
    asked: Asked, settings: Settings, binners: dict[Hashable, Binner]
) -> tuple[Groups, list[Column]]:
    """Bring the counts of all categories home."""
    wanted, partners, units = asked.wanted, asked.partners, None
    if boolean("joint", asked.question.joint):
        groups, together, counted = _joint(asked, settings, binners)
        wanted = partners = [together]
        own = others = [counted]
    else:
        groups, own, others = _count(asked, binners)
        units = count_blocks(asked, binners)
    columns = []
    for name, partner, p, q in zip(wanted, partners, own, others, strict=True):
        moved = None if units is None else (units[0][name], units[1][partner])
        columns.append(column_of(asked, settings, Counted(name, partner, p, q, moved), binners))
    return groups, columns


def _joint(
    asked: Asked, settings: Settings, cut: dict[Hashable, Binner]
) -> tuple[Groups, Hashable, Labelled]:
    """Count the combinations of all columns, as one column named after them."""
    question = asked.question
    if settings.alphabet == "declared":
        raise ValueError(
            "alphabet='declared' is not known for combinations of columns (joint=True). Give their "
            "number, or leave alphabet='observed'."
        )
    if question.blocks is not None:
        raise ValueError(
            "blocks= is not for combinations of columns (joint=True). Make the combination a "
            "column of its own, and measure that."
        )
    dropna = settings.dropna
    counts, keys = count_jointly(
        asked.source, asked.wanted, asked.by, question.weights, cut, dropna=dropna
    )
    order = grouping.sort_rows(keys)
    keys = keys.take(order).reset_index(drop=True)
    seen = counts.observed
    counts = counts.regroup(np.argsort(order), len(keys))
    counts = counts.relabel(np.cumsum(seen) - 1, int(seen.sum()))
    name = ", ".join(names.text(column) for column in asked.wanted)
    side = Labelled(counts, pd.RangeIndex(int(seen.sum())), missing_is_counted=not dropna)
    return grouping.plain(keys), name, side


def _count(
    asked: Asked, cut: dict[Hashable, Binner]
) -> tuple[Groups, list[Labelled], list[Labelled]]:
    """Count both sides, and say which group is compared with which."""
    question, form, source, by = asked.question, asked.form, asked.source, asked.by
    wanted, weights, reference = asked.wanted, question.weights, asked.reference
    if reference is not None:
        check_reference(question, reference, wanted)
        if is_matched(question, reference, by):
            # Groupers are left for later: they must cut the times of both frames together
            require_cut_alike(by, source, reference)
            here = count(source, wanted, asked.keys, weights, cut)
            there = count(reference, wanted, asked.keys, weights, cut)
            keys, left, right = grouping.match(here.keys, there.keys, by)
            here, there = here.regroup(left, keys), there.regroup(right, keys)
            own, others = ([side.columns[name] for name in wanted] for side in (here, there))
            return grouping.aligned(keys), own, others
    tally = _in_order(count(source, asked.both, by, weights, cut))
    keys = tally.keys
    own = others = [tally.columns[name] for name in wanted]
    empty = tally.empty
    if reference is not None:
        whole = count(reference, wanted, [], weights, cut)
        others = [whole.columns[name] for name in wanted]
        empty &= whole.empty
    elif form == "mapping":
        dropna = question.dropna
        others = [
            _fixed(_mapping_for(question.reference, name), name, dropna, cut.get(name))
            for name in wanted
        ]
    elif form == "q":
        others = [tally.columns[name] for name in asked.partners]
    elif form == "all":
        others = [replace(side, counts=side.counts.collapse()) for side in own]
    if empty and form in {"q", "frame"} and not by:
        keys = keys.iloc[:0]  # nothing to say about nothing
    if form == "label":
        return grouping.one_label(keys, question.reference, list(source.head.columns)), own, others
    make = {"q": grouping.aligned, "pairs": grouping.pairs, "previous": grouping.previous}
    return make.get(form or "", grouping.plain)(keys), own, others


def _in_order(tally: Tally) -> Tally:
    """Sort the groups: a source may give its rows in any order, in another one each time."""
    order = grouping.sort_rows(tally.keys)
    return tally.regroup(np.argsort(order), tally.keys.take(order).reset_index(drop=True))


def count_blocks(
    asked: Asked, cut: dict[Hashable, Binner]
) -> tuple[dict[Hashable, Blocks], dict[Hashable, Blocks]] | None:
    """Count the blocks of each group on both sides; None where rows move on their own."""
    question, source, reference, by = asked.question, asked.source, asked.reference, asked.by
    block, keys, both = question.blocks, asked.keys, asked.both
    if block is None:
        return None
    _check_blocks(block, source, keys, "data")
    if reference is None:
        here = _in_order(count(source, both, [*by, block], question.weights, cut))
        codes, found = group_rows(here.keys[keys], keys)
        place = np.argsort(grouping.sort_rows(found))
        owner = np.zeros(len(here.keys), dtype=np.int64) if codes is None else place[codes]
        own = {name: (side, owner) for name, side in here.columns.items()}
        return own, own
    _check_blocks(block, reference, keys, "reference")
    matched = is_matched(question, reference, by)
    mine = [*(keys if matched else by), block]
    here = _in_order(count(source, both, mine, question.weights, cut))
    there_by = [*(keys if matched else []), block]
    there = _in_order(count(reference, asked.wanted, there_by, question.weights, cut))
    codes, found = group_rows(here.keys[keys], keys)
    left = np.argsort(grouping.sort_rows(found))
    owner_there = np.zeros(len(there.keys), dtype=np.int64)
    if matched:
        codes_there, found_there = group_rows(there.keys[keys], keys)
        _, left, right = grouping.match(found, found_there, by)
        owner_there = right[codes_there]
    owner = np.zeros(len(here.keys), dtype=np.int64) if codes is None else left[codes]
    return (
        {name: (side, owner) for name, side in here.columns.items()},
        {name: (side, owner_there) for name, side in there.columns.items()},
    )


def _check_blocks(block: Hashable, source: Source, keys: list[Hashable], spoken: str) -> None:
    require_columns("blocks", [block], list(source.head.columns), frame=spoken)
    if block in keys:
        raise ValueError(
            f"blocks={block!r} is also a key of by, so that each group is one block, and there is "
            "nothing to deal anew. Name a column with several values in each group."
        )
    rows = one(source, [block], None)
    missing = rows.frame[block].isna()
    if n_missing := rows.number(missing):
        of = n_missing + rows.number(~missing)
        raise ValueError(
            f"blocks (column {block!r} of {spoken}) must not be missing; {n_missing} of "
            f"{of} are. Give these rows blocks of their own, or drop them."
        )


def _mapping_for(reference: Mapping[Any, Any], name: Hashable) -> Mapping[Any, Any]:
    """Pick the mapping of one column from {column: {category: weight}}."""
    nested = [isinstance(value, Mapping) for value in reference.values()]
    if not any(nested):
        return reference
    if not all(nested) or name not in reference:
        raise ValueError(
            f"reference must be {{category: weight}}, or {{column: {{category: weight}}}} with "
            f"every column asked for; got no mapping for column {name!r}."
        )
    chosen: Mapping[Any, Any] = reference[name]
    return chosen


def _fixed(
    reference: Mapping[Any, Any], name: Hashable, dropna: bool, binner: Binner | None
) -> Labelled:
    """Read a mapping {category: weight} as the counts of one group."""
    spoken = f"reference for column {name!r}"
    for key, weight in reference.items():
        if not is_number(weight) or weight < 0 or weight == np.inf:
            raise ValueError(
                f"{spoken} must map each category to a finite weight of at least 0; "
                f"got {weight!r} for {key!r}."
            )
    kept = {key: float(weight) for key, weight in reference.items() if weight > 0}
    total = sum(kept.values())
    if not 0 < total <= LARGEST_SUM:
        raise ValueError(
            f"{spoken} must have a sum of weights above 0 and at most {LARGEST_SUM:g}; "
            f"got {total:g}."
        )
    missing = [key for key in kept if pd.api.types.is_scalar(key) and pd.isna(key)]
    if missing and dropna:
        raise ValueError(
            f"{spoken} gives a weight to the missing value {missing[0]!r}, which dropna=True "
            "leaves out of the distribution. Pass dropna=False, or remove it."
        )
    mass = np.array([sum(kept.pop(key) for key in missing)])
    labels, weights = names.natural(list(kept)), np.array(list(kept.values()), dtype=np.float64)
    codes: CodeArray = np.arange(len(labels))
    if binner is not None:
        codes, labels = binner(pd.Series(labels), name)
    counts = tabulate(codes, len(labels), weights=weights)
    return Labelled(replace(counts, missing=mass), labels, leveled=binner is not None)
