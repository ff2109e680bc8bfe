"""Measures of ordered values beside SciPy, loops over rows, and the laws that they keep."""

from __future__ import annotations

import datetime
import decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import pdkl
from pdkl import InfoTheory
from tests.support.engines import ENGINES, STORED, Engine, same
from tests.support.engines import asked as about
from tests.support.measures import BY_VALUE

RNG = np.random.default_rng(11)
KS, W, SCALED = BY_VALUE
VALUES = st.lists(st.integers(-8, 8), min_size=1, max_size=30)
SIZE = 600
FRAME: Any = pd.DataFrame(
    {
        "g": RNG.choice(["a", "b", "c", "d"], SIZE, p=[0.4, 0.3, 0.2, 0.1]),
        "x": RNG.normal(size=SIZE).round(1),
        "n": RNG.integers(0, 6, SIZE),
    }
)


def asked(p: Any, q: Any, **keywords: Any) -> Any:
    """Measure one sample against another."""
    frames = [pd.DataFrame({"x": side}) for side in (p, q)]
    return (
        InfoTheory(frames[0])
        .divergence("x", reference=frames[1], measures=BY_VALUE, **keywords)
        .iloc[0]
    )


def truth(p: Any, q: Any) -> list[float]:
    """Measure them row by row."""
    distance = stats.wasserstein_distance(p, q)
    return [stats.ks_2samp(p, q).statistic, distance, distance / np.std(q)]


# ---- values -----------------------------------------------------------------------------------


@pytest.mark.parametrize("digits", [0, 1, 15])
@pytest.mark.parametrize("sizes", [(1, 2), (50, 80), (700, 300)])
def test_scores_are_those_of_scipy(sizes: tuple[int, int], digits: int) -> None:
    p, q = RNG.normal(size=sizes[0]).round(digits), RNG.gumbel(size=sizes[1]).round(digits)
    row = asked(p, q, test=True)
    assert row[list(BY_VALUE)].tolist() == pytest.approx(truth(p, q), rel=1e-12)
    assert row["p_value"] == pytest.approx(stats.ks_2samp(p, q).pvalue, rel=1e-9)


def test_weights_are_rows() -> None:
    p, q = RNG.integers(0, 20, 40), RNG.integers(3, 25, 30)
    u, v = RNG.random(40), RNG.random(30)
    frame = pd.DataFrame({"x": [*p, *q], "w": [*u, *v], "g": [0] * 40 + [1] * 30})
    row = frame.info_theory.divergence("x", by="g", reference=1, weights="w", measures=BY_VALUE)
    distance = stats.wasserstein_distance(p, q, u, v)
    mean = np.average(q, weights=v)
    spread = np.sqrt(np.average((q - mean) ** 2, weights=v))
    assert row[W][0] == pytest.approx(distance, rel=1e-12)
    assert row[SCALED][0] == pytest.approx(distance / spread, rel=1e-12)
    every = np.arange(26)
    f, g = (np.cumsum(np.bincount(x, w, 26)) / w.sum() for x, w in ((p, u), (q, v)))
    assert row[KS][0] == pytest.approx(np.abs(f - g)[every].max(), rel=1e-12)


def test_counts_of_rows_are_tested_as_rows() -> None:
    counted = FRAME.groupby(["g", "x"]).size().rename("w").reset_index()
    one, two = (
        InfoTheory(frame).divergence("x", by="g", against="rest", measures=BY_VALUE, **keywords)
        for frame, keywords in (
            (FRAME, {"test": True}),
            (counted, {"test": True, "weights": "w"}),
        )
    )
    pd.testing.assert_frame_equal(one, two)


@pytest.mark.parametrize("against", ["rest", "all", "pairs", "previous", "label"])
def test_every_form_by_a_loop_over_rows(against: str) -> None:
    keywords: dict[str, Any] = {"reference": "b"} if against == "label" else {"against": against}
    result = FRAME.info_theory.divergence(["x", "n"], by="g", measures=BY_VALUE, **keywords)
    groups = sorted(set(FRAME["g"]))
    for _, row in result.iterrows():
        values, own = FRAME[row["column"]], FRAME["g"] == row["g"]
        if against in ("pairs", "label", "previous"):
            other = FRAME["g"] == row["g_reference"]
        else:
            other = ~own if against == "rest" else FRAME["g"].notna()
        if against == "previous" and row["g"] == groups[0]:
            assert row[list(BY_VALUE)].isna().all()
            continue
        expected = truth(values[own], values[other])
        assert row[list(BY_VALUE)].tolist() == pytest.approx(expected, rel=1e-11, abs=1e-13)


def test_windows_pool_the_groups_before() -> None:
    result = FRAME.info_theory.divergence("x", by="g", against="previous", window=2, measures=W)
    before = FRAME.loc[FRAME["g"].isin(["b", "c"]), "x"]
    expected = stats.wasserstein_distance(FRAME.loc[FRAME["g"] == "d", "x"], before)
    assert result[W].iloc[3] == pytest.approx(expected, rel=1e-12)


def test_shares_of_values_are_believed() -> None:
    result = FRAME.info_theory.divergence(
        "n", reference={0: 1, 5.0: 3}, measures=BY_VALUE, test=True
    )
    expected = stats.wasserstein_distance(FRAME["n"], [0, 5], None, [1, 3])
    row = result.iloc[0]
    spread = np.std([0, 5, 5, 5])
    assert row[[W, SCALED]].tolist() == pytest.approx([expected, expected / spread], rel=1e-12)
    assert row["p_value"] == stats.kstwo.sf(row[KS], SIZE)


def test_two_columns_of_a_frame() -> None:
    frame = pd.DataFrame({"x": [1.0, 2, 9], "y": [1, 4, 4]})
    row = frame.info_theory.divergence("x", "y", measures=BY_VALUE).iloc[0]
    assert row[list(BY_VALUE)].tolist() == pytest.approx(truth(frame["x"], frame["y"]), rel=1e-14)


# ---- kinds of values --------------------------------------------------------------------------

DAYS = pd.to_datetime(["2024-01-01", "2024-01-02", "2024-01-05"])
SECONDS = 86400.0


@pytest.mark.parametrize(
    ("values", "unit"),
    [
        (DAYS, SECONDS),
        (DAYS.as_unit("s"), SECONDS),
        (DAYS.tz_localize("Europe/Zurich"), SECONDS),
        (DAYS - DAYS[0], SECONDS),
        ([day.date() for day in DAYS], SECONDS),
        ([datetime.time(1), datetime.time(2), datetime.time(5)], 3600.0),
        ([decimal.Decimal("0.1"), decimal.Decimal("0.2"), decimal.Decimal("0.5")], 0.1),
        (pd.array([1, 2, 5], dtype="Int64"), 1.0),
        (pd.array([1, 2, 5], dtype="int64[pyarrow]"), 1.0),
        (pd.Categorical([1, 2, 5]), 1.0),
        ([2**62 + 1, 2**62 + 2, 2**62 + 5], 1.0),
        (np.array([-(2**63), 1 - 2**63, 4 - 2**63]), 1.0),
        (np.array([2**64 - 5, 2**64 - 4, 2**64 - 1], dtype=np.uint64), 1.0),
        (np.array([1, 2, 5], dtype=np.float32), 1.0),
        (pd.Categorical(list("bce"), list("abcdef"), ordered=True), None),
    ],
    ids=str,
)
def test_values_lie_where_they_are(values: Any, unit: float | None) -> None:
    frame = pd.DataFrame({"x": pd.Series(values)})
    row = (
        InfoTheory(frame.iloc[:2])
        .divergence("x", reference=frame.iloc[[0, 2]], measures=BY_VALUE)
        .iloc[0]
    )
    # of 1, 2 against 1, 5; levels by rank are 1, 2 against 1, 4
    distance = 1.0 if unit is None else 1.5 * unit
    assert row[[KS, W]].tolist() == pytest.approx([0.5, distance], rel=1e-12)
    assert row[SCALED] == pytest.approx(0.75 if unit is not None else 1.0 / 1.5, rel=1e-12)


def test_nanoseconds_are_told_apart() -> None:
    times = pd.to_datetime(np.array([10**18, 10**18 + 7]))
    assert asked(times[:1], times[1:])[W] == pytest.approx(7e-9, rel=1e-12)


def test_infinite_values_are_infinitely_far() -> None:
    inf = np.inf
    assert asked([1.0, inf], [1.0, 2.0])[[KS, W, SCALED]].tolist() == [0.5, inf, inf]
    row = asked([1.0, 3.0, -inf, inf], [1.0, 2.0, -inf, inf])
    assert row[[KS, W, SCALED]].tolist() == [0.25, 0.25, 0.5]


def test_a_reference_of_one_value_has_no_spread() -> None:
    assert asked([0.1, 0.1], [0.1] * 7)[list(BY_VALUE)].tolist() == [0.0, 0.0, 0.0]
    row = asked([0.1, 0.3], [0.1] * 7)
    assert row[list(BY_VALUE)].tolist() == pytest.approx([0.5, 0.1, np.inf])


def test_missing_values_are_left_out() -> None:
    for dropna in (True, False):
        row = asked([1.0, None, 3.0], [2.0, None], dropna=dropna)
        assert row[list(BY_VALUE)].tolist() == [0.5, 1.0, np.inf]
        assert row["n"] == (2 if dropna else 3)
    assert asked([None, np.nan], [2.0])[list(BY_VALUE)].isna().all()


def test_bins_smoothing_and_zeros_are_for_the_others() -> None:
    p, q = RNG.normal(size=90), RNG.normal(0.3, size=80)
    frames = [pd.DataFrame({"x": side}) for side in (p, q)]
    theory = InfoTheory(frames[0])
    others: dict[str, Any] = {"bins": 5, "smoothing": 0.5}
    both = theory.divergence("x", reference=frames[1], measures=[*BY_VALUE, "psi"], **others)
    alone = theory.divergence("x", reference=frames[1], measures=BY_VALUE, **others)
    plain = theory.divergence("x", reference=frames[1], measures="psi", **others)
    expected = truth(p, q)
    for result in (both, alone):
        assert result.iloc[0][[*BY_VALUE]].tolist() == pytest.approx(expected, rel=1e-12)
    pd.testing.assert_frame_equal(both[plain.columns], plain)


def test_the_default_columns_are_those_with_an_order() -> None:
    frame = FRAME.assign(
        t=pd.Timestamp("2024-01-01"),
        size=pd.Categorical(["S", "M"] * (SIZE // 2), ["S", "M"], ordered=True),
        plain=pd.Categorical(["S", "M"] * (SIZE // 2)),
        yes=True,
    )
    result = frame.info_theory.divergence(by="g", reference="a", measures=[W, KS], exclude="n")
    assert result["column"].unique().tolist() == ["x", "t", "size"]
    assert result["unit"].unique().tolist() == ["nat"]
    assert (
        frame.info_theory.divergence(by="g", reference="a", measures=W)["unit"].eq("column").all()
    )


# ---- laws -------------------------------------------------------------------------------------


@given(p=VALUES, q=VALUES, r=VALUES)
def test_both_are_distances(p: list[int], q: list[int], r: list[int]) -> None:
    there, back = asked(p, q), asked(q, p)
    for name in (KS, W):
        assert there[name] == pytest.approx(back[name], abs=1e-13)
        assert there[name] <= asked(p, r)[name] + asked(r, q)[name] + 1e-12
        assert asked(p, p)[name] == 0.0


@given(p=VALUES, c=st.integers(-5, 5), factor=st.sampled_from([0.25, 3.0]))
def test_shifts_and_scales(p: list[int], c: int, factor: float) -> None:
    assert asked(np.array(p) + c, p)[W] == pytest.approx(abs(c), abs=1e-12)
    q = [0, 1, 5]
    once, scaled = asked(p, q), asked(factor * np.array(p), factor * np.array(q))
    assert scaled[KS] == once[KS]
    assert scaled[W] == pytest.approx(factor * once[W], rel=1e-12)
    assert scaled[SCALED] == pytest.approx(once[SCALED], rel=1e-12)


@given(p=VALUES, q=VALUES)
def test_the_largest_distance_does_not_see_how_far_values_are(p: list[int], q: list[int]) -> None:
    once, moved = asked(p, q), asked(np.exp(p), np.exp(q))
    assert moved[KS] == once[KS]
    negated = asked([-x for x in p], [-x for x in q])
    for name in (KS, W):
        assert negated[name] == pytest.approx(once[name], abs=1e-12)


@given(p=VALUES, q=VALUES)
def test_contributions_are_the_areas_of_the_gaps(p: list[int], q: list[int]) -> None:
    frames = [pd.DataFrame({"x": side}) for side in (p, q)]
    row = asked(p, q)
    for name in (W, SCALED, KS):
        terms = InfoTheory(frames[0]).contributions("x", reference=frames[1], measure=name)
        found = terms["contribution"].max() if name == KS else terms["contribution"].sum()
        assert found == pytest.approx(row[name], rel=1e-12)
    assert sorted(terms["category"]) == sorted({*p, *q})
    assert terms["count"].sum() == len(p)
    assert terms["p"].sum() == pytest.approx(1.0)


# ---- how sure ---------------------------------------------------------------------------------


def test_what_decides_is_on_record() -> None:
    draws = "199 draws"
    for measures, said in (
        ([KS], f"{draws}; p_value of {KS}: SciPy"),
        ([W], draws),
        ([W, KS], f"{draws}; p_value of {W}: {draws}"),
        (["js_divergence", W], f"closed form; {W}: {draws}"),
        ([W, "js_divergence"], f"closed form; {W}: {draws}; p_value of {W}: {draws}"),
    ):
        result = FRAME.info_theory.divergence(
            "x", by="g", against="rest", measures=measures, test=True
        )
        assert result.attrs["pdkl"]["inference"] == said


def test_the_first_measure_is_the_one_whose_p_value_is_given() -> None:
    ask: Any = FRAME.info_theory.divergence
    keywords: Any = {"by": "g", "against": "rest", "test": True}
    alone = {m: ask("x", measures=m, **keywords)["p_value"].tolist() for m in (W, KS, "psi")}
    assert len({tuple(values) for values in alone.values()}) == 3
    for first, second in ((W, KS), (KS, "psi"), ("psi", W)):
        both = ask("x", measures=[first, second], **keywords)
        assert both["p_value"].tolist() == alone[first]


def test_the_same_data_have_the_same_answer() -> None:
    keywords: Any = {"by": "g", "against": "rest", "measures": BY_VALUE, "test": True}
    one = FRAME.info_theory.divergence("x", **keywords)
    two = FRAME.sample(frac=1.0, random_state=1).info_theory.divergence("x", **keywords)
    pd.testing.assert_frame_equal(one, two, check_exact=True)
    other = FRAME.info_theory.divergence("x", rng=5, **keywords)
    assert (one[f"{W}_noise_floor"] != other[f"{W}_noise_floor"]).any()


def test_groups_do_not_depend_on_how_many_are_looked_at_together(monkeypatch: Any) -> None:
    keywords: Any = {"by": "g", "against": "pairs", "measures": [W, KS], "test": True}
    one = FRAME.info_theory.divergence("x", **keywords)
    monkeypatch.setattr("pdkl.comparing.align.BATCH", 64)
    two = FRAME.info_theory.divergence("x", **keywords)
    pd.testing.assert_frame_equal(one, two, check_exact=True)


def test_excess_is_what_exchanged_rows_do_not_give() -> None:
    p, q = RNG.normal(size=60), RNG.normal(0.5, size=90)
    row = asked(p, q, test=True, n_resamples=400)
    together = np.concatenate([p, q])
    null = []
    for _ in range(400):
        RNG.shuffle(together)
        null.append(truth(together[:60], together[60:]))
    for name, values in zip(BY_VALUE, np.array(null).T, strict=True):
        error = 6.0 * values.std() / np.sqrt(400)
        assert row[name] - row[f"{name}_excess"] == pytest.approx(values.mean(), abs=error)
        assert row[f"{name}_noise_floor"] == pytest.approx(np.quantile(values, 0.95), rel=0.15)


def test_drawn_p_values_are_those_of_the_scores() -> None:
    p, q = RNG.integers(0, 9, 40), RNG.integers(1, 10, 50)
    frames = [pd.DataFrame({"x": side}) for side in (p, q)]
    for name in (KS, W):
        row = (
            InfoTheory(frames[0])
            .divergence(
                "x", reference=frames[1], measures=name, test="permutation", n_resamples=999, rng=1
            )
            .iloc[0]
        )

        def ks(a: Any, b: Any) -> float:
            return float(stats.ks_2samp(a, b, method="asymp").statistic)

        statistic = stats.wasserstein_distance if name == W else ks
        together, reached = np.concatenate([p, q]), 0
        for _ in range(999):
            RNG.shuffle(together)
            reached += statistic(together[:40], together[40:]) >= statistic(p, q) - 1e-12
        assert row["p_value"] == pytest.approx((1 + reached) / 1000, abs=0.05)


def test_the_unit_of_a_column_is_of_no_matter_to_p_values() -> None:
    p, q = RNG.normal(size=40), RNG.normal(0.4, size=50)
    small, large = (
        InfoTheory(pd.DataFrame({"x": p * unit})).divergence(
            "x", reference=pd.DataFrame({"x": q * unit}), measures=[W, SCALED], test=True
        )
        for unit in (2.0**-60, 2.0**60)
    )
    assert small["p_value"][0] == pytest.approx(large["p_value"][0], rel=1e-9)
    assert 0.0 < small["p_value"][0] < 0.5
    for end in ("", "_excess", "_noise_floor"):
        assert small[W + end][0] * 2.0**120 == pytest.approx(large[W + end][0], rel=1e-9)
        assert small[SCALED + end][0] == pytest.approx(large[SCALED + end][0], rel=1e-9)


def test_a_part_is_as_sure_against_all_as_against_the_rest() -> None:
    rest, every = (
        FRAME.info_theory.divergence("x", by="g", against=against, measures=W, test=True)
        for against in ("rest", "all")
    )
    np.testing.assert_allclose(rest["p_value"], every["p_value"], rtol=1e-9)


def test_intervals_hold_the_scores() -> None:
    result = FRAME.info_theory.divergence(
        "x", by="g", reference={-1.0: 1, 0.0: 2, 2.0: 1}, measures=BY_VALUE, confidence=0.9
    )
    for name in BY_VALUE:
        low, high = result[f"{name}_low"], result[f"{name}_high"]
        assert low.notna().all()
        assert (low < high).all()
        assert (low <= result[name]).all()


def test_rows_that_move_in_blocks() -> None:
    frame = FRAME.assign(day=np.arange(SIZE) // 20)
    frame["x"] += RNG.normal(size=SIZE // 20).repeat(20)
    loose, blocked = (
        frame.info_theory.divergence(
            "x", by="g", against="rest", measures=[KS, W], test=True, **more
        )
        for more in ({}, {"blocks": "day"})
    )
    assert (blocked[f"{W}_noise_floor"] != loose[f"{W}_noise_floor"]).all()
    assert blocked.attrs["pdkl"]["inference"] == f"199 draws; p_value of {KS}: 199 draws"


# ---- sources ----------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", [*ENGINES, *STORED], ids=lambda one: one.name)
def test_engines_agree(engine: Engine) -> None:
    days = pd.Timestamp("2024-01-01") + pd.to_timedelta(RNG.integers(0, 9, 200), unit="D")
    frame = FRAME[:200].assign(
        t=days.astype("datetime64[us]"),
        size=pd.Categorical(RNG.choice(["S", "M"], 200), ["S", "M", "L"], ordered=True),
    )
    names = ["x", "n", "t", *(["size"] if engine.name in ("pandas", "dask") else [])]
    keywords: Any = {"by": "g", "against": "rest", "measures": [*BY_VALUE, "js_divergence"]}
    keywords |= {"bins": {"x": 4}, "test": True}
    expected = frame.info_theory.divergence(names, **keywords)
    same(about(engine.make(frame[["g", *names]])).divergence(names, **keywords), expected)


def test_profiles_and_merged_profiles_agree() -> None:
    profile = FRAME.info_theory.profile(["x", "n"], by="g")
    halves = [part.info_theory.profile(["x", "n"], by="g") for part in (FRAME[:250], FRAME[250:])]
    expected = FRAME.info_theory.divergence(["x", "n"], by="g", against="rest", measures=BY_VALUE)
    for one in (profile, halves[0] + halves[1]):
        found = InfoTheory(one).divergence(["x", "n"], by="g", against="rest", measures=BY_VALUE)
        pd.testing.assert_frame_equal(found, expected)


# ---- what cannot be -----------------------------------------------------------------------------


def refused(call: Any) -> str:
    try:
        call()
    except ValueError as error:
        return str(error)
    raise AssertionError("nothing was refused")


def test_messages() -> None:
    theory = FRAME.assign(
        size=pd.Categorical(["S", "M"] * 300, ["S", "M"], ordered=True)
    ).info_theory
    assert refused(lambda: theory.divergence("g", by="size", against="rest", measures=W)) == (
        f"wasserstein needs values in an order, and those of column 'g' ({FRAME['g'].dtype}) have "
        "none. Convert it to numbers or times, make it an ordered categorical, or choose a measure "
        "by category such as 'js_distance'."
    )
    assert refused(lambda: theory.divergence("x", against="uniform", measures=KS)) == (
        "against='uniform' gives each category of a column the same share, and kolmogorov_smirnov "
        "needs shares of values. Compare with rows, or give the shares: reference={value: weight}."
    )
    assert refused(lambda: FRAME[["g"]].info_theory.divergence(reference=FRAME, measures=[W])) == (
        "p is None, which for measures of ordered values means every column of numbers, times, "
        "durations and ordered levels outside by and weights; there is none. Name the columns: "
        "p=..."
    )


def test_levels_that_do_not_match() -> None:
    def sized(values: str, levels: str) -> pd.DataFrame:
        return pd.DataFrame({"x": pd.Categorical(list(values), list(levels), ordered=True)})

    theory = InfoTheory(sized("SM", "SML"))
    fewer = theory.divergence("x", reference=sized("SL", "SL"), measures=W)
    assert fewer[W].tolist() == [0.5]
    plain = theory.divergence("x", reference=pd.DataFrame({"x": list("SL")}), measures=W)
    assert plain[W].tolist() == [0.5]
    assert refused(lambda: theory.divergence("x", reference=sized("SL", "LMS"), measures=W)) == (
        "column 'x' has its levels in two orders, 'S', 'M', 'L' and 'L', 'M', 'S'. Give both sides "
        "the same ordered levels."
    )
    other = pd.DataFrame({"x": list("SQ")})
    assert refused(lambda: theory.divergence("x", reference=other, measures=W)) == (
        "column 'x' has ordered levels on one side, and on the other values that are none of them: "
        "'Q'. Give both sides the same ordered levels."
    )


def test_profiles_that_have_not_kept_the_values() -> None:
    levels = FRAME.assign(x=FRAME["n"].astype(pd.CategoricalDtype([*range(6)], ordered=True)))
    many = pd.DataFrame({"x": RNG.normal(size=70_000)})
    needs = "wasserstein needs the values of column 'x' one by one, and the profile has "
    end = ", or choose a measure by category such as 'js_distance'."
    for profile, what in (
        (
            FRAME.info_theory.profile("x", bins=5),
            "cut them into intervals. Take it again without bins",
        ),
        (
            levels.info_theory.profile("x", max_categories=2),
            "lumped some together. Take it again without max_categories",
        ),
        (
            many.info_theory.profile("x"),
            "rounded them, as there are more than 65,536 different ones. Compare the frames",
        ),
    ):
        call = lambda profile=profile: InfoTheory(profile).divergence(  # noqa: E731
            "x", reference=profile, measures=W
        )
        assert refused(call) == f"{needs}{what}{end}"


def test_a_measure_of_ones_own() -> None:
    cramer = pdkl.Measure(
        name="cramer",
        formula="integral (F - G)^2 dx",
        reference="Szekely (1989)",
        term=lambda steps: steps.difference**2 * steps.gap,
        log_power=0.0,
        ordered=True,
    )
    p, q = RNG.normal(size=50), RNG.normal(size=70)
    frames = [pd.DataFrame({"x": side}) for side in (p, q)]
    row = InfoTheory(frames[0]).divergence("x", reference=frames[1], measures=[cramer], test=True)
    expected = stats.energy_distance(p, q) ** 2 / 2.0
    assert row["cramer"][0] == pytest.approx(expected, rel=1e-10)
    assert 0.0 < row["p_value"][0] <= 1.0
