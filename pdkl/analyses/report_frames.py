"""The tidy frames that a report shows: the rows of drift, and the categories behind each."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from pdkl.analyses.drift import examine
from pdkl.analyses.drift.deciding import Deciding
from pdkl.analyses.drift.examine import Examined
from pdkl.analyses.drift.table import Flags
from pdkl.analyses.report_changes import History, look_back
from pdkl.analyses.report_numbers import numbers_of
from pdkl.codes.labels import (
    MISSING_TEXT,
    OTHER_TEXT,
    as_objects,
    as_text,
    label_order,
    place_of_other,
)
from pdkl.comparing.align import batches
from pdkl.comparing.shared_labels import Column
from pdkl.core.measures.catalogue import MEASURES
from pdkl.core.numerics.exact import FloatArray, IntArray
from pdkl.core.redaction import kept_back
from pdkl.core.validation import boolean, number_in
from pdkl.report import findings
from pdkl.report.document import Report
from pdkl.request.keywords import Request
from pdkl.request.parse import require_no_rolling
from pdkl.results.reading import keys_of
from pdkl.results.statuses import QUIET
from pdkl.sources.locations.names import file_names
from pdkl.sources.registry import places_of, read_data

_OTHERS = (MEASURES["kl_divergence"], MEASURES["psi"])  # of a row, beside what decides
_BYTES = 160_000  # of the page for categories, in all …
_OF_AN_ENTRY, _LETTERS = 18, 24  # … of which each takes so many, and letters if it is named anew
_SHARE = 10  # a row that people should look at gets as much as so many that are quiet …
_FEWEST, _MOST = 2, 25  # … but each between so many categories
_RARE = 5  # rows on a side below which its share is hardly known
_HIDDEN = "what is wrong is not shown, as the message may hold values (redact=True)"


def report(
    data: Any,
    request: Request,
    *,
    measure: Any,
    threshold: Any,
    alpha: Any,
    bins: Any,
    max_drifted: Any,
    title: Any,
    names: Any,
    redact: Any,
    min_count: Any,
) -> Report:
    """Answer `InfoTheory.report`."""
    redact, min_count = boolean("redact", redact), _read_min_count(min_count)
    title, names = _read_title(title), _read_names(names, request)
    max_drifted = number_in(
        *("max_drifted", max_drifted, 0.0, math.nextafter(1.0, 2.0), "a share from 0 to 1"),
        closed_low=True,
    )
    if min_count is not None and request.window is not None:
        raise ValueError(
            "min_count is not for window=: windows overlap, and the difference of two tells what "
            "either hides. Leave out one of them."
        )
    if min_count is not None:
        require_no_rolling(
            request.by,
            "min_count cannot hide of one what the difference of two tells",
            "Leave out min_count, or cut",
        )
    deciding = Deciding.read(measure, threshold, alpha)
    by_value = [one.name for one in deciding.measures if one.ordered]
    if min_count is not None and by_value:
        raise ValueError(
            f"min_count is not for measure={by_value[0]!r}, which sees each value, however rare. "
            "Leave out min_count, or choose a measure by category such as 'js_distance'."
        )
    request = examine.check(request, deciding)

    def write() -> Report:
        found = examine.examine(
            *(data, request, deciding),
            bins=bins,
            min_count=min_count,
            others=_OTHERS,
            quiet=redact or min_count is not None,
            keep=not redact and min_count is None,
        )
        called = names or _called(data, request, redact=redact)
        history = look_back(found, redact=redact, min_count=min_count)
        found.frame.attrs["pdkl"] |= {
            "max_drifted": max_drifted,
            "title": title,
            "names": list(called),
            **({"no_changes": history.reason} if history.reason else {}),
        }
        return _written(found, history, redact=redact, min_count=min_count)

    def columns() -> list[Hashable]:
        expected = request.reference
        if expected is None:
            names = []
        elif isinstance(expected, Mapping):
            names = list(expected)
        else:
            names = list(read_data(expected).head.columns)
        return [*read_data(data).head.columns, *names]

    return kept_back(write, columns) if redact else write()


def _written(found: Examined, history: History, *, redact: bool, min_count: int | None) -> Report:
    """Write the rows, and the categories behind them."""
    frame = found.frame
    quiet = frame["status"].isin(QUIET).to_numpy()
    told, least = _most_categories(found, quiet)
    most = np.where(quiet, least, told)
    place = {column.name: i for i, column in enumerate(found.compared)}
    parts = [
        part
        for column in found.counted.columns
        for part in _categories(
            found, column, place[column.name], most=most, min_count=min_count, redact=redact
        )
    ]
    categories = _table(parts, whole=found.table.is_tested)
    if found.table.is_fixed:
        categories["count_reference"] = pd.array([pd.NA] * len(categories), dtype="Int64")
    facts = dict(frame.attrs["pdkl"]) | _sizes(found, min_count)
    if min_count is not None:  # with the number of those that are folded, more could be told
        categories = categories.drop(columns="categories")
        facts.pop("folded", None)
    facts |= {"redact": redact, "min_count": min_count, "rare": _RARE}
    facts["most_categories"] = {"told": told, "quiet": least}
    if redact:
        _rename_tops(frame, categories)
        _hide(frame, facts)
    frame.attrs["pdkl"] = facts
    others = {one.name: found.table.number[one.name].ravel() for one in _OTHERS}
    measured = pd.DataFrame(others, index=frame.index)
    # figures are values, and tell of single rows
    numbers = None if redact or min_count is not None else numbers_of(found)
    return Report(frame, categories, measured, history.changes, history.shares, numbers)


def _most_categories(found: Examined, quiet: Flags) -> tuple[int, int]:
    """Return how many categories a row to look at has, and a quiet one, so that a page stays small.

    What is named in one segment costs nothing to name in the others.
    """
    n_segments = max(len(quiet) // max(len(found.compared), 1), 1)
    letters = [
        min(len(as_text(value)), _LETTERS) * min(len(column.labels) / (_FEWEST * n_segments), 1.0)
        for column in found.counted.columns
        for value in as_objects(column.labels[:1])
    ]
    entry = _OF_AN_ENTRY + float(np.mean(letters or [0.0]))
    parts = (~quiet).sum() * _SHARE + quiet.sum()
    fit = _BYTES / entry / max(int(parts), 1)
    told, least = (int(np.clip(fit * share, _FEWEST, _MOST)) for share in (_SHARE, 1))
    return told, least


def _read_title(value: Any) -> str | None:
    if value is None or (isinstance(value, str) and value.strip()):
        return value
    kind: type[Exception] = ValueError if isinstance(value, str) else TypeError
    raise kind(f"title must be a text, or None; got {value!r}. None calls it {findings.TITLE!r}.")


def _read_names(value: Any, request: Request) -> tuple[str, str] | None:
    if value is None:
        return None
    allowed = (
        "names must be two different texts, of data and of reference, such as ('June', 'May'), or "
        f"None; got {value!r}."
    )
    if not isinstance(value, tuple | list) or not all(isinstance(one, str) for one in value):
        raise TypeError(allowed)
    if len(value) != 2 or not all(one.strip() for one in value) or value[0] == value[1]:
        raise ValueError(allowed)
    if request.window is not None:
        raise ValueError(
            "names is of two sides, and window= compares the periods of one. Leave out names; "
            "title= may say what they are."
        )
    return value[0], value[1]


def _called(data: Any, request: Request, *, redact: bool) -> tuple[str, str]:
    """Call the sides after their files; with ``redact`` not, as values may name files."""
    own, other = findings.NAMES
    has_window = request.window is not None
    sides = [data] if has_window or request.reference is None else [data, request.reference]
    found = ["", ""] if redact else [*file_names(*map(places_of, sides)), ""]
    return found[0] or own, found[1] or (findings.BEFORE if has_window else other)


def _read_min_count(value: Any) -> int | None:
    if value is None:
        return None
    allowed = "min_count must be None or a whole number of rows of at least 2"
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
        raise TypeError(f"{allowed}; got {value!r}.")
    if value < 2:
        raise ValueError(f"{allowed}; got {value!r}.")
    return int(value)


def _sizes(found: Examined, min_count: int | None) -> dict[str, float | None]:
    """Count the rows of both sides, None where no column could be counted, and missing values.

    With ``min_count`` the missing values are None, and so are the rows where those of some group
    are not told, which are what the others leave of the total. Shares that are given have no rows.
    """
    sizes: dict[str, float | None] = {}
    for end, name in (("", "own"), ("_reference", "other")):
        sides = [getattr(column, name) for column in found.compared if not column.error]
        counts = [side.counts for side in sides if side is not None]
        if found.table.is_fixed and name == "other":
            counts = []
        told = len(counts) > 0 and not found.table.few[end].any()
        rows = (counts[0].totals + counts[0].missing).sum().item() if told else None
        missing = sum(one.missing.sum().item() for one in counts) if min_count is None else None
        sizes |= {f"rows{end}": rows, f"missing{end}": missing}
    return sizes


def _categories(
    found: Examined,
    column: Column,
    place: int,
    *,
    most: IntArray,
    min_count: int | None,
    redact: bool,
) -> Iterator[dict[str, Any]]:
    """Give the categories of a column in each group, by falling contribution, ``most`` a row."""
    text, rank = _texts(column, redact=redact)
    width, hidden = len(found.compared), found.table.hidden[:, place]
    other = -1 if min_count is None else place_of_other(column.labels)
    for batch in batches(found.counted, column, every=False):
        raw = batch.raw
        share = MEASURES["js_divergence"].shares(raw, found.counted.options.log_base)
        share = np.where(batch.valid[raw.comparison], share, np.nan)
        code = np.where(raw.outcome < len(column.labels), raw.outcome, len(column.labels))
        order = np.lexsort(
            [rank[code], -(raw.count_p + raw.count_q), -np.nan_to_num(share), raw.comparison]
        )
        starts = np.searchsorted(raw.comparison[order], np.arange(raw.size + 1))
        for i in np.flatnonzero(~hidden[batch.rows]):
            chosen = order[starts[i] : starts[i + 1]]
            chosen = chosen[(raw.count_p[chosen] > 0) | (raw.count_q[chosen] > 0)]
            row = (batch.rows.start + i) * width + place
            yield _entries(
                row,
                as_text(column.name),
                text[code[chosen]],
                (raw.count_p[chosen], raw.count_q[chosen], share[chosen]),
                rank[code[chosen]],
                code[chosen] == len(column.labels),
                _beyond(code[chosen] == other, int(most[row])),
                fixed=found.table.is_fixed,
            )


def _beyond(other: Flags, most: int) -> Flags:
    """Tell which entries, given by falling contribution, are summed up: all after ``most``.

    They join those that are folded already; one alone is shown instead.
    """
    summed = other.copy()
    rest = np.flatnonzero(~other)[most:]
    if len(rest) > 1 or other.any():
        summed[rest] = True
    return summed


def _texts(column: Column, *, redact: bool) -> tuple[Any, IntArray]:
    """Say what each label is called, and its place in order; missing comes last."""
    size = len(column.labels)
    order = np.arange(size) if column.leveled else label_order(column.labels)
    rank = np.argsort(order)
    if redact:
        # only those that occur are numbered: a gap would tell how many are folded
        occurs = (column.p.observed | column.q.observed)[:size]
        number = np.cumsum(occurs[order])[rank]
        lumped = place_of_other(column.labels)
        texts = [OTHER_TEXT if i == lumped else f"category {n}" for i, n in enumerate(number)]
    else:
        texts = [as_text(value) for value in as_objects(column.labels)]
    return np.array([*texts, MISSING_TEXT], dtype=object), np.append(rank, size)


def _entries(
    row: int,
    column: str,
    text: Any,
    values: tuple[FloatArray, FloatArray, FloatArray],
    rank: IntArray,
    missing: Any,
    fold: Any,
    *,
    fixed: bool = False,
) -> dict[str, Any]:
    """List the categories that are shown, and then the rest as one; Q may be ``fixed`` shares."""
    kept, n_folded = ~fold, int(fold.sum())
    count, reference, share = (
        np.append(part[kept], part[fold].sum()) if n_folded else part for part in values
    )
    total, total_reference = values[0].sum(), values[1].sum()
    rare = (count > 0) & (count < _RARE)
    if not fixed:
        rare |= (reference > 0) & (reference < _RARE)
    is_missing = np.append(missing[kept], False) if n_folded else missing
    is_other = np.zeros(len(count), dtype=bool)
    is_other[len(count) - 1 :] = n_folded > 0
    flags = {
        "missing": is_missing,
        "other": is_other,
        "new": (reference == 0) & ~is_other,
        "gone": (count == 0) & ~is_other,
        "rare": rare & ~is_other,
    }
    with np.errstate(divide="ignore", invalid="ignore"):
        p, q = count / total, reference / total_reference
        ratio = p / q
    return {
        "row": np.full(len(count), row),
        "column": [column] * len(count),
        "category": [*text[kept], *([OTHER_TEXT] if n_folded else [])],
        "categories": np.where(is_other, n_folded, 1),
        # among those that are shown: a gap would tell how many are folded
        "place": np.append(np.argsort(np.argsort(rank[kept])), kept.sum())[: len(count)],
        "count": count,
        "count_reference": reference,
        "p": p,
        "q": q,
        "change": p - q,
        "ratio": ratio,
        "contribution": share,
        "flag": [" ".join(name for name in flags if flags[name][i]) for i in range(len(count))],
    }


def _table(parts: list[dict[str, Any]], *, whole: bool) -> pd.DataFrame:
    """Join the entries in the order of the rows; counts may be ``whole``."""
    words, counts = ["column", "category", "flag"], ["row", "categories", "place"]
    counts += ["count", "count_reference"] if whole else []
    nothing = _entries(
        *(0, "", np.zeros(0, dtype=object), (np.zeros(0),) * 3),
        *(np.zeros(0, dtype=np.int64), *[np.zeros(0, bool)] * 2),
    )
    parts = sorted(parts, key=lambda part: part["row"][:1].tolist()) or [nothing]
    result: dict[str, Any] = {}
    for name in nothing:
        joined = np.concatenate([np.asarray(part[name], dtype=object) for part in parts])
        dtype: Any = "str" if name in words else "int64" if name in counts else "float64"
        result[name] = pd.Series(joined, dtype=object).astype(dtype)
    return pd.DataFrame(result)


def _rename_tops(frame: pd.DataFrame, categories: pd.DataFrame) -> None:
    """Let top_category say no more than the categories do."""
    own = categories[~categories["flag"].str.contains("other")]
    first = own.drop_duplicates("row").set_index("row").reindex(frame.index)
    known = frame["top_category"].notna()
    # the top may be what is folded: then the first that is shown is another
    same = known & np.isclose(first["contribution"], frame["top_contribution"], rtol=1e-9, atol=0)
    named = first["category"].where(same).mask(known & ~same, OTHER_TEXT)
    frame["top_category"] = named.astype(frame["top_category"].dtype)


def _hide(frame: pd.DataFrame, facts: dict[str, Any]) -> None:
    """Replace the keys of segments by numbers, and what may hold values by words."""
    keys = keys_of(frame)
    # a group without the last key is the last, and so never before another
    compared = frame[f"{keys[-1]}_reference"].notna() if "window" in facts else None
    for name in keys:
        places = [name] if compared is None else [name, f"{name}_reference"]
        every = pd.concat([frame[place] for place in places], ignore_index=True)
        codes, _ = pd.factorize(every, sort=False, use_na_sentinel=False)
        texts = np.array([f"segment {code + 1}" for code in codes], dtype=object)
        for place, part in zip(places, np.split(texts, len(places)), strict=True):
            frame[place] = pd.Series(part, dtype="str")
            if compared is not None and place != name:
                frame[place] = frame[place].where(compared)
    frame["note"] = frame["note"].where(frame["status"] != "error", _HIDDEN)
    if not isinstance(facts["bins"], int):
        facts["bins"] = "(hidden)"
