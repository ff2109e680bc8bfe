"""Series as the frames that methods of a frame are about, and the one number that these answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from pdkl.api.frame import InfoTheory

NAME = "values"  # what the one column is called on both sides
OTHER = "others"  # what is paired with it, row by row


def alone(series: Any) -> InfoTheory:
    """Put a Series into a frame."""
    return InfoTheory(_raw("the Series", series).to_frame(NAME))


def beside(series: Any, other: Any) -> InfoTheory:
    """Put two Series into one frame, row by row."""
    own, other = _raw("the Series", series), _raw("other", other)
    if not own.index.equals(other.index):
        raise ValueError(
            "other must have the same index, since values are paired row by row. Align it with "
            "reindex_like, or call reset_index(drop=True) on both."
        )
    columns = {NAME: own.reset_index(drop=True), OTHER: other.reset_index(drop=True)}
    return InfoTheory(pd.DataFrame(columns))


def reference_of(other: Any) -> Any:
    """Return ``other`` as something that `InfoTheory` takes for ``reference``."""
    if isinstance(other, pd.Series):
        return _raw("other", other).to_frame(NAME)
    if isinstance(other, Mapping):
        return other
    raise TypeError(
        "other must be a Series of raw values or a mapping {category: weight}; "
        f"got {type(other).__name__}."
    )


def value_of(result: pd.DataFrame, name: str) -> float:
    """Return the one value; two empty sides make no row, and no value."""
    return float(result[name].iloc[0]) if len(result) else float("nan")


def _raw(parameter: str, values: Any) -> pd.Series[Any]:
    """Return a Series of raw values; value counts are easily taken for them."""
    if not isinstance(values, pd.Series):
        raise TypeError(f"{parameter} must be a pandas Series; got {type(values).__name__}.")
    if values.name in ("count", "proportion"):
        remedy = (
            "Pass value counts as other=counts.to_dict()."
            if parameter == "other"
            else "Call the method on the Series that was counted."
        )
        raise TypeError(
            f"{parameter} is named {values.name!r}, as value_counts() names its result, but raw "
            f"values are needed. {remedy} A Series of raw values needs another name."
        )
    return values
