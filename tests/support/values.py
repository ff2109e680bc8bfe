"""The same values in every dtype that holds them, by the kind of value."""

from __future__ import annotations

import datetime
import decimal
from typing import Any

import pandas as pd
import pyarrow as pa

TIMES = pd.to_datetime(["2024-01-01", "2024-01-02", "2024-01-03"])
KINDS: dict[str, list[Any]] = {
    "string": [
        pd.Series(["a", "b", "c"], dtype=object),
        pd.Series(["a", "b", "c"]),
        pd.Series(["a", "b", "c"], dtype="string[python]"),
        pd.Series(["a", "b", "c"], dtype="string[pyarrow]"),
        pd.Series(["a", "b", "c"], dtype=pd.ArrowDtype(pa.large_string())),
        pd.Series(["a", "b", "c"], dtype=pd.ArrowDtype(pa.dictionary(pa.int32(), pa.string()))),
        pd.Series(["a", "b", "c"], dtype="category"),
        pd.Series(["a", "b", "c"], dtype=pd.CategoricalDtype(["z", "c", "b", "a"], ordered=True)),
    ],
    "number": [
        *(
            pd.Series([1, 2, 3], dtype=name)
            for name in (
                *("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
                *("Int8", "Int64", "UInt32", "float32", "float64", "Float64", "object"),
                *("int64[pyarrow]", "double[pyarrow]", "category", "Sparse[int64]"),
            )
        ),
        pd.Series([1, 2, 3], dtype="float16"),
        pd.Series([1, 2, 3], dtype="float[pyarrow]"),
        pd.Series([decimal.Decimal(1), decimal.Decimal(2), decimal.Decimal(3)]),
        pd.Series([1, 2, 3]).astype(pd.ArrowDtype(pa.decimal128(25, 2))),
    ],
    "bool": [
        pd.Series([True, False]),
        pd.Series([True, False], dtype="boolean"),
        pd.Series([True, False], dtype=object),
        pd.Series([True, False], dtype="bool[pyarrow]"),
        pd.Series([True, False], dtype="category"),
        pd.Series([1, 0]),
        pd.Series([1.0, 0.0]),
    ],
    "naive": [
        pd.Series(TIMES),
        pd.Series(TIMES.as_unit("s")),
        pd.Series(TIMES.as_unit("ns")),
        pd.Series(TIMES.to_pydatetime(), dtype=object),
        pd.Series(TIMES, dtype=pd.ArrowDtype(pa.timestamp("us"))),
        pd.Series(TIMES).astype("category"),
        pd.Series([time.date() for time in TIMES], dtype=object),
        pd.Series([time.date() for time in TIMES]).astype(pd.ArrowDtype(pa.date32())),
        pd.Series([time.date() for time in TIMES]).astype("category"),
    ],
    "aware": [
        pd.Series(TIMES.tz_localize("Europe/Paris")),
        pd.Series(TIMES.tz_localize("Europe/Paris").tz_convert("Asia/Tokyo")),
        pd.Series(TIMES.tz_localize("Europe/Paris").tz_convert("UTC").as_unit("ms")),
        pd.Series(TIMES.tz_localize("Europe/Paris").to_pydatetime(), dtype=object),
        pd.Series(
            TIMES.tz_localize("Europe/Paris").tz_convert("UTC"),
            dtype=pd.ArrowDtype(pa.timestamp("us", "UTC")),
        ),
    ],
    "period": [
        pd.Series(TIMES.to_period("D")),
        pd.Series(list(TIMES.to_period("D")), dtype=object),
        pd.Series(TIMES.to_period("D")).astype("category"),
    ],
    "period by month": [pd.Series(pd.period_range("2024-01", periods=3, freq="M"))],
    "timedelta": [
        pd.Series(pd.to_timedelta([1, 2, 3], unit="D")),
        pd.Series(pd.to_timedelta([1, 2, 3], unit="D").as_unit("s")),
        pd.Series([datetime.timedelta(days=i) for i in (1, 2, 3)], dtype=object),
        pd.Series(pd.to_timedelta([1, 2, 3], unit="D")).astype(pd.ArrowDtype(pa.duration("us"))),
    ],
    "date": [
        pd.Series([datetime.date(2024, 1, i) for i in (1, 2, 3)], dtype=object),
        pd.Series([datetime.date(2024, 1, i) for i in (1, 2, 3)]).astype(
            pd.ArrowDtype(pa.date32())
        ),
    ],
    "other": [
        pd.Series([(1, "a"), (2, "b"), (3, "c")], dtype=object),
        pd.Series([(1, "a"), (2, "b"), (3, "c")]).astype("category"),
    ],
}
