"""The commands: arguments in, an outcome to be written out."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import click

from pdkl._version import __version__
from pdkl.api.frame import InfoTheory
from pdkl.cli import gate, inputs, options, output
from pdkl.cli.asking import (
    DRAWING,
    TABLES,
    WRITTEN,
    asked_of,
    open_all,
    open_sides,
    require_file,
    saved,
)
from pdkl.cli.beginning import require_new, settings_to_begin_with
from pdkl.cli.options import data_files, formatted, keywords
from pdkl.cli.output import Outcome, Target
from pdkl.request.configuration import OWN
from pdkl.sources.locations.urls import masked

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
      pdkl report february.parquet --reference january.parquet -o february.html
      pdkl profile january.parquet -o ref.parquet
      pdkl baseline update ref.parquet february.parquet
      pdkl entropy 'sales/*.parquet' --by shop --base bit
      pdkl drift s3://sales/may/ postgres://reader@db.example/shop::june

    \b
    Exit codes:
      0  all is well (of drift and baseline update: no column drifted, is gone, empty or in error)
      1  some column is not well, of drift and baseline update alone
      2  the command could not be run; standard error says why

    \b
    Completion, in the start file of your shell:
      bash  eval "$(_PDKL_COMPLETE=bash_source pdkl)"
      zsh   eval "$(_PDKL_COMPLETE=zsh_source pdkl)"
      fish  _PDKL_COMPLETE=fish_source pdkl | source
    """


for command in (gate.drift, gate.report, gate.baseline):
    commands.add_command(command)


@commands.command()
@options.path("reference", "REF")
@options.path("data", "CUR")
@keywords(
    *("columns", "exclude", "by", "measure", "weights", "base", "dropna", "bins", "binning"),
    *("n_resamples", "rng", *WRITTEN),
    by="Split the change of each column into that of the mix of groups and that within each.",
    measure="js_divergence (the default) or kl_divergence.",
)
@formatted(*TABLES)
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
    targets = output.targets(form, paths, TABLES)
    before, now = open_sides([[reference], [data]], targets, given)
    frame = InfoTheory(now).explain(before, **asked_of(now, given))
    return output.answer(frame, targets, output.left_out(frame))


@commands.command()
@data_files
@keywords(
    *("columns", "exclude", "by", "measure", "alpha", "season", "anomalies", "phi", "block"),
    *("weights", "base", "dropna", "bins", "binning", *WRITTEN),
    by="What makes the periods, such as date:D; keys before it make groups, each with a history "
    "of its own.",
    measure="How far a stretch is from the one before; by default js_distance.",
    alpha="The probability of a cut where nothing changed; by default 0.05.",
    base="bit (the default), nat, dit, or the base of the logarithm.",
)
@formatted(*TABLES)
def changes(data: Sequence[str], form: str | None, paths: Sequence[str], **given: Any) -> Outcome:
    """Say when the distribution of each column changed: a row for each stretch.

    Within a stretch the distribution stays the same, as far as chance lets one see. A lone period
    that differs is an anomaly, and no two changes.

    \b
    Examples:
      pdkl changes orders.parquet --by sold:D
      pdkl changes 'orders/*.parquet' --columns payment --by shop,sold:W --format csv
    """
    targets = output.targets(form, paths, TABLES)
    if given["by"] is None:
        raise click.UsageError("name the time by --by, such as --by date:D; got none.")
    (source,) = open_all(given, data)
    output.require_outputs(targets, [*data, *inputs.files_of(source)])
    asked = asked_of(source, given)
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
    *("smoothing", "estimator", "confidence", *DRAWING, *WRITTEN),
)
@formatted(*TABLES)
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
    *("smoothing", *WRITTEN),
)
@formatted(*TABLES)
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
    *("n_resamples", "rng", *WRITTEN),
)
@formatted(*TABLES)
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
@keywords("measures", *_COMPARING, "confidence", "test", *DRAWING, *WRITTEN)
@formatted(*TABLES)
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
@keywords(*("measure", *_COMPARING, *WRITTEN), measure="What is split; by default kl_divergence.")
@formatted(*TABLES)
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
    *("columns", "exclude", "by", "weights", "bins", "binning", *WRITTEN),
    columns="The columns to count; by default all of them.",
    bins="How numbers and times are cut: a number of bins, a rule such as fd, edges such as "
    "0,18,65, one of these for a column: age=0,18,65 (repeatable), or a saved profile, to cut "
    "where it did.",
)
@click.option(
    "--max-categories", type=int, metavar="K", help="Keep K categories a column, lump the others."
)
@click.option(
    *("--output", "-o", "path"),
    metavar="FILE",
    required=True,
    shell_complete=options.files,
    help="Where to save the profile.",
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
    (source,) = open_all(given, data)
    require_file(path, [*data, *inputs.files_of(source)])
    asked = asked_of(source, given)
    asked.pop("progress")
    bins = asked.get("bins")
    if isinstance(bins, str) and inputs.is_profile(bins):
        asked["bins"] = inputs.open_profile(bins)
        asked.setdefault("columns", asked["bins"].columns)
    found = InfoTheory(source).profile(**asked)
    return saved(found, path)


@commands.command()
@options.paths("profiles", "PROFILE…")
@click.option(
    *("--output", "-o", "path"),
    metavar="FILE",
    required=True,
    shell_complete=options.files,
    help="Where to save the sum.",
)
def merge(profiles: Sequence[str], path: str) -> Outcome:
    """Add saved profiles, as if all their data had been counted at once.

    They must be of the same columns, keys and bins.

    \b
    Example:
      pdkl merge monday.parquet tuesday.parquet -o week.parquet
    """
    require_file(path, [])
    first, *others = (inputs.open_profile(one) for one in profiles)
    return saved(first.merge(*others), path)


@commands.command()
@data_files
@keywords(*WRITTEN)
@click.option(
    *("--output", "-o", "path"),
    metavar="FILE",
    shell_complete=options.files,
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
    (source,) = open_all(given, data)
    text = settings_to_begin_with(source, list(map(masked, data)), progress=sys.stderr.isatty())
    if path == output.SCREEN:
        return Outcome([(Target("toml", None), text)])
    return Outcome([(Target("toml", path), text)], verdict=f"settings to begin with ({path})")


def _measured(
    method: str, data: Sequence[str], form: str | None, paths: Sequence[str], given: dict[str, Any]
) -> Outcome:
    targets = output.targets(form, paths, TABLES)
    compares = method in ("divergence", "contributions")
    forms = [name for name in ("against", "q", "reference") if given.get(name) is not None]
    if compares and len(forms) != 1:
        got = " and ".join(f"--{name}" for name in forms) or "none"
        raise click.UsageError(f"give one of --against, --q and --reference; got {got}.")
    reference = given.get("reference")
    every = [data] if reference is None else [data, [reference]]
    sides = open_all(given, *every)
    source = sides[0]
    files = [*data, *inputs.files_of(source)]
    if reference is not None:
        given["reference"] = sides[1]
        files += [reference, *inputs.files_of(sides[1])]
    if compares:
        given["p"] = given.pop("columns")
    output.require_outputs(targets, files)
    asked = asked_of(source, given)
    if method in ("contributions", "distribution"):
        asked.pop("progress")  # they draw nothing
    return output.answer(getattr(InfoTheory(source), method)(**asked), targets)
