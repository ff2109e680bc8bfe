"""What columns tell of each other: the public methods of dependence."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

from pdkl.analyses import dependence
from pdkl.api.base import Data
from pdkl.request.keywords import Request

if TYPE_CHECKING:
    import pandas as pd

    from pdkl.core.counts.bin_edges import Binning
    from pdkl.core.measures.joint import Normalization
    from pdkl.request.types import Base, By


class DependenceMethods(Data):
    """The methods of `InfoTheory` that look at columns together."""

    def mutual_information(
        self,
        x: Hashable | list[Any] | None = None,
        y: Hashable | list[Any] | None = None,
        *,
        given: Hashable | None = None,
        normalized: Normalization | None = None,
        by: By | None = None,
        weights: Hashable | None = None,
        base: Base = "nat",
        dropna: bool = True,
        bins: Any = None,
        binning: Binning | None = None,
        estimator: str = "plugin",
    ) -> pd.DataFrame:
        """Measure what one column tells of another.

        I(X; Y) = sum_xy p(x, y) log(p(x, y) / (p(x) p(y))), the divergence of the joint table from
        the one that independence would make: 0 for independent columns, H(X) where Y determines X.
        With ``given``, I(X; Y | Z) = sum_z p(z) I(X; Y | Z = z).

        Parameters
        ----------
        x, y : label or list of labels, optional
            The columns, paired. Without ``y``, each of ``x`` with every other string, categorical,
            boolean and object column; without both, all pairs of these.
        given : label, optional
            A third column that is known.
        normalized : {"min", "max", "mean", "sqrt", "joint", "x", "y"}, optional
            Divide by the minimum, maximum, mean or geometric mean of H(X) and H(Y), by H(X, Y), or
            by one of them: ``"x"`` gives Theil's uncertainty coefficient U(X | Y), the share of
            what is uncertain in x that y resolves. The result is in [0, 1]; it is NaN where the
            divisor is 0, as for a constant: there is nothing to tell.
        by : label, pandas.Grouper or list of these, optional
            What makes the groups.
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
            A row per group and pair: the keys of ``by``, ``x``, ``y``, ``given`` where there is one
            (str), ``n``, ``n_missing`` (int64, or float64 for fractional weights), ``categories``
            (int64, how many combinations occur), ``mutual_information`` (float64, in ``unit``;
            without unit where normalized), ``unit`` (str).

        Raises
        ------
        KeyError
            A column does not exist.
        TypeError
            A keyword is of the wrong kind, or cells cannot be hashed.
        ValueError
            A keyword is out of its range, lists of different lengths, weights that are negative,
            missing or infinite, or a key that has the name of a result column.

        References
        ----------
        Cover, T. M. and Thomas, J. A. (2006). Elements of Information Theory, 2nd edition.
        Wiley. Section 2.3.
        Theil, H. (1970). On the estimation of relationships involving qualitative variables.
        American Journal of Sociology 76, 103-154.

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
        """
        request = Request(
            method="mutual_information",
            two_sided=False,
            by=by,
            weights=weights,
            base=base,
            dropna=dropna,
            bins=bins,
            binning=binning,
            estimator=estimator,
        )
        return dependence.mutual_information(
            self._data, request, x, y, given=given, normalized=normalized
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
    ) -> pd.DataFrame:
        """Measure what stays uncertain in a column once another is known.

        H(X | Y) = -sum_xy p(x, y) log p(x | y) = H(X, Y) - H(Y): 0 where Y determines X, H(X) where
        it tells nothing.

        Parameters
        ----------
        x : label or list of labels
            The columns that are uncertain.
        given : label or list of labels
            The columns that are known, one for each of ``x``.
        by : label, pandas.Grouper or list of these, optional
            What makes the groups.
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
            A row per group and pair: the keys of ``by``, ``column``, ``given`` (str), ``n``,
            ``n_missing`` (int64, or float64 for fractional weights), ``categories`` (int64, how
            many combinations occur), ``conditional_entropy`` (float64, in ``unit``), ``unit``
            (str).

        Raises
        ------
        KeyError
            A column does not exist.
        TypeError
            A keyword is of the wrong kind, or cells cannot be hashed.
        ValueError
            A keyword is out of its range, lists of different lengths, weights that are negative,
            missing or infinite, or a key that has the name of a result column.

        References
        ----------
        Cover, T. M. and Thomas, J. A. (2006). Elements of Information Theory, 2nd edition.
        Wiley. Section 2.2.

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
        )
        return dependence.conditional_entropy(self._data, request, x, given)

    def variation_of_information(
        self,
        x: Hashable | list[Any] | None = None,
        y: Hashable | list[Any] | None = None,
        *,
        given: Hashable | None = None,
        by: By | None = None,
        weights: Hashable | None = None,
        base: Base = "nat",
        dropna: bool = True,
        bins: Any = None,
        binning: Binning | None = None,
    ) -> pd.DataFrame:
        """Measure how far two columns are from telling each other's value: a metric.

        VI(X, Y) = H(X | Y) + H(Y | X): 0 where each determines the other.

        Parameters
        ----------
        x, y : label or list of labels, optional
            The columns, paired. Without ``y``, each of ``x`` with every other string, categorical,
            boolean and object column; without both, all pairs of these.
        given : label, optional
            A third column that is known.
        by : label, pandas.Grouper or list of these, optional
            What makes the groups.
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
            A row per group and pair: the keys of ``by``, ``x``, ``y``, ``given`` where there is one
            (str), ``n``, ``n_missing`` (int64, or float64 for fractional weights), ``categories``
            (int64, how many combinations occur), ``variation_of_information`` (float64, in
            ``unit``), ``unit`` (str).

        Raises
        ------
        KeyError
            A column does not exist.
        TypeError
            A keyword is of the wrong kind, or cells cannot be hashed.
        ValueError
            A keyword is out of its range, lists of different lengths, weights that are negative,
            missing or infinite, or a key that has the name of a result column.

        References
        ----------
        Meila, M. (2007). Comparing clusterings: an information based distance. Journal of
        Multivariate Analysis 98, 873-895.

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
            by=by,
            weights=weights,
            base=base,
            dropna=dropna,
            bins=bins,
            binning=binning,
        )
        return dependence.variation_of_information(self._data, request, x, y, given=given)
