"""The question of drift: groups, weights and blocks, the frame that comes back, what is refused."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import pdkl
from pdkl import ColumnNotFoundError, InfoTheory
from tests.support.drift import COLUMNS, drift, row, slow

RNG = np.random.default_rng(5)


# ---- groups ---------------------------------------------------------------------------------


def test_segments_that_are_new_or_gone() -> None:
    today = pd.DataFrame({"g": list("aab") * 40, "x": list("uvu") * 40, "y": 1})
    reference = pd.DataFrame({"g": list("aac") * 40, "x": list("uvu") * 40, "z": 1})
    found = drift(today, reference, by="g")
    assert found.columns.tolist() == ["g", *COLUMNS]
    assert found["g"].tolist() == [*"aaabbbccc"]
    assert found["column"].tolist() == ["x", "y", "z"] * 3
    assert found["status"].tolist() == [
        *("ok", "new", "gone", "new", "new", "gone", "gone", "new", "gone")
    ]
    assert found["note"].tolist()[3] == "reference has no such group"
    assert found["note"].tolist()[6] == "data has no such group"
    assert found["n"].tolist() == [80, 80, 0, 40, 40, 0, 0, 0, 0]
    assert found["n_reference"].tolist() == [80, 0, 80, 0, 0, 0, 40, 0, 40]
    smoothed = drift(today, reference, by="g", measure="psi")  # which adds to no empty side
    assert smoothed["score"].isna().tolist() == [False, *[True] * 8]


def test_groups_are_compared_one_by_one_or_with_the_whole() -> None:
    today = pd.DataFrame({"g": [None, *"aab"] * 50, "x": list("uvuw") * 50})
    reference = pd.DataFrame({"g": [None, *"abb"] * 50, "x": list("uvwu") * 50})
    found = drift(today, reference, by="g")
    for key, one in zip(["a", "b", None], found.itertuples(), strict=True):
        chosen = [
            side.loc[side["g"].isna() if key is None else side["g"] == key, "x"]
            for side in (today, reference)
        ]
        assert one.score == pytest.approx(slow(*chosen)["score"])
    whole = drift(today, reference, by="g", match=False)
    assert whole["n_reference"].tolist() == [200] * 3
    for key, one in zip(["a", "b"], whole.itertuples(), strict=False):
        expected = slow(today.loc[today["g"] == key, "x"], reference["x"])
        assert one.score == pytest.approx(expected["score"])
    assert whole["column"].tolist() == ["x"] * 3


def test_several_keys_and_periods() -> None:
    times = pd.date_range("2024-01-01", periods=90).repeat(4)
    today = pd.DataFrame({"t": times, "g": list("ab") * 180, "x": list("uuvv") * 90})
    reference = today.drop(columns=["t", "g"])
    found = drift(today, reference, by=[pd.Grouper(key="t", freq="MS"), "g"], match=False)
    assert len(found) == 6
    assert found["n"].sum() == 360
    assert (found["n_reference"] == 360).all()
    assert (found["status"] == "ok").all()


def test_blocks_move_rows_together() -> None:
    rng = np.random.default_rng(3)

    def make() -> pd.DataFrame:  # each day has a fruit of its own
        day = np.arange(12).repeat(100)
        fruit = rng.choice(list("abc"), 12)[day]
        return pd.DataFrame({"day": day, "fruit": fruit, "new": 1})

    today, reference = make(), make().drop(columns="new")
    rows, blocks = (drift(today, reference, blocks=name) for name in (None, "day"))
    assert "day" in rows["column"].tolist()
    assert blocks["column"].tolist() == ["fruit", "new"]
    assert rows.set_index("column").loc["fruit", "p_value"] < 1e-6
    assert blocks.set_index("column").loc["fruit", "p_value"] > 0.01
    assert blocks["status"].tolist()[1] == "new"


def test_weights_are_counts_of_rows() -> None:
    today = pd.DataFrame({"x": list("abc"), "v": [1.5, 2.5, 90.0], "n": [300, 200, 10]})
    reference = pd.DataFrame({"x": list("abb"), "v": [1.5, 2.5, 2.5], "n": [200, 100, 150]})
    spread = [side.loc[side.index.repeat(side["n"]), ["x", "v"]] for side in (today, reference)]
    pd.testing.assert_frame_equal(
        drift(today, reference, weights="n"), drift(*spread), check_exact=True
    )


def test_fractional_weights_are_scored_and_not_tested() -> None:
    rng = np.random.default_rng(0)
    today, reference = (
        pd.DataFrame(
            {
                "x": rng.choice(list("abc"), 300, p=share),
                "y": rng.choice(list("uv"), 300),
                "void": None if share[0] < 0.5 else "v",
                "n": rng.random(300) + 0.25,
            }
        )
        for share in ([0.2, 0.3, 0.5], [0.5, 0.3, 0.2])
    )
    for measure in ("js_distance", "psi"):
        found = drift(today, reference, weights="n", measure=measure)
        assert found["status"].tolist() == ["drift", "ok", "empty"]
        note = "not tested: weights are fractional"
        assert found["note"].tolist() == [note, note, f"no value in data; {note}"]
        assert found[["excess", "noise_floor", "p_value", "p_adjusted"]].isna().all(axis=None)
        sums = [side["n"].sum() for side in (today, reference)]
        assert found["n"].tolist() == pytest.approx([sums[0]] * 3)
        assert found["n_reference"].tolist() == pytest.approx([sums[1]] * 3)
        expected = InfoTheory(today).divergence(
            *(["x", "y"], None),
            reference=reference,
            measures=measure,
            weights="n",
            base="bit",
            smoothing=0.5 if measure == "psi" else None,
        )
        assert found["score"].tolist()[:2] == pytest.approx(expected[measure].tolist())
        assert found.attrs["pdkl"]["inference"] == {}
    report = InfoTheory(today).report(reference, weights="n")
    assert not report.passed
    assert report.categories["count"].dtype == "float64"
    assert report.categories.loc[report.categories["row"] == 0, "count"].sum() == (
        pytest.approx(today["n"].sum())
    )
    for form in ("html", "json", "junit", "csv"):
        assert getattr(report, f"to_{form}")()
    with pytest.raises(ValueError, match=r"^min_count= needs to know how many rows there are, so"):
        InfoTheory(today).report(reference, weights="n", min_count=5)
    one_side = drift(today, reference.assign(n=1), weights="n")
    assert one_side["note"].tolist() == found["note"].tolist()


# ---- the frame that comes back --------------------------------------------------------------


def test_dtypes_and_round_trips(tmp_path: Path) -> None:
    today = pd.DataFrame({"g": [1, 1, 2] * 30, "x": list("abc") * 30, "bad": [[1]] * 90, "new": 1})
    found = drift(today, today.drop(columns="new"), by="g")
    whole = ["n", "n_reference", "categories", "new_categories", "gone_categories"]
    texts = ["column", "status", "measure", "top_category", "note", "kind"]
    text = pd.Series([], dtype="str").dtype  # object in pandas 2
    for name in COLUMNS:
        expected = "Int64" if name in whole else text if name in texts else "float64"
        assert found[name].dtype == expected, name
    assert found["g"].dtype == "int64"
    assert isinstance(found.index, pd.RangeIndex)
    path = tmp_path / "drift.parquet"
    found.to_parquet(path)
    pd.testing.assert_frame_equal(pd.read_parquet(path), found)
    with closing(sqlite3.connect(":memory:")) as connection:
        found.to_sql("drift", connection, index=False)
        back = pd.read_sql("select * from drift", connection)
    assert back["status"].tolist() == found["status"].tolist()
    facts = found.attrs["pdkl"]
    assert json.loads(json.dumps(facts)) == facts
    expected_facts = {
        "method": "drift",
        "by": ["g"],
        "measures": ["js_distance"],
        "comparison": "frame",
        "base": "bit",
        "dropna": False,
        "threshold": 0.1,
        "alpha": 0.05,
        "bins": None,
        "kinds": {},
        "match": None,
        "smoothing": {},
        "smoothing_added": True,
        "units": {"js_distance": "bit"},
    }
    assert expected_facts.items() <= facts.items()


@pytest.mark.parametrize("name", ["<b onclick='x'>&amp;</b>", "two\nlines", "", 7, ("a", 1), "é\0"])
def test_any_column_name(name: Any) -> None:
    frame = pd.DataFrame({0: ["<script>", "\n"] * 30}).rename(columns={0: name})
    frame.columns = pd.Index([name], tupleize_cols=False)
    found = drift(frame, frame.iloc[:30])
    assert found["column"].tolist() == [str(name)]
    assert found["status"].tolist() == ["ok"]


def test_the_frames_are_left_alone_and_the_seed_decides() -> None:
    today = pd.DataFrame({"x": RNG.normal(size=200), "y": list("ab") * 100}, index=[5] * 200)
    reference = today.iloc[::2]
    copies = today.copy(), reference.copy()
    first, second = (drift(today, reference, rng=9, progress=False) for _ in range(2))
    pd.testing.assert_frame_equal(first, second)
    pd.testing.assert_frame_equal(today, copies[0])
    pd.testing.assert_frame_equal(reference, copies[1])


def test_thousands_of_columns() -> None:
    columns = [f"c{i}" for i in range(800)]
    today, reference = (
        pd.DataFrame(RNG.integers(0, 5, (100, 800)), columns=columns) for _ in range(2)
    )
    today["c7"] = "text"
    found = drift(today, reference, n_resamples=19)
    assert found["column"].tolist() == columns
    assert found["status"].value_counts()["error"] == 1


def test_very_many_categories_are_drawn_less_often() -> None:
    values = np.char.add("v", np.repeat(np.arange(25_000), 2).astype(str))
    found = row(values, values)
    assert found[["status", "categories", "p_value"]].tolist() == ["ok", 25_000, 1.0]


# ---- refused --------------------------------------------------------------------------------

FRAME = pd.DataFrame({"x": ["a", "b"], "n": [1.0, 2.5], "g": ["u", "v"]})


@pytest.mark.parametrize(
    ("keywords", "kind", "message"),
    [
        (
            {"columns": "z"},
            ColumnNotFoundError,
            "columns names column 'z', which data, like reference, does not have. Its columns are "
            "'x', 'n', 'g'.",
        ),
        ({"columns": []}, ValueError, "columns is an empty list; name at least one column."),
        (
            {"columns": [["x"]]},
            TypeError,
            "columns must be a column name or a list of them; got list.",
        ),
        (
            {"threshold": -0.1},
            ValueError,
            "threshold must be a finite number of at least 0; got -0.1.",
        ),
        (
            {"threshold": "high"},
            TypeError,
            "threshold must be a finite number of at least 0; got 'high'.",
        ),
        ({"alpha": 1}, ValueError, "alpha must be a number in (0, 1); got 1."),
        ({"dropna": "no"}, TypeError, "dropna must be True or False; got 'no'."),
        (
            {"measure": "cross_entropy"},
            ValueError,
            "measure must be 0 where nothing differs; cross_entropy of a fair coin against a fair "
            "coin is 0.6931 nats. Choose one such as 'js_distance', 'psi' or 'total_variation'.",
        ),
        (
            {"measure": ("tsallis_entropy", float("inf"))},
            ValueError,
            "measure must compare two distributions; tsallis_entropy(inf) measures one. Choose one "
            "such as 'js_distance', 'psi' or 'total_variation'.",
        ),
        (
            {"by": "z"},
            ColumnNotFoundError,
            "by names column 'z', which data does not have. Its columns are 'x', 'n', 'g'.",
        ),
        (
            {"by": ["x", "g", "n"]},
            ValueError,
            "by names 'n', which the result needs for a column of its own. Rename first: "
            "df.rename(columns={'n': 'n_key'}).",
        ),
        (
            {"weights": "n", "blocks": "g"},
            ValueError,
            "blocks= needs to know how many rows there are, so weights must be whole numbers; they "
            "are fractional. Pass counts, or leave weights out.",
        ),
        (
            {"weights": "n", "n_resamples": 9},
            ValueError,
            "n_resamples= needs to know how many rows there are, so weights must be whole numbers; "
            "they are fractional. Pass counts, or leave weights out.",
        ),
        (
            {"weights": "z"},
            ColumnNotFoundError,
            "weights names column 'z', which data does not have. Its columns are 'x', 'n', 'g'.",
        ),
        (
            {"bins": {"z": 3}},
            ColumnNotFoundError,
            "bins names column 'z', which the call does not have. Its columns are 'x', 'n', 'g'.",
        ),
        ({"bins": 0}, ValueError, "bins must be from 1 to 10000 bins; got 0."),
        (
            {"match": True},
            ValueError,
            "match says whether a reference frame is matched group to group; it needs "
            "reference=frame and by=. Leave it out here.",
        ),
        (
            {"blocks": "z"},
            ColumnNotFoundError,
            "blocks names column 'z', which data does not have. Its columns are 'x', 'n', 'g'.",
        ),
        ({"n_resamples": 0}, ValueError, "n_resamples must be at least 1, or None; got 0."),
    ],
)
def test_refused(keywords: dict[str, Any], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=f"^{re.escape(message)}$"):
        drift(FRAME, FRAME, **keywords)


def test_an_unknown_measure_lists_all() -> None:
    with pytest.raises(ValueError, match=r"^measure must be one of 'entropy', .*got 'ks'\.$"):
        drift(FRAME, FRAME, measure="ks")


@pytest.mark.parametrize("reference", ["label", pd.Series([1])])
def test_the_reference_is_a_frame_or_shares(reference: Any) -> None:
    message = (
        "reference must be a frame, with the rows that today's are compared with, or the shares to "
        f"be expected, {{column: {{category: weight}}}}; got {type(reference).__name__}."
    )
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        drift(FRAME, reference)


def test_no_column_at_all() -> None:
    message = (
        "columns is None, which means every column of either frame outside by, weights and "
        "blocks; there is none."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        drift(FRAME[["g"]], FRAME[["g"]], by="g")


def test_weights_that_one_side_lacks() -> None:
    message = (
        "weights names column 'g', which reference does not have. Weights apply to both sides: add "
        "the column to reference, with 1 for each row if its rows are plain ones."
    )
    with pytest.raises(ColumnNotFoundError, match=f"^{re.escape(message)}$"):
        drift(FRAME, FRAME[["x"]], weights="g")


def test_no_group_in_common() -> None:
    message = (
        "reference has no group of by ('g') in common with data: data has 'u', 'v'; reference has "
        "'y'. To compare each group with the whole reference, pass match=False; to compare groups "
        'in time, put both into one frame and pass against="previous".'
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        drift(FRAME, FRAME.assign(g="y"), by="g")


# ---- profiles ----------------------------------------------------------------------------------


def drawn(rng: np.random.Generator, shift: float, rows: int = 2000) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "g": rng.choice(["a", "b"], rows),
            "x": rng.normal(shift, 1, rows),
            "c": rng.choice(list("uvwxyz"), rows),
            "w": rng.integers(1, 4, rows),
        }
    )


@pytest.mark.parametrize("by", [None, "g"])
@pytest.mark.parametrize("weights", [None, "w"])
def test_a_profile_stands_for_its_frame(by: str | None, weights: str | None) -> None:
    rng = np.random.default_rng(3)
    reference, today = drawn(rng, 0.0), drawn(rng, 0.5)
    saved = reference.info_theory.profile(["x", "c"], by=by, weights=weights, bins={"x": 10})
    keywords: dict[str, Any] = {"by": by, "weights": weights, "rng": 0}
    expected = today.info_theory.drift(reference, ["x", "c"], **keywords)
    pd.testing.assert_frame_equal(today.info_theory.drift(saved, ["x", "c"], **keywords), expected)
    again = today.info_theory.profile(["x", "c"], by=by, weights=weights, bins=saved)
    found = pdkl.InfoTheory(again).drift(saved, ["x", "c"], **keywords)
    pd.testing.assert_frame_equal(found, expected)


def test_a_profile_is_not_cut_anew() -> None:
    reference = drawn(np.random.default_rng(3), 0.0)
    saved = reference.info_theory.profile("x", bins=10)
    with pytest.raises(ValueError, match="anew") as caught:
        reference.info_theory.drift(saved, "x", bins={"x": 5})
    assert str(caught.value) == (
        "bins asks to cut column 'x' anew, but a profile has cut it already and its values are "
        "gone. Leave bins out, or take the profile with these bins."
    )
    other = pdkl.InfoTheory(reference.iloc[:1000].info_theory.profile("x", bins=10))
    found = other.drift(saved, "x")
    assert found[["status", "note"]].to_numpy().tolist() == [
        [
            "error",
            "column 'x' is not cut at the same places in both profiles. Take them with the same "
            "edges, or with the bins of the first: profile(..., bins=first).",
        ]
    ]
