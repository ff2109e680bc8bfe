"""Two distributions on a line: at each value the shares up to it, and the gap to the next."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pdkl.core.counts.pairs import Pairs
from pdkl.core.numerics.exact import FloatArray, IntArray, segment_max, segment_sum


@dataclass(frozen=True, kw_only=True)
class Steps(Pairs):
    """What the term of a measure of ordered values sees: an entry per (comparison, value).

    As `Pairs`, but that ``count_p`` and ``count_q`` are the weights of all values up to that of the
    entry, so that ``p`` and ``q`` are the distribution functions F and G. Entries are in the order
    of their values.

    Parameters
    ----------
    gap : float64 array
        How far it is to the next value of the comparison; 0 behind the last.
    position : float64 array
        Where the values lie.
    alone : float64 array
        What Q has at each value itself.

    Examples
    --------
    >>> import numpy as np
    >>> one, at = np.ones(3), np.zeros(3, dtype=np.int64)
    >>> three = np.full(1, 3.0)
    >>> pairs = Pairs(at, np.arange(3), one, np.array([2.0, 1.0, 0.0]), one, three, three)
    >>> steps = Steps.of(pairs, np.array([0.0, 1.0, 5.0]))
    >>> steps.count_p.tolist(), steps.count_q.tolist(), steps.gap.tolist()
    ([1.0, 2.0, 3.0], [2.0, 3.0, 3.0], [1.0, 4.0, 0.0])
    """

    gap: FloatArray
    position: FloatArray
    alone: FloatArray

    @classmethod
    def of(cls, pairs: Pairs, position: FloatArray, gap: FloatArray | None = None) -> Steps:
        """Add up the weights of pairs whose entries are in the order of their values.

        ``position`` says where each entry lies. With a ``gap`` of its own, that stands for several
        values.
        """
        at = pairs.comparison
        first = np.flatnonzero(np.diff(at, prepend=-1))
        last = np.append(first[1:], len(at))[: len(first)] - 1
        if gap is None:
            with np.errstate(invalid="ignore", over="ignore"):
                gap = np.diff(position, append=position[-1:])
            gap[np.isnan(gap)] = 0.0  # what no float tells apart
            gap[last] = 0.0
        return cls(
            at,
            pairs.outcome,
            _added_up(pairs.count_p, pairs.total_p, at, first, last),
            _added_up(pairs.count_q, pairs.total_q, at, first, last),
            pairs.times,
            pairs.total_p,
            pairs.total_q,
            pairs.alphabet,
            gap=gap,
            position=position,
            alone=pairs.count_q,
        )

    @cached_property
    def spread(self) -> FloatArray:
        """The standard deviation of Q in each comparison, of its finite values."""
        known = np.flatnonzero((self.alone > 0) & np.isfinite(self.position))
        at, count, size = self.comparison[known], self.alone[known], self.size
        start = np.zeros(size)
        start[at[::-1]] = self.position[known][::-1]  # what is written last stands first
        mass = np.maximum(segment_sum(count, at, size), 5e-324)
        with np.errstate(over="ignore", invalid="ignore"):
            away = self.position[known] - start[at]  # 0 throughout where Q is one value
            away = away - (segment_sum(count * away, at, size) / mass)[at]
            furthest = segment_max(np.abs(away), at, size)
            scale = np.where(furthest > 0, furthest, 1.0)  # squares of large numbers are no floats
            squares = segment_sum(count * (away / scale[at]) ** 2, at, size)
            return np.asarray(furthest * np.sqrt(squares / mass))


def _added_up(
    count: FloatArray, total: FloatArray, at: IntArray, first: IntArray, last: IntArray
) -> FloatArray:
    """Add up the counts of each comparison from its first entry to its last."""
    if float(total.sum()) < 2.0**53 and bool((count == np.rint(count)).all()):
        found = np.cumsum(count)  # exact, also beyond the end of a comparison
        found -= np.repeat(found[first] - count[first], last - first + 1)
    else:
        parts = [np.cumsum(count[a : b + 1]) for a, b in zip(first, last, strict=True)]
        found = np.concatenate([np.zeros(0), *parts])
    found[last] = total[at[last]]  # however the sum was rounded, all is all
    return found
