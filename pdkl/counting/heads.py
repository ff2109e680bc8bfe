"""What columns hold, as far as their dtypes show it: without a look at the rows where they do."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from pdkl.codes.scales import OBJECTS, scale_of, scale_of_dtype
from pdkl.sources.base import Source


@dataclass(frozen=True)
class Heads:
    """The columns of one side; of a side that has no dtypes there are none."""

    source: Source | None

    @cached_property
    def _dtypes(self) -> dict[Hashable, Any]:
        """The dtypes of all columns, read at once: to take one column out costs as much."""
        if self.source is None:
            return {}
        head = self.source.head
        return dict(zip(head.columns, head.dtypes, strict=True))

    def __contains__(self, name: object) -> bool:
        """Tell whether the side has a column."""
        return name in self._dtypes

    def dtype(self, name: Hashable) -> Any:
        """Return the dtype of a column."""
        return self._dtypes[name]

    def scale(self, name: Hashable) -> str | None:
        """Return the scale that the values of a column lie on, as `scale_of` does."""
        scale = scale_of_dtype(self.dtype(name))
        if scale != OBJECTS:
            return scale
        assert self.source is not None  # it has the column
        return scale_of(self.source.head[name])

    def has_levels(self, name: Hashable) -> bool:
        """Tell whether the categories of a column are declared."""
        return isinstance(self.dtype(name), pd.CategoricalDtype)
