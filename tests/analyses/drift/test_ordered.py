"""Drift by measures of ordered values: what goes by them, what does not, and what is missing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import pdkl
from pdkl import InfoTheory
from tests.support.engines import ENGINES, STORED, Engine
from tests.support.engines import asked as about

KS, W, SCALED = "kolmogorov_smirnov", "wasserstein", "wasserstein_scaled"
SIZE = 800


def rows(shift: float, seed: int, missing: float = 0.0) -> Any:
    """Draw rows, whose numbers lie by ``shift`` standard deviations higher."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "x": rng.normal(shift, 1.0, SIZE).round(2),
            "few": rng.integers(0, 6, SIZE),
            "text": rng.choice(list("abc"), SIZE),
            "size": pd.Categorical(
                rng.choice(["S", "M", "L"], SIZE), ["S", "M", "L", "XL"], ordered=True
            ),
            "id": [f"u{i}" for i in rng.integers(0, 10**9, SIZE)],
            "price": rng.lognormal(1.0, 0.5, SIZE).round(2).astype(str),
        }
    )
    frame["gap"] = pd.Series(rng.normal(size=SIZE)).where(rng.random(SIZE) >= missing)
    return frame


BEFORE, TODAY = rows(0.0, 1), rows(0.5, 2)


def drift(measure: Any, today: Any = TODAY, before: Any = BEFORE, **keywords: Any) -> Any:
    result = InfoTheory(today).drift(before, measure=measure, **keywords)
    return result.set_index("column")


def test_ordered_columns_go_by_it_and_the_others_by_js_distance() -> None:
    result = drift(KS)
    assert result["measure"].to_dict() == {
        "x": KS,
        "few": "js_distance",
        "text": "js_distance",
        "size": KS,
        "id": "js_distance",
        "price": "js_distance",
        "gap": KS,
    }
    plain = drift("js_distance")
    others = ["few", "text", "id", "price"]
    names = ["score", "excess", "noise_floor", "p_value", "kind", "threshold"]
    pd.testing.assert_frame_equal(result.loc[others, names], plain.loc[others, names])
    facts = ["categories", "unseen", "out_of_range", "top_category", "top_contribution", "kind"]
    pd.testing.assert_frame_equal(result[facts], plain[facts])


@pytest.mark.parametrize("measure", [KS, SCALED])
def test_scores_are_those_of_the_values(measure: str) -> None:
    row = drift(measure).loc["x"]
    p, q = TODAY["x"], BEFORE["x"]
    test, distance = stats.ks_2samp(p, q), stats.wasserstein_distance(p, q)
    expected = test.statistic if measure == KS else distance / q.std(ddof=0)
    assert row["score"] == pytest.approx(expected, rel=1e-12)
    assert row["status"] == "drift"
    assert 0.0 < row["excess"] < row["score"]
    assert row["noise_floor"] < 0.2
    if measure == KS:
        assert row["p_value"] == pytest.approx(test.pvalue, rel=1e-9)
    else:
        assert 0.0 < row["p_value"] < 1e-6


def test_where_nothing_differs_nothing_drifts() -> None:
    other = rows(0.0, 3)
    for measure in (KS, SCALED):
        result = drift(measure, other)
        assert set(result["status"]) == {"ok", "skipped"}
        assert result.loc["x", "excess"] < 0.05


def test_what_decides_is_on_record() -> None:
    facts = drift(KS, columns=["x", "text"]).attrs["pdkl"]
    assert facts["units"] == {KS: "none", "js_distance": "bit"}
    assert facts["threshold"] == 0.1
    assert facts["inference"] == {
        "x": f"199 draws; p_value of {KS}: SciPy",
        "text": "closed form",
    }
    assert drift(W, columns="x", threshold=0.3).attrs["pdkl"]["units"] == {
        W: "column",
        "js_distance": "bit",
    }


def test_a_column_asked_for_by_name_goes_by_it_whatever_its_kind() -> None:
    result = drift({"few": KS, "text": KS, "price": SCALED, "x": SCALED})
    assert result.loc["few", ["measure", "kind"]].tolist() == [KS, "categorical"]
    expected = stats.ks_2samp(TODAY["few"], BEFORE["few"]).statistic
    assert result.loc["few", "score"] == pytest.approx(expected, rel=1e-12)
    assert result.loc[["text", "price"], "status"].tolist() == ["error", "error"]
    assert result.loc[["text", "price"], "score"].isna().all()
    text = str(TODAY["text"].dtype)
    assert result["note"][["text", "price"]].tolist() == [
        f"{KS} needs values in an order, and those of column 'text' ({text}) have none. Convert it "
        "to numbers or times, make it an ordered categorical, or choose a measure by category such "
        "as 'js_distance'.",
        f"{SCALED} needs values in an order, and column 'price' holds text, be it numbers or not. "
        "Convert it with pd.to_numeric, or choose a measure by category such as 'js_distance'.",
    ]
    assert result.loc[["size", "gap"], "measure"].tolist() == ["js_distance", "js_distance"]


# ---- thresholds -------------------------------------------------------------------------------


def test_a_measure_in_the_unit_of_a_column_must_have_a_threshold() -> None:
    end = (
        " Give it, or choose 'wasserstein_scaled', which is in standard deviations of the "
        "reference."
    )
    start = (
        "threshold must be given for measure='wasserstein', which is in the unit of the column: "
    )
    for measure, example in ((W, "age"), ({"x": W}, "x")):
        with pytest.raises(ValueError, match="threshold") as caught:
            drift(measure)
        assert str(caught.value) == f"{start}for instance threshold={{{example!r}: 2.5}}.{end}"
    result = drift(W, threshold={"x": 0.3})
    assert result.loc["x", ["status", "threshold"]].tolist() == ["drift", 0.3]
    assert result.loc["gap", "status"] == "error"
    assert result.loc["gap", "note"] == f"{start}for instance threshold={{'gap': 2.5}}.{end}"
    assert result.loc["text", ["measure", "threshold"]].tolist() == ["js_distance", 0.1]


def test_a_threshold_in_the_unit_of_columns_says_nothing_of_categories() -> None:
    result = drift(W, threshold=5.0)
    assert result["threshold"].to_dict() == {
        "x": 5.0,
        "few": 0.1,
        "text": 0.1,
        "size": 5.0,
        "id": 0.1,
        "price": 0.1,
        "gap": 5.0,
    }
    assert result.loc["x", "status"] == "ok"
    assert drift(KS, threshold=0.3).loc["text", "threshold"] == 0.3


# ---- missing values ---------------------------------------------------------------------------


def test_what_went_missing_is_seen() -> None:
    lost = rows(0.5, 2, missing=0.3)
    row = drift(KS, lost).loc["gap"]
    assert row[["status", "measure", "threshold"]].tolist() == ["drift", "js_distance", 0.1]
    found = stats.ks_2samp(lost["gap"].dropna(), BEFORE["gap"]).statistic
    said = f"scored is what is missing; {KS} of the values is {found:.3g}; "
    assert row["note"].startswith(said)
    present = lost.assign(gap=lost["gap"].notna())
    alone = drift("js_distance", present, BEFORE.assign(gap=True)).loc["gap"]
    assert row["score"] == pytest.approx(alone["score"], rel=1e-12)
    assert row["p_value"] == pytest.approx(2.0 * alone["p_value"], rel=1e-6)
    ignored = drift(KS, lost, dropna=True).loc["gap"]
    assert ignored[["status", "measure", "note"]].tolist() == ["ok", KS, ""]


def test_values_that_move_more_surely_than_they_go_missing() -> None:
    few = rows(2.0, 2)
    few.loc[:30, "x"] = np.nan
    row = drift(KS, few).loc["x"]
    assert row[["status", "measure"]].tolist() == ["drift", KS]
    assert "scored is" not in row["note"]
    test = stats.ks_2samp(few["x"].dropna(), BEFORE["x"])
    assert row["score"] == pytest.approx(test.statistic, rel=1e-12)
    assert row["p_value"] == pytest.approx(2.0 * test.pvalue, rel=1e-9)


def test_a_side_without_any_value_is_empty() -> None:
    none = TODAY.assign(x=np.nan)
    for measure in (KS, SCALED):
        row = drift(measure, none).loc["x"]
        assert row[["status", "measure"]].tolist() == ["empty", "js_distance"]
        assert row["score"] == 1.0


def test_a_reference_of_one_value() -> None:
    before, today = BEFORE.assign(x=5.0), TODAY.assign(x=7.0)
    row = drift({"x": SCALED}, today, before).loc["x"]
    assert row[["status", "score", "excess"]].tolist() == ["drift", np.inf, np.inf]
    one = pd.DataFrame({"x": [5.0] * 799 + [6.0]})
    row = drift({"x": SCALED}, one, before).loc["x"]
    assert row["status"] == "ok"
    assert row["note"] == f"no excess: {SCALED} is infinite by chance too"


# ---- forms and sources ------------------------------------------------------------------------


def test_groups_and_windows() -> None:
    frame = pd.concat([BEFORE.assign(day=1), rows(0.0, 5).assign(day=2), TODAY.assign(day=3)])
    result = InfoTheory(frame).drift(window=2, by="day", columns=["x", "text"], measure=KS)
    x = result[result["column"] == "x"]
    assert x["status"].tolist() == ["skipped", "ok", "drift"]
    before = frame.loc[frame["day"] < 3, "x"]
    assert x["score"].iloc[2] == pytest.approx(stats.ks_2samp(TODAY["x"], before).statistic)
    matched = InfoTheory(frame).drift(
        frame.assign(day=frame["day"] % 3 + 1), columns="x", by="day", measure=KS
    )
    assert matched["status"].tolist() == ["drift", "ok", "drift"]


def test_shares_of_values_are_expected() -> None:
    shares = {"few": dict.fromkeys(range(6), 1), "text": {"a": 1, "b": 1, "c": 1}}
    result: Any = InfoTheory(TODAY).drift(shares, measure={"few": KS}).set_index("column")
    assert result["measure"].tolist() == [KS, "js_distance"]
    score = result.loc["few", "score"]
    assert result.loc["few", "p_value"] == pytest.approx(stats.kstwo.sf(score, SIZE))
    cut: Any = InfoTheory(TODAY).drift(shares, measure=KS, bins=[0, 2, 4, 6]).set_index("column")
    assert cut["measure"].tolist() == [KS, "js_distance"]
    assert cut.loc["few", "score"] == score
    assert cut.loc["few", "kind"] == "ordered"


def test_weights_and_blocks() -> None:
    counted = BEFORE.groupby("x").size().rename("w").reset_index()
    today = TODAY.groupby("x").size().rename("w").reset_index()
    row = drift(KS, today, counted, weights="w").loc["x"]
    expected = drift(KS, columns="x").loc["x"]
    assert (
        row[["score", "excess", "p_value"]].tolist()
        == expected[["score", "excess", "p_value"]].tolist()
    )
    half = drift(KS, today.assign(w=today["w"] / 2), counted.assign(w=0.5), weights="w").loc["x"]
    assert half[["excess", "p_value", "p_adjusted"]].isna().all()
    assert "not tested" in half["note"]
    blocked = drift(
        KS,
        TODAY.assign(day=np.arange(SIZE) % 20),
        BEFORE.assign(day=np.arange(SIZE) % 20),
        blocks="day",
        columns="x",
    )
    assert blocked.attrs["pdkl"]["inference"] == "199 draws"
    assert blocked.loc["x", "status"] == "drift"


@pytest.mark.parametrize("engine", [*ENGINES, *STORED], ids=lambda one: one.name)
def test_engines_agree(engine: Engine) -> None:
    names = ["x", "few", "text", "gap"]
    expected = drift({"few": KS, "x": SCALED, "gap": KS}, TODAY[names], BEFORE[names])
    found = about(engine.make(TODAY[names])).drift(
        engine.make(BEFORE[names]), measure={"few": KS, "x": SCALED, "gap": KS}
    )
    pd.testing.assert_frame_equal(found.set_index("column"), expected)


def test_profiles() -> None:
    before = BEFORE.info_theory.profile()
    pd.testing.assert_frame_equal(drift(KS, before=before), drift(KS))
    halves = BEFORE[:300].info_theory.profile() + BEFORE[300:].info_theory.profile()
    pd.testing.assert_frame_equal(drift(KS, before=halves), drift(KS))
    cut = BEFORE.info_theory.profile(bins={"x": 5})
    row = drift(KS, before=cut)
    assert row.loc["x", ["status", "note"]].tolist() == [
        "error",
        f"{KS} needs the values of column 'x' one by one, and the profile has cut them into "
        "intervals. Take it again without bins, or choose a measure by category such as "
        "'js_distance'.",
    ]
    assert row.loc["size", "measure"] == KS


def test_reports() -> None:
    report: Any = TODAY.info_theory.report(BEFORE, measure=KS)
    assert report.frame.loc[report.frame["column"] == "x", "measure"].tolist() == [KS]
    for text in (report.to_html(), str(report.to_json())):
        assert KS in text
    with pytest.raises(ValueError, match="min_count") as caught:
        TODAY.info_theory.report(BEFORE, measure={"x": KS}, min_count=5)
    assert str(caught.value) == (
        "min_count is not for measure='kolmogorov_smirnov', which sees each value, however rare. "
        "Leave out min_count, or choose a measure by category such as 'js_distance'."
    )
    assert pdkl.InfoTheory(TODAY).report(BEFORE, measure=SCALED, redact=True).to_html()
