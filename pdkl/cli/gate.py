"""The gate: which columns drift, the page of them, and the profile that is compared with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import click

from pdkl.api.frame import InfoTheory
from pdkl.cli import inputs, options, output
from pdkl.cli.asking import DRAWING, TABLES, WRITTEN, asked_of, open_sides, saved
from pdkl.cli.baselines import take_again
from pdkl.cli.options import Function, data_files, formatted, keywords
from pdkl.cli.output import Outcome, Target
from pdkl.codes.labels import OTHER_TEXT
from pdkl.core.redaction import kept_back
from pdkl.sources.locations.names import file_names
from pdkl.sources.locations.urls import masked
from pdkl.sources.profile.profile import Profile
from pdkl.sources.registry import places_of

_REPORTS = (*TABLES, "html", "junit", "markdown", "github")
_PAGE = "report.html"  # where a page goes that is given no name


def _gate(
    *more: str, without: str = "a table", path: str | None = None
) -> Callable[[Function], Function]:
    """Give a command the options of the gate, and those that only it has.

    ``without`` a name that means a format it writes this one, and without -o to this path.
    """
    parts: tuple[Callable[[Any], Any], ...] = (
        keywords(
            *("columns", "exclude", "by", *more, "weights"),
            columns="The columns to compare; by default all of them.",
            reference="Compare with these files, this saved profile or these shares.",
            window="Without REF: compare each period, the last of --by, with K before it.",
        ),
        click.option(
            "--fail-over",
            callback=options.fail_over,
            metavar="MEASURE=THRESHOLD",
            help="The excess over noise from which on a difference is drift; by default "
            "js_distance=0.1.",
        ),
        keywords(
            *("alpha", "smoothing", "zeros", "dropna", "bins", "kinds", "match"),
            *(*DRAWING, *WRITTEN),
            smoothing="A pseudo-count for every category: laplace, jeffreys, perks or a number; by "
            "default 0.5 in columns whose measure could be infinite.",
        ),
        click.option(
            "--max-drifted",
            type=float,
            metavar="SHARE",
            help="Let drift pass in this share of the columns that are scored; by default in none.",
        ),
        options.configured,
        keywords("title", "names"),
        click.option(
            "--redact", is_flag=True, help="Replace values, groups and bin edges by numbers."
        ),
        click.option(
            "--min-count",
            type=int,
            metavar="K",
            help=f'Fold categories of fewer than K rows into "{OTHER_TEXT}".',
        ),
        formatted(*_REPORTS, without=without, path=path),
    )

    def decorate(function: Function) -> Function:
        for part in reversed(parts):
            function = part(function)
        return function

    return decorate


@click.command()
@options.path("reference", "REF")
@options.path("data", "CUR", required=False)
@_gate("window")
def drift(
    reference: str, data: str | None, form: str | None, paths: Sequence[str], **given: Any
) -> Outcome:
    """Say which columns of CUR differ from REF: a row each, with a status.

    Drift is what exceeds chance by the threshold and is no accident. The command ends with 1 where
    a column drifts, is gone or empty, or cannot be compared. Put patterns into quotes.

    REF may be a file of expected shares, .json or .toml: {"plan": {"free": 0.8, "paid": 0.2}}.
    There "null" is the share of missing values. With --window the command takes CUR alone, and
    compares its periods with each other.

    Settings that are kept, also such as differ by column, are read from pdkl.toml, else from
    [tool.pdkl] in pyproject.toml, of this folder; what is said here comes before.

    Rows that fail are listed on standard error, unless a table on the screen shows them. "github"
    prints annotations of GitHub's workflows on the screen; -o writes files besides.

    \b
    Examples:
      pdkl drift january.parquet february.parquet --by shop
      pdkl drift ref.parquet 'today/*.csv' --fail-over psi=0.2 --format junit -o drift.xml
      pdkl drift ref.parquet today.parquet -o drift.html --redact --min-count 10
      pdkl drift ref.parquet today.parquet -o drift.html -o drift.xml -o drift.md --format github
      pdkl drift expected.toml today.parquet --max-drifted 0.1
      pdkl drift 'sales/*.parquet' --by shop,sold:D --window 7
    """
    targets = output.targets(form, paths, _REPORTS)
    if given["window"] is not None and data is not None:
        raise click.UsageError("--window compares the periods of one CUR; leave out REF.")
    if given["window"] is None and data is None:
        raise click.UsageError("Missing argument 'CUR'.")
    before, now = (None, reference) if data is None else (reference, data)
    found, *_ = _judged(before, [now], targets, given)
    return output.answer_report(found, targets)


@click.command()
@data_files
@_gate("reference", "window", without="the page", path=_PAGE)
def report(
    data: Sequence[str],
    reference: str | None,
    form: str | None,
    paths: Sequence[str],
    **given: Any,
) -> Outcome:
    """Write the page of "pdkl drift REF DATA", whether or not a column drifts.

    It has the options and settings of "pdkl drift", and finds the same. But a page is no gate: the
    command ends with 0 where it is written. Ask "pdkl drift" where a pipeline is to stop.

    Without -o the page is report.html in this folder.

    \b
    Examples:
      pdkl report february.parquet --reference january.parquet
      pdkl report 'today/*.csv' --reference ref.parquet --by shop -o today.html -o today.md
      pdkl report 'sales/*.parquet' --by shop,sold:D --window 7 --title Sales
    """
    if (given["window"] is None) == (reference is None):
        got = "neither" if reference is None else "both"
        raise click.UsageError(f"give one of --reference and --window; got {got}.")
    if not paths and form in (None, "html"):
        paths = [_PAGE]
    targets = output.targets(form, paths, _REPORTS, without="html")
    found, *_ = _judged(reference, data, targets, given)
    return output.answer_report(found, targets, is_gate=False)


@click.group(no_args_is_help=False)
def baseline() -> None:
    """Keep the profile that the gate compares with.

    \b
    Example:
      pdkl baseline update ref.parquet today.parquet
    """


@baseline.command()
@options.path("reference", "REF")
@options.path("data", "CUR")
@_gate()
def update(
    reference: str, data: str, form: str | None, paths: Sequence[str], **given: Any
) -> Outcome:
    """Save a profile of CUR over REF, where CUR passes the gate.

    The gate is that of "pdkl drift REF CUR", with its options, settings and answer. REF is a saved
    profile. The new one has its columns, keys, weights and bins, so that both can be added; it
    takes REF's place at once when it is complete. Where the gate does not pass, the command ends
    with 1, where it cannot be run with 2, and REF stays as it is.

    \b
    Examples:
      pdkl baseline update ref.parquet today.parquet
      pdkl baseline update ref.parquet 'today/*.csv' --fail-over psi=0.2 -o drift.html
    """
    targets = output.targets(form, paths, _REPORTS)
    inputs.require_profile(reference)
    output.require_writable([reference], [])
    found, before, now = _judged(reference, [data], targets, {**given, "window": None})
    outcome = output.answer_report(found, targets)
    if not found.passed:
        return outcome.telling(f"{reference} stays as it is: the gate did not pass")

    def taken() -> Profile:
        return take_again(before, now)

    profile = kept_back(taken) if given["redact"] else taken()
    return outcome.telling(saved(profile, reference).verdict)


def _judged(
    reference: str | None,
    data: Sequence[str],
    targets: Sequence[Target],
    given: dict[str, Any],
) -> tuple[Any, ...]:
    """Return the report of the gate, and the sides that it compared."""
    fail_over, config, no_config = map(given.pop, ("fail_over", "config", "no_config"))
    if fail_over is not None:
        given |= {"measure": fail_over[0], "threshold": fail_over[1]}
    if no_config and config is not None:
        raise click.UsageError("give one of --config and --no-config.")
    settings = {} if no_config else inputs.settings(config, given)
    paths = [data] if reference is None else [[reference], data]
    *before, now = opened = open_sides(paths, targets, given, may_be_shares=len(paths) > 1)
    if given["names"] is None and before and not given["redact"]:
        # saved profiles and shares do not know their files
        files = [
            places_of(side) or list(map(masked, path))
            for side, path in zip(opened, paths, strict=True)
        ]
        called = file_names(*reversed(files))
        given["names"] = called if all(called) else None
    found = InfoTheory(now).report(*before, **(settings | asked_of(now, given)))
    return found, *before, now
