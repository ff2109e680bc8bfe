"""Total correlation and interaction information: published values, an oracle, identities."""

from __future__ import annotations

import math
from itertools import permutations, product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdkl import InfoTheory
from tests.support import oracle_tables
from tests.support.agree import agree
from tests.support.frames import frames
from tests.truth.test_oracle import sample

XOR = pd.DataFrame({"x": [0, 0, 1, 1], "y": [0, 1, 0, 1], "z": [0, 1, 1, 0]})


def total(frame: pd.DataFrame, **keywords: Any) -> float:
    columns = list(frame)
    return float(InfoTheory(frame).total_correlation(columns, **keywords)["total_correlation"][0])


def interaction(frame: pd.DataFrame, *names: Any, **keywords: Any) -> float:
    result = InfoTheory(frame).interaction_information(*names, **keywords)
    return float(result["interaction_information"][0])


def modular(n: int, m: int) -> pd.DataFrame:
    """Return all rows of n numbers below m whose sum m divides."""
    rows = [row for row in product(range(m), repeat=n) if sum(row) % m == 0]
    return pd.DataFrame(rows, columns=list("abcdefg")[:n])


# ---- published values -------------------------------------------------------------------------


def test_dit_giant_bits() -> None:
    found = [total(pd.DataFrame([[0] * n, [1] * n]), base="bit") for n in range(2, 6)]
    assert found == [1.0, 2.0, 3.0, 4.0]


def test_dit_parity() -> None:
    assert [total(modular(n, 2), base="bit") for n in range(3, 6)] == [1.0, 1.0, 1.0]
    found = [total(modular(3, m), base="bit") for m in range(2, 5)]
    assert found == pytest.approx([1.0, 1.5849625007211565, 2.0], rel=1e-15)


def test_the_two_examples_of_either_sign() -> None:
    """An exclusive or is one bit of synergy, three copies are one bit of redundancy."""
    assert interaction(XOR, "x", "y", "z", base="bit") == -1.0
    copies = pd.DataFrame({"x": [0, 1], "y": [0, 1], "z": [0, 1]})
    assert interaction(copies, "x", "y", "z", base="bit") == 1.0


# ---- the slow second implementation -----------------------------------------------------------

COLUMNS = ["fruit", "grade", "color", "flag"]


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("weights", [None, "w_int", "w_float"])
@pytest.mark.parametrize("by", [None, "shop", ["shop", "size"]])
def test_against_loops(seed: int, weights: str | None, by: Any) -> None:
    frame = sample(seed)
    theory = InfoTheory(frame)
    for dropna, base in [(True, "nat"), (False, 2)]:
        keywords: dict[str, Any] = {"by": by, "weights": weights, "dropna": dropna, "base": base}
        for columns in (COLUMNS, COLUMNS[:2], ["grade", "grade", "color"]):
            expected = oracle_tables.total_correlation(frame, columns, **keywords)
            agree(settled(theory.total_correlation(columns, **keywords)), expected, keywords)
        expected = oracle_tables.interaction_information(frame, *COLUMNS[:3], **keywords)
        found = theory.interaction_information(*COLUMNS[:3], **keywords)
        agree(settled(found), expected, keywords)


def settled(result: pd.DataFrame) -> pd.DataFrame:
    """Read what rounding leaves of two equal informations as 0."""
    name = str(list(result)[-2])
    return result.assign(**{name: result[name].where(~(result[name].abs() < 1e-14), 0.0)})


# ---- identities -------------------------------------------------------------------------------


@given(frame=frames(), dropna=st.booleans())
def test_of_two_columns_it_is_mutual_information(frame: pd.DataFrame, dropna: bool) -> None:
    keywords: dict[str, Any] = {"by": "g", "weights": "w", "dropna": dropna}
    theory = InfoTheory(frame)
    both = theory.total_correlation(["a", "b"], **keywords)
    pair = theory.mutual_information("a", "b", **keywords)
    for name in ("n", "n_missing", "categories"):
        assert both[name].tolist() == pair[name].tolist()
    np.testing.assert_array_equal(both["total_correlation"], pair["mutual_information"])
    for estimator in ("miller-madow", "laplace", "chao-shen"):
        if frame["w"].sum():
            np.testing.assert_allclose(
                theory.total_correlation(["a", "b"], estimator=estimator, **keywords)[
                    "total_correlation"
                ],
                theory.mutual_information("a", "b", estimator=estimator, **keywords)[
                    "mutual_information"
                ],
                rtol=1e-9,
                atol=1e-12,
            )


@given(frame=frames(), dropna=st.booleans())
def test_it_is_the_sum_of_entropies_less_the_joint_one(frame: pd.DataFrame, dropna: bool) -> None:
    frame = frame.dropna() if dropna else frame
    theory = InfoTheory(frame)
    keywords: dict[str, Any] = {"weights": "w", "dropna": dropna}
    columns = ["a", "b", "g"]
    apart = theory.entropy(columns, **keywords)["entropy"].sum(skipna=False)
    whole = theory.entropy(columns, joint=True, **keywords)["entropy"][0]
    found = theory.total_correlation(columns, **keywords)["total_correlation"][0]
    np.testing.assert_allclose(found, apart - whole, rtol=1e-12, atol=1e-14)
    assert not found < 0
    assert not np.signbit(found)


@given(frame=frames(), dropna=st.booleans())
def test_the_three_may_change_places(frame: pd.DataFrame, dropna: bool) -> None:
    keywords: dict[str, Any] = {"weights": "w", "dropna": dropna, "base": "bit"}
    found = [interaction(frame, *names, **keywords) for names in permutations(["a", "b", "g"])]
    np.testing.assert_allclose(found, found[0], rtol=1e-12, atol=1e-14)


@given(frame=frames())
def test_it_is_what_the_condition_takes(frame: pd.DataFrame) -> None:
    theory = InfoTheory(frame)
    without = theory.mutual_information("a", "b", weights="w")["mutual_information"][0]
    within = theory.mutual_information("a", "b", given="g", weights="w")["mutual_information"][0]
    found = interaction(frame, "a", "b", "g", weights="w")
    np.testing.assert_allclose(found, without - within, rtol=1e-12, atol=1e-15)


def test_columns_that_hardly_depend_keep_their_digits() -> None:
    size = 10**7
    cells = list(product([0, 1], repeat=3))
    frame = pd.DataFrame(cells, columns=["a", "b", "c"]).assign(w=[size + 1] + [size] * 7)
    found = InfoTheory(frame).total_correlation(["a", "b", "c"], weights="w")
    expected = oracle_tables.total_correlation(frame, ["a", "b", "c"], weights="w")
    assert found["total_correlation"][0] == pytest.approx(
        expected[0]["total_correlation"], rel=1e-10
    )
    even = frame.assign(w=size)
    assert total(even.drop(columns="w")) == 0.0
    assert InfoTheory(even).total_correlation(["a", "b", "c"], weights="w").iloc[0, -2] == 0.0


# ---- what is asked ----------------------------------------------------------------------------


def test_what_the_columns_are() -> None:
    frame = pd.DataFrame(
        {"a": list("uuvv"), "b": list("uvuv"), "n": [1, 2, 3, 4], "g": list("kkll")}
    )
    theory = InfoTheory(frame)
    result = theory.total_correlation(by="g")
    assert list(result) == [
        *("g", "column", "n", "n_missing", "categories", "total_correlation", "unit"),
    ]
    assert result["column"].tolist() == ["a, b", "a, b"]
    assert theory.total_correlation(bins=2)["column"].tolist() == ["a, b, n, g"]
    assert theory.total_correlation(exclude="g")["column"].tolist() == ["a, b"]
    assert result.attrs["pdkl"] == {
        "method": "total_correlation",
        "by": ["g"],
        "weights": None,
        "dropna": True,
        "base": "nat",
        "estimator": "plugin",
        "unit": "nat",
    }
    cut = theory.interaction_information("a", "b", "n", bins=2, base=2)
    assert list(cut) == [
        *("x", "y", "given", "n", "n_missing", "categories"),
        *("interaction_information", "unit"),
    ]
    facts = cut.attrs["pdkl"]
    assert (facts["bins"], facts["binning"], facts["unit"]) == ("2", "quantile", "bit")


def test_lists_are_paired_and_what_is_given_goes_together() -> None:
    frame = pd.concat([XOR, XOR.iloc[:2]], ignore_index=True).assign(u=list("aabbab"))
    theory = InfoTheory(frame)
    found = theory.interaction_information(["x", "x"], ["y", "u"], "z")
    assert found[["x", "y", "given"]].to_numpy().tolist() == [["x", "y", "z"], ["x", "u", "z"]]
    assert found["interaction_information"].tolist() == [
        interaction(frame, "x", "y", "z"),
        interaction(frame, "x", "u", "z"),
    ]
    together = frame.assign(both=frame["z"].astype(str) + frame["u"])
    for given_ in (["z", "u"], ("z", "u")):
        found = theory.interaction_information("x", "y", given_)
        assert found["given"].tolist() == ["z, u"]
        assert found["interaction_information"][0] == interaction(together, "x", "y", "both")
    found = theory.interaction_information("x", ["y", ("z", "u")], "u")
    assert found["y"].tolist() == ["y", "z, u"]
    assert found["interaction_information"][1] == interaction(together, "x", "both", "u")
    found = theory.total_correlation(["x", ("z", "u")])
    assert found["column"].tolist() == ["x, z, u"]
    expected = theory.mutual_information("x", ("z", "u"))["mutual_information"]
    assert found["total_correlation"].tolist() == expected.tolist()


def test_an_estimator_sums_its_entropies() -> None:
    frame = sample(1, 60)
    theory = InfoTheory(frame)
    names = ["fruit", "grade", "color"]

    def entropy(*columns: str) -> float:
        found = theory.entropy(list(columns), joint=True, dropna=False, estimator="miller-madow")
        return float(found["entropy"][0])

    keywords: dict[str, Any] = {"dropna": False, "estimator": "miller-madow"}
    one, two, three = (
        sum(entropy(*pair) for pair in pairs)
        for pairs in (
            [names[:1], names[1:2], names[2:]],
            [names[:2], names[::2], names[1:]],
            [names],
        )
    )
    found = theory.total_correlation(names, **keywords)["total_correlation"][0]
    assert found == pytest.approx(one - three, rel=1e-12)
    assert interaction(frame, *names, **keywords) == pytest.approx(one - two + three, rel=1e-10)


@pytest.mark.parametrize("estimator", ["miller-madow", "laplace", "chao-shen", "grassberger"])
def test_the_chain_rule_holds_of_every_estimator(estimator: str) -> None:
    theory = InfoTheory(sample(1, 60))
    keywords: dict[str, Any] = {"dropna": False, "estimator": estimator, "by": "size"}
    found = theory.interaction_information("fruit", "grade", "color", **keywords)
    without = theory.mutual_information("fruit", "grade", **keywords)
    within = theory.mutual_information("fruit", "grade", given="color", **keywords)
    np.testing.assert_allclose(
        found["interaction_information"],
        without["mutual_information"] - within["mutual_information"],
        rtol=1e-10,
        atol=1e-12,
    )


def test_without_rows() -> None:
    empty = XOR.iloc[:0].assign(g=pd.Series([], dtype=object))
    theory = InfoTheory(empty)
    assert math.isnan(theory.total_correlation(["x", "y"])["total_correlation"][0])
    assert theory.interaction_information("x", "y", "z")["n"].tolist() == [0]
    for estimator in ("plugin", "laplace"):
        found = theory.total_correlation(["x", "y"], by="g", estimator=estimator)
        assert found.empty
        assert "total_correlation" in found
    lacking = XOR.assign(x=math.nan, g="k")
    found = InfoTheory(lacking).total_correlation(["x", "y"], by="g")
    assert found[["n", "n_missing", "categories"]].to_numpy().tolist() == [[0, 4, 0]]
    assert math.isnan(found["total_correlation"][0])


THEORY = InfoTheory(XOR.assign(w=[0.5, 1, 1, 1], given=1))
WRONG: list[tuple[Any, type[Exception], str]] = [
    (
        lambda: THEORY.total_correlation("x"),
        ValueError,
        "columns must be two at least, as what they share is asked; got 'x'. Name more of them in "
        "a list.",
    ),
    (
        lambda: THEORY.interaction_information("x", "y", None),
        TypeError,
        "x, y and given must all name columns: the two that tell of each other, and what is known "
        "of the third.",
    ),
    (
        lambda: THEORY.interaction_information("x", "y", "q"),
        KeyError,
        "given names column 'q', which data does not have. Its columns are 'x', 'y', 'z', 'w', "
        "'given'.",
    ),
    (
        lambda: THEORY.total_correlation(["x", "y"], weights="w", estimator="nsb"),
        ValueError,
        "estimator='nsb' needs to know how many rows there are, so weights must be whole numbers; "
        "they are fractional. Pass counts, or leave weights out.",
    ),
    (
        lambda: THEORY.interaction_information("x", "y", "z", by="given"),
        ValueError,
        "by names 'given', which the result needs for a column of its own. Rename first: "
        "df.rename(columns={'given': 'given_key'}).",
    ),
]


@pytest.mark.parametrize(("call", "kind", "message"), WRONG)
def test_what_is_wrong_is_told(call: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind) as caught:
        call()
    assert str(caught.value) == message


def test_very_many_combinations_are_told_apart() -> None:
    """Also where 32 bits hold those of the first two columns, and not those of all three."""
    rng, size = np.random.default_rng(0), 300_000
    first = {name: rng.integers(0, 1000, size) for name in "ab"}
    theory = InfoTheory(pd.DataFrame({**first, "c": rng.permutation(size)}))
    columns = ["a", "b", "c"]
    assert theory.entropy(columns, joint=True)["categories"].tolist() == [size]
    assert theory.total_correlation(columns)["categories"].tolist() == [size]


def test_more_combinations_could_occur_than_a_number_holds() -> None:
    wide = pd.DataFrame({name: range(1000) for name in "abcdefg"})
    theory = InfoTheory(wide)
    for estimator in ("plugin", "laplace"):
        found = theory.total_correlation(list(wide), estimator=estimator)["total_correlation"][0]
        assert found == pytest.approx(6 * math.log(1000), rel=1e-14)
