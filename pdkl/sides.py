"""Both sides of a question, counted: who is P, who is Q, on which labels and alphabet."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from pdkl import grouping, results, spectrum
from pdkl import labels as names
from pdkl.binned import Binner, fit_to, named_by, read_binning
from pdkl.core.counts import LARGEST_SUM, CodeArray, Counts, require_whole, tabulate
from pdkl.core.numerics import IntArray
from pdkl.core.validation import (
    ColumnNotFoundError,
    boolean,
    is_number,
    listing,
    require_columns,
)
from pdkl.engines.pandas import Key, Labelled, Tally, group_rows, key_name
from pdkl.grouping import Groups
from pdkl.held import FROM_DATA, cut_text, same_bins
from pdkl.profile import different_bins
from pdkl.queries import Cells, QuerySource, TooManyRowsError, can_meet
from pdkl.question import Question, Settings, read_by, read_columns
from pdkl.rows import Prepared, Source
from pdkl.sources import count, count_jointly, one, read_cut, read_data, to_fit, weights_of
from pdkl.spectrum import Spectrum
from pdkl.sureness import Units

_Blocks = tuple[Labelled, IntArray]  # counts by block, and the group that owns each block


@dataclass(frozen=True)
class Column:
    """One column of the question: the counts of both sides on one list of labels."""

    name: Hashable
    reference: str | None
    p: Counts
    q: Counts  # in the forms "rest" and "uniform", and without a reference, that of P
    labels: names.Labels
    leveled: bool  # whether P's labels are declared levels, in their order
    intervals: tuple[names.Labels, names.Labels] | None  # where binned labels begin and end
    alphabet: IntArray  # the outcomes in it that have a label
    alphabet_size: int  # larger than these only where the caller said so
    blocks: tuple[Units, Units] | None = None  # of P and Q, where rows move in blocks
    ready: Spectrum | None = None  # both sides lined up, where the categories stayed in the engine

    @property
    def unnamed(self) -> int:
        """How many categories of the alphabet have no label."""
        return self.alphabet_size - len(self.alphabet)


@dataclass(frozen=True)
class Answer:
    """All that the measures are computed from."""

    settings: Settings
    groups: Groups
    columns: list[Column]
    facts: results.Facts


@dataclass(frozen=True)
class Asked:
    """A question with the data, the keys and the columns that it is about."""

    question: Question
    form: str | None
    source: Source
    reference: Source | None  # in the form "frame"
    by: list[Key]
    wanted: list[Hashable]  # the columns that are P
    partners: list[Hashable]  # those that are Q

    @property
    def keys(self) -> list[Hashable]:
        """The columns that make the groups."""
        return [key_name(key) for key in self.by]

    @property
    def both(self) -> list[Hashable]:
        """All columns that are counted, each once."""
        return list(dict.fromkeys([*self.wanted, *self.partners]))


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
    wanted, partners = _columns(question, frame, [*keys, question.weights], form, binned)
    asked = Asked(question, form, source, reference, by, wanted, partners)
    binners = _fit_bins(asked)
    if binners or not _may_push(asked, settings):
        groups, columns = _bring(asked, settings, binners)
    else:
        try:
            groups, columns = _bring(_limited(asked), settings, binners)
        except TooManyRowsError:
            groups, columns = _push(asked, settings) or _bring(asked, settings, binners)
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


def _limited(asked: Asked) -> Asked:
    """Let no more rows come home than are worth it."""
    source, reference = (
        replace(side, most=spectrum.MOST_ROWS) if isinstance(side, QuerySource) else side
        for side in (asked.source, asked.reference)
    )
    assert source is not None
    return replace(asked, source=source, reference=reference)


def _sides(asked: Asked) -> list[tuple[Cells, Cells]]:
    """Return what the engine counts on both sides, for each column."""
    question, form = asked.question, asked.form
    joint, matched = question.joint, form == "frame" and _matched(asked)
    there = asked.source if asked.reference is None else asked.reference
    assert isinstance(asked.source, QuerySource)
    assert isinstance(there, QuerySource)
    pairs = (
        [(asked.wanted, asked.partners)]
        if joint
        else [([a], [b]) for a, b in zip(asked.wanted, asked.partners, strict=True)]
    )
    found = []
    for own, other in pairs:
        here = Cells(asked.source, tuple(asked.keys), tuple(own), question.weights)
        if form in (None, "uniform"):
            found.append((here, here))
        else:
            keys = asked.keys if matched or form == "q" else []
            found.append((here, Cells(there, tuple(keys), tuple(other), question.weights)))
    return found


def _matched(asked: Asked) -> bool:
    reference = asked.reference
    return reference is not None and is_matched(asked.question, reference, asked.by)


def _may_push(asked: Asked, settings: Settings) -> bool:
    """Say whether the engine can answer without bringing the categories home."""
    question, sources = asked.question, [asked.source, asked.reference or asked.source]
    if (
        question.method in ("distribution", "contributions")
        or asked.form not in spectrum.FORMS
        or (asked.form == "uniform" and settings.zeros == "raise")
        or settings.sure is not None
        or question.estimator != "plugin"
        or not all(isinstance(source, QuerySource) for source in sources)
        or any(isinstance(key, pd.Grouper) for key in asked.by)
    ):
        return False
    if asked.reference is not None:
        check_reference(question, asked.reference, asked.wanted)
    pairs = _sides(asked)
    if settings.alphabet == "declared" and any(
        cells.has_levels for both in pairs for cells in both
    ):
        return False
    return all(can_meet(*both) for both in pairs)


def _push(asked: Asked, settings: Settings) -> tuple[Groups, list[Column]] | None:
    """Let the engine count how often each count occurs; None where categories must be named."""
    question, form, columns = asked.question, asked.form, []
    paired = form == "q" or (form == "frame" and _matched(asked))
    keys = pd.DataFrame()
    for (here, there), partner in zip(_sides(asked), asked.partners, strict=False):
        for cells in (here, there):
            cells.check_weights()
        ready = spectrum.of_column(
            here, there, asked.keys, form, paired=paired, dropna=settings.dropna
        )
        if settings.zeros == "raise" and settings.smoothing is None:
            divided = {one.divides_by for one in question.measures if one.divides_by}
            if any(ready.lacks(side) for side in divided):
                return None
        name = (
            ", ".join(names.text(column) for column in here.columns)
            if question.joint
            else here.columns[0]
        )
        text = _reference_text(asked, partner)
        size = _alphabet_size(settings, name, ready.alphabet)
        nobody = pd.Index([])
        columns.append(
            Column(
                name,
                text,
                ready.p,
                ready.q,
                nobody,
                False,
                None,
                np.empty(0, dtype=np.int64),
                size,
                ready=ready,
            )
        )
        keys = ready.keys
    return grouping.aligned(keys), columns


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
    seen = counts.observed()
    counts = counts.regroup(np.argsort(order), len(keys))
    counts = counts.relabel(np.cumsum(seen) - 1, int(seen.sum()))
    name = ", ".join(names.text(column) for column in asked.wanted)
    side = Labelled(counts, pd.RangeIndex(int(seen.sum())), missing_is_counted=not dropna)
    return grouping.plain(keys), name, side


def _columns(
    question: Question,
    frame: pd.DataFrame,
    aside: list[Hashable],
    form: str | None,
    binned: list[Hashable],
) -> tuple[list[Hashable], list[Hashable]]:
    """Return the columns that are P, and for each the column that is Q."""
    parameter = "p" if question.two_sided else "columns"
    if form != "q":
        wanted = read_columns(parameter, question.columns, frame, aside, binned)
        return wanted, wanted
    if question.columns is None:
        raise ValueError(
            f"p is None, but q={question.q!r} needs a partner. Name the column to compare: p=..."
        )
    wanted = read_columns("p", question.columns, frame, aside)
    partners = read_columns("q", question.q, frame, aside)
    if len(wanted) != len(partners):
        raise ValueError(
            f"p and q are paired, so they must be equally long; got {len(wanted)} in p "
            f"({listing(wanted)}) and {len(partners)} in q ({listing(partners)})."
        )
    return wanted, partners


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
            _require_cut_alike(by, source, reference)
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


def _fit_bins(asked: Asked) -> dict[Hashable, Binner]:
    """Fit the intervals of each binned column once: to its reference, or to all rows."""
    question, form, source = asked.question, asked.form, asked.source
    frame = source.head
    binning = read_binning(question.binning, question.bins, compared=form is not None)
    settled, rules = read_cut(question.bins, frame, asked.wanted, source, asked.reference)
    of_partners = Prepared.of(source).binners if form == "q" else {}
    fitted: dict[Hashable, Binner] = {}
    for name, partner in zip(asked.wanted, asked.partners, strict=True):
        own, other = settled.get(name), of_partners.get(partner)
        if other is not None and name in rules:
            raise ValueError(different_bins(partner))
        if own is not None and other is not None and not same_bins(own, other):
            raise ValueError(
                f"columns {name!r} and {partner!r} of the profile are not cut at the same places, "
                "so their intervals cannot be compared. Take it with the same edges for both."
            )
        chosen_bins = other if own is None else own
        if chosen_bins is not None:
            _cut_pair(fitted, name, partner, chosen_bins)
    if not rules:
        return fitted
    if asked.reference is not None:
        source = asked.reference
        check_reference(question, source, list(rules))
    partner_of = dict(zip(asked.wanted, asked.partners, strict=True))
    aside = asked.keys if form == "label" else []
    every = to_fit(source, rules, partner_of, aside, question.weights)
    for (name, rule), rows in zip(rules.items(), every, strict=True):
        weight, values = weights_of(rows), rows.plain[partner_of[name]]
        if form == "label" and len(values):
            codes, keys = group_rows(rows.frame, asked.by)
            chosen = codes == grouping.find(keys, question.reference, list(frame.columns))
            values = values[np.asarray(chosen)]
            weight = None if weight is None else weight[chosen]
        counted = question.weights is None
        binner = fit_to(values, partner_of[name], weight, rule, binning, counted=counted)
        _cut_pair(fitted, name, partner_of[name], binner)
    return fitted


def _cut_pair(
    fitted: dict[Hashable, Binner], name: Hashable, partner: Hashable, binner: Binner
) -> None:
    """Cut a column and its partner alike; each is counted once, so in one way only."""
    for column in (name, partner):
        if not same_bins(fitted.setdefault(column, binner), binner):
            raise ValueError(
                f"bins would cut column {column!r} in two ways, as it stands in two pairs of p "
                "and q. Ask for these pairs one by one, or give it edges."
            )


def count_blocks(
    asked: Asked, cut: dict[Hashable, Binner]
) -> tuple[dict[Hashable, _Blocks], dict[Hashable, _Blocks]] | None:
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


def with_blocks(column: Column, own: _Blocks, other: _Blocks, settings: Settings) -> Column:
    """Put the counts of blocks on the labels of the column."""
    units = []
    for side, owner in (own, other):
        _, position = names.union(column.labels, side.labels)
        counts = side.counts.relabel(position, len(column.labels))
        units.append(Units(counts if settings.dropna else counts.with_missing(), owner))
    return replace(column, blocks=(units[0], units[1]))


def is_matched(question: Question, reference: Source, by: list[Key]) -> bool:
    """Say whether a reference frame is taken group by group."""
    if not by:
        return False
    keys = [key_name(key) for key in by]
    known = [key for key in keys if key in reference.head.columns]
    whole = "To compare each group with the whole reference, pass match=False."
    if question.match is False:
        return False
    if question.match is True and len(known) < len(keys):
        absent = [key for key in keys if key not in known]
        raise ValueError(
            f"match=True needs all of by in reference; it lacks {listing(absent)}. {whole}"
        )
    if question.match is None and any(isinstance(key, pd.Grouper) for key in by):
        return False
    if 0 < len(known) < len(keys):
        absent = [key for key in keys if key not in known]
        raise ValueError(
            f"reference has only some of by: {listing(known)}, not {listing(absent)}. Add the "
            f"missing ones to match it group by group. {whole}"
        )
    return bool(known)


def _require_cut_alike(by: list[Key], *sources: Source) -> None:
    """Raise where a Grouper would cut times of a profile that another way of cutting has made."""
    groupers: list[Any] = [
        key for key in by if isinstance(key, pd.Grouper) and key.freq is not None
    ]
    for key in groupers:
        asked = cut_text(key)
        cuts = [Prepared.of(source).cut_keys for source in sources]
        for before in [cut[key.key] for cut in cuts if key.key in cut]:
            # cutting them again must leave them where they are
            if before != asked or before.endswith(FROM_DATA) or key.closed != key.label:
                raise ValueError(
                    f"by cuts the times {key.key!r} by {asked}, and the profile has cut them by "
                    f"{before}. To match group to group both must be the same, with closed equal "
                    "to label and bins that do not begin where the data does, as for 'h' or 'D'."
                )


def check_reference(question: Question, reference: Source, wanted: list[Hashable]) -> None:
    """Raise unless the reference has the wanted columns, and the weights."""
    columns = list(reference.head.columns)
    require_columns("p", wanted, columns, frame="reference")
    if question.weights is None:
        return
    if question.weights not in columns and reference.kind == "profile":
        raise ValueError(
            f"weights={question.weights!r} applies to both sides, but the profile that is "
            f"reference was taken without it. Take it with weights={question.weights!r}."
        )
    if question.weights not in columns:
        raise ColumnNotFoundError(
            f"weights names column {question.weights!r}, which reference does not have. Weights "
            "apply to both sides: add the column to reference, with 1 for each row if its rows "
            "are plain ones."
        )
    require_columns("weights", [question.weights], columns, frame="reference")


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


@dataclass(frozen=True)
class Counted:
    """Both sides of one column as they were counted, and the blocks of each."""

    name: Hashable
    partner: Hashable
    p: Labelled
    q: Labelled
    units: tuple[_Blocks, _Blocks] | None = None

    def lumped_alike(self) -> Counted:
        """Lump on both sides what a profile of either side has lumped."""
        kept = None
        for side in (self.p, self.q):
            if names.has_other(side.labels):
                own = names.without_other(side.labels)
                kept = own if kept is None else kept[names.union(own, kept)[1] < len(own)]
        if kept is None:
            return self
        sides = []
        units = []
        for i, side in enumerate((self.p, self.q)):
            labels, position = names.lump(side.labels, kept)
            counts = side.counts.relabel(position, len(labels))
            sides.append(replace(side, counts=counts, labels=labels))
            if self.units is not None:
                unit, owner = self.units[i]
                own_labels, position = names.lump(unit.labels, kept)
                moved = unit.counts.relabel(position, len(own_labels))
                units.append((replace(unit, counts=moved, labels=own_labels), owner))
        return replace(self, p=sides[0], q=sides[1], units=(units[0], units[1]) if units else None)


def column_of(
    asked: Asked, settings: Settings, counted: Counted, cut: dict[Hashable, Binner]
) -> Column:
    """Put both sides of a column on the same labels."""
    form, name, partner = asked.form, counted.name, counted.partner
    text = _reference_text(asked, partner)
    other = f"column {partner!r}" if form == "q" else f"reference for column {name!r}"
    names.require_match(counted.p.labels, counted.q.labels, f"column {name!r}", other)
    if form == "uniform" and names.has_other(counted.p.labels):
        raise ValueError(
            f"against='uniform' needs each category of column {name!r}, and the profile has lumped "
            "some together. Take it without max_categories."
        )
    counted = counted.lumped_alike()
    column = _on_one_alphabet(name, text, counted.p, counted.q, settings, cut=name in cut)
    if name in cut:
        column = replace(column, intervals=cut[name].intervals())
    if counted.units is not None:
        column = with_blocks(column, *counted.units, settings)
    return column


def _reference_text(asked: Asked, partner: Hashable) -> str | None:
    if asked.reference is not None:
        return asked.reference.kind
    return names.text(partner) if asked.form == "q" else results.REFERENCES.get(asked.form or "")


def _alphabet_size(settings: Settings, name: Hashable, known: int) -> int:
    if not isinstance(settings.alphabet, int):
        return known
    if settings.alphabet < known:
        raise ValueError(
            f"alphabet={settings.alphabet} is too small: column {name!r} has {known} categories. "
            "Give the true size, or leave alphabet='observed'."
        )
    return settings.alphabet


def _on_one_alphabet(
    name: Hashable, text: str | None, p: Labelled, q: Labelled, settings: Settings, *, cut: bool
) -> Column:
    """Give both sides the same outcome ids, and fix the alphabet of the column."""
    labels, position = names.union(p.labels, q.labels)
    sides = [p.counts.relabel(np.arange(p.counts.n_outcomes), len(labels))]
    if q is not p:
        sides.append(q.counts.relabel(position, len(labels)))
    # the draws of a seed go by the order of the categories; that of intervals is settled
    if settings.sure is not None and not cut:
        order = names.sort_order(labels)
        labels, place = labels[order], np.argsort(order)
        sides = [side.relabel(place, len(labels)) for side in sides]
    if not settings.dropna and not p.missing_is_counted:
        sides = [side.with_missing() for side in sides]
    known = np.logical_or.reduce([side.observed() for side in sides])
    if settings.alphabet == "declared":
        known[: len(labels)] = True
    alphabet = np.flatnonzero(known)
    size = _alphabet_size(settings, name, len(alphabet))
    return Column(name, text, sides[0], sides[-1], labels, p.leveled, None, alphabet, size)
