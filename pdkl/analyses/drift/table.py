"""The table that drift fills: a fact per group and column, and the frame made of it."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pdkl.analyses.drift.deciding import Rule
from pdkl.codes.labels import as_text
from pdkl.comparing.prepare import CountedRequest
from pdkl.comparing.shared_labels import ByValue, Column
from pdkl.core.counts.pairs import Pairs
from pdkl.core.forms import PREVIOUS
from pdkl.core.measures.measure import Measure
from pdkl.core.numerics.exact import IntArray
from pdkl.counting.kinds import DriftColumn, with_parts
from pdkl.request.resolve import ResolvedRequest
from pdkl.results import tidy
from pdkl.results.reading import JUDGED

COUNTS = ("n", "n_reference")
SIDES = ("", "_reference")  # how the facts of each end
SUPPORT = ("categories", "new_categories", "gone_categories")
# the columns of the result behind the keys of ``by``: those to look at first, then why, then facts
SHOWN = (
    *("column", "status", "measure", *JUDGED, "p_adjusted"),
    *("top_category", "top_contribution", "note"),
    *("kind", "threshold", "alpha", *COUNTS, "missing", "missing_reference"),
    *(*SUPPORT, "unseen", "vanished", "out_of_range", "p_value"),
)
NUMBERS = (
    *(*JUDGED, "p_value", "p_adjusted", "top_contribution"),
    *("missing", "missing_reference", "unseen", "vanished", "out_of_range"),
)
LIMITS = ("threshold", "alpha")
# what notes go by: the distance in bits, the share of today's rows above all bins, and the score of
# the values where what is missing is shown
OF_VALUES = "of_values"
REMARKED = ("distance", "above", OF_VALUES)
Flags = NDArray[np.bool_]


def reference_keys(resolved: ResolvedRequest) -> list[str]:
    """List the columns that say which group is the reference, behind ``column``."""
    return [f"{key}_reference" for key in resolved.keys if resolved.form is PREVIOUS]


def binners_of(columns: Sequence[DriftColumn]) -> dict[Hashable, Any]:
    """Return how each of the columns that are cut as they are counted is cut."""
    cut = {column.name: column.cut_early for column in with_parts(columns)}
    return {name: binner for name, binner in cut.items() if binner is not None}


class Table:
    """What is known of each row so far: an array of groups by columns for each fact."""

    def __init__(
        self,
        columns: list[DriftColumn],
        rules: list[Rule],
        counted: CountedRequest,
        others: Sequence[Measure] = (),
        *,
        is_tested: bool = True,
    ) -> None:
        self.columns, self.rules, self.counted, self.others = columns, rules, counted, others
        self.is_tested = is_tested  # not where weights are fractional
        shape = (len(counted.groups), len(columns))
        names = [*NUMBERS, *REMARKED, *(one.name for one in others)]
        self.number = {name: np.full(shape, np.nan) for name in names}
        self.whole = {name: np.zeros(shape, dtype=np.int64) for name in SUPPORT}
        # rows of each side: those that are told, those with a value, and all
        for name in [f"{fact}{end}" for fact in ("n", "known", "rows") for end in SIDES]:
            shares = self.is_fixed and name.endswith(SIDES[1])
            dtype = np.float64 if shares or not is_tested else np.int64
            self.whole[name] = np.zeros(shape, dtype=dtype)
        self.top = np.full(shape, None, dtype=object)
        self.is_counted, self.lined_up = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
        self.by_value: dict[int, ByValue] = {}  # columns that go by a measure of ordered values …
        self.by_presence = np.zeros(shape, dtype=bool)  # … and rows of them that go by the missing
        self.sure: dict[int, str] = {}  # of each column that is scored, how its tests were got
        self.few = {end: np.zeros(shape, dtype=bool) for end in SIDES}  # rows, too few to be told

    @property
    def is_fixed(self) -> bool:
        """Whether the other side is given as shares, not counted."""
        return self.counted.info.q_is_fixed

    @property
    def hidden(self) -> Flags:
        """Tell which rows have a side of too few rows, so that no more is told than that."""
        return self.few[""] | self.few["_reference"]

    @property
    def lacks(self) -> dict[str, Flags]:
        """Tell on which side rows have no value, where both sides have rows."""
        both = (self.whole["rows"] > 0) & (self.whole["rows_reference"] > 0) & ~self.hidden
        return {end: both & (self.whole[f"known{end}"] == 0) for end in SIDES}

    def category_rule(self, place: int) -> Rule:
        """Return what decides about the categories of a column."""
        rule = self.rules[place]
        return rule.by_category or rule

    def decisive(self, name: str) -> NDArray[Any]:
        """Return a fact of the rule that each row goes by."""
        places = range(len(self.rules))
        own = [getattr(self.rules[place], name) for place in places]
        other = [getattr(self.category_rule(place), name) for place in places]
        return np.where(self.by_presence, np.array(other), np.array(own))

    def known_of(self, row: int, place: int) -> dict[str, float]:
        """Return what notes go by, of one comparison."""
        return {name: float(self.number[name][row, place]) for name in (*REMARKED, "unseen")}


@dataclass(frozen=True)
class Piece:
    """Comparisons of one column, to be measured together with those of others."""

    place: int  # of the column
    column: Column
    counted: CountedRequest  # whose groups are compared, and with which options
    rows: IntArray  # of the table
    start: int  # where they begin among these groups
    raw: Pairs
    pairs: Pairs  # smoothed

    @property
    def width(self) -> int:
        """The largest number of categories of a comparison."""
        return int(self.raw.support_size().max(initial=1))


def frame_of(table: Table, status: NDArray[Any], note: NDArray[Any]) -> pd.DataFrame:
    """Write the table as a tidy frame."""
    groups, columns, info = table.counted.groups, table.columns, table.counted.info
    row, place = np.divmod(np.arange(table.top.size), max(len(columns), 1))
    result = tidy.taken(groups.keys, row)
    words: dict[str, NDArray[Any]] = {
        "column": np.array([as_text(column.name) for column in columns], dtype=object)[place],
        "measure": np.array([one.name for one in table.decisive("measure").ravel()], dtype=object),
        "kind": np.array([column.kind for column in columns], dtype=object)[place],
        "top_category": table.top.ravel(),
        "status": status.ravel(),
        "note": note.ravel(),
    }
    limits = {name: table.decisive(name).ravel() for name in LIMITS}
    for name in SHOWN:
        if name in words:
            result[name] = pd.Series(words[name], dtype="str")
            if name == "column" and groups.reference_keys is not None:
                result |= tidy.taken(groups.reference_keys, row)
        elif name in table.whole:
            known = table.lined_up & ~table.hidden
            if name in COUNTS:
                known = table.is_counted & ~table.few[name.removeprefix("n")]
            values = table.whole[name].ravel()
            if table.is_fixed and name == COUNTS[1]:
                result[name] = pd.array([pd.NA] * len(values), dtype="Int64")
            elif values.dtype == np.float64:
                result[name] = np.where(known.ravel(), values, np.nan)
            else:
                result[name] = pd.array(values, dtype="Int64")
                result[name][~known.ravel()] = pd.NA
        else:
            result[name] = limits[name] if name in limits else table.number[name].ravel()
    frame = pd.DataFrame(result, index=pd.RangeIndex(len(row)))
    frame.attrs["pdkl"] = info.attributes
    return frame
