"""The table that drift fills: a fact per group and column, and the frame made of it."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pdkl.codes.labels import as_text
from pdkl.comparing.prepare import CountedRequest
from pdkl.comparing.shared_labels import Column
from pdkl.core.counts.pairs import Pairs
from pdkl.core.measures.measure import Measure
from pdkl.counting.kinds import DriftColumn

ALWAYS = ("kl_divergence", "psi")  # beside the measure
COUNTS = ("n", "n_reference")
SIDES = ("", "_reference")  # how the facts of each end
SUPPORT = ("categories", "new_categories", "gone_categories")
# what notes go by: the distance in bits, and the share of today's rows above all bins
REMARKED = ("distance", "above")
Flags = NDArray[np.bool_]


def columns_of(measure: Measure) -> list[str]:
    """List the columns of the result behind the keys of ``by``."""
    return [
        *("column", "kind", *COUNTS, "missing", "missing_reference"),
        *(*SUPPORT, "unseen", "vanished", "out_of_range"),
        *(f"{measure.name}{end}" for end in ("", "_excess", "_noise_floor")),
        *(name for name in ALWAYS if name != measure.name),
        *("p_value", "p_adjusted", "top_category", "top_contribution"),
        *("threshold", "status", "note"),
    ]


def binners_of(columns: Sequence[DriftColumn]) -> dict[Hashable, Any]:
    """Return how each of the columns that are cut as they are counted is cut."""
    cut = {column.name: column.cut_early for column in columns}
    return {name: binner for name, binner in cut.items() if binner is not None}


class Table:
    """What is known of each row so far: an array of groups by columns for each fact."""

    def __init__(
        self, n_groups: int, columns: list[DriftColumn], measure: Measure, counted: CountedRequest
    ) -> None:
        self.columns, self.measure, self.counted = columns, measure, counted
        shape = (n_groups, len(columns))
        names = columns_of(measure)
        numbers = names[names.index("missing") : names.index("top_category")]
        aside = ("top_contribution", *REMARKED)
        self.number = {name: np.full(shape, np.nan) for name in [*numbers, *aside]}
        whole = [*COUNTS, *SUPPORT, "known", "known_reference"]
        self.whole = {name: np.zeros(shape, dtype=np.int64) for name in whole}
        self.top = np.full(shape, None, dtype=object)
        self.is_counted, self.lined_up = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
        self.sure: dict[int, str] = {}  # of each column that is scored, how its tests were got
        self.few = {end: np.zeros(shape, dtype=bool) for end in SIDES}  # rows, too few to be told

    @property
    def hidden(self) -> Flags:
        """Tell which rows have a side of too few rows, so that no more is told than that."""
        return self.few[""] | self.few["_reference"]

    def known_of(self, row: int, place: int) -> dict[str, float]:
        """Return what notes go by, of one comparison."""
        return {name: float(self.number[name][row, place]) for name in (*REMARKED, "unseen")}


@dataclass(frozen=True)
class Piece:
    """Comparisons of one column, to be measured together with those of others."""

    place: int  # of the column
    column: Column
    rows: slice
    raw: Pairs

    @property
    def width(self) -> int:
        """The largest number of categories of a comparison."""
        return int(self.raw.support_size().max(initial=1))


def frame_of(
    table: Table, threshold: float, status: NDArray[Any], note: NDArray[Any]
) -> pd.DataFrame:
    """Write the table as a tidy frame."""
    groups, columns, info = table.counted.groups, table.columns, table.counted.info
    row, place = np.divmod(np.arange(table.top.size), max(len(columns), 1))
    result: dict[Hashable, Any] = {
        name: groups.keys[name].take(row).reset_index(drop=True) for name in groups.keys.columns
    }
    words: dict[str, NDArray[Any]] = {
        "column": np.array([as_text(column.name) for column in columns], dtype=object)[place],
        "kind": np.array([column.kind for column in columns], dtype=object)[place],
        "top_category": table.top.ravel(),
        "status": status.ravel(),
        "note": note.ravel(),
    }
    for name in columns_of(table.measure):
        if name in words:
            result[name] = pd.Series(words[name], dtype="str")
        elif name in table.whole:
            known = table.lined_up & ~table.hidden
            if name in COUNTS:
                known = table.is_counted & ~table.few[name.removeprefix("n")]
            result[name] = pd.array(table.whole[name].ravel(), dtype="Int64")
            result[name][~known.ravel()] = pd.NA
        elif name == "threshold":
            result[name] = np.full(len(row), threshold)
        else:
            result[name] = table.number[name].ravel()
    frame = pd.DataFrame(result, index=pd.RangeIndex(len(row)))
    frame.attrs["pdkl"] = info.attributes
    return frame
