"""Tidy frames, read back: what reports, pictures and the command need to know of one."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

import numpy as np
import pandas as pd

from pdkl.core.numerics.exact import FloatArray
from pdkl.core.validation import listing
from pdkl.results.statuses import DRIFT, FAILING, SCORED, STATUSES, UNDECIDED, UNSURE

NO_VALUE = "\N{EN DASH}"  # is written where a number would stand
# what follows a key's name where it is that of the group that is Q, and a measure's
REFERENCE, EXCESS, NOISE_FLOOR = "_reference", "_excess", "_noise_floor"
JUDGED = ("score", "excess", "noise_floor")  # of drift, whatever the measure
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
    *("variation_of_information", "total_correlation", "interaction_information"),
)
_NO_UNIT = "none"  # of what is normalized
_ROOTS = ("js_distance",)  # of a measure in units
# of fewer rows on a side not even a column of two equally frequent values, one of which is all
# that is left, is told from chance among ten columns: 2 * 0.5**9 is about 0.05 / 10
FEW = 10


# ---- the call -------------------------------------------------------------------------------


def settings_of(frame: pd.DataFrame) -> dict[str, Any]:
    """Return the settings of the call, none where pandas lost them on the way, as it may."""
    settings = frame.attrs.get("pdkl")
    return settings if isinstance(settings, dict) else {}


def measure_of(frame: pd.DataFrame) -> str:
    """Return the name of the measure that is split, empty where it is not known."""
    settings = settings_of(frame)
    return str(settings.get("measures", [settings.get("measure", "")])[0])


def is_fixed(frame: pd.DataFrame) -> bool:
    """Tell whether the reference of drift is shares that were given, not counted."""
    return bool(settings_of(frame)["comparison"] == "mapping")


# ---- columns --------------------------------------------------------------------------------


def keys_of(frame: pd.DataFrame) -> list[Any]:
    """List the columns that hold the keys of the groups."""
    return list(frame.columns[: _first(frame)])


def scores_of(frame: pd.DataFrame) -> list[Any]:
    """List the columns that hold scores, the one to look at first; of drift what is judged."""
    names = list(frame.columns)
    numbers = [name for name in names[_first(frame) + 1 :] if is_numeric(frame[name])]
    if is_drift(frame):
        return [JUDGED[1]]
    said = [name for name in settings_of(frame).get("measures", []) if name in numbers]
    return said or [
        name
        for name in numbers
        if name not in _FACTS and not name.endswith((*_INFERRED, REFERENCE))
    ]


def is_of_two_columns(frame: pd.DataFrame) -> bool:
    """Tell whether each row is about two columns, x and y, as mutual information is."""
    return "column" not in frame.columns and {"x", "y"} <= set(frame.columns)


def _first(frame: pd.DataFrame) -> int:
    """Return the place of the column that follows the keys."""
    return list(frame.columns).index("x" if is_of_two_columns(frame) else "column")


def is_numeric(values: pd.Series[Any]) -> bool:
    """Tell whether a column holds numbers; True and False are none."""
    dtype = values.dtype
    return pd.api.types.is_numeric_dtype(dtype) and not pd.api.types.is_bool_dtype(dtype)


def is_dated(values: pd.Series[Any]) -> bool:
    """Tell whether a column holds times or periods, by its dtype."""
    dtype = values.dtype
    return pd.api.types.is_datetime64_any_dtype(dtype) or isinstance(dtype, pd.PeriodDtype)


# ---- scores ---------------------------------------------------------------------------------


def is_drift(frame: pd.DataFrame) -> bool:
    """Tell whether rows are judged; the names of their columns do not depend on the measure."""
    return {"status", *JUDGED} <= set(frame.columns)


def judged_by(frame: pd.DataFrame) -> str:
    """Return the measure that drift goes by, or what stands for several of them."""
    found = frame["measure"].unique()
    return str(found[0]) if len(found) == 1 else JUDGED[0]


def beside(frame: pd.DataFrame, score: str) -> tuple[str, str, str]:
    """Name the columns that belong to one of scores: the score, its excess, the noise floor."""
    if is_drift(frame) and score in JUDGED:
        return JUDGED
    measure = score.removesuffix(EXCESS)
    return measure, f"{measure}{EXCESS}", f"{measure}{NOISE_FLOOR}"


def excess_of(frame: pd.DataFrame, score: str) -> str:
    """Return the measure whose excess a column holds, or nothing."""
    if score != beside(frame, score)[1]:
        return ""
    return judged_by(frame) if is_drift(frame) else score.removesuffix(EXCESS)


def judged(score: Any, excess: Any, floor: Any) -> FloatArray:
    """Return what is judged: the excess over noise, the score itself where it was not tested.

    Where noise alone is infinite too often there is a floor, but no excess, and nothing to judge.
    """
    found: FloatArray = np.where(np.isnan(excess) & np.isnan(floor), score, excess)
    return found


def judged_in(frame: pd.DataFrame) -> pd.Series[float]:
    """Return what is judged in each row of drift, NaN in those that were not scored."""
    found = pd.Series(judged(*(frame[name] for name in JUDGED)), index=frame.index)
    return found.where(frame["status"].isin(SCORED))


def is_root(measure: str) -> bool:
    """Tell whether a measure is the root of one in units, so that its square is what adds up."""
    return measure in _ROOTS


def unit_of(frame: pd.DataFrame, score: str) -> str:
    """Return the unit of a column of scores, empty where it has none."""
    measure = excess_of(frame, score) or score
    if "unit" not in frame.columns or not measure.startswith((*_IN_UNIT, *_ROOTS)):
        return ""
    units = frame["unit"].drop_duplicates()
    if len(units) > 1:
        raise ValueError(
            f"result mixes the units {listing(units)}; one scale cannot show them. Filter it first."
        )
    if units.iloc[0] == _NO_UNIT:
        return ""
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


def failing(frame: pd.DataFrame) -> pd.Series[bool]:
    """Tell which rows of drift let a gate fail.

    Drift does not where ``max_drifted`` of the call lets its share pass, of what was scored or is
    ok without a score.
    """
    drifted, fails = frame["status"].eq(DRIFT.name), frame["status"].isin(FAILING)
    judged_rows = int(frame["status"].isin(SCORED).sum())
    most = settings_of(frame).get("max_drifted", 0.0)
    return fails & ~drifted if drifted.sum() / max(judged_rows, 1) <= most else fails


def too_few(frame: pd.DataFrame) -> pd.Series[bool]:
    """Tell which rows of drift do not fail, but a side of them has too few rows to tell."""
    least = frame[["n", "n_reference"]].min(axis=1).astype("Float64")
    tested = frame["status"].isin(UNDECIDED) & frame[JUDGED[2]].notna()
    return tested & ((least > 0) & (least < FEW)).fillna(value=False).astype(bool)


def worst_first(frame: pd.DataFrame) -> list[int]:
    """Return the places of the rows of drift by status, then by how far they exceed noise."""
    rank = frame["status"].map([one.name for one in STATUSES].index).to_numpy()
    excess = judged_in(frame).fillna(-np.inf).to_numpy()
    return [int(i) for i in np.lexsort([-excess, rank])]


def telling(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of drift that people should look at, the worst first."""
    found = frame.take(worst_first(frame))
    return found[found["status"].isin((*FAILING, UNSURE.name))]


def infinity(value: float | np.floating[Any]) -> str:
    """Write an infinite number."""
    return "∞" if value > 0 else "-∞"
