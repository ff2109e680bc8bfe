"""Tables of PostgreSQL: the server counts, is only read, and its password is not told."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from typing import Any

import pytest

from pdkl import scan
from tests.support.command import Command, pdkl_
from tests.support.servers import PASSWORD, USER, free_port
from tests.support.tables import ROWS, ZONED, assert_same, statements

__all__ = ["pdkl_"]
pytestmark = pytest.mark.filterwarnings(
    "ignore:The 'future.infer_string' option:DeprecationWarning"
)
PASSWORDS = (
    "Check the address, and the password, which PGPASSWORD of the environment or the file .pgpass "
    "may hold."
)


@pytest.fixture(scope="module", autouse=True)
def _filled(postgres_server: str) -> Iterator[None]:
    import psycopg

    more = [
        "create schema eu", *statements(ZONED.head(30), "eu.sales"),
        "create materialized view counted as select rank, count(*) as n from orders group by rank",
    ]  # fmt: skip
    connection: Any = psycopg.connect(postgres_server, password=PASSWORD, autocommit=True)
    with connection:
        for command in [*statements(ZONED, "orders"), *more]:
            connection.execute(command)
    yield
    connection = psycopg.connect(postgres_server, password=PASSWORD, autocommit=True)
    with connection:
        connection.execute("drop schema eu cascade")
        connection.execute("drop table orders cascade")


def test_a_table_answers_as_pandas_does(postgres: str) -> None:
    assert_same(scan(f"{postgres}::orders"), ZONED)


def test_addresses(postgres: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for table, rows in (
        ("orders", ROWS), ("public.orders", ROWS), ("eu.sales", 30), ("counted", 2),
    ):  # fmt: skip
        for scheme in ("postgres", "postgresql"):
            url = postgres.replace("postgres", scheme, 1)
            assert scan(f"{url}::{table}").entropy("rank")["n"].tolist() == [rows]
    assert scan(f"{postgres}?application_name=pdkl::orders").entropy("rank")["n"].tolist() == [ROWS]
    monkeypatch.setenv("PGPORT", postgres.rpartition(":")[2].partition("/")[0])
    monkeypatch.setenv("PGUSER", USER)
    assert scan("postgres://127.0.0.1/postgres::orders").entropy("rank")["n"].tolist() == [ROWS]


def test_a_database_is_only_read(postgres: str) -> None:
    held: Any = scan(f"{postgres}::orders")._data
    with pytest.raises(Exception, match="read-only transaction"):
        held._data.op().source.con.execute("create table more (n int)")


def test_a_password_in_the_address_is_taken_and_not_told(
    postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PGPASSWORD")
    url = postgres.replace("@", f":{PASSWORD}@")
    theory = scan(f"{url}::orders")
    report = theory.report(scan(f"{url}::eu.sales"), rng=0)
    texts = [repr(theory), report.frame.attrs, report.to_html(), report.to_markdown()]
    assert all(PASSWORD not in str(text) for text in texts)
    assert report.frame.attrs["pdkl"]["names"] == ["orders", "eu.sales"]


def test_what_is_refused(postgres: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PGPASSWORD")
    url, wrong = (postgres.replace("@", f":{one}@") for one in (PASSWORD, f"x{PASSWORD}"))
    server = postgres.partition("@")[2].partition("/")[0]
    host, _, port = server.partition(":")
    closed = free_port()
    away = f'connection failed: connection to server at "{host}", port {port} failed: '
    tables = "Its tables are 'counted', 'orders', 'eu.sales'."
    for path, kind, message in (
        (url, ValueError,
         f"path must name a table, as in '{postgres}::counted'; got '{postgres}'. {tables}"),
        (f"{url}::ordrs", ValueError,
         f"path names table 'ordrs', which '{postgres}' does not have. Did you mean 'orders'? "
         f"{tables}"),
        (f"{wrong}::orders", ConnectionError,
         f"path '{postgres}::orders' cannot be read: {away}FATAL: password authentication failed "
         f'for user "{USER}". {PASSWORDS}'),
        (f"{postgres}::orders", ConnectionError,
         f"path '{postgres}::orders' cannot be read: {away}fe_sendauth: no password supplied. "
         f"{PASSWORDS}"),
        (f"{url}x::orders", ConnectionError,
         f"path '{postgres}x::orders' cannot be read: {away}FATAL: database \"postgresx\" does not "
         f"exist. {PASSWORDS}"),
        (f"{url.replace(port, str(closed))}::orders", ConnectionError,
         f"path '{postgres.replace(port, str(closed))}::orders' cannot be read: connection failed"),
        (f"postgres://{USER}:{PASSWORD}/x@{server}/postgres::orders", ValueError,
         "path must be as 'postgres://user@host:5432/database::orders', in which what is not a "
         f"letter or a number of a password is written as % and two digits; got '{postgres}::"
         "orders'."),
        (f"{url}?sslmod={PASSWORD}::orders", ConnectionError,
         f"path '{postgres}::orders' cannot be read: invalid connection option \"…\". {PASSWORDS}"),
    ):  # fmt: skip
        with pytest.raises(kind) as error:
            scan(path)
        assert str(error.value).startswith(message)
        assert PASSWORD not in "".join(traceback.format_exception(error.value))


def test_the_command_asks_a_server(
    pdkl_: Command, postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out, _ = pdkl_("entropy", f"{postgres}::orders", "--columns", "text", "--by", "rank",
                         "--format", "csv")  # fmt: skip
    assert code == 0
    assert len(out.splitlines()) == 3
    url = postgres.replace("@", f":{PASSWORD}@")
    code, out, errors = pdkl_("drift", f"{url}::eu.sales", f"{url}::orders", "--format", "markdown")
    assert code == 0
    assert "eu.sales" in out
    assert PASSWORD not in out + errors
    monkeypatch.delenv("PGPASSWORD")
    code, _, errors = pdkl_("entropy", f"{url}x::orders")
    assert code == 2
    assert errors.startswith(f"pdkl: path '{postgres}x::orders' cannot be read: ")
    assert PASSWORD not in errors
