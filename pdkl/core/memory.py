"""What will not fit in memory is refused before any time or memory is spent on it."""

from __future__ import annotations

import os
from contextlib import suppress
from functools import cache
from pathlib import Path, PurePosixPath

# what a value of an answer takes at the most crowded moment: it stands among what was measured,
# once more in the order of the answer, and in the frame. Measured answers took 23 to 34 bytes
_BYTES_PER_VALUE = 24
_UNTOLD = 16 * 10**9  # bytes taken for granted where the system does not tell


def physical_memory() -> int:
    """Return the bytes of memory that this machine has, free or not, or that a container may take.

    A container sees all memory of its machine, and is ended where it takes more than its limit.
    """
    try:
        machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):  # Windows does not tell, nor does every Unix
        machine = _UNTOLD
    return min([machine, *_limits()])


def there_is(size: int) -> str:
    """Say whose so much memory is."""
    has = "this container may take" if size in _limits() else "this machine has"
    return f"{has} {gigabytes(size)}"


@cache
def _limits(system: str = "/") -> tuple[int, ...]:
    """Read the limits of memory of the control groups of this process, of both versions.

    That of each group above one holds too. Inside a container its group may stand for the root.
    """
    found: list[int] = []
    try:
        lines = Path(system, "proc/self/cgroup").read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):  # there are none but on Linux
        return ()
    for line in lines:
        number, controllers, group = line.split(":", 2)
        if number != "0" and "memory" not in controllers.split(","):
            continue
        place, name = ("", "memory.max") if number == "0" else ("memory", "memory.limit_in_bytes")
        inner = PurePosixPath(group.lstrip("/"))
        for one in (inner, *inner.parents):
            # a file that is not there, and "max", say that there is no limit
            with suppress(OSError, ValueError):
                limit = Path(system, "sys/fs/cgroup", place, one, name)
                found.append(int(limit.read_text(encoding="utf-8")))
    return tuple(found)


def require_room(rows: int, width: int, what: str, remedy: str) -> None:
    """Raise where an answer of so many rows and columns is larger than all memory.

    Parameters
    ----------
    rows, width : int
        The size of the answer.
    what : str
        What was asked that makes them, as the beginning of a sentence that goes on with "makes".
    remedy : str
        What to ask instead, in sentences of their own.

    Raises
    ------
    ValueError
        The answer would not fit.
    """
    needed, most = rows * width * _BYTES_PER_VALUE, physical_memory()
    if needed > most:
        raise ValueError(
            f"{what} makes an answer of {rows:,} rows and {width} columns. That takes about "
            f"{gigabytes(needed)} of memory, and {there_is(most)}. {remedy}"
        )


def gigabytes(size: int) -> str:
    """Write a number of bytes."""
    return f"{size / 1e9:,.1f} GB"
