"""Windows that roll, beside a loop that filters the rows of each and asks about them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.tseries.frequencies import to_offset

import pdkl
from pdkl import InfoTheory, Rolling
from tests.support.engines import ENGINES, STORED, Engine, asked

Question = Callable[[InfoTheory], pd.DataFrame]
RNG = np.random.default_rng(3)
SIZE = 700


def frame_of(times: Any, seed: int = 0) -> pd.DataFrame:
    """Draw rows at the times, with missing values and weights of both kinds."""
    rng, size = np.random.default_rng(seed), len(times)
    names: Any = ["x", "y", "z", None]
    frame = pd.DataFrame(
        {
            "t": times,
            "r": rng.choice(names[1:], size, p=[0.5, 0.4, 0.1]),
            "c": rng.choice(names, size, p=[0.5, 0.3, 0.15, 0.05]),
            "d": rng.choice(["x", "y", "z"], size, p=[0.4, 0.3, 0.3]),
            "v": rng.normal(size=size).round(2),
            "w": rng.integers(0, 4, size),
            "f": rng.uniform(0, 2, size) * rng.choice([1, 1e9], size, p=[0.95, 0.05]),
            "y": rng.integers(0, 2, size),
            "u": rng.uniform(0.01, 0.99, size),
        }
    )
    frame["not u"] = 1 - frame["u"]
    return frame.sample(frac=1, random_state=seed).reset_index(drop=True)


MINUTES = RNG.integers(0, 60 * 24 * 12, SIZE)
MINUTES = np.where((MINUTES > 60 * 24 * 4) & (MINUTES < 60 * 24 * 9), 60 * 24 * 4, MINUTES)
TIMES = pd.Series(pd.Timestamp("2024-03-26 07:00") + pd.to_timedelta(MINUTES, unit="min"))
TIMES = TIMES.where((np.arange(SIZE) < 5) | (np.arange(SIZE) > 8))
FRAME = frame_of(TIMES)
DAYS = Rolling(key="t", size="3D", step="1D")


def inside(times: pd.Series[Any], by: Rolling) -> dict[Any, Any]:
    """Say which rows are in each window, from the definition: (end - size, end]."""
    known, found = times.dropna(), {}
    if len(known):
        size, step = (
            pd.Timedelta(span if span[0].isdigit() else f"1{span}") for span in (by.size, by.step)
        )
        start: Any = known.min()
        start = start - start if isinstance(start, pd.Timedelta) else start.normalize()
        end = start
        while end < known.min():
            end += step
        while end - step < known.max():
            rows = (times > end - size) & (times <= end)
            if rows.any():
                found[end] = rows
            end += step
    if times.isna().any():
        found[pd.NaT] = times.isna()
    return found


def rows_of(frame: pd.DataFrame, end: Any) -> pd.DataFrame:
    own = frame["t"].isna() if end is pd.NaT else frame["t"] == end
    return frame[own].drop(columns="t").reset_index(drop=True)


def compare(found: pd.DataFrame, expected: pd.DataFrame, leave: tuple[str, ...] = ()) -> None:
    columns = [name for name in expected if name not in {"inside", *leave}]
    assert [name for name in found if name not in leave] == columns
    pd.testing.assert_frame_equal(
        found[columns], expected[columns].reset_index(drop=True), rtol=1e-9, check_dtype=False
    )


def check(ask: Callable[..., pd.DataFrame], frame: pd.DataFrame, by: Rolling, *others: str) -> None:
    """Hold each window to the same question about "is it inside?" as a key of all rows."""
    found = ask(InfoTheory(frame), by=[by, *others] if others else by)
    windows = inside(frame["t"], by)
    assert found["t"].drop_duplicates().tolist() == list(windows) or not windows
    for end, rows in windows.items():
        marked = frame.assign(inside=rows)
        expected = ask(InfoTheory(marked), by=["inside", *others] if others else "inside")
        compare(rows_of(found, end), expected[expected["inside"]], ("p_adjusted",))


ALONE: dict[str, Callable[..., pd.DataFrame]] = {
    "entropy": lambda it, **by: it.entropy(["c", "d"], **by, confidence=0.9),
    "joint": lambda it, **by: it.entropy(["c", "d"], joint=True, **by),
    "estimated": lambda it, **by: it.entropy("c", estimator="miller-madow", **by),
    "binned": lambda it, **by: it.entropy("v", bins=5, **by),
    "distribution": lambda it, **by: it.distribution(["c", "d"], **by),
    "smoothed": lambda it, **by: it.distribution("c", smoothing=1, **by),
    "information": lambda it, **by: it.mutual_information("c", "d", test=True, **by),
    "given": lambda it, **by: it.mutual_information("c", "d", given="r", weights="w", **by),
    "lost": lambda it, **by: it.mutual_information("c", "d", dropna=False, weights="f", **by),
    "conditional": lambda it, **by: it.conditional_entropy("c", "d", confidence=0.9, **by),
    "variation": lambda it, **by: it.variation_of_information("c", "d", **by),
    "total correlation": lambda it, **by: it.total_correlation(["c", "d", "r"], **by),
    "interaction": lambda it, **by: it.interaction_information("c", "d", "r", **by),
    "pointwise": lambda it, **by: it.pointwise_information("c", "d", weights="w", **by),
    "evidence": lambda it, **by: it.weight_of_evidence(["c", "d"], "y", event=1, **by),
    "log loss": lambda it, **by: it.binary_cross_entropy("y", "u", weights="f", **by),
    "labels": lambda it, **by: it.categorical_cross_entropy(
        "y", {1: "u", 0: "not u"}, weights="w", **by
    ),
    "hits": lambda it, **by: it.binary_cross_entropy("y", "y", weights="w", **by),
}
BESIDE: dict[str, Callable[..., pd.DataFrame]] = {
    "rest": lambda it, **by: it.kl_divergence(["c", "d"], against="rest", **by),
    "rest, tested": lambda it, **by: it.js_divergence("c", against="rest", test=True, **by),
    "rest, weighted": lambda it, **by: it.kl_divergence("c", against="rest", weights="f", **by),
    "rest, smoothed": lambda it, **by: it.kl_divergence("c", against="rest", smoothing=1, **by),
    "all": lambda it, **by: it.kl_divergence("c", against="all", test=True, confidence=0.9, **by),
    "all, weighted": lambda it, **by: it.kl_divergence("c", against="all", weights="w", **by),
    "uniform": lambda it, **by: it.kl_divergence("c", against="uniform", **by),
    "mapping": lambda it, **by: it.kl_divergence("c", reference={"x": 2, "y": 1, "z": 1}, **by),
    "column": lambda it, **by: it.divergence("c", q="d", measures=["psi"], zeros=0.01, **by),
    "edges": lambda it, **by: it.divergence("v", against="rest", measures=["psi"], bins=4, **by),
    "shares": lambda it, **by: it.contributions("c", against="rest", dropna=False, **by),
    "cross": lambda it, **by: it.cross_entropy("c", against="all", **by),
}


@pytest.mark.parametrize("name", ALONE | BESIDE)
def test_a_window_is_the_rows_it_holds(name: str) -> None:
    ask = (ALONE | BESIDE)[name]
    check(ask, FRAME, DAYS)
    check(ask, FRAME, DAYS, "r")


@pytest.mark.parametrize("name", ["entropy", "information", "rest", "all, weighted"])
def test_the_last_key_may_roll(name: str) -> None:
    ask = (ALONE | BESIDE)[name]
    first, last = (ask(InfoTheory(FRAME), by=by) for by in ([DAYS, "r"], ["r", DAYS]))
    assert list(last)[:2] == ["r", "t"]
    first = first.sort_values(["r", "t"], ignore_index=True)[list(last)]
    pd.testing.assert_frame_equal(first, last, rtol=1e-12)


KINDS = {
    "naive": TIMES,
    "seconds": TIMES.astype("datetime64[s]"),
    "aware": TIMES.dt.tz_localize("America/New_York"),  # no change of the clock in these days
    "dates": pd.Series(pa.array(TIMES.dt.date.where(TIMES.notna(), None)), dtype=object),
    "date32": pd.Series(pa.array(TIMES.dt.date.where(TIMES.notna(), None))).astype(
        pd.ArrowDtype(pa.date32())
    ),
    "durations": TIMES - TIMES.min(),
    "missing": pd.Series([pd.NaT] * SIZE, dtype="datetime64[us]"),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("span", [("3D", "1D"), ("1D", "1D"), ("8D", "2D"), ("10h", "5h")])
def test_times_of_every_kind(kind: str, span: tuple[str, str]) -> None:
    frame, by = frame_of(KINDS[kind]), Rolling("t", *span)
    if kind in ("dates", "date32"):
        found = InfoTheory(frame).entropy("c", by=by)
        frame["t"] = pd.to_datetime(frame["t"]).astype(found["t"].dtype)
        expected = InfoTheory(frame).entropy("c", by=by)
        pd.testing.assert_frame_equal(found, expected, check_dtype=False)
    check(ALONE["entropy"], frame, by)


def test_keys_are_what_a_grouper_makes_of_them() -> None:
    for times in KINDS.values():
        frame = frame_of(times)
        found = InfoTheory(frame).entropy("c", by=DAYS)
        steps = InfoTheory(frame).entropy("c", by=DAYS.grouper)
        assert found["t"].dtype == steps["t"].dtype
        assert set(steps["t"]) <= set(found["t"])


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/Sao_Paulo"])
def test_days_are_those_of_the_calendar(zone: str) -> None:
    """In Berlin a day of 25 hours, in São Paulo one whose midnight the clock skips."""
    hours = pd.date_range("2018-10-24 05:00", "2018-11-08", freq="h", tz=zone)
    frame = frame_of(pd.Series(hours))
    found = InfoTheory(frame).entropy("d", by=Rolling("t", "2D", "1D"))
    days = pd.date_range("2018-10-25", "2018-11-08").tz_localize(zone, nonexistent="shift_forward")
    day = pd.Series(days.searchsorted(hours))  # the first midnight that is not before
    assert found["t"].tolist() == days.tolist()
    assert found["n"].tolist() == [int(day.isin([i - 1, i]).sum()) for i in range(len(days))]
    if zone == "Europe/Berlin":
        assert 49 in found["n"].tolist()
        hourly = InfoTheory(frame).entropy("d", by=Rolling("t", "48h", "24h"))
        assert set(hourly["n"][2:-2]) == {48}


def test_a_day_without_rows_is_an_end_where_its_window_has_some() -> None:
    days = pd.to_datetime(["2024-01-01", "2024-01-03", "2024-01-09"])
    frame = pd.DataFrame({"t": days, "c": list("aab")})
    found = InfoTheory(frame).entropy("c", by=Rolling("t", "3D", "1D"))
    assert found["t"].dt.day.tolist() == [1, 2, 3, 4, 5, 9]
    assert found["n"].tolist() == [1, 1, 2, 1, 1, 1]


def test_windows_of_one_step_are_a_grouper() -> None:
    by = Rolling("t", "2D", "2D")
    for name in ("entropy", "rest", "information"):
        ask = (ALONE | BESIDE)[name]
        found, expected = (ask(InfoTheory(FRAME), by=[one, "r"]) for one in (by, by.grouper))
        pd.testing.assert_frame_equal(found, expected, rtol=1e-12)


@pytest.mark.parametrize("end", ["2024-03-29", pd.Timestamp("2024-04-06")])
@pytest.mark.parametrize("bins", [None, {"v": 4}])
def test_one_window_is_the_reference(end: Any, bins: Any) -> None:
    found = InfoTheory(FRAME).js_divergence(
        ["c", "v"] if bins else "c", by=DAYS, reference=end, test=True, bins=bins
    )
    windows = inside(FRAME["t"], DAYS)
    own = FRAME[windows[pd.Timestamp(end)]]
    assert set(found["t_reference"]) == {pd.Timestamp(end)}
    for one, rows in windows.items():
        expected = FRAME[rows].info_theory.js_divergence(
            ["c", "v"] if bins else "c", reference=own, test=True, bins=bins
        )
        row = rows_of(found, one).drop(columns="t_reference")
        leave = ("reference", "p_adjusted", *(["p_value"] if rows.equals(windows.get(end)) else []))
        if one == pd.Timestamp(end):
            assert row["p_value"].isna().all()
            leave += ("p_value",)
        compare(row, expected, leave)


BEFORE = frame_of(TIMES - pd.Timedelta(days=5), seed=8)


def test_a_reference_frame_stands_for_every_window() -> None:
    for method in ("js_divergence", "drift"):
        found = (
            getattr(FRAME.info_theory, method)(BEFORE, by=DAYS)
            if method == "drift"
            else (FRAME.info_theory.js_divergence("c", by=DAYS, reference=BEFORE, test=True))
        )
        for end, rows in inside(FRAME["t"], DAYS).items():
            today = FRAME[rows]
            expected = (
                today.info_theory.drift(BEFORE, exclude="t")
                if method == "drift"
                else today.info_theory.js_divergence("c", reference=BEFORE, test=True)
            )
            leave = ("p_adjusted", "status", "note", "kind", "threshold")
            compare(rows_of(found, end), expected, leave)


@pytest.mark.parametrize("span", [("3D", "1D"), ("10h", "5h")])
def test_a_reference_frame_is_matched_where_asked(span: tuple[str, str]) -> None:
    by = Rolling("t", *span)
    found = FRAME.info_theory.js_divergence("c", by=by, reference=BEFORE, match=True)
    drifted = FRAME.info_theory.drift(BEFORE, "d", by=by, match=True)
    both = pd.concat([FRAME.assign(here=True), BEFORE.assign(here=False)], ignore_index=True)
    windows = inside(both["t"], by)
    assert found["t"].tolist() == drifted["t"].tolist() == list(windows)
    for end, rows in windows.items():
        today, before = (both[rows & (both["here"] == here)] for here in (True, False))
        row: Any = rows_of(found, end).iloc[0]
        assert row["n"] == today["c"].count()
        assert row["n_reference"] == before["c"].count()
        if len(today) and len(before):
            expected = today.info_theory.js_divergence("c", reference=before)["js_divergence"]
            assert row["js_divergence"] == pytest.approx(expected.item(), rel=1e-9, nan_ok=True)
        own: Any = rows_of(drifted, end).iloc[0]
        assert (own["status"] == "gone") == (len(today) == 0)
        assert (own["status"] == "new") == (len(before) == 0)


def test_shares_are_expected_of_every_window() -> None:
    shares = {"c": {"x": 0.6, "y": 0.2, "z": 0.15, None: 0.05}, "d": {"x": 0.4, "y": 0.6}}
    found = FRAME.info_theory.drift(shares, by=DAYS)
    for end, rows in inside(FRAME["t"], DAYS).items():
        expected = FRAME[rows].info_theory.drift(shares)
        compare(rows_of(found, end), expected, ("p_adjusted", "status"))


def test_the_rest_of_many_categories_is_in_one_entry() -> None:
    """Where no test is asked, whole counts of the rest are not listed category by category."""
    wide = FRAME.assign(c=RNG.integers(0, 200, SIZE).astype(str))
    check(BESIDE["cross"], wide, DAYS)
    check(lambda it, **by: it.kl_divergence("c", against="rest", **by), wide, DAYS)
    check(lambda it, **by: it.entropy("c", **by), wide, DAYS)


def test_too_many_windows_are_refused_before_they_are_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pdkl.core.memory.physical_memory", lambda: 10**6)
    frame = pd.DataFrame({"t": pd.to_datetime(["2024-01-01", "2024-03-01"]), "c": ["a", "b"]})
    with pytest.raises(ValueError) as raised:  # noqa: PT011
        frame.info_theory.entropy("c", by=Rolling("t", "60D", "1min"))
    assert str(raised.value) == (
        "by=Rolling(key='t', size='60D', step='1min') makes an answer of 86,401 rows and 1 columns."
        " That takes about 0.0 GB of memory, and this machine has 0.0 GB. Take a longer step, or "
        "cut the times by a pd.Grouper into periods side by side."
    )


def test_blocks_are_those_of_the_window() -> None:
    """A block that has rows in several steps is one."""
    frame = FRAME.assign(b=RNG.integers(0, 30, SIZE))
    windows = inside(frame["t"], DAYS)
    for against in ("rest", "all"):
        found = frame.info_theory.js_divergence(
            "d", by=DAYS, against=against, test=True, blocks="b", n_resamples=400, rng=0
        )
        end = list(windows)[3]
        expected = frame.assign(inside=windows[end]).info_theory.js_divergence(
            *("d",), by="inside", against=against, test=True, blocks="b", n_resamples=400, rng=0
        )
        row, other = rows_of(found, end).iloc[0], expected[expected["inside"]].iloc[0]
        for name in ("js_divergence", "js_divergence_excess", "js_divergence_noise_floor"):
            assert row[name] == pytest.approx(other[name], rel=0.2, abs=2e-4)
    for match in (True, False):
        reference = BEFORE.assign(b=RNG.integers(0, 30, SIZE))
        found = frame.info_theory.js_divergence(
            *("d",),
            by=DAYS,
            reference=reference,
            match=match,
            test=True,
            blocks="b",
            n_resamples=400,
            rng=0,
        )
        end = next(iter(windows))
        before = reference[(reference["t"] > end - pd.Timedelta(days=3)) & (reference["t"] <= end)]
        expected = frame[windows[end]].info_theory.js_divergence(
            *("d",),
            reference=before if match else reference,
            test=True,
            blocks="b",
            n_resamples=400,
            rng=0,
        )
        row, other = rows_of(found, end).iloc[0], expected.iloc[0]
        for name in ("js_divergence", "js_divergence_excess", "js_divergence_noise_floor"):
            assert row[name] == pytest.approx(other[name], rel=0.2, abs=2e-3)


@pytest.mark.parametrize("engine", [*ENGINES[1:], *STORED])
def test_every_source_rolls(engine: Engine) -> None:
    frame = FRAME[["t", "r", "c", "d", "w"]].assign(t=FRAME["t"].astype("datetime64[us]"))
    data = asked(engine.make(frame))
    questions: list[Question] = [
        lambda it: it.entropy("c", by=["r", DAYS]),
        lambda it: it.kl_divergence("c", by=DAYS, against="rest", weights="w"),
        lambda it: it.mutual_information("c", "d", by=DAYS),
        lambda it: it.drift(BEFORE[["r", "c", "d", "w"]], ["c", "d"], by=DAYS),
    ]
    for ask in questions:
        found, expected = ask(data), ask(InfoTheory(frame))
        found["t"] = found["t"].astype(expected["t"].dtype)  # files tell seconds
        pd.testing.assert_frame_equal(found, expected, check_dtype=False, rtol=1e-9)


def test_a_profile_by_the_steps_rolls() -> None:
    for by in (DAYS.grouper, "t"):
        profile = FRAME.info_theory.profile(["c", "d"], by=[by, "r"])
        questions: list[Question] = [
            lambda it: it.entropy("c", by=[DAYS, "r"]),
            lambda it: it.kl_divergence("c", by=DAYS, against="rest"),
            lambda it: it.js_divergence("c", by=DAYS, reference=BEFORE, match=True),
            lambda it: it.drift(BEFORE, ["c", "d"], by=DAYS),
        ]
        for ask in questions:
            found, expected = ask(InfoTheory(profile)), ask(InfoTheory(FRAME))
            pd.testing.assert_frame_equal(found, expected, check_dtype=False)
        matched = FRAME.info_theory.js_divergence("c", by=DAYS, reference=profile, match=True)
        expected = FRAME.info_theory.js_divergence("c", by=DAYS, reference=FRAME, match=True)
        leave = ["reference"]
        pd.testing.assert_frame_equal(matched.drop(columns=leave), expected.drop(columns=leave))


def test_it_is_on_record() -> None:
    found = FRAME.info_theory.kl_divergence("c", by=[DAYS, "r"], against="rest", test=True)
    overlap = (
        "a row is in up to 3 windows, so that the scores of neighbours move together; p_adjusted "
        "holds under such positive dependence"
    )
    rolling = {"key": "t", "size": "3D", "step": "1D", "overlap": overlap}
    assert found.attrs["pdkl"]["rolling"] == rolling
    assert found.attrs["pdkl"]["by"] == ["t", "r"]
    assert FRAME.info_theory.drift(BEFORE, "c", by=DAYS).attrs["pdkl"]["rolling"] == rolling
    alone = FRAME.info_theory.entropy("c", by=Rolling("t", "1D", "1D"))
    assert alone.attrs["pdkl"]["rolling"] == {"key": "t", "size": "1D", "step": "1D"}


def test_the_page_of_a_report_tells_of_the_windows() -> None:
    report = FRAME.info_theory.report(BEFORE, ["c", "d"], by=[DAYS, "r"])
    found = FRAME.info_theory.drift(BEFORE, ["c", "d"], by=[DAYS, "r"])
    pd.testing.assert_frame_equal(report.frame, found)
    page = report.to_html()
    assert "of 3D, each 1D later, told by their ends; a row is in up to 3 windows, so that" in page
    assert '"rolling"' in report.to_json()
    redacted = FRAME.info_theory.report(BEFORE, ["c", "d"], by=[DAYS, "r"], redact=True)
    assert set(redacted.frame["t"].str.partition(" ")[0]) == {"segment"}
    assert "of 3D" in redacted.to_html()


@settings(max_examples=40, deadline=None)
@given(
    minutes=st.lists(st.none() | st.integers(0, 60 * 24 * 6), min_size=1, max_size=30),
    step=st.sampled_from(["1h", "5h", "1D", "90min", "2D"]),
    n_steps=st.integers(1, 9),
    name=st.sampled_from(["entropy", "given", "rest, weighted", "all, weighted", "column"]),
    seed=st.integers(0, 100),
)
def test_any_times(
    minutes: list[int | None], step: str, n_steps: int, name: str, seed: int
) -> None:
    past = pd.to_timedelta(pd.Series(minutes, dtype="float64"), unit="min")
    frame = frame_of(pd.Timestamp("2024-02-27 10:30") + past, seed)
    by = Rolling("t", to_offset(step) * n_steps, step)
    check((ALONE | BESIDE)[name], frame, by)


def test_how_spans_are_written() -> None:
    assert repr(DAYS) == "Rolling(key='t', size='3D', step='1D')"
    assert Rolling("t", pd.Timedelta(days=3), pd.Timedelta(days=1)) == DAYS
    assert Rolling("t", pd.Timedelta(hours=36), pd.offsets.Hour(12)) == Rolling("t", "36h", "12h")
    assert pdkl.Rolling is Rolling
    with pytest.raises(AttributeError):
        DAYS.size = "4D"  # type: ignore[misc]


SPAN = "must be a fixed span of time, such as '28D', '12h' or a pandas.Timedelta"


@pytest.mark.parametrize(
    ("size", "step", "error", "message"),
    [
        (
            *("10D", "7D", ValueError),
            "size must be a multiple of step, as windows are added up from steps; got size='10D' "
            "and step='7D'. Pass size='7D' or size='14D', or a step that divides '10D'.",
        ),
        (
            *("90min", "1h", ValueError),
            "size must be a multiple of step, as windows are added up from steps; got size='90min' "
            "and step='1h'. Pass size='h' or size='2h', or a step that divides '90min'.",
        ),
        (
            *("1D", "7D", ValueError),
            "size must be at least as long as step, else rows between two windows are in none; got "
            "size='1D' and step='7D'. Pass size='7D', or step='1D'.",
        ),
        (
            *("28D", "MS", ValueError),
            f"step {SPAN}; got 'MS', which goes by the calendar. For windows side by side pass "
            "by=pd.Grouper(key=..., freq='MS'); a window that rolls needs days or less, such as "
            "'7D' for a week and '28D' for a month.",
        ),
        (
            *("4W", "1D", ValueError),
            f"size {SPAN}; got '4W', which goes by the calendar. For windows side by side pass "
            "by=pd.Grouper(key=..., freq='4W'); a window that rolls needs days or less, such as "
            "'7D' for a week and '28D' for a month.",
        ),
        ("fortnight", "1D", ValueError, f"size {SPAN}; got 'fortnight'."),
        (28, "1D", TypeError, f"size {SPAN}; got 28."),
        ("28D", None, TypeError, f"step {SPAN}; got None."),
        ("28D", pd.NaT, TypeError, f"step {SPAN}; got NaT."),
        ("0D", "1D", ValueError, "size must be longer than nothing; got '0D'."),
        ("2D", "-1D", ValueError, "step must be longer than nothing; got '-1D'."),
    ],
)
def test_spans_that_cannot_roll(size: Any, step: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error) as raised:
        Rolling(key="t", size=size, step=step)
    assert str(raised.value) == message


REFUSED = "by has Rolling(key='t', size='3D', step='1D'), whose windows overlap;"
ASIDE = "the times into periods side by side, by=pd.Grouper(key='t', freq='3D')."
STEPS = "pd.Grouper(key='t', freq='1D', closed=\"right\", label=\"right\")"


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (
            lambda: FRAME.info_theory.kl_divergence("c", by=DAYS, against="previous"),
            f"{REFUSED} against='previous' would compare windows that share rows. Compare each "
            'with all else (against="rest") or with one of them (reference= its end), or cut '
            f"{ASIDE}",
        ),
        (
            lambda: FRAME.info_theory.contributions("c", by=["r", DAYS], against="pairs"),
            f"{REFUSED} against='pairs' would compare windows that share rows. Compare each "
            'with all else (against="rest") or with one of them (reference= its end), or cut '
            f"{ASIDE}",
        ),
        (
            lambda: FRAME.info_theory.drift(by=DAYS, window=3),
            f"{REFUSED} window= pools the periods before each one by itself. Pass reference= to "
            f"compare each window with it, or cut {ASIDE}",
        ),
        (
            lambda: FRAME.info_theory.report(by=DAYS, window=3),
            f"{REFUSED} window= pools the periods before each one by itself. Pass reference= to "
            f"compare each window with it, or cut {ASIDE}",
        ),
        (
            lambda: FRAME.info_theory.report(BEFORE, by=DAYS, min_count=5),
            f"{REFUSED} min_count cannot hide of one what the difference of two tells. Leave out "
            f"min_count, or cut {ASIDE}",
        ),
        (
            lambda: FRAME.info_theory.explain(BEFORE, by=DAYS),
            f"{REFUSED} explain() splits a change into segments that share no row. Cut {ASIDE}",
        ),
        (
            lambda: FRAME.info_theory.profile("c", by=DAYS),
            f"{REFUSED} a profile keeps each row once. Take it by the steps, by={STEPS}, and ask "
            "it by these windows.",
        ),
        (
            lambda: FRAME.info_theory.entropy("c", by=[DAYS, Rolling("s", "2D", "1D")]),
            "by has 2 keys that roll: Rolling(key='t', size='3D', step='1D'), Rolling(key='s', "
            "size='2D', step='1D'). Keep one of them; times of another column can be cut by a "
            "pd.Grouper.",
        ),
        (
            lambda: FRAME.info_theory.entropy("c", by=[DAYS, "t"]),
            "by names a column twice: 't', 't'. Name each key once.",
        ),
        (
            lambda: InfoTheory(
                FRAME.info_theory.profile("c", by=pd.Grouper(key="t", freq="D"))
            ).entropy("c", by=DAYS),
            f"by has Rolling(key='t', size='3D', step='1D'), which counts the steps of {STEPS}, "
            "and the profile has cut the times by freq='D', closed='left', label='left', "
            "origin='start_day', offset='None'. Take it by that Grouper, or, where its bins begin "
            "where the data does, by='t'.",
        ),
    ],
)
def test_what_has_no_use_for_overlap(ask: Callable[[], Any], message: str) -> None:
    with pytest.raises(ValueError) as raised:  # noqa: PT011
        ask()
    assert str(raised.value) == message


def test_what_is_no_time() -> None:
    with pytest.raises(TypeError) as raised:
        FRAME.info_theory.entropy("c", by=Rolling("w", "3D", "1D"))
    assert str(raised.value) == (
        "by cuts the times of column 'w', which holds int64; it needs datetimes. Convert it with "
        "pd.to_datetime."
    )
    with pytest.raises(pdkl.ColumnNotFoundError):
        FRAME.info_theory.entropy("c", by=Rolling("nowhere", "3D", "1D"))
    with pytest.raises(TypeError) as raised:
        Rolling(["t"], "3D", "1D")  # type: ignore[arg-type]
    assert str(raised.value) == "key must be a column name; got list."
