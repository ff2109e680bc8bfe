"""Which columns are cut into intervals, and where: settled once per column, for all analyses."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pdkl.codes.intervals import (
    Binner,
    Edges,
    fit_to,
    nothing_to_cut,
    read_binning,
    read_bins,
    rules_for,
    same_bins,
)
from pdkl.codes.keys import group_rows
from pdkl.codes.rolling import windows_of
from pdkl.codes.scales import may_be_scaled, scale_of
from pdkl.core.counts.bin_edges import Binning
from pdkl.core.counts.counts import WeightArray
from pdkl.core.forms import LABEL, Q
from pdkl.counting.apart import Wrong, apart, noting
from pdkl.counting.count import weights_of
from pdkl.request.resolve import ResolvedRequest, check_reference
from pdkl.results import pairing
from pdkl.sources.base import Rows, Source, different_bins


def settle_bins(
    resolved: ResolvedRequest, *, compared: bool, wrong: Wrong | None = None
) -> dict[Hashable, Binner]:
    """Return how each binned column is cut: as a profile has cut it, else fitted once.

    It is fitted to what is Q, where the rows of a column or frame are, else to all rows. By default
    intervals hold equal shares of these where two distributions are ``compared``. What is ``wrong``
    with columns that cannot be cut is noted there, or else raised.
    """
    resolved = resolved.in_parts
    request, form, source = resolved.request, resolved.form, resolved.source
    binning = read_binning(request.binning, request.bins, compared=compared)
    settled: dict[Hashable, Binner] = {}
    for name in resolved.columns:
        with noting(wrong, name):
            if (binner := binner_of_profiles(name, source, resolved.reference)) is not None:
                settled[name] = binner
    rules = _open_rules(resolved, settled)
    of_partners = source.precounted.binners if form is Q else {}
    binners: dict[Hashable, Binner] = {}
    for name, partner in zip(resolved.columns, resolved.partners, strict=True):
        own, other = settled.get(name), of_partners.get(partner)
        if other is not None and name in rules:
            raise ValueError(different_bins(partner))
        if own is not None and other is not None and not same_bins(own, other):
            raise ValueError(
                f"columns {name!r} and {partner!r} of the profile are not cut at the same places, "
                "so their intervals cannot be compared. Take it with the same edges for both."
            )
        chosen = other if own is None else own
        if chosen is not None:
            _cut_pair(binners, name, partner, chosen)
    if not rules:
        return binners
    if resolved.reference is not None:
        source = resolved.reference
        check_reference(request, source, list(rules))
    partner_of = dict(zip(resolved.columns, resolved.partners, strict=True))
    rows_of = _rows_to_fit(resolved, source, rules, partner_of, wrong)
    is_pooled = resolved.reference is None and form not in (Q, LABEL)
    for name in [name for name in rules if not wrong or name not in wrong]:
        with noting(wrong, name):
            partner, rows = partner_of[name], rows_of.get(name)
            binner = _fitted(resolved, source.head, partner, rules[name], rows, binning)
            if binner is not None:
                if is_pooled and binner.fitted != "given":
                    binner = replace(binner, fitted="pooled")
                _cut_pair(binners, name, partner, binner)
    if not binners and not wrong:
        raise nothing_to_cut(list(rules))
    return binners


def binner_of_profiles(name: Hashable, source: Source, reference: Source | None) -> Binner | None:
    """Return how profiles have cut a column already, None where none has.

    Only edges that the reference was cut at were fitted to what is Q.
    """
    own = source.precounted.binners.get(name)
    other = None if reference is None else reference.precounted.binners.get(name)
    if own is not None and other is not None and not same_bins(own, other):
        raise ValueError(
            f"column {name!r} is not cut at the same places in both profiles. Take them with the "
            "same edges, or with the bins of the first: profile(..., bins=first)."
        )
    if other is not None or own is None:
        return other
    return replace(own, fitted="given")


def _open_rules(
    resolved: ResolvedRequest, settled: Mapping[Hashable, Binner]
) -> dict[Hashable, Any]:
    """Read ``bins`` for the columns that no profile has cut."""
    bins, head = resolved.request.bins, resolved.source.head
    for name, binner in settled.items():
        rule = bins.get(name) if isinstance(bins, Mapping) else bins
        if rule is not None:
            edges = read_bins("bins", rule)
            if not (isinstance(edges, Edges) and edges.are_those_of(binner)):
                raise ValueError(different_bins(name))
    left = [name for name in resolved.columns if name not in settled]
    if (
        settled
        and not isinstance(bins, Mapping)
        and not any(may_be_scaled(head[name]) for name in left)
    ):
        return {}
    rules = rules_for(bins, head, left)
    for source in resolved.sources:
        for name in [name for name in rules if name in source.precounted.folded]:
            raise ValueError(
                f"bins cannot cut column {name!r}, as a profile has lumped some of its values "
                "together. Take it with these bins, or without max_categories."
            )
    return rules


def _rows_to_fit(
    resolved: ResolvedRequest,
    side: Source,
    rules: Mapping[Hashable, Any],
    partner_of: Mapping[Hashable, Hashable],
    wrong: Wrong | None,
) -> dict[Hashable, Rows]:
    """Return rows of a side for each rule of bins, but for edges, which need none."""
    weights, keys = resolved.request.weights, resolved.keys if resolved.form is LABEL else []
    open_ = [name for name, rule in rules.items() if not isinstance(rule, Edges)]

    def ask(names: Sequence[Hashable]) -> dict[Hashable, Rows]:
        lists = [[*keys, partner_of[name]] for name in names]
        return dict(zip(names, side.reduce(lists, weights, {}) if lists else [], strict=True))

    if wrong is None:
        return ask(open_)
    found, unread = apart(open_, ask)
    wrong |= unread
    return found


def pooled(
    sides: Sequence[tuple[pd.Series[Any], WeightArray | None]],
) -> tuple[pd.Series[Any], WeightArray | None]:
    """Put the values of sides, and how many rows have each, behind one another, none changed."""
    if len(sides) == 1:
        return sides[0]
    parts = [values for values, _ in sides]
    if len({part.dtype for part in parts}) > 1:
        parts = [part.astype(object) for part in parts]
    weight = [
        np.ones(len(values), dtype=np.int64) if known is None else known for values, known in sides
    ]
    return pd.concat(parts, ignore_index=True), np.concatenate(weight)


def _fitted(
    resolved: ResolvedRequest,
    head: pd.DataFrame,
    name: Hashable,
    rule: Any,
    rows: Rows | None,
    binning: Binning,
) -> Binner | None:
    """Fit the bins of a column to its rows; None where its values are not what bins is for."""
    request, form = resolved.request, resolved.form
    values, weight = head[name], None
    if rows is not None:
        values, weight = rows.plain[name], weights_of(rows)
        if form is LABEL:
            of_group = _of_group(rows.frame, resolved)
            values, weight = values[of_group], None if weight is None else weight[of_group]
    if not isinstance(request.bins, Mapping) and scale_of(values) is None:
        return None  # objects that only their values tell of
    return fit_to(
        values,
        name,
        weight,
        rule,
        binning,
        fitted="reference",
        counted=request.weights is None,
    )


def _of_group(frame: pd.DataFrame, resolved: ResolvedRequest) -> NDArray[np.bool_]:
    """Tell which rows are of the group that is the reference."""
    label, columns = resolved.request.reference, list(resolved.source.head.columns)
    codes, keys = group_rows(frame, resolved.by)
    if resolved.rolling is None:
        return np.asarray(codes == pairing.find(keys, label, columns))
    windows = windows_of(keys, resolved.rolling)
    window = pairing.find(windows.keys, label, columns)
    steps = windows.order[windows.first[window] : windows.stop[window]]
    assert codes is not None  # there is a key
    return np.isin(codes, steps)


def _cut_pair(
    binners: dict[Hashable, Binner], name: Hashable, partner: Hashable, binner: Binner
) -> None:
    """Cut a column and its partner alike; each is counted once, so in one way only."""
    for column in (name, partner):
        if not same_bins(binners.setdefault(column, binner), binner):
            raise ValueError(
                f"bins would cut column {column!r} in two ways, as it stands in two pairs of p "
                "and q. Ask for these pairs one by one, or give it edges."
            )
