"""What goes wrong, said without values of the data."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Hashable, Iterable, Sequence
from contextlib import suppress
from typing import TypeVar

from pdkl.core.validation import ColumnNotFoundError, listing

Result = TypeVar("Result")
Columns = Callable[[], Iterable[Hashable]]
_KINDS = (TypeError, ValueError, NotImplementedError, OSError)


def kept_back(ask: Callable[[], Result], columns: Columns = tuple) -> Result:
    """Return what ``ask`` does; what it raises or warns of names ``columns``, but no value.

    The error is a new one, with no cause, context or note, as these may hold values too. Its
    message is kept where it speaks of columns, of packages, or of files that are not there.
    """
    answers, problem = _attempt(ask, columns)
    if problem is not None:
        raise problem  # not where it was caught: it would have a context
    (answer,) = answers
    return answer


def _attempt(ask: Callable[[], Result], columns: Columns) -> tuple[list[Result], Exception | None]:
    try:
        with warnings.catch_warnings(record=True) as caught:
            answer = ask()
    except (ColumnNotFoundError, ImportError) as error:
        return [], type(error)(str(error))
    except FileNotFoundError as error:
        # the system's own names a file, and the folders of a data set may be values
        ours = error.errno is None
        return [], FileNotFoundError(str(error)) if ours else _without_values(error, columns)
    except Exception as error:
        return [], _without_values(error, columns)
    for kind in dict.fromkeys(warning.category.__name__ for warning in caught):
        warnings.warn(_said(kind), stacklevel=6)
    return [answer], None


def _without_values(error: Exception, columns: Columns) -> Exception:
    """Make an error of the same kind that says no more than that, and the columns it names."""
    message = str(error)
    names: list[str] = []
    with suppress(Exception):  # the columns may be what cannot be read
        # of a name without quotes, such as 1, the message may speak by chance
        known = [name for name in dict.fromkeys(columns()) if isinstance(name, str)]
        names = [name for name in known if repr(name) in message]
    kind = next((kind for kind in _KINDS if isinstance(error, kind)), RuntimeError)
    return kind(_said(type(error).__name__, names))


def _said(kind: str, names: Sequence[str] = ()) -> str:
    about = f" about {listing(names)}" if names else ""
    return (
        f"a {kind}{about} is kept back, as what it says may hold values of the data (redact=True). "
        "Ask without redact, where values may be seen, to read it."
    )
