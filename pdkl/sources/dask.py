"""Dask frames: each partition is reduced where it lies, then the answers in a tree."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pdkl.codes.intervals import Binner
from pdkl.codes.keys import append_keys, group_rows
from pdkl.codes.scales import as_floats, scale_of
from pdkl.codes.values import Encoder
from pdkl.codes.weights import read_weights, require_numbers, split_halves
from pdkl.core.counts.counts import sum_by
from pdkl.sources.base import FrameSource, Rows
from pdkl.sources.distinct_rows import UncountableError, named_columns, rows_beside_weights, running

_UNKNOWN = "__UNKNOWN_CATEGORIES__"  # what Dask declares where it has not seen the levels
_FAN_IN = 8  # how many answers are added at a time
_CELLS = frozenset({"rows", "missing", "least", "low", "high", "total", "fractions"})


def read(frame: Any, name: str) -> DaskSource:
    """Return a frame as a source; ``name`` is what messages call it."""
    dtypes = [pd.Series(dtype=_seen(dtype)) for dtype in frame.dtypes]
    return DaskSource(pd.concat(dtypes, axis=1).set_axis(frame.columns, axis=1), frame, name)


def _seen(dtype: Any) -> Any:
    """Return the dtype of the values where Dask does not know the levels."""
    if isinstance(dtype, pd.CategoricalDtype) and _UNKNOWN in dtype.categories:
        return dtype.categories.dtype
    return dtype


def distinct(
    frame: Any,
    column_lists: Sequence[Sequence[Hashable]],
    weights: Hashable | None,
    binners: Mapping[Hashable, Encoder],
) -> list[pd.DataFrame]:
    """Count the distinct rows of each list of columns, in one pass over the partitions.

    The answers are those of `pdkl.sources.narwhals.query.distinct`, in the dtypes of the data.
    Columns with ``binners`` are categoricals of their intervals.
    """
    from dask.delayed import delayed

    of_weights = [] if weights is None else [weights]
    needed: list[Hashable] = list(
        dict.fromkeys([*(name for columns in column_lists for name in columns), *of_weights])
    )
    dtypes = dict(zip(frame.columns, frame.dtypes, strict=True))
    declared = {name: dtypes[name] for name in needed}
    unseen = [name for name, dtype in declared.items() if _seen(dtype) is not dtype]
    read_part, add = delayed(_reduce), delayed(_add)
    parts = [
        read_part(part, declared, column_lists, weights, binners, unseen)
        for part in _selected(frame, needed).to_delayed()
    ]
    while len(parts) > 1:
        parts = [add(parts[i : i + _FAN_IN]) for i in range(0, len(parts), _FAN_IN)]
    found: list[pd.DataFrame] = parts[0].compute()
    return found


def _selected(frame: Any, names: Sequence[Hashable]) -> Any:
    """Return some columns, in this order."""
    if all(isinstance(name, str) for name in names):
        return frame[names]  # which reads no more from files than these
    # Dask does not find every label, and would read True as a mask
    renamed, found = frame.copy(), list(frame.columns)
    renamed.columns = [f"{i}" for i in range(len(found))]
    return renamed[[f"{found.index(name)}" for name in names]]


def _reduce(
    part: pd.DataFrame,
    declared: Mapping[Hashable, Any],
    column_lists: Sequence[Sequence[Hashable]],
    weights: Hashable | None,
    binners: Mapping[Hashable, Encoder],
    unseen: Sequence[Hashable],
) -> list[pd.DataFrame]:
    given = {
        name: _as_declared(part.iloc[:, i].reset_index(drop=True), name, dtype)
        for i, (name, dtype) in enumerate(declared.items())
    }
    for name in unseen:
        given[name] = given[name].astype(given[name].cat.categories.dtype)
    cells = {"rows": np.ones(len(part), dtype=np.int64)}
    if weights is not None:
        cells |= _weighed(given[weights], weights)
    values: dict[Hashable, pd.Series[Any]] = {}
    for name in dict.fromkeys([name for columns in column_lists for name in columns]):
        values[name] = given[name]
        if name in binners:
            codes, labels = binners[name](given[name], name)
            values[name] = pd.Series(pd.Categorical.from_codes(codes, categories=labels))
    return [_added({name: values[name] for name in columns}, cells) for columns in column_lists]


def _as_declared(values: pd.Series[Any], name: Hashable, declared: Any) -> pd.Series[Any]:
    """Return a column of a partition with the values that Dask has turned into text.

    It does so with objects, such as booleans beside None, also where the frame declares booleans
    or numbers.
    """
    dtypes = pd.api.types
    if not (isinstance(values.dtype, pd.StringDtype) and dtypes.is_numeric_dtype(declared)):
        return values
    read = _as_boolean if dtypes.is_bool_dtype(declared) else _as_number
    found = pd.Series(
        [text if pd.isna(text) else read(text) for text in values],
        dtype=object,
    )
    for text in found[[isinstance(value, str) for value in found]]:
        raise UncountableError(
            f"column {name!r} is declared as {declared}, and a partition holds the text "
            f"{text!r}. Give all partitions one dtype, for instance with astype."
        )
    return found


def _as_boolean(text: str) -> bool | str:
    return {"True": True, "False": False}.get(text, text)


def _as_number(text: str) -> float | str:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _weighed(values: pd.Series[Any], name: Hashable) -> dict[str, NDArray[Any]]:
    try:
        require_numbers(values, f"weights (column {name!r})")
    except TypeError as error:
        raise UncountableError(str(error)) from None
    missing = values.isna().to_numpy()
    known = values.where(~missing, 0)
    found: dict[str, NDArray[Any]] = {"missing": missing.astype(np.int64)}
    if values.dtype.kind in "iub":
        weight = known.to_numpy(dtype=np.uint64 if values.dtype.kind == "u" else np.int64)
        low, high = split_halves(weight)
        found |= {"low": low.astype(np.int64), "high": high.astype(np.float64)}
    else:
        weight = as_floats(known)
        found["total"] = weight
        if values.dtype.kind == "O":  # decimals
            found["fractions"] = (weight % 1 != 0).astype(np.int64)
    return found | {"least": weight.astype(np.float64)}


def _added(keys: Mapping[Hashable, pd.Series[Any]], cells: Mapping[str, Any]) -> pd.DataFrame:
    """Add the cells of equal rows; the keys are then called by their place."""
    try:
        codes, found = group_rows(named_columns(keys), list(keys))
    except TypeError as error:
        raise UncountableError(str(error)) from None
    assert codes is not None  # there are keys
    found = found.set_axis([f"{i}" for i in range(len(found.columns))], axis=1)
    for name, values in cells.items():
        if name == "least":
            least = np.full(len(found), np.inf)
            np.minimum.at(least, codes, values)
            found[name] = least
        else:
            found[name] = sum_by(np.asarray(codes, dtype=np.int64), values, len(found))
    return found


def _add(parts: Sequence[Sequence[pd.DataFrame]]) -> list[pd.DataFrame]:
    added = []
    for frames in zip(*parts, strict=True):
        # column by column, and without the empty ones: their dtypes have nothing to say
        full = [frame for frame in frames if len(frame)] or [frames[0]]
        cells = {
            name: np.concatenate([frame[name].to_numpy() for frame in full])
            for name in full[0].columns
            if name in _CELLS
        }
        keys = [frame.drop(columns=list(cells)) for frame in full]
        added.append(_added(dict(reduce(append_keys, keys).items()), cells))
    return added


@dataclass(frozen=True)
class DaskSource(FrameSource):
    """A Dask frame, whose partitions are pandas frames."""

    head: pd.DataFrame
    frame: Any
    engine_name: str
    is_near = False

    def reduce(
        self,
        column_lists: Sequence[Sequence[Hashable]],
        weights: Hashable | None,
        binners: Mapping[Hashable, Binner],
    ) -> list[Rows]:
        """Count the distinct rows of each list where the data is."""
        if weights is not None:
            read_weights(self.head, weights)
        fitting = {
            name: binner
            for name, binner in binners.items()
            if name in self.head and scale_of(self.head[name]) == binner.scale
        }
        lists = [list(dict.fromkeys(columns)) for columns in column_lists]
        with running(self.engine_name):
            frames = distinct(self.frame, lists, weights, fitting)
        found = []
        for columns, frame in zip(lists, frames, strict=True):
            keys = {name: frame[f"{i}"] for i, name in enumerate(columns)}
            cells = frame.iloc[:, len(columns) :]
            found.append(rows_beside_weights(keys, cells, weights, frozenset(fitting)))
        return found
