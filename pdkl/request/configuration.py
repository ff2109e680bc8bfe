"""Settings that are kept in a file of TOML: the keywords of a report, read once."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from os import PathLike
from pathlib import Path
from typing import Any

import pandas as pd

from pdkl.codes.rolling import Rolling
from pdkl.core.validation import did_you_mean, listing

OWN, _PROJECT = "pdkl.toml", "pyproject.toml"  # where settings are looked for, in this order
_BY = (
    'a column, a table such as {key = "date", freq = "D"} or {key = "date", size = "28D", step = '
    '"1D"}, or an array of these'
)


def find_configuration(folder: Path) -> Path | None:
    """Return the file of a folder that has settings, None where none does."""
    own, project = folder / OWN, folder / _PROJECT
    if own.is_file():
        return own
    return project if project.is_file() and _section(project) is not None else None


def read_configuration(path: str | PathLike[str]) -> dict[str, Any]:
    """Return the keywords that a file holds; what they may be is checked where they are used."""
    file = Path(path)
    settings = _section(file)
    if settings is None:
        raise ValueError(f"{file} has no section [tool.pdkl]. Write the settings there.")
    found: dict[str, Any] = {}
    for key, value in settings.items():
        if key not in KEYS:
            raise ValueError(
                f"{file} sets {key!r}, which is no setting.{did_you_mean(key, KEYS)} The settings "
                f"are {listing(KEYS, most=len(KEYS))}."
            )
        try:
            found[key] = KEYS[key](value)
        except (TypeError, ValueError) as error:
            raise type(error)(f"{file}: {error}") from error
    return found


def _section(file: Path) -> dict[str, Any] | None:
    """Return the settings as they stand, None for a project that has none."""
    if not file.is_file():
        raise FileNotFoundError(f"there is no file {str(file)!r}.")
    try:
        settings: Any = tomllib.loads(file.read_bytes().decode())
    except ValueError as error:  # of the encoding or of the format
        raise ValueError(f"{file} is no valid TOML: {error}. Correct it there.") from error
    if file.name != _PROJECT:
        return dict(settings)
    for part in ("tool", "pdkl"):
        settings = settings.get(part) if isinstance(settings, dict) else None
    if settings is None or isinstance(settings, dict):
        return settings
    raise ValueError(f"{file}: tool.pdkl must be a table of settings; got {settings!r}.")


def _as_it_is(value: Any) -> Any:
    return value


def _measure(value: Any) -> Any:
    """Read a name, a name with an order, or either by column."""
    if isinstance(value, dict):
        return {column: _measure(one) for column, one in value.items()}
    return tuple(value) if isinstance(value, list) else value


def _by(value: Any) -> list[Any]:
    """Read the keys of the groups."""
    return [_key(one) for one in (value if isinstance(value, list) else [value])]


def _key(value: Any) -> Any:
    if isinstance(value, str):
        return value
    if not isinstance(value, dict):
        raise TypeError(f"by must be {_BY}; got {value!r}.")
    names, texts = set(value), all(isinstance(one, str) for one in value.values())
    if names not in ({"key", "freq"}, {"key", "size", "step"}) or not texts:
        raise ValueError(f"by must be {_BY}; got a table {value!r}.")
    if "freq" not in names:
        return Rolling(**value)
    try:
        return pd.Grouper(**value)
    except ValueError as error:
        raise ValueError(
            f"by cuts {value['key']!r} by {value['freq']!r}, which is no frequency such as 'h', "
            "'D', 'W' or 'MS'."
        ) from error


# keyword of a report -> how it is read from TOML
KEYS: dict[str, Callable[[Any], Any]] = {
    "columns": _as_it_is,
    "exclude": _as_it_is,
    "kinds": _as_it_is,
    "measure": _measure,
    "threshold": _as_it_is,
    "alpha": _as_it_is,
    "by": _by,
    "bins": _as_it_is,
    "smoothing": _as_it_is,
    "max_drifted": _as_it_is,
    "weights": _as_it_is,
    "blocks": _as_it_is,
}
