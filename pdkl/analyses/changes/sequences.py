"""The sequences that are cut: the periods of each column, in each group of the other keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from pdkl.codes.keys import Key, rank_keys
from pdkl.codes.labels import Labels, as_text
from pdkl.codes.steps import positions
from pdkl.core.changes.stretches import Found, Part, Periods, Settings, stretches
from pdkl.core.counts.counts import Counts, WeightArray
from pdkl.core.numerics.exact import IntArray

MOST_PERIODS = 2000  # of a sequence: what is looked at grows with the square of their number
FEW_PERIODS = 5  # periods, from which on their noise can be told
_SPARSE = 2.0  # rows of the median period, likewise
_WANDERS = 2.0


@dataclass(frozen=True)
class Counted:
    """A column, counted by all keys."""

    text: str
    counts: Counts
    labels: Labels
    leveled: bool


@dataclass(frozen=True)
class Clock:
    """The periods that were counted, in order, by what the other keys make of them.

    Parameters
    ----------
    keys : DataFrame
        The other keys, a row for each group of them.
    times : Series
        When each period is.
    rows : list of int64 array
        The periods of each group, without one whose time is missing.
    position : list of int64 array
        Where these stand in time.
    rhythm : list of int or None
        How long a rhythm of them may be.
    timeless : list of int64 array
        The period of each group whose time is missing, if there is one.
    """

    keys: pd.DataFrame
    times: pd.Series[Any]
    rows: list[IntArray]
    position: list[IntArray]
    rhythm: list[int | None]
    timeless: list[IntArray]

    @classmethod
    def of(cls, keys: pd.DataFrame, key: Key) -> Clock:
        """Read sorted keys, the last of which, ``key``, is the time."""
        times = keys.iloc[:, -1]
        new = np.arange(len(keys)) == 0
        for name in keys.columns[:-1]:
            new[1:] |= np.diff(rank_keys(keys[name])) != 0
        first = np.flatnonzero(new)
        missing = times.isna().to_numpy()
        rows, timeless = [], []
        for every in np.split(np.arange(len(keys)), first[1:]) if len(keys) else []:
            rows.append(every[~missing[every]])
            timeless.append(every[missing[every]])
        found = [positions(times.iloc[own].reset_index(drop=True), key) for own in rows]
        others = keys.iloc[first, :-1].reset_index(drop=True)
        where, rhythm = [one[0] for one in found], [one[1] for one in found]
        return cls(others, times, rows, where, rhythm, timeless)


class Row(NamedTuple):
    """A row of the answer: a part of the sequence of a column in a group."""

    group: int
    column: int
    part: Part
    periods: IntArray  # those of the sequence, as rows of the clock
    found: Found
    note: str

    @property
    def ends(self) -> tuple[int, int]:
        """Its first and its last period, as rows of the clock; -1 where there is none."""
        own = self.periods[self.part.periods]
        return (int(own[0]), int(own[-1])) if len(own) else (-1, -1)


def search(
    clock: Clock, sides: Sequence[Counted], settings: Settings, season: int | None
) -> tuple[list[Row], list[dict[str, Any]]]:
    """Cut the sequence of each group and column; return the rows, and what each was taken for.

    ``season`` is the rhythm of all, where one is given.
    """
    places = [(group, column) for group in range(len(clock.rows)) for column in range(len(sides))]
    sequences, kept = [], []
    for group, column in places:
        counts, every = sides[column].counts, clock.rows[group]
        has_rows = counts.totals[every] > 0
        kept.append(every[has_rows])
        _require_few(len(kept[-1]), clock)
        length = clock.rhythm[group] if settings.only_if_shown else season
        position = clock.position[group][has_rows]
        sequences.append(Periods(counts.take(kept[-1]), position, length))
    shared = replace(settings, level=settings.level / max(len(places), 1))
    rows: list[Row] = []
    facts: list[dict[str, Any]] = []
    for (group, column), periods, one in zip(
        places, kept, stretches(sequences, shared), strict=True
    ):
        side = sides[column]
        lost = int(side.counts.totals[clock.timeless[group]].sum())
        note = _note(side.counts.totals[periods], lost, one, settings)
        rows += [Row(group, column, part, periods, one, note) for part in one.parts]
        keys = {as_text(name): as_text(clock.keys[name].iloc[group]) for name in clock.keys.columns}
        noise = {"phi": one.phi, "rho": one.rho, "wander": one.wander, "season": one.season}
        facts.append({**keys, "column": side.text, **noise, "q": one.penalty})
    return rows, facts


def _require_few(number: int, clock: Clock) -> None:
    if number > MOST_PERIODS:
        raise ValueError(
            f"by cuts the time into {number:,} periods, and changes() looks for stretches among "
            f"at most {MOST_PERIODS:,}. Name a coarser freq, such as "
            f'by=pd.Grouper(key={clock.times.name!r}, freq="D").'
        )


def _note(rows: WeightArray, timeless: int, found: Found, settings: Settings) -> str:
    """Say what else is to be known of a sequence, ``rows`` being those of its periods."""
    notes = []
    if not len(rows):
        notes.append("no period has a value")
    elif len(rows) == 1:
        notes.append("one period: nothing to compare it with")
    elif found.penalty is None:
        notes.append("one category in all periods")
    elif settings.phi is None and len(rows) < FEW_PERIODS:
        notes.append(
            f"fewer than {FEW_PERIODS} periods: how noisy they are is not known; phi= sets it"
        )
    elif settings.phi is None and np.median(rows) < _SPARSE:
        notes.append(
            "periods of about one row: how noisy they are is not known; name a coarser freq, or "
            "phi="
        )
    if found.wander > _WANDERS:
        notes.append("a slope or a drift: the dates are steps in it")
    if found.crowded:
        notes.append("too many categories to take out a rhythm")
    if timeless:
        notes.append(f"{timeless:,} row{'s'[: timeless > 1]} without a time: in no stretch")
    return "; ".join(notes)
