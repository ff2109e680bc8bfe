"""What every kind of data gives: distinct rows beside how often they occur."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import pandas as pd

from pdkl.codes.intervals import Binner
from pdkl.codes.labels import Labels
from pdkl.core.numerics.exact import FloatArray


@dataclass(frozen=True)
class Rows:
    """Rows that stand for the data: all of it, or distinct ones beside how often they occur.

    Where ``weights`` is a column that the caller did not name, it holds whole numbers of rows.
    """

    frame: pd.DataFrame
    weights: Hashable | None
    binned: frozenset[Hashable] = frozenset()  # columns of intervals already: categoricals of them
    coded: frozenset[Hashable] = frozenset()  # categoricals only to spare the hashing of values

    @property
    def plain(self) -> pd.DataFrame:
        """The frame with the values that coded columns stand for."""
        return decoded(self.frame, self.coded)

    def number(self, chosen: pd.Series[bool]) -> int:
        """Count the rows of the data that are ``chosen``."""
        if self.weights is None:
            return int(chosen.sum())
        return int(self.frame.loc[chosen.to_numpy(), self.weights].sum())  # type: ignore[index]


@dataclass(frozen=True)
class Precounted:
    """What was settled when the data was counted; nothing where it still is as it was."""

    binners: Mapping[Hashable, Binner] = field(default_factory=dict)
    folded: Mapping[Hashable, int] = field(default_factory=dict)  # how many categories are lumped
    grouper_texts: Mapping[Hashable, str] = field(default_factory=dict)  # how times were cut
    weights: Hashable | None = None  # the column that was added up
    left_out: Mapping[Hashable, str] = field(default_factory=dict)  # what could not be counted: why
    # what values were rounded down to, and how many different ones there were, as far as is known
    edges: Mapping[Hashable, Labels] = field(default_factory=dict)
    distinct: Mapping[Hashable, int | None] = field(default_factory=dict)
    sums: Mapping[Hashable, FloatArray] = field(default_factory=dict)  # of them, and of squares


class FrameSource:
    """What holds of all sources that are rows, and not counts already."""

    source_type = "frame"
    precounted = Precounted()
    one_frame = False
    is_near = True
    is_in_files = False  # whether its rows can be read again, a piece at a time


class Holder:
    """Methods that hold data; they stand wherever that data can."""

    def __init__(self, data: Any) -> None:
        self._data = data


class Source(Protocol):
    """Data of any kind."""

    @property
    def source_type(self) -> str:
        """What the column ``reference`` calls it: "frame" or "profile"."""

    @property
    def precounted(self) -> Precounted:
        """What was settled when it was counted; only of a profile anything was."""

    @property
    def one_frame(self) -> bool:
        """Whether one frame answers all lists of columns, so that its keys are encoded once."""

    @property
    def is_near(self) -> bool:
        """Whether values come as cheaply as intervals, as no engine counts them elsewhere."""

    @property
    def head(self) -> pd.DataFrame:
        """A frame with the data's columns, dtypes and index names; its rows do not matter."""

    def reduce(
        self,
        column_lists: Sequence[Sequence[Hashable]],
        weights: Hashable | None,
        binners: Mapping[Hashable, Binner],
    ) -> list[Rows]:
        """Return rows with the ``column_lists`` columns, for each list of them, in one pass.

        Every row of the data stands in each answer, also where values are missing or weights 0.
        ``binners`` says which columns will be cut into intervals, in case that is cheaper at once.
        """


def decoded(frame: pd.DataFrame, coded: frozenset[Hashable]) -> pd.DataFrame:
    """Replace categoricals that only spared hashing by the values they stand for."""
    if not coded:
        return frame
    plain = frame.copy(deep=False)
    for name, dtype in frame.dtypes.items():
        if name in coded and isinstance(dtype, pd.CategoricalDtype):
            plain[name] = _values(frame[name])
    return plain


def _values(column: pd.Series[Any]) -> Any:
    """Take the values of a categorical; Series.astype would round integers beside missing ones."""
    codes, levels = column.cat.codes.to_numpy(), column.cat.categories
    values, missing = levels.array, bool((codes < 0).any())
    if missing and levels.dtype.kind in "iub":
        values = pd.array(levels.to_numpy())  # of a nullable dtype
    return values.take(codes, allow_fill=missing)


def different_bins(name: Hashable) -> str:
    """Say that a column of a profile cannot be cut anew."""
    return (
        f"bins asks to cut column {name!r} anew, but a profile has cut it already and its values "
        "are gone. Leave bins out, or take the profile with these bins."
    )
