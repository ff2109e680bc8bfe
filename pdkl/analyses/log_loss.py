"""Cross entropy of predicted probabilities: row by row, averaged by group."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from pdkl.codes.keys import group_rows, sort_rows
from pdkl.codes.labels import (
    Labels,
    as_objects,
    as_text,
    natural_labels,
    require_match,
    union_labels,
)
from pdkl.codes.rolling import windows_of
from pdkl.codes.scales import natural
from pdkl.codes.values import encode
from pdkl.core.counts.counts import WeightArray
from pdkl.core.measures.log_loss import binary_loss, categorical_loss, group_mean
from pdkl.core.numerics.exact import FloatArray, IntArray
from pdkl.core.validation import listing, number_in, require_columns
from pdkl.counting.count import one, weights_of
from pdkl.request.keywords import Request
from pdkl.request.parse import plain, read_columns
from pdkl.request.resolve import ResolvedRequest, resolve
from pdkl.results import pairing, tidy

_SUM_TOLERANCE = 1e-6


def binary_cross_entropy(
    data: Any, request: Request, target: Any, prediction: Any, *, clip: Any
) -> pd.DataFrame:
    """Answer `InfoTheory.binary_cross_entropy`."""
    resolved = resolve(data, request, _columns_shown)
    head = resolved.source.head
    read_columns("target", _single("target", target), head, [], tuples=False)
    predictions = read_columns(
        "prediction", _given("prediction", prediction), head, [], tuples=False
    )
    rows = _Rows(resolved.asking([target, *predictions]), clip)
    frame = rows.data
    hint = "For labels, compare first, such as df['y'] == 'yes', or use categorical_cross_entropy."
    truth = _probabilities(frame, target, "target", hint)
    parts = []
    for name in predictions:
        given = _probabilities(frame, name, "prediction", "Pass probabilities, not labels.")
        known = ~(np.isnan(truth) | np.isnan(given))
        loss = binary_loss(truth[known], rows.clipped(given[known]))
        parts.append(rows.averages(known, loss))
    extra = {"prediction": [as_text(name) for name in predictions]}
    return rows.frame(target, parts, extra)


def categorical_cross_entropy(
    data: Any, request: Request, target: Any, predictions: Any, *, clip: Any
) -> pd.DataFrame:
    """Answer `InfoTheory.categorical_cross_entropy`."""
    resolved = resolve(data, request, _columns_shown)
    head = resolved.source.head
    read_columns("target", _single("target", target), head, [], tuples=False)
    if not isinstance(predictions, Mapping) or not predictions:
        raise TypeError(
            "predictions must be a mapping {label: column of its probability}; "
            f"got {type(predictions).__name__ if predictions != {} else 'an empty one'}."
        )
    columns = list(predictions.values())
    require_columns("predictions", columns, list(head.columns))
    rows = _Rows(resolved.asking([target, *columns]), clip)
    frame = rows.data
    hint = "Pass a column of probabilities for each label."
    given = np.column_stack([_probabilities(frame, name, "predictions", hint) for name in columns])
    codes, labels = encode(frame[target], target)
    known = (codes >= 0) & ~np.isnan(given).any(axis=1)
    position = _positions(labels, list(predictions), codes[known], target)
    _require_unit_sums(frame, given, known)
    chosen = given[known, position[codes[known]]]
    return rows.frame(target, [rows.averages(known, categorical_loss(rows.clipped(chosen)))], {})


def _positions(
    labels: Labels, predicted: list[Hashable], codes: IntArray, target: Hashable
) -> IntArray:
    """Return which prediction belongs to each label of the target."""
    offered = natural_labels(predicted)
    occurring = labels[np.unique(codes)]
    require_match(occurring, offered, f"target column {target!r}", "predictions")
    every, position = union_labels(offered, occurring)
    if len(every) > len(offered):
        lacking = listing(as_objects(every[len(offered) :]), most=5)
        raise ValueError(
            f"predictions has no column for {lacking}, which target column {target!r} holds. "
            f"It has {listing(predicted)}; add one for each label."
        )
    result = np.full(len(labels), -1, dtype=np.int64)
    result[np.unique(codes)] = position
    return result


def _require_unit_sums(
    frame: pd.DataFrame, given: FloatArray, known: np.ndarray[Any, np.dtype[np.bool_]]
) -> None:
    total = given.sum(axis=1)
    off = known & (np.abs(total - 1.0) > _SUM_TOLERANCE)
    if off.any():
        raise ValueError(
            f"predictions must sum to 1 in each row (tolerance {_SUM_TOLERANCE:g}); "
            f"{int(off.sum())} of {int(known.sum())} complete rows do not, the first at "
            f"{_first(frame, off, total)}. Divide them by their sum, or add the label that is left "
            "out."
        )


def _first(
    frame: pd.DataFrame, chosen: np.ndarray[Any, np.dtype[np.bool_]], values: FloatArray
) -> str:
    """Write the index of the first row that is chosen, and its value."""
    place = int(np.flatnonzero(chosen)[0])
    return f"index {frame.index[[place]].tolist()[0]!r} with {values[place]:.6g}"


def _probabilities(frame: pd.DataFrame, name: Hashable, parameter: str, hint: str) -> FloatArray:
    """Return a column of numbers in [0, 1] as float64, NaN where missing."""
    values = frame[name]
    if not isinstance(values.dtype, pd.CategoricalDtype):
        values = natural(values)
    if not pd.api.types.is_numeric_dtype(values.dtype) or values.dtype.kind == "c":
        raise TypeError(
            f"{parameter} column {name!r} must hold numbers in [0, 1] or booleans; "
            f"got dtype {frame[name].dtype}. {hint}"
        )
    numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
    outside = (numbers < 0) | (numbers > 1)
    if outside.any():
        raise ValueError(
            f"{parameter} column {name!r} must lie in [0, 1]; {int(outside.sum())} of "
            f"{len(numbers)} rows do not, the first at {_first(frame, outside, numbers)}. {hint}"
        )
    return numbers


def _single(parameter: str, value: Any) -> Any:
    if isinstance(value, list):
        raise TypeError(f"{parameter} must be one column name; got a list.")
    return _given(parameter, value)


def _given(parameter: str, value: Any) -> Any:
    if value is None:
        raise TypeError(f"{parameter} must be a column name; got None.")
    return value


def _columns_shown(resolved: ResolvedRequest) -> list[str]:
    return ["column", "prediction", "n", "n_missing", resolved.request.method, "unit"]


class _Rows:
    """The rows of a frame in their groups, ready to average losses over."""

    def __init__(self, resolved: ResolvedRequest, clip: Any) -> None:
        self.method, self.log_base = resolved.request.method, resolved.options.log_base
        self.clip = number_in("clip", clip, 0.0, 0.5, "a number in [0, 0.5)", closed_low=True)
        weights, unit = resolved.request.weights, resolved.options.unit
        rows = one(resolved.source, [*resolved.keys, *resolved.columns], weights)
        self.data = frame = rows.plain
        weight = weights_of(rows)
        self.weights: WeightArray = (
            np.ones(len(frame), dtype=np.int64) if weight is None else weight
        )
        codes, found = group_rows(frame, resolved.by)
        rolling = resolved.rolling
        windows = None if rolling is None else windows_of(found, rolling)
        order = sort_rows(found) if windows is None else windows.order
        position, self.n_codes = np.argsort(order), len(order)
        self.codes = np.zeros(len(frame), dtype=np.int64) if codes is None else position[codes]
        self.groups = pairing.plain(found.take(order).reset_index(drop=True), windows)
        own = {"weights": plain(weights), "base": plain(resolved.request.base)}
        attributes = resolved.attributes({**own, "clip": self.clip, "unit": unit})
        self.info = tidy.ResultInfo(None, unit, attributes)

    def clipped(self, prediction: FloatArray) -> FloatArray:
        """Keep predictions away from 0 and 1 as far as the caller chose."""
        return np.clip(prediction, self.clip, 1.0 - self.clip) if self.clip else prediction

    def averages(
        self, known: np.ndarray[Any, np.dtype[np.bool_]], loss: FloatArray
    ) -> dict[str, Any]:
        """Average the losses of the known rows; the others are missing."""
        pooled = self.groups.sums_of_p
        mean = group_mean(loss, self.codes[known], self.n_codes, self.weights[known], pooled)

        def mass(rows: np.ndarray[Any, np.dtype[np.bool_]]) -> WeightArray:
            total = np.zeros(self.n_codes, dtype=self.weights.dtype)
            np.add.at(total, self.codes[rows], self.weights[rows])
            return pooled(total)

        return {
            "n": mass(known),
            "n_missing": mass(~known),
            self.method: mean / self.log_base,
        }

    def frame(
        self, target: Hashable, parts: list[dict[str, Any]], extra: dict[str, list[str]]
    ) -> pd.DataFrame:
        """Make one row per group and prediction."""
        texts = {"column": [as_text(target)] * len(parts), **extra}
        return tidy.plain(self.groups, texts, parts, self.info)
