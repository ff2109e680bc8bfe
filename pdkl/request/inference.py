"""The keywords that ask how sure an answer is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pdkl.core.validation import is_number, number_in, one_of

# how it is found how sure a score is, unless by draws: from moments, or from a list of all tables
CLOSED, EXACT = "closed form", "exact"
_DRAWS = 199  # enough for a noise floor of 95 %, and for percentiles


@dataclass(frozen=True)
class InferenceOptions:
    """What the caller wants to know, and how much work it may take."""

    confidence: float | None
    test: bool | str
    n_resamples: int | None  # None: draw only what has no closed form
    rng: np.random.Generator
    progress: bool
    has_seed: bool = True  # whether the caller gave what the random numbers begin with

    @property
    def draws_all(self) -> bool:
        """Whether the caller asks for draws also where a closed form is known."""
        return self.n_resamples is not None or self.test == "permutation"

    @property
    def n_draws(self) -> int:
        """How often to draw what is drawn."""
        return _DRAWS if self.n_resamples is None else self.n_resamples

    @property
    def settled_rng(self) -> np.random.Generator:
        """Random numbers that are the same in each call, unless the caller gave others."""
        return self.rng if self.has_seed else np.random.default_rng(0)

    @property
    def suffixes(self) -> list[str]:
        """What follows each measure in the result."""
        found = ["_low", "_high"] if self.confidence is not None else []
        return found + (["_excess", "_noise_floor"] if self.test else [])

    def columns_of(self, names: Sequence[str]) -> list[str]:
        """List the columns of measures, and what is said of all of them together."""
        found = [name + suffix for name in names for suffix in ["", *self.suffixes]]
        return [*found, *(["p_value", "p_adjusted"] if self.test else [])]

    def described(self, drawn: Sequence[str], *, every: bool, exact: bool) -> str:
        """Say how it was found how sure an answer is.

        ``drawn`` is what of it was drawn, unless that is ``every`` part; ``exact`` whether all
        tables were listed for the rest.
        """
        draws = f"{self.n_draws} draws"
        if every:
            return draws
        found = EXACT if exact else CLOSED
        return f"{found}; {', '.join(drawn)}: {draws}" if drawn else found


def read_inference(
    confidence: Any, test: Any, n_resamples: Any, rng: Any, progress: Any
) -> InferenceOptions | None:
    """Check the keywords; None where nothing is asked for."""
    if confidence is not None:
        confidence = number_in("confidence", confidence, 0.0, 1.0, "a number in (0, 1), or None")
    if not isinstance(test, bool):
        one_of("test", test, ("permutation",), also="True or False")
    if n_resamples is not None:
        if not is_number(n_resamples) or int(n_resamples) != n_resamples:
            raise TypeError(
                f"n_resamples must be a whole number of draws, or None; got {n_resamples!r}."
            )
        if n_resamples < 1:
            raise ValueError(f"n_resamples must be at least 1, or None; got {n_resamples!r}.")
        n_resamples = int(n_resamples)
    if not isinstance(progress, bool):
        raise TypeError(f"progress must be True or False; got {progress!r}.")
    if confidence is None and test is False:
        return None
    try:
        generator = np.random.default_rng(rng)
    except (TypeError, ValueError):
        raise TypeError(
            f"rng must be a seed of at least 0, a numpy.random.Generator, or None; got {rng!r}."
        ) from None
    return InferenceOptions(confidence, test, n_resamples, generator, progress, rng is not None)
