"""What columns tell of each other: the public methods of dependence."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any, Literal

from pdkl.api.base import Data
from pdkl.request.keywords import Request

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from pdkl.core.counts.bin_edges import Binning
    from pdkl.core.measures.joint import Normalization
    from pdkl.request.types import Base, By, SmoothingRule


class DependenceMethods(Data):
    """The methods of `InfoTheory` that look at columns together."""

    def mutual_information(
        self,
        x: Hashable | list[Any] | None = None,
        y: Hashable | list[Any] | None = None,
        *,
        exclude: Hashable | list[Any] | None = None,
        given: Hashable | list[Any] | None = None,
        normalized: Normalization | None = None,
        correct: bool = False,
        by: By | None = None,
        weights: Hashable | None = None,
        base: Base = "nat",
        dropna: bool = True,
        bins: Any = None,
        binning: Binning | None = None,
        smoothing: SmoothingRule | None = None,
        estimator: str = "plugin",
        confidence: float | None = None,
        test: bool | Literal["permutation"] = False,
        n_resamples: int | None = None,
        rng: int | np.random.Generator | None = None,
        progress: bool = True,
    ) -> pd.DataFrame:
        """Measure what one column tells of another.

        I(X; Y) = sum_xy p(x, y) log(p(x, y) / (p(x) p(y))), the divergence of the joint table from
        the one that independence would make: 0 for independent columns, H(X) where Y determines X.
        With ``given``, I(X; Y | Z) = sum_z p(z) I(X; Y | Z = z). With ``y`` alone, every other
        column is asked, and the rows of each group are sorted: by ``mutual_information_excess``
        with ``test=True``, else by ``mutual_information``, the largest first. No other answer is
        sorted.

        Parameters
        ----------
        x, y : label, tuple of labels, or list of these, optional
            The columns: lists are paired, and one column meets each of a list. Without ``y``, each
            of ``x`` with every other string, categorical, boolean and object column; without ``x``,
            every such column with each target ``y``, those that tell most first; without both, all
            pairs of these. A tuple that is no column's name is these columns together.
        exclude : label or list of labels, optional
            The columns to leave out: of all where none is named, else of those that are.
        given : label, tuple or list of labels, optional
            A third column that is known, or several together.
        normalized : {"min", "max", "mean", "sqrt", "joint", "x", "y"}, optional
            Divide by the minimum, maximum, mean or geometric mean of H(X) and H(Y), by H(X, Y), or
            by one of them: ``"x"`` gives Theil's uncertainty coefficient U(X | Y), the share of
            what is uncertain in x that y resolves. The result is in [0, 1]; it is NaN where the
            divisor is 0, as for a constant: there is nothing to tell.
        correct : bool
            Whether what chance alone gives is taken from the information and from what it is
            divided by: (I - E I) / (norm - E I), which is 0 on average where nothing depends on
            anything, and 1 at most. It needs ``normalized``, other than ``"joint"``: ``"max"``
            gives adjusted mutual information as in Vinh, Epps and Bailey (2010), ``"mean"`` that of
            scikit-learn by default. NaN where chance gives all of the norm.
        by : label, pandas.Grouper, pdkl.Rolling or list of these, optional
            What makes the groups; of a `pdkl.Rolling`, windows that overlap.
        weights : label, optional
            The column of row weights or counts.
        base : {"nat", "bit", "dit"} or number above 1
            The base of the logarithm.
        dropna : bool
            Whether a row that lacks one of the values is left out, or missing is a category.
        bins : int, str, sequence of edges, or mapping of these by column, optional
            How columns of numbers, times and durations are cut into categories.
        binning : {"quantile", "width"}, optional
            Whether a number of bins have equal shares, as by default, or equal widths.
        smoothing : {"laplace", "jeffreys", "perks"} or number above 0, optional
            The pseudo-count of every cell of the table of x and y, in each value of ``given`` that
            occurs; perks is 1 over the number of cells. The information of that table is never
            below 0: it is mi.Dirichlet of R's package entropy.
        estimator : str
            How the entropies that it is made of are estimated, a name of `pdkl.estimators`. Others
            than ``"plugin"`` may give values below 0.
        confidence : float in (0, 1), optional
            Add ``<measure>_low`` and ``<measure>_high``, an interval of this confidence.
        test : bool or "permutation"
            Add ``<measure>_excess`` and ``<measure>_noise_floor``, ``p_value`` and ``p_adjusted``.
            Rows of a `pdkl.Rolling` overlap; what that means is said there.
        n_resamples : int, optional
            Draw each table again so many times, in place of the closed form. The interval of a
            share (``normalized``) has none, and is drawn 199 times by default.
        rng : int or numpy.random.Generator, optional
            The seed of draws, which is of no matter to a closed form.
        progress : bool
            Whether long work shows a bar, where rich is installed.

        Returns
        -------
        pandas.DataFrame
            A row per group and pair: the keys of ``by``, ``x``, ``y``, ``given`` where there is one
            (str), ``n``, ``n_missing`` (int64, or float64 for fractional weights), ``categories``
            (int64, how many combinations occur), ``mutual_information`` (float64, in ``unit``;
            without unit where normalized), ``unit`` (str).

            With ``confidence``, behind the measure: ``mutual_information_low`` and
            ``mutual_information_high`` (float64). With ``test``, then:

            ================================== =====================================================
            ``mutual_information_excess``      float64, I - E I: what is more than chance gives
            ``mutual_information_noise_floor`` float64, what chance stays at or below in 95 % of
                                               cases
            ``p_value``                        float64, the probability of as much by chance
            ``p_adjusted``                     float64, by Benjamini and Hochberg over all rows,
                                               both orders of a pair being one hypothesis
            ================================== =====================================================

        Raises
        ------
        KeyError
            A column does not exist.
        TypeError
            A keyword is of the wrong kind, or cells cannot be hashed.
        ValueError
            A keyword is out of its range, lists of different lengths, weights that are negative,
            missing or infinite, or a key that has the name of a result column; fractional weights
            with ``test``, ``confidence`` or ``correct``; an estimator with one of these or
            ``normalized``; smoothing with one of these but ``normalized``, or of more cells than
            memory holds; ``correct`` without ``normalized``, or with ``"joint"``.

        Notes
        -----
        By an ``estimator`` it is H(X) + H(Y) - H(X, Y), or given Z H(X, Z) + H(Y, Z) - H(X, Y, Z) -
        H(Z), each as `entropy` estimates it of these columns together, from the rows that have all
        values; so I((V, W); Y) = I(V; Y) + I(W; Y | V) by each of them.

        The plug-in estimate is never below 0 and grows with the number of categories: an id, of
        which every value occurs once, determines all. Chance is all orders of y beside x, within
        each value of ``given``: both margins stay, and with them H(X) and H(Y). The mean of I is
        exact, as in Vinh, Epps and Bailey; floor and p-value come from its first three moments, or
        from all tables where no more than 4,096 are possible, in all values of ``given`` together.
        Nothing is drawn, and the same rows always give the same answer. An id has an excess of 0
        and a p-value of 1. The p-value is that of I, whether normalized or not; an excess over
        ``"joint"`` is from its mean I / H(X, Y).

        Intervals are those of the rows drawn again with replacement, less twice their bias, within
        the bounds of the measure; NaN where the bias reaches half the width. The information is a
        sum of x log x over cells, rows and columns, whose counts are binomial then, so that its
        mean is exact and its variance and third moment nearly so; ends are within some 2 % of the
        width of those of very many draws, 5 % for two values each in fifty rows. Shares
        (``normalized``) are drawn. ``n_resamples=`` and ``test="permutation"`` draw all, for the
        test by dealing y anew. ``attrs["pdkl"]["inference"]`` says of each pair how it was
        done.

        References
        ----------
        Cover, T. M. and Thomas, J. A. (2006). Elements of Information Theory, 2nd edition.
        Wiley. Section 2.3.
        Theil, H. (1970). On the estimation of relationships involving qualitative variables.
        American Journal of Sociology 76, 103-154.
        Hausser, J. and Strimmer, K. (2009). Entropy inference and the James-Stein estimator, with
        application to nonlinear gene association networks. Journal of Machine Learning Research 10,
        1469-1484.
        Vinh, N. X., Epps, J. and Bailey, J. (2010). Information theoretic measures for clusterings
        comparison: variants, properties, normalization and correction for chance. Journal of
        Machine Learning Research 11, 2837-2854.

        Examples
        --------
        >>> import pandas as pd
        >>> import pdkl
        >>> df = pd.DataFrame({"coat": list("yynn"), "rain": list("yynn"), "day": list("mtmt")})
        >>> result = df.info_theory.mutual_information(base="bit")
        >>> result[["x", "y", "categories", "mutual_information", "unit"]]
              x     y  categories  mutual_information unit
        0  coat  rain           2                 1.0  bit
        1  coat   day           4                 0.0  bit
        2  rain   day           4                 0.0  bit

        What an id tells, it would tell of anything:

        >>> df = pd.DataFrame({"id": range(8), "coat": list("yyyynnnn"), "rain": list("yyyynnnn")})
        >>> result = df.info_theory.mutual_information(
        ...     ["coat", "coat"], ["rain", "id"], base="bit", test=True
        ... )
        >>> shown = ["y", "mutual_information", "mutual_information_excess", "p_value"]
        >>> result[shown].round(3)
              y  mutual_information  mutual_information_excess  p_value
        0  rain                 1.0                      0.885    0.029
        1    id                 1.0                      0.000    1.000

        So features are ranked by what they tell beyond chance, and two may tell more than each:

        >>> df = pd.DataFrame({"a": list("xxyy") * 9, "b": list("uvuv") * 9, "id": range(36)})
        >>> df["odd"] = (df["a"] == "x") ^ (df["b"] == "u")
        >>> result = df.astype({"id": str}).info_theory.mutual_information(y="odd", test=True)
        >>> result[["x", "mutual_information", "mutual_information_excess"]].round(3)
            x  mutual_information  mutual_information_excess
        0  id               0.693                      0.000
        1   a               0.000                     -0.014
        2   b               0.000                     -0.014
        >>> df.info_theory.mutual_information(("a", "b"), "odd", base="bit").iloc[0, :2].tolist()
        ['a, b', 'odd']
        """
        request = Request(
            method="mutual_information",
            two_sided=False,
            exclude=exclude,
            by=by,
            weights=weights,
            base=base,
            dropna=dropna,
            bins=bins,
            binning=binning,
            smoothing=smoothing,
            estimator=estimator,
            confidence=confidence,
            test=test,
            n_resamples=n_resamples,
            rng=rng,
            progress=progress,
        )
        from pdkl.analyses import dependence

        return dependence.mutual_information(
            self._data, request, x, y, given=given, normalized=normalized, correct=correct
        )

    def conditional_entropy(
        self,
        x: Hashable | list[Any],
        given: Hashable | list[Any],
        *,
        by: By | None = None,
        weights: Hashable | None = None,
        base: Base = "nat",
        dropna: bool = True,
        bins: Any = None,
        binning: Binning | None = None,
        estimator: str = "plugin",
        confidence: float | None = None,
        test: bool | Literal["permutation"] = False,
        n_resamples: int | None = None,
        rng: int | np.random.Generator | None = None,
        progress: bool = True,
    ) -> pd.DataFrame:
        """Measure what stays uncertain in a column once another is known.

        H(X | Y) = -sum_xy p(x, y) log p(x | y) = H(X, Y) - H(Y): 0 where Y determines X, H(X) where
        it tells nothing.

        Parameters
        ----------
        x : label, tuple of labels, or list of these
            The columns that are uncertain. A tuple that is no column's name is these columns
            together.
        given : label, tuple of labels, or list of these
            The columns that are known, one for each of ``x``, or one for all. Several that are
            known together stand in a tuple.
        by : label, pandas.Grouper, pdkl.Rolling or list of these, optional
            What makes the groups; of a `pdkl.Rolling`, windows that overlap.
        weights : label, optional
            The column of row weights or counts.
        base : {"nat", "bit", "dit"} or number above 1
            The base of the logarithm.
        dropna : bool
            Whether a row that lacks one of the values is left out, or missing is a category.
        bins : int, str, sequence of edges, or mapping of these by column, optional
            How columns of numbers, times and durations are cut into categories.
        binning : {"quantile", "width"}, optional
            Whether a number of bins have equal shares, as by default, or equal widths.
        estimator : str
            How the entropies that it is made of are estimated, a name of `pdkl.estimators`. Others
            than ``"plugin"`` may give values below 0.
        confidence : float in (0, 1), optional
            Add ``<measure>_low`` and ``<measure>_high``, an interval of this confidence.
        test : bool or "permutation"
            Add ``<measure>_excess`` and ``<measure>_noise_floor``, ``p_value`` and ``p_adjusted``.
            Rows of a `pdkl.Rolling` overlap; what that means is said there.
        n_resamples : int, optional
            Draw each table again so many times, in place of the closed form. The interval of a
            share (``normalized``) has none, and is drawn 199 times by default.
        rng : int or numpy.random.Generator, optional
            The seed of draws, which is of no matter to a closed form.
        progress : bool
            Whether long work shows a bar, where rich is installed.

        Returns
        -------
        pandas.DataFrame
            A row per group and pair: the keys of ``by``, ``column``, ``given`` (str), ``n``,
            ``n_missing`` (int64, or float64 for fractional weights), ``categories`` (int64, how
            many combinations occur), ``conditional_entropy`` (float64, in ``unit``), ``unit``
            (str).

            With ``confidence``, behind the measure: ``conditional_entropy_low`` and
            ``conditional_entropy_high`` (float64). With ``test``, then:

            =================================== ====================================================
            ``conditional_entropy_excess``      float64, H(X | Y) less its mean by chance, which is
                                                E I - I: below 0 where Y tells of X
            ``conditional_entropy_noise_floor`` float64, what it stays at or below by chance in 95 %
                                                of cases
            ``p_value``                         float64, the probability by chance of as much mutual
                                                information
            ``p_adjusted``                      float64, by Benjamini and Hochberg over all rows,
                                                both orders of a pair being one hypothesis
            =================================== ====================================================

        Raises
        ------
        KeyError
            A column does not exist.
        TypeError
            A keyword is of the wrong kind, or cells cannot be hashed.
        ValueError
            A keyword is out of its range, lists of different lengths, weights that are negative,
            missing or infinite, or a key that has the name of a result column; fractional weights,
            or an estimator, with ``test`` or ``confidence``.

        Notes
        -----
        Chance, and how it is found, are those of `mutual_information`: while the margins stay,
        H(X | Y) is H(X) - I(X; Y).

        References
        ----------
        Cover, T. M. and Thomas, J. A. (2006). Elements of Information Theory, 2nd edition.
        Wiley. Section 2.2.
        Vinh, N. X., Epps, J. and Bailey, J. (2010). Information theoretic measures for clusterings
        comparison: variants, properties, normalization and correction for chance. Journal of
        Machine Learning Research 11, 2837-2854.

        Examples
        --------
        >>> import pandas as pd
        >>> import pdkl
        >>> df = pd.DataFrame({"city": list("aabb"), "land": list("uuvw")})
        >>> result = df.info_theory.conditional_entropy(["city", "land"], ["land", "city"], base=2)
        >>> result[["column", "given", "conditional_entropy", "unit"]]
          column given  conditional_entropy unit
        0   city  land                  0.0  bit
        1   land  city                  0.5  bit
        """
        request = Request(
            method="conditional_entropy",
            two_sided=False,
            by=by,
            weights=weights,
            base=base,
            dropna=dropna,
            bins=bins,
            binning=binning,
            estimator=estimator,
            confidence=confidence,
            test=test,
            n_resamples=n_resamples,
            rng=rng,
            progress=progress,
        )
        from pdkl.analyses import dependence

        return dependence.conditional_entropy(self._data, request, x, given)

    def variation_of_information(
        self,
        x: Hashable | list[Any] | None = None,
        y: Hashable | list[Any] | None = None,
        *,
        exclude: Hashable | list[Any] | None = None,
        given: Hashable | list[Any] | None = None,
        by: By | None = None,
        weights: Hashable | None = None,
        base: Base = "nat",
        dropna: bool = True,
        bins: Any = None,
        binning: Binning | None = None,
        estimator: str = "plugin",
        confidence: float | None = None,
        test: bool | Literal["permutation"] = False,
        n_resamples: int | None = None,
        rng: int | np.random.Generator | None = None,
        progress: bool = True,
    ) -> pd.DataFrame:
        """Measure how far two columns are from telling each other's value: a metric.

        VI(X, Y) = H(X | Y) + H(Y | X): 0 where each determines the other.

        Parameters
        ----------
        x, y : label, tuple of labels, or list of these, optional
            The columns: lists are paired, and one column meets each of a list. Without ``y``, each
            of ``x`` with every other string, categorical, boolean and object column; without both,
            all pairs of these. A tuple that is no column's name is these columns together.
        exclude : label or list of labels, optional
            The columns to leave out: of all where none is named, else of those that are.
        given : label, tuple or list of labels, optional
            A third column that is known, or several together.
        by : label, pandas.Grouper, pdkl.Rolling or list of these, optional
            What makes the groups; of a `pdkl.Rolling`, windows that overlap.
        weights : label, optional
            The column of row weights or counts.
        base : {"nat", "bit", "dit"} or number above 1
            The base of the logarithm.
        dropna : bool
            Whether a row that lacks one of the values is left out, or missing is a category.
        bins : int, str, sequence of edges, or mapping of these by column, optional
            How columns of numbers, times and durations are cut into categories.
        binning : {"quantile", "width"}, optional
            Whether a number of bins have equal shares, as by default, or equal widths.
        estimator : str
            How the entropies that it is made of are estimated, a name of `pdkl.estimators`. Others
            than ``"plugin"`` may give values below 0.
        confidence : float in (0, 1), optional
            Add ``<measure>_low`` and ``<measure>_high``, an interval of this confidence.
        test : bool or "permutation"
            Add ``<measure>_excess`` and ``<measure>_noise_floor``, ``p_value`` and ``p_adjusted``.
            Rows of a `pdkl.Rolling` overlap; what that means is said there.
        n_resamples : int, optional
            Draw each table again so many times, in place of the closed form. The interval of a
            share (``normalized``) has none, and is drawn 199 times by default.
        rng : int or numpy.random.Generator, optional
            The seed of draws, which is of no matter to a closed form.
        progress : bool
            Whether long work shows a bar, where rich is installed.

        Returns
        -------
        pandas.DataFrame
            A row per group and pair: the keys of ``by``, ``x``, ``y``, ``given`` where there is one
            (str), ``n``, ``n_missing`` (int64, or float64 for fractional weights), ``categories``
            (int64, how many combinations occur), ``variation_of_information`` (float64, in
            ``unit``), ``unit`` (str).

            With ``confidence``, behind the measure: ``variation_of_information_low`` and
            ``variation_of_information_high`` (float64). With ``test``, then:

            ======================================== ===============================================
            ``variation_of_information_excess``      float64, VI less its mean by chance, which is
                                                     2 (E I - I): below 0 where x and y tell of each
                                                     other
            ``variation_of_information_noise_floor`` float64, what it stays at or below by chance in
                                                     95 % of cases
            ``p_value``                              float64, the probability by chance of as much
                                                     mutual information
            ``p_adjusted``                           float64, by Benjamini and Hochberg over all
                                                     rows, both orders of a pair being one
                                                     hypothesis
            ======================================== ===============================================

        Raises
        ------
        KeyError
            A column does not exist.
        TypeError
            A keyword is of the wrong kind, or cells cannot be hashed.
        ValueError
            A keyword is out of its range, lists of different lengths, weights that are negative,
            missing or infinite, or a key that has the name of a result column; fractional weights,
            or an estimator, with ``test`` or ``confidence``.

        Notes
        -----
        By an ``estimator`` it is 2 H(X, Y) - H(X) - H(Y), each as `entropy` estimates it.

        Chance, and how it is found, are those of `mutual_information`: while the margins stay, VI
        is H(X) + H(Y) - 2 I(X; Y).

        References
        ----------
        Meila, M. (2007). Comparing clusterings: an information based distance. Journal of
        Multivariate Analysis 98, 873-895.
        Vinh, N. X., Epps, J. and Bailey, J. (2010). Information theoretic measures for clusterings
        comparison: variants, properties, normalization and correction for chance. Journal of
        Machine Learning Research 11, 2837-2854.

        Examples
        --------
        >>> import pandas as pd
        >>> import pdkl
        >>> df = pd.DataFrame({"a": list("xxyy"), "b": list("ppqr")})
        >>> result = df.info_theory.variation_of_information("a", "b", base="bit")
        >>> result["variation_of_information"].tolist()
        [0.5]
        """
        request = Request(
            method="variation_of_information",
            two_sided=False,
            exclude=exclude,
            by=by,
            weights=weights,
            base=base,
            dropna=dropna,
            bins=bins,
            binning=binning,
            estimator=estimator,
            confidence=confidence,
            test=test,
            n_resamples=n_resamples,
            rng=rng,
            progress=progress,
        )
        from pdkl.analyses import dependence

        return dependence.variation_of_information(self._data, request, x, y, given=given)
