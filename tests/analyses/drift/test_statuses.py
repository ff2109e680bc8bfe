"""Drift: every kind and status, and errors that stay alone."""

from __future__ import annotations

import datetime
import decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import false_discovery_control

from tests.support.drift import drift, repeated, row, slow

RNG = np.random.default_rng(5)


# ---- kinds ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["a", "b"] * 100, "categorical"),
        (pd.Categorical(["a", "b"] * 100), "categorical"),
        ([True, False] * 100, "categorical"),
        ([*range(20)] * 10, "categorical"),
        ([*range(21)] * 10, "ordered"),
        ([*range(7, 207)], "identifier"),
        (np.arange(200) / 7, "ordered"),
        (pd.array([*range(40)] * 5, dtype="Int16"), "ordered"),
        (pd.Series([1.5, None, *range(60)] * 4, dtype=object), "ordered"),
        (pd.date_range("2024", periods=50).repeat(4), "ordered"),
        (pd.date_range("2024", periods=5, tz="Asia/Tokyo").repeat(4), "ordered"),
        (pd.date_range("2024", periods=200, freq="h"), "ordered"),
        (pd.period_range("2024", periods=30, freq="D").repeat(5), "categorical"),
        (pd.to_timedelta(np.arange(200) % 30, "h"), "ordered"),
        (pd.to_timedelta(np.arange(200), "h"), "ordered"),
        ([decimal.Decimal(i).scaleb(-2) for i in range(200)], "ordered"),
        ([datetime.time(i % 24, i % 7) for i in range(200)], "ordered"),
        ([datetime.date(2024, 1 + i % 12, 1 + i % 25) for i in range(600)], "ordered"),
        ([f"user {i}" for i in range(100)], "identifier"),
        ([f"user {i}" for i in range(21)], "identifier"),
        ([f"user {i}" for i in range(20)], "categorical"),
        (
            [f"user {i}" for i in range(40)] + [f"user {40 + i // 2}" for i in range(40)],
            "identifier",
        ),
        (
            [f"user {i}" for i in range(40)] + [f"user {40 + i // 2}" for i in range(42)],
            "categorical",
        ),
        ([7] * 50, "categorical"),
        ([datetime.date(2024, 1, 1 + i % 9) for i in range(50)], "ordered"),
        ([("a", 1), ("b", 2)] * 30, "categorical"),
    ],
)
def test_kinds(values: Any, kind: str) -> None:
    found = row(values, values)
    scored = kind != "identifier"
    assert found[["kind", "status"]].tolist() == [kind, "ok" if scored else "skipped"]
    assert pd.notna(found["score"]) == pd.notna(found["categories"]) == scored
    assert bool(found["note"]) != scored
    assert pd.notna(found["out_of_range"]) == (kind == "ordered")
    assert found["n"] == len(values)


def test_missing_values_are_a_category_of_a_constant_column() -> None:
    assert row(["a", None], ["a", "a"])["kind"] == "categorical"
    assert row(["a", None], ["a", "a"], dropna=True)["kind"] == "categorical"


@pytest.mark.parametrize("make", [str, lambda i: i * 3], ids=["text", "integers"])
def test_identifiers_that_repeat_themselves_on_one_side_are_scored(make: Any) -> None:
    alike = [make(i) for i in range(1000)]
    broken = [make(0)] * 1000
    assert row([make(i + 5000) for i in range(10)], alike)["kind"] == "identifier"
    for today, reference in ((broken, alike), (alike, broken)):
        found = row(today, reference)
        assert found["kind"] != "identifier"
        assert found["status"] == "drift"


@pytest.mark.parametrize("make", [str, lambda i: i * 3], ids=["text", "integers"])
def test_identifiers_that_go_missing(make: Any) -> None:
    alike = pd.Series([make(i) for i in range(1000)], dtype=object)
    some = alike.where(np.arange(1000) >= 900, None)
    found = row(some, alike)
    assert found[["kind", "status", "top_category", "missing"]].tolist() == [
        *("identifier", "drift", "(missing)", 0.9)
    ]
    assert found["note"] == (
        "100 of 100 values occur once; scored is what is missing, and what many rows share"
    )
    assert found["score"] == pytest.approx(slow(some.notna(), alike.notna())["score"])
    assert pd.isna(found["out_of_range"])
    assert row(some, some)["status"] == "skipped"
    assert pd.isna(row(some, alike, dropna=True)["score"])
    days = {"day": np.arange(1000) // 100}
    sides = (pd.DataFrame({"x": side} | days) for side in (some, alike))
    blocks = drift(*sides, blocks="day").iloc[0]
    assert blocks["score"] == found["score"]
    assert blocks["p_value"] > found["p_value"]


def test_bins_as_told() -> None:
    reference = pd.DataFrame({"a": [*range(40)] * 5, "b": [*range(10)] * 20, "id": range(200)})
    today = reference.assign(a=reference["a"] + 20)
    found = drift(today, reference, bins={"b": [0, 5, 9], "id": 4}).set_index("column")
    assert found["kind"].tolist() == ["ordered"] * 3
    assert found["categories"].tolist() == [11, 2, 4]
    assert found["out_of_range"].tolist() == [0.5, 0.0, 0.0]
    assert drift(today, reference, "a", bins=3)["categories"].tolist() == [4]
    assert drift(today, reference, "a", bins=3)["top_category"].tolist() == ["above 39"]


def test_bins_are_fitted_to_the_reference_and_times_have_ends() -> None:
    reference = pd.DataFrame({"t": pd.date_range("2024-01-01", periods=100).repeat(3)})
    today = reference + pd.Timedelta("40D")
    found = drift(today, reference).iloc[0]
    assert found["out_of_range"] == 0.4
    assert found["top_category"] == "above 2024-04-09"
    assert found["status"] == "drift"


def test_infinities_lie_outside() -> None:
    reference = RNG.normal(size=1000)
    today = reference.copy()
    today[:100], today[100:250] = np.inf, -np.inf
    found = row(today, reference)
    assert found["out_of_range"] == 0.25
    assert found["status"] == "drift"
    reference[:500] = np.inf
    assert row(reference, reference)["score"] == 0


# ---- statuses -------------------------------------------------------------------------------


def test_columns_on_one_side_only() -> None:
    today = pd.DataFrame({"a": ["u", "v"] * 30, "x": [1.5, None] * 30})
    reference = pd.DataFrame({"z": [*range(25)] * 2, "a": ["u", "v"] * 25})
    found = drift(today, reference).set_index("column")
    assert list(found.index) == ["a", "x", "z"]
    assert found["status"].tolist() == ["ok", "new", "gone"]
    assert found["note"].tolist() == [
        *("", "reference has no such column", "data has no such column")
    ]
    assert found["n"].tolist() == [60, 60, 0]
    assert found["n_reference"].tolist() == [50, 0, 50]
    assert found["missing"].tolist()[:2] == [0.0, 0.5]
    assert found["new_categories"].tolist() == [0, 2, 0]
    assert found.loc[["x", "z"], ["score", "p_value", "unseen"]].isna().all(axis=None)
    assert found["p_adjusted"].tolist()[:1] == found["p_value"].tolist()[:1]


@pytest.mark.parametrize("dropna", [True, False])
def test_empty_columns(dropna: bool) -> None:
    nothing = pd.Series([None] * 50, dtype="str")
    something = pd.Series(["a", "b"] * 25)
    for sides, note in (
        ((nothing, something), "no value in data"),
        ((something, nothing), "no value in reference"),
        ((nothing, nothing), "no value on either side"),
    ):
        found = row(*sides, dropna=dropna)
        status = "ok" if note.endswith("either side") else "empty"
        assert found[["status", "note"]].tolist() == [status, note]
    for dtype in ("object", "str"):  # as files have where nothing says what a column is
        lost = pd.Series([None] * 50, dtype=dtype)
        hours = pd.Timestamp("2024-05-01") + pd.to_timedelta(np.arange(50) % 30, unit="h")
        for values in (np.arange(50) % 30, RNG.normal(size=50), hours, hours - hours[0]):
            for sides, note in (
                ((lost, pd.Series(values)), "no value in data"),
                ((pd.Series(values), lost), "no value in reference"),
                ((lost[:0], pd.Series(values)), "no row in data"),
            ):
                found = row(*sides, dropna=dropna)
                assert found[["status", "note"]].tolist() == ["empty", note]
    floats = pd.Series([np.nan] * 50)
    assert row(floats, RNG.normal(size=50), dropna=dropna)["status"] == "empty"
    assert row(RNG.normal(size=50), floats, dropna=dropna)["status"] == "empty"


def test_no_row_is_empty() -> None:
    something = pd.Series(["a", "b"] * 25)
    for sides, note in (
        ((something.iloc[:0], something), "no row in data"),
        ((something, something.iloc[:0]), "no row in reference"),
        ((something.iloc[:0],) * 2, "no row on either side"),
    ):
        assert row(*sides)[["status", "note"]].tolist() == ["empty", note]


@pytest.mark.parametrize("dropna", [True, False])
@pytest.mark.parametrize("measure", ["js_distance", "psi"])
def test_a_side_without_values_is_compared_by_what_is_missing(dropna: bool, measure: str) -> None:
    reference = pd.Series([None] * 60 + [f"v{i % 30}" for i in range(40)], dtype=object)
    for size, status in ((3, "ok"), (100, "empty")):
        nothing = pd.Series([None] * size, dtype=object)
        for sides, note in (
            ((nothing, reference), "no value in data"),
            ((reference, nothing), "no value in reference"),
        ):
            found = row(*sides, dropna=dropna, measure=measure)
            few = f"too few rows to tell: fewer than 10 {note.removeprefix('no value ')}; "
            said = few + note if size == 3 and not dropna else note  # they are in n then
            assert found[["status", "note"]].tolist() == [status, said]
            alone = row(*(side.notna() for side in sides), measure=measure)
            names = ["score", "excess", "noise_floor", "p_value"]
            assert found[names].tolist() == pytest.approx(alone[names].tolist(), rel=1e-9)
            assert found["p_adjusted"] == found["p_value"]


def test_a_group_without_values_is_compared_by_what_is_missing() -> None:
    reference = pd.DataFrame({"g": list("ab") * 100, "x": list("uuvv") * 50, "day": range(200)})
    reference["day"] //= 10
    today = reference.assign(x=reference["x"].where(reference["g"] == "a"))
    for keywords in ({}, {"dropna": True}, {"blocks": "day"}, {"n_resamples": 99}):
        found = drift(today, reference, "x", by="g", **keywords)
        assert found["status"].tolist() == ["ok", "empty"]
        assert found["score"].tolist() == pytest.approx([0.0, 1.0])
        assert found["note"].tolist() == ["", "no value in data"]


@pytest.mark.parametrize(
    ("n", "reference", "where"),
    [
        (1, 300, "in data"),
        (300, 1, "in reference"),
        (9, 9, "on both sides"),
        (10, 10, ""),
    ],
)
@pytest.mark.parametrize("measure", ["js_distance", "psi", "kolmogorov_smirnov"])
def test_what_passes_for_want_of_rows_says_so(
    n: int, reference: int, where: str, measure: str
) -> None:
    rng = np.random.default_rng(1)

    def side(size: int) -> pd.DataFrame:
        drawn = {"name": rng.choice(list("uv"), size), "number": rng.normal(size=size)}
        return pd.DataFrame(drawn)

    found = drift(side(n), side(reference), measure=measure)
    assert found["status"].tolist() == ["ok", "ok"]
    said = [note.split(";")[0] for note in found["note"]]
    expected = f"too few rows to tell: fewer than 10 {where}" if where else ""
    assert [note if note.startswith("too few") else "" for note in said] == [expected] * 2


def test_rows_are_counted_by_their_weights_and_shares_are_none() -> None:
    frame = pd.DataFrame({"x": ["a", "b"], "n": [10, 10], "part": [0.5, 0.5]})
    assert drift(frame, frame, "x", weights="n")["note"].tolist() == [""]
    assert drift(frame, frame, "x", weights="part")["note"].tolist() == [
        "not tested: weights are fractional"
    ]
    shares = {"x": {"a": 0.5, "b": 0.5}}
    assert frame.info_theory.drift(shares)["note"].tolist() == [
        "too few rows to tell: fewer than 10 in data"
    ]
    assert frame.info_theory.drift(shares, weights="n")["note"].tolist() == [""]


def test_unsure_is_significant_alone() -> None:
    today = pd.DataFrame({"x": repeated({"a": 60, "b": 40})})
    reference = pd.DataFrame({"x": repeated({"a": 45, "b": 55})})
    alone = drift(today, reference, threshold=0.05).iloc[0]
    assert alone["status"] == "drift"
    same = {f"c{i}": ["u", "v"] * 50 for i in range(20)}
    found = drift(today.assign(**same), reference.assign(**same), threshold=0.05).iloc[0]
    assert found["excess"] == alone["excess"] >= 0.05
    assert found["p_value"] < 0.05 < found["p_adjusted"]
    assert found["status"] == "unsure"


def test_what_chance_could_do_is_ok() -> None:
    found = row(["a", "a", "a", "b"], ["b", "b", "a", "b"])
    assert found["excess"] >= 0.1
    assert found["p_value"] > 0.05
    assert found["status"] == "ok"
    sure = row(["a", "a", "a", "b"] * 50, ["b", "b", "a", "b"] * 50)
    assert sure["status"] == "drift"
    many = {"today": ["a", "a", "a", "b"] * 50, "reference": ["b", "b", "a", "b"] * 50}
    assert row(**many, threshold=0.9)["status"] == "ok"
    assert row(**many, alpha=1e-300)["status"] == "ok"


def test_the_status_follows_its_rule() -> None:
    rng = np.random.default_rng(1)
    shares = [rng.dirichlet(np.ones(4) * 20) for _ in range(60)]
    reference = pd.DataFrame({f"c{i}": rng.integers(0, 4, 300) for i in range(60)})
    today = pd.DataFrame({f"c{i}": rng.choice(4, 80, p=p) for i, p in enumerate(shares)})
    found = drift(today, reference, threshold=0.05)
    np.testing.assert_allclose(
        found["p_adjusted"], false_discovery_control(found["p_value"]), rtol=1e-12
    )
    large, significant = found["excess"] >= 0.05, found["p_adjusted"] < 0.05
    likely = found["p_value"] < 0.05
    expected = np.select([large & significant, large & likely], ["drift", "unsure"], "ok")
    assert found["status"].tolist() == expected.tolist()
    assert set(expected) == {"drift", "unsure", "ok"}


def test_constant_columns_are_no_hypotheses() -> None:
    shifted = pd.DataFrame({"x": repeated({"a": 60, "b": 40})})
    reference = pd.DataFrame({"x": repeated({"a": 45, "b": 55})})
    alone = drift(shifted, reference)
    constants = {f"c{i}": 1 for i in range(20)}
    found = drift(shifted.assign(**constants), reference.assign(**constants))
    assert found["p_adjusted"].iloc[0] == found["p_value"].iloc[0]
    assert found["p_value"].iloc[0] == pytest.approx(alone["p_value"].iloc[0], rel=0.5)
    assert (found["p_value"].iloc[1:] == 1).all()
    assert (found["p_adjusted"].iloc[1:] == 1).all()
    assert (found["score"].iloc[1:] == 0).all()


# ---- one bad column -------------------------------------------------------------------------


def test_errors_stay_in_their_rows() -> None:
    size = 60
    good = {"a": ["u", "v"] * 30, "b": RNG.normal(size=size)}
    bad_today = {
        "list": [[1]] * size,
        "kinds": ["1", "2"] * 30,
        "numbers": ["1"] * size,
        "zone": pd.date_range("2024", periods=size, tz="UTC"),
    }
    bad_reference = {
        "list": ["x"] * size,
        "kinds": [1, 2] * 30,
        "numbers": RNG.normal(size=size),
        "zone": pd.date_range("2024", periods=size),
    }
    today, reference = pd.DataFrame(good | bad_today), pd.DataFrame(good | bad_reference)
    found = drift(today, reference)
    assert found["status"].tolist() == ["ok", "ok", *["error"] * 4]
    assert found["note"].tolist() == [
        "",
        "",
        "column 'list' (dtype object) holds values that cannot be counted: unhashable type: "
        "'list'. Turn them into something hashable first, such as tuples or text.",
        "column 'kinds' holds strings and reference for column 'kinds' holds numbers, so no "
        "category of one can occur in the other. Convert one of them, for instance with astype.",
        "column 'numbers' holds strings and reference for column 'numbers' holds numbers, so no "
        "category of one can occur in the other. Convert one of them, for instance with astype.",
        "column 'zone' holds aware datetimes and reference for column 'zone' holds naive "
        "datetimes, so no category of one can occur in the other. Convert one of them, for "
        "instance with astype.",
    ]
    assert found["kind"].isna().tolist() == [False, False, *[True] * 4]
    alone = drift(today[["a", "b"]], reference[["a", "b"]])
    columns = ["n", "score", "categories", "top_category"]
    pd.testing.assert_frame_equal(found.loc[:1, columns], alone[columns])


def test_what_bins_cannot_cut_is_an_error_of_its_own() -> None:
    frame = pd.DataFrame({"x": ["a", "b"] * 30, "y": RNG.normal(size=60), "z": [0.0, 1e15] * 30})
    found = drift(frame, frame, bins={"x": 3, "y": 3, "z": [1.0, 2.0]})
    assert found["status"].tolist() == ["error", "ok", "ok"]
    assert found["note"].tolist()[0] == (
        "bins is for numbers, times and durations; column 'x' holds "
        f"{frame['x'].dtype}. Leave it out of bins, or convert it with pd.to_numeric or "
        "pd.to_datetime."
    )


def test_errors_stay_alone_in_every_group() -> None:
    today = pd.DataFrame({"g": list("ab") * 20, "x": [{}] * 40, "y": ["u", "v"] * 20, "z": 1})
    found = drift(today, today.iloc[::-1], by="g")
    assert found["status"].tolist() == ["error", "ok", "ok"] * 2
    assert found["n"].tolist() == [pd.NA, 20, 20, pd.NA, 20, 20]


def test_a_name_that_stands_twice_is_an_error_of_its_own() -> None:
    twice = pd.DataFrame([[1, "a", 2]] * 5, columns=["x", "y", "x"])
    found = drift(twice, twice[["y"]].assign(x=1))
    assert found["status"].tolist() == ["error", "ok"]
    assert found["note"].tolist()[0] == (
        "data has column 'x' 2 times; give its columns unique names first."
    )


def test_all_columns_bad() -> None:
    frame = pd.DataFrame({"x": [[1]], "y": [[2]], "g": ["a"]})
    assert drift(frame, frame, ["x", "y"])["status"].tolist() == ["error"] * 2
    assert drift(frame, frame, by="g")["status"].tolist() == ["error"] * 2


def test_mixed_types_are_compared_by_value() -> None:
    mixed = [1, "a", 2.5, None, ("t",), True] * 20
    same = row(pd.Series(mixed, dtype=object), pd.Series(mixed[::-1], dtype=object))
    assert same[["status", "score", "kind"]].tolist() == ["ok", 0.0, "categorical"]
    assert row(pd.Series(mixed, dtype=object), RNG.normal(size=120))["status"] == "drift"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (pd.Categorical(["a", "b"] * 60), pd.Series(["a", "b"] * 60, dtype="string")),
        (pd.Series(["a", "b"] * 60, dtype=object), pd.Series(["b", "a"] * 60, dtype="str")),
        (np.arange(120, dtype="int8") % 5, np.arange(120) % 5),
        (np.arange(120) % 5, np.arange(120) % 5 * 1.0),
        (np.arange(120) % 60, np.arange(120) % 60 * 1.0),
        (pd.Series(np.arange(120) % 60, dtype=object), np.arange(120) % 60),
        (pd.Categorical(np.arange(120) % 60), np.arange(120) % 60),
        (pd.array(np.arange(120) % 60, dtype="Int64"), np.arange(120, dtype="uint8") % 60),
        ([True, False] * 60, [1, 0] * 60),
        (pd.date_range("2024", periods=40).as_unit("s").repeat(3),) * 2,
    ],
)
def test_another_dtype_for_the_same_values(one: Any, other: Any) -> None:
    for today, reference in ((one, other), (other, one)):
        found = row(today, reference)
        assert found[["status", "score", "note"]].tolist() == ["ok", 0.0, ""]
