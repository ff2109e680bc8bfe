"""Columns that are left out: as if the frame had not had them, or the list not named them."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pandas as pd
import pytest

import pdkl
from pdkl import ColumnNotFoundError, InfoTheory, Profile

RNG = np.random.default_rng(3)
DATA = pd.DataFrame({name: RNG.choice(list("uvw"), 200) for name in ["a", "b", "c", "d"]})
DATA["g"] = RNG.choice(["x", "y"], 200)
DATA["n"] = RNG.integers(1, 3, 200)
OTHER = DATA.sample(frac=1, random_state=0).reset_index(drop=True).assign(z="r")
THEORY = InfoTheory(DATA)
NAMES = "'a', 'b', 'c', 'd', 'g', 'n'"

# every method whose columns are all by default, and how it is asked
METHODS: dict[str, dict[str, Any]] = {
    "entropy": {},
    "distribution": {},
    "diversity": {},
    "cross_entropy": {"by": "g", "against": "rest"},
    "kl_divergence": {"by": "g", "against": "rest"},
    "js_divergence": {"by": "g", "against": "all"},
    "divergence": {"by": "g", "against": "pairs"},
    "contributions": {"by": "g", "against": "rest"},
    "mutual_information": {"by": "g"},
    "variation_of_information": {},
    "total_correlation": {"by": "g"},
    "weight_of_evidence": {"target": "g", "event": "x"},
    "drift": {"reference": DATA, "by": "g"},
    "explain": {"reference": OTHER.drop(columns="z")},
    "changes": {"by": "g", "weights": "n"},
    "profile": {"by": "g", "weights": "n"},
    "report": {"reference": DATA, "weights": "n"},
}


FROM_A_FRAME = ("cross_entropy", "kl_divergence", "js_divergence", "contributions", "divergence")


@pytest.mark.parametrize("method", FROM_A_FRAME)
@pytest.mark.parametrize("by", [None, "g"])
def test_what_the_reference_lacks_is_left_out_where_none_is_named(
    method: str, by: str | None
) -> None:
    ask = getattr(THEORY, method)
    lacking = OTHER.drop(columns="b")
    with pytest.warns(UserWarning, match="^left out 'b': reference has no such column$") as caught:
        found = ask(reference=lacking, by=by)
    assert caught[0].filename == __file__
    expected = ask(reference=OTHER, by=by, exclude="b")
    pd.testing.assert_frame_equal(found, expected)
    assert found.attrs["pdkl"]["left_out"] == {"b": "reference has no such column"}
    assert "left_out" not in expected.attrs["pdkl"]
    with pytest.raises(ColumnNotFoundError, match=r"^p names column 'b', which reference "):
        ask(["a", "b"], reference=lacking, by=by)


def test_ordered_measures_and_bins_leave_out_what_the_reference_lacks_too() -> None:
    numbers = DATA.assign(m=DATA["n"] * 2)
    lacking = numbers.drop(columns="n")
    for keywords in ({"measures": ["wasserstein"]}, {"bins": {"m": 2, "n": 2}}, {"bins": 2}):
        with pytest.warns(UserWarning, match="^left out 'n': reference has no such column$"):
            found = InfoTheory(numbers).divergence(reference=lacking, **keywords)
        assert "m" in found["column"].tolist()


def asked(method: str, data: pd.DataFrame = DATA, **keywords: Any) -> pd.DataFrame:
    found = getattr(InfoTheory(data), method)(**{**METHODS[method], **keywords})
    if isinstance(found, Profile):
        return InfoTheory(found).entropy()
    return found.frame if isinstance(found, pdkl.Report) else found


def test_every_method_with_a_default_takes_it() -> None:
    for name, method in inspect.getmembers(InfoTheory, inspect.isfunction):
        parameters = inspect.signature(method).parameters
        has_default = any(
            one in parameters and parameters[one].default is None for one in ("columns", "p", "x")
        )
        if not name.startswith("_"):
            assert ("exclude" in parameters) == (name in METHODS) == has_default, name


@pytest.mark.parametrize("method", METHODS)
def test_by_default_it_is_as_if_the_columns_were_not_there(method: str) -> None:
    keywords = dict(METHODS[method])
    if "reference" in keywords:
        keywords["reference"] = keywords["reference"].drop(columns=["b", "d"])
    found = asked(method, exclude=["d", "b"])
    expected = asked(method, DATA.drop(columns=["b", "d"]), **keywords)
    pd.testing.assert_frame_equal(found, expected)
    if method != "profile":
        assert found.attrs["pdkl"]["exclude"] == ["b", "d"]
        assert "exclude" not in expected.attrs["pdkl"]


@pytest.mark.parametrize("method", [name for name in METHODS if "information" not in name])
def test_from_a_list_it_is_taken_away(method: str) -> None:
    parameters = inspect.signature(getattr(InfoTheory, method)).parameters
    (name,) = {"columns", "p"} & set(parameters)
    named: dict[str, Any] = {name: ["c", "a", "d"]}
    fewer: dict[str, Any] = {name: ["c", "d"]}
    pd.testing.assert_frame_equal(asked(method, exclude="a", **named), asked(method, **fewer))


@pytest.mark.parametrize("method", METHODS)
def test_an_unknown_name_is_an_error(method: str) -> None:
    pd.testing.assert_frame_equal(asked(method, exclude=[]), asked(method))
    with pytest.raises(ColumnNotFoundError) as caught:
        asked(method, exclude=["a", "B"])
    known = "data, like reference," if "reference" in METHODS[method] else "data"
    assert str(caught.value) == (
        f"exclude names column 'B', which {known} does not have. Did you mean 'b'? Its columns are "
        f"{NAMES}."
    )


def test_keys_and_weights_may_be_named() -> None:
    """As where one list serves several calls."""
    found = THEORY.entropy(by="g", weights="n", exclude=["g", "n", "a"])
    pd.testing.assert_frame_equal(found, THEORY.entropy(["b", "c", "d"], by="g", weights="n"))


def test_pairs_with_one_of_them_are_none() -> None:
    found = THEORY.js_divergence(["a", "b", "c"], ["b", "c", "d"], exclude="c")
    pd.testing.assert_frame_equal(found, THEORY.js_divergence("a", "b"))
    found = THEORY.mutual_information(["a", "b"], ["b", "c"], exclude=["c"])
    pd.testing.assert_frame_equal(found, THEORY.mutual_information("a", "b"))
    found = THEORY.mutual_information(["a", "b"], exclude=["b", "g"])
    assert found[["x", "y"]].to_numpy().tolist() == [["a", "c"], ["a", "d"]]
    found = THEORY.variation_of_information(exclude=["b", "g"], given="d")
    assert found[["x", "y"]].to_numpy().tolist() == [["a", "c"]]


def test_joint_columns_are_those_that_stay() -> None:
    found = THEORY.entropy(["a", "b", "c"], joint=True, exclude="b")
    assert found["column"].tolist() == ["a, c"]


def test_drift_leaves_out_columns_of_either_side() -> None:
    found = DATA.drop(columns="d").info_theory.drift(OTHER, exclude=["d", "z", "g", "n"])
    assert found["column"].tolist() == ["a", "b", "c"]
    assert set(found["status"]) <= {"ok", "unsure", "drift"}


def test_drift_leaves_out_what_it_could_not_read() -> None:
    twice = pd.concat([DATA, DATA[["a"]]], axis=1)
    assert "error" in set(twice.info_theory.drift(DATA)["status"])
    found = twice.info_theory.drift(DATA, exclude=["a"])
    pd.testing.assert_frame_equal(found, THEORY.drift(DATA, exclude=["a"]))
    nested = DATA.assign(d=pd.Series([["u"]] * 200, dtype=object))
    with pytest.warns(UserWarning, match="column 'd'"):
        profile = nested.info_theory.profile()
    found = InfoTheory(profile).drift(DATA, exclude="d")
    assert found["column"].tolist() == [name for name in DATA if name != "d"]


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (
            lambda: THEORY.entropy(exclude=["a", "b", "c", "d", "g"]),
            ValueError,
            "exclude leaves none of the columns of columns, which are 'a', 'b', 'c', 'd', 'g'. "
            "Name fewer in exclude.",
        ),
        (
            lambda: THEORY.kl_divergence("a", exclude="a", by="g", against="rest"),
            ValueError,
            "exclude leaves none of the columns of p, which are 'a'. Name fewer in exclude.",
        ),
        (
            lambda: THEORY.kl_divergence(["a", "b"], ["c", "d"], exclude=["a", "d"]),
            ValueError,
            "exclude leaves none of the pairs of p and q: it names a column of each. Name fewer in "
            "exclude.",
        ),
        (
            lambda: THEORY.drift(DATA, ["a", "b"], exclude=["a", "b"]),
            ValueError,
            "exclude leaves none of the columns of columns, which are 'a', 'b'. Name fewer in "
            "exclude.",
        ),
        (
            lambda: THEORY.mutual_information(exclude=["a", "b", "c", "d"]),
            ValueError,
            "x and y are None, which means all pairs of string, categorical, boolean and object "
            "columns outside by, weights, given and exclude; there is only 'g'. Name x and y.",
        ),
        (
            lambda: THEORY.entropy(exclude=["A"]),
            ColumnNotFoundError,
            "exclude names column 'A', which data does not have. Did you mean 'a'? Its columns are "
            f"{NAMES}.",
        ),
        (
            lambda: THEORY.drift(OTHER, exclude=["y"]),
            ColumnNotFoundError,
            "exclude names column 'y', which data, like reference, does not have. Its columns are "
            f"{NAMES}, 'z'.",
        ),
        (
            lambda: THEORY.entropy(exclude={"a"}),  # type: ignore[arg-type]
            TypeError,
            "exclude must be a column name or a list of them; got set.",
        ),
    ],
)
def test_what_is_wrong_is_told(call: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind) as caught:
        call()
    assert str(caught.value) == message
