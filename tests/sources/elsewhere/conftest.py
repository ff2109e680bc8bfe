"""The servers, each started once; where what serves them is not installed, no file is collected."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import servers

# `.ci/run` installs it for the newest dependencies alone
collect_ignore_glob = ["test_*.py"] if servers.LACKS else []
S3 = {
    "AWS_ACCESS_KEY_ID": "who",
    "AWS_SECRET_ACCESS_KEY": servers.PASSWORD,
    "AWS_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    with servers.store() as address:
        yield address


@pytest.fixture
def s3(s3_server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Say in the environment where the store is, and who asks."""
    for name, value in {**S3, "AWS_ENDPOINT_URL": s3_server}.items():
        monkeypatch.setenv(name, value)
    return s3_server


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    if servers.postgres_programs() is None:
        pytest.fail("these tests need PostgreSQL: apt-get install postgresql")
    # pytest's own folders are open to nobody else
    with (
        tempfile.TemporaryDirectory(prefix="pdkl-postgres-") as folder,
        servers.postgres(Path(folder)) as address,
    ):
        yield address


@pytest.fixture
def postgres(postgres_server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Hold the password in the environment."""
    monkeypatch.setenv("PGPASSWORD", servers.PASSWORD)
    return postgres_server
