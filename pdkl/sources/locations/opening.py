"""Paths, patterns, folders and tables, and the data that they stand for."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Sequence
from os import PathLike, fspath
from typing import Any

from pdkl.sources.locations import formats, local
from pdkl.sources.locations.files import File
from pdkl.sources.locations.tables import open_table
from pdkl.sources.locations.urls import DATABASES, kind_of, masked


def open_data(path: Any, encoding: str = "utf-8", separator: str = ",") -> Any:
    """Return what `scan` asks: a Dataset of pyarrow, or a table of a database."""
    formats.require_how(encoding, separator)
    given = _given(path)
    tables = [one for one in given if kind_of(one) in DATABASES]
    if tables and len(given) > 1:
        raise ValueError(
            f"path must name a table of a database alone; it names {masked(tables[0])!r} and "
            f"{len(given) - 1} more. Count them one by one."
        )
    if tables:
        return open_table(given[0])
    kinds = {kind_of(one): one for one in given}
    if len(kinds) > 1:
        places = " and ".join(repr(masked(one)) for one in kinds.values())
        raise ValueError(
            f"path must find files in one place; it names {places}. Count them one by one."
        )
    return _dataset(_found(given, next(iter(kinds))), encoding, separator)


def file_at(path: str) -> File:
    """Return the one file that a path names."""
    kind = kind_of(path)
    found = [] if kind in DATABASES else _found([path], kind)
    if len(found) != 1:
        raise ValueError(f"path must be one file; got {masked(path)!r}.")
    return found[0]


def _dataset(found: Sequence[File], encoding: str, separator: str) -> Any:
    from pdkl.sources.arrow import datasets

    form = formats.format_of(found)
    if form == "json" and codecs.lookup(encoding).name != "utf-8":
        raise ValueError(
            f"encoding={encoding!r} is for CSV; path finds {found[0].shown!r}, and JSON lines are "
            "read as utf-8. Convert the files first."
        )
    for file in found if form == "json" else []:
        formats.require_line_break(file)
    reader = formats.reader(form, encoding, separator)
    return datasets.open_files([file.path for file in found], reader, found[0].store)


def _found(paths: Sequence[str], kind: str) -> list[File]:
    """List the files that paths of one kind stand for."""
    if kind == "local":
        return [file for path in paths for file in local.find(path)]
    if kind == "web":
        from pdkl.sources.locations import web

        return web.find(paths)
    from pdkl.sources.locations import stores

    return stores.find(paths, kind)


def _given(path: Any) -> list[str]:
    """Return the paths that were given, of which there must be one."""
    one = isinstance(path, str | PathLike) or not isinstance(path, Iterable)
    paths = [path] if one else list(path)
    if not paths:
        raise ValueError("path is an empty list; name at least one file, pattern or folder.")
    for one in paths:
        if not isinstance(one, str | PathLike):
            raise TypeError(
                "path must be a file, a pattern, a folder, or a list of these; "
                f"got {type(one).__name__}."
            )
    given = [fspath(one) for one in paths]
    if "" in given:
        raise ValueError("path is empty; name a file, a pattern or a folder, '.' for this one.")
    return given
