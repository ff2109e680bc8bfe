"""Questions that the engine answers by counts of counts, and how they are put to it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from pdkl.codes import labels as names
from pdkl.comparing import counts_of_counts
from pdkl.comparing.shared_labels import Column, alphabet_size, reference_text
from pdkl.request.keywords import Settings
from pdkl.request.resolve import Asked, check_reference, is_matched
from pdkl.results import pairing
from pdkl.results.pairing import Groups
from pdkl.sources.narwhals.cells import Cells, can_meet
from pdkl.sources.narwhals.source import QuerySource


def limited(asked: Asked) -> Asked:
    """Let no more rows come home than are worth it."""
    source, reference = (
        replace(side, most=counts_of_counts.MOST_ROWS) if isinstance(side, QuerySource) else side
        for side in (asked.source, asked.reference)
    )
    assert source is not None
    return replace(asked, source=source, reference=reference)


def may_push(asked: Asked, settings: Settings) -> bool:
    """Say whether the engine can answer without bringing the categories home."""
    question, sources = asked.question, [asked.source, asked.reference or asked.source]
    if (
        question.method in ("distribution", "contributions")
        or asked.form not in counts_of_counts.FORMS
        or (asked.form == "uniform" and settings.zeros == "raise")
        or settings.sure is not None
        or question.estimator != "plugin"
        or not all(isinstance(source, QuerySource) for source in sources)
        or any(isinstance(key, pd.Grouper) for key in asked.by)
    ):
        return False
    if asked.reference is not None:
        check_reference(question, asked.reference, asked.wanted)
    pairs = _sides(asked)
    if settings.alphabet == "declared" and any(
        cells.has_levels for both in pairs for cells in both
    ):
        return False
    return all(can_meet(*both) for both in pairs)


def push(asked: Asked, settings: Settings) -> tuple[Groups, list[Column]] | None:
    """Let the engine count how often each count occurs; None where categories must be named."""
    question, form, columns = asked.question, asked.form, []
    paired = form == "q" or (form == "frame" and _matched(asked))
    keys = pd.DataFrame()
    for (here, there), partner in zip(_sides(asked), asked.partners, strict=False):
        for cells in (here, there):
            cells.check_weights()
        ready = counts_of_counts.of_column(
            here, there, asked.keys, form, paired=paired, dropna=settings.dropna
        )
        if settings.zeros == "raise" and settings.smoothing is None:
            divided = {one.divides_by for one in question.measures if one.divides_by}
            if any(ready.lacks(side) for side in divided):
                return None
        name = (
            ", ".join(names.text(column) for column in here.columns)
            if question.joint
            else here.columns[0]
        )
        text = reference_text(asked, partner)
        size = alphabet_size(settings, name, ready.alphabet)
        nobody = pd.Index([])
        columns.append(
            Column(
                name,
                text,
                ready.p,
                ready.q,
                nobody,
                False,
                None,
                np.empty(0, dtype=np.int64),
                size,
                ready=ready,
            )
        )
        keys = ready.keys
    return pairing.aligned(keys), columns


def _sides(asked: Asked) -> list[tuple[Cells, Cells]]:
    """Return what the engine counts on both sides, for each column."""
    question, form = asked.question, asked.form
    joint, matched = question.joint, form == "frame" and _matched(asked)
    there = asked.source if asked.reference is None else asked.reference
    assert isinstance(asked.source, QuerySource)
    assert isinstance(there, QuerySource)
    pairs = (
        [(asked.wanted, asked.partners)]
        if joint
        else [([a], [b]) for a, b in zip(asked.wanted, asked.partners, strict=True)]
    )
    found = []
    for own, other in pairs:
        here = Cells(asked.source, tuple(asked.keys), tuple(own), question.weights)
        if form in (None, "uniform"):
            found.append((here, here))
        else:
            keys = asked.keys if matched or form == "q" else []
            found.append((here, Cells(there, tuple(keys), tuple(other), question.weights)))
    return found


def _matched(asked: Asked) -> bool:
    reference = asked.reference
    return reference is not None and is_matched(asked.question, reference, asked.by)
