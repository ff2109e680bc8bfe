"""The profile that a gate compares with: replaced where the gate passes, and only there."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import pdkl
from pdkl import load_profile
from tests.support.command import BEFORE, TODAY, Command

SAVED = "<pdkl.Profile of 600 rows: 'shop', 'plan', 'age', 'sold', 'n'> (ref.parquet)\n"
STAYS = "ref.parquet stays as it is: the gate did not pass\n"


def test_where_the_gate_passes(pdkl_: Command) -> None:
    BEFORE.assign(age=BEFORE["age"] + 1, more=1).to_parquet("later.parquet")
    pdkl_("profile", "before.parquet", "-o", "ref.parquet")
    before = load_profile("ref.parquet")
    code, out, errors = pdkl_("drift", "ref.parquet", "later.parquet")
    assert (code, errors) == (0, "")
    assert pdkl_("baseline", "update", "ref.parquet", "later.parquet") == (0, out, SAVED)
    after = load_profile("ref.parquet")
    later = BEFORE.assign(age=BEFORE["age"] + 1)
    assert after == later.info_theory.profile()
    assert before + after == pd.concat([BEFORE, later]).info_theory.profile()
    assert [path.name for path in Path().iterdir() if path.name.startswith(".")] == []


def test_where_it_does_not_pass(pdkl_: Command) -> None:
    pdkl_("profile", "before.parquet", "-o", "ref.parquet")
    before = Path("ref.parquet").read_bytes()
    code, out, errors = pdkl_("drift", "ref.parquet", "today.parquet")
    assert (code, errors) == (1, "")
    assert pdkl_("baseline", "update", "ref.parquet", "today.parquet") == (1, out, STAYS)
    assert Path("ref.parquet").read_bytes() == before


def test_options_and_settings_are_those_of_drift(pdkl_: Command) -> None:
    pdkl_("profile", "before.parquet", "-o", "ref.parquet")
    asked = ("ref.parquet", "today.parquet", "-c", "plan", "--format", "json", "-o", "d.md")
    code, out, errors = pdkl_("drift", *asked, "-o", "-")
    written = Path("d.md").read_bytes()
    assert code == 1
    assert pdkl_("baseline", "update", *asked, "-o", "-") == (1, out, f"{errors}{STAYS}")
    assert Path("d.md").read_bytes() == written
    over = ("--fail-over", "js_distance=0.5")
    assert pdkl_("baseline", "update", *asked[:4], *over)[::2] == (0, SAVED)
    assert load_profile("ref.parquet") == TODAY.info_theory.profile()
    Path("pdkl.toml").write_text('exclude = ["plan"]\n', encoding="utf-8")
    code, _, errors = pdkl_("baseline", "update", "ref.parquet", "before.parquet")
    assert (code, errors) == (0, f"pdkl: settings of pdkl.toml: exclude\n{SAVED}")
    assert load_profile("ref.parquet") == BEFORE.info_theory.profile()
    told = "drift: plan: js_distance 0.221, excess 0.220"
    code, _, errors = pdkl_(
        *("baseline", "update", "ref.parquet", "today.parquet"),
        *("--no-config", "-c", "plan", "-o", "d.csv"),
    )
    assert (code, errors.startswith(told), errors.endswith(STAYS)) == (1, True, True)


def test_counted_as_before(pdkl_: Command) -> None:
    """Columns, keys and how their times are cut, weights and bins are those of the profile."""
    taken = ("-c", "plan,age", "--by", "shop,sold:W", "--weights", "n", "--bins", "age=0,40,90")
    pdkl_("profile", "before.parquet", "-o", "ref.parquet", *taken)
    before = load_profile("ref.parquet")
    asked = ("baseline", "update", "ref.parquet", "today.parquet", "-c", "age", "--weights", "n")
    code, _, errors = pdkl_(*asked)
    assert (code, errors) == (
        0,
        "<pdkl.Profile of weight 900 in 18 groups by 'shop', 'sold': 'plan', 'age'> "
        "(ref.parquet)\n",
    )
    expected = TODAY.info_theory.profile(
        ["plan", "age"],
        by=["shop", pd.Grouper(key="sold", freq="W")],
        weights="n",
        bins={"age": [0, 40, 90]},
    )
    assert load_profile("ref.parquet") == expected
    assert (before + load_profile("ref.parquet")).n == 1800


def test_of_another_profile(pdkl_: Command) -> None:
    taken = ("--by", "sold:W", "-c", "shop,plan")
    pdkl_("profile", "before.parquet", "-o", "ref.parquet", *taken)
    pdkl_("profile", "today.parquet", "-o", "today.profile", *taken)
    asked = ("baseline", "update", "ref.parquet", "today.profile", "-c", "shop")
    assert pdkl_(*asked)[0] == 0
    assert load_profile("ref.parquet") == load_profile("today.profile")


def test_what_was_lumped_is_lumped_again(pdkl_: Command) -> None:
    frame = pd.DataFrame({"fruit": ["fig"] * 60 + ["kiwi"] * 30 + ["lime"] * 6 + ["plum"] * 4})
    frame.to_parquet("fruit.parquet")
    pdkl_("profile", "fruit.parquet", "-o", "ref.parquet", "--max-categories", "2")
    assert pdkl_("baseline", "update", "ref.parquet", "fruit.parquet")[0] == 0
    assert load_profile("ref.parquet") == frame.info_theory.profile(max_categories=2)


def test_a_column_that_the_new_data_lack(pdkl_: Command) -> None:
    pdkl_("profile", "before.parquet", "-o", "ref.parquet")
    before = Path("ref.parquet").read_bytes()
    BEFORE.drop(columns="n").to_parquet("later.parquet")
    asked = ("baseline", "update", "ref.parquet", "later.parquet")
    assert pdkl_(*asked)[::2] == (1, STAYS)
    code, out, errors = pdkl_(*asked, "--exclude", "n")
    assert (code, out) == (2, "")
    assert errors == (
        "pdkl: --columns names column 'n', which data does not have. Its columns are 'shop', "
        "'plan', 'age', 'sold'.\n"
    )
    assert Path("ref.parquet").read_bytes() == before


def test_a_column_that_cannot_be_counted(pdkl_: Command) -> None:
    pdkl_("profile", "before.parquet", "-o", "ref.parquet")
    before = Path("ref.parquet").read_bytes()
    BEFORE.assign(n=pd.Series([[1]] * 600)).to_parquet("later.parquet")
    asked = ("baseline", "update", "ref.parquet", "later.parquet", "--exclude", "n")
    code, out, errors = pdkl_(*asked)
    assert (code, out) == (2, "")
    assert errors.splitlines()[-1] == (
        "pdkl: the profile that is to be replaced has 'n', which cannot be counted in the new "
        "data. Correct the data, or take a profile without: pdkl profile."
    )
    assert Path("ref.parquet").read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["before.parquet", "today.parquet"],
            "REF must be a saved profile, and 'before.parquet' is none. Take one first: pdkl "
            "profile DATA -o REF. Try: pdkl baseline update --help",
        ),
        (["none.parquet", "today.parquet"], "there is no file 'none.parquet'."),
        (
            ["ref.parquet", "none.parquet"],
            "REF or CUR finds no file: there is no 'none.parquet', nor a match for it.",
        ),
        (["ref.parquet"], "Missing argument 'CUR'. Try: pdkl baseline update --help"),
        (
            ["ref.parquet", "today.parquet", "-o", "ref.parquet", "--format", "csv"],
            "cannot write 'ref.parquet': it is an input. Name another output. Try: pdkl baseline "
            "update --help",
        ),
        (
            ["ref.parquet", "today.parquet", "--config", "a", "--no-config"],
            "give one of --config and --no-config. Try: pdkl baseline update --help",
        ),
    ],
)
def test_what_is_wrong_is_told(pdkl_: Command, arguments: list[str], message: str) -> None:
    pdkl_("profile", "before.parquet", "-o", "ref.parquet")
    before = Path("ref.parquet").read_bytes()
    assert pdkl_("baseline", "update", *arguments) == (2, "", f"pdkl: {message}\n")
    assert Path("ref.parquet").read_bytes() == before


def test_values_are_kept_back(pdkl_: Command) -> None:
    pdkl_("profile", "before.parquet", "-o", "ref.parquet")
    asked = ("baseline", "update", "ref.parquet", "today.parquet", "-c", "age", "--redact")
    report = pdkl.scan("today.parquet").report(
        load_profile("ref.parquet"), ["age"], rng=0, redact=True
    )
    code, out, errors = pdkl_(*asked, "--format", "json")
    assert (code, out, errors) == (0, report.to_json(), SAVED)


def test_the_group_alone_is_no_command(pdkl_: Command) -> None:
    assert pdkl_("baseline") == (2, "", "pdkl: Missing command. Try: pdkl baseline --help\n")
