"""The facts that tell the kind of a column, read from its values on both sides."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pdkl.codes.labels import Labels, common_labels, dtype_families
from pdkl.codes.outcomes import read_numbers, read_numerals
from pdkl.codes.scales import AWARE, NAIVE, NUMBER, UNKNOWN, read_scaled, scale_of
from pdkl.codes.values import encode
from pdkl.core.counts.counts import Counts, WeightArray
from pdkl.core.numerics.exact import FloatArray, IntArray
from pdkl.counting.kind_rules import (
    Facts,
    Nature,
    Side,
    Verdict,
    are_few,
    common_from,
    kind_at_once,
    kind_of,
    may_depend_on_today,
)
from pdkl.counting.pandas_counts import LabelledCounts

_SOME = (100, 1000)  # so many rows mostly show whether values are few
_FEW = 20
_NUMERALS = 0.95  # text is read as numbers where so much of it is
_NUMBERS = 0.5  # numbers stand beside texts where so many rows hold numbers


@dataclass(frozen=True)
class Values:
    """Values of a column on one side, and how many rows each of them stands for.

    Where a profile has rounded them, ``before`` is how many different ones there were. What several
    columns hold together is ``known`` as the labels that ``weight`` is of, and ``series`` is empty.
    They are ``as_held`` unless numbers were made of objects, decimals or levels to read them.
    """

    series: pd.Series[Any]
    weight: WeightArray | None
    before: int | None = None
    known: Labels | None = None
    as_held: bool = False

    @cached_property
    def scale(self) -> str | None:
        """The scale that all values lie on."""
        return scale_of(self.series)

    @property
    def are_scaled(self) -> bool:
        """Whether they are numbers or times."""
        return self.scale not in (None, UNKNOWN)

    @cached_property
    def _table(self) -> tuple[Labels, WeightArray]:
        if self.known is not None:
            assert self.weight is not None  # the labels have been counted
            return _seen(self.known, self.weight)
        codes, labels = encode(self.series, self.series.name)
        weight, known = self.weight, codes >= 0
        if not known.all():
            codes, weight = codes[known], None if weight is None else weight[known]
        mass = np.bincount(codes, weights=weight, minlength=len(labels))
        return _seen(labels, mass)

    @property
    def labels(self) -> Labels:
        """The different values, each once."""
        return self._table[0]

    @property
    def mass(self) -> WeightArray:
        """How many rows have each of them."""
        return self._table[1]

    def counted(self) -> LabelledCounts | None:
        """Return the counts of all rows, where they are what counting would find once more."""
        rows = len(self.series)
        if not rows or self.weight is not None or not self.as_held:
            return None
        number, labels = self.mass, self.labels
        missing = np.array([rows - int(number.sum())])
        cells = np.zeros(len(labels), dtype=np.int64), np.arange(len(labels)), number
        return LabelledCounts(Counts(*cells, missing, len(labels)), labels)

    @cached_property
    def rows(self) -> float:
        """How many rows have a value."""
        if self.known is not None:
            return float(self.mass.sum())
        if self.weight is None and self._are_integers:
            return float(len(self.series))
        known = self.series.notna().to_numpy()
        return float(known.sum() if self.weight is None else self.weight[known].sum())

    @property
    def were_distinct(self) -> bool:
        """Whether all were different before they were rounded."""
        return self.before is not None and self.before == self.rows

    @property
    def _are_integers(self) -> bool:
        """Whether NumPy holds them as integers, of which none is missing."""
        return isinstance(self.series.dtype, np.dtype) and self.series.dtype.kind in "iu"

    @cached_property
    def are_many(self) -> bool:
        """Whether there are more than a few different ones; the first rows mostly show it."""
        for size in _SOME:
            if size < len(self.series) and self._distinct(size) > _FEW:
                return True
        return len(self.labels) > _FEW

    def _distinct(self, size: int) -> int:
        """Count the different ones in so many rows, what is missing left out."""
        chosen = slice(size) if self.weight is None else np.flatnonzero(self.weight[:size] > 0)
        dtype = self.series.dtype
        if isinstance(dtype, np.dtype) and dtype.kind in "iuf":  # Python is faster with a few
            found = set(self.series.to_numpy()[chosen].tolist())
            return len(found) - sum(map(math.isnan, found))
        return self.series.iloc[chosen].nunique()

    @property
    def are_few(self) -> bool:
        """Whether they are numbers, and so few that each is a category."""
        if self.scale != NUMBER:
            return False
        if self.weight is None and pd.api.types.is_integer_dtype(self.series.dtype):
            # a look at how far apart they are often shows it
            _, labels = encode(self.series, self.series.name)
            if are_few(len(labels), self.rows):
                return True
        return not self.are_many and are_few(len(self.labels), self.rows)

    @cached_property
    def are_whole(self) -> bool:
        """Whether all are whole numbers."""
        if self.scale != NUMBER:
            return False
        if pd.api.types.is_integer_dtype(self.series.dtype):
            return True
        read = read_scaled(self.series)
        assert read is not None  # they have a scale
        numbers = read.numbers[~read.missing]
        return bool((np.isfinite(numbers) & (np.floor(numbers) == numbers)).all())

    @cached_property
    def leave_the_kind_open(self) -> bool:
        """Whether those of the other side may matter to the kind."""
        nature = _nature(self.scale)
        if nature != "number" or not self.are_many:
            return may_depend_on_today(nature, Side(), whole=False)
        if not self.are_whole:
            return False
        once = self.rows if self.were_distinct else float(self.mass[self.mass == 1].sum())
        side = Side(rows=self.rows, distinct=_FEW + 1, apart=once, apart_distinct=int(once))
        return may_depend_on_today(nature, side, whole=True)

    def ends(self) -> tuple[Any, Any]:
        """Return the smallest and the largest value."""
        read = read_scaled(pd.Series(self.labels))
        assert read is not None  # they have a scale
        order = np.argsort(read.numbers, kind="stable")
        return self.labels[order[0]], self.labels[order[-1]]


@dataclass(frozen=True)
class Both:
    """The different values of both sides on one list, and how many rows have each of them."""

    labels: Labels
    reference: WeightArray
    today: WeightArray
    were_distinct: tuple[bool, bool] = (False, False)  # each side, before it was rounded
    # where on the list the values of each side are, in their order there
    places: tuple[IntArray, IntArray] | None = None

    @classmethod
    def of(cls, reference: Values, today: Values) -> Both:
        """Put the values of two sides on one list, today's first."""
        labels, of_today, of_reference = common_labels(today.labels, reference.labels)
        found, places = [], (of_reference, of_today)
        for side, place in zip((reference, today), places, strict=True):
            mass = np.zeros(len(labels), dtype=side.mass.dtype)
            np.add.at(mass, place, side.mass)
            found.append(mass)
        were_distinct = reference.were_distinct, today.were_distinct
        return cls(labels, found[0], found[1], were_distinct, places)

    @property
    def is_together(self) -> bool:
        """Whether they are the values of several columns together."""
        return isinstance(self.labels, pd.MultiIndex)

    @cached_property
    def common(self) -> NDArray[np.bool_]:
        """Which values are common, as those are that stand for a value; none that were rounded."""
        if any(self.were_distinct):
            return np.zeros(len(self.labels), dtype=bool)
        least = common_from(float(self.today.sum()), float(self.reference.sum()))
        return np.asarray(self.reference + self.today >= least)

    @cached_property
    def _scale(self) -> str | None:
        return None if self.is_together else scale_of(self.labels)

    def kind(self, *, levels: bool = False, ordered: bool = False) -> tuple[Verdict, bool]:
        """Return the kind, and whether whole numbers are given out one after the other."""
        rows = float(self.reference.sum()) or float(self.today.sum())
        known = kind_at_once(
            *(_nature(self._scale), len(self.labels), rows), levels=levels, ordered=ordered
        )
        if known is not None:
            return known, False
        facts = self.facts(levels=levels, ordered=ordered)
        return kind_of(facts), facts.runs_on

    def facts(self, *, levels: bool = False, ordered: bool = False) -> Facts:
        """Return what the rules need to know."""
        nature, numbers, whole = _nature(self._scale), None, False
        if nature in ("number", "time"):
            read = read_scaled(pd.Series(self.labels))
            assert read is not None  # they have a scale
            numbers = read.numbers
            whole = self._scale == NUMBER and bool(
                (np.isfinite(numbers) & (np.floor(numbers) == numbers)).all()
            )
        exact = self.labels if whole else None
        sides = [_side(mass, self.common, numbers, exact) for mass in (self.reference, self.today)]
        sides = [
            replace(side, distinct=int(side.rows), once=side.rows, apart_distinct=int(side.rows))
            if were
            else side
            for side, were in zip(sides, self.were_distinct, strict=True)
        ]
        known = [
            side if side.rows else other for side, other in zip(sides, sides[::-1], strict=True)
        ]
        return Facts(nature, known[0], known[1], len(self.labels), whole, levels, ordered)

    def only(self, chosen: NDArray[np.bool_], labels: Labels | None = None) -> Both:
        """Return some of the values, perhaps by other names."""
        kept = self.labels if labels is None else labels
        return Both(kept[chosen], self.reference[chosen], self.today[chosen], self.were_distinct)


def numbers_among(both: Both) -> FloatArray | None:
    """Read the numbers among values of which some are text, the text as NaN.

    They may be written as text. None where too few are numbers, or there is something else.
    """
    kinds = dtype_families(both.labels)
    if kinds == {"string"}:
        if len(both.labels) <= _FEW:  # as few as categories are
            return None
        numbers = read_numerals(both.labels)
        return numbers if numbers is not None and _are_numerals(both, ~np.isnan(numbers)) else None
    if kinds != {"string", "number"}:
        return None
    numbers = read_numbers(both.labels)
    if numbers is None or _share(both, ~np.isnan(numbers)) < _NUMBERS:
        return None
    return numbers


def _seen(labels: Labels, mass: WeightArray) -> tuple[Labels, WeightArray]:
    """Return the labels that rows have, and how many."""
    seen = mass > 0
    return (labels, mass) if seen.all() else (labels[seen], mass[seen])


def _nature(scale: str | None) -> Nature:
    if scale == NUMBER:
        return "number"
    if scale in (NAIVE, AWARE):
        return "time"
    return "label" if scale in (None, UNKNOWN) else "length"


def _side(
    mass: WeightArray,
    common: NDArray[np.bool_],
    numbers: Any,
    exact: Labels | None,
) -> Side:
    """Describe the values of one side, given those of both and how many rows have each."""
    known = mass > 0
    rows, own = float(mass.sum()), known & ~common
    facts: dict[str, Any] = {
        "rows": rows,
        "distinct": int(known.sum()),
        "once": float((mass == 1).sum()),
        "apart": float(mass[own].sum()),
        "apart_distinct": int(own.sum()),
    }
    if numbers is not None and rows:
        order = np.argsort(numbers, kind="stable")
        order = order[known[order]]
        below = np.cumsum(mass[order].astype(np.float64)) / rows
        for name, share in (("low", 0.05), ("middle", 0.5), ("high", 0.95)):
            place = min(int(np.searchsorted(below, share)), len(order) - 1)
            facts[name] = float(numbers[order[place]])
        if exact is not None and own.any():
            # whole numbers as they are, as floats do not hold long ones
            apart = order[own[order]]
            facts |= {"apart_low": int(exact[apart[0]]), "apart_high": int(exact[apart[-1]])}
    return Side(**facts)


def _are_numerals(both: Both, known: NDArray[np.bool_]) -> bool:
    """Tell whether texts are numbers: not codes, which have one width or begin with 0."""
    if known.sum() <= _FEW or _share(both, known) < _NUMERALS:
        return False
    found = both.labels[known]
    return any("." in value for value in found) or len({len(value) for value in found}) > 1


def _share(both: Both, chosen: NDArray[np.bool_]) -> float:
    """Return the share of the rows of the side on which fewer are chosen."""
    sides = [mass for mass in (both.reference, both.today) if mass.sum()]
    return min((float(mass[chosen].sum() / mass.sum()) for mass in sides), default=0.0)
