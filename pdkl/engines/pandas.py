"""Count pandas frames: every column is encoded once, ``by`` once, then counted jointly."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pdkl.core.counts import LARGEST_SUM, CodeArray, Counts, WeightArray, sum_by, tabulate
from pdkl.core.joint import Joint
from pdkl.engines.integers import encode_integers, encode_ticks
from pdkl.engines.text import encode_text

Key = Hashable | pd.Grouper
Encoder = Callable[["pd.Series[Any]", Hashable], "tuple[CodeArray, pd.Index[Any]]"]
_WHOLE = int(np.iinfo(np.int64).max)
_MANY = 1 << 20  # so many numbers may be looked up in a table, however few rows there are
_TEXT = ("string", "large_string")
_SAMPLE = 1 << 12  # objects looked at to learn whether they are few
_FEW = 1 << 12  # so few groups may be counted before it is known which of them occur


@dataclass(frozen=True)
class Labelled:
    """Counts, and what their outcomes are called."""

    counts: Counts
    labels: pd.Index[Any]
    leveled: bool = False  # whether the labels are declared levels, in their order
    missing_is_counted: bool = False  # whether the missing are among the outcomes already

    def observed(self) -> Labelled:
        """Forget the labels that do not occur, and whether they were levels."""
        seen = self.counts.observed
        counts = self.counts.relabel(np.cumsum(seen) - 1, int(seen.sum()))
        return replace(self, counts=counts, labels=self.labels[seen], leveled=False)


@dataclass(frozen=True)
class Tally:
    """The counts of some columns of a frame, by the groups that occur.

    ``keys`` has a row for each group, in no particular order. The labels of a column are all levels
    of a categorical, else the values that occur.
    """

    keys: pd.DataFrame
    columns: dict[Hashable, Labelled]
    empty: bool = False  # whether the frame has no rows

    def regroup(self, position: NDArray[np.int64], keys: pd.DataFrame) -> Tally:
        """Move group i to row ``position[i]`` of new keys."""
        columns = {
            name: replace(column, counts=column.counts.regroup(position, len(keys)))
            for name, column in self.columns.items()
        }
        return replace(self, keys=keys, columns=columns)


def count(
    frame: pd.DataFrame,
    columns: Sequence[Hashable],
    by: Sequence[Key] = (),
    weights: Hashable | None = None,
    encoders: Mapping[Hashable, Encoder] | None = None,
) -> Tally:
    """Count each of ``columns`` by the groups of ``by``.

    Parameters
    ----------
    frame : DataFrame
        Its named columns must exist once each.
    columns : sequence of labels
        The columns to count.
    by : sequence of labels and `pandas.Grouper`
        The keys of the groups.
    weights : label, optional
        The column of row weights.
    encoders : mapping {column: encoder}, optional
        Columns that are cut into intervals rather than taken value by value.
    """
    cut = encoders or {}
    weight = None if weights is None else read_weights(frame, weights)
    # rows that are counted show which groups occur; rows that are weighed may weigh nothing
    counted = weight is None and len(columns) > 0
    groups = _possible_groups(frame, by) if counted else _occurring_groups(frame, by)
    occurring: NDArray[np.int64] | None = None
    found: dict[Hashable, Labelled] = {}
    for column in columns:
        outcome, labels = cut.get(column, encode)(frame[column], column)
        counts = tabulate(
            outcome,
            len(labels),
            groups=groups.codes,
            n_groups=groups.number,
            first_group=groups.first,
            weights=weight,
        )
        if not groups.occur:
            if occurring is None:
                occurring = np.flatnonzero((counts.missing > 0) | (np.diff(counts.starts) > 0))
            counts = counts.without_empty(occurring)
        leveled = column in cut or isinstance(frame[column].dtype, pd.CategoricalDtype)
        labelled = Labelled(counts, labels, leveled)
        found[column] = labelled if leveled else labelled.observed()
    return Tally(groups.keys(occurring), found, empty=len(frame) == 0)


def count_jointly(
    frame: pd.DataFrame,
    columns: Sequence[Hashable],
    by: Sequence[Key] = (),
    weights: Hashable | None = None,
    encoders: Mapping[Hashable, Encoder] | None = None,
    *,
    dropna: bool,
) -> tuple[Counts, pd.DataFrame]:
    """Count the combinations of several columns by group; also return the keys of the groups.

    A row that lacks one of the values is missing, and under ``dropna=False`` also an outcome.
    """
    groups, keys = group_rows(frame, by)
    weight = None if weights is None else read_weights(frame, weights)
    missing = np.zeros(len(frame), dtype=bool)
    joint, size = np.zeros(len(frame), dtype=np.int64), 1
    cut = encoders or {}
    for column in columns:
        codes, labels = cut.get(column, encode)(frame[column], column)
        missing |= codes < 0
        width = len(labels) + 1
        joint, found = _compact(joint * width + (codes.astype(np.int64) + 1), size * width)
        size = len(found)
    if dropna:
        joint = np.where(missing, -1, joint)
    counts = tabulate(joint, size, groups=groups, n_groups=len(keys), weights=weight)
    lost = tabulate(np.where(missing, -1, 0), 1, groups=groups, n_groups=len(keys), weights=weight)
    return replace(counts, missing=lost.missing), keys


def count_pairs(
    frame: pd.DataFrame,
    pairs: Sequence[tuple[Hashable, Hashable]],
    groups: CodeArray | None,
    n_groups: int,
    *,
    given: Hashable | None,
    weights: Hashable | None,
    dropna: bool,
    encoders: Mapping[Hashable, Encoder],
) -> Iterator[Joint]:
    """Count pairs of columns jointly, each column being encoded once.

    ``groups`` is what `group_rows` gave. With ``given`` each of its values makes a stratum. Columns
    with an encoder are cut into intervals.
    """
    weight = None if weights is None else read_weights(frame, weights)
    group: CodeArray = np.zeros(len(frame), dtype=np.int8) if groups is None else groups
    shifted: dict[Hashable, tuple[CodeArray, int]] = {}  # codes from 1, 0 where missing
    for column in dict.fromkeys([name for pair in pairs for name in pair]):
        codes, labels = encoders.get(column, encode)(frame[column], column)
        shifted[column] = (codes.astype(np.int32) + 1, len(labels))
    stratum, group_of = group, np.arange(n_groups)
    lost = np.zeros(n_groups, dtype=bool)  # the strata of rows that lack what is given
    if given is not None:
        codes, labels = encoders.get(given, encode)(frame[given], given)
        width = len(labels) + 1
        joined = group.astype(np.int64) * width + (codes.astype(np.int64) + 1)
        stratum, found = _compact(joined, n_groups * width)
        group_of, lost = found // width, found % width == 0
    for x, y in pairs:
        (x_codes, n_x), (y_codes, n_y) = shifted[x], shifted[y]
        width = n_x + 1
        lines, size = stratum.astype(np.int64) * width + x_codes, len(group_of) * width
        found = np.arange(min(size, max(_MANY, 2 * len(frame))))
        if len(found) < size:  # too many to keep a place for each: only those that occur
            lines, found = _compact(lines, size)
        counts = tabulate(y_codes - 1, n_y, groups=lines, n_groups=len(found), weights=weight)
        stratum_of, x_of = np.divmod(found, width)
        lacking = lost[stratum_of] | (x_of == 0)
        yield _joint(counts, stratum_of, x_of, lacking, group_of, n_groups, dropna=dropna)


def _joint(
    counts: Counts,
    stratum: NDArray[np.int64],
    x: NDArray[np.int64],
    lacking: NDArray[np.bool_],
    group_of: NDArray[np.int64],
    n_groups: int,
    *,
    dropna: bool,
) -> Joint:
    """Turn counts of y, whose groups are lines of (stratum, x), into joint tables."""
    lost = lacking[counts.group]
    missing = sum_by(group_of[stratum], counts.missing, n_groups)
    missing += sum_by(group_of[stratum[counts.group[lost]]], counts.weight[lost], n_groups)
    if not dropna:
        counts = counts.with_missing()
        lost = np.zeros(len(counts.group), dtype=bool)
    line = counts.group[~lost]
    return Joint(
        stratum[line], x[line], counts.outcome[~lost], counts.weight[~lost], group_of, missing
    )


def encode(values: pd.Series[Any], name: Hashable) -> tuple[CodeArray, pd.Index[Any]]:
    """Give each row a code, -1 where missing, and the labels that the codes stand for."""
    dtype: Any = values.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return values.array.codes, dtype.categories
    if dtype == np.bool_:
        return values.to_numpy().view(np.uint8), pd.Index([False, True])
    if isinstance(dtype, np.dtype) and (coded := _by_arithmetic(values.to_numpy())) is not None:
        return coded
    if _is_arrow_text(dtype):
        text_codes, known = encode_text(values.array.__arrow_array__())
        return _plain(text_codes, pd.Index(dtype.__from_arrow__(known)))
    try:
        codes, found = _factorize(values)
    except (TypeError, NotImplementedError) as error:
        raise TypeError(
            f"column {name!r} (dtype {dtype}) holds values that cannot be counted: {error}. "
            "Turn them into something hashable first, such as tuples or text."
        ) from None
    return _plain(codes, pd.Index(found, dtype=found.dtype, tupleize_cols=False))


def _by_arithmetic(values: NDArray[Any]) -> tuple[CodeArray, pd.Index[Any]] | None:
    """Code integers and times that lie close together; None for others."""
    coded = None
    if values.dtype.kind in "iu":
        coded = encode_integers(values)
    elif values.dtype.kind in "mM":
        coded = encode_ticks(values.view(np.int64))
    return None if coded is None else (coded[0], pd.Index(coded[1].view(values.dtype)))


def _is_arrow_text(dtype: Any) -> bool:
    if isinstance(dtype, pd.StringDtype):
        return dtype.storage == "pyarrow"
    return isinstance(dtype, pd.ArrowDtype) and str(dtype.pyarrow_dtype) in _TEXT


def _factorize(values: pd.Series[Any]) -> tuple[CodeArray, Any]:
    """Give equal values equal codes, missing ones -1.

    Frames often hold the same few objects again and again. Then their addresses are coded first,
    which spares a look at each object, and equal objects get one code after it.
    """
    if isinstance(values.dtype, np.dtype) and values.dtype.kind in "mM":
        ticks, times = pd.factorize(values.to_numpy().view(np.int64))  # integers hash faster
        return _plain_times(ticks, pd.Index(times.view(values.dtype)))
    array = values.array.to_numpy() if values.dtype == object else None
    if array is None or not array.flags.c_contiguous:
        return pd.factorize(values)
    address: NDArray[np.intp] = np.ndarray(len(array), dtype=np.intp, buffer=array)
    sample = address[:: max(len(array) // _SAMPLE, 1)]
    if 2 * len(np.unique(sample)) > len(sample):
        return pd.factorize(values)
    codes, distinct = pd.factorize(address)
    first = np.empty(len(distinct), dtype=np.intp)
    first[codes[::-1]] = np.arange(len(array) - 1, -1, -1)
    position, found = pd.factorize(values.iloc[first])
    return position[codes], found


def _plain_times(codes: CodeArray, labels: pd.Index[Any]) -> tuple[CodeArray, pd.Index[Any]]:
    """Read NaT, which is a number among the ticks, as missing."""
    nowhere = np.flatnonzero(labels.isna())
    if len(nowhere):
        codes = np.where(codes == nowhere[0], -1, codes - (codes > nowhere[0]))
    return codes, labels.delete(nowhere)


def _plain(codes: CodeArray, labels: pd.Index[Any]) -> tuple[CodeArray, pd.Index[Any]]:
    """Hold labels in NumPy's types where they fit, and read NaN as missing in every dtype."""
    dtype: Any = labels.dtype
    if isinstance(dtype, pd.ArrowDtype):
        labels = pd.Index(list(labels.astype(object)), tupleize_cols=False)
    elif isinstance(dtype, pd.SparseDtype):
        labels = pd.Index(np.asarray(labels))
    elif hasattr(dtype, "numpy_dtype"):  # the masked ones: Int64, boolean, Float64
        labels = pd.Index(labels.to_numpy(dtype=dtype.numpy_dtype))
    if labels.dtype.kind == "f" and (missing := np.asarray(labels.isna())).any():
        position = np.append(np.where(missing, -1, np.cumsum(~missing) - 1), -1)
        return position[codes], labels[~missing]
    return codes, labels


@dataclass(frozen=True)
class _Groups:
    """The group of each row, and the levels of each key that make a group.

    ``codes`` count from ``first``; None stands for one group. ``members`` holds for each key the
    position of each group's level, -1 for a missing one.
    """

    codes: CodeArray | None
    first: int
    members: list[NDArray[np.int64]]
    levels: list[pd.Series[Any]]
    occur: bool  # whether each group is known to have a row

    @property
    def number(self) -> int:
        return len(self.members[0]) if self.members else 1

    def keys(self, chosen: NDArray[np.int64] | None = None) -> pd.DataFrame:
        """Return the keys of all or of the chosen groups."""
        members = [member if chosen is None else member[chosen] for member in self.members]
        keys = {
            level.name: pd.Series(
                level.array.take(member, allow_fill=bool((member < 0).any())), dtype=level.dtype
            )
            for level, member in zip(self.levels, members, strict=True)
        }
        return pd.DataFrame(keys, index=pd.RangeIndex(len(members[0]) if members else 1))


def group_rows(frame: pd.DataFrame, by: Sequence[Key]) -> tuple[CodeArray | None, pd.DataFrame]:
    """Give each row the number of its group, and the keys of the groups that occur.

    No keys make one group (None stands for zeros). A missing key is a key like any other.
    """
    groups = _occurring_groups(frame, by)
    return groups.codes, groups.keys()


def _possible_groups(frame: pd.DataFrame, by: Sequence[Key]) -> _Groups:
    """Give each row its group; where it is cheap, without asking which groups have rows."""
    if len(by) == 1:
        codes, level = _level(frame, by[0])
        if len(level) < max(_FEW, len(frame) >> 4):
            first = int(codes.min(initial=0))  # -1 where a key is missing
            return _Groups(codes, first, [np.arange(first, len(level))], [level], occur=False)
    return _occurring_groups(frame, by)


def _occurring_groups(frame: pd.DataFrame, by: Sequence[Key]) -> _Groups:
    groups: CodeArray | None = None
    members: list[NDArray[np.int64]] = []
    levels: list[pd.Series[Any]] = []
    n_groups = 1
    for key in by:
        codes, level = _level(frame, key)
        place, found = _compact(codes, len(level) + 1)
        found = np.where(found == len(level), -1, found)  # -1 counts from the end
        if groups is None:
            groups, members = place, [found]
        else:
            joint = groups.astype(np.int64) * len(found) + place
            groups, pair = _compact(joint, n_groups * len(found))
            earlier, last = np.divmod(pair, max(len(found), 1))
            members = [*(member[earlier] for member in members), found[last]]
        n_groups = len(members[0])
        levels.append(level)
    return _Groups(groups, 0, members, levels, occur=True)


def _level(frame: pd.DataFrame, key: Key) -> tuple[CodeArray, pd.Series[Any]]:
    """Encode one key: a code for each row, -1 where it is missing, and the level of each code."""
    name = key_name(key)
    codes, labels = encode(frame[name], name)
    dtype = labels.dtype if isinstance(frame[name].dtype, pd.SparseDtype) else frame[name].dtype
    if isinstance(key, pd.Grouper) and key.freq is not None:
        position, labels = _bins(labels, key)
        codes, dtype = np.append(position, -1)[codes], labels.dtype
    return codes, pd.Series(labels, name=name, dtype=dtype)


def _compact(codes: CodeArray, width: int) -> tuple[CodeArray, NDArray[np.int64]]:
    """Give the codes that occur new numbers, in rising order where cheap, and list them."""
    if width > max(_MANY, 2 * len(codes)):
        dense, found = pd.factorize(codes)
        return dense, np.asarray(found, dtype=np.int64)
    seen = np.zeros(width, dtype=bool)
    seen[codes] = True
    found = np.flatnonzero(seen)
    if len(found) and found[-1] == len(found) - 1 < width - 1:
        return codes, found  # 0, 1, 2, … without a gap and without a missing one
    return (np.cumsum(seen, dtype=np.int32) - 1)[codes], found


def _bins(times: pd.Index[Any], grouper: pd.Grouper) -> tuple[NDArray[np.int64], pd.Index[Any]]:
    """Cut distinct times into the bins of a Grouper that are not empty.

    Only the sorted distinct times go through pandas, which would misplace unsorted rows and
    drop missing ones.
    """
    if times.dtype.kind not in "Mm" and len(times):
        raise TypeError(
            f"by has a pd.Grouper with a frequency for column {grouper.key!r}, which holds "
            f"{times.dtype}; it needs datetimes. Convert it with pd.to_datetime."
        )
    position = np.full(len(times), -1, dtype=np.int64)
    if len(times) == 0:
        return position, times
    order = times.argsort()
    sizes = pd.DataFrame({grouper.key: times[order]}).groupby(grouper).size()
    occupied = np.flatnonzero(sizes)
    position[order] = np.repeat(np.arange(len(occupied)), sizes.to_numpy()[occupied])
    return position, sizes.index[occupied]


def key_name(key: Key) -> Hashable:
    """Return the column that a key reads."""
    return key.key if isinstance(key, pd.Grouper) else key


def read_weights(frame: pd.DataFrame, name: Hashable) -> WeightArray:
    """Return the weights as int64 where they are whole by dtype, else as float64."""
    values = frame[name]
    spoken = f"weights (column {name!r})"
    if not pd.api.types.is_numeric_dtype(values.dtype) or values.dtype.kind == "c":
        raise TypeError(
            f"{spoken} must be numbers; got dtype {values.dtype}. Convert them with pd.to_numeric."
        )
    if n_missing := int(values.isna().sum()):
        raise ValueError(
            f"{spoken} must not be missing; {n_missing} of {len(values)} are. "
            "Fill them with fillna or drop these rows."
        )
    if values.dtype.kind not in "iub":
        return _checked(values.to_numpy(dtype=np.float64), spoken)
    if len(values) and int(values.max()) * len(values) > _WHOLE:
        require_whole_sum(int(values.astype(object).sum()), spoken)
    return _checked(values.to_numpy(dtype=np.int64), spoken)


def require_whole_sum(total: int, spoken: str) -> None:
    """Raise where whole weights add up to more than is counted."""
    if total > _WHOLE:
        raise ValueError(
            f"{spoken} add up to {total}, beyond the 2**63 - 1 that whole weights are counted "
            "to. Divide them or make them floats."
        )


def _checked(weights: WeightArray, spoken: str) -> WeightArray:
    with np.errstate(over="ignore"):
        total = float(weights.sum())
    if not total <= LARGEST_SUM:
        raise ValueError(
            f"{spoken} must be finite and add up to at most {LARGEST_SUM:g}; they add up to "
            f"{total:g}. Divide them by a common factor."
        )
    if (bad := np.flatnonzero(weights < 0)).size:
        raise ValueError(
            f"{spoken} must not be negative; {bad.size} of {len(weights)} are, "
            f"the first is {weights[bad[0]]}."
        )
    return weights
