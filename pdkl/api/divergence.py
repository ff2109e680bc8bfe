"""How far two distributions are apart: the public methods that compare."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import TYPE_CHECKING, Any, Literal

from pdkl.api.base import Data
from pdkl.core.measures.catalogue import find_all
from pdkl.core.measures.measure import Measure
from pdkl.request.keywords import Request

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from pdkl.core.counts.bin_edges import Binning
    from pdkl.request.types import Against, Alphabet, Base, By, SmoothingRule, Zeros


DEFAULT_MEASURES = ("kl_divergence", "js_divergence", "total_variation")


class DivergenceMethods(Data):
    """The methods of `InfoTheory` that compare two distributions."""

    def kl_divergence(
        self,
        p: Hashable | list[Any] | None = None,
        q: Hashable | list[Any] | None = None,
        *,
        exclude: Hashable | list[Any] | None = None,
        by: By | None = None,
        reference: Any = None,
        against: Against | None = None,
        window: int | None = None,
        match: bool | None = None,
        weights: Hashable | None = None,
        base: Base = "nat",
        dropna: bool = True,
        alphabet: Alphabet = "observed",
        zeros: Zeros = "inf",
        smoothing: SmoothingRule | None = None,
        bins: Any = None,
        binning: Binning | None = None,
        confidence: float | None = None,
        test: bool | Literal["permutation"] = False,
        blocks: Hashable | None = None,
        n_resamples: int | None = None,
        rng: int | np.random.Generator | None = None,
        progress: bool = True,
    ) -> pd.DataFrame:
        """Measure the price of expecting Q where P happens: the relative entropy.

        KL(P || Q) = sum_x p(x) log(p(x) / q(x)) = H(P, Q) - H(P), at least 0, and 0 only for
        equal distributions. It is infinite where P has a category that Q lacks; ``unseen`` says
        how much of P that is. The direction matters: KL(P || Q) is not KL(Q || P).

        Parameters
        ----------
        p : label, tuple of labels, or list of these, optional
            The columns to measure. A tuple that is no column's name is these columns together.
        q : label, tuple of labels, or list of these, optional
            The columns to compare them with, one for each of ``p``, or one for all.
        exclude : label or list of labels, optional
            The columns to leave out: of all where none is named, else of those that are.
        by : label, pandas.Grouper, pdkl.Rolling or list of these, optional
            What makes the groups; of a `pdkl.Rolling`, windows that overlap.
        reference : DataFrame, mapping or group label, optional
            What P is compared with, where it is not a column.
        against : {"rest", "all", "pairs", "previous", "uniform"}, optional
            Which rows of the frame, or which fixed distribution, P is compared with.
        window : int of at least 1, optional
            With ``against="previous"``: how many of the groups before are Q together, 1 by default.
        match : bool, optional
            Whether a reference frame is matched group to group; None means yes where it has all
            keys and none is a Grouper. Otherwise all of it stands for every group.
        weights : label, optional
            The column of row weights or counts.
        base : {"nat", "bit", "dit"} or number above 1
            The base of the logarithm.
        dropna : bool
            Whether missing values are left out, or a category.
        alphabet : {"observed", "declared"} or int
            The categories that smoothing and ``"uniform"`` reach.
        zeros : {"inf", "raise", "drop"} or float in (0, 1)
            What a category does that P has and Q lacks.
        smoothing : {"laplace", "jeffreys", "perks"} or number above 0, optional
            The pseudo-count of every category of the alphabet.
        bins : int, str, sequence of edges, or mapping of these by column, optional
            How columns of numbers, times and durations are cut into categories.
        binning : {"quantile", "width"}, optional
            Whether a number of bins have equal shares, as by default, or equal widths.
        confidence : float in (0, 1), optional
            Add ``<measure>_low`` and ``<measure>_high``, an interval of this confidence.
        test : bool or "permutation"
            Add ``<measure>_excess`` and ``<measure>_noise_floor``, ``p_value`` and ``p_adjusted``.
            Rows of a `pdkl.Rolling` overlap; what that means is said there.
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
            A row per group and column: the keys of ``by``, ``column``, ``reference`` (str),
            ``<key>_reference`` where groups meet groups, ``n``, ``n_reference``, ``n_missing``,
            ``n_missing_reference`` (int64, or float64 for fractional weights; NA for a fixed Q),
            ``categories`` (int64), ``unseen``, ``vanished`` (float64, shares),
            ``kl_divergence`` (float64, in ``unit``), ``unit`` (str).

        Raises
        ------
        KeyError
            A column does not exist in the frame or the reference.
        TypeError
            Not exactly one of ``q``, ``reference``, ``against``; a keyword of the wrong kind;
            cells that cannot be hashed; two sides whose values can never be equal.
        ValueError
            A keyword out of its range; weights that are negative, missing or infinite; an unknown
            group label; a reference frame without a group in common; ``zeros="raise"`` and a
            category that Q lacks; a key with the name of a result column; more rows than memory
            holds, as of all pairs of very many groups.

        Notes
        -----
        Computed from the counts without cancellation: right to about 1e-15, relatively, however
        close P and Q are (1e-12 is tested), never negative, and the same to the last bit in any
        order of rows or categories. With fractional weights, as right as their float64 sums.

        References
        ----------
        Kullback, S. and Leibler, R. A. (1951). On information and sufficiency. Annals of
        Mathematical Statistics 22, 79-86.

        Examples
        --------
        >>> import pandas as pd
        >>> import pdkl
        >>> df = pd.DataFrame({
        ...     "month": [1, 1, 1, 1, 2, 2, 2, 2],
        ...     "dest": ["LAX", "LAX", "ORD", "ORD", "LAX", "LAX", "LAX", "BOS"],
        ... })
        >>> result = df.info_theory.kl_divergence("dest", by="month", against="previous")
        >>> result[["month", "month_reference", "unseen", "vanished", "kl_divergence"]]
           month  month_reference  unseen  vanished  kl_divergence
        0      1             <NA>     NaN       NaN            NaN
        1      2                1    0.25       0.5            inf
        """
        request = Request(
            method="kl_divergence",
            two_sided=True,
            measures=find_all("measures", "kl_divergence"),
            columns=p,
            exclude=exclude,
            q=q,
            by=by,
            reference=reference,
            against=against,
            window=window,
            match=match,
            weights=weights,
            base=base,
            dropna=dropna,
            alphabet=alphabet,
            zeros=zeros,
            smoothing=smoothing,
            bins=bins,
            binning=binning,
            confidence=confidence,
            test=test,
            blocks=blocks,
            n_resamples=n_resamples,
            rng=rng,
            progress=progress,
        )
        from pdkl.analyses import divergence

        return divergence.measure(self._data, request)

    def js_divergence(
        self,
        p: Hashable | list[Any] | None = None,
        q: Hashable | list[Any] | None = None,
        *,
        exclude: Hashable | list[Any] | None = None,
        by: By | None = None,
        reference: Any = None,
        against: Against | None = None,
        window: int | None = None,
        match: bool | None = None,
        weights: Hashable | None = None,
        base: Base = "nat",
        dropna: bool = True,
        alphabet: Alphabet = "observed",
        smoothing: SmoothingRule | None = None,
        bins: Any = None,
        binning: Binning | None = None,
        confidence: float | None = None,
        test: bool | Literal["permutation"] = False,
        blocks: Hashable | None = None,
        n_resamples: int | None = None,
        rng: int | np.random.Generator | None = None,
        progress: bool = True,
    ) -> pd.DataFrame:
        """Measure how far P and Q are apart: symmetric, and always finite.

        JS(P, Q) = (KL(P || M) + KL(Q || M)) / 2 with M = (P + Q) / 2. It is 0 for equal
        distributions and log 2 (1 bit) for those that share no category.

        Parameters
        ----------
        p : label, tuple of labels, or list of these, optional
            The columns to measure. A tuple that is no column's name is these columns together.
        q : label, tuple of labels, or list of these, optional
            The columns to compare them with, one for each of ``p``, or one for all.
        exclude : label or list of labels, optional
            The columns to leave out: of all where none is named, else of those that are.
        by : label, pandas.Grouper, pdkl.Rolling or list of these, optional
            What makes the groups; of a `pdkl.Rolling`, windows that overlap.
        reference : DataFrame, mapping or group label, optional
            What P is compared with, where it is not a column.
        against : {"rest", "all", "pairs", "previous", "uniform"}, optional
            Which rows of the frame, or which fixed distribution, P is compared with.
        window : int of at least 1, optional
            With ``against="previous"``: how many of the groups before are Q together, 1 by default.
        match : bool, optional
            Whether a reference frame is matched group to group; None means yes where it has all
            keys and none is a Grouper. Otherwise all of it stands for every group.
        weights : label, optional
            The column of row weights or counts.
        base : {"nat", "bit", "dit"} or number above 1
            The base of the logarithm.
        dropna : bool
            Whether missing values are left out, or a category.
        alphabet : {"observed", "declared"} or int
            The categories that smoothing and ``"uniform"`` reach.
        smoothing : {"laplace", "jeffreys", "perks"} or number above 0, optional
            The pseudo-count of every category of the alphabet.
        bins : int, str, sequence of edges, or mapping of these by column, optional
            How columns of numbers, times and durations are cut into categories.
        binning : {"quantile", "width"}, optional
            Whether a number of bins have equal shares, as by default, or equal widths.
        confidence : float in (0, 1), optional
            Add ``<measure>_low`` and ``<measure>_high``, an interval of this confidence.
        test : bool or "permutation"
            Add ``<measure>_excess`` and ``<measure>_noise_floor``, ``p_value`` and ``p_adjusted``.
            Rows of a `pdkl.Rolling` overlap; what that means is said there.
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
            A row per group and column: the keys of ``by``, ``column``, ``reference`` (str),
            ``<key>_reference`` where groups meet groups, ``n``, ``n_reference``, ``n_missing``,
            ``n_missing_reference`` (int64, or float64 for fractional weights; NA for a fixed Q),
            ``categories`` (int64), ``unseen``, ``vanished`` (float64, shares),
            ``js_divergence`` (float64, in ``unit``), ``unit`` (str).

        Raises
        ------
        KeyError
            A column does not exist in the frame or the reference.
        TypeError
            Not exactly one of ``q``, ``reference``, ``against``; a keyword of the wrong kind;
            cells that cannot be hashed; two sides whose values can never be equal.
        ValueError
            A keyword out of its range; weights that are negative, missing or infinite; an unknown
            group label; a reference frame without a group in common; a key with the name of a
            result column; more rows than memory holds, as of all pairs of very many groups.

        References
        ----------
        Lin, J. (1991). Divergence measures based on the Shannon entropy. IEEE Transactions on
        Information Theory 37, 145-151.

        Examples
        --------
        >>> import pandas as pd
        >>> import pdkl
        >>> df = pd.DataFrame({"left": ["red", "blue"], "right": ["blue", "green"]})
        >>> result = df.info_theory.js_divergence("left", "right", base="bit")
        >>> result[["column", "reference", "unseen", "vanished", "js_divergence", "unit"]]
          column reference  unseen  vanished  js_divergence unit
        0   left     right     0.5       0.5            0.5  bit
        """
        request = Request(
            method="js_divergence",
            two_sided=True,
            measures=find_all("measures", "js_divergence"),
            columns=p,
            exclude=exclude,
            q=q,
            by=by,
            reference=reference,
            against=against,
            window=window,
            match=match,
            weights=weights,
            base=base,
            dropna=dropna,
            alphabet=alphabet,
            smoothing=smoothing,
            bins=bins,
            binning=binning,
            confidence=confidence,
            test=test,
            blocks=blocks,
            n_resamples=n_resamples,
            rng=rng,
            progress=progress,
        )
        from pdkl.analyses import divergence

        return divergence.measure(self._data, request)

    def divergence(
        self,
        p: Hashable | list[Any] | None = None,
        q: Hashable | list[Any] | None = None,
        *,
        exclude: Hashable | list[Any] | None = None,
        measures: Iterable[str | tuple[str, float] | Measure] = DEFAULT_MEASURES,
        by: By | None = None,
        reference: Any = None,
        against: Against | None = None,
        window: int | None = None,
        match: bool | None = None,
        weights: Hashable | None = None,
        base: Base = "nat",
        dropna: bool = True,
        alphabet: Alphabet = "observed",
        zeros: Zeros = "inf",
        smoothing: SmoothingRule | None = None,
        bins: Any = None,
        binning: Binning | None = None,
        confidence: float | None = None,
        test: bool | Literal["permutation"] = False,
        blocks: Hashable | None = None,
        n_resamples: int | None = None,
        rng: int | np.random.Generator | None = None,
        progress: bool = True,
    ) -> pd.DataFrame:
        """Measure by any measures of the catalogue, side by side.

        `pdkl.measures` lists them with formula, bounds and source.

        Parameters
        ----------
        p : label, tuple of labels, or list of these, optional
            The columns to measure. A tuple that is no column's name is these columns together.
        q : label, tuple of labels, or list of these, optional
            The columns to compare them with, one for each of ``p``, or one for all.
        exclude : label or list of labels, optional
            The columns to leave out: of all where none is named, else of those that are.
        measures : iterable of str, (str, order) or Measure
            Names of `pdkl.measures`, such as ``"psi"``; with an order where it takes one, such as
            ``("renyi_divergence", 2)``, whose column is ``renyi_divergence(2)``; or records of your
            own.
        by : label, pandas.Grouper, pdkl.Rolling or list of these, optional
            What makes the groups; of a `pdkl.Rolling`, windows that overlap.
        reference : DataFrame, mapping or group label, optional
            What P is compared with, where it is not a column.
        against : {"rest", "all", "pairs", "previous", "uniform"}, optional
            Which rows of the frame, or which fixed distribution, P is compared with.
        window : int of at least 1, optional
            With ``against="previous"``: how many of the groups before are Q together, 1 by default.
        match : bool, optional
            Whether a reference frame is matched group to group; None means yes where it has all
            keys and none is a Grouper. Otherwise all of it stands for every group.
        weights : label, optional
            The column of row weights or counts.
        base : {"nat", "bit", "dit"} or number above 1
            The base of the logarithm.
        dropna : bool
            Whether missing values are left out, or a category.
        alphabet : {"observed", "declared"} or int
            The categories that smoothing, ``"uniform"`` and normalized_entropy reach.
        zeros : {"inf", "raise", "drop"} or float in (0, 1)
            What a category does that is lacking on the side that a measure divides by: Q for KL, P
            for reverse_kl, either for jeffreys and psi.
        smoothing : {"laplace", "jeffreys", "perks"} or number above 0, optional
            The pseudo-count of every category of the alphabet.
        bins : int, str, sequence of edges, or mapping of these by column, optional
            How columns of numbers, times and durations are cut into categories.
        binning : {"quantile", "width"}, optional
            Whether a number of bins have equal shares, as by default, or equal widths.
        confidence : float in (0, 1), optional
            Add ``<measure>_low`` and ``<measure>_high``, an interval of this confidence.
        test : bool or "permutation"
            Add ``<measure>_excess`` and ``<measure>_noise_floor``, ``p_value`` and ``p_adjusted``.
            Rows of a `pdkl.Rolling` overlap; what that means is said there.
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
            A row per group and column: the keys of ``by``, ``column``, ``reference`` (str),
            ``<key>_reference`` where groups meet groups, ``n``, ``n_reference``, ``n_missing``,
            ``n_missing_reference`` (int64, or float64 for fractional weights; NA for a fixed Q),
            ``categories`` (int64), ``unseen``, ``vanished`` (float64, shares), a column for each
            measure (float64, in ``unit`` where it has one; PSI always in nats), ``unit`` (str;
            "column" where all measures are in the unit of the column).

        Raises
        ------
        KeyError
            A column does not exist in the frame or the reference.
        TypeError
            Not exactly one of ``q``, ``reference``, ``against``; a keyword of the wrong kind;
            cells that cannot be hashed; two sides whose values can never be equal.
        ValueError
            As in `kl_divergence`; also an unknown measure or order, ``zeros`` where no measure
            divides by a share, and a measure of ordered values for a column without an order, for a
            profile that has not kept the values, or against ``"uniform"``.

        Notes
        -----
        **Ordered values.** ``"kolmogorov_smirnov"``, the largest distance between the distribution
        functions F and G, ``"wasserstein"``, the area between them, and ``"wasserstein_scaled"``,
        that in standard deviations of Q, are of numbers, times, durations and ordered levels. They
        see the values themselves, and ignore ``bins``, ``smoothing``, ``zeros`` and missing values,
        also with ``dropna=False``; other measures asked beside them do not. Numbers count as they
        are, times and durations in seconds, levels by rank. With such measures alone, ``p=None``
        means every column that has an order. The standard deviation is that of the finite values
        of Q, as shares: where there is none the measure is infinite, or 0 where P equals Q. Where
        one side has more at infinity, both areas are infinite.

        What exchanged rows would give, ``_excess`` and ``_noise_floor``, is drawn 199 times by
        default, from the same seed in each call unless ``rng`` gives one; with more than 512
        values, at places between which all values count together. ``p_value`` is that of the first
        measure asked for: of G for measures by category; for kolmogorov_smirnov that of
        `scipy.stats.ks_2samp` (beside shares of `scipy.stats.ks_1samp`), which is too large rather
        than too small where values repeat; for others, and with ``n_resamples``, ``blocks`` or
        ``test="permutation"``, that of the draws, below 5 % by three moments of them.

        References
        ----------
        Deza, M. M. and Deza, E. (2016). Encyclopedia of Distances, 4th edition. Springer. Chapter
        14. Those of each measure are in `pdkl.measures`.

        Examples
        --------
        >>> import pandas as pd
        >>> import pdkl
        >>> df = pd.DataFrame({"x": ["a", "a", "a", "b"], "y": ["a", "a", "b", "b"]})
        >>> result = df.info_theory.divergence(
        ...     "x", "y", measures=["total_variation", "psi", ("renyi_divergence", 2)]
        ... )
        >>> result[["column", "total_variation", "psi", "renyi_divergence(2)"]]
          column  total_variation       psi  renyi_divergence(2)
        0      x             0.25  0.274653             0.223144

        Numbers by how far they have moved, in their own unit:

        >>> today, before = pd.DataFrame({"age": [20, 30, 45]}), pd.DataFrame({"age": [20, 30, 30]})
        >>> measures = ["kolmogorov_smirnov", "wasserstein", "wasserstein_scaled"]
        >>> result = today.info_theory.divergence("age", reference=before, measures=measures)
        >>> result[measures].round(3)
           kolmogorov_smirnov  wasserstein  wasserstein_scaled
        0               0.333          5.0               1.061
        """
        request = Request(
            method="divergence",
            two_sided=True,
            measures=find_all("measures", measures),
            columns=p,
            exclude=exclude,
            q=q,
            by=by,
            reference=reference,
            against=against,
            window=window,
            match=match,
            weights=weights,
            base=base,
            dropna=dropna,
            alphabet=alphabet,
            zeros=zeros,
            smoothing=smoothing,
            bins=bins,
            binning=binning,
            confidence=confidence,
            test=test,
            blocks=blocks,
            n_resamples=n_resamples,
            rng=rng,
            progress=progress,
        )
        from pdkl.analyses import divergence

        return divergence.measure(self._data, request)
