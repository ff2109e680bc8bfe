"""A file that was found, wherever it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, BinaryIO


@dataclass(frozen=True)
class File:
    """A file: its name in its store, and how it is shown."""

    path: str
    shown: str
    store: Any = None  # a file system of pyarrow; None is this machine

    def open(self) -> BinaryIO:
        """Open the file to be read from any place."""
        if self.store is None:
            return open(self.path, "rb")
        file: BinaryIO = self.store.open_input_file(self.path)
        return file


def is_hidden(name: str) -> bool:
    """Tell whether a file or folder is passed over, in a folder that holds it."""
    return name.startswith((".", "_"))
