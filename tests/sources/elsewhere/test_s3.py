"""A store as Amazon's S3 is one: found, read and refused by the rules of files on this machine."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pandas as pd
import pyarrow as pa
import pyarrow.fs
import pytest

import pdkl
from pdkl import InfoTheory, scan
from tests.sources.test_locations import SMALL, counts, write
from tests.support.command import Command, pdkl_
from tests.support.servers import PASSWORD, free_port

__all__ = ["pdkl_"]
TREE = [
    "one/a.parquet", "one/b.parquet", "one/_SUCCESS", "one/.a.parquet.crc", "two/a.parquet",
    "two/deep/er/c.parquet", "two/_old/a.parquet", ".hidden/a.parquet", "k=x/a.parquet",
    "k=y/a.parquet", "a[1].parquet",
]  # fmt: skip


@pytest.fixture
def bucket(s3: str, request: pytest.FixtureRequest) -> Any:
    """Make a bucket; give its name, and the file system to fill it."""
    store = pa.fs.S3FileSystem(endpoint_override=s3, allow_bucket_creation=True)
    name = f"bucket-{abs(hash(request.node.name))}"
    store.create_dir(name)
    return name, pa.fs.SubTreeFileSystem(name, store)


def fill(bucket: Any, folder: Path) -> None:
    pa.fs.copy_files(str(folder), "", destination_filesystem=bucket[1])


@pytest.fixture
def tree(bucket: Any, tmp_path: Path) -> tuple[str, Path]:
    """Put the same files into a bucket and a folder."""
    folder = tmp_path / "tree"
    for name in TREE:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        if name.endswith("parquet"):
            write(SMALL.drop_columns(["k"]), folder / name)
        else:
            (folder / name).write_text("")
    fill(bucket, folder)
    return bucket[0], folder


@pytest.mark.parametrize(
    "path",
    [
        "one", "one/", "two", "one/a.parquet", "*/a.parquet", "**/*.parquet", "two/**", "two/*",
        "[!_.]*/a.parquet", "two/**/c.parquet", "k=*", "k=?/*.parquet", "one/[ab].*",
        "a[1].parquet", "**/a.parquet", ".hidden/*", "two/_*/*", "",
    ],
)  # fmt: skip
def test_the_same_files_as_on_this_machine(path: str, tree: tuple[str, Path]) -> None:
    name, folder = tree
    here: Any = scan(f"{folder}/{path}")._data
    there: Any = scan(f"s3://{name}/{path}")._data
    assert sorted(there.files) == sorted(
        file.replace(str(folder), name).replace("//", "/") for file in here.files
    )


def test_the_same_answers_as_on_this_machine(bucket: Any, tmp_path: Path) -> None:
    for ending in ("parquet", "csv", "csv.gz", "feather", "jsonl"):
        write(SMALL, tmp_path / f"a.{ending}")
    fill(bucket, tmp_path)
    for path in tmp_path.iterdir():
        there = scan(f"s3://{bucket[0]}/{path.name}")
        assert counts(there) == counts(scan(path)) == {"a": 2, "b": 1, None: 1}
        pd.testing.assert_frame_equal(
            there.entropy("v", by="k", base="bit"), scan(path).entropy("v", by="k", base="bit")
        )
    assert counts(scan([f"s3://{bucket[0]}/a.csv", f"s3://{bucket[0]}/a.csv.gz"]))["a"] == 4


def test_folders_make_columns(tree: tuple[str, Path]) -> None:
    assert scan(f"s3://{tree[0]}/k=*").entropy("v", by="k")["k"].tolist() == ["x", "y"]


def test_messages_name_the_address(bucket: Any, tmp_path: Path) -> None:
    name = bucket[0]
    write(SMALL, tmp_path / "0.parquet")
    write(SMALL.drop_columns(["k"]), tmp_path / "1.parquet")
    (tmp_path / "text.txt").write_text("v")
    (tmp_path / "line.jsonl").write_text('{"v": 1}')
    (tmp_path / "empty.csv.gz").write_bytes(gzip.compress(b""))
    fill(bucket, tmp_path)
    with pytest.raises(ValueError, match="no column") as error:
        scan(f"s3://{name}/*.parquet").entropy("k")
    assert str(error.value).startswith(f"file 's3://{name}/1.parquet' has no column 'k', which")
    for path, kind, message in (
        ("text.txt", ValueError, f"path finds 's3://{name}/text.txt', whose extension is none of "),
        ("line.jsonl", ValueError, f"file 's3://{name}/line.jsonl' is one line of JSON without a"),
        ("", ValueError, "path finds 's3://"),
        ("empty.csv.gz", ValueError, f"file 's3://{name}/empty.csv.gz' cannot be read: "),
        ("none/*.csv", FileNotFoundError,
         f"path finds no file: there is no 's3://{name}/none/*.csv', nor a match for it."),
        ("none.csv", FileNotFoundError,
         f"path finds no file: there is no 's3://{name}/none.csv', nor a match for it."),
    ):  # fmt: skip
        with pytest.raises(kind) as refused:
            scan(f"s3://{name}/{path}")
        assert str(refused.value).startswith(message)


ENVIRONMENT = (
    "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_REGION, and AWS_ENDPOINT_URL where the store "
    "is not Amazon's."
)


@pytest.mark.parametrize(
    ("path", "kind", "message"),
    [
        ("s3://no-bucket/a.csv", FileNotFoundError,
         "path finds no file: there is no bucket 'no-bucket', which 's3://no-bucket/a.csv' is in."),
        ("s3://", ValueError,
         "path must name a bucket, such as 's3://bucket/folder/*.parquet'; got 's3://'."),
        ("s3://*/a.csv", ValueError,
         "path must name a bucket, such as 's3://bucket/folder/*.parquet'; got 's3://*/a.csv'."),
        (f"s3://who:{PASSWORD}/x@bucket/a.csv", ValueError,
         "path must hold no key, password or signature, as 's3://bucket/a.csv' was given with. Say "
         f"in the environment what opens it: {ENVIRONMENT}"),
        (f"s3://bucket/a.csv?X-Amz-Signature={PASSWORD}", ValueError,
         "path must hold no key, password or signature, as 's3://bucket/a.csv' was given with. Say "
         f"in the environment what opens it: {ENVIRONMENT}"),
        (["s3://bucket/a.csv", "b.csv"], ValueError,
         "path must find files in one place; it names 's3://bucket/a.csv' and 'b.csv'. Count them "
         "one by one."),
    ],
)  # fmt: skip
def test_what_is_refused(path: Any, kind: type[Exception], message: str, s3: str) -> None:
    with pytest.raises(kind) as error:
        scan(path)
    assert str(error.value) == message


def test_a_store_that_is_not_there(s3: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    with pytest.raises(ConnectionError) as error:
        scan("s3://bucket/a.csv")
    message = str(error.value)
    assert message.startswith("path 's3://bucket/a.csv' cannot be read: When getting information")
    assert message.endswith(f"Check the name, and what opens it in the environment: {ENVIRONMENT}")
    assert PASSWORD not in message


def test_who_may_not_read(
    bucket: Any, s3: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(SMALL, tmp_path / "a.parquet")
    fill(bucket, tmp_path)
    plain = {"Content-Type": "text/plain"}  # how many more calls need no permission
    urlopen(Request(f"{s3}/moto-api/reset-auth", b"0", plain)).close()
    try:
        with pytest.raises(PermissionError) as error:
            scan(f"s3://{bucket[0]}/a.parquet")
    finally:
        urlopen(Request(f"{s3}/moto-api/reset-auth", b"inf", plain)).close()
    assert str(error.value).startswith(f"path 's3://{bucket[0]}/a.parquet' cannot be read: When ")
    assert PASSWORD not in str(error.value)


def test_the_command_asks_a_store(pdkl_: Command, bucket: Any, tmp_path: Path) -> None:
    name = bucket[0]
    assert pdkl_("profile", "before.parquet", "-o", "ref.parquet")[0] == 0
    for file in ("before", "today", "ref"):
        pa.fs.copy_files(f"{tmp_path}/{file}.parquet", f"may/{file}.parquet",
                         destination_filesystem=bucket[1])  # fmt: skip
    (tmp_path / "plan.json").write_text('{"plan": {"free": 0.75, "paid": 0.25}}')
    pa.fs.copy_files(f"{tmp_path}/plan.json", "plan.json", destination_filesystem=bucket[1])
    local = pdkl_("drift", "before.parquet", "today.parquet", "--format", "csv")
    assert local[0] == 1
    may = f"s3://{name}/may"
    assert pdkl_("drift", f"{may}/before.parquet", f"{may}/t*.parquet", "--format", "csv") == local
    counted = pdkl_("drift", "ref.parquet", "today.parquet", "--format", "csv")
    for ref in (f"{may}/ref.parquet", f"{may}/r*"):
        assert pdkl_("drift", ref, f"{may}/today.parquet", "--format", "csv") == counted
    assert pdkl.load_profile(f"{may}/ref.parquet").n == 600
    code, out, _ = pdkl_("drift", f"s3://{name}/plan.json", f"{may}/before.parquet", "--columns",
                         "plan", "--format", "markdown")  # fmt: skip
    assert code == 0
    assert "plan.json" in out
    assert "before.parquet" in out
    code, _, errors = pdkl_("entropy", may)
    assert (code, errors) == (
        2, f"pdkl: 's3://{name}/may/ref.parquet' is a saved profile, not rows, and is one of 3 "
        "files. Name it alone; several profiles are added by: pdkl merge.\n",
    )  # fmt: skip
    assert pdkl_("divergence", f"{may}/today.parquet", "--columns", "plan", "--reference",
                 f"{may}/before.parquet")[0] == 0  # fmt: skip


def test_what_is_written_stays_here(pdkl_: Command, s3: str) -> None:
    code, _, errors = pdkl_("drift", "before.parquet", "today.parquet", "-o", "s3://bucket/d.html")
    assert (code, errors) == (
        2, "pdkl: cannot write 's3://bucket/d.html': outputs are files on this machine. Write it "
        "here, and copy it. Try: pdkl drift --help\n",
    )  # fmt: skip
    code, _, errors = pdkl_("baseline", "update", "s3://bucket/ref.parquet", "today.parquet")
    assert (code, errors) == (
        2, "pdkl: path must be a file on this machine; got 's3://bucket/ref.parquet'. A baseline "
        "is written over where it is read: fetch it, and copy it back.\n",
    )  # fmt: skip
    with pytest.raises(ValueError, match="machine") as error:
        InfoTheory(SMALL).profile().save("s3://bucket/ref.parquet")
    assert str(error.value) == (
        "path must be a file on this machine; got 's3://bucket/ref.parquet'. Save the profile "
        "here, and copy it."
    )
