"""Files with more values than are worth keeping are counted by DuckDB, with the same answer."""

from __future__ import annotations

import datetime
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

import pdkl
from pdkl import InfoTheory
from pdkl.comparing import counts_of_counts
from pdkl.core import memory
from pdkl.sources import on_disk
from tests.comparing.test_pushdown import BEFORE, MEASURES, PARTIES, RULES, TODAY
from tests.support import engine_table
from tests.support.engines import STORED, arrow, same

Frame = pd.DataFrame
_ZONED = pa.timestamp("us", "Europe/Berlin")
FILES = [engine for engine in STORED if engine.name != "pyarrow"]


@pytest.fixture
def none_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counts_of_counts, "MOST_ROWS", 0)


def _written(folder: Path, table: pa.Table, name: str = "rows") -> InfoTheory:
    pq.write_table(table, folder / f"{name}.parquet", row_group_size=100)
    return pdkl.scan(folder / f"{name}.parquet")


def _agree(got: Frame, expected: Frame) -> None:
    """Assert one answer, and the same dtypes, but for what counted it."""
    assert got.attrs["pdkl"].pop("counted_by") == "duckdb"
    assert "counted_by" not in expected.attrs["pdkl"]
    assert got.attrs == expected.attrs
    assert list(got.dtypes) == list(expected.dtypes)
    same(got, expected)


def _both(ask: Any, monkeypatch: pytest.MonkeyPatch) -> tuple[Frame, Frame]:
    """Return the answer of DuckDB, and that of memory."""
    answers = []
    for most in (0, 10**6):
        monkeypatch.setattr(counts_of_counts, "MOST_ROWS", most)
        answers.append(ask())
    return answers[0], answers[1]


@pytest.mark.parametrize("rule", ["plain", "weights and missing"])  # test_pushdown has all
@pytest.mark.parametrize("party", PARTIES)
def test_divergences(
    tmp_path: Path, party: str, rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    today = _written(tmp_path, arrow(TODAY, nan=True))
    against = dict(PARTIES[party])
    if "reference" in against:
        against["reference"] = _written(tmp_path, arrow(BEFORE, nan=True), "before")
    p = "id" if "q" in against else ["id", "x", "fruit"]
    _agree(
        *_both(
            lambda: today.divergence(p, **against, **RULES[rule], measures=MEASURES), monkeypatch
        )
    )


@pytest.mark.parametrize("engine", FILES, ids=lambda one: one.name)
def test_every_form_of_file(engine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    today = TODAY.drop(columns="wing")  # which text does not tell from whole numbers
    theory, before = engine.make(today), engine.make(BEFORE.drop(columns="wing"))
    for ask in (
        lambda: theory.entropy(["id", "fruit"], joint=True, by="shop"),
        lambda: theory.js_divergence(["id", "x", "fruit"], by="shop", reference=before),
        lambda: theory.diversity("id", by="shop", weights="n"),
    ):
        _agree(*_both(ask, monkeypatch))


def _tabled(values: list[Any], kind: pa.DataType) -> pa.Table:
    places = [0, 1, 0, 2, 3, 0, 1, 2, 2, 1, 0]
    column = pa.array([values[i] for i in places], kind)
    if pa.types.is_dictionary(kind):  # older pyarrow forgets that they are ordered
        codes, known = column.indices, column.dictionary
        column = pa.DictionaryArray.from_arrays(codes, known, ordered=kind.ordered)
    fruit = pa.array(["fig" if i % 3 else "kiwi" for i in range(len(places))])
    return pa.table({"v": column, "fruit": fruit})


_AT = datetime.datetime(2024, 3, 1, 12, 30, 1, 250)
_TIMES: list[Any] = [_AT, None, _AT + datetime.timedelta(days=200), _AT - datetime.timedelta(1)]
# values, their type, and whether DuckDB may count them as categories, and as keys
KINDS: dict[str, tuple[list[Any], pa.DataType, bool, bool]] = {
    "bool": ([True, None, False, True], pa.bool_(), True, True),
    "int8": ([1, None, -3, 5], pa.int8(), True, True),
    "wide": ([2**53, 2**53 + 1, None, -(2**63)], pa.int64(), True, True),
    "unsigned": ([2**64 - 1, 2**63, None, 0], pa.uint64(), True, True),
    "float": ([-0.0, np.nan, 0.0, None], pa.float64(), True, True),
    "float32": ([0.1, np.nan, -0.0, 0.0], pa.float32(), True, False),
    "half": (list(np.array([0.5, 0.25, 3, 1], "f2")), pa.float16(), False, False),
    "decimal": (
        [Decimal("1.10"), None, Decimal("2.50"), Decimal("0.07")],
        pa.decimal128(10, 2),
        True,
        True,
    ),
    "text": (["fig", None, "ü\0", ""], pa.string(), True, True),
    "large text": (["fig", None, "ü", "FIG"], pa.large_string(), True, True),
    "dictionary": (["b", None, "a", "c"], pa.dictionary(pa.int8(), pa.string()), True, True),
    "levels": (
        ["b", None, "a", "c"],
        pa.dictionary(pa.int8(), pa.string(), ordered=True),
        False,
        False,
    ),
    "bytes": ([b"\0", None, b"b", b""], pa.binary(), False, False),
    "date": ([one and one.date() for one in _TIMES], pa.date32(), True, True),
    "naive": (_TIMES, pa.timestamp("us"), True, True),
    "milliseconds": (
        [one and one.replace(microsecond=0) for one in _TIMES],
        pa.timestamp("ms"),
        True,
        False,
    ),
    "nanoseconds": ([1, None, 2, 1001], pa.timestamp("ns"), False, False),
    "aware": (_TIMES, _ZONED, True, False),
    "clock": ([one and one.time() for one in _TIMES], pa.time64("us"), False, False),
    "duration": ([1, None, 2, 3], pa.duration("us"), False, False),
}


@pytest.mark.parametrize("kind", KINDS)
def test_kinds_of_values(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    values, arrow_type, as_category, as_key = KINDS[kind]
    theory = _written(tmp_path, _tabled(values, arrow_type))
    for counted, by, is_handed in (("v", "fruit", as_category), ("fruit", "v", as_key)):
        for keywords in ({}, {"dropna": False}):

            def ask(of: str = counted, by: str = by, keywords: Any = keywords) -> Frame:
                return theory.js_divergence(of, by=by, against="rest", **keywords)

            got, expected = _both(ask, monkeypatch)
            assert got.attrs["pdkl"].get("counted_by") == ("duckdb" if is_handed else None)
            if is_handed:
                _agree(got, expected)
            else:
                pd.testing.assert_frame_equal(got, expected)


def test_the_table_of_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = next(one for one in FILES if one.name == "parquet")
    none = {"clock", "duration", *(kind for kind in engine_table.KINDS if "nothing" in kind)}
    kinds = [kind for kind in engine_table.KINDS if kind not in none]
    here, there = engine.make(engine_table.today(kinds)), engine.make(engine_table.before(kinds))
    _agree(*_both(lambda: here.js_divergence(kinds, reference=there), monkeypatch))


def _ids(folder: Path, name: str = "rows") -> InfoTheory:
    size = 40_000
    table = pa.table(
        {
            "shop": np.arange(size) % 3,
            "id": np.arange(size) * 7919 % 2**40 // 2,
            "half": np.full(size, 0.5),
            "day": pa.array(np.arange(size), pa.duration("us")),
        }
    )
    return _written(folder, table, name)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a machine that has no room for 40,000 values."""
    monkeypatch.setattr(memory, "physical_memory", lambda: 39_999 * 250)


def _told(what: str, remedy: str) -> str:
    return (
        f"{what} in the first 40,000 of 40,000 rows, and 40,000 would take about 0.0 GB of memory; "
        f"this machine has 0.0 GB. {remedy}"
    )


_ID = "column 'id' has 40,000 distinct values"
_BY_SHOP = "columns 'shop', 'id' have 40,000 distinct combinations"
_ALL = (
    "This question needs all of them in memory: ask it of fewer rows or of coarser values. Scores "
    "of entropy, kl_divergence and the like do not, if they are asked for without names of "
    "categories, bins, draws, an estimator or fractions as weights: DuckDB counts on disk for them."
)
_TYPE = (
    "DuckDB cannot count them on disk, as it does not hold column 'day' (duration[us]) as it is "
    "held here: write it as text or whole numbers, or ask it of fewer rows or of coarser values."
)
_BOTH = (
    "DuckDB could count them on disk if all rows were in files, here the data as well as the "
    "reference: name both with pdkl.scan(path), or ask it of fewer rows or of coarser values."
)
NOT_HANDED: dict[str, tuple[str, dict[str, Any], str, str]] = {
    "categories": ("distribution", {"columns": "id"}, _ID, _ALL),
    "contributions": (
        "contributions",
        {"p": "id", "by": "shop", "against": "rest"},
        _BY_SHOP,
        _ALL,
    ),
    "an estimator": ("entropy", {"columns": "id", "estimator": "chao-shen"}, _ID, _ALL),
    "fractions": ("entropy", {"columns": "id", "weights": "half"}, _ID, _ALL),
    "draws": (
        "js_divergence",
        {"p": "id", "by": "shop", "against": "rest", "test": True, "rng": 0, "n_resamples": 9},
        _BY_SHOP,
        _ALL,
    ),
    "names of what is lacking": (
        "kl_divergence",
        {"p": "id", "by": "shop", "against": "rest", "zeros": "raise"},
        _BY_SHOP,
        _ALL,
    ),
    "pairs": (
        "mutual_information",
        {"x": "id", "y": "shop"},
        "columns 'id', 'shop' have 40,000 distinct combinations",
        _ALL,
    ),
    "a type": ("entropy", {"columns": "day"}, "column 'day' has 40,000 distinct values", _TYPE),
    "a frame": (
        "js_divergence",
        {"p": "id", "reference": pd.DataFrame({"id": [1]})},
        _ID,
        _BOTH,
    ),
}


@pytest.mark.usefixtures("small", "none_kept")
@pytest.mark.parametrize("case", NOT_HANDED)
def test_what_cannot_be_handed_over(tmp_path: Path, case: str) -> None:
    method, keywords, what, remedy = NOT_HANDED[case]
    with pytest.raises(ValueError, match="distinct") as caught:
        getattr(_ids(tmp_path), method)(**keywords)
    assert str(caught.value) == _told(what, remedy)


@pytest.mark.usefixtures("small", "none_kept")
@pytest.mark.parametrize("absent", ["duckdb", "narwhals"])
def test_what_to_install(tmp_path: Path, absent: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(on_disk, "find_spec", lambda name: None if name == absent else name)
    with pytest.raises(ValueError, match="pip install") as caught:
        _ids(tmp_path).entropy("id")
    install = (
        "DuckDB counts them on disk where it is installed: pip install duckdb 'pdkl[engines]'."
    )
    assert str(caught.value) == _told(_ID, install)


@pytest.mark.usefixtures("small")
def test_little_memory_is_reason_enough(tmp_path: Path) -> None:
    found = _ids(tmp_path).entropy("id")
    assert found.attrs["pdkl"]["counted_by"] == "duckdb"
    assert found["entropy"].item() == pytest.approx(np.log(40_000), rel=1e-15)


def test_what_is_worth_keeping_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counts_of_counts, "MOST_ROWS", 40_000)
    assert "counted_by" not in _ids(tmp_path).entropy("id").attrs["pdkl"]
    monkeypatch.setattr(counts_of_counts, "MOST_ROWS", 39_999)
    assert _ids(tmp_path).entropy("id").attrs["pdkl"]["counted_by"] == "duckdb"


def test_folders_and_a_filter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for year in (2023, 2024):
        (tmp_path / f"year={year}" / "deep").mkdir(parents=True)
        _ids(tmp_path / f"year={year}" / "deep", f"{year}")
    theory = pdkl.scan(tmp_path)
    _agree(*_both(lambda: theory.entropy("id", by="year"), monkeypatch))
    files = ds.dataset(tmp_path, partitioning="hive").filter(ds.field("shop") > 0)
    _agree(*_both(lambda: InfoTheory(files).entropy("id", by="shop"), monkeypatch))


def test_types_that_were_guessed_too_narrow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [f"{i},{i % 2}\n" for i in range(200_000)]
    (tmp_path / "rows.csv").write_text("id,g\n" + "".join(rows) + "7.5,1\n")
    _agree(
        *_both(
            lambda: pdkl.scan(tmp_path / "rows.csv").entropy("id", by="g"),
            monkeypatch,
        )
    )


@pytest.mark.usefixtures("none_kept")
def test_a_file_that_is_cut_off_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    theory = _ids(tmp_path)
    path = tmp_path / "rows.parquet"
    whole = on_disk.in_duckdb

    def spoiled(*sides: Any) -> Any:  # between the two times that it is read
        path.write_bytes(path.read_bytes()[:64] + bytes(10_000) + path.read_bytes()[10_064:])
        return whole(*sides)

    monkeypatch.setattr(on_disk, "in_duckdb", spoiled)
    with pytest.raises(ValueError, match="cannot be read") as caught:
        theory.entropy("id")
    assert str(caught.value).startswith(f"file {str(path)!r} cannot be read: ")


@pytest.mark.usefixtures("none_kept")
def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    theory, folder = _ids(tmp_path), tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    theory.entropy("id")
    assert list(folder.iterdir()) == []
