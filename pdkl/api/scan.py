"""The short way to data: a path, a pattern or an address becomes `InfoTheory`."""

from __future__ import annotations

from collections.abc import Iterable
from os import PathLike

from pdkl.api.frame import InfoTheory
from pdkl.sources.locations.opening import open_data


def scan(
    path: str | PathLike[str] | Iterable[str | PathLike[str]],
    *,
    encoding: str = "utf-8",
    separator: str = ",",
) -> InfoTheory:
    """Ask files, however large, as one frame, or a table of a database: where they are.

    Only the columns that a question needs are read, in pieces, so that memory holds the distinct
    combinations of values and a few pieces. Every call reads the files anew. A bar on the terminal
    tells how far it is, where tqdm is installed. A database counts itself, and is only read.

    Passwords, keys and signatures in addresses are never shown, neither in messages nor in results.

    Parameters
    ----------
    path : str, os.PathLike, or iterable of these
        A file, a pattern such as ``"sales/2024-*.parquet"``, a folder, or several of these. All
        files of a folder and of the folders in it count; folders named ``key=value`` make columns,
        and names that begin with "." or "_" are passed over. The format follows from the
        extension: ``.parquet`` or ``.pq``; ``.csv``; ``.arrow``, ``.feather`` or ``.ipc``;
        ``.jsonl`` or ``.ndjson`` (a JSON object on each line); ``.csv.gz``. In CSV, empty cells
        and what `pandas.read_csv` takes for missing, such as NA and None, are missing.

        The same, patterns and folders too, in a store: ``s3://bucket/name``, ``gs://bucket/name``,
        ``az://container/name`` or ``abfs://container@account.dfs.core.windows.net/name``. The
        environment says who asks: ``AWS_ACCESS_KEY_ID``, ``AWS_SECRET_ACCESS_KEY``, ``AWS_REGION``
        and ``AWS_ENDPOINT_URL`` (or the files of Amazon's own programs);
        ``GOOGLE_APPLICATION_CREDENTIALS``; ``AZURE_STORAGE_ACCOUNT_NAME`` and
        ``AZURE_STORAGE_ACCOUNT_KEY`` or ``AZURE_STORAGE_SAS_TOKEN``.

        One file of the web, ``https://host/name.parquet`` (``pip install 'pdkl[remote]'``), or a
        list of such. What the server does not send in parts is fetched once, into a temporary file.

        A table or view of a database (``pip install 'pdkl[sql]'``):
        ``sqlite:///file.db::orders`` and ``duckdb:///file.db::schema.orders``, with four slashes
        before a name from the root; ``postgres://user@host:5432/database::orders``, whose password
        is in ``PGPASSWORD`` or ``.pgpass``.
    encoding : str
        How the text of CSV is written, as Python calls it: ``"latin-1"``, ``"cp1252"``, …
    separator : str
        The character between the cells of CSV.

    Returns
    -------
    InfoTheory
        The methods. Where files hold a column in several types, it has one that holds them all,
        such as int64 for int32 and int64.

    Raises
    ------
    ConnectionError
        Where a store or server cannot be reached, or does not know who asks.
    FileNotFoundError
        Where nothing is found.
    ImportError
        Where an extra is not installed that the address needs.
    PermissionError
        Where who asks may not read it.
    TypeError
        Where ``path`` is not a path.
    ValueError
        Where an extension or a scheme is unknown, formats or places are mixed, an address names no
        bucket or table that is there, a file is damaged, has two columns of one name, or is no text
        in the encoding. Of a file that lacks a column, or holds text where
        others hold numbers, a call that needs it tells.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import pandas as pd
    >>> import pdkl
    >>> folder = tempfile.TemporaryDirectory()
    >>> for month, fruit in enumerate([["fig", "kiwi"], ["fig", "kiwi", "fig", "plum"]], start=1):
    ...     sales = pd.DataFrame({"month": month, "fruit": fruit})
    ...     sales.to_parquet(Path(folder.name) / f"{month}.parquet")
    >>> result = pdkl.scan(folder.name).entropy("fruit", by="month", base="bit")
    >>> result[["month", "n", "categories", "entropy", "unit"]]
       month  n  categories  entropy unit
    0      1  2           2      1.0  bit
    1      2  4           3      1.5  bit
    >>> folder.cleanup()
    """
    return InfoTheory(open_data(path, encoding, separator))
