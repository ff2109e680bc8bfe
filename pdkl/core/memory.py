"""What will not fit in memory is refused before any time or memory is spent on it."""

from __future__ import annotations

import os

# what a value of an answer takes at the most crowded moment: it stands among what was measured,
# once more in the order of the answer, and in the frame. Measured answers took 23 to 34 bytes
_BYTES_PER_VALUE = 24
_UNTOLD = 16 * 10**9  # bytes taken for granted where the system does not tell


def physical_memory() -> int:
    """Return the bytes of memory that this machine has, free or not."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):  # Windows does not tell, nor does every Unix
        return _UNTOLD


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
    needed, there_is = rows * width * _BYTES_PER_VALUE, physical_memory()
    if needed > there_is:
        raise ValueError(
            f"{what} makes an answer of {rows:,} rows and {width} columns. That takes about "
            f"{gigabytes(needed)} of memory, and this machine has {gigabytes(there_is)}. {remedy}"
        )


def gigabytes(size: int) -> str:
    """Write a number of bytes."""
    return f"{size / 1e9:,.1f} GB"
