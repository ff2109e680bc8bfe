"""What a command reads: saved profiles, or files as one frame, and its settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from pdkl.cli import streams
from pdkl.report.text import visible
from pdkl.request.configuration import find_configuration, read_configuration
from pdkl.sources.locations import open_dataset
from pdkl.sources.profile.parquet import is_profile
from pdkl.sources.profile.profile import Profile, load_profile

__all__ = ["files_of", "is_profile", "open_data", "open_profile", "require_profile", "settings"]


def open_data(paths: Sequence[str], encoding: str, separator: str) -> Any:
    """Return the profile in a file, or files of rows as a dataset that is read when asked."""
    if len(paths) == 1 and is_profile(paths[0]):
        return load_profile(paths[0])
    data = open_dataset(paths, encoding, separator)
    profiles = [file for file in data.files if is_profile(file)]
    if not profiles:
        return data
    if len(data.files) == 1:  # a pattern, or a folder, of one
        return load_profile(profiles[0])
    raise ValueError(
        f"{profiles[0]!r} is a saved profile, not rows, and is one of {len(data.files)} files. "
        "Name it alone; several profiles are added by: pdkl merge."
    )


def open_profile(path: str) -> Profile:
    """Return the profile in a file; anything else is an error."""
    _require_there(path)
    return load_profile(path)


def require_profile(path: str) -> None:
    """Refuse a reference that is no saved profile, before anything else is read."""
    _require_there(path)
    if not is_profile(path):
        raise click.UsageError(
            f"REF must be a saved profile, and {path!r} is none. Take one first: "
            "pdkl profile DATA -o REF."
        )


def _require_there(path: str) -> None:
    if not Path(path).exists():
        raise FileNotFoundError(f"there is no file {path!r}.")


def files_of(data: Any) -> list[str]:
    """List the files of a dataset; profiles and shares have been read already."""
    return [] if isinstance(data, Profile | dict) else list(data.files)


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
