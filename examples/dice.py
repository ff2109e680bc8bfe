"""The ideal die and a loaded one: what entropy, cross entropy and KL divergence say of them.

The loaded die shows 1 half of the time. Who expects die Q while die P is rolled is surprised, on
average, by the cross entropy H(P, Q): the uncertainty H(P) of the rolled die itself, and on top of
that the KL divergence, the price of expecting the wrong one.

Run it with ``pip install 'pdkl[plot]'`` and ``python examples/dice.py``. The picture goes to
``examples/output``, or to the folder that ``--output`` names.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib import pyplot

import pdkl

FACES = [1, 2, 3, 4, 5, 6]
FAIR = dict.fromkeys(FACES, 1 / 6)
LOADED = {1: 0.5, 2: 0.1, 3: 0.1, 4: 0.1, 5: 0.1, 6: 0.1}


def show(explanation: str, result: pd.DataFrame) -> None:
    """Print a tidy frame under one line that says how to read it."""
    print(f"\n{explanation}\n{result.to_string(index=False)}")


def compare(
    dice: pd.DataFrame, expected: dict[int, float], weights: str | None = None
) -> pd.DataFrame:
    """Put H(P), KL(P || Q) and H(P, Q) of each die side by side, in bits; Q is expected."""
    ask = pdkl.InfoTheory(dice)
    own = ask.entropy("face", by="die", weights=weights, base="bit")
    price = ask.kl_divergence("face", by="die", weights=weights, reference=expected, base="bit")
    whole = ask.cross_entropy("face", by="die", weights=weights, reference=expected, base="bit")
    result = own[["die", "n", "entropy"]].merge(price[["die", "kl_divergence"]], on="die")
    return result.merge(whole[["die", "cross_entropy", "unit"]], on="die")


def exact() -> pd.DataFrame:
    """Make a row per face of each die, its probability the weight."""
    dice = {"fair": FAIR, "loaded": LOADED}
    rows = [(name, face, p) for name, die in dice.items() for face, p in die.items()]
    return pd.DataFrame(rows, columns=["die", "face", "probability"])


def rolled(n: int) -> pd.DataFrame:
    """Roll each die n times."""
    rng = np.random.default_rng(6)
    fair, loaded = (rng.choice(FACES, size=n, p=list(die.values())) for die in (FAIR, LOADED))
    return pd.DataFrame({"die": ["fair"] * n + ["loaded"] * n, "face": [*fair, *loaded]})


def main() -> None:
    """Print the frames and write the picture."""
    parser = argparse.ArgumentParser(description="A fair die and a loaded one.")
    folder = Path(__file__).parent / "output"
    parser.add_argument("--output", type=Path, default=folder, help="folder for the picture")
    output = parser.parse_args().output
    output.mkdir(parents=True, exist_ok=True)
    mpl.use("agg")  # files only, no window

    known = exact()
    show(
        "Each die, for one who expects a fair one: H(P) + KL(P || Q) = H(P, Q). All its faces are\n"
        "equally surprising, so H(P, Q) is log2(6); but the loaded die itself is less uncertain.",
        compare(known, FAIR, weights="probability"),
    )
    show(
        "For one who expects the loaded die: KL has a direction.",
        compare(known, LOADED, weights="probability"),
    )
    show(
        "The first again, from 1000 rolls of each: by chance, no die is quite what it is.",
        compare(rolled(1000), FAIR),
    )
    loaded = known[known["die"] == "loaded"]
    terms = loaded.info_theory.contributions(
        "face", weights="probability", reference=FAIR, base="bit"
    )
    show(
        "Which faces? The 1 comes up more often than expected, the others less. The sum is KL.",
        terms[["category", "p", "q", "contribution", "unit"]],
    )
    pdkl.plot.contributions(terms)
    pyplot.savefig(output / "dice.png", dpi=150)
    print("\nWrote dice.png.")


if __name__ == "__main__":
    main()
