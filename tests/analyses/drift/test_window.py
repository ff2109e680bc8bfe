"""Drift of each period against those before it, beside the same asked in other ways."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from pdkl import InfoTheory

RNG = np.random.default_rng(5)
SIZE = 3000
DATA = pd.DataFrame(
    {
        "shop": RNG.choice(list("ab"), SIZE),
        "day": RNG.choice([1, 2, 4, 5, 6, 9, 10, 11], SIZE),
        "hour": RNG.integers(0, 400, SIZE),
        "fruit": RNG.choice(["fig", "kiwi", "plum", ""], SIZE, p=[0.5, 0.3, 0.1, 0.1]),
        "price": RNG.normal(size=SIZE),
        "w": RNG.integers(1, 4, SIZE),
    }
)
DATA.loc[DATA["day"] >= 9, "price"] += 1.5
DATA["fruit"] = DATA["fruit"].where(DATA["fruit"] != "")
DATA = DATA[~((DATA["shop"] == "b") & (DATA["day"] == 1))]
BY = ["shop", "day"]
THEORY = InfoTheory(DATA)
SCORES = ["score", "excess", "noise_floor", "p_value"]


@pytest.mark.parametrize("window", [1, 3, 100])
def test_it_is_the_comparison_with_those_before(window: int) -> None:
    columns = ["fruit", "price"]
    found = THEORY.drift(columns=columns, by=BY, window=window)
    asked: dict[str, Any] = {"against": "previous", "window": window, "bins": {"price": 10}}
    again = THEORY.divergence(
        columns, by=BY, measures=["js_distance"], base="bit", dropna=False, test=True, **asked
    ).rename(columns=lambda name: name.removeprefix("js_distance_").replace("js_distance", "score"))
    same = [*BY, "column", "shop_reference", "day_reference", "n", "n_reference", "categories"]
    same += ["unseen", "vanished", *SCORES]
    pd.testing.assert_frame_equal(found[same], again[same], check_dtype=False, rtol=1e-12)
    assert list(found)[:5] == [*BY, "column", "shop_reference", "day_reference"]
    assert found.attrs["pdkl"]["window"] == window
    assert found.attrs["pdkl"]["comparison"] == "previous"


def test_it_is_the_drift_of_two_frames() -> None:
    found = THEORY.drift(columns=["fruit"], by=BY, window=3, weights="w").set_index(BY)
    a = DATA[DATA["shop"] == "a"]
    for day, before in ((2, [1]), (6, [2, 4, 5]), (11, [6, 9, 10])):
        today, reference = a[a["day"] == day], a[a["day"].isin(before)]
        row = today.info_theory.drift(reference, ["fruit"], weights="w").iloc[0]
        other: Any = found.loc[("a", day)]
        assert other["day_reference"] == before[0]
        for name in ["n", "n_reference", "missing", "missing_reference", "top_category", *SCORES]:
            same = row[name] if name == "top_category" else pytest.approx(row[name], rel=1e-12)
            assert other[name] == same


def test_the_first_period_is_skipped() -> None:
    found = THEORY.drift(columns=["fruit", "price"], by=BY, window=3)
    first = found["n_reference"] == 0
    assert found.loc[first, BY].drop_duplicates().to_numpy().tolist() == [["a", 1], ["b", 2]]
    assert set(found.loc[first, "status"]) == {"skipped"}
    assert set(found.loc[first, "note"]) == {"no period before"}
    assert found.loc[first, ["shop_reference", "day_reference", *SCORES]].isna().all(axis=None)
    assert "skipped" not in set(found.loc[~first, "status"])
    assert found.loc[first, "n"].gt(0).all()
    # a change is found for as long as what is before it is different
    drifted = found.loc[(found["status"] == "drift") & (found["shop"] == "a"), "day"]
    assert drifted.tolist() == [9, 10, 11]


def test_columns_are_all_but_the_keys() -> None:
    found = THEORY.drift(by="day", window=2, weights="w")
    assert found["column"].drop_duplicates().tolist() == ["shop", "hour", "fruit", "price"]


def test_a_grouper_and_a_profile() -> None:
    dated = DATA.assign(day=pd.Timestamp("2024-01-01") + pd.to_timedelta(DATA["day"], unit="D"))
    found = dated.info_theory.drift(columns=["fruit"], by=pd.Grouper(key="day", freq="D"), window=4)
    plain = THEORY.drift(columns=["fruit"], by="day", window=4)
    pd.testing.assert_frame_equal(found[SCORES], plain[SCORES])
    assert found["day_reference"].dt.day.sub(1).iloc[5:].tolist() == [2, 4, 5]
    profile = DATA.info_theory.profile(["fruit", "price"], by=BY, bins={"price": 10})
    of_profile = InfoTheory(profile).drift(by=BY, window=3)
    assert of_profile["status"].value_counts()["skipped"] == 4
    assert of_profile["column"].drop_duplicates().tolist() == ["fruit", "price"]


def test_blocks_move_within_all_that_is_before() -> None:
    asked: dict[str, Any] = {"columns": ["fruit"], "by": "shop_day", "blocks": "hour", "rng": 0}
    data = DATA.assign(shop_day=DATA["day"] // 4).astype({"hour": str})
    found = data.info_theory.drift(window=2, n_resamples=2000, **asked)
    last = data["shop_day"] == 2
    row = data[last].info_theory.drift(
        data[~last], ["fruit"], blocks="hour", rng=0, n_resamples=2000
    )
    assert found["score"].iloc[-1] == pytest.approx(row["score"].iloc[0])
    np.testing.assert_allclose(found["p_value"].iloc[-1], row["p_value"].iloc[0], rtol=0.1)


def test_a_column_that_fails_takes_no_other_down() -> None:
    data = DATA.assign(bad=pd.Series([["a"]] * len(DATA), index=DATA.index, dtype=object))
    found = data.info_theory.drift(columns=["bad", "fruit"], by="day", window=1)
    assert found["status"].iloc[:4].tolist() == ["error", "skipped", "error", "ok"]
    twice = pd.concat([DATA, DATA[["fruit"]]], axis=1).info_theory.drift(by="day", window=1)
    notes = twice.loc[twice["column"] == "fruit", "note"]
    assert set(notes) == {"data has column 'fruit' 2 times; give its columns unique names first."}


def test_a_report_tells_of_the_window() -> None:
    report = THEORY.report(columns=["fruit", "price"], by=BY, window=3)
    pd.testing.assert_frame_equal(
        report.frame, THEORY.drift(columns=["fruit", "price"], by=BY, window=3)
    )
    assert ", 4 skipped, " in repr(report)
    assert not report.passed
    page = report.to_html()
    assert page is not None
    assert f"{len(DATA):,}; each period against the 3 before it" in page
    assert "Skipped: 4 rows. Each is not scored; its note says why." in page
    one = THEORY.report(columns=["fruit"], by=BY, window=1, dropna=True)
    assert one.passed
    assert "each period against the one before it" in str(one.to_html())


def test_a_redacted_report_hides_the_keys_of_the_reference() -> None:
    frame = THEORY.report(columns=["fruit"], by=BY, window=2, redact=True).frame
    plain = THEORY.drift(columns=["fruit"], by=BY, window=2)
    for name in BY:
        text = dict(zip(plain[name], frame[name], strict=True))
        assert all(value.startswith("segment ") for value in text.values())
        expected = [None if pd.isna(key) else text[key] for key in plain[f"{name}_reference"]]
        known = frame[f"{name}_reference"].astype(object)
        assert known.where(known.notna(), None).tolist() == expected


@pytest.mark.parametrize(
    ("keywords", "kind", "message"),
    [
        (
            {},
            TypeError,
            "drift() needs exactly one of reference= (the rows that today's are compared with, or "
            "shares) and window= (how many periods before each one are compared with it, pooled); "
            "got none.",
        ),
        (
            {"reference": DATA, "window": 2, "by": "day"},
            TypeError,
            "drift() needs exactly one of reference= (the rows that today's are compared with, or "
            "shares) and window= (how many periods before each one are compared with it, pooled); "
            "got both.",
        ),
        (
            {"window": 2},
            ValueError,
            "window= compares each period with those before it, so it needs by=; got by=None. Name "
            'the time, behind the other keys: by=pd.Grouper(key="date", freq="D").',
        ),
        (
            {"window": 0, "by": "day"},
            ValueError,
            "window must be a whole number of groups, at least 1; got 0.",
        ),
        (
            {"window": "7", "by": "day"},
            TypeError,
            "window must be a whole number of groups, at least 1; got '7'.",
        ),
        (
            {"window": 2, "by": "day", "match": True},
            ValueError,
            "match says whether a reference frame is matched group to group; it needs "
            "reference=frame and by=. Leave it out here.",
        ),
    ],
)
def test_what_is_wrong_is_told(
    keywords: dict[str, Any], kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind) as caught:
        THEORY.drift(**keywords)
    assert str(caught.value) == message


def test_names_of_the_result_are_taken() -> None:
    data = DATA.rename(columns={"shop": "day_reference"})
    with pytest.raises(ValueError, match=r"^by names 'day_reference', which the result needs"):
        data.info_theory.drift(by=["day_reference", "day"], window=2)


def test_windows_do_not_go_with_min_count() -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        THEORY.report(by="day", window=2, min_count=5)
    assert str(caught.value) == (
        "min_count is not for window=: windows overlap, and the difference of two tells what "
        "either hides. Leave out one of them."
    )
