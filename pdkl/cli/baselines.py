"""The profile that a gate compares with, taken again of newer data."""

from __future__ import annotations

from typing import Any

from pdkl.api.frame import InfoTheory
from pdkl.codes.groupers import grouper_of
from pdkl.core.validation import listing
from pdkl.sources.profile.profile import Profile
from pdkl.sources.registry import read_data


def take_again(before: Profile, data: Any) -> Profile:
    """Count other data as a profile has counted its own, so that both can be added.

    What was lumped beyond the most frequent categories is lumped again.
    """
    found = InfoTheory(data).profile(
        before.columns, by=_keys(before, data), weights=before.weights, bins=before
    )
    if lost := [name for name in before.columns if name not in found.columns]:
        raise ValueError(
            f"the profile that is to be replaced has {listing(lost)}, which cannot be counted in "
            "the new data. Correct the data, or take a profile without: pdkl profile."
        )
    kept = [one["categories"] for one in before.facts["columns"].values() if one["lumped"]]
    return found.fold(max(kept)) if kept else found


def _keys(before: Profile, data: Any) -> list[Any] | None:
    """Return the keys, whose times are cut as before where they are not yet."""
    texts, cut = before.precounted.grouper_texts, read_data(data).precounted.grouper_texts
    return [
        grouper_of(key, texts[key]) if key in texts and texts[key] != cut.get(key) else key
        for key in before.by
    ] or None
