"""The picture of how far groups are from each other."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pdkl.plot import _matrix
from pdkl.plot._shared import (
    check_ax,
    group_names,
    named_score,
    number,
    numbered,
    only_column,
    require,
    require_room,
    score_of,
    short,
    values_of,
)
from pdkl.results.reading import NO_VALUE, REFERENCE, keys_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes


_MOST_GROUPS = 60


def heatmap(result: pd.DataFrame, *, score: str | None = None, ax: Axes | None = None) -> Axes:
    """Draw how far each group is from each other one: a row per P, a column per Q.

    The darker a cell, the larger the score (the lighter, in a dark style). An infinite one is
    hatched and marked with the sign of infinity, one without a value is grey with a dash; what the
    frame does not hold, such as a group against itself, is left empty. Groups stand in sorted
    order. Scores below 0, such as an excess, have the colour of 0.

    Parameters
    ----------
    result : pandas.DataFrame
        What a comparison with ``by=`` and ``against="pairs"`` gave, of one column.
    score : str, optional
        The column of ``result`` that is drawn; its first measure if left out.
    ax : matplotlib.axes.Axes, optional
        Where to draw. A new figure if left out, as large as the groups need.

    Returns
    -------
    matplotlib.axes.Axes
        The axes with the cells.

    Raises
    ------
    ImportError
        matplotlib is not installed.
    KeyError
        ``result`` has no column ``score``.
    TypeError
        ``result`` is not a frame of pairs of groups, ``score`` does not hold numbers, or ``ax`` is
        not an Axes.
    ValueError
        No row, several columns, several rows for a pair, more than 60 groups, or scores in several
        units.

    Examples
    --------
    >>> import pandas as pd
    >>> import pdkl
    >>> df = pd.DataFrame({"shop": list("aabbcc"), "fruit": ["fig", "kiwi", *["fig"] * 4]})
    >>> pairs = df.info_theory.kl_divergence("fruit", by="shop", against="pairs", base="bit")
    >>> ax = pdkl.plot.heatmap(pairs)
    >>> [cell.get_text() for cell in ax.texts]
    ['∞', '∞', '1.0', '0', '1.0', '0']
    """
    call = 'a comparison such as df.info_theory.js_divergence(..., by=..., against="pairs")'
    require(result, "pairs of groups", ["column"], call)
    keys = keys_of(result)
    other_keys = [f"{key}{REFERENCE}" for key in keys]
    require(result, "pairs of groups", other_keys, call)
    if not keys:
        raise TypeError(f"result has no groups; pass what {call} gave.")
    check_ax(ax)
    column, score = only_column(result), score_of(result, score)
    label = named_score(result, score)
    own = result[keys]
    other = result[other_keys].set_axis(keys, axis=1)
    groups, codes = _sorted(own, other)
    rows, y = np.unique(codes[: len(result)], return_inverse=True)
    columns, x = np.unique(codes[len(result) :], return_inverse=True)
    require_room(
        max(len(rows), len(columns)),
        _MOST_GROUPS,
        advice="Filter it first, or compare each group with one other thing, for instance "
        'against="rest".',
    )
    values = np.full((len(rows), len(columns)), np.nan)
    absent = np.ones(values.shape, dtype=bool)
    values[y, x] = values_of(result, score)
    absent[y, x] = False
    if len(result) > values.size - absent.sum():
        raise ValueError(
            "result has more than one row for a pair of groups. Filter it to one comparison of "
            "each pair first."
        )
    names = group_names(groups)
    texts, marks = _texts(values, absent)
    ax, _ = _matrix.draw(
        _matrix.Cells(
            values,
            absent,
            hatched=np.zeros(values.shape, dtype=bool),
            bold=np.zeros(values.shape, dtype=bool),
            texts=texts,
            rows=[names[code] for code in rows],
            columns=[names[code] for code in columns],
        ),
        ax,
        label,
    )
    key_names = ", ".join(short(key) for key in keys)
    ax.set_title(short(column), fontsize="medium", parse_math=False)
    ax.set_ylabel(f"P: {key_names}", parse_math=False)
    _matrix.explain(ax, f"Q: {key_names}", marks)
    return ax


def _sorted(own: pd.DataFrame, other: pd.DataFrame) -> tuple[pd.DataFrame, Any]:
    """Give the groups numbers in sorted order; in that of their rows, where none exists."""
    both = pd.concat([own, other], ignore_index=True)
    groups, codes = numbered(both)
    with suppress(TypeError):  # keys of several kinds
        groups = groups.sort_values(list(both.columns))
    number_of = np.empty(len(groups), dtype=np.int64)
    number_of[codes[groups.index]] = np.arange(len(groups))
    return groups, number_of[codes]


def _texts(values: Any, absent: Any) -> tuple[list[Any], list[str]]:
    """Write the cells, at length and shortly, and what their marks mean."""
    full, brief = (np.full(values.shape, "", dtype=object) for _ in range(2))
    for y, x in np.argwhere(~absent):
        value = values[y, x]
        full[y, x] = NO_VALUE if np.isnan(value) else number(value)
        brief[y, x] = "" if np.isfinite(value) else full[y, x]
    marks = ["∞ infinite"] if np.isinf(values).any() else []
    return [full, brief], marks + _matrix.no_value(values[~absent])
