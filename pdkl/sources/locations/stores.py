"""Stores of files elsewhere: S3, Google Cloud Storage and Azure, through pyarrow."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from fnmatch import fnmatchcase
from typing import Any

import pyarrow as pa
import pyarrow.fs

from pdkl.sources.arrow.datasets import address
from pdkl.sources.locations.files import File, is_hidden
from pdkl.sources.locations.urls import masked, without_secrets

_CONNECT = 5  # seconds that connecting may take
_MAGIC = re.compile(r"[*?[]")
# pyarrow's file systems that list folders of which no object is made; "**" looks everywhere
_LISTS_FOLDERS = {"s3"}
# kind -> what of the environment says who asks
_ENVIRONMENT = {
    "s3": "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_REGION, and AWS_ENDPOINT_URL where the "
    "store is not Amazon's",
    "gs": "GOOGLE_APPLICATION_CREDENTIALS",
    "az": "AZURE_STORAGE_ACCOUNT_NAME, and AZURE_STORAGE_ACCOUNT_KEY or AZURE_STORAGE_SAS_TOKEN",
}
# how the libraries say that who asks may not
_DENIED = re.compile(
    "ACCESS_DENIED|INVALID_ACCESS_KEY|INVALID_SIGNATURE|SIGNATURE_DOES_NOT_MATCH|Forbidden"
    "|PERMISSION_DENIED|UNAUTHENTICATED|HTTP status 40[13]|Authentication|Authorization"
)


def find(paths: Sequence[str], kind: str) -> list[File]:
    """List the files that addresses, patterns and folders in one kind of store stand for."""
    places = [_place(path, kind) for path in paths]
    accounts = sorted({account for account, _ in places})
    if len(accounts) > 1:
        raise ValueError(
            f"path must find files of one account; it names {' and '.join(map(repr, accounts))}. "
            "Count them one by one."
        )
    with reaching(paths[0], kind):
        store = _store(kind, accounts[0], bucket=places[0][1].partition("/")[0])
    found = []
    for path, (_, place) in zip(paths, places, strict=True):
        with reaching(path, kind):
            found += _found(store, place, masked(path))
    return found


@contextmanager
def reaching(path: str, kind: str) -> Iterator[None]:
    """Say of what cannot be reached which it is, why, and what may help."""
    try:
        yield
    except (pa.ArrowException, OSError) as error:
        if isinstance(error, FileNotFoundError) and error.errno is None:
            raise  # in words of ours
        said = without_secrets(str(error), path)
        failure = PermissionError if _DENIED.search(said) else ConnectionError
        raise failure(
            f"path {masked(path)!r} cannot be read: {said}. Check the name, and what opens it in "
            f"the environment: {_ENVIRONMENT[kind]}."
        ) from None


def _place(path: str, kind: str) -> tuple[str, str]:
    """Return the account where one is named, and the bucket with the name in it."""
    scheme, _, rest = path.partition("://")
    bucket, slash, name = rest.partition("/")
    account = ""
    if masked(path) != path or ":" in bucket or ("@" in bucket and kind != "az"):
        raise ValueError(
            f"path must hold no key, password or signature, as {masked(path)!r} was given with. "
            f"Say in the environment what opens it: {_ENVIRONMENT[kind]}."
        )
    if "@" in bucket:  # as in abfs://container@account.dfs.core.windows.net/name
        bucket, _, host = bucket.partition("@")
        account = host.partition(".")[0]
    if not bucket or _MAGIC.search(bucket):
        called = "container" if kind == "az" else "bucket"
        raise ValueError(
            f"path must name a {called}, such as '{scheme}://{called}/folder/*.parquet'; got "
            f"{path!r}."
        )
    return account, f"{bucket}{slash}{name}".rstrip("/")


def _store(kind: str, account: str, bucket: str) -> Any:
    """Open a store, as the environment says."""
    if kind == "s3":
        endpoint = _first("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")
        region = _first("AWS_REGION", "AWS_DEFAULT_REGION")
        if endpoint is None and region is None:
            region = pa.fs.resolve_s3_region(bucket)
        return pa.fs.S3FileSystem(
            endpoint_override=endpoint, region=region, connect_timeout=_CONNECT
        )
    if kind == "gs":
        patience = timedelta(seconds=2 * _CONNECT)
        if (endpoint := _first("STORAGE_EMULATOR_HOST")) is None:
            return pa.fs.GcsFileSystem(retry_time_limit=patience)
        scheme, _, host = endpoint.rpartition("://")
        return pa.fs.GcsFileSystem(
            anonymous=True,
            scheme=scheme or "http",
            endpoint_override=host,
            retry_time_limit=patience,
        )
    from_environment = account or _first("AZURE_STORAGE_ACCOUNT_NAME", "AZURE_STORAGE_ACCOUNT")
    if from_environment is None:
        raise ValueError(
            "path names no account of Azure: set AZURE_STORAGE_ACCOUNT_NAME in the environment, or "
            "write abfs://container@account.dfs.core.windows.net/name."
        )
    key = _first("AZURE_STORAGE_ACCOUNT_KEY", "AZURE_STORAGE_KEY")
    token = _first("AZURE_STORAGE_SAS_TOKEN")
    if key is not None or token is None:
        return pa.fs.AzureFileSystem(from_environment, account_key=key)
    try:
        return pa.fs.AzureFileSystem(from_environment, sas_token=token)
    except TypeError:
        problem = "AZURE_STORAGE_SAS_TOKEN needs a newer pyarrow: pip install --upgrade pyarrow"
    raise ImportError(problem)


def _first(*names: str) -> str | None:
    """Return what the environment says under the first of these names."""
    return next((found for name in names if (found := os.environ.get(name))), None)


def _found(store: Any, place: str, given: str) -> list[File]:
    """List the files that a name, a pattern or a folder stands for, by the rules of local ones."""
    info = store.get_file_info(place)
    if info.type == pa.fs.FileType.File:
        return [_file(store, place)]
    if info.type == pa.fs.FileType.Directory:
        if not (names := _inside(place, _below(store, place))):
            raise FileNotFoundError(f"path finds no file: the folder {given!r} has none in it.")
    elif not (names := _matches(store, place)):
        bucket = place.partition("/")[0]
        _require_bucket(store, bucket, given)
        raise FileNotFoundError(f"path finds no file: there is no {given!r}, nor a match for it.")
    return [_file(store, name) for name in names]


def _file(store: Any, name: str) -> File:
    return File(name, address(name, store), store)


def _require_bucket(store: Any, bucket: str, given: str) -> None:
    info = None
    with suppress(pa.ArrowException, OSError):  # who reads names in it may not see it
        info = store.get_file_info(bucket)
    if info is not None and info.type == pa.fs.FileType.NotFound:
        called = "container" if store.type_name == "abfs" else "bucket"
        raise FileNotFoundError(
            f"path finds no file: there is no {called} {bucket!r}, which {given!r} is in."
        )


def _listed(store: Any, folder: str, *, recursive: bool) -> list[Any]:
    """List what is in a folder, and perhaps in the folders in it."""
    chosen = pa.fs.FileSelector(folder, recursive=recursive, allow_not_found=True)
    found: list[Any] = store.get_file_info(chosen)
    return found


def _below(store: Any, folder: str) -> list[str]:
    """List all files in a folder and the folders in it."""
    found = _listed(store, folder, recursive=True)
    return sorted(info.path for info in found if info.type == pa.fs.FileType.File)


def _inside(folder: str, files: Sequence[str]) -> list[str]:
    start = f"{folder}/"
    return [
        name
        for name in files
        if name.startswith(start) and not any(map(is_hidden, name.removeprefix(start).split("/")))
    ]


def _matches(store: Any, pattern: str) -> list[str]:
    """List the files that match, and those in folders that do."""
    parts = pattern.split("/")
    fixed = next((i for i, part in enumerate(parts) if _MAGIC.search(part)), None)
    if fixed is None:
        return []
    start, rest = "/".join(parts[:fixed]), parts[fixed:]
    if "**" in rest or store.type_name not in _LISTS_FOLDERS:
        return _matches_below(_below(store, start), fixed, rest)
    folders, files = [start], []
    for part in rest:  # only what may match is listed, as buckets are large
        found = [info for one in folders for info in _listed(store, one, recursive=False)]
        chosen = [info for info in found if _is_match([info.base_name], [part])]
        folders = [info.path for info in chosen if info.type == pa.fs.FileType.Directory]
        files = [info.path for info in chosen if info.type == pa.fs.FileType.File]
    inside = [name for folder in folders for name in _inside(folder, _below(store, folder))]
    return sorted(files + inside)


def _matches_below(files: Sequence[str], depth: int, pattern: Sequence[str]) -> list[str]:
    """Choose of all files in a folder, which is so deep, those that match, or whose folder does."""
    every = set(files)
    for name in files:
        steps = name.split("/")
        every.update("/".join(steps[:end]) for end in range(depth, len(steps)))
    matching = [name for name in sorted(every) if _is_match(name.split("/")[depth:], pattern)]
    known, found = set(files), dict[str, None]()
    for name in matching:
        found |= dict.fromkeys([name] if name in known else _inside(name, files))
    return list(found)


def _is_match(steps: Sequence[str], pattern: Sequence[str]) -> bool:
    """Tell whether a name matches as `glob` has it: "**" is any folders, "*" nothing hidden."""
    if not pattern:
        return not steps
    first, rest = pattern[0], pattern[1:]
    if first == "**":
        skipped = (
            i for i in range(len(steps) + 1) if not any(s.startswith(".") for s in steps[:i])
        )
        return any(_is_match(steps[i:], rest) for i in skipped)
    if not steps or (steps[0].startswith(".") and not first.startswith(".")):
        return False
    return fnmatchcase(steps[0], first) and _is_match(steps[1:], rest)
