"""The picture of how far groups are from each other, or of what columns tell of each other."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pdkl.core.clusters import order_by_nearness
from pdkl.core.validation import boolean, listing
from pdkl.plot import _matrix
from pdkl.plot._shared import (
    against,
    by_keys,
    check_ax,
    entitle,
    group_names,
    measure_drawn,
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
from pdkl.results.reading import (
    NO_VALUE,
    REFERENCE,
    excess_of,
    is_of_two_columns,
    keys_of,
    settings_of,
    unit_of,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray


_CALL = (
    'a comparison such as df.info_theory.js_divergence(..., by=..., against="pairs") or '
    "df.info_theory.mutual_information(...)"
)
_MOST = 60
_OF_BOTH = ("mutual_information", "variation_of_information")  # the same of x, y as of y, x
_NEARNESS = ("mutual_information",)  # the more, the nearer


@dataclass(frozen=True)
class _Pairs:
    """The pairs of a frame: where each row stands, and what rows and columns are called."""

    y: NDArray[np.int64]  # of each row of the frame, a number of ``names``
    x: NDArray[np.int64]
    names: list[str]
    of: str  # what the pairs are of, as the title says
    sides: tuple[str, str]  # what stands beside the rows, and under the columns
    what: str  # what there may be too many of
    advice: str


def heatmap(
    result: pd.DataFrame,
    *,
    score: str | None = None,
    cluster: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Draw how far each group is from each other one, or how much columns tell of each other.

    Of groups a row per P and a column per Q, in sorted order; of columns a row per x and a column
    per y, in the order of the frame. A pair of columns that is asked for once stands on both sides
    of the diagonal, where x and y are the same columns. The darker a cell, the larger the score
    (the lighter, in a dark style). An infinite one is hatched and marked with the sign of infinity,
    one without a value is grey with a dash; what the frame does not hold, such as a group against
    itself, is left empty. Scores below 0, such as an excess, have the colour of 0.

    Parameters
    ----------
    result : pandas.DataFrame
        What a comparison with ``by=`` and ``against="pairs"`` gave, of one column; or what
        `InfoTheory.mutual_information` or `InfoTheory.variation_of_information` gave, of all rows
        or one group.
    score : str, optional
        The column of ``result`` that is drawn; its first measure if left out.
    cluster : bool
        Whether those that are near each other stand beside each other, by the order of the leaves
        of average linkage on the mean of both directions. For mutual information near is what has
        much of it.
    ax : matplotlib.axes.Axes, optional
        Where to draw. A new figure if left out, as large as the cells need.

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
        ``result`` is not a frame of pairs, ``score`` does not hold numbers, ``cluster`` is not a
        bool, or ``ax`` is not an Axes.
    ValueError
        No row, several columns, several groups of pairs of columns, several rows for a pair, more
        than 60 groups or columns, scores in several units, or ``cluster`` where x and y have no
        column in common.

    Examples
    --------
    >>> import pandas as pd
    >>> import pdkl
    >>> df = pd.DataFrame({"shop": list("aabbcc"), "fruit": ["fig", "kiwi", *["fig"] * 4]})
    >>> pairs = df.info_theory.kl_divergence("fruit", by="shop", against="pairs", base="bit")
    >>> ax = pdkl.plot.heatmap(pairs)
    >>> print(ax.get_title())
    KL divergence of fruit by shop against
    each other (bit)
    >>> [cell.get_text() for cell in ax.texts]
    ['∞', '∞', '1.0', '0', '1.0', '0']

    >>> df = pd.DataFrame({"a": [1, 1, 2, 2], "b": [1, 1, 2, 2], "c": [1, 2, 1, 2]})
    >>> told = df.info_theory.mutual_information(["a", "a", "b"], ["b", "c", "c"], base="bit")
    >>> ax = pdkl.plot.heatmap(told)
    >>> print(ax.get_title())
    Mutual information of each two of 3
    columns (bit)
    >>> [cell.get_text() for cell in ax.texts]
    ['1.0', '0', '1.0', '0', '0', '0']
    """
    require(result, "pairs", [], _CALL)
    boolean("cluster", cluster)
    pairs = _columns(result) if is_of_two_columns(result) else _groups(result)
    check_ax(ax)
    score = score_of(result, score)
    label, values = named_score(result, score), values_of(result, score)
    y, x = pairs.y, pairs.x
    if is_of_two_columns(result) and score.startswith(_OF_BOTH) and np.isin(x, y).any():
        asked = set(zip(y, x, strict=True))
        once = np.array([(j, i) not in asked for i, j in zip(y, x, strict=True)], dtype=bool)
        y, x = np.append(y, x[once]), np.append(x, y[once])
        values = np.append(values, values[once])
    rows, columns = np.unique(y), np.unique(x)
    if cluster:
        if not np.isin(x, y).any():
            raise ValueError(
                "cluster needs rows and columns that are of the same things; result compares "
                f"{listing([pairs.names[i] for i in rows], most=5)} with "
                f"{listing([pairs.names[i] for i in columns], most=5)}. Leave cluster out."
            )
        rows = columns = np.union1d(rows, columns)
    require_room(max(len(rows), len(columns)), _MOST, pairs.what, advice=pairs.advice)
    table = np.full((len(rows), len(columns)), np.nan)
    absent = np.ones(table.shape, dtype=bool)
    at = np.searchsorted(rows, y), np.searchsorted(columns, x)
    table[at], absent[at] = values, False
    if len(values) > (~absent).sum():
        raise ValueError(
            "result has more than one row for a pair. Filter it to one comparison of each pair "
            "first."
        )
    if cluster:
        near = score.startswith(_NEARNESS)
        high = np.max(table, where=np.isfinite(table), initial=0.0)
        order = order_by_nearness(high - table if near else table)
        rows = columns = rows[order]
        table, absent = (one[np.ix_(order, order)] for one in (table, absent))
    texts, marks = _texts(table, absent)
    ax, _ = _matrix.draw(
        _matrix.Cells(
            table,
            absent,
            hatched=np.zeros(table.shape, dtype=bool),
            bold=np.zeros(table.shape, dtype=bool),
            texts=texts,
            rows=[pairs.names[code] for code in rows],
            columns=[pairs.names[code] for code in columns],
            square=True,
        ),
        ax,
        label,
    )
    ax.set_ylabel(pairs.sides[0], parse_math=False)
    _matrix.explain(ax, pairs.sides[1], marks)
    entitle(ax, _title(result, score, pairs), 1.5)
    return ax


def _title(result: pd.DataFrame, score: str, pairs: _Pairs) -> str:
    name, unit = measure_drawn(result, score), unit_of(result, score)
    if settings_of(result).get("normalized"):
        name = f"Normalized {name[0].lower()}{name[1:]}"
    noise = " in excess of noise" if excess_of(result, score) else ""
    return f"{name}{noise} of {pairs.of}{f' ({unit})' if unit else ''}"


# ---- the frame ------------------------------------------------------------------------------


def _groups(result: pd.DataFrame) -> _Pairs:
    """Read the pairs of groups."""
    require(result, "pairs", ["column"], _CALL)
    keys = keys_of(result)
    other_keys = [f"{key}{REFERENCE}" for key in keys]
    require(result, "pairs", other_keys, _CALL)
    if not keys:
        raise TypeError(f"result has no groups; pass what {_CALL} gave.")
    column = only_column(result)
    other = result[other_keys].set_axis(keys, axis=1)
    groups, codes = _sorted(result[keys], other)
    names = ", ".join(short(key) for key in keys)
    return _Pairs(
        codes[: len(result)],
        codes[len(result) :],
        group_names(groups),
        f"{short(column)}{by_keys(keys)} against {against('pairs')}",
        (f"P: {names}", f"Q: {names}"),
        "groups",
        'Filter it first, or compare each group with one other thing, for instance against="rest".',
    )


def _columns(result: pd.DataFrame) -> _Pairs:
    """Read the pairs of columns, in the order in which the frame has them first."""
    keys = keys_of(result)
    found, _ = numbered(result[keys])
    if keys and len(found) > 1:
        raise ValueError(
            f"result has {len(found)} groups; the picture of columns is for one. Filter it first."
        )
    codes, names = pd.factorize(pd.concat([result["x"], result["y"]], ignore_index=True))
    x, y = codes[: len(result)], codes[len(result) :]
    shown = [short(name) for name in names]
    first, others = np.unique(x), np.unique(y)
    if np.isin(first, others).any():
        of = f"each two of {len(shown)} columns"
    else:
        of = " with ".join(
            shown[side[0]] if len(side) == 1 else f"{len(side)} columns" for side in (first, others)
        )
    if keys:
        of += f", {group_names(found)[0]}"
    if "given" in result.columns:
        of += f" given {short(result['given'].iloc[0])}"
    advice = "Filter it first, or ask for fewer."
    return _Pairs(x, y, shown, of, ("x", "y"), "columns", advice)


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
