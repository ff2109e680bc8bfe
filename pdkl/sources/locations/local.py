"""Files on this machine."""

from __future__ import annotations

from glob import glob
from os import PathLike, fspath
from pathlib import Path

from pdkl.sources.locations.files import File, is_hidden


def find(path: str) -> list[File]:
    """List the files that a path, a pattern or a folder stands for."""
    if Path(path).exists():
        names = [path]
    elif not (names := sorted(glob(path, recursive=True))):
        raise FileNotFoundError(f"path finds no file: there is no {path!r}, nor a match for it.")
    # a pattern may find folders beside what is in them
    found = list(dict.fromkeys(str(file) for name in names for file in _inside(Path(name))))
    if not found:
        raise FileNotFoundError(f"path finds no file: the folder {path!r} has none in it.")
    return [File(name, name) for name in found]


def _inside(path: Path) -> list[Path]:
    """List the files in a folder, or the file itself."""
    if not path.is_dir():
        require_regular(path)
        return [path]
    files = sorted(file for file in path.rglob("*") if file.is_file())
    return [file for file in files if not any(map(is_hidden, file.relative_to(path).parts))]


def require_regular(path: str | PathLike[str]) -> None:
    """Raise where a path is there but is no file: to open a pipe would wait for who writes it."""
    if Path(path).exists() and not (Path(path).is_file() or Path(path).is_dir()):
        raise ValueError(
            f"{fspath(path)!r} is a pipe or a device, not a file that can be read again. Write "
            "what comes from it to a file first."
        )
