"""Questions that the engine answers by counts of counts, and how they are put to it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from pdkl.codes.labels import Together, parts_of
from pdkl.comparing import counts_of_counts
from pdkl.comparing.shared_labels import Column, alphabet_size, reference_text
from pdkl.core.forms import ALL, FRAME, REST, UNIFORM, Q
from pdkl.request.resolve import ResolvedRequest, check_reference
from pdkl.results import pairing
from pdkl.results.pairing import GroupPairs
from pdkl.sources.narwhals.counted_side import CountedSide, can_meet
from pdkl.sources.narwhals.source import QuerySource


def limited(resolved: ResolvedRequest) -> ResolvedRequest:
    """Let no more rows come home than are worth it: an answer of more is a `TooManyRowsError`.

    Then the engine is asked again, for counts of counts. So a question about very many categories
    pays for a query whose first ``MOST_ROWS`` rows are thrown away, and no other question pays for
    one that only asks how many there are.
    """
    source, reference = (
        replace(side, most=counts_of_counts.MOST_ROWS) if isinstance(side, QuerySource) else side
        for side in (resolved.source, resolved.reference)
    )
    assert source is not None
    return replace(resolved, source=source, reference=reference)


def may_push(resolved: ResolvedRequest) -> bool:
    """Say whether the engine can answer without bringing the categories home."""
    if not all(isinstance(source, QuerySource) for source in resolved.sources):
        return False
    if not asks_counts(resolved):
        return False
    pairs = _sides(resolved)
    declared = resolved.options.alphabet == "declared"
    if declared and any(cells.has_levels for both in pairs for cells in both):
        return False
    return all(can_meet(*both) for both in pairs)


def asks_counts(resolved: ResolvedRequest) -> bool:
    """Say whether counts of counts are enough to answer, whatever counts them."""
    request, options, form = resolved.request, resolved.options, resolved.form
    if (
        request.shows != "scores"
        or (form is not None and not form.in_engine)
        or (form is UNIFORM and options.zeros == "raise")
        or options.inference is not None
        or request.estimator != "plugin"
        or any(one.ordered for one in request.measures)
        or any(isinstance(key, pd.Grouper) for key in resolved.by)
    ):
        return False
    if resolved.reference is not None:
        check_reference(request, resolved.reference, resolved.columns)
    # what lacks a value of several columns finds no partner where one Q is for all groups
    one_q = form in (ALL, REST, FRAME) and not resolved.is_matched
    together = any(isinstance(name, Together) for name in resolved.columns)
    return not (together and one_q and not options.dropna)


def push(resolved: ResolvedRequest) -> tuple[GroupPairs, list[Column]] | None:
    """Let the engine count how often each count occurs; None where categories must be named."""
    request, options, columns = resolved.request, resolved.options, []
    keys = pd.DataFrame()
    for (here, there), name, partner in zip(
        _sides(resolved), resolved.columns, resolved.partners, strict=True
    ):
        for cells in (here, there):
            cells.check_weights()
        ready = counts_of_counts.of_column(
            here,
            there,
            resolved.keys,
            resolved.form,
            matched=resolved.is_matched,
            dropna=options.dropna,
        )
        if options.zeros == "raise" and options.smoothing is None:
            divided = {one.divides_by for one in request.measures if one.divides_by}
            if any(ready.lacks(side) for side in divided):
                return None
        columns.append(
            Column(
                name=name,
                reference=reference_text(resolved, partner),
                p=ready.p,
                q=ready.q,
                labels=pd.Index([]),
                leveled=False,
                binner=None,
                alphabet=np.empty(0, dtype=np.int64),
                alphabet_size=alphabet_size(options, name, ready.alphabet),
                ready=ready,
            )
        )
        keys = ready.keys
    return pairing.aligned(keys), columns


def _sides(resolved: ResolvedRequest) -> list[tuple[CountedSide, CountedSide]]:
    """Return what the engine counts on both sides, for each column."""
    request, form = resolved.request, resolved.form
    there = resolved.source if resolved.reference is None else resolved.reference
    assert isinstance(resolved.source, QuerySource)
    assert isinstance(there, QuerySource)
    found = []
    for pair in zip(resolved.columns, resolved.partners, strict=True):
        own, other = (parts_of([name]) for name in pair)
        here = CountedSide(resolved.source, tuple(resolved.keys), tuple(own), request.weights)
        if form is None or form is UNIFORM:
            found.append((here, here))
        else:
            keys = resolved.keys if form is Q or resolved.is_matched else []
            found.append((here, CountedSide(there, tuple(keys), tuple(other), request.weights)))
    return found
