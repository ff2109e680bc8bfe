"""Why did it change? A divergence split by the chain rule, into columns and into segments.

A shop sends parcels. Before, whether a parcel was insured had nothing to do with where it went.
Then a setting was lost: insurance now follows the destination. As many parcels are insured as
before, and as many go abroad, so that whoever looks at one column at a time sees nothing. The joint
divergence sees it, and the chain rule says where it sits.

In a second story only the mix of shops has changed, and one of them sells something else.

Run it with ``python examples/explain.py``.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

import pdkl  # noqa: F401 - gives each frame the accessor info_theory


def show(explanation: str, result: pd.DataFrame) -> None:
    """Print a tidy frame under one line that says how to read it."""
    print(f"\n{explanation}\n{result.to_string(index=False)}")


def parcels(n: int, rng: np.random.Generator, *, broken: bool) -> pd.DataFrame:
    """Simulate parcels; the customer is one of 200, and nothing about customers changes."""
    abroad = rng.random(n) < 0.5
    insured = abroad if broken else rng.random(n) < 0.5
    return pd.DataFrame(
        {
            "customer": pd.Series(rng.integers(0, 200, n)).astype("category"),
            "destination": np.where(abroad, "abroad", "home"),
            "insured": np.where(insured, "yes", "no"),
        }
    )


def sales(n: int, rng: np.random.Generator, *, later: bool) -> pd.DataFrame:
    """Simulate sales: later there are more in the south, and the north sells more tea."""
    shop = rng.choice(
        ["north", "south", "west"], n, p=[0.4, 0.3, 0.3] if later else [0.5, 0.2, 0.3]
    )
    tea = np.where((shop == "north") & later, 0.6, 0.4)
    return pd.DataFrame({"shop": shop, "drink": np.where(rng.random(n) < tea, "tea", "coffee")})


def main() -> None:
    """Print why the parcels and the sales changed."""
    rng = np.random.default_rng(0)
    before, today = parcels(20_000, rng, broken=False), parcels(20_000, rng, broken=True)
    each = today.info_theory.js_divergence(reference=before, base="bit", test=True, rng=0)
    show(
        "One column at a time, nothing is above its noise floor:",
        each[["column", "js_divergence", "js_divergence_noise_floor", "p_adjusted"]].round(4),
    )
    why = today.info_theory.explain(before, base="bit", rng=0)
    columns = ["step", "column", "given", "contribution", "share", "expected", "excess"]
    show(
        "Together they changed: it is what the destination tells of the insurance. The rest has a\n"
        "contribution too, but no more than is expected of 200 customers:",
        why[[*columns, "noise_floor"]].round(4),
    )

    before, today = sales(20_000, rng, later=False), sales(20_000, rng, later=True)
    why = today.info_theory.explain(before, "drink", by="shop", base="bit", rng=0)
    columns = ["shop", "column", "part", "weight", "divergence", "contribution", "share"]
    show(
        "What is drunk, by shop: the mix of shops changed, and the north; the others are noise:",
        why[[*columns, "excess", "noise_floor"]].round(4),
    )


if __name__ == "__main__":
    main()
