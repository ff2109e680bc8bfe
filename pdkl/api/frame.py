"""The public methods of `DataFrame.info_theory`: signatures and docstrings, nothing else."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal

from pdkl.analyses import dependence, divergence, log_loss, profile, report_frames
from pdkl.analyses.drift import examine
from pdkl.analyses.explain import explain
from pdkl.core.measures.catalogue import find, find_all
from pdkl.core.measures.estimators import entropy_by
from pdkl.core.measures.measure import Measure
from pdkl.request.keywords import Request
from pdkl.sources.registry import describe

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from pdkl.core.counts.bin_edges import Binning
    from pdkl.core.measures.chain_rule import Chained
    from pdkl.core.measures.joint import Normalization
    from pdkl.report.document import Report
    from pdkl.request.types import Against, Alphabet, Base, By, SmoothingRule, Zeros
    from pdkl.sources.profile.profile import Profile


DEFAULT_MEASURES = ("kl_divergence", "js_divergence", "total_variation")


class InfoTheory:
    """Information theory on the columns of a frame: ``df.info_theory`` is ``InfoTheory(df)``.

    Each method counts how often each category occurs, in every group of ``by``, lines up two
    distributions by label where two are compared, and returns a tidy frame with one row per
    group and column. The frame itself is never changed.

    Parameters
    ----------
    data : DataFrame
        A pandas frame. Or a Table, RecordBatch, RecordBatchReader or Dataset of pyarrow, which is
        read in pieces and only in the columns needed, so that it may be larger than memory. Or a
        frame of polars (also lazy), Dask, PySpark or narwhals, a DuckDB relation or an Ibis table,
        which is counted where it is. Or a `Profile`, what was counted of any of these. In all these
        cases what comes home is the distinct combinations of groups and values and how often each
        occurs. A RecordBatchReader is used up by the first call, and rows read from it before are
        not counted; a query that is not materialised is run again by each call. Nothing is read or
        checked before a method is called.

    Notes
    -----
    Keywords mean the same in every method.

    **columns, p**
        A column name or a list of them. None means every string, categorical, boolean and object
        column outside ``by`` and ``weights``.
    **by**
        What makes the groups: a column name, a `pandas.Grouper` with ``key`` and ``freq``, or a
        list of these. A missing key is a group of its own, sorted last. None makes one group.
    **q, reference, against**
        What P is compared with; exactly one of them.

        - ``q``: another column of the frame, or a list that is paired with ``p``.
        - ``reference=frame``: that frame's column of the same name. It is matched group to group
          where it has all columns of ``by``, otherwise all of it stands for every group. For a
          Grouper it stands for every group, unless ``match=True``. A `Profile` of a frame that
          is gone does the same.
        - ``reference={category: weight}``: a fixed distribution, normalised, believed exactly
          and never smoothed; ``{column: {category: weight}}`` for several columns.
        - ``reference=label``: one group of ``by``, a tuple of labels where ``by`` has several
          keys.
        - ``against``: ``"rest"`` (all rows outside the group), ``"all"`` (all rows),
          ``"pairs"`` (each ordered pair of different groups), ``"previous"`` (the group before in
          the order of the last key, the other keys being equal), ``"uniform"`` (every category of
          the alphabet equally likely).
    **weights**
        A column of non-negative weights, or of counts where a row stands for several. It applies
        to both sides. Whole weights are added as integers, exactly up to 2**63 - 1; what is
        computed from counts above 2**53 is as exact as float64 can hold them.
    **base**
        ``"nat"`` (e), ``"bit"`` (2), ``"dit"`` (10), or a number above 1.
    **dropna**
        True leaves missing values out of the distribution; they are counted in ``n_missing``.
        False makes missing a category. None, NaN, NaT and NA are the same missing.
    **alphabet**
        The categories that could occur, fixed once per column: ``"observed"`` (those that do occur
        anywhere in the call, in any group, on either side), ``"declared"`` (also the levels of a
        categorical), or the number of them. It matters to ``smoothing`` and ``"uniform"``.
    **zeros**
        What a category does that P has and Q lacks: ``"inf"`` (the measure is infinite),
        ``"raise"`` (ValueError that names it), ``"drop"`` (both sides are restricted to what they
        share, and renormalised), or a floor in (0, 1) below which no category of Q falls before Q
        is renormalised.
    **smoothing**
        A pseudo-count, in rows, that every category of the alphabet gets on both sampled sides:
        a number above 0, ``"laplace"`` (1), ``"jeffreys"`` (1/2) or ``"perks"`` (1/K for an
        alphabet of K). It comes before ``zeros``.

    **bins, binning**
        For columns of numbers and datetimes: a number of bins, a rule of NumPy such as ``"fd"``,
        edges that increase, or a mapping {column: one of these}. A number of bins has equal shares
        (``binning="quantile"``, the default where two sides or columns are compared) or equal
        widths (``"width"``, the default for one). Edges are fitted once per column, to the whole
        reference where there is one, else to all rows. Intervals are [low, high), the last one
        closed; what lies outside, infinities too, is in the categories "below" and "above". Where
        there are fewer distinct values than bins, each has its own.
    **confidence**
        The percentile interval of a bootstrap of the counts, less twice its own bias, within the
        bounds of the measure. NaN where the bias reaches half the width: the sample is too small
        for its categories, and no interval would be honest. Infinite draws make ``_high`` infinite.
    **test**
        What the score would be if nothing differed, by drawing each comparison again
        ``n_resamples`` times: rows dealt to the two sides at random, a group taken from a fixed
        whole (``against="all"``), or rows drawn from a fixed distribution. ``_excess`` is the score
        less its mean then (for js_distance the root of the excess js_divergence), ``_noise_floor``
        the value that it stays below in 95 % of the draws. ``p_value`` is that of the G statistic,
        2N I(side; category), whatever the measure: the tail of a gamma distribution with the mean
        and variance of the draws, or with ``"permutation"`` the share of draws that reach it.
        ``p_adjusted`` (Benjamini and Hochberg) holds the rate of false discoveries over all rows of
        the result. Weights must be whole numbers of rows.
    **blocks**
        A test and an interval assume that the rows of a comparison are independent of each other.
        Rows that come in bunches, such as the flights of a stormy day, are not, and make p-values
        far too small. ``blocks="day"`` moves the rows of a day, in each group, together: it assumes
        no more than that days are independent.

    Results are plain frames that can be written to Parquet or SQL. ``attrs["pdkl"]`` holds the
    settings of the call. Columns that several methods share:

    ======================= ====================================================================
    keys of ``by``          in their own dtype
    ``column``              the column that is measured
    ``reference``           the other column's name, or rest, all, pairs, previous, uniform,
                            group, frame, profile, mapping
    ``<key>_reference``     the keys of the group that is Q, where groups meet groups
    ``n``, ``n_reference``  the weight of each side's distribution: int64, or float64 for
                            fractional weights; NA for a fixed Q
    ``n_missing``,          the weight of the missing values, also where ``dropna=False`` makes
    ``n_missing_reference`` them part of ``n``
    ``categories``          how many categories either side has
    ``unseen``              the share of P in categories that Q lacks
    ``vanished``            the share of Q in categories that P lacks
    ``unit``                nat, bit, dit or base b
    ======================= ====================================================================

    Counts, ``unseen`` and ``vanished`` are those before smoothing. Where a side has no rows, the
    measure, ``unseen`` and ``vanished`` are NaN.

    References
    ----------
    Cover, T. M. and Thomas, J. A. (2006). Elements of Information Theory, 2nd edition. Wiley.

    Examples
    --------
    >>> import pandas as pd
    >>> import pdkl
    >>> df = pd.DataFrame({"shop": ["a", "a", "b", "b"], "fruit": ["fig", "fig", "fig", "kiwi"]})
    >>> result = df.info_theory.kl_divergence("fruit", by="shop", against="all")
    >>> result[["shop", "n", "n_reference", "vanished", "kl_divergence", "unit"]]
      shop  n  n_reference  vanished  kl_divergence unit
    0    a  2            4      0.25       0.287682  nat
    1    b  2            4      0.00       0.143841  nat
    """

    def __init__(self, data: Any) -> None:
        self._data = data

    def __repr__(self) -> str:
        """Say what the methods are about, and how to go on."""
        return (
            f"<pdkl.InfoTheory of {describe(self._data)}: call .entropy(), .kl_divergence(), "
            ".drift() or another method, see help(pdkl.InfoTheory)>"
        )

    def entropy(
        self,
        columns: Hashable | list[Any] | None = None,
        *,
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
        n_resamples: int = 199,
        rng: int | np.random.Generator | None = None,
        progress: bool = True,
    ) -> pd.DataFrame:
        """Measure how uncertain each column is, in each group.

        H(P) = -sum_x p(x) log p(x), the mean surprisal, from the shares of the categories (the
        plug-in estimator), or by another ``estimator``. It is 0 for a single category and log K for
        K equally likely ones.

        Parameters
        ----------
        columns : label or list of labels, optional
            The columns to measure.
        joint : bool
            Whether to measure all columns together: one row per group, ``column`` being "a, b". A
            row that lacks one of the values is missing.
        by : label, pandas.Grouper or list of these, optional
            What makes the groups.
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
            How columns of numbers and datetimes are cut into categories.
        binning : {"quantile", "width"}, optional
            Whether a number of bins have equal shares or equal widths.
        estimator : str
            How entropy is estimated from counts, a name of `pdkl.estimators`. All but
            ``"plugin"`` correct the bias of small samples; some use the size of the alphabet.
        confidence : float in (0, 1), optional
            Add ``<measure>_low`` and ``<measure>_high``, an interval of this confidence.
        blocks : label, optional
            A column whose values say which rows move together when a comparison is drawn again.
        n_resamples : int
            How often each comparison is drawn again.
        rng : int or numpy.random.Generator, optional
            The seed of the draws; the same one gives the same result.
        progress : bool
            Whether long work shows a bar, where tqdm is installed.

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
            measures=(entropy_by(estimator),),
            columns=columns,
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
        return divergence.measure(self._data, request)

    def cross_entropy(
        self,
        p: Hashable | list[Any] | None = None,
        q: Hashable | list[Any] | None = None,
        *,
        by: By | None = None,
        reference: Any = None,
        against: Against | None = None,
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
        n_resamples: int = 199,
        rng: int | np.random.Generator | None = None,
        progress: bool = True,
    ) -> pd.DataFrame:
        """Measure the mean surprisal at P of someone who expects Q.

        H(P, Q) = -sum_x p(x) log q(x) = H(P) + KL(P || Q). It is infinite where P has a category
        that Q lacks.

        Parameters
        ----------
        p : label or list of labels, optional
            The columns to measure.
        q : label or list of labels, optional
            The columns to compare them with, one for each of ``p``.
        by : label, pandas.Grouper or list of these, optional
            What makes the groups.
        reference : DataFrame, mapping or group label, optional
            What P is compared with, where it is not a column.
        against : {"rest", "all", "pairs", "previous", "uniform"}, optional
            Which rows of the frame, or which fixed distribution, P is compared with.
        match : bool, optional
            Whether a reference frame is matched group to group.
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
            How columns of numbers and datetimes are cut into categories.
        binning : {"quantile", "width"}, optional
            Whether a number of bins have equal shares or equal widths.
        confidence : float in (0, 1), optional
            Add ``<measure>_low`` and ``<measure>_high``, an interval of this confidence.
        test : bool or "permutation"
            Add ``<measure>_excess`` and ``<measure>_noise_floor``, ``p_value`` and ``p_adjusted``.
        blocks : label, optional
            A column whose values say which rows move together when a comparison is drawn again.
        n_resamples : int
            How often each comparison is drawn again.
        rng : int or numpy.random.Generator, optional
            The seed of the draws; the same one gives the same result.
        progress : bool
            Whether long work shows a bar, where tqdm is installed.

        Returns
        -------
        pandas.DataFrame
            A row per group and column: the keys of ``by``, ``column``, ``reference`` (str),
            ``<key>_reference`` where groups meet groups, ``n``, ``n_reference``, ``n_missing``,
            ``n_missing_reference`` (int64, or float64 for fractional weights; NA for a fixed Q),
            ``categories`` (int64), ``unseen``, ``vanished`` (float64, shares),
            ``cross_entropy`` (float64, in ``unit``), ``unit`` (str).

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
            category that Q lacks; a key with the name of a result column.

        References
        ----------
        Cover, T. M. and Thomas, J. A. (2006). Elements of Information Theory, 2nd edition.
        Wiley. Section 5.4.

        Examples
        --------
        A die that shows 1 half of the time, for someone who expects a fair one:

        >>> import pandas as pd
        >>> import pdkl
        >>> die = pd.DataFrame({"face": [1, 2, 3, 4, 5, 6], "count": [5, 1, 1, 1, 1, 1]})
        >>> result = die.info_theory.cross_entropy(
        ...     "face", weights="count", against="uniform", base="bit"
        ... )
        >>> result[["column", "n", "categories", "cross_entropy", "unit"]]
          column   n  categories  cross_entropy unit
        0   face  10           6       2.584963  bit
        """
        request = Request(
            method="cross_entropy",
            two_sided=True,
            measures=find_all("measures", "cross_entropy"),
            columns=p,
            q=q,
            by=by,
            reference=reference,
            against=against,
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
        return divergence.measure(self._data, request)

    def kl_divergence(
        self,
        p: Hashable | list[Any] | None = None,
        q: Hashable | list[Any] | None = None,
        *,
        by: By | None = None,
        reference: Any = None,
        against: Against | None = None,
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
        n_resamples: int = 199,
        rng: int | np.random.Generator | None = None,
        progress: bool = True,
    ) -> pd.DataFrame:
        """Measure the price of expecting Q where P happens: the relative entropy.

        KL(P || Q) = sum_x p(x) log(p(x) / q(x)) = H(P, Q) - H(P), at least 0, and 0 only for
        equal distributions. It is infinite where P has a category that Q lacks; ``unseen`` says
        how much of P that is. The direction matters: KL(P || Q) is not KL(Q || P).

        Parameters
        ----------
        p : label or list of labels, optional
            The columns to measure.
        q : label or list of labels, optional
            The columns to compare them with, one for each of ``p``.
        by : label, pandas.Grouper or list of these, optional
            What makes the groups.
        reference : DataFrame, mapping or group label, optional
            What P is compared with, where it is not a column.
        against : {"rest", "all", "pairs", "previous", "uniform"}, optional
            Which rows of the frame, or which fixed distribution, P is compared with.
        match : bool, optional
            Whether a reference frame is matched group to group.
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
            How columns of numbers and datetimes are cut into categories.
        binning : {"quantile", "width"}, optional
            Whether a number of bins have equal shares or equal widths.
        confidence : float in (0, 1), optional
            Add ``<measure>_low`` and ``<measure>_high``, an interval of this confidence.
        test : bool or "permutation"
            Add ``<measure>_excess`` and ``<measure>_noise_floor``, ``p_value`` and ``p_adjusted``.
        blocks : label, optional
            A column whose values say which rows move together when a comparison is drawn again.
        n_resamples : int
            How often each comparison is drawn again.
        rng : int or numpy.random.Generator, optional
            The seed of the draws; the same one gives the same result.
        progress : bool
            Whether long work shows a bar, where tqdm is installed.

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
            category that Q lacks; a key with the name of a result column.

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
            q=q,
            by=by,
            reference=reference,
            against=against,
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
        return divergence.measure(self._data, request)

    def js_divergence(
        self,
        p: Hashable | list[Any] | None = None,
        q: Hashable | list[Any] | None = None,
        *,
        by: By | None = None,
        reference: Any = None,
        against: Against | None = None,
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
        n_resamples: int = 199,
        rng: int | np.random.Generator | None = None,
        progress: bool = True,
    ) -> pd.DataFrame:
        """Measure how far P and Q are apart: symmetric, and always finite.

        JS(P, Q) = (KL(P || M) + KL(Q || M)) / 2 with M = (P + Q) / 2. It is 0 for equal
        distributions and log 2 (1 bit) for those that share no category.

        Parameters
        ----------
        p : label or list of labels, optional
            The columns to measure.
        q : label or list of labels, optional
            The columns to compare them with, one for each of ``p``.
        by : label, pandas.Grouper or list of these, optional
            What makes the groups.
        reference : DataFrame, mapping or group label, optional
            What P is compared with, where it is not a column.
        against : {"rest", "all", "pairs", "previous", "uniform"}, optional
            Which rows of the frame, or which fixed distribution, P is compared with.
        match : bool, optional
            Whether a reference frame is matched group to group.
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
            How columns of numbers and datetimes are cut into categories.
        binning : {"quantile", "width"}, optional
            Whether a number of bins have equal shares or equal widths.
        confidence : float in (0, 1), optional
            Add ``<measure>_low`` and ``<measure>_high``, an interval of this confidence.
        test : bool or "permutation"
            Add ``<measure>_excess`` and ``<measure>_noise_floor``, ``p_value`` and ``p_adjusted``.
        blocks : label, optional
            A column whose values say which rows move together when a comparison is drawn again.
        n_resamples : int
            How often each comparison is drawn again.
        rng : int or numpy.random.Generator, optional
            The seed of the draws; the same one gives the same result.
        progress : bool
            Whether long work shows a bar, where tqdm is installed.

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
            result column.

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
            q=q,
            by=by,
            reference=reference,
            against=against,
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
        return divergence.measure(self._data, request)

    def divergence(
        self,
        p: Hashable | list[Any] | None = None,
        q: Hashable | list[Any] | None = None,
        *,
        measures: Iterable[str | tuple[str, float] | Measure] = DEFAULT_MEASURES,
        by: By | None = None,
        reference: Any = None,
        against: Against | None = None,
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
        n_resamples: int = 199,
        rng: int | np.random.Generator | None = None,
        progress: bool = True,
    ) -> pd.DataFrame:
        """Measure by any measures of the catalogue, side by side.

        `pdkl.measures` lists them with formula, bounds and source.

        Parameters
        ----------
        p : label or list of labels, optional
            The columns to measure.
        q : label or list of labels, optional
            The columns to compare them with, one for each of ``p``.
        measures : iterable of str, (str, order) or Measure
            Names of `pdkl.measures`, such as ``"psi"``; with an order where it takes one, such as
            ``("renyi_divergence", 2)``, whose column is ``renyi_divergence(2)``; or records of your
            own.
        by : label, pandas.Grouper or list of these, optional
            What makes the groups.
        reference : DataFrame, mapping or group label, optional
            What P is compared with, where it is not a column.
        against : {"rest", "all", "pairs", "previous", "uniform"}, optional
            Which rows of the frame, or which fixed distribution, P is compared with.
        match : bool, optional
            Whether a reference frame is matched group to group.
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
            How columns of numbers and datetimes are cut into categories.
        binning : {"quantile", "width"}, optional
            Whether a number of bins have equal shares or equal widths.
        confidence : float in (0, 1), optional
            Add ``<measure>_low`` and ``<measure>_high``, an interval of this confidence.
        test : bool or "permutation"
            Add ``<measure>_excess`` and ``<measure>_noise_floor``, ``p_value`` and ``p_adjusted``.
        blocks : label, optional
            A column whose values say which rows move together when a comparison is drawn again.
        n_resamples : int
            How often each comparison is drawn again.
        rng : int or numpy.random.Generator, optional
            The seed of the draws; the same one gives the same result.
        progress : bool
            Whether long work shows a bar, where tqdm is installed.

        Returns
        -------
        pandas.DataFrame
            A row per group and column: the keys of ``by``, ``column``, ``reference`` (str),
            ``<key>_reference`` where groups meet groups, ``n``, ``n_reference``, ``n_missing``,
            ``n_missing_reference`` (int64, or float64 for fractional weights; NA for a fixed Q),
            ``categories`` (int64), ``unseen``, ``vanished`` (float64, shares), a column for each
            measure (float64, in ``unit`` where it has one; PSI always in nats), ``unit`` (str).

        Raises
        ------
        KeyError
            A column does not exist in the frame or the reference.
        TypeError
            Not exactly one of ``q``, ``reference``, ``against``; a keyword of the wrong kind;
            cells that cannot be hashed; two sides whose values can never be equal.
        ValueError
            As in `kl_divergence`; also an unknown measure or order, and ``zeros`` where no measure
            divides by a share.

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
        """
        request = Request(
            method="divergence",
            two_sided=True,
            measures=find_all("measures", measures),
            columns=p,
            q=q,
            by=by,
            reference=reference,
            against=against,
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
        return divergence.measure(self._data, request)

    def contributions(
        self,
        p: Hashable | list[Any] | None = None,
        q: Hashable | list[Any] | None = None,
        *,
        measure: str | tuple[str, float] | Measure = "kl_divergence",
        by: By | None = None,
        reference: Any = None,
        against: Against | None = None,
        match: bool | None = None,
        weights: Hashable | None = None,
        base: Base = "nat",
        dropna: bool = True,
        alphabet: Alphabet = "observed",
        zeros: Zeros = "inf",
        smoothing: SmoothingRule | None = None,
        bins: Any = None,
        binning: Binning | None = None,
    ) -> pd.DataFrame:
        """Say which categories drive a measure: its terms, a row per category.

        For KL the term is p log(p / q): positive where P has more of a category than Q expects,
        negative where it has less. The terms of a group add up to the measure, or to what its last
        step is taken of: those of js_distance, its root, to js_divergence. `plot.contributions`
        draws them.

        Parameters
        ----------
        p : label or list of labels, optional
            The columns to measure.
        q : label or list of labels, optional
            The columns to compare them with, one for each of ``p``.
        measure : str, (str, order) or Measure
            Whose terms to show: a name of `pdkl.measures`, with an order where it has one, or a
            record of your own.
        by : label, pandas.Grouper or list of these, optional
            What makes the groups.
        reference : DataFrame, mapping or group label, optional
            What P is compared with, where it is not a column.
        against : {"rest", "all", "pairs", "previous", "uniform"}, optional
            Which rows of the frame, or which fixed distribution, P is compared with.
        match : bool, optional
            Whether a reference frame is matched group to group.
        weights : label, optional
            The column of row weights or counts.
        base : {"nat", "bit", "dit"} or number above 1
            The base of the logarithm.
        dropna : bool
            Whether missing values are left out, or a category.
        alphabet : {"observed", "declared"} or int
            The categories that smoothing and ``"uniform"`` reach.
        zeros : {"inf", "raise", "drop"} or float in (0, 1)
            What a category does that P has and Q lacks; only for measures that divide by Q.
        smoothing : {"laplace", "jeffreys", "perks"} or number above 0, optional
            The pseudo-count of every category of the alphabet.
        bins : int, str, sequence of edges, or mapping of these by column, optional
            How columns of numbers and datetimes are cut into categories.
        binning : {"quantile", "width"}, optional
            Whether a number of bins have equal shares or equal widths.

        Returns
        -------
        pandas.DataFrame
            A row per group, column and category of the alphabet: the keys of ``by``, ``column``,
            ``reference`` (str), ``<key>_reference`` where groups meet groups, ``category`` (the
            value, or its text where the columns asked for are of different kinds; for bins the text
            of the interval, with ``low`` and ``high``), ``count``,
            ``count_reference`` (int64, or float64 for fractional weights; NA for a fixed Q),
            ``p``, ``q`` (float64, the shares after smoothing and zeros), ``contribution``
            (float64, in ``unit``), ``unit`` (str). In each group infinite contributions come
            first, then the largest; groups without a value come last.

        Raises
        ------
        KeyError
            A column does not exist in the frame or the reference.
        TypeError
            Not exactly one of ``q``, ``reference``, ``against``; a keyword of the wrong kind;
            cells that cannot be hashed; two sides whose values can never be equal.
        ValueError
            As in `kl_divergence`; also ``zeros`` for a measure that does not divide by Q, and an
            ``alphabet`` size that gives probability to categories without a name.

        References
        ----------
        Kullback, S. and Leibler, R. A. (1951). On information and sufficiency. Annals of
        Mathematical Statistics 22, 79-86.

        Examples
        --------
        >>> import pandas as pd
        >>> import pdkl
        >>> df = pd.DataFrame({"fruit": ["fig", "fig", "fig", "kiwi"]})
        >>> result = df.info_theory.contributions("fruit", reference={"fig": 1, "kiwi": 1})
        >>> result[["category", "count", "p", "q", "contribution"]]
          category  count     p    q  contribution
        0      fig      3  0.75  0.5      0.304099
        1     kiwi      1  0.25  0.5     -0.173287
        """
        request = Request(
            method="contributions",
            two_sided=True,
            shows="contributions",
            measures=(find("measure", measure),),
            columns=p,
            q=q,
            by=by,
            reference=reference,
            against=against,
            match=match,
            weights=weights,
            base=base,
            dropna=dropna,
            alphabet=alphabet,
            zeros=zeros,
            smoothing=smoothing,
            bins=bins,
            binning=binning,
        )
        return divergence.contributions(self._data, request)

    def explain(
        self,
        reference: Any,
        columns: Hashable | list[Any] | None = None,
        *,
        by: By | None = None,
        measure: Chained = "js_divergence",
        weights: Hashable | None = None,
        base: Base = "nat",
        dropna: bool = False,
        bins: Any = None,
        binning: Binning | None = None,
        n_resamples: int = 199,
        rng: int | np.random.Generator | None = None,
        progress: bool = True,
    ) -> pd.DataFrame:
        """Say why the frame differs from a reference: in which columns, or in which segments.

        The chain rule splits a divergence exactly. Without ``by`` it is that of all columns
        together, split into the part of each column given those before it:
        KL(P(x, y) || Q(x, y)) = KL(P(x) || Q(x)) + sum_x P(x) KL(P(y | x) || Q(y | x)), and so on.
        With ``by`` it is that of each column within segments s, split into the change of the mix
        and that within each segment: KL(P(s, x) || Q(s, x)) = KL(P(s) || Q(s)) +
        sum_s P(s) KL(P(x | s) || Q(x | s)).

        JS is split alike through the mixture M = (P + Q) / 2: what is within x weighs M(x), and is
        w KL(P || N) + (1 - w) KL(Q || N), N = w P + (1 - w) Q, of P(y | x) and Q(y | x), with
        w = P(x) / (P(x) + Q(x)). So it stays finite, and where one side lacks x it adds nothing.

        Parameters
        ----------
        reference : DataFrame
            The rows to compare with, Q; those of the frame are P.
        columns : label or list of labels, optional
            The columns to explain the change by; with ``by``, those to explain one by one.
        by : label, pandas.Grouper or list of these, optional
            What makes the segments; both sides must have it.
        measure : {"js_divergence", "kl_divergence"}
            The divergence that is split. The columns are chosen by JS in either case: KL is
            infinite wherever a combination is new.
        weights : label, optional
            The column of counts: of how many rows each row stands for, on both sides.
        base : {"nat", "bit", "dit"} or number above 1
            The base of the logarithm.
        dropna : bool
            Whether rows that lack a value are left out (without ``by``, a value in any of the
            columns). By default missing is a category, as values that go missing are a change.
        bins : int, str, sequence of edges, or mapping of these by column, optional
            How columns of numbers and datetimes are cut into categories, fitted to the reference.
        binning : {"quantile", "width"}, optional
            Whether a number of bins have equal shares, as by default, or equal widths.
        n_resamples : int
            How often each part is drawn again.
        rng : int or numpy.random.Generator, optional
            The seed of the draws; the same one gives the same result.
        progress : bool
            Whether long work shows a bar, where tqdm is installed.

        Returns
        -------
        pandas.DataFrame
            Without ``by`` a row per step: ``step`` (int64), ``column``, ``given`` (str, the columns
            before it, "a, b"); the last ``column`` is "(not resolved)" for what the columns left
            have changed together, unless all are chosen. With ``by`` a row for the mix and one per
            segment, for each column: the keys of ``by`` (missing for the mix; integers and booleans
            in pandas' nullable dtypes), ``column``, ``part`` (str, "mix" or "within").

            Then ``n``, ``n_reference``, ``n_missing``, ``n_missing_reference`` (int64), with ``by``
            also ``weight`` (P(s), or M(s) for JS) and ``divergence`` (within the segment; NaN where
            one side lacks it), whose product is the contribution; ``contribution``, ``share`` (of
            their sum; NaN where that is 0 or infinite), ``expected`` (what the contribution is on
            average if nothing differs), ``excess`` (contribution - expected), ``noise_floor`` (what
            it stays below in 95 % of the draws if nothing differs), all float64 and but for weight
            and share in ``unit`` (str). Contributions add up to the whole divergence.

        Raises
        ------
        KeyError
            A column does not exist in the frame or the reference.
        TypeError
            The reference is no frame, a keyword is of the wrong kind, a column holds other kinds of
            values on the two sides, or cells cannot be hashed.
        ValueError
            A keyword is out of its range, a column is named twice or also in ``by``, weights are
            negative, missing or fractional, or a key has the name of a result column.

        Notes
        -----
        "If nothing differs" means: in what the part adds, given what comes before it. The rows that
        agree in the columns before, or are in the same segment, are dealt anew to the two sides, to
        each as many as it has of them.

        Each step takes the column with the largest excess of JS, not the largest contribution: that
        grows with the number of categories, also where nothing changed. It stops where no column
        adds more than chance would in 5 % of all cases, for as many columns as are left. Then it
        looks for two columns that changed only in what one tells of the other, among those whose
        combinations, given the columns before, have five rows on average; it takes both, and goes
        on. What only three or more show together stays unresolved.

        The more columns are together, the fewer rows their combinations have; where each row has
        its own, JS is log 2 whatever happened. The contribution of "(not resolved)" is large then,
        but so is what is expected: only the excess counts. A change that is found among few columns
        may drown among many, so name those that matter.

        References
        ----------
        Cover, T. M. and Thomas, J. A. (2006). Elements of Information Theory, 2nd edition.
        Wiley. Section 2.5.
        Lin, J. (1991). Divergence measures based on the Shannon entropy. IEEE Transactions on
        Information Theory 37, 145-151.

        Examples
        --------
        Both columns have the shares that they had; what changed is what one tells of the other:

        >>> import pandas as pd
        >>> import pdkl
        >>> before = pd.DataFrame({"paid": list("nnyy"), "sent": list("nyny"), "rows": 250})
        >>> today = pd.DataFrame({"paid": list("ny"), "sent": list("ny"), "rows": 500})
        >>> why = today.info_theory.explain(before, weights="rows", base="bit", rng=0)
        >>> why[["step", "column", "given", "contribution", "share", "unit"]]
           step column given  contribution  share unit
        0     1   paid            0.000000    0.0  bit
        1     2   sent  paid      0.311278    1.0  bit

        >>> why = today.info_theory.explain(before, "sent", by="paid", weights="rows", rng=0)
        >>> why[["paid", "column", "part", "weight", "divergence", "contribution", "share"]]
          paid column    part  weight  divergence  contribution  share
        0  NaN   sent     mix     1.0    0.000000      0.000000    0.0
        1    n   sent  within     0.5    0.215762      0.107881    0.5
        2    y   sent  within     0.5    0.215762      0.107881    0.5
        """
        request = Request(
            method="explain",
            two_sided=True,
            columns=columns,
            by=by,
            reference=reference,
            weights=weights,
            base=base,
            dropna=dropna,
            bins=bins,
            binning=binning,
            test=True,
            n_resamples=n_resamples,
            rng=rng,
            progress=progress,
        )
        return explain.explain(self._data, request, measure=measure)

    def distribution(
        self,
        columns: Hashable | list[Any] | None = None,
        *,
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
        columns : label or list of labels, optional
            The columns to show.
        by : label, pandas.Grouper or list of these, optional
            What makes the groups.
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
            How columns of numbers and datetimes are cut into categories.
        binning : {"quantile", "width"}, optional
            Whether a number of bins have equal shares or equal widths.

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
            a name.

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
            by=by,
            weights=weights,
            base=base,
            dropna=dropna,
            alphabet=alphabet,
            smoothing=smoothing,
            bins=bins,
            binning=binning,
        )
        return divergence.distribution(self._data, request)

    def drift(
        self,
        reference: Any,
        columns: Hashable | list[Any] | None = None,
        *,
        by: By | None = None,
        measure: str | tuple[str, float] | Measure = "js_distance",
        threshold: float = 0.1,
        alpha: float = 0.05,
        dropna: bool = False,
        bins: Any = 10,
        blocks: Hashable | None = None,
        match: bool | None = None,
        weights: Hashable | None = None,
        n_resamples: int = 199,
        rng: int | np.random.Generator | None = None,
        progress: bool = True,
    ) -> pd.DataFrame:
        """Say which columns differ from a reference: a row per group and column, with a status.

        Every column is counted on both sides, scored by js_distance (or another measure), and
        tested by drawing it again. Drift is what is both large and no accident.

        Parameters
        ----------
        reference : DataFrame
            The rows that today's are compared with.
        columns : label or list of labels, optional
            The columns to compare. None means every column of either frame, whatever its kind,
            outside ``by``, ``weights`` and ``blocks``.
        by : label, pandas.Grouper or list of these, optional
            What makes the groups.
        measure : str, (str, order) or Measure
            What the status goes by: a name of `pdkl.measures`, such as ``"psi"``, whose columns
            take the place of those of js_distance. It must be 0 where nothing differs.
        threshold : float of at least 0
            The excess from which on a difference is large, in the unit of the measure.
        alpha : float in (0, 1)
            The adjusted p-value below which a difference is no accident.
        dropna : bool
            Whether missing values are left out. By default they are a category like others, so
            that a column that went missing is seen.
        bins : int, str, sequence of edges, or mapping of these by column
            How numbers and datetimes are cut. A mapping cuts its columns whatever they hold, and
            leaves the others at 10 quantiles.
        blocks : label, optional
            A column whose values say which rows move together when a column is drawn again. Where
            rows come in bunches the p-values are far too small without it.
        match : bool, optional
            Whether the reference is taken group by group; None means yes where it has all keys and
            none is a Grouper. Otherwise all of it stands for every group.
        weights : label, optional
            The column of counts, in both frames; whole numbers.
        n_resamples : int
            How often each row is drawn again. Rows of very many categories are drawn less often,
            some four million cells in all, but never below 19 times.
        rng : int or numpy.random.Generator, optional
            The seed of the draws; the same one gives the same result.
        progress : bool
            Whether long work shows a bar, where tqdm is installed.

        Returns
        -------
        pandas.DataFrame
            A row per group and column, the columns in the order of the frame, then those that the
            reference alone has: the keys of ``by``, then

            =========================== ============================================================
            ``column``                  str, the name
            ``kind``                    str: categorical (each value is a category), binned (numbers
                                        and times in intervals), identifier (not scored), constant
                                        (one category on both sides); missing in an error
            ``n``, ``n_reference``      Int64, rows on either side; without the missing if
                                        ``dropna=True``; NA where they could not be counted
            ``missing``,                float64, the share of the rows without a value; NaN where a
            ``missing_reference``       side has no rows
            ``categories``              Int64, how many there are on both sides together; NA where
                                        the two sides were not compared
            ``new_categories``          Int64, how many of them only today's rows have
            ``gone_categories``         Int64, how many only the reference has
            ``unseen``, ``vanished``    float64, the share of today's rows in new categories, and of
                                        the reference's in gone ones
            ``out_of_range``            float64, the share of today's rows below or above all that
                                        the reference has; NaN for columns that are not binned
            ``js_distance``             float64, in bits: the root of js_divergence, in [0, 1]
            ``js_distance_excess``      float64, the part above what chance alone would give, as
                                        a root; negative where there is less than that
            ``js_distance_noise_floor`` float64, what chance alone stays below in 95 % of the draws
            ``kl_divergence``           float64, KL(today || reference) in bits; infinite where a
                                        category is new
            ``psi``                     float64, in nats; infinite where one is new or gone
            ``p_value``                 float64, of the G statistic, by permutation; 1 where there
                                        is one category
            ``p_adjusted``              float64, by Benjamini and Hochberg over all rows that have a
                                        p-value and more than one category
            ``top_category``            str, the category that contributes most to js_divergence,
                                        as text; "(missing)" for the missing; none where none does
            ``top_contribution``        float64, its contribution in bits: the square of js_distance
                                        is the sum of all
            ``threshold``               float64, as given
            ``status``                  str, see below
            ``note``                    str, what was wrong or needs saying, else empty
            =========================== ============================================================

            ``attrs["pdkl"]`` holds the settings.

        Raises
        ------
        KeyError
            A column that is asked for is in neither frame; a key or the weights are not in one.
        TypeError
            A reference that is no frame; a keyword of the wrong kind.
        ValueError
            A keyword out of range; a measure of a single distribution; no column at all; no group
            in common with the reference; weights that are not whole.

        Notes
        -----
        **Status**, by the first rule that holds:

        1. *error*: the column cannot be compared; ``note`` says why. The others are.
        2. *new*, *gone*: only today's data, or only the reference, have the column or the group.
        3. *empty*: a side has no row with a value.
        4. *drift*: excess >= threshold and p_adjusted < alpha.
        5. *unsure*: excess >= threshold, but not p_adjusted < alpha: too few rows to tell.
        6. *ok*.

        Where draws by chance are infinite too, as with psi and a category of few rows, there is no
        excess; the score stands for it, and ``note`` says so. js_distance is always finite.

        **What 0.1 means.** A category's share that moves from .5 to .617, or from .01 to .048, is a
        js_distance of .1 in bits; so is a category never seen before with 2 % of the rows.

        **Kinds.** Numbers and datetimes with more than 20 distinct values in the reference are
        cut at its deciles, with categories for what lies below and above; with 20 or fewer each
        value is a category. Make codes such as postcodes a categorical, and they are counted value
        by value. Identifiers are columns other than floats in which at least 95 % of the values
        are distinct, in today's data as well as in the reference, where there are at least 100.
        They are named, not scored, unless ``bins`` names them: only whether a value is missing is
        compared, where any is. One that repeats itself only today is scored like any other column.

        Values are compared as they are, not by dtype: "a" of a categorical and of an object column
        are one category, so are 1 and 1.0. Strings against numbers are an error.

        References
        ----------
        Lin, J. (1991). Divergence measures based on the Shannon entropy. IEEE Transactions on
        Information Theory, 37(1), 145-151. Benjamini, Y. and Hochberg, Y. (1995). Controlling the
        false discovery rate. Journal of the Royal Statistical Society B, 57(1), 289-300.

        Examples
        --------
        >>> import pandas as pd
        >>> import pdkl
        >>> before = pd.DataFrame({"pay": ["card", "cash"] * 500, "age": [*range(20, 70)] * 20})
        >>> today = before.assign(age=before["age"].where(before["age"] > 24, -999))
        >>> result = today.info_theory.drift(before, rng=0)
        >>> result[["column", "kind", "out_of_range", "js_distance", "status"]]
          column         kind  out_of_range  js_distance status
        0    pay  categorical           NaN     0.000000     ok
        1    age       binned           0.1     0.316228  drift
        >>> result["top_category"].iloc[1]
        'below 20'
        """
        request = Request(
            method="drift",
            two_sided=True,
            measures=(find("measure", measure),),
            columns=columns,
            by=by,
            reference=reference,
            match=match,
            weights=weights,
            base="bit",
            dropna=dropna,
            test=True,
            blocks=blocks,
            n_resamples=n_resamples,
            rng=rng,
            progress=progress,
        )
        return examine.drift(self._data, request, threshold=threshold, alpha=alpha, bins=bins)

    def report(
        self,
        reference: Any,
        columns: Hashable | list[Any] | None = None,
        *,
        by: By | None = None,
        measure: str | tuple[str, float] | Measure = "js_distance",
        threshold: float = 0.1,
        alpha: float = 0.05,
        dropna: bool = False,
        bins: Any = 10,
        blocks: Hashable | None = None,
        match: bool | None = None,
        weights: Hashable | None = None,
        n_resamples: int = 199,
        rng: int | np.random.Generator | None = None,
        progress: bool = True,
        redact: bool = False,
        min_count: int | None = None,
    ) -> Report:
        """Say which columns differ from a reference, and show why, on a page of its own.

        The rows are those of `drift`, with the same bins. Behind each stand its categories: counts
        and shares on both sides, and what each adds to the js_divergence.

        Parameters
        ----------
        reference : DataFrame
            What the data are compared with.
        columns : label or list of labels, optional
            The columns to compare; None means all of either side.
        by : label, pandas.Grouper or list of these, optional
            What makes the segments. Where a key is a time, the page draws the scores over it.
        measure : str, (str, float) or Measure
            What is judged.
        threshold : float
            The excess over noise from which on a difference matters.
        alpha : float in (0, 1)
            The adjusted p-value below which a difference is not chance.
        dropna : bool
            Whether missing values are left out, or a category.
        bins : int, str, sequence of edges, or mapping of these by column
            How columns of numbers and datetimes are cut into categories.
        blocks : label, optional
            A column whose values say which rows move together when a comparison is drawn again.
        match : bool, optional
            Whether the reference is matched group to group.
        weights : label, optional
            The column of row weights or counts.
        n_resamples : int
            How often each comparison is drawn again.
        rng : int or numpy.random.Generator, optional
            The seed of the draws; the same one gives the same result.
        progress : bool
            Whether long work shows a bar, where tqdm is installed.
        redact : bool
            Whether category values, segment keys and bin edges are replaced by numbers, as in
            "category 1" and "segment 2", in every form of the report and in its frames. Messages
            of errors are left out too. Column names stay.
        min_count : int, optional
            Fold categories with fewer rows than this on either side (none at all is not few) into
            "(other)". Where that would stand for one category alone on a side, the next rarest
            joins it, so that no count can be told by difference. Scores are those of all
            categories.

        Returns
        -------
        Report
            ``frame`` and ``categories`` are tidy frames, ``passed`` says whether all is well;
            `to_html`, `to_json`, `to_junit` and `to_csv` write it.

        Raises
        ------
        KeyError
            A column does not exist.
        TypeError
            A keyword is of the wrong kind, or the reference is no frame.
        ValueError
            A keyword is out of its range.

        See Also
        --------
        drift : The rows alone.

        Notes
        -----
        For each row the categories that contribute most are kept, 4000 over all rows, but between 8
        and 25 a row; the others are summed up as "(other)".

        References
        ----------
        Lin, J. (1991). Divergence measures based on the Shannon entropy. IEEE Transactions on
        Information Theory 37, 145-151.

        Examples
        --------
        >>> import pandas as pd
        >>> before = pd.DataFrame({"fruit": ["fig"] * 60 + ["kiwi"] * 40, "shop": ["a", "b"] * 50})
        >>> today = pd.DataFrame({"fruit": ["fig"] * 90 + ["plum"] * 10, "shop": ["a", "b"] * 50})
        >>> report = today.info_theory.report(before, rng=0)
        >>> report
        <pdkl.Report: not passed; 2 rows: 1 drift, 1 ok>
        >>> report.passed
        False
        """
        request = Request(
            method="report",
            two_sided=True,
            measures=(find("measure", measure),),
            columns=columns,
            by=by,
            reference=reference,
            match=match,
            weights=weights,
            base="bit",
            dropna=dropna,
            test=True,
            blocks=blocks,
            n_resamples=n_resamples,
            rng=rng,
            progress=progress,
        )
        return report_frames.report(
            self._data,
            request,
            threshold=threshold,
            alpha=alpha,
            bins=bins,
            redact=redact,
            min_count=min_count,
        )

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
            How columns of numbers and datetimes are cut into categories.
        binning : {"quantile", "width"}, optional
            Whether a number of bins have equal shares, as by default, or equal widths.
        estimator : str
            How the entropies that it is made of are estimated, a name of `pdkl.estimators`.
            Others than ``"plugin"`` may give values below 0.

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
            How columns of numbers and datetimes are cut into categories.
        binning : {"quantile", "width"}, optional
            Whether a number of bins have equal shares, as by default, or equal widths.
        estimator : str
            How the entropies that it is made of are estimated, a name of `pdkl.estimators`.
            Others than ``"plugin"`` may give values below 0.

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
            How columns of numbers and datetimes are cut into categories.
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

    def binary_cross_entropy(
        self,
        target: Hashable,
        prediction: Hashable | list[Any],
        *,
        by: By | None = None,
        weights: Hashable | None = None,
        base: Base = "nat",
        clip: float = 0.0,
    ) -> pd.DataFrame:
        """Average the surprisal of a yes-or-no target under predicted probabilities.

        -[y log x + (1 - y) log(1 - x)] for each row, with 0 log 0 = 0: nothing where a certain
        prediction is right, infinite where it is wrong.

        Parameters
        ----------
        target : label
            A column of 0 and 1, of booleans, or of probabilities (a soft target).
        prediction : label or list of labels
            The column of the predicted probability of 1; several give a row each.
        by : label, pandas.Grouper or list of these, optional
            What makes the groups.
        weights : label, optional
            The column of row weights or counts.
        base : {"nat", "bit", "dit"} or number above 1
            The base of the logarithm.
        clip : float in [0, 0.5)
            Predictions are kept within [clip, 1 - clip]. 0 leaves them as they are.

        Returns
        -------
        pandas.DataFrame
            A row per group and prediction: the keys of ``by``, ``column`` (str, the target),
            ``prediction`` (str), ``n``, ``n_missing`` (int64, or float64 for fractional weights;
            a row that lacks its target or prediction is missing), ``binary_cross_entropy``
            (float64, in ``unit``), ``unit`` (str).

        Raises
        ------
        KeyError
            A column does not exist.
        TypeError
            Target or prediction are not numbers or booleans.
        ValueError
            Values outside [0, 1], ``clip`` outside [0, 0.5), or bad weights.

        References
        ----------
        Good, I. J. (1952). Rational decisions. Journal of the Royal Statistical Society B 14,
        107-114.

        Examples
        --------
        >>> import pandas as pd
        >>> import pdkl
        >>> df = pd.DataFrame({"y": [1, 0, 1, 0], "x": [0.5, 0.25, 0.5, 0.5]})
        >>> df.info_theory.binary_cross_entropy("y", "x", base="bit")
          column prediction  n  n_missing  binary_cross_entropy unit
        0      y          x  4          0              0.853759  bit
        """
        request = Request(
            method="binary_cross_entropy", two_sided=False, by=by, weights=weights, base=base
        )
        return log_loss.binary_cross_entropy(self._data, request, target, prediction, clip=clip)

    def categorical_cross_entropy(
        self,
        target: Hashable,
        predictions: Mapping[Any, Hashable],
        *,
        by: By | None = None,
        weights: Hashable | None = None,
        base: Base = "nat",
        clip: float = 0.0,
    ) -> pd.DataFrame:
        """Average the surprisal of labels under predicted probabilities.

        -log x for each row, x being the probability that was predicted for the label that occurred.

        Parameters
        ----------
        target : label
            The column of true labels, of any dtype.
        predictions : mapping {label: column}
            The column of the predicted probability of each label. In each complete row they must
            sum to 1, to within 1e-6.
        by : label, pandas.Grouper or list of these, optional
            What makes the groups.
        weights : label, optional
            The column of row weights or counts.
        base : {"nat", "bit", "dit"} or number above 1
            The base of the logarithm.
        clip : float in [0, 0.5)
            Predictions are kept within [clip, 1 - clip], without renormalising them. 0 leaves them
            as they are.

        Returns
        -------
        pandas.DataFrame
            A row per group: the keys of ``by``, ``column`` (str, the target), ``n``, ``n_missing``
            (int64, or float64 for fractional weights; a row that lacks its target or any
            prediction is missing), ``categorical_cross_entropy`` (float64, in ``unit``), ``unit``
            (str).

        Raises
        ------
        KeyError
            A column does not exist.
        TypeError
            ``predictions`` is not a mapping, predictions are not numbers, or its labels can never
            be equal to those of the target.
        ValueError
            A label without a prediction, values outside [0, 1], rows that do not sum to 1,
            ``clip`` outside [0, 0.5), or bad weights.

        References
        ----------
        Good, I. J. (1952). Rational decisions. Journal of the Royal Statistical Society B 14,
        107-114.

        Examples
        --------
        >>> import pandas as pd
        >>> import pdkl
        >>> df = pd.DataFrame({"y": ["cat", "dog"], "p_cat": [0.5, 0.75], "p_dog": [0.5, 0.25]})
        >>> df.info_theory.categorical_cross_entropy(
        ...     "y", {"cat": "p_cat", "dog": "p_dog"}, base="bit"
        ... )
          column  n  n_missing  categorical_cross_entropy unit
        0      y  2          0                        1.5  bit
        """
        request = Request(
            method="categorical_cross_entropy", two_sided=False, by=by, weights=weights, base=base
        )
        return log_loss.categorical_cross_entropy(
            self._data, request, target, predictions, clip=clip
        )

    def profile(
        self,
        columns: Hashable | list[Any] | None = None,
        *,
        by: By | None = None,
        weights: Hashable | None = None,
        bins: Any = None,
        binning: Binning | None = None,
        max_categories: int | None = None,
    ) -> Profile:
        """Count columns now, to compare with them later.

        A profile keeps the counts, not the rows: it is small, can be saved, and added to profiles
        of other parts of the data. It stands wherever a frame can, as ``InfoTheory(profile)`` and
        as ``reference=profile``. What is compared with it is cut at its edges, without ``bins=``.

        Parameters
        ----------
        columns : label or list of labels, optional
            The columns to count; missing values are counted apart.
        by : label, pandas.Grouper or list of these, optional
            What makes the groups. Questions can leave keys out later, but add none. Of a Grouper
            the times are kept as it cuts them.
        weights : label, optional
            The column of row weights or counts. Later questions need not name it.
        bins : int, str, sequence of edges, mapping of these by column, or Profile, optional
            How columns of numbers and datetimes are cut into categories; those of another profile
            are cut at the same places.
        binning : {"quantile", "width"}, optional
            Whether a number of bins have equal shares (the default) or equal widths.
        max_categories : int, optional
            Keep so many categories of each column, and lump the others together, as
            `Profile.fold` does. They show as ``(other)``. A comparison then lumps them on its other
            side too, which makes a divergence smaller, never larger; a category that is new is
            among them, so that ``unseen`` does not tell of it. ``attrs["pdkl"]["folded"]`` of a
            result has the number of categories that the profile has lumped (that of two profiles
            is the larger), for each column where it has.

        Returns
        -------
        Profile
            The counts, by group.

        Raises
        ------
        KeyError
            A column does not exist.
        TypeError
            A keyword is of the wrong kind, or cells cannot be hashed.
        ValueError
            A keyword is out of its range, weights are negative, missing or infinite, or a column
            is also a key of ``by`` or the weights.

        References
        ----------
        Cover, T. M. and Thomas, J. A. (2006). Elements of Information Theory, 2nd edition.
        Wiley. Section 2.8: the data-processing inequality.

        Examples
        --------
        >>> import pandas as pd
        >>> import pdkl
        >>> january = pd.DataFrame({"fruit": ["fig", "kiwi", None], "grams": [40.0, 70.0, 90.0]})
        >>> profile = january.info_theory.profile(bins={"grams": [0, 50, 100]})
        >>> february = pd.DataFrame({"fruit": ["fig", "fig"], "grams": [45.0, 120.0]})
        >>> result = february.info_theory.js_divergence(reference=profile, base="bit")
        >>> result[["column", "reference", "n_reference", "unseen", "js_divergence"]].round(3)
          column reference  n_reference  unseen  js_divergence
        0  fruit   profile            2     0.0          0.311
        1  grams   profile            3     0.5          0.595
        """
        request = Request(
            method="profile",
            two_sided=False,
            columns=columns,
            by=by,
            weights=weights,
            bins=bins,
            binning=binning,
        )
        return profile.take(self._data, request, max_categories=max_categories)
