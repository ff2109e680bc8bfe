"""One bad column takes no other down, whatever is wrong with it and wherever the data are."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

import pdkl
from pdkl import InfoTheory
from tests.support.command import Command, pdkl_  # noqa: F401
from tests.support.engines import ENGINES, SOCKETS, Engine, _session
from tests.support.forged import fact, forged

SIZE = 60
GOOD: dict[str, Any] = {"x": ["u", "v"] * 30, "n": np.arange(SIZE) % 37 * 1.5}
UNHASHABLE = ". Turn them into something hashable first, such as tuples or text."


class Wild:
    """A cell that fails where it is hashed, put in order or written."""

    def __init__(self, does: str) -> None:
        self.does = does

    def _fail(self, what: str) -> None:
        if self.does == what:
            raise RuntimeError(f"no {what}")

    def __hash__(self) -> int:
        self._fail("hash")
        return 1

    def __lt__(self, other: object) -> bool:
        self._fail("order")
        return id(self) < id(other)

    def __str__(self) -> str:
        self._fail("text")
        return "wild"

    __repr__ = __str__


CELLS: dict[str, list[Any]] = {
    "lists": [[1]] * SIZE,
    "dictionaries": [{}] * SIZE,
    "arrays": [np.zeros(2)] * SIZE,
    "one hash": ["a"] * (SIZE - 1) + [Wild("hash")],
    "order": [Wild("order") for _ in range(SIZE)],
    "signalling": [Decimal("sNaN"), Decimal(1)] * 30,
}


def objects(values: list[Any]) -> pd.Series[Any]:
    column: pd.Series[Any] = pd.Series([None] * len(values), dtype=object)
    column[:] = values
    return column


def written(report: pdkl.Report) -> list[str]:
    return [str(text) for text in (report.to_html(), report.to_json(), report.to_junit())]


@pytest.mark.parametrize("cells", CELLS.values(), ids=CELLS)
def test_every_analysis_goes_on_without_it(cells: list[Any]) -> None:
    frame = pd.DataFrame({"x": GOOD["x"], "bad": objects(cells), "n": GOOD["n"]})
    good = frame[["x", "n"]]
    info, alone = InfoTheory(frame), InfoTheory(good)

    # what is told to be an identifier is not written, if it can be compared
    drift = info.drift(frame, kinds={"bad": "categorical"}, rng=0)
    assert drift["status"].tolist() == ["ok", "error", "ok"]
    assert drift["note"].iloc[1]
    pd.testing.assert_frame_equal(
        drift.drop(index=1).reset_index(drop=True)[["column", "n", "score", "unseen"]],
        alone.drift(good, rng=0)[["column", "n", "score", "unseen"]],
    )
    report = info.report(frame, rng=0)
    assert all(len(text.encode()) > 0 for text in written(report))
    for by, columns in ((None, ["x"]), ("x", ["n"])):
        with pytest.warns(UserWarning, match=r"^left out 'bad': ") as caught:
            found = info.explain(frame, [*columns, "bad"], by=by, bins={"n": 3}, n_resamples=9)
        assert caught[0].filename == __file__
        assert list(found.attrs["pdkl"]["left_out"]) == ["bad"]
        assert json.dumps(found.attrs)
        expected = alone.explain(good, columns, by=by, bins={"n": 3}, n_resamples=9)
        assert found["contribution"].tolist() == expected["contribution"].tolist()
    with pytest.warns(UserWarning, match=r"^left out 'bad': "):
        profile = info.profile(["x", "bad", "n"], bins={"n": 3})
    assert repr(profile) == "<pdkl.Profile of 60 rows: 'x', 'n', without 'bad'>"
    assert profile == alone.profile(["x", "n"], bins={"n": 3})


def test_what_cannot_be_written_is_not_shown() -> None:
    cells = objects([Wild("text") for _ in range(SIZE)])
    frame = pd.DataFrame({"x": GOOD["x"], "bad": cells, "n": GOOD["n"]})
    asked = {"kinds": {"bad": "categorical"}}
    for found in (
        frame.info_theory.drift(frame, **asked),
        frame.info_theory.report(frame, **asked).frame,
    ):
        assert found["status"].tolist() == ["ok", "error", "ok"]
        assert found["note"].iloc[1] == "RuntimeError: no text"


def test_without_another_column_the_error_is_raised() -> None:
    frame = pd.DataFrame({"bad": [[1]] * 4, "worse": [{}] * 4, "g": list("abab")})
    message = "column 'bad' .* cannot be counted: unhashable type: 'list'"
    for by in (None, "g"):
        with pytest.raises(TypeError, match=message):
            InfoTheory(frame).profile(["bad", "worse"], by=by)
        with pytest.raises(TypeError, match=message):
            InfoTheory(frame).explain(frame, ["bad", "worse"], by=by)


def test_a_bad_key_is_no_fault_of_the_columns() -> None:
    frame = pd.DataFrame({"x": list("abab"), "y": list("abba"), "g": [[1]] * 4})
    message = r"^column 'g' .* cannot be counted"
    with pytest.raises(TypeError, match=message):
        InfoTheory(frame).drift(frame, by="g")
    with pytest.raises(TypeError, match=message):
        InfoTheory(frame).profile(by="g")
    with pytest.raises(TypeError, match=message):
        InfoTheory(frame).explain(frame, by="g")


def test_half_a_surrogate_is_counted_and_written() -> None:
    frame = pd.DataFrame({"x": pd.Series(["\ud800", "b"] * 30, dtype=object), "y": "q"})
    report = InfoTheory(frame).report(frame.assign(x="b"), rng=0)
    assert report.frame["status"].tolist() == ["drift", "ok"]
    assert report.frame["top_category"].tolist()[0] == r"\ud800"
    assert all(len(text.encode()) > 0 for text in written(report))
    with pytest.raises(TypeError, match=r"^column 'x' .* file of a profile cannot hold"):
        InfoTheory(frame).profile().save("nowhere")


def test_a_rule_that_asks_for_ever_so_many_bins_gets_the_most() -> None:
    values = np.r_[np.arange(SIZE - 1) * 1e-9, 1e9]
    frame = pd.DataFrame({"x": values, "whole": (values * 1e9).astype(np.int64)})
    for rule in ("fd", "auto", "scott"):
        bins = dict.fromkeys(frame, rule)
        assert InfoTheory(frame).drift(frame, bins=bins)["kind"].tolist() == ["ordered"] * 2
        assert InfoTheory(frame).profile(bins=bins).columns == ["x", "whole"]
    far = pd.DataFrame({"x": pd.Series([10**400, -(10**400), 1] * 20, dtype=object)})
    found = InfoTheory(far).distribution("x", bins={"x": [0, 2]})
    assert found["count"].tolist() == [20, 20, 20]


# ---- wherever the data are ------------------------------------------------------------------

DAY = datetime.date(2024, 1, 1)
ARROW: dict[str, Any] = {
    "list": pa.array([[1.0]] * SIZE),
    "struct": pa.array([{"a": 1}] * SIZE),
    "map": pa.array([[("a", 1)]] * SIZE, pa.map_(pa.string(), pa.int64())),
    "list in a dictionary": pa.DictionaryArray.from_arrays(
        pa.array([0, 1] * 30), pa.array([[1], [2]])
    ),
    "union": pa.UnionArray.from_sparse(pa.array([0] * SIZE, pa.int8()), [pa.array([1] * SIZE)]),
    "no text": pa.Array.from_buffers(
        *(pa.string(), SIZE),
        [None, pa.py_buffer(np.arange(SIZE + 1, dtype=np.int32)), pa.py_buffer(b"\xff" * SIZE)],
    ),
    "no year": pa.array([2**31 - 1, -(2**31)] * 30, pa.int32()).view(pa.date32()),
    "no zone": pa.array([2**62, 1] * 30, pa.timestamp("ns", "Nowhere/Land")),
}
STORED = {"list", "struct", "map", "no text", "no year", "no zone"}  # in Parquet


@pytest.mark.parametrize("name", ARROW)
def test_arrow_and_files(name: str, tmp_path: Path) -> None:
    table = pa.table({"x": GOOD["x"], "bad": ARROW[name], "n": GOOD["n"]})
    holders = [InfoTheory(table)]
    if name in STORED:
        pq.write_table(table, tmp_path / "a.parquet")
        holders.append(pdkl.scan(tmp_path / "a.parquet"))
    for info in holders:
        drift = info.drift(info, rng=0)
        assert drift["status"].tolist() == ["ok", "error", "ok"]
        assert drift["note"].iloc[1].startswith("column 'bad' (dtype ")
        with pytest.warns(UserWarning, match=r"^left out 'bad': column 'bad' "):
            assert info.profile(["x", "bad"]).columns == ["x"]
        with pytest.warns(UserWarning, match=r"^left out 'bad': column 'bad' "):
            found = info.explain(info, ["x", "bad"], n_resamples=9)
        assert found["column"].tolist() == ["(not resolved)"]


@pytest.mark.parametrize("engine", [one for one in ENGINES if isinstance(one, Engine)])
def test_engines(engine: Engine) -> None:
    frame = pd.DataFrame({"x": GOOD["x"], "bad": objects([[1.0]] * SIZE), "n": GOOD["n"]})
    info = InfoTheory(engine.make(frame))
    assert info.drift(info, rng=0)["status"].tolist() == ["ok", "error", "ok"]
    with pytest.warns(UserWarning, match="^left out 'bad': column 'bad' "):
        assert info.profile(["x", "bad"]).columns == ["x"]


@pytest.mark.filterwarnings(SOCKETS)
def test_spark() -> None:
    rows = [(x, [1.0], float(n)) for x, n in zip(GOOD["x"], GOOD["n"], strict=True)]
    info = InfoTheory(_session().createDataFrame(rows, "x string, bad array<double>, n double"))
    assert info.drift(info, rng=0)["status"].tolist() == ["ok", "error", "ok"]


def test_a_page_that_is_damaged(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    table = pa.table({"x": GOOD["x"] * 30, "bad": rng.integers(0, 900, 1800), "n": [1.5] * 1800})
    whole, broken = tmp_path / "whole.parquet", tmp_path / "broken.parquet"
    pq.write_table(table, whole, use_dictionary=False)
    start = pq.ParquetFile(whole).metadata.row_group(0).column(1).data_page_offset
    data = bytearray(whole.read_bytes())
    data[start + 20 : start + 320] = bytes(300)
    broken.write_bytes(data)
    drift = pdkl.scan(broken).drift(pdkl.scan(whole), rng=0)
    assert drift["status"].tolist() == ["ok", "error", "ok"]
    assert drift["note"].iloc[1].startswith(f"file {str(broken)!r} cannot be read: ")


@pytest.mark.parametrize("first", [0, 40_000])  # in the piece that types are guessed from, or not
def test_text_in_another_encoding(first: int, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    lines = [b"u,%s,1.5" % (b"M\xfcller" if i >= first else b"y") for i in range(first + 200)]
    path.write_bytes(b"\n".join([b"x,bad,n", *(line.ljust(40, b"0") for line in lines)]))
    refused = f"file {str(path)!r} holds bytes that are no text in the encoding that it is read in"
    for info in (pdkl.scan(path), InfoTheory(ds.dataset(path, format="csv"))):
        drift = info.drift(info, rng=0)
        assert drift["status"].tolist() == ["ok", "error", "ok"]
        assert drift["note"].iloc[1].startswith(refused)
        assert info.entropy("x")["entropy"].tolist() == [0.0]
        with pytest.raises(ValueError, match=r"^file .* holds bytes that are no text"):
            info.entropy("bad")
    latin = pdkl.scan(path, encoding="latin-1")
    assert latin.drift(latin, rng=0)["status"].tolist() == ["ok"] * 3


# ---- profiles remember ----------------------------------------------------------------------


def without(bad: str = "bad") -> pdkl.Profile:
    frame = pd.DataFrame({"x": GOOD["x"], bad: objects([[1]] * SIZE), "y": "q"})
    with pytest.warns(UserWarning, match=f"^left out '{bad}'"):
        return InfoTheory(frame).profile()


def test_what_was_left_out_is_known_for_good(tmp_path: Path) -> None:
    profile = without()
    profile.save(tmp_path / "p")
    again = pdkl.load_profile(tmp_path / "p")
    assert again == profile
    why = "column 'bad' (dtype object) holds values that cannot be counted: unhashable type: 'list'"
    assert again.facts["left_out"] == {"bad": f"{why}{UNHASHABLE}"}
    today = pd.DataFrame({"x": GOOD["x"], "bad": "fine", "y": "q"})
    note = f"had to leave it out. {why}{UNHASHABLE}"
    for data, reference, side in ((today, again, "reference"), (again, today, "data")):
        found = InfoTheory(data).drift(reference, rng=0).set_index("column")
        assert found["status"].to_dict() == {"x": "ok", "bad": "error", "y": "ok"}
        assert found["note"]["bad"] == f"the profile that is {side} {note}"
    both = InfoTheory(again).drift(again).set_index("column")["status"]
    assert both.to_dict() == {"x": "ok", "y": "ok", "bad": "error"}
    assert InfoTheory(again).profile().facts["left_out"] == again.facts["left_out"]


def test_sums_are_of_what_all_have_counted() -> None:
    fine = InfoTheory(pd.DataFrame({"x": GOOD["x"], "bad": "fine", "y": "q"})).profile()
    for total in (without() + fine, fine + without(), without() + without()):
        assert (total.columns, list(total.facts["left_out"])) == (["x", "y"], ["bad"])
        assert total.n == 2 * SIZE
    with pytest.raises(ValueError, match=r"^profiles of different columns cannot be added"):
        without() + InfoTheory(pd.DataFrame({"x": GOOD["x"], "y": "q"})).profile()
    first = InfoTheory(pd.DataFrame({"x": ["a"], "y": objects([[1]])}))
    other = InfoTheory(pd.DataFrame({"x": objects([[1]]), "y": ["a"]}))
    with pytest.warns(UserWarning, match="left out"):
        parts = [first.profile(), other.profile()]
    with pytest.raises(ValueError, match=r"^profiles without a column that all of them have count"):
        parts[0] + parts[1]


@pytest.mark.parametrize(
    ("to", "reason"),
    [
        (1, "its description has int as 'left_out'"),
        ([{"name": "z"}], "its description lacks 'why'"),
        ([{"name": "z", "why": 1}], "its description has int as 'why'"),
        ([{"name": "x", "why": "z"}], "it has column 'x' in two places"),
    ],
)
def test_what_a_file_says_of_it_is_checked(to: Any, reason: str, tmp_path: Path) -> None:
    (tmp_path / "p").write_bytes(forged(without(), fact("left_out", to=to)))
    with pytest.raises(ValueError, match=f" is damaged: {reason}"):
        pdkl.load_profile(tmp_path / "p")


def test_bytes_and_times_of_day_are_kept(tmp_path: Path) -> None:
    times = [datetime.time(9, 30, 0, 1), None, datetime.time(0)]
    frame = pd.DataFrame({"t": objects(times), "b": objects([b"\xff", b"", None])})
    frame.info_theory.profile().save(tmp_path / "p")
    assert pdkl.load_profile(tmp_path / "p") == frame.info_theory.profile()


# ---- on the command line --------------------------------------------------------------------


def test_the_command_goes_on(pdkl_: Command) -> None:  # noqa: F811
    pq.write_table(pa.table({**GOOD, "bad": ARROW["list"]}), "a.parquet")
    told = "pdkl: left out 'bad': column 'bad' (dtype list<element: double>) holds values that"
    code, out, errors = pdkl_("drift", "a.parquet", "a.parquet")
    assert (code, errors) == (1, "")
    assert out.endswith("3 rows: 1 error, 2 ok\n")
    code, _, errors = pdkl_("profile", "a.parquet", "-o", "p")
    assert code == 0
    assert errors.startswith(told)
    assert errors.endswith("<pdkl.Profile of 60 rows: 'x', 'n', without 'bad'> (p)\n")
    code, out, errors = pdkl_("explain", "a.parquet", "a.parquet", "--columns", "x,bad")
    assert code == 0
    assert errors.startswith(told)
    assert errors.count("\n") == 1
    code, out, errors = pdkl_("explain", "a.parquet", "a.parquet", "--columns", "bad")
    assert (code, out) == (2, "")
    assert errors.startswith("pdkl: column 'bad' (dtype list<element: double>) holds values that")


def unused(_: Callable[[], Any]) -> None: ...
