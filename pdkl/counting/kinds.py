"""What kind of column each is, and how it is counted: settled once, for both sides and all groups.

Numbers and times are read before anything is counted, as they are cut into intervals. What else
there is has been counted value by value when its kind is settled, and these counts tell it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from pdkl.codes.intervals import Binner, Edges, fit_to, read_bins
from pdkl.codes.labels import (
    Labels,
    Together,
    as_text,
    common_labels,
    dtype_families,
    has_other,
    is_text,
    parts_of,
)
from pdkl.codes.outcomes import Beside, Common
from pdkl.codes.scales import UNKNOWN, may_be_scaled, natural, scale_of
from pdkl.codes.values import Encoder
from pdkl.core.counts.bin_edges import Binning
from pdkl.core.counts.counts import as_float
from pdkl.core.numerics.exact import FloatArray, IntArray
from pdkl.core.validation import one_of, require_columns
from pdkl.counting.apart import Wrong, apart, noting, said
from pdkl.counting.bins import binner_of_profiles, pooled
from pdkl.counting.count import count, weights_of
from pdkl.counting.heads import Heads
from pdkl.counting.kind_facts import Both, Values, numbers_among
from pdkl.counting.kind_rules import (
    CATEGORICAL,
    CLOCK,
    IDENTIFIER,
    KINDS,
    NOT_SCORED,
    ORDERED,
    Kind,
    Verdict,
    kind_of,
)
from pdkl.counting.pandas_counts import LabelledCounts
from pdkl.sources.base import Source, different_bins

_NOTHING = pd.Series(dtype=object)
_MOST_TEXTS = 20  # so many different texts beside numbers are categories of their own


@dataclass
class DriftColumn:
    """One column of both sides, on its way from the call to its rows."""

    name: Hashable
    here: bool  # whether the data have it
    there: bool  # whether the reference has it
    kind: Kind | None = None  # None until known
    why: str = ""  # it is not scored: what shows it
    remedy: str = ""  # what to pass so that it is
    remark: str = ""  # how its values were read, where that needs saying
    runs_on: bool = False  # whether it is whole numbers that are given out one after the other
    error: str = ""
    wrong: Exception | None = None  # what the error was, where it was raised
    binner: Binner | None = None
    own: LabelledCounts | None = None
    other: LabelledCounts | None = None
    # what becomes of values that were counted one by one, or in intervals, where that is not all
    encoder: Encoder | None = None
    n_read: int = 0  # values that were read on one side to fit intervals
    parts: Sequence[DriftColumn] = ()  # the columns that it is together
    by_value: bool = False  # whether values are counted one by one although they will be cut
    values: tuple[LabelledCounts | None, LabelledCounts | None] = (None, None)  # as they were
    # of all rows of the data, and of the reference, where reading them has shown their counts
    known: tuple[LabelledCounts | None, LabelledCounts | None] = (None, None)

    @property
    def is_shared(self) -> bool:
        """Tell whether both sides have the column."""
        return self.here and self.there

    @property
    def is_scored(self) -> bool:
        """Tell whether it is compared by more than what is missing or common."""
        return self.kind not in NOT_SCORED

    @property
    def cut_early(self) -> Binner | None:
        """The intervals that its values are put into as they are counted."""
        return None if self.by_value or isinstance(self.encoder, Beside) else self.binner

    def fail(self, message: str) -> None:
        """Give up on this column, and say why."""
        self.error, self.kind = message, None

    def settle(self, verdict: Verdict, ranges: str = "") -> None:
        """Take over a kind, and say what is not compared."""
        self.kind, self.why = verdict
        if self.kind in NOT_SCORED:
            other = ORDERED if self.kind == CLOCK or self.binner is not None else CATEGORICAL
            self.why = "; ".join(part for part in (self.why, ranges) if part)
            shown = self.name if self.parts else as_text(self.name)
            self.remedy = f"kinds={{{shown!r}: {other!r}}} compares them"

    def keep_quiet(self) -> None:
        """Say no more of the kind than what it is: counts and values may tell of single rows."""
        if not self.is_scored:
            self.why = "most values occur once" if self.kind == IDENTIFIER else "values move on"
        self.remark = "numbers beside text" if self.remark else ""

    def recode(self, counts: LabelledCounts) -> LabelledCounts:
        """Put counts by value, or by interval, into the outcomes that are compared."""
        encoder = self.encoder
        if encoder is None and self.by_value:
            encoder = self.binner
        if encoder is None:
            return counts
        if not self.parts:
            return counts.recoded(encoder, self.name)
        assert isinstance(encoder, Common)  # together they are not cut
        codes, labels = encoder.recoded(counts.labels)
        recoded = counts.counts.recode(codes[counts.counts.outcome].astype(np.int64), len(labels))
        return LabelledCounts(recoded, labels, leveled=True)


def columns_of(
    names: Iterable[Hashable], single: Callable[[Hashable], DriftColumn]
) -> list[DriftColumn]:
    """Make a column of each name; what is several together shares them with what is asked alone."""
    wanted = list(dict.fromkeys(names))
    known = {name: single(name) for name in dict.fromkeys(parts_of(wanted))}
    found = []
    for name in wanted:
        if not isinstance(name, Together):
            found.append(known[name])
            continue
        parts = [known[part] for part in name]
        sides = (all(part.here for part in parts), all(part.there for part in parts))
        found.append(DriftColumn(name, *sides, parts=parts))
    _fail_with_parts(found)
    return found


def with_parts(columns: Iterable[DriftColumn]) -> list[DriftColumn]:
    """List the single columns, asked for alone or together with others."""
    found: dict[Hashable, DriftColumn] = {}
    for column in columns:
        for part in column.parts or (column,):
            found.setdefault(part.name, part)
    return list(found.values())


def _fail_with_parts(columns: Iterable[DriftColumn]) -> None:
    """Give up on what is several columns together where one of them has failed."""
    for column in columns:
        for part in column.parts:
            if part.error and not column.error:
                column.fail(part.error)
                column.wrong = part.wrong


def give_up(columns: Iterable[DriftColumn], wrong: Wrong) -> None:
    """Give up on the columns with which something went wrong."""
    for column in columns:
        if column.name in wrong:
            column.fail(said(wrong[column.name]))
            column.wrong = wrong[column.name]


def read_kinds(kinds: Any, bins: Any) -> dict[Hashable, Kind]:
    """Check ``kinds`` as far as the columns do not matter."""
    if kinds is None:
        return {}
    if not isinstance(kinds, Mapping):
        raise TypeError(
            f"kinds must be a mapping {{column: kind}}, a kind being {_listed()}; got "
            f"{type(kinds).__name__}."
        )
    named = bins if isinstance(bins, Mapping) else {}
    for name, kind in kinds.items():
        one_of(f"kinds for column {name!r}", kind, KINDS)
        if kind != ORDERED and name in named:
            raise ValueError(
                f"kinds has {kind!r} for column {name!r}, and bins cuts it, which makes it "
                f"{ORDERED!r}. Leave it out of one of them."
            )
    return dict(kinds)


def _listed() -> str:
    return f"{', '.join(map(repr, KINDS[:-1]))} or {KINDS[-1]!r}"


@dataclass(frozen=True)
class KindRequest:
    """What was asked for of the kinds of columns, and of how numbers and times are cut."""

    kinds: Mapping[Hashable, Kind]
    rules: Mapping[Hashable, Any]  # of the columns that are cut whatever they hold
    common: Any  # how other numbers and times are cut, None as their rows allow
    binning: Binning = "quantile"
    both: bool = False  # whether intervals are fitted to both sides together, not to the reference
    ends: bool = False  # whether they are fitted to all rows there are, see `bin_edges.fit`

    @classmethod
    def of(
        cls,
        kinds: Any,
        bins: Any,
        columns: Sequence[DriftColumn],
        binning: Binning = "quantile",
        *,
        both: bool = False,
        ends: bool = False,
    ) -> KindRequest:
        """Read the keywords."""
        asked = read_kinds(kinds, bins)
        named = dict(bins) if isinstance(bins, Mapping) else {}
        every = [column.name for column in columns]
        every += [part.name for part in with_parts(columns) if part.name not in every]
        for parameter, names in (("kinds", asked), ("bins", named)):
            require_columns(parameter, names, every, frame="the call")
        rules = {name: read_bins(f"bins for column {name!r}", rule) for name, rule in named.items()}
        common = None if bins is None or isinstance(bins, Mapping) else read_bins("bins", bins)
        return cls(asked, rules, common, binning, both, ends)

    def rule(self, name: Hashable) -> Any:
        """Return how a column is cut."""
        return self.rules.get(name, self.common)

    def asked(self, name: Hashable) -> Kind | None:
        """Return the kind that was asked for, in one way or the other."""
        return ORDERED if name in self.rules else self.kinds.get(name)


def fit_numbers(
    columns: Sequence[DriftColumn],
    source: Source,
    reference: Source,
    weights: Hashable,
    request: KindRequest,
) -> None:
    """Settle the kinds of numbers and times, and fit their intervals.

    A column that the reference lacks is fitted to the data. What a profile has cut already stays
    cut at its edges.
    """
    asked, columns = columns, with_parts(columns)
    _keep_cut(columns, source, reference, request)
    _cut_at_edges(columns, source, reference, request)
    heads = Heads(source), Heads(reference)
    base: dict[Hashable, Values] = {}
    for side in (reference, source)[: 2 - (source is reference)]:
        chosen = [c for c in columns if not c.error and c.there == (side is reference)]
        chosen = [c for c in chosen if c.binner is None and request.asked(c.name) != CATEGORICAL]
        chosen = [c for c in chosen if _may_be_cut(c, heads[side is reference], request)]
        base |= _read(side, chosen, weights)
    wrong: Wrong = {}
    doubtful: list[DriftColumn] = []
    for column in [column for column in columns if column.name in base]:
        with noting(wrong, column.name):
            if column.is_shared and _depends_on_today(column, base[column.name], heads[0], request):
                doubtful.append(column)
    if source is reference:  # what is read is read once
        today = {column.name: base[column.name] for column in doubtful}
    else:
        today = _read(source, doubtful, weights)
    for column in [column for column in columns if column.name in base and not column.error]:
        both = [side[column.name] for side in (base, today) if column.name in side]
        with noting(wrong, column.name):
            _settle_numbers(column, both, request, counted=weights is None)
            if column.kind == CATEGORICAL and len(both) == 2:
                column.known = both[1].counted(), both[0].counted()
    give_up(columns, wrong)
    _fail_with_parts(asked)


def _may_be_cut(column: DriftColumn, side: Heads, request: KindRequest) -> bool:
    """Tell whether a column may be numbers or times, as far as its dtype shows it."""
    name = column.name
    if side.has_levels(name) and (request.asked(name) != ORDERED or side.dtype(name).ordered):
        return False
    return side.scale(name) is not None


def _depends_on_today(
    column: DriftColumn, reference: Values, today: Heads, request: KindRequest
) -> bool:
    """Tell whether today's values are needed to settle a kind, or to fit intervals."""
    asked = request.asked(column.name)
    if asked == ORDERED and not request.both:
        return False
    if request.both or asked is not None or not reference.are_scaled:
        return True
    if today.scale(column.name) in (None, UNKNOWN):
        return True
    return request.common is None and reference.leave_the_kind_open


def _settle_numbers(
    column: DriftColumn, both: Sequence[Values], request: KindRequest, *, counted: bool
) -> None:
    """Settle the kind of a column from the sides that were read, the reference first."""
    name, asked = column.name, request.asked(column.name)
    column.n_read = max(len(values.series) for values in both)
    # objects of which none is there may be anything: the other side says what the column is
    both = [side for side in both if side.scale != UNKNOWN] or both
    if asked is None and request.common is not None:
        asked = ORDERED
    if name not in request.rules and (
        not all(values.are_scaled for values in both) or len({side.scale for side in both}) > 1
    ):
        return  # to be counted value by value, so as to see what does not match
    first, last, known = both[0], both[-1], None
    verdict = Verdict(ORDERED)
    if asked != ORDERED and (len(both) > 1 or asked is not None or first.leave_the_kind_open):
        known = Both.of(first, last)
        verdict, column.runs_on = known.kind()
        verdict = verdict if asked is None else Verdict(asked)
    common = verdict.kind == IDENTIFIER and known is not None and known.common.any()
    if verdict.kind != CATEGORICAL and not common:
        values, weight = pooled(
            [(side.series, side.weight) for side in (both if request.both else both[:1])]
        )
        column.binner = fit_to(
            *(values, name, weight, request.rule(name), request.binning),
            fitted="reference" if column.there and not request.both else "pooled",
            counted=counted,
            ends=request.ends,
        )
    ranges = _ranges(both) if verdict.kind == CLOCK else ""
    column.settle(verdict, ranges)
    if not column.is_scored:  # cut all the same where that can be, as it is the cheapest count
        column.encoder = Common(known.labels[known.common] if common and known else pd.Index([]))


def _ranges(both: Sequence[Values]) -> str:
    """Say from where to where the values of both sides go."""
    texts = ["{} to {}".format(*map(as_text, side.ends())) for side in both if len(side.labels)]
    return f"from {texts[-1]}, in the reference from {texts[0]}" if len(texts) > 1 else ""


def settle_counted(column: DriftColumn, request: KindRequest, heads: Sequence[Any]) -> None:
    """Settle the kind of a column whose values have been counted, and put them into its outcomes.

    ``heads`` are its dtypes on the sides that have it.
    """
    sides = [side for side in (column.other, column.own) if side is not None]
    both = None
    if column.kind is None:
        both = settle_values(column, [_of_counts(side) for side in sides], request, heads)
    if column.kind == ORDERED and column.binner is None and len(sides) > 1:
        _take_order(column)
    column.values = column.own, column.other
    if both is not None and both.places is not None and column.encoder is None:
        _share_labels(column, both.labels, both.places)
    for name in ("own", "other"):
        side = getattr(column, name)
        if side is not None:
            setattr(column, name, column.recode(side))


def settle_values(
    column: DriftColumn, sides: Sequence[Values], request: KindRequest, heads: Sequence[Any]
) -> Both | None:
    """Settle the kind of a column from all its values, those of the reference first.

    They are returned on one list, unless there is none.
    """
    asked = request.asked(column.name)
    if any(has_other(side.labels) for side in sides) or not _are_alike(sides):
        # what was lumped together tells no more; what does not match is found where it is compared
        column.settle(Verdict(asked or CATEGORICAL))
        return None
    both = Both.of(sides[0], sides[-1])
    levels = [dtype for dtype in heads if isinstance(dtype, pd.CategoricalDtype)]
    ordered = any(dtype.ordered for dtype in levels)
    declared = bool(levels) and not dtype_families(both.labels) <= {"string"}
    numbers = None if ordered or declared else numbers_among(both)
    if asked is not None:
        verdict = Verdict(asked)
    elif numbers is None:
        verdict, _ = both.kind(levels=declared, ordered=ordered)
        if verdict.kind == ORDERED and not ordered:  # numbers or times against text, all missing
            verdict = Verdict(CATEGORICAL)
    else:
        known = ~np.isnan(numbers)
        verdict, column.runs_on = both.only(known, pd.Index(numbers)).kind()
        verdict = verdict if request.common is None else Verdict(ORDERED)
    column.settle(verdict)
    if not column.is_scored:
        common = both.common & (verdict.kind == IDENTIFIER)
        column.encoder = Common(both.labels[common])
    elif verdict.kind == ORDERED and not ordered:
        _cut_beside(column, both, numbers, request)
    return both


def _are_alike(sides: Sequence[Values]) -> bool:
    """Tell whether a value of one side could occur on the other."""
    one, other = (dtype_families(side.labels) for side in (sides[0], sides[-1]))
    return not one or not other or bool(one & other)


def _of_counts(side: LabelledCounts) -> Values:
    """Return the values of all groups together."""
    mass = side.counts.outcome_totals
    if isinstance(side.labels, pd.MultiIndex):
        return Values(_NOTHING, mass, known=side.labels)
    if is_text(side.labels):  # each once, as counted
        return Values(_NOTHING, as_float(mass), known=side.labels)
    return Values(pd.Series(side.labels), mass)


def _cut_beside(
    column: DriftColumn, both: Both, numbers: FloatArray | None, request: KindRequest
) -> None:
    """Cut the numbers among values of which some are text."""
    name, rule = column.name, request.rule(column.name)
    if numbers is None and name in request.rules:
        fit_to(pd.Series(both.labels), name, None, rule, request.binning, fitted="reference")
    if numbers is None:
        raise TypeError(
            f"kinds has 'ordered' for column {name!r}, which holds neither numbers nor times nor "
            "levels in order. Make it an ordered categorical, or leave it out of kinds."
        )
    known = ~np.isnan(numbers)
    mass = both.reference if column.there else both.today
    if request.both:
        mass = both.reference + both.today
    column.binner = fit_to(
        *(pd.Series(numbers[known]), name, mass[known], rule, request.binning),
        fitted="reference" if column.there and not request.both else "pooled",
        counted=True,
        ends=request.ends,
    )
    numerals = dtype_families(both.labels) == {"string"}
    texts = both.labels[~known]
    column.encoder = Beside(column.binner, texts if len(texts) <= _MOST_TEXTS else None, numerals)
    read = "numbers written as text" if numerals else "numbers"
    if len(texts) > _MOST_TEXTS:
        column.remark = f"{read}, beside {len(texts)} texts that are one category"
    elif len(texts):
        column.remark = f"{read}, beside {len(texts)} text{'s'[: len(texts) > 1]}"
    else:
        column.remark = read


def _share_labels(column: DriftColumn, labels: Labels, places: tuple[IntArray, IntArray]) -> None:
    """Put both sides on the list on which their values have been looked at."""
    own, other, (of_other, of_own) = column.own, column.other, places
    if own is None or other is None or own.leveled or other.leveled:
        return  # declared levels that no row has are labels too
    column.own, column.other = own.on(labels, of_own), other.on(labels, of_other)


def _take_order(column: DriftColumn) -> None:
    """Let today's levels have the order that the reference declares, where they have none."""
    own, other = column.own, column.other
    assert own is not None  # both sides
    assert other is not None  # have the column
    if own.leveled or not other.leveled:
        return
    every, place_other, place_own = common_labels(other.labels, own.labels)
    column.other = other.on(every, place_other)
    column.own = replace(own.on(every, place_own), leveled=True)


def settle_all(
    columns: Sequence[DriftColumn],
    source: Source,
    reference: Source,
    weights: Hashable,
    request: KindRequest,
) -> None:
    """Settle the kinds of all columns from their values, before any of them is counted."""
    fit_numbers(columns, source, reference, weights, request)
    left = [column for column in columns if not column.error and column.kind is None]
    single = [column for column in left if not column.parts]
    there = _read(reference, single, weights, plain=False)
    here = there if source is reference else _read(source, single, weights, plain=False)
    once = ((reference, there), (source, here))[: 2 - (source is reference)]
    wrong: Wrong = {}
    for column in [column for column in left if column.parts]:
        cut = {part.name: part.cut_early for part in column.parts if part.cut_early is not None}
        with noting(wrong, column.name):
            for side, found in once:
                tally = count(side, [column.name], [], weights, cut)
                found[column.name] = _of_counts(tally.columns[column.name])
    give_up(left, wrong)
    heads = Heads(source), Heads(reference)
    for column in [column for column in left if not column.error]:
        with noting(wrong, column.name):
            sides = [there[column.name], here[column.name]]
            settle_values(column, sides, request, dtypes_of(column, *heads))
    give_up(columns, wrong)


def later_clocks(source: Source, names: Sequence[Hashable]) -> dict[Hashable, str]:
    """Say which columns will be clocks beside later data, all above these, and why."""
    found: dict[Hashable, str] = {}
    columns = [DriftColumn(name, here=True, there=True) for name in names]
    for name, values in _read(source, columns, None).items():
        if values.are_scaled:
            facts = Both.of(values, values).facts()
            above = replace(facts.today, middle=np.inf, apart_low=np.inf)
            verdict = kind_of(replace(facts, today=above))
            if verdict.kind == CLOCK:
                found[name] = verdict.why
    return found


def dtypes_of(column: DriftColumn, source: Heads, reference: Heads) -> list[Any]:
    """Return the dtypes of a single column on the sides that have it."""
    name, sides = column.name, [(source, column.here), (reference, column.there)]
    known = [] if column.parts else sides
    return [heads.dtype(name) for heads, has_it in known if has_it and name in heads]


def _keep_cut(
    columns: Sequence[DriftColumn], source: Source, reference: Source, request: KindRequest
) -> None:
    """Leave the columns that a profile has cut already as they are."""
    for column in columns:
        try:
            column.binner = binner_of_profiles(column.name, source, reference)
        except ValueError as error:
            column.fail(str(error))
        if column.binner is not None:
            rule = request.rules.get(column.name)
            same = isinstance(rule, Edges) and rule.are_those_of(column.binner)
            if rule is not None and not same:
                raise ValueError(different_bins(column.name))
            if request.kinds.get(column.name, ORDERED) == CATEGORICAL:
                raise ValueError(
                    f"kinds has 'categorical' for column {column.name!r}, but a profile has cut it "
                    "already and its values are gone. Leave it out of kinds."
                )
            column.settle(Verdict(request.kinds.get(column.name, ORDERED)))
            if not column.is_scored:
                column.encoder = Common(pd.Index([]))


def _cut_at_edges(
    columns: Sequence[DriftColumn], source: Source, reference: Source, request: KindRequest
) -> None:
    """Cut numbers and times at edges that were given, for which nothing has to be read."""
    wrong: Wrong = {}
    for column in columns:
        rule, name = request.rule(column.name), column.name
        if column.error or column.binner or not isinstance(rule, Edges):
            continue
        if name not in request.rules and request.asked(name) not in (None, ORDERED):
            continue
        having = zip((reference, source), (column.there, column.here), strict=True)
        heads = [side.head[name] for side, has_it in having if has_it]
        if all(scale_of(head) not in (None, UNKNOWN) for head in heads) and (
            name in request.rules or all(map(may_be_scaled, heads))
        ):
            with noting(wrong, name):
                column.binner = fit_to(heads[0], name, None, rule, "quantile", fitted="given")
                column.settle(Verdict(ORDERED))
    give_up(columns, wrong)


def _read(
    side: Source, columns: Sequence[DriftColumn], weights: Hashable, *, plain: bool = True
) -> dict[Hashable, Values]:
    """Read the values of columns in one pass; give up those that cannot be read.

    ``plain`` ones are without levels.
    """

    def ask(names: Sequence[Hashable]) -> dict[Hashable, Values]:
        every = side.reduce([[name] for name in names], weights, {}) if names else []
        before, read = side.precounted.distinct, dict[Hashable, Values]()
        for name, rows in zip(names, every, strict=True):
            held = rows.plain[name]
            values = natural(held) if plain else held
            read[name] = Values(values, weights_of(rows), before.get(name), as_held=values is held)
        return read

    found, wrong = apart([column.name for column in columns if not column.error], ask)
    give_up(columns, wrong)
    return found
