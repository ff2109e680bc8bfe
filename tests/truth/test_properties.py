"""Identities of information theory, over random frames of mixed dtypes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdkl import InfoTheory
from tests.support.frames import frames

DROPNA = st.booleans()


def one(frame: pd.DataFrame, method: str, *arguments: Any, **keywords: Any) -> pd.Series[Any]:
    result: pd.Series[Any] = getattr(InfoTheory(frame), method)(
        *arguments, weights="w", **keywords
    )[method]
    return result


@given(frame=frames(), dropna=DROPNA)
def test_cross_entropy_is_entropy_plus_divergence(frame: pd.DataFrame, dropna: bool) -> None:
    keywords: dict[str, Any] = {"by": "g", "dropna": dropna}
    cross = one(frame, "cross_entropy", "a", "b", **keywords)
    apart = one(frame, "kl_divergence", "a", "b", **keywords)
    own = one(frame, "entropy", "a", **keywords)
    np.testing.assert_allclose(cross, apart + own.where(apart.notna()), rtol=1e-13, atol=1e-15)


@given(frame=frames(), dropna=DROPNA)
def test_divergence_from_itself_is_zero(frame: pd.DataFrame, dropna: bool) -> None:
    for method in ("kl_divergence", "js_divergence"):
        value = one(frame, method, "a", "a", by="g", dropna=dropna).dropna()
        assert (value == 0).all()
        assert not np.signbit(value).any()


@given(frame=frames(), dropna=DROPNA)
def test_bounds(frame: pd.DataFrame, dropna: bool) -> None:
    keywords: dict[str, Any] = {"by": "g", "dropna": dropna}
    theory = InfoTheory(frame)
    own = theory.entropy("a", weights="w", **keywords).dropna()
    assert (own["entropy"] >= 0).all()
    assert (own["entropy"] <= np.log(own["categories"]) * (1 + 1e-15)).all()
    apart = theory.kl_divergence("a", "b", weights="w", **keywords).dropna()
    assert (apart["kl_divergence"] >= 0).all()
    assert ((apart["kl_divergence"] == np.inf) == (apart["unseen"] > 0)).all()
    js = one(frame, "js_divergence", "a", "b", base="bit", **keywords).dropna()
    assert ((js >= 0) & (js <= 1)).all()


@given(frame=frames(), dropna=DROPNA)
def test_js_is_symmetric(frame: pd.DataFrame, dropna: bool) -> None:
    keywords: dict[str, Any] = {"by": "g", "dropna": dropna}
    forth = one(frame, "js_divergence", "a", "b", **keywords)
    back = one(frame, "js_divergence", "b", "a", **keywords)
    np.testing.assert_array_equal(forth, back)


@given(frame=frames(), dropna=DROPNA)
def test_mean_divergence_from_all_is_mutual_information(frame: pd.DataFrame, dropna: bool) -> None:
    keywords: dict[str, Any] = {"weights": "w", "dropna": dropna}
    theory = InfoTheory(frame)
    shift = theory.kl_divergence("a", by="g", against="all", **keywords)
    shift = shift[shift["n"] > 0]
    if shift.empty:
        return
    mean = (shift["kl_divergence"] * shift["n"]).sum() / shift["n"].sum()
    # the same from entropies: I = H(value) - H(value | group), over the rows that have a value
    whole = theory.entropy("a", **keywords)["entropy"].iloc[0]
    inside = theory.entropy("a", by="g", **keywords)
    inside = inside[inside["n"] > 0]
    conditional = (inside["entropy"] * inside["n"]).sum() / inside["n"].sum()
    assert mean == pytest.approx(whole - conditional, abs=1e-13)


@given(frame=frames())
def test_chain_rule(frame: pd.DataFrame) -> None:
    """KL of pairs is KL of the first plus the mean KL of the second given the first."""
    frame = frame.assign(side=np.where(np.arange(len(frame)) % 2, "2 p", "1 q"))
    frame = frame[frame["a"].notna() & frame["b"].notna() & (frame["w"] > 0)]
    if set(frame["side"]) != {"2 p", "1 q"}:
        return
    frame["pair"] = pd.Series(list(zip(frame["a"], frame["b"], strict=True)), index=frame.index)
    joint, first = (
        one(frame, "kl_divergence", column, by="side", reference="1 q").iloc[1]
        for column in ("pair", "a")
    )
    assert joint >= first
    if np.isfinite(joint):
        inside = InfoTheory(frame).kl_divergence(
            "b", by=["a", "side"], against="previous", weights="w"
        )
        inside = inside[inside["side"] == "2 p"]
        mean = (inside["kl_divergence"] * inside["n"]).sum() / inside["n"].sum()
        assert joint == pytest.approx(first + mean, abs=1e-13)


@given(frame=frames(), dropna=DROPNA, measure=st.sampled_from(["kl_divergence", "js_divergence"]))
def test_contributions_add_up(frame: pd.DataFrame, dropna: bool, measure: Any) -> None:
    keywords: dict[str, Any] = {"by": "g", "against": "rest", "weights": "w", "dropna": dropna}
    theory = InfoTheory(frame)
    total = getattr(theory, measure)("a", **keywords).set_index("g")[measure]
    terms = theory.contributions("a", measure=measure, **keywords)
    added = terms.groupby("g")["contribution"].agg(lambda part: part.sum(skipna=False))
    for group, value in added.items():
        np.testing.assert_allclose(value, total[group], atol=1e-14)


@given(frame=frames(), dropna=DROPNA)
def test_rest_is_the_frame_without_the_group(frame: pd.DataFrame, dropna: bool) -> None:
    keywords: dict[str, Any] = {"weights": "w", "dropna": dropna}
    rest = InfoTheory(frame).kl_divergence("a", by="g", against="rest", **keywords)
    for row in rest.to_dict("records"):
        inside = frame[frame["g"] == row["g"]]
        outside = frame[frame["g"] != row["g"]]
        again = InfoTheory(inside).kl_divergence("a", reference=outside, **keywords)
        # one entry stands for all that a group lacks: the last digit may differ
        np.testing.assert_allclose(
            row["kl_divergence"], again["kl_divergence"].iloc[0], rtol=1e-15, atol=0
        )


@given(frame=frames(weighted=True), dropna=DROPNA)
def test_weights_are_repeated_rows(frame: pd.DataFrame, dropna: bool) -> None:
    repeated = frame.loc[frame.index.repeat(frame["w"])]
    keywords: dict[str, Any] = {"by": "g", "against": "all", "dropna": dropna, "smoothing": 0.5}
    counted = InfoTheory(frame).kl_divergence("a", weights="w", **keywords)
    plain = InfoTheory(repeated).kl_divergence("a", **keywords)
    counted = counted[(counted["n"] > 0) | counted["g"].isin(plain["g"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(counted, plain)


@given(frame=frames(), dropna=DROPNA)
def test_smoothed_divergence_is_finite(frame: pd.DataFrame, dropna: bool) -> None:
    for smoothing in ("laplace", "jeffreys", "perks", 1e-3):
        value = one(
            frame, "kl_divergence", "a", by="g", against="rest", smoothing=smoothing, dropna=dropna
        )
        assert np.isfinite(value.dropna()).all()
