"""What one column tells of another: mutual information and its kin, pair by pair."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from pdkl.codes.intervals import cut_by, read_binning
from pdkl.codes.labels import Together, as_text, parts_of
from pdkl.comparing.pairs import assess_pairs
from pdkl.core.counts.counts import require_whole
from pdkl.core.inference.multiplicity import adjusted
from pdkl.core.measures.dependence import Dependence
from pdkl.core.measures.estimators import Estimator, find_estimator
from pdkl.core.measures.joint import NORMALIZATIONS, Joint, joined
from pdkl.core.memory import require_room
from pdkl.core.validation import boolean, listing, one_of
from pdkl.counting.bins import settle_bins
from pdkl.counting.count import count_pairs
from pdkl.request.keywords import Request
from pdkl.request.parse import default_columns, plain, read_columns
from pdkl.request.resolve import ResolvedRequest, read_pairs, resolve
from pdkl.results import pairing, tidy
from pdkl.results.reading import EXCESS

Pair = tuple[Hashable, Hashable]
_SIZES = ("n", "n_missing", "categories")
_CELLS = 1 << 16  # of tables that are measured together
_CELL_WIDTH = 8  # arrays that the cells of a table are held in while they are measured


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
    if request.smoothing is not None and correct:
        raise ValueError(
            "correct=True takes away what chance gives to counts; got "
            f"smoothing={request.smoothing!r}, which changes them. Leave out one of them."
        )
    measure = Dependence("mutual_information", normalized=normalized, correct=correct)
    is_ranked = x is None and y is not None

    def pairs(resolved: ResolvedRequest, known: Hashable | None) -> list[Pair]:
        return _against(resolved, y, known) if is_ranked else _pairs(resolved, x, y, known)

    asked = _read(data, request, ("x", "y"), given, pairs, is_ranked=is_ranked)
    own = {
        "normalized": normalized,
        **({} if request.smoothing is None else {"smoothing": request.smoothing}),
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

    def pairs(resolved: ResolvedRequest, _: Hashable | None) -> list[Pair]:
        return _paired(resolved, "x", x, "given", given)

    asked = _read(data, request, ("column", "given"), None, pairs)
    own = {"base": plain(request.base), "estimator": request.estimator}
    return _answer(asked, Dependence("conditional_entropy"), estimator, own)


def variation_of_information(
    data: Any, request: Request, x: Any, y: Any, *, given: Any
) -> pd.DataFrame:
    """Answer `InfoTheory.variation_of_information`."""
    measure, estimator = Dependence("variation_of_information"), _read_estimator(request)
    asked = _read(
        *(data, request, ("x", "y"), given),
        lambda resolved, known: _pairs(resolved, x, y, known),
    )
    own = {"base": plain(request.base), "estimator": request.estimator}
    return _answer(asked, measure, estimator, own)


def _read_estimator(request: Request) -> Estimator:
    """Return the estimator, which must be the plug-in one where it is asked how sure it is."""
    estimator = find_estimator(request.estimator)
    for name, plain_one in (("estimator", "plugin"), ("smoothing", None)):
        value = getattr(request, name)
        is_asked = request.test is not False or request.confidence is not None
        if value != plain_one and is_asked:
            raise ValueError(
                "test= and confidence= say how sure plug-in estimates are; got "
                f"{name}={value!r}. Leave out one of them."
            )
    return estimator


@dataclass(frozen=True)
class _Asked:
    """A request whose columns are pairs, perhaps within the strata of what is given."""

    resolved: ResolvedRequest
    pairs: list[Pair]
    given: Hashable | None
    texts: dict[str, list[str]]  # the columns that name the pairs, an entry for each
    is_ranked: bool = False  # whether the rows of each target are sorted by what they say


def _read(
    data: Any,
    request: Request,
    heads: tuple[str, str],
    given: Any,
    pairs_of: Callable[[ResolvedRequest, Hashable | None], list[Pair]],
    *,
    is_ranked: bool = False,
) -> _Asked:
    """Resolve the request, and read its pairs of columns."""
    named = [*heads, *([] if given is None else ["given"])]

    def shown(resolved: ResolvedRequest) -> list[str]:
        return [*named, *_SIZES, *_measured(resolved), "unit"]

    resolved = resolve(data, request, shown)
    if given is not None:
        known = read_columns("given", given, resolved.source.head, [])
        given = known[0] if len(known) == 1 else Together(parts_of(known))
    pairs = pairs_of(resolved, given)
    texts = {head: [as_text(pair[i]) for pair in pairs] for i, head in enumerate(heads)}
    columns = dict.fromkeys(name for pair in pairs for name in pair)
    if given is not None:
        texts["given"] = [as_text(given)] * len(pairs)
        columns[given] = None
    return _Asked(resolved.asking(list(columns)), pairs, given, texts, is_ranked)


def _against(resolved: ResolvedRequest, y: Any, given: Hashable | None) -> list[Pair]:
    """Return beside each target every other column that is asked for by default."""
    frame, exclude = resolved.source.head, resolved.exclude
    binned = cut_by(resolved.request.bins, frame)
    pairs: list[Pair] = []
    for target in read_columns("y", y, frame, [], exclude=exclude):
        aside = parts_of([target] if given is None else [target, given])
        others = default_columns(frame, [*resolved.excluded, *exclude, *aside], binned)
        if not others:
            raise ValueError(
                "x is None, which means every string, categorical, boolean and object column "
                f"besides y={target!r} and outside by, weights, given and exclude, and those that "
                "bins names; there is none. Name x."
            )
        pairs += [(other, target) for other in others]
    return pairs


def _pairs(resolved: ResolvedRequest, x: Any, y: Any, given: Any) -> list[Pair]:
    """Return the pairs asked for; all pairs of discrete columns where none is named."""
    frame = resolved.source.head
    excluded = [*resolved.excluded, *parts_of([] if given is None else [given])]
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

    smoothing = options.smoothing

    def part_of(joint: Joint) -> dict[str, Any]:
        for purpose, needs_rows in (
            (f"estimator={request.estimator!r}", estimator.name != "plugin"),
            ("test= or confidence=", inference is not None),
            ("correct=True", measure.correct),
        ):
            if needs_rows:
                require_whole(joint.weight, purpose)
        sizes = {"n": joint.totals, "n_missing": joint.missing, "categories": joint.cells}
        if smoothing is not None:
            _require_cells(joint)
            joint = joint.smoothed(smoothing)
        if estimator.name == "plugin":
            value = measure.value(joint)
        else:
            value = measure.estimate(joint, estimator)
        return {**sizes, request.method: value + 0.0}

    if inference is None:
        alone = estimator.name != "plugin" or smoothing is not None  # what goes by an alphabet
        parts = _parts(joints, part_of, 1 if alone else _CELLS)
    else:
        parts, how = assess_pairs(inference, measure, joints, part_of, (number, len(found)))
        names = [as_text(Together(pair)) for pair in asked.pairs]
        attributes["inference"] = dict(zip(names, how, strict=True))
        if inference.test:
            _adjust_p_values(asked.pairs, parts)
    order = [*_SIZES, *columns]
    info = tidy.ResultInfo(None, unit, attributes)
    parts = [{name: part[name] for name in order} for part in parts]
    ranked = None
    if asked.is_ranked:
        is_tested = inference is not None and inference.test
        by = f"{request.method}{EXCESS}" if is_tested else request.method
        targets = [y for _, y in asked.pairs]
        ranked = tidy.Ranked(by, [targets.index(y) for y in targets])
        attributes["sorted_by"] = by
    return tidy.plain(pairing.plain(found), asked.texts, parts, info, ranked)


def _parts(
    joints: Iterator[Joint], part_of: Callable[[Joint], dict[str, Any]], most: int
) -> list[dict[str, Any]]:
    """Measure pairs of columns, so many together as have ``most`` cells."""
    parts: list[dict[str, Any]] = []
    waiting: list[Joint] = []

    def answer() -> None:
        if waiting:
            found = part_of(joined(waiting))
            ends = np.cumsum([joint.n_groups for joint in waiting])[:-1]
            columns = zip(*(np.split(values, ends) for values in found.values()), strict=True)
            parts.extend(dict(zip(found, own, strict=True)) for own in columns)
            waiting.clear()

    cells = 0
    for joint in joints:
        waiting.append(joint)
        cells += len(joint.weight)
        if cells >= most:
            answer()
            cells = 0
    answer()
    return parts


def _require_cells(joint: Joint) -> None:
    """Raise where so many cells would get a pseudo-count that memory does not hold them."""
    lines, columns = joint.alphabet("x"), joint.alphabet("y")
    require_room(
        len(np.unique(joint.stratum)) * lines * columns,
        _CELL_WIDTH,
        f"smoothing= gives a pseudo-count to all {lines:,} by {columns:,} cells of a table, which",
        "Leave out columns of so many values, cut them with bins=, or choose an estimator=.",
    )


def _adjust_p_values(pairs: list[Pair], parts: list[dict[str, Any]]) -> None:
    """Adjust the p-values of all rows together; two orders of a pair are one hypothesis."""
    number: dict[frozenset[Hashable], int] = {}
    first = [number.setdefault(frozenset(pair), i) for i, pair in enumerate(pairs)]
    once = list(number.values())
    together = adjusted(np.concatenate([parts[i]["p_value"] for i in once]))
    found = dict(zip(once, np.split(together, len(once)), strict=True))
    for part, i in zip(parts, first, strict=True):
        part |= {"p_value": parts[i]["p_value"], "p_adjusted": found[i]}
