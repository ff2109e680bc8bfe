"""The scores as columns by segments, shaded by how far they are above noise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from pdkl.report import text
from pdkl.results.reading import judged_in, keys_of, worst_first
from pdkl.results.statuses import BY_NAME

_STEPS = (0.25, 0.5, 1.0, 2.0)  # between the shades, in thresholds
_COLUMNS, _SEGMENTS, _CELLS = 50, 300, 6_000  # shown at most
_UPRIGHT, _DENSE = 10, 24  # segments with names upright, and cells without digits, beyond
_NAMED = 120  # segments that all have their names above
_ACROSS, _DOWN, _DOWN_DENSE = 20, 48, 24  # letters of the name of a segment, and of a column


def heatmap(frame: pd.DataFrame, segment_of: Sequence[str]) -> dict[str, Any] | None:
    """Arrange the scores; None where there is but one segment.

    Where there is no room for all, those with the worst rows are shown, in their order.
    """
    # two segments may be written the same
    keys = frame[keys_of(frame)]
    starts = np.flatnonzero(~keys.duplicated()).tolist() if keys.shape[1] else []
    if len(starts) < 2:
        return None
    segments = [segment_of[i] for i in starts]
    width = len(frame) // len(segments)
    worst = np.array(worst_first(frame), dtype=np.int64)
    across = _first(worst // width, _SEGMENTS)
    down = _first(worst % width, min(_COLUMNS, max(_CELLS // len(across), 1)))
    names = [text.visible(name) for name in frame["column"].iloc[:width]]
    shown = (across * width + down[:, None]).ravel()
    look = "dense" if len(across) > _DENSE else "tall" if len(across) > _UPRIGHT else ""
    cells = _cells(frame.take(shown), worded=look != "dense")
    every = -(-len(across) // (_NAMED // 2)) if len(across) > _NAMED else 1
    parts = [
        f"{len(some):,} of {n:,} {what}"
        for some, n, what in ((down, width, "columns"), (across, len(segments), "segments"))
        if len(some) < n
    ]
    return {
        "look": look,
        "left_out": f"Shown are {' and '.join(parts)}, those with the worst rows." if parts else "",
        "segments": [
            (text.shortened(segments[i], _ACROSS), segments[i], place % every == 0)
            for place, i in enumerate(across)
        ],
        "rows": [
            (
                text.shortened(names[i], _DOWN_DENSE if look == "dense" else _DOWN),
                names[i],
                cells[place * len(across) : (place + 1) * len(across)],
            )
            for place, i in enumerate(down)
        ],
    }


def _first(places: Any, most: int) -> Any:
    """Return the first different ones, in their own order."""
    found = list(dict.fromkeys(places.tolist()))[:most]
    return np.array(sorted(found), dtype=np.int64)


def _cells(frame: pd.DataFrame, *, worded: bool) -> list[dict[str, Any]]:
    """Write the cells; what has no score is ``worded``, or else marked as well."""
    excess = judged_in(frame).to_numpy()
    shades = np.searchsorted(_STEPS, excess / frame["threshold"].clip(lower=1e-12), "right")
    scored = ~np.isnan(excess)
    cells = []
    for name, score, has_score, shade in zip(
        frame["status"], frame["score"], scored, shades, strict=True
    ):
        marked = bool(BY_NAME[name].mark) and has_score
        classes = [f"h{shade}"] if has_score and shade else []
        if marked or (BY_NAME[name].mark and not worded):
            classes.append(name)
        cells.append(
            {
                "look": " ".join(classes),
                "text": text.number(score).removeprefix("0") if has_score else "",
                "status": name,
                "marked": marked,
            }
        )
    return cells
