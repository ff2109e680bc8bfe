"""The options that commands share: spelled, and read, in one place."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click
import numpy as np
import pandas as pd
from click.shell_completion import CompletionItem

from pdkl.codes.rolling import Rolling
from pdkl.core.measures.joint import NORMALIZATIONS
from pdkl.counting.kind_rules import KINDS

Function = TypeVar("Function", bound=Callable[..., Any])


# ---- how texts are read -----------------------------------------------------------------------


def names(_: click.Context, __: click.Parameter, values: Sequence[str]) -> list[str] | None:
    """Read names that are separated by commas; quotes keep one that has a comma together."""
    try:
        found = [name for value in values for name in next(csv.reader([value], strict=True), [])]
    except csv.Error as error:
        raise click.BadParameter(
            "put names with commas, quotes or line breaks into double quotes."
        ) from error
    if any(not name for name in found) or len(found) < len(values):
        raise click.BadParameter("a name is empty.")
    return found or None


def number_or_name(_: click.Context, __: click.Parameter, value: str | None) -> Any:
    """Read an int, a float, or else the text itself."""
    return None if value is None else _number_or_text(value)


def _number_or_text(value: str) -> Any:
    for kind in (int, float):
        try:
            return kind(value)
        except ValueError:
            continue
    return value


def measure(_: click.Context, __: click.Parameter, value: str | None) -> Any:
    """Read the name of a measure, perhaps with its order, as in ``renyi_divergence:2``."""
    return None if value is None else _measure(value)


def measures(_: click.Context, __: click.Parameter, values: Sequence[str]) -> Any:
    """Read the names of measures, separated by commas."""
    return [_measure(name) for value in values for name in value.split(",")] or None


def _measure(value: str) -> Any:
    name, colon, order = value.strip().partition(":")
    return (name, _number_or_text(order)) if colon else name


def separator(_: click.Context, __: click.Parameter, value: str) -> str:
    """Read a character; shells find it hard to pass a tab."""
    return "\t" if value in ("\\t", "tab") else value


def fail_over(_: click.Context, __: click.Parameter, value: str | None) -> Any:
    """Read ``measure=threshold``."""
    if value is None:
        return None
    name, equals, threshold = value.rpartition("=")
    try:
        number = float(threshold)
    except ValueError:
        equals = ""
    if not (equals and name):
        raise click.BadParameter(
            f"must be a measure and its threshold, such as js_distance=0.1; got {value!r}."
        )
    return _measure(name), number


def bins(_: click.Context, __: click.Parameter, values: Sequence[str]) -> Any:
    """Read one rule for all columns, or ``column=rule`` for each of some."""
    named = [value.rpartition("=") for value in values]
    by_column = {name: _bins(rule) for name, equals, rule in named if equals}
    if len(by_column) == len(values):
        return by_column or None
    if len(values) > 1:
        raise click.BadParameter(
            "give one rule for all columns, or column=rule once for each column."
        )
    return _bins(values[0])


def kinds(_: click.Context, __: click.Parameter, values: Sequence[str]) -> Any:
    """Read ``column=kind`` for each of some columns."""
    named = [value.rpartition("=") for value in values]
    if not all(name and equals for name, equals, _ in named):
        raise click.BadParameter("give column=kind, once for each column.")
    return {name: kind for name, _, kind in named} or None


def _bins(rule: str) -> Any:
    ends = rule.split(",")
    if len(ends) == 1:
        return _number_or_text(rule)
    try:
        return [float(end) for end in ends]
    except ValueError:
        pass
    try:
        return np.array([pd.Timestamp(end) for end in ends], dtype="datetime64[ns]")
    except ValueError as error:
        raise click.BadParameter(f"edges must be numbers or times; got {rule!r}.") from error


def files(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Let the shell complete names of files."""
    return [CompletionItem(incomplete, type="file")]


# ---- what they are called ---------------------------------------------------------------------

_LIST = "NAME[,NAME…]"
_BOTH_WAYS = {"default": None, "is_flag": True}
# option -> its declarations and settings; what is left out takes the default of the method
_OPTIONS: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "columns": (
        ("--columns", "-c"),
        {
            "multiple": True,
            "callback": names,
            "metavar": _LIST,
            "help": "The columns; put one that has a comma into double quotes.",
        },
    ),
    "exclude": (
        ("--exclude",),
        {
            "multiple": True,
            "callback": names,
            "metavar": _LIST,
            "help": "Columns to leave out.",
        },
    ),
    "encoding": (
        ("--encoding",),
        {
            "default": "utf-8",
            "show_default": True,
            "metavar": "NAME",
            "help": "How the text of CSV files is written, such as latin-1 or cp1252.",
        },
    ),
    "separator": (
        ("--separator",),
        {
            "default": ",",
            "show_default": True,
            "callback": separator,
            "metavar": "CHARACTER",
            "help": "What stands between the cells of CSV files; tab is one too.",
        },
    ),
    "q": (
        ("--q",),
        {
            "multiple": True,
            "callback": names,
            "metavar": _LIST,
            "help": "Compare with other columns of the same data, paired with --columns.",
        },
    ),
    "x": (
        ("--x", "-x"),
        {
            "multiple": True,
            "callback": names,
            "metavar": _LIST,
            "help": "The columns that are asked; by default every other one, or all pairs.",
        },
    ),
    "y": (
        ("--y", "-y"),
        {
            "multiple": True,
            "callback": names,
            "metavar": _LIST,
            "help": "The columns that they are asked about: one meets each of several, several are "
            "paired.",
        },
    ),
    "given": (
        ("--given",),
        {
            "multiple": True,
            "callback": names,
            "metavar": _LIST,
            "help": "A column that is known already, or several together.",
        },
    ),
    "normalized": (
        ("--normalized",),
        {
            "type": click.Choice(NORMALIZATIONS),
            "help": "Divide by an entropy: the smallest, largest or mean one of both columns, that "
            "of both together, or that of one.",
        },
    ),
    "correct": (
        ("--correct",),
        {"is_flag": True, "help": "Take away what chance alone gives, as adjusted information."},
    ),
    "by": (
        ("--by", "-b"),
        {
            "multiple": True,
            "callback": names,
            "metavar": _LIST,
            "help": "Columns that make the groups; time:D cuts the times of a column into days "
            "(or h, W, MS, …), and time:28D/1D into windows of 28 days that roll by one.",
        },
    ),
    "weights": (
        ("--weights", "-w"),
        {"metavar": "NAME", "help": "The column that says how many rows a row stands for."},
    ),
    "bins": (
        ("--bins",),
        {
            "multiple": True,
            "callback": bins,
            "metavar": "RULE",
            "help": "How numbers and times are cut: a number of bins, a rule such as fd, edges "
            "such as 0,18,65, or one of these for a column: age=0,18,65 (repeatable).",
        },
    ),
    "kinds": (
        ("--kind", "kinds"),
        {
            "multiple": True,
            "callback": kinds,
            "metavar": "NAME=KIND",
            "help": f"What a column is, where its values do not tell: {', '.join(KINDS)} "
            "(repeatable).",
        },
    ),
    "binning": (
        ("--binning",),
        {
            "type": click.Choice(["quantile", "width"]),
            "help": "Whether a number of bins have equal shares or equal widths.",
        },
    ),
    "base": (
        ("--base",),
        {
            "callback": number_or_name,
            "metavar": "UNIT",
            "help": "nat (the default), bit, dit, or the base of the logarithm.",
        },
    ),
    "alphabet": (
        ("--alphabet",),
        {
            "callback": number_or_name,
            "metavar": "WHICH",
            "help": "The categories that could occur: observed, declared, or their number.",
        },
    ),
    "smoothing": (
        ("--smoothing",),
        {
            "callback": number_or_name,
            "metavar": "COUNT",
            "help": "A pseudo-count for every category: laplace, jeffreys, perks or a number.",
        },
    ),
    "zeros": (
        ("--zeros",),
        {
            "callback": number_or_name,
            "metavar": "RULE",
            "help": "What a category does that only one side has: inf (the default), raise, drop, "
            "or a floor.",
        },
    ),
    "against": (
        ("--against",),
        {
            "type": click.Choice(["rest", "all", "pairs", "previous", "uniform"]),
            "help": "What each group is compared with.",
        },
    ),
    "window": (
        ("--window",),
        {
            "type": int,
            "metavar": "K",
            "help": "With --against previous: how many of the groups before are one reference.",
        },
    ),
    "reference": (
        ("--reference",),
        {
            "metavar": "REF",
            "shell_complete": files,
            "help": "Compare with these files, or this saved profile.",
        },
    ),
    "match": (
        ("--match/--no-match",),
        _BOTH_WAYS
        | {
            "help": "Whether the reference is compared group to group; by default where it has "
            "all columns of --by and none is cut."
        },
    ),
    "measure": (
        ("--measure",),
        {"callback": measure, "metavar": "NAME", "help": "What is measured."},
    ),
    "measures": (
        ("--measures",),
        {
            "multiple": True,
            "callback": measures,
            "metavar": _LIST,
            "help": "What is measured: names, with an order after a colon where there is one "
            "(renyi_divergence:2).",
        },
    ),
    "joint": (
        ("--joint",),
        {"is_flag": True, "help": "Measure all columns together."},
    ),
    "estimator": (
        ("--estimator",),
        {"metavar": "NAME", "help": "How entropy is estimated from counts."},
    ),
    "dropna": (
        ("--dropna/--no-dropna",),
        _BOTH_WAYS | {"help": "Whether missing values are left out, or a category."},
    ),
    "alpha": (
        ("--alpha",),
        {"type": float, "help": "The adjusted p-value below which a difference is no accident."},
    ),
    "season": (
        ("--season",),
        {
            "callback": number_or_name,
            "metavar": "PERIODS",
            "help": "A rhythm to take out: auto (the default: 7 for days, 24 for hours, where it "
            "shows), none, or a number of periods.",
        },
    ),
    "anomalies": (
        ("--anomalies",),
        {
            "type": int,
            "metavar": "N",
            "help": "So many periods in a row may be an anomaly rather than changes; by default 1.",
        },
    ),
    "phi": (
        ("--phi",),
        {
            "type": float,
            "metavar": "TIMES",
            "help": "How many times noisier periods are than independent rows; by default it is "
            "estimated.",
        },
    ),
    "block": (
        ("--block",),
        {
            "type": int,
            "metavar": "PERIODS",
            "help": "The length of blocks that also say how noisy periods are; by default 7.",
        },
    ),
    "confidence": (
        ("--confidence",),
        {"type": float, "metavar": "SHARE", "help": "Add intervals of this confidence."},
    ),
    "test": (
        ("--test",),
        {"is_flag": True, "help": "Add the excess over chance, noise floors and p-values."},
    ),
    "blocks": (
        ("--blocks",),
        {"metavar": "NAME", "help": "A column whose rows move together when drawn again."},
    ),
    "title": (
        ("--title",),
        {"metavar": "TEXT", "help": "What the page and its heading in Markdown are called."},
    ),
    "names": (
        ("--names",),
        {
            "multiple": True,
            "callback": names,
            "metavar": "CUR,REF",
            "help": "What the sides are called; by default after their files.",
        },
    ),
    "n_resamples": (
        ("--n-resamples",),
        {"type": int, "metavar": "N", "help": "Draw so often, in place of the closed form."},
    ),
    "rng": (
        ("--seed", "rng"),
        {
            "type": click.IntRange(min=0),
            "default": 0,
            "show_default": True,
            "metavar": "N",
            "help": "The seed of draws; it is of no matter to a closed form.",
        },
    ),
}


def keywords(*chosen: str, **helps: str) -> Callable[[Function], Function]:
    """Give a command some of the options, in this order; ``helps`` says more of one."""

    def decorate(function: Function) -> Function:
        for name in reversed(chosen):
            declared, settings = _OPTIONS[name]
            if name in helps:
                settings = settings | {"help": helps[name]}
            function = click.option(*declared, **settings)(function)
        return function

    return decorate


def configured(function: Function) -> Function:
    """Take the file of settings, or none."""
    named = click.option(
        "--config", metavar="FILE", shell_complete=files, help="Read the settings of this file."
    )
    none = click.option("--no-config", is_flag=True, help="Read no file of settings.")
    return named(none(function))


def formatted(
    *formats: str, without: str = "a table", path: str | None = None
) -> Callable[[Function], Function]:
    """Give a command its formats, and where to write them.

    ``without`` a name that means a format it writes this one, and without -o to this path.
    """
    where = "Where to write, once for each format; - is the screen."

    def decorate(function: Function) -> Function:
        for option in (
            click.option(
                "--format",
                "form",
                type=click.Choice(formats),
                help=f"By default what the name of the output means, or else {without}.",
            ),
            click.option(
                *("--output", "-o", "paths"),
                multiple=True,
                metavar="FILE",
                shell_complete=files,
                help=where if path is None else f"{where} By default {path}.",
            ),
        ):
            function = option(function)
        return function

    return decorate


def path(name: str, metavar: str, *, required: bool = True) -> Callable[[Function], Function]:
    """Take one file, folder or pattern."""
    return click.argument(name, metavar=metavar, required=required, shell_complete=files)


def paths(name: str, metavar: str) -> Callable[[Function], Function]:
    """Take one file, folder or pattern, or more of them."""
    return click.argument(name, nargs=-1, required=True, metavar=metavar, shell_complete=files)


def data_files(function: Function) -> Function:
    """Take one or more files as the data."""
    return paths("data", "DATA…")(function)


def read_by(by: list[str] | None, columns: Sequence[Any]) -> Any:
    """Return the keys, where ``time:D`` is no column as a Grouper of ``time``.

    ``time:28D/1D`` are windows of 28 days that roll by one.
    """
    return None if by is None else [_key(name, columns) for name in by]


def _key(name: str, columns: Sequence[Any]) -> Any:
    column, _, frequency = name.rpartition(":")
    if name in columns or column not in columns:
        return name
    size, rolls, step = frequency.partition("/")
    if rolls:
        try:
            return Rolling(key=column, size=size, step=step)
        except ValueError as error:
            raise click.BadParameter(f"of {name!r}, {error}", param_hint="'--by'") from error
    try:
        return pd.Grouper(key=column, freq=frequency)
    except ValueError as error:
        raise click.BadParameter(
            f"{frequency!r}, after the colon in {name!r}, is not a frequency such as h, D, W, MS.",
            param_hint="'--by'",
        ) from error
