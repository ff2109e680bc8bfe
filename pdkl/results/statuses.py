"""What a row of drift may be found to be: each status, and what its readers need to know of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Status:
    """A status. Style sheets have a class of its name."""

    name: str
    fails: bool = False  # a report with such a row does not pass
    is_scored: bool = False  # else the status stands in place of a score
    mark: str = ""  # stands for it in pictures
    meaning: str = ""  # where the name alone does not tell
    warning: str = ""  # what a report says of each such row, where people should mind it
    heading: str = ""  # what it says before such columns, where it lists them; the sides have names
    is_quiet: bool = False  # nobody has to look at such a row: a report folds it

    @property
    def words(self) -> str:
        """What people read beside the mark."""
        return f"{self.name}: {self.meaning}" if self.meaning else self.name


DRIFT = Status(name="drift", fails=True, is_scored=True, mark="▲")
GONE = Status(
    name="gone",
    fails=True,
    mark="⊖",
    warning="is in the reference only",
    heading="Only in {reference}",
)
ERROR = Status(
    name="error",
    fails=True,
    mark="!",
    warning="could not be compared; its note says why",
    heading="Could not be compared",
)
EMPTY = Status(
    name="empty",
    fails=True,
    mark="∅",
    warning="has no value on a side",
    heading="Without a value on a side",
)
UNSURE = Status(
    name="unsure",
    is_scored=True,
    mark="?",
    meaning="not significant",
    warning="is past the threshold, but among so many rows chance could do that too; look at it, "
    "or bring more rows",
    heading="Unsure",
)
NEW = Status(
    name="new",
    mark="⊕",
    warning="is in the data only, so that there is nothing to compare it with",
    heading="Only in {data}",
)
SKIPPED = Status(
    name="skipped",
    mark="⊘",
    warning="is not scored; its note says why",
    heading="Not scored",
    is_quiet=True,
)
OK = Status(name="ok", is_scored=True, is_quiet=True)

STATUSES = (DRIFT, GONE, ERROR, EMPTY, UNSURE, NEW, SKIPPED, OK)  # the worst first
# where they are explained, in pictures and in the warnings of a report, what has no score is told
# right behind drift, but for what nobody has to mind; pictures also choose by it which columns
# they show
LEGEND = (DRIFT, ERROR, GONE, NEW, EMPTY, UNSURE, SKIPPED, OK)

BY_NAME = {status.name: status for status in STATUSES}
FAILING = tuple(status.name for status in STATUSES if status.fails)
QUIET = tuple(status.name for status in STATUSES if status.is_quiet)
# of these few rows may be the reason
UNDECIDED = (UNSURE.name, OK.name)
SCORED = tuple(status.name for status in STATUSES if status.is_scored)
