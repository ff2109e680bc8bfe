"""Addresses of data: what is secret in them is never shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdkl.sources.locations.names import file_names
from pdkl.sources.locations.urls import masked, without_secrets

WORDS = st.text("abcdefghijklmnopqrstuvwxyz", min_size=3, max_size=8)
SECRETS = st.text("ABCDEFGHIJKLMNOP0123456789+/=%.-_~!$&'()*,;", min_size=6, max_size=20).map(
    "SECRET{}".format
)


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("folder/a.csv", "folder/a.csv"),
        ("what?a=b@c.csv", "what?a=b@c.csv"),
        ("s3://bucket/a?.csv", "s3://bucket/a?.csv"),
        ("s3://bucket/me@home/a.csv", "s3://bucket/me@home/a.csv"),
        ("s3://key:secr/et@bucket/a.csv", "s3://bucket/a.csv"),
        ("abfs://box@account.dfs.core.windows.net/a.csv",
         "abfs://box@account.dfs.core.windows.net/a.csv"),
        ("az://box/a.csv?sv=1&sig=secret", "az://box/a.csv"),
        ("https://host:80/a.csv", "https://host:80/a.csv"),
        ("https://token@host/a.csv#part", "https://host/a.csv"),
        ("HTTPS://me:secret@host/a.csv?key=secret", "HTTPS://host/a.csv"),
        ("postgres://me:secr@t@host/db::orders", "postgres://me@host/db::orders"),
        ("postgres://me@host/db?password=secret::orders", "postgres://me@host/db::orders"),
        ("postgres://:secret@host/db", "postgres://@host/db"),
        ("duckdb:////tmp/a.db::eu.sales", "duckdb:////tmp/a.db::eu.sales"),
        ("mysql://me:secret@host/db?x", "mysql://host/db"),
    ],
)  # fmt: skip
def test_how_addresses_are_shown(path: str, shown: str) -> None:
    assert masked(path) == shown
    assert masked(shown) == shown


@given(
    WORDS, SECRETS, WORDS, WORDS, st.sampled_from(["https", "s3", "postgres", "ftp", "gs", "az"])
)
def test_no_secret_is_shown(user: str, secret: str, host: str, name: str, scheme: str) -> None:
    table = "::orders" if scheme == "postgres" else ""
    url = f"{scheme}://{user}:{secret}@{host}/{name}{table}"
    assert secret not in masked(url)
    assert host in masked(url)
    assert masked(url).endswith(f"{host}/{name}{table}")
    assert secret not in without_secrets(f"cannot open {url}: bad {secret}", url)
    signed = f"{scheme}://{host}/{name}?signature={secret}"
    assert secret not in masked(signed + table)


def test_sides_are_called_after_addresses() -> None:
    assert file_names(["s3://bucket/may/a.parquet"], ["s3://bucket/june/a.parquet"]) == [
        "may/a.parquet", "june/a.parquet",
    ]  # fmt: skip
    assert file_names(["s3://b/may/1.csv", "s3://b/may/2.csv"], ["https://host/june.csv"]) == [
        "may", "june.csv",
    ]  # fmt: skip
