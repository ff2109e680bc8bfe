"""What will not fit in memory is refused before it is begun, with its size and a remedy."""

from __future__ import annotations

import os
import re
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pdkl import InfoTheory
from pdkl.core import memory
from pdkl.core.memory import require_room

GROUPS = 6
LEVELS = pd.Index([f"item {i}" for i in range(50)])
FRAME = pd.DataFrame(
    {
        "g": np.arange(600) % GROUPS,
        "c": pd.Categorical.from_codes(np.arange(600) % 40, LEVELS),
        "d": ["a", "b", "c"] * 200,
    }
)
PAIRS = "against='pairs' compares each of 6 groups with each other one, which for "
FEWER = (
    "Compare with one group (reference=label) or with all others together (against='rest'), or "
    "make fewer groups: with fewer or coarser keys in by=, or of some rows alone."
)
NAME = "Name the columns to pair, or make fewer groups in by=."
LISTED = "Ask for fewer columns, or make fewer groups in by=."
DECLARED = " Without smoothing= and alphabet='declared' only categories that occur are shown."
ONE = " Compare with one group (reference=label) or with all others together (against='rest')."


def taking(rows: int, width: int) -> str:
    needed = f"{rows * width * 24 / 1e9:,.1f}"
    return (
        f"makes an answer of {rows:,} rows and {width} columns. That takes about {needed} GB of "
        "memory, and this machine has 0.0 GB. "
    )


Ask = Callable[[InfoTheory], pd.DataFrame]
REFUSED: dict[str, tuple[Ask, int, int, str, str]] = {
    "kl of pairs": (
        lambda it: it.kl_divergence("c", by="g", against="pairs"),
        *(30, 13, f"{PAIRS}1 column ", FEWER),
    ),
    "js of pairs of several columns": (
        lambda it: it.js_divergence(["c", "d"], by="g", against="pairs"),
        *(60, 13, f"{PAIRS}2 columns ", FEWER),
    ),
    "several measures of pairs": (
        lambda it: it.divergence("c", measures=["psi", "hellinger"], by="g", against="pairs"),
        *(30, 14, f"{PAIRS}1 column ", FEWER),
    ),
    "contributions": (
        lambda it: it.contributions(["c", "d"], by="g", against="rest"),
        *(6 * 43, 10, "Listing all 43 categories of 'c', 'd' in each of 6 comparisons ", LISTED),
    ),
    "declared levels": (
        lambda it: it.distribution(["c", "d"], by="g", alphabet="declared"),
        *(300, 7, "Listing all 50 categories of 'c' in each of 6 groups ", LISTED + DECLARED),
    ),
    "smoothing": (
        lambda it: it.distribution("d", by="g", smoothing=1),
        *(18, 7, "Listing all 3 categories of 'd' in each of 6 groups ", LISTED + DECLARED),
    ),
    "pairs of columns": (
        lambda it: it.mutual_information(by="g"),
        *(6, 8, "Measuring 1 pair of columns in each of 6 groups ", NAME),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_an_answer_larger_than_memory(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ask, rows, width, what, remedy = REFUSED[name]
    monkeypatch.setattr(memory, "physical_memory", lambda: rows * width * 24)
    assert ask(InfoTheory(FRAME)).shape == (
        rows + (GROUPS if name == "declared levels" else 0),
        width,
    )
    monkeypatch.setattr(memory, "physical_memory", lambda: rows * width * 24 - 1)
    message = what + taking(rows, width) + remedy
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        ask(InfoTheory(FRAME))


def test_contributions_of_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "physical_memory", lambda: 30 * 40 * 11 * 24 - 1)
    what = "Listing all 40 categories of 'c' in each of 30 comparisons "
    message = what + taking(1200, 11) + LISTED + ONE
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        InfoTheory(FRAME).contributions("c", by="g", against="pairs")


@pytest.mark.parametrize("method", ["kl_divergence", "js_divergence", "contributions"])
def test_twenty_thousand_groups_are_refused_at_once(
    method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "physical_memory", lambda: 32 * 10**9)
    frame = pd.DataFrame({"g": np.repeat(np.arange(20_000), 2), "c": ["a", "b"] * 20_000})
    tracemalloc.start()
    start = time.process_time()
    try:
        with pytest.raises(ValueError, match=r"399,980,000 rows and 1[13] columns"):
            getattr(InfoTheory(frame), method)("c", by="g", against="pairs")
        assert tracemalloc.get_traced_memory()[1] < 50e6
    finally:
        tracemalloc.stop()
    assert time.process_time() - start < 10  # all pairs would take minutes


def test_memory_is_that_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_limits", tuple)  # the tests may run in a container
    known: dict[str, Any] = {"SC_PHYS_PAGES": 1000, "SC_PAGE_SIZE": 4096}
    monkeypatch.setattr(os, "sysconf", known.__getitem__, raising=False)
    assert memory.physical_memory() == 4_096_000
    monkeypatch.delattr(os, "sysconf")  # as on Windows
    assert memory.physical_memory() == 16 * 10**9


GB = 10**9


@pytest.mark.parametrize(
    ("groups", "files", "limits"),
    [
        # in a container its group is the root, or the path is that of the machine
        ("0::/\n", {"memory.max": 2 * GB}, [2 * GB]),
        ("0::/docker/abc\n", {"memory.max": 2 * GB}, [2 * GB]),
        ("0::/a/b\n", {"a/b/memory.max": "max", "a/memory.max": 3 * GB}, [3 * GB]),
        ("0::/a/b\n", {"a/b/memory.max": GB, "a/memory.max": 3 * GB}, [GB, 3 * GB]),
        (
            "4:cpu:/x\n3:memory:/x\n",
            {"memory/x/memory.limit_in_bytes": GB, "x/memory.max": 5},
            [GB],
        ),
        ("3:cpu,memory:/x\n0::/\n", {"memory/memory.limit_in_bytes": GB}, [GB]),
        ("3:memory:/x\n", {"memory/x/memory.limit_in_bytes": 2**63 - 4096}, [2**63 - 4096]),
        ("1:name=systemd:/\n0::/\n", {"memory.max": "max"}, []),
        ("0::/\n", {}, []),
        (None, {"memory.max": GB}, []),
    ],
)
def test_limits_of_containers(
    tmp_path: Path, groups: str | None, files: dict[str, object], limits: list[int]
) -> None:
    for name, content in files.items():
        file = tmp_path / "sys/fs/cgroup" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{content}\n")
    if groups is not None:
        (tmp_path / "proc/self").mkdir(parents=True)
        (tmp_path / "proc/self/cgroup").write_text(groups)
    assert list(memory._limits(str(tmp_path))) == limits


def test_a_container_has_less_than_its_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_limits", lambda: (2**63 - 4096,))
    machine = memory.physical_memory()
    assert memory.there_is(machine) == f"this machine has {memory.gigabytes(machine)}"
    monkeypatch.setattr(memory, "_limits", lambda: (2**63 - 4096, 960))
    assert memory.physical_memory() == 960
    require_room(20, 2, "This", "")
    message = (
        "This makes an answer of 21 rows and 2 columns. That takes about 0.0 GB of memory, and "
        "this container may take 0.0 GB. Ask for less."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        require_room(21, 2, "This", "Ask for less.")
