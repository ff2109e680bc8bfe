"""The public methods of `Series.info_theory`: the same verbs, each answered by a number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from pdkl.api.calls import Methods
from pdkl.api.frame import InfoTheory
from pdkl.api.series_as_frames import NAME, OTHER, alone, beside, reference_of, value_of
from pdkl.core.measures.catalogue import find
from pdkl.core.measures.measure import Measure

if TYPE_CHECKING:
    from pdkl.core.measures.joint import Normalization
    from pdkl.request.types import Alphabet, Base, SmoothingRule, Zeros


class SeriesInfoTheory(Methods):
    """Information theory on one column: ``series.info_theory`` is ``SeriesInfoTheory(series)``.

    The methods of `InfoTheory` without ``by`` and ``weights``; each gives a plain float. The
    keywords mean what they mean there.

    Parameters
    ----------
    data : pandas.Series
        Raw values, not value counts. A Series named ``count`` or ``proportion``, as
        ``value_counts`` names its results, is refused.

    Examples
    --------
    >>> import pandas as pd
    >>> import pdkl
    >>> pd.Series(["heads", "tails"]).info_theory.entropy(base="bit")
    1.0
    """

    _wider = InfoTheory

    def __init__(self, data: pd.Series[Any]) -> None:
        self._data = data

    def __repr__(self) -> str:
        """Say what the methods are about, and how to go on."""
        named = isinstance(self._data, pd.Series)
        size = f"{len(self._data):,} values" if named else type(self._data).__name__
        return (
            f"<pdkl.SeriesInfoTheory of {size}: call .entropy(), .kl_divergence(other) or another "
            "method, see help(pdkl.SeriesInfoTheory)>"
        )

    def entropy(
        self,
        *,
        base: Base = "nat",
        dropna: bool = True,
        alphabet: Alphabet = "observed",
        smoothing: SmoothingRule | None = None,
        estimator: str = "plugin",
    ) -> float:
        """Measure how uncertain the values are: H(P) = -sum_x p(x) log p(x).

        Parameters
        ----------
        base : {"nat", "bit", "dit"} or number above 1
            The base of the logarithm.
        dropna : bool
            Whether missing values are left out, or a category.
        alphabet : {"observed", "declared"} or int
            The categories that smoothing reaches.
        smoothing : {"laplace", "jeffreys", "perks"} or number above 0, optional
            The pseudo-count of every category of the alphabet.
        estimator : str
            How entropy is estimated from counts, a name of `pdkl.estimators`. All but ``"plugin"``
            correct the bias of small samples; some use the size of the alphabet.

        Returns
        -------
        float
            The entropy in the unit of ``base``; NaN where there is no value.

        Raises
        ------
        TypeError
            The Series holds value counts, or cells that cannot be hashed.
        ValueError
            A keyword is out of its range.

        References
        ----------
        Shannon, C. E. (1948). A mathematical theory of communication. Bell System Technical
        Journal 27, 379-423.

        Examples
        --------
        >>> import pandas as pd
        >>> import pdkl
        >>> pd.Series(["a", "a", "a", "a", "b", "b", "c", "d"]).info_theory.entropy(base="bit")
        1.75
        """
        result = alone(self._data).entropy(
            NAME,
            base=base,
            dropna=dropna,
            alphabet=alphabet,
            smoothing=smoothing,
            estimator=estimator,
        )
        return float(result["entropy"].iloc[0])

    def cross_entropy(
        self,
        other: pd.Series[Any] | Mapping[Any, float],
        *,
        base: Base = "nat",
        dropna: bool = True,
        alphabet: Alphabet = "observed",
        zeros: Zeros = "inf",
        smoothing: SmoothingRule | None = None,
    ) -> float:
        """Measure the mean surprisal at these values of someone who expects ``other``.

        H(P, Q) = -sum_x p(x) log q(x).

        Parameters
        ----------
        other : Series or mapping {category: weight}
            Raw values, or a fixed distribution.
        base : {"nat", "bit", "dit"} or number above 1
            The base of the logarithm.
        dropna : bool
            Whether missing values are left out, or a category.
        alphabet : {"observed", "declared"} or int
            The categories that smoothing reaches.
        zeros : {"inf", "raise", "drop"} or float in (0, 1)
            What a category does that P has and Q lacks.
        smoothing : {"laplace", "jeffreys", "perks"} or number above 0, optional
            The pseudo-count of every category of the alphabet.

        Returns
        -------
        float
            The cross entropy in the unit of ``base``; NaN where a side has no value.

        Raises
        ------
        TypeError
            A side holds value counts, ``other`` is of another kind, or the values of the two
            sides can never be equal.
        ValueError
            A keyword is out of its range; ``zeros="raise"`` and a category that Q lacks.

        References
        ----------
        Cover, T. M. and Thomas, J. A. (2006). Elements of Information Theory, 2nd edition.
        Wiley. Section 5.4.

        Examples
        --------
        >>> import pandas as pd
        >>> import pdkl
        >>> pd.Series(["a", "b"]).info_theory.cross_entropy({"a": 3, "b": 1}, base="bit")
        1.207518749639422
        """
        result = alone(self._data).cross_entropy(
            NAME,
            reference=reference_of(other),
            base=base,
            dropna=dropna,
            alphabet=alphabet,
            zeros=zeros,
            smoothing=smoothing,
        )
        return value_of(result, "cross_entropy")

    def kl_divergence(
        self,
        other: pd.Series[Any] | Mapping[Any, float],
        *,
        base: Base = "nat",
        dropna: bool = True,
        alphabet: Alphabet = "observed",
        zeros: Zeros = "inf",
        smoothing: SmoothingRule | None = None,
    ) -> float:
        """Measure the price of expecting ``other`` where these values happen.

        KL(P || Q) = sum_x p(x) log(p(x) / q(x)).

        Parameters
        ----------
        other : Series or mapping {category: weight}
            Raw values, or a fixed distribution.
        base : {"nat", "bit", "dit"} or number above 1
            The base of the logarithm.
        dropna : bool
            Whether missing values are left out, or a category.
        alphabet : {"observed", "declared"} or int
            The categories that smoothing reaches.
        zeros : {"inf", "raise", "drop"} or float in (0, 1)
            What a category does that P has and Q lacks.
        smoothing : {"laplace", "jeffreys", "perks"} or number above 0, optional
            The pseudo-count of every category of the alphabet.

        Returns
        -------
        float
            The divergence in the unit of ``base``; NaN where a side has no value.

        Raises
        ------
        TypeError
            A side holds value counts, ``other`` is of another kind, or the values of the two
            sides can never be equal.
        ValueError
            A keyword is out of its range; ``zeros="raise"`` and a category that Q lacks.

        References
        ----------
        Kullback, S. and Leibler, R. A. (1951). On information and sufficiency. Annals of
        Mathematical Statistics 22, 79-86.

        Examples
        --------
        >>> import pandas as pd
        >>> import pdkl
        >>> today, reference = pd.Series(["a", "b"]), pd.Series(["a", "a", "a", "b"])
        >>> round(today.info_theory.kl_divergence(reference), 6)
        0.143841
        """
        result = alone(self._data).kl_divergence(
            NAME,
            reference=reference_of(other),
            base=base,
            dropna=dropna,
            alphabet=alphabet,
            zeros=zeros,
            smoothing=smoothing,
        )
        return value_of(result, "kl_divergence")

    def js_divergence(
        self,
        other: pd.Series[Any] | Mapping[Any, float],
        *,
        base: Base = "nat",
        dropna: bool = True,
        alphabet: Alphabet = "observed",
        smoothing: SmoothingRule | None = None,
    ) -> float:
        """Measure how far these values and ``other`` are apart, symmetric and finite.

        JS(P, Q) = (KL(P || M) + KL(Q || M)) / 2 with M = (P + Q) / 2, at most log 2.

        Parameters
        ----------
        other : Series or mapping {category: weight}
            Raw values, or a fixed distribution.
        base : {"nat", "bit", "dit"} or number above 1
            The base of the logarithm.
        dropna : bool
            Whether missing values are left out, or a category.
        alphabet : {"observed", "declared"} or int
            The categories that smoothing reaches.
        smoothing : {"laplace", "jeffreys", "perks"} or number above 0, optional
            The pseudo-count of every category of the alphabet.

        Returns
        -------
        float
            The divergence in the unit of ``base``; NaN where a side has no value.

        Raises
        ------
        TypeError
            A side holds value counts, ``other`` is of another kind, or the values of the two
            sides can never be equal.
        ValueError
            A keyword is out of its range.

        References
        ----------
        Lin, J. (1991). Divergence measures based on the Shannon entropy. IEEE Transactions on
        Information Theory 37, 145-151.

        Examples
        --------
        >>> import pandas as pd
        >>> import pdkl
        >>> pd.Series(["a", "b"]).info_theory.js_divergence({"b": 0.5, "c": 0.5}, base="bit")
        0.5
        """
        result = alone(self._data).js_divergence(
            NAME,
            reference=reference_of(other),
            base=base,
            dropna=dropna,
            alphabet=alphabet,
            smoothing=smoothing,
        )
        return value_of(result, "js_divergence")

    def divergence(
        self,
        other: pd.Series[Any] | Mapping[Any, float],
        measure: str | tuple[str, float] | Measure,
        *,
        base: Base = "nat",
        dropna: bool = True,
        alphabet: Alphabet = "observed",
        zeros: Zeros = "inf",
        smoothing: SmoothingRule | None = None,
    ) -> float:
        """Measure these values against ``other`` by any measure of the catalogue.

        `pdkl.measures` lists the measures with their formulas.

        Parameters
        ----------
        other : Series or mapping {category: weight}
            Raw values, or a fixed distribution.
        measure : str, (str, order) or Measure
            A name of `pdkl.measures`, with an order where it takes one, or a record of your own.
        base : {"nat", "bit", "dit"} or number above 1
            The base of the logarithm.
        dropna : bool
            Whether missing values are left out, or a category.
        alphabet : {"observed", "declared"} or int
            The categories that smoothing and normalized_entropy reach.
        zeros : {"inf", "raise", "drop"} or float in (0, 1)
            What a category does that is lacking on the side that a measure divides by: Q for KL, P
            for reverse_kl, either for jeffreys and psi.
        smoothing : {"laplace", "jeffreys", "perks"} or number above 0, optional
            The pseudo-count of every category of the alphabet.

        Returns
        -------
        float
            The measure, in the unit of ``base`` where it has one; NaN where a side has no value.

        Raises
        ------
        TypeError
            A side holds value counts, ``other`` is of another kind, or the values of the two
            sides can never be equal.
        ValueError
            An unknown measure or order, or a keyword out of its range.

        References
        ----------
        Those of each measure are in `pdkl.measures`.

        Examples
        --------
        >>> import pandas as pd
        >>> import pdkl
        >>> pd.Series(["a", "b"]).info_theory.divergence({"a": 3, "b": 1}, "total_variation")
        0.25
        """
        result = alone(self._data).divergence(
            NAME,
            measures=[find("measure", measure)],
            reference=reference_of(other),
            base=base,
            dropna=dropna,
            alphabet=alphabet,
            zeros=zeros,
            smoothing=smoothing,
        )
        return value_of(result, find("measure", measure).name)

    def diversity(
        self,
        measure: str | tuple[str, float] | Measure,
        *,
        base: Base = "nat",
        dropna: bool = True,
        alphabet: Alphabet = "observed",
        smoothing: SmoothingRule | None = None,
        estimator: str = "plugin",
    ) -> float:
        """Measure how diverse the values are, by any measure of one distribution.

        `InfoTheory.diversity` says which there are, `pdkl.measures` lists them with their formulas.

        Parameters
        ----------
        measure : str, (str, order) or Measure
            A name of `pdkl.measures` that is one-sided, with an order where it takes one, or a
            record of your own.
        base : {"nat", "bit", "dit"} or number above 1
            The base of the logarithm.
        dropna : bool
            Whether missing values are left out, or a category.
        alphabet : {"observed", "declared"} or int
            The categories that smoothing and normalized_entropy reach.
        smoothing : {"laplace", "jeffreys", "perks"} or number above 0, optional
            The pseudo-count of every category of the alphabet.
        estimator : str
            How entropy is estimated from counts, a name of `pdkl.estimators`, where all measures
            follow from it: entropy, perplexity, normalized_entropy and order 1. All but
            ``"plugin"`` correct the bias of small samples; some use the size of the alphabet, and
            some may leave the bounds of the measure.

        Returns
        -------
        float
            The measure, in the unit of ``base`` where it has one; NaN where there is no value.

        Raises
        ------
        TypeError
            The Series holds value counts, or cells that cannot be hashed.
        ValueError
            An unknown measure or order, a measure that compares two distributions, an
            ``estimator`` for one that does not follow from entropy, or a keyword out of its range.

        References
        ----------
        Those of each measure are in `pdkl.measures`.

        Examples
        --------
        >>> import pandas as pd
        >>> import pdkl
        >>> pd.Series(["a", "a", "a", "b"]).info_theory.diversity(("hill_number", 2))
        1.6
        """
        one = find("measure", measure, one_sided=True)
        result = alone(self._data).diversity(
            NAME,
            measures=[one],
            base=base,
            dropna=dropna,
            alphabet=alphabet,
            smoothing=smoothing,
            estimator=estimator,
        )
        return value_of(result, one.name)

    def mutual_information(
        self,
        other: pd.Series[Any],
        *,
        normalized: Normalization | None = None,
        correct: bool = False,
        base: Base = "nat",
        dropna: bool = True,
    ) -> float:
        """Measure what these values tell of those of ``other``, row by row.

        I(X; Y) = sum_xy p(x, y) log(p(x, y) / (p(x) p(y))).

        Parameters
        ----------
        other : Series
            Raw values with the same index.
        normalized : {"min", "max", "mean", "sqrt", "joint", "x", "y"}, optional
            What to divide by, as in `InfoTheory.mutual_information`.
        correct : bool
            Whether what chance alone gives is taken from both, as in
            `InfoTheory.mutual_information`; it needs ``normalized``.
        base : {"nat", "bit", "dit"} or number above 1
            The base of the logarithm.
        dropna : bool
            Whether a row that lacks one of the values is left out, or missing is a category.

        Returns
        -------
        float
            The information in the unit of ``base``, or a share where normalized; NaN without rows,
            or where nothing is left to divide by.

        Raises
        ------
        TypeError
            A side holds value counts, or ``other`` is no Series.
        ValueError
            The indexes differ, or a keyword is out of its range; ``correct`` without
            ``normalized``, or with ``"joint"``.

        References
        ----------
        Cover, T. M. and Thomas, J. A. (2006). Elements of Information Theory, 2nd edition.
        Wiley. Section 2.3.
        Vinh, N. X., Epps, J. and Bailey, J. (2010). Information theoretic measures for clusterings
        comparison: variants, properties, normalization and correction for chance. Journal of
        Machine Learning Research 11, 2837-2854.

        Examples
        --------
        >>> import pandas as pd
        >>> import pdkl
        >>> coat, rain = pd.Series(["on", "off"]), pd.Series([True, False])
        >>> coat.info_theory.mutual_information(rain, base="bit")
        1.0

        How far two clusterings agree beyond chance, the adjusted mutual information:

        >>> one, other = pd.Series(list("aaabbb")), pd.Series(list("xxyyzz"))
        >>> round(one.info_theory.mutual_information(other, normalized="mean", correct=True), 4)
        0.2988
        """
        result = beside(self._data, other).mutual_information(
            NAME, OTHER, normalized=normalized, correct=correct, base=base, dropna=dropna
        )
        return value_of(result, "mutual_information")

    def conditional_entropy(
        self, given: pd.Series[Any], *, base: Base = "nat", dropna: bool = True
    ) -> float:
        """Measure how uncertain these values stay once those of ``given`` are known, row by row.

        H(X | Y) = -sum_xy p(x, y) log p(x | y).

        Parameters
        ----------
        given : Series
            Raw values with the same index.
        base : {"nat", "bit", "dit"} or number above 1
            The base of the logarithm.
        dropna : bool
            Whether a row that lacks one of the values is left out, or missing is a category.

        Returns
        -------
        float
            The entropy in the unit of ``base``; NaN without rows.

        Raises
        ------
        TypeError
            A side holds value counts, or ``given`` is no Series.
        ValueError
            The indexes differ, or a keyword is out of its range.

        References
        ----------
        Cover, T. M. and Thomas, J. A. (2006). Elements of Information Theory, 2nd edition.
        Wiley. Section 2.2.

        Examples
        --------
        >>> import pandas as pd
        >>> import pdkl
        >>> land, city = pd.Series(["u", "u", "v", "w"]), pd.Series(["a", "a", "b", "b"])
        >>> land.info_theory.conditional_entropy(city, base="bit")
        0.5
        """
        result = beside(self._data, given).conditional_entropy(
            NAME, OTHER, base=base, dropna=dropna
        )
        return value_of(result, "conditional_entropy")
