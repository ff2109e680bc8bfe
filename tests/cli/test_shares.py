"""Expected shares in a file, in place of a reference of rows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pdkl import InfoTheory, scan
from tests.support.command import TODAY, Command, rows
from tests.support.command import plain as plain_rows

SHARES: dict[str, dict[Any, float]] = {
    "plan": {"free": 0.5, "paid": 0.5},
    "n": {1: 0.5, 2: 0.5},
    "sealed": {True: 0.25, False: 0.75},
    "code": {"a": 0.6, None: 0.4},
    "rate": {0.5: 1, 1.0: 1},
}
N = np.arange(600)
DATA = TODAY.assign(
    sealed=N % 4 == 0,
    code=pd.Series(np.where(N % 5 < 3, "a", "b"), dtype="str").where(N % 5 < 3),
    rate=np.where(N % 2, 0.5, 1.0),
)
TOML = """
[plan]
free = 0.5
paid = 0.5
[n]
1 = 0.5
2 = 0.5
[sealed]
true = 0.25
false = 0.75
[code]
a = 0.6
null = 0.4
[rate]
"0.5" = 1
"1" = 1
"""


@pytest.mark.parametrize("name", ["expected.json", "expected.toml", "EXPECTED.JSON"])
def test_shares_are_those_of_the_method(pdkl_: Command, name: str) -> None:
    DATA.to_parquet("today.parquet")
    text = TOML if name.endswith("toml") else json.dumps(SHARES)  # which writes null, true, 0.5
    Path(name).write_text(text)
    expected = InfoTheory(scan("today.parquet")._data).report(
        SHARES, rng=0, names=("today.parquet", name)
    )
    code, out, errors = pdkl_("drift", name, "today.parquet", "--format", "json")
    assert (code, errors) == (0, "")
    assert out == expected.to_json()
    assert [row["status"] for row in rows(out)] == ["ok"] * 5
    code, out, _ = pdkl_("drift", name, "today.parquet", "-c", "plan", "--by", "shop")
    assert (code, out.splitlines()[-1]) == (0, "2 rows: 2 ok")
    assert pdkl_("drift", name, "today.parquet", "-o", name)[0] == 2  # it is an input


def test_shares_of_times_and_of_columns_that_are_gone(pdkl_: Command) -> None:
    days = TODAY["sold"].dt.strftime("%Y-%m-%d").value_counts(normalize=True)
    Path("days.json").write_text(json.dumps({"sold": days.to_dict(), "gone": {"x": 1}}))
    code, out, _ = pdkl_("drift", "days.json", "today.parquet", "--format", "json")
    assert (code, [row["status"] for row in rows(out)]) == (1, ["ok", "gone"])
    found = TODAY.info_theory.report(
        {"sold": {pd.Timestamp(day): share for day, share in days.items()}, "gone": {"x": 1}}
    )
    kept = [{k: v for k, v in row.items() if k in found.frame} for row in rows(out)]
    assert kept == plain_rows(found.frame)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        (
            "x.json",
            '{"free": 0.8, "paid": 0.2}',
            "REF must give the shares of each column, {column: {category: weight}}, as in "
            "{'plan': {'free': 0.8, 'paid': 0.2}}; got 0.8 for 'free'.",
        ),
        ("x.toml", "plan = 1", None),
        (
            "x.json",
            "[1]",
            """'x.json' must hold shares, such as {"plan": {"free": 0.8, "paid": 0.2}}; it holds """
            "list.",
        ),
        (
            "x.json",
            '{"plan": {"free": 1, "free": 2}}',
            "'x.json' cannot be read: it names 'free' twice.",
        ),
        ("x.json", "{", "'x.json' cannot be read: "),
        ("x.toml", "[plan", "'x.toml' cannot be read: "),
        (
            "x.json",
            '{"n": {"one": 1}}',
            "'x.json', column 'n': 'one' is none of the values, which are numbers.",
        ),
        (
            "x.json",
            '{"n": {"1": 1, "1.0": 1}}',
            "'x.json', column 'n': '1.0' is the value of another name too.",
        ),
        (
            "x.json",
            '{"sold": {"soon": 1}}',
            "'x.json', column 'sold': 'soon' is none of the values, which are times.",
        ),
        (
            "x.json",
            '{"sealed": {"yes": 1}}',
            "'x.json', column 'sealed': 'yes' is none of the values, which are true and false.",
        ),
        (
            "x.json",
            '{"plan": {"free": "most"}}',
            "reference for column 'plan' must map each category to a finite weight of at least 0; "
            "got 'most' for 'free'.",
        ),
    ],
)
def test_refused(pdkl_: Command, name: str, text: str, message: str | None) -> None:
    DATA.to_parquet("today.parquet")
    Path(name).write_text(text)
    code, out, errors = pdkl_("drift", name, "today.parquet")
    assert (code, out) == (2, "")
    assert errors.startswith(f"pdkl: {message}" if message else "pdkl: REF must give the")
    assert errors.count("\n") == 1


def test_no_file(pdkl_: Command) -> None:
    assert pdkl_("drift", "none.json", "today.parquet") == (
        *(2, ""),
        "pdkl: there is no file 'none.json'.\n",
    )
