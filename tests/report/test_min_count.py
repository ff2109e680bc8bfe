"""Reports with min_count: what is told of rare categories, small groups and few missing values."""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest

import pdkl
from tests.core.test_suppression import compositions
from tests.support.reports import counted, outputs


def reported(today: pd.DataFrame, before: Any, **keywords: Any) -> pdkl.Report:
    settings = {"rng": 0, "progress": False, "n_resamples": 19} | keywords
    return pdkl.InfoTheory(today).report(before, **settings)


def everything(report: pdkl.Report) -> dict[str, str]:
    """Return all that a report publishes, to the last bit."""
    frames = {
        name: frame.to_json(double_precision=15) + str(frame.dtypes)
        for name, frame in (("frame", report.frame), ("categories", report.categories))
    }
    return outputs(report) | frames | {"attrs": str(report.frame.attrs)}


@pytest.mark.parametrize(
    ("today", "before", "kept", "other"),
    [
        ({"a": 50, "b": 60, "c": 3, "d": 4}, {"a": 50, "b": 50, "c": 40, "d": 40}, "ab", (7, 80)),
        ({"a": 50, "b": 40, "c": 3}, {"a": 50, "b": 50, "c": 50}, "a", (43, 100)),
        ({"a": 50, "b": 3, "c": 60}, {"a": 50, "b": 50, "c": 3}, "a", (63, 53)),
        ({"a": 50, "b": 60}, {"a": 50, "c": 60}, "abc", None),
        ({"a": 97, "b": 3}, {"a": 50}, "", (100, 50)),
    ],
)
def test_all_is_computed_from_what_is_shown(
    today: dict[str, int], before: dict[str, int], kept: str, other: tuple[int, int] | None
) -> None:
    report = reported(counted(**today), counted(**before), columns="x", min_count=5)
    found = report.categories
    assert "categories" not in found
    shown = {
        row["category"]: (row["count"], row["count_reference"]) for row in found.to_dict("records")
    }
    assert shown.pop("(other)", None) == other
    assert set(shown) == set(kept)
    # a report on the folded rows themselves scores the same
    here, there = (
        counted(
            **{name: size for name, size in side.items() if name in kept},
            **({} if other is None else {"other": size}),
        )
        for side, size in zip((today, before), other or (0, 0), strict=True)
    )
    (row,), (again,) = (
        one.frame.to_dict("records")
        for one in (report, reported(here, there, columns="x", min_count=None))
    )
    assert pd.isna(row["top_category"]) or row["top_category"] in {*kept, "(other)"}
    for name, value in again.items():
        if name not in ("kind", "top_category", "out_of_range"):
            assert row[name] == value or (pd.isna(row[name]) and pd.isna(value)), name
    assert report.frame.attrs["pdkl"]["min_count"] == 5


@pytest.mark.parametrize("keywords", [{}, {"dropna": True}, {"redact": True}])
@pytest.mark.parametrize("match", [None, False])
@pytest.mark.parametrize("seed", range(6))
def test_nothing_changes_where_folded_categories_exchange_their_rows(
    seed: int, match: bool | None, keywords: dict[str, Any]
) -> None:
    rng = np.random.default_rng(seed)
    names = np.array([*"abcdefgh", None], dtype=object)
    rows = {}
    for side in ("today", "before"):
        for group in ("north", "south"):
            rows[side, group] = rng.poisson(rng.choice([0.5, 3.0, 12.0, 40.0], size=9))
    whole = rows["before", "north"] + rows["before", "south"]

    def frame(side: str, place: dict[str, Any]) -> pd.DataFrame:
        return pd.concat(
            pd.DataFrame({"x": np.repeat(names[place[group]], rows[side, group]), "by": group})
            for group in ("north", "south")
        )

    def report(place: dict[str, Any]) -> pdkl.Report:
        today, before = frame("today", place), frame("before", place)
        return reported(today, before, by="by", match=match, min_count=5, **keywords)

    same = dict.fromkeys(("north", "south"), np.arange(9))
    first = report(same)
    plain = first
    if "redact" in keywords:
        today, before = frame("today", same), frame("before", same)
        plain = reported(today, before, by="by", match=match, min_count=5)
    moved = dict(same)
    for row, group in enumerate(("north", "south")):
        shown = set(plain.categories.loc[plain.categories["row"] == row, "category"])
        occurs = rows["today", group] + (whole if match is False else rows["before", group])
        folded = [
            i for i, name in enumerate(names) if occurs[i] and (name or "(missing)") not in shown
        ]
        if "dropna" in keywords and pd.notna(plain.frame["missing"][row]):
            folded = [i for i in folded if i < 8]
        place = np.arange(9)
        place[folded] = rng.permutation(folded)
        moved[group] = place
    if match is False:  # one reference for both: they fold alike
        moved["south"] = moved["north"]
    assert everything(report(moved)) == everything(first)


@pytest.mark.parametrize("dropna", [False, True])
@pytest.mark.parametrize(
    ("n", "n_reference", "names", "min_count"),
    [
        (6, 5, ["a", "b", "c"], 3),
        (5, 5, ["a", "b", None], 2),
        (6, 6, ["a", "b", None], 4),
        (7, 0, ["a", "b", "c", None], 3),
    ],
)
def test_no_rare_count_can_be_told(
    n: int, n_reference: int, names: list[str | None], min_count: int, dropna: bool
) -> None:
    sides = [list(compositions(size, len(names))) for size in (n, n_reference)]
    tables = [np.array(pair) for pair in product(*sides)]

    def frame(side: int) -> pd.DataFrame:
        counts = np.concatenate([table[side] for table in tables])
        values = np.array(names * len(tables), dtype=object).repeat(counts)
        table = np.repeat(np.arange(len(tables)), len(names)).repeat(counts)
        return pd.DataFrame({"x": values, "table": table})

    # a group for each table there could be: the rows tell what a report on each would
    report = reported(
        frame(0),
        frame(1),
        columns="x",
        by="table",
        match=True,
        dropna=dropna,
        min_count=min_count,
        n_resamples=1,
    )
    # what goes by draws differs between the groups of one report for that reason alone
    drawn = r"excess|noise_floor|p_.*|table"
    facts = report.frame[[name for name in report.frame if not re.fullmatch(drawn, str(name))]]
    facts = facts.replace({"status": {"drift": "ok", "unsure": "ok", "empty": "ok"}})
    facts = facts.join(report.others)
    shown: dict[int, list[Any]] = defaultdict(list)
    for entry in report.categories.to_dict("records"):
        shown[entry.pop("row")].append(entry)
        if "other" in entry["flag"]:
            for count in (entry["count"], entry["count_reference"]):
                assert count == 0 or count >= min_count
    possible: dict[str, list[Any]] = defaultdict(list)
    for i, (table, fact) in enumerate(zip(tables, facts.to_dict("records"), strict=True)):
        possible[f"{fact} {shown[i]}"].append(table)
    for published, those in possible.items():
        every = np.array(those)
        known = (every == every[0]).all(axis=0)
        assert not (known & (every[0] > 0) & (every[0] < min_count)).any(), (published, every[0])


def test_groups_of_few_rows_are_not_scored() -> None:
    sizes = {"a": (100, 100), "b": (4, 100), "c": (100, 4), "d": (3, 0), "e": (100, 0)}
    today, before = (
        pd.concat(
            pd.DataFrame({"x": (["u", "v"] * 50)[: size[side]], "shop": shop})
            for shop, size in sizes.items()
        )
        for side in (0, 1)
    )
    report = reported(today, before, by="shop", min_count=5)
    frame = report.frame.set_index("shop")
    few = "not scored: a side has too few rows (min_count)"
    none = "reference has no such group"
    assert frame["status"].tolist() == ["ok", "ok", "ok", "new", "new"]
    assert frame["note"].tolist() == ["", few, few, none, none]
    assert frame["n"].fillna(-1).tolist() == [100, -1, 100, -1, 100]
    assert frame["n_reference"].fillna(-1).tolist() == [100, 100, -1, 0, 0]
    hidden = frame.loc[["b", "c", "d"]].drop(
        columns=[
            *("column", "status", "measure", "note", "kind", "threshold", "alpha"),
            *("n", "n_reference"),
        ]
    )
    assert hidden.isna().all(axis=None)
    assert set(report.categories["row"]) == {0, 4}
    # what the others leave of the total would tell
    settings = report.frame.attrs["pdkl"]
    assert (settings["rows"], settings["rows_reference"]) == (None, None)
    assert "an unknown number against an unknown number" in str(report.to_html())
    assert reported(today, before, min_count=5).frame.attrs["pdkl"]["rows"] == len(today)


def test_a_shared_reference_is_folded_alike_for_all() -> None:
    # were "a" folded in the north alone, the south's 50 would tell what (other) hides there
    before = counted(a=50, b=60, c=3)
    today = pd.concat(
        [counted(a=30, b=90, c=10).assign(by="n"), counted(a=90, b=30, c=10).assign(by="s")]
    )
    report = reported(today, before, columns="x", by="by", min_count=5)
    shown = report.categories.groupby("row")["category"].agg(set)
    assert shown.iloc[0] == shown.iloc[1]
    other = report.categories[report.categories["flag"] == "other"]
    assert len(set(other["count_reference"])) == 1


@pytest.mark.parametrize("dropna", [False, True])
def test_few_missing_values_are_folded_too(dropna: bool) -> None:
    def frame(a: int, b: int, missing: int) -> pd.DataFrame:
        return pd.DataFrame({"x": np.repeat(np.array(["a", "b", None]), [a, b, missing])})

    few = reported(frame(60, 40, 3), frame(60, 43, 0), min_count=5, dropna=dropna)
    row = few.frame.iloc[0]
    assert (row["n"], row["n_reference"]) == (103, 103)
    assert np.isnan(row["missing"])
    assert np.isnan(row["missing_reference"])
    assert set(few.categories["category"]) == {"a", "(other)"}
    many = reported(frame(60, 40, 25), frame(60, 40, 0), min_count=5, dropna=dropna)
    row = many.frame.iloc[0]
    assert (row["missing"], row["missing_reference"]) == (0.2, 0.0)
    assert row["n"] == (100 if dropna else 125)
    assert ("(missing)" in set(many.categories["category"])) != dropna
    settings = many.frame.attrs["pdkl"]
    assert (settings["missing"], settings["missing_reference"]) == (None, None)
    assert "(None" not in str(many.to_html())


@pytest.mark.parametrize("missing", [0, 1, 4])
def test_identifiers_do_not_tell_few_missing_values(missing: int) -> None:
    before = pd.DataFrame({"id": [f"i{i}" for i in range(200)]})
    today = before.assign(id=before["id"].where(before.index >= missing))
    report = reported(today, before, min_count=5, dropna=True)
    row = report.frame.iloc[0]
    assert (row["kind"], row["n"]) == ("identifier", 200)
    assert np.isnan(row["missing"])


def test_blocks_are_folded_with_their_categories() -> None:
    names = np.repeat([*"abcd"], [60, 50, 3, 4])
    today = pd.DataFrame({"x": names, "block": np.arange(len(names)) % 13})
    moved = today.assign(x=today["x"].replace({"c": "d", "d": "c"}))
    settings = {"columns": "x", "blocks": "block", "min_count": 5}
    first, again = reported(today, today, **settings), reported(moved, moved, **settings)
    assert np.isfinite(first.frame["p_value"][0])
    assert everything(first) == everything(again)


def test_bins_beyond_the_reference_are_not_told() -> None:
    before = pd.DataFrame({"x": np.arange(1000) / 7})
    inside, outside = before.copy(), before.copy()
    outside.loc[:2, "x"] = -5.0
    shares = [
        reported(today, before, min_count=10).frame["out_of_range"][0]
        for today in (inside, outside)
    ]
    assert shares[0] == 0.0
    assert np.isnan(shares[1])


def test_numbers_for_names_leave_no_gap() -> None:
    today = counted(a=3, b=50, c=2, d=60, e=4, f=70)
    report = reported(today, today, columns="x", min_count=5, redact=True)
    assert set(report.categories["category"]) == {
        "category 1",
        "category 2",
        "category 3",
        "(other)",
    }


def test_what_a_profile_has_lumped_is_folded_with_the_rest() -> None:
    before = counted(a=50, b=60, c=30, d=40, e=3)
    profile = pdkl.InfoTheory(before).profile("x", max_categories=3)
    report = reported(before, profile, min_count=5)
    shown = report.categories.set_index("category")["count"].to_dict()
    assert shown == {"a": 50, "b": 60, "d": 40, "(other)": 33}
    assert "folded" not in report.frame.attrs["pdkl"]  # how many the profile has lumped
    few = counted(a=50, b=60, c=30, d=2, e=3)
    shown = reported(few, profile, min_count=5).categories.set_index("category")["count"].to_dict()
    assert shown == {"a": 50, "b": 60, "(other)": 35}
