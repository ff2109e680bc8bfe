"""Reports: what they hold, that nothing in them runs or leaks, and what passes."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import re
import sys
import unicodedata
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

import pdkl

BIDI = "a\u202egnp.exe"
NASTY = [
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(2)>",
    '" onmouseover="alert(3)',
    "<!-- <script>",
    "=HYPERLINK(0)",
    BIDI,
    "bell\x07 line\nbreak",
    "{{ 7 * 7 }}",
    "]]>&amp;",
]


def frames(n: int = 2000) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make two frames that differ in one column, with nasty values, keys and names."""
    rng = np.random.default_rng(0)

    def one(shifted: bool) -> pd.DataFrame:
        share = np.full(len(NASTY), 1 / len(NASTY))
        moved = np.array([0.3, *[0.7 / (len(NASTY) - 1)] * (len(NASTY) - 1)])
        return pd.DataFrame(
            {
                "<b>key</b>": rng.choice(["=north", "<i>south</i>"], n),
                "word": rng.choice(NASTY, n, p=moved if shifted else share),
                "<img src=x>\nname": rng.choice(["secretive", "hushed"], n),
                "amount": rng.gamma(2.0, 123.0, n).round(3),
                "sealed": pd.Series("veiled", range(n)).where(rng.random(n) < 0.5),
                "listed": [["unmentionable"]] * n,
                "mark": [f"nr-{i}" for i in range(n)],
            }
        )

    return one(True), one(False)


@pytest.fixture(scope="module")
def nasty() -> pdkl.Report:
    today, before = frames()
    return pdkl.InfoTheory(today).report(before, by="<b>key</b>", rng=0, progress=False)


def outputs(report: pdkl.Report) -> dict[str, str]:
    written = {
        "html": report.to_html(),
        "json": report.to_json(),
        "junit": report.to_junit(),
        "csv": report.to_csv(),
        "notebook": report._repr_html_(),
        "text": repr(report),
    }
    return {name: text for name, text in written.items() if text is not None}


class Page(HTMLParser):
    """The tags of a page, their attributes and their text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.inside: dict[str, list[str]] = {}
        self._last = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._last = tag

    def handle_data(self, data: str) -> None:
        self.inside.setdefault(self._last, []).append(data)


def page_data(html: str) -> Any:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


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
    assert report.frame["js_distance"].iloc[0] == pytest.approx(np.sqrt(total))


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
    before = pd.DataFrame({"x": np.repeat(np.arange(60).astype(str), 10)})
    today = pd.DataFrame({"x": np.repeat(np.arange(60).astype(str), np.arange(1, 61))})
    report = pdkl.InfoTheory(today).report(before, rng=0, progress=False)
    assert len(report.categories) == 26
    other = report.categories.iloc[-1]
    assert (other["category"], other["flag"], other["categories"]) == ("(other)", "other", 35)
    assert report.categories["count"].sum() == len(today)
    assert report.categories["contribution"].sum() == pytest.approx(
        report.frame["js_distance"].iloc[0] ** 2
    )


def test_a_single_category_beyond_the_limit_keeps_its_name() -> None:
    before = pd.DataFrame({"x": np.repeat(np.arange(26).astype(str), 10)})
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
    today, before = counted(a=17, b=13), counted(a=11, b=19)
    report = pdkl.InfoTheory(today).report(before, threshold=0.02, rng=0, progress=False)
    assert (report.frame["status"].tolist(), report.passed) == (["unsure"], True)


# ---- the page -------------------------------------------------------------------------------


def test_page_has_a_policy_that_lets_only_its_own_script_and_style_act(nasty: pdkl.Report) -> None:
    html = nasty.to_html() or ""
    page = Page(html)
    metas = [attributes for tag, attributes in page.tags if tag == "meta"]
    (policy,) = [m["content"] for m in metas if m.get("http-equiv") == "Content-Security-Policy"]
    digests = []
    for tag in ("script", "style"):
        (content,) = re.findall(rf"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        digests.append(f"{tag}-src 'sha256-{digest}'")
    assert policy == "; ".join(
        ["default-src 'none'", "base-uri 'none'", "form-action 'none'", *digests]
    )
    assert [tag for tag, _ in page.tags].count("script") == 2  # the data and the script
    names = {name for _, attributes in page.tags for name in attributes}
    assert not names & {"src", "href", "style"}
    assert not any(name.startswith("on") for name in names)


def test_page_escapes_what_is_nasty(nasty: pdkl.Report) -> None:
    html = nasty.to_html() or ""
    tags = {tag for tag, _ in Page(html).tags}
    assert not tags & {"img", "b"}
    assert "&lt;img src=x&gt;\\nname" in html
    assert "&lt;b&gt;key&lt;/b&gt;" in html
    names = page_data(html)["names"]
    assert "a\\u202egnp.exe" in names
    assert "bell\\x07 line\\nbreak" in names
    assert {"<script>alert(1)</script>", "{{ 7 * 7 }}", "]]>&amp;"} <= set(names)
    notebook = nasty._repr_html_() or ""
    assert not {tag for tag, _ in Page(notebook).tags} & {"img", "b", "script"}


def test_nothing_invisible_is_written(nasty: pdkl.Report) -> None:
    for name, text in outputs(nasty).items():
        unseen = {one for one in text if unicodedata.category(one) in {"Cc", "Cf", "Zl", "Zp"}}
        assert unseen <= {"\n", "\r"}, name


def test_page_says_what_holds_for_all_rows(nasty: pdkl.Report) -> None:
    html = nasty.to_html() or ""
    facts = dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", html))
    assert facts == {
        "Rows": "2,000 against 2,000",
        "Columns": "6",
        "Segments": "2 by &lt;b&gt;key&lt;/b&gt;",
        "Drifted": "2 of 12 (16.7%)",
        "Direction": "data (P) against reference (Q)",
        "Rule": "drift where js_distance exceeds noise by 0.1 or more and the adjusted p-value is "
        "below 0.05",
        "Unit": "bit; js_distance is in [0, 1], psi is in nat",
        "Smoothing": "none",
        "Zeros": "a category on one side only makes kl_divergence and psi infinite; nothing is "
        "added",
        "Missing values": "a category; no row is dropped",
    }


def test_page_names_weights_and_blocks() -> None:
    days = pd.DataFrame({"x": ["a", "b"] * 50, "n": 2, "day": np.repeat(range(20), 5)})
    report = pdkl.InfoTheory(days).report(
        days, ["x"], weights="n", blocks="day", rng=0, progress=False
    )
    facts = dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", report.to_html() or ""))
    assert facts["Rows"] == "200 against 200"
    assert facts["Weights"] == "rows are counted by n"
    assert facts["Blocks"] == "rows of one day move together"


def test_missing_keys_and_far_characters_are_shown() -> None:
    before = pd.DataFrame({"x": ["a", "\U000e0041"] * 50, "key": ["k", None] * 50})
    report = pdkl.InfoTheory(before).report(before, by="key", rng=0, progress=False)
    html = report.to_html() or ""
    assert "\\U000e0041" in page_data(html)["names"]
    assert "<td>(missing)<td>" in html


def test_a_single_time_is_no_line() -> None:
    before = pd.DataFrame({"x": ["a", "b"] * 50, "day": pd.Timestamp("2024-05-01")})
    report = pdkl.InfoTheory(before).report(before, by="day", rng=0, progress=False)
    assert '<h2 id="time">' not in (report.to_html() or "")


def test_page_warns_in_words() -> None:
    rng = np.random.default_rng(0)
    before = pd.DataFrame(
        {
            "few": rng.integers(0, 300, 400).astype(str),
            "id": [f"u{i}" for i in range(400)],
            "gap": ["a", None] * 200,
            "void": None,
        }
    )
    today = before.assign(few=rng.integers(0, 300, 400).astype(str), extra="x")
    today["id"] += "-"
    report = pdkl.InfoTheory(today).report(before, dropna=True, weights=None, rng=0, progress=False)
    warnings = re.findall(r"<li>(.*?)</li>", report.to_html() or "")
    dropped = "left out of their columns, over all columns 600 in data and 600 in reference"
    assert warnings[0].startswith("Infinite: kl_divergence and psi in 1 row, as one side has")
    assert warnings[1].startswith("Sparse: in 1 row a side has fewer than 5 rows a category.")
    assert f"Dropped: missing values are {dropped}." in warnings
    assert (
        "Identifiers, where nearly every value is distinct, are scored at most by what is "
        "missing: id." in warnings
    )
    assert "Empty: 1 row. Each has no value on a side." in warnings


def test_page_has_a_row_and_a_cell_for_each(nasty: pdkl.Report) -> None:
    html = nasty.to_html() or ""
    rows = re.findall(r"<tr class=(\w+)><td>(\w+)<th scope=row>", html)
    assert sorted(status for status, _ in rows) == sorted(nasty.frame["status"])
    assert [status for status, _ in rows][:2] == ["drift", "drift"]
    heat = html[html.index('<table class="heat"') :]
    heat = heat[: heat.index("</table>")]
    assert heat.count("<td") == len(nasty.frame)
    assert heat.count('drift">') == 2
    data = page_data(html)
    assert len(data["rows"]) == len(nasty.frame)
    assert sum(len(entries) for _, entries in data["rows"]) == len(nasty.categories)


def test_page_draws_scores_over_time() -> None:
    rng = np.random.default_rng(0)
    n = 4000
    days = pd.to_datetime("2024-01-01") + pd.to_timedelta(rng.integers(0, 120, n), unit="D")
    before = pd.DataFrame({f"x{i}": rng.choice(list("ab"), n) for i in range(7)})
    today = before.assign(day=days)
    today["x3"] = np.where(days > pd.Timestamp("2024-03-01"), "b", today["x3"])
    monthly = pd.Grouper(key="day", freq="MS")
    report = pdkl.InfoTheory(today).report(before, by=monthly, rng=0, progress=False)
    html = report.to_html() or ""
    assert '<h2 id="time">js_distance over day, in excess of noise</h2>' in html
    assert html.count('<circle class="dot') == 5 * 4
    assert "2 more columns stay below these." in html
    assert re.search(r'<path class="line l0" .*?</svg> (x\d)', html)
    legend = re.findall(r'd="M0 4H30"/></svg> (.*?)</li>', html)
    assert (legend[0], legend[-1]) == ("x3", "threshold 0.1")
    hidden = pdkl.InfoTheory(today).report(before, by=monthly, rng=0, progress=False, redact=True)
    assert "<svg" not in (hidden.to_html() or "").replace("<svg>", "")


@pytest.mark.parametrize("key", ["period", "date"])
def test_other_kinds_of_time_are_drawn_too(key: str) -> None:
    rng = np.random.default_rng(0)
    days = pd.Series(pd.date_range("2024-01-01", periods=4)).repeat(50).reset_index(drop=True)
    keys = days.dt.to_period("D") if key == "period" else days.dt.date
    before = pd.DataFrame({"x": rng.choice(list("ab"), 200), "key": keys})
    report = pdkl.InfoTheory(before).report(before, by="key", rng=0, progress=False)
    assert (report.to_html() or "").count('<circle class="dot') == 4


def test_size_of_fifty_columns_by_ten_segments() -> None:
    rng = np.random.default_rng(0)
    n = 3000
    sizes = [5, 20, 100, 1000, 0]

    def one() -> pd.DataFrame:
        columns = {"segment": rng.choice([f"region {i}" for i in range(10)], n)}
        for i in range(50):
            size = sizes[i % 5]
            columns[f"a column of number {i}"] = (
                np.char.add(f"value of {i} ", rng.integers(0, size, n).astype(str))
                if size
                else rng.normal(size=n)
            )
        return pd.DataFrame(columns)

    report = pdkl.InfoTheory(one()).report(
        one(), by="segment", n_resamples=19, rng=0, progress=False
    )
    assert len(report.frame) == 500
    assert len((report.to_html() or "").encode()) <= 300_000


# ---- documents ------------------------------------------------------------------------------


def test_json_is_valid_and_says_how_it_writes_infinity(nasty: pdkl.Report) -> None:
    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    text = nasty.to_json() or ""
    assert text.isascii()
    document = json.loads(text, parse_constant=refuse)
    assert document["numbers"] == (
        'JSON has no infinity: infinite numbers are the texts "inf" and "-inf". NaN and missing '
        "values are null."
    )
    assert [row["column"] for row in document["rows"]] == nasty.frame["column"].tolist()
    by_word = {entry["category"] for entry in document["rows"][0]["category_counts"]}
    assert by_word == set(NASTY)
    assert document["call"]["rows"] == 2000
    listed = document["rows"][nasty.frame["column"].tolist().index("listed")]
    assert (listed["js_distance"], listed["n"], listed["category_counts"]) == (None, None, [])


def test_json_writes_infinities_and_times() -> None:
    before = pd.DataFrame({"x": ["a"] * 50, "day": pd.Timestamp("2024-05-01")})
    today = before.assign(x="b")
    report = pdkl.InfoTheory(today).report(before, by="day", rng=0, progress=False)
    (row,) = json.loads(report.to_json() or "")["rows"]
    assert (row["kl_divergence"], row["day"]) == ("inf", "2024-05-01T00:00:00")
    assert [entry["ratio"] for entry in row["category_counts"]] == [0.0, "inf"]


def test_junit_counts_what_failed(nasty: pdkl.Report) -> None:
    (suite,) = ElementTree.fromstring(nasty.to_junit() or "")
    assert {name: suite.get(name) for name in ("tests", "failures", "errors")} == {
        "tests": "12",
        "failures": "2",
        "errors": "2",
    }
    first = suite[0]
    assert (first.get("classname"), first.get("name")) == ("<i>south</i>", "word")
    assert [child.tag for child in first] == ["failure"]
    assert re.fullmatch(
        r"js_distance 0\.\d{3}, js_distance_excess 0\.\d{3}, js_distance_noise_floor 0\.\d{3}, "
        r"threshold 0\.1, p_adjusted .*",
        first[0].get("message") or "",
    )
    assert suite[1].get("name") == "<img src=x>\\nname"
    assert [child.tag for child in suite[4]] == ["error"]


def test_csv_guards_text_alone(nasty: pdkl.Report) -> None:
    frame = nasty.frame.copy()
    frame.loc[0, "column"] = "-1+1"
    frame.loc[1, "column"] = "\t=1"
    lines = list(csv.DictReader(io.StringIO(pdkl.Report(frame, nasty.categories).to_csv() or "")))
    assert [line["column"] for line in lines[:3]] == ["'-1+1", "'\\t=1", "amount"]
    assert {line["<b>key</b>"] for line in lines} == {"'=north", "<i>south</i>"}
    excess = [float(line["js_distance_excess"]) for line in lines if line["js_distance_excess"]]
    assert min(excess) < 0
    assert lines[-1]["js_distance"] == ""


def test_files_are_written(tmp_path: Path, nasty: pdkl.Report) -> None:
    for name in ("html", "json", "junit", "csv"):
        write = getattr(nasty, f"to_{name}")
        path = tmp_path / name
        assert write(path) is None
        assert path.read_bytes() == write().encode()


def test_notebook_shows_the_worst_rows(nasty: pdkl.Report) -> None:
    text = nasty._repr_html_() or ""
    assert "not passed" in text
    assert len(text) < 20_000
    many = pd.DataFrame({f"x{i}": ["a", "b"] * 50 for i in range(20)})
    shown = pdkl.InfoTheory(many).report(many, rng=0, progress=False)._repr_html_() or ""
    assert (shown.count("<tr>"), "and 5 more rows" in shown) == (16, True)


def test_without_jinja2(monkeypatch: pytest.MonkeyPatch, nasty: pdkl.Report) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(ImportError) as caught:
        nasty.to_html()
    assert str(caught.value) == (
        "A report in HTML needs Jinja2, which is not installed. Install it with: "
        "pip install 'pdkl[report]'"
    )
    assert nasty._repr_html_() is None
    assert nasty.to_json()


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


def counted(**counts: int) -> pd.DataFrame:
    return pd.DataFrame({"x": np.repeat(list(counts), list(counts.values()))})


@pytest.mark.parametrize(
    ("today", "before", "kept"),
    [
        # two are few
        ({"a": 50, "b": 50, "c": 3, "d": 4}, {"a": 50, "b": 50, "c": 40, "d": 40}, {"a", "b"}),
        # one is few: the next rarest joins it
        ({"a": 50, "b": 40, "c": 3}, {"a": 50, "b": 50, "c": 50}, {"a"}),
        # one is few on each side: together they would still be told apart on neither
        ({"a": 50, "b": 3, "c": 60}, {"a": 50, "b": 50, "c": 3}, {"a"}),
        # none at all is not few, but does not hide one that is
        ({"a": 50, "b": 3, "c": 0, "d": 70}, {"a": 50, "b": 0, "c": 3, "d": 90}, {"d"}),
        ({"a": 50, "b": 60}, {"a": 50, "c": 60}, {"a", "b", "c"}),
        # what cannot be hidden behind another loses its name all the same
        ({"a": 3}, {"a": 50}, set()),
    ],
)
def test_min_count(today: dict[str, int], before: dict[str, int], kept: set[str]) -> None:
    report = pdkl.InfoTheory(counted(**today)).report(
        counted(**before), "x", min_count=5, rng=0, progress=False
    )
    found = report.categories
    own = found[found["flag"] != "other"]
    assert set(own["category"]) == kept
    assert found["count"].sum() == sum(today.values())
    assert found["count_reference"].sum() == sum(before.values())
    for counts in (own["count"], own["count_reference"]):
        assert not ((counts > 0) & (counts < 5)).any()
    names = set(today) | set(before)
    folded = found.loc[found["flag"] == "other", "categories"]
    assert folded.sum() == len(names - kept)
    top = report.frame["top_category"].iloc[0]
    assert pd.isna(top) or top in {*kept, "(other)"}  # it is missing where nothing differs
    if top == "(other)":
        assert np.isnan(report.frame["top_contribution"].iloc[0])


def test_min_count_leaves_missing_values_where_every_row_counts_them() -> None:
    today = pd.DataFrame({"x": ["a"] * 50 + ["b"] * 3 + ["c"] * 2 + [None] * 2})
    report = pdkl.InfoTheory(today).report(today, min_count=10, rng=0, progress=False)
    assert set(report.categories["category"]) == {"a", "(missing)", "(other)"}


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
