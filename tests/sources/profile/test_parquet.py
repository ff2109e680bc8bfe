"""Profiles on disk: what comes back, and what is refused."""

from __future__ import annotations

import datetime
import decimal
import json
import os
import re
import signal
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pandas.testing import assert_frame_equal
from pyarrow import parquet

import pdkl
from pdkl.codes import labels
from tests.support.forged import resealed
from tests.support.profiles import COLUMNS, FRAME


@pytest.mark.parametrize(
    "values",
    [
        pd.Series(["a", None, "é\u2028"], dtype="str"),
        pd.Series(["a", None], dtype="string"),
        pd.Series(["a", 1, 1.5, True, None, 10**30, float("inf")], dtype=object),
        pd.Series([np.int64(3), np.float64(2.5), "x"], dtype=object),
        pd.Series([decimal.Decimal("1.50"), decimal.Decimal(2)], dtype=object),
        pd.Series([datetime.date(2024, 2, 29), None], dtype=object),
        pd.Series([1, 2], dtype="uint8"),
        pd.Series([2**63 + 1], dtype="uint64"),
        pd.Series([1, None], dtype="Int8"),
        pd.Series([0.1, np.inf, np.nan]),
        pd.Series([1.5], dtype="float32"),
        pd.Series([0.1, None], dtype="Float32"),
        pd.Series(["a", None], dtype=pd.StringDtype("python")),
        pd.Series([True, None], dtype="boolean"),
        pd.Series(pd.to_datetime(["2024-01-01", "NaT"])).dt.as_unit("ms"),
        pd.Series(pd.to_datetime(["2024-01-01", "NaT"])).dt.tz_localize("America/New_York"),
        pd.Series(pd.to_datetime(["2024-01-01T00:00+02:00"])),
        pd.Series(pd.to_timedelta([1, 2], unit="h")),
        pd.Series(pd.period_range("2024-01", periods=2, freq="M")),
        pd.Series(pd.interval_range(0, 3)),
        pd.Series(pd.Categorical(["b", None], ["c", "b", "a"], ordered=True)),
        pd.Series(pd.Categorical([2, 1], [2, 1, 3])),
        pd.Series(pd.Categorical([], ["b", 1.5, "a"])),
        pd.Series([None, None], dtype=object),
        pd.Series([], dtype="int16"),
        pd.Series(["a", None], dtype=pd.ArrowDtype(pa.string())),
        pd.Series([1, None], dtype=pd.ArrowDtype(pa.int32())),
    ],
    ids=lambda values: str(values.dtype),
)
@pytest.mark.parametrize("as_key", [False, True])
def test_every_dtype_comes_back(values: Any, as_key: bool, tmp_path: Path) -> None:
    frame = pd.DataFrame({"x": values})
    frame["y"] = "v"
    profile = frame.info_theory.profile("y" if as_key else "x", by="x" if as_key else None)
    profile.save(tmp_path / "p")
    back = pdkl.load_profile(tmp_path / "p")
    assert back == profile
    assert back.facts == profile.facts
    assert_frame_equal(back.head, profile.head)
    if as_key:
        assert_frame_equal(back._keys, profile._keys)
    else:
        one, two = back._columns["x"].labels, profile._columns["x"].labels
        assert [type(v) for v in names_of(one)] == [type(v) for v in names_of(two)]


def names_of(index: Any) -> list[Any]:
    return labels.as_objects(index)


def test_what_a_file_holds(tmp_path: Path) -> None:
    path = tmp_path / "p.parquet"
    profile = FRAME.info_theory.profile(
        [*COLUMNS, "size"], by="month", weights="count", bins={"size": 2}, max_categories=2
    )
    profile.save(str(path))
    table = parquet.read_table(path)
    assert table.column_names == ["column", "group", "category", "weight"]
    assert table["column"].unique().to_pylist() == list(range(len(profile.columns)))
    assert sum(table["weight"].to_pylist()) == profile.n * len(profile.columns)
    packed = table.schema.field("column").metadata[b"pdkl"]
    facts = json.loads(zlib.decompressobj().decompress(packed))
    assert [column["name"] for column in facts["columns"]] == profile.columns
    assert facts["made"] == {"pdkl": pdkl.__version__, "created": profile.facts["created"]}
    assert table.schema.metadata[b"seal"].startswith(b"pdkl profile version 2 sha256 ")
    assert os.listdir(tmp_path) == ["p.parquet"]
    assert path.stat().st_mode & 0o777 == 0o666 & ~umask()


def umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current


@pytest.mark.parametrize("name", [1, 2.5, True, "a b", datetime.date(2024, 1, 1)])
def test_names_of_columns_come_back(name: Any, tmp_path: Path) -> None:
    profile = pd.DataFrame({name: ["a"], "k": ["b"]}).info_theory.profile(name, by="k")
    profile.save(tmp_path / "p")
    back = pdkl.load_profile(tmp_path / "p")
    assert back == profile
    assert [type(column) for column in back.columns] == [type(name)]


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "p"
    profile = FRAME.info_theory.profile(COLUMNS, by="shop")
    profile.save(path)
    data = path.read_bytes()
    places = {*range(0, len(data), 41), *range(8), *range(len(data) - 8, len(data))}
    places |= set(range(data.rindex(b"pdkl profile version"), len(data), 5))
    for place in sorted(places):
        for flip in (1, 0x80):
            broken = bytearray(data)
            broken[place] ^= flip
            path.write_bytes(broken)
            with pytest.raises(ValueError, match=re.escape(repr(str(path)))):
                pdkl.load_profile(path)
    for length in [*range(0, len(data), 61), len(data) - 1, len(data) - 4]:
        path.write_bytes(data[:length])
        with pytest.raises(ValueError, match=re.escape(repr(str(path)))):
            pdkl.load_profile(path)
    path.write_bytes(data)
    assert pdkl.load_profile(path) == profile


def test_a_killed_save_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "p"
    profile = pd.DataFrame({"x": ["a"]}).info_theory.profile()
    profile.save(path)
    code = (
        "import os, signal, sys, pandas as pd, pdkl\n"
        "os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)\n"
        "pd.DataFrame({'x': ['b']}).info_theory.profile().save(sys.argv[1])\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert pdkl.load_profile(path) == profile
    (draft,) = [other for other in tmp_path.iterdir() if other != path]
    with pytest.raises(ValueError, match=r"is not a profile|is damaged") as caught:
        pdkl.load_profile(write(draft, draft.read_bytes()[:100]))
    assert str(caught.value) == (
        f"{str(draft)!r} is damaged: its end is missing. Save the profile again."
    )


def write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def test_a_failed_save_cleans_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        pd.DataFrame({"x": ["a"]}).info_theory.profile().save(tmp_path / "p")
    assert os.listdir(tmp_path) == []


def test_files_that_are_no_profiles(tmp_path: Path) -> None:
    def message(path: Path) -> str:
        with pytest.raises(ValueError, match="is") as caught:
            pdkl.load_profile(path)
        return str(caught.value).replace(repr(str(path)), "PATH")

    path = tmp_path / "p"
    assert message(write(path, b"a,b\n1,2\n")) == (
        "PATH is not a profile: it is no Parquet file. Write profiles with Profile.save."
    )
    pd.DataFrame({"x": ["a"]}).to_parquet(path)
    assert message(path) == (
        "PATH is not a profile, but another Parquet file. Write profiles with Profile.save."
    )
    pd.DataFrame({"x": ["a"]}).info_theory.profile().save(path)
    data = path.read_bytes()
    assert message(write(path, data[:-4])) == (
        "PATH is damaged: its end is missing. Save the profile again."
    )
    assert message(write(path, data.replace(b"zstd", b"zstd", 1)[:60] + b"?" + data[61:])) == (
        "PATH is damaged: its checksum does not agree with what it holds. Save the profile again."
    )
    newer = resealed(data.replace(b"pdkl profile version 2 ", b"pdkl profile version 7 "))
    assert message(write(path, newer)) == (
        "PATH is a profile in version 7 of the format, and this version of pdkl reads up to 2. "
        "Update pdkl to read it."
    )
    older = resealed(data.replace(b"pdkl profile version 2 ", b"pdkl profile version 1 "))
    assert message(write(path, older)) == (
        "PATH is a profile in version 1 of the format, and this version of pdkl reads version 2. "
        "Take the profile again, from its data."
    )
    with pytest.raises(FileNotFoundError):
        pdkl.load_profile(tmp_path / "nowhere")
    with pytest.raises(FileNotFoundError):
        pd.DataFrame({"x": ["a"]}).info_theory.profile().save(tmp_path / "no folder" / "p")


def test_what_is_no_file_is_neither_read_nor_replaced(tmp_path: Path) -> None:
    profile = pd.DataFrame({"x": ["a"]}).info_theory.profile()
    os.mkfifo(tmp_path / "pipe")
    pipe = str(tmp_path / "pipe")
    allowed = "path must be the name of a file"
    no_file = (
        "is a pipe or a device, not a file that can be read again. Write what comes from it to a "
        "file first."
    )
    wrong: list[tuple[Any, type[Exception], str]] = [
        (tmp_path / "pipe", ValueError, f"{pipe!r} {no_file}"),
        ("/dev/zero", ValueError, f"'/dev/zero' {no_file}"),
        (tmp_path, IsADirectoryError, f"{allowed}; {str(tmp_path)!r} is a folder."),
        ("", ValueError, f"{allowed}; got ''."),
        (None, TypeError, f"{allowed}; got None."),
        (b"p", TypeError, f"{allowed}; got b'p'."),
    ]
    for path, kind, problem in wrong:
        for use in (pdkl.load_profile, profile.save):
            with pytest.raises(kind) as caught:
                use(path)
            assert type(caught.value) is kind
            assert str(caught.value) == problem
    assert os.listdir(tmp_path) == ["pipe"]
    assert Path("/dev/zero").is_char_device()


def test_what_a_save_replaces_keeps_its_permissions(tmp_path: Path) -> None:
    path = tmp_path / "p"
    profile = pd.DataFrame({"x": ["a"]}).info_theory.profile()
    for mode in (0o600, 0o640, 0o444):
        write(path, b"")
        os.chmod(path, mode)
        profile.save(path)
        assert path.stat().st_mode & 0o777 == mode
        assert pdkl.load_profile(path) == profile
        path.unlink()


def test_a_link_stays_one(tmp_path: Path) -> None:
    profile = pd.DataFrame({"x": ["a"]}).info_theory.profile()
    (tmp_path / "folder").mkdir()
    place = tmp_path / "folder" / "p"
    (tmp_path / "link").symlink_to(place)
    for _ in range(2):  # the place is empty at first
        profile.save(tmp_path / "link")
        assert (tmp_path / "link").is_symlink()
        assert not place.is_symlink()
        assert pdkl.load_profile(tmp_path / "link") == pdkl.load_profile(place) == profile
        assert sorted(os.listdir(tmp_path)) == ["folder", "link"]
        assert os.listdir(tmp_path / "folder") == ["p"]
        os.chmod(place, 0o600)
    assert place.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("zone", [datetime.timezone(datetime.timedelta(hours=2), "mine")])
def test_zones_without_a_name_are_refused(zone: Any, tmp_path: Path) -> None:
    frame = pd.DataFrame({"x": pd.date_range("2024-01-01", periods=3, tz=zone)})
    with pytest.raises(TypeError) as caught:
        frame.info_theory.profile("x", bins={"x": 2}).save(tmp_path / "p")
    assert str(caught.value) == (
        "column 'x' is cut at times of the zone mine, which is no name that the file of a profile "
        "can hold. Convert it to a named zone with tz_convert before taking the profile."
    )


def test_profiles_without_rows_or_weight_come_back(tmp_path: Path) -> None:
    frame = pd.DataFrame({"x": ["a", "b"], "k": [1, 2], "w": [0, 0]})
    for profile in (
        frame[:0].info_theory.profile("x"),
        frame[:0].info_theory.profile("x", by="k"),
        frame.info_theory.profile("x", by="k", weights="w"),
        frame.astype({"w": float}).info_theory.profile("x", by="k", weights="w"),
    ):
        profile.save(tmp_path / "p")
        assert pdkl.load_profile(tmp_path / "p") == profile
