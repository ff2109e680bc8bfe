"""Measures of distributions and of their differences, and what makes them up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pdkl.codes.labels import label_order
from pdkl.comparing.align import Batch, batches
from pdkl.comparing.inference import on_record
from pdkl.comparing.ordered import batches_by_value, steps_of
from pdkl.comparing.prepare import CountedRequest, prepare
from pdkl.comparing.score import adjust_p_values, scores, with_zeros
from pdkl.comparing.shared_labels import ByValue, Column
from pdkl.core.counts.pairs import Pairs
from pdkl.core.forms import PAIRS, UNIFORM
from pdkl.core.measures.measure import Measure
from pdkl.core.memory import require_room
from pdkl.core.numerics.exact import FloatArray
from pdkl.core.validation import listing
from pdkl.request.keywords import Request
from pdkl.results import tidy


def measure(data: Any, request: Request) -> pd.DataFrame:
    """Answer with a row per comparison and column, and a column per measure."""
    counted = prepare(data, request)
    parts = scores(counted, request)
    if counted.options.inference is not None:
        attributes = counted.info.attributes
        attributes["inference"] = on_record(attributes["inference"])
        if counted.options.inference.test:
            adjust_p_values(counted, parts)
    return tidy.scores(counted.groups, parts, counted.info)


def contributions(data: Any, request: Request) -> pd.DataFrame:
    """Answer with a row per comparison, column and category of the alphabet."""
    counted = prepare(data, request)
    _require_room(counted, [one.by_value or one for one in counted.columns])
    parts = [_shares(counted, column, request.measures[0]) for column in counted.columns]
    return tidy.contributions(counted.groups, parts, counted.info)


def distribution(data: Any, request: Request) -> pd.DataFrame:
    """Answer with a row per group, column and category."""
    counted = prepare(data, request)
    _require_room(counted, [one for one in counted.columns if _shows_all(counted, one)])
    parts = [_probabilities(counted, column) for column in counted.columns]
    return tidy.distribution(counted.groups, parts, counted.info)


def _shares(counted: CountedRequest, column: Column, one: Measure) -> tidy.Categories:
    if column.by_value is not None:
        return _shares_by_value(counted, column.by_value, one)
    _require_names(counted, column)
    parts = []
    for batch in batches(counted, column, every=True):
        pairs = with_zeros(counted, column, batch, one)
        share = one.shares(pairs, counted.options.log_base)
        # "drop" may leave a side with nothing
        mass = batch.valid & (pairs.total_p > 0) & (pairs.total_q > 0)
        parts.append(_part(batch, column, pairs, share, mass))
    return _categories(column, parts)


def _shares_by_value(counted: CountedRequest, column: ByValue, one: Measure) -> tidy.Categories:
    """Give what each value adds: with the gap up to the next, where the measure sees gaps."""
    parts = []
    for batch in batches_by_value(counted, column, every=True):
        share = one.shares(steps_of(batch, column), counted.options.log_base)
        parts.append(_part(batch, column, batch.raw, share, batch.valid))
    return _categories(column, parts)


def _part(
    batch: Batch, column: Column, pairs: Pairs, share: FloatArray, mass: NDArray[np.bool_]
) -> dict[str, Any]:
    """List the categories of some comparisons; those without ``mass`` on a side have no shares."""
    known = mass[pairs.comparison]
    return {
        "row": pairs.comparison + batch.rows.start,
        "outcome": pairs.outcome,
        "count": batch.p.dense(column.alphabet).ravel(),
        "count_reference": batch.q.dense(column.alphabet).ravel(),
        "p": np.where(known, pairs.p, np.nan),
        "q": np.where(known, pairs.q, np.nan),
        "contribution": np.where(known, share, np.nan),
    }


def _require_room(counted: CountedRequest, columns: Sequence[Column]) -> None:
    """Raise where these columns, all categories of which are listed, make too many rows."""
    size, number = len(counted.groups), sum(len(column.alphabet) for column in columns)
    unit, remedy = "comparisons", "Ask for fewer columns, or make fewer groups in by=."
    if counted.form is None:
        unit = "groups"
        remedy += (
            " Without smoothing= and alphabet='declared' only categories that occur are shown."
        )
    elif counted.form is PAIRS:
        remedy += (
            " Compare with one group (reference=label) or with all others together "
            "(against='rest')."
        )
    names = listing([column.name for column in columns], most=3)
    what = f"Listing all {number:,} categories of {names} in each of {size:,} {unit}"
    require_room(size * number, counted.width, what, remedy)


def _is_declared(counted: CountedRequest, column: Column) -> bool:
    return counted.options.alphabet == "declared" and column.leveled


def _shows_all(counted: CountedRequest, column: Column) -> bool:
    """Tell whether each group shows the categories of all groups."""
    return _is_declared(counted, column) or counted.options.smoothing is not None


def _probabilities(counted: CountedRequest, column: Column) -> tidy.Categories:
    if counted.options.smoothing is not None:
        _require_names(counted, column)
    declared, every = _is_declared(counted, column), _shows_all(counted, column)
    parts = []
    for batch in batches(counted, column, every=every):
        pairs = batch.pairs
        count = batch.p.dense(column.alphabet).ravel() if every else batch.p.weight
        valid = batch.valid[pairs.comparison]
        keep = (valid & (pairs.p > 0)) | (declared & (pairs.outcome < len(column.labels)))
        part = {
            "row": pairs.comparison + batch.rows.start,
            "outcome": pairs.outcome,
            "count": count,
            "probability": np.where(valid, pairs.p, np.nan),
            "surprisal": np.where(valid, pairs.surprisal_p / counted.options.log_base, np.nan),
        }
        parts.append({key: values[keep] for key, values in part.items()})
    return _categories(column, parts)


def _categories(column: Column, parts: list[dict[str, Any]]) -> tidy.Categories:
    joined = {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}
    outcome = joined.pop("outcome")
    codes = np.where(outcome < len(column.labels), outcome, -1)
    order = np.arange(len(column.labels)) if column.leveled else label_order(column.labels)
    return tidy.Categories(
        column.name,
        column.reference,
        column.labels,
        np.argsort(order),
        codes,
        joined,
        column.intervals,
    )


def _require_names(counted: CountedRequest, column: Column) -> None:
    """Raise where probability goes to categories that have no name to show."""
    reached = counted.options.smoothing is not None or counted.form is UNIFORM
    if column.unnamed and reached:
        raise ValueError(
            f"alphabet={column.alphabet_size} gives probability to {column.unnamed} categories of "
            f"column {column.name!r} that no row names, so they cannot be listed. Make the column "
            "categorical with all its levels and pass alphabet='declared'."
        )
