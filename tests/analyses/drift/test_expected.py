"""Drift against shares that are given: what is expected, instead of rows."""

from __future__ import annotations

import json
import math
import re
from collections import defaultdict
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

import pdkl
from pdkl import ColumnNotFoundError, InfoTheory
from tests.core.test_suppression import compositions
from tests.support.drift import COLUMNS, repeated

RNG = np.random.default_rng(7)
TODAY = pd.DataFrame(
    {
        "plan": RNG.choice(["free", "paid"], 600, p=[0.8, 0.2]),
        "stars": RNG.integers(1, 6, 600),
        "code": np.array(["a", "b", None])[RNG.choice(3, 600, p=[0.6, 0.3, 0.1])],
        "age": RNG.normal(40, 10, 600),
        "shop": RNG.choice(["n", "s"], 600),
    }
)
SHARES: dict[str, dict[Any, float]] = {
    "plan": {"free": 0.8, "paid": 0.2},
    "stars": {1: 1, 2: 1, 3: 1, 4: 1, 5: 1},
    "code": {"a": 0.6, "b": 0.3, None: 0.1},
    "age": {20: 0.16, 40: 0.68, 60: 0.16},
}
BINS = {"age": [0, 30, 50, 80]}


def drift(today: pd.DataFrame, shares: Any, *args: Any, **keywords: Any) -> pd.DataFrame:
    return InfoTheory(today).drift(shares, *args, **{"rng": 0, **keywords})


def test_the_columns_are_those_of_the_shares() -> None:
    found = drift(TODAY, SHARES, bins=BINS)
    assert found.columns.tolist() == COLUMNS
    assert found["column"].tolist() == list(SHARES)
    assert found["status"].tolist() == ["ok"] * 4
    assert found["kind"].tolist() == ["categorical"] * 3 + ["ordered"]
    assert found["n"].tolist() == [600] * 4
    assert found["n_reference"].isna().all()
    assert found["n_reference"].dtype == "Int64"
    assert found["missing_reference"].tolist() == pytest.approx([0, 0, 0.1, 0])
    facts = found.attrs["pdkl"]
    assert facts["comparison"] == "mapping"
    assert json.loads(json.dumps(facts)) == facts
    assert drift(TODAY, SHARES, ["stars", "shop"])["status"].tolist() == ["ok", "new"]
    gone = drift(TODAY, {"plan": SHARES["plan"], "size": {"s": 1}})
    assert gone["status"].tolist() == ["ok", "gone"]


@pytest.mark.parametrize("by", [None, "shop"])
@pytest.mark.parametrize("measure", ["js_distance", "kl_divergence", "psi", "total_variation"])
@pytest.mark.parametrize("n_resamples", [None, 49])
def test_it_is_a_sample_of_a_fixed_distribution(
    by: str | None, measure: str, n_resamples: int | None
) -> None:
    found = drift(TODAY, SHARES, by=by, measure=measure, bins=BINS, n_resamples=n_resamples)
    smoothed = measure == "psi"  # kl_divergence is infinite only where shares exclude a category
    assert found.attrs["pdkl"]["smoothing"] == (dict.fromkeys(SHARES, 0.5) if smoothed else {})
    for name, shares in SHARES.items():
        expected = InfoTheory(TODAY).divergence(
            name,
            by=by,
            reference={name: shares},
            measures=measure,
            base="bit",
            dropna=False,
            bins=BINS if name == "age" else None,
            smoothing=0.5 if smoothed else None,
            test=True,
            n_resamples=n_resamples,
        )
        own = found[found["column"] == name]
        names = [measure] if n_resamples else [measure, f"{measure}_excess", "p_value"]
        mine = ["score"] if n_resamples else ["score", "excess", "p_value"]
        assert own[mine].to_numpy() == pytest.approx(expected[names].to_numpy(), rel=1e-9)


def test_two_categories_are_a_binomial() -> None:
    today = pd.DataFrame({"x": repeated({"a": 31, "b": 69})})
    found = drift(today, {"x": {"a": 20, "b": 80}}).iloc[0]
    every = np.arange(101)

    def g(count: Any) -> Any:
        terms = [(count, 0.2), (100 - count, 0.8)]
        return sum(np.where(c > 0, c * np.log(np.maximum(c, 1) / (100 * q)), 0) for c, q in terms)

    expected = binom(100, 0.2).pmf(every)[g(every) >= g(np.array(31)) - 1e-9].sum()
    assert found["p_value"] == pytest.approx(expected, rel=1e-9)
    assert found["status"] == "drift" if found["excess"] >= 0.1 else "ok"


def test_the_null_is_kept() -> None:
    shares = {f"c{i}": {k: 1.0 / (1 + k) for k in range(3 + i)} for i in range(200)}
    today, rng = {}, np.random.default_rng(0)
    for name, own in shares.items():
        p = np.array(list(own.values()))
        today[name] = rng.choice(list(own), 400, p=p / p.sum())
    found = drift(pd.DataFrame(today), shares)
    assert 0.02 <= (found["p_value"] < 0.05).mean() <= 0.09  # three standard deviations
    assert (found["status"] != "drift").all()


def test_what_shares_exclude_is_drift_where_the_measure_says_so() -> None:
    today = TODAY.assign(plan=TODAY["plan"].where(TODAY.index > 0, "new"))
    for n_resamples in (None, 19):
        for measure, status in (("psi", "drift"), ("kl_divergence", "drift"), ("hellinger", "ok")):
            found = drift(
                today, SHARES, "plan", measure=measure, by="shop", n_resamples=n_resamples
            ).set_index("shop")
            where = today["shop"].iloc[0]
            other = "s" if where == "n" else "n"
            assert found["status"].to_dict() == {where: status, other: "ok"}
            assert found["new_categories"].to_dict() == {where: 1, other: 0}
            assert math.isinf(found.loc[where, "score"]) == (status == "drift")
            assert found.loc[where, "p_value"] == 0.0 or n_resamples
            assert np.isfinite(found["noise_floor"]).all()
            # what one group holds is nothing to the other
            alone = drift(TODAY[TODAY["shop"] == other], SHARES, "plan", measure=measure).iloc[0]
            if not n_resamples:
                assert found.loc[other, "score"] == pytest.approx(alone["score"], rel=1e-12)
                assert found.loc[other, "excess"] == pytest.approx(alone["excess"], rel=1e-9)


def test_a_category_that_data_lack_does_not_decide() -> None:
    today = pd.DataFrame({"x": ["a"] * 1000})
    found = drift(today, {"x": {"a": 0.9999, "rare": 0.0001}}, measure="psi").iloc[0]
    assert found[["status", "gone_categories"]].tolist() == ["ok", 1]
    found = drift(today, {"x": {"a": 0.9, "b": 0.1}}, measure="psi").iloc[0]
    assert found["status"] == "drift"


def test_missing_values_are_expected_or_not() -> None:
    none = pd.DataFrame({"code": pd.Series([None] * 50, dtype=object)})
    for shares, status, note in (
        ({"a": 1}, "empty", "no value in data"),
        ({"a": 0.02, None: 0.98}, "ok", "no value in data"),
        ({None: 1}, "ok", "no value on either side"),
    ):
        found = drift(none, {"code": shares}).iloc[0]
        assert found[["status", "note"]].tolist() == [status, note]
    assert drift(none.iloc[:0], {"code": {"a": 1}})["status"].tolist() == ["empty"]
    some = drift(TODAY, {"code": {"a": 2, "b": 1}}).iloc[0]
    assert some[["status", "top_category"]].tolist() == ["drift", "(missing)"]
    assert drift(TODAY, {"code": {"a": 2, "b": 1}}, dropna=True)["status"].tolist() == ["ok"]


def test_numbers_are_compared_value_by_value_unless_there_are_edges() -> None:
    found = drift(TODAY, {"age": {20: 1, 40: 1}}).iloc[0]
    assert found[["kind", "new_categories"]].tolist() == ["categorical", 600]
    for bins in (BINS, BINS["age"]):
        cut = drift(TODAY, {"plan": SHARES["plan"], "age": SHARES["age"]}, bins=bins)
        assert cut["kind"].tolist() == ["categorical", "ordered"]
        assert cut["status"].tolist() == ["ok", "ok"]
    outside = drift(TODAY, {"age": {20: 0.2, 40: 0.8}}, bins={"age": [0, 30, 50]}).iloc[0]
    assert outside["out_of_range"] == pytest.approx((TODAY["age"] > 50).mean())


def test_kinds_that_cannot_match_are_errors_of_their_own() -> None:
    found = drift(TODAY, {"stars": {"1": 1, "2": 1}, "plan": SHARES["plan"]})
    assert found["status"].tolist() == ["error", "ok"]
    assert found["note"].iloc[0].startswith("column 'stars' holds numbers and reference for column")


def test_profiles_and_weights_are_compared_too() -> None:
    expected = drift(TODAY, {"plan": SHARES["plan"], "code": SHARES["code"]})
    profile = TODAY.info_theory.profile(["plan", "code"])
    found = InfoTheory(profile).drift({"plan": SHARES["plan"], "code": SHARES["code"]}, rng=0)
    pd.testing.assert_frame_equal(found, expected)
    counted = TODAY.groupby("plan", as_index=False).size()
    found = drift(counted, {"plan": SHARES["plan"]}, weights="size")
    pd.testing.assert_frame_equal(found, drift(TODAY, {"plan": SHARES["plan"]}))
    part = drift(counted.assign(size=counted["size"] / 7), {"plan": SHARES["plan"]}, weights="size")
    assert part["note"].tolist() == ["not tested: weights are fractional"]
    assert part["score"].tolist() == pytest.approx(found["score"].tolist())


@pytest.mark.parametrize(
    ("reference", "keywords", "kind", "message"),
    [
        (
            {"free": 0.8, "paid": 0.2},
            {},
            TypeError,
            "reference must give the shares of each column, {column: {category: weight}}, as in "
            "{'plan': {'free': 0.8, 'paid': 0.2}}; got 0.8 for 'free'.",
        ),
        (
            {"plan": ["free"]},
            {},
            TypeError,
            "reference must give the shares of each column, {column: {category: weight}}, as in "
            "{'plan': {'free': 0.8, 'paid': 0.2}}; got list for 'plan'.",
        ),
        (
            {},
            {},
            ValueError,
            "reference is an empty mapping; give the shares of at least one column, as in "
            "{'plan': {'free': 0.8, 'paid': 0.2}}.",
        ),
        (
            {"plan": {"free": -1, "paid": 2}},
            {},
            ValueError,
            "reference for column 'plan' must map each category to a finite weight of at least 0; "
            "got -1 for 'free'.",
        ),
        (
            {"plan": {"free": 0}},
            {},
            ValueError,
            "reference for column 'plan' must have a sum of weights above 0 and at most 1e+300; "
            "got 0.",
        ),
        (
            {"code": {"a": 1, None: 1}},
            {"dropna": True},
            ValueError,
            "reference for column 'code' gives a weight to the missing value None, which "
            "dropna=True leaves out of the distribution. Pass dropna=False, or remove it.",
        ),
        (
            SHARES,
            {"bins": {"age": 5}},
            ValueError,
            "bins for column 'age' must be edges, as shares have no rows that bins could be fitted "
            "to; got 5.",
        ),
        (
            SHARES,
            {"bins": {"Age": [1, 2]}},
            ColumnNotFoundError,
            "bins names column 'Age', which the call does not have. Did you mean 'age'? Its "
            "columns are 'plan', 'stars', 'code', 'age'.",
        ),
        (
            SHARES,
            {"threshold": {"shop": 0.2}},
            ColumnNotFoundError,
            "threshold names column 'shop', which the call does not have. Its columns are 'plan', "
            "'stars', 'code', 'age'.",
        ),
        (
            SHARES,
            {"blocks": "shop"},
            ValueError,
            "blocks= needs two samples whose blocks can change sides; shares are none. Leave "
            "blocks out, or compare with rows.",
        ),
        (
            SHARES,
            {"match": True, "by": "shop"},
            ValueError,
            "match says whether a reference frame is matched group to group; it needs "
            "reference=frame and by=. Leave it out here.",
        ),
    ],
)
def test_refused(
    reference: Any, keywords: dict[str, Any], kind: type[Exception], message: str
) -> None:
    for method in ("drift", "report"):
        with pytest.raises(kind, match=f"^{re.escape(message)}$"):
            getattr(InfoTheory(TODAY), method)(reference, **keywords)


# ---- reports ----------------------------------------------------------------------------------


def test_a_report_has_the_shares() -> None:
    report = InfoTheory(TODAY).report(SHARES, bins=BINS)
    pd.testing.assert_frame_equal(report.frame, drift(TODAY, SHARES, bins=BINS))
    assert report.passed
    own = report.categories[report.categories["column"] == "code"].set_index("category")
    assert own["q"].to_dict() == pytest.approx({"a": 0.6, "b": 0.3, "(missing)": 0.1})
    assert report.categories["count_reference"].isna().all()
    assert "rare" not in "".join(report.categories["flag"])
    html = report.to_html() or ""
    facts = dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", html))
    assert facts["Rows"] == "600 against shares that were given"
    assert '"fixed":true' in html
    (first, *_) = json.loads(report.to_json() or "")["rows"]
    assert first["n_reference"] is None
    assert {entry["count_reference"] for entry in first["category_counts"]} == {None}
    dropped = InfoTheory(TODAY).report({"code": {"a": 2, "b": 1}}, dropna=True).to_html() or ""
    n = TODAY["code"].isna().sum()
    assert f"left out of their columns, over all columns {n} in data." in dropped


@pytest.mark.parametrize("dropna", [True, False])
@pytest.mark.parametrize("names", [["u", "v", "w"], ["u", "v", None]])
def test_no_rare_count_can_be_told_beside_shares(names: list[Any], dropna: bool) -> None:
    shares = dict(zip(names, (0.5, 0.3, 0.2), strict=True))
    if dropna:
        shares.pop(None, None)
    possible: dict[str, list[Any]] = defaultdict(list)
    for counts in compositions(8, 3):
        values = np.array(names, dtype=object).repeat(counts)
        report = InfoTheory(pd.DataFrame({"x": values})).report(
            {"x": shares}, min_count=3, dropna=dropna
        )
        told = report.frame.to_csv(), report.categories.to_csv(), report.others.to_csv()
        possible["".join(told) + str(report.frame.attrs)].append(counts)
    for published, those in possible.items():
        every = np.array(those)
        known = (every == every[0]).all(axis=0)
        assert not (known & (every[0] > 0) & (every[0] < 3)).any(), (published, every[0])


def test_redacted_reports_hold_no_category() -> None:
    secret = {"plan": {"hidden one": 0.8, "hidden two": 0.2}}
    today = pd.DataFrame({"plan": repeated({"hidden one": 80, "hidden two": 20})})
    report = pdkl.InfoTheory(today).report(secret, redact=True)
    for form in ("html", "json", "junit", "csv"):
        assert "hidden one" not in (getattr(report, f"to_{form}")() or "")
    with pytest.raises(ValueError, match=r"^a ValueError about 'plan'") as caught:
        pdkl.InfoTheory(today).report({"plan": {"hidden one": -1}}, redact=True)
    assert "hidden one" not in str(caught.value)
    assert "hidden one" not in report.categories.to_csv() + str(report.frame.attrs)


def test_shares_of_nothing_but_missing_values_beside_edges() -> None:
    today = pd.DataFrame({"x": [1.0, None, 3.0, 2.0] * 10})
    found = InfoTheory(today).drift({"x": {None: 1.0}}, bins=[0, 2, 4]).iloc[0]
    assert found[["status", "note"]].tolist() == ["empty", "no value in reference"]
