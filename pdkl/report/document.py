"""The report itself: two tidy frames, and the forms that they are written in."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd

from pdkl.report import page, plain
from pdkl.report.changes import Change, changes_of
from pdkl.report.markdown import markdown
from pdkl.report.metrics import metrics
from pdkl.report.notebook import notebook
from pdkl.report.numbers import Numbers
from pdkl.results.reading import failing
from pdkl.sources.locations.urls import require_local


class Report:
    """What `InfoTheory.report` found, to be written as a page, a document or a table.

    Attributes
    ----------
    frame : pandas.DataFrame
        A row per group and column, as `InfoTheory.drift` gives it. ``attrs["pdkl"]`` holds the
        settings of the call and the number of rows on both sides.
    categories : pandas.DataFrame
        The categories behind each row of ``frame``, by falling contribution: ``row`` (int64, its
        place in ``frame``), ``column``, ``category`` (str), ``categories`` (int64, for how many it
        stands; left out where ``min_count`` is given), ``count``, ``count_reference`` (int64),
        ``place`` (int64, in the order of values, among those shown of the row), ``p``, ``q``
        (float64, their shares), ``change`` (p - q), ``ratio`` (p / q),
        ``contribution`` (float64, to the js_divergence, in bit) and ``flag`` (str: any of missing,
        other, new, gone, rare). A row has 25 at most, and one for the rest; fewer where there are
        very many rows, and fewest where nobody has to look at it: ``attrs["pdkl"]`` has both
        numbers as ``most_categories``.
    numbers : pandas.DataFrame
        A row for each side of each row of ``frame`` whose column holds numbers or durations:
        ``row`` (int64, its place in ``frame``), ``column``, ``side`` (str, "data" or "reference"),
        ``n`` (float64, rows with a value, or their weight), ``infinite`` (how many of these are),
        ``mean``, ``std`` (of the finite values, divided by n), ``min``, ``q05``, ``q25``,
        ``median``, ``q75``, ``q95``, ``max`` (float64; integers beyond 2**53 are the nearest
        ones), ``unit`` ("s" of durations, else empty) and ``known_by`` (str). Quantiles are NumPy's
        default; with fractional weights, and of shares, ``method="inverted_cdf"``.

        All of it comes from the counts that the scores come from; nothing is read again. By
        "values" it is exact. Of a profile with very many different values it is by "rounded
        values": quantiles are right up to the edges that values were rounded down to, mean and
        standard deviation exact where the whole profile is one side. What a profile has cut, an
        engine counts (duckdb, Ibis, Dask, Spark, a LazyFrame), or what is more than 2**25 values in
        all, is known by "bins": quantiles are interpolated within them, and NaN where they lie
        in the outermost, which may reach to a value far off, or beyond; mean, standard deviation
        and both ends are NaN, as bins do not tell them. With ``redact`` and ``min_count`` the frame
        is empty.
    times : pandas.DataFrame
        The same of times, dates and times of day: ``row``, ``column``, ``side``, ``n``, ``first``,
        ``median``, ``last`` (str, in the zone of the side), ``gap`` (float64, the longest stretch
        without a row, in seconds), ``gap_from``, ``gap_to`` (str, between which rows it is) and
        ``known_by``. By "rounded values" there is no gap; by "bins" the median alone, to the
        second.
    others : pandas.DataFrame
        What else is shown of each row of ``frame``: ``kl_divergence`` (float64, KL(today ||
        reference) in bit) and ``psi`` (float64, in nat).

    Examples
    --------
    >>> import pandas as pd
    >>> before = pd.DataFrame({"fruit": ["fig"] * 60 + ["kiwi"] * 40})
    >>> today = pd.DataFrame({"fruit": ["fig"] * 90 + ["plum"] * 10})
    >>> report = today.info_theory.report(before, rng=0)
    >>> report
    <pdkl.Report: not passed; 1 row: 1 drift>
    >>> report.categories[["category", "count", "count_reference", "contribution", "flag"]].round(3)
      category  count  count_reference  contribution  flag
    0     kiwi      0               40         0.200  gone
    1     plum     10                0         0.050   new
    2      fig     90               60         0.022

    >>> before, today = (pd.DataFrame({"price": range(i, i + 200)}) for i in (100, 150))
    >>> report = today.info_theory.report(before, rng=0)
    >>> report.numbers[["column", "side", "mean", "median", "q95", "known_by"]]
      column       side   mean  median     q95 known_by
    0  price       data  249.5   249.5  339.05   values
    1  price  reference  199.5   199.5  289.05   values
    """

    def __init__(
        self,
        frame: pd.DataFrame,
        categories: pd.DataFrame,
        others: pd.DataFrame | None = None,
        changes: pd.DataFrame | None = None,
        shares: pd.DataFrame | None = None,
        numbers: Numbers | None = None,
    ) -> None:
        self.frame = frame
        self.categories = categories
        self.others = frame[[]] if others is None else others
        self.changes = changes
        self.shares = shares
        self._numbers = Numbers() if numbers is None else numbers

    @property
    def numbers(self) -> pd.DataFrame:
        """The figures of both sides of each row of numbers; see the attributes above."""
        return self._numbers.figures

    @property
    def times(self) -> pd.DataFrame:
        """The range and gaps of both sides of each row of times; see the attributes above."""
        return self._numbers.times

    @property
    def passed(self) -> bool:
        """Whether no row has the status drift, gone, empty or error.

        Where ``max_drifted`` was given, drift in no more than this share of the rows that are
        judged passes.
        """
        return not failing(self.frame).any()

    def to_html(self, path: str | os.PathLike[str] | None = None) -> str | None:
        """Write one page that needs no network: pictures, styles and data are within.

        It loads nothing, and its content security policy forbids it to. First it says what was
        compared, and in a few sentences what was found: how many columns drifted, what changed most
        in the worst of them, in points of per cent, and which could not be compared. The rows to
        look at come first, a hundred on a page; those that are ok or skipped are folded, and the
        rule and its terms at the end. Where scripts are off, 300 rows to look at are there, and no
        row can be opened. A row of numbers or times opens to its figures and
        to a histogram of both sides, the 300 that drifted most of many.

        Parameters
        ----------
        path : path, optional
            The file to write, on this machine. None returns the text.

        Returns
        -------
        str or None
            The page, unless a path is given.

        Raises
        ------
        ImportError
            Jinja2 is not installed.
        ValueError
            ``path`` is not on this machine.
        """
        return _written(
            page.html(
                *(self.frame, self.categories, self.others, self._numbers),
                *(self.changes, self.shares),
                passed=self.passed,
            ),
            path,
        )

    def to_json(self, path: str | os.PathLike[str] | None = None) -> str | None:
        """Write JSON: the settings, each row with its categories and figures, and the changes.

        JSON has no infinity: it is the text "inf". NaN and missing values are null.

        Parameters
        ----------
        path : path, optional
            The file to write, on this machine. None returns the text.

        Returns
        -------
        str or None
            The document, unless a path is given.

        Raises
        ------
        ValueError
            ``path`` is not on this machine.
        """
        frames = self.frame, self.categories, self.others, self._numbers.by_row(), self.changes
        return _written(plain.json_text(*frames, passed=self.passed), path)

    def to_junit(self, path: str | os.PathLike[str] | None = None) -> str | None:
        """Write JUnit's XML: a test per row, which fails as ``passed`` does.

        Parameters
        ----------
        path : path, optional
            The file to write, on this machine. None returns the text.

        Returns
        -------
        str or None
            The document, unless a path is given.

        Raises
        ------
        ValueError
            ``path`` is not on this machine.
        """
        return _written(plain.junit(self.frame), path)

    def to_csv(self, path: str | os.PathLike[str] | None = None) -> str | None:
        """Write ``frame`` as comma-separated values that no spreadsheet takes for formulas.

        Text that begins like a formula gets an apostrophe: with = + - @, however wide and whatever
        blanks are before it, a tab or a line break.

        Parameters
        ----------
        path : path, optional
            The file to write, on this machine. None returns the text.

        Returns
        -------
        str or None
            The table, unless a path is given.

        Raises
        ------
        ValueError
            ``path`` is not on this machine.
        """
        return _written(plain.csv(self.frame), path)

    def to_markdown(self, path: str | os.PathLike[str] | None = None) -> str | None:
        """Write Markdown for the summary page of a run of CI, or a comment.

        A heading says whether it passed, a few sentences what was found, and a table lists the rows
        that are drift, gone, error, empty or unsure, the worst first: 25 of them, and how many more
        there are. What comes from the data stands as code, where no markup, link or mention acts.

        Parameters
        ----------
        path : path, optional
            The file to write, on this machine. None returns the text.

        Returns
        -------
        str or None
            The text, unless a path is given.

        Raises
        ------
        ValueError
            ``path`` is not on this machine.

        Examples
        --------
        >>> import pandas as pd
        >>> before = pd.DataFrame({"fruit": ["fig"] * 60 + ["kiwi"] * 40})
        >>> report = before.info_theory.report(before, rng=0)
        >>> print(report.to_markdown())
        ## Drift report: passed
        <BLANKLINE>
        No column drifted. 1 row: 1 ok.
        <BLANKLINE>
        """
        return _written(markdown(*self._told(), passed=self.passed), path)

    def metrics(self) -> dict[str, float]:
        """Give the numbers of the report by flat names, for dashboards.

        Names are letters, digits and underscores, as Prometheus takes them, and the same in each
        run, whatever other columns and segments there are. Columns and segments that consist of
        something else get one underscore for all between letters from A to Z and digits, and a
        digest of the whole at the end (BLAKE2b, twelve digits), so that no two are the same. Two
        that are written the same, as columns 1 and "1" are, have been numbered before.

        Returns
        -------
        dict of str to int or float
            ``pdkl_passed`` (0 or 1), ``pdkl_rows``, ``pdkl_rows_<status>`` of each status, also
            where no row has it; and of each row ``pdkl__<column>__<name>``, with ``by``
            ``pdkl__<column>__<segment>__<name>``, where the name is score, excess, p_adjusted,
            missing (a share) or n. What has no value, as the score of what is not scored, is left
            out; infinite scores are ``math.inf``.

        Examples
        --------
        >>> import pandas as pd
        >>> before = pd.DataFrame({"unit price": [1.5] * 60 + [2.5] * 40})
        >>> report = before.info_theory.report(before, rng=0)
        >>> metrics = report.metrics()
        >>> metrics["pdkl_passed"], metrics["pdkl_rows_drift"]
        (1, 0)
        >>> [name for name in metrics if name.endswith("score")]
        ['pdkl__unit_price_919a4f1912de__score']
        """
        return metrics(self.frame, passed=self.passed)

    def __repr__(self) -> str:
        """Say how many rows have which status."""
        verdict = "passed" if self.passed else "not passed"
        return f"<pdkl.Report: {verdict}; {plain.tally(self.frame)}>"

    def _repr_html_(self) -> str | None:
        """Show what was found in a notebook, or the plain text where Jinja2 is absent."""
        try:
            return notebook(*self._told(), passed=self.passed)
        except ImportError:
            return None

    def _told(self) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, list[Change]]:
        """Return what sentences tell of."""
        changed = changes_of(self.changes, self.shares)
        return self.frame, self.categories, self.numbers, changed


def _written(text: str, path: str | os.PathLike[str] | None) -> str | None:
    if path is None:
        return text
    require_local(path, "Write the report here, and copy it.")
    Path(path).write_text(text, encoding="utf-8", newline="")
    return None
