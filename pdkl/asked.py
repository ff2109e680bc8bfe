"""A question with the data that it is about, and how that data is cut."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pdkl import grouping
from pdkl.binned import Binner, fit_to, read_binning
from pdkl.core.validation import (
    ColumnNotFoundError,
    listing,
    require_columns,
)
from pdkl.engines.pandas import Key, group_rows, key_name
from pdkl.held import FROM_DATA, cut_text, same_bins
from pdkl.profile import different_bins
from pdkl.question import Question, read_columns
from pdkl.rows import Prepared, Source
from pdkl.sources import read_cut, to_fit, weights_of


@dataclass(frozen=True)
class Asked:
    """A question with the data, the keys and the columns that it is about."""

    question: Question
    form: str | None
    source: Source
    reference: Source | None  # in the form "frame"
    by: list[Key]
    wanted: list[Hashable]  # the columns that are P
    partners: list[Hashable]  # those that are Q

    @property
    def keys(self) -> list[Hashable]:
        """The columns that make the groups."""
        return [key_name(key) for key in self.by]

    @property
    def both(self) -> list[Hashable]:
        """All columns that are counted, each once."""
        return list(dict.fromkeys([*self.wanted, *self.partners]))


def read_sides(
    question: Question,
    frame: pd.DataFrame,
    aside: list[Hashable],
    form: str | None,
    binned: list[Hashable],
) -> tuple[list[Hashable], list[Hashable]]:
    """Return the columns that are P, and for each the column that is Q."""
    parameter = "p" if question.two_sided else "columns"
    if form != "q":
        wanted = read_columns(parameter, question.columns, frame, aside, binned)
        return wanted, wanted
    if question.columns is None:
        raise ValueError(
            f"p is None, but q={question.q!r} needs a partner. Name the column to compare: p=..."
        )
    wanted = read_columns("p", question.columns, frame, aside)
    partners = read_columns("q", question.q, frame, aside)
    if len(wanted) != len(partners):
        raise ValueError(
            f"p and q are paired, so they must be equally long; got {len(wanted)} in p "
            f"({listing(wanted)}) and {len(partners)} in q ({listing(partners)})."
        )
    return wanted, partners


def fit_bins(asked: Asked) -> dict[Hashable, Binner]:
    """Fit the intervals of each binned column once: to its reference, or to all rows."""
    question, form, source = asked.question, asked.form, asked.source
    frame = source.head
    binning = read_binning(question.binning, question.bins, compared=form is not None)
    settled, rules = read_cut(question.bins, frame, asked.wanted, source, asked.reference)
    of_partners = Prepared.of(source).binners if form == "q" else {}
    fitted: dict[Hashable, Binner] = {}
    for name, partner in zip(asked.wanted, asked.partners, strict=True):
        own, other = settled.get(name), of_partners.get(partner)
        if other is not None and name in rules:
            raise ValueError(different_bins(partner))
        if own is not None and other is not None and not same_bins(own, other):
            raise ValueError(
                f"columns {name!r} and {partner!r} of the profile are not cut at the same places, "
                "so their intervals cannot be compared. Take it with the same edges for both."
            )
        chosen_bins = other if own is None else own
        if chosen_bins is not None:
            _cut_pair(fitted, name, partner, chosen_bins)
    if not rules:
        return fitted
    if asked.reference is not None:
        source = asked.reference
        check_reference(question, source, list(rules))
    partner_of = dict(zip(asked.wanted, asked.partners, strict=True))
    aside = asked.keys if form == "label" else []
    every = to_fit(source, rules, partner_of, aside, question.weights)
    for (name, rule), rows in zip(rules.items(), every, strict=True):
        weight, values = weights_of(rows), rows.plain[partner_of[name]]
        if form == "label" and len(values):
            codes, keys = group_rows(rows.frame, asked.by)
            chosen = codes == grouping.find(keys, question.reference, list(frame.columns))
            values = values[np.asarray(chosen)]
            weight = None if weight is None else weight[chosen]
        counted = question.weights is None
        binner = fit_to(values, partner_of[name], weight, rule, binning, counted=counted)
        _cut_pair(fitted, name, partner_of[name], binner)
    return fitted


def _cut_pair(
    fitted: dict[Hashable, Binner], name: Hashable, partner: Hashable, binner: Binner
) -> None:
    """Cut a column and its partner alike; each is counted once, so in one way only."""
    for column in (name, partner):
        if not same_bins(fitted.setdefault(column, binner), binner):
            raise ValueError(
                f"bins would cut column {column!r} in two ways, as it stands in two pairs of p "
                "and q. Ask for these pairs one by one, or give it edges."
            )


def is_matched(question: Question, reference: Source, by: list[Key]) -> bool:
    """Say whether a reference frame is taken group by group."""
    if not by:
        return False
    keys = [key_name(key) for key in by]
    known = [key for key in keys if key in reference.head.columns]
    whole = "To compare each group with the whole reference, pass match=False."
    if question.match is False:
        return False
    if question.match is True and len(known) < len(keys):
        absent = [key for key in keys if key not in known]
        raise ValueError(
            f"match=True needs all of by in reference; it lacks {listing(absent)}. {whole}"
        )
    if question.match is None and any(isinstance(key, pd.Grouper) for key in by):
        return False
    if 0 < len(known) < len(keys):
        absent = [key for key in keys if key not in known]
        raise ValueError(
            f"reference has only some of by: {listing(known)}, not {listing(absent)}. Add the "
            f"missing ones to match it group by group. {whole}"
        )
    return bool(known)


def require_cut_alike(by: list[Key], *sources: Source) -> None:
    """Raise where a Grouper would cut times of a profile that another way of cutting has made."""
    groupers: list[Any] = [
        key for key in by if isinstance(key, pd.Grouper) and key.freq is not None
    ]
    for key in groupers:
        asked = cut_text(key)
        cuts = [Prepared.of(source).cut_keys for source in sources]
        for before in [cut[key.key] for cut in cuts if key.key in cut]:
            # cutting them again must leave them where they are
            if before != asked or before.endswith(FROM_DATA) or key.closed != key.label:
                raise ValueError(
                    f"by cuts the times {key.key!r} by {asked}, and the profile has cut them by "
                    f"{before}. To match group to group both must be the same, with closed equal "
                    "to label and bins that do not begin where the data does, as for 'h' or 'D'."
                )


def check_reference(question: Question, reference: Source, wanted: list[Hashable]) -> None:
    """Raise unless the reference has the wanted columns, and the weights."""
    columns = list(reference.head.columns)
    require_columns("p", wanted, columns, frame="reference")
    if question.weights is None:
        return
    if question.weights not in columns and reference.kind == "profile":
        raise ValueError(
            f"weights={question.weights!r} applies to both sides, but the profile that is "
            f"reference was taken without it. Take it with weights={question.weights!r}."
        )
    if question.weights not in columns:
        raise ColumnNotFoundError(
            f"weights names column {question.weights!r}, which reference does not have. Weights "
            "apply to both sides: add the column to reference, with 1 for each row if its rows "
            "are plain ones."
        )
    require_columns("weights", [question.weights], columns, frame="reference")
