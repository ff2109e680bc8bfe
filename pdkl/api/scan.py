"""The short way to files: a path, or a pattern of paths, becomes `InfoTheory`."""

from __future__ import annotations

from collections.abc import Iterable
from os import PathLike

from pdkl.api.frame import InfoTheory
from pdkl.sources.locations import open_dataset


def scan(
    path: str | PathLike[str] | Iterable[str | PathLike[str]],
    *,
    encoding: str = "utf-8",
    separator: str = ",",
) -> InfoTheory:
    """Ask files, however large, as one frame: ``scan(path)`` is ``InfoTheory`` of a dataset.

    Only the columns that a question needs are read, in pieces, so that memory holds the distinct
    combinations of values and a few pieces. Every call reads the files anew. A bar on the terminal
    tells how far it is, where tqdm is installed.

    Parameters
    ----------
    path : str, os.PathLike, or iterable of these
        A file, a pattern such as ``"sales/2024-*.parquet"``, a folder, or several of these. All
        files of a folder and of the folders in it count; folders named ``key=value`` make columns,
        and names that begin with "." or "_" are passed over. The format follows from the
        extension: ``.parquet`` or ``.pq``; ``.csv``; ``.arrow``, ``.feather`` or ``.ipc``;
        ``.jsonl`` or ``.ndjson`` (a JSON object on each line); ``.csv.gz``. In CSV, empty cells
        and what `pandas.read_csv` takes for missing, such as NA and None, are missing.
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
    FileNotFoundError
        Where nothing is found.
    TypeError
        Where ``path`` is not a path.
    ValueError
        Where an extension is unknown, formats are mixed, a file is damaged, has two columns of one
        name, or is no text in the encoding. Of a file that lacks a column, or holds text where
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
    return InfoTheory(open_dataset(path, encoding, separator))
