"""Pointwise information: a published table, an oracle, its sum, and how values are shown."""

from __future__ import annotations

import io
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdkl import InfoTheory
from pdkl.core import memory
from tests.support import oracle_tables
from tests.support.agree import agree
from tests.support.frames import frames
from tests.truth.test_oracle import sample

# the table of https://en.wikipedia.org/wiki/Pointwise_mutual_information, in twentieths
PUBLISHED = pd.DataFrame({"x": [0, 0, 1, 1], "y": [0, 1, 0, 1], "w": [2, 14, 3, 1]})
SKY = pd.DataFrame({"sky": ["grey", "grey", "blue", "blue", None], "rain": list("ynnny")})


def test_a_published_table() -> None:
    found = InfoTheory(PUBLISHED).pointwise_information("x", "y", weights="w", base="bit")
    values = found.set_index(["category_x", "category_y"])["pointwise_information"]
    published = {(0, 0): -1, (0, 1): 0.222392421, (1, 0): 1.584962501, (1, 1): -1.584962501}
    for pair, value in published.items():
        assert values[pair] == pytest.approx(value, abs=5e-10)
    assert found["contribution"].sum() == pytest.approx(0.214170945, abs=5e-10)


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("weights", [None, "w_int", "w_float"])
@pytest.mark.parametrize("by", [None, "shop", ["shop", "size"]])
def test_against_loops(seed: int, weights: str | None, by: Any) -> None:
    frame = sample(seed)
    theory = InfoTheory(frame)
    for dropna, given_ in [(True, None), (False, None), (True, "flag"), (False, "flag")]:
        keywords: dict[str, Any] = {"by": by, "weights": weights, "dropna": dropna, "base": 2}
        for x, y in (("fruit", "grade"), ("color", "fruit")):
            expected = oracle_tables.pointwise_information(frame, x, y, given=given_, **keywords)
            found = theory.pointwise_information(x, y, given=given_, **keywords)
            agree(in_order_of_values(found, expected), expected, keywords)


def in_order_of_values(result: pd.DataFrame, rows: list[Any]) -> pd.DataFrame:
    """Check that large contributions come first, and put the rows into the order of others."""
    names = list(rows[0])[: list(rows[0]).index("count")]

    def key(row: Any) -> tuple[Any, ...]:
        return tuple(None if pd.isna(row[name]) else row[name] for name in names)

    groups = [name for name in names if not name.startswith("category")]
    size = result["contribution"].abs()
    for _, block in size.groupby([result[name] for name in groups], dropna=False, observed=True):
        assert (np.diff(block) <= 1e-12).all()
    place = {key(row): i for i, row in enumerate(result.to_dict("records"))}
    assert len(place) == len(result) == len(rows)
    return result.iloc[[place[key(row)] for row in rows]].reset_index(drop=True)


@given(frame=frames(), dropna=st.booleans(), within=st.booleans())
def test_contributions_sum_to_mutual_information(
    frame: pd.DataFrame, dropna: bool, within: bool
) -> None:
    keywords: dict[str, Any] = {"weights": "w", "dropna": dropna, "base": 2}
    keywords |= {"given": "g"} if within else {"by": "g"}
    theory = InfoTheory(frame)
    whole = theory.mutual_information("a", "b", **keywords)
    found = theory.pointwise_information("a", "b", **keywords)
    some = whole[whole["n"] > 0]
    if within:
        sums = [found["contribution"].sum()] * len(some)
        shares = [found["probability"].sum()] * len(some)
    else:
        groups = found.groupby("g")
        sums, shares = groups["contribution"].sum().tolist(), groups["probability"].sum().tolist()
    np.testing.assert_allclose(sums, some["mutual_information"], rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(shares, 1.0, rtol=1e-14)
    assert len(found) == some["categories"].sum()


@given(frame=frames())
def test_the_two_sides_may_change_places(frame: pd.DataFrame) -> None:
    theory = InfoTheory(frame)
    forth = theory.pointwise_information("a", "b", weights="w")
    back = theory.pointwise_information("b", "a", weights="w")
    sides = ["category_x", "category_y"]
    turned = back.rename(columns=dict(zip(sides, sides[::-1], strict=True)))
    assert sorted(forth["contribution"]) == sorted(turned["contribution"])


def test_columns_and_attributes() -> None:
    found = InfoTheory(SKY).pointwise_information("sky", "rain", base="bit")
    assert list(found) == [
        *("x", "y", "category_x", "category_y", "count", "probability"),
        *("pointwise_information", "contribution", "unit"),
    ]
    assert found["category_x"].tolist() == ["grey", "blue", "grey"]
    assert found["count"].tolist() == [1, 2, 1]
    assert found.attrs["pdkl"] == {
        "method": "pointwise_information",
        "by": [],
        "weights": None,
        "given": None,
        "dropna": True,
        "base": "bit",
        "unit": "bit",
    }
    found = InfoTheory(SKY).pointwise_information("sky", "rain", dropna=False, given="sky")
    assert list(found)[:6] == ["x", "y", "given", "category_x", "category_y", "category_given"]
    assert found["category_x"].isna().sum() == 1
    assert found["pointwise_information"].tolist() == [0.0] * 4
    assert not np.signbit(found["contribution"]).any()


def test_equal_contributions_are_in_the_order_of_the_values() -> None:
    levels = pd.CategoricalDtype(["low", "mid", "high", "top"], ordered=True)
    values = pd.Series(["high", "mid", "low"], dtype=levels)
    found = InfoTheory(pd.DataFrame({"a": values, "b": [3, 20, 100]})).pointwise_information(
        ["a", "b"], ["b", "a"]
    )
    assert found["x"].tolist() == ["a"] * 3 + ["b"] * 3
    assert found["category_x"].tolist() == ["low", "mid", "high", "3", "20", "100"]
    assert found["category_y"].tolist() == ["100", "20", "3", "high", "mid", "low"]


def test_intervals_have_their_ends() -> None:
    frame = pd.DataFrame({"a": [1.0, 2.0, 3.0, 9.0], "b": list("uvuv"), "t": range(4)})
    theory = InfoTheory(frame)
    found = theory.pointwise_information("a", "b", bins={"a": [0, 2, 4]})
    assert list(found)[2:6] == ["category_x", "low_x", "high_x", "category_y"]
    rows = found.sort_values(["low_x", "category_y"])[["category_x", "low_x", "high_x", "count"]]
    assert rows.to_numpy().tolist() == [
        ["[0, 2)", 0.0, 2.0, 1],
        ["[2, 4]", 2.0, 4.0, 1],
        ["[2, 4]", 2.0, 4.0, 1],
        ["above 4", 4.0, math.inf, 1],
    ]
    both = theory.pointwise_information(["b", "a"], ["a", "t"], given="t", bins={"a": 2, "t": 2})
    assert {"low_x", "low_y", "low_given", "high_given"} <= set(both)
    assert both.loc[both["x"] == "b", "low_x"].isna().all()


def test_it_is_written_to_parquet() -> None:
    frame = pd.DataFrame({"a": [1, "x", None, (1, 2)], "b": [True, False, True, True]})
    found = InfoTheory(frame).pointwise_information(["a", "b"], ["b", "a"], dropna=False)
    file = io.BytesIO()
    found.to_parquet(file)
    back = pd.read_parquet(io.BytesIO(file.getvalue()))
    assert back.fillna("missing").to_numpy().tolist() == found.fillna("missing").to_numpy().tolist()


def test_several_columns_together() -> None:
    frame = sample(0)
    frame["both"] = [
        f"{color}, {fruit}" for color, fruit in zip(frame["color"], frame["fruit"], strict=True)
    ]
    frame["both"] = frame["both"].where(frame["color"].notna() & frame["fruit"].notna())
    theory, names = InfoTheory(frame), ("color", "fruit")
    one = theory.pointwise_information(names, "grade")
    other = theory.pointwise_information("both", "grade")
    assert set(one["x"]) == {"color, fruit"}
    for name in ("count", "contribution"):
        assert sorted(one[name]) == sorted(other[name])
    assert set(one["category_x"]) == set(other["category_x"])
    one = theory.pointwise_information("flag", "grade", given=list(names))
    other = theory.pointwise_information("flag", "grade", given="both")
    assert sorted(one["category_given"]) == sorted(other["category_given"])
    assert sorted(one["contribution"]) == sorted(other["contribution"])


def test_without_rows() -> None:
    theory = InfoTheory(SKY.iloc[:0])
    for keywords in ({}, {"by": "sky"}, {"given": "sky"}):
        found = theory.pointwise_information("sky", "rain", **keywords)  # type: ignore[arg-type]
        assert found.empty
        assert "contribution" in found


WRONG: list[tuple[Any, type[Exception], str]] = [
    (
        lambda: InfoTheory(SKY).pointwise_information(None, "rain"),
        TypeError,
        "x and y must both name columns, whose values are paired.",
    ),
    (
        lambda: InfoTheory(SKY).pointwise_information("sky", "Rain"),
        KeyError,
        "y names column 'Rain', which data does not have. Did you mean 'rain'? Its columns are "
        "'sky', 'rain'.",
    ),
    (
        lambda: InfoTheory(SKY).pointwise_information("sky", "rain", given="wind"),
        KeyError,
        "given names column 'wind', which data does not have. Its columns are 'sky', 'rain'.",
    ),
    (
        lambda: InfoTheory(SKY.assign(low_x=1)).pointwise_information(
            "sky", "rain", by="low_x", bins=2
        ),
        ValueError,
        "by names 'low_x', which the result needs for a column of its own. Rename first: "
        "df.rename(columns={'low_x': 'low_x_key'}).",
    ),
]


@pytest.mark.parametrize(("call", "kind", "message"), WRONG)
def test_what_is_wrong_is_told(call: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind) as caught:
        call()
    assert str(caught.value) == message


def test_more_rows_than_memory_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "physical_memory", lambda: 3 * 9 * 24)
    theory = InfoTheory(SKY)
    assert theory.pointwise_information("sky", "rain").shape == (3, 9)
    monkeypatch.setattr(memory, "physical_memory", lambda: 3 * 9 * 24 - 1)
    with pytest.raises(ValueError, match="Listing all 3 pairs") as caught:
        theory.pointwise_information("sky", "rain")
    assert str(caught.value) == (
        "Listing all 3 pairs of values that occur makes an answer of 3 rows and 9 columns. That "
        "takes about 0.0 GB of memory, and this machine has 0.0 GB. Name fewer columns, cut "
        "numbers with bins=, or make fewer groups in by=."
    )
