"""The report itself: two tidy frames, and the forms that they are written in."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd

from pdkl.report import page, plain
from pdkl.report.changes import changes_of
from pdkl.report.markdown import markdown
from pdkl.report.metrics import metrics
from pdkl.report.notebook import notebook
from pdkl.results.reading import failing


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
        ``p``, ``q`` (float64, their shares), ``change`` (p - q), ``ratio`` (p / q),
        ``contribution`` (float64, to the js_divergence, in bit) and ``flag`` (str: any of missing,
        other, new, gone, rare). A row has 25 at most, and one for the rest; fewer where there are
        very many rows, and fewest where nobody has to look at it: ``attrs["pdkl"]`` has both
        numbers as ``most_categories``.
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
    """

    def __init__(
        self,
        frame: pd.DataFrame,
        categories: pd.DataFrame,
        others: pd.DataFrame | None = None,
        changes: pd.DataFrame | None = None,
        shares: pd.DataFrame | None = None,
    ) -> None:
        self.frame = frame
        self.categories = categories
        self.others = frame[[]] if others is None else others
        self.changes = changes
        self.shares = shares

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
        row can be opened.

        Parameters
        ----------
        path : path, optional
            The file to write. None returns the text.

        Returns
        -------
        str or None
            The page, unless a path is given.

        Raises
        ------
        ImportError
            Jinja2 is not installed.
        """
        return _written(
            page.html(
                *(self.frame, self.categories, self.others, self.changes, self.shares),
                passed=self.passed,
            ),
            path,
        )

    def to_json(self, path: str | os.PathLike[str] | None = None) -> str | None:
        """Write a JSON document: the settings, each row with its categories, and the changes.

        JSON has no infinity: it is the text "inf". NaN and missing values are null.

        Parameters
        ----------
        path : path, optional
            The file to write. None returns the text.

        Returns
        -------
        str or None
            The document, unless a path is given.
        """
        frames = self.frame, self.categories, self.others, self.changes
        return _written(plain.json_text(*frames, passed=self.passed), path)

    def to_junit(self, path: str | os.PathLike[str] | None = None) -> str | None:
        """Write JUnit's XML: a test per row, which fails as ``passed`` does.

        Parameters
        ----------
        path : path, optional
            The file to write. None returns the text.

        Returns
        -------
        str or None
            The document, unless a path is given.
        """
        return _written(plain.junit(self.frame), path)

    def to_csv(self, path: str | os.PathLike[str] | None = None) -> str | None:
        """Write ``frame`` as comma-separated values that no spreadsheet takes for formulas.

        Text that begins like a formula gets an apostrophe: with = + - @, however wide and whatever
        blanks are before it, a tab or a line break.

        Parameters
        ----------
        path : path, optional
            The file to write. None returns the text.

        Returns
        -------
        str or None
            The table, unless a path is given.
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
            The file to write. None returns the text.

        Returns
        -------
        str or None
            The text, unless a path is given.

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
        changed = changes_of(self.changes, self.shares)
        return _written(markdown(self.frame, self.categories, changed, passed=self.passed), path)

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
            return notebook(self.frame, self.categories, passed=self.passed)
        except ImportError:
            return None


def _written(text: str, path: str | os.PathLike[str] | None) -> str | None:
    if path is None:
        return text
    Path(path).write_text(text, encoding="utf-8", newline="")
    return None
