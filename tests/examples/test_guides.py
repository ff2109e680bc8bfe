"""The pictures of the guides are drawn and shown, and a table says what the catalogue does."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pdkl

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "guides" / "measures.md"
PNG = b"\x89PNG\r\n\x1a\n"
INFINITE = {
    "q": "if Q lacks what P has",
    "p": "if P lacks what Q has",
    "both": "if either lacks one",
}


def test_pictures(tmp_path: Path) -> None:
    script = str(ROOT / "examples" / "guides.py")
    command = [sys.executable, "-W", "error", script, "--output", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, encoding="utf-8")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "Wrote measures.png: 50 scores of 5 moves, 8 of them infinite.\n"
    shown = ROOT / "docs" / "_static" / "measures.png"
    for path in (tmp_path / shown.name, shown):
        assert path.read_bytes().startswith(PNG)
        assert path.stat().st_size < 60_000
    assert f"../_static/{shown.name}" in PAGE.read_text(encoding="utf-8")


def test_measures_to_decide_between() -> None:
    row = re.compile(r"^\| `(\w+)` \| [^|]+ \| [^|]+ \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
    table = {name: rest for name, *rest in row.findall(PAGE.read_text(encoding="utf-8"))}
    measures = pdkl.measures().set_index("name")
    compared = measures[~measures["one_sided"]]
    assert table.keys() == set(compared.index) - {"tsallis_divergence"}
    for name, (infinite, symmetric) in table.items():
        known = compared.loc[name]
        metric = "yes, a metric" if known["metric"] else "yes"
        assert symmetric == (metric if known["symmetric"] else "no")
        if known["divides_by"] != "none" and not known["order"]:
            assert infinite == INFINITE[known["divides_by"]]
        elif "inf]" not in known["bounds"]:
            assert infinite == "never"
