"""The command on a terminal of its own, and what its screen shows."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import unicodedata
from collections.abc import Sequence
from pathlib import Path

CODES = re.compile(r"\x1b\[[\d;]*m")
# makes the terminal that it runs on as wide as it is told to, and asks the command there
_SCRIPT = """
import fcntl, json, os, struct, sys, termios
from pdkl.cli.run import run
before = dict(os.environ)
for width, variables, arguments in json.loads(sys.argv[1]):
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 40, width, 0, 0))
    os.environ |= variables
    print("----- {}".format(run(arguments)), flush=True)
    os.environ.clear()
    os.environ |= before
"""
Case = tuple[int, dict[str, str], Sequence[str]]


def screens(folder: Path, cases: Sequence[Case]) -> list[tuple[int, str]]:
    """Ask the command on terminals of these widths; give the code and what it has written."""
    import pty

    leader, follower = pty.openpty()
    command = [sys.executable, "-c", _SCRIPT, json.dumps(cases)]
    variables = {**os.environ, "TERM": "xterm-256color"}
    with subprocess.Popen(
        command, cwd=folder, stdin=follower, stdout=follower, stderr=follower, env=variables
    ):
        os.close(follower)
        written = b"".join(iter(lambda: _read(leader), b""))
    os.close(leader)
    text = written.decode().replace("\r\n", "\n")
    parts = re.split(r"----- (\d+)\n", text)
    assert parts[-1] == "", text
    return [(int(code), part) for part, code in zip(parts[::2], parts[1::2], strict=False)]


def _read(leader: int) -> bytes:
    try:
        return os.read(leader, 65536)
    except OSError:  # what Linux makes of the end
        return b""


def cells(line: str) -> int:
    """Count the cells that a line fills: wide letters fill two."""
    shown = CODES.sub("", line)
    return sum(
        0 if unicodedata.combining(one) else 2 if unicodedata.east_asian_width(one) in "WF" else 1
        for one in shown
    )
