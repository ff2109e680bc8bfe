"""Keywords that take one value for all columns, or a mapping of values by column."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pdkl.codes.labels import as_text
from pdkl.core.validation import require_columns
from pdkl.request.parse import plain

T = TypeVar("T")


@dataclass(frozen=True)
class ByColumn(Generic[T]):
    """What a keyword says of each column: the value of its own, or that of all others."""

    parameter: str
    given: Any
    common: T
    own: dict[Hashable, T]

    @classmethod
    def read(
        cls, parameter: str, given: Any, default: Any, check: Callable[[str, Any], T]
    ) -> ByColumn[T]:
        """Check one value, or those of a mapping, of which the other columns have ``default``."""
        if not isinstance(given, Mapping):
            return cls(parameter, given, check(parameter, given), {})
        own = {
            name: check(f"{parameter} for column {name!r}", value) for name, value in given.items()
        }
        return cls(parameter, given, check(parameter, default), own)

    def require(self, compared: Sequence[Hashable]) -> None:
        """Raise unless the columns that have a value of their own are ``compared``."""
        require_columns(self.parameter, self.own, compared, frame="the call")

    def of(self, column: Hashable) -> T:
        """Return the value for a column."""
        return self.own.get(column, self.common)

    def values(self) -> list[T]:
        """List the values that columns may have, that of most of them first."""
        return [self.common, *self.own.values()]

    def plain(self) -> Any:
        """Write what was given so that JSON can hold it."""
        if not self.own:
            return plain(self.given)
        return {as_text(name): plain(value) for name, value in self.given.items()}
