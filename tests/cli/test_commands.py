"""What each command answers, and in which form."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pandas as pd
import pytest

import pdkl
from pdkl import InfoTheory, load_profile
from pdkl.sources.profile.parquet import is_profile
from tests.support.command import BEFORE, DAY, TODAY, Command, failures, plain, rows

# ---- drift: its forms -----------------------------------------------------------------------


def test_drift_as_a_table(pdkl_: Command) -> None:
    code, out, errors = pdkl_("drift", "before.parquet", "today.parquet", "-c", "plan,shop")
    assert (code, errors) == (1, "")
    found = TODAY.info_theory.drift(BEFORE, ["plan", "shop"], rng=0)
    ends = found[["excess", "noise_floor"]].to_numpy()
    drawn = [" ".join(f"{value:.3f}" for value in row) for row in ends]
    assert [" ".join(line.split()) for line in out.splitlines()] == [
        "column status measure score excess noise_floor p_adjusted top_category n n_reference",
        f"plan drift js_distance 0.221 {drawn[0]} <0.001 paid 600 600",
        f"shop ok js_distance 0.000 {drawn[1]} 1.000 600 600",
        "",
        "2 rows: 1 drift, 1 ok",
    ]


@pytest.mark.parametrize("form", ["json", "csv", "html", "junit", "markdown"])
def test_drift_in_the_forms_of_a_report(pdkl_: Command, form: str) -> None:
    expected = InfoTheory(pdkl.scan("today.parquet")._data).report(
        pdkl.scan("before.parquet")._data, ["plan", "age"], by="shop", rng=0
    )
    written = getattr(expected, f"to_{form}")()
    asked = ("drift", "before.parquet", "today.parquet", "-c", "plan,age", "--by", "shop")
    wrong = failures(expected)
    assert pdkl_(*asked, "--format", form) == (1, written, wrong)
    name = {"junit": "out.xml", "markdown": "out.md"}.get(form, f"out.{form}")
    told = f"{wrong}4 rows: 2 drift, 2 ok ({name})\n"
    assert pdkl_(*asked, "-o", name) == (1, "", told)
    assert Path(name).read_bytes().decode() == written
    assert pdkl_(*asked, "--format", form, "-o", "-") == (1, written, wrong)


def test_drift_of_periods(pdkl_: Command) -> None:
    frame = pdkl.scan("today.parquet").report(
        by=["shop", pd.Grouper(key="sold", freq="W")], window=3, columns=["plan", "age"], rng=0
    )
    asked = ("drift", "today.parquet", "-c", "plan,age", "--by", "shop,sold:W", "--window", "3")
    assert pdkl_(*asked, "--format", "json") == (int(not frame.passed), frame.to_json(), "")


def test_columns_are_left_out(pdkl_: Command) -> None:
    code, out, _ = pdkl_(
        *("drift", "before.parquet", "today.parquet", "--exclude", "plan,sold", "--format", "json")
    )
    assert (code, [row["column"] for row in rows(out)]) == (0, ["shop", "age", "n"])
    _, out, _ = pdkl_(
        *("explain", "before.parquet", "today.parquet", "--exclude", "plan", "--format", "json")
    )
    assert [row["column"] for row in rows(out)] == ["(not resolved)"]
    pdkl_("profile", "today.parquet", "--exclude", "plan,age", "-o", "saved.parquet")
    assert load_profile("saved.parquet").columns == ["shop", "sold", "n"]
    asked = ("drift", "before.parquet", "today.parquet", "--exclude", "plans")
    assert pdkl_(*asked) == (
        2,
        "",
        "pdkl: --exclude names column 'plans', which data, like reference, does not have. Did you "
        "mean 'plan'? Its columns are 'shop', 'plan', 'age', 'sold', 'n'.\n",
    )


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
    assert lines[0][-3:] == ["note", "n", "n_reference"]
    assert lines[1][:3] == ["north", "user", "new"]
    assert " ".join(lines[1]).endswith(" reference has no such column 400 0")


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
    ("arguments", "keywords"),
    [
        ([], {}),
        (
            ["-c", "plan", "--by", "shop", "--base", "bit"],
            {"columns": "plan", "by": "shop", "base": "bit"},
        ),
        (
            ["-c", "age,plan", "--bins", "age=0,30,90", "--weights", "n", "--no-dropna"],
            {
                "columns": ["age", "plan"],
                "bins": {"age": [0, 30, 90]},
                "weights": "n",
                "dropna": False,
            },
        ),
        (
            ["--exclude", "shop", "--smoothing", "laplace", "--alphabet", "declared"],
            {"exclude": "shop", "smoothing": "laplace", "alphabet": "declared"},
        ),
        (
            ["-c", "age", "--bins", "4", "--binning", "width"],
            {"columns": "age", "bins": 4, "binning": "width"},
        ),
    ],
)
def test_distribution(pdkl_: Command, arguments: list[str], keywords: dict[str, Any]) -> None:
    expected = TODAY.info_theory.distribution(**keywords)
    code, out, errors = pdkl_("distribution", "today.parquet", *arguments, "--format", "json")
    assert (code, errors) == (0, "")
    assert rows(out) == plain(expected)


@pytest.mark.parametrize(
    ("arguments", "keywords"),
    [
        ([], {}),
        (["-y", "plan", "--test"], {"y": "plan", "test": True}),
        (
            ["-x", "plan", "-y", "shop,n", "--bins", "2"],
            {"x": "plan", "y": ["shop", "n"], "bins": 2},
        ),
        (
            ["--x", "plan,n", "--y", "shop,age"],
            {"x": ["plan", "n"], "y": ["shop", "age"], "bins": 3},
        ),
        (
            ["-x", "plan", "-y", "age", "--given", "shop,n", "--binning", "width", "--base", "bit"],
            {
                "x": "plan",
                "y": "age",
                "given": ["shop", "n"],
                "bins": 3,
                "binning": "width",
                "base": "bit",
            },
        ),
        (
            ["-x", "plan", "-y", "shop", "--normalized", "x", "--correct", "--by", "sold:MS"],
            {
                "x": "plan",
                "y": "shop",
                "normalized": "x",
                "correct": True,
                "by": pd.Grouper(key="sold", freq="MS"),
            },
        ),
        (
            [
                "-x",
                "plan",
                "-y",
                "shop",
                "--confidence",
                "0.9",
                "--n-resamples",
                "20",
                "--seed",
                "3",
            ],
            {"x": "plan", "y": "shop", "confidence": 0.9, "n_resamples": 20, "rng": 3},
        ),
        (
            ["--exclude", "age", "-y", "plan", "--estimator", "miller-madow", "--weights", "n"],
            {"exclude": "age", "y": "plan", "estimator": "miller-madow", "weights": "n"},
        ),
    ],
)
def test_mutual_information(pdkl_: Command, arguments: list[str], keywords: dict[str, Any]) -> None:
    if keywords.get("bins") == 3:
        arguments = [*arguments, "--bins", "3"]
    expected = TODAY.info_theory.mutual_information(**{"rng": 0, **keywords})
    code, out, errors = pdkl_("mutual-information", "today.parquet", *arguments, "--format", "json")
    assert (code, errors) == (0, "")
    assert rows(out) == plain(expected)


def test_columns_of_mutual_information_are_paired(pdkl_: Command) -> None:
    code, out, errors = pdkl_(
        "mutual-information", "today.parquet", "-x", "plan,n", "-y", "shop,n,age"
    )
    assert (code, out) == (2, "")
    assert errors == (
        "pdkl: the lists x and y are paired, so they must be equally long; got 2 in x ('plan', "
        "'n') and 3 in y ('shop', 'n', 'age'). To ask about one column with each of a list, name "
        "it without a list.\n"
    )


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


def test_changes(pdkl_: Command) -> None:
    keyed = {"by": ["shop", pd.Grouper(key="sold", freq="W")]}
    for arguments, keywords in (
        (["-c", "plan,age", "--by", "shop,sold:W"], {"columns": ["plan", "age"], **keyed}),
        (
            ["-c", "plan", "--by", "sold", "--season", "none", "--phi", "2", "--block", "1"],
            {"columns": "plan", "by": "sold", "season": None, "phi": 2.0, "block": 1},
        ),
        (
            ["--by", "sold", "--alpha", "0.5", "--anomalies", "0", "--measure", "psi"],
            {"by": "sold", "alpha": 0.5, "anomalies": 0, "measure": "psi"},
        ),
    ):
        expected = TODAY.info_theory.changes(**keywords)
        code, out, errors = pdkl_("changes", "today.parquet", *arguments, "--format", "json")
        assert (code, errors) == (0, "")
        assert rows(out) == plain(expected)
    code, out, errors = pdkl_("changes", "today.parquet")
    assert (code, out) == (2, "")
    assert errors == (
        "pdkl: name the time by --by, such as --by date:D; got none. Try: pdkl changes --help\n"
    )


def test_no_rows_are_said(pdkl_: Command) -> None:
    TODAY[:0].to_parquet("today.parquet")
    asked = ("entropy", "today.parquet", "-c", "plan", "--by", "shop")
    assert pdkl_(*asked) == (0, "(no rows)\n", "")


# ---- profiles -------------------------------------------------------------------------------


def test_a_profile_stands_for_its_data(pdkl_: Command) -> None:
    code, out, errors = pdkl_("profile", "before.parquet", "-o", "ref")
    assert (code, out) == (0, "")
    assert errors == (
        "<pdkl.Profile of 600 rows: 'shop', 'plan', 'age', 'sold', 'n'> (ref)\n"  # any name will do
    )
    saved = load_profile("ref")
    assert saved == BEFORE.info_theory.profile()
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


def test_identifiers_are_told_from_profiles(pdkl_: Command) -> None:
    BEFORE.assign(user=DAY).to_parquet("before.parquet")
    TODAY.assign(plan=BEFORE["plan"], user=DAY + 1000).to_parquet("today.parquet")
    pdkl_("profile", "before.parquet", "-o", "ref.parquet", "-c", "user,age")
    code, out, _ = pdkl_("drift", "ref.parquet", "today.parquet", "-c", "user", "--format", "json")
    assert (code, rows(out)[0]["kind"]) == (0, "identifier")


def test_explain_says_what_it_leaves_out(pdkl_: Command) -> None:
    frame = pd.DataFrame({"id": [f"u{i}" for i in range(100)], "plan": ["a", "b"] * 50})
    frame.to_parquet("some.parquet")
    code, _, errors = pdkl_("explain", "some.parquet", "some.parquet")
    assert code == 0
    assert errors == ("left out unless --columns names them: id (100 of 100 values occur once)\n")


def test_explain_says_which_columns_one_side_lacks(pdkl_: Command) -> None:
    frame = pd.DataFrame({"plan": ["a", "b"] * 50, "age": [1, 2] * 50})
    frame.to_parquet("before.parquet")
    frame.drop(columns="age").assign(cap="x").to_parquet("today.parquet")
    code, out, errors = pdkl_("explain", "before.parquet", "today.parquet", "--format", "csv")
    assert code == 0
    assert [line.split(",")[:2] for line in out.splitlines()] == [
        ["step", "column"],
        ["1", "(not resolved)"],  # plan, which is as it was
    ]
    assert errors == (
        "pdkl: left out 'cap': reference has no such column left out 'age': data has no such "
        "column\n"
    )


def test_kinds(pdkl_: Command) -> None:
    frame = pd.DataFrame({"id": [f"u{i}" for i in range(100)], "n": range(100)})
    frame.to_parquet("some.parquet")

    def kinds(*asked: str) -> list[str]:
        _, out, _ = pdkl_("drift", "some.parquet", "some.parquet", *asked, "--format", "json")
        return [row["kind"] for row in rows(out)]

    assert kinds() == ["identifier", "identifier"]
    assert kinds("--kind", "id=categorical", "--kind", "n=clock") == ["categorical", "clock"]
    code, _, errors = pdkl_("drift", "some.parquet", "some.parquet", "--kind", "id")
    assert code == 2
    assert "give column=kind, once for each column." in errors
    _, out, _ = pdkl_("drift", "some.parquet", "some.parquet")
    assert out.endswith("2 rows: 2 skipped\n")


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
