"""What is asked of many columns at once is what is asked of each alone, to the last bit."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from itertools import combinations

import numpy as np
import pandas as pd
import pytest

import pdkl
from pdkl.counting import pandas_counts


def frame_of(rows: int = 400) -> pd.DataFrame:
    """Draw columns of several kinds and alphabets, all with missing values."""
    rng = np.random.default_rng(3)
    letters = pd.Index([f"v{i}" for i in range(40)])
    columns: dict[str, object] = {"g": rng.integers(0, 4, rows), "w": rng.random(rows)}
    for i, size in enumerate((3, 8, 3, 8, 40, 1)):
        codes = rng.integers(-1, size, rows)
        columns[f"c{i}"] = pd.Categorical.from_codes(codes, letters[:size])
    text = np.array([*letters[:5], None], dtype=object)
    columns["t"] = pd.Series(text[rng.integers(0, 6, rows)], dtype="str")
    return pd.DataFrame(columns)


FRAME = frame_of()
NAMES = [f"c{i}" for i in range(6)] + ["t"]
Ask = Callable[[list[str]], pd.DataFrame]
ASKED: dict[str, Ask] = {
    "entropy": lambda names: pdkl.InfoTheory(FRAME).entropy(names),
    "entropy by": lambda names: pdkl.InfoTheory(FRAME).entropy(names, by="g", dropna=False),
    "weighted": lambda names: pdkl.InfoTheory(FRAME).entropy(names, by="g", weights="w"),
    "rest": lambda names: pdkl.InfoTheory(FRAME).js_divergence(names, by="g", against="rest"),
    "frame": lambda names: pdkl.InfoTheory(FRAME[:150]).kl_divergence(
        names, reference=FRAME[150:], smoothing="jeffreys"
    ),
    "uniform": lambda names: pdkl.InfoTheory(FRAME).divergence(names, by="g", against="uniform"),
    "all": lambda names: pdkl.InfoTheory(FRAME).divergence(names, by="g", against="all"),
    "dropped": lambda names: pdkl.InfoTheory(FRAME[:150]).kl_divergence(
        names, reference=FRAME[150:], zeros="drop"
    ),
    "diversity": lambda names: pdkl.InfoTheory(FRAME).diversity(names, by="g"),
    "raise": lambda names: pdkl.InfoTheory(FRAME).divergence(
        names, by="g", against="all", measures=["kl_divergence"], zeros="raise"
    ),
    "no rows": lambda names: pdkl.InfoTheory(FRAME[:0]).entropy(names),
}


@pytest.mark.parametrize("name", ASKED)
def test_columns_together_score_as_each_alone(name: str) -> None:
    together = ASKED[name](NAMES)
    alone = pd.concat([ASKED[name]([column]) for column in NAMES])
    keys = [key for key in ("g", "column") if key in together]
    pd.testing.assert_frame_equal(
        together.sort_values(keys, ignore_index=True),
        alone.sort_values(keys, ignore_index=True),
        check_exact=True,
    )


@pytest.mark.parametrize(
    "asked",
    [{}, {"by": "g"}, {"given": "g"}, {"given": "t", "by": "g"}, {"dropna": False}],
    ids=str,
)
def test_pairs_of_columns_are_counted_at_once_as_one_by_one(
    asked: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [name for name in NAMES if name not in asked.values()]
    pairs = list(combinations(names, 2))
    x, y = [one for one, _ in pairs], [other for _, other in pairs]
    table = pdkl.InfoTheory(FRAME)
    at_once = table.mutual_information(x, y, **asked)  # type: ignore[arg-type]
    monkeypatch.setattr(pandas_counts, "_SHORT", 0)
    one_by_one = table.mutual_information(x, y, **asked)  # type: ignore[arg-type]
    pd.testing.assert_frame_equal(at_once, one_by_one, check_exact=True)


def test_drift_of_columns_together_is_that_of_each_alone() -> None:
    names = ["g", "w", *NAMES]
    here, there = pdkl.InfoTheory(FRAME[:150]), FRAME[150:]
    together = here.drift(there, columns=names).drop(columns="p_adjusted")
    alone = pd.concat([here.drift(there, columns=[name]) for name in names], ignore_index=True)
    alone = alone.drop(columns="p_adjusted")
    shown = [name for name in together if name not in ("status", "note")]  # go by all p-values
    pd.testing.assert_frame_equal(together[shown], alone[shown], rtol=1e-9)


def test_an_import_loads_no_analysis_and_no_picture() -> None:
    code = (
        "import sys, pdkl; "
        "heavy = ('pdkl.plot', 'pdkl.report', 'pdkl.analyses', 'scipy', 'matplotlib', 'jinja2'); "
        "print([name for name in heavy if name in sys.modules]); "
        "print(pdkl.plot.drift.__name__, pdkl.Report.__name__, 'plot' in dir(pdkl))"
    )
    found = subprocess.check_output([sys.executable, "-c", code], text=True)
    assert found.split("\n")[:2] == ["[]", "drift Report True"]


def test_a_name_that_the_package_does_not_have() -> None:
    with pytest.raises(AttributeError, match=r"^module 'pdkl' has no attribute 'entropie'$"):
        _ = pdkl.entropie
