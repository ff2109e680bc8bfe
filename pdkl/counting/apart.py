"""One bad column takes no other down: what goes wrong with it is said of it alone."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from pdkl.codes.labels import as_text

Answer = TypeVar("Answer")
Wrong = dict[Hashable, Exception]  # what went wrong with columns


def apart(
    columns: Sequence[Hashable],
    ask: Callable[[Sequence[Hashable]], Answer],
    *,
    at_least_one: bool = False,
) -> tuple[Answer, Wrong]:
    """Ask about all columns at once; leave out those that fail, and say what went wrong with each.

    What fails without any column is no column's fault, and is raised; so is what went wrong with
    the first where ``at_least_one`` must be left. Cells may do anything when they are hashed,
    compared or written, and so may those who decode them: any error counts.
    """
    try:
        return ask(columns), {}
    except Exception as error:
        if not columns:
            raise
        wrong = _culprits(columns, ask, error)
    if at_least_one:
        return ask(remaining(columns, wrong)), wrong
    return ask([name for name in columns if name not in wrong]), wrong


def _culprits(
    columns: Sequence[Hashable], ask: Callable[[Sequence[Hashable]], Answer], error: Exception
) -> Wrong:
    """Find the columns that fail alone among some that fail: by halves, as they are few."""
    if len(columns) == 1:
        return {columns[0]: error}
    wrong: Wrong = {}
    middle = len(columns) // 2
    for half in (columns[:middle], columns[middle:]):
        try:
            ask(half)
        except Exception as own:
            wrong |= _culprits(half, ask, own)
    return wrong


@contextmanager
def noting(wrong: Wrong | None, name: Hashable) -> Iterator[None]:
    """Note what goes wrong with a column; where no notes are taken it is raised."""
    try:
        yield
    except Exception as error:
        if wrong is None:
            raise
        wrong[name] = error


def remaining(columns: Sequence[Hashable], wrong: Wrong) -> list[Hashable]:
    """Return the columns that are left; where none is, raise what went wrong with the first."""
    left = [name for name in columns if name not in wrong]
    if not left:
        raise wrong[columns[0]]
    return left


def said(error: Exception) -> str:
    """Return what an error says; where that is hardly said to users, also its kind."""
    text, kind = " ".join(str(error).split()), type(error)
    if text and (kind in (TypeError, ValueError) or kind.__module__.startswith("pdkl.")):
        return text
    return f"{kind.__name__}: {text or 'no more is known'}"


def reasons(wrong: Wrong) -> dict[str, str]:
    """Write why columns are left out so that JSON can hold it."""
    return {as_text(name): said(error) for name, error in wrong.items()}


def warn_of_left_out(wrong: Wrong, depth: int = 2) -> None:
    """Warn the caller of a public method that its answer lacks columns, and say why.

    ``depth`` is how many calls below its caller this is called: the analysis, and the method.
    """
    if wrong:
        text = " ".join(f"left out {name!r}: {said(error)}" for name, error in wrong.items())
        warnings.warn(text, stacklevel=depth + 3)  # and the door of all methods
