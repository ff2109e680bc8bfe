"""The rules that tell the kind of a column, from facts alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pdkl.counting.kind_rules import Facts, Nature, Side, Verdict, common_from, kind_of

TEXT = Side(rows=100, distinct=80, once=50)
IDS = Side(rows=100, distinct=100, once=100, apart=100, apart_distinct=100, apart_high=99, high=95)
EPOCHS = replace(IDS, apart_low=10**9, apart_high=2 * 10**9)
LATER = replace(IDS, apart_low=3 * 10**9, apart_high=4 * 10**9)
DAYS = Side(rows=100, distinct=100, low=10, middle=50, high=90)
FEW = Side(rows=100, distinct=20)


def kind(nature: Nature, reference: Side, today: Side, distinct: int = 100, **facts: Any) -> str:
    return kind_of(Facts(nature, reference, today, distinct, **facts)).kind


@pytest.mark.parametrize(
    ("nature", "reference", "today", "facts", "expected"),
    [
        ("label", TEXT, TEXT, {}, "identifier"),
        ("label", replace(TEXT, once=49), TEXT, {}, "categorical"),
        ("label", TEXT, replace(TEXT, once=49), {}, "categorical"),
        ("label", TEXT, replace(TEXT, rows=20, distinct=20, once=20), {}, "categorical"),
        ("label", TEXT, replace(TEXT, rows=21, distinct=21, once=21), {}, "identifier"),
        ("label", TEXT, TEXT, {"levels": True}, "categorical"),
        ("label", TEXT, TEXT, {"ordered": True}, "ordered"),
        ("number", IDS, IDS, {"distinct": 1}, "categorical"),
        ("time", DAYS, DAYS, {"distinct": 1}, "categorical"),
        ("number", FEW, FEW, {"distinct": 20}, "categorical"),
        ("number", FEW, FEW, {"distinct": 21}, "ordered"),
        ("number", replace(FEW, rows=99), FEW, {"distinct": 20}, "ordered"),
        ("number", FEW, replace(FEW, rows=5), {"distinct": 20}, "categorical"),
        ("length", FEW, FEW, {"distinct": 20}, "ordered"),
        ("time", DAYS, DAYS, {}, "ordered"),
        ("time", DAYS, replace(DAYS, middle=90), {}, "ordered"),
        ("time", DAYS, replace(DAYS, middle=91), {}, "clock"),
        ("time", DAYS, replace(DAYS, middle=9), {}, "clock"),
        ("number", DAYS, replace(DAYS, middle=91), {}, "ordered"),
        ("number", EPOCHS, LATER, {"whole": True}, "clock"),
        ("number", EPOCHS, EPOCHS, {"whole": True}, "ordered"),
        ("number", EPOCHS, LATER, {}, "ordered"),
        ("number", replace(EPOCHS, apart_low=10**9 - 1), LATER, {"whole": True}, "ordered"),
        ("number", IDS, IDS, {"whole": True}, "identifier"),
        ("number", IDS, IDS, {}, "ordered"),
        ("number", IDS, replace(IDS, apart_high=10**6), {"whole": True}, "identifier"),
        ("number", *[replace(IDS, apart_high=1649)] * 2, {"whole": True}, "identifier"),
        ("number", *[replace(IDS, apart_high=1650)] * 2, {"whole": True}, "ordered"),
        ("number", IDS, replace(IDS, apart_distinct=99), {"whole": True}, "ordered"),
        ("number", IDS, replace(IDS, rows=201), {"whole": True}, "ordered"),
        ("number", IDS, replace(IDS, rows=200), {"whole": True}, "identifier"),
    ],
)
def test_the_first_rule_that_fits(
    nature: Nature, reference: Side, today: Side, facts: dict[str, Any], expected: str
) -> None:
    assert kind(nature, reference, today, **facts) == expected


def test_it_says_why() -> None:
    assert kind_of(Facts("label", TEXT, TEXT, 80)) == Verdict(
        "identifier", "50 of 100 values occur once"
    )
    assert kind_of(Facts("time", DAYS, replace(DAYS, middle=99), 80)) == Verdict(
        "clock", "most times lie outside those of the reference"
    )


@pytest.mark.parametrize(
    ("rows", "reference", "least"), [(60, 60, 5), (500, 10**6, 5), (10**4, 2000, 20)]
)
def test_common_values(rows: int, reference: int, least: float) -> None:
    assert common_from(rows, reference) == least
