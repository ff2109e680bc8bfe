"""Where pdkl is the command, Ctrl-C while it loads ends it at once, without a traceback.

An import that is interrupted may swallow the interrupt, or leave a package half loaded.
"""

import os
import signal
import sys
from pathlib import Path
from typing import Any


def end(*_: Any) -> None:
    """End the process as a shell says of one that was interrupted."""
    os._exit(128 + signal.SIGINT)


def _is_command() -> bool:
    after = sys.orig_argv[sys.orig_argv.index("-m") + 1 :] if "-m" in sys.orig_argv else []
    return after[:1] == ["pdkl"] or [Path(name).stem for name in sys.argv[:1]] == ["pdkl"]


def interruptible() -> None:
    """Let Ctrl-C raise KeyboardInterrupt again."""
    if signal.getsignal(signal.SIGINT) is end:
        signal.signal(signal.SIGINT, signal.default_int_handler)


if _is_command() and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, end)
