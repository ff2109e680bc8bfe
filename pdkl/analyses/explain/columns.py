"""A joint divergence split into columns, the largest excess first."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from pdkl.analyses.explain.splits import (
    SIZES,
    TESTED,
    Explained,
    JudgedSplit,
    judge,
)
from pdkl.codes.labels import as_text, common_labels, label_order, lacking
from pdkl.codes.together import encode_column
from pdkl.codes.values import Encoder
from pdkl.comparing.shared_labels import require_alike
from pdkl.core.counts.counts import require_whole, sum_by
from pdkl.core.measures.chain_rule import Split
from pdkl.core.numerics.exact import IntArray
from pdkl.counting.apart import apart, noting, remaining
from pdkl.counting.count import one, weights_of
from pdkl.results.tidy import text_column
from pdkl.sources.base import Rows

UNRESOLVED = "(not resolved)"
# a column is drawn a few times first, and again as often as asked only if its p-value is not above
_SCREENING_DRAWS = 19
_SCREENING_P = 0.2
_MIN_ROWS_PER_CELL = 5  # pairs of columns with fewer rows for each combination are not tried
_BY_COLUMN = ("step", "column", "given", *SIZES, *TESTED, "unit")


@dataclass(frozen=True)
class JointCells:
    """The combinations of all columns that occur: the code of each column, the rows per side."""

    columns: list[Hashable]
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
        most = rows / (_MIN_ROWS_PER_CELL * (int(strata.max(initial=0)) + 1))
        sizes = {column: len(np.unique(self.codes[column])) for column in columns}
        return [(i, j) for i, j in combinations(columns, 2) if sizes[i] * sizes[j] <= most]


def split_columns(explained: Explained) -> pd.DataFrame:
    """Split the joint divergence into columns, the largest excess first."""
    cells = _cells(explained)
    total = cells.split(np.zeros(len(cells.p), dtype=np.int64), range(len(cells.columns)))
    joint = total.total(explained.measure)
    texts = [as_text(column) for column in cells.columns]
    sizes = (total.n_p, total.n_q, *cells.missing)
    rows: list[dict[str, Any]] = []
    for chosen, given, found in _steps(explained, cells):
        rows.append(
            {
                "step": len(rows) + 1,
                "column": UNRESOLVED if chosen is None else texts[chosen],
                "given": ", ".join(texts[i] for i in given),
                **dict(zip(SIZES, sizes, strict=True)),
                **found.entries(joint, explained.log_base),
            }
        )
    columns: dict[str, Any] = {name: [row[name] for row in rows] for name in _BY_COLUMN[:-1]}
    columns |= {name: text_column(columns[name]) for name in ("column", "given")}
    return pd.DataFrame(columns, index=pd.RangeIndex(len(rows)))


def _steps(
    explained: Explained, cells: JointCells
) -> list[tuple[int | None, list[int], JudgedSplit]]:
    """Choose one column after the other; None is what is left when none is real."""
    strata = np.zeros(len(cells.p), dtype=np.int64)
    chosen: list[int] = []
    left = list(range(len(cells.columns)))
    steps: list[tuple[int | None, list[int], JudgedSplit]] = []

    def take(column: int, found: JudgedSplit) -> None:
        nonlocal strata
        steps.append((column, list(chosen), found))
        strata = _numbered(strata, cells.codes[column])
        chosen.append(column)
        left.remove(column)

    def judged(every: Sequence[Sequence[int]], most: int) -> list[JudgedSplit]:
        splits = [partial(cells.split, strata, columns) for columns in every]
        return judge(explained, splits, len(cells.p), min(most, explained.inference.n_draws))

    def promising(every: Sequence[Sequence[int]]) -> list[JudgedSplit]:
        """Judge columns together; where draws are asked for, few show most of them to be noise."""
        if not explained.inference.draws_all:
            return judged(every, 0)
        found = judged(every, _SCREENING_DRAWS)
        hopeful = [i for i, one in enumerate(found) if one.p_value <= _SCREENING_P]
        again = judged([every[i] for i in hopeful], explained.inference.n_draws)
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
            (rest,) = judged([left], explained.inference.n_draws)
            steps.append((None, list(chosen), rest))
            break
        for column in pairs[best]:
            take(column, *judged([[column]], explained.inference.n_draws))
    return steps


def _best(found: Sequence[JudgedSplit]) -> int | None:
    """Return the place of the largest excess that is real, None if none is."""
    real = [i for i, one in enumerate(found) if one.is_real(len(found))]
    return max(real, key=lambda i: found[i].gain) if real else None


def _cells(explained: Explained) -> JointCells:
    """Count the combinations of all columns on both sides."""
    resolved, wrong = explained.resolved, explained.wrong

    def ask(names: Sequence[Hashable]) -> list[Rows]:
        weights = resolved.request.weights
        return [one(source, names, weights, explained.binners) for source in resolved.sources]

    (here, there), unread = apart(remaining(resolved.columns, wrong), ask, at_least_one=True)
    wrong |= unread
    weight = np.concatenate([_whole_weights(rows) for rows in (here, there)])
    own = np.arange(len(weight)) < len(here.frame)
    key, lacking = np.zeros(len(weight), dtype=np.int64), np.zeros(len(weight), dtype=bool)
    codes: list[IntArray] = []
    for column in remaining(resolved.columns, wrong):
        with noting(wrong, column):
            code = _codes(here, there, column, explained.binners)
            lacking |= code < 0
            codes.append(code + 1)
            key = _numbered(key, codes[-1])
    columns = remaining(resolved.columns, wrong)
    keep = weight > 0
    if resolved.options.dropna:
        keep &= ~lacking
    _, first, place = np.unique(key[keep], return_index=True, return_inverse=True)
    p, q = (
        sum_by(place, np.where(side, weight, 0)[keep], len(first)).astype(np.int64)
        for side in (own, ~own)
    )
    missing = int(weight[lacking & own].sum()), int(weight[lacking & ~own].sum())
    return JointCells(columns, [code[keep][first] for code in codes], p, q, missing)


def _whole_weights(rows: Rows) -> IntArray:
    """Return how many rows each row stands for."""
    weight = weights_of(rows)
    if weight is None:
        return np.ones(len(rows.frame), dtype=np.int64)
    require_whole(weight, "explain()")
    return weight.astype(np.int64)


def _codes(here: Rows, there: Rows, column: Hashable, binners: dict[Hashable, Encoder]) -> IntArray:
    """Give the rows of both sides one code per value, in the order of the values; -1 is missing."""
    sides = []
    for rows in (here, there):
        left = {name: binner for name, binner in binners.items() if name not in rows.binned}
        codes, labels = encode_column(rows.frame, column, left)
        codes = np.where(np.append(lacking(labels), True)[codes], -1, codes)
        seen = np.zeros(len(labels) + 1, dtype=bool)
        seen[codes] = True  # -1 is the last
        place = np.append(np.cumsum(seen[:-1]) - 1, -1)
        sides.append((place[codes], labels[seen[:-1]]))
    (own, labels), (other, labels_there) = sides
    require_alike(column, labels, labels_there)
    every, *places = common_labels(labels, labels_there)
    rank = np.argsort(label_order(every))
    return np.concatenate(
        [
            np.append(rank[place], -1)[codes]
            for place, codes in zip(places, (own, other), strict=True)
        ]
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
