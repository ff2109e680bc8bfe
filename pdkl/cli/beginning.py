"""A file of settings to begin with: it changes nothing, and says what it could."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from pdkl._version import __version__
from pdkl.analyses.drift.deciding import ALPHA, MEASURE, THRESHOLD
from pdkl.api.frame import InfoTheory
from pdkl.codes.labels import as_text
from pdkl.counting.kind_rules import CATEGORICAL, CLOCK, IDENTIFIER, KINDS, ORDERED
from pdkl.counting.kinds import later_clocks
from pdkl.report.text import visible
from pdkl.results.reading import is_missing
from pdkl.sources.registry import read_data

_BARE = re.compile(r"[A-Za-z0-9_-]+")  # keys that need no quotes
_HEAD = """\
# Settings of "pdkl drift", which reads them from pdkl.toml in the folder where it runs, or from
# another file by --config; options of the command line come before them.
# Written by pdkl {version} from {source}.
#
# Nothing is set yet. A line that begins with "#" and no space shows a default: take away the "#"
# and change it.
"""

# setting -> what it does, by lines, and its default as a file can hold it; None where it can hold
# none, and the last line is an example. Tables come last, as TOML wants them.
_SETTINGS: dict[str, tuple[str, Any]] = {
    "columns": ("The columns that are compared.", None),
    "exclude": ("Columns to leave out of all of them.", []),
    "measure": (
        "What the status goes by, a name of pdkl.measures(); for some columns alone:\n"
        'measure = {{{name} = "psi"}}',
        MEASURE,
    ),
    "threshold": (
        "The excess over noise from which on a difference is drift; for some columns alone:\n"
        "threshold = {{{name} = 0.2}}",
        THRESHOLD,
    ),
    "alpha": (
        "The adjusted p-value below which a difference is no accident; for some columns alone:\n"
        "alpha = {{{name} = 0.01}}",
        ALPHA,
    ),
    "by": (
        "Columns that make segments, each of which is compared; times are cut into periods:\n"
        'by = [{text}, {{key = "date", freq = "W"}}]',
        [],
    ),
    "max_drifted": (
        "Let drift pass in this share of the rows that are scored.",
        inspect.signature(InfoTheory.report).parameters["max_drifted"].default,
    ),
    "smoothing": (
        "The pseudo-count of every category: laplace, jeffreys, perks or a number. By default 0.5\n"
        "where the measure could be infinite, and none elsewhere:\n"
        "smoothing = 0.5",
        None,
    ),
    "weights": (
        "The column that says how many rows a row stands for; by default each is one:\n"
        'weights = "n"',
        None,
    ),
    "blocks": (
        "A column whose values say which rows move together; by default none does:\n"
        'blocks = "customer"',
        None,
    ),
    "bins": (
        "How numbers and times are cut, by column: a number of bins, a rule such as fd, or edges.\n"
        "By default into a bin for every ten rows of the reference, from 2 to 10:\n"
        "{number} = [0, 10, 50, 100]",
        {},
    ),
    "kinds": (
        f"What the columns are: {', '.join(KINDS)}.\n"
        "By default the values of both sides tell; below is what they tell of these data.",
        {},
    ),
}


def settings_to_begin_with(data: Any, paths: Sequence[str], *, progress: bool) -> str:
    """Write the settings that a file may hold, with their defaults, and what each column is."""
    found = InfoTheory(data).drift(data, rng=0, progress=progress)  # settles the kinds as it does
    columns = [name for name in found["column"] if isinstance(name, str)]
    rows, source = found.to_dict("records"), read_data(data)
    others = [row["column"] for row in rows if row["kind"] != CATEGORICAL]
    cut = source.precounted.binners  # their values are gone
    clocks = later_clocks(source, [name for name in others if name not in cut])
    ordered = [row["column"] for row in rows if row["kind"] == ORDERED]
    numbers = [name for name in ordered if name not in clocks]
    first, number = ([*some, "price"][0] for some in (columns, numbers))
    examples = {"name": _key(first), "text": _toml(first), "number": _key(str(number))}
    parts = [_HEAD.format(version=__version__, source=", ".join(map(_shown, paths)))]
    for key, (said, fixed) in _SETTINGS.items():
        default = columns if key == "columns" else fixed
        lines = [f"# {line}" for line in said.format(**examples).split("\n")]
        if isinstance(default, dict):
            lines.append(f"#[{key}]")
        elif default is not None:
            lines.append(f"#{key} = {_toml(default)}")
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts) + "".join(_kind(row, clocks.get(row["column"], "")) for row in rows)


def require_new(path: str) -> None:
    """Refuse to write over settings that somebody has made."""
    if Path(path).exists():
        raise click.UsageError(
            f"{path!r} is there already, and is not written over. Name another file with -o, or "
            "remove it first."
        )


def _kind(row: dict[Any, Any], clock: str) -> str:
    """Write the kind of a column, and why, or what else is known of it."""
    name, kind = row["column"], row["kind"]
    note = "" if is_missing(row["note"]) else str(row["note"])
    known = [note] if note else []
    if not isinstance(name, str):
        return f"# {_shown(as_text(name))} is {kind}; a file cannot name it\n"
    if row["status"] == "error":
        return f"# {_key(name)} cannot be compared: {visible(note)}\n"
    if not row["missing"] < 1:  # or there is no row
        return f"# {_key(name)} holds no value here, which tells no kind\n"
    if kind == IDENTIFIER:
        known = [f"not scored: {note.partition(';')[0]}"]
    if clock:
        known.append(f"beside later data a {CLOCK}, not scored: {clock}")
    comment = f"  # {visible('; '.join(known))}" if known else ""
    return f"#{_key(name)} = {_toml(kind)}{comment}\n"


def _toml(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    if not isinstance(value, str):
        return repr(value)
    # TOML escapes as JSON does, and one character more
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _toml(name)


def _shown(text: str) -> str:
    return repr(visible(text))
