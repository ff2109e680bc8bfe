"""The command: what it answers, in which form, and how it ends."""

from __future__ import annotations

import inspect
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any, NoReturn
from xml.etree import ElementTree

import click
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.feather
import pytest

import pdkl
from pdkl import InfoTheory, __main__, load_profile
from pdkl.cli import options
from pdkl.cli.commands import commands
from pdkl.cli.run import run
from pdkl.sources.profile.parquet import is_profile

DAY = np.arange(600)
BEFORE = pd.DataFrame(
    {
        "shop": np.where(DAY % 3, "north", "south"),
        "plan": np.where(DAY % 4, "free", "paid"),
        "age": 20 + DAY % 50,
        "sold": pd.Timestamp("2024-01-01") + pd.to_timedelta(DAY // 10, unit="D"),
        "n": 1 + DAY % 2,
    }
)
TODAY = BEFORE.assign(plan=np.where(DAY % 2, "free", "paid"))
Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def pdkl_(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Command:
    """Run the command in a folder with both frames; give code, output and errors."""
    monkeypatch.chdir(tmp_path)
    BEFORE.to_parquet("before.parquet")
    TODAY.to_parquet("today.parquet")

    def call(*arguments: str) -> tuple[int, str, str]:
        code = run(arguments)
        out, errors = capsys.readouterr()
        return code, out, errors

    return call


def process(folder: Path, *arguments: str, **more: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pdkl", *arguments]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False, **more
    )


def rows(text: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(text)["rows"]
    return found


def plain(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Write a frame as JSON has it, by hand."""

    def value(one: Any) -> Any:
        if isinstance(one, str):
            return one
        if pd.isna(one):
            return None
        if isinstance(one, float) and np.isinf(one):
            return "inf" if one > 0 else "-inf"
        return one.isoformat() if isinstance(one, pd.Timestamp) else one

    columns = [list(map(value, frame[name].astype(object))) for name in frame]
    names = [str(name) for name in frame]
    return [dict(zip(names, cells, strict=True)) for cells in zip(*columns, strict=True)]


# ---- drift: its forms -----------------------------------------------------------------------


def test_drift_as_a_table(pdkl_: Command) -> None:
    code, out, errors = pdkl_("drift", "before.parquet", "today.parquet", "-c", "plan,shop")
    assert (code, errors) == (1, "")
    found = TODAY.info_theory.drift(BEFORE, ["plan", "shop"], rng=0)
    ends = found[["js_distance_excess", "js_distance_noise_floor"]].to_numpy()
    drawn = [" ".join(f"{value:.3f}" for value in row) for row in ends]
    assert [" ".join(line.split()) for line in out.splitlines()] == [
        "column kind n n_reference js_distance js_distance_excess js_distance_noise_floor "
        "p_adjusted top_category status",
        f"plan categorical 600 600 0.221 {drawn[0]} <0.001 paid drift",
        f"shop categorical 600 600 0.000 {drawn[1]} 1.000 ok",
        "",
        "2 rows: 1 drift, 1 ok",
    ]


@pytest.mark.parametrize("form", ["json", "csv", "html", "junit"])
def test_drift_in_the_forms_of_a_report(pdkl_: Command, form: str) -> None:
    expected = InfoTheory(pdkl.scan("today.parquet")._data).report(
        pdkl.scan("before.parquet")._data, ["plan", "age"], by="shop", rng=0
    )
    written = getattr(expected, f"to_{form}")()
    asked = ("drift", "before.parquet", "today.parquet", "-c", "plan,age", "--by", "shop")
    assert pdkl_(*asked, "--format", form) == (1, written, "")
    name = {"junit": "out.xml"}.get(form, f"out.{form}")
    told = f"4 rows: 2 drift, 2 ok ({name})\n"
    assert pdkl_(*asked, "-o", name) == (1, "", told)
    assert Path(name).read_bytes().decode() == written
    assert pdkl_(*asked, "--format", form, "-o", "-") == (1, written, "")


def test_junit_and_csv_can_be_read(pdkl_: Command) -> None:
    pdkl_("drift", "before.parquet", "today.parquet", "-o", "out.xml", "-c", "plan,shop")
    suite = ElementTree.parse("out.xml").getroot()[0]
    assert suite.attrib["failures"] == "1"
    assert [case.attrib["name"] for case in suite] == ["plan", "shop"]
    pdkl_("drift", "before.parquet", "today.parquet", "-o", "out.csv", "-c", "plan,shop")
    assert pd.read_csv("out.csv")["status"].tolist() == ["drift", "ok"]


def test_the_table_names_notes_and_segments(pdkl_: Command) -> None:
    TODAY.assign(user=[f"u{i}" for i in DAY]).to_parquet("today.parquet")
    _, out, _ = pdkl_("drift", "before.parquet", "today.parquet", "--by", "shop", "-c", "user")
    lines = [line.split() for line in out.splitlines()]
    assert lines[0][0] == "shop"
    assert lines[0][-1] == "note"
    assert lines[1][0] == "north"
    assert lines[1][-6:] == ["new", "reference", "has", "no", "such", "column"]


# ---- drift: how it ends ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("today", "status", "code"),
    [
        (BEFORE["plan"], "ok", 0),
        (TODAY["plan"], "drift", 1),
        (TODAY["plan"][:8], "unsure", 0),
        (None, "gone", 1),
        (pd.Series([None] * 600, dtype="str"), "empty", 1),
        (pd.Series(DAY), "error", 1),
    ],
)
def test_the_exit_code_follows_the_status(
    pdkl_: Command, today: pd.Series[Any] | None, status: str, code: int
) -> None:
    frame = pd.DataFrame({"other": DAY}) if today is None else pd.DataFrame({"plan": today})
    frame.to_parquet("today.parquet")
    asked = ["drift", "before.parquet", "today.parquet", "-c", "plan", "--format", "json"]
    if status == "empty":
        asked.append("--dropna")
    found, out, errors = pdkl_(*asked)
    assert (found, [row["status"] for row in rows(out)], errors) == (code, [status], "")


def test_a_new_column_is_no_failure(pdkl_: Command) -> None:
    TODAY.assign(plan="free", extra="x").to_parquet("today.parquet")
    BEFORE.assign(plan="free").to_parquet("before.parquet")
    code, out, _ = pdkl_("drift", "before.parquet", "today.parquet")
    assert code == 0
    assert out.endswith("6 rows: 1 new, 5 ok\n")


def test_fail_over_sets_measure_and_threshold(pdkl_: Command) -> None:
    asked = ("drift", "before.parquet", "today.parquet", "-c", "plan", "--format", "json")
    code, out, _ = pdkl_(*asked, "--fail-over", "psi=0.5")
    assert json.loads(out)["call"]["units"] == {"psi": "nat", "kl_divergence": "bit"}
    (row,) = rows(out)
    assert (code, row["status"], row["threshold"]) == (0, "ok", 0.5)
    p, q = np.array([300, 300]) / 600, np.array([450, 150]) / 600
    assert row["psi"] == pytest.approx(float(((p - q) * np.log(p / q)).sum()))
    assert "psi_excess" in row
    assert "js_distance" not in row
    assert pdkl_(*asked, "--fail-over", "psi=0.1")[0] == 1
    code, out, _ = pdkl_(*asked, "--fail-over", "renyi_divergence:2=0.1")
    assert code == 1
    assert rows(out)[0]["renyi_divergence(2)"] > 0.1


def test_the_seed_is_settled_but_can_be_another(pdkl_: Command) -> None:
    asked = ("drift", "before.parquet", "today.parquet", "--format", "csv", "--n-resamples", "25")
    first, again, other = pdkl_(*asked), pdkl_(*asked), pdkl_(*asked, "--seed", "1")
    assert first == again
    assert first != other


def test_redact_hides_values_everywhere(pdkl_: Command) -> None:
    for form in ("table", "json", "csv", "html", "junit"):
        _, out, errors = pdkl_(
            *("drift", "before.parquet", "today.parquet", "--by", "shop", "-c", "plan"),
            *("--redact", "--min-count", "5", "--format", form),
        )
        assert "plan" in out
        for value in ("north", "south", "paid"):
            assert value not in out + errors


def test_redact_keeps_back_what_errors_say(pdkl_: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> NoReturn:
        raise ValueError("the secret is paid")

    monkeypatch.setattr(InfoTheory, "report", fail)
    asked = ("drift", "before.parquet", "today.parquet")
    assert pdkl_(*asked) == (2, "", "pdkl: the secret is paid\n")
    assert pdkl_(*asked, "--redact") == (
        2,
        "",
        "pdkl: ValueError: what it says may hold values, so --redact keeps it back.\n",
    )


def test_redact_still_names_a_column_that_is_not_there(pdkl_: Command) -> None:
    _, _, errors = pdkl_("drift", "before.parquet", "today.parquet", "-c", "plam", "--redact")
    assert "Did you mean 'plan'?" in errors


# ---- the other commands ---------------------------------------------------------------------


def test_entropy(pdkl_: Command) -> None:
    expected = TODAY.info_theory.entropy(["plan", "age"], by="shop", base="bit")
    asked = ("entropy", "today.parquet", "-c", "plan", "-c", "age", "--by", "shop", "--base", "bit")
    code, out, errors = pdkl_(*asked, "--format", "json")
    assert (code, errors) == (0, "")
    document = json.loads(out)
    assert document["format"] == "pdkl table"
    assert document["call"]["method"] == "entropy"
    assert document["rows"] == plain(expected)
    _, out, _ = pdkl_(*asked, "--format", "csv")
    pd.testing.assert_frame_equal(pd.read_csv(StringIO(out)), expected, check_dtype=False)
    _, out, _ = pdkl_(*asked)
    lines = [line.split() for line in out.splitlines()]
    assert lines[0] == list(expected.columns)
    assert [line[:2] for line in lines[1:]] == expected[["shop", "column"]].to_numpy().tolist()


@pytest.mark.parametrize(
    ("method", "arguments", "keywords"),
    [
        ("entropy", ["--joint", "-c", "plan,shop"], {"joint": True, "columns": ["plan", "shop"]}),
        ("entropy", ["-c", "plan", "--weights", "n"], {"columns": "plan", "weights": "n"}),
        (
            "entropy",
            ["--bins", "age=4", "--binning", "width", "--estimator", "miller-madow"],
            {"bins": {"age": 4}, "binning": "width", "estimator": "miller-madow"},
        ),
        ("entropy", ["-c", "plan", "--confidence", "0.9"], {"columns": "plan", "confidence": 0.9}),
        (
            "divergence",
            ["-c", "plan", "--by", "sold:MS", "--against", "previous"],
            {"p": "plan", "by": pd.Grouper(key="sold", freq="MS"), "against": "previous"},
        ),
        (
            "divergence",
            ["-c", "plan", "--q", "shop", "--smoothing", "0.5", "--alphabet", "9", "--base", "3"],
            {"p": "plan", "q": "shop", "smoothing": 0.5, "alphabet": 9, "base": 3},
        ),
        (
            "divergence",
            ["-c", "plan", "--q", "shop", "--zeros", "drop", "--no-dropna"],
            {"p": "plan", "q": "shop", "zeros": "drop", "dropna": False},
        ),
        (
            "divergence",
            [
                *("-c", "plan", "--by", "shop", "--against", "rest", "--test", "--n-resamples"),
                *("30", "--blocks", "sold", "--measures", "psi,renyi_divergence:2", "--seed", "4"),
            ],
            {
                "p": "plan",
                "by": "shop",
                "against": "rest",
                "test": True,
                "n_resamples": 30,
                "blocks": "sold",
                "measures": ["psi", ("renyi_divergence", 2)],
                "rng": 4,
            },
        ),
        (
            "contributions",
            ["-c", "plan", "--by", "shop", "--against", "all", "--measure", "js_divergence"],
            {"p": "plan", "by": "shop", "against": "all", "measure": "js_divergence"},
        ),
    ],
)
def test_options_are_the_keywords_of_the_method(
    pdkl_: Command, method: str, arguments: list[str], keywords: dict[str, Any]
) -> None:
    if method != "contributions":
        keywords = {"rng": 0, **keywords}
    expected = getattr(TODAY.info_theory, method)(**keywords)
    code, out, errors = pdkl_(method, "today.parquet", *arguments, "--format", "json")
    assert (code, errors) == (0, "")
    assert rows(out) == plain(expected)


@pytest.mark.parametrize("method", ["divergence", "contributions"])
def test_a_reference_of_files(pdkl_: Command, method: str) -> None:
    expected = getattr(TODAY.info_theory, method)(
        ["plan"], by="shop", reference=BEFORE, match=False, base="bit"
    )
    code, out, errors = pdkl_(
        *(method, "today.parquet", "--reference", "before.parquet", "-c", "plan"),
        *("--by", "shop", "--no-match", "--base", "bit", "--format", "json"),
    )
    assert (code, errors) == (0, "")
    assert rows(out) == plain(expected)


def test_explain(pdkl_: Command) -> None:
    for arguments, keywords in (
        (["-c", "plan,shop"], {"columns": ["plan", "shop"]}),
        (["-c", "plan", "--by", "shop"], {"columns": ["plan"], "by": "shop"}),
        (
            ["-c", "plan", "--by", "shop", "--measure", "kl_divergence", "--base", "bit"],
            {"columns": "plan", "by": "shop", "measure": "kl_divergence", "base": "bit"},
        ),
    ):
        expected = TODAY.info_theory.explain(BEFORE, rng=0, **keywords)
        code, out, errors = pdkl_(
            "explain", "before.parquet", "today.parquet", *arguments, "--format", "json"
        )
        assert (code, errors) == (0, "")
        assert rows(out) == plain(expected)


def test_no_rows_are_said(pdkl_: Command) -> None:
    TODAY[:0].to_parquet("today.parquet")
    asked = ("entropy", "today.parquet", "-c", "plan", "--by", "shop")
    assert pdkl_(*asked) == (0, "(no rows)\n", "")


@pytest.mark.parametrize(
    ("command", "method", "own"),
    [
        ("drift", "report", {"fail_over"}),
        ("explain", "explain", set()),
        ("entropy", "entropy", set()),
        ("divergence", "divergence", {"columns"}),  # p, as in the others
        ("contributions", "contributions", {"columns"}),
        ("profile", "profile", set()),
    ],
)
def test_every_option_is_a_keyword(command: str, method: str, own: set[str]) -> None:
    given = {str(one.name) for one in commands.commands[command].params}
    keywords = set(inspect.signature(getattr(InfoTheory, method)).parameters)
    assert given - keywords - own == {"data", "path", "form"} & given
    left = {"self", "progress", "p", "measure", "threshold"} if own else {"self", "progress"}
    assert keywords - given <= left


# ---- profiles -------------------------------------------------------------------------------


def test_a_profile_stands_for_its_data(pdkl_: Command) -> None:
    code, out, errors = pdkl_("profile", "before.parquet", "-o", "ref")
    assert (code, out) == (0, "")
    assert errors == (
        "<pdkl.Profile of 600 rows: 'shop', 'plan', 'age', 'sold', 'n'> (ref)\n"  # any name will do
    )
    saved = load_profile("ref")
    assert saved == BEFORE.info_theory.profile(list(BEFORE), bins={"age": 10, "sold": 10})
    of_profile = pdkl_("drift", "ref", "today.parquet", "--format", "csv")
    assert of_profile == pdkl_("drift", "before.parquet", "today.parquet", "--format", "csv")
    _, out, _ = pdkl_("entropy", "ref", "-c", "plan", "--format", "json")
    assert rows(out) == plain(BEFORE.info_theory.entropy("plan"))


def test_profile_has_the_options_of_its_method(pdkl_: Command) -> None:
    pdkl_(
        *(
            "profile",
            "before.parquet",
            "-o",
            "ref.parquet",
            "-c",
            "plan,age",
            "--by",
            "shop,sold:W",
        ),
        *("--weights", "n", "--bins", "age=0,30,60", "--max-categories", "1"),
    )
    by = ["shop", pd.Grouper(key="sold", freq="W")]
    assert load_profile("ref.parquet") == BEFORE.info_theory.profile(
        ["plan", "age"], by=by, weights="n", bins={"age": [0, 30, 60]}, max_categories=1
    )


def test_identifiers_are_not_cut(pdkl_: Command) -> None:
    BEFORE.assign(user=DAY).to_parquet("before.parquet")
    TODAY.assign(plan=BEFORE["plan"], user=DAY + 1000).to_parquet("today.parquet")
    pdkl_("profile", "before.parquet", "-o", "ref.parquet", "--bins", "5", "-c", "user,age")
    sizes = {
        name: one["bins"] for name, one in load_profile("ref.parquet").facts["columns"].items()
    }
    assert sizes == {"user": None, "age": 5}
    code, out, _ = pdkl_("drift", "ref.parquet", "today.parquet", "-c", "user", "--format", "json")
    assert (code, rows(out)[0]["kind"]) == (0, "identifier")


def test_profiles_with_one_anothers_bins_add_up(pdkl_: Command) -> None:
    BEFORE[:100].to_parquet("a.parquet")
    BEFORE[100:].to_csv("b.csv", index=False)
    pdkl_("profile", "a.parquet", "-o", "a.profile", "--by", "shop", "-c", "plan,age")
    pdkl_("profile", "b.csv", "-o", "b.profile", "--by", "shop", "--bins", "a.profile")
    code, out, errors = pdkl_("merge", "a.profile", "b.profile", "-o", "a.profile")
    assert (code, out) == (0, "")
    assert errors == "<pdkl.Profile of 600 rows in 2 groups by 'shop': 'plan', 'age'> (a.profile)\n"
    merged = load_profile("a.profile")
    assert merged == BEFORE.info_theory.profile(["plan", "age"], by="shop", bins=merged)


def test_weighted_profiles(pdkl_: Command) -> None:
    pdkl_("profile", "before.parquet", "-o", "ref.parquet", "--weights", "n")
    of_profile = pdkl_("drift", "ref.parquet", "today.parquet", "--weights", "n", "--format", "csv")
    assert of_profile[0] == 1
    assert of_profile == pdkl_(
        "drift", "before.parquet", "today.parquet", "--weights", "n", "--format", "csv"
    )


def test_what_is_a_profile(pdkl_: Command) -> None:
    pdkl_("profile", "before.parquet", "-o", "ref.parquet")
    Path("short").write_bytes(b"PAR1")
    Path("empty").write_bytes(b"")
    known = ["ref.parquet", "before.parquet", "short", "empty", ".", "none"]
    assert [is_profile(name) for name in known] == [True, *[False] * 5]


# ---- what is read ---------------------------------------------------------------------------


def test_every_kind_of_file(pdkl_: Command) -> None:
    TODAY.to_csv("today.csv", index=False)
    TODAY.to_csv("today.csv.gz", index=False)
    TODAY.assign(sold=TODAY["sold"].astype(str)).to_json(
        "today.jsonl", orient="records", lines=True
    )
    pyarrow.feather.write_feather(pa.Table.from_pandas(TODAY), "today.arrow")
    for shop, part in TODAY.groupby("shop"):
        folder = Path("parts", f"shop={shop}")
        folder.mkdir(parents=True)
        part.drop(columns="shop").to_parquet(folder / "part.parquet")
    Path("days").mkdir()
    TODAY[:250].to_parquet("days/1.parquet")
    TODAY[250:].to_parquet("days/2.parquet")
    expected = plain(TODAY.info_theory.entropy(["plan", "age"], by="shop"))
    for data in (
        *(["today.parquet"], ["today.csv"], ["today.csv.gz"], ["today.jsonl"], ["today.arrow"]),
        *(["parts"], ["days"], ["days/*.parquet"], ["days/1.parquet", "days/2.parquet"]),
    ):
        code, out, errors = pdkl_(
            "entropy", *data, "-c", "plan,age", "--by", "shop", "--format", "json"
        )
        assert (code, errors) == (0, "")
        assert rows(out) == expected


def test_names_with_commas_and_equals(pdkl_: Command) -> None:
    odd = TODAY.rename(columns={"plan": "a,b", "shop": "x:D", "age": "k=v"})
    odd.to_csv("odd.csv", index=False)
    _, out, errors = pdkl_(
        *("entropy", "odd.csv", "-c", '"a,b",k=v', "--by", "x:D", "--bins", "k=v=3"),
        *("--format", "json"),
    )
    assert errors == ""
    assert rows(out) == plain(odd.info_theory.entropy(["a,b", "k=v"], by="x:D", bins={"k=v": 3}))


# ---- what is written ------------------------------------------------------------------------

EVIL = ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "\u202eabc", "a\x1b[31m\nb", "<script>"]


def test_cells_do_nothing_but_stand_there(pdkl_: Command) -> None:
    pd.DataFrame({"x": EVIL, "@y": EVIL}).to_parquet("evil.parquet")
    asked = ("contributions", "evil.parquet", "-c", "x", "--q", "@y")
    _, out, _ = pdkl_(*asked)
    shown = {line.split()[2] for line in out.splitlines()[1:]}
    assert shown == {
        *("=1+1", "+1", "-1", "@x", "\\tx", "\\rx", "\\u202eabc", "a\\x1b[31m\\nb", "<script>")
    }
    _, out, _ = pdkl_(*asked, "--format", "csv")
    cells = pd.read_csv(StringIO(out))["category"]
    assert set(cells) == {
        *("'=1+1", "'+1", "'-1", "'@x", "'\\tx", "'\\rx", "\\u202eabc", "a\\x1b[31m\\nb"),
        "<script>",
    }
    assert pdkl_("entropy", "evil.parquet", "-c", '"a\u202e\n\x1bb"')[2].startswith(
        "pdkl: columns names column 'a\\u202e\\n\\x1bb', which data does not have."
    )


def test_long_cells_are_cut_in_tables_alone(pdkl_: Command) -> None:
    pd.DataFrame({"x": ["a" * 100]}).to_parquet("long.parquet")
    asked = ("contributions", "long.parquet", "-c", "x", "--q", "x")
    assert f" {'a' * 79}\N{HORIZONTAL ELLIPSIS} " in pdkl_(*asked)[1]
    assert f",{'a' * 100}," in pdkl_(*asked, "--format", "csv")[1]


# ---- what cannot be done --------------------------------------------------------------------

HELP = "Try: pdkl {} --help"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("", "Missing command. Try: pdkl --help"),
        ("frobnicate", "No such command 'frobnicate'. Try: pdkl --help"),
        ("drift before.parquet", f"Missing argument 'CUR'. {HELP.format('drift')}"),
        (
            "drift before.parquet today.parquet more.parquet",
            f"Got unexpected extra argument (more.parquet) {HELP.format('drift')}",
        ),
        (
            "drift nowhere.parquet today.parquet",
            "path finds no file: there is no 'nowhere.parquet', nor a match for it.",
        ),
        (
            "drift before.parquet today.parquet -c Plan",
            "columns names column 'Plan', which data, like reference, does not have. Did you mean "
            "'plan'? Its columns are 'shop', 'plan', 'age', 'sold', 'n'.",
        ),
        (
            "drift before.parquet today.parquet --fail-over js_distance",
            "Invalid value for '--fail-over': must be a measure and its threshold, such as "
            f"js_distance=0.1; got 'js_distance'. {HELP.format('drift')}",
        ),
        (
            "drift before.parquet today.parquet --fail-over =1",
            "Invalid value for '--fail-over': must be a measure and its threshold, such as "
            f"js_distance=0.1; got '=1'. {HELP.format('drift')}",
        ),
        (
            "drift before.parquet today.parquet --fail-over psi=-1",
            "threshold must be a finite number of at least 0; got -1.0.",
        ),
        (
            "drift before.parquet today.parquet --alpha 7",
            "alpha must be a number in (0, 1); got 7.0.",
        ),
        (
            "drift before.parquet today.parquet --bins 3 --bins age=5",
            "Invalid value for '--bins': give one rule for all columns, or column=rule once for "
            f"each column. {HELP.format('drift')}",
        ),
        (
            "entropy today.parquet --bins age=1,x",
            "Invalid value for '--bins': edges must be numbers or times; got '1,x'. "
            f"{HELP.format('entropy')}",
        ),
        (
            "entropy today.parquet -c plan,,shop",
            f"Invalid value for '--columns' / '-c': a name is empty. {HELP.format('entropy')}",
        ),
        (
            "entropy today.parquet -c a\rb",
            "Invalid value for '--columns' / '-c': put names with commas, quotes or line breaks "
            f"into double quotes. {HELP.format('entropy')}",
        ),
        (
            "entropy today.parquet --by sold:fortnight",
            "Invalid value for '--by': 'fortnight', after the colon in 'sold:fortnight', is not a "
            f"frequency such as h, D, W, MS. {HELP.format('entropy')}",
        ),
        (
            "divergence today.parquet -c plan",
            f"give one of --against, --q and --reference; got none. {HELP.format('divergence')}",
        ),
        (
            "contributions today.parquet --q shop --against all",
            "give one of --against, --q and --reference; got --against and --q. "
            f"{HELP.format('contributions')}",
        ),
        (
            "entropy today.parquet -o out.html",
            "'out.html' would be html, which this command does not write. Choose one by --format: "
            f"table, json, csv. {HELP.format('entropy')}",
        ),
        (
            "entropy today.parquet -o nowhere/out.csv",
            "cannot write 'nowhere/out.csv': there is no folder 'nowhere'. "
            f"{HELP.format('entropy')}",
        ),
        (
            "entropy today.parquet -o .",
            f"cannot write '.': it is a folder. {HELP.format('entropy')}",
        ),
        (
            "profile today.parquet -o ./today.parquet",
            "cannot write './today.parquet': it is an input. Name another output. "
            f"{HELP.format('profile')}",
        ),
        (
            "profile b*.parquet -o before.parquet",
            "cannot write 'before.parquet': it is an input. Name another output. "
            f"{HELP.format('profile')}",
        ),
        (
            "profile today.parquet -o -",
            f"a profile needs a file to be saved in: -o FILE. {HELP.format('profile')}",
        ),
        ("merge none.parquet -o out.parquet", "there is no file 'none.parquet'."),
        (
            "merge today.parquet -o out.parquet",
            "'today.parquet' is not a profile, but another Parquet file. Write profiles with "
            "Profile.save.",
        ),
    ],
)
def test_one_clear_line(pdkl_: Command, arguments: str, message: str) -> None:
    before = sorted(Path.cwd().iterdir())
    assert pdkl_(*arguments.split(" ") if arguments else ()) == (2, "", f"pdkl: {message}\n")
    assert sorted(Path.cwd().iterdir()) == before


def test_damaged_files(pdkl_: Command) -> None:
    data = Path("today.parquet").read_bytes()
    Path("today.parquet").write_bytes(data[:900] + b"PAR1")
    code, out, errors = pdkl_("entropy", "today.parquet", "-c", "plan")
    assert (code, out) == (2, "")
    assert "today.parquet' cannot be read: " in errors
    assert errors.count("\n") == 1
    pdkl_("profile", "before.parquet", "-o", "ref.parquet")
    saved = bytearray(Path("ref.parquet").read_bytes())
    saved[100] ^= 1
    Path("ref.parquet").write_bytes(saved)
    assert pdkl_("drift", "ref.parquet", "today.parquet") == (
        2,
        "",
        "pdkl: 'ref.parquet' is damaged: its checksum does not agree with what it holds. Save the "
        "profile again.\n",
    )


def test_profiles_are_no_rows(pdkl_: Command) -> None:
    Path("days").mkdir()
    for day in ("1", "2"):
        pdkl_("profile", "before.parquet", "-o", f"days/{day}.parquet")
    code, out, errors = pdkl_("drift", "days", "today.parquet")
    assert (code, out) == (2, "")
    first = str(Path("days", "1.parquet"))
    assert errors.endswith(
        f"{first}' is a saved profile, not rows, and is one of 2 files. Name it alone; several "
        "profiles are added by: pdkl merge.\n"
    )
    assert pdkl_("drift", "days/1*", "before.parquet")[0] == 0


def test_no_permission(pdkl_: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("locked").mkdir()
    monkeypatch.setattr(os, "access", lambda path, _: path != Path("locked"))
    assert pdkl_("entropy", "today.parquet", "-o", "locked/out.csv") == (
        2,
        "",
        f"pdkl: cannot write 'locked/out.csv': permission denied. {HELP.format('entropy')}\n",
    )


def test_what_the_system_says(pdkl_: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Path, *_: Any, **__: Any) -> NoReturn:
        raise OSError(28, "No space left on device", str(self))

    monkeypatch.setattr(Path, "write_text", full)
    assert pdkl_("entropy", "today.parquet", "-c", "plan", "-o", "out.csv") == (
        2,
        "",
        "pdkl: out.csv: No space left on device\n",
    )


def test_a_crash_is_one_line_too(pdkl_: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: Any, **__: Any) -> NoReturn:
        raise IndexError("list index\nout of range")

    monkeypatch.setattr(InfoTheory, "entropy", crash)
    assert pdkl_("entropy", "today.parquet") == (
        2,
        "",
        "pdkl: this should not have happened: IndexError: list index out of range\n",
    )


def test_jinja_is_named_where_it_is_absent(pdkl_: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    code, _, errors = pdkl_("drift", "before.parquet", "today.parquet", "--format", "html")
    assert code == 2
    assert "pip install 'pdkl[report]'" in errors


# ---- how a process ends ---------------------------------------------------------------------


def test_the_codes_of_processes(pdkl_: Command, tmp_path: Path) -> None:
    fine = process(tmp_path, "drift", "before.parquet", "before.parquet")
    assert (fine.returncode, fine.stderr) == (0, "")
    drifted = process(tmp_path, "drift", "before.parquet", "today.parquet")
    assert (drifted.returncode, drifted.stderr) == (1, "")
    wrong = process(tmp_path, "drift", "before.parquet", "nowhere")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert wrong.stderr == (
        "pdkl: path finds no file: there is no 'nowhere', nor a match for it.\n"
    )


def test_a_closed_pipe_is_no_trouble(pdkl_: Command, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pdkl", "entropy", "today.parquet", "--by", "age,plan,sold"]
    reading, writing = os.pipe()
    os.close(reading)
    with subprocess.Popen(command, cwd=tmp_path, stdout=writing, stderr=subprocess.PIPE) as started:
        os.close(writing)
        _, errors = started.communicate(timeout=60)
    assert (started.returncode, errors) == (141, b"")


def test_an_interrupt_is_no_trouble(pdkl_: Command, tmp_path: Path) -> None:
    code = (
        "import sys; from pdkl.cli.run import run\n"
        "print('go', flush=True); sys.exit(run(sys.argv[1:]))"
    )
    asked = ["drift", "before.parquet", "today.parquet", "--n-resamples", "100000000"]
    with subprocess.Popen(
        [sys.executable, "-c", code, *asked],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as started:
        assert started.stdout is not None
        assert started.stdout.readline() == b"go\n"
        time.sleep(1)
        started.send_signal(signal.SIGINT)
        out, errors = started.communicate(timeout=60)
    assert (started.returncode, out, errors.strip()) == (130, b"", b"")


def test_help_and_version(pdkl_: Command) -> None:
    assert pdkl_("--version") == (0, f"pdkl {pdkl.__version__}\n", "")
    code, out, errors = pdkl_("-h")
    assert (code, errors) == (0, "")
    assert "Exit codes:\n    0  all is well" in out
    for name in commands.commands:
        code, out, errors = pdkl_(name, "--help")
        assert (code, errors) == (0, "")
        assert f"\n    pdkl {name} " in out, "an example"


def test_the_extra_is_named_where_click_is_absent(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(__main__, "find_spec", lambda _: None)
    with pytest.raises(SystemExit) as caught:
        __main__.main()
    assert caught.value.code == 2
    assert capsys.readouterr().err == (
        "pdkl: the command needs click. Install it with: pip install 'pdkl[cli]'\n"
    )


def test_main_runs_what_was_typed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["pdkl", "--version"])
    with pytest.raises(SystemExit) as caught:
        __main__.main()
    assert caught.value.code == 0
    assert capsys.readouterr().out.startswith("pdkl ")


@pytest.mark.parametrize("terminal", [True, False])
def test_progress_is_for_terminals(
    pdkl_: Command, monkeypatch: pytest.MonkeyPatch, terminal: bool
) -> None:
    seen: list[bool] = []
    answer: pd.DataFrame = BEFORE.info_theory.entropy("plan")

    def entropy(self: InfoTheory, *, progress: bool, **_: Any) -> pd.DataFrame:
        seen.append(progress)
        return answer

    monkeypatch.setattr(InfoTheory, "entropy", entropy)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    assert pdkl_("entropy", "today.parquet")[0] == 0
    assert seen == [terminal]


# ---- how options are read -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("texts", "value"),
    [
        ((), None),
        (("12",), 12),
        (("fd",), "fd"),
        (("0.5",), 0.5),
        (("0,18,65.5",), [0.0, 18.0, 65.5]),
        (("age=5", "a=b=fd"), {"age": 5, "a=b": "fd"}),
    ],
)
def test_bins(texts: tuple[str, ...], value: Any) -> None:
    context, option = click.Context(commands), click.Option(["--bins"])
    assert options.bins(context, option, texts) == value


def test_bins_of_times(pdkl_: Command) -> None:
    edges = pd.to_datetime(["2024-01-01", "2024-02-01", "2024-03-01"])
    _, out, _ = pdkl_(
        *("entropy", "today.parquet", "--format", "json", "-c", "sold"),
        *("--bins", "sold=2024-01-01,2024-02-01,2024-03-01"),
    )
    assert rows(out) == plain(TODAY.info_theory.entropy("sold", bins={"sold": edges.to_numpy()}))
