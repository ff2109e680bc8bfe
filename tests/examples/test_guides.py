"""The pictures of the guides are drawn, and the guides show what is drawn."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PNG = b"\x89PNG\r\n\x1a\n"


def test_guides(tmp_path: Path) -> None:
    script = str(ROOT / "examples" / "guides.py")
    command = [sys.executable, "-W", "error", script, "--output", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, encoding="utf-8")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "Wrote measures.png: 50 scores of 5 moves, 8 of them infinite.\n"
    shown = ROOT / "docs" / "_static" / "measures.png"
    for path in (tmp_path / shown.name, shown):
        assert path.read_bytes().startswith(PNG)
        assert path.stat().st_size < 60_000
    assert f"../_static/{shown.name}" in (ROOT / "docs/guides/measures.md").read_text("utf-8")
