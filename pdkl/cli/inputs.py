"""What a command reads: saved profiles, or files as one frame."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pdkl.sources.locations import open_dataset
from pdkl.sources.profile.parquet import is_profile
from pdkl.sources.profile.profile import Profile, load_profile

__all__ = ["files_of", "is_profile", "open_data", "open_profile"]


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
    if not Path(path).exists():
        raise FileNotFoundError(f"there is no file {path!r}.")
    return load_profile(path)


def files_of(data: Any) -> list[str]:
    """List the files of a dataset; profiles and shares have been read already."""
    return [] if isinstance(data, Profile | dict) else list(data.files)
