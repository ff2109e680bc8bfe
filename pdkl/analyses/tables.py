"""What the analyses of several columns together have in common."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from pdkl.codes.intervals import Binner, read_binning
from pdkl.codes.labels import label_order
from pdkl.core.numerics.exact import IntArray
from pdkl.counting.bins import settle_bins
from pdkl.counting.count import count_tables
from pdkl.counting.tables import LabelledTable, Values
from pdkl.request.parse import plain
from pdkl.request.resolve import ResolvedRequest
from pdkl.results import tidy

Binners = dict[Hashable, Binner]


def counted(
    resolved: ResolvedRequest,
    lists: Sequence[Sequence[Hashable]],
    *,
    dropna: bool,
    whole: Sequence[Hashable] = (),
) -> tuple[pd.DataFrame, Iterator[LabelledTable], Binners]:
    """Count lists of columns jointly; return the keys of the groups, a table each, and the bins.

    The columns that are ``whole`` are taken value by value.
    """
    columns = dict.fromkeys(name for one in lists for name in one if name not in whole)
    binners = settle_bins(resolved.asking(list(columns)), compared=True)
    weights = resolved.request.weights
    found, tables = count_tables(
        *(resolved.source, lists, resolved.by, weights, binners),
        dropna=dropna,
        rolling=resolved.rolling,
    )
    return found, tables, binners


def described(
    resolved: ResolvedRequest, lists: Sequence[Sequence[Hashable]], own: dict[str, Any], unit: str
) -> dict[str, Any]:
    """Write the call so that JSON can hold it; ``own`` is what the method has besides."""
    request = resolved.request
    binning = read_binning(request.binning, request.bins, compared=True)
    cut = {} if request.bins is None else {"bins": str(request.bins), "binning": binning}
    columns = dict.fromkeys(name for one in lists for name in one)
    return resolved.asking(list(columns)).attributes(
        {"weights": plain(request.weights), **cut, **own, "unit": unit}
    )


def shows_ends(resolved: ResolvedRequest) -> bool:
    """Tell whether the answer may have columns for where intervals begin and end."""
    return resolved.request.bins is not None or bool(resolved.source.precounted.binners)


def values_shown(
    name: Hashable, values: Values, codes: IntArray, binners: Binners
) -> tidy.Categories:
    """Return the values of a column that an answer shows, with their order."""
    labels = values.labels
    order = np.arange(len(labels)) if values.leveled else label_order(labels)
    intervals = binners[name].intervals() if name in binners else None
    return tidy.Categories(name, None, labels, np.argsort(order), codes, {}, intervals)
