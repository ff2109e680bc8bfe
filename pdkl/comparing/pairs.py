"""How sure it is what columns tell of each other: in closed form, or by drawing their tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from pdkl.comparing.inference import WORTH_THREADS, with_progress
from pdkl.core.measures.dependence import Dependence, samplers_of
from pdkl.core.measures.joint import Joint
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
    waits = len(drawn) < bool(inference.test) + (inference.confidence is not None)
    pairs, groups = size
    long = bool(drawn) and inference.progress and pairs * groups * inference.n_draws >= _LONG
    waiting: list[Joint] = []

    def answer() -> None:
        """Test the pairs that wait in closed form, which costs little for many at a time."""
        if not waiting:
            return
        own = parts[-len(waiting) :]
        values = [part[measure.kind] for part in own]
        starts = np.cumsum([joint.n_groups for joint in waiting])[:-1]
        exact = [False] * len(own)
        if inference.confidence is not None and "confidence" not in drawn:
            ends = measure.intervals(waiting, values, level=inference.confidence)
            columns = zip(*(np.split(end, starts) for end in ends), strict=True)
            for part, (low, high) in zip(own, columns, strict=True):
                part.update(_bounds(measure, low, high))
        if inference.test and "test" not in drawn:
            found = measure.if_independent(waiting, values)
            columns = zip(*(np.split(column, starts) for column in found), strict=True)
            for i, (part, (excess, floor, p_value, listed)) in enumerate(
                zip(own, columns, strict=True)
            ):
                part.update(_named(measure, excess, floor), p_value=p_value)
                some = part["n"] > 0
                exact[i] = bool(some.any() and listed[some].all())
        how.extend(_described(inference, drawn, exact=one) for one in exact)
        waiting.clear()

    for joint in with_progress(joints, pairs, shown=long and pairs > 1):
        parts.append(part_of(joint))
        if drawn:
            bar = long and pairs == 1
            values = parts[-1][measure.kind]
            parts[-1] |= _drawn(inference, measure, joint, values, drawn, bar=bar)
        if waits:
            waiting.append(joint)
            if sum(len(one.weight) for one in waiting) >= _CELLS:
                answer()
        else:
            how.append(_described(inference, drawn, exact=False))
    answer()
    return parts, how


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
