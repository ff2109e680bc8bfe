"""The commands: arguments in, an outcome to be written out."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click

from pdkl._version import __version__
from pdkl.api.frame import InfoTheory
from pdkl.cli import inputs, options, output
from pdkl.cli.baselines import take_again
from pdkl.cli.beginning import require_new, settings_to_begin_with
from pdkl.cli.options import Function, data_files, keywords
from pdkl.cli.output import Outcome, Target
from pdkl.cli.shares import is_shares, read_shares
from pdkl.codes.labels import OTHER_TEXT
from pdkl.core.redaction import kept_back
from pdkl.request.configuration import OWN
from pdkl.sources.locations.names import file_names
from pdkl.sources.locations.urls import masked
from pdkl.sources.profile.profile import Profile
from pdkl.sources.registry import places_of, read_data

_TABLES = ("table", "json", "csv")
_REPORTS = (*_TABLES, "html", "junit", "markdown", "github")
_COMPARING = (
    *(
        "columns",
        "exclude",
        "q",
        "by",
        "against",
        "window",
        "reference",
        "match",
        "weights",
        "base",
        "dropna",
    ),
    *("bins", "binning", "alphabet", "zeros", "smoothing"),
)
_DRAWING = ("blocks", "n_resamples", "rng")
_WRITTEN = ("encoding", "separator")  # how files of text are


@click.group(
    no_args_is_help=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, message="%(prog)s %(version)s")
def commands() -> None:
    """Ask files whether today's data have drifted, by how much, and why.

    Data are files of Parquet, CSV (also .csv.gz), JSON lines or Arrow, patterns in quotes such as
    'sales/*.parquet', folders, or profiles saved by "pdkl profile". They are read in pieces, and
    only the columns that are needed. They may be in stores, s3://bucket/sales/ (also gs:// and
    az://), on the web, https://host/sales.csv, or tables of databases, which count themselves:
    duckdb:///file.db::sales, sqlite:///file.db::sales, postgres://user@host/db::sales. Who asks,
    and the password, are said by the environment.

    \b
    Examples:
      pdkl init january.parquet
      pdkl drift january.parquet february.parquet
      pdkl drift ref.parquet today.csv --fail-over js_distance=0.2 -o drift.html
      pdkl profile january.parquet -o ref.parquet
      pdkl baseline update ref.parquet february.parquet
      pdkl entropy 'sales/*.parquet' --by shop --base bit
      pdkl drift s3://sales/may/ postgres://reader@db.example/shop::june

    \b
    Exit codes:
      0  all is well (of drift: no column drifted, is gone, empty or in error)
      1  some column is not well
      2  the command could not be run; standard error says why
    """


def _formatted(*formats: str) -> Callable[[Function], Function]:
    def decorate(function: Function) -> Function:
        for option in (
            click.option(
                "--format",
                "form",
                type=click.Choice(formats),
                help="By default what the name of the output means, or else a table.",
            ),
            click.option(
                *("--output", "-o", "paths"),
                multiple=True,
                metavar="FILE",
                help="Where to write, once for each format; - is the screen.",
            ),
        ):
            function = option(function)
        return function

    return decorate


def _gate(*more: str) -> Callable[[Function], Function]:
    """Give a command the options of the gate, and those that only it has."""
    parts: tuple[Callable[[Any], Any], ...] = (
        keywords(
            *("columns", "exclude", "by", *more, "weights"),
            columns="The columns to compare; by default all of them.",
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
            *(*_DRAWING, *_WRITTEN),
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
        _formatted(*_REPORTS),
    )

    def decorate(function: Function) -> Function:
        for part in reversed(parts):
            function = part(function)
        return function

    return decorate


@commands.command()
@click.argument("reference", metavar="REF")
@click.argument("data", metavar="CUR", required=False)
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
    report, *_ = _judged(reference, data, targets, given)
    return output.answer_report(report, targets)


@commands.group(no_args_is_help=False)
def baseline() -> None:
    """Keep the profile that the gate compares with.

    \b
    Example:
      pdkl baseline update ref.parquet today.parquet
    """


@baseline.command()
@click.argument("reference", metavar="REF")
@click.argument("data", metavar="CUR")
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
    report, before, now = _judged(reference, data, targets, {**given, "window": None})
    outcome = output.answer_report(report, targets)
    if not report.passed:
        return outcome.telling(f"{reference} stays as it is: the gate did not pass")

    def taken() -> Profile:
        return take_again(before, now)

    found = kept_back(taken) if given["redact"] else taken()
    return outcome.telling(_saved(found, reference).verdict)


@commands.command()
@click.argument("reference", metavar="REF")
@click.argument("data", metavar="CUR")
@keywords(
    *("columns", "exclude", "by", "measure", "weights", "base", "dropna", "bins", "binning"),
    *("n_resamples", "rng", *_WRITTEN),
    by="Split the change of each column into that of the mix of groups and that within each.",
    measure="js_divergence (the default) or kl_divergence.",
)
@_formatted(*_TABLES)
def explain(
    reference: str, data: str, form: str | None, paths: Sequence[str], **given: Any
) -> Outcome:
    """Say why CUR differs from REF: in which columns, or with --by in which groups.

    The divergence of all columns together is split by the chain rule, exactly.

    \b
    Examples:
      pdkl explain january.parquet february.parquet --columns plan,country,device
      pdkl explain january.parquet february.parquet --columns plan --by country
    """
    targets = output.targets(form, paths, _TABLES)
    before, now = _sides([reference, data], targets, given)
    frame = InfoTheory(now).explain(before, **_asked(now, given))
    return output.answer(frame, targets, output.left_out(frame))


@commands.command()
@data_files
@keywords(
    *("columns", "exclude", "by", "measure", "alpha", "season", "anomalies", "phi", "block"),
    *("weights", "base", "dropna", "bins", "binning", *_WRITTEN),
    by="What makes the periods, such as date:D; keys before it make groups, each with a history "
    "of its own.",
    measure="How far a stretch is from the one before; by default js_distance.",
    alpha="The probability of a cut where nothing changed; by default 0.05.",
    base="bit (the default), nat, dit, or the base of the logarithm.",
)
@_formatted(*_TABLES)
def changes(data: Sequence[str], form: str | None, paths: Sequence[str], **given: Any) -> Outcome:
    """Say when the distribution of each column changed: a row for each stretch.

    Within a stretch the distribution stays the same, as far as chance lets one see. A lone period
    that differs is an anomaly, and no two changes.

    \b
    Examples:
      pdkl changes orders.parquet --by sold:D
      pdkl changes 'orders/*.parquet' --columns payment --by shop,sold:W --format csv
    """
    targets = output.targets(form, paths, _TABLES)
    (source,) = _open(given, data)
    output.require_writable(output.files(targets), [*data, *inputs.files_of(source)])
    asked = _asked(source, given)
    asked.pop("progress")  # nothing is drawn
    if asked.get("season") == "none":
        asked["season"] = None
    frame = InfoTheory(source).changes(**asked)
    return output.answer(frame, targets, output.left_out(frame))


@commands.command()
@data_files
@keywords(
    *(
        "columns",
        "exclude",
        "joint",
        "by",
        "weights",
        "base",
        "dropna",
        "bins",
        "binning",
        "alphabet",
    ),
    *("smoothing", "estimator", "confidence", *_DRAWING, *_WRITTEN),
)
@_formatted(*_TABLES)
def entropy(data: Sequence[str], form: str | None, paths: Sequence[str], **given: Any) -> Outcome:
    """Measure how uncertain each column is, in each group.

    \b
    Examples:
      pdkl entropy sales.csv --columns fruit --by shop --base bit
      pdkl entropy 'sales/*.parquet' --by sold:MS --format csv -o entropy.csv
    """
    return _measured("entropy", data, form, paths, given)


@commands.command()
@data_files
@keywords(
    *("columns", "exclude", "by", "weights", "base", "dropna", "bins", "binning", "alphabet"),
    *("smoothing", *_WRITTEN),
)
@_formatted(*_TABLES)
def distribution(
    data: Sequence[str], form: str | None, paths: Sequence[str], **given: Any
) -> Outcome:
    """Show the distribution of each column, in each group: a row per category.

    \b
    Examples:
      pdkl distribution sales.csv --columns fruit
      pdkl distribution 'sales/*.parquet' --columns price --bins 10 --by shop -o prices.csv
    """
    return _measured("distribution", data, form, paths, given)


@commands.command()
@data_files
@keywords(
    *("x", "y", "exclude", "given", "normalized", "correct", "by", "weights", "base", "dropna"),
    *("bins", "binning", "smoothing", "estimator", "confidence", "test"),
    *("n_resamples", "rng", *_WRITTEN),
)
@_formatted(*_TABLES)
def mutual_information(
    data: Sequence[str], form: str | None, paths: Sequence[str], **given: Any
) -> Outcome:
    """Measure what one column tells of another: all pairs, or those of -x and -y.

    With -y alone every other column is asked, and those that tell most come first.

    \b
    Examples:
      pdkl mutual-information sales.csv -y returned --test
      pdkl mutual-information sales.csv -x fruit -y shop,returned --base bit --normalized x
      pdkl mutual-information 'sales/*.parquet' -x price -y returned --given shop --bins price=10
    """
    for side in ("x", "y"):
        if given[side] is not None and len(given[side]) == 1:
            (given[side],) = given[side]  # alone it meets each of the others
    return _measured("mutual_information", data, form, paths, given)


@commands.command()
@data_files
@keywords("measures", *_COMPARING, "confidence", "test", *_DRAWING, *_WRITTEN)
@_formatted(*_TABLES)
def divergence(
    data: Sequence[str], form: str | None, paths: Sequence[str], **given: Any
) -> Outcome:
    """Compare distributions: of groups, of columns, or with a reference.

    Give one of --against (with --by), --q and --reference.

    \b
    Examples:
      pdkl divergence sales.csv --columns fruit --by shop --against rest --base bit
      pdkl divergence today.csv --reference ref.parquet --measures psi,hellinger --test
    """
    return _measured("divergence", data, form, paths, given)


@commands.command()
@data_files
@keywords(*("measure", *_COMPARING, *_WRITTEN), measure="What is split; by default kl_divergence.")
@_formatted(*_TABLES)
def contributions(
    data: Sequence[str], form: str | None, paths: Sequence[str], **given: Any
) -> Outcome:
    """Say which categories drive a divergence: a row each, the largest first.

    Give one of --against (with --by), --q and --reference.

    \b
    Example:
      pdkl contributions today.csv --columns fruit --reference ref.parquet | head
    """
    return _measured("contributions", data, form, paths, given)


@commands.command()
@data_files
@keywords(
    *("columns", "exclude", "by", "weights", "bins", "binning", *_WRITTEN),
    columns="The columns to count; by default all of them.",
    bins="How numbers and times are cut: a number of bins, a rule such as fd, edges such as "
    "0,18,65, one of these for a column: age=0,18,65 (repeatable), or a saved profile, to cut "
    "where it did.",
)
@click.option(
    "--max-categories", type=int, metavar="K", help="Keep K categories a column, lump the others."
)
@click.option(
    "--output", "-o", "path", metavar="FILE", required=True, help="Where to save the profile."
)
def profile(data: Sequence[str], path: str, **given: Any) -> Outcome:
    """Count DATA now, to compare with them later: the profile stands wherever data can.

    It keeps counts, not rows. Numbers and times are counted value by value, so that they are cut
    when they are compared; more than 65,536 different ones are rounded down to some 4,096 of them.

    \b
    Examples:
      pdkl profile january.parquet -o ref.parquet
      pdkl profile monday.csv -o monday.parquet --by shop --bins age=0,18,65
      pdkl profile tuesday.csv -o tuesday.parquet --by shop --bins monday.parquet
    """
    (source,) = _open(given, data)
    _require_file(path, [*data, *inputs.files_of(source)])
    asked = _asked(source, given)
    asked.pop("progress")
    bins = asked.get("bins")
    if isinstance(bins, str) and inputs.is_profile(bins):
        asked["bins"] = inputs.open_profile(bins)
        asked.setdefault("columns", asked["bins"].columns)
    found = InfoTheory(source).profile(**asked)
    return _saved(found, path)


@commands.command()
@click.argument("profiles", nargs=-1, required=True, metavar="PROFILE…")
@click.option(
    "--output", "-o", "path", metavar="FILE", required=True, help="Where to save the sum."
)
def merge(profiles: Sequence[str], path: str) -> Outcome:
    """Add saved profiles, as if all their data had been counted at once.

    They must be of the same columns, keys and bins.

    \b
    Example:
      pdkl merge monday.parquet tuesday.parquet -o week.parquet
    """
    _require_file(path, [])
    first, *others = (inputs.open_profile(one) for one in profiles)
    return _saved(first.merge(*others), path)


@commands.command()
@data_files
@keywords(*_WRITTEN)
@click.option(
    *("--output", "-o", "path"),
    metavar="FILE",
    default=OWN,
    show_default=True,
    help="Where to write; - is the screen.",
)
def init(data: Sequence[str], path: str, **given: Any) -> Outcome:
    """Write a file of settings for "pdkl drift" to begin with.

    It holds each setting with its default, and what each column of DATA is, all commented out:
    "pdkl drift" answers with it as without. A file that is there already is not written over.

    \b
    Examples:
      pdkl init january.parquet
      pdkl init 'sales/*.parquet' -o gate.toml
    """
    if path != output.SCREEN:
        require_new(path)
        output.require_writable([path], [])
    (source,) = _open(given, data)
    text = settings_to_begin_with(source, list(map(masked, data)), progress=sys.stderr.isatty())
    if path == output.SCREEN:
        return Outcome([(Target("toml", None), text)])
    return Outcome([(Target("toml", path), text)], verdict=f"settings to begin with ({path})")


def _judged(
    reference: str, data: str | None, targets: Sequence[Target], given: dict[str, Any]
) -> tuple[Any, ...]:
    """Return the report of the gate, and the sides that it compared."""
    fail_over, config, no_config = map(given.pop, ("fail_over", "config", "no_config"))
    if fail_over is not None:
        given |= {"measure": fail_over[0], "threshold": fail_over[1]}
    if no_config and config is not None:
        raise click.UsageError("give one of --config and --no-config.")
    settings = {} if no_config else inputs.settings(config, given)
    if given["window"] is not None and data is not None:
        raise click.UsageError("--window compares the periods of one CUR; leave out REF.")
    if given["window"] is None and data is None:
        raise click.UsageError("Missing argument 'CUR'.")
    names = [one for one in (reference, data) if one]
    *before, now = opened = _sides(names, targets, given, may_be_shares=len(names) > 1)
    if given["names"] is None and before and not given["redact"]:
        # saved profiles and shares do not know their files
        files = [
            places_of(side) or [masked(name)] for side, name in zip(opened, names, strict=True)
        ]
        called = file_names(*reversed(files))
        given["names"] = called if all(called) else None
    report = InfoTheory(now).report(*before, **(settings | _asked(now, given)))
    return report, *before, now


def _sides(
    names: Sequence[str],
    targets: Sequence[Target],
    given: dict[str, Any],
    *,
    may_be_shares: bool = False,
) -> list[Any]:
    """Open the reference, if there is one, and the data; outputs can be written and are neither."""

    def opened() -> list[Any]:
        if may_be_shares and is_shares(names[0]):
            (now,) = _open(given, names[1:])
            return [read_shares(names[0], now), now]
        return _open(given, *([name] for name in names))

    sides = kept_back(opened) if given.get("redact") else opened()
    files = [*names, *(file for side in sides for file in inputs.files_of(side))]
    output.require_writable(output.files(targets), files)
    return sides


def _measured(
    method: str, data: Sequence[str], form: str | None, paths: Sequence[str], given: dict[str, Any]
) -> Outcome:
    targets = output.targets(form, paths, _TABLES)
    compares = method in ("divergence", "contributions")
    forms = [name for name in ("against", "q", "reference") if given.get(name) is not None]
    if compares and len(forms) != 1:
        got = " and ".join(f"--{name}" for name in forms) or "none"
        raise click.UsageError(f"give one of --against, --q and --reference; got {got}.")
    reference = given.get("reference")
    every = [data] if reference is None else [data, [reference]]
    opened = _open(given, *every)
    source = opened[0]
    files = [*data, *inputs.files_of(source)]
    if reference is not None:
        given["reference"] = opened[1]
        files += [reference, *inputs.files_of(opened[1])]
    if compares:
        given["p"] = given.pop("columns")
    output.require_writable(output.files(targets), files)
    asked = _asked(source, given)
    if method in ("contributions", "distribution"):
        asked.pop("progress")  # they draw nothing
    return output.answer(getattr(InfoTheory(source), method)(**asked), targets)


def _open(given: dict[str, Any], *paths: Sequence[str]) -> list[Any]:
    """Open data, and take from what was given how their text is written."""
    written = {name: given.pop(name) for name in _WRITTEN}
    return [inputs.open_data(one, **written) for one in paths]


def _asked(data: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keywords of the method; options that were left out take its defaults."""
    by = options.read_by(given["by"], list(read_data(data).head.columns))
    asked = {**given, "by": by, "progress": sys.stderr.isatty()}
    return {name: value for name, value in asked.items() if value is not None}


def _require_file(path: str, files: Sequence[str]) -> None:
    if path == output.SCREEN:
        raise click.UsageError("a profile needs a file to be saved in: -o FILE.")
    output.require_writable([path], files)


def _saved(profile: Profile, path: str) -> Outcome:
    profile.save(path)
    return Outcome(verdict=f"{profile!r} ({path})")
