"""Errors about profiles, word for word."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import pdkl
from pdkl import InfoTheory, Profile
from tests.support.profiles import FRAME

SHOPS = FRAME.info_theory.profile(["text", "level", "whole"], by="shop")
BINNED = FRAME.info_theory.profile(["size", "time"], by="shop", bins=2)
LUMPED = FRAME.info_theory.profile("text", max_categories=1)
LEVELS = FRAME.astype({"whole": "category"})
WEIGHTED = FRAME.info_theory.profile("text", weights="count")
DAILY = FRAME.info_theory.profile("text", by=pd.Grouper(key="time", freq="D"))
SEVENS = FRAME.info_theory.profile("text", by=pd.Grouper(key="time", freq="7h"))
HUGE = pd.DataFrame({"x": ["a"], "w": [2**62]}).info_theory.profile("x", weights="w")
VAST = pd.DataFrame({"x": ["a"], "w": [6e299]}).info_theory.profile("x", weights="w")
ONE_BY_ONE = (
    "a profile counts its columns one by one, so it does not know how {} go together; it was taken "
    "{}. Name one of them in by= when you take the profile, or make the combination a column of "
    "its own."
)
RECUT = (
    "bins asks to cut column 'size' anew, but a profile has cut it already and its values are "
    "gone. Leave bins out, or take the profile with these bins."
)
DAY = "freq='D', closed='left', label='left', origin='start_day', offset='None'"
SEVEN = "freq='7h', closed='left', label='left', origin='start_day', offset='None'"


def plain(**columns: Any) -> Profile:
    return InfoTheory(pd.DataFrame(columns)).profile(list(columns))


ERRORS: list[tuple[Callable[[], Any], type[Exception], str]] = [
    (
        lambda: InfoTheory(SHOPS).mutual_information("text", "level"),
        ValueError,
        ONE_BY_ONE.format("'text' and 'level'", "by 'shop'"),
    ),
    (
        lambda: InfoTheory(plain(a=["x"], b=["y"])).entropy(["a", "b"], joint=True),
        ValueError,
        ONE_BY_ONE.format("'a' and 'b'", "without by="),
    ),
    (
        lambda: InfoTheory(plain(a=[1], b=[0.5])).binary_cross_entropy("a", "b"),
        ValueError,
        ONE_BY_ONE.format("'a' and 'b'", "without by="),
    ),
    (
        lambda: InfoTheory(SHOPS).entropy("text", by="level"),
        ValueError,
        ONE_BY_ONE.format("'level' and 'text'", "by 'shop'"),
    ),
    (
        lambda: InfoTheory(SHOPS).entropy("text", weights="whole"),
        ValueError,
        "weights='whole' cannot be applied to a profile that was taken of plain rows. Leave "
        "weights out, or take it with weights='whole'.",
    ),
    (
        lambda: InfoTheory(
            FRAME.info_theory.profile(["text", "whole"], weights="count")
        ).entropy("text", weights="whole"),
        ValueError,
        "weights='whole' cannot be applied to a profile that was taken with weights='count'. "
        "Leave weights out, or take it with weights='whole'.",
    ),
    (
        lambda: FRAME.info_theory.kl_divergence("text", reference=LUMPED, weights="count"),
        ValueError,
        "weights='count' applies to both sides, but the profile that is reference was taken "
        "without it. Take it with weights='count'.",
    ),
    (
        lambda: FRAME.info_theory.kl_divergence("text", by=["shop", "month"], reference=SHOPS),
        ValueError,
        "reference has only some of by: 'shop', not 'month'. Add the missing ones to match it "
        "group by group. To compare each group with the whole reference, pass match=False.",
    ),
    (lambda: InfoTheory(BINNED).entropy("size", bins=3), ValueError, RECUT),
    (lambda: InfoTheory(BINNED).mutual_information("size", "shop", bins=3), ValueError, RECUT),
    (
        lambda: FRAME.info_theory.kl_divergence("size", reference=BINNED, bins={"size": [0, 1]}),
        ValueError,
        RECUT,
    ),
    (lambda: InfoTheory(BINNED).profile("size", bins=4), ValueError, RECUT),
    (
        lambda: InfoTheory(BINNED).kl_divergence(
            "size", reference=FRAME.info_theory.profile("size", bins=[0, 1])
        ),
        ValueError,
        "column 'size' is not cut at the same places in both profiles. Take them with the same "
        "edges, or with the bins of the first: profile(..., bins=first).",
    ),
    (
        lambda: InfoTheory(BINNED).profile(
            "size", bins=FRAME.info_theory.profile("size", bins=[0, 1])
        ),
        ValueError,
        RECUT,
    ),
    (
        lambda: InfoTheory(BINNED).kl_divergence("size", "time"),
        ValueError,
        "columns 'size' and 'time' of the profile are not cut at the same places, so their "
        "intervals cannot be compared. Take it with the same edges for both.",
    ),
    (
        lambda: InfoTheory(FRAME.info_theory.profile(["size", "whole"], bins={"size": 2}))
        .kl_divergence("whole", "size", bins={"whole": 2}),
        ValueError,
        RECUT,
    ),
    (
        lambda: FRAME.assign(size="x").info_theory.kl_divergence("size", reference=BINNED),
        TypeError,
        "bins is for numbers, times and durations; column 'size' holds "
        f"{pd.Series(['x']).dtype}. Leave it out of bins, or convert it with pd.to_numeric or "
        "pd.to_datetime.",
    ),
    (
        lambda: FRAME.info_theory.kl_divergence(
            "whole", reference=LEVELS.info_theory.profile("whole", max_categories=1), bins=2
        ),
        ValueError,
        "bins cannot cut column 'whole', as a profile has lumped some of its values together. Take "
        "it with these bins, or without max_categories.",
    ),
    (
        lambda: InfoTheory(LUMPED).kl_divergence("text", against="uniform"),
        ValueError,
        "against='uniform' needs each category of column 'text', and the profile has lumped some "
        "together. Take it without max_categories.",
    ),
    (
        lambda: pd.DataFrame({"text": [1]}).info_theory.kl_divergence("text", reference=LUMPED),
        TypeError,
        "column 'text' holds numbers and reference for column 'text' holds strings, so no category "
        "of one can occur in the other. Convert one of them, for instance with astype.",
    ),
    (
        lambda: InfoTheory(DAILY).entropy("text", by=pd.Grouper(key="time", freq="h")),
        ValueError,
        f"by has a pd.Grouper for 'time', whose times the profile has cut already ({DAY}). Name "
        "the key: by='time'.",
    ),
    (
        lambda: FRAME.info_theory.js_divergence(
            "text", by=pd.Grouper(key="time", freq="7h"), reference=DAILY, match=True
        ),
        ValueError,
        f"by cuts the times 'time' by {SEVEN}, from the first time on, and the profile has cut "
        f"them by {DAY}. To match group to group both must be the same, with closed equal to "
        "label and bins that do not begin where the data does, as for 'h' or 'D'.",
    ),
    (
        lambda: SEVENS + SEVENS,
        ValueError,
        f"profiles whose times 'time' are cut by {SEVEN}, from the first time on cannot be added: "
        "the bins of each begin where its data does. Take them by a pd.Grouper with "
        "origin='epoch', or with a frequency such as 'h', 'D', 'W' or 'MS'.",
    ),
    (
        lambda: DAILY + SEVENS,
        ValueError,
        f"profiles whose times 'time' are cut differently cannot be added: one has {DAY}, another "
        f"{SEVEN}, from the first time on. Take both by the same pd.Grouper.",
    ),
    (
        lambda: SHOPS.merge("x"),
        TypeError,
        "merge adds profiles; got str.",
    ),
    (
        lambda: SHOPS + BINNED,
        ValueError,
        "profiles of different columns cannot be added: one has 'level', 'text', 'whole', another "
        "'size', 'time'. Take both with the same columns.",
    ),
    (
        lambda: plain(text=["a"]) + FRAME.info_theory.profile("text", by="shop"),
        ValueError,
        "profiles of different by cannot be added: one has none, another 'shop'. Take both with "
        "the same by.",
    ),
    (
        lambda: plain(text=["a"]) + WEIGHTED,
        ValueError,
        "profiles of different weights cannot be added: one has None, another 'count'. Take both "
        "with the same weights.",
    ),
    (
        lambda: BINNED + FRAME.info_theory.profile(["size", "time"], by="shop", bins=3),
        ValueError,
        "column 'size' is not cut at the same places in all profiles. Take them with the same "
        "edges, or with the bins of the first: profile(..., bins=first).",
    ),
    (
        lambda: plain(text=["a"]) + LUMPED,
        ValueError,
        "column 'text' of a profile has lumped categories, so that its counts cannot be added to "
        "others exactly. Merge full profiles, then call fold(max_categories).",
    ),
    (
        lambda: plain(x=[1]) + plain(x=pd.Series(["a"], dtype=object)),
        TypeError,
        "column 'x' does not hold the same kind of values in all profiles, but 'int64', 'object'. "
        "Convert it with astype before taking them.",
    ),
    (
        lambda: plain(x=["a"]) + plain(x=pd.Categorical(["a"])),
        TypeError,
        "column 'x' is categorical in some profiles and plain in others. Convert it with astype "
        "before taking them.",
    ),
    (
        lambda: plain(x=pd.Categorical(["a"], ["a", "b"], ordered=True))
        + plain(x=pd.Categorical(["a"], ["b", "a"], ordered=True)),
        ValueError,
        "column 'x' is categorical with different orders of its levels in the profiles. Give it "
        "the same ordered levels before taking them.",
    ),
    (
        lambda: plain(x=pd.Categorical(["a"], ["a"], ordered=True))
        + plain(x=pd.Categorical(["a"], ["a"])),
        ValueError,
        "column 'x' is categorical with different orders of its levels in the profiles. Give it "
        "the same ordered levels before taking them.",
    ),
    (
        lambda: HUGE.merge(HUGE, HUGE),
        ValueError,
        f"profiles add up to {3 * 2**62}, beyond the 2**63 - 1 that is counted to. Take them with "
        "weights that are divided, or floats.",
    ),
    (
        lambda: VAST + VAST,
        ValueError,
        "profiles add up to 1.2e+300, beyond the 1e+300 that is counted to. Take them with weights "
        "that are divided by a common factor.",
    ),
    (
        lambda: FRAME.info_theory.profile(["shop", "text"], by="shop"),
        ValueError,
        "columns names 'shop', which by names too. Keys are counted anyway; leave it out of "
        "columns, or assign it to another column first.",
    ),
    (
        lambda: FRAME.info_theory.profile(["text", "count"], weights="count"),
        ValueError,
        "weights names 'count', which columns or by names too. A profile needs it for its weights "
        "only; assign it to another column first.",
    ),
    (
        lambda: FRAME.info_theory.profile("text", max_categories=0),
        ValueError,
        "max_categories must be at least 1; got 0.",
    ),
    (
        lambda: FRAME.info_theory.profile("text", max_categories=2.0),
        TypeError,
        "max_categories must be an integer; got 2.0.",
    ),
    (
        lambda: FRAME.info_theory.profile("zebra"),
        pdkl.ColumnNotFoundError,
        "columns names column 'zebra', which data does not have. Its columns are "
        + ", ".join(map(repr, FRAME.columns[:10]))
        + " and 3 more.",
    ),
    (
        lambda: FRAME.info_theory.profile("text", binning="width"),
        ValueError,
        "binning='width' says how bins= are placed; pass a number of bins.",
    ),
    (
        lambda: plain(x=[(1, 2)]).save("never"),
        TypeError,
        "column 'x' (dtype object) holds tuple, which the file of a profile cannot hold. Turn it "
        "into text with astype(str) before taking the profile.",
    ),
    (
        lambda: pd.DataFrame({"x": [(1, 2)], "y": "v"}).info_theory.profile("y", by="x").save("no"),
        TypeError,
        "by column 'x' (dtype object) holds tuple, which the file of a profile cannot hold. Turn "
        "it into text with astype(str) before taking the profile.",
    ),
    (
        lambda: plain(x=[1 + 2j]).save("never"),
        TypeError,
        "column 'x' (dtype complex128) holds complex, which the file of a profile cannot hold. "
        "Turn it into text with astype(str) before taking the profile.",
    ),
    (
        lambda: pd.DataFrame({pd.Timestamp("2024-01-01"): ["a"]})
        .info_theory.profile()
        .save("never"),
        TypeError,
        "column Timestamp('2024-01-01 00:00:00') has a name of type Timestamp, which the file of a "
        "profile cannot hold. Rename it with text before taking the profile.",
    ),
    (
        lambda: FRAME.info_theory.js_divergence(
            "text",
            reference=FRAME.info_theory.profile("text", weights="share"),
            weights="share",
            test=True,
        ),
        ValueError,
        "test= or confidence= needs to know how many rows there are, so weights must be whole "
        "numbers; they are fractional. Pass counts, or leave weights out.",
    ),
    (
        lambda: InfoTheory(SHOPS).js_divergence(
            "text", by="shop", against="rest", test=True, blocks="whole"
        ),
        ValueError,
        ONE_BY_ONE.format("'whole' and 'text'", "by 'shop'"),
    ),
    (
        lambda: InfoTheory(
            FRAME.rename(columns={"shop": "low"}).info_theory.profile("size", by="low", bins=2)
        ).distribution("size", by="low"),
        ValueError,
        "by names 'low', which the result needs for a column of its own. Rename first: "
        "df.rename(columns={'low': 'low_key'}).",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("call", "kind", "message"), ERRORS, ids=lambda _: None)
def test_errors_say_what_to_do(
    call: Callable[[], Any],
    kind: type[Exception],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(kind) as caught:
        call()
    assert type(caught.value) is kind
    assert str(caught.value) == message
    assert os.listdir(tmp_path) == []
