"""Questions that the engine answers by counts of counts, and how they are put to it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from pdkl.codes.labels import as_text
from pdkl.comparing import counts_of_counts
from pdkl.comparing.shared_labels import Column, alphabet_size, reference_text
from pdkl.request.keywords import Options
from pdkl.request.resolve import ResolvedRequest, check_reference, is_matched
from pdkl.results import pairing
from pdkl.results.pairing import GroupPairs
from pdkl.sources.narwhals.counted_side import CountedSide, can_meet
from pdkl.sources.narwhals.source import QuerySource


def limited(resolved: ResolvedRequest) -> ResolvedRequest:
    """Let no more rows come home than are worth it."""
    source, reference = (
        replace(side, most=counts_of_counts.MOST_ROWS) if isinstance(side, QuerySource) else side
        for side in (resolved.source, resolved.reference)
    )
    assert source is not None
    return replace(resolved, source=source, reference=reference)


def may_push(resolved: ResolvedRequest, options: Options) -> bool:
    """Say whether the engine can answer without bringing the categories home."""
    request, sources = resolved.request, [resolved.source, resolved.reference or resolved.source]
    if (
        request.method in ("distribution", "contributions")
        or resolved.form not in counts_of_counts.FORMS
        or (resolved.form == "uniform" and options.zeros == "raise")
        or options.inference is not None
        or request.estimator != "plugin"
        or not all(isinstance(source, QuerySource) for source in sources)
        or any(isinstance(key, pd.Grouper) for key in resolved.by)
    ):
        return False
    if resolved.reference is not None:
        check_reference(request, resolved.reference, resolved.columns)
    pairs = _sides(resolved)
    if options.alphabet == "declared" and any(cells.has_levels for both in pairs for cells in both):
        return False
    return all(can_meet(*both) for both in pairs)


def push(resolved: ResolvedRequest, options: Options) -> tuple[GroupPairs, list[Column]] | None:
    """Let the engine count how often each count occurs; None where categories must be named."""
    request, form, columns = resolved.request, resolved.form, []
    paired = form == "q" or (form == "frame" and _matched(resolved))
    keys = pd.DataFrame()
    for (here, there), partner in zip(_sides(resolved), resolved.partners, strict=False):
        for cells in (here, there):
            cells.check_weights()
        ready = counts_of_counts.of_column(
            here, there, resolved.keys, form, paired=paired, dropna=options.dropna
        )
        if options.zeros == "raise" and options.smoothing is None:
            divided = {one.divides_by for one in request.measures if one.divides_by}
            if any(ready.lacks(side) for side in divided):
                return None
        name = (
            ", ".join(as_text(column) for column in here.columns)
            if request.joint
            else here.columns[0]
        )
        text = reference_text(resolved, partner)
        size = alphabet_size(options, name, ready.alphabet)
        no_labels = pd.Index([])
        columns.append(
            Column(
                name,
                text,
                ready.p,
                ready.q,
                no_labels,
                False,
                None,
                np.empty(0, dtype=np.int64),
                size,
                ready=ready,
            )
        )
        keys = ready.keys
    return pairing.aligned(keys), columns


def _sides(resolved: ResolvedRequest) -> list[tuple[CountedSide, CountedSide]]:
    """Return what the engine counts on both sides, for each column."""
    request, form = resolved.request, resolved.form
    joint, matched = request.joint, form == "frame" and _matched(resolved)
    there = resolved.source if resolved.reference is None else resolved.reference
    assert isinstance(resolved.source, QuerySource)
    assert isinstance(there, QuerySource)
    pairs = (
        [(resolved.columns, resolved.partners)]
        if joint
        else [([a], [b]) for a, b in zip(resolved.columns, resolved.partners, strict=True)]
    )
    found = []
    for own, other in pairs:
        here = CountedSide(resolved.source, tuple(resolved.keys), tuple(own), request.weights)
        if form in (None, "uniform"):
            found.append((here, here))
        else:
            keys = resolved.keys if matched or form == "q" else []
            found.append((here, CountedSide(there, tuple(keys), tuple(other), request.weights)))
    return found


def _matched(resolved: ResolvedRequest) -> bool:
    reference = resolved.reference
    return reference is not None and is_matched(resolved.request, reference, resolved.by)
