"""What kind of column one is: the first rule that fits, from a few facts of its values.

The facts are of values and of how many rows hold them, so the kind is the same for the same values
in every engine, file and dtype, and for both sides and all groups it is one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

Kind = Literal["categorical", "ordered", "identifier", "clock"]
KINDS: tuple[Kind, ...] = get_args(Kind)
CATEGORICAL, ORDERED, IDENTIFIER, CLOCK = KINDS
NOT_SCORED = (IDENTIFIER, CLOCK)

# how values compare: by equality alone, as numbers, as points in time, or as lengths and hours
Nature = Literal["label", "number", "time", "length"]

_FEW = 20  # so many distinct values are not many
_ROWS_OF_A_CATEGORY = 5  # so many rows of the reference are wanted for each number, on average
_ONCE = 0.5  # from this share of rows on, values that are held once make identifiers
_LONG = 10**9  # whole numbers from here on have the digits of an epoch
_REPEATS = 3.0  # where chance would have repeated so many numbers, and none is, they are given out
# a value of an identifier is common where so many rows and this share of the smaller side hold it
_COMMON_ROWS, _COMMON_SHARE = 5, 0.01


@dataclass(frozen=True)
class Side:
    """What is known of the values of a column on one side, the missing left out.

    Parameters
    ----------
    rows : number
        How many rows have a value.
    distinct : int
        How many values they have.
    once : number
        How many of the rows have a value that no other row of the side has.
    apart : number
        How many of the rows have values that are not common, see `common_from`.
    apart_distinct : int
        How many values they have.
    apart_low, apart_high : number
        The smallest and the largest of these values.
    low, middle, high : number
        Where 5, 50 and 95 % of the rows lie below.
    """

    rows: float = 0
    distinct: int = 0
    once: float = 0
    apart: float = 0
    apart_distinct: int = 0
    apart_low: float = 0
    apart_high: float = 0
    low: float = 0
    middle: float = 0
    high: float = 0

    @property
    def repeats(self) -> float:
        """How many pairs of rows chance would give one number, were all in the range as likely."""
        return self.apart * (self.apart - 1) / 2 / (self.apart_high - self.apart_low + 1)

    @property
    def is_once_each(self) -> bool:
        """Tell whether no value is held twice, but for common ones, which are few of the rows."""
        return self.apart == self.apart_distinct and self.apart >= _ONCE * self.rows > 0

    @property
    def is_mostly_once(self) -> bool:
        """Tell whether most rows have a value of their own."""
        return self.distinct > _FEW and self.once >= _ONCE * self.rows


@dataclass(frozen=True)
class Facts:
    """What is known of a column on both sides.

    Parameters
    ----------
    nature : {"label", "number", "time", "length"}
        How its values compare.
    reference, today : Side
        The facts of each side; of a column that one side lacks, twice those of the other.
    distinct : int
        How many values both sides have together.
    whole : bool
        Whether all are whole numbers.
    levels : bool
        Whether levels are declared for what is no text: then each is a category.
    ordered : bool
        Whether the levels are declared to be in order.
    """

    nature: Nature
    reference: Side
    today: Side
    distinct: int
    whole: bool = False
    levels: bool = False
    ordered: bool = False

    @property
    def is_once_each(self) -> bool:
        """Tell whether both sides give out whole numbers, each of them once."""
        return self.whole and self.reference.is_once_each and self.today.is_once_each

    @property
    def runs_on(self) -> bool:
        """Tell whether whole numbers are given out once each, today's after the reference's."""
        return self.is_once_each and self.today.apart_low > self.reference.apart_high


class Verdict(NamedTuple):
    """The kind of a column, and why, where it is not scored."""

    kind: Kind
    why: str = ""


def kind_at_once(
    nature: Nature, distinct: int, rows: float, *, levels: bool, ordered: bool
) -> Verdict | None:
    """Return the kind where declared levels tell it, or how few values so many rows have.

    Of such a column nothing runs on, as more than one row has each value.
    """
    if ordered:
        return Verdict(ORDERED)
    few = distinct <= (_FEW if nature == "label" else 1)
    few |= nature == "number" and are_few(distinct, rows)
    return Verdict(CATEGORICAL) if levels or few else None


def kind_of(facts: Facts) -> Verdict:
    """Return the first kind that fits."""
    reference, today, nature = facts.reference, facts.today, facts.nature
    known = kind_at_once(
        *(nature, facts.distinct, reference.rows), levels=facts.levels, ordered=facts.ordered
    )
    if known is not None:
        return known
    if nature == "time" and not reference.low <= today.middle <= reference.high:
        return Verdict(CLOCK, "most times lie outside those of the reference")
    if nature == "number" and facts.runs_on and min(reference.apart_low, today.apart_low) >= _LONG:
        return Verdict(CLOCK, "long whole numbers, each once, all above those of the reference")
    if nature == "label":
        once = reference.is_mostly_once and today.is_mostly_once
        return Verdict(IDENTIFIER, _held_once(today)) if once else Verdict(CATEGORICAL)
    if facts.is_once_each and max(reference.repeats, today.repeats) >= _REPEATS:
        return Verdict(IDENTIFIER, _held_once(today))
    return Verdict(ORDERED)


def may_depend_on_today(nature: Nature, reference: Side, *, whole: bool) -> bool:
    """Tell whether the kind of numbers or times is not known from the reference alone."""
    few = reference.distinct <= _FEW
    return nature == "time" or few or (whole and reference.is_once_each)


def common_from(rows: float, rows_reference: float) -> float:
    """Return how many rows of both sides together make a value of identifiers common."""
    return max(_COMMON_ROWS, _COMMON_SHARE * min(rows, rows_reference))


def are_few(distinct: int, rows: float) -> bool:
    """Tell whether numbers are so few, of so many rows each, that they are categories."""
    return distinct <= _FEW and rows >= _ROWS_OF_A_CATEGORY * distinct


def _held_once(side: Side) -> str:
    return f"{side.once:,.0f} of {side.rows:,.0f} values occur once"
