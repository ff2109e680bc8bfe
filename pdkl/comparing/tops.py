"""Which category makes most of a difference."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pdkl.codes.labels import MISSING_TEXT, Labels, as_objects, as_text, label_order, object_at
from pdkl.core.counts.pairs import Pairs
from pdkl.core.measures.catalogue import MEASURES
from pdkl.core.numerics.exact import FloatArray, IntArray, segment_max

_TIE = 1e-12


class Run(NamedTuple):
    """Comparisons of one column, behind those of others: its labels, and how many they are."""

    labels: Labels
    leveled: bool  # whether labels stand in their order
    size: int


def tops(raw: Pairs, runs: Sequence[Run]) -> tuple[NDArray[Any], FloatArray]:
    """Name the category that contributes most to each js_divergence, the first of equals.

    Returned are its text, None where nothing differs, and what it contributes in bits, NaN where a
    side has no rows.
    """
    shares = np.nan_to_num(MEASURES["js_divergence"].shares(raw, np.log(2.0)))
    most = segment_max(shares, raw.comparison, raw.size)
    # what differs by rounding alone is equal
    entry = np.flatnonzero((shares >= most[raw.comparison] * (1.0 - _TIE)) & (shares > 0))
    texts = np.full(raw.size, None, dtype=object)
    ends = np.cumsum([0, *(run.size for run in runs)])
    places = np.searchsorted(raw.comparison[entry], ends).tolist()
    for run, low, high in zip(runs, places[:-1], places[1:], strict=True):
        tied = entry[low:high]
        if high - low == 1:
            texts[raw.comparison[tied]] = _text(run.labels, int(raw.outcome[tied[0]]))
            continue
        if (np.diff(raw.comparison[tied]) == 0).any():
            tied = tied[_first_of_equals(run, raw.comparison[tied], raw.outcome[tied])]
        outcomes, position = np.unique(raw.outcome[tied], return_inverse=True)
        known = as_objects(run.labels[outcomes[outcomes < len(run.labels)]])  # the rest is missing
        text = [*map(as_text, known), MISSING_TEXT]
        texts[raw.comparison[tied]] = np.array(text, dtype=object)[position]
    valid = (raw.total_p > 0) & (raw.total_q > 0)
    return texts, np.where(valid, most, np.nan)


def _text(labels: Labels, outcome: int) -> str:
    """Return the text of one outcome."""
    if outcome >= len(labels):
        return MISSING_TEXT
    return as_text(object_at(labels, outcome))


def _first_of_equals(run: Run, comparison: IntArray, outcome: IntArray) -> IntArray:
    """Return the place of one outcome of each comparison: the first in the order of labels."""
    outcomes, position = np.unique(outcome, return_inverse=True)
    rank = np.arange(len(outcomes))
    if not run.leveled:
        known = outcomes < len(run.labels)  # what is missing comes last, and stays there
        rank[known] = np.argsort(label_order(run.labels[outcomes[known]]))
    order = np.lexsort([rank[position], comparison])
    _, first = np.unique(comparison[order], return_index=True)
    return np.asarray(order[first])
