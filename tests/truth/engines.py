"""Random calls about data in random engines, answered by the slow oracle, too.

``python -m tests.truth.engines --calls 10000 --seed 0`` draws frames of mixed dtypes, methods and
keywords, holds the frame in one engine and its reference in another, and prints how many calls
each engine answered, what was refused, and each answer that is not the oracle's with the number
that makes it again: ``--only NUMBER``.
"""

from __future__ import annotations

import argparse
import datetime
import decimal
import math
import random
import re
import sys
import time
import warnings
from collections import Counter
from dataclasses import dataclass
from typing import Any

import pandas as pd

from tests.support import oracle, oracle_joint
from tests.support.agree import RANKED, agree, in_rank_order
from tests.support.engines import Engine, Frame, asked, every_engine, kept
from tests.truth import calls

Draw = random.Random
ENGINES = {engine.name: engine for engine in every_engine()}
# of a thousand calls: the slow engines are asked less often
SHARES = dict.fromkeys(ENGINES, 100) | {"pyspark": 22, "dask": 88}
# dtypes that hold the same values, so that the two sides may differ in them
ALIKE = [
    ["str", "arrow text", "objects", "categories", "levels"],
    ["int64", "Int64", "float64"],
    ["bool", "boolean", "bool objects"],
]
SIBLINGS = {kind: kinds for kinds in ALIKE for kind in kinds}
VALUES = [*SIBLINGS, "days", "zoned", "spans", "dates", "decimals"]
KEYS = [*SIBLINGS, "days", "zoned", "dates", "decimals"]
# what an engine, or the text of its files, does not hold as what it is
LACKS = {
    "ibis": {"spans"},
    "pyspark": {"spans"},
    "csv": {"spans"},
    "json lines": {"spans", "float64"},  # of JSON no infinity is part
}
WITHOUT_PAIRS = {"profile"}  # which counts columns one by one
COMPARED = ["cross_entropy", "kl_divergence", "js_divergence", "divergence", "contributions"]
JOINT = ["mutual_information", "conditional_entropy", "variation_of_information"]
LOSSES = ["binary_cross_entropy", "categorical_cross_entropy"]
METHODS = [*COMPARED * 2, "entropy", "distribution", *JOINT, *LOSSES]
MEASURES = ["cross_entropy", "kl_divergence", "js_divergence"]
# refusals that such calls may meet, and no others
NOTHING_IN_COMMON = "reference has no group of by .* in common with data"
UNNAMED = "alphabet=40 gives probability to .* that no row names, so they cannot be listed"


@dataclass(frozen=True)
class Call:
    """A question, who is asked, and how pandas would hold what the engines know."""

    method: str
    engine: str
    reference_engine: str | None
    today: Frame
    before: Frame
    columns: Any
    keywords: dict[str, Any]


def without_empty_text(frame: Frame) -> Frame:
    """Return what CSV keeps of a frame: an empty cell is a missing one."""

    def kept_of(values: pd.Series[Any]) -> pd.Series[Any]:
        return values.mask((values.astype(object) == "").fillna(False).astype(bool))

    return frame.apply(kept_of)


def known(engine: str, frame: Frame) -> Frame:
    """Return a frame as pandas would hold what the engine knows of it."""
    found = ENGINES[engine].expected(frame)
    return without_empty_text(found) if engine == "csv" else found


def drawn_engine(draw: Draw) -> str:
    return draw.choices(list(SHARES), list(SHARES.values()))[0]


def frames(draw: Draw, lacking: set[str]) -> tuple[Frame, Frame]:
    """Draw both sides, with keys and columns of the same kinds of values."""
    one = draw.choice([kind for kind in VALUES if kind not in lacking])
    kinds = {
        "c": one,
        "d": one,
        "e": draw.choice([kind for kind in VALUES if kind not in lacking]),
        "g": draw.choice([kind for kind in KEYS if kind not in lacking]),
        "h": draw.choice([kind for kind in KEYS if kind not in lacking]),
    }
    today = calls.frame(draw, kinds, draw.choice([1, 3, 12, 40, 40, 90]))
    others = [kind for kind in SIBLINGS.get(one, [one]) if kind not in lacking]
    before = calls.frame(draw, kinds | {"c": draw.choice(others)}, draw.choice([2, 12, 40, 60]))
    used = [*kinds, "whole", "part", "event", "chance", "other"]
    # DuckDB takes no missing duration of another unit from NumPy, nor Spark a time of nanoseconds
    units = {"M": draw.choice(["us", "ms"]), "m": "us"}

    def made(frame: Frame) -> Frame:
        kinds = {name: frame[name].dtype.kind for name in used}
        times = {
            name: frame[name].dt.as_unit(units[kind])
            for name, kind in kinds.items()
            if kind in units
        }
        return frame[used].assign(**times)

    return made(today), made(before)


def comparison(draw: Draw, today: Frame, before: Frame) -> dict[str, Any]:
    """Choose what P is compared with; the reference frame is put into its engine later."""
    form = draw.choice(["rest", "all", "pairs", "previous", "uniform", "q", "label", "mapping"])
    form = draw.choice([form, "frame", "frame"])
    found: dict[str, Any] = draw.choice([{}, {"by": "g"}, {"by": ["g", "h"]}, {"by": ["h"]}])
    if form == "uniform":
        return found | {"against": form}
    if form in ("rest", "all", "pairs", "previous"):
        chosen: dict[str, Any] = {"by": draw.choice(["g", ["g"], ["h", "g"]]), "against": form}
        if form == "previous" and draw.random() < 0.5:
            chosen |= {"window": draw.randint(1, 4)}
        return chosen
    if form == "q":
        return found | {"q": "d"}
    if form == "label":
        label = oracle.plain(draw.choice(today["g"].tolist()))
        return {"by": "g", "reference": math.nan if label is None else label}
    if form == "mapping":
        values = list(dict.fromkeys(before["c"].dropna().tolist())) or ["ash"]
        return found | {"reference": {value: draw.choice([0.5, 1, 3]) for value in values[:4]}}
    if "by" in found and draw.random() < 0.3:
        found |= {"match": draw.choice([True, False])}
    return found | {"reference": before}


def settings(draw: Draw, method: str) -> dict[str, Any]:
    """Choose the keywords that mean the same in every method."""
    found = calls.some(draw, 0.35, weights=["whole", "part"], base=["bit", "dit", 3])
    if method in LOSSES:
        return found | calls.some(draw, 0.5, clip=[1e-6, 0.1])
    if method in JOINT:
        return found
    found |= calls.some(draw, 0.35, dropna=[False], alphabet=["declared", 40])
    if method == "distribution":
        return {name: value for name, value in found.items() if name != "alphabet"}
    found |= calls.some(draw, 0.35, smoothing=[0.5, "laplace", "jeffreys", "perks"])
    if method in ("cross_entropy", "kl_divergence"):
        found |= calls.some(draw, 0.35, zeros=["drop", 1e-3])
    return found


def call(number: int, seed: int, engine: str | None = None) -> Call:
    """Draw the call of a number, for an engine or a drawn one."""
    draw = random.Random(f"{seed}, {number}")
    drawn = drawn_engine(draw)
    first, second = engine or drawn, drawn_engine(draw)
    lacking = LACKS.get(first, set()) | LACKS.get(second, set())
    today, before = frames(draw, lacking)
    several = not WITHOUT_PAIRS & {first}
    method = draw.choice(METHODS if several else [*COMPARED, "entropy", "distribution"])
    keywords = settings(draw, method)
    columns: Any = "c"
    if method in COMPARED:
        keywords |= comparison(draw, today, before)
        if method in ("divergence", "contributions"):
            some = draw.sample(MEASURES, draw.randint(1, 3))
            keywords |= {"measures": some} if method == "divergence" else {"measure": some[0]}
    else:
        keywords |= calls.some(draw, 0.7, by=["g", ["h"], ["g", "h"]])
        columns = draw.choice(["c", ["c", "e"]]) if method == "entropy" else "c"
    there = isinstance(keywords.get("reference"), pd.DataFrame)
    return Call(method, first, second if there else None, today, before, columns, keywords)


def held(engine: str, frame: Frame, weights: Any) -> Any:
    """Put a frame into an engine; a profile counts what calls ask about."""
    chosen: Engine = ENGINES[engine]
    if engine == "profile":
        chosen = kept(["c", "d", "e"], ["g", "h"], weights)
    return chosen.make(frame)


def answer(asked_for: Call) -> Frame:
    """Ask the library."""
    keywords = dict(asked_for.keywords)
    weights = keywords.get("weights")
    if asked_for.reference_engine is not None:
        keywords["reference"] = held(asked_for.reference_engine, asked_for.before, weights)
    theory = asked(held(asked_for.engine, asked_for.today, weights))
    result: Frame = getattr(theory, asked_for.method)(*positional(asked_for), **keywords)
    return result


def positional(asked_for: Call) -> tuple[Any, ...]:
    if asked_for.method in JOINT:
        return ("c", "e")
    if asked_for.method == "binary_cross_entropy":
        return ("event", ["chance", "other"])
    if asked_for.method == "categorical_cross_entropy":
        return ("event", {0: "chance", 1: "other"})
    return (asked_for.columns,)


def truth(asked_for: Call) -> list[oracle.Row]:
    """Ask the oracle."""
    keywords = dict(asked_for.keywords)
    today = known(asked_for.engine, asked_for.today)
    if asked_for.reference_engine is not None:
        keywords["reference"] = known(asked_for.reference_engine, asked_for.before)
    measures = keywords.pop("measures", None)
    if measures is None:
        module = oracle_joint if asked_for.method in JOINT else oracle
        rows: list[oracle.Row] = getattr(module, asked_for.method)(
            today, *positional(asked_for), **keywords
        )
    else:
        every = [getattr(oracle, name)(today, "c", **keywords) for name in measures]
        merged = [
            {k: v for row in same for k, v in row.items()} for same in zip(*every, strict=True)
        ]
        rows = [row | {"unit": row.pop("unit")} for row in merged]
    if asked_for.reference_engine == "profile":
        rows = [row | {"reference": "profile"} for row in rows]
    return rows


def form(value: Any) -> Any:
    """Return one form of a date, whatever an engine makes of it."""
    is_date = isinstance(value, datetime.date) and not isinstance(value, datetime.datetime)
    return pd.Timestamp(value) if is_date else value


def read_as_numbers(result: Frame, rows: list[oracle.Row]) -> Frame:
    """Read categories back that are text because no one type holds all of these numbers."""
    wanted = {type(row.get("category")) for row in rows} - {type(None)}
    mixed = len(wanted) > 1 or wanted == {decimal.Decimal}  # which meets floats of the reference
    if not mixed or not wanted <= {int, float, decimal.Decimal}:
        return result
    texts = (
        decimal.Decimal(cell) if isinstance(cell, str) else cell for cell in result["category"]
    )
    return result.assign(category=pd.Series(list(texts), dtype=object))


def check(asked_for: Call) -> None:
    """Check that the library answers what the oracle answers."""
    result = answer(asked_for)
    rows = [{name: form(cell) for name, cell in row.items()} for row in truth(asked_for)]
    for name in result:
        if result[name].dtype == object:
            result[name] = pd.Series([form(cell) for cell in result[name]], dtype=object)
    if not rows:
        assert result.empty
        return
    if asked_for.method in RANKED:
        result = read_as_numbers(result, rows)
        result = in_rank_order(result, rows, RANKED[asked_for.method])
    agree(result, rows, asked_for.keywords)


def refusal(asked_for: Call, told: str) -> str | None:
    """Return which of the refusals that calls may meet this one is, where it is one in truth."""
    if re.search(UNNAMED, told) and asked_for.method == "contributions":
        return UNNAMED
    if not re.search(NOTHING_IN_COMMON, told):
        return None
    by = oracle.listed(asked_for.keywords["by"])
    assert asked_for.reference_engine is not None
    today = known(asked_for.engine, asked_for.today)
    before = known(asked_for.reference_engine, asked_for.before)
    common = {*oracle.row_keys(today, by)} & {*oracle.row_keys(before, by)}
    return None if common else NOTHING_IN_COMMON


def found(number: int, seed: int, engine: str | None = None) -> tuple[Call, str, str]:
    """Make a call; return it, what came of it, and what was said."""
    made = call(number, seed, engine)
    try:
        check(made)
    except (AssertionError, IndexError, StopIteration) as error:
        return made, "mismatch", repr(error)[:600]
    except Exception as error:
        told = f"{type(error).__name__}: {error}"
        refused = refusal(made, told)
        return (made, "mismatch", told) if refused is None else (made, "refused", refused)
    return made, "equal", ""


def show(number: int, seed: int, engine: str | None) -> None:
    """Print a call, both answers, and the frames."""
    made, status, told = found(number, seed, engine)
    keywords = {k: v for k, v in made.keywords.items() if not isinstance(v, pd.DataFrame)}
    print(made.method, positional(made), keywords, made.engine, made.reference_engine)
    print(made.today.dtypes.to_dict(), made.before.dtypes.to_dict())
    print(made.today.to_string(), made.before.to_string(), sep="\n")
    print(pd.DataFrame(truth(made)).to_string())
    print(status, told)
    print(answer(made).to_string())


def main() -> None:
    """Make the calls, and print what came of them."""
    parser = argparse.ArgumentParser(description="Hold calls about all engines to the oracle.")
    parser.add_argument("--calls", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--first", type=int, default=0, help="the number of the first call")
    parser.add_argument("--engine", choices=list(ENGINES), help="instead of drawn ones")
    parser.add_argument("--only", type=int, help="show one call in full")
    chosen = parser.parse_args()
    warnings.simplefilter("ignore")
    if chosen.only is not None:
        show(chosen.only, chosen.seed, chosen.engine)
        return
    start = time.perf_counter()
    status: Counter[tuple[str, str]] = Counter()
    references: Counter[str] = Counter()
    refusals: Counter[str] = Counter()
    for number in range(chosen.first, chosen.first + chosen.calls):
        made, came, told = found(number, chosen.seed, chosen.engine)
        status[made.engine, came] += 1
        references[made.reference_engine or "none"] += 1
        if came == "refused":
            refusals[told] += 1
        elif came == "mismatch":
            pair = f"{made.engine} - {made.reference_engine}"
            print(f"mismatch: --only {number} --seed {chosen.seed}: {made.method}, {pair}: {told}")
    table = pd.Series(status).unstack(fill_value=0)
    table["as reference"] = pd.Series(references).reindex(table.index, fill_value=0)
    print(table.to_string())
    for told, times in refusals.most_common():
        print(f"refused {times} times: {told}")
    mismatches = sum(n for (_, came), n in status.items() if came == "mismatch")
    print(f"{chosen.calls} calls in {time.perf_counter() - start:.0f} s, {mismatches} mismatches")
    sys.exit(bool(mismatches))


if __name__ == "__main__":
    main()
