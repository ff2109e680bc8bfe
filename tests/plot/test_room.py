"""Ticks keep apart and text can be read, of few and many, narrow and wide, light and dark."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb

import pdkl
from tests.support.drawn import drift_frame, renders


def _shares(k: int, name: str) -> pd.DataFrame:
    index = np.arange(k)
    names = [f"a long name of category {i:02d}" for i in index]
    p, q = (values / values.sum() for values in (1.0 / (1 + index), 1.0 / (1.1 + index)))
    rows = {"column": name, "category": names, "count": 1, "p": p, "q": q}
    return pd.DataFrame(rows).assign(probability=p, contribution=p * np.log(p / q), unit="nat")


def _pairs(k: int) -> pd.DataFrame:
    names = [f"the group {i:02d}" for i in range(k)]
    rows = [(p, "x", q, abs(p > q) + 0.001) for p in names for q in names if p != q]
    return pd.DataFrame(rows, columns=["g", "column", "g_reference", "js_divergence"])


def _parts(k: int) -> pd.DataFrame:
    size = 1e-5 / (1.0 + np.arange(k))
    parts = pd.DataFrame({"g": [f"segment number {i}" for i in range(k)], "column": "x"})
    return parts.assign(
        part="within", contribution=size, share=size / size.sum(), expected=size / 3,
        noise_floor=size / 2, unit="nat",
    )  # fmt: skip


PICTURES: dict[str, Callable[[int, Axes], object]] = {
    "contributions": lambda k, ax: pdkl.plot.contributions(
        _shares(k, "dest")[["column", "category", "p", "q", "contribution", "unit"]], top=k, ax=ax
    ),
    "distribution": lambda k, ax: pdkl.plot.distribution(_shares(k, "dest"), top=k, ax=ax),
    "heatmap": lambda k, ax: pdkl.plot.heatmap(_pairs(k), ax=ax),
    "drift": lambda k, ax: pdkl.plot.drift(
        drift_frame([(f"a column {i}", "unsure", i / 1000) for i in range(k)], keys=[]),
        top=k,
        ax=ax,
    ),
    "segments": lambda k, ax: pdkl.plot.drift(
        drift_frame([(f"part {i}", f"a column {i % 5}", "ok", i / 99) for i in range(k)]), ax=ax
    ),
    "explain": lambda k, ax: pdkl.plot.explain(_parts(k), top=k, ax=ax),
}


def boxes(labels: Any) -> list[Any]:
    shown = [one for one in labels if one.get_text() and one.get_visible()]
    return [one.get_window_extent() for one in shown]


@pytest.mark.parametrize("layout", ["constrained", None])
@pytest.mark.parametrize("width", [3.5, 10.0])
@pytest.mark.parametrize("k", [5, 50])
@pytest.mark.parametrize("picture", PICTURES)
def test_ticks_keep_apart(picture: str, k: int, width: float, layout: Any) -> None:
    figure = pyplot.figure(figsize=(width, 4.2), layout=layout)
    PICTURES[picture](k, figure.subplots())
    renders(figure.axes[0])
    along = []
    for ax in figure.axes:
        low, high = sorted(ax.get_xlim())
        ticks = zip(ax.get_xticks(), ax.get_xticklabels(), strict=True)
        along += boxes([label for tick, label in ticks if low <= tick <= high])
        down = boxes(ax.get_yticklabels()) if ax.yaxis.get_tick_params()["labelleft"] else []
        down.sort(key=lambda box: -box.y0)
        assert all(upper.y0 >= lower.y1 - 1.5 for upper, lower in pairwise(down))
    along.sort(key=lambda box: box.x0)  # also of one axes and the next
    assert all(left.x1 <= right.x0 + 0.5 for left, right in pairwise(along))


@pytest.mark.parametrize("picture", PICTURES)
def test_text_is_read_on_the_page_whatever_its_colour(picture: str) -> None:
    for style in ("default", "dark_background"):
        with pyplot.style.context(style):
            figure = pyplot.figure(figsize=(10, 4.2))
            PICTURES[picture](5, figure.subplots())
            page = np.mean(to_rgb(figure.get_facecolor()))
            for ax in figure.axes:
                texts = [ax.title, ax.xaxis.label, *ax.get_xticklabels(), *ax.get_yticklabels()]
                if not ax.collections:  # cells have their own ground
                    texts += ax.texts
                for text in texts:
                    assert abs(np.mean(to_rgb(text.get_color())) - page) > 0.5
        pyplot.close("all")
