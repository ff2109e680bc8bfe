"""Pictures of the guides: the same five rows in a hundred, moved in five ways, under each measure.

Run it with ``pip install '.[plot]'`` and ``python examples/guides.py``. ``measures.png`` goes to
``docs/_static``, from where the guide to the measures shows it, or to the folder that ``--output``
names.
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path

import matplotlib as mpl
import pandas as pd
from matplotlib import pyplot
from matplotlib.axes import Axes
from PIL import Image

import pdkl
from pdkl.plot._shared import BLUE, RED

# rows of each value before, and where 50 of the thousand go: from one value to another
BEFORE = {1: 50, 2: 10, 3: 400, 4: 340, 5: 200}
MOVES = {
    "to frequent": (3, 4),
    "to rare": (3, 2),
    "one gone": (1, 3),
    "to new": (3, 6),
    "far out": (3, 60),
}
MOVED = 50
MEASURES = {
    "kl_divergence": "KL divergence, bit",
    "reverse_kl": "reverse KL, bit",
    "psi": "PSI",
    "chi_square": "chi-square",
    "js_distance": "JS distance, √bit",
    "hellinger": "Hellinger",
    "total_variation": "total variation",
    "max_difference": "largest difference",
    "kolmogorov_smirnov": "Kolmogorov-Smirnov",
    "wasserstein_scaled": "Wasserstein, in sd",
}
WIDEST = 0.55  # where the axis of scores ends; what is larger is written


def frames() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows after each move, and those before."""
    after = []
    for move, (source, target) in MOVES.items():
        rows = dict(BEFORE)
        rows[source] -= MOVED
        rows[target] = rows.get(target, 0) + MOVED
        after += [(move, value, count) for value, count in rows.items()]
    before = pd.DataFrame(list(BEFORE.items()), columns=["value", "rows"])
    return pd.DataFrame(after, columns=["move", "value", "rows"]), before


def scores(after: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """Measure each move: a row per move, a column per measure."""
    result = pdkl.InfoTheory(after).divergence(
        "value", by="move", reference=before, weights="rows", measures=list(MEASURES), base="bit"
    )
    return result.set_index("move").loc[list(MOVES), list(MEASURES)]


def draw_shares(ax: Axes, after: pd.DataFrame, move: str) -> None:
    """Draw the shares before and after a move, in the order of the values."""
    rows = after[(after["move"] == move) & (after["rows"] > 0)].set_index("value")["rows"]
    values = sorted({*BEFORE, *rows.index})
    places = range(len(values))
    for offset, shares, color, label in (
        (-0.2, [BEFORE.get(value, 0) / 1000 for value in values], BLUE, "before (Q)"),
        (0.2, [rows.get(value, 0) / 1000 for value in values], RED, "after (P)"),
    ):
        ax.bar([place + offset for place in places], shares, 0.4, color=color, label=label)
    ax.set_xticks(list(places), [str(value) for value in values])
    ax.set_ylim(0, 0.6)
    ax.set_title(move, fontsize=10)


def draw_scores(ax: Axes, found: pd.Series) -> None:
    """Draw what each measure says of a move, with its figure."""
    for place, score in enumerate(found):
        infinite = math.isinf(score)
        ax.barh(
            place,
            min(score, WIDEST),
            color="none" if infinite else BLUE,
            edgecolor=RED if infinite else BLUE,
            hatch="////" if infinite else "",
            linewidth=0.8,
        )
        text = "∞" if infinite else f"{score:.3f}" if score < 1 else f"{score:.2f}"
        inside = infinite or score > WIDEST
        ax.text(
            WIDEST - 0.01 if inside else score + 0.012,
            place,
            text,
            va="center",
            ha="right" if inside else "left",
            fontsize=13 if infinite else 9,
            color="black" if not inside or infinite else "white",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5} if infinite else None,
        )
    ax.set_yticks(range(len(found)), list(MEASURES.values()))
    ax.set_xlim(0, WIDEST)
    ax.set_xticks([0, 0.5])
    ax.invert_yaxis()


def measures() -> str:
    """Draw the moves above, and what each measure says of them below."""
    after, before = frames()
    found = scores(after, before)
    _, axes = pyplot.subplots(
        2,
        len(MOVES),
        figsize=(8.8, 5.4),
        sharey="row",
        layout="constrained",
        height_ratios=[1, 1.6],
    )
    for column, (move, row) in enumerate(found.iterrows()):
        draw_shares(axes[0, column], after, str(move))
        draw_scores(axes[1, column], row)
    for ax in axes.flat:
        ax.spines[["top", "right"]].set_visible(False)
        ax.tick_params(labelsize=9)
    axes[0, 0].set_ylabel("share of the rows")
    axes[0, 0].legend(frameon=False, fontsize=9, loc="upper left", borderpad=0)
    infinite = found.map(math.isinf).to_numpy().sum()
    return f"{found.size} scores of {len(found)} moves, {infinite} of them infinite"


def main() -> None:
    """Write the pictures."""
    parser = argparse.ArgumentParser(description="Pictures of the guides.")
    folder = Path(__file__).parents[1] / "docs" / "_static"
    parser.add_argument("--output", type=Path, default=folder, help="folder for the pictures")
    output = parser.parse_args().output
    output.mkdir(parents=True, exist_ok=True)
    mpl.use("agg")  # files only, no window
    text = measures()
    path = output / "measures.png"
    pyplot.savefig(path, dpi=150)
    pyplot.close()
    Image.open(path).convert("RGB").quantize(64).save(path, optimize=True)  # a third of it
    print(f"Wrote {path.name}: {text}.")


if __name__ == "__main__":
    main()
