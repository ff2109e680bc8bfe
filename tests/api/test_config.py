"""Settings in a file: what they become, and what is wrong with others."""

from __future__ import annotations

import datetime
import inspect
import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import pdkl
from pdkl import InfoTheory
from pdkl.request.configuration import KEYS, find_configuration

EVERY = """
columns = ["plan", "age"]
exclude = "id"
kinds = {age = "ordered"}
measure = {plan = "psi", age = ["renyi_divergence", 2]}
threshold = {plan = 0.25}
alpha = 0.01
by = ["shop", {key = "sold", freq = "MS"}]
smoothing = 0.5
max_drifted = 0.2
weights = "n"
blocks = "day"

[bins]
age = [-inf, 0, 18, 65.5, inf]
born = [1950-01-01, 2000-01-01]
height = "fd"
"""
ALL = (
    "'columns', 'exclude', 'kinds', 'measure', 'threshold', 'alpha', 'by', 'bins', 'smoothing', "
    "'max_drifted', 'weights', 'blocks'"
)
BY = (
    'by must be a column, a table such as {key = "date", freq = "D"} or {key = "date", size = '
    '"28D", step = "1D"}, or an array of these'
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def read(text: str, name: str = "pdkl.toml") -> dict[str, Any]:
    Path(name).write_text(text, encoding="utf-8")
    return pdkl.load_config(name)


def test_every_setting() -> None:
    found = read(EVERY)
    by = found.pop("by")
    assert found == {
        "columns": ["plan", "age"],
        "exclude": "id",
        "kinds": {"age": "ordered"},
        "measure": {"plan": "psi", "age": ("renyi_divergence", 2)},
        "threshold": {"plan": 0.25},
        "alpha": 0.01,
        "smoothing": 0.5,
        "max_drifted": 0.2,
        "weights": "n",
        "blocks": "day",
        "bins": {
            "age": [-math.inf, 0, 18, 65.5, math.inf],
            "born": [datetime.date(1950, 1, 1), datetime.date(2000, 1, 1)],
            "height": "fd",
        },
    }
    assert by[0] == "shop"
    assert (type(by[1]).__name__, by[1].key, by[1].freq) == (
        "TimeGrouper",
        "sold",
        pd.offsets.MonthBegin(),
    )
    assert set(found) | {"by"} == set(KEYS)


def test_settings_are_keywords_of_a_report() -> None:
    assert set(KEYS) <= set(inspect.signature(InfoTheory.report).parameters)


def test_one_key_of_groups_needs_no_array() -> None:
    assert read('by = "shop"')["by"] == ["shop"]
    assert read('by = {key = "sold", freq = "D"}')["by"][0].freq == pd.offsets.Day()
    rolling = pdkl.Rolling("sold", "28D", "1D")
    assert read('by = {key = "sold", size = "28D", step = "1D"}')["by"] == [rolling]
    assert read('measure = ["renyi_divergence", 0.5]') == {"measure": ("renyi_divergence", 0.5)}
    assert read("") == {}


def test_a_report_takes_them() -> None:
    rng = np.random.default_rng(0)
    before, today = (
        pd.DataFrame(
            {
                "id": np.arange(400),
                "date": pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(400) % 9, unit="D"),
                "plan": rng.choice(["free", "paid"], 400),
                "age": rng.integers(10, 90, 400),
                "n": rng.integers(1, 3, 400),
            }
        )
        for _ in range(2)
    )
    config = read(
        """
        exclude = ["id"]
        measure = "psi"
        threshold = 0.3
        alpha = 0.2
        weights = "n"
        by = [{key = "date", freq = "3D"}]
        bins = {age = [0, 18, 65, 100]}
        """
    )
    found = today.info_theory.report(before, **config)
    expected = today.info_theory.report(
        before,
        ["plan", "age"],
        measure="psi",
        threshold=0.3,
        alpha=0.2,
        weights="n",
        by=pd.Grouper(key="date", freq="3D"),
        bins={"age": [0, 18, 65, 100]},
    )
    pd.testing.assert_frame_equal(found.frame, expected.frame)
    pd.testing.assert_frame_equal(found.categories, expected.categories)


def test_the_file_that_the_documentation_shows() -> None:
    text = (Path(__file__).parents[2] / "docs/reference/configuration.md").read_text(
        encoding="utf-8"
    )
    (shown,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    found = read(shown)
    assert found.pop("by")[0] == "shop"
    assert found == {
        "exclude": ["order"],
        "threshold": 0.15,
        "kinds": {"pieces": "ordered"},
        "bins": {"price": [0, 10, 50, 100]},
    }


def test_a_project_has_a_section() -> None:
    text = '[project]\nname = "x"\n[tool.other]\ncolumns = 3\n[tool.pdkl]\nalpha = 0.1\n'
    assert read(text, "pyproject.toml") == {"alpha": 0.1}
    with pytest.raises(ValueError, match=r"^other\.toml sets 'project', which is no setting\. The"):
        read(text, "other.toml")


def test_which_file_it_is() -> None:
    assert find_configuration(Path()) is None
    Path("pyproject.toml").write_text("[tool.pdkl]\n", encoding="utf-8")
    assert find_configuration(Path()) == Path("pyproject.toml")
    Path("pdkl.toml").touch()
    assert find_configuration(Path()) == Path("pdkl.toml")
    Path("pdkl.toml").unlink()
    for text in ("", "[tool]\n", "[tool.other]\n", "tool = 3\n"):
        Path("pyproject.toml").write_text(text, encoding="utf-8")
        assert find_configuration(Path()) is None


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        (
            "treshold = 0.1",
            ValueError,
            "pdkl.toml sets 'treshold', which is no setting. Did you mean 'threshold'? The "
            f"settings are {ALL}.",
        ),
        (
            "window = 7",
            ValueError,
            f"pdkl.toml sets 'window', which is no setting. The settings are {ALL}.",
        ),
        (
            'by = {key = "date"}',
            ValueError,
            f"pdkl.toml: {BY}; got a table {{'key': 'date'}}.",
        ),
        (
            'by = [{key = "date", freq = "D", level = 1}]',
            ValueError,
            f"pdkl.toml: {BY}; got a table {{'key': 'date', 'freq': 'D', 'level': 1}}.",
        ),
        (
            'by = {key = "date", freq = 1}',
            ValueError,
            f"pdkl.toml: {BY}; got a table {{'key': 'date', 'freq': 1}}.",
        ),
        (
            'by = {key = "date", size = "10D", step = "7D"}',
            ValueError,
            "pdkl.toml: size must be a multiple of step, as windows are added up from steps; got "
            "size='10D' and step='7D'. Pass size='7D' or size='14D', or a step that divides '10D'.",
        ),
        ("by = [1]", TypeError, f"pdkl.toml: {BY}; got 1."),
        ('by = [["a"]]', TypeError, f"pdkl.toml: {BY}; got ['a']."),
        (
            'by = {key = "date", freq = "fortnight"}',
            ValueError,
            "pdkl.toml: by cuts 'date' by 'fortnight', which is no frequency such as 'h', 'D', 'W' "
            "or 'MS'.",
        ),
        (
            "alpha = ",
            ValueError,
            "pdkl.toml is no valid TOML: Invalid value (at end of document). Correct it there.",
        ),
    ],
)
def test_what_is_wrong_is_told(text: str, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind) as caught:
        read(text)
    assert str(caught.value) == message
    assert type(caught.value) is kind


def test_files_that_are_none() -> None:
    for name in ("nowhere.toml", "."):
        with pytest.raises(FileNotFoundError) as caught:
            pdkl.load_config(name)
        assert str(caught.value) == f"there is no file {name!r}."
    Path("latin.toml").write_bytes('columns = "Größe"'.encode("latin-1"))
    with pytest.raises(ValueError, match=r"^latin\.toml is no valid TOML: 'utf-8' codec can't dec"):
        pdkl.load_config("latin.toml")
    with pytest.raises(ValueError, match=r"^pyproject") as wrong:
        read("[tool]\npdkl = 3\n", "pyproject.toml")
    assert str(wrong.value) == "pyproject.toml: tool.pdkl must be a table of settings; got 3."
    with pytest.raises(ValueError, match=r"^pyproject") as wrong:
        read("[tool.other]\n", "pyproject.toml")
    assert str(wrong.value) == (
        "pyproject.toml has no section [tool.pdkl]. Write the settings there."
    )
