"""Drift: each column of today's data beside the reference's, one row each, with a status."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pdkl import comparison, grouping, kinds, results
from pdkl import labels as names
from pdkl.asked import Asked, check_reference, is_matched
from pdkl.column import Column, Counted, column_of, with_blocks
from pdkl.core.counts import Counts, require_whole
from pdkl.core.measures import MEASURES, Measure
from pdkl.core.numerics import FloatArray, IntArray, segment_max
from pdkl.core.pairs import Pairs, concatenate
from pdkl.core.validation import number_in, require_columns
from pdkl.engines.pandas import Key, Labelled, Tally, key_name
from pdkl.grouping import Groups
from pdkl.kinds import Compared
from pdkl.question import Question, plain, read_by
from pdkl.rows import Prepared, Source
from pdkl.sides import Answer, count_blocks
from pdkl.sources import count_apart, is_data, read_data, weights_of
from pdkl.sureness import Scored, Sureness, adjusted, assess

_CELLS = 1 << 20  # entries measured at a time: it bounds the memory, not the result
_DRAWN = 1 << 22  # cells drawn for a row, but at least …
_LEAST_DRAWS = 19  # … so often: a noise floor of 95 % takes no fewer
_MISSING = "(missing)"  # what top_category calls the category of missing values
_IDENTIFIER = "identifiers: nearly all values are distinct"
_ALWAYS = ("kl_divergence", "psi")  # beside the measure
_COUNTS = ("n", "n_reference")
_SUPPORT = ("categories", "new_categories", "gone_categories")
Flags = NDArray[np.bool_]


def columns_of(measure: Measure) -> list[str]:
    """List the columns of the result behind the keys of ``by``."""
    return [
        *("column", "kind", *_COUNTS, "missing", "missing_reference"),
        *(*_SUPPORT, "unseen", "vanished", "out_of_range"),
        *(f"{measure.name}{end}" for end in ("", "_excess", "_noise_floor")),
        *(name for name in _ALWAYS if name != measure.name),
        *("p_value", "p_adjusted", "top_category", "top_contribution"),
        *("threshold", "status", "note"),
    ]


@dataclass(frozen=True)
class Examined:
    """The rows of an answer, and the counts that they were made of."""

    frame: pd.DataFrame  # a row per group and column, column by column within each group
    answer: Answer  # its columns are those that were lined up
    compared: list[Compared]  # every column, in the order of the rows


def drift(data: Any, question: Question, *, threshold: Any, alpha: Any, bins: Any) -> pd.DataFrame:
    """Answer `InfoTheory.drift`."""
    return examine(data, question, threshold=threshold, alpha=alpha, bins=bins).frame


def examine(data: Any, question: Question, *, threshold: Any, alpha: Any, bins: Any) -> Examined:
    """Answer, and keep what the answer was made of."""
    threshold = number_in(
        "threshold", threshold, 0.0, np.inf, "a finite number of at least 0", closed_low=True
    )
    alpha = number_in("alpha", alpha, 0.0, 1.0, "a number in (0, 1)")
    (measure,) = question.measures
    _require_comparison(measure)
    if not is_data(question.reference):
        raise TypeError(
            "reference must be a frame, with the rows that today's are compared with; got "
            f"{type(question.reference).__name__}."
        )
    form, settings = question.form(), question.settings()
    source, reference = read_data(data), read_data(question.reference)
    by = read_by(question.by, source.head)
    keys = [key_name(key) for key in by]
    results.check_keys(keys, columns_of(measure))
    _check_weights(question, source, reference)
    columns = _columns(question, source, reference, keys)
    kinds.cut(columns, source, reference, question.weights, bins)
    asked = Asked(question, form, source, reference, by, [], [])
    groups, occurs = _count(columns, asked)
    attributes = question.describe(form, settings.unit, keys) | {
        "units": _units(measure, settings.unit),
        "threshold": threshold,
        "alpha": alpha,
        "bins": plain(bins),
        "match": question.match,
    }
    answer = Answer(settings, groups, [], results.Facts(form, settings.unit, attributes))
    table = _Table(len(groups), columns, measure, answer)
    prepared = _line_up(asked, table)
    _score(prepared, table)
    status, note = _judge(table, occurs, threshold, alpha)
    frame = _frame(table, threshold, status, note)
    lined_up = [column for _, column in prepared]
    return Examined(frame, replace(answer, columns=lined_up), columns)


# ---- what is compared -----------------------------------------------------------------------


def _units(measure: Measure, unit: str) -> dict[str, str]:
    """Say in which unit each score is; some have none."""
    every = (measure, *(MEASURES[name] for name in _ALWAYS))
    units = {one.name: unit if one.log_power else "none" for one in every}
    return units | {"psi": "nat"}


def _require_comparison(measure: Measure) -> None:
    """Refuse the measures of one distribution: where nothing differs they are not 0."""
    ones, two = np.ones(2), np.full(1, 2.0)
    same = Pairs(np.zeros(2, dtype=np.int64), np.arange(2), ones, ones, ones, two, two, 2)
    value = float(measure.value(same, 1.0)[0])
    if value != 0.0:
        raise ValueError(
            f"measure must be 0 where nothing differs; {measure.name} of a fair coin against a "
            f"fair coin is {value:.4g} nats. Choose one such as 'js_distance', 'psi' or "
            "'total_variation'."
        )


def _check_weights(question: Question, source: Source, reference: Source) -> None:
    weights = question.weights
    if weights is not None:
        require_columns("weights", [weights], list(source.head.columns))
        check_reference(question, reference, [])
    for side in (source, reference):
        added = Prepared.of(side).weights  # they are no column any more
        if added is None and weights is None:
            continue
        wanted = [weights] if added is None else [name for name in side.head if name != added]
        for rows in side.reduce([[name] for name in wanted], weights, {}):
            values = weights_of(rows)
            assert values is not None  # they are named
            require_whole(values, "drift")


def _columns(
    question: Question, source: Source, reference: Source, keys: list[Hashable]
) -> list[Compared]:
    """List the columns asked for; a name that a frame has twice is an error of its own."""
    here: Counter[Hashable] = Counter(source.head.columns)
    there: Counter[Hashable] = Counter(reference.head.columns)
    every = list(dict.fromkeys([*source.head.columns, *reference.head.columns]))
    if question.columns is None:
        aside = {*keys, question.weights, question.blocks}
        aside |= {Prepared.of(side).weights for side in (source, reference)}
        wanted = [name for name in every if name not in aside]
        if not wanted:
            raise ValueError(
                "columns is None, which means every column of either frame outside by, weights "
                "and blocks; there is none."
            )
    else:
        given = question.columns
        wanted = list(given) if isinstance(given, list) else [given]
        if not wanted:
            raise ValueError("columns is an empty list; name at least one column.")
        for name in wanted:
            if not isinstance(name, Hashable):
                raise TypeError(
                    f"columns must be a column name or a list of them; got {type(name).__name__}."
                )
        unknown = [name for name in wanted if name not in here and name not in there]
        require_columns("columns", unknown, every, frame="data, like reference,")
    columns = [Compared(name, here[name] > 0, there[name] > 0) for name in dict.fromkeys(wanted)]
    for column in columns:
        for side, spoken in ((here, "data"), (there, "reference")):
            if side[column.name] > 1:
                column.fail(
                    f"{spoken} has column {column.name!r} {side[column.name]} times; give its "
                    "columns unique names first."
                )
    return columns


def _count(columns: Sequence[Compared], asked: Asked) -> tuple[Groups, Flags]:
    """Count both sides; return the groups, and which of them occur on which side."""
    assert asked.reference is not None  # it is the form of the question
    cut = _binners(columns)

    def tally(side: Source, by: Sequence[Key], chosen: list[Compared]) -> Tally:
        wanted = [column.name for column in chosen if not column.error]
        found, wrong = count_apart(side, wanted, by, asked.question.weights, cut)
        for column in chosen:
            if column.name in wrong:
                column.fail(wrong[column.name])
        return found

    own, others = [c for c in columns if c.here], [c for c in columns if c.there]
    if is_matched(asked.question, asked.reference, asked.by):
        # Groupers are left for later: they must cut the times of both frames together
        here = tally(asked.source, asked.keys, own)
        there = tally(asked.reference, asked.keys, others)
        keys, left, right = grouping.match(here.keys, there.keys, asked.by)
        here, there = here.regroup(left, keys), there.regroup(right, keys)
        groups = grouping.aligned(keys)
        occurs = np.stack([np.isin(np.arange(len(keys)), side) for side in (left, right)])
    else:
        here, there = tally(asked.source, asked.by, own), tally(asked.reference, [], others)
        order = grouping.sort_rows(here.keys)
        keys = here.keys.take(order).reset_index(drop=True)
        here = here.regroup(np.argsort(order), keys)
        groups = grouping.plain(keys)
        occurs = np.ones((2, len(keys)), dtype=bool)
    for column in columns:
        column.own, column.other = here.columns.get(column.name), there.columns.get(column.name)
    return groups, occurs


def _binners(columns: Sequence[Compared]) -> dict[Hashable, Any]:
    return {column.name: column.binner for column in columns if column.binner is not None}


# ---- scores ---------------------------------------------------------------------------------


class _Table:
    """What is known of each row so far: an array of groups by columns for each fact."""

    def __init__(
        self, n_groups: int, columns: list[Compared], measure: Measure, answer: Answer
    ) -> None:
        self.columns, self.measure, self.answer = columns, measure, answer
        shape = (n_groups, len(columns))
        names = columns_of(measure)
        numbers = names[names.index("missing") : names.index("top_category")]
        self.number = {name: np.full(shape, np.nan) for name in [*numbers, "top_contribution"]}
        whole = [*_COUNTS, *_SUPPORT, "known", "known_reference"]
        self.whole = {name: np.zeros(shape, dtype=np.int64) for name in whole}
        self.top = np.full(shape, None, dtype=object)
        self.counted, self.lined_up = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)


@dataclass(frozen=True)
class _Piece:
    """Comparisons of one column, to be measured together with those of others."""

    place: int  # of the column
    column: Column
    rows: slice
    raw: Pairs

    @property
    def width(self) -> int:
        """The largest number of categories of a comparison."""
        return int(self.raw.support_size().max(initial=1))


def _sure(table: _Table) -> Sureness:
    sure = table.answer.settings.sure
    assert sure is not None  # drift always tests
    return sure


def _line_up(asked: Asked, table: _Table) -> list[tuple[int, Column]]:
    """Put both sides of each column that is to be scored on one list of labels."""
    settings, columns = table.answer.settings, table.columns
    prepared: dict[int, Column] = {}
    for place, column in enumerate(columns):
        if column.error:
            continue
        _count_rows(table, place)
        column.kind = column.kind or kinds.of_counted(column)
        if column.kind == "identifier":
            if settings.dropna or not _lacks_some(column):
                continue
            kinds.without_values(column)
        own, other = _both(column, table.answer.groups)
        counted = Counted(column.name, column.name, own, other)
        cut = {column.name: column.binner} if column.kind == "binned" and column.binner else {}
        try:
            lined = column_of(asked, settings, counted, cut)
        except TypeError as error:
            column.fail(str(error))
            continue
        if lined.alphabet_size == 1:
            column.kind = "constant"
        prepared[place] = lined
    if asked.question.blocks is not None:
        _add_blocks(prepared, asked, table)
    return list(prepared.items())


def _lacks_some(column: Compared) -> bool:
    both = [side for side in (column.own, column.other) if side is not None]
    return any(side.counts.missing.any() for side in both)


def _add_blocks(prepared: dict[int, Column], asked: Asked, table: _Table) -> None:
    """Count the blocks of the columns that both sides have."""
    columns = table.columns
    shared = [place for place in prepared if columns[place].is_shared]
    if not shared:
        return
    wanted = [columns[place].name for place in shared]
    found = count_blocks(replace(asked, wanted=wanted, partners=wanted), _binners(columns))
    assert found is not None  # blocks= is given
    for place in shared:
        column = columns[place]
        own, other = (units[column.name] for units in found)
        if column.kind == "identifier":
            own, other = ((kinds.as_presence(side), owner) for side, owner in (own, other))
        prepared[place] = with_blocks(prepared[place], own, other, table.answer.settings)


def _count_rows(table: _Table, place: int) -> None:
    """Note how many rows each group has on either side, and how many lack the value."""
    column, groups = table.columns[place], table.answer.groups
    for side, group, end in (
        (column.own, groups.left, ""),
        (column.other, groups.right, "_reference"),
    ):
        if side is None:
            continue
        known = side.counts.totals[group].astype(np.int64)
        missing = side.counts.missing[group].astype(np.int64)
        every = known + missing
        table.whole[f"known{end}"][:, place] = known
        table.whole[f"n{end}"][:, place] = known if table.answer.settings.dropna else every
        share = np.divide(missing, every, out=np.full(len(every), np.nan), where=every > 0)
        table.number[f"missing{end}"][:, place] = share
    table.counted[:, place] = True


def _both(column: Compared, groups: Groups) -> tuple[Labelled, Labelled]:
    """Return the counts of both sides; those of a side without the column are empty."""
    given = column.own or column.other
    assert given is not None  # one of them has it
    nothing = np.zeros(0, dtype=np.int64)
    size = int(max(groups.left.max(initial=0), groups.right.max(initial=0))) + 1
    zeros = np.zeros(size, dtype=np.int64)
    counts = Counts(nothing, nothing, nothing, zeros, given.counts.n_outcomes)
    empty = replace(given, counts=counts)
    return column.own or empty, column.other or empty


def _score(prepared: Sequence[tuple[int, Column]], table: _Table) -> None:
    """Measure and test all comparisons, many at a time, and adjust their p-values together."""
    pieces: list[_Piece] = []
    cells = 0
    for place, column in prepared:
        for batch in comparison.batches(table.answer, column, every=False):
            piece = _Piece(place, column, batch.rows, batch.raw)
            if piece.width * _sure(table).n_resamples > _DRAWN:
                _score_pieces([piece], table)
                continue
            pieces.append(piece)
            cells += len(batch.raw.outcome)
            if cells >= _CELLS:
                _score_pieces(pieces, table)
                pieces, cells = [], 0
    if pieces:
        _score_pieces(pieces, table)
    p_values = table.number["p_value"]
    known = table.whole["categories"] > 1  # with one category there is no hypothesis
    table.number["p_adjusted"][known] = adjusted(p_values[known])
    table.number["p_adjusted"][~known] = p_values[~known]


def _score_pieces(pieces: list[_Piece], table: _Table) -> None:
    measure, settings = table.measure, table.answer.settings
    raw = concatenate([piece.raw for piece in pieces])
    row = np.concatenate([np.arange(piece.rows.start, piece.rows.stop) for piece in pieces])
    place = np.repeat([piece.place for piece in pieces], [piece.raw.size for piece in pieces])
    only_p, only_q = raw.count_q == 0, raw.count_p == 0
    ones, valid = np.ones(len(raw.times)), (raw.total_p > 0) & (raw.total_q > 0)
    found: dict[str, Any] = {
        "categories": raw.support_size(),
        "new_categories": raw.mass(ones, only_p).astype(np.int64),
        "gone_categories": raw.mass(ones, only_q).astype(np.int64),
    }
    for name, values in found.items():
        table.whole[name][row, place] = values
    table.lined_up[row, place] = True

    def share(part: FloatArray, total: FloatArray) -> FloatArray:
        return np.divide(part, total, out=np.full_like(total, np.nan), where=valid)

    found = {
        "unseen": share(raw.mass(raw.count_p, only_p), raw.total_p),
        "vanished": share(raw.mass(raw.count_q, only_q), raw.total_q),
    }
    last = np.repeat([_last_bin(piece.column) for piece in pieces], [p.raw.size for p in pieces])
    ends = (raw.outcome == 0) | (raw.outcome == last[raw.comparison])
    outside = share(raw.mass(raw.count_p, ends), raw.total_p)
    found["out_of_range"] = np.where(last >= 0, outside, np.nan)
    for one_measure in (measure, *(MEASURES[name] for name in _ALWAYS)):
        found[one_measure.name] = one_measure.value(raw, settings.log_base)
    sure = _sure(table)
    affordable = _DRAWN // max(piece.width for piece in pieces)
    sure = replace(sure, n_resamples=min(sure.n_resamples, max(affordable, _LEAST_DRAWS)))
    scored = Scored(
        [measure],
        [lambda pairs: measure.value(pairs, settings.log_base)],
        [found[measure.name]],
        settings.log_base,
    )
    found |= assess(sure, raw, "frame", scored, _blocks_of(pieces, table.answer))
    for name, values in found.items():
        table.number[name][row, place] = values
    _find_tops(pieces, raw, table, row, place)


def _last_bin(column: Column) -> int:
    """Return the outcome that lies above all intervals, -1 where there are none."""
    return len(column.labels) - 1 if column.intervals is not None else -1


def _blocks_of(
    pieces: list[_Piece], answer: Answer
) -> Callable[[int, IntArray], tuple[IntArray, IntArray]] | None:
    if all(piece.column.blocks is None for piece in pieces):
        return None
    starts = np.cumsum([0, *(piece.raw.size for piece in pieces)])

    def tables(i: int, outcomes: IntArray) -> tuple[IntArray, IntArray]:
        k = int(np.searchsorted(starts, i, side="right")) - 1
        read = comparison.blocks_of(answer, pieces[k].column, pieces[k].rows.start)
        assert read is not None  # where both sides have rows, both have blocks
        return read(i - int(starts[k]), outcomes)

    return tables


def _find_tops(
    pieces: list[_Piece], raw: Pairs, table: _Table, row: IntArray, place: IntArray
) -> None:
    """Name the category that contributes most to each js_divergence, the first of equals."""
    shares = np.nan_to_num(MEASURES["js_divergence"].shares(raw, np.log(2.0)))
    most = segment_max(shares, raw.comparison, raw.size)
    valid = (raw.total_p > 0) & (raw.total_q > 0)
    table.number["top_contribution"][row, place] = np.where(valid, most, np.nan)
    entry = np.flatnonzero((shares == most[raw.comparison]) & (shares > 0))
    texts = np.full(raw.size, None, dtype=object)
    start = 0
    for piece in pieces:
        stop = start + piece.raw.size
        low, high = np.searchsorted(raw.comparison[entry], [start, stop])
        tied, column = entry[low:high], piece.column
        outcomes, position = np.unique(raw.outcome[tied], return_inverse=True)
        found = names.take(column.labels, np.where(outcomes < len(column.labels), outcomes, -1))
        order = np.arange(len(found)) if column.leveled else names.sort_order(found)
        order = np.lexsort([np.argsort(order)[position], raw.comparison[tied]])
        which, first = np.unique(raw.comparison[tied][order], return_index=True)
        chosen = position[order][first]
        missing = found.isna()
        text = [
            _MISSING if none else names.text(value)
            for value, none in zip(names.as_objects(found), missing, strict=True)
        ]
        texts[which] = np.array(text, dtype=object)[chosen]
        start = stop
    table.top[row, place] = texts


# ---- rows -----------------------------------------------------------------------------------


def _judge(
    table: _Table, occurs: Flags, threshold: float, alpha: float
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Give each row its status, by the first rule that holds, and say what it does not show."""
    columns, number, whole = table.columns, table.number, table.whole
    name = table.measure.name
    shape = table.top.shape

    def of_columns(values: list[Any]) -> NDArray[Any]:
        return np.broadcast_to(np.array(values, dtype=object), shape)

    error = of_columns([bool(column.error) for column in columns]).astype(bool)
    column_here = of_columns([column.here for column in columns]).astype(bool)
    column_there = of_columns([column.there for column in columns]).astype(bool)
    here, there = column_here & occurs[0][:, None], column_there & occurs[1][:, None]
    value_here, value_there = whole["known"] > 0, whole["known_reference"] > 0
    score, excess = number[name], number[f"{name}_excess"]
    # draws that are infinite have no mean, hence no excess: the score itself then stands for it
    endless = np.isnan(excess) & ~np.isnan(score)
    large = np.where(endless, score, excess) >= threshold
    significant = number["p_adjusted"] < alpha
    identifier = of_columns([column.kind == "identifier" for column in columns]).astype(bool)
    rules: list[tuple[Flags, str, Any]] = [
        (error, "error", of_columns([column.error for column in columns])),
        (~here & ~column_here, "gone", "data has no such column"),
        (~there & ~column_there, "new", "reference has no such column"),
        (~here, "gone", "data has no such group"),
        (~there, "new", "reference has no such group"),
        (~value_here & ~value_there, "empty", "no value on either side"),
        (~value_here, "empty", "no value in data"),
        (~value_there, "empty", "no value in reference"),
        (identifier & np.isnan(score), "ok", f"{_IDENTIFIER}, so they are not scored"),
        (identifier & large & significant, "drift", f"{_IDENTIFIER}; scored is what is missing"),
        (identifier & large, "unsure", f"{_IDENTIFIER}; scored is what is missing"),
        (identifier, "ok", f"{_IDENTIFIER}; scored is what is missing"),
        (large & significant & ~endless, "drift", ""),
        (large & significant, "drift", f"no excess: {name} is infinite by chance too"),
        (large & ~endless, "unsure", ""),
        (large, "unsure", f"no excess: {name} is infinite by chance too"),
    ]
    which = [rule for rule, _, _ in rules]
    status = np.select(which, [of_columns([text] * shape[1]) for _, text, _ in rules], "ok")
    notes = [
        text if isinstance(text, np.ndarray) else np.full(shape, text, dtype=object)
        for _, _, text in rules
    ]
    return status, np.select(which, notes, "")


def _frame(
    table: _Table, threshold: float, status: NDArray[Any], note: NDArray[Any]
) -> pd.DataFrame:
    groups, columns, facts = table.answer.groups, table.columns, table.answer.facts
    row, place = np.divmod(np.arange(table.top.size), max(len(columns), 1))
    result: dict[Hashable, Any] = {
        name: groups.keys[name].take(row).reset_index(drop=True) for name in groups.keys.columns
    }
    words: dict[str, NDArray[Any]] = {
        "column": np.array([names.text(column.name) for column in columns], dtype=object)[place],
        "kind": np.array([column.kind for column in columns], dtype=object)[place],
        "top_category": table.top.ravel(),
        "status": status.ravel(),
        "note": note.ravel(),
    }
    for name in columns_of(table.measure):
        if name in words:
            result[name] = pd.Series(words[name], dtype="str")
        elif name in table.whole:
            known = table.counted if name in _COUNTS else table.lined_up
            result[name] = pd.array(table.whole[name].ravel(), dtype="Int64")
            result[name][~known.ravel()] = pd.NA
        elif name == "threshold":
            result[name] = np.full(len(row), threshold)
        else:
            result[name] = table.number[name].ravel()
    frame = pd.DataFrame(result, index=pd.RangeIndex(len(row)))
    frame.attrs["pdkl"] = facts.attributes
    return frame
