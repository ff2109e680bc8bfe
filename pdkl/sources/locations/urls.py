"""Paths that say where data is: their schemes, and how they are shown without their secrets."""

from __future__ import annotations

import os
import re
from os import PathLike
from urllib.parse import unquote

# scheme -> the kind of place
STORES = {"s3": "s3", "gs": "gs", "az": "az", "abfs": "az", "http": "web", "https": "web"}
DATABASES = {
    "duckdb": "duckdb",
    "sqlite": "sqlite",
    "postgres": "postgres",
    "postgresql": "postgres",
}
TABLE = "::"  # stands before the table of a database
_LONGEST = 400  # letters of what a library says
_KINDS = STORES | DATABASES
_ALLOWED = ", ".join(f"{scheme}://" for scheme in _KINDS)
# a password may hold what ends a user or a host elsewhere, so as much is taken as could be one
_USER_OF_DATABASE = re.compile(r"^([^:@/]*)(?::.*)?@(?=[^@]*$)", re.DOTALL)
_KEY_OF_STORE = re.compile(r"^[^:/]*:(?!\d*(?:/|$)).*@", re.DOTALL)  # beside a name: no port
_USER_OF_STORE = re.compile(r"^[^/]*@")
_SIGNATURE = re.compile(r"\?[^/]*=.*", re.DOTALL)  # in stores "?" is also a pattern


def kind_of(path: str) -> str:
    """Tell in what kind of place a path is: "local", or one of those above."""
    scheme, mark, _ = path.partition("://")
    if not mark:
        return "local"
    kind = _KINDS.get(scheme.lower())
    if kind is None:
        raise ValueError(
            f"path must be on this machine, or begin with one of {_ALLOWED}; got {masked(path)!r}. "
            "Of other stores pass a dataset: InfoTheory(pyarrow.dataset.dataset(...))."
        )
    return kind


def is_url(path: object) -> bool:
    """Tell whether a path is none of this machine."""
    return isinstance(path, str | PathLike) and "://" in os.fsdecode(path)


def masked(path: str) -> str:
    """Return a path as it may be shown: without password, key or signature.

    Of a database the user stays, who is no secret there.
    """
    scheme, mark, rest = path.partition("://")
    if not mark:
        return path
    kind = _KINDS.get(scheme.lower())
    table = ""
    if kind in DATABASES:
        address, table_mark, name = rest.rpartition(TABLE)
        rest, table = (address, f"{TABLE}{name}") if table_mark else (rest, "")
        rest = _USER_OF_DATABASE.sub(r"\1@", rest)
    else:
        rest = _KEY_OF_STORE.sub("", rest)
        if kind != "az":  # what stands there is a container
            rest = _USER_OF_STORE.sub("", rest)
    if kind in ("web", "postgres", None):
        rest = re.split(r"[?#]", rest, maxsplit=1)[0]
    return f"{scheme}{mark}{_SIGNATURE.sub('', rest)}{table}"


def without_secrets(text: str, path: str) -> str:
    """Return what a library says of a path on one line, without what `masked` takes from it."""
    shown = masked(path)
    said = " ".join(text.split()).replace(path, shown).rstrip(" .!?")
    parts = re.split(r"[/@?&#=:]+", path)
    for secret in sorted({*parts, *map(unquote, parts)}, key=len, reverse=True):
        if len(secret) > 3 and secret not in shown:
            said = said.replace(secret, "…")
    return said if len(said) <= _LONGEST else f"{said[:_LONGEST]}…"


def require_local(path: object, remedy: str) -> None:
    """Raise where what is to be written would not be on this machine, or has no name."""
    if not isinstance(path, str | PathLike):
        raise TypeError(f"path must be the name of a file; got {path!r}.")
    if is_url(path):
        raise ValueError(
            f"path must be a file on this machine; got {masked(os.fsdecode(path))!r}. {remedy}"
        )
