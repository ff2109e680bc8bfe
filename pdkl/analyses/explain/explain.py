"""Why it changed: a divergence split by the chain rule, into columns or into segments."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import pandas as pd

from pdkl.analyses.explain.columns import split_columns
from pdkl.analyses.explain.segments import BY_SEGMENT, split_segments
from pdkl.analyses.explain.splits import ExplainRequest, text_column
from pdkl.codes.intervals import Binner, fit_to, named_by, read_binning, rules_for
from pdkl.codes.keys import key_name
from pdkl.core.counts.bin_edges import Binning
from pdkl.core.measures.chain_rule import CHAINED
from pdkl.core.validation import boolean, listing, one_of, require_columns
from pdkl.counting.count import weights_of
from pdkl.request.inference import read_inference
from pdkl.request.parse import plain, read_base, read_by, read_columns
from pdkl.results import tidy
from pdkl.sources.base import Source
from pdkl.sources.registry import is_data, read_data


def explain(
    data: Any,
    reference: Any,
    columns: Any,
    *,
    by: Any,
    measure: Any,
    weights: Any,
    base: Any,
    dropna: Any,
    bins: Any,
    binning: Any,
    n_resamples: Any,
    rng: Any,
    progress: Any,
) -> pd.DataFrame:
    """Answer `InfoTheory.explain`."""
    log_base, unit = read_base(base)
    chosen = CHAINED[CHAINED.index(one_of("measure", measure, CHAINED))]
    inference = read_inference(None, True, n_resamples, rng, progress)
    assert inference is not None  # a test is asked for
    source = read_data(data)
    if not is_data(reference):
        raise TypeError(
            f"reference must be a frame; got {type(reference).__name__}. explain() deals the rows "
            "of both sides anew, so it needs rows on both: pass those of one group, or of the time "
            "before, as a frame."
        )
    other = read_data(reference)
    keys = read_by(by, source.head)
    key_names = [key_name(key) for key in keys]
    tidy.check_keys(key_names, BY_SEGMENT)
    wanted = _read_columns(columns, source, other, key_names, weights, bins)
    placed = read_binning(binning, bins, compared=True)
    resolved = ExplainRequest(
        source,
        other,
        wanted,
        keys,
        weights,
        _fit_bins(other, rules_for(bins, source.head, wanted), weights, placed),
        boolean("dropna", dropna),
        chosen,
        log_base,
        inference,
    )
    result = split_segments(resolved) if keys else split_columns(resolved)
    result["unit"] = text_column([unit] * len(result))
    result.attrs["pdkl"] = {
        "method": "explain",
        "measure": measure,
        "comparison": other.source_type,
        "by": [plain(key) for key in key_names],
        "columns": [plain(column) for column in wanted],
        "weights": plain(weights),
        "base": plain(base),
        "dropna": dropna,
        "n_resamples": n_resamples,
        **({} if bins is None else {"bins": str(bins), "binning": placed}),
        "unit": unit,
    }
    return result


def _read_columns(
    columns: Any, source: Source, reference: Source, keys: list[Hashable], weights: Any, bins: Any
) -> list[Hashable]:
    """Return the columns asked for; both sides have them, and the keys and weights too."""
    frame, there = source.head, list(reference.head.columns)
    if weights is not None:
        require_columns("weights", [weights], list(frame.columns))
        require_columns("weights", [weights], there, frame="reference")
    require_columns("by", keys, there, frame="reference")
    wanted = read_columns("columns", columns, frame, [*keys, weights], named_by(bins))
    require_columns("columns", wanted, there, frame="reference")
    if twice := [name for name in dict.fromkeys(wanted) if wanted.count(name) > 1]:
        raise ValueError(f"columns names {listing(twice)} more than once. Name each column once.")
    if shared := [name for name in wanted if name in keys]:
        raise ValueError(
            f"columns and by both name {listing(shared)}. The change of its own shares is the row "
            "'mix'; leave it out of columns."
        )
    return wanted


def _fit_bins(
    reference: Source, rules: dict[Hashable, Any], weights: Hashable | None, binning: Binning
) -> dict[Hashable, Binner]:
    """Fit the intervals of each binned column to the reference."""
    every = reference.reduce([[name] for name in rules], weights, {}) if rules else []
    return {
        name: fit_to(
            rows.plain[name], name, weights_of(rows), rule, binning, counted=weights is None
        )
        for (name, rule), rows in zip(rules.items(), every, strict=True)
    }
