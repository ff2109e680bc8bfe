"""How sure it is what columns tell of each other: in closed form, or by drawing their tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from pdkl.comparing.inference import WORTH_THREADS, with_progress
from pdkl.core.measures.dependence import Dependence, samplers_of
from pdkl.core.measures.joint import Joint, stacked
from pdkl.core.numerics.exact import FloatArray
from pdkl.core.threads import each
from pdkl.request.inference import InferenceOptions

_CELLS = 1 << 18  # of tables held until they are answered together
_LONG = 100_000  # draws from which on a bar is shown


def assess_pairs(
    inference: InferenceOptions,
    measure: Dependence,
    joints: Iterator[Joint],
    part_of: Callable[[Joint], dict[str, Any]],
    size: tuple[int, int],
) -> tuple[list[dict[str, Any]], list[str]]:
    """Measure pairs of columns, and say how sure that is, and how it was found for each.

    Parameters
    ----------
    inference : InferenceOptions
        What is asked.
    measure : Dependence
        What is measured.
    joints : iterator of Joint
        The tables of each pair, in whole weights.
    part_of : callable
        Gives the columns of a pair, among them the measure, under its name.
    size : (int, int)
        The numbers of pairs and of groups.
    """
    parts: list[dict[str, Any]] = []
    how: list[str] = []
    drawn = _drawn_parts(inference, measure)
    pairs, groups = size
    long = bool(drawn) and inference.progress and pairs * groups * inference.n_draws >= _LONG
    joints = with_progress(joints, pairs, shown=long and pairs > 1)
    for some in _together(joints, 0 if drawn else _CELLS):
        joint = stacked(some)
        part = part_of(joint)
        values, exact = part[measure.kind], np.zeros(joint.n_groups, dtype=bool)
        if inference.confidence is not None and "confidence" not in drawn:
            ends = measure.intervals(joint, values, level=inference.confidence)
            bounds = np.repeat([measure.bounds(one) for one in some], _sizes(some), axis=0)
            part |= _bounds(measure, *(np.clip(end, *bounds.T) for end in ends))
        if inference.test and "test" not in drawn:
            excess, floor, p_value, exact = measure.if_independent(joint, values)
            part |= {**_named(measure, excess, floor), "p_value": p_value}
        if drawn:
            part |= _drawn(inference, measure, joint, values, drawn, bar=long and pairs == 1)
        for own in _apart({**part, "exact": exact}, some):
            listed = own.pop("exact")[own["n"] > 0]
            how.append(_described(inference, drawn, exact=bool(listed.any() and listed.all())))
            parts.append(own)
    return parts, how


def measure_pairs(
    joints: Iterator[Joint], part_of: Callable[[Joint], dict[str, Any]], *, together: bool
) -> list[dict[str, Any]]:
    """Measure pairs of columns, with nothing said of how sure that is.

    They are measured ``together`` where their alphabets do not matter to the measure.
    """
    batches = _together(joints, _CELLS if together else 0)
    return [own for some in batches for own in _apart(part_of(stacked(some)), some)]


def _together(joints: Iterable[Joint], cells: int) -> Iterator[list[Joint]]:
    """Give as many tables at a time as have so many cells: that costs little more than one."""
    some: list[Joint] = []
    held = 0
    for joint in joints:
        some.append(joint)
        held += len(joint.weight)
        if held >= cells:
            yield some
            some, held = [], 0
    if some:
        yield some


def _apart(part: dict[str, Any], joints: Sequence[Joint]) -> list[dict[str, Any]]:
    """Give each pair of columns its own entries."""
    ends = pairwise([0, *np.cumsum(_sizes(joints)).tolist()])
    return [{name: column[start:end] for name, column in part.items()} for start, end in ends]


def _sizes(joints: Sequence[Joint]) -> list[int]:
    return [joint.n_groups for joint in joints]


def _drawn_parts(inference: InferenceOptions, measure: Dependence) -> list[str]:
    """Say which of what is asked must be drawn."""
    draws = inference.draws_all
    drawn = ["test"] if inference.test and draws else []
    if inference.confidence is not None and (draws or not measure.interval_is_closed):
        drawn.append("confidence")
    return drawn


def _described(inference: InferenceOptions, drawn: list[str], *, exact: bool) -> str:
    asked = bool(inference.test) + (inference.confidence is not None)
    exact = exact and (inference.confidence is None or "confidence" in drawn)
    return inference.described(drawn, every=len(drawn) == asked, exact=exact)


def _bounds(measure: Dependence, low: Any, high: Any) -> dict[str, Any]:
    return {f"{measure.kind}_low": low, f"{measure.kind}_high": high}


def _named(measure: Dependence, excess: Any, floor: Any) -> dict[str, Any]:
    return {f"{measure.kind}_excess": excess, f"{measure.kind}_noise_floor": floor}


def _drawn(
    inference: InferenceOptions,
    measure: Dependence,
    joint: Joint,
    values: FloatArray,
    drawn: list[str],
    *,
    bar: bool,
) -> dict[str, Any]:
    """Draw the tables of each group again, and return the columns that are got so."""
    sampler_of, bounds = samplers_of(joint), measure.bounds(joint)
    tests = "test" in drawn

    def task(i: int, rng: np.random.Generator) -> dict[str, float]:
        sampler, value, size = sampler_of(i), float(values[i]), inference.n_draws
        found: dict[str, float] = {}
        if tests:
            counted = inference.test == "permutation"
            excess, floor, p_value = measure.dealt_again(
                *(sampler, value, size, rng), method="permutation" if counted else "gamma"
            )
            found |= {**_named(measure, excess, floor), "p_value": p_value}
        if (level := inference.confidence) is not None and "confidence" in drawn:
            low, high = measure.redrawn(sampler, value, size, rng, level=level, bounds=bounds)
            found |= _bounds(measure, low, high)
        return found

    some = np.flatnonzero(joint.totals > 0)
    cells = int(joint.cells.max(initial=0)) * inference.n_draws
    answers = each(
        lambda k, rng: task(int(some[k]), rng),
        len(some),
        inference.rng,
        threads=None if cells >= WORTH_THREADS else 1,
    )
    names = [*_bounds(measure, None, None)] if "confidence" in drawn else []
    names += [*_named(measure, None, None), "p_value"] if tests else []
    result = {name: np.full(joint.n_groups, np.nan) for name in names}
    for i, found in zip(some, with_progress(answers, len(some), shown=bar), strict=True):
        for name, value in found.items():
            result[name][i] = value
    return result
