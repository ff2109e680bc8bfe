"""Why it changed: a divergence split by the chain rule, into columns or into segments."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from pdkl import grouping, results
from pdkl import labels as names
from pdkl.binned import Binner, fit_to, named_by, read_binning, rules_for
from pdkl.core.binning import Binning
from pdkl.core.chain import CHAINED, Chained, Split
from pdkl.core.counts import Counts, require_whole, sum_by
from pdkl.core.numerics import IntArray
from pdkl.core.pairs import align
from pdkl.core.resampling import each, null_summary, p_value
from pdkl.core.validation import boolean, listing, one_of, require_columns
from pdkl.engines.pandas import Key, Labelled, encode, key_name
from pdkl.question import plain, read_base, read_by, read_columns
from pdkl.rows import Rows, Source
from pdkl.sources import count, is_data, one, read_data, weights_of
from pdkl.sureness import WORTH_THREADS, Sureness, read_sureness, with_progress

UNRESOLVED = "(not resolved)"
_ALPHA = 0.05  # how often columns that did not change are blamed
_GLANCE = 19  # draws that tell what is not worth more
_HOPE = 0.2  # the p-value of a glance above which no more draws are spent
_ENOUGH = 5  # rows for each combination of two columns
_LONG = 50_000_000  # cells drawn that take some seconds
_SIZES = ("n", "n_reference", "n_missing", "n_missing_reference")
_TESTED = ("contribution", "share", "expected", "excess", "noise_floor")
_BY_COLUMN = ("step", "column", "given", *_SIZES, *_TESTED, "unit")
_BY_SEGMENT = ("column", "part", *_SIZES, "weight", "divergence", *_TESTED, "unit")


Make = Callable[[], Split]


@dataclass(frozen=True)
class _Asked:
    """The call, checked."""

    source: Source
    reference: Source
    columns: list[Hashable]
    by: list[Key]
    weights: Hashable | None
    cut: dict[Hashable, Binner]
    dropna: bool
    measure: Chained
    log_base: float
    sure: Sureness


@dataclass(frozen=True)
class _Found:
    """What a split adds to the divergence, beside what it would if nothing differed."""

    contribution: float
    expected: float
    excess: float
    noise_floor: float
    gain: float  # the excess of JS, which is finite whatever the measure
    p_value: float

    def is_real(self, hypotheses: int) -> bool:
        """Tell whether chance alone seldom adds as much in any of so many splits."""
        return self.gain > 0 and self.p_value * hypotheses <= _ALPHA

    def entries(self, total: float, log_base: float) -> dict[str, float]:
        """Return the columns of the result in its unit."""
        known = 0 < total < np.inf
        return {
            "contribution": self.contribution / log_base + 0.0,
            "share": self.contribution / total if known else float("nan"),
            "expected": self.expected / log_base + 0.0,
            "excess": self.excess / log_base + 0.0,
            "noise_floor": self.noise_floor / log_base + 0.0,
        }


def explain(
    data: Any,
    reference: Any,
    columns: Any,
    *,
    by: Any,
    measure: Any,
    weights: Any,
    base: Any,
    dropna: Any,
    bins: Any,
    binning: Any,
    n_resamples: Any,
    rng: Any,
    progress: Any,
) -> pd.DataFrame:
    """Answer `InfoTheory.explain`."""
    log_base, unit = read_base(base)
    chosen = CHAINED[CHAINED.index(one_of("measure", measure, CHAINED))]
    sure = read_sureness(None, True, n_resamples, rng, progress)
    assert sure is not None  # a test is asked for
    source = read_data(data)
    if not is_data(reference):
        raise TypeError(
            f"reference must be a frame; got {type(reference).__name__}. explain() deals the rows "
            "of both sides anew, so it needs rows on both: pass those of one group, or of the time "
            "before, as a frame."
        )
    other = read_data(reference)
    keys = read_by(by, source.head)
    key_names = [key_name(key) for key in keys]
    results.check_keys(key_names, _BY_SEGMENT)
    wanted = _read_columns(columns, source, other, key_names, weights, bins)
    placed = read_binning(binning, bins, compared=True)
    asked = _Asked(
        source,
        other,
        wanted,
        keys,
        weights,
        _fit_bins(other, rules_for(bins, source.head, wanted), weights, placed),
        boolean("dropna", dropna),
        chosen,
        log_base,
        sure,
    )
    result = _segments(asked) if keys else _columns(asked)
    result["unit"] = _text([unit] * len(result))
    result.attrs["pdkl"] = {
        "method": "explain",
        "measure": measure,
        "comparison": other.kind,
        "by": [plain(key) for key in key_names],
        "columns": [plain(column) for column in wanted],
        "weights": plain(weights),
        "base": plain(base),
        "dropna": dropna,
        "n_resamples": n_resamples,
        **({} if bins is None else {"bins": str(bins), "binning": placed}),
        "unit": unit,
    }
    return result


def _read_columns(
    columns: Any, source: Source, reference: Source, keys: list[Hashable], weights: Any, bins: Any
) -> list[Hashable]:
    """Return the columns asked for; both sides have them, and the keys and weights too."""
    frame, there = source.head, list(reference.head.columns)
    if weights is not None:
        require_columns("weights", [weights], list(frame.columns))
        require_columns("weights", [weights], there, frame="reference")
    require_columns("by", keys, there, frame="reference")
    wanted = read_columns("columns", columns, frame, [*keys, weights], named_by(bins))
    require_columns("columns", wanted, there, frame="reference")
    if twice := [name for name in dict.fromkeys(wanted) if wanted.count(name) > 1]:
        raise ValueError(f"columns names {listing(twice)} more than once. Name each column once.")
    if shared := [name for name in wanted if name in keys]:
        raise ValueError(
            f"columns and by both name {listing(shared)}. The change of its own shares is the row "
            "'mix'; leave it out of columns."
        )
    return wanted


def _fit_bins(
    reference: Source, rules: dict[Hashable, Any], weights: Hashable | None, binning: Binning
) -> dict[Hashable, Binner]:
    """Fit the intervals of each binned column to the reference."""
    every = reference.reduce([[name] for name in rules], weights, {}) if rules else []
    return {
        name: fit_to(
            rows.plain[name], name, weights_of(rows), rule, binning, counted=weights is None
        )
        for (name, rule), rows in zip(rules.items(), every, strict=True)
    }


def _judge(asked: _Asked, splits: Sequence[Make], cells: int, size: int) -> list[_Found]:
    """Measure splits of up to so many cells, and draw each as if nothing differed within strata.

    They are made one by one, as all of them may not fit into memory.
    """
    measures = tuple(dict.fromkeys([CHAINED[0], asked.measure]))

    def task(i: int, rng: np.random.Generator) -> _Found:
        split = splits[i]()
        js, drawn = split.total(CHAINED[0]), split.null_values(measures, size, rng)
        gain = null_summary(js, drawn[0]).excess
        rows = 2.0 * (split.n_p + split.n_q)  # JS in the unit of the G statistic
        chance = p_value(rows * js, rows * drawn[0], least=split.least_p_value())
        value, values = split.total(asked.measure), drawn[-1]
        told = null_summary(value, values)
        expected = float(values.mean()) if not np.isnan(value) else float("nan")
        return _Found(value, expected, *told, gain, chance)

    threads = None if cells * size >= WORTH_THREADS else 1
    answers = each(task, len(splits), asked.sure.rng, threads=threads)
    shown = asked.sure.progress and cells * size * len(splits) > _LONG
    return list(with_progress(answers, len(splits), shown=shown))


# ---- columns --------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Cells:
    """The combinations of all columns that occur: the code of each column, the rows per side."""

    codes: list[IntArray]
    p: IntArray
    q: IntArray
    missing: tuple[int, int]  # rows of either side that lack a value

    def split(self, strata: IntArray, columns: Sequence[int]) -> Split:
        """Put the cells of some columns into strata, which are numbered from 0."""
        key = strata
        for column in columns:
            key = _numbered(key, self.codes[column])
        size, n_strata = (int(number.max(initial=-1)) + 1 for number in (key, strata))
        p, q = (sum_by(key, side, size) for side in (self.p, self.q))
        stratum = np.empty(size, dtype=np.int64)
        stratum[key] = strata
        return Split(stratum, p, q, int(p.sum()), int(q.sum()), max(n_strata, 1))

    def pairs(self, strata: IntArray, columns: Sequence[int]) -> list[tuple[int, int]]:
        """List the pairs of columns whose combinations have enough rows on average to tell."""
        rows = int(self.p.sum() + self.q.sum())
        most = rows / (_ENOUGH * (int(strata.max(initial=0)) + 1))
        sizes = {column: len(np.unique(self.codes[column])) for column in columns}
        return [(i, j) for i, j in combinations(columns, 2) if sizes[i] * sizes[j] <= most]


def _columns(asked: _Asked) -> pd.DataFrame:
    """Split the joint divergence into columns, the largest excess first."""
    cells = _cells(asked)
    total = cells.split(np.zeros(len(cells.p), dtype=np.int64), range(len(asked.columns)))
    joint = total.total(asked.measure)
    texts = [names.text(column) for column in asked.columns]
    sizes = (total.n_p, total.n_q, *cells.missing)
    rows: list[dict[str, Any]] = []
    for chosen, given, found in _steps(asked, cells):
        rows.append(
            {
                "step": len(rows) + 1,
                "column": UNRESOLVED if chosen is None else texts[chosen],
                "given": ", ".join(texts[i] for i in given),
                **dict(zip(_SIZES, sizes, strict=True)),
                **found.entries(joint, asked.log_base),
            }
        )
    columns: dict[str, Any] = {name: [row[name] for row in rows] for name in _BY_COLUMN[:-1]}
    columns |= {name: _text(columns[name]) for name in ("column", "given")}
    return pd.DataFrame(columns, index=pd.RangeIndex(len(rows)))


def _steps(asked: _Asked, cells: _Cells) -> list[tuple[int | None, list[int], _Found]]:
    """Choose one column after the other; None is what is left when none is real."""
    strata = np.zeros(len(cells.p), dtype=np.int64)
    chosen: list[int] = []
    left = list(range(len(asked.columns)))
    steps: list[tuple[int | None, list[int], _Found]] = []

    def take(column: int, found: _Found) -> None:
        nonlocal strata
        steps.append((column, list(chosen), found))
        strata = _numbered(strata, cells.codes[column])
        chosen.append(column)
        left.remove(column)

    def judged(every: Sequence[Sequence[int]], most: int) -> list[_Found]:
        splits = [partial(cells.split, strata, columns) for columns in every]
        return _judge(asked, splits, len(cells.p), min(most, asked.sure.n_resamples))

    def promising(every: Sequence[Sequence[int]]) -> list[_Found]:
        """Judge columns together, those that a glance shows to be noise by this glance alone."""
        found = judged(every, _GLANCE)
        hopeful = [i for i, one in enumerate(found) if one.p_value <= _HOPE]
        again = judged([every[i] for i in hopeful], asked.sure.n_resamples)
        for i, better in zip(hopeful, again, strict=True):
            found[i] = better
        return found

    while left:
        found = promising([[column] for column in left])
        best = _best(found)
        if best is not None:
            take(left[best], found[best])
            continue
        # no column alone, but perhaps two: what they tell of each other
        pairs = cells.pairs(strata, left)
        best = _best(promising(pairs))
        if best is None:
            (rest,) = judged([left], asked.sure.n_resamples)
            steps.append((None, list(chosen), rest))
            break
        for column in pairs[best]:
            take(column, *judged([[column]], asked.sure.n_resamples))
    return steps


def _best(found: Sequence[_Found]) -> int | None:
    """Return the place of the largest excess that is real, None if none is."""
    real = [i for i, one in enumerate(found) if one.is_real(len(found))]
    return max(real, key=lambda i: found[i].gain) if real else None


def _cells(asked: _Asked) -> _Cells:
    """Count the combinations of all columns on both sides."""
    here, there = (
        one(source, asked.columns, asked.weights, asked.cut)
        for source in (asked.source, asked.reference)
    )
    weight = np.concatenate([_whole_weights(rows) for rows in (here, there)])
    own = np.arange(len(weight)) < len(here.frame)
    key, lacking = np.zeros(len(weight), dtype=np.int64), np.zeros(len(weight), dtype=bool)
    codes: list[IntArray] = []
    for column in asked.columns:
        code = _codes(here, there, column, asked.cut)
        lacking |= code < 0
        codes.append(code + 1)
        key = _numbered(key, codes[-1])
    keep = weight > 0
    if asked.dropna:
        keep &= ~lacking
    _, first, place = np.unique(key[keep], return_index=True, return_inverse=True)
    p, q = (
        sum_by(place, np.where(side, weight, 0)[keep], len(first)).astype(np.int64)
        for side in (own, ~own)
    )
    missing = int(weight[lacking & own].sum()), int(weight[lacking & ~own].sum())
    return _Cells([code[keep][first] for code in codes], p, q, missing)


def _whole_weights(rows: Rows) -> IntArray:
    """Return how many rows each row stands for."""
    weight = weights_of(rows)
    if weight is None:
        return np.ones(len(rows.frame), dtype=np.int64)
    require_whole(weight, "explain()")
    return weight.astype(np.int64)


def _codes(here: Rows, there: Rows, column: Hashable, cut: dict[Hashable, Binner]) -> IntArray:
    """Give the rows of both sides one code per value, in the order of the values; -1 is missing."""
    sides = []
    for rows in (here, there):
        coder = encode if column in rows.cut else cut.get(column, encode)
        codes, labels = coder(rows.frame[column], column)
        seen = np.zeros(len(labels) + 1, dtype=bool)
        seen[codes] = True  # -1 is the last
        place = np.append(np.cumsum(seen[:-1]) - 1, -1)
        sides.append((place[codes], labels[seen[:-1]]))
    (own, labels), (other, labels_there) = sides
    _require_match(labels, labels_there, column)
    every, position = names.union(labels, labels_there)
    rank = np.append(np.argsort(names.sort_order(every)), -1)
    return np.concatenate([rank[own], rank[np.append(position, -1)[other]]])


def _require_match(labels: names.Labels, labels_there: names.Labels, column: Hashable) -> None:
    names.require_match(
        labels, labels_there, f"column {column!r}", f"reference for column {column!r}"
    )


def _numbered(key: IntArray, codes: IntArray) -> IntArray:
    """Give pairs of key and code that occur numbers from 0, in rising order."""
    width = int(codes.max(initial=0)) + 1
    joint = key * width + codes
    size = (int(key.max(initial=0)) + 1) * width
    if size > 4 * len(joint):
        _, place = np.unique(joint, return_inverse=True)
        return np.asarray(place, dtype=np.int64)
    seen = np.zeros(size, dtype=bool)
    seen[joint] = True
    return np.asarray((np.cumsum(seen) - 1)[joint], dtype=np.int64)


# ---- segments -------------------------------------------------------------------------------


def _segments(asked: _Asked) -> pd.DataFrame:
    """Split the divergence of each column into that of the mix and those within segments."""
    bare = [key_name(key) for key in asked.by]  # Groupers cut the times of both sides together
    here, there = (
        count(source, asked.columns, bare, asked.weights, asked.cut)
        for source in (asked.source, asked.reference)
    )
    keys, own, others = grouping.pool(here.keys, there.keys, asked.by)
    here, there = here.regroup(own, keys), there.regroup(others, keys)
    within: list[Split] = []
    splits: list[Make] = []  # for each column the mix, then the segments
    sizes: dict[str, list[Any]] = {name: [] for name in _SIZES}
    for column in asked.columns:
        p, q = _on_one_order(here.columns[column], there.columns[column], column, asked.dropna)
        pairs = align(p, q)
        left, right = (side.astype(np.int64) for side in (pairs.count_p, pairs.count_q))
        n_p, n_q = int(left.sum()), int(right.sum())
        one_column = Split(pairs.comparison, left, right, n_p, n_q, len(keys))
        within.append(one_column)
        splits.append(partial(_mix, p, q))
        splits += [partial(one_column.part, segment) for segment in range(len(keys))]
        for name, side in zip(_SIZES, (p.totals, q.totals, p.missing, q.missing), strict=True):
            sizes[name] += [int(side.sum()), *side.astype(np.int64)]
    cells = max(len(split.p) for split in within)
    found = _judge(asked, splits, cells, asked.sure.n_resamples)
    return _segment_rows(asked, keys, within, found, sizes)


def _on_one_order(
    own: Labelled, other: Labelled, column: Hashable, dropna: bool
) -> tuple[Counts, Counts]:
    """Give both sides the same outcomes, in the order of their labels."""
    _require_match(own.labels, other.labels, column)
    every, position = names.union(own.labels, other.labels)
    rank = np.argsort(names.sort_order(every))
    p = replace(own.counts, n_outcomes=len(every)).relabel(rank, len(every))
    q = other.counts.relabel(rank[position], len(every))
    for side in (p, q):
        require_whole(side.weight, "explain()")
        require_whole(side.missing, "explain()")
    return (p, q) if dropna else (p.with_missing(), q.with_missing())


def _mix(p: Counts, q: Counts) -> Split:
    """Return the split of all rows into segments."""
    left, right = (side.totals.astype(np.int64) for side in (p, q))
    occurs = np.flatnonzero(left + right)
    left, right = left[occurs], right[occurs]
    stratum = np.zeros(len(occurs), dtype=np.int64)
    return Split(stratum, left, right, int(left.sum()), int(right.sum()), 1)


def _segment_rows(
    asked: _Asked,
    keys: pd.DataFrame,
    within: list[Split],
    found: list[_Found],
    sizes: dict[str, list[Any]],
) -> pd.DataFrame:
    size = len(keys) + 1
    columns: dict[Hashable, Any] = {
        name: grouping.take(
            keys[name], np.tile(np.arange(-1, len(keys)), len(within)), nullable=True
        )
        for name in keys.columns
    }
    texts = [names.text(column) for column in asked.columns]
    columns["column"] = _text([text for text in texts for _ in range(size)])
    columns["part"] = _text(["mix", *["within"] * len(keys)] * len(within))
    for name in _SIZES:
        columns[name] = sizes[name]
    entries, weights, divergences = [], [], []
    for i, split in enumerate(within):
        own = found[i * size : (i + 1) * size]
        total = sum(one.contribution for one in own)
        entries += [one.entries(total, asked.log_base) for one in own]
        weights.append([1.0, *split.weight(asked.measure)])
        divergences.append([own[0].contribution, *split.divergence(asked.measure)])
    columns["weight"] = np.concatenate(weights)
    columns["divergence"] = np.concatenate(divergences) / asked.log_base + 0.0
    for name in _TESTED:
        columns[name] = np.array([entry[name] for entry in entries], dtype=np.float64)
    return pd.DataFrame(columns, index=pd.RangeIndex(size * len(within)))


def _text(values: list[str]) -> pd.Series[Any]:
    column: pd.Series[Any] = pd.Series(np.array(values, dtype=object), dtype="str")
    return column
