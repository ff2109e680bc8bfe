"""What commands ask of which data: files are opened, options become keywords of the methods."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

import click

from pdkl.cli import inputs, options, output
from pdkl.cli.output import Outcome, Target
from pdkl.cli.shares import is_shares, read_shares
from pdkl.core.redaction import kept_back
from pdkl.sources.profile.profile import Profile
from pdkl.sources.registry import read_data

TABLES = ("table", "json", "csv")
DRAWING = ("blocks", "n_resamples", "rng")
WRITTEN = ("encoding", "separator")  # how files of text are


def open_all(given: dict[str, Any], *paths: Sequence[str]) -> list[Any]:
    """Open data, and take from what was given how their text is written."""
    written = {name: given.pop(name) for name in WRITTEN}
    return [inputs.open_data(one, **written) for one in paths]


def open_sides(
    paths: Sequence[Sequence[str]],
    targets: Sequence[Target],
    given: dict[str, Any],
    *,
    may_be_shares: bool = False,
) -> list[Any]:
    """Open the reference, if there is one, and the data; outputs can be written and are neither."""

    def opened() -> list[Any]:
        if may_be_shares and is_shares(paths[0][0]):
            (now,) = open_all(given, *paths[1:])
            return [read_shares(paths[0][0], now), now]
        return open_all(given, *paths)

    sides = kept_back(opened) if given.get("redact") else opened()
    files = [file for side in (*paths, *map(inputs.files_of, sides)) for file in side]
    output.require_outputs(targets, files)
    return sides


def asked_of(data: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keywords of the method; options that were left out take its defaults."""
    by = options.read_by(given["by"], list(read_data(data).head.columns))
    asked = {**given, "by": by, "progress": sys.stderr.isatty()}
    return {name: value for name, value in asked.items() if value is not None}


def require_file(path: str, files: Sequence[str]) -> None:
    """Refuse to save a profile on the screen, or over what is read."""
    if path == output.SCREEN:
        raise click.UsageError("a profile needs a file to be saved in: -o FILE.")
    output.require_writable([path], files)


def saved(profile: Profile, path: str) -> Outcome:
    """Save a profile, and say what it is."""
    profile.save(path)
    return Outcome(verdict=f"{profile!r} ({path})")
