"""Profiles with few categories lump the others, on both sides."""

from __future__ import annotations

import copy
import pickle
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import pdkl
from pdkl import InfoTheory
from pdkl.codes import labels
from tests.support.profiles import BEFORE, FRAME


def lumped_by_hand(values: list[Any], kept: list[Any]) -> dict[Any, int]:
    return dict(Counter(value if value in kept else "(other)" for value in values))


def test_max_categories_keeps_the_most_frequent() -> None:
    frame = pd.DataFrame(
        {"g": list("uuuuvvvvv"), "x": ["c", "c", "b", "a", "c", "b", "d", "a", None], "y": 9 * [1]}
    )
    profile = frame.info_theory.profile(["x", "y"], by="g", max_categories=2)
    whole = {"bins": None, "lumped": 0, "edges": None}
    assert profile.facts["columns"]["x"] == {"categories": 2} | whole | {"lumped": 2}
    assert profile.facts["columns"]["y"] == {"categories": 1} | whole
    result = InfoTheory(profile).distribution("x", by="g")
    found = {(g, c): n for g, c, n in result[["g", "category", "count"]].itertuples(index=False)}
    # a and b are equally frequent, and a comes first
    assert found == {
        ("u", "c"): 2, ("u", "a"): 1, ("u", "(other)"): 1,
        ("v", "c"): 1, ("v", "a"): 1, ("v", "(other)"): 2,
    }  # fmt: skip
    assert result.attrs["pdkl"]["folded"] == {"x": 2}
    assert "folded" not in InfoTheory(profile).entropy("y").attrs["pdkl"]
    assert InfoTheory(profile).mutual_information("x", "g").attrs["pdkl"]["folded"] == {"x": 2}
    again = InfoTheory(profile).profile("x").fold(1)
    assert again.facts["columns"]["x"] == {"categories": 1} | whole | {"lumped": 3}
    assert again == frame.info_theory.profile("x", max_categories=1)


@pytest.mark.parametrize("name", ["text", "level", "flag", "thing"])
def test_the_other_side_is_lumped_too(name: str, tmp_path: Path) -> None:
    profile = BEFORE.info_theory.profile(name, by="shop", max_categories=1)
    profile.save(tmp_path / "p")
    assert pdkl.load_profile(tmp_path / "p") == profile
    counted = Counter(BEFORE[name].dropna())
    kept = [value for value, n in counted.items() if n == max(counted.values())]
    shown = InfoTheory(profile).distribution(name)["category"]
    keep = [value for value in kept if str(value) in list(shown.map(str))][:1]

    def by_hand(frame: pd.DataFrame) -> pd.DataFrame:
        text = [None if pd.isna(v) else "kept" if v in keep else "else" for v in frame[name]]
        return frame[["shop"]].assign(**{name: pd.Series(text, dtype="str")})

    expected = by_hand(FRAME).info_theory.kl_divergence(name, by="shop", reference=by_hand(BEFORE))
    result = FRAME.info_theory.kl_divergence(name, by="shop", reference=profile)
    expected["reference"] = pd.Series("profile", index=expected.index, dtype="str")
    assert_frame_equal(result, expected)
    full = FRAME.info_theory.kl_divergence(name, by="shop", reference=BEFORE)
    assert (result["kl_divergence"] <= full["kl_divergence"] + 1e-12).all()
    assert result.attrs["pdkl"]["folded"] == {name: len(counted) - 1}
    shown = InfoTheory(profile).contributions(name, by="shop", reference=FRAME)["category"]
    assert "(other)" in set(shown)


def test_two_lumped_profiles_share_what_both_have_kept() -> None:
    one = pd.DataFrame({"x": list("aaabbbcd")})
    two = pd.DataFrame({"x": list("bbbbcccaad")})
    p, q = (frame.info_theory.profile(max_categories=2) for frame in (one, two))  # a, b and b, c
    result = InfoTheory(p).contributions("x", reference=q).set_index("category")
    assert result[["count", "count_reference"]].to_dict("index") == {
        "b": {"count": 3, "count_reference": 4},
        "(other)": {"count": 5, "count_reference": 6},
    }
    apart = pd.DataFrame({"x": list("zzzyyyw")}).info_theory.profile(max_categories=1)
    assert InfoTheory(p).kl_divergence(reference=apart)["kl_divergence"].tolist() == [0.0]


def test_a_category_called_other_stays_apart() -> None:
    frame = pd.DataFrame({"x": ["(other)", "(other)", "a", "b"]})
    result = InfoTheory(frame.info_theory.profile(max_categories=1)).distribution("x")
    assert result["category"].tolist() == ["(other)", "(other)"]
    assert result["count"].tolist() == [2, 2]
    result = frame.info_theory.kl_divergence(
        reference=frame.info_theory.profile(max_categories=1), test=True, rng=0, blocks=None
    )
    assert result["categories"].tolist() == [2]


def test_lumping_with_blocks() -> None:
    lumped = BEFORE.info_theory.profile("text", by="month", max_categories=1)
    top = InfoTheory(lumped).distribution("text")["category"].map(str)
    keep = next(value for value in top if value != "(other)")

    def by_hand(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.assign(text=frame["text"].map(lambda v: "q" if v not in (keep, None) else v))

    keywords: dict[str, Any] = {"test": True, "blocks": "month", "rng": 5, "progress": False}
    live = FRAME.dropna(subset="text")
    before = BEFORE.dropna(subset="text")
    lumped = before.info_theory.profile("text", by="month", max_categories=1)
    result = live.info_theory.js_divergence("text", reference=lumped, **keywords)
    expected = by_hand(live).info_theory.js_divergence(
        "text", reference=by_hand(before), **keywords
    )
    shared = ["n", "n_reference", "categories", "js_divergence"]
    assert_frame_equal(result[shared], expected[shared])


def test_lumped_labels_are_themselves_everywhere() -> None:
    other = labels.OTHER
    assert copy.deepcopy(other) is other
    assert pickle.loads(pickle.dumps(other)) is other
    assert str(other) == "(other)" != other
    with pytest.raises(ValueError, match="zeros='raise'") as caught:
        pd.DataFrame({"x": ["b"]}).info_theory.kl_divergence(
            reference=pd.DataFrame({"x": ["a"]}).info_theory.profile().fold(1), zeros="raise"
        )
    assert "has categories of probability 0 in the reference: 'b'" in str(caught.value)


def test_new_categories_show() -> None:
    profile = pd.DataFrame({"x": ["a", "b"]}).info_theory.profile()
    result = pd.DataFrame({"x": ["a", "new"]}).info_theory.kl_divergence(reference=profile)
    assert result[["unseen", "vanished", "kl_divergence"]].iloc[0].tolist() == [0.5, 0.5, np.inf]
