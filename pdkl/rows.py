"""Rows that stand for the data: what every kind of data is reduced to before it is counted."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import pandas as pd

from pdkl.binned import Binner


@dataclass(frozen=True)
class Rows:
    """Rows that stand for the data: all of it, or distinct ones beside how often they occur.

    Where ``weights`` is a column that the caller did not name, it holds whole numbers of rows.
    """

    frame: pd.DataFrame
    weights: Hashable | None
    cut: frozenset[Hashable] = frozenset()  # columns of intervals already: categoricals of them
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


class Source(Protocol):
    """Data of any kind."""

    @property
    def kind(self) -> str:
        """What the column ``reference`` calls it: "frame" or "profile"."""

    @property
    def head(self) -> pd.DataFrame:
        """A frame with the data's columns, dtypes and index names; its rows do not matter."""

    def reduce(
        self,
        wanted: Sequence[Sequence[Hashable]],
        weights: Hashable | None,
        cut: Mapping[Hashable, Binner],
    ) -> list[Rows]:
        """Return rows with the ``wanted`` columns, for each list of them, in one pass.

        Every row of the data stands in each answer, also where values are missing or weights 0.
        ``cut`` says which columns will be cut into intervals, in case that is cheaper at once.
        """


@dataclass(frozen=True)
class PandasSource:
    """A pandas frame, which needs no reduction."""

    head: pd.DataFrame
    kind: str = "frame"

    def reduce(
        self,
        wanted: Sequence[Sequence[Hashable]],
        weights: Hashable | None,
        cut: Mapping[Hashable, Binner],  # noqa: ARG002
    ) -> list[Rows]:
        """Return the frame itself."""
        return [Rows(self.head, weights)] * len(wanted)


def decoded(frame: pd.DataFrame, coded: frozenset[Hashable]) -> pd.DataFrame:
    """Replace categoricals that only spared hashing by the values they stand for."""
    if not coded:
        return frame
    dtypes = {
        name: dtype.categories.dtype
        for name, dtype in frame.dtypes.items()
        if name in coded and isinstance(dtype, pd.CategoricalDtype)
    }
    return frame.astype(dtypes) if dtypes else frame
