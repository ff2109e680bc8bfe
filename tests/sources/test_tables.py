"""Tables in the files of SQLite and DuckDB, found by address and only read."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import pdkl
from pdkl import InfoTheory, scan
from tests.support.command import Command, pdkl_
from tests.support.tables import FRAME, ROWS, ZONED, assert_same, statements

__all__ = ["pdkl_"]
pytestmark = [  # of Ibis, about the newest DuckDB and pandas
    pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The 'future.infer_string' option:DeprecationWarning"),
]
KINDS = ["sqlite", "duckdb"]


def write(kind: str, path: Path, *commands: str) -> None:
    import duckdb

    connect: Any = sqlite3.connect if kind == "sqlite" else duckdb.connect
    with closing(connect(str(path))) as connection:
        for command in commands:
            connection.execute(command)
        connection.commit() if kind == "sqlite" else None


@pytest.fixture
def databases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Go to a folder with a database of each kind."""
    monkeypatch.chdir(tmp_path)
    for kind in KINDS:
        frame = FRAME if kind == "sqlite" else ZONED
        view = "create view early as select * from orders where rank = 1"
        write(kind, tmp_path / f"{kind}.db", *statements(frame, "orders"), view)
    write("duckdb", tmp_path / "duckdb.db", "create schema eu", *statements(ZONED, "eu.sales"))
    return tmp_path


@pytest.mark.parametrize("kind", KINDS)
def test_a_table_answers_as_pandas_does(kind: str, databases: Path) -> None:
    frame = FRAME if kind == "sqlite" else ZONED
    assert_same(scan(f"{kind}:///{kind}.db::orders"), frame)


def test_addresses(databases: Path) -> None:
    for kind in KINDS:
        for place in (f"/{kind}.db", f"/{databases}/{kind}.db", f"{databases}/{kind}.db"):
            found = scan(f"{kind}://{place}::early").entropy("rank")
            assert found["n"].tolist() == [ROWS // 2]
    for table in ("orders", "main.orders", "eu.sales"):
        assert scan(f"duckdb:///duckdb.db::{table}").entropy("rank")["n"].tolist() == [ROWS]


@pytest.mark.parametrize("kind", KINDS)
def test_a_database_is_only_read(kind: str, databases: Path) -> None:
    before = (databases / f"{kind}.db").read_bytes()
    held: Any = scan(f"{kind}:///{kind}.db::orders")._data
    with pytest.raises(Exception, match=r"read-?only"):
        held._data.op().source.con.execute("create table more (n int)")
    del held
    assert (databases / f"{kind}.db").read_bytes() == before
    assert sorted(path.name for path in databases.iterdir()) == ["duckdb.db", "sqlite.db"]


@pytest.mark.parametrize(
    ("path", "kind", "message"),
    [
        ("sqlite:///sqlite.db", ValueError,
         "path must name a table, as in 'sqlite:///sqlite.db::early'; got 'sqlite:///sqlite.db'. "
         "Its tables are 'early', 'orders'."),
        ("duckdb:///duckdb.db::", ValueError,
         "path must name a table, as in 'duckdb:///duckdb.db::early'; got 'duckdb:///duckdb.db::'. "
         "Its tables are 'early', 'orders', 'eu.sales'."),
        ("duckdb:///duckdb.db::ordrs", ValueError,
         "path names table 'ordrs', which 'duckdb:///duckdb.db' does not have. Did you mean "
         "'orders'? Its tables are 'early', 'orders', 'eu.sales'."),
        ("sqlite:///none.db::orders", FileNotFoundError,
         "path finds no database: there is no file 'none.db'. Three slashes stand before a name in "
         "this folder, four before one from the root: 'sqlite:////folder/file.db::orders'."),
        ("duckdb:///:memory:", ValueError,
         "path must name the file of a database, as in 'duckdb:///file.db::orders'; got "
         "'duckdb:///:memory:'. A table in memory is passed as it is: InfoTheory(table)."),
        ("sqlite:///text.db::orders", ValueError,
         "path 'sqlite:///text.db::orders' cannot be read: file is not a database. Check that it "
         "is a database of SQLite."),
        ("sqlite:///empty.db::orders", ValueError,
         "path names table 'orders', which 'sqlite:///empty.db' does not have. It has no table."),
        (["sqlite:///sqlite.db::orders", "a.csv"], ValueError,
         "path must name a table of a database alone; it names 'sqlite:///sqlite.db::orders' and 1 "
         "more. Count them one by one."),
    ],
)  # fmt: skip
def test_what_is_no_table(path: Any, kind: type[Exception], message: str, databases: Path) -> None:
    (databases / "text.db").write_text("no database, but a text that is long enough to be seen")
    (databases / "empty.db").write_bytes(b"")
    with pytest.raises(kind) as error:
        scan(path)
    assert str(error.value) == message


def test_without_the_extra(databases: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "ibis", None)
    with pytest.raises(ImportError) as error:
        scan("sqlite:///sqlite.db::orders")
    assert str(error.value) == (
        "tables of SQLite are read through Ibis, which is not installed, or lacks what it needs "
        "for these. Install it with: pip install 'pdkl[sql]'"
    )


def test_sides_are_called_after_their_tables(databases: Path) -> None:
    write("sqlite", databases / "june.db", *statements(FRAME, "orders"))
    may, june = scan("sqlite:///sqlite.db::orders"), scan("sqlite:///june.db::orders")
    for before, names in (
        (scan("sqlite:///sqlite.db::early"), ["orders", "early"]),
        (may, ["june.db/orders", "sqlite.db/orders"]),
    ):
        assert june.report(before, rng=0).frame.attrs["pdkl"]["names"] == names
    assert repr(may) == (
        "<pdkl.InfoTheory of rows not counted yet, 9 columns (Ibis table): call .entropy(), "
        ".kl_divergence(), .drift() or another method, see help(pdkl.InfoTheory)>"
    )


def test_the_command_asks_tables(pdkl_: Command, databases: Path) -> None:
    code, out, _ = pdkl_("entropy", "sqlite:///sqlite.db::orders", "--columns", "text", "--format",
                         "csv")  # fmt: skip
    frame = InfoTheory(FRAME).entropy("text")
    assert (code, out.splitlines()[1].split(",")[:3]) == (0, ["text", "45", "15"])
    assert frame["n"].tolist() == [45]
    code, out, _ = pdkl_("drift", "duckdb:///duckdb.db::orders", "duckdb:///duckdb.db::eu.sales",
                         "--format", "markdown")  # fmt: skip
    assert code == 0
    assert "eu.sales" in out
    code, _, errors = pdkl_("profile", "sqlite:///sqlite.db::orders", "-o", "sqlite.db")
    assert (code, errors) == (
        2, "pdkl: cannot write 'sqlite.db': it is an input. Name another output. Try: pdkl profile "
        "--help\n",
    )  # fmt: skip
    assert pdkl_("profile", "sqlite:///sqlite.db::orders", "-o", "orders.parquet")[0] == 0
    assert pdkl_("drift", "orders.parquet", "sqlite:///sqlite.db::orders")[0] == 0
    assert pdkl.load_profile("orders.parquet").n == ROWS
