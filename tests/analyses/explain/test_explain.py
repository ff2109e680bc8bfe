"""explain: which rows it is asked of, and what is refused."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pdkl.core.measures.chain_rule import Split
from tests.support.explain import SIZES, TESTED, explain, frames, joint

# ---- rows -------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", [None, "a"])
def test_the_order_of_rows_and_levels_changes_nothing(by: str | None) -> None:
    p, q = frames(7)
    columns = ["b", "c", "d"]
    shuffled = [side.sample(frac=1, random_state=1) for side in (p, q)]
    shuffled[0]["c"] = shuffled[0]["c"].cat.set_categories(["w", "v", "u"])
    before = [side.copy() for side in shuffled]
    pd.testing.assert_frame_equal(
        explain(p, q, columns, by=by), explain(*shuffled, columns, by=by), check_exact=True
    )
    for side, same in zip(shuffled, before, strict=True):
        pd.testing.assert_frame_equal(side, same)


@pytest.mark.parametrize("by", [None, "a"])
def test_weights_are_numbers_of_rows(by: str | None) -> None:
    p, q = frames(9)
    columns = ["b", "d"] if by else ["a", "b", "d"]
    counted = [
        side.value_counts(["a", "b", "d"]).reset_index().rename(columns={"count": "n"})
        for side in (p, q)
    ]
    counted[0] = pd.concat([counted[0], counted[0].head(1).assign(b=77, n=0)])
    pd.testing.assert_frame_equal(
        explain(p, q, columns, by=by),
        explain(*counted, columns, by=by, weights="n"),
        check_exact=True,
    )


@pytest.mark.parametrize("by", [None, "s"])
def test_missing_values(by: str | None) -> None:
    p = pd.DataFrame({"s": ["a", "a", None, "b"] * 9, "x": ["u", None, "v", "u"] * 9})
    q = pd.DataFrame({"s": ["a", "a", None, "b"] * 9, "x": ["u", "v", "v", "u"] * 9})
    columns = "x" if by else ["s", "x"]
    kept, left = (explain(p, q, columns, by=by, dropna=drop) for drop in (False, True))
    assert kept[SIZES].iloc[0].tolist() == [36, 36, 9 if by else 18, 0 if by else 9]
    assert left[SIZES].iloc[0].tolist() == ([27, 36, 9, 0] if by else [18, 27, 18, 9])
    truth = float(joint(p, q, ["s", "x"], "js_divergence"))
    assert abs(kept["contribution"].sum() - truth) < 1e-12
    without = [side.dropna(subset="x" if by else ["s", "x"]) for side in (p, q)]
    truth = float(joint(without[0], without[1], ["s", "x"], "js_divergence"))
    assert abs(left["contribution"].sum() - truth) < 1e-12
    if by:
        assert kept["s"].tolist()[1:3] == ["a", "b"]
        assert kept["part"].tolist() == ["mix", "within", "within", "within"]
        assert pd.isna(kept["s"].iloc[3])


def test_numbers_are_cut_on_both_sides_together() -> None:
    """Of edges fitted to one side alone the outer bins would differ by construction."""
    rng = np.random.default_rng(0)
    q = pd.DataFrame({"x": rng.normal(size=500), "s": "a"})
    p = q.assign(x=np.where(np.arange(500) < 40, -999.0, q["x"]))
    every = np.sort(np.concatenate([p["x"], q["x"]]))
    others = every[every > -999.0]  # that value stands out, and has a bin of its own
    edges = [-np.inf, *others[[0, 240, 480, 720]], np.inf]
    cut = [pd.cut(side["x"], edges, right=False) for side in (p, q)]
    tables = [pd.DataFrame({"x": side.astype(str)}) for side in cut]
    for by in (None, "s"):
        result = explain(p, q, "x", by=by, bins=4)
        assert result["contribution"].sum() == pytest.approx(
            float(joint(tables[0], tables[1], ["x"], "js_divergence")), abs=1e-12
        )


def test_nothing_on_one_side() -> None:
    q = pd.DataFrame({"a": ["x", "y"], "s": [1, 2]})
    result = explain(q.head(0), q, ["a", "s"])
    assert result["column"].tolist() == ["(not resolved)"]
    assert result[SIZES].to_numpy().tolist() == [[0, 2, 0, 0]]
    assert result[TESTED].isna().all(axis=None)
    result = explain(q.head(0), q, "a", by="s")
    assert result["part"].tolist() == ["mix", "within", "within"]
    assert result[TESTED].isna().all(axis=None)


def test_everything_asked_is_on_record() -> None:
    p, q = frames(1)
    result = p.info_theory.explain(q, ["a", "b"], base=2, rng=0, n_resamples=9)
    assert result.attrs["pdkl"] == {
        "method": "explain",
        "measure": "js_divergence",
        "comparison": "frame",
        "by": [],
        "columns": ["a", "b"],
        "weights": None,
        "base": 2,
        "dropna": False,
        "n_resamples": 9,
        "inference": "9 draws",
        "left_out": {},
        "skipped": {},
        "unit": "bit",
    }
    nats = explain(p, q, ["a", "b"], n_resamples=9)
    for name in ("contribution", "expected", "excess", "noise_floor"):
        assert (result[name] * np.log(2)).tolist() == pytest.approx(nats[name].tolist())
    assert explain(p, q).columns.tolist() == nats.columns.tolist()


@pytest.mark.parametrize("several", [1, 10**9])
def test_strata_are_dealt_alike_one_by_one_and_together(
    monkeypatch: pytest.MonkeyPatch, several: int
) -> None:
    """Each cell has the mean and variance of a hypergeometric draw, however it is drawn."""
    monkeypatch.setattr("pdkl.core.measures.chain_rule._SEVERAL", several)
    p, q = np.array([3, 2, 5, 4, 1, 0, 0]), np.array([4, 0, 1, 2, 3, 1, 1])
    stratum = np.array([0, 0, 0, 1, 1, 1, 1])
    urns = Split(stratum, p, q, 15, 12, 2)._urns()
    # cells of one row stand together, the others for themselves
    assert urns.rows.tolist() == [7, 2, 6, 6, 4, 2]
    assert urns.lone.tolist() == [False, False, False, False, False, True]
    dealt = urns.deal(20_000, np.random.default_rng(0))
    for cells, taken in (([0, 1, 2], 10), ([3, 4, 5], 5)):
        assert (dealt[cells].sum(axis=0) == taken).all()
        total = urns.rows[cells].sum()
        for cell in cells:
            share = urns.rows[cell] / total
            mean = taken * share
            variance = mean * (1 - share) * (total - taken) / (total - 1)
            assert dealt[cell].mean() == pytest.approx(mean, abs=5 * np.sqrt(variance / 20_000))
            assert dealt[cell].var() == pytest.approx(variance, rel=0.06)


@pytest.mark.parametrize("by", [None, "s"])
def test_columns_of_one_side_are_left_out_where_none_is_named(by: str | None) -> None:
    p, q = (side.assign(s=list("uv") * 20) for side in frames(1, 40, 40))
    expected = p.info_theory.explain(q, by=by)
    with pytest.warns(
        UserWarning,
        match="^left out 'more': reference has no such column left out 'less': data has no such "
        "column$",
    ) as caught:
        found = p.assign(more=1).info_theory.explain(q.assign(less=1), by=by)
    assert caught[0].filename == __file__
    assert found.attrs["pdkl"] == expected.attrs["pdkl"] | {
        "left_out": {
            "more": "reference has no such column",
            "less": "data has no such column",
        }
    }
    pd.testing.assert_frame_equal(found, expected)
    # what is left out on purpose needs no word
    p.assign(more=1).info_theory.explain(q.assign(less=1), by=by, exclude=["more", "less"])


def test_a_profile_that_lost_a_column_says_why() -> None:
    p, q = frames(1, 40, 40)
    with pytest.warns(UserWarning, match="^left out 'bad': ") as caught:
        profile = pd.DataFrame({"a": q["a"], "bad": [[1]] * 40}).info_theory.profile(["a", "bad"])
    why = str(caught[0].message).removeprefix("left out 'bad': ")
    with pytest.warns(UserWarning, match="^left out 'bad': ") as caught:
        p[["a"]].assign(bad="x").info_theory.kl_divergence(reference=profile)
    assert str(caught[0].message) == (
        f"left out 'bad': the profile that is reference had to leave it out. {why}"
    )


# ---- errors -----------------------------------------------------------------------------------

FRAME = pd.DataFrame({"a": ["x", "y"], "s": ["u", "v"], "n": [0.5, 1.0], "part": ["k", "l"]})


@pytest.mark.parametrize(
    ("reference", "keywords", "error", "message"),
    [
        (
            FRAME,
            {"columns": "A"},
            KeyError,
            "columns names column 'A', which data does not have. Did you mean 'a'? Its columns are "
            "'a', 's', 'n', 'part'.",
        ),
        (
            FRAME[["s"]],
            {"columns": "a"},
            KeyError,
            "columns names column 'a', which reference does not have. Its columns are 's'.",
        ),
        (
            FRAME[["s"]].rename(columns={"s": "S"}),
            {},
            ValueError,
            "columns is None, and reference has none of the columns that are compared by default, "
            "which are 'a', 's', 'n', 'part'. Its columns are 'S'. Give both sides the same names.",
        ),
        (
            FRAME[["a"]],
            {"columns": "a", "by": "s"},
            KeyError,
            "by names column 's', which reference does not have. Its columns are 'a'.",
        ),
        (
            FRAME[["a"]],
            {"columns": "a", "weights": "n"},
            KeyError,
            "weights names column 'n', which reference does not have. Its columns are 'a'.",
        ),
        (
            FRAME,
            {"columns": ["a", "s", "a"]},
            ValueError,
            "columns names 'a' more than once. Name each column once.",
        ),
        (
            FRAME,
            {"columns": ["a", "s"], "by": "s"},
            ValueError,
            "columns and by both name 's'. The change of its own shares is the row 'mix'; leave it "
            "out of columns.",
        ),
        (
            FRAME,
            {"columns": "a", "by": "part"},
            ValueError,
            "by names 'part', which the result needs for a column of its own. Rename first: "
            "df.rename(columns={'part': 'part_key'}).",
        ),
        (
            FRAME,
            {"columns": "a", "measure": "psi"},
            ValueError,
            "measure must be one of 'js_divergence', 'kl_divergence'; got 'psi'.",
        ),
        (
            {"x": 0.5, "y": 0.5},
            {"columns": "a"},
            TypeError,
            "reference must be a frame; got dict. explain() deals the rows of both sides anew, so "
            "it needs rows on both: pass those of one group, or of the time before, as a frame.",
        ),
        (
            FRAME,
            {"columns": "a", "weights": "n"},
            ValueError,
            "explain() needs to know how many rows there are, so weights must be whole numbers; "
            "they are fractional. Pass counts, or leave weights out.",
        ),
        (
            FRAME,
            {"columns": "a", "by": "s", "weights": "n"},
            ValueError,
            "explain() needs to know how many rows there are, so weights must be whole numbers; "
            "they are fractional. Pass counts, or leave weights out.",
        ),
        (
            FRAME.assign(a=[1, 2]),
            {"columns": "a"},
            TypeError,
            "column 'a' holds strings and reference for column 'a' holds numbers, so no category "
            "of one can occur in the other. Convert one of them, for instance with astype.",
        ),
        (
            FRAME,
            {"columns": "a", "n_resamples": 0},
            ValueError,
            "n_resamples must be at least 1, or None; got 0.",
        ),
        (
            FRAME,
            {"columns": "a", "dropna": None},
            TypeError,
            "dropna must be True or False; got None.",
        ),
    ],
)
def test_errors(reference: Any, keywords: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        FRAME.info_theory.explain(reference, **keywords)


def test_long_work_shows_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[int | None] = []

    def bar_of(total: int | None, *_: Any, **__: Any) -> None:
        shown.append(total)

    monkeypatch.setattr("pdkl.progress.bar_of", bar_of)
    p, q = frames(1, 40, 40)
    explain(p, q, "b", by="a", progress=True)
    monkeypatch.setattr("pdkl.analyses.explain.splits._PROGRESS_CELLS", 0)
    explain(p, q, "b", by="a", progress=False)
    assert shown == []
    explain(p, q, "b", by="a", progress=True)
    assert shown == [4]


# ---- kinds ----------------------------------------------------------------------------------


def test_numbers_are_explained_and_what_is_not_scored_is_named() -> None:
    rng = np.random.default_rng(4)
    before, today = (
        pd.DataFrame(
            {
                "price": rng.normal(50, 10, 500),
                "plan": rng.choice(["free", "paid"], 500),
                "order": [f"o{day}-{i}" for i in range(500)],
                "at": pd.Timestamp("2024-01-01") + pd.to_timedelta(day + rng.random(500), "D"),
            }
        )
        for day in (0, 200)
    )
    today.loc[:44, "price"] = -999.0  # 9 %
    found = today.info_theory.explain(before)
    assert found["column"].tolist() == ["price", "(not resolved)"]
    facts = found.attrs["pdkl"]
    assert facts["columns"] == ["price", "plan"]
    assert facts["skipped"] == {
        "order": "500 of 500 values occur once",
        "at": "most times lie outside those of the reference; from "
        f"{today['at'].min()} to {today['at'].max()}, in the reference from "
        f"{before['at'].min()} to {before['at'].max()}",
    }
    named = today.info_theory.explain(before, ["plan", "at"])
    assert named["column"].tolist()[0] == "at"
    assert named.attrs["pdkl"]["skipped"] == {}
    message = (
        "columns is None, and of no column are values compared by default: order: 500 of 500 "
        "values occur once. Name the columns: columns=..."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        before[["order"]].info_theory.explain(today[["order"]])
