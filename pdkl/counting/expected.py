"""What drift expects, where that is given as shares instead of rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from pdkl.codes.intervals import Binner, Edges, fit_to
from pdkl.codes.labels import natural_labels
from pdkl.codes.scales import UNKNOWN, scale_of
from pdkl.core.validation import is_number
from pdkl.counting.bins import binner_of_profiles
from pdkl.counting.both_sides import fixed_counts, require_tuples
from pdkl.counting.kind_rules import CATEGORICAL, ORDERED
from pdkl.counting.kinds import DriftColumn, KindRequest
from pdkl.results.reading import is_missing
from pdkl.sources.base import Source

_FORM = "{'plan': {'free': 0.8, 'paid': 0.2}}"


def require_shares(reference: Mapping[Any, Any]) -> None:
    """Raise unless a mapping gives the shares of each column."""
    if not reference:
        raise ValueError(
            f"reference is an empty mapping; give the shares of at least one column, as in {_FORM}."
        )
    for name, shares in reference.items():
        if not isinstance(shares, Mapping):
            got = f"{shares!r}" if is_number(shares) else type(shares).__name__
            raise TypeError(
                "reference must give the shares of each column, {column: {category: weight}}, as "
                f"in {_FORM}; got {got} for {name!r}."
            )


def expect(
    columns: Sequence[DriftColumn],
    reference: Mapping[Any, Mapping[Any, Any]],
    source: Source,
    asked: KindRequest,
    *,
    dropna: bool,
) -> None:
    """Take the shares of each column for the counts of its other side.

    Numbers are compared value by value, unless edges were asked for: there are no rows to fit to.
    """
    for name, rule in asked.rules.items():
        if not isinstance(rule, Edges):
            raise ValueError(
                f"bins for column {name!r} must be edges, as shares have no rows that bins could "
                f"be fitted to; got {rule!r}."
            )
    common = asked.common if isinstance(asked.common, Edges) else None
    for column in [column for column in columns if column.there and not column.error]:
        shares = reference[column.name]
        if column.parts:
            require_tuples(shares, column.name)
        for place, part in enumerate(column.parts or [column]):
            values = [category[place] for category in shares] if column.parts else list(shares)
            named = part.name in asked.rules
            rule = asked.rules.get(part.name, common)
            part.binner = _binner(part, values, source, rule, named=named)
        binners = {part.name: part.binner for part in column.parts or [column]}
        cut = {name: binner for name, binner in binners.items() if binner is not None}
        # what lacks one of several values is one category, beside those that lack none
        column.other = fixed_counts(shares, column.name, cut, dropna=dropna).without_missing()
        column.kind = CATEGORICAL if column.binner is None else ORDERED


def _binner(
    column: DriftColumn, expected: Sequence[Any], source: Source, rule: Any, *, named: bool
) -> Binner | None:
    """Return how a column is cut: as a profile has cut it already, or at edges that were given."""
    settled = binner_of_profiles(column.name, source, None)
    if settled is not None or rule is None:
        return settled
    values = pd.Series(natural_labels([value for value in expected if not is_missing(value)]))
    if not named and scale_of(values) in (None, UNKNOWN):
        return None  # edges for all columns are for those that hold numbers or times
    return fit_to(values, column.name, None, rule, "quantile", fitted="given")
