"""Cross entropy of predicted probabilities: row by row, averaged by group."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from pdkl.codes.keys import group_rows, key_name, sort_rows
from pdkl.codes.labels import (
    Labels,
    as_objects,
    as_text,
    natural_labels,
    require_match,
    union_labels,
)
from pdkl.codes.values import encode
from pdkl.core.counts.counts import WeightArray
from pdkl.core.measures.log_loss import binary_loss, categorical_loss, group_mean
from pdkl.core.numerics.exact import FloatArray, IntArray
from pdkl.core.validation import listing, number_in, require_columns
from pdkl.counting.count import one, weights_of
from pdkl.request.parse import plain, read_base, read_by, read_columns
from pdkl.results import pairing, tidy
from pdkl.sources.base import Source
from pdkl.sources.registry import read_data

_SUM_TOLERANCE = 1e-6


def binary_cross_entropy(
    data: Any, target: Any, prediction: Any, *, by: Any, weights: Any, base: Any, clip: Any
) -> pd.DataFrame:
    """Answer `InfoTheory.binary_cross_entropy`."""
    source = read_data(data)
    read_columns("target", _single("target", target), source.head, [])
    predictions = read_columns("prediction", _given("prediction", prediction), source.head, [])
    rows = _Rows(source, [target, *predictions], "binary_cross_entropy", by, weights, base, clip)
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
    data: Any, target: Any, predictions: Any, *, by: Any, weights: Any, base: Any, clip: Any
) -> pd.DataFrame:
    """Answer `InfoTheory.categorical_cross_entropy`."""
    source = read_data(data)
    read_columns("target", _single("target", target), source.head, [])
    if not isinstance(predictions, Mapping) or not predictions:
        raise TypeError(
            "predictions must be a mapping {label: column of its probability}; "
            f"got {type(predictions).__name__ if predictions != {} else 'an empty one'}."
        )
    columns = list(predictions.values())
    needed = [target, *columns]
    rows = _Rows(source, needed, "categorical_cross_entropy", by, weights, base, clip)
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
        first = int(np.flatnonzero(off)[0])
        index = frame.index[[first]].tolist()[0]
        raise ValueError(
            f"predictions must sum to 1 in each row (tolerance {_SUM_TOLERANCE:g}); "
            f"{int(off.sum())} of {int(known.sum())} complete rows do not, the first at index "
            f"{index!r} with {total[first]:.6g}. Divide them by their sum, or add the label that "
            "is left out."
        )


def _probabilities(frame: pd.DataFrame, name: Hashable, parameter: str, hint: str) -> FloatArray:
    """Return a column of numbers in [0, 1] as float64, NaN where missing."""
    values = frame[name]
    if not pd.api.types.is_numeric_dtype(values.dtype) or values.dtype.kind == "c":
        raise TypeError(
            f"{parameter} column {name!r} must hold numbers in [0, 1] or booleans; "
            f"got dtype {values.dtype}. {hint}"
        )
    numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
    outside = (numbers < 0) | (numbers > 1)
    if outside.any():
        first = int(np.flatnonzero(outside)[0])
        index = frame.index[[first]].tolist()[0]
        raise ValueError(
            f"{parameter} column {name!r} must lie in [0, 1]; {int(outside.sum())} of "
            f"{len(numbers)} rows do not, the first at index {index!r} with "
            f"{numbers[first]:.6g}. {hint}"
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


class _Rows:
    """The rows of a frame in their groups, ready to average losses over."""

    def __init__(
        self,
        source: Source,
        columns: list[Hashable],
        method: str,
        by: Any,
        weights: Any,
        base: Any,
        clip: Any,
    ) -> None:
        self.method = method
        self.log_base, self.unit = read_base(base)
        self.clip = number_in("clip", clip, 0.0, 0.5, "a number in [0, 0.5)", closed_low=True)
        head = source.head
        keys = read_by(by, head)
        own = ("column", "prediction", "n", "n_missing", method, "unit")
        tidy.check_keys([key_name(key) for key in keys], own)
        if weights is not None:
            require_columns("weights", [weights], list(head.columns))
        require_columns("predictions", columns[1:], list(head.columns))
        rows = one(source, [*(key_name(key) for key in keys), *columns], weights)
        self.data = frame = rows.plain
        weight = weights_of(rows)
        self.weights: WeightArray = (
            np.ones(len(frame), dtype=np.int64) if weight is None else weight
        )
        codes, found = group_rows(frame, keys)
        order = sort_rows(found)
        position = np.argsort(order)
        self.codes = np.zeros(len(frame), dtype=np.int64) if codes is None else position[codes]
        self.groups = pairing.plain(found.take(order).reset_index(drop=True))
        attributes = {
            "method": method,
            "by": [plain(key_name(key)) for key in keys],
            "weights": plain(weights),
            "base": plain(base),
            "clip": self.clip,
            "unit": self.unit,
        }
        self.facts = tidy.ResultInfo(None, self.unit, attributes)

    def clipped(self, prediction: FloatArray) -> FloatArray:
        """Keep predictions away from 0 and 1 as far as the caller chose."""
        return np.clip(prediction, self.clip, 1.0 - self.clip) if self.clip else prediction

    def averages(
        self, known: np.ndarray[Any, np.dtype[np.bool_]], loss: FloatArray
    ) -> dict[str, Any]:
        """Average the losses of the known rows; the others are missing."""
        size = len(self.groups)
        mean = group_mean(loss, self.codes[known], size, self.weights[known])

        def mass(rows: np.ndarray[Any, np.dtype[np.bool_]]) -> WeightArray:
            total = np.zeros(size, dtype=self.weights.dtype)
            np.add.at(total, self.codes[rows], self.weights[rows])
            return total

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
        return tidy.plain(self.groups, texts, parts, self.facts)
