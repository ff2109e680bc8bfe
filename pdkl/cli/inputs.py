"""What a command reads: saved profiles, or files as one frame, and its settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import click

from pdkl.cli import streams
from pdkl.report.text import visible
from pdkl.request.configuration import find_configuration, read_configuration
from pdkl.sources.locations import opening
from pdkl.sources.locations.tables import Table
from pdkl.sources.locations.urls import is_url, require_local
from pdkl.sources.profile.parquet import is_profile, is_sealed
from pdkl.sources.profile.profile import Profile, load_profile, read_profile
from pdkl.sources.registry import places_of

__all__ = ["files_of", "is_profile", "open_data", "open_profile", "require_profile", "settings"]


def open_data(paths: Sequence[str], encoding: str, separator: str) -> Any:
    """Return the profile in a file, or files of rows as a dataset that is read when asked."""
    if len(paths) == 1 and not is_url(paths[0]) and is_profile(paths[0]):
        return load_profile(paths[0])
    data = opening.open_data(paths, encoding, separator)
    if isinstance(data, Table):
        return data
    names = files_of(data)
    with ThreadPoolExecutor(8) as pool:  # to ask a store is to wait
        sealed = list(pool.map(lambda file: _is_sealed(data, file), data.files))
    if True not in sealed:
        return data
    if len(names) == 1:
        with data.filesystem.open_input_file(data.files[0]) as file:
            return read_profile(file, names[0])
    one = names[sealed.index(True)]
    raise ValueError(
        f"{one!r} is a saved profile, not rows, and is one of {len(names)} files. "
        "Name it alone; several profiles are added by: pdkl merge."
    )


def _is_sealed(data: Any, name: str) -> bool:
    with data.filesystem.open_input_file(name) as file:
        return is_sealed(file)


def open_profile(path: str) -> Profile:
    """Return the profile in a file; anything else is an error."""
    _require_there(path)
    return load_profile(path)


def require_profile(path: str) -> None:
    """Refuse a reference that is no saved profile, before anything else is read."""
    require_local(path, "A baseline is written over where it is read: fetch it, and copy it back.")
    _require_there(path)
    if not is_profile(path):
        raise click.UsageError(
            f"REF must be a saved profile, and {path!r} is none. Take one first: "
            "pdkl profile DATA -o REF."
        )


def _require_there(path: str) -> None:
    if not is_url(path) and not Path(path).exists():
        raise FileNotFoundError(f"there is no file {path!r}.")


def files_of(data: Any) -> list[str]:
    """List the files that data is in; profiles and shares have been read already."""
    return data.files if isinstance(data, Table) else places_of(data)


def settings(path: str | None, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a file sets, and nothing else does; tell people which file it is.

    Who names columns on the command line means them, whatever the file leaves out, and no other
    that has settings of its own.
    """
    file = find_configuration(Path()) if path is None else Path(path)
    if file is None:
        return {}
    named = {name for name, value in given.items() if value is not None}
    columns, exclude = given["columns"], given["exclude"] or []
    if columns is not None:
        named.add("exclude")
    found = {name: one for name, one in read_configuration(file).items() if name not in named}
    for name, one in found.items():
        if isinstance(one, dict):
            found[name] = {
                column: value
                for column, value in one.items()
                if (columns is None or column in columns) and column not in exclude
            }
    found = {name: one for name, one in found.items() if one != {}}
    streams.tell(f"pdkl: settings of {visible(str(file))}: {', '.join(found) or 'none'}")
    return found
