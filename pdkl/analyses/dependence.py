"""What one column tells of another: mutual information and its kin, pair by pair."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any, Literal

import numpy as np
import pandas as pd

from pdkl.codes.intervals import cut_by, read_binning
from pdkl.codes.labels import as_text, joint_name
from pdkl.comparing.pairs import assess_pairs, measure_pairs
from pdkl.core.counts.counts import require_whole
from pdkl.core.inference.multiplicity import adjusted
from pdkl.core.measures.dependence import Dependence
from pdkl.core.measures.estimators import Estimator, find_estimator
from pdkl.core.measures.joint import NORMALIZATIONS, Joint
from pdkl.core.memory import require_room
from pdkl.core.numerics.exact import FloatArray
from pdkl.core.validation import boolean, listing, one_of, require_columns
from pdkl.counting.bins import settle_bins
from pdkl.counting.count import count_pairs
from pdkl.request.keywords import Request
from pdkl.request.parse import plain, read_columns
from pdkl.request.resolve import ResolvedRequest, read_pairs, resolve
from pdkl.results import pairing, tidy

Pair = tuple[Hashable, Hashable]
_SIZES = ("n", "n_missing", "categories")
_PARTS: tuple[Literal["x", "y", "joint"], ...] = ("x", "y", "joint")


def mutual_information(
    data: Any, request: Request, x: Any, y: Any, *, given: Any, normalized: Any, correct: Any
) -> pd.DataFrame:
    """Answer `InfoTheory.mutual_information`."""
    estimator = _read_estimator(request)
    if normalized is not None and estimator.name != "plugin":
        raise ValueError(
            f"normalized={normalized!r} bounds plug-in estimates only; got "
            f"estimator={request.estimator!r}. Leave out one of them."
        )
    if normalized is not None:
        one_of("normalized", normalized, NORMALIZATIONS, also="None")
    if boolean("correct", correct) and normalized is None:
        raise ValueError(
            "correct=True says which share of the information that chance does not give is there, "
            'so it needs normalized=; got normalized=None. Pass normalized="max" for adjusted '
            "mutual information, or test=True for what is more than chance, in "
            "mutual_information_excess."
        )
    if correct and normalized == "joint":
        raise ValueError(
            "correct=True needs a norm that chance leaves as it is, and H(X, Y) is none; got "
            "normalized='joint'. Choose 'max', 'mean', 'sqrt', 'min', 'x' or 'y'."
        )
    measure = Dependence("mutual_information", normalized=normalized, correct=correct)
    asked = _read(data, request, ("x", "y"), given, lambda resolved: _pairs(resolved, x, y, given))
    own = {
        "normalized": normalized,
        **({"correct": True} if correct else {}),
        "base": plain(request.base),
        "estimator": request.estimator,
    }
    return _answer(asked, measure, estimator, own, unit=None if normalized is None else "none")


def conditional_entropy(data: Any, request: Request, x: Any, given: Any) -> pd.DataFrame:
    """Answer `InfoTheory.conditional_entropy`."""
    estimator = _read_estimator(request)
    if x is None or given is None:
        raise TypeError("x and given must both name columns: what is uncertain, and what is known.")

    def pairs(resolved: ResolvedRequest) -> list[Pair]:
        return _paired(resolved, "x", x, "given", given)

    asked = _read(data, request, ("column", "given"), None, pairs)
    own = {"base": plain(request.base), "estimator": request.estimator}
    return _answer(asked, Dependence("conditional_entropy"), estimator, own)


def variation_of_information(
    data: Any, request: Request, x: Any, y: Any, *, given: Any
) -> pd.DataFrame:
    """Answer `InfoTheory.variation_of_information`."""
    measure = Dependence("variation_of_information")
    asked = _read(data, request, ("x", "y"), given, lambda resolved: _pairs(resolved, x, y, given))
    return _answer(asked, measure, _read_estimator(request), {"base": plain(request.base)})


def _read_estimator(request: Request) -> Estimator:
    """Return the estimator, which must be the plug-in one where it is asked how sure it is."""
    estimator = find_estimator(request.estimator)
    if estimator.name != "plugin" and (request.test is not False or request.confidence is not None):
        raise ValueError(
            "test= and confidence= say how sure plug-in estimates are; got "
            f"estimator={request.estimator!r}. Leave out one of them."
        )
    return estimator


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

    def shown(resolved: ResolvedRequest) -> list[str]:
        return [*named, *_SIZES, *_measured(resolved), "unit"]

    resolved = resolve(data, request, shown)
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
    exclude = resolved.exclude
    binned = cut_by(resolved.request.bins, frame)
    discrete = read_columns("x", None, frame, excluded, binned, exclude)
    if x is not None:
        chosen = read_columns("x", x, frame, excluded, exclude=exclude)
        return [(one, other) for one in chosen for other in discrete if other != one]
    if len(discrete) < 2:
        outside = "by, weights, given and exclude" if exclude else "by, weights and given"
        raise ValueError(
            "x and y are None, which means all pairs of string, categorical, boolean and object "
            f"columns outside {outside}; there is only {listing(discrete)}. Name x and y."
        )
    return list(combinations(discrete, 2))


def _paired(resolved: ResolvedRequest, left: str, x: Any, right: str, y: Any) -> list[Pair]:
    return list(zip(*read_pairs(resolved, left, x, right, y), strict=True))


def _measured(resolved: ResolvedRequest) -> list[str]:
    """List the columns of the measure."""
    inference, method = resolved.options.inference, resolved.request.method
    return [method] if inference is None else inference.columns_of([method])


def _answer(
    asked: _Asked,
    measure: Dependence,
    estimator: Estimator,
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
        rolling=resolved.rolling,
    )
    number, columns = len(asked.pairs), _measured(resolved)
    require_room(
        len(found) * number,
        found.shape[1] + len(asked.texts) + len(_SIZES) + len(columns) + 1,  # the last is unit
        f"Measuring {number:,} pair{'s'[: number > 1]} of columns in each of {len(found):,} groups",
        "Name the columns to pair, or make fewer groups in by=.",
    )
    measure, inference = replace(measure, log_base=options.log_base), options.inference
    unit = unit or options.unit
    binning = read_binning(request.binning, request.bins, compared=True)
    attributes = resolved.attributes(
        {
            "weights": plain(request.weights),
            "given": plain(asked.given),
            "dropna": options.dropna,
            **({} if request.bins is None else {"bins": str(request.bins), "binning": binning}),
            **request.describe_inference(),
            **own,
            "unit": unit,
        }
    )

    def part_of(joint: Joint) -> dict[str, Any]:
        for purpose, needs_rows in (
            (f"estimator={request.estimator!r}", estimator.name != "plugin"),
            ("test= or confidence=", inference is not None),
            ("correct=True", measure.correct),
        ):
            if needs_rows:
                require_whole(joint.weight, purpose)
        sizes = {"n": joint.totals, "n_missing": joint.missing, "categories": joint.cells}
        return {**sizes, request.method: _value(joint, measure, estimator) + 0.0}

    if inference is None:
        parts = measure_pairs(joints, part_of, together=estimator.name == "plugin")
    else:
        parts, how = assess_pairs(inference, measure, joints, part_of, (number, len(found)))
        names = [joint_name(pair) for pair in asked.pairs]
        attributes["inference"] = dict(zip(names, how, strict=True))
        if inference.test:
            _adjust_p_values(asked.pairs, parts)
    order = [*_SIZES, *columns]
    info = tidy.ResultInfo(None, unit, attributes)
    parts = [{name: part[name] for name in order} for part in parts]
    return tidy.plain(pairing.plain(found), asked.texts, parts, info)


def _value(joint: Joint, measure: Dependence, estimator: Estimator) -> FloatArray:
    """Measure a pair of columns in each group."""
    if estimator.name == "plugin":
        return measure.value(joint)
    x, y, both = (joint.estimated_entropy(of, estimator) for of in _PARTS)
    value = both - y if measure.kind == "conditional_entropy" else x + y - both
    return np.asarray(value / measure.log_base)


def _adjust_p_values(pairs: list[Pair], parts: list[dict[str, Any]]) -> None:
    """Adjust the p-values of all rows together; two orders of a pair are one hypothesis."""
    number: dict[frozenset[Hashable], int] = {}
    first = [number.setdefault(frozenset(pair), i) for i, pair in enumerate(pairs)]
    once = list(number.values())
    together = adjusted(np.concatenate([parts[i]["p_value"] for i in once]))
    found = dict(zip(once, np.split(together, len(once)), strict=True))
    for part, i in zip(parts, first, strict=True):
        part |= {"p_value": parts[i]["p_value"], "p_adjusted": found[i]}
