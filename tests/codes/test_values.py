"""Values are coded as a loop over the rows would code them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from pdkl import InfoTheory
from pdkl.codes import arrow_text
from pdkl.codes.values import encode


@pytest.mark.parametrize("dtype", ["str", "string[pyarrow]", "string[python]", object, "category"])
def test_text_is_coded_as_a_dictionary_would(dtype: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrow_text, "_PIECE", 7)
    monkeypatch.setattr(arrow_text, "_SAMPLE", 40)
    rng = np.random.default_rng(6)
    usual = [f"v{i}" for i in rng.integers(0, 5, 400)]
    late = [*usual, *[f"new {i}" for i in range(30)], "", "é", "v1", "\x000"]
    values = pd.Series([None if i % 11 == 3 else v for i, v in enumerate(late)], dtype=dtype)
    codes, labels = encode(values, "a")
    spelled = [None if code < 0 else labels[code] for code in codes.tolist()]
    assert spelled == [v if isinstance(v, str) else None for v in values.tolist()]
    assert labels.is_unique


def test_text_that_keeps_being_new() -> None:
    values = pd.Series([f"row {i}" for i in range(5000)], dtype="string[pyarrow]")
    codes, labels = encode(values, "a")
    assert codes.tolist() == list(range(5000))
    assert list(labels) == values.tolist()


def test_many_chunks_are_coded_as_one() -> None:
    words = [None if i % 13 == 4 else f"row {i % 900}" for i in range(2000)]
    whole = pa.array(words)
    kind = pa.dictionary(pa.int32(), pa.string())
    plain = pa.chunked_array([whole.slice(i, 90) for i in range(0, 2000, 90)])
    for chunked in (
        plain,
        pa.chunked_array([chunk.dictionary_encode() for chunk in plain.chunks]),
        plain.dictionary_encode(),
        pa.chunked_array(
            [pa.array(part, pa.string()).dictionary_encode() for part in ([], [None])]
        ),
        pa.chunked_array([], kind),
    ):
        codes, labels = encode(pd.Series(pd.arrays.ArrowExtensionArray(chunked)), "a")
        spelled = [None if code < 0 else labels[code] for code in codes.tolist()]
        assert spelled == chunked.to_pylist()
        assert list(labels) == list(dict.fromkeys(w for w in spelled if w is not None))


@pytest.mark.parametrize("kind", [pa.int64(), pa.float32(), pa.binary(), pa.date32()])
def test_dictionaries_are_coded_together_as_one_by_one(kind: pa.DataType) -> None:
    numbers: list[list[int | None]] = [[3, 1, None, 2], [2, 5, 2], [1]]
    values = [
        pa.array(
            [None if n is None else str(n).encode() for n in one] if kind == pa.binary() else one
        )
        .cast(pa.int32() if kind == pa.date32() else kind)
        .cast(kind)
        for one in numbers
    ]
    parts = [pa.DictionaryArray.from_arrays(np.arange(len(one)), one) for one in values]
    series = pd.Series(pd.arrays.ArrowExtensionArray(pa.chunked_array(parts)))
    codes, labels = encode(series, "a")
    assert codes.tolist() == [0, 1, -1, 2, 2, 3, 2, 1]
    single = pa.chunked_array(
        [
            pa.DictionaryArray.from_arrays(
                np.arange(4), pa.concat_arrays([values[0].drop_null(), values[1].slice(1, 1)])
            )
        ]
    )
    assert labels.equals(encode(pd.Series(pd.arrays.ArrowExtensionArray(single)), "a")[1])


def test_text_in_no_rows_and_in_missing_rows() -> None:
    for values in ([], [None, None]):
        codes, labels = encode(pd.Series(values, dtype="string[pyarrow]"), "a")
        assert codes.tolist() == [-1] * len(values)
        assert len(labels) == 0


def test_objects_met_again_and_again_are_equal_by_value() -> None:
    one, same, other, nan = "ab", "".join(["a", "b"]), ("a", 1), float("nan")
    assert one is not same
    values = pd.Series([one, same, other, nan, None, pd.NA, one, other] * 2000, dtype=object)
    codes, labels = encode(values, "a")
    assert codes[:8].tolist() == [0, 0, 1, -1, -1, -1, 0, 1]
    assert list(labels) == ["ab", ("a", 1)]


def test_objects_that_cannot_be_hashed_are_named() -> None:
    cell = ["a"]
    values = pd.Series([cell, cell] * 5000, dtype=object)
    with pytest.raises(TypeError, match=r"column 'a' .* holds values that cannot be counted"):
        encode(values, "a")


def test_levels_without_rows_make_no_group() -> None:
    group = pd.Categorical(["b", "b", None], categories=["a", "b", "c"])
    frame = pd.DataFrame({"g": group, "x": ["u", "v", None], "w": [1, 0, 0]})
    plain = InfoTheory(frame).entropy("x", by="g")
    assert plain["g"].tolist()[:1] == ["b"]
    assert plain["g"].isna().tolist() == [False, True]
    assert plain["n"].tolist() == [2, 0]
    assert plain["n_missing"].tolist() == [0, 1]
    weighted = InfoTheory(frame).entropy("x", by="g", weights="w")
    assert weighted["n"].tolist() == [1, 0]  # what weighs nothing is still a group


@pytest.mark.parametrize("dtype", ["datetime64[s]", "datetime64[ns]", "timedelta64[us]"])
@pytest.mark.parametrize("gap", [None, 0, 2])
def test_times_are_coded_by_their_ticks(dtype: str, gap: int | None) -> None:
    ticks = np.array([5, 5, 7, 5, 9]).astype(dtype)
    if gap is not None:
        ticks[gap] = np.array("NaT", dtype=dtype)
    values = pd.Series(ticks)
    codes, labels = encode(values, "t")
    assert labels.dtype == values.dtype
    spelled = [None if code < 0 else labels[code] for code in codes.tolist()]
    assert spelled == [None if pd.isna(time) else time for time in values]
    assert not labels.isna().any()


def test_integers_far_from_zero_take_no_codes_for_nothing() -> None:
    years = pd.Series([1990, 2026, 2001], dtype="int16")
    codes, labels = encode(years, "year")
    assert labels[codes].tolist() == years.tolist()
    assert len(labels) == 37
    low = pd.Series([1, 12, 3], dtype="uint8")
    codes, labels = encode(low, "month")
    assert np.shares_memory(codes, low.to_numpy())
    assert labels[codes].tolist() == low.tolist()


@pytest.mark.parametrize("unit", ["s", "ns"])
@pytest.mark.parametrize("off", [None, "a tick", "a gap", "far"])
def test_times_on_a_grid(unit: str, off: str | None) -> None:
    rng = np.random.default_rng(2)
    day = 86_400 * (1 if unit == "s" else 10**9)
    ticks = -7 * day + day * rng.integers(0, 400, 100_000)
    if off == "a tick":  # which no sample need meet
        ticks[77_777] += 1
    elif off == "a gap":
        ticks[77_777] = np.iinfo(np.int64).min
    elif off == "far":
        ticks[[1, 2]] = np.iinfo(np.int64).min + 1, np.iinfo(np.int64).max
    values = pd.Series(ticks.view(f"M8[{unit}]"))
    codes, labels = encode(values, "t")
    assert labels.is_unique
    assert pd.Series(labels.take(codes)).where(codes >= 0).equals(values)


@pytest.mark.parametrize("kind", ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8"])
@pytest.mark.parametrize("end", ["low", "middle", "high"])
def test_integers_are_their_own_codes(kind: str, end: str) -> None:
    limits = np.iinfo(kind)
    at = {"low": limits.min, "middle": 5, "high": limits.max - 4}[end]
    wide = [limits.min, limits.max] if kind in ("i1", "u1", "i2", "u2") else []
    values = pd.Series([at + 3, at, at + 4, at, *wide], dtype=kind)
    codes, labels = encode(values, "n")
    assert labels.dtype == values.dtype
    assert codes.dtype.kind == "i"
    assert [labels[code] for code in codes.tolist()] == values.tolist()
