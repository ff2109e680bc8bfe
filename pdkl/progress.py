"""A bar that shows how far long work is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

Item = TypeVar("Item")


def with_progress(
    items: Iterable[Item],
    total: int | None,
    what: str,
    *,
    rows_in: Callable[[Item], int] | None = None,
) -> Iterator[Item]:
    """Pass the items on, and show a bar meanwhile, where tqdm is installed.

    ``total`` is how many items there are. With ``rows_in`` the bar counts the rows in the items
    instead, and ``total`` is their number, None where it is not known. Such a bar is shown on a
    terminal only, and after a second, since most data are read by then; one of items is shown at
    once, and in notebooks too.
    """
    look: dict[str, Any] = {"total": total, "desc": what, "leave": False}
    try:
        if rows_in is None:
            from tqdm.auto import tqdm
        else:
            from tqdm import tqdm
    except ImportError:
        yield from items
        return
    if rows_in is None:
        yield from tqdm(items, **look)
        return
    with tqdm(**look, unit=" rows", unit_scale=True, delay=1, disable=None) as bar:
        for item in items:
            yield item
            bar.update(rows_in(item))
