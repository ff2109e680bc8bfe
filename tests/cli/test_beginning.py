"""A file of settings to begin with: what it says, and that it changes nothing."""

from __future__ import annotations

import re
import tomllib
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import pdkl
from pdkl.request.configuration import KEYS, read_configuration
from tests.support.command import BEFORE, DAY, TODAY, Command

OUTSIDE = "beside later data a clock, not scored: most times lie outside those of the reference"
ABOVE = (
    "beside later data a clock, not scored: long whole numbers, each once, all above those of the "
    "reference"
)
ONCE = "not scored: 600 of 600 values occur once"
NAMES = '"shop", "sold", "age", "user", "number", "epoch", "invoice", "price", "none"'
WRITTEN = f"""\
# Settings of "pdkl drift", which reads them from pdkl.toml in the folder where it runs, or from
# another file by --config; options of the command line come before them.
# Written by pdkl {pdkl.__version__} from 'rows.parquet'.
#
# Nothing is set yet. A line that begins with "#" and no space shows a default: take away the "#"
# and change it.

# The columns that are compared.
#columns = [{NAMES}, "a \\"b\\".\\n\\u007fé"]

# Columns to leave out of all of them.
#exclude = []

# What the status goes by, a name of pdkl.measures(); for some columns alone:
# measure = {{shop = "psi"}}
#measure = "js_distance"

# The excess over noise from which on a difference is drift; for some columns alone:
# threshold = {{shop = 0.2}}
#threshold = 0.1

# The adjusted p-value below which a difference is no accident; for some columns alone:
# alpha = {{shop = 0.01}}
#alpha = 0.05

# Columns that make segments, each of which is compared; times are cut into periods:
# by = ["shop", {{key = "date", freq = "W"}}]
#by = []

# Let drift pass in this share of the rows that are scored.
#max_drifted = 0.0

# The pseudo-count of every category: laplace, jeffreys, perks or a number. By default 0.5
# where the measure could be infinite, and none elsewhere:
# smoothing = 0.5

# The column that says how many rows a row stands for; by default each is one:
# weights = "n"

# A column whose values say which rows move together; by default none does:
# blocks = "customer"

# How numbers and times are cut, by column: a number of bins, a rule such as fd, or edges.
# By default into a bin for every ten rows of the reference, from 2 to 10:
# age = [0, 10, 50, 100]
#[bins]

# What the columns are: categorical, ordered, identifier, clock.
# By default the values of both sides tell; below is what they tell of these data.
#[kinds]
#shop = "categorical"
#sold = "ordered"  # {OUTSIDE}
#age = "ordered"
#user = "identifier"  # {ONCE}
#number = "identifier"  # {ONCE}
#epoch = "ordered"  # {ABOVE}
#invoice = "identifier"  # {ONCE}; {ABOVE}
#price = "ordered"  # numbers written as text
# none holds no value here, which tells no kind
#"a \\"b\\".\\n\\u007fé" = "categorical"
"""
ODD = 'a "b".\n\x7fé'


@pytest.fixture
def rows_(pdkl_: Command) -> pd.DataFrame:
    """Write columns of all kinds into the folder of the command."""
    frame = BEFORE[["shop", "sold", "age"]].assign(
        user=[f"u{i}" for i in DAY],
        number=np.arange(600),
        epoch=1_700_000_000 + 86_413 * DAY,
        invoice=2_026_000_000 + DAY,
        price=[f"{i % 90}.{i % 7}0" for i in DAY],
        none=np.full(600, np.nan),
    )
    frame[ODD] = 1
    frame.to_parquet("rows.parquet")
    return frame


def set_all(text: str) -> str:
    """Take away the sign before each default."""
    return re.sub(r"(?m)^#(?=[^ \n])", "", text)


def test_the_whole_file(pdkl_: Command, rows_: pd.DataFrame) -> None:
    told = "settings to begin with (pdkl.toml)\n"
    assert pdkl_("init", "rows.parquet") == (0, "", told)
    assert Path("pdkl.toml").read_text(encoding="utf-8") == WRITTEN
    assert pdkl_("init", "rows.parquet", "-o", "-") == (0, WRITTEN, "")
    assert pdkl_("init", "rows.parquet", "-o", "gate.toml")[::2] == (
        0,
        "settings to begin with (gate.toml)\n",
    )


def test_it_changes_nothing_even_where_all_is_set(pdkl_: Command, rows_: pd.DataFrame) -> None:
    rows_.assign(shop=TODAY["plan"], age=rows_["age"] + 3).to_parquet("later.parquet")
    asked = ("drift", "rows.parquet", "later.parquet", "--format", "csv")
    code, expected, errors = pdkl_(*asked)
    assert code == 1
    pdkl_("init", "rows.parquet")
    assert pdkl_(*asked) == (1, expected, f"pdkl: settings of pdkl.toml: none\n{errors}")
    settings = set_all(WRITTEN)
    assert tomllib.loads(settings)["kinds"][ODD] == "categorical"
    Path("pdkl.toml").write_text(settings, encoding="utf-8")
    code, out, errors = pdkl_(*asked)
    names = "columns, exclude, measure, threshold, alpha, by, max_drifted, kinds"
    assert (code, errors.splitlines()[0]) == (1, f"pdkl: settings of pdkl.toml: {names}")
    # a note that the values tell the kind is not needed where it is set
    assert out == expected.replace("600 of 600 values occur once; ", "")


def test_clocks_beside_later_data_are_those(pdkl_: Command, rows_: pd.DataFrame) -> None:
    later = rows_.assign(
        sold=rows_["sold"] + pd.Timedelta(90, "D"),
        **{name: rows_[name] + 10**8 for name in ("age", "number", "epoch", "invoice")},
    )
    later.to_parquet("later.parquet")
    _, out, _ = pdkl_("drift", "rows.parquet", "later.parquet", "--format", "csv")
    found = pd.read_csv(StringIO(out)).set_index("column")["kind"]
    said = re.findall(r"(?m)^#(\w+) = .*beside later data a clock", WRITTEN)
    assert said == found.index[found == "clock"].tolist() == ["sold", "epoch", "invoice"]


def test_each_setting_is_there_and_examples_can_be_read(tmp_path: Path) -> None:
    assert set(KEYS) <= set(re.findall(r"(?m)^# ?\[?(\w+)(?:\]| = )", WRITTEN))
    examples = re.findall(r"(?m)^# (\w+ = .*)", WRITTEN)
    assert len(examples) == 8
    file = tmp_path / "pdkl.toml"
    for example in examples:
        file.write_text(f"[bins]\n{example}" if example.startswith("age") else example, "utf-8")
        assert len(read_configuration(file)) == 1


def test_a_profile_and_several_files(pdkl_: Command) -> None:
    pdkl_("profile", "before.parquet", "-o", "ref.parquet", "--bins", "age=0,40,90")
    _, out, _ = pdkl_("init", "ref.parquet", "-o", "-")
    assert out.splitlines()[-5:] == [
        '#shop = "categorical"',
        '#plan = "categorical"',
        '#age = "ordered"',
        f'#sold = "ordered"  # {OUTSIDE}',
        '#n = "categorical"',
    ]
    _, out, _ = pdkl_("init", "before.parquet", "today.parquet", "-o", "-")
    assert "from 'before.parquet', 'today.parquet'.\n" in out


def test_a_profile_with_keys_and_weights(pdkl_: Command) -> None:
    taken = ("--by", "shop,sold:W", "--weights", "n")
    pdkl_("profile", "before.parquet", "-o", "ref.parquet", *taken)
    code, out, errors = pdkl_("init", "ref.parquet", "-o", "-")
    assert (code, errors) == (0, "")
    assert out.splitlines()[-4:] == [
        '#shop = "categorical"',
        f'#sold = "ordered"  # {OUTSIDE}',
        '#plan = "categorical"',
        '#age = "ordered"',
    ]


def test_no_rows_tell_no_kind(pdkl_: Command) -> None:
    BEFORE.head(0)[["shop", "age"]].to_parquet("none.parquet")
    code, out, errors = pdkl_("init", "none.parquet", "-o", "-")
    assert (code, errors) == (0, "")
    assert out.splitlines()[-2:] == [
        "# shop holds no value here, which tells no kind",
        "# age holds no value here, which tells no kind",
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["before.parquet", "-o", "mine.toml"],
            "'mine.toml' is there already, and is not written over. Name another file with -o, or "
            "remove it first. Try: pdkl init --help",
        ),
        (
            ["before.parquet", "-o", "no/pdkl.toml"],
            "cannot write 'no/pdkl.toml': there is no folder 'no'. Try: pdkl init --help",
        ),
        (
            ["nothing.parquet"],
            "DATA finds no file: there is no 'nothing.parquet', nor a match for it.",
        ),
        ([], "Missing argument 'DATA…'. Try: pdkl init --help"),
    ],
)
def test_what_is_wrong_is_told(pdkl_: Command, arguments: list[str], message: str) -> None:
    Path("mine.toml").write_text("alpha = 0.01\n", encoding="utf-8")
    assert pdkl_("init", *arguments) == (2, "", f"pdkl: {message}\n")
    assert Path("mine.toml").read_text(encoding="utf-8") == "alpha = 0.01\n"
    assert not Path("pdkl.toml").exists()
