"""Sibling methods answer alike, where one concept has been written several times."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pandas.testing import assert_frame_equal

from pdkl import InfoTheory, Profile

EDGES = [0, 3, 7]


def sample(seed: int) -> pd.DataFrame:
    # as many rows of either segment in every sample: explain weighs the sides by the mix, and
    # within a segment it is js_divergence where that is the same
    rng = np.random.default_rng(seed)
    shares = [0.45, 0.35, 0.05, 0.05, 0.05, 0.05]
    return pd.DataFrame(
        {
            "s": np.repeat(["u", "v"], 1000),
            "c": rng.choice(list("abcdef"), 2000, p=shares),
            "x": rng.integers(0, 9, 2000),
        }
    )


TODAY, BEFORE = sample(1), sample(2)


def explain(reference: Any, *args: Any, today: pd.DataFrame = TODAY, **keywords: Any) -> Any:
    keywords = {"n_resamples": 39, "rng": 0, "progress": False} | keywords
    return InfoTheory(today).explain(reference, *args, **keywords)


def within(answer: pd.DataFrame, column: str) -> list[float]:
    found: list[float] = answer.loc[answer["part"] == "within", column].tolist()
    return found


def by_segment(reference: Any, column: str) -> list[float]:
    answer = InfoTheory(TODAY).js_divergence(column, by="s", reference=reference)
    assert answer["s"].tolist() == ["u", "v"]
    found: list[float] = answer["js_divergence"].tolist()
    return found


# ---- times that a profile has cut otherwise ---------------------------------------------------

TIMES = pd.DataFrame(
    {"t": pd.date_range("2024-01-01", periods=560, freq="72min"), "c": ["a", "b"] * 280}
)
DAYS = pd.Grouper(key="t", freq="D")


@pytest.fixture(scope="module")
def weeks() -> Profile:
    return InfoTheory(TIMES).profile("c", by=pd.Grouper(key="t", freq="W"))


def refused(ask: Callable[[], object]) -> str:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the message is what is compared
        ask()
    return str(caught.value)


def refused_by_kl_divergence(weeks: Profile) -> str:
    return refused(
        lambda: InfoTheory(TIMES).kl_divergence("c", by=DAYS, reference=weeks, match=True)
    )


def test_kl_divergence_does_not_compare_weeks_with_days(weeks: Profile) -> None:
    assert refused_by_kl_divergence(weeks) == (
        "by cuts the times 't' by freq='D', closed='left', label='left', origin='start_day', "
        "offset='None', and the profile has cut them by freq='W-SUN', closed='right', "
        "label='right', origin='start_day', offset='None'. To match group to group both must be "
        "the same, with closed equal to label and bins that do not begin where the data does, as "
        "for 'h' or 'D'."
    )


def test_drift_does_not_compare_weeks_with_days(weeks: Profile) -> None:
    message = refused(
        lambda: InfoTheory(TIMES).drift(weeks, "c", by=DAYS, match=True, n_resamples=39, rng=0)
    )
    assert message == refused_by_kl_divergence(weeks)


def test_explain_does_not_compare_weeks_with_days(weeks: Profile) -> None:
    message = refused(lambda: explain(weeks, "c", by=DAYS, today=TIMES))
    assert message == refused_by_kl_divergence(weeks)


# ---- categories that a profile has lumped together --------------------------------------------


def lumped(frame: pd.DataFrame) -> Profile:
    return InfoTheory(frame).profile("c", by="s", max_categories=2)


def test_explain_lumps_both_sides_within_segments() -> None:
    answer = explain(lumped(BEFORE), "c", by="s", measure="js_divergence")
    expected = by_segment(lumped(BEFORE), "c")
    assert max(expected) < 0.002  # two samples of one distribution
    assert within(answer, "divergence") == pytest.approx(expected, rel=1e-12, abs=0)


def test_explain_lumps_both_sides_of_a_column() -> None:
    answer = explain(lumped(BEFORE), ["c"])
    expected = InfoTheory(TODAY).js_divergence("c", reference=lumped(BEFORE))["js_divergence"]
    assert answer["contribution"].tolist() == pytest.approx(expected.tolist(), rel=1e-12, abs=0)


def test_nothing_differs_within_segments_from_ones_own_lumped_profile() -> None:
    answer = explain(lumped(TODAY), "c", by="s")
    assert within(answer, "contribution") == pytest.approx([0, 0], abs=1e-15)
    assert max(within(answer, "excess")) <= 0


# the docstring of profile promises that every result says so
FOLDED = {"c": 4}


def test_kl_divergence_says_how_many_categories_are_lumped() -> None:
    answer = InfoTheory(TODAY).kl_divergence("c", by="s", reference=lumped(BEFORE))
    assert answer.attrs["pdkl"]["folded"] == FOLDED


@pytest.mark.parametrize("by", [None, "s"])
def test_drift_says_how_many_categories_are_lumped(by: str | None) -> None:
    answer = InfoTheory(TODAY).drift(lumped(BEFORE), "c", by=by, n_resamples=39, rng=0)
    assert answer.attrs["pdkl"].get("folded") == FOLDED


@pytest.mark.parametrize("by", [None, "s"])
def test_explain_says_how_many_categories_are_lumped(by: str | None) -> None:
    answer = explain(lumped(BEFORE), "c", by=by)
    assert answer.attrs["pdkl"].get("folded") == FOLDED


# ---- columns that are cut into bins -----------------------------------------------------------


@pytest.fixture(scope="module")
def cut() -> Profile:
    return InfoTheory(BEFORE).profile("x", by="s", bins={"x": EDGES})


@pytest.mark.parametrize("bins", [None, EDGES, {"x": EDGES}])
def test_explain_cuts_a_column_as_the_profile_has(cut: Profile, bins: Any) -> None:
    answer = explain(cut, ["x"], bins=bins)
    expected = InfoTheory(TODAY).js_divergence("x", reference=cut)["js_divergence"]
    assert answer["contribution"].tolist() == pytest.approx(expected.tolist(), rel=1e-12, abs=0)


@pytest.mark.parametrize("bins", [None, EDGES, {"x": EDGES}])
def test_explain_cuts_segments_as_the_profile_has(cut: Profile, bins: Any) -> None:
    answer = explain(cut, "x", by="s", bins=bins)
    expected = by_segment(cut, "x")
    assert within(answer, "divergence") == pytest.approx(expected, rel=1e-12, abs=0)


def reader() -> Any:
    return pa.Table.from_pandas(BEFORE).to_reader(max_chunksize=300)


def test_kl_divergence_takes_edges_and_data_that_can_be_read_once() -> None:
    answer, expected = (
        InfoTheory(TODAY).kl_divergence("x", reference=reference, bins={"x": EDGES})
        for reference in (reader(), BEFORE)
    )
    assert_frame_equal(answer.drop(columns="reference"), expected.drop(columns="reference"))


@pytest.mark.parametrize("by", [None, "s"])
def test_explain_takes_edges_and_data_that_can_be_read_once(by: str | None) -> None:
    answer = explain(reader(), ["x"], by=by, bins={"x": EDGES})
    assert_frame_equal(answer, explain(BEFORE, ["x"], by=by, bins={"x": EDGES}))


# ---- intervals end where the measure does -----------------------------------------------------


@pytest.mark.parametrize("order", [0.5, 2.0, 3.0])
def test_an_interval_ends_at_the_largest_tsallis_entropy(order: float) -> None:
    # of a fair coin there is none larger, and draws have less: without a bound their bias,
    # taken off the interval, carries it past
    coin = pd.DataFrame({"x": ["a", "b"] * 20})
    answer = InfoTheory(coin).divergence(
        "x", reference=coin, measures=[("tsallis_entropy", order)], confidence=0.95, rng=0
    )
    high = answer[f"tsallis_entropy({order:g})_high"].tolist()
    bound = (1 - 2 ** (1 - order)) / (order - 1)
    assert high == pytest.approx([bound], rel=1e-12)


def test_an_interval_ends_at_the_largest_tsallis_divergence() -> None:
    # what both sides share is so rare in the reference that many draws lack it, and reach the
    # bound; their bias is little but noise, below 0 in some of so many groups
    today = pd.DataFrame({"g": np.repeat(np.arange(20), 200), "x": ["a", "b"] * 2000})
    before = pd.DataFrame({"x": ["b"] * 3 + ["c"] * 30})
    answer = InfoTheory(today).divergence(
        "x",
        by="g",
        reference=before,
        measures=[("tsallis_divergence", 0.01)],
        confidence=0.95,
        rng=0,
    )
    high = answer["tsallis_divergence(0.01)_high"]
    assert high.notna().all()
    assert high.max() <= (1 + 1e-12) / (1 - 0.01)
