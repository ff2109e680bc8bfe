"""pandas frames as a source."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from pdkl.codes.intervals import Binner
from pdkl.sources.base import FrameSource, Rows


@dataclass(frozen=True)
class PandasSource(FrameSource):
    """A pandas frame, which needs no reduction."""

    head: pd.DataFrame
    one_frame = True

    def reduce(
        self,
        column_lists: Sequence[Sequence[Hashable]],
        weights: Hashable | None,
        binners: Mapping[Hashable, Binner],  # noqa: ARG002
    ) -> list[Rows]:
        """Return the frame itself."""
        return [Rows(self.head, weights)] * len(column_lists)
