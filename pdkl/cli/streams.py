"""Standard output and error, which may be closed, or break, at any time."""

from __future__ import annotations

import io
import os
import re
import sys
from contextlib import suppress

# what runners take for a command to them, each known by a variable: that of GitHub's workflows at
# the start of a line, behind blanks and colours, and anywhere, and that of Azure Pipelines anywhere
_COMMANDS = {
    "GITHUB_ACTIONS": re.compile(r"^(?:\s|\x1b\[[\d;]*m)*::|##(?=\[)", re.MULTILINE),
    "TF_BUILD": re.compile(r"##(?=(?:vso)?\[)", re.IGNORECASE),
}


def prepare() -> None:
    """Put the null device where a stream was closed at the start, and write UTF-8 everywhere.

    What is closed is given away: the next file that is opened would be written to as output.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # it takes the lowest number that is free
    if sys.stdout is None:
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")  # as answers are, whatever the locale


def tell(line: str) -> None:
    """Write a line for people to standard error, where somebody can read it."""
    with suppress(OSError, ValueError):
        print(harmless(line), file=sys.stderr, flush=True)


def harmless(text: str) -> str:
    """Keep what data hold from being a command to the runner of GitHub's or of Azure's pipelines.

    It reads both streams; what is for people shows an escape there, as of what is invisible.
    """
    for variable, command in _COMMANDS.items():
        if os.environ.get(variable, "").lower() == "true":
            text = command.sub(lambda found: f"{found[0][:-1]}\\x{ord(found[0][-1]):x}", text)
    return text


def settle() -> None:
    """Throw away what a broken stream did not take, or Python complains of it at its end."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            with suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
