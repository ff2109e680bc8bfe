"""Outcomes of equal counts are measured once."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
import pytest

from pdkl import InfoTheory
from pdkl.comparing import align


@pytest.mark.parametrize("smoothing", [None, "laplace"])
@pytest.mark.parametrize("dropna", [True, False])
def test_outcomes_of_equal_counts_share_an_entry(
    smoothing: Literal["laplace"] | None, dropna: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(3)
    share = 1.0 / np.arange(1, 61)
    frame = pd.DataFrame(
        {
            "g": rng.integers(0, 3, 2000),
            "c": pd.Series(rng.choice(60, 2000, p=share / share.sum())).where(
                rng.random(2000) < 0.9
            ),
        }
    )

    def answers() -> pd.DataFrame:
        it = InfoTheory(frame)
        return it.entropy("c", by="g", smoothing=smoothing, dropna=dropna)

    monkeypatch.setattr(align, "_WORTH_MERGING", 10**9)
    apart = answers()
    monkeypatch.setattr(align, "_WORTH_MERGING", 0)
    pd.testing.assert_frame_equal(apart, answers(), rtol=1e-14, atol=0)
