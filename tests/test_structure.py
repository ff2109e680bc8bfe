"""The law of the house, computed from the imports: data passes the folders in one direction."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import pdkl

PACKAGE = Path(pdkl.__file__).parent
STANDARD = sys.stdlib_module_names | {"__future__"}
FRAMES = {"numpy", "pandas"}
# the floors, from the ground up: a room may import what is below it, never beside or above.
# A room is a folder or file of the package; what it may import besides is listed with it
FLOORS: list[dict[str, set[str]]] = [
    {
        "core": {"numpy", "scipy"},
        "progress": {"rich"},
        "datasets": {"pandas"},
        "_version": set(),
        "_loading": set(),
    },
    {"codes": FRAMES | {"pyarrow"}},
    {
        "sources": FRAMES | {"pyarrow", "narwhals", "dask", "fsspec", "aiohttp", "ibis", "duckdb"},
        "results": FRAMES,
    },
    {"request": FRAMES, "report": FRAMES | {"jinja2"}, "plot": FRAMES | {"matplotlib"}},
    {"counting": FRAMES},
    {"comparing": FRAMES},
    {"analyses": FRAMES},
    {"api": FRAMES},
    {
        "cli": FRAMES | {"click", "rich"},
        "polars": {"polars"},
        "dask": {"dask"},
        "sklearn": FRAMES | {"sklearn"},
        "": {"pandas"},
    },
    {"__main__": set()},
]
# engines are asked in one place each
ENGINES = {
    "narwhals": "sources/narwhals/",
    "dask": "sources/dask.py",
    "ibis": "sources/locations/tables.py",
    "duckdb": "sources/on_disk.py",
    "fsspec": "sources/locations/web.py",
    "aiohttp": "sources/locations/web.py",
    "click": "cli/",
}
LONGEST = 9  # folders one behind the other

Graph = dict[str, set[str]]


def dotted(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


FILES = {dotted(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def imported(path: Path) -> set[str]:
    """List what a file imports anywhere, as dotted names."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            assert node.module is not None
            whole = {f"{node.module}.{alias.name}" for alias in node.names}
            files = {name for name in whole if name.removeprefix("pdkl.") in FILES}
            found |= files or {node.module}
    return found


def own(name: str) -> bool:
    return name.split(".", maxsplit=1)[0] == "pdkl"


# who imports whom, file by file
ARROWS: Graph = {
    module: {name.partition(".")[2] for name in imported(path) if own(name)} - {module}
    for module, path in FILES.items()
}


def collapsed(place: Callable[[str], str]) -> Graph:
    """Return who imports whom, of the places where the files are."""
    graph: Graph = {place(module): set() for module in FILES}
    for module, others in ARROWS.items():
        graph[place(module)] |= {place(other) for other in others} - {place(module)}
    return graph


def room(module: str) -> str:
    return module.split(".", maxsplit=1)[0]


def circles(graph: Graph) -> list[str]:
    """List what is left when all that imports nothing else is taken away, again and again."""
    left = dict(graph)
    while ready := [name for name, others in left.items() if not others & left.keys()]:
        for name in ready:
            del left[name]
    return sorted(left)


def longest(graph: Graph) -> int:
    """Return the number of places in the longest chain of a graph without circles."""
    depth: dict[str, int] = {}

    def of(name: str) -> int:
        if name not in depth:
            depth[name] = 1 + max(map(of, graph[name]), default=0)
        return depth[name]

    return max(map(of, graph))


def floor(name: str) -> int:
    return next(i for i, rooms in enumerate(FLOORS) if name in rooms)


def test_every_room_has_a_floor() -> None:
    every = [name for rooms in FLOORS for name in rooms]
    assert sorted(every) == sorted(collapsed(room))


def test_no_arrow_runs_up() -> None:
    up = [
        f"{module} imports {other}"
        for module, others in ARROWS.items()
        for other in others
        if room(other) != room(module) and floor(room(other)) >= floor(room(module))
    ]
    assert up == []


def test_no_files_import_each_other_in_a_circle() -> None:
    assert circles(ARROWS) == []


@pytest.mark.parametrize("name", sorted(set(map(room, FILES)) - {""}))
def test_no_folders_in_a_room_import_each_other_in_a_circle(name: str) -> None:
    def place(module: str) -> str:
        """Return the folder in the room, or the file beside these folders."""
        return ".".join(module.split(".")[:2]) if room(module) == name else room(module)

    assert circles(collapsed(place)) == []


def test_the_longest_chain_of_folders() -> None:
    folders = {path.name for path in PACKAGE.iterdir() if path.is_dir()}
    graph = {name: others & folders for name, others in collapsed(room).items() if name in folders}
    assert longest(graph) <= LONGEST


@pytest.mark.parametrize("module", FILES)
def test_what_else_a_file_may_import(module: str) -> None:
    allowed = FLOORS[floor(room(module))][room(module)]
    place = FILES[module].relative_to(PACKAGE).as_posix()
    for name in {name.split(".")[0] for name in imported(FILES[module]) if not own(name)}:
        if name in ENGINES and module not in ("polars", "dask"):
            assert place.startswith(ENGINES[name]), f"{place} must not import {name}"
        assert name in STANDARD | allowed, f"{place} must not import {name}"


@pytest.mark.parametrize(
    ("statement", "absent"),
    [
        (
            # the core alone: the package's face is left out, since it registers on pandas
            "import sys, types, pathlib; face = types.ModuleType('pdkl'); "
            f"face.__path__ = [{str(PACKAGE)!r}]; sys.modules['pdkl'] = face; "
            "import pdkl.core.measures.catalogue, pdkl.core.measures.estimators, "
            "pdkl.core.measures.log_loss, pdkl.core.counts.smoothing, pdkl.core.inference.samplers",
            ["pandas", "pyarrow", "matplotlib"],
        ),
        (
            "import pdkl",
            [
                *("matplotlib", "jinja2", "click", "rich", "narwhals", "polars", "dask"),
                *("sklearn", "scipy.stats", "scipy.special", "scipy.sparse", "pyarrow.dataset"),
                *("pyarrow.fs", "fsspec", "ibis", "sqlite3"),
            ],
        ),
    ],
)
def test_importing_does_not_load(statement: str, absent: list[str]) -> None:
    code = f"{statement}\nimport sys\nprint([n for n in {absent!r} if n in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
