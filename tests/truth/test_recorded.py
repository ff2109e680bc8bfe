"""The package gives the answers that it gave: random calls of every method, as recorded."""

import pytest

from tests.truth.calls import NUMBER, differs, recorded

EVERY = 4  # one of so many is asked here; all of them by: python -m tests.truth.calls --check
ANSWERS = recorded()


def test_all_answers_are_recorded() -> None:
    assert len(ANSWERS) == NUMBER


@pytest.mark.parametrize("start", range(0, NUMBER, 200))
def test_answers_are_those_recorded(start: int) -> None:
    asked = range(start, start + 200, EVERY)
    assert [number for number in asked if differs(number, *ANSWERS[number])] == []
