"""A request bound to the data that it is about, and checked against its columns."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import pandas as pd

from pdkl.codes.groupers import grouper_text, is_cut_alike
from pdkl.codes.intervals import cut_by
from pdkl.codes.keys import Key, key_name
from pdkl.codes.labels import Together, as_text, parts_of
from pdkl.codes.lines import has_ordered_levels
from pdkl.codes.rolling import Rolling
from pdkl.codes.scales import UNKNOWN, may_be_scaled, scale_of
from pdkl.core.forms import FRAME, Form, Q
from pdkl.core.validation import ColumnNotFoundError, boolean, listing, require_columns
from pdkl.request.keywords import Options, Request
from pdkl.request.parse import (
    kept_columns,
    plain,
    read_by,
    read_columns,
    read_exclude,
    rolling_of,
)
from pdkl.results import tidy
from pdkl.sources.base import Source
from pdkl.sources.registry import read_data


@dataclass(frozen=True)
class ResolvedRequest:
    """A request with the data, the keys and the columns that it is about."""

    request: Request
    options: Options
    form: Form | None
    source: Source
    reference: Source | None  # in the form FRAME
    by: list[Key]
    rolling: Rolling | None = None  # where windows roll, of which by has the steps
    exclude: frozenset[Hashable] = frozenset()  # the columns that are left out
    columns: list[Hashable] = field(default_factory=list)  # the columns that are P
    partners: list[Hashable] = field(default_factory=list)  # those that are Q
    # columns that only one side has, which are left out as no one has named them: why
    lacking: dict[Hashable, Exception] = field(default_factory=dict)

    @property
    def keys(self) -> list[Hashable]:
        """The columns that make the groups."""
        return [key_name(key) for key in self.by]

    @property
    def both(self) -> list[Hashable]:
        """All columns that are counted, each once."""
        return list(dict.fromkeys([*self.columns, *self.partners]))

    @property
    def excluded(self) -> list[Hashable]:
        """The columns that are not asked for unless they are named."""
        weights = self.request.weights
        return [*self.keys, *([] if weights is None else [weights])]  # a column may be called None

    @property
    def sources(self) -> list[Source]:
        """The data, and the reference where that is data."""
        return [self.source] if self.reference is None else [self.source, self.reference]

    @property
    def binned(self) -> list[Hashable]:
        """The columns that ``bins`` is for, and those that a profile has cut."""
        cut = [name for source in self.sources for name in source.precounted.binners]
        asked = cut_by(self.request.bins, self.source.head)
        if not isinstance(self.request.bins, Mapping):
            lumped = {name for source in self.sources for name in source.precounted.folded}
            asked = [name for name in asked if name not in {self.request.blocks, *lumped}]
        return [*asked, *cut]

    @cached_property
    def is_matched(self) -> bool:
        """Whether the reference is taken group by group."""
        return self.reference is not None and _is_matched(self.request, self.reference, self.by)

    @property
    def in_parts(self) -> ResolvedRequest:
        """The request about single columns: several together are each of them."""
        if parts_of(self.both) == self.both:
            return self
        pairs: list[tuple[Hashable, Hashable]] = []
        for sides in zip(self.columns, self.partners, strict=True):
            own, other = (parts_of([side]) for side in sides)
            if len(own) != len(other):
                raise ValueError(
                    f"p={sides[0]!r} and q={sides[1]!r} have {len(own)} and {len(other)} columns "
                    "together, so no category of one can occur in the other. Name as many of each."
                )
            pairs += zip(own, other, strict=True)
        pairs = list(dict.fromkeys(pairs))
        return self.asking([one for one, _ in pairs], [other for _, other in pairs])

    def asking(
        self, columns: Sequence[Hashable], partners: Sequence[Hashable] | None = None
    ) -> ResolvedRequest:
        """Return the request with the columns that it is about."""
        return replace(
            self, columns=list(columns), partners=list(columns if partners is None else partners)
        )

    def attributes(self, own: dict[str, Any]) -> dict[str, Any]:
        """Write the call so that JSON can hold it; ``own`` is what the method has besides."""
        facts = {"method": self.request.method, "by": [plain(key) for key in self.keys], **own}
        if self.rolling is not None:
            facts["rolling"] = self.rolling.describe()
        if self.exclude:
            facts["exclude"] = [plain(name) for name in sorted(self.exclude, key=as_text)]
        most = {
            name: max(source.precounted.folded.get(name, 0) for source in self.sources)
            for name in parts_of(self.both)
        }
        if folded := {as_text(name): number for name, number in most.items() if number}:
            facts["folded"] = folded
        return facts


def resolve(
    data: Any, request: Request, shows: Callable[[ResolvedRequest], Sequence[str]]
) -> ResolvedRequest:
    """Open the data and check the request against it; its columns are still to be read.

    ``shows`` lists the columns that the answer has besides the keys, as none must stand in it
    twice.
    """
    form = request.form()
    options = request.options(form)
    source = read_data(data)
    by = read_by(request.by, source.head)
    reference = read_data(request.reference) if form is FRAME else None
    sides = [source] if reference is None else [source, reference]
    known = [name for side in sides for name in (*side.head, *side.precounted.left_out)]
    every = "data" if reference is None else "data, like reference,"
    exclude = read_exclude(request.exclude, known, every)
    rolling = rolling_of(request.by)
    if rolling is not None:
        _require_steps(rolling, source)
    resolved = ResolvedRequest(request, options, form, source, reference, by, rolling, exclude)
    tidy.check_keys(resolved.keys, shows(resolved))
    if request.weights is not None:
        require_columns("weights", [request.weights], list(source.head.columns))
    return resolved


def read_sides(resolved: ResolvedRequest) -> ResolvedRequest:
    """Read the columns that are P, and for each the column that is Q."""
    request, frame, excluded = resolved.request, resolved.source.head, resolved.excluded
    parameter = "p" if request.two_sided else "columns"
    in_order = request.measures and all(one.ordered for one in request.measures)
    if resolved.form is not Q and request.columns is None and in_order:
        return shared(resolved, parameter, _columns_in_order(resolved))
    if resolved.form is not Q:
        columns = read_columns(
            *(parameter, request.columns, frame, excluded, resolved.binned, resolved.exclude)
        )
        if request.columns is None:
            resolved = shared(resolved, parameter, columns)
            columns = resolved.columns
        if boolean("joint", request.joint):
            every = parts_of(columns)
            columns = every if len(every) == 1 else [Together(every)]
        if resolved.options.alphabet == "declared":
            require_single(columns)
        return resolved.asking(columns)
    if request.columns is None:
        raise ValueError(
            f"p is None, but q={request.q!r} needs a partner. Name the column to compare: p=..."
        )
    pairs = read_pairs(resolved, "p", request.columns, "q", request.q)
    if resolved.options.alphabet == "declared":
        require_single([*pairs[0], *pairs[1]])
    return resolved.asking(*pairs)


def shared(
    resolved: ResolvedRequest, parameter: str, columns: Sequence[Hashable]
) -> ResolvedRequest:
    """Ask about the columns that the reference has too, and note which it lacks.

    They are those asked for by default, so no one has said that the reference has them.
    """
    if resolved.reference is None:
        return resolved.asking(columns)
    there = set(resolved.reference.head.columns)
    both = [name for name in columns if name in there]
    if not both:
        raise ValueError(
            f"{parameter} is None, and reference has none of the columns that are compared by "
            f"default, which are {listing(columns)}. Its columns are "
            f"{listing(resolved.reference.head.columns)}. Give both sides the same names."
        )
    lacking = absent("reference", resolved.reference, [one for one in columns if one not in there])
    return replace(resolved.asking(both), lacking=lacking)


def absent(side: str, source: Source, columns: Sequence[Hashable]) -> dict[Hashable, Exception]:
    """Say why a side lacks columns that the other has."""
    lost = source.precounted.left_out
    return {
        name: ColumnNotFoundError(
            lost_by_profile(side, lost[name]) if name in lost else no_column(side)
        )
        for name in columns
    }


def no_column(side: str) -> str:
    """Say that a side lacks a column."""
    return f"{side} has no such column"


def lost_by_profile(side: str, why: str) -> str:
    """Say that a side is a profile that could not count a column."""
    return f"the profile that is {side} had to leave it out. {why}"


def require_single(columns: Sequence[Hashable]) -> None:
    """Raise where the declared levels are asked for of several columns together."""
    for name in columns:
        if isinstance(name, Together):
            raise ValueError(
                f"alphabet='declared' is not known for columns together, as {name!r} are. Give the "
                "number of their combinations, or leave alphabet='observed'."
            )


def _columns_in_order(resolved: ResolvedRequest) -> list[Hashable]:
    """Return the columns of numbers, times and ordered levels."""
    frame, excluded = resolved.source.head, resolved.excluded
    found = [
        name
        for name, column in frame.items()
        if name not in excluded
        and (has_ordered_levels(column.dtype) or may_be_scaled(column))
        and scale_of(column) != UNKNOWN
    ]
    if not found:
        raise ValueError(
            "p is None, which for measures of ordered values means every column of numbers, times, "
            "durations and ordered levels outside by and weights; there is none. Name the columns: "
            "p=..."
        )
    return kept_columns("p", found, resolved.exclude)


def read_pairs(
    resolved: ResolvedRequest, left: str, x: Any, right: str, y: Any
) -> tuple[list[Hashable], list[Hashable]]:
    """Read two lists of columns that are paired, or one label that meets each of a list.

    A pair with a column that is left out is none.
    """
    frame = resolved.source.head
    one, other = read_columns(left, x, frame, []), read_columns(right, y, frame, [])
    if not isinstance(x, list):
        one *= len(other)
    elif not isinstance(y, list):
        other *= len(one)
    if len(one) != len(other):
        raise ValueError(
            f"the lists {left} and {right} are paired, so they must be equally long; got "
            f"{len(one)} in {left} ({listing(one)}) and {len(other)} in {right} "
            f"({listing(other)}). To ask about one column with each of a list, name it without a "
            "list."
        )
    pairs = [pair for pair in zip(one, other, strict=True) if resolved.exclude.isdisjoint(pair)]
    if not pairs:
        raise ValueError(
            f"exclude leaves none of the pairs of {left} and {right}: it names a column of each. "
            "Name fewer in exclude."
        )
    return [a for a, _ in pairs], [b for _, b in pairs]


def _is_matched(request: Request, reference: Source, by: list[Key]) -> bool:
    if not by:
        return False
    keys = [key_name(key) for key in by]
    known = [key for key in keys if key in reference.head.columns]
    whole = "To compare each group with the whole reference, pass match=False."
    if request.match is False:
        return False
    if request.match is True and len(known) < len(keys):
        absent = [key for key in keys if key not in known]
        raise ValueError(
            f"match=True needs all of by in reference; it lacks {listing(absent)}. {whole}"
        )
    if request.match is None and any(isinstance(key, pd.Grouper) for key in by):
        return False
    if 0 < len(known) < len(keys):
        absent = [key for key in keys if key not in known]
        raise ValueError(
            f"reference has only some of by: {listing(known)}, not {listing(absent)}. Add the "
            f"missing ones to match it group by group. {whole}"
        )
    return bool(known)


def _require_steps(rolling: Rolling, source: Source) -> None:
    """Raise where a profile has cut the times in another way than into steps."""
    before = source.precounted.grouper_texts.get(rolling.key)
    if before is not None and not is_cut_alike(rolling.grouper, before):
        raise ValueError(
            f"by has {rolling!r}, which counts the steps of {rolling.steps_text}, and the profile "
            f"has cut the times by {before}. Take it by that Grouper, or, where its bins begin "
            f"where the data does, by={rolling.key!r}."
        )


def require_cut_alike(by: list[Key], *sources: Source) -> None:
    """Raise where a Grouper would cut times of a profile that another way of cutting has made."""
    groupers: list[Any] = [
        key for key in by if isinstance(key, pd.Grouper) and key.freq is not None
    ]
    for key in groupers:
        wanted = grouper_text(key)
        cuts = [source.precounted.grouper_texts for source in sources]
        for before in [cut[key.key] for cut in cuts if key.key in cut]:
            if not is_cut_alike(key, before):
                raise ValueError(
                    f"by cuts the times {key.key!r} by {wanted}, and the profile has cut them by "
                    f"{before}. To match group to group both must be the same, with closed equal "
                    "to label and bins that do not begin where the data does, as for 'h' or 'D'."
                )


def check_reference(request: Request, reference: Source, wanted: list[Hashable]) -> None:
    """Raise unless the reference has the wanted columns, and the weights."""
    columns = list(reference.head.columns)
    require_columns("p", parts_of(wanted), columns, frame="reference")
    if request.weights is None:
        return
    if request.weights not in columns and reference.source_type == "profile":
        raise ValueError(
            f"weights={request.weights!r} applies to both sides, but the profile that is "
            f"reference was taken without it. Take it with weights={request.weights!r}."
        )
    if request.weights not in columns:
        raise ColumnNotFoundError(
            f"weights names column {request.weights!r}, which reference does not have. Weights "
            "apply to both sides: add the column to reference, with 1 for each row if its rows "
            "are plain ones."
        )
    require_columns("weights", [request.weights], columns, frame="reference")
