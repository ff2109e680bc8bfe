"""Numbers and times in intervals: edges, ends, what lies outside, and who they are fitted to."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdkl import InfoTheory
from pdkl.core.counts.bin_edges import RULES, fit

RNG = np.random.default_rng(4)
DATA = pd.DataFrame(
    {
        "x": RNG.normal(size=400),
        "t": pd.Timestamp("2024-01-01") + pd.to_timedelta(RNG.integers(0, 1000, 400), "h"),
        "g": RNG.choice(list("ab"), 400),
        "s": RNG.choice(list("uv"), 400),
        "w": RNG.integers(0, 4, 400),
    }
)
THEORY = InfoTheory(DATA)


@given(
    values=st.lists(st.integers(-50, 50), min_size=1, max_size=80),
    bins=st.integers(1, 12),
    binning=st.sampled_from(["quantile", "width"]),
)
def test_every_value_has_its_interval(values: list[int], bins: int, binning: Any) -> None:
    frame = pd.DataFrame({"x": values})
    result = InfoTheory(frame).distribution("x", bins=bins, binning=binning)
    assert len(result) <= max(bins, 1)
    assert (result["count"] > 0).all()
    ordered = result.sort_values("low")
    closed = ordered["high"] == max(values)
    for low, high, last, count in zip(
        ordered["low"], ordered["high"], closed, ordered["count"], strict=True
    ):
        inside = [v for v in values if low <= v and (v < high or (last and v == high))]
        if last and (ordered["low"] == high).any() and low != high:
            inside = [v for v in inside if v != high]  # the last value has a bin of its own
        assert len(inside) == count
    assert result["count"].sum() == len(values)


def test_quantiles_have_equal_shares_and_widths_equal_widths() -> None:
    equal = THEORY.distribution("x", bins=8, binning="quantile")
    assert equal["count"].tolist() == [50] * 8
    wide = THEORY.distribution("x", bins=8).sort_values("low")
    np.testing.assert_allclose(wide["high"] - wide["low"], np.ptp(DATA["x"]) / 8, rtol=1e-12)
    assert wide["count"].tolist() == np.histogram(DATA["x"], 8)[0].tolist()


def with_ends(values: Any, bins: int = 10) -> list[float]:
    found = fit(np.asarray(values, dtype=float), None, bins, "quantile", ends=True)
    edges: list[float] = found.edges.tolist()
    return edges


def test_an_end_that_stands_out_has_a_bin_of_its_own() -> None:
    values = np.arange(1000) / 10
    plain = fit(values, None, 10, "quantile").edges.tolist()
    assert with_ends(values) == plain
    few, many = np.full(9, -1.0), np.full(10, -1.0)
    assert (
        with_ends([*few, *values])[1] == fit(np.append(few, values), None, 10, "quantile").edges[1]
    )
    assert with_ends([*many, *values])[:2] == [-1.0, 0.0]
    assert with_ends([*many, *values])[2:] == pytest.approx(plain[1:], abs=0.2)
    assert with_ends([*values, *(many + 1000)])[-3:] == pytest.approx([90.0, 999.0, 999.0], abs=0.2)
    # neither the first of values that are all as frequent, nor one of few rows
    assert with_ends(np.repeat(np.arange(50), 20), 5) == [0.0, 10.0, 20.0, 30.0, 40.0, 49.0]
    assert with_ends([*([-1.0] * 4), *values[::10]], 5)[1] > 0.0
    # it is told from those beside it alone: the zeros in the middle hide nothing
    assert with_ends([*many, *([50.05] * 900), *values])[:2] == [-1.0, 0.0]


@given(
    values=st.lists(st.integers(-20, 20), min_size=2, max_size=80),
    low=st.integers(0, 60),
    high=st.integers(0, 60),
)
def test_bins_with_ends_are_those_without_but_for_the_ends(
    values: list[int], low: int, high: int
) -> None:
    every = np.array([*values, *([-100] * low), *([100] * high)], dtype=float)
    bins = fit(every, None, 5, "quantile", ends=True)
    codes = bins.assign(every, np.zeros(len(every), dtype=bool))
    assert ((codes > 0) & (codes < bins.size - 1)).all()
    assert (np.diff(bins.edges[:-1]) > 0).all()
    plain = fit(every, None, 5, "quantile")
    assert len(plain.edges) <= len(bins.edges) <= len(plain.edges) + 2


@pytest.mark.parametrize("rule", RULES)
def test_rules_of_numpy(rule: Any) -> None:
    result = THEORY.distribution("x", bins=rule).sort_values("low")
    counts = np.histogram(DATA["x"], rule)[0]
    assert result["count"].tolist() == counts[counts > 0].tolist()
    assert THEORY.distribution("t", bins=rule)["count"].sum() == 400


def test_weights_move_the_quantiles() -> None:
    result = THEORY.distribution("x", bins=4, binning="quantile", weights="w").sort_values("low")
    repeated = DATA.loc[DATA.index.repeat(DATA["w"].tolist())]
    plain = InfoTheory(repeated).distribution("x", bins=4, binning="quantile").sort_values("low")
    pd.testing.assert_frame_equal(
        result.reset_index(drop=True), plain.reset_index(drop=True), check_dtype=False
    )


def test_a_sentinel_and_infinities_show() -> None:
    today = DATA.assign(x=DATA["x"].where(np.arange(400) >= 36, -999.0))
    today.loc[[50, 51], "x"] = [np.inf, -np.inf]
    result = InfoTheory(today).contributions("x", reference=DATA, bins=5)
    first = result.iloc[0]
    assert first["category"].startswith("below -")
    assert (first["count"], first["count_reference"]) == (37, 0)
    assert (first["low"], first["contribution"]) == (-np.inf, np.inf)
    above = result[result["category"].str.startswith("above")].iloc[0]
    assert (above["count"], above["high"]) == (1, np.inf)
    row = InfoTheory(today).divergence("x", reference=DATA, bins=5).iloc[0]
    assert row["unseen"] == 38 / 400


def test_edges_are_fitted_to_the_reference() -> None:
    low, high = DATA.assign(x=DATA["x"] - 1), DATA.assign(x=DATA["x"] + 1)
    theory = InfoTheory(low)
    whole = theory.contributions("x", reference=high, bins=4)
    assert whole.loc[whole["low"] > -np.inf, "low"].min() == high["x"].min()
    matched = theory.contributions("x", by="g", reference=high, bins=4)
    assert set(matched["category"]) == set(whole["category"])
    both = pd.concat([low.assign(g="low"), high.assign(g="high")], ignore_index=True)
    label = InfoTheory(both).contributions("x", by="g", reference="high", bins=4)
    assert label["low"].drop_duplicates().max() == whole["low"].max()
    pooled = InfoTheory(both).contributions("x", by="g", against="rest", bins=4)
    assert pooled["low"].min() == both["x"].min()
    pair = pd.DataFrame({"p": low["x"], "q": high["x"]})
    columns = InfoTheory(pair).kl_divergence("p", "q", bins=4)["kl_divergence"]
    assert columns.equals(theory.kl_divergence("x", reference=high, bins=4)["kl_divergence"])


@pytest.mark.parametrize(
    ("values", "bins", "categories"),
    [
        ([3] * 5, 4, ["[3, 3]"]),
        ([1, 2, 3] * 4, 4, ["[0.5, 1.5)", "[1.5, 2.5)", "[2.5, 3.5]"]),
        ([0] * 95 + [1, 2, 3, 4, 5], 4, ["[0, 1)", "[1, 5]"]),
        ([0] * 60 + [1, 2, 3, 4] * 10, 4, ["[0, 1)", "[1, 3)", "[3, 4]"]),
        ([0] * 20 + [-2, -1, 1, 2] * 10, 4, ["[-2, 0)", "[0, 1)", "[1, 2]"]),
        ([5] * 30 + [*range(10, 40)], 2, ["[10, 39]", "[5, 10)"]),
        ([1.0, np.nan], 2, ["[1, 1]"]),
        ([np.inf, -np.inf], 2, ["above 0", "below 0"]),
    ],
)
def test_ties_constants_and_few_values(
    values: list[float], bins: int, categories: list[str]
) -> None:
    frame = pd.DataFrame({"x": values})
    result = InfoTheory(frame).distribution("x", bins=bins, binning="quantile")
    assert sorted(result["category"]) == categories
    assert InfoTheory(frame).entropy("x", bins=bins)["categories"].iloc[0] <= bins + 2


def test_columns_of_text_are_left_alone_and_named_ones_join() -> None:
    result = THEORY.entropy(bins={"t": 3, "x": [-1, 0, 1]})
    assert result["column"].tolist() == ["x", "t", "g", "s"]
    assert result["categories"].tolist() == [4, 3, 2, 2]
    assert THEORY.entropy(["x", "s"], bins=3)["categories"].tolist() == [3, 2]
    mixed = THEORY.distribution(["x", "s"], bins=3)
    assert mixed["low"].isna().tolist() == [False] * 3 + [True] * 2
    two = THEORY.distribution(["x", "t"], bins=3)
    assert all(isinstance(category, str) for category in two["category"])


@pytest.mark.parametrize(
    "times",
    [
        DATA["t"],
        DATA["t"].dt.tz_localize("Asia/Tokyo"),
        DATA["t"].astype("datetime64[s]"),
        DATA["t"].astype(pd.ArrowDtype(pa.timestamp("us"))),
        DATA["t"].where(DATA["t"].dt.day > 3),
    ],
    ids=lambda times: str(times.dtype),
)
def test_times(times: pd.Series[Any]) -> None:
    theory = InfoTheory(times.to_frame("t"))
    result = theory.distribution("t", bins=4, binning="quantile")
    assert result["count"].between(times.count() // 4 - 3, times.count() // 4 + 3).all()
    assert result["low"].min() == times.min()
    assert result["high"].max() == times.max()
    assert theory.js_divergence("t", reference=times.to_frame("t"), bins=4).iloc[0, -2] == 0
    later = (times + pd.Timedelta(days=90)).to_frame("t")
    outside = InfoTheory(later).contributions("t", reference=times.to_frame("t"), bins=4)
    assert outside["category"].iloc[0].startswith("above 2024-02-")
    assert pd.isna(outside["high"].iloc[0])


def test_edges_may_be_times() -> None:
    edges = pd.to_datetime(["2024-01-10", "2024-01-20"]).to_numpy()
    result = THEORY.distribution("t", bins=edges)
    assert set(result["category"]) == {
        *("below 2024-01-10", "[2024-01-10, 2024-01-20]", "above 2024-01-20"),
    }


def test_a_mapping_is_cut_like_the_column() -> None:
    row = THEORY.kl_divergence(
        "x", reference={-0.5: 1, 0.5: 1, 0.7: 2}, bins=[-5, 0, 5], base="bit"
    ).iloc[0]
    share = (DATA["x"] < 0).mean()
    expected = share * np.log2(share / 0.25) + (1 - share) * np.log2((1 - share) / 0.75)
    assert row["kl_divergence"] == pytest.approx(expected, rel=1e-12)


def test_declared_bins_take_part_in_smoothing() -> None:
    frame = pd.DataFrame({"x": [0.5, 0.5]})
    result = InfoTheory(frame).distribution("x", bins=[0, 1, 2], alphabet="declared", smoothing=1)
    assert result["category"].tolist() == ["[0, 1)", "below 0", "[1, 2]", "above 2"]
    assert result["probability"].tolist() == [0.5, 1 / 6, 1 / 6, 1 / 6]


def test_results_go_to_parquet(tmp_path: Any) -> None:
    for columns in ("x", "t", ["x", "t", "s"]):
        result = THEORY.contributions(columns, by="g", against="rest", bins=3)
        result.to_parquet(tmp_path / "result.parquet")
        back = pd.read_parquet(tmp_path / "result.parquet")
        pd.testing.assert_frame_equal(back.fillna(np.nan), result.fillna(np.nan), check_dtype=False)


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (
            lambda: THEORY.entropy("s", bins=3),
            TypeError,
            "bins is for numbers, times and durations; the columns asked for ('s') hold none. "
            "Leave bins out, or name such a column.",
        ),
        (
            lambda: InfoTheory(DATA.astype({"s": object})).entropy("s", bins={"s": 3}),
            TypeError,
            "bins is for numbers, times and durations; column 's' holds object. Leave it out of "
            "bins, or convert it with pd.to_numeric or pd.to_datetime.",
        ),
        (
            lambda: THEORY.entropy("x", bins=[1, 1, 2]),
            ValueError,
            "bins must be edges that increase, the first and last of them perhaps infinite, or the "
            "last two equal; got [1, 1, 2]. Values below the first and above the last have "
            "categories of their own.",
        ),
        (
            lambda: THEORY.entropy("x", bins={"x": 0}),
            ValueError,
            "bins for column 'x' must be from 1 to 10000 bins; got 0.",
        ),
        (
            lambda: THEORY.entropy("x", bins="freedman"),
            ValueError,
            "bins must be one of 'auto', 'fd', 'doane', 'scott', 'stone', 'rice', 'sturges', "
            "'sqrt'; got 'freedman'.",
        ),
        (
            lambda: THEORY.entropy("x", bins=2.5),  # type: ignore[arg-type, unused-ignore]
            TypeError,
            "bins must be a number of bins, one of 'auto', 'fd', 'doane', 'scott', 'stone', "
            "'rice', 'sturges', 'sqrt', at least two edges, or a mapping of these by column; got "
            "2.5.",
        ),
        (
            lambda: THEORY.entropy("x", bins=3, binning="equal"),  # type: ignore[arg-type]
            ValueError,
            "binning must be one of 'quantile', 'width', or None; got 'equal'.",
        ),
        (
            lambda: InfoTheory(DATA.assign(a=DATA["x"] * 2, b=DATA["x"] * 3)).kl_divergence(
                ["x", "a"], ["a", "b"], bins=3
            ),
            ValueError,
            "bins would cut column 'a' in two ways, as it stands in two pairs of p and q. Ask for "
            "these pairs one by one, or give it edges.",
        ),
        (
            lambda: THEORY.entropy("x", binning="width"),
            ValueError,
            "binning='width' says how bins= are placed; pass a number of bins.",
        ),
        (
            lambda: THEORY.entropy("t", bins=[0, 1]),
            TypeError,
            "bins for column 't' must have edges that are naive datetimes, which the column holds; "
            "got numbers. Give such edges, or a number of bins.",
        ),
        (
            lambda: THEORY.kl_divergence("x", reference=DATA.assign(x=DATA["t"]), bins=3),
            TypeError,
            "column 'x' holds numbers, but its bins are of naive datetimes. Convert it, for "
            "instance with astype or pd.to_datetime.",
        ),
        (
            lambda: THEORY.entropy("x", bins={"y": 3}),
            KeyError,
            "bins names column 'y', which data does not have. Its columns are 'x', 't', 'g', 's', "
            "'w'.",
        ),
        (
            lambda: InfoTheory(DATA.rename(columns={"g": "low"})).distribution(
                "x", by="low", bins=3
            ),
            ValueError,
            "by names 'low', which the result needs for a column of its own. Rename first: "
            "df.rename(columns={'low': 'low_key'}).",
        ),
    ],
)
def test_messages(call: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind) as caught:
        call()
    assert str(caught.value) == message


def test_large_integers_are_cut_exactly_as_times() -> None:
    ticks = np.array([2**62, 2**62 + 1, 2**62 + 2, 2**62 + 3])
    cases: list[Any] = [("quantile", [1, 1, 2, 2]), ("width", [1, 2, 2, 2])]
    for binning, codes in cases:
        bins = fit(ticks, None, 2, binning)
        assert bins.assign(ticks, np.zeros(4, dtype=bool)).tolist() == codes


def test_one_column_may_stand_in_two_pairs_if_it_is_cut_alike() -> None:
    frame = DATA.assign(a=DATA["x"] * 2, b=DATA["x"] * 3)
    theory = InfoTheory(frame)
    together = theory.kl_divergence(["x", "a"], ["a", "b"], bins=[-1, 0, 1])
    apart = [theory.kl_divergence(*pair, bins=[-1, 0, 1]) for pair in (("x", "a"), ("a", "b"))]
    assert together["kl_divergence"].tolist() == [part["kl_divergence"].iloc[0] for part in apart]


@pytest.mark.parametrize("dtype", ["float32", "float16", "float[pyarrow]", "Float32"])
def test_floats_fall_into_bins_at_the_precision_of_the_narrowest(dtype: Any) -> None:
    wide = pd.DataFrame({"x": np.random.default_rng(0).normal(0, 0.5, 400).round(1)})
    narrow = wide.astype(dtype)
    for here, there in ((wide, narrow), (narrow, wide)):
        found = here.info_theory.js_divergence("x", reference=there, bins=10)
        assert found["js_divergence"].tolist() == [0.0]
        edges = here.info_theory.distribution("x", bins=[-2.0, -0.3, 0.1, 2.0])["count"].tolist()
        assert (
            edges
            == wide.info_theory.distribution("x", bins=[-2.0, -0.3, 0.1, 2.0])["count"].tolist()
        )


@pytest.mark.parametrize(
    ("rows", "bins"), [(1, 1), (9, 2), (25, 2), (30, 3), (99, 9), (100, 10), (10_000, 10)]
)
def test_a_bin_for_every_ten_rows(rows: int, bins: int) -> None:
    values = np.random.default_rng(rows).normal(size=rows)
    assert len(fit(values, None, None, "quantile").edges) - 1 == bins
    weights = np.full(rows, 3)
    tripled = fit(np.repeat(values, 3), None, None, "quantile")
    assert fit(values, weights, None, "quantile").edges.tolist() == tripled.edges.tolist()


@pytest.mark.parametrize("share", [0.1, 0.12, 0.3, 0.6, 0.9])
def test_a_value_with_the_share_of_a_bin_has_its_own(share: float) -> None:
    rng = np.random.default_rng(3)
    size = round(1000 * share)
    values = np.concatenate([np.full(size, 0.5), rng.normal(size=1000 - size)])
    bins = fit(values, None, 10, "quantile")
    codes = bins.assign(values, np.zeros(1000, dtype=bool))
    counts = np.bincount(codes, minlength=bins.size)[1:-1]
    own = bins.assign(np.array([0.5]), np.zeros(1, dtype=bool))[0] - 1
    assert counts[own] == size
    others = np.delete(counts, own)
    assert others.sum() == 1000 - size
    assert 1 <= len(others) <= 11
    assert others.max() <= 2 * (1000 - size) / len(others)


def test_jitter_makes_no_new_category_of_few_values() -> None:
    rng = np.random.default_rng(0)
    for values in ([0.1, 0.2, 0.3], [1.0, 2.0, 3.0, 4.0]):
        before = pd.DataFrame({"x": rng.choice(values, 500)})
        today = pd.DataFrame({"x": rng.choice(values, 500) + rng.normal(0, 1e-3, 500)})
        for bins in (10, {"x": 10}):
            found = today.info_theory.drift(before, bins=bins).iloc[0]
            assert found[["status", "categories", "unseen"]].tolist() == ["ok", len(values), 0.0]


def test_edges_may_be_infinite() -> None:
    frame = pd.DataFrame({"x": [-np.inf, -5.0, 1.0, 2.0, 7.0, np.inf, np.nan]})
    found = InfoTheory(frame).distribution("x", bins=[-np.inf, 1, 2, np.inf])
    counts = dict(zip(found["category"], found["count"], strict=True))
    assert counts == {"[-inf, 1)": 2, "[1, 2)": 1, "[2, inf]": 3}
    ends = found.loc[found["category"] == "[-inf, 1)", ["low", "high"]]
    assert ends.to_numpy().tolist() == [[-np.inf, 1.0]]
    today = frame.info_theory.drift(frame, bins={"x": [-np.inf, 1, np.inf]})
    assert today["out_of_range"].tolist() == [0.0]


def test_a_rule_makes_no_more_bins_than_there_are_values() -> None:
    values = np.append(np.linspace(0, 1, 50), 1e9)
    for rule in ("fd", "auto", "scott", "sqrt"):
        assert len(fit(values, None, rule, "width").edges) - 1 <= 51
