"""Distinct combinations of codes, counted piece by piece while more and more codes are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pdkl.core.counts.counts import CodeArray, WeightArray
from pdkl.core.numerics.exact import IntArray

_CHUNK = 1 << 15  # rows whose combined codes still fit the cache
_TABLE_BITS = 24  # of the cells of one dense table, about 128 MB
_ALL_TABLES_BITS = 25
_SMALL_BITS = 16  # a table so small is always worth having
_CELLS_PER_ROW = 128  # a table of more cells would take longer to read than the rows
_SORTED_AT_ONCE = 1 << 23
_KEY_BITS = 63


@dataclass(frozen=True)
class Combinations:
    """Distinct rows of some columns: their codes, and how much weight each has."""

    codes: list[IntArray]
    weight: WeightArray


class CombinationCounter:
    """The distinct combinations of some columns so far, and their weight.

    The codes of a row are packed into the bits of one key, the first column highest, so that keys
    keep their order when columns get more bits. Few possible keys make a table. Many are sorted
    once as many wait as are known, so that the work stays in proportion to the rows.
    """

    def __init__(self, n_columns: int, weighed: np.dtype[Any] | None, n_tallies: int = 1) -> None:
        spare = max(n_tallies - 1, 0).bit_length()
        self._table_bits = max(min(_TABLE_BITS, _ALL_TABLES_BITS - spare), _SMALL_BITS)
        self._bits = [0] * n_columns
        self._rows = 0
        self._table: WeightArray | None = np.zeros(1, dtype=weighed or np.int64)
        # which keys occur, where that cannot be told from their weight
        self._seen = None if weighed is None else np.zeros(1, dtype=bool)
        # where there is no table:
        self._known = _Keys([np.zeros(0, dtype=np.int64)], self._table[:0])
        self._waiting: list[_Keys] = []

    def add(
        self, codes: Sequence[CodeArray], sizes: Sequence[int], weight: WeightArray | None = None
    ) -> None:
        """Add rows, each weighing 1 where no weights are given.

        The codes of a column go from -1, for missing, to less than its size, which may have grown.
        """
        rows = len(codes[0])
        self._rows += rows
        bits = [size.bit_length() for size in sizes]
        if bits != self._bits:
            self._widen(bits)
        if self._table is None:
            self._waiting.append(_Keys(_pack(codes, bits), weight))
            waiting = sum(len(keys.words[0]) for keys in self._waiting)
            if waiting >= max(_SORTED_AT_ONCE, len(self._known.words[0])):
                self._sort()
            return
        for start in range(0, rows, _CHUNK):
            some = slice(start, start + _CHUNK)
            (key,) = _pack([one[some] for one in codes], bits)
            if weight is None:
                np.add.at(self._table, key, 1)
            else:
                np.add.at(self._table, key, weight[some])
                assert self._seen is not None  # there are weights
                self._seen[key] = True

    @property
    def size(self) -> int:
        """How many distinct combinations are kept one by one, those that still wait left out."""
        return len(self._known.weight)

    def result(self) -> Combinations:
        """Return what was counted."""
        known = self._everything()
        return Combinations(_unpack(known.words, self._bits), known.weight)

    def _widen(self, bits: list[int]) -> None:
        """Give the columns as many bits as they need by now."""
        known, tabled = self._everything(), self._table is not None
        known = _Keys(_pack(_unpack(known.words, self._bits), bits), known.weight)
        self._bits, total = bits, sum(bits)
        small = total <= _SMALL_BITS or 1 << total <= _CELLS_PER_ROW * self._rows
        if tabled and small and total <= self._table_bits:
            self._table = np.zeros(1 << total, dtype=known.weight.dtype)
            self._table[known.words[0]] = known.weight
            if self._seen is not None:
                self._seen = np.zeros(1 << total, dtype=bool)
                self._seen[known.words[0]] = True
        else:
            self._known, self._table, self._seen = known, None, None

    def _sort(self) -> None:
        """Add the waiting keys to those known."""
        if self._waiting:
            new = _Keys.joined(self._waiting).added()
            self._waiting = []
            empty = len(self._known.weight) == 0
            self._known = new if empty else _Keys.joined([self._known, new]).added()

    def _everything(self) -> _Keys:
        """Return all keys so far in their order, each once."""
        if self._table is None:
            self._sort()
            return self._known
        key = np.flatnonzero(self._table if self._seen is None else self._seen)
        return _Keys([key], self._table[key])


@dataclass(frozen=True)
class _Keys:
    """Keys, in words of at most 63 bits each, and their weights."""

    words: list[IntArray]
    weight: Any  # None stands for ones

    @classmethod
    def joined(cls, parts: Sequence[_Keys]) -> _Keys:
        """Put keys after each other."""
        if len(parts) == 1:
            return parts[0]
        words = [np.concatenate(one) for one in zip(*(part.words for part in parts), strict=True)]
        if parts[0].weight is None:
            return cls(words, None)
        return cls(words, np.concatenate([part.weight for part in parts]))

    def added(self) -> _Keys:
        """Sort the keys, and add the weights of equal ones."""
        words, weight = self.words, self.weight
        if len(words) == 1 and weight is None:
            words = [np.sort(words[0])]
        else:
            # a stable sort of two sorted parts is little more than a merge
            single = len(words) == 1
            order = np.argsort(words[0], kind="stable") if single else np.lexsort(words[::-1])
            words = [word[order] for word in words]
            weight = None if weight is None else weight[order]
        changed = np.ones(len(words[0]), dtype=bool)
        changed[1:] = words[0][1:] != words[0][:-1]
        for word in words[1:]:
            changed[1:] |= word[1:] != word[:-1]
        if changed.all():
            return _Keys(words, np.ones(len(changed), dtype=np.int64) if weight is None else weight)
        first = np.flatnonzero(changed)
        if weight is None:
            added = np.diff(first, append=len(changed))
        else:
            added = np.add.reduceat(weight, first)
        return _Keys([word[first] for word in words], added)


def _words(bits: Sequence[int]) -> list[list[int]]:
    """Say which columns share a key word."""
    words: list[list[int]] = [[]]
    room = _KEY_BITS
    for column, own in enumerate(bits):
        if own > room:
            words.append([])
            room = _KEY_BITS
        words[-1].append(column)
        room -= own
    return words


def _pack(codes: Sequence[CodeArray], bits: Sequence[int]) -> list[IntArray]:
    """Put the codes of each row side by side, 0 for missing."""
    packed = []
    for word in _words(bits):
        key, ones = codes[word[0]].astype(np.int64), 1
        for column in word[1:]:
            key <<= bits[column]
            key += codes[column]
            ones = (ones << bits[column]) + 1
        key += ones
        packed.append(key)
    return packed


def _unpack(packed: Sequence[IntArray], bits: Sequence[int]) -> list[IntArray]:
    """Take the codes out of the keys, the columns in order."""
    codes: list[IntArray] = []
    for word, key in zip(_words(bits), packed, strict=True):
        shift = sum(bits[column] for column in word)
        for column in word:
            shift -= bits[column]
            codes.append(((key >> shift) & ((1 << bits[column]) - 1)) - 1)
    return codes
