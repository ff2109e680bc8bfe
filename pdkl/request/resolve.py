"""A request bound to the data that it is about, and checked against its columns."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from pdkl.codes.groupers import FROM_DATA, grouper_text
from pdkl.codes.keys import Key, key_name
from pdkl.core.validation import ColumnNotFoundError, listing, require_columns
from pdkl.request.keywords import Request
from pdkl.request.parse import read_columns
from pdkl.sources.base import Precounted, Source


@dataclass(frozen=True)
class ResolvedRequest:
    """A request with the data, the keys and the columns that it is about."""

    request: Request
    form: str | None
    source: Source
    reference: Source | None  # in the form "frame"
    by: list[Key]
    columns: list[Hashable]  # the columns that are P
    partners: list[Hashable]  # those that are Q

    @property
    def keys(self) -> list[Hashable]:
        """The columns that make the groups."""
        return [key_name(key) for key in self.by]

    @property
    def both(self) -> list[Hashable]:
        """All columns that are counted, each once."""
        return list(dict.fromkeys([*self.columns, *self.partners]))


def read_sides(
    request: Request,
    frame: pd.DataFrame,
    excluded: list[Hashable],
    form: str | None,
    binned: list[Hashable],
) -> tuple[list[Hashable], list[Hashable]]:
    """Return the columns that are P, and for each the column that is Q."""
    parameter = "p" if request.two_sided else "columns"
    if form != "q":
        wanted = read_columns(parameter, request.columns, frame, excluded, binned)
        return wanted, wanted
    if request.columns is None:
        raise ValueError(
            f"p is None, but q={request.q!r} needs a partner. Name the column to compare: p=..."
        )
    wanted = read_columns("p", request.columns, frame, excluded)
    partners = read_columns("q", request.q, frame, excluded)
    if len(wanted) != len(partners):
        raise ValueError(
            f"p and q are paired, so they must be equally long; got {len(wanted)} in p "
            f"({listing(wanted)}) and {len(partners)} in q ({listing(partners)})."
        )
    return wanted, partners


def is_matched(request: Request, reference: Source, by: list[Key]) -> bool:
    """Say whether a reference frame is taken group by group."""
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


def require_cut_alike(by: list[Key], *sources: Source) -> None:
    """Raise where a Grouper would cut times of a profile that another way of cutting has made."""
    groupers: list[Any] = [
        key for key in by if isinstance(key, pd.Grouper) and key.freq is not None
    ]
    for key in groupers:
        wanted = grouper_text(key)
        cuts = [Precounted.of(source).grouper_texts for source in sources]
        for before in [cut[key.key] for cut in cuts if key.key in cut]:
            # cutting them again must leave them where they are
            if before != wanted or before.endswith(FROM_DATA) or key.closed != key.label:
                raise ValueError(
                    f"by cuts the times {key.key!r} by {wanted}, and the profile has cut them by "
                    f"{before}. To match group to group both must be the same, with closed equal "
                    "to label and bins that do not begin where the data does, as for 'h' or 'D'."
                )


def check_reference(request: Request, reference: Source, wanted: list[Hashable]) -> None:
    """Raise unless the reference has the wanted columns, and the weights."""
    columns = list(reference.head.columns)
    require_columns("p", wanted, columns, frame="reference")
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
