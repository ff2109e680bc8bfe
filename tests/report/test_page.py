"""The page: what it says, and that nothing in it runs."""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata
from typing import Any

import numpy as np
import pandas as pd
import pytest

import pdkl
from tests.support.reports import Page, outputs, page_data


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
    assert facts.pop("Written").endswith(f", by pdkl {pdkl.__version__}")
    assert facts == {
        "Compared": "data against reference",
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


def test_page_says_what_decides_where_columns_differ() -> None:
    rng = np.random.default_rng(0)
    before, today = (
        pd.DataFrame({f"c{i}": rng.integers(0, 5, 300) for i in range(4)}) for _ in range(2)
    )

    def facts(**keywords: Any) -> dict[str, str]:
        report = pdkl.InfoTheory(today).report(before, n_resamples=9, rng=0, **keywords)
        return dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", report.to_html() or ""))

    by_column: Any = {"measure": {"c1": "psi", "c2": "psi"}, "alpha": {"c2": 0.01}}
    found = facts(**by_column, threshold={"c1": 0.2, "c2": 0.2})
    assert found["Rule"] == (
        "drift where the measure exceeds noise by the threshold or more and the adjusted p-value "
        "is below alpha: js_distance, 0.1, 0.05 in c0, c3; psi, 0.2, 0.05 in c1; psi, 0.2, 0.01 in "
        "c2"
    )
    assert found["Smoothing"] == "0.5 in c1, c2, as the measure could be infinite otherwise"
    assert found["Zeros"] == (
        "a category on one side only makes kl_divergence and psi infinite where nothing is added"
    )
    assert facts(smoothing="perks")["Smoothing"] == "perks in every column"
    zeros = {
        "raise": "a column is in error where the measure would be infinite",
        "drop": "categories that one side lacks are left out where a measure divides by it",
        0.001: "the share of a category is at least 0.001 where a measure divides by it",
    }
    for value, said in zeros.items():
        found = facts(measure="psi", zeros=value)
        assert (found["Zeros"], found["Smoothing"]) == (said, "none")


def test_a_chart_of_several_measures_is_in_thresholds() -> None:
    rng = np.random.default_rng(0)
    days = pd.date_range("2024-01-01", periods=4).repeat(100)
    before = pd.DataFrame({"x": rng.choice(list("ab"), 400), "y": rng.choice(list("ab"), 400)})
    today = before.assign(day=days, x=np.where(days > days[200], "b", before["x"]))
    report = pdkl.InfoTheory(today).report(
        before, by=pd.Grouper(key="day", freq="D"), measure={"x": "psi"}, threshold={"x": 0.3}
    )
    html = report.to_html() or ""
    assert '<h2 id="time">Excess over noise, in thresholds, over day</h2>' in html
    assert re.findall(r"threshold [\d.]+</li>", html) == ["threshold 1</li>"]
    assert '<th scope="col">score</th>' in html
    assert page_data(html)["details"][0] == "measure"
    assert "psi" in (report.to_junit() or "")


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
            "few": np.char.add("v", rng.integers(0, 300, 400).astype(str)),
            "id": [f"u{i}" for i in range(400)],
            "gap": ["a", None] * 200,
            "void": "v",
        }
    )
    today = before.assign(
        few=before["few"].replace("v7", "w7").sample(frac=1, random_state=1).array
    )
    today["void"] = None
    today["extra"] = "x"
    today["id"] += "-"
    report = pdkl.InfoTheory(today).report(before, dropna=True, weights=None, rng=0, progress=False)
    warnings = re.findall(r"<li>(.*?)</li>", report.to_html() or "")
    dropped = "left out of their columns, over all columns 600 in data and 200 in reference"
    places = [
        next(i for i, one in enumerate(warnings) if one.startswith(start))
        for start in (
            *("New: ", "Dropped: ", "Infinite: kl_divergence and psi in 2 rows, as one side has"),
            "Sparse: in 1 row a side has fewer than 5 rows a category.",
        )
    ]
    assert places == sorted(places)  # what happened comes before how to read it
    assert f"Dropped: missing values are {dropped}." in warnings
    assert "Skipped: 1 row. Each is not scored; its note says why." in warnings
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
