"""What sides are called: after their files and tables."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import PurePath


def file_names(*sides: Sequence[str]) -> list[str]:
    """Call each side after its one file, or the folder of its files; nothing where it has none.

    Folders stand before the names as far as it takes to tell the sides apart.
    """
    paths = [
        PurePath(files[0] if len(files) == 1 else _folder(files)).parts if files else ()
        for files in sides
    ]
    deepest = max(map(len, paths), default=0)
    ends = [[parts[-depth:] for parts in paths] for depth in range(1, deepest + 1)]
    apart = next((found for found in ends if len(set(found)) == len(found)), paths)
    shown = ["/".join(parts) for parts in apart]
    # what is the same on both sides tells nothing
    return shown if len(set(shown)) == len(shown) else [""] * len(shown)


def _folder(files: Sequence[str]) -> str:
    """Return the folder that all files are in, nothing where they have none in common."""
    folders = [str(PurePath(file).parent) for file in files]
    try:
        return os.path.commonpath(folders)
    except ValueError:  # some are absolute, or on other drives
        return ""
