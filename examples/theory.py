"""Draw the pictures of the page on theory: surprise, and KL divergence as an area.

Run it with ``pip install 'pdkl[plot]'`` and ``python examples/theory.py``. The pictures go to
``examples/output``, or to the folder that ``--output`` names; the page has those of
``docs/_static``.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import pdkl

BLUE, RED, GREEN = "#2a6fb0", "#c8442f", "#3c9a5f"
ROOM = 1.35  # of the height of the bars, so that the legend covers none


def terms(expected: str) -> pd.DataFrame:
    """Compare the loaded die with a fair one, face by face, in bits."""
    dice = pdkl.datasets.dice()
    found = dice.info_theory.contributions(
        "face", by="die", reference=expected, weights="rolls", base="bit"
    )
    rolled = pd.DataFrame(found[found["die"] != expected])
    return rolled.sort_values("category")


def surprise() -> Figure:
    """Draw how surprising an outcome of each probability is."""
    figure, ax = pyplot.subplots(figsize=(6, 3.2), layout="constrained")
    p = np.linspace(0.004, 1, 400)
    ax.plot(p, -np.log2(p), color=BLUE)
    for at, name in (
        (1 / 2, "a coin"),
        (1 / 6, "a face of a fair die"),
        (1 / 52, "one of 52 cards"),
    ):
        ax.plot(at, -np.log2(at), "o", color=RED)
        ax.annotate(
            f"{name}: {-np.log2(at):.2f} bit",
            (at, -np.log2(at)),
            (8, 3),
            textcoords="offset points",
        )
    ax.set(xlabel="probability p of the outcome", ylabel="surprise -log₂ p, in bits")
    ax.set(xlim=(0, 1), ylim=(0, 8))
    return figure


def divergence() -> Figure:
    """Draw P, Q and the terms of KL(P ‖ Q) for each die that is rolled, the other expected."""
    figure, axes = pyplot.subplots(
        2, 2, figsize=(8, 5), sharex=True, sharey="row", layout="constrained"
    )
    for expected, (shares, parts) in zip(("fair", "loaded"), axes.T, strict=True):
        rows = terms(expected)
        draw_shares(shares, rows, expected)
        draw_terms(parts, rows)
    axes[0, 0].set_ylabel("share")
    axes[1, 0].set_ylabel("p log₂(p / q), in bits")
    return figure


def draw_shares(ax: Axes, rows: pd.DataFrame, expected: str) -> None:
    """Draw the shares of both dice as steps."""
    rolled = rows["die"].iloc[0]
    for shares, color, name in (
        (rows["p"], BLUE, f"P: {rolled}"),
        (rows["q"], RED, f"Q: {expected}"),
    ):
        edges = np.arange(0.5, 7)
        ax.stairs(shares, edges, color=color, linewidth=2, label=name)
    ax.set_title(f"the {rolled} die is rolled, a {expected} one expected", fontsize="medium")
    ax.set_ylim(0, 0.5 * ROOM)
    ax.legend(loc="upper center", ncols=2, frameon=False)


def draw_terms(ax: Axes, rows: pd.DataFrame) -> None:
    """Draw what each face adds, as the area of a bar of width 1."""
    parts = rows["contribution"]
    ax.bar(rows["category"], parts, width=1, color=GREEN, alpha=0.6, edgecolor=GREEN)
    ax.axhline(0, color="black", linewidth=0.8)
    above, below = (parts[sign * parts > 0].sum() for sign in (1, -1))
    ax.set_title(
        f"KL(P ‖ Q) = {above:.3f} - {-below:.3f} = {parts.sum():.3f} bit",
        fontsize="medium",
    )
    ax.set_xlabel("face")


def main() -> None:
    """Write the pictures."""
    parser = argparse.ArgumentParser(description="Pictures of surprise and of KL divergence.")
    folder = Path(__file__).parent / "output"
    parser.add_argument("--output", type=Path, default=folder, help="folder for the pictures")
    output = parser.parse_args().output
    output.mkdir(parents=True, exist_ok=True)
    mpl.use("agg")  # files only, no window
    mpl.rcParams["svg.hashsalt"] = "pdkl"  # the same names within the file at each run
    for name, draw in (("surprise", surprise), ("divergence", divergence)):
        draw().savefig(output / f"{name}.svg", metadata={"Date": None})
        pyplot.close()
        print(f"Wrote {name}.svg.")


if __name__ == "__main__":
    main()
