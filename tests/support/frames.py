"""Random frames of mixed dtypes."""

from __future__ import annotations

from typing import Any

import pandas as pd
from hypothesis import strategies as st

KINDS: dict[str, Any] = {
    "object": object,
    "string": "string[pyarrow]",
    "category": "category",
    "int": "int16",
    "Int64": "Int64",
    "float": "float64",
    "datetime": "datetime64[ns]",
    "timedelta": "timedelta64[s]",
}


@st.composite
def frames(draw: st.DrawFn, *, weighted: bool | None = None) -> pd.DataFrame:
    """Draw a frame with a key, two columns of one dtype, and weights; with missing values."""
    size = draw(st.integers(1, 40))
    kind = draw(st.sampled_from(sorted(KINDS)))
    codes = st.lists(st.integers(0, 6), min_size=size, max_size=size)

    def column() -> pd.Series[Any]:
        values = pd.Series(draw(codes))
        if kind in ("object", "string", "category"):
            series = values.map(lambda code: "abcdefg"[code]).astype(KINDS[kind])
        else:
            series = values.astype("int64" if "64[" in kind else "int16").astype(KINDS[kind])
        missing = draw(st.lists(st.booleans(), min_size=size, max_size=size))
        if kind == "int" or not draw(st.booleans()):
            return series
        return series.mask(pd.Series(missing))

    use_weights = draw(st.booleans()) if weighted is None else weighted
    weights = draw(
        st.lists(st.integers(0, 9), min_size=size, max_size=size)
        if use_weights
        else st.just([1] * size)
    )
    key = pd.Series(draw(st.lists(st.sampled_from("xyz"), min_size=size, max_size=size)))
    return pd.DataFrame({"g": key, "a": column(), "b": column(), "w": weights})
