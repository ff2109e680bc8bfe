"""Arrow tables beside what pandas makes of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa


def in_pandas(table: pa.Table) -> pd.DataFrame:
    """Convert without rounding integers beside missing ones.

    Only ordered dictionaries declare levels; others are the values that they hold.
    """
    frame: pd.DataFrame = table.to_pandas(integer_object_nulls=True)
    for name, dtype in frame.dtypes.items():
        if isinstance(dtype, pd.CategoricalDtype) and not dtype.ordered:
            frame[name] = frame[name].astype(dtype.categories.dtype)
    return frame


def assert_same(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    """Compare all columns, floats to 1e-12; missing is missing in any dtype."""
    assert list(found.columns) == list(expected.columns)
    for name in expected.columns:
        one, other = found[name], expected[name]
        assert (one.isna() == other.isna()).all(), name
        known = ~other.isna()
        left, right = one[known].tolist(), other[known].tolist()
        if other.dtype.kind == "f":
            np.testing.assert_allclose(left, right, rtol=1e-12, atol=1e-15, err_msg=str(name))
        else:
            assert left == right, name
        if known.all() and other.dtype != object:
            assert one.dtype == other.dtype, name
