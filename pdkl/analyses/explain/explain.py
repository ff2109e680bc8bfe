"""Why it changed: a divergence split by the chain rule, into columns or into segments."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from pdkl.analyses.explain.columns import split_columns
from pdkl.analyses.explain.segments import BY_SEGMENT, split_segments
from pdkl.analyses.explain.splits import Explained
from pdkl.codes.intervals import read_binning
from pdkl.codes.labels import as_text, parts_of
from pdkl.core.measures.chain_rule import CHAINED
from pdkl.core.validation import listing, one_of, require_columns
from pdkl.counting.apart import reasons, warn_of_left_out
from pdkl.counting.settled import settle_columns
from pdkl.request.inference import CLOSED
from pdkl.request.keywords import Request
from pdkl.request.parse import plain, read_columns, require_no_rolling
from pdkl.request.resolve import ResolvedRequest, absent, resolve, shared
from pdkl.results.tidy import text_column
from pdkl.sources.registry import is_data


def explain(data: Any, request: Request, *, measure: Any) -> pd.DataFrame:
    """Answer `InfoTheory.explain`."""
    chosen = CHAINED[CHAINED.index(one_of("measure", measure, CHAINED))]
    if not is_data(request.reference):
        raise TypeError(
            f"reference must be a frame; got {type(request.reference).__name__}. explain() deals "
            "the rows of both sides anew, so it needs rows on both: pass those of one group, or of "
            "the time before, as a frame."
        )
    require_no_rolling(request.by, "explain() splits a change into segments that share no row")
    resolved = _read_columns(resolve(data, request, lambda _: BY_SEGMENT))
    settled = settle_columns(resolved)
    wrong = resolved.lacking | settled.wrong
    explained = Explained(
        resolved.asking(settled.names), settled.encoders, chosen, wrong, settled.skipped
    )
    result = split_segments(explained) if resolved.by else split_columns(explained)
    warn_of_left_out(explained.wrong)
    result["unit"] = text_column([resolved.options.unit] * len(result))
    result.attrs["pdkl"] = resolved.attributes(_settings(explained))
    return result


def _settings(explained: Explained) -> dict[str, Any]:
    """Write the keywords so that JSON can hold them."""
    resolved, inference = explained.resolved, explained.inference
    request, reference = resolved.request, resolved.reference
    assert reference is not None  # it is the form of the request
    placed = read_binning(request.binning, request.bins, compared=True)
    return {
        "measure": explained.measure,
        "comparison": reference.source_type,
        "columns": [plain(column) for column in resolved.columns],
        "weights": plain(request.weights),
        "base": plain(request.base),
        "dropna": request.dropna,
        "n_resamples": request.n_resamples,
        "inference": f"{inference.n_draws} draws" if inference.draws_all else CLOSED,
        **({} if request.bins is None else {"bins": str(request.bins), "binning": placed}),
        "left_out": reasons(explained.wrong),
        "skipped": {as_text(name): why for name, why in explained.skipped.items()},
        "unit": resolved.options.unit,
    }


def _read_columns(resolved: ResolvedRequest) -> ResolvedRequest:
    """Read the columns asked for; both sides have them, and the keys and weights too.

    Where none is named they are those that both have; the others are noted.
    """
    request, keys, reference = resolved.request, resolved.keys, resolved.reference
    assert reference is not None  # it is the form of the request
    there = list(reference.head.columns)
    if request.weights is not None:
        require_columns("weights", [request.weights], there, frame="reference")
    require_columns("by", keys, there, frame="reference")
    head = resolved.source.head
    wanted = read_columns(
        *("columns", request.columns, head, resolved.excluded, list(head.columns)),
        resolved.exclude,
    )
    if request.columns is None:
        resolved = shared(resolved, "columns", wanted)
        wanted = resolved.columns
        aside = {*head.columns, *resolved.excluded, *resolved.exclude}
        gone = absent("data", resolved.source, [name for name in there if name not in aside])
        resolved = replace(resolved, lacking=resolved.lacking | gone)
    require_columns("columns", parts_of(wanted), there, frame="reference")
    if twice := [name for name in dict.fromkeys(wanted) if wanted.count(name) > 1]:
        raise ValueError(f"columns names {listing(twice)} more than once. Name each column once.")
    if also_keys := [name for name in wanted if name in keys]:
        raise ValueError(
            f"columns and by both name {listing(also_keys)}. The change of its own shares is the "
            "row 'mix'; leave it out of columns."
        )
    return resolved.asking(wanted)
