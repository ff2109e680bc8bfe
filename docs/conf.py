"""How the documentation is built: ``python -m sphinx -W -b html docs docs/_build``."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml

import pdkl

project = "pdkl"
author = "The pdkl developers"
copyright = "The pdkl developers"  # noqa: A001
version = release = pdkl.__version__

extensions = [
    "sphinx.ext.autodoc",
    "numpydoc",
    "myst_parser",
    "sphinx_click",
]
source_suffix = {".md": "markdown"}
root_doc = "index"
exclude_patterns = ["_build"]
smartquotes = False  # options and quotes are code
nitpicky = True
# types of other projects are not fetched; a name of this one must be found
nitpick_ignore_regex = [("py:.*", r"(?!pdkl\.).*")]
default_role = "py:obj"

myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
suppress_warnings = ["myst.header"]

autodoc_typehints = "none"
autodoc_member_order = "bysource"
autosummary_generate = False
numpydoc_show_class_members = False
numpydoc_xref_param_type = False

html_math_renderer = "mathml"
html_theme = "pydata_sphinx_theme"
html_title = "pdkl"
html_static_path = ["_static"]
html_css_files = ["pdkl.css"]
html_show_sourcelink = False
html_copy_source = False
html_theme_options: dict[str, Any] = {
    "logo": {"text": "pdkl"},
    "header_links_before_dropdown": 6,
    "navbar_end": ["theme-switcher"],
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
    "show_prev_next": True,
}


def as_text(_: Any, __: Any, lines: list[str]) -> None:
    """Let patterns stand in the help of a command as they are, and lines that are kept be code."""
    found: list[str] = []
    for line in lines:
        if not line.startswith("| "):
            found.append(line.replace("*", "\\*"))
            continue
        if not (found and found[-1].startswith("    ")):
            found += ["", "::", ""]
        found.append("    " + line.removeprefix("| "))
    lines[:] = found


def formula(page: Any, node: nodes.math) -> None:
    """Write a formula as browsers read it, so that no page loads a script from elsewhere."""
    page.body.append(tex2mathml(node.astext()))
    raise nodes.SkipNode


def displayed(page: Any, node: nodes.math_block) -> None:
    """Write a formula that stands alone."""
    page.body.append(f'<div class="formula">{tex2mathml(node.astext(), as_block=True)}</div>')
    raise nodes.SkipNode


def without_last_line(_: Any, __: str, source: list[str]) -> None:
    """Leave out the blank line that ends a doctest in front of its fence."""
    source[0] = source[0].replace("\n\n```\n", "\n```\n")


def setup(app: Any) -> None:
    """Tell Sphinx what is done on the way."""
    app.add_html_math_renderer("mathml", (formula, None), (displayed, None))
    for part in ("description", "options", "epilog"):
        app.connect(f"sphinx-click-process-{part}", as_text)
    app.connect("source-read", without_last_line)
