"""Every engine answers a few random calls as the oracle does.

Many more are asked by ``python -m tests.truth.engines``.
"""

from __future__ import annotations

import pytest

from tests.support.engines import SOCKETS
from tests.truth.engines import ENGINES, found

CALLS = range(4)


@pytest.mark.filterwarnings(SOCKETS)
@pytest.mark.parametrize("engine", ENGINES)
def test_answers_are_those_of_the_oracle(engine: str) -> None:
    for number in CALLS:
        _, came, told = found(number, 1, engine)
        assert came in ("equal", "refused"), (number, told)
