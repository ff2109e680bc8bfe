"""Reports: what they hold, what passes, and what is hidden."""

from __future__ import annotations

import json
import re
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

import pdkl
from tests.support.reports import NASTY, counted, frames, outputs

# ---- the frames -----------------------------------------------------------------------------


def test_frame_is_that_of_drift(nasty: pdkl.Report) -> None:
    today, before = frames()
    expected = pdkl.InfoTheory(today).drift(before, by="<b>key</b>", rng=0, progress=False)
    pd.testing.assert_frame_equal(nasty.frame, expected)


def test_categories_are_counted_as_by_hand() -> None:
    before = pd.DataFrame({"x": list("aaabbbccd"), "s": 1})
    today = pd.DataFrame({"x": [*"aaaabbbbee", None], "s": 1})
    report = pdkl.InfoTheory(today).report(before, "x", rng=0, progress=False)
    found = report.categories.set_index("category")
    counts = {"a": (4, 3), "b": (4, 3), "c": (0, 2), "d": (0, 1), "e": (2, 0), "(missing)": (1, 0)}
    assert {
        name: (row["count"], row["count_reference"]) for name, row in found.iterrows()
    } == counts
    for name, (count, reference) in counts.items():
        p, q = count / 11, reference / 9
        m = (p + q) / 2
        term = sum(0.5 * part * np.log2(part / m) for part in (p, q) if part)
        row = found.loc[name]
        assert row["contribution"] == pytest.approx(term)
        assert row["change"] == pytest.approx(p - q)
        assert row["ratio"] == (pytest.approx(p / q) if q else np.inf)
    assert found["flag"].to_dict() == {
        "a": "rare",
        "b": "rare",
        "c": "gone rare",
        "d": "gone rare",
        "e": "new rare",
        "(missing)": "missing new rare",
    }
    total = found["contribution"].sum()
    assert report.frame["score"].iloc[0] == pytest.approx(np.sqrt(total))


def test_the_other_measures_are_those_of_divergence() -> None:
    today, before = frames()
    wanted = ["word", "sealed"]
    report = pdkl.InfoTheory(today).report(before, wanted, by="<b>key</b>", rng=0, progress=False)
    expected = pdkl.InfoTheory(today).divergence(
        wanted,
        reference=before,
        by="<b>key</b>",
        measures=["kl_divergence", "psi"],
        base="bit",
        dropna=False,
    )
    names = ["kl_divergence", "psi"]
    np.testing.assert_allclose(report.others, expected[names], rtol=1e-12)
    rows = json.loads(report.to_json() or "")["rows"]
    assert [[row[name] for name in names] for row in rows] == report.others.to_numpy().tolist()
    assert json.loads(report.to_json() or "")["format"] == 1
    assert not set(names) & set(report.frame)
    assert (pdkl.Report(report.frame, report.categories).to_html() or "").startswith("<!doctype")


def test_categories_are_the_terms_of_contributions() -> None:
    today, before = frames()
    wanted = ["word", "sealed"]
    report = pdkl.InfoTheory(today).report(before, wanted, by="<b>key</b>", rng=0, progress=False)
    terms = pdkl.InfoTheory(today).contributions(
        wanted,
        reference=before,
        by="<b>key</b>",
        measure="js_divergence",
        base="bit",
        dropna=False,
    )
    found = report.categories.merge(
        report.frame[["<b>key</b>"]], left_on="row", right_index=True, how="left"
    )
    keys = ["<b>key</b>", "column", "category"]
    both = found.merge(terms.fillna({"category": "(missing)"}), on=keys, validate="1:1")
    assert len(both) == len(found) == len(terms)
    for name in ("count", "count_reference", "p", "q", "contribution"):
        np.testing.assert_allclose(both[f"{name}_x"], both[f"{name}_y"], atol=1e-15)


def test_numbers_have_the_bins_of_drift() -> None:
    rng = np.random.default_rng(0)
    before = pd.DataFrame({"x": rng.normal(size=1000)})
    today = pd.DataFrame({"x": [*rng.normal(size=900), *[-999.0] * 100]})
    report = pdkl.InfoTheory(today).report(before, rng=0, progress=False)
    edges = np.quantile(before["x"], np.linspace(0, 1, 11))
    first = report.categories.iloc[0]
    assert first["category"] == report.frame["top_category"].iloc[0]
    assert first["category"].startswith("below -")
    assert first["count"] == int((today["x"] < edges[0]).sum())
    assert report.categories["count_reference"].sum() == 1000


def test_the_least_contributors_are_summed_up() -> None:
    before = pd.DataFrame({"x": np.repeat([f"v{i}" for i in range(60)], 10)})
    today = pd.DataFrame({"x": np.repeat([f"v{i}" for i in range(60)], np.arange(1, 61))})
    report = pdkl.InfoTheory(today).report(before, rng=0, progress=False)
    assert len(report.categories) == 26
    other = report.categories.iloc[-1]
    assert (other["category"], other["flag"], other["categories"]) == ("(other)", "other", 35)
    assert report.categories["count"].sum() == len(today)
    assert report.categories["contribution"].sum() == pytest.approx(
        report.frame["score"].iloc[0] ** 2
    )


def test_a_single_category_beyond_the_limit_keeps_its_name() -> None:
    before = pd.DataFrame({"x": np.repeat([f"v{i}" for i in range(26)], 10)})
    report = pdkl.InfoTheory(before).report(before, rng=0, progress=False)
    assert (len(report.categories), set(report.categories["flag"])) == (26, {""})


# ---- passed ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "status", "passed"),
    [
        ({}, "ok", True),
        ({"x": ["c"] * 200}, "drift", False),
        ({"x": None}, "empty", False),
        ({"x": [[]] * 200}, "error", False),
        ({"new": 1}, "new", True),
    ],
)
def test_passed(change: dict[str, Any], status: str, passed: bool) -> None:
    before = pd.DataFrame({"x": ["a", "b"] * 100})
    report = before.assign(**change).info_theory.report(before, rng=0, progress=False)
    assert status in set(report.frame["status"])
    assert report.passed is passed
    assert json.loads(report.to_json() or "")["passed"] is passed


def test_a_column_that_is_gone_does_not_pass() -> None:
    before = pd.DataFrame({"x": ["a", "b"] * 100, "y": 1})
    report = pdkl.InfoTheory(before[["x"]]).report(before, rng=0, progress=False)
    assert repr(report) == "<pdkl.Report: not passed; 2 rows: 1 gone, 1 ok>"


def test_unsure_passes() -> None:
    same = {f"c{i}": ["u", "v"] * 50 for i in range(9)}
    today, before = counted(a=60, b=40).assign(**same), counted(a=45, b=55).assign(**same)
    report = pdkl.InfoTheory(today).report(before, threshold=0.02, rng=0, progress=False)
    assert (report.frame["status"].tolist(), report.passed) == (["unsure", *["ok"] * 9], True)


@pytest.mark.parametrize(
    ("changed", "most", "passed"),
    [
        (1, 0.0, False),
        (1, 0.24, False),
        (1, 0.25, True),
        (2, 0.5, True),
        (2, 0.49, False),
        (0, 0.0, True),
        (4, 1, True),
    ],
)
def test_some_columns_may_drift(changed: int, most: float, passed: bool) -> None:
    before = pd.DataFrame({f"c{i}": ["a", "b"] * 100 for i in range(4)})
    today = before.assign(**{f"c{i}": "b" for i in range(changed)}, new=1)
    report = pdkl.InfoTheory(today).report(before, max_drifted=most)
    assert (report.frame["status"] == "drift").sum() == changed
    assert report.passed is passed
    assert report.frame.attrs["pdkl"]["max_drifted"] == most
    (suite,) = ElementTree.fromstring(report.to_junit() or "")
    assert suite.get("failures") == ("0" if passed else str(changed))
    assert json.loads(report.to_json() or "")["passed"] is passed
    facts = dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", report.to_html() or ""))
    assert facts.get("Passes") == (
        f"drift in up to {most:.3g} of the rows judged" if most else None
    )
    empty = pdkl.InfoTheory(today.assign(c3=None)).report(before, max_drifted=most)
    assert not empty.passed


# ---- what is hidden -------------------------------------------------------------------------


def test_redacted_reports_hold_no_value() -> None:
    today, before = frames()
    report = pdkl.InfoTheory(today).report(
        before,
        by="<b>key</b>",
        bins={"amount": [17.25, 171.5, 301.75]},
        rng=0,
        progress=False,
        redact=True,
    )
    secrets = [*NASTY, "north", "south", "secretive", "hushed", "veiled", "unmentionable"]
    secrets += ["alert", "gnp", "17.25", "171.5", "301.75", "below", "nr-"]
    secrets += [f"{value:.3f}" for value in (today["amount"].min(), today["amount"].max())]
    shown = outputs(report) | {
        "frame": report.frame.to_csv(),
        "categories": report.categories.to_csv(),
        "attrs": str(report.frame.attrs),
    }
    # its own words, the same in every report, are not looked at
    shown["html"] = re.sub(r"<(script|style)>.*?</\1>", "", shown["html"], flags=re.DOTALL)
    for name, text in shown.items():
        for secret in secrets:
            for form in (secret, json.dumps(secret)[1:-1], secret.replace("<", "&lt;")):
                if name == "html" and form == "below":
                    continue
                assert form not in text, (name, form)
    assert set(report.frame["<b>key</b>"]) == {"segment 1", "segment 2"}
    assert report.categories["category"].str.fullmatch(r"category \d+|\(missing\)").all()
    assert set(report.frame["column"]) == set(today.columns) - {"<b>key</b>"}  # these stay
    note = report.frame.loc[report.frame["status"] == "error", "note"]
    assert set(note) == {"what is wrong is not shown, as the message may hold values (redact=True)"}


def test_pseudonyms_are_the_same_in_every_segment_and_run() -> None:
    today, before = frames()
    by = "<b>key</b>"
    first, again, plain = (
        pdkl.InfoTheory(today).report(before, ["word"], by=by, rng=0, progress=False, redact=redact)
        for redact in (True, True, False)
    )
    pd.testing.assert_frame_equal(first.categories, again.categories)
    called = dict(zip(plain.categories["category"], first.categories["category"], strict=True))
    assert len(set(called.values())) == len(NASTY)
    assert (
        plain.categories["category"].map(called).tolist() == first.categories["category"].tolist()
    )
    tops = plain.frame["top_category"].map(called)
    assert first.frame["top_category"].tolist() == tops.tolist()


@pytest.mark.parametrize(
    ("keywords", "error", "message"),
    [
        (
            {"min_count": 1},
            ValueError,
            "min_count must be None or a whole number of rows of at least 2; got 1.",
        ),
        (
            {"min_count": 2.0},
            TypeError,
            "min_count must be None or a whole number of rows of at least 2; got 2.0.",
        ),
        (
            {"max_drifted": 1.1},
            ValueError,
            "max_drifted must be a share from 0 to 1; got 1.1.",
        ),
        ({"redact": "yes"}, TypeError, "redact must be True or False; got 'yes'."),
        (
            {"threshold": -1},
            ValueError,
            "threshold must be a finite number of at least 0; got -1.",
        ),
    ],
)
def test_errors(keywords: dict[str, Any], error: type[Exception], message: str) -> None:
    frame = pd.DataFrame({"x": ["a", "b"]})
    with pytest.raises(error) as caught:
        pdkl.InfoTheory(frame).report(frame, **keywords)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("today", "keywords", "about"),
    [
        ({"seg": "secret1"}, {"by": "seg"}, "ValueError about 'seg'"),
        ({"seg": "secret2", "w": -7}, {"weights": "w"}, "ValueError about 'w'"),
        ({"seg": [["secret1"]] * 40}, {"by": "seg"}, "TypeError about 'seg'"),
        ({"seg": "secret3"}, {"by": pd.Grouper(key="seg", freq="D")}, "TypeError"),
    ],
)
def test_redact_keeps_back_what_errors_say(
    today: dict[str, Any], keywords: dict[str, Any], about: str
) -> None:
    before = pd.DataFrame({"seg": ["secret2"] * 40, "c": ["x", "y"] * 20, "w": 1})
    asked: dict[str, Any] = {"columns": "c", "rng": 0, "progress": False} | keywords
    with pytest.raises((ValueError, TypeError)):
        pdkl.InfoTheory(before.assign(**today)).report(before, **asked)
    with pytest.raises((ValueError, TypeError)) as caught:
        pdkl.InfoTheory(before.assign(**today)).report(before, **asked, redact=True)
    assert str(caught.value).startswith(f"a {about}")
    assert "secret" not in str(caught.value)
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


def test_redact_still_says_what_is_wrong_with_the_call() -> None:
    frame = pd.DataFrame({"x": ["a", "b"]})
    for keywords, message in (
        ({"threshold": -1}, "threshold must be a finite number of at least 0; got -1."),
        ({"n_resamples": 0}, "n_resamples must be at least 1, or None; got 0."),
        ({"columns": "y"}, "columns names column 'y', which data, like reference, does not have."),
    ):
        with pytest.raises((ValueError, KeyError)) as caught:
            pdkl.InfoTheory(frame).report(frame, redact=True, **keywords)
        assert str(caught.value).startswith(message)
