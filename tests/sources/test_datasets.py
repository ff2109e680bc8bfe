"""Datasets of files: what is read of them through a private attribute of pyarrow still works."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as ds
import pytest

from pdkl.sources.arrow.datasets import scan, without_filter


@pytest.fixture
def dataset(tmp_path: Path) -> ds.Dataset:
    table = pa.table({"k": ["a", "a", "b", "b", "b"], "n": [1, 2, 3, 4, 5]})
    ds.write_dataset(
        table, tmp_path, format="parquet", partitioning=["k"], partitioning_flavor="hive"
    )
    return ds.dataset(tmp_path, partitioning="hive")


def files(some: ds.Dataset) -> list[str]:
    return sorted(Path(fragment.path).parent.name for fragment in some.get_fragments())


def test_a_filter_is_told_apart_from_its_dataset(dataset: ds.Dataset) -> None:
    condition = ds.field("n") > 1
    filtered = dataset.filter(condition)
    whole, chosen = without_filter(filtered)
    assert chosen is not None
    assert chosen.equals(condition)
    assert files(whole) == ["k=a", "k=b"]
    assert whole.count_rows() == 5
    assert filtered.count_rows() == 4  # as it was


def test_filters_one_after_the_other_are_one(dataset: ds.Dataset) -> None:
    whole, chosen = without_filter(dataset.filter(ds.field("n") > 1).filter(ds.field("n") < 5))
    assert whole.to_table(filter=chosen)["n"].to_pylist() == [2, 3, 4]


def test_a_dataset_without_a_filter_has_none(dataset: ds.Dataset) -> None:
    whole, chosen = without_filter(dataset)
    assert chosen is None
    assert files(whole) == ["k=a", "k=b"]


@pytest.mark.parametrize(("least", "rows"), [(0, [1, 2, 3, 4, 5]), (3, [4, 5])])
def test_a_scan_keeps_the_filter(dataset: ds.Dataset, least: int, rows: list[int]) -> None:
    _, batches, _ = scan(dataset.filter(ds.field("n") > least), ["n"])
    assert sorted(n for batch in batches for n in batch["n"].to_pylist()) == rows
