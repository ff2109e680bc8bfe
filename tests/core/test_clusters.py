"""Things that are near each other stand beside each other."""

import math

import numpy as np
import pytest

from pdkl.core.clusters import order_by_nearness


@pytest.mark.parametrize("seed", range(5))
def test_places_on_a_line_are_put_in_their_order(seed: int) -> None:
    places = np.random.default_rng(seed).permutation(np.arange(9.0) ** 1.5)
    order = order_by_nearness(np.abs(np.subtract.outer(places, places)))
    found = places[order].tolist()
    assert found in (sorted(places), sorted(places, reverse=True))


def test_what_is_far_or_not_known_stands_apart() -> None:
    inf, nan = math.inf, math.nan
    distance = np.array(
        [
            [nan, 5.0, 0.1, inf],
            [nan, nan, 6.0, inf],  # 5 to the first: known in one direction only
            [0.3, 6.0, nan, inf],
            [inf, inf, inf, nan],
        ]
    )
    order = order_by_nearness(distance).tolist()
    assert order[0] == 3 or order[-1] == 3
    assert abs(order.index(0) - order.index(2)) == 1
    before = np.full((4, 4), nan)
    assert sorted(order_by_nearness(before).tolist()) == [0, 1, 2, 3]


@pytest.mark.parametrize("n", [0, 1, 2])
def test_few_things_keep_their_order(n: int) -> None:
    assert order_by_nearness(np.zeros((n, n))).tolist() == list(range(n))


def test_below_zero_is_no_distance() -> None:
    order = order_by_nearness(np.array([[0, -1, 4], [-1, 0, 4], [4, 4, 0.0]])).tolist()
    assert order in ([0, 1, 2], [1, 0, 2], [2, 0, 1], [2, 1, 0])
