"""What one column tells of another: mutual information and its kin, pair by pair."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal

import numpy as np
import pandas as pd

from pdkl.codes.intervals import named_by, read_binning
from pdkl.codes.labels import as_text
from pdkl.core.counts.counts import require_whole
from pdkl.core.measures.estimators import find_estimator
from pdkl.core.measures.joint import NORMALIZATIONS, Joint, normalize
from pdkl.core.memory import require_room
from pdkl.core.numerics.exact import FloatArray
from pdkl.core.validation import listing, one_of, require_columns
from pdkl.counting.bins import settle_bins
from pdkl.counting.count import count_pairs
from pdkl.request.keywords import Request
from pdkl.request.parse import plain, read_columns
from pdkl.request.resolve import ResolvedRequest, read_pairs, resolve
from pdkl.results import pairing, tidy

Pair = tuple[Hashable, Hashable]
_PARTS: tuple[Literal["x", "y", "joint"], ...] = ("x", "y", "joint")


def mutual_information(
    data: Any, request: Request, x: Any, y: Any, *, given: Any, normalized: Any
) -> pd.DataFrame:
    """Answer `InfoTheory.mutual_information`."""
    estimator = find_estimator(request.estimator)
    if normalized is not None and estimator.name != "plugin":
        raise ValueError(
            f"normalized={normalized!r} bounds plug-in estimates only; got "
            f"estimator={request.estimator!r}. Leave out one of them."
        )
    if normalized is not None:
        kind = one_of("normalized", normalized, NORMALIZATIONS, also="None")

    def value(joint: Joint, log_base: float) -> FloatArray:
        if estimator.name != "plugin":
            x, y, both = (joint.estimated_entropy(of, estimator) for of in _PARTS)
            return (x + y - both) / log_base
        information = joint.mutual_information()
        if normalized is None:
            return information / log_base
        whole = normalize(joint, kind)  # type: ignore[arg-type]
        # rounding must not carry a share past 1; nothing to know is 0 / 0
        share = np.divide(information, whole, out=np.full_like(whole, np.nan), where=whole > 0)
        return np.minimum(share, 1.0)

    asked = _read(data, request, ("x", "y"), given, lambda resolved: _pairs(resolved, x, y, given))
    own = {"normalized": normalized, "base": plain(request.base), "estimator": request.estimator}
    return _answer(asked, value, own, unit=None if normalized is None else "none")


def conditional_entropy(data: Any, request: Request, x: Any, given: Any) -> pd.DataFrame:
    """Answer `InfoTheory.conditional_entropy`."""
    estimator = find_estimator(request.estimator)
    if x is None or given is None:
        raise TypeError("x and given must both name columns: what is uncertain, and what is known.")

    def value(joint: Joint, log_base: float) -> FloatArray:
        if estimator.name != "plugin":
            both, known = (joint.estimated_entropy(of, estimator) for of in _PARTS[:0:-1])
            return (both - known) / log_base
        return joint.conditional_entropy("x") / log_base

    def pairs(resolved: ResolvedRequest) -> list[Pair]:
        return _paired(resolved, "x", x, "given", given)

    asked = _read(data, request, ("column", "given"), None, pairs)
    return _answer(asked, value, {"base": plain(request.base), "estimator": request.estimator})


def variation_of_information(
    data: Any, request: Request, x: Any, y: Any, *, given: Any
) -> pd.DataFrame:
    """Answer `InfoTheory.variation_of_information`."""

    def value(joint: Joint, log_base: float) -> FloatArray:
        return (joint.conditional_entropy("x") + joint.conditional_entropy("y")) / log_base

    asked = _read(data, request, ("x", "y"), given, lambda resolved: _pairs(resolved, x, y, given))
    return _answer(asked, value, {"base": plain(request.base)})


@dataclass(frozen=True)
class _Asked:
    """A request whose columns are pairs, perhaps within the strata of what is given."""

    resolved: ResolvedRequest
    pairs: list[Pair]
    given: Hashable | None
    texts: dict[str, list[str]]  # the columns that name the pairs, an entry for each


def _read(
    data: Any,
    request: Request,
    heads: tuple[str, str],
    given: Hashable | None,
    pairs_of: Callable[[ResolvedRequest], list[Pair]],
) -> _Asked:
    """Resolve the request, and read its pairs of columns."""
    named = [*heads, *([] if given is None else ["given"])]
    shown = [*named, "n", "n_missing", "categories", request.method, "unit"]
    resolved = resolve(data, request, lambda _: shown)
    pairs = pairs_of(resolved)
    texts = {head: [as_text(pair[i]) for pair in pairs] for i, head in enumerate(heads)}
    if given is not None:
        require_columns("given", [given], list(resolved.source.head.columns))
        texts["given"] = [as_text(given)] * len(pairs)
    columns = dict.fromkeys(name for pair in pairs for name in pair)
    if given is not None:
        columns[given] = None
    return _Asked(resolved.asking(list(columns)), pairs, given, texts)


def _pairs(resolved: ResolvedRequest, x: Any, y: Any, given: Any) -> list[Pair]:
    """Return the pairs asked for; all pairs of discrete columns where none is named."""
    frame = resolved.source.head
    excluded = [*resolved.excluded, *([] if given is None else [given])]
    if x is None and y is not None:
        raise ValueError(
            f"x is None, but y={y!r} needs a partner. Name x, or leave out both for all pairs."
        )
    if y is not None:
        return _paired(resolved, "x", x, "y", y)
    discrete = read_columns("x", None, frame, excluded, named_by(resolved.request.bins))
    if x is not None:
        chosen = read_columns("x", x, frame, excluded)
        return [(one, other) for one in chosen for other in discrete if other != one]
    if len(discrete) < 2:
        raise ValueError(
            "x and y are None, which means all pairs of string, categorical, boolean and object "
            f"columns outside by, weights and given; there is only {listing(discrete)}. Name x and "
            "y."
        )
    return list(combinations(discrete, 2))


def _paired(resolved: ResolvedRequest, left: str, x: Any, right: str, y: Any) -> list[Pair]:
    return list(zip(*read_pairs(resolved.source.head, left, x, right, y), strict=True))


def _answer(
    asked: _Asked,
    value: Callable[[Joint, float], FloatArray],
    own: dict[str, Any],
    *,
    unit: str | None = None,
) -> pd.DataFrame:
    """Count each pair, measure it, and make a row per group and pair."""
    resolved, request, options = asked.resolved, asked.resolved.request, asked.resolved.options
    found, joints = count_pairs(
        resolved.source,
        asked.pairs,
        resolved.by,
        request.weights,
        settle_bins(resolved, compared=True),
        given=asked.given,
        dropna=options.dropna,
    )
    number = len(asked.pairs)
    require_room(
        len(found) * number,
        found.shape[1] + len(asked.texts) + 5,  # n, n_missing, categories, the value, unit
        f"Measuring {number:,} pair{'s'[: number > 1]} of columns in each of {len(found):,} groups",
        "Name the columns to pair, or make fewer groups in by=.",
    )
    parts = []
    for joint in joints:
        if request.estimator != "plugin":
            require_whole(joint.weight, f"estimator={request.estimator!r}")
        sizes = {"n": joint.totals, "n_missing": joint.missing, "categories": joint.cells}
        parts.append({**sizes, request.method: value(joint, options.log_base) + 0.0})
    unit = unit or options.unit
    binning = read_binning(request.binning, request.bins, compared=True)
    attributes = resolved.attributes(
        {
            "weights": plain(request.weights),
            "given": plain(asked.given),
            "dropna": options.dropna,
            **({} if request.bins is None else {"bins": str(request.bins), "binning": binning}),
            **own,
            "unit": unit,
        }
    )
    info = tidy.ResultInfo(None, unit, attributes)
    return tidy.plain(pairing.plain(found), asked.texts, parts, info)
