"""Columns of both sides lined up, measured and tested, many at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

import numpy as np

from pdkl.analyses.drift.presence import presence
from pdkl.analyses.drift.table import Flags, Piece, Table, binners_of
from pdkl.analyses.drift.values import also_missing, score_values, values_of
from pdkl.codes.labels import place_of_other, require_written
from pdkl.comparing.align import Support, batches, blocks_of, support_of
from pdkl.comparing.inference import (
    Question,
    Scored,
    assess,
    described,
    joined,
    spacings_of,
)
from pdkl.comparing.prepare import CountedRequest
from pdkl.comparing.score import statistic, with_zeros
from pdkl.comparing.shared_labels import Column, CountedColumn, column_of, with_blocks
from pdkl.comparing.tops import Run, tops
from pdkl.core.counts.counts import Counts
from pdkl.core.counts.pairs import Pairs, concatenate, split
from pdkl.core.counts.smoothing import allowed, allowed_size, smooth_allowed, treat_zeros
from pdkl.core.forms import null_of
from pdkl.core.inference.multiplicity import adjusted
from pdkl.core.measures.catalogue import MEASURES
from pdkl.core.measures.measure import Measure
from pdkl.core.numerics.exact import FloatArray, IntArray
from pdkl.counting import kinds
from pdkl.counting.apart import Wrong, apart, noting
from pdkl.counting.blocks import count_blocks
from pdkl.counting.heads import Heads
from pdkl.counting.kinds import KindRequest, give_up
from pdkl.counting.pandas_counts import LabelledCounts
from pdkl.request.inference import EXACT
from pdkl.request.keywords import Options
from pdkl.request.resolve import ResolvedRequest
from pdkl.results.pairing import GroupPairs
from pdkl.results.reading import EXCESS, JUDGED, NOISE_FLOOR

_AT_ONCE = 64  # so many short columns are lined up together
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
    _count_rows(table)
    heads = Heads(resolved.source), Heads(resolved.reference)
    for place, column in enumerate(columns):
        if column.error:
            continue
        with noting(wrong, column.name):
            dtypes = kinds.dtypes_of(column, *heads)
            kinds.settle_counted(column, asked, dtypes)
            if not column.is_scored:
                table.rules[place] = table.category_rule(place)
            own, other = _both((column.own, column.other), table.counted.groups)
            if not column.is_scored and not _has_common(own, other, dropna=options.dropna):
                continue
            sides = CountedColumn(column.name, column.name, own, other)
            is_cut = column.is_scored and column.binner is not None
            binners = {column.name: column.binner} if is_cut and column.binner else {}
            lined = column_of(resolved, sides, binners)
            require_written(lined.labels)
            if table.rules[place].measure.ordered:
                _add_values(table, place, dtypes, resolved)
            prepared[place] = lined
    give_up(columns, wrong)
    if resolved.request.blocks is not None:
        _add_blocks(prepared, resolved, table)
    return list(prepared.items())


def _add_values(table: Table, place: int, dtypes: Sequence[Any], resolved: ResolvedRequest) -> None:
    """Put the values of a column in order, or let it go by its categories."""
    column, rule = table.columns[place], table.rules[place]
    own, other = _both(column.values, table.counted.groups)
    sides = CountedColumn(column.name, column.name, own, other)
    found = values_of(column, rule, sides, dtypes, resolved)
    if found is None:
        table.rules[place] = table.category_rule(place)
    else:
        table.by_value[place] = found


def _has_common(own: LabelledCounts, other: LabelledCounts, *, dropna: bool) -> bool:
    """Tell whether there is anything to compare of what is not scored value by value.

    Where missing values are dropped, they are compared only in groups that have no others.
    """
    for side in (own.counts, other.counts):
        lacking = side.missing > 0
        if bool((lacking & (side.totals == 0) if dropna else lacking).any()):
            return True
    return len(own.labels) > 1


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
        if place in table.by_value:
            options = replace(table.counted.options, dropna=True)
            table.by_value[place] = with_blocks(table.by_value[place], own, other, options)
        own, other = (replace(one, side=column.recode(one.side)) for one in (own, other))
        prepared[place] = with_blocks(prepared[place], own, other, table.counted.options)


def _count_rows(table: Table) -> None:
    """Note how many rows each group has on either side, and how many lack the value."""
    groups = table.counted.groups
    known_columns = [place for place, column in enumerate(table.columns) if not column.error]
    for name, end in (("own", ""), ("other", "_reference")):
        sides = {place: getattr(table.columns[place], name) for place in known_columns}
        counts = {place: side.counts for place, side in sides.items() if side is not None}
        if not counts:
            continue
        sums, places = groups.sums_of_q if end else groups.sums_of_p, list(counts)
        known = np.stack([sums(one.totals) for one in counts.values()], axis=1)
        missing = np.stack([sums(one.missing) for one in counts.values()], axis=1)
        every = known + missing
        table.whole[f"known{end}"][:, places] = known
        table.whole[f"n{end}"][:, places] = known if table.counted.options.dropna else every
        table.whole[f"rows{end}"][:, places] = every
        share = np.divide(missing, every, out=np.full(every.shape, np.nan), where=every > 0)
        table.number[f"missing{end}"][:, places] = share
    table.is_counted[:, known_columns] = True


def _both(
    sides: tuple[LabelledCounts | None, LabelledCounts | None], groups: GroupPairs
) -> tuple[LabelledCounts, LabelledCounts]:
    """Return the counts of both sides; those of a side without the column are empty."""
    own, other = sides
    given = own or other
    assert given is not None  # one of them has it
    nothing = np.zeros(0, dtype=np.int64)
    size = int(max(groups.left.max(initial=0), groups.right.max(initial=0))) + 1
    zeros = np.zeros(size, dtype=np.int64)
    counts = Counts(nothing, nothing, nothing, zeros, given.counts.n_outcomes)
    empty = replace(given, counts=counts)
    return own or empty, other or empty


def score(prepared: Sequence[tuple[int, Column]], table: Table) -> None:
    """Measure and test all comparisons, many at a time, and adjust their p-values together."""
    _score_all(_lined_up(_finite(prepared, table), table), table)
    lacks = table.lacks[""] ^ table.lacks["_reference"]
    _score_presence(prepared, table, lacks)
    if table.by_value:
        others = {one.name: table.number[one.name].copy() for one in table.others}
        _score_presence(prepared, table, also_missing(table))
        table.number |= others  # are of all categories
        score_values(table)
    p_values = table.number["p_value"]
    known = (table.whole["categories"] > 1) | lacks  # with one category there is no hypothesis
    known[:, list(table.by_value)] = ~np.isnan(p_values[:, list(table.by_value)])
    table.number["p_adjusted"][known] = adjusted(p_values[known])
    table.number["p_adjusted"][~known] = p_values[~known]


def _score_presence(prepared: Sequence[tuple[int, Column]], table: Table, where: Flags) -> None:
    """Compare in some rows of each column whether there is a value."""
    _score_all(
        (
            _pieces(place, presence(column, dropna=table.counted.options.dropna), table, rows)
            for place, column in prepared
            if len(rows := np.flatnonzero(where[:, place])) and not table.columns[place].error
        ),
        table,
        only_scores=True,
    )


def _finite(prepared: Sequence[tuple[int, Column]], table: Table) -> Iterator[tuple[int, Column]]:
    """Give up on the columns that ``zeros="raise"`` refuses; return the others."""
    for place, column in prepared:
        wrong: Wrong = {}
        if table.counted.options.zeros == "raise":
            counted, measure = _asked(place, table), table.category_rule(place).measure
            with noting(wrong, column.name):
                for batch in batches(counted, column, every=False):
                    with_zeros(counted, column, batch, measure)
            give_up(table.columns, wrong)
        if not wrong:
            yield place, column


def _asked(place: int, table: Table) -> CountedRequest:
    """Return the request as it is put to one column."""
    counted, smoothing = table.counted, table.category_rule(place).smoothing
    if smoothing is counted.options.smoothing:
        return counted
    return replace(counted, options=replace(counted.options, smoothing=smoothing))


def _pieces(
    place: int, column: Column, table: Table, rows: IntArray | None = None
) -> Iterator[Piece]:
    """Line up the sides of a column, of some groups alone if ``rows`` says so."""
    counted = _asked(place, table)
    if rows is None:
        rows = np.arange(len(counted.groups))
    else:
        counted = replace(counted, groups=counted.groups.only(rows))
    smoothing = counted.options.smoothing
    for batch in batches(counted, column, every=False):
        at, raw, pairs = batch.rows, batch.raw, batch.pairs
        if table.is_fixed and smoothing is not None:
            raw = replace(raw, alphabet=allowed_size(raw))
            pairs = smooth_allowed(raw, smoothing)
        yield Piece(place, column, counted, rows[at], at.start, raw, pairs)


def _lined_up(columns: Iterable[tuple[int, Column]], table: Table) -> Iterator[Iterator[Piece]]:
    """Line up the sides of all columns, some at once where they are short and nothing is smoothed.

    They stay in their order, as what is drawn depends on it.
    """
    waiting: list[tuple[int, Support]] = []
    for place, column in columns:
        counted = _asked(place, table)
        support = support_of(counted, column, every=False)
        if counted.options.smoothing is None and support.is_short:
            waiting.append((place, support))
            if len(waiting) < _AT_ONCE:
                continue
        yield _together(waiting)
        if not waiting or waiting[-1][0] != place:
            yield _pieces(place, column, table)
        waiting = []
    yield _together(waiting)


def _together(some: Sequence[tuple[int, Support]]) -> Iterator[Piece]:
    """Line up the sides of short columns at once."""
    if not some:
        return
    every = split(Support.joined([support for _, support in some]).raw, len(some))
    for (place, support), own in zip(some, every, strict=True):
        raw = replace(own, alphabet=support.column.alphabet_size)
        rows = np.arange(len(support.groups))
        yield Piece(place, support.column, support.counted, rows, 0, raw, raw)


def _score_all(
    columns: Iterable[Iterator[Piece]], table: Table, *, only_scores: bool = False
) -> None:
    """Score pieces of one law, measure and smoothing together, many at a time."""
    waiting: dict[Any, list[Piece]] = {}
    cells: Counter[Any] = Counter()
    for piece in chain.from_iterable(columns):
        rule, column = table.category_rule(piece.place), piece.column
        # what was fitted to Q has a law of its own, and so has what was fitted to it by width
        law = None if column.fitted is None else column.fitted.bins.by_width
        alphabet = 0 if rule.smoothing is None else piece.raw.alphabet
        key = law, id(rule.measure), rule.smoothing, alphabet
        if (draws := _draws(piece, table)) and draws * piece.width > _MOST_CELLS_DRAWN:
            _score_pieces([piece], table, only_scores=only_scores)
            continue
        waiting.setdefault(key, []).append(piece)
        cells[key] += len(piece.raw.outcome)
        if cells[key] >= _CELLS:
            _score_pieces(waiting.pop(key), table, only_scores=only_scores)
            cells[key] = 0
    for pieces in waiting.values():
        _score_pieces(pieces, table, only_scores=only_scores)


def _score_pieces(pieces: list[Piece], table: Table, *, only_scores: bool) -> None:
    raw = concatenate([piece.raw for piece in pieces])
    row = np.concatenate([piece.rows for piece in pieces])
    place = np.repeat([piece.place for piece in pieces], [piece.raw.size for piece in pieces])
    if not only_scores:
        _add_facts(pieces, raw, table, row, place)
    found = _measured(pieces, raw, table)
    for name, values in found.items():
        table.number[name][row, place] = values
    if not only_scores or table.counted.options.dropna:
        runs = [Run(one.column.labels, one.column.leveled, one.raw.size) for one in pieces]
        table.top[row, place], table.number["top_contribution"][row, place] = tops(raw, runs)


def _add_facts(
    pieces: list[Piece], raw: Pairs, table: Table, row: IntArray, place: IntArray
) -> None:
    """Note which categories there are, and how many rows they hold."""
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
    for name, values in found.items():
        table.number[name][row, place] = values


def _measured(pieces: list[Piece], raw: Pairs, table: Table) -> dict[str, Any]:
    """Return the scores of pieces that have one rule, and how sure they are."""
    rule, counted = table.category_rule(pieces[0].place), pieces[0].counted
    options, measure, alphabet = counted.options, rule.measure, pieces[0].raw.alphabet
    smoothed = concatenate([piece.pairs for piece in pieces])
    valid = (raw.total_p > 0) & (raw.total_q > 0)

    def value(one: Measure) -> FloatArray:
        pairs = treat_zeros(smoothed, options.zeros, one.divides_by) if one.divides_by else smoothed
        return np.where(valid, one.value(pairs, options.log_base), np.nan)

    found = {one.name: value(one) for one in table.others}
    found[JUDGED[0]] = value(measure)
    if not table.is_tested:
        return found
    excluded = np.zeros(raw.size, dtype=bool)
    if rule.smoothing is not None:
        raw = replace(raw, alphabet=alphabet)
        if table.is_fixed:
            excluded = raw.mass(raw.count_p, raw.count_q == 0) > 0
            raw = allowed(raw)
    scored = Scored(
        [measure],
        [statistic(counted, alphabet, measure)],
        [found[JUDGED[0]]],
        options.log_base,
        rule.smoothing,
    )
    spacings = joined([spacings_of(piece.column.fitted, piece.raw) for piece in pieces])
    null = null_of(counted.form)
    question = Question(raw, null, scored, _blocks_of(pieces), spacings)
    (sure,) = assess(_affordable(pieces, table), [question])
    for piece, exact in zip(pieces, np.split(sure.exact, _ends(pieces)[:-1]), strict=True):
        before = table.sure.get(piece.place)
        listed = bool(exact.all()) and (before is None or before == EXACT)
        table.sure[piece.place] = described(options, [measure], exact=listed)
    for name, end in zip(JUDGED[1:], (EXCESS, NOISE_FLOOR), strict=True):
        found[name] = sure.columns[f"{measure.name}{end}"]
    # what shares exclude is no accident
    found["p_value"] = np.where(excluded & valid, 0.0, sure.columns["p_value"])
    return found


def _draws(piece: Piece, table: Table) -> int:
    """Return how often a row is to be drawn again, 0 where a closed form is known."""
    options = piece.counted.options
    assert options.inference is not None  # drift always tests
    measure = table.category_rule(piece.place).measure
    return options.inference.n_draws if options.drawn([measure]) else 0


def _affordable(pieces: list[Piece], table: Table) -> Options:
    """Draw what is drawn as often as the number of categories allows."""
    options, draws = pieces[0].counted.options, _draws(pieces[0], table)
    if not draws:
        return options
    most = max(_MOST_CELLS_DRAWN // max(piece.width for piece in pieces), _LEAST_DRAWS)
    if draws <= most:
        return options
    assert options.inference is not None  # drift always tests
    return replace(options, inference=replace(options.inference, n_resamples=most))


def _ends(pieces: list[Piece]) -> IntArray:
    """Return where the comparisons of each piece end."""
    return np.cumsum([piece.raw.size for piece in pieces])


def _last_bin(column: Column) -> int:
    """Return the outcome that lies above all intervals, -1 where there are none."""
    return column.binner.bins.size - 1 if column.binner is not None else -1


def _other(column: Column) -> int:
    """Return the outcome of intervals that are folded, -1 where none are."""
    return place_of_other(column.labels) if column.binner is not None else -1


def _blocks_of(
    pieces: list[Piece],
) -> Callable[[int, IntArray], tuple[IntArray, IntArray]] | None:
    if all(piece.column.blocks is None for piece in pieces):
        return None
    starts = np.append(0, _ends(pieces))

    def tables(i: int, outcomes: IntArray) -> tuple[IntArray, IntArray]:
        k = int(np.searchsorted(starts, i, side="right")) - 1
        read = blocks_of(pieces[k].counted, pieces[k].column, pieces[k].start)
        assert read is not None  # where both sides have rows, both have blocks
        return read(i - int(starts[k]), outcomes)

    return tables
