"""Which columns are cut into intervals, and where: fitted once per column."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from pdkl.codes.intervals import (
    Binner,
    fit_to,
    is_number,
    is_time,
    read_binning,
    rules_for,
    same_bins,
)
from pdkl.codes.keys import group_rows
from pdkl.core.counts.bin_edges import Binning, read_bins
from pdkl.counting.count import weights_of
from pdkl.request.resolve import ResolvedRequest, check_reference
from pdkl.results import pairing
from pdkl.sources.base import Precounted, Rows, Source, different_bins


def settle_bins(resolved: ResolvedRequest) -> dict[Hashable, Binner]:
    """Fit the intervals of each binned column once: to its reference, or to all rows."""
    request, form, source = resolved.request, resolved.form, resolved.source
    frame = source.head
    binning = read_binning(request.binning, request.bins, compared=form is not None)
    settled, rules = bins_of_profiles(
        request.bins, frame, resolved.columns, source, resolved.reference
    )
    of_partners = Precounted.of(source).binners if form == "q" else {}
    fitted: dict[Hashable, Binner] = {}
    for name, partner in zip(resolved.columns, resolved.partners, strict=True):
        own, other = settled.get(name), of_partners.get(partner)
        if other is not None and name in rules:
            raise ValueError(different_bins(partner))
        if own is not None and other is not None and not same_bins(own, other):
            raise ValueError(
                f"columns {name!r} and {partner!r} of the profile are not cut at the same places, "
                "so their intervals cannot be compared. Take it with the same edges for both."
            )
        chosen_bins = other if own is None else own
        if chosen_bins is not None:
            _cut_pair(fitted, name, partner, chosen_bins)
    if not rules:
        return fitted
    if resolved.reference is not None:
        source = resolved.reference
        check_reference(request, source, list(rules))
    partner_of = dict(zip(resolved.columns, resolved.partners, strict=True))
    excluded = resolved.keys if form == "label" else []
    every = to_fit(source, rules, partner_of, excluded, request.weights)
    for (name, rule), rows in zip(rules.items(), every, strict=True):
        weight, values = weights_of(rows), rows.plain[partner_of[name]]
        if form == "label" and len(values):
            codes, keys = group_rows(rows.frame, resolved.by)
            chosen = codes == pairing.find(keys, request.reference, list(frame.columns))
            values = values[np.asarray(chosen)]
            weight = None if weight is None else weight[chosen]
        counted = request.weights is None
        binner = fit_to(values, partner_of[name], weight, rule, binning, counted=counted)
        _cut_pair(fitted, name, partner_of[name], binner)
    return fitted


def _cut_pair(
    fitted: dict[Hashable, Binner], name: Hashable, partner: Hashable, binner: Binner
) -> None:
    """Cut a column and its partner alike; each is counted once, so in one way only."""
    for column in (name, partner):
        if not same_bins(fitted.setdefault(column, binner), binner):
            raise ValueError(
                f"bins would cut column {column!r} in two ways, as it stands in two pairs of p "
                "and q. Ask for these pairs one by one, or give it edges."
            )


def to_fit(
    source: Source,
    rules: Mapping[Hashable, Any],
    columns: Mapping[Hashable, Hashable],
    excluded: Sequence[Hashable],
    weights: Hashable | None,
) -> list[Rows]:
    """Return rows for each rule of bins: no rows where it has edges, which fit anything."""
    open_ = [name for name, rule in rules.items() if not isinstance(rule, np.ndarray)]
    every = iter(source.reduce([[*excluded, columns[name]] for name in open_], weights, {}))
    none = Rows(source.head.iloc[:0], weights)
    return [next(every) if name in open_ else none for name in rules]


def bins_of_profiles(
    bins: Any, head: pd.DataFrame, columns: Sequence[Hashable], *sources: Source | None
) -> tuple[dict[Hashable, Binner], dict[Hashable, Any]]:
    """Return how profiles have cut columns already, and the rules for those that are left."""
    settled: dict[Hashable, Binner] = {}
    for source in sources:
        binners = {} if source is None else Precounted.of(source).binners
        for name in [column for column in columns if column in binners]:
            if not same_bins(settled.setdefault(name, binners[name]), binners[name]):
                raise ValueError(
                    f"column {name!r} is not cut at the same places in both profiles. Take them "
                    "with the same edges, or with the bins of the first: profile(..., bins=first)."
                )
    for name, binner in settled.items():
        rule = bins.get(name) if isinstance(bins, Mapping) else bins
        if rule is not None:
            edges = read_bins("bins", rule)
            if not (isinstance(edges, np.ndarray) and np.array_equal(edges, binner.bins.edges)):
                raise ValueError(different_bins(name))
    left = [name for name in columns if name not in settled]
    kinds = [head[name].dtype for name in left]
    if settled and not isinstance(bins, Mapping) and not any(map(_can_be_cut, kinds)):
        return settled, {}
    rules = rules_for(bins, head, left)
    for source in sources:
        folded = {} if source is None else Precounted.of(source).folded
        for name in [name for name in rules if name in folded]:
            raise ValueError(
                f"bins cannot cut column {name!r}, as a profile has lumped some of its values "
                "together. Take it with these bins, or without max_categories."
            )
    return settled, rules


def _can_be_cut(dtype: Any) -> bool:
    return is_number(dtype) or is_time(dtype)


def fit_bins(
    source: Source, rules: Mapping[Hashable, Any], weights: Hashable | None, binning: Binning
) -> dict[Hashable, Binner]:
    """Fit the intervals of each column to all of its values."""
    every = to_fit(source, rules, {name: name for name in rules}, [], weights)
    return {
        name: fit_to(
            rows.plain[name], name, weights_of(rows), rule, binning, counted=weights is None
        )
        for (name, rule), rows in zip(rules.items(), every, strict=True)
    }
