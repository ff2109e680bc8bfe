"""Why it changed: a divergence split by the chain rule, into columns or into segments."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from pdkl.analyses.explain.columns import split_columns
from pdkl.analyses.explain.segments import BY_SEGMENT, split_segments
from pdkl.analyses.explain.splits import Explained, text_column
from pdkl.codes.intervals import nothing_to_cut, read_binning
from pdkl.codes.labels import as_text, parts_of
from pdkl.codes.values import Encoder
from pdkl.core.measures.chain_rule import CHAINED
from pdkl.core.validation import listing, one_of, require_columns
from pdkl.counting.apart import Wrong, said, warn_of_left_out
from pdkl.counting.kinds import DriftColumn, KindRequest, columns_of, settle_all, with_parts
from pdkl.request.inference import CLOSED
from pdkl.request.keywords import Request
from pdkl.request.parse import plain, read_columns
from pdkl.request.resolve import ResolvedRequest, resolve
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
    resolved = _read_columns(resolve(data, request, lambda _: BY_SEGMENT))
    columns = _settled(resolved)
    wrong: Wrong = {column.name: column.wrong for column in columns if column.wrong is not None}
    skipped = {} if request.columns is not None else _skipped(columns)
    resolved = resolved.asking([name for name in resolved.columns if name not in skipped])
    if not resolved.columns:
        raise ValueError(
            "columns is None, and of no column are values compared by default: "
            f"{'; '.join(f'{as_text(name)}: {why}' for name, why in skipped.items())}. Name the "
            "columns: columns=..."
        )
    explained = Explained(resolved, _encoders(columns), chosen, wrong, skipped)
    result = split_segments(explained) if resolved.by else split_columns(explained)
    warn_of_left_out(wrong)
    result["unit"] = text_column([resolved.options.unit] * len(result))
    result.attrs["pdkl"] = resolved.attributes(_settings(explained))
    return result


def _settled(resolved: ResolvedRequest) -> list[DriftColumn]:
    """Settle what kinds the columns are, and how they are cut."""
    request, reference = resolved.request, resolved.reference
    assert reference is not None  # it is the form of the request
    bins = request.bins
    if isinstance(bins, Mapping):
        require_columns("bins", bins, list(resolved.source.head.columns))
        single = parts_of(resolved.columns)
        bins = {name: rule for name, rule in bins.items() if name in single}
    columns = columns_of(resolved.columns, lambda name: DriftColumn(name, here=True, there=True))
    binning = read_binning(request.binning, bins, compared=True)
    # edges of the reference alone would make an innocent column differ by construction
    asked = KindRequest.of(None, bins, columns, binning, both=True)
    settle_all(columns, resolved.source, reference, request.weights, asked)
    if asked.common is not None and all(one.binner is None for one in with_parts(columns)):
        raise nothing_to_cut(resolved.columns)
    return columns


def _skipped(columns: list[DriftColumn]) -> dict[Hashable, str]:
    """Say which columns are left out unless they are named, and why."""
    return {column.name: column.why for column in columns if not column.is_scored}


def _encoders(columns: list[DriftColumn]) -> dict[Hashable, Encoder]:
    """Return how columns are cut; those that are named are compared whatever they hold."""
    found = {
        column.name: column.encoder if column.is_scored and column.encoder else column.binner
        for column in with_parts(columns)
    }
    return {name: encoder for name, encoder in found.items() if encoder is not None}


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
        "left_out": {as_text(name): said(error) for name, error in explained.wrong.items()},
        "skipped": {as_text(name): why for name, why in explained.skipped.items()},
        "unit": resolved.options.unit,
    }


def _read_columns(resolved: ResolvedRequest) -> ResolvedRequest:
    """Read the columns asked for; both sides have them, and the keys and weights too."""
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
    require_columns("columns", parts_of(wanted), there, frame="reference")
    if twice := [name for name in dict.fromkeys(wanted) if wanted.count(name) > 1]:
        raise ValueError(f"columns names {listing(twice)} more than once. Name each column once.")
    if shared := [name for name in wanted if name in keys]:
        raise ValueError(
            f"columns and by both name {listing(shared)}. The change of its own shares is the row "
            "'mix'; leave it out of columns."
        )
    return resolved.asking(wanted)
