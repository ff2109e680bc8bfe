"""Reports as names and numbers."""

from __future__ import annotations

import math
import re
from hashlib import blake2b

import numpy as np
import pandas as pd

import pdkl

DAY = np.arange(600)
BEFORE = pd.DataFrame(
    {
        "plan": np.where(DAY % 4, "free", "paid"),
        "age": pd.Series(20.0 + DAY % 50).where(DAY % 10 > 0),
        "user": [f"u{i}" for i in DAY],
        "shop": np.where(DAY % 3, "north", "south 1"),
    }
)
TODAY = BEFORE.assign(plan=np.where(DAY % 2, "free", "paid"))
TOTALS = [
    *("passed", "rows", "rows_drift", "rows_gone", "rows_error", "rows_empty", "rows_unsure"),
    *("rows_new", "rows_skipped", "rows_ok"),
]


def metrics(today: pd.DataFrame, before: pd.DataFrame, **keywords: object) -> dict[str, float]:
    report = pdkl.InfoTheory(today).report(before, rng=0, progress=False, **keywords)  # type: ignore[arg-type]
    return report.metrics()


def test_every_number_has_its_name() -> None:
    report = TODAY.info_theory.report(BEFORE, ["plan", "age", "user"], rng=0)
    plan, age, user = report.frame.to_dict("records")
    expected = {
        "pdkl_passed": 0,
        "pdkl_rows": 3,
        "pdkl_rows_drift": 1,
        "pdkl_rows_gone": 0,
        "pdkl_rows_error": 0,
        "pdkl_rows_empty": 0,
        "pdkl_rows_unsure": 0,
        "pdkl_rows_new": 0,
        "pdkl_rows_skipped": 1,
        "pdkl_rows_ok": 1,
    }
    for name, row in (("plan", plan), ("age", age), ("user", user)):
        for field in ("score", "excess", "p_adjusted", "missing", "n"):
            if pd.notna(row[field]):
                expected[f"pdkl__{name}__{field}"] = row[field]
    found = report.metrics()
    assert found == expected
    assert list(found) == list(expected)
    assert {type(value) for value in found.values()} == {int, float}
    assert (found["pdkl__age__missing"], found["pdkl__plan__n"]) == (0.1, 600)
    assert "pdkl__user__score" not in found


def test_segments_are_named() -> None:
    found = metrics(TODAY, BEFORE, columns="plan", by="shop")
    digest = blake2b(b"south 1", digest_size=6).hexdigest()
    fields = ("score", "excess", "p_adjusted", "missing", "n")
    assert list(found) == [f"pdkl_{name}" for name in TOTALS] + [
        f"pdkl__plan__{segment}__{field}"
        for segment in ("north", f"south_1_{digest}")
        for field in fields
    ]


def test_what_has_no_value_is_left_out() -> None:
    found = metrics(TODAY.assign(extra="x").drop(columns="age"), BEFORE)
    for name, n in (("extra", 600), ("age", 0)):
        own = {key: value for key, value in found.items() if key.startswith(f"pdkl__{name}__")}
        assert own.pop(f"pdkl__{name}__n") == n
        assert set(own) <= {f"pdkl__{name}__missing"}
    assert (found["pdkl_rows_new"], found["pdkl_rows_gone"], found["pdkl_passed"]) == (1, 1, 0)


def test_scores_may_be_infinite() -> None:
    report = TODAY.info_theory.report(BEFORE, "plan", rng=0)
    report.frame["score"] = math.inf
    assert report.metrics()["pdkl__plan__score"] == math.inf


def test_names_are_safe_and_never_the_same() -> None:
    odd = ["a b", "a_b", "a.b", "a__b", "_a", "a", "a_", "Größe", "größe", "日本", "中国", "1", ""]
    odd += ["A b", "a\nb", "a\\nb", "a_000000000000", "deadbeef0000", "passed", "rows", "x__score"]
    odd.append(f"a_b_{blake2b(b'a b', digest_size=6).hexdigest()}")
    frame = pd.DataFrame({name: ["u", "v"] * 20 for name in odd})
    frame[1] = frame["1"]  # its text is that of another
    found = metrics(frame, frame)
    assert len(found) == len(TOTALS) + 5 * (len(odd) + 1)
    assert all(re.fullmatch(r"[a-z][a-zA-Z0-9_]*", name) for name in found)
    assert {"pdkl__a_b__score", "pdkl__a__score", "pdkl__1__score"} <= set(found)


def test_names_stay_when_others_come_and_go() -> None:
    renamed = {"age": "the age", "plan": "the_age"}
    today, before = (frame.rename(columns=renamed) for frame in (TODAY, BEFORE))
    alone, together = metrics(today[["the age"]], before[["the age"]]), metrics(today, before)
    assert set(alone) < set(together)
    name = "pdkl__the_age_" + blake2b(b"the age", digest_size=6).hexdigest() + "__score"
    assert alone[name] == together[name]


def test_weights_and_shares_that_are_given() -> None:
    weighted = TODAY.assign(w=0.5)
    found = metrics(weighted, BEFORE.assign(w=0.5), columns="plan", weights="w")
    assert found["pdkl__plan__n"] == 300.0
    assert "pdkl__plan__excess" not in found  # fractional weights are not tested
    report = TODAY.info_theory.report({"plan": {"free": 0.5, "paid": 0.5}}, rng=0)
    assert report.metrics()["pdkl_passed"] == 1
