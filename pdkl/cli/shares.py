"""Files of shares that are expected, which stand where a reference of rows would."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from pdkl.codes.scales import AWARE, NAIVE, NUMBER, scale_of
from pdkl.sources.locations.opening import file_at
from pdkl.sources.locations.urls import is_url, masked
from pdkl.sources.registry import read_data

_MISSING = "null"  # what json.dump writes for None
_READERS: dict[str, Callable[[str], Any]] = {
    ".json": lambda text: json.loads(text, object_pairs_hook=_each_once),
    ".toml": tomllib.loads,
}


def is_shares(path: str) -> bool:
    """Tell whether a path is that of shares, by how it ends; rows in JSON end otherwise."""
    return Path(masked(path)).suffix.lower() in _READERS


def read_shares(path: str, data: Any) -> Any:
    """Return the shares in a file, whose categories are read as what the columns of data hold."""
    shown = masked(path)
    if not is_url(path) and not Path(path).exists():
        raise FileNotFoundError(f"there is no file {path!r}.")
    with file_at(path).open() as file:
        written = file.read()
    try:
        found = _READERS[Path(shown).suffix.lower()](written.decode())
    except ValueError as error:
        raise ValueError(f"{shown!r} cannot be read: {error}") from error
    if not isinstance(found, Mapping):
        raise TypeError(
            f'{shown!r} must hold shares, such as {{"plan": {{"free": 0.8, "paid": 0.2}}}}; '
            f"it holds {type(found).__name__}."
        )
    columns = dict(read_data(data).head.items())
    return {
        name: _read_as(columns[name], shares, f"{shown!r}, column {name!r}")
        if name in columns and isinstance(shares, Mapping)
        else shares
        for name, shares in found.items()
    }


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object of its pairs, of which JSON would keep the last of each name."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"it names {twice!r} twice.")
    return found


def _read_as(values: pd.Series[Any], shares: Mapping[str, Any], where: str) -> dict[Any, Any]:
    """Read the names of categories, which are texts in the file, as values of a column."""
    scale, kind = scale_of(values), ""
    read: Callable[[str], Any] = str
    if pd.api.types.is_bool_dtype(values.dtype):
        kind, read = "true and false", _truth
    elif scale == NUMBER:
        kind, read = "numbers", _number
    elif scale in (NAIVE, AWARE):
        kind, read = "times", pd.Timestamp
    found: dict[Any, Any] = {}
    for text, weight in shares.items():
        try:
            value = None if text == _MISSING else read(text)
        except ValueError as error:
            raise ValueError(
                f"{where}: {text!r} is none of the values, which are {kind}."
            ) from error
        if value in found:
            raise ValueError(f"{where}: {text!r} is the value of another name too.")
        found[value] = weight
    return found


def _truth(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise ValueError(text)
    return text.lower() == "true"


def _number(text: str) -> int | float:
    try:
        return int(text)
    except ValueError:
        return float(text)
