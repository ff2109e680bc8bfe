"""Columns whose values are compared whatever they are: how each is cut, and which are left out."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass

from pdkl.codes.intervals import nothing_to_cut, read_binning
from pdkl.codes.labels import as_text, parts_of
from pdkl.codes.values import Encoder
from pdkl.core.validation import require_columns
from pdkl.counting.apart import Wrong
from pdkl.counting.kinds import DriftColumn, KindRequest, columns_of, settle_all, with_parts
from pdkl.request.resolve import ResolvedRequest


@dataclass(frozen=True)
class Settled:
    """The columns that are asked about, and what is known of them before any is counted.

    ``skipped`` are those that are left out as no one has named them, with why; ``wrong`` those that
    failed.
    """

    names: list[Hashable]
    encoders: dict[Hashable, Encoder]
    skipped: dict[Hashable, str]
    wrong: Wrong


def settle_columns(resolved: ResolvedRequest) -> Settled:
    """Settle what kinds the columns are, and how they are cut: by the rows of all sides together.

    Identifiers and clocks are left out unless they are named; those that are named are compared
    whatever they hold.
    """
    request, source, reference = resolved.request, resolved.sources[0], resolved.sources[-1]
    bins = request.bins
    if isinstance(bins, Mapping):
        require_columns("bins", bins, list(source.head.columns))
        single = parts_of(resolved.columns)
        bins = {name: rule for name, rule in bins.items() if name in single}
    columns = columns_of(resolved.columns, lambda name: DriftColumn(name, here=True, there=True))
    binning = read_binning(request.binning, bins, compared=True)
    # edges of the reference alone would make an innocent column differ by construction
    both = resolved.reference is not None
    asked = KindRequest.of(None, bins, columns, binning, both=both, ends=True)
    settle_all(columns, source, reference, request.weights, asked)
    if asked.common is not None and all(one.binner is None for one in with_parts(columns)):
        raise nothing_to_cut(resolved.columns)
    skipped = {} if request.columns is not None else _skipped(columns)
    names = [name for name in resolved.columns if name not in skipped]
    if not names:
        raise ValueError(
            "columns is None, and of no column are values compared by default: "
            f"{'; '.join(f'{as_text(name)}: {why}' for name, why in skipped.items())}. Name the "
            "columns: columns=..."
        )
    wrong = {column.name: column.wrong for column in columns if column.wrong is not None}
    return Settled(names, _encoders(columns), skipped, wrong)


def _skipped(columns: list[DriftColumn]) -> dict[Hashable, str]:
    return {column.name: column.why for column in columns if not column.is_scored}


def _encoders(columns: list[DriftColumn]) -> dict[Hashable, Encoder]:
    found = {
        column.name: column.encoder if column.is_scored and column.encoder else column.binner
        for column in with_parts(columns)
    }
    return {name: encoder for name, encoder in found.items() if encoder is not None}
