"""Profiles: counts that outlive their data, to be saved, added and compared with."""

from __future__ import annotations

import datetime
import os
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from numbers import Integral
from typing import Any, BinaryIO

import numpy as np
import pandas as pd

from pdkl._version import __version__
from pdkl.codes.groupers import FROM_DATA
from pdkl.codes.intervals import Binner, same_bins
from pdkl.codes.labels import as_text, with_other
from pdkl.core.counts.counts import LARGEST_SUM, LARGEST_WHOLE_SUM, WeightArray
from pdkl.core.validation import listing
from pdkl.sources.base import Precounted, Rows, decoded, different_bins
from pdkl.sources.profile import parquet
from pdkl.sources.profile.columns import ColumnCounts
from pdkl.sources.profile.merge import join_columns, join_keys


@dataclass(frozen=True, eq=False, repr=False)
class Profile:
    """The counts of some columns, by group: all that a comparison needs of the data.

    `InfoTheory.profile` takes one. It can stand wherever a frame can: ``InfoTheory(profile)``
    answers as ``InfoTheory(frame)`` does, and ``reference=profile`` is a reference. Since columns
    are counted one by one, a question may join a column with keys of ``by``, but not with another
    column; and since keys are counted too, it may be about them, or leave some of them out.

    Profiles of parts of the data add up to the profile of the whole: ``profile + other``.
    Two profiles are equal if they have counted the same, whenever they were made.

    Examples
    --------
    >>> import pandas as pd
    >>> import pdkl
    >>> df = pd.DataFrame({"shop": ["a", "a", "b", "b"], "fruit": ["fig", "fig", "fig", "kiwi"]})
    >>> profile = df.info_theory.profile("fruit", by="shop")
    >>> profile
    <pdkl.Profile of 4 rows in 2 groups by 'shop': 'fruit'>
    >>> profile == df[:1].info_theory.profile("fruit", by="shop") + df[1:].info_theory.profile(
    ...     "fruit", by="shop"
    ... )
    True
    >>> result = pdkl.InfoTheory(profile).entropy("fruit", by="shop", base="bit")
    >>> result[["shop", "n", "entropy", "unit"]]
      shop  n  entropy unit
    0    a  2      0.0  bit
    1    b  2      1.0  bit
    """

    # made by `profiling.take`, in order: groups by their keys, labels by themselves
    _keys: pd.DataFrame
    _columns: Mapping[Hashable, ColumnCounts]
    _weights: Hashable | None
    _grouper_texts: Mapping[Hashable, str]
    _made: Mapping[str, str]  # by which version, and when
    _left_out: Mapping[Hashable, str]  # columns that could not be counted, and why

    @property
    def columns(self) -> list[Hashable]:
        """The columns that were counted."""
        return list(self._columns)

    @property
    def by(self) -> list[Hashable]:
        """The keys of the groups."""
        return list(self._keys.columns)

    @property
    def weights(self) -> Hashable | None:
        """The column of weights that were added, None where rows were counted."""
        return self._weights

    @property
    def n(self) -> int | float:
        """The number of rows, or the sum of their weights."""
        total: int | float = self._totals.sum().item()
        return total

    @property
    def facts(self) -> dict[str, Any]:
        """What is known of the profile, as JSON can hold it.

        ``pdkl`` (the version that made it), ``created`` (UTC), ``n``, ``groups``, ``weights``,
        ``by`` (each key and how its times were cut, None where they were not), ``columns`` (for
        each the number of ``categories``, of ``bins``, of categories that were ``lumped``, and of
        ``edges`` that very many different values were rounded down to), ``left_out`` (the columns
        that could not be counted, and why).
        """
        return {
            **self._made,
            "n": self.n,
            "groups": len(self._keys),
            "weights": None if self._weights is None else as_text(self._weights),
            "by": {as_text(key): self._grouper_texts.get(key) for key in self.by},
            "columns": {
                as_text(name): {
                    "categories": len(column.labels),
                    "bins": None if column.binner is None else len(column.binner.bins.edges) - 1,
                    "lumped": column.folded,
                    "edges": None if column.edges is None else len(column.edges),
                }
                for name, column in self._columns.items()
            },
            "left_out": {as_text(name): why for name, why in self._left_out.items()},
        }

    def fold(self, max_categories: int) -> Profile:
        """Keep the most frequent categories of each column, and lump the others together.

        Frequency is that over all groups; of equally frequent categories those that sort first are
        kept. Columns that were cut into intervals stay as they are, as do the keys.

        Parameters
        ----------
        max_categories : int
            How many categories to keep.

        Returns
        -------
        Profile
            A smaller profile. Its lumped categories show as ``(other)``.

        Raises
        ------
        TypeError
            ``max_categories`` is not an integer.
        ValueError
            It is below 1.

        Examples
        --------
        >>> import pandas as pd
        >>> import pdkl
        >>> df = pd.DataFrame({"fruit": ["fig", "fig", "kiwi", "lime"]})
        >>> small = df.info_theory.profile("fruit").fold(1)
        >>> result = pdkl.InfoTheory(small).distribution("fruit")
        >>> result[["category", "count"]]
          category  count
        0      fig      2
        1  (other)      2
        >>> result.attrs["pdkl"]["folded"]
        {'fruit': 2}
        """
        if not isinstance(max_categories, Integral) or isinstance(max_categories, bool):
            raise TypeError(f"max_categories must be an integer; got {max_categories!r}.")
        if max_categories < 1:
            raise ValueError(f"max_categories must be at least 1; got {max_categories}.")
        columns = {name: one.fold(int(max_categories)) for name, one in self._columns.items()}
        return replace(self, _columns=columns)

    def merge(self, *others: Profile) -> Profile:
        """Add the counts of other profiles, as if all their data had been counted at once.

        The same answer, whatever the order: exactly so for rows and whole weights, to rounding for
        fractional ones. ``created`` is that of the latest. Levels of categoricals that differ are
        sorted.

        Parameters
        ----------
        *others : Profile
            Profiles of the same columns, by the same keys, with the same weights and the same bins.

        Returns
        -------
        Profile
            The profile of all the data.

        Raises
        ------
        TypeError
            Something is no profile, or a column holds values of another kind.
        ValueError
            Columns, keys, weights or bins differ, or categories are lumped.

        Examples
        --------
        >>> import pandas as pd
        >>> import pdkl
        >>> days = [pd.DataFrame({"fruit": ["fig", "kiwi"]}), pd.DataFrame({"fruit": ["lime"]})]
        >>> first, second = (day.info_theory.profile() for day in days)
        >>> first.merge(second)
        <pdkl.Profile of 3 rows: 'fruit'>
        """
        for other in others:
            if not isinstance(other, Profile):
                raise TypeError(f"merge adds profiles; got {type(other).__name__}.")
            self._require_same(other)
        if not others:
            return self
        parts = (self, *others)
        total = sum(part.n for part in parts)
        if isinstance(total, int) and total > LARGEST_WHOLE_SUM:
            raise ValueError(
                f"profiles add up to {total}, beyond the 2**63 - 1 that is counted to. Take them "
                "with weights that are divided, or floats."
            )
        if total > LARGEST_SUM:
            raise ValueError(
                f"profiles add up to {total:g}, beyond the {LARGEST_SUM:g} that is counted to. "
                "Take them with weights that are divided by a common factor."
            )
        keys, places = join_keys([part._keys for part in parts])
        left_out = {name: why for part in parts[::-1] for name, why in part._left_out.items()}
        names = [name for name in self._columns if name not in left_out]
        if not names:
            raise ValueError(
                "profiles without a column that all of them have counted cannot be added; left out "
                f"of some are {listing(left_out)}. Take those again."
            )
        columns = {
            name: join_columns(
                name,
                [
                    part._columns[name].regroup(place, len(keys))
                    for part, place in zip(parts, places, strict=True)
                ],
            )
            for name in names
        }
        made = {"pdkl": __version__, "created": max(part._made["created"] for part in parts)}
        return replace(self, _keys=keys, _columns=columns, _made=made, _left_out=left_out)

    def __add__(self, other: Profile) -> Profile:
        """Add the counts of another profile; see `merge`."""
        return self.merge(other) if isinstance(other, Profile) else NotImplemented

    def _require_same(self, other: Profile) -> None:
        for what, mine, theirs in (
            ("columns", {*self.columns, *self._left_out}, {*other.columns, *other._left_out}),
            ("by", self.by, other.by),
            ("weights", self._weights, other._weights),
        ):
            if mine != theirs:
                raise ValueError(
                    f"profiles of different {what} cannot be added: one has {_spoken(mine)}, "
                    f"another {_spoken(theirs)}. Take both with the same {what}."
                )
        for key in self.by:
            cuts = [self._grouper_texts.get(key), other._grouper_texts.get(key)]
            if cuts[0] != cuts[1]:
                raise ValueError(
                    f"profiles whose times {key!r} are cut differently cannot be added: one has "
                    f"{cuts[0]}, another {cuts[1]}. Take both by the same pd.Grouper."
                )
            if cuts[0] is not None and cuts[0].endswith(FROM_DATA):
                raise ValueError(
                    f"profiles whose times {key!r} are cut by {cuts[0]} cannot be added: the bins "
                    "of each begin where its data does. Take them by a pd.Grouper with "
                    "origin='epoch', or with a frequency such as 'h', 'D', 'W' or 'MS'."
                )

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the profile as one Parquet file.

        The file replaces one that is there, at once and only when it is complete; it keeps the
        permissions of that one, and where ``path`` is a link, its target is replaced. It holds the
        counts, labels with their dtypes, and a checksum; nothing in it is ever executed.

        Parameters
        ----------
        path : str or path
            Where to.

        Raises
        ------
        TypeError
            A column holds values that the file cannot, such as tuples.
        OSError
            The file cannot be written.
        ValueError
            ``path`` is empty, a pipe or device, or not on this machine.

        Examples
        --------
        >>> import pathlib, tempfile
        >>> import pandas as pd
        >>> import pdkl
        >>> profile = pd.DataFrame({"fruit": ["fig", "fig", "kiwi"]}).info_theory.profile()
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = pathlib.Path(folder, "fruit.parquet")
        ...     profile.save(path)
        ...     pdkl.load_profile(path) == profile
        True
        """
        parquet.write(path, self._stored)

    def __eq__(self, other: object) -> bool:
        """Tell whether another profile has counted the same."""
        if not isinstance(other, Profile):
            return NotImplemented
        return (
            self._keys.equals(other._keys)
            and self._keys.dtypes.equals(other._keys.dtypes)
            and self._weights == other._weights
            and self._grouper_texts == other._grouper_texts
            and self._columns.keys() == other._columns.keys()
            and all(column.equals(other._columns[name]) for name, column in self._columns.items())
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        """Say what was counted."""
        mass = f"{self.n} rows" if self._weights is None else f"weight {self.n}"
        groups = f" in {len(self._keys)} groups by {listing(self.by)}" if self.by else ""
        without = f", without {listing(self._left_out, most=5)}" if self._left_out else ""
        return f"<pdkl.Profile of {mass}{groups}: {listing(self.columns, most=5)}{without}>"

    # what `pdkl.sources.base.Source` asks for

    @property
    def source_type(self) -> str:
        """What the column ``reference`` calls it."""
        return "profile"

    @property
    def one_frame(self) -> bool:
        """Whether one frame answers all lists of columns; each column has rows of its own."""
        return False

    @property
    def is_near(self) -> bool:
        """Whether values come as cheaply as intervals, as far as they were kept."""
        return True

    @cached_property
    def head(self) -> pd.DataFrame:
        """A frame without rows that has the columns and dtypes."""
        empty = np.empty(0, dtype=np.int64)
        frame: dict[Hashable, Any] = {name: self._keys[name].iloc[:0] for name in self.by}
        for name, column in self._columns.items():
            dtype: Any = column.labels.dtype
            if column.leveled:
                dtype = pd.CategoricalDtype(column.labels, ordered=column.ordered)
            frame[name] = pd.Series([], dtype=dtype)
        if self._weights is not None:
            frame[self._weights] = pd.Series(empty, dtype=self._totals.dtype)
        return pd.DataFrame(frame)

    @cached_property
    def precounted(self) -> Precounted:
        """What was settled when the data was counted."""
        columns = self._columns.items()
        return Precounted(
            {name: one.binner for name, one in columns if one.binner is not None},
            {name: one.folded for name, one in columns if one.folded},
            self._grouper_texts,
            self._weights,
            self._left_out,
            {name: one.edges for name, one in columns if one.edges is not None},
            {name: one.rounding.distinct for name, one in columns if one.rounding is not None},
            {name: one.sums for name, one in columns if one.sums is not None},
        )

    def reduce(
        self,
        column_lists: Sequence[Sequence[Hashable]],
        weights: Hashable | None,
        binners: Mapping[Hashable, Binner],
    ) -> list[Rows]:
        """Return the counted rows of each list of keys and at most one column."""
        if weights is not None and weights != self._weights:
            own = "of plain rows" if self._weights is None else f"with weights={self._weights!r}"
            raise ValueError(
                f"weights={weights!r} cannot be applied to a profile that was taken {own}. Leave "
                f"weights out, or take it with weights={weights!r}."
            )
        for name, column in self._columns.items():
            if (
                name in binners
                and column.binner is not None
                and not same_bins(column.binner, binners[name])
            ):
                raise ValueError(different_bins(name))
        return [self._rows(list(dict.fromkeys(columns)), binners) for columns in column_lists]

    def _rows(self, columns: list[Hashable], binners: Mapping[Hashable, Binner]) -> Rows:
        own = [name for name in columns if name not in self._keys.columns]
        if len(own) > 1:
            taken = f"by {listing(self.by)}" if self.by else "without by="
            raise ValueError(
                f"a profile counts its columns one by one, so it does not know how "
                f"{_and(own)} go together; it was taken {taken}. Name one of them in by= when you "
                "take the profile, or make the combination a column of its own."
            )
        if not own:
            frame, weight = self._keys[columns].copy(), self._totals
            coded: frozenset[Hashable] = frozenset()
        else:
            column = self._columns[own[0]]
            counts = column.counts
            # a group without anything still has its row
            bare = (np.diff(counts.starts) == 0) & (column.other == 0)
            lost = np.flatnonzero((counts.missing > 0) | bare)
            lumped = np.flatnonzero(column.other)
            group = np.concatenate([counts.group, lost, lumped])
            codes = np.concatenate(
                [
                    counts.outcome,
                    np.full(len(lost), -1),
                    np.full(len(lumped), len(column.labels)),
                ]
            )
            weight = np.concatenate([counts.weight, counts.missing[lost], column.other[lumped]])
            frame = self._keys[[name for name in columns if name in self._keys.columns]]
            frame = frame.take(group).reset_index(drop=True)
            frame[own[0]] = _categorical(column, codes)
            coded = frozenset() if column.leveled else frozenset(own)
            if own[0] in binners and column.binner is None:  # now it takes the values themselves
                frame, coded = decoded(frame, coded), frozenset()
        name: Hashable = self._weights
        if name is None:
            name = "n"
            while name in columns:
                name = f"{name}_"
        frame[name] = weight
        return Rows(frame, name, frozenset(self.precounted.binners), coded)

    @property
    def _stored(self) -> parquet.Stored:
        return parquet.Stored(
            *(self._keys, self._columns, self._weights, self._grouper_texts),
            *(self._made, self._left_out),
        )

    @cached_property
    def _totals(self) -> WeightArray:
        """The weight of each group."""
        return next(iter(self._columns.values())).totals


def load_profile(path: str | os.PathLike[str]) -> Profile:
    """Read a profile that `Profile.save` wrote.

    The checksum says that nothing has changed since the file was written, and not by whom. So what
    could not have been saved is refused, in memory that goes with the size of the file. Whether the
    counts are true, only the writer knows.

    Parameters
    ----------
    path : str or path
        The file, or its address, as `scan` takes it.

    Returns
    -------
    Profile
        A profile equal to the one that was saved.

    Raises
    ------
    OSError
        There is no such file, or it cannot be read.
    ValueError
        It is not a profile, is damaged, or was written by another version of the format.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import pandas as pd
    >>> import pdkl
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "fruit.parquet")
    ...     pd.DataFrame({"fruit": ["fig", "fig", "kiwi"]}).info_theory.profile().save(path)
    ...     pdkl.load_profile(path)
    <pdkl.Profile of 3 rows: 'fruit'>
    """
    return _loaded(parquet.read(path))


def read_profile(file: BinaryIO, name: str) -> Profile:
    """Read a profile from an open file, which messages call by a name."""
    return _loaded(parquet.read_from(file, name))


def _loaded(stored: parquet.Stored) -> Profile:
    return Profile(
        *(stored.keys, stored.columns, stored.weights, stored.grouper_texts),
        *(stored.made, stored.left_out),
    )


def made_now() -> dict[str, str]:
    """Say by which version and when a profile is made."""
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    return {"pdkl": __version__, "created": now}


def _categorical(column: ColumnCounts, codes: Any) -> pd.Categorical:
    labels = with_other(column.labels) if column.folded else column.labels
    dtype = pd.CategoricalDtype(labels, ordered=column.ordered)
    return pd.Categorical.from_codes(codes, dtype=dtype)


def _and(columns: Sequence[Hashable]) -> str:
    return f"{listing(columns[:-1])} and {columns[-1]!r}"


def _spoken(value: Any) -> str:
    if isinstance(value, set):
        return listing(sorted(value, key=str))
    return (listing(value) or "none") if isinstance(value, list) else repr(value)
