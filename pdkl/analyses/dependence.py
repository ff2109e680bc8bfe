"""What one column tells of another: mutual information and its kin, pair by pair."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from itertools import combinations
from typing import Any, Literal

import numpy as np
import pandas as pd

from pdkl.codes.intervals import named_by, read_binning
from pdkl.codes.keys import key_name
from pdkl.codes.labels import as_text
from pdkl.core.counts.counts import require_whole
from pdkl.core.measures.estimators import find_estimator
from pdkl.core.measures.joint import NORMALIZATIONS, Joint, normalize
from pdkl.core.numerics.exact import FloatArray
from pdkl.core.validation import boolean, listing, one_of, require_columns
from pdkl.counting.bins import bins_of_profiles, fit_bins
from pdkl.counting.count import count_pairs
from pdkl.request.parse import plain, read_base, read_by, read_columns
from pdkl.results import pairing, tidy
from pdkl.sources.base import Precounted
from pdkl.sources.registry import read_data

Pair = tuple[Hashable, Hashable]
_PARTS: tuple[Literal["x", "y", "joint"], ...] = ("x", "y", "joint")


def mutual_information(
    data: Any, x: Any, y: Any, *, normalized: Any, base: Any, estimator: Any, **keywords: Any
) -> pd.DataFrame:
    """Answer `InfoTheory.mutual_information`."""
    log_base, unit = read_base(base)
    chosen = find_estimator(estimator)
    if normalized is not None and chosen.name != "plugin":
        raise ValueError(
            f"normalized={normalized!r} bounds plug-in estimates only; got "
            f"estimator={estimator!r}. Leave out one of them."
        )
    if normalized is not None:
        kind = one_of("normalized", normalized, NORMALIZATIONS, also="None")

    def value(joint: Joint) -> FloatArray:
        if chosen.name != "plugin":
            x, y, both = (joint.estimated_entropy(of, chosen) for of in _PARTS)
            return (x + y - both) / log_base
        information = joint.mutual_information()
        if normalized is None:
            return information / log_base
        whole = normalize(joint, kind)  # type: ignore[arg-type]
        # rounding must not carry a share past 1; nothing to know is 0 / 0
        share = np.divide(information, whole, out=np.full_like(whole, np.nan), where=whole > 0)
        return np.minimum(share, 1.0)

    facts = {"normalized": normalized, "base": plain(base), "estimator": estimator}
    facts["unit"] = unit if normalized is None else "none"
    return _answer(data, _pairs(data, x, y, keywords), "mutual_information", value, facts, keywords)


def conditional_entropy(
    data: Any, x: Any, given: Any, *, base: Any, estimator: Any, **keywords: Any
) -> pd.DataFrame:
    """Answer `InfoTheory.conditional_entropy`."""
    log_base, unit = read_base(base)
    chosen = find_estimator(estimator)
    if x is None or given is None:
        raise TypeError("x and given must both name columns: what is uncertain, and what is known.")
    frame = read_data(data).head
    pairs = _paired(frame, "x", x, "given", given)
    facts = {"base": plain(base), "estimator": estimator, "unit": unit}

    def value(joint: Joint) -> FloatArray:
        if chosen.name != "plugin":
            both, known = (joint.estimated_entropy(of, chosen) for of in _PARTS[:0:-1])
            return (both - known) / log_base
        return joint.conditional_entropy("x") / log_base

    return _answer(
        data, pairs, "conditional_entropy", value, facts, keywords, heads=("column", "given")
    )


def variation_of_information(
    data: Any, x: Any, y: Any, *, base: Any, **keywords: Any
) -> pd.DataFrame:
    """Answer `InfoTheory.variation_of_information`."""
    log_base, unit = read_base(base)

    def value(joint: Joint) -> FloatArray:
        return (joint.conditional_entropy("x") + joint.conditional_entropy("y")) / log_base

    facts = {"base": plain(base), "unit": unit}
    pairs = _pairs(data, x, y, keywords)
    return _answer(data, pairs, "variation_of_information", value, facts, keywords)


def _pairs(data: Any, x: Any, y: Any, keywords: dict[str, Any]) -> list[Pair]:
    """Return the pairs asked for; all pairs of discrete columns where none is named."""
    frame = read_data(data).head
    excluded = [key_name(key) for key in read_by(keywords["by"], frame)]
    excluded += [keywords["weights"], keywords.get("given")]
    if x is None and y is not None:
        raise ValueError(
            f"x is None, but y={y!r} needs a partner. Name x, or leave out both for all pairs."
        )
    if y is not None:
        return _paired(frame, "x", x, "y", y)
    discrete = read_columns("x", None, frame, excluded, named_by(keywords["bins"]))
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


def _paired(frame: pd.DataFrame, left: str, x: Any, right: str, y: Any) -> list[Pair]:
    one = read_columns(left, x, frame, [])
    other = read_columns(right, y, frame, [])
    if len(one) != len(other):
        raise ValueError(
            f"{left} and {right} are paired, so they must be equally long; got {len(one)} in "
            f"{left} ({listing(one)}) and {len(other)} in {right} ({listing(other)})."
        )
    return list(zip(one, other, strict=True))


def _answer(
    data: Any,
    pairs: list[Pair],
    method: str,
    value: Callable[[Joint], FloatArray],
    facts: dict[str, Any],
    keywords: dict[str, Any],
    heads: tuple[str, str] = ("x", "y"),
) -> pd.DataFrame:
    """Count each pair, measure it, and make a row per group and pair."""
    source, given, weights = read_data(data), keywords.get("given"), keywords["weights"]
    frame, bins = source.head, keywords["bins"]
    binning = read_binning(keywords["binning"], bins, compared=True)
    by, dropna = read_by(keywords["by"], frame), boolean("dropna", keywords["dropna"])
    keys = [key_name(key) for key in by]
    texts = {head: [as_text(pair[i]) for pair in pairs] for i, head in enumerate(heads)}
    if given is not None:
        require_columns("given", [given], list(frame.columns))
        texts["given"] = [as_text(given)] * len(pairs)
    if weights is not None:
        require_columns("weights", [weights], list(frame.columns))
    tidy.check_keys(keys, [*texts, "n", "n_missing", "categories", method, "unit"])
    named = list(dict.fromkeys([name for pair in pairs for name in pair]))
    if given is not None:
        named.append(given)
    settled, rules = bins_of_profiles(bins, frame, named, source)
    binners = settled | fit_bins(source, rules, weights, binning)
    found, joints = count_pairs(source, pairs, by, weights, binners, given=given, dropna=dropna)
    parts = []
    for joint in joints:
        if facts.get("estimator", "plugin") != "plugin":
            require_whole(joint.weight, f"estimator={facts['estimator']!r}")
        sizes = {"n": joint.totals, "n_missing": joint.missing, "categories": joint.cells}
        parts.append({**sizes, method: value(joint) + 0.0})
    attributes = {
        "method": method,
        "by": [plain(key) for key in keys],
        "weights": plain(weights),
        "given": plain(given),
        "dropna": dropna,
        **({} if bins is None else {"bins": str(bins), "binning": binning}),
        **facts,
    }
    folded = Precounted.of(source).folded
    if lumped := {as_text(name): folded[name] for name in named if name in folded}:
        attributes["folded"] = lumped
    return tidy.plain(
        pairing.plain(found), texts, parts, tidy.ResultInfo(None, facts["unit"], attributes)
    )
