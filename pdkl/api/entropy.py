"""How uncertain columns are: the public methods of one distribution."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

from pdkl.api.base import Data
from pdkl.core.measures.catalogue import find_all
from pdkl.core.measures.estimators import estimated
from pdkl.request.keywords import Request

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from pdkl.core.counts.bin_edges import Binning
    from pdkl.request.types import Alphabet, Base, By, SmoothingRule


class EntropyMethods(Data):
    """The methods of `InfoTheory` that look at one distribution."""

    def entropy(
        self,
        columns: Hashable | list[Any] | None = None,
        *,
        exclude: Hashable | list[Any] | None = None,
        joint: bool = False,
        by: By | None = None,
        weights: Hashable | None = None,
        base: Base = "nat",
        dropna: bool = True,
        alphabet: Alphabet = "observed",
        smoothing: SmoothingRule | None = None,
        bins: Any = None,
        binning: Binning | None = None,
        estimator: str = "plugin",
        confidence: float | None = None,
        blocks: Hashable | None = None,
        n_resamples: int | None = None,
        rng: int | np.random.Generator | None = None,
        progress: bool = True,
    ) -> pd.DataFrame:
        """Measure how uncertain each column is, in each group.

        H(P) = -sum_x p(x) log p(x), the mean surprisal, from the shares of the categories (the
        plug-in estimator), or by another ``estimator``. It is 0 for a single category and log K for
        K equally likely ones.

        Parameters
        ----------
        columns : label, tuple of labels, or list of these, optional
            The columns to measure. A tuple that is no column's name is these columns together.
        exclude : label or list of labels, optional
            The columns to leave out: of all where none is named, else of those that are.
        joint : bool
            Whether to measure all columns together, as if they stood in one tuple: one row per
            group, ``column`` being "a, b". A row that lacks one of the values is missing.
        by : label, pandas.Grouper, pdkl.Rolling or list of these, optional
            What makes the groups; of a `pdkl.Rolling`, windows that overlap.
        weights : label, optional
            The column of row weights or counts.
        base : {"nat", "bit", "dit"} or number above 1
            The base of the logarithm.
        dropna : bool
            Whether missing values are left out, or a category.
        alphabet : {"observed", "declared"} or int
            The categories that smoothing reaches.
        smoothing : {"laplace", "jeffreys", "perks"} or number above 0, optional
            The pseudo-count of every category of the alphabet.
        bins : int, str, sequence of edges, or mapping of these by column, optional
            How columns of numbers, times and durations are cut into categories.
        binning : {"quantile", "width"}, optional
            Whether a number of bins have equal shares, or equal widths, as by default.
        estimator : str
            How entropy is estimated from counts, a name of `pdkl.estimators`. All but ``"plugin"``
            correct the bias of small samples; some use the size of the alphabet.
        confidence : float in (0, 1), optional
            Add ``<measure>_low`` and ``<measure>_high``, an interval of this confidence.
        blocks : label, optional
            A column whose values say which rows move together when a comparison is drawn again.
        n_resamples : int, optional
            Draw each comparison again so many times, in place of the closed form. What has none is
            drawn 199 times by default.
        rng : int or numpy.random.Generator, optional
            The seed of draws, which is of no matter to a closed form.
        progress : bool
            Whether long work shows a bar, where rich is installed.

        Returns
        -------
        pandas.DataFrame
            A row per group and column: the keys of ``by``, ``column`` (str), ``n`` and
            ``n_missing`` (int64, or float64 for fractional weights), ``categories`` (int64, how
            many occur), ``entropy`` (float64, in ``unit``; NaN where n is 0), ``unit`` (str).

        Raises
        ------
        KeyError
            A column does not exist.
        TypeError
            A keyword is of the wrong kind, or cells cannot be hashed.
        ValueError
            A keyword is out of its range, weights are negative, missing or infinite, or a key
            has the name of a result column.

        References
        ----------
        Shannon, C. E. (1948). A mathematical theory of communication. Bell System Technical
        Journal 27, 379-423.

        Examples
        --------
        >>> import pandas as pd
        >>> import pdkl
        >>> die = pd.DataFrame({"face": [1, 2, 3, 4, 5, 6]})
        >>> die.info_theory.entropy("face", base="bit")
          column  n  n_missing  categories   entropy unit
        0   face  6          0           6  2.584963  bit
        """
        request = Request(
            method="entropy",
            two_sided=False,
            measures=estimated(find_all("measures", "entropy"), estimator),
            columns=columns,
            exclude=exclude,
            joint=joint,
            by=by,
            weights=weights,
            base=base,
            dropna=dropna,
            alphabet=alphabet,
            smoothing=smoothing,
            bins=bins,
            binning=binning,
            estimator=estimator,
            confidence=confidence,
            blocks=blocks,
            n_resamples=n_resamples,
            rng=rng,
            progress=progress,
        )
        from pdkl.analyses import divergence

        return divergence.measure(self._data, request)

    def distribution(
        self,
        columns: Hashable | list[Any] | None = None,
        *,
        exclude: Hashable | list[Any] | None = None,
        by: By | None = None,
        weights: Hashable | None = None,
        base: Base = "nat",
        dropna: bool = True,
        alphabet: Alphabet = "observed",
        smoothing: SmoothingRule | None = None,
        bins: Any = None,
        binning: Binning | None = None,
    ) -> pd.DataFrame:
        """Show the distribution of each column, in each group, a row per category.

        The share of a category is p(x) = count(x) / n, its surprisal -log p(x).

        Parameters
        ----------
        columns : label, tuple of labels, or list of these, optional
            The columns to show. A tuple that is no column's name is these columns together.
        exclude : label or list of labels, optional
            The columns to leave out: of all where none is named, else of those that are.
        by : label, pandas.Grouper, pdkl.Rolling or list of these, optional
            What makes the groups; of a `pdkl.Rolling`, windows that overlap.
        weights : label, optional
            The column of row weights or counts.
        base : {"nat", "bit", "dit"} or number above 1
            The base of the logarithm.
        dropna : bool
            Whether missing values are left out, or a category.
        alphabet : {"observed", "declared"} or int
            ``"declared"`` also shows the levels of a categorical that do not occur.
        smoothing : {"laplace", "jeffreys", "perks"} or number above 0, optional
            The pseudo-count of every category of the alphabet.
        bins : int, str, sequence of edges, or mapping of these by column, optional
            How columns of numbers, times and durations are cut into categories.
        binning : {"quantile", "width"}, optional
            Whether a number of bins have equal shares, or equal widths, as by default.

        Returns
        -------
        pandas.DataFrame
            A row per group, column and category that has a probability, by count descending, ties
            in the order of the categories: the keys of ``by``, ``column`` (str), ``category`` (the
            value, or its text where the columns asked for are of different kinds; for bins the text
            of the interval, with ``low`` and ``high``), ``count``
            (int64, or float64 for fractional weights), ``probability``, ``surprisal`` (float64,
            in ``unit``), ``unit`` (str).

        Raises
        ------
        KeyError
            A column does not exist.
        TypeError
            A keyword is of the wrong kind, or cells cannot be hashed.
        ValueError
            As in `entropy`; also an ``alphabet`` size that gives probability to categories without
            a name, and more rows than memory holds.

        References
        ----------
        Shannon, C. E. (1948). A mathematical theory of communication. Bell System Technical
        Journal 27, 379-423.

        Examples
        --------
        >>> import pandas as pd
        >>> import pdkl
        >>> df = pd.DataFrame({"fruit": ["fig", "kiwi", "fig", None, "fig"]})
        >>> df.info_theory.distribution("fruit", base="bit")
          column category  count  probability  surprisal unit
        0  fruit      fig      3         0.75   0.415037  bit
        1  fruit     kiwi      1         0.25   2.000000  bit
        """
        request = Request(
            method="distribution",
            two_sided=False,
            shows="distribution",
            columns=columns,
            exclude=exclude,
            by=by,
            weights=weights,
            base=base,
            dropna=dropna,
            alphabet=alphabet,
            smoothing=smoothing,
            bins=bins,
            binning=binning,
        )
        from pdkl.analyses import divergence

        return divergence.distribution(self._data, request)
