"""What several columns share, and which values go together: the public methods of interactions."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

from pdkl.api.base import Data
from pdkl.request.keywords import Request

if TYPE_CHECKING:
    import pandas as pd

    from pdkl.core.counts.bin_edges import Binning
    from pdkl.request.types import Base, By


class InteractionMethods(Data):
    """The methods of `InfoTheory` that look at several columns at once, or at pairs of values."""

    def total_correlation(
        self,
        columns: Hashable | list[Any] | None = None,
        *,
        exclude: Hashable | list[Any] | None = None,
        by: By | None = None,
        weights: Hashable | None = None,
        base: Base = "nat",
        dropna: bool = True,
        bins: Any = None,
        binning: Binning | None = None,
        estimator: str = "plugin",
    ) -> pd.DataFrame:
        """Measure how much several columns share, all together.

        TC(X_1; ...; X_n) = sum_i H(X_i) - H(X_1, ..., X_n), the divergence of their joint
        distribution from the product of the columns: 0 where all are independent of each other,
        mutual information for two, (n - 1) H(X) where each determines all others. Also called
        multi-information.

        Parameters
        ----------
        columns : label or list of labels, optional
            The columns that are looked at together, two at least.
        exclude : label or list of labels, optional
            The columns to leave out: of all where none is named, else of those that are.
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

        Returns
        -------
        pandas.DataFrame
            A row per group: the keys of ``by``, ``column`` (str, the names of all, "a, b, c"),
            ``n``, ``n_missing`` (int64, or float64 for fractional weights), ``categories`` (int64,
            how many combinations occur), ``total_correlation`` (float64, in ``unit``), ``unit``
            (str).

        Raises
        ------
        KeyError
            A column does not exist.
        TypeError
            A keyword is of the wrong kind, or cells cannot be hashed.
        ValueError
            A keyword is out of its range, fewer than two columns, weights that are negative,
            missing or infinite, or a key that has the name of a result column; fractional weights
            with an estimator.

        Notes
        -----
        A list is one question here, about all its columns. The plug-in value is the sum of the
        information that each column has about all before it (the chain rule), so it is never below
        0 and loses no digits. It grows with the number of combinations: where nearly every row has
        its own, it says little but that.

        References
        ----------
        Watanabe, S. (1960). Information theoretical analysis of multivariate correlation. IBM
        Journal of Research and Development 4, 66-82.

        Examples
        --------
        Three switches, of which any two determine the third:

        >>> import pandas as pd
        >>> import pdkl
        >>> df = pd.DataFrame({"a": [0, 0, 1, 1], "b": [0, 1, 0, 1], "lamp": [0, 1, 1, 0]})
        >>> result = df.info_theory.total_correlation(["a", "b", "lamp"], base="bit")
        >>> result[["column", "n", "categories", "total_correlation", "unit"]]
               column  n  categories  total_correlation unit
        0  a, b, lamp  4           4                1.0  bit
        """
        request = Request(
            method="total_correlation",
            two_sided=False,
            exclude=exclude,
            by=by,
            weights=weights,
            base=base,
            dropna=dropna,
            bins=bins,
            binning=binning,
            estimator=estimator,
        )
        from pdkl.analyses import interactions

        return interactions.total_correlation(self._data, request, columns)

    def interaction_information(
        self,
        x: Hashable | list[Any],
        y: Hashable | list[Any],
        given: Hashable | list[Any],
        *,
        by: By | None = None,
        weights: Hashable | None = None,
        base: Base = "nat",
        dropna: bool = True,
        bins: Any = None,
        binning: Binning | None = None,
        estimator: str = "plugin",
    ) -> pd.DataFrame:
        """Measure what a third column takes from, or adds to, what two tell of each other.

        I(X; Y; Z) = I(X; Y) - I(X; Y | Z), the same for any order of the three. Above 0 they are
        redundant: z tells what x and y share. Below 0 they are synergic: x and y tell of each other
        once z is known, as the two inputs of an exclusive or do.

        Parameters
        ----------
        x, y : label or list of labels
            The columns, paired.
        given : label or list of labels
            The third column; several are known together.
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

        Returns
        -------
        pandas.DataFrame
            A row per group and pair: the keys of ``by``, ``x``, ``y``, ``given`` (str), ``n``,
            ``n_missing`` (int64, or float64 for fractional weights), ``categories`` (int64, how
            many combinations occur), ``interaction_information`` (float64, in ``unit``), ``unit``
            (str).

        Raises
        ------
        KeyError
            A column does not exist.
        TypeError
            A keyword is of the wrong kind, or cells cannot be hashed.
        ValueError
            A keyword is out of its range, lists of different lengths, weights that are negative,
            missing or infinite, or a key that has the name of a result column; fractional weights
            with an estimator.

        Notes
        -----
        The sign is that of co-information (Bell 2003). McGill (1954), Jakulin and Bratko (2004),
        and with them R's infotheo, give I(X; Y | Z) - I(X; Y): turn the sign to compare. Both parts
        are of the rows that have all three values. Small samples give values below 0 by chance
        alone, as the plug-in I(X; Y | Z) is the more biased of the two; an estimator such as
        ``"miller-madow"`` corrects that.

        References
        ----------
        Bell, A. J. (2003). The co-information lattice. Proceedings of the 4th International
        Symposium on Independent Component Analysis and Blind Signal Separation, 921-926.
        Jakulin, A. and Bratko, I. (2004). Testing the significance of attribute interactions.
        Proceedings of the 21st International Conference on Machine Learning.
        McGill, W. J. (1954). Multivariate information transmission. Psychometrika 19, 97-116.

        Examples
        --------
        >>> import pandas as pd
        >>> import pdkl
        >>> df = pd.DataFrame({"a": [0, 0, 1, 1], "b": [0, 1, 0, 1], "lamp": [0, 1, 1, 0]})
        >>> df["copy"] = df["a"]
        >>> result = df.info_theory.interaction_information(
        ...     ["a", "a"], ["b", "copy"], "lamp", base="bit"
        ... )
        >>> result[["x", "y", "given", "interaction_information", "unit"]]
           x     y given  interaction_information unit
        0  a     b  lamp                     -1.0  bit
        1  a  copy  lamp                      0.0  bit
        """
        request = Request(
            method="interaction_information",
            two_sided=False,
            by=by,
            weights=weights,
            base=base,
            dropna=dropna,
            bins=bins,
            binning=binning,
            estimator=estimator,
        )
        from pdkl.analyses import interactions

        return interactions.interaction_information(self._data, request, x, y, given)

    def pointwise_information(
        self,
        x: Hashable | list[Any],
        y: Hashable | list[Any],
        *,
        given: Hashable | list[Any] | None = None,
        by: By | None = None,
        weights: Hashable | None = None,
        base: Base = "nat",
        dropna: bool = True,
        bins: Any = None,
        binning: Binning | None = None,
    ) -> pd.DataFrame:
        """Show which values of two columns go together, a row per pair of values.

        pmi(x, y) = log(p(x, y) / (p(x) p(y))): above 0 where two values meet oftener than they
        would by chance, below 0 where less often. With ``given``,
        log(p(x, y | z) / (p(x | z) p(y | z))), a row per value of that as well. The contributions
        p(x, y) pmi(x, y), with ``given`` p(x, y, z) pmi(x, y | z), sum to the mutual information.

        Parameters
        ----------
        x, y : label or list of labels
            The columns, paired.
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

        Returns
        -------
        pandas.DataFrame
            A row per group, pair of columns and pair of values that occurs, the largest
            contributions in absolute value first, ties in the order of the values: the keys of
            ``by``, ``x``, ``y``, ``given`` where there is one (str), ``category_x``,
            ``category_y``, ``category_given`` (the values, or their text where the columns asked
            for are of different kinds; for bins the text of the interval, with ``low_x`` and
            ``high_x``, and so on), ``count`` (int64, or float64 for fractional weights),
            ``probability`` (float64, the share of the pair in its group),
            ``pointwise_information``, ``contribution`` (float64, in ``unit``), ``unit`` (str).

        Raises
        ------
        KeyError
            A column does not exist.
        TypeError
            A keyword is of the wrong kind, or cells cannot be hashed.
        ValueError
            A keyword is out of its range, lists of different lengths, weights that are negative,
            missing or infinite, a key that has the name of a result column, or more rows than
            memory holds.

        Notes
        -----
        Values that never meet have no row: their pointwise information is -inf, and they
        contribute nothing. Rare pairs have the largest values by chance alone, as one row may do;
        the contribution says how much a pair matters.

        References
        ----------
        Church, K. W. and Hanks, P. (1990). Word association norms, mutual information, and
        lexicography. Computational Linguistics 16, 22-29.
        Fano, R. M. (1961). Transmission of Information. MIT Press. Chapter 2.

        Examples
        --------
        >>> import pandas as pd
        >>> import pdkl
        >>> df = pd.DataFrame({"sky": ["grey", "grey", "blue", "blue"], "rain": list("ynnn")})
        >>> result = df.info_theory.pointwise_information("sky", "rain", base="bit")
        >>> result.drop(columns=["x", "y", "probability", "unit"]).round(3)
          category_x category_y  count  pointwise_information  contribution
        0       grey          y      1                  1.000         0.250
        1       blue          n      2                  0.415         0.208
        2       grey          n      1                 -0.585        -0.146
        """
        request = Request(
            method="pointwise_information",
            two_sided=False,
            by=by,
            weights=weights,
            base=base,
            dropna=dropna,
            bins=bins,
            binning=binning,
        )
        from pdkl.analyses import pointwise

        return pointwise.pointwise_information(self._data, request, x, y, given=given)
