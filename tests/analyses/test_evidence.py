"""Weight of evidence: published tables, an oracle, the PSI that it is, and what is wrong."""

from __future__ import annotations

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


def counted(table: dict[str, tuple[int, int]]) -> pd.DataFrame:
    """Make rows that are counted from good and bad of each category."""
    return pd.DataFrame(
        [
            (name, event, count)
            for name, counts in table.items()
            for event, count in zip(("good", "bad"), counts, strict=True)
        ],
        columns=["x", "credit", "count"],
    )


def weighed(frame: pd.DataFrame, **keywords: Any) -> pd.DataFrame:
    """Weigh x for bad credit, from counts, without smoothing."""
    keywords = {"event": "bad", "weights": "count", "smoothing": None} | keywords
    return InfoTheory(frame).weight_of_evidence("x", "credit", **keywords)


# ---- published values -------------------------------------------------------------------------

# German credit data (Hofmann 1994), status of the checking account and foreign workers, as weighed
# by woe.tbl of R's PDtoolkit, which divides good by bad
CHECKING = {"<0": (139, 135), "0-200": (164, 105), ">200": (49, 14), "none": (348, 46)}
WEIGHTS = {"<0": -0.8180987057, "0-200": -0.4013917827, ">200": 0.4054651081, "none": 1.1762632229}
TERMS = {"<0": 0.2056933888604, "0-200": 0.0464467634291, ">200": 0.0094608525225}
FOREIGN = {"yes": (667, 296), "no": (33, 4)}


def test_german_credit() -> None:
    found = weighed(counted(CHECKING)).set_index("category")
    for name, weight in WEIGHTS.items():
        assert found["weight_of_evidence"][name] == pytest.approx(-weight, abs=5e-11)
    for name, term in TERMS.items():
        assert found["contribution"][name] == pytest.approx(term, abs=5e-14)
    assert found["contribution"]["none"] == pytest.approx(0.4044104985393, abs=5e-14)
    assert found["information_value"].tolist() == pytest.approx([0.66601150335] * 4, abs=5e-12)
    assert found["share_event"]["<0"] == 0.45
    assert found["share_other"]["<0"] == pytest.approx(0.198571429, abs=5e-10)
    found = weighed(counted(FOREIGN), event="good").set_index("category")
    assert found["weight_of_evidence"]["yes"] == pytest.approx(-0.0348672688, abs=5e-11)
    assert found["weight_of_evidence"]["no"] == pytest.approx(1.2629153400, abs=5e-11)


@pytest.mark.parametrize(
    ("table", "value"),
    [({"a": (6, 29), "b": (10, 15)}, 0.332), ({"a": (5, 84), "b": (7, 37)}, 0.321)],
)
def test_two_tables_of_sqlpete(table: dict[str, tuple[int, int]], value: float) -> None:
    """Those of https://sqlpete.wordpress.com/tag/information-value, 20 February 2017."""
    assert weighed(counted(table))["information_value"][0] == pytest.approx(value, abs=5e-4)


# ---- the slow second implementation -----------------------------------------------------------


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("weights", [None, "w_int", "w_float"])
@pytest.mark.parametrize("by", [None, "shop", ["shop", "size"]])
@pytest.mark.parametrize("smoothing", [0.5, None, "perks"])
def test_against_loops(seed: int, weights: str | None, by: Any, smoothing: Any) -> None:
    frame = sample(seed)
    frame["late"] = pd.Series(["y", "n", None, "z", "n", "z", "n", "y"] * 3, dtype=object)
    theory = InfoTheory(frame)
    for dropna, event in [(False, "y"), (True, ["y", "z"])]:
        keywords: dict[str, Any] = {"by": by, "weights": weights, "dropna": dropna}
        keywords["smoothing"] = smoothing
        for column in ("color", "snack", "grade"):
            expected = oracle_tables.weight_of_evidence(
                frame, column, "late", event=event, **keywords
            )
            found = theory.weight_of_evidence(column, "late", event=event, **keywords)
            agree(found, expected, keywords)
            whole = weights != "w_float"
            for name in ("count_event", "count_other", "n_missing"):
                assert found[name].dtype == ("int64" if whole else "float64")


# ---- identities -------------------------------------------------------------------------------


@given(frame=frames(), dropna=st.booleans(), smoothing=st.sampled_from([None, 0.5, "perks", 3]))
def test_the_information_value_is_the_psi_of_events_and_others(
    frame: pd.DataFrame, dropna: bool, smoothing: Any
) -> None:
    if frame["w"][frame["g"] == "x"].sum() in (0, frame["w"].sum()):
        return
    event = frame["g"] == "x"
    keywords: dict[str, Any] = {"weights": "w", "dropna": dropna, "smoothing": smoothing}
    found = InfoTheory(frame).weight_of_evidence("a", "g", event="x", **keywords)
    apart = InfoTheory(frame[event]).divergence(
        "a", reference=frame[~event], measures=["psi", "jeffreys"], **keywords
    )
    if len(found):
        expected = [apart["psi"][0]] * len(found)
        np.testing.assert_allclose(found["information_value"], expected, rtol=1e-12)
        np.testing.assert_allclose(found["contribution"].sum(skipna=False), expected[0], rtol=1e-12)
        assert apart["psi"][0] == apart["jeffreys"][0] or math.isnan(expected[0])
    others = [name for name in frame["g"].unique() if name != "x"]
    turned = InfoTheory(frame).weight_of_evidence(
        "a", "g", event=[o for o in others if frame["w"][frame["g"] == o].sum()], **keywords
    )
    for name, sign in (("weight_of_evidence", -1), ("information_value", 1)):
        np.testing.assert_allclose(turned[name], sign * found[name], rtol=1e-14)


def test_a_column_that_equals_the_target_is_finite() -> None:
    frame = pd.DataFrame({"x": list("yynnn"), "y": list("yynnn")})
    found = InfoTheory(frame).weight_of_evidence("x", "y", event="y")
    # 2.5 of 3 events and 0.5 of 4 others, each category having half a row more
    assert found["share_event"].tolist() == pytest.approx([0.5 / 3, 2.5 / 3])
    assert found["share_other"].tolist() == pytest.approx([3.5 / 4, 0.5 / 4])
    assert np.isfinite(found["information_value"]).all()
    found = InfoTheory(frame).weight_of_evidence("x", "y", event="y", smoothing=None)
    assert found["weight_of_evidence"].tolist() == [-math.inf, math.inf]
    assert found["information_value"].tolist() == [math.inf, math.inf]


# ---- what is asked ----------------------------------------------------------------------------

LOANS = pd.DataFrame(
    {
        "home": ["own", "rent", "own", None, "rent", "own", "rent", "own"],
        "job": pd.Categorical(
            ["low", "top", "mid", "low", "low", "mid", "top", "low"],
            categories=["low", "mid", "high", "top"],
            ordered=True,
        ),
        "age": [20, 30, 40, 50, 60, 70, 80, 90],
        "late": [1, 0, 0, 1, 1, 0, 0, 0],
        "shop": list("aaaabbbb"),
    }
)


def test_columns_and_attributes() -> None:
    found = InfoTheory(LOANS).weight_of_evidence(target="late", event=1)
    assert list(found) == [
        *("column", "target", "category", "count_event", "count_other", "n_missing"),
        *("share_event", "share_other", "weight_of_evidence", "contribution"),
        *("information_value", "unit"),
    ]
    assert found["column"].unique().tolist() == ["home", "job", "shop"]
    assert set(found["target"]) == {"late"}
    assert found.attrs["pdkl"] == {
        "method": "weight_of_evidence",
        "by": [],
        "weights": None,
        "target": "late",
        "event": [1],
        "dropna": False,
        "smoothing": 0.5,
        "unit": "nat",
    }
    sums = found.groupby("column")[["share_event", "share_other", "contribution"]].sum()
    np.testing.assert_allclose(sums[["share_event", "share_other"]], 1.0, rtol=1e-15)
    values = found.groupby("column")["information_value"].first()
    np.testing.assert_allclose(sums["contribution"], values, rtol=1e-14)


def test_categories_are_in_their_order_and_missing_is_one() -> None:
    theory = InfoTheory(LOANS)
    found = theory.weight_of_evidence("job", "late", event=1)
    assert found["category"].tolist() == ["low", "mid", "top"]
    found = theory.weight_of_evidence("home", "late", event=1)
    assert found["category"].tolist()[:2] == ["own", "rent"]
    assert pd.isna(found["category"][2])
    assert found["n_missing"].tolist() == [0, 0, 0]
    found = theory.weight_of_evidence("home", "late", event=1, dropna=True)
    assert found["category"].tolist() == ["own", "rent"]
    assert found["n_missing"].tolist() == [1, 1]


def test_rows_without_the_target_are_counted_as_missing() -> None:
    frame = LOANS.assign(late=LOANS["late"].astype("Int64").mask(LOANS["age"] > 80))
    for dropna, n_missing in ((False, 1), (True, 2)):
        found = InfoTheory(frame).weight_of_evidence("home", "late", event=1, dropna=dropna)
        assert set(found["n_missing"]) == {n_missing}
        counts = found["count_event"].sum() + found["count_other"].sum()
        assert counts + n_missing == len(frame)


def test_groups_without_events_have_rows_without_values() -> None:
    found = InfoTheory(LOANS).weight_of_evidence("job", "late", event=1, by="shop")
    assert found["shop"].tolist() == ["a"] * 3 + ["b"] * 3
    frame = LOANS.assign(late=LOANS["late"].where(LOANS["shop"] == "a", 0))
    found = InfoTheory(frame).weight_of_evidence("job", "late", event=1, by="shop")
    lacking = found[found["shop"] == "b"]
    assert lacking["count_other"].tolist() == [2, 1, 1]
    assert lacking[["share_event", "weight_of_evidence", "information_value"]].isna().all(axis=None)
    assert found[found["shop"] == "a"].notna().all(axis=None)


def test_bins_cut_the_columns_and_not_the_target() -> None:
    found = InfoTheory(LOANS).weight_of_evidence("age", "late", event=1, bins=2)
    assert list(found)[2:5] == ["category", "low", "high"]
    assert found["category"].tolist() == ["[20, 60)", "[60, 90]"]
    assert found["low"].tolist() == [20.0, 60.0]
    assert found["count_event"].tolist() == [2, 1]
    every = InfoTheory(LOANS).weight_of_evidence(target="late", event=1, bins=2)
    assert every["column"].unique().tolist() == ["home", "job", "age", "shop"]


def test_several_columns_together() -> None:
    found = InfoTheory(LOANS).weight_of_evidence([("home", "shop"), "job"], "late", event=1)
    assert found["column"].tolist() == ["home, shop"] * 5 + ["job"] * 3
    assert found["category"].tolist()[:5] == [
        *("own, a", "own, b", "rent, a", "rent, b", "(missing), a"),
    ]
    assert found["count_event"].tolist()[:5] == [1, 0, 0, 1, 1]
    found = InfoTheory(LOANS).weight_of_evidence([("home", "shop")], "late", event=1, dropna=True)
    assert found["n_missing"].tolist() == [1] * 4
    with pytest.raises(ValueError, match="which is the target") as caught:
        InfoTheory(LOANS).weight_of_evidence(("home", "late"), "late", event=1)
    assert str(caught.value) == (
        "columns names 'late', which is the target: it tells all of itself. Leave it out."
    )


def test_several_values_are_the_event() -> None:
    found = InfoTheory(LOANS).weight_of_evidence("shop", "job", event=["low", "mid"])
    other = LOANS.assign(few=LOANS["job"].isin(["low", "mid"]))
    same = InfoTheory(other).weight_of_evidence("shop", "few", event=True)
    pd.testing.assert_frame_equal(found.drop(columns="target"), same.drop(columns="target"))
    assert found.attrs["pdkl"]["event"] == ["low", "mid"]


@pytest.mark.parametrize("event", [True, 1, 1.0, np.int64(1)])
def test_an_event_is_told_by_its_value(event: Any) -> None:
    found = InfoTheory(LOANS).weight_of_evidence("job", "late", event=event)
    assert found["count_event"].sum() == 3
    truth = LOANS.assign(late=LOANS["late"].astype(bool))
    assert (
        InfoTheory(truth).weight_of_evidence("job", "late", event=event)["count_event"].sum() == 3
    )


def test_without_rows() -> None:
    for by in (None, "shop"):
        found = InfoTheory(LOANS.iloc[:0]).weight_of_evidence("home", "late", event=1, by=by)
        assert found.empty
        assert "information_value" in found


THEORY = InfoTheory(LOANS.assign(all=1, none=None, w=-1))
WRONG: list[tuple[Any, type[Exception], str]] = [
    (
        lambda: THEORY.weight_of_evidence("home", "late", event="yes"),
        ValueError,
        "event='yes' is an event that the target 'late' does not have; its values are 0, 1. Name "
        "one of these.",
    ),
    (
        lambda: THEORY.weight_of_evidence("home", "job", event=["low", "high"]),
        ValueError,
        "event='high' is an event that the target 'job' does not have; its values are 'low', "
        "'mid', 'top'. Name one of these.",
    ),
    (
        lambda: THEORY.weight_of_evidence("home", "all", event=1),
        ValueError,
        "the target 'all' has nothing but events, 1, so there are no others to compare with. Name "
        "a target that has both, or fewer values in event.",
    ),
    (
        lambda: THEORY.weight_of_evidence("home", "late", event=[1, 0]),
        ValueError,
        "the target 'late' has nothing but events, 0, 1, so there are no others to compare with. "
        "Name a target that has both, or fewer values in event.",
    ),
    (
        lambda: THEORY.weight_of_evidence("home", "none", event=1),
        ValueError,
        "the target 'none' is missing in every row, so it tells no event. Name another.",
    ),
    (
        lambda: THEORY.weight_of_evidence("home", "late", event=None),
        ValueError,
        "event must be a value of the target; got None. Rows that lack the target are neither "
        "events nor others: to ask about them, make a column that tells them apart.",
    ),
    (
        lambda: THEORY.weight_of_evidence("home", "late", event=[]),
        ValueError,
        "event is an empty list; name at least one value of the target.",
    ),
    (
        lambda: THEORY.weight_of_evidence("home", "late", event={1}),
        TypeError,
        "event must be a value of the target, or a list of them; got set.",
    ),
    (
        lambda: THEORY.weight_of_evidence("home", event=1),
        TypeError,
        "target must be the name of the column that tells events from others; got None.",
    ),
    (
        lambda: THEORY.weight_of_evidence("home", ["late"], event=1),  # type: ignore[arg-type]
        TypeError,
        "target must be the name of the column that tells events from others; got list.",
    ),
    (
        lambda: THEORY.weight_of_evidence("home", "Late", event=1),
        KeyError,
        "target names column 'Late', which data does not have. Did you mean 'late'? Its columns "
        "are 'home', 'job', 'age', 'late', 'shop', 'all', 'none', 'w'.",
    ),
    (
        lambda: THEORY.weight_of_evidence(["home", "late"], "late", event=1),
        ValueError,
        "columns names 'late', which is the target: it tells all of itself. Leave it out.",
    ),
    (
        lambda: THEORY.weight_of_evidence("home", "late", event=1, smoothing=0),
        ValueError,
        "smoothing must be a pseudo-count above 0, in rows; got 0. Leave it out (None) for no "
        "smoothing.",
    ),
    (
        lambda: InfoTheory(LOANS.assign(low=1)).weight_of_evidence(
            "age", "late", event=1, by="low", bins=2
        ),
        ValueError,
        "by names 'low', which the result needs for a column of its own. Rename first: "
        "df.rename(columns={'low': 'low_key'}).",
    ),
]


@pytest.mark.parametrize(("call", "kind", "message"), WRONG)
def test_what_is_wrong_is_told(call: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind) as caught:
        call()
    assert str(caught.value) == message


def test_more_rows_than_memory_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "physical_memory", lambda: 12 * 13 * 24)
    theory = InfoTheory(LOANS)
    assert theory.weight_of_evidence(["job", "home"], "late", event=1, by="shop").shape == (12, 13)
    monkeypatch.setattr(memory, "physical_memory", lambda: 12 * 13 * 24 - 1)
    with pytest.raises(ValueError, match="Listing") as caught:
        theory.weight_of_evidence(["job", "home"], "late", event=1, by="shop")
    assert str(caught.value) == (
        "Listing the categories of 'job', 'home' in each of 2 groups makes an answer of 12 rows "
        "and 13 columns. That takes about 0.0 GB of memory, and this machine has 0.0 GB. Ask for "
        "fewer columns, cut numbers with bins=, or make fewer groups in by=."
    )
