"""Questions about files that hold more values than memory: handed to DuckDB, or told why not."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace
from typing import Any

from pdkl.codes.labels import parts_of
from pdkl.comparing import counts_of_counts
from pdkl.comparing.pushdown import asks_counts, push
from pdkl.comparing.shared_labels import Column
from pdkl.core.forms import Q
from pdkl.request.resolve import ResolvedRequest
from pdkl.results.pairing import GroupPairs
from pdkl.sources.arrow.limits import ALL_IN_MEMORY, Limit
from pdkl.sources.base import FrameSource, Source

_FEWER = "ask it of fewer rows or of coarser values."
_INSTALL = "DuckDB counts them on disk where it is installed: pip install duckdb 'pdkl[engines]'."
_ELSEWHERE = (
    "DuckDB could count them on disk if all rows were in files, here the data as well as the "
    f"reference: name both with pdkl.scan(path), or {_FEWER}"
)


def concerns(resolved: ResolvedRequest) -> bool:
    """Tell whether any rows are in files."""
    return any(map(_is_in_files, resolved.sources))


def obstacle(resolved: ResolvedRequest, *, binned: bool) -> str | None:
    """Say why DuckDB cannot be asked, and what to do; None where it can."""
    if binned or not asks_counts(resolved):
        return ALL_IN_MEMORY
    if not all(map(_is_in_files, resolved.sources)):
        return _ELSEWHERE
    from pdkl.sources import on_disk

    sources: list[Any] = resolved.sources
    here, there = (sources[i].data.schema for i in (0, -1))
    beside = there if resolved.is_matched else here
    compared = [(key, here.field(key), beside.field(key), True) for key in resolved.keys]
    for p, q in zip(resolved.columns, resolved.partners, strict=True):
        for one, other in zip(parts_of([p]), parts_of([q]), strict=True):
            compared.append((one, here.field(one), there.field(other), False))
    for name, *fields, is_key in compared:
        types = [field.type for field in fields]
        known = [on_disk.type_there(one, is_key=is_key) for one in types]
        if None in known or known[0] != known[1]:
            said = " and ".join(dict.fromkeys(map(str, types)))
            return (
                f"DuckDB cannot count them on disk, as it does not hold column {name!r} ({said}) "
                f"as it is held here: write it as text or whole numbers, or {_FEWER}"
            )
    weights = resolved.request.weights
    if weights is not None and not all(
        on_disk.is_whole(one.field(weights).type) for one in (here, there)
    ):
        return ALL_IN_MEMORY
    return None if on_disk.is_there() else _INSTALL


def limited(resolved: ResolvedRequest, remedy: str | None) -> ResolvedRequest:
    """Let no more be kept than is worth it, or, with a remedy to be named, than has room."""
    limit = Limit(counts_of_counts.MOST_ROWS) if remedy is None else Limit(remedy=remedy)
    sources: list[Any] = resolved.sources
    return _reading(
        resolved, [replace(one, limit=limit) if _is_in_files(one) else one for one in sources]
    )


def count(resolved: ResolvedRequest) -> tuple[GroupPairs, list[Column]] | None:
    """Let DuckDB count on disk; None where categories must be named."""
    from pdkl.sources import on_disk

    sources: list[Any] = resolved.sources
    weights = [] if resolved.request.weights is None else [resolved.request.weights]
    own = [*resolved.keys, *parts_of(resolved.columns)]
    other: list[Hashable] = parts_of(resolved.partners)
    if resolved.form is Q:
        columns = [[*own, *other, *weights]]
    else:
        matched = resolved.keys if resolved.is_matched else []
        columns = [[*own, *weights], [*matched, *other, *weights]][: len(sources)]
    with on_disk.in_duckdb(sources, columns) as moved:
        return push(_reading(resolved, moved))


def _is_in_files(source: Source) -> bool:
    return isinstance(source, FrameSource) and source.is_in_files


def _reading(resolved: ResolvedRequest, sources: Sequence[Source]) -> ResolvedRequest:
    """Return the request about the same rows elsewhere."""
    reference = None if resolved.reference is None else sources[1]
    return replace(resolved, source=sources[0], reference=reference)
