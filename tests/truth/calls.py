"""Random calls of every method, each made anew from its number alone.

``python -m tests.truth.calls`` prints all answers to the last bit, so that two checkouts can be
compared line by line. ``--check`` names those that differ from the recorded ones, which
`test_recorded` holds the package to, and ``--record`` writes these anew.
"""

from __future__ import annotations

import argparse
import datetime
import decimal
import hashlib
import math
import random
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import pdkl

NUMBER = 4_400
FIRST = 4_000  # below, only methods are asked that there were first, so that each call stays
RECORDED = Path(__file__).with_name("recorded.csv")
NAN = float("nan")
# messages that name a dtype, which has another name in another release of pandas, or the first of
# the rows that came home from an engine, which come in any order
_MAY_VARY = ("dtype", "holds values that cannot be counted", "the first at index")
# calls about columns that had other dtypes before
BEFORE_PANDAS_3 = {422, 1064, 1461, 2957, 3835}

Draw = random.Random
Made = tuple[tuple[Any, ...], dict[str, Any]]
DAY = pd.Timestamp("2024-03-01")

# the alphabets that columns draw from, by the kind of their values
POOLS: dict[str, list[Any]] = {
    "text": ["ash", "birch", "cedar", "elm", "fir", "Ünï", ""],
    "integer": [-7, 0, 1, 2, 3, 2**53 + 1],
    "float": [-1.5, 0.0, 0.25, 2.0, 3.0, math.inf],
    "bool": [True, False],
    "day": [DAY + pd.Timedelta(days=7 * i) for i in range(5)],
    "zoned": [(DAY + pd.Timedelta(hours=30 * i)).tz_localize("Europe/Berlin") for i in range(5)],
    "span": [pd.Timedelta(hours=5 * i) for i in range(4)],
    "date": [datetime.date(2024, 3, 1 + i) for i in range(4)],
    "decimal": [decimal.Decimal(i) / 4 for i in range(4)],
    "period": list(pd.period_range("2024-01", periods=4, freq="M")),
    "tuple": [(1, "a"), (1, "b"), (2, "a"), ()],
    "mixed": ["1", 1, 2.5, True, "x"],
}
# name -> (pool, how the drawn values become a column, whether they may be missing)
KINDS: dict[str, tuple[str, Callable[[list[Any]], Any], bool]] = {
    "str": ("text", lambda v: pd.Series(v, dtype="str"), True),
    "arrow text": ("text", lambda v: pd.Series(v, dtype="string[pyarrow]"), True),
    "objects": ("text", lambda v: pd.Series(v, dtype=object), True),
    "categories": ("text", lambda v: pd.Series(pd.Categorical(v, POOLS["text"])), True),
    "levels": (
        "text",
        lambda v: pd.Series(pd.Categorical(v, POOLS["text"][::-1], ordered=True)),
        True,
    ),
    "found": ("integer", lambda v: pd.Series(pd.Categorical(v)), True),
    "int64": ("integer", lambda v: pd.Series(v, dtype="int64"), False),
    "Int64": ("integer", lambda v: pd.Series(v, dtype="Int64"), True),
    "float64": ("float", lambda v: pd.Series(v, dtype="float64"), True),
    "bool": ("bool", lambda v: pd.Series(v, dtype="bool"), False),
    "boolean": ("bool", lambda v: pd.Series(v, dtype="boolean"), True),
    "bool objects": ("bool", lambda v: pd.Series(v, dtype=object), True),
    "days": ("day", lambda v: pd.Series(v, dtype="datetime64[ns]"), True),
    "zoned": ("zoned", lambda v: pd.Series(v, dtype="datetime64[ns, Europe/Berlin]"), True),
    "spans": ("span", lambda v: pd.Series(v, dtype="timedelta64[ns]"), True),
    "dates": ("date", lambda v: pd.Series(v, dtype=object), True),
    "decimals": ("decimal", lambda v: pd.Series(v, dtype=object), True),
    "periods": ("period", lambda v: pd.Series(v, dtype="period[M]"), True),
    "tuples": ("tuple", lambda v: pd.Series(v, dtype=object), True),
    "mixed": ("mixed", lambda v: pd.Series(v, dtype=object), True),
}
PLAIN = ["str", "objects", "categories", "levels", "bool", "int64"]
KEYS = [*PLAIN, "Int64", "boolean", "days", "zoned", "float64"]
ENGINES_HAVE = ["str", "arrow text", "bool", "int64", "days", "float64"]  # and give back alike
MEASURES: list[Any] = [
    "entropy", "perplexity", "cross_entropy", "kl_divergence", "reverse_kl", "jeffreys", "psi",
    "js_divergence", "js_distance", "total_variation", "hellinger", "chi_square",
    "max_difference", "bhattacharyya", ("renyi_divergence", 2.0), ("renyi_divergence", 0.5),
    ("tsallis_divergence", 2.0), ("renyi_entropy", 2.0), ("tsallis_entropy", 0.5),
    "normalized_entropy",
]  # fmt: skip
TESTABLE = ["js_divergence", "js_distance", "total_variation", "kl_divergence", "psi"]
ESTIMATORS = [
    "miller-madow", "jackknife", "chao-shen", "grassberger", "james-stein", "zhang",
    "chao-wang-jost", "bonachela", "nsb", "laplace", "no such",
]  # fmt: skip


def values(draw: Draw, kind: str, size: int, *, missing: bool) -> Any:
    """Draw a column, some of its values oftener than others."""
    pool, make, may_lack = KINDS[kind]
    some = draw.sample(POOLS[pool], draw.randint(1, len(POOLS[pool])))
    weights = [draw.choice([1, 1, 3, 9]) for _ in some]
    drawn = draw.choices(some, weights, k=size)
    if may_lack and missing:
        drawn = [None if draw.random() < 0.15 else value for value in drawn]
    return make(drawn)


def frame(draw: Draw, kinds: dict[str, str], size: int) -> pd.DataFrame:
    """Draw a frame with columns of given kinds, weights, numbers, times and probabilities."""
    lacking = draw.random() < 0.5
    columns = {name: values(draw, kind, size, missing=lacking) for name, kind in kinds.items()}
    columns["whole"] = pd.Series([draw.randint(0, 4) for _ in range(size)], dtype="int64")
    columns["part"] = pd.Series([draw.randint(0, 9) / 8 for _ in range(size)], dtype="float64")
    columns["x"] = pd.Series([draw.gauss(0, 1) for _ in range(size)], dtype="float64")
    stamps = [DAY + pd.Timedelta(minutes=draw.randint(0, 40_000)) for _ in range(size)]
    columns["when"] = pd.Series(stamps, dtype="datetime64[ns]")
    columns["block"] = pd.Series([draw.randint(0, 5) for _ in range(size)], dtype="int64")
    columns["event"] = pd.Series([draw.randint(0, 1) for _ in range(size)], dtype="int64")
    columns["chance"] = pd.Series([draw.randint(1, 7) / 8 for _ in range(size)], dtype="float64")
    columns["other"] = 1.0 - columns["chance"]
    return pd.DataFrame(columns)


def some(draw: Draw, share: float, **choices: Any) -> dict[str, Any]:
    """Choose one value for some of the keywords."""
    return {name: draw.choice(of) for name, of in choices.items() if draw.random() < share}


def keyed(draw: Draw) -> Any:
    """Choose what makes the groups."""
    return draw.choice(["g", "g", "g", ["g", "h"], ["h"], pd.Grouper(key="when", freq="W")])


def comparison(draw: Draw, today: pd.DataFrame, before: pd.DataFrame) -> dict[str, Any]:
    """Choose what P is compared with."""
    form = draw.choice(
        ["rest", "all", "pairs", "previous", "uniform", "q", "label", "mapping"] + ["frame"] * 4
    )
    if form in ("rest", "all", "pairs", "previous"):
        return {"against": form, "by": keyed(draw)}
    found: dict[str, Any] = {"by": keyed(draw)} if draw.random() < 0.5 else {}
    if form == "uniform":
        return found | {"against": form}
    if form == "q":
        return found | {"p": "c", "q": "d"}
    if form == "label":
        return {"by": "g", "reference": draw.choice([*today["g"].dropna(), "no such"])}
    if form == "mapping":
        known = list(dict.fromkeys(today["c"].dropna()))
        chosen = {value: draw.choice([0.5, 1, 2, 3]) for value in known[: draw.randint(1, 6)]}
        return found | {"p": "c", "reference": chosen}
    if "by" in found and draw.random() < 0.5:
        found["match"] = draw.choice([True, False])
    kind = draw.choice(["frame"] * 5 + ["profile", "folded"])
    if kind == "frame":
        return found | {"reference": before}
    most = 2 if kind == "folded" else None
    taken = before.info_theory.profile(["c", "d"], by=["g", "h"], max_categories=most)
    return found | {"reference": taken}


def question(number: int) -> tuple[Any, str, tuple[Any, ...], dict[str, Any]]:
    """Make the call of a number: the data, the method, its arguments and keywords."""
    draw = random.Random(number)
    plain = draw.random() < 0.25
    of_values, of_keys = (ENGINES_HAVE,) * 2 if plain else (list(KINDS), KEYS)
    alike = draw.choice(of_values)
    kinds = {
        "c": alike,
        "d": alike if draw.random() < 0.7 else draw.choice(of_values),
        "g": draw.choice(of_keys),
        "h": draw.choice(ENGINES_HAVE if plain else PLAIN),
    }
    size = draw.choice([0, 1, 3, 12, 40, 40, 90])
    today = frame(draw, kinds, size)
    there = kinds if draw.random() < 0.9 else kinds | {"c": draw.choice(list(KINDS))}
    before = frame(draw, there, draw.choice([0, 5, 40, 60]))
    asked, of = (METHODS, METHODS_BY_NAME) if number < FIRST else (list(LATER), LATER)
    method = draw.choice(asked)
    arguments, keywords = of[method](draw, today, before)
    return wrapped(draw, today, set(kinds.values()), method, keywords), method, arguments, keywords


def wrapped(
    draw: Draw, today: pd.DataFrame, kinds: set[str], method: str, keywords: dict[str, Any]
) -> Any:
    """Let some frames be of another kind, or counted already."""
    fits = kinds <= {*ENGINES_HAVE}
    kind = draw.choice(["pandas"] * 9 + ["profile"] + list(_CONVERT) * 2 * fits)
    if kind == "profile" and "blocks" not in keywords and "joint" not in keywords:
        weights = keywords.get("weights")
        return today.info_theory.profile(["c", "d"], by=["g", "h"], weights=weights)
    return _CONVERT[kind](today) if kind in _CONVERT and fits else today


def _as_arrow(today: pd.DataFrame) -> Any:
    import pyarrow as pa

    return pa.Table.from_pandas(today, preserve_index=False)


def _as_polars(today: pd.DataFrame) -> Any:
    import polars as pl

    return pl.from_pandas(today)


def _as_duckdb(today: pd.DataFrame) -> Any:
    import duckdb

    return duckdb.from_arrow(_as_arrow(today))


_CONVERT: dict[str, Callable[[pd.DataFrame], Any]] = {
    "arrow": _as_arrow,
    "polars": _as_polars,
    "duckdb": _as_duckdb,
}


def _common(draw: Draw, *, two_sided: bool) -> dict[str, Any]:
    found = some(
        draw,
        0.3,
        weights=["whole", "whole", "part"],
        base=["bit", "dit", 3.0],
        dropna=[False],
        alphabet=["declared", 9, "observed"],
        smoothing=[0.5, "laplace", "perks"],
    )
    if two_sided:
        found |= some(draw, 0.3, zeros=["drop", 0.001, "raise", "inf"])
    if draw.random() < 0.15:
        found |= some(draw, 0.9, bins=[3, {"x": 4}, {"x": [-1.0, 0.0, 1.0]}, {"when": 3}, "fd"])
        found |= some(draw, 0.4, binning=["quantile", "width"])
    return found


def _sure(draw: Draw, keywords: dict[str, Any], *, test: bool) -> dict[str, Any]:
    """Ask now and then how sure the answer is, which takes whole weights."""
    if draw.random() > 0.12:
        return keywords
    keywords.pop("weights", None)
    keywords |= {"confidence": 0.9} if draw.random() < 0.5 or not test else {"test": True}
    keywords |= {"n_resamples": 19, "rng": draw.randint(0, 99)}
    return keywords | (some(draw, 0.3, blocks=["block"]) if keywords.get("by") != "block" else {})


def _entropy(draw: Draw, today: pd.DataFrame, before: pd.DataFrame) -> Made:
    keywords = _common(draw, two_sided=False) | some(draw, 0.6, by=[keyed(draw)])
    keywords |= some(draw, 0.6, columns=["c", ["c", "d"], ["c", "x"], "d", "nope"])
    keywords |= some(draw, 0.15, joint=[True])
    keywords |= some(draw, 0.25, estimator=ESTIMATORS)
    return (), _sure(draw, keywords, test=False)


def _distribution(draw: Draw, today: pd.DataFrame, before: pd.DataFrame) -> Made:
    keywords = _common(draw, two_sided=False) | some(draw, 0.6, by=[keyed(draw)])
    return (), keywords | some(draw, 0.6, columns=["c", ["c", "d"], "d"])


def _compared(draw: Draw, today: pd.DataFrame, before: pd.DataFrame) -> Made:
    keywords = some(draw, 0.7, p=["c", ["c", "d"], "d"]) | comparison(draw, today, before)
    return (), keywords | _common(draw, two_sided=True)


def _scored(draw: Draw, today: pd.DataFrame, before: pd.DataFrame) -> Made:
    _, keywords = _compared(draw, today, before)
    return (), _sure(draw, keywords, test=True)


def _symmetric(draw: Draw, today: pd.DataFrame, before: pd.DataFrame) -> Made:
    _, keywords = _scored(draw, today, before)
    keywords.pop("zeros", None)
    return (), keywords


def _several(draw: Draw, today: pd.DataFrame, before: pd.DataFrame) -> Made:
    _, keywords = _compared(draw, today, before)
    asked = _sure(draw, keywords, test=True)
    of = TESTABLE if "rng" in asked else MEASURES
    return (), asked | {"measures": draw.sample(of, draw.randint(1, 4))}


def _contributions(draw: Draw, today: pd.DataFrame, before: pd.DataFrame) -> Made:
    _, keywords = _compared(draw, today, before)
    return (), keywords | {"measure": draw.choice(MEASURES)}


def _dependence(draw: Draw, today: pd.DataFrame, before: pd.DataFrame) -> dict[str, Any]:
    found = some(draw, 0.3, weights=["whole", "part"], base=["bit", 3.0], dropna=[False])
    found |= some(draw, 0.5, by=[keyed(draw)]) | some(draw, 0.15, bins=[3, {"x": 4}])
    return found


def _mutual(draw: Draw, today: pd.DataFrame, before: pd.DataFrame) -> Made:
    keywords = _dependence(draw, today, before) | some(draw, 0.25, given=["h", "event"])
    keywords |= some(draw, 0.3, normalized=["min", "max", "mean", "sqrt", "joint", "nope"])
    keywords |= some(draw, 0.2, estimator=["miller-madow", "chao-shen"])
    return draw.choice([(), ("c", "d"), (["c", "d"], ["d", "h"]), ("c", "x")]), keywords


def _conditional(draw: Draw, today: pd.DataFrame, before: pd.DataFrame) -> Made:
    keywords = _dependence(draw, today, before) | some(draw, 0.2, estimator=["miller-madow"])
    return draw.choice([("c", "d"), ("d", "h"), (["c", "d"], ["h", "h"])]), keywords


def _variation(draw: Draw, today: pd.DataFrame, before: pd.DataFrame) -> Made:
    keywords = _dependence(draw, today, before) | some(draw, 0.2, given=["event"])
    return draw.choice([(), ("c", "d"), ("d", "h")]), keywords


def _binary(draw: Draw, today: pd.DataFrame, before: pd.DataFrame) -> Made:
    keywords = some(draw, 0.4, weights=["whole", "part"], base=["bit"], clip=[0.01, 0.2, 0.7])
    keywords |= some(draw, 0.5, by=[keyed(draw)])
    return ("event", draw.choice(["chance", ["chance", "other"], "x"])), keywords


def _categorical(draw: Draw, today: pd.DataFrame, before: pd.DataFrame) -> Made:
    keywords = some(draw, 0.4, weights=["whole", "part"], base=["bit"], clip=[0.01])
    keywords |= some(draw, 0.5, by=[keyed(draw)])
    return ("event", {0: "chance", 1: draw.choice(["other", "other", "x"])}), keywords


def _drift(draw: Draw, today: pd.DataFrame, before: pd.DataFrame) -> Made:
    keywords = some(draw, 0.5, by=["g", ["g", "h"], "h"]) | some(draw, 0.2, match=[True, False])
    keywords |= some(draw, 0.5, columns=["c", ["c", "d", "x"], ["x", "when"]])
    keywords |= some(draw, 0.25, measure=TESTABLE, threshold=[0.0, 0.3], alpha=[0.2])
    keywords |= some(draw, 0.2, dropna=[True], bins=[4, {"x": 3}], weights=["whole"])
    keywords |= some(draw, 0.1, blocks=["block"])
    return (before,), keywords | {"n_resamples": 19, "rng": draw.randint(0, 99)}


def _explain(draw: Draw, today: pd.DataFrame, before: pd.DataFrame) -> Made:
    keywords = some(draw, 0.5, by=["h", ["h"]]) | some(draw, 0.3, measure=["kl_divergence"])
    keywords |= some(draw, 0.2, weights=["whole"], base=["bit"], dropna=[True], bins=[{"x": 3}])
    arguments = (before, draw.choice([None, "c", ["c", "d"], ["c", "x"]]))
    return arguments, keywords | {"n_resamples": 19, "rng": draw.randint(0, 99)}


def _profile(draw: Draw, today: pd.DataFrame, before: pd.DataFrame) -> Made:
    keywords = some(draw, 0.4, by=["g", ["g", "h"]], weights=["whole", "part"], max_categories=[2])
    return (draw.choice([None, "c", ["c", "d", "x"]]),), keywords | some(draw, 0.2, bins=[3])


METHODS_BY_NAME: dict[str, Callable[[Draw, pd.DataFrame, pd.DataFrame], Made]] = {
    "entropy": _entropy,
    "distribution": _distribution,
    "cross_entropy": _scored,
    "kl_divergence": _scored,
    "js_divergence": _symmetric,
    "divergence": _several,
    "contributions": _contributions,
    "mutual_information": _mutual,
    "conditional_entropy": _conditional,
    "variation_of_information": _variation,
    "binary_cross_entropy": _binary,
    "categorical_cross_entropy": _categorical,
    "drift": _drift,
    "explain": _explain,
    "profile": _profile,
}


def _changes(draw: Draw, today: pd.DataFrame, before: pd.DataFrame) -> Made:
    time = draw.choice(["when", pd.Grouper(key="when", freq="D"), "x", "g"])
    keywords = some(draw, 0.3, weights=["whole"], dropna=[True], bins=[3, {"x": 4}])
    keywords |= some(draw, 0.3, measure=["psi", "total_variation", "kl_divergence"], base=["nat"])
    keywords |= some(draw, 0.2, phi=[1.0, 3.0], season=[None, 3], block=[1, 2], anomalies=[0, 2])
    keywords["by"] = draw.choice([time, ["h", time]])
    return (), keywords | some(draw, 0.6, columns=["c", ["c", "d"], [("c", "d")]])


def _diversity(draw: Draw, today: pd.DataFrame, before: pd.DataFrame) -> Made:
    keywords = _common(draw, two_sided=False) | some(draw, 0.6, by=[keyed(draw)])
    keywords |= some(draw, 0.6, columns=["c", ["c", "d"], [("c", "d")]])
    orders = [(name, q) for name in ("hill_number", "renyi_entropy") for q in (0, 1, 2, math.inf)]
    measures = ["richness", "perplexity", "gini_simpson", "berger_parker", *orders]
    return (), keywords | {"measures": draw.sample(measures, 3)}


def _correlation(draw: Draw, today: pd.DataFrame, before: pd.DataFrame) -> Made:
    keywords = _dependence(draw, today, before) | some(draw, 0.2, estimator=["miller-madow"])
    return (draw.choice([["c", "d"], ["c", "d", "h"], ["c", "x", "event"]]),), keywords


def _interaction(draw: Draw, today: pd.DataFrame, before: pd.DataFrame) -> Made:
    keywords = _dependence(draw, today, before) | some(draw, 0.2, estimator=["miller-madow"])
    return ("c", draw.choice(["d", ["d", "h"]]), draw.choice(["event", ["h", "event"]])), keywords


def _pointwise(draw: Draw, today: pd.DataFrame, before: pd.DataFrame) -> Made:
    keywords = _dependence(draw, today, before) | some(draw, 0.3, given=["event", ["h", "event"]])
    return draw.choice([("c", "d"), ("c", ["d", "h"]), (("c", "d"), "h")]), keywords


def _evidence(draw: Draw, today: pd.DataFrame, before: pd.DataFrame) -> Made:
    keywords = some(draw, 0.3, weights=["whole", "part"], dropna=[True], smoothing=[None, 1.0])
    keywords |= some(draw, 0.5, by=[keyed(draw)]) | some(draw, 0.15, bins=[3, {"x": 4}])
    return (draw.choice(["c", ["c", "d"], [("c", "d")]]), "event"), keywords | {"event": 1}


def _windows(draw: Draw, today: pd.DataFrame, before: pd.DataFrame) -> Made:
    rolling = pdkl.Rolling(key="when", size="21D", step="7D")
    keywords = _common(draw, two_sided=True) | {"by": draw.choice([rolling, [rolling, "h"]])}
    keywords |= draw.choice([{"against": "rest"}, {"against": "all"}, {"reference": before}])
    return (), keywords | {"measures": draw.sample(MEASURES, 2), "p": draw.choice(["c", "d"])}


LATER: dict[str, Callable[[Draw, pd.DataFrame, pd.DataFrame], Made]] = {
    "changes": _changes,
    "diversity": _diversity,
    "total_correlation": _correlation,
    "interaction_information": _interaction,
    "pointwise_information": _pointwise,
    "weight_of_evidence": _evidence,
    "divergence": _windows,
}
# those that compare in several ways are asked more often
METHODS = [*METHODS_BY_NAME, *["kl_divergence", "divergence", "contributions"] * 3, "entropy"]


def ask(number: int) -> pd.DataFrame | Exception:
    """Make the call of a number, and return its frame or its error."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            warnings.filterwarnings("ignore", "left out ", UserWarning)
            data, method, arguments, keywords = question(number)
            result = getattr(pdkl.InfoTheory(data), method)(*arguments, **keywords)
            if isinstance(result, pdkl.Profile):
                result = pdkl.InfoTheory(result).distribution(by=result.by or None)
    except Exception as error:
        return error
    assert isinstance(result, pd.DataFrame)
    return result


def _cell(value: Any, dtype: Any) -> str:
    """Write a value so that it reads alike whatever holds it."""
    if not pd.api.types.is_float_dtype(dtype) and pd.api.types.is_scalar(value) and pd.isna(value):
        return "missing"
    if isinstance(value, float | np.floating):
        return "nan" if math.isnan(value) else "finite" if math.isfinite(value) else str(value)
    if isinstance(value, bool | np.bool_):
        return str(bool(value))
    return str(int(value)) if isinstance(value, int | np.integer) else str(value)


def summary(number: int) -> tuple[str, float, float]:
    """Return a digest of all but the finite numbers, their weighted sum, and its scale."""
    found = ask(number)
    if isinstance(found, Exception):
        return _digest([type(found).__name__, _said(found)]), 0.0, 0.0
    cells = [_cell(value, found[name].dtype) for name in found for value in found[name].tolist()]
    numbers = [
        float(value)
        for name in found
        for value in found[name].tolist()
        if isinstance(value, float) and math.isfinite(value)
    ]
    weight = [1.0 + (i * 7919 % 1009) / 1009 for i in range(len(numbers))]
    products = [a * b for a, b in zip(weight, numbers, strict=True)]
    texts = [*(str(name) for name in found), *cells]
    return _digest(texts), math.fsum(products), math.fsum(map(abs, products))


def exact(number: int) -> str:
    """Write an answer to the last bit, its dtypes and attributes with it."""
    found = ask(number)
    if isinstance(found, Exception):
        return f"{number} {type(found).__name__}: {_said(found)}".replace("\n", "\\n")
    cells = [
        [value.hex() if isinstance(value, float) else repr(value) for value in found[name].tolist()]
        for name in found
    ]
    facts = sorted(found.attrs.get("pdkl", {}).items())
    shown = (list(found), [str(dtype) for dtype in found.dtypes], facts, cells)
    return f"{number} {len(found)} rows {_digest(map(repr, shown))}"


def _said(error: Exception) -> str:
    """Return the message of an error, nothing where it may vary."""
    said = str(error)
    return "" if any(words in said for words in _MAY_VARY) else said


def _digest(parts: Iterator[str] | list[str] | map[str]) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:12]


def record() -> None:
    """Write the answers of all numbers down."""
    with RECORDED.open("w") as file:
        for number in range(NUMBER):
            digest, total, scale = summary(number)
            file.write(f"{digest},{total!r},{scale!r}\n")


def recorded() -> list[tuple[str, float]]:
    """Read the digests and sums of all numbers."""
    cells = [line.split(",") for line in RECORDED.read_text().splitlines()]
    return [(digest, float(total)) for digest, total, _ in cells]


def differs(number: int, digest: str, total: float) -> bool:
    """Tell whether a call has another answer than the recorded one."""
    if number in BEFORE_PANDAS_3 and pd.__version__ < "3":
        return False
    own, own_total, scale = summary(number)
    return own != digest or abs(own_total - total) > 1e-9 * scale


def main() -> None:
    """Print, check or record all answers."""
    parser = argparse.ArgumentParser(description="Ask all calls, and print what they answer.")
    parser.add_argument("--record", action="store_true", help=f"write {RECORDED.name} anew")
    parser.add_argument("--check", action="store_true", help="print the numbers that differ")
    chosen = parser.parse_args()
    if chosen.record:
        record()
    elif chosen.check:
        before = enumerate(recorded())
        print([number for number, (digest, total) in before if differs(number, digest, total)])
    else:
        for number in range(NUMBER):
            sys.stdout.write(exact(number) + "\n")


if __name__ == "__main__":
    main()
