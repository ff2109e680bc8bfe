"""Two frames with a column of every kind that a profile can count."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

COLUMNS = ["text", "level", "flag", "whole", "time", "maybe", "thing", "zoned"]


def example(seed: int = 0, n: int = 60) -> pd.DataFrame:
    """Make a frame with a column of every kind that can be counted, some of it missing."""
    rng = np.random.default_rng(seed)
    days = pd.date_range("2024-01-01", periods=5, unit="s")

    def some(values: Any) -> Any:
        return [values[i] for i in rng.integers(0, len(values), n)]

    return pd.DataFrame(
        {
            "shop": pd.Series(some(["b", "a", None]), dtype="str"),
            "month": some([1, 2, 3]),
            "text": pd.Series(some(["x", "y", "z", None]), dtype="str"),
            "level": pd.Categorical(some(["lo", "hi", None]), ["lo", "never", "hi"], ordered=True),
            "flag": np.array(some([True, False])),
            "whole": np.array(some([3, 5, 70000]), dtype=np.int32),
            "time": some(days),
            "maybe": pd.array(some([1, 2, None]), dtype="Int64"),
            "thing": pd.Series(some(["a", 1, 2.5, False, None]), dtype=object),
            "zoned": some(days.tz_localize("Europe/Paris")),
            "size": some([0.5, 1.5, 2.5, 8.0, np.nan]),
            "count": np.array(some([0, 1, 4])),
            "share": np.array(some([0.25, 0.1, 0.7])),
        }
    )


FRAME, BEFORE = example(1), example(2)
