"""Numbers, times, durations and times of day are cut alike, whatever dtype holds them."""

from __future__ import annotations

import datetime
import io
import sqlite3
from collections.abc import Callable
from contextlib import closing
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import pdkl
from pdkl import InfoTheory
from pdkl.codes.scales import scale_of
from pdkl.codes.weights import read_weights

PLACES = [0, 1, 1, 2, 3, 3, 3, 5, 6, 9]
FIRST = datetime.datetime(2024, 3, 1)
OLDEST, LATEST = datetime.datetime(1, 1, 1), datetime.datetime(9999, 12, 31)
UTC = datetime.UTC

# what stands at each place of every form of a scale
DAYS = [FIRST + datetime.timedelta(days=i) for i in PLACES]
AGES = [OLDEST, *[datetime.datetime(1000 * i, 5, 17) for i in PLACES[1:-1]], LATEST]
SPANS = [datetime.timedelta(hours=i) for i in PLACES]
CLOCK = [datetime.time(i, 30) for i in PLACES]
PRICES = [Decimal(i).scaleb(-1) for i in PLACES]


def objects(values: list[Any]) -> Any:
    return pd.Series([*values, None], dtype=object)


def arrow(values: list[Any], kind: pa.DataType) -> Any:
    return pd.Series(pd.array(pa.array([*values, None], kind), dtype=pd.ArrowDtype(kind)))


def numpy(values: list[Any], unit: str) -> Any:
    return pd.Series(np.array([*values, None], dtype=unit))


def in_zone(values: list[Any], unit: str) -> Any:
    return numpy(values, f"M8[{unit}]").dt.tz_localize("UTC").dt.tz_convert("Asia/Tokyo")


UNITS = ("s", "ms", "us", "ns")
FORMS: dict[str, tuple[Any, dict[str, Any]]] = {
    "number": (
        pd.Series([*[i / 10 for i in PLACES], np.nan]),
        {
            "objects": objects(PRICES),
            "mixed objects": objects([*PRICES[:5], *[i / 10 for i in PLACES[5:]]]),
            "decimal128": arrow(PRICES, pa.decimal128(12, 3)),
            "decimal256": arrow(PRICES, pa.decimal256(60, 20)),
            "levels": pd.Series(pd.Categorical(objects(PRICES))),
        },
    ),
    "naive datetime": (
        numpy(DAYS, "M8[ns]"),
        {
            "dates": objects([day.date() for day in DAYS]),
            "dates and times": objects([*[day.date() for day in DAYS[:5]], *DAYS[5:]]),
            "timestamps and dates": objects([pd.Timestamp(DAYS[0]), *DAYS[1:8], *DAYS[8:]]),
            "date32": arrow([day.date() for day in DAYS], pa.date32()),
            "date64": arrow([day.date() for day in DAYS], pa.date64()),
            **{unit: numpy(DAYS, f"M8[{unit}]") for unit in UNITS},
            **{f"arrow {unit}": arrow(DAYS, pa.timestamp(unit)) for unit in UNITS},
        },
    ),
    "aware datetime": (
        in_zone(DAYS, "ns"),
        {
            **{unit: in_zone(DAYS, unit) for unit in UNITS},
            **{
                f"arrow {unit}": arrow(
                    [day.replace(tzinfo=UTC) for day in DAYS], pa.timestamp(unit, "Asia/Tokyo")
                )
                for unit in UNITS
            },
        },
    ),
    "timedelta": (
        numpy(SPANS, "m8[ns]"),
        {
            "objects": objects(SPANS),
            **{unit: numpy(SPANS, f"m8[{unit}]") for unit in UNITS},
            **{f"arrow {unit}": arrow(SPANS, pa.duration(unit)) for unit in UNITS},
        },
    ),
    "time": (
        objects(CLOCK),
        {
            **{f"time32 {unit}": arrow(CLOCK, pa.time32(unit)) for unit in ("s", "ms")},
            **{f"time64 {unit}": arrow(CLOCK, pa.time64(unit)) for unit in ("us", "ns")},
        },
    ),
    "ages": (
        objects(AGES),
        {
            "dates": objects([age.date() for age in AGES]),
            "date32": arrow([age.date() for age in AGES], pa.date32()),
            **{unit: numpy(AGES, f"M8[{unit}]") for unit in ("s", "ms", "us")},
            **{f"arrow {unit}": arrow(AGES, pa.timestamp(unit)) for unit in ("s", "ms", "us")},
        },
    ),
}
SCALES = [*FORMS]
EVERY = [(scale, form) for scale, (_, forms) in FORMS.items() for form in forms]
TEXTS = {
    "number": ["[0, 0.2)", "[0.2, 0.5)", "[0.5, 0.9]"],
    "naive datetime": [
        *("[2024-03-01, 2024-03-03)", "[2024-03-03, 2024-03-06)", "[2024-03-06, 2024-03-10]"),
    ],
    "aware datetime": [
        "[2024-03-01 09:00:00+09:00, 2024-03-03 09:00:00+09:00)",
        "[2024-03-03 09:00:00+09:00, 2024-03-06 09:00:00+09:00)",
        "[2024-03-06 09:00:00+09:00, 2024-03-10 09:00:00+09:00]",
    ],
    "timedelta": [
        "[0 days 00:00:00, 0 days 02:00:00)",
        "[0 days 02:00:00, 0 days 05:00:00)",
        "[0 days 05:00:00, 0 days 09:00:00]",
    ],
    "time": ["[00:30:00, 02:30:00)", "[02:30:00, 05:30:00)", "[05:30:00, 09:30:00]"],
    "ages": ["[0001-01-01, 2000-05-17)", "[2000-05-17, 5000-05-17)", "[5000-05-17, 9999-12-31]"],
}
RULES: dict[str, dict[str, Any]] = {
    "quantiles": {"bins": 3, "binning": "quantile"},
    "widths": {"bins": 4},
    "a rule": {"bins": "sturges"},
}


def forms_of(values: pd.Series[Any]) -> dict[str, Any]:
    """Hold values in pandas and in Arrow."""
    return {"pandas": pd.DataFrame({"x": values}), "Arrow": pa.table({"x": _plain(values)})}


def _plain(values: pd.Series[Any]) -> Any:
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(object)
    if values.dtype == object and not values.map(lambda one: isinstance(one, Decimal)).any():
        return pa.array(values)
    if values.dtype == object:
        known = [None if pd.isna(value) else Decimal(str(value)) for value in values]
        return pa.array(known)
    return pa.array(values)


@pytest.mark.parametrize("scale", SCALES)
def test_intervals_have_the_texts_and_counts_of_their_values(scale: str) -> None:
    result = InfoTheory(pd.DataFrame({"x": FORMS[scale][0]})).distribution(
        "x", bins=3, binning="quantile"
    )
    ordered = result.sort_values("low")
    assert ordered["category"].tolist() == TEXTS[scale]
    assert ordered["count"].tolist() == [3, 4, 3]


@pytest.mark.parametrize(("scale", "form"), EVERY)
@pytest.mark.parametrize("rule", RULES)
def test_every_form_is_cut_like_the_plain_one(scale: str, form: str, rule: str) -> None:
    plain, forms = FORMS[scale]
    named: dict[str, Any] = {**RULES[rule], "bins": {"x": RULES[rule]["bins"]}}
    expected = InfoTheory(pd.DataFrame({"x": plain})).distribution("x", **named)
    for holder, data in forms_of(forms[form]).items():
        found = InfoTheory(data).distribution("x", **named)
        assert found["category"].tolist() == expected["category"].tolist(), holder
        assert found["count"].tolist() == expected["count"].tolist(), holder
        for end in ("low", "high"):
            assert found[end].astype(object).tolist() == expected[end].astype(object).tolist()


@pytest.mark.parametrize(("scale", "form"), EVERY)
def test_every_form_has_drifted_by_nothing_from_the_plain_one(scale: str, form: str) -> None:
    plain, forms = FORMS[scale]
    reference = pd.DataFrame({"x": plain})
    for data in forms_of(forms[form]).values():
        for bins in ({"x": 4}, {"x": "fd"}):
            row = InfoTheory(data).drift(reference, bins=bins, rng=0).iloc[0]
            assert row[["kind", "status", "note"]].tolist() == ["ordered", "ok", ""]
            assert row["score"] == 0
            back = InfoTheory(reference).drift(data, bins=bins, rng=0).iloc[0]
            assert back["score"] == 0


@pytest.mark.parametrize("scale", SCALES)
def test_a_plain_number_of_bins_finds_every_form(scale: str) -> None:
    plain, forms = FORMS[scale]
    sizes = {
        (name, holder): int(InfoTheory(data).entropy("x", bins=3)["categories"].iloc[0])
        for name, values in {"plain": plain, **forms}.items()
        if not isinstance(values.dtype, pd.CategoricalDtype)
        for holder, data in forms_of(values).items()
    }
    assert len(set(sizes.values())) == 1, sizes
    assert max(sizes.values()) <= 3


EDGES: dict[str, list[Any]] = {
    "number": [[0.1, 0.5], [Decimal("0.1"), Decimal("0.5")], np.array([0.1, 0.5])],
    "naive datetime": [
        [day.date() for day in (DAYS[1], DAYS[7])],
        [DAYS[1], DAYS[7]],
        [pd.Timestamp(DAYS[1]), pd.Timestamp(DAYS[7])],
        pd.to_datetime([DAYS[1], DAYS[7]]),
        *(np.array([DAYS[1], DAYS[7]], dtype=f"M8[{unit}]") for unit in ("D", "h", *UNITS)),
    ],
    "timedelta": [
        [SPANS[1], SPANS[7]],
        pd.to_timedelta([SPANS[1], SPANS[7]]),
        *(np.array([SPANS[1], SPANS[7]], dtype=f"m8[{unit}]") for unit in ("h", *UNITS)),
    ],
    "time": [[CLOCK[1], CLOCK[7]]],
    "ages": [[AGES[1].date(), AGES[7].date()], np.array([AGES[1], AGES[7]], dtype="M8[s]")],
}
EDGES["aware datetime"] = [
    *EDGES["naive datetime"],
    [day.replace(tzinfo=UTC) for day in (DAYS[1], DAYS[7])],
]


@pytest.mark.parametrize("scale", SCALES)
def test_edges_are_values_of_the_scale_in_any_form(scale: str) -> None:
    plain, forms = FORMS[scale]
    for edges in EDGES[scale]:
        for values in (plain, *forms.values()):
            for data in forms_of(values).values():
                found = InfoTheory(data).distribution("x", bins={"x": edges})
                ordered = found.set_index("category")["count"]
                below, above = (ordered.filter(like=end).tolist() for end in ("below", "above"))
                assert (below, above, ordered.sum()) == ([1], [2], 10), (scale, edges)


def test_edges_that_reach_beyond_nanoseconds_cut_times_to_the_nanosecond() -> None:
    last = pd.Timestamp("2024-03-01")
    times = pd.Series([last - pd.Timedelta(1, "ns"), last, last + pd.Timedelta(1, "ns")])
    result = InfoTheory(pd.DataFrame({"x": times})).distribution(
        "x", bins=[datetime.date(1, 1, 1), datetime.date(2000, 1, 1), last.to_pydatetime()]
    )
    assert dict(zip(result["category"], result["count"], strict=True)) == {
        "[2000-01-01, 2024-03-01]": 2,
        "above 2024-03-01": 1,
    }
    far = pd.DataFrame({"x": pd.Series([OLDEST, LATEST], dtype=object)})
    found = InfoTheory(far).distribution("x", bins=times)
    assert set(found["category"]) == {
        "below 2024-02-29 23:59:59.999999999",
        "above 2024-03-01 00:00:00.000000001",
    }


def test_sentinels_of_a_zone_are_shown_in_utc() -> None:
    ends = pa.array([OLDEST, LATEST] * 3, pa.timestamp("us")).cast(pa.int64())
    for zone in ("America/New_York", "Asia/Tokyo"):
        table = pa.table({"x": ends.cast(pa.timestamp("us", zone))})
        found = InfoTheory(table).distribution("x", bins=2)
        assert set(found["category"]) == {
            "[0001-01-01 00:00:00+00:00, 9999-12-31 00:00:00+00:00)",
            "[9999-12-31 00:00:00+00:00, 9999-12-31 00:00:00+00:00]",
        }


@pytest.mark.parametrize(("scale", "form"), EVERY)
def test_results_go_to_parquet_and_sql(scale: str, form: str) -> None:
    frame = pd.DataFrame({"x": FORMS[scale][1][form]})
    result = InfoTheory(frame).contributions("x", reference=frame, bins={"x": EDGES[scale][0]})
    assert result["low"].isna().sum() == (0 if scale == "number" else 1)
    buffer = io.BytesIO()
    result.to_parquet(buffer)
    back = pd.read_parquet(buffer)
    for end in ("low", "high"):
        known = result[end].notna()
        assert back[end][known].tolist() == result[end][known].tolist()
    with closing(sqlite3.connect(":memory:")) as connection:
        result.astype({"low": object, "high": object}).map(str).to_sql("answer", connection)
    connection.close()


@pytest.mark.parametrize(("scale", "form"), EVERY)
def test_profiles_keep_the_scale(scale: str, form: str, tmp_path: Any) -> None:
    plain, forms = FORMS[scale]
    before = pd.DataFrame({"x": plain})
    profile = InfoTheory(before).profile("x", bins={"x": 3})
    profile.save(tmp_path / "before.parquet")
    for data in forms_of(forms[form]).values():
        found = InfoTheory(data).js_divergence(
            "x", reference=pdkl.load_profile(tmp_path / "before.parquet")
        )
        assert found["js_divergence"].tolist() == [0.0]


@pytest.mark.parametrize(
    ("values", "scale"),
    [
        ([True, False], None),
        ([True, 1], None),
        ([1, "a"], None),
        ([1 + 2j], None),
        ([DAYS[0], DAYS[0].replace(tzinfo=UTC)], None),
        ([DAYS[0], SPANS[0]], None),
        ([None, np.nan, pd.NaT], "unknown"),
        ([], "unknown"),
        ([1, 2.5, Decimal(3)], "number"),
        ([np.datetime64("2024-01-01"), FIRST], "naive datetime"),
        ([np.timedelta64(1, "h"), SPANS[0]], "timedelta"),
    ],
)
def test_scale_of_objects(values: list[Any], scale: str | None) -> None:
    assert scale_of(pd.Series(values, dtype=object)) == scale


def test_decimals_are_the_nearest_floats() -> None:
    texts = ["0.1", "0.29", "1.15", "4.35", "123456789012345.678", "0.30000000000000004"]
    frame = pd.DataFrame({"x": [float(text) for text in texts]})
    decimals = [Decimal(text) for text in texts]
    column = pa.array(decimals, pa.decimal128(38, 17))
    for data in ({"x": column}, {"x": column.cast(pa.decimal256(60, 17))}):
        table = pa.table(data)
        for made in (table, table.to_pandas(), table.to_pandas(types_mapper=pd.ArrowDtype)):
            row = InfoTheory(made).js_divergence("x", reference=frame, bins={"x": 6}).iloc[0]
            assert row["js_divergence"] == 0


@pytest.mark.parametrize(
    "hold",
    [
        lambda values: pd.Series(values, dtype=object),
        lambda values: pd.Series(values, dtype=pd.ArrowDtype(pa.decimal128(30, 2))),
    ],
    ids=["objects", "decimal128"],
)
@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        (["1", "2.00", "3"], np.array([1, 2, 3])),
        (["1.5", "2", "0"], np.array([1.5, 2.0, 0.0])),
        (["9007199254740993", "1", "0"], np.array([2**53 + 1, 1, 0])),
    ],
)
def test_decimal_weights(
    hold: Callable[[list[Any]], Any], weights: list[str], expected: Any
) -> None:
    frame = pd.DataFrame({"w": hold([Decimal(weight) for weight in weights])})
    found = read_weights(frame, "w")
    assert found.dtype == expected.dtype
    assert found.tolist() == expected.tolist()


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (
            [Decimal(1), None],
            "must not be missing; 1 of 2 are. Fill them with fillna or drop these",
        ),
        ([Decimal(1), Decimal(-2)], "must not be negative; 1 of 2 are, the first is -2."),
        ([Decimal(1), Decimal("-0.5")], "must not be negative; 1 of 2 are, the first is -0.5."),
        ([Decimal(2**62), Decimal(2**62)], "add up to 9223372036854775808, beyond the 2**63 - 1"),
        ([Decimal(1), Decimal("Infinity")], "must be finite and add up to at most 1e+300; they"),
    ],
)
def test_decimal_weights_that_cannot_be(weights: list[Any], message: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the message is what is compared
        read_weights(pd.DataFrame({"w": pd.Series(weights, dtype=object)}), "w")
    assert str(caught.value).startswith(f"weights (column 'w') {message}")


def test_probabilities_may_be_decimals() -> None:
    truth, given = [1, 0, 1, None], [0.75, 0.5, 0.25, 0.5]
    plain = pd.DataFrame({"y": truth, "p": given})
    expected = InfoTheory(plain).binary_cross_entropy("y", "p")
    table = pa.table(
        {
            "y": pa.array([None if one is None else Decimal(one) for one in truth]),
            "p": pa.array([Decimal(str(one)) for one in given]),
        }
    )
    for made in (table, table.to_pandas(), table.to_pandas(types_mapper=pd.ArrowDtype)):
        found = InfoTheory(made).binary_cross_entropy("y", "p")
        pd.testing.assert_frame_equal(found, expected)


@pytest.mark.parametrize("scale", ["naive datetime", "aware datetime", "timedelta", "ages"])
def test_groupers_cut_every_form(scale: str) -> None:
    plain, forms = FORMS[scale]
    freq = {"timedelta": "4h", "ages": "YS"}.get(scale, "4D")
    key = pd.Grouper(key="x", freq=freq)
    answers = []
    for values in (plain, *forms.values()):
        for data in forms_of(values).values():
            frame = (
                data.to_pandas(types_mapper=pd.ArrowDtype) if isinstance(data, pa.Table) else data
            )
            made = frame.assign(v=[*"ababababab", "c"])
            answers.append(InfoTheory(made).entropy("v", by=key)[["n", "entropy"]])
    assert answers[0]["n"].sum() == 11
    assert len(answers[0]) == (8 if scale == "ages" else 4)
    for answer in answers[1:]:
        pd.testing.assert_frame_equal(answer, answers[0])


@pytest.mark.parametrize(
    ("left", "right", "held"),
    [
        ("number", "timedelta", "timedeltas, but its bins are of numbers"),
        ("timedelta", "number", "numbers, but its bins are of timedeltas"),
        ("time", "naive datetime", "naive datetimes, but its bins are of times"),
        (
            "aware datetime",
            "naive datetime",
            "naive datetimes, but its bins are of aware datetimes",
        ),
    ],
)
def test_scales_do_not_match_each_other(left: str, right: str, held: str) -> None:
    reference, today = (pd.DataFrame({"x": FORMS[scale][0]}) for scale in (left, right))
    with pytest.raises(TypeError) as caught:
        InfoTheory(today).kl_divergence("x", reference=reference, bins={"x": 3})
    assert str(caught.value) == (
        f"column 'x' holds {held}. Convert it, for instance with astype or pd.to_datetime."
    )
