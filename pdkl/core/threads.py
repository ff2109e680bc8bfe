"""Many small tasks on all cores, each with random numbers of its own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import numpy as np

Result = TypeVar("Result")
_QUEUE = 256  # comparisons handed to the threads at a time


def each(
    task: Callable[[int, np.random.Generator], Result],
    size: int,
    rng: np.random.Generator,
    *,
    threads: int | None = None,
    first: int = 0,
) -> Iterator[Result]:
    """Do ``task(i, generator)`` for i below ``size``, and yield the results in this order.

    With ``first`` they are some of more tasks, of which so many come before.

    The random numbers of a task depend on ``rng``, which is asked once for a seed, and on its
    place alone: the number of threads changes nothing. Threads pay from some 20,000 cells drawn in
    each task; it is as many as this process may use if ``threads`` is left out.
    """
    seed = [int(word) for word in rng.integers(0, 2**32, 4)]

    def job(i: int) -> Result:
        sequence = np.random.SeedSequence(seed, spawn_key=(first + i,))
        return task(i, np.random.default_rng(sequence))

    if threads is None:
        threads = usable_cores()
    if min(threads, size) <= 1:
        yield from map(job, range(size))
        return
    with ThreadPoolExecutor(threads) as pool:
        for start in range(0, size, _QUEUE):  # a caller that stops early does not wait for all
            yield from pool.map(job, range(start, min(start + _QUEUE, size)))


def side_by_side(
    task: Callable[..., Result], *items: Sequence[Any], threads: int | None = None
) -> list[Result]:
    """Do a task for each of some items in threads, on all cores if ``threads`` is left out.

    One item needs no thread: to start it takes longer than many a small task.
    """
    size = min(map(len, items))
    if threads is None:
        threads = usable_cores() if size > 1 else 1
    if min(threads, size) <= 1:
        return list(map(task, *items))
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(task, *items))


def usable_cores() -> int:
    """Return how many threads of this process can run at once."""
    known = hasattr(os, "sched_getaffinity")
    return len(os.sched_getaffinity(0)) if known else os.cpu_count() or 1
