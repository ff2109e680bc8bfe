"""What a classifier's probabilities cost, in each segment: binary and categorical cross entropy.

Two models predict the same simulated customers. One is modest, the other overconfident: it says 0
or 1 where it should say "likely". A certain prediction that is wrong is infinitely surprising, so
the mean is infinite too, and no silent clipping hides that. Who wants a finite number says how,
with ``clip``.

Run it with ``python examples/classifier.py``.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

import pdkl  # noqa: F401 - gives each frame the accessor info_theory

SEGMENTS = ["new", "regular", "vip"]
PLANS = ["basic", "plus", "pro"]


def show(explanation: str, result: pd.DataFrame) -> None:
    """Print a tidy frame under one line that says how to read it."""
    print(f"\n{explanation}\n{result.to_string(index=False)}")


def churn(n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Simulate who leaves, and what two models said before."""
    segment = rng.choice(SEGMENTS, size=n, p=[0.5, 0.4, 0.1])
    # new customers are hard to tell apart, so a model cannot be sure of them
    spread = pd.Series(segment).map({"new": 0.5, "regular": 1.5, "vip": 2.5}).to_numpy()
    score = rng.normal(size=n) * spread - 0.5
    truth = 1 / (1 + np.exp(-score))
    data = pd.DataFrame(
        {
            "segment": segment,
            "left": rng.random(n) < truth,
            "modest": truth,
            "overconfident": np.round(1 / (1 + np.exp(-4 * score)), 3),  # 0.9996 becomes 1
        }
    )
    data.loc[rng.random(n) < 0.01, "modest"] = np.nan  # a model that sometimes did not answer
    return data


def choices(n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Simulate which of three plans is chosen, with the predicted probability of each."""
    segment = rng.choice(SEGMENTS, size=n, p=[0.5, 0.4, 0.1])
    taste = {"new": [6.0, 2.0, 1.0], "regular": [2.0, 4.0, 2.0], "vip": [0.5, 2.0, 8.0]}
    predicted = np.array([rng.dirichlet(taste[name]) for name in segment])
    chosen = [PLANS[rng.choice(3, p=row)] for row in predicted]
    columns = {f"p_{plan}": predicted[:, i] for i, plan in enumerate(PLANS)}
    return pd.DataFrame({"segment": segment, "plan": chosen, **columns})


def main() -> None:
    """Print the frames."""
    rng = np.random.default_rng(7)
    customers = churn(20_000, rng)
    models = ["modest", "overconfident"]
    show(
        "Who leaves? The overconfident model was certain, and wrong: its loss is infinite. Rows\n"
        "without a prediction are counted in n_missing.",
        customers.info_theory.binary_cross_entropy("left", models, by="segment", base="bit"),
    )
    show(
        "Kept within [0.001, 0.999], by choice and on record, it is finite, and still larger.",
        customers.info_theory.binary_cross_entropy(
            "left", models, by="segment", base="bit", clip=0.001
        ),
    )
    plans = choices(20_000, rng)
    predictions = {plan: f"p_{plan}" for plan in PLANS}
    show(
        "Which plan? The loss of a three-class model, where a blind guess costs log2(3) = 1.58.",
        plans.info_theory.categorical_cross_entropy("plan", predictions, by="segment", base="bit"),
    )
    show(
        "One who knows how often each plan is chosen in a segment, and no more, pays its entropy.",
        plans.info_theory.entropy("plan", by="segment", base="bit"),
    )


if __name__ == "__main__":
    main()
