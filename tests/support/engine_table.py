"""The table of engine by engine: a column in one engine, its reference in another.

``python -m tests.support.engine_table`` asks of every ordered pair of engines, and of every kind of
column as category and as key, whether the answer is that of a loop over the plain values. It prints
a row per engine, what was refused and with which words, and what differs, which nothing should.
"""

from __future__ import annotations

import argparse
import datetime
import math
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from tests.support import oracle
from tests.support.engines import LEVELS, Engine, Frame, asked, every_engine, kept

START = datetime.datetime(2024, 3, 1)
TIMES = [START + datetime.timedelta(days=i, minutes=7 * i) for i in range(4)]
BERLIN = pd.Timestamp("2024-03-01 12:30", tz="Europe/Berlin")
# four values of each kind, and the dtype that holds them: the first two on both sides of a
# comparison, the third today and the fourth before
KINDS: dict[str, tuple[list[Any], Any]] = {
    "bool": ([True, False, True, False], bool),
    "bool, missing": ([True, None, False, False], "boolean"),
    "bool objects": ([True, None, False, True], object),
    "wide": ([2**53, 2**53 + 1, 2**53 + 2, -3], "int64"),
    "wide, missing": ([2**53 + 1, None, 2**53, 2**53 + 2], "Int64"),
    "narrow": ([0.1, 0.25, 1 / 3, -7.5], "float32"),
    "float": ([-0.0, math.nan, 0.1, 1 / 3], "float64"),
    "decimal": ([Decimal("1.10"), None, Decimal("2.50"), Decimal("0.07")], object),
    "text": (["fig", "ü", "a b", "c,d"], object),
    "text, missing": (["fig", None, "ü", "plum"], "str"),
    "levels": (["small", "large", "medium", "small"], pd.CategoricalDtype(LEVELS)),
    "levels, missing": (["small", None, "large", "medium"], pd.CategoricalDtype(LEVELS)),
    "date": ([one.date() for one in TIMES], object),
    "date, missing": ([TIMES[0].date(), None, TIMES[2].date(), TIMES[3].date()], object),
    "naive": ([TIMES[0], None, *TIMES[2:]], "datetime64[us]"),
    "aware": (
        [BERLIN, None, *(BERLIN + pd.Timedelta(days=i) for i in (1, 2))],
        "datetime64[us, UTC]",
    ),
    "duration": ([pd.Timedelta(hours=5), None, pd.Timedelta(0), pd.Timedelta(days=2)], "m8[us]"),
    "clock": ([datetime.time(10), None, datetime.time(0, 5), datetime.time(23, 59, 1)], object),
    "nothing": ([None] * 4, object),
    "nothing today": (["fig", None, "kiwi", "plum"], object),
    "nothing before": (["fig", None, "kiwi", "plum"], object),
}
FRUIT = "fruit"  # what is counted in the groups of a key
TODAY = [0, 0, 0, 1, 2, 0, 1, 0, 2, 1]
BEFORE = [1, 3, 0, 1, 3, 1, 0, 3, 1]
ROLES = ["category", "key"]
COUNTED = ["n", "n_reference", "n_missing", "n_missing_reference", "categories"]
SHARES = ["unseen", "vanished", "js_divergence"]


def frame(rows: list[int], nothing: str, kinds: Sequence[str] = tuple(KINDS)) -> Frame:
    """Make the frame of one side, on which one column has no value."""
    columns: dict[str, Any] = {}
    for name in kinds:
        values, dtype = KINDS[name]
        drawn = [None if name == nothing else values[i] for i in rows]
        columns[name] = pd.Series(drawn, dtype=dtype)
    columns[FRUIT] = pd.Series(["fig" if i % 3 else "kiwi" for i in range(len(rows))], dtype=object)
    return pd.DataFrame(columns)


def today(kinds: Sequence[str] = tuple(KINDS)) -> Frame:
    return frame(TODAY, "nothing today", kinds)


def before(kinds: Sequence[str] = tuple(KINDS)) -> Frame:
    made = frame(BEFORE, "nothing before", kinds)
    if "aware" in made:
        made["aware"] = made["aware"].dt.tz_convert("Asia/Tokyo")
    return made


def plain(value: Any) -> Any:
    """Return one form of a value, whatever an engine makes of it."""
    value = oracle.plain(value.item() if isinstance(value, np.number | np.bool_) else value)
    if isinstance(value, float | Decimal):
        return float(np.float32(float(value)))
    if isinstance(value, datetime.datetime):
        stamp = pd.Timestamp(value)
        return stamp if stamp.tzinfo is None else stamp.tz_convert("UTC")
    if isinstance(value, datetime.date):
        return pd.Timestamp(value)
    return pd.Timedelta(value) if isinstance(value, datetime.timedelta) else value


def in_plain(made: Frame) -> Frame:
    return pd.DataFrame(
        {name: pd.Series([plain(v) for v in made[name]], dtype=object) for name in made}
    )


PLAIN_TODAY, PLAIN_BEFORE = in_plain(today()), in_plain(before())
ALL = every_engine()
# what all keys together make groups by; of a column without a value on one side they make none
TOGETHER = [kind for kind in KINDS if kind not in {"nothing today", "nothing before"}]
# the kinds that an engine, or the writer of its files, has not got
LACKS = {
    "ibis": {"duration"},
    "pyspark": {"duration", "clock"},
}
# and those that it reads as another kind, since their text in a file does not tell
READ_AS = {
    ("csv", "duration"): "strings",
    ("json lines", "duration"): "strings",
    ("json lines", "clock"): "strings",
}
CALLED = {"duration": "timedeltas", "clock": "other values"}
SHOWN: dict[str, Callable[[Any], Any]] = {"strings": str}


@dataclass(frozen=True)
class Held:
    """Both sides as an engine holds them: to ask about the columns, and about groups by them."""

    engine: Engine
    kinds: list[str]
    today: dict[str, Any]
    before: dict[str, Any]


def held(engine: Engine) -> Held:
    """Put both sides into an engine."""
    kinds = [name for name in KINDS if name not in LACKS.get(engine.name, ())]
    sides = today(kinds), before(kinds)
    if engine.name == "profile":  # which counts either the columns or the groups by them
        makes = {"category": kept(kinds).make, "key": kept([FRUIT], kinds).make}
        one, two = ({role: make(side) for role, make in makes.items()} for side in sides)
    else:
        one, two = (dict.fromkeys(ROLES, engine.make(side)) for side in sides)
    return Held(engine, kinds, one, two)


def shared(one: Held, other: Held) -> list[str]:
    """List the kinds that two engines hold."""
    return [kind for kind in one.kinds if kind in other.kinds]


def refusal(one: Held, other: Held, kind: str, role: str) -> str | None:
    """Return the message where one engine reads the values as another kind, else None."""
    own, there = (READ_AS.get((side.engine.name, kind)) for side in (one, other))
    if own == there:
        return None
    own, there = own or CALLED[kind], there or CALLED[kind]
    sides = {
        "category": f"column {kind!r} holds {own} and reference for column {kind!r}",
        "key": f"by column {kind!r} holds {own} and that of reference",
    }
    return (
        f"{sides[role]} holds {there}, so no category of one can occur in the other. Convert one "
        "of them, for instance with astype."
    )


def arguments(kinds: Sequence[str], role: str) -> tuple[list[str], dict[str, Any]]:
    """Return which columns are asked about, and by which; the keys are asked about together."""
    return (list(kinds), {}) if role == "category" else ([FRUIT], {"by": list(kinds)})


def ask(one: Held, other: Held, kinds: Sequence[str], role: str) -> Frame:
    """Compare what one engine holds with what another one holds."""
    columns, keywords = arguments(kinds, role)
    return asked(one.today[role]).js_divergence(columns, reference=other.before[role], **keywords)


@cache
def expected(kinds: tuple[str, ...], role: str) -> list[oracle.Row]:
    """Answer the same by a loop over the plain values."""
    columns, keywords = arguments(kinds, role)
    return oracle.js_divergence(PLAIN_TODAY, columns, reference=PLAIN_BEFORE, **keywords)


def difference(one: Held, other: Held, kinds: Sequence[str], role: str) -> str | None:
    """Say where an answer is not that of the loop, None where it is."""
    got, rows = ask(one, other, kinds, role), expected(tuple(kinds), role)
    labels = [*(kinds if role == "key" else []), "column"]
    found = [dict(zip(got, cells, strict=True)) for cells in got.astype(object).to_numpy()]
    places = [tuple(plain(row[name]) for name in labels) for row in found]
    shown = [SHOWN.get(READ_AS.get((one.engine.name, name), ""), plain) for name in labels]

    def place(row: oracle.Row) -> tuple[Any, ...]:
        cells = [row[name] for name in labels]
        return tuple(
            None if cell is None else form(cell) for form, cell in zip(shown, cells, strict=True)
        )

    wanted = {place(row): row for row in rows}
    # declared levels come in their order, and not all engines know that
    in_any_order = role == "key" and any(kind.startswith("levels") for kind in kinds)
    if Counter(places) != Counter(list(wanted)):
        return f"the rows are {places}, not {list(wanted)}"
    if places != list(wanted) and not in_any_order:
        return f"the rows come as {places}, not as {list(wanted)}"
    for at, row in zip(places, found, strict=True):
        for name in [*COUNTED, *SHARES]:
            here, there = row[name], wanted[at][name]
            good = here == there or (
                name in SHARES
                and (math.isnan(here) or math.isclose(here, there, rel_tol=1e-12, abs_tol=1e-15))
                and math.isnan(here) == math.isnan(there)
            )
            if not good:
                return f"{name} of {at} is {here}, not {there}"
    return None


@dataclass(frozen=True)
class Outcome:
    """What came of one kind of column, in one role, between two engines."""

    one: str
    other: str
    kind: str
    role: str
    status: str
    told: str = ""


def outcome(one: Held, other: Held, kind: str, role: str) -> Outcome:
    """Ask about one kind alone."""
    refused = refusal(one, other, kind, role)
    try:
        told = difference(one, other, [kind], role)
        status = "equal" if told is None and refused is None else "differs"
    except Exception as error:
        told = f"{type(error).__name__}: {error}"
        status = "refused" if str(error) == refused else "differs"
    return Outcome(one.engine.name, other.engine.name, kind, role, status, told or "")


def outcomes(engines: list[Engine]) -> Iterator[Outcome]:
    """Go through all ordered pairs of engines."""
    sides = [held(engine) for engine in engines]
    for one, other in product(sides, repeat=2):
        for kind, role in product(shared(one, other), ROLES):
            yield outcome(one, other, kind, role)


def main() -> None:
    """Print the table."""
    names = [engine.name for engine in ALL]
    parser = argparse.ArgumentParser(description="Compare every engine with every other one.")
    parser.add_argument("--engines", nargs="+", choices=names, default=names, metavar="ENGINE")
    chosen = parser.parse_args().engines
    warnings.simplefilter("ignore")
    start = time.perf_counter()
    found = list(outcomes([engine for engine in ALL if engine.name in chosen]))
    frame = pd.DataFrame([vars(one) for one in found])
    counted = pd.crosstab(frame["one"], frame["status"]).reindex(chosen)
    print(counted.to_string())
    taken = time.perf_counter() - start
    print(f"{len(found)} combinations in {taken:.0f} s: {dict(Counter(frame['status']))}")
    for name in ("refused", "differs"):
        some = frame[frame["status"] == name]
        for told, rows in some.groupby("told", sort=False):
            pairs = ", ".join(f"{row.one} - {row.other}" for row in rows.itertuples())
            print(f"\n{name}: {told}\n  as {rows['role'].iloc[0]}: {pairs}")
    sys.exit(bool((frame["status"] == "differs").any()))


if __name__ == "__main__":
    main()
