"""Every engine cuts decimals, dates, durations and times of day where pandas cuts their values."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pdkl import InfoTheory
from tests.support.engines import ENGINES, SOCKETS, Engine, Frame

SIZE = 300
FIRST = datetime.datetime(2024, 3, 1)


def _frame(seed: int, shift: int) -> Frame:
    rng = np.random.default_rng(seed)
    step = [int(i) + shift for i in rng.integers(0, 150, SIZE)]
    columns: dict[str, Any] = {
        "price": [Decimal(i).scaleb(-2) for i in step],
        "day": [(FIRST + datetime.timedelta(days=i)).date() for i in step],
        "ancient": [
            (FIRST.replace(year=1) + datetime.timedelta(days=9000 * i)).date() for i in step
        ],
        "span": [datetime.timedelta(seconds=7 * i) for i in step],
        "clock": [(FIRST + datetime.timedelta(minutes=5 * i)).time() for i in step],
        "weight": [Decimal(i % 4).scaleb(0) for i in step],
        "part": [Decimal(i % 4).scaleb(-1) for i in step],
        "truth": [Decimal(i % 2) for i in step],
        "chance": [Decimal(1 + i % 9).scaleb(-1) for i in step],
        "g": [("a", "b")[i % 2] for i in step],
    }
    frame = pd.DataFrame({name: pd.Series(one, dtype=object) for name, one in columns.items()})
    for place, name in enumerate(["price", "day", "ancient", "span", "clock"]):
        frame.loc[place::17, name] = None
    return frame


TODAY, BEFORE = _frame(1, 12), _frame(2, 0)
NUMBERS: dict[str, Callable[[Any], Any]] = {
    "price": lambda values: values.astype(float),
    "day": pd.to_datetime,
    "ancient": lambda values: pd.Series(values.to_numpy().astype("M8[s]")),
    "span": pd.to_timedelta,
    "clock": lambda values: values,
}
# of some engines types are lacking, or their clients cannot send them
LACKING = {"ibis": {"span"}, "pyspark": {"span", "clock"}}
pytestmark = pytest.mark.filterwarnings(SOCKETS)
of_engines = pytest.mark.parametrize(
    ("engine", "name"),
    [
        pytest.param(engine, name, id=f"{engine.name}-{name}")
        for engine in (getattr(given, "values", [given])[0] for given in ENGINES)
        for name in NUMBERS
        if name not in LACKING.get(engine.name, ())
    ],
    indirect=["engine"],
)
CUTS: dict[str, dict[str, Any]] = {
    "quantiles": {"bins": 4, "binning": "quantile"},
    "widths": {"bins": 4, "binning": "width"},
    "rule": {"bins": "fd"},
}


@pytest.fixture(scope="module", params=ENGINES, ids=lambda engine: engine.name)
def engine(request: pytest.FixtureRequest) -> Engine:
    made: Engine = request.param
    return made


def held(engine: Engine, frame: Frame, *columns: str) -> Any:
    """Hold some columns in the engine."""
    return engine.make(frame[[*columns]])


def plain(frame: Frame, *columns: str) -> Frame:
    """Hold the same values in the plain dtypes of pandas."""
    return pd.DataFrame(
        {name: NUMBERS[name](frame[name]) if name in NUMBERS else frame[name] for name in columns}
    )


def equal(found: Frame, expected: Frame) -> None:
    """Assert the same values, whatever the unit of times is."""
    found, expected = (
        one.astype({name: "M8[us]" for name in one if one[name].dtype.kind == "M"})
        for one in (found, expected)
    )
    pd.testing.assert_frame_equal(found, expected, check_dtype=False, rtol=1e-12)


@pytest.mark.parametrize("cut", CUTS)
@of_engines
def test_bins(engine: Engine, name: str, cut: str) -> None:
    theory = InfoTheory(held(engine, TODAY, name, "g"))
    expected = InfoTheory(plain(TODAY, name, "g"))
    equal(theory.distribution(name, **CUTS[cut]), expected.distribution(name, **CUTS[cut]))
    found = theory.entropy(name, by="g", **CUTS[cut])
    equal(found, expected.entropy(name, by="g", **CUTS[cut]))


@of_engines
def test_drift(engine: Engine, name: str) -> None:
    found = InfoTheory(held(engine, TODAY, name)).drift(held(engine, BEFORE, name), rng=0)
    assert found["kind"].tolist() == ["ordered"]
    equal(found, InfoTheory(plain(TODAY, name)).drift(plain(BEFORE, name), rng=0))
    across = InfoTheory(plain(TODAY, name)).drift(held(engine, BEFORE, name), rng=0)
    equal(across, found)
    before = InfoTheory(held(engine, BEFORE, name)).profile(name, bins=10)
    equal(
        InfoTheory(held(engine, TODAY, name)).drift(before, rng=0)[["kind", "score"]],
        found[["kind", "score"]],
    )


@pytest.mark.parametrize(("name", "dtype"), [("weight", np.int64), ("part", np.float64)])
def test_weights(engine: Engine, name: str, dtype: Any) -> None:
    found = InfoTheory(held(engine, TODAY, "g", name)).distribution("g", weights=name)
    assert found["count"].dtype == dtype
    weights = TODAY[name].astype(float)
    sums = weights.groupby(TODAY["g"]).sum().sort_values(ascending=False)
    assert found["category"].tolist() == sums.index.tolist()
    np.testing.assert_allclose(found["count"], sums, rtol=1e-12)


@pytest.mark.parametrize(("name", "freq"), [("day", "MS"), ("ancient", "100YS")])
def test_groupers(engine: Engine, name: str, freq: str) -> None:
    key = pd.Grouper(key=name, freq=freq)
    found = InfoTheory(held(engine, TODAY, "g", name)).entropy("g", by=key)
    equal(found, InfoTheory(plain(TODAY, "g", name)).entropy("g", by=key))
    assert len(found) > 5
    assert found["n"].sum() == SIZE


@of_engines
def test_keys(engine: Engine, name: str) -> None:
    found = InfoTheory(held(engine, TODAY, "g", name)).entropy("g", by=name)
    known = TODAY[name].dropna()
    assert len(found) == known.nunique() + 1
    assert found["n"].iloc[-1] == TODAY[name].isna().sum()
    keys = NUMBERS[name](pd.Series(found[name].iloc[:-1].tolist(), dtype=object))
    assert keys.is_monotonic_increasing


def test_probabilities(engine: Engine) -> None:
    found = InfoTheory(held(engine, TODAY, "truth", "chance")).binary_cross_entropy(
        "truth", "chance"
    )
    truth, chance = (TODAY[name].astype(float) for name in ("truth", "chance"))
    loss = -np.log(np.where(truth == 1, chance, 1 - chance)).mean()
    assert found["binary_cross_entropy"].iloc[0] == pytest.approx(loss, rel=1e-12)


def test_a_plain_number_of_bins_leaves_text_alone(engine: Engine) -> None:
    found = InfoTheory(held(engine, TODAY, "price", "day", "g")).entropy(
        ["price", "day", "g"], bins=5
    )
    assert found["categories"].tolist() == [5, 5, 2]
