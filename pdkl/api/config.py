"""Settings that are kept in a file, for Python as for the command."""

from __future__ import annotations

from os import PathLike
from typing import Any

from pdkl.request.configuration import read_configuration


def load_config(path: str | PathLike[str]) -> dict[str, Any]:
    """Read the keywords of `InfoTheory.report` from a file of TOML.

    ``pdkl drift`` reads the same by itself: ``pdkl.toml`` of the folder that it runs in, else the
    section ``[tool.pdkl]`` of ``pyproject.toml`` there. What its command line says comes before.

    Parameters
    ----------
    path : str or os.PathLike
        The file. Of one that is called ``pyproject.toml`` the section ``[tool.pdkl]`` is read.

    Returns
    -------
    dict
        The keywords that the file sets, of ``columns``, ``exclude``, ``kinds``, ``measure``,
        ``threshold``, ``alpha``, ``by``, ``bins``, ``smoothing``, ``max_drifted``, ``weights`` and
        ``blocks``. A key of ``by`` that is ``{key = "date", freq = "D"}`` is a `pandas.Grouper`,
        and ``{key = "date", size = "28D", step = "1D"}`` a `pdkl.Rolling`.

    Raises
    ------
    FileNotFoundError
        There is no such file.
    TypeError, ValueError
        It is no TOML, has another key, or ``by`` is no key of groups. What the other values may be
        is checked by the method that they are passed to.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import pandas as pd
    >>> import pdkl
    >>> path = pathlib.Path(tempfile.mkdtemp(), "pdkl.toml")
    >>> _ = path.write_text('''
    ... exclude = ["id"]
    ... threshold = 0.2
    ... by = ["shop", {key = "date", freq = "MS"}]
    ...
    ... [bins]
    ... age = [0, 18, 65]
    ... ''')
    >>> config = pdkl.load_config(path)
    >>> list(config)
    ['exclude', 'threshold', 'by', 'bins']
    >>> config["bins"]
    {'age': [0, 18, 65]}

    It is passed on as keywords:

    >>> _ = path.write_text('exclude = ["id"]')
    >>> before = pd.DataFrame({"id": range(100), "fruit": ["fig", "kiwi"] * 50})
    >>> before.info_theory.report(before, **pdkl.load_config(path))
    <pdkl.Report: passed; 1 row: 1 ok>
    """
    return read_configuration(path)
