"""Files behind addresses of the web, read through fsspec in parts, or whole where need be."""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.fs

from pdkl.sources.locations.files import File
from pdkl.sources.locations.urls import masked, without_secrets

_FAILURES = {401: PermissionError, 403: PermissionError, 404: FileNotFoundError}
_CONNECT, _WAIT = 5, 60  # seconds that connecting may take, and what comes next


def find(urls: Sequence[str]) -> list[File]:
    """Return the files behind addresses, each of which is one file."""
    addresses: dict[str, str] = {}
    for url in urls:
        _require_file(url)
        if addresses.setdefault(masked(url), url) != url:
            raise ValueError(
                f"path names {masked(url)!r} twice, by addresses that differ only in what is not "
                "shown of them. Count them one by one."
            )
    store = pa.fs.PyFileSystem(_handler(addresses))
    for shown in addresses:
        with store.open_input_file(shown):
            pass  # what cannot be read is told now
    return [File(masked(url), masked(url), store) for url in urls]


def _require_file(url: str) -> None:
    host, _, name = masked(url).partition("://")[2].partition("/")
    if not host or not name or name.endswith("/") or "*" in name:
        raise ValueError(
            "path must be the address of one file, such as 'https://host/folder/file.parquet'; got "
            f"{masked(url)!r}. The web lists no folders: name each file."
        )


def _handler(addresses: dict[str, str]) -> Any:
    try:
        import aiohttp
        import fsspec
    except ModuleNotFoundError as error:
        raise ImportError(
            f"addresses of the web are read through fsspec, which needs {error.name}, and that is "
            "not installed. Install it with: pip install 'pdkl[remote]'"
        ) from error
    patience = aiohttp.ClientTimeout(total=None, connect=_CONNECT, sock_read=_WAIT)
    web = fsspec.filesystem("http", client_kwargs={"timeout": patience, "trust_env": True})
    return _Pages(web, addresses)


class _Pages(pa.fs.FSSpecHandler):  # type: ignore[misc]
    """Opens files by their addresses, which are called without their secrets."""

    def __init__(self, web: Any, addresses: dict[str, str]) -> None:
        super().__init__(web)
        self._addresses = addresses
        self._sizes: dict[str, int] = {}  # of what its server sends in parts
        self._whole: dict[str, str] = {}  # where the others are, which came whole

    def get_file_info(self, paths: Sequence[str]) -> list[Any]:
        """Say that each is a file, without asking for it."""
        return [pa.fs.FileInfo(path, pa.fs.FileType.File) for path in paths]

    def open_input_stream(self, path: str) -> Any:
        """Open a file to be read from its beginning."""
        return self.open_input_file(path)

    def open_input_file(self, path: str) -> Any:
        """Open a file to be read in any order."""
        try:
            return self._open(path)
        except Exception as error:
            problem = _problem(path, self._addresses[path], error)
        raise problem  # not where it was caught, as the cause may hold what is masked

    def _open(self, path: str) -> Any:
        url = self._addresses[path]
        if path in self._sizes:
            return pa.PythonFile(self.fs.open(url, size=self._sizes[path]), mode="r")
        if path not in self._whole:
            file = self.fs.open(url)
            if self._comes_in_parts(file):
                self._sizes[path] = file.size
                return pa.PythonFile(file, mode="r")
            file.close()
            self._whole[path] = self._fetched(url)
        return pa.OSFile(self._whole[path])

    @staticmethod
    def _comes_in_parts(file: Any) -> bool:
        """Ask for the last byte alone, which not every server gives."""
        if not file.seekable() or not file.size:
            return False
        try:
            file.seek(-1, os.SEEK_END)
            file.read(1)
            file.seek(0)
        except ValueError:
            return False
        return True

    def _fetched(self, url: str) -> str:
        """Write a file as a whole into a folder that goes when it is no longer asked."""
        folder = tempfile.mkdtemp(prefix="pdkl-")
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        target = os.path.join(folder, "file")
        self.fs.get_file(url, target)
        return target


def _problem(shown: str, url: str, error: Exception) -> OSError:
    """Say which file cannot be read, and why: fsspec calls whatever it is not found."""
    reason: BaseException = error
    while reason.__cause__ is not None:
        reason = reason.__cause__
    status = getattr(reason, "status", None)
    said = f"{status} {getattr(reason, 'message', '')}".strip() if status else str(reason)
    said = without_secrets(said, url) or type(reason).__name__
    kind = _FAILURES.get(status or 0, ConnectionError)
    return kind(
        f"path {shown!r} cannot be read: {said}. Check the address, and that this machine may read "
        "it."
    )
