"""Groups meet by the values of their keys, whatever holds them, and nothing missing is lost."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from pdkl import InfoTheory
from pdkl.codes.keys import sort_rows
from tests.support.values import KINDS

PAIRS = [
    pytest.param(left, right, id=f"{kind}-{left.dtype}-{right.dtype}-{i}")
    for kind, group in KINDS.items()
    for i, left in enumerate(group)
    for right in group
]


def sizes(left: Any, right: Any) -> list[list[int]]:
    """Compare frames group by group, and return how many rows each side has."""
    here, there = (pd.DataFrame({"k": keys, "x": "a"}) for keys in (left, right))
    found = here.info_theory.js_divergence("x", by="k", reference=there)
    assert len(found) == len(found["k"].dropna()) + found["k"].isna().any()
    counts: list[list[int]] = found[["n", "n_reference"]].to_numpy().tolist()
    return counts


@pytest.mark.parametrize(("left", "right"), PAIRS)
def test_the_same_keys_meet_in_every_dtype(left: pd.Series[Any], right: pd.Series[Any]) -> None:
    assert sizes(left, right.iloc[::-1]) == [[1, 1]] * len(left)


@pytest.mark.parametrize(("left", "right"), PAIRS)
def test_a_missing_key_is_a_group_of_its_own(left: pd.Series[Any], right: pd.Series[Any]) -> None:
    lacking = right.astype(object).reindex(range(len(right) + 2))
    assert sizes(left, lacking) == [[1, 1]] * len(left) + [[0, 2]]
    assert sizes(lacking, left) == [[1, 1]] * len(left) + [[2, 0]]
    if left.dtype.kind in "fO":
        assert sizes(left.reindex(range(len(left) + 1)), lacking)[-1] == [1, 2]


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA])
@pytest.mark.parametrize("method", ["js_divergence", "drift", "explain", "profile"])
def test_booleans_beside_none_stay_what_they_are(method: str, missing: Any) -> None:
    here = pd.DataFrame({"g": [True, True, False], "x": ["p", "q", "p"]})
    keys = pd.Series([True, missing, missing, False], dtype=object)
    there: Any = pd.DataFrame({"g": keys, "x": ["p", "p", "q", "q"]})
    if method == "profile":
        there, method = there.info_theory.profile("x", by="g"), "js_divergence"
    options = {} if method == "js_divergence" else {"rng": 0}
    if method == "explain":
        found = here.info_theory.explain(there, "x", by="g", **options).iloc[1:]
    elif method == "drift":
        found = here.info_theory.drift(there, "x", by="g", **options)
    else:
        found = here.info_theory.js_divergence("x", by="g", reference=there)
    assert found["g"].isna().tolist() == [False, False, True]
    assert found[["n", "n_reference"]].to_numpy().tolist() == [[1, 1], [2, 1], [0, 2]]


IDS = [1541815603606036480, 1541815603606036481, 1541815603606036482]


@pytest.mark.parametrize("dtype", ["object", "Int64", "int64[pyarrow]", "category"])
def test_ids_of_64_bits_never_pass_through_floats(dtype: str) -> None:
    keys = pd.Series([*IDS[:2], None], dtype="Int64").astype(object).astype(dtype)  # type: ignore[call-overload]
    assert sizes(IDS, keys) == [[1, 1], [1, 1], [1, 0], [0, 1]]
    here, there = pd.DataFrame({"k": IDS}), pd.DataFrame({"k": keys})
    found = here.info_theory.js_divergence("k", reference=there)
    assert found[["categories", "n_missing_reference"]].to_numpy().tolist() == [[3, 1]]


def test_integers_meet_what_floats_hold_exactly() -> None:
    keys = pd.Series([2**53, 2**53 + 1])
    assert sizes(keys, keys.astype(float)) == [[1, 2], [1, 0]]


def test_floats_meet_at_the_precision_of_the_narrowest() -> None:
    wide = pd.Series([0.1, 0.2, 0.3])
    for narrow in (wide.astype("float32"), wide.astype("float[pyarrow]")):
        assert sizes(wide, narrow) == sizes(narrow, wide) == [[1, 1]] * 3
        assert InfoTheory(pd.DataFrame({"x": wide})).js_divergence(
            "x", reference=pd.DataFrame({"x": narrow})
        )["js_divergence"].tolist() == [0.0]
    near = pd.Series([0.1, 0.1 + 1e-12])
    assert sizes(near, near) == [[1, 1], [1, 1]]
    assert sizes(near, near[:1].astype("float32")) == [[2, 1]]


def test_decimals_meet_floats_as_floats() -> None:
    decimals = pd.Series([Decimal("0.1"), Decimal("0.2")], dtype=object)
    assert sizes(decimals, [0.1, 0.2]) == sizes([0.1, 0.2], decimals) == [[1, 1], [1, 1]]


@pytest.mark.parametrize("dtype", ["float64", "float32", "double[pyarrow]", "Float64", "object"])
def test_both_zeros_are_one(dtype: str) -> None:
    zeros = pd.Series([0.0, -0.0, -0.0, 1.0], dtype=dtype)
    assert sizes(zeros, [0, 1]) == [[3, 1], [1, 1]]
    frame = pd.DataFrame({"x": zeros, "g": "u"})
    assert frame.info_theory.entropy("x", base=2)["categories"].tolist() == [2]
    assert frame.info_theory.mutual_information("x", "g")["mutual_information"].tolist() == [0.0]
    assert str(frame.info_theory.distribution("x")["category"].tolist()) == "[0.0, 1.0]"


def test_numbers_of_several_types_in_one_column_are_equal_by_value() -> None:
    mixed = pd.Series([1, Decimal("1.0"), True, 1.0, 0.5, Decimal("0.5")], dtype=object)
    assert sizes(mixed, [0.5, 1]) == [[2, 1], [4, 1]]


def test_a_dictionary_may_hold_a_value_twice_null_and_others_in_each_chunk() -> None:
    chunks = [
        pa.DictionaryArray.from_arrays(pa.array([0, 2, 1]), pa.array(["a", "a", "b"])),
        pa.DictionaryArray.from_arrays(pa.array([1, 0, None]), pa.array([None, "b"])),
    ]
    keys = pd.Series(pd.arrays.ArrowExtensionArray(pa.chunked_array(chunks)))
    frame = pd.DataFrame({"k": keys, "x": "u"})
    assert frame.info_theory.entropy("x", by="k")["n"].tolist() == [2, 2, 2]
    found = frame.info_theory.distribution("k", dropna=False)
    assert found["category"].astype(object).where(found["category"].notna(), None).tolist() == [
        "a", "b", None,
    ]  # fmt: skip
    assert found["count"].tolist() == [2, 2, 2]


def test_a_label_is_found_by_its_value() -> None:
    days = [datetime.date(2024, 1, 1), datetime.date(2024, 1, 2)]
    frame = pd.DataFrame({"k": pd.Series(days, dtype=object), "x": ["a", "b"]})
    found = frame.info_theory.js_divergence("x", by="k", reference=pd.Timestamp("2024-01-02"))
    assert found["k_reference"].tolist() == [days[1]] * 2


def in_dictionaries(values: list[str], *, ordered: bool = False) -> pa.Array:
    kind = pa.dictionary(pa.int8(), pa.string(), ordered)
    levels = list(dict.fromkeys(values))
    return pa.DictionaryArray.from_arrays(
        pa.array([levels.index(value) for value in values], pa.int8()), levels, ordered=ordered
    ).cast(kind)


MONTHS = ["2024-03", "2024-01", "2024-02", "2024-01", "2024-03", "2024-02"]


@pytest.mark.parametrize("turn", [1, -1])
def test_a_dictionary_that_saves_space_declares_no_order(turn: int) -> None:
    months, x = MONTHS[::turn], list("aabbbb")[::turn]
    table = pa.table({"k": in_dictionaries(months), "x": x})
    frames: list[Any] = [table, table.to_pandas(types_mapper=pd.ArrowDtype)]
    for data in [*frames, pd.DataFrame({"k": months, "x": x})]:
        found = InfoTheory(data).js_divergence("x", by="k", against="previous")
        assert found["k"].astype(str).tolist() == ["2024-01", "2024-02", "2024-03"]
        assert found["js_divergence"].round(4).tolist()[1:] == [0.2158, 0.2158]
    ordered = pa.table({"k": in_dictionaries(MONTHS, ordered=True), "x": list("aabbbb")})
    found = InfoTheory(ordered).js_divergence("x", by="k", against="previous")
    assert found["k"].tolist() == ["2024-03", "2024-01", "2024-02"]


@pytest.mark.parametrize("values", [[1, 2, 5], [5, 1, 2], [-3, 0, None], [None, -3, 0], []])
@pytest.mark.parametrize("dtype", ["int64", "uint8", "float64", "Int64", "category"])
def test_groups_are_sorted_by_value_and_missing_ones_last(values: list[Any], dtype: str) -> None:
    if None in values and dtype in ("int64", "uint8"):
        values = [7, 200, 201]
    if dtype == "uint8":
        values = [abs(value) for value in values]
    keys = pd.DataFrame({"g": pd.Series(values, dtype=dtype)})
    places = range(len(values))
    rank = [(values[i] is None, values[i] or 0) for i in places]
    assert sort_rows(keys).tolist() == sorted(places, key=rank.__getitem__)
