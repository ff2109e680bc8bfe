"""What several columns share: total correlation and interaction information."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any

import pandas as pd

from pdkl.analyses.tables import counted, described
from pdkl.codes.labels import Together, as_text
from pdkl.core.counts.counts import require_whole
from pdkl.core.measures.estimators import find_estimator
from pdkl.core.measures.table import (
    INTERACTION,
    Places,
    Table,
    total_correlation_signs,
)
from pdkl.core.memory import require_room
from pdkl.core.numerics.exact import FloatArray
from pdkl.core.validation import listing
from pdkl.request.keywords import Request
from pdkl.request.parse import plain, read_columns, read_together
from pdkl.request.resolve import ResolvedRequest, read_pairs, resolve
from pdkl.results import pairing, tidy

_SIZES = ("n", "n_missing", "categories")


def total_correlation(data: Any, request: Request, columns: Any) -> pd.DataFrame:
    """Answer `InfoTheory.total_correlation`."""
    resolved = resolve(data, request, lambda _: ["column", *_SIZES, request.method, "unit"])
    frame, excluded = resolved.source.head, resolved.excluded
    names = read_columns("columns", columns, frame, excluded, resolved.binned, resolved.exclude)
    if len(names) < 2:
        raise ValueError(
            f"columns must be two at least, as what they share is asked; got {listing(names)}. "
            "Name more of them in a list."
        )
    every = tuple(range(len(names)))
    return _answer(
        resolved,
        [names],
        {"column": [as_text(Together(names))]},
        Table.total_correlation,
        total_correlation_signs(every),
    )


def interaction_information(
    data: Any, request: Request, x: Any, y: Any, given: Any
) -> pd.DataFrame:
    """Answer `InfoTheory.interaction_information`."""
    if x is None or y is None or given is None:
        raise TypeError(
            "x, y and given must all name columns: the two that tell of each other, and what is "
            "known of the third."
        )
    shown = ["x", "y", "given", *_SIZES, request.method, "unit"]
    resolved = resolve(data, request, lambda _: shown)
    left, right = read_pairs(resolved, "x", x, "y", y)
    known = read_together("given", given, resolved.source.head)
    lists = [[*pair, known] for pair in zip(left, right, strict=True)]
    texts = {
        head: [as_text(names[i]) for names in lists] for i, head in enumerate(("x", "y", "given"))
    }
    return _answer(resolved, lists, texts, Table.interaction_information, INTERACTION)


def _answer(
    resolved: ResolvedRequest,
    lists: Sequence[Sequence[Hashable]],
    texts: dict[str, list[str]],
    plugin: Callable[[Table], FloatArray],
    signs: dict[Places, int],
) -> pd.DataFrame:
    """Count each list of columns, measure it, and make a row per group and list."""
    request, options = resolved.request, resolved.options
    estimator = find_estimator(request.estimator)
    found, tables, _ = counted(resolved, lists, dropna=options.dropna)
    require_room(
        len(found) * len(lists),
        found.shape[1] + len(texts) + len(_SIZES) + 2,  # the measure, and unit
        f"Measuring {len(lists):,} list{'s'[: len(lists) > 1]} of columns in each of "
        f"{len(found):,} groups",
        "Name fewer columns, or make fewer groups in by=.",
    )
    parts = []
    for one in tables:
        table = one.table
        if estimator.name == "plugin":
            value = plugin(table)
        else:
            require_whole(table.weight, f"estimator={request.estimator!r}")
            value = table.estimated(signs, estimator)
        parts.append(
            {
                "n": table.totals,
                "n_missing": table.missing,
                "categories": table.cells,
                request.method: value / options.log_base + 0.0,
            }
        )
    own = {"base": plain(request.base), "estimator": request.estimator}
    attributes = described(resolved, lists, {"dropna": options.dropna, **own}, options.unit)
    info = tidy.ResultInfo(None, options.unit, attributes)
    return tidy.plain(pairing.plain(found), texts, parts, info)
