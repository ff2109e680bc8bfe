"""Weights: one check with all messages, and halves that add without wrapping."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from pdkl.codes.weights import check_weights, join_halves, split_halves


@pytest.mark.parametrize("weights", [[0, 1, 2**31, 2**62], [2**31 - 1] * 3, [2**62 - 1, 2**62]])
@pytest.mark.parametrize("dtype", [np.int64, np.uint64])
def test_sums_of_halves_are_exact(weights: list[int], dtype: type) -> None:
    low, high = split_halves(np.array(weights, dtype=dtype))
    sums = pd.Series([low.sum()]), pd.Series([high.astype(np.float64).sum()])
    assert join_halves(*sums, "weights").tolist() == [sum(weights)]


def test_halves_that_add_up_to_too_much() -> None:
    low, high = split_halves(np.array([2**62 + 2**31, 2**62]))
    with pytest.raises(ValueError, match=r"^weights add up to 9223372039002259456, beyond the"):
        join_halves(pd.Series(low), pd.Series(high), "weights")


@pytest.mark.parametrize(
    ("found", "message"),
    [
        ({"missing": 2}, "must not be missing; 2 of 9 are. Fill them with fillna or drop these"),
        ({"missing": 2, "filling": "Fill them"}, "must not be missing; 2 of 9 are. Fill them or"),
        ({"total": 2**63}, "add up to 9223372036854775808, beyond the 2**63 - 1 that whole"),
        ({"total": np.nan}, "must be finite and add up to at most 1e+300; they add up to nan."),
        ({"negative": 2, "first_negative": -3}, "must not be negative; 2 of 9 are, the first is"),
        ({"least": -0.5}, "must not be negative; the smallest is -0.5."),
    ],
)
def test_what_can_be_wrong_with_weights(found: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the message is what is compared
        check_weights("weights", rows=9, **found)
    assert str(caught.value).startswith(f"weights {message}")


def test_weights_that_are_as_they_should_be() -> None:
    check_weights("weights", rows=3, total=2**63 - 1)
    check_weights("weights", rows=3, total=1e300)
    check_weights("weights", rows=0, least=np.nan)  # of no rows at all
