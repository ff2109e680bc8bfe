"""What came home from an engine: distinct rows, with their weights checked and added."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd

from pdkl.codes.weights import check_weights, join_halves, whole_weights
from pdkl.sources.base import Rows


class UncountableError(TypeError):
    """A partition holds what cannot be counted."""


class AmbiguousNameError(ValueError):
    """An engine would not find a column by its name, or would find another."""


class QueryError(RuntimeError):
    """An engine could not do what it was asked."""


class TooManyRowsError(Exception):
    """The distinct rows of a frame are more than should come home."""


@contextmanager
def running(engine_name: str, remedy: str = "") -> Iterator[None]:
    """Say whose query it was that failed, and what may help where that is known."""
    try:
        yield
    except (AmbiguousNameError, UncountableError):
        raise
    except Exception as error:
        said = (str(error).strip() or "no more is known").splitlines()[0]
        raise QueryError(
            f"the query of this {engine_name} failed, so nothing was counted. It says: "
            f"{type(error).__name__}: {said}{remedy and f'. {remedy}'}"
        ) from error


def rows_beside_weights(
    keys: dict[Hashable, pd.Series[Any]],
    cells: pd.DataFrame,
    weights: Hashable | None,
    binned: frozenset[Hashable],
) -> Rows:
    """Put the distinct rows beside what they weigh."""
    name = weights
    if name is None or name in keys:
        name = "rows"
        while name in keys:
            name = f"_{name}"
    number = (
        cells["rows"]
        if weights is None
        else checked_weights(cells, f"weights (column {weights!r})")
    )
    return Rows(named_columns({**keys, name: number}), name, binned)


def named_columns(columns: Mapping[Hashable, pd.Series[Any]]) -> pd.DataFrame:
    """Make a frame whose columns have these names as they are, also None and tuples."""
    frame = pd.DataFrame(dict(enumerate(columns.values())))
    return frame.set_axis(pd.Index(list(columns), dtype=object, tupleize_cols=False), axis=1)


def checked_weights(cells: pd.DataFrame, subject: str) -> pd.Series[Any]:
    """Check the weights, and add their halves."""
    check_weights(
        subject,
        rows=int(cells["rows"].sum()),
        missing=int(cells["missing"].sum()),
        least=cells["least"].min(),
        filling="Fill them",
    )
    if "total" in cells:
        total = cells["total"].astype(np.float64)
        if "fractions" not in cells:
            return total
        return pd.Series(whole_weights(total.to_numpy(), int(cells["fractions"].sum())))
    return join_halves(cells["low"], cells["high"], subject)
