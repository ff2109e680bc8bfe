"""When a distribution changed: a sequence of periods, cut into stretches that stay the same.

The partition is that which minimises the sum over its stretches of L + b(n), and q for each cut:
L is n H of a stretch, from counts divided by the noise of their period, b(n) what chance gains, and
q what the best of all cuts gains beyond that in a share alpha of sequences.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from pdkl.core.changes import rhythm
from pdkl.core.changes.chance import Chance, chances, splits, tail
from pdkl.core.changes.lengths import code_lengths, shortest
from pdkl.core.changes.noise import Noise, noise
from pdkl.core.counts.counts import Counts, as_float
from pdkl.core.inference.urn import count_deviance
from pdkl.core.numerics.exact import FloatArray, IntArray

_BLOCK, _BLOCKS = 7, 5  # periods of a block by default, if there are so many blocks
_LARGEST_TABLE = 1 << 26  # entries, of counts without their rhythm


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How changes are looked for.

    Parameters
    ----------
    level : float
        The probability with which a sequence without change may be cut.
    only_if_shown : bool
        Whether the rhythm of a sequence is taken out only where it shows.
    phi : float, optional
        How noisy the median period is; estimated where left out.
    block : int, optional
        Periods of a block, from which it is estimated too; 7 where left out, and 1 where that
        leaves fewer than five blocks.
    anomalies : int
        How many periods in a row may be one anomaly, and no two changes.
    """

    level: float
    only_if_shown: bool = False
    phi: float | None = None
    block: int | None = None
    anomalies: int = 1


@dataclass(frozen=True)
class Periods:
    """The periods of a sequence that have rows, in order.

    Parameters
    ----------
    counts : Counts
        A group for each; whole numbers of rows.
    position : int64 array
        Where each stands in time, empty ones counted too.
    season : int, optional
        The length of a rhythm that is to be taken out.
    """

    counts: Counts
    position: IntArray
    season: int | None = None

    def __len__(self) -> int:
        """Return their number."""
        return len(self.position)


class Part(NamedTuple):
    """A stretch or an anomaly, and the periods that it is compared with: none for the first."""

    periods: IntArray
    against: IntArray
    stretch: int  # its number from 0, of an anomaly that of the stretch around it
    is_anomaly: bool
    p_value: float  # NaN for the first


@dataclass(frozen=True)
class Found:
    """The parts of a sequence in order, and how noisy it was taken to be.

    ``noisier`` says how many times noisier each period is than its rows. Where there is nothing
    to cut, it is 1, and ``penalty`` None.
    """

    parts: list[Part]
    noisier: FloatArray
    rho: float = 0.0
    wander: float = 1.0
    season: int | None = None
    penalty: float | None = None
    crowded: bool = False  # whether no rhythm was looked for, as the table would be too large

    @property
    def phi(self) -> float:
        """How noisy the median period is."""
        return float(np.median(self.noisier)) if len(self.noisier) else 1.0


@dataclass(frozen=True)
class _Model:
    """A sequence as it is cut: without its rhythm, its counts divided by their noise."""

    periods: Periods
    counts: Counts
    noise: Noise
    wander: float
    season: int | None
    crowded: bool

    @property
    def rows(self) -> FloatArray:
        return as_float(self.periods.counts.totals)

    @property
    def noisier(self) -> FloatArray:
        return 1.0 + self.noise.rho * (self.rows - 1.0)


def stretches(sequences: Sequence[Periods], settings: Settings) -> list[Found]:
    """Cut each of some sequences into stretches."""
    compact = [_compact(one) for one in sequences]
    models = [_model(one, settings) for one in compact if _may_be_cut(one)]
    known = chances(
        [as_float(one.periods.counts.outcome_totals) for one in models],
        [float(one.rows.min()) for one in models],
    )
    found = [_cut(model, chance, settings) for model, chance in zip(models, known, strict=True)]
    answers = iter(_judged(models, found))
    return [next(answers) if _may_be_cut(one) else _whole(len(one)) for one in compact]


def _compact(periods: Periods) -> Periods:
    """Leave out the categories that no period has."""
    counts = periods.counts
    seen = counts.observed
    return replace(periods, counts=counts.relabel(np.cumsum(seen) - 1, int(seen.sum())))


def _may_be_cut(periods: Periods) -> bool:
    return len(periods) > 1 and periods.counts.n_outcomes > 1


def _whole(size: int) -> Found:
    return Found([Part(np.arange(size), np.arange(0), 0, False, np.nan)], np.ones(size))


def _model(periods: Periods, settings: Settings) -> _Model:
    """Take out the rhythm, and estimate how noisy the periods are."""
    counts, position, season = periods.counts, periods.position, periods.season
    crowded = False
    if season is not None and settings.only_if_shown:
        if not rhythm.shows(counts, position, season):
            season = None
        elif len(periods) * counts.n_outcomes > _LARGEST_TABLE:
            season, crowded = None, True
    if season is not None:
        counts = rhythm.taken_out(counts, position % season)
    size = as_float(periods.counts.totals)
    middle = float(np.median(size)) - 1.0
    wander, found = 1.0, Noise()
    if settings.phi is not None:
        found = Noise((settings.phi - 1.0) / max(middle, 1.0))
    else:
        found = noise(counts)
        block = settings.block or (_BLOCK if len(size) >= _BLOCK * _BLOCKS else 1)
        if block > 1 and len(size) >= 3 * block:
            of_blocks = _noise_of_blocks(counts, size, block)
            if of_blocks.rho > found.rho:
                wander = (1.0 + of_blocks.rho * middle) / (1.0 + found.rho * middle)
                found = of_blocks
    noisier = 1.0 + found.rho * (size - 1.0)
    counts = replace(counts, weight=as_float(counts.weight) / noisier[counts.group])
    return _Model(periods, counts, found, wander, season, crowded)


def _noise_of_blocks(counts: Counts, size: FloatArray, block: int) -> Noise:
    """Estimate what rho of the periods makes neighbouring blocks of them as different as they are.

    Where neighbours are alike, and blocks are not, the distribution wanders.
    """
    owner = np.arange(len(size)) // block
    found = noise(counts.regroup(owner, int(owner[-1]) + 1))
    diluted = np.bincount(owner, size**2) / np.bincount(owner, size) ** 2
    return found._replace(rho=min(found.rho / float(np.median(diluted)), 1.0))


def _cut(model: _Model, chance: Chance, settings: Settings) -> Found:
    """Find the partition, and tell anomalies from changes."""
    every = np.arange(len(model.periods))
    level = settings.level / (len(every) - 1)
    penalty = chance.penalty(level, model.noise.freedom)
    rows = model.rows

    def solve(kept: IntArray) -> list[int]:
        until = np.concatenate([[0.0], np.cumsum(rows[kept])])
        lengths = code_lengths(model.counts.take(kept))
        n = np.tril(until[:, None] - until[None], -1)
        return shortest(lengths + chance.of(n), penalty)

    kept, cuts, odd = _without_anomalies(every, solve, settings.anomalies)
    parts = _parts(kept, cuts, odd)
    facts = (model.noisier, model.noise.rho, model.wander, model.season, penalty, model.crowded)
    return Found(parts, *facts)


def _without_anomalies(
    every: IntArray, solve: Callable[[IntArray], list[int]], most: int
) -> tuple[IntArray, list[int], list[IntArray]]:
    """Return the periods that are no anomaly, where these are cut, and the anomalies.

    An anomaly is a stretch of ``most`` periods or fewer with no cut around it once it is left out:
    before and after, the distribution is the same. The first and the last stretch cannot be told.
    """
    kept, odd = every, list[IntArray]()
    cuts = solve(kept)
    while most:
        lone = [np.arange(low, high) for low, high in pairwise(cuts) if high - low <= most]
        if not lone:
            break
        rest = np.delete(kept, np.concatenate(lone))
        again = set(rest[solve(rest)].tolist())
        beside = {int(one) for run in odd for one in (run[0] - 1, run[-1] + 1)}
        new = [
            kept[places]
            for places in lone
            if int(kept[places[-1] + 1]) not in again and beside.isdisjoint(kept[places].tolist())
        ]
        if not new:
            break
        odd += new
        kept = np.setdiff1d(kept, np.concatenate(new))
        cuts = solve(kept)
    return kept, cuts, odd


def _parts(kept: IntArray, cuts: list[int], odd: list[IntArray]) -> list[Part]:
    """List stretches and anomalies by their first period."""
    runs = np.split(kept, cuts)
    before = [np.arange(0), *runs[:-1]]
    parts = [
        Part(run, against, number, False, np.nan)
        for number, (run, against) in enumerate(zip(runs, before, strict=True))
    ]
    begins = [int(run[0]) for run in runs]
    for places in odd:
        around = int(np.searchsorted(begins, places[0])) - 1
        parts.append(Part(places, runs[around], around, True, np.nan))
    return sorted(parts, key=lambda part: int(part.periods[0]))


def _judged(models: Sequence[_Model], found: Sequence[Found]) -> list[Found]:
    """Say how likely chance makes each part as different from the one before, at some place."""
    pools: list[FloatArray] = []
    sizes: list[FloatArray] = []
    gains: list[float] = []
    for model, one in zip(models, found, strict=True):
        raw = model.periods.counts
        for part in one.parts[1:]:
            both = [part.periods, part.against]
            here, there = (_sums(model.counts, places) for places in both)
            gains.append(_gain(here, there))
            pool = sum(_sums(raw, places) for places in both)
            pools.append(np.asarray(pool)[np.asarray(pool) > 0])
            sizes.append(model.rows[part.periods].sum(keepdims=True))
    chance = iter(zip(splits(pools, sizes), gains, strict=True))
    answers = []
    for model, one in zip(models, found, strict=True):
        places, judged = len(model.periods) - 1, one.parts[:1]
        for part in one.parts[1:]:
            (_, moments), gain = next(chance)
            freedom = model.noise.freedom
            at_one = tail(np.array([gain]), moments.mean, moments.variance, freedom)
            judged.append(part._replace(p_value=min(float(at_one[0]) * places, 1.0)))
        answers.append(replace(one, parts=judged))
    return answers


def _sums(counts: Counts, places: IntArray) -> FloatArray:
    """Add the periods of a part, by category."""
    return as_float(counts.take(places).outcome_totals)


def _gain(here: FloatArray, there: FloatArray) -> float:
    """Return what two distributions save over one, in nats."""
    both, n, m = here + there, float(here.sum()), float(there.sum())
    own = count_deviance(here, both * (n / (n + m))) + count_deviance(there, both * (m / (n + m)))
    return float(own.sum())
