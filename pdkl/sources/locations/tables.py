"""Tables of databases, which Ibis asks where they are, and which are only read."""

from __future__ import annotations

import os
import weakref
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit

from pdkl.core.validation import did_you_mean, listing
from pdkl.sources.base import Holder
from pdkl.sources.locations.local import require_regular
from pdkl.sources.locations.urls import DATABASES, TABLE, masked, without_secrets

_CONNECT = 5  # seconds that connecting may take
_PORT = 5432
# engine -> schema and name of each table, and whether the name alone finds it
_EVERY = {
    "duckdb": "select table_schema, table_name, table_schema = 'main' "
    "from information_schema.tables where table_catalog = current_database() order by all",
    "sqlite": "select '', name, 1 from sqlite_master where type in ('table', 'view') order by 2",
    "postgres": "select nspname, relname, pg_table_is_visible(pg_class.oid) "
    "from pg_class join pg_namespace on pg_namespace.oid = relnamespace "
    "where relkind in ('r', 'p', 'v', 'm', 'f') and nspname <> 'information_schema' "
    "and nspname !~ '^pg_' order by 1, 2",
}
_NAMES = {"duckdb": "DuckDB", "sqlite": "SQLite", "postgres": "PostgreSQL"}
_REMEDIES = {
    "postgres": "Check the address, and the password, which PGPASSWORD of the environment or the "
    "file .pgpass may hold",
    "duckdb": "Check that it is a database of DuckDB that no other process writes to",
    "sqlite": "Check that it is a database of SQLite",
}
Answer = TypeVar("Answer")


class Table(Holder):
    """A table of a database: a frame of Ibis, and where it is from."""

    def __init__(self, data: Any, place: str, files: Sequence[str]) -> None:
        super().__init__(data)
        self.place = place  # the database and the table, after which it is called
        self.files = list(files)  # that the database is in


def open_table(url: str) -> Table:
    """Return the table that an address names."""
    kind = DATABASES[url.partition("://")[0].lower()]
    address, mark, name = url.rpartition(TABLE)
    if not mark:
        address, name = url, ""
    connect, place, files = (_server if kind == "postgres" else _file)(kind, address, url)

    def opened() -> tuple[Any, dict[str, tuple[str, str]]]:
        connection = connect()
        weakref.finalize(connection, connection.con.close)
        return connection, _tables(connection, kind)

    connection, known = _asked(opened, kind, url)
    if name not in known:
        names: dict[tuple[str, str], str] = {}
        for called, table in known.items():
            names.setdefault(table, called)
        every = f"Its tables are {listing(names.values())}." if known else "It has no table."
        if not name:
            example = masked(f"{address}{TABLE}{next(iter(known), 'orders')}")
            raise ValueError(
                f"path must name a table, as in {example!r}; got {masked(url)!r}. {every}"
            )
        raise ValueError(
            f"path names table {name!r}, which {masked(address)!r} does not have."
            f"{did_you_mean(name, known)} {every}"
        )
    schema, own_name = known[name]
    found = _asked(lambda: connection.table(own_name, database=schema or None), kind, url)
    return Table(found, f"{place}/{name}", files)


def _asked(ask: Callable[[], Answer], kind: str, url: str) -> Answer:
    """Return what a database answers, or say why it does not."""
    problem: Exception
    try:
        return ask()
    except ImportError:
        problem = ImportError(
            f"tables of {_NAMES[kind]} are read through Ibis, which is not installed, or lacks "
            "what it needs for these. Install it with: pip install 'pdkl[sql]'"
        )
    except Exception as error:  # each engine has its own
        said = without_secrets(str(error), url)
        failure = ConnectionError if kind == "postgres" else ValueError
        problem = failure(
            f"path {masked(url)!r} cannot be read: {said or type(error).__name__}. "
            f"{_REMEDIES[kind]}."
        )
    raise problem  # not where it was caught, as the cause may hold a password


def _tables(connection: Any, kind: str) -> dict[str, tuple[str, str]]:
    """Return schema and name of each table by what it is called, those of the own schema first."""
    with closing(connection.con.cursor()) as cursor:
        cursor.execute(_EVERY[kind])
        rows = cursor.fetchall()
    own = {table: (schema, table) for schema, table, is_own in rows if is_own}
    return own | {f"{schema}.{table}": (schema, table) for schema, table, _ in rows if schema}


def _file(kind: str, address: str, url: str) -> tuple[Callable[[], Any], str, list[str]]:
    """Return how to connect to the database in a file, and what that is called."""
    name = address.partition("://")[2].removeprefix("/")
    if name in ("", ":memory:"):
        raise ValueError(
            f"path must name the file of a database, as in '{kind}:///file.db::orders'; got "
            f"{masked(url)!r}. A table in memory is passed as it is: InfoTheory(table)."
        )
    if not Path(name).exists() and Path(f"/{name}").exists():
        name = f"/{name}"
    require_regular(name)
    if not Path(name).is_file():
        raise FileNotFoundError(
            f"path finds no database: there is no file {name!r}. Three slashes stand before a name "
            f"in this folder, four before one from the root: '{kind}:////folder/file.db::orders'."
        )

    def connect() -> Any:
        import ibis

        if kind == "duckdb":
            return ibis.duckdb.connect(name, read_only=True)
        import sqlite3

        only_read = f"{Path(name).resolve().as_uri()}?mode=ro"
        return ibis.sqlite.from_connection(sqlite3.connect(only_read, uri=True))

    return connect, os.path.abspath(name), [name]


def _server(_: str, address: str, url: str) -> tuple[Callable[[], Any], str, list[str]]:
    """Return how to connect to a server, and what its database is called."""
    try:
        parts = urlsplit(address)
        port = parts.port or int(os.environ.get("PGPORT", _PORT))
        more = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
    except ValueError:
        port = None
    if port is None:
        raise ValueError(
            "path must be as 'postgres://user@host:5432/database::orders', in which what is not a "
            f"letter or a number of a password is written as % and two digits; got {masked(url)!r}."
        )
    user, password, database = (
        unquote(one) if one else None
        for one in (parts.username, parts.password, parts.path.removeprefix("/"))
    )
    asked = {"host": parts.hostname, "user": user, "password": password, "port": port}

    def connect() -> Any:
        import ibis

        found = ibis.postgres.connect(
            **{**asked, "database": database, "connect_timeout": _CONNECT, **more}
        )
        with closing(found.con.cursor()) as cursor:
            cursor.execute("set default_transaction_read_only = on")
        found.con.commit()
        return found

    return connect, f"{parts.hostname or 'localhost'}:{port}/{database or user or ''}", []
