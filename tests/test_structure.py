"""The import law: core knows no frames, engines know their own library and core."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import pdkl

PACKAGE = Path(pdkl.__file__).parent
MODULES = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))
STANDARD = sys.stdlib_module_names | {"__future__"}
# folder or file -> what it may import besides the standard library; the longest match counts
LAW = {
    "core/": {"numpy", "scipy", "pdkl.core"},
    "engines/pandas.py": {
        "numpy",
        "pandas",
        "pdkl.core",
        "pdkl.engines.integers",
        "pdkl.engines.text",
    },
    "engines/integers.py": {"numpy"},
    "engines/text.py": {"numpy", "pyarrow"},
    "plot/": {"numpy", "pandas", "matplotlib", "pdkl.core.validation", "pdkl.plot"},
    "cli/": {"click", "numpy", "pandas", "pdkl"},
    "engines/arrow.py": {"numpy", "pyarrow", "pdkl.core", "pdkl.engines.text"},
    "files.py": {"pyarrow"},
    "scanning.py": {"pyarrow", "pdkl"},
    "streams.py": {"pandas", "pyarrow", "tqdm", "pdkl"},
    "engines/narwhals.py": {"numpy", "pyarrow", "narwhals", "pdkl.core"},
    "engines/dask.py": {"numpy", "pandas", "dask", "pdkl.core", "pdkl.engines.pandas"},
    "polars.py": {"polars", "pdkl"},
    "dask.py": {"dask", "pdkl"},
    "plot.py": {"numpy", "pandas", "matplotlib", "pdkl.core.validation"},
    "queries.py": {"numpy", "pandas", "pyarrow", "narwhals", "pdkl"},
    "stored.py": {"numpy", "pandas", "pyarrow", "pdkl"},
    "report/": {"numpy", "pandas", "jinja2", "pdkl.report", "pdkl.core"},
    "report/assemble.py": {"numpy", "pandas", "pdkl"},
    "": {"numpy", "pandas", "scipy", "tqdm", "pdkl"},
}
# who may be imported by whom, top to bottom: a module sees only those after it
ORDER = [
    "pdkl.__main__",
    "pdkl.cli",
    "pdkl.plot",
    "pdkl.polars",
    "pdkl.dask",
    "pdkl.series",
    "pdkl.scanning",
    "pdkl.accessor",
    "pdkl.explain",
    "pdkl.report.assemble",
    "pdkl.drift",
    "pdkl.catalogue",
    "pdkl.comparison",
    "pdkl.sides",
    "pdkl.pushing",
    "pdkl.column",
    "pdkl.asked",
    "pdkl.spectrum",
    "pdkl.kinds",
    "pdkl.dependence",
    "pdkl.profiling",
    "pdkl.losses",
    "pdkl.results",
    "pdkl.question",
    "pdkl.sources",
    "pdkl.streams",
    "pdkl.files",
    "pdkl.queries",
    "pdkl.profile",
    "pdkl.stored",
    "pdkl.held",
    "pdkl.grouping",
    "pdkl.rows",
    "pdkl.sureness",
    "pdkl.binned",
    "pdkl.labels",
    "pdkl.engines",
    "pdkl.report",
    "pdkl.core",
]


def imported(module: str) -> set[str]:
    """List what a module imports anywhere, as dotted names."""
    found: set[str] = set()
    for node in ast.walk(ast.parse((PACKAGE / module).read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            assert node.module is not None
            if node.module == "pdkl":
                found |= {f"pdkl.{alias.name}" for alias in node.names}
            else:
                found.add(node.module)
    return found


@pytest.mark.parametrize("module", MODULES)
def test_imports_keep_the_law(module: str) -> None:
    allowed = LAW[max((prefix for prefix in LAW if module.startswith(prefix)), key=len)]
    for name in imported(module):
        permitted = name.split(".")[0] in STANDARD or any(
            name == other or name.startswith(f"{other}.") for other in allowed
        )
        assert permitted, f"{module} must not import {name}"


@pytest.mark.parametrize("module", [name for name in MODULES if name != "__init__.py"])
def test_imports_go_one_way(module: str) -> None:
    def place(name: str) -> int:
        return next((i for i, top in enumerate(ORDER) if name.startswith(top)), len(ORDER))

    own = "pdkl." + module.removesuffix(".py").replace("/", ".")
    for name in imported(module):
        if name.startswith("pdkl") and place(name) != place(own):
            assert place(name) > place(own), f"{module} imports {name}"


@pytest.mark.parametrize(
    ("statement", "absent"),
    [
        (
            # the core alone: the package's face is left out, since it registers on pandas
            "import sys, types, pathlib; face = types.ModuleType('pdkl'); "
            f"face.__path__ = [{str(PACKAGE)!r}]; sys.modules['pdkl'] = face; "
            "import pdkl.core.measures, pdkl.core.smoothing, pdkl.core.losses",
            ["pandas", "pyarrow", "matplotlib"],
        ),
        ("import pdkl", ["matplotlib", "scipy.stats", "scipy.special", "pyarrow.dataset"]),
        (
            "import pdkl",
            ["matplotlib", "scipy.stats", "scipy.special", "narwhals", "polars", "dask"],
        ),
        ("import pdkl", ["matplotlib", "jinja2", "scipy.stats", "scipy.special"]),
    ],
)
def test_importing_does_not_load(statement: str, absent: list[str]) -> None:
    code = f"{statement}\nimport sys\nprint([n for n in {absent!r} if n in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
