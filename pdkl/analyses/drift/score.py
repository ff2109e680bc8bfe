"""Columns of both sides lined up, measured and tested, many at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from pdkl.analyses.drift.table import ALWAYS, Piece, Table, binners_of
from pdkl.codes.labels import (
    MISSING_TEXT,
    as_objects,
    as_text,
    label_order,
    place_of_other,
    require_written,
    take_labels,
)
from pdkl.comparing.align import batches, blocks_of
from pdkl.comparing.inference import Scored, assess, described, joined, spacings_of
from pdkl.comparing.prepare import CountedRequest
from pdkl.comparing.shared_labels import Column, CountedColumn, column_of, with_blocks
from pdkl.core.counts.counts import Counts
from pdkl.core.counts.pairs import Pairs, concatenate
from pdkl.core.forms import FRAME
from pdkl.core.inference.multiplicity import adjusted
from pdkl.core.measures.catalogue import MEASURES
from pdkl.core.numerics.exact import FloatArray, IntArray, segment_max
from pdkl.counting import kinds
from pdkl.counting.apart import Wrong, apart, noting
from pdkl.counting.blocks import count_blocks
from pdkl.counting.kinds import DriftColumn, KindRequest, give_up
from pdkl.counting.pandas_counts import LabelledCounts
from pdkl.request.inference import EXACT
from pdkl.request.keywords import Options
from pdkl.request.resolve import ResolvedRequest
from pdkl.results.pairing import GroupPairs

_CELLS = 1 << 20  # entries measured at a time: it bounds the memory, not the result
# a row with very many categories is drawn fewer times than asked, so that it takes no more than
# this many cells; but never fewer than a noise floor of 95 % needs
_MOST_CELLS_DRAWN = 1 << 22
_LEAST_DRAWS = 19


def line_up(
    resolved: ResolvedRequest, table: Table, asked: KindRequest
) -> list[tuple[int, Column]]:
    """Put both sides of each column that is to be scored on one list of labels."""
    options, columns = table.counted.options, table.columns
    prepared: dict[int, Column] = {}
    wrong: Wrong = {}
    for place, column in enumerate(columns):
        if column.error:
            continue
        _count_rows(table, place)
        with noting(wrong, column.name):
            kinds.settle_counted(column, asked, _dtypes(column, resolved))
            own, other = _both(column, table.counted.groups)
            if not column.is_scored and not _has_common(own, other, dropna=options.dropna):
                continue
            sides = CountedColumn(column.name, column.name, own, other)
            is_cut = column.is_scored and column.binner is not None
            binners = {column.name: column.binner} if is_cut and column.binner else {}
            lined = column_of(resolved, sides, binners)
            require_written(lined.labels)
            prepared[place] = lined
    give_up(columns, wrong)
    if resolved.request.blocks is not None:
        _add_blocks(prepared, resolved, table)
    return list(prepared.items())


def _dtypes(column: DriftColumn, resolved: ResolvedRequest) -> list[Any]:
    """Return the dtypes of a column on the sides that have it."""
    sides = zip(resolved.sources, (column.here, column.there), strict=True)
    return [side.head[column.name].dtype for side, has_it in sides if has_it]


def _has_common(own: LabelledCounts, other: LabelledCounts, *, dropna: bool) -> bool:
    """Tell whether there is anything to compare of what is not scored value by value."""
    lacking = own.counts.missing.any() or other.counts.missing.any()
    return len(own.labels) > 1 or bool(lacking and not dropna)


def _add_blocks(prepared: dict[int, Column], resolved: ResolvedRequest, table: Table) -> None:
    """Count the blocks of the columns that both sides have."""
    columns = table.columns
    shared = [place for place in prepared if columns[place].is_shared]
    if not shared:
        return
    wanted = [columns[place].name for place in shared]
    binners = binners_of(columns)
    found, wrong = apart(wanted, lambda names: count_blocks(resolved.asking(names), binners))
    assert found is not None  # blocks= is given
    give_up(columns, wrong)
    for place in shared:
        column = columns[place]
        if column.error:
            del prepared[place]
            continue
        own, other = (units[column.name] for units in found)
        own, other = ((column.recode(side), owner) for side, owner in (own, other))
        prepared[place] = with_blocks(prepared[place], own, other, table.counted.options)


def _count_rows(table: Table, place: int) -> None:
    """Note how many rows each group has on either side, and how many lack the value."""
    column, groups = table.columns[place], table.counted.groups
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
        table.whole[f"n{end}"][:, place] = known if table.counted.options.dropna else every
        share = np.divide(missing, every, out=np.full(len(every), np.nan), where=every > 0)
        table.number[f"missing{end}"][:, place] = share
    table.is_counted[:, place] = True


def _both(column: DriftColumn, groups: GroupPairs) -> tuple[LabelledCounts, LabelledCounts]:
    """Return the counts of both sides; those of a side without the column are empty."""
    given = column.own or column.other
    assert given is not None  # one of them has it
    nothing = np.zeros(0, dtype=np.int64)
    size = int(max(groups.left.max(initial=0), groups.right.max(initial=0))) + 1
    zeros = np.zeros(size, dtype=np.int64)
    counts = Counts(nothing, nothing, nothing, zeros, given.counts.n_outcomes)
    empty = replace(given, counts=counts)
    return column.own or empty, column.other or empty


def score(prepared: Sequence[tuple[int, Column]], table: Table) -> None:
    """Measure and test all comparisons, many at a time, and adjust their p-values together."""
    # what was fitted to Q has a law of its own, and so has what was fitted to it by width
    waiting: dict[Any, list[Piece]] = {}
    cells: Counter[Any] = Counter()
    for place, column in prepared:
        law = None if column.fitted is None else column.fitted.bins.by_width
        for batch in batches(table.counted, column, every=False):
            piece = Piece(place, column, batch.rows, batch.raw)
            if _draws(table) * piece.width > _MOST_CELLS_DRAWN:
                _score_pieces([piece], table)
                continue
            waiting.setdefault(law, []).append(piece)
            cells[law] += len(batch.raw.outcome)
            if cells[law] >= _CELLS:
                _score_pieces(waiting.pop(law), table)
                cells[law] = 0
    for pieces in waiting.values():
        _score_pieces(pieces, table)
    p_values = table.number["p_value"]
    known = table.whole["categories"] > 1  # with one category there is no hypothesis
    table.number["p_adjusted"][known] = adjusted(p_values[known])
    table.number["p_adjusted"][~known] = p_values[~known]


def _score_pieces(pieces: list[Piece], table: Table) -> None:
    measure, options = table.measure, table.counted.options
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
    # where categories are folded, those beyond the ends may be among them
    other = np.repeat([_other(piece.column) for piece in pieces], [p.raw.size for p in pieces])
    lumped = raw.mass(ones, raw.outcome == other[raw.comparison]) > 0
    found["out_of_range"] = np.where((last >= 0) & ~lumped, outside, np.nan)
    above = share(raw.mass(raw.count_p, raw.outcome == last[raw.comparison]), raw.total_p)
    found["above"] = np.where((last >= 0) & ~lumped, above, np.nan)
    found["distance"] = MEASURES["js_distance"].value(raw, np.log(2.0))
    for one_measure in (measure, *(MEASURES[name] for name in ALWAYS)):
        found[one_measure.name] = one_measure.value(raw, options.log_base)
    scored = Scored(
        [measure],
        [lambda pairs: measure.value(pairs, options.log_base)],
        [found[measure.name]],
        options.log_base,
    )
    blocks = _blocks_of(pieces, table.counted)
    options = _affordable(table, pieces)
    sure = assess(
        *(options, raw, FRAME.null, scored, blocks),
        joined([spacings_of(piece.column.fitted, piece.raw) for piece in pieces]),
    )
    found |= sure.columns
    for piece, exact in zip(pieces, np.split(sure.exact, _ends(pieces)[:-1]), strict=True):
        before = table.sure.get(piece.place)
        listed = bool(exact.all()) and (before is None or before == EXACT)
        table.sure[piece.place] = described(options, [measure], exact=listed)
    for name, values in found.items():
        table.number[name][row, place] = values
    _find_tops(pieces, raw, table, row, place)


def _draws(table: Table) -> int:
    """Return how often a row is to be drawn again, 0 where a closed form is known."""
    options = table.counted.options
    assert options.inference is not None  # drift always tests
    return options.inference.n_draws if options.drawn([table.measure]) else 0


def _affordable(table: Table, pieces: list[Piece]) -> Options:
    """Draw what is drawn as often as the number of categories allows."""
    options = table.counted.options
    most = max(_MOST_CELLS_DRAWN // max(piece.width for piece in pieces), _LEAST_DRAWS)
    if _draws(table) <= most:
        return options
    assert options.inference is not None  # drift always tests
    return replace(options, inference=replace(options.inference, n_resamples=most))


def _ends(pieces: list[Piece]) -> IntArray:
    """Return where the comparisons of each piece end."""
    return np.cumsum([piece.raw.size for piece in pieces])


def _last_bin(column: Column) -> int:
    """Return the outcome that lies above all intervals, -1 where there are none."""
    return len(column.intervals[0]) - 1 if column.intervals is not None else -1


def _other(column: Column) -> int:
    """Return the outcome of intervals that are folded, -1 where none are."""
    return place_of_other(column.labels) if column.intervals is not None else -1


def _blocks_of(
    pieces: list[Piece], counted: CountedRequest
) -> Callable[[int, IntArray], tuple[IntArray, IntArray]] | None:
    if all(piece.column.blocks is None for piece in pieces):
        return None
    starts = np.append(0, _ends(pieces))

    def tables(i: int, outcomes: IntArray) -> tuple[IntArray, IntArray]:
        k = int(np.searchsorted(starts, i, side="right")) - 1
        read = blocks_of(counted, pieces[k].column, pieces[k].rows.start)
        assert read is not None  # where both sides have rows, both have blocks
        return read(i - int(starts[k]), outcomes)

    return tables


def _find_tops(
    pieces: list[Piece], raw: Pairs, table: Table, row: IntArray, place: IntArray
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
        found = take_labels(column.labels, np.where(outcomes < len(column.labels), outcomes, -1))
        order = np.arange(len(found)) if column.leveled else label_order(found)
        order = np.lexsort([np.argsort(order)[position], raw.comparison[tied]])
        which, first = np.unique(raw.comparison[tied][order], return_index=True)
        chosen = position[order][first]
        missing = found.isna()
        text = [
            MISSING_TEXT if none else as_text(value)
            for value, none in zip(as_objects(found), missing, strict=True)
        ]
        texts[which] = np.array(text, dtype=object)[chosen]
        start = stop
    table.top[row, place] = texts
