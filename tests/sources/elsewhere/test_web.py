"""Files behind addresses of the web: in parts or whole, and without their secrets in any text."""

from __future__ import annotations

import gc
import tempfile
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pdkl import scan
from tests.sources.test_locations import SMALL, TABLE, counts, write
from tests.support.command import Command, pdkl_
from tests.support.servers import PASSWORD, USER, free_port, pages

__all__ = ["pdkl_"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pages")
    for ending in ("parquet", "csv", "csv.gz", "feather", "jsonl"):
        write(SMALL, folder / f"a.{ending}")
    write(TABLE, folder / "large.parquet")
    (folder / "month=5").mkdir()
    write(SMALL, folder / "month=5" / "a.csv")
    (folder / "bad.parquet").write_bytes(b"PAR1 and no more")
    (folder / "empty.csv").write_bytes(b"")
    return folder


@pytest.fixture(params=[True, False], ids=["in parts", "whole"])
def served(request: pytest.FixtureRequest, folder: Path) -> Iterator[tuple[str, list[str]]]:
    with pages(folder, in_parts=request.param) as found:
        yield found


@pytest.fixture
def host(folder: Path) -> Iterator[str]:
    with pages(folder, in_parts=True) as (address, _):
        yield address


def test_the_same_answers_as_on_this_machine(served: tuple[str, list[str]], folder: Path) -> None:
    host, _ = served
    for ending in ("parquet", "csv", "csv.gz", "feather", "jsonl"):
        assert counts(scan(f"{host}/a.{ending}")) == {"a": 2, "b": 1, None: 1}
    assert scan(f"{host}/large.parquet").entropy("v")["categories"].tolist() == [97]
    assert scan([f"{host}/a.csv", f"{host}/month=5/a.csv"]).entropy("k")["n"].tolist() == [8]
    assert scan(f"{host}/month=5/a.csv").entropy("v", by="month")["month"].tolist() == [5]


def test_what_is_asked_of_servers(served: tuple[str, list[str]], folder: Path) -> None:
    host, asked = served
    theory = scan(f"{host}/large.parquet")
    for _ in range(2):
        theory.entropy("v")
    whole = sum(one == "GET whole" for one in asked)
    in_parts = (folder / "large.parquet").stat().st_size - 1
    if f"GET bytes={in_parts}-{in_parts}" in asked and whole == 0:
        assert "HEAD whole" in asked
    else:
        assert whole == 1  # it is fetched once, and read twice
        kept = set(Path(tempfile.gettempdir()).glob("pdkl-*/file"))
        assert kept
        del theory
        gc.collect()
        assert kept - set(Path(tempfile.gettempdir()).glob("pdkl-*/file"))


def test_secrets_open_and_are_not_shown(host: str) -> None:
    address = host.removeprefix("http://")
    for url, shown in (
        (f"http://{USER}:{PASSWORD}@{address}/closed/a.parquet", f"{host}/closed/a.parquet"),
        (f"{host}/signed/a.parquet?signature={PASSWORD}", f"{host}/signed/a.parquet"),
    ):
        theory: Any = scan(url)
        assert counts(theory) == {"a": 2, "b": 1, None: 1}
        assert theory._data.files == [shown]
        report = theory.report(scan(f"{host}/a.csv"), rng=0)
        texts = [repr(theory), str(report.frame.attrs), report.to_html(), report.to_markdown()]
        assert all(PASSWORD not in text for text in texts)
        assert "a.parquet" in report.to_markdown()


@pytest.mark.parametrize(
    ("path", "kind", "said"),
    [
        ("{host}/none.csv", FileNotFoundError, "404 Not Found"),
        ("{host}/closed/a.csv", PermissionError, "401 Unauthorized"),
        (f"http://{USER}:{PASSWORD}x@{{address}}/closed/a.csv", PermissionError,
         "401 Unauthorized"),
        (f"{{host}}/signed/a.csv?signature=x{PASSWORD}", PermissionError, "403 Forbidden"),
    ],
)  # fmt: skip
def test_what_servers_refuse(path: str, kind: type[Exception], said: str, host: str) -> None:
    url = path.format(host=host, address=host.removeprefix("http://"))
    with pytest.raises(kind) as error:
        scan(url)
    shown = f"{host}/{url.partition('?')[0].split('/', 3)[3]}"
    assert str(error.value) == (
        f"path {shown!r} cannot be read: {said}. Check the address, and that this machine may read "
        "it."
    )
    assert PASSWORD not in "".join(traceback.format_exception(error.value))


def test_what_no_server_answers() -> None:
    port = free_port()
    with pytest.raises(ConnectionError) as error:
        scan(f"http://{USER}:{PASSWORD}@127.0.0.1:{port}/a.csv?key={PASSWORD}")
    message = str(error.value)
    assert message.startswith(f"path 'http://127.0.0.1:{port}/a.csv' cannot be read: ")
    assert message.endswith("Check the address, and that this machine may read it.")
    assert PASSWORD not in "".join(traceback.format_exception(error.value))


def test_damaged_files(host: str) -> None:
    for name in ("bad.parquet", "empty.csv"):
        url = f"{host}/signed/{name}?signature={PASSWORD}"
        with pytest.raises(ValueError, match="cannot be read") as error:
            scan(url)
        assert str(error.value).startswith(f"file '{host}/signed/{name}' cannot be read: ")
        assert PASSWORD not in "".join(traceback.format_exception(error.value))


@pytest.mark.parametrize("path", ["", "/", "/folder/", "/*.csv"])
def test_addresses_of_no_file(path: str) -> None:
    with pytest.raises(ValueError, match="web") as error:
        scan(f"https://{USER}:{PASSWORD}@host{path}")
    assert str(error.value) == (
        "path must be the address of one file, such as 'https://host/folder/file.parquet'; got "
        f"'https://host{path}'. The web lists no folders: name each file."
    )


def test_addresses_that_differ_only_in_secrets() -> None:
    with pytest.raises(ValueError, match="twice") as error:
        scan([f"https://host/a.csv?key={one}" for one in (PASSWORD, "other")])
    assert str(error.value) == (
        "path names 'https://host/a.csv' twice, by addresses that differ only in what is not shown "
        "of them. Count them one by one."
    )


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "aiohttp", None)
    with pytest.raises(ImportError) as error:
        scan("https://host/a.csv")
    assert str(error.value) == (
        "addresses of the web are read through fsspec, which needs aiohttp, and that is not "
        "installed. Install it with: pip install 'pdkl[remote]'"
    )


def test_the_command_asks_pages(pdkl_: Command, tmp_path: Path) -> None:
    with pages(tmp_path, in_parts=True) as (host, _):
        signed = f"{host}/signed/{{}}.parquet?signature={PASSWORD}"
        expected = pdkl_("drift", "before.parquet", "today.parquet", "--format", "csv")
        found = pdkl_("drift", signed.format("before"), signed.format("today"), "--format", "csv")
        assert found == expected
        assert pdkl_("profile", "before.parquet", "-o", "ref.parquet")[0] == 0
        code, out, errors = pdkl_("drift", signed.format("ref"), signed.format("today"),
                                  "--format", "markdown")  # fmt: skip
        assert code == 1
        assert "ref.parquet" in out
        init = pdkl_("init", signed.format("before"), "-o", "-")
        assert f"from '{host}/signed/before.parquet'." in init[1]
        bad = pdkl_("entropy", f"{signed.format('none')}")
        assert bad[0] == 2
        assert PASSWORD not in "".join((out, errors, *init[1:], *bad[1:]))
