"""The pages of the documentation: whether they name all there is."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

import pdkl
from pdkl.request.configuration import KEYS

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"


def table_of(page: str) -> list[str]:
    """Return the names in the first column of the tables of a page."""
    text = (DOCS / page).read_text(encoding="utf-8")
    return re.findall(r"^\| `([a-z_]+)` \|", text, flags=re.MULTILINE)


def test_every_setting_is_explained() -> None:
    assert sorted(table_of("reference/configuration.md")) == sorted(KEYS)


def test_every_extra_is_explained() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    inner = {"all", "dev", "docs", "examples", "servers"}
    assert sorted(table_of("start/install.md")) == sorted(
        project["optional-dependencies"].keys() - inner
    )


@pytest.mark.parametrize("name", sorted(set(pdkl.__all__) - {"__version__", "datasets", "plot"}))
def test_every_public_name_is_in_the_reference(name: str) -> None:
    pages = "".join(path.read_text(encoding="utf-8") for path in (DOCS / "reference").glob("*.md"))
    assert re.search(rf":: (pdkl\.)?{name}$", pages, flags=re.MULTILINE)


@pytest.mark.parametrize(
    "name", [name for name in dir(pdkl.InfoTheory) if not name.startswith("_")]
)
def test_every_method_is_in_the_reference(name: str) -> None:
    page = (DOCS / "reference" / "frame.md").read_text(encoding="utf-8")
    assert f".. automethod:: InfoTheory.{name}\n" in page


def test_the_version_is_cited() -> None:
    assert f"version: {pdkl.__version__}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")


@pytest.mark.parametrize("folder", ["", "start", "guides", "elsewhere", "reference", "project"])
def test_every_page_is_in_a_table_of_contents(folder: str) -> None:
    pages = {path.stem for path in (DOCS / folder).glob("*.md")} - {"index"}
    listed = (DOCS / folder / "index.md").read_text(encoding="utf-8")
    found = re.findall(r"^(?:\w+ <)?([a-z_]+)>?$", listed, flags=re.MULTILINE)
    assert sorted(pages) == sorted(found)


@pytest.mark.parametrize(
    "page", sorted((DOCS / "elsewhere").glob("[!i]*.md")), ids=lambda page: page.stem
)
def test_every_line_about_another_tool_is_shown(page: Path) -> None:
    """Each number of the table stands before a block of code, as in **1, 2.** or **9 to 11.**"""
    text = page.read_text(encoding="utf-8")
    listed = [int(number) for number in re.findall(r"^\| (\d+) \|", text, flags=re.MULTILINE)]
    shown: list[int] = []
    for numbers in re.findall(r"^\*\*([\d, to]+)\.\*\*", text, flags=re.MULTILINE):
        first, *others = map(int, re.findall(r"\d+", numbers))
        shown += range(first, others[0] + 1) if "to" in numbers else [first, *others]
    assert listed == list(range(1, len(listed) + 1))
    assert sorted(shown) == listed
