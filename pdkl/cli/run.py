"""One run of the command: how it ends, whatever happens."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Sequence
from functools import partial
from typing import Any

import click

from pdkl.cli import streams
from pdkl.cli.commands import commands
from pdkl.cli.output import Outcome
from pdkl.cli.wording import command_of, in_options
from pdkl.core.validation import ColumnNotFoundError
from pdkl.report.text import visible

TROUBLE = 2
# what the shell says of a command that these signals ended
INTERRUPTED = 128 + 2
CLOSED_PIPE = 128 + 13
COMPLETE = "_PDKL_COMPLETE"  # what a shell asks of click, that completes

# what the library raises, in its own words
_TOLD = (ColumnNotFoundError, ImportError, NotImplementedError, OSError, TypeError, ValueError)


def run(arguments: Sequence[str]) -> int:
    """Do what the arguments say; return the exit code."""
    try:
        return _run(arguments)
    finally:
        streams.settle()


def _run(arguments: Sequence[str]) -> int:
    command = command_of(arguments, commands)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("always", UserWarning)  # such as are not for programmers
            warnings.showwarning = partial(_tell_of, command)
            outcome: Any = commands.main(
                list(arguments), prog_name="pdkl", complete_var=COMPLETE, standalone_mode=False
            )
        if isinstance(outcome, Outcome):
            return outcome.deliver()
        sys.stdout.flush()  # of --help and --version
        return int(outcome or 0)
    except (KeyboardInterrupt, click.Abort):
        return INTERRUPTED
    except (BrokenPipeError, SystemExit) as ended:  # click makes the one the other
        if isinstance(ended, SystemExit) and os.environ.get(COMPLETE):
            return TROUBLE if ended.code else 0  # it answers a shell, and exits
        return CLOSED_PIPE
    except Exception as error:
        streams.tell(f"pdkl: {_line(_spoken(error, command))}")
        return TROUBLE


def _tell_of(command: click.Command, message: Warning | str, *_: Any, **__: Any) -> None:
    """Write a warning as one line, without the place in the code that it comes from."""
    streams.tell(f"pdkl: {_line(in_options(str(message), command))}")


def _spoken(error: Exception, command: click.Command) -> str:
    """Say what went wrong, to whoever typed the command."""
    if isinstance(error, click.UsageError):
        path = "pdkl" if error.ctx is None else error.ctx.command_path
        return f"{error.format_message()} Try: {path} --help"
    if isinstance(error, click.ClickException):
        return error.format_message()
    if isinstance(error, OSError) and error.strerror is not None:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    if isinstance(error, _TOLD):
        return in_options(str(error), command)
    return f"this should not have happened: {type(error).__name__}: {error}"


def _line(message: str) -> str:
    return visible(" ".join(message.split()))
