"""Types are guessed from the first piece of a file; what stands further on is read all the same."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.dataset as ds
import pytest

from pdkl import InfoTheory, scan
from pdkl.sources.registry import read_data

LARGE = 2**63
REST = "b" * 40  # what each row holds besides
FAR = 30_000  # rows, which is further on than types are guessed from


def write(folder: Path, ending: str, values: list[Any], name: str = "a") -> Path:
    """Write a column of numbers or text, and beside it another."""
    path = folder / f"{name}.{ending}"
    if ending == "csv":
        cells = ["" if value is None else str(value) for value in values]
        path.write_text("x,y\n" + "".join(f"{cell},{REST}\n" for cell in cells))
    else:
        texts = [f'"{value}"' if isinstance(value, str) else str(value) for value in values]
        cells = [text.replace("None", "null") for text in texts]
        path.write_text("".join(f'{{"x": {cell}, "y": "{REST}"}}\n' for cell in cells))
    return path


def counts(theory: InfoTheory) -> dict[Any, int]:
    found = theory.distribution("x", dropna=False)
    categories = found["category"].astype(object)
    return {
        None if pd.isna(value) else value: int(number)
        for value, number in zip(categories, found["count"], strict=True)
    }


files = pytest.mark.parametrize("ending", ["csv", "jsonl"])


@files
@pytest.mark.parametrize(
    "values",
    [
        [LARGE, LARGE + 1, LARGE + 2],
        [2**64 - 1, 2**64 - 2, 0, None],
        [-LARGE - 1, -LARGE - 2, 5, None],
        [2**64, 2**64 + 1, -1],
        [10**37, 10**37 + 1, 10**37 + 2],
        [10**60, 10**60 + 1, 10**60 + 2],
    ],
)
@pytest.mark.parametrize("far", [0, FAR], ids=["near", "far"])
def test_whole_numbers_beyond_int64(
    ending: str, values: list[Any], far: int, tmp_path: Path
) -> None:
    path = write(tmp_path, ending, [7] * far + values)
    largest = max(abs(value or 0) for value in values)
    if far and ending == "csv" and largest >= 10**38:
        with pytest.raises(ValueError, match=f"^file {re.escape(repr(str(path)))} cannot be read"):
            scan(path).entropy("x")
        return
    expected: dict[Any, int] = dict.fromkeys(values, 1) | ({7: far} if far else {})
    found = counts(scan(path))
    if ending == "csv" and largest >= 10**38:
        expected = {str(value): 1 for value in values}
    assert found == expected
    assert not any(isinstance(value, float) for value in found)


def test_files_of_small_and_of_large_numbers(tmp_path: Path) -> None:
    write(tmp_path, "csv", [1, 2], "0")
    write(tmp_path, "csv", [LARGE, LARGE + 1], "1")
    assert counts(scan(tmp_path)) == {1: 1, 2: 1, LARGE: 1, LARGE + 1: 1}


@files
def test_numbers_that_are_floats_stay_floats(ending: str, tmp_path: Path) -> None:
    for i, values in enumerate(([1.5, 2.5], [1e300, 2e300], [1.0, 2.0], [1e20, 0.5])):
        path = write(tmp_path, ending, values, f"{i}")
        assert read_data(scan(path)).head["x"].dtype == np.float64
        assert counts(scan(path)) == dict.fromkeys(values, 1)


@files
def test_fractions_after_whole_numbers(ending: str, tmp_path: Path) -> None:
    numbers = [i % 7 for i in range(FAR)] + [1.5, 2.0]
    path = write(tmp_path, ending, numbers)
    expected: dict[Any, int] = {value: numbers.count(value) for value in set(numbers)}
    theory = scan(path)
    for _ in range(2):  # also where the types are known by now
        assert counts(theory) == expected
        assert theory.entropy("y")["n"].tolist() == [FAR + 2]
    assert theory.distribution("y", weights="x")["count"].tolist() == [sum(numbers)]
    assert theory.entropy("y", by="x")["x"].tolist() == sorted(expected)
    frame = pd.DataFrame({"x": numbers, "y": REST})
    found = scan(path).drift(frame, rng=0)
    assert found["status"].tolist() == ["ok", "ok"]
    assert found["score"].tolist() == [0.0, 0.0]


@files
def test_fractions_after_numbers_that_floats_would_merge(ending: str, tmp_path: Path) -> None:
    ids = [2**53, 2**53 + 1]
    path = write(tmp_path, ending, ids * (FAR // 2) + [1.5])
    expected: dict[Any, int] = {**dict.fromkeys(ids, FAR // 2), Decimal("1.5"): 1}
    assert counts(scan(path)) == expected


@files
@pytest.mark.parametrize("values", [[5, 6, 5], [0.5], [LARGE, LARGE + 1], ["u", "v"]], ids=str)
def test_values_after_many_that_are_missing(ending: str, values: list[Any], tmp_path: Path) -> None:
    path = write(tmp_path, ending, [None] * (2 * FAR) + values)
    expected = pd.Series(values, dtype=object).value_counts().to_dict()
    assert counts(scan(path)) == {None: 2 * FAR, **expected}


@files
def test_text_after_numbers_is_refused(ending: str, tmp_path: Path) -> None:
    path = write(tmp_path, ending, [7] * FAR + ["many"])
    message = f"file '{path}' cannot be read: "
    with pytest.raises(ValueError, match=f"^{re.escape(message)}.*Nothing was counted"):
        scan(path).entropy("x")


def test_datasets_of_the_caller(tmp_path: Path) -> None:
    path = write(tmp_path, "jsonl", [7] * FAR + [1.5])
    data = ds.dataset(path, format="json")
    assert counts(InfoTheory(data)) == {7: FAR, 1.5: 1}
    with pytest.raises(ValueError, match="cannot be read"):  # it is not known what it lets pass
        InfoTheory(data.filter(ds.field("y") == REST)).entropy("x")


ZONED = ["2024-03-01T12:30:00+01:00", "2024-03-01 11:30:00Z", "2024-03-02T00:00+0100", None]


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_times_keep_their_zone(tmp_path: Path, ending: str) -> None:
    theory = scan(write(tmp_path, ending, ZONED[:2] if ending == "csv" else ZONED))
    instant = pd.Timestamp("2024-03-01 11:30", tz="UTC")
    assert counts(theory)[instant] == 2
    naive = pd.DataFrame({"x": [instant.tz_localize(None)]})
    with pytest.raises(TypeError, match=r"^column 'x' holds aware datetimes and"):
        theory.js_divergence("x", reference=naive)


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_times_with_and_without_a_zone_are_text(tmp_path: Path, ending: str) -> None:
    times = [ZONED[0], "2024-03-01T12:30:00"]
    assert counts(scan(write(tmp_path, ending, times))) == dict.fromkeys(times, 1)


@pytest.mark.parametrize("order", [1, -1])
def test_files_with_and_without_a_zone_are_text(tmp_path: Path, order: int) -> None:
    times = [ZONED[0], "2024-03-01T12:30:00"][::order]
    paths = [write(tmp_path, "jsonl", [one], f"{i}") for i, one in enumerate(times)]
    assert counts(scan(paths)) == dict.fromkeys(times, 1)


def test_times_without_a_zone_have_none(tmp_path: Path) -> None:
    days = ["2024-03-01", "2024-03-02T12:30:00", "2024-03-02 12:30"]
    found = counts(scan(write(tmp_path, "jsonl", days)))
    assert found == {pd.Timestamp("2024-03-01"): 1, pd.Timestamp("2024-03-02 12:30"): 2}
