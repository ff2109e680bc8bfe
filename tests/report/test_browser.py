"""The page in a real browser: it sorts, filters and opens, and asks nobody for anything."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import pdkl
from pdkl.core.numerics.exact import FloatArray
from pdkl.report.text import ABSENT
from tests.support.browser import CHROMIUM, Browser
from tests.support.reports import frames, wide

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="needs a browser: apt-get install chromium"
)

CELLS = "[...document.querySelectorAll('#table > tbody > tr:not(.detail):not([hidden])')]"


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    browser = Browser(tmp_path_factory.mktemp("browser"))
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    today, before = frames()
    report = pdkl.InfoTheory(today).report(before, by="<b>key</b>", rng=0, progress=False)
    path = tmp_path_factory.mktemp("report") / "report.html"
    report.to_html(path)
    return path


@pytest.fixture
def browser(started: Browser, path: Path) -> Iterator[Browser]:
    started.prefer()
    started.resize(1400, 900)
    started.open(path)
    yield started
    assert started.console == []  # no error, no warning, nothing that the policy refused
    assert started.requests == [path.as_uri()]  # the file itself and nothing else


def column(browser: Browser, place: int) -> list[str]:
    text = f"{CELLS}.map(row => row.cells[{place}].textContent)"
    return list(browser.run(text))


def click(browser: Browser, selector: str) -> None:
    browser.run(f"document.querySelector({selector!r}).click()")


def change(browser: Browser, name: str, value: str) -> None:
    """Set a control, as a user would."""
    browser.run(
        f"(() => {{ const one = document.getElementById({name!r}); one.value = {value!r};"
        "one.dispatchEvent(new Event('input')); one.dispatchEvent(new Event('change')) })()"
    )


def test_sorting(browser: Browser) -> None:
    def sort_by(place: int) -> str:
        head = f"#table thead th:nth-child({place + 1})"
        click(browser, f"{head} button")
        return str(browser.run(f"document.querySelector({head!r}).getAttribute('aria-sort')"))

    assert sort_by(4) == "descending"
    scores = column(browser, 4)
    known = [float(score) for score in scores if score != ABSENT]
    assert known == sorted(known, reverse=True)
    assert scores[len(known) :] == [ABSENT] * (len(scores) - len(known))
    assert sort_by(4) == "ascending"
    scores = column(browser, 4)
    assert [float(score) for score in scores[: len(known)]] == sorted(known)
    assert scores[-1] == ABSENT
    assert sort_by(2) == "ascending"
    segments = column(browser, 2)
    assert len(set(segments[:6])) == len(set(segments[6:])) == 1
    assert browser.run("document.querySelectorAll('#table thead [aria-sort]').length") == 1


def test_filtering(browser: Browser) -> None:
    count = "document.getElementById('count').textContent"
    assert browser.run(count) == "12 of 12 rows"
    browser.run("document.getElementById('find').focus()")
    browser.type("WORD")
    assert browser.run(count) == "2 of 12 rows"
    assert column(browser, 1) == ["word", "word"]
    change(browser, "find", "")
    change(browser, "status", "error")
    assert column(browser, 0) == ["error", "error"]
    assert browser.run("document.getElementById('count').getAttribute('aria-live')") == "polite"


def test_opening_by_mouse(browser: Browser) -> None:
    button = "#table tbody th button"
    click(browser, button)
    assert (
        browser.run(f"document.querySelector('{button}').getAttribute('aria-expanded')") == "true"
    )
    table = browser.run(
        "[...document.querySelectorAll('.cats tbody tr')]"
        ".map(row => [...row.cells].map(cell => cell.textContent))"
    )
    assert len(table) == 9
    assert table[0][0] == "<script>alert(1)</script>"
    assert float(table[0][7]) == max(float(row[7]) for row in table)
    shares = [float(row[3].rstrip("%")) for row in table]
    assert sum(shares) == pytest.approx(100, abs=0.5)
    assert browser.run("document.querySelectorAll('.cats svg rect').length") == 18
    # sorting keeps what is open below its row, and filtering takes both away
    click(browser, "#table thead th:nth-child(5) button")
    detail = "document.querySelector('.detail')"
    assert browser.run(f"{detail}.previousSibling.cells[1].textContent") == "word"
    change(browser, "find", "amount")
    assert browser.run(f"{detail} === null")
    change(browser, "find", "")
    assert browser.run(f"{detail}.previousSibling.cells[1].textContent") == "word"
    browser.run(f"{detail}.previousSibling.querySelector('button').click()")
    assert browser.run(f"{detail} === null")


def test_opening_by_keyboard(browser: Browser) -> None:
    browser.run("document.querySelector('#table tbody th button').focus()")
    browser.press("Enter", 13)
    assert browser.run("document.querySelectorAll('.detail').length") == 1
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    assert browser.run(outline) == "solid"  # it is seen where the focus is
    browser.press("Tab", 9)  # into the table, to scroll it
    assert browser.run("document.activeElement.getAttribute('aria-label')") == "Categories of word"
    browser.press("Tab", 9)
    assert browser.run("document.activeElement.textContent") == "word"
    browser.press("Enter", 13)
    assert browser.run("document.querySelectorAll('.detail').length") == 2


def test_opening_all(browser: Browser) -> None:
    click(browser, "#all")
    assert browser.run("document.querySelectorAll('.detail').length") == 12
    assert browser.run("document.getElementById('all').textContent") == "Close all"
    click(browser, "#all")
    assert browser.run("document.querySelectorAll('.detail').length") == 0


@pytest.mark.parametrize("width", [390, 800, 1160, 1400])
def test_nothing_sticks_out(browser: Browser, width: int) -> None:
    browser.resize(width, 900)
    click(browser, "#all")
    assert browser.run("document.documentElement.scrollWidth") <= width


def test_light_and_dark(browser: Browser) -> None:
    """Text stands out from its ground by 4.5 to 1, as the WCAG ask, in both."""
    for scheme, dark in (("light", False), ("dark", True)):
        browser.prefer(scheme)
        click(browser, "#all")
        ground = channels(browser.run("getComputedStyle(document.body).backgroundColor"))
        assert bool(ground.mean() < 128) is dark
        pairs = browser.run(
            "(() => { const found = new Set();"
            "for (const one of document.querySelectorAll('body *')) {"
            "  if (![...one.childNodes].some(c => c.nodeType === 3 && c.data.trim())) continue;"
            "  if (one.closest('svg, script, option, noscript')) continue;"
            "  let on = one; const clear = 'rgba(0, 0, 0, 0)';"
            "  while (on.parentElement && getComputedStyle(on).backgroundColor === clear)"
            "    on = on.parentElement;"
            "  found.add(getComputedStyle(one).color + '|' + getComputedStyle(on).backgroundColor);"
            "} return [...found] })()"
        )
        assert len(pairs) > 3
        for pair in pairs:
            ink, paper = (luminance(channels(colour)) for colour in pair.split("|"))
            contrast = (max(ink, paper) + 0.05) / (min(ink, paper) + 0.05)
            assert contrast >= 4.5, (scheme, pair)


def channels(colour: str) -> FloatArray:
    parts = colour[colour.index("(") + 1 : -1].split(",")[:3]
    return np.array([float(part) for part in parts])


def luminance(colour: FloatArray) -> float:
    part = colour / 255
    linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def test_the_rule_is_unfolded_by_keyboard_and_on_paper(browser: Browser) -> None:
    is_open = "document.getElementById('terms').open"
    assert not browser.run(is_open)
    browser.run("document.querySelector('#terms summary').focus()")
    for opened in (True, False):
        browser.press("Enter", 13)
        assert browser.run(is_open) is opened
    browser.run("dispatchEvent(new Event('beforeprint'))")
    assert browser.run(is_open)
    browser.run("dispatchEvent(new Event('afterprint'))")
    assert not browser.run(is_open)


def test_print(browser: Browser) -> None:
    click(browser, "#table tbody th button")
    browser.prefer("dark", media="print")
    shown = "getComputedStyle(document.getElementById('controls')).display"
    assert browser.run(shown) == "none"
    assert browser.run("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert browser.print().startswith(b"%PDF")


def test_without_groups(started: Browser, tmp_path: Path) -> None:
    frame = pd.DataFrame({"x": ["a", "b"] * 50})
    path = tmp_path / "single.html"
    pdkl.InfoTheory(frame).report(frame, rng=0, progress=False).to_html(path)
    started.prefer()
    started.open(path)
    click(started, "#table tbody th button")
    caption = "document.querySelector('.cats caption').textContent"
    assert started.run(caption) == "Categories of x, by contribution to the js divergence in bit"
    assert started.console == []


def test_shares_that_were_given_have_no_rows(started: Browser, tmp_path: Path) -> None:
    today = pd.DataFrame({"plan": ["free"] * 75 + ["paid"] * 25, "size": ["s", "l"] * 50})
    shares = {"plan": {"free": 0.9995, "paid": 0.0005}, "size": {"s": 2, "l": 2}}
    report = pdkl.InfoTheory(today).report(shares, measure={"size": "psi"})
    report.to_html(tmp_path / "report.html")
    started.open(tmp_path / "report.html")
    click(started, "#table tbody th button")
    table = started.run(
        "[...document.querySelectorAll('.cats tbody tr')]"
        ".map(row => [...row.cells].map(cell => cell.textContent))"
    )
    counts = [["paid", "25", ABSENT, "25.0%", "0.1%"], ["free", "75", ABSENT, "75.0%", "100.0%"]]
    assert [row[:5] for row in table] == counts
    assert [row[-1] for row in table] == ["", ""]  # a small share is no rare category
    facts = started.run("document.querySelector('.detail .stats').textContent")
    assert facts.startswith("measurejs_distance")
    assert "kl divergence" in facts
    assert started.console == []


# ---- many rows ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, pd.DataFrame]:
    report = wide(40, 10, 3000, drifting=0.5)
    path = tmp_path_factory.mktemp("many") / "report.html"
    report.to_html(path)
    return path, report.frame


@pytest.fixture
def large(started: Browser, many: tuple[Path, pd.DataFrame]) -> Iterator[Browser]:
    started.prefer()
    started.resize(1400, 900)
    started.open(many[0])
    yield started
    assert started.console == []
    assert started.requests == [many[0].as_uri()]


COUNT = "document.getElementById('count').textContent"
REST = "document.getElementById('rest')"
PAGES = "document.getElementById('pages')"


def told(frame: pd.DataFrame) -> int:
    return int((~frame["status"].isin(["ok", "skipped"])).sum())


def test_what_to_look_at_is_shown_and_the_rest_folded(
    large: Browser, many: tuple[Path, pd.DataFrame]
) -> None:
    frame = many[1]
    n_told, n_rows = told(frame), len(frame)
    assert 100 < n_told < n_rows == 400
    assert large.run(COUNT) == f"{n_told} of 400 rows, here 1 to 100"
    assert len(column(large, 0)) == 100
    shown = large.run(f"{REST}.textContent")
    assert shown == f"{n_rows - n_told} rows are ok: show"
    assert large.run(f"{REST}.getAttribute('aria-expanded')") == "false"
    large.run(f"{REST}.focus()")
    large.press("Enter", 13)
    assert large.run(COUNT) == "400 of 400 rows, here 1 to 100"
    assert large.run(f"{REST}.textContent").endswith("ok: hide")
    assert large.run(f"{REST}.getAttribute('aria-expanded')") == "true"
    large.press("Enter", 13)
    assert large.run(COUNT).startswith(f"{n_told} of 400 rows")


def test_pages_are_turned_by_keyboard(large: Browser, many: tuple[Path, pd.DataFrame]) -> None:
    click(large, "#rest")
    large.run(f"{PAGES}.lastElementChild.focus()")
    names = f"{CELLS}.map(row => row.querySelector('button').textContent)"
    seen = large.run(names)
    for first in (101, 201, 301):
        large.press("Enter", 13)
        assert large.run(COUNT) == f"400 of 400 rows, here {first} to {first + 99}"
        seen += large.run(names)
    assert large.run(f"{PAGES}.lastElementChild.getAttribute('aria-disabled')") == "true"
    large.press("Enter", 13)  # there is no further one, and the focus stays
    assert large.run(f"document.activeElement === {PAGES}.lastElementChild")
    assert large.run(f"{PAGES}.querySelector('span').textContent") == "Page 4 of 4"
    assert sorted(seen) == sorted(many[1]["column"])
    click(large, "#pages button")
    assert large.run(f"{PAGES}.querySelector('span').textContent") == "Page 3 of 4"


def test_all_rows_are_found_and_sorted(large: Browser, many: tuple[Path, pd.DataFrame]) -> None:
    frame = many[1]
    change(large, "find", "number 7")
    assert large.run(COUNT) == "10 of 400 rows"  # also those that are ok
    assert large.run(f"{PAGES}.hidden")
    change(large, "find", "")
    change(large, "status", "ok")
    n_ok = int((frame["status"] == "ok").sum())
    assert large.run(COUNT) == f"{n_ok} of 400 rows, here 1 to 100"
    change(large, "status", "")
    assert large.run(COUNT).startswith(f"{told(frame)} of 400 rows")
    click(large, "#table thead th:nth-child(9) button")
    assert large.run(COUNT) == "400 of 400 rows, here 1 to 100"
    n = [float(text.replace(",", "")) for text in column(large, 8)]
    assert n == sorted(frame["n"].astype(float), reverse=True)[:100]


def test_what_is_open_stays_open_on_other_pages(large: Browser) -> None:
    click(large, "#all")
    assert large.run("document.querySelectorAll('.detail').length") == 100
    click(large, "#pages button:last-child")
    assert large.run("document.querySelectorAll('.detail').length") == 0
    assert large.run("document.getElementById('all').getAttribute('aria-pressed')") == "false"
    click(large, "#pages button")
    assert large.run("document.querySelectorAll('.detail').length") == 100
    assert large.run("document.getElementById('all').textContent") == "Close all"


def test_paper_has_all_to_look_at(large: Browser, many: tuple[Path, pd.DataFrame]) -> None:
    click(large, "#pages button:last-child")
    large.run("dispatchEvent(new Event('beforeprint'))")
    assert len(column(large, 0)) == (n_told := told(many[1]))
    said = large.run("document.getElementById('paper').textContent")
    assert said == f"Here are {n_told} of 400 rows; {400 - n_told} rows are ok."
    large.run("dispatchEvent(new Event('afterprint'))")
    assert large.run(f"{PAGES}.querySelector('span').textContent").startswith("Page 2 of")
    large.prefer("light", media="print")
    for name in ("rest", "pages"):
        hidden = f"getComputedStyle(document.getElementById({name!r}).parentElement).display"
        assert "none" in (
            large.run(hidden),
            large.run(f"getComputedStyle(document.getElementById({name!r})).display"),
        )


def test_a_phone_has_shorter_pages(started: Browser, many: tuple[Path, pd.DataFrame]) -> None:
    started.prefer()
    started.resize(390, 800)
    started.open(many[0])
    assert started.run(COUNT) == f"{told(many[1])} of 400 rows, here 1 to 25"
    assert started.run("document.documentElement.scrollWidth") <= 390


def test_rows_are_those_that_need_no_script(started: Browser, tmp_path: Path) -> None:
    report = wide(20, 3, 900, drifting=0.2)
    page = (report.to_html() or "").replace('id="data">', 'id="data">{}', 1)  # no script runs
    (tmp_path / "bare.html").write_text(page, encoding="utf-8")
    report.to_html(tmp_path / "full.html")
    started.prefer()
    started.resize(1400, 900)
    texts = (
        "[...document.querySelectorAll('#table > tbody > tr')].map(row => row.textContent.trim())"
    )
    started.open(tmp_path / "bare.html")
    bare = started.run(texts)
    started.open(tmp_path / "full.html")
    click(started, "#rest")
    assert started.run(texts) == bare
    assert len(bare) == 60


def test_cells_without_digits_are_read_where_they_are_pointed_at(
    started: Browser, tmp_path: Path
) -> None:
    report = wide(4, 30, 6000, drifting=0.6)
    report.to_html(tmp_path / "dense.html")
    started.prefer()
    started.resize(1400, 900)
    started.open(tmp_path / "dense.html")
    started.run(
        "document.querySelector('.dense td.drift')"
        ".dispatchEvent(new PointerEvent('pointerover', { bubbles: true }))"
    )
    said = started.run("document.getElementById('cell').textContent")
    name, score = said.split(": ")
    segment = name.split(" in ")[1]
    row = report.frame[
        (report.frame["column"] == name.split(" in ")[0]) & (report.frame["segment"] == segment)
    ].iloc[0]
    assert score == f"{row['score']:.3f} drift".removeprefix("0")


def test_over_time(started: Browser, tmp_path: Path) -> None:
    """Labels keep apart, nothing sticks out, and pictures fold by keyboard, on a phone too."""
    rng = np.random.default_rng(0)
    hours = pd.date_range("2026-10-24 12:00", periods=40, freq="h", tz="Europe/Berlin").repeat(40)
    late = np.arange(1600) >= 800
    columns = {
        f"<b>{i}</b>": np.where(
            late & (rng.random(1600) < 0.6), "new", rng.choice(["a", "b"], 1600)
        )
        for i in range(5)
    }
    data = pd.DataFrame({"hour": hours, **columns})
    report = pdkl.InfoTheory(data).report(
        data[~late], list(columns), by="hour", match=False, rng=0, progress=False
    )
    path = tmp_path / "report.html"
    report.to_html(path)
    for width in (390, 1400):
        started.prefer("dark" if width == 390 else "light")
        started.resize(width, 900)
        started.open(path)
        assert started.run("document.documentElement.scrollWidth") <= width
        lines = started.run(
            "[...document.querySelectorAll('details[open] svg.chart, #time + div svg')].map(svg =>"
            "  [...svg.querySelectorAll('text.middle')].map(one => one.getBoundingClientRect())"
            "  .map(({ left, right, top }) => [left, right, top]))"
        )
        assert len(lines) == 4
        for boxes in lines:
            assert len(boxes) > 8
            for height in {round(top) for *_, top in boxes}:
                row = sorted(box for box in boxes if round(box[2]) == height)
                assert all(one[1] < other[0] for one, other in pairwise(row))
    fourth = "document.querySelectorAll('.change')[3]"
    assert started.run("document.querySelectorAll('.change').length") == 5
    assert not started.run(f"{fourth}.open")
    started.run(f"{fourth}.querySelector('summary').focus()")
    started.press("Enter", 13)
    assert started.run(f"{fourth}.open")
    titles = (
        "[...document.querySelectorAll('svg .dot title, svg g > title')].map(t => t.textContent)"
    )
    assert len(started.run(titles)) == 200 + 5 + 5
    assert started.console == []


def test_numbers_open_to_figures_and_a_histogram(browser: Browser) -> None:
    change(browser, "find", "amount")
    click(browser, "#table > tbody > tr:not([hidden]) th button")
    assert browser.run("document.querySelectorAll('.figures tbody tr').length") == 9
    heads = "[...document.querySelectorAll('.figures tr > :first-child')].map(x => x.textContent)"
    assert browser.run(heads)[:3] == ["figure", "mean", "median"]
    marks = "[...document.querySelectorAll('.hist rect')]"
    assert browser.run(f"{marks}.length") > 20
    assert browser.run(
        f"{marks}.every(mark => / to .*: data .*%, reference .*%|above/.test"
        "(mark.querySelector('title').textContent))"
    )
    label = browser.run("document.querySelector('.hist').getAttribute('aria-label')")
    assert label.startswith("Histogram of amount, ")
    assert "data is densest at " in label
    browser.run("document.querySelector('.hist').focus()")
    said = "document.querySelector('.numbers output').textContent"
    assert browser.run(said) == ""
    browser.press("ArrowRight", 39)
    first = browser.run(said)
    browser.press("ArrowRight", 39)
    assert browser.run(said) != first
    browser.press("ArrowLeft", 37)
    assert browser.run(said) == first
    labels = [
        float(one)
        for one in browser.run(
            "[...document.querySelectorAll('.hist text')].map(x => x.textContent)"
        )
    ]
    assert len(labels) > 3
    assert np.ptp(np.diff(labels)) == pytest.approx(0.0, abs=1e-9)
    bins = "[...document.querySelectorAll('.cats tbody th')].map(x => x.textContent)"
    starts = [float(one.split(" to ")[0]) for one in browser.run(bins) if " to " in one]
    assert len(starts) > 5
    assert starts == sorted(starts)
