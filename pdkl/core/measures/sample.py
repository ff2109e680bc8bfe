"""Samples: the counts that entropy is estimated from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pdkl.core.counts.pairs import Pairs
from pdkl.core.numerics.exact import FloatArray, IntArray, segment_sum


@dataclass(frozen=True)
class Sample:
    """The counts of many samples at once, one entry per (sample, occurring category).

    Parameters
    ----------
    count : float64 array
        How often the category was seen: whole numbers above 0, below 2**53 in sum.
    group : int64 array
        Which sample the entry belongs to, in any order.
    alphabet : int64 array, one entry per sample
        How many categories could occur; at least as many as do.
    size_of : float64 array, one entry per sample, optional
        The number of observations, where entries are not all that was seen.
    """

    count: FloatArray
    group: IntArray
    alphabet: IntArray
    size_of: FloatArray | None = None

    @classmethod
    def of(cls, pairs: Pairs) -> Sample:
        """Take P of each comparison as a sample."""
        alphabet = np.full(pairs.size, pairs.alphabet, dtype=np.int64)
        count, comparison = pairs.count_p, pairs.comparison
        if not count.all():  # drawn again, a category may not occur
            seen = count > 0
            count, comparison = count[seen], comparison[seen]
        return cls(count, comparison, alphabet)

    @classmethod
    def of_entries(cls, pairs: Pairs) -> Sample:
        """Take each entry as if it were all that is shown of its sample."""
        seen = np.flatnonzero(pairs.count_p > 0)
        alphabet = np.full(len(pairs.count_p), pairs.alphabet, dtype=np.int64)
        return cls(pairs.count_p[seen], seen, alphabet, pairs.total_p[pairs.comparison])

    @property
    def size(self) -> int:
        """The number of samples, empty ones included."""
        return len(self.alphabet)

    @cached_property
    def n(self) -> FloatArray:
        """The number of observations of each sample."""
        return self._tally(self.count) if self.size_of is None else self.size_of

    @cached_property
    def support(self) -> FloatArray:
        """How many categories occur in each sample, m."""
        return self._tally(np.ones(len(self.count)))

    @cached_property
    def absent(self) -> FloatArray:
        """How many categories of the alphabet do not occur."""
        return np.asarray(self.alphabet - self.support)

    @cached_property
    def total(self) -> FloatArray:
        """The n of each entry's sample."""
        return self.n[self.group]

    def seen(self, times: int) -> FloatArray:
        """How many categories were seen so many times: f_1, f_2 and so on."""
        return self._tally(self.count == times)

    def sum(self, values: FloatArray) -> FloatArray:
        """Add values over the occurring categories of each sample."""
        return segment_sum(values, self.group, self.size)

    def mean(self, values: FloatArray) -> FloatArray:
        """Average values over the observations of each sample."""
        return self.sum(self.count / self.total * values)

    def _tally(self, values: FloatArray | NDArray[np.bool_]) -> FloatArray:
        return np.bincount(self.group, weights=values, minlength=self.size).astype(np.float64)
