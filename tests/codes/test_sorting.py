"""Numbers and times coded by sorting, held to counting them one by one."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pandas as pd
import pytest

import pdkl
from pdkl.codes.sorting import codes_by_sorting, mostly_differ, numbers_by_sorting
from pdkl.counting.pandas_counts import count

SIZE = 5000
RNG = np.random.default_rng(0)
FLOATS = np.round(RNG.normal(size=SIZE), 4)
HOLES = np.where(RNG.random(SIZE) < 0.1, np.nan, FLOATS)
ZEROS = np.where(np.arange(SIZE) % 9 == 0, [-0.0, 0.0] * (SIZE // 2), FLOATS)
INTEGERS = RNG.integers(-(2**62), 2**62, SIZE)
TIMES = INTEGERS.view("M8[ns]")
ARRAYS: dict[str, Any] = {
    "floats": FLOATS,
    "all differ": np.sort(RNG.random(SIZE))[::-1],
    "NaN": HOLES,
    "only NaN": np.full(SIZE, np.nan),
    "zeros": ZEROS,
    "infinite": np.where(FLOATS > 1.5, np.inf, np.where(FLOATS < -2, -np.inf, FLOATS)),
    "float32": FLOATS.astype(np.float32),
    "integers": INTEGERS,
    "unsigned": INTEGERS.view(np.uint64),
    "times": np.where(np.arange(SIZE) % 7 == 0, np.datetime64("NaT"), TIMES),
    "durations": np.append(INTEGERS[:-1].view("m8[us]"), np.timedelta64("NaT")),
    "empty": np.zeros(0),
}


@pytest.mark.parametrize("name", ARRAYS)
def test_values_are_counted_as_one_by_one(name: str) -> None:
    values = ARRAYS[name]
    untouched = values.tobytes()
    known = values[~pd.isna(values)]
    expected = sorted(Counter(known.tolist()).items())
    number, distinct, missing = numbers_by_sorting(values)
    assert list(zip(distinct.tolist(), number.tolist(), strict=True)) == expected
    assert missing == len(values) - len(known)
    assert distinct.dtype == values.dtype
    codes, labels = codes_by_sorting(values)
    assert labels.tolist() == distinct.tolist()
    assert (codes[pd.isna(values)] == -1).all()
    assert labels[codes[~pd.isna(values)]].tolist() == known.tolist()
    for found in (distinct, labels):  # -0.0 is 0.0
        assert found.dtype.kind != "f" or not np.signbit(found[found == 0.0]).any()
    assert values.tobytes() == untouched


def test_only_many_values_that_differ_are_sorted() -> None:
    assert mostly_differ(FLOATS)
    assert mostly_differ(TIMES)
    assert not mostly_differ(FLOATS[:100])
    assert not mostly_differ(np.round(FLOATS, 1))
    assert not mostly_differ(FLOATS.astype(np.float16))
    assert not mostly_differ(FLOATS.astype(str))
    assert not mostly_differ(FLOATS.astype(object))


def test_columns_counted_in_order_share_what_is_the_same() -> None:
    frame = pd.DataFrame({"a": HOLES, "b": ARRAYS["all differ"], "c": TIMES, "d": FLOATS > 0})
    found = count(frame, list(frame)).columns
    for name, column in found.items():
        expected = frame[name].value_counts().to_dict()
        counts = column.counts
        told = dict(zip(column.labels[counts.outcome], counts.weight.tolist(), strict=True))
        assert told == expected
        assert counts.missing.tolist() == [frame[name].isna().sum()]
    assert found["b"].counts.weight.base is found["c"].counts.weight.base


@pytest.mark.parametrize("keywords", [{}, {"by": "key"}, {"weights": "weight"}])
def test_report_of_many_values_is_that_of_drift(keywords: dict[str, Any]) -> None:
    def frame(shift: float) -> pd.DataFrame:
        return pd.DataFrame(
            {
                "x": HOLES + shift,
                "at": TIMES,
                "key": np.arange(SIZE) % 3,
                "weight": 1 + np.arange(SIZE) % 2,
            }
        )

    before, today = frame(0.0), frame(0.1)
    report = pdkl.InfoTheory(today).report(before, ["x", "at"], progress=False, **keywords)
    drift = pdkl.InfoTheory(today).drift(before, ["x", "at"], progress=False, **keywords)
    pd.testing.assert_frame_equal(report.frame, drift)
    rows = today[today["key"].eq(0)] if "by" in keywords else today
    if "weights" in keywords:
        rows = rows.loc[rows.index.repeat(rows["weight"])]
    own = report.numbers.iloc[0]
    np.testing.assert_allclose(
        own[["mean", "std", "min", "q05", "median", "max"]].to_numpy(float),
        [rows["x"].mean(), rows["x"].std(ddof=0), *rows["x"].quantile([0, 0.05, 0.5, 1])],
        rtol=1e-12,
    )
