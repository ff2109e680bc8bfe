"""How tests read pictures back from their artists, and the frames that they draw."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import matplotlib as mpl

mpl.use("agg")

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection, QuadMesh

NAN, INF = math.nan, math.inf
HOSTILE = ["$a$", "_hidden", "a^2 $b", "two\nlines", "<script>", "ünïcode ∑", "%d {0}"]
FRUIT = pd.DataFrame(
    {
        "shop": ["a"] * 10 + ["b"] * 10 + ["c"] * 5,
        "fruit": [*"fffffggghi", *"ffggghhhhk", *"fghik"],
    }
)


def texts(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.texts]


def rows_of(ax: Axes) -> list[str]:
    return [label.get_text() for label in ax.get_yticklabels()]


def columns_of(ax: Axes) -> list[str]:
    return [label.get_text() for label in ax.get_xticklabels()]


def legend_of(ax: Axes) -> list[str]:
    legend = ax.get_legend()
    return [] if legend is None else [text.get_text() for text in legend.get_texts()]


def cells(ax: Axes) -> Any:
    """Give the coloured values as an array, NaN where none is coloured."""
    (mesh,) = (one for one in ax.collections if isinstance(one, QuadMesh))
    found = mesh.get_array()
    assert found is not None
    return np.ma.filled(found.astype(float), NAN)


def scale_of(ax: Axes) -> str:
    """Give the name of the scale of colours, on one line."""
    return " ".join(ax.figure.axes[1].get_ylabel().split())


def squares(ax: Axes, *, hatched: bool) -> set[tuple[int, int]]:
    """Give (row, column) of the cells that have no colour of the scale."""
    found: list[Any] = [
        path.vertices
        for one in ax.collections
        if isinstance(one, PolyCollection) and len(np.asarray(one.get_facecolor()))
        if (one.get_hatch() is not None) == hatched
        for path in one.get_paths()
    ]
    return {(int(corners[0][1]), int(corners[0][0])) for corners in found}


def fails(kind: type[Exception], message: str, call: Callable[[], object]) -> None:
    before = pyplot.get_fignums()
    with pytest.raises(kind) as caught:
        call()
    assert str(caught.value) == message
    assert pyplot.get_fignums() == before


def renders(ax: Axes) -> None:
    ax.figure.canvas.draw()


def pairs(measure: str = "js_divergence", data: pd.DataFrame = FRUIT, **keywords: Any) -> Any:
    return getattr(data.info_theory, measure)("fruit", by="shop", against="pairs", **keywords)


def drift_frame(rows: list[tuple[Any, ...]], keys: Sequence[str] = ("shop",)) -> pd.DataFrame:
    """Make what InfoTheory.drift gives: keys, column, status, excess."""
    frame = pd.DataFrame(rows, columns=[*keys, "column", "status", "excess"])
    excess = frame.pop("excess")
    status = frame.pop("status")
    facts: dict[str, Any] = {
        "status": status, "measure": "js_distance", "score": np.hypot(excess.astype(float), 0.03),
        "excess": excess, "noise_floor": 0.05, "p_adjusted": 0.5, "top_category": "f",
        "top_contribution": 0.1, "note": "", "kind": "categorical", "threshold": 0.1, "alpha": 0.05,
        "n": 100, "n_reference": 90, "missing": 0.0, "missing_reference": 0.0, "categories": 4,
        "new_categories": 0, "gone_categories": 0, "unseen": 0.0, "vanished": 0.0,
        "out_of_range": NAN, "p_value": 0.5,
    }  # fmt: skip
    return frame.assign(**facts)


EVERY = drift_frame(
    [
        ("a", "fruit", "drift", 0.31),
        ("a", "size", "unsure", 0.12),
        ("a", "id", "ok", NAN),
        ("b", "fruit", "ok", -0.004),
        ("b", "size", "new", NAN),
        ("b", "gone", "gone", NAN),
        ("c", "fruit", "empty", NAN),
        ("c", "size", "error", NAN),
        ("c", "id", "ok", 0.02),
    ]
)
