"""Numbers and times in profiles: value by value, and beyond very many of them between edges."""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import pdkl
from pdkl import InfoTheory, Profile
from pdkl.counting import numbers

RNG = np.random.default_rng(3)


def made(n: int, shift: float = 0.0) -> pd.DataFrame:
    """A frame whose columns are numbers or times of every kind, with ties and missing values."""
    value = RNG.normal(shift, 1.0, n)
    day = np.datetime64("2024-01-01") + (90 * value).round().astype("timedelta64[D]")
    frame = pd.DataFrame(
        {
            "shop": RNG.choice(["a", "b"], n),
            "float": value,
            "rounded": value.round(1),
            "whole": (1000 * value).astype(int),
            "time": day.astype("datetime64[s]"),
            "span": pd.to_timedelta((1000 * value).round(), unit="s"),
            "price": [Decimal(round(1000 * v)).scaleb(-2) for v in value],
            "date": [d.item() for d in day.astype("datetime64[D]")],
        }
    )
    frame.loc[RNG.random(n) < 0.1, "float"] = np.nan
    return frame


BEFORE, TODAY = made(400), made(300, 0.3)


def test_numbers_are_kept_by_value() -> None:
    profile = BEFORE.info_theory.profile()
    assert profile.columns == list(BEFORE)
    counted = InfoTheory(profile).distribution("whole").set_index("category")["count"]
    assert counted.to_dict() == BEFORE["whole"].value_counts().to_dict()


@pytest.mark.parametrize("bins", [None, 5, "fd"])
def test_drift_from_a_profile_is_that_from_its_frame(bins: Any, tmp_path: Path) -> None:
    BEFORE.info_theory.profile().save(tmp_path / "p")
    profile = pdkl.load_profile(tmp_path / "p")
    keywords: dict[str, Any] = {} if bins is None else {"bins": bins}
    assert_frame_equal(
        TODAY.info_theory.drift(profile, **keywords), TODAY.info_theory.drift(BEFORE, **keywords)
    )
    today = InfoTheory(TODAY.info_theory.profile())
    assert_frame_equal(today.drift(profile, **keywords), today.drift(BEFORE, **keywords))


def test_a_frame_beside_its_own_profile_is_ok() -> None:
    result = BEFORE.info_theory.drift(BEFORE.info_theory.profile())
    assert set(result["status"]) == {"ok"}


def test_comparisons_cut_what_a_profile_has_kept() -> None:
    by_profile, by_frame = (
        TODAY.info_theory.js_divergence(
            ["float", "whole", "time"],
            reference=reference,
            bins={"float": 4, "whole": "fd", "time": 3},
            test=True,
        ).drop(columns="reference")
        for reference in (BEFORE.info_theory.profile(), BEFORE)
    )
    assert_frame_equal(by_profile, by_frame)


def test_parts_add_up_to_the_whole() -> None:
    parts = [part.info_theory.profile(by="shop") for part in (BEFORE[:100], BEFORE[100:])]
    assert parts[0] + parts[1] == BEFORE.info_theory.profile(by="shop") == parts[1] + parts[0]


def test_numbers_are_not_lumped() -> None:
    profile = BEFORE.info_theory.profile(max_categories=1)
    assert {name: one["lumped"] for name, one in profile.facts["columns"].items()} == {
        name: int(name == "shop") for name in BEFORE
    }


@pytest.fixture
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Round from 100 different values on, to some 20."""
    monkeypatch.setattr(numbers, "MOST_VALUES", 100)
    monkeypatch.setattr(numbers, "_EDGES", 20)


def values_of(profile: Profile, name: str) -> pd.Series[Any]:
    return InfoTheory(profile).distribution(name).set_index("category")["count"].sort_index()


@pytest.mark.usefixtures("_few")
@pytest.mark.parametrize("name", ["float", "whole", "time", "span", "price", "date"])
def test_many_values_are_rounded_down_to_edges(name: str, tmp_path: Path) -> None:
    known = BEFORE[name].dropna()
    profile = BEFORE.info_theory.profile(name)
    edges, distinct = profile.precounted.edges[name], profile.precounted.distinct[name]
    assert (distinct, distinct > 100) == (known.nunique(), True)
    assert 20 <= len(edges) <= 35
    assert (edges[0], edges[1], edges[-1]) == (
        known.min(), known[known > known.min()].min(), known.max(),
    )  # fmt: skip
    by_hand = known.map(lambda value: max(edge for edge in edges if edge <= value))
    expected = by_hand.value_counts()
    found = values_of(profile, name)
    assert found[found > 0].to_dict() == expected.to_dict()
    profile.save(tmp_path / "p")
    assert pdkl.load_profile(tmp_path / "p") == profile
    again = InfoTheory(profile).profile(name)
    assert again == profile


@pytest.mark.usefixtures("_few")
def test_sums_are_those_of_all_values(tmp_path: Path) -> None:
    by = BEFORE.groupby("shop")["float"]
    expected = [by.sum().tolist(), by.apply(lambda v: (v**2).sum()).tolist()]
    first = BEFORE[:200].info_theory.profile(["float", "time"], by="shop")
    second = BEFORE[200:].info_theory.profile(["float", "time"], by="shop", bins=first)
    (first + second).save(tmp_path / "p")
    for profile in (
        BEFORE.info_theory.profile(["float", "time"], by="shop"),
        first + second,
        second + first,
        pdkl.load_profile(tmp_path / "p"),
    ):
        sums = profile._columns["float"].sums
        assert sums is not None
        np.testing.assert_allclose(sums, expected, rtol=1e-12)
        assert profile._columns["time"].sums is None


@pytest.mark.usefixtures("_few")
def test_the_score_is_that_of_all_values() -> None:
    """The deciles of a reference are among the edges, and both ends are exact."""
    weighted = (BEFORE.assign(n=2), TODAY.assign(n=1), "n")
    for before, today, weight in ((BEFORE, TODAY, None), weighted):
        profile = before.info_theory.profile(weights=weight)
        assert set(profile.precounted.edges) >= {"float", "whole", "time", "price"}
        assert_frame_equal(
            today.info_theory.drift(profile, weights=weight),
            today.info_theory.drift(before, weights=weight),
        )


@pytest.mark.usefixtures("_few")
def test_kinds_are_those_of_all_values() -> None:
    """Keys that run on are told from the number of values that there were."""
    before = pd.DataFrame({"id": np.arange(5000, 5400), "value": RNG.normal(size=400)})
    today = pd.DataFrame({"id": np.arange(5400, 5800), "value": RNG.normal(size=400)})
    profile = before.info_theory.profile()
    assert set(profile.precounted.edges) == {"id", "value"}
    found = today.info_theory.drift(profile)
    assert found["kind"].tolist() == ["identifier", "ordered"]
    assert_frame_equal(found, today.info_theory.drift(before))
    of_profiles = InfoTheory(today.info_theory.profile()).drift(profile)
    assert of_profiles["kind"].equals(found["kind"])
    between_edges = InfoTheory(today.info_theory.profile(bins=profile)).drift(profile)
    assert_frame_equal(between_edges.iloc[[1]], found.iloc[[1]])


@pytest.mark.usefixtures("_few")
def test_infinite_values_stay_apart() -> None:
    frame = BEFORE[["float"]].copy()
    frame.loc[:4, "float"] = [np.inf, -np.inf, np.inf, -np.inf, -np.inf]
    profile = frame.info_theory.profile()
    found = values_of(profile, "float")
    assert (found[-np.inf], found[np.inf]) == (3, 2)
    assert found.index[1] == frame.loc[np.isfinite(frame["float"]), "float"].min()
    assert_frame_equal(
        TODAY[["float"]].info_theory.drift(profile), TODAY[["float"]].info_theory.drift(frame)
    )


@pytest.mark.usefixtures("_few")
def test_rounded_parts_add_up_between_the_same_edges(tmp_path: Path) -> None:
    first = BEFORE.info_theory.profile(["float", "time"], by="shop")
    second = TODAY.info_theory.profile(["float", "time"], by="shop", bins=first)
    both = first + second
    assert both == second + first
    assert both.n == 700
    both.save(tmp_path / "p")
    assert pdkl.load_profile(tmp_path / "p") == both
    every = pd.concat([BEFORE, TODAY])["float"].dropna()
    edges = first.precounted.edges["float"]
    inside = every.between(edges[0], edges[-1])
    expected = every.where(~inside, every.map(lambda v: max([e for e in edges if e <= v] or [v])))
    found = values_of(both, "float")
    assert found[found > 0].to_dict() == expected.value_counts().to_dict()
    assert both.precounted.distinct == {"float": None, "time": None}
    third = BEFORE[:50].info_theory.profile(["float", "time"], by="shop")  # few enough: as it is
    with pytest.raises(ValueError, match="rounded down to edges") as caught:
        both + third
    assert str(caught.value) == (
        "column 'float' has so many different values that they were rounded down to edges, which "
        "are not the same in all profiles. Take the others with the edges of the first: "
        "profile(..., bins=first)."
    )


def test_a_day_is_counted_by_value_too() -> None:
    frame = pd.DataFrame({"d": [datetime.date(2024, 1, 1), None, datetime.date(2024, 1, 1)]})
    assert InfoTheory(frame.info_theory.profile()).entropy("d")["n_missing"].tolist() == [1]
