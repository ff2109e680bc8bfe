"""Tidy frames, read back: what reports, pictures and the command need to know of one."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

import numpy as np
import pandas as pd

from pdkl.core.numerics.exact import FloatArray
from pdkl.core.validation import listing
from pdkl.results.statuses import SCORED, STATUSES

NO_VALUE = "\N{EN DASH}"  # is written where a number would stand
# what follows a key's name where it is that of the group that is Q, and a measure's
REFERENCE, EXCESS, NOISE_FLOOR = "_reference", "_excess", "_noise_floor"
_INFERRED = ("_low", "_high", EXCESS, NOISE_FLOOR)
# the numbers of a frame that measure nothing
_FACTS = (
    *("column", "reference", "n", "n_reference", "n_missing", "n_missing_reference"),
    *("categories", "unseen", "vanished", "p_value", "p_adjusted", "threshold", "unit"),
)
_IN_UNIT = (  # what the unit of the frame belongs to; the other measures have none
    *("entropy", "cross_entropy", "conditional_entropy", "mutual_information"),
    *("kl_divergence", "reverse_kl", "js_divergence", "jeffreys", "bhattacharyya"),
    *("renyi_divergence", "renyi_entropy"),
)
_ROOTS = ("js_distance",)  # of a measure in units


# ---- the call -------------------------------------------------------------------------------


def settings_of(frame: pd.DataFrame) -> dict[str, Any]:
    """Return the settings of the call, none where pandas lost them on the way, as it may."""
    settings = frame.attrs.get("pdkl")
    return settings if isinstance(settings, dict) else {}


def measure_of(frame: pd.DataFrame) -> str:
    """Return the name of the measure that is judged or split, empty where it is not known."""
    return str(settings_of(frame).get("measures", [""])[0])


# ---- columns --------------------------------------------------------------------------------


def keys_of(frame: pd.DataFrame) -> list[Any]:
    """List the columns that hold the keys of the groups."""
    return list(frame.columns[: list(frame.columns).index("column")])


def scores_of(frame: pd.DataFrame) -> list[Any]:
    """List the columns that hold scores, the one to look at first; of drift what is judged."""
    names = list(frame.columns)
    numbers = [name for name in names[names.index("column") + 1 :] if is_numeric(frame[name])]
    if "status" in names:  # drift is judged by the excess
        return [name for name in numbers if name.endswith(EXCESS)]
    said = [name for name in settings_of(frame).get("measures", []) if name in numbers]
    return said or [
        name
        for name in numbers
        if name not in _FACTS and not name.endswith((*_INFERRED, REFERENCE))
    ]


def is_numeric(values: pd.Series[Any]) -> bool:
    """Tell whether a column holds numbers; True and False are none."""
    dtype = values.dtype
    return pd.api.types.is_numeric_dtype(dtype) and not pd.api.types.is_bool_dtype(dtype)


def is_dated(values: pd.Series[Any]) -> bool:
    """Tell whether a column holds times or periods, by its dtype."""
    dtype = values.dtype
    return pd.api.types.is_datetime64_any_dtype(dtype) or isinstance(dtype, pd.PeriodDtype)


# ---- scores ---------------------------------------------------------------------------------


def beside(measure: str) -> tuple[str, str, str]:
    """Name the columns of a measure that was tested: its score, the excess, the noise floor."""
    return measure, f"{measure}{EXCESS}", f"{measure}{NOISE_FLOOR}"


def excess_of(score: str) -> str:
    """Return the measure whose excess a column holds, or nothing."""
    return score.removesuffix(EXCESS) if score.endswith(EXCESS) else ""


def judged(score: Any, excess: Any) -> FloatArray:
    """Return what is judged: the excess over noise, the score itself where noise has no mean.

    Draws that are infinite have none.
    """
    found: FloatArray = np.where(np.isnan(excess), score, excess)
    return found


def judged_in(frame: pd.DataFrame) -> pd.Series[float]:
    """Return what is judged in each row of drift, NaN in those that were not scored."""
    score, excess, _ = beside(measure_of(frame))
    found = pd.Series(judged(frame[score], frame[excess]), index=frame.index)
    return found.where(frame["status"].isin(SCORED))


def is_root(measure: str) -> bool:
    """Tell whether a measure is the root of one in units, so that its square is what adds up."""
    return measure in _ROOTS


def unit_of(frame: pd.DataFrame, score: str) -> str:
    """Return the unit of a column of scores, empty where it has none."""
    measure = excess_of(score) or score
    if "unit" not in frame.columns or not measure.startswith((*_IN_UNIT, *_ROOTS)):
        return ""
    units = frame["unit"].drop_duplicates()
    if len(units) > 1:
        raise ValueError(
            f"result mixes the units {listing(units)}; one scale cannot show them. Filter it first."
        )
    return f"{'√' if is_root(measure) else ''}{units.iloc[0]}"


# ---- rows -----------------------------------------------------------------------------------


def is_missing(value: Any) -> bool:
    """Tell whether a value is a missing one, of whatever kind."""
    return bool(pd.api.types.is_scalar(value) and pd.isna(value))


def segments(keys: pd.DataFrame, write: Callable[[Hashable, Any], str]) -> list[str]:
    """Write the group of each row as one text; ``write`` takes a key's name and its value."""
    if not keys.shape[1]:
        return ["all rows"] * len(keys)
    columns = [[write(name, value) for value in keys[name]] for name in keys.columns]
    return [", ".join(values) for values in zip(*columns, strict=True)]


def count_statuses(frame: pd.DataFrame) -> dict[str, int]:
    """Count the rows of each status that occurs, the worst first."""
    counts = frame["status"].value_counts()
    return {one.name: int(counts[one.name]) for one in STATUSES if counts.get(one.name, 0)}


def infinity(value: float | np.floating[Any]) -> str:
    """Write an infinite number."""
    return "∞" if value > 0 else "-∞"
